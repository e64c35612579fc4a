/* source.h - where bytes come from: a state or a runtime that a user names, opened.
 *
 *   state     dg_source_open, dg_source_code, dg_source_close; dg_source_import to keep it
 *   runtime   dg_source_blob from a file alone, dg_source_runtime from a state too
 *   notes     dg_source_note, dg_source_notes
 *   commits   dg_source_about
 *
 * A file that lies in a repository is named as git.h has it, "git:REPO@REV:PATH", wherever a path
 * is taken here.
 *
 * Invariant: a file is never trusted by its name (but a configuration of chopsticks, which nothing
 * else tells from other text): the first bytes say what it is, and
 * what is kept in a cache is kept by the hash of all of them. */
#ifndef DG_SOURCE_H
#define DG_SOURCE_H

#include <jansson.h>

#include "base/base.h"
#include "snapshot/snapshot.h"
#include "state/state.h"
#include "wasm/wasm.h"

/* ---- states ---- */

enum {
    DG_SOURCE_STATE_MAX = 1 << 30, /* bytes of a state's file that lies in a repository */
    DG_SOURCE_CODE_MAX = 64 << 20  /* bytes of a runtime in a plain chain spec */
};

/* Opens what a plan or a flag calls a snapshot: a snapshot directory; endpoints of a live chain
 * ("https://rpc.example", several with commas, or "polkadot"; "#BLOCK" behind names a number or a
 * hash, without it the last final one is taken), whose state is fetched as it is read; or a spec or
 * .snap file, which is imported (into `cache_dir` by the hash of its bytes, or
 * into a temporary folder that goes away with dg_source_close); or a configuration of chopsticks
 * (.yml, .yaml), which names one of these and what is put into it. */
typedef struct dg_source {
    dg_snapshot *snapshot;
    dg_scratch temporary; /* of a state that is kept nowhere */
    bool from_cache;
    struct dg_fetch_lazy *lazy; /* whose snapshot it is; NULL: of files */
} dg_source;

/* What dg_source_open does with a file that has to be imported. */
typedef struct dg_source_options {
    dg_engine *engine;       /* tells what the `:code` says of itself */
    const char *cache_dir;   /* NULL: nothing is kept on disk */
    const dg_snapshot *over; /* of a live chain, what this one holds is not fetched; NULL */
    /* bytes of an import; NULL: not wanted */
    void (*progress)(void *user, uint64_t done, uint64_t total);
    void *user;
} dg_source_options;

/* Does it name a live chain, and no file that is there? */
bool dg_source_is_live(const char *path);
/* Is it a configuration of chopsticks, which names a state and does not hold it? */
bool dg_source_is_configuration(const char *path);
/* `out` is closed with dg_source_close, after a failure too. DG_IO, DG_MALFORMED,
 * DG_UNSUPPORTED, DG_MISMATCH, DG_LIMIT, DG_NOMEM, worded with the path. */
dg_code dg_source_open(dg_source *out, const char *path, const dg_source_options *options,
                       dg_error *err);
/* Gives all of it back, with the temporary folder; fine on what was never opened. */
void dg_source_close(dg_source *source);
/* As dg_snapshot_import, with what the `:code` says of itself (`describe` is set here;
 * `progress` and `user` are the caller's), and with the note that stands beside it. */
dg_code dg_source_import(dg_snapshot_info *info, const char *path,
                         const dg_snapshot_import_options *options, dg_engine *engine,
                         dg_error *err);
/* BLAKE2b-256 of a whole file, however large. DG_IO. */
dg_code dg_source_hash(dg_hash *out, const char *path, dg_error *err);
/* The `:code` of the state, as stored. DG_MALFORMED when there is none. */
dg_code dg_source_code(const dg_source *source, dg_buf *out, dg_error *err);

/* Puts the entries of an override file of zombie-bite into `state`; `count`: how many. What was put
 * before a failure stays. DG_MALFORMED with the key; DG_IO, DG_LIMIT, DG_NOMEM. */
dg_code dg_source_override(dg_state *state, size_t *count, dg_bytes text, dg_error *err);
/* .. of a file; or, where it is named .yml or .yaml, what a configuration of chopsticks puts into
 * the state that it forks: wasm-override and import-storage, by the metadata that `engine` gets
 * from the code. DG_USAGE too: a name or value that does not fit the metadata. */
dg_code dg_source_override_file(dg_state *state, size_t *count, const char *path, dg_engine *engine,
                                dg_error *err);

/* ---- runtimes ---- */

/* A blob from a file: wasm, compressed or not, .zst of either, or hex text of
 * either; as a chain stores it. DG_MALFORMED for anything else. */
dg_code dg_source_blob(dg_buf *out, const char *path, dg_error *err);
/* As dg_source_blob, and besides the `:code` of what dg_source_open opens. */
dg_code dg_source_runtime(dg_buf *out, const char *path, const dg_source_options *options,
                          dg_error *err);

/* ---- notes ---- */

enum { DG_SOURCE_NOTE_MAX = 4096 /* bytes of a note */ };

/* The note that stands beside a file of data (`spec.json.zst.note`, one line for each thing to
 * know; in a snapshot's folder: `note`). DG_ABSENT where there is none; DG_IO, DG_LIMIT. */
dg_code dg_source_note(dg_buf *out, const char *path, dg_error *err);
/* Appends the lines of the note beside `path` to a list, each once; where it cannot be
 * read, a line that says so. Not 0: no memory. */
int dg_source_notes(json_t *list, const char *path);

/* ---- commits ---- */

/* Appends what git knows of `path`, which is that `input` of a run: {"input", "from": "repository"
 * (it is named git:..) or "working tree" (it lies in one), "name", "commit", "tag" (as `git
 * describe --tags`; "": none), "dirty" (did the working tree differ from what was checked out;
 * without it where there is none, or where it could not be told)}. Nothing of what git does not
 * know. Not 0: no memory. */
int dg_source_about(json_t *list, const char *input, const char *path);

#endif
