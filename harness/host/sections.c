/* sections.c - the version of a blob: from its custom sections, or by running it. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

static dg_code read_api_list(dg_version *out, dg_bytes apis, dg_error *err)
{
    if (apis.len % 12 != 0 || apis.len / 12 > DG_VERSION_APIS_MAX)
        return dg_fail(err, DG_MALFORMED,
                       "section runtime_apis has %zu bytes, which is no list of 12 each", apis.len);
    for (size_t i = 0; i < apis.len / 12; i++) {
        memcpy(out->apis[i].id, apis.at + 12 * i, 8);
        out->apis[i].version = dg_le32(apis.at + 12 * i + 8);
    }
    out->api_count = (uint32_t)(apis.len / 12);
    return DG_OK;
}

/* As nodes do: the version section decides whether sections are read at all; what is left over
 * behind it is ignored; without a list of APIs there are none, and the code is not asked.
 * Mirrors: sc-executor wasm_runtime.rs (read_embedded_version), sp-version
 * (decode_with_version_hint). */
dg_code dg_host_sections_version(dg_version *out, size_t *rest, dg_bytes wasm, dg_error *err)
{
    dg_version listed = { .api_count = 0 };
    dg_bytes version, apis;
    dg_code rc = dg_wasm_section(&version, wasm, "runtime_version", err);
    bool lists;
    if (rc != DG_OK || (rc = dg_wasm_section(&apis, wasm, "runtime_apis", err)) < 0)
        return rc;
    lists = rc == DG_OK;
    if ((lists && (rc = read_api_list(&listed, apis, err)) < 0)
        || (rc = dg_host_version_of_section(out, rest, version, dg_version_api(&listed, "Core"),
                                            err))
               < 0)
        return rc;
    if (lists) {
        memcpy(out->apis, listed.apis, sizeof out->apis);
        out->api_count = listed.api_count;
    }
    return DG_OK;
}

dg_code dg_host_run_version(dg_module *module, dg_engine *engine, dg_buf *encoded, uint64_t *fuel,
                            unsigned nesting, dg_error *err)
{
    static const dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY,
                                             .fuel = DG_HOST_ASK_FUEL };
    dg_state *state = dg_state_empty();
    dg_host_result result;
    dg_code rc;
    if (!state)
        return dg_fail(err, DG_NOMEM, "no memory for an empty state");
    rc = dg_host_run(module, engine, &result, "Core_version", (dg_bytes){ 0 }, state, &options,
                     nesting, err);
    *fuel += result.cost.fuel + result.cost.host_fuel;
    if (rc == DG_OK) {
        dg_buf_put_bytes(encoded, dg_buf_bytes(&result.output));
        rc = dg_buf_check(encoded, err, "runtime version");
    }
    dg_host_result_clear(&result);
    dg_state_free(state);
    return rc;
}

static uint64_t price(size_t wasm_len, uint64_t kib)
{
    return wasm_len * kib / 1024;
}

/* Imports that nobody provides do no harm here unless they are called: nodes allow them, so that
 * those that have them and those that have not come to one state. One of another type than theirs
 * is refused.
 * Mirrors: sc-executor executor.rs (read_runtime_version, allow_missing_func_imports). */
static dg_code check_types(const dg_module *module, dg_error *err)
{
    for (size_t i = 0; dg_module_import_at(module, i); i++)
        if (dg_module_import_given_at(module, i))
            return dg_fail(err, DG_MALFORMED, "the wasm imports %s",
                           dg_module_import_word(module, i).text);
    return DG_OK;
}

static dg_code run_blob(dg_engine *engine, dg_buf *encoded, uint64_t *fuel, dg_bytes wasm,
                        unsigned nesting, bool any_type, dg_error *err)
{
    dg_module *module = NULL;
    dg_code rc;
    if (nesting > DG_HOST_NESTING_MAX)
        return dg_fail(err, DG_LIMIT, "a blob asked for the version of a blob, %u deep", nesting);
    *fuel += price(wasm.len, DG_HOST_PRICE_COMPILED);
    rc = dg_module_new(&module, engine, wasm, err);
    if (rc == DG_OK)
        rc = dg_host_link(module, err);
    if (rc == DG_OK && !any_type)
        rc = check_types(module, err);
    if (rc == DG_OK)
        rc = dg_host_run_version(module, engine, encoded, fuel, nesting, err);
    dg_module_free(module);
    return rc;
}

/* What stands in the sections of a blob; each who builds or tries block U asks for it anew. */
static dg_code read_sections(dg_engine *engine, dg_buf *encoded, dg_bytes blob, dg_bytes wasm,
                             dg_error *err)
{
    dg_version version;
    size_t rest;
    dg_code rc = dg_host_sections_version(&version, &rest, wasm, err);
    if (rc != DG_OK)
        return rc;
    dg_version_encode(encoded, &version);
    dg_scale_put_u32(encoded, (uint32_t)wasm.len);
    if ((rc = dg_buf_check(encoded, err, "runtime version")) < 0)
        return rc;
    dg_engine_remember(engine, blob, dg_buf_bytes(encoded));
    encoded->len -= 4;
    return DG_OK;
}

/* With the version its wasm's length is kept, so that it costs the same. */
static bool recall(dg_engine *engine, dg_buf *encoded, uint64_t *fuel, dg_bytes blob)
{
    if (!dg_engine_recall(engine, encoded, blob))
        return false;
    if (encoded->rc == DG_OK) {
        encoded->len -= 4;
        *fuel = price(dg_le32(encoded->at + encoded->len), DG_HOST_PRICE_UNPACKED);
    }
    return true;
}

dg_code dg_host_version_of(dg_engine *engine, dg_buf *encoded, uint64_t *fuel, dg_bytes blob,
                           unsigned nesting, dg_host_inner how, dg_error *err)
{
    dg_buf wasm;
    dg_code rc;
    assert(!encoded->len);
    *fuel = 0;
    if (!how.asks_code && recall(engine, encoded, fuel, blob))
        return dg_buf_check(encoded, err, "runtime version");
    dg_buf_init(&wasm, DG_BLOB_MAX);
    rc = dg_blob_decode(&wasm, blob, err);
    *fuel = price(wasm.len, DG_HOST_PRICE_UNPACKED);
    if (rc == DG_OK)
        rc = how.asks_code ? DG_ABSENT
                           : read_sections(engine, encoded, blob, dg_buf_bytes(&wasm), err);
    if (rc == DG_ABSENT)
        rc = run_blob(engine, encoded, fuel, dg_buf_bytes(&wasm), nesting, how.any_type, err);
    dg_buf_clear(&wasm);
    return rc;
}

dg_code dg_host_inner_version(dg_engine *engine, dg_buf *encoded, dg_bytes blob, dg_error *err)
{
    uint64_t fuel;
    return dg_host_version_of(engine, encoded, &fuel, blob, 1,
                              (dg_host_inner){ .asks_code = false }, err);
}
