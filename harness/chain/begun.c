/* begun.c - the state that the first step of a child leaves, as a block to be asked. */
#include "chain/chain_impl.h"

#include <assert.h>

static dg_code begin_in(dg_block **out, dg_block *block, dg_runtime *runtime, uint64_t slot,
                        dg_error *err)
{
    dg_slot_claim claim = { .kind = DG_SLOT_CLAIM_SECONDARY_PLAIN, .slot = slot };
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    uint8_t room[160];
    dg_buf digest = dg_buf_on(room, sizeof room);
    dg_state *state;
    dg_exec exec;
    dg_code rc = dg_exec_init(&exec, block->chain, block, runtime, &report, err);
    if (rc < 0)
        return rc;
    dg_scale_put_compact(&digest, 1);
    dg_digest_put_claim(&digest, &claim);
    rc = dg_exec_initialize(&exec, &block->header_hash, block->number + 1, dg_buf_bytes(&digest),
                            err);
    state = exec.state;
    exec.state = NULL; /* moved */
    dg_exec_clear(&exec);
    if (rc == DG_OK)
        return dg_block_beside(out, block, state, err);
    dg_state_free(state);
    return rc;
}

/* In its own slot, since in the next one a session may end; a runtime may insist on that. */
dg_code dg_chain_begun_by(dg_chain *chain, dg_block **out, dg_block *block, dg_runtime *runtime,
                          dg_error *err)
{
    assert(block->chain == chain && runtime);
    *out = NULL;
    dg_code rc = begin_in(out, block, runtime, block->slot, err);
    return rc == DG_TRAP ? begin_in(out, block, runtime, block->slot + 1, err) : rc;
}

dg_code dg_chain_begun(dg_chain *chain, dg_block **out, dg_block *block, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime_next(chain, block, &runtime, err);
    *out = NULL;
    return rc < 0 ? rc : dg_chain_begun_by(chain, out, block, runtime, err);
}
