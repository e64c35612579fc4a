/* shrink_impl.h - shared inside the room: what has to stay, and which plans are tried. */
#ifndef DG_SHRINK_IMPL_H
#define DG_SHRINK_IMPL_H

#include "shrink/shrink.h"

/* ---- target.c ---- */

/* What a candidate has to come to. */
typedef struct dg_shrink_target {
    char claim[64];
    int exit;
    json_t *causes; /* sorted texts: a key, or several by ", "; owned */
} dg_shrink_target;

/* The target of an outcome. DG_USAGE, DG_ABSENT as of dg_shrink_plan; DG_NOMEM. To be cleared. */
dg_code dg_shrink_target_of(dg_shrink_target *out, const json_t *outcome, const char *claim,
                            dg_error *err);
void dg_shrink_target_clear(dg_shrink_target *target);
/* Does an outcome come to it? `why`, `size` bytes: why not. */
bool dg_shrink_target_met(const dg_shrink_target *target, const json_t *outcome, char *why,
                          size_t size);
/* "host-version:5; repair:4269", cut to `size` bytes. */
void dg_shrink_causes_text(char *out, size_t size, const json_t *causes);

/* ---- moves.c ---- */

/* Where a walk through the candidates is; a plain value, so a copy goes on by itself. */
typedef struct dg_shrink_walk {
    int kind;           /* of dg_shrink_kind; DG_SHRINK_KINDS: at its end */
    bool begun;         /* of this kind: `step` and `at` are set */
    uint64_t step;      /* of a number: how far down is tried; of a list: how many items */
    uint64_t at;        /* of a list: the first of them */
    uint64_t lowest[2]; /* validators and parachains of the state itself; 0: not known yet */
    bool kept_some;     /* on this way through the kinds */
} dg_shrink_walk;

/* The next candidate for `plan`, whose outcome is given; owned by the caller, NULL at the end of
 * the walk. `what` says in words what it changes. */
json_t *dg_shrink_next(dg_shrink_walk *walk, const json_t *plan, const json_t *outcome, char *what,
                       size_t size);
/* What became of it: goes on from there. `outcome` of a candidate that could be run, else NULL. */
void dg_shrink_tried(dg_shrink_walk *walk, const json_t *candidate, const json_t *outcome,
                     bool kept);

#endif
