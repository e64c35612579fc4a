/* tell.c - what was proved, as parts of an outcome. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

/* Takes `value`. */
static int put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

static bool is_asked(const dg_proof *proof, size_t claim)
{
    return proof->claims >> claim & 1;
}

/* ---- figures ---- */

static json_t *milli_json(int64_t milli)
{
    return milli % 1000 ? json_real((double)milli / 1000) : json_integer(milli / 1000);
}

static int put_milli(json_t *out, const char *key, int64_t milli)
{
    return milli < 0 ? 0 : put(out, key, milli_json(milli));
}

/* Of one claim: measured with the thing and without it, and in control. */
static json_t *claim_json(const dg_proof *proof, dg_claim_id claim, const dg_trial *without)
{
    const struct dg_trial_claim *was = &proof->as_it_was.of[claim], *now = &without->of[claim];
    json_t *out = json_pack("{s:s, s:s}", "claim", dg_claim_name(claim), "status",
                            dg_verdict_status_name(now->status));
    bool figures = was->unit && was->measured >= 0 && now->measured >= 0;
    assert((unsigned)claim < DG_CLAIM_COUNT);
    int bad = 0;
    if (figures)
        bad = put_milli(out, "with", was->measured) | put_milli(out, "control", was->control)
              | put_milli(out, "without", now->measured)
              | put_milli(out, "without_control", now->control)
              | put(out, "unit", json_string(was->unit));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- causes ---- */

typedef struct telling {
    const dg_proof *proof;
    json_t *causes, *looked_at, *unexplained, *advice;
    dg_proof_claims advised; /* claims that hold if what was advised so far is done */
} telling;

/* Claims to which the suspect is that, or more. */
static int put_claims(json_t *out, const dg_proof *proof, size_t suspect, dg_suspect_role least)
{
    const dg_trial *t = dg_proof_trial(proof, (dg_suspect_set)1 << suspect);
    json_t *list = json_array();
    int bad = 0;
    for (dg_claim_id c = 0; t && c < DG_CLAIM_COUNT; c++) {
        dg_suspect_role role;
        if (!is_asked(proof, c))
            continue;
        role = dg_proof_role(proof, suspect, c);
        if (role >= least && role != DG_ROLE_FAILED)
            bad |= json_array_append_new(list, claim_json(proof, c, t));
    }
    return bad | put(out, "claims", list);
}

static json_t *keys_json(const dg_suspects *suspects, dg_suspect_set set)
{
    json_t *out = json_array();
    for (size_t i = 0; i < suspects->count; i++)
        if (set >> i & 1) {
            char key[DG_SUSPECT_KEY_MAX];
            dg_suspect_key(key, &suspects->at[i]);
            json_array_append_new(out, dg_event_text(key));
        }
    return out;
}

static json_t *cause_json(const dg_suspects *suspects, size_t suspect, const char *kind)
{
    const dg_suspect *s = &suspects->at[suspect];
    return json_pack("{s:s, s:s, s:o, s:o, s:o}", "kind", kind, "suspect",
                     dg_suspect_kind_name(s->kind), "keys",
                     keys_json(suspects, (dg_suspect_set)1 << suspect), "what",
                     dg_event_text(s->what), "says", dg_event_text(s->says));
}

/* Claims that hold without it. */
static dg_proof_claims healed_by(const dg_proof *proof, size_t suspect)
{
    dg_proof_claims healed = 0;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        if (is_asked(proof, c) && dg_proof_role(proof, suspect, c) == DG_ROLE_CAUSE)
            healed |= (dg_proof_claims)1 << c;
    return healed;
}

static size_t count_of(dg_proof_claims claims)
{
    size_t count = 0;
    for (; claims; claims &= claims - 1)
        count++;
    return count;
}

/* Of several ways to heal the same claims one is enough; what heals fewer than one of them is no
 * other way. */
static int put_advice(telling *t, const char *advice, dg_proof_claims heals)
{
    char line[sizeof(dg_suspect){ .kind = 0 }.advice * 2];
    bool instead = t->advised && !(heals & ~t->advised);
    if (!advice[0] || (instead && heals != t->advised))
        return 0;
    snprintf(line, sizeof line, "%s%s", instead ? "or " : "", advice);
    t->advised |= heals;
    return json_array_append_new(t->advice, dg_event_text(line));
}

static int put_cause(telling *t, size_t suspect, dg_suspect_role role)
{
    const dg_suspect *s = &t->proof->suspects->at[suspect];
    assert(role == DG_ROLE_CAUSE || role == DG_ROLE_CONTRIBUTES);
    assert(suspect < t->proof->suspects->count);
    json_t *one =
        cause_json(t->proof->suspects, suspect, role == DG_ROLE_CAUSE ? "cause" : "contributes");
    int bad = put_claims(one, t->proof, suspect, DG_ROLE_CONTRIBUTES)
              | json_array_append_new(t->causes, one);
    if (role == DG_ROLE_CAUSE)
        bad |= put_advice(t, s->advice, healed_by(t->proof, suspect));
    return bad;
}

static int put_looked_at(telling *t, size_t suspect)
{
    const dg_suspect *s = &t->proof->suspects->at[suspect];
    const dg_trial *trial = dg_proof_trial(t->proof, (dg_suspect_set)1 << suspect);
    json_t *one = json_pack("{s:s, s:o, s:o}", "suspect", dg_suspect_kind_name(s->kind), "what",
                            dg_event_text(s->what), "seen", dg_event_text(s->seen));
    int bad = 0;
    if (trial && trial->failed)
        bad = put(one, "failed", dg_event_text(trial->why));
    else
        bad = put_claims(one, t->proof, suspect, DG_ROLE_NONE);
    return bad | json_array_append_new(t->looked_at, one);
}

/* The most that a suspect is to any of the claims. */
static dg_suspect_role most_of(const dg_proof *proof, size_t suspect)
{
    dg_suspect_role most = DG_ROLE_NONE;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++) {
        dg_suspect_role role = is_asked(proof, c) ? dg_proof_role(proof, suspect, c) : DG_ROLE_NONE;
        if (role != DG_ROLE_FAILED && role > most)
            most = role;
    }
    return most;
}

/* What explains most stands first. */
static int put_causes(telling *t)
{
    int bad = 0;
    for (size_t healed = DG_CLAIM_COUNT; healed; healed--)
        for (size_t i = 0; i < t->proof->suspects->count; i++)
            if (count_of(healed_by(t->proof, i)) == healed)
                bad |= put_cause(t, i, DG_ROLE_CAUSE);
    return bad;
}

/* One of several that matter only together was told with them. */
static dg_suspect_set told_together(const dg_proof *proof)
{
    dg_suspect_set told = 0;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        told |= proof->together[c];
    return told;
}

static int put_contributors(telling *t)
{
    dg_suspect_set told = told_together(t->proof);
    int bad = 0;
    for (size_t i = 0; i < t->proof->suspects->count; i++)
        if (most_of(t->proof, i) == DG_ROLE_CONTRIBUTES && !(told >> i & 1))
            bad |= put_cause(t, i, DG_ROLE_CONTRIBUTES);
    return bad;
}

static int put_rest(telling *t)
{
    dg_suspect_set told = told_together(t->proof);
    int bad = 0;
    for (size_t i = 0; i < t->proof->suspects->count; i++)
        if (most_of(t->proof, i) == DG_ROLE_NONE && !(told >> i & 1))
            bad |= put_looked_at(t, i);
    return bad;
}

/* ---- together ---- */

/* One deed may answer to several of them: what is there is not put twice. */
static void join(char *out, size_t size, const dg_suspects *suspects, dg_suspect_set set,
                 const char *between, size_t offset)
{
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < suspects->count && used < size; i++) {
        const char *text = (const char *)&suspects->at[i] + offset;
        if (set >> i & 1 && text[0] && !strstr(out, text))
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? between : "", text);
    }
}

/* Claims that hold without all of these. */
static dg_proof_claims healed_together(const dg_proof *proof, dg_suspect_set set)
{
    const dg_trial *trial = dg_proof_trial(proof, set);
    dg_proof_claims healed = 0;
    for (dg_claim_id c = 0; trial && c < DG_CLAIM_COUNT; c++)
        if (is_asked(proof, c) && dg_trial_heals(trial, c))
            healed |= (dg_proof_claims)1 << c;
    return healed;
}

/* One object for each set, with all claims that it heals. */
static int put_set(telling *t, dg_suspect_set set, bool minimal)
{
    const dg_suspects *s = t->proof->suspects;
    const dg_trial *trial = dg_proof_trial(t->proof, set);
    char what[480], says[1200], line[1240], advice[sizeof s->at->advice * 2];
    json_t *claims = json_array(), *one;
    int bad = 0;
    assert(trial); /* it was tried, and healed */
    join(what, sizeof what, s, set, "; ", offsetof(dg_suspect, what));
    join(says, sizeof says, s, set, "; and ", offsetof(dg_suspect, says));
    snprintf(line, sizeof line, "%s: %s", minimal ? "only together" : "together, perhaps fewer",
             says);
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        if (t->proof->together[c] == set)
            bad |= json_array_append_new(claims, claim_json(t->proof, c, trial));
    one = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "kind", "together", "suspect", "together",
                    "keys", keys_json(s, set), "what", dg_event_text(what), "says",
                    dg_event_text(line), "claims", claims);
    join(advice, sizeof advice, s, set, ", and ", offsetof(dg_suspect, advice));
    bad |= put_advice(t, advice, healed_together(t->proof, set));
    return bad | json_array_append_new(t->causes, one);
}

static int put_together(telling *t)
{
    int bad = 0;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++) {
        dg_suspect_set set = t->proof->together[c];
        bool told = !set;
        for (dg_claim_id o = 0; o < c; o++)
            told |= t->proof->together[o] == set;
        if (!told)
            bad |= put_set(t, set, t->proof->minimal[c]);
    }
    return bad;
}

/* ---- what stays unexplained ---- */

static int put_unexplained(telling *t, const dg_suspect_facts *facts)
{
    json_t *claims = json_array(), *differences;
    int bad = 0;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT; c++)
        if (is_asked(t->proof, c) && !dg_proof_explains(t->proof, c))
            bad |= json_array_append_new(claims, json_string(dg_claim_name(c)));
    if (!json_array_size(claims)) {
        json_decref(claims);
        return bad;
    }
    differences = dg_suspect_differences(facts);
    t->unexplained = json_pack("{s:o, s:o}", "claims", claims, "differences", differences);
    return bad | !t->unexplained;
}

static int put_left_out(json_t *out, const dg_suspects *suspects)
{
    return suspects->left_out ? put(out, "left_out",
                                    json_pack("{s:I, s:o}", "count", (json_int_t)suspects->left_out,
                                              "what", dg_event_text(suspects->left_names)))
                              : 0;
}

static json_t *whole(telling *t, const dg_suspects *suspects, int bad)
{
    json_t *out = json_object();
    bad |= put(out, "causes", t->causes) | put(out, "advice", t->advice);
    if (t->looked_at)
        bad |= put(out, "looked_at", t->looked_at);
    if (t->unexplained)
        bad |= put(out, "unexplained", t->unexplained);
    if (bad | put_left_out(out, suspects)) {
        json_decref(out);
        return NULL;
    }
    return out;
}

json_t *dg_proof_tell(const dg_proof *proof, const dg_suspect_facts *facts)
{
    telling t = {
        .proof = proof, .causes = json_array(), .looked_at = json_array(), .advice = json_array()
    };
    int bad = put_causes(&t) | put_together(&t) | put_contributors(&t) | put_rest(&t)
              | put_unexplained(&t, facts);
    return whole(&t, proof->suspects, bad);
}

json_t *dg_suspects_tell(const dg_suspects *suspects)
{
    telling t = { .causes = json_array(), .advice = json_array() };
    int bad = 0;
    assert(suspects->count <= DG_SUSPECTS_MAX);
    for (size_t i = 0; i < suspects->count; i++) {
        const dg_suspect *s = &suspects->at[i];
        json_t *one = json_pack("{s:s, s:s, s:o, s:o}", "kind", "recorded", "suspect",
                                dg_suspect_kind_name(s->kind), "what", dg_event_text(s->what),
                                "says", dg_event_text(s->seen));
        bad |= json_array_append_new(t.causes, one);
    }
    return whole(&t, suspects, bad);
}
