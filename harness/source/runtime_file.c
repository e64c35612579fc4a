/* runtime_file.c - the code that a user names: a blob in any wrapping, or that of a state. */
#include "source/source.h"

#include <assert.h>
#include <string.h>
#include <zstd.h>

#include "git/git.h"
#include "state/state.h"

enum { FILE_MAX = 2 * DG_BLOB_MAX + 64 /* hex has two digits a byte */ };

/* Plain wasm, or anything with the four bytes that all packed forms begin with:
 * whether this program reads that form is for the engine to say. */
static bool is_code(dg_bytes b)
{
    return dg_bytes_begin(b, dg_bytes_of("\0asm", 4))
           || dg_bytes_begin(b, dg_bytes_of("\x52\xbc\x53\x76", 4));
}

/* ---- wrappings ---- */

/* A zstd file, as archives keep blobs; stops at the first bytes that are no code. */
static dg_code unpack(dg_buf *out, dg_bytes packed, dg_error *err)
{
    enum { STEP = 1 << 17 };
    ZSTD_DStream *z = ZSTD_createDStream();
    ZSTD_inBuffer in = { packed.at, packed.len, 0 };
    uint8_t *step = dg_malloc(STEP);
    size_t left = 1;
    dg_code rc = z && step ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to unpack");
    while (rc == DG_OK && left) {
        ZSTD_outBuffer to = { step, STEP, 0 };
        left = ZSTD_decompressStream(z, &to, &in);
        if (ZSTD_isError(left) || (left && in.pos == in.size && to.pos == 0)) {
            rc = dg_fail(err, DG_MALFORMED, "zstd frame is broken or cut off at byte %zu", in.pos);
            break;
        }
        dg_buf_put(out, step, to.pos);
        rc = dg_buf_check(out, err, "unpacked code");
        if (rc == DG_OK && out->len >= 4 && !is_code(dg_buf_bytes(out)))
            rc = DG_ABSENT;
    }
    dg_free(step);
    ZSTD_freeDStream(z);
    return rc;
}

static size_t text_len(const dg_buf *b)
{
    size_t len = b->len;
    while (len && strchr(" \t\r\n", b->at[len - 1]))
        len--;
    return len;
}

/* DG_ABSENT: it is something else. */
static dg_code unwrap(dg_buf *out, dg_buf *raw, dg_error *err)
{
    dg_bytes b = dg_buf_bytes(raw);
    if (is_code(b)) {
        dg_buf_put_bytes(out, b);
        return dg_buf_check(out, err, "blob");
    }
    if (dg_bytes_begin(b, dg_bytes_of("\x28\xb5\x2f\xfd", 4)))
        return unpack(out, b, err);
    if (b.len < 8 || dg_hex_get(out, (const char *)b.at, text_len(raw), NULL) < 0
        || !is_code(dg_buf_bytes(out)))
        return DG_ABSENT;
    return DG_OK;
}

/* The first bytes tell code from states: those may be larger than any code. */
static dg_code load(dg_buf *out, const char *path, dg_error *err)
{
    dg_buf raw;
    dg_code rc;
    dg_buf_init(&raw, FILE_MAX);
    if ((rc = dg_git_or_file_read(&raw, path, err)) == DG_LIMIT)
        rc = DG_ABSENT;
    else if (rc >= 0
             && ((rc = dg_git_refuse_pointer(dg_buf_bytes(&raw), err)) < 0
                 || (rc = unwrap(out, &raw, err)) < 0))
        dg_fail_within(err, rc, "%s", path);
    if (rc == DG_ABSENT)
        dg_buf_reset(out);
    dg_buf_clear(&raw);
    return rc;
}

dg_code dg_source_blob(dg_buf *out, const char *path, dg_error *err)
{
    dg_code rc = load(out, path, err);
    if (rc == DG_ABSENT)
        return dg_fail(err, DG_MALFORMED,
                       "%s is neither wasm, nor compressed wasm, nor hex of either", path);
    return rc;
}

/* ---- states ---- */

dg_code dg_source_code(const dg_source *source, dg_buf *out, dg_error *err)
{
    dg_state *state = NULL;
    dg_bytes code;
    dg_code rc = dg_state_open(&state, source->snapshot, err);
    assert(source->snapshot);
    if (rc >= 0)
        rc = dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err);
    if (rc == DG_ABSENT || (rc == DG_OK && code.len == 0))
        rc = dg_fail(err, DG_MALFORMED, "the state holds no :code");
    if (rc == DG_OK) {
        dg_buf_put_bytes(out, code);
        rc = dg_buf_check(out, err, ":code");
    }
    dg_state_free(state);
    return rc;
}

dg_code dg_source_runtime(dg_buf *out, const char *path, const dg_source_options *options,
                          dg_error *err)
{
    dg_source source;
    dg_code rc = dg_dir_exists(path) || dg_source_is_live(path) ? DG_ABSENT : load(out, path, err);
    if (rc != DG_ABSENT)
        return rc;
    if ((rc = dg_source_open(&source, path, options, err)) < 0) {
        if (rc == DG_MALFORMED)
            dg_fail_within(err, rc,
                           "neither code (wasm, compressed, hex) nor a state that holds it");
        return rc;
    }
    if ((rc = dg_source_code(&source, out, err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_source_close(&source);
    return rc;
}
