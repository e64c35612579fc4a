/* A parachain that is to be collated needs a core, and a core validators that back for
 * it. A plan that writes fewer of either is refused by what the real runtime makes of
 * it; a state that has parachains without a core by itself is run, and it is told. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "scale/scale.h"

#define NETWORK                                                                                    \
    "\"claims\":{\"default\":false,\"block-cadence\":{}},\"network\":{\"classes\":[{\"class\":"    \
    "\"SD_V12_OK\",\"share\":1}]%s}}"

static dg_code run_plan(json_t **outcome, const char *spec, const char *upgrade, const char *fork,
                        const char *network, dg_error *err)
{
    static char text[1 << 16];
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    dg_plan *plan;
    dg_code rc;
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"upgrade\":{\"at\":\"boundary-4\",%s},\"fork\":{"
             "\"storage\":{%s}}," NETWORK,
             fixture_path(spec), upgrade, fork, network);
    *outcome = NULL;
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, err) < 0)
        ck_abort_msg("%s", err->text);
    if ((rc = dg_plan_check(plan, err)) >= 0)
        rc = dg_run(outcome, plan, &options, err);
    dg_plan_free(plan);
    return rc;
}

#define LEGACY "paseo-1001002-e20-100val-20paras.json.zst"
#define SOLD "paseo-1009001-e10-40val-8paras.json.zst"
static const struct {
    const char *spec, *config, *network, *says;
} refused[] = {
    { SOLD, "\"scheduler_params.num_cores\":3", "",
      "network: more parachains than cores: 8 have a claim on one, and with upgrade.config the "
      "runtime has 3" },
    { SOLD, "\"scheduler_params.num_cores\":3", ",\"size\":\"44x10\"",
      "more parachains than cores: 10 have a claim on one" },
    { SOLD, "\"scheduler_params.num_cores\":50", "",
      "fewer validators than backing groups: with upgrade.config 10 of 50 groups have no member, "
      "with 40 validators" },
    { LEGACY, "\"max_validators\":19", "",
      "with upgrade.config 1 of 20 groups have no member, with 19 validators for parachains" },
    { SOLD, "\"scheduler_params.num_cores\":8", "", NULL },
    { LEGACY, "\"max_validators\":20", "", NULL },
};
START_TEST(what_a_plan_writes_has_cores_and_backers)
{
    char upgrade[120];
    json_t *o;
    dg_error err = { .text = "" };
    dg_code rc;
    snprintf(upgrade, sizeof upgrade, "\"config\":{%s}", refused[_i].config);
    rc = run_plan(&o, refused[_i].spec, upgrade, "", refused[_i].network, &err);
    if (!refused[_i].says) {
        ck_assert_msg(rc == DG_OK, "%s: %s", refused[_i].config, err.text);
        ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(o, "network"),
                                                            "parachains_without_core")),
                         0);
    } else {
        ck_assert_msg(rc < 0 && dg_exit_of(rc) == DG_EXIT_USAGE, "%s gave %d: %s",
                      refused[_i].config, rc, err.text);
        ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
        ck_assert(!strchr(err.text, '\n'));
    }
    json_decref(o);
}
END_TEST

/* The fork's configuration with another number of cores, as a plan's value. */
static char *config_with(const char *spec, const char *place, int cores)
{
    dg_chain_options how = { .simulated_validators = true };
    dg_engine_options engine = { .compiler = DG_COMPILER_SPEED,
                                 .cache_dir = dg_engine_cache_dir() };
    dg_source source;
    dg_runtime *runtime;
    const dg_meta *meta;
    dg_chain *chain;
    dg_bytes raw;
    json_t *config;
    dg_error err;
    char *text;
    if (dg_engine_new(&how.engine, &engine, &err) < 0
        || dg_source_open(
               &source, fixture_path(spec),
               &(dg_source_options){ .engine = how.engine, .cache_dir = engine.cache_dir }, &err)
               < 0
        || dg_chain_open(&chain, source.snapshot, &how, &err) < 0
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
    json_object_set_new(json_object_get(config, place), "num_cores", json_integer(cores));
    text = json_dumps(config, JSON_COMPACT);
    json_decref(config);
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(how.engine);
    return text;
}

START_TEST(what_a_plan_writes_into_the_fork_counts_too)
{
    static char fork[1 << 15];
    char *config = config_with(SOLD, "scheduler_params", 5);
    dg_error err = { .text = "" };
    json_t *o;
    dg_code rc;
    snprintf(fork, sizeof fork, "\"Configuration.ActiveConfig\":%s", config);
    rc = run_plan(&o, SOLD, "\"config\":{\"max_code_size\":3000000}", fork, "", &err);
    ck_assert_msg(rc < 0 && dg_exit_of(rc) == DG_EXIT_USAGE, "gave %d: %s", rc, err.text);
    ck_assert_msg(strstr(err.text, "more parachains than cores: 8 have a claim on one, and from "
                                   "its next session on the runtime has 5")
                      != NULL,
                  "%s", err.text);
    free(config);
}
END_TEST

/* As on live chains: registered, and nobody bought it a core. */
START_TEST(a_parachain_without_a_core_is_told_of)
{
    dg_error err = { .text = "" };
    json_t *o;
    if (run_plan(&o, SOLD, "\"config\":{\"max_code_size\":3000000}",
                 "\"Paras.Parachains\":[2000,2001,2002,2003,2004,2005,2006,2007,4444,4445]", "",
                 &err)
        < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(json_integer_value(
                         json_object_get(json_object_get(o, "network"), "parachains_without_core")),
                     2);
    json_decref(o);
}
END_TEST

/* A chain that a dispute froze takes nothing, and that is told, not want of room. */
START_TEST(a_frozen_runtime_is_named)
{
    static const char *const forks[] = { "\"ParasDisputes.Frozen\":3", "" };
    dg_error err = { .text = "" };
    char *ill;
    json_t *o;
    dg_code rc =
        run_plan(&o, SOLD, "\"config\":{\"no_show_slots\":3}", forks[_i], ",\"forks\":false", &err);
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    ill = json_dumps(json_object_get(o, "ill_control"), JSON_ENCODE_ANY);
    ck_assert_msg((ill && strstr(ill, "the runtime is frozen")) == !_i, "%s", ill);
    free(ill);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cores");
    TCase *tc = tcase_create("cores");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_a_plan_writes_has_cores_and_backers, 0,
                        REDUCED ? 3 : (int)(sizeof refused / sizeof *refused));
    tcase_add_loop_test(tc, a_frozen_runtime_is_named, 0, 2);
    tcase_add_test(tc, what_a_plan_writes_into_the_fork_counts_too);
    tcase_add_test(tc, a_parachain_without_a_core_is_told_of);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
