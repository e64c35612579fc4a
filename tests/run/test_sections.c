/* What becomes of a chain whose N has custom sections that nodes cannot use: set_code refuses it,
 * or takes it and no block follows. */
#include "model_run.h"

#include <string.h>

#define CORE "\xdf\x6a\xcb\x68\x99\x07\x60\x9b\x05\0\0\0"
/* mini, mini, authoring 1, its spec_version, impl 0, no APIs, transaction 1, system 1 */
#define SAYS(spec) "\x10mini\x10mini\x01\0\0\0" spec "\0\0\0\0\0\0\0\0\x01\0\0\0\x01"
#define SAID SAYS("\x02")

static const struct {
    const char *version, *list; /* NULL: no such section */
    size_t version_len, list_len;
    int exit;
    const char *upgrade; /* part of what upgrade-enacted says */
    const char *cause;   /* NULL: none that is about sections or imports */
    const char *file;    /* NULL: mini-2 */
} rows[] = {
    { SAID, NULL, sizeof SAID - 1, 0, DG_EXIT_BROKE, "no block followed",
      "no node can use N: its sections name no runtime API Core", NULL },
    { SAID, "", sizeof SAID - 1, 0, DG_EXIT_BROKE, "no block followed",
      "no node can use N: its sections name no runtime API Core", NULL },
    { SAID, CORE, sizeof SAID - 2, sizeof CORE - 1, DG_EXIT_BROKE, "was not enacted",
      "set_code refuses N: its version cannot be read", NULL },
    { SAID, CORE, sizeof SAID - 1, sizeof CORE - 2, DG_EXIT_BROKE, "was not enacted",
      "set_code refuses N: its version cannot be read: section runtime_apis has 11 bytes", NULL },
    /* with a version that needs no call set_code takes what no node can start */
    { SAID, CORE, sizeof SAID - 1, sizeof CORE - 1, DG_EXIT_BROKE, "no block followed",
      "nodes provide it as () -> i32: such a node never starts the runtime, so it stops at U",
      "build/runtimes/mini-2-host-type.wasm" },
    /* what the code takes itself for is what it records */
    { SAYS("\x03"), CORE, sizeof SAID - 1, sizeof CORE - 1, DG_EXIT_BROKE, "enacted at #16", NULL,
      NULL },
    /* nodes and set_code ask the code */
    { NULL, CORE, 0, sizeof CORE - 1, DG_EXIT_HELD, "", NULL, NULL },
    { NULL, "", 0, 0, DG_EXIT_HELD, "", NULL, NULL },
};

static void put_section(dg_buf *out, const char *name, dg_bytes body)
{
    dg_buf_put_u8(out, 0);
    dg_buf_put_u8(out, (uint8_t)(1 + strlen(name) + body.len)); /* below 128 */
    dg_buf_put_u8(out, (uint8_t)strlen(name));
    dg_buf_put_bytes(out, dg_text(name));
    dg_buf_put_bytes(out, body);
}

START_TEST(sections_decide_what_becomes_of_the_chain)
{
    dg_buf wasm = slurp(rows[_i].file ? rows[_i].file : "build/runtimes/mini-2.wasm"), blob;
    const char *path = scratch_path("sections.wasm");
    json_t *o;
    dg_buf_init(&blob, DG_BLOB_MAX);
    dg_buf_put_bytes(&blob, dg_buf_bytes(&wasm));
    if (rows[_i].version)
        put_section(&blob, "runtime_version", dg_bytes_of(rows[_i].version, rows[_i].version_len));
    if (rows[_i].list)
        put_section(&blob, "runtime_apis", dg_bytes_of(rows[_i].list, rows[_i].list_len));
    ck_assert_int_eq(dg_file_write(path, dg_buf_bytes(&blob), NULL), DG_OK);
    o = explain_pair("build/runtimes/mini.json", path, "boundary-5", NULL);
    ck_assert_msg(dg_outcome_exit(o) == rows[_i].exit, "%s", verdicts(o));
    ck_assert_msg(strstr(claim_text(o, "upgrade-enacted"), rows[_i].upgrade) != NULL, "%s",
                  verdicts(o));
    ck_assert_msg(any_cause(o, rows[_i].cause ? rows[_i].cause : "no node can use N")
                      == (rows[_i].cause != NULL),
                  "%s", causes_of(o));
    ck_assert_msg(any_advice(o, rows[_i].file ? "build N with the host functions"
                                              : "build N again with its sections")
                      == (rows[_i].cause != NULL),
                  "%s", causes_of(o));
    json_decref(o);
    dg_buf_clear(&blob);
    dg_buf_clear(&wasm);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sections");
    TCase *tc = tcase_create("sections");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, sections_decide_what_becomes_of_the_chain, 0,
                        sizeof rows / sizeof *rows);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
