/* merlin.c - Merlin transcripts over STROBE-128, as much of both as transcripts
 * need. Mirrors: Merlin 1.0 and STROBE 1.0.2, reference section "Merlin
 * transcript over STROBE-128". */
#include "crypto_impl.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

enum { RATE = 166 }; /* bytes: 200 - 2 * 16 - 2 */

enum { FLAG_I = 1, FLAG_A = 2, FLAG_C = 4, FLAG_M = 16 };
enum { OP_AD = FLAG_A, OP_META_AD = FLAG_M | FLAG_A, OP_PRF = FLAG_I | FLAG_A | FLAG_C };

static void permute(uint8_t state[200])
{
    uint64_t lane[25];
    for (size_t i = 0; i < 25; i++)
        lane[i] = dg_le64(state + 8 * i);
    dg_keccak_f(lane);
    for (size_t i = 0; i < 25; i++)
        dg_le64_put(state + 8 * i, lane[i]);
}

static void run_f(dg_merlin *t)
{
    t->state[t->pos] ^= t->pos_begin;
    t->state[t->pos + 1] ^= 0x04;
    t->state[RATE + 1] ^= 0x80;
    permute(t->state);
    t->pos = t->pos_begin = 0;
}

static void step(dg_merlin *t)
{
    assert(t->pos < RATE);
    if (++t->pos == RATE)
        run_f(t);
}

static void absorb(dg_merlin *t, const void *data, size_t len)
{
    const uint8_t *at = data;
    for (size_t i = 0; i < len; i++) {
        t->state[t->pos] ^= at[i];
        step(t);
    }
}

static void squeeze(dg_merlin *t, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = t->state[t->pos];
        t->state[t->pos] = 0;
        step(t);
    }
}

static void begin(dg_merlin *t, uint8_t flags)
{
    uint8_t head[2] = { t->pos_begin, flags };
    t->pos_begin = (uint8_t)(t->pos + 1);
    t->flags = flags;
    absorb(t, head, sizeof head);
    if ((flags & FLAG_C) && t->pos != 0)
        run_f(t);
}

/* The label, then the length as a continuation of the same operation. */
static void frame(dg_merlin *t, const char *label, size_t len)
{
    uint8_t size[4];
    assert(len <= UINT32_MAX);
    dg_le32_put(size, (uint32_t)len);
    begin(t, OP_META_AD);
    absorb(t, label, strlen(label));
    absorb(t, size, sizeof size);
}

void dg_merlin_append(dg_merlin *t, const char *label, dg_bytes message)
{
    frame(t, label, message.len);
    begin(t, OP_AD);
    absorb(t, message.at, message.len);
}

void dg_merlin_append_u64(dg_merlin *t, const char *label, uint64_t v)
{
    uint8_t bytes[8];
    dg_le64_put(bytes, v);
    dg_merlin_append(t, label, DG_BYTES_OF(bytes));
}

void dg_merlin_challenge(dg_merlin *t, const char *label, uint8_t *out, size_t len)
{
    frame(t, label, len);
    begin(t, OP_PRF);
    squeeze(t, out, len);
}

void dg_merlin_init(dg_merlin *t, const char *label)
{
    static const uint8_t head[6] = { 1, RATE + 2, 1, 0, 1, 12 * 8 };
    memset(t, 0, sizeof *t);
    memcpy(t->state, head, sizeof head);
    memcpy(t->state + sizeof head, "STROBEv1.0.2", 12);
    permute(t->state);
    begin(t, OP_META_AD);
    absorb(t, "Merlin v1.0", 11);
    dg_merlin_append(t, "dom-sep", dg_text(label));
}

void dg_merlin_scalar(dg_merlin *t, const char *label, uint8_t out[32])
{
    uint8_t wide[64];
    dg_merlin_challenge(t, label, wide, sizeof wide);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

void dg_merlin_witness(const dg_merlin *t, const uint8_t nonce[32], uint8_t r[32])
{
    dg_merlin own = *t;
    dg_merlin_append(&own, "doppel-nonce", dg_bytes_of(nonce, 32));
    dg_merlin_scalar(&own, "doppel-witness", r);
}
