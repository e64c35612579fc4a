/* preflight.c - the order of the looks, and the verdict. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <string.h>

enum { FORMAT = 1 };

static json_t *side(dg_runtime *runtime, const dg_meta *meta)
{
    const dg_version *v = dg_runtime_version(runtime);
    return json_pack(
        "{s:o, s:I, s:I, s:I, s:s, s:I, s:o}", "spec_name", dg_preflight_find_text(v->spec_name),
        "spec_version", (json_int_t)v->spec_version, "transaction_version",
        (json_int_t)v->transaction_version, "system_version", (json_int_t)v->system_version,
        "blake2_256", dg_hash_text(dg_runtime_hash(runtime)).text, "bytes",
        (json_int_t)dg_runtime_blob_len(runtime), "metadata_version",
        meta ? json_integer(dg_meta_version(meta)) : json_null());
}

/* Takes `kinds`, `findings` and `counts`; NULL without memory. */
static json_t *document(const dg_preflight_look *look, json_t *kinds, json_t *findings,
                        json_t *counts)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(look->in->snapshot);
    const char *verdict = json_integer_value(json_object_get(counts, "fail")) > 0 ? "fail"
                          : json_array_size(look->undecided)                      ? "unknown"
                                                                                  : "pass";
    return json_pack("{s:i, s:{s:s, s:s}, s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:O, s:O, s:o, s:s}",
                     "doppel_preflight", FORMAT, "program", "name", "doppel", "version", DG_VERSION,
                     "chain", dg_preflight_find_text(info->chain), "block",
                     (json_int_t)info->number, "block_hash", dg_hash_text(&info->hash).text, "from",
                     side(look->in->from, look->old_meta), "to", side(look->in->to, look->new_meta),
                     "kinds", kinds, "findings", findings, "unknown", look->unknown, "undecided",
                     look->undecided, "counts", counts, "verdict", verdict);
}

static dg_code compose(json_t **out, const dg_preflight_look *look, dg_error *err)
{
    json_t *findings = look->no_memory ? NULL : dg_preflight_findings_sorted(look->findings),
           *kinds = findings ? dg_preflight_kinds_found(findings) : NULL,
           *counts = kinds ? dg_preflight_findings_counts(findings, json_array_size(look->unknown))
                           : NULL;
    assert(look->old && look->new_);
    if (!counts) {
        json_decref(findings);
        json_decref(kinds);
        return dg_fail(err, DG_NOMEM, "no memory for the findings");
    }
    *out = document(look, kinds, findings, counts);
    if (*out && json_object_set_new(*out, "answer", dg_preflight_answer_json(*out)) == 0)
        return DG_OK;
    json_decref(*out);
    *out = NULL;
    return dg_fail(err, DG_NOMEM, "no memory for the findings");
}

/* A runtime whose metadata cannot be read is judged by what is left. */
static dg_code metadata_of(const dg_meta **meta, dg_preflight_look *look, dg_runtime *runtime,
                           const char *side_name, dg_error *err)
{
    dg_code rc = dg_runtime_meta(runtime, meta, err);
    if (rc == DG_OK || rc == DG_NOMEM || rc == DG_IO)
        return rc;
    *meta = NULL;
    dg_preflight_find_undecided(look,
                                "%s: %s; storage, calls, constants and values were not compared",
                                side_name, err->text);
    return DG_OK;
}

/* Equal blobs, packed or not: a comparison would say nothing. */
static dg_code refuse_same(const dg_preflight_look *look, dg_error *err)
{
    const dg_preflight_input *in = look->in;
    dg_buf a, b;
    dg_code rc;
    dg_buf_init(&a, DG_BLOB_MAX);
    dg_buf_init(&b, DG_BLOB_MAX);
    if ((rc = dg_blob_decode(&a, dg_runtime_blob(in->from), err)) == DG_OK
        && (rc = dg_blob_decode(&b, dg_runtime_blob(in->to), err)) == DG_OK
        && dg_bytes_equal(dg_buf_bytes(&a), dg_buf_bytes(&b)))
        rc =
            dg_fail(err, DG_USAGE, "N is N-1: both are %s %u, N with hash %s", look->old->spec_name,
                    look->old->spec_version, dg_hash_text(dg_runtime_hash(in->to)).text);
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    return rc;
}

static dg_code look_at_all(dg_preflight_look *look, dg_error *err)
{
    /* Answers, values, configuration and keys are judged after the migration. */
    static dg_code (*const parts[])(dg_preflight_look *, dg_error *) = {
        dg_preflight_look_identity,  dg_preflight_look_code,     dg_preflight_look_apis,
        dg_preflight_look_methods,   dg_preflight_look_storage,  dg_preflight_look_calls,
        dg_preflight_look_migration, dg_preflight_look_answers,  dg_preflight_look_values,
        dg_preflight_look_versions,  dg_preflight_look_config,   dg_preflight_look_keys,
        dg_preflight_look_queued,    dg_preflight_look_entities, dg_preflight_look_kept,
        dg_preflight_look_nodes,
    };
    dg_code rc;
    if ((rc = refuse_same(look, err)) < 0
        || (rc = metadata_of(&look->old_meta, look, look->in->from, "N-1", err)) < 0
        || (rc = metadata_of(&look->new_meta, look, look->in->to, "N", err)) < 0
        || (rc = dg_state_open(&look->before, look->in->snapshot, err)) < 0)
        return rc;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if ((rc = parts[i](look, err)) < 0)
            return rc;
    if (dg_snapshot_info_of(look->in->snapshot)->partial && look->after)
        dg_preflight_find_undecided(
            look, "the snapshot is partial: values that it lacks were not checked");
    if (dg_snapshot_info_of(look->in->snapshot)->sparse)
        dg_preflight_find_undecided(
            look, "the state was fetched as it was read: values that N's first start did not write "
                  "were not checked");
    dg_preflight_find_unknown(
        look, "no block was built: effects on nodes, cadence and later sessions need `doppel run`");
    return DG_OK;
}

dg_code dg_preflight(json_t **out, const dg_preflight_input *input, dg_error *err)
{
    dg_preflight_look look = {
        .in = input, .findings = json_array(), .unknown = json_array(), .undecided = json_array()
    };
    dg_error mine;
    dg_code rc;
    assert(input->engine && input->snapshot);
    assert(input->from && input->to);
    err = err ? err : &mine;
    *out = NULL;
    look.old = dg_runtime_version(input->from);
    look.new_ = dg_runtime_version(input->to);
    if (!look.findings || !look.unknown || !look.undecided)
        rc = dg_fail(err, DG_NOMEM, "no memory for the findings");
    else if ((rc = look_at_all(&look, err)) >= 0)
        rc = compose(out, &look, err);
    dg_state_free(look.after);
    dg_state_free(look.control);
    dg_state_free(look.before);
    json_decref(look.findings);
    json_decref(look.unknown);
    json_decref(look.undecided);
    return rc;
}

int dg_preflight_exit(const json_t *preflight)
{
    const char *verdict = json_string_value(json_object_get(preflight, "verdict"));
    if (verdict && strcmp(verdict, "pass") == 0)
        return DG_EXIT_HELD;
    return verdict && strcmp(verdict, "unknown") == 0 ? DG_EXIT_INCONCLUSIVE : DG_EXIT_BROKE;
}

static bool is_texts(const json_t *list, const char *const *keys)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        for (const char *const *key = keys; *key; key++)
            if (!json_is_string(json_object_get(one, *key)))
                return false;
    }
    return json_is_array(list);
}

bool dg_preflight_is_document(const json_t *document)
{
    return json_object_get(document, "doppel_preflight") != NULL;
}

dg_code dg_preflight_check(const json_t *document, dg_error *err)
{
    static const char *const finding[] = { "id", "severity", "subject", "says", NULL };
    const json_t *format = json_object_get(document, "doppel_preflight");
    if (!json_is_integer(format) || json_integer_value(format) < 1)
        return dg_fail(err, DG_MALFORMED, "no preflight: it says of no format what it is");
    if (json_integer_value(format) > FORMAT)
        return dg_fail(err, DG_UNSUPPORTED, "preflight of format %lld, this program reads %d",
                       (long long)json_integer_value(format), FORMAT);
    if (!is_texts(json_object_get(document, "findings"), finding))
        return dg_fail(err, DG_MALFORMED,
                       "no preflight: a finding lacks its id, severity, subject or text");
    if (!json_is_string(json_object_get(document, "verdict"))
        || !json_is_object(json_object_get(document, "from"))
        || !json_is_object(json_object_get(document, "to")))
        return dg_fail(err, DG_MALFORMED, "no preflight: it lacks its verdict, N-1 or N");
    return DG_OK;
}
