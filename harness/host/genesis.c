/* genesis.c - the runtime's own genesis builder: its default in JSON, and a state of it.
 *
 * Two sets of calls go by one version of the API; which one a runtime has is seen by
 * its exports.
 * Mirrors: sp-genesis-builder; frame-support genesis_builder_helper. */
#include "host/host.h"

#include <assert.h>

enum { JSON_TEXT_MAX = 256 << 20 };

static dg_code call(dg_runtime *runtime, dg_buf *out, const char *entry, dg_bytes input,
                    dg_state *state, dg_error *err)
{
    dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY };
    dg_host_result result;
    dg_code rc = dg_runtime_call(runtime, &result, entry, input, state, &options, err);
    if (rc == DG_OK) {
        *out = result.output; /* moved */
        dg_buf_init(&result.output, 0);
    } else if (result.panic[0]) {
        rc = dg_fail(err, rc, "%s: %s", entry, result.panic);
    }
    dg_host_result_clear(&result);
    return rc;
}

static bool is_old(const dg_runtime *runtime)
{
    return dg_runtime_exports(runtime, "GenesisBuilder_create_default_config");
}

bool dg_runtime_can_build_genesis(const dg_runtime *runtime)
{
    return is_old(runtime) || dg_runtime_exports(runtime, "GenesisBuilder_get_preset");
}

/* Vec<u8>, or Option of it for the preset without a name. */
dg_code dg_runtime_genesis_default(json_t **out, dg_runtime *runtime, dg_state *state,
                                   dg_error *err)
{
    static const uint8_t none[1] = { 0 };
    bool old = is_old(runtime);
    dg_buf answer;
    dg_bytes text;
    dg_scale s;
    dg_code rc;
    dg_buf_init(&answer, 0);
    rc = old ? call(runtime, &answer, "GenesisBuilder_create_default_config", dg_bytes_of(NULL, 0),
                    state, err)
             : call(runtime, &answer, "GenesisBuilder_get_preset", DG_BYTES_OF(none), state, err);
    if (rc == DG_OK) {
        s = dg_scale_from(dg_buf_bytes(&answer));
        text = old || dg_scale_option(&s) ? dg_scale_bytes(&s) : dg_bytes_of(NULL, 0);
        *out =
            text.len && s.rc == DG_OK ? json_loadb((const char *)text.at, text.len, 0, NULL) : NULL;
        rc = *out ? DG_OK
                  : dg_fail(err, DG_UNSUPPORTED,
                            "the runtime's genesis builder has no default in JSON");
    }
    dg_buf_clear(&answer);
    return rc;
}

dg_code dg_runtime_genesis_build(dg_runtime *runtime, const json_t *config, dg_state *state,
                                 dg_error *err)
{
    json_free_t release;
    dg_buf input, answer;
    char *text = json_dumps(config, JSON_COMPACT);
    dg_code rc;
    assert(config);
    json_get_alloc_funcs(NULL, &release);
    dg_buf_init(&input, JSON_TEXT_MAX);
    dg_buf_init(&answer, 0);
    if (text)
        dg_scale_put_bytes(&input, dg_text(text));
    if ((rc = text ? dg_buf_check(&input, err, "genesis")
                   : dg_fail(err, DG_NOMEM, "no memory for a genesis"))
        >= 0)
        rc = call(runtime, &answer,
                  is_old(runtime) ? "GenesisBuilder_build_config" : "GenesisBuilder_build_state",
                  dg_buf_bytes(&input), state, err);
    if (rc == DG_OK && (!answer.len || answer.at[0]))
        rc = dg_fail(err, DG_UNSUPPORTED, "the runtime's genesis builder refused: %.300s",
                     answer.len > 2 ? (const char *)dg_buf_text(&answer) + 2 : "");
    if (text)
        release(text);
    dg_buf_clear(&input);
    dg_buf_clear(&answer);
    return rc;
}

/* What the patch has takes the place of what is there, objects member by member; null removes.
 * Mirrors: RFC 7396, JSON merge patch. */
static int merge(json_t *into, const json_t *patch)
{
    const char *name;
    json_t *value, *there;
    int bad = 0;
    json_object_foreach((json_t *)patch, name, value)
    {
        there = json_object_get(into, name);
        if (json_is_object(value) && json_is_object(there))
            bad |= merge(there, value);
        else if (json_is_null(value))
            json_object_del(into, name);
        else
            bad |= json_object_set(into, name, value);
    }
    return bad;
}

dg_code dg_runtime_genesis_of(dg_runtime *runtime, const json_t *genesis, dg_state *state,
                              dg_error *err)
{
    const json_t *patch = json_object_get(genesis, "patch"),
                 *config = json_object_get(genesis, "config");
    json_t *whole = NULL;
    dg_code rc = DG_OK;
    if (!dg_runtime_can_build_genesis(runtime))
        return dg_fail(err, DG_UNSUPPORTED,
                       "%s %u has no genesis builder, so only a node that has it built in can make "
                       "a state of a plain chain spec",
                       dg_runtime_version(runtime)->spec_name,
                       dg_runtime_version(runtime)->spec_version);
    if (!json_is_object(config) && !json_is_object(patch))
        return dg_fail(err, DG_MALFORMED, "genesis.runtimeGenesis has neither config nor patch");
    if (json_is_object(config))
        return dg_runtime_genesis_build(runtime, config, state, err);
    if ((rc = dg_runtime_genesis_default(&whole, runtime, state, err)) == DG_OK)
        rc = merge(whole, patch) ? dg_fail(err, DG_NOMEM, "no memory for a genesis")
                                 : dg_runtime_genesis_build(runtime, whole, state, err);
    json_decref(whole);
    return rc;
}
