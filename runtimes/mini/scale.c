/* scale.c - readers, then writers. */
#include "scale.h"

struct bytes read_take(struct reader *in, u32 len)
{
    struct bytes b = bytes_of(in->at, len);
    if (in->bad || len > in->left) {
        in->bad = true;
        return bytes_of(in->at, 0);
    }
    in->at += len;
    in->left -= len;
    return b;
}

static u64 little_endian(struct bytes b)
{
    u64 v = 0;
    for (u32 i = 0; i < b.len; i++)
        v |= (u64)b.at[i] << (8 * i);
    return v;
}

u8 read_u8(struct reader *in)
{
    return (u8)little_endian(read_take(in, 1));
}
u32 read_u32(struct reader *in)
{
    return (u32)little_endian(read_take(in, 4));
}
u64 read_u64(struct reader *in)
{
    return little_endian(read_take(in, 8));
}

bool read_bool(struct reader *in)
{
    u8 v = read_u8(in);
    in->bad |= v > 1;
    return v == 1;
}

/* The low two bits of the first byte tell the form; padded forms are refused. */
u64 read_compact(struct reader *in)
{
    u8 first = read_u8(in);
    u64 v, least;
    if ((first & 3) == 3) {
        u32 len = (u32)(first >> 2) + 4;
        struct bytes b = read_take(in, len);
        in->bad |= len > 8 || (b.len && b.at[b.len - 1] == 0);
        v = little_endian(b);
        least = 1u << 30;
    } else {
        u32 more = first & 1 ? 1 : first & 2 ? 3 : 0;
        v = (first | little_endian(read_take(in, more)) << 8) >> 2;
        least = more == 3 ? 1u << 14 : more == 1 ? 1u << 6 : 0;
    }
    in->bad |= v < least;
    return in->bad ? 0 : v;
}

u32 read_count(struct reader *in, u32 item_min)
{
    u64 count = read_compact(in);
    in->bad |= count > in->left / (item_min ? item_min : 1);
    return in->bad ? 0 : (u32)count;
}

struct bytes read_bytes(struct reader *in)
{
    return read_take(in, read_count(in, 1));
}

struct hash read_hash(struct reader *in)
{
    struct hash h = { { 0 } };
    struct bytes b = read_take(in, 32);
    memcpy(h.at, b.at, b.len);
    return h;
}

/* ---- writers ---- */

static u8 *room_for(struct writer *out, u32 len)
{
    u32 need = out->len + len;
    if (need > out->cap) {
        u32 cap = need < 128 ? 256 : need * 2;
        u8 *at = take(cap);
        memcpy(at, out->at, out->len);
        out->at = at;
        out->cap = cap;
    }
    out->len = need;
    return out->at + need - len;
}

void put(struct writer *out, struct bytes raw)
{
    memcpy(room_for(out, raw.len), raw.at, raw.len);
}

void put_zeros(struct writer *out, u32 count)
{
    memset(room_for(out, count), 0, count);
}

static void put_little_endian(struct writer *out, u64 v, u32 len)
{
    u8 *at = room_for(out, len);
    for (u32 i = 0; i < len; i++)
        at[i] = (u8)(v >> (8 * i));
}

void put_u8(struct writer *out, u8 v)
{
    put_little_endian(out, v, 1);
}
void put_u32(struct writer *out, u32 v)
{
    put_little_endian(out, v, 4);
}
void put_u64(struct writer *out, u64 v)
{
    put_little_endian(out, v, 8);
}

void put_compact(struct writer *out, u64 v)
{
    if (v < 1u << 6)
        put_u8(out, (u8)(v << 2));
    else if (v < 1u << 14)
        put_little_endian(out, v << 2 | 1, 2);
    else if (v < 1u << 30)
        put_u32(out, (u32)(v << 2 | 2));
    else {
        u32 len = 4;
        while (len < 8 && v >> (8 * len))
            len++;
        put_u8(out, (u8)((len - 4) << 2 | 3));
        put_little_endian(out, v, len);
    }
}

void put_bytes(struct writer *out, struct bytes b)
{
    put_compact(out, b.len);
    put(out, b);
}

void put_text(struct writer *out, const char *s)
{
    put_bytes(out, text(s));
}
void put_hash(struct writer *out, const struct hash *h)
{
    put(out, hash_bytes(h));
}
