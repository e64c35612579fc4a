/* tally.c - what votes weigh together, counted by the set that they are about and by nothing else.
 *
 * Indices of two sets that follow one another differ, and so do their members. A vote of a node
 * counts once in each set that the node is in, for as much as it weighs there. */
#include "consensus/consensus_impl.h"

#include <assert.h>

/* ---- GRANDPA ---- */

uint64_t dg_consensus_tally_needed(const dg_grandpa_set *set)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < set->count; i++)
        total += set->voters[i].weight;
    return dg_supermajority(total);
}

static uint32_t vote_of(const dg_voter *voter, const uint32_t *votes)
{
    return voter->node == DG_NO ? DG_NO : votes[voter->node];
}

/* Ids rise from parent to child, so one pass from the top adds all up. */
static uint32_t ghost(uint64_t *weights, const dg_grandpa_tree *tree, uint64_t needed)
{
    for (uint32_t id = tree->count - 1;; id--) {
        uint32_t parent = tree->parents[id];
        if (weights[id] >= needed)
            return id;
        if (id == tree->base.v)
            return DG_NO;
        if (parent >= tree->base.v)
            weights[parent] += weights[id];
    }
}

uint32_t dg_consensus_tally_prevotes(uint64_t *weights, const dg_grandpa_tree *tree,
                                     const dg_grandpa_set *set, const uint32_t *votes)
{
    assert(tree->base.v < tree->count);
    for (uint32_t id = tree->base.v; id < tree->count; id++)
        weights[id] = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t id = vote_of(&set->voters[i], votes);
        assert(id == DG_NO || (id >= tree->base.v && id < tree->count));
        if (id != DG_NO)
            weights[id] += set->voters[i].weight;
    }
    return ghost(weights, tree, dg_consensus_tally_needed(set));
}

uint64_t dg_consensus_tally_precommits(const dg_grandpa_set *set, const uint32_t *votes,
                                       dg_leaf_id of)
{
    uint64_t weight = 0;
    for (uint32_t i = 0; i < set->count; i++)
        if (vote_of(&set->voters[i], votes) == of.v)
            weight += set->voters[i].weight;
    return weight;
}

/* ---- availability ---- */

uint32_t dg_consensus_tally_bitfields(const dg_consensus_bits *tally, dg_consensus_bitfield next,
                                      void *user)
{
    bool held[DG_CORES_MAX] = { false };
    uint32_t bitfields = 0;
    assert(tally->cores <= DG_CORES_MAX);
    for (uint32_t i = 0; i < tally->validators; i++) {
        dg_node_ix node = { dg_session_node(tally->session, i) };
        if (!next(user, held, (dg_validator_ix){ i }, node))
            continue;
        bitfields++;
        for (uint32_t k = 0; k < tally->cores; k++)
            tally->bits[k] += held[k];
    }
    return bitfields;
}
