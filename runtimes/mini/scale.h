/* scale.h - SCALE inside the guest.
 *
 * A reader remembers its first failure and returns zero from then on; check
 * `bad` once, at the end. A writer grows on the heap. */
#ifndef MINI_SCALE_H
#define MINI_SCALE_H

#include "env.h"

struct reader {
    const u8 *at;
    u32 left;
    bool bad;
};

static inline struct reader reader_of(struct bytes b)
{
    return (struct reader){ b.at, b.len, false };
}
u8 read_u8(struct reader *in);
u32 read_u32(struct reader *in);
u64 read_u64(struct reader *in);
bool read_bool(struct reader *in);
u64 read_compact(struct reader *in);                /* minimal forms up to 64 bits */
u32 read_count(struct reader *in, u32 item_min);    /* of items of at least that many bytes */
struct bytes read_take(struct reader *in, u32 len); /* borrowed */
struct bytes read_bytes(struct reader *in);         /* Vec<u8>; borrowed */
struct hash read_hash(struct reader *in);
static inline struct bytes read_rest(struct reader *in)
{
    return read_take(in, in->left);
}

struct writer {
    u8 *at;
    u32 len, cap;
};

static inline struct bytes written(const struct writer *out)
{
    return bytes_of(out->at, out->len);
}
void put(struct writer *out, struct bytes raw); /* as they are */
void put_u8(struct writer *out, u8 v);
void put_u32(struct writer *out, u32 v);
void put_u64(struct writer *out, u64 v);
void put_zeros(struct writer *out, u32 count);
void put_compact(struct writer *out, u64 v);
void put_bytes(struct writer *out, struct bytes b); /* Vec<u8> */
void put_text(struct writer *out, const char *s);   /* str */
void put_hash(struct writer *out, const struct hash *h);

#endif
