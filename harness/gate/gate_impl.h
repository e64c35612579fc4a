/* gate_impl.h - shared inside the room: a gate, its cases, and who is held against whom. */
#ifndef DG_GATE_IMPL_H
#define DG_GATE_IMPL_H

#include "gate/gate.h"
#include "git/git.h"

/* One plan that is run. */
typedef struct dg_gate_case {
    char *name;          /* owned */
    char *base;          /* without the place of U, where the entry has several; owned */
    char *runtime;       /* of the list of runtimes; owned, NULL: none */
    const json_t *entry; /* of `plans`; borrowed from the gate */
    dg_plan *plan;       /* owned */
    json_t *outcome;     /* owned; NULL: not done, or failed */
    char failed[480];    /* why; "": it did not */
    int exit;            /* of a failed one */
    bool retried;        /* its process went down once */
} dg_gate_case;

struct dg_gate {
    json_t *json; /* as it was read; owned */
    char source[256], folder[DG_GIT_NAME_MAX];
    dg_gate_case *cases;
    size_t count, cap;
    json_t *spare; /* runtimes of the list that no plan takes, by name; owned, NULL: no list */
};

/* Is the case done, well or not? */
bool dg_gate_case_is_finished(const dg_gate_case *one);
/* A path of the gate from where the program runs; cut never: DG_USAGE where it is too long. */
dg_code dg_gate_path(char *out, size_t size, const dg_gate *gate, const char *path, dg_error *err);

/* ---- runtimes.c ---- */

/* Reads a list of runtimes as the fellowship's runtimes-matrix.json has it: objects with a name, a
 * package and a path, and whether it is a relay chain's. Owned by the caller. DG_IO, DG_USAGE. */
dg_code dg_gate_runtimes_read(json_t **out, const char *path, dg_error *err);
/* .. of text, that messages call `name`. */
dg_code dg_gate_runtimes_parse(json_t **out, dg_bytes text, const char *name, dg_error *err);
/* Is it asked for by one of `globs`, a list? What is no relay chain's is not taken by a glob. */
bool dg_gate_runtimes_takes(const json_t *globs, const json_t *runtime);
/* `text` with {runtime}, {package}, {crate} and {path} filled in, appended to `out`. */
void dg_gate_runtimes_fill(dg_buf *out, const char *text, const json_t *runtime);

/* ---- judge.c ---- */

/* The exit code that is expected of an entry of `plans`. */
int dg_gate_expected_exit(const json_t *entry);
/* What was found in each case against what was expected, and what came of each entry of the ledger,
 * as the document has them; owned by the caller. DG_NOMEM. */
dg_code dg_gate_judge(json_t **cases, json_t **known, const dg_gate *gate, dg_gate_day today,
                      dg_error *err);

#endif
