/* document.c - what a bisect came to. */
#include "bisect/bisect_impl.h"

#include <assert.h>
#include <string.h>

#include "event/event.h"

static const char *const marks[] = { "", "good", "bad", "skip" };

static json_t *commit_json(const dg_bisect_work *w, size_t commit)
{
    char hash[DG_GIT_HASH_TEXT], subject[DG_BISECT_TEXT_MAX];
    dg_git_history_hash(hash, w->history, commit);
    dg_git_history_subject(subject, sizeof subject, w->history, commit);
    return json_pack("{s:s, s:o}", "commit", hash, "subject", dg_event_text(subject));
}

static json_t *mark_json(const dg_bisect_entry *e)
{
    return json_pack("{s:s, s:o, s:s, s:o, s:o}", "commit", e->commit, "subject",
                     dg_event_text(e->subject), "mark", marks[e->mark], "blob",
                     dg_event_text(e->blob), "why", dg_event_text(e->why));
}

static json_t *marks_json(const dg_bisect_work *w)
{
    json_t *out = json_array();
    for (size_t i = 0; i < w->log.count; i++)
        json_array_append_new(out, mark_json(&w->log.at[i]));
    return out;
}

/* "a, b" as a list. */
static json_t *names_json(const char *names)
{
    json_t *out = json_array();
    for (const char *at = names; *at; at += strspn(at, ", ")) {
        char name[DG_BISECT_TEXT_MAX];
        size_t len = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)len, at);
        json_array_append_new(out, dg_event_text(name));
        at += len;
    }
    return out;
}

/* Those that could be the first bad one, oldest first. */
static json_t *candidates_json(const dg_bisect_work *w)
{
    json_t *out = json_array();
    for (size_t i = 0; i < dg_git_history_count(w->history); i++)
        if (dg_bisect_search_is_open(w->search, i))
            json_array_append_new(out, commit_json(w, i));
    return out;
}

static int put_found(json_t *out, const dg_bisect_work *w, const dg_bisect_step *step)
{
    const dg_bisect_entry *e = dg_bisect_entry_of(w, step->commit);
    assert(e && e->mark == DG_BISECT_BAD);
    return json_object_set_new(out, "first_bad", commit_json(w, step->commit))
           | json_object_set_new(out, "broke", names_json(e->broke))
           | json_object_set_new(out, "why", dg_event_text(e->why));
}

static int put_range(json_t *out, const dg_bisect_work *w, const dg_bisect_step *step)
{
    const dg_bisect_entry *e = dg_bisect_entry_of(w, step->commit);
    return json_object_set_new(out, "candidates", candidates_json(w))
           | (e ? json_object_set_new(out, "broke", names_json(e->broke))
                      | json_object_set_new(out, "why", dg_event_text(e->why))
                : 0);
}

json_t *dg_bisect_document(dg_bisect_work *work, bool halted)
{
    const dg_bisect_options *o = work->options;
    dg_bisect_step step = dg_bisect_search_next(work->search);
    size_t count = dg_git_history_count(work->history);
    bool found = !halted && step.state == DG_BISECT_FOUND;
    json_t *body = json_pack("{s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:b}", "state",
                             halted  ? "halted"
                             : found ? "found"
                                     : "range",
                             "good", commit_json(work, 0), "bad", commit_json(work, count - 1),
                             "commits", (json_int_t)(count - 1), "runs", (json_int_t)work->runs,
                             "path", dg_event_text(o->path), "log", dg_event_text(o->log), "marks",
                             marks_json(work), "first_parent", o->range.first_parent);
    assert(halted || step.state != DG_BISECT_ASK);
    if (!body || (o->claim && json_object_set_new(body, "claim", json_string(o->claim)))
        || (found ? put_found : put_range)(body, work, &step)) {
        json_decref(body);
        return NULL;
    }
    return json_pack("{s:i, s:o}", "doppel", 1, "bisect", body);
}

int dg_bisect_exit(const json_t *document)
{
    const char *state =
        json_string_value(json_object_get(json_object_get(document, "bisect"), "state"));
    assert(state);
    return strcmp(state, "found") == 0 ? DG_EXIT_HELD : DG_EXIT_INCONCLUSIVE;
}
