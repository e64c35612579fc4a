/* The right repair was not enough: on real nodes of v1.10 with pull request 4269 nothing is backed
 * from the block after U to the one that changes the session, although no node lacks its topology,
 * and the blocks of a node that was restarted in between are full. Their provisioners keep the
 * mode of asynchronous backing of the session's first leaf. What is asserted is that series, block
 * by block, on the pair that those nodes were given, wherever in a session U is. */
#include "../support/model_net.h"

#include <string.h>

enum { SESSION = 2 * EPOCH, BOUNDARY = 3 * EPOCH, LAST = BOUNDARY + 4, CORES = 20 };

static const struct {
    const char *of;
    uint32_t at;
    bool no_forks;
    bool kept, lost; /* the provisioner's mode, the topology */
} rows[] = {
    /* with pull request 4269: the mode alone */
    { "v1.12..v1.13", SESSION + 5, false, true, false },
    { "v1.12..v1.13", SESSION + 1, false, true, false },
    { "v1.12..v1.13", BOUNDARY - 1, false, true, false },
    { "v1.12..v1.13", SESSION, false, false, false }, /* the session's first leaf is U */
    { "v1.12..v1.13", SESSION + 5, true, true, false },
    { "v1.16", SESSION + 5, false, true, false }, /* v1.17 backs nothing over this pair */
    /* without it: both, and the mode alone where no fork was pruned */
    { "v1.10..v1.11", SESSION + 5, false, true, true },
    { "v1.10..v1.11", SESSION + 5, true, true, false },
    { "v1.10..v1.11", SESSION, false, false, false },
    /* before it: the topology alone */
    { "v1.7..v1.8", SESSION + 5, false, false, true },
    { "v1.7..v1.8", SESSION + 5, true, false, false },
    { "mended", SESSION + 5, false, false, false },
};

static bool lost_topology(const world *w, uint32_t at)
{
    const dg_event *h = world_holders(w, at);
    ck_assert_uint_eq(h->net_holders.enabled, 100);
    return h->net_holders.holders < 100;
}

START_TEST(nothing_is_backed_until_the_session_changes)
{
    uint32_t at = rows[_i].at;
    world_options o = { .of = rows[_i].of,
                        .seed = 1,
                        .enact = at,
                        .how = DG_HOW_OVERRIDE,
                        .no_forks = rows[_i].no_forks };
    uint64_t before = 0, between = 0, after = 0, kept = 0, blocks = 0;
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    ck_assert_int_eq(lost_topology(&w, at), rows[_i].lost);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *e = &w.log[i];
        uint64_t slot;
        if (e->kind != DG_EVENT_NET_MODE_KEPT && e->kind != DG_EVENT_NET_PARAS)
            continue;
        slot = world_slot(&w, e);
        if (e->kind == DG_EVENT_NET_MODE_KEPT) {
            ck_assert(slot > at && slot <= BOUNDARY);
            ck_assert_int_eq(e->net_mode_kept.kept, 0);
            ck_assert_int_eq(e->net_mode_kept.leaf, 1);
            kept++;
            continue;
        }
        if (slot <= at) /* U's author looks at a leaf without asynchronous backing: as ever */
            before = e->net_paras.backed > (int64_t)before ? (uint64_t)e->net_paras.backed : before;
        else if (slot <= BOUNDARY) { /* the block that changes the session has a parent of before */
            between += (uint64_t)e->net_paras.backed;
            blocks++;
        } else
            after = e->net_paras.backed > (int64_t)after ? (uint64_t)e->net_paras.backed : after;
    }
    ck_assert_uint_eq(before, CORES);
    ck_assert_uint_eq(after, CORES);
    ck_assert_uint_eq(kept, rows[_i].kept ? blocks : 0);
    if (rows[_i].kept)
        ck_assert_uint_eq(between, 0);
    else if (at + 4 < BOUNDARY) /* by the topology alone an author has its own group's still */
        ck_assert(between > 0 && (rows[_i].lost ? between <= blocks : between > 2 * CORES));
    world_close(&w);
}
END_TEST

/* Where the cores are free: in U's block the candidates of before go in. */
START_TEST(the_upgrade_block_backs_as_ever)
{
    world_options o = {
        .of = "v1.12..v1.13", .seed = 1, .enact = SESSION + 5, .how = DG_HOW_OVERRIDE
    };
    world w;
    world_open(&w, &o);
    world_run(&w, BOUNDARY + 1);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", SESSION + 5, SESSION + 5)
                          / world_times(&w, DG_EVENT_NET_PARAS, SESSION + 5, SESSION + 5),
                      CORES);
    /* what U backed is included: bitfields go in whatever the mode */
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "included", SESSION + 6, BOUNDARY), 0);
    ck_assert_uint_ge(world_sum(&w, DG_EVENT_NET_BUILT, "bitfields", BOUNDARY - 1, BOUNDARY - 1),
                      67);
    /* full at the block after the one that changes the session */
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", BOUNDARY, BOUNDARY), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", BOUNDARY + 1, BOUNDARY + 1)
                          / world_times(&w, DG_EVENT_NET_PARAS, BOUNDARY + 1, BOUNDARY + 1),
                      CORES);
    world_close(&w);
}
END_TEST

/* In one session, of the same candidates: who was restarted after U offers them. */
START_TEST(a_restart_heals_a_node_at_once)
{
    enum { AT = SESSION + 5, RESTARTED = 50 };
    world_options o = { .of = _i ? "v1.10..v1.11" : "v1.12..v1.13",
                        .seed = 1,
                        .enact = AT,
                        .how = DG_HOW_OVERRIDE,
                        .no_forks = true };
    uint64_t healed = 0, others = 0;
    world w;
    world_open(&w, &o);
    for (uint32_t i = 0; i < RESTARTED; i++)
        ck_assert_int_eq(
            dg_sim_crash(dg_network_sim(w.net), (dg_node_ix){ i },
                         (dg_sim_span){ (AT + 2) * 6000 * DG_MS, ((AT + 2) * 6000 + 3000) * DG_MS },
                         NULL),
            DG_OK);
    world_run(&w, BOUNDARY);
    for (size_t i = 0; i < w.count; i++) {
        const dg_event *e = &w.log[i];
        uint64_t slot = e->kind == DG_EVENT_NET_PARAS ? world_slot(&w, e) : 0;
        if (slot < AT + 4 || slot > BOUNDARY)
            continue;
        ck_assert(e->node < RESTARTED || e->net_paras.offered == 0);
        if (e->net_paras.backable < CORES || slot == BOUNDARY)
            continue; /* the cores are occupied */
        ck_assert(e->node >= RESTARTED || e->net_paras.offered >= CORES / 2);
        *(e->node < RESTARTED ? &healed : &others) += 1;
    }
    ck_assert_uint_ge(healed, 2);
    ck_assert_uint_ge(others, 1);
    world_close(&w);
}
END_TEST

/* ---- what is kept ---- */

/* Leaves one after the other: session, mode at it, and by which mode the node then works. */
static const struct {
    const char *why;
    struct {
        uint32_t session;
        dg_mode leaf, works;
    } at[7];
} leaves[] = {
    { "the first leaf of a session decides",
      { { 7, DG_MODE_DISABLED, DG_MODE_DISABLED },
        { 7, DG_MODE_ENABLED, DG_MODE_DISABLED },
        { 8, DG_MODE_ENABLED, DG_MODE_ENABLED } } },
    { "likewise where asynchronous backing goes",
      { { 7, DG_MODE_ENABLED, DG_MODE_ENABLED },
        { 7, DG_MODE_DISABLED, DG_MODE_ENABLED },
        { 8, DG_MODE_DISABLED, DG_MODE_DISABLED } } },
    { "there and back in one session",
      { { 7, DG_MODE_DISABLED, DG_MODE_DISABLED },
        { 7, DG_MODE_ENABLED, DG_MODE_DISABLED },
        { 7, DG_MODE_DISABLED, DG_MODE_DISABLED } } },
    { "a leaf that tells no mode decides nothing, and gives no inherent",
      { { 7, DG_MODE_ERROR, DG_MODE_ERROR },
        { 7, DG_MODE_ENABLED, DG_MODE_ENABLED },
        { 7, DG_MODE_ERROR, DG_MODE_ENABLED } } },
    { "two sessions are kept, and the one used last stays",
      { { 7, DG_MODE_DISABLED, DG_MODE_DISABLED },
        { 8, DG_MODE_ENABLED, DG_MODE_ENABLED },
        { 7, DG_MODE_ENABLED, DG_MODE_DISABLED },
        { 9, DG_MODE_ENABLED, DG_MODE_ENABLED },
        { 7, DG_MODE_ENABLED, DG_MODE_DISABLED },
        { 8, DG_MODE_DISABLED, DG_MODE_DISABLED } } },
    { "a session that has no leaf of its own is none",
      { { 7, DG_MODE_DISABLED, DG_MODE_DISABLED }, { 9, DG_MODE_ENABLED, DG_MODE_ENABLED } } },
};

START_TEST(what_is_kept_is_the_mode_of_a_sessions_first_leaf)
{
    world_options o = { .of = "v1.12..v1.13", .seed = 1 };
    world w;
    world_open(&w, &o);
    for (size_t i = 0; leaves[_i].at[i].session; i++) {
        dg_view leaf = { .session_known = true,
                         .session = leaves[_i].at[i].session,
                         .mode = leaves[_i].at[i].leaf };
        dg_consensus_mode_take_up(w.world, (dg_node_ix){ 3 }, &leaf);
        ck_assert_msg(dg_consensus_mode_at(w.world, (dg_node_ix){ 3 }, &leaf)
                          == leaves[_i].at[i].works,
                      "%s: leaf %zu", leaves[_i].why, i);
    }
    dg_consensus_mode_forget(w.world, (dg_node_ix){ 3 });
    for (uint32_t session = 7; session < 10; session++)
        ck_assert_int_eq(
            dg_consensus_mode_at(w.world, (dg_node_ix){ 3 },
                                 &(dg_view){ .session_known = true, .session = session }),
            DG_MODE_ERROR);
    world_close(&w);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("provisioner_mode");
    TCase *tc = tcase_create("provisioner_mode");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, what_is_kept_is_the_mode_of_a_sessions_first_leaf, 0, ROWS(leaves));
    tcase_add_loop_test(tc, nothing_is_backed_until_the_session_changes, 0,
                        REDUCED ? 2 : ROWS(rows));
    tcase_add_test(tc, the_upgrade_block_backs_as_ever);
    tcase_add_loop_test(tc, a_restart_heals_a_node_at_once, 0, 2);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
