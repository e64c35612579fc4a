/* Why: Concordium's tally was right within one epoch, which is what its tests had. So each count of
 * the network model is held against a recount over all ways in which a few people can stand in two
 * sessions, with another index in each, and in which their messages about either have come. */
#include "../support/suite.h"

#include "approval/dispute_impl.h"
#include "consensus/consensus_impl.h"
#include "statements/sent_impl.h"

enum { PEOPLE_MAX = 100, CORES = 5, BASE = 2, BLOCKS = 7 };

/* What one person is: in which sessions, and about which of them a message of it was heard. */
typedef struct stands {
    bool in[2], heard[2];
} stands;
static const stands ways[] = {
    { { true, false }, { false, false } }, { { true, false }, { true, false } },
    { { false, true }, { false, false } }, { { false, true }, { false, true } },
    { { true, true }, { false, false } },  { { true, true }, { true, false } },
    { { true, true }, { false, true } },   { { true, true }, { true, true } },
};
enum { WAYS = sizeof ways / sizeof *ways };

typedef struct split {
    unsigned people;
    stands of[PEOPLE_MAX];
    uint64_t weight[PEOPLE_MAX][2], nobodys;
    /* by session: who has which index; the second begins with one whom nobody runs */
    uint32_t count[2], index[PEOPLE_MAX][2], node[2][PEOPLE_MAX + 1];
    dg_session session[2];
} split;

/* Nodes are numbered otherwise than people, and so are validators: up in one session, down in the
 * other. */
static uint32_t node_of(const split *s, unsigned person)
{
    return s->people - 1 - person;
}

static void number(split *s)
{
    s->count[0] = 0;
    s->node[1][0] = DG_NO;
    s->count[1] = 1;
    for (unsigned i = 0; i < s->people; i++)
        for (int in = 0; in < 2; in++) {
            unsigned p = in ? s->people - 1 - i : i;
            if (!s->of[p].in[in])
                continue;
            s->index[p][in] = s->count[in];
            s->node[in][s->count[in]++] = node_of(s, p);
        }
    for (int in = 0; in < 2; in++)
        s->session[in] = (dg_session){ .index = 8 + (uint32_t)in,
                                       .validators = s->count[in],
                                       .count = s->count[in],
                                       .node = s->node[in] };
}

static bool is_more_than_two_thirds(uint64_t part, uint64_t whole)
{
    return 3 * part > 2 * whole;
}

/* ---- GRANDPA: a vote in the round that runs, whichever set its voter believes in ---- */

static const uint32_t parents[BLOCKS] = { DG_NO, 0, 1, 2, 3, 3, 2 };

static bool is_on(uint32_t block, uint32_t ancestor)
{
    while (block != DG_NO && block > ancestor)
        block = parents[block];
    return block == ancestor;
}

static uint32_t vote_of(const split *s, unsigned person)
{
    return s->of[person].heard[0] || s->of[person].heard[1] ? 3 + person % 8 % 4 : DG_NO;
}

static void set_of(const split *s, dg_voter *voters, uint32_t *votes, int in)
{
    voters[0] = (dg_voter){ .weight = s->nobodys, .node = DG_NO };
    for (unsigned p = 0; p < s->people; p++) {
        votes[node_of(s, p)] = vote_of(s, p);
        if (s->of[p].in[in])
            voters[s->index[p][in]] =
                (dg_voter){ .weight = s->weight[p][in], .node = node_of(s, p) };
    }
}

static uint64_t recount_votes(const split *s, int in, uint32_t block, bool above)
{
    uint64_t sum = 0;
    for (unsigned p = 0; p < s->people; p++) {
        uint32_t vote = vote_of(s, p);
        if (s->of[p].in[in] && vote != DG_NO && (above ? is_on(vote, block) : vote == block))
            sum += s->weight[p][in];
    }
    return sum;
}

static uint64_t recount_all(const split *s, int in)
{
    uint64_t sum = in ? s->nobodys : 0;
    for (unsigned p = 0; p < s->people; p++)
        sum += s->of[p].in[in] ? s->weight[p][in] : 0;
    return sum;
}

static bool prevotes(const split *s, int in)
{
    dg_voter voters[PEOPLE_MAX + 1];
    uint32_t votes[PEOPLE_MAX], found, wanted = DG_NO;
    uint64_t weights[BLOCKS], all = recount_all(s, in);
    bool same = true;
    set_of(s, voters, votes, in);
    found = dg_consensus_tally_prevotes(weights, &(dg_grandpa_tree){ parents, { BASE }, BLOCKS },
                                        &(dg_grandpa_set){ voters, s->count[in] }, votes);
    for (uint32_t id = BASE; id < BLOCKS; id++) {
        uint64_t on = recount_votes(s, in, id, true);
        same &= (found != DG_NO && id < found) || weights[id] == on;
        wanted = is_more_than_two_thirds(on, all) ? id : wanted;
    }
    return same && found == wanted;
}

static bool precommits(const split *s, int in)
{
    dg_voter voters[PEOPLE_MAX + 1];
    uint32_t votes[PEOPLE_MAX];
    dg_grandpa_set set = { voters, s->count[in] };
    bool same = true;
    set_of(s, voters, votes, in);
    for (uint32_t id = BASE; id < BLOCKS; id++) {
        uint64_t weight = dg_consensus_tally_precommits(&set, votes, (dg_leaf_id){ id }),
                 wanted = recount_votes(s, in, id, false);
        same &= weight == wanted
                && (weight >= dg_consensus_tally_needed(&set))
                       == is_more_than_two_thirds(wanted, recount_all(s, in));
    }
    return same;
}

/* ---- backing: statements about a leaf of a session, by nodes, as they come ---- */

/* Every second validator of the session, the highest first. */
static uint32_t group_of(const split *s, uint32_t *validators, int in)
{
    uint32_t members = 0;
    for (uint32_t i = s->count[in]; i-- && members < DG_SENT_MEMBERS_MAX;)
        if (i % 2 == 0)
            validators[members++] = i;
    return members;
}

static bool is_member(const split *s, unsigned person, int in)
{
    return s->of[person].in[in] && s->index[person][in] % 2 == 0;
}

/* How many votes are here at a time; the vote of person p comes at 10 p. */
static uint32_t recount_backing(const split *s, int in, uint64_t now)
{
    uint32_t sum = 0;
    for (unsigned p = 0; p < s->people; p++)
        sum += is_member(s, p, in) && s->of[p].heard[in] && 10 * p <= now;
    return sum;
}

static bool backing(const split *s, int in)
{
    uint32_t validators[PEOPLE_MAX + 1], members = group_of(s, validators, in);
    dg_statements_group group = { &s->session[in], validators, members };
    dg_ns here[DG_SENT_MEMBERS_MAX], enough;
    uint64_t votes = 0;
    bool same = true;
    for (uint32_t i = 0; i < members; i++)
        here[i] = DG_NEVER;
    for (unsigned p = 0; p < s->people; p++) {
        uint32_t member = dg_statements_tally_member(&group, (dg_node_ix){ node_of(s, p) });
        same &= (member != DG_NO) == is_member(s, p, in);
        if (member == DG_NO || !s->of[p].heard[in])
            continue;
        votes |= (uint64_t)1 << member;
        here[member] = 10 * p;
    }
    same &= dg_statements_tally_votes(votes) == recount_backing(s, in, UINT64_MAX);
    for (unsigned p = 0; p < s->people; p++)
        same &= dg_statements_tally_times(here, members, 10 * p) == recount_backing(s, in, 10 * p);
    for (uint32_t needed = 1; needed <= 3; needed++) {
        enough = dg_statements_tally_enough_at(here, members, needed);
        same &= enough == DG_NEVER
                    ? recount_backing(s, in, UINT64_MAX) < needed
                    : recount_backing(s, in, enough) >= needed
                          && (!enough || recount_backing(s, in, enough - 1) < needed);
    }
    return same;
}

/* ---- availability: bitfields about a block of a session ---- */

typedef struct bitfields {
    const split *s;
    int in;
} bitfields;

static bool holds(unsigned person, int in, uint32_t core)
{
    return (person + core + (unsigned)in) % 3 != 0;
}

static bool read_bitfield(void *user, bool *held, dg_validator_ix validator, dg_node_ix node)
{
    const bitfields *b = user;
    unsigned person = b->s->people - 1 - node.v;
    (void)validator;
    if (node.v == DG_NO || !b->s->of[person].heard[b->in])
        return false;
    for (uint32_t k = 0; k < CORES; k++)
        held[k] = holds(person, b->in, k);
    return true;
}

static bool availability(const split *s, int in)
{
    uint32_t bits[CORES] = { 0 }, came = 0, counted;
    dg_view view = { .validator_count = s->count[in] };
    bool same = true;
    counted = dg_consensus_tally_bitfields(
        &(dg_consensus_bits){ &s->session[in], s->count[in], bits, CORES }, read_bitfield,
        &(bitfields){ s, in });
    for (unsigned p = 0; p < s->people; p++)
        came += s->of[p].heard[in];
    for (uint32_t k = 0; k < CORES; k++) {
        uint32_t wanted = 0;
        for (unsigned p = 0; p < s->people; p++)
            wanted += s->of[p].heard[in] && holds(p, in, k);
        same &= bits[k] == wanted
                && dg_consensus_provide_enough(&view, bits[k])
                       == is_more_than_two_thirds(wanted, s->count[in]);
    }
    return same && counted == came;
}

/* ---- approvals: of a candidate in a block of a session ---- */

enum { NEEDED = 2, TOLD_AT = 1, NOW = 60 };

/* All of the first tranche, heard at once, and nobody is missing yet: more than a third, or all who
 * told once enough did. Who is it that does not check: every third. */
static bool approvals(const split *s, int in)
{
    dg_ns second = 1000 * DG_MS;
    dg_checker checkers[PEOPLE_MAX];
    dg_moment m = { .at = NOW * second,
                    .tick = NOW * second / dg_world_constant(DG_CONST_TICK),
                    .no_show_ticks = 1000,
                    .needed = NEEDED,
                    .validators = s->count[in] };
    uint32_t count = 0, told = 0, approved = 0;
    for (uint32_t i = 0; i < s->count[in]; i++) {
        unsigned p = s->people - 1 - s->node[in][i];
        if (s->node[in][i] == DG_NO || p % 3 == 2)
            continue;
        checkers[count++] =
            (dg_checker){ .validator = i,
                          .received = TOLD_AT * second,
                          .approved = s->of[p].heard[in] ? (NOW - p % 2) * second : DG_NEVER };
    }
    for (unsigned p = 0; p < s->people; p++) {
        told += s->of[p].in[in] && p % 3 != 2;
        approved += s->of[p].heard[in] && p % 3 != 2;
    }
    return dg_approval_tally(checkers, count, m.at) == approved
           && dg_approval_is_approved_at(checkers, count, &m)
                  == (3 * approved > s->count[in] || (told >= NEEDED && approved == told));
}

/* ---- dispute votes: on a candidate of a session ---- */

static uint32_t recount_dispute(const split *s, int in, bool against, uint64_t now)
{
    uint32_t sum = 0;
    for (unsigned p = 0; p < s->people; p++)
        sum += s->of[p].heard[in] && (p % 4 == 1) == against && 10 * (p + 1) <= now;
    return sum;
}

/* The chain knows the votes of every fifth person, whichever side, whether they are here or not. */
static bool sides_are_right(const split *s, int in, dg_dispute_vote *votes, uint64_t now)
{
    uint8_t known[2][PEOPLE_MAX / 8 + 1] = { { 0 } };
    dg_dispute d = { .session = &s->session[in], .votes = votes };
    dg_dispute_told told = { .session = s->session[in].index };
    uint32_t sides[2], fresh, wanted = 0;
    for (int side = 0; side < 2; side++) {
        told.bits[side] = dg_bytes_of(known[side], sizeof known[side]);
        told.bit_count[side] = s->count[in];
    }
    for (unsigned p = 0; p < s->people; p++) {
        if (s->of[p].in[in] && p % 5 == 0)
            known[p % 4 == 1][s->index[p][in] / 8] |= (uint8_t)(1 << s->index[p][in] % 8);
        wanted += s->of[p].heard[in] && 10 * (p + 1) <= now && p % 5 != 0;
    }
    fresh = dg_approval_dispute_count(&d, &told, now, sides);
    return fresh == wanted && sides[0] == recount_dispute(s, in, false, now)
           && sides[1] == recount_dispute(s, in, true, now);
}

static bool disputes(const split *s, int in)
{
    dg_dispute_vote votes[PEOPLE_MAX + 1] = { { 0 } };
    dg_ns times[PEOPLE_MAX + 1];
    bool same = true;
    for (uint32_t i = 0; i < s->count[in]; i++) {
        unsigned p = s->people - 1 - s->node[in][i];
        votes[i].at = s->node[in][i] != DG_NO && s->of[p].heard[in] ? 10 * (p + 1) : DG_NEVER;
        if (s->node[in][i] != DG_NO)
            votes[i].stance = p % 4 == 1 ? DG_STANCE_INVALID
                              : p % 2    ? DG_STANCE_VALID
                                         : DG_STANCE_APPROVED;
    }
    for (int against = 0; against < 2; against++) {
        dg_ns at = dg_approval_dispute_majority_at(votes, s->count[in], against, times);
        same &= at == DG_NEVER
                    ? !is_more_than_two_thirds(recount_dispute(s, in, against, UINT64_MAX),
                                               s->count[in])
                    : is_more_than_two_thirds(recount_dispute(s, in, against, at), s->count[in])
                          && !is_more_than_two_thirds(recount_dispute(s, in, against, at - 1),
                                                      s->count[in]);
    }
    for (uint64_t now = 0; now <= 10 * (s->people + 1); now += 15)
        same &= sides_are_right(s, in, votes, now);
    return same;
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    bool (*same)(const split *s, int in);
} kinds[] = {
    { "GRANDPA prevotes", prevotes }, { "GRANDPA precommits", precommits },
    { "backing votes", backing },     { "availability bits", availability },
    { "approvals", approvals },       { "dispute votes", disputes },
};
enum { KINDS = sizeof kinds / sizeof *kinds, WEIGHTED = 2 }; /* others: a vote is a vote */

static void check(uint64_t *counts, uint64_t *differ, const split *s, int kind)
{
    for (int in = 0; in < 2; in++) {
        if (!s->count[in])
            continue; /* no set, no session is empty */
        ++*counts;
        *differ += !kinds[kind].same(s, in);
    }
}

/* Of weights that tell every set of people from every other; or of one each, where many sets lie on
 * the threshold. */
static void check_weighted(uint64_t *counts, uint64_t *differ, split *s, int kind)
{
    for (int equal = 0; equal < 2; equal++) {
        s->nobodys = equal ? 1 : 5;
        for (unsigned p = 0; p < s->people; p++) {
            s->weight[p][0] = equal ? 1 : (uint64_t)1 << 2 * p;
            s->weight[p][1] = equal ? 1 : (uint64_t)3 << 2 * p;
        }
        if (equal || kind < WEIGHTED)
            check(counts, differ, s, kind);
    }
}

START_TEST(all_splits_of_up_to_six)
{
    static split s;
    for (s.people = 1; s.people <= 6; s.people++) {
        unsigned way[PEOPLE_MAX] = { 0 }, at = 0;
        uint64_t counts = 0, differ = 0, all = 1, none = 1;
        while (at < s.people) {
            for (unsigned p = 0; p < s.people; p++)
                s.of[p] = ways[way[p]];
            number(&s);
            check_weighted(&counts, &differ, &s, _i);
            for (at = 0; at < s.people && ++way[at] == WAYS; at++)
                way[at] = 0;
        }
        for (unsigned p = 0; p < s.people; p++) {
            all *= WAYS;
            none *= 2; /* in the second alone: the first has nobody */
        }
        ck_assert_uint_eq(counts, (_i < WEIGHTED ? 2 : 1) * (2 * all - none));
        ck_assert_msg(!differ, "%s of %u people: %llu of %llu counts differ", kinds[_i].name,
                      s.people, (unsigned long long)differ, (unsigned long long)counts);
    }
}
END_TEST

/* Any size, weights at random; who speaks is anybody, most, or few. */
START_TEST(splits_of_many_at_random)
{
    static split s;
    dg_rng rng = dg_rng_fork(11, "tally", (uint64_t)_i, 0);
    uint64_t counts = 0, differ = 0;
    for (int n = 0; n < 600; n++) {
        uint64_t of_ten = 1 + dg_rng_below(&rng, 10);
        s.people = 7 + (unsigned)dg_rng_below(&rng, PEOPLE_MAX - 6);
        for (unsigned p = 0; p < s.people; p++) {
            s.of[p] = ways[dg_rng_below(&rng, WAYS)];
            for (int in = 0; in < 2; in++) {
                s.of[p].heard[in] = s.of[p].in[in] && dg_rng_below(&rng, 10) < of_ten;
                s.weight[p][in] = n % 2 ? 1 : 1 + dg_rng_below(&rng, 1000000);
            }
        }
        s.nobodys = n % 2 ? 1 : 5;
        number(&s);
        check(&counts, &differ, &s, _i);
    }
    ck_assert_uint_gt(counts, 1100);
    ck_assert_msg(!differ, "%s: %llu of %llu counts differ", kinds[_i].name,
                  (unsigned long long)differ, (unsigned long long)counts);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tally");
    TCase *tc = tcase_create("tally");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, all_splits_of_up_to_six, 0, KINDS);
    tcase_add_loop_test(tc, splits_of_many_at_random, 0, KINDS);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
