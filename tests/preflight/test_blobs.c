/* What can be said of blobs that were never meant as a successor here: runtimes of
 * years ago, edited ones, raw ones. A comparison that is not possible has to be
 * listed as unknown; one that looks like a pass is worse than none. */
#include <string.h>

#include "model_pair.h"

/* ---- of years ago ---- */

typedef struct row {
    const char *spec, *to, *id, *subject, *unknown;
} row;
static const row rows[] = {
    /* below V14: named, and the rest works */
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-26-tracing.wasm.zst",
      "identity.spec-version", "spec_version", "N: metadata has version V12" },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-26-tracing.wasm.zst", "code.section",
      "runtime_version", "N is not newer than N-1" },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-9050-tracing.wasm.zst",
      "api.lowered", "ParachainHost", "N: metadata has version V13" },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-9070-tracing.wasm.zst",
      "api.removed", "NominationPoolsApi", "N: metadata has version V13" },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-9070-tracing.wasm.zst",
      "migration.cost", "Core_initialize_block", "values were not compared" },
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-9070-tracing.wasm.zst", "code.raw",
      "compression", "N is not newer than N-1" },
    { "specs/polkadot-dev-25.json.zst", "runtimes/polkadot-26-tracing.wasm.zst", "code.size",
      "bytes of code", "N-1: metadata has version V12" },
    /* older than N-1, metadata V14 */
    { "specs/polkadot-dev-9390.json.zst", "runtimes/polkadot-9160.compressed.wasm",
      "storage.orphan", "NominationPools.MaxPoolMembers", "N is not newer than N-1" },
    { "specs/polkadot-dev-9390.json.zst", "runtimes/polkadot-9160.compressed.wasm", "code.section",
      "runtime_version", "describes no runtime APIs" },
    { "specs/polkadot-dev-9390.json.zst", "runtimes/polkadot-9160.compressed.wasm",
      "pallet.removed", "ChildBounties", "describes no runtime APIs" },
    { "specs/westend-local-9420.json.zst", "runtimes/westend-9300.compressed.wasm", "api.method",
      "BeefyApi_beefy_genesis", "N is not newer than N-1" },
    { "specs/westend-local-9420.json.zst", "runtimes/westend-9300.compressed.wasm",
      "identity.system", "system_version", "N is not newer than N-1" },
    /* findings that only some successors have */
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm", "api.added",
      "DryRunApi", "no block was built" },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm",
      "identity.transaction", "transaction_version", "no block was built" },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm",
      "constants.value", "Balances.MaxFreezes", "no block was built" },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm",
      "storage.key", "XcmPallet.SupportedVersion", "no block was built" },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst",
      "config.gone", "HostConfiguration.coretime_cores", "no block was built" },
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst",
      "api.question", "DryRunApi_dry_run_call", "no block was built" },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

START_TEST(an_old_blob_is_judged_by_what_can_be_read)
{
    const row *r = &rows[_i];
    const char *found_path = corpus_path(r->spec);
    char spec[512];
    json_t *found;
    pair p = { .snapshot = NULL };
    if (!found_path)
        return;
    snprintf(spec, sizeof spec, "%s", found_path);
    if (!(found_path = corpus_path(r->to)))
        return;
    pair_open(&p, spec, found_path);
    found = pair_preflight(&p, 300000000);
    ck_assert_msg(pair_find_subject(found, r->id, r->subject) != NULL, "%s: no %s of %s", r->to,
                  r->id, r->subject);
    ck_assert_msg(pair_unknown(found, r->unknown), "%s: not listed as unknown: %s", r->to,
                  r->unknown);
    ck_assert_uint_eq(
        json_integer_value(json_object_get(json_object_get(found, "counts"), "unknown")),
        json_array_size(json_object_get(found, "unknown")));
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* Every other release drops a version of a versioned key: it matters where entries are. */
START_TEST(keys_of_another_type_matter_where_entries_are)
{
    static const uint8_t value[4] = { 3 };
    const char *path = corpus_path("specs/kusama-local-1000000.json.zst");
    uint8_t key[48] = { 0 };
    char of[512];
    pair p = { .snapshot = NULL };
    if (!path)
        return;
    snprintf(of, sizeof of, "%s", path);
    pair_open(&p, of, corpus_path("runtimes/kusama-2000002.compressed.wasm"));
    dg_storage_prefix(key, "XcmPallet", "SupportedVersion");
    for (int entries = 0; entries < 2; entries++) {
        json_t *found = pair_preflight(&p, 300000000);
        const json_t *finding =
            pair_find_subject(found, "storage.key", "XcmPallet.SupportedVersion");
        ck_assert_str_eq(json_string_value(json_object_get(finding, "severity")),
                         entries ? "warn" : "note");
        json_decref(found);
        if (!entries)
            p.snapshot = pair_with(p.snapshot, DG_BYTES_OF(key), DG_BYTES_OF(value));
    }
    pair_close(&p);
}
END_TEST

/* ---- edited ---- */

static const char embedded_spec[] = "fixtures/paseo-1001002-e20-100val-20paras.json.zst";
static const char embedded_to[] = "fixtures/paseo-1002000-e20.wasm";

static dg_buf unpacked(const char *path)
{
    dg_buf blob = slurp(path), wasm;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    ck_assert_int_eq(dg_blob_decode(&wasm, dg_buf_bytes(&blob), NULL), DG_OK);
    dg_buf_clear(&blob);
    return wasm;
}

/* Nodes and set_code believe the section, the code believes itself. */
START_TEST(a_section_that_disagrees_with_the_code_fails)
{
    dg_buf wasm = unpacked(embedded_to);
    const json_t *finding;
    dg_bytes section;
    json_t *found;
    pair p = { .snapshot = NULL };
    ck_assert_int_eq(dg_wasm_section(&section, dg_buf_bytes(&wasm), "runtime_version", NULL),
                     DG_OK);
    for (size_t i = 0; i + 4 <= section.len; i++) /* spec_version 1002000: one more */
        if (dg_le32(section.at + i) == 1002000)
            wasm.at[section.at + i - wasm.at]++;
    p.snapshot = pair_snapshot(embedded_spec);
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    finding = pair_find(found, "code.section");
    ck_assert_ptr_nonnull(finding);
    ck_assert_str_eq(json_string_value(json_object_get(finding, "severity")), "fail");
    ck_assert_ptr_nonnull(strstr(pair_says(finding), "spec_version 1002001 against 1002000"));
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&wasm);
}
END_TEST

/* A node that finds no version makes no instance, one that finds no APIs builds no block, though
 * the code would answer for both. */
static const struct {
    const char *section;
    bool renamed;         /* else its first byte, the length of a name, is too large */
    dg_code for_set_code; /* what set_code is told of its version */
    const char *says;
} unread[] = {
    { "runtime_apis", true, DG_OK, "no node can use N: its sections name no runtime API Core" },
    { "runtime_version", false, DG_MALFORMED, "no node can use N: its version cannot be read" },
};

START_TEST(sections_that_nodes_cannot_read_fail)
{
    dg_buf wasm = unpacked(embedded_to);
    const json_t *finding;
    dg_bytes section;
    uint8_t *at;
    json_t *found;
    dg_buf answer;
    pair p = { .snapshot = NULL };
    ck_assert_int_eq(dg_wasm_section(&section, dg_buf_bytes(&wasm), unread[_i].section, NULL),
                     DG_OK);
    at = wasm.at + (section.at - wasm.at);
    if (unread[_i].renamed)
        at[-1] = '-';
    else
        at[0] = 0xfc;
    dg_buf_init(&answer, 1 << 16);
    ck_assert_int_eq(dg_host_inner_version(pair_engine(), &answer, dg_buf_bytes(&wasm), NULL),
                     unread[_i].for_set_code);
    dg_buf_clear(&answer);
    p.snapshot = pair_snapshot(embedded_spec);
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    finding = pair_find(found, "code.section");
    ck_assert_ptr_nonnull(finding);
    ck_assert_str_eq(json_string_value(json_object_get(finding, "severity")), "fail");
    ck_assert_ptr_nonnull(strstr(pair_says(finding), unread[_i].says));
    ck_assert_int_eq(dg_preflight_exit(found), DG_EXIT_BROKE);
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&wasm);
}
END_TEST

/* The section is put together by the linker, in an order of its own: every release of 2025 was
 * refused for that. One that is listed otherwise, or is not, is another matter. */
enum { API_BYTES = 12 };
static const struct {
    bool swapped;
    int by; /* the first API's version is raised by that */
    const char *says;
} apis[] = {
    { true, 0, NULL },
    { false, 1, "disagree: runtime API Core 5 against 4" },
    { true, 1, "disagree: runtime API Core 5 against 4" },
};

START_TEST(apis_are_compared_as_a_set)
{
    dg_buf wasm = unpacked(embedded_to);
    uint8_t first[API_BYTES], *at;
    const json_t *finding;
    dg_bytes section;
    json_t *found;
    pair p = { .snapshot = NULL };
    ck_assert_int_eq(dg_wasm_section(&section, dg_buf_bytes(&wasm), "runtime_apis", NULL), DG_OK);
    at = wasm.at + (section.at - wasm.at);
    at[8] = (uint8_t)(at[8] + apis[_i].by);
    memcpy(first, at, API_BYTES);
    if (apis[_i].swapped) {
        memcpy(at, at + API_BYTES, API_BYTES);
        memcpy(at + API_BYTES, first, API_BYTES);
    }
    p.snapshot = pair_snapshot(embedded_spec);
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    finding = pair_find(found, "code.section");
    ck_assert_msg((finding != NULL) == (apis[_i].says != NULL), "%s",
                  finding ? pair_says(finding) : "nothing was found");
    if (finding)
        ck_assert_msg(strstr(pair_says(finding), apis[_i].says) != NULL, "%s", pair_says(finding));
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&wasm);
}
END_TEST

/* Over part of a state a pass would say that what is missing fits, which nobody looked at. */
static const struct {
    const char *pallet, *item; /* that is missing, and part of what is said */
    const char *spec, *to;
    int exit;
    const char *says;
} parts[] = {
    { "Babe", "EpochConfig", embedded_spec, embedded_to, DG_EXIT_INCONCLUSIVE,
      "N's migrations were not run: the state is a partial snapshot of 2051 keys and lacks what "
      "BabeApi_current_epoch reads" },
    { "Sudo", "Key", embedded_spec, embedded_to, DG_EXIT_INCONCLUSIVE,
      "the snapshot is partial: values that it lacks were not checked" },
    /* what is found forbids it all the same */
    { "Babe", "EpochConfig", embedded_spec, "build/runtimes/mini-2.wasm", DG_EXIT_BROKE,
      "a partial snapshot of 2051 keys" },
};

START_TEST(over_part_of_a_state_nothing_passes)
{
    json_t *found;
    pair p = { .snapshot = NULL };
    pair_open(&p, parts[_i].spec, parts[_i].to);
    p.snapshot = pair_part(p.snapshot, parts[_i].pallet, parts[_i].item);
    found = pair_preflight(&p, 0);
    ck_assert_int_eq(dg_preflight_exit(found), parts[_i].exit);
    ck_assert_msg(pair_unknown(found, parts[_i].says), "%s",
                  json_string_value(json_array_get(json_object_get(found, "unknown"), 0)));
    ck_assert_uint_eq(json_array_size(json_object_get(found, "undecided")), 1);
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* A node asks for slot and epoch when it starts; preflight asked, and compared nothing where no
 * answer came. */
START_TEST(n_that_does_not_tell_of_its_epochs_fails)
{
    static const char name[] = "BabeApi_configuration";
    dg_buf wasm = slurp("build/runtimes/mini-2.wasm");
    json_t *found;
    pair p = { .snapshot = NULL };
    unsigned edits = 0;
    for (size_t i = 0; i + sizeof name - 1 <= wasm.len; i++)
        if (memcmp(wasm.at + i, name, sizeof name - 1) == 0) {
            wasm.at[i] = 'M';
            edits++;
        }
    ck_assert_uint_gt(edits, 0);
    p.snapshot = pair_snapshot("build/runtimes/mini.json");
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    ck_assert_ptr_nonnull(pair_find_subject(found, "constants.silent", name));
    ck_assert_int_eq(dg_preflight_exit(found), DG_EXIT_BROKE);
    json_decref(found);
    p.snapshot = pair_part(p.snapshot, "Sudo", "Key"); /* it may be what is missing */
    found = pair_preflight(&p, 0);
    ck_assert_ptr_null(pair_find(found, "constants.silent"));
    ck_assert_int_eq(dg_preflight_exit(found), DG_EXIT_INCONCLUSIVE);
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&wasm);
}
END_TEST

static unsigned renamed(dg_buf *wasm, const char *name)
{
    size_t len = strlen(name);
    unsigned edits = 0;
    for (size_t i = 0; i + len <= wasm->len; i++)
        if (memcmp(wasm->at + i, name, len) == 0) {
            wasm->at[i + len - 1] = '9';
            edits++;
        }
    return edits;
}

/* A host function of the future: the name of one that the small runtimes import,
 * in a version that does not exist. */
START_TEST(an_import_that_is_not_provided_is_named)
{
    static const char name[] = "ext_storage_root_version_2";
    dg_buf wasm = slurp("build/runtimes/mini-2.wasm"),
           other = slurp("build/runtimes/mini-2-state-grows.wasm"), version;
    json_t *found;
    pair p = { .snapshot = NULL };
    unsigned edits = renamed(&wasm, name);
    ck_assert_uint_gt(edits, 0);
    ck_assert_uint_eq(renamed(&other, name), edits);
    p.snapshot = pair_snapshot("build/runtimes/mini.json");
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    ck_assert_ptr_nonnull(pair_find_subject(found, "code.import", "ext_storage_root_version_9"));
    ck_assert_ptr_nonnull(
        strstr(pair_says(pair_find(found, "code.import")),
               "which no release of the node up to v1.25 provides: such a node never starts the "
               "runtime, so it stops at U"));
    ck_assert_int_eq(dg_preflight_exit(found), DG_EXIT_BROKE);
    dg_buf_init(&version, 1 << 16); /* but set_code takes it: nobody calls the function for that */
    ck_assert_int_eq(dg_host_inner_version(pair_engine(), &version, dg_buf_bytes(&wasm), NULL),
                     DG_OK);
    dg_buf_clear(&version);
    json_decref(found);
    dg_runtime_free(p.from); /* a chain of its own: its nodes provide it */
    p.from = p.to;
    p.to = pair_runtime_of(dg_buf_bytes(&other));
    found = pair_preflight(&p, 0);
    ck_assert_str_eq(
        json_string_value(json_object_get(
            pair_find_subject(found, "code.import", "ext_storage_root_version_9"), "severity")),
        "warn");
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&other);
    dg_buf_clear(&wasm);
}
END_TEST

/* "host doesn't provide any imports from non-env module: foo:ext_..", said a real node. */
START_TEST(an_import_of_another_module_is_none_of_the_host)
{
    static const char old[] = "\x03"
                              "env"
                              "\x1a"
                              "ext_storage_root_version_2";
    dg_buf wasm = slurp("build/runtimes/mini-2.wasm");
    json_t *found;
    pair p = { .snapshot = NULL };
    unsigned edits = 0;
    for (size_t i = 0; i + sizeof old - 1 <= wasm.len; i++)
        if (memcmp(wasm.at + i, old, sizeof old - 1) == 0) {
            memcpy(wasm.at + i + 1, "foo", 3);
            edits++;
        }
    ck_assert_uint_eq(edits, 1);
    p.snapshot = pair_snapshot("build/runtimes/mini.json");
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    ck_assert_ptr_nonnull(
        pair_find_subject(found, "code.import", "foo:ext_storage_root_version_2"));
    ck_assert_int_eq(dg_preflight_exit(found), DG_EXIT_BROKE);
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&wasm);
}
END_TEST

static void put_name(dg_buf *wasm, const char *from, const char *to)
{
    size_t len = strlen(from);
    ck_assert_uint_eq(strlen(to), len);
    for (size_t i = 0; len && i + len <= wasm->len; i++)
        if (memcmp(wasm->at + i, from, len) == 0)
            memcpy(wasm->at + i, to, len);
}

#define ED25519 "ext_crypto_ed25519_verify_version_1"
#define SR25519 "ext_crypto_sr25519_verify_version_2"
#define TIME "ext_benchmarking_current_time_version_1"

/* The small runtimes import a function as () -> nothing, here under names of the same length. */
static const struct {
    const char *file, *names[2][2]; /* from, to */
    const char *says;               /* NULL: its type is that */
} types[] = {
    { "mini-2-host-type",
      { { "", "" }, { "", "" } },
      "N imports " TIME " as () -> nothing, where nodes have it as () -> i32: no node starts the "
      "runtime, and set_code, which has to ask its code for the version, refuses it" },
    { "mini-2-host-type",
      { { TIME, "ext_storage_start_transaction_version_1" }, { "", "" } },
      NULL },
    /* N-1 imports it, too, but as nodes have it */
    { "mini-2-host-function",
      { { SR25519, ED25519 }, { "ext_pairing_bls12_377_add_version_1", SR25519 } },
      "N imports " SR25519 " as () -> nothing, where nodes have it as (i32, i64, i32) -> i32: no" },
};

START_TEST(an_import_of_another_type_is_none_of_the_host)
{
    dg_buf wasm, version;
    const json_t *says;
    json_t *found;
    pair p = { .snapshot = NULL };
    char path[120];
    snprintf(path, sizeof path, "build/runtimes/%s.wasm", types[_i].file);
    wasm = slurp(path);
    for (size_t i = 0; i < 2; i++)
        put_name(&wasm, types[_i].names[i][0], types[_i].names[i][1]);
    p.snapshot = pair_snapshot("build/runtimes/mini.json");
    p.from = pair_own_runtime(p.snapshot);
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    says = pair_find(found, "code.import");
    ck_assert((says != NULL) == (types[_i].says != NULL));
    ck_assert_int_eq(dg_preflight_exit(found), says ? DG_EXIT_BROKE : DG_EXIT_HELD);
    if (says)
        ck_assert_msg(strstr(pair_says(says), types[_i].says) != NULL, "%s", pair_says(says));
    dg_buf_init(&version, 1 << 16); /* where nodes make an instance for it, they do not either */
    ck_assert_int_eq(dg_host_inner_version(pair_engine(), &version, dg_buf_bytes(&wasm), NULL),
                     says ? DG_MALFORMED : DG_OK);
    dg_buf_clear(&version);
    json_decref(found);
    dg_buf_clear(&wasm);
    pair_close(&p);
}
END_TEST

/* A chain of its own: its nodes have it so. */
START_TEST(an_import_of_another_type_that_n_1_has_is_of_the_chains_nodes)
{
    dg_buf wasm = slurp("build/runtimes/mini-2-host-type.wasm");
    json_t *found;
    pair p = { .snapshot = NULL };
    p.snapshot = pair_snapshot("build/runtimes/mini.json");
    p.from = pair_runtime_of(dg_buf_bytes(&wasm));
    dg_buf_put(&wasm, "\0\2\1x", 4); /* a custom section: not the same blob */
    p.to = pair_runtime_of(dg_buf_bytes(&wasm));
    found = pair_preflight(&p, 0);
    ck_assert_str_eq(
        json_string_value(json_object_get(pair_find(found, "code.import"), "severity")), "warn");
    ck_assert_ptr_nonnull(strstr(pair_says(pair_find(found, "code.import")),
                                 "N-1 does, too: this chain's own nodes have to have it so"));
    json_decref(found);
    dg_buf_clear(&wasm);
    pair_close(&p);
}
END_TEST

START_TEST(a_packed_and_a_raw_blob_differ_in_one_warning)
{
    json_t *packed, *raw;
    pair p = { .snapshot = NULL };
    pair_open(&p, "build/runtimes/mini.json", "build/runtimes/mini-2.compressed.wasm");
    packed = pair_preflight(&p, 0);
    pair_close(&p);
    pair_open(&p, "build/runtimes/mini.json", "build/runtimes/mini-2.wasm");
    raw = pair_preflight(&p, 0);
    pair_close(&p);
    ck_assert_ptr_null(pair_find(packed, "code.raw"));
    ck_assert_ptr_nonnull(pair_find(raw, "code.raw"));
    ck_assert_str_eq(pair_ids(packed, "note"), pair_ids(raw, "note"));
    json_decref(packed);
    json_decref(raw);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("preflight: blobs");
    TCase *tc = tcase_create("blobs");
    int exit_code;
    tcase_set_timeout(tc, 0);
#ifdef __SANITIZE_ADDRESS__
    printf("not run: historical blobs under the sanitizer\n");
    (void)an_old_blob_is_judged_by_what_can_be_read;
    (void)keys_of_another_type_matter_where_entries_are;
#else
    tcase_add_loop_test(tc, an_old_blob_is_judged_by_what_can_be_read, 0, ROWS);
    tcase_add_test(tc, keys_of_another_type_matter_where_entries_are);
#endif
    tcase_add_test(tc, a_section_that_disagrees_with_the_code_fails);
    tcase_add_loop_test(tc, sections_that_nodes_cannot_read_fail, 0,
                        sizeof unread / sizeof *unread);
    tcase_add_test(tc, n_that_does_not_tell_of_its_epochs_fails);
    tcase_add_loop_test(tc, over_part_of_a_state_nothing_passes, 0, sizeof parts / sizeof *parts);
    tcase_add_loop_test(tc, apis_are_compared_as_a_set, 0, sizeof apis / sizeof *apis);
    tcase_add_test(tc, an_import_that_is_not_provided_is_named);
    tcase_add_test(tc, an_import_of_another_module_is_none_of_the_host);
    tcase_add_loop_test(tc, an_import_of_another_type_is_none_of_the_host, 0,
                        sizeof types / sizeof *types);
    tcase_add_test(tc, an_import_of_another_type_that_n_1_has_is_of_the_chains_nodes);
    tcase_add_test(tc, a_packed_and_a_raw_blob_differ_in_one_warning);
    suite_add_tcase(s, tc);
    exit_code = suite_run(s);
    pair_engine_free();
    return exit_code;
}
