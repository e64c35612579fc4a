/* api_compare.c - where two answers of a runtime API part, and where their types do. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

bool dg_survey_differs(const dg_survey_answer *a, const dg_survey_answer *b)
{
    return a->asked && b->asked && a->rc == DG_OK && b->rc == DG_OK
           && !dg_hash_equal(&a->essence, &b->essence);
}

bool dg_survey_contradicts(const dg_survey_sample *now, const dg_survey_sample *without,
                           const dg_survey_sample *later, size_t i)
{
    const dg_survey_answer *is = &now->answers[i];
    assert(now->taken && i < DG_SURVEY_APIS_MAX);
    if (!later->taken || !dg_survey_differs(is, &later->answers[i]))
        return false;
    if (without->taken && without->answers[i].asked && without->answers[i].rc == DG_OK)
        return dg_survey_differs(is, &without->answers[i]);
    return later->session == now->session;
}

/* The first place is enough for a line. */
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

bool dg_survey_difference(char *out, size_t size, const char *link, const json_t *now,
                          const json_t *later)
{
    assert(size > 0 && link);
    return say_difference(out, size, "", link, now, later);
}

void dg_survey_type_difference(char *out, size_t size, const dg_meta *old, const dg_meta *now,
                               const dg_survey_api *row)
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
