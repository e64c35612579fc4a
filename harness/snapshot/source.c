/* source.c - the bytes of a file as they come, unpacked when it is zstd or gzip. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

enum { CHUNK = 1 << 17, UNPACKED_LOG = 38 };

/* A packed file may claim any length: what comes out of it has a maximum. */
static const uint64_t unpacked_max = (uint64_t)1 << UNPACKED_LOG;

struct dg_snapshot_input {
    FILE *file;
    uint64_t done, total, unpacked;
    ZSTD_DStream *zstd; /* NULL: the file is no zstd */
    z_stream gzip;
    bool started, in_frame, is_gzip;
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
    if (s->is_gzip)
        inflateEnd(&s->gzip);
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

uint64_t dg_snapshot_input_most(const dg_snapshot_input *s)
{
    return s->zstd || s->is_gzip ? unpacked_max : s->total;
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
    static const uint8_t gzip_magic[3] = { 0x1f, 0x8b, 8 };
    dg_code rc = refill(s, err);
    s->started = true;
    if (rc == DG_OK && s->in.size >= 3 && memcmp(s->raw, gzip_magic, 3) == 0) {
        s->is_gzip = inflateInit2(&s->gzip, 15 + 16) == Z_OK;
        return s->is_gzip ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to unpack gzip");
    }
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

/* Members that follow one another are one file, as gzip has it. */
static dg_code inflate_some(dg_snapshot_input *s, dg_error *err)
{
    int rc;
    if (!s->in_frame && s->gzip.total_in && inflateReset(&s->gzip) != Z_OK)
        return dg_fail(err, DG_MALFORMED, "gzip could not go on");
    s->gzip.next_in = s->raw + s->in.pos;
    s->gzip.avail_in = (uInt)(s->in.size - s->in.pos);
    rc = inflate(&s->gzip, Z_NO_FLUSH);
    s->in.pos = s->in.size - s->gzip.avail_in;
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return dg_fail(err, rc == Z_MEM_ERROR ? DG_NOMEM : DG_MALFORMED, "gzip, near byte %llu: %s",
                       (unsigned long long)(s->done - s->in.size + s->in.pos),
                       s->gzip.msg ? s->gzip.msg : "is damaged");
    s->in_frame = rc != Z_STREAM_END;
    return DG_OK;
}

static dg_code unpack_gzip(dg_snapshot_input *s, dg_bytes *chunk, dg_error *err)
{
    dg_code rc;
    s->gzip.next_out = s->out;
    s->gzip.avail_out = CHUNK;
    while (s->gzip.avail_out == CHUNK) {
        if (s->in.pos == s->in.size) {
            rc = refill(s, err);
            if (rc == DG_END && s->in_frame)
                return dg_fail(err, DG_MALFORMED, "gzip was cut off at byte %llu",
                               (unsigned long long)s->done);
            if (rc != DG_OK)
                return rc;
        }
        if ((rc = inflate_some(s, err)) < 0)
            return rc;
    }
    *chunk = dg_bytes_of(s->out, CHUNK - s->gzip.avail_out);
    return DG_OK;
}

dg_code dg_snapshot_input_read(dg_snapshot_input *s, dg_bytes *chunk, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!s->started)
        rc = start(s, err);
    else if (!s->zstd && !s->is_gzip)
        rc = refill(s, err);
    if (rc != DG_OK)
        return rc;
    if (s->is_gzip)
        rc = unpack_gzip(s, chunk, err);
    else if (!s->zstd)
        *chunk = dg_bytes_of(s->raw, s->in.size);
    else
        rc = unpack(s, chunk, err);
    if (rc != DG_OK)
        return rc;
    s->unpacked += chunk->len;
    if (s->unpacked > unpacked_max)
        return dg_fail(err, DG_LIMIT, "holds more than %llu bytes",
                       (unsigned long long)unpacked_max);
    return DG_OK;
}
