/* cmd_explain.c - doppel report explain: an event log judged again, by itself. */
#include "cli/cli_impl.h"
#include "event/event.h"
#include "outcome/outcome.h"

static const dg_option options[] = {
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};

static dg_code judged(json_t **out, const char *path, dg_error *err)
{
    dg_event_log log = { 0 };
    dg_code rc = dg_event_log_read(&log, path, err);
    if (rc >= 0 && (rc = dg_outcome_explain(out, &log, err)) < 0)
        rc = dg_fail_within(err, rc, "%s", path);
    dg_event_log_clear(&log);
    return rc;
}

static int run(const dg_args *args)
{
    json_t *document = NULL;
    dg_error err;
    int exit_code;
    if (judged(&document, args->positional[0], &err) < 0)
        return dg_cli_exit_with(&err);
    exit_code = dg_outcome_exit(document);
    if (dg_cli_print_page(stdout, document, DG_CLI_PAGE_VERDICTS, args, args->number[0],
                          args->text[1] != NULL, &err)
        < 0)
        exit_code = dg_cli_exit_with(&err);
    json_decref(document);
    return exit_code;
}

const dg_command dg_cmd_report_explain = {
    "report explain",
    "EVENTS",
    "Judge an event log again, from its contents alone",
    "EVENTS is a file that `run --events` wrote, or - for stdin. Claims, thresholds and "
    "severities\n"
    "are those of the plan of that run. Exit 0, 1, 3 or 5 as the run had it; 2 for a line that is\n"
    "not an event, or a log that is incomplete.",
    1,
    1,
    options,
    2,
    run,
    NULL,
};
