/* model_tar.h - bundles as anybody may make them: any tar, in any zstd. */
#ifndef DG_TESTS_MODEL_TAR_H
#define DG_TESTS_MODEL_TAR_H

#include <jansson.h>

#include "../support/suite.h"

/* What an entry is. */
typedef enum tar_kind {
    TAR_FILE,
    TAR_SYMLINK,
    TAR_HARDLINK,
    TAR_FOLDER,
    TAR_DEVICE,
    TAR_PIPE
} tar_kind;
typedef struct tar tar;

/* A tar in the making. */
tar *tar_begin(void);
/* An entry; `content` is its bytes, or what a link leads to. */
void tar_put(tar *t, tar_kind kind, const char *name, const char *content);
/* Its bytes, to be given back by dg_buf_clear; ends `t`. */
dg_buf tar_end(tar *t);
/* A file below the scratch folder with these bytes as one zstd frame: its path, static storage of
 * four. */
const char *zstd_file(const char *name, dg_bytes bytes);

/* The entry of a manifest for these bytes. */
json_t *manifest_row(const char *name, const char *content);
/* A manifest of these entries, which are taken. */
json_t *manifest_of(json_t *files);

#endif
