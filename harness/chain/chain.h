/* chain.h - a forked relay chain: a tree of blocks, each with its state.
 *
 *   open     dg_chain_open(snapshot)            the fork block is the tree's root
 *   clock    dg_chain_clock, dg_epoch_claims    slots, epochs, authors entitled to a slot
 *   grow     dg_chain_build | dg_chain_import   one block on a parent
 *   ask      dg_chain_call                      runtime API at a block, cached there
 *   enact    dg_chain_enact_*                   N over N-1 by every real path
 *   finalize dg_chain_finalize                  losing forks and old states are freed
 *   close    dg_chain_close
 *
 * What a runtime knows of itself (slot duration, epoch length, authorities) is
 * asked from the runtime at hand, never assumed.
 *
 * Invariant: a block's header and state never change once it is in the tree.
 * Block pointers are borrowed: valid until the block is pruned or the chain closed.
 * Mirrors: sc-consensus-babe, sc-basic-authorship, frame-executive.
 *
 *   One block, by whoever has the first claim of the next slot:
 *
 *     dg_block *tip = dg_chain_root(chain), *made;
 *     dg_chain_clock(chain, tip, &clock, err);
 *     dg_chain_epoch(chain, tip, clock.next_slot, &epoch, err);
 *     if (dg_epoch_claims(&epoch, &claim, 1, clock.next_slot, seed))
 *         rc = dg_chain_build(chain, &made, &report, tip, &(dg_build_options){ claim }, err);
 *     ..   DG_TRAP: report.step says where, and report.panic what the runtime said
 *     dg_epoch_clear(&epoch);
 *
 * Whose block a function is given has to be of that very chain: an assert, but for
 * dg_chain_finalize. One chain is used by one thread at a time; several may share an engine and
 * its runtimes. Everything may fail with DG_NOMEM, and with DG_IO where the snapshot is read. */
#ifndef DG_CHAIN_H
#define DG_CHAIN_H

#include "base/base.h"
#include "host/host.h"
#include "scale/scale.h"
#include "snapshot/snapshot.h"
#include "state/state.h"

/* ---- headers and digests ---- */

enum {
    /* tags of digest items, sp-runtime DigestItemType */
    DG_DIGEST_OTHER = 0,
    DG_DIGEST_CONSENSUS = 4,
    DG_DIGEST_SEAL = 5,
    DG_DIGEST_PRERUNTIME = 6,
    DG_DIGEST_ENVIRONMENT_UPDATED = 8
};

/* A header in parts. Numbers of these chains have 32 bits, as BlockNumber of polkadot-primitives.
 */
typedef struct dg_header {
    dg_hash parent, state_root, extrinsics_root;
    uint32_t number;
    dg_bytes digest; /* Vec<DigestItem>, with its length; borrowed from what was decoded */
} dg_header;

/* Strict: the whole of `raw` is one header whose digest decodes; `digest` is borrowed from it.
 * DG_MALFORMED. Mirrors: sp-runtime generic::Header. */
dg_code dg_header_decode(dg_header *out, dg_bytes raw, dg_error *err);
/* Appends the header's SCALE bytes. Failure: the buffer's `rc`. */
void dg_header_encode(dg_buf *out, const dg_header *header);
/* BLAKE2b-256 of the encoded header, seal included: the hash of its block. All zero when there
 * was no memory for it. */
dg_hash dg_header_hash(const dg_header *header);

/* One item of a digest, borrowed from its bytes. */
typedef struct dg_digest_item {
    uint8_t tag;       /* DG_DIGEST_.. */
    uint8_t engine[4]; /* "BABE", "FRNK"; zeroes where the tag has none */
    dg_bytes payload;  /* what stands behind tag, engine and length */
    dg_bytes raw;      /* the whole item, tag first */
} dg_digest_item;
/* Steps through a digest, with dg_digest_iter_init and then dg_digest_next until it is not DG_OK.
 * Nothing to give back. */
typedef struct dg_digest_iter {
    dg_scale s;
    uint32_t left;
} dg_digest_iter;
/* At the first item of a digest with its length in front, as dg_header.digest. Valid while those
 * bytes are. */
void dg_digest_iter_init(dg_digest_iter *it, dg_bytes digest);
/* The next item, borrowed. DG_OK; DG_END; DG_MALFORMED, once. */
dg_code dg_digest_next(dg_digest_iter *it, dg_digest_item *item, dg_error *err);
/* Appends the header without its seal to `out`, as it is executed; `seal` is the seal item, its
 * `raw` empty if there is none. DG_MALFORMED. */
dg_code dg_header_unseal(dg_buf *out, dg_digest_item *seal, dg_bytes raw, dg_error *err);

/* ---- epochs and claims ---- */

/* One of BABE: its sr25519 public key. All weights are 1 on the chains that there are. */
typedef struct dg_authority {
    uint8_t key[32];
    uint64_t weight;
} dg_authority;
/* Slots start_slot to start_slot + duration - 1, and whoever may author in them. Mirrors:
 * sp-consensus-babe Epoch and BabeEpochConfiguration. */
typedef struct dg_epoch {
    uint64_t index, start_slot, duration; /* slots */
    uint64_t c[2];                        /* primary probability c[0]/c[1] */
    uint8_t allowed_slots;                /* 0 primary, 1 + secondary plain, 2 + secondary VRF */
    uint8_t randomness[32];
    dg_authority *authorities; /* owned by the epoch */
    uint32_t authority_count;
} dg_epoch;
/* Gives back the authorities and leaves the numbers; an epoch of zeros is fine. */
void dg_epoch_clear(dg_epoch *epoch);

/* As a pre-digest has it. Mirrors: sp-consensus-babe PreDigest. */
typedef enum dg_slot_claim_kind {
    DG_SLOT_CLAIM_PRIMARY = 1,
    DG_SLOT_CLAIM_SECONDARY_PLAIN = 2,
    DG_SLOT_CLAIM_SECONDARY_VRF = 3
} dg_slot_claim_kind;
/* The right to author in a slot, as it stands in a pre-digest. No key of an authority is known
 * here, so output and proof are none that a client would accept; a runtime does not check them. */
typedef struct dg_slot_claim {
    uint64_t slot;
    dg_slot_claim_kind kind;
    uint32_t authority;     /* index into the epoch's authorities */
    uint8_t vrf_output[32]; /* a valid point, drawn from the seed (keys are not ours) */
    uint8_t vrf_proof[64];
} dg_slot_claim;
/* All claims of a slot, primaries first (ascending authority), then the one
 * secondary author (exact: from the randomness). Primary wins are drawn with the
 * exact threshold from a stream per (authority, slot). Returns the count, at most
 * `max`; with a `max` that was too low there is no telling how many more there are. A slot without
 * any claim is empty (primary-only chains). The secondary author is left out where it has a primary
 * claim as well. */
size_t dg_epoch_claims(const dg_epoch *epoch, dg_slot_claim *claims, size_t max, uint64_t slot,
                       uint64_t seed);
/* Index of the one authority that may claim `slot` without luck, from the randomness of the
 * epoch; 0 where it has none. Mirrors: sc-consensus-babe, secondary_slot_author. */
uint32_t dg_epoch_secondary_author(const dg_epoch *epoch, uint64_t slot);

/* ---- the chain ---- */

typedef struct dg_chain dg_chain;
typedef struct dg_block dg_block; /* owned by its chain, never by a caller */

/* What nodes give a runtime call beyond the memory that its code begins with, in pages of
 * DG_WASM_PAGE. Authors and importers go by `:heappages` of the parent's state where that can be
 * read; queries never do. Mirrors: sc-executor executor.rs, CodeExecutor::call. */
typedef struct dg_chain_memory {
    uint32_t pages; /* without `:heappages`, and of queries; 0: DG_CHAIN_HEAP_PAGES */
    /* so many times as much where a block is imported; 0: DG_CHAIN_HEAP_IMPORT_TIMES */
    uint32_t import_times;
    bool unlimited; /* a world without these limits */
} dg_chain_memory;
enum {
    DG_CHAIN_HEAP_PAGES = 2048,    /* sc-executor-common DEFAULT_HEAP_ALLOC_PAGES */
    DG_CHAIN_HEAP_IMPORT_TIMES = 2 /* since sc-executor 0.49.0; before: once */
};
/* What nodes give a query, where it is made over a state and not at a block of a chain. */
#define DG_CHAIN_HEAP_OF_QUERY ((dg_call_heap){ .set = true, .pages = DG_CHAIN_HEAP_PAGES })

/* How a chain is run; the same for all its blocks. All but `engine` may be zero. Fuel bounds what
 * one call may do, and a call that runs out of it ends as DG_TRAP: 100 thousand million of a
 * block's steps, 20 thousand million of a query, where nothing else is said. */
/* Runtime APIs that another runtime answers, over the state of whatever block is asked: a trial of
 * what these answers alone cost. It has to outlive the chain, the names too. */
enum { DG_CHAIN_STAND_IN_MAX = 8 };
typedef struct dg_chain_stand_in {
    dg_runtime *by;
    const char *methods[DG_CHAIN_STAND_IN_MAX];
    size_t count;
} dg_chain_stand_in;

typedef struct dg_chain_options {
    dg_engine *engine; /* outlives the chain */
    /* in place of the snapshot's; forked, so it need not outlive the chain. A genesis gets the
     * header that follows from it, a later block keeps its own: every report shows it. NULL: the
     * snapshot's */
    const dg_state *state;
    bool simulated_validators;       /* see host.h */
    uint64_t fuel_block, fuel_query; /* 0: defaults of the room */
    uint32_t memory_max;             /* bytes; 0: the engine's */
    dg_chain_memory memory;          /* .. and what nodes give; the smaller of the two counts */
    /* made by `engine` before, of code that the chain may meet: it keeps them */
    dg_runtime *const *known;
    size_t known_count;
    bool (*accept_signature)(const uint8_t sig[64]); /* for tests only, see host.h */
    /* is import `i` of a runtime one that the chain's nodes lack? Then they make no block with it,
     * unless the code of the chain's root imports it too. NULL: they have all */
    bool (*lacked)(const dg_runtime *runtime, size_t i);
    /* nodes, and with them set_code, find out a version as if there were no sections: see
     * dg_runtime_refused */
    bool asks_code;
    dg_chain_stand_in stand_in; /* zeroes: there is none */
} dg_chain_options;

/* A chain over the snapshot, which must outlive it: the fork block is its root. `options` is
 * copied. DG_MALFORMED: no runtime in the state; codes of dg_runtime_new; DG_NOMEM. */
dg_code dg_chain_open(dg_chain **out, dg_snapshot *snapshot, const dg_chain_options *options,
                      dg_error *err);
/* With all its blocks, states and cached answers. NULL is fine. */
void dg_chain_close(dg_chain *chain);
/* The fork block, or the last one that was finalized. */
dg_block *dg_chain_root(dg_chain *chain);

/* Its number; the fork block's is the snapshot's. */
uint32_t dg_block_number(const dg_block *block);
/* Hash of its header. */
const dg_hash *dg_block_hash(const dg_block *block);
/* Its header, encoded and sealed; of a genesis the one that follows from its state. Seals of blocks
 * that were built here are marks, no signatures. Borrowed from the block. */
dg_bytes dg_block_header(const dg_block *block);
/* Its slot, by its digest; 0 for a genesis. */
uint64_t dg_block_slot(const dg_block *block);
/* The block that it was built on; NULL when that is pruned away. */
dg_block *dg_block_parent(const dg_block *block);
/* The state after the block: read it, or fork it to write. Writing to it would change what every
 * child of the block stands on. */
dg_state *dg_block_state(const dg_block *block);
/* How many extrinsics it holds, inherents included. */
size_t dg_block_extrinsic_count(const dg_block *block);
/* Extrinsic `i` with its length prefix, borrowed from the block; empty past the end. */
dg_bytes dg_block_extrinsic(const dg_block *block, size_t i);
/* The runtime that answers queries at this block: the code of its state, substitutes honoured.
 * Borrowed from the chain. Codes of dg_runtime_new. */
dg_code dg_block_runtime(dg_chain *chain, dg_block *block, dg_runtime **out, dg_error *err);
/* The runtime that executes its children; another one while `:pending_code` waits. As
 * dg_block_runtime. */
dg_code dg_block_runtime_next(dg_chain *chain, dg_block *block, dg_runtime **out, dg_error *err);
/* From `from` on nodes know a substitute for its code, as after a restart with a chain spec that
 * has it: blocks of that number and above forget what they were answered, their children are
 * executed by `code`, which is copied. `:code` stays as it is, and so does code that still waits in
 * `:pending_code`. DG_MISMATCH: the block's code has another spec_version, so that nodes would
 * never use `code`; codes of dg_runtime_new. Mirrors: sc-service wasm_substitutes.rs,
 * WasmSubstitutes. */
dg_code dg_chain_substitute(dg_chain *chain, dg_block *from, dg_bytes code, dg_error *err);

/* ---- clock ---- */

/* Where a block stands in time. Slots are absolute, as in pre-digests: slot times slot_ms is Unix
 * time in ms on a live chain. */
typedef struct dg_clock {
    uint64_t slot_ms, epoch_slots;     /* BabeApi_configuration of the runtime at the block */
    uint64_t epoch_index, epoch_start; /* at a genesis: the slot that its first block should have */
    uint64_t slot;                     /* of the block */
    uint32_t session;                  /* Session.CurrentIndex where metadata tells it */
    /* first slot a child may have: slot + 1, or the genesis slot */
    uint64_t next_slot;
    uint64_t next_boundary; /* first slot of the next epoch */
} dg_clock;
/* As the runtime at `block` answers. Where epochs were skipped since, next_boundary is after the
 * block all the same. DG_ABSENT: no BABE; DG_TRAP; DG_MALFORMED: an answer that does not decode, or
 * says what cannot be (a slot of 0 ms or more than a day). */
dg_code dg_chain_clock(dg_chain *chain, dg_block *block, dg_clock *clock, dg_error *err);
/* The epoch in which `slot` falls for a child of `parent`: current or next epoch
 * of the runtime; a slot beyond shifts whole epochs, as a client does. `out` is to be given back
 * with dg_epoch_clear, and empty after anything but DG_OK. DG_ABSENT: no BABE; DG_TRAP,
 * DG_MALFORMED; DG_LIMIT: more authorities than are supported. */
dg_code dg_chain_epoch(dg_chain *chain, dg_block *parent, uint64_t slot, dg_epoch *out,
                       dg_error *err);

/* Epochs as a BABE *client* sees them: from the configuration at the fork and the
 * digests since. What it expects of a header, and what the header brought. The client keeps to the
 * epoch length that it read once: a runtime that changes its length builds blocks which every
 * client refuses, and only this view shows it. Mirrors: sc-consensus-babe, block import;
 * sc-consensus-epochs. */
typedef struct dg_client_view dg_client_view;
typedef struct dg_client_note {
    bool digest_expected, digest_seen; /* unequal: a client refuses the block */
    uint64_t epoch_index, epoch_start; /* the epoch the block is in */
    /* announced by the digest; without one, those of the epoch */
    uint32_t authority_count;
} dg_client_note;
/* One epoch of a client: slots start to start + duration - 1; `of` says who may author in it, and
 * by what luck. */
typedef struct dg_client_span {
    uint64_t index, start, duration;
    const dg_epoch *of;
} dg_client_span;
/* Where a client stands after a block: plain values, whose epochs belong to the view. */
typedef struct dg_client_at {
    bool genesis;             /* no block yet: the first slot starts epoch 0 */
    uint64_t slot;            /* of the block */
    dg_client_span now, next; /* the block's epoch, and the one announced */
} dg_client_at;
/* DG_ABSENT: the runtime at `root` tells of no epochs; `*out` is NULL then. */
dg_code dg_client_view_new(dg_client_view **out, dg_chain *chain, dg_block *root, dg_error *err);
/* The next block of the one chain that is followed step by step. DG_OK also where a client would
 * refuse the block: `note` tells. DG_LIMIT, DG_NOMEM. */
dg_code dg_client_view_step(dg_client_view *view, dg_client_note *note, dg_block *block,
                            dg_error *err);
/* Where a client stands after the last step; at first at the root. Borrowed until the next step. */
const dg_client_at *dg_client_view_at(const dg_client_view *view);
/* As dg_client_view_step for any block of a tree: `parent` is where a client stood at its
 * parent, `child` where it stands after it. */
dg_code dg_client_follow(dg_client_view *view, dg_client_at *child, dg_client_note *note,
                         const dg_client_at *parent, dg_block *block, dg_error *err);
/* The epoch of a child in `slot`, by which it is claimed; its authorities are borrowed from the
 * view. */
dg_epoch dg_client_epoch(const dg_client_at *parent, uint64_t slot);
/* With all epochs of it. NULL is fine. */
void dg_client_view_free(dg_client_view *view);

/* When an upgrade is to be enacted, as people write it. Positions such as `boundary-20` or
 * `boundary-20s` (slots), `boundary-20b` (blocks of a chain that is yet to be made),
 * `boundary@2+5`, `50%`, `#1234`, `next`. */
typedef enum dg_position_kind {
    DG_POSITION_BOUNDARY,
    DG_POSITION_PERCENT,
    DG_POSITION_BLOCK,
    DG_POSITION_NEXT
} dg_position_kind;
typedef struct dg_position {
    dg_position_kind kind;
    uint32_t boundary /* 1.. ; 0: the default one */;
    int64_t offset; /* in slots, or in blocks */
    bool in_blocks;
    uint64_t value;
} dg_position;
/* A position from text, `out` written whole. DG_USAGE, with an example. */
dg_code dg_position_parse(dg_position *out, const char *text, dg_error *err);
/* The slot meant, for a fork whose clock is `clock`; `first` = the boundary that
 * plain `boundary` means (1: the next one). Blocks are taken for slots, as if none stayed empty.
 * DG_USAGE when not after the fork. */
dg_code dg_position_slot(const dg_position *position, uint64_t *slot, const dg_clock *clock,
                         uint32_t fork_number, uint32_t first, dg_error *err);
/* Of a position at a boundary: that boundary's slot. */
uint64_t dg_position_boundary(const dg_position *position, const dg_clock *clock, uint32_t first);

/* ---- build and import ---- */

/* What goes into a block beside what its runtime makes by itself; all borrowed for the call. */
typedef struct dg_build_options {
    dg_slot_claim claim;
    /* encoded ParachainsInherentData; len 0: empty, with the parent header */
    dg_bytes paras_inherent;
    const dg_bytes *extrinsics; /* transactions, each with its length prefix */
    size_t extrinsic_count;
    /* key, value: put between transactions and finalize (how = override); a .at of NULL: taken out
     * before the block begins, as if its parent had not left it */
    const dg_bytes (*writes)[2];
    size_t write_count;
} dg_build_options;

/* The steps of building a block, in their order: the parent's code is made ready;
 * Core_initialize_block; BlockBuilder_inherent_extrinsics; BlockBuilder_apply_extrinsic for each
 * inherent and transaction; BlockBuilder_finalize_block. */
typedef enum dg_build_step {
    DG_BUILD_RUNTIME,
    DG_BUILD_INITIALIZE,
    DG_BUILD_INHERENTS,
    DG_BUILD_APPLY,
    DG_BUILD_FINALIZE,
    DG_BUILD_DONE
} dg_build_step;

/* Of several calls the one that took the largest part of what it could have. */
typedef struct dg_memory_use {
    uint32_t peak, max, first; /* bytes, as in dg_call_cost; 0: no call was made */
    const char *entry;         /* that was called; static, or as long as who asked keeps it */
} dg_memory_use;
/* What nodes give the calls of a block over its parent's state, where no chain is at hand. */
dg_call_heap dg_memory_of_author(dg_state *parent);
/* Takes one more call into `use`. */
void dg_memory_use_note(dg_memory_use *use, const char *entry, const dg_call_cost *cost);

/* How a block came about, or how far it came. Fuel is wasm instructions, about; wall time is ns. */
typedef struct dg_build_report {
    dg_build_step step;  /* where it ended: DONE, or the step that failed */
    bool only_inherents; /* a multi-block migration is running */
    uint32_t inherent_count, applied_count, failed_count /* dispatch failed, included */,
        refused_count /* left out */;
    /* of refused_count: what the runtime itself had made; they come first */
    uint32_t refused_inherents;
    uint8_t first_refusal[8]; /* bytes of the first refused ApplyExtrinsicResult */
    char left_out[240];       /* why the first of refused_inherents was, its panic too; "": none */
    dg_trap_kind trap;
    char panic[240];
    uint64_t fuel_initialize, fuel_total, host_calls;
    dg_memory_use memory;
    uint64_t wall_guest_ns, wall_root_ns; /* for the bench only */
    bool environment_updated;             /* digest 8 */
} dg_build_report;

/* A block on `parent`. DG_OK with `*out` in the tree. DG_TRAP / DG_MALFORMED with
 * `report` saying where: nothing is in the tree then. `report` may be NULL. A transaction that the
 * runtime refuses, or panics over, is left out and counted, as an author does; DG_MISMATCH: the
 * header is not on `parent`, or its state root is not that of the state. Which node would have
 * authored is not asked: the claim is taken as it is. */
dg_code dg_chain_build(dg_chain *chain, dg_block **out, dg_build_report *report, dg_block *parent,
                       const dg_build_options *options, dg_error *err);

/* A block from outside: executes it (Core_execute_block) and compares the state
 * root with the header's. DG_MISMATCH names both; DG_TRAP; DG_MALFORMED. Its seal and VRF are not
 * checked. After a failure the tree is as it was. */
dg_code dg_chain_import(dg_chain *chain, dg_block **out, dg_block *parent, dg_bytes header,
                        const dg_bytes *extrinsics, size_t count, dg_error *err);
/* Executes a block of the tree once more, with code compiled by `engine` (NULL:
 * the chain's), and compares roots; leaves the tree as it is. A block with
 * `writes` is replayed step by step. `use`: the memory that an importer's call took; NULL: not
 * wanted. */
dg_code dg_chain_reexecute(dg_chain *chain, dg_block *block, dg_engine *engine, dg_memory_use *use,
                           dg_error *err);

/* A file of blocks that is read. */
typedef struct dg_block_reader dg_block_reader;
/* Blocks as SCALE bytes, lines of hex, or chain_getBlock JSON, recognised by the first bytes;
 * handed out by rising number, whatever their order in the file, which is read whole. "-" is stdin.
 * DG_IO; DG_LIMIT: more than 1 GiB; DG_NOMEM. */
dg_code dg_block_reader_open(dg_block_reader **out, const char *path, dg_error *err);
/* DG_OK, DG_END, DG_MALFORMED with the line or position, after the blocks before
 * it; DG_UNSUPPORTED for JSON with digests from before SCALE. Borrowed until the
 * next call. */
dg_code dg_block_reader_next(dg_block_reader *reader, dg_bytes *header, const dg_bytes **extrinsics,
                             size_t *count, dg_error *err);
/* NULL is fine. */
void dg_block_reader_close(dg_block_reader *reader);

/* ---- queries ---- */

/* Runtime API at `block`, over a throw-away fork of its state; answers are kept
 * with the block. `answer` borrowed from the cache, until the block is gone. DG_ABSENT: no such
 * method; DG_TRAP: it panicked, ran out of fuel or memory, or no node can use the code; both are
 * kept as answers are, with their words. DG_LIMIT: too many different calls at one block. `cost`
 * may be NULL (fuel of the first, real call). */
dg_code dg_chain_call(dg_chain *chain, dg_block *block, dg_bytes *answer, dg_call_cost *cost,
                      const char *method, dg_bytes input, dg_error *err);
/* Fuel that such a call may use, by the chain's options. One that used all of it did not end by
 * itself. */
uint64_t dg_chain_fuel_query(const dg_chain *chain);
/* Storage item by metadata of the runtime at the block: encoded value or the
 * item's default. `keys`: encoded, one a hasher of the item; NULL for a plain value. DG_ABSENT: no
 * such item, or absent and optional: an answer, not a failure, so who goes by `< 0` alone has not
 * seen it. `value` is empty whenever the answer is not DG_OK. */
dg_code dg_chain_storage(dg_chain *chain, dg_block *block, dg_bytes *value, const char *pallet,
                         const char *item, const dg_bytes *keys, dg_error *err);

/* ---- tree ---- */

/* `block` becomes the root: what does not descend from it, or from a block that
 * amends it, is pruned; states of its ancestors are freed. Every pointer to a block that was pruned
 * is dead, its answers too. Nobody voted: whether it is final is the caller's to know. DG_USAGE: a
 * block of another chain. */
dg_code dg_chain_finalize(dg_chain *chain, dg_block *block, dg_error *err);
/* Blocks of the tree, its root and those beside others included. */
size_t dg_chain_block_count(const dg_chain *chain);
/* A block with the same header and another state: forks the tree beside `block`,
 * with `writes` (.at NULL value: delete) put into its state. How root calls get
 * into an agenda; every report shows it. */
dg_code dg_chain_amend(dg_chain *chain, dg_block **out, dg_block *block,
                       const dg_bytes (*writes)[2], size_t count, dg_error *err);

/* A block with the same header, beside `block`, whose state is what the first step of its child
 * leaves: where its code is new, what is asked there is answered over storage that was migrated.
 * The step is taken in `block`'s own slot, so no session ends by it, or in the next one where the
 * runtime insists on that. DG_TRAP: the step panicked. */
dg_code dg_chain_begun(dg_chain *chain, dg_block **out, dg_block *block, dg_error *err);
/* .. by another runtime than the child's own, borrowed. */
dg_code dg_chain_begun_by(dg_chain *chain, dg_block **out, dg_block *block, dg_runtime *runtime,
                          dg_error *err);
/* Code that the chain has met, in that order, beginning with what its options had as known; NULL
 * past the end. Borrowed until it is closed; dg_runtime_keep keeps one longer. */
dg_runtime *dg_chain_runtime_at(const dg_chain *chain, size_t i);

/* ---- enactment ---- */

/* AUTHORIZE: System.authorize_upgrade at U-1, and a transaction in U that brings the code.
 * SET_CODE: a root call of System.set_code, dispatched by the scheduler or sudo. UNCHECKED:
 * likewise of System.set_code_without_checks, which takes another name and any version. OVERRIDE:
 * `:code` is written into the state in U; no chain is upgraded so, and no check of the runtime's is
 * passed.
 */
typedef enum dg_how { DG_HOW_AUTHORIZE, DG_HOW_SET_CODE, DG_HOW_UNCHECKED, DG_HOW_OVERRIDE } dg_how;
/* A path: the scheduler is there, and was seen not to dispatch the call of governance. */
#define DG_ENACT_UNSERVED "sudo (the scheduler does not dispatch set_code)"
/* What has to be done at U-1 and in U so that U enacts `code`: */
typedef struct dg_enactment {
    dg_how how;
    /* "scheduler agenda, preimage", "sudo", ..: for the report; static */
    const char *path;
    dg_block *parent; /* U's parent, amended where the way needs it */
    dg_buf extrinsic; /* transaction for U, len 0: none */
    /* for override, of `code`; for a configuration, of the two below; all borrowed */
    dg_bytes writes[2][2];
    size_t write_count;
    dg_buf config_key, config_value;
    dg_buf index_key, index_value; /* of a session that is changed by force: its number */
    uint32_t config_session;       /* from which the configuration acts; 0: none is changed */
    char config_refused[80]; /* what its own calls say against it, if that was asked; empty: nothing
                              */
    bool config_executor;    /* .. and they say it against executor_params alone */
} dg_enactment;
/* Does the runtime at `block` know the calls of that way? Known long before U; whether it can
 * be gone at U too, says dg_chain_enact. DG_UNSUPPORTED: it does not. */
dg_code dg_chain_has_way(dg_chain *chain, dg_block *block, dg_how how, dg_error *err);
/* Prepares U as a child of `parent`. DG_UNSUPPORTED: the runtime offers no such
 * way (the text names what it has); DG_USAGE. */
dg_code dg_chain_enact(dg_chain *chain, dg_enactment *out, dg_block *parent, dg_how how,
                       dg_bytes code, dg_error *err);
/* Gives back what dg_chain_enact or dg_chain_transition put there; an enactment of zeros is
 * fine. */
void dg_enactment_clear(dg_enactment *enactment);
/* What changes at U: new code, host configuration, or both. */
typedef struct dg_transition {
    dg_how how;
    dg_bytes code; /* borrowed; len 0: the code stays */
    /* fields of HostConfiguration by their place ("a.b") to new values, as dg_value_encode reads
     * them; borrowed; NULL: it stays */
    const json_t *config;
    /* of neither of both: parachains' session changes when the block ends, ahead of BABE's epoch */
    bool session;
    bool config_asked; /* try out whether the runtime's own calls take it: config_refused */
} dg_transition;
/* As dg_chain_enact, and with a configuration: what a scheduled change writes into
 * Configuration.PendingConfigs, in force two sessions after U's. DG_USAGE: no such
 * field (the nearest is named), a value that does not fit; DG_UNSUPPORTED: the
 * runtime keeps no such list. Mirrors: parachains configuration.rs, schedule_config_update. */
dg_code dg_chain_transition(dg_chain *chain, dg_enactment *out, dg_block *parent,
                            const dg_transition *what, dg_error *err);
/* After U: did the code change to `code`? `pending` when `:pending_code` waits.
 * When not, err words the reason found in the events (InvalidSpecName ..), or the
 * rule that the code breaks, with DG_MISMATCH. */
dg_code dg_chain_enacted(dg_chain *chain, dg_block *block, dg_bytes code, bool *pending,
                         dg_error *err);
/* MultiBlockMigrations.Cursor present after the block? While it is, blocks hold inherents alone,
 * and a run that ends there says nothing of N. DG_ABSENT: no such pallet. */
dg_code dg_chain_migrating(dg_chain *chain, dg_block *block, bool *running, dg_error *err);
/* Events of the block as JSON array (System.Events by metadata), in their order, as dg_value_decode
 * shows them; owned by the caller. They are read as the code laid them out that executed the block,
 * which at U is still N-1. DG_ABSENT: no such item; DG_MALFORMED. */
dg_code dg_chain_events(dg_chain *chain, dg_block *block, json_t **out, dg_error *err);

#endif
