/* value.c - values: counted, shared by the copies of a node. */
#include "trie/trie_impl.h"

static size_t hash_room(bool hashed)
{
    return hashed ? 32 : 0;
}

static size_t size_of(const dg_trie_value *v)
{
    return sizeof *v + hash_room(v->hashed) + v->cap;
}

static dg_trie_value *make(bool hashed, size_t cap)
{
    dg_trie_value *v = dg_malloc(sizeof *v + hash_room(hashed) + cap);
    if (!v)
        return NULL;
    *v = (dg_trie_value){ .refs = 1, .cap = (uint32_t)cap, .hashed = hashed };
    dg_trie_counts.bytes_live += size_of(v);
    return v;
}

dg_trie_value *dg_trie_value_new(bool hashed, size_t cap, uint64_t stamp)
{
    dg_trie_value *v = make(hashed, cap);
    if (v) {
        v->owned = true;
        v->stamp = stamp;
        v->at = v->room + hash_room(hashed);
    }
    return v;
}

void dg_trie_value_write(dg_trie_value *v, size_t from, dg_bytes bytes)
{
    assert(v->owned);
    assert(from <= v->len);
    assert(bytes.len <= v->cap - from);
    if (bytes.len)
        memcpy(v->room + hash_room(v->hashed) + from, bytes.at, bytes.len);
    if (from + bytes.len > v->len)
        v->len = (uint32_t)(from + bytes.len);
    v->hash_known = false;
}

dg_trie_value *dg_trie_value_borrowed(dg_bytes bytes)
{
    dg_trie_value *v = make(false, 0);
    if (v) {
        v->at = bytes.len ? bytes.at : v->room; /* empty is not absent */
        v->len = (uint32_t)bytes.len;
    }
    return v;
}

dg_trie_value *dg_trie_value_behind(const uint8_t hash[32])
{
    dg_trie_value *v = make(true, 0);
    if (v) {
        v->hash_known = true;
        memcpy(v->room, hash, 32);
    }
    return v;
}

dg_trie_value *dg_trie_value_grow(dg_trie_value *v, size_t cap)
{
    size_t before = size_of(v);
    assert(v->refs == 1);
    assert(v->owned);
    v = dg_realloc(v, sizeof *v + hash_room(v->hashed) + cap);
    if (!v)
        return NULL;
    v->cap = (uint32_t)cap;
    v->at = v->room + hash_room(v->hashed);
    dg_trie_counts.bytes_live += size_of(v) - before;
    return v;
}

void dg_trie_value_release(dg_trie_value *v)
{
    if (!v)
        return;
    assert(v->refs > 0);
    if (--v->refs > 0)
        return;
    dg_trie_counts.bytes_live -= size_of(v);
    dg_free(v);
}

dg_code dg_trie_value_load(const dg_trie *t, dg_trie_value *v, dg_bytes *out, dg_error *err)
{
    if (!v->at) {
        dg_bytes bytes;
        dg_code rc = dg_trie_source_load(t, &bytes, v->room, "value", err);
        if (rc < 0)
            return rc;
        if (bytes.len > DG_TRIE_VALUE_MAX)
            return dg_fail(err, DG_MALFORMED, "trie holds a value of %zu bytes", bytes.len);
        v->len = (uint32_t)bytes.len;
        v->at = bytes.len ? bytes.at : v->room;
    }
    *out = dg_trie_value_bytes(v);
    return DG_OK;
}

const uint8_t *dg_trie_value_hash(const dg_trie *t, dg_trie_value *v)
{
    assert(v->hashed);
    if (!v->hash_known) {
        dg_trie_hash(t, v->room, dg_trie_value_bytes(v));
        v->hash_known = true;
    }
    return v->room;
}
