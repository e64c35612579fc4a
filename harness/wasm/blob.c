/* blob.c - code as it is stored on chain: raw wasm, or a prefix and a zstd frame. */
#include "wasm/wasm.h"

#include <string.h>
#include <zstd.h>

/* The eighth byte tells what is inside: 5 is wasm in the old way of saying it. */
static const uint8_t prefix[7] = { 0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e };
enum { KIND_LEGACY = 5, KIND_POV = 6, KIND_WASM = 7, KIND_POLKAVM = 8 };

static dg_code check_kind(uint8_t kind, dg_error *err)
{
    switch (kind) {
    case KIND_LEGACY:
    case KIND_WASM:
        return DG_OK;
    case KIND_POV:
        return dg_fail(err, DG_UNSUPPORTED, "the blob is a PoV, not code");
    case KIND_POLKAVM:
        return dg_fail(err, DG_UNSUPPORTED, "the blob is PolkaVM code, not wasm");
    default:
        return dg_fail(err, DG_UNSUPPORTED, "the blob has unknown kind %u", (unsigned)kind);
    }
}

/* One step of unpacking; *left is 0 when the frame is complete. */
static dg_code unpack_some(dg_buf *wasm, ZSTD_DStream *z, ZSTD_inBuffer *in, size_t *left,
                           dg_error *err)
{
    uint8_t chunk[1 << 16];
    ZSTD_outBuffer out = { chunk, sizeof chunk, 0 };
    size_t before = in->pos;
    *left = ZSTD_decompressStream(z, &out, in);
    if (ZSTD_isError(*left))
        return dg_fail(err, DG_MALFORMED, "zstd frame of the blob is broken near byte %zu: %s",
                       in->pos + 8, ZSTD_getErrorName(*left));
    dg_buf_put(wasm, chunk, out.pos);
    if (*left && out.pos < sizeof chunk && in->pos == in->size && in->pos == before)
        return dg_fail(err, DG_MALFORMED, "zstd frame of the blob is cut off at byte %zu",
                       in->size + 8);
    return dg_buf_check(wasm, err, "unpacked code");
}

static dg_code unpack(dg_buf *wasm, dg_bytes frame, dg_error *err)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    ZSTD_inBuffer in = { frame.at, frame.len, 0 };
    size_t left = 1;
    dg_code rc = DG_OK;
    if (!z)
        return dg_fail(err, DG_NOMEM, "no memory to unpack the blob");
    while (left && rc == DG_OK)
        rc = unpack_some(wasm, z, &in, &left, err);
    if (rc == DG_OK && in.pos != in.size)
        rc = dg_fail(err, DG_MALFORMED, "%zu bytes follow the zstd frame of the blob",
                     in.size - in.pos);
    ZSTD_freeDStream(z);
    return rc;
}

dg_code dg_blob_decode(dg_buf *wasm, dg_bytes blob, dg_error *err)
{
    size_t max = wasm->max, start = wasm->len;
    dg_code rc;
    if (blob.len == 0)
        return dg_fail(err, DG_MALFORMED, "the blob is empty");
    if (max > start + DG_BLOB_MAX)
        wasm->max = start + DG_BLOB_MAX; /* the cap of real nodes holds for every caller */
    if (blob.len >= 8 && memcmp(blob.at, prefix, sizeof prefix) == 0) {
        rc = check_kind(blob.at[7], err);
        if (rc == DG_OK)
            rc = unpack(wasm, dg_bytes_of(blob.at + 8, blob.len - 8), err);
    } else {
        dg_buf_put_bytes(wasm, blob);
        rc = dg_buf_check(wasm, err, "code");
    }
    wasm->max = max;
    if (rc == DG_OK && (wasm->len - start < 4 || memcmp(wasm->at + start, "\0asm", 4) != 0))
        rc = dg_fail(err, DG_MALFORMED, "the blob holds no wasm");
    if (rc < 0) {
        wasm->len = start;
        wasm->rc = DG_OK;
    }
    return rc;
}
