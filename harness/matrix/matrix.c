/* matrix.c - the cells in their order, their folders, and what they come to together. */
#include "matrix/matrix_impl.h"

#include <assert.h>
#include <string.h>

/* The cell whose data a cell over the other's data begins with. */
static size_t stands_on(size_t cell)
{
    const dg_matrix_place *place = &dg_matrix_places[cell];
    assert(place->over_other);
    return place->binary == DG_MATRIX_NEW ? 0 : 3;
}

/* Its own run, so that nobody else has written to the folder; its verdict is not asked for again.
 */
static dg_code prepare(dg_matrix *m, size_t cell, const char *folder, const dg_matrix_options *how,
                       bool *well, dg_error *err)
{
    size_t on = stands_on(cell);
    dg_matrix_came kept = m->came[on];
    dg_code rc;
    *well = false;
    if (kept.ran && !kept.passed)
        return DG_OK;
    rc = dg_matrix_cell(m, on, folder, how, err);
    *well = rc == DG_OK && m->came[on].passed;
    m->came[on] = kept;
    return rc;
}

static dg_code run_cell(dg_matrix *m, size_t cell, const dg_matrix_options *how, dg_error *err)
{
    dg_scratch scratch;
    bool well = true;
    dg_error own;
    dg_code rc = dg_scratch_make(&scratch, NULL, err), removed;
    if (rc < 0)
        return rc;
    if (dg_matrix_places[cell].over_other)
        rc = prepare(m, cell, scratch.folder, how, &well, err);
    if (rc == DG_OK && well) {
        rc = dg_matrix_cell(m, cell, scratch.folder, how, err);
    } else if (rc == DG_OK) {
        m->came[cell] = (dg_matrix_came){ .ran = true, .skipped = true };
        snprintf(m->came[cell].why, sizeof m->came[cell].why, "%s fails, so there are no such data",
                 dg_matrix_cell_name(stands_on(cell)));
    }
    removed = dg_dir_remove(scratch.folder, &own);
    dg_scratch_keep(&scratch);
    return rc == DG_OK && removed < 0 ? dg_fail(err, removed, "%s", own.text) : rc;
}

dg_code dg_matrix_run(dg_matrix *m, const dg_matrix_options *options, dg_error *err)
{
    dg_code rc = dg_dir_make(options->logs, err);
    for (size_t cell = 0; cell < DG_MATRIX_CELLS && rc == DG_OK; cell++) {
        if (!m->wanted[cell])
            continue;
        rc = run_cell(m, cell, options, err);
        if (rc != DG_OK)
            m->came[cell].ran = false;
    }
    m->halted = rc == DG_END;
    return rc;
}

/* ---- the document ---- */

static const char *status_of(const dg_matrix_came *came)
{
    return came->passed ? "passed" : came->skipped ? "skipped" : "failed";
}

static json_t *cell_json(const dg_matrix *m, size_t cell)
{
    static const char *const sides[] = { "N-1", "N" };
    const dg_matrix_place *place = &dg_matrix_places[cell];
    const dg_matrix_came *came = &m->came[cell];
    json_t *out = json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:s}", "name",
                            dg_matrix_cell_name(cell), "binary", sides[place->binary], "config",
                            sides[place->config], "over_other", place->over_other, "allowed",
                            m->allowed[cell], "status", status_of(came), "output", came->log);
    int bad = !out;
    if (!bad && came->step[0])
        bad |= json_object_set_new(out, "step", json_string(came->step));
    if (!bad && came->why[0])
        bad |= json_object_set_new(out, "why", json_string(came->why));
    if (!bad && came->note[0])
        bad |= json_object_set_new(out, "note", json_string(came->note));
    if (!bad && came->tail_count) {
        json_t *tail = json_array();
        for (size_t i = 0; i < came->tail_count; i++)
            bad |= json_array_append_new(tail, json_string(came->tail[i]));
        bad |= json_object_set_new(out, "tail", tail);
    }
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

static int put_result(json_t *out, const dg_matrix *m)
{
    size_t ran = 0, wanted = 0, broke = 0;
    const char *first = NULL;
    char reason[200];
    int code;
    for (size_t i = 0; i < DG_MATRIX_CELLS; i++) {
        ran += m->came[i].ran;
        wanted += m->wanted[i];
        if (m->came[i].ran && !m->came[i].passed && !m->came[i].skipped && !m->allowed[i]
            && !broke++)
            first = dg_matrix_cell_name(i);
    }
    if (m->came[0].ran && !m->came[0].passed) {
        code = DG_EXIT_INCONCLUSIVE;
        snprintf(reason, sizeof reason, "%s fails: N-1 as it runs now", dg_matrix_cell_name(0));
    } else if (broke) {
        code = DG_EXIT_BROKE;
        snprintf(reason, sizeof reason, "%zu of %zu cells fail, first %s", broke, ran, first);
    } else if (ran < wanted) {
        code = DG_EXIT_INCONCLUSIVE;
        snprintf(reason, sizeof reason, "%zu of %zu cells were run", ran, wanted);
    } else {
        code = DG_EXIT_HELD;
        snprintf(reason, sizeof reason, "%zu cells were run, and those that have to pass do", ran);
    }
    return json_object_set_new(out, "result",
                               json_string(code == DG_EXIT_HELD    ? "held"
                                           : code == DG_EXIT_BROKE ? "broke"
                                                                   : "inconclusive"))
           | json_object_set_new(out, "exit", json_integer(code))
           | json_object_set_new(out, "reason", json_string(reason));
}

dg_code dg_matrix_document(json_t **out, const dg_matrix *m, dg_error *err)
{
    json_t *document = json_pack("{s:i, s:{s:s, s:s}, s:{s:s}}", "doppel", 1, "program", "name",
                                 "doppel", "version", DG_VERSION, "matrix", "name", m->name);
    json_t *cells = json_array();
    int bad = !document || !cells;
    for (size_t i = 0; i < DG_MATRIX_CELLS && !bad; i++)
        if (m->came[i].ran)
            bad |= json_array_append_new(cells, cell_json(m, i));
    if (!bad)
        bad = put_result(document, m) | json_object_set(document, "cells", cells);
    json_decref(cells);
    if (bad) {
        json_decref(document);
        return dg_fail(err, DG_NOMEM, "no memory for the matrix");
    }
    *out = document;
    return DG_OK;
}

bool dg_matrix_is_document(const json_t *document)
{
    return json_is_object(json_object_get(document, "matrix"))
           && json_is_array(json_object_get(document, "cells"));
}

dg_code dg_matrix_check(const json_t *document, dg_error *err)
{
    if (!dg_matrix_is_document(document)
        || json_integer_value(json_object_get(document, "doppel")) != 1)
        return dg_fail(err, DG_MALFORMED, "it is no outcome of doppel matrix");
    return dg_keys_check(dg_matrix_outcome_keys(), document, true, err) < 0 ? DG_MALFORMED : DG_OK;
}

int dg_matrix_exit(const json_t *document)
{
    const json_t *code = json_object_get(document, "exit");
    return json_is_integer(code) && json_integer_value(code) >= 0 && json_integer_value(code) <= 3
               ? (int)json_integer_value(code)
               : DG_EXIT_INTERNAL;
}
