/* Any bytes: what decodes as a header encodes to the same bytes, and a seal put
 * on it comes off again. */
#include <assert.h>
#include <string.h>

#include "chain/chain_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_items(const dg_header *header)
{
    dg_digest_iter it;
    dg_digest_item item;
    size_t len = 0;
    uint32_t count;
    dg_digest_iter_init(&it, header->digest);
    count = it.left;
    while (dg_digest_next(&it, &item, NULL) == DG_OK) {
        assert(item.payload.len <= item.raw.len);
        len += item.raw.len;
    }
    assert(dg_scale_compact_len(count) + len == header->digest.len);
    dg_digest_slot(header->digest);
}

static void check_seal(dg_bytes raw)
{
    static const uint8_t key[32] = { 7 };
    dg_digest_item seal;
    dg_buf sealed, bare;
    dg_buf_init(&sealed, 1 << 22);
    dg_buf_init(&bare, 1 << 22);
    assert(dg_header_seal(&sealed, raw, key, NULL) == DG_OK);
    assert(dg_header_unseal(&bare, &seal, dg_buf_bytes(&sealed), NULL) == DG_OK);
    assert(seal.tag == DG_DIGEST_SEAL && seal.payload.len == 64);
    assert(dg_bytes_equal(dg_buf_bytes(&bare), raw));
    dg_buf_clear(&sealed);
    dg_buf_clear(&bare);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bytes raw = dg_bytes_of(data, size);
    dg_header header;
    dg_buf again;
    size_t len;
    if (dg_header_measure(raw, &len, NULL) == DG_OK)
        assert(len <= size);
    if (dg_header_decode(&header, raw, NULL) < 0)
        return 0;
    assert(dg_header_measure(raw, &len, NULL) == DG_OK && len == size);
    dg_buf_init(&again, 1 << 22);
    dg_header_encode(&again, &header);
    assert(dg_bytes_equal(dg_buf_bytes(&again), raw));
    dg_buf_clear(&again);
    check_items(&header);
    check_seal(raw);
    return 0;
}
