/* cmd_report_page.c - doppel report markdown, junit, github, sarif, html: a document in the formats
 * of other programs. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "page/page.h"
#include "preflight/preflight.h"
#include "sweep/sweep.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { PAGE_MAX = 1 << 30 };

/* An outcome, a sweep, a gate or a preflight; owned by the caller. */
static dg_code load(json_t **out, const char *path, dg_error *err)
{
    dg_cli_page kind;
    dg_code rc = dg_outcome_read_skimmed(out, path, err);
    if (rc < 0)
        return rc;
    rc = dg_preflight_is_document(*out) ? dg_preflight_check(*out, err)
                                        : dg_cli_page_of(&kind, *out, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", path) : DG_OK;
}

static dg_code print(dg_bytes text, dg_error *err)
{
    return (text.len && fwrite(text.at, 1, text.len, stdout) != text.len) || fflush(stdout) != 0
               ? dg_fail(err, DG_IO, "the page could not be written")
               : DG_OK;
}

typedef dg_code (*page)(dg_buf *out, const json_t *document, dg_error *err);

/* Where steps of a workflow write to; other steps' lines may be there already. */
static dg_code append(const char *path, dg_bytes text, dg_error *err)
{
    FILE *file = fopen(path, "a");
    bool bad = !file || (text.len && fwrite(text.at, 1, text.len, file) != text.len);
    bad |= file && fclose(file) != 0;
    return bad ? dg_fail(err, DG_IO, "%s could not be written", path) : DG_OK;
}

static dg_code add_summary(const json_t *document, dg_error *err)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    struct stat there = { .st_size = 0 };
    dg_buf text;
    dg_code rc;
    if (!path || !path[0])
        return DG_OK;
    if (stat(path, &there) != 0)
        there.st_size = 0;
    dg_buf_init(&text, PAGE_MAX);
    if ((rc = dg_page_github_summary(&text, document, (size_t)there.st_size, err)) >= 0)
        rc = append(path, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc;
}

static dg_code add_outputs(const json_t *document, dg_error *err)
{
    const char *path = getenv("GITHUB_OUTPUT");
    int exit_code =
        dg_sweep_is_document(document) ? dg_sweep_exit(document) : dg_outcome_exit(document);
    dg_buf text;
    dg_code rc;
    if (!path || !path[0])
        return DG_OK;
    dg_buf_init(&text, PAGE_MAX);
    if ((rc = dg_page_github_outputs(&text, document, exit_code, err)) >= 0)
        rc = append(path, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc;
}

/* Annotations, and into the workflow's files where it has them. */
static dg_code make_github(dg_buf *out, const json_t *document, dg_error *err)
{
    dg_code rc = dg_page_github(out, document, err);
    if (rc >= 0 && (rc = add_summary(document, err)) >= 0)
        rc = add_outputs(document, err);
    return rc;
}

static int run(const dg_args *args, page makes)
{
    json_t *document = NULL;
    dg_error err;
    dg_buf text;
    dg_code rc;
    if (args->json) {
        dg_fail(&err, DG_USAGE,
                "a page is not JSON: doppel report show --json prints the document");
        return dg_cli_exit_with(&err);
    }
    dg_buf_init(&text, PAGE_MAX);
    if ((rc = load(&document, args->positional[0], &err)) >= 0
        && (rc = makes(&text, document, &err)) >= 0)
        rc = print(dg_buf_bytes(&text), &err);
    dg_buf_clear(&text);
    json_decref(document);
    return rc < 0 ? dg_cli_exit_with(&err) : DG_EXIT_HELD;
}

static int run_markdown(const dg_args *args)
{
    return run(args, dg_page_markdown);
}

static int run_junit(const dg_args *args)
{
    return run(args, dg_page_junit);
}

static int run_github(const dg_args *args)
{
    return run(args, make_github);
}

static int run_sarif(const dg_args *args)
{
    return run(args, dg_page_sarif);
}

static int run_html(const dg_args *args)
{
    return run(args, dg_page_html);
}

#define TAKES                                                                                      \
    "The file is one that `run --out`, `sweep --out`, `merge` or `gate --out` wrote, or - for "    \
    "stdin. The exit "                                                                             \
    "code is 0 whatever the verdict."

const dg_command dg_cmd_report_markdown = {
    "report markdown",
    "OUTCOME|SWEEP",
    "Print it in Markdown, for a referendum or a pull request",
    "The answer, claims, causes, inputs with hashes, and what is modelled; of a sweep a "
    "table. " TAKES,
    1,
    1,
    NULL,
    0,
    run_markdown,
    NULL,
};

const dg_command dg_cmd_report_junit = {
    "report junit",
    "OUTCOME|SWEEP",
    "Print it as JUnit XML, for a CI server",
    "A suite for each cell, a case for each claim: a gate that broke is a failure, a claim that "
    "saw nothing is skipped, a cell without an answer is an error. Inputs and hashes are "
    "properties. " TAKES,
    1,
    1,
    NULL,
    0,
    run_junit,
    NULL,
};

const dg_command dg_cmd_report_github = {
    "report github",
    "OUTCOME|SWEEP",
    "Print it as annotations of a workflow of GitHub",
    "At most eight, worst first. Where GITHUB_STEP_SUMMARY is set the page of report markdown is "
    "added to that file, and to that of GITHUB_OUTPUT exit, answer, reason and broke; of a sweep "
    "exit and the numbers of cells, of a gate exit, result and the numbers of plans. " TAKES,
    1,
    1,
    NULL,
    0,
    run_github,
    NULL,
};

const dg_command dg_cmd_report_sarif = {
    "report sarif",
    "PREFLIGHT|OUTCOME|SWEEP",
    "Print it as SARIF 2.1.0, for a code scanner",
    "Of a file that `preflight --json` printed a result for each finding, with what to do as the "
    "help of its rule; of an outcome or a sweep one for each claim that broke or warned. N is the "
    "artifact, by its hash. The file is one of these, or - for stdin. The exit code is 0 whatever "
    "the verdict.",
    1,
    1,
    NULL,
    0,
    run_sarif,
    NULL,
};

const dg_command dg_cmd_report_html = {
    "report html",
    "OUTCOME|SWEEP",
    "Print it as one page for a browser",
    "It needs no script and no network: the answer and what to do, series as pictures, the way to "
    "the cause, claims, inputs with hashes; of a sweep the matrix. " TAKES,
    1,
    1,
    NULL,
    0,
    run_html,
    NULL,
};
