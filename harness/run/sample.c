/* sample.c - asks what nodes ask, at one block, and keeps what will be compared. */
#include "run/run_impl.h"

#include <string.h>

#include "crypto/crypto.h"
#include "run/layout.h"

/* ---- what the calls are asked about ---- */

typedef struct question { dg_buf para, para_free, session, account, keys, extrinsic, code_hash, metadata; } question;

static void question_init(question *q)
{
    dg_buf *all[] = { &q->para, &q->para_free, &q->session, &q->account, &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dg_buf_init(all[i], 1 << 26);
}

static void question_clear(question *q)
{
    dg_buf *all[] = { &q->para, &q->para_free, &q->session, &q->account, &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dg_buf_clear(all[i]);
}

/* First item of a stored Vec of fixed-size items; false if there is none. */
static bool first_of(arm *a, dg_block *block, dg_bytes *out, size_t size, const char *pallet, const char *item)
{
    dg_bytes value;
    dg_scale s;
    if (dg_chain_storage(a->chain, block, &value, pallet, item, NULL, NULL) != DG_OK)
        return false;
    s = dg_scale_from(value);
    if (!dg_scale_count(&s, size))
        return false;
    *out = dg_scale_take(&s, size);
    return s.rc == DG_OK;
}

/* The session keys that the next validator in line has stored. */
static void ask_keys(dg_block *block, dg_buf *out)
{
    uint8_t prefix[32];
    dg_bytes key, value;
    dg_state_iter it;
    dg_storage_prefix(prefix, "Session", "NextKeys");
    if (dg_state_iter_init(&it, dg_block_state(block), dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), NULL) < 0)
        return;
    if (dg_state_iter_next(&it, &key, &value, NULL) == DG_OK)
        dg_scale_put_bytes(out, value);
    dg_state_iter_clear(&it);
}

static void ask_paras(arm *a, dg_block *block, question *q)
{
    dg_bytes para, hash;
    if (!first_of(a, block, &para, 4, "Paras", "Parachains"))
        return;
    dg_buf_put_bytes(&q->para, para);
    dg_buf_put_bytes(&q->para_free, para);
    dg_buf_put_u8(&q->para_free, 2); /* OccupiedCoreAssumption::Free */
    if (dg_chain_storage(a->chain, block, &hash, "Paras", "CurrentCodeHash", &para, NULL) == DG_OK && hash.len == 32)
        dg_buf_put_bytes(&q->code_hash, hash);
}

static void question_make(question *q, arm *a, dg_block *block)
{
    dg_bytes account, extrinsic;
    uint8_t session[4], version[4] = { 15 };
    question_init(q);
    ask_paras(a, block, q);
    dg_put_le32(session, a->session);
    dg_buf_put(&q->session, session, 4);
    dg_buf_put(&q->metadata, version, 4);
    if (first_of(a, block, &account, 32, "Session", "Validators"))
        dg_buf_put_bytes(&q->account, account);
    ask_keys(block, &q->keys);
    if (dg_block_extrinsic_count(block)) {
        uint8_t len[4];
        extrinsic = dg_block_extrinsic(block, 0);
        dg_put_le32(len, (uint32_t)extrinsic.len);
        dg_buf_put_bytes(&q->extrinsic, extrinsic);
        dg_buf_put(&q->extrinsic, len, 4);
    }
}

/* False: there is nothing on this chain to ask about. */
static bool input_of(const question *q, api_argument ask, dg_bytes *out)
{
    const dg_buf *from[] = { NULL, &q->para, &q->para_free, &q->session, &q->account, &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    *out = from[ask] ? dg_buf_bytes(from[ask]) : dg_bytes_of(NULL, 0);
    return !from[ask] || out->len;
}

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

static void keep_words(char *out, size_t size, const json_t *value)
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
        keep_words(out->value, sizeof out->value, json);
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
        if (version < row->since || !input_of(q, row->ask, &input))
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

/* ---- what treatment's answers come to ---- */

static bool differs(const answer *a, const answer *b)
{
    return a->asked && b->asked && a->rc == DG_OK && b->rc == DG_OK && !dg_hash_equal(&a->essence, &b->essence);
}

/* At U the answer is neither what the same code says one block later nor what
 * control says now. Where control cannot tell and the session changed between
 * the two, a difference means nothing. */
static bool contradicts(const arm *a, moment m, size_t i)
{
    const sample *control = &a->run->control.samples[m], *later = &a->samples[MOMENT_AFTER];
    const answer *now = &a->samples[m].answers[i];
    if (m != MOMENT_UPGRADE || !later->taken || !differs(now, &later->answers[i]))
        return false;
    if (control->taken && control->answers[i].asked && control->answers[i].rc == DG_OK)
        return differs(now, &control->answers[i]);
    return later->session == a->samples[m].session;
}

/* Where two answers part, in words: "group_rotation_frequency 1 instead of 10". The
 * first place is enough for a line. `link` stands between the two. */
static bool say_difference(char *out, size_t size, const char *name, const char *link, const json_t *now, const json_t *later)
{
    const char *key;
    json_t *v;
    char was[60], is[60];
    if (json_equal((json_t *)now, (json_t *)later))
        return false;
    if (json_is_object(now) && json_is_object(later))
        json_object_foreach((json_t *)now, key, v)
            if (strcmp(key, "now") != 0 && json_object_get(later, key) && say_difference(out, size, key, link, v, json_object_get(later, key)))
                return true;
    if (json_is_array(now) && json_is_array(later) && json_array_size(now) != json_array_size(later)) {
        snprintf(out, size, "%s%s%zu items%s%zu", name, name[0] ? " " : "", json_array_size(now), link, json_array_size(later));
        return true;
    }
    if (json_is_array(now) && json_is_array(later))
        for (size_t i = 0; i < json_array_size(now); i++)
            if (say_difference(out, size, name, link, json_array_get(now, i), json_array_get(later, i)))
                return true;
    keep_words(was, sizeof was, now);
    keep_words(is, sizeof is, later);
    snprintf(out, size, "%s%s%s%s%s", name, name[0] ? " " : "", was, link, is);
    return true;
}

static int put_text(json_t *detail, const char *key, const char *text)
{
    return text[0] ? json_object_set_new(detail, key, plain_json(text)) : 0;
}

static json_t *detail_of(const arm *a, moment m, size_t i, bool odd)
{
    const answer *now = &a->samples[m].answers[i];
    const sample *control = &a->run->control.samples[m], *later = &a->samples[MOMENT_AFTER];
    char entry[96];
    json_t *out = json_object();
    int bad;
    api_entry(entry, sizeof entry, api_at(i));
    bad = put_text(out, "api", entry) | put_text(out, "window", moment_name(m)) | put_text(out, "error", now->error);
    if (now->rc == DG_OK)
        bad |= put_text(out, "hash", dg_hash_short(&now->hash).text);
    if (odd || !now->decodes)
        bad |= put_text(out, "value", now->value);
    if (odd && later->taken) {
        char words[200] = "";
        bad |= put_text(out, "later", later->answers[i].value);
        if (now->json && control->taken && control->answers[i].json && control->answers[i].described == now->described)
            say_difference(words, sizeof words, "", " instead of ", now->json, control->answers[i].json);
        else if (now->json && later->answers[i].json)
            say_difference(words, sizeof words, "", ", then ", now->json, later->answers[i].json);
        bad |= put_text(out, "differs", words);
    }
    if (odd && control->taken)
        bad |= put_text(out, "control", control->answers[i].value);
    if (!out || bad)
        ((arm *)a)->run->log.rc = DG_NOMEM;
    return out;
}

void sample_log(arm *a, moment m)
{
    sample *s = &a->samples[m];
    if (!s->taken)
        return;
    for (size_t i = 0; api_at(i); i++) {
        const answer *now = &s->answers[i];
        bool odd;
        if (!now->asked)
            continue;
        odd = contradicts(a, m, i);
        log_add(&a->run->log, a->which, s->at, s->block, DG_EV_API,
                LOG_N(now->rc == DG_OK, (int64_t)now->fuel, (int64_t)now->len, now->decodes, now->version, odd),
                detail_of(a, m, i, odd));
    }
}

/* ---- answers in another form ---- */

static void log_type(arm *a, size_t i, bool called, const char *where)
{
    char entry[96];
    json_t *detail;
    api_entry(entry, sizeof entry, api_at(i));
    if (!(detail = json_pack("{s:s, s:o}", "api", entry, "where", plain_json(where))))
        a->run->log.rc = DG_NOMEM;
    log_add(&a->run->log, a->which, a->samples[MOMENT_AFTER].at, a->samples[MOMENT_AFTER].block, DG_EV_API_TYPE,
            LOG_N(0, called), detail);
}

/* Where the types of an answer differ; "" when they agree or are not described. */
static void type_difference(char *out, size_t size, const dg_meta *old, const dg_meta *now, const api_row *row)
{
    const dg_meta_method *a = old ? dg_meta_method_named(old, row->api, row->method) : NULL;
    const dg_meta_method *b = now ? dg_meta_method_named(now, row->api, row->method) : NULL;
    dg_buf where;
    out[0] = 0;
    if (!a || !b)
        return;
    dg_buf_init(&where, 1 << 16);
    if (!dg_type_same(old, a->output, now, b->output, &where))
        snprintf(out, size, "%.250s", dg_buf_text(&where));
    dg_buf_clear(&where);
}

dg_code sample_types(arm *a, dg_error *err)
{
    const sample *before = &a->samples[MOMENT_BEFORE], *now = &a->samples[MOMENT_AFTER];
    const dg_meta *old = NULL, *meta = NULL;
    const api_row *row;
    dg_runtime_meta(a->run->from_kept, &old, NULL);
    dg_runtime_meta(a->run->to, &meta, NULL);
    for (size_t i = 0; before->taken && now->taken && (row = api_at(i)); i++) {
        const answer *was = &before->answers[i], *is = &now->answers[i];
        char where[256];
        if (!was->asked || was->rc != DG_OK)
            continue;
        type_difference(where, sizeof where, old, meta, row);
        if (!is->asked && dg_version_api(dg_runtime_version(a->run->to), row->api) < row->since)
            log_type(a, i, true, "N no longer offers it");
        else if (is->asked && is->rc == DG_OK && !is->decodes_old)
            log_type(a, i, true, where[0] ? where : "the answer does not decode with N-1's types");
        else if (where[0])
            log_type(a, i, false, where);
    }
    return log_check(&a->run->log, err);
}
