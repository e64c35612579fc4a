/* pages.c - the answers to calls for keys and values, and how they are kept: which keys there are
 * between two, with their values. Until the root is compared nothing says that a page is true; what
 * contradicts itself is refused here. */
#include "fetch/fetch_impl.h"

#include <string.h>

static dg_code key_at(dg_buf *key, const json_t *keys, size_t i, dg_error *err)
{
    dg_buf_reset(key);
    return dg_fetch_hex(key, json_array_get(keys, i), "key", err);
}

dg_code dg_fetch_keys_check(const json_t *keys, dg_bytes lo, size_t most, dg_error *err)
{
    dg_buf before, key;
    dg_code rc = DG_OK;
    if (!json_is_array(keys) || json_array_size(keys) > most)
        return dg_fail(err, DG_MALFORMED, "its page is no list of at most %zu keys", most);
    dg_buf_init(&before, DG_TRIE_KEY_MAX);
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_buf_put_bytes(&before, lo);
    for (size_t i = 0; rc == DG_OK && i < json_array_size(keys); i++) {
        if ((rc = key_at(&key, keys, i, err)) < 0)
            break;
        if (key.len && dg_bytes_compare(dg_buf_bytes(&key), dg_buf_bytes(&before)) <= 0)
            rc = dg_fail(err, DG_MISMATCH, "its page of keys is out of order, or came before");
        dg_buf_reset(&before);
        dg_buf_put_bytes(&before, dg_buf_bytes(&key));
    }
    dg_buf_clear(&before);
    dg_buf_clear(&key);
    return rc;
}

static dg_code value_check(const json_t *value, dg_error *err)
{
    return json_is_string(value)
               ? DG_OK
               : dg_fail(err, DG_MISMATCH, "it has no value for a key that an endpoint named");
}

/* The values of a child trie, in the order of its keys. */
static dg_code entries_check(const json_t *answer, size_t count, dg_error *err)
{
    dg_code rc = DG_OK;
    if (json_array_size(answer) != count)
        return dg_fail(err, DG_MISMATCH, "it answered with %zu values for %zu keys",
                       json_array_size(answer), count);
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        rc = value_check(json_array_get(answer, i), err);
    return rc;
}

dg_code dg_fetch_values_check(const json_t *answer, const json_t *keys, const dg_hash *at,
                              dg_error *err)
{
    const json_t *set = json_array_get(answer, 0), *changes = json_object_get(set, "changes");
    size_t count = json_array_size(keys);
    json_t *seen;
    dg_hash of;
    dg_code rc;
    if (!at)
        return entries_check(answer, count, err);
    if (json_array_size(answer) != 1 || !json_is_array(changes))
        return dg_fail(err, DG_MALFORMED, "it answered without values");
    if ((rc = dg_fetch_hex_hash(&of, json_object_get(set, "block"), "values' block", err)) < 0)
        return rc;
    if (!dg_hash_equal(&of, at))
        return dg_fail(err, DG_MISMATCH, "it answered for block %s, not for %s",
                       dg_hash_short(&of).text, dg_hash_short(at).text);
    if (json_array_size(changes) != count)
        return dg_fail(err, DG_MISMATCH, "it answered with %zu values for %zu keys",
                       json_array_size(changes), count);
    if (!(seen = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for values");
    for (size_t i = 0; rc == DG_OK && i < count; i++) {
        const json_t *pair = json_array_get(changes, i);
        const char *key = json_string_value(json_array_get(pair, 0));
        rc = value_check(json_array_get(pair, 1), err);
        if (rc == DG_OK && (!key || json_object_set(seen, key, json_array_get(pair, 1)) != 0))
            rc = dg_fail(err, DG_MALFORMED, "it answered with a value without a key");
    }
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        if (!json_object_get(seen, json_string_value(json_array_get(keys, i))))
            rc = dg_fail(err, DG_MISMATCH, "it lacks a value that was asked for");
    json_decref(seen);
    return rc;
}

dg_code dg_fetch_page_read(dg_fetch_range *range, dg_bytes page,
                           dg_code (*each)(void *user, const dg_fetch_range *range, dg_bytes key,
                                           dg_bytes value, dg_error *err),
                           void *user, dg_error *err)
{
    dg_scale in = dg_scale_from(page);
    dg_bytes before;
    uint32_t count;
    range->child = dg_scale_bytes(&in);
    range->lo = dg_scale_bytes(&in);
    range->hi = dg_scale_bytes(&in);
    count = dg_scale_count(&in, 2);
    before = range->lo;
    for (uint32_t i = 0; i < count && in.rc == DG_OK; i++) {
        dg_bytes key = dg_scale_bytes(&in), value = dg_scale_bytes(&in);
        dg_code rc;
        if (in.rc != DG_OK)
            break;
        if ((key.len && dg_bytes_compare(key, before) <= 0)
            || (range->hi.len && dg_bytes_compare(key, range->hi) > 0))
            dg_scale_fail(&in, "key is not of the page");
        before = key;
        if (in.rc == DG_OK && each && (rc = each(user, range, key, value, err)) < 0)
            return rc;
    }
    return dg_scale_finish(&in, err, "page");
}
