/* snap_read.c - the bytes of a .snap as they come, and the SCALE values in it. */
#include "snapshot/snap_read.h"

#include <string.h>

dg_code dg_snapshot_snap_open(dg_snapshot_snap_reader *r, dg_snapshot_import_job *import,
                              dg_error *err)
{
    r->import = import;
    r->err = err;
    r->passes = r->passes ? r->passes : 1;
    dg_buf_init(&r->window, (size_t)DG_VALUE_MAX + (1 << 20));
    return dg_snapshot_input_open(&r->source, import->path, err);
}

void dg_snapshot_snap_close(dg_snapshot_snap_reader *r)
{
    dg_snapshot_input_close(r->source);
    dg_buf_clear(&r->window);
}

uint64_t dg_snapshot_snap_offset(const dg_snapshot_snap_reader *r)
{
    return r->before + r->at;
}

static dg_code more(dg_snapshot_snap_reader *r)
{
    dg_bytes chunk;
    dg_code rc = dg_snapshot_input_read(r->source, &chunk, r->err);
    if (rc == DG_END)
        r->ended = true;
    if (rc != DG_OK)
        return rc;
    if (r->at)
        memmove(r->window.at, r->window.at + r->at, r->window.len - r->at);
    r->window.len -= r->at;
    r->before += r->at;
    r->at = 0;
    dg_buf_put_bytes(&r->window, chunk);
    dg_snapshot_import_progress(r->import, r->source, r->pass, r->passes);
    return dg_buf_check(&r->window, r->err, "entry");
}

/* At least `len` bytes in the window from `at` on. */
dg_code dg_snapshot_snap_need(dg_snapshot_snap_reader *r, size_t len, const char *what)
{
    while (r->window.len - r->at < len) {
        dg_code rc = more(r);
        if (rc == DG_END)
            return dg_fail(r->err, DG_MALFORMED, "cut off at byte %llu, in %s",
                           (unsigned long long)(r->before + r->window.len), what);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

dg_code dg_snapshot_snap_take(dg_snapshot_snap_reader *r, dg_bytes *out, size_t len,
                              const char *what)
{
    dg_code rc = dg_snapshot_snap_need(r, len, what);
    if (rc < 0)
        return rc;
    *out = dg_bytes_of(r->window.at + r->at, len);
    r->at += len;
    return DG_OK;
}

dg_code dg_snapshot_snap_take_hash(dg_snapshot_snap_reader *r, dg_hash *out, const char *what)
{
    dg_bytes raw;
    dg_code rc = dg_snapshot_snap_take(r, &raw, 32, what);
    if (rc == DG_OK)
        memcpy(out->at, raw.at, 32);
    return rc;
}

dg_code dg_snapshot_snap_take_compact(dg_snapshot_snap_reader *r, uint64_t *out, const char *what)
{
    static const uint8_t lens[] = { 1, 2, 4 };
    uint64_t began = dg_snapshot_snap_offset(r);
    dg_bytes raw;
    dg_scale in;
    uint8_t first;
    dg_code rc = dg_snapshot_snap_need(r, 1, what);
    if (rc < 0)
        return rc;
    first = r->window.at[r->at];
    if ((rc = dg_snapshot_snap_take(
             r, &raw, (first & 3) == 3 ? (size_t)(first >> 2) + 5 : lens[first & 3], what))
        < 0)
        return rc;
    in = dg_scale_from(raw);
    *out = dg_scale_compact_u64(&in);
    if (in.rc < 0)
        return dg_fail(r->err, in.rc, "%s at byte %llu: %s", what, (unsigned long long)began,
                       in.why);
    return DG_OK;
}

dg_code dg_snapshot_snap_take_vec(dg_snapshot_snap_reader *r, dg_bytes *out, size_t max,
                                  const char *what)
{
    uint64_t len = 0;
    dg_code rc = dg_snapshot_snap_take_compact(r, &len, what);
    if (rc == DG_OK && len > max)
        return dg_fail(r->err, DG_LIMIT, "%s before byte %llu has %llu bytes, more than %zu", what,
                       (unsigned long long)dg_snapshot_snap_offset(r), (unsigned long long)len,
                       max);
    return rc < 0 ? rc : dg_snapshot_snap_take(r, out, (size_t)len, what);
}

dg_code dg_snapshot_snap_peek(dg_snapshot_snap_reader *r, dg_bytes *out, size_t len)
{
    dg_code rc = DG_OK;
    while (rc == DG_OK && r->window.len - r->at < len)
        rc = more(r);
    *out = dg_bytes_of(r->window.at + r->at,
                       r->window.len - r->at < len ? r->window.len - r->at : len);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_snapshot_snap_take_count(dg_snapshot_snap_reader *r, uint64_t *out, const char *what)
{
    dg_code rc = dg_snapshot_snap_take_compact(r, out, what);
    if (rc == DG_OK && *out > dg_snapshot_input_most(r->source))
        return dg_fail(r->err, DG_MALFORMED, "cut off: it cannot hold %llu %s",
                       (unsigned long long)*out, what);
    return rc;
}

dg_code dg_snapshot_snap_take_rest(dg_snapshot_snap_reader *r, dg_bytes *rest, size_t max)
{
    dg_code rc = DG_OK;
    while (rc == DG_OK && r->window.len - r->at <= max)
        rc = more(r);
    if (rc < 0)
        return rc;
    if (rc == DG_OK)
        return dg_fail(r->err, DG_LIMIT, "more than %zu bytes follow at byte %llu", max,
                       (unsigned long long)dg_snapshot_snap_offset(r));
    *rest = dg_bytes_of(r->window.at + r->at, r->window.len - r->at);
    return DG_OK;
}
