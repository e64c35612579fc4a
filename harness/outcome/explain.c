/* explain.c - what the events alone let one say: verdicts, the way back to a cause, the verdict
 * of the run. An outcome has the same from the same functions. */
#include "outcome/outcome_impl.h"

#include <assert.h>

/* ---- the verdict of the run ---- */

/* The hazard is there when N was enacted, ran, and the boundaries that the plan
 * wants were passed. A run without that proves nothing of N. */
static const char *not_exercised(const dg_claim_setup *setup)
{
    if (!setup->control_block)
        return "no block was built at U, even without the upgrade";
    if (!setup->ran)
        return "N never ran";
    if (setup->boundaries < setup->boundaries_wanted)
        return "the run ended before its last session boundary";
    return NULL;
}

int dg_outcome_result(json_t *out, const dg_claim_setup *setup, const dg_outcome_tally *t)
{
    char reason[300];
    const char *missing = not_exercised(setup);
    /* claims on a network are measured by control */
    bool broke = t->broke && (t->broke_chain || !t->control_failed);
    int code = broke ? DG_EXIT_BROKE : missing || t->missed ? DG_EXIT_INCONCLUSIVE : DG_EXIT_HELD;
    static const char *const words[] = { "held",         "broke", "",
                                         "inconclusive", "",      "non-deterministic" };
    code = setup->diverged ? DG_EXIT_INTERNAL : code;
    assert(t->broke <= t->judged && t->broke_chain <= t->broke);
    assert(!t->broke || t->first_broke);
    assert(!t->missed || t->first_missed);
    assert(!t->control_failed || t->first_failed);
    assert((size_t)code < sizeof words / sizeof *words && words[code][0]);
    if (setup->diverged)
        snprintf(reason, sizeof reason, "the blocks up to U-1 were built in both arms and differ");
    else if (broke)
        snprintf(reason, sizeof reason, "%u of %u claims broke, first %s", t->broke, t->judged,
                 t->first_broke);
    else if (t->control_failed && setup->control_block)
        snprintf(reason, sizeof reason, "%s already fails on N-1 alone", t->first_failed);
    else if (missing)
        snprintf(reason, sizeof reason, "%s", missing);
    else if (t->missed)
        snprintf(reason, sizeof reason, "%s %s", t->first_missed, t->missed_why);
    else
        snprintf(reason, sizeof reason,
                 t->warned ? "%u claims judged, none broke, %u warned"
                           : "%u claims judged, none broke or warned",
                 t->judged, t->warned);
    return dg_outcome_put(out, "result", json_string(words[code]))
           | dg_outcome_put(out, "exit", json_integer(code))
           | dg_outcome_put(out, "reason", dg_event_text(reason));
}

/* ---- a log by itself ---- */

/* As far as a log goes: no plan, no runtimes. */
static dg_outcome_facts facts_of(const dg_claim_setup *setup, const dg_event_log *log)
{
    dg_outcome_facts facts = { .log = log, .new_code = setup->code };
    facts.nodes = (uint32_t)setup->nodes;
    facts.span.fork_number = setup->fork_block;
    facts.span.upgrade_slot = (uint64_t)setup->upgrade_slot;
    facts.span.first_boundary = (uint64_t)setup->first_boundary;
    facts.span.clock.slot_ms = (uint64_t)setup->slot_ms;
    facts.span.clock.epoch_slots = (uint64_t)setup->epoch_slots;
    facts.span.clock.next_slot = (uint64_t)setup->from_slot;
    facts.span.clock.slot = facts.span.clock.next_slot - 1;
    return facts;
}

enum { SLOT_MS_MAX = 86400000, EPOCH_SLOTS_MAX = 1000000 }; /* of any chain, and more */

static dg_code whole(const dg_claim_setup *setup, dg_error *err)
{
    if (!setup->begun)
        return dg_fail(err, DG_MALFORMED, "the log has no run-start");
    if (setup->slot_ms <= 0 || setup->epoch_slots <= 0 || setup->slot_ms > SLOT_MS_MAX
        || setup->epoch_slots > EPOCH_SLOTS_MAX)
        return dg_fail(err, DG_MALFORMED,
                       "the log's run-start has slots of %lld ms, %lld in an epoch",
                       (long long)setup->slot_ms, (long long)setup->epoch_slots);
    if (!setup->limits.fuel_per_ms)
        return dg_fail(err, DG_MALFORMED, "the log has no node-limits");
    if (!setup->control_ended || !setup->treatment_ended)
        return dg_fail(err, DG_MALFORMED, "the log has no run-end of %s",
                       dg_event_arm_name(setup->control_ended ? DG_ARM_TREATMENT : DG_ARM_CONTROL));
    return DG_OK;
}

dg_code dg_outcome_explain(json_t **out, const dg_event_log *log, dg_error *err)
{
    json_t *document = json_object(), *claims = json_array();
    dg_outcome_tally t = { 0 };
    dg_claim_setup setup;
    dg_outcome_facts facts;
    dg_code rc;
    *out = NULL;
    dg_claim_setup_read(&setup, log->at, log->count);
    facts = facts_of(&setup, log);
    if (setup.bft)
        rc = dg_outcome_explain_bft(document, &setup, log, err);
    else if ((rc = whole(&setup, err)) >= 0
             && (rc = dg_outcome_judge(claims, &t, &setup, log, err)) >= 0
             && ((dg_outcome_put(document, "chains", dg_outcome_chains(&facts, claims))
                  | dg_outcome_put(document, "ill_control", dg_outcome_ill_control(log, &setup))
                  | dg_outcome_result(document, &setup, &t)
                  | json_object_set(document, "claims", claims))
                 || dg_outcome_answer(document, &facts, &setup, &t, claims)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the verdicts");
    json_decref(claims);
    if (rc < 0) {
        json_decref(document);
        return rc;
    }
    *out = document;
    return DG_OK;
}

dg_code dg_outcome_claims(json_t **claims, const dg_event_log *log, const json_t *asked,
                          dg_error *err)
{
    json_t *list = json_array();
    dg_outcome_tally t = { 0 };
    dg_claim_setup setup;
    dg_code rc;
    if (!list)
        return dg_fail(err, DG_NOMEM, "no memory for the verdicts");
    dg_claim_setup_read(&setup, log->at, log->count);
    setup.claims = asked;
    if ((rc = dg_outcome_judge(list, &t, &setup, log, err)) < 0) {
        json_decref(list);
        return rc;
    }
    *claims = list;
    return DG_OK;
}
