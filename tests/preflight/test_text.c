/* The embedded real pair, word for word: what a user reads before an upgrade. And
 * the room under want of memory, over a large state, and with long texts. */
#include <stdlib.h>
#include <string.h>

#include "chain/chain.h"
#include "crypto/crypto.h"
#include "model_pair.h"
#include "preflight/preflight_impl.h"

static const char spec[] = "fixtures/paseo-1001002-e20-100val-20paras.json.zst";
static const char successor[] = "fixtures/paseo-1002000-e20.wasm";

/* BLESS=1 writes the file; the diff is what gets reviewed. */
static void assert_golden(dg_bytes got, const char *name)
{
    char path[256];
    dg_buf want;
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (getenv("BLESS")) {
        ck_assert_int_eq(dg_dir_make("tests/golden", NULL), DG_OK);
        ck_assert_int_eq(dg_file_write(path, got, NULL), DG_OK);
        return;
    }
    want = slurp(path);
    if (!dg_bytes_equal(got, dg_buf_bytes(&want))) {
        printf("%.*s", (int)got.len, (const char *)got.at);
        ck_abort_msg("%s differs (make it anew with BLESS=1 and read the diff)", path);
    }
    dg_buf_clear(&want);
}

START_TEST(the_embedded_pair_reads_as_blessed)
{
    json_t *found;
    char *json;
    dg_buf text;
    pair p = { .snapshot = NULL };
    pair_open(&p, spec, successor);
    found = pair_preflight(&p, 0);
    dg_buf_init(&text, 1 << 20);
    dg_preflight_text(&text, found, false);
    assert_golden(dg_buf_bytes(&text), "preflight-paseo.txt");
    json = json_dumps(found, JSON_SORT_KEYS | JSON_INDENT(1));
    assert_golden(dg_text(json), "preflight-paseo.json");
    free(json);
    dg_buf_clear(&text);
    json_decref(found);
    pair_close(&p);
}
END_TEST

/* What --json says first is what the page does, and each kind that was found is told of. */
START_TEST(the_answer_stands_in_the_json)
{
    static const char *const lines[] = { "says", "breaks", "why", "do", "when" };
    json_t *found, *answer;
    const json_t *kind;
    const char *id;
    dg_buf text;
    pair p = { .snapshot = NULL };
    pair_open(&p, spec, successor);
    found = pair_preflight(&p, 0);
    answer = json_object_get(found, "answer");
    dg_buf_init(&text, 1 << 20);
    dg_preflight_answer(&text, found);
    ck_assert(strncmp(dg_buf_text(&text), json_string_value(json_object_get(answer, "word")), 2)
              == 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char begin[24];
        snprintf(begin, sizeof begin, "%s", json_string_value(json_object_get(answer, lines[i])));
        ck_assert_msg(begin[0] && strstr(dg_buf_text(&text), begin), "%s: %s", lines[i], begin);
    }
    json_object_foreach(json_object_get(found, "kinds"), id, kind)
        ck_assert_msg(json_is_string(json_object_get(kind, "about")), "%s", id);
    ck_assert_int_eq(dg_preflight_check(found, NULL), DG_OK);
    dg_buf_clear(&text);
    json_decref(found);
    pair_close(&p);
}
END_TEST

static const struct {
    const char *json;
    dg_code rc;
} unreadable[] = {
    { "{}", DG_MALFORMED },
    { "{\"doppel_preflight\":\"1\"}", DG_MALFORMED },
    { "{\"doppel_preflight\":2}", DG_UNSUPPORTED },
    { "{\"doppel_preflight\":1,\"findings\":[{\"id\":\"a\"}]}", DG_MALFORMED },
    { "{\"doppel_preflight\":1,\"findings\":[],\"verdict\":\"pass\",\"from\":{}}", DG_MALFORMED },
    { "{\"doppel_preflight\":1,\"findings\":[],\"verdict\":\"pass\",\"from\":{},\"to\":{}}",
      DG_OK },
};
START_TEST(a_file_is_a_preflight_or_is_refused)
{
    json_t *document = json_loads(unreadable[_i].json, 0, NULL);
    ck_assert_int_eq(dg_preflight_check(document, NULL), unreadable[_i].rc);
    json_decref(document);
}
END_TEST

/* Lines stay in the width of a terminal, and no word is cut. */
START_TEST(long_findings_are_wrapped_between_words)
{
    json_t *found = json_pack(
        "{s:s, s:[{s:s, s:s, s:s}]}", "chain", "x", "findings", "severity", "note", "id", "long",
        "says",
        "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbb cccccccccccccccccccc dddddddddddddddddddd "
        "eeeeeeeeeeeeeeeeeeee");
    dg_buf text;
    dg_buf_init(&text, 1 << 16);
    dg_preflight_text(&text, found, false);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text),
                                 "cccccccccccccccccccc dddddddddddddddddddd\n"
                                 "                               eeeeeeeeeeeeeeeeeeee\n"));
    dg_buf_clear(&text);
    json_decref(found);
}
END_TEST

START_TEST(of_many_alike_the_first_are_shown_and_the_rest_is_counted)
{
    json_t *found = json_pack("{s:s, s:[]}", "chain", "x", "findings");
    dg_buf text;
    for (int i = 0; i < 20; i++)
        json_array_append_new(json_object_get(found, "findings"),
                              json_pack("{s:s, s:s, s:s}", "severity", "warn", "id", "same", "says",
                                        i == 7   ? "eighth"
                                        : i == 8 ? "ninth"
                                                 : "one"));
    dg_buf_init(&text, 1 << 16);
    dg_preflight_text(&text, found, false);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "eighth"));
    ck_assert_ptr_null(strstr(dg_buf_text(&text), "ninth"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), ".. and 12 more"));
    dg_buf_clear(&text);
    json_decref(found);
}
END_TEST

/* ---- want of memory ---- */

/* Each request of a preflight fails once in turn (steps grow, there are many): a
 * code, never a crash, a leak or half an answer. */
START_TEST(want_of_memory_is_a_code)
{
    dg_preflight_input in = { .engine = pair_engine() };
    uint64_t nth = 1, step = 1;
    bool done = false;
    pair p = { .snapshot = NULL };
    pair_open(&p, "build/runtimes/mini.json", "build/runtimes/mini-2-keys-longer.wasm");
    in.snapshot = p.snapshot;
    in.from = p.from;
    in.to = p.to;
    json_decref(pair_preflight(&p, 0)); /* metadata is there from now on */
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (; !done; nth += step, step = 1 + nth / 40) {
        json_t *found = NULL;
        dg_error err;
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_preflight(&found, &in, &err);
        dg_alloc_fail_from(0);
        ck_assert_int_eq(rc == DG_OK, found != NULL);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM || rc == DG_IO, "request %llu: code %d, %s",
                      (unsigned long long)nth, rc, err.text);
        done = rc == DG_OK;
        json_decref(found);
    }
    ck_assert_uint_gt(nth, 100);
    json_set_alloc_funcs(malloc, free);
    pair_close(&p);
}
END_TEST

/* ---- a large state ---- */

/* A hundred thousand accounts that decode, and one that does not: found, whatever
 * stands around it. */
START_TEST(one_bad_value_among_a_hundred_thousand_is_found)
{
    enum { COUNT = 100000 };
    const dg_snapshot_info *info;
    dg_snapshot_info copy;
    uint8_t key[32 + 16 + 32], value[80] = { 1 };
    const char *place;
    const json_t *finding;
    dg_state *state;
    json_t *found;
    pair p = { .snapshot = NULL };
    pair_open(&p, spec, successor);
    info = dg_snapshot_info_of(p.snapshot);
    copy = *info;
    ck_assert_int_eq(dg_state_open(&state, p.snapshot, NULL), DG_OK);
    memset(key, 7, sizeof key);
    dg_storage_prefix(key, "System", "Account");
    for (uint32_t i = 0; i < COUNT; i++) {
        dg_le32_put(key + 48, i * 2654435761u);
        dg_blake2b(key + 32, 16, dg_bytes_of(key + 48, 32)); /* else N would not find it */
        ck_assert_int_eq(dg_state_put(state, dg_bytes_of(NULL, 0), DG_BYTES_OF(key),
                                      dg_bytes_of(value, i == 77777 ? 79 : 80), NULL),
                         DG_OK);
    }
    place = scratch_path("large");
    ck_assert_int_eq(dg_state_save(state, place, &copy, dg_bytes_of(NULL, 0), NULL), DG_OK);
    dg_state_free(state);
    dg_snapshot_close(p.snapshot);
    ck_assert_int_eq(dg_snapshot_open(&p.snapshot, place, NULL), DG_OK);
    found = pair_preflight(&p, 0);
    finding = pair_find_subject(found, "storage.already", "System.Account");
    ck_assert_ptr_nonnull(finding);
    ck_assert_int_eq(json_integer_value(json_object_get(finding, "old")), 1);
    json_decref(found);
    pair_close(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("preflight: text, memory, size");
    TCase *tc = tcase_create("text");
    int exit_code;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_embedded_pair_reads_as_blessed);
    tcase_add_test(tc, the_answer_stands_in_the_json);
    tcase_add_loop_test(tc, a_file_is_a_preflight_or_is_refused, 0,
                        sizeof unreadable / sizeof *unreadable);
    tcase_add_test(tc, long_findings_are_wrapped_between_words);
    tcase_add_test(tc, of_many_alike_the_first_are_shown_and_the_rest_is_counted);
    tcase_add_test(tc, want_of_memory_is_a_code);
    tcase_add_test(tc, one_bad_value_among_a_hundred_thousand_is_found);
    suite_add_tcase(s, tc);
    exit_code = suite_run(s);
    pair_engine_free();
    return exit_code;
}
