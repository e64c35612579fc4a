/* network.c - the world around a chain: nodes, links, the tick of slots and rounds.
 *
 * The world itself is the node after the last: its timers say when a slot begins
 * and when a round of finality has come so far. All else happens at nodes. */
#include "node/node_impl.h"

#include <assert.h>
#include <string.h>

enum { PPM = 1000000 };
#define COMPILE_MAX (3600 * 1000 * DG_MS)

/* ---- what happens at a node, and at the world ---- */

static dg_code send_block(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    dg_sim_parcel parcel = { .channel = world->channels.blocks, .tag = DG_TAG_BLOCK, .a = id.v };
    dg_world_block *b = &world->blocks[id.v];
    if (b->gone)
        return DG_OK;
    b->sealed = true;
    parcel.wire_bytes = dg_block_header(b->block).len;
    for (size_t i = 0; i < dg_block_extrinsic_count(b->block); i++)
        parcel.wire_bytes += dg_block_extrinsic(b->block, i).len;
    for (uint32_t to = 0; to < world->node_count; to++) {
        dg_code rc = to == node.v ? DG_OK
                                  : dg_sim_send(world->sim, (dg_node_ix){ node.v },
                                                (dg_node_ix){ to }, &parcel, err);
        if (rc < 0)
            return rc;
    }
    return dg_consensus_block_arrived(world, node, id, err);
}

/* A block that came over a link has to be executed before it is imported. */
static dg_code take_block(dg_world *world, dg_node_ix node, dg_leaf_id id, dg_error *err)
{
    dg_ns cost = world->blocks[id.v].fuel / dg_world_constant(DG_CONST_FUEL_PER_US) * 1000;
    return dg_sim_timer_after(world->sim, NULL, (dg_node_ix){ node.v }, cost,
                              &(dg_sim_timer){ .tag = DG_TAG_ARRIVED, .a = id.v }, err);
}

/* A process that begins anew, perhaps of another release. */
static dg_code begin_process(dg_world *world, dg_node_ix node, dg_ns down_since, dg_error *err)
{
    const dg_node_class *was = world->nodes[node.v].of;
    dg_code rc;
    dg_node_rollouts_begin(world, node);
    if ((rc = dg_node_rollouts_tell(world, node, was, down_since, err)) < 0
        || (rc = dg_consensus_recompile(world, node, err)) < 0)
        return rc;
    dg_backing_pvf_clean(world, node, dg_sim_now(world->sim));
    return dg_consensus_restart(world, node, err);
}

static dg_code at_node(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    dg_world *world = user;
    uint32_t node = event->node.v;
    (void)sim;
    if (event->kind == DG_SIM_RESTART)
        return begin_process(world, (dg_node_ix){ node }, event->a, err);
    switch (event->tag) {
    case DG_TAG_PROPOSE:
        return dg_consensus_propose(world, (dg_node_ix){ node }, event, err);
    case DG_TAG_BUILD:
        return dg_consensus_build(world, (dg_node_ix){ node }, event, err);
    case DG_TAG_SEALED:
        return send_block(world, (dg_node_ix){ node }, (dg_leaf_id){ (uint32_t)event->a }, err);
    case DG_TAG_BLOCK:
        return take_block(world, (dg_node_ix){ node }, (dg_leaf_id){ (uint32_t)event->a }, err);
    case DG_TAG_ANSWERED:
        return dg_consensus_answered(world, (dg_node_ix){ node }, event, err);
    case DG_TAG_ARRIVED:
        return dg_consensus_block_arrived(world, (dg_node_ix){ node },
                                          (dg_leaf_id){ (uint32_t)event->a }, err);
    case DG_TAG_FINAL:
        return dg_consensus_finality_arrived(world, (dg_node_ix){ node },
                                             (dg_leaf_id){ (uint32_t)event->a }, err);
    default:
        return dg_statements_event(world, (dg_node_ix){ node }, event, err);
    }
}

static dg_code set_timer(dg_world *world, uint16_t tag, dg_ns at, uint64_t a, dg_error *err)
{
    return dg_sim_timer_at(world->sim, NULL, (dg_node_ix){ world->node_count }, at,
                           &(dg_sim_timer){ .tag = tag, .a = a }, err);
}

static dg_code begin_slot(dg_world *world, uint64_t slot, dg_error *err)
{
    dg_ns next = (slot + 1 - world->first_slot) * world->slot_ns;
    dg_code rc;
    if ((rc = dg_node_faults_slot(world, slot, err)) < 0
        || (rc = dg_node_rollouts_slot(world, slot, err)) < 0
        || (rc = dg_consensus_slot_begin(world, slot, err)) < 0
        || (rc = set_timer(world, DG_TAG_SLOT_END, next - 1, slot, err)) < 0)
        return rc;
    if (dg_backing_collators_tick(world)
        && (rc = set_timer(world, DG_TAG_COLLATE,
                           dg_sim_now(world->sim) + dg_world_constant(DG_CONST_SLOT_DRIFT), 0, err))
               < 0)
        return rc;
    return set_timer(world, DG_TAG_SLOT, next, slot + 1, err);
}

static dg_code end_slot(dg_world *world, dg_error *err)
{
    uint32_t pruned;
    dg_code rc = dg_node_sample_slot(world, err);
    return rc < 0 ? rc : dg_world_prune(world, &pruned, err);
}

/* The clock of approval voting. */
static dg_code tick(dg_world *world, dg_error *err)
{
    dg_code rc;
    dg_backing_pvf_step(world);
    if ((rc = dg_statements_reputation_step(world, err)) >= 0
        && (rc = dg_approval_step(world, err)) >= 0)
        rc = dg_approval_disputes_step(world, err);
    return rc < 0 ? rc
                  : set_timer(world, DG_TAG_TICK,
                              dg_sim_now(world->sim) + dg_world_constant(DG_CONST_TICK), 0, err);
}

/* What two thirds of the voters have to say is heard after this. */
static dg_ns votes_travel(const dg_world *world)
{
    return dg_sim_link_quantile(world->sim, (dg_node_ix){ 0 }, (dg_node_ix){ world->node_count },
                                PPM / 3 * 2);
}

/* Prevotes two gossip durations after a round began, precommits after four; they are
 * counted when they have come, and the next round begins. */
static dg_code step_round(dg_world *world, bool prevoted, dg_error *err)
{
    dg_ns next = dg_sim_now(world->sim) + 2 * dg_world_constant(DG_CONST_GOSSIP)
                 + (prevoted ? 0 : votes_travel(world));
    dg_code rc = prevoted ? dg_consensus_grandpa_precommit(world, err)
                          : dg_consensus_grandpa_prevote(world, err);
    return rc < 0 ? rc
                  : set_timer(world, prevoted ? DG_TAG_PREVOTE : DG_TAG_PRECOMMIT, next, 0, err);
}

/* Rounds have nothing to do with slots: where in a slot the first one begins is drawn. */
static dg_ns first_prevote(const dg_world *world)
{
    dg_ns gossip = dg_world_constant(DG_CONST_GOSSIP);
    dg_rng rng = dg_rng_fork(world->options.seed, "first-round", 0, 0);
    return 2 * gossip + dg_rng_below(&rng, 4 * gossip);
}

static dg_code at_world(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    dg_world *world = user;
    (void)sim;
    switch (event->tag) {
    case DG_TAG_SLOT:
        return begin_slot(world, event->a, err);
    case DG_TAG_SLOT_END:
        return end_slot(world, err);
    case DG_TAG_OWN_SLOT:
        return dg_consensus_slot_own(world, event->a, err);
    case DG_TAG_TICK:
        return tick(world, err);
    case DG_TAG_COLLATE:
        return dg_backing_collate_tick(world, err);
    default:
        return step_round(world, event->tag == DG_TAG_PRECOMMIT, err);
    }
}

/* ---- what the world asks of those above it ---- */

static void forget_block(dg_world_block *b)
{
    dg_backing_candidates_clear(b);
    dg_approval_block_free(b->approval);
    b->approval = NULL;
    dg_statements_sent_free(b->sent);
    b->sent = NULL;
}

static void let_block_go(dg_world_block *b)
{
    dg_statements_chunks_free(b->chunks);
    b->chunks = NULL;
}

static const dg_world_hooks hooks = { .forget = forget_block,
                                      .let_go = let_block_go,
                                      .settle = dg_consensus_settle,
                                      .offered = dg_statements_offered,
                                      .collators_away = dg_node_faults_collators_away };

/* ---- furnishing ---- */

static dg_code check_options(const dg_network_options *o, dg_error *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < o->share_count; i++) {
        if (!o->shares[i].of)
            return dg_fail(err, DG_USAGE, "share %zu names no node class", i + 1);
        sum += o->shares[i].ppm;
    }
    if (sum != PPM)
        return dg_fail(err, DG_USAGE, "shares of node classes add up to %llu of %d",
                       (unsigned long long)sum, PPM);
    if (o->compile_ns_min > o->compile_ns_max || o->compile_ns_max > COMPILE_MAX)
        return dg_fail(
            err, DG_USAGE, "compiling takes from %llu to %llu ns: not a range up to an hour",
            (unsigned long long)o->compile_ns_min, (unsigned long long)o->compile_ns_max);
    if (o->prepare_ns_min > o->prepare_ns_max || o->prepare_ns_max > COMPILE_MAX)
        return dg_fail(
            err, DG_USAGE, "preparing takes from %llu to %llu ns: not a range up to an hour",
            (unsigned long long)o->prepare_ns_min, (unsigned long long)o->prepare_ns_max);
    if (o->execute_ns_min > o->execute_ns_max || o->execute_ns_max > COMPILE_MAX)
        return dg_fail(
            err, DG_USAGE, "executing takes from %llu to %llu ns: not a range up to an hour",
            (unsigned long long)o->execute_ns_min, (unsigned long long)o->execute_ns_max);
    return dg_backing_collators_check(o, err);
}

/* Each node's class by its own draw, so that one more share does not shuffle all. */
static const dg_node_class *class_of(const dg_network_options *o, dg_node_ix node)
{
    dg_rng rng = dg_rng_fork(o->seed, "node-class", node.v, 0);
    uint64_t draw = dg_rng_below(&rng, PPM);
    for (size_t i = 0; i < o->share_count; i++) {
        if (draw < o->shares[i].ppm)
            return o->shares[i].of;
        draw -= o->shares[i].ppm;
    }
    return o->shares[o->share_count - 1].of;
}

static dg_code make_nodes(dg_world *world, dg_error *err)
{
    world->node_count = world->people.count;
    for (size_t i = 0; i < world->options.joining_count; i++)
        world->asked_by |= 1u << world->options.joining[i]->host_known;
    if (!(world->nodes = dg_calloc(world->node_count, sizeof *world->nodes)))
        return dg_fail(err, DG_NOMEM, "no memory for %u nodes", world->node_count);
    for (uint32_t i = 0; i <= world->node_count; i++) {
        dg_sim_node spec = { .handler = i < world->node_count ? at_node : at_world, .user = world };
        dg_node_ix made;
        dg_code rc = dg_sim_node_add(world->sim, &made, &spec, err);
        if (rc < 0)
            return rc;
        if (i == world->node_count)
            break;
        world->nodes[i].sd.copies = world->options.spared.kept >> DG_SESSION_GRID & 1;
        world->nodes[i].of = world->nodes[i].sd.of = class_of(&world->options, (dg_node_ix){ i });
        world->asked_by |= 1u << world->nodes[i].of->host_known;
        world->nodes[i].hardware = dg_world_hardware_of(&world->options, (dg_node_ix){ i });
    }
    return DG_OK;
}

static dg_code make_rooms(dg_world *world, dg_error *err)
{
    dg_code rc = dg_backing_init(world, err);
    if (rc < 0 || (rc = dg_statements_init(world, err)) < 0
        || (rc = dg_approval_init(world, err)) < 0 || (rc = dg_consensus_init(world, err)) < 0)
        return rc;
    return dg_node_faults_init(world, err);
}

static dg_code make_world(dg_world *world, dg_error *err)
{
    dg_sim_options options = { .seed = world->options.seed, .nodes_max = world->people.count + 1 };
    dg_link_ix made;
    dg_code rc;
    if ((rc = dg_sim_new(&world->sim, &options, err)) < 0 || (rc = make_nodes(world, err)) < 0
        || (rc = make_rooms(world, err)) < 0
        || (rc = dg_sim_channel_add(world->sim, &world->channels.blocks,
                                    &(dg_sim_channel){ .name = "blocks" }, err))
               < 0
        || (rc = dg_sim_channel_add(world->sim, &world->channels.finality,
                                    &(dg_sim_channel){ .name = "finality", .ordered = true }, err))
               < 0
        || (rc = dg_sim_channel_add(world->sim, &world->channels.statements,
                                    &(dg_sim_channel){ .name = "exchange" }, err))
               < 0)
        return rc;
    return dg_sim_link_add(world->sim, &made, dg_world_link(world), err);
}

/* The fork block is known to all, finalized, and the first leaf of each. */
static dg_code make_root(dg_world *world, dg_error *err)
{
    uint32_t root;
    dg_code rc = dg_world_block_add(world, &root, dg_chain_root(world->chain),
                                    (dg_leaf_id){ DG_NO }, (dg_node_ix){ DG_NO }, false, err);
    if (rc < 0 || (rc = dg_world_view(world, &world->blocks[root], err)) < 0)
        return rc;
    dg_approval_start(world, &world->blocks[root].view);
    return dg_consensus_root(world, root, err);
}

static dg_code start(dg_world *world, dg_error *err)
{
    dg_clock clock;
    dg_code rc = dg_chain_clock(world->chain, dg_chain_root(world->chain), &clock, err);
    if (rc != DG_OK)
        return rc;
    world->first_slot = clock.next_slot;
    world->slot_ns = clock.slot_ms * DG_MS;
    if ((rc = dg_consensus_start(world, &clock, err)) < 0 || (rc = make_root(world, err)) < 0
        || (rc = set_timer(world, DG_TAG_SLOT, 0, world->first_slot, err)) < 0
        || (rc = set_timer(world, DG_TAG_TICK, 0, 0, err)) < 0)
        return rc;
    return set_timer(world, DG_TAG_PREVOTE, first_prevote(world), 0, err);
}

dg_code dg_network_nodes(uint32_t *count, dg_chain *chain, dg_error *err)
{
    dg_people people;
    dg_code rc = dg_people_init(&people, chain, dg_chain_root(chain), err);
    *count = people.count;
    dg_people_clear(&people);
    return rc;
}

dg_code dg_network_new(dg_network **out, dg_chain *chain, const dg_network_options *options,
                       dg_error *err)
{
    dg_network *net;
    dg_world *world;
    dg_code rc = check_options(options, err);
    *out = NULL;
    if (rc < 0)
        return rc;
    if (!(net = dg_calloc(1, sizeof *net)))
        return dg_fail(err, DG_NOMEM, "no memory for a network");
    world = &net->world;
    world->chain = chain;
    world->options = *options;
    world->hooks = hooks;
    dg_world_begin_streams(world);
    if ((rc = dg_people_init(&world->people, chain, dg_chain_root(chain), err)) != DG_OK
        || (rc = make_world(world, err)) < 0 || (rc = start(world, err)) != DG_OK) {
        dg_network_free(net);
        return rc;
    }
    *out = net;
    return DG_OK;
}

static void clear_node(dg_world_node *node)
{
    dg_leaves_clear(&node->leaves);
    dg_statement_clear(&node->sd);
}

void dg_network_free(dg_network *net)
{
    dg_world *world;
    if (!net)
        return;
    world = &net->world;
    dg_sim_free(world->sim);
    for (uint32_t i = 0; world->nodes && i < world->node_count; i++)
        clear_node(&world->nodes[i]);
    dg_world_blocks_free(world);
    dg_consensus_clear(world);
    dg_approval_clear(world);
    dg_statements_clear(world);
    dg_backing_clear(world);
    dg_sessions_free(world->sessions);
    dg_node_faults_clear(world);
    dg_people_clear(&world->people);
    dg_free(world->nodes);
    dg_free(net);
}

/* ---- the door ---- */

dg_code dg_network_enact(dg_network *net, uint64_t slot, dg_how how, dg_bytes code, dg_error *err)
{
    dg_transition *what;
    dg_code rc = dg_consensus_enact(&net->world, &what, slot, err);
    if (rc < 0)
        return rc;
    what->how = how;
    what->code = code;
    return DG_OK;
}

dg_code dg_network_configure(dg_network *net, uint64_t slot, const json_t *fields, dg_error *err)
{
    dg_transition *what;
    dg_code rc = dg_consensus_enact(&net->world, &what, slot, err);
    if (rc == DG_OK)
        what->config = fields;
    return rc;
}

dg_code dg_network_later(dg_network *net, uint64_t slot, const dg_transition *what, dg_error *err)
{
    return dg_consensus_later(&net->world, slot, what, err);
}

dg_code dg_network_run(dg_network *net, uint64_t until, dg_error *err)
{
    if (net->over)
        return dg_fail(err, DG_USAGE, "the network has already ended");
    if (until < net->world.first_slot)
        return dg_fail(err, DG_USAGE, "slot %llu lies before the fork", (unsigned long long)until);
    return dg_sim_run(net->world.sim, (until + 1 - net->world.first_slot) * net->world.slot_ns - 1,
                      err);
}

uint64_t dg_network_first_slot(const dg_network *net)
{
    return net->world.first_slot;
}
uint32_t dg_network_node_count(const dg_network *net)
{
    return net->world.node_count;
}
dg_sim *dg_network_sim(dg_network *net)
{
    return net->world.sim;
}
void dg_network_verify(const dg_network *net)
{
    dg_sim_verify(net->world.sim);
    dg_world_verify(&net->world);
    dg_backing_verify(&net->world);
    dg_statements_verify(&net->world);
    dg_approval_verify(&net->world);
    dg_consensus_verify(&net->world);
    dg_node_faults_verify(&net->world);
    dg_node_rollouts_verify(&net->world);
}

void dg_network_stats_get(const dg_network *net, dg_world_stats *stats)
{
    *stats = net->world.stats;
}

const dg_node_class *dg_network_class(const dg_network *net, dg_node_ix node)
{
    return node.v < net->world.node_count ? net->world.nodes[node.v].of : NULL;
}

dg_block *dg_network_best(const dg_network *net)
{
    return net->world.blocks[dg_world_favourite(&net->world)].block;
}

dg_code dg_network_unsettled(const dg_network *net, dg_world_settled listener, void *user,
                             dg_error *err)
{
    dg_leaf_id last = { dg_world_favourite(&net->world) };
    return dg_consensus_unsettled(&net->world, last, listener, user, err);
}

dg_code dg_network_settle(dg_network *net, dg_error *err)
{
    net->over = true;
    return dg_consensus_settle(&net->world, (dg_leaf_id){ dg_world_favourite(&net->world) }, err);
}
