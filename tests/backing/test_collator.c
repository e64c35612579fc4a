/* Parachains stand still when nobody takes their collations (2023-10-17), and their
 * logs fill with panics when an author does not ask whether there is room
 * (2024-04-06), while their cadence stays. Both have to show as what they are. */
#include "../support/model_net.h"

#include <string.h>

enum { AT = 2 * EPOCH - 1, UNTIL = AT + 16, SETTLED = AT + 5 };
#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

static uint64_t sum(const world *w, const char *field, uint32_t from, uint32_t to)
{
    return world_sum(w, DG_EVENT_NET_COLLATORS, field, from, to);
}

enum { ATTEMPTS = 1, MADE, PANICS, REFUSED };

/* ---- authors ---- */

/* Where a block waits for availability a synchronous runtime has no room: an author
 * that does not ask panics at every second leaf, and the blocks come as before. */
static const struct {
    const char *kind;
    bool async;
    bool panics, doubles;
} authors[] = {
    { "lookahead", false, false, false },  { "basic", false, true, false },
    { "slot-based", false, false, false }, { "lookahead", true, false, true },
    { "basic", true, false, true },        { "slot-based", true, false, true },
};

START_TEST(an_author_that_does_not_ask_panics_and_loses_nothing)
{
    dg_collators all = { .of = dg_backing_author_named(authors[_i].kind),
                         .protocol = 2,
                         .async = authors[_i].async,
                         .ppm = 1000000 };
    world_options o = { .seed = 15, .how = DG_HOW_OVERRIDE, .enact = AT, .collators = &all };
    uint64_t blocks, backed, made, panics;
    world w;
    world_open(&w, &o);
    world_run(&w, UNTIL);
    ck_assert_uint_eq(sum(&w, "panics", 0, AT), 0); /* without asynchronous backing nobody tries */
    blocks = world_times(&w, DG_EVENT_NET_PARAS, SETTLED, UNTIL);
    backed = world_sum(&w, DG_EVENT_NET_PARAS, "backed", SETTLED, UNTIL);
    made = sum(&w, "collations", SETTLED, UNTIL);
    panics = sum(&w, "panics", SETTLED, UNTIL);
    ck_assert_uint_eq(sum(&w, "attempts", SETTLED, UNTIL), made + panics);
    ck_assert_uint_eq(sum(&w, "refused", 0, UNTIL), 0);
    if (authors[_i].doubles)
        ck_assert_msg(backed * 10 >= 20 * blocks * 9, "%llu in %llu blocks",
                      (unsigned long long)backed, (unsigned long long)blocks);
    else
        ck_assert_msg(backed >= 7 * blocks && backed <= 13 * blocks, "%llu in %llu blocks",
                      (unsigned long long)backed, (unsigned long long)blocks);
    if (authors[_i].panics) /* about one for each block of a parachain */
        ck_assert_msg(panics * 10 >= made * 7 && panics * 10 <= made * 13,
                      "%llu panics, %llu collations", (unsigned long long)panics,
                      (unsigned long long)made);
    else
        ck_assert_uint_eq(panics, 0);
    world_close(&w);
}
END_TEST

/* ---- versions of the protocol ---- */

static const struct {
    const char *class;
    unsigned protocol;
    bool refused;
} versions[] = {
    { "SD_V12_STRICT", 1, true },
    { "SD_V12_STRICT", 2, false },
    { "SD_V12_DROP", 1, false },
    { "SD_V12_OK", 1, false },
};

START_TEST(collations_of_version_1_are_refused_from_the_flip_on_before_1920)
{
    dg_collators all = { .of = dg_backing_author_named("lookahead"),
                         .protocol = versions[_i].protocol,
                         .ppm = 1000000 };
    world_options o = {
        .of = versions[_i].class, .seed = 15, .how = DG_HOW_OVERRIDE, .enact = AT, .collators = &all
    };
    uint64_t backed;
    world w;
    world_open(&w, &o);
    world_run(&w, UNTIL);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", EPOCH + 1, AT - 1), 0);
    /* refused at leaf U first, which is built on in the slot after */
    ck_assert_uint_eq(sum(&w, "refused", 0, AT), 0);
    backed = world_sum(&w, DG_EVENT_NET_PARAS, "backed", AT + 1, UNTIL);
    if (versions[_i].refused) {
        ck_assert_uint_eq(backed, 0);
        ck_assert_uint_eq(sum(&w, "refused", AT + 1, UNTIL), sum(&w, "collations", AT + 1, UNTIL));
        ck_assert_uint_gt(sum(&w, "refused", AT + 1, UNTIL), 0);
    } else {
        ck_assert_uint_eq(sum(&w, "refused", AT + 1, UNTIL), 0);
        ck_assert_uint_gt(backed, 50);
    }
    world_close(&w);
}
END_TEST

/* With a share of old collators exactly their parachains stand still. */
START_TEST(only_parachains_of_old_collators_stand_still)
{
    dg_collators two[2] = {
        { .of = dg_backing_author_named("lookahead"), .protocol = 1, .ppm = 400000 },
        { .of = dg_backing_author_named("lookahead"), .protocol = 2, .ppm = 600000 }
    };
    world_options o = { .of = "SD_V12_STRICT",
                        .seed = 15,
                        .how = DG_HOW_OVERRIDE,
                        .enact = AT,
                        .collators = two,
                        .collator_count = 2 };
    uint32_t after[2] = { 0, 0 }, before[2] = { 0, 0 }, paras[2] = { 0, 0 };
    world w;
    world_open(&w, &o);
    world_run(&w, UNTIL);
    for (uint32_t para = 2000; para < 2020; para++)
        paras[dg_backing_collators_of(w.world, (dg_para_id){ para })
              == &w.world->options.collators[1]]++;
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *r = &w.log[i];
        bool newer =
            r->kind == DG_EVENT_NET_INCLUDED
            && dg_backing_collators_of(w.world, (dg_para_id){ (uint32_t)r->net_included.para })
                       ->protocol
                   == 2;
        if (r->kind != DG_EVENT_NET_INCLUDED)
            continue;
        before[newer] += world_slot(&w, r) < AT;
        /* what U and its child still included waited before */
        after[newer] += world_slot(&w, r) > AT + 2;
    }
    ck_assert_uint_gt(paras[0], 0);
    ck_assert_uint_gt(paras[1], 0);
    ck_assert_uint_gt(before[0], 0);
    ck_assert_uint_eq(after[0], 0);
    ck_assert_uint_gt(after[1], 3 * paras[1]);
    world_close(&w);
}
END_TEST

/* ---- times ---- */

/* One that waits for a leaf hands over a fixed time after it; one with a clock, after
 * the first tick at or behind it. */
START_TEST(a_clock_of_its_own_ticks_a_while_after_each_slot_began)
{
    dg_collators all = { .of = dg_backing_author_named(_i ? "slot-based" : "lookahead"),
                         .protocol = 2,
                         .ppm = 1000000 };
    world_options o = { .seed = 1, .collators = &all };
    uint32_t id;
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 3);
    for (id = w.world->block_count - 1; !w.world->blocks[id].candidates; id--)
        ;
    for (uint32_t core = 0, seen = 0; core < w.world->blocks[id].view.core_count; core++) {
        dg_world_block *b = &w.world->blocks[id];
        dg_ns was = b->taken[7];
        if (b->candidates[core].para == DG_NO)
            continue;
        for (uint64_t ms = 36000; ms < 48000 && !seen; ms += 500) {
            uint64_t tick = (ms + 4999) / 6000 * 6000 + 1000;
            b->taken[7] = ms * DG_MS;
            ck_assert_uint_eq(dg_backing_collation_at(w.world, (dg_leaf_id){ id },
                                                      (dg_place_ix){ core }, (dg_node_ix){ 7 }),
                              ((_i ? tick : ms) + 700) * DG_MS);
        }
        b->taken[7] = DG_NEVER;
        ck_assert_uint_eq(dg_backing_collation_at(w.world, (dg_leaf_id){ id },
                                                  (dg_place_ix){ core }, (dg_node_ix){ 7 }),
                          DG_NEVER);
        b->taken[7] = was;
        seen++;
    }
    world_close(&w);
}
END_TEST

/* ---- bad options ---- */

START_TEST(collators_that_make_no_whole_are_refused)
{
    dg_share nodes = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_collators bad[3] = { { .of = dg_backing_author_at(0), .protocol = 2, .ppm = 999999 },
                            { .of = NULL, .protocol = 2, .ppm = 1000000 },
                            { .of = dg_backing_author_at(1), .protocol = 3, .ppm = 1000000 } };
    dg_network_options options = {
        .seed = 1, .shares = &nodes, .share_count = 1, .collators = &bad[_i], .collator_count = 1
    };
    dg_network *net;
    dg_error err;
    world w;
    world_open_chain(&w, fixture_path(PAIR_OLD));
    ck_assert_int_eq(dg_network_new(&net, w.chain, &options, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "collators"));
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("collator");
    TCase *tc = tcase_create("collator");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, an_author_that_does_not_ask_panics_and_loses_nothing, 0,
                        REDUCED ? 2 : ROWS(authors));
    tcase_add_loop_test(tc, collations_of_version_1_are_refused_from_the_flip_on_before_1920, 0,
                        REDUCED ? 1 : ROWS(versions));
    tcase_add_test(tc, only_parachains_of_old_collators_stand_still);
    tcase_add_loop_test(tc, a_clock_of_its_own_ticks_a_while_after_each_slot_began, 0, 2);
    tcase_add_loop_test(tc, collators_that_make_no_whole_are_refused, 0, 3);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
