/* computed_cluster.c - inside a backing group: who has the candidate when, votes when, and
 * when each vote is at each member.
 *
 * Old way: the one who seconds sends the whole receipt to the others, or word of it if
 * it is large, and they ask for it. New way: a
 * compact statement goes around; who does not know the candidate asks for it whoever
 * told first, and tells the others when it has it. Either way a member that did not
 * second fetches the proof from the one who did before it votes. */
#include "statements/statements_impl.h"

#include <assert.h>
#include <string.h>

uint32_t dg_statements_computed_cluster_node(const dg_computed_cluster *s, dg_member_ix member)
{
    assert(member.v < s->members);
    return dg_session_node(s->b->session, s->b->view.members[s->from + member.v]);
}

/* A node that is down now has done what it did before. */
bool dg_statements_computed_cluster_takes_part(const dg_computed_cluster *s, dg_node_ix node)
{
    return node.v != DG_NO && s->b->way[node.v] == s->way && !s->world->blocks[s->leaf].gone;
}

uint32_t dg_statements_computed_cluster_member(const dg_computed_cluster *s, dg_node_ix node)
{
    return dg_statements_tally_member(
        &(dg_statements_group){ s->b->session, s->b->view.members + s->from, s->members }, node);
}

uint32_t dg_statements_computed_cluster_needed(const dg_computed_cluster *s, dg_node_ix node)
{
    return dg_world_votes_needed(s->world, node, (dg_leaf_id){ s->leaf },
                                 (dg_group_ix){ s->group });
}

static bool works(const dg_computed_cluster *s, dg_member_ix member)
{
    uint32_t node = dg_statements_computed_cluster_node(s, member);
    return dg_statements_computed_cluster_takes_part(s, (dg_node_ix){ node })
           && !(s->world->nodes[node].withholds & DG_WITHHOLD_STATEMENTS);
}

static bool is_up_at(const dg_computed_cluster *s, dg_member_ix member, dg_ns at)
{
    return at < dg_sim_down_since(s->world->sim,
                                  (dg_node_ix){ dg_statements_computed_cluster_node(s, member) });
}

/* Drawn once: every way through the group asks for them again. */
static void find_links(dg_computed_cluster *s)
{
    dg_message_kind said = s->way == DG_WAY_V2 ? DG_MSG_STATEMENT : DG_MSG_LEGACY;
    for (uint32_t i = 0; i < s->members; i++)
        for (uint32_t k = 0; k < s->members; k++) {
            uint32_t a = dg_statements_computed_cluster_node(s, (dg_member_ix){ i }),
                     b = dg_statements_computed_cluster_node(s, (dg_member_ix){ k });
            uint64_t draw;
            s->links[i][k].there =
                i != k && works(s, (dg_member_ix){ i }) && works(s, (dg_member_ix){ k })
                && dg_world_linked(s->world, (dg_node_ix){ a }, (dg_node_ix){ b }, s->way);
            if (!s->links[i][k].there)
                continue;
            draw = dg_world_link_draw(s->world, (dg_node_ix){ a }, (dg_node_ix){ b }, s->leaf);
            s->links[i][k].said =
                dg_sim_link_delay(s->world->sim, (dg_node_ix){ a }, (dg_node_ix){ b }, draw,
                                  dg_world_message_bytes(said));
            s->links[i][k].ask =
                dg_sim_link_delay(s->world->sim, (dg_node_ix){ a }, (dg_node_ix){ b }, draw,
                                  dg_world_message_bytes(DG_MSG_ASK));
        }
}

static bool linked(const dg_computed_cluster *s, dg_member_ix a, dg_member_ix b)
{
    return a.v == b.v || s->links[a.v][b.v].there;
}

static dg_ns delay(const dg_computed_cluster *s, dg_member_ix from, dg_member_ix to,
                   dg_message_kind kind)
{
    return dg_world_link_delay(
        s->world, (dg_node_ix){ dg_statements_computed_cluster_node(s, from) },
        (dg_node_ix){ dg_statements_computed_cluster_node(s, to) }, (dg_leaf_id){ s->leaf }, kind);
}

/* As dg_statements_computed_told. */
static dg_ns told(const dg_computed_cluster *s, dg_member_ix from, dg_member_ix to, dg_ns at)
{
    dg_ns view =
        s->b->taken[dg_statements_computed_cluster_node(s, to)] + s->links[to.v][from.v].ask;
    if (from.v == to.v || at == DG_NEVER)
        return at;
    return dg_world_link_arrival(s->world,
                                 (dg_node_ix){ dg_statements_computed_cluster_node(s, from) },
                                 (dg_node_ix){ dg_statements_computed_cluster_node(s, to) },
                                 view > at ? view : at, s->links[from.v][to.v].said);
}

/* ---- the candidate ---- */

static dg_ns find_seconder(dg_computed_cluster *s)
{
    dg_ns first = DG_NEVER;
    s->seconder = DG_NO;
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns at = works(s, (dg_member_ix){ i }) ? dg_statements_seconded_at(
                       s->world, (dg_leaf_id){ s->leaf }, (dg_place_ix){ s->core },
                       (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ i }) })
                                                 : DG_NEVER;
        if (at < first && is_up_at(s, (dg_member_ix){ i }, at)) {
            first = at;
            s->seconder = i;
        }
    }
    return first;
}

static dg_ns asked(const dg_computed_cluster *s, dg_member_ix member, dg_member_ix of, dg_ns at)
{
    dg_ns both = dg_statements_computed_request(
        s->world, (dg_node_ix){ dg_statements_computed_cluster_node(s, member) },
        (dg_node_ix){ dg_statements_computed_cluster_node(s, of) }, (dg_leaf_id){ s->leaf },
        (dg_place_ix){ s->core });
    return both == DG_NEVER || at == DG_NEVER
               ? DG_NEVER
               : dg_world_link_arrival(
                   s->world, (dg_node_ix){ dg_statements_computed_cluster_node(s, member) },
                   (dg_node_ix){ dg_statements_computed_cluster_node(s, of) }, at, both);
}

/* Who has it tells the others; who was told first asks for it. The next to have it is
 * always the one whose answer comes soonest of those still waiting. */
static void find_confirmed(dg_computed_cluster *s, dg_ns ready)
{
    bool asks =
        s->way == DG_WAY_V2
        || dg_statements_is_large(s->world, (dg_leaf_id){ s->leaf }, (dg_place_ix){ s->core });
    dg_ns received[DG_GROUP_MAX];
    bool done[DG_GROUP_MAX] = { false };
    uint32_t next = s->seconder;
    for (uint32_t i = 0; i < s->members; i++)
        received[i] = s->confirmed[i] = DG_NEVER;
    s->confirmed[next] = ready;
    while (next != DG_NO) {
        uint32_t from = next;
        done[from] = true;
        next = DG_NO;
        for (uint32_t i = 0; i < s->members; i++) {
            dg_ns at;
            if (done[i] || !works(s, (dg_member_ix){ i })
                || !linked(s, (dg_member_ix){ from }, (dg_member_ix){ i }))
                continue;
            at = told(s, (dg_member_ix){ from }, (dg_member_ix){ i }, s->confirmed[from]);
            if (at < received[i]) {
                received[i] = at;
                s->confirmed[i] =
                    asks ? asked(s, (dg_member_ix){ i }, (dg_member_ix){ from }, at) : at;
            }
        }
        for (uint32_t i = 0; i < s->members; i++)
            if (!done[i] && s->confirmed[i] != DG_NEVER
                && (next == DG_NO || s->confirmed[i] < s->confirmed[next]))
                next = i;
    }
}

/* ---- the votes ---- */

static void find_voted(dg_computed_cluster *s, dg_ns ready)
{
    for (uint32_t i = 0; i < s->members; i++) {
        dg_ns fetch;
        s->voted[i] = i == s->seconder ? ready : DG_NEVER;
        if (i == s->seconder || s->confirmed[i] == DG_NEVER
            || !linked(s, (dg_member_ix){ i }, (dg_member_ix){ s->seconder }))
            continue;
        fetch = delay(s, (dg_member_ix){ i }, (dg_member_ix){ s->seconder }, DG_MSG_POV_ASK)
                + delay(s, (dg_member_ix){ s->seconder }, (dg_member_ix){ i }, DG_MSG_POV);
        if (fetch <= dg_world_own_wait(
                s->world,
                (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ i }) },
                dg_world_constant(DG_CONST_POV_TIMEOUT)))
            fetch = dg_world_link_arrival(
                s->world,
                (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ i }) },
                (dg_node_ix){
                    dg_statements_computed_cluster_node(s, (dg_member_ix){ s->seconder }) },
                s->confirmed[i], fetch);
        else
            fetch = DG_NEVER;
        fetch = dg_statements_validated_at(
            s->world, (dg_leaf_id){ s->leaf }, (dg_place_ix){ s->core },
            (dg_node_ix){ dg_statements_computed_cluster_node(s, (dg_member_ix){ i }) }, fetch);
        if (fetch != DG_NEVER && is_up_at(s, (dg_member_ix){ i }, fetch))
            s->voted[i] = fetch;
    }
}

/* A vote goes on from each member that has the candidate, as soon as it has both. */
static void find_held(dg_computed_cluster *s, uint32_t voter)
{
    dg_ns *held = s->held[voter];
    bool done[DG_GROUP_MAX] = { false };
    uint32_t next = voter;
    for (uint32_t i = 0; i < s->members; i++)
        held[i] = DG_NEVER;
    held[voter] = s->voted[voter];
    while (next != DG_NO && held[next] != DG_NEVER) {
        uint32_t from = next;
        done[from] = true;
        next = DG_NO;
        for (uint32_t i = 0; i < s->members; i++) {
            dg_ns at;
            if (done[i])
                continue;
            if (s->confirmed[i] != DG_NEVER
                && linked(s, (dg_member_ix){ from }, (dg_member_ix){ i })) {
                at = told(s, (dg_member_ix){ from }, (dg_member_ix){ i }, held[from]);
                at = at > s->confirmed[i] ? at : s->confirmed[i];
                held[i] = at < held[i] ? at : held[i];
            }
            if (next == DG_NO || held[i] < held[next])
                next = i;
        }
    }
}

void dg_statements_computed_cluster_init(dg_computed_cluster *s, const dg_world *world,
                                         dg_leaf_id leaf, dg_place_ix core)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    uint32_t group = b->candidates[core.v].group;
    dg_ns ready;
    s->world = world;
    s->b = b;
    s->leaf = leaf.v;
    s->core = core.v;
    s->from = b->view.group_from[group];
    s->members = b->view.group_from[group + 1] - s->from;
    assert(s->members <= DG_GROUP_MAX);
    s->group = group;
    s->way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    ready = find_seconder(s);
    find_links(s);
    for (uint32_t i = 0; s->seconder == DG_NO && i < s->members; i++) {
        s->confirmed[i] = s->voted[i] = DG_NEVER;
        for (uint32_t k = 0; k < s->members; k++)
            s->held[i][k] = DG_NEVER;
    }
    if (s->seconder == DG_NO)
        return;
    find_confirmed(s, ready);
    find_voted(s, ready);
    for (uint32_t i = 0; i < s->members; i++)
        find_held(s, i);
}

dg_ns dg_statements_computed_cluster_backed(const dg_computed_cluster *s, dg_member_ix member)
{
    dg_ns held[DG_GROUP_MAX];
    uint32_t node = dg_statements_computed_cluster_node(s, member);
    if (s->confirmed[member.v] == DG_NEVER)
        return DG_NEVER;
    for (uint32_t i = 0; i < s->members; i++)
        held[i] = s->held[i][member.v];
    return dg_statements_tally_enough_at(
        held, s->members, dg_statements_computed_cluster_needed(s, (dg_node_ix){ node }));
}
