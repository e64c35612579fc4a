/* approval_voting.c - the candidates of one block, checked as time goes.
 *
 * Looked at with each tick of half a second: whose tranche came in between tells that
 * it checks, unless enough do by what was heard then; whoever told sends its approval
 * when it has the proof and has executed it. Not modelled: that an approval given in
 * one block counts for a sibling which included the same candidate.
 * Mirrors: approval-voting lib.rs (process_wakeup, check_and_import_approval). */
#include "approval/dispute_impl.h"

#include <assert.h>
#include <string.h>

dg_moment dg_approval_moment_of(const dg_world *world, const dg_approval_block *a,
                                const dg_world_block *b, dg_ns at)
{
    return (dg_moment){ .at = at,
                        .tick = at / dg_world_constant(DG_CONST_TICK),
                        .block_tick = b->began / dg_world_constant(DG_CONST_TICK),
                        .no_show_ticks = a->session->rules.no_show_slots * world->slot_ns
                                         / dg_world_constant(DG_CONST_TICK),
                        .needed = a->session->rules.needed,
                        .validators = a->session->validators };
}

/* ---- who can, and how long it takes ---- */

uint64_t dg_approval_vote_id(dg_leaf_id id, dg_core_ix core, bool approval)
{
    return (uint64_t)approval << 63 | (uint64_t)id.v << 16 | core.v;
}

dg_ns dg_approval_vote_delay(const dg_world *world, dg_node_ix node, dg_leaf_id id, dg_core_ix core,
                             bool approval)
{
    return 2
           * dg_world_link_latency(world, node, (dg_node_ix){ world->node_count },
                                   dg_approval_vote_id(id, core, approval));
}

dg_ns dg_approval_check_ns(const dg_world *world, const dg_session *session, dg_para_id para)
{
    return dg_statements_recovery_ns(world, session) + dg_backing_pvf_execute_ns(world, para);
}

/* ---- objecting, and the end ---- */

static dg_code object_all(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                          dg_leaf_id id, dg_ns now, dg_error *err)
{
    for (uint32_t i = 0; i < t->checker_count; i++) {
        dg_checker *c = &t->checkers[i];
        dg_code rc;
        if (c->objects > now
            || !dg_world_is_awake(world, (dg_node_ix){ a->session->node[c->validator] }))
            continue;
        if ((rc = dg_approval_dispute_object(world, id, t, (dg_validator_ix){ c->validator },
                                             c->objects, err))
            < 0)
            return rc;
        c->objects = DG_NEVER;
    }
    return DG_OK;
}

/* The first moment since the last step at which it counts as approved: something was
 * heard then, or it is the tick. */
static dg_ns when_approved(const dg_world *world, const dg_approval_block *a, dg_candidate_entry *t,
                           dg_leaf_id id, dg_ns now)
{
    const dg_world_block *b = &world->blocks[id.v];
    dg_moment m = dg_approval_moment_of(world, a, b, now);
    dg_ns first = now;
    t->last.node = DG_NO;
    if (!dg_approval_is_approved_at(t->checkers, t->checker_count, &m))
        return DG_NEVER;
    for (uint32_t i = 0; i < t->checker_count; i++) {
        dg_ns at = t->checkers[i].approved;
        if (at <= a->stepped || at >= first)
            continue;
        m = dg_approval_moment_of(world, a, b, at);
        if (!dg_approval_is_approved_at(t->checkers, t->checker_count, &m))
            continue;
        first = at;
        t->last = (dg_vote_sent){ a->session->node[t->checkers[i].validator], t->checkers[i].sent,
                                  dg_approval_vote_id(id, (dg_core_ix){ t->of.core }, true) };
    }
    return first;
}

static void count_no_shows(const dg_world *world, const dg_approval_block *a, dg_candidate_entry *t,
                           const dg_world_block *b, dg_ns now)
{
    dg_moment m = dg_approval_moment_of(world, a, b, now);
    dg_required_tranches required;
    dg_approval_required_at(&required, t->checkers, t->checker_count, &m, true);
    t->no_shows = 0;
    for (uint32_t i = 0; i < t->checker_count; i++)
        t->no_shows += t->checkers[i].no_show;
}

/* ---- a block ---- */

static dg_code step_candidate(dg_world *world, dg_approval_block *a, dg_candidate_entry *t,
                              dg_leaf_id id, dg_wakeup *turns, dg_ns now, dg_error *err)
{
    const dg_world_block *b = &world->blocks[id.v];
    uint32_t before = t->no_shows;
    dg_code rc;
    dg_approval_votes_send(world, a, t, id, now);
    if ((rc = dg_approval_wakeups_tell(world, a, t, id, turns, now, err)) < 0
        || (rc = object_all(world, a, t, id, now, err)) < 0)
        return rc;
    t->approved_at = when_approved(world, a, t, id, now);
    count_no_shows(world, a, t, b, now);
    world->approval->since.no_shows += t->no_shows - before;
    if (t->approved_at == DG_NEVER)
        return DG_OK;
    dg_approval_votes_close(world, a, t, id);
    assert(a->waiting > 0);
    a->waiting--;
    return DG_OK;
}

static dg_code tell_approved(dg_world *world, const dg_world_block *b, const dg_approval_block *a,
                             dg_error *err)
{
    struct dg_event_net_approved n = { .slot = b->slot,
                                       .candidates = a->count / a->reaches,
                                       .assigned = a->assignments,
                                       .after_ms = (a->approved_at - b->began) / DG_MS };
    for (uint32_t i = 0; i < a->count; i++) {
        n.no_shows += a->entries[i].no_shows;
        n.tranche = a->entries[i].tranche > n.tranche ? a->entries[i].tranche : n.tranche;
    }
    return dg_world_emit(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_APPROVED, .node = DG_EVENT_NO_NODE, .net_approved = n },
        err);
}

static dg_code step_block(dg_world *world, dg_leaf_id id, dg_wakeup *turns, dg_error *err)
{
    dg_approval_block *a = world->blocks[id.v].approval;
    dg_ns now = dg_sim_now(world->sim);
    const dg_candidate_entry *last = a->entries;
    uint64_t told = a->assignments, approved = a->approvals;
    dg_code rc;
    assert(a->known && a->session && now >= a->stepped);
    for (uint32_t i = 0; i < a->count; i++)
        if (a->entries[i].approved_at == DG_NEVER
            && (rc = step_candidate(world, a, &a->entries[i], id, turns, now, err)) < 0)
            return rc;
    dg_approval_count_messages(
        world, a, (dg_approval_sent){ a->assignments - told, a->approvals - approved });
    dg_statements_recovery_count(world, a->session, a->assignments - told);
    a->stepped = now;
    if (a->waiting)
        return DG_OK;
    for (uint32_t i = 0; i < a->count; i++)
        last = a->entries[i].approved_at > last->approved_at ? &a->entries[i] : last;
    a->approved_at = last->approved_at;
    a->last = last->last;
    return tell_approved(world, &world->blocks[id.v], a, err);
}

/* What became available occupied its core at the parent. */
static void name_candidate(const dg_world *world, dg_candidate_entry *t, const dg_view *before,
                           const dg_included *of)
{
    const dg_core *core = of->core < before->core_count ? &before->cores[of->core] : NULL;
    *t = (dg_candidate_entry){ .of = *of, .approved_at = DG_NEVER };
    if (!core || core->kind != DG_CORE_OCCUPIED || core->para != of->para)
        return;
    t->candidate = core->candidate;
    t->relay_parent = core->relay_parent;
    t->receipt_v2 = core->receipt_v2;
    t->dispute = dg_approval_dispute_of(world, &t->candidate);
}

static dg_code tell_unknown(dg_world *world, const dg_world_block *b, bool known, dg_error *err)
{
    struct dg_event_net_unknown n = { .slot = b->slot,
                                      .session = world->blocks[b->parent].view.session,
                                      .candidates = b->approval->count,
                                      .known = known,
                                      .after_ms =
                                          known ? (dg_sim_now(world->sim) - b->began) / DG_MS : 0 };
    return dg_world_emit(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_UNKNOWN, .node = DG_EVENT_NO_NODE, .net_unknown = n },
        err);
}

/* The session of a block as approval voting has it: by the index at its parent, from what a
 * node keeps of that session, whichever leaf it was asked at, or else asked at the block.
 * `*told`: somebody told its rules.
 * Mirrors: approval-voting import.rs (imported_block_info), runtime-api (cache by session),
 * subsystem-util runtime/mod.rs (get_extended_session_info: NoExecutorParams). */
static dg_code find_session(dg_world *world, dg_leaf_id id, const dg_session **out, bool *told,
                            dg_error *err)
{
    const dg_world_block *parent = &world->blocks[world->blocks[id.v].parent],
                         *own = &world->blocks[id.v];
    const dg_session *s = parent->session;
    dg_code rc;
    *out = NULL;
    *told = parent->view.rules_told;
    if (!parent->view.session_known)
        return DG_OK;
    for (s = s && s->rules_told ? s : world->sessions;
         s && !(s->index == parent->view.session && s->rules_told);)
        s = s->next;
    if (!s && !*told) {
        if ((rc = dg_world_view(world, &world->blocks[id.v], err)) < 0)
            return rc;
        if (own->view.session_known && own->view.session == parent->view.session
            && own->view.rules_told) {
            *told = true;
            s = own->session;
        }
    }
    *told |= s != NULL;
    if (s && s->executor.none) { /* known, and of no use: ExtendedSessionInfo has to have them */
        *told = false;
        s = NULL;
    }
    *out = s;
    return DG_OK;
}

static dg_code draw(dg_world *world, dg_leaf_id id, const dg_session *session, dg_error *err)
{
    dg_approval_block *a = world->blocks[id.v].approval;
    a->known = true;
    a->session = session;
    return a->count ? dg_approval_assignments_draw(world, a, id, err) : DG_OK;
}

/* A block whose session nobody tells of is one that approval voting does not know, whether
 * it includes anything or not. */
dg_code dg_approval_begin(dg_world *world, dg_leaf_id id, const dg_included *included,
                          uint32_t count, dg_error *err)
{
    dg_world_block *b = &world->blocks[id.v];
    const dg_session *session;
    bool told;
    dg_approval_block *a;
    dg_code rc = world->approval->votes ? find_session(world, id, &session, &told, err) : DG_OK;
    if (rc < 0 || !world->approval->votes || (!count && told))
        return rc;
    b = &world->blocks[id.v];
    assert(!b->approval && b->parent != DG_NO);
    if (!(a = b->approval = dg_calloc(1, sizeof *a)))
        return dg_fail(err, DG_NOMEM, "no memory for an approval");
    a->newer = dg_approval_assignments_distinct(&world->blocks[b->parent].view)
               || (session && session->coalesce > 1);
    a->reach = world->approval->reach;
    a->reaches = a->reach.count[a->newer];
    assert(a->reaches > 0);
    if (!(a->entries = dg_calloc(count ? (size_t)count * a->reaches : 1, sizeof *a->entries)))
        return dg_fail(err, DG_NOMEM, "no memory for the approval of %u candidates", count);
    a->count = a->waiting = count * a->reaches;
    a->approved_at = DG_NEVER;
    for (uint32_t i = 0; i < a->count; i++) {
        name_candidate(world, &a->entries[i], &world->blocks[b->parent].view, &included[i % count]);
        a->entries[i].reach = i / count;
    }
    return session ? draw(world, id, session, err) : tell_unknown(world, b, false, err);
}

/* At each new head a node tries anew those that it does not know. */
static dg_code learn(dg_world *world, dg_leaf_id id, dg_error *err)
{
    const dg_session *session;
    bool told;
    dg_code rc;
    if (world->blocks[world->blocks[id.v].parent].gone)
        return DG_OK;
    if ((rc = find_session(world, id, &session, &told, err)) < 0
        || !(session || (told && !world->blocks[id.v].approval->count)))
        return rc;
    rc = draw(world, id, session, err);
    return rc < 0 ? rc : tell_unknown(world, &world->blocks[id.v], true, err);
}

dg_code dg_approval_step(dg_world *world, dg_error *err)
{
    dg_wakeup *turns =
        dg_malloc((size_t)(world->node_count ? world->node_count : 1) * sizeof *turns);
    dg_code rc = turns ? DG_OK
                       : dg_fail(err, DG_NOMEM, "no memory for the assignments of %u nodes",
                                 world->node_count);
    for (uint32_t id = world->finalized + 1; id < world->block_count && rc >= 0; id++) {
        const dg_world_block *b = &world->blocks[id];
        if (b->gone || !b->approval || b->number <= world->blocks[world->finalized].number)
            continue;
        if (!b->approval->known)
            rc = learn(world, (dg_leaf_id){ id }, err);
        if (rc >= 0 && b->approval->session && b->approval->waiting)
            rc = step_block(world, (dg_leaf_id){ id }, turns, err);
    }
    dg_free(turns);
    return rc;
}

void dg_approval_block_free(dg_approval_block *a)
{
    for (uint32_t i = 0; a && a->entries && i < a->count; i++) {
        dg_free(a->entries[i].assignments);
        dg_free(a->entries[i].checkers);
    }
    if (a)
        dg_free(a->entries);
    dg_free(a);
}

static bool received(const dg_world *world, dg_node_ix node, const dg_vote_sent *last, dg_ns now)
{
    return last->node == DG_NO
           || last->sent
                      + 2
                            * dg_world_link_latency(world, (dg_node_ix){ last->node }, node,
                                                    last->what)
                  <= now;
}

/* Where not all hear the same: by what the node can hear. */
static bool received_all(const dg_world *world, dg_node_ix node, const dg_approval_block *a,
                         dg_ns now)
{
    uint32_t each = a->count / a->reaches, reach = dg_approval_reach_of(world, a, node);
    const dg_candidate_entry *last = a->known ? &a->entries[reach * each] : NULL;
    for (uint32_t i = 0; last && i < each; i++)
        last = a->entries[reach * each + i].approved_at > last->approved_at
                   ? &a->entries[reach * each + i]
                   : last;
    return last && last->approved_at <= now && received(world, node, &last->last, now);
}

bool dg_approval_given(const dg_world *world, dg_node_ix node, const dg_world_block *b)
{
    const dg_approval_block *a = b->approval;
    dg_ns now = dg_sim_now(world->sim);
    if (b->viewed && b->view.host_version && !b->view.events_known)
        /* nobody could tell what it includes: passed over, with all that builds on it */
        return false;
    if (!a || (a->known && !a->count))
        return true;
    if (a->reaches > 1)
        return received_all(world, node, a, now);
    if (a->approved_at > now)
        return false;
    return received(world, node, &a->last, now);
}

bool dg_approval_unknown(const dg_world_block *b)
{
    return b->approval && !b->approval->known;
}

uint64_t dg_approval_waiting(const dg_world *world)
{
    uint32_t final = world->blocks[world->finalized].number;
    uint64_t candidates = 0;
    for (uint32_t id = world->finalized + 1; id < world->block_count; id++) {
        const dg_world_block *b = &world->blocks[id];
        candidates += !b->gone && b->approval && b->number > final
                          ? (b->approval->waiting + b->approval->reaches - 1) / b->approval->reaches
                          : 0;
    }
    return candidates;
}
