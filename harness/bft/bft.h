/* bft.h - a network of finalizers whose rounds end by certificates of weight.
 *
 *   describe  dg_bft_network           committees, classes, costs, what changes and when
 *   check     dg_bft_check             once: all that follows relies on it
 *   run       dg_bft_run               one arm, as events
 *   ask       dg_bft_odds_of           the same turn of an epoch by many seeds
 *   count     dg_bft_timeouts_add, dg_bft_timeouts_weight: the tally of a node by itself
 *
 * A leader proposes a block a round. Finalizers of the block's epoch sign it; two thirds of their
 * weight are a quorum certificate (QC), which ends the round. Who waits too long says so, with the
 * highest QC it knows; two thirds of the weight are a timeout certificate (TC), which ends the
 * round too. A block is final when a child of the next round has a QC.
 *
 * Time is simulated, in ns since the run began. Bakers are known by their id: a committee is sorted
 * by it, and a finalizer's index in one committee is not its index in another.
 *
 * Mirrors: Concordium's consensus of protocol 6, as network-model 1.18 and 2.3 have it. */
#ifndef DG_BFT_H
#define DG_BFT_H

#include "base/base.h"
#include "event/event.h"

enum {
    DG_BFT_BAKERS_MAX = 512,    /* of all committees of a network together */
    DG_BFT_COMMITTEES_MAX = 64, /* changes of the committee, or of parameters */
    DG_BFT_SHARES_MAX = 16,
    DG_BFT_ROLLOUTS_MAX = 32,
    DG_BFT_BITS = DG_BFT_BAKERS_MAX / 64
};
/* Of a committee, and of both parts of a ratio: so that no product overflows. */
#define DG_BFT_WEIGHT_MAX ((uint64_t)1 << 48)
#define DG_BFT_RATIO_MAX 65535u

/* ---- what nodes run ---- */

/* How timeout messages of two epochs are counted together. */
typedef enum dg_bft_tally {
    DG_BFT_MERGE, /* ids of both, one behind the other, in one pass along the committee */
    DG_BFT_SET    /* whoever is in the one or the other */
} dg_bft_tally;

/* Releases of the node that behave alike. Static. */
typedef struct dg_bft_class {
    const char *name; /* "6.3.1" */
    const char *says; /* what is special about it, as a clause */
    dg_bft_tally tally;
} dg_bft_class;
/* Row i of the class table, the oldest first; NULL past the last. */
const dg_bft_class *dg_bft_class_at(size_t i);
/* The row that a release falls in, "6.2.4" or "6.3.1"; NULL: no release of this protocol. */
const dg_bft_class *dg_bft_class_of(const char *release);

/* ---- the network ---- */

/* Borrowed by all that follows, and never changed. */
typedef struct dg_bft_member {
    uint64_t baker; /* id */
    uint64_t weight;
} dg_bft_member;

typedef struct dg_bft_ratio {
    uint32_t num, den;
} dg_bft_ratio;

/* Drawn anew each time, each value as likely as the next; `least` is not above `most`. */
typedef struct dg_bft_range {
    dg_ns least, most;
} dg_bft_range;

/* Who finalizes from an epoch on. */
typedef struct dg_bft_committee {
    uint64_t from_epoch;
    const dg_bft_member *members; /* ids rise */
    size_t count;
    bool treatment_only;
} dg_bft_committee;

/* What else holds from an epoch on. */
typedef struct dg_bft_parameters {
    uint64_t from_epoch;
    dg_bft_range block, payday; /* to make a block, and to check one, by any node */
    dg_ns timeout;              /* of a round at least */
    dg_ns min_block;            /* from one block to the next, at least */
    dg_bft_ratio grow, shrink;  /* of a timeout, at a timeout and at finality */
    dg_bft_ratio threshold;     /* of the weight, for a certificate */
    bool treatment_only;
} dg_bft_parameters;

/* Nodes that run a class when the run begins; the parts of all are a million together. */
typedef struct dg_bft_share {
    const dg_bft_class *class;
    uint32_t parts_ppm;
} dg_bft_share;

/* Nodes that restart with another class, in treatment alone. */
typedef struct dg_bft_rollout {
    const dg_bft_class *to;
    const uint64_t *bakers; /* ids; NULL: a share of all, drawn by lot */
    size_t count;
    uint32_t share_ppm;
    dg_ns at, over, down; /* the first one at `at`, the last one `over` later, each so long down */
} dg_bft_rollout;

typedef struct dg_bft_network {
    uint64_t seed;
    uint64_t first_epoch, first_round;
    uint32_t payday_epochs; /* the first block of each so many-th epoch is a payday block */
    dg_ns epoch;            /* nominal length */
    dg_ns before;           /* from the run's begin to the nominal end of the first epoch */
    dg_ns length;           /* of the run */
    dg_bft_range latency;   /* of every message */
    const dg_bft_committee *committees; /* in the order of their epochs, the first one's first */
    size_t committee_count;
    const dg_bft_parameters *parameters; /* likewise */
    size_t parameter_count;
    const dg_bft_share *shares;
    size_t share_count;
    const dg_bft_rollout *rollouts;
    size_t rollout_count;
} dg_bft_network;

/* Whether it can be run: DG_USAGE, with what is at fault in words of a plan; DG_LIMIT. */
dg_code dg_bft_check(const dg_bft_network *network, dg_error *err);
/* How many bakers its committees have together, each counted once: that many nodes there are.
 * DG_NOMEM. */
dg_code dg_bft_bakers(size_t *count, const dg_bft_network *network, dg_error *err);

/* ---- an arm ---- */

/* What became of one arm, and of its first turn of an epoch. Rounds are 0 where there was none. */
typedef struct dg_bft_outcome {
    uint32_t blocks;      /* final */
    uint64_t rounds;      /* that any node came to the end of */
    dg_ns last_final;     /* when a block became final the last time */
    uint64_t split_round; /* the first that some left by a QC and others by a TC */
    uint64_t stuck_round; /* the first whose weight was there and whose certificate was not */
    bool stuck_at_end;
    bool next_late;       /* the round after split_round timed out, too */
    uint64_t split_by_qc; /* nodes that left split_round by its QC */
} dg_bft_outcome;

/* Runs one arm of a checked network: its events go to `log`, from a bft-start to a bft-end.
 *
 *   out     written whole
 *   log     NULL: none are kept
 *   claims  the plan's object of claims, for the bft-start; NULL: none
 *
 * DG_LIMIT, DG_NOMEM. */
dg_code dg_bft_run(dg_bft_outcome *out, dg_event_log *log, const dg_bft_network *network,
                   dg_arm arm, json_t *claims, dg_error *err);

/* ---- odds ---- */

typedef struct dg_bft_odds_options {
    uint32_t seeds;             /* from the network's own on */
    const dg_bft_range *payday; /* cost of a payday block; NULL: the network's own */
    dg_ns after;                /* each run ends so long after the first epoch's nominal end */
    void (*done)(void *user);   /* a seed was run; may be NULL */
    void *user;
} dg_bft_odds_options;
/* Of how many seeds what came. */
typedef struct dg_bft_odds {
    uint32_t seeds;
    uint32_t split;       /* some nodes left a round by its QC and others by its TC */
    uint32_t late;        /* .. and of those, the round after it timed out, too */
    uint32_t waited;      /* a node had enough weight and no certificate for two seconds */
    uint32_t stuck;       /* .. and did at the end */
    uint32_t stuck_whole; /* .. in the round after the split one */
    uint64_t first_stuck; /* the first such seed; 0: none */
    uint64_t seed;        /* the last one */
} dg_bft_odds;
/* Runs treatment, without roll-outs, by each seed, from shortly before the first epoch ends until
 * the next one goes on or `after` is over. DG_LIMIT, DG_NOMEM. */
dg_code dg_bft_odds_of(dg_bft_odds *out, const dg_bft_network *network,
                       const dg_bft_odds_options *how, dg_error *err);

/* ---- timeout messages of one round, as a node keeps them ---- */

/* A committee as it is counted: ids rise. Borrowed. */
typedef struct dg_bft_voters {
    const dg_bft_member *members;
    size_t count;
} dg_bft_voters;

/* Of two epochs that follow one another at most; a bit for each finalizer, by its index in the
 * committee of that epoch. Zeroes are no message yet. */
typedef struct dg_bft_timeouts {
    bool any;
    uint64_t first_epoch;
    uint64_t first[DG_BFT_BITS], second[DG_BFT_BITS];
} dg_bft_timeouts;

/* One more message, of the finalizer `index` of `epoch`, which is the epoch of the highest QC that
 * it knows. False: it is too old to be kept.
 * Mirrors: updateTimeoutMessages. */
bool dg_bft_timeouts_add(dg_bft_timeouts *heard, uint64_t epoch, uint32_t index);
/* What those that were heard weigh in the committee `in`, which is that of the node's highest QC.
 *
 *   first   committee of heard->first_epoch, `second` of the one after it
 *
 * Mirrors: processTimeout, before and after commit 7ae8ef083. */
uint64_t dg_bft_timeouts_weight(dg_bft_tally tally, const dg_bft_timeouts *heard,
                                const dg_bft_voters *first, const dg_bft_voters *second,
                                const dg_bft_voters *in);
/* What a committee weighs. */
uint64_t dg_bft_voters_weight(const dg_bft_voters *voters);
/* Are these at least so much of the whole? */
bool dg_bft_enough(uint64_t weight, uint64_t whole, dg_bft_ratio threshold);

/* ---- all splits ---- */

enum { DG_BFT_SPLITS_MAX = 8 };
/* How many counts, and of them how many are not what a recount says. */
typedef struct dg_bft_splits {
    uint64_t counts, differ;
} dg_bft_splits;
/* Tries the tally on every way in which 1 to DG_BFT_SPLITS_MAX bakers can be in two committees and
 * have been heard in two epochs, counted in either committee: 2 * 8^bakers counts. */
void dg_bft_splits_try(dg_bft_splits *out, dg_bft_tally tally, unsigned bakers);

#endif
