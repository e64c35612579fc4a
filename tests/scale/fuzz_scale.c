/* Reading compacts and byte runs from anything: what is read writes back to the
 * same bytes, so there is no second encoding of anything. */
#include <assert.h>
#include <string.h>

#include "scale/scale.h"

static void circle(dg_scale *s, uint8_t what)
{
    uint8_t big[68], room[1 << 12];
    dg_buf out = dg_buf_on(room, sizeof room);
    size_t from = s->at;
    dg_bytes v;
    switch (what % 6) {
    case 0:
        dg_scale_put_compact(&out, dg_scale_compact_u32(s));
        break;
    case 1:
        dg_scale_put_compact(&out, dg_scale_compact_u64(s));
        break;
    case 2:
        dg_scale_put_bytes(&out, dg_scale_bytes(s));
        break;
    case 3:
        dg_buf_put_u8(&out, dg_scale_bool(s));
        break;
    case 4:
        dg_scale_put_u64(&out, dg_scale_u64(s));
        break;
    default:
        v = dg_scale_compact_big(s, big);
        assert(v.len <= 67 && (v.len == 0 || v.at[v.len - 1] != 0));
        return;
    }
    if (s->rc != DG_OK || out.rc != DG_OK)
        return;
    assert(out.len == s->at - from && memcmp(out.at, s->in.at + from, out.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_scale s = dg_scale_from(dg_bytes_of(data, size));
    while (dg_scale_left(&s) > 1) {
        uint8_t what = dg_scale_u8(&s);
        circle(&s, what);
        assert(s.at <= size);
    }
    assert(s.rc == DG_OK || s.bad_at <= size);
    dg_scale_finish(&s, NULL, "input");
    return 0;
}
