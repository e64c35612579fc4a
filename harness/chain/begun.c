/* begun.c - the state that the first step of a child leaves, as a block to be asked. */
#include "chain/chain_impl.h"

#include <assert.h>

dg_code dg_chain_begun(dg_chain *chain, dg_block **out, dg_block *block, dg_error *err)
{
    assert(block->chain == chain);
    dg_slot_claim claim = { .kind = DG_SLOT_CLAIM_SECONDARY_PLAIN, .slot = block->slot };
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    uint8_t room[160];
    dg_buf digest = dg_buf_on(room, sizeof room);
    dg_runtime *runtime;
    dg_state *state;
    dg_exec exec;
    dg_code rc;
    *out = NULL;
    dg_scale_put_compact(&digest, 1);
    dg_digest_put_claim(&digest, &claim);
    if ((rc = dg_block_runtime_next(chain, block, &runtime, err)) < 0
        || (rc = dg_exec_init(&exec, chain, block, runtime, &report, err)) < 0)
        return rc;
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
