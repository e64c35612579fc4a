/* cmd_report_page.c - doppel report markdown: a document in the formats of other programs. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "page/page.h"
#include "sweep/sweep.h"

enum { PAGE_MAX = 1 << 30 };

/* An outcome or a sweep; owned by the caller. */
static dg_code load(json_t **out, const char *path, dg_error *err)
{
    dg_code rc = dg_outcome_read(out, path, err);
    if (rc < 0)
        return rc;
    rc = dg_sweep_is_document(*out) ? dg_sweep_check(*out, err) : dg_outcome_check(*out, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", path) : DG_OK;
}

static dg_code print(dg_bytes text, dg_error *err)
{
    return fwrite(text.at, 1, text.len, stdout) != text.len || fflush(stdout) != 0
               ? dg_fail(err, DG_IO, "the page could not be written")
               : DG_OK;
}

typedef dg_code (*page)(dg_buf *out, const json_t *document, dg_error *err);

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

#define TAKES                                                                                      \
    "The file is one that `run --out`, `sweep --out` or `merge` wrote, or - for stdin. The exit "  \
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
