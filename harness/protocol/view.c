/* view.c - what a node learns of a leaf: the runtime's answers at the leaf's own state.
 *
 * At the block that enacts N this is N's code over the storage of N-1: some
 * answers are defaults, some are rubbish. They are taken as they come.
 * Mirrors: polkadot node/core/runtime-api lib.rs; node/subsystem-types messages.rs. */
#include "protocol/view_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* candidates_pending_availability came with elastic scaling */
enum { FIRST_WITH_MANY = 11 };
/* version of ParachainHost in the first release whose collators write them: collators are taken to
 * be of the runtime's time, as their release is not known */
enum { FIRST_WITH_RECEIPTS_V2 = 12 };

bool dg_view_waits_many(const dg_view *view)
{
    return view->host_version >= FIRST_WITH_MANY;
}

bool dg_view_receipts_v2(const dg_view *view)
{
    return view->host_version >= FIRST_WITH_RECEIPTS_V2
           && view->features & DG_VIEW_FEATURE_RECEIPTS_V2;
}

/* Is a leaf lost to the release where it asks this in vain? */
static bool passes_over(const dg_node_class *of, const dg_request_row *row)
{
    return row->skips && (!of->from || dg_class_within(of, row->skips, UINT32_MAX));
}

dg_mode dg_view_mode_told(const dg_view *view, const dg_node_class *of)
{
    return view->failed >> DG_ASK_ASYNC_BACKING & 1
                   && dg_view_is_asked(view, DG_ASK_ASYNC_BACKING, of)
               ? DG_MODE_ERROR
               : view->mode;
}

dg_mode dg_view_mode_for(const dg_view *view, const dg_node_class *of, uint32_t kept)
{
    if (view->mode != DG_MODE_ENABLED || !of->v2)
        return view->mode;
    if (view->host_version < of->host_needed)
        return DG_MODE_ERROR;
    for (dg_request r = 0; r < DG_ASK_COUNT; r++) {
        if (passes_over(of, dg_request_at(r)) && view->failed >> r & 1 && !(kept >> r & 1)
            && dg_view_is_asked(view, r, of))
            return DG_MODE_ERROR;
    }
    return view->mode;
}

/* Its implicit view asks for the session and the lookahead by itself, from v1.22 on. */
static bool view_asks(const dg_node_class *of)
{
    return dg_class_within(of, 22, UINT32_MAX);
}

dg_leaf_fate dg_view_fate_for(const dg_view *view, const dg_node_class *of, uint32_t kept)
{
    bool no_lookahead = view->failed >> DG_ASK_LOOKAHEAD & 1 && !(kept >> DG_ASK_LOOKAHEAD & 1)
                        && dg_view_is_asked(view, DG_ASK_LOOKAHEAD, of);
    if (view_asks(of) && (!view->session_known || no_lookahead))
        return DG_LEAF_UNSEEN;
    return view->session_known && dg_view_mode_for(view, of, kept) != DG_MODE_ERROR
               ? DG_LEAF_TAKEN
               : DG_LEAF_PASSED;
}

static bool whole(const dg_scale *s)
{
    return dg_scale_finish(s, NULL, "answer") == DG_OK;
}

/* ---- one answer each: what does not decode leaves the view without it ---- */

static dg_code take_mode(dg_view *v, dg_scale *s, dg_error *err)
{
    (void)err;
    v->depth = dg_scale_u32(s);
    v->ancestry = dg_scale_u32(s);
    if (whole(s))
        v->mode = DG_MODE_ENABLED;
    else
        dg_view_fail(v, DG_ASK_ASYNC_BACKING);
    return DG_OK;
}

static dg_code take_session(dg_view *v, dg_scale *s, dg_error *err)
{
    (void)err;
    v->session = dg_scale_u32(s);
    v->session_known = whole(s);
    return DG_OK;
}

static dg_code take_votes(dg_view *v, dg_scale *s, dg_error *err)
{
    uint32_t votes = dg_scale_u32(s);
    (void)err;
    v->votes_min = whole(s) ? votes : 0;
    if (s->rc != DG_OK)
        dg_view_fail(v, DG_ASK_BACKING_VOTES);
    return DG_OK;
}

static dg_code take_lookahead(dg_view *v, dg_scale *s, dg_error *err)
{
    uint32_t lookahead = dg_scale_u32(s);
    (void)err;
    v->lookahead = whole(s) ? lookahead : 0;
    if (s->rc != DG_OK)
        dg_view_fail(v, DG_ASK_LOOKAHEAD);
    return DG_OK;
}

static dg_code take_validators(dg_view *v, dg_scale *s, dg_error *err)
{
    assert(!v->validators); /* one answer a view */
    uint32_t count = dg_scale_count(s, 32);
    if (s->rc != DG_OK || dg_scale_left(s) != (size_t)count * 32 || count > DG_VALIDATORS_MAX)
        return DG_OK;
    if (!(v->validators = dg_malloc(count ? (size_t)count * 32 : 32)))
        return dg_fail(err, DG_NOMEM, "no memory for %u validators", count);
    if (count)
        memcpy(v->validators, dg_scale_take(s, (size_t)count * 32).at, (size_t)count * 32);
    v->validator_count = count;
    return DG_OK;
}

static dg_code make_groups(dg_view *v, uint32_t groups, size_t members, dg_error *err)
{
    assert(!v->group_from && !v->members); /* one answer a view */
    v->group_from = dg_calloc((size_t)groups + 1, sizeof *v->group_from);
    v->members = dg_calloc(members ? members : 1, sizeof *v->members);
    return v->group_from && v->members ? DG_OK
                                       : dg_fail(err, DG_NOMEM, "no memory for %u groups", groups);
}

static void take_members(dg_view *v, dg_scale *s, uint32_t groups)
{
    uint32_t at = 0;
    for (uint32_t g = 0; g < groups && s->rc == DG_OK; g++) {
        for (uint32_t i = dg_scale_count(s, 4); i; i--) {
            v->members[at] = dg_scale_u32(s);
            if (v->members[at++] >= v->validator_count)
                dg_scale_fail(s, "member beyond the validators");
        }
        if (at - v->group_from[g] > DG_GROUP_MAX)
            dg_scale_fail(s, "group too large");
        v->group_from[g + 1] = at;
    }
}

/* Members are indices of validators: those have to be known by now. */
static dg_code take_groups(dg_view *v, dg_scale *s, dg_error *err)
{
    uint32_t groups = dg_scale_count(s, 1);
    dg_code rc;
    if (s->rc != DG_OK || groups > DG_CORES_MAX)
        return DG_OK;
    if ((rc = make_groups(v, groups, dg_scale_left(s) / 4, err)) < 0)
        return rc;
    take_members(v, s, groups);
    v->rotation.session_start = dg_scale_u32(s);
    v->rotation.frequency = dg_scale_u32(s);
    v->rotation.now = dg_scale_u32(s);
    v->group_count = whole(s) ? groups : 0;
    return DG_OK;
}

/* As many bits as there are, eight to a byte. */
static dg_code take_features(dg_view *v, dg_scale *s, dg_error *err)
{
    uint32_t bits = dg_scale_compact_u32(s);
    uint64_t features = 0;
    (void)err;
    for (uint32_t at = 0; at < bits && at < 64; at += 8)
        features |= (uint64_t)dg_scale_u8(s) << at;
    if (s->rc != DG_OK) {
        dg_view_fail(v, DG_ASK_FEATURES);
        return DG_OK;
    }
    v->features = bits < 64 ? features & (((uint64_t)1 << bits) - 1) : features;
    v->features &= ~v->by.features_off;
    v->core_bits = v->features & DG_VIEW_FEATURE_CORE_BITS;
    return DG_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static dg_code take_disabled(dg_view *v, dg_scale *s, dg_error *err)
{
    assert(!v->disabled); /* one answer a view */
    uint32_t count = dg_scale_count(s, 4);
    if (!(v->disabled = dg_calloc(count ? count : 1, sizeof *v->disabled)))
        return dg_fail(err, DG_NOMEM, "no memory for %u disabled validators", count);
    for (uint32_t i = 0; i < count; i++)
        v->disabled[i] = dg_scale_u32(s);
    v->disabled_count = whole(s) ? count : 0;
    qsort(v->disabled, v->disabled_count, sizeof *v->disabled, by_number);
    if (s->rc != DG_OK)
        dg_view_fail(v, DG_ASK_DISABLED);
    return DG_OK;
}

bool dg_view_is_disabled(const dg_view *v, uint32_t validator)
{
    return v->disabled_count
           && bsearch(&validator, v->disabled, v->disabled_count, sizeof *v->disabled, by_number);
}

static dg_code take_events(dg_view *v, dg_scale *s, dg_error *err)
{
    (void)err;
    v->events_known = dg_events_take(dg_scale_rest(s), &v->events_included);
    if (!v->events_known)
        dg_view_fail(v, DG_ASK_EVENTS);
    return DG_OK;
}

/* ---- all of them ---- */

/* In this order: groups are checked against the validators. */
static const struct {
    dg_request request;
    dg_code (*take)(dg_view *v, dg_scale *s, dg_error *err);
} answers[] = {
    { DG_ASK_ASYNC_BACKING, take_mode },    { DG_ASK_SESSION, take_session },
    { DG_ASK_VALIDATORS, take_validators }, { DG_ASK_GROUPS, take_groups },
    { DG_ASK_CORES, dg_view_take_cores },   { DG_ASK_CLAIM_QUEUE, dg_view_take_queue },
    { DG_ASK_BACKING_VOTES, take_votes },   { DG_ASK_FEATURES, take_features },
    { DG_ASK_DISABLED, take_disabled },     { DG_ASK_EVENTS, take_events },
    { DG_ASK_LOOKAHEAD, take_lookahead },
};

dg_code dg_view_take(dg_view *view, dg_request request, dg_bytes answer, dg_error *err)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].request == request) {
            dg_scale s = dg_scale_from(answer);
            return answers[i].take(view, &s, err);
        }
    return DG_OK; /* one that is asked with an input: no part of the view */
}

/* By the newer way first: where that fails, all go the older one. */
static dg_code ask_states(dg_view *v, dg_error *err)
{
    static const dg_request ways[] = { DG_ASK_CONSTRAINTS, DG_ASK_PENDING, DG_ASK_BACKING_STATE };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        dg_code rc = dg_view_is_asked_by_any(v, ways[i])
                         ? dg_view_ask_backing_states(v, ways[i], err)
                         : DG_OK;
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

/* The others collators ask as well. */
static bool is_for_validators(dg_request request)
{
    return request == DG_ASK_DISABLED || request == DG_ASK_LOOKAHEAD;
}

static dg_code read_all(dg_view *v, dg_error *err)
{
    v->mode = dg_view_supports(v, DG_ASK_ASYNC_BACKING) ? DG_MODE_ERROR : DG_MODE_DISABLED;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        dg_bytes answer;
        dg_code rc;
        if (is_for_validators(answers[i].request)
            && !dg_view_is_asked_by_any(v, answers[i].request))
            continue;
        rc = dg_view_ask(v, &answer, answers[i].request, dg_bytes_of(NULL, 0), err);
        if (rc == DG_OK)
            rc = dg_view_take(v, answers[i].request, answer, err);
        if (rc < 0)
            return rc;
    }
    return v->mode == DG_MODE_ENABLED ? ask_states(v, err) : DG_OK;
}

/* A first step that panics leaves nothing to ask: then what is there is asked. */
static dg_code stand_in(dg_block **out, dg_chain *chain, dg_block *block, const dg_askers *by,
                        dg_error *err)
{
    dg_code rc;
    *out = block;
    if (!by->migrated || !by->all)
        return DG_OK;
    rc = dg_chain_begun(chain, out, block, err);
    if (dg_view_blames(rc))
        *out = block;
    return dg_view_blames(rc) ? DG_OK : rc;
}

dg_code dg_view_init(dg_view *view, dg_chain *chain, dg_block *block, const dg_askers *by,
                     dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc;
    *view = (dg_view){ .chain = chain, .block = block, .by = *by };
    if ((rc = stand_in(&view->block, chain, block, by, err)) < 0)
        return rc;
    if ((rc = dg_block_runtime(chain, block, &runtime, err)) < 0)
        /* a code that is none answers nothing */
        return rc == DG_MALFORMED || rc == DG_TRAP ? DG_OK : rc;
    view->host_version = dg_version_api(dg_runtime_version(runtime), "ParachainHost");
    if (by->host_most && view->host_version > by->host_most)
        view->host_version = by->host_most;
    if (view->host_version && (rc = read_all(view, err)) < 0)
        dg_view_clear(view);
    return rc < 0 ? rc : DG_OK;
}

void dg_view_clear(dg_view *view)
{
    dg_free(view->group_from);
    dg_free(view->members);
    dg_free(view->cores);
    dg_free(view->cores_told);
    dg_free(view->validators);
    dg_free(view->disabled);
    *view = (dg_view){ .chain = view->chain, .block = view->block };
}

uint32_t dg_view_group_of(const dg_view *view, uint32_t validator)
{
    for (uint32_t g = 0; g < view->group_count; g++)
        for (uint32_t i = view->group_from[g]; i < view->group_from[g + 1]; i++)
            if (view->members[i] == validator)
                return g;
    return DG_NO;
}

/* Never more than there are members. Mirrors: effective_minimum_backing_votes. */
uint32_t dg_view_votes_needed(const dg_view *view, dg_group_ix group, uint32_t votes_min)
{
    assert(group.v < view->group_count);
    uint32_t size = view->group_from[group.v + 1] - view->group_from[group.v],
             wanted = votes_min ? votes_min : 2;
    return wanted < size ? wanted : size;
}
