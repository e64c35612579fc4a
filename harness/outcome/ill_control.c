/* ill_control.c - what is wrong with the chain before N comes. N-1 alone is the measure of N, so a
 * reader has to know where it is a poor one. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

enum { ONE_IN = 10 }; /* fewer are chance, or a session's beginning that a fork saw twice */

/* What the authors of control put in from U's slot on, and the runtime left out. */
typedef struct left_out {
    int64_t blocks, offered, backed;
    const dg_event *first; /* candidate of them; NULL: none is told */
} left_out;

/* The block in which a session begins: its runtime backs nothing, and every chain has that. */
typedef struct beginning {
    int64_t session;
    uint32_t block;
} beginning;

static bool begins_session(beginning *b, const dg_claim_setup *setup, int64_t slot, uint32_t block)
{
    int64_t session = slot < setup->first_boundary || setup->epoch_slots <= 0
                          ? -1
                          : (int64_t)(((uint64_t)slot - (uint64_t)setup->first_boundary)
                                      / (uint64_t)setup->epoch_slots);
    if (session > b->session)
        *b = (beginning){ session, block };
    return session >= 0 && block == b->block;
}

static left_out count(const dg_event_log *log, const dg_claim_setup *setup)
{
    beginning b = { -1, 0 };
    left_out out = { 0 };
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        const struct dg_event_net_paras *n = &e->net_paras;
        if (e->arm != DG_ARM_CONTROL)
            continue;
        if (e->kind == DG_EVENT_NET_PARAS && n->slot >= setup->upgrade_slot
            && !begins_session(&b, setup, n->slot, e->block) && n->offered >= 0
            && n->offered <= UINT32_MAX && n->backed >= 0 && n->backed <= n->offered) {
            out.blocks++;
            out.offered += n->offered;
            out.backed += n->backed;
        } else if (e->kind == DG_EVENT_NET_DROPPED && !out.first
                   && e->net_dropped.slot >= setup->upgrade_slot
                   && !begins_session(&b, setup, e->net_dropped.slot, e->block)) {
            out.first = e;
        }
    }
    return out;
}

static json_t *left_out_json(const left_out *n)
{
    assert(n->blocks > 0);
    assert(n->backed <= n->offered);
    char line[400];
    const char *why =
        n->first ? dg_consensus_rejection_says((dg_rejection)n->first->net_dropped.reason) : NULL;
    int64_t offered = n->offered * 10 / n->blocks, backed = n->backed * 10 / n->blocks;
    size_t used = (size_t)snprintf(line, sizeof line,
                                   "N-1 alone backs %lld of the %lld candidates that its authors "
                                   "put in from U on (%lld.%lld of "
                                   "%lld.%lld a block), so N is measured by a chain that is ill",
                                   (long long)n->backed, (long long)n->offered,
                                   (long long)(backed / 10), (long long)(backed % 10),
                                   (long long)(offered / 10), (long long)(offered % 10));
    if (why)
        snprintf(line + used, sizeof line - used, "; the first that is left out, at #%u: %s",
                 n->first->block, why);
    return dg_event_text(line);
}

/* ---- nodes that cannot back under N-1 ---- */

/* The class of a name in the log, whatever repairs it was without or given. */
static bool read_class(dg_node_class *out, const char *name)
{
    const char *repairs = strstr(name, " with");
    return dg_class_read(out, name, repairs ? (size_t)(repairs - name) : strlen(name));
}

/* Validators that are too new for N-1, by what it takes. */
typedef struct too_new {
    int64_t nodes;
    uint32_t needed; /* the least ParachainHost that all of them need */
    char who[200];   /* "v1.18 to v1.19, v1.22" */
} too_new;

static too_new find_too_new(const json_t *classes, uint32_t host)
{
    too_new out = { 0 };
    size_t used = 0;
    const char *name;
    json_t *nodes;
    json_object_foreach((json_t *)classes, name, nodes)
    {
        dg_node_class of;
        char words[DG_CLASS_NAME_MAX + 8];
        if (!read_class(&of, name) || host >= of.host_needed || dg_class_backs(&of, host))
            continue;
        dg_class_words(words, sizeof words, &of);
        if (used < sizeof out.who)
            used += (size_t)snprintf(out.who + used, sizeof out.who - used, used ? ", %s" : "%s",
                                     words);
        out.needed = of.host_needed > out.needed ? of.host_needed : out.needed;
        out.nodes += json_integer_value(nodes);
    }
    return out;
}

/* The newest release that backs there; NULL: none does. */
static const dg_release *newest_that_backs(uint32_t host)
{
    const dg_node_class *row;
    const dg_release *found = NULL;
    for (size_t i = 0; (row = dg_class_at(i)); i++)
        if (row->to && dg_class_backs(row, host))
            found = row->to;
    return found;
}

static json_t *too_new_json(const too_new *n, int64_t all, uint32_t host)
{
    char line[600];
    const dg_release *older = newest_that_backs(host);
    snprintf(line, sizeof line,
             "%lld of %lld validators run %s, which back no candidate where ParachainHost is below "
             "%u, and that of N-1 is %u; %s%s%s a runtime with ParachainHost %u has to come before "
             "these nodes",
             (long long)n->nodes, (long long)all, n->who, n->needed, host,
             older ? "releases up to " : "", older ? older->name : "",
             older ? " back there, or" : "", n->needed);
    return dg_event_text(line);
}

static int tell_too_new(json_t *out, const dg_event_log *log)
{
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        uint32_t host;
        too_new n;
        if (e->kind != DG_EVENT_NET_START || e->arm != DG_ARM_CONTROL)
            continue;
        host = (uint32_t)json_integer_value(
            json_object_get(json_object_get(e->detail, "host"), "from"));
        n = find_too_new(json_object_get(e->detail, "classes"), host);
        return host && n.nodes
                   ? json_array_append_new(out, too_new_json(&n, e->net_start.nodes, host))
                   : 0;
    }
    return 0;
}

/* ---- blocks that N-1 does not build ---- */

/* Validators that give the core of every candidate, whatever the runtime wants. */
static int64_t givers(char who[200], const json_t *classes)
{
    int64_t count = 0;
    size_t used = 0;
    const char *name;
    json_t *nodes;
    who[0] = 0;
    json_object_foreach((json_t *)classes, name, nodes)
    {
        dg_node_class of;
        if (!read_class(&of, name) || !of.bits_always)
            continue;
        if (used < 200)
            used += (size_t)snprintf(who + used, 200 - used, used ? ", %.40s" : "%.40s", name);
        count += json_integer_value(nodes);
    }
    return count;
}

/* What it said when it panicked, without the place in its source. */
static const char *said(const json_t *detail)
{
    const char *panic = json_string_value(json_object_get(detail, "panic")),
               *reason = json_string_value(json_object_get(detail, "reason")),
               *last = panic ? strstr(panic, ": ") : NULL;
    return last ? last + 2 : panic ? panic : reason ? reason : "";
}

/* Real runtimes made no inherent of such candidates: Paseo 1003000 (runtime-parachains 15.0.2);
 * mirrors 17.0.0 and 18.0.0 inclusion/mod.rs. */
static json_t *unbuilt_json(const dg_event *first, size_t count, const json_t *classes)
{
    char line[900], who[200];
    int64_t nodes = givers(who, classes);
    size_t used = (size_t)snprintf(line, sizeof line,
                                   "%zu block%s of N-1 alone could not be built, first #%u: %.200s",
                                   count, count == 1 ? "" : "s", first->block, said(first->detail));
    if (nodes && strstr(said(first->detail), "must be included every block"))
        snprintf(
            line + used, sizeof line - used,
            "; %lld validators run %s, which give the core of every candidate, and runtimes of "
            "that time make no inherent of it unless node feature 1 is set: name nodes up to "
            "v1.17, or set the feature",
            (long long)nodes, who);
    return dg_event_text(line);
}

static int tell_unbuilt(json_t *out, const dg_event_log *log)
{
    const dg_event *first = NULL;
    const json_t *classes = NULL;
    size_t failed = 0, built = 0;
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm != DG_ARM_CONTROL)
            continue;
        if (e->kind == DG_EVENT_NET_START)
            classes = json_object_get(e->detail, "classes");
        built += e->kind == DG_EVENT_BLOCK;
        if (e->kind != DG_EVENT_BUILD_FAILED)
            continue;
        first = first ? first : e;
        failed++;
    }
    return failed && failed * ONE_IN > built + failed
               ? json_array_append_new(out, unbuilt_json(first, failed, classes))
               : 0;
}

json_t *dg_outcome_ill_control(const dg_event_log *log, const dg_claim_setup *setup)
{
    json_t *out = json_array();
    left_out n = count(log, setup);
    if (tell_too_new(out, log) || tell_unbuilt(out, log)
        || (n.blocks && (n.offered - n.backed) * ONE_IN > n.offered
            && json_array_append_new(out, left_out_json(&n)))) {
        json_decref(out);
        return NULL;
    }
    return out;
}
