/* Real N-1 -> N pairs. Every one of them builds block after block without an error,
 * so building is no verdict: the sound ones hold every claim, the others break the
 * claim that names the cause. Rows whose epochs are long fork near their start;
 * `at` keeps them short. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

enum { BROKEN_MAX = 4 };
static const struct row {
    const char *from, *to, *at;
    const char *broken[BROKEN_MAX]; /* claims that must break; none: all hold */
    const char *says;               /* part of the text of the first of them */
    bool quick;                     /* also under sanitizers */
} rows[] = {
    { "specs/paseo-1001002-e20-genesis.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary-8",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary-8",
      { NULL },
      NULL,
      true },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary+0",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary-1",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-e20-100val-20paras.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary-8",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-e20-300val-50paras.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary-8",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-genesis.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary@1-580",
      { "identity", "session-cadence" },
      "epoch_length 600 -> 20",
      false },
    { "specs/paseo-local-1001003.json.zst",
      "specs/paseo-local-1002000-e20.json.zst",
      "boundary@1-580",
      { "identity", "session-cadence" },
      "epoch_length 600 -> 20",
      false },
    { "specs/westend-local-10000.json.zst",
      "specs/westend-local-1005000.json.zst",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/westend-local-9420.json.zst",
      "specs/westend-local-1005000.json.zst",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/westend-local-10000.json.zst",
      "runtimes/westend-1015000.compressed.wasm",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/polkadot-dev-9390.json.zst",
      "runtimes/polkadot-1004001.compressed.wasm",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/polkadot-local-9370.json.zst",
      "runtimes/polkadot-1004001.compressed.wasm",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/kusama-local-1000000.json.zst",
      "runtimes/kusama-2000002.compressed.wasm",
      "boundary@1-8",
      { "authorities-survive" },
      "SessionKeys",
      false },
    { "specs/paseo-1000000-genesis-e600.json.zst",
      "specs/paseo-1001002-genesis.json.zst",
      "boundary@1-8",
      { NULL },
      NULL,
      false },
    { "specs/paseo-1001002-genesis.json.zst",
      "specs/paseo-local-1001003.json.zst",
      "boundary@1-8",
      { NULL },
      NULL,
      false },
    { "specs/paseo-local-1002005-e10.json.zst",
      "specs/paseo-local-1003000-e10.json.zst",
      "boundary-3",
      { NULL },
      NULL,
      true },
    { "specs/paseo-local-1003000-e10.json.zst",
      "specs/paseo-local-1009001-e10.json.zst",
      "boundary-3",
      { NULL },
      NULL,
      false },
    { "specs/paseo-local-1002005-e10.json.zst",
      "specs/paseo-local-1009001-e10.json.zst",
      "boundary-3",
      { "config-survives" },
      "Configuration.ActiveConfig",
      true },
    { "specs/westend-local-1005000.json.zst",
      "runtimes/westend-1015000.compressed.wasm",
      "boundary@1-8",
      { "config-survives" },
      "Configuration.ActiveConfig",
      false },
    { "specs/westend-local-9420.json.zst",
      "specs/westend-local-10000.json.zst",
      "boundary@1-8",
      { NULL },
      NULL,
      false },
    { "specs/polkadot-local-9370.json.zst",
      "specs/polkadot-dev-9390.json.zst",
      "boundary@1-8",
      { NULL },
      NULL,
      false },
    { "specs/rococo-dev-1014000-e10.json.zst",
      "specs/rococo-local-1015000-8val-8paras-e10.json.zst",
      "boundary-3",
      { NULL },
      NULL,
      false },
    { "specs/rococo-local-103000-e10.json.zst",
      "specs/rococo-dev-1014000-e10.json.zst",
      "boundary-3",
      /* its migration fills the state without end */
      { "authorable", "upgrade-enacted" },
      "assigner_coretime",
      false },
    { "specs/westend-local-10000.json.zst",
      "runtimes/polkadot-1004001.compressed.wasm",
      "boundary@1-8",
      { "identity", "upgrade-enacted" },
      "spec_name westend -> polkadot",
      false },
};

static void broke_as_named(const struct row *r, const json_t *outcome)
{
    for (size_t i = 0; i < BROKEN_MAX && r->broken[i]; i++)
        ck_assert_msg(strcmp(claim_status(outcome, r->broken[i]), "broke") == 0,
                      "%s -> %s: %s did not break; %s", r->from, r->to, r->broken[i],
                      verdicts(outcome));
    ck_assert_msg(strstr(claim_text(outcome, r->broken[0]), r->says) != NULL, "%s",
                  verdicts(outcome));
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_BROKE, "%s -> %s: %s", r->from, r->to,
                  verdicts(outcome));
}

START_TEST(a_pair_gets_the_verdict_it_deserves)
{
    const struct row *r = &rows[_i];
    char from[512];
    json_t *outcome;
    if (REDUCED && !r->quick)
        return; /* main says so, once */
    if (!corpus_path(r->from) || !corpus_path(r->to))
        return;
    snprintf(from, sizeof from, "%s", corpus_path(r->from));
    outcome = run_pair(from, code_file(r->to), r->at, NULL);
    if (r->broken[0])
        broke_as_named(r, outcome);
    else
        ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_HELD, "%s -> %s: %s", r->from, r->to,
                      verdicts(outcome));
    if (getenv("VERDICTS"))
        printf("%s -> %s: %s\n", r->from, r->to, verdicts(outcome));
    json_decref(outcome);
}
END_TEST

/* Rococo keeps its epoch length in storage, so the same pair can be had with equal
 * epochs and, with the key unset, with N falling to its own default. */
static const struct {
    uint32_t epoch;
    const char *broken;
} rococo[] = {
    { 600, "config-survives" },
    { 10, "config-survives" },
    { 0, "session-cadence" },
};

static void write_epoch(const char *out, const char *spec, uint32_t epoch)
{
    static const char name[] = ":EpochDurationInBlocks:";
    uint8_t key[16], value[4];
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    dg_engine *engine;
    dg_source source;
    dg_state *state;
    dg_snapshot_info info;
    dg_error err;
    dg_twox(key, 16, dg_text(name));
    dg_le32_put(value, epoch);
    if (dg_engine_new(&engine, &options, &err) < 0
        || dg_source_open(&source, spec,
                          &(dg_source_options){ .engine = engine, .cache_dir = options.cache_dir },
                          &err)
               < 0
        || dg_state_open(&state, source.snapshot, &err) < 0
        || (epoch
            && dg_state_put(state, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), DG_BYTES_OF(value), &err)
                   < 0))
        ck_abort_msg("%s", err.text);
    info = *dg_snapshot_info_of(source.snapshot);
    info.header_known = false;
    if (dg_state_save(state, out, &info, dg_bytes_of(NULL, 0), &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_state_free(state);
    dg_source_close(&source);
    dg_engine_free(engine);
}

START_TEST(an_epoch_kept_in_storage_is_seen)
{
    const char *spec = corpus_path("specs/rococo-v2_2-genesis-9190.json.zst");
    char snapshot[512], from[512];
    json_t *outcome;
    if (!spec || REDUCED)
        return;
    snprintf(from, sizeof from, "%s", spec);
    snprintf(snapshot, sizeof snapshot, "%s", scratch_path("rococo"));
    dg_dir_remove(snapshot, NULL);
    write_epoch(snapshot, from, rococo[_i].epoch);
    outcome = run_pair(snapshot, code_file("specs/rococo-local-103000-e10.json.zst"),
                       rococo[_i].epoch == 10 ? "boundary-3" : "boundary@1-8", NULL);
    ck_assert_msg(strcmp(claim_status(outcome, rococo[_i].broken), "broke") == 0, "epoch %u: %s",
                  rococo[_i].epoch, verdicts(outcome));
    ck_assert_str_eq(claim_status(outcome, "authorities-survive"), "held");
    if (getenv("VERDICTS"))
        printf("rococo, epoch %u: %s\n", rococo[_i].epoch, verdicts(outcome));
    json_decref(outcome);
}
END_TEST

/* ---- a derived N-1: 1001003 at N's epoch length ---- */

/* The constant 600 where it means the epoch: as i64, as the last slot of an epoch,
 * and as divisor of a session's progress. Same-length edits. */
static const struct {
    uint8_t from[4], to[4];
    size_t len;
} edits[] = {
    { { 0x42, 0xd7, 0x04, 0x56 }, { 0x42, 0x93, 0x00, 0x56 }, 4 },
    { { 0x41, 0xd8, 0x04, 0x6e }, { 0x41, 0x94, 0x00, 0x6e }, 4 },
    { { 0x42, 0xd8, 0x04 }, { 0x42, 0x94, 0x00 }, 3 },
};

static size_t edit(dg_buf *wasm)
{
    size_t count = 0;
    for (size_t e = 0; e < sizeof edits / sizeof *edits; e++)
        for (size_t i = 0; i + edits[e].len <= wasm->len; i++)
            if (memcmp(wasm->at + i, edits[e].from, edits[e].len) == 0) {
                memcpy(wasm->at + i, edits[e].to, edits[e].len);
                count++;
            }
    return count;
}

static void save_edited(const char *out, const char *spec)
{
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    dg_engine *engine;
    dg_source source;
    dg_state *state;
    dg_snapshot_info info;
    dg_bytes code;
    dg_buf wasm;
    dg_error err;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    if (dg_engine_new(&engine, &options, &err) < 0
        || dg_source_open(&source, spec,
                          &(dg_source_options){ .engine = engine, .cache_dir = options.cache_dir },
                          &err)
               < 0
        || dg_state_open(&state, source.snapshot, &err) < 0
        || dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), &err) != DG_OK
        || dg_blob_decode(&wasm, code, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_eq(edit(&wasm), 17);
    info = *dg_snapshot_info_of(source.snapshot);
    info.header_known = false;
    if (dg_state_put(state, dg_bytes_of(NULL, 0), dg_text(":code"), dg_buf_bytes(&wasm), &err) < 0
        || dg_state_save(state, out, &info, dg_bytes_of(NULL, 0), &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_buf_clear(&wasm);
    dg_state_free(state);
    dg_source_close(&source);
    dg_engine_free(engine);
}

/* The pair that breaks by its epoch length holds when that alone is made equal. */
START_TEST(the_epoch_was_all_that_was_wrong)
{
    const char *spec = corpus_path("specs/paseo-local-1001003.json.zst");
    char from[512], snapshot[512];
    json_t *outcome;
    if (!spec || REDUCED)
        return;
    snprintf(from, sizeof from, "%s", spec);
    snprintf(snapshot, sizeof snapshot, "%s", scratch_path("e20"));
    save_edited(snapshot, from);
    outcome =
        run_pair(snapshot, code_file("specs/paseo-local-1002000-e20.json.zst"), "boundary-8", NULL);
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_HELD, "%s", verdicts(outcome));
    ck_assert_str_eq(claim_status(outcome, "api-window"), "warned");
    json_decref(outcome);
}
END_TEST

/* Nothing refuses a shorter epoch, by set_code or with force: N is enacted and authors on. Nodes
 * keep the 600 slots that they began with, so all of them refuse the first block of a session that
 * N alone changes, twenty slots after the chain's first. */
START_TEST(epochs_of_20_in_place_of_600_stop_every_node)
{
    static const char *const hows[] = { "upgrade.how=unchecked", "upgrade.how=set-code" };
    const char *const more[] = { hows[_i], "network.nodes=v1.9", NULL };
    const char *spec = corpus_path("specs/paseo-1001002-genesis.json.zst");
    char from[512];
    json_t *outcome;
    const json_t *arm;
    if (!spec || REDUCED)
        return;
    snprintf(from, sizeof from, "%s", spec);
    outcome = run_pair(from, "fixtures/paseo-1002000-e20.wasm", "#5", more);
    arm = json_object_get(outcome, "treatment");
    ck_assert_msg(dg_outcome_exit(outcome) == DG_EXIT_BROKE, "%s", verdicts(outcome));
    ck_assert_msg(strstr(claim_text(outcome, "identity"), "epoch_length 600 -> 20") != NULL, "%s",
                  verdicts(outcome));
    ck_assert_msg(strstr(claim_text(outcome, "session-cadence"),
                         "1 unexpected, 0 missing; 0 session changes after U against 2")
                      != NULL,
                  "%s", verdicts(outcome));
    ck_assert_msg(strstr(claim_text(outcome, "block-cadence"), "from #21 on") != NULL, "%s",
                  verdicts(outcome));
    ck_assert_str_eq(claim_status(outcome, "upgrade-enacted"), "held");
    ck_assert_int_eq(json_integer_value(json_object_get(arm, "blocks")), 20);
    ck_assert_str_eq(json_string_value(json_object_get(arm, "ended")),
                     "no block could be built any more");
    json_decref(outcome);
}
END_TEST

/* Releases were skipped, and what came between would have kept the cores: nodes ask N and get
 * nothing, block after block, while all that is asked of storage holds. */
static const struct {
    const char *from, *to, *nodes, *says;
    const char *migration; /* what that claim comes to: whether the reason shows in storage */
} emptied[] = {
    /* newer nodes give the core of every candidate, and N-1 takes none over this state */
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst",
      "network.classes=[{\"class\":\"v1.17\",\"share\":1}]",
      "on 2 answers are not control's: ParachainHost_availability_cores (0 of 6 cores in use), "
      "ParachainHost_claim_queue (0 of 6 cores with a claim)",
      "warned" },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst", NULL,
      "on 3 answers are not control's: ParachainHost_validator_groups (0 of 6 groups), "
      "ParachainHost_availability_cores (0 of 6 cores), ParachainHost_session_info (0 of 6 "
      "groups)",
      "held" },
};

START_TEST(an_answer_that_stays_empty_breaks)
{
    const char *const more[] = { "network.size=30x6", emptied[_i].nodes, NULL };
    const char *spec = corpus_path(emptied[_i].from);
    char from[512];
    json_t *outcome;
    if (!spec)
        return;
    snprintf(from, sizeof from, "%s", spec);
    outcome = run_pair(from, code_file(emptied[_i].to), "boundary-3", more);
    ck_assert_str_eq(claim_status(outcome, "api-window"), "broke");
    ck_assert_msg(strstr(claim_text(outcome, "api-window"), emptied[_i].says) != NULL, "%s",
                  verdicts(outcome));
    ck_assert_str_eq(claim_status(outcome, "config-survives"), "held");
    ck_assert_str_eq(claim_status(outcome, "migration"), emptied[_i].migration);
    json_decref(outcome);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pairs");
    TCase *tc = tcase_create("pairs");
    tcase_add_loop_test(tc, a_pair_gets_the_verdict_it_deserves, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, the_epoch_was_all_that_was_wrong);
    tcase_add_loop_test(tc, epochs_of_20_in_place_of_600_stop_every_node, 0, 2);
    tcase_add_loop_test(tc, an_answer_that_stays_empty_breaks, 0, sizeof emptied / sizeof *emptied);
    tcase_add_loop_test(tc, an_epoch_kept_in_storage_is_seen, 0, sizeof rococo / sizeof *rococo);
    suite_add_tcase(s, tc);
    if (REDUCED)
        printf("not run: the long pairs, under sanitizers\n");
    return suite_run(s);
}
