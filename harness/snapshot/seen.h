/* seen.h - which content a walk has met (inside this room). */
#ifndef DG_SNAPSHOT_SEEN_H
#define DG_SNAPSHOT_SEEN_H

#include "base/base.h"

typedef struct dg_snapshot_seen dg_snapshot_seen;
typedef struct dg_snapshot_seen_entry {
    uint8_t tag[16];
    uint64_t keys, value_bytes; /* below a node; of a value, its length */
} dg_snapshot_seen_entry;

dg_snapshot_seen *dg_snapshot_seen_new(void); /* NULL: no memory */
void dg_snapshot_seen_free(dg_snapshot_seen *seen);
/* Valid until the next put; NULL: not met. */
dg_snapshot_seen_entry *dg_snapshot_seen_find(const dg_snapshot_seen *seen, const dg_hash *hash,
                                              bool is_value);
dg_code dg_snapshot_seen_put(dg_snapshot_seen *seen, const dg_hash *hash, bool is_value,
                             uint64_t keys, uint64_t value_bytes, dg_error *err);
uint64_t dg_snapshot_seen_count(const dg_snapshot_seen *seen);

#endif
