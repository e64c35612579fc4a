/* events.c - what a block says happened in it.
 *
 * Events are laid out by the runtime that executed the block: at the block that
 * enacts new code, that is the old one. */
#include "chain/chain_impl.h"

/* Metadata of the runtime that executed `block`; for a block that came with the
 * snapshot, of the one in its state. */
dg_code dg_block_meta_executed(dg_chain *chain, dg_block *block, const dg_meta **meta,
                               dg_error *err)
{
    return block->executed_by ? dg_runtime_meta(block->executed_by, meta, err)
                              : dg_block_meta(chain, block, meta, err);
}

dg_code dg_chain_events_decode(const dg_meta *meta, json_t **out, dg_state *state, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage_value(meta, "System", "Events");
    dg_bytes value;
    dg_buf key;
    dg_code rc;
    *out = NULL;
    if (!entry)
        return dg_fail(err, DG_ABSENT, "the runtime has no storage value System.Events");
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_storage_key_raw(&key, entry, NULL);
    if ((rc = dg_buf_check(&key, err, "System.Events")) >= 0)
        rc = dg_state_get(state, &value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err);
    dg_buf_clear(&key);
    if (rc < 0)
        return rc;
    if (rc == DG_ABSENT) {
        *out = json_array();
        return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for events");
    }
    return dg_value_decode_all(meta, out, entry->value, value, err);
}

dg_code dg_chain_events(dg_chain *chain, dg_block *block, json_t **out, dg_error *err)
{
    const dg_meta *meta;
    dg_code rc = dg_block_meta_executed(chain, block, &meta, err);
    *out = NULL;
    if (rc < 0)
        return rc;
    rc = dg_chain_events_decode(meta, out, block->state, err);
    return rc < 0 ? dg_fail_within(err, rc, "events of block #%u", block->number) : rc;
}
