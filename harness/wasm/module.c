/* module.c - compiled code: from the cache or the compiler, and what it offers. */
#include "wasm/wasm_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { NAMES_MAX = 10000, OTHER_TYPE = 255 };

/* Takes so long that somebody who waits should know what for: bytes. */
enum { WORTH_A_LINE = 1 << 20 };

/* Somebody makes the optimised form: it is looked for this often. */
static const uint64_t look_every_ns = 50000000;

/* Functions only; `at` grows to `count` names. `space`: the module it is of, in front; NULL. */
static dg_code keep_name(dg_wasm_names *names, const wasm_name_t *space, const wasm_name_t *name)
{
    size_t lead = space ? space->size + 1 : 0;
    char *copy = dg_malloc(lead + name->size + 1);
    if (!copy)
        return DG_NOMEM;
    if (space && space->size)
        memcpy(copy, space->data, space->size);
    if (space)
        copy[space->size] = ':';
    if (name->size)
        memcpy(copy + lead, name->data, name->size);
    copy[lead + name->size] = 0;
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
        if (keep_name(&m->exports, NULL, wasm_exporttype_name(v->data[i])) < 0)
            return DG_NOMEM;
    }
    return DG_OK;
}

static char *put_letters(char *out, const wasm_valtype_vec_t *types)
{
    for (size_t i = 0; i < types->size; i++) {
        wasm_valkind_t kind = wasm_valtype_kind(types->data[i]);
        *out++ = kind <= WASM_F64 ? "ilfd"[kind] : '?';
    }
    return out;
}

static dg_code keep_type(dg_wasm_names *types, const wasm_functype_t *type)
{
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    const wasm_valtype_vec_t *results = wasm_functype_results(type);
    char *copy = dg_malloc(params->size + 1 + results->size + 1), *at;
    if (!copy)
        return DG_NOMEM;
    at = put_letters(copy, params);
    *at++ = ':';
    *put_letters(at, results) = 0;
    types->at[types->count++] = copy;
    return DG_OK;
}

static dg_code keep_imports(dg_module *m, const wasm_importtype_vec_t *v)
{
    m->imports.at = dg_calloc(v->size, sizeof *m->imports.at);
    m->import_types.at = dg_calloc(v->size, sizeof *m->import_types.at);
    if (!m->imports.at || !m->import_types.at)
        return DG_NOMEM;
    for (size_t i = 0; i < v->size; i++) {
        const wasm_name_t *space = wasm_importtype_module(v->data[i]);
        bool of_host = space->size == 3 && memcmp(space->data, "env", 3) == 0;
        if (keep_name(&m->imports, of_host ? NULL : space, wasm_importtype_name(v->data[i])) < 0
            || keep_type(&m->import_types, dg_wasm_import_type(v->data[i])) < 0)
            return DG_NOMEM;
    }
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

static dg_code describe(dg_module *m, const wasmtime_module_t *form, dg_error *err)
{
    wasm_exporttype_vec_t exports;
    wasm_importtype_vec_t imports;
    dg_code rc = DG_OK;
    wasmtime_module_exports(form, &exports);
    wasmtime_module_imports(form, &imports);
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

static dg_code compile_told(wasmtime_module_t **out, const dg_engine *engine,
                            const dg_wasm_maker *maker, dg_bytes wasm, dg_error *err)
{
    const dg_engine_options *o = &engine->options;
    bool told = o->compiling && wasm.len >= WORTH_A_LINE;
    dg_code rc;
    if (told)
        o->compiling(o->user, wasm.len, true);
    rc = dg_wasm_compile(out, engine, maker, wasm, err);
    if (told)
        o->compiling(o->user, wasm.len, false);
    return rc;
}

/* ---- forms ---- */

/* A form by its maker, from the cache or the compiler; whoever else makes it is waited for. */
static dg_code make(wasmtime_module_t **out, const dg_engine *engine, const dg_wasm_maker *maker,
                    const dg_hash *key, dg_bytes wasm, bool *found, dg_error *err)
{
    int turn = dg_wasm_cache_wait(engine, key);
    dg_code rc = dg_wasm_cache_load(out, engine, maker, key);
    *found = rc == DG_OK;
    if (rc == DG_ABSENT && (rc = compile_told(out, engine, maker, wasm, err)) == DG_OK)
        dg_wasm_cache_store(engine, key, *out);
    dg_wasm_cache_done(turn);
    return rc;
}

static bool baseline_first(const dg_engine *engine, dg_bytes wasm)
{
    return engine->options.compiler == DG_COMPILER_BOTH && wasm.len >= engine->options.quick_from;
}

/* The code is kept: the optimised form is still to be made of it. */
static dg_code make_quick(dg_module *m, const dg_hash *code, dg_bytes wasm, dg_error *err)
{
    dg_engine *e = m->engine;
    dg_hash key;
    dg_code rc = dg_wasm_maker_open(&e->quick, e, false, err);
    if (rc < 0)
        return rc;
    m->awaited = e->options.cache_dir != NULL; /* another process may make it, too */
    key = dg_wasm_cache_key(&e->quick, code);
    dg_buf_put_bytes(&m->wasm, wasm);
    if ((rc = dg_buf_check(&m->wasm, err, "wasm")) < 0)
        return rc;
    m->from_cache = dg_wasm_cache_load(&m->quick.module, e, &e->quick, &key) == DG_OK;
    return m->from_cache ? DG_OK
                         : make(&m->quick.module, e, &e->quick, &key, wasm, &m->from_cache, err);
}

static dg_code make_form(dg_module *m, dg_bytes wasm, dg_error *err)
{
    dg_engine *e = m->engine;
    dg_hash code = dg_blake2_256(wasm);
    m->best_key = dg_wasm_cache_key(&e->best, &code);
    m->from_cache = dg_wasm_cache_load(&m->best.module, e, &e->best, &m->best_key) == DG_OK;
    if (m->from_cache)
        return DG_OK;
    return baseline_first(e, wasm)
               ? make_quick(m, &code, wasm, err)
               : make(&m->best.module, e, &e->best, &m->best_key, wasm, &m->from_cache, err);
}

dg_code dg_module_new(dg_module **out, dg_engine *engine, dg_bytes wasm, dg_error *err)
{
    dg_module *m = dg_calloc(1, sizeof *m);
    dg_code rc;
    *out = NULL;
    if (!m)
        return dg_fail(err, DG_NOMEM, "no memory for a module");
    m->engine = engine;
    dg_buf_init(&m->wasm, DG_BLOB_MAX);
    if ((rc = make_form(m, wasm, err)) < 0
        || (rc = describe(m, m->best.module ? m->best.module : m->quick.module, err)) < 0) {
        dg_module_free(m);
        return rc;
    }
    *out = m;
    return DG_OK;
}

/* ---- the optimised form, later ---- */

static void drop(dg_wasm_form *form)
{
    if (form->pre)
        wasmtime_instance_pre_delete(form->pre);
    if (form->module)
        wasmtime_module_delete(form->module);
    *form = (dg_wasm_form){ NULL, NULL };
}

/* Linked as the other form is; that one stays, since a call of it may be under way. */
static dg_code settle(dg_module *m, dg_error *err)
{
    dg_code rc = m->bindings ? dg_wasm_link_form(m, &m->engine->best, &m->best, err) : DG_OK;
    m->awaited = false;
    if (rc < 0)
        drop(&m->best);
    else
        dg_buf_clear(&m->wasm);
    return rc;
}

void dg_wasm_module_improve(dg_module *module)
{
    dg_engine *e = module->engine;
    uint64_t at;
    if (!module->awaited)
        return;
    at = dg_wall_ns();
    if (at - module->looked_ns < look_every_ns)
        return;
    module->looked_ns = at;
    dg_wasm_background_reap(e, false);
    if (module->baseline_ns / 1000000 >= e->options.worth_ms)
        dg_wasm_background_start(e, dg_buf_bytes(&module->wasm), &module->best_key);
    if (dg_wasm_cache_has(e, &module->best_key)
        && dg_wasm_cache_load(&module->best.module, e, &e->best, &module->best_key) == DG_OK)
        settle(module, NULL);
}

bool dg_module_is_baseline(const dg_module *module)
{
    return !module->best.module;
}

dg_code dg_module_optimise(dg_module *module, dg_error *err)
{
    dg_engine *e = module->engine;
    bool found;
    dg_code rc;
    if (module->best.module)
        return DG_OK;
    rc = make(&module->best.module, e, &e->best, &module->best_key, dg_buf_bytes(&module->wasm),
              &found, err);
    return rc < 0 ? rc : settle(module, err);
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
    drop(&module->best);
    drop(&module->quick);
    dg_buf_clear(&module->wasm);
    free_names(&module->imports);
    free_names(&module->import_types);
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

const char *dg_module_import_type_at(const dg_module *module, size_t i)
{
    return i < module->import_types.count ? module->import_types.at[i] : NULL;
}

bool dg_module_from_cache(const dg_module *module)
{
    return module->from_cache;
}
