/* explain.c - a broken claim of the network, back to its cause: events that were
 * recorded, in their order, each in words made from its own numbers. */
#include "run/run_impl.h"

#include <string.h>

enum { STEPS_MAX = 24, UPSTREAM_MAX = 4 };

typedef struct chain { const dg_event *at[STEPS_MAX]; size_t count; } chain;

static const json_t *broken_claim(const json_t *claims, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i, claim) {
        const char *status = json_string_value(json_object_get(claim, "status"));
        if (strcmp(json_string_value(json_object_get(claim, "name")), name) == 0)
            return strcmp(status, "broke") == 0 || strcmp(status, "warned") == 0 ? claim : NULL;
    }
    return NULL;
}

/* In the order of the log, each once. */
static void add(chain *c, const dg_event *e)
{
    size_t at = c->count;
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i] == e)
            return;
    if (!e || c->count == STEPS_MAX)
        return;
    for (; at && c->at[at - 1] > e; at--)
        c->at[at] = c->at[at - 1];
    c->at[at] = e;
    c->count++;
}

/* ---- finding events ---- */

typedef bool (*matcher)(const dg_event *e, const dg_event *about);

static const dg_event *first_of(const run_state *run, const dg_event *from, dg_event_kind kind, matcher fits, const dg_event *about)
{
    for (const dg_event *e = from ? from : run->log.at; e < run->log.at + run->log.count; e++)
        if (e->arm == DG_ARM_TREATMENT && e->kind == kind && (!fits || fits(e, about)))
            return e;
    return NULL;
}

static const dg_event *last_before(const run_state *run, const dg_event *until, dg_event_kind kind, matcher fits, const dg_event *about)
{
    for (const dg_event *e = until; e && e-- > run->log.at;)
        if (e->arm == DG_ARM_TREATMENT && e->kind == kind && (!fits || fits(e, about)))
            return e;
    return NULL;
}

static bool some_lack_it(const dg_event *e, const dg_event *upgrade) { return e >= upgrade && e->n[2] > e->n[4]; }
static bool all_hold_it(const dg_event *e, const dg_event *missing) { return e > missing && e->n[2] > 0 && e->n[2] == e->n[4]; }
static bool of_its_session(const dg_event *e, const dg_event *missing) { return e->n[0] == missing->n[5]; }
static bool not_later(const dg_event *e, const dg_event *lost) { return e->at <= lost->at; }
/* The first blocks after U have cores of before it. */
static bool little_came(const dg_event *e, const dg_event *missing) { return e->at > missing->at && e->n[4] < e->n[5] && e->n[4] <= 1; }

/* ---- chains ---- */

/* The session began and its topology came; it was lost; N wants it; nothing is told. */
static void topology_chain(chain *c, const run_state *run, const json_t *claim)
{
    const dg_event *upgrade = first_of(run, NULL, DG_EV_NET_UPGRADE, NULL, NULL), *missing, *lost;
    (void)claim;
    missing = upgrade ? first_of(run, upgrade, DG_EV_NET_HOLDERS, some_lack_it, upgrade) : NULL;
    if (!missing)
        return;
    add(c, first_of(run, NULL, DG_EV_NET_SESSION, of_its_session, missing));
    if ((lost = first_of(run, NULL, DG_EV_NET_LOST, of_its_session, missing))) {
        add(c, lost);
        add(c, lost->n[1] ? last_before(run, lost, DG_EV_NET_SIGNAL, not_later, lost) : NULL);
    }
    add(c, upgrade);
    add(c, missing);
    add(c, first_of(run, missing, DG_EV_NET_PARAS, little_came, missing));
    add(c, first_of(run, missing, DG_EV_NET_HOLDERS, all_hold_it, missing));
}

/* Evidence may be no event, but what a claim made of several. */
static const dg_event *event_of(const run_state *run, const json_t *evidence)
{
    json_int_t seq = json_integer_value(json_object_get(evidence, "seq"));
    const char *side = json_string_value(json_object_get(evidence, "arm"));
    bool treatment = side && strcmp(side, "treatment") == 0;
    for (size_t i = 0; treatment && i < run->log.count; i++)
        if (run->log.at[i].arm == DG_ARM_TREATMENT && run->log.at[i].seq == (uint64_t)seq)
            return &run->log.at[i];
    return NULL;
}

/* What the claim itself kept: N, where it broke first, and last. */
static void evidence_chain(chain *c, const run_state *run, const json_t *claim)
{
    const json_t *kept = json_object_get(claim, "evidence");
    add(c, first_of(run, NULL, DG_EV_NET_UPGRADE, NULL, NULL));
    if (!json_array_size(kept))
        return;
    add(c, event_of(run, json_array_get(kept, 0)));
    add(c, event_of(run, json_array_get(kept, json_array_size(kept) - 1)));
}

/* .. and the first candidate that was dropped from the block that enacts N on. */
static void backing_chain(chain *c, const run_state *run, const json_t *claim)
{
    const dg_event *upgrade = first_of(run, NULL, DG_EV_NET_UPGRADE, NULL, NULL);
    evidence_chain(c, run, claim);
    add(c, upgrade ? first_of(run, upgrade, DG_EV_NET_DROPPED, NULL, NULL) : NULL);
}

/* Which broken claim another one may follow from: the first that broke tells why. */
static const struct { const char *claim; void (*tell)(chain *c, const run_state *run, const json_t *claim); const char *from[UPSTREAM_MAX]; } rows[] = {
    { "topology-present", topology_chain, { NULL } },
    { "pvf-ready", evidence_chain, { NULL } },
    { "groups-able", evidence_chain, { NULL } },
    { "collator-health", evidence_chain, { NULL } },
    { "upgrade-stall", evidence_chain, { NULL } },
    { "availability", evidence_chain, { "topology-present" } },
    { "backing-rate", backing_chain, { "topology-present", "pvf-ready", "groups-able", "collator-health" } },
    { "inclusion-rate", evidence_chain, { "backing-rate", "availability" } },
    { "para-interval", evidence_chain, { "inclusion-rate", "backing-rate" } },
    { "no-shows", evidence_chain, { "pvf-ready" } },
    { "disputes", evidence_chain, { NULL } },
    { "finality-lag", evidence_chain, { "no-shows", "disputes", "upgrade-stall" } },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void tell_chain(chain *c, const run_state *run, const json_t *claims, const char *name)
{
    const json_t *claim = broken_claim(claims, name);
    for (size_t i = 0; claim && i < ROWS; i++) {
        if (strcmp(rows[i].claim, name) != 0)
            continue;
        for (size_t k = 0; k < UPSTREAM_MAX && rows[i].from[k]; k++)
            if (broken_claim(claims, rows[i].from[k])) {
                tell_chain(c, run, claims, rows[i].from[k]);
                break;
            }
        rows[i].tell(c, run, claim);
    }
}

/* ---- words ---- */

static int session_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "first leaf of session %lld: its %lld validators are told their grid topology, once", (long long)e->n[0], (long long)e->n[1]);
}

static int lost_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "the topology of session %lld, told at #%lld, is %s", (long long)e->n[0], (long long)e->n[2],
                    e->n[1] ? "purged: no relay parent of that session is in view" : "dropped: there is no entry for that session yet");
}

static int signal_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "a leaf signal deactivates #%lld' and activates nothing%s", (long long)e->n[1], e->n[2] ? ": finality has passed that fork" : "");
}

static int upgrade_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    uint32_t old = dg_version_api(dg_runtime_version(run->from_kept), "ParachainHost");
    uint32_t now = dg_version_api(dg_runtime_version(run->to), "ParachainHost");
    if (!run->code.len)
        return snprintf(out, size, "a change of the configuration is scheduled, to act two sessions later");
    return snprintf(out, size, "N is %s; a node that asks at this leaf sees ParachainHost %u, before it %u", e->n[1] ? "enacted" : "not enacted", now, old);
}

static int holders_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "%lld of %lld validators work with asynchronous backing, %lld of them hold the grid of session %lld", (long long)e->n[2],
                    (long long)e->n[1], (long long)e->n[4], (long long)e->n[5]);
}

static int paras_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "of %lld candidates that their groups could back %lld had reached the author; %lld backed, %lld included", (long long)e->n[5],
                    (long long)e->n[4], (long long)e->n[1], (long long)e->n[2]);
}

static int pvf_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "of %lld pairs of validator and parachain %lld have the artifact for session %lld prepared; up to %lld wait in one queue",
                    (long long)e->n[2], (long long)e->n[3], (long long)e->n[1], (long long)e->n[4]);
}

static int collators_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    (void)run;
    return snprintf(out, size, "collators tried %lld times, made %lld blocks, panicked %lld times; no backer took %lld", (long long)e->n[1], (long long)e->n[2],
                    (long long)e->n[3], (long long)e->n[4]);
}

/* Where no words were found, the numbers by their names. */
static int plain_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    int used = snprintf(out, size, "%s:", dg_event_name(e->kind));
    (void)run;
    for (size_t i = 0; i < 6 && dg_event_field(e->kind, i); i++)
        if (used > 0 && (size_t)used < size)
            used += snprintf(out + used, size - (size_t)used, "%s %s %lld", i ? "," : "", dg_event_field(e->kind, i), (long long)e->n[i]);
    return used;
}

static int dropped_words(char *out, size_t size, const run_state *run, const dg_event *e)
{
    const char *why = dg_drop_says((dg_drop)e->n[3]);
    (void)run;
    return snprintf(out, size, "the candidate of parachain %lld on core %lld is offered and not backed: %s (%lld of %lld bitfields are in the block)",
                    (long long)e->n[1], (long long)e->n[2], why ? why : "unknown", (long long)e->n[5], (long long)e->n[4]);
}

static const struct { dg_event_kind kind; int (*say)(char *out, size_t size, const run_state *run, const dg_event *e); } words[] = {
    { DG_EV_NET_SESSION, session_words }, { DG_EV_NET_LOST, lost_words },       { DG_EV_NET_SIGNAL, signal_words },
    { DG_EV_NET_UPGRADE, upgrade_words }, { DG_EV_NET_HOLDERS, holders_words }, { DG_EV_NET_PARAS, paras_words },
    { DG_EV_NET_PVF, pvf_words },         { DG_EV_NET_COLLATORS, collators_words },
    { DG_EV_NET_DROPPED, dropped_words },
};

static json_t *step_json(const run_state *run, const dg_event *e)
{
    int64_t from_upgrade = (int64_t)(e->at / 1000000) - (int64_t)(run_at(run, run->upgrade_slot) / 1000000);
    int (*say)(char *, size_t, const run_state *, const dg_event *) = plain_words;
    char line[300];
    json_t *out;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].kind == e->kind)
            say = words[i].say;
    say(line, sizeof line, run, e);
    out = json_pack("{s:I, s:I, s:s, s:o}", "from_upgrade_ms", (json_int_t)from_upgrade, "block", (json_int_t)e->block, "kind", dg_event_name(e->kind),
                    "says", plain_json(line));
    if (out && e->node != UINT32_MAX && json_object_set_new(out, "validator", json_integer(e->node)) != 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static int add_chain(json_t *out, const run_state *run, const json_t *claims, const char *name)
{
    json_t *steps = json_array();
    chain c = { .count = 0 };
    int bad = 0;
    tell_chain(&c, run, claims, name);
    for (size_t i = 0; i < c.count; i++)
        bad |= json_array_append_new(steps, step_json(run, c.at[i]));
    if (!c.count || bad) {
        json_decref(steps);
        return bad;
    }
    return json_array_append_new(out, json_pack("{s:s, s:o}", "claim", name, "steps", steps));
}

json_t *outcome_chains(const run_state *run, const json_t *claims)
{
    json_t *out = json_array();
    int bad = !out;
    for (size_t i = 0; i < ROWS && !bad; i++)
        bad = network_wanted(run->plan) && broken_claim(claims, rows[i].claim) && add_chain(out, run, claims, rows[i].claim);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
