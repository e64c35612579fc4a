/* Secret URIs are written by users and by runtimes. What is read is the same in
 * each run; what is refused is refused in one line. */
#include "crypto/crypto.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char kinds[] = { 's', 'e', 'c' };
    for (size_t i = 0; i < sizeof kinds; i++) {
        uint8_t a[32] = { 0 }, b[32] = { 0 };
        dg_error err = { DG_OK, "" };
        dg_code rc = dg_secret_from_uri(a, kinds[i], dg_bytes_of(data, size), &err);
        assert(rc == dg_secret_from_uri(b, kinds[i], dg_bytes_of(data, size), NULL));
        assert(memcmp(a, b, 32) == 0);
        assert(rc == DG_OK || rc == DG_MALFORMED || rc == DG_LIMIT);
        assert(rc == DG_OK || (err.text[0] && !strchr(err.text, '\n')));
    }
    return 0;
}
