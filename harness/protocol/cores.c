/* cores.c - what a runtime says of its cores: once by themselves, and since version 11 in a
 * queue of claims, which only releases that know of it read.
 * Mirrors: primitives (CoreState); vstaging claim queue; node/subsystem-util fetch_claim_queue. */
#include "protocol/view_impl.h"

#include <assert.h>
#include <string.h>

static bool whole(const dg_scale *s)
{
    return dg_scale_finish(s, NULL, "answer") == DG_OK;
}

static uint32_t take_scheduled(dg_scale *s)
{
    uint32_t para = dg_scale_u32(s);
    if (dg_scale_option(s))
        dg_scale_take(s, 32);
    return para;
}

static void take_occupied(dg_core *core, dg_scale *s)
{
    dg_bytes descriptor;
    uint32_t bits;
    if (dg_scale_option(s))
        core->next = take_scheduled(s);
    core->since = dg_scale_u32(s);
    core->times_out = dg_scale_u32(s);
    if (dg_scale_option(s))
        core->next_late = take_scheduled(s);
    bits = dg_scale_compact_u32(s);
    dg_scale_take(s, bits / 8 + (bits % 8 != 0));
    core->group = dg_scale_u32(s);
    core->candidate = dg_scale_hash(s);
    descriptor = dg_scale_take(s, DG_DESCRIPTOR_LEN);
    if (descriptor.len != DG_DESCRIPTOR_LEN)
        return;
    core->para = dg_le32(descriptor.at);
    memcpy(core->relay_parent.at, descriptor.at + 4, 32);
    core->receipt_v2 = dg_descriptor_is_v2(descriptor);
}

static void take_core(dg_core *core, dg_scale *s)
{
    uint8_t kind = dg_scale_u8(s);
    *core = (dg_core){
        .kind = (dg_core_kind)kind, .para = DG_NO, .next = DG_NO, .next_late = DG_NO, .group = DG_NO
    };
    if (kind == DG_CORE_OCCUPIED)
        take_occupied(core, s);
    else if (kind == DG_CORE_SCHEDULED)
        core->para = take_scheduled(s);
    else if (kind != DG_CORE_FREE)
        dg_scale_fail(s, "unknown core state");
}

dg_code dg_view_take_cores(dg_view *v, dg_scale *s, dg_error *err)
{
    assert(!v->cores); /* one answer a view */
    uint32_t count = dg_scale_count(s, 1);
    if (s->rc != DG_OK || count > DG_CORES_MAX)
        return DG_OK;
    if (!(v->cores = dg_calloc(count ? count : 1, sizeof *v->cores)))
        return dg_fail(err, DG_NOMEM, "no memory for %u cores", count);
    for (uint32_t i = 0; i < count && s->rc == DG_OK; i++)
        take_core(&v->cores[i], s);
    v->cores_known = whole(s);
    v->core_count = v->cores_known ? count : 0;
    return DG_OK;
}

/* The first claim of each core, for those that `of` has; NULL: only read through. */
static void take_claims(dg_view *of, dg_scale *s)
{
    for (uint32_t left = dg_scale_count(s, 5); left && s->rc == DG_OK; left--) {
        uint32_t core = dg_scale_u32(s), claims = dg_scale_count(s, 4),
                 first = claims ? dg_scale_u32(s) : DG_NO;
        dg_scale_take(s, claims ? (size_t)(claims - 1) * 4 : 0);
        if (!of || s->rc != DG_OK || core >= of->core_count || first == DG_NO)
            continue;
        if (of->cores[core].kind == DG_CORE_OCCUPIED) {
            of->cores[core].next = of->cores[core].next_late = first;
        } else {
            of->cores[core].kind = DG_CORE_SCHEDULED;
            of->cores[core].para = first;
        }
    }
}

/* Whose turn it is on a core says the queue to those who ask for it; what occupies the
 * core say the cores, which have to be known by now. */
dg_code dg_view_take_queue(dg_view *v, dg_scale *s, dg_error *err)
{
    assert(!v->cores_told);
    assert(v->core_count == 0 || v->cores);
    dg_scale again = *s;
    size_t len = v->core_count * sizeof *v->cores;
    take_claims(NULL, s);
    v->queue_known = whole(s);
    if (!v->queue_known) {
        dg_view_fail(v, DG_ASK_CLAIM_QUEUE);
        return DG_OK;
    }
    if (len && !(v->cores_told = dg_malloc(len)))
        return dg_fail(err, DG_NOMEM, "no memory for %u cores", v->core_count);
    if (len)
        memcpy(v->cores_told, v->cores, len);
    take_claims(v, &again);
    return DG_OK;
}

/* ---- who sees which ---- */

const dg_core *dg_view_core(const dg_view *v, uint32_t core, const dg_node_class *of)
{
    assert(core < v->core_count);
    return v->cores_told && of->host_known < dg_request_at(DG_ASK_CLAIM_QUEUE)->since
               ? &v->cores_told[core]
               : &v->cores[core];
}

uint32_t dg_core_turn(const dg_core *core)
{
    return core->kind == DG_CORE_OCCUPIED ? core->next : core->para;
}

bool dg_view_differs(const dg_view *v, uint32_t core)
{
    assert(core < v->core_count);
    return v->cores_told && dg_core_turn(&v->cores_told[core]) != dg_core_turn(&v->cores[core]);
}

bool dg_view_assigns(const dg_view *v, dg_core_ix core, dg_para_id para, const dg_node_class *of)
{
    const dg_core *c;
    if (!dg_view_differs(v, core.v))
        return true;
    c = dg_view_core(v, core.v, of);
    return c->kind == DG_CORE_OCCUPIED ? c->next != DG_NO : c->para == para.v;
}

uint32_t dg_waiting_of(const dg_view *view, uint32_t para)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->core_count; i++)
        count += view->cores[i].kind == DG_CORE_OCCUPIED && view->cores[i].para == para;
    return count;
}
