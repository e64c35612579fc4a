/* cmd_report_diff.c - doppel report diff: two outcomes, or two sweeps, and what differs. */
#include "cli/cli_impl.h"
#include "compare/compare.h"

#include <string.h>

static const dg_option options[] = {
    { "exit-code", 0, DG_OPT_FLAG, NULL, "exit with 1 where they differ" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};
enum { OPT_EXIT_CODE, OPT_WIDTH, OPT_COLOR };

typedef struct side {
    json_t *document; /* owned */
    bool is_sweep;
} side;

static dg_code compare(json_t **out, const side *older, const side *newer, const dg_args *args,
                       dg_error *err)
{
    dg_compare_pair both = { older->document, newer->document };
    if (older->is_sweep != newer->is_sweep)
        return dg_fail(
            err, DG_USAGE, "%.180s is a sweep and %.180s one run: compare two runs, or two sweeps",
            args->positional[older->is_sweep ? 0 : 1], args->positional[older->is_sweep ? 1 : 0]);
    return older->is_sweep ? dg_compare_sweeps(out, both, err) : dg_compare_runs(out, both, err);
}

static dg_code read_both(side *older, side *newer, const dg_args *args, dg_error *err)
{
    dg_code rc;
    if (strcmp(args->positional[0], "-") == 0 && strcmp(args->positional[1], "-") == 0)
        return dg_fail(err, DG_USAGE, "OLD and NEW cannot both come from stdin");
    rc = dg_cli_read_runs(&older->document, &older->is_sweep, args->positional[0], err);
    return rc < 0 ? rc
                  : dg_cli_read_runs(&newer->document, &newer->is_sweep, args->positional[1], err);
}

static int run(const dg_args *args)
{
    side older = { .document = NULL }, newer = { .document = NULL };
    json_t *told = NULL;
    dg_error err;
    dg_code rc = read_both(&older, &newer, args, &err);
    int exit_code;
    if (rc >= 0 && (rc = compare(&told, &older, &newer, args, &err)) >= 0)
        rc = dg_cli_print_page(stdout, told, DG_CLI_PAGE_DIFFERENCES, args, args->number[OPT_WIDTH],
                               args->text[OPT_COLOR] != NULL, &err);
    exit_code = rc < 0                                                  ? dg_cli_exit_with(&err)
                : args->text[OPT_EXIT_CODE] && dg_compare_differs(told) ? DG_EXIT_BROKE
                                                                        : DG_EXIT_HELD;
    json_decref(told);
    json_decref(older.document);
    json_decref(newer.document);
    return exit_code;
}

const dg_command dg_cmd_report_diff = {
    "report diff",
    "OLD NEW",
    "Show what differs between two outcomes, or two sweeps",
    "OLD and NEW are files that `run --out` or `sweep --out` wrote, one of them perhaps - for "
    "stdin. What the machine was (`environment`) counts for nothing. Where nothing differs nothing "
    "is printed; --json then says so. -v names of each cell of a sweep all that differs. The exit "
    "code is 0 unless --exit-code is given.",
    2,
    2,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
