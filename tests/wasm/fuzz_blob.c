/* Blobs as they come: unpacked, taken apart, given a memory of their own. What was
 * rewritten must be rewritten to itself, since it has its own memory then. */
#include <assert.h>
#include <string.h>

#include "wasm/wasm_impl.h"

enum { PAGES = 512, MAX = 1 << 20 };
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(dg_bytes wasm)
{
    dg_buf once, twice;
    dg_buf_init(&once, wasm.len + 64);
    dg_buf_init(&twice, wasm.len + 128);
    if (dg_wasm_own_memory(&once, wasm, PAGES, NULL) == DG_OK) {
        dg_code rc = dg_wasm_own_memory(&twice, dg_buf_bytes(&once), PAGES, NULL);
        assert(rc == DG_OK);
        assert(twice.len == once.len && memcmp(twice.at, once.at, once.len) == 0);
    }
    dg_buf_clear(&once);
    dg_buf_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bytes found;
    dg_buf wasm;
    dg_buf_init(&wasm, MAX);
    if (dg_blob_decode(&wasm, dg_bytes_of(data, size), NULL) == DG_OK) {
        if (dg_wasm_section(&found, dg_buf_bytes(&wasm), "runtime_version", NULL) == DG_OK)
            assert(found.at >= wasm.at && found.at + found.len <= wasm.at + wasm.len);
        rewrite(dg_buf_bytes(&wasm));
    }
    dg_buf_clear(&wasm);
    return 0;
}
