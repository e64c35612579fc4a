/* sink.c - text, hex and bytes to a file in the making; packed on the way if asked. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

enum { CHUNK = 1 << 16 };

struct dg_snapshot_sink {
    dg_file_out file;
    ZSTD_CStream *zstd;
    size_t used;
    uint8_t held[CHUNK], packed[CHUNK];
};

dg_code dg_snapshot_sink_open(dg_snapshot_sink **out, const char *path, bool zstd, dg_error *err)
{
    dg_snapshot_sink *s = dg_calloc(1, sizeof *s);
    dg_code rc;
    *out = NULL;
    if (!s)
        return dg_fail(err, DG_NOMEM, "no memory to write a file");
    rc = dg_file_begin(&s->file, path, 0, err);
    if (rc == DG_OK && zstd
        && (!(s->zstd = ZSTD_createCStream()) || ZSTD_isError(ZSTD_initCStream(s->zstd, 3))))
        rc = dg_fail(err, DG_NOMEM, "no memory to pack zstd");
    if (rc < 0) {
        dg_snapshot_sink_abandon(s);
        return rc;
    }
    *out = s;
    return DG_OK;
}

static void pack(dg_snapshot_sink *s, ZSTD_EndDirective how)
{
    ZSTD_inBuffer in = { s->held, s->used, 0 };
    size_t left;
    do {
        ZSTD_outBuffer out = { s->packed, CHUNK, 0 };
        left = ZSTD_compressStream2(s->zstd, &out, &in, how);
        if (ZSTD_isError(left)) {
            s->file.why = ENOMEM;
            return;
        }
        dg_file_put(&s->file, dg_bytes_of(s->packed, out.pos));
    } while (in.pos < in.size || (how == ZSTD_e_end && left > 0));
}

static void drain(dg_snapshot_sink *s, bool last)
{
    if (s->zstd)
        pack(s, last ? ZSTD_e_end : ZSTD_e_continue);
    else
        dg_file_put(&s->file, dg_bytes_of(s->held, s->used));
    s->used = 0;
}

void dg_snapshot_sink_put(dg_snapshot_sink *s, dg_bytes bytes)
{
    while (bytes.len && !s->file.why) {
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
    return s->file.why != 0;
}

dg_code dg_snapshot_sink_commit(dg_snapshot_sink *s, dg_error *err)
{
    dg_code rc;
    if (!s->file.why)
        drain(s, true);
    rc = dg_file_commit(&s->file, err);
    dg_snapshot_sink_abandon(s);
    return rc;
}

void dg_snapshot_sink_abandon(dg_snapshot_sink *s)
{
    if (!s)
        return;
    dg_file_abandon(&s->file);
    ZSTD_freeCStream(s->zstd);
    dg_free(s);
}
