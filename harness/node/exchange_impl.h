/* exchange_impl.h - statements, candidates and bitfields as messages: what the files
 * exchange*.c share.
 *
 * One dg_exchange for each leaf that is talked about; in it a seat for each node and
 * core: what that node knows of that core's candidate. Whatever is said travels over
 * the links of `sim`, with a luck of its own (dg_hear_luck), so that hear.c can
 * compute when it arrives without sending it. */
#ifndef DG_EXCHANGE_IMPL_H
#define DG_EXCHANGE_IMPL_H

#include "node/node_impl.h"

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
    uint16_t next; /* core that is asked for after this one; DG_X_END */
    uint8_t state;
    bool voted, fetching; /* the proof, to vote; told on: `backed` */
    bool backed, announced;
} dg_seat;
enum { DG_X_END = UINT16_MAX, DG_X_MEMBERS_MAX = 64 };

/* One candidate: its group, and who of it knows what of whom. */
typedef struct dg_x_core {
    uint32_t from, members, needed; /* validators: view.members[from ..]; 0 members: no candidate */
    uint32_t seconder;              /* member; DG_NO */
    uint64_t *knows;                /* [a * members + b]: statements that a knows b to have */
} dg_x_core;

struct dg_exchange {
    uint32_t leaf, cores, nodes, words; /* words: of one set of neighbours */
    dg_x_core *core;
    dg_seat *seat;                  /* [node * cores + core] */
    uint64_t *told, *heard, *acked; /* sets of neighbours of each seat */
    uint64_t *bitfields;            /* sets of validators, each node's own */
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

static inline dg_seat *dg_seat_at(const dg_exchange *x, uint32_t node, uint32_t core)
{
    return &x->seat[(size_t)node * x->cores + core];
}
static inline uint64_t *dg_x_set(const dg_exchange *x, uint64_t *sets, uint32_t node, uint32_t core)
{
    return sets + ((size_t)node * x->cores + core) * x->words;
}
static inline bool dg_x_has(const uint64_t *set, uint32_t i)
{
    return set[i / 64] >> i % 64 & 1;
}
static inline void dg_x_add(uint64_t *set, uint32_t i)
{
    set[i / 64] |= (uint64_t)1 << i % 64;
}
static inline uint32_t dg_x_count(uint64_t votes)
{
    return (uint32_t)__builtin_popcountll(votes);
}

/* exchange.c */
dg_exchange *dg_exchange_of(const dg_world *world, uint32_t leaf);
/* DG_NO: outside of the group */
uint32_t dg_x_member(const dg_world *world, const dg_exchange *x, uint32_t core, uint32_t node);
/* DG_NO: nobody */
uint32_t dg_x_node(const dg_world *world, const dg_exchange *x, uint32_t core, uint32_t member);
/* From one node to another. False in `sent` (may be NULL): the other does not know the leaf
 * yet; it will be told what there is when it does. */
dg_code dg_x_send(dg_world *world, bool *sent, uint32_t from, uint32_t to, dg_message_kind kind,
                  const dg_said *said, dg_error *err);
dg_code dg_x_send_bytes(dg_world *world, bool *sent, uint32_t from, uint32_t to,
                        dg_message_kind kind, const dg_said *said, uint64_t bytes, dg_error *err);
/* A request enters its queue, where its answer of so many bytes waits; only one that is taken is
 * answered. */
dg_code dg_x_enter(dg_world *world, dg_entrance *out, uint32_t node, uint32_t from,
                   dg_inbound_kind kind, const dg_said *said, uint64_t bytes, dg_error *err);
dg_code dg_x_timer(dg_world *world, uint32_t node, uint16_t tag, dg_ns delay, const dg_said *said,
                   dg_error *err);
/* A statement that the node did not have: counted, and told to whom it concerns. */
dg_code dg_x_learn(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, uint32_t who,
                   dg_error *err);
dg_code dg_x_backed(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, dg_error *err);

/* exchange_cluster.c: inside the group */
dg_code dg_cluster_ready(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_cluster_circulate(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core,
                             uint32_t to, dg_error *err);
dg_code dg_cluster_statement(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                             dg_error *err);
dg_code dg_cluster_fetch(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core,
                         dg_error *err);
dg_code dg_cluster_proof(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_cluster_executed(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);

/* exchange_request.c: candidates are asked for */
dg_code dg_ask(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, uint32_t source,
               bool cluster, dg_error *err);
dg_code dg_ask_asked(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                     dg_error *err);
dg_code dg_pov_asked(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                     dg_error *err);
dg_code dg_ask_answer(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                      dg_error *err);
dg_code dg_ask_timeout(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_ask_retry(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);

/* exchange_grid.c: from the group to the network */
dg_code dg_x_announce(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, dg_error *err);
dg_code dg_x_announce_to(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, uint32_t to,
                         dg_error *err);
dg_code dg_x_confirmed(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core,
                       dg_error *err);
dg_code dg_x_manifest(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                      dg_error *err);
dg_code dg_x_known(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                   dg_error *err);
dg_code dg_x_vote(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                  dg_error *err);
dg_code dg_x_tell_grid(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core, uint32_t who,
                       dg_error *err);

/* exchange_legacy.c: the old way */
dg_code dg_legacy_statement(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                            dg_error *err);
/* a large one is there */
dg_code dg_legacy_fetched(dg_world *world, dg_exchange *x, uint32_t node, uint32_t core,
                          dg_error *err);
dg_code dg_legacy_stray(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_legacy_gossip(dg_world *world, dg_exchange *x, uint32_t node, uint32_t from,
                         uint32_t core, uint32_t who, dg_error *err);
dg_code dg_legacy_catch_up(dg_world *world, dg_exchange *x, uint32_t node, uint32_t to,
                           dg_error *err);

/* exchange_chunk.c */
dg_code dg_chunk_asked(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                       dg_error *err);
dg_code dg_chunk_answer(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_chunk_timeout(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
bool dg_chunk_is_held(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node); /* now */

/* exchange_bitfield.c: availability */
dg_code dg_bitfield_sign(dg_world *world, uint32_t node, const dg_said *said, dg_error *err);
dg_code dg_bitfield_heard(dg_world *world, uint32_t node, uint32_t from, const dg_said *said,
                          dg_error *err);
dg_code dg_bitfield_catch_up(dg_world *world, dg_exchange *x, uint32_t node, uint32_t to,
                             dg_error *err);

#endif
