/* Each finding seen red by a runtime that has that one fault, and absent on the
 * sound successor: a finding that cannot be provoked may just as well not exist,
 * and one that the sound runtime has too says nothing. The runtimes are the small
 * ones of runtimes/. */
#include <stdlib.h>
#include <string.h>

#include "model_pair.h"

/* What the sound successor has, by severity: ParachainHost crosses 7, its
 * configuration migrates, it is stored raw, and the mode of backing is kept. */
static const char sound_warns[] = "api.version code.raw session.kept storage.at-u";

/* `fails`, `warns`: what a variant has beyond the sound one; a '-' takes away one
 * of the sound one's. Faults that no look at a state can see have neither. */
typedef struct row {
    const char *to, *fails, *warns;
} row;
static const row rows[] = {
    { "mini-2", "", "" },
    { "mini-2-own-allocator", "code.import", "" },
    { "mini-2-host-function", "code.import", "" },
    { "mini-2-host-type", "code.import", "" },
    { "mini-2-pending", "", "" },
    { "mini-3", "", "" }, /* a version lies between, and nothing hangs on it */
    { "mini-3-keys-gated", "", "calls.arguments migration.gated" },
    { "mini-2-keys-migrated", "", "calls.arguments" },
    { "mini-2-keys-reordered", "", "" },
    { "mini-2-keys-placeholder", "", "calls.arguments session-keys.placeholder" },
    { "mini-2-contexts-migrated", "", "" },
    { "mini-2-in-steps", "", "migration.multi-block storage.in-steps" },
    { "mini-2-other-name", "identity.spec-name", "" },
    { "mini-2-lower-version", "config.lost identity.spec-version storage.undecodable",
      "-storage.at-u" },
    { "mini-2-same-version", "config.lost identity.spec-version storage.undecodable",
      "-storage.at-u" },
    { "mini-2-epoch-length", "constants.epoch", "constants.watched" },
    { "mini-2-not-recorded", "migration.recorded", "" },
    { "mini-2-init-traps", "migration.trap", "-session.kept" },
    { "mini-2-init-loops", "migration.trap", "-session.kept" },
    { "mini-2-init-recurses", "migration.trap", "-session.kept" },
    { "mini-2-init-eats-memory", "migration.trap", "-session.kept" },
    { "mini-2-migration-traps", "migration.trap", "-session.kept" },
    { "mini-2-migration-appetite", "migration.trap", "-session.kept" },
    { "mini-2-migration-nearly", "", "migration.memory" },
    { "mini-2-session-nearly", "", "" },
    { "mini-2-migration-heavy", "migration.weight", "" },
    { "mini-2-migration-endless", "", "migration.multi-block storage.in-steps" },
    { "mini-2-migration-stuck", "", "migration.multi-block storage.in-steps" },
    { "mini-2-entries-left", "storage.undecodable", "" },
    { "mini-2-heads-moved", "", "storage.hasher" },
    { "mini-2-heads-left", "storage.unfound", "storage.hasher" },
    { "mini-2-parachain-forgotten", "entities.lost", "" },
    { "mini-2-version-kept", "", "storage.version-kept" },
    { "mini-2-keys-shorter", "session-keys storage.undecodable", "calls.arguments" },
    { "mini-2-keys-longer", "session-keys storage.undecodable", "calls.arguments" },
    { "mini-2-keys-swapped", "session-keys", "" },
    { "mini-2-grandpa-lost", "grandpa.lost", "" },
    { "mini-2-config-lost", "config.lost storage.undecodable", "-storage.at-u" },
    { "mini-2-config-renamed", "config.lost queued.call", "pallet.removed -storage.at-u" },
    { "mini-2-config-altered", "", "config.changed" },
    { "mini-2-calls-renumbered", "queued.call transactions.calls", "calls.index" },
    { "mini-2-extension-added", "transactions.signed", "" },
    { "mini-2-calls-vanished", "queued.call", "pallet.index" },
    { "mini-2-api-missing", "api.missing", "-session.kept" },
    { "mini-2-answer-type", "api.answer", "" },
    { "mini-2-api-defaults", "", "grandpa.at-u" },
    /* seen by a run alone */
    { "mini-2-finalize-traps", "", "" },
    { "mini-2-odd-slots", "", "" },
    { "mini-2-execution-differs", "", "" },
    { "mini-2-state-grows", "", "" },
    { "mini-2-epoch-digest-forgotten", "", "" },
    { "mini-2-sessions-stop", "", "" },
    { "mini-2-inherent-refused", "", "" },
    { "mini-2-inherent-not-made", "", "" },
    { "mini-2-api-undecodable", "", "" },
    { "mini-2-api-huge", "", "" },
    { "mini-2-api-traps", "", "" },
    { "mini-2-api-loops", "", "" },
    { "mini-2-api-recurses", "", "" },
    { "mini-2-api-eats-memory", "", "" },
    { "mini-2-api-garbage", "", "" },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const uint64_t fuel = 0; /* the default: one of them works for a second */

static const char *small(const char *name, const char *end)
{
    static char rooms[4][256];
    static int next;
    const char *folder = getenv("DOPPEL_RUNTIMES");
    char *room = rooms[next++ % 4];
    snprintf(room, sizeof rooms[0], "%s/%s%s", folder ? folder : "build/runtimes", name, end);
    return room;
}

static void open_small(pair *p, const char *to)
{
    pair_open(p, small("mini", ".json"), small(to, ".wasm"));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The words of `base` and `more`, sorted; "-word" in `more` takes one away. */
static void merged(char *out, size_t size, const char *base, const char *more)
{
    char text[1024], *words[64];
    size_t count = 0, len = 0;
    snprintf(text, sizeof text, "%s %s", base, more);
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) {
        size_t at = 0;
        for (; at < count && strcmp(words[at], w + (w[0] == '-')) != 0; at++)
            ;
        if (w[0] != '-')
            words[count++] = w;
        else if (at < count)
            words[at] = words[--count];
    }
    qsort(words, count, sizeof words[0], by_text);
    out[0] = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", i ? " " : "", words[i]);
}

/* The first word follows from the findings, and each kind that forbids N has its own words. */
static void assert_answer(const json_t *found, const row *r)
{
    const char *page;
    size_t lines = 0;
    dg_buf text;
    dg_buf_init(&text, 1 << 20);
    dg_preflight_text(&text, found, true);
    page = dg_buf_text(&text);
    ck_assert_msg(strncmp(page, r->fails[0] ? "NO-GO " : "GO ", r->fails[0] ? 6 : 3) == 0, "%s: %s",
                  r->to, page);
    ck_assert_msg((strstr(page, "  breaks Nothing") != NULL) == !r->fails[0], "%s: %s", r->to,
                  page);
    ck_assert_msg(!strstr(page, "does not fit this state"), "%s: %s", r->to, page);
    for (const char *at = page; (at = strchr(at, '\n')); at++)
        lines += at[1] != ' ' || at[3] != ' '; /* a line that is no other's rest */
    ck_assert_msg(lines == 5, "%s: %zu lines: %s", r->to, lines, page);
    dg_buf_clear(&text);
}

START_TEST(a_fault_has_its_finding)
{
    const row *r = &rows[_i];
    char warns[1024];
    json_t *found;
    pair p = { .snapshot = NULL };
    open_small(&p, r->to);
    found = pair_preflight(&p, fuel);
    merged(warns, sizeof warns, sound_warns, r->warns);
    ck_assert_msg(strcmp(pair_ids(found, "fail"), r->fails) == 0, "%s: fails %s", r->to,
                  pair_ids(found, "fail"));
    ck_assert_msg(strcmp(pair_ids(found, "warn"), warns) == 0, "%s: warns %s", r->to,
                  pair_ids(found, "warn"));
    ck_assert_int_eq(dg_preflight_exit(found), r->fails[0] ? DG_EXIT_BROKE : DG_EXIT_HELD);
    assert_answer(found, r);
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* ---- findings that hang on the state, or on the way back ---- */

START_TEST(an_older_runtime_is_said_to_be_one)
{
    pair p = { .snapshot = NULL };
    json_t *found;
    dg_runtime *swap;
    open_small(&p, "mini-2");
    swap = p.from;
    p.from = p.to;
    p.to = swap;
    found = pair_preflight(&p, fuel);
    ck_assert_ptr_nonnull(pair_find(found, "identity.spec-version"));
    ck_assert_ptr_nonnull(pair_find_subject(found, "api.lowered", "ParachainHost"));
    ck_assert_ptr_nonnull(pair_find_subject(found, "api.method", "ParachainHost_node_features"));
    ck_assert_ptr_nonnull(pair_find_subject(found, "storage.removed", "Grandpa.Authorities"));
    ck_assert_ptr_nonnull(pair_find_subject(found, "pallet.removed", "MultiBlockMigrations"));
    ck_assert(pair_unknown(found, "N is not newer than N-1"));
    json_decref(found);
    pair_close(&p);
}
END_TEST

static json_t *with_entry(const char *key_hex, dg_bytes value, const char *to)
{
    dg_bytes key = hex(key_hex);
    json_t *found;
    pair p = { .snapshot = NULL };
    open_small(&p, to);
    p.snapshot = pair_with(p.snapshot, key, value);
    found = pair_preflight(&p, fuel);
    pair_close(&p);
    return found;
}

START_TEST(code_that_waits_is_said)
{
    const json_t *finding;
    /* :pending_code */
    json_t *found = with_entry("3a70656e64696e675f636f6465", DG_BYTES_OF("rubbish"), "mini-2");
    finding = pair_find(found, "queued.pending-code");
    ck_assert_ptr_nonnull(finding);
    ck_assert_int_eq(json_integer_value(json_object_get(finding, "new")), 8);
    json_decref(found);
}
END_TEST

static const char authorized_key[] =
    "26aa394eea5630e07c48ae0c9558cef72fa9f1bf25567808771bff091dc89ecd";

/* Anybody may apply an authorized code: whose it is matters. */
START_TEST(an_authorization_is_said_with_whose_it_is)
{
    uint8_t value[33] = { 0 };
    dg_buf blob = slurp(small("mini-2", ".wasm"));
    dg_runtime *to = pair_runtime_of(dg_buf_bytes(&blob));
    json_t *found = with_entry(authorized_key, DG_BYTES_OF(value), "mini-2");
    ck_assert_str_eq(
        json_string_value(json_object_get(pair_find(found, "queued.authorized"), "severity")),
        "warn");
    json_decref(found);
    memcpy(value, dg_runtime_hash(to)->at, 32);
    found = with_entry(authorized_key, DG_BYTES_OF(value), "mini-2");
    ck_assert_str_eq(
        json_string_value(json_object_get(pair_find(found, "queued.authorized"), "severity")),
        "note");
    json_decref(found);
    dg_runtime_free(to);
    dg_buf_clear(&blob);
}
END_TEST

/* Configuration.ActiveConfig that no layout has: not N's doing. */
START_TEST(what_was_broken_before_is_not_laid_at_ns_door)
{
    json_t *found = with_entry("06de3d8a54d27e44a9d5ce189618f22db4b49d95320d9021994c850f25b8e385",
                               DG_BYTES_OF("???"), "mini-2");
    ck_assert_ptr_nonnull(pair_find(found, "config.already"));
    ck_assert_ptr_null(pair_find(found, "config.lost"));
    ck_assert_ptr_null(pair_find(found, "storage.undecodable"));
    json_decref(found);
}
END_TEST

static const struct {
    const char *to, *says;
} stale[] = {
    { "mini-2", NULL },
    { "mini-2-keys-swapped", "4 of 4 validators have other session keys under N than under N-1: "
                             "what was stored as grandpa is read as babe." },
};

/* Session.NextKeys of an account that left years ago, in the layout of its day: nobody validates
 * with them, and N-1 does not read them either. */
START_TEST(keys_that_nobody_validates_with_are_not_counted)
{
    static const uint8_t keys[128] = { 1 };
    dg_buf key;
    json_t *found;
    pair p = { .snapshot = NULL };
    uint8_t account[32] = { 7 };
    dg_bytes part = DG_BYTES_OF(account);
    dg_meta_entry entry = { .prefix = "Session",
                            .name = "NextKeys",
                            .hasher_count = 1,
                            .hashers = { DG_HASHER_TWOX_64_CONCAT } };
    dg_buf_init(&key, 256);
    dg_storage_key_raw(&key, &entry, &part);
    open_small(&p, stale[_i].to);
    p.snapshot = pair_with(p.snapshot, dg_buf_bytes(&key), DG_BYTES_OF(keys));
    found = pair_preflight(&p, fuel);
    ck_assert_ptr_nonnull(pair_find_subject(found, "storage.already", "Session.NextKeys"));
    if (stale[_i].says)
        ck_assert_ptr_nonnull(strstr(pair_says(pair_find(found, "session-keys")), stale[_i].says));
    else
        ck_assert_ptr_null(pair_find(found, "session-keys"));
    dg_buf_clear(&key);
    json_decref(found);
    pair_close(&p);
}
END_TEST

START_TEST(scheduled_calls_are_counted)
{
    json_t *found;
    pair p = { .snapshot = NULL };
    open_small(&p, "mini-2");
    found = pair_preflight(&p, fuel);
    ck_assert_int_eq(json_integer_value(json_object_get(pair_find(found, "queued.calls"), "old")),
                     2);
    ck_assert_int_eq(json_integer_value(json_object_get(pair_find(found, "queued.calls"), "new")),
                     0);
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* Referenda note their calls as preimages: Configuration.set_max_head_data_size(40960), which the
 * successor has at another index, or under another pallet. A run looked at those, preflight did
 * not. */
static const struct {
    const char *to, *says;
} noted[] = {
    { "mini-2", NULL },
    { "mini-2-calls-renumbered",
      "call Configuration.set_max_head_data_size waits in Preimage.PreimageFor of key 01010101" },
    { "mini-2-calls-vanished", "and does not decode under N: it will not run" },
};

START_TEST(a_noted_call_is_looked_at_as_a_scheduled_one)
{
    static const uint8_t call[] = { 6 << 2, 51, 5, 0, 160, 0, 0 };
    uint8_t key[32 + 36];
    const json_t *finding;
    bool said = false;
    json_t *found;
    pair p = { .snapshot = NULL };
    size_t i;
    dg_storage_prefix(key, "Preimage", "PreimageFor");
    memset(key + 32, 1, 36);
    open_small(&p, noted[_i].to);
    p.snapshot = pair_with(p.snapshot, DG_BYTES_OF(key), DG_BYTES_OF(call));
    found = pair_preflight(&p, fuel);
    json_array_foreach(json_object_get(found, "findings"), i, finding) said |=
        strcmp(json_string_value(json_object_get(finding, "id")), "queued.call") == 0
        && strstr(pair_says(finding), "Preimage.PreimageFor")
        && (!noted[_i].says || strstr(pair_says(finding), noted[_i].says));
    ck_assert(said == (noted[_i].says != NULL));
    ck_assert_int_eq(json_integer_value(json_object_get(pair_find(found, "queued.calls"), "old")),
                     3);
    json_decref(found);
    pair_close(&p);
}
END_TEST

START_TEST(storage_versions_are_listed_from_old_to_new)
{
    const json_t *finding;
    json_t *found;
    pair p = { .snapshot = NULL };
    open_small(&p, "mini-2");
    found = pair_preflight(&p, fuel);
    finding = pair_find_subject(found, "storage.version", "Configuration");
    ck_assert_ptr_nonnull(finding);
    ck_assert_int_lt(json_integer_value(json_object_get(finding, "old")),
                     json_integer_value(json_object_get(finding, "new")));
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* ---- refusals ---- */

static void refuses_same(const char *from, const char *to)
{
    dg_preflight_input in = { .engine = pair_engine() };
    dg_buf a = slurp(small(from, "")), b = slurp(small(to, ""));
    dg_error err;
    json_t *found;
    in.snapshot = pair_snapshot(small("mini", ".json"));
    in.from = pair_runtime_of(dg_buf_bytes(&a));
    in.to = pair_runtime_of(dg_buf_bytes(&b));
    ck_assert_int_eq(dg_preflight(&found, &in, &err), DG_USAGE);
    ck_assert_ptr_null(found);
    ck_assert_ptr_nonnull(strstr(err.text, "N is N-1"));
    dg_runtime_free(in.from);
    dg_runtime_free(in.to);
    dg_snapshot_close(in.snapshot);
    dg_buf_clear(&a);
    dg_buf_clear(&b);
}

START_TEST(n_equal_to_n_1_is_refused_packed_or_not)
{
    refuses_same("mini-1.wasm", "mini-1.wasm");
    refuses_same("mini-2.wasm", "mini-2.compressed.wasm");
}
END_TEST

START_TEST(the_same_question_has_the_same_answer)
{
    char *first, *second;
    json_t *found;
    pair p = { .snapshot = NULL };
    open_small(&p, "mini-2-calls-renumbered");
    found = pair_preflight(&p, fuel);
    first = json_dumps(found, JSON_SORT_KEYS);
    json_decref(found);
    found = pair_preflight(&p, fuel);
    second = json_dumps(found, JSON_SORT_KEYS);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    json_decref(found);
    pair_close(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("preflight: one fault each");
    TCase *tc = tcase_create("variants");
    int exit_code;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_fault_has_its_finding, 0, ROWS);
    tcase_add_test(tc, an_older_runtime_is_said_to_be_one);
    tcase_add_test(tc, code_that_waits_is_said);
    tcase_add_test(tc, an_authorization_is_said_with_whose_it_is);
    tcase_add_test(tc, what_was_broken_before_is_not_laid_at_ns_door);
    tcase_add_loop_test(tc, keys_that_nobody_validates_with_are_not_counted, 0,
                        sizeof stale / sizeof *stale);
    tcase_add_test(tc, scheduled_calls_are_counted);
    tcase_add_loop_test(tc, a_noted_call_is_looked_at_as_a_scheduled_one, 0,
                        sizeof noted / sizeof *noted);
    tcase_add_test(tc, storage_versions_are_listed_from_old_to_new);
    tcase_add_test(tc, n_equal_to_n_1_is_refused_packed_or_not);
    tcase_add_test(tc, the_same_question_has_the_same_answer);
    suite_add_tcase(s, tc);
    exit_code = suite_run(s);
    pair_engine_free();
    return exit_code;
}
