/* open_chain.c - a chain over the state that the run begins from. */
#include "run/run_impl.h"

#include <assert.h>

void dg_run_tell_progress(const dg_run_state *run, const char *phase, uint64_t done, uint64_t total)
{
    dg_run_progress now = { phase, done, total };
    if (run->options->progress)
        run->options->progress(run->options->user, &now);
}

/* Of a trial: the methods that N-1 answers in it. */
static void stand_in(dg_chain_stand_in *out, const dg_run_state *run)
{
    for (size_t i = 0; run->trial.without && i < run->trial.suspects->count; i++) {
        const dg_suspect *s = &run->trial.suspects->at[i];
        if (s->kind != DG_SUSPECT_ANSWER || !(run->trial.without >> i & 1))
            continue;
        assert(out->count < DG_CHAIN_STAND_IN_MAX);
        out->by = run->from_kept;
        out->methods[out->count++] = s->name;
    }
}

/* What a call may burn: a block a few slots; a question what the fastest node gets done
 * before its overseer gives it up, since no node waits for longer. */
dg_code dg_run_arm_open_chain(dg_run_arm *a, dg_error *err)
{
    dg_run_state *run = a->run;
    const dg_run_options *how = run->options;
    uint64_t stall_us = dg_world_constant(DG_CONST_STALL_LIMIT) / 1000;
    dg_chain_options options = {
        .engine = run->engine,
        .state = run->state,
        .simulated_validators = true,
        .lacked = dg_run_is_without(run, DG_SUSPECT_HOST_FUNCTIONS, 0) ? NULL : dg_release_none_has,
        .asks_code = dg_run_is_without(run, DG_SUSPECT_SECTIONS, 0),
        .known = run->met.at,
        .known_count = run->met.count,
        .fuel_block = how->fuel_block ? how->fuel_block : 40000000000u,
        .fuel_query =
            how->fuel_query ? how->fuel_query : stall_us * dg_world_constant(DG_CONST_FUEL_PER_US)
    };
    assert(!a->chain && run->engine);
    options.memory.unlimited =
        a->which == DG_ARM_TREATMENT && dg_run_is_without(run, DG_SUSPECT_MEMORY, 0);
    if (a->which == DG_ARM_TREATMENT)
        stand_in(&options.stand_in, run);
    return dg_chain_open(&a->chain, run->source.snapshot, &options, err);
}
