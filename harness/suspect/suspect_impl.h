/* suspect_impl.h - shared inside the room. */
#ifndef DG_SUSPECT_IMPL_H
#define DG_SUSPECT_IMPL_H

#include "suspect/suspect.h"

enum { DG_SUSPECT_KEY_MAX = 160 };

/* suspects.c: adds one, in the order of their kinds when all are found; `fields` as printf. Whoever
 * adds it fills in the rest of what comes back; NULL: it is one too many, and is counted. */
dg_suspect *dg_suspect_add(dg_suspects *out, dg_suspect_kind kind, uint32_t index, const char *what,
                           ...) __attribute__((format(printf, 4, 5)));

/* "repair:4269": which thing it is, whatever the sizes of a run and the words for it. */
void dg_suspect_key(char out[DG_SUSPECT_KEY_MAX], const dg_suspect *suspect);

/* What each finder suspects. */
void dg_suspect_find_sections(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_functions(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_nodes(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_kept(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_plan(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_rollouts(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_state(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_memory(dg_suspects *out, const dg_suspect_facts *facts);
void dg_suspect_find_runtime(dg_suspects *out, const dg_suspect_facts *facts);

/* find_rollouts.c: how many nodes were of a class at U, or at most at one time after it; `start` is
 * treatment's net-start. */
json_int_t dg_suspect_nodes_of(const dg_suspect_facts *facts, const dg_event *start,
                               const char *class_name);

/* together.c: for a claim that holds without all, the fewest that it takes. */
typedef struct dg_proving {
    dg_proof *proof;
    dg_suspects_try try;
    void *user;
} dg_proving;
/* prove.c: tries those of `sets` that were not tried yet, as long as trials are left. */
dg_code dg_proving_try(dg_proving *p, const dg_suspect_set *sets, size_t count, dg_error *err);
/* Does the claim hold without these? What was not tried does not. */
bool dg_proving_heals(const dg_proving *p, dg_suspect_set without, dg_claim_id claim);
dg_code dg_proving_together(dg_proving *p, dg_suspect_set all, dg_claim_id claim, dg_error *err);

/* find_runtime.c: an answer of treatment that is none, or not as control's. */
bool dg_suspect_is_odd(const dg_event *event);
/* differ.c: the first events and answers that differ between the arms, as sentences; NULL: no
 * memory. */
json_t *dg_suspect_differences(const dg_suspect_facts *facts);

#endif
