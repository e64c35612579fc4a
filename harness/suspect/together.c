/* together.c - of suspects that heal a claim together, the fewest that still do.
 *
 * Delta debugging: the set is cut into ever finer parts; a part that heals alone is gone on with,
 * else a set without one part that still heals. What is left when the parts are single suspects
 * cannot do without any of them. Mirrors: Zeller and Hildebrandt 2002, ddmin. */
#include "suspect/suspect_impl.h"

#include <assert.h>

static unsigned size_of(dg_suspect_set set)
{
    unsigned count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

/* `set` in `parts` parts of nearly one size; each but empty. */
static void cut(dg_suspect_set *out, dg_suspect_set set, unsigned parts)
{
    unsigned total = size_of(set), at = 0;
    assert(parts <= total);
    for (unsigned i = 0; i < parts; i++)
        out[i] = 0;
    for (unsigned bit = 0; bit < DG_SUSPECTS_MAX; bit++)
        if (set >> bit & 1)
            out[at++ * parts / total] |= (dg_suspect_set)1 << bit;
}

/* The first of the sets that heals; 0: none does. */
static dg_code first_that_heals(dg_proving *p, dg_suspect_set *out, const dg_suspect_set *sets,
                                unsigned count, dg_claim_id claim, dg_error *err)
{
    dg_code rc = dg_proving_try(p, sets, count, err);
    *out = 0;
    for (unsigned i = 0; rc >= 0 && i < count && !*out; i++)
        if (dg_proving_heals(p, sets[i], claim))
            *out = sets[i];
    return rc;
}

/* A smaller set that heals, and in how many parts it is to be cut next; 0: there is none. */
static dg_code smaller(dg_proving *p, dg_suspect_set *out, dg_suspect_set set, unsigned *parts,
                       dg_claim_id claim, dg_error *err)
{
    dg_suspect_set part[DG_SUSPECTS_MAX], rest[DG_SUSPECTS_MAX];
    dg_code rc;
    assert(*parts >= 2 && *parts <= DG_SUSPECTS_MAX);
    cut(part, set, *parts);
    if ((rc = first_that_heals(p, out, part, *parts, claim, err)) < 0)
        return rc;
    if (*out) {
        *parts = 2;
        return rc;
    }
    for (unsigned i = 0; i < *parts; i++)
        rest[i] = set & ~part[i];
    rc = first_that_heals(p, out, rest, *parts, claim, err);
    *parts = *out && *parts > 2 ? *parts - 1 : *parts;
    return rc;
}

/* Is it known of every set that lacks one of these that it does not heal? */
static bool is_minimal(const dg_proving *p, dg_suspect_set set)
{
    for (unsigned bit = 0; bit < DG_SUSPECTS_MAX; bit++) {
        dg_suspect_set less = set & ~((dg_suspect_set)1 << bit);
        const dg_trial *t = less != set && less ? dg_proof_trial(p->proof, less) : NULL;
        if (less != set && (!t || t->failed))
            return false;
    }
    return true;
}

dg_code dg_proving_together(dg_proving *p, dg_suspect_set all, dg_claim_id claim, dg_error *err)
{
    dg_suspect_set set = all, less;
    unsigned parts = 2;
    assert(size_of(all) > 1);
    assert(dg_proving_heals(p, all, claim));
    while (size_of(set) > 1) {
        unsigned total = size_of(set);
        dg_code rc;
        parts = parts < total ? parts : total;
        if ((rc = smaller(p, &less, set, &parts, claim, err)) < 0)
            return rc;
        if (!less && parts == total)
            break;
        parts = less ? parts : parts * 2;
        set = less ? less : set;
    }
    p->proof->together[claim] = set;
    p->proof->minimal[claim] = is_minimal(p, set);
    return DG_OK;
}
