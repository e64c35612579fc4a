/* bench_fuel.c - what a microsecond costs in fuel: calls that nodes make at a leaf, and
 * whole blocks, of the embedded pair. The constant of room node comes from here. */
#include "bench.h"

#include <string.h>

#include "chain/chain.h"

enum { BLOCKS = 25, REPEATS = 200, LATEST = 2 };

typedef struct spent {
    uint64_t fuel, ns;
} spent;

static double per_us(spent s)
{
    return s.ns ? 1e3 * (double)s.fuel / (double)s.ns : 0;
}

static dg_block *grow(dg_chain *chain, spent *blocks)
{
    dg_block *tip = dg_chain_root(chain);
    for (unsigned i = 0; i < bench_count(BLOCKS, 3); i++) {
        dg_epoch epoch = { 0 };
        dg_slot_claim claims[64];
        dg_build_report r;
        dg_clock clock;
        dg_error err;
        must(dg_chain_clock(chain, tip, &clock, &err), &err, "clock");
        must(dg_chain_epoch(chain, tip, clock.next_slot, &epoch, &err), &err, "epoch");
        if (!dg_epoch_claims(&epoch, claims, 64, clock.next_slot, 1))
            must(DG_ABSENT - 3, &(dg_error){ .text = "nobody claims" }, "claim");
        must(dg_chain_build(chain, &tip, &r, tip, &(dg_build_options){ .claim = claims[0] }, &err),
             &err, "build");
        dg_epoch_clear(&epoch);
        blocks->fuel += r.fuel_total;
        blocks->ns += r.wall_guest_ns;
    }
    return tip;
}

static spent call_often(dg_chain *chain, dg_block *at, const char *method, dg_bytes input)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY };
    dg_runtime *runtime;
    spent s = { 0, 0 };
    dg_error err;
    must(dg_block_runtime(chain, at, &runtime, &err), &err, "runtime");
    for (unsigned i = 0; i < bench_count(REPEATS, 2); i++) {
        dg_state *state = dg_state_fork(dg_block_state(at));
        dg_host_result r;
        uint64_t start = dg_wall_ns();
        must(dg_runtime_call(runtime, &r, method, input, state, &how, &err), &err, method);
        s.ns += dg_wall_ns() - start;
        s.fuel += r.cost.fuel;
        dg_host_result_clear(&r);
        dg_state_free(state);
    }
    return s;
}

/* Each call in a fresh instance, as a node makes it; session_info of the session begun. */
void bench_fuel(const char *spec)
{
    static const uint8_t session[4] = { LATEST };
    static const struct {
        const char *method;
        dg_bytes input;
    } calls[] = {
        { "ParachainHost_availability_cores", { NULL, 0 } },
        { "ParachainHost_validator_groups", { NULL, 0 } },
        { "ParachainHost_validators", { NULL, 0 } },
        { "ParachainHost_session_index_for_child", { NULL, 0 } },
        { "ParachainHost_session_info", { session, 4 } },
        { "BabeApi_current_epoch", { NULL, 0 } },
    };
    dg_engine_options options = { .compiler = bench_compiler(),
                                  .cache_dir = dg_engine_cache_dir() };
    dg_chain_options how = { .simulated_validators = true };
    spent all = { 0, 0 }, blocks = { 0, 0 };
    dg_engine *engine;
    dg_source source;
    dg_chain *chain;
    dg_block *tip;
    dg_error err;
    puts("fuel that a microsecond is worth (Paseo 1001002, 100 validators, 20 parachains)");
    must(dg_engine_new(&engine, &options, &err), &err, "engine");
    must(dg_source_open(
             &source, spec,
             &(dg_source_options){ .engine = engine, .cache_dir = dg_engine_cache_dir() }, &err),
         &err, spec);
    how.engine = engine;
    must(dg_chain_open(&chain, source.snapshot, &how, &err), &err, "chain");
    tip = grow(chain, &blocks);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        spent s = call_often(chain, tip, calls[i].method, calls[i].input);
        row(calls[i].method, per_us(s), "fuel/us", "");
        all.fuel += s.fuel;
        all.ns += s.ns;
    }
    row("all of them together", per_us(all), "fuel/us", "(the model's: 1000)");
    row("whole blocks", per_us(blocks), "fuel/us", "");
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(engine);
}
