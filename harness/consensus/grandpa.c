/* grandpa.c - GRANDPA, one round after the other, counted for the network as a whole.
 *
 * Each voter votes for what it sees itself: two blocks below its best, no more than
 * three quarters of the way there, and nothing above a block that is not approved,
 * unless that holds it back by five hundred blocks. The set of voters follows the digests of
 * finalized blocks, as a client follows them, never the runtime's answer at a leaf. Mirrors:
 * sc-consensus-grandpa (environment, voting_rule); relay_chain_selection. */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

enum { LOG_SCHEDULED_CHANGE = 1 };

/* ---- the set ---- */

static dg_code take_voters(dg_world *world, dg_scale *s, dg_block *block, dg_error *err)
{
    dg_grandpa *f = &world->consensus->grandpa;
    uint32_t count = dg_scale_count(s, 40);
    dg_voter *voters;
    dg_code rc;
    if (s->rc != DG_OK || !count)
        return DG_OK;
    if (!(voters = dg_calloc(count, sizeof *voters)))
        return dg_fail(err, DG_NOMEM, "no memory for %u voters", count);
    for (uint32_t i = 0; i < count; i++) {
        memcpy(voters[i].key, dg_scale_take(s, 32).at, 32);
        voters[i].weight = dg_scale_u64(s);
        if ((rc = dg_people_owner(&world->people, &voters[i].node, world->chain, block, "gran",
                                  voters[i].key, err))
            < 0) {
            dg_free(voters);
            return rc;
        }
    }
    dg_free(f->voters);
    f->voters = voters;
    f->count = count;
    return DG_OK;
}

dg_code dg_consensus_grandpa_init(dg_world *world, dg_error *err)
{
    dg_block *root = dg_chain_root(world->chain);
    dg_bytes answer;
    dg_scale s;
    dg_code rc = dg_chain_call(world->chain, root, &answer, NULL, "GrandpaApi_grandpa_authorities",
                               dg_bytes_of(NULL, 0), err);
    world->consensus->grandpa.prevoted = DG_NO;
    if (rc == DG_NOMEM || rc == DG_IO || rc == DG_LIMIT)
        return rc;
    s = dg_scale_from(answer);
    return take_voters(world, &s, root, err);
}

void dg_consensus_grandpa_clear(dg_grandpa *grandpa)
{
    dg_free(grandpa->voters);
    dg_free(grandpa->weights);
    dg_free(grandpa->parents);
    dg_free(grandpa->votes);
}

/* A change that was announced in a block that is final now. Its delay is zero on
 * every chain with sessions. */
static dg_code follow_digest(dg_world *world, dg_block *block, dg_error *err)
{
    dg_header header;
    dg_digest_iter it;
    dg_digest_item item;
    dg_code rc;
    if ((rc = dg_header_decode(&header, dg_block_header(block), err)) < 0)
        return rc;
    dg_digest_iter_init(&it, header.digest);
    while ((rc = dg_digest_next(&it, &item, err)) == DG_OK) {
        dg_scale s = dg_scale_from(item.payload);
        if (item.tag != DG_DIGEST_CONSENSUS || memcmp(item.engine, "FRNK", 4) != 0
            || dg_scale_u8(&s) != LOG_SCHEDULED_CHANGE)
            continue;
        if ((rc = take_voters(world, &s, block, err)) < 0)
            return rc;
    }
    return rc < 0 ? rc : DG_OK;
}

/* ---- what a voter votes for ---- */

static uint32_t ancestor_at(const dg_world *world, dg_leaf_id id, uint32_t number)
{
    assert(id.v < world->block_count);
    while (world->blocks[id.v].number > number)
        id.v = world->blocks[id.v].parent;
    return id.v;
}

/* The highest block that has, with all below it down to `base`, been approved, and in
 * which nothing is disputed. With a block among them that approval voting does not know
 * no more than the base is voted for.
 * Mirrors: approval-voting, handle_approved_ancestor ("not fully known. Forcing vote"). */
static uint32_t approved(const dg_world *world, dg_node_ix node, dg_leaf_id id, dg_leaf_id base)
{
    uint32_t highest = id.v;
    assert(dg_world_descends(world, id, base));
    for (uint32_t at = id.v; at != base.v; at = world->blocks[at].parent)
        if (dg_approval_unknown(&world->blocks[at]))
            return base.v;
        else if (!dg_approval_given(world, node, &world->blocks[at])
                 || dg_approval_dispute_holds(world, &world->blocks[at]))
            highest = world->blocks[at].parent;
    return highest;
}

/* What is not approved holds a vote back, but not for ever. */
static uint32_t constrained(const dg_world *world, dg_node_ix node, dg_leaf_id target,
                            dg_leaf_id base, dg_leaf_id best)
{
    uint32_t held = approved(world, node, target, base),
             lag_max = (uint32_t)dg_world_constant(DG_CONST_LAG_MAX);
    uint32_t high = world->blocks[best.v].number, least = high > lag_max ? high - lag_max : 0;
    return world->blocks[held].number >= least ? held : ancestor_at(world, target, least);
}

static uint32_t vote_of(const dg_world *world, dg_node_ix node)
{
    uint32_t base = world->finalized, best = world->nodes[node.v].best,
             low = world->blocks[base].number;
    uint32_t own = world->nodes[node.v].of->votes_behind,
             back = own ? own : (uint32_t)dg_world_constant(DG_CONST_BEFORE_BEST),
             high = world->blocks[best].number, target;
    if (!dg_world_descends(world, (dg_leaf_id){ best }, (dg_leaf_id){ base }))
        return base;
    target = high > low + back ? high - back : low;
    if (target > low + (3 * (high - low) + 3) / 4)
        target = low + (3 * (high - low) + 3) / 4;
    return constrained(world, node,
                       (dg_leaf_id){ ancestor_at(world, (dg_leaf_id){ best }, target) },
                       (dg_leaf_id){ base }, (dg_leaf_id){ best });
}

/* ---- counting (tally.c) ---- */

/* Room for a vote of each node, and for the weight and the parent of each block. */
static dg_code make_room(dg_world *world, dg_error *err)
{
    dg_grandpa *f = &world->consensus->grandpa;
    if (!f->votes && !(f->votes = dg_calloc(world->node_count, sizeof *f->votes)))
        return dg_fail(err, DG_NOMEM, "no memory to count votes");
    if (f->weights_cap < world->block_count) {
        uint64_t *weights = dg_realloc(f->weights, (size_t)world->block_cap * sizeof *weights);
        uint32_t *parents;
        f->weights = weights ? weights : f->weights;
        parents = dg_realloc(f->parents, (size_t)world->block_cap * sizeof *parents);
        f->parents = parents ? parents : f->parents;
        if (!weights || !parents)
            return dg_fail(err, DG_NOMEM, "no memory to count votes");
        f->weights_cap = world->block_cap;
    }
    for (uint32_t id = world->finalized; id < world->block_count; id++)
        f->parents[id] = world->blocks[id].parent;
    for (uint32_t i = 0; i < world->node_count; i++)
        f->votes[i] = DG_NO;
    return DG_OK;
}

/* A vote that a partition keeps from the larger side is not counted. */
static bool votes(const dg_world *world, const dg_voter *voter)
{
    return voter->node != DG_NO && dg_world_is_awake(world, (dg_node_ix){ voter->node });
}

dg_code dg_consensus_grandpa_prevote(dg_world *world, dg_error *err)
{
    dg_grandpa *f = &world->consensus->grandpa;
    dg_code rc = make_room(world, err);
    if (rc < 0)
        return rc;
    f->round++;
    for (uint32_t i = 0; i < f->count; i++)
        if (votes(world, &f->voters[i]))
            f->votes[f->voters[i].node] = vote_of(world, (dg_node_ix){ f->voters[i].node });
    f->prevoted = dg_consensus_tally_prevotes(
        f->weights,
        &(dg_grandpa_tree){ f->parents, (dg_leaf_id){ world->finalized }, world->block_count },
        &(dg_grandpa_set){ f->voters, f->count }, f->votes);
    return DG_OK;
}

/* ---- the end of a round ---- */

static uint32_t best_number(const dg_world *world)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < world->node_count; i++)
        best = world->blocks[world->nodes[i].best].number > best
                   ? world->blocks[world->nodes[i].best].number
                   : best;
    return best;
}

static uint64_t count_losers(const dg_world *world, dg_leaf_id from, dg_leaf_id to)
{
    uint64_t losers = 0;
    for (uint32_t id = from.v + 1; id < world->block_count; id++) {
        uint32_t number = world->blocks[id].number;
        losers += number > world->blocks[from.v].number && number <= world->blocks[to.v].number
                  && !dg_world_descends(world, to, (dg_leaf_id){ id });
    }
    return losers;
}

/* Down the chain from `to`, oldest first: each block may change the set. */
static dg_code follow_chain(dg_world *world, dg_leaf_id from, dg_leaf_id to, dg_error *err)
{
    for (uint32_t number = world->blocks[from.v].number + 1; number <= world->blocks[to.v].number;
         number++) {
        const dg_world_block *b = &world->blocks[ancestor_at(world, to, number)];
        dg_code rc = b->gone ? DG_OK : follow_digest(world, b->block, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code agree(dg_world *world, dg_leaf_id id, dg_error *err)
{
    dg_grandpa *f = &world->consensus->grandpa;
    uint32_t before = world->finalized;
    dg_node_ix all = { world->node_count };
    struct dg_event_net_finalized n = { .slot = world->slot,
                                        .lag = best_number(world) - world->blocks[id.v].number,
                                        .pruned = count_losers(world, (dg_leaf_id){ before }, id),
                                        .round = f->round };
    dg_code rc;
    assert(dg_world_descends(world, id, (dg_leaf_id){ before })); /* final for good */
    world->finalized = id.v;
    world->stats.finalized = world->blocks[id.v].number;
    world->stats.pruned += n.pruned;
    if ((rc = follow_chain(world, (dg_leaf_id){ before }, id, err)) < 0
        || (rc = dg_world_emit(world, &world->blocks[id.v],
                               &(dg_event){ .kind = DG_EVENT_NET_FINALIZED,
                                            .node = DG_EVENT_NO_NODE,
                                            .net_finalized = n },
                               err))
               < 0)
        return rc;
    for (uint32_t i = 0; i < world->node_count; i++)
        if ((rc = dg_sim_send(world->sim, all, (dg_node_ix){ i },
                              &(dg_sim_parcel){ .channel = world->channels.finality,
                                                .tag = DG_TAG_FINAL,
                                                .a = id.v,
                                                .wire_bytes = 4096 },
                              err))
            < 0)
            return rc;
    return DG_OK;
}

dg_code dg_consensus_grandpa_precommit(dg_world *world, dg_error *err)
{
    dg_grandpa *f = &world->consensus->grandpa;
    dg_grandpa_set set = { f->voters, f->count };
    if (f->prevoted == DG_NO || f->prevoted == world->finalized)
        return DG_OK;
    for (uint32_t i = 0; i < world->node_count; i++)
        f->votes[i] = DG_NO;
    for (uint32_t i = 0; i < f->count; i++)
        if (votes(world, &f->voters[i])
            && dg_world_has(world, (dg_node_ix){ f->voters[i].node }, (dg_leaf_id){ f->prevoted }))
            f->votes[f->voters[i].node] = f->prevoted;
    return dg_consensus_tally_precommits(&set, f->votes, (dg_leaf_id){ f->prevoted })
                   >= dg_consensus_tally_needed(&set)
               ? agree(world, (dg_leaf_id){ f->prevoted }, err)
               : DG_OK;
}
