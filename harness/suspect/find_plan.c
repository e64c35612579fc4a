/* find_plan.c - suspects that the plan itself names: what it wants to go wrong, and the fields of
 * the configuration that it changes. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

/* ---- faults ---- */

static const dg_event *begin_of(const dg_suspect_facts *f, size_t fault, dg_arm arm)
{
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm == arm && e->kind == DG_EVENT_NET_FAULT && e->net_fault.begins
            && e->net_fault.fault == (int64_t)fault)
            return e;
    }
    return NULL;
}

static void find_fault(dg_suspects *out, const dg_suspect_facts *f, size_t fault)
{
    const dg_event *begin = begin_of(f, fault, DG_ARM_TREATMENT);
    bool alone = !begin_of(f, fault, DG_ARM_CONTROL);
    dg_fault_kind kind;
    char who[100];
    dg_suspect *s;
    assert(fault < f->fault_count);
    if (!begin)
        return;
    kind = f->faults[fault].fault.kind;
    if (!(s = dg_suspect_add(out, DG_SUSPECT_FAULT, (uint32_t)fault,
                             "network.faults[%zu] (%s) does not happen", fault,
                             dg_node_fault_name(kind))))
        return;
    dg_plan_fault_who(who, sizeof who, f->plan, fault);
    snprintf(s->seen, sizeof s->seen, "it begins at #%u and strikes %lld nodes", begin->block,
             (long long)begin->net_fault.nodes);
    snprintf(s->says, sizeof s->says,
             "the planned fault network.faults[%zu], %s at %s from #%u on: %s%s", fault,
             dg_node_fault_name(kind), who[0] ? who : "nodes", begin->block,
             dg_node_fault_says(kind), alone ? "" : " (control has it as well)");
    snprintf(s->advice, sizeof s->advice,
             "run without network.faults[%zu]%s: what it breaks says nothing of N", fault,
             alone ? ", or with it in both arms" : "");
}

/* ---- the configuration ---- */

static const char *short_of(char room[120], const json_t *value)
{
    dg_event_short(room, 120, value);
    return room;
}

/* A time limit on executing a parachain's block, in milliseconds; 0: it is none. */
static int64_t limit_of(const json_t *item, const char **whose)
{
    const json_t *timeout = json_object_get(item, "PvfExecTimeout");
    *whose = json_string_value(json_array_get(timeout, 0));
    return *whose ? json_integer_value(json_array_get(timeout, 1)) : 0;
}

/* What executing one takes at most, as the plan has it; 0: it does not say. */
static int64_t longest_ms(const dg_suspect_facts *f)
{
    const json_t *pvf = json_object_get(json_object_get(dg_plan_json(f->plan), "network"), "pvf");
    return json_integer_value(json_object_get(pvf, "execute_ms_max"));
}

static void advise_limit(dg_suspect *s, const dg_suspect_facts *f, const json_t *item)
{
    const char *whose;
    int64_t limit = limit_of(item, &whose), longest = longest_ms(f);
    if (limit && limit < longest)
        snprintf(s->advice, sizeof s->advice,
                 "raise the timeout of %s (PvfExecTimeout) from %lld.%lld s to more than the "
                 "%lld.%lld s that blocks of parachains take",
                 strcmp(whose, "Approval") == 0 ? "approvals" : "backing", (long long)limit / 1000,
                 (long long)limit / 100 % 10, (long long)longest / 1000,
                 (long long)longest / 100 % 10);
}

static void find_item(dg_suspects *out, const dg_suspect_facts *f, const char *field,
                      const json_t *item, uint32_t index)
{
    char room[120];
    dg_suspect *s =
        dg_suspect_add(out, DG_SUSPECT_CONFIG_ITEM, index, "upgrade.config leaves %s out of %s",
                       short_of(room, item), field);
    if (!s)
        return;
    snprintf(s->name, sizeof s->name, "%s", field);
    snprintf(s->seen, sizeof s->seen, "planned, in force two sessions after U");
    snprintf(s->says, sizeof s->says, "the change of the configuration puts %s into %s",
             short_of(room, item), field);
    snprintf(s->advice, sizeof s->advice, "leave %s out of the new %s", short_of(room, item),
             field);
    advise_limit(s, f, item);
}

static void find_field(dg_suspects *out, const dg_suspect_facts *f, const char *field,
                       const json_t *value)
{
    char room[120];
    dg_suspect *s =
        dg_suspect_add(out, DG_SUSPECT_CONFIG, 0, "upgrade.config leaves %s as it is", field);
    if (!s)
        return;
    snprintf(s->name, sizeof s->name, "%s", field);
    snprintf(s->seen, sizeof s->seen, "planned, in force two sessions after U");
    snprintf(s->says, sizeof s->says, "the change of the configuration sets %s to %s", field,
             short_of(room, value));
    snprintf(s->advice, sizeof s->advice, "leave %s as it is", field);
    if (json_array_size(value) == 1)
        advise_limit(s, f, json_array_get(value, 0));
}

/* Features that nodes of the model work by. */
static const struct {
    uint32_t bit;
    const char *name;
} features[] = { { 1, "ElasticScalingMVP" }, { 3, "CandidateReceiptV2" } };

/* "0b0101": is bit i, from the left, set? */
static bool is_set(const char *bits, uint32_t i)
{
    return bits && strncmp(bits, "0b", 2) == 0 && strlen(bits + 2) > i && bits[2 + i] == '1';
}

static void find_features(dg_suspects *out, const dg_suspect_facts *f)
{
    const char *bits = json_string_value(json_object_get(f->asked->config, "node_features"));
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        uint32_t bit = features[i].bit;
        dg_suspect *s;
        if (!is_set(bits, bit)
            || !(s = dg_suspect_add(out, DG_SUSPECT_FEATURE, bit,
                                    "nodes treat node feature %u (%s) as not set", bit,
                                    features[i].name)))
            continue;
        snprintf(s->seen, sizeof s->seen, "set in the planned node_features, %.80s", bits);
        snprintf(s->says, sizeof s->says, "node feature %u (%s) is set, and nodes work by it", bit,
                 features[i].name);
        snprintf(s->advice, sizeof s->advice,
                 "leave node feature %u (%s) off until all validators can work by it", bit,
                 features[i].name);
    }
}

static void find_config(dg_suspects *out, const dg_suspect_facts *f)
{
    const char *field;
    json_t *value, *item;
    size_t i;
    json_object_foreach((json_t *)f->asked->config, field, value)
    {
        find_field(out, f, field, value);
        json_array_foreach(value, i, item) if (json_array_size(value) > 1)
            find_item(out, f, field, item, (uint32_t)i);
    }
}

void dg_suspect_find_plan(dg_suspects *out, const dg_suspect_facts *facts)
{
    for (size_t i = 0; i < facts->fault_count && facts->network; i++)
        find_fault(out, facts, i);
    find_config(out, facts);
    if (facts->network)
        find_features(out, facts);
}
