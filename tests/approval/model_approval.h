/* model_approval.h - approvals message by message: each node hears for itself over
 * links of `sim`, and applies the rules of approval voting to what it has heard,
 * tranche by tranche, as they are written down. Slow, and for that easy to check. */
#ifndef DG_TESTS_NODE_APPROVAL_H
#define DG_TESTS_NODE_APPROVAL_H

#include "../support/suite.h"
#include "approval/approval_impl.h"

enum { TWIN_NODES_MAX = 64, TWIN_CANDIDATES_MAX = 16, TWIN_TRANCHES_MAX = 128 };

/* One block of one session, with no chain below it. Both sides read it. */
typedef struct scene {
    uint32_t nodes, candidates, group; /* group: members of a backing group */
    dg_approval_rules rules;
    uint64_t seed;
    /* of one hop from a node to anybody; all 0: drawn for each message */
    dg_ns latency[TWIN_NODES_MAX];
    dg_ns imported[TWIN_NODES_MAX];
    dg_ns crash[TWIN_NODES_MAX]; /* 0: never */
    bool withholds[TWIN_NODES_MAX];
} scene;

/* no_shows: only where counted */
typedef struct told_of {
    dg_ns approved_at;
    uint32_t assignments, no_shows;
} told_of;

/* By the network's own counting; `assignments` of each candidate are handed to the twin. */
void scene_count(const scene *s, told_of *out, dg_ns until);
/* Nodes that may vote for the block at the first tick after its approval, and two
 * hops of the slowest link later. */
void scene_voters(const scene *s, uint32_t voters[2]);
/* Runs it with every allocation from the n-th on failing: what the first failure was. */
dg_code scene_starve(const scene *s, uint64_t n);
/* By messages: approval times as an observer outside sees them. */
void scene_play(const scene *s, told_of *out, dg_ns until);

#endif
