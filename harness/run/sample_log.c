/* sample_log.c - what treatment's answers come to: events, with where they part from
 * control's and from those one block later, and which of them have another form. */
#include "run/run_impl.h"

#include <string.h>

static bool differs(const answer *a, const answer *b)
{
    return a->asked && b->asked && a->rc == DG_OK && b->rc == DG_OK
           && !dg_hash_equal(&a->essence, &b->essence);
}

/* What is said without N: over the same state by N-1 where that was asked, else by control
 * in its block. */
static const sample *without(const arm *a, moment m)
{
    return m == MOMENT_UPGRADE && a->without.taken ? &a->without : &a->run->control.samples[m];
}

/* At U the answer is neither what the same code says one block later nor what
 * control says now. Where control cannot tell and the session changed between
 * the two, a difference means nothing. */
static bool contradicts(const arm *a, moment m, size_t i)
{
    const sample *control = without(a, m), *later = &a->samples[MOMENT_AFTER];
    const answer *now = &a->samples[m].answers[i];
    if (m != MOMENT_UPGRADE || !later->taken || !differs(now, &later->answers[i]))
        return false;
    if (control->taken && control->answers[i].asked && control->answers[i].rc == DG_OK)
        return differs(now, &control->answers[i]);
    return later->session == a->samples[m].session;
}

/* Where two answers part, in words: "group_rotation_frequency 1 instead of 10". The
 * first place is enough for a line. `link` stands between the two. */
static bool say_difference(char *out, size_t size, const char *name, const char *link,
                           const json_t *now, const json_t *later)
{
    const char *key;
    json_t *v;
    char was[60], is[60];
    if (json_equal((json_t *)now, (json_t *)later))
        return false;
    if (json_is_object(now) && json_is_object(later))
        json_object_foreach((json_t *)now, key,
                            v) if (strcmp(key, "now") != 0 && json_object_get(later, key)
                                   && say_difference(out, size, key, link, v,
                                                     json_object_get(later, key))) return true;
    if (json_is_array(now) && json_is_array(later)
        && json_array_size(now) != json_array_size(later)) {
        snprintf(out, size, "%s%s%zu items%s%zu", name, name[0] ? " " : "", json_array_size(now),
                 link, json_array_size(later));
        return true;
    }
    if (json_is_array(now) && json_is_array(later))
        for (size_t i = 0; i < json_array_size(now); i++)
            if (say_difference(out, size, name, link, json_array_get(now, i),
                               json_array_get(later, i)))
                return true;
    dg_event_short(was, sizeof was, now);
    dg_event_short(is, sizeof is, later);
    snprintf(out, size, "%s%s%s%s%s", name, name[0] ? " " : "", was, link, is);
    return true;
}

static int put_text(json_t *detail, const char *key, const char *text)
{
    return text[0] ? json_object_set_new(detail, key, dg_event_text(text)) : 0;
}

static json_t *detail_of(const arm *a, moment m, size_t i, bool odd)
{
    const answer *now = &a->samples[m].answers[i];
    const sample *control = without(a, m), *later = &a->samples[MOMENT_AFTER];
    char entry[96];
    json_t *out = json_object();
    int bad;
    api_entry(entry, sizeof entry, api_at(i));
    bad = put_text(out, "api", entry) | put_text(out, "window", moment_name(m))
          | put_text(out, "error", now->error);
    if (now->rc == DG_OK)
        bad |= put_text(out, "hash", dg_hash_short(&now->hash).text);
    if (odd || !now->decodes)
        bad |= put_text(out, "value", now->value);
    if (odd && later->taken) {
        char words[200] = "";
        bad |= put_text(out, "later", later->answers[i].value);
        if (now->json && control->taken && control->answers[i].json
            && control->answers[i].described == now->described)
            say_difference(words, sizeof words, "", " instead of ", now->json,
                           control->answers[i].json);
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
                LOG_N(now->rc == DG_OK, (int64_t)now->fuel, (int64_t)now->len, now->decodes,
                      now->version, odd),
                detail_of(a, m, i, odd));
    }
}

/* ---- answers in another form ---- */

static void log_type(arm *a, size_t i, bool called, const char *where)
{
    char entry[96];
    json_t *detail;
    api_entry(entry, sizeof entry, api_at(i));
    if (!(detail = json_pack("{s:s, s:o}", "api", entry, "where", dg_event_text(where))))
        a->run->log.rc = DG_NOMEM;
    log_add(&a->run->log, a->which, a->samples[MOMENT_AFTER].at, a->samples[MOMENT_AFTER].block,
            DG_EV_API_TYPE, LOG_N(0, called), detail);
}

/* Where the types of an answer differ; "" when they agree or are not described. */
static void type_difference(char *out, size_t size, const dg_meta *old, const dg_meta *now,
                            const api_row *row)
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
