/* common.c - exit codes, and opening what a user names. */
#include "cli/cli_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

int dg_exit_with(const dg_error *err)
{
    fprintf(stderr, "doppel: %s\n", err->text);
    return dg_exit_of(err->code);
}

int dg_print_json(json_t *value)
{
    int bad = json_dumpf(value, stdout, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENCODE_ANY);
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
    return dir ? dir : dg_engine_cache_dir();
}

dg_code dg_cli_engine(dg_engine **out, dg_error *err)
{
    dg_engine_options options = { .compiler = DG_COMPILER_SPEED };
    options.cache_dir = dg_cli_cache();
    return dg_engine_new(out, &options, err);
}

/* ---- runtimes ---- */

static const uint8_t zstd_magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

static bool is_wasm(dg_bytes b)
{
    return dg_bytes_begin(b, DG_BYTES_OF("\0asm\1\0\0")) || dg_bytes_begin(b, dg_bytes_of("\x52\xbc\x53\x76", 4));
}

/* A `.zst` around a blob, as archives keep them: at most DG_BLOB_MAX inside. */
static dg_code unpack(dg_buf *out, dg_bytes packed, dg_error *err)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    ZSTD_inBuffer in = { packed.at, packed.len, 0 };
    size_t left = 1;
    dg_code rc = DG_OK;
    if (!z)
        return dg_fail(err, DG_NOMEM, "no memory to unpack");
    while (left && rc == DG_OK) {
        static uint8_t chunk[1 << 17];
        ZSTD_outBuffer to = { chunk, sizeof chunk, 0 };
        left = ZSTD_decompressStream(z, &to, &in);
        if (ZSTD_isError(left) || (left && in.pos == in.size && to.pos == 0)) {
            rc = dg_fail(err, DG_MALFORMED, "zstd frame is broken or cut off at byte %zu", in.pos);
            break;
        }
        dg_buf_put(out, chunk, to.pos);
        rc = dg_buf_check(out, err, "unpacked code");
    }
    ZSTD_freeDStream(z);
    return rc;
}

static dg_code code_of_snapshot(dg_buf *blob, dg_engine *engine, const char *path, dg_error *err)
{
    dg_source opened;
    dg_state *state = NULL;
    dg_bytes code;
    dg_code rc = dg_cli_source(&opened, engine, path, err);
    if (rc < 0)
        return rc;
    if ((rc = dg_state_open(&state, opened.snapshot, err)) < 0)
        goto out;
    if ((rc = dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err)) < 0)
        goto out;
    if (rc == DG_ABSENT) {
        rc = dg_fail(err, DG_MALFORMED, "%s: holds no :code", path);
        goto out;
    }
    dg_buf_put_bytes(blob, code);
    rc = dg_buf_check(blob, err, "code");
out:
    dg_state_free(state);
    dg_source_close(&opened);
    return rc;
}

static bool is_dir(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static dg_code read_blob(dg_buf *blob, dg_engine *engine, const char *path, dg_error *err)
{
    dg_buf raw;
    dg_code rc;
    if (is_dir(path))
        return code_of_snapshot(blob, engine, path, err);
    dg_buf_init(&raw, 2 * (size_t)DG_BLOB_MAX);
    if ((rc = dg_file_read(&raw, path, err)) < 0)
        goto out;
    if (is_wasm(dg_buf_bytes(&raw))) {
        dg_buf_put_bytes(blob, dg_buf_bytes(&raw));
        rc = dg_buf_check(blob, err, path);
        goto out;
    }
    if (dg_bytes_begin(dg_buf_bytes(&raw), dg_bytes_of(zstd_magic, 4))) {
        if ((rc = unpack(blob, dg_buf_bytes(&raw), err)) < 0) {
            dg_fail_within(err, rc, "%s", path);
            goto out;
        }
        if (is_wasm(dg_buf_bytes(blob)))
            goto out;
        dg_buf_clear(blob);
        rc = code_of_snapshot(blob, engine, path, err); /* a packed spec */
        goto out;
    }
    for (size_t i = 0; i < raw.len && i < 64; i++)
        if (raw.at[i] == '{') {
            rc = code_of_snapshot(blob, engine, path, err);
            goto out;
        }
    rc = dg_fail(err, DG_MALFORMED, "%s: is no runtime (neither wasm, nor compressed code, nor a spec)", path);
out:
    dg_buf_clear(&raw);
    return rc;
}

dg_code dg_cli_runtime(dg_runtime **out, dg_engine *engine, const char *path, dg_error *err)
{
    dg_buf blob;
    dg_code rc;
    *out = NULL;
    dg_buf_init(&blob, DG_BLOB_MAX);
    if ((rc = read_blob(&blob, engine, path, err)) >= 0 && (rc = dg_runtime_new(out, engine, dg_buf_bytes(&blob), err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_buf_clear(&blob);
    return rc;
}

/* ---- snapshots ---- */

static dg_code describe(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    dg_runtime *runtime = NULL;
    dg_code rc = dg_runtime_new(&runtime, user, code, err);
    if (rc < 0)
        return dg_fail_within(err, rc, "the :code of the state");
    snprintf(info->spec_name, sizeof info->spec_name, "%s", dg_runtime_version(runtime)->spec_name);
    info->spec_version = dg_runtime_version(runtime)->spec_version;
    info->state_version = dg_version_trie(dg_runtime_version(runtime));
    dg_runtime_free(runtime);
    return DG_OK;
}

typedef struct import_job { dg_engine *engine; dg_progress progress; } import_job;

static dg_code job_describe(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    return describe(((import_job *)user)->engine, info, code, err);
}

static void job_progress(void *user, uint64_t done, uint64_t total)
{
    dg_progress_step(&((import_job *)user)->progress, done, total);
}

dg_code dg_cli_import(dg_snapshot_info *info, dg_engine *engine, const char *from, const char *to, bool replace, dg_error *err)
{
    import_job job = { .engine = engine };
    dg_snapshot_import_options options = { .path_out = to, .replace = replace, .describe = job_describe,
                                           .user = &job, .progress = job_progress };
    dg_code rc;
    dg_progress_init(&job.progress, "import", "bytes");
    rc = dg_snapshot_import(info, from, &options, err);
    dg_progress_done(&job.progress);
    return rc;
}

static void source_progress(void *user, uint64_t done, uint64_t total)
{
    dg_progress_step(user, done, total);
}

dg_code dg_cli_source(dg_source *out, dg_engine *engine, const char *path, dg_error *err)
{
    dg_progress progress;
    dg_code rc;
    dg_progress_init(&progress, "import", "bytes");
    rc = dg_source_open(out, path, engine, dg_cli_cache(), source_progress, &progress, err);
    dg_progress_done(&progress);
    return rc;
}
