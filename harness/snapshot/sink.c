/* sink.c - a file written aside, synced and renamed; packed on the way if asked. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

enum { CHUNK = 1 << 16 };

struct dg_snapshot_sink {
    FILE *file;
    ZSTD_CStream *zstd;
    char path[DG_PATH_MAX], part[DG_PATH_MAX];
    int why; /* errno of the first failure; 0: none */
    size_t used;
    uint8_t held[CHUNK], packed[CHUNK];
};

dg_code dg_snapshot_sink_open(dg_snapshot_sink **out, const char *path, bool zstd, dg_error *err)
{
    dg_snapshot_sink *s = dg_calloc(1, sizeof *s);
    dg_code rc = DG_OK;
    *out = NULL;
    if (!s)
        return dg_fail(err, DG_NOMEM, "no memory to write a file");
    snprintf(s->path, sizeof s->path, "%s", path);
    if (snprintf(s->part, sizeof s->part, "%s.part-%ld", path, (long)getpid()) >= DG_PATH_MAX)
        rc = dg_fail(err, DG_USAGE, "%.80s..: the path is too long", path);
    else if (!(s->file = fopen(s->part, "wb")))
        rc = dg_fail(err, DG_IO, "%s: %s", path, strerror(errno));
    else if (zstd
             && (!(s->zstd = ZSTD_createCStream()) || ZSTD_isError(ZSTD_initCStream(s->zstd, 3))))
        rc = dg_fail(err, DG_NOMEM, "no memory to pack zstd");
    if (rc < 0) {
        dg_snapshot_sink_abandon(s);
        return rc;
    }
    *out = s;
    return DG_OK;
}

static void to_file(dg_snapshot_sink *s, const void *at, size_t len)
{
    if (!s->why && len && fwrite(at, 1, len, s->file) != len)
        s->why = errno ? errno : EIO;
}

static void pack(dg_snapshot_sink *s, ZSTD_EndDirective how)
{
    ZSTD_inBuffer in = { s->held, s->used, 0 };
    size_t left;
    do {
        ZSTD_outBuffer out = { s->packed, CHUNK, 0 };
        left = ZSTD_compressStream2(s->zstd, &out, &in, how);
        if (ZSTD_isError(left)) {
            s->why = ENOMEM;
            return;
        }
        to_file(s, s->packed, out.pos);
    } while (in.pos < in.size || (how == ZSTD_e_end && left > 0));
}

static void drain(dg_snapshot_sink *s, bool last)
{
    if (s->zstd)
        pack(s, last ? ZSTD_e_end : ZSTD_e_continue);
    else
        to_file(s, s->held, s->used);
    s->used = 0;
}

void dg_snapshot_sink_put(dg_snapshot_sink *s, dg_bytes bytes)
{
    while (bytes.len && !s->why) {
        size_t room = CHUNK - s->used, part = bytes.len < room ? bytes.len : room;
        memcpy(s->held + s->used, bytes.at, part);
        s->used += part;
        bytes = dg_bytes_of(bytes.at + part, bytes.len - part);
        if (s->used == CHUNK)
            drain(s, false);
    }
}

void dg_snapshot_sink_text(dg_snapshot_sink *s, const char *text)
{
    dg_snapshot_sink_put(s, dg_text(text));
}

void dg_snapshot_sink_hex(dg_snapshot_sink *s, dg_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    char room[512];
    dg_snapshot_sink_text(s, "\"0x");
    while (bytes.len) {
        size_t part = bytes.len < sizeof room / 2 ? bytes.len : sizeof room / 2;
        for (size_t i = 0; i < part; i++) {
            room[2 * i] = digits[bytes.at[i] >> 4];
            room[2 * i + 1] = digits[bytes.at[i] & 15];
        }
        dg_snapshot_sink_put(s, dg_bytes_of(room, 2 * part));
        bytes = dg_bytes_of(bytes.at + part, bytes.len - part);
    }
    dg_snapshot_sink_text(s, "\"");
}

bool dg_snapshot_sink_failed(const dg_snapshot_sink *s)
{
    return s->why != 0;
}

dg_code dg_snapshot_sink_commit(dg_snapshot_sink *s, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!s->why)
        drain(s, true);
    if (!s->why && (fflush(s->file) != 0 || fsync(fileno(s->file)) != 0))
        s->why = errno;
    if (!s->why && rename(s->part, s->path) != 0)
        s->why = errno;
    if (s->why)
        rc = dg_fail(err, DG_IO, "%s: %s", s->path, strerror(s->why));
    dg_snapshot_sink_abandon(s);
    return rc;
}

void dg_snapshot_sink_abandon(dg_snapshot_sink *s)
{
    if (!s)
        return;
    if (s->file) {
        fclose(s->file);
        unlink(s->part); /* after a rename there is none of that name */
    }
    ZSTD_freeCStream(s->zstd);
    dg_free(s);
}
