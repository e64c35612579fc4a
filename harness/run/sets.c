/* sets.c - who validates, at one block: four sets, each as a count and a hash that
 * does not depend on the order. */
#include "run/run_impl.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

enum { SETS = 4 };
typedef struct set {
    int64_t count;
    dg_hash hash;
} set;

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* `stride` bytes an item, its first 32 are the key. A list that does not decode
 * counts as -1: it is not an empty one. */
static set set_of(dg_bytes list, size_t stride)
{
    dg_scale s = dg_scale_from(list);
    uint32_t count = dg_scale_count(&s, stride);
    set out = { .count = -1 };
    uint8_t *keys = dg_calloc(count ? count : 1, 32);
    for (uint32_t i = 0; keys && i < count; i++) {
        dg_bytes item = dg_scale_take(&s, stride);
        if (item.at)
            memcpy(keys + (size_t)i * 32, item.at, 32);
    }
    if (keys && dg_scale_finish(&s, NULL, "set") == DG_OK) {
        qsort(keys, count, 32, by_bytes);
        out.count = count;
        out.hash = dg_blake2_256(dg_bytes_of(keys, (size_t)count * 32));
    }
    dg_free(keys);
    return out;
}

/* The authorities inside BabeApi_current_epoch, behind index, start and duration. */
static set babe_set(dg_bytes epoch)
{
    dg_scale s = dg_scale_from(epoch);
    size_t from = 24;
    uint32_t count;
    if (epoch.len < from)
        return (set){ .count = -1 };
    dg_scale_take(&s, from);
    count = dg_scale_count(&s, 40);
    if (s.rc < 0)
        return (set){ .count = -1 };
    return set_of(dg_bytes_of(epoch.at + from, s.at - from + (size_t)count * 40), 40);
}

static dg_code api_answer(arm *a, dg_block *block, dg_bytes *out, const char *method, dg_error *err)
{
    dg_error why;
    dg_code rc = dg_chain_call(a->chain, block, out, NULL, method, dg_bytes_of(NULL, 0), &why);
    return rc == DG_IO || rc == DG_NOMEM ? dg_fail(err, rc, "%s", why.text) : rc;
}

static dg_code take_sets(set out[SETS], arm *a, dg_block *block, dg_error *err)
{
    static const char *const methods[SETS] = { NULL, "GrandpaApi_grandpa_authorities",
                                               "BabeApi_current_epoch",
                                               "ParachainHost_validators" };
    dg_bytes value;
    for (size_t i = 0; i < SETS; i++)
        out[i] = (set){ .count = -1 };
    if (dg_chain_storage(a->chain, block, &value, "Session", "Validators", NULL, NULL) == DG_OK)
        out[0] = set_of(value, 32);
    for (size_t i = 1; i < SETS; i++) {
        dg_code rc = api_answer(a, block, &value, methods[i], err);
        if (rc == DG_IO || rc == DG_NOMEM)
            return rc;
        if (rc == DG_OK)
            out[i] = i == 1 ? set_of(value, 40) : i == 2 ? babe_set(value) : set_of(value, 32);
    }
    return DG_OK;
}

static json_t *hashes_json(const set sets[SETS])
{
    static const char *const names[SETS] = { "validators", "grandpa", "babe", "para" };
    json_t *out = json_object();
    for (size_t i = 0; i < SETS; i++)
        if (json_object_set_new(
                out, names[i],
                json_string(sets[i].count < 0 ? "" : dg_hash_short(&sets[i].hash).text))
            != 0) {
            json_decref(out);
            return NULL;
        }
    return out;
}

dg_code sets_log(arm *a, dg_block *block, const char *at, dg_error *err)
{
    set sets[SETS];
    json_t *hashes, *detail;
    dg_code rc = take_sets(sets, a, block, err);
    if (rc < 0)
        return rc;
    hashes = hashes_json(sets);
    detail = hashes ? json_pack("{s:s, s:o}", "at", at, "hashes", hashes) : NULL;
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    if (strcmp(at, "U-1") == 0 && a->which == DG_ARM_CONTROL)
        a->run->validators = sets[0].count > 0 ? (uint32_t)sets[0].count : 0;
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_AUTHORITIES,
            LOG_N(sets[0].count, sets[1].count, sets[2].count, sets[3].count), detail);
    return DG_OK;
}

/* Session.CurrentIndex; unknown on chains without that pallet. */
static bool session_index(arm *a, dg_block *block, uint32_t *out)
{
    dg_bytes value;
    if (dg_chain_storage(a->chain, block, &value, "Session", "CurrentIndex", NULL, NULL) != DG_OK
        || value.len != 4)
        return false;
    *out = dg_le32(value.at);
    return true;
}

dg_code session_log(arm *a, dg_block *block, dg_error *err)
{
    uint32_t now;
    set sets[SETS];
    dg_code rc;
    if (!session_index(a, block, &now))
        return DG_OK;
    if (!a->session_known)
        a->session = a->run->span.clock.session;
    a->session_known = true;
    if (now == a->session)
        return DG_OK;
    a->session = now;
    if ((rc = take_sets(sets, a, block, err)) < 0)
        return rc;
    arm_log(a, dg_block_slot(block), dg_block_number(block), DG_EV_SESSION,
            LOG_N(now, sets[0].count, sets[1].count, sets[2].count, sets[3].count,
                  (int64_t)dg_block_slot(block)),
            NULL);
    return DG_OK;
}
