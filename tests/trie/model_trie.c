#include "model_trie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

/* ---- the twin ---- */

dg_bytes twin_key(const twin_entry *e)
{
    return dg_bytes_of(e->key, e->key_len);
}

dg_bytes twin_value(const twin_entry *e)
{
    return dg_bytes_of(e->value, e->value_len);
}

size_t twin_seek(const twin *t, dg_bytes key)
{
    size_t i = 0;
    while (i < t->len && dg_bytes_compare(twin_key(&t->at[i]), key) < 0)
        i++;
    return i;
}

twin_entry *twin_find(const twin *t, dg_bytes key)
{
    size_t i = twin_seek(t, key);
    return i < t->len && dg_bytes_equal(twin_key(&t->at[i]), key) ? &t->at[i] : NULL;
}

void twin_put(twin *t, dg_bytes key, dg_bytes value, unsigned version, uint64_t stamp)
{
    size_t i = twin_seek(t, key);
    twin_entry *e = twin_find(t, key);
    assert(key.len <= TWIN_KEY_MAX && value.len <= TWIN_VALUE_MAX);
    if (!e) {
        if (t->len == t->cap) {
            t->cap = t->cap ? 2 * t->cap : 16;
            t->at = realloc(t->at, t->cap * sizeof *t->at);
            assert(t->at);
        }
        memmove(t->at + i + 1, t->at + i, (t->len - i) * sizeof *t->at);
        t->len++;
        e = &t->at[i];
    }
    *e = (twin_entry){
        .key_len = key.len, .value_len = value.len, .version = version, .stamp = stamp
    };
    if (key.len)
        memcpy(e->key, key.at, key.len);
    if (value.len)
        memcpy(e->value, value.at, value.len);
}

static void take_out(twin *t, size_t i)
{
    memmove(t->at + i, t->at + i + 1, (t->len - i - 1) * sizeof *t->at);
    t->len--;
}

void twin_delete(twin *t, dg_bytes key)
{
    twin_entry *e = twin_find(t, key);
    if (e)
        take_out(t, (size_t)(e - t->at));
}

void twin_clear_prefix(twin *t, dg_bytes prefix)
{
    for (size_t i = t->len; i-- > 0;)
        if (dg_bytes_begin(twin_key(&t->at[i]), prefix))
            take_out(t, i);
}

twin twin_copy(const twin *t)
{
    twin copy = { malloc((t->len + 1) * sizeof *t->at), t->len, t->len + 1 };
    assert(copy.at);
    if (t->len)
        memcpy(copy.at, t->at, t->len * sizeof *t->at);
    return copy;
}

void twin_clear(twin *t)
{
    free(t->at);
    *t = (twin){ 0 };
}

/* ---- its root, from the definition ---- */

typedef struct text {
    uint8_t at[20000];
    size_t len;
} text;

static void add(text *t, const void *at, size_t len)
{
    assert(t->len + len <= sizeof t->at);
    memcpy(t->at + t->len, at, len);
    t->len += len;
}

static void add_u8(text *t, unsigned v)
{
    add(t, &(uint8_t){ (uint8_t)v }, 1);
}

static void add_compact(text *t, size_t v)
{
    assert(v < 1 << 14);
    if (v < 64) {
        add_u8(t, (unsigned)v << 2);
    } else {
        add_u8(t, (unsigned)(v << 2 | 1));
        add_u8(t, (unsigned)(v >> 6));
    }
}

static unsigned nibble(const twin_entry *e, size_t i)
{
    return i % 2 ? e->key[i / 2] & 15u : e->key[i / 2] >> 4;
}

static void add_head(text *t, const twin_entry *e, size_t from, size_t to, unsigned bits,
                     size_t max)
{
    size_t len = to - from, rest = len;
    add_u8(t, bits | (unsigned)(rest < max ? rest : max));
    if (rest >= max) {
        for (rest -= max; rest >= 255; rest -= 255)
            add_u8(t, 255);
        add_u8(t, (unsigned)rest);
    }
    if (len % 2)
        add_u8(t, nibble(e, from++));
    for (; from < to; from += 2)
        add_u8(t, nibble(e, from) << 4 | nibble(e, from + 1));
}

static size_t shared_until(const twin_entry *at, size_t count, size_t from)
{
    size_t end = 2 * at[0].key_len < 2 * at[count - 1].key_len ? 2 * at[0].key_len
                                                               : 2 * at[count - 1].key_len;
    while (from < end && nibble(&at[0], from) == nibble(&at[count - 1], from))
        from++;
    return from;
}

/* What a compact proof leaves out; NULL for the real bytes. */
typedef struct leaving {
    twin_included included;
    void *user;
    dg_buf items;
    size_t count;
} leaving;

static bool valued_at(const twin_entry *first, size_t depth)
{
    return 2 * first->key_len == depth;
}

static bool hashed_at(const twin_entry *first, size_t depth)
{
    return valued_at(first, depth) && first->version && first->value_len >= 33;
}

static size_t group_end(const twin_entry *at, size_t count, size_t i, size_t depth)
{
    unsigned n = nibble(&at[i], depth);
    while (i < count && nibble(&at[i], depth) == n)
        i++;
    return i;
}

/* Encodes the node of the sorted entries at[0..count), whose paths agree in the
 * first `from` nibbles, which are above it. */
static void encode(text *out, const twin_entry *at, size_t count, size_t from, const leaving *l)
{
    size_t to = shared_until(at, count, from);
    bool valued = valued_at(&at[0], to), hashed = hashed_at(&at[0], to) && !l;
    size_t first = valued ? 1 : 0;
    bool branch = count > first;
    uint8_t hash[32];
    unsigned bitmap = 0;
    add_head(out, &at[0], from, to,
             hashed   ? (branch ? 0x10 : 0x20)
             : branch ? (valued ? 0xc0 : 0x80)
                      : 0x40,
             hashed ? (branch ? 15 : 31) : 63);
    for (size_t i = first; i < count; i++)
        bitmap |= 1u << nibble(&at[i], to);
    if (branch) {
        add_u8(out, bitmap);
        add_u8(out, bitmap >> 8);
    }
    if (hashed) {
        dg_blake2b(hash, 32, twin_value(&at[0]));
        add(out, hash, 32);
    } else if (valued) {
        size_t len = hashed_at(&at[0], to) ? 0 : at[0].value_len;
        add_compact(out, len);
        add(out, at[0].value, len);
    }
    for (size_t i = first, next; i < count; i = next) {
        static text rooms[2 * TWIN_KEY_MAX + 2];
        text *kid = &rooms[to];
        next = group_end(at, count, i, to);
        kid->len = 0;
        encode(kid, at + i, next - i, to + 1, NULL);
        if (kid->len < 32) {
            add_compact(out, kid->len);
            add(out, kid->at, kid->len);
        } else if (l && l->included(l->user, &at[i], to + 1)) {
            add_compact(out, 0);
        } else {
            dg_blake2b(hash, 32, dg_bytes_of(kid->at, kid->len));
            add_compact(out, 32);
            add(out, hash, 32);
        }
    }
}

static void put_item(leaving *l, dg_bytes item)
{
    dg_scale_put_bytes(&l->items, item);
    l->count++;
}

static void leave_out(leaving *l, const twin_entry *at, size_t count, size_t from)
{
    size_t to = shared_until(at, count, from);
    text node = { .len = 0 }, kid;
    if (hashed_at(&at[0], to))
        add_u8(&node, 1);
    encode(&node, at, count, from, l);
    put_item(l, dg_bytes_of(node.at, node.len));
    if (hashed_at(&at[0], to))
        put_item(l, twin_value(&at[0]));
    for (size_t i = valued_at(&at[0], to) ? 1 : 0, next; i < count; i = next) {
        next = group_end(at, count, i, to);
        kid.len = 0;
        encode(&kid, at + i, next - i, to + 1, NULL);
        if (kid.len >= 32 && l->included(l->user, &at[i], to + 1))
            leave_out(l, at + i, next - i, to + 1);
    }
}

void twin_compact_proof(const twin *t, dg_buf *proof, twin_included included, void *user)
{
    leaving l = { .included = included, .user = user };
    dg_buf_init(&l.items, 1 << 24);
    if (t->len)
        leave_out(&l, t->at, t->len, 0);
    else
        put_item(&l, dg_bytes_of("", 1));
    dg_scale_put_compact(proof, l.count);
    dg_buf_put_bytes(proof, dg_buf_bytes(&l.items));
    assert(proof->rc == DG_OK && l.items.rc == DG_OK);
    dg_buf_clear(&l.items);
}

dg_hash twin_root(const twin *t)
{
    static text room;
    room.len = 0;
    if (t->len)
        encode(&room, t->at, t->len, 0, NULL);
    else
        add_u8(&room, 0);
    return dg_blake2_256(dg_bytes_of(room.at, room.len));
}

void twin_compare(const twin *t, const dg_trie *trie)
{
    dg_trie_iter *it = NULL;
    dg_bytes key, value;
    dg_code rc;
    size_t i = 0;
    rc = dg_trie_iter_new(&it, trie, (dg_bytes){ NULL, 0 }, NULL);
    assert(rc >= 0);
    while ((rc = dg_trie_iter_next(it, &key, &value, NULL)) == DG_OK) {
        assert(i < t->len);
        assert(dg_bytes_equal(key, twin_key(&t->at[i])));
        assert(dg_bytes_equal(value, twin_value(&t->at[i])));
        i++;
    }
    assert(rc == DG_END);
    assert(i == t->len);
    dg_trie_iter_free(it);
}

/* ---- a store, to reopen tries from ---- */

typedef struct stored {
    struct stored *next;
    dg_hash hash;
    size_t len;
    uint8_t at[];
} stored;

static dg_code store_put(void *user, const dg_hash *hash, dg_bytes bytes, dg_error *err)
{
    stored **list = user, *s;
    dg_hash check = dg_blake2_256(bytes);
    (void)err;
    assert(dg_hash_equal(&check, hash));
    s = malloc(sizeof *s + bytes.len + 1);
    assert(s);
    s->next = *list;
    s->hash = *hash;
    s->len = bytes.len;
    if (bytes.len)
        memcpy(s->at, bytes.at, bytes.len);
    *list = s;
    return DG_OK;
}

static dg_code store_load(void *user, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    (void)err;
    for (const stored *s = *(stored **)user; s; s = s->next)
        if (dg_hash_equal(&s->hash, hash)) {
            *out = dg_bytes_of(s->at, s->len);
            return DG_OK;
        }
    return DG_ABSENT;
}

static void store_clear(stored **list)
{
    while (*list) {
        stored *s = *list;
        *list = s->next;
        free(s);
    }
}

/* ---- the player ---- */

enum { HANDLES = 5 };

typedef struct player {
    const uint8_t *at, *end;
    dg_trie *trie[HANDLES];
    twin twin[HANDLES];
    stored *store;
    uint64_t stamp;
} player;

static unsigned draw(player *p)
{
    return p->at < p->end ? *p->at++ : 0;
}

/* Few different bytes, so that keys share beginnings. */
static dg_bytes draw_key(player *p, uint8_t room[TWIN_KEY_MAX])
{
    static const uint8_t letters[8] = { 0x00, 0x01, 0x10, 0x11, 0x1f, 0xf1, 0xff, 0x80 };
    size_t len = draw(p) % (TWIN_KEY_DRAWN + 1);
    for (size_t i = 0; i < len; i++)
        room[i] = letters[draw(p) % 8];
    return dg_bytes_of(room, len);
}

static dg_bytes draw_value(player *p, uint8_t room[TWIN_VALUE_MAX])
{
    static const size_t lens[8] = { 0, 1, 4, 31, 32, 33, 34, 100 };
    size_t len = lens[draw(p) % 8];
    memset(room, (int)draw(p), len);
    return dg_bytes_of(room, len);
}

static void play_put(player *p, size_t h)
{
    uint8_t key_room[TWIN_KEY_MAX], value_room[TWIN_VALUE_MAX];
    dg_bytes key = draw_key(p, key_room), value = draw_value(p, value_room);
    unsigned version = draw(p) % 2;
    uint64_t stamp;
    dg_code rc = dg_trie_put(p->trie[h], key, value, version, ++p->stamp, NULL);
    assert(rc == DG_OK);
    twin_put(&p->twin[h], key, value, version, p->stamp);
    rc = dg_trie_stamp(p->trie[h], &stamp, key, NULL);
    assert(rc == DG_OK && stamp == p->stamp);
}

static void play_delete(player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    dg_bytes key = draw_key(p, room);
    bool was, had;
    dg_code rc;
    if (draw(p) % 4 && p->twin[h].len)
        key = twin_key(&p->twin[h].at[draw(p) % p->twin[h].len]);
    had = twin_find(&p->twin[h], key) != NULL;
    rc = dg_trie_delete(p->trie[h], &was, key, NULL);
    assert(rc == DG_OK);
    assert(was == had);
    memcpy(room, key.at, key.len);
    twin_delete(&p->twin[h], dg_bytes_of(room, key.len));
}

static void play_clear_prefix(player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    dg_bytes prefix = draw_key(p, room);
    dg_code rc;
    if (prefix.len == 0 && draw(p) % 8)
        return; /* not all of it all the time */
    rc = dg_trie_clear_prefix(p->trie[h], prefix, NULL);
    assert(rc == DG_OK);
    twin_clear_prefix(&p->twin[h], prefix);
}

static void play_splice(player *p, size_t h)
{
    uint8_t key_room[TWIN_KEY_MAX], head_room[TWIN_VALUE_MAX], tail_room[TWIN_VALUE_MAX],
        whole[2000];
    dg_bytes key = draw_key(p, key_room), head = draw_value(p, head_room),
             tail = draw_value(p, tail_room);
    unsigned version = draw(p) % 2;
    twin_entry *e = twin_find(&p->twin[h], key);
    size_t cut = e && e->value_len ? draw(p) % (e->value_len + 1) : 0,
           kept = e ? e->value_len - cut : 0;
    dg_code rc;
    if (draw(p) % 2 && cut <= head.len)
        head.len = cut; /* the case that is done in place */
    if (head.len + kept + tail.len > TWIN_VALUE_MAX)
        return;
    memcpy(whole, head.at, head.len);
    if (kept)
        memcpy(whole + head.len, e->value + cut, kept);
    memcpy(whole + head.len + kept, tail.at, tail.len);
    rc = dg_trie_splice(p->trie[h], key, cut, head, tail, version, ++p->stamp, NULL);
    assert(rc == DG_OK);
    twin_put(&p->twin[h], key, dg_bytes_of(whole, head.len + kept + tail.len), version, p->stamp);
}

static void play_replace(player *p, size_t h, dg_trie *trie, twin t)
{
    (void)p;
    assert(trie);
    dg_trie_free(p->trie[h]);
    twin_clear(&p->twin[h]);
    p->trie[h] = trie;
    p->twin[h] = t;
}

static void play_fork(player *p, size_t h)
{
    size_t to = draw(p) % HANDLES;
    if (to != h)
        play_replace(p, to, dg_trie_fork(p->trie[h]), twin_copy(&p->twin[h]));
}

static void play_root(player *p, size_t h)
{
    dg_hash got, want = twin_root(&p->twin[h]);
    dg_code rc = dg_trie_root(p->trie[h], &got, NULL);
    assert(rc == DG_OK);
    assert(dg_hash_equal(&got, &want));
}

/* Into the store, whole, and open it from there. */
static void play_reopen(player *p, size_t h)
{
    dg_trie_loader loader = { store_load, &p->store, NULL };
    dg_hash root;
    dg_code rc = dg_trie_root(p->trie[h], &root, NULL);
    assert(rc == DG_OK);
    rc = dg_trie_flush(p->trie[h], store_put, &p->store, NULL);
    assert(rc == DG_OK);
    for (size_t i = 0; i < p->twin[h].len; i++)
        p->twin[h].at[i].stamp = 0;
    play_replace(p, h, dg_trie_open(&root, &loader), twin_copy(&p->twin[h]));
}

static void play_next(player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    dg_bytes key = draw_key(p, room), value;
    const twin *t = &p->twin[h];
    bool or_equal = draw(p) % 2;
    size_t want = twin_seek(t, key);
    dg_buf next;
    dg_code rc;
    dg_buf_init(&next, 4 * TWIN_KEY_MAX);
    if (!or_equal && twin_find(t, key))
        want++;
    if (draw(p) % 2) { /* the key may be in the same buffer */
        dg_buf_put_bytes(&next, key);
        key = dg_buf_bytes(&next);
    }
    rc = dg_trie_next(p->trie[h], &next, &value, key, or_equal, NULL);
    assert(rc == (want < t->len ? DG_OK : DG_END));
    if (rc == DG_OK) {
        assert(dg_bytes_equal(dg_buf_bytes(&next), twin_key(&t->at[want])));
        assert(dg_bytes_equal(value, twin_value(&t->at[want])));
    }
    dg_buf_clear(&next);
}

typedef struct differing {
    const twin *before, *after;
    size_t i, j;
} differing;

static bool in_step(const differing *d)
{
    return d->i < d->before->len && d->j < d->after->len
           && dg_bytes_equal(twin_key(&d->before->at[d->i]), twin_key(&d->after->at[d->j]))
           && dg_bytes_equal(twin_value(&d->before->at[d->i]), twin_value(&d->after->at[d->j]));
}

static void skip_equal(differing *d)
{
    for (; in_step(d); d->i++)
        d->j++;
}

static dg_code check_delta(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    differing *d = user;
    (void)err;
    skip_equal(d);
    if (before.at) {
        assert(d->i < d->before->len);
        assert(dg_bytes_equal(key, twin_key(&d->before->at[d->i])));
        assert(dg_bytes_equal(before, twin_value(&d->before->at[d->i])));
        d->i++;
    }
    if (after.at) {
        assert(d->j < d->after->len);
        assert(dg_bytes_equal(key, twin_key(&d->after->at[d->j])));
        assert(dg_bytes_equal(after, twin_value(&d->after->at[d->j])));
        d->j++;
    }
    return DG_OK;
}

static void play_diff(player *p, size_t h)
{
    size_t other = draw(p) % HANDLES;
    differing d = { &p->twin[h], &p->twin[other], 0, 0 };
    dg_code rc = dg_trie_diff(p->trie[h], p->trie[other], check_delta, &d, NULL);
    assert(rc == DG_OK);
    skip_equal(&d);
    assert(d.i == d.before->len);
    assert(d.j == d.after->len);
}

/* A proof of some keys holds what the trie holds, and absence. */
static void play_prove(player *p, size_t h)
{
    uint8_t rooms[3][TWIN_KEY_MAX];
    dg_bytes keys[3];
    dg_trie *proved = NULL;
    dg_hash root = twin_root(&p->twin[h]);
    dg_buf proof;
    dg_code rc;
    for (size_t i = 0; i < 3; i++)
        keys[i] = draw_key(p, rooms[i]);
    if (p->twin[h].len)
        keys[0] = twin_key(&p->twin[h].at[draw(p) % p->twin[h].len]);
    dg_buf_init(&proof, 1 << 20);
    rc = dg_trie_prove(p->trie[h], &proof, keys, 3, NULL);
    assert(rc == DG_OK);
    rc = dg_trie_from_proof(&proved, &root, dg_buf_bytes(&proof), false, NULL);
    assert(rc == DG_OK);
    for (size_t i = 0; i < 3; i++) {
        twin_entry *e = twin_find(&p->twin[h], keys[i]);
        dg_bytes value;
        rc = dg_trie_get(proved, &value, keys[i], NULL);
        assert(rc == (e ? DG_OK : DG_ABSENT));
        assert(!e || dg_bytes_equal(value, twin_value(e)));
    }
    dg_trie_free(proved);
    dg_buf_clear(&proof);
}

static void (*const plays[16])(player *p, size_t h) = {
    play_put,          play_put,    play_put,  play_put,   play_put,    play_put,
    play_delete,       play_delete, play_fork, play_root,  play_reopen, play_next,
    play_clear_prefix, play_splice, play_diff, play_prove,
};

size_t twin_play(const uint8_t *bytes, size_t size)
{
    player p = { .at = bytes, .end = bytes + size };
    size_t count = 0;
    dg_trie_stats stats;
    for (size_t h = 0; h < HANDLES; h++) {
        p.trie[h] = dg_trie_empty();
        assert(p.trie[h]);
    }
    for (; p.at < p.end; count++) {
        unsigned play = draw(&p) % 16;
        size_t h = draw(&p) % HANDLES;
        plays[play](&p, h);
        dg_trie_verify(p.trie[h]);
        twin_compare(&p.twin[h], p.trie[h]);
    }
    for (size_t h = 0; h < HANDLES; h++) {
        play_root(&p, h);
        twin_compare(&p.twin[h], p.trie[h]);
        dg_trie_free(p.trie[h]);
        twin_clear(&p.twin[h]);
    }
    store_clear(&p.store);
    stats = dg_trie_stats_get();
    assert(stats.nodes_live == 0);
    assert(stats.bytes_live == 0);
    return count;
}
