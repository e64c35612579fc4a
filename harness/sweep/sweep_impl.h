/* sweep_impl.h - shared inside the room: the cells of a sweep. */
#ifndef DG_SWEEP_IMPL_H
#define DG_SWEEP_IMPL_H

#include "sweep/sweep.h"

/* Stands in an axis for the slots of a session, until dg_axes_settle; " 30" behind it: each 30th.
 */
#define DG_AXIS_EVERY "every"
/* axes.c: one value more, copied. DG_USAGE: it is there already, or there are too many; DG_NOMEM.
 */
dg_code dg_axis_put(dg_axis *axis, const char *at, size_t len, dg_error *err);

/* One combination of the axes' values. */
typedef struct dg_sweep_cell {
    size_t place;     /* among all of them, whatever the shard */
    dg_plan *plan;    /* owned */
    json_t *values;   /* of each axis, by the plan's key; owned */
    json_t *outcome;  /* owned; NULL: not done, or failed */
    char failed[480]; /* why; "": it did not */
    int exit;         /* of a failed one */
    const char *turn; /* what to say if it is left out, static; NULL: its turn is not known */
    bool retried;     /* its process went down once */
    bool left;        /* time was over before it was done */
    bool earlier;     /* an earlier call did it */
} dg_sweep_cell;

struct dg_sweep {
    const dg_plan *plan;
    json_t *axes; /* as the document has them; owned */
    dg_shard shard;
    size_t total; /* cells of all shards */
    dg_sweep_cell *cells;
    size_t count;
};

/* Is the cell done, well or not? */
bool dg_sweep_cell_is_finished(const dg_sweep_cell *cell);
/* "boundary-20, seed 3": its values on the axes that have several, to be told; cut to `size` bytes.
 * `axes` as the document has them. */
void dg_sweep_cell_name(char *out, size_t size, const json_t *values, const json_t *axes);
/* What is the same in every document of one sweep: axes, plan, program. Owned; NULL: no memory. */
json_t *dg_sweep_identity(const dg_sweep *sweep);
/* What differs of the identities of two documents, in a word for a person; NULL: nothing. */
const char *dg_sweep_differs(const json_t *own, const json_t *other);

#endif
