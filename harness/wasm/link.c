/* link.c - a module's imports bound to the table of host functions.
 *
 * A name may stand in the tables more than once with other signatures: a few
 * numbers were given twice in the history of the host API. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <string.h>

typedef struct tables {
    const dg_import *const *at;
    const size_t *counts;
    size_t count;
} tables;

static wasm_valkind_t kind_of(char letter)
{
    return letter == 'P' || letter == 'l' ? WASM_I64 : WASM_I32;
}

static bool fits(const char *signature, const wasm_functype_t *type)
{
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    const wasm_valtype_vec_t *results = wasm_functype_results(type);
    const char *colon = strchr(signature, ':');
    size_t count = colon ? (size_t)(colon - signature) : 0;
    assert(colon && count <= DG_WASM_PARAMS_MAX);
    if (params->size != count || results->size != strlen(colon + 1))
        return false;
    for (size_t i = 0; i < count; i++)
        if (wasm_valtype_kind(params->data[i]) != kind_of(signature[i]))
            return false;
    return !colon[1] || wasm_valtype_kind(results->data[0]) == kind_of(colon[1]);
}

/* "i32 i64 -> i64" for a message. */
static void word_type(char *out, size_t len, const wasm_functype_t *type)
{
    const wasm_valtype_vec_t *sides[] = { wasm_functype_params(type), wasm_functype_results(type) };
    static const char *const names[] = { "i32", "i64", "f32", "f64" };
    dg_buf text = dg_buf_on(out, len - 1);
    for (size_t side = 0; side < 2; side++) {
        if (side)
            dg_buf_put_text(&text, "->");
        for (size_t i = 0; i < sides[side]->size; i++) {
            wasm_valkind_t kind = wasm_valtype_kind(sides[side]->data[i]);
            dg_buf_printf(&text, " %s%s", kind < 4 ? names[kind] : "?", side ? "" : " ");
        }
    }
    out[text.len] = 0;
}

static dg_code find(dg_wasm_binding *b, const tables *t, const wasm_functype_t *type, dg_error *err)
{
    const dg_import *named = NULL;
    char shown[96];
    for (size_t k = 0; k < t->count; k++)
        for (size_t i = 0; i < t->counts[k]; i++) {
            const dg_import *row = &t->at[k][i];
            if (strcmp(row->name, b->name) != 0)
                continue;
            named = row;
            if (fits(row->signature, type)) {
                b->run = row->run;
                return DG_OK;
            }
        }
    if (!named)
        return DG_OK; /* becomes a trap with the name */
    word_type(shown, sizeof shown, type);
    return dg_fail(err, DG_MALFORMED, "wasm imports %s as (%s), but the host provides it as %s",
                   b->name, shown, named->signature);
}

static dg_code bind(dg_wasm_binding *b, const tables *t, const wasm_functype_t *type, dg_error *err)
{
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    const wasm_valtype_vec_t *results = wasm_functype_results(type);
    dg_code rc = find(b, t, type, err);
    if (rc < 0 || !b->run)
        return rc;
    b->param_count = (uint8_t)params->size;
    for (size_t i = 0; i < params->size; i++)
        if (wasm_valtype_kind(params->data[i]) == WASM_I64)
            b->wide |= 1u << i;
    b->has_result = results->size == 1;
    b->result_wide = b->has_result && wasm_valtype_kind(results->data[0]) == WASM_I64;
    return DG_OK;
}

static bool of_the_host(const wasm_importtype_t *import)
{
    const wasm_name_t *space = wasm_importtype_module(import);
    return space->size == 3 && memcmp(space->data, "env", 3) == 0;
}

static const wasm_functype_t *type_of(const wasm_importtype_t *import)
{
    const wasm_functype_t *type = wasm_externtype_as_functype_const(wasm_importtype_type(import));
    assert(type); /* the rewriting left functions only */
    return type;
}

static const wasmtime_module_t *any_form(const dg_module *m)
{
    return m->best.module ? m->best.module : m->quick.module;
}

static dg_code bind_all(dg_module *m, const tables *t, dg_error *err)
{
    wasm_importtype_vec_t imports;
    dg_code rc = DG_OK;
    wasmtime_module_imports(any_form(m), &imports);
    assert(imports.size == m->imports.count);
    for (size_t i = 0; i < imports.size && rc == DG_OK; i++) {
        m->bindings[i].name = m->imports.at[i];
        if (of_the_host(imports.data[i]))
            rc = bind(&m->bindings[i], t, type_of(imports.data[i]), err);
    }
    wasm_importtype_vec_delete(&imports);
    return rc;
}

static dg_code define(wasmtime_linker_t *linker, const wasm_importtype_t *import,
                      dg_wasm_binding *b, dg_error *err)
{
    const wasm_name_t *space = wasm_importtype_module(import), *name = wasm_importtype_name(import);
    wasmtime_error_t *error =
        wasmtime_linker_define_func_unchecked(linker, space->data, space->size, name->data,
                                              name->size, type_of(import), dg_guest_enter, b, NULL);
    return error ? dg_wasm_fail(err, DG_MALFORMED, error, "wasm imports cannot be given") : DG_OK;
}

static dg_code define_all(wasmtime_linker_t *linker, const dg_module *m, const dg_wasm_form *form,
                          dg_error *err)
{
    wasm_importtype_vec_t imports;
    dg_code rc = DG_OK;
    wasmtime_linker_allow_shadowing(linker, true); /* a module may import a name twice */
    wasmtime_module_imports(form->module, &imports);
    assert(imports.size == m->imports.count); /* in every form the same, in the same order */
    for (size_t i = 0; i < imports.size && rc == DG_OK; i++)
        rc = define(linker, imports.data[i], &m->bindings[i], err);
    wasm_importtype_vec_delete(&imports);
    return rc;
}

dg_code dg_wasm_link_form(dg_module *module, const dg_wasm_maker *maker, dg_wasm_form *form,
                          dg_error *err)
{
    wasmtime_linker_t *linker = wasmtime_linker_new(maker->engine);
    wasmtime_error_t *error;
    dg_code rc = define_all(linker, module, form, err);
    assert(module->bindings && !form->pre);
    if (rc == DG_OK
        && (error = wasmtime_linker_instantiate_pre(linker, form->module, &form->pre))) {
        form->pre = NULL;
        rc = dg_wasm_fail(err, DG_MALFORMED, error, "wasm cannot be linked");
    }
    wasmtime_linker_delete(linker);
    return rc;
}

dg_code dg_module_link(dg_module *module, const dg_import *const *import_tables,
                       const size_t *counts, size_t table_count, dg_error *err)
{
    tables t = { import_tables, counts, table_count };
    dg_engine *e = module->engine;
    dg_code rc;
    assert(!module->bindings);
    module->bindings = dg_calloc(module->imports.count, sizeof *module->bindings);
    if (!module->bindings)
        return dg_fail(err, DG_NOMEM, "no memory for the imports of the wasm");
    rc = bind_all(module, &t, err);
    if (rc == DG_OK && module->best.module)
        rc = dg_wasm_link_form(module, &e->best, &module->best, err);
    if (rc == DG_OK && module->quick.module)
        rc = dg_wasm_link_form(module, &e->quick, &module->quick, err);
    if (rc < 0) {
        dg_free(module->bindings);
        module->bindings = NULL;
    }
    return rc;
}
