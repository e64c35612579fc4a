/* causes.c - which causes are new, which are gone, which are told otherwise. */
#include "compare/compare_impl.h"

/* A cause is known by what was tried, or by its words. */
static bool is_same_cause(const json_t *a, const json_t *b)
{
    dg_compare_pair both = { a, b };
    return (json_object_get(a, "what") && dg_compare_same(dg_compare_at(both, "suspect"))
            && dg_compare_same(dg_compare_at(both, "what")))
           || dg_compare_same(dg_compare_at(both, "says"));
}

static const json_t *found(const json_t *causes, const json_t *cause)
{
    const json_t *one;
    size_t i;
    json_array_foreach(causes, i, one)
    {
        if (is_same_cause(one, cause))
            return one;
    }
    return NULL;
}

static bool is_told(const json_t *row, const char *key)
{
    (void)row;
    return strcmp(key, "kind") == 0 || strcmp(key, "says") == 0;
}

static int put_cause(json_t *rows, dg_compare_pair cause)
{
    const char *change = !cause.older ? "new" : cause.newer ? "changed" : "gone";
    const json_t *now = cause.newer ? cause.newer : cause.older;
    bool changed = cause.older && cause.newer;
    json_t *row;
    if (dg_compare_same(cause))
        return 0;
    if (!(row = json_pack("{s:s}", "change", change)))
        return -1;
    return dg_compare_put(row, "kind", json_object_get(now, "kind"))
           | dg_compare_put(row, "says", json_object_get(now, "says"))
           | (changed ? dg_compare_put(row, "old_kind", json_object_get(cause.older, "kind")) : 0)
           | (changed ? dg_compare_put(row, "old_says", json_object_get(cause.older, "says")) : 0)
           | (changed ? dg_compare_put_also(row, cause, is_told) : 0)
           | json_array_append_new(rows, row);
}

int dg_compare_causes(json_t *out, dg_compare_pair outcomes)
{
    dg_compare_pair both = dg_compare_at(outcomes, "causes");
    json_t *rows = json_array();
    const json_t *cause;
    size_t i;
    int bad = !rows;
    if (dg_compare_same(both))
        both = (dg_compare_pair){ NULL, NULL };
    json_array_foreach(both.newer, i, cause) bad =
        bad || put_cause(rows, (dg_compare_pair){ found(both.older, cause), cause });
    json_array_foreach(both.older, i, cause)
    {
        if (!found(both.newer, cause))
            bad = bad || put_cause(rows, (dg_compare_pair){ cause, NULL });
    }
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "causes", rows);
    json_decref(rows);
    return bad;
}
