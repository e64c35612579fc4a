/* answers.c - what nodes ask is asked at a few moments, and what treatment's answers come
 * to becomes events: where they part from control's and from those one block later. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* ---- asked ---- */

const char *dg_run_moment_name(dg_run_moment m)
{
    static const char *const names[] = { "U-1", "U", "U+1", "session+1", "session+2", "end" };
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

/* How answer `i` stands against what is said without N, in `words` too. Of two sessions nothing
 * is compared; what follows from a configuration that the plan changes is not either. */
static dg_event_against against(char *words, size_t size, const dg_run_arm *a, dg_run_moment m,
                                size_t i)
{
    assert(size > 0);
    const dg_survey_sample *now = &a->kept.samples[m], *control = without(a, m);
    dg_event_against how;
    words[0] = 0;
    if (!control->taken || control->session != now->session)
        return DG_EVENT_AGAINST_NOTHING;
    how =
        dg_survey_compare(words, size, dg_survey_api_at(i), &now->answers[i], &control->answers[i]);
    return how == DG_EVENT_AGAINST_CONFIGURED && a->run->config_wanted ? DG_EVENT_AGAINST_NOTHING
                                                                       : how;
}

/* Where an answer at U parts from control's, or else from U+1's. */
static void odd_words(char *words, size_t size, const dg_survey_answer *now,
                      const dg_survey_answer *control, const dg_survey_answer *later)
{
    assert(size > 0);
    if (now->json && control && control->json && control->described == now->described)
        dg_survey_difference(words, size, " instead of ", now->json, control->json);
    else if (now->json && later && later->json)
        dg_survey_difference(words, size, ", then ", now->json, later->json);
}

static int put_odd(json_t *out, const dg_run_arm *a, dg_run_moment m, size_t i, const char *words)
{
    const dg_survey_sample *control = without(a, m), *after = &a->kept.samples[DG_RUN_MOMENT_AFTER];
    const dg_survey_answer *now = &a->kept.samples[m].answers[i],
                           *was = control->taken ? &control->answers[i] : NULL,
                           *later = m == DG_RUN_MOMENT_UPGRADE && after->taken ? &after->answers[i]
                                                                               : NULL;
    char room[200] = "";
    if (!words[0])
        odd_words(room, sizeof room, now, was, later);
    return put_text(out, "value", now->value) | (later ? put_text(out, "later", later->value) : 0)
           | put_text(out, "differs", words[0] ? words : room)
           | (was ? put_text(out, "control", was->value) : 0);
}

static json_t *detail_of(const dg_run_arm *a, dg_run_moment m, size_t i, bool odd,
                         const char *words)
{
    const dg_survey_answer *now = &a->kept.samples[m].answers[i];
    const dg_survey_api *row = dg_survey_api_at(i);
    char entry[96];
    json_t *out = json_object();
    int bad;
    dg_survey_api_entry(entry, sizeof entry, row);
    bad = put_text(out, "api", entry) | put_text(out, "window", dg_run_moment_name(m))
          | put_text(out, "error", now->error);
    if (now->rc == DG_OK)
        bad |= put_text(out, "hash", dg_hash_short(&now->hash).text);
    if (odd || words[0])
        bad |= put_odd(out, a, m, i, words);
    else if (!now->decodes)
        bad |= put_text(out, "value", now->value);
    if (words[0])
        bad |= put_text(out, "because", row->because);
    if (!out || bad)
        ((dg_run_arm *)a)->run->log.rc = DG_NOMEM;
    return out;
}

static void log_answer(dg_run_arm *a, dg_run_moment m, size_t i)
{
    const dg_survey_sample *s = &a->kept.samples[m];
    const dg_survey_answer *now = &s->answers[i];
    char words[200];
    bool odd = contradicts(a, m, i);
    dg_event_against how = against(words, sizeof words, a, m, i);
    dg_event_log_add(
        &a->run->log,
        &(dg_event){ .arm = a->which,
                     .at = a->kept.sampled_at[m],
                     .node = DG_EVENT_NO_NODE,
                     .block = s->block,
                     .kind = DG_EVENT_API,
                     .api = { .ok = now->rc == DG_OK,
                              .missing = now->rc == DG_ABSENT,
                              .fuel = (int64_t)now->fuel,
                              .bytes = (int64_t)now->len,
                              .decodes = now->decodes,
                              .version = now->version,
                              .contradicts = odd,
                              .against = how },
                     .detail = detail_of(a, m, i, odd, how > DG_EVENT_AGAINST_SAME ? words : "") });
}

void dg_run_sample_log(dg_run_arm *a, dg_run_moment m)
{
    const dg_survey_sample *s = &a->kept.samples[m];
    assert(a->which == DG_ARM_TREATMENT);
    for (size_t i = 0; s->taken && dg_survey_api_at(i); i++)
        if (s->answers[i].asked && dg_run_is_asked(a->run, dg_survey_api_at(i)))
            log_answer(a, m, i);
}
