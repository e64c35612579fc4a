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

/* One row per kind in event.c: name, and the names of n[0..5] with their units. */
typedef enum dg_event_kind {
    DG_EV_RUN_START,      /* fork block, epoch_slots, slot_ms, session, system_version; detail: plan facts */
    DG_EV_SLOT,           /* a slot passed: slot, built (1/0), claims */
    DG_EV_BLOCK,          /* slot, session, epoch_index, extrinsics, fuel, only_inherents; detail: hash, root */
    DG_EV_BUILD_FAILED,   /* slot, step, trap; detail: {"panic", "reason"} */
    DG_EV_EPOCH,          /* client's view: epoch_index, epoch_start, digest_expected, digest_seen, authorities */
    DG_EV_SESSION,        /* new session: session, validators, grandpa_authorities, babe_authorities, para_validators; detail: set hashes */
    DG_EV_UPGRADE,        /* enacted at this block: pending; detail: old and new versions, how, path, or {"refused": reason} */
    DG_EV_IDENTITY,       /* detail: {"what", "old", "new", "fatal"}; n[0] 1 when it must not change */
    DG_EV_API,            /* an API answer: ok, fuel, bytes, decodes, version; detail: {"api","value"|"error","hash","window":"U"|"U+1".., "contradicts"} */
    DG_EV_API_TYPE,       /* an answer type differs between N-1 and N: readable; detail: {"api", "where"} */
    DG_EV_CONFIG,         /* decodes, equal; detail: {"what","control","treatment"} */
    DG_EV_AUTHORITIES,    /* at a checkpoint: validators, grandpa, babe, para; detail: {"at", "hashes", "control_hashes", "equal"} */
    DG_EV_INHERENT,       /* produced, applied, paras_present; detail on refusal */
    DG_EV_MIGRATION,      /* running, fuel, fuel_control; detail: storage versions */
    DG_EV_STORAGE,        /* entries, undecodable; detail: {"pallet","item","example"} */
    DG_EV_CALL,           /* a queued call: same; detail: {"where","old","new"} */
    DG_EV_REIMPORT,       /* same root: equal; detail: roots */
    DG_EV_STATE,          /* keys, value_bytes, keys_control, value_bytes_control */
    DG_EV_RUN_END,        /* blocks, boundaries_passed, reason */
    DG_EV_KIND_COUNT
} dg_event_kind;

typedef struct dg_event {
    dg_ns at;              /* since the start of the run */
    uint64_t seq;          /* total order within an arm */
    dg_arm arm;
    uint32_t node;         /* UINT32_MAX: the chain itself */
    uint32_t block;        /* number the event is about */
    dg_event_kind kind;
    int64_t n[6];
    json_t *detail;        /* owned by the log; may be NULL */
} dg_event;

const char *dg_event_name(dg_event_kind kind);
const char *dg_event_field(dg_event_kind kind, size_t i); /* name of n[i], NULL: unused */
json_t *dg_event_json(const dg_event *event);            /* owned by the caller */

/* ---- claims ---- */

typedef enum dg_status { DG_HELD, DG_BROKE, DG_WARNED, DG_UNEXERCISED } dg_status;
typedef enum dg_severity { DG_GATE, DG_ADVICE } dg_severity;

typedef struct dg_verdict {
    dg_status status;
    uint32_t first_block, last_block;  /* at which it broke; 0 both: not applicable */
    uint64_t count;                    /* events that broke it */
    char text[400];                    /* one line for the report, past tense, with numbers */
    char healed[120];                  /* what healed it, "" if nothing did */
    json_t *evidence;                  /* array, owned; NULL if none */
} dg_verdict;

typedef struct dg_claim_setup {
    uint32_t upgrade_block;   /* U; 0: no upgrade in this run */
    uint64_t slot_ms, epoch_slots;
    uint32_t boundaries_after;
    const json_t *options;    /* the claim's object in the plan, or NULL */
} dg_claim_setup;

typedef struct dg_claim {
    const char *name;      /* "block-cadence" */
    const char *says;      /* plain words */
    const char *because;   /* the incident or rule */
    const char *basis;     /* "real runtime" | "node model" */
    const char *const *options; /* keys a plan may give, NULL-terminated; NULL: none */
    dg_severity severity;  /* default; a plan may change it */
    size_t size;           /* bytes of its memory, zeroed before start */
    void (*start)(void *memory, const dg_claim_setup *setup);
    void (*step)(void *memory, const dg_event *event); /* control's events first, all of them, then treatment's */
    void (*finish)(void *memory, dg_verdict *verdict);
    void (*clear)(void *memory); /* NULL when it owns nothing */
} dg_claim;

/* All claims in the order of the report; NULL past the end. */
const dg_claim *dg_claim_at(size_t i);
const dg_claim *dg_claim_named(const char *name);

#endif
