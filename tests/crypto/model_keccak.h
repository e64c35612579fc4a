/* model_keccak.h - the naive twin of Keccak, bit by bit from its definition. */
#ifndef DG_TESTS_MODEL_KECCAK_H
#define DG_TESTS_MODEL_KECCAK_H

#include "base/base.h"

/* The sponge of `out_len` bytes (32 or 64) with original padding; data up to 1 KiB. */
void model_keccak(uint8_t *out, size_t out_len, dg_bytes data);

#endif
