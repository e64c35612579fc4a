/* cmd_call.c - doppel call: one runtime-API call over a snapshot's state. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

static const dg_option options[] = {
    { "runtime", 0, DG_OPT_TEXT, "BLOB",
      "that code over this state, as a real node has it at the upgrade block" },
    { "fuel", 0, DG_OPT_NUMBER, "N",
      "instructions after which the call is cut off "
      "(20000000000)" },
};
/* Some five seconds: no call that a node makes takes a hundredth of it. */
#define FUEL ((uint64_t)20000000000)

/* "Api_method" into its halves, at the first underscore. */
static bool split(const char *entry, char *api, size_t size, const char **method)
{
    assert(size > 0);
    const char *underscore = strchr(entry, '_');
    if (!underscore || (size_t)(underscore - entry) >= size)
        return false;
    memcpy(api, entry, (size_t)(underscore - entry));
    api[underscore - entry] = 0;
    *method = underscore + 1;
    return true;
}

/* The answer decoded by the metadata's runtime-API types; NULL where it cannot. */
static json_t *decoded(dg_runtime *runtime, const char *entry, dg_bytes answer, const char **why)
{
    char api[128];
    const char *method;
    const dg_meta *meta;
    const dg_meta_method *row;
    json_t *value = NULL;
    dg_error err;
    *why = "metadata does not describe this call";
    if (!split(entry, api, sizeof api, &method) || dg_runtime_meta(runtime, &meta, &err) < 0)
        return NULL;
    row = dg_meta_method_named(meta, api, method);
    if (!row)
        return NULL;
    *why = "the answer does not decode as the metadata says";
    return dg_value_decode_all(meta, &value, row->output, answer, &err) == DG_OK ? value : NULL;
}

static json_t *answer_json(dg_runtime *runtime, const char *entry, const dg_host_result *result,
                           const char *hex)
{
    const char *why;
    json_t *value = decoded(runtime, entry, dg_buf_bytes(&result->output), &why);
    json_t *out = json_pack("{s:s, s:s, s:I, s:I, s:I}", "method", entry, "result", hex, "bytes",
                            (json_int_t)result->output.len, "fuel", (json_int_t)result->cost.fuel,
                            "spec_version", (json_int_t)dg_runtime_version(runtime)->spec_version);
    json_object_set_new(out, "decoded", value ? value : json_null());
    if (!value)
        json_object_set_new(out, "not_decoded_because", json_string(why));
    return out;
}

static int print(const dg_args *args, dg_runtime *runtime, const char *entry,
                 const dg_host_result *result)
{
    int exit_code = DG_EXIT_HELD;
    dg_error err;
    dg_buf hex;
    dg_buf_init(&hex, SIZE_MAX / 4);
    dg_hex_put(&hex, dg_buf_bytes(&result->output));
    dg_buf_text(&hex); /* the NUL, or its failure */
    if (dg_buf_check(&hex, &err, "result") < 0)
        exit_code = dg_cli_exit_with(&err);
    else if (args->json)
        exit_code = dg_cli_print_json(answer_json(runtime, entry, result, dg_buf_text(&hex)));
    else
        puts(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return exit_code;
}

/* Names the nearest of the blob's own exports. */
static dg_code unknown(const dg_runtime *runtime, const char *entry, dg_error *err)
{
    enum { EXPORTS_MAX = 2048 };
    const char **names = dg_calloc(EXPORTS_MAX + 1, sizeof *names);
    const char *near;
    const dg_version *v = dg_runtime_version(runtime);
    if (!names)
        return dg_fail(err, DG_NOMEM, "no memory for the exports of the runtime");
    for (size_t i = 0;
         i < EXPORTS_MAX && (names[i] = dg_module_export_at(dg_runtime_module(runtime), i)); i++)
        ;
    near = dg_nearest(entry, names);
    dg_fail(err, DG_USAGE, near ? "%s %u exports no %s; did you mean %s?" : "%s %u exports no %s",
            v->spec_name, v->spec_version, entry, near);
    dg_free(names);
    return DG_USAGE;
}

static dg_code ask(dg_runtime *runtime, dg_host_result *result, const char *entry, dg_bytes input,
                   dg_state *state, uint64_t fuel, dg_error *err)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY,
                            .heap = DG_CHAIN_HEAP_OF_QUERY,
                            .fuel = fuel ? fuel : FUEL };
    dg_code rc = dg_runtime_call(runtime, result, entry, input, state, &how, err);
    return rc == DG_ABSENT ? unknown(runtime, entry, err) : rc;
}

static int run(const dg_args *args)
{
    const char *entry = args->positional[1];
    dg_source opened = { 0 };
    dg_engine *engine = NULL;
    dg_state *state = NULL;
    dg_runtime *runtime = NULL;
    dg_host_result result = { 0 };
    dg_error err;
    dg_buf input;
    int exit_code;
    dg_code rc;
    assert(args->positional_count >= 2);
    dg_buf_init(&input, 64 << 20);
    if (args->positional_count > 2
        && (rc = dg_hex_get(&input, args->positional[2], strlen(args->positional[2]), &err)) < 0) {
        dg_fail_within(&err, DG_USAGE, "argument of %s", entry);
        goto failed;
    }
    if ((rc = dg_cli_engine(&engine, &err)) < 0
        || (rc = dg_cli_source(&opened, engine, args->positional[0], &err)) < 0
        || (rc = dg_state_open(&state, opened.snapshot, &err)) < 0
        || (rc = dg_cli_runtime_over(&runtime, engine, &opened, args->text[0], &err)) < 0
        || (rc = ask(runtime, &result, entry, dg_buf_bytes(&input), state, args->number[1], &err))
               < 0)
        goto failed;
    exit_code = print(args, runtime, entry, &result);
    goto out;
failed:
    exit_code = dg_cli_exit_with(&err);
    if (err.code == DG_TRAP)
        exit_code = DG_EXIT_BROKE; /* the runtime failed, not the question */
out:
    dg_host_result_clear(&result);
    dg_buf_clear(&input);
    dg_runtime_free(runtime);
    dg_state_free(state);
    dg_source_close(&opened);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_call = {
    "call",
    "SNAPSHOT API_method [0xARGS]",
    "One runtime-API call, decoded with --json where metadata allows",
    "Exit 1 when the runtime traps. Example: doppel call snap BabeApi_configuration --json",
    2,
    3,
    options,
    2,
    run,
    NULL,
};
