/* store.c - content by its hash, in one LMDB file.
 *
 * Written by one process that has the folder for itself, and never again after
 * it was sealed: so there are no locks, and a reader needs no lock file. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

size_t dg_snapshot_store_map_max;

static dg_code fail(const dg_snapshot_store *s, int rc, dg_error *err)
{
    if (rc == ENOMEM)
        return dg_fail(err, DG_NOMEM, "%s/%s: no memory", s->dir, s->name);
    if (rc == DG_SNAPSHOT_DAMAGED)
        return dg_fail(err, DG_IO, "%s/%s is damaged: import it anew", s->dir, s->name);
    if (rc == MDB_MAP_FULL)
        return dg_fail(err, DG_LIMIT, "%s/%s: the store is full", s->dir, s->name);
    return dg_fail(err, DG_IO, "%s/%s: %s", s->dir, s->name, mdb_strerror(rc));
}

static dg_code load(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    return dg_snapshot_store_get(source, out, hash, err);
}

static void clear(dg_snapshot_store *s, const char *dir, const char *name)
{
    memset(s, 0, sizeof *s);
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->loader = (dg_trie_loader){ load, s, NULL };
    dg_snapshot_batch_init(&s->batch);
}

static int begin(dg_snapshot_store *s)
{
    assert(!s->txn); /* one at a time */
    int rc = mdb_txn_begin(s->env, NULL, s->writing ? 0 : MDB_RDONLY, &s->txn);
    if (rc == 0 && !s->open_dbi) {
        rc = mdb_dbi_open(s->txn, NULL, 0, &s->dbi);
        s->open_dbi = rc == 0;
    }
    return rc;
}

/* Address space, not disk: halved until the system gives it. */
static int open_to_write(dg_snapshot_store *s, size_t map)
{
    int rc = mdb_env_create(&s->env);
    if (rc == 0)
        rc = mdb_env_set_mapsize(s->env, map);
    if (rc == 0)
        rc = mdb_env_open(s->env, s->dir, MDB_NOLOCK | MDB_NOSYNC | MDB_NORDAHEAD, 0666);
    if (rc != 0) {
        mdb_env_close(s->env);
        s->env = NULL;
    }
    return rc;
}

dg_code dg_snapshot_store_create(dg_snapshot_store *s, const char *dir, dg_error *err)
{
    size_t map = dg_snapshot_store_map_max ? dg_snapshot_store_map_max : (size_t)1 << 40;
    int rc;
    clear(s, dir, "data.mdb");
    s->writing = true;
    while ((rc = open_to_write(s, map)) == ENOMEM && map > (size_t)1 << 30)
        map /= 2;
    if (rc == 0)
        rc = begin(s);
    if (rc != 0) {
        dg_snapshot_store_close(s);
        return fail(s, rc, err);
    }
    return DG_OK;
}

static int put_one(void *user, const dg_hash *hash, dg_bytes bytes)
{
    const dg_snapshot_store *s = user;
    MDB_val key = { 32, (void *)(uintptr_t)hash->at };
    MDB_val value = { bytes.len, (void *)(uintptr_t)bytes.at };
    int rc = mdb_put(s->txn, s->dbi, &key, &value, s->begun ? MDB_NOOVERWRITE : MDB_APPEND);
    return rc == MDB_KEYEXIST ? 0 : rc; /* one content, put twice */
}

/* The first batch goes into an empty store, in order: page after page. */
static int write_batch(dg_snapshot_store *s)
{
    assert(s->writing && s->txn);
    int rc = dg_snapshot_batch_drain(&s->batch, put_one, s);
    s->begun = true;
    if (rc == 0) {
        rc = mdb_txn_commit(s->txn);
        s->txn = NULL;
        dg_snapshot_reached("store commit");
    }
    assert(rc != 0 || !s->txn);
    return rc;
}

dg_code dg_snapshot_store_flush(dg_snapshot_store *s, uint64_t *count, dg_error *err)
{
    MDB_stat about;
    int rc = write_batch(s);
    if (rc == 0)
        rc = begin(s);
    if (rc == 0)
        rc = mdb_stat(s->txn, s->dbi, &about);
    if (rc == 0 && count)
        *count = about.ms_entries;
    return rc ? fail(s, rc, err) : DG_OK;
}

dg_code dg_snapshot_store_put(dg_snapshot_store *s, const dg_hash *hash, dg_bytes bytes,
                              dg_error *err)
{
    assert(s->writing && s->txn);
    dg_code rc;
    if (bytes.len > DG_VALUE_MAX)
        return dg_fail(err, DG_LIMIT, "content %s has %zu bytes, more than %d",
                       dg_hash_text(hash).text, bytes.len, DG_VALUE_MAX);
    dg_snapshot_reached("store put");
    if ((rc = dg_snapshot_batch_put(&s->batch, hash, bytes, err)) < 0)
        return rc;
    return dg_snapshot_batch_full(&s->batch) ? dg_snapshot_store_flush(s, NULL, err) : DG_OK;
}

dg_code dg_snapshot_store_seal(dg_snapshot_store *s, dg_error *err)
{
    int rc = write_batch(s);
    if (rc == 0)
        rc = mdb_env_sync(s->env, 1);
    dg_snapshot_reached("store sync");
    if (rc != 0)
        return fail(s, rc, err);
    dg_snapshot_store_close(s);
    return DG_OK;
}

static int open_to_read(void *user)
{
    dg_snapshot_store *s = user;
    char file[DG_SNAPSHOT_FILE_MAX];
    int rc;
    snprintf(file, sizeof file, "%s/%s", s->dir, s->name);
    rc = mdb_env_open(s->env, file, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NORDAHEAD, 0444);
    return rc == 0 ? begin(s) : rc;
}

typedef struct first {
    MDB_cursor *cursor;
    MDB_val key, value;
} first;

static int look_at_first(void *user)
{
    first *f = user;
    return mdb_cursor_get(f->cursor, &f->key, &f->value, MDB_FIRST);
}

/* Where the file lies in memory, as the place of its first content tells. */
static int find_map(dg_snapshot_store *s, const char *file)
{
    first f = { .cursor = NULL };
    int rc = mdb_cursor_open(s->txn, s->dbi, &f.cursor);
    if (rc == 0) {
        rc = dg_snapshot_guarded(look_at_first, &f);
        mdb_cursor_close(f.cursor);
    }
    if (rc == 0)
        s->map = dg_snapshot_map_of(file, f.key.mv_data);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

dg_code dg_snapshot_store_open(dg_snapshot_store *s, const char *dir, const char *name,
                               dg_error *err)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    struct stat about;
    int rc;
    clear(s, dir, name);
    snprintf(file, sizeof file, "%s/%s", dir, name);
    if (stat(file, &about) != 0)
        return dg_fail(err, DG_IO, "%s: %s", file, strerror(errno));
    rc = mdb_env_create(&s->env);
    if (rc == 0)
        rc = mdb_env_set_mapsize(s->env, (size_t)about.st_size);
    if (rc == 0)
        rc = mdb_env_set_assert(s->env, dg_snapshot_guard_assert);
    if (rc == 0)
        rc = dg_snapshot_guarded(open_to_read, s);
    if (rc == 0)
        rc = find_map(s, file);
    if (rc != 0) {
        dg_snapshot_store_close(s);
        return fail(s, rc, err);
    }
    return DG_OK;
}

typedef struct looking {
    const dg_snapshot_store *store;
    const dg_hash *hash;
    dg_bytes found;
    dg_hash is; /* of what was found, in a store that others may have written to since */
} looking;

static bool is_within(dg_bytes part, dg_bytes whole)
{
    uintptr_t at = (uintptr_t)part.at, from = (uintptr_t)whole.at;
    return !whole.len
           || (at >= from && at - from <= whole.len && part.len <= whole.len - (at - from));
}

static int look(void *user)
{
    looking *l = user;
    MDB_val key = { 32, (void *)(uintptr_t)l->hash->at }, value;
    int rc = mdb_get(l->store->txn, l->store->dbi, &key, &value);
    if (rc != 0)
        return rc;
    l->found = dg_bytes_of(value.mv_data, value.mv_size);
    if (!is_within(l->found, l->store->map))
        return DG_SNAPSHOT_DAMAGED;
    l->is = l->store->writing ? *l->hash : dg_blake2_256(l->found);
    return 0;
}

/* Who asks keeps what came, so each content is hashed once in the life of a state. */
dg_code dg_snapshot_store_get(const dg_snapshot_store *s, dg_bytes *out, const dg_hash *hash,
                              dg_error *err)
{
    assert(s->txn);
    looking l = { .store = s, .hash = hash };
    int rc = s->writing ? look(&l) : dg_snapshot_guarded(look, &l);
    if (rc == MDB_NOTFOUND)
        return DG_ABSENT;
    if (rc != 0)
        return fail(s, rc, err);
    if (!dg_hash_equal(&l.is, hash))
        return dg_fail(err, DG_IO, "%s/%s is damaged: content %s has the hash %s", s->dir, s->name,
                       dg_hash_text(hash).text, dg_hash_text(&l.is).text);
    *out = l.found;
    return DG_OK;
}

bool dg_snapshot_store_lacks(void *store, const dg_hash *hash)
{
    dg_bytes bytes;
    return dg_snapshot_store_get(store, &bytes, hash, NULL) == DG_ABSENT;
}

dg_code dg_snapshot_store_prune(dg_snapshot_store *s, bool (*kept)(void *user, const dg_hash *hash),
                                void *user, uint64_t *removed, dg_error *err)
{
    assert(s->writing && s->txn);
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    dg_hash hash;
    int rc = mdb_cursor_open(s->txn, s->dbi, &cursor);
    *removed = 0;
    if (rc == 0)
        rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (rc == 0) {
        memcpy(hash.at, key.mv_data, 32);
        if (!kept(user, &hash)) {
            (*removed)++;
            rc = mdb_cursor_del(cursor, 0);
        }
        if (rc == 0)
            rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (cursor)
        mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? DG_OK : fail(s, rc, err);
}

void dg_snapshot_store_close(dg_snapshot_store *s)
{
    if (s->txn)
        mdb_txn_abort(s->txn);
    if (s->env)
        mdb_env_close(s->env);
    s->txn = NULL;
    s->env = NULL;
    s->open_dbi = false;
    dg_snapshot_batch_clear(&s->batch);
}

dg_code dg_snapshot_store_sum(const char *dir, const char *name, uint64_t *len, dg_hash *hash,
                              dg_error *err)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    crypto_generichash_state state;
    uint8_t chunk[1 << 15];
    size_t got;
    bool bad;
    FILE *f;
    snprintf(file, sizeof file, "%s/%s", dir, name);
    f = fopen(file, "rb");
    if (!f || sodium_init() < 0)
        return dg_fail(err, DG_IO, "%s: %s", file, strerror(errno));
    crypto_generichash_init(&state, NULL, 0, 32);
    for (*len = 0; (got = fread(chunk, 1, sizeof chunk, f)) > 0; *len += got)
        crypto_generichash_update(&state, chunk, got);
    crypto_generichash_final(&state, hash->at, 32);
    bad = ferror(f) != 0;
    fclose(f);
    return bad ? dg_fail(err, DG_IO, "%s: %s", file, strerror(errno)) : DG_OK;
}
