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

/* ---- a leaf that is talked about ---- */

dg_sent_leaf *dg_statements_sent_of(const dg_world *world, uint32_t leaf)
{
    return leaf < world->block_count && !world->blocks[leaf].gone ? world->blocks[leaf].exchange
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
    dg_free(x->heard);
    dg_free(x->acked);
    dg_free(x->bitfields);
    dg_free(x->held);
    dg_free(x->node);
    dg_free(x);
}

static dg_code fill_core(dg_sent_core *core, const dg_world_block *b, uint32_t i, dg_error *err)
{
    uint32_t group;
    core->seconder = DG_NO;
    if (!dg_statements_is_offered(b, i))
        return DG_OK;
    group = b->candidates[i].group;
    core->from = b->view.group_from[group];
    core->members = b->view.group_from[group + 1] - core->from;
    core->needed = dg_view_votes_needed(&b->view, group);
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
    x->heard = dg_calloc(seats * x->words, sizeof *x->heard);
    x->acked = dg_calloc(seats * x->words, sizeof *x->acked);
    x->bitfields = dg_calloc((size_t)x->nodes * x->bitfield_words + 1, sizeof *x->bitfields);
    x->held = dg_calloc((size_t)x->nodes * x->held_words + 1, sizeof *x->held);
    x->node = dg_calloc(x->nodes, sizeof *x->node);
    if (!x->core || !x->seat || !x->told || !x->heard || !x->acked || !x->bitfields || !x->held
        || !x->node)
        return dg_fail(err, DG_NOMEM, "no memory for what %u nodes say of a leaf", x->nodes);
    for (uint32_t i = 0; i < x->nodes; i++)
        x->node[i].head = DG_SENT_END;
    for (uint32_t i = 0; i < x->cores; i++) {
        dg_code rc = fill_core(&x->core[i], b, i, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code begin(dg_world *world, uint32_t leaf, dg_error *err)
{
    dg_world_block *b = &world->blocks[leaf];
    uint32_t slots;
    dg_code rc;
    if (b->exchange || !b->session)
        return DG_OK;
    if ((rc = dg_backing_collate(world, leaf, err)) < 0)
        return rc;
    if (!(b->exchange = dg_calloc(1, sizeof *b->exchange)))
        return dg_fail(err, DG_NOMEM, "no memory for what is said of a leaf");
    slots = b->session->has_grid ? dg_grid_slots(&b->session->grid) : 0;
    b->exchange->leaf = leaf;
    b->exchange->cores = b->candidates ? b->offers : 0;
    b->exchange->nodes = world->node_count;
    b->exchange->words = slots / 64 + 1;
    b->exchange->bitfield_words = (b->session->validators + 63) / 64;
    b->exchange->held_words = (b->view.core_count + 63) / 64;
    return fill(b->exchange, b, err);
}

uint32_t dg_statements_sent_node(const dg_world *world, const dg_sent_leaf *x, uint32_t core,
                                 uint32_t member)
{
    const dg_world_block *b = &world->blocks[x->leaf];
    return b->session->node[b->view.members[x->core[core].from + member]];
}

uint32_t dg_statements_sent_member(const dg_world *world, const dg_sent_leaf *x, uint32_t core,
                                   uint32_t node)
{
    for (uint32_t i = 0; i < x->core[core].members; i++)
        if (dg_statements_sent_node(world, x, core, i) == node)
            return i;
    return DG_NO;
}

/* ---- sending ---- */

static uint64_t pack(const dg_said *said)
{
    return (uint64_t)said->leaf << 32 | (uint64_t)said->core << 16 | said->who;
}

static dg_said unpack(const dg_sim_event *e)
{
    return (dg_said){ (uint32_t)(e->a >> 32), (uint16_t)(e->a >> 16), (uint16_t)e->a, e->b };
}

dg_code dg_statements_timer(dg_world *world, uint32_t node, uint16_t tag, dg_ns delay,
                            const dg_said *said, dg_error *err)
{
    return dg_sim_timer_after(world->sim, NULL, (dg_node_ix){ node }, delay,
                              &(dg_sim_timer){ .tag = tag, .a = pack(said), .b = said->votes },
                              err);
}

static bool is_asked_for(dg_message_kind kind)
{
    return kind == DG_MSG_ASK || kind == DG_MSG_ANSWER || kind == DG_MSG_POV_ASK
           || kind == DG_MSG_POV || kind == DG_MSG_CHUNK_ASK || kind == DG_MSG_CHUNK;
}

/* Has the sender been told that the other has the leaf? If not, it will act when it is. */
static dg_code in_view(dg_world *world, bool *known, uint32_t from, uint32_t to,
                       const dg_said *said, dg_error *err)
{
    dg_ns taken = world->blocks[said->leaf].taken[to], now = dg_sim_now(world->sim), told;
    dg_said view = { .leaf = said->leaf, .votes = to };
    *known = false;
    if (taken == DG_NEVER) {
        world->blocks[said->leaf].exchange->node[to].owed = true;
        return DG_OK;
    }
    told = taken + dg_world_link_delay(world, to, from, said->leaf, DG_MSG_ASK);
    *known = told <= now;
    return *known ? DG_OK
                  : dg_statements_timer(world, from, DG_TAG_SENT_VIEW, told - now, &view, err);
}

/* What goes the new way needs a protocol that has it. */
static unsigned least_link(const dg_world *world, dg_message_kind kind, uint32_t leaf)
{
    if ((kind == DG_MSG_ASK || kind == DG_MSG_ANSWER)
        && world->blocks[leaf].view.mode != DG_MODE_ENABLED)
        return 1;
    return kind <= DG_MSG_ANSWER && kind != DG_MSG_LEGACY ? 2 : 1;
}

dg_code dg_statements_send(dg_world *world, bool *sent, uint32_t from, uint32_t to,
                           dg_message_kind kind, const dg_said *said, dg_error *err)
{
    return dg_statements_send_bytes(world, sent, from, to, kind, said, dg_world_message_bytes(kind),
                                    err);
}

dg_code dg_statements_send_bytes(dg_world *world, bool *sent, uint32_t from, uint32_t to,
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
    if (to == DG_NO || to == from
        || dg_class_link(world->nodes[from].of, world->nodes[to].of)
               < least_link(world, kind, said->leaf)
        || dg_statements_reputation_parts(world, from, to))
        return DG_OK;
    if (!is_asked_for(kind) && ((rc = in_view(world, &known, from, to, said, err)) < 0 || !known))
        return rc;
    parcel.luck = dg_world_link_draw(world, from, to, said->leaf);
    dg_world_count_sent(world, kind, 1, bytes);
    if (sent)
        *sent = true;
    return dg_sim_send(world->sim, (dg_node_ix){ from }, (dg_node_ix){ to }, &parcel, err);
}

/* ---- what a node learns ---- */

dg_code dg_statements_sent_backed(dg_world *world, dg_sent_leaf *x, uint32_t node, uint32_t core,
                                  dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    if (s->backed || s->state != DG_SEAT_CONFIRMED
        || dg_sent_count_votes(s->votes) < x->core[core].needed)
        return DG_OK;
    s->backed = true;
    return world->blocks[x->leaf].way[node] == DG_WAY_V2
               ? dg_statements_grid_announce(world, x, node, core, err)
               : DG_OK;
}

dg_code dg_statements_sent_learn(dg_world *world, dg_sent_leaf *x, uint32_t node, uint32_t core,
                                 uint32_t who, dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    dg_code rc = DG_OK;
    if (s->votes >> who & 1)
        return DG_OK;
    s->votes |= (uint64_t)1 << who;
    if (s->state != DG_SEAT_CONFIRMED)
        return DG_OK;
    if (dg_statements_sent_member(world, x, core, node) != DG_NO)
        for (uint32_t to = 0; to < x->core[core].members && rc == DG_OK; to++)
            rc = dg_statements_cluster_circulate(world, x, node, core, to, err);
    if (rc == DG_OK && s->announced)
        rc = dg_statements_grid_tell(world, x, node, core, who, err);
    return rc < 0 ? rc : dg_statements_sent_backed(world, x, node, core, err);
}

/* ---- a leaf is taken up ---- */

/* Its own collation, if it gets one, is checked after this at the soonest. */
static dg_code expect_collation(dg_world *world, dg_sent_leaf *x, uint32_t node, uint32_t core,
                                dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core };
    dg_ns ready, now = dg_sim_now(world->sim);
    if (!x->core[core].members || dg_statements_sent_member(world, x, core, node) == DG_NO)
        return DG_OK;
    if ((ready = dg_backing_collation_at(world, x->leaf, core, node)) == DG_NEVER)
        return DG_OK;
    ready += dg_backing_pvf_execute_ns(world, world->blocks[x->leaf].candidates[core].para);
    return dg_statements_timer(world, node, DG_TAG_SENT_READY, ready > now ? ready - now : 0, &said,
                               err);
}

static dg_code expect_collations(dg_world *world, dg_sent_leaf *x, uint32_t node, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t core = 0; core < x->cores && rc == DG_OK; core++)
        rc = expect_collation(world, x, node, core, err);
    return rc;
}

/* Made after some have taken the leaf up. */
dg_code dg_statements_sent_offered(dg_world *world, uint32_t leaf, uint32_t core, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    dg_code rc = x ? fill_core(&x->core[core], &world->blocks[leaf], core, err) : DG_OK;
    for (uint32_t node = 0; x && node < x->nodes && rc == DG_OK; node++)
        rc = expect_collation(world, x, node, core, err);
    return rc;
}

/* Those that had something for it learn that it has the leaf. */
static dg_code tell_view(dg_world *world, dg_sent_leaf *x, uint32_t node, dg_error *err)
{
    dg_said said = { .leaf = x->leaf, .votes = node };
    dg_code rc = DG_OK;
    if (!x->node[node].owed)
        return DG_OK;
    x->node[node].owed = false;
    for (uint32_t from = 0; from < x->nodes && rc == DG_OK; from++)
        if (from != node && world->blocks[x->leaf].way[from]
            && dg_sim_reachable(world->sim, (dg_node_ix){ node }, (dg_node_ix){ from }))
            rc = dg_statements_timer(world, from, DG_TAG_SENT_VIEW,
                                     dg_world_link_delay(world, node, from, x->leaf, DG_MSG_ASK),
                                     &said, err);
    return rc;
}

dg_code dg_statements_sent_taken_up(dg_world *world, uint32_t node, uint32_t leaf, dg_error *err)
{
    dg_said said = { .leaf = leaf };
    dg_sent_leaf *x;
    dg_code rc = begin(world, leaf, err);
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
static dg_code catch_up(dg_world *world, uint32_t node, const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, said->leaf);
    uint32_t to = (uint32_t)said->votes;
    dg_code rc = DG_OK;
    if (!x || world->blocks[said->leaf].taken[node] == DG_NEVER)
        return DG_OK;
    if (world->blocks[said->leaf].way[node] == DG_WAY_LEGACY)
        rc = dg_statements_legacy_catch_up(world, x, node, to, err);
    for (uint32_t core = 0;
         core < x->cores && rc == DG_OK && world->blocks[said->leaf].way[node] == DG_WAY_V2;
         core++) {
        uint32_t member =
            x->core[core].members ? dg_statements_sent_member(world, x, core, to) : DG_NO;
        if (member != DG_NO && dg_statements_sent_member(world, x, core, node) != DG_NO)
            rc = dg_statements_cluster_circulate(world, x, node, core, member, err);
        else if (member == DG_NO)
            rc = dg_statements_grid_announce_to(world, x, node, core, to, err);
    }
    return rc < 0 ? rc : dg_statements_bitfield_catch_up(world, x, node, to, err);
}

/* ---- what comes in ---- */

static dg_code message(dg_world *world, uint32_t node, uint32_t from, dg_message_kind kind,
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

dg_code dg_statements_sent_event(dg_world *world, uint32_t node, const dg_sim_event *event,
                                 dg_error *err)
{
    dg_said said = unpack(event);
    if (event->tag == DG_TAG_SAID + DG_MSG_CHUNK_ASK)
        return dg_statements_chunk_requested(world, node, event->from.v, &said, err);
    if (event->tag == DG_TAG_SAID + DG_MSG_CHUNK)
        return dg_statements_chunk_answer(world, node, &said, err);
    if (event->tag == DG_TAG_SENT_CHUNK)
        return dg_statements_chunk_timeout(world, node, &said, err);
    if (!dg_statements_sent_of(world, said.leaf))
        return DG_OK; /* of a block that has been forgotten meanwhile */
    if (event->tag >= DG_TAG_SAID)
        return message(world, node, event->from.v, (dg_message_kind)(event->tag - DG_TAG_SAID),
                       &said, err);
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

uint32_t dg_statements_sent_votes(const dg_world *world, uint8_t *voted, uint32_t leaf,
                                  uint32_t core, uint32_t listener)
{
    const dg_world_block *b = &world->blocks[leaf];
    dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    dg_way way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    const dg_seat *s;
    uint32_t votes;
    memset(voted, 0, DG_GROUP_MAX);
    if (!x || !x->core[core].members || b->way[listener] != way)
        return 0;
    s = dg_seat_at(x, listener, core);
    if ((votes = dg_sent_count_votes(s->votes)) < x->core[core].needed
        || s->state != DG_SEAT_CONFIRMED)
        return 0;
    for (uint32_t i = 0; i < x->core[core].members; i++)
        if (s->votes >> i & 1)
            voted[i] = (uint8_t)(i == x->core[core].seconder ? DG_VOTE_SECONDED : DG_VOTE_VALID);
    return votes;
}

bool dg_statements_sent_bitfield(const dg_world *world, uint32_t leaf, uint32_t validator,
                                 uint32_t listener)
{
    const dg_sent_leaf *x = dg_statements_sent_of(world, leaf);
    return x && dg_sent_has(x->bitfields + (size_t)listener * x->bitfield_words, validator);
}
