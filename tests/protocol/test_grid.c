/* Real nodes derive the grid of a session from shared randomness. If ours differed
 * in one place, who can hear whom would differ with it. The first vector is a full
 * list of an independent node implementation; the others were computed by another
 * program from the same rules. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

static void randomness_of(uint8_t out[32], const char *digits)
{
    memcpy(out, hex(digits).at, 32);
}

static const char *const third = "3e3af4adec1ce3f72cae15157c2373db5aa79f03c229b26d026569bcaf94b50d";
static const char *const zeros = "0000000000000000000000000000000000000000000000000000000000000000";
static const char *const steps = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

START_TEST(the_stream_is_that_of_chacha20)
{
    /* RFC 8439 2.3.2 has another nonce; this is the all-zero key of djb's original. */
    static const uint8_t key[32] = { 0 };
    uint8_t first[32];
    dg_chacha c;
    dg_chacha_init(&c, key);
    for (size_t i = 0; i < 8; i++)
        dg_le32_put(first + 4 * i, dg_chacha_u32(&c));
    assert_bytes(DG_BYTES_OF(first),
                 hex("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"), "stream");
    for (size_t i = 8; i < 16; i++)
        dg_chacha_u32(&c);
    for (size_t i = 0; i < 8; i++) /* second block: the counter moves */
        dg_le32_put(first + 4 * i, dg_chacha_u32(&c));
    assert_bytes(DG_BYTES_OF(first),
                 hex("9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"),
                 "second block");
}
END_TEST

static const struct {
    const char **randomness;
    const char *seed;
} seeds[] = {
    { (const char **)&third, "8ba4e9ef96ff5b27611d85d5754387f22f26fc0223cb8985f8290de90b1309bc" },
    { (const char **)&zeros, "a02f2b1a8819bad04c50784fe04a18fffe3a7da747496e2822a317c7c5a4026f" },
    { (const char **)&steps, "48e2faf597c913d7dbb16c6ae7c4a31cb48529aa27535bd9ec0e4064ac98690c" },
};
START_TEST(the_seed_is_hashed_from_the_randomness)
{
    uint8_t randomness[32];
    dg_hash seed;
    randomness_of(randomness, *seeds[_i].randomness);
    seed = dg_grid_seed(randomness);
    assert_bytes(dg_hash_bytes(&seed), hex(seeds[_i].seed), "seed");
}
END_TEST

static const struct {
    const char **randomness;
    uint32_t n, from, count;
    uint32_t at[24];
} shuffles[] = {
    { (const char **)&third, 100, 0, 10, { 48, 29, 17, 25, 16, 62, 97, 83, 89, 21 } },
    { (const char **)&third, 100, 94, 6, { 18, 31, 10, 32, 15, 30 } },
    { (const char **)&zeros, 11, 0, 11, { 6, 2, 8, 7, 10, 1, 3, 9, 4, 5, 0 } },
    { (const char **)&zeros, 24, 0, 24, { 21, 23, 17, 8,  10, 9, 6,  16, 19, 7,  5,  4,
                                          1,  14, 3,  15, 20, 0, 12, 2,  22, 18, 11, 13 } },
    { (const char **)&steps, 11, 0, 11, { 4, 5, 6, 10, 1, 3, 0, 9, 8, 7, 2 } },
};
START_TEST(validators_stand_where_real_nodes_put_them)
{
    uint8_t randomness[32];
    dg_grid g;
    randomness_of(randomness, *shuffles[_i].randomness);
    ck_assert_int_eq(dg_grid_init(&g, shuffles[_i].n, randomness, NULL), DG_OK);
    for (uint32_t i = 0; i < shuffles[_i].count; i++)
        ck_assert_uint_eq(g.at[shuffles[_i].from + i], shuffles[_i].at[i]);
    for (uint32_t i = 0; i < g.count; i++)
        ck_assert_uint_eq(g.position[g.at[i]], i);
    dg_grid_clear(&g);
}
END_TEST

static const struct {
    const char **randomness;
    uint32_t n, member, x[4], y[8];
} neighbours[] = {
    { (const char **)&zeros, 11, 0, { 5, DG_NO }, { 2, 9, 10, DG_NO } },
    { (const char **)&zeros, 24, 0, { 20, 12, 2, DG_NO }, { 23, 9, 7, 14, 18, DG_NO } },
    { (const char **)&steps, 11, 0, { 9, 8, DG_NO }, { 4, 7, 10, DG_NO } },
};
static bool listed(const uint32_t *list, uint32_t member)
{
    for (; *list != DG_NO; list++)
        if (*list == member)
            return true;
    return false;
}
START_TEST(rows_and_columns_are_those_of_real_nodes)
{
    uint8_t randomness[32];
    dg_grid g;
    randomness_of(randomness, *neighbours[_i].randomness);
    ck_assert_int_eq(dg_grid_init(&g, neighbours[_i].n, randomness, NULL), DG_OK);
    for (uint32_t other = 0; other < g.count; other++) {
        ck_assert_int_eq(dg_grid_same_row(&g, neighbours[_i].member, other),
                         listed(neighbours[_i].x, other));
        ck_assert_int_eq(dg_grid_same_column(&g, neighbours[_i].member, other),
                         listed(neighbours[_i].y, other));
    }
    dg_grid_clear(&g);
}
END_TEST

/* Whatever the number, everybody is heard by everybody after two hops, and the
 * number of neighbours stays near two roots. */
static const struct {
    uint32_t n, low, high;
} sizes[] = {
    { 1, 0, 0 },   { 2, 1, 1 },    { 3, 2, 2 },     { 5, 0, 8 },      { 8, 0, 8 },
    { 24, 0, 16 }, { 297, 0, 40 }, { 300, 27, 33 }, { 1000, 39, 62 },
};
START_TEST(two_hops_reach_everybody)
{
    uint8_t randomness[32];
    dg_grid g;
    randomness_of(randomness, steps);
    ck_assert_int_eq(dg_grid_init(&g, sizes[_i].n, randomness, NULL), DG_OK);
    for (uint32_t a = 0; a < g.count; a++) {
        uint32_t degree = 0, unreached = 0;
        for (uint32_t b = 0; b < g.count; b++) {
            uint32_t over[2];
            bool near = dg_grid_same_row(&g, a, b) || dg_grid_same_column(&g, a, b);
            degree += near;
            unreached +=
                a != b && !near
                && (!dg_grid_between(&g, over, a, b)
                    || !(dg_grid_same_row(&g, a, over[0]) || dg_grid_same_column(&g, a, over[0]))
                    || !(dg_grid_same_row(&g, b, over[0]) || dg_grid_same_column(&g, b, over[0])));
        }
        ck_assert_uint_eq(unreached, 0);
        ck_assert_uint_ge(degree, sizes[_i].low);
        ck_assert_uint_le(degree, sizes[_i].high);
    }
    dg_grid_clear(&g);
}
END_TEST

START_TEST(without_memory_there_is_no_grid)
{
    uint8_t randomness[32] = { 0 };
    for (uint64_t nth = 1; nth <= 2; nth++) {
        dg_error err;
        dg_grid g;
        dg_alloc_fail_from(nth);
        ck_assert_int_eq(dg_grid_init(&g, 9, randomness, &err), DG_NOMEM);
        dg_alloc_fail_from(0);
        ck_assert_ptr_null(g.at);
        ck_assert_ptr_null(g.position);
    }
}
END_TEST

/* ---- groups ---- */

static const struct {
    uint32_t validators, groups, first, last, larger;
} splits[] = {
    { 10, 3, 4, 3, 1 },    { 100, 20, 5, 5, 20 }, { 300, 50, 6, 6, 50 },
    { 297, 55, 6, 5, 22 }, { 3, 5, 1, 0, 3 },
};
START_TEST(the_first_groups_take_what_is_left_over)
{
    uint32_t sizes_of[64], sum = 0;
    dg_groups_split(sizes_of, splits[_i].groups, splits[_i].validators);
    for (uint32_t g = 0; g < splits[_i].groups; g++) {
        ck_assert_uint_eq(sizes_of[g], g < splits[_i].larger ? splits[_i].first : splits[_i].last);
        sum += sizes_of[g];
    }
    ck_assert_uint_eq(sum, splits[_i].validators);
}
END_TEST

static const struct {
    uint32_t start, frequency, now, groups, core, group;
} turns[] = {
    { 100, 10, 100, 20, 7, 7 }, { 100, 10, 109, 20, 7, 7 }, { 100, 10, 110, 20, 7, 8 },
    { 100, 10, 250, 20, 7, 2 }, { 100, 0, 999, 20, 7, 7 },  { 100, 1, 119, 20, 19, 18 },
    { 100, 10, 90, 3, 2, 2 },
};
START_TEST(groups_walk_over_the_cores)
{
    dg_rotation r = { turns[_i].start, turns[_i].frequency, turns[_i].now };
    ck_assert_uint_eq(dg_rotation_group(&r, (dg_core_ix){ turns[_i].core }, turns[_i].groups),
                      turns[_i].group);
    ck_assert_uint_eq(dg_rotation_core(&r, (dg_group_ix){ turns[_i].group }, turns[_i].groups),
                      turns[_i].core);
    for (uint32_t g = 0; g < turns[_i].groups; g++)
        ck_assert_uint_eq(
            dg_rotation_group(
                &r, (dg_core_ix){ dg_rotation_core(&r, (dg_group_ix){ g }, turns[_i].groups) },
                turns[_i].groups),
            g);
}
END_TEST

/* ---- classes ---- */

static const struct {
    const char *a, *b;
    unsigned speaks;
} links[] = {
    { "SD_V1", "SD_V1", 1 },           { "SD_V1", "SD_V12_OK", 1 },
    { "SD_V12_DROP", "SD_V12_OK", 2 }, { "SD_V12_PURGE", "SD_V12_OK", 3 },
    { "SD_V1", "SD_V2_ONLY", 0 },      { "SD_V12_DROP", "SD_V2_ONLY", 0 },
    { "KAGOME", "SD_V2_ONLY", 3 },
};
START_TEST(two_classes_speak_the_newest_protocol_both_know)
{
    const dg_node_class *a = dg_class_named(links[_i].a), *b = dg_class_named(links[_i].b);
    ck_assert(a && b);
    ck_assert_uint_eq(dg_class_link(a, b), links[_i].speaks);
    ck_assert_uint_eq(dg_class_link(b, a), links[_i].speaks);
}
END_TEST

START_TEST(every_class_says_what_it_is)
{
    ck_assert_ptr_null(dg_class_named("SD_V3"));
    for (size_t i = 0; dg_class_at(i); i++) {
        ck_assert_ptr_eq(dg_class_named(dg_class_at(i)->name), dg_class_at(i));
        ck_assert_uint_gt(strlen(dg_class_at(i)->says), 10);
        ck_assert(dg_class_at(i)->legacy || dg_class_at(i)->v2);
    }
}
END_TEST

/* ---- who else keeps topologies, and where gossip goes ---- */

START_TEST(old_topologies_stand_in_for_unknown_ones)
{
    dg_session of[3] = { { .index = 4 }, { .index = 5 }, { .index = 6 } };
    dg_topologies t = { .current = NULL };
    ck_assert_ptr_null(dg_topologies_for(&t, 4));
    dg_topologies_add(&t, &of[0]);
    ck_assert_ptr_eq(dg_topologies_for(&t, 9), &of[0]); /* the wrong session's, rather than none */
    dg_topologies_add(&t, &of[1]);
    ck_assert_ptr_eq(dg_topologies_for(&t, 4), &of[0]);
    ck_assert_ptr_eq(dg_topologies_for(&t, 5), &of[1]);
    dg_topologies_add(&t, &of[2]);
    ck_assert_ptr_eq(dg_topologies_for(&t, 4), &of[2]); /* two back is forgotten */
    ck_assert_ptr_eq(dg_topologies_for(&t, 5), &of[1]);
    dg_topologies_add(&t, &of[2]);
    ck_assert_ptr_eq(dg_topologies_for(&t, 5), &of[1]); /* told twice: nothing moves */
}
END_TEST

/* Groups and keys are answers of their own: validator 7 and 9 of this group have no place in a grid
 * of seven, and nobody has to tell them. */
START_TEST(a_group_may_have_members_beyond_the_grid)
{
    uint32_t from[] = { 0, 3, 5 }, members[] = { 7, 2, 9, 7, 8 };
    dg_view v = { .group_from = from, .members = members, .group_count = 2 };
    uint32_t few[] = { 0, 1 }, alone[] = { 2 };
    dg_view only = { .group_from = few, .members = alone, .group_count = 1 };
    uint8_t randomness[32];
    dg_grid g;
    randomness_of(randomness, steps);
    ck_assert_int_eq(dg_grid_init(&g, 7, randomness, NULL), DG_OK);
    for (uint32_t member = 0; member < 7; member++) {
        dg_route to = dg_grid_sends(&g, &v, (dg_group_ix){ 0 }, (dg_discovery_ix){ member }),
                 same = dg_grid_sends(&g, &only, (dg_group_ix){ 0 }, (dg_discovery_ix){ member }),
                 none = dg_grid_sends(&g, &v, (dg_group_ix){ 1 }, (dg_discovery_ix){ member });
        ck_assert(to.row == same.row && to.column == same.column);
        ck_assert(!none.row && !none.column);
    }
    dg_grid_clear(&g);
}
END_TEST

/* Every neighbour has one number and is found under it; what came along the row goes on
 * along the column, what came along the column along the row, anything else nowhere. */
START_TEST(neighbours_are_numbered_and_routes_cross)
{
    static const uint32_t counts[] = { 1, 2, 11, 24, 100 };
    const uint8_t randomness[32] = { 7 };
    dg_grid g;
    uint32_t n = counts[_i];
    ck_assert_int_eq(dg_grid_init(&g, n, randomness, NULL), DG_OK);
    for (uint32_t a = 0; a < n; a++) {
        uint32_t found = 0, near = 0;
        for (uint32_t slot = 0; slot < dg_grid_slots(&g); slot++) {
            uint32_t b = dg_grid_neighbour(&g, (dg_discovery_ix){ a }, slot);
            if (b == DG_NO)
                continue;
            ck_assert_uint_eq(dg_grid_slot(&g, (dg_discovery_ix){ a }, (dg_discovery_ix){ b }),
                              slot);
            found++;
        }
        for (uint32_t b = 0; b < n; b++) {
            dg_route to = dg_grid_route(&g, (dg_discovery_ix){ a }, (dg_discovery_ix){ b });
            bool row = dg_grid_same_row(&g, a, b), column = dg_grid_same_column(&g, a, b);
            near += row || column;
            ck_assert(to.row == (a == b || column) && to.column == (a == b || row));
            ck_assert((dg_grid_slot(&g, (dg_discovery_ix){ a }, (dg_discovery_ix){ b }) == DG_NO)
                      == !(row || column));
        }
        ck_assert_uint_eq(found, near);
    }
    dg_grid_clear(&g);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("grid");
    TCase *tc = tcase_create("grid");
    tcase_add_test(tc, the_stream_is_that_of_chacha20);
    tcase_add_loop_test(tc, the_seed_is_hashed_from_the_randomness, 0, ROWS(seeds));
    tcase_add_loop_test(tc, validators_stand_where_real_nodes_put_them, 0, ROWS(shuffles));
    tcase_add_loop_test(tc, rows_and_columns_are_those_of_real_nodes, 0, ROWS(neighbours));
    tcase_add_loop_test(tc, two_hops_reach_everybody, 0, ROWS(sizes));
    tcase_add_test(tc, without_memory_there_is_no_grid);
    tcase_add_loop_test(tc, the_first_groups_take_what_is_left_over, 0, ROWS(splits));
    tcase_add_loop_test(tc, groups_walk_over_the_cores, 0, ROWS(turns));
    tcase_add_loop_test(tc, two_classes_speak_the_newest_protocol_both_know, 0, ROWS(links));
    tcase_add_test(tc, every_class_says_what_it_is);
    tcase_add_test(tc, old_topologies_stand_in_for_unknown_ones);
    tcase_add_test(tc, a_group_may_have_members_beyond_the_grid);
    tcase_add_loop_test(tc, neighbours_are_numbered_and_routes_cross, 0, 5);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
