/* Bytes from outside that are not what they should be: every kind gets one clear
 * line, the right exit code, and leaves nothing behind. */
#include "program.h"

#include <string.h>


/* name of the file, its bytes (up to the NUL unless len says more), what the line says */
static const struct { const char *what, *bytes; size_t len; const char *says; int exit; } specs[] = {
    { "not JSON", "hello", 0, "", 2 },
    { "cut off", "{\"name\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x", 0, "", 2 },
    { "odd hex", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x0\"}}}}", 0, "odd", 2 },
    { "lacks code", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x02\"}}}}", 0, ":code", 2 },
    { "plain", "{\"id\":\"x\",\"genesis\":{\"runtimeGenesis\":{\"code\":\"0x00\"}}}", 0, "plain", 2 },
    { "code is no wasm", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x0001\"}}}}", 0, ":code", 2 },
    { "snap version", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "", 2 },
    { "empty", "", 0, "", 2 },
};

static void one_line(const ran *r, const char *what, const char *says, int exit)
{
    dg_buf err = r->err;
    const char *text = dg_buf_text(&err);
    const char *last = r->err.len ? strrchr(text, '\n') : NULL;
    if (r->exit != exit || !strstr(text, says) || !last || last == text)
        ck_abort_msg("%s: exit %d, said: %s", what, r->exit, text);
    ck_assert_uint_eq(r->out.len, 0);
}

START_TEST(a_bad_spec_is_refused_and_leaves_nothing)
{
    size_t len = specs[_i].len ? specs[_i].len : strlen(specs[_i].bytes);
    const char *path = file_of("bad.json", dg_bytes_of(specs[_i].bytes, len));
    char out[300];
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("snapshot"));
    r = doppel("snapshot create -q --from %s %s", path, out);
    one_line(&r, specs[_i].what, specs[_i].says, specs[_i].exit);
    ck_assert(!dg_file_exists(out));
    ran_clear(&r);
}
END_TEST

static const struct { const char *what, *bytes; size_t len; const char *says; } blobs[] = {
    { "no wasm", "this is text", 12, "no runtime" },
    { "truncated zstd", "\x52\xbc\x53\x76\x46\xdb\x8e\x05\x28\xb5\x2f\xfd\x04", 13, "" },
    { "PolkaVM", "\x52\xbc\x53\x76\x46\xdb\x8e\x08PVM", 11, "" },
    { "only a header", "\0asm\1\0\0\0", 8, "" },
};

START_TEST(a_bad_blob_is_refused)
{
    const char *path = file_of("bad.wasm", dg_bytes_of(blobs[_i].bytes, blobs[_i].len));
    ran r = doppel("inspect -q %s", path);
    one_line(&r, blobs[_i].what, blobs[_i].says, 2);
    ran_clear(&r);
}
END_TEST

static const struct { const char *plan, *says; } plans[] = {
    { "{", "" },
    { "[]", "" },
    { "{\"doppel\":1,\"snapshto\":\"x\"}", "snapshot" },
    { "{\"doppel\":2}", "doppel" },
    { "{\"doppel\":1,\"snapshot\":\"fixtures/nowhere\",\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"}}", "nowhere" },
    { "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\",\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"bounday-8\"}}", "boundary" },
    { "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\",\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"#0\"}}", "" },
    { "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\",\"upgrade\":{\"to\":\"fixtures/paseo-1002000-e20.wasm\",\"at\":\"boundary-8\"},\"claims\":{\"block-cadense\":{}}}", "block-cadence" },
    { "{\"doppel\":1,\"snapshot\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\",\"upgrade\":{\"to\":\"fixtures/paseo-1001002-e20-100val-20paras.json.zst\",\"at\":\"boundary-8\"}}", "N" },
};

START_TEST(a_bad_plan_is_refused_with_exit_2)
{
    const char *path = file_of("plan.json", dg_text(plans[_i].plan));
    ran r = doppel("run -q %s", path);
    one_line(&r, plans[_i].plan, plans[_i].says, 2);
    ran_clear(&r);
}
END_TEST

START_TEST(what_is_not_there_is_named)
{
    ran r = doppel("snapshot show %s", scratch_path("nothing"));
    one_line(&r, "absent snapshot", "nothing", 4);
    ran_clear(&r);
    r = doppel("inspect %s", scratch_path("nothing"));
    one_line(&r, "absent blob", "nothing", 4);
    ran_clear(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bad input");
    TCase *tc = tcase_create("bad input");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_bad_spec_is_refused_and_leaves_nothing, 0, sizeof specs / sizeof specs[0]);
    tcase_add_loop_test(tc, a_bad_blob_is_refused, 0, sizeof blobs / sizeof blobs[0]);
    tcase_add_loop_test(tc, a_bad_plan_is_refused_with_exit_2, 0, sizeof plans / sizeof plans[0]);
    tcase_add_test(tc, what_is_not_there_is_named);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
