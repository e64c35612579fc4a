/* preflight.c - collects the findings of all parts, sorts them, words the verdict. */
#include "preflight/preflight_impl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = { "fail", "warn", "note" };

void dg_find(dg_look *look, dg_finding_severity severity, const char *id, const char *subject, json_t *old,
             json_t *new_, const char *format, ...)
{
    char says[400];
    va_list args;
    json_t *finding = json_object();
    va_start(args, format);
    vsnprintf(says, sizeof says, format, args);
    va_end(args);
    json_object_set_new(finding, "severity", json_string(severities[severity]));
    json_object_set_new(finding, "id", json_string(id));
    json_object_set_new(finding, "subject", json_string(subject));
    json_object_set_new(finding, "old", old ? old : json_null());
    json_object_set_new(finding, "new", new_ ? new_ : json_null());
    json_object_set_new(finding, "says", json_string(says));
    json_array_append_new(look->findings, finding);
}

void dg_find_unknown(dg_look *look, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_array_append_new(look->unknown, json_string(text));
}

json_t *dg_find_hex(dg_bytes bytes)
{
    dg_buf hex;
    json_t *text;
    dg_buf_init(&hex, 1 << 20);
    dg_hex_put(&hex, bytes);
    text = json_string(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return text;
}

dg_code dg_look_item(dg_bytes *value, const dg_meta *meta, dg_state *state, const char *pallet, const char *item, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, pallet, item);
    uint8_t key[32];
    if (!entry)
        return DG_ABSENT;
    dg_storage_prefix(key, entry->prefix, entry->name);
    return dg_state_get(state, value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
}

dg_code dg_look_call(dg_buf *out, dg_runtime *runtime, dg_state *state, const char *entry, dg_bytes input, dg_error *err)
{
    dg_host_options how = { .context = DG_CONTEXT_QUERY };
    dg_host_result result;
    dg_state *fork = dg_state_fork(state);
    dg_code rc;
    dg_buf_reset(out);
    if (!fork)
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    rc = dg_runtime_call(runtime, &result, entry, input, fork, &how, err);
    if (rc == DG_OK) {
        dg_buf_put_bytes(out, dg_buf_bytes(&result.output));
        rc = dg_buf_check(out, err, entry);
    }
    dg_host_result_clear(&result);
    dg_state_free(fork);
    return rc;
}

/* ---- the whole ---- */

static int rank(const json_t *finding)
{
    const char *severity = json_string_value(json_object_get(finding, "severity"));
    for (int i = 0; i < 3; i++)
        if (strcmp(severity, severities[i]) == 0)
            return i;
    return 3;
}

static int by_severity(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int order = rank(x) - rank(y);
    static const char *const keys[] = { "id", "subject", "says" };
    for (int i = 0; order == 0 && i < 3; i++)
        order = strcmp(json_string_value(json_object_get(x, keys[i])), json_string_value(json_object_get(y, keys[i])));
    return order;
}

/* The sorted copy; NULL without memory. */
static json_t *sorted(json_t *findings)
{
    size_t count = json_array_size(findings);
    json_t **rows = dg_malloc(count * sizeof *rows), *out = json_array();
    if (!rows || !out)
        goto failed;
    for (size_t i = 0; i < count; i++)
        rows[i] = json_array_get(findings, i);
    qsort(rows, count, sizeof *rows, by_severity);
    for (size_t i = 0; i < count; i++)
        json_array_append(out, rows[i]);
    dg_free(rows);
    return out;
failed:
    dg_free(rows);
    json_decref(out);
    return NULL;
}

static json_t *side(dg_runtime *runtime, const dg_meta *meta)
{
    const dg_version *v = dg_runtime_version(runtime);
    return json_pack("{s:s, s:I, s:I, s:I, s:s, s:I, s:o}", "spec_name", v->spec_name, "spec_version",
                     (json_int_t)v->spec_version, "transaction_version", (json_int_t)v->transaction_version,
                     "system_version", (json_int_t)v->system_version, "blake2_256",
                     dg_hash_text(dg_runtime_hash(runtime)).text, "bytes", (json_int_t)dg_runtime_blob_len(runtime),
                     "metadata_version", meta ? json_integer(dg_meta_version(meta)) : json_null());
}

static json_t *counts(const json_t *findings)
{
    json_int_t n[4] = { 0 };
    for (size_t i = 0; i < json_array_size(findings); i++)
        n[rank(json_array_get(findings, i))]++;
    return json_pack("{s:I, s:I, s:I}", "fail", n[0], "warn", n[1], "note", n[2]);
}

static dg_code compose(json_t **out, dg_look *look, dg_error *err)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(look->in->snapshot);
    json_t *findings = sorted(look->findings);
    bool fail;
    if (!findings)
        return dg_fail(err, DG_NOMEM, "no memory for the findings");
    fail = json_array_size(findings) > 0 && rank(json_array_get(findings, 0)) == 0;
    *out = json_pack("{s:i, s:s, s:I, s:s, s:o, s:o, s:O, s:O, s:o, s:s}", "doppel_preflight", 1, "chain", info->chain,
                     "block", (json_int_t)info->number, "block_hash", dg_hash_text(&info->hash).text, "from",
                     side(look->in->from, look->old_meta), "to", side(look->in->to, look->new_meta), "findings",
                     findings, "unknown", look->unknown, "counts", counts(findings), "verdict",
                     fail ? "fail" : "pass");
    json_decref(findings);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the findings");
}

static dg_code metadata_of(const dg_meta **meta, dg_look *look, dg_runtime *runtime, const char *side_name, dg_error *err)
{
    dg_code rc = dg_runtime_meta(runtime, meta, err);
    if (rc == DG_OK || rc == DG_NOMEM || rc == DG_IO)
        return rc;
    *meta = NULL;
    dg_find_unknown(look, "%s: %s; storage, calls, constants and values were not compared", side_name,
                    err ? err->text : "metadata could not be read");
    return DG_OK;
}

dg_code dg_preflight(json_t **out, const dg_preflight_input *input, dg_error *err)
{
    static dg_code (*const parts[])(dg_look *, dg_error *) = {
        dg_look_identity, dg_look_apis, dg_look_metadata, dg_look_migration, dg_look_values, dg_look_config,
    };
    dg_look look = { .in = input, .findings = json_array(), .unknown = json_array() };
    dg_error mine;
    dg_code rc;
    err = err ? err : &mine;
    *out = NULL;
    look.old = dg_runtime_version(input->from);
    look.new_ = dg_runtime_version(input->to);
    if (dg_hash_equal(dg_runtime_hash(input->from), dg_runtime_hash(input->to))) {
        rc = dg_fail(err, DG_USAGE, "N is N-1: both are %s %u with hash %s", look.old->spec_name,
                     look.old->spec_version, dg_hash_text(dg_runtime_hash(input->to)).text);
        goto out;
    }
    if ((rc = metadata_of(&look.old_meta, &look, input->from, "N-1", err)) < 0
        || (rc = metadata_of(&look.new_meta, &look, input->to, "N", err)) < 0
        || (rc = dg_state_open(&look.before, input->snapshot, err)) < 0)
        goto out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if ((rc = parts[i](&look, err)) < 0)
            goto out;
    if (dg_snapshot_info_of(input->snapshot)->partial)
        dg_find_unknown(&look, "the snapshot is partial: values that it lacks were not looked at");
    dg_find_unknown(&look, "no block was built: effects on nodes, cadence and later sessions need `doppel run`");
    rc = compose(out, &look, err);
out:
    dg_state_free(look.after);
    dg_state_free(look.before);
    json_decref(look.findings);
    json_decref(look.unknown);
    return rc;
}

bool dg_preflight_failed(const json_t *preflight)
{
    const char *verdict = json_string_value(json_object_get(preflight, "verdict"));
    return !verdict || strcmp(verdict, "pass") != 0;
}
