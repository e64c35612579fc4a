/* explain.c - where a claim broke: who is suspected, and trials of treatment without them, in
 * processes of their own. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

#include "run/workers_impl.h"

/* ---- what broke ---- */

/* A claim that control fails as well says nothing of N. */
static dg_code find_broken(dg_run_state *run, dg_trial *as_it_was, dg_error *err)
{
    dg_claim_setup setup;
    const dg_claim *claim;
    dg_claim_setup_read(&setup, run->log.at, run->log.count);
    run->trial.asked = 0;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_verdict v;
        dg_code rc;
        if (!dg_claim_is_judged(claim, &setup)
            || dg_claim_severity_of(claim, &setup) != DG_CLAIM_GATE)
            continue;
        if ((rc = dg_claim_judge(claim, &v, &setup, run->log.at, run->log.count, err)) < 0)
            return rc;
        as_it_was->of[claim->id] = dg_trial_claim_of(&v);
        if (v.status == DG_VERDICT_BROKE && !v.control_failed)
            run->trial.asked |= (dg_proof_claims)1 << claim->id;
        dg_verdict_clear(&v);
    }
    return DG_OK;
}

/* ---- trials over the pipe ---- */

static json_t *claims_json(const dg_trial *t, dg_proof_claims asked)
{
    json_t *out = json_array();
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        if (asked >> c & 1
            && json_array_append_new(out, json_pack("[i, i, I, I, I]", (int)c, (int)t->of[c].status,
                                                    (json_int_t)t->of[c].lost,
                                                    (json_int_t)t->of[c].measured,
                                                    (json_int_t)t->of[c].control))
                   != 0) {
            json_decref(out);
            return NULL;
        }
    return out;
}

static json_t *trial_json(const dg_trial *t, dg_proof_claims asked)
{
    return json_pack("{s:b, s:o}", "whole", t->whole, "claims", claims_json(t, asked));
}

static void read_trial(dg_trial *out, const dg_run_answer *answer)
{
    const json_t *row;
    size_t i;
    *out = (dg_trial){ .failed = answer->rc != DG_OK };
    if (out->failed)
        snprintf(out->why, sizeof out->why, "%.159s", answer->err.text);
    out->whole = json_is_true(json_object_get(answer->document, "whole"));
    json_array_foreach(json_object_get(answer->document, "claims"), i, row)
    {
        struct dg_trial_claim *c = &out->of[json_integer_value(json_array_get(row, 0))];
        c->status = (dg_verdict_status)json_integer_value(json_array_get(row, 1));
        c->lost = json_integer_value(json_array_get(row, 2));
        c->measured = json_integer_value(json_array_get(row, 3));
        c->control = json_integer_value(json_array_get(row, 4));
    }
}

/* ---- trials in processes ---- */

typedef struct trying {
    dg_run_state *run;
    const dg_suspect_set *sets;
} trying;

static dg_code one_trial(void *user, size_t job, json_t **document, dg_error *err)
{
    trying *t = user;
    dg_trial trial;
    dg_code rc = dg_run_intervene(t->run, &trial, t->sets[job], err);
    if (rc < 0)
        return rc;
    *document = trial_json(&trial, t->run->trial.asked);
    return *document ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trial");
}

static void tell_trials(void *user, size_t done, size_t count)
{
    dg_run_tell_progress(((trying *)user)->run, "causes", done, count);
}

static dg_code try_sets(void *user, dg_trial *out, const dg_suspect_set *sets, size_t count,
                        dg_error *err)
{
    trying t = { user, sets };
    dg_run_workers_options options = { .at_once = t.run->options->workers,
                                       .progress = tell_trials };
    dg_run_answer *answers = dg_calloc(count, sizeof *answers);
    dg_code rc;
    if (!answers)
        return dg_fail(err, DG_NOMEM, "no memory for %zu trials", count);
    tell_trials(&t, 0, count);
    if ((rc = dg_run_workers(answers, count, one_trial, &t, &options, err)) >= 0) {
        rc = dg_run_answers_whole(answers, count, err);
        for (size_t i = 0; i < count && rc >= 0; i++)
            read_trial(&out[i], &answers[i]);
        dg_run_answers_clear(answers, count);
    }
    dg_free(answers);
    return rc;
}

/* ---- all of it ---- */

/* Nodes of a chain have what its N-1 imports, whoever built them. */
static void find_lacked(dg_suspect_facts *facts, const dg_run_state *run)
{
    const dg_module *module = dg_runtime_module(run->to);
    const char *name;
    for (size_t i = 0; (name = dg_module_import_at(module, i)); i++) {
        if (!dg_release_none_has(run->to, i) || dg_runtime_imports(run->from_kept, run->to, i)
            || facts->lacked_count++)
            continue;
        facts->lacked = name;
        facts->lacked_type = dg_module_import_type_at(module, i);
        facts->lacked_given = dg_module_import_given_at(module, i);
    }
}

static dg_suspect_facts facts_of(const dg_run_state *run)
{
    dg_suspect_facts facts = {
        .plan = run->plan,
        .asked = run->asked,
        .span = run->span,
        .log = &run->log,
        .host_old = dg_version_api(dg_runtime_version(run->from_kept), "ParachainHost"),
        .host_new = dg_version_api(dg_runtime_version(run->to), "ParachainHost"),
        .upgrade_block = run->treatment.at.upgrade_block,
        .faults = run->faults,
        .fault_count = run->fault_count,
        .network = dg_plan_wants_network(run->plan),
        .stuck = run->treatment.at.failures >= DG_RUN_ARM_FAILURES_MAX,
        .not_enacted = run->code.len && dg_run_arm_not_enacted(&run->treatment),
        .unread = dg_runtime_refused(run->to)
    };
    find_lacked(&facts, run);
    return facts;
}

static dg_code prove(dg_run_state *run, const dg_suspects *suspects, const dg_suspect_facts *facts,
                     const dg_trial *as_it_was, dg_error *err)
{
    dg_proof proof;
    dg_code rc =
        dg_suspects_prove(&proof, suspects, as_it_was, run->trial.asked, try_sets, run, err);
    if (rc < 0)
        return rc;
    run->explained = dg_proof_tell(&proof, facts);
    dg_proof_clear(&proof);
    return DG_OK;
}

dg_code dg_run_explain_breaks(dg_run_state *run, dg_error *err)
{
    static dg_suspects suspects; /* too large for a stack */
    static dg_trial as_it_was;
    dg_suspect_facts facts = facts_of(run);
    dg_run_explain how = run->options->explain;
    dg_code rc;
    assert(!run->explained && !run->trial.without);
    if (how == DG_RUN_EXPLAIN_NONE || run->diverged)
        return DG_OK;
    if ((rc = find_broken(run, &as_it_was, err)) < 0 || !run->trial.asked)
        return rc;
    dg_suspects_find(&suspects, &facts);
    run->trial.suspects = &suspects;
    if (how == DG_RUN_EXPLAIN_PROVED)
        rc = prove(run, &suspects, &facts, &as_it_was, err);
    else
        run->explained = dg_suspects_tell(&suspects);
    return rc < 0 || run->explained ? rc : dg_fail(err, DG_NOMEM, "no memory for causes");
}
