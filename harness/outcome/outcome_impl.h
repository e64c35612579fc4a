/* outcome_impl.h - shared inside the room: parts of the document, each from the facts.
 * What returns an int is not 0 when there was no memory; what returns JSON gives it to
 * the caller, NULL: no memory. `claims` are the verdicts as dg_outcome_judge makes them. */
#ifndef DG_OUTCOME_IMPL_H
#define DG_OUTCOME_IMPL_H

#include "claim/claim.h"
#include "outcome/outcome.h"

/* Takes `value`. */
static inline int dg_outcome_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

/* ---- verdicts.c ---- */

/* How many claims came to what, for the verdict of the run. */
typedef struct dg_outcome_tally {
    unsigned judged, broke, broke_chain, warned, missed, control_failed;
    const char *first_broke, *first_missed, *first_failed;
    const char *missed_kind; /* of first_missed: "unexercised", "not-reached", "undecided" */
    char missed_why[80];     /* what became of it: "was never exercised" */
} dg_outcome_tally;

/* Appends the verdict of each claim that the plan has judged. DG_NOMEM. */
dg_code dg_outcome_judge(json_t *claims, dg_outcome_tally *tally, const dg_claim_setup *setup,
                         const dg_event_log *log, dg_error *err);
/* A claim's verdict; NULL: not judged. */
const json_t *dg_outcome_claim(const json_t *claims, dg_claim_id id);
/* Whose verdict it is. */
dg_claim_id dg_outcome_claim_id(const json_t *claim);
/* Was it judged, and came to that status? */
bool dg_outcome_is(const json_t *claims, dg_claim_id id, dg_verdict_status status);
/* The event of treatment that stands in a verdict's evidence; NULL: it is none. */
const dg_event *dg_outcome_event(const dg_outcome_facts *run, const json_t *evidence);

/* ---- parts of the document ---- */

/* explain.c: puts `result`, `exit` and `reason`. */
int dg_outcome_result(json_t *out, const dg_claim_setup *setup, const dg_outcome_tally *tally);

/* bft.c: puts what a log of consensus bft says by itself. DG_MALFORMED: it is not whole; DG_NOMEM.
 */
dg_code dg_outcome_explain_bft(json_t *document, const dg_claim_setup *setup,
                               const dg_event_log *log, dg_error *err);
/* answer.c: puts `answer`, which is made of the verdict and of what else stands in `outcome`. */
int dg_outcome_answer(json_t *outcome, const dg_outcome_facts *run, const dg_claim_setup *setup,
                      const dg_outcome_tally *tally, const json_t *claims);
/* harm.c: slots from the first to the last of two, and how long so many take; 0 where no run has
 * that. */
int64_t dg_outcome_slots_between(int64_t first, int64_t last);
int64_t dg_outcome_ms_of(const dg_outcome_facts *run, int64_t slots);
/* .. was U tried, and changed nothing? */
bool dg_outcome_not_enacted(const dg_outcome_facts *run);
/* .. and what was lost from U on, against control; of parachains with a network alone. */
json_t *dg_outcome_harm(const dg_outcome_facts *run, bool network);
/* chain_only.c: puts `chain_only` where there was no network. */
int dg_outcome_chain_only(json_t *out, const dg_outcome_facts *run, const dg_claim_setup *setup);
/* network_sum.c: "v1.7 to v1.10", of nodes that nobody named. */
void dg_outcome_releases(char *out, size_t size, const dg_release_span *span);

/* api_versions.c: APIs whose version N changes. */
json_t *dg_outcome_apis(const dg_outcome_facts *run);
/* causes.c: puts `causes`, `looked_at`, `unexplained` and `advice`. */
int dg_outcome_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims);
/* cause_chains.c: each broken claim of the network back to its cause, event by event. */
json_t *dg_outcome_chains(const dg_outcome_facts *run, const json_t *claims);
/* seeds.c: puts which seeds were run, where it were several; and says so for dg_outcome_notes. */
int dg_outcome_seeds(json_t *out, const dg_outcome_facts *run);
int dg_outcome_seeds_note(json_t *notes, const dg_outcome_facts *run);
/* notes.c: what a reader has to know beside the verdicts. */
json_t *dg_outcome_notes(const dg_outcome_facts *run, const json_t *claims);
/* ill_control.c: what is wrong with N-1 alone, a sentence each. */
json_t *dg_outcome_ill_control(const dg_event_log *log, const dg_claim_setup *setup);
/* series.c: columns for pictures. */
json_t *dg_outcome_series(const dg_outcome_facts *run);
/* network_sum.c: puts `network`; nothing without one. */
int dg_outcome_network_sum(json_t *out, const dg_outcome_facts *run);

/* recorded_causes.c: reasons that the evidence of a claim about the chain itself is, appended to
 * `causes`, and what can be done about them, to `advice`. */
int dg_outcome_recorded(json_t *causes, json_t *advice, const dg_outcome_facts *run,
                        const json_t *claims);

/* ---- planned faults, in chains ---- */

/* rollouts.c: each rollout of the plan that treatment came to, by its events; owned by the caller;
 * NULL: none, or no memory. */
json_t *dg_outcome_rollouts(const dg_outcome_facts *run);
/* .. what the plan says of them, added to the notes; not 0: no memory. */
int dg_outcome_rollouts_notes(json_t *out, const dg_outcome_facts *run);
/* .. a DG_EVENT_NET_ROLLOUT, and a DG_EVENT_NET_RENEWED, in words. */
void dg_outcome_rollout_words(char *out, size_t size, const dg_outcome_facts *run,
                              const dg_event *e);
void dg_outcome_renewed_words(char *out, size_t size, const dg_event *e);
/* fault_events.c: DG_EVENT_NET_FAULT events that began before a claim broke and can break
 * it, oldest first, at most `most`; how many there are. */
size_t dg_outcome_faults_behind(const dg_event **out, size_t most, const dg_outcome_facts *run,
                                const json_t *claim);
/* How many nodes those strike that only treatment has; 0: none. */
uint64_t dg_outcome_faults_alone(const dg_outcome_facts *run, const json_t *claim);
/* A fault's event as a sentence. */
void dg_outcome_fault_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e);

/* event_words.c: an event as a sentence; false, and nothing written, for kinds that no
 * chain holds. */
bool dg_outcome_event_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *e);

/* skim.c: empties the lists of the series and chains of a sweep's cells, in place; the length that
 * is left. Any bytes may be handed in: what is no JSON stays none. */
size_t dg_outcome_skim(char *text, size_t len);

#endif
