/* replay_shrink.c - doppel replay --shrink: what is tried, what came of it, the smaller bundle. */
#include "bundle/bundle.h"
#include "cli/cli_impl.h"
#include "shrink/shrink.h"

#include <assert.h>
#include <string.h>

typedef struct telling {
    json_t *trials; /* owned */
    bool aloud;
} telling;

/* ---- while it works ---- */

static void told(void *user, const dg_shrink_trial *trial)
{
    telling *t = user;
    json_array_append_new(t->trials,
                          json_pack("{s:I, s:s, s:b, s:s}", "trial", (json_int_t)trial->number,
                                    "what", trial->what, "kept", trial->kept, "why", trial->why));
    if (t->aloud)
        fprintf(stderr, "trial %u: %s: %s%s\n", trial->number, trial->what,
                trial->kept ? "kept" : "refused, ", trial->why);
}

static bool halts(void *user)
{
    (void)user;
    return dg_cli_is_asked_to_end();
}

/* ---- what came of it ---- */

static const char *end_of(const dg_shrink *s)
{
    static const char *const ends[] = { "done", "trials", "time", "halted" };
    assert((size_t)s->end < sizeof ends / sizeof *ends);
    return ends[s->end];
}

static json_t *document_of(const dg_shrink *s, const telling *t, const char *out)
{
    return json_pack("{s:s, s:s, s:I, s:O, s:s, s:s, s:s*}", "claim", s->claim, "causes", s->causes,
                     "kept", (json_int_t)s->kept, "trials", t->trials, "ended", end_of(s), "limit",
                     s->floor, "bundle", s->kept ? out : NULL);
}

static void say_end(const dg_shrink *s)
{
    static const char *const stopped[] = { NULL, "--trials", "--time-budget", "a signal" };
    const char *by = stopped[s->end];
    if (by && s->kept)
        printf("Stopped by %s, so there may be smaller ones.\n", by);
    else if (by)
        printf("Stopped by %s before anything smaller was found.\n", by);
    else if (s->kept)
        printf("No single step from there is kept.\n");
    if (s->floor[0])
        printf("Not tried: %s.\n", s->floor);
}

static void say(const dg_shrink *s, const telling *t, const char *out)
{
    const json_t *trial;
    size_t i;
    if (!s->kept && s->end == DG_SHRINK_DONE)
        printf("Nothing smaller breaks %s for the same cause (%s): %u trial%s, all refused.\n",
               s->claim, s->causes, s->trials, s->trials == 1 ? "" : "s");
    else
        printf("%s still breaks for the same cause (%s): %u of %u trials kept.\n", s->claim,
               s->causes, s->kept, s->trials);
    json_array_foreach(t->trials, i, trial) if (json_is_true(json_object_get(trial, "kept")))
        printf("  %s\n", json_string_value(json_object_get(trial, "what")));
    say_end(s);
    if (s->kept)
        printf("Smaller: %s\n", out);
}

static int deliver(const dg_shrink *s, const telling *t, const char *out, const dg_args *args)
{
    dg_bundle_parts parts = { .plan = s->plan,
                              .outcome = s->outcome,
                              .explain = "proved",
                              .positions = "never",
                              .cache_dir = dg_cli_cache() };
    dg_error err;
    if (s->kept && dg_bundle_write(out, &parts, &err) < 0)
        return dg_cli_exit_with(&err);
    if (args->json) {
        int failed = dg_cli_print_json(document_of(s, t, out));
        if (failed)
            return failed;
    } else {
        say(s, t, out);
    }
    return s->end == DG_SHRINK_DONE ? DG_EXIT_HELD : DG_EXIT_INCONCLUSIVE;
}

/* ---- all of it ---- */

/* What the bundle says came of it counts where this program made it, with proofs. */
static const json_t *proved_outcome(const dg_bundle *bundle)
{
    const char *explain = json_string_value(
        json_object_get(json_object_get(dg_bundle_manifest(bundle), "run"), "explain"));
    return dg_bundle_is_ours(bundle) && explain && strcmp(explain, "proved") == 0
               ? dg_bundle_outcome(bundle)
               : NULL;
}

static dg_code look_for_it(dg_shrink *s, telling *t, dg_bundle *bundle,
                           const dg_cli_shrink_flags *flags, dg_error *err)
{
    dg_run_options run = { .cache_dir = dg_cli_cache(),
                           .compiler = DG_COMPILER_BOTH,
                           .compiling = dg_progress_compiling };
    dg_shrink_options how = { .run = &run,
                              .claim = flags->claim,
                              .trials_max = (uint32_t)flags->trials,
                              .halts = halts,
                              .told = told,
                              .user = t };
    dg_code rc;
    if (flags->trials > UINT32_MAX)
        return dg_fail(err, DG_USAGE, "--trials takes a number of trials");
    if ((rc = dg_cli_time(&how.budget_ns, "time-budget", flags->time_budget, err)) < 0)
        return rc;
    if ((rc = dg_bundle_settle(bundle, run.cache_dir, err)) < 0)
        return rc;
    dg_cli_hear_signals();
    return dg_shrink_plan(s, dg_bundle_plan(bundle), proved_outcome(bundle), &how, err);
}

int dg_cli_shrink(dg_bundle *bundle, const dg_cli_shrink_flags *flags, const dg_args *args)
{
    const char *out = flags->out ? flags->out : "out/smaller.doppel";
    const char *inputs[] = { args->positional[0] };
    telling t = { .trials = json_array(), .aloud = !args->quiet };
    dg_shrink s = { .plan = NULL };
    dg_error err;
    int exit_code;
    dg_code rc = dg_cli_folder_for(out, &err);
    if (rc >= 0 && (rc = dg_cli_try_place("out", out, inputs, 1, &err)) >= 0)
        rc = look_for_it(&s, &t, bundle, flags, &err);
    exit_code = rc < 0 ? dg_cli_exit_with(&err) : deliver(&s, &t, out, args);
    if (rc == DG_ABSENT) /* it is not the user's fault */
        exit_code = DG_EXIT_INCONCLUSIVE;
    dg_shrink_clear(&s);
    json_decref(t.trials);
    return exit_code;
}
