/* cmd_snapshot_export.c - doppel snapshot export: a state for other programs, nodes among them. */
#include "cli/cli_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "population/population.h"

static const dg_option options[] = {
    { "to", 0, DG_OPT_TEXT, "FILE", "x.json, x.json.zst (raw chain spec) or x.snap (try-runtime)" },
    { "snap-version", 0, DG_OPT_NUMBER, "3|4", "version of the .snap (4)" },
    { "dev-keys", 0, DG_OPT_NUMBER, "N",
      "a genesis for real nodes: N validators with development keys (//Alice, //Bob, ..) in place "
      "of "
      "all others, and a zombienet file beside the chain spec" },
};
enum { EXPORT_TO, EXPORT_VERSION, EXPORT_KEYS, EXPORT_OPTIONS };

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

static dg_code write_to(dg_snapshot *snapshot, const char *to, const dg_args *args, dg_error *err)
{
    unsigned version = args->text[EXPORT_VERSION] ? (unsigned)args->number[EXPORT_VERSION] : 4;
    return ends_in(to, ".snap") ? dg_snapshot_export_snap(snapshot, to, version, err)
                                : dg_snapshot_export_spec(snapshot, to, err);
}

/* ---- for real nodes ---- */

/* "x" of x.json and x.json.zst. */
static void stem_of(char *out, size_t size, const char *to)
{
    size_t len = strlen(to) - strlen(ends_in(to, ".zst") ? ".json.zst" : ".json");
    snprintf(out, size, "%.*s", (int)len, to);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Names of files and chains go into TOML as basic strings. */
static void put_quoted(dg_buf *out, const char *text)
{
    dg_buf_put_u8(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            dg_buf_put_u8(out, '\\');
        if ((unsigned char)*text >= 0x20 && *text != 0x7f)
            dg_buf_put_u8(out, (uint8_t)*text);
    }
    dg_buf_put_u8(out, '"');
}

/* The network that zombienet starts of it, all on this machine. */
static dg_code write_zombienet(const char *path, const char *spec, const char *chain,
                               uint32_t validators, dg_error *err)
{
    char name[DG_POPULATION_DEV_NAME];
    dg_buf out;
    dg_code rc;
    dg_buf_init(&out, 1 << 20);
    dg_buf_put_text(&out, "# zombienet spawn --provider native THIS_FILE\n[relaychain]\nchain = ");
    put_quoted(&out, chain);
    dg_buf_put_text(&out, "\nchain_spec_path = ");
    put_quoted(&out, spec);
    dg_buf_put_text(&out, "\ndefault_command = \"polkadot\"\n");
    for (uint32_t i = 0; i < validators; i++) {
        dg_population_dev_name(name, i);
        dg_buf_printf(&out, "\n[[relaychain.nodes]]\nname = \"%s\"\nvalidator = true\n", name);
    }
    rc = dg_buf_check(&out, err, "zombienet file");
    if (rc >= 0)
        rc = dg_file_write(path, dg_buf_bytes(&out), err);
    dg_buf_clear(&out);
    return rc;
}

static dg_code with_keys(dg_snapshot **out, dg_scratch *scratch, dg_snapshot *from,
                         const dg_args *args, dg_error *err)
{
    dg_chain_options how = { 0 };
    dg_chain *chain = NULL;
    dg_state *state = NULL;
    dg_snapshot_info info = *dg_snapshot_info_of(from);
    uint32_t writes = 0;
    char prefix[512], place[DG_SCRATCH_PATH_MAX];
    dg_code rc;
    if ((rc = dg_cli_engine(&how.engine, err)) < 0
        || (rc = dg_chain_open(&chain, from, &how, err)) < 0
        || (rc = dg_population_dev_keys(&state, &writes, chain, (uint32_t)args->number[EXPORT_KEYS],
                                        err))
               < 0)
        goto out;
    info.number = 0;
    memset(&info.hash, 0, sizeof info.hash);
    snprintf(prefix, sizeof prefix, "%.400s.dev-keys-", args->text[EXPORT_TO]);
    if ((rc = dg_scratch_make(scratch, prefix, err)) < 0)
        goto out;
    dg_snapshot_scratch(scratch, place, "snapshot");
    if ((rc = dg_state_save(state, place, &info, dg_bytes_of(NULL, 0), err)) >= 0)
        rc = dg_snapshot_open(out, place, err);
out:
    dg_state_free(state);
    dg_chain_close(chain);
    dg_engine_free(how.engine);
    return rc;
}

static dg_code export_with_keys(dg_snapshot *from, const dg_args *args, dg_error *err)
{
    const char *to = args->text[EXPORT_TO];
    char stem[1024], beside[1100];
    dg_scratch scratch = { .count = 0 };
    dg_snapshot *made = NULL;
    dg_code rc;
    if (ends_in(to, ".snap"))
        return dg_fail(err, DG_USAGE,
                       "--dev-keys makes a genesis for nodes: they read a chain spec, "
                       "so the name ends in .json or .json.zst");
    if (args->number[EXPORT_KEYS] < 1 || args->number[EXPORT_KEYS] > DG_POPULATION_VALIDATORS_MAX)
        return dg_fail(err, DG_USAGE, "--dev-keys: 1 to %d validators, not %llu",
                       DG_POPULATION_VALIDATORS_MAX, (unsigned long long)args->number[EXPORT_KEYS]);
    if (dg_snapshot_info_of(from)->partial)
        return dg_fail(err, DG_USAGE, "the snapshot is partial: nodes need a whole state");
    stem_of(stem, sizeof stem, to);
    snprintf(beside, sizeof beside, "%s.toml", stem);
    rc = with_keys(&made, &scratch, from, args, err);
    if (rc >= 0)
        rc = write_to(made, to, args, err);
    if (rc >= 0)
        rc = write_zombienet(beside, base_name(to), dg_snapshot_info_of(from)->chain,
                             (uint32_t)args->number[EXPORT_KEYS], err);
    dg_snapshot_close(made);
    dg_scratch_remove(&scratch);
    return rc;
}

/* ---- the command ---- */

static int print_file(const dg_args *args, const char *to)
{
    struct stat about;
    long long bytes = stat(to, &about) == 0 ? (long long)about.st_size : 0;
    char stem[1024];
    if (args->json)
        return dg_cli_print_json(json_pack("{s:s, s:I}", "file", to, "bytes", (json_int_t)bytes));
    printf("%s  %lld bytes\n", to, bytes);
    if (args->text[EXPORT_KEYS]) {
        stem_of(stem, sizeof stem, to);
        printf("%s.toml  for zombienet: %llu validators with development keys\n", stem,
               (unsigned long long)args->number[EXPORT_KEYS]);
    }
    return DG_EXIT_HELD;
}

static int export(const dg_args *args)
{
    const char *to = args->text[EXPORT_TO];
    dg_snapshot *snapshot = NULL;
    dg_error err;
    dg_code rc;
    if (!to || (!ends_in(to, ".snap") && !ends_in(to, ".json") && !ends_in(to, ".json.zst"))) {
        dg_fail(&err, DG_USAGE, "snapshot export needs --to x.json, x.json.zst or x.snap");
        return dg_cli_exit_with(&err);
    }
    if ((rc = dg_snapshot_open(&snapshot, args->positional[0], &err)) < 0)
        return dg_cli_exit_with(&err);
    rc = args->text[EXPORT_KEYS] ? export_with_keys(snapshot, args, &err)
                                 : write_to(snapshot, to, args, &err);
    dg_snapshot_close(snapshot);
    return rc < 0 ? dg_cli_exit_with(&err) : print_file(args, to);
}

const dg_command dg_cmd_snapshot_export = {
    "snapshot export",
    "SNAPSHOT --to FILE",
    "Write a snapshot as a raw chain spec or a try-runtime .snap",
    "With --dev-keys real nodes start on the fork: polkadot --chain FILE --alice --validator, "
    "--bob "
    "and so on.\nBlock #0 is the state; numbers, slots and candidates under way are forgotten, and "
    "eras stand still.",
    1,
    1,
    options,
    EXPORT_OPTIONS,
    export,
    NULL,
};
