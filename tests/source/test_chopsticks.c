/* Configurations of chopsticks: the state that a file names, and what is put into it. */
#include "source/source_impl.h"

#include <stdlib.h>
#include <string.h>

#include "../support/suite.h"

static dg_engine *engine;

static const char *runtime_path(const char *name)
{
    static char path[512];
    const char *at = getenv("DOPPEL_RUNTIMES");
    snprintf(path, sizeof path, "%s/%s", at ? at : "build/runtimes", name);
    return path;
}

/* ---- YAML ---- */

static const struct {
    const char *yaml, *json; /* json NULL: refused, `says` .. */
    const char *says;
} documents[] = {
    { "a: 1\nb: [x, '1', ~, true]\n", "{\"a\":1,\"b\":[\"x\",\"1\",null,true]}", NULL },
    { "-\n  -\n    - 0x26aa\n    - free: '7'\n", "[[[\"0x26aa\",{\"free\":\"7\"}]]]", NULL },
    { "a: 123456789012345678901234567890 # wei\n", "{\"a\":\"123456789012345678901234567890\"}",
      NULL },
    { "{\"a\": [-5, \"\\u00e9\"]}", "{\"a\":[-5,\"\xc3\xa9\"]}", NULL },
    { "a:\nb: |\n  two\n  lines\n", "{\"a\":null,\"b\":\"two\\nlines\\n\"}", NULL },
    { "", NULL, "line 1: is empty" },
    { "a: 1\na: 2\n", NULL, "line 2: a key stands there twice" },
    { "a: &x [1]\nb: *x\n", NULL, "line 1: anchors and aliases are not read" },
    { "a: 1\n---\nb: 2\n", NULL, "line 2: holds a second document" },
    { "a: !!binary aGk=\n", NULL, "line 1: tags are not read" },
    { "a:\n  - 1\n b: 2\n", NULL, "line 3: " },
    { "? [a]\n: 1\n", NULL, "line 1: a key is no text" },
    { "a: \"\\0\"\n", NULL, "line 1: a text holds a zero byte" },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", NULL,
      "line 1: is nested too deeply" },
};

START_TEST(yaml_is_read_or_refused_by_its_line)
{
    dg_error err = { .text = "" };
    json_t *got;
    dg_code rc = dg_source_yaml(&got, dg_text(documents[_i].yaml), &err);
    if (!documents[_i].json) {
        ck_assert_msg(rc < 0 && !got, "it was read");
        ck_assert_msg(strstr(err.text, documents[_i].says) == err.text, "%s", err.text);
        return;
    }
    ck_assert_msg(rc == DG_OK, "%s", err.text);
    char *text = json_dumps(got, JSON_COMPACT);
    ck_assert_str_eq(text, documents[_i].json);
    free(text);
    json_decref(got);
}
END_TEST

/* ---- which state ---- */

#define HASH "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct {
    const char *yaml, *base; /* base NULL: refused, `says` .. */
    const char *says;
} configs[] = {
    { "endpoint: wss://a.example\nblock: 14523000\nport: 8000\ndb: ./db.sqlite\n",
      "wss://a.example#14523000", NULL },
    { "endpoint:\n  - wss://a.example\n  - https://b.example/x\n",
      "wss://a.example,https://b.example/x", NULL },
    { "endpoint: https://a.example\nblock: " HASH "\n", "https://a.example#" HASH, NULL },
    { "db: ./x/db.sqlite\nresume: false\n", "in/here/./x/db.sqlite", NULL },
    { "genesis: /abs/spec.json\nendpoint: wss://a.example\n", "/abs/spec.json", NULL },
    { "import-storage: []\n", "", NULL },
    { "endpont: wss://a\n", NULL, "chopsticks has no key endpont; did you mean endpoint?" },
    { "- endpoint\n", NULL, "is no configuration of chopsticks" },
    { "endpoint: a.example\n", NULL, "endpoint is neither a URL" },
    { "endpoint: []\n", NULL, "endpoint names none" },
    { "endpoint: [https://a.example, 5]\n", NULL, "endpoint is neither a URL" },
    { "endpoint: https://a.example\nblock: latest\n", NULL, "block is neither a number" },
    { "endpoint: ${env.NODE}\n", NULL, "line 1: variables of the environment are not read" },
    { "genesis: https://a.example/g.json\n", NULL, "genesis is a URL" },
    { "genesis:\n  name: x\n", NULL, "genesis stands in the file itself" },
    { "db: x\nresume: true\n", NULL, "resume would choose another block" },
    { "db: x\ntimestamp: 5\n", NULL, "timestamp would choose another time" },
    { "db: [x]\n", NULL, "db is no text" },
};

START_TEST(a_configuration_names_one_state)
{
    dg_error err = { .text = "" };
    dg_chopsticks c;
    dg_code rc = dg_chopsticks_parse(&c, dg_text(configs[_i].yaml), "in/here", &err);
    if (configs[_i].base) {
        ck_assert_msg(rc == DG_OK, "%s", err.text);
        ck_assert_str_eq(c.base, configs[_i].base);
    } else {
        ck_assert_msg(rc < 0 && strstr(err.text, configs[_i].says) == err.text, "%s", err.text);
    }
    dg_chopsticks_clear(&c);
}
END_TEST

/* ---- what is put ---- */

static const char *written(const char *name, const char *text)
{
    const char *path = scratch_path(name);
    dg_error err;
    ck_assert_msg(dg_file_write(path, dg_text(text), &err) >= 0, "%s", err.text);
    return path;
}

static dg_code open_it(dg_source *out, const char *path, dg_error *err)
{
    return dg_source_open(out, path, &(dg_source_options){ .engine = engine }, err);
}

static void assert_holds(dg_source *source, const char *key, const char *value)
{
    dg_state *state;
    dg_bytes got;
    dg_buf k;
    dg_code rc;
    dg_buf_init(&k, 4096);
    ck_assert_int_eq(dg_hex_get(&k, key, strlen(key), NULL), DG_OK);
    ck_assert_int_eq(dg_state_open(&state, source->snapshot, NULL), DG_OK);
    rc = dg_state_get(state, &got, dg_bytes_of(NULL, 0), dg_buf_bytes(&k), NULL);
    ck_assert_int_eq(rc, value ? DG_OK : DG_ABSENT);
    if (value)
        assert_bytes(got, hex(value), key);
    dg_state_free(state);
    dg_buf_clear(&k);
}

/* A genesis beside the file; pairs in another file; code from a third. */
START_TEST(files_are_looked_for_beside_the_configuration)
{
    dg_source source;
    dg_error err = { .text = "" };
    dg_buf spec = slurp(runtime_path("mini.json")), code = slurp(runtime_path("mini-2.wasm"));
    dg_file_write(scratch_path("mini.json"), dg_buf_bytes(&spec), NULL);
    dg_file_write(scratch_path("two.wasm"), dg_buf_bytes(&code), NULL);
    written("pairs.yml", "- [0x0102, '0x2a']\n- ['0x0103', ~]\n");
    if (open_it(&source,
                written("beside.yml", "genesis: mini.json\nblock: 0\nwasm-override: ./two.wasm\n"
                                      "import-storage: pairs.yml\n"),
                &err)
        < 0)
        ck_abort_msg("%s", err.text);
    assert_holds(&source, "0x0102", "2a");
    ck_assert_uint_eq(dg_snapshot_info_of(source.snapshot)->spec_version, 2);
    ck_assert(!dg_snapshot_info_of(source.snapshot)->header_known);
    dg_source_close(&source);
    /* nothing put: the state is that of the spec, header and all */
    ck_assert_int_eq(open_it(&source, written("as-is.yml", "genesis: mini.json\n"), &err), DG_OK);
    assert_holds(&source, "0x0102", NULL);
    ck_assert(dg_snapshot_info_of(source.snapshot)->header_known);
    dg_source_close(&source);
    dg_buf_clear(&spec);
    dg_buf_clear(&code);
}
END_TEST

#define ALICE "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
#define ALICE_KEY "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
/* System.Account of Alice, as polkadot.js shows it for any Substrate chain */
#define ALICE_ACCOUNT                                                                              \
    "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"                             \
    "de1e86a9a8c739864cf3cc5ec2bea59f" ALICE_KEY
#define SUDO_KEY "5c0d1176a568c1f92944340dbfed9e9c530ebca703c85910e7164cb7d1c9e47b"

/* As the configurations that chopsticks ships have it: addresses, camel case, fields left out. */
START_TEST(values_are_encoded_by_the_metadata_of_a_real_runtime)
{
    static const char text[] = "genesis: %s\n"
                               "import-storage:\n"
                               "  sudo:\n"
                               "    Key: " ALICE "\n"
                               "  System:\n"
                               "    $removePrefix: [account, blockHash]\n"
                               "    Account:\n"
                               "      -\n"
                               "        -\n"
                               "          - " ALICE "\n"
                               "        - providers: 1\n"
                               "          data:\n"
                               "            free: '10000000000000000000'\n";
    const char *spec = corpus_path("specs/rococo-dev-1014000-e10.json.zst");
    char room[2048], *whole;
    dg_source source;
    dg_error err = { .text = "" };
    dg_state *state;
    dg_state_iter it;
    dg_bytes key, value;
    if (!spec)
        return;
    whole = realpath(spec, NULL);
    ck_assert_ptr_nonnull(whole);
    snprintf(room, sizeof room, text, whole);
    free(whole);
    if (open_it(&source, written("real.yml", room), &err) < 0)
        ck_abort_msg("%s", err.text);
    assert_holds(&source, SUDO_KEY, ALICE_KEY);
    assert_holds(&source, ALICE_ACCOUNT,
                 "00000000000000000100000000000000" /* nonce, consumers, providers, sufficients */
                 "0000e8890423c78a0000000000000000" /* free */
                 "00000000000000000000000000000000"
                 "00000000000000000000000000000000"
                 "00000000000000000000000000000000"); /* reserved, frozen, flags */
    /* of the others none is left */
    ck_assert_int_eq(dg_state_open(&state, source.snapshot, NULL), DG_OK);
    ck_assert_int_eq(dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0),
                                        dg_bytes_of(hex(ALICE_ACCOUNT).at, 32), NULL),
                     DG_OK);
    ck_assert_int_eq(dg_state_iter_next(&it, &key, &value, NULL), DG_OK);
    ck_assert_int_eq(dg_state_iter_next(&it, &key, &value, NULL), DG_END);
    dg_state_iter_clear(&it);
    dg_state_free(state);
    dg_source_close(&source);
}
END_TEST

static const struct {
    const char *storage, *says;
} bad_puts[] = {
    { "  Sistem: {}\n", "import-storage: Sistem: the runtime has no pallet of that name" },
    { "  System:\n    Acount: []\n", "System: Acount: the pallet has no storage item" },
    { "  System:\n    Account: 5\n", "System: Account: is a map" },
    { "  System:\n    Account: [[[], 1]]\n", "System: Account: [0]: wants a list of 1 keys" },
    { "  System:\n    Account:\n    - [[5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ], 1]\n",
      "System: Account: [0]: key: value: wants" }, /* its checksum is wrong */
    { "  System:\n    Number: x\n", "System: Number: value: wants u32" },
    { "  System:\n    $removePrefix: Account\n", "$removePrefix: is no list" },
    { "  - ['0x01']\n", "[0]: is no pair" },
    { "  - ['01', '0x02']\n", "[0]: the key is not hex" },
    { "  - ['0x3a6368696c645f73746f726167653a00', '0x02']\n", "child tries are not written" },
};

START_TEST(what_does_not_fit_is_named_and_nothing_is_left)
{
    dg_source source;
    dg_error err = { .text = "" };
    char room[1024], *whole = realpath(runtime_path("mini.json"), NULL);
    snprintf(room, sizeof room, "genesis: %s\nimport-storage:\n%s", whole, bad_puts[_i].storage);
    free(whole);
    ck_assert_int_lt(open_it(&source, written("bad.yml", room), &err), 0);
    ck_assert_msg(strstr(err.text, bad_puts[_i].says), "%s", err.text);
    ck_assert_msg(strstr(err.text, "bad.yml: "), "%s", err.text);
    ck_assert_ptr_null(source.snapshot);
    ck_assert_str_eq(source.temporary.folder, "");
}
END_TEST

START_TEST(a_file_of_another_block_is_refused)
{
    dg_source source;
    dg_error err = { .text = "" };
    char room[1024], *whole = realpath(runtime_path("mini.json"), NULL);
    snprintf(room, sizeof room, "genesis: %s\nblock: 7\n", whole);
    free(whole);
    ck_assert_int_eq(open_it(&source, written("seven.yml", room), &err), DG_MISMATCH);
    ck_assert_msg(strstr(err.text, "block is 7"), "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("chopsticks");
    TCase *tc = tcase_create("chopsticks");
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    int failed;
    if (dg_engine_new(&engine, &options, NULL) < 0)
        return 1;
    tcase_add_loop_test(tc, yaml_is_read_or_refused_by_its_line, 0,
                        sizeof documents / sizeof *documents);
    tcase_add_loop_test(tc, a_configuration_names_one_state, 0, sizeof configs / sizeof *configs);
    tcase_add_test(tc, files_are_looked_for_beside_the_configuration);
    tcase_add_test(tc, values_are_encoded_by_the_metadata_of_a_real_runtime);
    tcase_add_loop_test(tc, what_does_not_fit_is_named_and_nothing_is_left, 0,
                        sizeof bad_puts / sizeof *bad_puts);
    tcase_add_test(tc, a_file_of_another_block_is_refused);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    dg_engine_free(engine);
    return failed;
}
