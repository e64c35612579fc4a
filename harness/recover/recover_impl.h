/* recover_impl.h - shared inside the room. */
#ifndef DG_RECOVER_IMPL_H
#define DG_RECOVER_IMPL_H

#include "chain/chain.h"
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

/* branch.c: the chain of a plan beside its arms. */
enum {
    DG_RECOVER_BACK_MAX = 16,
    DG_RECOVER_MORE_SLOTS = 24 /* that a chain which goes on is seen to */
};

/* A block and where a client stands after it. */
typedef struct dg_recover_stand {
    dg_block *block;
    dg_client_at at;
} dg_recover_stand;

/* As opened; what it has is its own. */
typedef struct dg_recover_branch {
    const dg_recover_case *c;
    dg_run_branch *branch;
    dg_chain *chain;
    dg_client_view *view;
    dg_plan_span span;
    dg_recover_stand before[DG_RECOVER_BACK_MAX + 1]; /* [0]: U-1, [1]: U-2, .. */
    size_t kept;
    dg_recover_stand amended; /* U-1 as U was built on it */
    uint32_t number;          /* of U */
    uint64_t seed;
    uint64_t revived; /* slot of true time in which the operators are ready */
    double warp;
} dg_recover_branch;

/* Up to U-1. The branch is given back with dg_recover_branch_close, after a failure too; codes of
 * dg_run. */
dg_code dg_recover_branch_open(dg_recover_branch **out, const dg_recover_case *c, dg_error *err);
/* Fine on NULL. */
void dg_recover_branch_close(dg_recover_branch *branch);
/* One more block in that slot, after which `tip` is it. DG_ABSENT: nobody may author; DG_MISMATCH:
 * no client takes it; codes of dg_chain_build. */
dg_code dg_recover_extend(dg_recover_branch *b, dg_recover_stand *tip, uint64_t slot,
                          dg_error *err);
/* .. with what `options` say, whose claim is written. */
dg_code dg_recover_extend_by(dg_recover_branch *b, dg_recover_stand *tip, uint64_t slot,
                             dg_build_options *options, dg_error *err);

/* Does the plan have nodes that pass over no epoch? */
bool dg_recover_needs_every_epoch(const dg_recover_case *c);

/* substitute.c: appends the row of code that a chain spec puts in N's place (codeSubstitutes): of
 * options.substitute, else N-1 as it is. DG_NOMEM, DG_IO; codes of dg_run and of
 * dg_runtime_new. */
dg_code dg_recover_substitute(json_t *rows, const dg_recover_case *c, dg_error *err);
/* recover.c: the ms from U's slot to this one, by the plan's own run. */
int64_t dg_recover_ms_after(const dg_recover_case *c, int64_t slot);

#endif
