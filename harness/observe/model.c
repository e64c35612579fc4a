/* model.c - simulated relay nodes in place of a process: a plan, its two arms. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outcome/outcome.h"
#include "stream/stream.h"

enum { MB = 1000000, S_MS = 1000 };

static const dg_keys_row rows[] = {
    { "observe", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "name", DG_KEYS_TEXT, .without = "the file's own", .says = "what it is called" },
    { "nodes", DG_KEYS_OBJECT, true, .says = "release of the relay node in the collator" },
    { "nodes.N-1", DG_KEYS_TEXT, true, .says = "as v0.9.21: control" },
    { "nodes.N", DG_KEYS_TEXT, true, .says = "as v0.9.22" },
    { "beefy", DG_KEYS_BOOL, .fallback = "false", .says = "the relay chain runs BEEFY" },
    { "collators", DG_KEYS_WHOLE, .min = 1, .max = DG_STREAM_NODES_MAX, .fallback = "1",
      .says = "processes" },
    { "hours", DG_KEYS_WHOLE, .min = 1, .max = DG_STREAM_HOURS_MAX, .fallback = "6",
      .says = "of simulated time" },
    { "seed", DG_KEYS_WHOLE, .min = 0, .max = INT64_C(1) << 53, .fallback = "1",
      .says = "of forks and latencies" },
    { "slot_ms", DG_KEYS_WHOLE, .min = 100, .max = 600000, .fallback = "6000",
      .says = "of the relay chain" },
    { "sample_s", DG_KEYS_WHOLE, .min = 1, .max = 3600, .fallback = "60",
      .says = "from one sample to the next" },
    { "poll_ms", DG_KEYS_WHOLE, .min = 1, .max = 60000, .fallback = "100",
      .says = "until what is polled is read" },
    { "network_events", DG_KEYS_WHOLE, .min = 0, .max = 1000000, .fallback = "16",
      .says = "messages of peers in a slot" },
    { "network_event_bytes", DG_KEYS_WHOLE, .min = 1, .max = 1 << 24, .fallback = "32000",
      .says = "of memory that one holds until it is read" },
    { "finality_event_bytes", DG_KEYS_WHOLE, .min = 1, .max = 1 << 24, .fallback = "1000",
      .says = "of memory, of what became final" },
    { "import_event_bytes", DG_KEYS_WHOLE, .min = 1, .max = 1 << 24, .fallback = "1000",
      .says = "of memory, of a block" },
    { "base_mb", DG_KEYS_WHOLE, .min = 1, .max = 1000000, .fallback = "900",
      .says = "MB that a process takes when it is up" },
    { "warm_mb", DG_KEYS_WHOLE, .min = 0, .max = 1000000, .fallback = "300",
      .says = "MB that it takes more as it warms up" },
    { "warm_s", DG_KEYS_WHOLE, .min = 1, .max = 86400, .fallback = "600",
      .says = "seconds in which it does" },
    { "limit_mb", DG_KEYS_WHOLE, .min = 1, .max = 10000000, .fallback = "4096",
      .says = "MB at which it is killed" },
    { "restart_s", DG_KEYS_WHOLE, .min = 0, .max = 86400, .fallback = "20",
      .says = "seconds until its process is there again" },
    { "compile_s", DG_KEYS_WHOLE, .min = 0, .max = 86400, .fallback = "15",
      .says = "seconds until it has compiled its runtime again" },
    { "claims", DG_KEYS_OBJECT, .open = true, .without = "the claims' own limits",
      .says = "as a plan's: memory-slope and channel-bounded" },
};
static const dg_keys_table table = { rows, sizeof rows / sizeof *rows,
                                     "A plan of doppel observe --model", "observe.schema.json" };

const dg_keys_table *dg_observe_keys(void)
{
    return &table;
}

static uint64_t whole(const json_t *plan, const char *key)
{
    return (uint64_t)dg_keys_whole(&table, plan, key);
}

static dg_code class_of(const dg_stream_class **out, const json_t *plan, const char *side,
                        dg_error *err)
{
    const char *release = json_string_value(json_object_get(json_object_get(plan, "nodes"), side));
    if ((*out = dg_stream_class_of(release)))
        return DG_OK;
    return dg_fail(err, DG_USAGE,
                   "nodes.%s: %.40s is none of the releases that are known, v0.9.9 to v0.9.43",
                   side, release);
}

static dg_code read_options(dg_stream_options *o, const json_t *plan, dg_error *err)
{
    *o = (dg_stream_options){ .beefy = json_is_true(json_object_get(plan, "beefy")),
                              .seed = whole(plan, "seed"),
                              .nodes = (uint32_t)whole(plan, "collators"),
                              .hours = (uint32_t)whole(plan, "hours"),
                              .slot_ms = whole(plan, "slot_ms"),
                              .sample_ms = whole(plan, "sample_s") * S_MS,
                              .poll_ms = whole(plan, "poll_ms"),
                              .network_events = whole(plan, "network_events"),
                              .base_bytes = whole(plan, "base_mb") * MB,
                              .limit_bytes = whole(plan, "limit_mb") * MB,
                              .warm_bytes = whole(plan, "warm_mb") * MB,
                              .warm_ms = whole(plan, "warm_s") * S_MS,
                              .restart_ms = whole(plan, "restart_s") * S_MS,
                              .compile_ms = whole(plan, "compile_s") * S_MS };
    o->event_bytes[DG_STREAM_IMPORT] = whole(plan, "import_event_bytes");
    o->event_bytes[DG_STREAM_FINALITY] = whole(plan, "finality_event_bytes");
    o->event_bytes[DG_STREAM_NETWORK] = whole(plan, "network_event_bytes");
    if (o->base_bytes + o->warm_bytes >= o->limit_bytes)
        return dg_fail(err, DG_USAGE,
                       "limit_mb is no more than base_mb and warm_mb together, so no process would "
                       "come up");
    return DG_OK;
}

/* The claims, checked as those of any plan. */
static dg_code read_claims(json_t **out, const json_t *plan, dg_error *err)
{
    const json_t *asked = json_object_get(plan, "claims");
    char *text = asked ? json_dumps(asked, JSON_COMPACT) : NULL;
    dg_plan *checked = NULL;
    dg_code rc = dg_plan_new(&checked, err);
    if (rc >= 0 && text)
        rc = dg_plan_set(checked, "claims", text, err);
    if (rc >= 0 && !(*out = dg_observe_claims(json_object_get(dg_plan_json(checked), "claims"))))
        rc = dg_fail(err, DG_NOMEM, "no memory for the claims");
    dg_plan_free(checked);
    free(text);
    return rc;
}

/* What a page says of them, by node 0 of N. */
static void sum_up(dg_observe_watched *w)
{
    for (size_t i = 0; i < w->log.count; i++) {
        const dg_event *e = &w->log.at[i];
        bool sample = e->kind == DG_EVENT_PROCESS && e->node == 0;
        if (sample && e->arm == DG_ARM_CONTROL)
            w->control_samples++;
        if (!sample || e->arm == DG_ARM_CONTROL)
            continue;
        w->samples++;
        w->over_ms = (int64_t)(e->at / 1000000);
        dg_observe_first_and_last(w->rss_kib, e->process.rss_kib);
        dg_observe_first_and_last(w->best, e->process.best);
        dg_observe_first_and_last(w->finalized, e->process.finalized);
    }
}

static dg_code run(dg_observe_watched *out, const json_t *plan, const char *path, dg_error *err)
{
    static const char *const sides[] = { "N-1", "N" };
    const char *name = json_string_value(json_object_get(plan, "name"));
    dg_stream_options o;
    dg_stream_came came;
    dg_code rc = dg_keys_check(&table, plan, true, err);
    if (rc < 0 || (rc = read_options(&o, plan, err)) < 0
        || (rc = read_claims(&out->claims, plan, err)) < 0)
        return rc;
    for (size_t i = 0; i < 2 && rc >= 0; i++)
        if ((rc = class_of(&o.of, plan, sides[i], err)) >= 0)
            rc = dg_stream_run(&came, &out->log, i ? DG_ARM_TREATMENT : DG_ARM_CONTROL, &o, err);
    if (rc < 0)
        return rc;
    out->kills = (int64_t)came.kills;
    out->down_ms = (int64_t)came.down_ms;
    snprintf(out->of, sizeof out->of, "%.190s", name ? name : path);
    snprintf(out->ended, sizeof out->ended, "its simulated hours were over");
    sum_up(out);
    return DG_OK;
}

dg_code dg_observe_model(dg_observe_watched *out, const char *path, dg_error *err)
{
    json_t *plan = NULL;
    dg_code rc = dg_outcome_read(&plan, path, err);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < 2; i++)
        out->rss_kib[i] = out->best[i] = out->finalized[i] = out->cpu_ms[i] = -1;
    if (rc >= 0 && (rc = run(out, plan, path, err)) < 0)
        dg_fail_within(err, rc, "%.200s", path);
    json_decref(plan);
    return rc == DG_MALFORMED ? DG_USAGE : rc;
}
