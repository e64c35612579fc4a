/* sent_impl.h - statements, candidates and bitfields as messages: what the files
 * sent*.c share.
 *
 * One dg_sent_leaf for each leaf that is talked about; in it a seat for each node and
 * core: what that node knows of that core's candidate. Whatever is said travels over
 * the links of `sim`, with a draw of its own (dg_world_link_draw), so that computed.c can
 * compute when it arrives without sending it. */
#ifndef DG_STATEMENTS_SENT_IMPL_H
#define DG_STATEMENTS_SENT_IMPL_H

#include "statements/statements_impl.h"

#include <assert.h>

typedef enum dg_seat_state {
    DG_SEAT_NONE,
    DG_SEAT_QUEUED,
    DG_SEAT_ASKED,
    DG_SEAT_CONFIRMED
} dg_seat_state;

/* What one node knows of one candidate. */
typedef struct dg_seat {
    uint64_t votes;  /* one bit for each member of the group */
    dg_ns asked;     /* when it asked for the candidate */
    uint32_t source; /* node it asks */
    /* .. and one more that told of a large one in the old way, the first is 1; 0: none */
    uint32_t other;
    uint16_t next; /* core that is asked for after this one; DG_SENT_END */
    uint8_t state;
    bool voted, fetching; /* the proof, to vote; told on: `backed` */
    bool backed, announced;
} dg_seat;
enum { DG_SENT_END = UINT16_MAX, DG_SENT_MEMBERS_MAX = 64 };

/* One candidate: its group, and who of it knows what of whom. */
typedef struct dg_sent_core {
    uint32_t from, members; /* validators: view.members[from ..]; 0 members: no candidate */
    uint32_t seconder;      /* member; DG_NO */
    uint64_t *knows;        /* [a * members + b]: statements that a knows b to have */
} dg_sent_core;

struct dg_sent_leaf {
    uint32_t leaf, cores, nodes, words; /* words: of one set of neighbours */
    dg_sent_core *core;
    dg_seat *seat;                     /* [node * cores + core] */
    uint64_t *told, *received, *acked; /* sets of neighbours of each seat */
    uint64_t *bitfields;               /* sets of validators, each node's own */
    uint32_t bitfield_words;
    uint64_t *held; /* sets of cores: what each node held when it signed */
    uint32_t held_words;
    struct {
        uint16_t head, tail;
        uint32_t in_flight;
        bool owed;
    } * node;
};

/* A thing that is said; in the bits of an event. */
typedef struct dg_said {
    uint32_t leaf;
    uint16_t core;
    uint16_t who;
    uint64_t votes;
} dg_said;

static inline dg_seat *dg_seat_at(const dg_sent_leaf *x, dg_node_ix node, dg_place_ix core)
{
    assert(node.v < x->nodes && core.v < x->cores);
    return &x->seat[(size_t)node.v * x->cores + core.v];
}
static inline uint64_t *dg_sent_set(const dg_sent_leaf *x, uint64_t *sets, dg_node_ix node,
                                    dg_place_ix core)
{
    assert(node.v < x->nodes && core.v < x->cores);
    return sets + ((size_t)node.v * x->cores + core.v) * x->words;
}
static inline bool dg_sent_has(const uint64_t *set, uint32_t i)
{
    return set[i / 64] >> i % 64 & 1;
}
static inline void dg_sent_add(uint64_t *set, uint32_t i)
{
    set[i / 64] |= (uint64_t)1 << i % 64;
}

/* sent_leaf.c */
/* Nodes begin to talk of a leaf, unless they do. DG_NOMEM, DG_LIMIT; or as dg_backing_collate. */
dg_code dg_statements_sent_begin(dg_world *world, dg_leaf_id leaf, dg_error *err);
/* What stands at one place of it now. */
/* are these enough votes for this node to call the candidate backed? */
bool dg_statements_sent_enough(const dg_world *world, const dg_sent_leaf *x, dg_node_ix node,
                               dg_place_ix core, uint64_t votes);
dg_code dg_statements_sent_fill_core(dg_sent_core *core, const dg_world_block *b, uint32_t i,
                                     dg_error *err);
dg_sent_leaf *dg_statements_sent_of(const dg_world *world, dg_leaf_id leaf);
/* DG_NO: outside of the group */
uint32_t dg_statements_sent_member(const dg_world *world, const dg_sent_leaf *x, dg_place_ix core,
                                   dg_node_ix node);
/* DG_NO: nobody */
uint32_t dg_statements_sent_node(const dg_world *world, const dg_sent_leaf *x, dg_place_ix core,
                                 dg_member_ix member);
/* From one node to another. False in `sent` (may be NULL): the other does not know the leaf
 * yet; it will be told what there is when it does. */
dg_code dg_statements_send(dg_world *world, bool *sent, dg_node_ix from, dg_node_ix to,
                           dg_message_kind kind, const dg_said *said, dg_error *err);
dg_code dg_statements_send_bytes(dg_world *world, bool *sent, dg_node_ix from, dg_node_ix to,
                                 dg_message_kind kind, const dg_said *said, uint64_t bytes,
                                 dg_error *err);
/* A request enters its queue, where its answer of so many bytes waits; only one that is taken is
 * answered. */
dg_code dg_statements_request_enter(dg_world *world, dg_entrance *out, dg_node_ix node,
                                    dg_node_ix from, dg_request_queue_kind kind,
                                    const dg_said *said, uint64_t bytes, dg_error *err);
dg_code dg_statements_timer(dg_world *world, dg_node_ix node, uint16_t tag, dg_ns delay,
                            const dg_said *said, dg_error *err);
/* A statement that the node did not have: counted, and told to whom it concerns. */
dg_code dg_statements_sent_learn(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                 dg_place_ix core, dg_node_ix who, dg_error *err);
dg_code dg_statements_sent_backed(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                  dg_place_ix core, dg_error *err);

/* sent_cluster.c: inside the group */
dg_code dg_statements_cluster_ready(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err);
dg_code dg_statements_cluster_circulate(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                        dg_place_ix core, dg_node_ix to, dg_error *err);
dg_code dg_statements_cluster_statement(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err);
dg_code dg_statements_cluster_fetch(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_place_ix core, dg_error *err);
dg_code dg_statements_cluster_proof(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err);
dg_code dg_statements_cluster_executed(dg_world *world, dg_node_ix node, const dg_said *said,
                                       dg_error *err);

/* sent_requests.c: candidates are asked for */
dg_code dg_statements_request(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                              dg_node_ix source, bool cluster, dg_error *err);
dg_code dg_statements_request_received(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err);
dg_code dg_statements_pov_requested(dg_world *world, dg_node_ix node, dg_node_ix from,
                                    const dg_said *said, dg_error *err);
dg_code dg_statements_request_answered(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err);
dg_code dg_statements_request_timeout(dg_world *world, dg_node_ix node, const dg_said *said,
                                      dg_error *err);
dg_code dg_statements_request_retry(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err);

/* sent_grid.c: from the group to the network */
dg_code dg_statements_grid_announce(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_place_ix core, dg_error *err);
dg_code dg_statements_grid_announce_to(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                       dg_place_ix core, dg_node_ix to, dg_error *err);
dg_code dg_statements_grid_confirmed(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                     dg_place_ix core, dg_error *err);
dg_code dg_statements_grid_manifest(dg_world *world, dg_node_ix node, dg_node_ix from,
                                    const dg_said *said, dg_error *err);
dg_code dg_statements_grid_acknowledged(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err);
dg_code dg_statements_grid_vote(dg_world *world, dg_node_ix node, dg_node_ix from,
                                const dg_said *said, dg_error *err);
dg_code dg_statements_grid_tell(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                                dg_node_ix who, dg_error *err);

/* sent_legacy.c: the old way */
dg_code dg_statements_legacy_statement(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err);
/* a large one is there */
dg_code dg_statements_legacy_fetched(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                     dg_place_ix core, dg_error *err);
dg_code dg_statements_legacy_stray(dg_world *world, dg_node_ix node, const dg_said *said,
                                   dg_error *err);
dg_code dg_statements_legacy_gossip(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_node_ix from, dg_place_ix core, dg_node_ix who,
                                    dg_error *err);
dg_code dg_statements_legacy_catch_up(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                      dg_node_ix to, dg_error *err);

/* sent_chunks.c */
dg_code dg_statements_sent_chunks_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                           dg_error *err);
dg_code dg_statements_chunk_requested(dg_world *world, dg_node_ix node, dg_node_ix from,
                                      const dg_said *said, dg_error *err);
dg_code dg_statements_chunk_answer(dg_world *world, dg_node_ix node, const dg_said *said,
                                   dg_error *err);
dg_code dg_statements_chunk_timeout(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err);
bool dg_statements_chunk_is_held(const dg_world *world, dg_leaf_id leaf, dg_core_ix core,
                                 dg_node_ix node); /* now */

/* sent_bitfields.c: availability; the first two as the functions of the door */
bool dg_statements_sent_bitfield_is_here(const dg_world *world, dg_leaf_id leaf, dg_node_ix from,
                                         dg_node_ix listener);
void dg_statements_sent_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                      dg_node_ix node);
dg_code dg_statements_bitfield_sign(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err);
dg_code dg_statements_bitfield_received(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err);
dg_code dg_statements_bitfield_catch_up(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                        dg_node_ix to, dg_error *err);

/* sent_counts.c */
dg_code dg_statements_sent_messages_tell(dg_world *world, dg_error *err);

#endif
