#include "model_tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <zstd.h>

#include "crypto/crypto.h"

struct tar {
    struct archive *archive;
    dg_buf bytes;
};

static la_ssize_t put_bytes(struct archive *a, void *user, const void *at, size_t len)
{
    tar *t = user;
    (void)a;
    dg_buf_put(&t->bytes, at, len);
    return (la_ssize_t)len;
}

tar *tar_begin(void)
{
    tar *t = dg_calloc(1, sizeof *t);
    ck_assert_ptr_nonnull(t);
    dg_buf_init(&t->bytes, (size_t)1 << 30);
    t->archive = archive_write_new();
    archive_write_set_format_pax_restricted(t->archive);
    ck_assert_int_eq(archive_write_open(t->archive, t, NULL, put_bytes, NULL), ARCHIVE_OK);
    return t;
}

void tar_put(tar *t, tar_kind kind, const char *name, const char *content)
{
    static const unsigned types[] = { AE_IFREG, AE_IFLNK, AE_IFREG, AE_IFDIR, AE_IFCHR, AE_IFIFO };
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, types[kind]);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, kind == TAR_FILE ? (la_int64_t)strlen(content) : 0);
    if (kind == TAR_SYMLINK)
        archive_entry_set_symlink(e, content);
    if (kind == TAR_HARDLINK)
        archive_entry_set_hardlink(e, content);
    ck_assert_int_eq(archive_write_header(t->archive, e), ARCHIVE_OK);
    if (kind == TAR_FILE && content[0])
        ck_assert_int_eq(archive_write_data(t->archive, content, strlen(content)),
                         (la_ssize_t)strlen(content));
    archive_entry_free(e);
}

dg_buf tar_end(tar *t)
{
    dg_buf bytes;
    archive_write_close(t->archive);
    archive_write_free(t->archive);
    bytes = t->bytes;
    dg_free(t);
    return bytes;
}

const char *zstd_file(const char *name, dg_bytes bytes)
{
    const char *path = scratch_path(name);
    size_t max = ZSTD_compressBound(bytes.len);
    uint8_t *packed = dg_malloc(max);
    dg_error err;
    ck_assert_ptr_nonnull(packed);
    max = ZSTD_compress(packed, max, bytes.at, bytes.len, 1);
    ck_assert(!ZSTD_isError(max));
    if (dg_file_write(path, dg_bytes_of(packed, max), &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_free(packed);
    return path;
}

json_t *manifest_row(const char *name, const char *content)
{
    dg_hash hash = dg_blake2_256(dg_text(content));
    return json_pack("{s:s, s:I, s:s}", "name", name, "bytes", (json_int_t)strlen(content),
                     "blake2_256", dg_hash_text(&hash).text);
}

json_t *manifest_of(json_t *files)
{
    return json_pack("{s:i, s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:i, s:o}", "doppel_bundle", 1,
                     "program", "name", "doppel", "version", "9.9.9", "engine", "none", "run",
                     "explain", "proved", "positions", "never", "exit", 1, "files", files);
}
