/* reader.c - bytes of a module, read as if they were hostile. */
#include "wasm/wasm_impl.h"

#include <string.h>

dg_wasm_reader dg_wasm_reader_on(dg_bytes bytes)
{
    static const uint8_t nothing[1];
    const uint8_t *at = bytes.at ? bytes.at : nothing;
    return (dg_wasm_reader){ at, at + bytes.len, false };
}

dg_bytes dg_wasm_take(dg_wasm_reader *r, uint32_t len)
{
    dg_bytes taken = { r->at, 0 };
    if (r->bad || len > (size_t)(r->end - r->at)) {
        r->bad = true;
        return taken;
    }
    taken.len = len;
    r->at += len;
    return taken;
}

uint8_t dg_wasm_u8(dg_wasm_reader *r)
{
    dg_bytes b = dg_wasm_take(r, 1);
    return b.len ? b.at[0] : 0;
}

uint32_t dg_wasm_u32(dg_wasm_reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t b = dg_wasm_u8(r);
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            r->bad |= v > UINT32_MAX;
            return r->bad ? 0 : (uint32_t)v;
        }
    }
    r->bad = true;
    return 0;
}

dg_bytes dg_wasm_name(dg_wasm_reader *r)
{
    uint32_t len = dg_wasm_u32(r);
    return dg_wasm_take(r, len);
}

void dg_wasm_put_u32(dg_buf *out, uint32_t v)
{
    do {
        uint8_t b = (uint8_t)(v & 0x7f);
        v >>= 7;
        dg_buf_put_u8(out, v ? b | 0x80 : b);
    } while (v);
}

dg_code dg_wasm_begin(dg_wasm_reader *r, dg_bytes wasm, dg_error *err)
{
    static const uint8_t magic[8] = { 0x00, 'a', 's', 'm', 1, 0, 0, 0 };
    dg_bytes head;
    *r = dg_wasm_reader_on(wasm);
    head = dg_wasm_take(r, sizeof magic);
    if (r->bad)
        return dg_fail(err, DG_MALFORMED, "code of %zu bytes is too short for wasm", wasm.len);
    if (memcmp(head.at, magic, 4) != 0)
        return dg_fail(err, DG_MALFORMED, "code is not wasm: it begins with %02x%02x%02x%02x",
                       head.at[0], head.at[1], head.at[2], head.at[3]);
    if (memcmp(head.at, magic, sizeof magic) != 0)
        return dg_fail(err, DG_MALFORMED, "wasm has version %u, not 1",
                       (unsigned)dg_le32(head.at + 4));
    return DG_OK;
}

dg_code dg_wasm_next(dg_wasm_part *part, dg_wasm_reader *r, dg_bytes wasm, dg_error *err)
{
    const uint8_t *start = r->at;
    uint32_t len;
    if (r->at == r->end)
        return DG_END;
    part->id = dg_wasm_u8(r);
    len = dg_wasm_u32(r);
    part->body = dg_wasm_take(r, len);
    part->whole = dg_bytes_of(start, (size_t)(r->at - start));
    if (r->bad)
        return dg_fail(err, DG_MALFORMED, "wasm section %u at byte %zu runs past the end",
                       (unsigned)part->id, (size_t)(start - wasm.at));
    return DG_OK;
}
