/* verify.c - everything that must hold of statements on their way between two slots. */
#include "statements/sent_impl.h"

#include <assert.h>

/* ---- peers ---- */

static void verify_scores(const dg_world *world, const dg_peer_scores *scores)
{
    assert(scores->count <= scores->cap);
    for (uint32_t i = 0; i < scores->count; i++) {
        assert(scores->of[i].peer < world->node_count);
        assert(!i || scores->of[i - 1].peer < scores->of[i].peer);
    }
}

/* Answers leave in the order of the requests, and each request waits once. */
static void verify_queue(const dg_world *world, const dg_request_queue *q,
                         dg_request_queue_kind kind)
{
    assert(q->count <= dg_statements_queue_at(kind)->most);
    for (uint32_t i = 0; i < q->count; i++) {
        assert(q->of[i].from < world->node_count);
        assert(q->of[i].leaf < world->block_count);
        assert(!i || q->of[i - 1].until <= q->of[i].until);
    }
}

/* ---- what was sent of a leaf ---- */

/* The line of candidates that a node asks for ends, and comes to no core twice. */
static void verify_line(const dg_sent_leaf *x, dg_node_ix node)
{
    uint32_t left = x->cores;
    for (uint16_t at = x->node[node.v].head; at != DG_SENT_END;
         at = dg_seat_at(x, node, (dg_place_ix){ at })->next) {
        assert(at < x->cores);
        assert(left-- > 0);
    }
    assert(x->node[node.v].in_flight <= dg_world_constant(DG_CONST_REQUEST_PARALLEL));
}

static void verify_seat(const dg_sent_leaf *x, dg_node_ix node, dg_place_ix core)
{
    const dg_seat *s = dg_seat_at(x, node, core);
    const dg_sent_core *c = &x->core[core.v];
    assert(s->state <= DG_SEAT_CONFIRMED);
    assert(s->source < x->nodes && s->other <= x->nodes);
    assert(c->members >= DG_SENT_MEMBERS_MAX || s->votes >> c->members == 0);
    assert(!s->backed || (s->state == DG_SEAT_CONFIRMED && c->members));
    assert(!s->announced || s->backed);
}

static void verify_core(const dg_world *world, const dg_sent_leaf *x, dg_place_ix core)
{
    const dg_sent_core *c = &x->core[core.v];
    const dg_view *v = &world->blocks[x->leaf].view;
    assert(c->members <= DG_SENT_MEMBERS_MAX);
    assert(!c->members || c->knows);
    assert(!c->members || c->from + c->members <= v->group_from[v->group_count]);
    assert(c->seconder == DG_NO || c->seconder < c->members);
    for (uint32_t node = 0; node < x->nodes; node++)
        verify_seat(x, (dg_node_ix){ node }, core);
}

static void verify_leaf(const dg_world *world, uint32_t id)
{
    const dg_world_block *b = &world->blocks[id];
    const dg_sent_leaf *x = b->sent;
    assert(x->leaf == id);
    assert(b->session);
    assert(x->nodes == world->node_count);
    assert(x->cores == (b->candidates ? b->place_count : 0));
    assert(x->words * 64 >= (b->session->has_grid ? dg_grid_slots(&b->session->grid) : 0));
    assert(x->bitfield_words * 64 >= b->session->validators);
    assert(x->held_words * 64 >= b->view.core_count);
    for (uint32_t core = 0; core < x->cores; core++)
        verify_core(world, x, (dg_place_ix){ core });
    for (uint32_t node = 0; node < x->nodes; node++)
        verify_line(x, (dg_node_ix){ node });
}

void dg_statements_verify(const dg_world *world)
{
    const dg_statements *s = world->statements;
    assert(s->by == dg_statements_distribution_of(&world->options));
    for (uint32_t i = 0; i < world->node_count; i++) {
        verify_scores(world, &s->peers[i].scores);
        for (int k = 0; k < DG_QUEUE_COUNT; k++)
            verify_queue(world, &s->peers[i].queues[k], (dg_request_queue_kind)k);
    }
    for (uint32_t id = world->first_kept; id < world->block_count; id++) {
        const dg_world_block *b = &world->blocks[id];
        assert(s->by == &dg_statements_sent || (!b->sent && !b->chunks));
        if (b->sent)
            verify_leaf(world, id);
    }
    for (int i = 0; i < DG_MSG_COUNT; i++)
        assert(s->messages_told[i] <= world->stats.messages[i]);
    assert(s->bytes_told <= world->stats.message_bytes);
}
