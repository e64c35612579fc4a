/* faults.c - network.faults of a plan: what goes wrong, read, placed in slots, and
 * handed to the network.
 *
 * A fault is in both arms unless it says otherwise: control then shows what it does
 * without the upgrade. One of treatment alone begins at U at the soonest, since up to
 * there both arms are one. */
#include "run/run_impl.h"

#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 64, PPM = 1000000 };
static const char *const who_keys[] = { "nodes", "paras", "share", "group", "who" };
enum { WHO_KEYS = sizeof who_keys / sizeof *who_keys };

static const json_t *faults_of(const dg_plan *plan)
{
    return json_object_get(json_object_get(plan->json, "network"), "faults");
}

static dg_fault_kind kind_of(const json_t *fault)
{
    int kind = 0;
    while (strcmp(dg_fault_name((dg_fault_kind)kind),
                  json_string_value(json_object_get(fault, "kind")))
           != 0)
        kind++;
    return (dg_fault_kind)kind;
}

static int64_t whole(const json_t *fault, const char *key)
{
    return json_integer_value(json_object_get(fault, key));
}
static uint32_t share_ppm(const json_t *share)
{
    return (uint32_t)(json_number_value(share) * PPM + 0.5);
}

/* ---- when ---- */

/* "U", "U-5", "U+3". */
static bool relative(int64_t *offset, const char *text)
{
    char *end;
    *offset = 0;
    if (text[0] != 'U')
        return false;
    if (!text[1])
        return true;
    if ((text[1] != '+' && text[1] != '-') || text[2] < '0' || text[2] > '9')
        return false;
    *offset = strtoll(text + 1, &end, 10);
    return !*end && *offset > -10000000 && *offset < 10000000;
}

dg_code moment_check(const json_t *of, const char *key, dg_error *err)
{
    const char *text = json_string_value(json_object_get(of, key));
    dg_position position;
    int64_t offset;
    if (!text || relative(&offset, text))
        return DG_OK;
    if (text[0] == 'U')
        return dg_fail(err, DG_USAGE, "%s is \"%.40s\": write U, U-5 or U+3", key, text);
    return dg_position_parse(&position, text, err) < 0 ? dg_fail_within(err, DG_USAGE, "%s", key)
                                                       : DG_OK;
}

dg_code moment_slot(uint64_t *out, const run_state *run, const json_t *of, const char *key,
                    uint64_t otherwise, dg_error *err)
{
    const char *text = json_string_value(json_object_get(of, key));
    dg_position position;
    int64_t offset;
    dg_code rc;
    *out = otherwise;
    if (!text)
        return DG_OK;
    if (relative(&offset, text)) {
        if ((int64_t)run->span.upgrade_slot + offset < (int64_t)run->span.clock.next_slot)
            return dg_fail(err, DG_USAGE, "%s is \"%.40s\", which lies before the fork", key, text);
        *out = (uint64_t)((int64_t)run->span.upgrade_slot + offset);
        return DG_OK;
    }
    if ((rc = dg_position_parse(&position, text, err)) >= 0)
        rc = dg_position_slot(&position, out, &run->span.clock, run->span.fork_number,
                              run->span.fork_number == 0 ? 2 : 1, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", key) : DG_OK;
}

/* ---- what can be said without a chain ---- */

static dg_code check_who(const json_t *fault, dg_fault_kind kind, dg_error *err)
{
    bool collators = kind == DG_FAULT_OFFLINE_COLLATORS;
    size_t given = 0;
    for (size_t i = 0; i < WHO_KEYS; i++)
        given += json_object_get(fault, who_keys[i]) != NULL;
    if (given != 1)
        return dg_fail(err, DG_USAGE, "%s of nodes, paras, share, group and who must say with whom",
                       given ? "only one" : "one");
    if (collators && (json_object_get(fault, "nodes") || json_object_get(fault, "group")))
        return dg_fail(err, DG_USAGE, "collators are named by paras, share or who");
    if (collators && json_object_get(fault, "who")
        && strcmp(json_string_value(json_object_get(fault, "who")), "all") != 0)
        return dg_fail(err, DG_USAGE, "who: of collators only \"all\" can be said");
    if (!collators && json_object_get(fault, "paras"))
        return dg_fail(err, DG_USAGE, "paras: only offline-collators is about parachains");
    if (json_number_value(json_object_get(fault, "share")) > 1)
        return dg_fail(err, DG_USAGE, "share is %g, it must be from 0 to 1",
                       json_number_value(json_object_get(fault, "share")));
    return DG_OK;
}

/* What strikes nobody, or nobody notices, would pass for a network that stood it. */
static dg_code check_struck(const json_t *fault, dg_fault_kind kind, dg_error *err)
{
    static const char *const lists[] = { "nodes", "paras" };
    const json_t *share = json_object_get(fault, "share"), *warp = json_object_get(fault, "warp");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (json_object_get(fault, lists[i]) && !json_array_size(json_object_get(fault, lists[i])))
            return dg_fail(err, DG_USAGE, "%s is empty, so the fault strikes nobody", lists[i]);
    if (share && share_ppm(share) == 0)
        return dg_fail(err, DG_USAGE, "share is %g, so the fault strikes nobody",
                       json_number_value(share));
    if (kind == DG_FAULT_CLOCK && !whole(fault, "offset_ms") && !whole(fault, "drift_ppm")
        && (!warp || json_integer_value(warp) == 1))
        return dg_fail(
            err, DG_USAGE,
            "a clock without offset_ms, drift_ppm or warp goes right, so the fault strikes nobody");
    if (kind == DG_FAULT_LOSS && !whole(fault, "loss_per_million"))
        return dg_fail(err, DG_USAGE, "loss_per_million is 0, so nothing is lost");
    return DG_OK;
}

/* Numbers that belong to one kind alone. */
static const struct {
    const char *key;
    dg_fault_kind kind;
} own_keys[] = {
    { "offset_ms", DG_FAULT_CLOCK },
    { "drift_ppm", DG_FAULT_CLOCK },
    { "warp", DG_FAULT_CLOCK },
    { "loss_per_million", DG_FAULT_LOSS },
};

static dg_code check_own(const json_t *fault, dg_fault_kind kind, dg_error *err)
{
    for (size_t i = 0; i < sizeof own_keys / sizeof *own_keys; i++)
        if (json_object_get(fault, own_keys[i].key) && own_keys[i].kind != kind)
            return dg_fail(err, DG_USAGE, "%s belongs to %s, not to %s", own_keys[i].key,
                           dg_fault_name(own_keys[i].kind), dg_fault_name(kind));
    if (kind == DG_FAULT_LOSS && !json_object_get(fault, "loss_per_million"))
        return dg_fail(err, DG_USAGE, "loss_per_million is missing: how many messages are lost");
    return DG_OK;
}

dg_code faults_plan_check(const dg_plan *plan, dg_error *err)
{
    const json_t *fault;
    size_t i;
    if (json_array_size(faults_of(plan)) > FAULTS_MAX)
        return dg_fail(err, DG_USAGE, "network.faults has %zu faults, at most %d are read",
                       json_array_size(faults_of(plan)), FAULTS_MAX);
    json_array_foreach(faults_of(plan), i, fault)
    {
        dg_fault_kind kind = kind_of(fault);
        if (check_who(fault, kind, err) < 0 || check_own(fault, kind, err) < 0
            || check_struck(fault, kind, err) < 0 || moment_check(fault, "from", err) < 0
            || moment_check(fault, "until", err) < 0)
            return dg_fail_within(err, DG_USAGE, "network.faults[%zu]", i);
    }
    return DG_OK;
}

/* ---- placed ---- */

static dg_code read_list(fault_wish *out, const json_t *list, dg_error *err)
{
    const json_t *item;
    size_t i;
    if (!(out->list = dg_calloc(json_array_size(list) + 1, sizeof *out->list)))
        return dg_fail(err, DG_NOMEM, "no memory for a fault");
    json_array_foreach(list, i, item) out->list[i] = (uint32_t)json_integer_value(item);
    out->fault.who = DG_WHO_LIST;
    out->fault.list = out->list;
    out->fault.count = (uint32_t)i;
    return DG_OK;
}

static dg_code read_who(fault_wish *out, const json_t *fault, dg_error *err)
{
    const char *who = json_string_value(json_object_get(fault, "who"));
    const json_t *list = json_object_get(fault, "nodes");
    if (list || (list = json_object_get(fault, "paras")))
        return read_list(out, list, err);
    if (json_object_get(fault, "share")) {
        out->fault.who = DG_WHO_SHARE;
        out->fault.share_ppm = share_ppm(json_object_get(fault, "share"));
    } else if (who) {
        out->fault.who = strcmp(who, "all") == 0 ? DG_WHO_ALL : DG_WHO_AUTHORS;
    } else {
        out->fault.who = DG_WHO_GROUP;
        out->fault.group = (uint32_t)whole(fault, "group");
    }
    return DG_OK;
}

static void read_numbers(dg_fault *out, const json_t *fault)
{
    uint32_t warp = (uint32_t)whole(fault, "warp");
    out->clock = (dg_sim_clock){ .offset_ns = whole(fault, "offset_ms") * 1000000,
                                 .drift_ppb = (int32_t)(whole(fault, "drift_ppm") * 1000),
                                 .warp_num = warp ? warp : 1,
                                 .warp_den = 1 };
    out->loss_ppm = (uint32_t)whole(fault, "loss_per_million");
}

static bool has_para(const run_state *run, uint32_t id)
{
    dg_bytes value;
    dg_scale s;
    bool found = false;
    if (dg_chain_storage(run->control.chain, dg_chain_root(run->control.chain), &value, "Paras",
                         "Parachains", NULL, NULL)
        != DG_OK)
        return false;
    s = dg_scale_from(value);
    for (uint32_t i = dg_scale_count(&s, 4); i; i--)
        found |= dg_scale_u32(&s) == id;
    return found;
}

/* A genesis has no groups: the first change of session makes them. */
static dg_code check_group(const run_state *run, const dg_fault *f, dg_error *err)
{
    if (f->who != DG_WHO_GROUP || run->span.fork_number || f->from > run->span.clock.next_boundary)
        return DG_OK;
    return dg_fail(err, DG_USAGE,
                   "group: at slot %llu of the run there are no groups yet, they begin with the "
                   "second session; let it begin later, "
                   "as \"from\": \"boundary@1+1\"",
                   (unsigned long long)(f->from - run->span.clock.next_slot));
}

/* Nodes are the validators of the state, in its order. */
static dg_code check_there(const run_state *run, const dg_fault *f, dg_error *err)
{
    for (uint32_t i = 0;
         f->who == DG_WHO_LIST && f->kind == DG_FAULT_OFFLINE_COLLATORS && i < f->count; i++)
        if (!has_para(run, f->list[i]))
            return dg_fail(err, DG_USAGE, "paras: there is no parachain %u", f->list[i]);
    for (uint32_t i = 0;
         f->who == DG_WHO_LIST && f->kind != DG_FAULT_OFFLINE_COLLATORS && i < f->count; i++)
        if (f->list[i] >= run->nodes)
            return dg_fail(err, DG_USAGE,
                           "nodes: there is no node %u, the network has %u (the first is 0)",
                           f->list[i], run->nodes);
    return DG_OK;
}

static dg_code place(fault_wish *out, const run_state *run, const json_t *fault, dg_error *err)
{
    const char *which = json_string_value(json_object_get(fault, "arm"));
    dg_fault *f = &out->fault;
    dg_code rc;
    f->kind = kind_of(fault);
    out->treatment_only = which && strcmp(which, "treatment") == 0;
    read_numbers(f, fault);
    if ((rc = moment_slot(&f->from, run, fault, "from",
                          out->treatment_only ? run->span.upgrade_slot : run->span.clock.next_slot,
                          err))
            < 0
        || (rc = moment_slot(&f->until, run, fault, "until", UINT64_MAX, err)) < 0
        || (rc = read_who(out, fault, err)) < 0)
        return rc;
    if (f->until <= f->from)
        return dg_fail(err, DG_USAGE, "until is slot %llu, no later than from, slot %llu",
                       (unsigned long long)f->until, (unsigned long long)f->from);
    if (f->from > run->span.end_slot)
        return dg_fail(err, DG_USAGE, "from is slot %llu, the run ends with slot %llu",
                       (unsigned long long)f->from, (unsigned long long)run->span.end_slot);
    if (out->treatment_only && f->from < run->span.upgrade_slot)
        return dg_fail(err, DG_USAGE,
                       "from lies before U: up to there treatment is control, so a fault of "
                       "treatment alone begins at U");
    return check_group(run, f, err) < 0 ? DG_USAGE : check_there(run, f, err);
}

dg_code faults_place(run_state *run, dg_error *err)
{
    const json_t *list = faults_of(run->plan), *fault;
    size_t i;
    if (!json_array_size(list))
        return DG_OK;
    if (!(run->faults = dg_calloc(json_array_size(list), sizeof *run->faults)))
        return dg_fail(err, DG_NOMEM, "no memory for faults");
    json_array_foreach(list, i, fault)
    {
        dg_code rc = place(&run->faults[run->fault_count++], run, fault, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.faults[%zu]", i);
    }
    return DG_OK;
}

dg_code faults_apply(dg_network *net, const arm *a, dg_error *err)
{
    for (size_t i = 0; i < a->run->fault_count; i++) {
        const fault_wish *wish = &a->run->faults[i];
        dg_code rc = wish->treatment_only && a->which == DG_ARM_CONTROL
                         ? DG_OK
                         : dg_network_fault(net, &wish->fault, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.faults[%zu]", i);
    }
    return DG_OK;
}

/* Who, in the plan's own words; a share as it was written, not to all its digits. */
void fault_who_words(char *out, size_t size, const run_state *run, size_t i)
{
    const json_t *fault = json_array_get(faults_of(run->plan), i), *value;
    char text[100];
    out[0] = 0;
    for (size_t k = 0; k < WHO_KEYS; k++) {
        if (!(value = json_object_get(fault, who_keys[k])))
            continue;
        if (json_is_real(value))
            snprintf(text, sizeof text, "%g", json_real_value(value));
        else
            answer_words(text, sizeof text, value);
        snprintf(out, size, "%s %s", who_keys[k], text);
    }
}

int faults_notes(json_t *out, const run_state *run)
{
    int bad = 0;
    for (size_t i = 0; i < run->fault_count; i++) {
        const fault_wish *wish = &run->faults[i];
        uint64_t first = run->span.clock.next_slot;
        char line[400], who[140] = "", until[60] = "to the end";
        fault_who_words(who, sizeof who, run, i);
        if (wish->fault.until != UINT64_MAX)
            snprintf(until, sizeof until, "to slot %llu",
                     (unsigned long long)(wish->fault.until - first));
        snprintf(line, sizeof line,
                 "a fault was planned, in %s: %s (%s), %s, from slot %llu of the run %s",
                 wish->treatment_only ? "treatment alone" : "both arms",
                 dg_fault_name(wish->fault.kind), dg_fault_says(wish->fault.kind), who,
                 (unsigned long long)(wish->fault.from - first), until);
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

void faults_clear(run_state *run)
{
    for (size_t i = 0; i < run->fault_count; i++)
        dg_free(run->faults[i].list);
    dg_free(run->faults);
}
