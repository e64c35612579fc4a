/* lazy.c - a state whose nodes come when they are read, or of which some are not here.
 *
 * Whoever reads asks by hash; paths.c knows where that hash stands, so it can be asked for by key.
 * What arrives is taken in from what was asked for downwards, each by the hash that its parent
 * names: a lie has no place to go. The first content that cannot be had ends it: whatever is read
 * afterwards fails as well, and who asks dg_snapshot_lost hears of it, so that an answer which
 * somebody took for "there is none" does not become part of a verdict. */
#include "snapshot/lazy_impl.h"

#include <assert.h>
#include <string.h>

enum { AHEAD_MIN = 8, AHEAD_MAX = 512, SHALLOW_NIBBLES = 64, SHALLOW_MAX = 1 << 14 };

static dg_error lost; /* .code 0: nothing */

dg_code dg_snapshot_lost(dg_error *err)
{
    return lost.code ? dg_fail(err, lost.code, "%s", lost.text) : DG_OK;
}

#define LACKS "the frozen snapshot lacks"

bool dg_snapshot_is_lacking(const dg_error *err)
{
    return err->code == DG_IO && strstr(err->text, LACKS) != NULL;
}

void dg_snapshot_forget_lost(void)
{
    lost = (dg_error){ .code = DG_OK };
}

static dg_code lose(const dg_error *why, dg_error *err)
{
    if (!lost.code) {
        lost = *why;
        lost.code = DG_IO;
    }
    return dg_snapshot_lost(err);
}

/* ---- keys ---- */

/* As few digits as say where it is: "0x26aa..". */
static void put_key(dg_buf *out, const dg_buf *nibbles)
{
    static const char digits[] = "0123456789abcdef";
    dg_buf_put_text(out, "0x");
    for (size_t i = 0; i < nibbles->len && i < 128; i++)
        dg_buf_put_u8(out, (uint8_t)digits[nibbles->at[i]]);
    dg_buf_put_u8(out, 0);
}

/* A key that leads to content `i`: its way, and a nibble if half a byte is missing. Where what is
 * wanted lies behind it, that key, and all on the way to it comes at once. */
static dg_code key_for(const dg_snapshot *s, int32_t i, bool wanted, dg_buf *key, dg_buf *child,
                       dg_error *err)
{
    const dg_snapshot_lazy *l = s->lazy;
    dg_buf way;
    dg_code rc;
    bool on_the_way;
    dg_buf_init(&way, 2 * DG_TRIE_KEY_MAX + 256);
    rc = dg_snapshot_paths_way(&l->paths, i, &way, child, err);
    on_the_way = rc == DG_OK && wanted && l->want == DG_TRIE_WANT_KEY && way.len <= 2 * l->want_len;
    for (size_t n = 0; on_the_way && n < way.len; n++)
        on_the_way = way.at[n] == (n % 2 ? l->want_key[n / 2] & 15 : l->want_key[n / 2] >> 4);
    dg_buf_reset(key);
    if (on_the_way)
        dg_buf_put(key, l->want_key, l->want_len);
    for (size_t n = 0; !on_the_way && rc == DG_OK && n < way.len; n += 2)
        dg_buf_put_u8(key, (uint8_t)(way.at[n] << 4 | (n + 1 < way.len ? way.at[n + 1] : 0)));
    dg_buf_clear(&way);
    return rc < 0 ? rc : dg_buf_check(key, err, "key");
}

static void want(void *source, dg_trie_want what, dg_bytes key)
{
    const dg_snapshot *s = source;
    dg_snapshot_lazy *l = s->lazy;
    l->want = what;
    l->want_len = key.len <= sizeof l->want_key ? key.len : 0;
    if (key.len > sizeof l->want_key)
        l->want = DG_TRIE_WANT_NEXT; /* nothing follows from it */
    memcpy(l->want_key, key.at ? key.at : (const uint8_t *)"", l->want_len);
    if (what == DG_TRIE_WANT_NEXT && key.len >= sizeof l->walked)
        memcpy(l->walked, key.at, sizeof l->walked);
}

/* ---- what is here already ---- */

static dg_code look_here(const dg_snapshot *s, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    dg_snapshot_lazy *l = s->lazy;
    dg_code rc = s->has_store ? dg_snapshot_store_get(&s->store, out, hash, err) : DG_ABSENT;
    if (rc == DG_ABSENT && l->over)
        rc = l->over->loader.load(l->over->loader.source, out, hash, err);
    if (rc == DG_ABSENT && l->pack)
        rc = dg_snapshot_pack_get(l->pack, out, hash, &l->arena, err);
    return rc;
}

dg_code dg_snapshot_lazy_here(const dg_snapshot *s, int32_t i, dg_error *err)
{
    dg_snapshot_entry *e = dg_snapshot_paths_at(&s->lazy->paths, i);
    dg_bytes bytes;
    dg_code rc;
    if (e->here)
        return DG_OK;
    if ((rc = look_here(s, &bytes, &e->hash, err)) != DG_OK)
        return rc;
    return dg_snapshot_paths_here(&s->lazy->paths, i, bytes, err);
}

/* ---- fetching ---- */

typedef struct arrival {
    const dg_snapshot *s;
    dg_buf items; /* of dg_bytes, in the arena */
    dg_buf table; /* of int32_t, by hash: index of an item + 1 */
    dg_buf hashes;
} arrival;

static dg_code take_item(void *user, dg_bytes bytes, dg_error *err)
{
    arrival *a = user;
    dg_hash hash = dg_blake2_256(bytes);
    dg_bytes kept;
    dg_code rc;
    a->s->lazy->stats.bytes += bytes.len;
    if (!(kept = dg_arena_copy(&a->s->lazy->arena, bytes)).at)
        return dg_fail(err, DG_NOMEM, "no memory for a node");
    dg_buf_put(&a->items, &kept, sizeof kept);
    dg_buf_put_bytes(&a->hashes, dg_hash_bytes(&hash));
    if ((rc = dg_buf_check(&a->items, err, "what arrived")) < 0)
        return rc;
    return dg_buf_check(&a->hashes, err, "what arrived");
}

static size_t table_cap(const arrival *a)
{
    return a->table.len / sizeof(int32_t);
}

static int32_t *place_of(const arrival *a, const uint8_t *hash)
{
    int32_t *table = (int32_t *)(void *)a->table.at;
    size_t at = (size_t)dg_le64(hash) & (table_cap(a) - 1);
    while (table[at] && memcmp(a->hashes.at + 32 * (size_t)(table[at] - 1), hash, 32) != 0)
        at = (at + 1) & (table_cap(a) - 1);
    return &table[at];
}

static dg_code make_table(arrival *a, dg_error *err)
{
    size_t count = a->hashes.len / 32, cap = 16;
    uint8_t *at;
    while (cap < 2 * count + 2)
        cap *= 2;
    if (!(at = dg_buf_grow(&a->table, cap * sizeof(int32_t))))
        return dg_buf_check(&a->table, err, "what arrived");
    memset(at, 0, cap * sizeof(int32_t));
    for (size_t i = 0; i < count; i++)
        *place_of(a, a->hashes.at + 32 * i) = (int32_t)i + 1;
    return DG_OK;
}

/* Content `i`, if it arrived, and what arrived below it. */
static dg_code take_in(arrival *a, int32_t i, dg_error *err)
{
    dg_snapshot_lazy *l = a->s->lazy;
    int32_t next = i, count;
    dg_code rc = DG_OK;
    for (;;) {
        dg_snapshot_entry *e = dg_snapshot_paths_at(&l->paths, next);
        int32_t item = e->here ? 0 : *place_of(a, e->hash.at);
        count = dg_snapshot_paths_count(&l->paths);
        if (item) {
            dg_bytes bytes = ((dg_bytes *)(void *)a->items.at)[item - 1];
            dg_hash hash = e->hash;
            if ((rc = dg_snapshot_paths_here(&l->paths, next, bytes, err)) < 0)
                return rc;
            l->stats.contents++;
            l->stats.kept_bytes += bytes.len;
            if (l->pack && (rc = dg_snapshot_pack_put(l->pack, &hash, bytes, err)) < 0)
                return rc;
        }
        /* What it entered stands at the end; all of that is looked at in turn. */
        if (next == i)
            next = count;
        else
            next++;
        if (next >= dg_snapshot_paths_count(&l->paths))
            return rc;
    }
}

typedef struct wants {
    dg_buf at, keys; /* at: of dg_snapshot_wanted; keys: what they borrow, made last */
    dg_buf child;
} wants;

/* Those of `entries` that are of the same trie as the first. */
static dg_code make_wants(wants *w, const dg_snapshot *s, const dg_buf *entries, dg_error *err)
{
    const int32_t *all = (const int32_t *)(const void *)entries->at;
    size_t count = entries->len / sizeof *all, used = 0;
    dg_buf key, child;
    dg_code rc = DG_OK;
    dg_buf_init(&key, DG_TRIE_KEY_MAX + 256);
    dg_buf_init(&child, DG_TRIE_KEY_MAX + 256);
    for (size_t n = 0; rc == DG_OK && n < count; n++) {
        dg_snapshot_wanted one = { .hash = dg_snapshot_paths_at(&s->lazy->paths, all[n])->hash };
        rc = key_for(s, all[n], n == 0, &key, n ? &child : &w->child, err);
        if (rc < 0 || (n && !dg_bytes_equal(dg_buf_bytes(&child), dg_buf_bytes(&w->child))))
            continue;
        one.key.len = key.len;
        dg_buf_put_bytes(&w->keys, dg_buf_bytes(&key));
        dg_buf_put(&w->at, &one, sizeof one);
    }
    dg_buf_clear(&key);
    dg_buf_clear(&child);
    if (rc == DG_OK && (rc = dg_buf_check(&w->keys, err, "keys")) == DG_OK)
        rc = dg_buf_check(&w->at, err, "keys");
    for (size_t n = 0; rc == DG_OK && n < w->at.len / sizeof(dg_snapshot_wanted); n++) {
        dg_snapshot_wanted *one = (dg_snapshot_wanted *)(void *)w->at.at + n;
        one->key.at = w->keys.at + used;
        used += one->key.len;
    }
    return rc;
}

static dg_code ask(arrival *a, const dg_buf *entries, dg_error *err)
{
    dg_snapshot_lazy *l = a->s->lazy;
    wants w;
    dg_code rc;
    dg_buf_init(&w.at, (size_t)1 << 30);
    dg_buf_init(&w.keys, (size_t)1 << 30);
    dg_buf_init(&w.child, DG_TRIE_KEY_MAX + 256);
    if ((rc = make_wants(&w, a->s, entries, err)) == DG_OK) {
        l->stats.rounds++;
        rc = l->prover.prove(l->prover.user, dg_buf_bytes(&w.child),
                             (const dg_snapshot_wanted *)(const void *)w.at.at,
                             w.at.len / sizeof(dg_snapshot_wanted), take_item, a, err);
    }
    dg_buf_clear(&w.at);
    dg_buf_clear(&w.keys);
    dg_buf_clear(&w.child);
    return rc;
}

/* All of `entries` at once, as far as they are of the trie of the first. */
static dg_code fetch(const dg_snapshot *s, const dg_buf *entries, dg_error *err)
{
    arrival a = { .s = s };
    size_t count = entries->len / sizeof(int32_t);
    dg_code rc;
    dg_buf_init(&a.items, (size_t)1 << 32);
    dg_buf_init(&a.table, (size_t)1 << 32);
    dg_buf_init(&a.hashes, (size_t)1 << 32);
    if ((rc = ask(&a, entries, err)) == DG_OK && (rc = make_table(&a, err)) == DG_OK)
        for (size_t n = 0; rc == DG_OK && n < count; n++)
            rc = take_in(&a, ((const int32_t *)(const void *)entries->at)[n], err);
    if (rc == DG_OK && s->lazy->pack)
        rc = dg_snapshot_pack_flush(s->lazy->pack, err);
    dg_buf_clear(&a.items);
    dg_buf_clear(&a.table);
    dg_buf_clear(&a.hashes);
    return rc;
}

/* Whoever reads on where it read before is given more each time. */
static unsigned how_far(dg_snapshot_lazy *l, int32_t i)
{
    uint8_t prefix[sizeof l->ahead_prefix] = { 0 };
    dg_buf way, child;
    /* Who reads the values of a map while going through it will want the next ones. */
    if (l->want == DG_TRIE_WANT_KEY
        && (l->want_len < sizeof l->walked
            || memcmp(l->want_key, l->walked, sizeof l->walked) != 0))
        return 1;
    dg_buf_init(&way, 2 * DG_TRIE_KEY_MAX + 256);
    dg_buf_init(&child, DG_TRIE_KEY_MAX + 256);
    if (dg_snapshot_paths_way(&l->paths, i, &way, &child, NULL) == DG_OK && way.len)
        memcpy(prefix, way.at, way.len < sizeof prefix ? way.len : sizeof prefix);
    dg_buf_clear(&way);
    dg_buf_clear(&child);
    if (memcmp(prefix, l->ahead_prefix, sizeof prefix) != 0)
        l->ahead = l->want == DG_TRIE_WANT_PREFIX ? AHEAD_MAX / 8 : AHEAD_MIN;
    else if (l->ahead < AHEAD_MAX)
        l->ahead *= 2;
    memcpy(l->ahead_prefix, prefix, sizeof prefix);
    return l->ahead;
}

static dg_code fetch_one(const dg_snapshot *s, int32_t i, dg_error *err)
{
    dg_buf entries;
    dg_code rc;
    dg_buf_init(&entries, AHEAD_MAX * sizeof(int32_t) + 64);
    rc = dg_snapshot_ahead(&entries, s, i, how_far(s->lazy, i), err);
    if (rc == DG_OK)
        rc = fetch(s, &entries, err);
    dg_buf_clear(&entries);
    if (rc == DG_OK && !dg_snapshot_paths_at(&s->lazy->paths, i)->here)
        rc = dg_fail(err, DG_MISMATCH, "the proof does not hold content %s",
                     dg_hash_text(&dg_snapshot_paths_at(&s->lazy->paths, i)->hash).text);
    return rc;
}

/* ---- the loader ---- */

static dg_code lacking(const dg_snapshot *s, int32_t i, dg_error *err)
{
    dg_buf way, child, key;
    dg_error why;
    dg_buf_init(&way, 2 * DG_TRIE_KEY_MAX + 256);
    dg_buf_init(&child, DG_TRIE_KEY_MAX + 256);
    dg_buf_init(&key, 512);
    if (dg_snapshot_paths_way(&s->lazy->paths, i, &way, &child, NULL) == DG_OK) {
        if (s->lazy->want == DG_TRIE_WANT_KEY && 2 * s->lazy->want_len >= way.len) {
            dg_buf_reset(&way);
            for (size_t n = 0; n < 2 * s->lazy->want_len; n++)
                dg_buf_put_u8(&way, n % 2 ? s->lazy->want_key[n / 2] & 15
                                          : s->lazy->want_key[n / 2] >> 4);
        }
        put_key(&key, &way);
    }
    dg_fail(&why, DG_IO, LACKS " what stands at key %s%s", key.len ? (char *)key.at : "(unknown)",
            child.len ? " of a child trie" : "");
    dg_buf_clear(&way);
    dg_buf_clear(&child);
    dg_buf_clear(&key);
    return lose(&why, err);
}

dg_code dg_snapshot_lazy_load(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    dg_snapshot *s = source;
    int32_t i = dg_snapshot_paths_find(&s->lazy->paths, hash);
    dg_error why = { .text = "" };
    dg_code rc;
    if (i == DG_SNAPSHOT_NOWHERE)
        return look_here(s, out, hash, err); /* of a code substitute, say */
    if (!dg_snapshot_paths_at(&s->lazy->paths, i)->here) {
        if (lost.code)
            return dg_snapshot_lost(err);
        rc = dg_snapshot_lazy_here(s, i, &why);
        if (rc == DG_ABSENT && s->lazy->pack) {
            if ((rc = dg_snapshot_pack_look_again(s->lazy->pack, &why)) == DG_OK)
                rc = dg_snapshot_lazy_here(s, i, &why);
        }
        if (rc == DG_ABSENT && !s->lazy->prover.prove)
            return lacking(s, i, err);
        if (rc == DG_ABSENT)
            rc = fetch_one(s, i, &why);
        if (rc < 0)
            return lose(&why, err);
    }
    *out = dg_snapshot_paths_at(&s->lazy->paths, i)->bytes;
    return DG_OK;
}

/* ---- opening ---- */

dg_code dg_snapshot_lazy_begin(dg_snapshot *s, dg_error *err)
{
    if (!(s->lazy = dg_calloc(1, sizeof *s->lazy)))
        return dg_fail(err, DG_NOMEM, "no memory to open a snapshot");
    dg_snapshot_paths_init(&s->lazy->paths);
    dg_arena_init(&s->lazy->arena, SIZE_MAX / 4);
    s->loader = (dg_trie_loader){ dg_snapshot_lazy_load, s, want };
    s->m.info.sparse = true;
    return dg_snapshot_paths_root(&s->lazy->paths, &s->m.info.state_root, err);
}

void dg_snapshot_lazy_end(dg_snapshot *s)
{
    if (!s->lazy)
        return;
    dg_snapshot_pack_close(s->lazy->pack);
    dg_snapshot_paths_clear(&s->lazy->paths);
    dg_arena_clear(&s->lazy->arena);
    dg_free(s->lazy);
    s->lazy = NULL;
}

/* What nearly every run reads, level by level: the items that are no maps, and the beginnings of
 * those that are. */
static dg_code warm(const dg_snapshot *s, dg_error *err)
{
    dg_buf entries;
    dg_code rc = DG_OK;
    dg_buf_init(&entries, SHALLOW_MAX * sizeof(int32_t) + 64);
    s->lazy->want = DG_TRIE_WANT_PREFIX;
    s->lazy->want_len = 0;
    for (;;) {
        dg_buf_reset(&entries);
        rc = dg_snapshot_shallow(&entries, s, SHALLOW_NIBBLES, SHALLOW_MAX, err);
        if (rc < 0 || !entries.len)
            break;
        if ((rc = fetch(s, &entries, err)) < 0)
            break;
        if (!dg_snapshot_paths_at(&s->lazy->paths, *(int32_t *)(void *)entries.at)->here) {
            rc = dg_fail(err, DG_IO, "a proof does not hold what was asked for");
            break;
        }
    }
    dg_buf_clear(&entries);
    return rc;
}

dg_code dg_snapshot_open_lazy(dg_snapshot **out, const dg_snapshot_info *info, dg_bytes header,
                              const dg_snapshot_lazy_options *options, dg_error *err)
{
    dg_snapshot *s = dg_calloc(1, sizeof *s);
    dg_code rc;
    *out = NULL;
    if (!s)
        return dg_fail(err, DG_NOMEM, "no memory to open a snapshot");
    dg_snapshot_manifest_init(&s->m);
    s->m.info = *info;
    s->m.info.header_known = header.len > 0;
    dg_buf_put_bytes(&s->m.header, header);
    s->m.substitutes = json_object();
    s->substitutes = json_object();
    if (!s->m.substitutes || !s->substitutes)
        rc = dg_fail(err, DG_NOMEM, "no memory to open a snapshot");
    else if ((rc = dg_buf_check(&s->m.header, err, "header")) == DG_OK
             && (rc = dg_snapshot_lazy_begin(s, err)) == DG_OK && options->pack)
        rc = dg_snapshot_pack_open(&s->lazy->pack, options->pack, err);
    if (rc == DG_OK) {
        s->lazy->over = options->over;
        s->lazy->prover = options->prover;
        if (options->prover.prove)
            rc = warm(s, err);
    }
    if (rc < 0)
        dg_snapshot_close(s);
    else
        *out = s;
    return rc;
}

/* ---- another state of the same block ---- */

static dg_code take_content(void *user, const dg_hash *hash, dg_bytes bytes, dg_error *err)
{
    (void)hash; /* which is computed from the bytes */
    return take_item(user, bytes, err);
}

/* What did not change keeps the way by which a proof of the block leads to it: a key of the trie
 * is a key of it wherever its node stands. */
dg_code dg_snapshot_lazy_become(dg_snapshot *s, const dg_hash *root,
                                dg_code (*contents)(void *user, dg_trie_each put, void *to,
                                                    dg_error *err),
                                void *user, dg_error *err)
{
    arrival a = { .s = s };
    dg_snapshot_lazy_stats before;
    dg_code rc;
    assert(s->lazy);
    before = s->lazy->stats;
    dg_buf_init(&a.items, (size_t)1 << 32);
    dg_buf_init(&a.table, (size_t)1 << 32);
    dg_buf_init(&a.hashes, (size_t)1 << 32);
    if ((rc = contents(user, take_content, &a, err)) >= 0 && (rc = make_table(&a, err)) >= 0
        && (rc = dg_snapshot_paths_root(&s->lazy->paths, root, err)) >= 0)
        rc = take_in(&a, dg_snapshot_paths_find(&s->lazy->paths, root), err);
    if (rc >= 0 && s->lazy->pack)
        rc = dg_snapshot_pack_flush(s->lazy->pack, err);
    dg_buf_clear(&a.items);
    dg_buf_clear(&a.table);
    dg_buf_clear(&a.hashes);
    s->lazy->stats = before; /* nothing of it was fetched */
    if (rc < 0)
        return rc;
    s->m.info.state_root = *root;
    s->m.info.header_known = false;
    dg_buf_reset(&s->m.header);
    return DG_OK;
}

dg_snapshot_info *dg_snapshot_lazy_info(dg_snapshot *s)
{
    assert(s->lazy);
    return &s->m.info;
}

dg_snapshot_lazy_stats dg_snapshot_lazy_stats_of(const dg_snapshot *s)
{
    return s->lazy ? s->lazy->stats : (dg_snapshot_lazy_stats){ 0 };
}
