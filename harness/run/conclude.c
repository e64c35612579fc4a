/* conclude.c - one run whole: both arms, then what has to be looked into once they are over: other
 * seeds, causes, other positions of U. */
#include "run/run_impl.h"

#include "outcome/outcome.h"

/* Where the plan's own seed leaves something open, others are asked; then `*run` is of the seed
 * on which the verdict rests, and its log tells of all that were tried. */
static dg_code ask_others(dg_run_state **run, const json_t *outcome, dg_run_request *r,
                          dg_error *err)
{
    dg_run_seeds *s = dg_calloc(1, sizeof *s);
    dg_code rc = s ? dg_run_seeds_try(s, outcome, r->plan, *run, err)
                   : dg_fail(err, DG_NOMEM, "no memory for other seeds");
    if (rc >= 0 && s->rests) {
        dg_run_free(*run);
        r->seed = (dg_run_own_seed){ true, s->at[s->rests].seed };
        rc = dg_run_perform(run, r, err);
        r->seed.given = false;
    }
    if (rc >= 0 && s->count > 1) {
        dg_run_seeds_log(s, *run);
        rc = dg_event_log_check(&(*run)->log, err);
    }
    if (s)
        dg_run_seeds_clear(s);
    dg_free(s);
    return rc;
}

/* Only gates that control holds count as broken. */
static dg_code try_positions(dg_run_state *run, const dg_plan *plan, dg_error *err)
{
    dg_run_positions when = run->options->positions;
    bool wanted = when == DG_RUN_POSITIONS_ALWAYS
                  || (when == DG_RUN_POSITIONS_BROKE && run->trial.asked != 0);
    return wanted && !run->diverged ? dg_run_positions_try(&run->positions, run, plan, err) : DG_OK;
}

/* Both arms are over: what they mean, and what has to be looked into. `*run` may become that of
 * another seed. */
static dg_code conclude(json_t **outcome, dg_run_state **run, dg_run_request *r, dg_error *err)
{
    json_t *first = NULL;
    dg_code rc;
    if ((rc = dg_run_tell(&first, *run, err)) >= 0 && (rc = ask_others(run, first, r, err)) >= 0
        && (rc = dg_run_explain_breaks(*run, err)) >= 0
        && (rc = try_positions(*run, r->plan, err)) >= 0)
        rc = dg_run_tell(outcome, *run, err);
    json_decref(first);
    return rc;
}

static dg_code once(json_t **outcome, dg_hash *hash, dg_run_request *r, dg_error *err)
{
    dg_run_state *run;
    dg_code rc;
    if (dg_plan_is_bft(r->plan))
        return dg_run_bft(outcome, hash, r->plan, r->options, err);
    rc = dg_run_perform(&run, r, err);
    if (rc >= 0 && (rc = conclude(outcome, &run, r, err)) >= 0
        && (rc = dg_event_log_hash(&run->log, hash, err)) >= 0 && r->options->events_path)
        rc = dg_event_log_write(&run->log, r->options->events_path, err);
    dg_run_free(run);
    return rc;
}

dg_code dg_run_conclude(json_t **outcome, dg_run_state *run, const dg_plan *plan, dg_error *err)
{
    dg_run_request r = { .plan = plan, .options = run->options, .in_child = true };
    *outcome = NULL;
    return conclude(outcome, &run, &r, err);
}

dg_code dg_run_in_child(json_t **outcome, const dg_plan *plan, const dg_run_options *options,
                        dg_error *err)
{
    dg_run_request r = { .plan = plan, .options = options, .in_child = true };
    dg_hash hash;
    *outcome = NULL;
    return once(outcome, &hash, &r, err);
}

/* ---- twice, when asked ---- */

static dg_code again(json_t *outcome, const dg_hash *first, const dg_plan *plan,
                     const dg_run_options *options, dg_error *err)
{
    dg_run_options quiet = *options;
    dg_run_request r = { .plan = plan, .options = &quiet };
    json_t *second = NULL;
    dg_hash hash;
    dg_code rc;
    quiet.events_path = NULL;
    quiet.keep = NULL;
    quiet.explain = DG_RUN_EXPLAIN_NONE; /* the events are compared */
    quiet.positions = DG_RUN_POSITIONS_NONE;
    if ((rc = once(&second, &hash, &r, err)) < 0)
        return rc;
    if (!dg_hash_equal(first, &hash))
        rc = dg_outcome_differs(outcome, err);
    json_decref(second);
    return rc;
}

/* Where states were left: of this machine, as all of `environment`. */
static json_t *kept_json(const dg_run_keep *keep)
{
    json_t *out = json_array();
    dg_run_kept_state s;
    for (size_t i = 0; dg_run_keep_at(keep, i, &s); i++)
        if (s.made)
            json_array_append_new(out,
                                  json_pack("{s:s, s:s, s:I, s:s}", "arm", s.arm, "at", s.moment,
                                            "block", (json_int_t)s.block, "path", s.path));
    return out;
}

/* The commits that the inputs are of, when the run begins: a working tree may move on meanwhile. */
json_t *dg_run_sources(const dg_plan *plan)
{
    const dg_plan_asked *asked = dg_plan_asked_of(plan);
    json_t *out = json_array();
    if ((asked->snapshot[0] && dg_source_about(out, "snapshot", asked->snapshot))
        || (asked->to[0] && dg_source_about(out, "to", asked->to))) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* What one call knows of machine and moment. */
static void put_environment(json_t *environment, json_t *sources, const dg_run_options *options,
                            uint64_t from_ns)
{
    if (options->keep && environment)
        json_object_set_new(environment, "kept", kept_json(options->keep));
    if (environment && json_array_size(sources))
        json_object_set(environment, "sources", sources);
    json_object_set_new(environment, "wall_ms",
                        json_integer((json_int_t)((dg_wall_ns() - from_ns) / 1000000)));
}

dg_code dg_run(json_t **outcome, const dg_plan *plan, const dg_run_options *options, dg_error *err)
{
    uint64_t from = dg_wall_ns();
    dg_run_request r = { .plan = plan, .options = options };
    json_t *sources;
    dg_hash hash;
    dg_code rc;
    *outcome = NULL;
    if (!dg_plan_asked_of(plan))
        return dg_fail(err, DG_USAGE, "the plan was not checked");
    if (options->keep && dg_plan_is_bft(plan))
        return dg_fail(err, DG_USAGE, "a network of consensus bft has no states to keep");
    if (!(sources = dg_run_sources(plan)))
        return dg_fail(err, DG_NOMEM, "no memory for where the inputs are from");
    if ((rc = once(outcome, &hash, &r, err)) >= 0 && options->verify_determinism)
        rc = again(*outcome, &hash, plan, options, err);
    if ((rc >= 0 || rc == DG_IO) && dg_snapshot_lost(err) < 0) {
        json_decref(*outcome); /* what could not be read may have been taken for absent */
        *outcome = NULL;
        rc = DG_IO;
    }
    if (rc < 0 && rc != DG_IO) {
        json_decref(*outcome);
        *outcome = NULL;
    }
    put_environment(json_object_get(*outcome, "environment"), sources, options, from);
    json_decref(sources);
    return rc;
}
