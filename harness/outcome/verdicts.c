/* verdicts.c - claims judged over the events, and one of them found again. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

/* Whole where it is whole, so that most numbers read as they are said. */
static int put_figure(json_t *out, const char *key, const dg_figure *f)
{
    if (!f->known)
        return 0;
    return dg_outcome_put(out, key,
                          f->milli % 1000 ? json_real((double)f->milli / 1000)
                                          : json_integer(f->milli / 1000));
}

static json_t *figures_json(const dg_figures *f)
{
    json_t *out = json_pack("{s:s}", "unit", f->unit);
    int bad = put_figure(out, "measured", &f->measured) | put_figure(out, "control", &f->control)
              | put_figure(out, "threshold", &f->threshold);
    if (f->threshold.known)
        bad |= dg_outcome_put(out, "holds", json_string(f->at_least ? "at-least" : "at-most"));
    if (f->over_unit)
        bad |= dg_outcome_put(out, "over", json_integer((json_int_t)f->over))
               | dg_outcome_put(out, "over_unit", json_string(f->over_unit));
    if (f->lost_unit)
        bad |= dg_outcome_put(out, "lost_unit", json_string(f->lost_unit))
               | put_figure(out, "lost", &f->lost) | put_figure(out, "allowed", &f->allowed);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *trial_json(const dg_claim_trial *t)
{
    return json_pack("{s:I, s:I, s:s, s:f}", "broke", (json_int_t)t->broke, "of", (json_int_t)t->of,
                     "decided", dg_claim_luck_name(dg_claim_trial_says(t)), "confidence",
                     DG_CLAIM_CONFIDENCE_PERCENT / 100.0);
}

static json_t *claim_json(const dg_claim *claim, dg_claim_severity severity, const dg_verdict *v)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "name", dg_claim_name(claim->id),
                            "says", claim->says, "because", claim->because, "basis", claim->basis,
                            "severity", dg_claim_severity_name(severity), "status",
                            dg_verdict_status_name(v->status), "text", dg_event_text(v->text));
    int bad = 0;
    if (v->first_block || v->last_block)
        bad |= dg_outcome_put(out, "first_block", json_integer(v->first_block))
               | dg_outcome_put(out, "last_block", json_integer(v->last_block));
    if (v->count)
        bad |= dg_outcome_put(out, "count", json_integer((json_int_t)v->count));
    if (v->healed[0])
        bad |= dg_outcome_put(out, "healed", dg_event_text(v->healed));
    if (v->figures.unit)
        bad |= dg_outcome_put(out, "figures", figures_json(&v->figures));
    if (v->reach != DG_VERDICT_REACHED)
        bad |= dg_outcome_put(out, "reach", json_string(dg_verdict_reach_name(v->reach)));
    if (v->narrow)
        bad |= dg_outcome_put(out, "narrow", json_true());
    if (v->trial.of > 1)
        bad |= dg_outcome_put(out, "seeds", trial_json(&v->trial));
    if (v->control_failed)
        bad |= dg_outcome_put(out, "control_failed", json_true());
    if (json_array_size(v->evidence))
        bad |= json_object_set(out, "evidence", v->evidence);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static void missed(dg_outcome_tally *t, const dg_claim *claim, const dg_verdict *v)
{
    assert(v->status == DG_VERDICT_UNEXERCISED);
    if (t->missed++)
        return;
    t->first_missed = dg_claim_name(claim->id);
    if (v->trial.of > 1) {
        t->missed_kind = "undecided";
        snprintf(t->missed_why, sizeof t->missed_why,
                 "broke in %u of %u seeds, which decides nothing", v->trial.broke, v->trial.of);
    } else {
        t->missed_kind = v->reach == DG_VERDICT_NOT_REACHED    ? "not-reached"
                         : v->reach == DG_VERDICT_OUT_OF_REACH ? "out-of-reach"
                                                               : "unexercised";
        snprintf(t->missed_why, sizeof t->missed_why, "%s",
                 v->reach == DG_VERDICT_NOT_REACHED    ? "was not reached"
                 : v->reach == DG_VERDICT_OUT_OF_REACH ? "is kept out of reach by the plan"
                                                       : "was never exercised");
    }
}

static void count(dg_outcome_tally *t, const dg_claim *claim, dg_claim_severity severity,
                  const dg_verdict *v)
{
    t->judged++;
    t->warned += v->status == DG_VERDICT_WARNED
                 || (v->status == DG_VERDICT_BROKE && severity == DG_CLAIM_ADVICE);
    if (severity == DG_CLAIM_ADVICE)
        return;
    if (v->status == DG_VERDICT_BROKE && !t->broke++)
        t->first_broke = dg_claim_name(claim->id);
    t->broke_chain += v->status == DG_VERDICT_BROKE && !claim->network;
    if (v->status == DG_VERDICT_UNEXERCISED)
        missed(t, claim, v);
    if (v->control_failed && !t->control_failed++)
        t->first_failed = dg_claim_name(claim->id);
}

dg_code dg_outcome_judge(json_t *claims, dg_outcome_tally *t, const dg_claim_setup *setup,
                         const dg_event_log *log, dg_error *err)
{
    const dg_claim *claim;
    assert(!t->judged); /* a tally begins at zero */
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_verdict v;
        dg_code rc;
        int bad;
        if (!dg_claim_is_judged(claim, setup))
            continue;
        if ((rc = dg_claim_judge(claim, &v, setup, log->at, log->count, err)) < 0)
            return rc;
        bad = json_array_append_new(claims,
                                    claim_json(claim, dg_claim_severity_of(claim, setup), &v));
        count(t, claim, dg_claim_severity_of(claim, setup), &v);
        dg_verdict_clear(&v);
        if (bad)
            return dg_fail(err, DG_NOMEM, "no memory for the verdicts");
    }
    assert(json_array_size(claims) == t->judged);
    return DG_OK;
}

/* ---- finding one ---- */

const json_t *dg_outcome_claim(const json_t *claims, dg_claim_id id)
{
    const char *name = dg_claim_name(id);
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "name")), name)
                                  == 0) return claim;
    return NULL;
}

bool dg_outcome_is(const json_t *claims, dg_claim_id id, dg_verdict_status status)
{
    const char *text = json_string_value(json_object_get(dg_outcome_claim(claims, id), "status"));
    return text && strcmp(text, dg_verdict_status_name(status)) == 0;
}

dg_claim_id dg_outcome_claim_id(const json_t *claim)
{
    const dg_claim *of = dg_claim_named(json_string_value(json_object_get(claim, "name")));
    assert(of); /* verdicts are made of the list's claims */
    return of->id;
}

/* Evidence may be no event, but what a claim made of several. */
const dg_event *dg_outcome_event(const dg_outcome_facts *run, const json_t *evidence)
{
    json_int_t seq = json_integer_value(json_object_get(evidence, "seq"));
    const char *side = json_string_value(json_object_get(evidence, "arm"));
    bool treatment = side && strcmp(side, "treatment") == 0;
    for (size_t i = 0; treatment && i < run->log->count; i++)
        if (run->log->at[i].arm == DG_ARM_TREATMENT && run->log->at[i].seq == (uint64_t)seq)
            return &run->log->at[i];
    return NULL;
}
