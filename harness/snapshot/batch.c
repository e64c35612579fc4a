/* batch.c - content that waits to be written, handed out in the order of hashes.
 *
 * Hashes come in no order, and a tree of pages is filled by chance places slowly
 * and half; in order it is filled at the speed of the disk. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct item {
    dg_hash hash;
    size_t at, len;
} item;

void dg_snapshot_batch_init(dg_snapshot_batch *b)
{
    dg_buf_init(&b->bytes, (size_t)DG_BATCH_BYTES + DG_VALUE_MAX);
    dg_buf_init(&b->items, (size_t)1 << 32);
}

void dg_snapshot_batch_clear(dg_snapshot_batch *b)
{
    dg_buf_clear(&b->bytes);
    dg_buf_clear(&b->items);
}

dg_code dg_snapshot_batch_put(dg_snapshot_batch *b, const dg_hash *hash, dg_bytes bytes,
                              dg_error *err)
{
    item one = { *hash, b->bytes.len, bytes.len };
    dg_code rc;
    dg_buf_put_bytes(&b->bytes, bytes);
    if ((rc = dg_buf_check(&b->bytes, err, "content that waits to be written")) < 0)
        return rc;
    dg_buf_put(&b->items, &one, sizeof one);
    assert(b->bytes.len == one.at + one.len);
    return dg_buf_check(&b->items, err, "list of what waits to be written");
}

bool dg_snapshot_batch_full(const dg_snapshot_batch *b)
{
    return b->bytes.len + b->items.len > DG_BATCH_BYTES;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const item *)a)->hash.at, ((const item *)b)->hash.at, 32);
}

/* `each` answers 0, or a code of the database, which ends it. */
int dg_snapshot_batch_drain(dg_snapshot_batch *b,
                            int (*each)(void *user, const dg_hash *hash, dg_bytes bytes),
                            void *user)
{
    assert(b->items.len % sizeof(item) == 0);
    assert(b->bytes.rc == DG_OK && b->items.rc == DG_OK);
    item *items = (item *)(void *)b->items.at;
    size_t count = b->items.len / sizeof *items;
    int rc = 0;
    if (count)
        qsort(items, count, sizeof *items, by_hash);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = each(user, &items[i].hash, dg_bytes_of(b->bytes.at + items[i].at, items[i].len));
    dg_buf_reset(&b->bytes);
    dg_buf_reset(&b->items);
    return rc;
}
