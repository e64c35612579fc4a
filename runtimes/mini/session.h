/* session.h - who validates: sessions, and the keys validators act with. */
#ifndef MINI_SESSION_H
#define MINI_SESSION_H

#include "pallet.h"
#include "variant.h"

/* One kind of session key. */
struct key_kind {
    char id[4];
    const char *name;
    u8 len;
};
const struct key_kind *session_key_kinds(enum keys_layout layout); /* ends with len 0 */
u32 session_keys_len(enum keys_layout layout);
/* The key called `id` in encoded keys of this variant's layout. */
struct bytes session_key_in(enum keys_layout layout, struct bytes keys, const char id[4]);
struct bytes session_key(struct bytes keys, const char id[4]);

/* Validators with their keys, as Session.QueuedKeys holds them: Vec<(account, keys)>. */
struct validators {
    u32 count;
    struct bytes rows;
};
enum { ACCOUNT_LEN = 32 };
struct bytes validator_account(const struct validators *v, u32 i);
struct bytes validator_key(const struct validators *v, u32 i, const char id[4]);
/* Vec of everybody's keys called `id`. */
void put_validator_keys(struct writer *out, const struct validators *v, const char id[4]);

u32 session_index(void);
/* Ends the session if BABE says that its epoch is over. */
void session_on_initialize(void);

extern const struct type session_keys_types[]; /* by layout, for metadata */

#endif
