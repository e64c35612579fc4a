/* Bytes from outside that are not what they should be: every kind gets one clear
 * line, the right exit code, and leaves nothing behind. */
#include "program.h"

#include <string.h>
#include <zstd.h>

static const char *scratch_snapshot(void)
{
    static char path[300];
    snprintf(path, sizeof path, "%s", scratch_path("snapshot"));
    return path;
}

static void import_refused(const char *path, const char *what, const char *says, int exit)
{
    const char *out = scratch_snapshot();
    refused(doppel("snapshot create --from %s %s", path, out), what, says, exit);
    ck_assert(!dg_file_exists(out));
}

/* ---- specs ---- */

#define EIGHT "[[[[[[[["
#define DEEP EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

static const struct {
    const char *what, *text, *says;
} specs[] = {
    { "not JSON", "hello", "not JSON" },
    { "cut off", "{\"name\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x", "cut off" },
    { "odd hex", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x0\"}}}}",
      "odd" },
    { "no hex", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0xzz\"}}}}",
      "hex" },
    { "lacks code", "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x01\":\"0x02\"}}}}", ":code" },
    { "plain", "{\"id\":\"x\",\"genesis\":{\"runtimeGenesis\":{\"code\":\"0x00\"}}}", ":code" },
    { "code is no wasm",
      "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x0001\"}}}}", ":code" },
    { "no genesis", "{\"id\":\"x\"}", "genesis" },
    { "too deep", "{\"id\":\"x\",\"properties\":" DEEP, "nests deeper than 64" },
    { "empty", "", "empty" },
};

START_TEST(a_bad_spec_is_refused_and_leaves_nothing)
{
    import_refused(file_of("bad.json", dg_text(specs[_i].text)), specs[_i].what, specs[_i].says, 2);
}
END_TEST

/* ---- .snap: a good one, damaged ---- */

enum { HALF = -1, END = -2 };
static const struct {
    const char *what;
    int at;
    unsigned char flip;
    int keep;
    const char *bytes, *says;
} snaps[] = {
    { "wrong version", 0, 0x34, END, "", "version 9" },
    { "wrong node", HALF, 0x01, END, "", "its bytes hash to" },
    { "cut off", 0, 0, HALF, "", "cut off" },
    { "trailing bytes", 0, 0, END, "x", "follow" },
};

static dg_buf small_snap(void)
{
    static char path[300];
    if (!path[0]) {
        ran r;
        snprintf(path, sizeof path, "%s", scratch_path("good.snap"));
        r = doppel("snapshot export %s --to %s", small_snapshot(), path);
        ck_assert_int_eq(r.exit, 0);
        ran_clear(&r);
    }
    return slurp(path);
}

START_TEST(a_damaged_snap_is_refused_and_leaves_nothing)
{
    dg_buf b = small_snap();
    size_t at = snaps[_i].at == HALF ? b.len / 2 : (size_t)snaps[_i].at;
    b.at[at] ^= snaps[_i].flip;
    if (snaps[_i].keep == HALF)
        b.len /= 2;
    dg_buf_put_text(&b, snaps[_i].bytes);
    import_refused(file_of("bad.snap", dg_buf_bytes(&b)), snaps[_i].what, snaps[_i].says, 2);
    dg_buf_clear(&b);
}
END_TEST

/* ---- blobs ---- */

/* A module with memory and heap base alone; another that is a runtime by its exports
 * and sections, and calls a host function that nobody knows. */
#define NO_EXPORTS                                                                                 \
    "0061736d0100000005030100010607017f004180080b071802066d656d6f727902000b5f5f686561705f62617365" \
    "0300"
#define OF_THE_FUTURE                                                                              \
    "0061736d01000000010a0260027f7f017e60000002220103656e761a6578745f6675747572655f7468696e675f76" \
    "657273696f6e5f39"                                                                             \
    "00010302010005030100010607017f004180080b075405066d656d6f727902000b5f5f686561705f626173650300" \
    "0c436f72655f7665"                                                                             \
    "7273696f6e000112436f72655f657865637574655f626c6f636b000115436f72655f696e697469616c697a655f62" \
    "6c6f636b00010a08"                                                                             \
    "010600100042000b00260f72756e74696d655f76657273696f6e0478047800000000070000000000000000010000" \
    "000000190c72756e"                                                                             \
    "74696d655f61706973df6acb689907609b04000000"

static const struct {
    const char *what, *hex, *says;
} blobs[] = {
    { "text", "7468697320697320746578742e", "neither code" },
    { "truncated zstd", "52bc537646db8e0528b52ffd04", "zstd" },
    { "PolkaVM", "52bc537646db8e0850564d", "PolkaVM" },
    { "only a header", "0061736d01000000", "memory" },
    { "cut off", "0061736d01000000010a0260", "wasm" },
    { "lacks exports", NO_EXPORTS, "does not export Core_version" },
};

START_TEST(a_bad_blob_is_refused)
{
    char path[300];
    snprintf(path, sizeof path, "%s", file_of("bad.wasm", hex(blobs[_i].hex)));
    refused(doppel("inspect %s", path), blobs[_i].what, blobs[_i].says, 2);
    refused(doppel("preflight --from %s --to %s", small_snapshot(), path), blobs[_i].what,
            blobs[_i].says, 2);
    refused(doppel("run --snapshot %s --to %s --at boundary-4", small_snapshot(), path),
            blobs[_i].what, blobs[_i].says, 2);
}
END_TEST

/* Zeros behind `prefix` until they are more than any code: a few kilobytes packed. */
static const char *bomb(const char *name, dg_bytes prefix, dg_bytes head)
{
    enum { UNPACKED = 60 << 20 };
    size_t room = ZSTD_compressBound(UNPACKED);
    uint8_t *zeros = dg_calloc(1, UNPACKED), *packed = dg_malloc(room);
    const char *path;
    dg_buf file;
    dg_buf_init(&file, SIZE_MAX / 4);
    memcpy(zeros, head.at, head.len);
    dg_buf_put_bytes(&file, prefix);
    dg_buf_put(&file, packed, ZSTD_compress(packed, room, zeros, UNPACKED, 1));
    path = file_of(name, dg_buf_bytes(&file));
    ck_assert_uint_lt(file.len, 100000);
    dg_buf_clear(&file);
    dg_free(zeros);
    dg_free(packed);
    return path;
}

START_TEST(a_zstd_bomb_is_refused_in_every_wrapping)
{
    dg_bytes wasm = dg_bytes_of("\0asm\1\0\0\0", 8), none = { NULL, 0 };
    refused(doppel("inspect %s", bomb("bomb.wasm", hex("52bc537646db8e05"), wasm)), "as on chain",
            "bytes", 3);
    refused(doppel("inspect %s", bomb("bomb.wasm.zst", none, wasm)), "as archived", "bytes", 3);
    import_refused(bomb("bomb.json.zst", none, dg_text("{\"id\":\"")), "a spec", "", 2);
}
END_TEST

START_TEST(a_host_function_that_is_missing_is_named_and_traps_where_it_is_called)
{
    char path[300];
    json_t *about;
    snprintf(path, sizeof path, "%s", file_of("future.wasm", hex(OF_THE_FUTURE)));
    about = answered(doppel("inspect --json %s", path), "inspect");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(about, "imports"),
                                                       "ext_future_thing_version_9")),
                     "missing");
    json_decref(about);
    refused(doppel("call %s Core_version --runtime %s", small_snapshot(), path), "call",
            "ext_future_thing_version_9 is not provided", 1);
}
END_TEST

/* ---- plans ---- */

#define SMALL "\"snapshot\":\"build/runtimes/mini.json\""
#define PLAN(rest) "{\"doppel\":1," SMALL "," rest "}"
#define TO(blob, at) "\"upgrade\":{\"to\":\"build/runtimes/" blob "\",\"at\":\"" at "\"}"

static const struct {
    const char *plan, *says;
    int exit;
} plans[] = {
    { "{", "line 1", 2 },
    { "[]", "object", 2 },
    { "{\"doppel\":1,\"snapshto\":\"x\"}", "snapshot", 2 },
    { "{\"doppel\":1,\"doppel\":1}", "doppel", 2 },
    { "{\"doppel\":2}", "doppel", 2 },
    { PLAN("\"upgrade\":{\"to\":\"build/runtimes/mini-2.wasm\",\"att\":\"next\"}"), "did you mean",
      2 },
    { PLAN(TO("nowhere.wasm", "boundary-4")), "nowhere.wasm exists (`make runtimes` builds it)",
      4 },
    { "{\"doppel\":1," SMALL ",\"upgrade\":{\"to\":\"nowhere.wasm\",\"at\":\"next\"}}",
      "nowhere.wasm exists\n", 4 },
    { PLAN(TO("mini-2.wasm", "bounday-4")), "boundary-20", 2 },
    { PLAN(TO("mini-2.wasm", "#0")), "#0", 2 },
    { PLAN(TO("mini-2.wasm", "boundary@200000")), "slots", 2 },
    { PLAN(TO("mini-2.wasm", "boundary@9999-5")), "more than the 28800 of horizon.slots_max", 2 },
    { PLAN(TO("mini-2.wasm", "boundary-4") ",\"horizon\":{\"slots_max\":20}"),
      "more than the 20 of horizon.slots_max", 2 },
    { PLAN(TO("mini-2.wasm", "boundary@2-5000")), "upgrade.at", 2 },
    { PLAN(TO("mini-2.wasm", "boundary-4") ",\"claims\":{\"block-cadense\":{}}"), "block-cadence",
      2 },
    { PLAN(TO("mini-2.wasm", "boundary-4") ",\"claims\":{\"reimport\":{\"severity\":\"loud\"}}"),
      "severity", 2 },
    { PLAN(TO("mini-2.wasm", "boundary-4") ",\"seed\":\"one\""), "seed", 2 },
    { PLAN(TO("mini-1.wasm", "boundary-4")), "already", 2 },
    { PLAN(TO("mini.json", "boundary-4")), "already", 2 },
};

START_TEST(a_bad_plan_is_refused)
{
    const char *path = file_of("plan.json", dg_text(plans[_i].plan));
    refused(doppel("run %s -o %s", path, scratch_path("outcome.json")), plans[_i].plan,
            plans[_i].says, plans[_i].exit);
    ck_assert(!dg_file_exists(scratch_path("outcome.json")));
}
END_TEST

/* ---- the rest ---- */

static const struct {
    const char *args, *says;
    int exit;
} rest[] = {
    { "snapshot show build/nothing", "nothing", 4 },
    { "inspect build/nothing", "nothing", 4 },
    { "run build/nothing", "nothing", 4 },
    { "report show build/nothing", "nothing", 4 },
    { "execute build/runtimes/mini.json build/nothing", "nothing", 4 },
    { "snapshot show harness", "harness is not a snapshot", 2 },
    { "report show README.md", "README.md", 2 },
    { "report show " EMBEDDED_PLAN, "must be", 2 },
    { "report markdown build/nothing", "nothing", 4 },
    { "report markdown README.md", "README.md", 2 },
    { "report markdown " EMBEDDED_PLAN, "must be", 2 },
    { "report markdown --json " EMBEDDED_PLAN, "report show --json", 2 },
    { "execute build/runtimes/mini.json README.md", "README.md", 2 },
    { "execute build/runtimes/mini.json /dev/null", "/dev/null: it holds no block", 2 },
    { "run " EMBEDDED_PLAN " --how authorize", "doppel: upgrade.how: the runtime has no", 2 },
    { "call build/runtimes/mini.json Core_version 0x123", "odd", 2 },
    { "call build/runtimes/mini.json Core_version 0x12zz", "character 4", 2 },
    { "call build/runtimes/mini.json Core_versoin", "did you mean Core_version?", 2 },
    { "snapshot create --from build/runtimes/mini.json --number 1 build/x",
      "--number N and --hash HASH", 2 },
    { "snapshot create --from build/runtimes/mini.json --number 1 --hash 0x12 build/x", "32 bytes",
      2 },
    { "snapshot create --from build/runtimes/mini.json harness", "harness", 2 },
};

START_TEST(what_is_no_such_thing_is_said_to_be_none)
{
    refused(doppel("%s", rest[_i].args), rest[_i].args, rest[_i].says, rest[_i].exit);
}
END_TEST

#define ROWS(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("bad input");
    TCase *tc = tcase_create("bad input");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_bad_spec_is_refused_and_leaves_nothing, 0, ROWS(specs));
    tcase_add_loop_test(tc, a_damaged_snap_is_refused_and_leaves_nothing, 0, ROWS(snaps));
    tcase_add_loop_test(tc, a_bad_blob_is_refused, 0, ROWS(blobs));
    tcase_add_test(tc, a_zstd_bomb_is_refused_in_every_wrapping);
    tcase_add_test(tc, a_host_function_that_is_missing_is_named_and_traps_where_it_is_called);
    tcase_add_loop_test(tc, a_bad_plan_is_refused, 0, ROWS(plans));
    tcase_add_loop_test(tc, what_is_no_such_thing_is_said_to_be_none, 0, ROWS(rest));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
