/* Networks that a spec does not have are grown into its state. What was grown must be
 * as good as what was there: the real runtime seats the validators at its boundary,
 * makes the groups and cores asked for, and backs and includes what the network brings
 * for every parachain, whatever way its release assigns cores. */
#include "model_run.h"

#include <string.h>

#include "population/population.h"

typedef struct seen {
    uint64_t sessions, validators, groups, cores, backed, included, offered;
    uint64_t busiest; /* included in one block */
    uint64_t failed, absent;
    uint64_t dropped[DG_REJECTION_COUNT], kept; /* kept: bitfields in a block that dropped */
    uint64_t all_good, some_offline;            /* sessions by im-online's word */
} seen;

static dg_code hear(void *user, const dg_event *r, const dg_hash *about, dg_error *err)
{
    seen *s = user;
    (void)err;
    (void)about;
    json_decref(r->detail);
    if (r->kind == DG_EVENT_NET_SESSION) {
        s->sessions++;
        s->validators = r->net_session.validators;
        s->groups = r->net_session.groups;
        s->cores = r->net_session.cores;
    } else if (r->kind == DG_EVENT_NET_PARAS) {
        s->backed += r->net_paras.backed;
        s->included += r->net_paras.included;
        s->offered += r->net_paras.offered;
        if ((uint64_t)r->net_paras.included > s->busiest)
            s->busiest = (uint64_t)r->net_paras.included;
    }
    if (r->kind == DG_EVENT_NET_DROPPED) {
        s->dropped[r->net_dropped.reason]++;
        s->kept = r->net_dropped.kept;
    }
    s->failed += r->kind == DG_EVENT_NET_FAILED;
    s->absent += r->kind == DG_EVENT_NET_ABSENT;
    return DG_OK;
}

static void count_sessions(seen *s, dg_chain *chain, dg_block *block)
{
    json_t *events = NULL, *record;
    size_t i;
    dg_error err;
    if (dg_chain_events(chain, block, &events, &err) < 0)
        ck_abort_msg("%s", err.text);
    json_array_foreach(events, i, record)
    {
        const json_t *of = json_object_get(json_object_get(record, "event"), "ImOnline");
        s->all_good += json_is_string(of) && strcmp(json_string_value(of), "AllGood") == 0;
        s->some_offline += json_object_get(of, "SomeOffline") != NULL;
    }
    json_decref(events);
}

static dg_engine *engine;

static void open_engine(void)
{
    dg_engine_options options = { .compiler = DG_COMPILER_SPEED,
                                  .cache_dir = dg_engine_cache_dir() };
    ck_assert_int_eq(dg_engine_new(&engine, &options, NULL), DG_OK);
}

static void close_engine(void)
{
    dg_engine_free(engine);
}

/* Grown states bound the para validators; here all that there are shall be. */
static void unbind(dg_state *state, dg_engine *of, dg_snapshot *snapshot)
{
    dg_chain_options how = { .engine = of, .state = state };
    dg_runtime *runtime;
    const dg_meta *meta;
    dg_chain *chain;
    dg_bytes raw;
    json_t *config;
    dg_error err;
    if (dg_chain_open(&chain, snapshot, &how, &err) < 0
        || dg_block_runtime(chain, dg_chain_root(chain), &runtime, &err) < 0
        || dg_runtime_meta(runtime, &meta, &err) < 0
        || dg_chain_storage(chain, dg_chain_root(chain), &raw, "Configuration", "ActiveConfig",
                            NULL, &err)
               != DG_OK
        || dg_value_decode_all(meta, &config,
                               dg_meta_storage(meta, "Configuration", "ActiveConfig")->value, raw,
                               &err)
               < 0)
        ck_abort_msg("%s", err.text);
    /* the bound */
    ck_assert_int_eq(json_integer_value(json_object_get(config, "max_validators")), 500);
    json_object_set_new(config, "max_validators", json_null());
    if (dg_population_amend(state, chain, "Configuration.ActiveConfig", config, &err) < 0)
        ck_abort_msg("%s", err.text);
    json_decref(config);
    dg_chain_close(chain);
}

static void run_grown(seen *s, const char *spec, const char *size, dg_growth_by by, uint32_t slots,
                      bool unbound)
{
    dg_chain_options how = { .engine = engine, .simulated_validators = true };
    dg_share all = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_network_options options = {
        .seed = 3, .shares = &all, .share_count = 1, .all_prepared = true, .each = hear, .user = s
    };
    dg_source source;
    dg_chain *plain, *chain;
    dg_population wanted;
    dg_growth grown;
    dg_network *net;
    dg_error err;
    memset(s, 0, sizeof *s);
    if (dg_source_open(&source, spec,
                       &(dg_source_options){ .engine = engine, .cache_dir = dg_engine_cache_dir() },
                       &err)
            < 0
        || dg_population_parse(&wanted, size, &err) < 0
        || dg_chain_open(&plain, source.snapshot, &how, &err) < 0
        || dg_population_grow(&grown, plain, &wanted, by, &err) < 0)
        ck_abort_msg("%s: %s", spec, err.text);
    if (unbound)
        unbind(grown.state, engine, source.snapshot);
    how.state = grown.state;
    if (dg_chain_open(&chain, source.snapshot, &how, &err) < 0
        || dg_network_new(&net, chain, &options, &err) != DG_OK)
        ck_abort_msg("%s: %s", spec, err.text);
    for (uint32_t slot = 0; slot <= slots; slot++) {
        if (dg_network_run(net, dg_network_first_slot(net) + slot, &err) < 0)
            ck_abort_msg("%s: %s", spec, err.text);
        count_sessions(s, chain, dg_network_best(net));
    }
    dg_network_free(net);
    dg_chain_close(chain);
    dg_chain_close(plain);
    dg_state_free(grown.state);
    dg_source_close(&source);
}

static const struct {
    const char *spec, *size;
    uint32_t validators, parachains, slots;
    bool asks;
    dg_growth_by by;
} rows[] = {
    /* a core for each parachain of the list */
    { "paseo-1001002-e20-100val-20paras.json.zst", "110x25", 110, 25, 50, true, DG_GROWTH_WRITES },
    { "specs/paseo-local-1002000-e20.json.zst", "24x6", 24, 6, 50, false, DG_GROWTH_WRITES },
    /* asynchronous backing */
    { "specs/paseo-local-1002005-e10.json.zst", "24x6", 24, 6, 30, false, DG_GROWTH_WRITES },
    /* cores are sold */
    { "specs/paseo-local-1003000-e10.json.zst", "24x6", 24, 6, 30, false, DG_GROWTH_WRITES },
    /* claim queue */
    { "specs/rococo-dev-1014000-e10.json.zst", "24x10", 24, 10, 30, false, DG_GROWTH_WRITES },
    { "specs/rococo-local-1015000-8val-8paras-e10.json.zst", "24x10", 24, 10, 30, false,
      DG_GROWTH_WRITES },
    /* authorities by a list, not by stake */
    { "specs/rococo-local-103000-e10.json.zst", "24x6", 24, 6, 30, true, DG_GROWTH_WRITES },
    /* before all of it */
    { "specs/polkadot-local-9390-e60-4val.json.zst", "24x6", 24, 6, 130, true, DG_GROWTH_WRITES },
    { "paseo-1001002-e20-100val-20paras.json.zst", "110x25", 110, 25, 50, true, DG_GROWTH_GENESIS },
    /* the other set of calls */
    { "specs/paseo-local-1003000-e10.json.zst", "24x6", 24, 6, 30, false, DG_GROWTH_GENESIS },
};

START_TEST(a_grown_network_is_one_to_its_runtime)
{
    const char *spec =
        strchr(rows[_i].spec, '/') ? corpus_path(rows[_i].spec) : fixture_path(rows[_i].spec);
    seen s;
    if (!spec)
        return;
    run_grown(&s, spec, rows[_i].size, rows[_i].by, rows[_i].slots, false);
    ck_assert_msg(s.sessions >= 3 && s.validators == rows[_i].validators
                      && s.groups == rows[_i].parachains && s.cores == rows[_i].parachains,
                  "%s: %llu sessions, %llu validators, %llu groups, %llu cores", rows[_i].spec,
                  (unsigned long long)s.sessions, (unsigned long long)s.validators,
                  (unsigned long long)s.groups, (unsigned long long)s.cores);
    ck_assert_msg(s.busiest == rows[_i].parachains && s.backed == s.offered,
                  "%s: at most %llu included in a block, %llu backed of %llu offered",
                  rows[_i].spec, (unsigned long long)s.busiest, (unsigned long long)s.backed,
                  (unsigned long long)s.offered);
    ck_assert_uint_eq(s.failed, 0);
    for (int i = 0; i < DG_REJECTION_COUNT; i++)
        ck_assert_uint_eq(s.dropped[i], 0);
    ck_assert_uint_eq(s.absent, 0); /* every key has its node */
    /* and every node its heartbeat, where the runtime asks for one */
    ck_assert_uint_eq(s.some_offline, 0);
    ck_assert_uint_ge(s.all_good, rows[_i].asks ? 2 : 0);
}
END_TEST

/* ---- a session that is under way ---- */

/* The running session keeps its validators, groups and cores; the next has them all. */
START_TEST(a_session_under_way_goes_on_as_it_was)
{
    const char *path = scratch_path("session-1");
    dg_clock clock;
    seen before, after;
    snapshot_after(path, fixture_path(rows[0].spec), 27, &clock);
    ck_assert_uint_eq(clock.session, 1);
    run_grown(&before, path, "108x23", DG_GROWTH_WRITES, 8, false);
    ck_assert_uint_eq(before.validators, 100);
    ck_assert_uint_eq(before.cores, 20);
    ck_assert_uint_eq(before.busiest, 20);
    ck_assert_uint_eq(before.failed + before.absent, 0);
    run_grown(&after, path, "108x23", DG_GROWTH_WRITES, 2 * (uint32_t)clock.epoch_slots, false);
    ck_assert_uint_eq(after.validators, 108);
    ck_assert_uint_eq(after.groups, 23);
    ck_assert_uint_eq(after.busiest, 23);
    ck_assert_uint_eq(after.failed + after.absent, 0);
    ck_assert_uint_eq(after.backed, after.offered);
}
END_TEST

/* Weights are the runtime's: this release has room for some eight hundred bitfields in
 * a block, and for no candidate beside them. It leaves them out in silence. */
START_TEST(a_block_without_room_says_so)
{
    seen s;
    run_grown(&s, fixture_path(rows[0].spec), "900x20", DG_GROWTH_GENESIS, 23, true);
    ck_assert_uint_eq(s.validators, 900);
    ck_assert_uint_ge(s.offered, 20);
    ck_assert_uint_eq(s.backed, 0);
    ck_assert_uint_eq(s.dropped[DG_REJECTION_ROOM], s.offered);
    ck_assert_uint_lt(s.kept, 900);
    ck_assert_uint_gt(s.kept, 600);
}
END_TEST

/* .. which is why a grown network of that size has fewer at a time, and backs. */
START_TEST(of_many_validators_some_take_turns)
{
    seen s;
    run_grown(&s, fixture_path(rows[0].spec), "900x25", DG_GROWTH_WRITES, 23, false);
    ck_assert_uint_eq(s.validators, 500);
    ck_assert_uint_eq(s.busiest, 25);
    ck_assert_uint_eq(s.backed, s.offered);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("population");
    TCase *tc = tcase_create("population");
    tcase_set_timeout(tc, 0);
    tcase_add_unchecked_fixture(tc, open_engine, close_engine);
    tcase_add_loop_test(tc, a_grown_network_is_one_to_its_runtime, 0,
                        REDUCED ? 1 : (int)(sizeof rows / sizeof *rows));
    if (!REDUCED) {
        tcase_add_test(tc, a_block_without_room_says_so);
        tcase_add_test(tc, of_many_validators_some_take_turns);
    }
    tcase_add_test(tc, a_session_under_way_goes_on_as_it_was);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
