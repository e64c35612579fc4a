/* cmd_report_diff.c - doppel report diff: two outcomes, sweeps or preflights, and what differs. */
#include "cli/cli_impl.h"
#include "compare/compare.h"
#include "outcome/outcome.h"
#include "page/page.h"
#include "preflight/preflight.h"
#include "sweep/sweep.h"

#include <string.h>

static const dg_option options[] = {
    { "exit-code", 0, DG_OPT_FLAG, NULL, "exit with 1 where they differ" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
    { "html", 0, DG_OPT_FLAG, NULL, "print it as one page for a browser" },
};
enum { OPT_EXIT_CODE, OPT_WIDTH, OPT_COLOR, OPT_HTML };

typedef enum kind { RUN, SWEEP, PREFLIGHT } kind;
static const char *const kinds[] = { "one run", "a sweep", "a preflight" };

typedef struct side {
    json_t *document; /* owned */
    kind kind;
} side;

static dg_code read_side(side *s, const char *path, dg_error *err)
{
    dg_code rc = dg_outcome_read(&s->document, path, err);
    if (rc < 0)
        return rc;
    s->kind = dg_sweep_is_document(s->document)       ? SWEEP
              : dg_preflight_is_document(s->document) ? PREFLIGHT
                                                      : RUN;
    rc = s->kind == SWEEP       ? dg_sweep_check(s->document, err)
         : s->kind == PREFLIGHT ? dg_preflight_check(s->document, err)
                                : dg_outcome_check(s->document, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", path) : DG_OK;
}

static dg_code compare(json_t **out, const side *older, const side *newer, const dg_args *args,
                       dg_error *err)
{
    dg_compare_pair both = { older->document, newer->document };
    if (older->kind == newer->kind)
        return older->kind == SWEEP       ? dg_compare_sweeps(out, both, err)
               : older->kind == PREFLIGHT ? dg_compare_preflights(out, both, err)
                                          : dg_compare_runs(out, both, err);
    if (older->kind != SWEEP && newer->kind != SWEEP)
        return dg_compare_preflight_and_run(out, both, err);
    return dg_fail(
        err, DG_USAGE, "%.180s is %s and %.180s %s: a sweep can only be held against a sweep",
        args->positional[0], kinds[older->kind], args->positional[1], kinds[newer->kind]);
}

static dg_code read_both(side *older, side *newer, const dg_args *args, dg_error *err)
{
    dg_code rc;
    if (args->json && args->text[OPT_HTML])
        return dg_fail(err, DG_USAGE, "--json and --html are two formats: choose one");
    if (strcmp(args->positional[0], "-") == 0 && strcmp(args->positional[1], "-") == 0)
        return dg_fail(err, DG_USAGE, "OLD and NEW cannot both come from stdin");
    rc = read_side(older, args->positional[0], err);
    return rc < 0 ? rc : read_side(newer, args->positional[1], err);
}

static dg_code print(const json_t *told, const dg_args *args, dg_error *err)
{
    dg_buf page;
    dg_code rc;
    if (!args->text[OPT_HTML])
        return dg_cli_print_page(stdout, told, DG_CLI_PAGE_DIFFERENCES, args,
                                 args->number[OPT_WIDTH], args->text[OPT_COLOR] != NULL, err);
    dg_buf_init(&page, (size_t)1 << 30);
    if ((rc = dg_page_differences(&page, told, args->verbose, err)) >= 0
        && ((page.len && fwrite(page.at, 1, page.len, stdout) != page.len) || fflush(stdout) != 0))
        rc = dg_fail(err, DG_IO, "the page could not be written");
    dg_buf_clear(&page);
    return rc;
}

static int run(const dg_args *args)
{
    side older = { .document = NULL }, newer = { .document = NULL };
    json_t *told = NULL;
    dg_error err;
    dg_code rc = read_both(&older, &newer, args, &err);
    int exit_code;
    if (rc >= 0 && (rc = compare(&told, &older, &newer, args, &err)) >= 0)
        rc = print(told, args, &err);
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
    "Show what differs between two outcomes, sweeps or preflights",
    "OLD and NEW are files that `run --out` or `sweep --out` wrote, or what `preflight --json` "
    "prints, one of them perhaps - for stdin. Of a preflight and a run it is told on which claims "
    "the two do not agree. What the machine was (`environment`) counts for nothing. Where nothing "
    "differs nothing "
    "is printed, with --html neither; --json then says so. -v names of each cell of a sweep all "
    "that differs. The exit "
    "code is 0 unless --exit-code is given.",
    2,
    2,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
