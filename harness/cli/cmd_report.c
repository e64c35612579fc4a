/* cmd_report.c - doppel report show: an outcome once more, for people. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "sweep/sweep.h"

static const dg_option options[] = {
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "cell", 0, DG_OPT_TEXT, "CELL",
      "of a sweep one cell, as a run by itself: its number, from 1, or its values, "
      "'boundary-3 seeds=2'" },
};
enum { OPT_WIDTH, OPT_COLOR, OPT_CELL };

static dg_code show(const json_t *document, const dg_args *args, dg_error *err)
{
    dg_cli_page page;
    dg_code rc = dg_cli_page_of(&page, document, err);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", args->positional[0]);
    return dg_cli_print_page(stdout, document, page, args, args->number[OPT_WIDTH],
                             args->text[OPT_COLOR] != NULL, err);
}

static dg_code show_cell(const json_t *document, const dg_args *args, dg_error *err)
{
    const json_t *outcome;
    dg_code rc;
    if (!dg_sweep_is_document(document))
        return dg_fail(err, DG_USAGE, "%s is no sweep, so it has no cells", args->positional[0]);
    if ((rc = dg_sweep_check(document, err)) < 0
        || (rc = dg_sweep_find(&outcome, document, args->text[OPT_CELL], err)) < 0)
        return dg_fail_within(err, rc, "%s", args->positional[0]);
    return show(outcome, args, err);
}

static int run(const dg_args *args)
{
    json_t *outcome = NULL;
    dg_error err;
    dg_code rc;
    if ((rc = dg_outcome_read(&outcome, args->positional[0], &err)) >= 0)
        rc = args->text[OPT_CELL] ? show_cell(outcome, args, &err) : show(outcome, args, &err);
    json_decref(outcome);
    return rc < 0 ? dg_cli_exit_with(&err) : DG_EXIT_HELD;
}

const dg_command dg_cmd_report_show = {
    "report show",
    "OUTCOME",
    "Print the report of an outcome file",
    "OUTCOME is a file that `run --out`, `sweep --out` or `gate --out` wrote, or - for stdin. The "
    "exit code is 0 whatever the verdict.",
    1,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
