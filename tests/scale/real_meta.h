/* real_meta.h - the metadata of a real relay runtime, in its three versions. */
#ifndef DG_TESTS_REAL_META_H
#define DG_TESTS_REAL_META_H

#include <stdlib.h>
#include <zstd.h>

#include "scale/scale.h"

enum { REAL_METAS_MAX = 4 << 20 };

/* The raw bytes of version 14, 15 or 16; they stay for the whole program. */
static inline dg_bytes real_meta_raw(unsigned version)
{
    static uint8_t *all;
    static size_t len;
    dg_bytes one = { NULL, 0 };
    dg_scale s;
    if (!all) {
        dg_buf packed;
        dg_buf_init(&packed, REAL_METAS_MAX);
        if (dg_file_read(&packed, "tests/scale/data/paseo-1009001.metas.zst", NULL) < 0)
            abort();
        all = malloc(REAL_METAS_MAX);
        if (!all)
            abort();
        len = ZSTD_decompress(all, REAL_METAS_MAX, packed.at, packed.len);
        if (ZSTD_isError(len))
            abort();
        dg_buf_clear(&packed);
    }
    s = dg_scale_from(dg_bytes_of(all, len));
    for (unsigned v = 14; v <= version; v++)
        one = dg_scale_bytes(&s);
    return one;
}

static inline dg_meta *real_meta(unsigned version)
{
    dg_meta *meta;
    if (dg_meta_new(&meta, real_meta_raw(version), NULL) < 0)
        abort();
    return meta;
}

#endif
