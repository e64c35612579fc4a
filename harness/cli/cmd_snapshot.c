/* cmd_snapshot.c - doppel snapshot create | show | verify */
#include "cli/cli_impl.h"

#include <string.h>
#include <sys/stat.h>

/* ---- what a snapshot holds: after create, and by show ---- */

static json_t *info_json(const dg_snapshot *snapshot, const char *path)
{
    json_t *about = dg_snapshot_manifest(snapshot);
    dg_hash hash = dg_snapshot_hash(snapshot);
    json_object_set_new(about, "path", json_string(path));
    json_object_set_new(about, "snapshot_hash", json_string(dg_hash_text(&hash).text));
    return about;
}

static bool block_known(const dg_snapshot_info *info)
{
    static const dg_hash none;
    return info->header_known || !dg_hash_equal(&info->hash, &none);
}

static void print_text(const dg_snapshot *snapshot, const char *path)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(snapshot);
    dg_hash hash = dg_snapshot_hash(snapshot);
    printf("%s  %s ", path, info->chain[0] ? info->chain : "(unnamed chain)");
    if (block_known(info))
        printf("#%u %s\n", info->number, dg_hash_text(&info->hash).text);
    else
        puts("(its block is unknown, so no block can be executed on it)");
    printf("  state root     %s (version %u)%s\n", dg_hash_text(&info->state_root).text,
           info->state_version,
           info->partial ? ", of the entries present; the state may be incomplete" : "");
    if (info->spec_name[0])
        printf("  runtime        %s %u\n", info->spec_name, info->spec_version);
    else
        puts("  runtime        none: it holds no :code");
    printf("  entries        %llu keys, %llu nodes, %llu bytes of values%s\n",
           (unsigned long long)info->keys, (unsigned long long)info->nodes,
           (unsigned long long)info->value_bytes,
           info->sparse ? ", of what was read; nothing else is here" : "");
    if (info->shared_bytes)
        printf("  on disk        %llu bytes of its own (%llu nodes), %llu bytes shared with the "
               "snapshots it was made over\n",
               (unsigned long long)info->own_bytes, (unsigned long long)info->own_nodes,
               (unsigned long long)info->shared_bytes);
    else
        printf("  on disk        %llu bytes, none shared\n", (unsigned long long)info->own_bytes);
    printf("  source         %s (%s) %s\n", info->source, info->source_kind,
           dg_hash_text(&info->source_hash).text);
    printf("  snapshot hash  %s\n", dg_hash_text(&hash).text);
}

int dg_cli_print_snapshot(const dg_args *args, const char *path)
{
    dg_snapshot *snapshot = NULL;
    dg_error err;
    int exit_code = DG_EXIT_HELD;
    if (dg_snapshot_open(&snapshot, path, &err) < 0)
        return dg_cli_exit_with(&err);
    if (args->json)
        exit_code = dg_cli_print_json(info_json(snapshot, path));
    else
        print_text(snapshot, path);
    dg_snapshot_close(snapshot);
    return exit_code;
}

/* ---- create ---- */

static const dg_option create_options[] = {
    { "from", 0, DG_OPT_TEXT, "SPEC|SNAP|URLS|CHAIN",
      "chain spec (.json), raw or plain, pairs of state_getPairs, chopsticks sqlite or .yml, or "
      "try-runtime .snap of any "
      "version; "
      "packed with zstd or gzip or not; or https:// endpoints of one chain, with commas between "
      "them; or a chain by its name: polkadot, kusama, paseo, westend, polkadot-asset-hub, .." },
    { "replace", 0, DG_OPT_FLAG, NULL, "replace an existing snapshot" },
    { "header", 0, DG_OPT_TEXT, "HEX",
      "encoded header of the state's block, if the source does not hold it; a spec is a genesis "
      "without it" },
    { "number", 0, DG_OPT_NUMBER, "N", "or only its number, together with --hash" },
    { "hash", 0, DG_OPT_TEXT, "HASH", "its hash, together with --number" },
    { "at", 0, DG_OPT_TEXT, "finalized|N|HASH", "of endpoints: the block [finalized]" },
    { "pallet", 0, DG_OPT_TEXT, "NAMES",
      "of endpoints: only what these pallets store, and the runtime; the snapshot is partial" },
    { "way", 0, DG_OPT_TEXT, "any|proofs|pairs",
      "of endpoints: by read proofs, or by keys and values [what they serve, proofs first]" },
    { "rpc-header", 0, DG_OPT_EACH, "HEADER",
      "\"Name: value\" to send to endpoints, as their keys; @FILE: each line of it" },
    { "cacert", 0, DG_OPT_TEXT, "FILE", "certificates to trust, as of curl" },
    { "endpoints", 0, DG_OPT_TEXT, "FILE",
      "endpoints of chains, before those known here: lines NAME URL [WEIGHT]" },
};
enum {
    CREATE_FROM,
    CREATE_REPLACE,
    CREATE_HEADER,
    CREATE_NUMBER,
    CREATE_HASH,
    CREATE_AT,
    CREATE_PALLET,
    CREATE_WAY,
    CREATE_RPC_HEADER,
    CREATE_CACERT,
    CREATE_ENDPOINTS
};

static dg_code hex_of(dg_buf *out, const char *text, const char *flag, dg_error *err)
{
    dg_code rc = dg_hex_get(out, text, strlen(text), err);
    return rc < 0 ? dg_fail_within(err, DG_USAGE, "%s", flag) : DG_OK;
}

/* The block that the state is of, as far as the user tells. `header` keeps the bytes. */
static dg_code block_of(dg_snapshot_import_options *options, dg_buf *header, const dg_args *args,
                        dg_error *err)
{
    const char *number = args->text[CREATE_NUMBER], *hash = args->text[CREATE_HASH];
    uint8_t room[33];
    dg_buf bytes = dg_buf_on(room, sizeof room);
    dg_code rc;
    if (args->text[CREATE_HEADER]) {
        rc = hex_of(header, args->text[CREATE_HEADER], "--header", err);
        options->header = dg_buf_bytes(header);
        return rc;
    }
    if (!number && !hash)
        return DG_OK;
    if (!number || !hash || args->number[CREATE_NUMBER] > UINT32_MAX)
        return dg_fail(err, DG_USAGE, "--number N and --hash HASH go together");
    if ((rc = hex_of(&bytes, hash, "--hash", err)) < 0)
        return rc;
    if (bytes.len != 32)
        return dg_fail(err, DG_USAGE, "--hash: a block hash has 32 bytes, not %zu", bytes.len);
    memcpy(options->hash.at, room, 32);
    options->number = (uint32_t)args->number[CREATE_NUMBER];
    options->block_known = true;
    return DG_OK;
}

static dg_code import(const dg_args *args, dg_engine *engine, dg_error *err)
{
    dg_progress progress;
    dg_snapshot_import_options options = { .path_out = args->positional[0],
                                           .progress = dg_progress_step,
                                           .replace = args->text[CREATE_REPLACE] != NULL,
                                           .user = &progress };
    dg_buf header;
    dg_code rc;
    dg_buf_init(&header, 1 << 20);
    dg_progress_init(&progress, "import");
    if ((rc = block_of(&options, &header, args, err)) >= 0)
        rc = dg_source_import(NULL, args->text[CREATE_FROM], &options, engine, err);
    dg_progress_done(&progress);
    dg_buf_clear(&header);
    return rc;
}

static dg_code fetch(const dg_args *args, dg_engine *engine, dg_error *err)
{
    dg_cli_fetch_flags flags = {
        .from = args->text[CREATE_FROM],
        .out = args->positional[0],
        .at = args->text[CREATE_AT],
        .way = args->text[CREATE_WAY],
        .pallets = args->text[CREATE_PALLET],
        .replace = args->text[CREATE_REPLACE] != NULL,
        .rpc = { args->each, args->each_count, args->text[CREATE_CACERT],
                 args->text[CREATE_ENDPOINTS] },
    };
    return dg_cli_fetch(&flags, engine, err);
}

/* A flag of the other kind of source would be passed over in silence. */
static dg_code check_flags(const dg_args *args, bool remote, dg_error *err)
{
    for (int i = CREATE_HEADER; i <= CREATE_ENDPOINTS; i++)
        if ((args->text[i] || (i == CREATE_RPC_HEADER && args->each_count))
            && (i >= CREATE_AT) != remote)
            return dg_fail(err, DG_USAGE, "--%s is for %s", create_options[i].name,
                           remote ? "files, and --from names endpoints"
                                  : "endpoints, and --from names a file");
    return DG_OK;
}

static int create(const dg_args *args)
{
    const char *from = args->text[CREATE_FROM];
    dg_engine *engine = NULL;
    dg_error err;
    int exit_code;
    bool remote;
    if (!from) {
        dg_fail(&err, DG_USAGE, "snapshot create needs --from: a spec, a .snap or endpoints");
        return dg_cli_exit_with(&err);
    }
    remote = dg_cli_is_remote(from, args->text[CREATE_ENDPOINTS]);
    if (check_flags(args, remote, &err) < 0)
        return dg_cli_exit_with(&err);
    if (!args->text[CREATE_REPLACE] && dg_file_exists(args->positional[0])) {
        dg_fail(&err, DG_USAGE, "%s exists already; --replace replaces a snapshot",
                args->positional[0]);
        return dg_cli_exit_with(&err);
    }
    if (dg_cli_engine(&engine, &err) < 0 || (remote ? fetch : import)(args, engine, &err) < 0)
        exit_code = dg_cli_exit_with(&err);
    else
        exit_code = dg_cli_print_snapshot(args, args->positional[0]);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_snapshot_create = {
    "snapshot create",
    "--from SPEC|SNAP|URLS|CHAIN OUT",
    "Import or fetch a state, verify its root",
    "The snapshot appears at OUT only after its root has been verified. An existing OUT stays "
    "unless --replace\n"
    "is given. A header must name the state root that the import computes.\n"
    "From endpoints a final block is pinned by its header, and all that arrives must hash to what\n"
    "the header's state root leads to. What arrived stays in OUT.fetch until the snapshot is "
    "whole:\n"
    "the same command goes on from there.",
    1,
    1,
    create_options,
    sizeof create_options / sizeof create_options[0],
    create,
    NULL,
};

/* ---- show ---- */

static int show(const dg_args *args)
{
    return dg_cli_print_snapshot(args, args->positional[0]);
}

const dg_command dg_cmd_snapshot_show = {
    "snapshot show", "SNAPSHOT", "Show what a snapshot holds", NULL, 1, 1, NULL, 0, show, NULL,
};

/* ---- verify ---- */

static int verify(const dg_args *args)
{
    dg_snapshot *snapshot = NULL;
    dg_error err;
    uint64_t nodes = 0;
    dg_code rc = dg_snapshot_open(&snapshot, args->positional[0], &err);
    if (rc < 0)
        return dg_cli_exit_with(&err);
    rc = dg_snapshot_verify(snapshot, &nodes, &err);
    dg_snapshot_close(snapshot);
    if (rc != DG_OK) {
        err.code = DG_MISMATCH;
        return dg_cli_exit_with(&err);
    }
    if (args->json)
        return dg_cli_print_json(
            json_pack("{s:b, s:I}", "verified", 1, "nodes", (json_int_t)nodes));
    printf("verified: %llu nodes and values hash to their names, from the root down\n",
           (unsigned long long)nodes);
    return DG_EXIT_HELD;
}

const dg_command dg_cmd_snapshot_verify = {
    "snapshot verify",
    "SNAPSHOT",
    "Hash every node and value from the root down",
    NULL,
    1,
    1,
    NULL,
    0,
    verify,
    NULL,
};
