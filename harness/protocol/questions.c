/* questions.c - what is asked of a runtime, since which version of its API, and by which releases.
 *
 * Mirrors: polkadot node/core/runtime-api lib.rs; node/subsystem-types messages.rs. */
#include "protocol/protocol.h"

#include <assert.h>
#include <string.h>

static const dg_request_row requests[DG_ASK_COUNT] = {
    [DG_ASK_SESSION] = { "ParachainHost_session_index_for_child", 1, DG_LASTS_LEAF },
    [DG_ASK_VALIDATORS] = { "ParachainHost_validators", 1, DG_LASTS_LEAF },
    [DG_ASK_GROUPS] = { "ParachainHost_validator_groups", 1, DG_LASTS_LEAF },
    [DG_ASK_CORES] = { "ParachainHost_availability_cores", 1, DG_LASTS_LEAF },
    [DG_ASK_VALIDATION_DATA] = { "ParachainHost_persisted_validation_data", 1, DG_LASTS_ELSEWHERE },
    [DG_ASK_EPOCH] = { "BabeApi_current_epoch", 1, DG_LASTS_SESSION },
    [DG_ASK_SESSION_INFO] = { "ParachainHost_session_info", 2, DG_LASTS_SESSION },
    [DG_ASK_CODE_HASH] = { "ParachainHost_validation_code_hash", 2, DG_LASTS_ELSEWHERE },
    [DG_ASK_DISPUTES] = { "ParachainHost_disputes", 3, DG_LASTS_ELSEWHERE },
    [DG_ASK_EXECUTOR] = { "ParachainHost_session_executor_params", 4, DG_LASTS_SESSION },
    [DG_ASK_BACKING_VOTES] = { "ParachainHost_minimum_backing_votes", 6, DG_LASTS_SESSION,
                               .skips = 1 },
    [DG_ASK_ASYNC_BACKING] = { "ParachainHost_async_backing_params", 7, DG_LASTS_LEAF, .skips = 2,
                               .gone = 13 },
    [DG_ASK_FEATURES] = { "ParachainHost_node_features", 9, DG_LASTS_SESSION, .skips = 7 },
    [DG_ASK_CLAIM_QUEUE] = { "ParachainHost_claim_queue", 11, DG_LASTS_LEAF, .skips = 14 },
    [DG_ASK_EVENTS] = { "ParachainHost_candidate_events", 1, DG_LASTS_LEAF },
    [DG_ASK_BACKING_STATE] = { "ParachainHost_para_backing_state", 7, DG_LASTS_LEAF, .skips = 2,
                               .until = 13 },
    [DG_ASK_DISABLED] = { "ParachainHost_disabled_validators", 8, DG_LASTS_LEAF, .skips = 6,
                          .from = 10 },
    [DG_ASK_APPROVAL_PARAMS] = { "ParachainHost_approval_voting_params", 10, DG_LASTS_SESSION },
    [DG_ASK_PENDING] = { "ParachainHost_candidates_pending_availability", 11, DG_LASTS_LEAF,
                         .skips = 24, .from = 13 },
    [DG_ASK_CONSTRAINTS] = { "ParachainHost_backing_constraints", 13, DG_LASTS_LEAF, .skips = 24 },
    [DG_ASK_LOOKAHEAD] = { "ParachainHost_scheduling_lookahead", 13, DG_LASTS_SESSION,
                           .skips = 18 },
};

const dg_request_row *dg_request_at(dg_request request)
{
    assert((unsigned)request < DG_ASK_COUNT);
    return &requests[request];
}

bool dg_view_supports(const dg_view *view, dg_request request)
{
    assert((unsigned)request < DG_ASK_COUNT);
    return view->host_version >= requests[request].since;
}

/* Has a class something newer to ask in its place? Always, if it cannot do without. */
static bool has_newer(const dg_node_class *by, const dg_request_row *row, uint32_t host_version)
{
    return row->until && by->host_known >= row->until
           && (host_version >= row->until || by->host_needed >= row->until);
}

static bool is_gone(const dg_node_class *by, const dg_request_row *row)
{
    return row->gone && by->host_known >= row->gone;
}

/* Where the newer way fails, the older one is asked all the same, by those who can. */
static bool is_replaced(const dg_view *v, dg_request request, const dg_node_class *by)
{
    const uint32_t newer = 1u << DG_ASK_CONSTRAINTS | 1u << DG_ASK_PENDING;
    const dg_request_row *row = &requests[request];
    return has_newer(by, row, v->host_version)
           && (!(v->failed & newer) || by->host_needed >= row->until);
}

bool dg_view_is_asked(const dg_view *view, dg_request request, const dg_node_class *by)
{
    assert((unsigned)request < DG_ASK_COUNT);
    const dg_request_row *row = &requests[request];
    return row->lasts != DG_LASTS_ELSEWHERE
           && by->host_known >= (row->from ? row->from : row->since) && !is_gone(by, row)
           && !is_replaced(view, request, by);
}

bool dg_class_asks(const dg_node_class *by, const char *method, uint32_t since,
                   uint32_t host_version)
{
    assert(since > 0);
    for (size_t r = 0; r < DG_ASK_COUNT; r++)
        if (strcmp(requests[r].method, method) == 0
            && (has_newer(by, &requests[r], host_version) || is_gone(by, &requests[r])))
            return false;
    return by->host_known >= since;
}

bool dg_view_is_asked_by_any(const dg_view *v, dg_request request)
{
    for (uint16_t known = 1; known < 32; known++)
        if (v->by.known >> known & 1
            && dg_view_is_asked(v, request, &(dg_node_class){ .host_known = known }))
            return dg_view_supports(v, request);
    return false;
}
