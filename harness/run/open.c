/* open.c - a run is opened: its snapshot and runtimes, where U is and the end, who its nodes are;
 * and all of it is given back. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

static void import_progress(void *user, uint64_t done, uint64_t total)
{
    dg_run_tell_progress(user, "import", done, total);
}

static dg_code open_engine(dg_run_state *run, dg_error *err)
{
    dg_engine_options options = { .compiler = run->options->compiler,
                                  .cache_dir = run->options->cache_dir,
                                  .single_threaded = run->in_child,
                                  .compiling = run->options->compiling,
                                  .user = run->options->user };
    return dg_engine_new(&run->engine, &options, err);
}

#define RUNS_ALREADY "that the snapshot runs already"

bool dg_run_refused_same_code(const dg_error *err)
{
    return err->code == DG_USAGE && strstr(err->text, RUNS_ALREADY) != NULL;
}

static dg_code open_runtimes(dg_run_state *run, dg_error *err)
{
    dg_block *root = dg_chain_root(run->control.chain);
    dg_runtime *from;
    dg_code rc = dg_block_runtime(run->control.chain, root, &from, err);
    if (rc < 0)
        return rc;
    run->from_kept = dg_runtime_keep(from);
    if (!run->code.len) {
        run->to = dg_runtime_keep(from);
        return DG_OK;
    }
    if (dg_bytes_equal(dg_runtime_blob(from), dg_buf_bytes(&run->code)))
        return dg_fail(err, DG_USAGE, "upgrade.to is the runtime " RUNS_ALREADY " (%s %u, %s)",
                       dg_runtime_version(from)->spec_name, dg_runtime_version(from)->spec_version,
                       dg_hash_short(dg_runtime_hash(from)).text);
    if ((rc = dg_runtime_new(&run->to, run->engine, dg_buf_bytes(&run->code), err)) < 0)
        return dg_fail_within(err, rc == DG_TRAP ? DG_MALFORMED : rc, "%s", run->asked->to);
    assert(!run->met.count); /* no arm has run: treatment need not make N once more */
    run->met.at[run->met.count++] = dg_runtime_keep(run->to);
    return DG_OK;
}

/* The same code packed otherwise is no upgrade either. */
static dg_code refuse_same_code(dg_run_state *run, dg_error *err)
{
    dg_buf a, b;
    dg_code rc;
    if (!run->code.len)
        return DG_OK;
    dg_buf_init(&a, DG_BLOB_MAX);
    dg_buf_init(&b, DG_BLOB_MAX);
    if ((rc = dg_blob_decode(&a, dg_runtime_blob(run->from_kept), err)) == DG_OK
        && (rc = dg_blob_decode(&b, dg_runtime_blob(run->to), err)) == DG_OK
        && dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)))
        rc = dg_fail(err, DG_USAGE,
                     "upgrade.to holds the code " RUNS_ALREADY ", packed differently");
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    return rc;
}

/* ---- where U is, and the end ---- */

static dg_code not_too_long(const dg_run_state *run, dg_error *err)
{
    uint64_t slots = run->span.end_slot - run->span.clock.next_slot + 1,
             hours = slots * run->span.clock.slot_ms / 3600000;
    if (slots <= run->asked->slots_max)
        return DG_OK;
    return dg_fail(
        err, DG_USAGE,
        "upgrade.at: U would be %llu slots after the fork, and each arm of the run would "
        "be %llu slots long (%llu hours of the chain's time), more than the %u of "
        "horizon.slots_max; raise that if it is meant",
        (unsigned long long)(run->span.upgrade_slot - run->span.clock.next_slot + 1),
        (unsigned long long)slots, (unsigned long long)hours, run->asked->slots_max);
}

static dg_code no_slots(dg_error *err)
{
    return dg_fail(err, DG_UNSUPPORTED,
                   "the runtime has no BABE: only relay chains are run by this version");
}

/* A genesis has neither groups nor cores before its first boundary, so there the
 * plain `boundary` is the second. */
static dg_code place(dg_run_state *run, dg_error *err)
{
    dg_block *root = dg_chain_root(run->control.chain);
    uint64_t epoch, before;
    dg_code rc = dg_chain_clock(run->control.chain, root, &run->span.clock, err);
    if (rc == DG_ABSENT)
        return no_slots(err);
    if (rc < 0)
        return rc;
    run->span.fork_number = dg_block_number(root);
    run->fork_hash = *dg_block_hash(root);
    rc = dg_position_slot(&run->asked->at, &run->span.upgrade_slot, &run->span.clock,
                          run->span.fork_number, run->span.fork_number == 0 ? 2 : 1, err);
    if (rc < 0)
        return dg_fail_within(err, rc, "upgrade.at");
    if (run->counted_slot)
        run->span.upgrade_slot = run->counted_slot;
    epoch = run->span.clock.epoch_slots;
    before = run->span.upgrade_slot < run->span.clock.next_boundary
                 ? 0
                 : (run->span.upgrade_slot - run->span.clock.next_boundary) / epoch + 1;
    run->span.first_boundary = run->span.clock.next_boundary + before * epoch;
    run->span.end_slot = run->span.first_boundary + (run->asked->boundaries_after - 1) * epoch + 1;
    assert(run->span.first_boundary > run->span.upgrade_slot);
    assert(run->span.end_slot >= run->span.first_boundary);
    return not_too_long(run, err);
}

static uint32_t count_of(dg_run_arm *a, const char *pallet, const char *item)
{
    dg_bytes value;
    dg_scale s;
    if (dg_chain_storage(a->chain, dg_chain_root(a->chain), &value, pallet, item, NULL, NULL)
        != DG_OK)
        return 0;
    s = dg_scale_from(value);
    return dg_scale_count(&s, 4);
}

/* What is the same wherever U is. */
static dg_code open_pieces(dg_run_state *run, dg_error *err)
{
    dg_source_options from = { .cache_dir = run->options->cache_dir,
                               .progress = import_progress,
                               .user = run };
    dg_code rc;
    dg_buf_init(&run->code, DG_BLOB_MAX);
    if ((rc = open_engine(run, err)) < 0)
        return rc;
    from.engine = run->engine;
    if ((rc = dg_source_open(&run->source, run->asked->snapshot, &from, err)) < 0
        || (run->asked->to[0]
            && (rc = dg_source_runtime(&run->code, run->asked->to, &from, err)) < 0))
        return rc;
    run->control.run = run->treatment.run = run;
    run->treatment.which = DG_ARM_TREATMENT;
    if ((rc = dg_run_arm_open_chain(&run->control, err)) < 0
        || (rc = dg_run_fork_prepare(run, err)) < 0 || (rc = open_runtimes(run, err)) < 0)
        return rc;
    run->parachains = count_of(&run->control, "Paras", "Parachains");
    return refuse_same_code(run, err);
}

/* .. and what hangs on it; control's chain is open. */
static dg_code place_all(dg_run_state *run, dg_error *err)
{
    dg_code rc;
    if ((rc = place(run, err)) < 0 || (rc = dg_run_way_try(run, err)) < 0
        || (rc = dg_run_config_try(run, err)) < 0 || (rc = dg_run_network_settle(run, err)) < 0)
        return rc;
    if ((rc = dg_run_fork_people(run, err)) < 0 || (rc = dg_run_faults_place(run, err)) < 0)
        return rc;
    return dg_run_rollouts_check(run, err);
}

static dg_code open_all(dg_run_state *run, dg_error *err)
{
    dg_code rc = open_pieces(run, err);
    return rc < 0 ? rc : place_all(run, err);
}

/* ---- given back ---- */

static void close_pieces(dg_run_state *run)
{
    for (size_t i = 0; i < run->met.count; i++)
        dg_runtime_free(run->met.at[i]);
    dg_state_free(run->state);
    dg_source_close(&run->source);
    dg_engine_free(run->engine);
    dg_buf_clear(&run->code);
}

static void run_clear(dg_run_state *run)
{
    dg_run_arm_clear(&run->control);
    dg_run_arm_clear(&run->treatment);
    dg_runtime_free(run->from_kept);
    dg_runtime_free(run->to);
    json_decref(run->explained);
    json_decref(run->positions);
    json_decref(run->config_wanted);
    if (!run->is_guest)
        close_pieces(run);
    dg_run_faults_clear(run);
    dg_run_put_back_clear(&run->trial.put_back);
    dg_event_log_clear(&run->log);
    dg_plan_free(run->settled);
}

/* A runtime that panics for want of what a partial snapshot lacks is not at fault. */
dg_code dg_run_blame_snapshot(const dg_run_state *run, dg_code rc, dg_error *err)
{
    char words[200];
    if (rc != DG_TRAP || !run->source.snapshot
        || !dg_snapshot_info_of(run->source.snapshot)->partial)
        return rc;
    dg_snapshot_say_lacking(words, sizeof words, run->source.snapshot, err->text);
    return dg_fail(err, DG_TRAP, "%s: no run can begin from it", words);
}

void dg_run_free(dg_run_state *run)
{
    if (!run)
        return;
    run_clear(run);
    dg_free(run);
}

/* ---- a run ---- */

void dg_run_ask(dg_run_state *run)
{
    run->own = *dg_plan_asked_of(run->plan);
    if (run->seed.given)
        run->own.seed = run->seed.is;
    run->asked = &run->own;
}

dg_code dg_run_open(dg_run_state **out, const dg_run_request *r, dg_error *err)
{
    dg_run_state *run = *out = dg_calloc(1, sizeof *run);
    dg_code rc;
    if (!run)
        return dg_fail(err, DG_NOMEM, "no memory for a run");
    run->plan = r->plan;
    run->options = r->options;
    run->seed = r->seed;
    run->in_child = r->in_child;
    run->counted_slot = r->counted;
    dg_run_ask(run);
    rc = dg_run_blame_snapshot(run, open_all(run, err), err);
    if (rc < 0) {
        dg_run_free(run);
        *out = NULL;
    }
    return rc < 0 ? rc : DG_OK;
}

/* Of the snapshot alone: nothing is grown, and N is not looked at. */
static dg_code read_clock(dg_clock *out, dg_run_state *run, dg_error *err)
{
    dg_source_options from = { .cache_dir = run->options->cache_dir };
    dg_code rc = open_engine(run, err);
    dg_run_arm *a = &run->control;
    if (rc < 0)
        return rc;
    from.engine = run->engine;
    a->run = run;
    if ((rc = dg_source_open(&run->source, run->asked->snapshot, &from, err)) < 0
        || (rc = dg_run_arm_open_chain(a, err)) < 0)
        return rc;
    rc = dg_chain_clock(a->chain, dg_chain_root(a->chain), out, err);
    return rc == DG_ABSENT ? no_slots(err) : rc;
}

dg_code dg_run_clock(dg_clock *out, const dg_plan *plan, const dg_run_options *options,
                     dg_error *err)
{
    dg_run_state *run = dg_calloc(1, sizeof *run);
    dg_code rc;
    if (!run)
        return dg_fail(err, DG_NOMEM, "no memory for a run");
    run->plan = plan;
    run->options = options;
    dg_run_ask(run);
    rc = dg_run_blame_snapshot(run, read_clock(out, run, err), err);
    dg_run_free(run);
    return rc < 0 ? rc : DG_OK;
}

/* A copy, and then each thing that is not shared begun anew. */
dg_code dg_run_open_beside(dg_run_state **out, const dg_run_state *host, const dg_plan *plan,
                           dg_error *err)
{
    dg_run_state *run = *out = dg_calloc(1, sizeof *run);
    dg_code rc;
    if (!run)
        return dg_fail(err, DG_NOMEM, "no memory for a run");
    *run = *host;
    run->is_guest = run->in_child = true;
    run->plan = plan;
    run->settled = NULL;
    run->from_kept = dg_runtime_keep(host->from_kept);
    run->to = dg_runtime_keep(host->to);
    run->config_wanted = NULL;
    run->faults = NULL;
    run->fault_count = 0;
    run->chain_only[0] = 0;
    run->assumed = (dg_release_span){ .oldest = NULL };
    run->control = (dg_run_arm){ .run = run, .chain = host->control.chain, .is_guest = true };
    run->treatment = (dg_run_arm){ .run = run, .which = DG_ARM_TREATMENT };
    dg_run_ask(run);
    rc = place_all(run, err);
    if (rc < 0) {
        dg_run_free(run);
        *out = NULL;
    }
    return rc < 0 ? rc : DG_OK;
}
