/* people.c - the validators of a chain as nodes, found by any of their keys: those
 * of the session, then the queued ones, then all others that have set session keys,
 * since an election may seat them while a network runs.
 *
 * Sessions, BABE and GRANDPA each list another key of a validator, and not in the
 * same order; who owns a key stands in the state. */
#include "protocol/protocol.h"

#include <stdlib.h>
#include <string.h>

static int by_account(const void *a, const void *b)
{
    return memcmp(((const dg_person *)a)->account, ((const dg_person *)b)->account, 32);
}

static int find(const dg_people *p, const uint8_t account[32])
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(p->sorted[middle].account, account, 32);
        if (!order)
            return (int)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Accounts that are there already are passed over; node numbers go on. */
static dg_code add(dg_people *people, const uint8_t (*accounts)[32], uint32_t count, dg_error *err)
{
    dg_person *grown =
        dg_realloc(people->sorted, (people->count + (size_t)count + 1) * sizeof *grown);
    uint32_t known = people->count;
    if (!grown)
        return dg_fail(err, DG_NOMEM, "no memory for %u validators", people->count + count);
    people->sorted = grown;
    for (uint32_t i = 0; i < count; i++)
        if (find(&(dg_people){ .count = known, .sorted = grown }, accounts[i]) < 0) {
            memcpy(grown[people->count].account, accounts[i], 32);
            grown[people->count].node = people->count;
            people->count++;
        }
    qsort(grown, people->count, sizeof *grown, by_account);
    if (people->count > DG_VALIDATORS_MAX)
        return dg_fail(err, DG_USAGE, "the chain has %u validators, but a network needs 1 to %d",
                       people->count, DG_VALIDATORS_MAX);
    return DG_OK;
}

/* ---- who validates now ---- */

static dg_code add_seated(dg_people *people, dg_chain *chain, dg_block *block, dg_error *err)
{
    dg_bytes value;
    dg_scale s;
    uint32_t count;
    dg_code rc = dg_chain_storage(chain, block, &value, "Session", "Validators", NULL, err);
    if (rc == DG_ABSENT) /* a failure here, though not of the look-up */
        return dg_fail(err, DG_UNSUPPORTED, "the runtime has no Session.Validators");
    if (rc != DG_OK)
        return rc;
    s = dg_scale_from(value);
    count = dg_scale_count(&s, 32);
    if (s.rc != DG_OK || dg_scale_left(&s) != (size_t)count * 32)
        return dg_fail(err, DG_UNSUPPORTED,
                       "Session.Validators is not a list of accounts of 32 bytes");
    if (!count)
        return dg_fail(err, DG_USAGE, "the chain has no validators, but a network needs 1 to %d",
                       DG_VALIDATORS_MAX);
    return add(people, (const uint8_t(*)[32])dg_scale_take(&s, (size_t)count * 32).at, count, err);
}

/* ---- who may validate later: the queue, and whoever has set keys ---- */

/* Pairs of an account and its session keys, which have one size. */
static dg_code add_queued(dg_people *people, dg_chain *chain, dg_block *block, dg_error *err)
{
    uint8_t(*accounts)[32];
    dg_bytes value;
    dg_scale s;
    uint32_t count;
    size_t each;
    dg_code rc = dg_chain_storage(chain, block, &value, "Session", "QueuedKeys", NULL, err);
    if (rc < 0)
        return rc;
    s = dg_scale_from(rc == DG_OK ? value : dg_bytes_of(NULL, 0));
    count = dg_scale_count(&s, 32);
    if (rc == DG_ABSENT || s.rc != DG_OK || !count || dg_scale_left(&s) % count)
        return DG_OK; /* no queue that can be read */
    each = dg_scale_left(&s) / count;
    if (!(accounts = dg_calloc(count, sizeof *accounts)))
        return dg_fail(err, DG_NOMEM, "no memory for %u validators", count);
    for (uint32_t i = 0; i < count; i++)
        memcpy(accounts[i], dg_scale_take(&s, each).at, 32);
    rc = add(people, (const uint8_t(*)[32])accounts, count, err);
    dg_free(accounts);
    return rc;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* Keys of the map end with the account; in the order of accounts, not of hashes. */
static dg_code read_map(dg_buf *accounts, dg_block *block, dg_error *err)
{
    uint8_t prefix[32];
    dg_state *state = dg_state_fork(dg_block_state(block));
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    dg_storage_prefix(prefix, "Session", "NextKeys");
    if (!state)
        return dg_fail(err, DG_NOMEM, "no memory to read the keys of validators");
    if ((rc = dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        == DG_OK) {
        while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
            if (key.len == 32 + 8 + 32) /* twox64, concatenated */
                dg_buf_put(accounts, key.at + 40, 32);
        dg_state_iter_clear(&it);
    }
    dg_state_free(state);
    return rc < 0 ? rc : dg_buf_check(accounts, err, "accounts with session keys");
}

static dg_code add_ready(dg_people *people, dg_block *block, dg_error *err)
{
    dg_buf accounts;
    dg_code rc;
    dg_buf_init(&accounts, DG_VALIDATORS_MAX * 32);
    if ((rc = read_map(&accounts, block, err)) >= 0 && accounts.len) {
        qsort(accounts.at, accounts.len / 32, 32, by_bytes);
        rc = add(people, (const uint8_t(*)[32])accounts.at, (uint32_t)(accounts.len / 32), err);
    }
    dg_buf_clear(&accounts);
    return rc;
}

dg_code dg_people_init(dg_people *people, dg_chain *chain, dg_block *block, dg_error *err)
{
    dg_code rc;
    *people = (dg_people){ .count = 0 };
    if ((rc = add_seated(people, chain, block, err)) != DG_OK)
        return rc;
    people->seated = people->count;
    if ((rc = add_queued(people, chain, block, err)) < 0)
        return rc;
    return add_ready(people, block, err);
}

void dg_people_clear(dg_people *people)
{
    dg_free(people->sorted);
    *people = (dg_people){ .count = 0 };
}

uint32_t dg_people_node(const dg_people *p, const uint8_t account[32])
{
    int at = find(p, account);
    return at < 0 ? DG_NO : p->sorted[at].node;
}

dg_code dg_people_owner(const dg_people *people, uint32_t *node, dg_chain *chain, dg_block *block,
                        const char *kind, const uint8_t key[32], dg_error *err)
{
    uint8_t room[37];
    dg_bytes value, argument = DG_BYTES_OF(room);
    dg_code rc;
    memcpy(room, kind, 4);
    room[4] = 32 << 2; /* compact length of the key */
    memcpy(room + 5, key, 32);
    rc = dg_chain_storage(chain, block, &value, "Session", "KeyOwner", &argument, err);
    *node = rc == DG_OK && value.len == 32 ? dg_people_node(people, value.at) : DG_NO;
    return rc == DG_ABSENT ? DG_OK : rc;
}
