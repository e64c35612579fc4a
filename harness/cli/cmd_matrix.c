/* cmd_matrix.c - doppel matrix: binaries by configurations, and the way back. */
#include "cli/cli_impl.h"
#include "matrix/matrix.h"

#include <assert.h>
#include <string.h>

static const dg_option options[] = {
    { "out", 'o', DG_OPT_TEXT, "FILE", "the outcome (out/matrix.json)" },
    { "logs", 0, DG_OPT_ONCE, "DIR", "what each cell prints is kept there (out/matrix)" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};
enum { OPT_OUT, OPT_LOGS, OPT_WIDTH, OPT_COLOR };

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

static void step(void *user, size_t cell, const char *what)
{
    (void)user;
    if (dg_log_get() != DG_LOG_QUIET)
        fprintf(stderr, "matrix: %s: %s\n", dg_matrix_cell_name(cell), what);
}

static int deliver(const dg_matrix *matrix, const char *out, const dg_args *args)
{
    json_t *document;
    dg_error err;
    int exit_code;
    if (dg_matrix_document(&document, matrix, &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = dg_matrix_exit(document);
    if (dg_cli_write_json(document, out, &err) < 0
        || dg_cli_print_page(strcmp(out, "-") == 0 ? stderr : stdout, document, DG_CLI_PAGE_MATRIX,
                             args, args->number[OPT_WIDTH], args->text[OPT_COLOR] != NULL, &err)
               < 0)
        exit_code = dg_cli_exit_with(&err);
    json_decref(document);
    return exit_code;
}

static int run(const dg_args *args)
{
    dg_matrix_options how = { .logs = args->text[OPT_LOGS] ? args->text[OPT_LOGS] : "out/matrix",
                              .halts = halts,
                              .progress = step };
    const char *out = args->text[OPT_OUT] ? args->text[OPT_OUT] : "out/matrix.json";
    dg_matrix *matrix = NULL;
    dg_error err;
    int exit_code;
    dg_code rc = dg_matrix_load(&matrix, args->positional[0], &err);
    if (rc >= 0 && (rc = dg_cli_folder_for(out, &err)) >= 0
        && (rc = dg_cli_try_place("out", out, args->positional, 1, &err)) >= 0) {
        dg_cli_hear_signals();
        rc = dg_matrix_run(matrix, &how, &err);
    }
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(matrix, out, args);
    dg_matrix_free(matrix);
    return exit_code;
}

static void epilogue(FILE *out)
{
    const dg_keys_table *table = dg_matrix_keys();
    fputs("\nKeys of a plan, JSON:\n\n", out);
    for (size_t i = 0; i < table->count; i++) {
        char room[1000];
        dg_buf text = dg_buf_on(room, sizeof room);
        dg_keys_describe(&text, &table->rows[i]);
        fprintf(out, "  %-17s ", table->rows[i].path);
        dg_cli_wrap(out, 20, 20, dg_buf_text(&text));
    }
    fputs("\nExample:\n"
          "  {\"matrix\": 1, \"binary\": {\"N-1\": \"./node-1.9\", \"N\": \"./node-1.10\"},\n"
          "   \"config\": {\"N-1\": \"\", \"N\": \"--db paritydb\"},\n"
          "   \"start\": \"exec $BINARY $CONFIG --base-path $DATA --rpc-port $PORT1\",\n"
          "   \"ready\": \"curl -sf http://127.0.0.1:$PORT1/health\",\n"
          "   \"checks\": [{\"name\": \"syncs\", \"run\": \"./synced $PORT1\"}]}\n"
          "Exit 1: a cell fails that may not; 3: N-1 with its own configuration fails already.\n"
          "matrix.schema.json and matrix-outcome.schema.json describe plan and --json.\n",
          out);
}

const dg_command dg_cmd_matrix = {
    "matrix",
    "PLAN",
    "Try binaries N-1 and N with the configurations of both, and the way back",
    "Each cell is started, checked and stopped by the plan's commands, each with a data folder and "
    "ports of its own: four over an empty folder, N over N-1's data, N-1 over N's, with its own "
    "configuration and with N's. Nothing of a cell is left running.",
    1,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
