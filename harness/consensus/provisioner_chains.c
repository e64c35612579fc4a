/* provisioner_chains.c - candidates of chains that an author puts into its block: for each
 * parachain that follow what is included, what becomes available with the author's own
 * bits, or what times out; one after the other as far as their votes are here.
 * Mirrors: polkadot node/core/provisioner (request_backable_candidates: free and
 * scheduled, next up on available, next up on time out). */
#include "consensus/consensus_impl.h"

/* The block is the last that what occupies the core may wait for. */
static bool times_out(const dg_world_block *parent, const dg_core *core)
{
    return core->kind == DG_CORE_OCCUPIED && core->times_out == parent->number + 1;
}

/* Whose candidate the core takes in this block, as its author sees it; DG_NO: nobody's. */
static uint32_t taker(const dg_provider *m, dg_place_ix core)
{
    const dg_world_block *b = &m->world->blocks[m->parent];
    const dg_core *c = dg_view_core(&b->view, core.v, m->world->nodes[m->node].of);
    if (c->kind != DG_CORE_OCCUPIED)
        return c->kind == DG_CORE_SCHEDULED ? c->para : DG_NO;
    if (dg_consensus_provide_enough(&b->view, m->bits[core.v]))
        return c->next;
    return times_out(b, c) ? c->next_late : DG_NO;
}

/* What its next candidate stands on. False: what waits has to become available before. */
static bool assume(const dg_provider *m, dg_para_id para, dg_assumption *out)
{
    const dg_world_block *b = &m->world->blocks[m->parent];
    *out = DG_ASSUME_FREE;
    for (uint32_t core = 0; core < b->view.core_count; core++) {
        const dg_core *c = &b->view.cores[core];
        if (c->kind != DG_CORE_OCCUPIED || c->para != para.v)
            continue;
        *out = DG_ASSUME_INCLUDED;
        if (dg_consensus_provide_enough(&b->view, m->bits[core]))
            continue;
        if (times_out(b, c)) {
            *out = DG_ASSUME_TIMED_OUT;
            break;
        }
        if (!dg_view_waits_many(&b->view))
            return false;
    }
    return true;
}

static bool is_used(const dg_provider *m, dg_place_ix core, uint32_t first)
{
    for (uint32_t i = first; i < m->count->offered; i++)
        if (m->world->blocks[m->count->of[i].leaf].candidates[m->count->of[i].at].core == core.v)
            return true;
    return false;
}

/* May there be several of a parachain in one block? */
static bool may_many(const dg_provider *m)
{
    const dg_view *v = &m->world->blocks[m->parent].view;
    return dg_view_waits_many(v)
           && dg_world_core_bits(m->world, (dg_node_ix){ m->node }, (dg_leaf_id){ m->parent });
}

/* One after the other, as far as there are votes and cores for them. */
static dg_code offer_chain(dg_provider *m, dg_para_id para, dg_error *err)
{
    dg_view *view = &m->world->blocks[m->parent].view;
    uint32_t first = m->count->offered, most = may_many(m) ? view->core_count : 1;
    dg_scope scope =
        dg_world_scope_for(m->world, (dg_node_ix){ m->node }, (dg_leaf_id){ m->parent });
    dg_assumption assumption;
    dg_footing base;
    dg_hash tip;
    bool put;
    dg_code rc;
    if (!assume(m, para, &assumption))
        return DG_OK;
    if ((rc = dg_world_footing_ask(view, &base, para, assumption, err)) < 0)
        return rc;
    tip = base.head;
    do {
        dg_search from = { 0, 0 };
        const dg_candidate *c = NULL;
        dg_offer found;
        put = false;
        while (base.known && !put
               && (c = dg_world_candidate_next(m->world, &from, &found, &scope, para, &tip, &base)))
            if (taker(m, (dg_place_ix){ c->core }) == para.v
                && !is_used(m, (dg_place_ix){ c->core }, first)
                && (rc = dg_consensus_provide_offer(m, &put, found, err)) < 0)
                return rc;
        if (put && c)
            tip = c->head;
    } while (put && m->count->offered - first < most);
    return DG_OK;
}

/* Of its next candidates, as many as may be backed at once, those that some node could include. */
static dg_code count_backable(dg_provider *m, dg_para_id para, uint32_t left, dg_error *err)
{
    dg_view *view = &m->world->blocks[m->parent].view;
    dg_scope scope = dg_world_scope_of(m->world, (dg_leaf_id){ m->parent });
    bool any = true;
    dg_footing base;
    dg_hash tip;
    dg_code rc = dg_world_footing_ask(
        view, &base, para, dg_waiting_of(view, para.v) ? DG_ASSUME_INCLUDED : DG_ASSUME_FREE, err);
    if (rc < 0)
        return rc;
    for (tip = base.head; any && base.known && left; left--) {
        dg_search from = { 0, 0 };
        const dg_candidate *c;
        dg_offer found;
        any = false;
        while (!any
               && (c = dg_world_candidate_next(m->world, &from, &found, &scope, para, &tip, &base)))
            if ((any = dg_statements_backable(m->world, (dg_leaf_id){ found.leaf },
                                              (dg_place_ix){ found.at })))
                tip = c->head;
        m->count->backable += any;
    }
    return DG_OK;
}

dg_code dg_consensus_provide_chains(dg_provider *m, dg_error *err)
{
    const dg_view *v = &m->world->blocks[m->parent].view;
    dg_core_turns turns = { .count = v->core_count };
    dg_code rc = DG_OK;
    for (uint32_t core = 0; core < turns.count; core++)
        turns.of[core] = dg_core_turn(dg_view_core(v, core, m->world->nodes[m->node].of));
    for (uint32_t core = 0; core < turns.count && rc == DG_OK; core++)
        if (dg_world_turns_begin(&turns, (dg_place_ix){ core })
            && (rc = count_backable(
                    m, (dg_para_id){ turns.of[core] },
                    may_many(m) ? dg_world_turns_count(&turns, (dg_para_id){ turns.of[core] }) : 1,
                    err))
                   == DG_OK)
            rc = offer_chain(m, (dg_para_id){ turns.of[core] }, err);
    return rc;
}
