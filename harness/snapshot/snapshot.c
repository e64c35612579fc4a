/* snapshot.c - a snapshot opened for reading. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <string.h>
#include <assert.h>
#include <sys/stat.h>

/* The size of the store is checked before it is mapped: a file cut short would
 * kill the process at some later read. */
static dg_code check_size(const dg_snapshot *s, dg_error *err)
{
    char file[DG_PATH_MAX + 16];
    struct stat about;
    snprintf(file, sizeof file, "%s/data.mdb", s->dir);
    if (stat(file, &about) != 0)
        return dg_fail(err, DG_IO, "%s: %s", file, strerror(errno));
    if ((uint64_t)about.st_size != s->m.store_len)
        return dg_fail(err, DG_MISMATCH, "%s has %lld bytes, but the manifest says %llu", file,
                       (long long)about.st_size, (unsigned long long)s->m.store_len);
    return DG_OK;
}

static dg_code code_named(const dg_snapshot *s, dg_bytes *code, const char *text, dg_error *err)
{
    dg_hash hash;
    dg_buf out = dg_buf_on(hash.at, sizeof hash.at);
    dg_code rc;
    if (dg_hex_get(&out, text, strlen(text), NULL) < 0 || out.len != 32)
        return dg_fail(err, DG_MALFORMED, "%s: a code substitute is not named by a hash", s->dir);
    rc = s->loader.load(s->loader.source, code, &hash, err);
    if (rc != DG_OK)
        return rc < 0 ? rc
                      : dg_fail(err, DG_MISMATCH, "%s: code substitute %s is missing", s->dir,
                                dg_hash_text(&hash).text);
    return DG_OK;
}

static dg_code load_substitutes(dg_snapshot *s, dg_error *err)
{
    const char *number;
    json_t *name;
    dg_bytes code;
    dg_buf hex;
    dg_code rc = DG_OK;
    if (!(s->substitutes = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for code substitutes");
    dg_buf_init(&hex, 2 * (size_t)DG_VALUE_MAX + 3);
    json_object_foreach(s->m.substitutes, number, name)
    {
        const char *text = json_string_value(name);
        if ((rc = code_named(s, &code, text ? text : "", err)) < 0)
            break;
        dg_buf_reset(&hex);
        dg_hex_put(&hex, code);
        if (hex.rc < 0
            || json_object_set_new(s->substitutes, number, json_string(dg_buf_text(&hex))) != 0) {
            rc = dg_fail(err, DG_NOMEM, "no memory for code substitutes");
            break;
        }
    }
    dg_buf_clear(&hex);
    return rc;
}

static dg_code load(void *source, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    const dg_snapshot *s = source;
    dg_code rc = dg_snapshot_store_get(&s->store, out, hash, err);
    return rc == DG_ABSENT ? dg_snapshot_bases_get(&s->bases, out, hash, err) : rc;
}

dg_code dg_snapshot_open(dg_snapshot **out, const char *path, dg_error *err)
{
    dg_snapshot *s;
    dg_code rc;
    *out = NULL;
    if ((rc = dg_snapshot_place_recover(path, err)) < 0)
        return rc;
    if (!(s = dg_calloc(1, sizeof *s)))
        return dg_fail(err, DG_NOMEM, "no memory to open a snapshot");
    snprintf(s->dir, sizeof s->dir, "%s", path);
    s->loader = (dg_trie_loader){ load, s, NULL };
    dg_snapshot_manifest_init(&s->m);
    if ((rc = dg_snapshot_manifest_read(&s->m, s->dir, err)) < 0 || (rc = check_size(s, err)) < 0
        || (rc = dg_snapshot_store_open(&s->store, s->dir, "data.mdb", err)) < 0
        || (rc = dg_snapshot_bases_open(&s->bases, &s->m, s->dir, err)) < 0
        || (s->has_store = true, s->m.info.sparse && (rc = dg_snapshot_lazy_begin(s, err)) < 0)
        || (rc = load_substitutes(s, err)) < 0) {
        dg_snapshot_close(s);
        return rc;
    }
    *out = s;
    return DG_OK;
}

void dg_snapshot_close(dg_snapshot *s)
{
    if (!s)
        return;
    dg_snapshot_lazy_end(s);
    dg_snapshot_store_close(&s->store);
    dg_snapshot_bases_close(&s->bases);
    dg_snapshot_manifest_clear(&s->m);
    json_decref(s->substitutes);
    dg_free(s);
}

const dg_snapshot_info *dg_snapshot_info_of(const dg_snapshot *s)
{
    return &s->m.info;
}

void dg_snapshot_say_lacking(char *out, size_t size, const dg_snapshot *s, const char *said)
{
    size_t call = strcspn(said, " :");
    bool named = memchr(said, '_', call) != NULL;
    assert(s->m.info.partial && size > 0);
    snprintf(out, size, "the state is a partial snapshot of %llu keys and lacks what %.*s reads",
             (unsigned long long)s->m.info.keys, named ? (int)call : 80,
             named ? said : "the start of a block");
}

const dg_trie_loader *dg_snapshot_loader(const dg_snapshot *s)
{
    return &s->loader;
}

const dg_snapshot *dg_snapshot_of_loader(const dg_trie_loader *loader)
{
    return loader->load == load || loader->load == dg_snapshot_lazy_load ? loader->source : NULL;
}

dg_bytes dg_snapshot_header(const dg_snapshot *s)
{
    return dg_buf_bytes(&s->m.header);
}

const json_t *dg_snapshot_code_substitutes(const dg_snapshot *s)
{
    return s->substitutes;
}

json_t *dg_snapshot_manifest(const dg_snapshot *s)
{
    return dg_snapshot_manifest_to_json(&s->m);
}

dg_hash dg_snapshot_hash(const dg_snapshot *s)
{
    return dg_blake2_256_two(dg_hash_bytes(&s->m.info.hash), dg_hash_bytes(&s->m.info.state_root));
}

/* ---- verify ---- */

static dg_code check_header(const dg_snapshot *s, dg_error *err)
{
    dg_snapshot_block_facts facts;
    dg_code rc;
    if (!s->m.info.header_known)
        return DG_OK;
    if ((rc = dg_snapshot_header_facts(&facts, dg_buf_bytes(&s->m.header), err)) < 0)
        return rc;
    if (!dg_hash_equal(&facts.hash, &s->m.info.hash) || facts.number != s->m.info.number)
        return dg_fail(err, DG_MISMATCH, "header is of block %u %s, but the manifest says %u",
                       facts.number, dg_hash_text(&facts.hash).text, s->m.info.number);
    if (!s->m.info.partial && !dg_hash_equal(&facts.state_root, &s->m.info.state_root))
        return dg_fail(err, DG_MISMATCH, "header has state root %s, but the state has %s",
                       dg_hash_text(&facts.state_root).text,
                       dg_hash_text(&s->m.info.state_root).text);
    return DG_OK;
}

static dg_code check_substitutes(const dg_snapshot *s, dg_error *err)
{
    const char *number;
    json_t *name;
    json_object_foreach(s->m.substitutes, number, name)
    {
        dg_bytes code;
        dg_hash hash;
        dg_code rc = code_named(s, &code, json_string_value(name), err);
        if (rc < 0)
            return rc;
        hash = dg_blake2_256(code);
        if (strcmp(dg_hash_text(&hash).text, json_string_value(name)) != 0)
            return dg_fail(err, DG_MISMATCH, "code substitute %s is wrong: its bytes hash to %s",
                           json_string_value(name), dg_hash_short(&hash).text);
    }
    return DG_OK;
}

/* The file first: the library that reads it trusts its own pages. */
dg_code dg_snapshot_check_sum(const dg_snapshot *s, dg_error *err)
{
    uint64_t len;
    dg_hash hash;
    dg_code rc = dg_snapshot_store_sum(s->dir, "data.mdb", &len, &hash, err);
    if (rc < 0)
        return rc;
    if (len != s->m.store_len || !dg_hash_equal(&hash, &s->m.store_hash))
        return dg_fail(err, DG_MISMATCH, "data.mdb is not what was written: BLAKE2b-256 %s",
                       dg_hash_text(&hash).text);
    return dg_snapshot_bases_check_sums(&s->m, s->dir, err);
}

dg_code dg_snapshot_verify(dg_snapshot *s, uint64_t *nodes, dg_error *err)
{
    dg_trie_loader kept = { load, s, NULL };
    dg_snapshot_walk walk = { .from = &kept,
                              .user = &s->store,
                              .known = s->m.info.sparse ? dg_snapshot_store_lacks : NULL };
    const dg_snapshot_info *i = &s->m.info;
    dg_code rc;
    if (nodes)
        *nodes = 0;
    if (!s->has_store)
        return dg_fail(err, DG_USAGE, "a state that is fetched as it is read is verified as it is");
    if ((rc = dg_snapshot_check_sum(s, err)) == DG_OK && (rc = check_header(s, err)) == DG_OK
        && (rc = check_substitutes(s, err)) == DG_OK)
        rc = dg_snapshot_walk_run(&walk, &i->state_root, err);
    if (rc == DG_OK
        && (walk.keys != i->keys || walk.value_bytes != i->value_bytes
            || (s->m.base_count ? walk.contents > i->nodes : walk.contents != i->nodes)))
        rc = dg_fail(err, DG_MISMATCH,
                     "state has %llu keys in %llu nodes, but the manifest says otherwise",
                     (unsigned long long)walk.keys, (unsigned long long)walk.contents);
    if (nodes)
        *nodes = walk.contents;
    dg_snapshot_walk_clear(&walk);
    return rc == DG_OK ? rc : dg_fail_within(err, rc, "%s", s->dir);
}
