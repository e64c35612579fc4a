/* node.c - one encoded trie node, taken apart where it lies.
 *
 * The trie's door tells the hashes a node refers to; a .snap is also filed by
 * the position of each node, and entries are counted and printed without loading
 * them, so this room reads the form itself.
 * Mirrors: spec chapter State, trie node encoding. */
#include "snapshot/snapshot_impl.h"

/* Rows by the high bits of the first byte. */
static const struct kind {
    uint8_t mask, bits, length_max;
    bool branch;
    dg_snapshot_node_value value;
} kinds[] = {
    { 0xc0, 0x40, 63, false, DG_NODE_INLINE }, { 0xc0, 0x80, 63, true, DG_NODE_NO_VALUE },
    { 0xc0, 0xc0, 63, true, DG_NODE_INLINE },  { 0xe0, 0x20, 31, false, DG_NODE_HASHED },
    { 0xf0, 0x10, 15, true, DG_NODE_HASHED },
};

static const struct kind *kind_of(uint8_t first)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if ((first & kinds[i].mask) == kinds[i].bits)
            return &kinds[i];
    return NULL;
}

static void read_partial(dg_snapshot_node *node, dg_scale *in, uint8_t first, uint8_t length_max)
{
    uint8_t more = 255;
    node->nibbles = first & length_max;
    if (node->nibbles == length_max)
        while (more == 255 && in->rc == DG_OK) {
            more = dg_scale_u8(in);
            node->nibbles += more;
        }
    if (node->nibbles > 2 * DG_TRIE_KEY_MAX)
        dg_scale_fail(in, "partial key too long");
    node->partial = dg_scale_take(in, (node->nibbles + 1) / 2);
    if (in->rc == DG_OK && node->nibbles % 2 && node->partial.at[0] > 15)
        dg_scale_fail(in, "padding of an odd partial key is not zero");
}

static void read_children(dg_snapshot_node *node, dg_scale *in)
{
    size_t start = in->at;
    for (unsigned i = 0; i < 16; i++) {
        if (!(node->bitmap >> i & 1))
            continue;
        dg_bytes child = dg_scale_bytes(in);
        if (child.len > 32 || (in->rc == DG_OK && child.len == 0))
            dg_scale_fail(in, "a child of no length or more than 32 bytes");
    }
    if (in->rc == DG_OK)
        node->children = dg_bytes_of(in->in.at + start, in->at - start);
}

dg_code dg_snapshot_node_read(dg_snapshot_node *node, dg_bytes bytes, dg_error *err)
{
    dg_scale in = dg_scale_from(bytes);
    uint8_t first = dg_scale_u8(&in);
    const struct kind *kind = kind_of(first);
    *node = (dg_snapshot_node){ .empty = bytes.len == 1 && first == 0 };
    if (node->empty)
        return DG_OK;
    if (!kind) {
        dg_scale_fail(&in, "unknown kind of node");
        return dg_scale_finish(&in, err, "trie node");
    }
    read_partial(node, &in, first, kind->length_max);
    if (kind->branch && (node->bitmap = dg_scale_u16(&in)) == 0)
        dg_scale_fail(&in, "branch without children");
    node->kind = kind->value;
    if (kind->value == DG_NODE_INLINE)
        node->value = dg_scale_bytes(&in);
    else if (kind->value == DG_NODE_HASHED)
        node->value = dg_scale_take(&in, 32);
    read_children(node, &in);
    return dg_scale_finish(&in, err, "trie node");
}
