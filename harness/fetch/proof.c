/* proof.c - the answer of state_getReadProof: bytes, each under its own hash. */
#include "fetch/fetch_impl.h"

#include <stdlib.h>
#include <string.h>

void dg_fetch_proof_init(dg_fetch_proof *p)
{
    dg_buf_init(&p->bytes, (size_t)DG_FETCH_CONTENT_MAX * 2);
    dg_buf_init(&p->items, (size_t)DG_FETCH_CONTENT_MAX);
}

void dg_fetch_proof_clear(dg_fetch_proof *p)
{
    dg_buf_clear(&p->bytes);
    dg_buf_clear(&p->items);
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const dg_fetch_item *)a)->hash.at, ((const dg_fetch_item *)b)->hash.at, 32);
}

static dg_code put_item(dg_fetch_proof *p, const json_t *text, dg_error *err)
{
    dg_fetch_item item = { .at = p->bytes.len };
    dg_code rc = dg_fetch_hex(&p->bytes, text, "proof", err);
    if (rc < 0)
        return rc;
    item.len = p->bytes.len - item.at;
    item.hash = dg_blake2_256(dg_bytes_of(p->bytes.at + item.at, item.len));
    dg_buf_put(&p->items, &item, sizeof item);
    return dg_buf_check(&p->items, err, "proof");
}

dg_code dg_fetch_proof_read(dg_fetch_proof *p, const json_t *answer, const dg_hash *at,
                            dg_error *err)
{
    const json_t *proof = json_object_get(answer, "proof");
    dg_hash of;
    dg_code rc;
    dg_buf_reset(&p->bytes);
    dg_buf_reset(&p->items);
    if (!json_is_array(proof))
        return dg_fail(err, DG_MALFORMED, "it answered without a proof");
    if ((rc = dg_fetch_hex_hash(&of, json_object_get(answer, "at"), "proof's block", err)) < 0)
        return rc;
    if (!dg_hash_equal(&of, at))
        return dg_fail(err, DG_MISMATCH, "it answered for block %s, not for %s",
                       dg_hash_short(&of).text, dg_hash_short(at).text);
    for (size_t i = 0; rc == DG_OK && i < json_array_size(proof); i++)
        rc = put_item(p, json_array_get(proof, i), err);
    if (rc == DG_OK && p->items.len)
        qsort(p->items.at, p->items.len / sizeof(dg_fetch_item), sizeof(dg_fetch_item), by_hash);
    return rc;
}

dg_bytes dg_fetch_proof_find(const dg_fetch_proof *p, const dg_hash *hash)
{
    dg_fetch_item want = { .hash = *hash };
    const dg_fetch_item *item =
        p->items.len ? bsearch(&want, p->items.at, p->items.len / sizeof want, sizeof want, by_hash)
                     : NULL;
    return item ? dg_bytes_of(p->bytes.at + item->at, item->len) : dg_bytes_of(NULL, 0);
}
