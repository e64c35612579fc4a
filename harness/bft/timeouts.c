/* timeouts.c - timeout messages of a round, and what they weigh together.
 *
 * A message counts for the epoch of its sender's highest QC, so where some saw the QC of an epoch's
 * first block and others did not, the messages of one round are of two epochs, with two committees.
 * Up to 6.3.0 their senders were put one behind the other, first epoch then second, and that list
 * was walked along the committee in one pass which goes on in the list where both agree only. It
 * counts right as long as ids rise along the whole list, which two lists in a row need not do. */
#include "bft/bft_impl.h"

#include <assert.h>
#include <string.h>

static void set_bit(uint64_t *bits, uint32_t index)
{
    assert(index < DG_BFT_BAKERS_MAX);
    bits[index / 64] |= (uint64_t)1 << index % 64;
}

static bool has_bit(const uint64_t *bits, size_t index)
{
    return bits[index / 64] >> index % 64 & 1;
}

static bool none(const uint64_t *bits)
{
    for (size_t i = 0; i < DG_BFT_BITS; i++)
        if (bits[i])
            return false;
    return true;
}

bool dg_bft_timeouts_add(dg_bft_timeouts *heard, uint64_t epoch, uint32_t index)
{
    bool second = !none(heard->second);
    if (!heard->any || (epoch >= heard->first_epoch + 2 && !second)
        || epoch > heard->first_epoch + 2) {
        *heard = (dg_bft_timeouts){ .any = true, .first_epoch = epoch };
        set_bit(heard->first, index);
        return true;
    }
    if (epoch == heard->first_epoch + 2) { /* the first gives way */
        memcpy(heard->first, heard->second, sizeof heard->first);
        memset(heard->second, 0, sizeof heard->second);
        heard->first_epoch++;
    } else if (epoch + 1 == heard->first_epoch && !second) { /* an older one goes below */
        memcpy(heard->second, heard->first, sizeof heard->second);
        memset(heard->first, 0, sizeof heard->first);
        heard->first_epoch--;
    }
    if (epoch != heard->first_epoch && epoch != heard->first_epoch + 1)
        return false;
    set_bit(epoch == heard->first_epoch ? heard->first : heard->second, index);
    return true;
}

/* ---- ids ---- */

static size_t ids_of(uint64_t *out, const uint64_t *bits, const dg_bft_voters *of)
{
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++)
        if (has_bit(bits, i))
            out[count++] = of->members[i].baker;
    return count;
}

static bool is_among(uint64_t id, const uint64_t *ids, size_t count)
{
    size_t low = 0;
    while (low < count) { /* ids rise */
        size_t middle = low + (count - low) / 2;
        if (ids[middle] == id)
            return true;
        if (ids[middle] < id)
            low = middle + 1;
        else
            count = middle;
    }
    return false;
}

/* ---- two ways to count ---- */

static uint64_t merge(const uint64_t *first, size_t first_count, const uint64_t *second,
                      size_t second_count, const dg_bft_voters *in)
{
    uint64_t list[2 * DG_BFT_BAKERS_MAX], sum = 0;
    size_t count = first_count, at = 0;
    memcpy(list, first, first_count * sizeof *list);
    for (size_t i = 0; i < second_count; i++)
        if (!is_among(second[i], first, first_count))
            list[count++] = second[i];
    for (size_t i = 0; i < in->count && at < count; i++) {
        if (list[at] != in->members[i].baker)
            continue; /* and the list stays where it is */
        sum += in->members[i].weight;
        at++;
    }
    return sum;
}

static uint64_t set(const uint64_t *first, size_t first_count, const uint64_t *second,
                    size_t second_count, const dg_bft_voters *in)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < in->count; i++)
        if (is_among(in->members[i].baker, first, first_count)
            || is_among(in->members[i].baker, second, second_count))
            sum += in->members[i].weight;
    return sum;
}

uint64_t dg_bft_timeouts_weight(dg_bft_tally tally, const dg_bft_timeouts *heard,
                                const dg_bft_voters *first, const dg_bft_voters *second,
                                const dg_bft_voters *in)
{
    uint64_t one[DG_BFT_BAKERS_MAX], two[DG_BFT_BAKERS_MAX];
    size_t ones = ids_of(one, heard->first, first), twos = ids_of(two, heard->second, second);
    assert(first->count <= DG_BFT_BAKERS_MAX && second->count <= DG_BFT_BAKERS_MAX);
    return tally == DG_BFT_MERGE ? merge(one, ones, two, twos, in) : set(one, ones, two, twos, in);
}

uint64_t dg_bft_voters_weight(const dg_bft_voters *voters)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < voters->count; i++)
        sum += voters->members[i].weight;
    return sum;
}

bool dg_bft_enough(uint64_t weight, uint64_t whole, dg_bft_ratio threshold)
{
    assert(threshold.den && weight <= whole);
    return weight * threshold.den >= whole * threshold.num;
}
