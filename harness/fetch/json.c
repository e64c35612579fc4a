/* json.c - hex and headers, as nodes write them in JSON. */
#include "fetch/fetch_impl.h"

#include <string.h>

dg_code dg_fetch_hex(dg_buf *out, const json_t *value, const char *what, dg_error *err)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    dg_code rc;
    if (!text || len < 2 || text[0] != '0' || text[1] != 'x')
        return dg_fail(err, DG_MALFORMED, "its %s is not hex with 0x", what);
    rc = dg_hex_get(out, text, len, err);
    return rc < 0 ? dg_fail_within(err, rc, "its %s", what) : DG_OK;
}

dg_code dg_fetch_hex_hash(dg_hash *out, const json_t *value, const char *what, dg_error *err)
{
    uint8_t room[33];
    dg_buf bytes = dg_buf_on(room, sizeof room);
    dg_code rc = dg_fetch_hex(&bytes, value, what, err);
    if (rc < 0)
        return rc == DG_LIMIT ? dg_fail(err, DG_MALFORMED, "its %s has not 32 bytes", what) : rc;
    if (bytes.len != 32)
        return dg_fail(err, DG_MALFORMED, "its %s has %zu bytes, not 32", what, bytes.len);
    memcpy(out->at, room, 32);
    return DG_OK;
}

json_t *dg_fetch_hex_json(dg_bytes bytes)
{
    json_t *text;
    dg_buf hex;
    dg_buf_init(&hex, 2 * bytes.len + 3);
    dg_hex_put(&hex, bytes);
    text = hex.rc < 0 ? NULL : json_stringn((const char *)hex.at, hex.len);
    dg_buf_clear(&hex);
    return text;
}

/* "0x1b4": the shortest hex of a number. */
static dg_code number_of(uint32_t *out, const json_t *value, dg_error *err)
{
    const char *text = json_string_value(value);
    uint64_t n = 0;
    if (!text || strncmp(text, "0x", 2) != 0 || !text[2] || strlen(text) > 10)
        return dg_fail(err, DG_MALFORMED, "its block number is none");
    for (const char *at = text + 2; *at; at++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *at);
        if (!digit)
            return dg_fail(err, DG_MALFORMED, "its block number is none");
        n = n * 16 + (uint64_t)(digit - digits);
    }
    *out = (uint32_t)n;
    return DG_OK;
}

static dg_code put_hash(dg_buf *out, const json_t *header, const char *name, dg_error *err)
{
    dg_hash hash;
    dg_code rc = dg_fetch_hex_hash(&hash, json_object_get(header, name), name, err);
    if (rc == DG_OK)
        dg_buf_put_bytes(out, dg_hash_bytes(&hash));
    return rc;
}

dg_code dg_fetch_header_encode(dg_buf *out, const json_t *header, dg_error *err)
{
    const json_t *logs = json_object_get(json_object_get(header, "digest"), "logs");
    uint32_t number = 0;
    dg_code rc;
    if (!json_is_object(header))
        return dg_fail(err, DG_MALFORMED, "it has no such header");
    if ((rc = put_hash(out, header, "parentHash", err)) < 0
        || (rc = number_of(&number, json_object_get(header, "number"), err)) < 0)
        return rc;
    dg_scale_put_compact(out, number);
    if ((rc = put_hash(out, header, "stateRoot", err)) < 0
        || (rc = put_hash(out, header, "extrinsicsRoot", err)) < 0)
        return rc;
    if (!json_is_array(logs))
        return dg_fail(err, DG_MALFORMED, "its header has no digest");
    dg_scale_put_compact(out, json_array_size(logs));
    for (size_t i = 0; rc == DG_OK && i < json_array_size(logs); i++)
        rc = dg_fetch_hex(out, json_array_get(logs, i), "digest", err);
    return rc < 0 ? rc : dg_buf_check(out, err, "header");
}

/* Tags: 0 Other, 4 Consensus, 5 Seal, 6 PreRuntime, 8 RuntimeEnvironmentUpdated; 2 of early chains.
 */
void dg_fetch_header_log(dg_scale *in)
{
    switch (dg_scale_u8(in)) {
    case 0:
        dg_scale_bytes(in);
        break;
    case 2:
        dg_scale_hash(in);
        break;
    case 4:
    case 5:
    case 6:
        dg_scale_take(in, 4);
        dg_scale_bytes(in);
        break;
    case 8:
        break;
    default:
        dg_scale_fail(in, "unknown digest item");
    }
}

dg_code dg_fetch_header_read(dg_fetch_header *out, dg_bytes encoded, dg_error *err)
{
    dg_scale in = dg_scale_from(encoded);
    uint32_t logs;
    out->parent = dg_scale_hash(&in);
    out->number = dg_scale_compact_u32(&in);
    out->state_root = dg_scale_hash(&in);
    dg_scale_hash(&in);
    logs = dg_scale_count(&in, 1);
    for (uint32_t i = 0; i < logs && in.rc == DG_OK; i++)
        dg_fetch_header_log(&in);
    out->hash = dg_blake2_256(encoded);
    return dg_scale_finish(&in, err, "header");
}
