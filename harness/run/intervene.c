/* intervene.c - treatment without some suspects: each kind changes one thing of what the arm is
 * made of. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

bool dg_run_is_without(const dg_run_state *run, dg_suspect_kind kind, uint32_t index)
{
    for (size_t i = 0; run->trial.without && i < run->trial.suspects->count; i++)
        if (run->trial.without >> i & 1 && run->trial.suspects->at[i].kind == kind
            && run->trial.suspects->at[i].index == index)
            return true;
    return false;
}

bool dg_run_asks(const dg_run_state *run, dg_claim_id claim)
{
    return !run->trial.without || run->trial.asked >> claim & 1;
}

/* ---- the network ---- */

/* Every class of the network that lacks a repair is replaced by one that has it. */
static void add_repair(dg_plan_network *wish, const dg_repair *repair)
{
    for (size_t i = 0; i < wish->options.share_count; i++)
        if (repair->lacks(&wish->own[i]))
            repair->add(&wish->own[i]);
}

static void change_collators(dg_plan_network *wish, const dg_suspect *s)
{
    for (size_t i = 0; i < wish->options.collator_count; i++) {
        dg_collators *c = &wish->collators[i];
        if (s->kind == DG_SUSPECT_COLLATION && c->protocol < s->index)
            c->protocol = s->index;
        if (s->kind == DG_SUSPECT_ROOM_ASKED && !c->of->checks)
            c->of = dg_backing_author_named("lookahead");
    }
}

static void change_network(const dg_suspect *s, dg_plan_network *wish)
{
    dg_network_options *options = &wish->options;
    switch (s->kind) {
    case DG_SUSPECT_REPAIR:
        add_repair(wish, dg_repair_at(s->index));
        break;
    case DG_SUSPECT_COLLATION:
    case DG_SUSPECT_ROOM_ASKED:
        change_collators(wish, s);
        break;
    case DG_SUSPECT_MIGRATED:
        options->spared.migrated = true;
        break;
    case DG_SUSPECT_KEPT:
        options->spared.kept |= 1u << s->index;
        break;
    case DG_SUSPECT_WORK:
        options->spared.work = true;
        break;
    case DG_SUSPECT_COMPILE:
        options->compile_ns_min = options->compile_ns_max = 0;
        break;
    case DG_SUSPECT_FEATURE:
        options->spared.features_off |= (uint64_t)1 << s->index;
        break;
    case DG_SUSPECT_HOST_VERSION:
        options->spared.host_most = s->index;
        break;
    case DG_SUSPECT_HOST_FUNCTIONS: /* open_chain.c asks for these four */
    case DG_SUSPECT_SECTIONS:
    case DG_SUSPECT_ANSWER:
    case DG_SUSPECT_MEMORY:
    case DG_SUSPECT_FAULT:   /* faults.c leaves it out, */
    case DG_SUSPECT_ROLLOUT: /* rollouts.c that */
    case DG_SUSPECT_CONFIG:  /* and these are no longer in the transition */
    case DG_SUSPECT_CONFIG_ITEM:
    case DG_SUSPECT_STORAGE_VERSION: /* put_back.c has these written */
    case DG_SUSPECT_STORAGE_ITEM:
    case DG_SUSPECT_LEFTOVER:
    case DG_SUSPECT_CORES:
    case DG_SUSPECT_CONFIG_VALUE:
    case DG_SUSPECT_KIND_COUNT:
        break;
    }
}

void dg_run_intervene_network(const dg_run_state *run, dg_plan_network *wish)
{
    wish->options.first_writes = (const dg_bytes(*)[2])run->trial.put_back.writes;
    wish->options.first_write_count = run->trial.put_back.count;
    for (size_t i = 0; run->trial.without && i < run->trial.suspects->count; i++)
        if (run->trial.without >> i & 1)
            change_network(&run->trial.suspects->at[i], wish);
}

/* ---- the configuration ---- */

/* From the last item on, so that those before it keep their places. */
static void leave_out(json_t *config, const dg_suspect *s)
{
    if (s->kind == DG_SUSPECT_CONFIG)
        json_object_del(config, s->name);
    if (s->kind == DG_SUSPECT_CONFIG_ITEM)
        json_array_remove(json_object_get(config, s->name), s->index);
}

dg_code dg_run_intervene_config(dg_run_state *run, dg_error *err)
{
    if (!run->asked->config)
        return DG_OK;
    if (!(run->trial.config_left = json_deep_copy(run->asked->config)))
        return dg_fail(err, DG_NOMEM, "no memory for a configuration");
    for (size_t i = run->trial.suspects->count; i--;)
        if (run->trial.without >> i & 1)
            leave_out(run->trial.config_left, &run->trial.suspects->at[i]);
    return DG_OK;
}

/* ---- the code that arms met ---- */

static bool is_met(const dg_run_state *run, const dg_runtime *runtime)
{
    for (size_t i = 0; i < run->met.count; i++)
        if (run->met.at[i] == runtime)
            return true;
    return false;
}

dg_code dg_run_met_keep(dg_run_state *run, const dg_chain *chain, dg_error *err)
{
    dg_runtime *met;
    for (size_t i = 0; (met = dg_chain_runtime_at(chain, i)); i++) {
        if (is_met(run, met))
            continue;
        if (run->met.count == DG_RUN_MET_MAX)
            return dg_fail(err, DG_LIMIT, "the run met more than %d different runtimes",
                           DG_RUN_MET_MAX);
        run->met.at[run->met.count++] = dg_runtime_keep(met);
    }
    return DG_OK;
}
