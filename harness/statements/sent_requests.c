/* sent_requests.c - candidates are asked for by nodes that only received an announcement.
 *
 * Of its own group's candidate a member asks at once; of others' a few at a time, in
 * the order in which they were announced. A node that does not answer in time is not
 * asked again while another announced it as well. Large legacy statements are asked for
 * likewise, all at once; what limits them is how many a node serves at one time, and
 * answers do not wait for each other here.
 * Mirrors: statement-distribution v2/requests.rs, legacy_v1/requester.rs. */
#include "statements/sent_impl.h"

#include <assert.h>

static dg_code send_ask(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                        dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v };
    dg_code rc;
    assert(s->source < x->nodes && s->state != DG_SEAT_CONFIRMED);
    s->state = DG_SEAT_ASKED;
    s->asked = dg_sim_now(world->sim);
    if ((rc = dg_statements_send(world, NULL, node, (dg_node_ix){ s->source }, DG_MSG_ASK, &said,
                                 err))
        < 0)
        return rc;
    said.votes = s->asked;
    return dg_statements_timer(world, node, DG_TAG_SENT_TIMEOUT,
                               dg_statements_request_patience(world, (dg_leaf_id){ x->leaf }, node),
                               &said, err);
}

static void put_in_line(dg_sent_leaf *x, dg_node_ix node, dg_place_ix core)
{
    dg_seat_at(x, node, core)->state = DG_SEAT_QUEUED;
    dg_seat_at(x, node, core)->next = DG_SENT_END;
    if (x->node[node.v].head == DG_SENT_END)
        x->node[node.v].head = (uint16_t)core.v;
    else
        dg_seat_at(x, node, (dg_place_ix){ x->node[node.v].tail })->next = (uint16_t)core.v;
    x->node[node.v].tail = (uint16_t)core.v;
}

dg_code dg_statements_request(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                              dg_node_ix source, bool cluster, dg_error *err)
{
    dg_seat_at(x, node, core)->source = source.v;
    if (!cluster) {
        if (x->node[node.v].in_flight >= dg_world_constant(DG_CONST_REQUEST_PARALLEL)) {
            put_in_line(x, node, core);
            return DG_OK;
        }
        x->node[node.v].in_flight++;
    }
    return send_ask(world, x, node, core, err);
}

static dg_code next_in_line(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                            dg_error *err)
{
    uint16_t next = x->node[node.v].head;
    if (dg_statements_sent_member(world, x, core, node) != DG_NO)
        return DG_OK;
    assert(x->node[node.v].in_flight > 0);
    x->node[node.v].in_flight--;
    if (next == DG_SENT_END)
        return DG_OK;
    x->node[node.v].head = dg_seat_at(x, node, (dg_place_ix){ next })->next;
    x->node[node.v].in_flight++;
    return send_ask(world, x, node, (dg_place_ix){ next }, err);
}

static bool is_legacy(const dg_world *world, dg_leaf_id leaf)
{
    return world->blocks[leaf.v].view.mode != DG_MODE_ENABLED;
}

/* The candidate alone, unless too many wait for such. */
static dg_code statement_asked(dg_world *world, dg_node_ix node, dg_node_ix from,
                               const dg_said *said, dg_error *err)
{
    uint64_t bytes =
        dg_world_answer_bytes(world, (dg_leaf_id){ said->leaf }, (dg_place_ix){ said->core });
    dg_entrance entered;
    dg_code rc =
        dg_statements_request_enter(world, &entered, node, from, DG_QUEUE_DATA, said, bytes, err);
    return rc == DG_OK && entered == DG_ENTRANCE_TAKEN
               ? dg_statements_send_bytes(world, NULL, node, from, DG_MSG_ANSWER, said, bytes, err)
               : rc;
}

dg_code dg_statements_request_received(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    dg_said answer = { .leaf = said->leaf, .core = said->core, .votes = s->votes };
    dg_sent_core *c = &x->core[said->core];
    uint32_t own = dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, node),
             other = dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, from);
    if (s->state != DG_SEAT_CONFIRMED)
        return DG_OK;
    if (is_legacy(world, (dg_leaf_id){ said->leaf }))
        return statement_asked(world, node, from, said, err);
    if (own != DG_NO && other != DG_NO)
        c->knows[own * c->members + other] |= s->votes;
    return dg_statements_send_bytes(
        world, NULL, node, from, DG_MSG_ANSWER, &answer,
        dg_world_answer_bytes(world, (dg_leaf_id){ said->leaf }, (dg_place_ix){ said->core }), err);
}

dg_code dg_statements_request_enter(dg_world *world, dg_entrance *out, dg_node_ix node,
                                    dg_node_ix from, dg_request_queue_kind kind,
                                    const dg_said *said, uint64_t bytes, dg_error *err)
{
    dg_request_waiting who = { .from = from.v, .leaf = said->leaf, .core = said->core };
    uint64_t rate = dg_world_link(world)->bytes_per_s;
    dg_ns takes = rate ? bytes * 1000 * DG_MS / rate : 0;
    dg_code rc = dg_statements_queue_enter(&world->statements->peers[node.v].queues[kind], kind,
                                           out, who, dg_sim_now(world->sim), takes, err);
    world->stats.refused += rc == DG_OK && *out == DG_ENTRANCE_REFUSED;
    return rc == DG_OK && *out == DG_ENTRANCE_TWICE
               ? dg_statements_reputation_misstep(world, node, from, DG_MISSTEP_TWICE, err)
               : rc;
}

/* A proof, unless too many wait for theirs: who is refused hears nothing. */
dg_code dg_statements_pov_requested(dg_world *world, dg_node_ix node, dg_node_ix from,
                                    const dg_said *said, dg_error *err)
{
    dg_entrance entered;
    dg_code rc = dg_statements_request_enter(world, &entered, node, from, DG_QUEUE_POV, said,
                                             dg_world_message_bytes(DG_MSG_POV), err);
    return rc == DG_OK && entered == DG_ENTRANCE_TAKEN
               ? dg_statements_send(world, NULL, node, from, DG_MSG_POV, said, err)
               : rc;
}

dg_code dg_statements_request_answered(dg_world *world, dg_node_ix node, dg_node_ix from,
                                       const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    dg_code rc;
    if (s->state != DG_SEAT_ASKED || s->source != from.v)
        return DG_OK;
    if (is_legacy(world, (dg_leaf_id){ said->leaf })) {
        if (dg_sim_now(world->sim) - s->asked
            > dg_statements_request_patience(world, (dg_leaf_id){ said->leaf }, node))
            return DG_OK;
        s->state = DG_SEAT_CONFIRMED;
        return dg_statements_legacy_fetched(world, x, node, (dg_place_ix){ said->core }, err);
    }
    s->state = DG_SEAT_CONFIRMED;
    s->votes |= said->votes;
    if ((rc = next_in_line(world, x, node, (dg_place_ix){ said->core }, err)) < 0)
        return rc;
    return dg_statements_grid_confirmed(world, x, node, (dg_place_ix){ said->core }, err);
}

dg_code dg_statements_request_timeout(dg_world *world, dg_node_ix node, const dg_said *said,
                                      dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    if (s->state != DG_SEAT_ASKED || s->asked != said->votes)
        return DG_OK;
    return dg_statements_timer(
        world, node, DG_TAG_SENT_RETRY,
        dg_world_own_wait(world, node, dg_world_constant(DG_CONST_REQUEST_RETRY)), said, err);
}

/* Another that told of it, the next one after who was asked. */
static uint32_t other_source(const dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                             dg_place_ix core)
{
    const dg_session *g = world->blocks[x->leaf].session;
    const uint64_t *received = dg_sent_set(x, x->received, node, core);
    uint32_t slots = g->has_grid && g->member[node.v] != DG_NO ? dg_grid_slots(&g->grid) : 0,
             source = dg_seat_at(x, node, core)->source;
    uint32_t from = slots && g->member[source] != DG_NO
                        ? dg_grid_slot(&g->grid, (dg_discovery_ix){ g->member[node.v] },
                                       (dg_discovery_ix){ g->member[source] })
                        : DG_NO;
    for (uint32_t i = 1; from != DG_NO && i < slots; i++) {
        uint32_t slot = (from + i) % slots;
        if (dg_sent_has(received, slot))
            return g
                ->node[dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[node.v] }, slot)];
    }
    return source;
}

dg_code dg_statements_request_retry(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    if (s->state != DG_SEAT_ASKED || s->asked != said->votes)
        return DG_OK;
    if (is_legacy(world, (dg_leaf_id){ said->leaf }) && s->other) {
        uint32_t was = s->source;
        s->source = s->other - 1;
        s->other = was + 1;
    } else if (!is_legacy(world, (dg_leaf_id){ said->leaf })) {
        s->source = other_source(world, x, node, (dg_place_ix){ said->core });
    }
    return send_ask(world, x, node, (dg_place_ix){ said->core }, err);
}
