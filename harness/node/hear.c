/* hear.c - who has heard which votes of a candidate by now.
 *
 * Instead of sending every statement as a message, the time at which a vote is at a
 * listener follows from the states of all nodes on its way: when each imported the
 * leaf, which of its two state machines works on it, whether it holds the session's
 * grid, what protocol its links speak, and what the links delay.
 *
 * Old way: votes are gossiped; two hops, whatever topology a node has.
 * New way: votes go straight to the members of the group. Outside of it a candidate
 * is announced by those who hold the grid to those who hold it, and over at most one
 * node between; without it nothing crosses the border of the group.
 * Mirrors: statement-distribution legacy_v1, v2 (cluster.rs, grid.rs). */
#include "node/node_impl.h"

#include <string.h>


/* How one candidate spreads: the members of its group, and when each voted. */
typedef struct spread {
    const dg_network *net;
    const dg_net_block *b;
    uint32_t leaf, core, from, members, needed;
    bool grid;                    /* the new way */
    dg_ns voted[DG_GROUP_MAX];    /* DG_NEVER: cannot */
    uint32_t seconder;            /* member; DG_NO */
} spread;

dg_ns dg_hear_latency(const dg_network *net, uint32_t from, uint32_t to, uint64_t what)
{
    dg_rng luck;
    if (from == to)
        return 0;
    luck = dg_rng_fork(net->options.seed, "statement-latency", (uint64_t)from << 32 | to, what);
    return dg_sim_link_quantile(net->sim, (dg_node_ix){ from }, (dg_node_ix){ to }, (uint32_t)dg_rng_below(&luck, 1000001));
}

static dg_ns latency(const spread *s, uint32_t from, uint32_t to)
{
    return dg_hear_latency(s->net, from, to, (uint64_t)s->leaf << 16 | s->core);
}

static uint32_t node_at(const spread *s, uint32_t member)
{
    return s->b->session->node[s->b->view.members[s->from + member]];
}

/* Does the node exchange statements of this leaf, the way the leaf asks for? */
static bool takes_part(const spread *s, uint32_t node)
{
    const dg_net_node *n;
    if (node == DG_NO || !dg_net_has(s->net, node, s->leaf) || !dg_sim_node_up(s->net->sim, (dg_node_ix){ node }))
        return false;
    n = &s->net->nodes[node];
    return s->grid ? dg_statement_v2_at(&n->sd, s->leaf) : dg_statement_legacy_at(&n->sd, s->leaf);
}

static bool linked(const spread *s, uint32_t a, uint32_t b)
{
    return a == b || (dg_class_link(s->net->nodes[a].of, s->net->nodes[b].of)
                      && dg_sim_reachable(s->net->sim, (dg_node_ix){ a }, (dg_node_ix){ b }));
}

/* ---- inside the group ---- */

static bool states(const spread *s, uint32_t node)
{
    return takes_part(s, node) && !(s->net->nodes[node].withholds & DG_WITHHOLD_STATEMENTS);
}

/* Who cannot read the candidate's descriptor calls it invalid and says nothing for it. */
static bool vouches(const spread *s, uint32_t node)
{
    return states(s, node) && (!s->b->candidates[s->core].receipt_v2 || s->net->nodes[node].of->receipts_v2);
}

/* When it took the leaf up: what it hears before waits. */
static dg_ns taken(const spread *s, uint32_t node) { return s->b->taken[node]; }

static dg_ns later(dg_ns a, dg_ns b) { return a > b ? a : b; }

/* Nobody votes on what it cannot execute. */
static dg_ns artifact(const spread *s, uint32_t node)
{
    return dg_pvf_ready_at(s->net, node, s->b->session, s->b->candidates[s->core].para);
}

/* The member that has something to second first. */
static dg_ns find_seconder(spread *s)
{
    dg_ns first = DG_NEVER;
    s->seconder = DG_NO;
    for (uint32_t i = 0; i < s->members; i++) {
        uint32_t node = node_at(s, i);
        dg_ns at = vouches(s, node) ? later(dg_collation_at(s->net, s->leaf, s->core, node), artifact(s, node)) : DG_NEVER;
        if (at < first) {
            first = at;
            s->seconder = i;
        }
    }
    return first;
}

static void find_votes(spread *s)
{
    dg_ns execute = dg_constant_of(DG_CONST_VALIDATION), ready = find_seconder(s);
    uint32_t first;
    for (uint32_t i = 0; i < s->members; i++)
        s->voted[i] = DG_NEVER;
    if (s->seconder == DG_NO)
        return;
    first = node_at(s, s->seconder);
    ready += execute;
    for (uint32_t i = 0; i < s->members; i++) {
        uint32_t node = node_at(s, i);
        dg_ns from;
        if (!vouches(s, node) || !linked(s, first, node))
            continue;
        from = later(later(ready + latency(s, first, node), taken(s, node)), artifact(s, node));
        s->voted[i] = i == s->seconder ? ready : from == DG_NEVER ? DG_NEVER : from + execute;
    }
}

/* When the vote of one member is at another; DG_NEVER. */
static dg_ns inside(const spread *s, uint32_t voter, uint32_t member)
{
    uint32_t a = node_at(s, voter), b = node_at(s, member);
    return s->voted[voter] == DG_NEVER || !linked(s, a, b) ? DG_NEVER : s->voted[voter] + latency(s, a, b);
}

static dg_ns nth_smallest(dg_ns *times, uint32_t count, uint32_t nth)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = i; k && times[k] < times[k - 1]; k--) {
            dg_ns kept = times[k];
            times[k] = times[k - 1];
            times[k - 1] = kept;
        }
    return nth && nth <= count ? times[nth - 1] : DG_NEVER;
}

/* When a member has enough votes to call the candidate backed. */
static dg_ns backed_at(const spread *s, uint32_t member)
{
    dg_ns times[DG_GROUP_MAX];
    if (s->voted[member] == DG_NEVER)
        return DG_NEVER;
    for (uint32_t i = 0; i < s->members; i++)
        times[i] = inside(s, i, member);
    return nth_smallest(times, s->members, s->needed);
}

/* ---- across the grid ---- */

static const dg_session *grid_of(const spread *s, uint32_t node)
{
    const dg_entry *e = dg_statement_entry(&s->net->nodes[node].sd, s->b->view.session);
    return e && e->grid && e->grid->has_grid ? e->grid : NULL;
}

/* One hop: both hold a grid, both see the other as a neighbour in it. */
static bool grid_hop(const spread *s, uint32_t a, uint32_t b)
{
    const dg_session *sides[2] = { grid_of(s, a), grid_of(s, b) };
    for (int i = 0; i < 2; i++) {
        uint32_t x, y;
        if (!sides[i] || (x = sides[i]->member[a]) == DG_NO || (y = sides[i]->member[b]) == DG_NO)
            return false;
        if (!dg_grid_same_row(&sides[i]->grid, x, y) && !dg_grid_same_column(&sides[i]->grid, x, y))
            return false;
    }
    return linked(s, a, b) && takes_part(s, a) && takes_part(s, b);
}

/* Delay of the quickest way from a member to the listener, one message each hop;
 * DG_NEVER: there is none. */
static dg_ns grid_path(const spread *s, uint32_t member, uint32_t listener)
{
    const dg_session *g = grid_of(s, member);
    uint32_t between[2], a, b;
    dg_ns quickest = DG_NEVER;
    if (!g || (a = g->member[member]) == DG_NO || (b = g->member[listener]) == DG_NO)
        return DG_NEVER;
    if (dg_grid_same_row(&g->grid, a, b) || dg_grid_same_column(&g->grid, a, b))
        return grid_hop(s, member, listener) ? latency(s, member, listener) : DG_NEVER;
    for (unsigned i = dg_grid_between(&g->grid, between, a, b); i--;) {
        uint32_t over = g->node[between[i]];
        dg_ns delay;
        if (over == DG_NO || !grid_hop(s, member, over) || !grid_hop(s, over, listener))
            continue;
        delay = latency(s, member, over) + latency(s, over, listener);
        quickest = delay < quickest ? delay : quickest;
    }
    return quickest;
}

enum { ANNOUNCE_TRIPS = 3 }; /* manifest, request, candidate */

/* ---- what a listener has ---- */

static uint32_t member_of(const spread *s, uint32_t node)
{
    for (uint32_t i = 0; i < s->members; i++)
        if (node_at(s, i) == node)
            return i;
    return DG_NO;
}

/* When each vote is at the listener, into `at`. */
static void votes_inside(const spread *s, dg_ns *at, uint32_t member)
{
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = inside(s, i, member);
}

static void votes_gossiped(const spread *s, dg_ns *at, uint32_t listener)
{
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = s->voted[i] == DG_NEVER || !linked(s, node_at(s, i), listener)
                    ? DG_NEVER : s->voted[i] + 2 * latency(s, node_at(s, i), listener);
}

static void votes_over_grid(const spread *s, dg_ns *at, uint32_t listener)
{
    dg_ns first = DG_NEVER, path = 0;
    uint32_t over = 0;
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns backed = backed_at(s, i), delay = backed == DG_NEVER ? DG_NEVER : grid_path(s, node_at(s, i), listener);
        if (delay != DG_NEVER && backed + ANNOUNCE_TRIPS * delay < first) {
            first = backed + ANNOUNCE_TRIPS * delay;
            path = delay;
            over = i;
        }
    }
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns there = first == DG_NEVER ? DG_NEVER : inside(s, i, over);
        at[i] = there == DG_NEVER ? DG_NEVER : there + path > first ? there + path : first;
    }
}

static void spread_init(spread *s, const dg_network *net, uint32_t leaf, uint32_t core)
{
    const dg_net_block *b = &net->blocks[leaf];
    uint32_t group = b->candidates[core].group;
    *s = (spread){ .net = net, .b = b, .leaf = leaf, .core = core, .from = b->view.group_from[group],
                   .members = b->view.group_from[group + 1] - b->view.group_from[group],
                   .needed = dg_view_votes_needed(&b->view, group), .grid = b->view.mode == DG_MODE_ENABLED };
    find_votes(s);
}

static bool is_offered(const dg_net_block *b, uint32_t core)
{
    return b->candidates && core < b->view.core_count && b->candidates[core].para != DG_NO && b->view.mode != DG_MODE_ERROR;
}

uint32_t dg_hear_able(const dg_network *net, uint32_t leaf, uint32_t group)
{
    const dg_net_block *b = &net->blocks[leaf];
    spread s = { .net = net, .b = b, .leaf = leaf, .from = b->view.group_from[group],
                 .members = b->view.group_from[group + 1] - b->view.group_from[group],
                 .grid = b->view.mode == DG_MODE_ENABLED };
    uint32_t able = 0;
    for (uint32_t i = 0; i < s.members; i++)
        able += states(&s, node_at(&s, i));
    return able;
}

bool dg_hear_backable(const dg_network *net, uint32_t leaf, uint32_t core)
{
    spread s;
    if (!is_offered(&net->blocks[leaf], core))
        return false;
    spread_init(&s, net, leaf, core);
    for (uint32_t i = 0; i < s.members; i++)
        if (backed_at(&s, i) != DG_NEVER)
            return true;
    return false;
}

uint32_t dg_hear(const dg_network *net, uint8_t *voted, uint32_t leaf, uint32_t core, uint32_t listener)
{
    dg_ns at[DG_GROUP_MAX], now = dg_sim_now(net->sim);
    uint32_t votes = 0, member;
    spread s;
    if (!is_offered(&net->blocks[leaf], core))
        return 0;
    spread_init(&s, net, leaf, core);
    if (!takes_part(&s, listener))
        return 0;
    if ((member = member_of(&s, listener)) != DG_NO)
        votes_inside(&s, at, member);
    else if (s.grid)
        votes_over_grid(&s, at, listener);
    else
        votes_gossiped(&s, at, listener);
    memset(voted, 0, DG_GROUP_MAX);
    for (uint32_t i = 0; i < s.members; i++)
        if (at[i] <= now) {
            voted[i] = (uint8_t)(i == s.seconder ? DG_VOTE_SECONDED : DG_VOTE_VALID);
            votes++;
        }
    return votes >= s.needed && votes ? votes : 0;
}
