/* api_sample.c - asks what nodes ask, at one block, and keeps what will be compared. */
#include <string.h>

#include "crypto/crypto.h"

#include <assert.h>
#include "survey/survey_impl.h"

/* ---- one answer ---- */

static dg_hash essence_of(dg_bytes value, dg_survey_same how)
{
    uint8_t count[8];
    dg_scale s = dg_scale_from(value);
    switch (how) {
    case DG_SURVEY_SAME_ALL:
        break;
    case DG_SURVEY_SAME_BUT_LAST4:
        value.len = value.len > 4 ? value.len - 4 : 0;
        break;
    case DG_SURVEY_SAME_COUNT:
        dg_le64_put(count, dg_scale_compact_u64(&s));
        return dg_blake2_256(DG_BYTES_OF(count));
    case DG_SURVEY_SAME_FIRST:
        value.len = value.len ? 1 : 0;
        break;
    case DG_SURVEY_SAME_NEVER:
        value.len = 0;
        break;
    }
    return dg_blake2_256(value);
}

/* The answer as JSON by the method's type in `meta`, else by the row's layout. */
static json_t *decoded(const dg_meta *meta, const dg_survey_api *row, dg_bytes value, dg_error *why)
{
    const dg_meta_method *method = meta ? dg_meta_method_named(meta, row->api, row->method) : NULL;
    dg_scale s = dg_scale_from(value);
    json_t *out = NULL;
    if (method)
        return dg_value_decode_all(meta, &out, method->output, value, why) == DG_OK ? out : NULL;
    out = dg_survey_layout_decode(row->layout, &s);
    if (dg_scale_finish(&s, why, "answer") < 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* Whom to ask: the code that answers at a block, or a runtime over a state. */
typedef struct asked {
    dg_chain *chain; /* NULL: `runtime` over `state` */
    dg_block *block;
    dg_state *state;
    dg_runtime *runtime;
    const dg_survey_asking *how;
} asked;

static void keep(dg_survey_answer *out, const asked *at, const dg_survey_api *row,
                 const dg_meta *meta, dg_bytes value)
{
    dg_error why = { .text = "" };
    json_t *json = decoded(meta, row, value, &why);
    out->len = value.len;
    out->hash = dg_blake2_256(value);
    out->essence = essence_of(value, row->compare);
    out->figures = dg_survey_figures(row, value);
    out->decodes = json != NULL;
    out->described = meta && dg_meta_method_named(meta, row->api, row->method);
    if (json && value.len <= DG_SURVEY_JSON_MAX)
        dg_event_short(out->value, sizeof out->value, json);
    if (!json)
        snprintf(out->error, sizeof out->error, "%.199s", why.text);
    if (value.len <= DG_SURVEY_JSON_MAX)
        out->json = json; /* moved */
    else
        json_decref(json);
    if (!at->how->decode_old)
        return;
    json = decoded(at->how->old, row, value, &why);
    out->decodes_old = json != NULL;
    json_decref(json);
}

static dg_code call(const asked *at, dg_host_result *room, dg_bytes *value, const char *entry,
                    dg_bytes input, dg_error *why)
{
    dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY,
                                .heap = DG_CHAIN_HEAP_OF_QUERY,
                                .simulated_validators = true,
                                .fuel = at->how->fuel };
    dg_state *state;
    dg_code rc;
    if (at->chain)
        return dg_chain_call(at->chain, at->block, value, &room->cost, entry, input, why);
    if (!(state = dg_state_fork(at->state)))
        return dg_fail(why, DG_NOMEM, "no memory to fork a state");
    rc = dg_runtime_call(at->runtime, room, entry, input, state, &options, why);
    *value = dg_buf_bytes(&room->output);
    dg_state_free(state);
    return rc;
}

static dg_code ask(dg_survey_answer *out, const asked *at, const dg_survey_api *row,
                   const dg_meta *meta, dg_bytes input, dg_error *err)
{
    char entry[96];
    dg_error why = { .text = "" };
    dg_host_result room = { .cost = { 0 } };
    dg_bytes value;
    assert(!out->asked);
    dg_survey_api_entry(entry, sizeof entry, row);
    out->asked = true;
    out->rc = call(at, &room, &value, entry, input, &why);
    out->fuel = room.cost.fuel;
    dg_memory_use_note(&out->memory, row->method, &room.cost);
    if (out->rc == DG_OK)
        keep(out, at, row, meta, value);
    else
        snprintf(out->error, sizeof out->error, "%.199s",
                 out->rc == DG_ABSENT ? "declared, but not exported" : why.text);
    dg_host_result_clear(&room);
    return out->rc == DG_IO || out->rc == DG_NOMEM ? dg_fail(err, out->rc, "%s", why.text) : DG_OK;
}

/* ---- one moment ---- */

static bool is_kept(const dg_survey_api *row)
{
    const dg_survey_kept *kept;
    for (size_t i = 0; (kept = dg_survey_kept_at(i)); i++)
        if (strcmp(kept->api, row->api) == 0 && strcmp(kept->method, row->method) == 0)
            return true;
    return false;
}

static dg_code ask_all(dg_survey_sample *s, const asked *at, const dg_survey_question *q,
                       dg_error *err)
{
    const dg_meta *meta = NULL;
    const dg_survey_api *row;
    assert(s->taken && s->answers);
    dg_runtime_meta(at->runtime, &meta, NULL);
    for (size_t i = 0; (row = dg_survey_api_at(i)); i++) {
        uint32_t version = dg_version_api(dg_runtime_version(at->runtime), row->api);
        dg_bytes input;
        dg_code rc;
        s->answers[i].version = version;
        if (version < row->since || (at->how->kept_alone && !is_kept(row))
            || !dg_survey_question_input(q, row->ask, &input))
            continue;
        if ((rc = ask(&s->answers[i], at, row, meta, input, err)) < 0)
            return rc;
    }
    return DG_OK;
}

/* `meta` is of the code that stands at the state, whoever is asked. */
static dg_code take(dg_survey_sample *out, const asked *at, const dg_meta *meta, dg_bytes extrinsic,
                    dg_error *err)
{
    dg_survey_question q;
    dg_code rc;
    dg_survey_sample_clear(out);
    if (!(out->answers = dg_calloc(DG_SURVEY_APIS_MAX, sizeof *out->answers)))
        return dg_fail(err, DG_NOMEM, "no memory for the answers of runtime APIs");
    out->taken = true;
    out->session = at->how->session;
    dg_survey_question_make(&q, meta, at->state, at->how->session, extrinsic);
    rc = ask_all(out, at, &q, err);
    dg_survey_question_clear(&q);
    return rc;
}

dg_code dg_survey_sample_take(dg_survey_sample *out, dg_chain *chain, dg_block *block,
                              const dg_survey_asking *how, dg_error *err)
{
    asked at = { .chain = how->runtime ? NULL : chain,
                 .block = block,
                 .state = dg_block_state(block),
                 .runtime = how->runtime,
                 .how = how };
    dg_bytes extrinsic =
        dg_block_extrinsic_count(block) ? dg_block_extrinsic(block, 0) : dg_bytes_of(NULL, 0);
    const dg_meta *meta = NULL;
    dg_runtime *there;
    dg_code rc = dg_block_runtime(chain, block, &there, err);
    if (rc < 0)
        return rc;
    dg_runtime_meta(there, &meta, NULL);
    at.runtime = at.runtime ? at.runtime : there;
    rc = take(out, &at, meta, extrinsic, err);
    out->block = dg_block_number(block);
    return rc;
}

dg_code dg_survey_sample_over(dg_survey_sample *out, dg_runtime *runtime, dg_state *state,
                              const dg_survey_asking *how, dg_error *err)
{
    asked at = { .state = state, .runtime = runtime, .how = how };
    const dg_meta *meta = NULL;
    assert(runtime && state && !how->runtime);
    dg_runtime_meta(runtime, &meta, NULL);
    return take(out, &at, meta, dg_bytes_of(NULL, 0), err);
}

void dg_survey_sample_clear(dg_survey_sample *s)
{
    for (size_t i = 0; s->answers && i < DG_SURVEY_APIS_MAX; i++) {
        json_decref(s->answers[i].json);
        json_decref(s->answers[i].figures);
    }
    dg_free(s->answers);
    memset(s, 0, sizeof *s);
}
