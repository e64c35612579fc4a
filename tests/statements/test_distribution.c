/* Two ways to the same end: every statement sent over the links, or the time computed at
 * which it is there. A verdict must not hang on which was used, so both are run over the
 * same chain with the same draws and every block is compared: what was offered, what the
 * runtime backed, what became available and by how many bits. */
#include "../support/model_net.h"

#include <string.h>

/* Groups and cores are there from the second session on. */
enum { SESSION = EPOCH + 3, AT = SESSION + 2 };

typedef struct row {
    const char *name;
    const char *of; /* NULL: the mixture */
    struct {
        const char *of;
        uint32_t ppm;
    } mixture[6];
    uint32_t enact, slots;
    uint64_t seed;
    bool async;
    const char *author;                                /* NULL: looks ahead */
    dg_ns latency[2];                                  /* 0 both: the usual */
    uint32_t crash[2], crash_from, crash_to;           /* nodes first .. last, slots */
    uint32_t apart, part_from, part_to;                /* nodes 0 .. apart - 1 */
    uint32_t withhold_ppm, withhold_from, withhold_to; /* availability */
    /* bytes of new code that every parachain publishes, from that slot on */
    uint32_t code, code_at;
    uint64_t bytes_per_s; /* 0: no limit */
} row;

static const row rows[] = {
    { .name = "old way, then drop", .of = "SD_V12_DROP", .enact = AT, .slots = AT + 8, .seed = 1 },
    { .name = "purge", .of = "SD_V12_PURGE", .enact = AT + 6, .slots = AT + 14, .seed = 2 },
    { .name = "sound", .of = "SD_V12_OK", .enact = AT, .slots = AT + 8, .seed = 3 },
    { .name = "kagome", .of = "KAGOME", .enact = AT, .slots = AT + 8, .seed = 4 },
    { .name = "only new", .of = "new alone", .enact = AT, .slots = AT + 8, .seed = 5 },
    { .name = "only old", .of = "SD_V1", .enact = AT, .slots = AT + 6, .seed = 6 },
    { .name = "old among sound",
      .mixture = { { "SD_V1", 200000 }, { "SD_V12_OK", 800000 } },
      .enact = SESSION,
      .slots = SESSION + 10,
      .seed = 7 },
    { .name = "half dropped it",
      .mixture = { { "SD_V12_DROP", 500000 }, { "SD_V12_OK", 500000 } },
      .enact = AT,
      .slots = AT + 10,
      .seed = 8 },
    { .name = "nearly all dropped it",
      .mixture = { { "SD_V12_DROP", 850000 }, { "KAGOME", 150000 } },
      .enact = AT,
      .slots = AT + 10,
      .seed = 9 },
    { .name = "no common protocol",
      .mixture = { { "SD_V12_DROP", 400000 }, { "new alone", 400000 }, { "SD_V12_OK", 200000 } },
      .enact = SESSION,
      .slots = SESSION + 10,
      .seed = 10 },
    { .name = "all releases",
      .mixture = { { "SD_V1", 150000 },
                   { "SD_V12_DROP", 200000 },
                   { "SD_V12_PURGE", 150000 },
                   { "SD_V12_OK", 200000 },
                   { "new alone", 150000 },
                   { "KAGOME", 150000 } },
      .enact = AT,
      .slots = AT + 12,
      .seed = 22 },
    { .name = "looking ahead",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 8,
      .seed = 11,
      .async = true },
    { .name = "a crash",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 11,
      .seed = 12,
      .crash = { 10, 29 },
      .crash_from = SESSION + 3,
      .crash_to = SESSION + 7 },
    { .name = "a partition",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 11,
      .seed = 13,
      .apart = 30,
      .part_from = SESSION + 3,
      .part_to = SESSION + 7 },
    { .name = "a partition of old",
      .of = "SD_V12_OK",
      .slots = EPOCH + 12,
      .seed = 14,
      .apart = 30,
      .part_from = EPOCH + 3,
      .part_to = EPOCH + 7 },
    { .name = "a crash that brings the topology back",
      .of = "SD_V12_DROP",
      .enact = AT,
      .slots = AT + 10,
      .seed = 15,
      .crash = { 0, 39 },
      .crash_from = AT + 2,
      .crash_to = AT + 4 },
    /* so slow that blocks are made of what has come so far, and requests wait in line */
    { .name = "slow",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 10,
      .seed = 16,
      .latency = { 250 * DG_MS, 500 * DG_MS } },
    /* some bits less, some cores that take longer, and some that time out */
    { .name = "a fifth withholds",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 12,
      .seed = 18,
      .withhold_ppm = 200000,
      .withhold_from = SESSION + 3,
      .withhold_to = SESSION + 7 },
    { .name = "three of five withhold",
      .of = "SD_V12_OK",
      .slots = SESSION + 11,
      .seed = 19,
      .withhold_ppm = 600000,
      .withhold_from = SESSION + 2,
      .withhold_to = SESSION + 6 },
    { .name = "some withhold and some are parted",
      .of = "KAGOME",
      .enact = SESSION,
      .slots = SESSION + 12,
      .seed = 20,
      .apart = 25,
      .part_from = SESSION + 4,
      .part_to = SESSION + 8,
      .withhold_ppm = 150000,
      .withhold_from = SESSION + 3,
      .withhold_to = SESSION + 6 },
    { .name = "some withhold and some crash among old",
      .mixture = { { "SD_V1", 150000 }, { "SD_V12_OK", 850000 } },
      .enact = SESSION,
      .slots = SESSION + 12,
      .seed = 21,
      .crash = { 40, 55 },
      .crash_from = SESSION + 4,
      .crash_to = SESSION + 6,
      .withhold_ppm = 150000,
      .withhold_from = SESSION + 3,
      .withhold_to = SESSION + 8 },
    { .name = "slow, looking ahead",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 11,
      .seed = 18,
      .async = true,
      .latency = { 300 * DG_MS, 600 * DG_MS } },
    { .name = "slow, looking ahead, a crash",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 12,
      .seed = 19,
      .async = true,
      .latency = { 250 * DG_MS, 500 * DG_MS },
      .crash = { 10, 29 },
      .crash_from = SESSION + 4,
      .crash_to = SESSION + 14 },
    { .name = "looking ahead, over the session's end",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = 2 * EPOCH + 4,
      .seed = 20,
      .async = true,
      .latency = { 200 * DG_MS, 500 * DG_MS } },
    { .name = "slow, by clocks of their own",
      .of = "SD_V12_OK",
      .enact = SESSION,
      .slots = SESSION + 11,
      .seed = 2,
      .async = true,
      .author = "slot-based",
      .latency = { 300 * DG_MS, 600 * DG_MS } },
    { .name = "slow and half dropped it",
      .mixture = { { "SD_V12_DROP", 500000 }, { "SD_V12_OK", 500000 } },
      .enact = AT,
      .slots = AT + 8,
      .seed = 17,
      .latency = { 300 * DG_MS, 550 * DG_MS } },
    /* statements of the old way that are asked for, and answers of the new one that take their time
     */
    { .name = "large before U",
      .of = "SD_V12_OK",
      .enact = SESSION + 6,
      .slots = SESSION + 12,
      .seed = 23,
      .code = 120000,
      .code_at = SESSION + 1 },
    { .name = "large and old, at 500 kB/s",
      .mixture = { { "SD_V1", 300000 }, { "SD_V12_OK", 700000 } },
      .slots = SESSION + 8,
      .seed = 24,
      .code = 120000,
      .code_at = SESSION + 1,
      .bytes_per_s = 500000 },
    { .name = "large and slow",
      .of = "SD_V12_OK",
      .slots = SESSION + 10,
      .seed = 25,
      .latency = { 250 * DG_MS, 500 * DG_MS },
      .code = 120000,
      .code_at = SESSION + 1 },
    { .name = "large after U, at 2 MB/s",
      .of = "mended", /* else nothing is backed for the rest of the session */
      .enact = SESSION,
      .slots = SESSION + 10,
      .seed = 26,
      .code = 120000,
      .code_at = SESSION + 2,
      .bytes_per_s = 2000000 },
};

static void break_things(world *w, const row *r)
{
    dg_sim *sim = dg_network_sim(w->net);
    dg_node_ix apart[100];
    for (uint32_t i = 0; i < r->apart; i++)
        apart[i].v = i;
    if (r->apart)
        ck_assert_int_eq(dg_sim_partition(sim, apart, r->apart,
                                          (dg_sim_span){ r->part_from * 6000 * DG_MS,
                                                         r->part_to * 6000 * DG_MS },
                                          NULL),
                         DG_OK);
    if (r->withhold_ppm)
        ck_assert_int_eq(
            dg_network_fault(w->net,
                             &(dg_fault){ .kind = DG_FAULT_WITHHOLD_AVAILABILITY,
                                          .who = DG_WHO_SHARE,
                                          .share_ppm = r->withhold_ppm,
                                          .from = dg_network_first_slot(w->net) + r->withhold_from,
                                          .until = dg_network_first_slot(w->net) + r->withhold_to },
                             NULL),
            DG_OK);
    for (uint32_t i = r->crash[0]; r->crash_to && i <= r->crash[1]; i++)
        ck_assert_int_eq(
            dg_sim_crash(sim, (dg_node_ix){ i },
                         (dg_sim_span){ r->crash_from * 6000 * DG_MS, r->crash_to * 6000 * DG_MS },
                         NULL),
            DG_OK);
}

static void run_row(world *w, const row *r, dg_distribution_mode mode)
{
    static const dg_ns usual[2] = { 20 * DG_MS, 200 * DG_MS };
    static dg_collators all;
    dg_sim_link slow = { .latency_ns = r->latency[1] ? r->latency : usual,
                         .latency_count = 2,
                         .bytes_per_s = r->bytes_per_s };
    dg_collators by_clock = { .of = r->author ? dg_backing_author_named(r->author) : NULL,
                              .protocol = 2,
                              .async = r->async,
                              .ppm = 1000000 };
    dg_share shares[6];
    world_options o = { .of = r->of,
                        .seed = r->seed,
                        .collators = r->author  ? &by_clock
                                     : r->async ? world_async()
                                                : NULL,
                        .link = r->latency[1] || r->bytes_per_s ? &slow : NULL,
                        .how = DG_HOW_OVERRIDE,
                        .enact = r->enact,
                        .distribution = mode };
    for (size_t i = 0; !r->of && i < 6 && r->mixture[i].of; i++) {
        shares[i] = (dg_share){ world_class(r->mixture[i].of), r->mixture[i].ppm };
        o.shares = shares;
        o.share_count = i + 1;
    }
    all = (dg_collators){ .of = dg_backing_author_named("lookahead"),
                          .protocol = 2,
                          .ppm = 1000000,
                          .code_bytes = r->code };
    if (r->code)
        o.collators = &all;
    world_open(w, &o);
    all.code_from = dg_network_first_slot(w->net) + r->code_at;
    break_things(w, r);
    world_run(w, r->slots);
}

/* The next record of a kind from `at` on. */
static const dg_event *next_of(const world *w, size_t *at, dg_event_kind kind)
{
    for (; *at < w->count; ++*at)
        if (w->log[*at].kind == kind)
            return &w->log[(*at)++];
    return NULL;
}

/* Bits on occupied cores, cores with enough of them and those that are slow, of each block.
 * How many bitfields reach its author in time is a matter of gossip, of which the computed
 * two hops are a mean; what those say that do is not. */
static uint64_t compare_bits(const row *r, const world *sent, const world *computed)
{
    size_t a = 0, b = 0, from_a = 0, from_b = 0;
    uint64_t differ = 0;
    for (;;) {
        const dg_event *x = next_of(sent, &a, DG_EVENT_NET_AVAILABLE),
                       *y = next_of(computed, &b, DG_EVENT_NET_AVAILABLE);
        const dg_event *u = next_of(sent, &from_a, DG_EVENT_NET_BUILT),
                       *v = next_of(computed, &from_b, DG_EVENT_NET_BUILT);
        if (!x || !y || !u || !v)
            return differ;
        if (x->net_available.cores != y->net_available.cores
            || x->net_available.enough != y->net_available.enough
            || x->net_available.slow != y->net_available.slow
            || (u->net_built.bitfields == v->net_built.bitfields
                && x->net_available.bits != y->net_available.bits)) {
            fprintf(stderr, "%s: slot %d #%u: bits %d/%d of %d/%d, enough %d/%d, slow %d/%d\n",
                    r->name, (int)world_slot(sent, x), x->block, (int)x->net_available.bits,
                    (int)y->net_available.bits, (int)x->net_available.possible,
                    (int)y->net_available.possible, (int)x->net_available.enough,
                    (int)y->net_available.enough, (int)x->net_available.slow,
                    (int)y->net_available.slow);
            differ++;
        }
    }
}

START_TEST(computed_and_sent_come_to_the_same_in_every_block)
{
    const row *r = &rows[_i];
    size_t a = 0, b = 0;
    uint64_t blocks = 0, backed = 0, differ = 0;
    dg_world_stats stats;
    world sent, computed;
    run_row(&sent, r, DG_DISTRIBUTION_SENT);
    run_row(&computed, r, DG_DISTRIBUTION_COMPUTED);
    for (;;) {
        const dg_event *x = next_of(&sent, &a, DG_EVENT_NET_PARAS),
                       *y = next_of(&computed, &b, DG_EVENT_NET_PARAS);
        if (!x || !y) {
            ck_assert_msg(!x && !y, "%s: one has more blocks", r->name);
            break;
        }
        if (x->node != y->node || x->net_paras.slot != y->net_paras.slot
            || x->net_paras.offered != y->net_paras.offered
            || x->net_paras.backed != y->net_paras.backed
            || x->net_paras.included != y->net_paras.included) {
            fprintf(stderr,
                    "%s: slot %d/%d #%u/%u by %u/%u: offered %d/%d backed %d/%d included %d/%d\n",
                    r->name, (int)world_slot(&sent, x), (int)world_slot(&computed, y), x->block,
                    y->block, x->node, y->node, (int)x->net_paras.offered,
                    (int)y->net_paras.offered, (int)x->net_paras.backed, (int)y->net_paras.backed,
                    (int)x->net_paras.included, (int)y->net_paras.included);
            differ++;
        }
        blocks++;
        backed += x->net_paras.backed;
    }
    differ += compare_bits(r, &sent, &computed);
    ck_assert_msg(!differ, "%s: %u of %u blocks differ", r->name, (unsigned)differ,
                  (unsigned)blocks);
    ck_assert_msg(blocks > r->slots && backed > 20, "%s: %u blocks, %u backed", r->name,
                  (unsigned)blocks, (unsigned)backed);
    /* why it does no harm that nobody is parted where messages are computed: nobody is where they
     * are sent */
    dg_network_stats_get(sent.net, &stats);
    ck_assert_uint_eq(stats.parted + stats.refused, 0);
    ck_assert_uint_eq(world_published(&sent), r->code ? 20 : 0);
    ck_assert_uint_eq(world_published(&computed), r->code ? 20 : 0);
    world_close(&sent);
    world_close(&computed);
}
END_TEST

/* Who told that it checks a candidate which is approved. */
static uint64_t world_assigned(const world *w)
{
    size_t at = 0;
    uint64_t sum = 0;
    const dg_event *r;
    while ((r = next_of(w, &at, DG_EVENT_NET_APPROVED)))
        sum += r->net_approved.assigned;
    return sum;
}

/* What is sent is told slot by slot and adds up; what is computed is not counted. */
START_TEST(messages_are_counted_by_kind)
{
    enum { FLIP = EPOCH + 4, LAST = FLIP + 6 };
    world_options o = { .of = "SD_V12_OK",
                        .seed = 1,
                        .how = DG_HOW_OVERRIDE,
                        .enact = FLIP,
                        .distribution = DG_DISTRIBUTION_SENT };
    dg_world_stats sent, computed;
    uint64_t sums[6] = { 0 }, kinds[6];
    world w;
    world_open(&w, &o);
    world_run(&w, LAST);
    dg_network_stats_get(w.net, &sent);
    for (size_t i = 1; dg_event_field(DG_EVENT_NET_MESSAGES, i); i++)
        sums[i] =
            world_sum(&w, DG_EVENT_NET_MESSAGES, dg_event_field(DG_EVENT_NET_MESSAGES, i), 0, LAST);
    memcpy(kinds,
           (uint64_t[6]){ 0, sent.messages[DG_MSG_STATEMENT], sent.messages[DG_MSG_LEGACY],
                          sent.messages[DG_MSG_MANIFEST] + sent.messages[DG_MSG_KNOWN]
                              + sent.messages[DG_MSG_VOTE],
                          sent.messages[DG_MSG_ASK] + sent.messages[DG_MSG_ANSWER]
                              + sent.messages[DG_MSG_POV_ASK] + sent.messages[DG_MSG_POV],
                          sent.messages[DG_MSG_BITFIELD] },
           sizeof kinds);
    ck_assert_int_eq(memcmp(sums, kinds, sizeof sums), 0);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(
            world_sum(&w, DG_EVENT_NET_DATA, dg_event_field(DG_EVENT_NET_DATA, i + 1), 0, LAST),
            sent.messages[DG_MSG_CHUNK_ASK + i]);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_DATA, "kib", 0, LAST), sent.message_bytes >> 10);
    /* all are asked and answer; each checker of a hundred has 34 chunks of 7710 bytes and two
     * levels of proof */
    ck_assert_uint_le(sent.messages[DG_MSG_CHUNK_ASK] - sent.messages[DG_MSG_CHUNK], 100 * 20);
    ck_assert_uint_eq(sent.messages[DG_MSG_RECOVERY] % 34, 0);
    ck_assert_uint_eq(sent.messages[DG_MSG_RECOVERY_ASK], sent.messages[DG_MSG_RECOVERY]);
    ck_assert_uint_ge(sent.messages[DG_MSG_RECOVERY] / 34, world_assigned(&w));
    ck_assert_uint_gt(world_assigned(&w), 0);
    ck_assert_uint_eq(dg_backing_chunk_bytes(100), (256 << 10) / 34 + 2 * (15 * 32 + 64));
    for (int i = 0; i < DG_MSG_COUNT; i++)
        ck_assert_msg(sent.messages[i] > 0, "%s", dg_world_message_name((dg_message_kind)i));
    /* the old way ends with the flip, the new one begins with it */
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_MESSAGES, "legacy", FLIP + 2, LAST), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_MESSAGES, "cluster", 0, FLIP - 1), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_MESSAGES, "grid", 0, FLIP - 1), 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_MESSAGES, "grid", FLIP, LAST), 0);
    world_close(&w);
    o.distribution = DG_DISTRIBUTION_COMPUTED;
    world_open(&w, &o);
    world_run(&w, EPOCH + 2);
    dg_network_stats_get(w.net, &computed);
    for (int i = 0; i < DG_MSG_COUNT; i++)
        ck_assert_uint_eq(computed.messages[i], 0);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_MESSAGES, 0, EPOCH + 2), 0);
    world_close(&w);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *s = suite_create("distribution");
    TCase *tc = tcase_create("distribution");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, computed_and_sent_come_to_the_same_in_every_block, 0,
                        REDUCED ? 2 : ROWS(rows));
    tcase_add_test(tc, messages_are_counted_by_kind);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
