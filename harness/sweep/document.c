/* document.c - the file of a sweep: what was asked for, and each cell in its place. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <string.h>

enum { FORMAT = 1 };

static const char *const states[] = { "done", "failed", "undone", NULL };

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "program", DG_KEYS_OBJECT, true, .says = "who judged" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "program.engine", DG_KEYS_TEXT, true, .says = "what executed the runtimes" },
    { "sweep", DG_KEYS_OBJECT, true, .says = "what was swept over" },
    { "sweep.axes", DG_KEYS_LIST, true, .says = "the axes; the last one changes first" },
    { "sweep.axes[]", DG_KEYS_OBJECT, .says = "one axis" },
    { "sweep.axes[].key", DG_KEYS_TEXT, true, .says = "key of the plan" },
    { "sweep.axes[].values", DG_KEYS_LIST, true, .says = "its values, in their order" },
    { "sweep.axes[].values[]", DG_KEYS_TEXT, .says = "as the flag of the key has it" },
    { "sweep.cells", DG_KEYS_WHOLE, true, .max = DG_SWEEP_CELLS_MAX,
      .says = "combinations of all axes, those of other shards too" },
    { "sweep.shard", DG_KEYS_OBJECT, .says = "which part this is; absent: all of it" },
    { "sweep.shard.i", DG_KEYS_WHOLE, true, .min = 1, .max = DG_SWEEP_CELLS_MAX,
      .says = "its number, from 1" },
    { "sweep.shard.n", DG_KEYS_WHOLE, true, .min = 1, .max = DG_SWEEP_CELLS_MAX,
      .says = "how many there are" },
    { "plan", DG_KEYS_OBJECT, true, .open = true, .says = "what all cells share" },
    { "cells", DG_KEYS_LIST, true, .says = "each combination, in the order of their places" },
    { "cells[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "cells[].place", DG_KEYS_WHOLE, true, .max = DG_SWEEP_CELLS_MAX,
      .says = "among all combinations, from 0" },
    { "cells[].values", DG_KEYS_OBJECT, true, .open = true, .says = "of the axes, by key" },
    { "cells[].state", DG_KEYS_TEXT, true, .words = states, .says = "whether it was done" },
    { "cells[].outcome", DG_KEYS_OBJECT, .open = true,
      .says = "where it was done: as doppel run writes it for that plan; of `environment` it has "
              "`sources` alone" },
    { "cells[].exit", DG_KEYS_WHOLE, .max = DG_EXIT_INTERNAL,
      .says = "where it failed: the exit code that doppel run would have had" },
    { "cells[].why", DG_KEYS_TEXT,
      .says =
          "where it failed: the reason; where time was over before it was done: why others came "
          "first" },
    { "cells[].retried", DG_KEYS_BOOL, .says = "true: its process went down once" },
};

static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "A sweep of doppel",
                                     "sweep.schema.json" };

const dg_keys_table *dg_sweep_keys(void)
{
    return &table;
}

/* ---- out ---- */

json_t *dg_sweep_identity(const dg_sweep *sweep)
{
    return json_pack("{s:{s:s, s:s, s:s}, s:{s:O, s:I}, s:O}", "program", "name", "doppel",
                     "version", DG_VERSION, "engine", dg_engine_version(), "sweep", "axes",
                     sweep->axes, "cells", (json_int_t)sweep->total, "plan",
                     dg_plan_json(sweep->plan));
}

/* Of the machine is nothing, in a cell, but the commits that its inputs came from. */
static int put_outcome(json_t *cell, const json_t *outcome)
{
    json_t *copy = json_copy((json_t *)outcome), *left = json_object(),
           *sources = json_object_get(json_object_get(outcome, "environment"), "sources");
    int bad = sources && json_object_set(left, "sources", sources);
    bad |= json_object_set_new(copy, "environment", left);
    return bad | json_object_set_new(cell, "outcome", copy);
}

static json_t *cell_json(const dg_sweep_cell *cell)
{
    const char *state = cell->outcome ? states[0] : cell->failed[0] ? states[1] : states[2];
    json_t *out = json_pack("{s:I, s:O, s:s}", "place", (json_int_t)cell->place, "values",
                            cell->values, "state", state);
    int bad = !out;
    assert(!cell->outcome || !cell->failed[0]);
    if (cell->outcome)
        bad |= put_outcome(out, cell->outcome);
    if (cell->failed[0])
        bad |= json_object_set_new(out, "exit", json_integer(cell->exit))
               | json_object_set_new(out, "why", dg_event_text(cell->failed));
    if (cell->left && !cell->outcome && !cell->failed[0])
        bad |= json_object_set_new(out, "why", json_string(cell->turn));
    if (cell->retried)
        bad |= json_object_set_new(out, "retried", json_true());
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

/* What two cells began from, where both name the same. */
static bool same_input(const dg_sweep_cell *a, const dg_sweep_cell *b, const char *input,
                       const char *axis)
{
    return !json_equal(json_object_get(a->values, axis), json_object_get(b->values, axis))
           || json_equal(json_object_get(a->outcome, input), json_object_get(b->outcome, input));
}

/* A file that was replaced between two calls makes a sweep of two things. */
static dg_code same_inputs(const dg_sweep *sweep, dg_error *err)
{
    const dg_sweep_cell *first = NULL;
    for (size_t i = 0; i < sweep->count; i++) {
        const dg_sweep_cell *cell = &sweep->cells[i];
        if (!cell->outcome)
            continue;
        first = first ? first : cell;
        if (!same_input(first, cell, "snapshot", dg_axis_key(DG_AXIS_NETWORK))
            || !same_input(first, cell, "from", dg_axis_key(DG_AXIS_NETWORK))
            || !same_input(first, cell, "to", dg_axis_key(DG_AXIS_TO)))
            return dg_fail(err, DG_USAGE,
                           "the snapshot or N has changed since the first cells were done: write "
                           "to another file");
    }
    return DG_OK;
}

dg_code dg_sweep_document(json_t **out, const dg_sweep *sweep, dg_error *err)
{
    json_t *document = dg_sweep_identity(sweep), *cells = json_array();
    int bad = !document || json_object_set_new(document, "doppel", json_integer(FORMAT))
              || json_object_set(document, "cells", cells);
    *out = NULL;
    if (same_inputs(sweep, err) < 0) {
        json_decref(document);
        json_decref(cells);
        return DG_USAGE;
    }
    if (!bad && sweep->shard.n > 1)
        bad = json_object_set_new(json_object_get(document, "sweep"), "shard",
                                  json_pack("{s:I, s:I}", "i", (json_int_t)sweep->shard.i, "n",
                                            (json_int_t)sweep->shard.n));
    for (size_t i = 0; i < sweep->count && !bad; i++)
        bad = json_array_append_new(cells, cell_json(&sweep->cells[i]));
    json_decref(cells);
    if (bad) {
        json_decref(document);
        return dg_fail(err, DG_NOMEM, "no memory for the document of a sweep");
    }
    *out = document;
    return DG_OK;
}

int dg_sweep_exit(const json_t *document)
{
    int code = DG_EXIT_HELD;
    const json_t *cell;
    size_t i;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        const json_t *outcome = json_object_get(cell, "outcome");
        const json_t *failed = json_object_get(cell, "exit");
        code = dg_exit_worst(code, outcome  ? dg_outcome_exit(outcome)
                                   : failed ? dg_outcome_exit(cell)
                                            : DG_EXIT_INCONCLUSIVE);
    }
    return code;
}

/* ---- in ---- */

bool dg_sweep_is_document(const json_t *document)
{
    return json_is_object(json_object_get(document, "sweep"));
}

/* Each outcome is checked as one. */
static dg_code check_cells(const json_t *document, dg_error *err)
{
    const json_t *cell;
    size_t i;
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        const json_t *outcome = json_object_get(cell, "outcome");
        bool done = strcmp(json_string_value(json_object_get(cell, "state")), states[0]) == 0;
        dg_code rc;
        if (done != (outcome != NULL))
            return dg_fail(err, DG_MALFORMED, "cells[%zu]: its state and its outcome disagree", i);
        if (outcome && (rc = dg_outcome_check(outcome, err)) < 0)
            return dg_fail_within(err, rc, "cells[%zu].outcome", i);
    }
    return DG_OK;
}

dg_code dg_sweep_check(const json_t *document, dg_error *err)
{
    const json_t *format = json_object_get(document, "doppel");
    if (json_is_integer(format) && json_integer_value(format) > FORMAT)
        return dg_fail(err, DG_UNSUPPORTED, "sweep of format %lld, this program reads %d",
                       (long long)json_integer_value(format), FORMAT);
    return dg_keys_check(&table, document, true, err) < 0 ? DG_MALFORMED
                                                          : check_cells(document, err);
}

dg_code dg_sweep_load(json_t **out, const char *path, dg_error *err)
{
    dg_code rc = dg_outcome_read(out, path, err);
    if (rc >= 0 && (rc = dg_sweep_check(*out, err)) < 0) {
        json_decref(*out);
        *out = NULL;
        return dg_fail_within(err, rc, "%s", path);
    }
    return rc;
}

/* ---- the same sweep once more ---- */

const char *dg_sweep_differs(const json_t *own, const json_t *other)
{
    static const char *const keys[] = { "program", "plan", NULL };
    const json_t *a = json_object_get(own, "sweep"), *b = json_object_get(other, "sweep");
    for (size_t i = 0; keys[i]; i++)
        if (!json_equal(json_object_get(own, keys[i]), json_object_get(other, keys[i])))
            return keys[i];
    return json_equal(json_object_get(a, "axes"), json_object_get(b, "axes")) ? NULL : "axes";
}

static bool same_shard(const json_t *document, dg_shard own)
{
    const json_t *shard = json_object_get(json_object_get(document, "sweep"), "shard");
    return shard ? json_integer_value(json_object_get(shard, "i")) == own.i
                       && json_integer_value(json_object_get(shard, "n")) == own.n
                 : own.n == 1;
}

static dg_code same_sweep(const dg_sweep *sweep, const json_t *document, dg_error *err)
{
    json_t *own = dg_sweep_identity(sweep);
    const char *other = own ? dg_sweep_differs(own, document) : NULL;
    json_decref(own);
    if (!own)
        return dg_fail(err, DG_NOMEM, "no memory for a sweep");
    if (other)
        return dg_fail(err, DG_USAGE,
                       "it holds a sweep that is not this one (another %s): write to another file, "
                       "or remove it",
                       other);
    if (!same_shard(document, sweep->shard))
        return dg_fail(err, DG_USAGE,
                       "it holds another shard of this sweep: write to another file");
    return DG_OK;
}

/* A failed one is tried again: what was missing may be there now. */
static size_t take_cells(dg_sweep *sweep, const json_t *document)
{
    const json_t *cell;
    size_t i, taken = 0;
    assert(sweep->shard.n >= 1);
    json_array_foreach(json_object_get(document, "cells"), i, cell)
    {
        size_t place = (size_t)json_integer_value(json_object_get(cell, "place"));
        size_t at = place / sweep->shard.n;
        json_t *outcome = json_object_get(cell, "outcome");
        if (!outcome || at >= sweep->count || sweep->cells[at].place != place
            || !json_equal(json_object_get(cell, "values"), sweep->cells[at].values)
            || sweep->cells[at].outcome)
            continue;
        sweep->cells[at].outcome = json_incref(outcome);
        sweep->cells[at].earlier = true;
        sweep->cells[at].retried = json_is_true(json_object_get(cell, "retried"));
        taken++;
    }
    return taken;
}

dg_code dg_sweep_resume(dg_sweep *sweep, size_t *taken, const char *path, dg_error *err)
{
    json_t *document;
    dg_code rc;
    *taken = 0;
    if (!dg_file_exists(path))
        return DG_OK;
    if ((rc = dg_sweep_load(&document, path, err)) < 0)
        return rc;
    if ((rc = same_sweep(sweep, document, err)) >= 0)
        *taken = take_cells(sweep, document);
    json_decref(document);
    return rc < 0 ? dg_fail_within(err, rc, "%s", path) : DG_OK;
}
