/* A value of any type of a real runtime from any bytes: stepping over and decoding
 * agree on what is a value and where it ends; what decodes reads back the same. */
#include <assert.h>
#include <string.h>

#include "real_meta.h"

static void read_back(const dg_meta *meta, dg_type_id type, const json_t *json)
{
    dg_buf out;
    json_t *again;
    dg_buf_init(&out, (size_t)1 << 24);
    assert(dg_value_encode(meta, &out, type, json, NULL) == DG_OK);
    assert(dg_value_decode_all(meta, &again, type, dg_buf_bytes(&out), NULL) == DG_OK);
    /* bytes may differ behind the last bit of a BitVec */
    assert(json_equal((json_t *)json, again));
    json_decref(again);
    dg_buf_clear(&out);
}

/* The first two bytes choose the type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dg_meta *meta;
    dg_scale skipped, decoded;
    dg_type_id type;
    json_t *json;
    dg_code rc;
    if (!meta)
        meta = real_meta(15);
    if (size < 2)
        return 0;
    type.v = dg_le16(data) % dg_type_count(meta);
    skipped = decoded = dg_scale_from(dg_bytes_of(data + 2, size - 2));
    dg_value_skip(meta, type, &skipped);
    rc = dg_value_decode(meta, &json, type, &decoded, NULL);
    assert(rc == skipped.rc || rc == DG_MALFORMED); /* decoding alone bounds parts without bytes */
    if (rc < 0)
        return 0;
    assert(skipped.at == decoded.at);
    read_back(meta, type, json);
    json_decref(json);
    return 0;
}
