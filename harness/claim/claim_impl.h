/* claim_impl.h - what the claims of this room share. */
#ifndef DG_CLAIM_IMPL_H
#define DG_CLAIM_IMPL_H

#include "claim/claim.h"

#include <stddef.h>

#define FACTS_NONE SIZE_MAX /* a claim that keeps none */

#define X(ID, member, name) extern const dg_claim dg_claim_##member;
#include "claim/claim_list.h"
#undef X

/* Where something went wrong, and how often. */
typedef struct tally {
    uint32_t first, last;
    uint64_t count;
} tally;
/* One more, at that block; blocks come in their order. */
void dg_claim_tally_add(tally *t, uint32_t block);

/* Facts that a verdict shows; beyond DG_VERDICT_EVIDENCE_MAX they are counted only. Whether any
 * was lost, and giving them back, is seen to where a claim is judged. */
typedef struct evidence {
    json_t *list;
    bool lost;
} evidence;
void dg_claim_evidence_add(evidence *e, json_t *item); /* takes the item */
/* .. the event as the log has it */
void dg_claim_evidence_event(evidence *e, const dg_event *event);

/* Closing words. `say` keeps one line; `span` copies where it broke; `show` moves
 * the evidence into the verdict. */
void dg_verdict_say(dg_verdict *v, dg_verdict_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Held, because what it is about cannot come in this plan: the reason, without a verb before it. */
void dg_verdict_spare(dg_verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dg_verdict_span(dg_verdict *v, const tally *t);
void dg_verdict_show(dg_verdict *v, evidence *e);

/* Figures: a whole number, a number of thousandths, and how much `a` is above `b`, 0 if it is not.
 * What is too big for a figure is the biggest there is. */
dg_figure dg_claim_figure(uint64_t whole);
dg_figure dg_claim_figure_milli(uint64_t milli);
dg_figure dg_claim_figure_above(uint64_t a, uint64_t b);
/* Nothing of its kind may go wrong: `measured` things did, and all of them are lost. */
dg_figures dg_claim_figures_none(const char *unit, uint64_t measured);

/* Candidates a slot, from U on, against control: para_rate.c. Windows are the rest
 * of U's session and each one after it, as many as a plan may ask for; what a migration
 * adds to the run counts with the last. */
enum { PARA_WINDOWS = 102 };
typedef struct para_slot {
    int64_t slot;
    uint64_t sum, blocks;
    uint32_t block;
} para_slot;
typedef struct para_window {
    uint64_t slots, sum_permille;
    uint32_t first, last;
} para_window;
typedef struct para_rate {
    dg_claim_setup setup;
    int64_t (*count)(const dg_event *paras); /* candidates, by a net-paras event */
    const char *did;                         /* "backed" */
    uint64_t floor_permille;
    int64_t most_backable;
    uint64_t peak; /* control's fullest block */
    para_slot now[2];
    para_window window[2][PARA_WINDOWS];
    evidence facts;
} para_rate;
void dg_claim_rate_start(para_rate *r, const dg_claim_setup *setup,
                         int64_t (*count)(const dg_event *paras), const char *did);
void dg_claim_rate_step(void *rate, const dg_event *e);
void dg_claim_rate_finish(void *rate, dg_verdict *v);

/* Where control itself is so far off that its number is no measure: */
enum {
    /* no block for three minutes: the alert rules shipped with substrate (BlockProductionSlow) */
    CONTROL_GAP_MS = 180000,
    /* blocks in which every group is at every core once more on live chains: polkadot-sdk 3314 has
       a group that cannot back cost its parachain that much, no more */
    CONTROL_ROTATION = 10,
    CONTROL_THIRD = 3 /* one in three: what consensus is built to bear is less */
};

/* Text of event.detail[key]; "" when there is none. */
const char *dg_claim_detail(const dg_event *event, const char *key);
/* A ratio of the plan as parts of a thousand; `fallback` when it is not given. */
uint64_t dg_claim_permille(const dg_claim_setup *setup, const char *key, uint64_t fallback);
/* A whole number of the plan, not below 0; likewise. */
uint64_t dg_claim_whole(const dg_claim_setup *setup, const char *key, uint64_t fallback);
/* Copies at most size-1 bytes, always terminated. */
void dg_claim_text_copy(char *out, size_t size, const char *text);

#endif
