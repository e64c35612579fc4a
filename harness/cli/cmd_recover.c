/* cmd_recover.c - doppel recover: what can be done once a plan has gone red. */
#include "cli/cli_impl.h"
#include "recover/recover.h"
#include "source/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const dg_option options[] = {
    { "snapshot", 0, DG_OPT_TEXT, "S", "plan key snapshot" },
    { "to", 0, DG_OPT_TEXT, "RUNTIME", "plan key upgrade.to" },
    { "at", 0, DG_OPT_TEXT, "POSITION", "plan key upgrade.at" },
    { "nodes", 0, DG_OPT_TEXT, "NODES", "plan key network.nodes" },
    { "no-network", 0, DG_OPT_FLAG, NULL, "plan key network: false" },
    { "force", 0, DG_OPT_FLAG, NULL,
      "plan key upgrade.how: unchecked; enacts what set_code and preflight refuse" },
    { "set", 0, DG_OPT_EACH, "KEY=VALUE", "any key of the plan, as often as needed" },
    { "release", 0, DG_OPT_TEXT, "RELEASE",
      "release that nodes are given (the first that has what they lack)" },
    { "react", 0, DG_OPT_NUMBER, "SLOTS", "slots from U until operators begin to act (2)" },
    { "over", 0, DG_OPT_NUMBER, "SLOTS", "slots that they take, each acting in one of them (8)" },
    { "down-ms", 0, DG_OPT_TEXT, "LOW,HIGH",
      "how long a node is down to restart (20000,60000 milliseconds)" },
    { "governance", 0, DG_OPT_NUMBER, "SLOTS",
      "slots from U until a call of governance acts, by its track's delays (as --react)" },
    { "after", 0, DG_OPT_TEXT, "TIME",
      "a chain that stands is taken back so long after it came to stand (once all have acted)" },
    { "back", 0, DG_OPT_NUMBER, "BLOCKS",
      "take at most so many blocks back, U being the first (3)" },
    { "warp", 0, DG_OPT_TEXT, "FACTOR", "clocks that were set back run so many times as fast (6)" },
    { "substitute", 0, DG_OPT_TEXT, "RUNTIME",
      "code that the chain spec puts in N's place, of N's spec_version (codeSubstitutes)" },
    { "out", 'o', DG_OPT_TEXT, "FILE", "write the document (as --json prints it) to this file" },
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};
enum {
    OPT_SNAPSHOT,
    OPT_TO,
    OPT_AT,
    OPT_NODES,
    OPT_NO_NETWORK,
    OPT_FORCE,
    OPT_RELEASE = OPT_FORCE + 2, /* behind --set */
    OPT_REACT,
    OPT_OVER,
    OPT_DOWN,
    OPT_GOVERNANCE,
    OPT_AFTER,
    OPT_BACK,
    OPT_WARP,
    OPT_SUBSTITUTE,
    OPT_OUT,
    OPT_WIDTH
};

static const dg_option_for_key keys[] = {
    { OPT_SNAPSHOT, "snapshot", NULL },     { OPT_TO, "upgrade.to", NULL },
    { OPT_AT, "upgrade.at", NULL },         { OPT_NODES, "network.nodes", NULL },
    { OPT_NO_NETWORK, "network", "false" }, { OPT_FORCE, "upgrade.how", "unchecked" }
};

/* ---- what was asked for ---- */

static dg_code read_slots(uint32_t *out, const char *flag, const char *text, uint64_t number,
                          dg_error *err)
{
    enum { MOST = 100000 };
    if (text && (!number || number > MOST))
        return dg_fail(err, DG_USAGE, "--%s is from 1 to %d", flag, MOST);
    *out = (uint32_t)number;
    return DG_OK;
}

static dg_code read_down(int64_t out[2], const char *text, dg_error *err)
{
    char *end = NULL;
    if (!text)
        return DG_OK;
    out[0] = text[0] >= '0' && text[0] <= '9' ? strtoll(text, &end, 10) : -1;
    out[1] = end && *end == ',' && end[1] >= '0' && end[1] <= '9' ? strtoll(end + 1, &end, 10) : -1;
    return out[0] < 0 || out[1] < out[0] || !out[1] || *end
               ? dg_fail(err, DG_USAGE, "--down-ms takes two numbers of milliseconds, as 0,6000")
               : DG_OK;
}

static dg_code read_warp(double *out, const char *text, dg_error *err)
{
    char *end = NULL;
    if (!text)
        return DG_OK;
    *out = strtod(text, &end);
    return end == text || *end || !(*out > 1) || *out > 1000000
               ? dg_fail(err, DG_USAGE,
                         "--warp takes a factor above 1: clocks that run no faster never come up "
                         "with true time")
               : DG_OK;
}

static dg_code read_options(dg_recover_options *out, const dg_args *args, dg_error *err)
{
    uint64_t after_ns = 0;
    dg_code rc;
    if ((rc = dg_cli_time(&after_ns, "after", args->text[OPT_AFTER], err)) < 0
        || (rc = read_warp(&out->warp, args->text[OPT_WARP], err)) < 0
        || (rc = read_slots(&out->governance_slots, "governance", args->text[OPT_GOVERNANCE],
                            args->number[OPT_GOVERNANCE], err))
               < 0
        || (rc = read_slots(&out->back_blocks, "back", args->text[OPT_BACK], args->number[OPT_BACK],
                            err))
               < 0)
        return rc;
    out->after_ms = after_ns / 1000000;
    out->release = args->text[OPT_RELEASE];
    if ((rc = read_slots(&out->react_slots, "react", args->text[OPT_REACT], args->number[OPT_REACT],
                         err))
            < 0
        || (rc = read_slots(&out->over_slots, "over", args->text[OPT_OVER], args->number[OPT_OVER],
                            err))
               < 0)
        return rc;
    return read_down(out->down_ms, args->text[OPT_DOWN], err);
}

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

/* ---- the table ---- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void put_minutes(char out[16], const json_t *row, const char *key)
{
    const json_t *ms = json_object_get(row, key);
    if (ms)
        snprintf(out, 16, "%.1f min", (double)json_integer_value(ms) / 60000);
    else
        snprintf(out, 16, "-");
}

enum { INDENT = 11 };

/* Of a branch: what it takes and brings, a line each. */
static void print_taken_back(const json_t *row, unsigned width)
{
    const json_t *with = json_object_get(row, "with"),
                 *finals = json_object_get(row, "finalized_lost");
    char line[640], when[40] = "";
    size_t i;
    json_t *one;
    if (json_object_get(row, "recovered_ms"))
        snprintf(when, sizeof when, ", %.1f h after U",
                 (double)json_integer_value(json_object_get(row, "recovered_ms")) / 3600000);
    snprintf(line, sizeof line, "%s%s; %lld blocks are lost%s", text_at(row, "why"), when,
             (long long)json_integer_value(json_object_get(row, "blocks_lost")),
             finals ? "" : ", of which nobody knows how many are final");
    if (finals)
        snprintf(line + strlen(line), sizeof line - strlen(line), ", %lld of them final",
                 (long long)json_integer_value(finals));
    printf("%*s", INDENT, "");
    dg_cli_wrap_to(stdout, width, INDENT, INDENT, line);
    json_array_foreach(with, i, one)
    {
        printf("%*s- ", INDENT, "");
        dg_cli_wrap_to(stdout, width, INDENT + 2, INDENT + 2, json_string_value(one));
    }
}

static void print_row(const json_t *row, unsigned width)
{
    const json_t *brings = json_object_get(row, "brings");
    char after[16], lost[16], line[640];
    size_t used;
    const char *word = json_is_true(json_object_get(row, "works"))   ? "works"
                       : json_is_true(json_object_get(row, "tried")) ? "fails"
                                                                     : "not tried";
    put_minutes(after, row, "recovered_ms");
    put_minutes(lost, row, "parachain_lost_ms");
    printf("%-9s  ", word);
    dg_cli_wrap_to(stdout, width, INDENT, INDENT, text_at(row, "says"));
    if (!json_is_true(json_object_get(row, "tried"))) {
        printf("%*s", INDENT, "");
        dg_cli_wrap_to(stdout, width, INDENT, INDENT, text_at(row, "why"));
        return;
    }
    if (json_object_get(row, "with")) {
        print_taken_back(row, width);
        return;
    }
    used = (size_t)snprintf(line, sizeof line, "%s%s%s; parachains lose %s", text_at(row, "why"),
                            after[0] == '-' ? "" : ", ", after[0] == '-' ? "" : after, lost);
    if (json_is_true(json_object_get(row, "works")))
        used =
            (size_t)snprintf(line, sizeof line, "over %s after U; parachains lose %s", after, lost);
    if (json_object_get(row, "acts"))
        used += (size_t)snprintf(line + used, sizeof line - used,
                                 "; %g %% of operators act, by %.1f min",
                                 json_number_value(json_object_get(row, "acts")) * 100,
                                 (double)json_integer_value(json_object_get(row, "by_ms")) / 60000);
    if (json_object_get(row, "half_back_ms") && json_object_get(row, "acts"))
        used += (size_t)snprintf(
            line + used, sizeof line - used,
            "; parachains are half back at %.1f min, when %.0f %% of all nodes have acted",
            (double)json_integer_value(json_object_get(row, "half_back_ms")) / 60000,
            json_number_value(json_object_get(row, "acted_when_half_back")) * 100);
    for (size_t i = 0; i < json_array_size(brings) && used < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? ", " : "; it breaks ",
                                 json_string_value(json_array_get(brings, i)));
    printf("%*s", INDENT, "");
    dg_cli_wrap_to(stdout, width, INDENT, INDENT, line);
}

static void print_text(const json_t *body, unsigned width)
{
    const json_t *u = json_object_get(body, "upgrade"), *row;
    char line[320];
    size_t i;
    snprintf(line, sizeof line, "%s, U at #%lld: %s.%s", text_at(body, "name"),
             (long long)json_integer_value(json_object_get(u, "block")), text_at(body, "reason"),
             json_is_true(json_object_get(body, "halted")) ? " The chain stands." : "");
    dg_cli_wrap_to(stdout, width, 0, 0, line);
    json_array_foreach(json_object_get(body, "remedies"), i, row) print_row(row, width);
}

static int deliver(json_t *document, const dg_args *args)
{
    int exit_code = dg_recover_exit(document), told = 0;
    dg_error err;
    if (args->text[OPT_OUT] && dg_cli_write_json(document, args->text[OPT_OUT], &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    if (args->json)
        told = dg_cli_print_json(json_incref(document));
    else
        print_text(json_object_get(document, "recover"),
                   dg_cli_width(stdout, args->number[OPT_WIDTH]));
    json_decref(document);
    return told ? told : exit_code;
}

static int run(const dg_args *args)
{
    dg_run_options each = { .cache_dir = dg_cli_cache(),
                            .compiler = DG_COMPILER_BOTH,
                            .compiling = dg_progress_compiling };
    dg_recover_options how = { .run = &each, .halts = halts };
    const char *inputs[] = { args->positional_count ? args->positional[0] : NULL,
                             args->text[OPT_SNAPSHOT], args->text[OPT_TO] };
    dg_plan *plan = NULL;
    json_t *document = NULL;
    dg_buf substitute;
    dg_error err;
    dg_code rc = read_options(&how, args, &err);
    dg_buf_init(&substitute, DG_BLOB_MAX);
    assert(args->positional_count <= 1);
    if (rc >= 0 && (rc = dg_cli_plan_of(&plan, args, keys, sizeof keys / sizeof *keys, &err)) >= 0
        && (rc = dg_plan_check(plan, &err)) >= 0 && args->text[OPT_OUT]
        && (rc = dg_cli_folder_for(args->text[OPT_OUT], &err)) >= 0)
        rc = dg_cli_try_place("out", args->text[OPT_OUT], inputs, sizeof inputs / sizeof *inputs,
                              &err);
    if (rc >= 0 && args->text[OPT_SUBSTITUTE]
        && (rc = dg_source_blob(&substitute, args->text[OPT_SUBSTITUTE], &err)) >= 0) {
        how.substitute = dg_buf_bytes(&substitute);
        how.substitute_name = args->text[OPT_SUBSTITUTE];
    }
    if (rc >= 0) {
        dg_cli_hear_signals();
        rc = dg_recover(&document, plan, &how, &err);
    }
    dg_plan_free(plan);
    dg_buf_clear(&substitute);
    if (document)
        return deliver(document, args);
    dg_cli_exit_with(&err);
    return rc == DG_END ? DG_EXIT_INCONCLUSIVE : dg_exit_of(err.code);
}

static void epilogue(FILE *out)
{
    fputs("\nExit 0: a remedy works; 1: none does; 2: the plan is not red, or is none.\n"
          "recover.schema.json describes what --json prints.\n"
          "Example:\n  doppel recover plan.json --react 10 --over 30 --release v1.12\n",
          out);
}

const dg_command dg_cmd_recover = {
    "recover",
    "[PLAN]",
    "Rehearse on the same fork what can be done once a plan has gone red",
    "Runs the plan, and where a claim breaks runs it again with each remedy from U on: waiting for "
    "the next session, a restart of all nodes, another release on a share of them; what "
    "governance can do; where the chain stands also a rollback, and clocks that are set back and "
    "run fast, and code that a chain spec puts in N's place. Of each it says "
    "whether what broke is over then, how long that takes, what it costs, and who has to act by "
    "when.",
    0,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
