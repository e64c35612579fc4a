/* bench_network.c - validators around a real chain: blocks and events a second, what
 * a block costs in messages, and where the time goes. */
#include "bench.h"

#include <string.h>

#include "node/node.h"

typedef struct field { dg_engine *engine; dg_source source; dg_chain *chain; dg_network *net; } field;

static void open_field(field *f, const char *spec)
{
    static const dg_share all[] = { { NULL, 1000000 } };
    dg_share shares[1] = { all[0] };
    dg_engine_options options = { .compiler = DG_COMPILER_SPEED, .cache_dir = dg_engine_cache_dir() };
    dg_chain_options how = { .simulated_validators = true };
    dg_network_options around = { .seed = 1, .shares = shares, .share_count = 1 };
    dg_error err;
    shares[0].of = dg_class_named("SD_V12_OK");
    must(dg_engine_new(&f->engine, &options, &err), &err, "engine");
    must(dg_source_open(&f->source, spec, f->engine, dg_engine_cache_dir(), NULL, NULL, &err), &err, spec);
    how.engine = f->engine;
    must(dg_chain_open(&f->chain, f->source.snapshot, &how, &err), &err, "chain");
    must(dg_network_new(&f->net, f->chain, &around, &err), &err, "network");
}

static void close_field(field *f)
{
    dg_network_free(f->net);
    dg_chain_close(f->chain);
    dg_source_close(&f->source);
    dg_engine_free(f->engine);
}

static void run_to(field *f, uint64_t slots)
{
    dg_error err;
    must(dg_network_run(f->net, dg_network_first_slot(f->net) + slots, &err), &err, "network");
}

static dg_network_stats stats_of(const field *f)
{
    dg_network_stats s;
    dg_network_stats_get(f->net, &s);
    return s;
}

static dg_sim_stats world_of(const field *f)
{
    dg_sim_stats s;
    dg_sim_stats_get(dg_network_sim(f->net), &s);
    return s;
}

/* Cores and groups are there after the first session boundary: what is measured
 * begins behind the second. */
void bench_network(const char *spec, const char *title, unsigned warm, unsigned slots, const char *goal)
{
    field f;
    dg_network_stats before, after;
    dg_sim_stats quiet, busy;
    dg_meter meter = { 0 };
    uint64_t start;
    double seconds, blocks, events;
    open_field(&f, spec);
    printf("network: %s\n", title);
    run_to(&f, warm);
    before = stats_of(&f);
    quiet = world_of(&f);
    dg_wasm_meter_set(&meter);
    start = dg_wall_ns();
    run_to(&f, warm + slots);
    seconds = seconds_since(start);
    dg_wasm_meter_set(NULL);
    after = stats_of(&f);
    busy = world_of(&f);
    blocks = (double)(after.blocks - before.blocks);
    events = (double)(busy.events - quiet.events);
    row("blocks built, competing ones included", blocks / seconds, "blocks/s", goal);
    row("candidates included a slot", (double)(after.included - before.included) / slots, "", "");
    row("runtime calls, host functions included", 100.0 * (double)meter.entry_ns / 1e9 / seconds, "%", "(more than half)");
    row("network: everything else", 100.0 - 100.0 * (double)meter.entry_ns / 1e9 / seconds, "%", "");
    row("events", events / seconds, "events/s", "");
    row("events a block", events / blocks, "", "");
    row("memory", rss_mib(), "MiB", "(under 2048)");
    close_field(&f);
}
