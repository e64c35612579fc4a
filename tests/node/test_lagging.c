/* The spring of 2024: N brings asynchronous backing to a network of which a share f of
 * the validators still runs nodes that know nothing of it. Such an author has nothing
 * to back, so backing falls by f; such a member of a group does not vote, so a group with
 * fewer than two others backs nothing (test_network.c counts those over two hundred lots).
 * Groups of five, and of three where sixty of the hundred are para validators. */
#include "../support/model_net.h"

/* Settled two blocks after the flip; a session boundary drops what is pending. */
enum {
    FLIP = EPOCH + 2,
    FROM = FLIP + 3,
    LAST = 2 * EPOCH - 1,
    SEEDS = 6,
    CORES = 20,
    VALIDATORS = 100
};

typedef struct tally {
    uint64_t blocks, old, backed, possible_new, lots;
} tally;

/* Groups go on to the next core. What those that cannot back left in a parachain's chain is in
 * its way until its relay parent is too old, for two blocks more. */
static bool has_turned(const dg_rotation *turn, uint32_t block)
{
    return block >= turn->session_start + turn->frequency
           && (block - turn->session_start) % turn->frequency < 2;
}

/* Each claim of a slot is a block, by an author drawn anew: of old ones there are as many
 * as of a coin that falls so with the share of old nodes there is. */
static void count(tally *t, world *w, const dg_node_class *old)
{
    const dg_rotation turn = w->world->blocks[dg_world_favourite(w->world)].view.rotation;
    uint64_t able =
        world_sum(w, DG_EVENT_NET_GROUPS, "able", LAST, LAST); /* the same in all of the session */
    ck_assert_uint_ge(able, CORES / 2);
    for (size_t i = 0; i < w->count; i++) {
        const dg_event *r = &w->log[i];
        if (r->kind != DG_EVENT_NET_PARAS || world_slot(w, r) < FROM)
            continue;
        t->blocks++;
        t->backed += r->net_paras.backed;
        ck_assert_uint_le(r->net_paras.backable,
                          able); /* the others' cores stay empty, and no more than those */
        ck_assert_uint_ge(r->net_paras.backable + (has_turned(&turn, r->block) ? CORES - able : 0),
                          able - 1);
        if (dg_network_class(w->net, (dg_node_ix){ r->node }) == old) {
            t->old++;
            ck_assert_uint_eq(r->net_paras.backed, 0);
        } else {
            ck_assert_uint_eq(r->net_paras.backed,
                              r->net_paras.backable); /* all that could be backed */
            t->possible_new += r->net_paras.backable;
        }
    }
    for (uint32_t i = 0; i < VALIDATORS; i++)
        t->lots += dg_network_class(w->net, (dg_node_ix){ i }) == old;
}

static const struct {
    uint32_t ppm, para_validators;
} rows[] = {
    { 0, 0 },      { 80000, 0 },   { 100000, 0 },  { 200000, 0 },
    { 80000, 60 }, { 100000, 60 }, { 200000, 60 },
};

START_TEST(backing_falls_by_the_share_of_those_that_lag)
{
    dg_share mixed[2] = { { dg_class_named("SD_V1"), rows[_i].ppm },
                          { world_class("mended"), 1000000 - rows[_i].ppm } };
    tally t = { 0 };
    uint64_t expected, spread;
    for (uint64_t seed = 31; seed < 31 + SEEDS; seed++) {
        world_options o = { .shares = rows[_i].ppm ? mixed : mixed + 1,
                            .share_count = rows[_i].ppm ? 2 : 1,
                            .seed = seed,
                            .how = DG_HOW_OVERRIDE,
                            .enact = FLIP,
                            .collators = world_async(),
                            .para_validators = rows[_i].para_validators };
        world w;
        world_open(&w, &o);
        world_run(&w, LAST);
        count(&t, &w, mixed[0].of);
        world_close(&w);
    }
    ck_assert_uint_ge(t.blocks, SEEDS * (LAST - FROM + 1));
    /* of `blocks` draws a share lots / (SEEDS * 100) is old: four deviations either way */
    expected = t.blocks * t.lots / (SEEDS * VALIDATORS);
    for (spread = 0; spread * spread * SEEDS * VALIDATORS * SEEDS * VALIDATORS
                     < 16 * t.blocks * t.lots * (SEEDS * VALIDATORS - t.lots);
         spread++)
        ;
    ck_assert_msg(t.old + spread >= expected && t.old <= expected + spread,
                  "%u of %u blocks by old authors, %u +- %u expected", (unsigned)t.old,
                  (unsigned)t.blocks, (unsigned)expected, (unsigned)spread);
    ck_assert_uint_eq((t.lots == 0), (rows[_i].ppm == 0));
    /* and what is backed falls by just that: nothing else is lost */
    ck_assert_uint_eq(t.backed, t.possible_new);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lagging");
    TCase *tc = tcase_create("lagging");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, backing_falls_by_the_share_of_those_that_lag, REDUCED ? 3 : 0,
                        (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
