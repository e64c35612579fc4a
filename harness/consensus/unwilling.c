/* unwilling.c - what nodes of 2020 leave undone though it is their turn, and what they do not take.
 *
 * A node had its runtime compiled in as well, and authored only where the chain's was the same by
 * name and authoring_version. Its client knew of the epoch that is on and of the one that was
 * announced, and of no other: behind an epoch without a block there was none for it.
 * Mirrors: polkadot 6eb9c71fdb (CanAuthorWithNativeVersion), sp-version
 * NativeVersion::can_author_with; sc-consensus-epochs before substrate pull request 11727. */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

dg_code dg_consensus_native_set(dg_world *world, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime(world->chain, dg_chain_root(world->chain), &runtime, err);
    if (rc < 0)
        return rc;
    world->consensus->native = *dg_runtime_version(runtime);
    return DG_OK;
}

/* impl_name is not compared. Where nothing can be asked, nothing is other. */
static bool is_foreign(const dg_world *world, dg_leaf_id head)
{
    const dg_version *native = &world->consensus->native, *now;
    dg_runtime *runtime;
    if (dg_block_runtime(world->chain, world->blocks[head.v].block, &runtime, NULL) != DG_OK)
        return false;
    now = dg_runtime_version(runtime);
    return strcmp(native->spec_name, now->spec_name) != 0
           || native->authoring_version != now->authoring_version;
}

static bool lies_behind_empty_epoch(const dg_client_at *parent, uint64_t slot)
{
    return !parent->genesis && slot >= parent->next.start + parent->next.duration;
}

bool dg_consensus_takes(const dg_world *world, dg_node_ix node, const dg_world_block *block)
{
    assert(block->parent != DG_NO);
    return !world->nodes[node.v].of->needs_every_epoch
           || !lies_behind_empty_epoch(&world->blocks[block->parent].epochs, block->slot);
}

static bool is_unwilling(const dg_world *world, dg_node_ix node, dg_leaf_id head, uint64_t slot,
                         int64_t *why)
{
    const dg_node_class *of = world->nodes[node.v].of;
    if (of->native_authoring && is_foreign(world, head)) {
        *why = 0;
        return true;
    }
    *why = 1;
    return of->needs_every_epoch && lies_behind_empty_epoch(&world->blocks[head.v].epochs, slot);
}

dg_code dg_consensus_unwilling(dg_world *world, bool *out, dg_node_ix node, dg_leaf_id head,
                               uint64_t slot, dg_error *err)
{
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    int64_t why;
    *out = is_unwilling(world, node, head, slot, &why);
    if (!*out || own->idle_on == head.v + 1)
        return DG_OK;
    own->idle_on = head.v + 1;
    return dg_world_emit(world, &world->blocks[head.v],
                         &(dg_event){ .kind = DG_EVENT_NET_IDLE,
                                      .node = node.v,
                                      .net_idle = { .slot = (int64_t)slot, .why = why } },
                         err);
}
