/* sweeps.c - two sweeps: their cells by values, what all of them share said once. */
#include "compare/compare_impl.h"

#include <assert.h>

typedef struct sides {
    dg_compare_pair sweeps;
    json_t *older_by_values, *newer_by_values; /* text of the values -> cell */
    json_t *cells;                             /* of both, that differ, in the newer one's order */
    json_t *outcomes; /* of those, the ones with an outcome on both sides */
    json_t *older_only, *newer_only;
    size_t same;     /* cells of both that do not differ */
    bool some_alike; /* .. one of them with an outcome */
} sides;

/* Owned by the caller; NULL: no memory. */
static char *text_of_values(const json_t *cell)
{
    const json_t *values = json_object_get(cell, "values");
    return json_dumps(values, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

static json_t *index_cells(const json_t *sweep)
{
    json_t *index = json_object();
    const json_t *cell;
    json_free_t release;
    size_t i;
    json_get_alloc_funcs(NULL, &release);
    json_array_foreach(json_object_get(sweep, "cells"), i, cell)
    {
        char *text = text_of_values(cell);
        int bad = !index || !text || json_object_set(index, text, (json_t *)cell);
        release(text);
        if (bad) {
            json_decref(index);
            return NULL;
        }
    }
    return index;
}

/* How a cell came to what it has; its place goes by the axes. */
static int put_way(json_t *row, dg_compare_pair cell)
{
    static const struct {
        const char *key, *older, *newer;
    } ways[] = { { "state", "old_state", "new_state" },
                 { "why", "old_why", "new_why" },
                 { "exit", "old_exit", "new_exit" },
                 { "retried", "old_retried", "new_retried" } };
    int bad = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        dg_compare_pair way = dg_compare_at(cell, ways[i].key);
        if (!dg_compare_same(way))
            bad |= dg_compare_put(row, ways[i].older, way.older)
                   | dg_compare_put(row, ways[i].newer, way.newer);
    }
    return bad;
}

static int compare_outcomes(json_t **row, dg_compare_pair outcomes, dg_error *err)
{
    if (outcomes.older && outcomes.newer)
        return dg_compare_runs(row, outcomes, err) < 0
               || json_object_del(*row, "sweep") | json_object_del(*row, "differs");
    *row = json_object();
    return !*row || dg_compare_answer(*row, outcomes);
}

static int put_both(sides *s, dg_compare_pair cell, dg_error *err)
{
    dg_compare_pair outcomes = dg_compare_at(cell, "outcome");
    bool done = outcomes.older && outcomes.newer;
    json_t *row = NULL;
    int bad = compare_outcomes(&row, outcomes, err) || put_way(row, cell);
    if (!bad && !json_object_size(row)) {
        s->same++;
        s->some_alike |= done;
    } else if (!bad) {
        bad = dg_compare_put(row, "values", json_object_get(cell.newer, "values"))
              | json_array_append(s->cells, row) | (done ? json_array_append(s->outcomes, row) : 0);
    }
    json_decref(row);
    return bad;
}

static int put_cells(sides *s, dg_error *err)
{
    const char *text;
    json_t *cell;
    int bad = 0;
    json_object_foreach(s->newer_by_values, text, cell)
    {
        json_t *older = json_object_get(s->older_by_values, text);
        bad = bad
              || (older ? put_both(s, (dg_compare_pair){ older, cell }, err)
                        : json_array_append(s->newer_only, json_object_get(cell, "values")));
    }
    json_object_foreach(s->older_by_values, text, cell)
    {
        if (!json_object_get(s->newer_by_values, text))
            bad = bad || json_array_append(s->older_only, json_object_get(cell, "values"));
    }
    return bad;
}

/* ---- what all cells share ---- */

static size_t find_row(const json_t *rows, const json_t *row)
{
    size_t i, count = json_array_size(rows);
    for (i = 0; i < count && !json_equal(json_array_get(rows, i), row); i++)
        continue;
    return i;
}

/* A cell without an outcome on one side has no say. */
static bool all_have(const sides *s, const json_t *row)
{
    const json_t *cell;
    size_t i;
    if (s->some_alike)
        return false;
    json_array_foreach(s->outcomes, i, cell)
    {
        const json_t *inputs = json_object_get(cell, "inputs");
        if (find_row(inputs, row) == json_array_size(inputs))
            return false;
    }
    return true;
}

static int drop_from_cells(const sides *s, const json_t *row)
{
    json_t *cell;
    size_t i;
    int bad = 0;
    json_array_foreach(s->outcomes, i, cell)
    {
        json_t *inputs = json_object_get(cell, "inputs");
        size_t at = find_row(inputs, row);
        if (at == json_array_size(inputs))
            continue;
        bad |= json_array_remove(inputs, at);
        if (!json_array_size(inputs))
            bad |= json_object_del(cell, "inputs");
    }
    return bad;
}

/* Of the sweep itself, and of what its cells have alike. */
static int put_shared(json_t *out, const sides *s)
{
    json_t *rows = json_array(), *of_first, *row;
    size_t i;
    int bad = !rows
              || dg_compare_leaves(rows, "program", "program", dg_compare_at(s->sweeps, "program"))
              || dg_compare_leaves(rows, "plan", "plan", dg_compare_at(s->sweeps, "plan"));
    of_first = json_copy(json_object_get(json_array_get(s->outcomes, 0), "inputs"));
    json_array_foreach(of_first, i, row)
    {
        if (!bad && all_have(s, row) && find_row(rows, row) == json_array_size(rows))
            bad = json_array_append(rows, row);
    }
    json_array_foreach(rows, i, row) bad = bad || drop_from_cells(s, row);
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "inputs", rows);
    json_decref(of_first);
    json_decref(rows);
    return bad;
}

static int put_also(json_t *out, const sides *s)
{
    static const char *const keys[] = { "axes", "cells", "shard" };
    dg_compare_pair sweep = dg_compare_at(s->sweeps, "sweep");
    json_t *also = json_array();
    int bad = !also;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !bad; i++)
        if (!dg_compare_same(dg_compare_at(sweep, keys[i])))
            bad = json_array_append_new(also, json_sprintf("sweep.%s", keys[i]));
    if (!bad && json_array_size(also))
        bad = json_object_set(out, "also", also);
    json_decref(also);
    return bad;
}

static int put_list(json_t *out, const char *key, json_t *list)
{
    return json_array_size(list) ? json_object_set(out, key, list) : 0;
}

static int put_all(json_t *out, sides *s, dg_error *err)
{
    bool differs;
    if (put_cells(s, err) || put_shared(out, s) || put_also(out, s)
        || put_list(out, "cells", s->cells) || put_list(out, "older", s->older_only)
        || put_list(out, "newer", s->newer_only))
        return -1;
    differs = json_object_size(out) > 0;
    return json_object_set_new(out, "sweep", json_true())
           | json_object_set_new(out, "same", json_integer((json_int_t)s->same))
           | json_object_set_new(out, "differs", json_boolean(differs));
}

dg_code dg_compare_sweeps(json_t **out, dg_compare_pair sweeps, dg_error *err)
{
    sides s = { .sweeps = sweeps,
                .older_by_values = index_cells(sweeps.older),
                .newer_by_values = index_cells(sweeps.newer),
                .cells = json_array(),
                .outcomes = json_array(),
                .older_only = json_array(),
                .newer_only = json_array() };
    json_t *document = json_object();
    bool bad = !s.older_by_values || !s.newer_by_values || !s.cells || !s.outcomes || !s.older_only
               || !s.newer_only || !document || put_all(document, &s, err);
    json_decref(s.older_by_values);
    json_decref(s.newer_by_values);
    json_decref(s.cells);
    json_decref(s.outcomes);
    json_decref(s.older_only);
    json_decref(s.newer_only);
    if (bad) {
        json_decref(document);
        document = NULL;
    }
    *out = document;
    return bad ? dg_fail(err, DG_NOMEM, "no memory to compare two sweeps") : DG_OK;
}
