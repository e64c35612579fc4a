/* pallet.h - a pallet as data: one table feeds dispatch and metadata alike. */
#ifndef MINI_PALLET_H
#define MINI_PALLET_H

#include "scale.h"
#include "storage.h"
#include "types.h"

/* ---- calls ---- */

enum origin_kind { ORIGIN_ROOT, ORIGIN_SIGNED, ORIGIN_NONE };
struct origin {
    enum origin_kind kind;
    u8 account[32];
};

/* How a call ended. The numbers from BAD_ORIGIN on are those of DispatchError. */
enum outcome_kind {
    DISPATCH_BAD_ORIGIN = 2,
    DISPATCH_MODULE = 3,
    DISPATCH_OK = 0x80,
    DISPATCH_UNDECODABLE
};
struct outcome {
    u8 kind, module, error;
};

static inline struct outcome succeeded(void)
{
    return (struct outcome){ .kind = DISPATCH_OK };
}
static inline struct outcome bad_origin(void)
{
    return (struct outcome){ .kind = DISPATCH_BAD_ORIGIN };
}
static inline struct outcome undecodable(void)
{
    return (struct outcome){ .kind = DISPATCH_UNDECODABLE };
}

/* Reads its arguments first: nothing happens when they do not decode. */
typedef struct outcome (*call_fn)(const struct origin *origin, struct reader *args);

/* Tables end with a row whose name is NULL. */
struct call {
    const char *name;
    u8 index;
    const struct field *args;
    call_fn run;
};

/* ---- storage items and constants ---- */

enum presence { OPTIONAL, DEFAULTED };

struct entry {
    const char *name;
    enum presence presence;
    enum hasher hasher;                   /* HASH_NONE: a plain value */
    enum type_id key, value;              /* key only with a hasher */
    u8 zeros;                             /* the default, if so many zero bytes encode it */
    void (*fallback)(struct writer *out); /* the default otherwise */
    u8 since;                             /* generation that brought it; 0 or 1: always there */
    enum hasher (*hasher_now)(void);      /* in place of `hasher`, where variants differ */
};

struct constant {
    const char *name;
    enum type_id type;
    u64 number;
    void (*write)(struct writer *out); /* if it is not a number */
};

struct pallet {
    const char *name;
    u8 index;
    const struct entry *entries; /* any of these tables may be NULL */
    const struct call *calls;
    const struct choice *events, *errors;
    const struct constant *constants;
    enum type_id calls_type, events_type, errors_type; /* where there is a table */
    u8 since;
};

extern const struct pallet *const pallets[]; /* by index; ends with NULL */
bool pallet_is_there(const struct pallet *p);
/* As numbered in this blob: a stored call is read by these. */
const char *pallet_name(const struct pallet *p);
u8 pallet_index(const struct pallet *p);
u8 call_index(const struct pallet *p, const struct call *c);

extern const struct pallet pallet_system, pallet_scheduler, pallet_babe, pallet_timestamp,
    pallet_session, pallet_preimage, pallet_grandpa, pallet_authority_discovery,
    pallet_configuration, pallet_paras_shared, pallet_para_inherent, pallet_para_scheduler,
    pallet_paras, pallet_initializer, pallet_para_session_info, pallet_migrations, pallet_sudo;

static inline struct outcome failed(const struct pallet *p, u8 error)
{
    return (struct outcome){ DISPATCH_MODULE, pallet_index(p), error };
}

/* ---- dispatch ---- */

/* Runs the call that `in` begins with, in a storage transaction that is undone
 * when it fails. */
struct outcome dispatch(const struct origin *origin, struct reader *in);
void put_outcome(struct writer *out, struct outcome o); /* Result<(), DispatchError> */

#endif
