/* collation_generation.c - what collators make with a leaf as relay parent.
 *
 * Without asynchronous backing, or with a depth of none, it is one block for each core
 * that waits for one, on the head that is included. With it a parachain's blocks form a
 * chain (relay_parents.c): the next one goes on the last that its collator has made over the
 * relay parents in scope, whether that was backed or not, as long as its own runtime has
 * room and the chain is not too deep. An author that does not ask for room does not look
 * for its own blocks either: it builds on what the relay chain has.
 * What they need they ask at the leaf, like the validators.
 * Mirrors: polkadot node/collation-generation; cumulus find_potential_parents, basic,
 * lookahead (two blocks in a row at most) and slot-based (one for each core, with each
 * tick) authoring. Not modelled: a slot-based author's offset from the best block. */
#include "backing/backing_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

enum { HEAD_LEN = 32, DATA_TAIL = 40, DATA_MAX = 64 + HEAD_LEN + DATA_TAIL, TURNS = 2 };

/* Where a parachain's next block goes. */
typedef struct line {
    uint32_t leaf, para;
    dg_ns at; /* when it begins, by a clock; 0: with the leaf */
    const dg_collators *by;
    const dg_core_turns *turns; /* of the leaf; NULL: each core is by itself */
    dg_footing base;
    uint8_t data[DATA_MAX]; /* PersistedValidationData, as the block before leaves it */
    dg_bytes on;            /* .. that or the one of `base` */
    dg_hash tip;            /* hash of the head in it */
    uint32_t cores;         /* that serve it at the leaf */
    bool upgrades;          /* one on the way to the tip carries new code */
    /* blocks on the way to the tip; made on the leaf; in this go */
    uint32_t unincluded, unbacked, nth, rank;
} line;

/* ---- one candidate ---- */

static void head_of(uint8_t head[HEAD_LEN], dg_para_id para, uint32_t number, uint32_t nth)
{
    memset(head, 0, HEAD_LEN);
    dg_le32_put(head, para.v);
    dg_le32_put(head + 4, number);
    dg_le32_put(head + 8, nth);
}

static void place(dg_candidate *candidate, const line *l, const dg_world_block *leaf,
                  dg_place_ix core, const uint8_t *head)
{
    candidate->core = core.v;
    candidate->session = leaf->view.session;
    candidate->group =
        dg_rotation_group(&leaf->view.rotation, (dg_core_ix){ core.v }, leaf->view.group_count);
    candidate->by = l->by;
    candidate->follows = l->tip;
    candidate->head = dg_blake2_256(dg_bytes_of(head, HEAD_LEN));
    candidate->nth = l->nth;
    candidate->rank = l->rank;
    candidate->collated_at = l->at;
    candidate->pov_max = l->base.pov_max;
    memcpy(candidate->code_hash, l->base.code_hash, sizeof candidate->code_hash);
}

/* Which of the parachain's cores it is, the first is 1; 0: it has no other. */
static uint32_t selector(const dg_core_turns *turns, dg_para_id para, dg_place_ix core)
{
    uint32_t which = 1;
    for (uint32_t i = 0; turns && i < core.v; i++)
        which += turns->of[i] == para.v;
    return turns && dg_world_turns_count(turns, para) > 1 ? which : 0;
}

static dg_code make(dg_world *world, const line *l, dg_place_ix at, dg_error *err)
{
    dg_world_block *leaf = &world->blocks[l->leaf];
    uint32_t core = at.v % leaf->view.core_count;
    uint8_t head[HEAD_LEN];
    dg_candidate *candidate = &leaf->candidates[at.v];
    dg_candidate_parts parts = { .para = l->para,
                                 .number = leaf->number,
                                 .validation_data = l->on,
                                 .core = core,
                                 .selector = selector(l->turns, (dg_para_id){ l->para },
                                                      (dg_place_ix){ core }),
                                 .session = leaf->view.session,
                                 .receipt_v2 = dg_view_receipts_v2(&leaf->view),
                                 .relay_parent = *dg_block_hash(leaf->block),
                                 .head = DG_BYTES_OF(head) };
    dg_code rc;
    assert(at.v < leaf->place_count && candidate->para == DG_NO);
    if (!l->base.known || !l->base.pov_max)
        return DG_OK;
    memcpy(parts.code_hash, l->base.code_hash, sizeof parts.code_hash);
    if ((rc = dg_backing_pvf_note_code(world, (dg_para_id){ l->para }, parts.code_hash, err)) < 0)
        return rc;
    head_of(head, (dg_para_id){ l->para }, leaf->number, l->nth);
    if (!l->upgrades
        && (rc = dg_backing_code_upgrade_due(world, &parts.new_code, leaf, (dg_para_id){ l->para },
                                             err))
               < 0)
        return rc;
    if ((rc = dg_candidate_init(candidate, &parts, dg_marked_sign, err)) < 0) {
        candidate->para = DG_NO;
        return rc;
    }
    place(candidate, l, leaf, (dg_place_ix){ core }, head);
    leaf->candidate_count++;
    return dg_backing_code_upgrade_made(world, candidate, err);
}

/* ---- whose turn it is ---- */

/* Where the claim queue names another parachain than the core does: what most of those who
 * will back it see. The others take no part in it. */
static const dg_core *core_of(const dg_world *world, const dg_world_block *leaf, dg_place_ix core)
{
    const dg_view *v = &leaf->view;
    uint32_t group = dg_rotation_group(&v->rotation, (dg_core_ix){ core.v }, v->group_count),
             by_queue = 0;
    if (!dg_view_differs(v, core.v))
        return &v->cores[core.v];
    for (uint32_t i = v->group_from[group]; i < v->group_from[group + 1]; i++) {
        uint32_t node = dg_session_node(leaf->session, v->members[i]);
        by_queue +=
            node != DG_NO && dg_view_core(v, core.v, world->nodes[node].of) == &v->cores[core.v];
    }
    return 2 * by_queue >= v->group_from[group + 1] - v->group_from[group] ? &v->cores[core.v]
                                                                           : &v->cores_told[core.v];
}

static void find_turns(dg_core_turns *out, const dg_world *world, const dg_world_block *leaf)
{
    out->count = leaf->view.core_count;
    for (uint32_t core = 0; core < out->count; core++)
        out->of[core] = dg_core_turn(core_of(world, leaf, (dg_place_ix){ core }));
}

/* ---- the chain so far ---- */

/* How many blocks may lie on the way to the tip before one more: from ParachainHost 13 on nobody
 * asks for the depth of asynchronous backing. */
static bool has_room(const line *l, const dg_view *v)
{
    return l->unbacked <= (v->lookahead ? v->lookahead : v->depth);
}

static dg_code begin(dg_world *world, line *l, dg_assumption assumption, dg_error *err)
{
    dg_code rc = dg_world_footing_ask(&world->blocks[l->leaf].view, &l->base,
                                      (dg_para_id){ l->para }, assumption, err);
    l->on = l->base.data;
    l->tip = l->base.head;
    return rc;
}

/* The tip goes on to a candidate: its head takes the place of the one in the data. */
static void go_on(const dg_world *world, line *l, const dg_candidate *c, dg_leaf_id parent)
{
    uint8_t head[HEAD_LEN];
    assert(l->base.data.len >= DATA_TAIL); /* dg_world_footing_ask knows no other */
    dg_buf data = dg_buf_on(l->data, sizeof l->data);
    head_of(head, (dg_para_id){ c->para }, world->blocks[parent.v].number, c->nth);
    dg_scale_put_bytes(&data, DG_BYTES_OF(head));
    dg_buf_put(&data, l->base.data.at + l->base.data.len - DATA_TAIL, DATA_TAIL);
    l->on = dg_buf_bytes(&data);
    l->tip = c->head;
    l->upgrades |= c->new_code != 0;
    l->unincluded++;
    l->unbacked++;
}

static void follow(const dg_world *world, line *l)
{
    dg_scope scope = dg_world_scope_of(world, (dg_leaf_id){ l->leaf });
    const dg_candidate *c;
    dg_offer found;
    do {
        dg_search from = { 0, 0 };
        c = l->base.known ? dg_world_candidate_next(world, &from, &found, &scope,
                                                    (dg_para_id){ l->para }, &l->tip, &l->base)
                          : NULL;
        if (c)
            go_on(world, l, c, (dg_leaf_id){ found.leaf });
    } while (c && has_room(l, &world->blocks[l->leaf].view));
}

/* ---- building ---- */

/* `*what`: BUILDS, if there is a block now. */
static dg_code build(dg_world *world, line *l, dg_place_ix at, dg_attempt_kind *what, dg_error *err)
{
    const dg_world_block *leaf = &world->blocks[l->leaf];
    dg_code rc;
    *what = dg_backing_collator_tries(l->by, l->unincluded, l->cores);
    if (*what == DG_ATTEMPT_BUILDS && (rc = make(world, l, at, err)) < 0)
        return rc;
    dg_backing_collators_count(world, leaf, at, *what);
    if (leaf->candidates[at.v].para == DG_NO) {
        *what = DG_ATTEMPT_NONE;
        return DG_OK;
    }
    go_on(world, l, &leaf->candidates[at.v], (dg_leaf_id){ l->leaf });
    l->nth++;
    l->rank++;
    return DG_OK;
}

/* A place for one more block on the core; DG_NO: there are enough. */
static uint32_t place_on(const dg_world_block *leaf, dg_place_ix core)
{
    for (uint32_t turn = 0; turn < TURNS; turn++)
        if (leaf->candidates[turn * leaf->view.core_count + core.v].para == DG_NO)
            return turn * leaf->view.core_count + core.v;
    return DG_NO;
}

/* Up to two blocks for the parachain's first core, or with each tick one for each. */
static dg_code build_all(dg_world *world, line *l, dg_error *err)
{
    const dg_world_block *leaf = &world->blocks[l->leaf];
    const dg_view *v = &leaf->view;
    bool ticks = l->by->of->own_clock;
    uint32_t turns = ticks || !l->by->of->checks ? 1 : TURNS, at;
    dg_attempt_kind what = DG_ATTEMPT_BUILDS;
    dg_code rc = DG_OK;
    for (uint32_t core = 0, served = 0; core < v->core_count && served < (ticks ? l->cores : 1);
         core++) {
        if (l->turns->of[core] != l->para)
            continue;
        served++;
        for (uint32_t turn = 0;
             turn < turns && what == DG_ATTEMPT_BUILDS && has_room(l, v) && rc == DG_OK; turn++) {
            if ((at = place_on(leaf, (dg_place_ix){ core })) == DG_NO)
                return DG_OK;
            rc = build(world, l, (dg_place_ix){ at }, &what, err);
            if (rc == DG_OK && ticks && what == DG_ATTEMPT_BUILDS)
                rc = world->hooks.offered(world, (dg_leaf_id){ l->leaf }, (dg_place_ix){ at }, err);
        }
    }
    return rc;
}

static uint32_t made_for(const dg_world_block *leaf, dg_para_id para)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < leaf->place_count; i++)
        count += leaf->candidates[i].para == para.v;
    return count;
}

static dg_code collate(dg_world *world, dg_leaf_id leaf, const dg_core_turns *turns,
                       dg_para_id para, dg_ns at, dg_error *err)
{
    const dg_view *v = &world->blocks[leaf.v].view;
    line l = { .leaf = leaf.v,
               .para = para.v,
               .by = dg_backing_collators_of(world, para),
               .at = at,
               .turns = turns,
               .nth = made_for(&world->blocks[leaf.v], para) };
    dg_code rc;
    l.cores = dg_view_waits_many(v) && v->core_bits ? dg_world_turns_count(turns, para) : 1;
    l.unincluded = dg_waiting_of(v, para.v);
    if ((rc = begin(world, &l, l.unincluded ? DG_ASSUME_INCLUDED : DG_ASSUME_FREE, err)) < 0)
        return rc;
    if (l.by->of->checks)
        follow(world, &l);
    return build_all(world, &l, err);
}

/* ---- at a leaf, or at a tick ---- */

/* A collator follows the relay chain through one node, or the next that is up. */
static uint32_t best_for(const dg_world *world, dg_para_id para)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        uint32_t node = (para.v + i) % world->node_count;
        if (dg_sim_node_up(world->sim, (dg_node_ix){ node }))
            return world->nodes[node].best;
    }
    return DG_NO;
}

/* Those with a clock of their own build when it ticks, on the best block that they know
 * then. `at`: that time; 0: the others' turn, at the leaf. */
static dg_code collate_all(dg_world *world, dg_leaf_id leaf, dg_ns at, dg_error *err)
{
    dg_core_turns turns;
    dg_code rc = DG_OK;
    find_turns(&turns, world, &world->blocks[leaf.v]);
    for (uint32_t core = 0; core < turns.count && rc == DG_OK; core++) {
        uint32_t para = turns.of[core];
        if (!dg_world_turns_begin(&turns, (dg_place_ix){ core })
            || world->hooks.collators_away(world, (dg_para_id){ para }))
            continue;
        if (dg_backing_collators_of(world, (dg_para_id){ para })->of->own_clock
                ? at && best_for(world, (dg_para_id){ para }) == leaf.v
                : !at)
            rc = collate(world, leaf, &turns, (dg_para_id){ para }, at, err);
    }
    return rc;
}

/* The blocks before are there first. */
static dg_code collate_chains(dg_world *world, dg_leaf_id leaf, dg_error *err)
{
    dg_scope scope = dg_world_scope_of(world, leaf);
    for (uint32_t i = 0; i + 1 < scope.count; i++) {
        dg_code rc = dg_backing_collate(world, (dg_leaf_id){ scope.of[i] }, err);
        if (rc < 0)
            return rc;
    }
    return collate_all(world, leaf, 0, err);
}

static dg_code tick_at(dg_world *world, dg_leaf_id leaf, dg_error *err)
{
    dg_world_block *b = &world->blocks[leaf.v];
    dg_code rc;
    if ((rc = dg_world_view(world, b, err)) < 0 || !dg_world_has_chains(&b->view)
        || (rc = dg_backing_collate(world, leaf, err)) < 0)
        return rc;
    return b->candidates ? collate_all(world, leaf, dg_sim_now(world->sim), err) : DG_OK;
}

dg_code dg_backing_collate_tick(dg_world *world, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint32_t id = world->first_kept; id < world->block_count && rc == DG_OK; id++) {
        bool best = false;
        for (uint32_t i = 0; !world->blocks[id].gone && i < world->node_count && !best; i++)
            best = world->nodes[i].best == id;
        if (best)
            rc = tick_at(world, (dg_leaf_id){ id }, err);
    }
    return rc;
}

/* ---- a leaf of its own ---- */

static dg_code collate_alone(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err)
{
    const dg_core *of = core_of(world, &world->blocks[leaf.v], core);
    line l = { .leaf = leaf.v, .para = of->para, .cores = 1 };
    dg_attempt_kind what;
    dg_code rc;
    if (of->kind != DG_CORE_SCHEDULED
        || world->hooks.collators_away(world, (dg_para_id){ of->para }))
        return DG_OK;
    l.by = world->blocks[leaf.v].candidates[core.v].by =
        dg_backing_collators_of(world, (dg_para_id){ of->para });
    if ((rc = begin(world, &l, DG_ASSUME_FREE, err)) < 0)
        return rc;
    return build(world, &l, core, &what, err);
}

dg_code dg_backing_collate(dg_world *world, dg_leaf_id id, dg_error *err)
{
    dg_world_block *leaf = &world->blocks[id.v];
    uint32_t count = leaf->view.core_count * (dg_world_has_chains(&leaf->view) ? TURNS : 1);
    dg_code rc = DG_OK;
    assert(id.v < world->block_count);
    if (leaf->worked)
        return DG_OK;
    assert(!leaf->candidates && !leaf->place_count);
    leaf->worked = true;
    if (!count || !leaf->view.group_count || !leaf->session)
        return DG_OK;
    if (!(leaf->candidates = dg_calloc(count, sizeof *leaf->candidates)))
        return dg_fail(err, DG_NOMEM, "no memory for the candidates of %u cores", count);
    leaf->place_count = count;
    for (uint32_t i = 0; i < count; i++)
        leaf->candidates[i].para = DG_NO;
    if (dg_world_has_chains(&leaf->view))
        return collate_chains(world, id, err);
    for (uint32_t core = 0; core < count && rc == DG_OK; core++)
        rc = collate_alone(world, id, (dg_place_ix){ core }, err);
    return rc;
}

void dg_backing_candidates_clear(dg_world_block *leaf)
{
    for (uint32_t i = 0; leaf->candidates && i < leaf->place_count; i++)
        if (leaf->candidates[i].para != DG_NO)
            dg_candidate_clear(&leaf->candidates[i]);
    dg_free(leaf->candidates);
    leaf->candidates = NULL;
    leaf->place_count = leaf->candidate_count = 0;
    leaf->worked = false;
}
