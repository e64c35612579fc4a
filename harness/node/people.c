/* people.c - the validators of a chain as nodes, found by any of their keys.
 *
 * Sessions, BABE and GRANDPA each list another key of a validator, and not in the
 * same order; who owns a key stands in the state. */
#include "node/node_impl.h"

#include <stdlib.h>
#include <string.h>

static int by_account(const void *a, const void *b)
{
    return memcmp(((const dg_person *)a)->account, ((const dg_person *)b)->account, 32);
}

static dg_code take_accounts(dg_people *people, dg_scale *s, uint32_t count, dg_error *err)
{
    if (!(people->sorted = dg_calloc(count, sizeof *people->sorted)))
        return dg_fail(err, DG_NOMEM, "no memory for %u validators", count);
    people->count = count;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(people->sorted[i].account, dg_scale_take(s, 32).at, 32);
        people->sorted[i].node = i;
    }
    qsort(people->sorted, count, sizeof *people->sorted, by_account);
    return DG_OK;
}

dg_code dg_people_init(dg_people *people, dg_chain *chain, dg_block *block, dg_error *err)
{
    dg_bytes value;
    dg_scale s;
    uint32_t count;
    dg_code rc = dg_chain_storage(chain, block, &value, "Session", "Validators", NULL, err);
    *people = (dg_people){ .count = 0 };
    if (rc != DG_OK)
        return rc;
    s = dg_scale_from(value);
    count = dg_scale_count(&s, 32);
    if (s.rc != DG_OK || dg_scale_left(&s) != (size_t)count * 32)
        return dg_fail(err, DG_UNSUPPORTED, "Session.Validators is no list of accounts of 32 bytes");
    if (!count || count > DG_VALIDATORS_MAX)
        return dg_fail(err, DG_USAGE, "the chain has %u validators, a network needs 1 to %d", count, DG_VALIDATORS_MAX);
    return take_accounts(people, &s, count, err);
}

void dg_people_clear(dg_people *people)
{
    dg_free(people->sorted);
    *people = (dg_people){ .count = 0 };
}

static uint32_t node_of(const dg_people *p, const uint8_t account[32])
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(p->sorted[middle].account, account, 32);
        if (!order)
            return p->sorted[middle].node;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return DG_NO;
}

dg_code dg_people_owner(const dg_people *people, uint32_t *node, dg_chain *chain, dg_block *block, const char *kind,
                        const uint8_t key[32], dg_error *err)
{
    uint8_t room[37];
    dg_bytes value, argument = DG_BYTES_OF(room);
    dg_code rc;
    memcpy(room, kind, 4);
    room[4] = 32 << 2; /* compact length of the key */
    memcpy(room + 5, key, 32);
    rc = dg_chain_storage(chain, block, &value, "Session", "KeyOwner", &argument, err);
    *node = rc == DG_OK && value.len == 32 ? node_of(people, value.at) : DG_NO;
    return rc == DG_ABSENT ? DG_OK : rc;
}
