/* remedies.c - what operators may do, one row each: how the plan of the run with it differs. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "protocol/protocol.h"

/* ---- plans ---- */

/* The plan with one more item in network.rollout. Takes `item`. */
static dg_code with_rollout(dg_plan **out, const dg_plan *plan, json_t *item, dg_error *err)
{
    const json_t *given =
        json_object_get(json_object_get(dg_plan_json(plan), "network"), "rollout");
    json_t *list = given ? json_copy((json_t *)given) : json_array();
    char *text = NULL;
    dg_code rc = DG_NOMEM;
    if (json_array_append_new(list, item) == 0 && (text = json_dumps(list, JSON_COMPACT)))
        rc = dg_plan_copy(out, plan, err);
    else
        dg_fail(err, rc, "no memory for a plan");
    if (rc >= 0 && (rc = dg_plan_set(*out, "network.rollout", text, err)) >= 0)
        rc = dg_plan_check(*out, err);
    json_decref(list);
    dg_free(text);
    return rc;
}

/* Nodes of treatment act from U + react on. */
static json_t *rollout_json(const dg_recover_case *c, double share, const char *to)
{
    const dg_recover_options *how = c->options;
    char at[32];
    json_t *out;
    snprintf(at, sizeof at, "U+%u", c->react);
    out = json_pack("{s:s, s:I, s:s, s:s*}", "at", at, "over", (json_int_t)c->over, "arm",
                    "treatment", "to", to);
    if (share < 1)
        json_object_set_new(out, "share", json_real(share));
    if (how->down_ms[1])
        json_object_set_new(
            out, "down_ms",
            json_pack("[I, I]", (json_int_t)how->down_ms[0], (json_int_t)how->down_ms[1]));
    return out;
}

static void says(dg_remedy *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void says(dg_remedy *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->says, sizeof out->says, format, args);
    va_end(args);
}

/* ---- waiting ---- */

static dg_code wait(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    (void)c;
    (void)share;
    (void)err;
    out->is_base = true;
    says(out, "wait: nobody does anything, sessions change as they come");
    return DG_OK;
}

/* ---- restarts ---- */

static bool lacks_network(dg_remedy *out, const dg_recover_case *c)
{
    if (!c->network)
        snprintf(out->not_tried, sizeof out->not_tried,
                 "the run has no network, so there is no node to act");
    return !c->network;
}

static dg_code restart(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    says(out, "restart: all nodes restart as they are, over %u slots from U+%u on", c->over,
         c->react);
    if (lacks_network(out, c))
        return DG_OK;
    out->share = share;
    out->from = c->seen.upgrade + c->react;
    out->over = c->over;
    return with_rollout(&out->plan, c->plan, rollout_json(c, share, NULL), err);
}

/* ---- another release ---- */

/* Does the release have what one of the nodes that ran lacks, and back what N declares? */
static bool helps(const dg_node_class *release, const dg_node_class *ran, uint32_t host)
{
    const dg_repair *r;
    if (!release->from || (ran->to && release->from <= ran->to) || !dg_class_backs(release, host))
        return false;
    for (size_t i = 0; (r = dg_repair_at(i)); i++)
        if (r->lacks(ran) && r->has(release))
            return true;
    return false;
}

static uint32_t host_of(const json_t *outcome)
{
    const json_t *api;
    size_t i;
    json_array_foreach(json_object_get(outcome, "apis"), i, api)
    {
        const char *name = json_string_value(json_object_get(api, "api"));
        if (name && strcmp(name, "ParachainHost") == 0)
            return (uint32_t)json_integer_value(json_object_get(api, "new"));
    }
    return 0;
}

/* The first release after those that ran; NULL: there is none. Static. */
static const char *release_of(const dg_recover_case *c)
{
    static char name[64];
    const json_t *classes = json_object_get(json_object_get(c->outcome, "network"), "classes");
    const dg_node_class *release;
    const char *ran;
    json_t *count;
    dg_node_class of;
    json_object_foreach((json_t *)classes, ran, count)
    {
        if (!dg_class_read(&of, ran, strlen(ran)))
            continue;
        for (size_t i = 0; (release = dg_class_at(i)); i++)
            if (helps(release, &of, host_of(c->outcome))) {
                snprintf(name, sizeof name, "%s", release->from->name);
                return name;
            }
    }
    return NULL;
}

static dg_code release(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    const char *to = c->options->release ? c->options->release : release_of(c);
    says(out, "release: %g %% of the nodes change to %s, over %u slots from U+%u on", share * 100,
         to ? to : "another release", c->over, c->react);
    if (lacks_network(out, c))
        return DG_OK;
    if (!to) {
        snprintf(out->not_tried, sizeof out->not_tried,
                 "no newer release is known to have what these nodes lack; --release names one");
        return DG_OK;
    }
    out->share = share;
    out->from = c->seen.upgrade + c->react;
    out->over = c->over;
    return with_rollout(&out->plan, c->plan, rollout_json(c, share, to), err);
}

/* ---- governance ---- */

static dg_code session(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    (void)share;
    return dg_remedy_session(out, c, err);
}
static dg_code config(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    (void)share;
    return dg_remedy_config(out, c, err);
}
static dg_code feature(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err)
{
    (void)share;
    return dg_remedy_feature(out, c, err);
}

/* ---- the table ---- */

static const struct {
    const char *kind;
    double share;
    dg_code (*make)(dg_remedy *out, const dg_recover_case *c, double share, dg_error *err);
} table[] = {
    { "wait", 0, wait },          { "session", 0, session },   { "config", 0, config },
    { "feature", 0, feature },    { "restart", 1, restart },   { "release", 1, release },
    { "release", 0.67, release }, { "release", 0.5, release }, { "release", 0.34, release },
};

bool dg_remedy_make(dg_remedy *out, size_t i, const dg_recover_case *c, dg_code *rc, dg_error *err)
{
    if (i >= sizeof table / sizeof *table)
        return false;
    assert(i < DG_RECOVER_ROWS_MAX);
    *out = (dg_remedy){ .kind = table[i].kind, .from = -1 };
    *rc = table[i].make(out, c, table[i].share, err);
    return true;
}
