/* compile.c - wasm to machine code, in this process.
 *
 * The library compiles with threads of its own, which a forked child does not have: there it
 * would wait for them for ever. So a process that did not make the engine compiles with
 * another one, in its only thread, and takes over what came of it. */
#include "wasm/wasm_impl.h"

#include <unistd.h>

static dg_code compile(wasmtime_module_t **out, const dg_wasm_maker *maker, dg_bytes owned,
                       dg_error *err)
{
    wasmtime_error_t *error = wasmtime_module_new(maker->engine, owned.at, owned.len, out);
    if (!error)
        return DG_OK;
    *out = NULL;
    return dg_wasm_fail(err, DG_MALFORMED, error, "wasm does not compile");
}

static dg_code take_over(wasmtime_module_t **out, const dg_wasm_maker *maker,
                         wasmtime_module_t *made, dg_error *err)
{
    wasm_byte_vec_t image;
    wasmtime_error_t *error = wasmtime_module_serialize(made, &image);
    if (error)
        return dg_wasm_fail(err, DG_NOMEM, error, "compiled wasm cannot be copied");
    error =
        wasmtime_module_deserialize(maker->engine, (const uint8_t *)image.data, image.size, out);
    wasm_byte_vec_delete(&image);
    return error ? dg_wasm_fail(err, DG_NOMEM, error, "compiled wasm cannot be copied") : DG_OK;
}

static dg_code compile_alone(wasmtime_module_t **out, const dg_engine *engine,
                             const dg_wasm_maker *maker, dg_bytes owned, dg_error *err)
{
    dg_wasm_maker alone = { .compiler = maker->compiler };
    wasmtime_module_t *made = NULL;
    dg_code rc = dg_wasm_maker_open(&alone, engine, true, err);
    if (rc == DG_OK && (rc = compile(&made, &alone, owned, err)) == DG_OK)
        rc = take_over(out, maker, made, err);
    if (made)
        wasmtime_module_delete(made);
    dg_wasm_maker_close(&alone);
    return rc;
}

dg_code dg_wasm_compile(wasmtime_module_t **out, const dg_engine *engine,
                        const dg_wasm_maker *maker, dg_bytes wasm, dg_error *err)
{
    dg_buf owned;
    dg_code rc;
    *out = NULL;
    dg_buf_init(&owned, wasm.len + 64);
    rc = dg_wasm_own_memory(&owned, wasm, engine->options.memory_max / DG_WASM_PAGE, err);
    if (rc == DG_OK)
        rc = getpid() == engine->owner
                 ? compile(out, maker, dg_buf_bytes(&owned), err)
                 : compile_alone(out, engine, maker, dg_buf_bytes(&owned), err);
    dg_buf_clear(&owned);
    return rc;
}
