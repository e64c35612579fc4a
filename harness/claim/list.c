/* list.c - the claims that there are, by their place in the list and by name. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <string.h>

static const dg_claim *const claims[DG_CLAIM_COUNT] = {
#define X(ID, member, name) [DG_CLAIM_##ID] = &dg_claim_##member,
#include "claim/claim_list.h"
#undef X
};

const dg_claim *dg_claim_at(size_t i)
{
    assert(i >= DG_CLAIM_COUNT || claims[i]->id == i); /* else another claim's file was copied */
    return i < DG_CLAIM_COUNT ? claims[i] : NULL;
}

const dg_claim *dg_claim_named(const char *name)
{
    for (size_t i = 0; i < DG_CLAIM_COUNT; i++)
        if (strcmp(dg_claim_name((dg_claim_id)i), name) == 0)
            return claims[i];
    return NULL;
}
