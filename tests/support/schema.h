/* schema.h - a schema that is shipped is the table that the check uses. */
#ifndef DG_TESTS_SCHEMA_H
#define DG_TESTS_SCHEMA_H

#include <jansson.h>
#include <stdlib.h>

#include "suite.h"

/* BLESS=1 rewrites the file at `path`; takes the reference. */
static inline void same_as_shipped(json_t *schema, const char *path)
{
    char *text = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
    dg_buf shipped, made;
    dg_buf_init(&made, 1 << 20);
    dg_buf_printf(&made, "%s\n", text);
    if (getenv("BLESS"))
        dg_file_write(path, dg_buf_bytes(&made), NULL);
    shipped = slurp(path);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&shipped), dg_buf_bytes(&made)),
                  "%s is not what the tables say; BLESS=1 rewrites it", path);
    dg_buf_clear(&shipped);
    dg_buf_clear(&made);
    free(text);
    json_decref(schema);
}

#endif
