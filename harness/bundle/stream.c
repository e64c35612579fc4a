/* stream.c - one zstd frame, to a file in the making and from a file. */
#include "bundle/bundle_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* WINDOW_LOG_MAX is what a frame may ask for to be unpacked: 128 MiB. */
enum { PIECE = 1 << 17, LEVEL = 6, WINDOW_LOG_MAX = 27 };

/* ---- out ---- */

dg_code dg_bundle_out_begin(dg_bundle_out *out, const char *path, dg_error *err)
{
    dg_code rc;
    *out = (dg_bundle_out){ .room = NULL };
    if ((rc = dg_file_begin(&out->file, path, 0, err)) < 0)
        return rc;
    out->zstd = ZSTD_createCStream();
    out->room = dg_malloc(PIECE);
    if (!out->zstd || !out->room
        || ZSTD_isError(ZSTD_CCtx_setParameter(out->zstd, ZSTD_c_compressionLevel, LEVEL))
        || ZSTD_isError(ZSTD_CCtx_setParameter(out->zstd, ZSTD_c_checksumFlag, 1)))
        return dg_fail(err, DG_NOMEM, "no memory to pack %.300s", path);
    return DG_OK;
}

dg_code dg_bundle_out_put(dg_bundle_out *out, dg_bytes bytes, bool last, dg_error *err)
{
    ZSTD_inBuffer in = { bytes.at, bytes.len, 0 };
    ZSTD_EndDirective how = last ? ZSTD_e_end : ZSTD_e_continue;
    size_t left = 1;
    assert(out->file.file && out->zstd);
    while (in.pos < in.size || (last && left)) {
        ZSTD_outBuffer to = { out->room, PIECE, 0 };
        left = ZSTD_compressStream2(out->zstd, &to, &in, how);
        if (ZSTD_isError(left))
            return dg_fail(err, DG_NOMEM, "a bundle could not be packed: %s",
                           ZSTD_getErrorName(left));
        dg_file_put(&out->file, dg_bytes_of(out->room, to.pos));
    }
    return DG_OK;
}

static void give_back(dg_bundle_out *out)
{
    ZSTD_freeCStream(out->zstd);
    dg_free(out->room);
    out->zstd = NULL;
    out->room = NULL;
}

dg_code dg_bundle_out_commit(dg_bundle_out *out, dg_error *err)
{
    give_back(out);
    return dg_file_commit(&out->file, err);
}

void dg_bundle_out_abandon(dg_bundle_out *out)
{
    give_back(out);
    dg_file_abandon(&out->file);
}

/* ---- in ---- */

dg_code dg_bundle_in_open(dg_bundle_in *in, const char *path, dg_error *err)
{
    struct stat about;
    *in = (dg_bundle_in){ .file = dg_file_in(path, "rb") };
    if (!in->file)
        return dg_fail(err, DG_IO, "could not be opened: %s", strerror(errno));
    if (fstat(fileno(in->file), &about) != 0 || S_ISDIR(about.st_mode))
        return dg_fail(err, DG_IO, "is not a file");
    in->zstd = ZSTD_createDStream();
    in->packed = dg_malloc(PIECE);
    in->piece = dg_malloc(PIECE);
    if (!in->zstd || !in->packed || !in->piece
        || ZSTD_isError(ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        return dg_fail(err, DG_NOMEM, "no memory to unpack a bundle");
    return DG_OK;
}

/* More of the file into `packed`, once all of that was taken. */
static dg_code refill(dg_bundle_in *in, dg_error *err)
{
    assert(in->left.pos == in->left.size);
    in->left = (ZSTD_inBuffer){ in->packed, fread(in->packed, 1, PIECE, in->file), 0 };
    in->taken += in->left.size;
    if (!in->left.size && ferror(in->file))
        return dg_fail(err, DG_IO, "could not be read: %s", strerror(errno));
    return DG_OK;
}

/* The frame is over: so has the file to be. */
static dg_code end(dg_bundle_in *in, dg_error *err)
{
    dg_code rc = in->left.pos < in->left.size ? DG_OK : refill(in, err);
    if (rc >= 0 && in->left.pos < in->left.size)
        rc = dg_fail(err, DG_MALFORMED, "bytes stand behind the end of the bundle");
    in->ended = rc >= 0;
    return rc;
}

dg_code dg_bundle_in_next(dg_bundle_in *in, dg_bytes *out, dg_error *err)
{
    ZSTD_outBuffer to = { in->piece, PIECE, 0 };
    dg_code rc = DG_OK;
    while (!in->ended && !to.pos && rc >= 0) {
        size_t said;
        if (in->left.pos == in->left.size && (rc = refill(in, err)) < 0)
            return rc;
        if (!in->left.size)
            return dg_fail(err, DG_MALFORMED, in->taken ? "the bundle is cut off" : "is empty");
        said = ZSTD_decompressStream(in->zstd, &to, &in->left);
        if (ZSTD_isError(said))
            return dg_fail(err, DG_MALFORMED,
                           in->given ? "the bundle is damaged: %s" : "is no bundle (%s)",
                           ZSTD_getErrorName(said));
        if (!said)
            rc = end(in, err);
    }
    in->given += to.pos;
    if (rc >= 0 && in->given > DG_BUNDLE_SUSPECT && in->given / DG_BUNDLE_RATIO_MAX > in->taken)
        return dg_fail(err, DG_MALFORMED, "the bundle unpacks to more than %d times its size",
                       DG_BUNDLE_RATIO_MAX);
    *out = dg_bytes_of(in->piece, to.pos);
    return rc;
}

void dg_bundle_in_close(dg_bundle_in *in)
{
    dg_file_in_close(in->file);
    ZSTD_freeDStream(in->zstd);
    dg_free(in->packed);
    dg_free(in->piece);
    *in = (dg_bundle_in){ .file = NULL };
}
