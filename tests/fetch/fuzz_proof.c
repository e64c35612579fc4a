/* fuzz_proof.c - any JSON as the answers of a node: a header, a read proof, pages of keys and
 * values. What is taken is found again by its own hash, and nothing else is. */
#include <assert.h>
#include <string.h>

#include "fetch/fetch_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void proof(const json_t *answer, const dg_hash *at)
{
    dg_fetch_proof p;
    const dg_fetch_item *items;
    dg_fetch_proof_init(&p);
    if (dg_fetch_proof_read(&p, answer, at, NULL) == DG_OK) {
        items = (const dg_fetch_item *)(const void *)p.items.at;
        for (size_t i = 0; i < p.items.len / sizeof *items; i++) {
            dg_bytes found = dg_fetch_proof_find(&p, &items[i].hash);
            dg_hash is = dg_blake2_256(found);
            assert(found.at && dg_hash_equal(&is, &items[i].hash));
        }
    }
    dg_fetch_proof_clear(&p);
}

static void header(const json_t *answer)
{
    dg_fetch_header h;
    dg_buf bytes;
    dg_buf_init(&bytes, DG_FETCH_HEADER_MAX);
    if (dg_fetch_header_encode(&bytes, answer, NULL) == DG_OK
        && dg_fetch_header_read(&h, dg_buf_bytes(&bytes), NULL) == DG_OK) {
        dg_hash is = dg_blake2_256(dg_buf_bytes(&bytes));
        assert(dg_hash_equal(&is, &h.hash));
    }
    dg_buf_clear(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const dg_hash at;
    json_t *answer = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
    if (!answer)
        return 0;
    proof(answer, &at);
    header(answer);
    dg_fetch_keys_check(json_object_get(answer, "keys"), dg_text("a"), 100, NULL);
    dg_fetch_values_check(json_object_get(answer, "values"), json_object_get(answer, "keys"), &at,
                          NULL);
    dg_fetch_values_check(json_object_get(answer, "values"), json_object_get(answer, "keys"), NULL,
                          NULL);
    json_decref(answer);
    return 0;
}
