/* branch.c - the chain of a plan once more, beside its arms: one author a slot on the real runtime,
 * up to what U is built on. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <string.h>

#include "protocol/protocol.h"

enum { CLAIMS = 8 };
static const double WARP = 6;

/* ---- blocks ---- */

dg_code dg_recover_extend_by(dg_recover_branch *b, dg_recover_stand *tip, uint64_t slot,
                             dg_build_options *options, dg_error *err)
{
    dg_slot_claim claims[CLAIMS];
    dg_epoch epoch = dg_client_epoch(&tip->at, slot);
    dg_client_note note;
    dg_recover_stand next;
    dg_code rc;
    if (!dg_epoch_claims(&epoch, claims, CLAIMS, slot, b->seed))
        return DG_ABSENT;
    options->claim = claims[0];
    if ((rc = dg_chain_build(b->chain, &next.block, NULL, tip->block, options, err)) < 0
        || (rc = dg_client_follow(b->view, &next.at, &note, &tip->at, next.block, err)) < 0)
        return rc;
    if (note.digest_expected != note.digest_seen)
        return dg_fail(err, DG_MISMATCH, "no client takes block #%u: %s epoch change",
                       dg_block_number(next.block), note.digest_seen ? "unexpected" : "expected");
    *tip = next;
    return DG_OK;
}

dg_code dg_recover_extend(dg_recover_branch *b, dg_recover_stand *tip, uint64_t slot, dg_error *err)
{
    dg_build_options options = { .claim = { .slot = slot } };
    return dg_recover_extend_by(b, tip, slot, &options, err);
}

static dg_code keep(dg_recover_branch *b, const dg_recover_stand *tip, dg_error *err)
{
    memmove(b->before + 1, b->before, DG_RECOVER_BACK_MAX * sizeof *b->before);
    b->before[0] = *tip;
    b->kept += b->kept < DG_RECOVER_BACK_MAX + 1;
    return b->kept == DG_RECOVER_BACK_MAX + 1
               ? dg_chain_finalize(b->chain, b->before[DG_RECOVER_BACK_MAX].block, err)
               : DG_OK;
}

/* Up to U-1, as the plan's run without a network would. */
static dg_code grow(dg_recover_branch *b, dg_error *err)
{
    dg_recover_stand tip = { dg_chain_root(b->chain), *dg_client_view_at(b->view) };
    dg_code rc = keep(b, &tip, err);
    for (uint64_t slot = b->span.clock.next_slot; slot < b->span.upgrade_slot && rc >= 0; slot++)
        if ((rc = dg_recover_extend(b, &tip, slot, err)) == DG_OK)
            rc = keep(b, &tip, err);
    return rc < 0 ? rc : DG_OK;
}

/* What was decided, as it lies in the state of U-1. */
static dg_code decide(dg_recover_branch *b, dg_error *err)
{
    dg_transition what = dg_run_branch_transition(b->branch);
    dg_enactment way;
    dg_code rc = dg_chain_transition(b->chain, &way, b->before[0].block, &what, err);
    if (rc < 0)
        return rc;
    b->amended = (dg_recover_stand){ way.parent, b->before[0].at };
    b->number = dg_block_number(way.parent) + 1;
    dg_enactment_clear(&way);
    return DG_OK;
}

/* ---- its nodes ---- */

bool dg_recover_needs_every_epoch(const dg_recover_case *c)
{
    const json_t *classes = json_object_get(json_object_get(c->outcome, "network"), "classes"),
                 *item;
    const char *name;
    dg_node_class of;
    size_t i;
    json_t *count;
    json_array_foreach(
        json_object_get(json_object_get(dg_plan_json(c->plan), "network"), "classes"), i, item)
    {
        const json_t *without = json_object_get(item, "without"), *repair;
        size_t k;
        json_array_foreach(without, k,
                           repair) if (strcmp(json_string_value(repair), "skipped-epochs")
                                       == 0) return true;
    }
    json_object_foreach((json_t *)classes, name, count) if (dg_class_read(&of, name, strlen(name))
                                                            && of.needs_every_epoch) return true;
    return false;
}

/* ---- all of it ---- */

static dg_code prepare(dg_recover_branch *b, dg_error *err)
{
    const dg_recover_case *c = b->c;
    const dg_recover_options *how = c->options;
    dg_code rc = dg_run_branch_open(&b->branch, c->plan, how->run, err);
    if (rc < 0)
        return rc;
    b->chain = dg_run_branch_chain(b->branch);
    b->span = dg_run_branch_span(b->branch);
    b->seed = dg_plan_asked_of(c->plan)->seed;
    b->revived = (uint64_t)c->seen.last + 1
                 + (how->after_ms ? how->after_ms / b->span.clock.slot_ms : c->react + c->over);
    if ((rc = dg_client_view_new(&b->view, b->chain, dg_chain_root(b->chain), err)) != DG_OK)
        return rc < 0 ? rc : dg_fail(err, DG_UNSUPPORTED, "the chain has no epochs");
    rc = grow(b, err);
    return rc < 0 ? rc : decide(b, err);
}

dg_code dg_recover_branch_open(dg_recover_branch **out, const dg_recover_case *c, dg_error *err)
{
    dg_recover_branch *b = *out = dg_calloc(1, sizeof *b);
    if (!b)
        return dg_fail(err, DG_NOMEM, "no memory for a branch");
    b->c = c;
    b->warp = c->options->warp > 0 ? c->options->warp : WARP;
    return prepare(b, err);
}

void dg_recover_branch_close(dg_recover_branch *b)
{
    if (!b)
        return;
    dg_client_view_free(b->view);
    dg_run_branch_close(b->branch);
    dg_free(b);
}
