/* nibbles.c - runs of half bytes: comparing, packing, growing a path. */
#include "trie/trie_impl.h"

/* Both runs begin on the same half: whole bytes can be compared. */
static size_t common_aligned(dg_trie_nibs a, dg_trie_nibs b, size_t max)
{
    size_t i = 0;
    const uint8_t *p, *q;
    if (max && a.from & 1) {
        if (dg_trie_nibs_at(a, 0) != dg_trie_nibs_at(b, 0))
            return 0;
        i = 1;
    }
    p = a.at + (a.from + i) / 2;
    q = b.at + (b.from + i) / 2;
    for (; i + 16 <= max && memcmp(p, q, 8) == 0; i += 16, p += 8, q += 8)
        ;
    for (; i + 2 <= max && *p == *q; i += 2, p++, q++)
        ;
    return i;
}

size_t dg_trie_nibs_common(dg_trie_nibs a, dg_trie_nibs b)
{
    size_t max = a.len < b.len ? a.len : b.len;
    size_t i = (a.from ^ b.from) & 1 ? 0 : common_aligned(a, b, max);
    while (i < max && dg_trie_nibs_at(a, i) == dg_trie_nibs_at(b, i))
        i++;
    return i;
}

void dg_trie_nibs_pack(uint8_t *out, dg_trie_nibs n)
{
    size_t i = 0;
    if (n.len == 0)
        return;
    if (((n.from + n.len) & 1) == 0) { /* ends on a whole byte, as the packed form does */
        memmove(out, n.at + n.from / 2, (n.len + 1) / 2);
        if (n.len & 1)
            out[0] &= 15;
        return;
    }
    if (n.len & 1) {
        *out++ = (uint8_t)dg_trie_nibs_at(n, 0);
        i = 1;
    }
    for (; i < n.len; i += 2)
        *out++ = (uint8_t)(dg_trie_nibs_at(n, i) << 4 | dg_trie_nibs_at(n, i + 1));
}

/* ---- paths ---- */

void dg_trie_path_add_one(dg_trie_path *path, unsigned nibble)
{
    if (path->bytes->rc != DG_OK)
        return;
    if (path->len & 1)
        path->bytes->at[path->len / 2] |= (uint8_t)nibble;
    else
        dg_buf_put_u8(path->bytes, (uint8_t)(nibble << 4));
    path->len += path->bytes->rc == DG_OK;
}

void dg_trie_path_add(dg_trie_path *path, dg_trie_nibs n)
{
    size_t i = 0, whole;
    if (n.len && path->len & 1)
        dg_trie_path_add_one(path, dg_trie_nibs_at(n, i++));
    whole = (n.len - i) / 2;
    if (((n.from + i) & 1) == 0 && path->bytes->rc == DG_OK) {
        dg_buf_put(path->bytes, n.at + (n.from + i) / 2, whole);
        if (path->bytes->rc != DG_OK)
            return;
        path->len += 2 * whole;
        i += 2 * whole;
    }
    for (; i < n.len; i++)
        dg_trie_path_add_one(path, dg_trie_nibs_at(n, i));
}

void dg_trie_path_cut(dg_trie_path *path, size_t len)
{
    assert(len <= path->len);
    path->len = len;
    path->bytes->len = (len + 1) / 2;
    if (len & 1)
        path->bytes->at[len / 2] &= 0xf0;
}

dg_code dg_trie_path_check_key(const dg_trie_path *path, dg_error *err)
{
    dg_code rc = dg_buf_check(path->bytes, err, "a trie key");
    if (rc < 0)
        return rc;
    if (path->len & 1)
        return dg_fail(err, DG_MALFORMED, "trie holds a value at half a byte (%zu nibbles)",
                       path->len);
    if (path->len > DG_TRIE_NIBBLES_MAX)
        return dg_fail(err, DG_MALFORMED, "trie holds a key of %zu bytes, at most %d are read",
                       path->len / 2, DG_TRIE_KEY_MAX);
    return DG_OK;
}
