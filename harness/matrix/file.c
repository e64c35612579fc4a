/* file.c - what a plan of a matrix may say. */
#include "matrix/matrix_impl.h"

#include <assert.h>
#include <string.h>

#include "outcome/outcome.h"

const char *const dg_matrix_cell_words[] = { "binary=N-1 config=N-1",
                                             "binary=N-1 config=N",
                                             "binary=N config=N-1",
                                             "binary=N config=N",
                                             "binary=N config=N over N-1's data",
                                             "binary=N-1 config=N-1 over N's data",
                                             "binary=N-1 config=N over N's data",
                                             NULL };
const dg_matrix_place dg_matrix_places[DG_MATRIX_CELLS] = {
    { DG_MATRIX_OLD, DG_MATRIX_OLD, false }, { DG_MATRIX_OLD, DG_MATRIX_NEW, false },
    { DG_MATRIX_NEW, DG_MATRIX_OLD, false }, { DG_MATRIX_NEW, DG_MATRIX_NEW, false },
    { DG_MATRIX_NEW, DG_MATRIX_NEW, true },  { DG_MATRIX_OLD, DG_MATRIX_OLD, true },
    { DG_MATRIX_OLD, DG_MATRIX_NEW, true },
};

const char *dg_matrix_cell_name(size_t cell)
{
    assert(cell < DG_MATRIX_CELLS);
    return dg_matrix_cell_words[cell];
}

static const dg_keys_row rows[] = {
    { "matrix", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "name", DG_KEYS_TEXT, .without = "the file's own", .says = "what it is called" },
    { "binary", DG_KEYS_OBJECT, true, .says = "what stands in $BINARY" },
    { "binary.N-1", DG_KEYS_TEXT, true, .says = "of the release that runs now" },
    { "binary.N", DG_KEYS_TEXT, true, .says = "of the release that is to come" },
    { "config", DG_KEYS_OBJECT, true, .says = "what stands in $CONFIG: flags, or a file" },
    { "config.N-1", DG_KEYS_TEXT, true, .says = "as N-1 is run" },
    { "config.N", DG_KEYS_TEXT, true, .says = "as N is to be run" },
    { "start", DG_KEYS_TEXT, true,
      .says = "command of the shell that runs the node and stays; it has $BINARY, $CONFIG, $DATA "
              "(its folder) and $PORT1 to $PORT4 (free ones of 127.0.0.1), as all of these "
              "commands" },
    { "ready", DG_KEYS_TEXT, .without = "it is when it runs",
      .says = "command that succeeds once it is started; asked again until then" },
    { "checks", DG_KEYS_LIST, true, .says = "what it has to do, one after the other" },
    { "checks[]", DG_KEYS_OBJECT, .says = "a check" },
    { "checks[].name", DG_KEYS_TEXT, true, .says = "what it does, as \"syncs\" or \"answers\"" },
    { "checks[].run", DG_KEYS_TEXT, true,
      .says = "command that succeeds when it does; asked again until then" },
    { "stop", DG_KEYS_TEXT, .without = "it gets SIGTERM, with its group",
      .says = "command that ends it" },
    { "ready_s", DG_KEYS_WHOLE, .min = 1, .max = 86400, .fallback = "60",
      .says = "seconds until it is ready" },
    { "check_s", DG_KEYS_WHOLE, .min = 1, .max = 86400, .fallback = "120",
      .says = "seconds until a check succeeds" },
    { "command_s", DG_KEYS_WHOLE, .min = 1, .max = 86400, .fallback = "10",
      .says = "seconds that one call of ready, of a check or of stop may take; then it is killed" },
    { "stop_s", DG_KEYS_WHOLE, .min = 1, .max = 86400, .fallback = "30",
      .says = "seconds until it has stopped; then it is killed" },
    { "cells", DG_KEYS_LIST, .without = "all of them", .says = "cells that are run" },
    { "cells[]", DG_KEYS_TEXT, .words = dg_matrix_cell_words, .says = "a cell" },
    { "allow", DG_KEYS_LIST, .without = "none may fail", .says = "cells that may fail" },
    { "allow[]", DG_KEYS_TEXT, .words = dg_matrix_cell_words, .says = "a cell" },
};
static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "A matrix of doppel",
                                     "matrix.schema.json" };

const dg_keys_table *dg_matrix_keys(void)
{
    return &table;
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static uint64_t ms_at(const json_t *json, const char *key)
{
    return (uint64_t)dg_keys_whole(&table, json, key) * 1000;
}

/* Marks the cells that a list of the plan names. */
static void read_cells(bool out[DG_MATRIX_CELLS], const json_t *list)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        for (size_t cell = 0; cell < DG_MATRIX_CELLS; cell++)
            out[cell] |= strcmp(json_string_value(one), dg_matrix_cell_words[cell]) == 0;
    }
}

static dg_code read_checks(dg_matrix *m, dg_error *err)
{
    const json_t *checks = json_object_get(m->json, "checks"), *one;
    size_t i;
    if (!json_array_size(checks))
        return dg_fail(err, DG_USAGE, "checks: there is none, so nothing would be seen");
    if (json_array_size(checks) > DG_MATRIX_CHECKS_MAX)
        return dg_fail(err, DG_USAGE, "checks: there are more than %d", DG_MATRIX_CHECKS_MAX);
    json_array_foreach(checks, i, one)
    {
        m->checks[i] = (dg_matrix_command){ text_at(one, "name"), text_at(one, "run") };
        if (!m->checks[i].name[0] || strlen(m->checks[i].name) >= sizeof m->came[0].step)
            return dg_fail(err, DG_USAGE, "checks[%zu].name is empty or too long", i);
    }
    m->check_count = json_array_size(checks);
    return DG_OK;
}

static dg_code read_plan(dg_matrix *m, const char *path, dg_error *err)
{
    static const char *const sides[] = { "N-1", "N" };
    dg_code rc = dg_keys_check(&table, m->json, true, err);
    if (rc < 0)
        return rc;
    m->name = text_at(m->json, "name") ? text_at(m->json, "name") : path;
    m->start = text_at(m->json, "start");
    m->ready = text_at(m->json, "ready");
    m->stop = text_at(m->json, "stop");
    for (size_t i = 0; i < 2; i++) {
        m->binary[i] = text_at(json_object_get(m->json, "binary"), sides[i]);
        m->config[i] = text_at(json_object_get(m->json, "config"), sides[i]);
    }
    m->ready_ms = ms_at(m->json, "ready_s");
    m->check_ms = ms_at(m->json, "check_s");
    m->stop_ms = ms_at(m->json, "stop_s");
    m->command_ms = ms_at(m->json, "command_s");
    read_cells(m->allowed, json_object_get(m->json, "allow"));
    read_cells(m->wanted, json_object_get(m->json, "cells"));
    for (size_t cell = 0; cell < DG_MATRIX_CELLS; cell++)
        m->wanted[cell] |= !json_object_get(m->json, "cells");
    return read_checks(m, err);
}

dg_code dg_matrix_load(dg_matrix **out, const char *path, dg_error *err)
{
    dg_matrix *m = dg_calloc(1, sizeof *m);
    dg_code rc;
    *out = NULL;
    if (!m)
        return dg_fail(err, DG_NOMEM, "no memory for a matrix");
    if ((rc = dg_outcome_read(&m->json, path, err)) >= 0 && (rc = read_plan(m, path, err)) < 0)
        dg_fail_within(err, rc, "%.200s", path);
    if (rc < 0) {
        dg_matrix_free(m);
        return rc == DG_MALFORMED ? DG_USAGE : rc;
    }
    *out = m;
    return DG_OK;
}

void dg_matrix_free(dg_matrix *matrix)
{
    if (!matrix)
        return;
    json_decref(matrix->json);
    dg_free(matrix);
}
