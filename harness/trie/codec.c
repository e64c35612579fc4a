/* codec.c - the bytes of a node, both ways.
 *
 *   header | partial key | children bitmap | value | children
 *
 * The header tells branch or leaf, the form of the value, and the length of the
 * partial key. Mirrors: spec chapter State, node encoding. */
#include "trie/trie_impl.h"

#include "scale/scale.h"

/* By first byte: the bits that tell the kind, and the longest partial key that
 * its remaining bits can say. */
static const struct kind {
    uint8_t bits, mask;
    bool branch;
    dg_trie_raw_value form;
} kinds[] = {
    { 0x40, 0xc0, false, DG_TRIE_RAW_INLINE }, { 0x80, 0xc0, true, DG_TRIE_RAW_NONE },
    { 0xc0, 0xc0, true, DG_TRIE_RAW_INLINE },  { 0x20, 0xe0, false, DG_TRIE_RAW_HASHED },
    { 0x10, 0xf0, true, DG_TRIE_RAW_HASHED },
};
enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

/* ---- reading ---- */

static dg_trie_nibs read_partial(dg_scale *s, size_t len)
{
    dg_bytes bytes;
    if (len > DG_TRIE_NIBBLES_MAX) {
        dg_scale_fail(s, "partial key is too long");
        return (dg_trie_nibs){ 0 };
    }
    bytes = dg_scale_take(s, (len + 1) / 2);
    if (s->rc == DG_OK && len & 1 && bytes.at[0] >> 4)
        dg_scale_fail(s, "padding of the partial key is not zero");
    return (dg_trie_nibs){ bytes.at, len & 1, s->rc == DG_OK ? len : 0 };
}

static void read_header(dg_trie_raw *raw, dg_scale *s)
{
    uint8_t first = dg_scale_u8(s), more = 255;
    size_t k = 0, len, max;
    while (k < KIND_COUNT && (first & kinds[k].mask) != kinds[k].bits)
        k++;
    if (s->rc != DG_OK || k == KIND_COUNT) {
        dg_scale_fail(s, "first byte of the node says no kind");
        return;
    }
    raw->branch = kinds[k].branch;
    raw->form = kinds[k].form;
    max = (uint8_t)~kinds[k].mask;
    len = first & max;
    if (len == max)
        for (; more == 255 && len <= DG_TRIE_NIBBLES_MAX && s->rc == DG_OK; len += more)
            more = dg_scale_u8(s);
    raw->partial = read_partial(s, len);
}

static void read_kid(dg_trie_raw *raw, dg_scale *s, unsigned i, bool compact)
{
    raw->kids[i] = dg_scale_bytes(s);
    if (raw->kids[i].len > 32 || (raw->kids[i].len == 0 && !compact))
        dg_scale_fail(s, "child is neither a hash nor a small node");
}

dg_code dg_trie_raw_parse(dg_trie_raw *raw, dg_bytes bytes, bool compact, dg_error *err)
{
    dg_scale s = dg_scale_from(bytes);
    *raw = (dg_trie_raw){ 0 };
    read_header(raw, &s);
    if (raw->branch)
        raw->bitmap = dg_scale_u16(&s);
    if (raw->branch
        && (raw->bitmap == 0
            || (raw->form == DG_TRIE_RAW_NONE && (raw->bitmap & (raw->bitmap - 1)) == 0)))
        dg_scale_fail(&s, "branch has too few children");
    if (raw->form == DG_TRIE_RAW_INLINE)
        raw->value = dg_scale_bytes(&s);
    else if (raw->form == DG_TRIE_RAW_HASHED)
        raw->value = dg_scale_take(&s, 32);
    for (unsigned i = 0; i < 16 && s.rc == DG_OK; i++)
        if (raw->bitmap >> i & 1)
            read_kid(raw, &s, i, compact);
    return dg_scale_finish(&s, err, "trie node");
}

/* ---- writing ---- */

static void write_header(dg_buf *out, const dg_trie_raw *raw)
{
    size_t k = 0, rest = raw->partial.len, max;
    while (kinds[k].branch != raw->branch || kinds[k].form != raw->form) {
        k++;
        assert(k < KIND_COUNT);
    }
    max = (uint8_t)~kinds[k].mask;
    dg_buf_put_u8(out, (uint8_t)(kinds[k].bits | (rest < max ? rest : max)));
    if (rest >= max) {
        for (rest -= max; rest >= 255; rest -= 255)
            dg_buf_put_u8(out, 255);
        dg_buf_put_u8(out, (uint8_t)rest);
    }
}

void dg_trie_raw_write(dg_buf *out, const dg_trie_raw *raw)
{
    uint8_t *partial;
    write_header(out, raw);
    partial = dg_buf_grow(out, (raw->partial.len + 1) / 2);
    if (!partial)
        return;
    dg_trie_nibs_pack(partial, raw->partial);
    if (raw->branch) {
        dg_buf_put_u8(out, (uint8_t)raw->bitmap);
        dg_buf_put_u8(out, (uint8_t)(raw->bitmap >> 8));
    }
    if (raw->form == DG_TRIE_RAW_INLINE)
        dg_scale_put_bytes(out, raw->value);
    else if (raw->form == DG_TRIE_RAW_HASHED)
        dg_buf_put_bytes(out, raw->value);
    for (unsigned i = 0; i < 16; i++)
        if (raw->bitmap >> i & 1)
            dg_scale_put_bytes(out, raw->kids[i]);
}

void dg_trie_node_encode(const dg_trie *t, dg_buf *out, const dg_trie_node *n)
{
    dg_trie_raw raw;
    unsigned place = 0;
    raw.branch = n->head.bitmap != 0;
    raw.bitmap = n->head.bitmap;
    raw.partial = dg_trie_node_partial(n);
    raw.form = !n->value          ? DG_TRIE_RAW_NONE
               : n->value->hashed ? DG_TRIE_RAW_HASHED
                                  : DG_TRIE_RAW_INLINE;
    if (raw.form == DG_TRIE_RAW_INLINE)
        raw.value = dg_trie_value_bytes(n->value);
    else if (raw.form == DG_TRIE_RAW_HASHED)
        raw.value = dg_bytes_of(dg_trie_value_hash(t, n->value), 32);
    for (unsigned i = 0; i < 16; i++)
        if (raw.bitmap >> i & 1) {
            const dg_trie_item *kid = n->kids[place++];
            assert(kid->merkle_len > 0);
            raw.kids[i] = dg_bytes_of(kid->merkle, kid->merkle_len);
        }
    dg_trie_raw_write(out, &raw);
}

/* ---- from bytes to nodes ---- */

static dg_trie_value *value_from(const dg_trie_raw *raw)
{
    return raw->form == DG_TRIE_RAW_HASHED ? dg_trie_value_behind(raw->value.at)
                                           : dg_trie_value_borrowed(raw->value);
}

static dg_code no_memory(dg_error *err)
{
    return dg_fail(err, DG_NOMEM, "no memory for a trie node");
}

static dg_code kid_from(dg_trie_item **out, dg_bytes merkle, dg_error *err)
{
    dg_trie_node *n = NULL;
    dg_code rc;
    if (merkle.len == 32) {
        dg_trie_stub *s = dg_trie_stub_new(merkle.at);
        *out = s ? &s->head : NULL;
        return s ? DG_OK : no_memory(err);
    }
    /* each level takes bytes off 31: a short recursion */
    rc = dg_trie_node_decode(&n, merkle, err);
    if (rc < 0)
        return rc;
    n->head.merkle_len = (uint8_t)merkle.len;
    memcpy(n->head.merkle, merkle.at, merkle.len);
    *out = &n->head;
    return DG_OK;
}

static dg_code fill(dg_trie_node *n, const dg_trie_raw *raw, dg_error *err)
{
    dg_code rc = DG_OK;
    unsigned place = 0;
    n->stored = true;
    if (raw->form != DG_TRIE_RAW_NONE && !(n->value = value_from(raw)))
        return no_memory(err);
    for (unsigned i = 0; i < 16 && rc == DG_OK; i++)
        if (raw->bitmap >> i & 1)
            rc = kid_from(&n->kids[place++], raw->kids[i], err);
    return rc;
}

dg_code dg_trie_node_decode(dg_trie_node **out, dg_bytes bytes, dg_error *err)
{
    dg_trie_raw raw;
    dg_trie_node *n;
    dg_code rc = dg_trie_raw_parse(&raw, bytes, false, err);
    if (rc < 0)
        return rc;
    if (raw.form == DG_TRIE_RAW_INLINE && raw.value.len > DG_TRIE_VALUE_MAX)
        return dg_fail(err, DG_MALFORMED, "trie node holds a value of %zu bytes", raw.value.len);
    if (!(n = dg_trie_node_new(raw.partial, raw.bitmap)))
        return no_memory(err);
    if ((rc = fill(n, &raw, err)) < 0)
        dg_trie_item_release(&n->head);
    else
        *out = n;
    return rc;
}

dg_code dg_trie_node_links(dg_bytes node, dg_trie_link each, void *user, dg_error *err)
{
    dg_trie_raw raw;
    dg_hash hash;
    dg_code rc;
    if (node.len == 1 && node.at[0] == 0)
        return DG_OK; /* the empty trie */
    if ((rc = dg_trie_raw_parse(&raw, node, false, err)) < 0)
        return rc;
    if (raw.form == DG_TRIE_RAW_HASHED) {
        assert(raw.value.len == 32 && raw.value.at); /* dg_trie_raw_parse refuses others */
        memcpy(hash.at, raw.value.at, 32);
        if ((rc = each(user, &hash, true, err)) < 0)
            return rc;
    }
    for (unsigned i = 0; i < 16; i++) {
        if (raw.kids[i].len == 32) {
            memcpy(hash.at, raw.kids[i].at, 32);
            rc = each(user, &hash, false, err);
        } else if (raw.kids[i].len > 0) {
            rc = dg_trie_node_links(raw.kids[i], each, user, err);
        }
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}
