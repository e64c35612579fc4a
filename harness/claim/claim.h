/* claim.h - what must stay true, one claim a file, judged over events only.
 *
 *   dg_claim    one invariant in plain words: start, step over events, finish
 *   dg_verdict  held | broke | warned | unexercised, with first and last event
 *
 * A claim never asks the chain: what it judges is in the events, so a verdict
 * can be checked from the NDJSON log alone. To judge every claim over a log on disk:
 *
 *   dg_event_log_read(&log, "run.ndjson", err);
 *   dg_claim_setup_read(&setup, log.at, log.count);
 *   for (size_t i = 0; (claim = dg_claim_at(i)); i++)
 *       if (dg_claim_is_judged(claim, &setup)) {
 *           rc = dg_claim_judge(claim, &verdict, &setup, log.at, log.count, err);
 *           ..  below zero: there is no verdict, and nothing to clear
 *           dg_verdict_clear(&verdict);
 *       }
 *
 * Nothing is kept between two calls, so claims may be judged in any order, each as often as
 * wanted, and the same log has the same verdicts. Severity is not part of a verdict: a claim that
 * is advice breaks like any other, and what follows for the exit code is for room `outcome`. */
#ifndef DG_CLAIM_H
#define DG_CLAIM_H

#include <jansson.h>

#include "base/base.h"
#include "event/event.h"

/* ---- claims ---- */

/* The rows of claim_list.h in their order, which is the order of every report. The numbers are
 * nobody's but this program's: logs, plans and outcomes have the names. */
typedef enum dg_claim_id {
#define X(ID, member, name) DG_CLAIM_##ID,
#include "claim/claim_list.h"
#undef X
    DG_CLAIM_COUNT
} dg_claim_id;

/* Of more facts than this a verdict shows the first ones. */
enum { DG_VERDICT_EVIDENCE_MAX = 32 };
/* How a claim came out. HELD: what it is about happened, and nothing was wrong with it, or it
 * cannot happen in this plan. BROKE: it did, and something was. WARNED: worth a look, not enough
 * to break it, or a break that other seeds showed to be luck. UNEXERCISED: nothing can be said of
 * N, since what it is about did not happen; a gate that is so keeps a run from passing. */
typedef enum dg_verdict_status {
    DG_VERDICT_HELD,
    DG_VERDICT_BROKE,
    DG_VERDICT_WARNED,
    DG_VERDICT_UNEXERCISED
} dg_verdict_status;
/* Why a claim has seen nothing of what it is about: it tells whether another seed, or only another
 * plan, could show it. */
typedef enum dg_verdict_reach {
    DG_VERDICT_REACHED,        /* .. it has, or the run ended too early */
    DG_VERDICT_DOES_NOT_APPLY, /* it cannot come in this plan: held, and the text says why */
    DG_VERDICT_NOT_REACHED,    /* it could have come: with other luck it does */
    DG_VERDICT_OUT_OF_REACH    /* the plan keeps it away, whatever the luck */
} dg_verdict_reach;
/* GATE: a break fails the run (exit 1). ADVICE: a break is reported and counts as a warning. */
typedef enum dg_claim_severity { DG_CLAIM_GATE, DG_CLAIM_ADVICE } dg_claim_severity;

/* A number of a verdict, in thousandths of its unit; never below 0. Where `known` is false it was
 * not measured, which is not the same as 0, and `milli` says nothing. */
typedef struct dg_figure {
    bool known;
    int64_t milli;
} dg_figure;

/* What a claim measured, as numbers: its text says the same in words. Units are static words in the
 * plural, "candidates"; all figures but `lost` and `allowed` are of `unit`, these two of
 * `lost_unit`.
 *
 * Invariant: a claim that held has no number on the wrong side of `threshold`, unless the plan
 * allows what was lost. `measured` is treatment's and `control` what N-1 alone comes to in the
 * same measure; 0 where nothing of the kind may happen at all. */
typedef struct dg_figures {
    const char *unit; /* of measured, control and threshold; NULL: nothing was measured */
    dg_figure measured, control;
    dg_figure threshold;   /* the last number that holds by itself */
    bool at_least;         /* .. is the least of those; else the most */
    uint64_t over;         /* so many slots, or blocks, of treatment were looked at */
    const char *over_unit; /* "slots" or "blocks"; NULL: it is about no stretch of time */
    const char *lost_unit;
    dg_figure lost;    /* what treatment lost beyond control; 0: nothing */
    dg_figure allowed; /* of that, by the plan; not known: the plan grants nothing */
} dg_figures;

/* What several seeds say of a break, in their order, up to the one that decides. The two
 * hypotheses are a claim that breaks in one seed of five at most (luck) and one that breaks in one
 * of two at least (a rule): 4 breaks of 4 decide for the rule, 1 of 10 for luck. */
typedef enum dg_claim_luck {
    DG_CLAIM_LUCK_UNTRIED, /* one seed says nothing of others */
    DG_CLAIM_LUCK_OPEN,
    DG_CLAIM_LUCK_MERE, /* it is luck */
    DG_CLAIM_LUCK_RULE  /* it comes of N */
} dg_claim_luck;
/* Zeroes are a trial that has seen no seed. A seed in which the claim was not exercised is not
 * added: it is no evidence either way. */
typedef struct dg_claim_trial {
    uint32_t broke, of; /* seeds in which the claim broke, of those in which it was judged */
    /* of the evidence, in thousandths of a natural logarithm: 916 more with each break (ln
     * 0.5/0.2), 470 less with each seed that held (ln 0.5/0.8); from 2944 on (ln 0.95/0.05) it is a
     * rule, from -2944 on luck */
    int32_t weight;
} dg_claim_trial;
enum { DG_CLAIM_CONFIDENCE_PERCENT = 95 }; /* of what a trial decides */

/* What one claim says of one log, as it stands in an outcome. All but `evidence` is held by value,
 * so a copy of it lives as long as it likes, while only one of the copies may be cleared. */
typedef struct dg_verdict {
    dg_verdict_status status;
    dg_verdict_reach reach;
    uint32_t first_block, last_block; /* at which it broke; 0 both: not applicable */
    uint64_t count;                   /* events that broke it */
    char text[800];                   /* one line for the report, past tense, with numbers */
    /* what happened in the block from which treatment was as control again: "session change", "a
     * restart of validators", or "the network itself" where nothing else did; "" if it did not
     * heal, or so much happened that nobody can say */
    char healed[120];
    dg_figures figures;
    /* it broke so narrowly that luck may have done it: by its figures, or since the claim says so
     */
    bool narrow;
    dg_claim_trial trial;
    /* array, owned; NULL if none; at most DG_VERDICT_EVIDENCE_MAX items: events as they stand in
     * the log, or objects that sum up several */
    json_t *evidence;
    bool control_failed; /* N-1 alone already fails it: nothing is said of N */
    dg_code rc;          /* DG_NOMEM: evidence was lost */
} dg_verdict;

/* A slot that nothing is after. It is not INT64_MAX, so that a claim may add to it. */
#define DG_CLAIM_NEVER (INT64_MAX / 2)
/* What a log tells of its run as a whole: dg_claim_setup_read. Claims take all that they know of
 * the plan from here. A number that nobody told is 0; slots are absolute BABE slots, and
 * `epoch_slots` is the length of an epoch, which on a relay chain is that of a session. */
typedef struct dg_claim_setup {
    bool begun;             /* it has a run-start */
    uint32_t upgrade_block; /* U: treatment's, or else control's; 0: neither has one */
    uint32_t treatment_block, control_block; /* the first from U's slot on; 0: none */
    int64_t upgrade_slot;                    /* DG_CLAIM_NEVER: none is known */
    int64_t slot_ms, epoch_slots, boundaries_wanted;
    struct dg_event_node_limits limits; /* what nodes have time for */
    bool code;                          /* U brings another code */
    uint32_t fork_block;
    int64_t from_slot;                   /* the first that a block may be in */
    bool ran;                            /* N's own first block is in */
    int64_t boundaries;                  /* of sessions, that treatment passed after U */
    bool diverged;                       /* treatment's blocks before U are not control's */
    bool control_ended, treatment_ended; /* each has a run-end */
    /* validators make the blocks; then these are theirs: first_boundary is the slot of the first
     * session boundary after U */
    bool network;
    int64_t first_boundary, nodes, parachains;
    bool processes, channels; /* it tells what processes of nodes take, what waits in channels */
    /* it is of a network of consensus bft; then of the rest only `begun`, `nodes`, the two `_ended`
     * and `claims` are told */
    bool bft;
    const json_t *claims;  /* of the plan, borrowed from the log; NULL: it says nothing of them */
    const json_t *options; /* the plan's object of the claim that is judged, or NULL */
} dg_claim_setup;

/* A number of its own that a plan may give a claim, as `claims.NAME.OPTION` or on the command line
 * by `--set`. The plan's schema, the check of its range and the pages of help are made from these
 * rows. All texts are static. */
typedef struct dg_claim_option {
    const char *name;
    bool whole;           /* else it may have decimals */
    int64_t max;          /* from 0 on */
    const char *fallback; /* what holds without it, as text; NULL: as `without` says in words */
    const char *without;
    const char *says; /* with its unit */
} dg_claim_option;

/* One claim, static and never written: a file of this room defines it, and a row of claim_list.h
 * makes it known. dg_claim_judge calls `start`, `step` for each event, then `finish`, with the same
 * `size` bytes; they are given back behind `finish`, so a verdict may point at nothing in them.
 * None of the three can fail: what was lost for want of memory is noted in the facts. */
typedef struct dg_claim {
    dg_claim_id id;
    const char *fails;              /* what happens when it broke: "finality falls behind" */
    const char *says;               /* plain words */
    const char *because;            /* the incident or rule */
    const char *basis;              /* "real runtime" | "node model" */
    const dg_claim_option *options; /* numbers a plan may give, ended by no name; NULL: none */
    dg_claim_severity severity;     /* default; a plan may change it */
    /* what its harm is counted in, where a plan may allow some: figures.lost_unit of every verdict
     * that broke; NULL: none */
    const char *allows;
    bool network; /* about the network: judged when the plan has one */
    bool bft;     /* about consensus bft: such a log has no other claims, and no other log has it */
    bool code;    /* about new code: judged when the plan brings some */
    bool process; /* about what processes of nodes take: judged where the log tells of any */
    bool paras;   /* about parachains: a state without any has nothing to judge */
    bool chance;  /* measures what luck has a part in: a narrow break is tried on other seeds */
    size_t size;  /* bytes of its memory, zeroed before start */
    size_t setup; /* where in it the setup stands, filled in before start */
    /* where in it the facts stand that a verdict may show: the room gives them back */
    size_t facts;
    /* reads the plan's options and sets what is not 0 at first; NULL: there is nothing to do */
    void (*start)(void *memory, const dg_claim_setup *setup);
    /* control's events first, all of them, then treatment's. The event outlives the memory, so its
     * texts may be borrowed until `finish` is over */
    void (*step)(void *memory, const dg_event *event);
    /* `verdict` is all zeroes, which would say "held" without a word: status and text are to be
     * set in every case */
    void (*finish)(void *memory, dg_verdict *verdict);
} dg_claim;

/* The claim of row i of the list, so in the order of the report, also by its id; NULL past the
 * end. Static. */
const dg_claim *dg_claim_at(size_t i);
/* "block-cadence", as plans and outcomes call it. Static; `id` is below DG_CLAIM_COUNT. */
const char *dg_claim_name(dg_claim_id id);
/* The claim of that name, letter by letter; NULL for what is no claim's name. Static. */
const dg_claim *dg_claim_named(const char *name);

/* Reads the setup from a log. Needs no plan and no runtime, and is fine with a log that somebody
 * cut or changed: whoever relies on more than that looks at `begun` and the two `_ended`.
 *
 *   out     written whole; its `claims` is borrowed from the detail of an event
 *   events  `count` of them, control's first; what they do not tell stays 0, and upgrade_slot
 *           DG_CLAIM_NEVER */
void dg_claim_setup_read(dg_claim_setup *out, const dg_event *events, size_t count);
/* Whether the plan of the log has the claim judged, by what its run-start tells of `claims`: not
 * where it is about a network, about new code, or about processes, and there is none; nor where the
 * plan says `off` of it, or names other claims alone (claims.default false). */
bool dg_claim_is_judged(const dg_claim *claim, const dg_claim_setup *setup);
/* The severity that the plan gives the claim by name; where it gives none, GATE in a plan that is
 * strict, and else the claim's own. */
dg_claim_severity dg_claim_severity_of(const dg_claim *claim, const dg_claim_setup *setup);

/* Whether the plan makes it a gate in so many words, or all of them: then a warning breaks it. */
bool dg_claim_gates_warnings(const dg_claim *claim, const dg_claim_setup *setup);

/* One seed more, until it is decided: then nothing changes. A trial of zeros has seen none; the
 * order of the seeds counts. Mirrors: Wald's sequential probability ratio test. */
void dg_claim_trial_add(dg_claim_trial *trial, bool broke);
/* What the seeds up to now come to: with fewer than two, UNTRIED. A verdict by MERE or RULE is
 * wrong in 100 - DG_CLAIM_CONFIDENCE_PERCENT cases of a hundred. */
dg_claim_luck dg_claim_trial_says(const dg_claim_trial *trial);
/* "open", "luck", "rule"; NULL of DG_CLAIM_LUCK_UNTRIED. */
const char *dg_claim_luck_name(dg_claim_luck luck);

/* Runs one claim over events in order. What it lost is measured by what the plan allows, a warning
 * by whether the plan makes it a gate, and a narrow break by what the log tells of other seeds, in
 * this order: a warning that became a break can still be allowed. A claim about a network sees no
 * event of a log without one.
 *
 *   verdict  written whole; its evidence is owned by the caller, to be given back with
 *            dg_verdict_clear; after a failure there is none
 *   setup    of this very log, by dg_claim_setup_read; copied
 *   events   `count` of them: all of control's, then treatment's; borrowed for the call
 *
 * DG_OK whatever the verdict; DG_NOMEM: the claim's own memory, or some of its evidence. */
dg_code dg_claim_judge(const dg_claim *claim, dg_verdict *verdict, const dg_claim_setup *setup,
                       const dg_event *events, size_t count, dg_error *err);
/* Gives the evidence back; the rest of the verdict stays. A verdict of zeros is fine. */
void dg_verdict_clear(dg_verdict *verdict);
/* How outcomes name it: the words are static. */
const char *dg_verdict_status_name(
    dg_verdict_status status); /* "held", "broke", "warned", "unexercised" */
/* "does-not-apply", "not-reached", "out-of-reach"; NULL of DG_VERDICT_REACHED. Static. */
const char *dg_verdict_reach_name(dg_verdict_reach reach);
const char *dg_claim_severity_name(dg_claim_severity severity); /* "gate", "advice" */

#endif
