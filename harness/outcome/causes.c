/* causes.c - why claims broke: what was proved of it by running treatment again, and what the
 * runtimes say of themselves. */
#include "outcome/outcome_impl.h"

#include <string.h>

/* ---- what the evidence of a claim says, unproved ---- */

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

static int add_recorded(json_t *causes, const char *says)
{
    return json_array_append_new(causes, json_pack("{s:s, s:s}", "kind", "recorded", "says", says));
}

static int put_recorded(json_t *causes, const json_t *claims)
{
    int bad = 0;
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "epoch_length"))
        bad |= add_recorded(causes,
                            "N is built for another epoch length; nodes keep the one they started "
                            "with and expect epoch digests in other slots");
    if (evidence_says(claims, DG_CLAIM_AUTHORITIES_SURVIVE, "role", "session-keys"))
        bad |=
            add_recorded(causes, "the layout of SessionKeys changed and nothing rewrote the stored "
                                 "keys: whoever is queued is lost at the next boundary");
    if (dg_outcome_is(claims, DG_CLAIM_CONFIG_SURVIVES, DG_VERDICT_BROKE))
        bad |=
            add_recorded(causes, "what does not decode is read as its default, silently: limits, "
                                 "rotation and async backing are no longer the chain's");
    return bad;
}

static int add_advice(json_t *advice, const char *says)
{
    return json_array_append_new(advice, json_string(says));
}

static int put_recorded_advice(json_t *advice, const json_t *claims)
{
    int bad = 0;
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "epoch_length"))
        bad |= add_advice(
            advice, "build N with N-1's epoch length (a fast-runtime build is the usual cause)");
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "spec_name"))
        bad |= add_advice(advice, "this is the runtime of another chain");
    if (evidence_says(claims, DG_CLAIM_IDENTITY, "what", "spec_version"))
        bad |= add_advice(advice,
                          "raise spec_version: without it neither set_code nor migrations happen");
    if (evidence_says(claims, DG_CLAIM_AUTHORITIES_SURVIVE, "role", "session-keys"))
        bad |= add_advice(advice, "enact the releases in between one after another, or add their "
                                  "session-key migration to N");
    if (dg_outcome_is(claims, DG_CLAIM_CONFIG_SURVIVES, DG_VERDICT_BROKE))
        bad |= add_advice(advice, "enact the releases in between one after another, or add their "
                                  "HostConfiguration migrations to N");
    if (dg_outcome_is(claims, DG_CLAIM_QUEUED_CALLS, DG_VERDICT_BROKE))
        bad |=
            add_advice(advice, "cancel the queued calls before U and schedule them again under N");
    return bad;
}

/* ---- what was proved ---- */

static json_t *list_of(const json_t *explained, const char *key)
{
    const json_t *list = json_object_get(explained, key);
    return list ? json_deep_copy(list) : json_array();
}

int dg_outcome_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    static const char *const also[] = { "looked_at", "unexplained", "left_out" };
    json_t *causes = list_of(run->explained, "causes"), *advice = list_of(run->explained, "advice");
    int bad = put_recorded(causes, claims) | put_recorded_advice(advice, claims)
              | dg_outcome_put(out, "causes", causes) | dg_outcome_put(out, "advice", advice);
    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        const json_t *part = json_object_get(run->explained, also[i]);
        bad |= part ? dg_outcome_put(out, also[i], json_deep_copy(part)) : 0;
    }
    return bad;
}
