/* page.c - how a document is printed for people: as much of it as was asked for, as wide and as
 * colourful as the place it goes to. */
#include "cli/cli_impl.h"
#include "gate/gate.h"
#include "matrix/matrix.h"
#include "observe/observe.h"
#include "outcome/outcome.h"
#include "report/report.h"
#include "sweep/sweep.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_USUAL = 100, WIDTH_LEAST = 40, WIDTH_MOST = 160 };

/* https://no-color.org: "when present and not an empty string". */
static bool coloured(FILE *to, bool asked)
{
    const char *no = getenv("NO_COLOR");
    return asked || (isatty(fileno(to)) && !dg_cli_is_dumb() && !(no && no[0]));
}

/* A file is as wide whoever's terminal started the run. */
unsigned dg_cli_width(FILE *to, uint64_t asked)
{
    struct winsize size;
    if (asked)
        return asked < UINT16_MAX ? (unsigned)asked : UINT16_MAX;
    if (!isatty(fileno(to)) || ioctl(fileno(to), TIOCGWINSZ, &size) != 0
        || size.ws_col < WIDTH_LEAST)
        return WIDTH_USUAL;
    return size.ws_col < WIDTH_MOST ? size.ws_col : WIDTH_MOST;
}

dg_code dg_cli_page_of(dg_cli_page *out, const json_t *document, dg_error *err)
{
    if (dg_gate_is_document(document)) {
        *out = DG_CLI_PAGE_GATE;
        return dg_gate_check(document, err);
    }
    if (dg_observe_is_document(document)) {
        *out = DG_CLI_PAGE_OBSERVED;
        return dg_observe_check(document, err);
    }
    if (dg_matrix_is_document(document)) {
        *out = DG_CLI_PAGE_MATRIX;
        return dg_matrix_check(document, err);
    }
    *out = dg_sweep_is_document(document) ? DG_CLI_PAGE_SWEEP : DG_CLI_PAGE_OUTCOME;
    return *out == DG_CLI_PAGE_SWEEP ? dg_sweep_check(document, err)
                                     : dg_outcome_check(document, err);
}

dg_code dg_cli_print_page(FILE *to, const json_t *document, dg_cli_page page, const dg_args *args,
                          uint64_t width, bool colour, dg_error *err)
{
    dg_report_options how = { .brief = args->quiet,
                              .verbose = args->verbose,
                              .width = dg_cli_width(to, width),
                              .colour = coloured(to, colour) };
    dg_buf text;
    dg_code rc;
    assert(how.width > 0);
    dg_buf_init(&text, (size_t)1 << 30);
    if (args->json)
        rc = dg_report_json(&text, document, err);
    else if (page == DG_CLI_PAGE_SWEEP)
        rc = dg_report_sweep(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_GATE)
        rc = dg_report_gate(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_ADVICE)
        rc = dg_report_advice(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_DIFFERENCES)
        rc = dg_report_differences(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_OBSERVED)
        rc = dg_report_observed(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_MATRIX)
        rc = dg_report_matrix(&text, document, &how, err);
    else if (page == DG_CLI_PAGE_VERDICTS)
        rc = dg_report_verdicts(&text, document, &how, err);
    else
        rc = dg_report_text(&text, document, &how, err);
    if (rc >= 0 && ((text.len && fwrite(text.at, 1, text.len, to) != text.len) || fflush(to) != 0))
        rc = dg_fail(err, DG_IO, "the report could not be written");
    dg_buf_clear(&text);
    return rc;
}
