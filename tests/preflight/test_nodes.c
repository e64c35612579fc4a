/* Who is named as running N, over the pair of 2024-04-21 (ParachainHost 5 -> 10): who cannot back
 * under N, who could not before either, and who keeps what of the session of U. */
#include <string.h>

#include "model_pair.h"

static const char spec[] = "fixtures/paseo-1001002-e20-100val-20paras.json.zst";
static const char to[] = "fixtures/paseo-1002000-e20.wasm";

static pair the_pair;

static void open_pair(void)
{
    pair_open(&the_pair, spec, to);
}
static void close_pair(void)
{
    the_pair.nodes = NULL;
    pair_close(&the_pair);
    pair_engine_free();
}

static const struct {
    const char *release;
    unsigned per_mille;        /* the others run v1.3 */
    const char *fails, *warns; /* findings about nodes, "" for none */
} rows[] = {
    /* legacy statements alone: backs before U, and not after it */
    { "v1.0", 1000, "nodes.backing", "" },
    { "v1.1", 400, "nodes.backing", "nodes.topology" },
    /* a fifth of them is no reason to refuse N */
    { "v1.0", 200, "", "nodes.backing nodes.topology" },
    { "v1.8", 1000, "", "nodes.topology" },
    { "v1.10", 1000, "", "nodes.mode nodes.topology" },
    { "v1.12", 1000, "", "nodes.mode" },
    /* needs 11: cannot back on either side */
    { "v1.18", 1000, "", "nodes.backing" },
    { "kagome", 1000, "", "" },
};

static void about_nodes(char out[200], const char *ids)
{
    out[0] = '\0';
    for (const char *at = ids; *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strncmp(at, "nodes.", 6) == 0)
            snprintf(out + strlen(out), 200 - strlen(out), "%s%.*s", out[0] ? " " : "",
                     (int)strcspn(at, " "), at);
}

START_TEST(who_is_to_run_n_is_judged_by_release)
{
    dg_preflight_nodes nodes[2] = { { .per_mille = rows[_i].per_mille },
                                    { .per_mille = 1000 - rows[_i].per_mille } };
    char fails[200], warns[200];
    json_t *found;
    ck_assert(dg_class_read(&nodes[0].of, rows[_i].release, strlen(rows[_i].release)));
    ck_assert(dg_class_read(&nodes[1].of, "v1.3", 4));
    the_pair.nodes = nodes;
    the_pair.nodes_count = rows[_i].per_mille < 1000 ? 2 : 1;
    found = pair_preflight(&the_pair, 0);
    the_pair.nodes = NULL;
    the_pair.nodes_count = 0;
    about_nodes(fails, pair_ids(found, "fail"));
    about_nodes(warns, pair_ids(found, "warn"));
    ck_assert_str_eq(fails, rows[_i].fails);
    ck_assert_str_eq(warns, rows[_i].warns);
    ck_assert_int_eq(dg_preflight_exit(found), fails[0] ? DG_EXIT_BROKE : DG_EXIT_HELD);
    if (strcmp(rows[_i].release, "v1.18") == 0)
        ck_assert_str_eq(pair_says(pair_find(found, "nodes.backing")),
                         "all nodes run v1.18 and need ParachainHost 11 or later; N has 10, N-1 5: "
                         "they back no candidate from U on, nor before");
    json_decref(found);
}
END_TEST

START_TEST(without_names_nothing_is_said_of_releases)
{
    char any[200];
    json_t *found = pair_preflight(&the_pair, 0);
    about_nodes(any, pair_ids(found, "warn"));
    ck_assert_str_eq(any, "");
    json_decref(found);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nodes");
    TCase *tc = tcase_create("nodes");
    tcase_add_unchecked_fixture(tc, open_pair, close_pair);
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, who_is_to_run_n_is_judged_by_release, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, without_names_nothing_is_said_of_releases);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
