/* fork.c - the state that a plan wants both arms to begin from: larger than the
 * snapshot's, or with values of its own. */
#include "plan/plan_impl.h"

#include <string.h>

const char *dg_plan_size(const dg_plan *plan)
{
    return json_string_value(json_object_get(json_object_get(plan->json, "network"), "size"));
}

dg_growth_by dg_plan_grow_by(const dg_plan *plan)
{
    const char *by =
        json_string_value(json_object_get(json_object_get(plan->json, "network"), "grow_by"));
    return by && strcmp(by, "genesis-builder") == 0 ? DG_GROWTH_GENESIS : DG_GROWTH_WRITES;
}

const json_t *dg_plan_storage(const dg_plan *plan)
{
    return json_object_get(json_object_get(plan->json, "fork"), "storage");
}

dg_code dg_plan_fork_check(const dg_plan *plan, dg_error *err)
{
    dg_population wanted;
    const char *size = dg_plan_size(plan);
    if (!size && json_object_get(json_object_get(plan->json, "network"), "grow_by"))
        return dg_fail(
            err, DG_USAGE,
            "network.size is missing: network.grow_by says how the state is grown to it");
    return size && dg_population_parse(&wanted, size, err) < 0
               ? dg_fail_within(err, DG_USAGE, "network.size")
               : DG_OK;
}
