/* header.c - the few facts this room needs from a block header. The digest is
 * stepped over, so that the end of the header is known. */
#include "snapshot/snapshot_impl.h"

#include <string.h>

/* Tags and what follows them: reference section Header and digests. */
static void digest_item(dg_scale *in)
{
    switch (dg_scale_u8(in)) {
    case 0: /* Other */
        dg_scale_bytes(in);
        break;
    case 2: /* ChangesTrieRoot, of early chains */
        dg_scale_hash(in);
        break;
    case 4: /* Consensus, Seal, PreRuntime: engine and payload */
    case 5:
    case 6:
        dg_scale_take(in, 4);
        dg_scale_bytes(in);
        break;
    case 8: /* RuntimeEnvironmentUpdated */
        break;
    default:
        dg_scale_fail(in, "unknown digest item");
    }
}

dg_code dg_snapshot_header_facts(dg_snapshot_block_facts *facts, dg_bytes header, dg_error *err)
{
    dg_scale in = dg_scale_from(header);
    uint32_t items;
    dg_scale_hash(&in); /* parent */
    facts->number = dg_scale_compact_u32(&in);
    facts->state_root = dg_scale_hash(&in);
    dg_scale_hash(&in); /* extrinsics */
    items = dg_scale_count(&in, 1);
    for (uint32_t i = 0; i < items && in.rc == DG_OK; i++)
        digest_item(&in);
    facts->hash = dg_blake2_256(header);
    return dg_scale_finish(&in, err, "header");
}

void dg_snapshot_header_genesis(dg_buf *out, const dg_hash *state_root)
{
    static const uint8_t nobody[32];
    dg_buf_put(out, nobody, sizeof nobody);
    dg_buf_put_u8(out, 0); /* number, compact */
    dg_buf_put_bytes(out, dg_hash_bytes(state_root));
    dg_buf_put_bytes(out, dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
    dg_buf_put_u8(out, 0); /* digest items */
}
