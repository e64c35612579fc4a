/* A version is read before anything else is known of a blob; its fields decide how
 * everything after it is decoded. */
#include "../support/suite.h"

#include <string.h>

#include "host/host_impl.h"

static dg_buf version(const char *spec, uint32_t apis, uint32_t core, size_t cut)
{
    static const uint8_t core_id[8] = { 0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b };
    dg_buf b;
    dg_buf_init(&b, 4096);
    dg_scale_put_bytes(&b, dg_text(spec));
    dg_scale_put_bytes(&b, dg_text("impl"));
    dg_scale_put_u32(&b, 1);
    dg_scale_put_u32(&b, 1002000);
    dg_scale_put_u32(&b, 3);
    dg_scale_put_compact(&b, apis);
    for (uint32_t i = 0; i < apis; i++) {
        dg_buf_put(&b, core_id, 8);
        b.at[b.len - 1] = (uint8_t)(b.at[b.len - 1] ^ i); /* the first is Core */
        dg_scale_put_u32(&b, core);
    }
    dg_scale_put_u32(&b, 26);
    dg_buf_put_u8(&b, 2);
    ck_assert_uint_ge(b.len, cut);
    b.len -= cut;
    return b;
}

/* Core 1 and 2 end at the APIs, Core 3 has transaction_version, Core 4 the system's. */
static const struct {
    uint32_t apis, core;
    size_t cut;
    dg_code rc;
    uint32_t transaction;
    uint8_t system;
    unsigned trie;
} rows[] = {
    { 1, 5, 0, DG_OK, 26, 2, 1 },       { 1, 4, 0, DG_OK, 26, 2, 1 },
    { 1, 4, 1, DG_MALFORMED, 0, 0, 0 }, { 1, 3, 1, DG_OK, 26, 0, 0 },
    { 1, 3, 0, DG_MALFORMED, 0, 0, 0 }, { 1, 2, 5, DG_OK, 1, 0, 0 },
    { 1, 2, 1, DG_MALFORMED, 0, 0, 0 }, { 0, 0, 0, DG_OK, 26, 2, 1 }, /* of a section */
    { 0, 0, 1, DG_OK, 26, 0, 0 },       { 0, 0, 5, DG_OK, 1, 0, 0 },
    { 64, 4, 0, DG_OK, 26, 2, 1 },      { 65, 4, 0, DG_MALFORMED, 0, 0, 0 },
};

START_TEST(the_core_version_decides_which_fields_follow)
{
    dg_buf b = version("paseo", rows[_i].apis, rows[_i].core, rows[_i].cut);
    dg_version v;
    dg_error err;
    ck_assert_msg(dg_version_decode(&v, dg_buf_bytes(&b), &err) == rows[_i].rc, "%s", err.text);
    if (rows[_i].rc == DG_OK) {
        ck_assert_str_eq(v.spec_name, "paseo");
        ck_assert_uint_eq(v.spec_version, 1002000);
        ck_assert_uint_eq(v.transaction_version, rows[_i].transaction);
        ck_assert_uint_eq(v.system_version, rows[_i].system);
        ck_assert_uint_eq(dg_version_trie(&v), rows[_i].trie);
        ck_assert_uint_eq(dg_version_api(&v, "Core"), rows[_i].core);
        ck_assert_uint_eq(dg_version_api(&v, "ParachainHost"), 0);
    }
    dg_buf_clear(&b);
}
END_TEST

/* ---- sections of a blob ---- */

static void put_section(dg_buf *wasm, const char *name, dg_bytes body)
{
    dg_buf_put_u8(wasm, 0);
    dg_buf_put_u8(wasm, (uint8_t)(1 + strlen(name) + body.len));
    dg_buf_put_u8(wasm, (uint8_t)strlen(name));
    dg_buf_put_bytes(wasm, dg_text(name));
    dg_buf_put_bytes(wasm, body);
}

/* What a node makes of the two sections; taken from its code, and seen on a real one: without a
 * list it found no BabeApi, with a version cut off it made no instance. */
static const struct {
    const char *name;
    bool version, list;
    size_t cut, padded; /* bytes of the version section */
    size_t clipped;     /* bytes of the list */
    dg_code rc;
    uint32_t apis, transaction;
} blobs[] = {
    { "both", true, true, 0, 0, 0, DG_OK, 1, 26 },
    { "none", false, false, 0, 0, 0, DG_ABSENT, 0, 0 },
    { "a list alone", false, true, 0, 0, 0, DG_ABSENT, 0, 0 },
    { "a version alone", true, false, 0, 0, 0, DG_OK, 0, 1 },
    { "a byte too much", true, true, 0, 1, 0, DG_OK, 1, 26 },
    { "a byte less", true, true, 1, 0, 0, DG_MALFORMED, 0, 0 },
    { "six bytes less", true, true, 6, 0, 0, DG_MALFORMED, 0, 0 },
    { "a clipped list", true, true, 0, 0, 1, DG_MALFORMED, 0, 0 },
};

START_TEST(sections_are_read_as_nodes_read_them)
{
    static const uint8_t empty[8] = { 0, 'a', 's', 'm', 1 };
    uint8_t list[12] = { 0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b, 4 };
    dg_buf said = version("paseo", 0, 0, blobs[_i].cut), wasm;
    size_t rest = 0;
    dg_version v;
    dg_error err;
    for (size_t i = 0; i < blobs[_i].padded; i++)
        dg_buf_put_u8(&said, 0);
    dg_buf_init(&wasm, 4096);
    dg_buf_put(&wasm, empty, sizeof empty);
    if (blobs[_i].version)
        put_section(&wasm, "runtime_version", dg_buf_bytes(&said));
    if (blobs[_i].list)
        put_section(&wasm, "runtime_apis", dg_bytes_of(list, sizeof list - blobs[_i].clipped));
    ck_assert_msg(dg_host_sections_version(&v, &rest, dg_buf_bytes(&wasm), &err) == blobs[_i].rc,
                  "%s: %s", blobs[_i].name, err.text);
    if (blobs[_i].rc == DG_OK) {
        ck_assert_uint_eq(v.spec_version, 1002000);
        ck_assert_uint_eq(rest, blobs[_i].list ? blobs[_i].padded : 5); /* read as of Core 2 */
        ck_assert_uint_eq(v.api_count, blobs[_i].apis);
        ck_assert_uint_eq(dg_version_api(&v, "Core"), blobs[_i].list ? 4 : 0);
        ck_assert_uint_eq(v.transaction_version, blobs[_i].transaction);
    }
    dg_buf_clear(&said);
    dg_buf_clear(&wasm);
}
END_TEST

static const char *const bad_names[] = {
    "two\nlines",
    "esc\x1b[2J",
    "\xff\xfe",
    "a name of more than sixty-three bytes, which nobody has ever given",
};

START_TEST(names_are_one_line_of_plain_text)
{
    dg_buf b = version(bad_names[_i], 1, 4, 0);
    dg_version v;
    dg_error err;
    ck_assert_int_eq(dg_version_decode(&v, dg_buf_bytes(&b), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "name is") != NULL, "%s", err.text);
    dg_buf_clear(&b);
}
END_TEST

/* Ids as the reference prints them. */
static const struct {
    const char *name, *id;
} apis[] = {
    { "Core", "df6acb689907609b" },
    { "ParachainHost", "af2c0297a23e6d3d" },
    { "BabeApi", "cbca25e39f142387" },
    { "GenesisBuilder", "fbc577b9d747efd6" },
    { "SlotSchedule", "5bfafc20876faaf0" },
    { "TryRuntime", "e0837fce09f4829a" },
    { "LocationToAccountApi", "9ffb505aa738d69c" },
    { "RuntimeViewFunction", "ccd9de6396c899ca" },
};

START_TEST(apis_have_names)
{
    static const uint8_t nobody[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    dg_bytes id = hex(apis[_i].id);
    ck_assert_str_eq(dg_api_name(id.at), apis[_i].name);
    ck_assert_ptr_null(dg_api_name(nobody));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("version");
    TCase *tc = tcase_create("version");
    tcase_add_loop_test(tc, the_core_version_decides_which_fields_follow, 0,
                        sizeof rows / sizeof rows[0]);
    tcase_add_loop_test(tc, sections_are_read_as_nodes_read_them, 0,
                        sizeof blobs / sizeof blobs[0]);
    tcase_add_loop_test(tc, names_are_one_line_of_plain_text, 0,
                        sizeof bad_names / sizeof bad_names[0]);
    tcase_add_loop_test(tc, apis_have_names, 0, sizeof apis / sizeof apis[0]);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
