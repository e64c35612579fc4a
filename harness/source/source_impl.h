/* source_impl.h - what the files of this room share. */
#ifndef DG_SOURCE_IMPL_H
#define DG_SOURCE_IMPL_H

#include "source/source.h"

/* ---- yaml.c ---- */

/* One document of YAML as JSON values: 0x.. and numbers too large for JSON stay text, as written.
 * DG_MALFORMED with the line, also for what is refused: anchors, tags of one's own, a key twice,
 * more than one document. DG_LIMIT: nested too deeply. DG_NOMEM. */
dg_code dg_source_yaml(json_t **out, dg_bytes text, dg_error *err);

/* ---- chopsticks.c: the configuration ---- */

enum { DG_CHOPSTICKS_PATH_MAX = 2048 };

typedef struct dg_chopsticks {
    json_t *config;                      /* an object; what it holds has been checked */
    char folder[DG_CHOPSTICKS_PATH_MAX]; /* relative paths begin there */
    char base[DG_CHOPSTICKS_PATH_MAX];   /* what dg_source_open opens; "": it names no state */
    char block[80];                      /* number or hash that a file's state has to be of; "" */
} dg_chopsticks;

/* Is it named as one (.yml, .yaml)? Nothing else tells it from other text. */
bool dg_chopsticks_named(const char *path);
/* To be cleared in any case. DG_MALFORMED, DG_UNSUPPORTED, DG_IO, DG_LIMIT, DG_NOMEM, worded with
 * the path. */
dg_code dg_chopsticks_read(dg_chopsticks *out, const char *path, dg_error *err);
/* Of bytes, as if they stood in `folder`. */
dg_code dg_chopsticks_parse(dg_chopsticks *out, dg_bytes text, const char *folder, dg_error *err);
void dg_chopsticks_clear(dg_chopsticks *c);
/* `path` as seen from the folder of the file. DG_LIMIT. */
dg_code dg_chopsticks_path(const dg_chopsticks *c, char out[DG_CHOPSTICKS_PATH_MAX],
                           const char *path, dg_error *err);
/* Does it change anything of the state that it names? */
bool dg_chopsticks_changes(const dg_chopsticks *c);

/* ---- chopsticks_put.c: its values into a state ---- */

/* The code of wasm-override, then import-storage by the metadata of the code that is there then.
 * `count`: keys that were put or removed. DG_USAGE, DG_MALFORMED and what a runtime can fail
 * with. */
dg_code dg_chopsticks_put(dg_state *state, size_t *count, const dg_chopsticks *c, dg_engine *engine,
                          dg_error *err);

#endif
