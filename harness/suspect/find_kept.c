/* find_kept.c - suspects among the answers that nodes keep until a session ends: where a leaf says
 * otherwise, and nodes go by what they have. */
#include "suspect/suspect_impl.h"

#include <string.h>

/* How it is told; `does`: what comes of it, after "so ". */
static const struct {
    const char *name, *does;
    bool bits;
} values[DG_SESSION_VALUE_COUNT] = {
    [DG_SESSION_VOTES] = { "the minimum of backing votes",
                           "they call candidates backed that the runtime does not, or wait for "
                           "votes "
                           "that it does not ask for",
                           false },
    [DG_SESSION_FEATURES] = { "the node features",
                              "v1.7 to v1.17 put no core's index behind votes where the runtime "
                              "wants "
                              "one, or one where it wants none, and v1.17 to v1.21 refuse "
                              "candidates "
                              "with receipts of version 2",
                              true },
    [DG_SESSION_ROTATION] = { "the rotation of backing groups",
                              "nodes with the experimental collator protocol (v1.22 and later) "
                              "ask collators of parachains that their group does not serve",
                              false },
    [DG_SESSION_LOOKAHEAD] = { "the scheduling lookahead",
                               "nodes of v1.18 and later put candidates of other relay parents "
                               "into their blocks than the runtime takes, or leave out those that "
                               "it takes",
                               false },
};

/* What treatment recorded of one value, from U on. */
typedef struct record {
    const struct dg_event_net_kept *most; /* the slot in which most nodes went by it */
    uint32_t first, last;                 /* blocks */
} record;

static record record_of(const dg_suspect_facts *f, dg_session_value value)
{
    record r = { .most = NULL };
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        const struct dg_event_net_kept *n = &e->net_kept;
        if (e->kind != DG_EVENT_NET_KEPT || e->arm != DG_ARM_TREATMENT || n->value != value
            || n->slot < (int64_t)f->span.upgrade_slot)
            continue;
        r.first = r.most ? r.first : e->block;
        r.last = e->block;
        if (!r.most || n->nodes > r.most->nodes)
            r.most = n;
    }
    return r;
}

/* "0x2" of bits, else "2". */
static const char *shown(char room[24], dg_session_value value, int64_t it)
{
    snprintf(room, 24, values[value].bits ? "0x%llx" : "%lld", (long long)it);
    return room;
}

/* The default of a configuration that N cannot decode, or what stood before N changed it. */
static void advise(dg_suspect *s, const dg_suspect_facts *f, const record *r)
{
    if (r->most->asked == (int64_t)f->upgrade_block)
        snprintf(
            s->advice, sizeof s->advice,
            "enact N later in a session, when nodes have asked N-1 already, or have validators "
            "restart their nodes after #%u; else wait for the end of session %lld",
            f->upgrade_block + 1, (long long)r->most->session);
    else
        snprintf(s->advice, sizeof s->advice,
                 "have validators restart their nodes after #%u, or let the value change when a "
                 "session begins; else wait for the end of session %lld",
                 r->first, (long long)r->most->session);
}

static void find_value(dg_suspects *out, const dg_suspect_facts *f, dg_session_value value)
{
    record r = record_of(f, value);
    char kept[24], told[24];
    dg_suspect *s;
    if (!r.most
        || !(s = dg_suspect_add(out, DG_SUSPECT_KEPT, value,
                                "nodes go by %s of each leaf, and keep none for a session",
                                values[value].name)))
        return;
    shown(kept, value, r.most->kept);
    shown(told, value, r.most->told);
    snprintf(s->seen, sizeof s->seen,
             "from #%u to #%u up to %lld nodes went by %s of #%lld, %s, where the runtime says %s",
             r.first, r.last, (long long)r.most->nodes, values[value].name,
             (long long)r.most->asked, kept, told);
    snprintf(s->says, sizeof s->says,
             "%lld nodes asked for %s at #%lld%s, and keep the answer until session %lld ends: %s, "
             "where the runtime says %s; so %s",
             (long long)r.most->nodes, values[value].name, (long long)r.most->asked,
             r.most->asked == (int64_t)f->upgrade_block ? ", where N reads the storage of N-1" : "",
             (long long)r.most->session, kept, told, values[value].does);
    advise(s, f, &r);
}

/* ---- the grid ---- */

/* Nodes of treatment that lost it with what they kept of its session, from U on, the first of them;
 * 0: none, or none that wants it after that. */
static size_t lost_grids(const dg_suspect_facts *f, const dg_event **first)
{
    size_t count = 0;
    bool wanted = false;
    *first = NULL;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm != DG_ARM_TREATMENT || e->block < f->upgrade_block)
            continue;
        if (e->kind == DG_EVENT_NET_LOST && e->net_lost.how == 2) {
            *first = *first ? *first : e;
            count += e->net_lost.session == (*first)->net_lost.session;
        }
        wanted |= *first && e->kind == DG_EVENT_NET_HOLDERS
                  && e->net_holders.session == (*first)->net_lost.session
                  && e->net_holders.holders < e->net_holders.enabled;
    }
    return wanted ? count : 0;
}

static void find_grid(dg_suspects *out, const dg_suspect_facts *f)
{
    const dg_event *first;
    size_t count = f->upgrade_block ? lost_grids(f, &first) : 0;
    dg_suspect *s;
    if (!count
        || !(s = dg_suspect_add(out, DG_SUSPECT_KEPT, DG_SESSION_GRID,
                                "nodes keep a session's grid topology until the session ends")))
        return;
    snprintf(s->seen, sizeof s->seen, "at #%u %zu nodes lost the grid topology of session %lld",
             first->block, count, (long long)first->net_lost.session);
    snprintf(
        s->says, sizeof s->says,
        "%zu nodes lost the grid topology of session %lld at #%u: a leaf whose questions got no "
        "usable answer (v1.22 and later) was not in view, and with the leaves before it went "
        "what they keep of the session; the topology comes once in a session",
        count, (long long)first->net_lost.session, first->block);
    snprintf(
        s->advice, sizeof s->advice,
        "make N answer session_index_for_child and scheduling_lookahead over the storage of N-1 "
        "too, or have validators restart their nodes after #%u; else wait for the end of "
        "session %lld",
        first->block + 1, (long long)first->net_lost.session);
}

void dg_suspect_find_kept(dg_suspects *out, const dg_suspect_facts *facts)
{
    for (dg_session_value v = 0; v < DG_SESSION_VALUE_COUNT; v++)
        find_value(out, facts, v);
    find_grid(out, facts);
}
