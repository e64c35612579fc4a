/* kept.c - what nodes keep for a session, asked three times within one: of N-1 before U, of N over
 * storage that it has not migrated yet, as at U, and of N after its first start. Where U will be in
 * its session is not known here, so each of the two ways to keep a wrong answer is told. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* False: the runtime's metadata does not say. */
static bool session_of(uint32_t *out, const dg_meta *meta, dg_state *state)
{
    json_t *index = dg_survey_item(meta, state, "Session", "CurrentIndex", NULL);
    *out = (uint32_t)dg_survey_whole(index);
    json_decref(index);
    return index != NULL;
}

static dg_code ask(dg_survey_sample *out, const dg_preflight_look *l, dg_runtime *runtime,
                   dg_state *state, uint32_t session, dg_error *err)
{
    dg_survey_asking how = { .session = session,
                             .kept_alone = true,
                             .fuel = l->in->fuel ? l->in->fuel : DG_PREFLIGHT_FUEL };
    return dg_survey_sample_over(out, runtime, state, &how, err);
}

/* Who keeps what; both may be. */
static const char *keepers(const dg_survey_stale *s)
{
    if (s->none)
        return "none is what they keep to the session's end";
    if (s->running && s->starting)
        return "nodes that run keep the first, those that ask first at U the second, to the "
               "session's end";
    if (s->running)
        return "nodes that run before U keep the first to the session's end";
    return s->anew ? "all ask first at U, and keep that to the session's end"
                   : "nodes that ask first at U, all of them where it begins a session, keep that "
                     "to the session's end";
}

static void say(dg_preflight_look *l, const dg_survey_kept *row, const dg_survey_stale *s)
{
    char entry[96], releases[40];
    snprintf(entry, sizeof entry, "%s_%s", row->api, row->method);
    dg_survey_kept_releases(releases, sizeof releases, row);
    dg_preflight_find(l, DG_FIND_WARN, "session.kept", entry, dg_preflight_find_text(s->before),
                      dg_preflight_find_text(s->after),
                      "%s (kept for a session by nodes of %s; %s): %s before U, %s at U, %s from "
                      "U+1 on: %s; %s",
                      row->what, releases, row->use, s->before, s->at, s->after, keepers(s),
                      dg_survey_stale_place(s));
}

dg_code dg_preflight_look_kept(dg_preflight_look *l, dg_error *err)
{
    dg_survey_sample before = { .taken = false }, at = { .taken = false },
                     after = { .taken = false };
    const dg_survey_kept *row;
    uint32_t session, later;
    dg_code rc;
    if (!l->after || !l->old_meta || !l->new_meta || !session_of(&session, l->old_meta, l->before)
        || !session_of(&later, l->new_meta, l->after))
        return DG_OK;
    if (session != later) {
        dg_preflight_find_unknown(l, "the block after the snapshot's begins a session: what nodes "
                                     "keep for a session was not compared");
        return DG_OK;
    }
    if ((rc = ask(&before, l, l->in->from, l->before, session, err)) >= 0
        && (rc = ask(&at, l, l->in->to, l->before, session, err)) >= 0
        && (rc = ask(&after, l, l->in->to, l->after, session, err)) >= 0)
        for (size_t i = 0; (row = dg_survey_kept_at(i)); i++) {
            dg_survey_stale stale;
            if (dg_survey_stale_of(&stale, row, &before, &at, &after))
                say(l, row, &stale);
        }
    dg_survey_sample_clear(&before);
    dg_survey_sample_clear(&at);
    dg_survey_sample_clear(&after);
    return rc;
}
