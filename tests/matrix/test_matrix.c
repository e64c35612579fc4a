/* Small servers in place of nodes: shell scripts that know a flag or do not, that keep a format of
 * data that the other cannot read, that hang, and that leave children. */
#include "../support/schema.h"
#include "../support/suite.h"

#include "matrix/matrix.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

/* A node: refuses a flag that its release does not know and data of a later format, writes its own
 * format, and is ready when its file is there. */
#define NODE                                                                                       \
    "#!/bin/sh\n"                                                                                  \
    "release=$1; shift\n"                                                                          \
    "for flag in \"$@\"; do case $flag in\n"                                                       \
    "  --new) [ $release = 2 ] || { echo \"error: unexpected argument '--new'\"; exit 2; } ;;\n"   \
    "  --slow) slow=1 ;;\n"                                                                        \
    "esac; done\n"                                                                                 \
    "format=$(cat $DATA/format 2>/dev/null || echo 0)\n"                                           \
    "[ $format -le $release ] || { echo \"error: database version $format\"; exit 3; }\n"          \
    "echo ${FORMAT:-1} > $DATA/format\n"                                                           \
    "echo $PORT1 $PORT2 > $DATA/ready\n"                                                           \
    "[ \"$slow\" ] || echo 7 > $DATA/height\n"                                                     \
    "trap 'rm -f $DATA/ready $DATA/height; exit 0' TERM\n"                                         \
    "while :; do sleep 86400 & wait $!; done\n"

#define PLAN(start, more)                                                                          \
    "{\"matrix\": 1, \"binary\": {\"N-1\": \"1\", \"N\": \"2\"}, " start                           \
    ", \"ready\": \"test -f $DATA/ready\", \"ready_s\": 5, \"check_s\": 1, \"command_s\": 1, "     \
    "\"stop_s\": 5, \"checks\": [{\"name\": \"syncs\", \"run\": \"test -f $DATA/height\"}, "       \
    "{\"name\": \"answers\", \"run\": \"test $PORT1 != $PORT2 && test $PORT1 = $(cut -d' ' -f1 "   \
    "< $DATA/ready)\"}]" more "}"
#define CONFIG(old, new) "\"config\": {\"N-1\": \"" old "\", \"N\": \"" new "\"}, "
#define START "\"start\": \"exec sh ./node.sh $BINARY $CONFIG\""

/* In the folder that holds the node. */
static json_t *run_plan(const char *plan, dg_code *rc)
{
    char back[500];
    dg_matrix_options how = { .logs = "logs" };
    dg_matrix *matrix;
    json_t *document = NULL;
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(getcwd(back, sizeof back));
    ck_assert_int_eq(chdir(scratch_dir()), 0);
    ck_assert_int_eq(dg_file_write("node.sh", dg_text(NODE), &err), DG_OK);
    ck_assert_int_eq(dg_file_write("plan.json", dg_text(plan), &err), DG_OK);
    *rc = dg_matrix_load(&matrix, "plan.json", &err);
    if (*rc >= 0) {
        *rc = dg_matrix_run(matrix, &how, &err);
        ck_assert_msg(*rc == DG_OK, "%s", err.text);
        ck_assert_int_eq(dg_matrix_document(&document, matrix, &err), DG_OK);
        ck_assert_int_eq(dg_matrix_check(document, &err), DG_OK);
    }
    dg_matrix_free(matrix);
    ck_assert_int_eq(chdir(back), 0);
    return document;
}

static const json_t *cell_of(const json_t *document, size_t i)
{
    return json_array_get(json_object_get(document, "cells"), i);
}
static const char *text_at(const json_t *cell, const char *key)
{
    const char *text = json_string_value(json_object_get(cell, key));
    return text ? text : "";
}

/* Letters: p passed, f failed, s skipped. */
static void came_to(const json_t *document, const char *letters, int exit)
{
    for (size_t i = 0; i < DG_MATRIX_CELLS; i++)
        ck_assert_msg(text_at(cell_of(document, i), "status")[0] == letters[i],
                      "%s: %s, not %c: %s %s", dg_matrix_cell_name(i),
                      text_at(cell_of(document, i), "status"), letters[i],
                      text_at(cell_of(document, i), "step"), text_at(cell_of(document, i), "why"));
    ck_assert_int_eq(dg_matrix_exit(document), exit);
}

START_TEST(all_cells_pass)
{
    dg_code rc;
    json_t *document = run_plan(PLAN(CONFIG("", "") START, ""), &rc);
    came_to(document, "ppppppp", 0);
    json_decref(document);
}
END_TEST

/* Calamari's way back: a configuration that was changed for N was not reverted with the binary. */
START_TEST(a_flag_that_n_minus_1_does_not_know)
{
    dg_code rc;
    json_t *document = run_plan(PLAN(CONFIG("", "--new") START, ""), &rc);
    came_to(document, "pfppppf", 1);
    ck_assert_str_eq(text_at(cell_of(document, 1), "name"), "binary=N-1 config=N");
    ck_assert_str_eq(text_at(cell_of(document, 1), "step"), "starts");
    ck_assert_str_eq(text_at(cell_of(document, 1), "why"), "the node ended (exit 2)");
    ck_assert_str_eq(
        json_string_value(json_array_get(json_object_get(cell_of(document, 1), "tail"), 0)),
        "error: unexpected argument '--new'");
    json_decref(document);
    document = run_plan(PLAN(CONFIG("", "--new") START,
                             ", \"cells\": [\"binary=N-1 config=N\"], \"allow\": [\"binary=N-1 "
                             "config=N\"]"),
                        &rc);
    ck_assert_int_eq(dg_matrix_exit(document), 0);
    json_decref(document);
}
END_TEST

START_TEST(data_that_n_minus_1_cannot_read)
{
    dg_code rc;
    json_t *document = run_plan(
        PLAN(CONFIG("", "") "\"start\": \"FORMAT=$BINARY exec sh ./node.sh $BINARY $CONFIG\"", ""),
        &rc);
    came_to(document, "pppppff", 1);
    ck_assert_str_eq(
        json_string_value(json_array_get(json_object_get(cell_of(document, 5), "tail"), 0)),
        "error: database version 2");
    json_decref(document);
}
END_TEST

START_TEST(a_node_that_starts_and_does_not_sync)
{
    dg_code rc;
    json_t *document =
        run_plan(PLAN(CONFIG("", "--slow") START, ", \"cells\": [\"binary=N config=N\", "
                                                  "\"binary=N-1 config=N-1 over N's data\"]"),
                 &rc);
    ck_assert_str_eq(text_at(cell_of(document, 0), "step"), "syncs");
    ck_assert_ptr_nonnull(strstr(text_at(cell_of(document, 0), "why"), "not within 1 s"));
    ck_assert_str_eq(text_at(cell_of(document, 1), "status"), "skipped");
    ck_assert_int_eq(dg_matrix_exit(document), 1);
    json_decref(document);
}
END_TEST

/* N-1 as it runs now has to be well, or nothing is said of N. */
START_TEST(n_minus_1_alone_fails)
{
    dg_code rc;
    json_t *document =
        run_plan(PLAN(CONFIG("--new", "") START, ", \"cells\": [\"binary=N-1 config=N-1\"]"), &rc);
    ck_assert_int_eq(dg_matrix_exit(document), 3);
    json_decref(document);
}
END_TEST

/* Does a `sleep` of so long live? */
static bool lives(const char *seconds)
{
    DIR *all = opendir("/proc");
    struct dirent *entry;
    bool found = false;
    ck_assert_ptr_nonnull(all);
    while ((entry = readdir(all))) {
        char path[300], words[100] = "";
        FILE *in;
        snprintf(path, sizeof path, "/proc/%.20s/cmdline", entry->d_name);
        if (!(in = fopen(path, "r")))
            continue;
        words[fread(words, 1, sizeof words - 1, in)] = 0;
        fclose(in);
        found |= strcmp(words, "sleep") == 0 && strcmp(words + sizeof "sleep", seconds) == 0;
    }
    closedir(all);
    return found;
}

/* It ignores SIGTERM, has a child in its group, and one that left the group. */
START_TEST(nothing_is_left_behind)
{
    dg_code rc;
    json_t *document = run_plan(
        "{\"matrix\": 1, \"binary\": {\"N-1\": \"1\", \"N\": \"2\"}, \"config\": {\"N-1\": \"\", "
        "\"N\": \"\"}, \"start\": \"trap '' TERM; sleep 86411 & setsid sleep 86412 & sleep 86413; "
        "sleep 86413\", \"cells\": [\"binary=N-1 config=N-1\"], \"checks\": [{\"name\": "
        "\"answers\", \"run\": \"setsid sleep 86414 & "
        "true\"}], \"stop_s\": 1}",
        &rc);
    ck_assert_str_eq(text_at(cell_of(document, 0), "step"), "stops");
    ck_assert_ptr_nonnull(strstr(text_at(cell_of(document, 0), "why"), "did not stop in 1 s"));
    ck_assert_ptr_nonnull(
        strstr(text_at(cell_of(document, 0), "note"), "a command left 1 process"));
    ck_assert_ptr_nonnull(strstr(text_at(cell_of(document, 0), "note"), "it left "));
    ck_assert(!lives("86411") && !lives("86412") && !lives("86413") && !lives("86414"));
    json_decref(document);
}
END_TEST

/* A check that hangs is killed by its own limit, and asked again. */
START_TEST(a_check_that_hangs)
{
    dg_code rc;
    json_t *document = run_plan(
        "{\"matrix\": 1, \"binary\": {\"N-1\": \"1\", \"N\": \"2\"}, \"config\": {\"N-1\": \"\", "
        "\"N\": \"\"}, \"start\": \"exec sleep 86420\", \"command_s\": 1, \"check_s\": 1, "
        "\"checks\": "
        "[{\"name\": \"answers\", \"run\": \"sleep 86421\"}], \"cells\": [\"binary=N-1 "
        "config=N-1\"]}",
        &rc);
    ck_assert_str_eq(text_at(cell_of(document, 0), "step"), "answers");
    ck_assert_ptr_nonnull(strstr(text_at(cell_of(document, 0), "why"), "was killed"));
    ck_assert(!lives("86420") && !lives("86421"));
    json_decref(document);
}
END_TEST

static const struct {
    const char *plan, *says;
} wrong[] = {
    { "", "plan.json" },
    { "{\"matrix\": 1}", "binary" },
    { "{\"matrix\": 1, \"binary\": {\"N-1\": \"1\", \"N\": \"2\"}, \"config\": {\"N-1\": \"\", "
      "\"N\": \"\"}, \"start\": \"x\", \"checks\": []}",
      "checks: there is none" },
    { PLAN(CONFIG("", "") START, ", \"alow\": []"), "alow" },
    { PLAN(CONFIG("", "") START, ", \"allow\": [\"binary=2\"]"), "allow[]" },
};

START_TEST(a_plan_that_cannot_be_run)
{
    dg_matrix *matrix;
    dg_error err;
    const char *path = scratch_path("plan.json");
    ck_assert_int_eq(dg_file_write(path, dg_text(wrong[_i].plan), &err), DG_OK);
    ck_assert_int_eq(dg_matrix_load(&matrix, path, &err), DG_USAGE);
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s", err.text);
}
END_TEST

/* The schemas that are shipped are the tables. */
START_TEST(the_shipped_schemas_are_the_tables)
{
    same_as_shipped(dg_keys_schema(dg_matrix_keys()), "harness/matrix/matrix.schema.json");
    same_as_shipped(dg_keys_schema(dg_matrix_outcome_keys()),
                    "harness/matrix/matrix-outcome.schema.json");
}
END_TEST

/* What is no such document is refused with its key. */
static const struct {
    const char *text, *says;
} no_documents[] = {
    { "{\"cells\":[]}", "no outcome of doppel matrix" },
    { "{\"doppel\":1,\"matrix\":{\"name\":\"m\"},\"program\":{\"name\":\"doppel\",\"version\":"
      "\"0\"},"
      "\"result\":\"held\",\"exit\":0,\"reason\":\"r\",\"cells\":[{\"name\":\"binary=N "
      "config=M\"}]}",
      "cells[].name \"binary=N config=M\" is not known" },
    { "{\"doppel\":1,\"matrix\":{\"name\":\"m\"},\"program\":{\"name\":\"doppel\",\"version\":"
      "\"0\"},"
      "\"result\":\"held\",\"exit\":4,\"reason\":\"r\",\"cells\":[]}",
      "exit is 4" },
    { "{\"doppel\":1,\"matrix\":{\"name\":\"m\"},\"program\":{\"name\":\"doppel\",\"version\":"
      "\"0\"},"
      "\"result\":\"held\",\"exit\":0,\"cells\":[]}",
      "reason is missing" },
};

START_TEST(what_is_no_document_is_refused_by_its_key)
{
    json_t *document = json_loads(no_documents[_i].text, 0, NULL);
    dg_error err = { .text = "" };
    ck_assert_ptr_nonnull(document);
    ck_assert_int_eq(dg_matrix_check(document, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, no_documents[_i].says) != NULL, "%s", err.text);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("matrix");
    TCase *tc = tcase_create("matrix");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, all_cells_pass);
    tcase_add_test(tc, a_flag_that_n_minus_1_does_not_know);
    tcase_add_test(tc, data_that_n_minus_1_cannot_read);
    tcase_add_test(tc, a_node_that_starts_and_does_not_sync);
    tcase_add_test(tc, n_minus_1_alone_fails);
    tcase_add_test(tc, nothing_is_left_behind);
    tcase_add_test(tc, a_check_that_hangs);
    tcase_add_loop_test(tc, a_plan_that_cannot_be_run, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, the_shipped_schemas_are_the_tables);
    tcase_add_loop_test(tc, what_is_no_document_is_refused_by_its_key, 0,
                        sizeof no_documents / sizeof *no_documents);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
