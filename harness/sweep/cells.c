/* cells.c - the combinations of the axes, counted out like a number whose last digit is the
 * position of U: neighbours in the order are neighbours in time. */
#include "sweep/sweep_impl.h"

#include <assert.h>
#include <string.h>

static size_t values_of(const dg_axes *axes, size_t kind)
{
    return axes->of[kind].count ? axes->of[kind].count : 1;
}

static dg_code count_all(size_t *out, const dg_axes *axes, bool many, dg_error *err)
{
    bool any = false;
    *out = 1;
    for (size_t k = 0; k < DG_AXES_MAX; k++) {
        any |= axes->of[k].count != 0;
        if (*out > DG_SWEEP_CELLS_MAX / values_of(axes, k))
            return dg_fail(err, DG_USAGE, "the sweep has more than %d cells", DG_SWEEP_CELLS_MAX);
        *out *= values_of(axes, k);
    }
    if (!any)
        return dg_fail(err, DG_USAGE,
                       "nothing is swept over: give --at, --seeds, --nodes, --network or --to more "
                       "than the plan's one value");
    if (*out > DG_SWEEP_CELLS_UNASKED && !many)
        return dg_fail(
            err, DG_USAGE,
            "the sweep has %zu cells, each of them a run: say with --time-budget for how "
            "long it may work on them",
            *out);
    return DG_OK;
}

/* ---- one cell ---- */

/* An absolute or odd value that is none of the plan's must be found here, not after hours. */
static dg_code make_plan(dg_sweep_cell *cell, const dg_plan *base, dg_error *err)
{
    const char *key;
    json_t *value;
    dg_code rc = dg_plan_copy(&cell->plan, base, err);
    json_object_foreach(cell->values, key, value)
    {
        if (rc >= 0)
            rc = dg_plan_set(cell->plan, key, json_string_value(value), err);
    }
    return rc < 0 ? rc : dg_plan_check(cell->plan, err);
}

static dg_code make_cell(dg_sweep_cell *cell, size_t place, const dg_plan *base,
                         const dg_axes *axes, const json_t *shown, dg_error *err)
{
    size_t rest = place;
    char name[160];
    dg_code rc;
    cell->place = place;
    if (!(cell->values = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for a cell");
    for (size_t k = DG_AXES_MAX; k--; rest /= values_of(axes, k)) {
        const dg_axis *axis = &axes->of[k];
        if (axis->count
            && json_object_set_new(cell->values, dg_axis_key((dg_axis_kind)k),
                                   json_string(axis->values[rest % axis->count]))
                   != 0)
            return dg_fail(err, DG_NOMEM, "no memory for a cell");
    }
    assert(!rest);
    rc = make_plan(cell, base, err);
    if (rc < 0) {
        dg_sweep_cell_name(name, sizeof name, cell->values, shown);
        return name[0] ? dg_fail_within(err, rc, "%s", name) : rc;
    }
    return DG_OK;
}

bool dg_sweep_cell_is_finished(const dg_sweep_cell *cell)
{
    return cell->outcome || cell->failed[0];
}

void dg_sweep_cell_name(char *out, size_t size, const json_t *values, const json_t *axes)
{
    size_t used = 0;
    assert(size > 0);
    out[0] = 0;
    for (size_t i = json_array_size(axes); i-- && used < size;) {
        const json_t *axis = json_array_get(axes, i);
        const char *key = json_string_value(json_object_get(axis, "key"));
        if (json_array_size(json_object_get(axis, "values")) > 1)
            used += (size_t)snprintf(out + used, size - used, "%s%s%s", used ? ", " : "",
                                     strcmp(key, dg_axis_key(DG_AXIS_SEEDS)) == 0 ? "seed " : "",
                                     json_string_value(json_object_get(values, key)));
    }
}

/* ---- all of them ---- */

static json_t *axes_json(const dg_axes *axes)
{
    json_t *out = json_array();
    for (size_t k = 0; k < DG_AXES_MAX; k++) {
        json_t *values = axes->of[k].count ? json_array() : NULL;
        for (size_t i = 0; i < axes->of[k].count; i++)
            json_array_append_new(values, json_string(axes->of[k].values[i]));
        if (values
            && json_array_append_new(out, json_pack("{s:s, s:o}", "key",
                                                    dg_axis_key((dg_axis_kind)k), "values", values))
                   != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

dg_code dg_sweep_new(dg_sweep **out, const dg_plan *plan, const dg_axes *axes, dg_shard shard,
                     bool many, dg_error *err)
{
    dg_sweep *s;
    size_t total, own;
    dg_code rc = count_all(&total, axes, many, err);
    assert(shard.i >= 1 && shard.i <= shard.n);
    *out = NULL;
    if (rc < 0)
        return rc;
    own = total / shard.n + (shard.i - 1 < total % shard.n);
    if (!(s = dg_calloc(1, sizeof *s)))
        return dg_fail(err, DG_NOMEM, "no memory for a sweep");
    *s = (dg_sweep){ .plan = plan, .axes = axes_json(axes), .shard = shard, .total = total };
    if (!s->axes || !(s->cells = dg_calloc(own ? own : 1, sizeof *s->cells)))
        rc = dg_fail(err, DG_NOMEM, "no memory for %zu cells", own);
    for (size_t place = shard.i - 1; place < total && rc >= 0; place += shard.n)
        rc = make_cell(&s->cells[s->count++], place, plan, axes, s->axes, err);
    assert(rc < 0 || s->count == own);
    if (rc < 0) {
        dg_sweep_free(s);
        return rc;
    }
    *out = s;
    return DG_OK;
}

void dg_sweep_free(dg_sweep *sweep)
{
    if (!sweep)
        return;
    for (size_t i = 0; i < sweep->count; i++) {
        dg_plan_free(sweep->cells[i].plan);
        json_decref(sweep->cells[i].values);
        json_decref(sweep->cells[i].outcome);
    }
    dg_free(sweep->cells);
    json_decref(sweep->axes);
    dg_free(sweep);
}

size_t dg_sweep_count(const dg_sweep *sweep)
{
    return sweep->count;
}

size_t dg_sweep_finished(const dg_sweep *sweep)
{
    size_t done = 0;
    for (size_t i = 0; i < sweep->count; i++)
        done += dg_sweep_cell_is_finished(&sweep->cells[i]);
    return done;
}
