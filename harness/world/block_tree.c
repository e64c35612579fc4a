/* block_tree.c - the blocks of a network, by number of their making; which of two a
 * node prefers, and when one can be forgotten.
 * Mirrors: sc-consensus-babe (aux weight of primary blocks; the longer one of
 * equals; the first seen of those). */
#include "world/world_impl.h"

#include <string.h>

static dg_code make_room(dg_world *world, dg_error *err)
{
    uint32_t cap = world->block_cap ? world->block_cap * 2 : 256;
    dg_world_block *more;
    dg_support *support;
    if (world->block_count < world->block_cap)
        return DG_OK;
    if (!(more = dg_realloc(world->blocks, cap * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for %u blocks of a network", cap);
    world->blocks = more;
    if (!(support = dg_realloc(world->support, cap * sizeof *support)))
        return dg_fail(err, DG_NOMEM, "no memory for %u blocks of a network", cap);
    world->support = support;
    world->block_cap = cap;
    return DG_OK;
}

/* What is asked of a candidate's chunks outlives the block that put it on its core. */
enum { KNOWN_BLOCKS = 32 };

static void let_go(const dg_world *world, dg_world_block *b)
{
    dg_free(b->taken);
    dg_free(b->way);
    world->hooks.let_go(b);
    b->taken = NULL;
    b->way = NULL;
}

static void forget(const dg_world *world, dg_world_block *b)
{
    world->hooks.forget(b);
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
static dg_ns began(const dg_world *world, const dg_world_block *b)
{
    dg_ns now = dg_sim_now(world->sim), at = (b->slot - world->first_slot) * world->slot_ns;
    uint32_t wrong = 0;
    if (b->author == DG_NO)
        return 0;
    for (uint32_t i = 0; i < world->node_count; i++)
        wrong += world->nodes[i].clock != 0;
    if (wrong > world->node_count / 2)
        at = dg_sim_true_at(world->sim, (dg_node_ix){ b->author },
                            dg_world_slot_local(world, b->slot));
    return at < now ? at : now;
}

dg_code dg_world_block_add(dg_world *world, uint32_t *id, dg_block *block, dg_leaf_id parent,
                           dg_node_ix author, bool primary, dg_error *err)
{
    dg_world_block *b;
    dg_code rc = make_room(world, err);
    if (rc < 0)
        return rc;
    b = &world->blocks[world->block_count];
    *b = (dg_world_block){ .block = block,
                           .parent = parent.v,
                           .author = author.v,
                           .hash = *dg_block_hash(block),
                           .number = dg_block_number(block),
                           .slot = dg_block_slot(block),
                           .primary = primary };
    b->imported = dg_malloc(world->node_count * sizeof *b->imported);
    b->taken = dg_malloc(world->node_count * sizeof *b->taken);
    b->way = dg_calloc(world->node_count, sizeof *b->way);
    if (!b->imported || !b->taken || !b->way) {
        forget(world, b);
        let_go(world, b);
        return dg_fail(err, DG_NOMEM, "no memory for a block of a network");
    }
    for (uint32_t i = 0; i < world->node_count; i++)
        b->imported[i] = b->taken[i] = DG_NEVER;
    if (parent.v != DG_NO) {
        b->weight = world->blocks[parent.v].weight + primary;
        b->enacted = world->blocks[parent.v].enacted;
        b->later = world->blocks[parent.v].later;
    }
    b->began = began(world, b);
    *id = world->block_count++;
    return DG_OK;
}

static const dg_world_block *viewed_parent(const dg_world *world, const dg_world_block *b)
{
    const dg_world_block *p = b->parent == DG_NO ? NULL : &world->blocks[b->parent];
    return p && p->viewed && !p->gone ? p : NULL;
}

/* The block itself was still executed by the code of before. */
static bool is_new(const dg_world_block *b, const dg_world_block *parent)
{
    return parent && b->enacted && !parent->enacted && !b->pending;
}

/* Code is new at the block that brings it, and at the next, which migrates. */
static dg_askers askers_at(const dg_world *world, const dg_world_block *b)
{
    const dg_world_block *p = viewed_parent(world, b), *before = p ? viewed_parent(world, p) : NULL;
    return (dg_askers){ .known = world->asked_by,
                        .all = !before || before->enacted != b->enacted
                               || before->view.host_version != p->view.host_version,
                        .session = p ? p->view.session : DG_NO,
                        .host_most = world->options.spared.host_most,
                        .features_off = b->enacted ? world->options.spared.features_off : 0,
                        .migrated = world->options.spared.migrated && is_new(b, p) };
}

dg_code dg_world_view(dg_world *world, dg_world_block *b, dg_error *err)
{
    dg_askers by = askers_at(world, b);
    dg_code rc;
    if (b->viewed)
        return DG_OK;
    if ((rc = dg_view_init(&b->view, world->chain, b->block, &by, err)) < 0)
        return rc;
    b->viewed = true;
    b->enabled = b->view.mode == DG_MODE_ENABLED;
    b->listed = b->view.core_count;
    rc = dg_session_of(&world->sessions, &b->session, &b->view, &world->people, err);
    if (b->session && !world->first_executor.known) { /* what is in force when the run begins */
        world->first_executor.of = b->session->executor;
        world->first_executor.known = true;
    }
    dg_world_work_of_calls(world, b);
    return rc < 0 ? rc : DG_OK;
}

bool dg_world_descends(const dg_world *world, dg_leaf_id id, dg_leaf_id from)
{
    while (id.v != DG_NO && world->blocks[id.v].number > world->blocks[from.v].number)
        id.v = world->blocks[id.v].parent;
    return id.v == from.v;
}

bool dg_world_is_better(const dg_world *world, dg_leaf_id a, dg_leaf_id than)
{
    const dg_world_block *x = &world->blocks[a.v], *y = &world->blocks[than.v];
    return x->weight != y->weight ? x->weight > y->weight : x->number > y->number;
}

bool dg_world_has(const dg_world *world, dg_node_ix node, dg_leaf_id id)
{
    return !world->blocks[id.v].gone && world->blocks[id.v].imported[node.v] < DG_WORLD_WAITING;
}

uint32_t dg_world_best_of(const dg_world *world, dg_node_ix node)
{
    uint32_t best = world->nodes[node.v].finalized;
    for (uint32_t id = best + 1; id < world->block_count; id++)
        if (dg_world_has(world, node, (dg_leaf_id){ id })
            && dg_world_descends(world, (dg_leaf_id){ id },
                                 (dg_leaf_id){ world->nodes[node.v].finalized })
            && dg_world_is_better(world, (dg_leaf_id){ id }, (dg_leaf_id){ best }))
            best = id;
    return best;
}

typedef enum whose { WHOSE_AWAKE, WHOSE_UP, WHOSE_ALL } whose;

static bool counts(const dg_world *world, dg_node_ix node, whose of)
{
    if (of == WHOSE_ALL)
        return true;
    return dg_sim_node_up(world->sim, (dg_node_ix){ node.v })
           && (of == WHOSE_UP || !dg_sim_node_paused(world->sim, (dg_node_ix){ node.v }));
}

static whose asked(const dg_world *world)
{
    for (whose of = WHOSE_AWAKE; of < WHOSE_ALL; of++)
        for (uint32_t i = 0; i < world->node_count; i++)
            if (counts(world, (dg_node_ix){ i }, of))
                return of;
    return WHOSE_ALL;
}

/* Of each block above the final one, how many take it, or what descends from it, for the
 * best. Who is down or stands still has an opinion of long ago, which is asked for only
 * where nobody has another. Ids rise from parent to child. */
static void count_support(const dg_world *world, dg_leaf_id base)
{
    whose of = asked(world);
    memset(world->support + base.v, 0, (world->block_count - base.v) * sizeof *world->support);
    for (uint32_t i = 0; i < world->node_count; i++)
        if (world->nodes[i].best >= base.v && counts(world, (dg_node_ix){ i }, of))
            world->support[world->nodes[i].best].own++;
    for (uint32_t id = world->block_count; id-- > base.v;) {
        dg_support *s = &world->support[id], *parent;
        s->whole += s->own;
        if (id == base.v || world->blocks[id].gone || !s->whole || world->blocks[id].parent == DG_NO
            || world->blocks[id].parent < base.v)
            continue;
        parent = &world->support[world->blocks[id].parent];
        parent->whole += s->whole;
        if (!parent->child || s->whole > world->support[parent->child].whole)
            parent->child = id;
    }
}

/* Up the branch that most are on, as far as no more of them stay behind than go on. */
uint32_t dg_world_favourite(const dg_world *world)
{
    uint32_t base = world->finalized, best = base;
    count_support(world, (dg_leaf_id){ base });
    while (world->support[best].child
           && world->support[world->support[best].child].whole >= world->support[best].own)
        best = world->support[best].child;
    return best;
}

/* ---- forgetting ---- */

/* The newest block that every node has finalized. */
static uint32_t agreed(const dg_world *world)
{
    uint32_t lowest = world->nodes[0].finalized;
    for (uint32_t i = 1; i < world->node_count; i++)
        if (world->blocks[world->nodes[i].finalized].number < world->blocks[lowest].number)
            lowest = world->nodes[i].finalized;
    return lowest;
}

/* Blocks that cannot win any more leave the tree, those that won are settled; `*pruned` counts
 * those that lost. */
dg_code dg_world_prune(dg_world *world, uint32_t *pruned, dg_error *err)
{
    uint32_t root = agreed(world);
    dg_code rc;
    *pruned = 0;
    if (world->blocks[root].block == dg_chain_root(world->chain))
        return DG_OK;
    if ((rc = world->hooks.settle(world, (dg_leaf_id){ root }, err)) < 0)
        return rc;
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        dg_world_block *b = &world->blocks[id];
        if (b->gone || id == root
            || dg_world_descends(world, (dg_leaf_id){ id }, (dg_leaf_id){ root }))
            continue;
        *pruned += !dg_world_descends(world, (dg_leaf_id){ root }, (dg_leaf_id){ id });
        forget(world, b);
    }
    while (world->first_kept < root && world->blocks[world->first_kept].gone)
        world->first_kept++;
    while (world->first_known < world->first_kept
           && world->blocks[world->first_known].number + KNOWN_BLOCKS < world->blocks[root].number)
        let_go(world, &world->blocks[world->first_known++]);
    rc = dg_chain_finalize(world->chain, world->blocks[root].block, err);
    return rc;
}

void dg_world_blocks_free(dg_world *world)
{
    for (uint32_t id = 0; id < world->block_count; id++) {
        if (!world->blocks[id].gone)
            forget(world, &world->blocks[id]);
        let_go(world, &world->blocks[id]);
    }
    dg_free(world->blocks);
    dg_free(world->support);
}
