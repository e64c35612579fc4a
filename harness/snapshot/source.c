/* source.c - the bytes of a file as they come, unpacked when it is zstd. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

enum { CHUNK = 1 << 17, UNPACKED_LOG = 38 };

/* A packed file may claim any length: what comes out of it has a maximum. */
static const uint64_t unpacked_max = (uint64_t)1 << UNPACKED_LOG;

struct dg_snapshot_input {
    FILE *file;
    uint64_t done, total, unpacked;
    ZSTD_DStream *zstd; /* NULL: the file is taken as it is */
    bool started, in_frame;
    ZSTD_inBuffer in;
    crypto_generichash_state hash;
    uint8_t raw[CHUNK], out[CHUNK];
};

dg_code dg_snapshot_input_open(dg_snapshot_input **out, const char *path, dg_error *err)
{
    dg_snapshot_input *s = dg_calloc(1, sizeof *s);
    struct stat about;
    dg_code rc = DG_OK;
    *out = NULL;
    if (!s)
        return dg_fail(err, DG_NOMEM, "no memory to read a file");
    s->file = fopen(path, "rb");
    if (!s->file || fstat(fileno(s->file), &about) != 0)
        rc = dg_fail(err, DG_IO, "%s", strerror(errno));
    else if (!S_ISREG(about.st_mode))
        rc = dg_fail(err, DG_IO, "is not a file");
    if (rc < 0 || sodium_init() < 0) {
        dg_snapshot_input_close(s);
        return rc < 0 ? rc : dg_fail(err, DG_IO, "the hash library did not start");
    }
    s->total = (uint64_t)about.st_size;
    crypto_generichash_init(&s->hash, NULL, 0, 32);
    *out = s;
    return DG_OK;
}

void dg_snapshot_input_close(dg_snapshot_input *s)
{
    if (!s)
        return;
    if (s->file)
        fclose(s->file);
    ZSTD_freeDStream(s->zstd);
    dg_free(s);
}

uint64_t dg_snapshot_input_done(const dg_snapshot_input *s)
{
    return s->done;
}

uint64_t dg_snapshot_input_total(const dg_snapshot_input *s)
{
    return s->total;
}

dg_hash dg_snapshot_input_hash(dg_snapshot_input *s)
{
    dg_hash h;
    crypto_generichash_final(&s->hash, h.at, sizeof h.at);
    return h;
}

/* More of the file into `raw`; DG_END. */
static dg_code refill(dg_snapshot_input *s, dg_error *err)
{
    size_t got = fread(s->raw, 1, CHUNK, s->file);
    if (got == 0)
        return ferror(s->file) ? dg_fail(err, DG_IO, "%s", strerror(errno)) : DG_END;
    s->done += got;
    s->in = (ZSTD_inBuffer){ s->raw, got, 0 };
    crypto_generichash_update(&s->hash, s->raw, got);
    return DG_OK;
}

static dg_code start(dg_snapshot_input *s, dg_error *err)
{
    static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
    dg_code rc = refill(s, err);
    s->started = true;
    if (rc != DG_OK || s->in.size < 4 || memcmp(s->raw, magic, 4) != 0)
        return rc;
    s->zstd = ZSTD_createDStream();
    if (!s->zstd)
        return dg_fail(err, DG_NOMEM, "no memory to unpack zstd");
    return DG_OK;
}

static dg_code unpack(dg_snapshot_input *s, dg_bytes *chunk, dg_error *err)
{
    ZSTD_outBuffer out = { s->out, CHUNK, 0 };
    while (out.pos == 0) {
        size_t hint;
        /* What the library holds back comes out before more is fed. */
        if (s->in.pos == s->in.size) {
            dg_code rc = refill(s, err);
            if (rc == DG_END && s->in_frame)
                return dg_fail(err, DG_MALFORMED, "zstd was cut off at byte %llu",
                               (unsigned long long)s->done);
            if (rc != DG_OK)
                return rc;
        }
        hint = ZSTD_decompressStream(s->zstd, &out, &s->in);
        if (ZSTD_isError(hint))
            return dg_fail(err, DG_MALFORMED, "zstd, near byte %llu: %s",
                           (unsigned long long)(s->done - s->in.size + s->in.pos),
                           ZSTD_getErrorName(hint));
        s->in_frame = hint != 0;
    }
    *chunk = dg_bytes_of(s->out, out.pos);
    return DG_OK;
}

dg_code dg_snapshot_input_read(dg_snapshot_input *s, dg_bytes *chunk, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!s->started)
        rc = start(s, err);
    else if (!s->zstd)
        rc = refill(s, err);
    if (rc != DG_OK)
        return rc;
    if (!s->zstd)
        *chunk = dg_bytes_of(s->raw, s->in.size);
    else if ((rc = unpack(s, chunk, err)) != DG_OK)
        return rc;
    s->unpacked += chunk->len;
    if (s->unpacked > unpacked_max)
        return dg_fail(err, DG_LIMIT, "holds more than %llu bytes",
                       (unsigned long long)unpacked_max);
    return DG_OK;
}
