/* network_stall.c - what the network's own records say of nodes that stood still at U:
 * code that had to be compiled, answers that took too long. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

typedef struct standing {
    uint32_t compiled, stalled, block;
    int64_t least_ms, most_ms, waited_ms, down_least, down_most, host_version;
    const char *question;
} standing;

static void widen(int64_t *least, int64_t *most, int64_t value, bool first)
{
    assert(first || *least <= *most);
    *least = first || value < *least ? value : *least;
    *most = first || value > *most ? value : *most;
}

static standing stood(const dg_outcome_facts *run)
{
    standing s = { 0 };
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm != DG_ARM_TREATMENT)
            continue;
        if (e->kind == DG_EVENT_NET_COMPILED && !e->net_compiled.again)
            widen(&s.least_ms, &s.most_ms, e->net_compiled.ms, !s.compiled++);
        if (e->kind != DG_EVENT_NET_STALLED)
            continue;
        if (!s.stalled) {
            s.block = e->block;
            s.waited_ms = e->net_stalled.waited_ms;
            s.host_version = e->net_stalled.host_version;
            s.question = json_string_value(json_object_get(e->detail, "question"));
        }
        widen(&s.down_least, &s.down_most, e->net_stalled.down_ms, !s.stalled++);
    }
    return s;
}

/* Of a call that used all its fuel nobody knows how long it would have taken. */
static void wait_words(char *out, size_t size, int64_t ms)
{
    enum { ENDLESS_S = 3600 };
    if (ms / 1000 < ENDLESS_S)
        snprintf(out, size, " for %lld s", (long long)ms / 1000);
    else
        snprintf(out, size, " without end");
}

/* Where fewer compiled than a fault of treatment alone struck, it is the fault. */
bool dg_outcome_compiling(const dg_outcome_facts *run, const json_t *claim)
{
    uint32_t compiled = stood(run).compiled;
    return compiled && compiled > dg_outcome_faults_alone(run, claim);
}

static bool compiling(const dg_outcome_facts *run, const json_t *claims)
{
    return dg_outcome_is(claims, DG_CLAIM_UPGRADE_STALL, DG_VERDICT_BROKE)
           && dg_outcome_compiling(run, dg_outcome_claim(claims, DG_CLAIM_UPGRADE_STALL));
}

int dg_outcome_stall_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    standing s = stood(run);
    char line[400], wait[60];
    int bad = 0;
    if (s.stalled) {
        wait_words(wait, sizeof wait, s.waited_ms);
        snprintf(line, sizeof line,
                 "%u times a node went down: asked at #%u, %s (ParachainHost %lld) kept it from "
                 "its next leaf signal%s, past the limit "
                 "of %llu s; it was away for %lld to %lld s",
                 s.stalled, s.block, s.question ? s.question : "a call", (long long)s.host_version,
                 wait, (unsigned long long)(dg_world_constant(DG_CONST_STALL_LIMIT) / 1000000000),
                 (long long)s.down_least / 1000, (long long)s.down_most / 1000);
        bad |= json_array_append_new(out, json_string(line));
    }
    if (compiling(run, claims)) {
        snprintf(line, sizeof line,
                 "%u nodes compiled N at their first call at it, each for %lld.%lld to %lld.%lld "
                 "s, and authored nothing meanwhile",
                 s.compiled, (long long)s.least_ms / 1000, (long long)s.least_ms / 100 % 10,
                 (long long)s.most_ms / 1000, (long long)s.most_ms / 100 % 10);
        bad |= json_array_append_new(out, json_string(line));
    }
    return bad;
}

int dg_outcome_stall_advice(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    standing s = stood(run);
    int bad = 0;
    if (s.stalled)
        bad |= json_array_append_new(
            out, json_string("make every call of N answer over the storage of N-1, or keep the "
                             "API's version below the question "
                             "until the migration is done"));
    if (compiling(run, claims))
        bad |= json_array_append_new(
            out, json_string("N is too large for what these validators compile in a slot: enact by "
                             ":pending_code with nodes that "
                             "compile ahead, or ask for more cores"));
    return bad;
}
