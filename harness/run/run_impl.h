/* run_impl.h - shared inside the room: a plan, a run of it, and one arm of a run. */
#ifndef DG_RUN_IMPL_H
#define DG_RUN_IMPL_H

#include "node/node.h"
#include "event/event.h"
#include "run/run.h"
#include "source/source.h"
#include "suspect/suspect.h"
#include "survey/survey.h"
#include "run/workers_impl.h"

/* ---- what is remembered of control, to compare treatment with ---- */

/* Moments at which APIs are asked. */
typedef enum dg_run_moment {
    DG_RUN_MOMENT_BEFORE,
    DG_RUN_MOMENT_UPGRADE,
    DG_RUN_MOMENT_AFTER,
    DG_RUN_MOMENT_SESSION, /* the next two begin .. */
    DG_RUN_MOMENT_SESSION_2,
    DG_RUN_MOMENT_END, /* .. and the newest block when the run ends */
    DG_RUN_MOMENT_COUNT
} dg_run_moment;
/* "U-1", "U", "U+1", "session+1", "session+2", "end". */
const char *dg_run_moment_name(dg_run_moment m);

typedef struct dg_run_state dg_run_state;

/* Keys that N-1 leaves in U and N does not expect in its first block; owned, as the state of U
 * is. */
enum { DG_RUN_LEFTOVERS_MAX = 8 };
typedef struct dg_run_leftovers {
    dg_buf keys[DG_RUN_LEFTOVERS_MAX];
    size_t count;
    dg_state *upgrade;
} dg_run_leftovers;

/* What is kept of an arm to be compared with the other; all of it owned. */
typedef struct dg_run_kept {
    dg_survey_sample samples[DG_RUN_MOMENT_COUNT];
    dg_ns sampled_at[DG_RUN_MOMENT_COUNT];
    dg_survey_sample without; /* treatment's state U as N-1 would answer over it */
    dg_survey_scan settled, end;
    dg_state *after; /* of control: the state of U+1; owned, NULL: it did not come to that */
    int64_t era_end; /* Staking.ActiveEra; 0: none */
    json_t *config, *config_end, *calls; /* by name */
    /* At U: storage versions by pallet, and values whose type N changes; these once
     * more at control's U+1, to tell what N-1 writes in every block. */
    json_t *versions, *retyped, *retyped_after;
    dg_run_leftovers leftovers; /* of treatment */
    json_t *messages;           /* a network's, by kind, and their bytes; NULL: none were sent */
} dg_run_kept;

/* How N went in. */
typedef struct dg_run_way {
    char path[160], refused[300]; /* the way, and why it was refused, in words */
    bool amended;                 /* the state of U-1 was written to */
    bool enacted, pending;        /* N is the code; it waits one block */
    bool code_alone;              /* N is, and the change of the configuration is refused */
} dg_run_way;

/* Where an arm is. */
typedef struct dg_run_stand {
    uint32_t session;
    bool session_known;
    uint32_t session_block;        /* the newest that began one; 0: none did */
    uint32_t blocks;               /* built */
    uint32_t boundaries;           /* of sessions by the client's clock, passed after U */
    uint32_t upgrade_block;        /* number of U here; 0: not yet */
    bool after_done, settled_done; /* U+1 seen; migrations over and scanned */
    bool running;                  /* a multi-block migration */
    uint32_t failures;             /* builds that failed one after another */
    bool stopped;                  /* the arm ended early; `reason` says why */
    char reason[300];
} dg_run_stand;

/* One arm: a chain of its own over the one snapshot. */
typedef struct dg_run_arm {
    dg_run_state *run;
    dg_arm which;
    dg_chain *chain;
    bool is_guest; /* on another arm's chain and network, which it only listens to */
    struct dg_run_network *network; /* what makes the blocks; NULL: one author a slot */
    dg_block *tip;                  /* the newest block that is noted */
    dg_block *recent[4];            /* without a network: tip and what will be finalized next */
    dg_client_view *view;
    dg_epoch epoch; /* the last one that the runtime told */
    dg_run_stand at;
    dg_run_kept kept;
    dg_run_way way; /* of treatment */
    dg_hash before; /* hash of U-1, without a network */
    dg_hash built;  /* over all that a network built before U */
    bool compared;  /* identity facts are logged */
} dg_run_arm;

/* A build that takes as long as it may counts for several: the next one will, too. */
enum {
    DG_RUN_ARM_LAG = 3,
    DG_RUN_ARM_FAILURES_MAX = 10,
    DG_RUN_ARM_SLOW_FAILURE = 4,
    DG_RUN_ARM_MIGRATION_BLOCKS_MAX = 1024
};

enum { DG_RUN_MET_MAX = 256 /* as many as a chain meets */ };
/* Values that are written with N's first block; a treatment that was not intervened in has none. */
enum { DG_RUN_PUT_BACK_MAX = 1024 };
typedef struct dg_run_put_back {
    dg_buf keys[DG_RUN_PUT_BACK_MAX], values[DG_RUN_PUT_BACK_MAX];
    bool taken_out[DG_RUN_PUT_BACK_MAX]; /* no value: out before the block begins */
    dg_bytes writes[DG_RUN_PUT_BACK_MAX][2];
    size_t count;
} dg_run_put_back;

/* Treatment that is run again without some suspects. Zeros, but for what is asked: as the plan has
 * it. */
typedef struct dg_run_trial {
    const dg_suspects *suspects; /* that were found; NULL: nobody has looked */
    dg_suspect_set without;
    dg_proof_claims asked;    /* claims that broke, and are judged once more */
    dg_run_put_back put_back; /* what N's first block is given then */
    json_t *config_left;      /* what is left of the plan's configuration then */
} dg_run_trial;

/* What starting a block takes; zeros: none was seen. */
typedef struct dg_run_start_cost {
    uint64_t fuel;
    int64_t weight; /* of the whole block, picoseconds */
} dg_run_start_cost;
/* Of control's blocks after U: the first, and the first that begins a session. */
typedef struct dg_run_start_costs {
    dg_run_start_cost first, session;
} dg_run_start_costs;

/* Of a run that is asked for another seed than the plan's. */
typedef struct dg_run_own_seed {
    bool given;
    uint64_t is;
} dg_run_own_seed;

/* Runtimes that a chain came by, owned. */
typedef struct dg_run_met {
    dg_runtime *at[DG_RUN_MET_MAX];
    size_t count;
} dg_run_met;

struct dg_run_state {
    const dg_plan *plan;
    dg_plan *settled;           /* the plan with what it left open of the network; NULL: nothing */
    const dg_plan_asked *asked; /* what it comes to, with the seed of this run: `own` */
    dg_plan_asked own;
    dg_run_own_seed seed;
    bool in_child; /* one of several runs at once: it compiles in one thread */
    bool is_guest; /* what was opened is another run's */
    const dg_run_options *options;
    dg_engine *engine;
    dg_source source;
    dg_buf code;           /* N as handed in; empty where the code stays */
    dg_runtime *from, *to; /* N-1 (borrowed from control's chain), N or else N-1 (owned) */
    /* fields that U changes, as they read afterwards; owned, NULL: none */
    json_t *config_wanted;
    char config_refused[80]; /* what the chain itself says against it; empty: nothing */
    bool config_executor;    /* .. against executor parameters alone, which U writes all the same */
    dg_runtime *from_kept;   /* N-1, kept beyond its chain */
    dg_hash fork_hash;
    dg_state *state;       /* that both arms begin from; NULL: the snapshot's */
    char grown[480];       /* how it was grown, for the report; "" */
    uint64_t counted_slot; /* U's by the blocks of control; 0: it was not counted yet */
    dg_plan_span span;
    uint32_t nodes;          /* of the network, were there one */
    dg_release_span assumed; /* of nodes that nobody named; oldest NULL: they are named, or none */
    char chain_only[600];    /* why there is no network; "": there is */
    uint32_t validators, parachains;
    uint32_t coreless; /* registered parachains without a claim on a core */
    dg_event_log log;
    dg_plan_fault *faults; /* of the plan, in its order */
    size_t fault_count;
    dg_run_arm control, treatment;
    dg_run_trial trial;
    dg_run_met met;    /* by the arms */
    json_t *explained; /* what explain.c found; NULL: nothing was asked */
    json_t *positions; /* what positions.c found; NULL: no other was tried */
    bool diverged;     /* treatment's blocks up to U-1 are not control's */
    dg_run_start_costs control_costs;
};

/* open_chain.c: over the state that both arms begin from; give it back with
 * dg_run_arm_close_chain. DG_IO, DG_MALFORMED, DG_NOMEM. */
dg_code dg_run_arm_open_chain(dg_run_arm *a, dg_error *err);
/* Tells who waits; `phase` is static. */
void dg_run_tell_progress(const dg_run_state *run, const char *phase, uint64_t done,
                          uint64_t total);

/* ---- an arm ---- */

/* arm.c: all of it, from the fork to the end of the run .. */
dg_code dg_run_arm_whole(dg_run_arm *a, dg_error *err);
/* .. and its parts: the first events, and a network of its own or `host`'s (NULL: of its own) .. */
dg_code dg_run_arm_begin(dg_run_arm *a, const dg_run_arm *host, dg_error *err);
/* .. is it over before `slot`? .. */
dg_code dg_run_arm_over(dg_run_arm *a, bool *out, uint64_t slot, dg_error *err);
/* .. a slot is over, whoever ran it: it may be the last .. */
void dg_run_arm_slot_done(dg_run_arm *a);
/* .. all slots from `*slot` on, which becomes the first that it does not have .. */
dg_code dg_run_arm_slots(dg_run_arm *a, uint64_t *slot, dg_error *err);
/* .. and what is measured and told when the slots before `slot` are over. */
dg_code dg_run_arm_end(dg_run_arm *a, uint64_t slot, dg_error *err);
/* Chain and network are given back; what is compared stays. */
void dg_run_arm_close_chain(dg_run_arm *a);
/* .. and that too. */
void dg_run_arm_clear(dg_run_arm *a);

/* single_author.c: one author a slot, on the tip. */
dg_code dg_run_single_author_slot(dg_run_arm *a, uint64_t slot, dg_error *err);

/* arm_network.c: validators make the blocks. A slot's blocks are noted once all nodes have
 * finalized them; at the end the rest of the best chain, up to slot `end` - 1. */
dg_code dg_run_network_begin(dg_run_arm *a, dg_error *err);
/* Listens to the network of another arm, which is as far as this one is. */
dg_code dg_run_network_join(dg_run_arm *a, const dg_run_arm *host, dg_error *err);
/* Hears nothing any more .. */
void dg_run_network_leave(dg_run_arm *a);
/* .. or is the only one that does. */
void dg_run_network_alone(dg_run_arm *a);
/* What changes at U, for treatment; before that slot. */
dg_code dg_run_network_enact(dg_run_arm *a, dg_error *err);
/* All up to the end of a slot. */
dg_code dg_run_network_slot(dg_run_arm *a, uint64_t slot, dg_error *err);
/* The rest of the best chain is noted, and what was sent is kept. */
dg_code dg_run_network_end(dg_run_arm *a, uint64_t end, dg_error *err);
/* Nodes that refuse a block of which an importer's call wants `bytes` of heap, where an author gets
 * `once`; without a network 1 if the newest release does, else 0. */
uint64_t dg_run_network_refusing(const dg_run_arm *a, uint64_t bytes, uint64_t once);
/* Newest block of the best chain, noted or not. */
dg_block *dg_run_network_best(const dg_run_arm *a);
/* Fine where there is none. */
void dg_run_network_free(dg_run_arm *a);

/* ---- events ---- */

/* arm_events.c: adds one at a slot and takes `detail`; what goes wrong stays in the log. */
void dg_run_arm_log(dg_run_arm *a, uint64_t slot, uint32_t block, const dg_event *event);
/* What came of a slot: nothing on the chain, a block on the tip, a build that failed. */
void dg_run_arm_slot(dg_run_arm *a, uint64_t slot, uint32_t number, bool built, size_t claims);
/* refused.c: a block that could not be built, and why. */
void dg_run_arm_refused(dg_run_arm *a, uint64_t slot, uint32_t number,
                        const dg_build_report *report, const char *why);
/* memory.c: how much memory the calls of a block took, of one that could not be built for want of
 * it, of one that is imported, and of the answers at a moment. */
void dg_run_memory_block(dg_run_arm *a, dg_block *block, const dg_build_report *report);
void dg_run_memory_refused(dg_run_arm *a, uint64_t slot, uint32_t number,
                           const dg_build_report *report);
void dg_run_memory_imported(dg_run_arm *a, dg_block *block, const dg_memory_use *use);
void dg_run_memory_answers(dg_run_arm *a, dg_run_moment m, uint64_t slot);
/* facts.c: the index of the active era; 0: the runtime tells of none. */
int64_t dg_run_era_at(dg_run_arm *a, dg_block *block);
/* arm_events.c: a build that took all the time it may: the next one will, too. */
bool dg_run_arm_takes_long(const dg_build_report *report);
/* What a client makes of a block with an epoch digest, or that should have one. */
void dg_run_arm_log_epoch(dg_run_arm *a, uint64_t slot, uint32_t number,
                          const dg_client_note *note);

/* ---- a block is in ---- */

typedef struct dg_run_made {
    size_t claims;  /* authors that might have */
    int64_t author; /* node of the network; -1: the single author */
} dg_run_made;
/* moments.c: notes it as the tip, measures and asks what its moment wants. */
dg_code dg_run_arm_grown(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                         dg_run_made made, dg_error *err);
/* keep.c: leaves the state of a block as a snapshot, if that is wanted. DG_IO; DG_MISMATCH: it is
 * not what the header says. */
typedef enum dg_run_moment_kept {
    DG_RUN_KEEP_BEFORE,
    DG_RUN_KEEP_UPGRADE,
    DG_RUN_KEEP_AFTER,
    DG_RUN_KEEP_SESSION,
    DG_RUN_KEEP_END
} dg_run_moment_kept;
/* Nothing is made yet. Fine on NULL. */
void dg_run_keep_begin(dg_run_keep *keep);
dg_code dg_run_arm_keep(dg_run_arm *a, dg_run_moment_kept m, dg_block *block, dg_error *err);
/* The tip is U-1; once. */
dg_code dg_run_arm_before_upgrade(dg_run_arm *a, dg_error *err);
/* U is in, and N was refused. */
bool dg_run_arm_not_enacted(const dg_run_arm *a);
/* What is measured at the end. */
dg_code dg_run_arm_finish(dg_run_arm *a, dg_error *err);

/* migration.c: N's own work. What is there at U .. */
dg_code dg_run_migration_begin(dg_run_arm *a, dg_block *upgrade, dg_error *err);
/* .. what starting a block takes in control, after U .. */
void dg_run_migration_cost(dg_run_arm *a, dg_block *block, const dg_build_report *report);
/* .. in control at U+1 .. */
dg_code dg_run_migration_control(dg_run_arm *a, dg_block *after, dg_error *err);
/* .. and in treatment, block by block until it is over; sets a->running. */
dg_code dg_run_migration_log(dg_run_arm *a, dg_block *block, const dg_build_report *report,
                             dg_error *err);

/* leftovers.c: what N-1 left in treatment's U and takes out where a block begins, which N does not;
 * nothing where one of both panics .. DG_IO, DG_NOMEM. */
dg_code dg_run_leftovers_begin(dg_run_arm *a, dg_block *upgrade, dg_error *err);
/* .. and what N took out by the end of its first block, while N-1 leaves it. */
dg_code dg_run_leftovers_end(dg_run_arm *a, dg_block *after, dg_error *err);
/* Gives the keys back. */
void dg_run_leftovers_clear(dg_run_leftovers *kept);

/* answers.c: what runtime APIs answer at a moment. */
dg_code dg_run_sample_take(dg_run_arm *a, dg_run_moment m, dg_block *block, dg_error *err);
/* Who wins at U may differ between the arms of a network; its own state never does. */
dg_code dg_run_sample_without(dg_run_arm *a, dg_block *upgrade, dg_error *err);
/* Events of treatment; U's when U+1's are there. */
void dg_run_sample_log(dg_run_arm *a, dg_run_moment m);
/* answer_types.c: is a method of N asked by the nodes that the plan names, or by those of N's time
 * or, without a network, of N-1's? */
bool dg_run_is_asked(const dg_run_state *run, const dg_survey_api *row);
/* session_values.c: what nodes keep for a session, and N means otherwise. */
void dg_run_session_values_log(dg_run_arm *a);
/* Answers that nodes of the plan or of N-1's time cannot read. */
dg_code dg_run_sample_types(dg_run_arm *a, dg_error *err);

/* facts.c: what a state says of itself at a block: who validates (`at` names the moment),
 * a new session, each key, configuration, calls that wait, N held against N-1. */
dg_code dg_run_sets_log(dg_run_arm *a, dg_block *block, const char *at, dg_error *err);
/* Where the session's index changed. */
dg_code dg_run_session_log(dg_run_arm *a, dg_block *block, dg_error *err);
/* Keeps a look over the whole state. */
dg_code dg_run_scan_take(dg_survey_scan *out, dg_run_arm *a, dg_block *block, dg_error *err);
/* What does not decode, beside control's. */
void dg_run_scan_log(dg_run_arm *a, dg_block *block, const dg_survey_scan *now,
                     const dg_survey_scan *control);
/* What control has at U+1, and N's migrations made another or dropped. DG_IO, DG_NOMEM. */
dg_code dg_run_lost_log(dg_run_arm *a, dg_block *block, dg_error *err);
/* Keeps the configuration. */
dg_code dg_run_config_take(json_t **out, dg_run_arm *a, dg_block *block, dg_error *err);
/* What changed of it, beside control's. */
void dg_run_config_log(dg_run_arm *a, dg_block *block, const json_t *now, const json_t *control);
/* Keeps the calls that wait. */
dg_code dg_run_calls_take(json_t **out, dg_run_arm *a, dg_block *block, dg_error *err);
/* What they mean, beside control's. */
void dg_run_calls_log(dg_run_arm *a, dg_block *block, const json_t *now, const json_t *control);
/* N held against N-1 over the state of U-1; nothing where the code stays. */
dg_code dg_run_identity_log(dg_run_arm *a, dg_block *before, dg_error *err);
/* As dg_survey_item, under a block's runtime. */
json_t *dg_run_item_at(dg_run_arm *a, dg_block *block, const char *pallet, const char *item);

/* ---- N goes in ---- */

/* enact.c: what U changes, as the plan has it; borrowed. */
dg_transition dg_run_transition(const dg_run_state *run);
/* Before any block: does N-1 know the calls by which N is to go in? DG_USAGE. */
dg_code dg_run_way_try(dg_run_state *run, dg_error *err);
/* Before any block: is there what the plan changes? DG_USAGE. */
dg_code dg_run_config_try(dg_run_state *run, dg_error *err);
/* Builds U on the tip. DG_USAGE: the chain has no such way. */
dg_code dg_run_arm_enact(dg_run_arm *a, dg_block **out, dg_build_report *report,
                         const dg_slot_claim *claim, dg_error *err);
/* For the report: `config_session` 0: no configuration was changed. */
void dg_run_arm_note_way(dg_run_arm *a, const char *path, uint32_t config_session, bool amended);
/* The event at U .. */
dg_code dg_run_arm_upgraded(dg_run_arm *a, dg_block *block, dg_error *err);
/* .. and at U+1: did N take over? */
dg_code dg_run_arm_migrated(dg_run_arm *a, dg_block *block, dg_error *err);

/* ---- why a claim broke ---- */

/* explain.c: who is suspected of what broke, and what is proved of it: run->explained; nothing
 * where nothing broke. Both arms are over. */
dg_code dg_run_explain_breaks(dg_run_state *run, dg_error *err);

/* trial.c: treatment without a set of suspects, judged against control's events. Only in a
 * process of its own: what the arms have left is not given back. */
dg_code dg_run_intervene(dg_run_state *run, dg_trial *out, dg_suspect_set without, dg_error *err);
/* put_back.c: run->trial.put_back, of the values that a set of suspects has N's first block given:
 * as control's are, in N's layout. Before treatment is forgotten. DG_USAGE: a value that N's type
 * does not hold; DG_LIMIT: more of them than DG_RUN_PUT_BACK_MAX. */
dg_code dg_run_put_back_make(dg_run_state *run, dg_suspect_set without, dg_error *err);
/* Gives the values back. */
void dg_run_put_back_clear(dg_run_put_back *values);
/* intervene.c: is this suspect taken away in the treatment that is run now? */
bool dg_run_is_without(const dg_run_state *run, dg_suspect_kind kind, uint32_t index);
/* Is the claim asked about in it? */
bool dg_run_asks(const dg_run_state *run, dg_claim_id claim);
/* Changes what a network is made of accordingly; nothing as the plan has it. */
void dg_run_intervene_network(const dg_run_state *run, dg_plan_network *wish);
/* .. and what is left of the plan's configuration. DG_NOMEM. */
dg_code dg_run_intervene_config(dg_run_state *run, dg_error *err);
/* The code that an arm met need not be made again. DG_LIMIT. */
dg_code dg_run_met_keep(dg_run_state *run, const dg_chain *chain, dg_error *err);

/* ---- one run, and other seeds of it ---- */

/* A run as it is asked for: by the plan's seed, or another. */
typedef struct dg_run_request {
    const dg_plan *plan;
    const dg_run_options *options;
    dg_run_own_seed seed;
    bool in_child;
    uint64_t counted; /* U's slot by the blocks of control; 0: not known, or not asked for */
} dg_run_request;

/* open.c: what `run->plan` asks for, by the seed of the run. */
void dg_run_ask(dg_run_state *run);
/* twin.c: both arms of a run of its own, and its outcome as it stands then, which is owned by the
 * caller. To be given back with dg_run_free. As dg_run. */
dg_code dg_run_perform(dg_run_state **out, dg_run_request *r, dg_error *err);
dg_code dg_run_tell(json_t **outcome, const dg_run_state *run, dg_error *err);
/* A whole run with that seed, in a child process: nothing is written, no other seed tried.
 */
dg_code dg_run_alone(json_t **outcome, const dg_plan *plan, const dg_run_options *options,
                     uint64_t seed, dg_error *err);

/* open.c: all that a run of this plan opens: imported, compiled, found fit, and control's chain
 * open. To be given back with dg_run_free. As dg_run. */
dg_code dg_run_open(dg_run_state **out, const dg_run_request *r, dg_error *err);
/* A run whose plan differs from that of `host` in where U is alone: what `host` has opened,
 * control's chain too, is its own as long as `host` is there. To be given back before that. */
dg_code dg_run_open_beside(dg_run_state **out, const dg_run_state *host, const dg_plan *plan,
                           dg_error *err);
/* Gives back all that is the run's. Fine on NULL. */
void dg_run_free(dg_run_state *run);
/* `rc`, or what to say where a runtime panics for want of what a partial snapshot lacks, which is
 * not its fault. */
dg_code dg_run_blame_snapshot(const dg_run_state *run, dg_code rc, dg_error *err);
/* conclude.c: both arms of it are over: what they mean, by the plan as it was handed in. In a
 * process of its own, which gives nothing back. */
dg_code dg_run_conclude(json_t **outcome, dg_run_state *run, const dg_plan *plan, dg_error *err);
/* As dg_run, in a child process; nothing is said of the machine. */
dg_code dg_run_in_child(json_t **outcome, const dg_plan *plan, const dg_run_options *options,
                        dg_error *err);

/* ranks.c: when a cell's turn comes, if the riskiest come first. */
typedef enum dg_run_rank {
    DG_RUN_RANK_BOUNDARY,
    DG_RUN_RANK_FORK,
    DG_RUN_RANK_SPREAD,
    DG_RUN_RANK_REST,
    DG_RUN_RANK_COUNT
} dg_run_rank;
/* Static. */
const char *dg_run_rank_words(dg_run_rank rank);
/* Control is over .. */
dg_run_rank dg_run_rank_of(const dg_run_state *run);
/* .. or nothing is known but the plan. */
dg_run_rank dg_run_rank_of_plan(const dg_plan *plan);
/* Takes some of the rest before the others. */
void dg_run_ranks_spread(dg_run_rank *ranks, size_t count);
/* What is known of N-1 and N by themselves. */
typedef struct dg_run_pair_risk {
    uint32_t gates;   /* methods that nodes ask and N brings */
    uint32_t pallets; /* that come, go, or whose storage does */
} dg_run_pair_risk;
dg_run_pair_risk dg_run_pair_risk_of(const dg_run_state *run);
bool dg_run_pair_is_riskier(dg_run_pair_risk one, dg_run_pair_risk than);

/* Those of them that are run together, and who is told of it. */
typedef struct dg_run_group {
    const dg_plan *const *plans;
    const size_t *jobs; /* of each plan, in the pool */
    size_t count;
    const dg_run_cells_options *how;
} dg_run_group;

/* shared.c: runs of plans that differ in where U is alone, over one control: an answer
 * each. DG_UNSUPPORTED: they cannot share one (dg_run_workers can do them); DG_END: halted. */
dg_code dg_run_shared(dg_run_pool *pool, const dg_run_group *group, const dg_run_options *options,
                      dg_error *err);

/* What one seed came to by itself. */
typedef enum dg_run_standing {
    DG_RUN_STANDING_HELD,
    DG_RUN_STANDING_BROKE,       /* beyond what luck may do */
    DG_RUN_STANDING_NARROW,      /* every break is one that luck may have made */
    DG_RUN_STANDING_NOT_REACHED, /* luck kept away what some claim is about */
    DG_RUN_STANDING_OPEN         /* for a reason that no other seed mends, or it could not be run */
} dg_run_standing;
typedef struct dg_run_seed {
    uint64_t seed;
    int exit;
    dg_run_standing standing;
    json_t *told; /* owned; claims: status by name of those that did not hold; narrow; why */
} dg_run_seed;
enum { DG_RUN_SEEDS_MAX = 256 };
/* Zeroed before the first use. */
typedef struct dg_run_seeds {
    dg_run_seed at[DG_RUN_SEEDS_MAX];
    size_t count, rests; /* rests: on which of them the verdict does */
    bool stopped;        /* the last could not be run */
} dg_run_seeds;
/* seeds.c: what a run's outcome is by itself. */
dg_run_standing dg_run_standing_of(const json_t *outcome);
/* seeds.c: tries other seeds of the plan until nothing that luck decides is open, or as many are
 * tried as the plan lets; `outcome` is of `run`, with the plan's own. DG_NOMEM, DG_IO. */
dg_code dg_run_seeds_try(dg_run_seeds *s, const json_t *outcome, const dg_plan *plan,
                         const dg_run_state *run, dg_error *err);
/* Puts an event of each into the log of the run on which the verdict rests. */
void dg_run_seeds_log(const dg_run_seeds *s, dg_run_state *run);
/* Gives what they told back. */
void dg_run_seeds_clear(dg_run_seeds *s);

/* positions.c: runs the plan, by the seed of `run`, with U at other positions of a session, as
 * dg_run_cells does; `*out` becomes what `answer.positions` of an outcome is, owned by the
 * caller. DG_NOMEM, DG_IO. */
dg_code dg_run_positions_try(json_t **out, const dg_run_state *run, const dg_plan *plan,
                             dg_error *err);

/* ---- before the arms ---- */

/* blocks_of_control.c: is U said in blocks? */
bool dg_run_counts_blocks(const dg_run_state *run);
/* The slot of such a U, once control has run. DG_USAGE: control has no such block. */
dg_code dg_run_slot_by_blocks(const dg_run_state *run, uint64_t *slot, dg_error *err);

/* fork.c: makes the state that both arms begin from, where it is not the snapshot's, over
 * control's chain, which is opened again. */
dg_code dg_run_fork_prepare(dg_run_state *run, dg_error *err);
/* Sets run->nodes; refuses what makes no groups. DG_USAGE. */
dg_code dg_run_fork_people(dg_run_state *run, dg_error *err);
/* default_network.c: decides whether there is a network, and of whom, where the plan leaves it
 * open; the run's plan says it from then on. DG_USAGE: a claim lacks what it is about. */
dg_code dg_run_network_settle(dg_run_state *run, dg_error *err);
/* cores.c: of a network, more parachains or groups than the runtime has cores or validators
 * for: DG_USAGE. */
dg_code dg_run_cores_check(dg_run_state *run, dg_error *err);
/* faults.c: once U and the end are known: slots, and who is there. Owned by `run`. */
dg_code dg_run_faults_place(dg_run_state *run, dg_error *err);
/* Those that the arm is to have. */
dg_code dg_run_faults_apply(dg_network *net, const dg_run_arm *a, dg_error *err);
/* Gives them back. */
void dg_run_faults_clear(dg_run_state *run);
/* rollouts.c: once U and the end are known: slots, and who is there. DG_USAGE. */
dg_code dg_run_rollouts_check(const dg_run_state *run, dg_error *err);
/* Those that the arm is to have; `kept` has room for DG_PLAN_ROLLOUTS_MAX, and with `wish` outlives
 * the network. */
dg_code dg_run_rollouts_apply(dg_network *net, const dg_run_arm *a, dg_plan_rollout *kept,
                              const dg_plan_network *wish, dg_error *err);

/* ---- bft.c ---- */

/* Once, of a plan of consensus bft; `hash` is of its events, which are written where the options
 * ask for it. As dg_run. */
dg_code dg_run_bft(json_t **outcome, dg_hash *hash, const dg_plan *plan,
                   const dg_run_options *options, dg_error *err);

#endif
