/* recover_impl.h - shared inside the room. */
#ifndef DG_RECOVER_IMPL_H
#define DG_RECOVER_IMPL_H

#include "recover/recover.h"

enum { DG_RECOVER_ROWS_MAX = 48, DG_RECOVER_TEXT_MAX = 320 };

/* What a run came to, from U on. Slots are BABE's; -1: there is none. */
typedef struct dg_recover_seen {
    int64_t upgrade, last, end; /* slots of U, of treatment's newest block, of control's */
    int64_t until; /* first slot in which nothing that broke is broken; -1: to the end */
    int64_t half;  /* .. in which parachains are half back, of those that stood */
    int64_t relay_lost_ms, para_lost_ms;
    bool halted; /* the chain stands at the end */
} dg_recover_seen;

/* measure.c: of an outcome; `broke` is what the plan itself broke, as its `answer.breaks`. */
void dg_recover_see(dg_recover_seen *out, const json_t *outcome, const json_t *broke);
/* Claims of `outcome` that the plan itself did not break, as a list of names; NULL: no memory. */
json_t *dg_recover_new_breaks(const json_t *outcome, const json_t *broke);

/* What is known when remedies are made. */
typedef struct dg_recover_case {
    const dg_plan *plan;
    const dg_recover_options *options;
    const json_t *outcome;            /* of the plan itself */
    dg_recover_seen seen;             /* .. */
    uint32_t react, over, governance; /* slots */
    bool network;
} dg_recover_case;

/* One remedy of a case. */
typedef struct dg_remedy {
    const char *kind;                    /* "restart" */
    char says[DG_RECOVER_TEXT_MAX];      /* what is done, in words */
    char not_tried[DG_RECOVER_TEXT_MAX]; /* why it cannot be; "": it is */
    dg_plan *plan;                       /* owned, checked; NULL: it is not run again */
    dg_run_later later;                  /* what governance does */
    json_t *fields;                      /* .. which it points at; owned */
    bool is_base;                        /* the run of the plan itself tells */
    double share;                        /* of operators that must act */
    int64_t from, over;                  /* slots in which they act; from -1: nobody does */
} dg_remedy;

/* remedies.c: remedy i of the table, made for the case; false past the end. `out` is written whole,
 * its plan is to be given back. Below zero, in `rc`: DG_USAGE, DG_NOMEM. */
bool dg_remedy_make(dg_remedy *out, size_t i, const dg_recover_case *c, dg_code *rc, dg_error *err);

/* governance.c: parachains' session by force; the configuration put back; a node feature switched
 * off. DG_NOMEM, codes of dg_run. */
dg_code dg_remedy_session(dg_remedy *out, const dg_recover_case *c, dg_error *err);
/* .. */
dg_code dg_remedy_config(dg_remedy *out, const dg_recover_case *c, dg_error *err);
/* .. */
dg_code dg_remedy_feature(dg_remedy *out, const dg_recover_case *c, dg_error *err);

/* rollback.c: appends a row for each number of blocks that is taken back, and for clocks that are
 * set back beside it; where the chain goes on, why there is none. DG_USAGE, DG_NOMEM, codes of
 * dg_run. */
dg_code dg_recover_rollbacks(json_t *rows, const dg_recover_case *c, dg_error *err);
/* recover.c: the ms from U's slot to this one, by the plan's own run. */
int64_t dg_recover_ms_after(const dg_recover_case *c, int64_t slot);

#endif
