/* unpack.c - a bundle that anybody may have made becomes files in a folder, or is refused.
 *
 * Every entry is a regular file with a plain name that the manifest, which comes first, knows;
 * it has the size and the hash that stand there. So a path cannot leave the folder, a link is never
 * made, and no more is written than was declared. */
#include "bundle/bundle_impl.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "source/source.h"

typedef struct unpacking {
    dg_bundle_in in;
    dg_bundle_list *list;
    json_t *manifest; /* NULL: not read yet */
    dg_scratch *to;
    dg_code rc; /* of the stream; its words are in `err` already */
    dg_error *err;
} unpacking;

static la_ssize_t next_piece(struct archive *a, void *user, const void **at)
{
    unpacking *u = user;
    dg_bytes piece;
    if (u->rc >= 0)
        u->rc = dg_bundle_in_next(&u->in, &piece, u->err);
    if (u->rc < 0) {
        archive_set_error(a, EIO, "the stream failed");
        return -1;
    }
    *at = piece.at;
    return (la_ssize_t)piece.len;
}

/* What libarchive says, or what the stream below it had said before. */
static dg_code broken(unpacking *u, struct archive *a)
{
    return u->rc < 0 ? u->rc
                     : dg_fail(u->err, DG_MALFORMED, "is no bundle: %.200s",
                               archive_error_string(a) ? archive_error_string(a) : "not a tar");
}

/* ---- one entry ---- */

/* NULL: a regular file. */
static const char *kind_of(struct archive_entry *e)
{
    if (archive_entry_hardlink(e) || archive_entry_symlink(e)
        || archive_entry_filetype(e) == AE_IFLNK)
        return "a link";
    switch (archive_entry_filetype(e)) {
    case AE_IFREG:
        return NULL;
    case AE_IFDIR:
        return "a folder";
    case AE_IFCHR:
    case AE_IFBLK:
        return "a device";
    default:
        return "no regular file";
    }
}

static dg_code check_entry(const char **name, struct archive_entry *e, dg_error *err)
{
    const char *kind = kind_of(e);
    *name = archive_entry_pathname(e);
    if (!*name || !dg_bundle_name_is_plain(*name))
        return dg_fail(err, DG_MALFORMED,
                       "\"%.100s\" is no name for a file of a bundle, which has no folders",
                       *name ? *name : "");
    if (kind)
        return dg_fail(err, DG_MALFORMED, "%s is %s; a bundle holds files alone", *name, kind);
    return DG_OK;
}

/* All bytes of the entry, which has `bytes` of them, into a file. */
static dg_code copy_bytes(unpacking *u, struct archive *a, const char *name, uint64_t bytes,
                          FILE *to)
{
    uint8_t room[1 << 16];
    uint64_t sum = 0;
    la_ssize_t n;
    while ((n = archive_read_data(a, room, sizeof room)) > 0) {
        if ((sum += (uint64_t)n) > bytes)
            break;
        if (fwrite(room, 1, (size_t)n, to) != (size_t)n)
            return dg_fail(u->err, DG_IO, "%s could not be unpacked: %s", name, strerror(errno));
    }
    if (n < 0)
        return broken(u, a);
    return sum == bytes ? DG_OK
                        : dg_fail(u->err, DG_MALFORMED, "%s does not have its %llu bytes", name,
                                  (unsigned long long)bytes);
}

/* A new file at `path`; NULL: with the reason. */
static FILE *new_file(const char *path, dg_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (file)
        return file;
    dg_fail(err, DG_IO, "%s could not be made: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return NULL;
}

static dg_code write_file(unpacking *u, struct archive *a, const dg_bundle_file *f,
                          const char *path)
{
    FILE *file = new_file(path, u->err);
    dg_code rc;
    if (!file)
        return DG_IO;
    rc = copy_bytes(u, a, f->name, f->bytes, file);
    if (fclose(file) != 0 && rc >= 0)
        rc = dg_fail(u->err, DG_IO, "%s could not be unpacked: %s", f->name, strerror(errno));
    return rc;
}

static dg_code take_manifest(unpacking *u, struct archive *a, const char *name, uint64_t bytes)
{
    dg_bundle_file as_file = { .name = DG_BUNDLE_MANIFEST, .bytes = bytes };
    char path[DG_SCRATCH_PATH_MAX];
    dg_buf text;
    dg_code rc;
    if (strcmp(name, DG_BUNDLE_MANIFEST) != 0)
        return dg_fail(u->err, DG_MALFORMED, "the first file is %s, not %s", name,
                       DG_BUNDLE_MANIFEST);
    if (bytes > DG_BUNDLE_MANIFEST_MAX)
        return dg_fail(u->err, DG_MALFORMED, "%s has more than %d bytes", DG_BUNDLE_MANIFEST,
                       DG_BUNDLE_MANIFEST_MAX);
    dg_scratch_path(u->to, path, DG_BUNDLE_MANIFEST);
    dg_buf_init(&text, DG_BUNDLE_MANIFEST_MAX);
    if ((rc = write_file(u, a, &as_file, path)) >= 0
        && (rc = dg_file_read(&text, path, u->err)) >= 0)
        rc = dg_bundle_manifest_read(&u->manifest, u->list, dg_buf_bytes(&text), u->err);
    dg_buf_clear(&text);
    return rc;
}

static dg_code take_file(unpacking *u, struct archive *a, const char *name, uint64_t bytes)
{
    dg_bundle_file *f = dg_bundle_file_of(u->list, name);
    char path[DG_SCRATCH_PATH_MAX];
    dg_hash hash;
    dg_code rc;
    if (!f)
        return dg_fail(u->err, DG_MALFORMED, "%s is not in %s", name, DG_BUNDLE_MANIFEST);
    if (f->seen)
        return dg_fail(u->err, DG_MALFORMED, "%s is there twice", name);
    if (f->bytes != bytes)
        return dg_fail(u->err, DG_MALFORMED, "%s has %llu bytes, but %llu by %s", name,
                       (unsigned long long)bytes, (unsigned long long)f->bytes, DG_BUNDLE_MANIFEST);
    f->seen = true;
    assert(dg_bundle_name_is_plain(f->name));
    dg_scratch_path(u->to, path, f->name);
    if ((rc = write_file(u, a, f, path)) < 0 || (rc = dg_source_hash(&hash, path, u->err)) < 0)
        return rc;
    return dg_hash_equal(&hash, &f->hash)
               ? DG_OK
               : dg_fail(u->err, DG_MISMATCH, "%s is not what %s says: its hash is %s, not %s",
                         name, DG_BUNDLE_MANIFEST, dg_hash_short(&hash).text,
                         dg_hash_short(&f->hash).text);
}

static dg_code take(unpacking *u, struct archive *a, struct archive_entry *e)
{
    const char *name;
    uint64_t bytes;
    dg_code rc = check_entry(&name, e, u->err);
    if (rc < 0)
        return rc;
    bytes = archive_entry_size(e) < 0 ? 0 : (uint64_t)archive_entry_size(e);
    return u->manifest ? take_file(u, a, name, bytes) : take_manifest(u, a, name, bytes);
}

/* ---- all of them ---- */

/* What follows the end of the tar is padding; that the frame ends as it should is seen there. */
static dg_code drain(unpacking *u)
{
    dg_bytes piece = { .len = 1 };
    dg_code rc = DG_OK;
    while (rc >= 0 && piece.len)
        rc = dg_bundle_in_next(&u->in, &piece, u->err);
    return rc;
}

static dg_code check_all(const unpacking *u)
{
    if (!u->manifest)
        return dg_fail(u->err, DG_MALFORMED, "has no %s", DG_BUNDLE_MANIFEST);
    for (size_t i = 0; i < u->list->count; i++)
        if (!u->list->at[i].seen)
            return dg_fail(u->err, DG_MALFORMED, "%s is missing", u->list->at[i].name);
    return DG_OK;
}

static dg_code read_all(unpacking *u, struct archive *a)
{
    struct archive_entry *e;
    dg_code rc = DG_OK;
    int said;
    if (archive_read_support_format_tar(a) != ARCHIVE_OK
        || archive_read_open(a, u, NULL, next_piece, NULL) != ARCHIVE_OK)
        return broken(u, a);
    while (rc >= 0 && (said = archive_read_next_header(a, &e)) != ARCHIVE_EOF)
        rc = said == ARCHIVE_OK ? take(u, a, e) : broken(u, a);
    return rc < 0 || (rc = drain(u)) < 0 ? rc : check_all(u);
}

dg_code dg_bundle_unpack(json_t **manifest, dg_bundle_list *list, dg_scratch *to, const char *path,
                         dg_error *err)
{
    unpacking u = { .list = list, .to = to, .err = err };
    struct archive *a = archive_read_new();
    dg_code rc = a ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to unpack a bundle");
    assert(to->folder[0]);
    *list = (dg_bundle_list){ .count = 0 };
    if (rc >= 0 && (rc = dg_bundle_in_open(&u.in, path, err)) >= 0)
        rc = read_all(&u, a);
    if (a)
        archive_read_free(a);
    dg_bundle_in_close(&u.in);
    if (rc < 0) {
        json_decref(u.manifest);
        u.manifest = NULL;
    }
    *manifest = u.manifest;
    return rc < 0 ? dg_fail_within(err, rc, "%.200s", path) : DG_OK;
}
