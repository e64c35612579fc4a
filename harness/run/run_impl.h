/* run_impl.h - shared inside the room: a plan, a run of it, and one arm of a run. */
#ifndef DG_RUN_IMPL_H
#define DG_RUN_IMPL_H

#include "node/node.h"
#include "run/log.h"
#include "run/run.h"
#include "source/source.h"
#include "survey/survey.h"

/* ---- what is remembered of control, to compare treatment with ---- */

/* Moments at which APIs are asked. */
typedef enum moment {
    MOMENT_BEFORE,
    MOMENT_UPGRADE,
    MOMENT_AFTER,
    MOMENT_SESSION,
    MOMENT_COUNT
} moment;
const char *moment_name(moment m);

typedef struct dg_run_state run_state;

/* One arm: a chain of its own over the one snapshot. */
typedef struct arm {
    run_state *run;
    dg_arm which;
    dg_chain *chain;
    struct network *network; /* what makes the blocks; NULL: one author a slot */
    dg_block *tip;           /* the newest block that is noted */
    dg_block *recent[4];     /* without a network: tip and what will be finalized next */
    dg_client_view *view;
    dg_epoch epoch; /* the last one that the runtime told */
    uint32_t session;
    bool session_known;
    /* built; session boundaries of the client's clock passed after U */
    uint32_t blocks, boundaries;
    uint32_t upgrade_block;        /* number of U here; 0: not yet */
    bool after_done, settled_done; /* U+1 seen; migrations over and scanned */
    bool running;                  /* a multi-block migration */
    bool stopped;                  /* the arm ended early; `reason` says why */
    uint32_t failures;             /* builds that failed one after another */
    char reason[300];
    dg_survey_sample samples[MOMENT_COUNT];
    dg_ns sampled_at[MOMENT_COUNT];
    dg_survey_sample without; /* treatment's state U as N-1 would answer over it */
    dg_survey_scan settled, end;
    int64_t era_end;                     /* Staking.ActiveEra; 0: none */
    json_t *config, *config_end, *calls; /* by name; owned */
    /* a network's, by kind, and their bytes; owned. NULL: none were sent */
    json_t *messages;
    /* At U: storage versions by pallet, and values whose type N changes; these once
     * more at control's U+1, to tell what N-1 writes in every block. Owned. */
    json_t *versions, *retyped, *retyped_after;
    /* treatment */
    dg_hash before; /* hash of U-1, without a network */
    dg_hash built;  /* over all that a network built before U */
    /* identity facts are logged; N is the code; it waits one block */
    bool compared, enacted, pending;
    char path[160], refused[300];
    bool amended;
} arm;

/* A build that takes as long as it may counts for several: the next one will, too. */
enum { ARM_LAG = 3, ARM_FAILURES_MAX = 10, ARM_SLOW_FAILURE = 4, ARM_MIGRATION_BLOCKS_MAX = 1024 };

struct dg_run_state {
    const dg_plan *plan;
    const dg_plan_asked *asked; /* what it comes to */
    const dg_run_options *options;
    dg_engine *engine;
    dg_source source;
    dg_buf code;           /* N as handed in; empty where the code stays */
    dg_runtime *from, *to; /* N-1 (borrowed from control's chain), N or else N-1 (owned) */
    /* fields that U changes, as they read afterwards; owned, NULL: none */
    json_t *config_wanted;
    dg_runtime *from_kept; /* N-1, kept beyond its chain */
    dg_hash fork_hash;
    dg_state *state; /* that both arms begin from; NULL: the snapshot's */
    char grown[480]; /* how it was grown, for the report; "" */
    dg_plan_span span;
    uint32_t nodes; /* of the network, were there one */
    uint32_t validators, parachains;
    uint32_t coreless; /* registered parachains without a claim on a core */
    event_log log;
    dg_plan_fault *faults; /* of the plan, in its order */
    size_t fault_count;
    arm control, treatment;
    bool diverged;                    /* treatment's blocks up to U-1 are not control's */
    uint64_t fuel_initialize_control; /* of control's block after U */
    int64_t weight_control;           /* its weight in picoseconds */
};

void run_progress(const run_state *run, const char *phase, uint64_t done, uint64_t total);

/* twin.c: over the run's snapshot, at its root */
dg_code arm_open_chain(arm *a, dg_error *err);

/* arm.c */
dg_code arm_run(arm *a, dg_error *err);
void arm_close_chain(arm *a); /* what is compared stays */
void arm_clear(arm *a);
void arm_log(arm *a, uint64_t slot, uint32_t block, dg_event_kind kind, const int64_t n[6],
             json_t *detail);
/* What came of a slot: nothing on the chain, a block on the tip, a build that failed. */
void arm_slot(arm *a, uint64_t slot, uint32_t number, bool built, size_t claims);
dg_code arm_grown(arm *a, dg_block *block, const dg_build_report *report, size_t claims,
                  dg_error *err);
/* what a client makes of a block */
void arm_log_epoch(arm *a, uint64_t slot, uint32_t number, const dg_client_note *note);
void arm_refused(arm *a, uint64_t slot, uint32_t number, const dg_build_report *report,
                 const char *why);
bool arm_takes_long(const dg_build_report *report);
dg_code arm_before_upgrade(arm *a, dg_error *err); /* the tip is U-1; once */
bool arm_not_enacted(const arm *a);                /* U is in, and N was refused */

/* alone.c: one author a slot */
dg_code alone_slot(arm *a, uint64_t slot, dg_error *err);

/* moments.c: what is noted, measured and asked once a block is in, and at the end */
dg_code arm_block_done(arm *a, dg_block *block, const dg_build_report *report, dg_error *err);
dg_code arm_finish(arm *a, dg_error *err);

/* migration.c: N's own work, as events */
dg_code migration_begin(arm *a, dg_block *upgrade, dg_error *err); /* what is there at U */
/* and in control at U+1 */
dg_code migration_control(arm *a, dg_block *after, const dg_build_report *report, dg_error *err);
/* sets a->running */
dg_code migration_log(arm *a, dg_block *block, const dg_build_report *report, dg_error *err);

/* answers.c: asks at a moment, and what the answers come to as events */
dg_code sample_take(arm *a, moment m, dg_block *block, dg_error *err);
/* Who wins at U may differ between the arms of a network; its own state never does. */
dg_code sample_without(arm *a, dg_block *upgrade, dg_error *err);
void sample_log(arm *a, moment m);           /* events of treatment; U's when U+1's are there */
dg_code sample_types(arm *a, dg_error *err); /* answers that nodes of N-1's time cannot read */

/* facts.c: what a state says of itself at a block, as events */
dg_code sets_log(arm *a, dg_block *block, const char *at, dg_error *err);
dg_code session_log(arm *a, dg_block *block, dg_error *err);
dg_code scan_take(dg_survey_scan *out, arm *a, dg_block *block, dg_error *err);
void scan_log(arm *a, dg_block *block, const dg_survey_scan *now, const dg_survey_scan *control);
dg_code config_take(json_t **out, arm *a, dg_block *block, dg_error *err);
void config_log(arm *a, dg_block *block, const json_t *now, const json_t *control);
dg_code calls_take(json_t **out, arm *a, dg_block *block, dg_error *err);
void calls_log(arm *a, dg_block *block, const json_t *now, const json_t *control);
dg_code identity_log(arm *a, dg_block *before, dg_error *err);
/* As dg_survey_item, under a block's runtime. */
json_t *item_at(arm *a, dg_block *block, const char *pallet, const char *item);

/* cores.c: of a network, more parachains or groups than the runtime has cores or validators for:
 * DG_USAGE */
dg_code cores_check(run_state *run, dg_error *err);

/* enact.c: U, in treatment */
dg_transition run_transition(const run_state *run);
/* before any block: is there what the plan changes? */
dg_code run_config_try(run_state *run, dg_error *err);
dg_code arm_enact(arm *a, dg_block **out, dg_build_report *report, const dg_slot_claim *claim,
                  dg_error *err);
/* for the report */
void arm_note_way(arm *a, const char *path, uint32_t config_session, bool amended);
dg_code arm_upgraded(arm *a, dg_block *block, dg_error *err); /* event at U */
dg_code arm_migrated(arm *a, dg_block *block, dg_error *err); /* event at U+1 */

/* faults.c: network.faults of a plan */
/* Once U and the end are known: slots, and who is there. Owned by `run`. */
dg_code faults_place(run_state *run, dg_error *err);
dg_code faults_apply(dg_network *net, const arm *a, dg_error *err);
void faults_clear(run_state *run);

/* fork.c: the state that both arms begin from, where it is not the snapshot's */
/* over control's chain, which is opened again */
dg_code fork_prepare(run_state *run, dg_error *err);
dg_code fork_people(run_state *run, dg_error *err); /* run->nodes; refuses what makes no groups */

/* network.c: validators make the blocks. A slot's blocks are noted once all nodes have
 * finalized them; at the end the rest of the best chain, up to slot `end` - 1. */
dg_code network_begin(arm *a, dg_error *err);
dg_code network_slot(arm *a, uint64_t slot, dg_error *err);
dg_code network_end(arm *a, uint64_t end, dg_error *err);
dg_block *network_best(const arm *a);
void network_free(arm *a);

#endif
