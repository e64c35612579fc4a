/* cmd_inspect.c - doppel inspect: what a runtime says of itself, no state needed. */
#include "cli/cli_impl.h"

#include <string.h>

static json_t *apis_json(const dg_version *v)
{
    json_t *out = json_object();
    for (uint32_t i = 0; i < v->api_count; i++) {
        const char *name = dg_api_name(v->apis[i].id);
        char hex[20] = "0x";
        for (int k = 0; k < 8; k++)
            snprintf(hex + 2 + 2 * k, 3, "%02x", v->apis[i].id[k]);
        json_object_set_new(out, name ? name : hex, json_integer(v->apis[i].version));
    }
    return out;
}

static json_t *imports_json(const dg_runtime *runtime)
{
    json_t *out = json_object();
    for (size_t i = 0; dg_module_import_at(dg_runtime_module(runtime), i); i++) {
        const char *name = dg_module_import_at(dg_runtime_module(runtime), i);
        json_object_set_new(out, name,
                            json_string(dg_host_provides(name) ? "provided" : "missing"));
    }
    return out;
}

static json_t *constants_json(const dg_meta *meta, const dg_meta_pallet *pallet)
{
    json_t *out = json_object();
    for (size_t i = 0; i < pallet->constant_count; i++) {
        const dg_meta_constant *c = dg_meta_constant_at(meta, pallet, i);
        json_t *value = NULL;
        if (dg_value_decode_all(meta, &value, c->type, c->value, NULL) != DG_OK)
            value = json_string("(does not decode)");
        json_object_set_new(out, c->name, value);
    }
    return out;
}

static json_t *meta_json(const dg_meta *meta)
{
    json_t *out = json_object(), *pallets = json_object();
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        json_object_set_new(pallets, p->name,
                            json_pack("{s:i, s:i, s:b, s:o}", "index", (int)p->index,
                                      "storage_items", (int)p->storage_count, "calls",
                                      (int)p->has_calls, "constants", constants_json(meta, p)));
    }
    json_object_set_new(out, "version", json_integer(dg_meta_version(meta)));
    json_object_set_new(out, "pallets", pallets);
    json_object_set_new(out, "runtime_api_methods",
                        json_integer((json_int_t)dg_meta_method_count(meta)));
    return out;
}

static json_t *runtime_json(dg_runtime *runtime)
{
    const dg_version *v = dg_runtime_version(runtime);
    const dg_meta *meta;
    dg_error err;
    json_t *out = json_object(), *code = json_object();
    json_object_set_new(code, "blake2_256",
                        json_string(dg_hash_text(dg_runtime_hash(runtime)).text));
    json_object_set_new(code, "bytes", json_integer((json_int_t)dg_runtime_blob_len(runtime)));
    json_object_set_new(out, "code", code);
    json_object_set_new(out, "spec_name", json_string(v->spec_name));
    json_object_set_new(out, "impl_name", json_string(v->impl_name));
    json_object_set_new(out, "spec_version", json_integer(v->spec_version));
    json_object_set_new(out, "authoring_version", json_integer(v->authoring_version));
    json_object_set_new(out, "transaction_version", json_integer(v->transaction_version));
    json_object_set_new(out, "system_version", json_integer(v->system_version));
    json_object_set_new(out, "apis", apis_json(v));
    json_object_set_new(out, "imports", imports_json(runtime));
    if (dg_runtime_meta(runtime, &meta, &err) == DG_OK)
        json_object_set_new(out, "metadata", meta_json(meta));
    else
        json_object_set_new(out, "metadata", json_pack("{s:s}", "unavailable", err.text));
    return out;
}

static void print_map(const char *title, const json_t *map, bool only_missing)
{
    const char *key;
    json_t *value;
    int column = 0;
    printf("  %-13s", title);
    for (void *it = json_object_iter((json_t *)map); it;
         it = json_object_iter_next((json_t *)map, it)) {
        key = json_object_iter_key(it);
        value = json_object_iter_value(it);
        if (only_missing && strcmp(json_string_value(value), "missing") != 0)
            continue;
        if (column && column % 4 == 0)
            printf("\n               ");
        printf(json_is_integer(value) ? " %s %lld" : " %s", key,
               (long long)json_integer_value(value));
        column++;
    }
    puts(column ? "" : " none");
}

static void print_text(const json_t *about)
{
    const char *hash = NULL, *name = NULL;
    json_int_t spec = 0, tx = 0, bytes = 0, system = 0, meta = 0;
    json_t *metadata = json_object_get(about, "metadata");
    json_unpack((json_t *)about, "{s:{s:s, s:I}, s:s, s:I, s:I, s:I}", "code", "blake2_256", &hash,
                "bytes", &bytes, "spec_name", &name, "spec_version", &spec, "transaction_version",
                &tx, "system_version", &system);
    printf("%s %lld  (transaction version %lld, system version %lld)\n", name, (long long)spec,
           (long long)tx, (long long)system);
    printf("  code          %lld bytes, BLAKE2b-256 %s\n", (long long)bytes, hash);
    print_map("APIs", json_object_get(about, "apis"), false);
    printf("  imports       %zu host functions\n",
           json_object_size(json_object_get(about, "imports")));
    print_map("not provided", json_object_get(about, "imports"), true);
    if (json_unpack(metadata, "{s:I}", "version", &meta) == 0)
        printf("  metadata      V%lld, %zu pallets\n", (long long)meta,
               json_object_size(json_object_get(metadata, "pallets")));
    else
        printf("  metadata      not read: %s\n",
               json_string_value(json_object_get(metadata, "unavailable")));
}

static int run(const dg_args *args)
{
    dg_engine *engine = NULL;
    dg_runtime *runtime = NULL;
    dg_error err;
    json_t *about = NULL;
    int exit_code = DG_EXIT_HELD;
    if (dg_cli_engine(&engine, &err) < 0
        || dg_cli_runtime(&runtime, engine, args->positional[0], &err) < 0) {
        exit_code = dg_cli_exit_with(&err);
    } else if ((about = runtime_json(runtime)) && args->json) {
        exit_code = dg_cli_print_json(about);
    } else {
        print_text(about);
        json_decref(about);
    }
    dg_runtime_free(runtime);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_inspect = {
    "inspect",
    "RUNTIME|SNAPSHOT",
    "Versions, APIs, constants, imports and metadata of a runtime",
    "RUNTIME: .wasm, raw or compressed, packed or not; or the :code of a spec, .snap or snapshot.",
    1,
    1,
    NULL,
    0,
    run,
    NULL,
};
