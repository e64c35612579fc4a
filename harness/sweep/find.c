/* find.c - one cell of a sweep, by what a user calls it: its number, or values of its axes. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct word {
    const char *at;
    size_t len;
} word;

static bool is_whole(word w)
{
    return w.len && w.len < 9 && strspn(w.at, "0123456789") >= w.len;
}

static bool equals(const json_t *value, word w)
{
    const char *text = json_string_value(value);
    return text && strlen(text) == w.len && memcmp(text, w.at, w.len) == 0;
}

/* "at=boundary-3" is of one axis, "boundary-3" of whichever has it. */
static bool has(const json_t *cell, word w)
{
    const json_t *values = json_object_get(cell, "values");
    const char *key;
    json_t *value;
    for (int i = 0; i < DG_AXES_MAX; i++) {
        dg_axis_kind k = (dg_axis_kind)i;
        size_t len = strlen(dg_axis_flag(k));
        if (w.len > len && w.at[len] == '=' && strncmp(w.at, dg_axis_flag(k), len) == 0)
            return equals(json_object_get(values, dg_axis_key(k)),
                          (word){ w.at + len + 1, w.len - len - 1 });
    }
    json_object_foreach((json_t *)values, key, value)
    {
        if (equals(value, w))
            return true;
    }
    return false;
}

static bool has_all(const json_t *cell, const char *words)
{
    for (const char *at = words; *at;) {
        word w = { at, strcspn(at, " ") };
        if (w.len && !has(cell, w))
            return false;
        at += w.len + strspn(at + w.len, " ");
    }
    return true;
}

static dg_code find_numbered(const json_t **out, const json_t *cells, const char *words,
                             dg_error *err)
{
    size_t number = (size_t)strtoul(words, NULL, 10), count = json_array_size(cells);
    if (!number || number > count)
        return dg_fail(err, DG_USAGE, "there is no cell %s: they are 1 to %zu", words, count);
    *out = json_array_get(cells, number - 1);
    return DG_OK;
}

static dg_code find_named(const json_t **out, const json_t *cells, const char *words, dg_error *err)
{
    const json_t *cell;
    size_t i, found = 0;
    json_array_foreach((json_t *)cells, i, cell)
    {
        if (!has_all(cell, words))
            continue;
        *out = found++ ? *out : cell;
    }
    if (found == 1)
        return DG_OK;
    *out = NULL;
    return found ? dg_fail(err, DG_USAGE, "%zu cells are \"%.200s\": name more of their values",
                           found, words)
                 : dg_fail(err, DG_USAGE, "no cell is \"%.200s\"", words);
}

dg_code dg_sweep_find(const json_t **out, const json_t *document, const char *words, dg_error *err)
{
    const json_t *cells = json_object_get(document, "cells"), *cell;
    dg_code rc;
    assert(dg_sweep_is_document(document));
    *out = NULL;
    words += strspn(words, " ");
    if (!words[0])
        return dg_fail(err, DG_USAGE, "which cell?");
    rc = is_whole((word){ words, strlen(words) }) ? find_numbered(&cell, cells, words, err)
                                                  : find_named(&cell, cells, words, err);
    if (rc < 0)
        return rc;
    *out = json_object_get(cell, "outcome");
    return *out ? DG_OK
                : dg_fail(err, DG_USAGE, "cell \"%.200s\" was not done: %.200s", words,
                          json_is_string(json_object_get(cell, "why"))
                              ? json_string_value(json_object_get(cell, "why"))
                              : "the sweep ended before it");
}
