/* block_json.c - a block as chain_getBlock answers it, brought to SCALE bytes.
 *
 * Accepted: the whole answer, its `result`, or the block alone. Numbers come as
 * hex text or integers. Digest items come as hex; the objects of 2018 are not
 * read. */
#include "chain/chain_impl.h"

#include <stdlib.h>
#include <string.h>

static dg_code put_hex(dg_buf *out, const json_t *object, const char *name, size_t want,
                       dg_error *err)
{
    const json_t *text = json_object_get(object, name);
    size_t before = out->len;
    dg_code rc;
    if (!json_is_string(text))
        return dg_fail(err, DG_MALFORMED, "%s is missing or not text", name);
    if ((rc = dg_hex_get(out, json_string_value(text), json_string_length(text), err)) < 0)
        return dg_fail_within(err, rc, "%s", name);
    if (out->len - before != want)
        return dg_fail(err, DG_MALFORMED, "%s has %zu bytes instead of %zu", name,
                       out->len - before, want);
    return DG_OK;
}

static dg_code put_number(dg_buf *out, const json_t *header, dg_error *err)
{
    const json_t *number = json_object_get(header, "number");
    const char *text = json_string_value(number);
    char *end = NULL;
    unsigned long long v = 0;
    if (json_is_integer(number) && json_integer_value(number) >= 0)
        v = (unsigned long long)json_integer_value(number);
    else if (text && strncmp(text, "0x", 2) == 0)
        v = strtoull(text + 2, &end, 16);
    else if (text)
        v = strtoull(text, &end, 10);
    else
        return dg_fail(err, DG_MALFORMED, "number is missing");
    if (v > UINT32_MAX || (end && (*end || end == text)))
        return dg_fail(err, DG_MALFORMED, "number \"%.40s\" is not a block number",
                       text ? text : "?");
    dg_scale_put_compact(out, v);
    return DG_OK;
}

/* Each item of a list of hex texts, as it is. */
static dg_code put_list(dg_buf *out, const json_t *list, const char *what, dg_error *err)
{
    const json_t *item;
    size_t i;
    dg_code rc;
    if (!json_is_array(list))
        return dg_fail(err, DG_MALFORMED, "%s is missing or not a list", what);
    dg_scale_put_compact(out, json_array_size(list));
    json_array_foreach(list, i, item)
    {
        if (json_is_object(item))
            return dg_fail(err, DG_UNSUPPORTED,
                           "%s %zu is an object, a form from before SCALE digests", what, i);
        if (!json_is_string(item))
            return dg_fail(err, DG_MALFORMED, "%s %zu is not text", what, i);
        if ((rc = dg_hex_get(out, json_string_value(item), json_string_length(item), err)) < 0)
            return dg_fail_within(err, rc, "%s %zu", what, i);
    }
    return DG_OK;
}

/* `object` is a header as RPC answers it. */
dg_code dg_header_from_json(dg_buf *out, const json_t *object, dg_error *err)
{
    dg_code rc;
    if ((rc = put_hex(out, object, "parentHash", 32, err)) < 0
        || (rc = put_number(out, object, err)) < 0
        || (rc = put_hex(out, object, "stateRoot", 32, err)) < 0
        || (rc = put_hex(out, object, "extrinsicsRoot", 32, err)) < 0)
        return rc;
    return put_list(out, json_object_get(json_object_get(object, "digest"), "logs"), "digest item",
                    err);
}

dg_code dg_block_from_json(dg_buf *out, const json_t *document, dg_error *err)
{
    const json_t *block = document, *inner;
    dg_code rc;
    if ((inner = json_object_get(block, "result")))
        block = inner;
    if ((inner = json_object_get(block, "block")))
        block = inner;
    if (!json_is_object(json_object_get(block, "header")))
        return dg_fail(err, DG_MALFORMED, "it holds no header");
    if ((rc = dg_header_from_json(out, json_object_get(block, "header"), err)) < 0
        || (rc = put_list(out, json_object_get(block, "extrinsics"), "extrinsic", err)) < 0)
        return rc;
    return dg_buf_check(out, err, "block");
}
