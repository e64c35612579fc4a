/* Runtime versions come out of any blob. What decodes and has APIs is encoded to
 * the same bytes; its names are one line of text. */
#include <assert.h>
#include <string.h>

#include "host/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[1 << 12];
    dg_buf again = dg_buf_on(room, sizeof room);
    dg_version v;
    if (dg_version_decode(&v, dg_bytes_of(data, size), NULL) < 0)
        return 0;
    assert(v.api_count <= DG_VERSION_APIS_MAX);
    assert(memchr(v.spec_name, 0, sizeof v.spec_name)
           && memchr(v.impl_name, 0, sizeof v.impl_name));
    for (const char *p = v.spec_name; *p; p++)
        assert((unsigned char)*p >= 0x20);
    for (uint32_t i = 0; i < v.api_count; i++)
        dg_api_name(v.apis[i].id);
    dg_version_encode(&again, &v);
    assert(again.rc == DG_OK);
    if (v.api_count)
        assert(again.len == size && memcmp(again.at, data, size) == 0);
    return 0;
}
