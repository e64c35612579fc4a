/* paras.h - parachains and the validators that serve them. */
#ifndef MINI_PARAS_H
#define MINI_PARAS_H

#include "pallet.h"

/* ---- paras.c ---- */
struct bytes paras_list(void); /* Vec<u32>, ascending */
u32 paras_count(void);
u32 para_at(u32 i);
bool para_head(u32 para, struct bytes *head); /* the head data itself */
bool para_code_hash(u32 para, struct hash *code);
bool para_code(const struct hash *code, struct bytes *blob);
/* Migration of MostRecentContext from a number to (number, hash): one entry at a
 * time. False: nothing is left to do. */
bool paras_migrate_one(void);
void paras_migrate(void);
extern const struct type context_types[]; /* old, new; for metadata */

/* ---- initializer.c ---- */
u32 shared_session(void);
u32 shared_session_start(void);
struct bytes shared_validator_keys(void); /* Vec of their para keys */
struct bytes shared_groups(void);         /* Vec<Vec<u32>> */

#endif
