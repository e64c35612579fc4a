/* fuzz_answer.c - any bytes as the answer to three calls: what is taken from them is one of what
 * an answer can be, and no reply is there that was not asked for. */
#include <assert.h>
#include <string.h>

#include "rpc/rpc_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_rpc_limits limits = { 1000, 16 };
    for (size_t count = 1; count <= 3; count += 2) {
        dg_rpc_reply replies[3];
        dg_error err;
        dg_code rc = dg_rpc_answer_read(replies, count, 5, dg_bytes_of(data, size), &limits, &err);
        assert(rc == DG_OK || rc == DG_MALFORMED || rc == DG_LIMIT);
        for (size_t i = 0; i < count; i++) {
            assert(replies[i].kind <= DG_RPC_SERVER);
            assert((replies[i].kind == DG_RPC_GOOD) == (replies[i].result != NULL));
            assert(rc == DG_OK || replies[i].kind == DG_RPC_MISSING);
            assert(memchr(replies[i].text, 0, sizeof replies[i].text));
            json_decref(replies[i].result);
        }
    }
    return 0;
}
