/* snap_key.c - where a .snap of version 3 or 4 files a node: the keys of the
 * in-memory database of the client, which prefixes a hash with its place so that
 * one node at two places is two entries.
 * Mirrors: sp-trie PrefixedMemoryDB and KeySpacedDB. */
#include "snapshot/snapshot_impl.h"

void dg_snapshot_key(dg_buf *out, const dg_snapshot_walk_at *at, const dg_hash *hash)
{
    uint8_t *to;
    if (at->child.at)
        dg_buf_put_bytes(out, at->child);
    to = dg_buf_grow(out, (at->count + 1) / 2);
    for (size_t i = 0; to && i < at->count; i += 2) {
        uint8_t low = i + 1 < at->count ? at->nibbles[i + 1] : 0; /* half a byte is padded */
        to[i / 2] = (uint8_t)(at->nibbles[i] << 4 | low);
    }
    dg_buf_put_bytes(out, dg_hash_bytes(hash));
}
