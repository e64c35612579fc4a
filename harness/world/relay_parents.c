/* relay_parents.c - candidates of one parachain that follow one another, each built on the head
 * of the one before, over the relay parents that a leaf allows.
 *
 * A chain begins at the head that the runtime has included, or that waits to be. Which of
 * its candidates exist is the same for all; which of them somebody has heard enough of is
 * for computed.c to say. One whose relay parent falls out of the leaf's scope is lost, and all
 * that was built on it. What the runtime would refuse for its limits or its code is none.
 * Not modelled: that a backer waits for a candidate's forebear before it seconds.
 * Mirrors: prospective-parachains (fragment_chain, Scope, Constraints). */
#include "world/world.h"

#include <string.h>

#include "crypto/crypto.h"

bool dg_world_has_chains(const dg_view *view)
{
    return view->mode == DG_MODE_ENABLED && (view->depth || view->lookahead);
}

/* ---- relay parents ---- */

uint32_t dg_world_ancestors(const dg_world *world, dg_parent *out, const dg_world_block *leaf,
                            uint32_t most)
{
    uint32_t count = 0;
    for (uint32_t id = leaf->parent; count < most && id != DG_NO; id = world->blocks[id].parent) {
        const dg_world_block *a = &world->blocks[id];
        if (a->gone || !a->viewed || !a->session || a->view.session != leaf->view.session)
            break;
        if (out)
            out[count] = (dg_parent){ id, a->number, a->view.session };
        count++;
    }
    return count;
}

/* What was built for the old state machine is in nobody's chain. */
static dg_scope scope_within(const dg_world *world, dg_leaf_id leaf, uint32_t most)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    dg_parent found[DG_SCOPE_MAX - 1];
    uint32_t count =
        dg_world_ancestors(world, found, b, most < DG_SCOPE_MAX - 1 ? most : DG_SCOPE_MAX - 1);
    dg_scope s = { .count = 0 };
    for (uint32_t i = count; i--;)
        if (world->blocks[found[i].id].view.mode == DG_MODE_ENABLED)
            s.of[s.count++] = found[i].id;
    s.of[s.count++] = leaf.v;
    return s;
}

dg_scope dg_world_scope_of(const dg_world *world, dg_leaf_id leaf)
{
    const dg_view *v = &world->blocks[leaf.v].view;
    uint32_t most = v->lookahead ? v->lookahead - 1 : v->depth ? v->ancestry : 0;
    return scope_within(world, leaf, v->mode == DG_MODE_ENABLED ? most : 0);
}

dg_scope dg_world_scope_for(const dg_world *world, dg_node_ix node, dg_leaf_id leaf)
{
    const dg_view *v = &world->blocks[leaf.v].view;
    bool chains = v->depth || dg_view_is_asked(v, DG_ASK_LOOKAHEAD, world->nodes[node.v].of);
    return scope_within(world, leaf,
                        v->mode == DG_MODE_ENABLED && chains ? dg_world_ancestry(world, node, leaf)
                                                             : 0);
}

/* ---- what the next block stands on ---- */

/* PersistedValidationData: parent head, number, storage root, max_pov_size. */
static void read_data(dg_footing *out)
{
    dg_scale s = dg_scale_from(out->data);
    dg_bytes head = dg_scale_bytes(&s);
    dg_scale_take(&s, 36);
    out->pov_max = dg_scale_u32(&s);
    out->known = dg_scale_finish(&s, NULL, "data") == DG_OK;
    if (out->known)
        out->head = dg_blake2_256(head);
}

dg_code dg_world_footing_ask(dg_view *view, dg_footing *out, dg_para_id para,
                             dg_assumption assumption, dg_error *err)
{
    dg_bytes code;
    dg_code rc;
    *out = (dg_footing){ .known = false };
    if ((rc = dg_view_ask_option(view, &out->data, DG_ASK_VALIDATION_DATA, para.v, assumption, err))
            < 0
        || (rc = dg_view_ask_option(view, &code, DG_ASK_CODE_HASH, para.v, assumption, err)) < 0
        || code.len != 32)
        return rc;
    memcpy(out->code_hash, code.at, 32);
    read_data(out);
    return DG_OK;
}

/* ---- turns of cores ---- */

uint32_t dg_world_turns_count(const dg_core_turns *turns, dg_para_id para)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < turns->count; i++)
        count += turns->of[i] == para.v;
    return count;
}

bool dg_world_turns_begin(const dg_core_turns *turns, dg_place_ix core)
{
    uint32_t first = 0;
    while (turns->of[first] != turns->of[core.v])
        first++;
    return turns->of[core.v] != DG_NO && first == core.v;
}

/* ---- one after the other ---- */

static bool fits(const dg_candidate *c, dg_para_id para, const dg_hash *follows,
                 const dg_footing *under)
{
    return c->para == para.v && dg_hash_equal(&c->follows, follows) && c->pov_max == under->pov_max
           && memcmp(c->code_hash, under->code_hash, sizeof c->code_hash) == 0;
}

const dg_candidate *dg_world_candidate_next(const dg_world *world, dg_search *from, dg_offer *found,
                                            const dg_scope *scope, dg_para_id para,
                                            const dg_hash *follows, const dg_footing *under)
{
    for (; from->scope < scope->count; from->scope++, from->at = 0) {
        const dg_world_block *b = &world->blocks[scope->of[from->scope]];
        while (b->candidates && from->at < b->place_count) {
            const dg_candidate *c = &b->candidates[from->at++];
            if (!fits(c, para, follows, under))
                continue;
            *found = (dg_offer){ scope->of[from->scope], from->at - 1 };
            return c;
        }
    }
    return NULL;
}
