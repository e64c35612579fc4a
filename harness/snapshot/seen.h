/* seen.h - which content a walk has met (inside this room). */
#ifndef DG_SNAPSHOT_SEEN_H
#define DG_SNAPSHOT_SEEN_H

#include "base/base.h"

typedef struct dg_seen dg_seen;
typedef struct dg_seen_entry {
    uint8_t tag[16];
    uint64_t keys, value_bytes; /* below a node; of a value, its length */
} dg_seen_entry;

dg_seen *dg_seen_new(void); /* NULL: no memory */
void dg_seen_free(dg_seen *seen);
/* Valid until the next put; NULL: not met. */
dg_seen_entry *dg_seen_find(const dg_seen *seen, const dg_hash *hash, bool is_value);
dg_code dg_seen_put(dg_seen *seen, const dg_hash *hash, bool is_value, uint64_t keys,
                    uint64_t value_bytes, dg_error *err);
uint64_t dg_seen_count(const dg_seen *seen);

#endif
