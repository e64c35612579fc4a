/* cmd_advise.c - doppel advise: when to enact, by runs with U at many places of a session. */
#include "advise/advise.h"
#include "cli/cli_impl.h"

#include <assert.h>

static const dg_option options[] = {
    { "miss-rate", 0, DG_OPT_TEXT, "SHARE",
      "share of slots that stay empty, 0.02 (what the chain of --snapshot left empty, else what "
      "control did)" },
    { "snapshot", 0, DG_OPT_TEXT, "S",
      "count from the newest block of this state of the chain (from the block of the runs)" },
    { "boundary", 0, DG_OPT_NUMBER, "N",
      "with --snapshot: aim at the N-th session boundary behind it (1), as doppel when counts" },
    { "block", 0, DG_OPT_NUMBER, "NUMBER",
      "where a call that is scheduled for that block lands too, and what it costs there" },
    { "last", 0, DG_OPT_NUMBER, "K", "tell the last K blocks of a session apart (5)" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
    { "color", 0, DG_OPT_FLAG, NULL, "use colours even if the output is not a terminal" },
};
enum { OPT_MISS, OPT_SNAPSHOT, OPT_BOUNDARY, OPT_BLOCK, OPT_LAST, OPT_WIDTH, OPT_COLOR };
enum { BOUNDARY_MOST = 10000 };

/* From where slots are counted, and how many stay empty. */
typedef struct anchor {
    dg_cli_chain now;
    dg_advise_chain chain;
} anchor;

static dg_code check_numbers(const dg_args *args, dg_error *err)
{
    if (args->text[OPT_LAST]
        && (!args->number[OPT_LAST] || args->number[OPT_LAST] > DG_ADVISE_LAST_MAX))
        return dg_fail(err, DG_USAGE, "--last is from 1 to %d", DG_ADVISE_LAST_MAX);
    if (args->text[OPT_BOUNDARY]
        && (!args->number[OPT_BOUNDARY] || args->number[OPT_BOUNDARY] > BOUNDARY_MOST))
        return dg_fail(err, DG_USAGE, "--boundary is from 1 to %d", BOUNDARY_MOST);
    if (args->text[OPT_BLOCK] && (!args->number[OPT_BLOCK] || args->number[OPT_BLOCK] > UINT32_MAX))
        return dg_fail(err, DG_USAGE, "--block is from 1 to %u", UINT32_MAX);
    if (args->text[OPT_BOUNDARY] && !args->text[OPT_SNAPSHOT])
        return dg_fail(err, DG_USAGE, "--boundary needs --snapshot, which says of which chain");
    return DG_OK;
}

static dg_code look(anchor *a, dg_advise_options *how, const dg_args *args, dg_error *err)
{
    uint64_t nth = args->text[OPT_BOUNDARY] ? args->number[OPT_BOUNDARY] : 1;
    dg_code rc = check_numbers(args, err);
    how->last = (uint32_t)args->number[OPT_LAST];
    how->block = (uint32_t)args->number[OPT_BLOCK];
    if (rc >= 0 && args->text[OPT_SNAPSHOT]
        && (rc = dg_cli_chain_look(&a->now, args->text[OPT_SNAPSHOT], err)) >= 0) {
        const dg_clock *clock = &a->now.clock;
        a->chain = (dg_advise_chain){ .block = a->now.block,
                                      .next_slot = clock->next_slot,
                                      .next_boundary =
                                          clock->next_boundary + (nth - 1) * clock->epoch_slots,
                                      .epoch_slots = (uint32_t)clock->epoch_slots };
        how->chain = &a->chain;
        how->miss_is_live = a->now.measured;
    }
    if (rc >= 0 && args->text[OPT_MISS]) {
        rc = dg_cli_chain_miss(&a->now, args->text[OPT_MISS], err);
        how->miss_is_live = false;
    }
    how->miss = args->text[OPT_MISS] || how->miss_is_live ? a->now.miss : -1;
    return rc;
}

/* An array of all that were named. Owned by the caller. */
static dg_code read_all(json_t **out, const dg_args *args, dg_error *err)
{
    dg_code rc = DG_OK;
    *out = json_array();
    for (size_t i = 0; i < args->positional_count && rc >= 0; i++) {
        json_t *document = NULL;
        if ((rc = dg_cli_read_runs(&document, NULL, args->positional[i], err)) >= 0
            && json_array_append(*out, document) != 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for the runs");
        json_decref(document); /* one that was read and is refused as well */
    }
    return rc;
}

static int run(const dg_args *args)
{
    anchor a = { .now = { .miss = 0 } };
    dg_advise_options how = { .miss = -1 };
    json_t *documents = NULL, *advice = NULL;
    dg_error err;
    int exit_code;
    dg_code rc = look(&a, &how, args, &err);
    if (rc >= 0 && (rc = read_all(&documents, args, &err)) >= 0
        && (rc = dg_advise_make(&advice, documents, &how, &err)) >= 0)
        rc = dg_cli_print_page(stdout, advice, DG_CLI_PAGE_ADVICE, args, args->number[OPT_WIDTH],
                               args->text[OPT_COLOR] != NULL, &err);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : dg_advise_exit(advice);
    json_decref(advice);
    json_decref(documents);
    return exit_code;
}

const dg_command dg_cmd_advise = {
    "advise",
    "OUTCOME...",
    "Say when to enact, by what runs with U at many places of a session came to",
    "OUTCOME is a file that `run --out` or `sweep --out` wrote, or - for stdin: best a sweep of a "
    "whole session (--at every). Several of them are taken together, if they are of one state and "
    "the same runtimes; a run that is in two of them counts once. Of a place where no run was "
    "nothing is said. A call is scheduled "
    "for a block number and lands by luck, since slots stay empty: how likely where, and what it "
    "costs there, is told. With several nodes, sizes or runtimes in a sweep the first ones are "
    "advised on. Exit codes: 0 a place that was run held, 1 none held, 3 cannot say.",
    1,
    DG_POSITIONALS_MAX,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
