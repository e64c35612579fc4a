/* collator.c - who makes a parachain's blocks, when, and which backers take them.
 *
 * Every parachain has one collator of one kind, at random. At a leaf it is asked for a
 * block when a core waits for one; under asynchronous backing also when the core's
 * block waits for availability, to be built on that one. Then the parachain's own
 * runtime must have room: the blocks that the relay chain has not included yet are
 * its unincluded segment, of one block for a synchronous runtime. An author that
 * does not ask first finds the segment full and panics; one that asks stays quiet.
 *
 * A backer takes a collation that came by version 2 of the protocol. By version 1 it
 * takes one as long as the leaf has no asynchronous backing, and after that only
 * where its class keeps that up. Slots of a parachain are relay slots, or two of them
 * for a synchronous runtime; with one block a core and leaf the limit on blocks of a
 * slot is never reached before the segment is full.
 * Mirrors: cumulus basic, lookahead and slot-based authoring; parachain-system
 * (unincluded segment); collator-protocol validator_side (insert_advertisement). */
#include "backing/backing_impl.h"

#include <assert.h>
#include <string.h>

enum { PPM = 1000000, CAPACITY_SYNC = 1, CAPACITY_ASYNC = 3 };

static const dg_author authors[] = {
    { "lookahead", "asks the parachain's runtime for room before it builds", .checks = true },
    { "basic", "builds at every relay block, whether or not there is room", .checks = false },
    { "slot-based", "also asks for room, but builds by its own clock", .checks = true,
      .own_clock = true },
};

/* What a network has that names no collators. */
static const dg_collators usual = { .of = &authors[0], .protocol = 2, .ppm = PPM };

const dg_author *dg_backing_author_at(size_t i)
{
    return i < sizeof authors / sizeof *authors ? &authors[i] : NULL;
}

const dg_author *dg_backing_author_named(const char *name)
{
    const dg_author *a;
    for (size_t i = 0; (a = dg_backing_author_at(i)); i++)
        if (strcmp(a->name, name) == 0)
            return a;
    return NULL;
}

dg_code dg_backing_collators_check(const dg_network_options *o, dg_error *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < o->collator_count; i++) {
        if (!o->collators[i].of || o->collators[i].protocol < 1 || o->collators[i].protocol > 2)
            return dg_fail(
                err, DG_USAGE,
                "share %zu of the collators has no kind, or a protocol that is neither 1 nor 2",
                i + 1);
        sum += o->collators[i].ppm;
    }
    if (o->collator_count && sum != PPM)
        return dg_fail(err, DG_USAGE, "shares of collators add up to %llu of %d",
                       (unsigned long long)sum, PPM);
    return DG_OK;
}

bool dg_backing_collators_tick(const dg_world *world)
{
    for (size_t i = 0; i < world->options.collator_count; i++)
        if (world->options.collators[i].of->own_clock)
            return true;
    return false;
}

/* Each parachain's by its own draw, so that one more does not shuffle all. */
const dg_collators *dg_backing_collators_of(const dg_world *world, dg_para_id para)
{
    const dg_network_options *o = &world->options;
    dg_rng rng = dg_rng_fork(o->seed, "collator", para.v, 0);
    uint64_t draw = dg_rng_below(&rng, PPM);
    for (size_t i = 0; i < o->collator_count; i++) {
        if (draw < o->collators[i].ppm)
            return &o->collators[i];
        draw -= o->collators[i].ppm;
    }
    return o->collator_count ? &o->collators[o->collator_count - 1] : &usual;
}

/* ---- authoring ---- */

dg_attempt_kind dg_backing_collator_tries(const dg_collators *by, uint32_t unincluded,
                                          uint32_t cores)
{
    if (unincluded < (by->async ? CAPACITY_ASYNC * cores : CAPACITY_SYNC))
        return DG_ATTEMPT_BUILDS;
    return by->of->checks ? DG_ATTEMPT_NONE : DG_ATTEMPT_PANICS;
}

/* ---- the way to a backer ---- */

/* The newest version that both know; 0: none. */
static unsigned spoken(const dg_collators *by, const dg_node_class *of)
{
    unsigned both = of->collation & (by->protocol >= 2 ? 1u << 1 | 1u << 2 : 1u << 1);
    return both >> 2 & 1 ? 2 : both >> 1 & 1;
}

/* Who knows only the old way sees nothing at a leaf that would make it refuse one. */
static bool takes(const dg_node_class *of, const dg_collators *by, dg_mode mode)
{
    unsigned version = spoken(by, of);
    return version >= 2
           || (version == 1 && (mode == DG_MODE_DISABLED || of->keeps_v1_collations || !of->v2));
}

bool dg_backing_collation_taken(const dg_world *world, const dg_world_block *leaf, dg_place_ix core,
                                dg_node_ix node)
{
    assert(leaf->candidates[core.v].by);
    return takes(world->nodes[node.v].of, leaf->candidates[core.v].by, leaf->view.mode);
}

/* The first tick of a clock that ticks a while after each slot began. */
static dg_ns next_tick(const dg_world *world, dg_ns at)
{
    dg_ns after = dg_world_constant(DG_CONST_SLOT_DRIFT), past = at < after ? 0 : at - after;
    return at <= after ? after
                       : (past + world->slot_ns - 1) / world->slot_ns * world->slot_ns + after;
}

dg_ns dg_backing_collation_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                              dg_node_ix node)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    const dg_candidate *c = &b->candidates[core.v];
    dg_ns at = b->taken[node.v], takes;
    assert(node.v < world->node_count && core.v < b->place_count);
    if (at == DG_NEVER || c->para == DG_NO || !dg_backing_collation_taken(world, b, core, node)
        || !dg_world_collates(world, node, leaf, (dg_group_ix){ c->group },
                              (dg_para_id){ c->para }))
        return DG_NEVER;
    takes = (c->rank + 1) * dg_world_constant(DG_CONST_COLLATION); /* one is made after the other */
    if (c->collated_at) /* a moment apart, so that who of a group is first hangs on nothing else */
        return at > c->collated_at + takes + node.v ? at : c->collated_at + takes + node.v;
    return (c->by->of->own_clock ? next_tick(world, at) : at) + takes;
}

/* ---- counting ---- */

static bool anybody_takes(const dg_world *world, const dg_world_block *leaf, dg_place_ix core)
{
    uint32_t group = leaf->candidates[core.v].group;
    for (uint32_t i = leaf->view.group_from[group]; i < leaf->view.group_from[group + 1]; i++) {
        uint32_t node = dg_session_node(leaf->session, leaf->view.members[i]);
        if (node != DG_NO && dg_backing_collation_taken(world, leaf, core, (dg_node_ix){ node }))
            return true;
    }
    return false;
}

void dg_backing_collators_count(dg_world *world, const dg_world_block *leaf, dg_place_ix core,
                                dg_attempt_kind what)
{
    world->backing->collations.attempts += what != DG_ATTEMPT_NONE;
    world->backing->collations.panics += what == DG_ATTEMPT_PANICS;
    if (what != DG_ATTEMPT_BUILDS || leaf->candidates[core.v].para == DG_NO)
        return;
    world->backing->collations.built++;
    world->backing->collations.refused += !anybody_takes(world, leaf, core);
}

dg_code dg_backing_collators_tell(dg_world *world, dg_error *err)
{
    struct dg_event_net_collators n = { .slot = world->slot,
                                        .attempts = world->backing->collations.attempts,
                                        .collations = world->backing->collations.built,
                                        .panics = world->backing->collations.panics,
                                        .refused = world->backing->collations.refused };
    memset(&world->backing->collations, 0, sizeof world->backing->collations);
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_COLLATORS, .node = DG_EVENT_NO_NODE, .net_collators = n },
        err);
}
