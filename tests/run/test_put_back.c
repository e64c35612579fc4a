/* What N's migrations leave in storage is a cause where a run in which N's first block is given
 * control's holds. A pallet that keeps its storage version over values in a new layout reads
 * nothing any more: on a real pair parachains stand still by it for good. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "survey/survey.h"

static const char *mini(const char *name)
{
    static char rooms[2][512];
    static int next;
    char *room = rooms[next++ % 2];
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    snprintf(room, sizeof rooms[0], "%s/%s", at, name);
    return room;
}

/* The proved cause of that kind; NULL: there is none. */
static const json_t *cause_of(const json_t *o, const char *suspect)
{
    const json_t *cause;
    size_t i;
    json_array_foreach(
        json_object_get(o, "causes"), i,
        cause) if (strcmp(json_string_value(json_object_get(cause, "kind")), "cause") == 0
                   && strcmp(json_string_value(json_object_get(cause, "suspect")), suspect)
                          == 0) return cause;
    return NULL;
}

/* What a claim comes to without it; "": nothing is said of that claim. */
static const char *without(const json_t *cause, const char *claim)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(cause, "claims"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "claim")), claim)
                                == 0) return json_string_value(json_object_get(one, "status"));
    return "";
}

/* ---- small ones ---- */

static const struct {
    const char *from, *to, *suspect, *claim, *says, *advice; /* suspect NULL: nothing is proved */
} rows[] = {
    { "mini.json", "mini-2-config-altered.wasm", "config-value", "config-survives",
      "max_pov_size 2621440, which is 5242880 in control", "keep max_pov_size at 5242880" },
    /* fields that N adds are at their defaults, those that there were are the chain's */
    { "mini.json", "mini-2-config-lost.wasm", "storage-item", "config-survives",
      "Configuration.ActiveConfig in a layout that N does not read",
      "migrate Configuration.ActiveConfig in N" },
    /* a map whose values have a field that N-1 knows nothing of */
    { "mini.json", "mini-2-entries-left.wasm", NULL, "migration", NULL, NULL },
    /* .. unless what N lacks, or reads as something else, converts */
    { "mini.json", "mini-2-parachain-forgotten.wasm", "storage-item", "migration",
      "leave out of Paras.Parachains what control has there: 2000", "migrate Paras.Parachains" },
    { "mini.json", "mini-2-keys-swapped.wasm", "storage-item", "authorities-survive",
      "what was stored as grandpa is read as babe", "migrate Session.NextKeys" },
    { "mini.json", "mini-2-heads-left.wasm", "storage-item", "migration",
      "keys are built otherwise", "migrate Paras.Heads" },
    /* N-1 takes it out where its blocks begin; N where they end, so nothing does between both */
    { "mini-flag-kept.json", "mini-2.wasm", "leftover", "inherent-accepted",
      "N-1 leaves Timestamp.DidUpdate in storage at the end of U", "take Timestamp.DidUpdate out" },
    /* both take it out in time: an inherent that N refuses of itself has another cause */
    { "mini.json", "mini-2-inherent-refused.wasm", NULL, "inherent-accepted", NULL, NULL },
};

START_TEST(what_control_has_heals_what_is_lost)
{
    static const char *const more[] = { "network=false", "claims.config-survives.severity=gate",
                                        NULL };
    const json_t *cause;
    json_t *o;
    if (!dg_file_exists(mini(rows[_i].to)))
        return;
    o = explain_pair(mini(rows[_i].from), mini(rows[_i].to), "boundary@2-3", more);
    cause = rows[_i].suspect ? cause_of(o, rows[_i].suspect) : NULL;
    ck_assert_str_eq(claim_status(o, rows[_i].claim), "broke");
    ck_assert_msg((cause != NULL) == (rows[_i].suspect != NULL), "%s", causes_of(o));
    if (cause) {
        ck_assert_str_eq(without(cause, rows[_i].claim), "held");
        ck_assert_msg(json_array_size(json_object_get(o, "causes")) == 1, "%s", causes_of(o));
        ck_assert(strstr(json_string_value(json_object_get(cause, "says")), rows[_i].says));
        ck_assert_msg(any_advice(o, rows[_i].advice), "%s", causes_of(o));
    } else {
        ck_assert_msg(json_array_size(json_object_get(o, "advice")) > 0, "%s", causes_of(o));
    }
    json_decref(o);
}
END_TEST

/* ---- a storage version that was left behind ---- */

/* "fork.storage=..": the configuration of a spec with `features` and six cores. */
static void with_features(char *out, size_t size, const char *spec, const char *features)
{
    dg_engine_options how = { .cache_dir = dg_engine_cache_dir() };
    dg_chain_options chain_how = { .simulated_validators = true };
    const dg_meta *meta;
    dg_runtime *runtime;
    dg_source source;
    dg_chain *chain;
    json_t *config;
    char *text;
    dg_error err = { .text = "" };
    if (dg_engine_new(&chain_how.engine, &how, &err) < 0
        || dg_source_open(
               &source, spec,
               &(dg_source_options){ .engine = chain_how.engine, .cache_dir = how.cache_dir }, &err)
               < 0
        || dg_chain_open(&chain, source.snapshot, &chain_how, &err) < 0
        || dg_block_runtime(chain, dg_chain_root(chain), &runtime, &err) < 0
        || dg_runtime_meta(runtime, &meta, &err) < 0)
        ck_abort_msg("%s", err.text);
    config = dg_survey_item(meta, dg_block_state(dg_chain_root(chain)), "Configuration",
                            "ActiveConfig", NULL);
    ck_assert_ptr_nonnull(config);
    json_object_set_new(config, "node_features", json_string(features));
    json_object_set_new(json_object_get(config, "scheduler_params"), "num_cores", json_integer(6));
    text = json_dumps(config, JSON_COMPACT);
    snprintf(out, size, "fork.storage={\"Configuration.ActiveConfig\":%s}", text);
    free(text);
    json_decref(config);
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(chain_how.engine);
}

/* Paseo 1003000 -> 1009001 leaves releases out: ParaScheduler.ClaimQueue is written as N has it and
 * read as its storage version, 2, has it. With the node feature that live chains have, the version
 * is all that is wrong; in a state without, N also wants votes that name their core, which nodes up
 * to v1.17 do not send there, and that stays unexplained. (Those of v1.18 and later always send
 * it, and N-1 builds no block then.) */
static const struct {
    const char *features, *nodes; /* nodes NULL: of N's time */
    bool backs;                   /* .. once the version is right */
} states[] = {
    { "0b01000000", NULL, true },
    { "0b", "network.classes=[{\"class\":\"v1.17\",\"share\":1}]", false },
};

START_TEST(a_storage_version_that_stays_stops_parachains)
{
    static const char *const claims[] = { "backing-rate", "inclusion-rate", "para-interval" };
    static char storage[8192];
    const char *more[] = { "network.size=30x6", storage, states[_i].nodes, NULL };
    const char *spec = corpus_path("specs/paseo-local-1003000-e10.json.zst");
    const json_t *cause;
    char from[512];
    json_t *o;
    if (!spec)
        return;
    snprintf(from, sizeof from, "%s", spec);
    with_features(storage, sizeof storage, from, states[_i].features);
    o = explain_pair(from, code_file("specs/paseo-local-1009001-e10.json.zst"), "boundary-3", more);
    cause = cause_of(o, "storage-version");
    ck_assert_msg(cause != NULL, "%s", causes_of(o));
    ck_assert_msg(strcmp(without(cause, "api-window"), "broke") != 0, "%s", causes_of(o));
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        ck_assert_str_eq(claim_status(o, claims[i]), "broke");
        ck_assert_msg((strcmp(without(cause, claims[i]), "held") == 0) == states[_i].backs, "%s",
                      causes_of(o));
    }
    ck_assert((json_object_get(o, "unexplained") == NULL) == states[_i].backs);
    ck_assert_msg(any_advice(o, "enact the releases between N-1 and N one after another, or add "
                                "the migration of ParaScheduler from storage version 2 to 3"),
                  "%s", causes_of(o));
    json_decref(o);
}
END_TEST

/* Paseo 1002005 -> 1003000: N takes cores from a pallet that is new in it, and the migration that
 * fills it was in a release in between. */
START_TEST(cores_that_nobody_assigned_stop_parachains)
{
    static const char *const claims[] = { "backing-rate", "inclusion-rate", "para-interval" };
    static const char *const more[] = { "network.size=30x6", NULL };
    const char *spec = corpus_path("specs/paseo-local-1002005-e10.json.zst");
    const json_t *cause;
    char from[512];
    json_t *o;
    if (!spec)
        return;
    snprintf(from, sizeof from, "%s", spec);
    o = explain_pair(from, code_file("specs/paseo-local-1003000-e10.json.zst"), "boundary-3", more);
    cause = cause_of(o, "cores");
    ck_assert_msg(cause != NULL, "%s", causes_of(o));
    ck_assert_msg(strcmp(without(cause, "api-window"), "broke") != 0, "%s", causes_of(o));
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        ck_assert_str_eq(claim_status(o, claims[i]), "broke");
        ck_assert_msg(strcmp(without(cause, claims[i]), "held") == 0, "%s", causes_of(o));
    }
    ck_assert_ptr_null(json_object_get(o, "unexplained"));
    ck_assert_msg(any_advice(o, "that assigns cores to parachains in CoretimeAssignmentProvider"),
                  "%s", causes_of(o));
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("put back");
    TCase *tc = tcase_create("put back");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_control_has_heals_what_is_lost, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tc, a_storage_version_that_stays_stops_parachains, 0,
                        REDUCED ? 1 : (int)(sizeof states / sizeof *states));
    tcase_add_test(tc, cores_that_nobody_assigned_stop_parachains);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
