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
    assert(size > 0);
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
    snprintf(out, size, "from #%u on nodes went down %zu %s, and lacked prepared code", block,
             count, count == 1 ? "time" : "times");
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

/* Candidates that could be backed, and authors who looked for them by another mode. */
static bool kept_modes(char *out, size_t size, const dg_suspect_facts *f)
{
    const dg_event *first = NULL, *last = NULL;
    int64_t most = 0;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        const struct dg_event_net_mode_kept *n = &e->net_mode_kept;
        if (e->kind != DG_EVENT_NET_MODE_KEPT || !after(f, e, n->slot) || !n->backable)
            continue;
        most = n->backable > most ? n->backable : most;
        first = first ? first : e;
        last = e;
    }
    if (first)
        snprintf(out, size,
                 "from #%u to #%u authors offered none of up to %lld candidates that were backed, "
                 "by the mode that their provisioners kept",
                 first->block, last->block, (long long)most);
    return first != NULL;
}

/* Turns to author that were left, for one reason. */
static bool idle(char *out, size_t size, const dg_suspect_facts *f, int64_t why, const char *words)
{
    const dg_event *first = NULL;
    size_t nodes = 0;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->kind != DG_EVENT_NET_IDLE || e->net_idle.why != why
            || !after(f, e, e->net_idle.slot))
            continue;
        first = first ? first : e;
        nodes++;
    }
    if (first)
        snprintf(out, size, "on #%u %zu %s no block in %s turn, %s", first->block, nodes,
                 nodes == 1 ? "author made" : "authors made", nodes == 1 ? "its" : "their", words);
    return first != NULL;
}

static bool foreign(char *out, size_t size, const dg_suspect_facts *f)
{
    return idle(out, size, f, 0, "since the runtime is not their native one");
}

static bool empty_epochs(char *out, size_t size, const dg_suspect_facts *f)
{
    return idle(out, size, f, 1, "since the epoch before had none");
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
    { "provisioner-mode", kept_modes },
    { "receipts-v2", disputes },
    { "rotation", nothing },
    { "skipped-epochs", empty_epochs },
    { "native-version", foreign },
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
    for (size_t i = 0; i < l->wish.options.share_count && used < size; i++) {
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

/* Repairs that somebody lacks, where what nodes do without was recorded: a bit for each. */
static uint32_t suspected(const looking *l)
{
    const dg_repair *r;
    char who[200], seen[320];
    uint32_t set = 0;
    for (uint32_t i = 0; (r = dg_repair_at(i)); i++)
        if (lacking(who, sizeof who, l, r) && seen_of(seen, sizeof seen, l->facts, r))
            set |= 1u << i;
    return set;
}

/* The oldest releases with that repair, and all it stands on, that lack none of `set`; NULL: there
 * are none. */
static const dg_node_class *mended_by(const dg_repair *r, uint32_t set)
{
    const dg_node_class *first = dg_class_named(r->first), *row;
    for (size_t i = 0; (row = dg_class_at(i)); i++) {
        bool lacks = !row->from || row->from < first->from;
        for (uint32_t k = 0; dg_repair_at(k); k++)
            lacks |= set >> k & 1 && dg_repair_at(k)->lacks(row);
        if (!lacks)
            return row;
    }
    return NULL;
}

/* Does N bring asynchronous backing? Then a provisioner that keeps a mode keeps the wrong one, and
 * who updates to it is no better off. */
static bool brings_async(const looking *l)
{
    return l->facts->host_old < ASYNC_BACKING && l->facts->host_new >= ASYNC_BACKING;
}

/* Can a release that mends it be advised? It has to back under N-1 and under N. */
static bool is_of_use(const looking *l, const dg_node_class *to)
{
    return to && dg_class_backs(to, l->facts->host_old) && dg_class_backs(to, l->facts->host_new)
           && !(to->mode_by_session && brings_async(l));
}

/* To newer releases, or else what a new process has not lost. */
static void advise(dg_suspect *s, const looking *l, const dg_repair *r, const char *whom,
                   const char *request, uint32_t set)
{
    const dg_node_class *to = mended_by(r, set);
    if (is_of_use(l, to))
        snprintf(s->advice, sizeof s->advice, "update %s to %s or newer%s", whom, to->from->name,
                 request);
    else if (r->by_restart)
        snprintf(s->advice, sizeof s->advice,
                 "restart %s after U: no release of the node without a fault here backs where "
                 "ParachainHost is %u",
                 whom, l->facts->host_old);
    else
        snprintf(s->advice, sizeof s->advice, "update %s to %s%s, and restart them after U", whom,
                 dg_class_named(r->first)->from->name, request);
}

static void find_repair(dg_suspects *out, const looking *l, uint32_t index, uint32_t set)
{
    const dg_repair *r = dg_repair_at(index);
    long long all = (long long)l->start->net_start.nodes, nodes;
    char who[200], many[60], whom[300], request[60] = "";
    dg_suspect *s;
    nodes = lacking(who, sizeof who, l, r);
    if (!(s = dg_suspect_add(out, DG_SUSPECT_REPAIR, index, "repair %s added to %s", r->name, who)))
        return;
    if (is_numbered(r))
        snprintf(request, sizeof request, " (pull request %s)", r->name);
    seen_of(s->seen, sizeof s->seen, l->facts, r);
    if (nodes == all)
        snprintf(many, sizeof many, "all %lld validators", all);
    else
        snprintf(many, sizeof many, "%lld of %lld validators", nodes, all);
    snprintf(s->says, sizeof s->says, "%s run %s: they %s%s", many, who, r->lack, request);
    snprintf(whom, sizeof whom, "%s%s that run %s", nodes == all ? "" : "the ", many, who);
    if (r->instead)
        snprintf(s->advice, sizeof s->advice, "%s", r->instead);
    else
        advise(s, l, r, whom, request, set);
}

/* ---- collators ---- */

static uint32_t percent_of(const dg_plan_network *wish, bool (*is)(const dg_collators *c))
{
    uint64_t ppm = 0;
    for (size_t i = 0; i < wish->options.collator_count; i++)
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
    uint32_t set;
    l = (looking){ .facts = facts, .start = first_of(facts, DG_EVENT_NET_START) };
    if (!l.start)
        return;
    dg_plan_network_read(&l.wish, facts->plan);
    set = suspected(&l);
    for (uint32_t i = 0; dg_repair_at(i); i++)
        if (set >> i & 1)
            find_repair(out, &l, i, set);
    find_collations(out, &l);
    find_authors(out, &l);
}
