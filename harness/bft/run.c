/* run.c - one arm: its committees and nodes are set up, what changes is planned, and time runs. */
#include "bft/bft_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- by epoch ---- */

const committee *dg_bft_committee_at(const arm *a, uint64_t epoch)
{
    size_t i = a->committee_count;
    while (i > 1 && a->committees[i - 1].from_epoch > epoch)
        i--;
    return &a->committees[i - 1];
}

const dg_bft_parameters *dg_bft_parameters_at(const arm *a, uint64_t epoch)
{
    size_t i = a->parameter_count;
    while (i > 1 && a->parameters[i - 1]->from_epoch > epoch)
        i--;
    return a->parameters[i - 1];
}

dg_ns dg_bft_epoch_end(const arm *a, uint64_t epoch)
{
    uint64_t after = epoch - a->network->first_epoch;
    return epoch < a->network->first_epoch ? 0 : a->network->before + after * a->network->epoch;
}

/* By lot, each finalizer as often as it weighs. */
uint32_t dg_bft_leader(arm *a, uint64_t round, uint64_t epoch)
{
    const committee *c = dg_bft_committee_at(a, epoch);
    dg_rng rng;
    uint64_t lot;
    uint32_t i = 0;
    if (a->leader.round == round && a->leader.epoch == epoch)
        return a->leader.node;
    rng = dg_rng_fork(a->network->seed, "bft-leader", epoch, round);
    lot = dg_rng_below(&rng, c->weight);
    while (lot >= c->voters.members[i].weight)
        lot -= c->voters.members[i++].weight;
    a->leader.round = round;
    a->leader.epoch = epoch;
    a->leader.node = c->node_of[i];
    return a->leader.node;
}

/* Each node has luck of its own, so that what one does leaves the others' alone. */
dg_ns dg_bft_draw(peer *n, dg_bft_range range)
{
    return range.least + dg_rng_below(&n->costs, range.most - range.least + 1);
}

dg_code dg_bft_block_add(arm *a, uint32_t *ix, const header *is, dg_error *err)
{
    if (a->block_count == BLOCKS_MAX)
        return dg_fail(err, DG_LIMIT, "the run has more than %d blocks; make it shorter",
                       BLOCKS_MAX);
    if (a->block_count == a->block_cap) {
        uint32_t cap = a->block_cap ? a->block_cap * 2 : 1024;
        header *more = dg_realloc(a->blocks, cap * sizeof *more);
        if (!more)
            return dg_fail(err, DG_NOMEM, "no memory for %u blocks", cap);
        a->blocks = more;
        a->block_cap = cap;
    }
    *ix = a->block_count++;
    a->blocks[*ix] = *is;
    return DG_OK;
}

/* ---- set up ---- */

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* All ids, each once, rising; to be given back with dg_free. NULL: no memory. */
static uint64_t *collect(size_t *kept, const dg_bft_network *net)
{
    size_t count = 0;
    uint64_t *ids;
    for (size_t c = 0; c < net->committee_count; c++)
        count += net->committees[c].count;
    *kept = 0;
    if (!(ids = dg_calloc(count + 1, sizeof *ids)))
        return NULL;
    count = 0;
    for (size_t c = 0; c < net->committee_count; c++)
        for (size_t i = 0; i < net->committees[c].count; i++)
            ids[count++] = net->committees[c].members[i].baker;
    qsort(ids, count, sizeof *ids, by_id);
    for (size_t i = 0; i < count; i++)
        if (!i || ids[i] != ids[*kept - 1])
            ids[(*kept)++] = ids[i];
    return ids;
}

dg_code dg_bft_bakers(size_t *count, const dg_bft_network *net, dg_error *err)
{
    uint64_t *ids = collect(count, net);
    if (!ids)
        return dg_fail(err, DG_NOMEM, "no memory for the ids of bakers");
    dg_free(ids);
    return DG_OK;
}

static dg_code set_bakers(arm *a, dg_error *err)
{
    size_t count;
    uint64_t *ids = collect(&count, a->network);
    if (!ids)
        return dg_fail(err, DG_NOMEM, "no memory for the ids of bakers");
    assert(count <= DG_BFT_BAKERS_MAX); /* checked */
    memcpy(a->bakers, ids, count * sizeof *ids);
    a->node_count = (uint32_t)count;
    dg_free(ids);
    return DG_OK;
}

static uint32_t node_of(const arm *a, uint64_t baker)
{
    const uint64_t *at = bsearch(&baker, a->bakers, a->node_count, sizeof baker, by_id);
    return at ? (uint32_t)(at - a->bakers) : NOT_IN;
}

static void set_committee(arm *a, const dg_bft_committee *is)
{
    committee *c = &a->committees[a->committee_count++];
    c->voters = (dg_bft_voters){ is->members, is->count };
    c->from_epoch = is->from_epoch;
    c->weight = dg_bft_voters_weight(&c->voters);
    for (uint32_t i = 0; i < a->node_count; i++)
        c->index_of[i] = NOT_IN;
    for (uint32_t i = 0; i < is->count; i++) {
        c->node_of[i] = node_of(a, is->members[i].baker);
        c->index_of[c->node_of[i]] = i;
    }
}

static void set_epochs(arm *a)
{
    const dg_bft_network *net = a->network;
    bool treatment = a->which == DG_ARM_TREATMENT;
    for (size_t i = 0; i < net->committee_count; i++)
        if (treatment || !net->committees[i].treatment_only)
            set_committee(a, &net->committees[i]);
    for (size_t i = 0; i < net->parameter_count; i++)
        if (treatment || !net->parameters[i].treatment_only)
            a->parameters[a->parameter_count++] = &net->parameters[i];
}

/* Nodes in an order by lot. */
static void shuffle(const arm *a, uint32_t *out, const char *purpose, uint64_t which)
{
    dg_rng rng = dg_rng_fork(a->network->seed, purpose, which, 0);
    for (uint32_t i = 0; i < a->node_count; i++)
        out[i] = i;
    for (uint32_t i = a->node_count; i > 1; i--) {
        uint32_t k = (uint32_t)dg_rng_below(&rng, i), was = out[k];
        out[k] = out[i - 1];
        out[i - 1] = was;
    }
}

static uint32_t part_of(const arm *a, uint64_t ppm)
{
    return (uint32_t)((a->node_count * ppm + 500000) / 1000000);
}

static void set_classes(arm *a)
{
    uint32_t order[DG_BFT_BAKERS_MAX], done = 0;
    uint64_t ppm = 0;
    shuffle(a, order, "bft-class", 0);
    for (size_t i = 0; i < a->network->share_count; i++) {
        ppm += a->network->shares[i].parts_ppm;
        for (uint32_t end = part_of(a, ppm); done < end && done < a->node_count; done++)
            a->nodes[order[done]].class = a->network->shares[i].class;
    }
    for (; done < a->node_count; done++)
        a->nodes[order[done]].class = a->network->shares[a->network->share_count - 1].class;
}

static dg_code set_nodes(arm *a, dg_error *err)
{
    const dg_bft_network *net = a->network;
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < a->node_count && rc >= 0; i++) {
        peer *n = &a->nodes[i];
        n->says = &a->says[(size_t)i * a->node_count];
        n->round = net->first_round;
        n->epoch = net->first_epoch;
        n->deadline = DG_NEVER;
        n->timeout = dg_bft_parameters_at(a, n->epoch)->timeout;
        n->enough_at = DG_NEVER;
        n->goal.qc = BLOCK_NONE;
        n->costs = dg_rng_fork(net->seed, "bft-cost", i, 0);
        for (uint32_t k = 0; k < SLOTS; k++)
            n->slots[k].block = n->waiting[k] = BLOCK_NONE;
        if ((rc = dg_sim_node_add(a->sim, &a->all[i],
                                  &(dg_sim_node){ .handler = dg_bft_on_event, .user = a }, err))
            >= 0)
            rc = dg_sim_timer_at(a->sim, NULL, a->all[i], 0, &(dg_sim_timer){ .tag = TIMER_START },
                                 err);
    }
    set_classes(a);
    return rc;
}

/* The last block of before: of the round before the first, known by all. */
static dg_code set_blocks(arm *a, dg_error *err)
{
    header first = { .round = a->network->first_round - 1,
                     .epoch = a->network->first_epoch,
                     .parent = BLOCK_NONE,
                     .final = true };
    uint32_t ix;
    for (uint32_t i = 0; i < a->node_count; i++)
        dg_bft_bit_set(first.checked, i);
    return dg_bft_block_add(a, &ix, &first, err);
}

/* ---- what changes ---- */

static dg_code plan_rollout(arm *a, size_t which, dg_error *err)
{
    const dg_bft_rollout *r = &a->network->rollouts[which];
    uint32_t order[DG_BFT_BAKERS_MAX],
        count = r->bakers ? (uint32_t)r->count : part_of(a, r->share_ppm);
    dg_code rc = DG_OK;
    shuffle(a, order, "bft-rollout", which);
    for (uint32_t i = 0; i < count && rc >= 0; i++) {
        uint32_t n = r->bakers ? node_of(a, r->bakers[i]) : order[i];
        dg_ns at = r->at + (count > 1 ? r->over * i / (count - 1) : 0);
        assert(n != NOT_IN);
        a->changes[a->change_count++] = (change){ n, at + r->down, r->to };
        rc = dg_sim_crash(a->sim, a->all[n], (dg_sim_span){ at, at + r->down }, err);
    }
    return rc;
}

static dg_code plan(arm *a, dg_error *err)
{
    dg_code rc = DG_OK;
    if (a->which != DG_ARM_TREATMENT)
        return DG_OK;
    a->changes = dg_calloc(a->network->rollout_count * a->node_count + 1, sizeof *a->changes);
    if (!a->changes)
        return dg_fail(err, DG_NOMEM, "no memory for roll-outs");
    for (size_t i = 0; i < a->network->rollout_count && rc >= 0; i++)
        rc = plan_rollout(a, i, err);
    return rc;
}

const dg_bft_class *dg_bft_class_from(const arm *a, uint32_t node, dg_ns at)
{
    const dg_bft_class *found = a->nodes[node].class;
    dg_ns newest = 0;
    for (size_t i = 0; i < a->change_count; i++) {
        const change *c = &a->changes[i];
        if (c->node == node && c->at <= at && c->at >= newest) {
            newest = c->at;
            found = c->to;
        }
    }
    return found;
}

/* ---- an arm ---- */

static dg_code furnish(arm *a, dg_error *err)
{
    const dg_bft_range *l = &a->network->latency;
    const dg_ns latency[] = { l->least, l->most };
    dg_link_ix link;
    dg_code rc;
    a->nodes = dg_calloc(a->node_count, sizeof *a->nodes);
    a->says = dg_calloc((size_t)a->node_count * a->node_count, sizeof *a->says);
    a->committees = dg_calloc(a->network->committee_count, sizeof *a->committees);
    if (!a->nodes || !a->says || !a->committees)
        return dg_fail(err, DG_NOMEM, "no memory for %u nodes", a->node_count);
    if ((rc = dg_sim_new(&a->sim,
                         &(dg_sim_options){ .seed = a->network->seed, .nodes_max = a->node_count },
                         err))
            < 0
        || (rc = dg_sim_channel_add(a->sim, &a->channel, &(dg_sim_channel){ .name = "consensus" },
                                    err))
               < 0
        || (rc = dg_sim_link_add(a->sim, &link, &(dg_sim_link){ latency, 2, 0, 0 }, err)) < 0)
        return rc;
    set_epochs(a);
    if ((rc = set_nodes(a, err)) < 0 || (rc = set_blocks(a, err)) < 0)
        return rc;
    return plan(a, err);
}

static void clear(arm *a)
{
    dg_sim_free(a->sim);
    dg_free(a->changes);
    dg_free(a->blocks);
    dg_free(a->committees);
    dg_free(a->says);
    dg_free(a->nodes);
    dg_free(a);
}

static dg_code run(dg_bft_outcome *out, arm *a, const dg_bft_network *network, json_t *claims,
                   dg_error *err)
{
    dg_code rc;
    a->network = network;
    if ((rc = set_bakers(a, err)) < 0 || (rc = furnish(a, err)) < 0)
        return rc;
    dg_bft_note_start(a, claims);
    if ((rc = dg_sim_run(a->sim, network->length, err)) < 0)
        return rc;
    dg_bft_note_end(a);
    *out = a->sum;
    return a->log ? dg_event_log_check(a->log, err) : DG_OK;
}

dg_code dg_bft_run(dg_bft_outcome *out, dg_event_log *log, const dg_bft_network *network,
                   dg_arm which, json_t *claims, dg_error *err)
{
    arm *a = dg_calloc(1, sizeof *a);
    dg_code rc;
    if (!a)
        return dg_fail(err, DG_NOMEM, "no memory for a network");
    a->which = which;
    a->log = log;
    rc = run(out, a, network, claims, err);
    clear(a);
    return rc;
}

dg_code dg_bft_run_turn(dg_bft_outcome *out, const dg_bft_network *network, dg_error *err)
{
    arm *a = dg_calloc(1, sizeof *a);
    dg_code rc;
    if (!a)
        return dg_fail(err, DG_NOMEM, "no memory for a network");
    a->which = DG_ARM_TREATMENT;
    a->turn_only = true;
    rc = run(out, a, network, NULL, err);
    clear(a);
    return rc;
}
