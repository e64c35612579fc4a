/* causes.c - why claims broke: what was proved of it by running treatment again, and what the
 * runtimes say of themselves. */
#include "outcome/outcome_impl.h"

/* ---- what was proved ---- */

static json_t *list_of(const json_t *explained, const char *key)
{
    const json_t *list = json_object_get(explained, key);
    return list ? json_deep_copy(list) : json_array();
}

int dg_outcome_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    static const char *const also[] = { "looked_at", "unexplained", "left_out" };
    json_t *causes = list_of(run->explained, "causes"), *advice = list_of(run->explained, "advice");
    int bad = dg_outcome_recorded(causes, advice, run, claims)
              | dg_outcome_put(out, "causes", causes) | dg_outcome_put(out, "advice", advice);
    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        const json_t *part = json_object_get(run->explained, also[i]);
        bad |= part ? dg_outcome_put(out, also[i], json_deep_copy(part)) : 0;
    }
    return bad;
}
