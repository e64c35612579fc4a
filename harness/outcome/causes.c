/* causes.c - what the evidence lets one say beyond the verdicts: what explains a broken
 * claim, what can be done. */
#include "outcome/outcome_impl.h"

#include <stdarg.h>
#include <string.h>

/* ---- causes ---- */

static bool evidence_says(const json_t *claims, dg_claim_id id, const char *key, const char *value)
{
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(dg_outcome_claim(claims, id), "evidence"), i, item)
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
static int add_switch(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    uint32_t old = dg_version_api(dg_runtime_version(run->from), "ParachainHost");
    uint32_t now = dg_version_api(dg_runtime_version(run->to), "ParachainHost");
    if (!run->enacted || old == now
        || (dg_plan_wants_network(run->plan) && !dg_outcome_switched(run, claims)))
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

json_t *dg_outcome_causes(const dg_outcome_facts *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = dg_plan_wants_network(run->plan) ? dg_outcome_fault_causes(out, run, claims) : 0;
    if (dg_outcome_is(claims, DG_CLAIM_IDENTITY, DG_VERDICT_BROKE)
        || dg_outcome_is(claims, DG_CLAIM_SESSION_CADENCE, DG_VERDICT_BROKE))
        if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "epoch_length"))
            bad |= add(out, "N is built for another epoch length; nodes keep the one they started "
                            "with and expect epoch digests in other slots");
    if (evidence_says(claims, DG_CLAIM_AUTHORITIES_SURVIVE, "role", "session-keys"))
        bad |= add(out, "the layout of SessionKeys changed and nothing rewrote the stored keys: "
                        "whoever is queued is lost at the next boundary");
    if (dg_outcome_is(claims, DG_CLAIM_CONFIG_SURVIVES, DG_VERDICT_BROKE))
        bad |= add(out, "what does not decode is read as its default, silently: limits, rotation "
                        "and async backing are no longer the chain's");
    if (dg_outcome_is(claims, DG_CLAIM_API_WINDOW, DG_VERDICT_WARNED)
        || dg_outcome_is(claims, DG_CLAIM_API_WINDOW, DG_VERDICT_BROKE))
        bad |= add(out, "at #%u new code answers over storage that is migrated only in #%u",
                   run->treatment.upgrade_block, run->treatment.upgrade_block + 1);
    bad |= dg_outcome_network_causes(out, run, claims);
    bad |= add_switch(out, run, claims);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- advice: only what the evidence of this run supports ---- */

json_t *dg_outcome_advice(const dg_outcome_facts *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = 0;
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "epoch_length"))
        bad |=
            add(out, "build N with N-1's epoch length (a fast-runtime build is the usual cause)");
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "spec_name"))
        bad |= add(out, "this is the runtime of another chain");
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "spec_version"))
        bad |= add(out, "raise spec_version: without it neither set_code nor migrations happen");
    if (evidence_says(claims, DG_CLAIM_AUTHORITIES_SURVIVE, "role", "session-keys"))
        bad |= add(out, "enact the releases in between one after another, or add their session-key "
                        "migration to N");
    if (dg_outcome_is(claims, DG_CLAIM_CONFIG_SURVIVES, DG_VERDICT_BROKE))
        bad |= add(out, "enact the releases in between one after another, or add their "
                        "HostConfiguration migrations to N");
    bad |= dg_outcome_network_advice(out, run, claims);
    if (dg_outcome_is(claims, DG_CLAIM_QUEUED_CALLS, DG_VERDICT_BROKE))
        bad |= add(out, "cancel the queued calls before U and schedule them again under N");
    bad |= dg_outcome_window_advice(out, run, claims);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
