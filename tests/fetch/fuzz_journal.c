/* fuzz_journal.c - any bytes as a journal: records that are read are the ones that were written,
 * and a page holds only keys of its own range. */
#include <assert.h>
#include <string.h>

#include "fetch/fetch_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static dg_code within(void *user, const dg_fetch_range *range, dg_bytes key, dg_bytes value,
                      dg_error *err)
{
    (void)user;
    (void)value;
    (void)err;
    assert(!range->hi.len || dg_bytes_compare(key, range->hi) <= 0);
    assert(!key.len || dg_bytes_compare(key, range->lo) > 0);
    return DG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bytes payload;
    dg_fetch_range range;
    dg_hash hash;
    uint8_t kind;
    size_t at = 0, before = 0;
    dg_buf again;
    dg_buf_init(&again, size + 64);
    for (; dg_fetch_record_next(&kind, &payload, &hash, dg_bytes_of(data, size), &at) == DG_OK;
         before = at) {
        dg_buf_reset(&again);
        dg_fetch_record_put(&again, kind, payload);
        assert(again.len == at - before && memcmp(again.at, data + before, again.len) == 0);
        dg_fetch_page_read(&range, payload, within, NULL, NULL);
    }
    dg_buf_clear(&again);
    dg_fetch_page_read(&range, dg_bytes_of(data, size), within, NULL, NULL);
    return 0;
}
