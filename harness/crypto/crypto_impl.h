/* crypto_impl.h - shared inside the room only. */
#ifndef DG_CRYPTO_IMPL_H
#define DG_CRYPTO_IMPL_H

#include "crypto/crypto.h"

/* Picks libsodium's fastest code for this machine, once. Every function that
 * leans on libsodium calls it first; a refusal is an assert, not a silence. */
void dg_sodium_ready(void);

/* Keccak-f[1600] over 25 lanes. */
void dg_keccak_f(uint64_t lane[25]);

/* ---- the group ristretto255, as a group: the identity (32 zero bytes) is a
 * member like any other, although libsodium's multiplication refuses it ---- */

extern const uint8_t dg_point_identity[32];

bool dg_point_valid(const uint8_t p[32]); /* canonical encoding of a member */
void dg_point_base_mul(uint8_t out[32], const uint8_t scalar[32]);
/* False: p is no member. Scalars are canonical. */
bool dg_point_mul(uint8_t out[32], const uint8_t scalar[32], const uint8_t p[32]);
/* out = a*p + b*q, of which q NULL is the base point. False: p or q is no member. */
bool dg_point_mul_add(uint8_t out[32], const uint8_t a[32], const uint8_t p[32],
                      const uint8_t b[32], const uint8_t *q);

/* Scalars modulo the group order L, which ed25519 and ristretto255 share. */
bool dg_scalar_canonical(const uint8_t s[32]);

/* A scalar drawn from a transcript: 64 bytes reduced modulo L. */
void dg_merlin_scalar(dg_merlin *t, const char *label, uint8_t out[32]);

/* The nonce scalar of a signature over the transcript so far. It is drawn from a
 * copy of the transcript keyed with the pair's secret nonce: everything that is
 * signed (context, message, public key) is already bound in, so two different
 * statements never share an r, and one statement has the same r in each run. */
void dg_merlin_witness(const dg_merlin *t, const uint8_t nonce[32], uint8_t r[32]);

#endif
