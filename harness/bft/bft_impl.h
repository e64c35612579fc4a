/* bft_impl.h - shared inside the room: one arm of a network, its nodes and its blocks. */
#ifndef DG_BFT_IMPL_H
#define DG_BFT_IMPL_H

#include "bft/bft.h"
#include "sim/sim.h"

/* ---- what all see ---- */

enum { ROUND_NONE = 0, BLOCK_NONE = UINT32_MAX, SLOTS = 8, BLOCKS_MAX = 1 << 20 };

/* A block, whoever knows of it. Block 0 is the last of before the run: all have it, with its QC. */
typedef struct header {
    uint64_t round, epoch;
    uint32_t parent, height;
    uint32_t maker;     /* node */
    uint64_t after_tc;  /* the round of the TC that it carries; ROUND_NONE: the QC is enough */
    dg_ns at;           /* its time: when it was begun */
    dg_ns done;         /* .. and made */
    bool payday, turns; /* it begins an epoch that pays; it begins an epoch */
    bool final;         /* some node has seen it final */
    uint64_t checked[DG_BFT_BITS]; /* by node: has executed it */
} header;

/* The committee of some epochs, and where each node stands in it. */
typedef struct committee {
    dg_bft_voters voters;
    uint64_t from_epoch, weight;
    uint32_t node_of[DG_BFT_BAKERS_MAX];  /* by index */
    uint32_t index_of[DG_BFT_BAKERS_MAX]; /* by node; NOT_IN: it is none of them */
} committee;
#define NOT_IN UINT32_MAX

/* ---- one node ---- */

/* Signatures of one block. */
typedef struct signatures {
    uint32_t block; /* BLOCK_NONE: nothing is kept here */
    uint64_t weight;
    uint64_t by[DG_BFT_BITS];
} signatures;

/* What another node said when its round timed out: the round and the block of its highest QC. */
typedef struct said {
    uint64_t round;
    uint32_t qc;
} said;

/* What catch-up has brought, and waits for blocks to be executed. */
typedef struct goal {
    uint32_t qc; /* BLOCK_NONE: nothing */
    uint64_t tc; /* round that it has a TC of; ROUND_NONE */
} goal;

/* A block in the making, or one that is executed. Meanwhile nothing else is looked at: what comes
 * waits in its order, and the round's timer, if it has ended, is first behind it. */
typedef struct job {
    enum { JOB_NONE, JOB_MAKE, JOB_EXECUTE } kind;
    uint32_t block; /* executed */
    header draft;   /* made */
    dg_ns until;
} job;

typedef struct peer {
    const dg_bft_class *class;
    uint64_t round, epoch;
    uint32_t qc;    /* block of the highest one */
    uint64_t tc;    /* round that the last one ended */
    uint32_t final; /* block */
    dg_ns timeout;
    dg_timer_id timer;
    dg_ns deadline;                    /* of its round */
    uint64_t signed_round, quit_round; /* last signed a block of, and a timeout of */
    uint32_t quit_qc;                  /* what it said then */
    job job;
    uint64_t asked_round;    /* what it last asked to be told of .. */
    dg_ns ask_again;         /* .. which it may do again from then on */
    dg_bft_timeouts heard;   /* of its round */
    said *says;              /* by node: the newest that came */
    signatures slots[SLOTS]; /* by round, modulo */
    uint32_t waiting[SLOTS]; /* blocks whose parent is not executed yet */
    goal goal;
    dg_rng costs;
    dg_ns enough_at; /* when what it heard of its round was enough; DG_NEVER: it is not */
} peer;

/* ---- an arm ---- */

/* What a round came to, over all nodes; kept for the last so many. */
enum { ROUNDS_KEPT = 64 };
typedef struct round_sum {
    uint64_t round;
    uint32_t by_qc, by_tc; /* nodes that left it so */
    uint32_t stuck;        /* nodes that had enough and no certificate for STUCK_NS */
    uint32_t freed;        /* of them, that are out of it */
    bool formed, caught_up;
    dg_ns since; /* from when on the first of those had enough */
    struct dg_event_bft_quorum shown;
    uint32_t shown_node;
} round_sum;

/* A node runs another class from then on. */
typedef struct change {
    uint32_t node;
    dg_ns at;
    const dg_bft_class *to;
} change;

typedef struct arm {
    const dg_bft_network *network;
    dg_arm which;
    dg_event_log *log; /* NULL: none */
    bool turn_only;    /* it is over when the second epoch goes on */
    dg_sim *sim;
    dg_channel_ix channel;
    uint32_t node_count;
    uint64_t bakers[DG_BFT_BAKERS_MAX]; /* by node: ids rise */
    peer *nodes;
    said *says;
    committee *committees;
    size_t committee_count;
    const dg_bft_parameters *parameters[DG_BFT_COMMITTEES_MAX];
    size_t parameter_count;
    header *blocks;
    uint32_t block_count, block_cap;
    dg_node_ix all[DG_BFT_BAKERS_MAX];
    change *changes;
    size_t change_count;
    struct {
        uint64_t round, epoch;
        uint32_t node;
    } leader; /* the last that was asked for */
    round_sum rounds[ROUNDS_KEPT];
    uint64_t tallies[2], differing[2]; /* by kind: QC, TC */
    uint64_t epoch_told;               /* what begins with it */
    dg_bft_outcome sum;
} arm;

/* ---- run.c ---- */

/* Treatment, until the second epoch goes on; without events. */
dg_code dg_bft_run_turn(dg_bft_outcome *out, const dg_bft_network *network, dg_error *err);

const committee *dg_bft_committee_at(const arm *a, uint64_t epoch);
const dg_bft_parameters *dg_bft_parameters_at(const arm *a, uint64_t epoch);
/* When an epoch is over, nominally. */
dg_ns dg_bft_epoch_end(const arm *a, uint64_t epoch);
uint32_t dg_bft_leader(arm *a, uint64_t round, uint64_t epoch);
dg_ns dg_bft_draw(peer *n, dg_bft_range range);
/* What a node runs that comes up then. */
const dg_bft_class *dg_bft_class_from(const arm *a, uint32_t node, dg_ns at);
/* A new block at the end of the list. DG_LIMIT; DG_NOMEM. */
dg_code dg_bft_block_add(arm *a, uint32_t *ix, const header *is, dg_error *err);

static inline bool dg_bft_bit(const uint64_t *bits, uint32_t i)
{
    return bits[i / 64] >> i % 64 & 1;
}
static inline void dg_bft_bit_set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

/* ---- node.c ---- */

/* Timers and messages. */
typedef enum tag {
    TIMER_START,   /* the node's first event */
    TIMER_TIMEOUT, /* the round's deadline may be over */
    TIMER_PROPOSE, /* a: round */
    TIMER_DONE,    /* the job may be over */
    TIMER_NEXT,    /* a block may be there to execute */
    TIMER_WATCH,   /* a: round */
    MSG_BLOCK,     /* a: block */
    MSG_SIGN,      /* a: block */
    MSG_QUIT,      /* a: round, b: block of the QC */
    MSG_ASK,       /* a: round that it knows of */
    MSG_TELL       /* a: round, b: block of the QC; content: told */
} tag;

/* What catch-up brings beside the highest QC and the blocks up to it. */
typedef struct told {
    uint64_t tc;    /* round that there is a TC of, before the teller's own */
    uint32_t count; /* timeout messages of the teller's round */
    struct {
        uint32_t node, qc;
    } at[DG_BFT_BAKERS_MAX];
} told;

/* Whatever happens at a node; `user` is the arm. */
dg_code dg_bft_on_event(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err);

/* ---- certificates.c: signatures and timeouts that become certificates ---- */

/* A signature of a block, whether the node has the block or not. */
dg_code dg_bft_on_sign(arm *a, uint32_t n, uint32_t from, uint32_t block, dg_error *err);
/* The block is executed: signatures that were there before may be enough. */
dg_code dg_bft_count_signatures(arm *a, uint32_t n, uint32_t block, dg_error *err);
/* A timeout message of the node's round. */
dg_code dg_bft_count_timeout(arm *a, uint32_t n, uint32_t from, uint32_t qc, dg_error *err);
/* The node knows a QC of a block that it has executed. */
dg_code dg_bft_take_qc(arm *a, uint32_t n, uint32_t block, dg_error *err);
/* .. and ends its round, by that or by a TC. */
dg_code dg_bft_enter(arm *a, uint32_t n, uint64_t round, bool by_tc, dg_error *err);

/* ---- watch.c: what is seen from outside, as events ---- */

void dg_bft_note_start(arm *a, json_t *claims);
void dg_bft_note_made(arm *a, uint32_t block);
void dg_bft_note_final(arm *a, uint32_t n, uint32_t block);
/* Before the round is left. */
void dg_bft_note_left(arm *a, uint32_t n, uint64_t round, bool by_tc);
/* A node's own count of timeouts of its round, and of signatures, beside an independent one. From
 * when on the first is enough by that one is remembered, and looked at later. DG_LIMIT, DG_NOMEM.
 */
dg_code dg_bft_note_tally(arm *a, uint32_t n, uint64_t tallied, dg_error *err);
void dg_bft_note_signed(arm *a, const signatures *s, bool enough);
/* Is it still in that round, with enough? */
void dg_bft_note_watch(arm *a, uint32_t n, uint64_t round);
void dg_bft_note_formed(arm *a, uint32_t n);
void dg_bft_note_caught_up(arm *a, uint32_t n, uint32_t from);
/* It runs another class. */
void dg_bft_note_changed(arm *a, uint32_t n);
void dg_bft_note_end(arm *a);

/* How long enough weight may be there before a node that forms nothing of it is called stuck: far
 * longer than any message takes to arrive, far shorter than a timeout of the next round. */
#define STUCK_NS ((dg_ns)2000000000)

#endif
