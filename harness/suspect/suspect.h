/* suspect.h - what broke a claim: which changes are suspected, and what is proved of each.
 *
 *   find    dg_suspects_find      from events, facts and plan alone
 *   prove   dg_suspects_prove     sets of them are tried, through a callback
 *   tell    dg_proof_tell         causes, what was looked at, what stays unexplained, advice
 *           dg_suspects_tell      .. without a proof: what was recorded
 *
 * A suspect is a change to one thing. Treatment that was run again with the change and holds a
 * claim that broke has proved the thing to be a cause of it.
 *
 * Invariant: nothing is called a cause, and nothing advised, that no trial has shown.
 *
 *   dg_suspects_find(&suspects, &facts);
 *   rc = dg_suspects_prove(&proof, &suspects, &as_it_was, broken, run_again, user, err);
 *   if (rc >= 0)
 *       json = dg_proof_tell(&proof, &facts);       causes, looked_at, unexplained, advice
 *   dg_proof_clear(&proof);
 *
 * Suspects, facts and the log live until the last of these; the document holds copies. */
#ifndef DG_SUSPECT_H
#define DG_SUSPECT_H

#include <jansson.h>

#include "base/base.h"
#include "claim/claim.h"
#include "event/event.h"
#include "plan/plan.h"

/* ---- suspects ---- */

typedef enum dg_suspect_kind {
#define X(KIND, name) DG_SUSPECT_##KIND,
#include "suspect/suspect_list.h"
#undef X
    DG_SUSPECT_KIND_COUNT
} dg_suspect_kind;

/* Each of them alone costs one of the DG_TRIALS_MAX trials. */
enum { DG_SUSPECTS_MAX = 16 /* tried; a bit each */ };
typedef uint32_t dg_suspect_set; /* bit i: suspect i */

/* One change. What is to be changed is in `kind`, `index` and `name` alone, so whoever tries it
 * need not read the texts; those are English, for the report, and cut where they do not fit. */
typedef struct dg_suspect {
    dg_suspect_kind kind;
    uint32_t index;   /* which of its kind: see suspect_list.h */
    char name[96];    /* .. and */
    char what[160];   /* the change, in few words: "repair 4269 added to v1.10" */
    char says[480];   /* as a cause, a sentence without its end */
    char advice[480]; /* what to do about it; "": nothing */
    char seen[320];   /* what was recorded of it */
} dg_suspect;

/* About 25 KiB: not for a stack. */
typedef struct dg_suspects {
    dg_suspect at[DG_SUSPECTS_MAX];
    size_t count;
    size_t left_out;      /* how many more there are */
    char left_names[320]; /* .. their changes */
} dg_suspects;

/* What suspects are found in; all of it borrowed. It says nothing of which claim broke: whoever is
 * suspected hangs on what differs alone. */
typedef struct dg_suspect_facts {
    const dg_plan *plan; /* checked */
    const dg_plan_asked *asked;
    dg_plan_span span;
    const dg_event_log *log;     /* of both arms */
    uint32_t host_old, host_new; /* ParachainHost of N-1 and N; 0: none */
    uint32_t upgrade_block;      /* 0: none was built */
    const dg_plan_fault *faults;
    size_t fault_count;
    bool network; /* validators made the blocks */
    /* N builds no block any more: whatever nodes are, that stays so */
    bool stuck;
    bool not_enacted; /* U was built, and N did not become the code */
    /* the first import of N that nodes lack and N-1 does not need, and how many there are; NULL */
    const char *lacked;
    /* its type in N, and in nodes where that is another one, NULL: they lack the name; letters of
     * dg_import */
    const char *lacked_type, *lacked_given;
    uint32_t lacked_count;
    const char *unread; /* why nodes make no block with N, as dg_runtime_refused; NULL: they do */
} dg_suspect_facts;

/* Finds whoever differs between the arms, or is planned for treatment, and was recorded. Where no
 * validators made the blocks, nodes and the time that N takes are not looked at.
 *
 *   out    written whole, owns nothing: by kind in the order of suspect_list.h, those of one kind
 *          as they were found; beyond DG_SUSPECTS_MAX they are counted in `left_out` and named
 *   facts  borrowed for the call; its log has control's events first
 *
 * Never fails: what is cut is text alone. */
void dg_suspects_find(dg_suspects *out, const dg_suspect_facts *facts);
/* "repair", as outcomes name the kind. Static; `kind` is below DG_SUSPECT_KIND_COUNT. */
const char *dg_suspect_kind_name(dg_suspect_kind kind);

/* ---- proof ---- */

/* A set of claims: bit i is the claim of id i. */
typedef uint64_t dg_proof_claims;

/* A treatment without some suspects, as its claims came out; `of` by claim id. A row of a claim
 * that was not asked about may be zeroes, which reads as held and means nothing. */
typedef struct dg_trial {
    bool whole;    /* treatment came to its end: what did not happen in it cannot have broken */
    bool failed;   /* it told nothing: */
    char why[160]; /* .. */
    struct dg_trial_claim {
        dg_verdict_status status;
        int64_t lost;              /* thousandths, and so: */
        int64_t measured, control; /* -1: not known */
        const char *unit;          /* of these two, static; of treatment as it was alone */
    } of[DG_CLAIM_COUNT];
} dg_trial;

/* Is the break gone in this trial? Of a claim that had nothing to judge only where treatment was
 * whole: what a run that ended early did not come to has not healed. A failed trial heals
 * nothing. */
bool dg_trial_heals(const dg_trial *trial, dg_claim_id claim);
/* A verdict as a trial keeps it: its figures, in thousandths of their unit; `lost` of a verdict
 * without figures is the number of events that broke it. `unit` stays borrowed from the claim,
 * which is static. */
struct dg_trial_claim dg_trial_claim_of(const dg_verdict *verdict);

/* Runs treatment again without each of some sets of suspects, in whatever order or at one time.
 *
 *   user   as dg_suspects_prove was given it
 *   out    `count` trials of zeros, to be filled in the order of `sets`; one that could not be run
 *          is a failed trial, with `why`
 *   sets   `count` of them, 1 to DG_TRIALS_MAX, none empty, none twice and none tried before
 *
 * DG_OK, whatever came out. Below zero ends the proof: what the program itself lacks, DG_NOMEM,
 * DG_IO. */
typedef dg_code (*dg_suspects_try)(void *user, dg_trial *out, const dg_suspect_set *sets,
                                   size_t count, dg_error *err);

/* What a suspect alone is to one claim that broke. CONTRIBUTES: of what was lost at least a tenth
 * is not lost without it. */
typedef enum dg_suspect_role {
    DG_ROLE_NONE,        /* no better without it */
    DG_ROLE_CONTRIBUTES, /* better by a tenth, and broken still */
    DG_ROLE_CAUSE,       /* holds without it */
    DG_ROLE_FAILED       /* not known */
} dg_suspect_role;

/* Each is a whole treatment, so their number is what a proof costs. */
enum { DG_TRIALS_MAX = 96 };
/* One trial that was made, and without whom. */
typedef struct dg_tried {
    dg_suspect_set without;
    dg_trial trial;
} dg_tried;

/* What was proved. Zero it to begin; give it back with dg_proof_clear. Roles and sets follow from
 * `tried`: of equal trials every proof is the same, in whatever order they were run. */
typedef struct dg_proof {
    const dg_suspects *suspects;
    dg_proof_claims claims; /* that broke, and were asked about */
    dg_trial as_it_was;
    dg_tried *tried; /* all trials, in their order */
    size_t count;
    /* without all of these together a claim holds, and without none of them alone; 0: there is
     * no such set. `minimal`: none of them can be left out */
    dg_suspect_set together[DG_CLAIM_COUNT];
    bool minimal[DG_CLAIM_COUNT];
} dg_proof;

/* Tries each suspect alone; for claims that none of them explains all together and, where that
 * heals, ever fewer (delta debugging); for the others so those faults of nodes that do not explain
 * it alone. At most DG_TRIALS_MAX trials; what there is no room for is
 * not tried, and `minimal` is false then. Mirrors: Zeller and Hildebrandt 2002, ddmin.
 *
 *   out        written whole, to be given back with dg_proof_clear; empty after a failure
 *   suspects   borrowed: it has to outlive `out`
 *   as_it_was  treatment with all of them; copied
 *   claims     those that broke in it
 *   try, user  called with new sets, as often as needed
 *
 * DG_OK, also where nothing was proved; DG_NOMEM; codes of `try`. */
dg_code dg_suspects_prove(dg_proof *out, const dg_suspects *suspects, const dg_trial *as_it_was,
                          dg_proof_claims claims, dg_suspects_try try, void *user, dg_error *err);
/* Gives the trials back; a proof of zeros is fine. */
void dg_proof_clear(dg_proof *proof);
/* The trial of one set, borrowed from the proof; of the empty set the treatment as it was. NULL: it
 * was not tried. */
const dg_trial *dg_proof_trial(const dg_proof *proof, dg_suspect_set without);
/* What a suspect alone is to a claim: `suspect` is below the count of those found, `claim` one that
 * was asked about. DG_ROLE_FAILED where its trial failed, was not run, or judged nothing. */
dg_suspect_role dg_proof_role(const dg_proof *proof, size_t suspect, dg_claim_id claim);
/* Did anything heal it, one suspect alone or several together? `claim` was asked about. */
bool dg_proof_explains(const dg_proof *proof, dg_claim_id claim);

/* ---- told ---- */

/* An object with `causes`, `looked_at`, `unexplained` and `advice`, as an outcome has them; owned
 * by the caller. What explains most claims stands first; advice is given for what healed a claim,
 * and an "or" stands before what heals no more than others before it. `facts` are those that the
 * suspects were found in. NULL: no memory. */
json_t *dg_proof_tell(const dg_proof *proof, const dg_suspect_facts *facts);
/* The same where nothing was tried: causes are `recorded`, and nothing is advised. Owned by the
 * caller; NULL: no memory. */
json_t *dg_suspects_tell(const dg_suspects *suspects);

#endif
