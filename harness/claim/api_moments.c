/* api_moments.c - each method of the runtime APIs, moment by moment: where its answer was not
 * control's, whether that stayed, and what it was healed by. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <string.h>

static api_method *method_of(api_moments *m, const char *name)
{
    assert(m->count <= API_METHODS_MAX);
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->at[i].name, name) == 0)
            return &m->at[i];
    if (m->count == API_METHODS_MAX)
        return NULL; /* no log of ours has so many */
    m->at[m->count] = (api_method){ .name = name };
    return &m->at[m->count++];
}

static void was_wrong(api_method *it, const dg_event *e)
{
    assert(!it->since || it->last);
    it->moments = it->since ? it->moments + (it->last->block != e->block) : 1;
    it->since = it->since ? it->since : e;
    it->last = e;
}

/* What control does not tell is taken for healed where it stays as it is from then on. */
static void without_control(api_method *it, const dg_event *e)
{
    if (!it->odd || it->odd == e)
        return;
    if (it->after)
        it->moved |= strcmp(dg_claim_detail(it->after, "hash"), dg_claim_detail(e, "hash")) != 0;
    else
        it->after = e;
}

/* Moments come in their order. */
static void was_lacked(api_moments *m, const char *moment)
{
    size_t used = strlen(m->lacked_before);
    if (m->lacked && strcmp(m->lacked, moment) != 0)
        snprintf(m->lacked_before + used, sizeof m->lacked_before - used, "%s%s", used ? ", " : "",
                 m->lacked);
    m->lacked = moment;
}

void dg_claim_api_moments_add(api_moments *m, const dg_event *e)
{
    api_method *it = method_of(m, dg_claim_detail(e, "api"));
    bool right = e->api.against == DG_EVENT_AGAINST_SAME;
    if (!it)
        return;
    if (e->api.missing) {
        it->missing = true;
        was_lacked(m, dg_claim_detail(e, "window"));
    }
    if (e->api.contradicts)
        it->odd = e;
    if (e->api.against > DG_EVENT_AGAINST_SAME)
        was_wrong(it, e);
    if (e->api.against == DG_EVENT_AGAINST_NOTHING)
        without_control(it, e);
    if (!right)
        return;
    if ((it->since || (it->odd && !it->healed)) && it->odd != e)
        it->healed = e;
    it->since = NULL;
}

/* ---- told ---- */

static void put_name(char *out, size_t size, unsigned before, const char *name, const char *how)
{
    size_t used = strlen(out);
    if (before < 4)
        snprintf(out + used, size - used, "%s%.60s%s%.60s%s", used ? ", " : "", name,
                 how[0] ? " (" : "", how, how[0] ? ")" : "");
    else if (before == 4)
        snprintf(out + used, size - used, ", ..");
}

unsigned dg_claim_api_missing(const api_moments *m, char *names, size_t size, char *when,
                              size_t when_size)
{
    unsigned count = 0;
    names[0] = 0;
    for (size_t i = 0; i < m->count; i++)
        if (m->at[i].missing)
            put_name(names, size, count++, m->at[i].name, "");
    snprintf(when, when_size, "%s%s%s", m->lacked_before, m->lacked_before[0] ? " and " : "",
             m->lacked ? m->lacked : "");
    return count;
}

/* Where an answer is wrong at one moment only, chance may have it so. What follows from a
 * configuration that is another is not the answer's fault. */
static api_course course_of(const api_method *it, bool configured)
{
    const dg_event *wrong = it->last;
    if (configured && wrong && wrong->api.against == DG_EVENT_AGAINST_CONFIGURED)
        wrong = NULL;
    if (wrong && it->since && it->moments > 1)
        return API_STAYS;
    return wrong || it->odd ? API_PASSES : API_RIGHT;
}

unsigned dg_claim_api_wrong(const api_moments *m, tally *when, char *names, size_t size,
                            api_course course, bool configured)
{
    unsigned count = 0;
    assert(course != API_RIGHT); /* then there is no event to tell of */
    names[0] = 0;
    for (size_t i = 0; i < m->count; i++) {
        const api_method *it = &m->at[i];
        const dg_event *first = it->since ? it->since
                                : it->odd ? it->odd
                                          : it->last,
                       *last = it->last ? it->last : it->odd;
        if (course_of(it, configured) != course)
            continue;
        assert(first && last);
        put_name(names, size, count++, it->name, dg_claim_detail(last, "differs"));
        when->first = when->first && when->first < first->block ? when->first : first->block;
        when->last = when->last > last->block ? when->last : last->block;
        when->count++;
    }
    return count;
}

const char *dg_claim_api_healed(const api_moments *m, bool configured)
{
    bool later = false;
    for (size_t i = 0; i < m->count; i++) {
        const api_method *it = &m->at[i];
        const dg_event *by = it->healed || it->moved ? it->healed : it->after;
        if (course_of(it, configured) != API_PASSES)
            continue;
        if (!by || it->since)
            return ""; /* that it is right again was not seen */
        later |= strcmp(dg_claim_detail(by, "window"), "U+1") != 0;
    }
    return later ? "the next session" : "N's first block";
}
