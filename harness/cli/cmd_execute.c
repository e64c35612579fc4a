/* cmd_execute.c - doppel execute: real blocks over a state, every root compared. */
#include "chain/chain.h"
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

static const dg_option options[] = {
    { "out", 0, DG_OPT_TEXT, "SNAPSHOT", "write the state after the last block as a snapshot" },
};

typedef struct tally {
    uint32_t executed, mismatches, last;
    json_t *bad; /* array */
} tally;

static void note(tally *t, uint32_t number, const dg_error *err)
{
    t->mismatches++;
    json_array_append_new(
        t->bad, json_pack("{s:I, s:s}", "block", (json_int_t)number, "reason", err->text));
    fprintf(stderr, "doppel: block %u: %s\n", number, err->text);
}

/* One block onto `*tip`. A block that fails cannot have children here: without
 * its state nothing after it can be judged, so the caller stops. */
static dg_code step(dg_chain *chain, dg_block **tip, tally *t, dg_bytes header,
                    const dg_bytes *extrinsics, size_t count, dg_error *err)
{
    dg_header h;
    dg_block *next = NULL;
    dg_code rc = dg_header_decode(&h, header, err);
    assert(tip && *tip);
    if (rc < 0)
        return rc;
    if (!dg_hash_equal(&h.parent, dg_block_hash(*tip)))
        return dg_fail(err, DG_USAGE,
                       "block #%u does not follow: its parent is %s, but the state is that of "
                       "#%u %s",
                       h.number, dg_hash_short(&h.parent).text, dg_block_number(*tip),
                       dg_hash_short(dg_block_hash(*tip)).text);
    t->last = h.number;
    rc = dg_chain_import(chain, &next, *tip, header, extrinsics, count, err);
    t->executed++;
    if (rc == DG_MISMATCH || rc == DG_TRAP) {
        note(t, h.number, err);
        return DG_END;
    }
    if (rc < 0)
        return rc;
    *tip = next;
    return dg_chain_finalize(chain, next, err);
}

static dg_code execute(dg_chain *chain, tally *t, const char *path, dg_error *err)
{
    dg_block_reader *reader = NULL;
    dg_block *tip = dg_chain_root(chain);
    dg_progress progress;
    dg_bytes header;
    const dg_bytes *extrinsics;
    size_t count;
    dg_code rc;
    if ((rc = dg_block_reader_open(&reader, path, err)) < 0)
        return rc;
    dg_progress_init(&progress, "execute");
    while ((rc = dg_block_reader_next(reader, &header, &extrinsics, &count, err)) == DG_OK) {
        rc = step(chain, &tip, t, header, extrinsics, count, err);
        if (rc != DG_OK)
            break;
        dg_progress_step(&progress, t->executed, 0);
    }
    if (rc == DG_END && !t->executed)
        rc = dg_fail(err, DG_USAGE, "it holds no block");
    if (rc < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_progress_done(&progress);
    dg_block_reader_close(reader);
    return rc < 0 ? rc : DG_OK;
}

static dg_code save(dg_chain *chain, const dg_snapshot *from, const char *path, dg_error *err)
{
    dg_block *tip = dg_chain_root(chain);
    dg_snapshot_info info = *dg_snapshot_info_of(from);
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime(chain, tip, &runtime, err);
    if (rc < 0)
        return rc;
    info.number = dg_block_number(tip);
    info.hash = *dg_block_hash(tip);
    info.spec_version = dg_runtime_version(runtime)->spec_version;
    snprintf(info.source_kind, sizeof info.source_kind, "state");
    info.partial = false; /* its root is the header's: the block was executed, and they agree */
    return dg_state_save(dg_block_state(tip), path, &info, dg_block_header(tip), err);
}

static int print(const dg_args *args, tally *t)
{
    int exit_code = t->mismatches ? DG_EXIT_BROKE : DG_EXIT_HELD;
    if (args->json) {
        int printed = dg_cli_print_json(json_pack(
            "{s:I, s:I, s:I, s:O}", "blocks_executed", (json_int_t)t->executed, "mismatches",
            (json_int_t)t->mismatches, "last_block", (json_int_t)t->last, "failed", t->bad));
        return printed ? printed : exit_code;
    }
    printf("%u block%s executed, %u mismatch%s, last #%u\n", t->executed,
           t->executed == 1 ? "" : "s", t->mismatches, t->mismatches == 1 ? "" : "es", t->last);
    return exit_code;
}

static int run(const dg_args *args)
{
    dg_source opened = { 0 };
    dg_chain_options how = { 0 };
    dg_chain *chain = NULL;
    tally t = { .bad = json_array() };
    dg_error err;
    int exit_code;
    if ((args->text[0] && dg_snapshot_try(args->text[0], false, &err) < 0)
        || dg_cli_engine(&how.engine, &err) < 0
        || dg_cli_source(&opened, how.engine, args->positional[0], &err) < 0
        || dg_chain_open(&chain, opened.snapshot, &how, &err) < 0
        || execute(chain, &t, args->positional[1], &err) < 0
        || (args->text[0] && !t.mismatches
            && save(chain, opened.snapshot, args->text[0], &err) < 0))
        exit_code = dg_cli_exit_with(&err);
    else
        exit_code = print(args, &t);
    json_decref(t.bad);
    dg_chain_close(chain);
    dg_source_close(&opened);
    dg_engine_free(how.engine);
    return exit_code;
}

const dg_command dg_cmd_execute = {
    "execute",
    "SNAPSHOT BLOCKS",
    "Re-execute real blocks on a state and compare every root with the header",
    "BLOCKS: SCALE bytes, lines of hex (one block a line: header with seal, then extrinsics), "
    "or chain_getBlock JSON.\n"
    "Their order in the file does not matter. Exit 1 at the first block whose root differs or "
    "that traps.\n"
    "A state whose block is unknown needs `snapshot create --number N --hash HASH` (or "
    "--header) first.",
    2,
    2,
    options,
    1,
    run,
    NULL,
};
