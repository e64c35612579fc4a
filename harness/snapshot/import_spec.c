/* import_spec.c - a raw chain spec, or a list of pairs, becomes a snapshot.
 *
 * Two passes over the file. The form of a value depends on the state version,
 * the state version on the code, and `:code` may stand last: so the first pass
 * checks everything and finds `:code`, the second builds the trie. Reading twice
 * costs less than keeping what was read, and memory stays that of the trie. */
#include "snapshot/snapshot_impl.h"

#include <string.h>

typedef struct pass {
    dg_snapshot_import_job *import;
    dg_snapshot_input *source;
    unsigned number; /* 0: look, 1: build */
    dg_buf *code;    /* found by the first */
    bool code_found;
    dg_snapshot_build build; /* of the second */
    bool in_child;
    dg_hash hash; /* of the bytes that were read */
} pass;

static dg_code fill(void *user, dg_bytes *chunk, dg_error *err)
{
    pass *p = user;
    dg_code rc = dg_snapshot_input_read(p->source, chunk, err);
    if (rc == DG_OK)
        dg_snapshot_import_progress(p->import, p->source, p->number, 2);
    return rc;
}

/* ---- first pass ---- */

static dg_code look_entry(void *user, dg_bytes key, dg_bytes value, dg_error *err)
{
    pass *p = user;
    if (p->in_child || !dg_bytes_equal(key, dg_text(":code")))
        return DG_OK;
    p->code_found = true;
    dg_buf_reset(p->code);
    dg_buf_put_bytes(p->code, value);
    return dg_buf_check(p->code, err, ":code");
}

static dg_code look_child(void *user, dg_bytes child, bool begins, dg_error *err)
{
    (void)child, (void)err;
    ((pass *)user)->in_child = begins;
    return DG_OK;
}

/* ---- second pass ---- */

static dg_code build_entry(void *user, dg_bytes key, dg_bytes value, dg_error *err)
{
    return dg_snapshot_build_entry(&((pass *)user)->build, key, value, err);
}

static dg_code build_child(void *user, dg_bytes child, bool begins, dg_error *err)
{
    dg_snapshot_build *b = &((pass *)user)->build;
    return begins ? dg_snapshot_build_child(b, err) : dg_snapshot_build_child_end(b, child, err);
}

/* ---- both ---- */

static dg_code run_pass(pass *p, dg_snapshot_spec *spec, dg_error *err)
{
    dg_snapshot_json json;
    dg_bytes rest;
    dg_code rc = dg_snapshot_input_open(&p->source, p->import->path, err);
    dg_snapshot_json_init(&json, fill, p, 2 * DG_TRIE_KEY_MAX + 2, 2 * (size_t)DG_VALUE_MAX + 2);
    spec->user = p;
    spec->entry = p->number ? build_entry : look_entry;
    spec->child = p->number ? build_child : look_child;
    if (rc == DG_OK)
        rc = dg_snapshot_spec_read(spec, &json, err);
    while (rc == DG_OK) /* to the end of the file: its hash is of all bytes */
        rc = dg_snapshot_input_read(p->source, &rest, err);
    if (rc == DG_END)
        rc = DG_OK;
    if (rc == DG_OK)
        p->hash = dg_snapshot_input_hash(p->source);
    dg_snapshot_json_clear(&json);
    dg_snapshot_input_close(p->source);
    p->source = NULL;
    spec->user = NULL; /* `p` ends before `spec` does */
    return rc < 0 ? dg_fail_within(err, rc, "%s", p->import->path) : rc;
}

static dg_code look(dg_snapshot_import_job *import, dg_snapshot_spec *spec, dg_buf *code,
                    dg_error *err)
{
    pass p = { .import = import, .code = code };
    dg_snapshot_info *info = &import->m.info;
    dg_code rc = run_pass(&p, spec, err);
    if (rc < 0)
        return rc;
    if (code->len == 0 && !spec->pairs)
        return dg_fail(err, DG_MALFORMED, "%s: %s `:code`", import->path,
                       p.code_found ? "has an empty" : "lacks");
    info->source_hash = p.hash;
    info->partial = code->len == 0;
    snprintf(info->source_kind, sizeof info->source_kind, spec->pairs ? "pairs" : "spec");
    snprintf(info->chain, sizeof info->chain, "%s", spec->id);
    snprintf(info->name, sizeof info->name, "%s", spec->name);
    return DG_OK;
}

static dg_code build(dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_spec spec = { 0 };
    pass p = { .import = import, .number = 1 };
    dg_snapshot_info *info = &import->m.info;
    dg_code rc;
    if ((rc = dg_snapshot_build_init(&p.build, import->writer, info->state_version, err)) < 0
        || (rc = run_pass(&p, &spec, err)) < 0)
        goto out;
    if (!dg_hash_equal(&p.hash, &info->source_hash)) {
        rc = dg_fail(err, DG_IO, "%s: the file changed while it was read", import->path);
        goto out;
    }
    rc = dg_snapshot_build_finish(&p.build, &info->state_root, err);
out:
    dg_snapshot_build_clear(&p.build);
    dg_snapshot_spec_clear(&spec);
    return rc;
}

dg_code dg_snapshot_import_genesis(dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_info *info = &import->m.info;
    dg_buf header;
    dg_code rc;
    if (import->options->header.len || import->options->block_known)
        return dg_snapshot_import_block(import, err);
    dg_buf_init(&header, 128);
    dg_snapshot_header_genesis(&header, &info->state_root);
    rc = dg_buf_check(&header, err, "header");
    if (rc == DG_OK)
        rc = dg_snapshot_import_header(import, dg_buf_bytes(&header), err);
    dg_buf_clear(&header);
    return rc;
}

static dg_code import_raw(dg_snapshot_import_job *import, const dg_snapshot_spec *spec,
                          dg_bytes code, dg_error *err)
{
    dg_code rc;
    if ((rc = dg_snapshot_import_describe(import, code, err)) < 0 || (rc = build(import, err)) < 0)
        return rc;
    return spec->pairs ? dg_snapshot_import_block(import, err)
                       : dg_snapshot_import_genesis(import, err);
}

dg_code dg_snapshot_import_spec(dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_spec spec = { 0 };
    dg_buf code;
    dg_code rc;
    dg_buf_init(&code, DG_VALUE_MAX);
    rc = look(import, &spec, &code, err);
    if (rc == DG_OK)
        rc = import_raw(import, &spec, dg_buf_bytes(&code), err);
    else if (rc == DG_UNSUPPORTED && spec.plain && import->options->build)
        rc = dg_snapshot_import_plain(import, &spec, err);
    if (rc < 0)
        goto out;
    rc = dg_snapshot_writer_commit(import->writer, &import->m, spec.substitutes, err);
    import->writer = NULL;
out:
    dg_buf_clear(&code);
    dg_snapshot_spec_clear(&spec);
    return rc;
}
