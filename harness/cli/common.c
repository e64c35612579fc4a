/* common.c - exit codes, and opening what a user names. */
#include "cli/cli_impl.h"
#include "outcome/outcome.h"
#include "sweep/sweep.h"

#include <stdlib.h>

const char *dg_cli_exit_says(int code)
{
    static const char *const says[] = {
        [DG_EXIT_HELD] = "every claim held",
        [DG_EXIT_BROKE] = "a claim broke",
        [DG_EXIT_USAGE] = "usage or plan",
        [DG_EXIT_INCONCLUSIVE] = "inconclusive",
        [DG_EXIT_ENVIRONMENT] = "environment",
        [DG_EXIT_INTERNAL] = "internal error or non-determinism",
    };
    return code >= 0 && (size_t)code < sizeof says / sizeof *says ? says[code] : NULL;
}

int dg_cli_exit_with(const dg_error *err)
{
    fprintf(stderr, "doppel: %s\n", err->text);
    return dg_snapshot_is_lacking(err) ? DG_EXIT_INCONCLUSIVE : dg_exit_of(err->code);
}

int dg_cli_print_json(json_t *value)
{
    int bad;
    if (!value) {
        fputs("doppel: no memory for the result\n", stderr);
        return DG_EXIT_ENVIRONMENT;
    }
    bad = json_dumpf(value, stdout, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENCODE_ANY);
    json_decref(value);
    if (bad || fputc('\n', stdout) == EOF || fflush(stdout) != 0) {
        fputs("doppel: the result could not be written\n", stderr);
        return DG_EXIT_ENVIRONMENT;
    }
    return DG_EXIT_HELD;
}

const char *dg_cli_cache(void)
{
    const char *dir = getenv("DOPPEL_CACHE");
    return dir && dir[0] ? dir : dg_engine_cache_dir();
}

dg_code dg_cli_engine(dg_engine **out, dg_error *err)
{
    dg_engine_options options = { .compiler = DG_COMPILER_BOTH,
                                  .compiling = dg_progress_compiling };
    options.cache_dir = dg_cli_cache();
    return dg_engine_new(out, &options, err);
}

/* ---- what the user names ---- */

dg_code dg_cli_runtime(dg_runtime **out, dg_engine *engine, const char *path, dg_error *err)
{
    dg_progress progress;
    dg_source_options from = { .engine = engine,
                               .cache_dir = dg_cli_cache(),
                               .progress = dg_progress_step,
                               .user = &progress };
    dg_buf blob;
    dg_code rc;
    *out = NULL;
    dg_buf_init(&blob, DG_BLOB_MAX);
    dg_progress_init(&progress, "import");
    rc = dg_source_runtime(&blob, path, &from, err);
    dg_progress_done(&progress);
    if (rc >= 0 && (rc = dg_runtime_new(out, engine, dg_buf_bytes(&blob), err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_buf_clear(&blob);
    return rc;
}

dg_code dg_cli_runtime_over(dg_runtime **out, dg_engine *engine, const dg_source *source,
                            const char *path, dg_error *err)
{
    dg_buf code;
    dg_code rc;
    if (path)
        return dg_cli_runtime(out, engine, path, err);
    *out = NULL;
    dg_buf_init(&code, DG_BLOB_MAX);
    if ((rc = dg_source_code(source, &code, err)) < 0)
        dg_fail_within(err, rc, "without --runtime BLOB");
    else
        rc = dg_runtime_new(out, engine, dg_buf_bytes(&code), err);
    dg_buf_clear(&code);
    return rc;
}

dg_code dg_cli_source(dg_source *out, dg_engine *engine, const char *path, dg_error *err)
{
    dg_progress progress;
    dg_source_options from = { .engine = engine,
                               .cache_dir = dg_cli_cache(),
                               .progress = dg_progress_step,
                               .user = &progress };
    dg_code rc;
    dg_progress_init(&progress, "import");
    rc = dg_source_open(out, path, &from, err);
    dg_progress_done(&progress);
    return rc;
}

dg_code dg_cli_read_runs(json_t **out, bool *is_sweep, const char *path, dg_error *err)
{
    dg_code rc = dg_outcome_read(out, path, err);
    bool sweep;
    if (rc < 0)
        return rc;
    sweep = dg_sweep_is_document(*out);
    if (is_sweep)
        *is_sweep = sweep;
    rc = sweep ? dg_sweep_check(*out, err) : dg_outcome_check(*out, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", path) : DG_OK;
}
