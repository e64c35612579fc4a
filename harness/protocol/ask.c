/* ask.c - one call of a runtime at a leaf: behind the gate of the API's version, counted, and what
 * it answers in vain written down. */
#include "protocol/view_impl.h"

#include <assert.h>

/* From v1.18 on nodes do not ask for the mode, and know one alone. Mirrors: statement-distribution,
 * prospective-parachains of that release (no prospective_parachains_mode). */
static bool some_know_one_mode(const dg_view *view)
{
    return view->by.known >> dg_request_at(DG_ASK_ASYNC_BACKING)->gone != 0;
}

void dg_view_fail(dg_view *view, dg_request request)
{
    assert((unsigned)request < DG_ASK_COUNT && DG_ASK_COUNT <= 32); /* one bit each */
    view->failed |= 1u << request;
    if (request == DG_ASK_ASYNC_BACKING)
        view->mode = some_know_one_mode(view) ? DG_MODE_ENABLED : DG_MODE_ERROR;
}

bool dg_view_blames(dg_code rc)
{
    return rc == DG_TRAP || rc == DG_ABSENT || rc == DG_MALFORMED;
}

dg_code dg_view_ask(dg_view *view, dg_bytes *answer, dg_request request, dg_bytes input,
                    dg_error *err)
{
    assert(view->chain && view->block);
    dg_call_cost cost = { 0 };
    bool ended;
    dg_code rc;
    *answer = dg_bytes_of(NULL, 0);
    if (!dg_view_supports(view, request))
        return DG_ABSENT;
    rc = dg_chain_call(view->chain, view->block, answer, &cost, dg_request_at(request)->method,
                       input, err);
    view->fuel += cost.fuel;
    ended = rc >= 0 || cost.fuel + cost.host_fuel < dg_chain_fuel_query(view->chain);
    view->cost[request] = ended ? cost.fuel : DG_ENDLESS;
    if (dg_view_blames(rc))
        dg_view_fail(view, request);
    return dg_view_blames(rc) ? DG_ABSENT : rc;
}

dg_code dg_view_ask_option(dg_view *view, dg_bytes *value, dg_request request, uint32_t para,
                           dg_assumption assumption, dg_error *err)
{
    uint8_t input[5];
    dg_bytes answer;
    dg_code rc;
    dg_le32_put(input, para);
    input[4] = (uint8_t)assumption;
    *value = dg_bytes_of(NULL, 0);
    rc = dg_view_ask(view, &answer, request, DG_BYTES_OF(input), err);
    if (rc == DG_OK && answer.len > 1 && answer.at[0] == 1)
        *value = dg_bytes_of(answer.at + 1, answer.len - 1);
    return rc < 0 ? rc : DG_OK;
}
