/* session_values.c - what nodes keep for a session, as N-1 answered it at U-1, N at U, and N at
 * U+1: an event for each such answer. */
#include "run/run_impl.h"

#include <assert.h>

static json_t *detail_of(const dg_survey_kept *row, const dg_survey_stale *stale)
{
    char entry[96], releases[40];
    snprintf(entry, sizeof entry, "%s_%s", row->api, row->method);
    dg_survey_kept_releases(releases, sizeof releases, row);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "api", entry, "what", row->what,
                     "releases", releases, "use", row->use, "before", dg_event_text(stale->before),
                     "at", dg_event_text(stale->at), "after", dg_event_text(stale->after), "place",
                     dg_survey_stale_place(stale));
}

static void log_value(dg_run_arm *a, const dg_survey_kept *row)
{
    const dg_survey_sample *s = a->kept.samples, *after = &s[DG_RUN_MOMENT_AFTER];
    dg_survey_stale stale;
    json_t *detail = NULL;
    if (dg_survey_stale_of(&stale, row, &s[DG_RUN_MOMENT_BEFORE], &s[DG_RUN_MOMENT_UPGRADE], after)
        && !(detail = detail_of(row, &stale)))
        a->run->log.rc = DG_NOMEM;
    dg_event_log_add(
        &a->run->log,
        &(dg_event){ .arm = a->which,
                     .at = a->kept.sampled_at[DG_RUN_MOMENT_AFTER],
                     .node = DG_EVENT_NO_NODE,
                     .block = after->block,
                     .kind = DG_EVENT_SESSION_VALUE,
                     .session_value = { .lasts = s[DG_RUN_MOMENT_UPGRADE].session == after->session,
                                        .running = stale.running,
                                        .starting = stale.starting,
                                        .none = stale.none,
                                        .first = stale.first },
                     .detail = detail });
}

void dg_run_session_values_log(dg_run_arm *a)
{
    const dg_survey_kept *row;
    assert(a->which == DG_ARM_TREATMENT);
    if (!a->kept.samples[DG_RUN_MOMENT_UPGRADE].taken
        || !a->kept.samples[DG_RUN_MOMENT_AFTER].taken)
        return;
    for (size_t i = 0; (row = dg_survey_kept_at(i)); i++)
        log_value(a, row);
}
