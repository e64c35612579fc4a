/* seeds.c - which seeds of the plan were run, as the log tells, and why more than one. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

static json_t *row_json(const dg_event *e)
{
    const json_t *why = json_object_get(e->detail, "why");
    json_t *out = json_pack("{s:I, s:I, s:b, s:O}", "seed", (json_int_t)e->seed.seed, "exit",
                            (json_int_t)e->seed.exit, "rests", e->seed.rests != 0, "claims",
                            json_object_get(e->detail, "claims"));
    if (why && json_object_set(out, "why", (json_t *)why) != 0) {
        json_decref(out);
        return NULL;
    }
    return out;
}

int dg_outcome_seeds(json_t *out, const dg_outcome_facts *run)
{
    json_t *list = json_array();
    int bad = list == NULL;
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].kind == DG_EVENT_SEED)
            bad |= json_array_append_new(list, row_json(&run->log->at[i]));
    if (!bad && json_array_size(list))
        bad = json_object_set(out, "seeds", list);
    json_decref(list);
    return bad;
}

/* ---- in words ---- */

/* "topology-present (unexercised), upgrade-stall (broke)" */
static void open_words(char *out, size_t size, const dg_event *seed)
{
    assert(size > 0);
    const char *name;
    json_t *status;
    size_t used = 0;
    out[0] = 0;
    json_object_foreach(json_object_get(seed->detail, "claims"), name, status) if (used < size)
        used += (size_t)snprintf(out + used, size - used, "%s%s (%s)", used ? ", " : "", name,
                                 json_string_value(status));
}

typedef struct tried {
    const dg_event *first, *rests, *last; /* NULL: no other seed was tried */
} tried;

static tried tried_of(const dg_outcome_facts *run)
{
    tried out = { NULL, NULL, NULL };
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind != DG_EVENT_SEED)
            continue;
        out.first = out.first ? out.first : e;
        out.rests = e->seed.rests ? e : out.rests;
        out.last = e;
    }
    return out;
}

static int failed_note(json_t *notes, const dg_event *last)
{
    const char *why = json_string_value(json_object_get(last->detail, "why"));
    char line[400];
    if (!why)
        return 0;
    snprintf(line, sizeof line, "seed %lld could not be run (%.250s), so no other was tried",
             (long long)last->seed.seed, why);
    return json_array_append_new(notes, dg_event_text(line));
}

int dg_outcome_seeds_note(json_t *notes, const dg_outcome_facts *run)
{
    tried t = tried_of(run);
    char open[200], line[500];
    if (!t.rests)
        return 0;
    open_words(open, sizeof open, t.first);
    snprintf(line, sizeof line,
             "seed %lld left the verdict to chance: %s; seeds %lld to %lld were run, and this "
             "report shows the run of seed %lld",
             (long long)t.first->seed.seed, open, (long long)t.first->seed.seed,
             (long long)t.last->seed.seed, (long long)t.rests->seed.seed);
    return json_array_append_new(notes, dg_event_text(line)) | failed_note(notes, t.last);
}
