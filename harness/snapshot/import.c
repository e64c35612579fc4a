/* import.c - tells the kinds of source apart by their content, and what every
 * import has in common. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Text for the manifest: a name may be any bytes, JSON may not. */
static void plain_text(char *to, size_t size, const char *from)
{
    assert(size > 0);
    size_t i = 0;
    for (; from[i] && i < size - 1; i++)
        to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
    to[i] = 0;
}

void dg_snapshot_import_progress(const dg_snapshot_import_job *import,
                                 const dg_snapshot_input *source, unsigned pass, unsigned passes)
{
    uint64_t total = dg_snapshot_input_total(source);
    if (import->options->progress)
        import->options->progress(import->options->user,
                                  pass * total + dg_snapshot_input_done(source), passes * total);
    dg_snapshot_reached("input");
}

dg_code dg_snapshot_import_describe(dg_snapshot_import_job *import, dg_bytes code, dg_error *err)
{
    const dg_snapshot_import_options *o = import->options;
    dg_snapshot_info *info = &import->m.info;
    unsigned stated = info->state_version;
    dg_code rc = DG_OK;
    if (o->describe && code.len)
        rc = o->describe(o->user, info, code, err);
    if (rc < 0)
        return rc;
    if (strcmp(info->source_kind, "snap") == 0)
        info->state_version = stated; /* the file knows better */
    if (info->state_version > 1)
        return dg_fail(err, DG_UNSUPPORTED, "state version %u", info->state_version);
    if (!info->chain[0])
        plain_text(info->chain, sizeof info->chain, o->chain ? o->chain : info->spec_name);
    if (!info->name[0])
        plain_text(info->name, sizeof info->name, base_name(import->path));
    return DG_OK;
}

dg_code dg_snapshot_import_header(dg_snapshot_import_job *import, dg_bytes header, dg_error *err)
{
    dg_snapshot_info *info = &import->m.info;
    dg_snapshot_block_facts facts;
    dg_code rc = dg_snapshot_header_facts(&facts, header, err);
    if (rc < 0)
        return rc;
    info->header_known = true;
    info->number = facts.number;
    info->hash = facts.hash;
    info->partial = !dg_hash_equal(&facts.state_root, &info->state_root);
    dg_buf_reset(&import->m.header);
    dg_buf_put_bytes(&import->m.header, header);
    return dg_buf_check(&import->m.header, err, "header");
}

dg_code dg_snapshot_import_get(const dg_snapshot_import_job *import, dg_buf *value, dg_bytes key,
                               dg_error *err)
{
    dg_snapshot_store *store = &import->writer->store;
    dg_code rc = dg_snapshot_store_flush(store, NULL, err);
    dg_trie *trie = rc < 0 ? NULL : dg_trie_open(&import->m.info.state_root, &store->loader);
    dg_bytes found;
    if (rc < 0)
        return rc;
    if (!trie)
        return dg_fail(err, DG_NOMEM, "no memory for a trie");
    rc = dg_trie_get(trie, &found, key, err);
    if (rc == DG_OK) {
        dg_buf_put_bytes(value, found);
        rc = dg_buf_check(value, err, "value");
    }
    dg_trie_free(trie);
    return rc;
}

/* System.Number: the block that was executed last, which a state remembers (the
 * first runtimes removed it at the end of each block: 0 then). */
static dg_code number_in_state(const dg_snapshot_import_job *import, uint32_t *number,
                               dg_error *err)
{
    uint8_t key[32];
    dg_buf value;
    dg_code rc;
    dg_storage_prefix(key, "System", "Number");
    dg_buf_init(&value, DG_VALUE_MAX);
    rc = dg_snapshot_import_get(import, &value, dg_bytes_of(key, 32), err);
    if (rc == DG_OK && value.len == 4)
        *number = dg_le32(value.at);
    dg_buf_clear(&value);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_snapshot_import_block(dg_snapshot_import_job *import, dg_error *err)
{
    const dg_snapshot_import_options *o = import->options;
    dg_snapshot_info *info = &import->m.info;
    static const dg_hash nothing;
    dg_hash stated = info->hash;
    bool no_code = info->partial;
    dg_code rc;
    if (o->header.len) {
        rc = dg_snapshot_import_header(import, o->header, err);
        info->partial |= no_code;
    } else if (o->block_known) {
        info->number = o->number;
        info->hash = o->hash;
        rc = DG_OK;
    } else {
        rc = number_in_state(import, &info->number, err);
    }
    if (rc == DG_OK && !dg_hash_equal(&stated, &nothing) && !dg_hash_equal(&stated, &info->hash))
        return dg_fail(err, DG_MISMATCH, "%s: is of block %s, not of %s", import->path,
                       dg_hash_text(&stated).text, dg_hash_text(&info->hash).text);
    return rc;
}

dg_code dg_snapshot_import_settle(dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_info *info = &import->m.info;
    dg_buf code;
    dg_code rc;
    dg_buf_init(&code, DG_VALUE_MAX);
    rc = dg_snapshot_import_get(import, &code, dg_text(":code"), err);
    info->partial |= code.len == 0;
    if (rc >= 0 && !info->header_known)
        rc = dg_snapshot_import_block(import, err);
    /* Without a header nothing tells whether the state is whole. */
    info->partial |= !info->header_known;
    if (rc >= 0)
        rc = dg_snapshot_import_describe(import, dg_buf_bytes(&code), err);
    dg_buf_clear(&code);
    return rc;
}

/* ---- telling apart ---- */

enum kind { KIND_SPEC, KIND_SNAP, KIND_SQLITE, KIND_NEITHER };

static bool ends_in(const char *name, const char *end)
{
    size_t a = strlen(name), b = strlen(end);
    return a >= b && strcmp(name + a - b, end) == 0;
}

bool dg_snapshot_named(const char *path, const char *kind)
{
    static const char *const packed[] = { "", ".zst", ".gz" };
    char end[32];
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
        snprintf(end, sizeof end, "%s%s", kind, packed[i]);
        if (ends_in(path, end))
            return true;
    }
    return false;
}

/* A document begins with a brace. A .snap begins with its version, in one byte
 * below 0x20 that is no white space (0 and 1: the form before versions, which
 * begins with the state version); the name of the file decides the rest. */
static enum kind kind_of(const char *path, dg_bytes start)
{
    size_t i = 0;
    if (dg_snapshot_is_sqlite(start))
        return KIND_SQLITE;
    while (i < start.len && strchr(" \t\r\n", start.at[i]) && start.at[i])
        i++;
    if (dg_snapshot_named(path, ".snap"))
        return KIND_SNAP;
    if (dg_snapshot_named(path, ".json") || (i < start.len && start.at[i] == '{'))
        return KIND_SPEC;
    return start.len && i == 0 && start.at[0] < 0x20 ? KIND_SNAP : KIND_NEITHER;
}

static dg_code sniff(enum kind *kind, const char *path, dg_error *err)
{
    dg_snapshot_input *source = NULL;
    dg_bytes start = { NULL, 0 };
    dg_code rc = dg_snapshot_input_open(&source, path, err);
    if (rc == DG_OK)
        rc = dg_snapshot_input_read(source, &start, err);
    if (rc == DG_END)
        rc = dg_fail(err, DG_MALFORMED, "is empty");
    if (rc == DG_OK)
        *kind = kind_of(path, start);
    dg_snapshot_input_close(source);
    return rc;
}

dg_code dg_snapshot_import(dg_snapshot_info *info, const char *path_in,
                           const dg_snapshot_import_options *options, dg_error *err)
{
    dg_snapshot_import_job import = { .path = path_in, .options = options };
    enum kind kind = KIND_NEITHER;
    dg_code rc;
    dg_snapshot_manifest_init(&import.m);
    plain_text(import.m.info.source, sizeof import.m.info.source, base_name(path_in));
    rc = sniff(&kind, path_in, err);
    if (rc == DG_OK && kind == KIND_NEITHER)
        rc = dg_fail(err, DG_MALFORMED,
                     "is neither JSON (a chain spec), nor a .snap, nor a store of chopsticks");
    if (rc < 0)
        dg_fail_within(err, rc, "%s", path_in);
    else
        rc = dg_snapshot_writer_begin(&import.writer, options->path_out,
                                      options->share     ? DG_SNAPSHOT_SHARE
                                      : options->replace ? DG_SNAPSHOT_REPLACE
                                                         : DG_SNAPSHOT_REFUSE,
                                      err);
    if (rc == DG_OK) {
        import.writer->note = options->note;
        rc = kind == KIND_SPEC     ? dg_snapshot_import_spec(&import, err)
             : kind == KIND_SQLITE ? dg_snapshot_import_sqlite(&import, err)
                                   : dg_snapshot_import_snap(&import, err);
    }
    dg_snapshot_abandon(import.writer); /* NULL after a commit */
    if (rc == DG_OK && info)
        *info = import.m.info;
    dg_snapshot_manifest_clear(&import.m);
    return rc;
}
