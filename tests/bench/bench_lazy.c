/* bench_lazy.c - the first block of N over a state of millions of keys that is somewhere else. Who
 * has it is this process, and each question takes as long as the way there and back. */
#include "bench.h"

#include "crypto/crypto.h"
#include "scale/scale.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_TRIP_NS = 40000000 };

static dg_code hand_out(dg_bytes proof, dg_code (*item)(void *to, dg_bytes bytes, dg_error *err),
                        void *to, dg_error *err)
{
    dg_scale in = dg_scale_from(proof);
    uint32_t count = dg_scale_count(&in, 1);
    dg_code rc = DG_OK;
    for (uint32_t i = 0; rc == DG_OK && i < count; i++)
        rc = item(to, dg_scale_bytes(&in), err);
    return rc;
}

/* The Paseo of the fixtures has no child tries. */
static dg_code prove(void *user, dg_bytes child, const dg_snapshot_wanted *wanted, size_t count,
                     dg_code (*item)(void *to, dg_bytes bytes, dg_error *err), void *to,
                     dg_error *err)
{
    dg_snapshot *whole = user;
    dg_trie *t = dg_trie_open(&dg_snapshot_info_of(whole)->state_root, dg_snapshot_loader(whole));
    dg_bytes *keys = dg_calloc(count, sizeof *keys);
    dg_buf proof;
    dg_code rc;
    if (child.len || !t || !keys)
        exit(5);
    for (size_t i = 0; i < count; i++)
        keys[i] = wanted[i].key;
    dg_buf_init(&proof, 1 << 28);
    if (!bench_quick)
        nanosleep(&(struct timespec){ .tv_nsec = ROUND_TRIP_NS }, NULL);
    if ((rc = dg_trie_prove(t, &proof, keys, count, err)) == DG_OK)
        rc = hand_out(dg_buf_bytes(&proof), item, to, err);
    dg_buf_clear(&proof);
    dg_free(keys);
    dg_trie_free(t);
    return rc;
}

/* Accounts as they lie on a chain, above what the spec has. */
static void grow(const dg_snapshot *from, const char *path, unsigned keys)
{
    dg_snapshot_info info = *dg_snapshot_info_of(from);
    dg_trie *t = dg_trie_open(&info.state_root, dg_snapshot_loader(from));
    dg_snapshot_writer *w;
    dg_error err;
    for (unsigned i = 0; i < keys; i++) {
        uint8_t key[80], value[80] = { 1 };
        dg_rng r = dg_rng_fork(1, "account", i, 0);
        dg_hash hash;
        dg_storage_prefix(key, "System", "Account");
        dg_rng_bytes(&r, key + 48, 32);
        hash = dg_blake2_256(dg_bytes_of(key + 48, 32));
        memcpy(key + 32, hash.at, 16);
        dg_le64_put(value + 16, i);
        must(dg_trie_put(t, DG_BYTES_OF(key), DG_BYTES_OF(value), 1, 1, &err), &err, "put");
    }
    must(dg_trie_root(t, &info.state_root, &err), &err, "root");
    must(dg_snapshot_begin_over(&w, path, false, from, &err), &err, "begin");
    must(dg_trie_flush(t, dg_snapshot_put, w, &err), &err, "flush");
    must(dg_snapshot_put_below(w, &info.state_root, dg_trie_loader_of(t), &err), &err, "rest");
    info.header_known = false;
    must(dg_snapshot_commit(w, &info, dg_bytes_of(NULL, 0), NULL, &err), &err, "commit");
    dg_trie_free(t);
}

static void first_block(dg_snapshot *lazy, dg_engine *engine, const char *blob)
{
    dg_chain_options how = { .engine = engine };
    dg_slot_claim claims[64];
    dg_chain *chain;
    dg_block *block = NULL;
    dg_clock clock;
    dg_epoch epoch = { 0 };
    dg_state *state;
    dg_build_options build = { 0 };
    dg_buf code;
    dg_error err;
    dg_buf_init(&code, DG_BLOB_MAX);
    must(dg_source_blob(&code, blob, &err), &err, blob);
    must(dg_state_open(&state, lazy, &err), &err, "state");
    must(dg_state_put(state, dg_bytes_of(NULL, 0), dg_text(":code"), dg_buf_bytes(&code), &err),
         &err, "N");
    how.state = state;
    must(dg_chain_open(&chain, lazy, &how, &err), &err, "chain");
    must(dg_chain_clock(chain, dg_chain_root(chain), &clock, &err), &err, "clock");
    must(dg_chain_epoch(chain, dg_chain_root(chain), clock.next_slot, &epoch, &err), &err, "epoch");
    if (!dg_epoch_claims(&epoch, claims, 64, clock.next_slot, 1))
        exit(4);
    build.claim = claims[0];
    must(dg_chain_build(chain, &block, NULL, dg_chain_root(chain), &build, &err), &err, "block");
    dg_epoch_clear(&epoch);
    dg_chain_close(chain);
    dg_state_free(state);
    dg_buf_clear(&code);
}

static void measure(dg_snapshot *whole, dg_engine *engine, const char *dir, const char *blob)
{
    char pack[300];
    dg_snapshot_lazy_options how = { .prover = { prove, whole }, .pack = pack };
    dg_snapshot *lazy;
    dg_snapshot_lazy_stats stats;
    const dg_snapshot_info *info = dg_snapshot_info_of(whole);
    dg_error err;
    uint64_t start = dg_wall_ns();
    snprintf(pack, sizeof pack, "%s/nodes", dir);
    must(dg_snapshot_open_lazy(&lazy, info, dg_snapshot_header(whole), &how, &err), &err, "lazy");
    row("opened: what nearly every run reads", seconds_since(start), "s", "");
    first_block(lazy, engine, blob);
    stats = dg_snapshot_lazy_stats_of(lazy);
    row("first block of N from nothing, compiled too, 40 ms away", seconds_since(start), "s",
        "(under 60)");
    row("questions", (double)stats.rounds, "", "");
    row("bytes fetched, of the state's",
        100.0 * (double)stats.bytes / (double)(info->own_bytes + info->shared_bytes), "%",
        "(under 2)");
    dg_snapshot_close(lazy);
    start = dg_wall_ns();
    how.prover.prove = NULL;
    must(dg_snapshot_open_lazy(&lazy, info, dg_snapshot_header(whole), &how, &err), &err, "lazy");
    first_block(lazy, engine, blob);
    row("the same once more, asking nobody", seconds_since(start), "s", "");
    dg_snapshot_close(lazy);
}

void bench_lazy(const char *spec, const char *blob, unsigned keys)
{
    char dir[256], place[300];
    const char *tmp = getenv("TMPDIR");
    dg_engine_options options = { .compiler = DG_COMPILER_BOTH,
                                  .cache_dir = bench_quick ? dg_engine_cache_dir() : NULL };
    dg_source source;
    dg_engine *engine;
    dg_snapshot *whole;
    dg_error err;
    uint64_t start;
    snprintf(dir, sizeof dir, "%.200s/doppel-bench-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    if (!mkdtemp(dir))
        exit(4);
    snprintf(place, sizeof place, "%s/whole", dir);
    printf("lazy (Paseo 1001002 -> 1002000, and %u accounts)\n", keys);
    must(dg_engine_new(&engine, &options, &err), &err, "engine");
    must(dg_source_open(
             &source, spec,
             &(dg_source_options){ .engine = engine,
                                   .cache_dir = bench_quick ? dg_engine_cache_dir() : dir },
             &err),
         &err, spec);
    start = dg_wall_ns();
    grow(source.snapshot, place, keys);
    row("the state made", seconds_since(start), "s", "");
    must(dg_snapshot_open(&whole, place, &err), &err, "open");
    measure(whole, engine, dir, blob);
    dg_snapshot_close(whole);
    dg_source_close(&source);
    dg_engine_free(engine);
    dg_dir_remove(dir, NULL);
}
