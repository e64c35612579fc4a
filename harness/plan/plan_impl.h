/* plan_impl.h - shared inside the room: the plan itself, and who checks which part. */
#ifndef DG_PLAN_IMPL_H
#define DG_PLAN_IMPL_H

#include "plan/plan.h"

struct dg_plan {
    json_t *json;
    char source[256]; /* what messages call it: file name, or "the plan" */
    char folder[768]; /* where relative paths may also start; "" none */
    bool checked;
    dg_plan_asked asked; /* set by dg_plan_check */
};

/* network.c: `network` of a plan. DG_USAGE. */
dg_code dg_plan_network_check(const dg_plan *plan, dg_error *err);
/* faults.c: network.faults, as far as it needs no chain. DG_USAGE. */
dg_code dg_plan_faults_check(const dg_plan *plan, dg_error *err);
/* fork.c: what makes the state another one. DG_USAGE. */
dg_code dg_plan_fork_check(const dg_plan *plan, dg_error *err);

/* When: a position, "U", "U-5" or "U+3", under `key` of an object of the plan. DG_USAGE. */
dg_code dg_plan_moment_check(const json_t *of, const char *key, dg_error *err);
/* Its slot; `otherwise` where there is no such key. DG_USAGE. */
dg_code dg_plan_moment_slot(uint64_t *out, const dg_plan_span *span, const json_t *of,
                            const char *key, uint64_t otherwise, dg_error *err);

/* classes.c: the class that an item of a checked list names. */
void dg_plan_class_read(dg_node_class *out, const json_t *item);
/* Each class is known and has the repairs that are taken away from it. DG_USAGE. */
dg_code dg_plan_classes_check(const json_t *classes, dg_error *err);
/* "v1.12", or "v1.9..v1.11=0.9,v1.6=0.1", by class or release: as network.classes says
 * it. DG_USAGE. */
dg_code dg_plan_classes_of(json_t **out, const char *text, dg_error *err);
/* Releases with an equal share each, as network.classes says it; NULL: no memory. */
json_t *dg_plan_classes_equal(const dg_release_span *span);

#endif
