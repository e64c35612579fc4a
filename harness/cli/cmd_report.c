/* cmd_report.c - doppel report show: an outcome once more, for people. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "report/report.h"

#include <stdlib.h>
#include <unistd.h>

static const dg_option options[] = {
    { "width", 0, DG_OPT_NUMBER, "COLUMNS", "wrap lines at this column (100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even where the output is no terminal" },
};

static int run(const dg_args *args)
{
    dg_report_options how = { .verbose = args->verbose, .width = (unsigned)args->number[0] };
    json_t *outcome = NULL;
    dg_error err;
    dg_buf text;
    int exit_code = DG_EXIT_HELD;
    dg_code rc;
    if ((rc = dg_outcome_load(&outcome, args->positional[0], &err)) < 0)
        return dg_cli_exit_with(&err);
    how.colour = args->text[1] || (isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    dg_buf_init(&text, (size_t)1 << 30);
    rc = args->json ? dg_report_json(&text, outcome, &err)
                    : dg_report_text(&text, outcome, &how, &err);
    if (rc >= 0 && fwrite(text.at, 1, text.len, stdout) != text.len)
        rc = dg_fail(&err, DG_IO, "the report could not be written");
    if (rc < 0)
        exit_code = dg_cli_exit_with(&err);
    dg_buf_clear(&text);
    json_decref(outcome);
    return exit_code;
}

const dg_command dg_cmd_report_show = {
    "report show",
    "OUTCOME",
    "Print the report of an outcome file",
    "Exit 0 whatever the verdict was.",
    1,
    1,
    options,
    2,
    run,
    NULL,
};
