/* enact_attempt.c - a block that is begun to try a way out, and thrown away. */
#include "chain/enact_impl.h"

dg_code dg_enact_attempt_initialize(const dg_enact_attempt *a, dg_exec *exec, dg_block *parent,
                                    dg_build_report *report, dg_error *err)
{
    dg_slot_claim claim = { .kind = DG_SLOT_CLAIM_SECONDARY_PLAIN };
    uint8_t room[160];
    dg_buf digest = dg_buf_on(room, sizeof room);
    dg_code rc;
    *report = (dg_build_report){ .step = DG_BUILD_RUNTIME };
    claim.slot = parent->slot ? parent->slot + 1 : DG_GENESIS_SLOT;
    dg_scale_put_compact(&digest, 1);
    dg_digest_put_claim(&digest, &claim);
    if ((rc = dg_exec_init(exec, a->chain, parent, a->runtime, report, err)) < 0)
        return rc;
    return dg_exec_initialize(exec, &parent->header_hash, parent->number + 1, dg_buf_bytes(&digest),
                              err);
}
