/* writer.c - writing SCALE into a dg_buf. */
#include "scale/scale.h"
#include "scale/scale_impl.h"

#include <assert.h>

void dg_scale_put_u16(dg_buf *b, uint16_t v)
{
    dg_buf_put_u8(b, (uint8_t)v);
    dg_buf_put_u8(b, (uint8_t)(v >> 8));
}

void dg_scale_put_u32(dg_buf *b, uint32_t v)
{
    uint8_t raw[4];
    dg_le32_put(raw, v);
    dg_buf_put(b, raw, sizeof raw);
}

void dg_scale_put_u64(dg_buf *b, uint64_t v)
{
    uint8_t raw[8];
    dg_le64_put(raw, v);
    dg_buf_put(b, raw, sizeof raw);
}

void dg_scale_put_compact_big(dg_buf *b, dg_bytes le)
{
    uint8_t low[8] = { 0 };
    while (le.len && le.at[le.len - 1] == 0)
        le.len--;
    for (size_t i = 0; i < le.len && i < 8; i++)
        low[i] = le.at[i];
    uint64_t v = dg_le64(low);
    if (le.len <= 4 && v < 1u << 30) {
        uint32_t form = v < 1u << 6 ? 0 : v < 1u << 14 ? 1 : 2;
        dg_le32_put(low, (uint32_t)v << 2 | form);
        dg_buf_put(b, low, (size_t)1 << form);
        return;
    }
    assert(le.len >= 4 && le.len <= 67);
    dg_buf_put_u8(b, (uint8_t)((le.len - 4) << 2 | 3));
    dg_buf_put_bytes(b, le);
}

void dg_scale_put_compact(dg_buf *b, uint64_t v)
{
    uint8_t raw[8];
    dg_le64_put(raw, v);
    dg_scale_put_compact_big(b, DG_BYTES_OF(raw));
}

void dg_scale_put_bytes(dg_buf *b, dg_bytes v)
{
    dg_scale_put_compact(b, v.len);
    dg_buf_put_bytes(b, v);
}

size_t dg_scale_compact_len(uint64_t v)
{
    size_t len = 5;
    if (v < 1u << 30)
        return v < 1u << 6 ? 1 : v < 1u << 14 ? 2 : 4;
    while (len < 9 && v >> 8 * (len - 1) != 0)
        len++;
    return len;
}
