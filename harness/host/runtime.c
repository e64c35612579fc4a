/* runtime.c - a blob made ready: compiled, linked, its version known. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

struct dg_runtime {
    unsigned owners;
    dg_engine *engine;
    dg_module *module;
    dg_meta *meta; /* on first use */
    dg_version version;
    dg_hash hash;
    dg_buf blob;
    char refused[200];   /* why nodes make no block with it; empty: they do */
    size_t section_rest; /* bytes behind the version in its section */
};

static const char *const needed[] = { "Core_version", "Core_execute_block",
                                      "Core_initialize_block" };

static dg_code check_exports(const dg_module *module, dg_error *err)
{
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!dg_module_exports(module, needed[i]))
            return dg_fail(err, DG_MALFORMED, "the wasm is not a runtime: it does not export %s",
                           needed[i]);
    return DG_OK;
}

static dg_code ask_version(dg_runtime *r, dg_error *err)
{
    uint64_t fuel = 0;
    dg_buf encoded;
    dg_code rc;
    dg_buf_init(&encoded, 1 << 16);
    rc = dg_host_run_version(r->module, r->engine, &encoded, &fuel, 0, err);
    if (rc == DG_OK)
        rc = dg_version_decode(&r->version, dg_buf_bytes(&encoded), err);
    dg_buf_clear(&encoded);
    return rc;
}

/* Where nodes read no version, or no APIs in it, the code is asked all the same: so the rest of the
 * runtime can be looked at. */
static dg_code read_version(dg_runtime *r, dg_bytes wasm, dg_error *err)
{
    dg_error why;
    dg_code rc = dg_host_sections_version(&r->version, &r->section_rest, wasm, &why);
    if (rc == DG_MALFORMED)
        snprintf(r->refused, sizeof r->refused, "its version cannot be read: %.150s", why.text);
    else if (rc == DG_OK && dg_version_api(&r->version, "Core") == 0)
        snprintf(r->refused, sizeof r->refused,
                 "its sections name no runtime API Core, so nodes find none and build no block");
    return rc == DG_ABSENT || r->refused[0] ? ask_version(r, err)
           : rc < 0                         ? dg_fail(err, rc, "%s", why.text)
                                            : rc;
}

static dg_code load(dg_runtime *r, dg_bytes wasm, dg_error *err)
{
    dg_code rc = dg_module_new(&r->module, r->engine, wasm, err);
    if (rc < 0 || (rc = check_exports(r->module, err)) < 0
        || (rc = dg_host_link(r->module, err)) < 0)
        return rc;
    return read_version(r, wasm, err);
}

dg_code dg_runtime_new(dg_runtime **out, dg_engine *engine, dg_bytes blob, dg_error *err)
{
    assert(engine);
    dg_runtime *r = dg_calloc(1, sizeof *r);
    dg_buf wasm;
    dg_code rc;
    *out = NULL;
    if (!r)
        return dg_fail(err, DG_NOMEM, "no memory for a runtime");
    dg_buf_init(&wasm, DG_BLOB_MAX);
    dg_buf_init(&r->blob, DG_BLOB_MAX);
    r->owners = 1;
    r->engine = engine;
    if ((rc = dg_blob_decode(&wasm, blob, err)) < 0)
        goto out;
    dg_buf_put_bytes(&r->blob, blob);
    if ((rc = dg_buf_check(&r->blob, err, "code")) < 0)
        goto out;
    r->hash = dg_blake2_256(blob);
    if ((rc = load(r, dg_buf_bytes(&wasm), err)) < 0)
        goto out;
    *out = r;
    r = NULL;
out:
    dg_buf_clear(&wasm);
    dg_runtime_free(r);
    return rc;
}

dg_runtime *dg_runtime_keep(dg_runtime *runtime)
{
    assert(!runtime || runtime->owners > 0);
    if (runtime)
        runtime->owners++;
    return runtime;
}

void dg_runtime_free(dg_runtime *runtime)
{
    assert(!runtime || runtime->owners > 0);
    if (!runtime || --runtime->owners > 0)
        return;
    dg_meta_free(runtime->meta);
    dg_module_free(runtime->module);
    dg_buf_clear(&runtime->blob);
    dg_free(runtime);
}

const dg_version *dg_runtime_version(const dg_runtime *runtime)
{
    return &runtime->version;
}

const char *dg_runtime_refused(const dg_runtime *runtime)
{
    return runtime->refused[0] ? runtime->refused : NULL;
}

size_t dg_runtime_section_rest(const dg_runtime *runtime)
{
    return runtime->section_rest;
}

const dg_hash *dg_runtime_hash(const dg_runtime *runtime)
{
    return &runtime->hash;
}

size_t dg_runtime_blob_len(const dg_runtime *runtime)
{
    return runtime->blob.len;
}

dg_bytes dg_runtime_blob(const dg_runtime *runtime)
{
    return dg_buf_bytes(&runtime->blob);
}

const dg_module *dg_runtime_module(const dg_runtime *runtime)
{
    return runtime->module;
}

bool dg_runtime_exports(const dg_runtime *runtime, const char *entry)
{
    return dg_module_exports(runtime->module, entry);
}

bool dg_runtime_imports(const dg_runtime *runtime, const dg_runtime *other, size_t i)
{
    const char *sought = dg_module_import_at(other->module, i), *name;
    assert(sought);
    for (size_t k = 0; (name = dg_module_import_at(runtime->module, k)); k++)
        if (strcmp(name, sought) == 0
            && strcmp(dg_module_import_type_at(runtime->module, k),
                      dg_module_import_type_at(other->module, i))
                   == 0)
            return true;
    return false;
}

dg_code dg_runtime_call(dg_runtime *runtime, dg_host_result *result, const char *entry,
                        dg_bytes input, dg_state *state, const dg_host_options *options,
                        dg_error *err)
{
    assert(runtime->owners > 0);
    assert(dg_version_trie(&runtime->version) <= 1);
    static const dg_host_options defaults = { .context = DG_HOST_CONTEXT_BLOCK };
    dg_state_set_version(state, dg_version_trie(&runtime->version));
    return dg_host_run(runtime->module, runtime->engine, result, entry, input, state,
                       options ? options : &defaults, 0, err);
}

/* ---- metadata ---- */

enum { NEWEST = 16, OLDEST = 14 };

/* The newest version that it offers and that can be read; 0: it does not say. */
static uint32_t pick(dg_bytes versions)
{
    dg_scale in = dg_scale_from(versions);
    uint32_t count = dg_scale_count(&in, 4), best = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t v = dg_scale_u32(&in);
        if (v >= OLDEST && v <= NEWEST && v > best)
            best = v;
    }
    return dg_scale_finish(&in, NULL, "metadata versions") < 0 ? 0 : best;
}

static dg_code query(dg_runtime *r, dg_host_result *result, const char *entry, dg_bytes input,
                     dg_state *state, dg_error *err)
{
    static const dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY,
                                             .fuel = DG_HOST_ASK_FUEL };
    return dg_runtime_call(r, result, entry, input, state, &options, err);
}

static uint32_t best_version(dg_runtime *r, dg_state *state)
{
    dg_host_result result;
    uint32_t best = 0;
    if (dg_version_api(&r->version, "Metadata") < 2
        || !dg_runtime_exports(r, "Metadata_metadata_versions"))
        return 0;
    if (query(r, &result, "Metadata_metadata_versions", (dg_bytes){ 0 }, state, NULL) == DG_OK)
        best = pick(dg_buf_bytes(&result.output));
    dg_host_result_clear(&result);
    return best;
}

/* `raw` is inside `result`. */
static dg_code fetch(dg_runtime *r, dg_host_result *result, dg_bytes *raw, dg_state *state,
                     dg_error *err)
{
    uint32_t best = best_version(r, state);
    uint8_t wanted[4];
    dg_scale in;
    dg_code rc;
    dg_le32_put(wanted, best);
    rc = best ? query(r, result, "Metadata_metadata_at_version", DG_BYTES_OF(wanted), state, err)
              : query(r, result, "Metadata_metadata", (dg_bytes){ 0 }, state, err);
    if (rc != DG_OK)
        return rc == DG_ABSENT ? dg_fail(err, DG_UNSUPPORTED, "the runtime exports no metadata")
                               : rc;
    in = dg_scale_from(dg_buf_bytes(&result->output));
    if (best && !dg_scale_option(&in) && in.rc == DG_OK)
        return dg_fail(err, DG_MALFORMED,
                       "the runtime offers metadata version %u, but returns "
                       "none",
                       best);
    *raw = dg_scale_bytes(&in);
    return dg_scale_finish(&in, err, "metadata");
}

dg_code dg_runtime_meta(dg_runtime *runtime, const dg_meta **meta, dg_error *err)
{
    dg_host_result result = { 0 };
    dg_state *state;
    dg_bytes raw;
    dg_code rc = DG_OK;
    *meta = runtime->meta;
    if (runtime->meta)
        return DG_OK;
    if (!(state = dg_state_empty()))
        return dg_fail(err, DG_NOMEM, "no memory for an empty state");
    rc = fetch(runtime, &result, &raw, state, err);
    if (rc == DG_OK)
        rc = dg_meta_new(&runtime->meta, raw, err);
    if (rc < 0)
        runtime->meta = NULL;
    *meta = runtime->meta;
    dg_host_result_clear(&result);
    dg_state_free(state);
    assert(rc < 0 || *meta);
    return rc;
}

dg_code dg_runtime_describe(void *engine, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    dg_runtime *runtime = NULL;
    dg_code rc = dg_runtime_new(&runtime, engine, code, err);
    if (rc < 0)
        return rc;
    snprintf(info->spec_name, sizeof info->spec_name, "%s", runtime->version.spec_name);
    info->spec_version = runtime->version.spec_version;
    info->state_version = dg_version_trie(&runtime->version);
    dg_runtime_free(runtime);
    return DG_OK;
}
