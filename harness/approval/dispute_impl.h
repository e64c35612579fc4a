/* dispute_impl.h - a candidate that somebody calls invalid. Inside the room only.
 *
 *   dispute_coordinator.c  who votes how and when, and what comes of it
 *   dispute_inherent.c     the statements that an author puts into its block
 *
 * As with approvals what one says is heard by all others at one time; votes go
 * straight to all, one hop. Mirrors: polkadot node/core/dispute-coordinator,
 * node/network/dispute-distribution, node/core/provisioner (disputes). */
#ifndef DG_APPROVAL_DISPUTE_IMPL_H
#define DG_APPROVAL_DISPUTE_IMPL_H

#include "approval/approval_impl.h"

typedef enum dg_stance {
    DG_STANCE_NONE,
    DG_STANCE_SECONDED,
    DG_STANCE_BACKED,
    DG_STANCE_APPROVED,
    DG_STANCE_VALID,
    DG_STANCE_INVALID
} dg_stance;

/* at: heard by all; DG_NEVER: it has not come to it */
typedef struct dg_dispute_vote {
    dg_ns at;
    dg_stance stance;
    bool executes;
} dg_dispute_vote;

struct dg_dispute {
    struct dg_dispute *next, *newer; /* next: older */
    dg_hash candidate, relay_parent;
    const dg_session *session;
    uint32_t para, block, by;  /* block: number of the first that included it; by: node */
    dg_ns began, concluded_at; /* DG_NEVER: as it stands it is not */
    bool valid, told;          /* valid: as concluded */
    dg_dispute_vote *votes;    /* by validator; NULL: nobody asks for them any more */
};

/* Validator of the block's session finds the candidate invalid at `at`: a dispute
 * begins, unless there is one. */
dg_code dg_approval_dispute_object(dg_world *world, dg_leaf_id id, dg_candidate_entry *entry,
                                   dg_validator_ix validator, dg_ns at, dg_error *err);
dg_dispute *dg_approval_dispute_of(const dg_world *world, const dg_hash *candidate);
void dg_approval_disputes_free(dg_dispute *all);
/* When enough of a session's validators have said one of the two, by votes that stand by their
 * index in that session; DG_NEVER: not yet. `times`: room for one of each. */
dg_ns dg_approval_dispute_majority_at(const dg_dispute_vote *votes, uint32_t validators,
                                      bool against, dg_ns *times);
/* How many votes are here by `now` that the chain does not know; `sides`: out, of all that are
 * here, how many for it and how many against it. `told`: what the chain knows, of the same session.
 */
uint32_t dg_approval_dispute_count(const dg_dispute *d, const dg_dispute_told *told, dg_ns now,
                                   uint32_t sides[2]);

#endif
