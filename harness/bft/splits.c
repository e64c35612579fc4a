/* splits.c - the tally of timeout messages over all ways in which a few bakers can stand in two
 * committees and their messages in two epochs, against a recount that looks at each by itself. */
#include "bft/bft_impl.h"

#include <assert.h>

/* What one baker is: in which committees, and in which epochs a message of it was heard. */
typedef struct baker_is {
    bool in[2], heard[2];
} baker_is;
/* One that is in no committee is none of them, and nobody hears what a member cannot send. */
static const baker_is ways[] = {
    { { true, false }, { false, false } }, { { true, false }, { true, false } },
    { { false, true }, { false, false } }, { { false, true }, { false, true } },
    { { true, true }, { false, false } },  { { true, true }, { true, false } },
    { { true, true }, { false, true } },   { { true, true }, { true, true } },
};
enum { WAYS = sizeof ways / sizeof *ways };

/* Weights that tell every set of bakers from every other. */
static uint64_t weight_of(unsigned baker, int epoch)
{
    return epoch ? (uint64_t)3 << 2 * baker : (uint64_t)1 << 2 * baker;
}

static void lay_out(dg_bft_member members[2][DG_BFT_SPLITS_MAX], dg_bft_voters voters[2],
                    dg_bft_timeouts *heard, const unsigned *way, unsigned bakers)
{
    voters[0] = (dg_bft_voters){ members[0], 0 };
    voters[1] = (dg_bft_voters){ members[1], 0 };
    *heard = (dg_bft_timeouts){ .any = true, .first_epoch = 1 };
    for (unsigned b = 0; b < bakers; b++)
        for (int e = 0; e < 2; e++) {
            uint32_t index = (uint32_t)voters[e].count;
            if (!ways[way[b]].in[e])
                continue;
            members[e][voters[e].count++] = (dg_bft_member){ b, weight_of(b, e) };
            if (ways[way[b]].heard[e])
                dg_bft_bit_set(e ? heard->second : heard->first, index);
        }
}

static uint64_t recount(const unsigned *way, unsigned bakers, int in)
{
    uint64_t sum = 0;
    for (unsigned b = 0; b < bakers; b++)
        if (ways[way[b]].in[in] && (ways[way[b]].heard[0] || ways[way[b]].heard[1]))
            sum += weight_of(b, in);
    return sum;
}

void dg_bft_splits_try(dg_bft_splits *out, dg_bft_tally tally, unsigned bakers)
{
    dg_bft_member members[2][DG_BFT_SPLITS_MAX];
    unsigned way[DG_BFT_SPLITS_MAX] = { 0 };
    unsigned at = 0;
    assert(bakers && bakers <= DG_BFT_SPLITS_MAX);
    *out = (dg_bft_splits){ .counts = 0 };
    while (at < bakers) {
        dg_bft_voters voters[2];
        dg_bft_timeouts heard;
        lay_out(members, voters, &heard, way, bakers);
        for (int in = 0; in < 2; in++) {
            out->counts++;
            out->differ +=
                dg_bft_timeouts_weight(tally, &heard, &voters[0], &voters[1], &voters[in])
                != recount(way, bakers, in);
        }
        for (at = 0; at < bakers && ++way[at] == WAYS; at++) /* the next one, as a counter counts */
            way[at] = 0;
    }
}
