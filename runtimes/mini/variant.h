/* variant.h - in what one blob of the family differs from the others.
 *
 * All blobs are linked from the same objects; only variant.o is compiled for each
 * of them, from the switches in variants.json. */
#ifndef MINI_VARIANT_H
#define MINI_VARIANT_H

#include "env.h"

/* What a broken runtime does wrong: one thing each. "At U" means: over storage
 * that this runtime has not migrated yet, so in the block of the upgrade. */
enum fault {
    SOUND,
    /* blocks */
    INIT_TRAPS,
    INIT_LOOPS,
    INIT_RECURSES,
    INIT_EATS_MEMORY,
    FINALIZE_TRAPS,
    ODD_SLOTS_REFUSED, /* no block in every second slot */
    EXECUTION_DIFFERS, /* building writes what executing does not */
    STATE_GROWS,       /* a quarter of a megabyte a block, for ever */
    /* sessions */
    EPOCH_DIGEST_FORGOTTEN, /* a new epoch is enacted, but not announced */
    SESSIONS_STOP,          /* the epoch never ends */
    GRANDPA_LOST,           /* the authority list is dropped on the way into the pallet */
    /* inherents */
    INHERENT_REFUSED,  /* the paras inherent fails when it is dispatched */
    INHERENT_NOT_MADE, /* no paras inherent is made from the data */
    FLAG_KEPT,         /* the flag of the time that was set is cleared when the next block begins */
    /* migrations */
    MIGRATION_TRAPS,
    MIGRATION_HEAVY,      /* far more than a block's weight */
    MIGRATION_ENDLESS,    /* a multi-block migration without an end */
    MIGRATION_STUCK,      /* a multi-block migration that gives up */
    ENTRIES_LEFT,         /* a map of which only the first entry is migrated */
    HEADS_LEFT,           /* a map hashed otherwise, without the migration */
    PARACHAIN_FORGOTTEN,  /* the migration leaves the last parachain out of the list */
    VERSION_KEPT,         /* storage migrated, storage version left behind */
    UPGRADE_NOT_RECORDED, /* migrations run again in every block */
    CONFIG_LOST,          /* host configuration: new layout, no migration */
    CONFIG_RENAMED,       /* the pallet has another name, and so its storage; no migration */
    CONFIG_ALTERED,       /* a value changes on the way */
    KEYS_UNMIGRATED,      /* session keys: new layout, no migration */
    KEYS_FROM_1_ALONE,    /* .. with one that runs after version 1 alone */
    /* stored calls */
    CALLS_RENUMBERED, /* a stored call means another one */
    CALLS_VANISHED,   /* a stored call does not decode */
    EXTENSION_ADDED,  /* what is signed changes, transaction_version stays */
    /* runtime APIs */
    API_DEFAULTS_AT_U,
    API_UNDECODABLE_AT_U,
    API_HUGE_AT_U,
    API_TRAPS_AT_U,
    API_LOOPS_AT_U,
    API_RECURSES_AT_U,
    API_EATS_MEMORY_AT_U,
    /* claim_queue looks for the lookahead where the old layout has another field */
    CONFIG_MISREAD_AT_U,
    /* memory: as many pages as `appetite` says, all told, in one call */
    INIT_APPETITE,      /* initialize_block, in every block */
    MIGRATION_APPETITE, /* the migration, so the first block after U */
    SESSION_APPETITE,   /* the first block of a session */
    IMPORT_APPETITE,    /* executing a block as a whole, so not its author */
    QUERY_APPETITE,     /* availability_cores */
    API_GARBAGE,        /* an answer that never decodes */
    ANSWER_TYPE_CHANGED /* another answer under the same version */
};

/* Layouts of the session keys: which keys, in which order (session.c). */
enum keys_layout {
    KEYS_WITH_IM_ONLINE,
    KEYS_WITHOUT_IM_ONLINE,
    KEYS_WITH_BEEFY,
    KEYS_BABE_FIRST /* as many bytes, in another order */
};

struct variant {
    const char *spec_name;
    u32 spec_version;
    u8 system_version; /* 1: values by hash; 3: new code goes to :pending_code */
    u8 generation;     /* 1: what is live (N-1); 2: its successor (N) */
    u8 host;           /* version of ParachainHost in generation 2 */
    enum keys_layout keys;
    bool contexts_with_hash; /* Paras.MostRecentContext holds (number, hash) */
    bool heads_by_blake2;    /* Paras.Heads, which twox64 hashes in the live runtime */
    bool migrates_in_steps;  /* that map is migrated one entry a block */
    u64 epoch_length;        /* slots */
    u32 appetite;            /* pages of memory; where Mini.Appetite is stored that instead */
    enum fault fault;
};

extern const struct variant variant;

static inline bool fault_is(enum fault fault)
{
    return variant.fault == fault;
}

#endif
