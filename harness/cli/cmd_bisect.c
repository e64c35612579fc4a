/* cmd_bisect.c - doppel bisect: which commit broke it. */
#include "cli/cli_impl.h"
#include "bisect/bisect.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

static const dg_option options[] = {
    { "repo", 0, DG_OPT_TEXT, "DIR", "the repository (.): a working tree, or bare" },
    { "good", 0, DG_OPT_TEXT, "REV", "a revision whose runtime breaks nothing" },
    { "bad", 0, DG_OPT_TEXT, "REV", "a later one whose runtime breaks a claim (HEAD)" },
    { "path", 0, DG_OPT_TEXT, "BLOB", "where the runtime is in the tree, or what the build makes" },
    { "claim", 0, DG_OPT_TEXT, "CLAIM",
      "look for what broke this claim, gate or not; else for what made a run end with 1" },
    { "build", 0, DG_OPT_TEXT, "CMD",
      "make the runtime of each revision: for sh, in a folder of its own where that revision is "
      "checked out; its hash is in DOPPEL_COMMIT" },
    { "build-timeout", 0, DG_OPT_TEXT, "TIME", "skip a revision whose build takes longer (2h)" },
    { "first-parent", 0, DG_OPT_FLAG, NULL,
      "of merges follow only the branch that was merged into" },
    { "log", 0, DG_OPT_TEXT, "FILE",
      "every answer (out/bisect.log), for git bisect replay too; the same command goes on from "
      "it" },
    { "snapshot", 0, DG_OPT_TEXT, "S", "plan key snapshot" },
    { "at", 0, DG_OPT_TEXT, "POSITION", "plan key upgrade.at" },
    { "no-network", 0, DG_OPT_FLAG, NULL, "plan key network: false" },
    { "set", 0, DG_OPT_EACH, "KEY=VALUE", "any key of the plan, as often as needed" },
};
enum {
    OPT_REPO,
    OPT_GOOD,
    OPT_BAD,
    OPT_PATH,
    OPT_CLAIM,
    OPT_BUILD,
    OPT_TIMEOUT,
    OPT_FIRST_PARENT,
    OPT_LOG,
    OPT_SNAPSHOT,
    OPT_AT,
    OPT_NO_NETWORK
};

/* ---- what was asked for ---- */

static const dg_option_for_key keys[] = { { OPT_SNAPSHOT, "snapshot", NULL },
                                          { OPT_AT, "upgrade.at", NULL },
                                          { OPT_NO_NETWORK, "network", "false" } };

static const char *or_else(const char *text, const char *other)
{
    return text ? text : other;
}

static dg_code read_options(dg_bisect_options *out, const dg_args *args, dg_error *err)
{
    if (!args->text[OPT_GOOD])
        return dg_fail(err, DG_USAGE, "--good REV is missing: a revision that breaks nothing");
    if (!args->text[OPT_PATH])
        return dg_fail(err, DG_USAGE, "--path BLOB is missing: where the runtime is in the tree%s",
                       args->text[OPT_BUILD] ? " once it is built" : "");
    if (args->text[OPT_TIMEOUT] && !args->text[OPT_BUILD])
        return dg_fail(err, DG_USAGE, "--build-timeout is of a build; --build must name one");
    out->range = (dg_git_range){ .repo = or_else(args->text[OPT_REPO], "."),
                                 .good = args->text[OPT_GOOD],
                                 .bad = or_else(args->text[OPT_BAD], "HEAD"),
                                 .first_parent = args->text[OPT_FIRST_PARENT] != NULL };
    out->path = args->text[OPT_PATH];
    out->claim = args->text[OPT_CLAIM];
    out->build = args->text[OPT_BUILD];
    out->log = or_else(args->text[OPT_LOG], "out/bisect.log");
    out->build_timeout_ns = UINT64_C(7200) * 1000000000;
    return dg_cli_time(&out->build_timeout_ns, "build-timeout", args->text[OPT_TIMEOUT], err);
}

/* ---- while it works ---- */

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

static const char *const marks[] = { "", "good", "bad ", "skip" };

/* A line for each answer; on a terminal one that says what is under way, too. */
static void step(void *user, const dg_bisect_progress *now)
{
    bool live = isatty(STDERR_FILENO) && !dg_cli_is_dumb();
    char left[80] = "";
    (void)user;
    if (dg_log_get() == DG_LOG_QUIET)
        return;
    if (now->steps)
        snprintf(left, sizeof left, "bisect: %zu commits left, about %u more to ask: ", now->open,
                 now->steps);
    if (!now->doing) {
        assert(now->mark != DG_BISECT_UNKNOWN && now->why);
        fprintf(stderr, "%s%s  %.12s %s: %s%s%.12s%s\n", live ? "\r\033[K" : "", marks[now->mark],
                now->commit, now->subject, now->why, now->same_as ? " (the file is that of " : "",
                now->same_as ? now->same_as : "", now->same_as ? ")" : "");
    } else if (live) {
        fprintf(stderr, "\r%s%s of %.12s %.40s\033[K", left, now->doing, now->commit, now->subject);
    } else if (dg_log_get() == DG_LOG_VERBOSE) {
        fprintf(stderr, "%s%s of %s\n", left, now->doing, now->commit);
    }
}

static void clear_line(void)
{
    if (dg_log_get() != DG_LOG_QUIET && isatty(STDERR_FILENO) && !dg_cli_is_dumb())
        fputs("\r\033[K", stderr);
}

/* ---- the end ---- */

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void print_commit(const char *indent, const json_t *commit)
{
    printf("%s%s %s\n", indent, text_at(commit, "commit"), text_at(commit, "subject"));
}

static const char *why_of(const json_t *body, const json_t *commit)
{
    const json_t *mark;
    size_t i;
    json_array_foreach(json_object_get(body, "marks"), i,
                       mark) if (strcmp(text_at(mark, "commit"), text_at(commit, "commit"))
                                 == 0) return text_at(mark, "why");
    return "";
}

static void print_range(const json_t *body, bool halted)
{
    const json_t *list = json_object_get(body, "candidates"), *commit;
    size_t i;
    printf("%s one of these %zu, %s:\n",
           halted ? "first bad so far:" : "first bad:", json_array_size(list),
           halted ? "oldest first" : "since no more can be said of the others");
    json_array_foreach(list, i, commit)
    {
        const char *why = why_of(body, commit);
        print_commit("  ", commit);
        if (why[0] && !halted)
            printf("    %s\n", why);
    }
}

static void print_broke(const json_t *body)
{
    const json_t *broke = json_object_get(body, "broke");
    for (size_t i = 0; i < json_array_size(broke); i++)
        printf("%s%s", i ? ", " : "  broke   ", json_string_value(json_array_get(broke, i)));
    if (json_array_size(broke))
        printf("\n          %s\n", text_at(body, "why"));
}

static void print_text(const json_t *body)
{
    const char *state = text_at(body, "state");
    size_t marked = json_array_size(json_object_get(body, "marks"));
    long long runs = (long long)json_integer_value(json_object_get(body, "runs"));
    if (strcmp(state, "found") == 0)
        print_commit("first bad: ", json_object_get(body, "first_bad"));
    else
        print_range(body, strcmp(state, "halted") == 0);
    print_broke(body);
    print_commit("  good    ", json_object_get(body, "good"));
    print_commit("  bad     ", json_object_get(body, "bad"));
    printf("  asked   %zu of %lld commits, by %lld run%s%s\n  log     %s\n", marked,
           (long long)json_integer_value(json_object_get(body, "commits")) + 1, runs,
           runs == 1 ? "" : "s", runs ? "" : ": the log had them", text_at(body, "log"));
}

static int deliver(json_t *document, const dg_args *args, bool halted)
{
    int exit_code = dg_bisect_exit(document);
    if (args->json) {
        int told = dg_cli_print_json(json_incref(document));
        exit_code = told ? told : exit_code;
    } else {
        print_text(json_object_get(document, "bisect"));
    }
    if (halted && !args->quiet)
        fputs("doppel: what was found out is in the log; the same command goes on\n", stderr);
    json_decref(document);
    return exit_code;
}

static int run(const dg_args *args)
{
    dg_run_options each = { .cache_dir = dg_cli_cache(),
                            .compiler = DG_COMPILER_BOTH,
                            .explain = DG_RUN_EXPLAIN_NONE };
    dg_bisect_options how = { .run = &each, .halts = halts, .progress = step };
    const char *inputs[] = { args->positional[0], args->text[OPT_SNAPSHOT] };
    dg_plan *plan = NULL;
    json_t *document = NULL;
    dg_error err;
    dg_code rc = read_options(&how, args, &err);
    if (rc >= 0 && (rc = dg_cli_plan_of(&plan, args, keys, sizeof keys / sizeof *keys, &err)) >= 0
        && (rc = dg_cli_folder_for(how.log, &err)) >= 0
        && (rc = dg_cli_try_place("log", how.log, inputs, sizeof inputs / sizeof *inputs, &err))
               >= 0) {
        how.plan = plan;
        dg_cli_hear_signals();
        rc = dg_bisect(&document, &how, &err);
        clear_line();
    }
    dg_plan_free(plan);
    return document ? deliver(document, args, rc == DG_END) : dg_cli_exit_with(&err);
}

static void epilogue(FILE *out)
{
    fputs("\nA revision without the runtime, whose build fails, or of whose run nothing can be "
          "said, is skipped.\nExit 0: found; 3: only a range can be told.\n"
          "Example:\n  doppel bisect --good v1.2.0 --path out/runtime.wasm --build ./build.sh "
          "plan.json\n",
          out);
}

const dg_command dg_cmd_bisect = {
    "bisect",
    "[PLAN]",
    "Find the first revision of a repository whose runtime breaks a plan",
    "Halves the commits between good and bad as git bisect does, and runs the plan with the "
    "runtime of each; the same bytes are run once. upgrade.to of the plan is not looked at.",
    0,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    epilogue,
};
