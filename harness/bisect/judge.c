/* judge.c - one runtime, run by the plan: good, bad, or nothing that can be said. */
#include "bisect/bisect_impl.h"

#include <assert.h>
#include <string.h>

#include "outcome/outcome.h"

void dg_bisect_plain(char *out, size_t size, const char *text)
{
    size_t len = 0;
    assert(size > 0);
    for (; text[len] && len + 1 < size; len++)
        out[len] = (char)((unsigned char)text[len] < 0x20 || text[len] == 0x7f ? '?' : text[len]);
    out[len] = 0;
}

void dg_bisect_skip(dg_bisect_verdict *out, dg_code code, const char *why)
{
    *out = (dg_bisect_verdict){ .mark = DG_BISECT_SKIP, .code = code };
    dg_bisect_plain(out->why, sizeof out->why, why);
}

/* ---- what an outcome says ---- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Whether it counts as broken is for who asks: a claim that is asked for need not gate. */
static bool is_broken(const json_t *claim, const char *wanted)
{
    const char *status = text_at(claim, "status");
    bool gates = strcmp(text_at(claim, "severity"), "gate") == 0;
    return strcmp(status, "broke") == 0 ? wanted || gates : wanted && strcmp(status, "warned") == 0;
}

static void list_broken(dg_bisect_verdict *out, const json_t *outcome, const char *wanted)
{
    dg_buf names = dg_buf_on(out->broke, sizeof out->broke);
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        const char *name = text_at(claim, "name");
        if (is_broken(claim, wanted) && (!wanted || strcmp(wanted, name) == 0))
            dg_buf_printf(&names, "%s%s", names.len ? ", " : "", name);
    }
    dg_buf_text(&names);
}

static const json_t *claim_of(const json_t *outcome, const char *wanted)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i,
                       claim) if (strcmp(text_at(claim, "name"), wanted) == 0) return claim;
    return NULL;
}

/* Where control fails as well, or the run is not one, no claim says anything of N. */
static bool is_void(const json_t *outcome)
{
    const char *missing = text_at(json_object_get(outcome, "answer"), "missing");
    return strcmp(missing, "control-fails") == 0 || strcmp(missing, "not-deterministic") == 0;
}

static void read_claim(dg_bisect_verdict *out, const json_t *outcome, const char *wanted)
{
    const json_t *claim = claim_of(outcome, wanted);
    if (!claim) {
        dg_bisect_skip(out, DG_LIMIT, "the claim was not judged");
        return;
    }
    if (is_void(outcome)) {
        dg_bisect_skip(out, DG_LIMIT, text_at(outcome, "reason"));
        return;
    }
    dg_bisect_plain(out->why, sizeof out->why, text_at(claim, "text"));
    if (is_broken(claim, wanted))
        out->mark = DG_BISECT_BAD;
    else if (strcmp(text_at(claim, "status"), "held") == 0)
        out->mark = DG_BISECT_GOOD;
    else
        dg_bisect_skip(out, DG_LIMIT, text_at(claim, "text"));
}

static void read_outcome(dg_bisect_verdict *out, const json_t *outcome, const char *claim)
{
    int exit = dg_outcome_exit(outcome);
    memset(out, 0, sizeof *out);
    if (claim) {
        read_claim(out, outcome, claim);
    } else if (exit == DG_EXIT_HELD || exit == DG_EXIT_BROKE) {
        out->mark = exit == DG_EXIT_HELD ? DG_BISECT_GOOD : DG_BISECT_BAD;
        dg_bisect_plain(out->why, sizeof out->why, text_at(outcome, "reason"));
    } else {
        dg_bisect_skip(out, DG_LIMIT, text_at(outcome, "reason"));
    }
    if (out->mark == DG_BISECT_BAD)
        list_broken(out, outcome, claim);
    assert(out->mark != DG_BISECT_UNKNOWN);
}

/* ---- a run ---- */

typedef struct hearing {
    const dg_bisect_options *options;
    dg_bisect_verdict *out;
} hearing;

/* An upgrade to the code that runs already changes nothing, so it breaks nothing. */
static void refused(dg_bisect_verdict *out, dg_code code, const dg_error *why)
{
    dg_bisect_skip(out, code, why->text);
    if (code != DG_USAGE || !dg_run_refused_same_code(why))
        return;
    out->mark = DG_BISECT_GOOD;
    snprintf(out->why, sizeof out->why, "it is the runtime that the snapshot runs already");
}

static dg_code ended(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    hearing *h = user;
    dg_code rc = DG_OK;
    assert(cell == 0);
    if (outcome)
        read_outcome(h->out, outcome, h->options->claim);
    else if (dg_code_is_of_machine(why->code))
        rc = dg_fail(err, why->code, "%s", why->text);
    else
        refused(h->out, crashed ? DG_LIMIT : why->code, why);
    json_decref(outcome);
    return rc;
}

static bool halts(void *user)
{
    const hearing *h = user;
    return h->options->halts && h->options->halts(h->options->user);
}

static dg_code plan_of(dg_plan **out, const dg_bisect_options *options, const char *runtime,
                       dg_error *err)
{
    dg_code rc = dg_plan_copy(out, options->plan, err);
    if (rc >= 0 && (rc = dg_plan_set(*out, "upgrade.to", runtime, err)) >= 0)
        rc = dg_plan_check(*out, err);
    return rc;
}

dg_code dg_bisect_judge(dg_bisect_verdict *out, const dg_bisect_options *options,
                        const char *runtime, dg_error *err)
{
    hearing h = { options, out };
    dg_run_cells_options how = { .at_once = 1, .ended = ended, .halts = halts, .user = &h };
    dg_plan *plan = NULL;
    dg_error own = { .text = "" };
    dg_code rc = plan_of(&plan, options, runtime, &own);
    if (rc >= 0) {
        const dg_plan *const plans[] = { plan };
        rc = dg_run_cells(plans, 1, options->run, &how, &own);
    }
    dg_plan_free(plan);
    if (rc == DG_IO || rc == DG_NOMEM)
        return dg_fail(err, rc, "%s", own.text);
    if (rc < 0)
        refused(out, rc, &own);
    return rc == DG_END ? DG_END : DG_OK;
}
