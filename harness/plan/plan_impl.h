/* plan_impl.h - shared inside the room: the plan itself, and who checks which part. */
#ifndef DG_PLAN_IMPL_H
#define DG_PLAN_IMPL_H

#include "plan/plan.h"

struct dg_plan {
    json_t *json;
    char source[256];  /* what messages call it: file name, or "the plan" */
    char folder[1024]; /* where relative paths may also start; "" none */
    bool checked;
    dg_plan_asked asked; /* set by dg_plan_check */
};

/* network.c: `network` of a plan. DG_USAGE. */
dg_code dg_plan_network_check(const dg_plan *plan, dg_error *err);
/* faults.c: network.faults, as far as it needs no chain. DG_USAGE. */
dg_code dg_plan_faults_check(const dg_plan *plan, dg_error *err);
/* rollouts.c: network.rollout, as far as it needs no chain. DG_USAGE. */
dg_code dg_plan_rollouts_check(const dg_plan *plan, dg_error *err);
/* .. adds the classes that it changes nodes to, with no part of the nodes; of a checked plan. */
void dg_plan_rollouts_classes(dg_plan_network *out, const dg_plan *plan);
/* network.c: the shares alone, and classes that come later; of a plan whose nodes are named. */
void dg_plan_network_shares(dg_plan_network *out, const dg_plan *plan);
/* The share of this class, of 0 parts when it is named first. */
dg_share *dg_plan_share_of(dg_plan_network *out, const dg_node_class *class);
/* fork.c: what makes the state another one. DG_USAGE. */
dg_code dg_plan_fork_check(const dg_plan *plan, dg_error *err);

/* bft_keys.c: row i of the keys about consensus bft; NULL past the last. */
const dg_keys_row *dg_plan_bft_row(size_t i);
/* bft.c: `bft` of a plan that has that consensus, and nothing beside it that it has no use for.
 * DG_USAGE, DG_NOMEM. */
dg_code dg_plan_bft_check(const dg_plan *plan, dg_error *err);

/* When: a position, "U", "U-5" or "U+3", under `key` of an object of the plan. DG_USAGE. */
dg_code dg_plan_moment_check(const json_t *of, const char *key, dg_error *err);
/* Its slot; `otherwise` where there is no such key. DG_USAGE. */
dg_code dg_plan_moment_slot(uint64_t *out, const dg_plan_span *span, const json_t *of,
                            const char *key, uint64_t otherwise, dg_error *err);

/* classes.c: the class that an item of a checked list names. */
void dg_plan_class_read(dg_node_class *out, const json_t *item);
/* Each class is known and has the repairs that are taken away from it. DG_USAGE. */
dg_code dg_plan_classes_check(const json_t *classes, dg_error *err);
/* Of a list as a plan has it, one in which no item is a range over several rows of the table: each
 * of those is an item for each row, with its part of the share. Owned by the caller. DG_USAGE with
 * the range at fault, DG_NOMEM. */
dg_code dg_plan_classes_spread(json_t **out, const json_t *list, dg_error *err);
/* Releases with an equal share each, as network.classes says it; NULL: no memory. */
json_t *dg_plan_classes_equal(const dg_release_span *span);

/* ---- class_names.c: what nodes are called ---- */

/* DG_USAGE, with what is known, and what is nearest. */
dg_code dg_plan_class_unknown(const char *text, dg_error *err);
/* Adds this share of the nodes to a list as network.classes has it, spread evenly over the releases
 * of the range; as item `like` of such a list they are without some of their repairs, or with more,
 * NULL: whole. Not 0: no memory. */
int dg_plan_classes_add(json_t *list, const dg_plan_range *range, double share, const json_t *like);

/* ---- node_counts.c, node_file.c: how many nodes run what ---- */

enum { DG_PLAN_COUNTS_MAX = 4096 /* different names */ };
/* A share or a number of nodes; whole: it was written without a point. */
typedef struct dg_plan_number {
    double value;
    bool whole;
} dg_plan_number;
typedef struct dg_plan_count {
    char name[160]; /* as it was given */
    dg_plan_range range;
    dg_plan_number number;
    bool bare; /* none was given: it is one node, or as many as say so */
} dg_plan_count;
/* Begins as zeroes; clear it, after a failure too. */
typedef struct dg_plan_counts {
    dg_plan_count *of;
    size_t count, cap;
} dg_plan_counts;
void dg_plan_counts_clear(dg_plan_counts *counts);
/* False: it is no decimal and no whole number. */
bool dg_plan_number_read(dg_plan_number *out, const char *text, size_t len);
/* Adds a name, with its share or number, or, of NULL, as one node that says so. DG_USAGE: it is not
 * known, was given before, or has none of the nodes; DG_NOMEM. */
dg_code dg_plan_counts_add(dg_plan_counts *counts, const char *text, size_t len,
                           const dg_plan_number *number, dg_error *err);
/* What counts come to, as network.classes says it; owned by the caller. There is one at least.
 * DG_USAGE: shares that do not add up to 1; DG_NOMEM. */
dg_code dg_plan_counts_list(json_t **out, const dg_plan_counts *counts, dg_error *err);
/* Adds what an object of counts by version, or a list of versions, of pairs, or of objects with
 * version and count has. DG_USAGE, DG_NOMEM. */
dg_code dg_plan_counts_json(dg_plan_counts *counts, const json_t *from, dg_error *err);
/* .. what a text has: JSON, or lines "version,count", "count version" or "version", which is one
 * node. DG_USAGE with the line. */
dg_code dg_plan_counts_parse(dg_plan_counts *counts, dg_bytes text, dg_error *err);
/* .. what a file has, from the current folder, else from `folder` ("": none); "-" is stdin. DG_IO
 * too. */
dg_code dg_plan_counts_read(dg_plan_counts *counts, const char *path, const char *folder,
                            dg_error *err);
/* "v1.12", "v1.10..v1.11=0.9,v1.6=0.1", "v1.10=276,v1.6=24" or "@FILE": as network.classes says it;
 * owned by the caller. Codes as above. */
dg_code dg_plan_nodes_of(json_t **out, const char *text, const char *folder, dg_error *err);
/* .. the same of a text, an object or a list: what network.nodes says. */
dg_code dg_plan_nodes_json(json_t **out, const json_t *nodes, const char *folder, dg_error *err);

/* plan.c: where a path of the plan is: from the current folder, else from `folder`, which ends with
 * a slash ("": none). DG_IO. */
dg_code dg_plan_resolve(char *out, size_t size, const char *folder, const char *path,
                        dg_error *err);

#endif
