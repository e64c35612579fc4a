/* chain_impl.h - shared inside the room only. */
#ifndef DG_CHAIN_IMPL_H
#define DG_CHAIN_IMPL_H

#include "chain/chain.h"

enum {
    DG_HEADER_MAX = 16 << 20, /* bytes of one header */
    DG_BLOCK_MAX = 64 << 20,  /* bytes of all extrinsics of a block */
    DG_ANSWER_BUCKETS = 64,
    DG_ANSWERS_MAX = 65536,      /* runtime-API answers kept with one block */
    DG_EXTRINSICS_MAX = 1 << 20, /* of one block */
    DG_RUNTIMES_MAX = 256,       /* different codes one chain may meet */
    DG_AUTHORITIES_MAX = 100000
};

/* Where a fork of a genesis starts: it has no slot, so any will do; this one is
 * the same in every run (July 2024 on a chain of 6 s slots). */
enum { DG_GENESIS_SLOT = 286000000 };

/* What guests may burn when the caller does not say: some ten times what the
 * heaviest honest block or call on a relay chain takes. */
#define DG_FUEL_BLOCK 100000000000u
#define DG_FUEL_QUERY 20000000000u

/* ---- digests and headers ---- */

dg_code dg_digest_check(dg_bytes digest, dg_error *err);
dg_code dg_digest_find(dg_bytes digest, dg_digest_item *item, uint8_t tag, const char *engine);
uint64_t dg_digest_slot(dg_bytes digest);
void dg_digest_put_claim(dg_buf *out, const dg_slot_claim *claim);
/* Bytes of the header at the start of `raw`. */
dg_code dg_header_measure(dg_bytes raw, size_t *len, dg_error *err);
dg_code dg_header_seal(dg_buf *out, dg_bytes raw, const uint8_t key[32], dg_error *err);
dg_code dg_header_from_json(dg_buf *out, const json_t *object, dg_error *err);
dg_code dg_block_from_json(dg_buf *out, const json_t *document, dg_error *err);

/* ---- the tree ---- */

typedef struct dg_chain_answer dg_chain_answer;

/* A write of `how = override`, kept so that its block can be executed again. */
typedef struct dg_chain_write {
    dg_buf key, value;
    bool deletes;
} dg_chain_write;

struct dg_block {
    dg_chain *chain;
    dg_block *older, *newer; /* all blocks in the order of their making */
    dg_block *parent;        /* NULL: the root, or beside it */
    dg_block *amends;        /* the block whose state this one replaces, while it is there */
    dg_hash hash;
    /* what a child built here names as its parent: another than `hash` where the snapshot told the
     * hash but not the header */
    dg_hash header_hash;
    uint64_t slot;
    uint32_t number;
    bool keep; /* used while pruning */
    dg_state *state;
    dg_buf header; /* sealed */
    dg_buf body;   /* what `extrinsics` points into */
    dg_bytes *extrinsics;
    size_t extrinsic_count;
    dg_chain_write *writes;
    size_t write_count;
    dg_runtime *runtime;       /* answers queries; found on first use; kept by the chain */
    dg_runtime *runtime_next;  /* executes children */
    dg_runtime *executed_by;   /* NULL: came with the snapshot */
    dg_chain_answer **answers; /* buckets; NULL until the first call */
    size_t answer_count;
};

/* One code, compiled by one engine. */
typedef struct dg_chain_known_runtime {
    dg_hash code;
    dg_engine *engine;
    dg_runtime *runtime;
    bool judged;   /* are the next two known? */
    bool lacks;    /* an import that the chain's nodes have not: */
    size_t lacked; /* .. which */
} dg_chain_known_runtime;
typedef struct dg_chain_substitute_code {
    uint32_t number;
    dg_buf code;
} dg_chain_substitute_code;

struct dg_chain {
    dg_chain_options options;
    dg_block *root, *oldest, *newest;
    size_t block_count;
    dg_chain_known_runtime *runtimes;
    size_t runtime_count;
    dg_chain_substitute_code *substitutes;
    size_t substitute_count;
    /* of the fork block, asked once, as a node does at its start; 0: not yet */
    uint64_t slot_ms;
};

/* A block that owns nothing yet but `header` (copied) and `state` (taken, also on
 * failure); not in the tree. */
dg_code dg_block_new(dg_block **out, dg_chain *chain, dg_block *parent, dg_bytes header,
                     dg_state *state, dg_error *err);
void dg_block_free(dg_block *block);
/* Copies `count` extrinsics into the block. */
dg_code dg_block_put_body(dg_block *block, const dg_bytes *extrinsics, size_t count, dg_error *err);
dg_code dg_block_put_writes(dg_block *block, const dg_bytes (*writes)[2], size_t count,
                            dg_error *err);
/* A block with the header and body of `block` and another state (taken, also on failure), added to
 * the tree beside it. */
dg_code dg_block_beside(dg_block **out, dg_block *block, dg_state *state, dg_error *err);
void dg_chain_tree_add(dg_chain *chain, dg_block *block);
void dg_chain_tree_remove(dg_chain *chain, dg_block *block); /* one without children */

/* ---- runtimes ---- */

/* The runtime of `blob`, compiled by `engine` (NULL: the chain's); kept. */
dg_code dg_chain_runtime_of(dg_chain *chain, dg_runtime **out, dg_bytes blob, dg_engine *engine,
                            dg_error *err);
/* Takes over the runtimes of the parent (or of the block amended) if the code is
 * the same. */
void dg_block_inherit_runtime(dg_block *block);
dg_code dg_chain_read_substitutes(dg_chain *chain, const json_t *by_number, dg_error *err);
dg_code dg_block_meta(dg_chain *chain, dg_block *block, const dg_meta **meta, dg_error *err);
/* DG_TRAP where nodes could not use the runtime though this program could; else DG_OK. What the
 * runtime of the forked block imports its nodes provide, whatever it is. */
dg_code dg_chain_refuses(dg_chain *chain, const dg_runtime *runtime, dg_error *err);
dg_host_options dg_chain_host_options(const dg_chain *chain, dg_host_context context);
/* memory.c: what a call of an author gets over this state, of an importer if it `imports`. */
dg_call_heap dg_chain_heap_of(const dg_chain *chain, dg_state *parent, bool imports);
void dg_chain_answers_free(dg_block *block);
/* A plain value at twox128(prefix) ++ twox128(item), without metadata. */
dg_code dg_block_plain(dg_block *block, dg_bytes *value, const char *prefix, const char *item,
                       dg_error *err);

/* ---- clock ---- */

/* Vec<(key, weight)>; DG_LIMIT, DG_NOMEM. */
dg_code dg_epoch_take_authorities(dg_scale *s, dg_epoch *out, dg_error *err);
/* The whole of `raw` as the answer of BabeApi_current_epoch. */
dg_code dg_epoch_decode(dg_epoch *out, dg_bytes raw, dg_error *err);
/* Epoch as BabeApi_current_epoch or _next_epoch answers at `block`. DG_ABSENT:
 * the runtime has no such call. */
dg_code dg_chain_babe_epoch(dg_chain *chain, dg_block *block, dg_epoch *out, bool next,
                            dg_error *err);
typedef struct dg_chain_babe {
    uint64_t slot_ms, epoch_slots;
} dg_chain_babe;
dg_code dg_chain_babe_config(dg_chain *chain, dg_block *block, dg_chain_babe *out, dg_error *err);
dg_code dg_chain_slot_ms(dg_chain *chain, uint64_t *slot_ms, dg_error *err);

/* ---- executing ---- */

/* One block in the making (or made again): a runtime over a fork of the parent's
 * state. Every step is one call, wrapped in its own storage transaction. */
typedef struct dg_exec {
    dg_chain *chain;
    dg_runtime *runtime;
    dg_state *state;         /* owned until it moves into a block */
    dg_call_heap heap;       /* of its calls */
    dg_build_report *report; /* never NULL */
    dg_buf output;           /* answer of the last step */
} dg_exec;

dg_code dg_exec_init(dg_exec *exec, dg_chain *chain, dg_block *parent, dg_runtime *runtime,
                     dg_build_report *report, dg_error *err);
void dg_exec_clear(dg_exec *exec);
typedef enum dg_exec_end { DG_EXEC_COMMIT, DG_EXEC_ROLLBACK } dg_exec_end;
/* Calls `entry`; its writes are kept or undone as `end` says, undone on a trap. */
dg_code dg_exec_call(dg_exec *exec, const char *entry, dg_bytes input, dg_exec_end end,
                     dg_error *err);
dg_code dg_exec_initialize(dg_exec *exec, const dg_hash *parent, uint32_t number, dg_bytes digest,
                           dg_error *err);
typedef enum dg_exec_applied { DG_APPLIED, DG_APPLIED_FAILED, DG_REFUSED } dg_exec_applied;
dg_code dg_exec_apply(dg_exec *exec, dg_exec_applied *how, dg_bytes extrinsic, dg_error *err);
dg_code dg_exec_write(dg_exec *exec, const dg_bytes (*writes)[2], size_t count, dg_error *err);
/* .. and those that take out, which come before the block begins. */
dg_code dg_exec_take_out(dg_exec *exec, const dg_bytes (*writes)[2], size_t count, dg_error *err);
dg_code dg_exec_finalize(dg_exec *exec, dg_error *err); /* header in exec->output */

/* Encoded inherent data of a block in `slot` on `parent`. */
dg_code dg_chain_inherent_data(dg_buf *out, dg_chain *chain, dg_block *parent,
                               const dg_runtime *runtime, uint64_t slot, dg_bytes paras,
                               dg_error *err);

/* ---- events ---- */

dg_code dg_block_meta_executed(dg_chain *chain, dg_block *block, const dg_meta **meta,
                               dg_error *err);
dg_code dg_chain_events_decode(const dg_meta *meta, json_t **out, dg_state *state, dg_error *err);

#endif
