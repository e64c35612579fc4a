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
        dg_le64_put(count, dg_scale_compact_u64(&s));
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
        dg_event_short(out->value, sizeof out->value, json);
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

/* Whom to ask at a block: the code that answers there, or another one over its state. */
typedef struct asked {
    dg_block *block;
    dg_runtime *runtime;
    bool other;
} asked;

static dg_code call(const asked *at, arm *a, dg_host_result *room, dg_bytes *value,
                    const char *entry, dg_bytes input, dg_error *why)
{
    dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY, .simulated_validators = true };
    dg_state *state;
    dg_code rc;
    if (!at->other)
        return dg_chain_call(a->chain, at->block, value, &room->cost, entry, input, why);
    if (!(state = dg_state_fork(dg_block_state(at->block))))
        return dg_fail(why, DG_NOMEM, "no memory to fork a state");
    rc = dg_runtime_call(at->runtime, room, entry, input, state, &options, why);
    *value = dg_buf_bytes(&room->output);
    dg_state_free(state);
    return rc;
}

static dg_code ask(answer *out, arm *a, const asked *at, const api_row *row, const dg_meta *meta,
                   dg_bytes input, dg_error *err)
{
    char entry[96];
    dg_error why = { .text = "" };
    dg_host_result room = { .cost = { 0 } };
    dg_bytes value;
    api_entry(entry, sizeof entry, row);
    out->asked = true;
    out->rc = call(at, a, &room, &value, entry, input, &why);
    out->fuel = room.cost.fuel;
    if (out->rc == DG_OK)
        keep(out, a, row, meta, value);
    else
        snprintf(out->error, sizeof out->error, "%.199s",
                 out->rc == DG_ABSENT ? "declared, but not exported" : why.text);
    dg_host_result_clear(&room);
    return out->rc == DG_IO || out->rc == DG_NOMEM ? dg_fail(err, out->rc, "%s", why.text) : DG_OK;
}

/* ---- one moment ---- */

static dg_code ask_all(sample *s, arm *a, const asked *at, const question *q, dg_error *err)
{
    const dg_meta *meta = NULL;
    const api_row *row;
    dg_runtime_meta(at->runtime, &meta, NULL);
    for (size_t i = 0; (row = api_at(i)); i++) {
        uint32_t version = dg_version_api(dg_runtime_version(at->runtime), row->api);
        dg_bytes input;
        dg_code rc;
        s->answers[i].version = version;
        if (version < row->since || !question_input(q, row->ask, &input))
            continue;
        if ((rc = ask(&s->answers[i], a, at, row, meta, input, err)) < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code take(sample *s, arm *a, const asked *at, dg_error *err)
{
    dg_block *block = at->block;
    question q;
    dg_code rc;
    sample_clear(s);
    if (!(s->answers = dg_calloc(API_COUNT_MAX, sizeof *s->answers)))
        return dg_fail(err, DG_NOMEM, "no memory for the answers at #%u", dg_block_number(block));
    s->taken = true;
    s->block = dg_block_number(block);
    s->session = a->session;
    s->at = dg_plan_slot_at(&a->run->span, dg_block_slot(block));
    question_make(&q, a, block);
    rc = ask_all(s, a, at, &q, err);
    question_clear(&q);
    return rc;
}

dg_code sample_take(arm *a, moment m, dg_block *block, dg_error *err)
{
    asked at = { .block = block };
    dg_code rc = dg_block_runtime(a->chain, block, &at.runtime, err);
    return rc < 0 ? rc : take(&a->samples[m], a, &at, err);
}

dg_code sample_without(arm *a, dg_block *upgrade, dg_error *err)
{
    return take(&a->without, a, &(asked){ upgrade, a->run->from_kept, true }, err);
}

void sample_clear(sample *s)
{
    for (size_t i = 0; s->answers && i < API_COUNT_MAX; i++)
        json_decref(s->answers[i].json);
    dg_free(s->answers);
    memset(s, 0, sizeof *s);
}
