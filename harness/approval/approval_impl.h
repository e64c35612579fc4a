/* approval_impl.h - who checks a candidate that was included, and when it counts as
 * approved. Inside the room only.
 *
 *   assignments.c        who may check what, in which tranche
 *   required_tranches.c  the rules: how many tranches are wanted, is it enough
 *   wakeups.c            whose turn it is to tell, by its own clock
 *   approval_voting.c    one block's candidates as time goes
 *   approval_votes.c     approvals as they leave
 *   protocol_reach.c     who receives what of whom, where releases have no protocol in common
 *   aggression.c         how many messages that takes
 *
 * Counted once for the whole network, or for as much of it as hears it: what a validator says is
 * heard by all others after a delay drawn for that message, two hops of the grid. A network of
 * nodes that each hear for themselves (the twin in the tests) decides the same when nobody's
 * messages take another time to one than to another. Otherwise it differs by no more than that time
 * while nobody is missing; an assignment more or less may bring a no-show's time with it. The
 * message that settles a block is heard by each node for itself: that is when it may vote for the
 * block. Mirrors: polkadot node/core/approval-voting (approval_checking.rs, criteria.rs, lib.rs).
 */
#ifndef DG_APPROVAL_IMPL_H
#define DG_APPROVAL_IMPL_H

#include "approval/approval.h"

typedef struct dg_dispute dg_dispute; /* dispute_impl.h */

enum { DG_MASKS_MAX = 16 }; /* sets of validation protocols that classes speak */
typedef struct dg_protocol_reach {
    uint8_t masks[DG_MASKS_MAX], mask_count;
    bool spoken[DG_MASKS_MAX]; /* by some node now */
    /* of what passes any link; of what only the newest carries */
    bool hears[2][DG_MASKS_MAX][DG_MASKS_MAX];
    /* of a set: where nothing needs the newest, and where something does */
    uint8_t of[2][DG_MASKS_MAX], count[2];
    uint8_t mask_of[2][DG_MASKS_MAX]; /* a set of that reach */
} dg_protocol_reach;

/* ---- what the room keeps of a network ---- */

enum { DG_PARTICIPATIONS_MAX = 8 }; /* disputes that a node could work at at one time */
typedef struct dg_approval_node {
    uint8_t mask;                               /* its protocols, in the network's reach */
    dg_ns participating[DG_PARTICIPATIONS_MAX]; /* until when it works at disputes */
} dg_approval_node;

typedef struct dg_approval {
    /* the runtime at the fork tells of sessions, so finality waits for approval voting */
    bool votes;
    dg_protocol_reach reach;
    dg_approval_node *nodes;
    struct {
        dg_rng modulo, delay;
    } vrf; /* where the streams of assignments begin: RelayVRFModulo, RelayVRFDelay */
    dg_dispute *disputes; /* newest first */
    /* Since the last sample: messages sent and no-shows found. */
    struct {
        uint64_t assignments, approvals, no_shows;
        unsigned level;
        uint32_t newest;
    } since;
} dg_approval;

/* ---- assignments.c ---- */

/* A validator that may check a candidate, once its tranche has come. */
/* newer: an assignment of the second kind */
typedef struct dg_assignment {
    uint32_t validator, tranche;
    bool newer;
} dg_assignment;

/* A message on its way: who sent it, when, and what the draw of its delay hangs on. */
typedef struct dg_vote_sent {
    uint32_t node;
    dg_ns sent;
    uint64_t what;
} dg_vote_sent;

/* An assignment that was told. */
typedef struct dg_checker {
    uint32_t validator, tranche;
    dg_ns told, received; /* by itself, by all */
    dg_ns due;            /* when its approval leaves; DG_NEVER: it withholds it */
    dg_ns sent, approved; /* its approval, by itself; heard by all; DG_NEVER: not yet */
    dg_ns objects;        /* when it finds the candidate invalid; DG_NEVER */
    bool no_show;         /* it was counted as one */
    bool executing;       /* it has its place at an executor */
    bool foreign;         /* of those that hear otherwise, where it lives on its own */
} dg_checker;

/* One candidate in one block, as all that hear the same count it. */
typedef struct dg_candidate_entry {
    dg_included of;
    uint32_t reach;
    dg_hash candidate, relay_parent;
    bool receipt_v2;
    dg_dispute *dispute;        /* about it, or NULL */
    dg_assignment *assignments; /* by tranche, then validator; those that told are gone */
    dg_checker *checkers;       /* by tranche, in the order they told */
    uint32_t assignment_count, checker_count, no_shows, tranche; /* tranche: highest that told */
    dg_ns approved_at;                                           /* DG_NEVER: not yet */
    dg_vote_sent last; /* that settled it; node DG_NO: it was time alone */
} dg_candidate_entry;

struct dg_approval_block {
    dg_candidate_entry *entries; /* all candidates of the first reach, then those of the next */
    uint32_t count, waiting;     /* waiting: not approved yet */
    uint32_t reaches;
    dg_protocol_reach reach; /* when it was made: nodes may change their release after it */
    bool newer;              /* the session has messages that older protocols do not carry */
    unsigned level;          /* of aggression: its messages have been sent so far */
    /* approval voting has the block; else its session's rules were not told */
    bool known;
    const dg_session *session;       /* NULL: not known, or of nobody */
    dg_ns stepped;                   /* told and counted up to then */
    dg_ns approved_at;               /* of the last of them; DG_NEVER */
    dg_vote_sent last;               /* that settled that one */
    uint64_t assignments, approvals; /* told */
};

bool dg_approval_assignments_distinct(
    const dg_view *parent); /* assignments of the second kind are in use */
/* Draws for every candidate of block `id`, whose parent is still there. */
dg_code dg_approval_assignments_draw(const dg_world *world, dg_approval_block *a, dg_leaf_id id,
                                     dg_error *err);

/* ---- approval_votes.c ---- */

/* Who is done by now says so. */
void dg_approval_votes_send(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                            dg_leaf_id id, dg_ns now);
/* A candidate that is approved is done with. */
void dg_approval_votes_close(const dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                             dg_leaf_id id);

/* ---- protocol_reach.c ---- */

bool dg_approval_speaks_newest(const dg_node_class *of);
/* Of the classes that a network's nodes have now: at its beginning, and when one has changed.
 * Blocks keep theirs. */
void dg_approval_reach_find(dg_world *world);
uint32_t dg_approval_reach_of(const dg_world *world, const dg_approval_block *a, dg_node_ix node);
/* Does what a node says come to those of a reach? `newer`: only the newest protocol carries it. */
bool dg_approval_reach_hears(const dg_world *world, const dg_approval_block *a, uint32_t reach,
                             dg_node_ix speaker, bool newer);

/* ---- required_tranches.c ---- */

/* What is asked at one moment; ticks are counted from the beginning of the run. */
typedef struct dg_moment {
    dg_ns at;
    uint64_t tick, block_tick, no_show_ticks;
    uint32_t needed, validators;
} dg_moment;

typedef enum dg_required_kind {
    DG_REQUIRED_PENDING,
    DG_REQUIRED_EXACT,
    DG_REQUIRED_ALL
} dg_required_kind;
typedef struct dg_required_tranches {
    dg_required_kind kind;
    uint64_t broadcast;   /* pending: highest tranche that may be told */
    uint64_t drift;       /* pending: ticks that no-shows have held the tranches back */
    uint64_t tranche_now; /* pending: tranche whose turn it is, held back */
    uint32_t needed;      /* exact: highest tranche that counts */
    uint32_t missing;     /* exact: no-shows that were covered */
    uint64_t last_tick;   /* exact: of the newest assignment that counts */
} dg_required_tranches;

/* How many of those that told have approved, as it was heard by then. */
uint32_t dg_approval_tally(const dg_checker *checkers, uint32_t count, dg_ns at);
/* Mirrors: tranches_to_approve. `mark`: those found missing are marked as no-shows. */
void dg_approval_required_at(dg_required_tranches *out, dg_checker *checkers, uint32_t count,
                             const dg_moment *m, bool mark);
/* Mirrors: should_trigger_assignment. */
bool dg_approval_wants_assignment(const dg_required_tranches *required, const dg_checker *checkers,
                                  uint32_t count, const dg_moment *m, uint32_t tranche);
/* Mirrors: check_approval, with APPROVAL_DELAY. */
bool dg_approval_is_approved_at(dg_checker *checkers, uint32_t count, const dg_moment *m);

/* ---- approval_voting.c ---- */

uint64_t dg_approval_waiting(const dg_world *world); /* candidates of blocks that are not final */

dg_moment dg_approval_moment_of(const dg_world *world, const dg_approval_block *a,
                                const dg_world_block *b, dg_ns at);
/* A message from a node to all others, over the grid; and what its draw hangs on. */
uint64_t dg_approval_vote_id(dg_leaf_id id, dg_core_ix core, bool approval);
dg_ns dg_approval_vote_delay(const dg_world *world, dg_node_ix node, dg_leaf_id id, dg_core_ix core,
                             bool approval);

/* To fetch a candidate and execute it. */
dg_ns dg_approval_check_ns(const dg_world *world, const dg_session *session, dg_para_id para);

/* ---- wakeups.c ---- */

/* A turn of a validator to tell: at its import, or at a tick. */
typedef struct dg_wakeup {
    dg_ns at;
    uint32_t assignment;
} dg_wakeup;
/* Assignments whose turn came since the last step tell; `turns` has room for one of each node. */
dg_code dg_approval_wakeups_tell(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                                 dg_leaf_id id, dg_wakeup *turns, dg_ns now, dg_error *err);

/* ---- aggression.c ---- */

/* At the end of a slot. */
void dg_approval_aggression_slot(dg_world *world);

/* Messages that one message costs to reach all of `members` over their grid, by the
 * level of aggression: 0 along the grid and to random peers, 1 its own sender tells everybody, 2
 * all that hear it tell their row and column. */
uint64_t dg_approval_routed_messages(uint32_t members, unsigned level);
/* New messages of a block. */
typedef struct dg_approval_sent {
    uint64_t assignments, approvals;
} dg_approval_sent;
void dg_approval_count_messages(dg_world *world, const dg_approval_block *a, dg_approval_sent sent);

#endif
