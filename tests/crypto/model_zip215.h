/* model_zip215.h - the naive twin of the ed25519 rules. */
#ifndef DG_TESTS_MODEL_ZIP215_H
#define DG_TESTS_MODEL_ZIP215_H

#include "base/base.h"

/* ZIP-215 as it is written: 8 * ([S]B - [k]A - R) by double-and-add. */
bool model_zip215_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);

/* k*p by double-and-add, for any decodable p. False: it does not decode. */
bool model_ed_mul(uint8_t out[32], const uint8_t k[32], const uint8_t p[32]);

#endif
