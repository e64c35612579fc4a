/* authority_sets.c - who validates, at one block: four sets, each as a count and a hash
 * that does not depend on the order. */
#include "survey/survey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

const char *dg_survey_set_name(dg_survey_set_kind kind)
{
    static const char *const names[] = { "validators", "grandpa", "babe", "para" };
    assert((size_t)kind < sizeof names / sizeof *names);
    return names[kind];
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* `stride` bytes an item, its first 32 are the key. A list that does not decode
 * counts as -1: it is not an empty one. */
static dg_survey_set set_of(dg_bytes list, size_t stride)
{
    dg_scale s = dg_scale_from(list);
    uint32_t count = dg_scale_count(&s, stride);
    dg_survey_set out = { .count = -1 };
    uint8_t *keys = dg_calloc(count ? count : 1, 32);
    assert(stride >= 32);
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
static dg_survey_set babe_set(dg_bytes epoch)
{
    dg_scale s = dg_scale_from(epoch);
    size_t from = 24;
    uint32_t count;
    if (epoch.len < from)
        return (dg_survey_set){ .count = -1 };
    dg_scale_take(&s, from);
    count = dg_scale_count(&s, 40);
    if (s.rc < 0)
        return (dg_survey_set){ .count = -1 };
    return set_of(dg_bytes_of(epoch.at + from, s.at - from + (size_t)count * 40), 40);
}

static dg_code api_answer(dg_chain *chain, dg_block *block, dg_bytes *out, const char *method,
                          dg_error *err)
{
    dg_error why;
    dg_code rc = dg_chain_call(chain, block, out, NULL, method, dg_bytes_of(NULL, 0), &why);
    return rc == DG_IO || rc == DG_NOMEM ? dg_fail(err, rc, "%s", why.text) : rc;
}

dg_code dg_survey_sets_take(dg_survey_set out[DG_SURVEY_SET_COUNT], dg_chain *chain,
                            dg_block *block, dg_error *err)
{
    static const char *const methods[DG_SURVEY_SET_COUNT] = {
        NULL, "GrandpaApi_grandpa_authorities", "BabeApi_current_epoch", "ParachainHost_validators"
    };
    dg_bytes value;
    for (size_t i = 0; i < DG_SURVEY_SET_COUNT; i++)
        out[i] = (dg_survey_set){ .count = -1 };
    if (dg_chain_storage(chain, block, &value, "Session", "Validators", NULL, NULL) == DG_OK)
        out[DG_SURVEY_SET_VALIDATORS] = set_of(value, 32);
    for (size_t i = 1; i < DG_SURVEY_SET_COUNT; i++) {
        dg_code rc = api_answer(chain, block, &value, methods[i], err);
        if (rc == DG_IO || rc == DG_NOMEM)
            return rc;
        if (rc == DG_OK)
            out[i] = i == DG_SURVEY_SET_GRANDPA ? set_of(value, 40)
                     : i == DG_SURVEY_SET_BABE  ? babe_set(value)
                                                : set_of(value, 32);
    }
    return DG_OK;
}

bool dg_survey_session(uint32_t *out, dg_chain *chain, dg_block *block)
{
    dg_bytes value;
    if (dg_chain_storage(chain, block, &value, "Session", "CurrentIndex", NULL, NULL) != DG_OK
        || value.len != 4)
        return false;
    *out = dg_le32(value.at);
    return true;
}
