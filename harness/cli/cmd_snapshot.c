/* cmd_snapshot.c - doppel snapshot create | show | verify | export */
#include "cli/cli_impl.h"

#include <string.h>

/* ---- create ---- */

static const dg_option create_options[] = {
    { "from", 0, DG_OPT_TEXT, "SPEC|SNAP", "raw chain spec (.json, .json.zst) or try-runtime .snap" },
    { "replace", 0, DG_OPT_FLAG, NULL, "replace a snapshot that is there already" },
};

static json_t *info_json(const dg_snapshot *snapshot, const char *path)
{
    json_t *about = dg_snapshot_manifest(snapshot);
    dg_hash hash = dg_snapshot_hash(snapshot);
    json_object_set_new(about, "path", json_string(path));
    json_object_set_new(about, "snapshot_hash", json_string(dg_hash_text(&hash).text));
    return about;
}

static int print_info(const dg_args *args, const char *path)
{
    dg_snapshot *snapshot = NULL;
    dg_error err;
    const dg_snapshot_info *info;
    dg_hash hash;
    if (dg_snapshot_open(&snapshot, path, &err) < 0)
        return dg_exit_with(&err);
    if (args->json) {
        int exit_code = dg_print_json(info_json(snapshot, path));
        dg_snapshot_close(snapshot);
        return exit_code;
    }
    info = dg_snapshot_info_of(snapshot);
    hash = dg_snapshot_hash(snapshot);
    printf("%s  %s #%u %s%s\n", path, info->chain, info->number, dg_hash_text(&info->hash).text,
           info->partial ? "  PARTIAL: keys are missing, roots are not the chain's" : "");
    printf("  state root     %s (version %u)\n", dg_hash_text(&info->state_root).text, info->state_version);
    printf("  runtime        %s %u\n", info->spec_name[0] ? info->spec_name : "none", info->spec_version);
    printf("  entries        %llu keys, %llu nodes, %llu bytes of values\n", (unsigned long long)info->keys,
           (unsigned long long)info->nodes, (unsigned long long)info->value_bytes);
    printf("  source         %s (%s) %s\n", info->source, info->source_kind, dg_hash_text(&info->source_hash).text);
    printf("  snapshot hash  %s\n", dg_hash_text(&hash).text);
    dg_snapshot_close(snapshot);
    return DG_EXIT_HELD;
}

static int create(const dg_args *args)
{
    const char *from = dg_arg(args, &dg_cmd_snapshot_create, "from"), *to = args->positional[0];
    bool replace = dg_arg(args, &dg_cmd_snapshot_create, "replace") != NULL;
    dg_engine *engine = NULL;
    dg_error err;
    int exit_code;
    if (!from) {
        dg_fail(&err, DG_USAGE, "snapshot create wants --from SPEC or --from SNAP");
        return dg_exit_with(&err);
    }
    if (strncmp(from, "http://", 7) == 0 || strncmp(from, "https://", 8) == 0) {
        dg_fail(&err, DG_USAGE, "%s: state over RPC is not part of this version; give a spec or a .snap", from);
        return dg_exit_with(&err);
    }
    if (dg_cli_engine(&engine, &err) < 0)
        return dg_exit_with(&err);
    if (dg_cli_import(NULL, engine, from, to, replace, &err) < 0)
        exit_code = dg_exit_with(&err);
    else
        exit_code = print_info(args, to);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_snapshot_create = {
    "snapshot create", "--from SPEC|SNAP OUT", "Import a state, verify its root, write a manifest",
    "The snapshot appears at OUT only when its root was verified. What is there already stays unless --replace.",
    1, 1, create_options, 2, create,
};

/* ---- show ---- */

static int show(const dg_args *args)
{
    return print_info(args, args->positional[0]);
}

const dg_command dg_cmd_snapshot_show = {
    "snapshot show", "SNAPSHOT", "Say what a snapshot holds", NULL, 1, 1, NULL, 0, show,
};

/* ---- verify ---- */

static int verify(const dg_args *args)
{
    dg_snapshot *snapshot = NULL;
    dg_error err;
    uint64_t nodes = 0;
    dg_code rc = dg_snapshot_open(&snapshot, args->positional[0], &err);
    if (rc < 0)
        return dg_exit_with(&err);
    rc = dg_snapshot_verify(snapshot, &nodes, &err);
    dg_snapshot_close(snapshot);
    if (rc != DG_OK) {
        err.code = DG_MISMATCH;
        return dg_exit_with(&err);
    }
    if (args->json)
        return dg_print_json(json_pack("{s:b, s:I}", "verified", 1, "nodes", (json_int_t)nodes));
    printf("verified: %llu nodes and values hash to their names, from the root down\n", (unsigned long long)nodes);
    return DG_EXIT_HELD;
}

const dg_command dg_cmd_snapshot_verify = {
    "snapshot verify", "SNAPSHOT", "Hash every node and value from the root down", NULL, 1, 1, NULL, 0, verify,
};

/* ---- export ---- */

static const dg_option export_options[] = {
    { "to", 0, DG_OPT_TEXT, "FILE", "x.json, x.json.zst (raw chain spec) or x.snap (try-runtime)" },
    { "snap-version", 0, DG_OPT_NUMBER, "3|4", "version of the .snap (4)" },
};

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

static int export(const dg_args *args)
{
    const char *to = dg_arg(args, &dg_cmd_snapshot_export, "to");
    const char *version = dg_arg(args, &dg_cmd_snapshot_export, "snap-version");
    unsigned number = version ? (unsigned)args->number[1] : 4;
    dg_snapshot *snapshot = NULL;
    dg_error err;
    dg_code rc;
    if (!to || (!ends_in(to, ".snap") && !ends_in(to, ".json") && !ends_in(to, ".json.zst"))) {
        dg_fail(&err, DG_USAGE, "snapshot export wants --to x.json, x.json.zst or x.snap");
        return dg_exit_with(&err);
    }
    if ((rc = dg_snapshot_open(&snapshot, args->positional[0], &err)) < 0)
        return dg_exit_with(&err);
    if (ends_in(to, ".snap"))
        rc = dg_snapshot_export_snap(snapshot, to, number, &err);
    else
        rc = dg_snapshot_export_spec(snapshot, to, &err);
    dg_snapshot_close(snapshot);
    return rc < 0 ? dg_exit_with(&err) : DG_EXIT_HELD;
}

const dg_command dg_cmd_snapshot_export = {
    "snapshot export", "SNAPSHOT --to FILE", "Write a snapshot as a raw chain spec or a try-runtime .snap", NULL,
    1, 1, export_options, 2, export,
};
