/* A fork starts from an imported state. If a root or a block hash came out
 * different from the chain's, everything that follows would be about another
 * chain; if a broken file were accepted, about none. */
#include "model_state.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

/* ---- the corpus ---- */

static json_t *vectors(void)
{
    const char *path = corpus_path("vectors/trie/roots.json");
    json_t *all = path ? json_load_file(path, 0, NULL) : NULL;
    ck_assert(!path || all);
    return all;
}

static void assert_hash_text(const dg_hash *got, const json_t *want, const char *what)
{
    ck_assert_msg(strcmp(dg_hash_text(got).text, json_string_value(want)) == 0,
                  "%s: got %s, want %s", what, dg_hash_text(got).text, json_string_value(want));
}

static void check_vector(const char *name, const json_t *v)
{
    unsigned version = (unsigned)json_integer_value(json_object_get(v, "state_version_of_runtime"));
    const char *path = corpus_path(name), *out = spot("vector");
    const json_t *genesis = json_object_get(v, "genesis_block_hash");
    dg_snapshot_info info;
    if (!path)
        return;
    for (unsigned k = 0; k < 2;
         k++) { /* the other version first, so that what stays is the real one */
        unsigned now = k ? version : 1 - version;
        info = import_well(path, out, now);
        assert_hash_text(&info.state_root, json_object_get(v, now ? "root_v1" : "root_v0"), name);
    }
    ck_assert_uint_eq(info.keys, (uint64_t)json_integer_value(json_object_get(v, "keys")));
    ck_assert(!info.partial);
    ck_assert_str_eq(info.source_kind, genesis ? "spec" : "pairs");
    ck_assert(info.header_known == (genesis != NULL));
    if (genesis)
        assert_hash_text(&info.hash, genesis, name);
    assert_whole(out, &info.state_root);
}

START_TEST(every_spec_of_the_vectors_gives_its_root_and_genesis_hash)
{
    json_t *all = vectors(), *v;
    const char *name;
    json_object_foreach(json_object_get(all, "state"), name, v) check_vector(name, v);
    json_decref(all);
}
END_TEST

/* The same document through a reader of another make: jansson's tree, and the
 * list function of the trie room. */
static dg_hash root_by_tree(const char *path, unsigned version, size_t *keys)
{
    dg_buf text = unpack_zstd(path);
    json_error_t why;
    json_t *doc = json_loadb((const char *)text.at, text.len, 0, &why), *value;
    json_t *raw = json_object_get(json_object_get(doc, "genesis"), "raw");
    json_t *top = json_object_get(raw, "top");
    dg_bytes(*pairs)[2] = calloc(json_object_size(top), sizeof *pairs);
    const char *key;
    dg_arena room;
    dg_hash root;
    *keys = 0;
    dg_arena_init(&room, (size_t)1 << 28);
    json_object_foreach(top, key, value)
    {
        dg_buf bytes[2];
        const char *both[2] = { key, json_string_value(value) };
        for (int i = 0; i < 2; i++) {
            dg_buf_init(&bytes[i], (size_t)1 << 28);
            ck_assert_int_eq(dg_hex_get(&bytes[i], both[i], strlen(both[i]), NULL), DG_OK);
            pairs[*keys][i] = dg_arena_copy(&room, dg_buf_bytes(&bytes[i]));
            dg_buf_clear(&bytes[i]);
        }
        ++*keys;
    }
    ck_assert_uint_eq(json_object_size(json_object_get(raw, "childrenDefault")), 0);
    ck_assert_int_eq(dg_trie_root_of(&root, (const dg_bytes(*)[2])pairs, *keys, version, NULL),
                     DG_OK);
    dg_arena_clear(&room);
    free(pairs);
    json_decref(doc);
    dg_buf_clear(&text);
    return root;
}

static void check_spec(const char *name)
{
    const char *out = spot("any");
    char path[512];
    dg_snapshot_info info;
    dg_error err;
    size_t keys = 0;
    dg_hash root;
    snprintf(path, sizeof path, "%s", corpus_path(name));
    if (strstr(name, ".plain.")) {
        ck_assert_int_eq(import_with(NULL, path, out, 0, true, &err), DG_UNSUPPORTED);
        ck_assert_ptr_nonnull(strstr(err.text, "plain chain spec"));
        return;
    }
    root = root_by_tree(path, 1, &keys);
    info = import_well(path, out, 1);
    ck_assert_uint_eq(info.keys, keys);
    assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&root), name);
}

START_TEST(every_spec_agrees_with_a_reader_of_another_make)
{
    const char *specs = corpus_path("specs");
    struct dirent *entry;
    DIR *dir;
    char name[512];
    if (!specs)
        return;
    ck_assert_ptr_nonnull(dir = opendir(specs));
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof name, "specs/%s", entry->d_name);
            check_spec(name);
        }
    closedir(dir);
}
END_TEST

/* ---- made-up states ---- */

START_TEST(any_order_any_packing_any_version_gives_the_root_of_the_entries)
{
    dg_rng rng = dg_rng_fork(1, "spec", (uint64_t)_i, 0);
    twin *t = twin_random(&rng, 1 + dg_rng_below(&rng, 300), dg_rng_below(&rng, 5));
    dg_buf text = twin_spec(t, &rng), packed = pack_zstd(dg_buf_bytes(&text));
    const char *plain = spot("twin.json"), *zst = spot("twin.json.zst");
    put_file(plain, dg_buf_bytes(&text));
    put_file(zst, dg_buf_bytes(&packed));
    for (unsigned version = 0; version < 2; version++) {
        dg_hash want = twin_root(t, version);
        dg_snapshot_info a = import_well(plain, spot("a"), version);
        dg_snapshot_info b = import_well(zst, spot("b"), version);
        assert_bytes(dg_hash_bytes(&a.state_root), dg_hash_bytes(&want), "plain");
        assert_bytes(dg_hash_bytes(&b.state_root), dg_hash_bytes(&want), "packed");
        assert_whole(spot("a"), &want);
        dg_hash stored = dg_blake2_256(dg_buf_bytes(&packed));
        assert_bytes(dg_hash_bytes(&b.source_hash), dg_hash_bytes(&stored), "hash of the source");
    }
    dg_buf_clear(&text);
    dg_buf_clear(&packed);
    twin_free(t);
}
END_TEST

/* A child trie without entries is none: the client writes no root for it. */
START_TEST(a_child_trie_without_entries_changes_nothing)
{
    static const char with[] = "{\"genesis\":{\"raw\":{\"childrenDefault\":{\"0x01\":{}},\"top\":{"
                               "\"0x3a636f6465\":\"0x00\"}}}}";
    static const char without[] = "{\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x00\"}}}}";
    dg_snapshot_info a, b;
    put_file(spot("with.json"), dg_text(with));
    put_file(spot("without.json"), dg_text(without));
    a = import_well(spot("with.json"), spot("with"), 1);
    b = import_well(spot("without.json"), spot("without"), 1);
    ck_assert_uint_eq(a.keys, 1);
    assert_bytes(dg_hash_bytes(&a.state_root), dg_hash_bytes(&b.state_root), "root");
}
END_TEST

/* What a spec says of itself, and its code substitutes, come back out. */
START_TEST(the_manifest_tells_what_the_source_said)
{
    static const char text[] =
        "{\"id\":\"a\",\"name\":\"A \\u00e9\",\"codeSubstitutes\":{\"12\":\"0x0102\",\"7\":\"0x\"},"
        "\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x00\"},\"childrenDefault\":{}}}}";
    const char *in = spot("told.json"), *out = spot("told");
    dg_snapshot *s;
    json_t *m;
    dg_error err;
    put_file(in, dg_text(text));
    import_well(in, out, 1);
    ck_assert_int_eq(dg_snapshot_open(&s, out, &err), DG_OK);
    ck_assert_str_eq(dg_snapshot_info_of(s)->chain, "a");
    ck_assert_str_eq(dg_snapshot_info_of(s)->name, "A \xc3\xa9");
    ck_assert_str_eq(dg_snapshot_info_of(s)->source, "told.json");
    ck_assert_str_eq(dg_snapshot_info_of(s)->spec_name, "twin");
    ck_assert_uint_eq(dg_snapshot_info_of(s)->spec_version, 7);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->state_version, 1);
    ck_assert_uint_eq(json_object_size(dg_snapshot_code_substitutes(s)), 2);
    ck_assert_str_eq(json_string_value(json_object_get(dg_snapshot_code_substitutes(s), "12")),
                     "0x0102");
    ck_assert_str_eq(json_string_value(json_object_get(dg_snapshot_code_substitutes(s), "7")),
                     "0x");
    m = dg_snapshot_manifest(s);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(m, "runtime"), "spec_name")),
                     "twin");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(m, "block"), "number")), 0);
    json_decref(m);
    dg_bytes header = dg_snapshot_header(s);
    dg_hash hash = dg_blake2_256(header);
    assert_bytes(dg_hash_bytes(&hash), dg_hash_bytes(&dg_snapshot_info_of(s)->hash),
                 "hash of the header");
    ck_assert_uint_eq(header.len, 98);
    ck_assert_int_eq(dg_snapshot_verify(s, NULL, &err), DG_OK);
    dg_snapshot_close(s);
}
END_TEST

/* Pairs do not say which block they are of: the caller may. */
START_TEST(pairs_are_of_the_block_the_caller_names)
{
    static const char text[] =
        "{\"jsonrpc\":\"2.0\",\"result\":[[\"0x3a636f6465\",\"0x01\"],[\"0x00\",\"0x\"]],\"id\":1}";
    const char *in = spot("pairs.json"), *out = spot("pairs");
    dg_snapshot_import_options o = {
        .path_out = out, .replace = true, .block_known = true, .number = 12
    };
    dg_snapshot_info info;
    dg_buf header;
    dg_error err;
    put_file(in, dg_text(text));
    memset(o.hash.at, 7, 32);
    ck_assert_int_eq(dg_snapshot_import(&info, in, &o, &err), DG_OK);
    ck_assert_uint_eq(info.number, 12);
    ck_assert_uint_eq(info.hash.at[31], 7);
    ck_assert(!info.header_known && !info.partial);
    dg_buf_init(&header, 128);
    dg_buf_put_bytes(&header, dg_hash_bytes(&info.hash));
    dg_buf_put_u8(&header, 13 << 2);
    dg_buf_put_bytes(&header, dg_hash_bytes(&info.state_root));
    dg_buf_put_bytes(&header, dg_hash_bytes(&info.hash));
    dg_buf_put_u8(&header, 0);
    o.header = dg_buf_bytes(&header);
    ck_assert_int_eq(dg_snapshot_import(&info, in, &o, &err), DG_OK);
    ck_assert_uint_eq(info.number, 13);
    ck_assert(info.header_known && !info.partial);
    header.at[40] ^= 1; /* of another state: then keys are missing */
    ck_assert_int_eq(dg_snapshot_import(&info, in, &o, &err), DG_OK);
    ck_assert(info.partial);
    o.header.len--;
    ck_assert_int_eq(dg_snapshot_import(&info, in, &o, &err), DG_MALFORMED);
    dg_buf_clear(&header);
}
END_TEST

/* ---- refusals ---- */

#define TOP(entries) "{\"genesis\":{\"raw\":{\"top\":{" entries "}}}}"
#define CODE "\"0x3a636f6465\":\"0x00\""

static const struct {
    const char *name, *text;
    dg_code code;
    const char *says;
} bad[] = {
    { "a.json", "", DG_MALFORMED, "is empty" },
    { "a.json", "hello", DG_MALFORMED, "not JSON: byte 0" },
    { "a.bin", "hello", DG_MALFORMED, "neither JSON" },
    { "a.json", "[]", DG_MALFORMED, "not an object" },
    { "a.json", "{}", DG_MALFORMED, "genesis.raw.top is missing" },
    { "a.json", "{\"genesis\":{}}", DG_MALFORMED, "genesis.raw.top is missing" },
    { "a.json", "{\"genesis\":{\"raw\":{}}}", DG_MALFORMED, "genesis.raw.top is missing" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":[]}}}", DG_MALFORMED, "top at byte" },
    { "a.json", TOP("\"0x00\":\"0x00\""), DG_MALFORMED, "lacks `:code`" },
    { "a.json", TOP("\"0x3a636f6465\":\"0x\""), DG_MALFORMED, "has an empty `:code`" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":{},\"childrenDefault\":{\"0x01\":{" CODE "}}}}}",
      DG_MALFORMED, "lacks `:code`" },
    { "a.json", TOP(CODE ",\"0x012\":\"0x\""), DG_MALFORMED, "odd number of digits" },
    { "a.json", TOP(CODE ",\"0x0123\":\"0x0\""), DG_MALFORMED,
      "key 0x0123: value at byte 57: hex has an odd" },
    { "a.json", TOP(CODE ",\"0x0123\":\"0x0g\""), DG_MALFORMED,
      "character 3 of hex is not a digit" },
    { "a.json", TOP(CODE ",\"0x0123\":\"00\""), DG_MALFORMED, "does not begin with 0x" },
    { "a.json", TOP(CODE ",\"01\":\"0x00\""), DG_MALFORMED,
      "key at byte 48 does not begin with 0x" },
    { "a.json", TOP(CODE ",\"0x01\":1"), DG_MALFORMED, "not a string of hex" },
    { "a.json", TOP(CODE ",\"0x01\":\"0x\",\"0x01\":\"0x\""), DG_MALFORMED,
      "key 0x01 at byte 60: appears twice" },
    { "a.json", TOP(CODE ",\"0x0A\":\"0x\",\"0x0a\":\"0x\""), DG_MALFORMED, "appears twice" },
    { "a.json", TOP(CODE ",\"0x3a6368696c645f73746f726167653a64656661756c743a01\":\"0x\""),
      DG_MALFORMED, "root of a child trie" },
    { "a.json", TOP(CODE) "x", DG_MALFORMED, "end of the document" },
    { "a.json", TOP(CODE) "{}", DG_MALFORMED, "end of the document" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":{" CODE, DG_MALFORMED, "cut off at byte 47" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":{\"0x3a63", DG_MALFORMED, "cut off at byte 33" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":{" CODE "},\"top\":{}}}}", DG_MALFORMED,
      "top at byte 49 appears twice" },
    { "a.json", "{\"id\":\"a\",\"id\":\"b\"}", DG_MALFORMED, "id at byte 10 appears twice" },
    { "a.json",
      "{\"genesis\":{\"raw\":{\"top\":{" CODE
      "},\"childrenDefault\":{\"0x01\":{\"0x02\":\"0x\",\"0x02\":\"0x\"}}}}}",
      DG_MALFORMED, "appears twice" },
    { "a.json",
      "{\"genesis\":{\"raw\":{\"top\":{" CODE
      "},\"childrenDefault\":{\"0x01\":{\"0x02\":\"0x\"},\"0x01\":{\"0x02\":\"0x\"}}}}}",
      DG_MALFORMED, "child trie: appears twice" },
    { "a.json", "{\"genesis\":{\"raw\":{\"top\":{" CODE "},\"children\":{\"0x01\":{}}}}}",
      DG_UNSUPPORTED, "before childrenDefault" },
    { "a.json", "{\"genesis\":{\"runtime\":{\"x\":1}}}", DG_UNSUPPORTED, "plain chain spec" },
    { "a.json", "{\"genesis\":{\"runtimeGenesis\":{}}}", DG_UNSUPPORTED, "plain chain spec" },
    { "a.json", "{\"genesis\":{\"stateRootHash\":\"0x00\"}}", DG_UNSUPPORTED, "light chain spec" },
    { "a.json", "{\"id\":{\"a\":1}}", DG_MALFORMED, "id at byte" },
    { "a.json", "{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123\"}",
      DG_LIMIT, "more than 63 bytes" },
    { "a.json", "{\"codeSubstitutes\":{\"x\":\"0x00\"}}", DG_MALFORMED, "not a block number" },
    { "a.json", "{\"codeSubstitutes\":{\"1\":\"0x0\"}}", DG_MALFORMED, "block 1: " },
    { "a.json", "{\"codeSubstitutes\":{\"1\":\"0x\",\"1\":\"0x\"}}", DG_MALFORMED,
      "appears twice" },
    { "a.json", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1}}", DG_MALFORMED, "reports an error" },
    { "a.json", "{\"result\":[[\"0x00\"]]}", DG_MALFORMED, "value" },
    { "a.json", "{\"result\":[[\"0x00\",\"0x\",\"0x\"]]}", DG_MALFORMED, "not a key and a value" },
    { "a.json", "{\"result\":[[\"0x00\",\"0x\"],[\"0x00\",\"0x\"]]}", DG_MALFORMED,
      "appears twice" },
    { "a.json", "{\"result\":[\"0x00\"]}", DG_MALFORMED, "not a list of key and value" },
    { "a.json", "{\"result\":[],\"genesis\":{\"raw\":{\"top\":{" CODE "}}}}", DG_MALFORMED,
      "at once" },
};

static void assert_refused(const char *in, dg_code code, const char *says)
{
    char path_in[512], out[512];
    dg_error err = { 0 };
    dg_code rc;
    snprintf(path_in, sizeof path_in, "%s", in);
    snprintf(out, sizeof out, "%s/refused", scratch_dir());
    rc = import_with(NULL, path_in, out, 0, false, &err);
    ck_assert_msg(rc == code && strstr(err.text, says) && !strchr(err.text, '\n'),
                  "code %d (want %d), '%s' (want '%s')", rc, code, err.text, says);
    ck_assert_msg(strstr(err.text, path_in) != NULL, "'%s' does not name the file", err.text);
    ck_assert_int_eq(err.code, rc);
    ck_assert(!dg_file_exists(out));
    ck_assert_uint_eq(leavings(out), 0);
}

START_TEST(what_is_no_spec_is_refused_in_one_line_and_leaves_nothing)
{
    const char *in = spot(bad[_i].name);
    put_file(in, dg_text(bad[_i].text));
    assert_refused(in, bad[_i].code, bad[_i].says);
}
END_TEST

START_TEST(what_is_packed_wrongly_is_refused)
{
    dg_buf packed = pack_zstd(dg_text(TOP(CODE)));
    const char *in = spot("packed.json.zst");
    put_file(in, dg_bytes_of(packed.at, packed.len - 5));
    assert_refused(in, DG_MALFORMED, "zstd was cut off");
    dg_buf_put_text(&packed, "more");
    put_file(in, dg_buf_bytes(&packed));
    assert_refused(in, DG_MALFORMED, "zstd, near byte");
    packed.len -= 4;
    packed.at[packed.len / 2] ^= 0x55;
    put_file(in, dg_buf_bytes(&packed));
    assert_refused(in, DG_MALFORMED, "");
    dg_buf_clear(&packed);
    assert_refused(spot("there-is-no-such-file.json"), DG_IO, "No such file");
    assert_refused(scratch_dir(), DG_IO, "is not a file");
}
END_TEST

START_TEST(keys_and_nesting_have_maxima)
{
    dg_buf text;
    const char *in = spot("long.json");
    dg_buf_init(&text, 1 << 20);
    dg_buf_put_text(&text, "{\"genesis\":{\"raw\":{\"top\":{" CODE ",\"0x");
    for (int i = 0; i <= DG_TRIE_KEY_MAX; i++)
        dg_buf_put_text(&text, "00");
    dg_buf_put_text(&text, "\":\"0x\"}}}}");
    put_file(in, dg_buf_bytes(&text));
    assert_refused(in, DG_LIMIT, "longer than 131074 bytes");
    dg_buf_reset(&text);
    dg_buf_put_text(&text, "{\"a\":");
    for (int i = 0; i < 100; i++)
        dg_buf_put_text(&text, "[");
    put_file(in, dg_buf_bytes(&text));
    assert_refused(in, DG_MALFORMED, "nests deeper than 64");
    dg_buf_clear(&text);
}
END_TEST

/* A spec cut at any byte is refused; so none of its bytes goes unread. */
START_TEST(a_spec_cut_anywhere_is_refused)
{
    dg_rng rng = dg_rng_fork(2, "cut", 0, 0);
    twin *t = twin_random(&rng, 6, 2);
    dg_buf text = twin_spec(t, &rng);
    const char *in = spot("cut.json");
    for (size_t len = 0; len < text.len; len += 1 + dg_rng_below(&rng, 200)) {
        put_file(in, dg_bytes_of(text.at, len));
        assert_refused(in, DG_MALFORMED, "");
    }
    dg_buf_clear(&text);
    twin_free(t);
}
END_TEST

static dg_code no_version(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    (void)info, (void)code;
    return *(bool *)user ? DG_OK : dg_fail(err, DG_TRAP, "the runtime panicked");
}

START_TEST(a_runtime_that_does_not_answer_ends_the_import)
{
    bool answers = false;
    const char *in = spot("no-answer.json"), *out = spot("mute");
    dg_snapshot_import_options o = { .path_out = out, .describe = no_version, .user = &answers };
    dg_error err;
    put_file(in, dg_text(TOP(CODE)));
    ck_assert_int_eq(dg_snapshot_import(NULL, in, &o, &err), DG_TRAP);
    ck_assert(!dg_file_exists(out));
    ck_assert_uint_eq(leavings(out), 0);
    answers = true;
    ck_assert_int_eq(dg_snapshot_import(NULL, in, &o, &err), DG_OK);
    o.describe = NULL;
    ck_assert_int_eq(dg_snapshot_import(NULL, in, &o, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "exists already"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("import");
    TCase *tc = tcase_create("import");
    tcase_set_timeout(tc, 600);
    tcase_add_test(tc, every_spec_of_the_vectors_gives_its_root_and_genesis_hash);
    tcase_add_test(tc, every_spec_agrees_with_a_reader_of_another_make);
    tcase_add_loop_test(tc, any_order_any_packing_any_version_gives_the_root_of_the_entries, 0, 10);
    tcase_add_test(tc, a_child_trie_without_entries_changes_nothing);
    tcase_add_test(tc, the_manifest_tells_what_the_source_said);
    tcase_add_test(tc, pairs_are_of_the_block_the_caller_names);
    tcase_add_loop_test(tc, what_is_no_spec_is_refused_in_one_line_and_leaves_nothing, 0,
                        sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, what_is_packed_wrongly_is_refused);
    tcase_add_test(tc, keys_and_nesting_have_maxima);
    tcase_add_test(tc, a_spec_cut_anywhere_is_refused);
    tcase_add_test(tc, a_runtime_that_does_not_answer_ends_the_import);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
