/* finality.c - GRANDPA, one round after the other, counted for the network as a whole.
 *
 * Each voter votes for what it sees itself: two blocks below its best, no more than
 * three quarters of the way there, and nothing above a block that is not approved,
 * unless that holds it back by five hundred blocks. The set of voters follows the digests of
 * finalized blocks, as a client follows them, never the runtime's answer at a leaf. Mirrors:
 * sc-consensus-grandpa (environment, voting_rule); relay_chain_selection. */
#include "node/node_impl.h"

#include <string.h>

enum { LOG_SCHEDULED_CHANGE = 1 };

/* ---- the set ---- */

static dg_code take_voters(dg_network *net, dg_scale *s, dg_block *block, dg_error *err)
{
    dg_finality *f = &net->finality;
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
        if ((rc = dg_people_owner(&net->people, &voters[i].node, net->chain, block, "gran",
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

dg_code dg_finality_init(dg_network *net, dg_error *err)
{
    dg_block *root = dg_chain_root(net->chain);
    dg_bytes answer;
    dg_scale s;
    dg_code rc = dg_chain_call(net->chain, root, &answer, NULL, "GrandpaApi_grandpa_authorities",
                               dg_bytes_of(NULL, 0), err);
    net->finality.prevoted = DG_NO;
    if (rc == DG_NOMEM || rc == DG_IO || rc == DG_LIMIT)
        return rc;
    s = dg_scale_from(answer);
    return take_voters(net, &s, root, err);
}

void dg_finality_clear(dg_finality *finality)
{
    dg_free(finality->voters);
    dg_free(finality->weights);
}

/* A change that was announced in a block that is final now. Its delay is zero on
 * every chain with sessions. */
static dg_code follow_digest(dg_network *net, dg_block *block, dg_error *err)
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
        if ((rc = take_voters(net, &s, block, err)) < 0)
            return rc;
    }
    return rc < 0 ? rc : DG_OK;
}

/* ---- what a voter votes for ---- */

static uint32_t ancestor_at(const dg_network *net, uint32_t id, uint32_t number)
{
    while (net->blocks[id].number > number)
        id = net->blocks[id].parent;
    return id;
}

/* The highest block that has, with all below it down to `base`, been approved, and in
 * which nothing is disputed. With a block among them that approval voting does not know
 * no more than the base is voted for.
 * Mirrors: approval-voting, handle_approved_ancestor ("not fully known. Forcing vote"). */
static uint32_t approved(const dg_network *net, uint32_t node, uint32_t id, uint32_t base)
{
    uint32_t highest = id;
    for (uint32_t at = id; at != base; at = net->blocks[at].parent)
        if (dg_approval_unknown(&net->blocks[at]))
            return base;
        else if (!dg_approval_given(net, node, &net->blocks[at])
                 || dg_dispute_holds(net, &net->blocks[at]))
            highest = net->blocks[at].parent;
    return highest;
}

/* What is not approved holds a vote back, but not for ever. */
static uint32_t constrained(const dg_network *net, uint32_t node, uint32_t target, uint32_t base,
                            uint32_t best)
{
    uint32_t held = approved(net, node, target, base),
             lag_max = (uint32_t)dg_constant_of(DG_CONST_LAG_MAX);
    uint32_t high = net->blocks[best].number, least = high > lag_max ? high - lag_max : 0;
    return net->blocks[held].number >= least ? held : ancestor_at(net, target, least);
}

static uint32_t vote_of(const dg_network *net, uint32_t node)
{
    uint32_t base = net->finality.finalized, best = net->nodes[node].best,
             low = net->blocks[base].number;
    uint32_t back = (uint32_t)dg_constant_of(DG_CONST_BEFORE_BEST), high = net->blocks[best].number,
             target;
    if (!dg_net_descends(net, best, base))
        return base;
    target = high > low + back ? high - back : low;
    if (target > low + (3 * (high - low) + 3) / 4)
        target = low + (3 * (high - low) + 3) / 4;
    return constrained(net, node, ancestor_at(net, best, target), base, best);
}

/* ---- counting ---- */

static uint64_t threshold(const dg_finality *f, uint64_t *total)
{
    *total = 0;
    for (uint32_t i = 0; i < f->count; i++)
        *total += f->voters[i].weight;
    return *total ? *total - (*total - 1) / 3 : 1;
}

static dg_code weigh(dg_network *net, dg_error *err)
{
    dg_finality *f = &net->finality;
    if (f->weights_cap < net->block_count) {
        uint64_t *more = dg_realloc(f->weights, (size_t)net->block_cap * sizeof *more);
        if (!more)
            return dg_fail(err, DG_NOMEM, "no memory to count votes");
        f->weights = more;
        f->weights_cap = net->block_cap;
    }
    memset(f->weights + f->finalized, 0, (net->block_count - f->finalized) * sizeof *f->weights);
    return DG_OK;
}

/* The highest block that enough weight lies on or above. Ids rise from parent to
 * child, so one pass from the top adds all up. DG_NO: not even the base. */
static uint32_t ghost(dg_network *net)
{
    dg_finality *f = &net->finality;
    uint64_t total, needed = threshold(f, &total);
    for (uint32_t id = net->block_count - 1;; id--) {
        if (f->weights[id] >= needed)
            return id;
        if (id == f->finalized)
            return DG_NO;
        if (net->blocks[id].parent >= f->finalized)
            f->weights[net->blocks[id].parent] += f->weights[id];
    }
}

/* A voice that a partition keeps from the larger side is not counted. */
static bool votes(const dg_network *net, const dg_voter *voter)
{
    return voter->node != DG_NO && dg_sim_node_up(net->sim, (dg_node_ix){ voter->node })
           && !dg_sim_node_paused(net->sim, (dg_node_ix){ voter->node })
           && dg_sim_reachable(net->sim, (dg_node_ix){ voter->node },
                               (dg_node_ix){ net->node_count });
}

dg_code dg_finality_prevote(dg_network *net, dg_error *err)
{
    dg_finality *f = &net->finality;
    dg_code rc = weigh(net, err);
    if (rc < 0)
        return rc;
    f->round++;
    for (uint32_t i = 0; i < f->count; i++)
        if (votes(net, &f->voters[i]))
            f->weights[vote_of(net, f->voters[i].node)] += f->voters[i].weight;
    f->prevoted = ghost(net);
    return DG_OK;
}

/* ---- the end of a round ---- */

static uint32_t best_number(const dg_network *net)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < net->node_count; i++)
        best = net->blocks[net->nodes[i].best].number > best
                   ? net->blocks[net->nodes[i].best].number
                   : best;
    return best;
}

static uint64_t count_losers(const dg_network *net, uint32_t from, uint32_t to)
{
    uint64_t losers = 0;
    for (uint32_t id = from + 1; id < net->block_count; id++) {
        uint32_t number = net->blocks[id].number;
        losers += number > net->blocks[from].number && number <= net->blocks[to].number
                  && !dg_net_descends(net, to, id);
    }
    return losers;
}

/* Down the chain from `to`, oldest first: each block may change the set. */
static dg_code follow_chain(dg_network *net, uint32_t from, uint32_t to, dg_error *err)
{
    for (uint32_t number = net->blocks[from].number + 1; number <= net->blocks[to].number;
         number++) {
        const dg_net_block *b = &net->blocks[ancestor_at(net, to, number)];
        dg_code rc = b->gone ? DG_OK : follow_digest(net, b->block, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code agree(dg_network *net, uint32_t id, dg_error *err)
{
    dg_finality *f = &net->finality;
    uint32_t before = f->finalized;
    dg_node_ix world = { net->node_count };
    uint64_t n[6] = { net->slot, best_number(net) - net->blocks[id].number,
                      count_losers(net, before, id), f->round };
    dg_code rc;
    f->finalized = id;
    net->stats.finalized = net->blocks[id].number;
    net->stats.pruned += n[2];
    if ((rc = follow_chain(net, before, id, err)) < 0
        || (rc = dg_record_emit(net, DG_REC_FINALIZED, DG_NO_NODE, &net->blocks[id], n, NULL, err))
               < 0)
        return rc;
    for (uint32_t i = 0; i < net->node_count; i++)
        if ((rc = dg_sim_send(net->sim, world, (dg_node_ix){ i },
                              &(dg_sim_parcel){ .channel = net->finality_channel,
                                                .tag = DG_TAG_FINAL,
                                                .a = id,
                                                .wire_bytes = 4096 },
                              err))
            < 0)
            return rc;
    return DG_OK;
}

dg_code dg_finality_precommit(dg_network *net, dg_error *err)
{
    dg_finality *f = &net->finality;
    uint64_t total, needed = threshold(f, &total), weight = 0;
    if (f->prevoted == DG_NO || f->prevoted == f->finalized)
        return DG_OK;
    for (uint32_t i = 0; i < f->count; i++)
        if (votes(net, &f->voters[i]) && dg_net_has(net, f->voters[i].node, f->prevoted))
            weight += f->voters[i].weight;
    return weight >= needed ? agree(net, f->prevoted, err) : DG_OK;
}
