/* authorities.h - those who learn of a new session: BABE, GRANDPA, discovery,
 * and the parachains' initializer. */
#ifndef MINI_AUTHORITIES_H
#define MINI_AUTHORITIES_H

#include "session.h"
#include "system.h"

/* ---- babe.c ---- */
enum { SLOT_DURATION_MS = 6000 };
void babe_on_initialize(const struct header *h);
void babe_on_finalize(void);
bool babe_epoch_is_over(void);
void babe_on_new_session(const struct validators *now, const struct validators *next);
void babe_on_timestamp(u64 now_ms); /* panics unless it falls into the block's slot */
u64 babe_current_slot(void);
void babe_put_configuration(struct writer *out);
void babe_put_epoch(struct writer *out, bool next);
u64 babe_epoch_start(void);

/* ---- grandpa.c ---- */
void grandpa_on_new_session(const struct validators *now, bool changed);
void grandpa_put_authorities(struct writer *out);
void grandpa_migrate(void);
u64 grandpa_set_id(void);

/* ---- authority_discovery.c ---- */
void authority_discovery_on_new_session(const struct validators *now);

/* ---- initializer.c ---- */
void initializer_on_new_session(const struct validators *now, u32 index);
void initializer_on_finalize(void);

#endif
