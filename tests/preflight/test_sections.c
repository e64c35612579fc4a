/* Nodes read version and APIs from two custom sections. The judge is a real node: v1.25.1 (crate
 * polkadot 41.0.0) was started on a spec of Paseo 1003000 whose code had these sections; what it
 * said stands in each row. Where it made no block preflight has to fail. Here a small runtime,
 * which has none, gets such sections: that compiles in no time. */
#include <string.h>

#include "model_pair.h"

#define CORE "\xdf\x6a\xcb\x68\x99\x07\x60\x9b"
#define BABE "\xcb\xca\x25\xe3\x9f\x14\x23\x87"
#define HOST "\xaf\x2c\x02\x97\xa2\x3e\x6d\x3d"

enum { API_BYTES = 12 };

typedef enum deed {
    AS_IT_IS,
    DROP,
    CUT, /* `by` bytes at the end */
    PAD, /* .. of zeros */
    EMPTY,
    TWICE,
    SWAP,  /* the first two APIs */
    RAISE, /* by one: spec_version (0), transaction_version (1) */
    API    /* `id` gets version `by`; 0: is taken out */
} deed;

typedef enum seen { BUILDS, NO_BLOCK, NO_START } seen;

#define VERSION "runtime_version"
#define APIS "runtime_apis"

static const struct {
    const char *section;
    deed deed;
    uint32_t by;
    const char *id;
    seen real;
    const char *severity; /* of code.section; NULL: no finding */
    const char *says;
    dg_code set_code; /* what it is told of the version */
} rows[] = {
    { APIS, AS_IT_IS, 0, NULL, BUILDS, NULL, NULL, DG_OK },
    /* "Unsupported or invalid BabeApi version" */
    { APIS, DROP, 0, NULL, NO_START, "fail", "name no runtime API Core", DG_OK },
    { APIS, EMPTY, 0, NULL, NO_START, "fail", "takes it all the same, and U is the last block",
      DG_OK },
    /* "a clipped runtime api info declaration" */
    { APIS, CUT, 1, NULL, NO_START, "fail", "which is no list of 12 each; set_code refuses it",
      DG_MALFORMED },
    { APIS, PAD, 1, NULL, NO_START, "fail", "section runtime_apis has 121 bytes", DG_MALFORMED },
    { APIS, CUT, API_BYTES, NULL, BUILDS, "fail",
      "disagree: runtime API AccountNonceApi 0 against 1", DG_OK },
    { APIS, PAD, API_BYTES, NULL, BUILDS, "fail", "disagree: runtime API of no known name", DG_OK },
    { APIS, SWAP, 0, NULL, BUILDS, NULL, NULL, DG_OK },
    { APIS, TWICE, 0, NULL, BUILDS, NULL, NULL, DG_OK },
    /* "Import failed: Failed to get runtime version: Core" */
    { APIS, API, 0, CORE, NO_BLOCK, "fail", "name no runtime API Core", DG_OK },
    { APIS, API, 3, CORE, BUILDS, "warn", "has 1 byte behind the version", DG_OK },
    /* its leaves are told to nobody */
    { APIS, API, 0, HOST, NO_BLOCK, "fail", "runtime API ParachainHost 0 against 10", DG_OK },
    /* "NotSupported { runtime_api_name: \"claim_queue\" }" */
    { APIS, API, 7, HOST, BUILDS, "fail", "runtime API ParachainHost 7 against 10", DG_OK },
    /* "Could not decode `BabeConfigurationV1::secondary_slots`" */
    { APIS, API, 1, BABE, NO_START, "fail", "runtime API BabeApi 1 against 2", DG_OK },
    /* Core_version is called */
    { VERSION, DROP, 0, NULL, BUILDS, "warn", "has a list of APIs beside none", DG_OK },
    /* "failed to decode version section" */
    { VERSION, CUT, 1, NULL, NO_START, "fail", "bytes ran out", DG_MALFORMED },
    { VERSION, CUT, 6, NULL, NO_START, "fail", "its version cannot be read", DG_MALFORMED },
    { VERSION, EMPTY, 0, NULL, NO_START, "fail", "set_code refuses it", DG_MALFORMED },
    { VERSION, PAD, 1, NULL, BUILDS, "warn", "has 1 byte behind the version", DG_OK },
    { VERSION, TWICE, 0, NULL, BUILDS, NULL, NULL, DG_OK },
    { VERSION, RAISE, 0, NULL, BUILDS, "fail", "spec_version 3 against 2", DG_OK },
    { VERSION, RAISE, 1, NULL, BUILDS, "fail", "transaction_version 2 against 1", DG_OK },
};

/* ---- sections of a blob that has none ---- */

static dg_buf list_of(const dg_version *v)
{
    dg_buf out;
    dg_buf_init(&out, 1 << 12);
    for (uint32_t i = 0; i < v->api_count; i++) {
        dg_buf_put(&out, v->apis[i].id, 8);
        dg_scale_put_u32(&out, v->apis[i].version);
    }
    return out;
}

/* The macro leaves the list out: it has a section of its own. */
static dg_buf version_of(const dg_version *v)
{
    dg_version bare = *v;
    dg_buf out;
    bare.api_count = 0;
    dg_buf_init(&out, 1 << 12);
    dg_version_encode(&out, &bare);
    return out;
}

static void change_list(dg_version *v, int row)
{
    dg_api first = v->apis[0];
    uint32_t at = 0;
    if (rows[row].deed == SWAP) {
        v->apis[0] = v->apis[1];
        v->apis[1] = first;
    }
    if (rows[row].deed != API)
        return;
    while (memcmp(v->apis[at].id, rows[row].id, 8) != 0)
        ck_assert_uint_lt(++at, v->api_count);
    v->apis[at].version = rows[row].by;
    if (!rows[row].by)
        v->apis[at] = v->apis[--v->api_count];
}

static void change_bytes(dg_buf *body, int row)
{
    uint32_t by = rows[row].by;
    if (rows[row].deed == CUT)
        body->len -= by;
    if (rows[row].deed == EMPTY)
        body->len = 0;
    for (uint32_t i = 0; rows[row].deed == PAD && i < by; i++)
        dg_buf_put_u8(body, i % API_BYTES == 8); /* as a list: version 1 */
}

static void put_section(dg_buf *out, const char *name, dg_buf body, int row)
{
    bool meant = strcmp(name, rows[row].section) == 0;
    int times = !meant ? 1 : rows[row].deed == DROP ? 0 : rows[row].deed == TWICE ? 2 : 1;
    if (meant)
        change_bytes(&body, row);
    for (; times; times--) {
        size_t len = 1 + strlen(name) + body.len;
        dg_buf_put_u8(out, 0);
        dg_buf_put_u8(out, (uint8_t)(len | 0x80)); /* LEB128 in two bytes */
        dg_buf_put_u8(out, (uint8_t)(len >> 7));
        dg_buf_put_u8(out, (uint8_t)strlen(name));
        dg_buf_put_bytes(out, dg_text(name));
        dg_buf_put_bytes(out, dg_buf_bytes(&body));
    }
    dg_buf_clear(&body);
}

static dg_buf with_sections(const dg_version *of, int row)
{
    dg_buf wasm = slurp("build/runtimes/mini-2.wasm"), out;
    dg_version listed = *of, said = *of;
    dg_buf_init(&out, DG_BLOB_MAX);
    dg_buf_put_bytes(&out, dg_buf_bytes(&wasm));
    change_list(&listed, row);
    said.spec_version += rows[row].deed == RAISE && rows[row].by == 0;
    said.transaction_version += rows[row].deed == RAISE && rows[row].by == 1;
    put_section(&out, VERSION, version_of(&said), row);
    put_section(&out, APIS, list_of(&listed), row);
    ck_assert_int_eq(out.rc, DG_OK);
    dg_buf_clear(&wasm);
    return out;
}

/* Of several findings of one id the one with these words. */
static const json_t *section_finding(const json_t *found, const char *says)
{
    const json_t *finding;
    size_t i;
    json_array_foreach(json_object_get(found, "findings"), i, finding)
    {
        if (strcmp(json_string_value(json_object_get(finding, "id")), "code.section") == 0
            && strstr(pair_says(finding), says))
            return finding;
    }
    return NULL;
}

START_TEST(sections_are_judged_as_a_real_node_judged_them)
{
    const json_t *finding;
    dg_buf blob, version;
    json_t *found;
    pair p = { .snapshot = NULL };
    pair_open(&p, "build/runtimes/mini.json", "build/runtimes/mini-2.wasm");
    blob = with_sections(dg_runtime_version(p.to), _i);
    dg_runtime_free(p.to);
    p.to = pair_runtime_of(dg_buf_bytes(&blob));
    dg_buf_init(&version, 1 << 16);
    ck_assert_int_eq(dg_host_inner_version(pair_engine(), &version, dg_buf_bytes(&blob), NULL),
                     rows[_i].set_code);
    found = pair_preflight(&p, 0);
    finding = pair_find(found, "code.section");
    ck_assert_msg((finding != NULL) == (rows[_i].says != NULL), "%s",
                  finding ? pair_says(finding) : "nothing was found");
    if (finding) {
        finding = section_finding(found, rows[_i].says);
        ck_assert_msg(finding != NULL, "%s", pair_says(pair_find(found, "code.section")));
        ck_assert_str_eq(json_string_value(json_object_get(finding, "severity")),
                         rows[_i].severity);
    }
    ck_assert(rows[_i].real == BUILDS || dg_preflight_exit(found) == DG_EXIT_BROKE);
    json_decref(found);
    pair_close(&p);
    dg_buf_clear(&version);
    dg_buf_clear(&blob);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("preflight: sections");
    TCase *tc = tcase_create("sections");
    int exit_code;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, sections_are_judged_as_a_real_node_judged_them, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(s, tc);
    exit_code = suite_run(s);
    pair_engine_free();
    return exit_code;
}
