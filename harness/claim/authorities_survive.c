/* authorities-survive: the validators stay who they were. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <string.h>

enum { MOMENTS_MAX = 12, SETS = 4 };
static const char *const sets[SETS] = { "validators", "grandpa", "babe", "para" };

typedef struct moment {
    char at[24];
    int64_t count[SETS];
    char hash[SETS][68];
} moment;
typedef struct memory {
    dg_claim_setup setup;
    moment control[MOMENTS_MAX];
    size_t control_count;
    uint64_t compared, undecodable;
    tally bad, at_upgrade, keys;
    bool same_after; /* the last moment that was compared agreed */
    int64_t last_validators;
    char first[200], first_at_upgrade[200], key_text[200], unusable[200];
    tally new_keys; /* of a new kind, that nobody can sign with */
    evidence facts;
} memory;

static const char *set_hash(const dg_event *e, size_t i)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(e->detail, "hashes"), sets[i]));
    return text ? text : "";
}

static int64_t count_of(const dg_event *e, size_t i)
{
    const struct dg_event_authorities *a = &e->authorities;
    const int64_t counts[SETS] = { a->validators, a->grandpa, a->babe, a->para };
    return counts[i];
}

static void remember(memory *m, const dg_event *e)
{
    moment *now;
    if (m->control_count == MOMENTS_MAX)
        return;
    now = &m->control[m->control_count++];
    dg_claim_text_copy(now->at, sizeof now->at, dg_claim_detail(e, "at"));
    for (size_t i = 0; i < SETS; i++) {
        now->count[i] = count_of(e, i);
        dg_claim_text_copy(now->hash[i], sizeof now->hash[i], set_hash(e, i));
    }
}

static const moment *control_at(const memory *m, const char *at)
{
    for (size_t i = 0; i < m->control_count; i++)
        if (strcmp(m->control[i].at, at) == 0)
            return &m->control[i];
    return NULL;
}

/* The first set that differs, worded; false when all agree. */
static bool differs(char *out, size_t size, const moment *c, const dg_event *e)
{
    assert(size > 0);
    for (size_t i = 0; i < SETS; i++) {
        if (strcmp(c->hash[i], set_hash(e, i)) == 0)
            continue;
        if (c->count[i] != count_of(e, i))
            snprintf(out, size, "%s %d in control, %d at #%u (%s)", sets[i], (int)c->count[i],
                     (int)count_of(e, i), e->block, c->at);
        else
            snprintf(out, size, "%s: %d, but not those of control, at #%u (%s)", sets[i],
                     (int)count_of(e, i), e->block, c->at);
        return true;
    }
    return false;
}

static void compare(memory *m, const dg_event *e)
{
    const moment *c = control_at(m, dg_claim_detail(e, "at"));
    bool at_upgrade = strcmp(dg_claim_detail(e, "at"), "U") == 0;
    char words[200];
    if (!c || e->block < m->setup.upgrade_block)
        return;
    m->compared++;
    m->last_validators = e->authorities.validators;
    m->same_after = !differs(words, sizeof words, c, e);
    if (m->same_after)
        return;
    dg_claim_evidence_event(&m->facts, e);
    if (at_upgrade) {
        dg_claim_text_copy(m->first_at_upgrade, sizeof m->first_at_upgrade, words);
        dg_claim_tally_add(&m->at_upgrade, e->block);
        return;
    }
    if (!m->bad.count)
        dg_claim_text_copy(m->first, sizeof m->first, words);
    dg_claim_tally_add(&m->bad, e->block);
}

static void new_keys(memory *m, const dg_event *e)
{
    snprintf(m->unusable, sizeof m->unusable,
             "%d of %d validators have a new key %s that others have too or that is no public key: "
             "they cannot sign with it until they have registered keys anew",
             (int)json_integer_value(json_object_get(e->detail, "unusable")),
             (int)e->storage.entries, dg_claim_detail(e, "reason"));
    dg_claim_tally_add(&m->new_keys, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void keys(memory *m, const dg_event *e)
{
    const struct dg_event_storage *n = &e->storage;
    bool changed = strcmp(dg_claim_detail(e, "role"), "keys-changed") == 0;
    if (strcmp(dg_claim_detail(e, "role"), "keys-unusable") == 0)
        new_keys(m, e);
    if (n->undecodable <= n->undecodable_control
        || (strcmp(dg_claim_detail(e, "role"), "session-keys") != 0 && !changed))
        return;
    if (!m->keys.count)
        snprintf(m->key_text, sizeof m->key_text, "%s.%s: %d of %d %s (%s)",
                 dg_claim_detail(e, "pallet"), dg_claim_detail(e, "item"), (int)n->undecodable,
                 (int)n->entries,
                 changed ? "are other keys under N" : "do not decode as N's SessionKeys",
                 dg_claim_detail(e, "reason"));
    dg_claim_tally_add(&m->keys, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind == DG_EVENT_AUTHORITIES && e->arm == DG_ARM_CONTROL)
        remember(m, e);
    else if (e->kind == DG_EVENT_AUTHORITIES)
        compare(m, e);
    else if (e->kind == DG_EVENT_STORAGE && e->arm == DG_ARM_TREATMENT)
        keys(m, e);
}

static void say_broken(memory *m, dg_verdict *v)
{
    const tally *t = m->keys.count ? &m->keys : &m->bad;
    dg_verdict_say(v, DG_VERDICT_BROKE, "%s%s%s", m->key_text,
                   m->keys.count && m->bad.count ? "; " : "", m->first);
    dg_verdict_span(v, t);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (m->keys.count || m->bad.count) {
        say_broken(m, v);
    } else if (!m->compared) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no set of validators could be compared after U");
    } else if (m->new_keys.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s", m->unusable);
        dg_verdict_span(v, &m->new_keys);
    } else if (m->at_upgrade.count) {
        dg_verdict_say(v, DG_VERDICT_WARNED, "%s", m->first_at_upgrade);
        dg_verdict_span(v, &m->at_upgrade);
        dg_claim_text_copy(v->healed, sizeof v->healed, m->same_after ? "N's first block" : "");
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "%d validators; at %u moments the sets are those of control",
                       (int)m->last_validators, (unsigned)m->compared);
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = dg_claim_figures_none("sets", m->bad.count + m->keys.count);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_authorities_survive = {
    .id = DG_CLAIM_AUTHORITIES_SURVIVE,
    .fails = "authorities are lost",
    .says = "stored session keys decode under N, and the validator, GRANDPA and BABE sets stay "
            "those of control",
    .because = "a session-key layout that changes without its migration drains the set within two "
               "sessions, while blocks still build",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
