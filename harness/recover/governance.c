/* governance.c - what a call of root may do once N is in: change parachains' session ahead of its
 * time, put a configuration back, switch a feature off. A call comes so late as the tracks of
 * governance let it. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <string.h>

#include "chain/chain.h"
#include "host/host.h"
#include "scale/scale.h"

enum { LONGER = 3 /* boundaries, so that a configuration comes into force and is judged */ };

static const json_t *asked_config(const dg_recover_case *c)
{
    return dg_plan_asked_of(c->plan)->config;
}

/* The plan over some more sessions. */
static dg_code longer(dg_plan **out, const dg_recover_case *c, dg_error *err)
{
    char text[24];
    dg_code rc = dg_plan_copy(out, c->plan, err);
    snprintf(text, sizeof text, "%u", dg_plan_asked_of(c->plan)->boundaries_after + LONGER);
    if (rc >= 0)
        rc = dg_plan_set(*out, "horizon.boundaries_after", text, err);
    return rc < 0 ? rc : dg_plan_check(*out, err);
}

static bool has_nobody(dg_remedy *out, const dg_recover_case *c)
{
    const char *why = !c->network ? "the run has no network, so no session of nodes is simulated"
                      : c->seen.halted ? "the chain stands, so no call is ever dispatched"
                                       : NULL;
    if (why)
        snprintf(out->not_tried, sizeof out->not_tried, "%s", why);
    return why != NULL;
}

/* ---- a session ---- */

dg_code dg_remedy_session(dg_remedy *out, const dg_recover_case *c, dg_error *err)
{
    snprintf(out->says, sizeof out->says,
             "session: governance changes parachains' session by force in U+%u", c->governance);
    if (has_nobody(out, c))
        return DG_OK;
    out->later = (dg_run_later){ .slots = c->governance, .session = true };
    return longer(&out->plan, c, err);
}

/* ---- the configuration ---- */

static const json_t *field_at(const json_t *config, const char *path)
{
    char part[80];
    for (const char *dot; config && path; path = dot ? dot + 1 : NULL) {
        dot = strchr(path, '.');
        snprintf(part, sizeof part, "%.*s", dot ? (int)(dot - path) : (int)strlen(path), path);
        config = json_object_get(config, part);
    }
    return config;
}

/* What the fork's configuration has in the fields that the plan changes; of one field alone, or of
 * all (NULL). */
static dg_code old_fields(json_t **out, const dg_recover_case *c, const char *alone, dg_error *err)
{
    dg_run_branch *branch = NULL;
    const dg_meta *meta;
    dg_runtime *runtime;
    const char *path;
    json_t *config = NULL, *v;
    dg_bytes raw;
    dg_chain *chain;
    dg_code rc = dg_run_branch_open(&branch, c->plan, c->options->run, err);
    if (rc < 0)
        return rc;
    chain = dg_run_branch_chain(branch);
    if ((rc = dg_block_runtime(chain, dg_chain_root(chain), &runtime, err)) >= 0
        && (rc = dg_runtime_meta(runtime, &meta, err)) >= 0
        && (rc = dg_chain_storage(chain, dg_chain_root(chain), &raw, "Configuration",
                                  "ActiveConfig", NULL, err))
               == DG_OK)
        rc = dg_value_decode_all(
            meta, &config, dg_meta_storage(meta, "Configuration", "ActiveConfig")->value, raw, err);
    if (rc == DG_ABSENT)
        rc = dg_fail(err, DG_UNSUPPORTED, "the chain has no configuration to go back to");
    *out = json_object();
    json_object_foreach((json_t *)asked_config(c), path,
                        v) if (rc >= 0 && (!alone || strcmp(alone, path) == 0)
                               && json_object_set(*out, path, (json_t *)field_at(config, path)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the old configuration");
    json_decref(config);
    dg_run_branch_close(branch);
    return rc < 0 ? rc : DG_OK;
}

static dg_code put_back(dg_remedy *out, const dg_recover_case *c, const char *alone, dg_error *err)
{
    dg_code rc = old_fields(&out->fields, c, alone, err);
    out->later = (dg_run_later){ .slots = c->governance, .config = out->fields };
    return rc < 0 ? rc : longer(&out->plan, c, err);
}

dg_code dg_remedy_config(dg_remedy *out, const dg_recover_case *c, dg_error *err)
{
    snprintf(out->says, sizeof out->says,
             "config: governance puts the old configuration back in U+%u, in force two sessions "
             "later",
             c->governance);
    if (has_nobody(out, c))
        return DG_OK;
    if (!asked_config(c)) {
        snprintf(out->not_tried, sizeof out->not_tried,
                 "the plan changes no configuration that could be put back");
        return DG_OK;
    }
    return put_back(out, c, NULL, err);
}

/* ---- a feature ---- */

static const json_t *version_that_came(const json_t *outcome)
{
    const json_t *api;
    size_t i;
    json_array_foreach(json_object_get(outcome, "apis"), i, api)
    {
        const char *name = json_string_value(json_object_get(api, "api"));
        if (name && strcmp(name, "ParachainHost") == 0
            && json_integer_value(json_object_get(api, "old"))
                   != json_integer_value(json_object_get(api, "new")))
            return api;
    }
    return NULL;
}

dg_code dg_remedy_feature(dg_remedy *out, const dg_recover_case *c, dg_error *err)
{
    const json_t *api = version_that_came(c->outcome);
    snprintf(
        out->says, sizeof out->says,
        "feature: governance switches the node feature off in U+%u, in force two sessions later",
        c->governance);
    if (has_nobody(out, c))
        return DG_OK;
    if (json_object_get(asked_config(c), "node_features"))
        return put_back(out, c, "node_features", err);
    if (api)
        snprintf(out->not_tried, sizeof out->not_tried,
                 "ParachainHost %lld -> %lld is a version, and a version has no switch: another "
                 "upgrade takes it back",
                 (long long)json_integer_value(json_object_get(api, "old")),
                 (long long)json_integer_value(json_object_get(api, "new")));
    else
        snprintf(out->not_tried, sizeof out->not_tried, "the plan sets no node feature");
    return DG_OK;
}
