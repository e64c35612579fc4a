/* Every real pair of runtimes that was measured block by block. All of them build
 * blocks without an error, healthy or not: the preflight has to tell them apart,
 * and by the cause, or it is of no use in front of a real upgrade. */
#include <string.h>

#include "model_pair.h"

/* `fails`: all ids of severity fail. `warns`: ids that have to be among the
 * warnings. `epoch`: slots to write as the epoch length of test chains that keep
 * it in storage; 0: as it is. */
typedef struct row {
    const char *spec, *to, *fails, *warns;
    uint32_t epoch;
} row;

static const row rows[] = {
    /* healthy */
    { "specs/paseo-1001002-e20-genesis.json.zst", "specs/paseo-local-1002000-e20.json.zst", "",
      "api.version grandpa.at-u storage.at-u", 0 },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", "specs/paseo-local-1002000-e20.json.zst", "",
      "api.version grandpa.at-u", 0 },
    { "specs/paseo-1001002-e20-300val-50paras.json.zst", "specs/paseo-local-1002000-e20.json.zst",
      "", "api.version grandpa.at-u", 0 },
    { "specs/paseo-1000000-genesis-e600.json.zst", "specs/paseo-1001002-genesis.json.zst", "",
      "storage.at-u", 0 },
    { "specs/paseo-1001002-genesis.json.zst", "specs/paseo-local-1001003.json.zst", "", "", 0 },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst", "",
      "constants.watched storage.at-u", 0 },
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst", "",
      "pallet.index", 0 },
    { "specs/westend-local-9420.json.zst", "specs/westend-local-10000.json.zst", "", "storage.at-u",
      0 },
    { "specs/polkadot-local-9370.json.zst", "specs/polkadot-dev-9390.json.zst", "", "storage.at-u",
      0 },
    { "specs/rococo-dev-1014000-e10.json.zst",
      "specs/rococo-local-1015000-8val-8paras-e10.json.zst", "", "", 0 },
    /* epochs of another length */
    { "specs/paseo-1001002-genesis.json.zst", "specs/paseo-local-1002000-e20.json.zst",
      "constants.epoch", "api.version grandpa.at-u", 0 },
    { "specs/paseo-local-1001003.json.zst", "specs/paseo-local-1002000-e20.json.zst",
      "constants.epoch", "api.version grandpa.at-u", 0 },
    /* another chain */
    { "specs/westend-local-10000.json.zst", "runtimes/polkadot-1004001.compressed.wasm",
      "constants.epoch grandpa.lost identity.authoring identity.spec-name session-keys "
      "storage.undecodable",
      "config.already pallet.index", 0 },
    /* releases left out: session keys keep their old layout */
    { "specs/westend-local-10000.json.zst", "specs/westend-local-1005000.json.zst",
      "session-keys storage.undecodable", "api.version config.already", 0 },
    { "specs/westend-local-9420.json.zst", "specs/westend-local-1005000.json.zst",
      "config.lost session-keys storage.undecodable", "api.version", 0 },
    { "specs/westend-local-10000.json.zst", "runtimes/westend-1015000.compressed.wasm",
      "grandpa.lost session-keys storage.undecodable", "api.version config.already", 0 },
    /* here the migrations leave a configuration that decodes and is all defaults */
    { "specs/polkadot-dev-9390.json.zst", "runtimes/polkadot-1004001.compressed.wasm",
      "config.lost grandpa.lost session-keys storage.undecodable", "api.version config.changed",
      0 },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-1004001.compressed.wasm",
      "config.lost grandpa.lost session-keys storage.undecodable", "api.version config.changed",
      0 },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm",
      "config.lost grandpa.lost session-keys storage.undecodable", "api.version", 0 },
    /* configuration lost, sessions well */
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst",
      "config.lost storage.undecodable", "constants.watched", 0 },
    { "specs/westend-local-1005000.json.zst", "runtimes/westend-1015000.compressed.wasm",
      "config.lost storage.undecodable", "", 0 },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "specs/rococo-local-103000-e10.json.zst",
      "config.lost constants.epoch storage.undecodable", "api.version pallet.index", 0 },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "specs/rococo-local-103000-e10.json.zst",
      "config.lost storage.undecodable", "api.version pallet.index", 600 },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "specs/rococo-local-103000-e10.json.zst",
      "config.lost storage.undecodable", "api.version pallet.index", 10 },
    /* N writes an entry for each of a number of cores that it misread */
    { "specs/rococo-local-103000-e10.json.zst", "specs/rococo-dev-1014000-e10.json.zst",
      "migration.trap", "", 0 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* A hundred times what the heaviest healthy pair needs; enough to see an endless one. */
static const uint64_t fuel = 300000000;

static bool has_word(const char *words, const char *word, size_t len)
{
    for (const char *at = words; (at = strstr(at, word)); at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == 0 || at[len] == ' '))
            return true;
    return false;
}

static void assert_among(const char *words, const char *wanted, const char *of)
{
    char word[64];
    for (size_t len; *wanted; wanted += len + strspn(wanted + len, " ")) {
        len = strcspn(wanted, " ");
        snprintf(word, sizeof word, "%.*s", (int)len, wanted);
        ck_assert_msg(has_word(words, word, len), "%s: no warning %s among %s", of, word, words);
    }
}

static bool row_open(pair *p, const row *r)
{
    static const uint8_t name[] = ":EpochDurationInBlocks:";
    char spec[512];
    const char *found = corpus_path(r->spec);
    uint8_t key[32], value[4];
    if (!found)
        return false;
    snprintf(spec, sizeof spec, "%s", found);
    if (!(found = corpus_path(r->to)))
        return false;
    pair_open(p, spec, found);
    if (!r->epoch)
        return true;
    /* parameter_types!'s storage key: twox128 of the name alone */
    dg_storage_prefix(key, (const char *)name, "");
    dg_le32_put(value, r->epoch);
    p->snapshot = pair_with(p->snapshot, dg_bytes_of(key, 16), DG_BYTES_OF(value));
    return true;
}

START_TEST(a_real_pair_is_told_by_its_cause)
{
    const row *r = &rows[_i];
    json_t *found;
    pair p = { .snapshot = NULL };
    if (!row_open(&p, r))
        return;
    found = pair_preflight(&p, fuel);
    ck_assert_msg(strcmp(pair_ids(found, "fail"), r->fails) == 0,
                  "%s -> %s: fails %s instead of %s", r->spec, r->to, pair_ids(found, "fail"),
                  r->fails);
    ck_assert_int_eq(dg_preflight_exit(found), r->fails[0] ? DG_EXIT_BROKE : DG_EXIT_HELD);
    assert_among(pair_ids(found, "warn"), r->warns, r->spec);
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* ---- the derived N-1 ---- */

/* Paseo 1001003 with epochs of 20 slots: seventeen constants in the code, edited
 * at equal length. */
static void edit(dg_buf *wasm, const uint8_t *from, const uint8_t *to, size_t len, unsigned times)
{
    unsigned count = 0;
    for (size_t i = 0; i + len <= wasm->len; i++)
        if (memcmp(wasm->at + i, from, len) == 0) {
            memcpy(wasm->at + i, to, len);
            count++;
        }
    ck_assert_uint_eq(count, times);
}

START_TEST(paseo_1001003_with_epochs_of_20_passes)
{
    static const uint8_t from[3][4] = { { 0x42, 0xd8, 0x04 },
                                        { 0x42, 0xd7, 0x04, 0x56 },
                                        { 0x41, 0xd8, 0x04, 0x6e } };
    static const uint8_t to[3][4] = { { 0x42, 0x94, 0x00 },
                                      { 0x42, 0x93, 0x00, 0x56 },
                                      { 0x41, 0x94, 0x00, 0x6e } };
    row r = { "specs/paseo-local-1001003.json.zst", "specs/paseo-local-1002000-e20.json.zst", "",
              "", 0 };
    dg_buf wasm;
    json_t *found;
    pair p = { .snapshot = NULL };
    if (!row_open(&p, &r))
        return;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    ck_assert_int_eq(dg_blob_decode(&wasm, dg_runtime_blob(p.from), NULL), DG_OK);
    edit(&wasm, from[0], to[0], 3, 15);
    edit(&wasm, from[1], to[1], 4, 1);
    edit(&wasm, from[2], to[2], 4, 1);
    dg_runtime_free(p.from);
    p.from = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, fuel);
    ck_assert_str_eq(pair_ids(found, "fail"), "");
    json_decref(found);
    dg_buf_clear(&wasm);
    pair_close(&p);
}
END_TEST

/* ---- what a finding says ---- */

static const struct {
    row pair;
    const char *id, *subject, *says;
} words[] = {
    { { "specs/paseo-1001002-genesis.json.zst", "specs/paseo-local-1002000-e20.json.zst", "", "",
        0 },
      "constants.epoch",
      "epoch length in slots",
      "600 -> 20" },
    { { "specs/paseo-1001002-genesis.json.zst", "specs/paseo-local-1002000-e20.json.zst", "", "",
        0 },
      "api.version",
      "ParachainHost",
      "ParachainHost 5 -> 10 crosses 7" },
    { { "specs/westend-local-10000.json.zst", "specs/westend-local-1005000.json.zst", "", "", 0 },
      "session-keys",
      "Session.NextKeys",
      "from 192 to 193 bytes, and 3 of 3 validators keep values of 192 bytes" },
    { { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm", "", "",
        0 },
      "session-keys",
      "Session.NextKeys",
      "N mistakes keys for their neighbours" },
    { { "specs/westend-local-10000.json.zst", "runtimes/polkadot-1004001.compressed.wasm", "", "",
        0 },
      "identity.spec-name",
      "spec_name",
      "westend -> polkadot" },
    { { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-1004001.compressed.wasm", "", "",
        0 },
      "config.lost",
      "HostConfiguration",
      "at its defaults" },
    { { "specs/rococo-local-103000-e10.json.zst", "specs/rococo-dev-1014000-e10.json.zst", "", "",
        0 },
      "migration.trap",
      "Core_initialize_block",
      "did not start within 300 million instructions" },
};
enum { WORDS = sizeof words / sizeof words[0] };

START_TEST(a_finding_names_its_figures)
{
    const json_t *finding;
    json_t *found;
    pair p = { .snapshot = NULL };
    if (!row_open(&p, &words[_i].pair))
        return;
    found = pair_preflight(&p, fuel);
    finding = pair_find_subject(found, words[_i].id, words[_i].subject);
    ck_assert_msg(finding != NULL, "no %s of %s", words[_i].id, words[_i].subject);
    ck_assert_msg(strstr(pair_says(finding), words[_i].says) != NULL, "%s: %s", words[_i].id,
                  pair_says(finding));
    json_decref(found);
    pair_close(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("preflight: real pairs");
    TCase *tc = tcase_create("pairs");
    int exit_code;
    tcase_set_timeout(tc, 0);
#ifdef __SANITIZE_ADDRESS__
    printf(
        "not run: real pairs under the sanitizer (the embedded pair and the small runtimes are)\n");
    (void)a_real_pair_is_told_by_its_cause;
    (void)paseo_1001003_with_epochs_of_20_passes;
    (void)a_finding_names_its_figures;
#else
    tcase_add_loop_test(tc, a_real_pair_is_told_by_its_cause, 0, ROWS);
    tcase_add_test(tc, paseo_1001003_with_epochs_of_20_passes);
    tcase_add_loop_test(tc, a_finding_names_its_figures, 0, WORDS);
#endif
    suite_add_tcase(s, tc);
    exit_code = suite_run(s);
    pair_engine_free();
    return exit_code;
}
