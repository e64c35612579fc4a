/* grow.c - what is there, what is wanted, and the way between. */
#include "population/population_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

static bool number(const char **at, uint32_t *out, uint32_t max)
{
    char *end;
    unsigned long v;
    if (**at < '1' || **at > '9')
        return false;
    v = strtoul(*at, &end, 10);
    *at = end;
    *out = (uint32_t)v;
    return v <= max;
}

dg_code dg_population_parse(dg_population *out, const char *text, dg_error *err)
{
    const char *at = text;
    if (!number(&at, &out->validators, DG_POPULATION_VALIDATORS_MAX) || *at++ != 'x'
        || !number(&at, &out->parachains, DG_POPULATION_PARACHAINS_MAX) || *at)
        return dg_fail(err, DG_USAGE,
                       "\"%.40s\" is not a network size: write one like 300x50, at most %dx%d",
                       text, DG_POPULATION_VALIDATORS_MAX, DG_POPULATION_PARACHAINS_MAX);
    if (out->parachains > out->validators)
        return dg_fail(
            err, DG_USAGE,
            "%u parachains need as many backing groups, and %u validators make no more than %u",
            out->parachains, out->validators, out->validators);
    return DG_OK;
}

static dg_code count_of(const growth *g, uint32_t *out, const char *pallet, const char *item,
                        dg_error *err)
{
    json_t *list;
    dg_code rc = dg_growth_get(g, &list, pallet, item, NULL, err);
    if (rc == DG_ABSENT)
        return dg_fail(err, DG_UNSUPPORTED,
                       "the runtime has no %s.%s, so no network can be grown around it", pallet,
                       item);
    *out = (uint32_t)json_array_size(list);
    json_decref(list);
    return rc;
}

static dg_code look(const growth *g, dg_growth *out, const dg_population *wanted, dg_error *err)
{
    dg_code rc;
    if ((rc = count_of(g, &out->from.validators, "Session", "QueuedKeys", err)) < 0
        || (rc = count_of(g, &out->from.parachains, "Paras", "Parachains", err)) < 0)
        return rc;
    if (wanted->validators < out->from.validators || wanted->parachains < out->from.parachains)
        return dg_fail(err, DG_USAGE,
                       "the state has %u validators and %u parachains already: a network grows, it "
                       "does not shrink to %ux%u",
                       out->from.validators, out->from.parachains, wanted->validators,
                       wanted->parachains);
    out->to = *wanted;
    return DG_OK;
}

/* ---- growing ---- */

static dg_code open_growth(growth *g, dg_runtime **runtime, dg_chain *chain, dg_error *err)
{
    dg_block *root = dg_chain_root(chain);
    dg_code rc;
    if ((rc = dg_block_runtime(chain, root, runtime, err)) < 0
        || (rc = dg_runtime_meta(*runtime, &g->meta, err)) < 0)
        return rc;
    g->number = dg_block_number(root);
    g->state = dg_state_fork(dg_block_state(root));
    return g->state ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to fork the state");
}

static dg_code by_writes(growth *g, const dg_growth *out, dg_error *err)
{
    assert(out->from.validators <= out->to.validators);
    assert(out->from.parachains <= out->to.parachains);
    dg_code rc = dg_growth_validators(g, out->from.validators,
                                      out->to.validators - out->from.validators, err);
    return rc < 0 ? rc
                  : dg_growth_parachains(g, out->from.parachains,
                                         out->to.parachains - out->from.parachains, err);
}

static dg_code by_genesis(growth *g, dg_runtime *runtime, const dg_growth *out, dg_error *err)
{
    if (g->number)
        return dg_fail(err, DG_USAGE,
                       "block #%u is not a genesis: a genesis builder can "
                       "replace only a genesis",
                       g->number);
    if (!dg_runtime_can_build_genesis(runtime))
        return dg_fail(err, DG_UNSUPPORTED, "%s %u has no genesis builder",
                       dg_runtime_version(runtime)->spec_name,
                       dg_runtime_version(runtime)->spec_version);
    return dg_growth_build(g, runtime, &out->to, err);
}

static void say(dg_growth *out, dg_growth_by by)
{
    assert(out->to.parachains <= out->to.validators);
    if (by == DG_GROWTH_GENESIS)
        snprintf(out->how, sizeof out->how,
                 "a genesis made by the runtime's own builder in place of the forked state, "
                 "with the fork's configuration");
    else
        snprintf(out->how, sizeof out->how,
                 "%u validators queued for the next session boundary and %u parachains with a core "
                 "each, written into storage by the runtime's metadata",
                 out->to.validators - out->from.validators,
                 out->to.parachains - out->from.parachains);
    if (out->to.validators > DG_PARA_VALIDATORS_MAX)
        snprintf(out->how + strlen(out->how), sizeof out->how - strlen(out->how),
                 "; at most %d validators at a time work for parachains "
                 "(Configuration.max_validators): in most runtimes the bitfields of more leave "
                 "no room for candidates",
                 DG_PARA_VALIDATORS_MAX);
}

dg_code dg_population_grow(dg_growth *out, dg_chain *chain, const dg_population *wanted,
                           dg_growth_by by, dg_error *err)
{
    growth g = { .validators = wanted->validators };
    dg_runtime *runtime;
    assert(wanted->parachains <= wanted->validators);
    dg_code rc = open_growth(&g, &runtime, chain, err);
    *out = (dg_growth){ .state = NULL };
    if (rc >= 0 && (rc = look(&g, out, wanted, err)) >= 0
        && (rc = by == DG_GROWTH_GENESIS ? by_genesis(&g, runtime, out, err)
                                         : by_writes(&g, out, err))
               >= 0) {
        dg_state_begin_block(g.state);
        out->state = g.state;
        out->writes = g.writes;
        say(out, by);
        return DG_OK;
    }
    dg_state_free(g.state);
    return dg_fail_within(err, rc, "growing to %ux%u", wanted->validators, wanted->parachains);
}
