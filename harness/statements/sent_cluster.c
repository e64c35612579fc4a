/* sent_cluster.c - statements inside a backing group, and how a member comes to
 * vote: it seconds its own collation, or fetches the proof of another's and checks it.
 * Mirrors: statement-distribution v2/cluster.rs; candidate-backing. */
#include "statements/sent_impl.h"

static bool speaks(const dg_world *world, dg_node_ix node)
{
    return !(world->nodes[node.v].withholds & DG_WITHHOLD_STATEMENTS);
}

static dg_code vote(dg_world *world, dg_sent_leaf *x, dg_node_ix node, dg_place_ix core,
                    dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    uint32_t member = dg_statements_sent_member(world, x, core, node);
    dg_code rc;
    if (s->voted || member == DG_NO)
        return DG_OK;
    s->voted = true;
    if ((rc = dg_statements_sent_learn(world, x, node, core, (dg_node_ix){ member }, err)) < 0)
        return rc;
    return world->blocks[x->leaf].way[node.v] == DG_WAY_LEGACY ? dg_statements_legacy_gossip(
               world, x, node, node, core, (dg_node_ix){ member }, err)
                                                               : DG_OK;
}

/* Without its artifact a node waits, and looks again with each tick. False: it goes on. */
static bool waits(dg_world *world, dg_node_ix node, uint16_t tag, dg_ns checked,
                  const dg_said *said, dg_code *rc, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    *rc = DG_OK;
    if (checked <= now)
        return false;
    *rc = dg_statements_timer(
        world, node, tag, checked == DG_NEVER ? dg_world_constant(DG_CONST_TICK) : checked - now,
        said, err);
    return true;
}

/* Its own collation is checked: it seconds, unless somebody has already. */
dg_code dg_statements_cluster_ready(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_world_block *b = &world->blocks[said->leaf];
    dg_sent_core *core = &x->core[said->core];
    dg_way way = b->view.mode == DG_MODE_ENABLED ? DG_WAY_V2 : DG_WAY_LEGACY;
    dg_code rc;
    bool stray = b->way[node.v] == DG_WAY_LEGACY && way == DG_WAY_V2;
    if ((core->seconder != DG_NO && !stray) || (b->way[node.v] != way && !stray)
        || !speaks(world, node)
        || !dg_statements_reads(world, (dg_leaf_id){ said->leaf }, (dg_place_ix){ said->core },
                                node))
        return DG_OK;
    if (waits(world, node, DG_TAG_SENT_READY,
              dg_statements_seconded_at(world, (dg_leaf_id){ said->leaf },
                                        (dg_place_ix){ said->core }, node),
              said, &rc, err))
        return rc;
    if (stray)
        return dg_statements_legacy_stray(world, node, said, err);
    core->seconder = dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, node);
    assert(core->seconder != DG_NO); /* only members expect a collation */
    dg_seat_at(x, node, (dg_place_ix){ said->core })->state = DG_SEAT_CONFIRMED;
    return vote(world, x, node, (dg_place_ix){ said->core }, err);
}

/* What a member has and another is not known to have. Old nodes gossip instead. */
dg_code dg_statements_cluster_circulate(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                        dg_place_ix core, dg_node_ix to, dg_error *err)
{
    dg_sent_core *c = &x->core[core.v];
    const dg_seat *s = dg_seat_at(x, node, core);
    uint32_t own = dg_statements_sent_member(world, x, core, node),
             peer = dg_statements_sent_node(world, x, core, (dg_member_ix){ to.v });
    uint64_t *known = &c->knows[own * c->members + to.v], left = s->votes & ~*known;
    dg_code rc = DG_OK;
    if (s->state != DG_SEAT_CONFIRMED || c->seconder == DG_NO
        || world->blocks[x->leaf].way[node.v] != DG_WAY_V2 || peer == node.v
        || !speaks(world, node))
        return DG_OK;
    for (uint32_t k = 0; k < c->members && rc == DG_OK; k++) { /* who seconded comes first */
        uint32_t i = k == 0 ? c->seconder : k <= c->seconder ? k - 1 : k;
        dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v, .who = (uint16_t)i };
        bool sent;
        if (!(left >> i & 1))
            continue;
        rc = dg_statements_send(world, &sent, node, (dg_node_ix){ peer }, DG_MSG_STATEMENT, &said,
                                err);
        *known |= sent ? (uint64_t)1 << i : 0;
        if (!sent)
            break; /* when its view comes */
    }
    return rc;
}

dg_code dg_statements_cluster_statement(dg_world *world, dg_node_ix node, dg_node_ix from,
                                        const dg_said *said, dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    dg_sent_core *c = &x->core[said->core];
    uint32_t own = dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, node),
             sender = dg_statements_sent_member(world, x, (dg_place_ix){ said->core }, from);
    dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    dg_code rc;
    if (world->blocks[said->leaf].way[node.v] != DG_WAY_V2)
        return dg_statements_reputation_misstep(
            world, node, from,
            world->blocks[said->leaf].way[node.v] ? DG_MISSTEP_NEW_WAY : DG_MISSTEP_PARENT, err);
    if (own == DG_NO || sender == DG_NO || !speaks(world, node))
        return DG_OK;
    c->knows[own * c->members + sender] |= (uint64_t)1 << said->who;
    if ((rc = dg_statements_reputation_change(world, node, from,
                                              s->votes >> said->who & 1
                                                  ? DG_REPUTATION_BENEFIT_MINOR
                                                  : DG_REPUTATION_BENEFIT_MINOR_FIRST,
                                              err))
        < 0)
        return rc;
    if ((rc = dg_statements_sent_learn(world, x, node, (dg_place_ix){ said->core },
                                       (dg_node_ix){ said->who }, err))
            < 0
        || s->state != DG_SEAT_NONE)
        return rc;
    return dg_statements_request(world, x, node, (dg_place_ix){ said->core }, from, true, err);
}

/* A member that knows the candidate fetches its proof from who seconded it. */
dg_code dg_statements_cluster_fetch(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                    dg_place_ix core, dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    dg_said said = { .leaf = x->leaf, .core = (uint16_t)core.v };
    uint32_t seconder = x->core[core.v].seconder;
    if (seconder == DG_NO || dg_statements_sent_member(world, x, core, node) == DG_NO || s->voted
        || s->fetching || !speaks(world, node)
        || !dg_statements_reads(world, (dg_leaf_id){ x->leaf }, core, node))
        return DG_OK;
    s->fetching = true;
    s->asked = dg_sim_now(world->sim);
    return dg_statements_send(
        world, NULL, node,
        (dg_node_ix){ dg_statements_sent_node(world, x, core, (dg_member_ix){ seconder }) },
        DG_MSG_POV_ASK, &said, err);
}

dg_code dg_statements_cluster_proof(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    const dg_seat *s = dg_seat_at(x, node, (dg_place_ix){ said->core });
    dg_said from = *said;
    from.votes = dg_sim_now(world->sim);
    if (!s->fetching
        || from.votes - s->asked
               > dg_world_own_wait(world, node, dg_world_constant(DG_CONST_POV_TIMEOUT)))
        return DG_OK;
    return dg_statements_timer(
        world, node, DG_TAG_SENT_EXECUTED,
        dg_backing_pvf_execute_ns(
            world, (dg_para_id){ world->blocks[x->leaf].candidates[said->core].para }),
        &from, err);
}

/* `said->votes`: since when it has the proof. */
dg_code dg_statements_cluster_executed(dg_world *world, dg_node_ix node, const dg_said *said,
                                       dg_error *err)
{
    dg_sent_leaf *x = dg_statements_sent_of(world, (dg_leaf_id){ said->leaf });
    dg_code rc;
    if (!dg_seat_at(x, node, (dg_place_ix){ said->core })->fetching)
        return DG_OK;
    if (waits(world, node, DG_TAG_SENT_EXECUTED,
              dg_statements_validated_at(world, (dg_leaf_id){ said->leaf },
                                         (dg_place_ix){ said->core }, node, said->votes),
              said, &rc, err))
        return rc;
    return vote(world, x, node, (dg_place_ix){ said->core }, err);
}

dg_code dg_statements_sent_backed(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                  dg_place_ix core, dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    if (s->backed || s->state != DG_SEAT_CONFIRMED
        || !dg_statements_sent_enough(world, x, node, core, s->votes))
        return DG_OK;
    s->backed = true;
    return world->blocks[x->leaf].way[node.v] == DG_WAY_V2
               ? dg_statements_grid_announce(world, x, node, core, err)
               : DG_OK;
}

dg_code dg_statements_sent_learn(dg_world *world, dg_sent_leaf *x, dg_node_ix node,
                                 dg_place_ix core, dg_node_ix who, dg_error *err)
{
    dg_seat *s = dg_seat_at(x, node, core);
    dg_code rc = DG_OK;
    assert(who.v < x->core[core.v].members);
    if (s->votes >> who.v & 1)
        return DG_OK;
    s->votes |= (uint64_t)1 << who.v;
    if (s->state != DG_SEAT_CONFIRMED)
        return DG_OK;
    if (dg_statements_sent_member(world, x, core, node) != DG_NO)
        for (uint32_t to = 0; to < x->core[core.v].members && rc == DG_OK; to++)
            rc = dg_statements_cluster_circulate(world, x, node, core, (dg_node_ix){ to }, err);
    if (rc == DG_OK && s->announced)
        rc = dg_statements_grid_tell(world, x, node, core, who, err);
    return rc < 0 ? rc : dg_statements_sent_backed(world, x, node, core, err);
}
