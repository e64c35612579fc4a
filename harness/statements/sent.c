/* sent.c - what nodes say to each other of a leaf, message by message.
 *
 * A node begins with a leaf when its subsystems take it up. A peer is told nothing of
 * a leaf that its view does not have; when it has, it is told what there is. What is
 * said inside a group stands in sent_cluster.c, what groups say to the network in
 * sent_grid.c, requests in sent_requests.c, the old way in sent_legacy.c,
 * availability in sent_bitfields.c and sent_chunks.c.
 * Mirrors: statement-distribution lib.rs, v2/mod.rs; bitfield-distribution. */
#include "statements/sent_impl.h"

#include <string.h>

static dg_said unpack(const dg_sim_event *e)
{
    return (dg_said){ (uint32_t)(e->a >> 32), (uint16_t)(e->a >> 16), (uint16_t)e->a, e->b };
}

/* ---- a leaf is taken up ---- */

/* Its own collation, if it gets one, is checked after this at the soonest. */
static dg_code expect_collation(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                                dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v };
    dg_ns ready, now = dg_sim_now(world->sim);
    if (!x->core[core.v].members || dg_statements_sent_member(world, x, core, node) == DG_NO)
        return DG_OK;
    if ((ready = dg_backing_collation_at(world, (dg_leaf_id){ x->leaf }, core, node)) == DG_NEVER)
        return DG_OK;
    ready += dg_backing_pvf_execute_ns(
        world, (dg_para_id){ world->blocks[x->leaf].candidates[core.v].para });
    return dg_statements_timer(world, node, DG_TAG_SENT_READY, ready > now ? ready - now : 0, &said,
                               err);
}

static dg_code expect_collations(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t core = 0; core < x->cores && rc == DG_OK; core++)
        rc = expect_collation(world, x, node, (dg_place_ix){ core }, err);
    return rc;
}

/* Made after some have taken the leaf up. */
static dg_code offered(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    dg_code rc =
        x ? dg_statements_sent_fill_core(&x->core[core.v], &world->blocks[leaf.v], core.v, err)
          : DG_OK;
    for (uint32_t node = 0; x && node < x->nodes && rc == DG_OK; node++)
        rc = expect_collation(world, x, (dg_node_ix){ node }, core, err);
    return rc;
}

/* Those that had something for it learn that it has the leaf. */
static dg_code tell_view(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .votes = node.v };
    dg_code rc = DG_OK;
    if (!x->node[node.v].owed)
        return DG_OK;
    x->node[node.v].owed = false;
    for (uint32_t from = 0; from < x->nodes && rc == DG_OK; from++)
        if (from != node.v && world->blocks[x->leaf].way[from]
            && dg_sim_reachable(world->sim, (dg_node_ix){ node.v }, (dg_node_ix){ from }))
            rc = dg_statements_timer(world, (dg_node_ix){ from }, DG_TAG_SENT_VIEW,
                                     dg_world_link_delay(world, node, (dg_node_ix){ from },
                                                         (dg_leaf_id){ x->leaf }, DG_MSG_ASK),
                                     &said, err);
    return rc;
}

static dg_code taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err)
{
    dg_said said = { .leaf = leaf.v };
    dg_sent_leaf *x;
    dg_code rc = dg_statements_sent_begin(world, leaf, err);
    if (rc < 0 || !(x = dg_statements_sent_of(world, leaf)))
        return rc;
    if ((rc = expect_collations(world, x, node, err)) < 0
        || (rc = tell_view(world, x, node, err)) < 0)
        return rc;
    return dg_statements_timer(
        world, node, DG_TAG_SENT_SIGN,
        dg_world_own_wait(world, node, dg_world_constant(DG_CONST_BITFIELD_WAIT)), &said, err);
}

/* All that the node has for another, whose view has just come. */
static dg_code catch_up(dg_world *world, dg_node_ix node, const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    uint32_t to = (uint32_t)said->votes;
    dg_code rc = DG_OK;
    if (!x || world->blocks[said->leaf].taken[node.v] == DG_NEVER)
        return DG_OK;
    if (world->blocks[said->leaf].way[node.v] == DG_WAY_LEGACY)
        rc = dg_statements_legacy_catch_up(world, x, node, (dg_node_ix){ to }, err);
    for (uint32_t core = 0;
         core < x->cores && rc == DG_OK && world->blocks[said->leaf].way[node.v] == DG_WAY_V2;
         core++) {
        uint32_t member =
            x->core[core].members
                ? dg_statements_sent_member(world, x, (dg_place_ix){ core }, (dg_node_ix){ to })
                : DG_NO;
        if (member != DG_NO
            && dg_statements_sent_member(world, x, (dg_place_ix){ core }, node) != DG_NO)
            rc = dg_statements_cluster_circulate(world, x, node, (dg_place_ix){ core },
                                                 (dg_node_ix){ member }, err);
        else if (member == DG_NO)
            rc = dg_statements_grid_announce_to(world, x, node, (dg_place_ix){ core },
                                                (dg_node_ix){ to }, err);
    }
    return rc < 0 ? rc : dg_statements_bitfield_catch_up(world, x, node, (dg_node_ix){ to }, err);
}

/* ---- what comes in ---- */

static dg_code message(dg_world *world, dg_node_ix node, dg_node_ix from, dg_message_kind kind,
                       const dg_said *said, dg_error *err)
{
    switch (kind) {
    case DG_MSG_STATEMENT:
        return dg_statements_cluster_statement(world, node, from, said, err);
    case DG_MSG_LEGACY:
        return dg_statements_legacy_statement(world, node, from, said, err);
    case DG_MSG_MANIFEST:
        return dg_statements_grid_manifest(world, node, from, said, err);
    case DG_MSG_KNOWN:
        return dg_statements_grid_acknowledged(world, node, from, said, err);
    case DG_MSG_VOTE:
        return dg_statements_grid_vote(world, node, from, said, err);
    case DG_MSG_ASK:
        return dg_statements_request_received(world, node, from, said, err);
    case DG_MSG_ANSWER:
        return dg_statements_request_answered(world, node, from, said, err);
    case DG_MSG_POV_ASK:
        return dg_statements_pov_requested(world, node, from, said, err);
    case DG_MSG_POV:
        return dg_statements_cluster_proof(world, node, said, err);
    default:
        return dg_statements_bitfield_received(world, node, from, said, err);
    }
}

static dg_code event_at(dg_world *world, dg_node_ix node, const dg_sim_event *event, dg_error *err)
{
    dg_said said = unpack(event);
    if (event->tag == DG_TAG_SAID + DG_MSG_CHUNK_ASK)
        return dg_statements_chunk_requested(world, node, (dg_node_ix){ event->from.v }, &said,
                                             err);
    if (event->tag == DG_TAG_SAID + DG_MSG_CHUNK)
        return dg_statements_chunk_answer(world, node, &said, err);
    if (event->tag == DG_TAG_SENT_CHUNK)
        return dg_statements_chunk_timeout(world, node, &said, err);
    if (!dg_statements_sent_of(world, (dg_leaf_id){ said.leaf }))
        return DG_OK; /* of a block that has been forgotten meanwhile */
    if (event->tag >= DG_TAG_SAID)
        return message(world, node, (dg_node_ix){ event->from.v },
                       (dg_message_kind)(event->tag - DG_TAG_SAID), &said, err);
    switch (event->tag) {
    case DG_TAG_SENT_READY:
        return dg_statements_cluster_ready(world, node, &said, err);
    case DG_TAG_SENT_EXECUTED:
        return dg_statements_cluster_executed(world, node, &said, err);
    case DG_TAG_SENT_TIMEOUT:
        return dg_statements_request_timeout(world, node, &said, err);
    case DG_TAG_SENT_RETRY:
        return dg_statements_request_retry(world, node, &said, err);
    case DG_TAG_SENT_SIGN:
        return dg_statements_bitfield_sign(world, node, &said, err);
    default:
        return catch_up(world, node, &said, err);
    }
}

/* ---- what an author has ---- */

static dg_code votes(dg_world *world, uint8_t *voted, uint32_t *votes, dg_leaf_id leaf,
                     dg_place_ix core, dg_node_ix listener, dg_error *err)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    dg_way way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    const dg_seat *s;
    (void)err;
    memset(voted, 0, DG_GROUP_MAX);
    if (!x || !x->core[core.v].members || b->way[listener.v] != way)
        return DG_OK;
    s = dg_seat_at(x, listener, core);
    if (!dg_statements_sent_enough(world, x, listener, core, s->votes)
        || s->state != DG_SEAT_CONFIRMED)
        return DG_OK;
    for (uint32_t i = 0; i < x->core[core.v].members; i++)
        if (s->votes >> i & 1)
            voted[i] = (uint8_t)(i == x->core[core.v].seconder ? DG_VOTE_SECONDED : DG_VOTE_VALID);
    *votes = dg_statements_tally_votes(s->votes);
    return DG_OK;
}

const dg_statements_distribution dg_statements_sent = {
    .taken_up = taken_up,
    .chunks_taken_up = dg_statements_sent_chunks_taken_up,
    .offered = offered,
    .event = event_at,
    .votes = votes,
    .bitfield_is_here = dg_statements_sent_bitfield_is_here,
    .bitfield_read = dg_statements_sent_bitfield_read,
    .recovery_ns = dg_backing_recovery_over_links,
    .recovery_count = dg_backing_recovery_count,
    .messages_tell = dg_statements_sent_messages_tell,
};
