/* differ.c - where nothing explains a break: the first events, from U on, that differ between the
 * arms, and the answers that are not control's. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

enum { EVENTS_TOLD = 5, ANSWERS_TOLD = 5, LINE_MAX = 320 };

/* ---- events ---- */

static bool is_told_of_both(const dg_event *e)
{
    switch (e->kind) {
    case DG_EVENT_RUN_START:
    case DG_EVENT_NODE_LIMITS:
    case DG_EVENT_BLOCK: /* hashes differ from U on by themselves */
    case DG_EVENT_UPGRADE:
    case DG_EVENT_NET_START:
    case DG_EVENT_NET_UPGRADE:
    case DG_EVENT_API:
    case DG_EVENT_MEMORY: /* never to the page the same; what is too much has a claim of its own */
        return false;
    default:
        return e->node == DG_EVENT_NO_NODE;
    }
}

/* Same kind, same moment, as often as there were ones before it. */
static const dg_event *twin_of(const dg_event_log *log, const dg_event *e, size_t nth)
{
    for (size_t i = 0; i < log->count && log->at[i].arm == DG_ARM_CONTROL; i++)
        if (log->at[i].kind == e->kind && log->at[i].at == e->at
            && log->at[i].node == DG_EVENT_NO_NODE && !nth--)
            return &log->at[i];
    return NULL;
}

static size_t nth_of(const dg_event *first, const dg_event *e)
{
    assert(first <= e);
    size_t nth = 0;
    for (const dg_event *o = first; o < e; o++)
        nth += o->kind == e->kind && o->at == e->at && o->node == DG_EVENT_NO_NODE;
    return nth;
}

/* "enabled 100 (0)": the numbers that differ, control's beside; false: none does. */
static bool numbers(char *out, size_t size, const dg_event *e, const dg_event *twin)
{
    assert(size > 0);
    size_t used = 0;
    const char *field;
    out[0] = 0;
    for (size_t i = 0; (field = dg_event_field(e->kind, i)) && used < size; i++) {
        int64_t now = dg_event_number(e, field), was = dg_event_number(twin, field);
        if (now != was)
            used += (size_t)snprintf(out + used, size - used, "%s%s %lld (control %lld)",
                                     used ? ", " : "", field, (long long)now, (long long)was);
    }
    return used != 0;
}

static bool differs(char *line, const dg_suspect_facts *f, const dg_event *first, const dg_event *e)
{
    const dg_event *twin;
    char what[200];
    if (!is_told_of_both(e) || !(twin = twin_of(f->log, e, nth_of(first, e)))
        || !numbers(what, sizeof what, e, twin))
        return false;
    snprintf(line, LINE_MAX, "#%u, %llu.%llu s after the fork: %s: %s", e->block,
             (unsigned long long)(e->at / 1000000000), (unsigned long long)(e->at / 100000000 % 10),
             dg_event_name(e->kind), what);
    return true;
}

/* The first of each kind. */
static int put_events(json_t *out, const dg_suspect_facts *f)
{
    bool told[DG_EVENT_KIND_COUNT] = { false };
    const dg_event *end = f->log->at + f->log->count, *first = f->log->at;
    size_t count = 0;
    int bad = 0;
    while (first < end && first->arm != DG_ARM_TREATMENT)
        first++;
    for (const dg_event *e = first; e < end && count < EVENTS_TOLD; e++) {
        char line[LINE_MAX];
        if (e->at < dg_plan_slot_at(&f->span, f->span.upgrade_slot) || told[e->kind]
            || !differs(line, f, first, e))
            continue;
        told[e->kind] = true;
        count++;
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

/* ---- answers ---- */

static const char *detail(const dg_event *e, const char *key)
{
    const char *text = json_string_value(json_object_get(e->detail, key));
    return text ? text : "";
}

static bool is_same_api(const dg_event *a, const dg_event *b)
{
    return strcmp(detail(a, "api"), detail(b, "api")) == 0;
}

/* The last moment at which that answer is odd. */
static const dg_event *last_of(const dg_event_log *log, const dg_event *first)
{
    const dg_event *last = first;
    for (const dg_event *e = first; e < log->at + log->count; e++)
        if (dg_suspect_is_odd(e) && is_same_api(first, e))
            last = e;
    return last;
}

static bool is_first(const dg_event_log *log, const dg_event *e)
{
    for (const dg_event *o = log->at; o < e; o++)
        if (dg_suspect_is_odd(o) && is_same_api(o, e))
            return false;
    return true;
}

/* "ParachainHost_claim_queue from #28 (U+1) to #42 (end): 0 of 6 cores with a claim". */
static void answer_words(char *line, const dg_event *e, const dg_event *last)
{
    char until[60] = "";
    const char *why = detail(e, "error")[0] ? detail(e, "error") : detail(e, "differs");
    assert(e <= last);
    if (last != e)
        snprintf(until, sizeof until, " to #%u (%.20s)", last->block, detail(last, "window"));
    snprintf(line, LINE_MAX, "%.80s %s #%u (%.20s)%s: %s", detail(e, "api"),
             last == e ? "at" : "from", e->block, detail(e, "window"), until,
             why[0] ? why : "not as in control");
}

static int put_answers(json_t *out, const dg_suspect_facts *f)
{
    size_t count = 0;
    int bad = 0;
    for (const dg_event *e = f->log->at; e < f->log->at + f->log->count && count < ANSWERS_TOLD;
         e++) {
        char line[LINE_MAX];
        if (!dg_suspect_is_odd(e) || !is_first(f->log, e))
            continue;
        answer_words(line, e, last_of(f->log, e));
        count++;
        bad |= json_array_append_new(out, dg_event_text(line));
    }
    return bad;
}

json_t *dg_suspect_differences(const dg_suspect_facts *facts)
{
    json_t *out = json_array();
    if (out && (put_answers(out, facts) | put_events(out, facts))) {
        json_decref(out);
        return NULL;
    }
    return out;
}
