/* cmd_report.c - doppel report show: an outcome once more, for people. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"

static const dg_option options[] = {
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};

static dg_code show(const json_t *document, const dg_args *args, dg_error *err)
{
    dg_cli_page page;
    dg_code rc = dg_cli_page_of(&page, document, err);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", args->positional[0]);
    return dg_cli_print_page(stdout, document, page, args, args->number[0], args->text[1] != NULL,
                             err);
}

static int run(const dg_args *args)
{
    json_t *outcome = NULL;
    dg_error err;
    dg_code rc;
    if ((rc = dg_outcome_read(&outcome, args->positional[0], &err)) >= 0)
        rc = show(outcome, args, &err);
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
    2,
    run,
    NULL,
};
