/* import_plain.c - a plain chain spec: what the runtime's genesis builder takes, and not what it
 * makes.
 *
 *   { "id", "name", "genesis": { "runtimeGenesis": { "code": "0x..",
 *                                                   "patch" | "config": { .. } } } }
 *
 * It is small, so it is read whole. Building is the caller's, since it runs the code.
 * Mirrors: sc-chain-spec, RuntimeGenesis. */
#include "snapshot/snapshot_impl.h"

#include <stdio.h>
#include <string.h>

enum { PLAIN_MAX = 256 << 20 };

static dg_code read_all(dg_buf *out, dg_snapshot_import_job *import, dg_error *err)
{
    dg_snapshot_input *input = NULL;
    dg_bytes chunk;
    dg_code rc = dg_snapshot_input_open(&input, import->path, err);
    while (rc == DG_OK && (rc = dg_snapshot_input_read(input, &chunk, err)) == DG_OK) {
        dg_buf_put_bytes(out, chunk);
        rc = dg_buf_check(out, err, "plain chain spec");
    }
    if (rc == DG_END) {
        import->m.info.source_hash = dg_snapshot_input_hash(input);
        rc = DG_OK;
    }
    dg_snapshot_input_close(input);
    return rc;
}

static dg_code take_entry(void *build, dg_bytes key, dg_bytes value, dg_error *err)
{
    return dg_snapshot_build_entry(build, key, value, err);
}

static dg_code build(dg_snapshot_import_job *import, const json_t *genesis, dg_error *err)
{
    const char *text = json_string_value(json_object_get(genesis, "code"));
    dg_snapshot_build build = { .writer = NULL };
    dg_snapshot_info *info = &import->m.info;
    dg_buf code;
    dg_code rc;
    if (!text)
        return dg_fail(err, DG_MALFORMED, "genesis.runtimeGenesis.code is missing");
    dg_buf_init(&code, DG_VALUE_MAX);
    rc = dg_hex_get(&code, text, strlen(text), err);
    if (rc < 0)
        rc = dg_fail_within(err, rc, "genesis.runtimeGenesis.code");
    if (rc >= 0 && (rc = dg_snapshot_import_describe(import, dg_buf_bytes(&code), err)) >= 0
        && (rc = dg_snapshot_build_init(&build, import->writer, info->state_version, err)) >= 0
        && (rc = import->options->build(import->options->user, genesis, take_entry, &build, err))
               >= 0)
        rc = dg_snapshot_build_finish(&build, &info->state_root, err);
    dg_snapshot_build_clear(&build);
    dg_buf_clear(&code);
    return rc;
}

static dg_code import_text(dg_snapshot_import_job *import, const dg_snapshot_spec *spec,
                           dg_bytes text, dg_error *err)
{
    dg_snapshot_info *info = &import->m.info;
    json_error_t why;
    json_t *document = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &why);
    json_t *genesis = json_object_get(json_object_get(document, "genesis"), "runtimeGenesis");
    dg_code rc;
    if (!document)
        return dg_fail(err, DG_MALFORMED, "line %d: %s", why.line, why.text);
    snprintf(info->source_kind, sizeof info->source_kind, "plain");
    snprintf(info->chain, sizeof info->chain, "%s", spec->id);
    snprintf(info->name, sizeof info->name, "%s", spec->name);
    rc = build(import, genesis, err);
    json_decref(document);
    return rc;
}

dg_code dg_snapshot_import_plain(dg_snapshot_import_job *import, const dg_snapshot_spec *spec,
                                 dg_error *err)
{
    dg_buf text;
    dg_code rc;
    dg_buf_init(&text, PLAIN_MAX);
    rc = read_all(&text, import, err);
    if (rc >= 0)
        rc = import_text(import, spec, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc < 0 ? dg_fail_within(err, rc, "%s", import->path)
                  : dg_snapshot_import_genesis(import, err);
}
