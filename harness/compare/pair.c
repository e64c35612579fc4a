/* pair.c - two values walked side by side, down to where they differ. */
#include "compare/compare_impl.h"

#include <stdlib.h>

enum { PATH_MAX_LEN = 400 };

static bool same_number(dg_compare_pair p)
{
    if (json_is_integer(p.older) && json_is_integer(p.newer))
        return json_integer_value(p.older) == json_integer_value(p.newer);
    return json_number_value(p.older) == json_number_value(p.newer);
}

static bool same_object(dg_compare_pair p)
{
    const char *key;
    json_t *value;
    if (json_object_size(p.older) != json_object_size(p.newer))
        return false;
    json_object_foreach((json_t *)p.older, key, value)
    {
        if (!dg_compare_same(dg_compare_at(p, key)))
            return false;
    }
    return true;
}

static bool same_list(dg_compare_pair p)
{
    size_t count = json_array_size(p.older);
    for (size_t i = 0; i < count; i++)
        if (!dg_compare_same(
                (dg_compare_pair){ json_array_get(p.older, i), json_array_get(p.newer, i) }))
            return false;
    return count == json_array_size(p.newer);
}

bool dg_compare_same(dg_compare_pair p)
{
    if (!p.older || !p.newer)
        return p.older == p.newer;
    if (json_is_number(p.older) && json_is_number(p.newer))
        return same_number(p);
    if (json_is_object(p.older) && json_is_object(p.newer))
        return same_object(p);
    if (json_is_array(p.older) && json_is_array(p.newer))
        return same_list(p);
    return json_equal(p.older, p.newer) != 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int dg_compare_keys(const char ***names, size_t *count, dg_compare_pair of)
{
    const char *key;
    json_t *value;
    size_t room = json_object_size(of.older) + json_object_size(of.newer), n = 0;
    *count = 0;
    if (!(*names = dg_calloc(room + 1, sizeof **names)))
        return -1;
    json_object_foreach((json_t *)of.older, key, value)(*names)[n++] = key;
    json_object_foreach((json_t *)of.newer, key, value)
    {
        if (!json_object_get(of.older, key))
            (*names)[n++] = key;
    }
    qsort((void *)*names, n, sizeof **names, by_name);
    *count = n;
    return 0;
}

static int leaf(json_t *rows, const char *what, const char *path, dg_compare_pair p)
{
    json_t *row = json_pack("{s:s, s:s}", "what", what, "path", path);
    if (!row)
        return -1;
    return dg_compare_put(row, "old", p.older) | dg_compare_put(row, "new", p.newer)
           | json_array_append_new(rows, row);
}

static int leaves_of_objects(json_t *rows, const char *what, const char *path, dg_compare_pair p)
{
    const char **names;
    char below[PATH_MAX_LEN + 100];
    size_t count;
    int bad = dg_compare_keys(&names, &count, p);
    for (size_t i = 0; i < count && !bad; i++) {
        snprintf(below, sizeof below, "%s%s%s", path, path[0] ? "." : "", names[i]);
        bad = dg_compare_leaves(rows, what, below, dg_compare_at(p, names[i]));
    }
    dg_free((void *)names);
    return bad;
}

static int leaves_of_lists(json_t *rows, const char *what, const char *path, dg_compare_pair p)
{
    size_t a = json_array_size(p.older), b = json_array_size(p.newer);
    char below[PATH_MAX_LEN + 100];
    int bad = 0;
    for (size_t i = 0; i < (a > b ? a : b) && !bad; i++) {
        snprintf(below, sizeof below, "%s[%zu]", path, i);
        bad = dg_compare_leaves(
            rows, what, below,
            (dg_compare_pair){ json_array_get(p.older, i), json_array_get(p.newer, i) });
    }
    return bad;
}

int dg_compare_leaves(json_t *rows, const char *what, const char *path, dg_compare_pair p)
{
    bool deep = strlen(path) < PATH_MAX_LEN; /* what lies deeper is said as a whole */
    if (dg_compare_same(p))
        return 0;
    if (deep && json_is_object(p.older) && json_is_object(p.newer))
        return leaves_of_objects(rows, what, path, p);
    if (deep && json_is_array(p.older) && json_is_array(p.newer))
        return leaves_of_lists(rows, what, path, p);
    return leaf(rows, what, path, p);
}

int dg_compare_add_also(json_t *also, const char *prefix, const json_t *row, dg_compare_pair of,
                        bool (*told)(const json_t *row, const char *key))
{
    const char **names;
    size_t count;
    int bad = dg_compare_keys(&names, &count, of);
    for (size_t i = 0; i < count && !bad; i++)
        if (!told(row, names[i]) && !dg_compare_same(dg_compare_at(of, names[i])))
            bad = json_array_append_new(also, json_sprintf("%s%s", prefix, names[i]));
    dg_free((void *)names);
    return bad;
}

int dg_compare_put_also(json_t *row, dg_compare_pair of,
                        bool (*told)(const json_t *row, const char *key))
{
    json_t *also = json_array();
    int bad = !also || dg_compare_add_also(also, "", row, of, told);
    if (!bad && json_array_size(also))
        bad = json_object_set(row, "also", also);
    json_decref(also);
    return bad;
}
