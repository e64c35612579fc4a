/* computed.c - who has heard which votes of a candidate by now, without a message being sent.
 *
 * The time at which a vote is at a listener follows from the states of all nodes on
 * its way: when each took up the leaf, which of its two state machines works on it,
 * since when it holds the session's grid, what protocol its links speak, and what the
 * links delay. sent.c sends every message instead; both come to the same, but for
 * one thing: a fault is taken to stand from before the leaf on, so what was said
 * before it began and heard after is settled only when the next leaf comes.
 *
 * Old way: votes are gossiped; two hops, whatever topology a node has.
 * New way: inside the group computed_cluster.c, outside of it computed_grid.c.
 * Mirrors: statement-distribution legacy_v1, v2 (cluster.rs, grid.rs, requests.rs). */
#include "statements/statements_impl.h"

#include <string.h>

/* ---- asking, telling, reading ---- */

bool dg_statements_is_large(const dg_world *world, uint32_t leaf, uint32_t core)
{
    const dg_world_block *b = &world->blocks[leaf];
    return b->view.mode != DG_MODE_ENABLED && dg_candidate_is_large(&b->candidates[core]);
}

dg_ns dg_statements_request_patience(const dg_world *world, uint32_t leaf, uint32_t node)
{
    bool v2 = world->blocks[leaf].view.mode == DG_MODE_ENABLED;
    return dg_world_own_wait(
        world, node, dg_world_constant(v2 ? DG_CONST_REQUEST_TIMEOUT : DG_CONST_STATEMENT_TIMEOUT));
}

dg_ns dg_statements_computed_request(const dg_world *world, uint32_t node, uint32_t of,
                                     uint32_t leaf, uint32_t core)
{
    dg_ns both = dg_world_link_delay(world, node, of, leaf, DG_MSG_ASK)
                 + dg_sim_link_delay(world->sim, (dg_node_ix){ of }, (dg_node_ix){ node },
                                     dg_world_link_draw(world, of, node, leaf),
                                     dg_world_answer_bytes(world, leaf, core));
    return both > dg_statements_request_patience(world, leaf, node) ? DG_NEVER : both;
}

/* Nothing is told to a peer before its view has the leaf. */
dg_ns dg_statements_computed_told(const dg_world *world, uint32_t from, uint32_t to, uint32_t leaf,
                                  dg_ns at, dg_message_kind kind)
{
    dg_ns taken = world->blocks[leaf].taken[to], view;
    if (from == to)
        return at;
    if (at == DG_NEVER || taken == DG_NEVER)
        return DG_NEVER;
    view = taken + dg_world_link_delay(world, to, from, leaf, DG_MSG_ASK);
    return dg_world_link_arrival(world, from, to, view > at ? view : at,
                                 dg_world_link_delay(world, from, to, leaf, kind));
}

/* Two hops; four over somebody who speaks with both, where the two have no protocol in
 * common. Whoever hears something first tells it on, so one who can is enough. */
dg_ns dg_statements_computed_gossip(const dg_world *world, uint32_t from, uint32_t to,
                                    uint32_t leaf, dg_ns at, dg_message_kind kind)
{
    const dg_world_block *b = &world->blocks[leaf];
    if (at == DG_NEVER || from == to)
        return at;
    if (dg_world_linked(world, from, to, DG_WAY_LEGACY))
        return dg_world_link_arrival(world, from, to, at,
                                     2 * dg_world_link_delay(world, from, to, leaf, kind));
    for (uint32_t z = 0; z < world->node_count; z++) {
        dg_ns there;
        if (b->taken[z] > at || (kind == DG_MSG_LEGACY && b->way[z] != DG_WAY_LEGACY)
            || !dg_world_linked(world, from, z, DG_WAY_LEGACY)
            || !dg_world_linked(world, z, to, DG_WAY_LEGACY))
            continue;
        there = dg_world_link_arrival(world, from, z, at,
                                      2 * dg_world_link_delay(world, from, z, leaf, kind));
        there = dg_world_link_arrival(world, z, to, there,
                                      2 * dg_world_link_delay(world, z, to, leaf, kind));
        if (there != DG_NEVER)
            return there;
    }
    return DG_NEVER;
}

const dg_session *dg_statements_grid_held(const dg_world *world, uint32_t node, uint32_t leaf,
                                          dg_ns *since)
{
    const dg_entry *e =
        dg_statement_entry(&world->nodes[node].sd, world->blocks[leaf].view.session);
    if (!e || !e->grid || !e->grid->has_grid)
        return NULL;
    *since = e->grid_at;
    return e->grid;
}

/* Who cannot read the candidate's descriptor calls it invalid and says nothing for it, nor
 * does who sees another parachain's turn, or was disabled. */
bool dg_statements_reads(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node)
{
    const dg_world_block *b = &world->blocks[leaf];
    if (!dg_view_assigns(&b->view, b->candidates[core].core, b->candidates[core].para,
                         world->nodes[node].of)
        || dg_view_is_disabled(&b->view, b->session->member[node]))
        return false;
    return !world->blocks[leaf].candidates[core].receipt_v2 || world->nodes[node].of->receipts_v2;
}

/* Nobody votes on what it cannot execute. */
dg_ns dg_statements_validated_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node,
                                 dg_ns from)
{
    const dg_world_block *b = &world->blocks[leaf];
    dg_ns artifact =
        from == DG_NEVER || !dg_statements_reads(world, leaf, core, node)
            ? DG_NEVER
            : dg_backing_pvf_ready_at(world, node, b->session, b->candidates[core].para);
    dg_ns takes = dg_backing_pvf_execute_ns(world, b->candidates[core].para);
    if (artifact == DG_NEVER || takes > b->session->executor.backing_ms * DG_MS)
        return DG_NEVER;
    return (artifact > from ? artifact : from) + takes;
}

dg_ns dg_statements_seconded_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node)
{
    return dg_statements_validated_at(world, leaf, core, node,
                                      dg_backing_collation_at(world, leaf, core, node));
}

/* ---- what a listener has ---- */

/* With each of the two hops of a large statement it is asked for, and no vote counts before. */
static void wait_for_whole(const dg_computed_cluster *s, dg_ns *at, uint32_t listener)
{
    dg_ns asked = dg_statements_computed_request(
              s->world, listener, dg_statements_computed_cluster_node(s, s->seconder), s->leaf,
              s->core),
          first = at[s->seconder];
    dg_ns whole = first == DG_NEVER || asked == DG_NEVER ? DG_NEVER : first + 2 * asked;
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = at[i] > whole ? at[i] : whole;
}

static void votes_gossiped(const dg_computed_cluster *s, dg_ns *at, uint32_t listener)
{
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = dg_statements_computed_gossip(s->world, dg_statements_computed_cluster_node(s, i),
                                              listener, s->leaf, s->voted[i], DG_MSG_LEGACY);
    if (s->seconder != DG_NO && dg_statements_is_large(s->world, s->leaf, s->core))
        wait_for_whole(s, at, listener);
}

static dg_code votes_over_grid(dg_world *world, const dg_computed_cluster *s, dg_ns *at,
                               uint32_t listener, dg_error *err)
{
    dg_reached r;
    dg_code rc = dg_statements_computed_grid_reach(world, &r, s->leaf, s->core, listener, err);
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns there = rc < 0 || r.at == DG_NEVER ? DG_NEVER : s->held[i][r.member];
        at[i] = there == DG_NEVER ? DG_NEVER : there + r.path > r.at ? there + r.path : r.at;
    }
    return rc;
}

bool dg_statements_is_offered(const dg_world_block *b, uint32_t core)
{
    return b->candidates && core < b->offers && b->candidates[core].para != DG_NO
           && b->view.mode != DG_MODE_ERROR;
}

uint32_t dg_statements_able(const dg_world *world, uint32_t leaf, uint32_t group)
{
    const dg_world_block *b = &world->blocks[leaf];
    uint32_t able = 0;
    dg_way way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    for (uint32_t i = b->view.group_from[group]; i < b->view.group_from[group + 1]; i++) {
        uint32_t node = b->session->node[b->view.members[i]];
        able += node != DG_NO && b->way[node] == way && dg_world_has(world, node, leaf)
                && dg_sim_node_up(world->sim, (dg_node_ix){ node })
                && !(world->nodes[node].withholds & DG_WITHHOLD_STATEMENTS);
    }
    return able;
}

bool dg_statements_backable(const dg_world *world, uint32_t leaf, uint32_t core)
{
    dg_computed_cluster s;
    if (!dg_statements_is_offered(&world->blocks[leaf], core))
        return false;
    dg_statements_computed_cluster_init(&s, world, leaf, core);
    for (uint32_t i = 0; i < s.members; i++)
        if (dg_statements_computed_cluster_backed(&s, i) != DG_NEVER)
            return true;
    return false;
}

static void count_votes(const dg_computed_cluster *s, uint8_t *voted, uint32_t *votes,
                        const dg_ns *at)
{
    dg_ns now = dg_sim_now(s->world->sim);
    uint32_t count = 0;
    memset(voted, 0, DG_GROUP_MAX);
    for (uint32_t i = 0; i < s->members; i++)
        if (at[i] <= now) {
            voted[i] = (uint8_t)(i == s->seconder ? DG_VOTE_SECONDED : DG_VOTE_VALID);
            count++;
        }
    *votes = count >= s->needed ? count : 0;
}

dg_code dg_statements_votes(dg_world *world, uint8_t *voted, uint32_t *votes, uint32_t leaf,
                            uint32_t core, uint32_t listener, dg_error *err)
{
    dg_ns at[DG_GROUP_MAX];
    uint32_t member;
    dg_computed_cluster s;
    dg_code rc = DG_OK;
    *votes = 0;
    if (!dg_statements_is_offered(&world->blocks[leaf], core))
        return DG_OK;
    if (world->options.exchange == DG_EXCHANGE_MESSAGES) {
        *votes = dg_statements_sent_votes(world, voted, leaf, core, listener);
        return DG_OK;
    }
    dg_statements_computed_cluster_init(&s, world, leaf, core);
    if (!dg_statements_computed_cluster_takes_part(&s, listener))
        return DG_OK;
    if ((member = dg_statements_computed_cluster_member(&s, listener)) != DG_NO)
        for (uint32_t i = 0; i < s.members; i++)
            at[i] = s.held[i][member];
    else if (s.way == DG_WAY_V2)
        rc = votes_over_grid(world, &s, at, listener, err);
    else
        votes_gossiped(&s, at, listener);
    if (rc == DG_OK)
        count_votes(&s, voted, votes, at);
    return rc;
}
