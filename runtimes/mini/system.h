/* system.h - the block in the making: number, digest, events, weight, code. */
#ifndef MINI_SYSTEM_H
#define MINI_SYSTEM_H

#include "pallet.h"

struct header {
    struct hash parent, state_root, extrinsics_root;
    u32 number;
    struct bytes digest; /* Vec<DigestItem>, encoded */
};

struct header read_header(struct reader *in);
void put_header(struct writer *out, const struct header *h);

enum { DIGEST_CONSENSUS = 4, DIGEST_PRE_RUNTIME = 6, DIGEST_ENVIRONMENT_UPDATED = 8 };
enum weight_class { WEIGHT_NORMAL, WEIGHT_OPERATIONAL, WEIGHT_MANDATORY };
enum execution_phase { PHASE_EXTRINSIC, PHASE_FINALIZATION, PHASE_INITIALIZATION };
/* Picoseconds, the unit of FRAME's ref_time. A block has two seconds. */
#define WEIGHT_SECOND 1000000000000ull
#define WEIGHT_BLOCK (2 * WEIGHT_SECOND)
#define WEIGHT_CALL (WEIGHT_SECOND / 10000)

void system_begin_block(const struct header *h);
struct header system_end_block(void); /* complete: roots and digest */
u32 system_number(void);
struct hash system_parent_hash(void);
struct hash system_block_hash(u32 number); /* zeros when it is not known any more */

void system_set_phase(enum execution_phase phase);
void system_note_extrinsic(struct bytes extrinsic);
void system_note_applied(struct outcome o, enum weight_class class);

void system_deposit_digest(struct bytes item);
void system_deposit_consensus(const char engine[4], struct bytes payload);
void system_deposit_event(const struct pallet *p, u8 event, struct bytes fields);
void system_register_weight(enum weight_class class, u64 ref_time);

u32 system_nonce(const u8 account[32]);
void system_count_nonce(const u8 account[32]);

/* code.c */
extern const struct call system_calls[];
extern const struct choice system_errors[];
/* May the call come without a signature? apply_authorized_upgrade with the right code. */
bool system_allows_bare(struct bytes call);
/* Moves :pending_code to :code: the first act of the first block that runs it. */
void system_apply_pending_code(void);

enum system_event {
    EXTRINSIC_SUCCESS = 0,
    EXTRINSIC_FAILED = 1,
    CODE_UPDATED = 2,
    REMARKED = 5,
    UPGRADE_AUTHORIZED = 6
};

#endif
