/* module.c - compiled code: from the cache or the compiler, and what it offers. */
#include "wasm/wasm_impl.h"

#include <string.h>

enum { NAMES_MAX = 10000, OTHER_TYPE = 255 };

/* Takes so long that somebody who waits should know what for: bytes. */
enum { WORTH_A_LINE = 1 << 20 };

static dg_code compile(dg_module *m, dg_bytes wasm, dg_error *err)
{
    wasmtime_error_t *error;
    dg_buf owned;
    dg_code rc;
    dg_buf_init(&owned, wasm.len + 64);
    rc = dg_wasm_own_memory(&owned, wasm, m->engine->options.memory_max / DG_WASM_PAGE, err);
    if (rc == DG_OK) {
        error = wasmtime_module_new(m->engine->engine, owned.at, owned.len, &m->module);
        if (error) {
            m->module = NULL;
            rc = dg_wasm_fail(err, DG_MALFORMED, error, "wasm does not compile");
        }
    }
    dg_buf_clear(&owned);
    return rc;
}

/* Functions only; `at` grows to `count` names. */
static dg_code keep_name(dg_wasm_names *names, const wasm_name_t *name)
{
    char *copy = dg_malloc(name->size + 1);
    if (!copy)
        return DG_NOMEM;
    memcpy(copy, name->data, name->size);
    copy[name->size] = 0;
    names->at[names->count++] = copy;
    return DG_OK;
}

/* i32 parameters, and i64 or nothing as result: the shapes of entry points. */
static uint8_t shape_of(const wasm_functype_t *type)
{
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    const wasm_valtype_vec_t *results = wasm_functype_results(type);
    if (params->size > 2 || results->size > 1)
        return OTHER_TYPE;
    for (size_t i = 0; i < params->size; i++)
        if (wasm_valtype_kind(params->data[i]) != WASM_I32)
            return OTHER_TYPE;
    if (results->size == 1 && wasm_valtype_kind(results->data[0]) != WASM_I64)
        return OTHER_TYPE;
    return (uint8_t)params->size;
}

static dg_code keep_exports(dg_module *m, const wasm_exporttype_vec_t *v)
{
    m->exports.at = dg_calloc(v->size, sizeof *m->exports.at);
    m->export_params = dg_calloc(v->size, 1);
    if (!m->exports.at || !m->export_params)
        return DG_NOMEM;
    for (size_t i = 0; i < v->size; i++) {
        const wasm_externtype_t *type = wasm_exporttype_type(v->data[i]);
        const wasm_functype_t *f = wasm_externtype_as_functype_const(type);
        if (!f)
            continue;
        m->export_params[m->exports.count] = shape_of(f);
        if (keep_name(&m->exports, wasm_exporttype_name(v->data[i])) < 0)
            return DG_NOMEM;
    }
    return DG_OK;
}

static dg_code keep_imports(dg_module *m, const wasm_importtype_vec_t *v)
{
    m->imports.at = dg_calloc(v->size, sizeof *m->imports.at);
    if (!m->imports.at)
        return DG_NOMEM;
    for (size_t i = 0; i < v->size; i++)
        if (keep_name(&m->imports, wasm_importtype_name(v->data[i])) < 0)
            return DG_NOMEM;
    return DG_OK;
}

static bool exports_kind(const wasm_exporttype_vec_t *v, const char *name, wasm_externkind_t kind)
{
    for (size_t i = 0; i < v->size; i++) {
        const wasm_name_t *n = wasm_exporttype_name(v->data[i]);
        if (n->size == strlen(name) && memcmp(n->data, name, n->size) == 0)
            return wasm_externtype_kind(wasm_exporttype_type(v->data[i])) == kind;
    }
    return false;
}

static dg_code check_exports(const wasm_exporttype_vec_t *v, dg_error *err)
{
    if (!exports_kind(v, "memory", WASM_EXTERN_MEMORY))
        return dg_fail(err, DG_MALFORMED, "wasm does not export its memory");
    if (!exports_kind(v, "__heap_base", WASM_EXTERN_GLOBAL))
        return dg_fail(err, DG_MALFORMED, "wasm does not export __heap_base");
    return DG_OK;
}

static dg_code describe(dg_module *m, dg_error *err)
{
    wasm_exporttype_vec_t exports;
    wasm_importtype_vec_t imports;
    dg_code rc = DG_OK;
    wasmtime_module_exports(m->module, &exports);
    wasmtime_module_imports(m->module, &imports);
    if (exports.size > NAMES_MAX || imports.size > NAMES_MAX)
        rc = dg_fail(err, DG_LIMIT, "wasm has %zu exports and %zu imports, %d are allowed",
                     exports.size, imports.size, (int)NAMES_MAX);
    else if ((rc = check_exports(&exports, err)) == DG_OK
             && (keep_exports(m, &exports) < 0 || keep_imports(m, &imports) < 0))
        rc = dg_fail(err, DG_NOMEM, "no memory for the names in the wasm");
    wasm_exporttype_vec_delete(&exports);
    wasm_importtype_vec_delete(&imports);
    return rc;
}

static dg_code compile_told(dg_module *m, dg_bytes wasm, dg_error *err)
{
    const dg_engine_options *o = &m->engine->options;
    bool told = o->compiling && wasm.len >= WORTH_A_LINE;
    dg_code rc;
    if (told)
        o->compiling(o->user, wasm.len, true);
    rc = compile(m, wasm, err);
    if (told)
        o->compiling(o->user, wasm.len, false);
    return rc;
}

dg_code dg_module_new(dg_module **out, dg_engine *engine, dg_bytes wasm, dg_error *err)
{
    dg_module *m = dg_calloc(1, sizeof *m);
    dg_code rc = DG_OK;
    int turn = -1;
    *out = NULL;
    if (!m)
        return dg_fail(err, DG_NOMEM, "no memory for a module");
    m->engine = engine;
    m->from_cache = dg_wasm_cache_load(&m->module, engine, wasm) == DG_OK;
    if (!m->from_cache && (turn = dg_wasm_cache_wait(engine, wasm)) >= 0)
        m->from_cache = dg_wasm_cache_load(&m->module, engine, wasm) == DG_OK;
    if (!m->from_cache && (rc = compile_told(m, wasm, err)) < 0)
        goto out;
    if ((rc = describe(m, err)) < 0)
        goto out;
    if (!m->from_cache)
        dg_wasm_cache_store(engine, wasm, m->module);
    *out = m;
    m = NULL;
out:
    dg_wasm_cache_done(turn);
    dg_module_free(m);
    return rc;
}

static void free_names(dg_wasm_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        dg_free(names->at[i]);
    dg_free(names->at);
}

void dg_module_free(dg_module *module)
{
    if (!module)
        return;
    if (module->pre)
        wasmtime_instance_pre_delete(module->pre);
    if (module->module)
        wasmtime_module_delete(module->module);
    free_names(&module->imports);
    free_names(&module->exports);
    dg_free(module->export_params);
    dg_free(module->bindings);
    dg_free(module);
}

bool dg_module_exports(const dg_module *module, const char *name)
{
    for (size_t i = 0; i < module->exports.count; i++)
        if (strcmp(module->exports.at[i], name) == 0)
            return true;
    return false;
}

const char *dg_module_export_at(const dg_module *module, size_t i)
{
    return i < module->exports.count ? module->exports.at[i] : NULL;
}

const char *dg_module_import_at(const dg_module *module, size_t i)
{
    return i < module->imports.count ? module->imports.at[i] : NULL;
}

bool dg_module_from_cache(const dg_module *module)
{
    return module->from_cache;
}
