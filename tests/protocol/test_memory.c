/* A release that gives less memory than another refuses blocks which that one takes: each has its
 * row, and the two that were asked for real (tests/chain/test_memory.c) are as they were seen. */
#include "../support/suite.h"
#include "protocol/protocol.h"

static const struct {
    const char *release;
    uint32_t import_times;
} rows[] = {
    { "v0.9", 1 },  { "v1.0", 1 },  { "v1.6", 1 },  { "v1.10", 1 },
    { "v1.18", 1 }, { "v1.22", 1 }, { "v1.24", 2 }, { "v1.25", 2 },
};

START_TEST(each_release_gives_what_its_crates_say)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        dg_chain_memory m =
            dg_release_memory(dg_release_named(rows[i].release, strlen(rows[i].release)));
        ck_assert_uint_eq(m.pages, 2048);
        ck_assert_msg(m.import_times == rows[i].import_times, "%s", rows[i].release);
        ck_assert(!m.unlimited);
    }
}
END_TEST

/* Who is not told apart may be the oldest of the row. */
START_TEST(a_class_gives_what_its_oldest_release_gives)
{
    const dg_release *newest = NULL;
    dg_node_class one;
    for (size_t i = 0; dg_release_at(i); i++)
        newest = dg_release_at(i);
    for (size_t i = 0; dg_class_at(i); i++) {
        const dg_release *oldest = dg_class_at(i)->from;
        bool twice = oldest && oldest->major == 1 && oldest->minor >= 24;
        ck_assert_uint_eq(dg_class_memory(dg_class_at(i)).import_times, twice ? 2 : 1);
    }
    ck_assert(dg_class_read(&one, newest->name, strlen(newest->name)));
    ck_assert_uint_eq(dg_class_memory(&one).import_times, 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("memory");
    tcase_add_test(tc, each_release_gives_what_its_crates_say);
    tcase_add_test(tc, a_class_gives_what_its_oldest_release_gives);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
