/* background.c - optimised code made by a process of its own, while baseline code runs.
 *
 * A process and no thread: nothing is shared with it, so that a fork of ours finds no half
 * state, no count of allocations is raced for, and what it does can reach no outcome. What it
 * makes goes into the cache, where all that share it find it. It is not ended with us: the next
 * run would begin the same work again. Those of all runs that share a cache work one after the
 * other, and never two for one image. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"

enum { FILES_CLOSED = 1024 };

/* Who reads our output must not wait for this process, nor who waits for a lock of ours. */
static void leave(void)
{
    int null = open("/dev/null", O_RDWR);
    dg_log_set(DG_LOG_QUIET);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(1);
    for (int fd = 3; fd < FILES_CLOSED; fd++)
        close(fd);
}

/* The larger of the two, and nobody asks for it once the other is there. */
static void drop_baseline(const dg_engine *engine, dg_bytes wasm)
{
    dg_hash code = dg_blake2_256(wasm), key = dg_wasm_cache_key(&engine->quick, &code);
    dg_wasm_cache_drop(engine, &key);
}

/* Whoever has the turn already makes it; the turn is kept while waiting for the others. */
static void make(const dg_engine *engine, dg_bytes wasm, const dg_hash *key)
{
    dg_wasm_maker maker = { .compiler = engine->best.compiler };
    wasmtime_module_t *made = NULL;
    dg_error err;
    if (dg_wasm_cache_try(engine, key) < 0)
        return;
    dg_wasm_cache_wait_background(engine);
    if (!dg_wasm_cache_has(engine, key) && dg_wasm_maker_open(&maker, engine, true, &err) == DG_OK
        && dg_wasm_compile(&made, engine, &maker, wasm, &err) == DG_OK)
        dg_wasm_cache_store(engine, key, made);
    if (dg_wasm_cache_has(engine, key))
        drop_baseline(engine, wasm);
}

static bool started(const dg_engine *engine, const dg_hash *key)
{
    for (size_t i = 0; i < engine->child_count; i++)
        if (dg_hash_equal(&engine->children[i].key, key))
            return true;
    return false;
}

void dg_wasm_background_start(dg_engine *engine, dg_bytes wasm, const dg_hash *key)
{
    pid_t pid;
    assert(engine->options.cache_dir);
    if (engine->child_count == DG_WASM_CHILDREN_MAX || getpid() != engine->owner
        || started(engine, key))
        return;
    pid = fork();
    if (pid == 0) {
        leave();
        make(engine, wasm, key);
        _exit(0); /* what is kept for the end of the program is the parent's to do */
    }
    engine->children[engine->child_count].pid = pid > 0 ? pid : 0;
    engine->children[engine->child_count++].key = *key;
}

void dg_wasm_background_reap(dg_engine *engine, bool wait)
{
    if (getpid() != engine->owner)
        return;
    for (size_t i = 0; i < engine->child_count; i++) {
        pid_t pid = engine->children[i].pid;
        if (pid && waitpid(pid, NULL, wait ? 0 : WNOHANG) != 0)
            engine->children[i].pid = 0;
    }
}
