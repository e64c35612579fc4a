/* bundle.h - one run in one file, to be run again elsewhere.
 *
 *   make     dg_bundle_write
 *   open     dg_bundle_open .. plan, outcome, manifest .. dg_bundle_close
 *   run      dg_bundle_settle, then dg_run of its plan
 *   unpack   dg_bundle_extract        the same files, in a folder that stays
 *   again    dg_bundle_form           an outcome as the bundle keeps it, to be compared
 *
 * A bundle is a tar in one zstd frame. Its first file is manifest.json (dg_bundle_keys), then come
 * the files that it names, all in one folder: plan.json, outcome.json, n.wasm where the plan brings
 * code, the state, and notes beside these two.
 *
 * Invariant: nothing in a bundle names a file outside of it, and nothing of it is used that does
 * not have its size and its hash.
 *
 *   rc = dg_bundle_open(&bundle, "red.doppel", err);
 *   if (rc >= 0 && (rc = dg_bundle_settle(bundle, how.cache_dir, err)) >= 0
 *       && (rc = dg_run(&outcome, dg_bundle_plan(bundle), &how, err)) >= 0
 *       && (rc = dg_bundle_form(&again, bundle, outcome, err)) >= 0)
 *       same = json_equal(again, dg_bundle_outcome(bundle));
 *   dg_bundle_close(bundle);               after the last use of its plan */
#ifndef DG_BUNDLE_H
#define DG_BUNDLE_H

#include <jansson.h>

#include "base/base.h"
#include "outcome/outcome.h"
#include "plan/plan.h"

/* What is beyond them is no bundle. */
enum {
    DG_BUNDLE_FILES_MAX = 16,          /* files besides the manifest */
    DG_BUNDLE_MANIFEST_MAX = 64 << 10, /* bytes of the manifest */
    DG_BUNDLE_OUTCOME_MAX = 256 << 20, /* bytes of the outcome */
    /* A bundle that unpacks to more than that many bytes .. */
    DG_BUNDLE_SUSPECT = 64 << 20,
    DG_BUNDLE_RATIO_MAX = 200 /* .. is refused where that is as many times its own size */
};
/* Bytes of one file, and of all together. */
#define DG_BUNDLE_FILE_MAX ((uint64_t)8 << 30)
#define DG_BUNDLE_TOTAL_MAX ((uint64_t)16 << 30)

/* ---- make ---- */

/* What goes into a bundle; all borrowed. */
typedef struct dg_bundle_parts {
    const dg_plan *plan;   /* checked, as it was run */
    const json_t *outcome; /* what came of it */
    const char *explain;   /* how far a break was explained: none, recorded, proved */
    const char *positions; /* when other positions were tried: never, broke, always */
    const char *cache_dir; /* as of dg_source_options */
} dg_bundle_parts;

/* Writes a bundle aside and renames it to `path`. Equal parts give equal bytes.
 *
 * DG_MISMATCH: N is not what was run any more; DG_UNSUPPORTED: the state is a folder that cannot be
 * told in a file without loss; DG_IO, with what could not be read or written; DG_LIMIT: a file, or
 * all of them, would be too large; DG_NOMEM. Nothing is left behind on failure. */
dg_code dg_bundle_write(const char *path, const dg_bundle_parts *parts, dg_error *err);

/* ---- open ---- */

typedef struct dg_bundle dg_bundle;

/* Unpacks a bundle to a private folder, which goes away with dg_bundle_close and with a signal that
 * ends the program, and checks all of it.
 *
 *   out   owned by the caller; NULL after a failure
 *   path  "-" is stdin
 *
 * DG_MALFORMED: no bundle, cut off, no manifest or a broken one, a name with a folder, a link, a
 * device, a file twice, missing, too many, or of another size, more than the limits above, a plan
 * or an outcome that does not read, a plan that names anything outside; DG_MISMATCH: a wrong hash,
 * with the file; DG_UNSUPPORTED: of a later format; DG_IO; DG_NOMEM. Nothing is left behind. */
dg_code dg_bundle_open(dg_bundle **out, const char *path, dg_error *err);
/* Makes the state ready where its file does not tell its chain: before the plan is run. `cache_dir`
 * as of dg_source_options. Codes of dg_source_import. */
dg_code dg_bundle_settle(dg_bundle *bundle, const char *cache_dir, dg_error *err);
/* Removes the folder. Fine on NULL. */
void dg_bundle_close(dg_bundle *bundle);
/* Checked, with the places of the unpacked files in it; borrowed, as are the next two. */
const dg_plan *dg_bundle_plan(const dg_bundle *bundle);
/* What came of it when the bundle was made, in the form of dg_bundle_form. */
const json_t *dg_bundle_outcome(const dg_bundle *bundle);
/* The manifest, with the keys of dg_bundle_keys. */
const json_t *dg_bundle_manifest(const dg_bundle *bundle);
/* Was it made by this very version of the program, with this engine? */
bool dg_bundle_is_ours(const dg_bundle *bundle);
/* The keys of a manifest. Static. */
const dg_keys_table *dg_bundle_keys(void);

/* A copy of an outcome of the bundle's plan that tells nothing of the machine: `environment` is
 * empty, files are named as in the bundle. Owned by the caller. DG_NOMEM. */
dg_code dg_bundle_form(json_t **out, const dg_bundle *bundle, const json_t *outcome, dg_error *err);

/* Unpacks a bundle to a new folder and checks it as dg_bundle_open does; plan.json in it can be
 * run. DG_USAGE: something is at `folder` already; codes of dg_bundle_open. Nothing is left behind
 * on failure. */
dg_code dg_bundle_extract(const char *path, const char *folder, dg_error *err);

#endif
