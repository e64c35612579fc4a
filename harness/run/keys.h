/* keys.h - documents by table: the rows that a plan or an outcome may have, the
 * check against them, and the JSON schema made from them. One table, so that the
 * schema that is shipped and the check that is run cannot disagree. */
#ifndef DG_RUN_KEYS_H
#define DG_RUN_KEYS_H

#include <jansson.h>

#include "base/base.h"

typedef enum key_kind {
    KEY_OBJECT,
    KEY_LIST,
    KEY_TEXT,
    KEY_WHOLE,
    KEY_NUMBER,
    KEY_BOOL,
    KEY_ANY
} key_kind;

enum { KEY_PATH_MAX = 128 };

typedef struct key_row {
    const char *path; /* "upgrade.at"; the items of a list are "claims[]" */
    key_kind kind;
    bool required;            /* in an object that is there */
    bool open;                /* object: other keys are fine */
    int64_t min, max;         /* whole numbers; both 0: any */
    const char *const *words; /* texts allowed, NULL-terminated; NULL: any */
    const char *says;
} key_row;

typedef struct key_table {
    const key_row *rows;
    size_t count;
    const char *title, *id; /* of the schema */
} key_table;

const key_row *key_find(const key_table *table, const char *path, size_t path_len);
/* Every key known, every value of its kind and range. `complete`: required keys
 * are there. DG_USAGE with the path, and the nearest key for an unknown one. */
dg_code key_check(const key_table *table, const json_t *document, bool complete, dg_error *err);
/* JSON schema, draft 2020-12; owned by the caller; NULL: no memory. */
json_t *key_schema(const key_table *table);
/* The value that a flag's text means for a row. DG_USAGE. */
dg_code key_value_of(json_t **out, const key_row *row, const char *text, dg_error *err);
/* The row for a dotted path that a user typed; else DG_USAGE with the nearest. */
dg_code key_wanted(const key_row **out, const key_table *table, const char *path, dg_error *err);

const key_table *plan_keys(void);
const key_table *outcome_keys(void);

#endif
