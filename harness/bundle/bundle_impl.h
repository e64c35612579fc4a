/* bundle_impl.h - shared inside the room: the list of files, the streams, the private folder. */
#ifndef DG_BUNDLE_IMPL_H
#define DG_BUNDLE_IMPL_H

#include <zstd.h>

#include "bundle/bundle.h"

#define DG_BUNDLE_MANIFEST "manifest.json"
#define DG_BUNDLE_PLAN "plan.json"
#define DG_BUNDLE_OUTCOME "outcome.json"
#define DG_BUNDLE_CODE "n.wasm"
/* How the name of the state begins; what follows says what kind of file it is. */
#define DG_BUNDLE_STATE "snapshot."

enum { DG_BUNDLE_NAME_MAX = 64 };

/* ---- manifest.c: what is in a bundle ---- */

typedef struct dg_bundle_file {
    char name[DG_BUNDLE_NAME_MAX]; /* small letters, digits, - . _; no folder */
    uint64_t bytes;
    dg_hash hash; /* BLAKE2b-256 */
    bool seen;    /* unpack.c: it was there */
} dg_bundle_file;

typedef struct dg_bundle_list {
    dg_bundle_file at[DG_BUNDLE_FILES_MAX];
    size_t count;
} dg_bundle_list;

/* The manifest of these files; `chain` as in dg_bundle_items. Owned by the caller; NULL: no
 * memory. */
json_t *dg_bundle_manifest_make(const dg_bundle_list *list, const dg_bundle_parts *parts,
                                const char *chain);
/* Reads and checks one. DG_MALFORMED; DG_UNSUPPORTED: of a later format. `*json` is the caller's,
 * NULL after a failure. */
dg_code dg_bundle_manifest_read(json_t **json, dg_bundle_list *list, dg_bytes text, dg_error *err);
/* The file of that name; NULL: there is none. Borrowed from the list. */
dg_bundle_file *dg_bundle_file_of(dg_bundle_list *list, const char *name);
/* The file that is the state; NULL: there is none, or there are two. */
const dg_bundle_file *dg_bundle_state_of(const dg_bundle_list *list);
/* The name and the version of this program; owned by the caller. NULL: no memory. */
json_t *dg_bundle_program(void);
/* A name that a bundle may have. */
bool dg_bundle_name_is_plain(const char *name);

/* ---- stream.c: zstd, to a file in the making and from a file ---- */

typedef struct dg_bundle_out {
    dg_file_out file;
    ZSTD_CStream *zstd;
    uint8_t *room; /* of a piece */
} dg_bundle_out;

/* DG_IO, DG_NOMEM; ended by commit or abandon, after a failure too. */
dg_code dg_bundle_out_begin(dg_bundle_out *out, const char *path, dg_error *err);
/* Appends bytes, and ends the frame with `last`. A failure to write is told by commit. DG_NOMEM. */
dg_code dg_bundle_out_put(dg_bundle_out *out, dg_bytes bytes, bool last, dg_error *err);
/* As dg_file_commit. */
dg_code dg_bundle_out_commit(dg_bundle_out *out, dg_error *err);
void dg_bundle_out_abandon(dg_bundle_out *out);

/* One frame, which is all of the file. */
typedef struct dg_bundle_in {
    FILE *file;
    ZSTD_DStream *zstd;
    uint8_t *packed, *piece;
    ZSTD_inBuffer left;    /* of `packed` */
    uint64_t taken, given; /* bytes, packed and unpacked */
    bool ended;            /* the frame is over, and so is the file */
} dg_bundle_in;

/* DG_IO, DG_NOMEM; closed in every case. "-" is stdin. */
dg_code dg_bundle_in_open(dg_bundle_in *in, const char *path, dg_error *err);
/* The next bytes, borrowed until the next call; none at the end. DG_MALFORMED: no zstd, cut off,
 * bytes behind the frame, unpacks to far more than it is; DG_IO. */
dg_code dg_bundle_in_next(dg_bundle_in *in, dg_bytes *out, dg_error *err);
void dg_bundle_in_close(dg_bundle_in *in);

/* ---- pack.c, unpack.c: the tar ---- */

/* A file that goes in. */
typedef struct dg_bundle_item {
    char name[DG_BUNDLE_NAME_MAX];
    dg_bytes content; /* of one of these: */
    dg_buf owned;
    void *mapped; /* NULL: none */
} dg_bundle_item;
typedef struct dg_bundle_items {
    dg_bundle_item at[DG_BUNDLE_FILES_MAX];
    size_t count;
    char chain[64]; /* of a state whose file does not tell it; "": it does */
} dg_bundle_items;

/* Sorts the items by name, writes the manifest and all of them. Codes of dg_bundle_write. */
dg_code dg_bundle_pack(const char *path, dg_bundle_items *items, const dg_bundle_parts *parts,
                       dg_error *err);
/* All files of a bundle into a folder, checked against its manifest, which is read. `*manifest` is
 * the caller's, NULL after a failure. Codes of dg_bundle_open; what was written by then is for the
 * caller to remove. */
dg_code dg_bundle_unpack(json_t **manifest, dg_bundle_list *list, dg_scratch *to, const char *path,
                         dg_error *err);

/* ---- inputs.c: what a plan names, as files ---- */

/* Names a plan's files as a bundle does: the state is `state`, its code n.wasm if it has some. Not
 * 0: no memory. */
int dg_bundle_rename(json_t *plan, const char *state);
/* An outcome without its machine; `state` as above. Owned by the caller; NULL: no memory. */
json_t *dg_bundle_plain(const json_t *outcome, const char *state);

#endif
