/* Which topologies a node of each release family holds, leaf by leaf. The stall of
 * 2024-04-21 and its wrong repair are a few lines of state: a topology that came
 * before the runtime knew asynchronous backing, and a signal that only deactivates. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

/* ---- leaves ---- */

static dg_signal import(dg_leaves *l, uint32_t id, uint32_t number, uint32_t parent)
{
    dg_leaf block = { id, number };
    dg_signal s;
    ck_assert_int_eq(dg_leaves_import(l, &s, &block, parent, true, NULL), DG_OK);
    return s;
}

static dg_signal finalize(dg_leaves *l, uint32_t id, uint32_t number)
{
    dg_leaf block = { id, number };
    dg_signal s;
    dg_leaves_finalize(l, &s, &block);
    return s;
}

START_TEST(a_child_takes_the_place_of_its_parent)
{
    dg_leaves l = { .count = 0 };
    dg_signal s = import(&l, 1, 1, 0);
    ck_assert(s.activates && !s.stale && s.deactivated_count == 0);
    s = import(&l, 2, 2, 1);
    ck_assert(s.activates && s.activated.id == 2);
    ck_assert(s.deactivated_count == 1 && s.deactivated[0] == 1);
    s = import(&l, 3, 2, 1); /* a sibling: its parent is no leaf any more */
    ck_assert(s.activates && s.deactivated_count == 0);
    ck_assert_uint_eq(l.count, 2);
    s = import(&l, 3, 2, 1); /* known: nothing is told */
    ck_assert(!dg_signal_any(&s));
    dg_leaves_clear(&l);
}
END_TEST

START_TEST(finality_that_passes_a_losing_head_only_deactivates)
{
    dg_leaves l = { .count = 0 };
    dg_signal s;
    import(&l, 1, 1, 0);
    import(&l, 2, 2, 1);
    import(&l, 3, 2, 1);
    import(&l, 4, 3, 2);
    s = finalize(&l, 1, 1); /* below both heads */
    ck_assert(!dg_signal_any(&s));
    s = finalize(&l, 2, 2);
    ck_assert(dg_signal_any(&s) && !s.activates && s.by_finality);
    ck_assert(s.deactivated_count == 1 && s.deactivated[0] == 3);
    s = finalize(&l, 4, 3); /* the best head itself stays */
    ck_assert(!dg_signal_any(&s));
    ck_assert(l.count == 1 && l.active[0].id == 4);
    dg_leaves_clear(&l);
}
END_TEST

START_TEST(a_chain_without_forks_never_only_deactivates)
{
    dg_leaves l = { .count = 0 };
    for (uint32_t id = 1; id < 200; id++) {
        dg_signal s = import(&l, id, id, id - 1);
        ck_assert(s.activates);
        if (id > 3) {
            s = finalize(&l, id - 3, id - 3);
            ck_assert(!dg_signal_any(&s));
        }
    }
    dg_leaves_clear(&l);
}
END_TEST

START_TEST(a_block_that_hosts_no_parachains_only_deactivates)
{
    dg_leaves l = { .count = 0 };
    dg_leaf block = { 2, 2 };
    dg_signal s;
    import(&l, 1, 1, 0);
    ck_assert_int_eq(dg_leaves_import(&l, &s, &block, 1, false, NULL), DG_OK);
    ck_assert(!s.activates && !s.by_finality && s.deactivated_count == 1 && s.deactivated[0] == 1);
    dg_leaves_clear(&l);
}
END_TEST

START_TEST(a_head_that_comes_back_is_stale)
{
    dg_leaves l = { .count = 0 };
    dg_signal s;
    import(&l, 1, 1, 0);
    import(&l, 2, 2, 1);
    s = import(&l, 1, 1, 0);
    ck_assert(s.activates && s.stale);
    dg_leaves_clear(&l);
}
END_TEST

START_TEST(a_node_without_memory_says_so)
{
    dg_leaves l = { .count = 0 };
    dg_leaf block = { 1, 1 };
    dg_signal s;
    dg_error err;
    dg_alloc_fail_from(1);
    ck_assert_int_eq(dg_leaves_import(&l, &s, &block, 0, true, &err), DG_NOMEM);
    dg_alloc_fail_from(0);
    dg_leaves_clear(&l);
}
END_TEST

/* Losing heads pile up while nothing is final, and all go at once. */
START_TEST(as_many_heads_as_there_are)
{
    enum { MANY = 1000 };
    dg_leaves l = { .count = 0 };
    dg_signal s;
    for (uint32_t id = 1; id <= MANY; id++)
        s = import(&l, id, id, 0);
    ck_assert_uint_eq(l.count, MANY);
    s = finalize(&l, MANY + 1, MANY);
    ck_assert_uint_eq(s.deactivated_count, MANY);
    for (uint32_t i = 0; i < MANY; i++)
        ck_assert_uint_eq(s.deactivated[i], i + 1);
    dg_leaves_clear(&l);
}
END_TEST

/* ---- the story of a session, for each class ---- */

/* One step a letter:
 *   n  a new session begins: its first leaf, then its topology
 *   d  a leaf whose runtime does not know asynchronous backing
 *   e  a leaf whose runtime does
 *   x  a leaf whose mode could not be asked
 *   p  one whose answers are no use, but which is in view
 *   u  one that is not even in view
 *   f  a signal that only deactivates (a head that was never active there)
 *   o  the topology of the running session once more
 *   N  as n, but the topology comes before the leaf */
typedef struct story {
    dg_statement sd;
    dg_session sessions[8];
    uint32_t session, next;
    dg_losses lost;
    uint32_t dropped, purged, moved;
    char last;
} story;

static void count_losses(story *s)
{
    for (uint32_t i = 0; i < s->lost.count; i++)
        s->lost.of[i].moved ? s->moved++ : s->lost.of[i].purged ? s->purged++ : s->dropped++;
}

static void leaf(story *s, dg_mode mode, dg_leaf_fate fate)
{
    dg_signal signal = { .activates = true,
                         .activated = { s->next, s->next },
                         .deactivated = (const uint32_t[]){ s->next - 1 },
                         .deactivated_count = 1 };
    dg_new_leaf in = { .id = s->next,
                       .number = s->next,
                       .mode = mode,
                       .fate = fate,
                       .info = &s->sessions[s->session] };
    s->next++;
    ck_assert_int_eq(dg_statement_signal(&s->sd, &s->lost, &signal, &in, NULL), DG_OK);
    count_losses(s);
}

static void topology(story *s)
{
    ck_assert_int_eq(
        dg_statement_topology(&s->sd, &s->lost, &s->sessions[s->session], s->next - 1, NULL),
        DG_OK);
    count_losses(s);
}

static void step(story *s, char c)
{
    dg_signal only = { .deactivated = (const uint32_t[]){ 9999 },
                       .deactivated_count = 1,
                       .by_finality = true };
    switch (c) {
    case 'n':
    case 'N':
        s->session++;
        break;
    case 'o':
        topology(s);
        break;
    case 'f':
        ck_assert_int_eq(dg_statement_signal(&s->sd, &s->lost, &only, NULL, NULL), DG_OK);
        count_losses(s);
        break;
    default:
        if (s->last == 'N')
            topology(s);
        leaf(s,
             strchr("epu", c) ? DG_MODE_ENABLED
             : c == 'd'       ? DG_MODE_DISABLED
                              : DG_MODE_ERROR,
             c == 'p'   ? DG_LEAF_PASSED
             : c == 'u' ? DG_LEAF_UNSEEN
                        : DG_LEAF_TAKEN);
        if (s->last == 'n')
            topology(s);
    }
    s->last = c;
}

static bool holds(const story *s)
{
    const dg_entry *e = dg_statement_entry(&s->sd, s->session);
    return e && e->grid == &s->sessions[s->session];
}

static const struct {
    const char *of, *steps;
    bool holds;
    uint32_t dropped, purged;
} stories[] = {
    /* backing was new from the start: everybody holds it */
    { "SD_V12_DROP", "neee", true, 0, 0 },
    { "SD_V12_PURGE", "nefefee", true, 0, 0 },
    { "KAGOME", "nee", true, 0, 0 },
    /* the upgrade comes in the middle of a session */
    { "SD_V12_DROP", "nddde", false, 1, 0 },
    { "SD_V12_PURGE", "nddde", true, 0, 0 },   /* as the experiment of then saw it */
    { "SD_V12_PURGE", "ndfdde", false, 0, 1 }, /* and as it is where blocks compete */
    { "SD_V12_OK", "nddde", true, 0, 0 },
    { "SD_V12_OK", "ndfdfdfe", true, 0, 0 },
    { "SD_V2_ONLY", "ndfdde", true, 0, 0 },
    { "KAGOME", "ndfdde", true, 0, 0 },
    { "SD_V1", "nddde", false, 0, 0 },
    /* healed by the next session, not before */
    { "SD_V12_DROP", "nddeeefee", false, 1, 0 },
    { "SD_V12_DROP", "nddeeenee", true, 1, 0 },
    { "SD_V12_PURGE", "ndfdeeenefe", true, 0, 1 },
    /* at the first leaf of a session there is nothing to lose */
    { "SD_V12_DROP", "nddnee", true, 1, 0 },
    { "SD_V12_PURGE", "nddfne", true, 0, 1 },
    /* only the newest is needed, and an older one goes */
    { "SD_V12_OK", "nddndfde", true, 0, 1 },
    { "SD_V12_PURGE", "nddnde", true, 0, 1 },
    /* a topology that overtakes its leaf */
    { "SD_V12_DROP", "Nee", false, 1, 0 },
    { "SD_V12_PURGE", "Nee", true, 0, 0 },
    /* a leaf whose mode cannot be asked is lost for both machines */
    { "SD_V12_DROP", "nxxe", false, 1, 0 },
    { "SD_V12_OK", "nxfe", true, 0, 0 },
    /* two topologies of one session are one */
    { "SD_V12_OK", "ndode", true, 0, 0 },
};
START_TEST(who_holds_the_topology)
{
    static story s;
    memset(&s, 0, sizeof s);
    s.sd.of = dg_class_named(stories[_i].of);
    s.next = 100;
    for (uint32_t i = 0; i < 8; i++)
        s.sessions[i].index = i;
    for (const char *c = stories[_i].steps; *c; c++)
        step(&s, *c);
    ck_assert_msg(holds(&s) == stories[_i].holds, "%s %s", stories[_i].of, stories[_i].steps);
    ck_assert_msg(s.dropped == stories[_i].dropped, "%s %s: %u dropped", stories[_i].of,
                  stories[_i].steps, s.dropped);
    ck_assert_msg(s.purged == stories[_i].purged, "%s %s: %u purged", stories[_i].of,
                  stories[_i].steps, s.purged);
    dg_statement_clear(&s.sd);
}
END_TEST

/* The grid has moved into what is kept of the session, and goes with it: one leaf that is not in
 * view costs it to the session's end. Not where what is below stays in view. */
static const struct {
    const char *of, *steps;
    bool copies, holds;
    uint32_t moved;
} failing[] = {
    { "SD_V2_ONLY", "neueee", false, false, 1 },
    { "SD_V2_ONLY", "neueenee", false, true, 1 }, /* healed by the next session */
    { "SD_V2_ONLY", "neupee", false, false, 1 },
    { "SD_V2_ONLY", "nepee", false, true, 0 },
    { "SD_V2_ONLY", "neppee", false, true, 0 },
    { "SD_V2_ONLY", "nepppee", false, false, 1 }, /* two blocks are retained, and no more */
    { "SD_V2_ONLY", "neuee", true, true, 0 },     /* a copy of it would have helped */
    /* first leaf of a session: its topology comes behind it, and is put aside; what is lost is the
     * one of the session before */
    { "SD_V2_ONLY", "neenuee", false, true, 1 },
    /* computes its own with each entry */
    { "KAGOME", "neuee", false, true, 0 },
    { "SD_V12_PURGE", "neuee", false, false, 1 },
};
START_TEST(a_failing_leaf_may_cost_the_grid)
{
    static story s;
    memset(&s, 0, sizeof s);
    s.sd.of = dg_class_named(failing[_i].of);
    s.sd.copies = failing[_i].copies;
    s.next = 100;
    for (uint32_t i = 0; i < 8; i++)
        s.sessions[i].index = i;
    for (const char *c = failing[_i].steps; *c; c++)
        step(&s, *c);
    ck_assert_msg(holds(&s) == failing[_i].holds, "%s %s", failing[_i].of, failing[_i].steps);
    ck_assert_msg(s.moved == failing[_i].moved, "%s %s: %u lost", failing[_i].of, failing[_i].steps,
                  s.moved);
    dg_statement_clear(&s.sd);
}
END_TEST

START_TEST(each_machine_works_on_its_own_leaves)
{
    static story s;
    memset(&s, 0, sizeof s);
    s.sd.of = dg_class_named("SD_V12_OK");
    s.next = 100;
    step(&s, 'd');
    ck_assert(dg_statement_legacy_at(&s.sd, 100) && !dg_statement_v2_at(&s.sd, 100));
    step(&s, 'd');
    ck_assert(!dg_statement_legacy_at(&s.sd, 100) && dg_statement_legacy_at(&s.sd, 101));
    step(&s, 'e');
    ck_assert(!dg_statement_legacy_at(&s.sd, 102) && dg_statement_v2_at(&s.sd, 102));
    step(&s, 'e'); /* two blocks below a leaf are retained */
    step(&s, 'e');
    ck_assert(dg_statement_v2_at(&s.sd, 102));
    step(&s, 'e');
    ck_assert(!dg_statement_v2_at(&s.sd, 102) && dg_statement_v2_at(&s.sd, 105));
    dg_statement_clear(&s.sd);
}
END_TEST

START_TEST(an_old_node_works_in_the_old_way_whatever_the_runtime_says)
{
    static story s;
    memset(&s, 0, sizeof s);
    s.sd.of = dg_class_named("SD_V1");
    s.next = 100;
    step(&s, 'e');
    ck_assert(dg_statement_legacy_at(&s.sd, 100) && !dg_statement_v2_at(&s.sd, 100));
    dg_statement_clear(&s.sd);
}
END_TEST

/* Nothing is final, so no head goes: the entries of all sessions stay, with the grid of
 * each, until finality has passed them. Every allocation on the way may fail. */
enum { SESSIONS = 40, EACH = 3 };
static dg_code stall(dg_statement *sd, dg_session *sessions, dg_error *err)
{
    dg_losses lost;
    dg_code rc;
    for (uint32_t id = 0; id < SESSIONS * EACH; id++) {
        dg_signal signal = { .activates = true, .activated = { id, id } };
        dg_parent before = { id - 1, id - 1, id / EACH };
        dg_new_leaf in = { .id = id,
                           .number = id,
                           .mode = DG_MODE_ENABLED,
                           .info = &sessions[id / EACH],
                           .ancestors = &before,
                           .ancestor_count = id % EACH != 0 };
        if ((rc = dg_statement_signal(sd, &lost, &signal, &in, err)) < 0
            || (id % EACH == 0
                && (rc = dg_statement_topology(sd, &lost, &sessions[id / EACH], id, err)) < 0))
            return rc;
    }
    return DG_OK;
}

START_TEST(sessions_without_finality_are_all_remembered_and_then_forgotten)
{
    static dg_session sessions[SESSIONS];
    uint32_t all[SESSIONS * EACH - 1];
    dg_signal passed = { .by_finality = true,
                         .deactivated = all,
                         .deactivated_count = SESSIONS * EACH - 1 };
    dg_statement sd = { .of = dg_class_named("SD_V12_PURGE") };
    dg_losses lost;
    dg_error err;
    for (uint32_t i = 0; i < SESSIONS; i++)
        sessions[i].index = i;
    for (uint32_t i = 0; i < SESSIONS * EACH - 1; i++)
        all[i] = i;
    ck_assert_int_eq(stall(&sd, sessions, &err), DG_OK);
    for (uint32_t i = 0; i < SESSIONS; i++)
        ck_assert(dg_statement_entry(&sd, i) && dg_statement_entry(&sd, i)->grid == &sessions[i]);
    for (uint32_t i = 0; i < SESSIONS * EACH; i++)
        ck_assert(dg_statement_v2_at(&sd, i));
    ck_assert_int_eq(dg_statement_signal(&sd, &lost, &passed, NULL, &err), DG_OK);
    ck_assert_uint_eq(sd.entry_count, 1);
    ck_assert(dg_statement_entry(&sd, SESSIONS - 1) && !dg_statement_v2_at(&sd, 0)
              && dg_statement_v2_at(&sd, SESSIONS * EACH - 1));
    dg_statement_clear(&sd);
    for (uint64_t n = 1;; n++) {
        dg_code rc;
        dg_alloc_fail_from(n);
        rc = stall(&sd, sessions, &err);
        dg_alloc_fail_from(0);
        dg_statement_clear(&sd);
        if (rc == DG_OK)
            break;
        ck_assert_int_eq(rc, DG_NOMEM);
    }
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("statement");
    TCase *tc = tcase_create("statement");
    tcase_add_test(tc, a_child_takes_the_place_of_its_parent);
    tcase_add_test(tc, finality_that_passes_a_losing_head_only_deactivates);
    tcase_add_test(tc, a_chain_without_forks_never_only_deactivates);
    tcase_add_test(tc, a_block_that_hosts_no_parachains_only_deactivates);
    tcase_add_test(tc, a_head_that_comes_back_is_stale);
    tcase_add_test(tc, a_node_without_memory_says_so);
    tcase_add_test(tc, as_many_heads_as_there_are);
    tcase_add_loop_test(tc, who_holds_the_topology, 0, ROWS(stories));
    tcase_add_loop_test(tc, a_failing_leaf_may_cost_the_grid, 0,
                        (int)(sizeof failing / sizeof *failing));
    tcase_add_test(tc, each_machine_works_on_its_own_leaves);
    tcase_add_test(tc, an_old_node_works_in_the_old_way_whatever_the_runtime_says);
    tcase_add_test(tc, sessions_without_finality_are_all_remembered_and_then_forgotten);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
