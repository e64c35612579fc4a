/* What a node goes by at a leaf: the session's answer that it keeps, where its release goes by such
 * an answer, else the leaf's own. A node that took the leaf's where real ones keep another would
 * heal a fault that lasts until the session ends. */
#include "../support/suite.h"
#include "world/world.h"

#include <string.h>

enum { SESSION = 3, ASKED_AT = 7, BITS = 1 << 1, RECEIPTS = 1 << 3, BOTH = BITS | RECEIPTS };

/* `kept`: at the session's first leaf, `told`: at the leaf that is asked about. */
static const struct row {
    const char *of;
    uint64_t kept, told;
    uint32_t votes_kept, votes_told;
    uint32_t spared; /* as dg_spared.kept */
    bool bits, receipts;
    uint32_t votes;
    int64_t differs; /* bits of features; 0: nothing that it goes by */
} rows[] = {
    /* the default of a configuration that N cannot decode stays */
    { "SD_V12_RECEIPTS", 0, BOTH, 2, 3, 0, false, false, 2, BOTH },
    /* and the right one covers it */
    { "SD_V12_RECEIPTS", BOTH, 0, 3, 2, 0, true, true, 3, BOTH },
    { "SD_V12_RECEIPTS", BOTH, BOTH, 2, 2, 0, true, true, 2, 0 },
    /* without what is kept the leaf's own counts, of that value alone */
    { "SD_V12_RECEIPTS", 0, BOTH, 2, 3, 1u << DG_SESSION_FEATURES, true, true, 2, 0 },
    { "SD_V12_RECEIPTS", 0, BOTH, 2, 3, 1u << DG_SESSION_VOTES, false, false, 3, BOTH },
    /* never reads such a descriptor */
    { "SD_V12_OK", 0, BOTH, 2, 2, 0, false, false, 2, BITS },
    { "SD_V12_OK", BOTH, 0, 2, 2, 0, true, false, 2, BITS },
    /* asks no feature for it any more */
    { "v1.22", 0, BOTH, 2, 2, 0, true, true, 2, 0 },
    { "v1.22", BOTH, 0, 2, 2, 0, true, true, 2, 0 },
    { "v1.18..v1.19", 0, 0, 2, 2, 0, true, false, 2, 0 },
    /* does not ask for features, or for approval alone */
    { "SD_V1", BOTH, BOTH, 2, 3, 0, false, false, 3, 0 },
    { "v1.4", BOTH, BOTH, 2, 2, 0, false, false, 2, 0 },
    { "v1.6", BOTH, BOTH, 2, 2, 0, false, false, 2, 0 },
    { "kagome", 0, BOTH, 2, 2, 0, false, true, 2, BITS },
};

static dg_view view_of(uint64_t features, uint32_t votes)
{
    static uint32_t group_from[] = { 0, 5 };
    return (dg_view){ .host_version = 12,
                      .session_known = true,
                      .session = SESSION,
                      .features = features,
                      .votes_min = votes,
                      .group_count = 1,
                      .group_from = group_from };
}

START_TEST(a_node_goes_by_what_it_keeps_of_the_session)
{
    const struct row *r = &rows[_i];
    dg_view first = view_of(r->kept, r->votes_kept);
    dg_world_node node = { .of = dg_class_named(r->of) };
    dg_world_block block = { .view = view_of(r->told, r->votes_told), .viewed = true };
    dg_world world = { .nodes = &node,
                       .node_count = 1,
                       .blocks = &block,
                       .block_count = 1,
                       .options.spared.kept = r->spared };
    dg_kept_told k;
    bool differs;
    dg_answers_take(&node.answers, node.of, &first, ASKED_AT);
    ck_assert_int_eq(dg_world_core_bits(&world, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 }), r->bits);
    ck_assert_int_eq(dg_world_reads_receipts_v2(&world, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 }),
                     r->receipts);
    ck_assert_uint_eq(
        dg_world_votes_needed(&world, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 }, (dg_group_ix){ 0 }),
        r->votes);
    differs = dg_world_kept_differs(&world, &k, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 },
                                    DG_SESSION_FEATURES);
    ck_assert_int_eq(differs, r->differs != 0);
    if (differs) {
        ck_assert_int_eq(k.kept ^ k.told, r->differs);
        ck_assert_uint_eq(k.asked_at, ASKED_AT);
    }
    differs =
        dg_world_kept_differs(&world, &k, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 }, DG_SESSION_VOTES);
    ck_assert_int_eq(differs, r->votes != r->votes_told);
}
END_TEST

/* Three groups, which moved on twice by the frequency that is told, and four times by the one that
 * is kept: group 0 serves core 1 and asks for those of core 2. */
static const struct {
    bool keeps;
    uint32_t kept, spared;
    bool own, other; /* asks for the parachains of cores 1 and 2 */
} rotations[] = {
    { true, 10, 0, true, true }, /* as told: whoever its group serves, on whatever core */
    { true, 5, 0, false, true },
    { true, 5, 1u << DG_SESSION_ROTATION, true, true },
    { false, 5, 0, true, true },
};
START_TEST(who_keeps_the_rotation_asks_the_wrong_collators)
{
    dg_node_class of = *dg_class_named("SD_V2_ONLY");
    dg_core cores[3] = { { .kind = DG_CORE_SCHEDULED, .para = 2000 },
                         { .kind = DG_CORE_SCHEDULED, .para = 2001 },
                         { .kind = DG_CORE_SCHEDULED, .para = 2002 } };
    dg_view first = view_of(0, 2);
    dg_world_node node = { .of = &of };
    dg_world_block block = { .view = view_of(0, 2), .viewed = true };
    dg_world world = { .nodes = &node,
                       .node_count = 1,
                       .blocks = &block,
                       .block_count = 1,
                       .options.spared.kept = rotations[_i].spared };
    of.keeps_rotation = rotations[_i].keeps;
    first.rotation = (dg_rotation){ 100, rotations[_i].kept, 101 };
    block.view.rotation = (dg_rotation){ 100, 10, 120 };
    first.group_count = block.view.group_count = 3;
    block.view.cores = cores;
    block.view.core_count = 3;
    dg_answers_take(&node.answers, &of, &first, ASKED_AT);
    ck_assert_int_eq(dg_world_collates(&world, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 },
                                       (dg_group_ix){ 0 }, (dg_para_id){ 2001 }),
                     rotations[_i].own);
    ck_assert_int_eq(dg_world_collates(&world, (dg_node_ix){ 0 }, (dg_leaf_id){ 0 },
                                       (dg_group_ix){ 0 }, (dg_para_id){ 2002 }),
                     rotations[_i].other);
}
END_TEST

/* How far back a relay parent may lie: by the scheduling lookahead from v1.18 on, by what
 * asynchronous backing allows (7 blocks here) before. */
static const struct {
    const char *of;
    uint32_t host_version; /* of the session's first leaf */
    uint32_t kept, told, spared, ancestry;
    bool differs;
} lookaheads[] = {
    /* the default of a configuration that N cannot decode: no ancestor all session, */
    { "v1.18", 13, 1, 3, 0, 0, true },
    /* .. and the right one covers it */
    { "v1.25", 13, 3, 1, 0, 2, true },
    { "v1.18", 13, 3, 3, 0, 2, false },
    { "v1.18", 13, 1, 3, 1u << DG_SESSION_LOOKAHEAD, 2, false },
    /* asked where the runtime had no such method: nothing is kept */
    { "v1.18", 12, 1, 4, 0, 3, false },
    { "v1.17", 13, 1, 3, 0, 7, false },
    { "kagome", 13, 1, 3, 0, 7, false },
};
START_TEST(relay_parents_go_back_by_the_lookahead_that_is_kept)
{
    dg_view first = view_of(0, 2);
    dg_node_class of;
    dg_world_node node = { .of = &of };
    dg_world_block block = { .view = view_of(0, 2), .viewed = true };
    dg_world world = { .nodes = &node,
                       .node_count = 1,
                       .blocks = &block,
                       .block_count = 1,
                       .options.spared.kept = lookaheads[_i].spared };
    dg_node_ix it = { 0 };
    dg_leaf_id leaf = { 0 };
    dg_kept_told k;
    ck_assert(dg_class_read(&of, lookaheads[_i].of, strlen(lookaheads[_i].of)));
    first.host_version = lookaheads[_i].host_version;
    first.lookahead = lookaheads[_i].kept;
    block.view.host_version = 13;
    block.view.lookahead = lookaheads[_i].told;
    block.view.ancestry = 7;
    dg_answers_take(&node.answers, &of, &first, ASKED_AT);
    ck_assert_uint_eq(dg_world_ancestry(&world, it, leaf), lookaheads[_i].ancestry);
    ck_assert_int_eq(dg_world_kept_differs(&world, &k, it, leaf, DG_SESSION_LOOKAHEAD),
                     lookaheads[_i].differs);
    node.answers = (dg_answers){ .count = 0 }; /* the process begins anew */
    ck_assert_uint_eq(dg_world_ancestry(&world, it, leaf),
                      lookaheads[_i].ancestry == 7 ? 7 : lookaheads[_i].told - 1);
    block.view.host_version = 12; /* no such method: nodes have a default of their own */
    ck_assert_uint_eq(dg_world_ancestry(&world, it, leaf), lookaheads[_i].ancestry == 7 ? 7 : 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session_values");
    TCase *tc = tcase_create("session_values");
    tcase_add_loop_test(tc, a_node_goes_by_what_it_keeps_of_the_session, 0,
                        (int)(sizeof rows / sizeof *rows));
    tcase_add_loop_test(tc, who_keeps_the_rotation_asks_the_wrong_collators, 0,
                        (int)(sizeof rotations / sizeof *rotations));
    tcase_add_loop_test(tc, relay_parents_go_back_by_the_lookahead_that_is_kept, 0,
                        (int)(sizeof lookaheads / sizeof *lookaheads));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
