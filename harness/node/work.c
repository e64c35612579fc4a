/* work.c - what collators make of a leaf: one block for each core that waits for one.
 *
 * A parachain whose runtime has no room beside a block that waits for availability
 * has a block every second relay block at best; others build on the one that waits
 * (collator.c says who tries). What they need they ask at the leaf, like the validators.
 * Mirrors: polkadot node/collation-generation. */
#include "node/node_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { HEAD_FILL = 24 };

/* PersistedValidationData: parent head, number, storage root, max_pov_size. */
static bool room_for_a_block(dg_bytes data)
{
    dg_scale s = dg_scale_from(data);
    dg_scale_bytes(&s);
    dg_scale_take(&s, 36);
    return dg_scale_u32(&s) && dg_scale_finish(&s, NULL, "data") == DG_OK;
}

/* Where the claim queue names another parachain than the core does: what most of those who
 * will back it see. The others take no part in it. */
static const dg_core *core_of(const dg_network *net, const dg_net_block *leaf, uint32_t core)
{
    const dg_view *v = &leaf->view;
    uint32_t group = dg_rotation_group(&v->rotation, core, v->group_count), by_queue = 0;
    if (!dg_view_differs(v, core))
        return &v->cores[core];
    for (uint32_t i = v->group_from[group]; i < v->group_from[group + 1]; i++) {
        uint32_t node = leaf->session->node[v->members[i]];
        by_queue += node != DG_NO && dg_view_core(v, core, net->nodes[node].of) == &v->cores[core];
    }
    return 2 * by_queue >= v->group_from[group + 1] - v->group_from[group] ? &v->cores[core] : &v->cores_told[core];
}

static dg_code make(dg_network *net, dg_net_block *leaf, uint32_t core, const dg_core *of, dg_error *err)
{
    uint8_t head_room[4 + 4 + HEAD_FILL] = { 0 };
    dg_candidate *made = &leaf->candidates[core];
    dg_candidate_parts parts = { .para = of->para, .number = leaf->number,
                                 .core = core, .session = leaf->view.session, .receipt_v2 = dg_view_receipts_v2(&leaf->view),
                                 .relay_parent = *dg_block_hash(leaf->block), .head = DG_BYTES_OF(head_room) };
    bool waits = of->kind == DG_CORE_OCCUPIED;
    dg_assumption assumption = waits ? DG_ASSUME_INCLUDED : DG_ASSUME_FREE;
    dg_bytes code;
    dg_code rc;
    if ((rc = dg_view_ask_option(&leaf->view, &parts.validation_data, DG_ASK_VALIDATION_DATA, parts.para, assumption, err)) < 0
        || (rc = dg_view_ask_option(&leaf->view, &code, DG_ASK_CODE_HASH, parts.para, assumption, err)) < 0)
        return rc;
    if (code.len != 32 || !room_for_a_block(parts.validation_data))
        return DG_OK;
    memcpy(parts.code_hash, code.at, 32);
    if ((rc = dg_pvf_note_code(net, parts.para, parts.code_hash, err)) < 0)
        return rc;
    dg_put_le32(head_room, parts.para);
    dg_put_le32(head_room + 4, parts.number);
    if ((rc = dg_candidate_init(made, &parts, dg_marked_sign, err)) < 0) {
        made->para = DG_NO;
        return rc;
    }
    made->on_available = waits;
    made->core = core;
    made->session = leaf->view.session;
    made->group = dg_rotation_group(&leaf->view.rotation, core, leaf->view.group_count);
    return DG_OK;
}

static dg_code collate(dg_network *net, dg_net_block *leaf, uint32_t core, dg_error *err)
{
    const dg_core *of = core_of(net, leaf, core);
    const dg_collators *by;
    dg_attempt_kind what;
    dg_code rc;
    if (of->kind == DG_CORE_FREE || dg_faults_collator(net, of->kind == DG_CORE_OCCUPIED ? of->next : of->para))
        return DG_OK;
    by = dg_collators_of(net, of->para);
    what = dg_collator_tries(by, &leaf->view, of);
    if (what == DG_ATTEMPT_BUILDS && (rc = make(net, leaf, core, of, err)) < 0)
        return rc;
    leaf->candidates[core].by = by;
    dg_collators_count(net, leaf, core, what);
    return DG_OK;
}

dg_code dg_work_init(dg_network *net, dg_net_block *leaf, dg_error *err)
{
    uint32_t count = leaf->view.core_count;
    dg_code rc;
    if (leaf->worked)
        return DG_OK;
    leaf->worked = true;
    if (!count || !leaf->view.group_count || !leaf->session)
        return DG_OK;
    if (!(leaf->candidates = dg_calloc(count, sizeof *leaf->candidates)))
        return dg_fail(err, DG_NOMEM, "no memory for the candidates of %u cores", count);
    for (uint32_t i = 0; i < count; i++)
        leaf->candidates[i].para = DG_NO;
    for (uint32_t i = 0; i < count; i++)
        if ((rc = collate(net, leaf, i, err)) < 0)
            return rc;
    return DG_OK;
}

void dg_work_clear(dg_net_block *leaf)
{
    for (uint32_t i = 0; leaf->candidates && i < leaf->view.core_count; i++)
        if (leaf->candidates[i].para != DG_NO)
            dg_candidate_clear(&leaf->candidates[i]);
    dg_free(leaf->candidates);
    leaf->candidates = NULL;
    leaf->worked = false;
}
