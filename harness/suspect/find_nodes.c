/* find_nodes.c - suspects among those who run nodes: repairs that validators lack, where what they
 * do without was recorded, and collators. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

enum { ASYNC_BACKING = 7 /* version of ParachainHost from which nodes work so */ };

/* What is looked at for one repair. */
typedef struct looking {
    const dg_suspect_facts *facts;
    dg_plan_network wish;
    const dg_event *start; /* net-start of treatment */
} looking;

static const dg_event *first_of(const dg_suspect_facts *f, dg_event_kind kind)
{
    for (size_t i = 0; i < f->log->count; i++)
        if (f->log->at[i].arm == DG_ARM_TREATMENT && f->log->at[i].kind == kind)
            return &f->log->at[i];
    return NULL;
}

/* ---- what was recorded of those who lack a repair; each writes a sentence, or false ---- */

static bool after(const dg_suspect_facts *f, const dg_event *e, int64_t slot)
{
    return e->arm == DG_ARM_TREATMENT && slot >= (int64_t)f->span.upgrade_slot;
}

/* Topologies that validators want from U on and do not hold. */
static bool topologies(char *out, size_t size, const dg_suspect_facts *f)
{
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        const struct dg_event_net_holders *n = &e->net_holders;
        if (e->kind != DG_EVENT_NET_HOLDERS || !after(f, e, n->slot) || n->enabled <= n->holders)
            continue;
        snprintf(out, size, "at #%u %lld of %lld validators held the grid topology of session %lld",
                 e->block, (long long)n->holders, (long long)n->enabled, (long long)n->session);
        return true;
    }
    return false;
}

static bool refusals(char *out, size_t size, const dg_suspect_facts *f)
{
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        const struct dg_event_net_collators *n = &e->net_collators;
        if (e->kind != DG_EVENT_NET_COLLATORS || !after(f, e, n->slot) || !n->refused)
            continue;
        snprintf(out, size, "from #%u on no backer took %lld of %lld collations", e->block,
                 (long long)n->refused, (long long)n->collations);
        return true;
    }
    return false;
}

/* Pairs of validator and parachain whose code was not prepared. */
static bool unprepared(char *out, size_t size, const dg_suspect_facts *f)
{
    const dg_event *first = NULL, *last = NULL;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        const struct dg_event_net_pvf *n = &e->net_pvf;
        if (e->kind != DG_EVENT_NET_PVF || !after(f, e, n->slot) || n->ready >= n->pairs)
            continue;
        first = first ? first : e;
        last = e;
    }
    if (first)
        snprintf(out, size, "from #%u to #%u validators lacked prepared code of parachains",
                 first->block, last->block);
    return first != NULL;
}

static bool executor_changes(char *out, size_t size, const dg_suspect_facts *f)
{
    return json_object_get(f->asked->config, "executor_params") && unprepared(out, size, f);
}

/* Nodes that went down and came back. */
static bool restarts(char *out, size_t size, const dg_suspect_facts *f)
{
    size_t count = 0;
    uint32_t block = 0;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        bool crash = e->kind == DG_EVENT_NET_FAULT && e->net_fault.fault_kind == DG_FAULT_CRASH
                     && e->net_fault.begins;
        if (e->arm != DG_ARM_TREATMENT
            || (e->kind != DG_EVENT_NET_STALLED && e->kind != DG_EVENT_NET_RENEWED && !crash))
            continue;
        block = count ? block : e->block;
        count += crash ? (size_t)e->net_fault.nodes : 1;
    }
    if (!count || !unprepared(out, size, f))
        return false;
    snprintf(out, size, "from #%u on nodes went down %zu times, and lacked prepared code", block,
             count);
    return true;
}

static bool disputes(char *out, size_t size, const dg_suspect_facts *f)
{
    const dg_event *first = first_of(f, DG_EVENT_NET_DISPUTE);
    if (first)
        snprintf(out, size, "candidates were disputed from #%u on, in session %lld", first->block,
                 (long long)first->net_dispute.session);
    return first != NULL;
}

static bool version_crossed(char *out, size_t size, const dg_suspect_facts *f)
{
    if (f->host_new < ASYNC_BACKING)
        return false;
    snprintf(out, size, "ParachainHost is %u from U on", f->host_new);
    return true;
}

/* An answer that is kept, which find_kept.c suspects: no newer release is without that. */
static bool nothing(char *out, size_t size, const dg_suspect_facts *f)
{
    (void)out, (void)size, (void)f;
    return false;
}

static const struct {
    const char *repair;
    bool (*seen)(char *out, size_t size, const dg_suspect_facts *f);
} records[] = {
    { "1920", refusals },
    { "3063", topologies },
    { "4211", executor_changes },
    { "4269", topologies },
    { "async-backing", version_crossed },
    { "artifacts", restarts },
    { "receipts-v2", disputes },
    { "rotation", nothing },
};

/* Every repair has its record. */
static bool seen_of(char *out, size_t size, const dg_suspect_facts *f, const dg_repair *r)
{
    size_t i = 0;
    while (i < sizeof records / sizeof *records && strcmp(records[i].repair, r->name) != 0)
        i++;
    assert(i < sizeof records / sizeof *records);
    return records[i].seen(out, size, f);
}

/* ---- who lacks it ---- */

/* "v0.9 to v1.0, v1.2", what those run who lack it; how many there are. */
static json_int_t lacking(char *out, size_t size, const looking *l, const dg_repair *r)
{
    json_int_t sum = 0, all = l->start->net_start.nodes;
    size_t used = 0;
    assert(l->start && r);
    out[0] = 0;
    for (size_t i = 0; i < l->wish.share_count && used < size; i++) {
        const dg_node_class *of = l->wish.shares[i].of;
        json_int_t nodes = dg_suspect_nodes_of(l->facts, l->start, of->name);
        char words[DG_CLASS_NAME_MAX + 8];
        if (!nodes || !r->lacks(of))
            continue;
        dg_class_words(words, sizeof words, of);
        used += (size_t)snprintf(out + used, size - used, used ? ", %s" : "%s", words);
        sum += nodes;
    }
    return sum < all ? sum : all; /* from one that lacks it to another one */
}

/* Repairs are named by the number of their pull request, or by a word. */
static bool is_numbered(const dg_repair *r)
{
    return r->name[0] >= '0' && r->name[0] <= '9';
}

static void find_repair(dg_suspects *out, const looking *l, uint32_t index)
{
    const dg_repair *r = dg_repair_at(index);
    long long all = (long long)l->start->net_start.nodes, nodes;
    char who[200], many[60], seen[320], request[60] = "";
    dg_suspect *s;
    if (!(nodes = lacking(who, sizeof who, l, r)) || !seen_of(seen, sizeof seen, l->facts, r)
        || !(s = dg_suspect_add(out, DG_SUSPECT_REPAIR, index, "repair %s added to %s", r->name,
                                who)))
        return;
    if (is_numbered(r))
        snprintf(request, sizeof request, " (pull request %s)", r->name);
    memcpy(s->seen, seen, sizeof seen);
    if (nodes == all)
        snprintf(many, sizeof many, "all %lld validators", all);
    else
        snprintf(many, sizeof many, "%lld of %lld validators", nodes, all);
    snprintf(s->says, sizeof s->says, "%s run %s: they %s%s", many, who, r->lack, request);
    if (r->instead)
        snprintf(s->advice, sizeof s->advice, "%s", r->instead);
    else
        snprintf(s->advice, sizeof s->advice, "update %s%s that run %s to %s or newer%s",
                 nodes == all ? "" : "the ", many, who, dg_class_named(r->first)->from->name,
                 request);
}

/* ---- collators ---- */

static uint32_t percent_of(const dg_plan_network *wish, bool (*is)(const dg_collators *c))
{
    uint64_t ppm = 0;
    for (size_t i = 0; i < wish->collator_count; i++)
        ppm += is(&wish->collators[i]) ? wish->collators[i].ppm : 0;
    return (uint32_t)((ppm + 9999) / 10000);
}

static bool speaks_v1(const dg_collators *c)
{
    return c->protocol < 2;
}
static bool asks_nobody(const dg_collators *c)
{
    return !c->of->checks;
}

static void find_collations(dg_suspects *out, const looking *l)
{
    uint32_t percent = percent_of(&l->wish, speaks_v1);
    char seen[320];
    dg_suspect *s;
    if (!percent || !refusals(seen, sizeof seen, l->facts)
        || !(s = dg_suspect_add(out, DG_SUSPECT_COLLATION, 2,
                                "collators speak version 2 of the collation protocol")))
        return;
    memcpy(s->seen, seen, sizeof seen);
    snprintf(s->says, sizeof s->says,
             "the collators of %u %% of the parachains speak version 1 of the collation protocol "
             "only, and backers without pull request 1920 refuse it once asynchronous backing is "
             "on",
             percent);
    snprintf(s->advice, sizeof s->advice,
             "update the collators of the %u %% of the parachains that speak version 1 of the "
             "collation protocol only to one that speaks version 2",
             percent);
}

static void find_authors(dg_suspects *out, const looking *l)
{
    uint32_t percent = percent_of(&l->wish, asks_nobody);
    const dg_event *panic = NULL;
    dg_suspect *s;
    for (size_t i = 0; i < l->facts->log->count && !panic; i++) {
        const dg_event *e = &l->facts->log->at[i];
        if (e->kind == DG_EVENT_NET_COLLATORS && after(l->facts, e, e->net_collators.slot)
            && e->net_collators.panics)
            panic = e;
    }
    if (!percent || !panic
        || !(s = dg_suspect_add(out, DG_SUSPECT_ROOM_ASKED, 0,
                                "authors of parachains ask for room before they build")))
        return;
    snprintf(s->seen, sizeof s->seen,
             "from #%u on runtimes of parachains panicked under an author that did not ask for "
             "room",
             panic->block);
    snprintf(s->says, sizeof s->says,
             "the authors of %u %% of the parachains build without asking the parachain's runtime "
             "whether it has room for another block",
             percent);
    snprintf(s->advice, sizeof s->advice,
             "update the collators of the %u %% of the parachains that build without asking for "
             "room to authors that look ahead",
             percent);
}

void dg_suspect_find_nodes(dg_suspects *out, const dg_suspect_facts *facts)
{
    static looking l; /* too large for a stack */
    l = (looking){ .facts = facts, .start = first_of(facts, DG_EVENT_NET_START) };
    if (!l.start)
        return;
    dg_plan_network_read(&l.wish, facts->plan);
    for (uint32_t i = 0; dg_repair_at(i); i++)
        find_repair(out, &l, i);
    find_collations(out, &l);
    find_authors(out, &l);
}
