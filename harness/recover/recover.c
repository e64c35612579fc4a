/* recover.c - the plan as it is, then with each remedy, and the table that comes of it. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outcome/outcome.h"

typedef struct recovering {
    dg_recover_case is;
    dg_remedy rows[DG_RECOVER_ROWS_MAX];
    json_t *outcomes[DG_RECOVER_ROWS_MAX]; /* owned; NULL: it was not run, or could not be */
    dg_error why[DG_RECOVER_ROWS_MAX];
    size_t count;
    size_t cells[DG_RECOVER_ROWS_MAX]; /* which row a cell is of */
    json_t *base;                      /* owned */
} recovering;

static const json_t *breaks_of(const json_t *outcome)
{
    return json_object_get(json_object_get(outcome, "answer"), "breaks");
}

/* ---- the runs ---- */

static dg_run_options quiet(const dg_run_options *given)
{
    dg_run_options how = *given;
    how.explain = DG_RUN_EXPLAIN_NONE;
    how.positions = DG_RUN_POSITIONS_NONE;
    how.keep = NULL;
    how.events_path = NULL;
    how.verify_determinism = false;
    return how;
}

static dg_code run_base(recovering *r, dg_error *err)
{
    dg_run_options how = quiet(r->is.options->run);
    dg_code rc = dg_run(&r->base, r->is.plan, &how, err);
    int exit_code = rc < 0 ? 0 : dg_outcome_exit(r->base);
    const char *reason = json_string_value(json_object_get(r->base, "reason"));
    if (rc < 0)
        return rc;
    if (exit_code == DG_EXIT_HELD)
        return dg_fail(err, DG_USAGE, "nothing to recover from: the plan is not red (%s)", reason);
    if (exit_code != DG_EXIT_BROKE)
        return dg_fail(err, DG_LIMIT, "nothing can be said of the plan itself: %s", reason);
    return DG_OK;
}

static dg_code ended(void *user, size_t cell, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    recovering *r = user;
    (void)err;
    r->outcomes[r->cells[cell]] = outcome;
    if (!outcome)
        dg_fail(&r->why[r->cells[cell]], why->code, "%s%s",
                crashed ? "its process went down: " : "", why->text);
    return DG_OK;
}

static bool halts(void *user)
{
    const dg_recover_options *how = ((recovering *)user)->is.options;
    return how->halts && how->halts(how->user);
}

static dg_code make_rows(recovering *r, dg_error *err)
{
    dg_code rc = DG_OK;
    while (rc >= 0 && dg_remedy_make(&r->rows[r->count], r->count, &r->is, &rc, err))
        r->count++;
    return rc;
}

/* Rows that are plans alone are run together, one that governance has a part in by itself. */
static dg_code run_some(recovering *r, size_t from, size_t to, bool governed, dg_error *err)
{
    dg_run_options how = quiet(r->is.options->run);
    dg_run_cells_options cells = {
        .at_once = how.workers, .ended = ended, .halts = halts, .user = r
    };
    const dg_plan *plans[DG_RECOVER_ROWS_MAX];
    size_t count = 0;
    dg_code rc;
    for (size_t i = from; i < to; i++)
        if (r->rows[i].plan && (r->rows[i].later.slots != 0) == governed) {
            how.later = r->rows[i].later;
            plans[count] = r->rows[i].plan;
            r->cells[count++] = i;
        }
    assert(!governed || count <= 1);
    if (!count)
        return DG_OK;
    rc = dg_run_cells(plans, count, &how, &cells, err);
    if (rc == DG_END)
        dg_fail(err, DG_END, "stopped before all remedies were tried");
    return rc;
}

static dg_code run_rows(recovering *r, dg_error *err)
{
    dg_code rc = run_some(r, 0, r->count, false, err);
    for (size_t i = 0; i < r->count && rc == DG_OK; i++)
        rc = run_some(r, i, i + 1, true, err);
    return rc;
}

/* ---- one row ---- */

static int put(json_t *out, const char *key, json_t *value)
{
    return json_object_set_new(out, key, value);
}

int64_t dg_recover_ms_after(const dg_recover_case *c, int64_t slot)
{
    return (slot - c->seen.upgrade) * json_integer_value(json_object_get(c->outcome, "slot_ms"));
}

static json_int_t ms_after(const recovering *r, int64_t slot)
{
    return (json_int_t)dg_recover_ms_after(&r->is, slot);
}

static void explain(char *out, size_t size, const dg_recover_seen *seen)
{
    if (seen->halted)
        snprintf(out, size, "the chain stands from slot %lld on", (long long)seen->last + 1);
    else if (seen->until < 0)
        snprintf(out, size, "what broke is broken when the run ends");
    else
        snprintf(out, size, "nothing that broke is broken after it");
}

/* Of those who act, each in one of `over` slots: the share that had their turn before `slot`. */
static double acted_by(const dg_remedy *row, int64_t slot)
{
    double part = row->over ? (double)(slot - row->from) / (double)row->over : 1;
    return row->from < 0 ? 0 : row->share * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static int put_seen(json_t *out, const recovering *r, const dg_remedy *row, const json_t *outcome)
{
    dg_recover_seen seen;
    char why[DG_RECOVER_TEXT_MAX];
    int bad;
    dg_recover_see(&seen, outcome, breaks_of(r->base));
    explain(why, sizeof why, &seen);
    bad = put(out, "works", json_boolean(seen.until >= 0)) | put(out, "why", json_string(why))
          | put(out, "relay_lost_ms", json_integer(seen.relay_lost_ms))
          | put(out, "parachain_lost_ms", json_integer(seen.para_lost_ms))
          | put(out, "blocks_lost", json_integer(0)) | put(out, "finalized_lost", json_integer(0))
          | put(out, "broke", json_deep_copy(breaks_of(outcome)))
          | put(out, "brings", dg_recover_new_breaks(outcome, breaks_of(r->base)));
    if (seen.until >= 0)
        bad |= put(out, "recovered_ms", json_integer(ms_after(r, seen.until)));
    if (seen.half >= 0 && r->is.network)
        bad |= put(out, "half_back_ms", json_integer(ms_after(r, seen.half)))
               | put(out, "acted_when_half_back", json_real(acted_by(row, seen.half)));
    return bad;
}

static json_t *row_json(const recovering *r, size_t i)
{
    const dg_remedy *row = &r->rows[i];
    const json_t *outcome = row->is_base ? r->base : r->outcomes[i];
    const char *reason = row->not_tried[0] ? row->not_tried : r->why[i].text;
    json_t *out = json_pack("{s:s, s:s, s:b}", "remedy", row->kind, "says", row->says, "tried",
                            outcome != NULL);
    int bad = out ? 0 : 1;
    if (!outcome)
        bad |= put(out, "works", json_false()) | put(out, "why", json_string(reason));
    if (row->from >= 0)
        bad |= put(out, "acts", json_real(row->share))
               | put(out, "from_ms", json_integer(ms_after(r, row->from)))
               | put(out, "by_ms", json_integer(ms_after(r, row->from + row->over)));
    if (outcome)
        bad |= put_seen(out, r, row, outcome);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- the best first ---- */

static json_int_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

/* What works first; of those what is over soonest, then what asks fewest to act, then what costs
 * parachains least. What was not tried comes last. */
static int compare(const void *one, const void *other)
{
    const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
    static const char *const flags[] = { "works", "tried" };
    double share_a = json_number_value(json_object_get(a, "acts")),
           share_b = json_number_value(json_object_get(b, "acts"));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        int x = json_is_true(json_object_get(a, flags[i])),
            y = json_is_true(json_object_get(b, flags[i]));
        if (x != y)
            return y - x;
    }
    if (number(a, "recovered_ms") != number(b, "recovered_ms"))
        return number(a, "recovered_ms") < number(b, "recovered_ms") ? -1 : 1;
    if (share_a < share_b || share_b < share_a)
        return share_a < share_b ? -1 : 1;
    if (number(a, "parachain_lost_ms") != number(b, "parachain_lost_ms"))
        return number(a, "parachain_lost_ms") < number(b, "parachain_lost_ms") ? -1 : 1;
    return strcmp(json_string_value(json_object_get(a, "says")),
                  json_string_value(json_object_get(b, "says")));
}

static dg_code rows_json(json_t **out, const recovering *r, dg_error *err)
{
    json_t *all = json_array(), *sorted[DG_RECOVER_ROWS_MAX], *row;
    dg_code rc = DG_OK;
    size_t count;
    for (size_t i = 0; i < r->count && rc >= 0; i++)
        if (!(row = row_json(r, i)) || json_array_append_new(all, row))
            rc = dg_fail(err, DG_NOMEM, "no memory for the remedies");
    if (rc >= 0)
        rc = dg_recover_rollbacks(all, &r->is, err);
    if (rc >= 0)
        rc = dg_recover_substitute(all, &r->is, err);
    count = json_array_size(all);
    assert(count <= DG_RECOVER_ROWS_MAX);
    *out = json_array();
    for (size_t i = 0; i < count; i++)
        sorted[i] = json_array_get(all, i);
    qsort(sorted, count, sizeof *sorted, compare);
    for (size_t i = 0; i < count; i++)
        if (json_array_append(*out, sorted[i]))
            rc = dg_fail(err, DG_NOMEM, "no memory for the remedies");
    json_decref(all);
    return rc;
}

static json_t *document_of(const recovering *r, json_t *rows)
{
    const json_t *u = json_object_get(r->base, "upgrade");
    json_t *body =
        json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:b, s:I, s:o}", "name",
                  json_object_get(r->base, "name"), "chain", json_object_get(r->base, "chain"),
                  "seed", json_object_get(r->base, "seed"), "upgrade", u, "slot_ms",
                  json_object_get(r->base, "slot_ms"), "reason", json_object_get(r->base, "reason"),
                  "broke", breaks_of(r->base), "halted", r->is.seen.halted, "last_slot",
                  (json_int_t)r->is.seen.last, "remedies", rows);
    return body ? json_pack("{s:i, s:o}", "doppel", 1, "recover", body) : NULL;
}

/* ---- all of it ---- */

static void clear(recovering *r)
{
    for (size_t i = 0; i < r->count; i++) {
        dg_plan_free(r->rows[i].plan);
        json_decref(r->rows[i].fields);
        json_decref(r->outcomes[i]);
    }
    json_decref(r->base);
}

dg_code dg_recover(json_t **document, const dg_plan *plan, const dg_recover_options *options,
                   dg_error *err)
{
    enum { REACT = 2, OVER = 8 };
    recovering *r = dg_calloc(1, sizeof *r);
    dg_code rc;
    *document = NULL;
    if (dg_plan_is_bft(plan)) {
        dg_free(r);
        return dg_fail(err, DG_USAGE,
                       "a plan of consensus bft has no chain to recover; remedies are transitions "
                       "of the plan itself");
    }
    if (!r)
        return dg_fail(err, DG_NOMEM, "no memory to try remedies");
    if (options->warp != 0 && !(options->warp > 1)) {
        dg_free(r);
        return dg_fail(err, DG_USAGE,
                       "clocks that run %g times as fast never come up with true time: a factor "
                       "above 1 is needed",
                       options->warp);
    }
    r->is = (dg_recover_case){ .plan = plan,
                               .options = options,
                               .react = options->react_slots ? options->react_slots : REACT,
                               .over = options->over_slots ? options->over_slots : OVER };
    r->is.governance = options->governance_slots ? options->governance_slots : r->is.react;
    if ((rc = run_base(r, err)) >= 0) {
        r->is.outcome = r->base;
        r->is.network = json_object_get(r->base, "network") != NULL;
        dg_recover_see(&r->is.seen, r->base, breaks_of(r->base));
        json_t *rows = NULL;
        if ((rc = make_rows(r, err)) >= 0 && (rc = run_rows(r, err)) == DG_OK)
            rc = rows_json(&rows, r, err);
        if (rc == DG_OK && !(*document = document_of(r, json_incref(rows))))
            rc = dg_fail(err, DG_NOMEM, "no memory for the remedies");
        json_decref(rows);
    }
    clear(r);
    dg_free(r);
    return rc;
}

int dg_recover_exit(const json_t *document)
{
    const json_t *rows = json_object_get(json_object_get(document, "recover"), "remedies"), *row;
    size_t i;
    json_array_foreach(rows, i,
                       row) if (json_is_true(json_object_get(row, "works"))) return DG_EXIT_HELD;
    return DG_EXIT_BROKE;
}
