/* claim.h - what must stay true, one claim a file, judged over events only.
 *
 *   dg_event    what happened: time, node, block, kind, numbers, detail
 *   dg_claim    one invariant in plain words: start, step over events, finish
 *   dg_verdict  held | broke | warned | unexercised, with first and last event
 *
 * A claim never asks the chain: what it judges is in the events, so a verdict
 * can be checked from the NDJSON log alone. */
#ifndef DG_CLAIM_H
#define DG_CLAIM_H

#include <jansson.h>

#include "base/base.h"

typedef uint64_t dg_ns;

typedef enum dg_arm { DG_ARM_CONTROL, DG_ARM_TREATMENT } dg_arm;

/* One row per kind in event.c: name, and the names of n[0..5]. What a row here
 * calls `slot` is the BABE slot; flags are 1 or 0. Labels of moments (`at`,
 * `window`) are "U-1", "U", "U+1", "boundary", "session+1", "session+2", "end";
 * in control they name the blocks of the same slots. */
typedef enum dg_event_kind {
    /* fork_block, epoch_slots, slot_ms, session, system_version, boundaries_wanted */
    DG_EV_RUN_START,
    DG_EV_SLOT, /* a slot passed: slot, built, claims */
    /* slot, session, epoch_index, extrinsics, fuel, only_inherents; detail: {"hash", "state_root"}
     */
    DG_EV_BLOCK,
    DG_EV_BUILD_FAILED, /* slot, step, trap; detail: {"step", "panic", "reason"} */
    /* client's view of a block: epoch_index, epoch_start, digest_expected, digest_seen,
       authorities, slot */
    DG_EV_EPOCH,
    /* new session: session, validators, grandpa_authorities, babe_authorities, para_validators,
       slot */
    DG_EV_SESSION,
    /* pending, enacted, slot, migrated (0: at U, 1: N's own first block is in); detail: {"old",
       "new", "how", "path", "refused"} */
    DG_EV_UPGRADE,
    DG_EV_IDENTITY, /* fatal, ok; detail: {"what", "old", "new"} */
    /* an answer: ok, fuel, bytes, decodes, version, contradicts; detail: {"api", "window", "hash",
       "error", "value", "later", "control", "differs"} */
    DG_EV_API,
    /* an answer's type differs or its method is gone: readable, called; detail: {"api", "where"} */
    DG_EV_API_TYPE,
    /* decodes, equal, control_decodes, fields, fields_changed; detail: {"what", "control",
       "treatment", "changed"} */
    DG_EV_CONFIG,
    /* validators, grandpa, babe, para; detail: {"at", "hashes": {"validators", ..}} */
    DG_EV_AUTHORITIES,
    /* produced, applied, paras_present (-1: the block failed); detail: {"refused"} */
    DG_EV_INHERENT,
    /* running, fuel, fuel_control, weight_ps, weight_max_ps, weight_control_ps; detail:
       {"versions": [..], "unraised": [..]} */
    DG_EV_MIGRATION,
    /* entries, undecodable, undecodable_control; detail: {"pallet", "item", "role", "example",
       "reason"} */
    DG_EV_STORAGE,
    DG_EV_CALL,     /* a queued call: same; detail: {"where", "old", "new"} */
    DG_EV_REIMPORT, /* equal; detail: {"reason"} */
    /* keys, value_bytes, keys_control, value_bytes_control, era, era_control (0: the runtime tells
       of none) */
    DG_EV_STATE,
    /* The network that builds the blocks, those too that lost in the end. Where a
     * kind is about no block, `block` is the newest one then. */
    /* nodes, parachains, forks, upgrade_slot, first_boundary, epoch_slots; detail: {"table",
       "classes": {name: nodes}} */
    DG_EV_NET_START,
    DG_EV_NET_SLOT,  /* a slot is over: slot, claims, built, failed, heads */
    DG_EV_NET_PARAS, /* of each block: slot, backed, included, timed_out, offered, backable */
    /* at the end of a slot: slot, validators, enabled, entries, holders, session */
    DG_EV_NET_HOLDERS,
    /* `node` lost a topology: session, how (0 dropped, 1 purged), topology_block */
    DG_EV_NET_LOST,
    DG_EV_NET_SIGNAL, /* a leaf signal that only deactivates: slot, deactivated, by_finality */
    /* first leaf of a session: session, validators, groups, cores, discovery, slot */
    DG_EV_NET_SESSION,
    DG_EV_NET_FINALIZED, /* slot, lag, pruned, round */
    DG_EV_NET_UPGRADE,   /* a block was to enact N: slot, enacted, pending; detail: {"refused"} */
    DG_EV_NET_COLLATORS, /* in a slot: slot, attempts, collations, panics, refused */
    DG_EV_NET_INCLUDED,  /* one candidate that a block includes: slot, para, core */
    /* at the end of a slot: slot, session, pairs (validator and parachain), ready, deepest (queue),
       waiting (validators) */
    DG_EV_NET_PVF,
    /* of each block, about the cores occupied before it: slot, cores, bits (set), possible, enough
       (cores), slow (cores) */
    DG_EV_NET_AVAILABLE,
    /* at the end of a slot: slot, groups, able, wanted (votes), least (members that work), session
     */
    DG_EV_NET_GROUPS,
    /* a candidate that was offered and not backed: slot, para, core, reason, bitfields, kept;
       detail: {"reason"} */
    DG_EV_NET_DROPPED,
    /* bitfields that a block leaves out: slot, offered, kept, sized (bits each had), cores, waiting
       (of them, occupied since before it) */
    DG_EV_NET_BITFIELDS,
    /* a planned fault begins or ends: slot, fault_kind, begins, nodes, fault (index in the plan) */
    DG_EV_NET_FAULT,
    /* `node` calls a candidate of `block` invalid, or that is settled: slot, session, para, outcome
       (0 begun, 1 valid, 2 invalid), against (validators), after_ms */
    DG_EV_NET_DISPUTE,
    /* of a block with disputes: slot, sets, votes (offered), begun, valid, invalid (by the runtime)
     */
    DG_EV_NET_STATEMENTS,
    /* all candidates of a block are approved: slot, candidates, assigned, no_shows, tranche,
       after_ms */
    DG_EV_NET_APPROVED,
    /* approval voting cannot take a block in, its session's rules are not told: slot, session,
       candidates, known (1: at last), after_ms */
    DG_EV_NET_UNKNOWN,
    /* at the end of a slot: slot, waiting (candidates), no_shows, level (of aggression),
       assignments, approvals (messages) */
    DG_EV_NET_APPROVAL,
    /* `node` stood still for new code: slot, ms, again (a restart had lost it) */
    DG_EV_NET_COMPILED,
    /* `node` goes down, its runtime's answers took too long: slot, waited_ms, down_ms,
       host_version; detail: {"question"} */
    DG_EV_NET_STALLED,
    /* at the end of a slot in which it changed: slot, reports, minor, major, banned (pairs),
       refused (requests) */
    DG_EV_NET_REPUTATION,
    DG_EV_RUN_END, /* blocks, boundaries_passed, migration_running; detail: {"reason"} */
    DG_EV_KIND_COUNT
} dg_event_kind;

typedef struct dg_event {
    dg_ns at;     /* since the start of the run */
    uint64_t seq; /* total order within an arm */
    dg_arm arm;
    uint32_t node;  /* UINT32_MAX: the chain itself */
    uint32_t block; /* number the event is about */
    dg_event_kind kind;
    int64_t n[6];
    json_t *detail; /* owned by the log; may be NULL */
} dg_event;

const char *dg_event_name(dg_event_kind kind);
const char *dg_event_field(dg_event_kind kind, size_t i); /* name of n[i], NULL: unused */
json_t *dg_event_json(const dg_event *event);             /* owned by the caller; NULL: DG_NOMEM */
/* The inverse, for a log that is judged again. `out->detail` is owned by the caller.
 * DG_MALFORMED names the field. */
dg_code dg_event_parse(dg_event *out, const json_t *line, dg_error *err);

/* ---- claims ---- */

enum { DG_EVIDENCE_MAX = 32 };
/* What nodes have time for, as fuel: a claim sees no other room, so the figures of the
 * node model stand here again (node/constants.c has their sources, a test of room run
 * compares). */
enum {
    DG_CLAIM_FUEL_PER_MS = 1000000,
    DG_CLAIM_PROPOSAL_PERMILLE = 667, /* of a slot, for an author to make its block */
    DG_CLAIM_SLOWEST = 2,             /* times as long on the slowest hardware */
    DG_CLAIM_STALL_MS = 10000,        /* a subsystem that waits for so long ends its node */
    DG_CLAIM_PROPOSE_WAIT_MS = 2000,  /* from a leaf to what an author's inherent is made of */
};

typedef enum dg_status { DG_HELD, DG_BROKE, DG_WARNED, DG_UNEXERCISED } dg_status;
typedef enum dg_severity { DG_GATE, DG_ADVICE } dg_severity;

typedef struct dg_verdict {
    dg_status status;
    uint32_t first_block, last_block; /* at which it broke; 0 both: not applicable */
    uint64_t count;                   /* events that broke it */
    char text[400];                   /* one line for the report, past tense, with numbers */
    char healed[120];                 /* what healed it, "" if nothing did */
    /* array, owned; NULL if none; at most DG_EVIDENCE_MAX items */
    json_t *evidence;
    bool control_failed; /* N-1 alone already fails it: nothing is said of N */
    dg_code rc;          /* DG_NOMEM: evidence was lost */
} dg_verdict;

typedef struct dg_claim_setup {
    uint32_t upgrade_block; /* U; 0: no upgrade in this run */
    uint64_t slot_ms, epoch_slots;
    uint32_t boundaries_after;
    const json_t *options; /* the claim's object in the plan, or NULL */
} dg_claim_setup;

typedef struct dg_claim {
    const char *name;           /* "block-cadence" */
    const char *says;           /* plain words */
    const char *because;        /* the incident or rule */
    const char *basis;          /* "real runtime" | "node model" */
    const char *const *options; /* keys a plan may give, NULL-terminated; NULL: none */
    dg_severity severity;       /* default; a plan may change it */
    bool network;               /* about the network: judged when the plan has one */
    bool code;                  /* about new code: judged when the plan brings some */
    bool optional;              /* unexercised does not make a run inconclusive */
    size_t size;                /* bytes of its memory, zeroed before start */
    /* where in it the facts stand that a verdict may show: the room gives them back */
    size_t facts;
    void (*start)(void *memory, const dg_claim_setup *setup);
    /* control's events first, all of them, then treatment's */
    void (*step)(void *memory, const dg_event *event);
    void (*finish)(void *memory, dg_verdict *verdict);
} dg_claim;

/* All claims in the order of the report; NULL past the end. */
const dg_claim *dg_claim_at(size_t i);
const dg_claim *dg_claim_named(const char *name);

/* Runs one claim over events in order: all of control's, then treatment's.
 * `verdict` is written whole; give its evidence back with dg_verdict_clear. DG_NOMEM. */
dg_code dg_claim_judge(const dg_claim *claim, dg_verdict *verdict, const dg_claim_setup *setup,
                       const dg_event *events, size_t count, dg_error *err);
void dg_verdict_clear(dg_verdict *verdict);
const char *dg_status_name(dg_status status); /* "held", "broke", "warned", "unexercised" */
const char *dg_severity_name(dg_severity severity);

#endif
