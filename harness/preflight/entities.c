/* entities.c - parachains and what belongs to them: does N's first block leave all that N-1's
 * would? What a migration drops decodes nowhere, so the look at values does not see it. */
#include "preflight/preflight_impl.h"

dg_code dg_preflight_look_entities(dg_preflight_look *look, dg_error *err)
{
    dg_survey_entities lost[DG_SURVEY_ENTITIES_MAX];
    dg_survey_side control = { look->control ? look->control : look->before, look->old_meta },
                   now = { look->after, look->new_meta };
    size_t count;
    dg_code rc;
    if (!look->after || !look->migrates)
        return DG_OK;
    if ((rc = dg_survey_entities_lost(lost, &count, &control, &now, err)) < 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        const dg_preflight_subject s = dg_preflight_find_subject(lost[i].pallet, lost[i].item);
        dg_preflight_find(look, lost[i].vital && !look->in_steps ? DG_FIND_FAIL : DG_FIND_WARN,
                          "entities.lost", s.text, dg_preflight_find_int(lost[i].entries),
                          dg_preflight_find_int(lost[i].entries - lost[i].lost),
                          "%s: %llu of %s that N-1 keeps %s gone after N's first block: %s%s",
                          s.text, (unsigned long long)lost[i].lost,
                          dg_preflight_find_count(lost[i].entries, "value").text,
                          lost[i].lost == 1 ? "is" : "are", lost[i].names,
                          lost[i].lost > 4 ? ", .." : "");
    }
    return DG_OK;
}
