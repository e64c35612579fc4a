/* A repair taken away has to bring back the very family of before it. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

static const struct {
    const char *of, *without, *is, *refused;
} rows[] = {
    { "v1.12..v1.13", "4269", "v1.10..v1.11", NULL },
    { "v1.7..v1.8", "3063", "v1.6", NULL },
    { "v1.10..v1.11", "4269", NULL, "v1.10..v1.11 has no repair 4269" },
    { "kagome", "3063", NULL, "kagome has no repair 3063" },
    { "v1.12..v1.13", "9999", NULL,
      "there is no repair 9999; the repairs are 1920, 3063, 4211, 4269, async-backing, "
      "artifacts, provisioner-mode, receipts-v2" },
    { "v1.3", "1920", "v1.2", NULL },
    { "v0.9..v1.0", "1920", NULL, "v0.9..v1.0 has no repair 1920" },
    { "v1.1", "1920", NULL, "v1.1 has no repair 1920" },
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

/* What it does with a topology that comes too early, in a word; "" where a repair is undone. */
static const struct {
    const char *of, *without, *does;
} early[] = {
    { "v0.9..v1.0", "", "none" },
    { "v1.1", "", "none" },
    { "v1.2", "", "drops" },
    { "v1.6", "", "drops" },
    { "v1.10..v1.11", "", "forgets" },
    { "v1.12..v1.13", "", "keeps" },
    { "v1.12..v1.13", "4269", "forgets" },
    { "v1.12..v1.13", "3063", "drops" },
    { "v1.17", "", "keeps" },
    { "v1.18..v1.19", "", "keeps" },
    { "v1.7..v1.8", "", "forgets" },
    { "v1.24..v1.25", "", "keeps" },
    { "kagome", "", "derives" },
};

START_TEST(what_a_family_does_with_an_early_topology_has_a_word)
{
    dg_node_class copy = *dg_class_named(early[_i].of);
    if (early[_i].without[0])
        ck_assert_int_eq(dg_class_without(&copy, early[_i].without, NULL), DG_OK);
    ck_assert_str_eq(dg_class_early_name(&copy), early[_i].does);
}
END_TEST

/* What each family is with a repair that it lacks: the first family that has it, as far as the
 * repair goes; and it lacks what it has no use for no more than what it has. */
#define LEGACY "v0.7 v0.9..v1.0 v1.1"
#define DROP "v1.2 v1.3 v1.4 v1.5 v1.6"
#define PURGE "v1.7..v1.8 v1.9 v1.10..v1.11"
static const struct {
    const char *repair, *lacking; /* in the order of the table */
} lacks[] = {
    { "1920", "v1.2" },
    { "3063", DROP },
    { "4211", LEGACY " " DROP " " PURGE },
    { "4269", DROP " " PURGE },
    { "async-backing", LEGACY },
    { "artifacts", LEGACY " v1.2 v1.3 v1.4 v1.6 " PURGE
                          " v1.12..v1.13 v1.14..v1.15 v1.16 v1.17 v1.18..v1.19 v1.20..v1.21 "
                          "v1.22 v1.24..v1.25" },
    { "provisioner-mode", "v1.9 v1.10..v1.11 v1.12..v1.13 v1.14..v1.15 v1.16 v1.17" },
    { "receipts-v2", LEGACY " " DROP " " PURGE " v1.12..v1.13 v1.14..v1.15 v1.16" },
    { "rotation", "" },
    { "skipped-epochs", "v0.7" },
    { "native-version", "v0.7" },
};

START_TEST(a_repair_is_lacked_by_the_families_before_it)
{
    const dg_repair *r = dg_repair_at((size_t)_i);
    const dg_node_class *c, *first = dg_class_named(r->first);
    char lacking[200] = "";
    ck_assert_str_eq(r->name, lacks[_i].repair);
    ck_assert(first && r->has(first) && !r->lacks(first));
    for (size_t i = 0; (c = dg_class_at(i)); i++) {
        dg_node_class copy = *c;
        if (!r->lacks(c))
            continue;
        snprintf(lacking + strlen(lacking), sizeof lacking - strlen(lacking), "%s%s",
                 lacking[0] ? " " : "", c->name);
        ck_assert(!r->has(c));
        r->add(&copy);
        ck_assert_msg(r->has(&copy) && !r->lacks(&copy), "%s with %s", c->name, r->name);
    }
    ck_assert_str_eq(lacking, lacks[_i].lacking);
}
END_TEST

/* All that is wanting in the oldest makes of it what the table calls sound. */
START_TEST(with_every_repair_a_family_is_sound)
{
    dg_node_class copy = *dg_class_at((size_t)_i);
    const dg_node_class *sound = dg_class_named("v1.17");
    const dg_repair *r;
    for (size_t i = 0; (r = dg_repair_at(i)); i++)
        if (r->lacks(&copy))
            r->add(&copy);
    ck_assert(copy.v2 && copy.keeps_v1_collations && copy.keeps_artifacts && copy.receipts_v2);
    ck_assert(!copy.artifact_full && !copy.native_authoring && !copy.needs_every_epoch);
    ck_assert(copy.early == DG_EARLY_DERIVE
              || (copy.early == sound->early && copy.keeps_newest == sound->keeps_newest));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("repair");
    TCase *tc = tcase_create("repair");
    tcase_add_loop_test(tc, what_a_family_does_with_an_early_topology_has_a_word, 0,
                        sizeof early / sizeof *early);
    tcase_add_loop_test(tc, without_its_repair_a_family_is_the_one_before, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(tc, a_repair_is_lacked_by_the_families_before_it, 0,
                        (int)(sizeof lacks / sizeof *lacks));
    size_t families = 0;
    while (dg_class_at(families))
        families++;
    tcase_add_loop_test(tc, with_every_repair_a_family_is_sound, 0, (int)families);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
