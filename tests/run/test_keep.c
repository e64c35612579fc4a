/* The state in which N meets N-1's storage is there for one block, in the memory of a run. Kept as
 * a snapshot it can be asked; but only if it is that state, to the root, and if to keep it changes
 * nothing of the run. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *runtimes(void)
{
    const char *at = getenv("DOPPEL_RUNTIMES");
    return at ? at : "build/runtimes";
}

static json_t *run_over(const char *snapshot, dg_run_keep *keep, const char *to, const char *more,
                        const char *events, bool twice)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .fuel_block = SMALL_FUEL,
                               .fuel_query = SMALL_FUEL,
                               .keep = keep,
                               .verify_determinism = twice,
                               .events_path = events };
    char text[3000];
    dg_plan *plan;
    dg_error err = { .text = "" };
    json_t *o = NULL;
    snprintf(text, sizeof text,
             "{\"doppel\":1,\"snapshot\":\"%s\",\"network\":false,\"upgrade\":{\"to\":"
             "\"%s/%s\",%s}",
             snapshot, runtimes(), to, more);
    if (dg_plan_parse(&plan, dg_text(text), "p", NULL, &err) < 0 || dg_plan_check(plan, &err) < 0
        || (keep && dg_run_keep_try(keep, &err) < 0) || dg_run(&o, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    return o;
}

static json_t *run_keeping(dg_run_keep *keep, const char *to, const char *more, const char *events,
                           bool twice)
{
    char snapshot[600];
    snprintf(snapshot, sizeof snapshot, "%s/mini.json", runtimes());
    return run_over(snapshot, keep, to, more, events, twice);
}

#define AT_THREE "\"at\":\"boundary@2-3\"}"

/* What the log of the run says of this block of this arm: its root and hash. */
static void told(const dg_event_log *log, dg_arm arm, uint32_t number, const char **root,
                 const char **hash)
{
    *root = *hash = "";
    for (size_t i = 0; i < log->count; i++)
        if (log->at[i].arm == arm && log->at[i].kind == DG_EVENT_BLOCK
            && log->at[i].block == number) {
            *root = json_string_value(json_object_get(log->at[i].detail, "state_root"));
            *hash = json_string_value(json_object_get(log->at[i].detail, "hash"));
        }
}

static void is_the_block(const dg_run_kept_state *s, const dg_event_log *log)
{
    const dg_snapshot_info *info;
    const char *root, *hash;
    dg_snapshot *snapshot;
    dg_header header;
    dg_error err;
    ck_assert_msg(dg_snapshot_open(&snapshot, s->path, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_snapshot_verify(snapshot, NULL, &err) == DG_OK, "%s", err.text);
    info = dg_snapshot_info_of(snapshot);
    told(log, strcmp(s->arm, "control") == 0 ? DG_ARM_CONTROL : DG_ARM_TREATMENT, s->block, &root,
         &hash);
    ck_assert_uint_eq(info->number, s->block);
    ck_assert_str_eq(dg_hash_text(&info->state_root).text, root);
    ck_assert_str_eq(dg_hash_text(&info->hash).text, hash);
    ck_assert(info->header_known);
    ck_assert_int_eq(dg_header_decode(&header, dg_snapshot_header(snapshot), &err), DG_OK);
    ck_assert(dg_hash_equal(&header.state_root, &info->state_root));
    ck_assert_str_eq(info->source_kind, "state");
    dg_snapshot_close(snapshot);
}

static uint32_t version_at(const char *path)
{
    dg_snapshot *snapshot;
    uint32_t version;
    ck_assert_int_eq(dg_snapshot_open(&snapshot, path, NULL), DG_OK);
    version = dg_snapshot_info_of(snapshot)->spec_version;
    dg_snapshot_close(snapshot);
    return version;
}

START_TEST(what_is_kept_is_the_state_of_its_block)
{
    static const struct {
        const char *arm, *moment;
        int from_upgrade; /* of its block; INT32_MAX: later */
    } want[] = {
        { "control", "U-1", -1 },          { "control", "U", 0 },
        { "control", "U+1", 1 },           { "control", "session+1", INT32_MAX },
        { "control", "end", INT32_MAX },   { "treatment", "U-1", -1 },
        { "treatment", "U", 0 },           { "treatment", "U+1", 1 },
        { "treatment", "end", INT32_MAX },
    };
    char events[300], plain[300], states[300];
    dg_run_kept_state s, last;
    dg_event_log log = { 0 };
    dg_run_keep keep;
    dg_error err = { .text = "" };
    dg_buf a, b;
    json_t *o;
    int64_t u;
    size_t i;
    snprintf(events, sizeof events, "%s", scratch_path("events.ndjson"));
    snprintf(plain, sizeof plain, "%s", scratch_path("plain.ndjson"));
    snprintf(states, sizeof states, "%s", scratch_path("states"));
    ck_assert_int_eq(dg_run_keep_read(&keep,
                                      "end,U,U+1,control:U-1,control:U,control:U+1,U-1,"
                                      "control:session+1,control:end",
                                      states, &err),
                     DG_OK);
    for (int times = 0; times < 2; times++) { /* the second replaces what the first left */
        o = run_keeping(&keep, "mini-2.wasm", AT_THREE, events, times == 1);
        u = json_integer_value(json_object_get(json_object_get(o, "upgrade"), "block"));
        json_decref(o);
    }
    ck_assert_msg(dg_event_log_read(&log, events, &err) == DG_OK, "%s", err.text);
    for (i = 0; dg_run_keep_at(&keep, i, &s); i++) {
        ck_assert_uint_lt(i, sizeof want / sizeof *want);
        ck_assert_str_eq(s.arm, want[i].arm);
        ck_assert_str_eq(s.moment, want[i].moment);
        ck_assert(s.made);
        if (want[i].from_upgrade != INT32_MAX)
            ck_assert_int_eq((int64_t)s.block - u, want[i].from_upgrade);
        else
            ck_assert_int_gt(s.block, u + 1);
        is_the_block(&s, &log);
        last = s;
    }
    ck_assert_uint_eq(i, sizeof want / sizeof *want);
    ck_assert_str_eq(last.moment, "end");
    ck_assert_uint_eq(version_at(scratch_path("states/treatment-U-1")), 1);
    ck_assert_uint_eq(version_at(scratch_path("states/treatment-U")), 2);
    ck_assert_uint_eq(version_at(scratch_path("states/control-U")), 1);
    /* to keep states changes nothing of the run */
    json_decref(run_keeping(NULL, "mini-2.wasm", AT_THREE, plain, false));
    dg_buf_init(&a, 1 << 28);
    dg_buf_init(&b, 1 << 28);
    ck_assert_int_eq(dg_file_read(&a, events, &err), DG_OK);
    ck_assert_int_eq(dg_file_read(&b, plain, &err), DG_OK);
    ck_assert(dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    dg_event_log_clear(&log);
}
END_TEST

/* N's first block never comes: what is there is kept, what is not is said to be missing. */
START_TEST(what_the_run_did_not_reach_is_not_kept)
{
    dg_run_kept_state s;
    dg_run_keep keep;
    const json_t *kept;
    json_t *o;
    ck_assert_int_eq(dg_run_keep_read(&keep, "U,U+1,end", scratch_path("stopped"), NULL), DG_OK);
    o = run_keeping(&keep, "mini-2-init-traps.wasm", AT_THREE, NULL, false);
    kept = json_object_get(json_object_get(o, "environment"), "kept");
    ck_assert_uint_eq(json_array_size(kept), 2);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(kept, 1), "at")), "end");
    json_decref(o);
    ck_assert(dg_run_keep_at(&keep, 0, &s) && s.made);
    ck_assert(dg_run_keep_at(&keep, 1, &s) && !s.made);
    ck_assert(!dg_file_exists(s.path));
    ck_assert(dg_run_keep_at(&keep, 2, &s) && s.made);
    ck_assert(!dg_run_keep_at(&keep, 3, &s));
}
END_TEST

/* A plan may write into the fork: that state is not its block's, and no header vouches for it.
 * What a run left is what another begins with. */
START_TEST(a_fork_that_was_written_to_has_no_header)
{
    char first[300], second[300], more[200];
    dg_run_kept_state end, s;
    dg_snapshot *snapshot;
    dg_run_keep keep;
    snprintf(first, sizeof first, "%s", scratch_path("first"));
    snprintf(second, sizeof second, "%s", scratch_path("second"));
    ck_assert_int_eq(dg_run_keep_read(&keep, "control:end", first, NULL), DG_OK);
    json_decref(run_keeping(&keep, "mini-2.wasm", AT_THREE, NULL, false));
    ck_assert(dg_run_keep_at(&keep, 0, &end) && end.made);
    ck_assert_int_eq(dg_run_keep_read(&keep, "U-1,U", second, NULL), DG_OK);
    snprintf(more, sizeof more, "\"at\":\"#%u\"},\"fork\":{\"storage\":{\"0x1234\":\"0x5678\"}}",
             end.block + 1);
    json_decref(run_over(end.path, &keep, "mini-2.wasm", more, NULL, false));
    for (size_t i = 0; i < 2; i++) {
        ck_assert(dg_run_keep_at(&keep, i, &s) && s.made);
        ck_assert_uint_eq(s.block, end.block + i);
        ck_assert_int_eq(dg_snapshot_open(&snapshot, s.path, NULL), DG_OK);
        ck_assert_int_eq(dg_snapshot_verify(snapshot, NULL, NULL), DG_OK);
        ck_assert_int_eq(dg_snapshot_info_of(snapshot)->header_known, i == 1);
        dg_snapshot_close(snapshot);
    }
}
END_TEST

static const struct {
    const char *text;
    const char *word; /* that is refused; NULL: good */
} words[] = {
    { "U", NULL },
    { "U-1,U,U+1,session+1,end", NULL },
    { "control:U,treatment:U", NULL },
    { "U+2", "\"U+2\"" },
    { "U,foo", "\"foo\"" },
    { "", "\"\"" },
    { "U,", "\"\"" },
    { "control", "\"control\"" },
    { "control:", "\"control:\"" },
    { "controll:U", "\"controll:U\"" },
    { ":U", "\":U\"" },
    { "u", "\"u\"" },
    { "U U+1", "\"U U+1\"" },
};

START_TEST(a_wrong_word_is_told_all_that_are_right)
{
    dg_error err = { .text = "" };
    dg_run_keep keep;
    dg_code rc = dg_run_keep_read(&keep, words[_i].text, "x", &err);
    ck_assert_int_eq(rc, words[_i].word ? DG_USAGE : DG_OK);
    if (!words[_i].word)
        return;
    ck_assert_msg(strstr(err.text, words[_i].word)
                      && strstr(err.text, "U-1, U, U+1, session+1 and end"),
                  "%s", err.text);
}
END_TEST

START_TEST(what_is_no_snapshot_is_not_replaced)
{
    char path[600];
    dg_error err = { .text = "" };
    dg_run_keep keep;
    snprintf(path, sizeof path, "%s/treatment-U", scratch_path("taken"));
    ck_assert_int_eq(dg_dir_make(path, NULL), DG_OK);
    snprintf(path, sizeof path, "%s/treatment-U/mine", scratch_path("taken"));
    ck_assert_int_eq(dg_file_write(path, dg_text("mine"), NULL), DG_OK);
    ck_assert_int_eq(dg_run_keep_read(&keep, "U", scratch_path("taken"), NULL), DG_OK);
    ck_assert_int_lt(dg_run_keep_try(&keep, &err), 0);
    ck_assert_msg(strstr(err.text, "is not a snapshot"), "%s", err.text);
    ck_assert(dg_file_exists(path));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("keep");
    TCase *tc = tcase_create("keep");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, what_is_kept_is_the_state_of_its_block);
    tcase_add_test(tc, what_the_run_did_not_reach_is_not_kept);
    tcase_add_test(tc, a_fork_that_was_written_to_has_no_header);
    tcase_add_loop_test(tc, a_wrong_word_is_told_all_that_are_right, 0,
                        (int)(sizeof words / sizeof *words));
    tcase_add_test(tc, what_is_no_snapshot_is_not_replaced);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
