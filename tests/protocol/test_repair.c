/* A repair taken away has to bring back the very family of before it. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

static const struct {
    const char *of, *without, *is, *refused;
} rows[] = {
    { "SD_V12_OK", "4269", "SD_V12_PURGE", NULL },
    { "SD_V12_PURGE", "3063", "SD_V12_DROP", NULL },
    { "SD_V12_PURGE", "4269", NULL, "SD_V12_PURGE has no repair 4269" },
    { "KAGOME", "3063", NULL, "KAGOME has no repair 3063" },
    { "SD_V12_OK", "9999", NULL, "there is no repair 9999; there are 1920, 3063, 4211, 4269" },
    { "SD_V12_DROP", "1920", "SD_V12_STRICT", NULL },
    { "SD_V1", "1920", NULL, "SD_V1 has no repair 1920" },
};

START_TEST(without_its_repair_a_family_is_the_one_before)
{
    dg_node_class copy = *dg_class_named(rows[_i].of);
    dg_error err = { .text = "" };
    dg_code rc = dg_class_without(&copy, rows[_i].without, &err);
    if (rows[_i].refused) {
        ck_assert_int_eq(rc, DG_USAGE);
        ck_assert_msg(strncmp(err.text, rows[_i].refused, strlen(rows[_i].refused)) == 0, "%s",
                      err.text);
    } else {
        const dg_node_class *before = dg_class_named(rows[_i].is);
        ck_assert_int_eq(rc, DG_OK);
        ck_assert_int_eq(copy.early, before->early);
        ck_assert_int_eq(copy.keeps_newest, before->keeps_newest);
        ck_assert(strcmp(rows[_i].without, "1920") != 0
                  || copy.keeps_v1_collations == before->keeps_v1_collations);
        ck_assert_int_eq(copy.forgets_unused || copy.early == DG_EARLY_DROP,
                         before->forgets_unused || before->early == DG_EARLY_DROP);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("repair");
    TCase *tc = tcase_create("repair");
    tcase_add_loop_test(tc, without_its_repair_a_family_is_the_one_before, 0,
                        (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
