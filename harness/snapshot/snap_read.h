/* snap_read.h - the bytes of a .snap as they come, and its SCALE values, for the files that read
 * its forms. */
#ifndef DG_SNAPSHOT_SNAP_READ_H
#define DG_SNAPSHOT_SNAP_READ_H

#include "snapshot/snapshot_impl.h"

typedef struct dg_snapshot_snap_reader {
    dg_snapshot_import_job *import;
    dg_snapshot_input *source;
    dg_buf window; /* bytes of the file, of which `at` are used */
    size_t at;
    uint64_t before; /* bytes of the file before the window */
    bool ended;
    unsigned pass, passes; /* through the file, for progress */
    dg_error *err;
} dg_snapshot_snap_reader;

/* Opens the file of the job. To be closed, after a failure too. */
dg_code dg_snapshot_snap_open(dg_snapshot_snap_reader *r, dg_snapshot_import_job *import,
                              dg_error *err);
void dg_snapshot_snap_close(dg_snapshot_snap_reader *r);
/* Byte of the (unpacked) file that comes next. */
uint64_t dg_snapshot_snap_offset(const dg_snapshot_snap_reader *r);
/* At least `len` bytes in the window from `at` on. DG_MALFORMED: the file ends, in `what`. */
dg_code dg_snapshot_snap_need(dg_snapshot_snap_reader *r, size_t len, const char *what);
/* As much as there is, up to `len` bytes, without stepping over it. */
dg_code dg_snapshot_snap_peek(dg_snapshot_snap_reader *r, dg_bytes *out, size_t len);
/* Bytes are borrowed until the next call. */
dg_code dg_snapshot_snap_take(dg_snapshot_snap_reader *r, dg_bytes *out, size_t len,
                              const char *what);
dg_code dg_snapshot_snap_take_hash(dg_snapshot_snap_reader *r, dg_hash *out, const char *what);
dg_code dg_snapshot_snap_take_compact(dg_snapshot_snap_reader *r, uint64_t *out, const char *what);
/* A Vec<u8>. DG_LIMIT: more than `max` bytes. */
dg_code dg_snapshot_snap_take_vec(dg_snapshot_snap_reader *r, dg_bytes *out, size_t max,
                                  const char *what);
/* A number of items, each of a byte at least. DG_MALFORMED: the file cannot hold them. */
dg_code dg_snapshot_snap_take_count(dg_snapshot_snap_reader *r, uint64_t *out, const char *what);
/* All that is left of the file, at most `max` bytes. */
dg_code dg_snapshot_snap_take_rest(dg_snapshot_snap_reader *r, dg_bytes *rest, size_t max);

#endif
