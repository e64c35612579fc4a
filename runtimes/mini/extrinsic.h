/* extrinsic.h - extrinsics of format 4: bare, or signed with sr25519. */
#ifndef MINI_EXTRINSIC_H
#define MINI_EXTRINSIC_H

#include "pallet.h"

struct extrinsic {
    struct bytes whole; /* with its length prefix, as in a block */
    struct bytes call;
    struct origin origin;          /* ORIGIN_NONE: bare */
    struct bytes signature, extra; /* of a signed one */
    u32 nonce;
};

struct extrinsic read_extrinsic(struct reader *in); /* sets in->bad */
void put_bare(struct writer *out, struct bytes call);

/* TransactionValidityError; `valid` if there is none. */
struct validity {
    bool valid;
    u8 family, code;
};
enum { INVALID, UNKNOWN };
enum {
    INVALID_CALL = 0,
    INVALID_FUTURE = 2,
    INVALID_STALE = 3,
    INVALID_BAD_PROOF = 4,
    INVALID_BAD_MANDATORY = 8,
    UNKNOWN_NO_UNSIGNED_VALIDATOR = 1
};
static inline struct validity invalid(u8 code)
{
    return (struct validity){ false, INVALID, code };
}
void put_validity(struct writer *out, struct validity v); /* the Err side: 01, family, code */

/* Signature, nonce (exact in a block, at least the account's in the pool), and
 * for bare ones whether they may be bare. */
struct validity check_extrinsic(const struct extrinsic *x, bool in_pool);

/* Executes it in the block under construction. */
struct validity apply_extrinsic(const struct extrinsic *x, struct outcome *o);

#endif
