/* crypto.h - hashes and signatures of the chain, bit-exact.
 *
 * Every function is pure. Signatures made here use the deterministic nonce that
 * the function states, never a random source, so that a run is replayable.
 * Mirrors: the sections of the protocol reference named at each function. */
#ifndef DG_CRYPTO_H
#define DG_CRYPTO_H

#include "base/base.h"

/* ---- hashes ---- */

/* BLAKE2b without key, `out_len` 1..64 bytes (8, 16 and 32 are used). */
void dg_blake2b(uint8_t *out, size_t out_len, dg_bytes data);
/* BLAKE2b-256 of `data`: the hash of headers, codes and trie nodes. */
dg_hash dg_blake2_256(dg_bytes data);
/* The same of a ++ b, which need not lie together. */
dg_hash dg_blake2_256_two(dg_bytes a, dg_bytes b);
/* xxHash64 with seeds 0, 1, .. each written little-endian; out_len 8, 16 or 32. */
void dg_twox(uint8_t *out, size_t out_len, dg_bytes data);
/* Keccak-256 with the original padding, as Ethereum has it; not SHA-3. */
void dg_keccak_256(uint8_t out[32], dg_bytes data);
/* Keccak-512 with the original padding; not SHA-3. */
void dg_keccak_512(uint8_t out[64], dg_bytes data);
/* SHA-256 of `data`. */
void dg_sha2_256(uint8_t out[32], dg_bytes data);

/* ---- ed25519, by the rules of ZIP-215 ---- */

/* Is it a signature of `message` by `pk`? Any encoding of a point is taken and the cofactor is
 * cleared, by ZIP-215, so that every node answers alike. */
bool dg_ed25519_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);
/* The public key of a 32-byte seed. */
void dg_ed25519_public(uint8_t pk[32], const uint8_t seed[32]);
/* Signs by RFC 8032: the nonce is a hash of seed and message. */
void dg_ed25519_sign(uint8_t sig[64], dg_bytes message, const uint8_t seed[32]);

/* ---- secp256k1 ---- */

typedef enum dg_ecdsa_recovery {
    DG_ECDSA_OK = -1,
    DG_ECDSA_BAD_RS = 0,
    DG_ECDSA_BAD_V = 1,
    DG_ECDSA_BAD_SIGNATURE = 2
} dg_ecdsa_recovery;
/* Public key (x ++ y, 64 bytes) that signed the 32-byte hash. V is checked
 * first; `strict` refuses r or s beyond the group order (version 2).
 * Mirrors: host API ext_crypto_secp256k1_ecdsa_recover. */
dg_ecdsa_recovery dg_ecdsa_recover(uint8_t out[64], const uint8_t sig[65], const uint8_t hash[32],
                                   bool strict);
/* A public key of 64 bytes (x ++ y) in its compressed form. */
void dg_ecdsa_compress(uint8_t out[33], const uint8_t xy[64]);
/* The message is hashed with BLAKE2b-256; true if the recovered key is `pk`. V is
 * 0 to 3 here, although recovery takes 27 to 30 as well. */
bool dg_ecdsa_verify(const uint8_t sig[65], dg_bytes message, const uint8_t pk[33], bool strict);
/* The same for a message that is hashed already. */
bool dg_ecdsa_verify_prehashed(const uint8_t sig[65], const uint8_t hash[32], const uint8_t pk[33]);
/* The compressed public key of a secret. False: zero, or not below the group order. */
bool dg_ecdsa_public(uint8_t pk[33], const uint8_t secret[32]);
/* Signs a 32-byte hash; the last byte of `sig` is V, 0 to 3. The nonce is that of RFC 6979.
 * False: not a valid secret. */
bool dg_ecdsa_sign_prehashed(uint8_t sig[65], const uint8_t hash[32], const uint8_t secret[32]);

/* ---- Merlin transcripts over STROBE-128 ---- */

typedef struct dg_merlin {
    uint8_t state[200];
    uint8_t pos, pos_begin, flags;
} dg_merlin;
/* A transcript of the protocol `label`. Both sides append the same, in the same order, and draw
 * the same challenges. `label` is C text here and below. */
void dg_merlin_init(dg_merlin *t, const char *label);
/* Appends `message` under `label`. */
void dg_merlin_append(dg_merlin *t, const char *label, dg_bytes message);
/* Appends a number as 8 little-endian bytes. */
void dg_merlin_append_u64(dg_merlin *t, const char *label, uint64_t v);
/* Draws `len` bytes that depend on all that was appended and drawn before. */
void dg_merlin_challenge(dg_merlin *t, const char *label, uint8_t *out, size_t len);

/* ---- sr25519 (Schnorr on ristretto255) ---- */

typedef struct dg_sr25519_pair {
    uint8_t scalar[32]; /* canonical, little-endian */
    uint8_t nonce[32];
    uint8_t pk[32];
} dg_sr25519_pair;

/* The pair of a 32-byte mini secret, expanded the ed25519 way (the mode of all Substrate keys). */
void dg_sr25519_from_mini(dg_sr25519_pair *pair, const uint8_t mini[32]);
/* Hard junction: the mini secret of `//name` below `mini`. cc = chain code, 32 bytes. */
void dg_sr25519_derive_hard(uint8_t mini_out[32], const uint8_t mini[32], const uint8_t cc[32]);
/* "//Alice//stash" or "0x<64 hex>" with optional junctions, below the development
 * phrase: the mini secret. DG_MALFORMED: soft junctions, phrases of words,
 * passwords; DG_LIMIT above 1024 bytes. For sr25519 and, with the other
 * derivations, ed25519 and ecdsa ("kind" s, e, c). The text of a failure names a
 * place in the URI and never repeats it. */
dg_code dg_secret_from_uri(uint8_t mini[32], char kind, dg_bytes uri, dg_error *err);

/* Context "substrate". The nonce is drawn from a copy of the signed transcript
 * keyed with the pair's secret nonce, so equal in each run. */
void dg_sr25519_sign(uint8_t sig[64], const dg_sr25519_pair *pair, dg_bytes message);
/* As sign, with the caller's r: for vectors only. */
void dg_sr25519_sign_with(uint8_t sig[64], const dg_sr25519_pair *pair, dg_bytes message,
                          const uint8_t r[32]);
/* Is it a signature of `message` by `pk`, in the context "substrate"? Refuses signatures without
 * the schnorrkel marker bit, scalars that are not canonical and points that are none. */
bool dg_sr25519_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);
/* The tolerant rules of host function version 1 (old labels, no marker bit). */
bool dg_sr25519_verify_v1(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);

/* VRF of BABE. The input of slot `slot` in epoch `epoch` with `randomness`. */
typedef struct dg_vrf {
    uint8_t output[32], proof[64];
} dg_vrf;
/* The VRF input of slot `slot` in epoch `epoch`, whose randomness is `randomness`. Mirrors:
 * sp-consensus-babe, make_vrf_transcript. */
dg_merlin dg_babe_transcript(uint64_t slot, uint64_t epoch, const uint8_t randomness[32]);
/* Output and proof of `pair` at `input`; the nonce is drawn from the transcript and the secret,
 * so equal input gives equal bytes. */
void dg_vrf_sign(dg_vrf *vrf, const dg_sr25519_pair *pair, const dg_merlin *input);
/* The same with the nonce `r` given: for vectors only. */
void dg_vrf_sign_with(dg_vrf *vrf, const dg_sr25519_pair *pair, const dg_merlin *input,
                      const uint8_t r[32]);
/* Is the proof one for this output, key and input? Refuses scalars that are not canonical and
 * the identity as output. */
bool dg_vrf_verify(const dg_vrf *vrf, const uint8_t pk[32], const dg_merlin *input);
/* Bytes drawn from an output: context "substrate-babe-vrf" (16) or
 * "BabeVRFInOutContext" (32). False: output or key is no point. */
bool dg_vrf_bytes(uint8_t *out, size_t len, const uint8_t output[32], const uint8_t pk[32],
                  const dg_merlin *input, const char *context);

/* The BABE primary threshold of one authority, as 16 little-endian bytes:
 * floor(2^128 * (1 - (1 - c0/c1)^(weight/total))), the double taken exactly.
 * One and more give 2^128 - 1; what is no number (c1 or total zero) gives 0 or that. */
void dg_babe_threshold(uint8_t out[16], uint64_t c0, uint64_t c1, uint64_t weight, uint64_t total);

/* The marked signature of (message, pk). No secret is needed: it proves nothing outside a run. */
void dg_marked_sign(uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);
/* Is it the marked signature of this message and key? False for every genuine signature. */
bool dg_marked_verify(const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);

#endif
