/* bench_chain.c - compiling, calling, building and importing on a real runtime. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

typedef struct ground {
    dg_engine *engine;
    dg_source source;
    dg_chain *chain;
    uint64_t wall_ns;
} ground;

static ground open_ground(const char *spec, const char *cache)
{
    ground g = { 0 };
    dg_engine_options options = { .compiler = bench_compiler(), .cache_dir = cache };
    dg_chain_options how = { 0 };
    dg_error err;
    must(dg_engine_new(&g.engine, &options, &err), &err, "engine");
    must(dg_source_open(&g.source, spec,
                        &(dg_source_options){ .engine = g.engine, .cache_dir = cache }, &err),
         &err, spec);
    how.engine = g.engine;
    must(dg_chain_open(&g.chain, g.source.snapshot, &how, &err), &err, "chain");
    return g;
}

static void close_ground(ground *g)
{
    dg_chain_close(g->chain);
    dg_source_close(&g->source);
    dg_engine_free(g->engine);
}

/* Where the time of a block goes outside dg_chain_build, in ns. */
static struct {
    uint64_t clock, epoch, claims, build;
} spent;

static void lap(uint64_t *sum, uint64_t *since)
{
    uint64_t now = dg_wall_ns();
    *sum += now - *since;
    *since = now;
}

static dg_block *build_next(dg_chain *chain, dg_block *parent, dg_build_report *report)
{
    dg_clock clock;
    uint64_t since = dg_wall_ns();
    size_t count;
    dg_epoch epoch = { 0 };
    dg_slot_claim claims[64];
    dg_block *block = NULL;
    dg_error err;
    must(dg_chain_clock(chain, parent, &clock, &err), &err, "clock");
    lap(&spent.clock, &since);
    must(dg_chain_epoch(chain, parent, clock.next_slot, &epoch, &err), &err, "epoch");
    lap(&spent.epoch, &since);
    count = dg_epoch_claims(&epoch, claims, 64, clock.next_slot, 1);
    lap(&spent.claims, &since);
    if (count == 0)
        exit(4);
    dg_build_options how = { .claim = claims[0] };
    must(dg_chain_build(chain, &block, report, parent, &how, &err), &err, "build");
    lap(&spent.build, &since);
    dg_epoch_clear(&epoch);
    return block;
}

/* ---- compile ---- */

static double first_block(const char *spec, const char *blob, const char *cache, double *n_s)
{
    uint64_t start = dg_wall_ns();
    ground g = open_ground(spec, cache);
    dg_runtime *n = NULL;
    dg_buf code;
    dg_error err;
    double seconds;
    build_next(g.chain, dg_chain_root(g.chain), NULL);
    seconds = seconds_since(start);
    dg_buf_init(&code, DG_BLOB_MAX);
    must(dg_source_blob(&code, blob, &err), &err, blob);
    must(dg_runtime_new(&n, g.engine, dg_buf_bytes(&code), &err), &err, blob);
    *n_s = seconds_since(start);
    dg_runtime_free(n);
    dg_buf_clear(&code);
    close_ground(&g);
    return seconds;
}

void bench_compile(const char *spec, const char *blob)
{
    char cache[] = "/tmp/doppel-bench-XXXXXX";
    double both, warm, again;
    if (!mkdtemp(cache))
        exit(4);
    puts("start (Paseo 1001002 -> 1002000)");
    first_block(spec, blob, bench_quick ? dg_engine_cache_dir() : cache, &both);
    row("cold: import, compile both blobs, first block", both, "s", "(compile under 20)");
    warm = first_block(spec, blob, bench_quick ? dg_engine_cache_dir() : cache, &again);
    row("warm: start to first block", warm, "s", "(under 1)");
    dg_dir_remove(cache, NULL);
}

/* ---- calls ---- */

void bench_call(const char *spec)
{
    ground g = open_ground(spec, dg_engine_cache_dir());
    dg_runtime *runtime;
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY };
    dg_state *state = dg_state_fork(dg_block_state(dg_chain_root(g.chain)));
    dg_error err;
    static const struct {
        const char *entry;
        unsigned count;
        const char *goal;
    } calls[] = {
        { "Core_version", 20000, "(under 40)" },
        { "BabeApi_configuration", 2000, "" },
        { "Metadata_metadata", 50, "" },
    };
    must(dg_block_runtime(g.chain, dg_chain_root(g.chain), &runtime, &err), &err, "runtime");
    puts("calls, each in a fresh instance");
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        unsigned count = bench_count(calls[i].count, 2);
        uint64_t start = dg_wall_ns();
        for (unsigned k = 0; k < count; k++) {
            dg_host_result r;
            must(dg_runtime_call(runtime, &r, calls[i].entry, dg_bytes_of(NULL, 0), state, &how,
                                 &err),
                 &err, calls[i].entry);
            dg_host_result_clear(&r);
        }
        row(calls[i].entry, 1e6 * seconds_since(start) / count, "us", calls[i].goal);
    }
    dg_state_free(state);
    close_ground(&g);
}

/* ---- blocks ---- */

static void reimport(dg_chain *chain, dg_block *block)
{
    dg_error err;
    must(dg_chain_reexecute(chain, block, NULL, NULL, &err), &err, "re-import");
}

/* Shares of a block's runtime calls: 200 blocks more, with every host call timed. */
static void shares(dg_chain *chain, dg_block *tip)
{
    static const char *const names[DG_METER_GROUPS] = {
        "    host functions: storage (trie reads and writes)",
        "    host functions: roots (trie hashing)",
        "    host functions: hashes and signatures",
        "    host functions: allocator, logs, rest",
    };
    dg_meter meter = { .families = true };
    uint64_t guest = 0, host = 0;
    dg_error err;
    dg_wasm_meter_set(&meter);
    for (unsigned i = 0; i < bench_count(200, 3); i++) {
        dg_build_report r;
        tip = build_next(chain, tip, &r);
        guest += r.wall_guest_ns;
        must(dg_chain_finalize(chain, tip, &err), &err, "finalize");
    }
    dg_wasm_meter_set(NULL);
    for (int g = 0; g < DG_METER_GROUPS; g++) {
        row(names[g], 100.0 * (double)meter.ns[g] / (double)guest, "%", "");
        host += meter.ns[g];
    }
    row("    guest, instances and page faults", 100.0 * (double)(guest - host) / (double)guest, "%",
        "");
}

void bench_blocks(const char *spec, unsigned count)
{
    ground g = open_ground(spec, dg_engine_cache_dir());
    dg_block *tip = build_next(g.chain, dg_chain_root(g.chain), NULL);
    uint64_t guest = 0, root = 0, calls = 0, fuel = 0, start, building = 0, importing = 0;
    dg_error err;
    puts("empty relay blocks");
    memset(&spent, 0, sizeof spent);
    for (unsigned i = 0; i < count; i++) {
        dg_build_report r;
        start = dg_wall_ns();
        tip = build_next(g.chain, tip, &r);
        building += dg_wall_ns() - start;
        guest += r.wall_guest_ns;
        root += r.wall_root_ns;
        calls += r.host_calls;
        fuel += r.fuel_total;
        start = dg_wall_ns();
        reimport(g.chain, tip);
        importing += dg_wall_ns() - start;
        must(dg_chain_finalize(g.chain, tip, &err), &err, "finalize");
    }
    row("built", 1e9 * count / (double)building, "blocks/s", "(100, aim 300)");
    row("re-imported", 1e9 * count / (double)importing, "blocks/s", "(100, aim 300)");
    row("  of a build: runtime calls, host functions included",
        100.0 * (double)guest / (double)building, "%", "");
    row("  of a build: slot clock and epoch asked from the runtime",
        100.0 * (double)(spent.clock + spent.epoch) / (double)building, "%", "");
    row("  of a build: claims of the slot (VRF points drawn)",
        100.0 * (double)spent.claims / (double)building, "%", "");
    row("  of a build: rest (digest, seal, tree)",
        100.0 * (double)(spent.build - guest - root) / (double)building, "%", "");
    puts("  of the runtime calls:");
    shares(g.chain, tip);
    row("  host calls a block", (double)calls / count, "", "");
    row("  fuel a block", (double)fuel / count / 1e6, "million", "");
    close_ground(&g);
}

void bench_long_run(const char *spec, unsigned blocks)
{
    ground g = open_ground(spec, dg_engine_cache_dir());
    dg_block *tip = dg_chain_root(g.chain);
    dg_clock clock;
    dg_error err;
    double first = 0;
    uint64_t start = dg_wall_ns();
    unsigned session;
    must(dg_chain_clock(g.chain, tip, &clock, &err), &err, "clock");
    session = (unsigned)clock.epoch_slots + 10;
    puts("a long run");
    for (unsigned i = 0; i < blocks; i++) {
        tip = build_next(g.chain, tip, NULL);
        if (i % 3 == 2)
            must(dg_chain_finalize(g.chain, tip, &err), &err, "finalize");
        if (i == session)
            first = rss_mib();
    }
    row("blocks built, states finalized", blocks / seconds_since(start), "blocks/s", "");
    row("memory after the first session", first, "MiB", "");
    row("memory at the end", rss_mib(), "MiB", "(flat)");
    row("states alive, in trie nodes", (double)dg_trie_stats_get().nodes_live, "nodes", "");
    close_ground(&g);
}
