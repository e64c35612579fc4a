/* pack.c - files become a tar, always the same: no times, no owners, sorted by name. */
#include "bundle/bundle_impl.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

typedef struct packing {
    dg_bundle_out out;
    dg_code rc; /* of the last piece */
    dg_error *err;
} packing;

static la_ssize_t put_piece(struct archive *a, void *user, const void *at, size_t len)
{
    packing *p = user;
    p->rc = dg_bundle_out_put(&p->out, dg_bytes_of(at, len), false, p->err);
    if (p->rc >= 0)
        return (la_ssize_t)len;
    archive_set_error(a, ENOMEM, "no memory");
    return -1;
}

static int fill_entry(struct archive *a, struct archive_entry *e, const char *name,
                      dg_bytes content)
{
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)content.len);
    archive_entry_set_mtime(e, 0, 0);
    archive_entry_set_uid(e, 0);
    archive_entry_set_gid(e, 0);
    return archive_write_header(a, e);
}

static dg_code put_file(struct archive *a, const char *name, dg_bytes content, dg_error *err)
{
    struct archive_entry *e = archive_entry_new();
    dg_code rc = DG_OK;
    assert(dg_bundle_name_is_plain(name));
    if (!e)
        return dg_fail(err, DG_NOMEM, "no memory for %s", name);
    if (fill_entry(a, e, name, content) != ARCHIVE_OK
        || (content.len
            && archive_write_data(a, content.at, content.len) != (la_ssize_t)content.len))
        rc = dg_fail(err, DG_NOMEM, "%s could not be packed: %s", name, archive_error_string(a));
    archive_entry_free(e);
    return rc;
}

static dg_code put_all(struct archive *a, packing *p, const dg_bundle_items *items,
                       dg_bytes manifest, dg_error *err)
{
    dg_code rc;
    if (archive_write_set_format_ustar(a) != ARCHIVE_OK
        || archive_write_open(a, p, NULL, put_piece, NULL) != ARCHIVE_OK)
        return dg_fail(err, DG_NOMEM, "a bundle could not be begun: %s", archive_error_string(a));
    rc = put_file(a, DG_BUNDLE_MANIFEST, manifest, err);
    for (size_t i = 0; i < items->count && rc >= 0; i++)
        rc = put_file(a, items->at[i].name, items->at[i].content, err);
    if (rc >= 0 && archive_write_close(a) != ARCHIVE_OK)
        rc = dg_fail(err, DG_NOMEM, "a bundle could not be ended: %s", archive_error_string(a));
    return rc < 0 ? rc : dg_bundle_out_put(&p->out, dg_bytes_of(NULL, 0), true, err);
}

/* ---- what is in it ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const dg_bundle_item *)a)->name, ((const dg_bundle_item *)b)->name);
}

static dg_code list_of(dg_bundle_list *list, const dg_bundle_items *items, dg_error *err)
{
    uint64_t total = 0;
    *list = (dg_bundle_list){ .count = items->count };
    for (size_t i = 0; i < items->count; i++) {
        const dg_bundle_item *from = &items->at[i];
        total += from->content.len;
        if (from->content.len >= DG_BUNDLE_FILE_MAX || total > DG_BUNDLE_TOTAL_MAX)
            return dg_fail(err, DG_LIMIT, "%s has %zu bytes, too many for a bundle", from->name,
                           from->content.len);
        memcpy(list->at[i].name, from->name, sizeof from->name);
        list->at[i].bytes = from->content.len;
        list->at[i].hash = dg_blake2_256(from->content);
    }
    return DG_OK;
}

static dg_code manifest_of(char **out, const dg_bundle_items *items, const dg_bundle_parts *parts,
                           dg_error *err)
{
    dg_bundle_list list;
    json_t *json;
    dg_code rc = list_of(&list, items, err);
    if (rc < 0)
        return rc;
    json = dg_bundle_manifest_make(&list, parts, items->chain);
    *out = json ? json_dumps(json, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;
    json_decref(json);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the manifest");
}

dg_code dg_bundle_pack(const char *path, dg_bundle_items *items, const dg_bundle_parts *parts,
                       dg_error *err)
{
    packing p = { .err = err };
    struct archive *a = archive_write_new();
    char *manifest = NULL;
    dg_code rc = a ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to pack a bundle");
    assert(items->count <= DG_BUNDLE_FILES_MAX);
    qsort(items->at, items->count, sizeof *items->at, by_name);
    if (rc >= 0 && (rc = manifest_of(&manifest, items, parts, err)) >= 0
        && (rc = dg_bundle_out_begin(&p.out, path, err)) >= 0)
        rc = put_all(a, &p, items, dg_text(manifest), err);
    if (a)
        archive_write_free(a);
    dg_free(manifest);
    if (rc >= 0)
        return dg_bundle_out_commit(&p.out, err);
    dg_bundle_out_abandon(&p.out);
    return rc;
}
