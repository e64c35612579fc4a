/* consensus_impl.h - shared inside the room only. */
#ifndef DG_CONSENSUS_IMPL_H
#define DG_CONSENSUS_IMPL_H

#include "consensus/consensus.h"

/* How a block was made; kept until it is settled or lost. */
typedef struct dg_kept {
    dg_build_report report;
    const char *path;
    uint32_t config_session;
    bool amended;
} dg_kept;

/* ---- what the room keeps of a network ---- */

typedef struct dg_voter {
    uint8_t key[32];
    uint64_t weight;
    uint32_t node;
} dg_voter;

typedef struct dg_grandpa {
    dg_voter *voters;
    uint32_t count;
    uint64_t round;
    uint32_t prevoted; /* id of this round's common ancestor; DG_NO */
    /* scratch, by id from the finalized block on: what lies on each, and its parent */
    uint64_t *weights;
    uint32_t *parents;
    uint32_t weights_cap;
    uint32_t *votes; /* scratch, by node: the block that it votes for; DG_NO */
} dg_grandpa;

/* What a provisioner keeps of a session, by node classes with `mode_by_session`. */
typedef struct dg_kept_mode {
    bool set;
    uint32_t session;
    dg_mode mode; /* at its first leaf here that told one */
} dg_kept_mode;
enum { DG_KEPT_MODES = 2 };

/* .. and of each node. */
typedef struct dg_consensus_node {
    dg_ns busy_until;     /* its subsystems wait for answers */
    uint32_t waits_at;    /* .. at the newest of these leaves, */
    dg_request waits_for; /* most of the time for this one */
    bool stalls;          /* a signal waits for too long: it will go down */
    bool session_seen;    /* gossip-support: last_session_index */
    uint32_t last_session;
    dg_kept_mode modes[DG_KEPT_MODES]; /* the one used last is first */
    bool from_before;                  /* up since before the fork, which lies within a session */
    uint32_t final_wanted;             /* a finality notice that came before its block; DG_NO */
    uint64_t claimed;                  /* newest slot it claimed; 0: none */
    uint32_t idle_on;  /* 1 + the block on which it last made none, though it was its turn */
    bool compiled;     /* N's code, by its first block with it */
    dg_ns compiled_at; /* ready then: it may have begun ahead */
} dg_consensus_node;

typedef struct dg_consensus {
    dg_consensus_node *nodes;
    dg_grandpa grandpa;
    /* what digests told of epochs; NULL: the runtime at the fork has none */
    dg_client_view *clients;
    dg_version native; /* of the runtime at the fork, which all nodes were built with */
    struct {
        bool within, forked, told;
        uint32_t session;
        uint64_t session_slot;
    } mid_session; /* see mid_session_fork.c */
    struct {
        bool set;
        uint64_t slot;
        dg_transition what;
    } enact, later; /* N; what governance does after it */
    struct {
        uint64_t claims, primary, built, failed;
    } in_slot;        /* since the slot began */
    uint64_t claimed; /* slot of the last claim */
    uint32_t settled; /* id of the last block that was handed out */
    uint32_t last_session_told;
    bool session_told;
    /* slot in which each node sends its heartbeat in that session */
    struct {
        uint64_t epoch_start, *at;
    } heartbeats;
} dg_consensus;

/* unwilling.c: what nodes of 2020 do not do. The runtime of the fork block is everybody's native
 * one .. */
dg_code dg_consensus_native_set(dg_world *world, dg_error *err);
/* .. is the block one that the node's client takes, as far as epochs go? .. */
bool dg_consensus_takes(const dg_world *world, dg_node_ix node, const dg_world_block *block);
/* .. and does it leave its slot empty on that best block? Told once for each. */
dg_code dg_consensus_unwilling(dg_world *world, bool *out, dg_node_ix node, dg_leaf_id head,
                               uint64_t slot, dg_error *err);

/* canonical_chain.c: blocks that stay */
dg_code dg_consensus_keep(dg_world *world, dg_leaf_id id, const dg_kept *how, dg_error *err);
dg_code dg_consensus_refuse(dg_world *world, dg_authored *block, dg_error *err);

/* grandpa.c */
dg_code dg_consensus_grandpa_init(dg_world *world, dg_error *err);
void dg_consensus_grandpa_clear(dg_grandpa *grandpa);

/* tally.c: what votes weigh. No world: votes go in, weights come out. Votes stand by node, whoever
 * is in the set; what counts is who of a set a node is. */
typedef struct dg_grandpa_set {
    const dg_voter *voters;
    uint32_t count;
} dg_grandpa_set;
/* Blocks from the one that is final on: `parents` by id, each below its child. */
typedef struct dg_grandpa_tree {
    const uint32_t *parents;
    dg_leaf_id base;
    uint32_t count; /* one more than the highest id */
} dg_grandpa_tree;
/* The least weight that is more than two thirds. Mirrors: finality-grandpa (VoterSet::threshold) */
uint64_t dg_consensus_tally_needed(const dg_grandpa_set *set);
/* The highest block that enough weight lies on or above; DG_NO: not even the base. `weights`: out,
 * by id from the base on, of what was looked at. Mirrors: finality-grandpa (VoteGraph::find_ghost)
 */
uint32_t dg_consensus_tally_prevotes(uint64_t *weights, const dg_grandpa_tree *tree,
                                     const dg_grandpa_set *set, const uint32_t *votes);
/* What those weigh that vote for this block. */
uint64_t dg_consensus_tally_precommits(const dg_grandpa_set *set, const uint32_t *votes,
                                       dg_leaf_id of);
/* What one validator's bitfield says: by its index in the session, and who it is; false: it is not
 * here. */
typedef bool (*dg_consensus_bitfield)(void *user, bool *held, dg_validator_ix validator,
                                      dg_node_ix node);
typedef struct dg_consensus_bits {
    const dg_session *session; /* of the block that the bitfields are about */
    uint32_t validators;       /* of it, that sign */
    uint32_t *bits;            /* out, by core: how many hold its chunk; zeroes at first */
    uint32_t cores;
} dg_consensus_bits;
/* How many bitfields there are. Mirrors: provisioner (bitfields_indicate_availability) */
uint32_t dg_consensus_tally_bitfields(const dg_consensus_bits *tally, dg_consensus_bitfield next,
                                      void *user);

/* block_import.c */
/* a record, the first time */
dg_code dg_consensus_tell_session(dg_world *world, const dg_world_block *b, dg_error *err);

/* mid_session_fork.c: the fork block may lie within a session */
dg_code dg_consensus_mid_session_init(dg_world *world, const dg_clock *clock, dg_error *err);
/* in which the session of a leaf began */
uint64_t dg_consensus_mid_session_slot(const dg_world *world, const dg_world_block *b);
/* What a node that was just told its topology at the fork block has heard since. */
dg_code dg_consensus_mid_session_told(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                      dg_error *err);

/* im_online.c: transactions by which validators say that they are up, as far as an
 * author has them for a block on `parent`; transaction i ends at ends[i]. */
enum { DG_HEARTBEATS_MAX = 256 };
typedef struct dg_heartbeats {
    dg_buf bytes;
    size_t ends[DG_HEARTBEATS_MAX];
    size_t count;
} dg_heartbeats;
dg_code dg_consensus_heartbeats_take(dg_world *world, dg_heartbeats *out, dg_node_ix author,
                                     dg_leaf_id parent, uint64_t slot, dg_error *err);

/* overseer.c: the overseer's news reaches the subsystems, once they have their answers.
 * An empty one is of finality that deactivates nothing. */
dg_code dg_consensus_signal(dg_world *world, dg_node_ix node, const dg_signal *signal,
                            dg_leaf_id id, dg_error *err);
/* code_compile.c: a block of which a node needs code that it has not compiled. `children`:
 * to execute them; otherwise to ask at the block. */
dg_code dg_consensus_compile(dg_world *world, dg_node_ix node, dg_leaf_id id, bool children,
                             dg_error *err);
/* Does an author leave out `slot`, with a head this far ahead of what is final? */
bool dg_consensus_backs_off(uint64_t slot, uint64_t head_slot, uint32_t unfinalized);
/* proposer.c */
dg_code dg_consensus_claim(dg_world *world, dg_node_ix node, dg_leaf_id parent,
                           const dg_slot_claim *claim, dg_error *err);

/* provisioner_mode.c: the leaf is news to a node's provisioner. Mirrors: node/core/provisioner
 * (handle_active_leaves_update, PerSession). */
void dg_consensus_mode_take_up(dg_world *world, dg_node_ix node, const dg_view *leaf);
/* The mode by which a node that keeps one makes an inherent on a leaf; DG_MODE_ERROR: it makes none
 * there. */
dg_mode dg_consensus_mode_at(const dg_world *world, dg_node_ix node, const dg_view *leaf);
/* A process that begins anew has kept none. */
void dg_consensus_mode_forget(dg_world *world, dg_node_ix node);

/* provisioner.c: the encoded inherent of an author; `out` empty: none to give. */
typedef struct dg_provision {
    /* occupied cores; bits set on them, of how many; cores with enough of them; cores that wait for
     * longer than a block */
    struct {
        uint64_t cores, bits, possible, enough, slow;
    } available;
    uint32_t bitfields, offered, backable, dispute_sets, dispute_votes;
    /* by which mode it looked for candidates, and that the leaf has another one, or neither has
     * any: it finds none */
    dg_mode mode;
    bool other_mode;
    dg_offer of[DG_CORES_MAX]; /* candidates offered */
} dg_provision;
dg_code dg_consensus_provide(dg_world *world, dg_buf *out, dg_provision *count, dg_node_ix node,
                             dg_leaf_id parent, dg_error *err);
/* An inherent in the making, on `parent` by `node`; `bits`: set in it, of each core. */
typedef struct dg_provider {
    dg_world *world;
    dg_provision *count;
    const uint32_t *bits;
    uint32_t node, parent;
    dg_buf list;
} dg_provider;
/* does a candidate become available with so many? */
bool dg_consensus_provide_enough(const dg_view *v, uint32_t bits);
/* `*put`: the candidate has gone in, because enough of its votes are here. */
dg_code dg_consensus_provide_offer(dg_provider *m, bool *put, dg_offer what, dg_error *err);
dg_code dg_consensus_provide_chains(dg_provider *m, dg_error *err); /* provisioner_chains.c */

/* rejected_candidates.c: what an author offered and its block `id` did not back, each with a reason
 */
/* .. and bitfields */
dg_code dg_consensus_rejected_bitfields_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                             const dg_provision *given, dg_error *err);
dg_code dg_consensus_rejected_candidates_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                              const dg_provision *given,
                                              const dg_para_events *paras, dg_error *err);

#endif
