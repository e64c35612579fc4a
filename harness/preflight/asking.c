/* asking.c - what the looks ask a state and a runtime with. */
#include "preflight/preflight_impl.h"

#include <assert.h>

dg_code dg_preflight_look_item(dg_bytes *value, const dg_meta *meta, dg_state *state,
                               const char *pallet, const char *item, dg_error *err)
{
    assert(meta && state);
    const dg_meta_entry *entry = dg_meta_storage(meta, pallet, item);
    uint8_t key[32];
    if (!entry)
        return DG_ABSENT;
    dg_storage_prefix(key, entry->prefix, entry->name);
    return dg_state_get(state, value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
}

dg_code dg_preflight_look_call(dg_buf *out, const dg_preflight_look *look, dg_runtime *runtime,
                               dg_state *state, const char *entry, dg_bytes input, dg_error *err)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY,
                            .heap = DG_CHAIN_HEAP_OF_QUERY,
                            .fuel = look->in->fuel ? look->in->fuel : DG_PREFLIGHT_FUEL };
    dg_host_result result;
    dg_state *fork = dg_state_fork(state);
    dg_code rc;
    assert(runtime && state);
    dg_buf_reset(out);
    if (!fork)
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    rc = dg_runtime_call(runtime, &result, entry, input, fork, &how, err);
    if (rc == DG_OK) {
        dg_buf_put_bytes(out, dg_buf_bytes(&result.output));
        rc = dg_buf_check(out, err, entry);
    }
    dg_host_result_clear(&result);
    dg_state_free(fork);
    return rc;
}

bool dg_preflight_look_decodes(const dg_meta *meta, dg_type_id type, dg_bytes value)
{
    dg_scale s = dg_scale_from(value);
    assert(meta);
    dg_value_skip(meta, type, &s);
    return dg_scale_finish(&s, NULL, "") == DG_OK;
}
