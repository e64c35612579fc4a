/* cmd_call.c - doppel call: one runtime-API call over a snapshot's state. */
#include "cli/cli_impl.h"

#include <string.h>

static const dg_option options[] = {
    { "runtime", 0, DG_OPT_TEXT, "BLOB", "that code over this state, as a real node has it at the upgrade block" },
    { "fuel", 0, DG_OPT_NUMBER, "N", "instructions before the call is cut off" },
};

/* "Api_method" into its halves, at the first underscore. */
static bool split(const char *entry, char *api, size_t size, const char **method)
{
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

static json_t *answer_json(dg_runtime *runtime, const char *entry, const dg_host_result *result)
{
    const char *why;
    json_t *value = decoded(runtime, entry, dg_buf_bytes(&result->output), &why);
    json_t *out = json_object();
    dg_buf hex;
    dg_buf_init(&hex, SIZE_MAX / 4);
    dg_hex_put(&hex, dg_buf_bytes(&result->output));
    json_object_set_new(out, "method", json_string(entry));
    json_object_set_new(out, "result", json_string(dg_buf_text(&hex)));
    json_object_set_new(out, "bytes", json_integer((json_int_t)result->output.len));
    json_object_set_new(out, "fuel", json_integer((json_int_t)result->cost.fuel));
    json_object_set_new(out, "spec_version", json_integer(dg_runtime_version(runtime)->spec_version));
    json_object_set_new(out, "decoded", value ? value : json_null());
    if (!value)
        json_object_set_new(out, "not_decoded_because", json_string(why));
    dg_buf_clear(&hex);
    return out;
}

static int print(const dg_args *args, dg_runtime *runtime, const char *entry, const dg_host_result *result)
{
    dg_buf hex;
    if (args->json)
        return dg_print_json(answer_json(runtime, entry, result));
    dg_buf_init(&hex, SIZE_MAX / 4);
    dg_hex_put(&hex, dg_buf_bytes(&result->output));
    puts(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return DG_EXIT_HELD;
}

static dg_code runtime_for(dg_runtime **out, dg_engine *engine, dg_state *state, const char *blob, dg_error *err)
{
    dg_bytes code;
    dg_code rc;
    if (blob)
        return dg_cli_runtime(out, engine, blob, err);
    rc = dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err);
    if (rc == DG_ABSENT)
        return dg_fail(err, DG_MALFORMED, "the snapshot holds no :code; give --runtime BLOB");
    return rc < 0 ? rc : dg_runtime_new(out, engine, code, err);
}

static int run(const dg_args *args)
{
    const char *entry = args->positional[1];
    dg_source opened = { 0 };
    dg_engine *engine = NULL;
    dg_state *state = NULL;
    dg_runtime *runtime = NULL;
    dg_host_result result = { 0 };
    dg_host_options how = { .context = DG_CONTEXT_QUERY, .fuel = args->number[1] };
    dg_error err;
    dg_buf input;
    int exit_code;
    dg_code rc;
    dg_buf_init(&input, 64 << 20);
    if (args->positional_count > 2
        && (rc = dg_hex_get(&input, args->positional[2], strlen(args->positional[2]), &err)) < 0) {
        dg_fail_within(&err, DG_USAGE, "argument of %s", entry);
        goto failed;
    }
    if ((rc = dg_cli_engine(&engine, &err)) < 0
        || (rc = dg_cli_source(&opened, engine, args->positional[0], &err)) < 0
        || (rc = dg_state_open(&state, opened.snapshot, &err)) < 0
        || (rc = runtime_for(&runtime, engine, state, args->text[0], &err)) < 0)
        goto failed;
    rc = dg_runtime_call(runtime, &result, entry, dg_buf_bytes(&input), state, &how, &err);
    if (rc == DG_ABSENT) {
        dg_fail(&err, DG_USAGE, "%s %u exports no %s", dg_runtime_version(runtime)->spec_name,
                dg_runtime_version(runtime)->spec_version, entry);
        goto failed;
    }
    if (rc < 0) {
        if (result.panic[0])
            fprintf(stderr, "doppel: the runtime said: %s\n", result.panic);
        goto failed;
    }
    exit_code = print(args, runtime, entry, &result);
    goto out;
failed:
    exit_code = dg_exit_with(&err);
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
    "call", "SNAPSHOT API_method [0xARGS]", "One runtime-API call, decoded with --json where metadata allows",
    "Example: doppel call snap BabeApi_configuration --json", 2, 3, options, 2, run,
};
