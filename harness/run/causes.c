/* causes.c - what the evidence lets one say beyond the verdicts: API versions that
 * nodes react to, what explains a broken claim, what can be done. */
#include "run/run_impl.h"

#include <stdarg.h>
#include <string.h>

#include "preflight/preflight.h"

/* ---- API versions ---- */

static json_t *brings(const char *api, uint32_t old, uint32_t now)
{
    json_t *out = json_array();
    for (uint32_t v = old + 1; old && v <= now && v < old + 64; v++) {
        const char *meaning = dg_preflight_api_meaning(api, v);
        char line[300];
        if (!meaning)
            continue;
        snprintf(line, sizeof line, "%u: %s", v, meaning);
        json_array_append_new(out, json_string(line));
    }
    return out;
}

static void api_text(char *out, size_t size, const uint8_t id[8])
{
    const char *name = dg_api_name(id);
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "0x%02x%02x%02x%02x%02x%02x%02x%02x", id[0], id[1], id[2], id[3], id[4],
                 id[5], id[6], id[7]);
}

static uint32_t version_of(const dg_version *v, const uint8_t id[8])
{
    for (uint32_t i = 0; i < v->api_count; i++)
        if (memcmp(v->apis[i].id, id, 8) == 0)
            return v->apis[i].version;
    return 0;
}

static int add_delta(json_t *out, const uint8_t id[8], uint32_t old, uint32_t now)
{
    char name[64];
    if (old == now)
        return 0;
    api_text(name, sizeof name, id);
    return json_array_append_new(out, json_pack("{s:s, s:I, s:I, s:o}", "api", name, "old",
                                                (json_int_t)old, "new", (json_int_t)now, "brings",
                                                brings(name, old, now)));
}

json_t *outcome_apis(const run_state *run)
{
    const dg_version *old = dg_runtime_version(run->from_kept), *now = dg_runtime_version(run->to);
    json_t *out = json_array();
    int bad = 0;
    for (uint32_t i = 0; i < old->api_count; i++)
        bad |=
            add_delta(out, old->apis[i].id, old->apis[i].version, version_of(now, old->apis[i].id));
    for (uint32_t i = 0; i < now->api_count; i++)
        if (!version_of(old, now->apis[i].id))
            bad |= add_delta(out, now->apis[i].id, 0, now->apis[i].version);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- causes ---- */

const json_t *outcome_claim(const json_t *claims, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "name")), name)
                                  == 0) return claim;
    return NULL;
}

bool outcome_is(const json_t *claims, const char *name, const char *status)
{
    const char *text = json_string_value(json_object_get(outcome_claim(claims, name), "status"));
    return text && strcmp(text, status) == 0;
}

/* Evidence may be no event, but what a claim made of several. */
const dg_event *outcome_event(const run_state *run, const json_t *evidence)
{
    json_int_t seq = json_integer_value(json_object_get(evidence, "seq"));
    const char *side = json_string_value(json_object_get(evidence, "arm"));
    bool treatment = side && strcmp(side, "treatment") == 0;
    for (size_t i = 0; treatment && i < run->log.count; i++)
        if (run->log.at[i].arm == DG_ARM_TREATMENT && run->log.at[i].seq == (uint64_t)seq)
            return &run->log.at[i];
    return NULL;
}

static bool evidence_says(const json_t *claims, const char *name, const char *key,
                          const char *value)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(outcome_claim(claims, name), "evidence"), i, item)
    {
        const char *text = json_string_value(json_object_get(json_object_get(item, "detail"), key));
        if (text && strcmp(text, value) == 0)
            return true;
    }
    return false;
}

static int add(json_t *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int add(json_t *out, const char *format, ...)
{
    char line[600];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return json_array_append_new(out, dg_event_text(line));
}

/* Nodes gate subsystems on the version they see at the leaf, so the switch is at U.
 * Where there are nodes, it caused something only if their records say so. */
static int add_switch(json_t *out, const run_state *run, const json_t *claims)
{
    uint32_t old = dg_version_api(dg_runtime_version(run->from_kept), "ParachainHost");
    uint32_t now = dg_version_api(dg_runtime_version(run->to), "ParachainHost");
    if (!run->treatment.enacted || old == now
        || (dg_plan_wants_network(run->plan) && !network_switched(run, claims)))
        return 0;
    if (old && old < 7 && now >= 7)
        return add(out,
                   "ParachainHost %u -> %u at #%u crosses 7: from that leaf on nodes switch "
                   "prospective-parachains, backing, collation "
                   "and statement-distribution v2 on",
                   old, now, run->treatment.upgrade_block);
    return add(
        out,
        "ParachainHost %u -> %u: nodes see the new version at leaf #%u, before any block ran N",
        old, now, run->treatment.upgrade_block);
}

json_t *outcome_causes(const run_state *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = dg_plan_wants_network(run->plan) ? fault_causes(out, run, claims) : 0;
    if (outcome_is(claims, "identity", "broke") || outcome_is(claims, "session-cadence", "broke"))
        if (evidence_says(claims, "identity", "what", "epoch_length"))
            bad |= add(out, "N is built for another epoch length; nodes keep the one they started "
                            "with and expect epoch digests in other slots");
    if (evidence_says(claims, "authorities-survive", "role", "session-keys"))
        bad |= add(out, "the layout of SessionKeys changed and nothing rewrote the stored keys: "
                        "whoever is queued is lost at the next boundary");
    if (outcome_is(claims, "config-survives", "broke"))
        bad |= add(out, "what does not decode is read as its default, silently: limits, rotation "
                        "and async backing are no longer the chain's");
    if (outcome_is(claims, "api-window", "warned") || outcome_is(claims, "api-window", "broke"))
        bad |= add(out, "at #%u new code answers over storage that is migrated only in #%u",
                   run->treatment.upgrade_block, run->treatment.upgrade_block + 1);
    bad |= network_causes(out, run, claims);
    bad |= add_switch(out, run, claims);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- advice: only what the evidence of this run supports ---- */

json_t *outcome_advice(const run_state *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = 0;
    if (evidence_says(claims, "identity", "what", "epoch_length"))
        bad |=
            add(out, "build N with N-1's epoch length (a fast-runtime build is the usual cause)");
    if (evidence_says(claims, "identity", "what", "spec_name"))
        bad |= add(out, "this is the runtime of another chain");
    if (evidence_says(claims, "identity", "what", "spec_version"))
        bad |= add(out, "raise spec_version: without it neither set_code nor migrations happen");
    if (evidence_says(claims, "authorities-survive", "role", "session-keys"))
        bad |= add(out, "enact the releases in between one after another, or add their session-key "
                        "migration to N");
    if (outcome_is(claims, "config-survives", "broke"))
        bad |= add(out, "enact the releases in between one after another, or add their "
                        "HostConfiguration migrations to N");
    bad |= network_advice(out, run, claims);
    if (outcome_is(claims, "queued-calls", "broke"))
        bad |= add(out, "cancel the queued calls before U and schedule them again under N");
    bad |= network_window_advice(out, run, claims);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- notes: what is not as on the live chain ---- */

/* What the plan itself has to say of its inputs: a derived runtime, keys of a test. */
static int plan_notes(json_t *out, const run_state *run)
{
    const json_t *note;
    size_t i;
    int bad = 0;
    json_array_foreach(json_object_get(dg_plan_json(run->plan), "notes"), i, note) bad |=
        add(out, "%.500s", json_string_value(note));
    return bad;
}

json_t *outcome_notes(const run_state *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = dg_plan_wants_network(run->plan)
                  ? network_notes(out, dg_plan_json(run->plan), claims)
                  : add(out, "blocks carry no parachain candidates and no transactions; seals and "
                             "VRFs are drawn, not signed by the real keys");
    bad |= fork_notes(out, run) | faults_notes(out, run)
           | dg_source_notes(out, run->asked->snapshot)
           | (run->asked->to[0] ? dg_source_notes(out, run->asked->to) : 0) | plan_notes(out, run);
    if (run->treatment.amended)
        bad |= add(out, "the root call was put into the state of U-1 (%s)", run->treatment.path);
    if (run->asked->how == DG_HOW_OVERRIDE)
        bad |= add(out, "`override` writes :code directly: not the production path, no check of "
                        "set_code was made");
    if (dg_snapshot_info_of(run->source.snapshot)->partial)
        bad |= add(out, "the snapshot is partial: what is missing from it was not judged");
    if (run->span.fork_number == 0)
        bad |=
            add(out,
                "forked from a genesis: sessions, queues and eras are as on the chain's first day");
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
