/* sample.c - asks what nodes ask, at one block, and keeps what will be compared. */
#include "run/run_impl.h"

#include <string.h>

#include "crypto/crypto.h"
#include "run/layout.h"
#include "run/question.h"

/* ---- one answer ---- */

static dg_hash essence_of(dg_bytes value, api_compare how)
{
    uint8_t count[8];
    dg_scale s = dg_scale_from(value);
    switch (how) {
    case SAME_ALL:
        break;
    case SAME_BUT_LAST4:
        value.len = value.len > 4 ? value.len - 4 : 0;
        break;
    case SAME_COUNT:
        dg_put_le64(count, dg_scale_compact_u64(&s));
        return dg_blake2_256(DG_BYTES_OF(count));
    case SAME_FIRST:
        value.len = value.len ? 1 : 0;
        break;
    case SAME_NEVER:
        value.len = 0;
        break;
    }
    return dg_blake2_256(value);
}

/* The answer as JSON by the method's type in `meta`, else by the row's layout. */
static json_t *decoded(const dg_meta *meta, const api_row *row, dg_bytes value, dg_error *why)
{
    const dg_meta_method *method = meta ? dg_meta_method_named(meta, row->api, row->method) : NULL;
    dg_scale s = dg_scale_from(value);
    json_t *out = NULL;
    if (method)
        return dg_value_decode_all(meta, &out, method->output, value, why) == DG_OK ? out : NULL;
    out = layout_decode(row->layout, &s);
    if (dg_scale_finish(&s, why, "answer") < 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

void answer_words(char *out, size_t size, const json_t *value)
{
    json_free_t release;
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    json_get_alloc_funcs(NULL, &release);
    snprintf(out, size, "%s", text ? text : "");
    if (text && strlen(text) >= size)
        memcpy(out + size - 3, "..", 3);
    if (text)
        release(text);
}

static void keep(answer *out, arm *a, const api_row *row, const dg_meta *meta, dg_bytes value)
{
    const dg_meta *old = NULL;
    dg_error why = { .text = "" };
    json_t *json = decoded(meta, row, value, &why);
    out->len = value.len;
    out->hash = dg_blake2_256(value);
    out->essence = essence_of(value, row->compare);
    out->decodes = json != NULL;
    out->described = meta && dg_meta_method_named(meta, row->api, row->method);
    if (json && value.len <= ANSWER_JSON_MAX)
        answer_words(out->value, sizeof out->value, json);
    if (!json)
        snprintf(out->error, sizeof out->error, "%.199s", why.text);
    if (value.len <= ANSWER_JSON_MAX)
        out->json = json; /* moved */
    else
        json_decref(json);
    if (a->which == DG_ARM_CONTROL)
        return;
    dg_runtime_meta(a->run->from_kept, &old, NULL);
    json = decoded(old, row, value, &why);
    out->decodes_old = json != NULL;
    json_decref(json);
}

static dg_code ask(answer *out, arm *a, dg_block *block, const api_row *row, const dg_meta *meta, dg_bytes input, dg_error *err)
{
    char entry[96];
    dg_error why = { .text = "" };
    dg_call_cost cost = { 0 };
    dg_bytes value;
    api_entry(entry, sizeof entry, row);
    out->asked = true;
    out->rc = dg_chain_call(a->chain, block, &value, &cost, entry, input, &why);
    out->fuel = cost.fuel;
    if (out->rc == DG_IO || out->rc == DG_NOMEM)
        return dg_fail(err, out->rc, "%s", why.text);
    if (out->rc == DG_OK)
        keep(out, a, row, meta, value);
    else
        snprintf(out->error, sizeof out->error, "%.199s", out->rc == DG_ABSENT ? "declared, but not exported" : why.text);
    return DG_OK;
}

/* ---- one moment ---- */

static dg_code ask_all(sample *s, arm *a, dg_block *block, dg_runtime *runtime, const question *q, dg_error *err)
{
    const dg_meta *meta = NULL;
    const api_row *row;
    dg_runtime_meta(runtime, &meta, NULL);
    for (size_t i = 0; (row = api_at(i)); i++) {
        uint32_t version = dg_version_api(dg_runtime_version(runtime), row->api);
        dg_bytes input;
        dg_code rc;
        s->answers[i].version = version;
        if (version < row->since || !question_input(q, row->ask, &input))
            continue;
        if ((rc = ask(&s->answers[i], a, block, row, meta, input, err)) < 0)
            return rc;
    }
    return DG_OK;
}

dg_code sample_take(arm *a, moment m, dg_block *block, dg_error *err)
{
    sample *s = &a->samples[m];
    dg_runtime *runtime;
    question q;
    dg_code rc = dg_block_runtime(a->chain, block, &runtime, err);
    if (rc < 0)
        return rc;
    sample_clear(s);
    if (!(s->answers = dg_calloc(API_COUNT_MAX, sizeof *s->answers)))
        return dg_fail(err, DG_NOMEM, "no memory for the answers at #%u", dg_block_number(block));
    s->taken = true;
    s->block = dg_block_number(block);
    s->session = a->session;
    s->at = run_at(a->run, dg_block_slot(block));
    question_make(&q, a, block);
    rc = ask_all(s, a, block, runtime, &q, err);
    question_clear(&q);
    return rc;
}

void sample_clear(sample *s)
{
    for (size_t i = 0; s->answers && i < API_COUNT_MAX; i++)
        json_decref(s->answers[i].json);
    dg_free(s->answers);
    memset(s, 0, sizeof *s);
}
