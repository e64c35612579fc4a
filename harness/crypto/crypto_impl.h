/* crypto_impl.h - shared inside the room only. */
#ifndef DG_CRYPTO_IMPL_H
#define DG_CRYPTO_IMPL_H

#include "crypto/crypto.h"

/* Picks libsodium's fastest code for this machine, once. Every function that
 * leans on libsodium calls it first; a refusal is an assert, not a silence. */
void dg_sodium_ready(void);

/* Keccak-f[1600] over 25 lanes. */
void dg_keccak_f(uint64_t lane[25]);

#endif
