/* link.c - a module's imports bound to the table of host functions.
 *
 * A name may stand in the tables more than once with other signatures: a few
 * numbers were given twice in the history of the host API. Nodes have the first of them; what has
 * another type than that is bound here all the same where a later row fits, and told of. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <string.h>

typedef struct tables {
    const dg_import *const *at;
    const size_t *counts;
    size_t count;
} tables;

static char plain(char letter)
{
    return letter == 'P' ? 'l' : letter == 'p' ? 'i' : letter;
}

static bool same_type(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b))
        a++, b++;
    return *a == *b;
}

static void note_fat(dg_wasm_binding *b, const char *signature)
{
    const char *at = signature;
    for (b->fat = b->lens = 0; *at && *at != ':'; at++)
        if (*at == 'P')
            b->fat |= 1u << (at - signature);
        else if (at > signature && *at == 'i' && at[-1] == 'p')
            b->lens |= 1u << (at - signature); /* as names without numbers have it */
    b->result_fat = *at && at[1] == 'P';
}

static void find(dg_wasm_binding *b, const tables *t, const char *type)
{
    const char *first = NULL;
    for (size_t k = 0; k < t->count; k++)
        for (size_t i = 0; i < t->counts[k]; i++) {
            const dg_import *row = &t->at[k][i];
            if (strcmp(row->name, b->name) != 0)
                continue;
            if (!first && !same_type(first = row->signature, type))
                b->given = first;
            if (!b->run && same_type(row->signature, type)) {
                b->run = row->run;
                note_fat(b, row->signature);
            }
        }
}

static void bind(dg_wasm_binding *b, const tables *t, const wasm_functype_t *type,
                 const char *signature)
{
    const wasm_valtype_vec_t *params = wasm_functype_params(type);
    const wasm_valtype_vec_t *results = wasm_functype_results(type);
    find(b, t, signature);
    if (!b->run)
        return;
    assert(params->size <= DG_WASM_PARAMS_MAX);
    b->param_count = (uint8_t)params->size;
    for (size_t i = 0; i < params->size; i++)
        if (wasm_valtype_kind(params->data[i]) == WASM_I64)
            b->wide |= 1u << i;
    b->has_result = results->size == 1;
    b->result_wide = b->has_result && wasm_valtype_kind(results->data[0]) == WASM_I64;
}

static bool of_the_host(const wasm_importtype_t *import)
{
    const wasm_name_t *space = wasm_importtype_module(import);
    return space->size == 3 && memcmp(space->data, "env", 3) == 0;
}

const wasm_functype_t *dg_wasm_import_type(const wasm_importtype_t *import)
{
    const wasm_functype_t *type = wasm_externtype_as_functype_const(wasm_importtype_type(import));
    assert(type); /* the rewriting left functions only */
    return type;
}

static const wasmtime_module_t *any_form(const dg_module *m)
{
    return m->best.module ? m->best.module : m->quick.module;
}

static void bind_all(dg_module *m, const tables *t)
{
    wasm_importtype_vec_t imports;
    wasmtime_module_imports(any_form(m), &imports);
    assert(imports.size == m->imports.count);
    for (size_t i = 0; i < imports.size; i++) {
        m->bindings[i].name = m->imports.at[i];
        if (of_the_host(imports.data[i]))
            bind(&m->bindings[i], t, dg_wasm_import_type(imports.data[i]), m->import_types.at[i]);
    }
    wasm_importtype_vec_delete(&imports);
}

static dg_code define(wasmtime_linker_t *linker, const wasm_importtype_t *import,
                      dg_wasm_binding *b, dg_error *err)
{
    const wasm_name_t *space = wasm_importtype_module(import), *name = wasm_importtype_name(import);
    wasmtime_error_t *error = wasmtime_linker_define_func_unchecked(
        linker, space->data, space->size, name->data, name->size, dg_wasm_import_type(import),
        dg_guest_enter, b, NULL);
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
    dg_code rc = DG_OK;
    assert(!module->bindings);
    module->bindings = dg_calloc(module->imports.count, sizeof *module->bindings);
    if (!module->bindings)
        return dg_fail(err, DG_NOMEM, "no memory for the imports of the wasm");
    bind_all(module, &t);
    if (module->best.module)
        rc = dg_wasm_link_form(module, &e->best, &module->best, err);
    if (rc == DG_OK && module->quick.module)
        rc = dg_wasm_link_form(module, &e->quick, &module->quick, err);
    if (rc < 0) {
        dg_free(module->bindings);
        module->bindings = NULL;
    }
    return rc;
}

void dg_module_price(dg_module *module, const dg_import_price *prices, size_t count)
{
    assert(module->bindings || module->imports.count == 0);
    for (size_t i = 0; i < module->imports.count; i++)
        for (size_t k = 0; k < count; k++)
            if (strncmp(module->imports.at[i], prices[k].begins, strlen(prices[k].begins)) == 0) {
                module->bindings[i].price_call = prices[k].call;
                module->bindings[i].price_kib = prices[k].kib;
                break;
            }
}

/* ---- in words ---- */

const char *dg_module_import_given_at(const dg_module *module, size_t i)
{
    assert(module->bindings || module->imports.count == 0);
    return i < module->imports.count ? module->bindings[i].given : NULL;
}

static const char *word(char letter)
{
    switch (plain(letter)) {
    case 'i':
        return "i32";
    case 'l':
        return "i64";
    case 'f':
        return "f32";
    case 'd':
        return "f64";
    default:
        return "another type";
    }
}

dg_import_type_text dg_import_type_word(const char *signature)
{
    dg_import_type_text out = { "" };
    dg_buf text = dg_buf_on(out.text, sizeof out.text - 1);
    const char *at = signature;
    dg_buf_put_text(&text, "(");
    for (; *at != ':'; at++)
        dg_buf_printf(&text, "%s%s", at > signature ? ", " : "", word(*at));
    dg_buf_put_text(&text, at[1] ? ") ->" : ") -> nothing");
    while (*++at)
        dg_buf_printf(&text, " %s", word(*at));
    return out;
}

dg_import_text dg_module_import_word(const dg_module *module, size_t i)
{
    const char *given = dg_module_import_given_at(module, i);
    dg_import_text out;
    if (given)
        snprintf(out.text, sizeof out.text, "%.120s as %s, where nodes have it as %s",
                 module->imports.at[i], dg_import_type_word(module->import_types.at[i]).text,
                 dg_import_type_word(given).text);
    else
        snprintf(out.text, sizeof out.text, "%s", module->imports.at[i]);
    return out;
}
