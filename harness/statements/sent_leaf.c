/* sent_leaf.c - a leaf that is talked about, and how a thing is said to another node of it.
 *
 * A peer is told nothing of a leaf that its view does not have; it is told what there is when it
 * has. */
#include "statements/sent_impl.h"

#include <assert.h>

dg_sent_leaf *dg_statements_sent_of(const dg_world *world, dg_leaf_id leaf)
{
    return leaf.v < world->block_count && !world->blocks[leaf.v].gone ? world->blocks[leaf.v].sent
                                                                      : NULL;
}

void dg_statements_sent_free(dg_sent_leaf *x)
{
    if (!x)
        return;
    for (uint32_t i = 0; x->core && i < x->cores; i++)
        dg_free(x->core[i].knows);
    dg_free(x->core);
    dg_free(x->seat);
    dg_free(x->told);
    dg_free(x->received);
    dg_free(x->acked);
    dg_free(x->bitfields);
    dg_free(x->held);
    dg_free(x->node);
    dg_free(x);
}

dg_code dg_statements_sent_fill_core(dg_sent_core *core, const dg_world_block *b, uint32_t i,
                                     dg_error *err)
{
    uint32_t group;
    core->seconder = DG_NO;
    if (!dg_statements_is_offered(b, (dg_place_ix){ i }))
        return DG_OK;
    group = b->candidates[i].group;
    core->from = b->view.group_from[group];
    core->members = b->view.group_from[group + 1] - core->from;
    if (core->members > DG_SENT_MEMBERS_MAX)
        return dg_fail(err, DG_LIMIT,
                       "a group has %u members; messages are exchanged in groups of up to %d",
                       core->members, DG_SENT_MEMBERS_MAX);
    core->knows = dg_calloc((size_t)core->members * core->members + 1, sizeof *core->knows);
    return core->knows ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a backing group");
}

static dg_code fill(dg_sent_leaf *x, const dg_world_block *b, dg_error *err)
{
    size_t seats = (size_t)x->nodes * x->cores + 1;
    x->core = dg_calloc(x->cores + 1, sizeof *x->core);
    x->seat = dg_calloc(seats, sizeof *x->seat);
    x->told = dg_calloc(seats * x->words, sizeof *x->told);
    x->received = dg_calloc(seats * x->words, sizeof *x->received);
    x->acked = dg_calloc(seats * x->words, sizeof *x->acked);
    x->bitfields = dg_calloc((size_t)x->nodes * x->bitfield_words + 1, sizeof *x->bitfields);
    x->held = dg_calloc((size_t)x->nodes * x->held_words + 1, sizeof *x->held);
    x->node = dg_calloc(x->nodes, sizeof *x->node);
    if (!x->core || !x->seat || !x->told || !x->received || !x->acked || !x->bitfields || !x->held
        || !x->node)
        return dg_fail(err, DG_NOMEM, "no memory for what %u nodes say of a leaf", x->nodes);
    for (uint32_t i = 0; i < x->nodes; i++)
        x->node[i].head = DG_SENT_END;
    for (uint32_t i = 0; i < x->cores; i++) {
        dg_code rc = dg_statements_sent_fill_core(&x->core[i], b, i, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

dg_code dg_statements_sent_begin(dg_world *world, dg_leaf_id leaf, dg_error *err)
{
    dg_world_block *b = &world->blocks[leaf.v];
    uint32_t slots;
    dg_code rc;
    if (b->sent || !b->session)
        return DG_OK;
    if ((rc = dg_backing_collate(world, leaf, err)) < 0)
        return rc;
    if (!(b->sent = dg_calloc(1, sizeof *b->sent)))
        return dg_fail(err, DG_NOMEM, "no memory for what is said of a leaf");
    slots = b->session->has_grid ? dg_grid_slots(&b->session->grid) : 0;
    b->sent->leaf = leaf.v;
    b->sent->cores = b->candidates ? b->place_count : 0;
    b->sent->nodes = world->node_count;
    b->sent->words = slots / 64 + 1;
    b->sent->bitfield_words = (b->session->validators + 63) / 64;
    b->sent->held_words = (b->view.core_count + 63) / 64;
    return fill(b->sent, b, err);
}

bool dg_statements_sent_enough(const dg_world *world, const dg_sent_leaf *x, dg_node_ix node,
                               dg_place_ix core, uint64_t votes)
{
    uint32_t group = world->blocks[x->leaf].candidates[core.v].group;
    return dg_statements_tally_votes(votes)
           >= dg_world_votes_needed(world, node, (dg_leaf_id){ x->leaf }, (dg_group_ix){ group });
}

uint32_t dg_statements_sent_node(const dg_world *world, const dg_sent_leaf *x, dg_place_ix core,
                                 dg_member_ix member)
{
    const dg_world_block *b = &world->blocks[x->leaf];
    assert(member.v < x->core[core.v].members);
    return dg_session_node(b->session, b->view.members[x->core[core.v].from + member.v]);
}

uint32_t dg_statements_sent_member(const dg_world *world, const dg_sent_leaf *x, dg_place_ix core,
                                   dg_node_ix node)
{
    const dg_world_block *b = &world->blocks[x->leaf];
    const dg_sent_core *c = &x->core[core.v];
    return dg_statements_tally_member(
        &(dg_statements_group){ b->session, b->view.members + c->from, c->members }, node);
}

static uint64_t pack(const dg_said *said)
{
    return (uint64_t)said->leaf << 32 | (uint64_t)said->core << 16 | said->who;
}

dg_code dg_statements_timer(dg_world *world, dg_node_ix node, uint16_t tag, dg_ns delay,
                            const dg_said *said, dg_error *err)
{
    return dg_sim_timer_after(world->sim, NULL, (dg_node_ix){ node.v }, delay,
                              &(dg_sim_timer){ .tag = tag, .a = pack(said), .b = said->votes },
                              err);
}

static bool is_asked_for(dg_message_kind kind)
{
    return kind == DG_MSG_ASK || kind == DG_MSG_ANSWER || kind == DG_MSG_POV_ASK
           || kind == DG_MSG_POV || kind == DG_MSG_CHUNK_ASK || kind == DG_MSG_CHUNK;
}

/* Has the sender been told that the other has the leaf? If not, it will act when it is. */
static dg_code in_view(dg_world *world, bool *known, dg_node_ix from, dg_node_ix to,
                       const dg_said *said, dg_error *err)
{
    dg_ns taken = world->blocks[said->leaf].taken[to.v], now = dg_sim_now(world->sim), told;
    dg_said view = { .leaf = said->leaf, .votes = to.v };
    *known = false;
    if (taken == DG_NEVER) {
        world->blocks[said->leaf].sent->node[to.v].owed = true;
        return DG_OK;
    }
    told = taken + dg_world_link_delay(world, to, from, (dg_leaf_id){ said->leaf }, DG_MSG_ASK);
    *known = told <= now;
    return *known ? DG_OK
                  : dg_statements_timer(world, from, DG_TAG_SENT_VIEW, told - now, &view, err);
}

/* What goes the new way needs a protocol that has it. */
static unsigned least_link(const dg_world *world, dg_message_kind kind, dg_leaf_id leaf)
{
    if ((kind == DG_MSG_ASK || kind == DG_MSG_ANSWER)
        && world->blocks[leaf.v].view.mode != DG_MODE_ENABLED)
        return 1;
    return kind <= DG_MSG_ANSWER && kind != DG_MSG_LEGACY ? 2 : 1;
}

dg_code dg_statements_send(dg_world *world, bool *sent, dg_node_ix from, dg_node_ix to,
                           dg_message_kind kind, const dg_said *said, dg_error *err)
{
    return dg_statements_send_bytes(world, sent, from, to, kind, said, dg_world_message_bytes(kind),
                                    err);
}

dg_code dg_statements_send_bytes(dg_world *world, bool *sent, dg_node_ix from, dg_node_ix to,
                                 dg_message_kind kind, const dg_said *said, uint64_t bytes,
                                 dg_error *err)
{
    dg_sim_parcel parcel = { .channel = world->channels.statements,
                             .tag = (uint16_t)(DG_TAG_SAID + kind),
                             .a = pack(said),
                             .b = said->votes,
                             .wire_bytes = bytes,
                             .has_luck = true };
    bool known = true;
    dg_code rc = DG_OK;
    if (sent)
        *sent = false;
    if (to.v == DG_NO || to.v == from.v
        || dg_class_link(world->nodes[from.v].of, world->nodes[to.v].of)
               < least_link(world, kind, (dg_leaf_id){ said->leaf })
        || dg_statements_reputation_parts(world, from, to))
        return DG_OK;
    if (!is_asked_for(kind) && ((rc = in_view(world, &known, from, to, said, err)) < 0 || !known))
        return rc;
    parcel.luck = dg_world_link_draw(world, from, to, said->leaf);
    dg_world_count_sent(world, kind, 1, bytes);
    if (sent)
        *sent = true;
    return dg_sim_send(world->sim, (dg_node_ix){ from.v }, (dg_node_ix){ to.v }, &parcel, err);
}
