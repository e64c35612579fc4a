/* model_state.h - a naive state: a list of entries that can print itself as a
 * spec, and what the tests of this room share. */
#ifndef DG_TESTS_SNAPSHOT_MODEL_STATE_H
#define DG_TESTS_SNAPSHOT_MODEL_STATE_H

#include "../support/suite.h"
#include "snapshot/snapshot.h"

enum { TWIN_MAX = 4096 };

typedef struct twin_entry {
    dg_bytes child, key, value;
} twin_entry; /* child.at NULL: top */
typedef struct twin {
    dg_arena arena;
    size_t count;
    twin_entry at[TWIN_MAX];
} twin;

twin *twin_new(void);
void twin_free(twin *t);
void twin_add(twin *t, dg_bytes child, dg_bytes key, dg_bytes value);
/* `:code`, `keys` random entries of all value sizes around the limit of the
 * inline form, and `children` child tries of some entries each. */
twin *twin_random(dg_rng *rng, size_t keys, size_t children);
/* As a raw spec; the entries in any order, the sections too. */
dg_buf twin_spec(const twin *t, dg_rng *order);
dg_hash twin_root(const twin *t, unsigned version);

/* ---- files and imports ---- */

const char *spot(const char *name); /* scratch_path with static storage of 32 */

void put_file(const char *path, dg_bytes content);
/* Imports with the given state version; aborts the test when it fails. */
dg_snapshot_info import_well(const char *in, const char *out, unsigned version);
/* A `describe` that tells the state version behind `user`, an unsigned. */
dg_code state_version(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err);
dg_code import_with(dg_snapshot_info *info, const char *in, const char *out, unsigned version,
                    bool replace, dg_error *err);
/* Opens, verifies, compares the root, closes. */
void assert_whole(const char *path, const dg_hash *root);
dg_buf pack_zstd(dg_bytes raw);
dg_buf unpack_zstd(const char *path);
/* Names beside `path` that begin with its name: what an import left behind. */
size_t leavings(const char *path);

/* ---- two states and a place for one ---- */

/* Two specs, their roots, and a path in a folder with nothing else in it. */
extern char two_specs[2][512], target[512];
extern dg_hash two_roots[2];
void two_specs_setup(void); /* a checked fixture */

#endif
