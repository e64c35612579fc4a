#include "model_fork.h"

#include <stdlib.h>
#include <string.h>

static dg_engine *engines[2];

static dg_engine *engine_of(int which, dg_compiler compiler)
{
    dg_engine_options options = { .compiler = compiler, .cache_dir = dg_engine_cache_dir() };
    dg_error err;
    if (!engines[which] && dg_engine_new(&engines[which], &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    return engines[which];
}

dg_engine *fork_engine(void)
{
    return engine_of(0, DG_COMPILER_SPEED);
}
dg_engine *fork_other_engine(void)
{
    return engine_of(1, DG_COMPILER_WINCH);
}

void fork_engines_free(void)
{
    for (int i = 0; i < 2; i++) {
        dg_engine_free(engines[i]);
        engines[i] = NULL;
    }
}

void fork_open_path(fork *f, const char *path, dg_snapshot_import_options *import,
                    const dg_chain_options *options)
{
    static int serial;
    dg_snapshot_import_options plain = { .replace = true };
    dg_chain_options how = { .simulated_validators = true };
    char name[32];
    const char *place;
    dg_error err;
    snprintf(name, sizeof name, "snapshot-%d", serial++);
    place = scratch_path(name);
    import = import ? import : &plain;
    import->path_out = place;
    import->describe = dg_runtime_describe;
    import->user = fork_engine();
    if (options)
        how = *options;
    how.engine = how.engine ? how.engine : fork_engine();
    *f = (fork){ .engine = how.engine };
    if (dg_snapshot_import(NULL, path, import, &err) < 0
        || dg_snapshot_open(&f->snapshot, place, &err) < 0
        || dg_chain_open(&f->chain, f->snapshot, &how, &err) < 0)
        ck_abort_msg("%s: %s", path, err.text);
}

const char *small_path(const char *name)
{
    static char room[4][512];
    static int next;
    const char *root = getenv("DOPPEL_RUNTIMES");
    char *path = room[next++ % 4];
    snprintf(path, 512, "%s/%s", root ? root : "build/runtimes", name);
    if (dg_file_exists(path))
        return path;
    printf("not run: %s was not built\n", path);
    return NULL;
}

bool fork_open_with(fork *f, const char *name, dg_snapshot_import_options *import,
                    const dg_chain_options *options)
{
    char path[512];
    const char *found = corpus_path(name);
    if (!found)
        return false;
    snprintf(path, sizeof path, "%s", found);
    fork_open_path(f, path, import, options);
    return true;
}

bool fork_open(fork *f, const char *name)
{
    return fork_open_with(f, name, NULL, NULL);
}

void fork_close(fork *f)
{
    dg_chain_close(f->chain);
    dg_snapshot_close(f->snapshot);
    *f = (fork){ NULL, NULL, NULL };
}

dg_code fork_try(fork *f, dg_block **out, dg_block *parent, uint64_t slot,
                 dg_build_options *options, dg_build_report *report, dg_error *err)
{
    dg_build_options plain = { .extrinsic_count = 0 };
    dg_epoch epoch;
    dg_code rc;
    options = options ? options : &plain;
    if ((rc = dg_chain_epoch(f->chain, parent, slot, &epoch, err)) != DG_OK)
        return rc;
    options->claim = (dg_slot_claim){ .slot = slot,
                                      .kind = DG_SLOT_CLAIM_SECONDARY_PLAIN,
                                      .authority = dg_epoch_secondary_author(&epoch, slot) };
    dg_epoch_clear(&epoch);
    return dg_chain_build(f->chain, out, report, parent, options, err);
}

dg_block *fork_build(fork *f, dg_block *parent, uint64_t slot)
{
    dg_block *block;
    dg_error err;
    if (fork_try(f, &block, parent, slot, NULL, NULL, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return block;
}

dg_clock fork_clock(fork *f, dg_block *block)
{
    dg_clock clock;
    dg_error err;
    if (dg_chain_clock(f->chain, block, &clock, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return clock;
}

dg_buf fork_code(const char *name)
{
    dg_bytes code;
    dg_buf out;
    fork f;
    if (!strstr(name, ".json"))
        return slurp(corpus_path(name));
    ck_assert(fork_open(&f, name));
    dg_buf_init(&out, DG_BLOB_MAX);
    ck_assert_int_eq(dg_state_get(dg_block_state(dg_chain_root(f.chain)), &code,
                                  dg_bytes_of(NULL, 0), dg_text(":code"), NULL),
                     DG_OK);
    dg_buf_put_bytes(&out, code);
    ck_assert_int_eq(out.rc, DG_OK);
    fork_close(&f);
    return out;
}
