/* answers.c - what nodes ask is asked at a few moments, and what treatment's answers come
 * to becomes events: where they part from control's and from those one block later, and
 * which of them have another form. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* ---- asked ---- */

const char *dg_run_moment_name(dg_run_moment m)
{
    static const char *const names[] = { "U-1", "U", "U+1", "session+1" };
    assert(m < DG_RUN_MOMENT_COUNT);
    return names[m];
}

static dg_survey_asking asking(const dg_run_arm *a)
{
    dg_survey_asking how = { .session = a->at.session };
    if (a->which == DG_ARM_TREATMENT) {
        how.decode_old = true;
        dg_runtime_meta(a->run->from_kept, &how.old, NULL);
    }
    return how;
}

dg_code dg_run_sample_take(dg_run_arm *a, dg_run_moment m, dg_block *block, dg_error *err)
{
    dg_survey_asking how = asking(a);
    assert(m < DG_RUN_MOMENT_COUNT);
    a->kept.sampled_at[m] = dg_plan_slot_at(&a->run->span, dg_block_slot(block));
    return dg_survey_sample_take(&a->kept.samples[m], a->chain, block, &how, err);
}

dg_code dg_run_sample_without(dg_run_arm *a, dg_block *upgrade, dg_error *err)
{
    dg_survey_asking how = asking(a);
    assert(a->which == DG_ARM_TREATMENT);
    how.runtime = a->run->from_kept;
    return dg_survey_sample_take(&a->kept.without, a->chain, upgrade, &how, err);
}

/* ---- told ---- */

/* What is said without N: over the same state by N-1 where that was asked, else by control
 * in its block. */
static const dg_survey_sample *without(const dg_run_arm *a, dg_run_moment m)
{
    return m == DG_RUN_MOMENT_UPGRADE && a->kept.without.taken ? &a->kept.without
                                                               : &a->run->control.kept.samples[m];
}

static bool contradicts(const dg_run_arm *a, dg_run_moment m, size_t i)
{
    return m == DG_RUN_MOMENT_UPGRADE
           && dg_survey_contradicts(&a->kept.samples[m], without(a, m),
                                    &a->kept.samples[DG_RUN_MOMENT_AFTER], i);
}

static int put_text(json_t *detail, const char *key, const char *text)
{
    return text[0] ? json_object_set_new(detail, key, dg_event_text(text)) : 0;
}

static json_t *detail_of(const dg_run_arm *a, dg_run_moment m, size_t i, bool odd)
{
    const dg_survey_answer *now = &a->kept.samples[m].answers[i];
    const dg_survey_sample *control = without(a, m), *later = &a->kept.samples[DG_RUN_MOMENT_AFTER];
    char entry[96];
    json_t *out = json_object();
    int bad;
    dg_survey_api_entry(entry, sizeof entry, dg_survey_api_at(i));
    bad = put_text(out, "api", entry) | put_text(out, "window", dg_run_moment_name(m))
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
            dg_survey_difference(words, sizeof words, " instead of ", now->json,
                                 control->answers[i].json);
        else if (now->json && later->answers[i].json)
            dg_survey_difference(words, sizeof words, ", then ", now->json, later->answers[i].json);
        bad |= put_text(out, "differs", words);
    }
    if (odd && control->taken)
        bad |= put_text(out, "control", control->answers[i].value);
    if (!out || bad)
        ((dg_run_arm *)a)->run->log.rc = DG_NOMEM;
    return out;
}

void dg_run_sample_log(dg_run_arm *a, dg_run_moment m)
{
    dg_survey_sample *s = &a->kept.samples[m];
    assert(a->which == DG_ARM_TREATMENT);
    if (!s->taken)
        return;
    for (size_t i = 0; dg_survey_api_at(i); i++) {
        const dg_survey_answer *now = &s->answers[i];
        bool odd;
        if (!now->asked)
            continue;
        odd = contradicts(a, m, i);
        dg_event_log_add(&a->run->log, &(dg_event){ .arm = a->which,
                                                    .at = a->kept.sampled_at[m],
                                                    .node = DG_EVENT_NO_NODE,
                                                    .block = s->block,
                                                    .kind = DG_EVENT_API,
                                                    .api = { .ok = now->rc == DG_OK,
                                                             .fuel = (int64_t)now->fuel,
                                                             .bytes = (int64_t)now->len,
                                                             .decodes = now->decodes,
                                                             .version = now->version,
                                                             .contradicts = odd },
                                                    .detail = detail_of(a, m, i, odd) });
    }
}

/* ---- answers in another form ---- */

static void log_type(dg_run_arm *a, size_t i, bool called, const char *where)
{
    char entry[96];
    json_t *detail;
    dg_survey_api_entry(entry, sizeof entry, dg_survey_api_at(i));
    if (!(detail = json_pack("{s:s, s:o}", "api", entry, "where", dg_event_text(where))))
        a->run->log.rc = DG_NOMEM;
    dg_event_log_add(&a->run->log, &(dg_event){ .arm = a->which,
                                                .at = a->kept.sampled_at[DG_RUN_MOMENT_AFTER],
                                                .node = DG_EVENT_NO_NODE,
                                                .block = a->kept.samples[DG_RUN_MOMENT_AFTER].block,
                                                .kind = DG_EVENT_API_TYPE,
                                                .api_type = { .readable = 0, .called = called },
                                                .detail = detail });
}

dg_code dg_run_sample_types(dg_run_arm *a, dg_error *err)
{
    const dg_survey_sample *before = &a->kept.samples[DG_RUN_MOMENT_BEFORE],
                           *now = &a->kept.samples[DG_RUN_MOMENT_AFTER];
    const dg_meta *old = NULL, *meta = NULL;
    const dg_survey_api *row;
    assert(a->which == DG_ARM_TREATMENT);
    dg_runtime_meta(a->run->from_kept, &old, NULL);
    dg_runtime_meta(a->run->to, &meta, NULL);
    for (size_t i = 0; before->taken && now->taken && (row = dg_survey_api_at(i)); i++) {
        const dg_survey_answer *was = &before->answers[i], *is = &now->answers[i];
        char where[256];
        if (!was->asked || was->rc != DG_OK)
            continue;
        dg_survey_type_difference(where, sizeof where, old, meta, row);
        if (!is->asked && dg_version_api(dg_runtime_version(a->run->to), row->api) < row->since)
            log_type(a, i, true, "N no longer offers it");
        else if (is->asked && is->rc == DG_OK && !is->decodes_old)
            log_type(a, i, true, where[0] ? where : "the answer does not decode with N-1's types");
        else if (where[0])
            log_type(a, i, false, where);
    }
    return dg_event_log_check(&a->run->log, err);
}
