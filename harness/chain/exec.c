/* exec.c - the steps of one block, each one runtime call in a storage
 * transaction of its own: kept when it answered, undone when it trapped.
 * Mirrors: sc-block-builder; the Core and BlockBuilder APIs. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

dg_code dg_exec_init(dg_exec *exec, dg_chain *chain, dg_block *parent, dg_runtime *runtime,
                     dg_build_report *report, dg_error *err)
{
    assert(runtime && report);
    assert(parent->chain == chain && parent->state);
    *exec = (dg_exec){ .chain = chain, .runtime = runtime, .report = report };
    dg_buf_init(&exec->output, 0);
    exec->heap = dg_chain_heap_of(chain, parent->state, false);
    exec->state = dg_state_fork(parent->state);
    return exec->state ? DG_OK
                       : dg_fail(err, DG_NOMEM, "no memory to fork block #%u", parent->number);
}

void dg_exec_clear(dg_exec *exec)
{
    dg_buf_clear(&exec->output);
    dg_state_free(exec->state);
    exec->state = NULL;
}

static void account(dg_build_report *report, const char *entry, const dg_host_result *result,
                    uint64_t wall_from)
{
    dg_memory_use_note(&report->memory, entry, &result->cost);
    report->fuel_total += result->cost.fuel;
    report->host_calls += result->cost.host_calls;
    report->wall_guest_ns += dg_wall_ns() - wall_from;
    if (result->trap == DG_TRAP_NONE)
        return;
    report->trap = result->trap;
    memcpy(report->panic, result->panic, sizeof report->panic);
}

dg_code dg_exec_call(dg_exec *exec, const char *entry, dg_bytes input, dg_exec_end end,
                     dg_error *err)
{
    assert(exec->state); /* init was well */
    dg_host_options options = dg_chain_host_options(exec->chain, DG_HOST_CONTEXT_BLOCK);
    unsigned depth = dg_state_depth(exec->state);
    uint64_t from = dg_wall_ns();
    dg_host_result result;
    dg_code rc = dg_chain_refuses(exec->chain, exec->runtime, err);
    options.heap = exec->heap;
    if (rc < 0 || (rc = dg_state_begin(exec->state, err)) < 0)
        return rc;
    rc = dg_runtime_call(exec->runtime, &result, entry, input, exec->state, &options, err);
    account(exec->report, entry, &result, from);
    dg_buf_clear(&exec->output);
    exec->output = result.output; /* moved */
    dg_buf_init(&result.output, 0);
    dg_host_result_clear(&result);
    if (rc != DG_OK || end == DG_EXEC_ROLLBACK)
        dg_state_unwind(exec->state, depth);
    else
        rc = dg_state_commit(exec->state, err);
    assert(rc < 0 || dg_state_depth(exec->state) == depth);
    return rc == DG_ABSENT ? dg_fail(err, DG_UNSUPPORTED, "the runtime has no %s", entry) : rc;
}

dg_code dg_exec_initialize(dg_exec *exec, const dg_hash *parent, uint32_t number, dg_bytes digest,
                           dg_error *err)
{
    dg_header header = { .parent = *parent, .number = number, .digest = digest };
    dg_buf raw;
    dg_code rc;
    exec->report->step = DG_BUILD_INITIALIZE;
    dg_buf_init(&raw, DG_HEADER_MAX);
    dg_header_encode(&raw, &header);
    if ((rc = dg_buf_check(&raw, err, "header")) == DG_OK)
        rc = dg_exec_call(exec, "Core_initialize_block", dg_buf_bytes(&raw), DG_EXEC_COMMIT, err);
    dg_buf_clear(&raw);
    exec->report->fuel_initialize = exec->report->fuel_total;
    /* from Core 5 on an inclusion mode is answered */
    exec->report->only_inherents = rc == DG_OK && exec->output.len == 1 && exec->output.at[0] == 1;
    return rc;
}

/* 00 00: included; 00 01 ..: included, dispatch failed; 01 ..: refused. */
static dg_code read_applied(dg_exec_applied *how, dg_bytes result, dg_error *err)
{
    if (result.len < 2 || result.at[0] > 1 || (result.at[0] == 0 && result.at[1] > 1))
        return dg_fail(err, DG_MALFORMED,
                       "apply_extrinsic returned %zu bytes that are not an ApplyExtrinsicResult",
                       result.len);
    *how = result.at[0] ? DG_REFUSED : result.at[1] ? DG_APPLIED_FAILED : DG_APPLIED;
    return DG_OK;
}

/* The call is judged before its writes are kept, hence a transaction around it. */
dg_code dg_exec_apply(dg_exec *exec, dg_exec_applied *how, dg_bytes extrinsic, dg_error *err)
{
    assert(exec->state);
    unsigned depth = dg_state_depth(exec->state);
    dg_code rc = dg_state_begin(exec->state, err);
    if (rc < 0)
        return rc;
    rc = dg_exec_call(exec, "BlockBuilder_apply_extrinsic", extrinsic, DG_EXEC_COMMIT, err);
    if (rc == DG_OK)
        rc = read_applied(how, dg_buf_bytes(&exec->output), err);
    if (rc == DG_OK && *how != DG_REFUSED)
        return dg_state_commit(exec->state, err);
    dg_state_unwind(exec->state, depth);
    assert(dg_state_depth(exec->state) == depth); /* nothing of what is left out stays open */
    return rc;
}

dg_code dg_exec_write(dg_exec *exec, const dg_bytes (*writes)[2], size_t count, dg_error *err)
{
    assert(exec->state);
    assert(!count || writes);
    dg_bytes top = { NULL, 0 };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < count && rc >= 0; i++)
        if (writes[i][1].at)
            rc = dg_state_put(exec->state, top, writes[i][0], writes[i][1], err);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_exec_take_out(dg_exec *exec, const dg_bytes (*writes)[2], size_t count, dg_error *err)
{
    assert(exec->state);
    assert(!count || writes);
    dg_bytes top = { NULL, 0 };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < count && rc >= 0; i++)
        if (!writes[i][1].at)
            rc = dg_state_delete(exec->state, top, writes[i][0], err);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_exec_finalize(dg_exec *exec, dg_error *err)
{
    exec->report->step = DG_BUILD_FINALIZE;
    return dg_exec_call(exec, "BlockBuilder_finalize_block", dg_bytes_of(NULL, 0), DG_EXEC_COMMIT,
                        err);
}
