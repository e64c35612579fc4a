/* compare_impl.h - shared inside the room: two values side by side. */
#ifndef DG_COMPARE_IMPL_H
#define DG_COMPARE_IMPL_H

#include "compare/compare.h"

#include <string.h>

/* What both have under a key. */
static inline dg_compare_pair dg_compare_at(dg_compare_pair of, const char *key)
{
    return (dg_compare_pair){ json_object_get(of.older, key), json_object_get(of.newer, key) };
}

/* pair.c: absent on both sides is the same, and so are 1 and 1.0. */
bool dg_compare_same(dg_compare_pair p);

static inline const char *dg_compare_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Sets it, sharing the value; NULL is left out. Nonzero: no memory. */
static inline int dg_compare_put(json_t *object, const char *key, const json_t *value)
{
    return value ? json_object_set(object, key, (json_t *)value) : 0;
}

/* pair.c: every key of either, sorted; `*names` is given back with dg_free and lives as long as
 * both do. Nonzero: no memory. */
int dg_compare_keys(const char ***names, size_t *count, dg_compare_pair of);
/* Appends {what, path, old, new} for each leaf that differs below the pair. Lists go by index.
 * Nonzero: no memory. */
int dg_compare_leaves(json_t *rows, const char *what, const char *path, dg_compare_pair p);
/* Puts `also`: the keys that differ and that are not told of in `row`; nothing where there are
 * none. Nonzero: no memory. */
int dg_compare_put_also(json_t *row, dg_compare_pair of,
                        bool (*told)(const json_t *row, const char *key));
/* .. appends them to a list, each behind `prefix`. */
int dg_compare_add_also(json_t *also, const char *prefix, const json_t *row, dg_compare_pair of,
                        bool (*told)(const json_t *row, const char *key));

/* Each puts its part of a run's document, where there is something to say. Nonzero: no memory. */
int dg_compare_inputs(json_t *out, dg_compare_pair outcomes); /* inputs.c */
int dg_compare_claims(json_t *out, dg_compare_pair outcomes); /* claims.c */
int dg_compare_causes(json_t *out, dg_compare_pair outcomes); /* causes.c */
int dg_compare_answer(json_t *out, dg_compare_pair outcomes); /* runs.c; NULL: no outcome */

/* One of the keys that inputs.c tells in full. */
bool dg_compare_is_input(const char *key);

#endif
