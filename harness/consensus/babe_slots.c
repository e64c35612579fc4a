/* babe_slots.c - when a slot begins, and who may author in it on what.
 *
 * Clocks that are right begin a slot together, with the world's tick. One that a fault
 * has set begins its slots by itself: the tick plans those that it comes to before the
 * next one. Whoever begins at one moment is asked at one time, each about the block
 * that it takes for the best then.
 * Mirrors: sc-consensus-slots, sc-consensus-babe. */
#include "consensus/consensus_impl.h"

#include <assert.h>

enum { CLAIMS_MAX = 256 }; /* of one slot */

static dg_ns begins_at(const dg_world *world, dg_node_ix node, uint64_t slot)
{
    return dg_sim_true_at(world->sim, (dg_node_ix){ node.v }, dg_world_slot_local(world, slot));
}

/* ---- claims ---- */

/* Where the runtime on a head cannot be asked, an ancestor's can. */
static dg_code slot_owner(dg_world *world, uint32_t *node, dg_leaf_id head, const uint8_t key[32],
                          dg_error *err)
{
    *node = DG_NO;
    for (uint32_t id = head.v; id != DG_NO && !world->blocks[id].gone;
         id = world->blocks[id].parent) {
        dg_code rc = dg_people_owner(&world->people, node, world->chain, world->blocks[id].block,
                                     "babe", key, err);
        if (rc != DG_TRAP && rc != DG_MALFORMED && rc != DG_UNSUPPORTED)
            return rc;
    }
    return DG_OK;
}

dg_code dg_consensus_slot_authors(dg_world *world, bool *authors, dg_error *err)
{
    dg_slot_claim claims[CLAIMS_MAX];
    uint32_t head = dg_world_favourite(world);
    dg_epoch epoch;
    dg_code rc = DG_OK;
    if (!world->consensus->clients)
        return DG_OK;
    epoch = dg_client_epoch(&world->blocks[head].epochs, world->slot);
    for (size_t i = dg_epoch_claims(&epoch, claims, CLAIMS_MAX, world->slot, world->options.seed);
         i-- && rc >= 0;) {
        uint32_t node;
        rc = slot_owner(world, &node, (dg_leaf_id){ head },
                        epoch.authorities[claims[i].authority].key, err);
        if (rc >= 0 && node != DG_NO)
            authors[node] = true;
    }
    return rc < 0 ? rc : DG_OK;
}

/* Mirrors: sc-consensus-slots, BackoffAuthoringOnFinalizedHeadLagging and its defaults. */
bool dg_consensus_backs_off(uint64_t slot, uint64_t head_slot, uint32_t unfinalized)
{
    enum { MAX_INTERVAL = 100, UNFINALIZED_SLACK = 50, AUTHORING_BIAS = 2 };
    uint32_t interval =
        unfinalized > UNFINALIZED_SLACK ? (unfinalized - UNFINALIZED_SLACK) / AUTHORING_BIAS : 0;
    return slot > head_slot
           && slot <= head_slot + (interval < MAX_INTERVAL ? interval : MAX_INTERVAL);
}

static bool leaves_out(const dg_world *world, dg_node_ix node, dg_leaf_id head, uint64_t slot)
{
    const dg_world_block *b = &world->blocks[head.v];
    return world->options.backs_off && b->parent != DG_NO
           && dg_consensus_backs_off(
               slot, b->slot, b->number - world->blocks[world->nodes[node.v].finalized].number);
}

/* No slot is claimed twice, whatever becomes of the clock. */
static bool begins(const dg_world *world, dg_node_ix node, uint64_t slot, bool off)
{
    const dg_world_node *n = &world->nodes[node.v];
    const dg_consensus_node *own = &world->consensus->nodes[node.v];
    if (own->claimed >= slot || (n->clock != 0) != off)
        return false;
    return !off || begins_at(world, node, slot) == dg_sim_now(world->sim);
}

static dg_code claim(dg_world *world, dg_node_ix node, dg_leaf_id head, const dg_slot_claim *by,
                     dg_error *err)
{
    assert(by->slot > world->consensus->nodes[node.v].claimed);
    world->consensus->nodes[node.v].claimed = world->consensus->claimed = by->slot;
    world->consensus->in_slot.claims++;
    world->consensus->in_slot.primary += by->kind == DG_SLOT_CLAIM_PRIMARY;
    world->stats.claims++;
    return dg_consensus_claim(world, node, head, by, err);
}

/* The claims of those nodes whose best block is `head`: by the epochs that digests told, not
 * by what the runtime there says now. */
static dg_code claim_on(dg_world *world, dg_leaf_id head, uint64_t slot, bool off, dg_error *err)
{
    dg_slot_claim claims[CLAIMS_MAX];
    dg_epoch epoch;
    dg_code rc = DG_OK;
    size_t count;
    if (!world->consensus->clients)
        return DG_OK;
    epoch = dg_client_epoch(&world->blocks[head.v].epochs, slot);
    count = dg_epoch_claims(&epoch, claims, CLAIMS_MAX, slot, world->options.seed);
    for (size_t i = 0; i < count && rc >= 0; i++) {
        uint32_t node;
        bool leaves;
        if (world->options.no_forks && world->consensus->claimed == slot)
            break;
        rc = slot_owner(world, &node, head, epoch.authorities[claims[i].authority].key, err);
        if (rc != DG_OK || node == DG_NO || world->nodes[node].best != head.v
            || !begins(world, (dg_node_ix){ node }, slot, off)
            || leaves_out(world, (dg_node_ix){ node }, head, slot))
            continue;
        rc = dg_consensus_unwilling(world, &leaves, (dg_node_ix){ node }, head, slot, err);
        if (rc >= 0 && !leaves)
            rc = claim(world, (dg_node_ix){ node }, head, &claims[i], err);
    }
    return rc < 0 ? rc : DG_OK;
}

static bool is_best_of_any(const dg_world *world, dg_leaf_id id, uint64_t slot, bool off)
{
    for (uint32_t i = 0; i < world->node_count; i++)
        if (world->nodes[i].best == id.v && begins(world, (dg_node_ix){ i }, slot, off))
            return true;
    return false;
}

static dg_code claim_all(dg_world *world, uint64_t slot, bool off, dg_error *err)
{
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        const dg_world_block *b = &world->blocks[id];
        dg_code rc;
        if (b->gone || (b->parent != DG_NO && b->slot >= slot)
            || !is_best_of_any(world, (dg_leaf_id){ id }, slot, off))
            continue;
        if ((rc = claim_on(world, (dg_leaf_id){ id }, slot, off, err)) < 0)
            return rc;
    }
    return DG_OK;
}

/* ---- beginnings ---- */

/* Its slots before `next`, but for those that `before`, asked ahead of it, begins at the
 * same moment. Of a clock set into the middle of a slot that slot too. */
static dg_code plan_own(dg_world *world, dg_node_ix node, uint32_t before, dg_ns next,
                        dg_error *err)
{
    dg_sim_local shows = dg_sim_local_now(world->sim, (dg_node_ix){ node.v });
    uint64_t slot = world->first_slot + (shows > 0 ? (uint64_t)shows / world->slot_ns : 0);
    uint64_t last = world->first_slot + INT64_MAX / world->slot_ns;
    for (; slot <= last; slot++) {
        dg_ns at = begins_at(world, node, slot);
        dg_code rc;
        if (at >= next)
            break;
        if (at < dg_sim_now(world->sim)
            || (before != DG_NO && begins_at(world, (dg_node_ix){ before }, slot) == at))
            continue;
        rc = dg_sim_timer_at(world->sim, NULL, (dg_node_ix){ world->node_count }, at,
                             &(dg_sim_timer){ .tag = DG_TAG_OWN_SLOT, .a = slot }, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

dg_code dg_consensus_slot_begin(dg_world *world, uint64_t slot, dg_error *err)
{
    dg_ns next = (slot + 1 - world->first_slot) * world->slot_ns;
    uint32_t before = DG_NO;
    dg_code rc;
    assert(slot >= world->first_slot && slot >= world->slot);
    world->slot = slot;
    world->consensus->in_slot.claims = world->consensus->in_slot.primary =
        world->consensus->in_slot.built = world->consensus->in_slot.failed = 0;
    world->stats.slots++;
    if ((rc = claim_all(world, slot, false, err)) < 0)
        return rc;
    for (uint32_t i = 0; i < world->node_count; i++) {
        if (!world->nodes[i].clock)
            continue;
        if ((rc = plan_own(world, (dg_node_ix){ i }, before, next, err)) < 0)
            return rc;
        before = i;
    }
    return DG_OK;
}

dg_code dg_consensus_slot_own(dg_world *world, uint64_t slot, dg_error *err)
{
    return claim_all(world, slot, true, err);
}

/* ---- the end ---- */

static uint64_t count_heads(const dg_world *world)
{
    uint64_t heads = 0;
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        bool active = false;
        for (uint32_t i = 0; i < world->node_count && !active; i++)
            for (uint32_t k = 0; k < world->nodes[i].leaves.count; k++)
                active |= world->nodes[i].leaves.active[k].id == id;
        heads += active;
    }
    return heads;
}

dg_code dg_consensus_slot_tell(dg_world *world, dg_error *err)
{
    const dg_consensus *own = world->consensus;
    struct dg_event_net_slot n = { .slot = world->slot,
                                   .claims = own->in_slot.claims,
                                   .primary = own->in_slot.primary,
                                   .built = own->in_slot.built,
                                   .failed = own->in_slot.failed,
                                   .heads = count_heads(world) };
    world->stats.empty_slots += !own->in_slot.built;
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_SLOT, .node = DG_EVENT_NO_NODE, .net_slot = n }, err);
}
