/* engine.c - one engine a process: deterministic, metered, with room for a known
 * number of calls, and its makers, each a configuration of the library. A configuration that
 * contradicts itself aborts the process inside the engine, so everything that can go wrong is tried
 * out before. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS 0x20 /* Linux; POSIX has no name for it */
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0x4000
#endif

/* Address space that one guest memory takes: 4 GiB and two guards, so that no
 * access needs a bounds check. */
static const uint64_t slot_len = ((uint64_t)4 << 30) + ((uint64_t)64 << 20);
enum {
    SMALL_GUARD = 64 << 10,
    CALLS_DEFAULT = 16,
    QUICK_DEFAULT = 256 << 10,
    WORTH_DEFAULT = 2000,
    ANSWER_MAX = 64 << 10 /* bytes that are kept of what a blob came to */
};

const char *dg_engine_version(void)
{
    return "wasmtime " WASMTIME_VERSION;
}

const char *dg_engine_cache_dir(void)
{
    static char path[1024];
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const struct passwd *user = NULL;
    if (xdg && xdg[0] == '/') {
        snprintf(path, sizeof path, "%s/doppel", xdg);
        return path;
    }
    if (!home || home[0] != '/') {
        user = getpwuid(geteuid());
        home = user ? user->pw_dir : NULL;
    }
    if (!home || home[0] != '/')
        return NULL; /* no place is shared with others */
    snprintf(path, sizeof path, "%s/.cache/doppel", home);
    return path;
}

static bool can_reserve(uint64_t len)
{
    void *at;
    if (len > SIZE_MAX)
        return false;
    at = mmap(NULL, (size_t)len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return false;
    munmap(at, (size_t)len);
    return true;
}

/* The pool reserves all its slots at once; on demand takes one a call. */
static dg_wasm_space choose_space(uint32_t calls_max)
{
    const uint64_t spare = (uint64_t)1 << 30; /* for code, threads and the rest */
    if (can_reserve(calls_max * slot_len + spare))
        return DG_SPACE_POOL;
    return can_reserve(2 * slot_len + spare) ? DG_SPACE_ON_DEMAND : DG_SPACE_SMALL;
}

static void switch_features_off(wasm_config_t *config)
{
    static void (*const unused[])(wasm_config_t *, bool) = {
        wasmtime_config_wasm_bulk_memory_set,
        wasmtime_config_wasm_multi_value_set,
        wasmtime_config_wasm_multi_memory_set,
        wasmtime_config_wasm_memory64_set,
        wasmtime_config_wasm_tail_call_set,
        wasmtime_config_wasm_threads_set,
        wasmtime_config_wasm_simd_set,
        wasmtime_config_wasm_relaxed_simd_set,
        wasmtime_config_wasm_reference_types_set,
        wasmtime_config_wasm_component_model_async_set,
        wasmtime_config_wasm_function_references_set,
        wasmtime_config_wasm_gc_set,
        wasmtime_config_wasm_exceptions_set,
        wasmtime_config_gc_support_set,
        wasmtime_config_wasm_wide_arithmetic_set,
    };
    for (size_t i = 0; i < sizeof unused / sizeof unused[0]; i++)
        unused[i](config, false);
}

static void set_space(wasm_config_t *config, const dg_engine *e)
{
    wasmtime_pooling_allocation_config_t *pool;
    if (e->space == DG_SPACE_SMALL) { /* bounds checks in place of guards */
        wasmtime_config_memory_reservation_set(config, e->options.memory_max);
        wasmtime_config_memory_guard_size_set(config, SMALL_GUARD);
        wasmtime_config_memory_may_move_set(config, false);
    }
    if (e->space != DG_SPACE_POOL)
        return;
    pool = wasmtime_pooling_allocation_config_new();
    wasmtime_pooling_allocation_config_total_core_instances_set(pool, e->options.calls_max);
    wasmtime_pooling_allocation_config_total_memories_set(pool, e->options.calls_max);
    wasmtime_pooling_allocation_config_total_tables_set(pool, e->options.calls_max);
    wasmtime_pooling_allocation_strategy_set(config, pool);
    wasmtime_pooling_allocation_config_delete(pool);
}

static wasm_config_t *make_config(const dg_engine *e, dg_compiler compiler, bool alone)
{
    wasm_config_t *config = wasm_config_new();
    wasmtime_config_cranelift_nan_canonicalization_set(config, true);
    wasmtime_config_consume_fuel_set(config, true);
    wasmtime_config_max_wasm_stack_set(config, DG_WASM_STACK);
    wasmtime_config_parallel_compilation_set(config, !e->options.single_threaded && !alone);
    wasmtime_config_strategy_set(config, compiler == DG_COMPILER_WINCH
                                             ? WASMTIME_STRATEGY_WINCH
                                             : WASMTIME_STRATEGY_CRANELIFT);
    wasmtime_config_cranelift_opt_level_set(
        config, compiler == DG_COMPILER_NONE ? WASMTIME_OPT_LEVEL_NONE : WASMTIME_OPT_LEVEL_SPEED);
    switch_features_off(config);
    set_space(config, e);
    return config;
}

/* The engine notices some differences between an image and itself, and takes
 * others silently: all of them are in this text. */
static void word_config(dg_wasm_maker *maker, const dg_engine *e)
{
    static const char *const compilers[] = { "speed", "none", "winch" };
    char library[64];
    dg_wasm_library_id(library, sizeof library);
    assert(maker->compiler <= DG_COMPILER_WINCH);
    snprintf(
        maker->config, sizeof maker->config,
        "%s %s rewrite=%d compiler=%s nan=1 fuel=1 features=mvp stack=%d memory_max=%u small=%d",
        dg_engine_version(), library, DG_WASM_REWRITE_VERSION, compilers[maker->compiler],
        DG_WASM_STACK, e->options.memory_max, e->space == DG_SPACE_SMALL);
}

dg_code dg_wasm_maker_open(dg_wasm_maker *maker, const dg_engine *engine, bool alone, dg_error *err)
{
    if (maker->engine)
        return DG_OK;
    word_config(maker, engine);
    maker->engine = wasm_engine_new_with_config(make_config(engine, maker->compiler, alone));
    return maker->engine ? DG_OK : dg_fail(err, DG_NOMEM, "the wasm engine could not be made");
}

void dg_wasm_maker_close(dg_wasm_maker *maker)
{
    if (maker->engine)
        wasm_engine_delete(maker->engine);
    maker->engine = NULL;
}

/* Images are machine code: a folder that somebody else may write is not used. */
static dg_code set_cache(dg_engine *e, const char *path, dg_error *err)
{
    static const char sub[] = "/modules";
    size_t len;
    char *dir;
    e->options.cache_dir = NULL;
    if (!path)
        return DG_OK;
    len = strlen(path) + sizeof sub;
    dir = dg_malloc(len);
    if (!dir)
        return dg_fail(err, DG_NOMEM, "no memory for the name of the cache");
    snprintf(dir, len, "%s%s", path, sub);
    if (dg_dir_own(dir)) {
        e->options.cache_dir = dir;
        return DG_OK;
    }
    dg_log(DG_LOG_NORMAL, "wasm",
           "%s is not writable by this user alone, so no compiled code "
           "is kept",
           dir);
    dg_free(dir);
    return DG_OK;
}

dg_code dg_engine_new(dg_engine **out, const dg_engine_options *options, dg_error *err)
{
    static const dg_engine_options defaults;
    dg_engine *e = dg_calloc(1, sizeof *e);
    bool staged;
    dg_code rc;
    *out = NULL;
    if (!e)
        return dg_fail(err, DG_NOMEM, "no memory for the wasm engine");
    /* Without memory the library waits for itself for ever, if it is to word where it was. */
    setenv("RUST_BACKTRACE", "0", 1);
    setenv("RUST_LIB_BACKTRACE", "0", 1);
    e->options = options ? *options : defaults;
    dg_buf_init(&e->asked, DG_BLOB_MAX);
    dg_buf_init(&e->answer, ANSWER_MAX);
    if (e->options.memory_max == 0)
        e->options.memory_max = DG_WASM_MEMORY_DEFAULT;
    e->options.memory_max -= e->options.memory_max % DG_WASM_PAGE;
    if (e->options.calls_max == 0)
        e->options.calls_max = CALLS_DEFAULT;
    if (e->options.quick_from == 0)
        e->options.quick_from = QUICK_DEFAULT;
    if (e->options.worth_ms == 0)
        e->options.worth_ms = WORTH_DEFAULT;
    if ((rc = set_cache(e, e->options.cache_dir, err)) < 0)
        goto out;
    staged = e->options.compiler == DG_COMPILER_BOTH;
    e->best.compiler = staged ? DG_COMPILER_SPEED : e->options.compiler;
    e->quick.compiler = DG_COMPILER_WINCH;
    e->owner = getpid();
    e->space = choose_space(e->options.calls_max * (staged ? 2 : 1));
    if ((rc = dg_wasm_maker_open(&e->best, e, false, err)) < 0)
        goto out;
    *out = e;
    e = NULL;
out:
    dg_engine_free(e);
    return rc;
}

void dg_engine_free(dg_engine *engine)
{
    if (!engine)
        return;
    dg_wasm_background_reap(engine, false);
    dg_wasm_maker_close(&engine->best);
    dg_wasm_maker_close(&engine->quick);
    dg_buf_clear(&engine->asked);
    dg_buf_clear(&engine->answer);
    dg_free((void *)engine->options.cache_dir);
    dg_free(engine);
}

void dg_engine_remember(dg_engine *engine, dg_bytes blob, dg_bytes answer)
{
    dg_buf_reset(&engine->asked);
    dg_buf_reset(&engine->answer);
    dg_buf_put_bytes(&engine->asked, blob);
    dg_buf_put_bytes(&engine->answer, answer);
    if (engine->asked.rc < 0 || engine->answer.rc < 0)
        dg_buf_reset(&engine->asked);
}

bool dg_engine_recall(const dg_engine *engine, dg_buf *answer, dg_bytes blob)
{
    bool known = blob.len && dg_bytes_equal(blob, dg_buf_bytes(&engine->asked));
    if (known)
        dg_buf_put_bytes(answer, dg_buf_bytes(&engine->answer));
    return known;
}

void dg_engine_wait(dg_engine *engine)
{
    dg_wasm_background_reap(engine, true);
}
