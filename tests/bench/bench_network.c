/* bench_network.c - validators around a real chain: blocks and events a second, what
 * a block costs in messages, and where the time goes. */
#include "bench.h"

#include <string.h>

#include "node/node.h"
#include "population/population.h"

typedef struct field {
    dg_engine *engine;
    dg_source source;
    dg_chain *chain;
    dg_network *net;
    dg_buf n;
} field;

static void open_field(field *f, const char *spec, dg_distribution_mode mode)
{
    static const dg_share all[] = { { NULL, 1000000 } };
    dg_share shares[1] = { all[0] };
    dg_engine_options options = { .compiler = bench_compiler(),
                                  .cache_dir = dg_engine_cache_dir() };
    dg_chain_options how = { .simulated_validators = true };
    dg_network_options around = {
        .seed = 1, .shares = shares, .share_count = 1, .distribution = mode
    };
    dg_error err;
    shares[0].of = dg_class_named("SD_V12_OK");
    must(dg_engine_new(&f->engine, &options, &err), &err, "engine");
    must(dg_source_open(
             &f->source, spec,
             &(dg_source_options){ .engine = f->engine, .cache_dir = dg_engine_cache_dir() }, &err),
         &err, spec);
    how.engine = f->engine;
    must(dg_chain_open(&f->chain, f->source.snapshot, &how, &err), &err, "chain");
    must(dg_network_new(&f->net, f->chain, &around, &err), &err, "network");
}

/* N from the start, so that statements go the new way. */
static void enact(field *f, const char *blob)
{
    dg_error err;
    dg_buf_init(&f->n, DG_BLOB_MAX);
    if (!blob)
        return;
    must(dg_source_blob(&f->n, blob, &err), &err, blob);
    must(dg_network_enact(f->net, dg_network_first_slot(f->net) + 5, DG_HOW_OVERRIDE,
                          dg_buf_bytes(&f->n), &err),
         &err, "enact");
}

static void close_field(field *f)
{
    dg_buf_clear(&f->n);
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

static dg_world_stats stats_of(const field *f)
{
    dg_world_stats s;
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
static void message_rows(const dg_world_stats *before, const dg_world_stats *after, double blocks)
{
    for (int k = 0; k < DG_MSG_COUNT; k++) {
        uint64_t count = after->messages[k] - before->messages[k];
        char what[80];
        snprintf(what, sizeof what, "  a block: %s", dg_world_message_name((dg_message_kind)k));
        if (count)
            row(what, (double)count / blocks, "messages", "");
    }
}

/* ---- what a message costs, by size ---- */

static void grow_field(field *f, const char *spec, const char *size, dg_distribution_mode mode)
{
    static const dg_share all[] = { { NULL, 1000000 } };
    dg_share shares[1] = { all[0] };
    dg_engine_options options = { .compiler = bench_compiler(),
                                  .cache_dir = dg_engine_cache_dir() };
    dg_chain_options how = { .simulated_validators = true };
    dg_network_options around = {
        .seed = 1, .shares = shares, .share_count = 1, .distribution = mode, .all_prepared = true
    };
    dg_population wanted;
    dg_growth grown;
    dg_chain *root;
    dg_error err;
    shares[0].of = dg_class_named("SD_V12_OK");
    must(dg_engine_new(&f->engine, &options, &err), &err, "engine");
    must(dg_source_open(
             &f->source, spec,
             &(dg_source_options){ .engine = f->engine, .cache_dir = dg_engine_cache_dir() }, &err),
         &err, spec);
    how.engine = f->engine;
    must(dg_chain_open(&root, f->source.snapshot, &how, &err), &err, "chain");
    must(dg_population_parse(&wanted, size, &err), &err, size);
    must(dg_population_grow(&grown, root, &wanted, DG_GROWTH_WRITES, &err), &err, size);
    dg_chain_close(root);
    how.state = grown.state;
    must(dg_chain_open(&f->chain, f->source.snapshot, &how, &err), &err, "chain");
    dg_state_free(grown.state);
    must(dg_network_new(&f->net, f->chain, &around, &err), &err, "network");
}

/* The network's own time, the guest's left out: that grows with candidates, not messages. */
static double cost_of_message(const char *spec, const char *n, const char *size, double *sent)
{
    const unsigned warm = bench_count(41, 3), slots = bench_count(10, 2);
    field f;
    dg_sim_stats quiet, busy;
    dg_meter meter = { 0 };
    uint64_t start;
    double own, count;
    char what[64];
    grow_field(&f, spec, size, DG_DISTRIBUTION_SENT);
    enact(&f, n);
    run_to(&f, warm);
    quiet = world_of(&f);
    dg_wasm_meter_set(&meter);
    start = dg_cpu_ns();
    run_to(&f, warm + slots);
    own = (double)(dg_cpu_ns() - start - meter.entry_ns);
    dg_wasm_meter_set(NULL);
    busy = world_of(&f);
    count = (double)(busy.messages - quiet.messages);
    snprintf(what, sizeof what, "%s: messages a slot", size);
    row(what, count / slots, "", "");
    snprintf(what, sizeof what, "%s: network's own time", size);
    row(what, own / count, "ns each", "");
    close_field(&f);
    *sent = count / slots;
    return own / count;
}

/* All of a block, guest included, where the exchange is computed. */
static double cost_of_block(const char *spec, const char *n, const char *size)
{
    const unsigned warm = bench_count(41, 3), slots = bench_count(20, 2);
    field f;
    dg_world_stats before;
    uint64_t start;
    double cost;
    char what[64];
    grow_field(&f, spec, size, DG_DISTRIBUTION_COMPUTED);
    enact(&f, n);
    run_to(&f, warm);
    before = stats_of(&f);
    start = dg_cpu_ns();
    run_to(&f, warm + slots);
    cost = (double)(dg_cpu_ns() - start) / 1e6 / (double)(stats_of(&f).blocks - before.blocks);
    snprintf(what, sizeof what, "%s: a block, computed", size);
    row(what, cost, "ms", "");
    close_field(&f);
    return cost;
}

void bench_messages(const char *spec, const char *n)
{
    const char *least = bench_quick ? "100x20" : "50x10", *most = bench_quick ? "120x24" : "200x40";
    double small, large, few, many;
    puts("messages: cost by size, Paseo 1002000, grown");
    small = cost_of_message(spec, n, least, &few);
    if (!bench_quick)
        cost_of_message(spec, n, "100x20", &many);
    large = cost_of_message(spec, n, most, &many);
    row("sent: of one at 200x40 to one at 50x10", large / small, "",
        "(no more than 1: as fast as messages)");
    small = cost_of_block(spec, n, least);
    large = cost_of_block(spec, n, most);
    row("messages of a block at 200x40 to 50x10", many / few, "", "");
    row("computed: cost of a block, likewise", large / small, "", "(no more than that)");
}

/* ---- does a long run stay as quick and as small as it began? ---- */

void bench_network_long(const char *spec, const char *title, unsigned slots)
{
    enum { PARTS = 4 };
    const unsigned warm = bench_count(41, 3);
    field f;
    open_field(&f, spec, DG_DISTRIBUTION_COMPUTED);
    printf("network, %u slots: %s\n", slots, title);
    run_to(&f, warm);
    for (unsigned i = 1; i <= PARTS; i++) {
        dg_world_stats before = stats_of(&f);
        uint64_t start = dg_cpu_ns();
        char what[64];
        run_to(&f, warm + slots / PARTS * i);
        snprintf(what, sizeof what, "part %u of %u: processor time", i, PARTS);
        row(what,
            (double)(dg_cpu_ns() - start) / 1e6 / (double)(stats_of(&f).blocks - before.blocks),
            "ms/block", "");
        row("  memory after it", rss_mib(), "MiB", "");
    }
    close_field(&f);
}

void bench_network(const char *spec, const char *n, const char *title, bool messages, unsigned warm,
                   unsigned slots, const char *goal)
{
    field f;
    dg_world_stats before, after;
    dg_sim_stats quiet, busy;
    dg_meter meter = { 0 };
    uint64_t start, cpu;
    double seconds, busy_for, blocks, events;
    open_field(&f, spec, messages ? DG_DISTRIBUTION_SENT : DG_DISTRIBUTION_COMPUTED);
    enact(&f, n);
    printf("network: %s, statements %s\n", title, messages ? "as messages" : "computed");
    run_to(&f, warm);
    before = stats_of(&f);
    quiet = world_of(&f);
    dg_wasm_meter_set(&meter);
    start = dg_wall_ns();
    cpu = dg_cpu_ns();
    run_to(&f, warm + slots);
    seconds = seconds_since(start);
    busy_for = (double)(dg_cpu_ns() - cpu) / 1e9;
    dg_wasm_meter_set(NULL);
    after = stats_of(&f);
    busy = world_of(&f);
    blocks = (double)(after.blocks - before.blocks);
    events = (double)(busy.events - quiet.events);
    row("blocks built, competing ones included", blocks / seconds, "blocks/s", goal);
    row("  of processor time, where others use it too", blocks / busy_for, "blocks/s", "");
    row("candidates included a slot", (double)(after.included - before.included) / slots, "", "");
    row("runtime calls, host functions included", 100.0 * (double)meter.entry_ns / 1e9 / busy_for,
        "%", "(more than half)");
    row("network: everything else", 100.0 - 100.0 * (double)meter.entry_ns / 1e9 / busy_for, "%",
        "");
    row("events", events / seconds, "events/s", "");
    row("events a block", events / blocks, "", "");
    row("messages sent", (double)(busy.messages - quiet.messages) / blocks, "a block", "");
    message_rows(&before, &after, blocks);
    row("memory, at most so far", rss_max_mib(), "MiB", "(under 2048)");
    close_field(&f);
}
