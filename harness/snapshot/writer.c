/* writer.c - from content to a snapshot with a name. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <string.h>

dg_code dg_snapshot_writer_begin(dg_snapshot_writer **out, const char *path,
                                 dg_snapshot_there there, dg_error *err)
{
    dg_snapshot_writer *w = dg_calloc(1, sizeof *w);
    dg_code rc;
    *out = NULL;
    if (!w)
        return dg_fail(err, DG_NOMEM, "no memory to make a snapshot");
    rc = dg_snapshot_place_begin(&w->place, path, there, err);
    if (rc == DG_OK)
        rc = dg_snapshot_store_create(&w->store, w->place.part, err);
    if (rc != DG_OK) {
        dg_snapshot_abandon(w);
        return rc;
    }
    *out = w;
    return DG_OK;
}

/* What cannot be linked is written: the snapshot is whole then. */
static dg_code share(dg_snapshot_writer *w, const dg_snapshot *over, dg_error *err)
{
    dg_code rc = dg_snapshot_bases_link(&w->over, over, w->place.part, err);
    if (rc != DG_OK)
        return rc < 0 ? rc : DG_OK;
    w->over.info = over->m.info;
    return dg_snapshot_bases_open(&w->bases, &w->over, w->place.part, err);
}

dg_code dg_snapshot_begin_over(dg_snapshot_writer **out, const char *path, bool replace,
                               const dg_snapshot *over, dg_error *err)
{
    dg_code rc = dg_snapshot_begin(out, path, replace, err);
    if (rc == DG_OK && over && !over->m.info.sparse && (rc = share(*out, over, err)) < 0) {
        dg_snapshot_abandon(*out);
        *out = NULL;
    }
    return rc;
}

dg_code dg_snapshot_begin(dg_snapshot_writer **out, const char *path, bool replace, dg_error *err)
{
    return dg_snapshot_writer_begin(out, path, replace ? DG_SNAPSHOT_REPLACE : DG_SNAPSHOT_REFUSE,
                                    err);
}

dg_code dg_snapshot_try(const char *path, bool replace, dg_error *err)
{
    dg_snapshot_place place;
    dg_code rc = dg_snapshot_place_begin(&place, path,
                                         replace ? DG_SNAPSHOT_REPLACE : DG_SNAPSHOT_REFUSE, err);
    dg_snapshot_place_abandon(&place);
    return rc;
}

/* What the data has to say of itself goes in with it: whoever sees the snapshot sees its note. */
static dg_code put_note(const dg_snapshot_writer *w, dg_error *err)
{
    char file[DG_PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/note", w->place.part);
    return w->note.at ? dg_file_write(file, w->note, err) : DG_OK;
}

void dg_snapshot_abandon(dg_snapshot_writer *w)
{
    if (!w)
        return;
    dg_snapshot_store_close(&w->store);
    dg_snapshot_bases_close(&w->bases);
    dg_snapshot_place_abandon(&w->place);
    dg_free(w);
}

/* Whether a base holds it, and so all that is below it. */
static bool is_shared(void *writer, const dg_hash *hash)
{
    const dg_snapshot_writer *w = writer;
    dg_bytes bytes;
    return dg_snapshot_bases_get(&w->bases, &bytes, hash, NULL) == DG_OK;
}

dg_code dg_snapshot_put(void *writer, const dg_hash *hash, dg_bytes bytes, dg_error *err)
{
    dg_snapshot_writer *w = writer;
    if (is_shared(w, hash))
        return DG_OK;
    return dg_snapshot_store_put(&w->store, hash, bytes, err);
}

/* ---- what is not here yet, from elsewhere ---- */

typedef struct fetch {
    dg_snapshot_writer *writer;
    const dg_trie_loader *from;
    dg_buf missing; /* hashes, 32 bytes each */
} fetch;

static dg_code here_or_there(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    fetch *f = source;
    dg_code rc = dg_snapshot_store_get(&f->writer->store, out, hash, err);
    if (rc != DG_ABSENT)
        return rc;
    rc = f->from->load(f->from->source, out, hash, err);
    if (rc == DG_OK)
        dg_buf_put_bytes(&f->missing, dg_hash_bytes(hash));
    return rc < 0 ? rc : rc == DG_OK ? dg_buf_check(&f->missing, err, "list of nodes") : rc;
}

dg_code dg_snapshot_put_below(dg_snapshot_writer *w, const dg_hash *root,
                              const dg_trie_loader *from, dg_error *err)
{
    fetch f = { .writer = w, .from = from };
    dg_trie_loader both = { here_or_there, &f, NULL };
    dg_snapshot_walk walk = { .from = &both, .user = w, .known = is_shared };
    dg_bytes bytes;
    dg_hash hash;
    dg_code rc;
    dg_buf_init(&f.missing, (size_t)1 << 36);
    rc = dg_snapshot_store_flush(&w->store, NULL, err);
    if (rc == DG_OK)
        rc = dg_snapshot_walk_run(&walk, root, err);
    dg_snapshot_walk_clear(&walk);
    /* Written after the walk: a put may move what the walk still looks at. */
    for (size_t i = 0; rc == DG_OK && i < f.missing.len; i += 32) {
        memcpy(hash.at, f.missing.at + i, 32);
        if ((rc = from->load(from->source, &bytes, &hash, err)) == DG_OK)
            rc = dg_snapshot_put(w, &hash, bytes, err);
    }
    dg_buf_clear(&f.missing);
    return rc == DG_ABSENT ? dg_fail_within(err, DG_MISMATCH, "state is incomplete") : rc;
}

/* ---- commit ---- */

/* Codes are kept like values, the manifest names them by hash. */
static dg_code put_substitutes(dg_snapshot_writer *w, dg_snapshot_manifest_data *m,
                               const json_t *codes, dg_error *err)
{
    json_t *from = (json_t *)(uintptr_t)codes;
    const char *number;
    json_t *code;
    dg_buf raw;
    dg_code rc = DG_OK;
    if (!(m->substitutes = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for code substitutes");
    dg_buf_init(&raw, DG_VALUE_MAX);
    json_object_foreach(from, number, code)
    {
        const char *text = json_string_value(code) ? json_string_value(code) : "";
        dg_hash hash;
        dg_buf_reset(&raw);
        if ((rc = dg_hex_get(&raw, text, strlen(text), err)) < 0)
            break;
        hash = dg_blake2_256(dg_buf_bytes(&raw));
        if ((rc = dg_snapshot_put(w, &hash, dg_buf_bytes(&raw), err)) < 0)
            break;
        if (json_object_set_new(m->substitutes, number, json_string(dg_hash_text(&hash).text))
            != 0) {
            rc = dg_fail(err, DG_NOMEM, "no memory for code substitutes");
            break;
        }
    }
    dg_buf_clear(&raw);
    return rc;
}

static dg_code load_any(void *writer, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    const dg_snapshot_writer *w = writer;
    dg_code rc = dg_snapshot_store_get(&w->store, out, hash, err);
    return rc == DG_ABSENT ? dg_snapshot_bases_get(&w->bases, out, hash, err) : rc;
}

/* What is new is walked, and what the state gained over its base is counted. */
static dg_code count(dg_snapshot_writer *w, dg_snapshot_manifest_data *m, dg_error *err)
{
    dg_trie_loader loader = { load_any, w, NULL };
    dg_snapshot_walk walk = { .from = &loader, .user = w };
    dg_code rc;
    if (w->bases.count)
        walk.known = is_shared;
    if (m->info.sparse) {
        assert(!w->bases.count);
        walk.user = &w->store;
        walk.known = dg_snapshot_store_lacks;
    }
    rc = dg_snapshot_walk_run(&walk, &m->info.state_root, err);
    m->info.keys = walk.keys;
    m->info.nodes = walk.contents;
    m->info.value_bytes = walk.value_bytes;
    dg_snapshot_walk_clear(&walk);
    if (rc != DG_OK || !w->bases.count)
        return rc;
    m->info.own_nodes = m->info.nodes;
    m->info.nodes += w->over.info.nodes;
    return dg_snapshot_count_over(&m->info, &w->over.info, &loader, err);
}

/* From the file itself, not from what this process holds. */
static dg_code verify_sealed(dg_snapshot_writer *w, dg_snapshot_manifest_data *m, dg_error *err)
{
    dg_code rc = dg_snapshot_store_open(&w->store, w->place.part, "data.mdb", err);
    if (rc < 0)
        return rc;
    rc = count(w, m, err);
    dg_snapshot_store_close(&w->store);
    if (rc == DG_ABSENT)
        rc = dg_fail_within(err, DG_MISMATCH, "state %s is incomplete",
                            dg_hash_short(&m->info.state_root).text);
    if (rc == DG_OK && (m->info.keys > DG_SNAPSHOT_KEYS_MAX || m->info.value_bytes > INT64_MAX))
        rc = dg_fail(err, DG_LIMIT, "state has more than %llu keys",
                     (unsigned long long)DG_SNAPSHOT_KEYS_MAX);
    return rc < 0 ? dg_fail_within(err, rc, "%s", w->place.path) : rc;
}

static void take_bases(dg_snapshot_manifest_data *m, const dg_snapshot_writer *w)
{
    memcpy(m->bases, w->over.bases, sizeof m->bases);
    m->base_count = w->over.base_count;
    m->over_root = w->over.over_root;
}

dg_code dg_snapshot_writer_commit(dg_snapshot_writer *w, dg_snapshot_manifest_data *m,
                                  const json_t *codes, dg_error *err)
{
    dg_code rc;
    take_bases(m, w);
    if ((rc = put_substitutes(w, m, codes, err)) < 0
        || (rc = dg_snapshot_store_seal(&w->store, err)) < 0 || (rc = verify_sealed(w, m, err)) < 0
        || (rc = dg_snapshot_store_sum(w->place.part, "data.mdb", &m->store_len, &m->store_hash,
                                       err))
               < 0
        || (rc = w->own_max && m->store_len >= w->own_max ? DG_END : DG_OK) != DG_OK
        || (rc = dg_snapshot_manifest_write(m, w->place.part, err)) < 0
        || (rc = put_note(w, err)) < 0)
        goto out;
    rc = dg_snapshot_place_commit(&w->place, err);
out:
    dg_snapshot_abandon(w);
    return rc;
}

dg_code dg_snapshot_commit(dg_snapshot_writer *w, const dg_snapshot_info *info, dg_bytes header,
                           const json_t *codes, dg_error *err)
{
    dg_snapshot_manifest_data m;
    dg_code rc;
    dg_snapshot_manifest_init(&m);
    m.info = *info;
    m.info.header_known = header.len > 0;
    dg_buf_put_bytes(&m.header, header);
    if ((rc = dg_buf_check(&m.header, err, "header")) < 0)
        dg_snapshot_abandon(w);
    else
        rc = dg_snapshot_writer_commit(w, &m, codes, err);
    dg_snapshot_manifest_clear(&m);
    return rc;
}
