/* claim_impl.h - what the claims of this room share. */
#ifndef DG_CLAIM_IMPL_H
#define DG_CLAIM_IMPL_H

#include "claim/claim.h"

extern const dg_claim claim_identity, claim_upgrade_enacted, claim_block_cadence, claim_session_cadence,
    claim_authorable, claim_authorities_survive, claim_config_survives, claim_inherent_accepted,
    claim_api_window, claim_api_compatible, claim_migration, claim_queued_calls, claim_reimport,
    claim_state_growth;

/* Where something went wrong, and how often. */
typedef struct tally { uint32_t first, last; uint64_t count; } tally;
void tally_add(tally *t, uint32_t block);

/* Facts that a verdict shows; beyond DG_EVIDENCE_MAX they are counted only. */
typedef struct evidence { json_t *list; bool lost; } evidence;
void evidence_add(evidence *e, json_t *item); /* takes the item */
void evidence_event(evidence *e, const dg_event *event);
void evidence_clear(evidence *e);

/* Closing words. `say` keeps one line; `span` copies where it broke; `show` moves
 * the evidence into the verdict. */
void verdict_say(dg_verdict *v, dg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void verdict_span(dg_verdict *v, const tally *t);
void verdict_show(dg_verdict *v, evidence *e);

/* Text of event.detail[key]; "" when there is none. */
const char *detail_text(const dg_event *event, const char *key);
/* A ratio of the plan as parts of a thousand; `fallback` when it is not given. */
uint64_t option_permille(const dg_claim_setup *setup, const char *key, uint64_t fallback);
uint64_t option_whole(const dg_claim_setup *setup, const char *key, uint64_t fallback);
/* Copies at most size-1 bytes, always terminated. */
void text_copy(char *out, size_t size, const char *text);

#endif
