/* Sections come out of any blob: the first byte says how long the version is, the rest is the list
 * of APIs. What is read is bounded; what nodes pass over is counted, and less than was there. */
#include <assert.h>
#include <string.h>

#include "host/host_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECTION_MAX = 100 }; /* its length and that of its name stay below 128 */

static void put_section(dg_buf *out, const char *name, dg_bytes body)
{
    dg_buf_put_u8(out, 0);
    dg_buf_put_u8(out, (uint8_t)(1 + strlen(name) + body.len));
    dg_buf_put_u8(out, (uint8_t)strlen(name));
    dg_buf_put_bytes(out, dg_text(name));
    dg_buf_put_bytes(out, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t empty[8] = { 0, 'a', 's', 'm', 1 };
    static uint8_t room[1 << 9];
    dg_buf wasm = dg_buf_on(room, sizeof room);
    size_t said = size ? data[0] : 0, rest = 0;
    dg_version v;
    dg_code rc;
    if (!size || said > SECTION_MAX || said > size - 1 || size - 1 - said > SECTION_MAX)
        return 0;
    dg_buf_put(&wasm, empty, sizeof empty);
    put_section(&wasm, "runtime_version", dg_bytes_of(data + 1, said));
    put_section(&wasm, "runtime_apis", dg_bytes_of(data + 1 + said, size - 1 - said));
    assert(wasm.rc == DG_OK);
    rc = dg_host_sections_version(&v, &rest, dg_buf_bytes(&wasm), NULL);
    assert(rc == DG_OK || rc == DG_MALFORMED);
    if (rc != DG_OK)
        return 0;
    assert(rest < said);
    assert(v.api_count * 12 == size - 1 - said);
    assert(memchr(v.spec_name, 0, sizeof v.spec_name));
    return 0;
}
