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

#include <assert.h>
#include <string.h>

/* ---- what a listener has ---- */

/* With each of the two hops of a large statement it is asked for, and no vote counts before. */
static void wait_for_whole(const dg_computed_cluster *s, dg_ns *at, dg_node_ix listener)
{
    dg_ns asked = dg_statements_computed_request(
              s->world, listener,
              (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ s->seconder }) },
              (dg_leaf_id){ s->leaf }, (dg_place_ix){ s->core }),
          first = at[s->seconder];
    dg_ns whole = first == DG_NEVER || asked == DG_NEVER ? DG_NEVER : first + 2 * asked;
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = at[i] > whole ? at[i] : whole;
}

static void votes_gossiped(const dg_computed_cluster *s, dg_ns *at, dg_node_ix listener)
{
    for (uint32_t i = 0; i < s->members; i++)
        at[i] = dg_statements_computed_gossip(
            s->world, (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ i }) },
            listener, (dg_leaf_id){ s->leaf }, s->voted[i], DG_MSG_LEGACY);
    if (s->seconder != DG_NO
        && dg_statements_is_large(s->world, (dg_leaf_id){ s->leaf }, (dg_place_ix){ s->core }))
        wait_for_whole(s, at, listener);
}

static dg_code votes_over_grid(dg_world *world, const dg_computed_cluster *s, dg_ns *at,
                               dg_node_ix listener, dg_error *err)
{
    dg_reached r;
    dg_code rc = dg_statements_computed_grid_reach(world, &r, (dg_leaf_id){ s->leaf },
                                                   (dg_place_ix){ s->core }, listener, err);
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns there = rc < 0 || r.at == DG_NEVER ? DG_NEVER : s->held[i][r.member];
        at[i] = there == DG_NEVER ? DG_NEVER : there + r.path > r.at ? there + r.path : r.at;
    }
    return rc;
}

bool dg_statements_backable(const dg_world *world, dg_leaf_id leaf, dg_place_ix core)
{
    dg_computed_cluster s;
    if (!dg_statements_is_offered(&world->blocks[leaf.v], core))
        return false;
    dg_statements_computed_cluster_init(&s, world, leaf, core);
    for (uint32_t i = 0; i < s.members; i++)
        if (dg_statements_computed_cluster_backed(&s, (dg_member_ix){ i }) != DG_NEVER)
            return true;
    return false;
}

static void count_votes(const dg_computed_cluster *s, uint8_t *voted, uint32_t *votes,
                        const dg_ns *at, dg_node_ix listener)
{
    dg_ns now = dg_sim_now(s->world->sim);
    uint32_t count = dg_statements_tally_times(at, s->members, now);
    memset(voted, 0, DG_GROUP_MAX);
    for (uint32_t i = 0; i < s->members; i++)
        if (at[i] <= now)
            voted[i] = (uint8_t)(i == s->seconder ? DG_VOTE_SECONDED : DG_VOTE_VALID);
    *votes = count >= dg_statements_computed_cluster_needed(s, listener) ? count : 0;
}

static dg_code votes(dg_world *world, uint8_t *voted, uint32_t *votes, dg_leaf_id leaf,
                     dg_place_ix core, dg_node_ix listener, dg_error *err)
{
    dg_ns at[DG_GROUP_MAX];
    uint32_t member;
    dg_computed_cluster s;
    dg_code rc = DG_OK;
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
        count_votes(&s, voted, votes, at, listener);
    return rc;
}

/* ---- the table: nothing begins, travels or is counted, since all is worked out when asked ---- */

static dg_code begins_nothing(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err)
{
    (void)world, (void)node, (void)leaf, (void)err;
    return DG_OK;
}

static dg_code offers_nothing(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err)
{
    (void)world, (void)leaf, (void)core, (void)err;
    return DG_OK;
}

static dg_code nothing_travels(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                               dg_error *err)
{
    (void)world, (void)node, (void)event, (void)err;
    assert(!"a message is sent only where messages are sent");
    return DG_OK;
}

static dg_ns recovery_ns(const dg_world *world, const dg_session *session)
{
    (void)world, (void)session;
    return dg_world_constant(DG_CONST_RECOVERY);
}

static void counts_nothing(dg_world *world, const dg_session *session, uint64_t times)
{
    (void)world, (void)session, (void)times;
}

static dg_code tells_nothing(dg_world *world, dg_error *err)
{
    (void)world, (void)err;
    return DG_OK;
}

const dg_statements_distribution dg_statements_computed = {
    .taken_up = begins_nothing,
    .chunks_taken_up = begins_nothing,
    .offered = offers_nothing,
    .event = nothing_travels,
    .votes = votes,
    .bitfield_is_here = dg_statements_computed_bitfield_is_here,
    .bitfield_read = dg_statements_computed_bitfield_read,
    .recovery_ns = recovery_ns,
    .recovery_count = counts_nothing,
    .messages_tell = tells_nothing,
};
