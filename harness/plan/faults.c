/* faults.c - network.faults of a plan: what goes wrong, checked and placed in slots.
 *
 * A fault is in both arms unless it says otherwise: control then shows what it does
 * without the upgrade. One of treatment alone begins at U at the soonest, since up to
 * there both arms are one. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"

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
    while (strcmp(dg_node_fault_name((dg_fault_kind)kind),
                  json_string_value(json_object_get(fault, "kind")))
           != 0) {
        kind++;
        assert(kind < DG_FAULT_COUNT); /* the table of keys has only these */
    }
    return (dg_fault_kind)kind;
}

static int64_t whole(const json_t *fault, const char *key)
{
    return json_integer_value(json_object_get(fault, key));
}
/* .. or what holds without it. */
static int64_t clock_part(const json_t *fault, const char *path)
{
    return dg_keys_whole(dg_plan_keys(), fault, path);
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

dg_code dg_plan_moment_check(const json_t *of, const char *key, dg_error *err)
{
    const char *text = json_string_value(json_object_get(of, key));
    dg_position position;
    int64_t offset;
    if (!text || relative(&offset, text))
        return DG_OK;
    if (text[0] == 'U')
        return dg_fail(err, DG_USAGE, "%s is \"%.40s\": write U, U-5 or U+3", key, text);
    if (dg_position_parse(&position, text, err) < 0)
        return dg_fail_within(err, DG_USAGE, "%s", key);
    return position.in_blocks ? dg_fail(
               err, DG_USAGE, "%s is \"%.40s\": only upgrade.at can count blocks", key, text)
                              : DG_OK;
}

dg_code dg_plan_moment_slot(uint64_t *out, const dg_plan_span *span, const json_t *of,
                            const char *key, uint64_t otherwise, dg_error *err)
{
    const char *text = json_string_value(json_object_get(of, key));
    dg_position position;
    int64_t offset;
    dg_code rc;
    assert(span->end_slot >= span->upgrade_slot);
    *out = otherwise;
    if (!text)
        return DG_OK;
    if (relative(&offset, text)) {
        if ((int64_t)span->upgrade_slot + offset < (int64_t)span->clock.next_slot)
            return dg_fail(err, DG_USAGE, "%s is \"%.40s\", which lies before the fork", key, text);
        *out = (uint64_t)((int64_t)span->upgrade_slot + offset);
        return DG_OK;
    }
    if ((rc = dg_position_parse(&position, text, err)) >= 0)
        rc = dg_position_slot(&position, out, &span->clock, span->fork_number,
                              span->fork_number == 0 ? 2 : 1, err);
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
        return dg_fail(err, DG_USAGE,
                       "%s of nodes, paras, share, group and who must name its "
                       "targets",
                       given ? "only one" : "one");
    if (collators && (json_object_get(fault, "nodes") || json_object_get(fault, "group")))
        return dg_fail(err, DG_USAGE, "collators are named by paras, share or who");
    if (collators && json_object_get(fault, "who")
        && strcmp(json_string_value(json_object_get(fault, "who")), "all") != 0)
        return dg_fail(err, DG_USAGE, "who: for collators only \"all\" is possible");
    if (!collators && json_object_get(fault, "paras"))
        return dg_fail(err, DG_USAGE, "paras: only offline-collators strikes parachains");
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
            "a clock without offset_ms, drift_ppm or warp keeps true time, so the fault strikes "
            "nobody");
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
                           dg_node_fault_name(own_keys[i].kind), dg_node_fault_name(kind));
    if (kind == DG_FAULT_LOSS && !json_object_get(fault, "loss_per_million"))
        return dg_fail(err, DG_USAGE,
                       "loss_per_million is missing: it says how many messages "
                       "in a million are lost");
    return DG_OK;
}

dg_code dg_plan_faults_check(const dg_plan *plan, dg_error *err)
{
    const json_t *fault;
    size_t i;
    if (json_array_size(faults_of(plan)) > FAULTS_MAX)
        return dg_fail(err, DG_USAGE, "network.faults has %zu faults; at most %d are allowed",
                       json_array_size(faults_of(plan)), FAULTS_MAX);
    json_array_foreach(faults_of(plan), i, fault)
    {
        dg_fault_kind kind = kind_of(fault);
        if (check_who(fault, kind, err) < 0 || check_own(fault, kind, err) < 0
            || check_struck(fault, kind, err) < 0 || dg_plan_moment_check(fault, "from", err) < 0
            || dg_plan_moment_check(fault, "until", err) < 0)
            return dg_fail_within(err, DG_USAGE, "network.faults[%zu]", i);
    }
    return DG_OK;
}

/* ---- placed ---- */

static dg_code read_list(dg_plan_fault *out, const json_t *list, dg_error *err)
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

static dg_code read_who(dg_plan_fault *out, const json_t *fault, dg_error *err)
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
    out->clock =
        (dg_sim_clock){ .offset_ns = clock_part(fault, "network.faults[].offset_ms") * 1000000,
                        .drift_ppb =
                            (int32_t)(clock_part(fault, "network.faults[].drift_ppm") * 1000),
                        .warp_num = (uint32_t)clock_part(fault, "network.faults[].warp"),
                        .warp_den = 1 };
    out->loss_ppm = (uint32_t)whole(fault, "loss_per_million");
}

static dg_code place(dg_plan_fault *out, const json_t *fault, const dg_plan_span *span,
                     dg_error *err)
{
    const char *which = json_string_value(json_object_get(fault, "arm"));
    dg_fault *f = &out->fault;
    dg_code rc;
    f->kind = kind_of(fault);
    out->treatment_only = which && strcmp(which, "treatment") == 0;
    read_numbers(f, fault);
    if ((rc = dg_plan_moment_slot(&f->from, span, fault, "from",
                                  out->treatment_only ? span->upgrade_slot : span->clock.next_slot,
                                  err))
            < 0
        || (rc = dg_plan_moment_slot(&f->until, span, fault, "until", UINT64_MAX, err)) < 0
        || (rc = read_who(out, fault, err)) < 0)
        return rc;
    if (f->until <= f->from)
        return dg_fail(err, DG_USAGE, "until is slot %llu, which is not after from, slot %llu",
                       (unsigned long long)f->until, (unsigned long long)f->from);
    if (f->from > span->end_slot)
        return dg_fail(err, DG_USAGE, "from is slot %llu, but the run ends with slot %llu",
                       (unsigned long long)f->from, (unsigned long long)span->end_slot);
    if (out->treatment_only && f->from < span->upgrade_slot)
        return dg_fail(err, DG_USAGE,
                       "from lies before U: up to U both arms are the same run, so a fault of "
                       "treatment alone begins at U or later");
    return DG_OK;
}

dg_code dg_plan_fault_place(dg_plan_fault *out, const dg_plan *plan, size_t i,
                            const dg_plan_span *span, dg_error *err)
{
    assert(plan->checked && i < dg_plan_fault_count(plan));
    memset(out, 0, sizeof *out);
    return place(out, json_array_get(faults_of(plan), i), span, err);
}

void dg_plan_fault_clear(dg_plan_fault *fault)
{
    dg_free(fault->list);
    memset(fault, 0, sizeof *fault);
}

size_t dg_plan_fault_count(const dg_plan *plan)
{
    return json_array_size(faults_of(plan));
}

/* Who, in the plan's own words; a share as it was written, not to all its digits. */
void dg_plan_fault_who(char *out, size_t size, const dg_plan *plan, size_t i)
{
    const json_t *fault = json_array_get(faults_of(plan), i), *value;
    char text[100];
    assert(size > 0);
    out[0] = 0;
    for (size_t k = 0; k < WHO_KEYS; k++) {
        if (!(value = json_object_get(fault, who_keys[k])))
            continue;
        if (json_is_real(value))
            snprintf(text, sizeof text, "%g", json_real_value(value));
        else
            dg_event_short(text, sizeof text, value);
        snprintf(out, size, "%s %s", who_keys[k], text);
    }
}
