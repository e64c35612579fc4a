/* The model beside real nodes, block by block: each series of tests/fidelity/series.json is
 * what real validators backed and included; the program runs the same plan, and the two have
 * to agree as tests/fidelity/compare.py says: which block is the first to be empty and the
 * first to be full is exact, single candidates are chance and few. */
#include "program.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define REDUCED 1
#else
#define REDUCED 0
#endif

enum { NONE_HERE = 4, FEW = 1 };
static json_t *all;

static const char *name_of(int row)
{
    return json_string_value(json_object_get(json_array_get(all, (size_t)row), "name"));
}

/* Why the model does not do it yet; NULL: it does. */
static const char *open_of(int row)
{
    return json_string_value(json_object_get(json_array_get(all, (size_t)row), "open"));
}

static ran beside(const char *args)
{
    return doppel_by("tests/fidelity/fidelity.py", NULL, args);
}

START_TEST(the_model_does_what_real_nodes_did)
{
    char args[120];
    ran r;
    snprintf(args, sizeof args, "--kept %s", name_of(_i));
    r = beside(args);
    if (r.exit == NONE_HERE)
        printf("not run: %s", dg_buf_text(&r.err));
    else if (open_of(_i))
        ck_assert_msg(r.exit == 1, "%s: exit %d; where it agrees now, take \"open\" out of it",
                      name_of(_i), r.exit);
    else if (r.exit != 0) {
        printf("%s%s", dg_buf_text(&r.out), dg_buf_text(&r.err)); /* the table is long */
        ck_abort_msg("%s: exit %d", name_of(_i), r.exit);
    } else
        ck_assert(strstr(dg_buf_text(&r.out), name_of(_i)) != NULL);
    ran_clear(&r);
}
END_TEST

/* The same plans on the pair of the checkout, where a hundred validators have twenty parachains. */
static const char *const shapes[] = { "era-1", "era-2", "era-drop-26" };
START_TEST(what_is_empty_and_what_is_full_is_so_on_another_network)
{
    char args[120];
    ran r;
    snprintf(args, sizeof args, "--here %s", shapes[_i]);
    r = beside(args);
    ck_assert_msg(r.exit == 0 && strstr(dg_buf_text(&r.out), "by its shape"), "%s%s",
                  dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* What is changed in a series that agrees is found, or not held against it. */
START_TEST(the_comparison_finds_what_differs)
{
    ran r = beside("--self-test");
    ck_assert_msg(r.exit == 0, "%s%s", dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("real series");
    TCase *tc = tcase_create("real series");
    json_error_t why;
    json_t *file = json_load_file("tests/fidelity/series.json", 0, &why);
    int failed;
    if (!file) {
        printf("series.json: line %d: %s\n", why.line, why.text);
        return 1;
    }
    all = json_object_get(file, "series");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, the_model_does_what_real_nodes_did, 0,
                        REDUCED ? FEW : (int)json_array_size(all));
    tcase_add_loop_test(tc, what_is_empty_and_what_is_full_is_so_on_another_network, 0,
                        REDUCED ? 0 : (int)(sizeof shapes / sizeof *shapes));
    tcase_add_test(tc, the_comparison_finds_what_differs);
    suite_add_tcase(s, tc);
    if (REDUCED)
        printf("not run: all but one series, under sanitizers\n");
    failed = suite_run(s);
    json_decref(file);
    return failed;
}
