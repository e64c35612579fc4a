/* network.c - what a plan says of the network: classes, collators, links, forks. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { PPM = 1000000, LATENCY_MIN_MS = 20, LATENCY_MAX_MS = 200 };

static const json_t *network_at(const dg_plan *plan, const char *key)
{
    return json_object_get(json_object_get(plan->json, "network"), key);
}

static size_t class_count(const dg_plan *plan)
{
    return json_array_size(network_at(plan, "classes"));
}

/* Keys that say something of nodes; where they are, there have to be some. */
static bool needs_nodes(const dg_plan *plan)
{
    return network_at(plan, "size") || json_object_size(network_at(plan, "links"))
           || json_array_size(network_at(plan, "faults"))
           || json_array_size(network_at(plan, "rollout"))
           || json_array_size(network_at(plan, "collators")) || network_at(plan, "pvf")
           || network_at(plan, "forks") || network_at(plan, "backs_off")
           || network_at(plan, "compile_ms");
}

bool dg_plan_wants_network(const dg_plan *plan)
{
    return class_count(plan) != 0 || needs_nodes(plan);
}

bool dg_plan_leaves_nodes_open(const dg_plan *plan)
{
    return !dg_plan_is_bft(plan) && !class_count(plan)
           && !json_is_false(json_object_get(plan->json, "network"));
}

static dg_code check_shares(const json_t *list, const char *key, dg_error *err)
{
    const json_t *item;
    double sum = 0;
    size_t i;
    if (json_array_size(list) > DG_PLAN_SHARES_MAX)
        return dg_fail(err, DG_USAGE, "network.%s has %zu %s; at most %d are allowed", key,
                       json_array_size(list), key, DG_PLAN_SHARES_MAX);
    json_array_foreach(list, i, item) sum += json_number_value(json_object_get(item, "share"));
    if (fabs(sum - 1) > 1e-9)
        return dg_fail(err, DG_USAGE, "network.%s: the shares add up to %.12g, not to 1", key, sum);
    return DG_OK;
}

static dg_code check_latency(const json_t *latency, dg_error *err)
{
    if (!latency)
        return DG_OK;
    if (json_array_size(latency) != 2)
        return dg_fail(err, DG_USAGE,
                       "network.links.latency_ms must be two numbers, the lowest and the "
                       "highest");
    if (json_integer_value(json_array_get(latency, 0))
        > json_integer_value(json_array_get(latency, 1)))
        return dg_fail(err, DG_USAGE,
                       "network.links.latency_ms: the lowest is above the "
                       "highest");
    return DG_OK;
}

static dg_code check_range(const json_t *pvf, const char *min, const char *max, dg_error *err)
{
    const json_t *least = json_object_get(pvf, min), *most = json_object_get(pvf, max);
    if (!least != !most)
        return dg_fail(err, DG_USAGE, "network.pvf needs both %s and %s", min, max);
    if (json_integer_value(least) > json_integer_value(most))
        return dg_fail(err, DG_USAGE, "network.pvf: %s is above %s", min, max);
    return DG_OK;
}

static dg_code check_pvf(const json_t *pvf, dg_error *err)
{
    dg_code rc;
    if (pvf && !json_object_size(pvf))
        return dg_fail(
            err, DG_USAGE,
            "network.pvf needs both prepare_ms_min and prepare_ms_max, or both execute_ms_min "
            "and execute_ms_max");
    rc = check_range(pvf, "prepare_ms_min", "prepare_ms_max", err);
    return rc < 0 ? rc : check_range(pvf, "execute_ms_min", "execute_ms_max", err);
}

static dg_code check_compile(const json_t *compile, dg_error *err)
{
    if (json_integer_value(json_object_get(compile, "min"))
        > json_integer_value(json_object_get(compile, "max")))
        return dg_fail(err, DG_USAGE, "network.compile_ms: min is above max");
    return DG_OK;
}

static dg_code check_new_code(const json_t *collators, dg_error *err)
{
    const json_t *item;
    size_t i;
    json_array_foreach(
        collators, i,
        item) if (dg_plan_moment_check(json_object_get(item, "upgrades_code"), "at", err)
                  < 0) return dg_fail_within(err, DG_USAGE, "network.collators[%zu].upgrades_code",
                                             i);
    return DG_OK;
}

dg_code dg_plan_network_check(const dg_plan *plan, dg_error *err)
{
    const json_t *links = network_at(plan, "links");
    bool collators = json_array_size(network_at(plan, "collators")) != 0;
    if (network_at(plan, "classes") && !class_count(plan))
        return dg_fail(err, DG_USAGE,
                       "network.classes is an empty list: leave the key out for nodes of N's "
                       "time, or write network: false for no network");
    if (!dg_plan_wants_network(plan))
        return DG_OK;
    if ((class_count(plan)
         && (check_shares(network_at(plan, "classes"), "classes", err) < 0
             || dg_plan_classes_check(network_at(plan, "classes"), err) < 0))
        || (collators && check_shares(network_at(plan, "collators"), "collators", err) < 0)
        || dg_plan_faults_check(plan, err) < 0 || dg_plan_rollouts_check(plan, err) < 0
        || check_pvf(network_at(plan, "pvf"), err) < 0)
        return DG_USAGE;
    if (check_new_code(network_at(plan, "collators"), err) < 0
        || check_latency(json_object_get(links, "latency_ms"), err) < 0)
        return DG_USAGE;
    return check_compile(network_at(plan, "compile_ms"), err);
}

/* Parts of a million. Each share ends where the sum up to it, rounded, does: together
 * they are whole. */
static void read_parts(uint32_t *parts, const json_t *list)
{
    const json_t *item;
    double sum = 0;
    uint32_t given = 0;
    size_t i;
    json_array_foreach(list, i, item)
    {
        uint32_t until;
        sum += json_number_value(json_object_get(item, "share"));
        until = i + 1 == json_array_size(list) ? PPM : (uint32_t)(sum * PPM + 0.5);
        until = until > PPM ? PPM : until;
        parts[i] = until - given;
        given = until;
    }
}

/* The share of this class, made when it is named first. */
dg_share *dg_plan_share_of(dg_plan_network *out, const dg_node_class *class)
{
    size_t i = 0;
    while (i < out->options.share_count && strcmp(out->own[i].name, class->name) != 0)
        i++;
    assert(i < DG_PLAN_CLASSES_MAX);
    if (i == out->options.share_count) {
        out->own[i] = *class;
        out->shares[i] = (dg_share){ &out->own[i], 0 };
        out->options.share_count++;
    }
    return &out->shares[i];
}

static void read_shares(dg_plan_network *out, const json_t *classes)
{
    uint32_t parts[DG_PLAN_SHARES_MAX];
    const json_t *item;
    size_t i;
    assert(json_array_size(classes) <= DG_PLAN_SHARES_MAX);
    read_parts(parts, classes);
    json_array_foreach(classes, i, item)
    {
        dg_node_class class;
        dg_plan_class_read(&class, item);
        dg_plan_share_of(out, &class)->ppm += parts[i];
    }
}

dg_code dg_plan_nodes_read(dg_plan_nodes *out, const char *text, dg_error *err)
{
    json_t *list = NULL,
           *given = text[0] == '{' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    uint32_t parts[DG_PLAN_SHARES_MAX];
    const json_t *item;
    size_t i;
    dg_code rc = given ? dg_plan_nodes_json(&list, given, ".", err)
                       : dg_plan_nodes_of(&list, text, ".", err);
    json_decref(given);
    if (rc >= 0)
        rc = check_shares(list, "nodes", err);
    *out = (dg_plan_nodes){ .count = 0 };
    if (rc >= 0) {
        read_parts(parts, list);
        json_array_foreach(list, i, item)
        {
            dg_plan_class_read(&out->of[i], item);
            out->ppm[i] = parts[i];
        }
        out->count = i;
    }
    json_decref(list);
    return rc;
}

static void read_collators(dg_plan_network *out, const json_t *collators)
{
    uint32_t parts[DG_PLAN_SHARES_MAX];
    const json_t *item;
    size_t i;
    assert(json_array_size(collators) <= DG_PLAN_SHARES_MAX);
    read_parts(parts, collators);
    json_array_foreach(collators, i, item)
    {
        const json_t *runtime = json_object_get(item, "runtime");
        out->collators[i] = (dg_collators){
            .of = dg_backing_author_named(json_string_value(json_object_get(item, "kind"))),
            .protocol =
                (unsigned)dg_keys_whole(dg_plan_keys(), item, "network.collators[].protocol"),
            .async = runtime && strcmp(json_string_value(runtime), "async") == 0,
            .ppm = parts[i]
        };
        out->collators[i].code_bytes = (uint32_t)json_integer_value(
            json_object_get(json_object_get(item, "upgrades_code"), "bytes"));
    }
    out->options.collators = out->collators;
    out->options.collator_count = i;
}

void dg_plan_network_shares(dg_plan_network *out, const dg_plan *plan)
{
    memset(out, 0, sizeof *out);
    out->options.shares = out->shares;
    out->options.joining = out->joining;
    read_shares(out, network_at(plan, "classes"));
    dg_plan_rollouts_classes(out, plan);
}

static dg_ns ms_at(const json_t *object, const char *key)
{
    return (dg_ns)json_integer_value(json_object_get(object, key)) * 1000000;
}

static void read_times(dg_plan_network *out, const dg_plan *plan)
{
    const json_t *pvf = network_at(plan, "pvf"), *compile = network_at(plan, "compile_ms");
    dg_network_options *o = &out->options;
    o->prepare_ns_min = ms_at(pvf, "prepare_ms_min");
    o->prepare_ns_max = ms_at(pvf, "prepare_ms_max");
    o->execute_ns_min = ms_at(pvf, "execute_ms_min");
    o->execute_ns_max = ms_at(pvf, "execute_ms_max");
    o->compile_ns_min = ms_at(compile, "min");
    o->compile_ns_max = ms_at(compile, "max");
    out->compile_given = json_object_size(compile) != 0;
}

static void read_link(dg_plan_network *out, const json_t *links)
{
    const json_t *latency = json_object_get(links, "latency_ms");
    int64_t least = latency ? json_integer_value(json_array_get(latency, 0)) : LATENCY_MIN_MS,
            most = latency ? json_integer_value(json_array_get(latency, 1)) : LATENCY_MAX_MS;
    out->latency[0] = (dg_ns)least * 1000000;
    out->latency[1] = (dg_ns)most * 1000000;
    out->link = (dg_sim_link){ .latency_ns = out->latency,
                               .latency_count = 2,
                               .loss_ppm = (uint32_t)dg_keys_whole(
                                   dg_plan_keys(), links, "network.links.loss_per_million") };
    out->options.link = &out->link;
}

static void read_ways(dg_network_options *out, const dg_plan *plan)
{
    const char *exchange = json_string_value(network_at(plan, "exchange"));
    bool sent = exchange && strcmp(exchange, "messages") == 0;
    out->distribution = sent ? DG_DISTRIBUTION_SENT : DG_DISTRIBUTION_COMPUTED;
    out->no_forks = json_is_false(network_at(plan, "forks"));
    out->backs_off = json_is_true(network_at(plan, "backs_off"));
}

void dg_plan_network_read(dg_plan_network *out, const dg_plan *plan)
{
    assert(plan->checked);
    assert(class_count(plan) > 0); /* settled, where it named none */
    dg_plan_network_shares(out, plan);
    read_collators(out, network_at(plan, "collators"));
    read_times(out, plan);
    read_link(out, network_at(plan, "links"));
    read_ways(&out->options, plan);
}

dg_code dg_plan_network_place(dg_plan_network *out, const dg_plan *plan, const dg_plan_span *span,
                              dg_error *err)
{
    assert(span->end_slot >= span->upgrade_slot);
    const json_t *item;
    size_t i;
    json_array_foreach(network_at(plan, "collators"), i, item)
    {
        dg_collators *c = &out->collators[i];
        dg_code rc =
            dg_plan_moment_slot(&c->code_from, span, json_object_get(item, "upgrades_code"), "at",
                                span->clock.next_slot, err);
        if (rc == DG_OK && c->code_bytes && c->code_from > span->end_slot)
            rc = dg_fail(err, DG_USAGE, "at is slot %llu, but the run ends with slot %llu",
                         (unsigned long long)c->code_from, (unsigned long long)span->end_slot);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.collators[%zu].upgrades_code", i);
    }
    return DG_OK;
}
