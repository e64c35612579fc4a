/* blocks.c - the blocks of a network, by number of their making; which of two a
 * node prefers, and when one can be forgotten.
 * Mirrors: sc-consensus-babe (aux weight of primary blocks; the longer one of
 * equals; the first seen of those). */
#include "node/node_impl.h"

#include <string.h>

static dg_code make_room(dg_network *net, dg_error *err)
{
    uint32_t cap = net->block_cap ? net->block_cap * 2 : 256;
    dg_net_block *more;
    dg_support *support;
    if (net->block_count < net->block_cap)
        return DG_OK;
    if (!(more = dg_realloc(net->blocks, cap * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for %u blocks of a network", cap);
    net->blocks = more;
    if (!(support = dg_realloc(net->support, cap * sizeof *support)))
        return dg_fail(err, DG_NOMEM, "no memory for %u blocks of a network", cap);
    net->support = support;
    net->block_cap = cap;
    return DG_OK;
}

/* What is asked of a candidate's chunks outlives the block that put it on its core. */
enum { KNOWN_BLOCKS = 32 };

static void let_go(const dg_network *net, dg_net_block *b)
{
    dg_free(b->taken);
    dg_free(b->way);
    net->hooks.let_go(b);
    b->taken = NULL;
    b->way = NULL;
}

static void forget(const dg_network *net, dg_net_block *b)
{
    net->hooks.forget(b);
    if (b->viewed)
        dg_view_clear(&b->view);
    dg_free(b->imported);
    dg_free(b->kept);
    b->imported = NULL;
    b->kept = NULL;
    b->block = NULL;
    b->viewed = false;
    b->gone = true;
}

/* What most validators count tranches from: right clocks, or where most are wrong the author's. */
static dg_ns began(const dg_network *net, const dg_net_block *b)
{
    dg_ns now = dg_sim_now(net->sim), at = (b->slot - net->first_slot) * net->slot_ns;
    uint32_t wrong = 0;
    if (b->author == DG_NO)
        return 0;
    for (uint32_t i = 0; i < net->node_count; i++)
        wrong += net->nodes[i].clock != 0;
    if (wrong > net->node_count / 2)
        at = dg_sim_true_at(net->sim, (dg_node_ix){ b->author }, dg_slot_local(net, b->slot));
    return at < now ? at : now;
}

dg_code dg_net_block_add(dg_network *net, uint32_t *id, dg_block *block, uint32_t parent,
                         uint32_t author, bool primary, dg_error *err)
{
    dg_net_block *b;
    dg_code rc = make_room(net, err);
    if (rc < 0)
        return rc;
    b = &net->blocks[net->block_count];
    *b = (dg_net_block){ .block = block,
                         .parent = parent,
                         .author = author,
                         .hash = *dg_block_hash(block),
                         .number = dg_block_number(block),
                         .slot = dg_block_slot(block),
                         .primary = primary };
    b->imported = dg_malloc(net->node_count * sizeof *b->imported);
    b->taken = dg_malloc(net->node_count * sizeof *b->taken);
    b->way = dg_calloc(net->node_count, sizeof *b->way);
    if (!b->imported || !b->taken || !b->way) {
        forget(net, b);
        let_go(net, b);
        return dg_fail(err, DG_NOMEM, "no memory for a block of a network");
    }
    for (uint32_t i = 0; i < net->node_count; i++)
        b->imported[i] = b->taken[i] = DG_NEVER;
    if (parent != DG_NO) {
        b->weight = net->blocks[parent].weight + primary;
        b->enacted = net->blocks[parent].enacted;
    }
    b->began = began(net, b);
    *id = net->block_count++;
    return DG_OK;
}

static const dg_net_block *viewed_parent(const dg_network *net, const dg_net_block *b)
{
    const dg_net_block *p = b->parent == DG_NO ? NULL : &net->blocks[b->parent];
    return p && p->viewed && !p->gone ? p : NULL;
}

/* Code is new at the block that brings it, and at the next, which migrates. */
static dg_askers askers_at(const dg_network *net, const dg_net_block *b)
{
    const dg_net_block *p = viewed_parent(net, b), *before = p ? viewed_parent(net, p) : NULL;
    return (dg_askers){ .known = net->asked_by,
                        .all = !before || before->enacted != b->enacted
                               || before->view.host_version != p->view.host_version,
                        .session = p ? p->view.session : DG_NO };
}

dg_code dg_net_view(dg_network *net, dg_net_block *b, dg_error *err)
{
    dg_askers by = askers_at(net, b);
    dg_code rc;
    if (b->viewed)
        return DG_OK;
    if ((rc = dg_view_init(&b->view, net->chain, b->block, &by, err)) < 0)
        return rc;
    b->viewed = true;
    b->enabled = b->view.mode == DG_MODE_ENABLED;
    b->listed = b->view.core_count;
    rc = dg_session_of(&net->sessions, &b->session, &b->view, &net->people, err);
    if (b->session && !net->pvf.known) { /* what is in force when the run begins */
        net->pvf.first = b->session->executor;
        net->pvf.known = true;
    }
    return rc < 0 ? rc : DG_OK;
}

bool dg_net_descends(const dg_network *net, uint32_t id, uint32_t from)
{
    while (id != DG_NO && net->blocks[id].number > net->blocks[from].number)
        id = net->blocks[id].parent;
    return id == from;
}

bool dg_net_better(const dg_network *net, uint32_t a, uint32_t than)
{
    const dg_net_block *x = &net->blocks[a], *y = &net->blocks[than];
    return x->weight != y->weight ? x->weight > y->weight : x->number > y->number;
}

bool dg_net_has(const dg_network *net, uint32_t node, uint32_t id)
{
    return !net->blocks[id].gone && net->blocks[id].imported[node] < DG_WAITING;
}

uint32_t dg_net_best_of(const dg_network *net, uint32_t node)
{
    uint32_t best = net->nodes[node].finalized;
    for (uint32_t id = best + 1; id < net->block_count; id++)
        if (dg_net_has(net, node, id) && dg_net_descends(net, id, net->nodes[node].finalized)
            && dg_net_better(net, id, best))
            best = id;
    return best;
}

typedef enum whose { WHOSE_AWAKE, WHOSE_UP, WHOSE_ALL } whose;

static bool counts(const dg_network *net, uint32_t node, whose of)
{
    if (of == WHOSE_ALL)
        return true;
    return dg_sim_node_up(net->sim, (dg_node_ix){ node })
           && (of == WHOSE_UP || !dg_sim_node_paused(net->sim, (dg_node_ix){ node }));
}

static whose asked(const dg_network *net)
{
    for (whose of = WHOSE_AWAKE; of < WHOSE_ALL; of++)
        for (uint32_t i = 0; i < net->node_count; i++)
            if (counts(net, i, of))
                return of;
    return WHOSE_ALL;
}

/* Of each block above the final one, how many take it, or what descends from it, for the
 * best. Who is down or stands still has an opinion of long ago, which is asked for only
 * where nobody has another. Ids rise from parent to child. */
static void count_support(const dg_network *net, uint32_t base)
{
    whose of = asked(net);
    memset(net->support + base, 0, (net->block_count - base) * sizeof *net->support);
    for (uint32_t i = 0; i < net->node_count; i++)
        if (net->nodes[i].best >= base && counts(net, i, of))
            net->support[net->nodes[i].best].own++;
    for (uint32_t id = net->block_count; id-- > base;) {
        dg_support *s = &net->support[id], *parent;
        s->whole += s->own;
        if (id == base || net->blocks[id].gone || !s->whole || net->blocks[id].parent == DG_NO
            || net->blocks[id].parent < base)
            continue;
        parent = &net->support[net->blocks[id].parent];
        parent->whole += s->whole;
        if (!parent->child || s->whole > net->support[parent->child].whole)
            parent->child = id;
    }
}

/* Up the branch that most are on, as far as no more of them stay behind than go on. */
uint32_t dg_net_favourite(const dg_network *net)
{
    uint32_t base = net->finality.finalized, best = base;
    count_support(net, base);
    while (net->support[best].child
           && net->support[net->support[best].child].whole >= net->support[best].own)
        best = net->support[best].child;
    return best;
}

/* ---- forgetting ---- */

/* The newest block that every node has finalized. */
static uint32_t agreed(const dg_network *net)
{
    uint32_t lowest = net->nodes[0].finalized;
    for (uint32_t i = 1; i < net->node_count; i++)
        if (net->blocks[net->nodes[i].finalized].number < net->blocks[lowest].number)
            lowest = net->nodes[i].finalized;
    return lowest;
}

/* Blocks that cannot win any more leave the tree, those that won are settled; `*pruned` counts
 * those that lost. */
dg_code dg_net_prune(dg_network *net, uint32_t *pruned, dg_error *err)
{
    uint32_t root = agreed(net);
    dg_code rc;
    *pruned = 0;
    if (net->blocks[root].block == dg_chain_root(net->chain))
        return DG_OK;
    if ((rc = net->hooks.settle(net, root, err)) < 0)
        return rc;
    for (uint32_t id = net->first_kept; id < net->block_count; id++) {
        dg_net_block *b = &net->blocks[id];
        if (b->gone || id == root || dg_net_descends(net, id, root))
            continue;
        *pruned += !dg_net_descends(net, root, id);
        forget(net, b);
    }
    while (net->first_kept < root && net->blocks[net->first_kept].gone)
        net->first_kept++;
    while (net->first_known < net->first_kept
           && net->blocks[net->first_known].number + KNOWN_BLOCKS < net->blocks[root].number)
        let_go(net, &net->blocks[net->first_known++]);
    rc = dg_chain_finalize(net->chain, net->blocks[root].block, err);
    return rc;
}

void dg_net_blocks_free(dg_network *net)
{
    for (uint32_t id = 0; id < net->block_count; id++) {
        if (!net->blocks[id].gone)
            forget(net, &net->blocks[id]);
        let_go(net, &net->blocks[id]);
    }
    dg_free(net->blocks);
    dg_free(net->support);
}
