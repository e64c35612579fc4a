/* cursor.c - reading SCALE: a cursor that remembers its first failure. */
#include "scale/scale.h"
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

dg_scale dg_scale_from(dg_bytes in)
{
    return (dg_scale){ .in = in, .rc = DG_OK };
}

void dg_scale_fail(dg_scale *s, const char *why)
{
    assert(why);
    if (s->rc != DG_OK)
        return;
    s->rc = DG_MALFORMED;
    s->bad_at = s->at;
    s->why = why;
}

size_t dg_scale_left(const dg_scale *s)
{
    return s->rc == DG_OK ? s->in.len - s->at : 0;
}

/* The next `len` bytes, stepped over; NULL after a failure. */
static const uint8_t *next(dg_scale *s, size_t len)
{
    assert(s->at <= s->in.len);
    if (s->rc != DG_OK)
        return NULL;
    if (len > s->in.len - s->at) {
        dg_scale_fail(s, "bytes ran out");
        return NULL;
    }
    s->at += len;
    return s->in.at ? s->in.at + s->at - len : NULL;
}

uint8_t dg_scale_u8(dg_scale *s)
{
    const uint8_t *at = next(s, 1);
    return at ? at[0] : 0;
}

uint16_t dg_scale_u16(dg_scale *s)
{
    const uint8_t *at = next(s, 2);
    return at ? dg_le16(at) : 0;
}

uint32_t dg_scale_u32(dg_scale *s)
{
    const uint8_t *at = next(s, 4);
    return at ? dg_le32(at) : 0;
}

uint64_t dg_scale_u64(dg_scale *s)
{
    const uint8_t *at = next(s, 8);
    return at ? dg_le64(at) : 0;
}

/* A byte that must be 0 or 1; on failure the cursor points at it. */
static bool flag(dg_scale *s, const char *why)
{
    uint8_t v = dg_scale_u8(s);
    if (v > 1) {
        s->at--;
        dg_scale_fail(s, why);
        return false;
    }
    return v == 1;
}

bool dg_scale_bool(dg_scale *s)
{
    return flag(s, "bool is neither 0 nor 1");
}

bool dg_scale_option(dg_scale *s)
{
    return flag(s, "option is neither 0 nor 1");
}

/* ---- compact integers: the two low bits of the first byte are the form ---- */

static const char padded[] = "compact is not in its shortest form";
static const char too_wide[] = "compact is too large for its type";

/* Up to 67 bytes; `first` has been read. */
static dg_bytes big_form(dg_scale *s, uint8_t first, uint8_t room[68])
{
    size_t len = (size_t)(first >> 2) + 4;
    const uint8_t *at = next(s, len);
    if (!at)
        return (dg_bytes){ room, 0 };
    if (at[len - 1] == 0 || (len == 4 && at[3] >> 6 == 0)) {
        dg_scale_fail(s, padded);
        return (dg_bytes){ room, 0 };
    }
    memcpy(room, at, len);
    return (dg_bytes){ room, len };
}

/* The forms below 2^30, of 1, 2 and 4 bytes. */
static uint32_t small_form(dg_scale *s, uint8_t first)
{
    unsigned extra = (first & 3) == 2 ? 3 : first & 3, shift = 8;
    uint32_t v = first;
    const uint8_t *at = next(s, extra);
    if (extra && !at)
        return 0;
    for (unsigned i = 0; i < extra; i++, shift += 8)
        v |= (uint32_t)at[i] << shift;
    v >>= 2;
    if ((extra == 1 && v < 1u << 6) || (extra == 3 && v < 1u << 14)) {
        dg_scale_fail(s, padded);
        return 0;
    }
    return v;
}

dg_bytes dg_scale_compact_big(dg_scale *s, uint8_t room[68])
{
    uint8_t first = dg_scale_u8(s);
    size_t len = 4;
    if ((first & 3) == 3)
        return big_form(s, first, room);
    dg_le32_put(room, small_form(s, first));
    while (len && room[len - 1] == 0)
        len--;
    return (dg_bytes){ room, len };
}

uint64_t dg_scale_compact_u64(dg_scale *s)
{
    uint8_t first = dg_scale_u8(s), room[68] = { 0 };
    if ((first & 3) != 3)
        return small_form(s, first);
    if (big_form(s, first, room).len > 8) {
        dg_scale_fail(s, too_wide);
        return 0;
    }
    return dg_le64(room);
}

uint32_t dg_scale_compact_u32(dg_scale *s)
{
    uint64_t v = dg_scale_compact_u64(s);
    if (v > UINT32_MAX) {
        dg_scale_fail(s, too_wide);
        return 0;
    }
    return (uint32_t)v;
}

/* ---- runs of bytes ---- */

uint32_t dg_scale_count(dg_scale *s, size_t item_min)
{
    uint32_t count = dg_scale_compact_u32(s);
    if (item_min && count > dg_scale_left(s) / item_min) {
        dg_scale_fail(s, "more items are announced than bytes are left");
        return 0;
    }
    return count;
}

dg_bytes dg_scale_take(dg_scale *s, size_t len)
{
    const uint8_t *at = next(s, len);
    return (dg_bytes){ at, at ? len : 0 };
}

dg_bytes dg_scale_bytes(dg_scale *s)
{
    uint32_t len = dg_scale_count(s, 1);
    return dg_scale_take(s, len);
}

dg_hash dg_scale_hash(dg_scale *s)
{
    dg_hash h = { { 0 } };
    const uint8_t *at = next(s, 32);
    if (at)
        memcpy(h.at, at, 32);
    return h;
}

dg_bytes dg_scale_rest(dg_scale *s)
{
    return dg_scale_take(s, dg_scale_left(s));
}

dg_code dg_scale_check(const dg_scale *s, dg_error *err, const char *what)
{
    if (s->rc == DG_OK)
        return DG_OK;
    return dg_fail(err, s->rc, "%s: %s at byte %zu of %zu", what, s->why, s->bad_at, s->in.len);
}

dg_code dg_scale_finish(const dg_scale *s, dg_error *err, const char *what)
{
    assert(s->at <= s->in.len);
    if (s->rc == DG_OK && s->at < s->in.len)
        return dg_fail(err, DG_MALFORMED, "%s: %zu bytes follow its end at byte %zu", what,
                       s->in.len - s->at, s->at);
    return dg_scale_check(s, err, what);
}

/* ---- text ---- */

/* Length of the UTF-8 form of one scalar value at the start of `at`, 0 if there
 * is none: no overlong forms, no surrogates, nothing above 0x10ffff. */
static size_t utf8_one(const uint8_t *at, size_t left, uint32_t *scalar)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t len = at[0] < 0x80         ? 1
                 : at[0] >> 5 == 0x06 ? 2
                 : at[0] >> 4 == 0x0e ? 3
                 : at[0] >> 3 == 0x1e ? 4
                                      : 0;
    assert(left > 0);
    if (len == 0 || len > left)
        return 0;
    *scalar = len == 1 ? at[0] : at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        *scalar = *scalar << 6 | (at[i] & 0x3f);
    }
    return *scalar >= least[len] && dg_scale_is_char(*scalar) ? len : 0;
}

bool dg_scale_is_char(uint32_t scalar)
{
    return scalar <= 0x10ffff && scalar >> 11 != 0x1b; /* d800..dfff are surrogates */
}

bool dg_scale_is_utf8(dg_bytes text)
{
    uint32_t scalar;
    for (size_t i = 0, len; i < text.len; i += len)
        if ((len = utf8_one(text.at + i, text.len - i, &scalar)) == 0)
            return false;
    return true;
}

bool dg_scale_char_of(uint32_t *scalar, dg_bytes text)
{
    return text.len && utf8_one(text.at, text.len, scalar) == text.len;
}
