/* survey.h - what a state and a runtime say of themselves; the caller judges it.
 *
 *   state     dg_survey_scan_take, dg_survey_item        the whole of it, or one item
 *   kept      dg_survey_config_take, dg_survey_calls_take, dg_survey_storage_versions
 *   runtime   dg_survey_babe_of, dg_survey_identity      N held against N-1
 *   sets      dg_survey_sets_take                        the validators, at one block
 *             dg_survey_session_keys                     .. and with which keys
 *   answers   dg_survey_sample_take, dg_survey_api_at    what runtime APIs tell nodes
 *             dg_survey_stale_of                         .. and what of it nodes keep too long
 *   between   dg_survey_config_compare, dg_survey_sample_differs, _contradicts
 *
 * Preflight asks over N-1's state and what N's first start makes of it, a run at blocks of
 * both arms: the same questions, so that the two cannot read one fact in two ways.
 *
 * Invariant: nothing is written; whatever is executed runs over a fork that is thrown
 * away. What came back hangs on runtime and state alone.
 *
 *   What N answers at U as nobody expects, where `without` is N-1 over the state of U:
 *
 *     dg_survey_sample at = { 0 }, without = { 0 }, after = { 0 };
 *     dg_survey_sample_take(&at, chain, u, &(dg_survey_asking){ .session = session }, err);
 *     ..   the other two likewise
 *     for (size_t i = 0; dg_survey_api_at(i); i++)
 *         if (dg_survey_contradicts(&at, &without, &after, i)) ..
 *     dg_survey_sample_clear(&at);
 *
 * A runtime that lacks something, traps or gives what does not decode is a finding and no failure:
 * functions return below zero where the machine has failed alone. Names of pallets and items are
 * those of polkadot-sdk; a chain that renamed one has none of it. */
#ifndef DG_SURVEY_H
#define DG_SURVEY_H

#include <jansson.h>

#include "base/base.h"
#include "chain/chain.h"
#include "event/event.h"
#include "host/host.h"
#include "scale/scale.h"
#include "state/state.h"

/* ---- one item, and all of them ---- */

/* A plain storage item's value as JSON, owned by the caller; its default where it is absent
 * and has one. NULL: absent, no such item, a map, or it does not decode (then `why`, of 200
 * bytes, says so; "" otherwise; it may be NULL). `meta` NULL: nothing is known. */
json_t *dg_survey_item(const dg_meta *meta, dg_state *state, const char *pallet, const char *item,
                       char *why);
/* The whole number of an item or a field: of JSON that holds it as a number or as digits, as
 * dg_value_decode prints large ones. 0 for all else, NULL included. */
int64_t dg_survey_whole(const json_t *value);

/* The time of a weight in picoseconds: {"ref_time": n, ..}, or the number alone in older
 * runtimes. */
int64_t dg_survey_ref_time(const json_t *weight);

/* A look over every key of a state, which takes seconds where there are millions. Zero it to begin.
 * Keys of no item of the runtime are counted and not judged. */
typedef struct dg_survey_scan {
    bool taken;
    uint64_t keys, value_bytes;
    /* "Pallet.Item" -> {pallet, item, entries, undecodable, example, reason, role}, for those
     * with a value that does not decode, or stands under a key that nobody asks for, and for
     * session keys; owned */
    json_t *items;
} dg_survey_scan;
/* `meta` is of the runtime that has to live with the state; NULL: keys are counted only. `since`:
 * only what was written since that state is looked at, and `keys` and `value_bytes` stay 0, as of a
 * sparse snapshot, whose whole nobody has; NULL: all of it. DG_IO, DG_NOMEM. */
dg_code dg_survey_scan_take(dg_survey_scan *out, dg_state *since, dg_state *state,
                            const dg_meta *meta, dg_error *err);
/* Gives it back; it can be taken again. */
void dg_survey_scan_clear(dg_survey_scan *scan);

/* A state, and how to read it; `meta` NULL: nothing is known. */
typedef struct dg_survey_side {
    dg_state *state;
    const dg_meta *meta;
} dg_survey_side;
/* What differs between two states: "Pallet.Item", or the beginning of a key that no item has, ->
 * {"added", "removed", "changed": keys of each, "entries": [{"key", "keys", "before", "after"}]},
 * at most `each_max` entries an item, by key. A value that does not decode is hex, or its length
 * and hash. `*out` is owned by the caller. DG_IO, DG_NOMEM. */
dg_code dg_survey_state_diff(json_t **out, const dg_survey_side *before,
                             const dg_survey_side *after, size_t each_max, dg_error *err);

/* ---- configuration ---- */

/* "Pallet.Item" -> {"value": ..} or {"reason": why it does not decode}, for what a chain is
 * configured with: HostConfiguration and its pending changes, BABE's epoch configuration, how many
 * validators staking elects. An item that is not there has no key. `*out` is owned by the caller;
 * what was there is given back. DG_NOMEM. */
dg_code dg_survey_config_take(json_t **out, const dg_meta *meta, dg_state *state, dg_error *err);
/* A field called `name` anywhere below; NULL: there is none. Releases gather fields into
 * groups, and a field that moved into one keeps its meaning. */
const json_t *dg_survey_field_named(const json_t *object, const char *name);
/* The value at a dotted place ("scheduler_params.lookahead"); borrowed, NULL: there is none. */
json_t *dg_survey_field(const json_t *object, const char *path);

/* Puts a copy of `value` in the place of the one there; false: there is none, or no memory. */
bool dg_survey_field_put(json_t *object, const char *path, const json_t *value);

/* Every field of `object`, at any depth, becomes a copy of the one that `from` has under its name;
 * those that it has not stay. False: no memory. */
bool dg_survey_fields_taken(json_t *object, const json_t *from);

/* Two values of one configuration item, compared field by field, by name, wherever in it the name
 * stands: a field that moved into a group is the same field. Texts are cut, counts are not. */
typedef struct dg_survey_config_change {
    size_t fields;          /* compared */
    size_t changed, gone;   /* of them */
    char changed_text[240]; /* the first four of each, "name old -> new", in words */
    char gone_text[240];
} dg_survey_config_change;
/* `wanted`: fields by dotted place to what a plan makes of them; those do not count as changed.
 * NULL: none. `end`: they have to be in force by now. DG_NOMEM. */
dg_code dg_survey_config_compare(dg_survey_config_change *out, const json_t *was, const json_t *is,
                                 const json_t *wanted, bool end, dg_error *err);

/* ---- calls that wait ---- */

/* What stands for the name of a call that a runtime cannot read. */
#define DG_SURVEY_CALL_UNREADABLE "what does not decode"
/* Where it waits -> {"call": "Pallet.call", "args"}, for what is scheduled, noted or authorized;
 * as `meta` reads it. `*out` is owned by the caller; what was there is given back. DG_IO,
 * DG_NOMEM. */
dg_code dg_survey_calls_take(json_t **out, const dg_meta *meta, dg_state *state, dg_error *err);
/* The pallet that calls and events of this index belong to; NULL: none. */
const dg_meta_pallet *dg_survey_pallet_of(const dg_meta *meta, uint8_t index);

/* ---- migrations ---- */

/* Weight in picoseconds that a block is told to have used, all classes together; 0: unknown. */
int64_t dg_survey_weight_used(const dg_meta *meta, dg_state *state);
/* .. and what the runtime allows a block; 0: unknown. */
int64_t dg_survey_weight_limit(const dg_meta *meta);
/* Pallet -> storage version (0: none is kept), for the pallets of `meta`. `*out` is owned by
 * the caller, after a failure too. DG_IO, DG_NOMEM. */
dg_code dg_survey_storage_versions(json_t **out, const dg_meta *meta, dg_state *state,
                                   dg_error *err);
/* [{"pallet", "before", "after"}] of two of those; owned by the caller, NULL: no memory. */
json_t *dg_survey_versions_changed(const json_t *before, const json_t *after);
/* Names of pallets that the newer metadata alone has and that hold nothing but their version;
 * appended to `out`. DG_IO, DG_NOMEM. */
dg_code dg_survey_empty_pallets(json_t *out, const dg_meta *old, const dg_meta *now,
                                dg_state *state, dg_error *err);
/* "Pallet.Item" -> {"pallet", "hash", "old", "new" (it decodes by that type)}: plain items whose
 * type differs between the two, and their values; put into `out`. Metadata may be NULL. DG_IO,
 * DG_NOMEM. */
dg_code dg_survey_retyped(json_t *out, const dg_meta *old, const dg_meta *now, dg_state *state,
                          dg_error *err);
/* Did a value of that change between two looks at it? */
bool dg_survey_retyped_moved(const json_t *before, const json_t *after, const char *name);
/* .. is it in the newer layout by now, and no longer in the older one? */
bool dg_survey_retyped_rewritten(const json_t *before, const json_t *after, const char *name);

/* ---- identity ---- */

/* What BabeApi_configuration says first. Mirrors: sp-consensus-babe BabeConfiguration, its first
 * three fields, which are the same in every version of the API. */
typedef struct dg_survey_babe {
    uint64_t slot_ms, epoch_slots;
    uint64_t c0, c1; /* primary probability c0 / c1 */
    bool known;      /* it answered, and the answer decodes */
} dg_survey_babe;
/* As `runtime` answers over `state`. `why`, which may be NULL, words a call that failed. DG_OK,
 * also when it does not answer; DG_NOMEM. */
dg_code dg_survey_babe_of(dg_survey_babe *out, dg_runtime *runtime, dg_state *state,
                          const dg_host_options *how, dg_error *why, dg_error *err);

/* One thing that two runtimes say of themselves; plain values. One that is not `ok` and not `fatal`
 * hurts wallets or tools, not the chain. */
typedef struct dg_survey_fact {
    char what[80]; /* "spec_version" */
    char old[160], now[160];
    bool fatal; /* a chain does not live with another value */
    bool ok;    /* N's is as it has to be */
} dg_survey_fact;
enum { DG_SURVEY_FACTS_MAX = 24 };
/* Names, versions, what BABE is set to over `before`, constants that clients rely on. `*count`
 * of `out`, of DG_SURVEY_FACTS_MAX. DG_NOMEM. */
dg_code dg_survey_identity(dg_survey_fact *out, size_t *count, dg_runtime *from, dg_runtime *to,
                           dg_state *before, dg_error *err);

/* Does a signature under N cover other bytes than under N-1, or the transaction carry other ones,
 * beside the call? The first difference goes into `out` as words, "" where there is none. */
bool dg_survey_signing_differs(char *out, size_t size, const dg_meta *old, const dg_meta *now);
/* How many calls stand at another index of their pallet, which has kept its own; the name of one,
 * "Balances.burn", goes into `first`. */
size_t dg_survey_calls_moved(char *first, size_t size, const dg_meta *old, const dg_meta *now);

/* ---- validators ---- */

/* Who validates, by each list that says so. Their keys differ from list to list, and para
 * validators may be fewer: a set is compared with its own past alone. */
typedef enum dg_survey_set_kind {
    DG_SURVEY_SET_VALIDATORS, /* of the session, as stored */
    DG_SURVEY_SET_GRANDPA,
    DG_SURVEY_SET_BABE,
    DG_SURVEY_SET_PARA,
    DG_SURVEY_SET_COUNT
} dg_survey_set_kind;
/* A set as a count and a hash that does not depend on the order. */
typedef struct dg_survey_set {
    int64_t count; /* -1: it was not answered, or does not decode */
    dg_hash hash;
} dg_survey_set;
/* "validators", "grandpa", "babe", "para". Static. */
const char *dg_survey_set_name(dg_survey_set_kind kind);
/* All of them at a block, written whole: Session.Validators from storage, the others as
 * GrandpaApi_grandpa_authorities, BabeApi_current_epoch and ParachainHost_validators answer. DG_IO,
 * DG_NOMEM. */
dg_code dg_survey_sets_take(dg_survey_set out[DG_SURVEY_SET_COUNT], dg_chain *chain,
                            dg_block *block, dg_error *err);
/* Session.CurrentIndex; false: there is no such pallet. */
bool dg_survey_session(uint32_t *out, dg_chain *chain, dg_block *block);

/* The registered session keys of those who validate in this session or the next, and which N-1
 * could read; by name of the key, since a place is read as whatever stands there. */
typedef struct dg_survey_keys {
    uint64_t validators;
    uint64_t unread; /* of them: those whose keys N cannot read, or does not find */
    size_t unread_bytes;
    uint64_t changed;       /* .. whose keys N reads, and not as what they were */
    char changed_text[160]; /* the first, in words */
    /* .. who hold a key of a new kind that others hold too, or that nobody can sign with; of the
     * kind that most have so */
    uint64_t unusable;
    char unusable_name[64];
} dg_survey_keys;
/* `before` as N-1 left and reads it, `after` as N's migrations did. All zero where either has no
 * session keys. DG_IO, DG_NOMEM. */
dg_code dg_survey_session_keys(dg_survey_keys *out, const dg_survey_side *before,
                               const dg_survey_side *after, dg_error *err);

/* ---- what is served ---- */

/* One set of parachains, or of what they have, and what of it is not there any more. */
typedef struct dg_survey_entities {
    const char *pallet, *item;
    bool vital;             /* parachains stop without it */
    uint64_t entries, lost; /* in control; of those */
    char names[200];        /* of the first four that are lost: "2000, 2004" */
} dg_survey_entities;
enum { DG_SURVEY_ENTITIES_MAX = 8 };
/* Those of which N's state lacks something that control's has, at the same block; `*count` of
 * `out`, of DG_SURVEY_ENTITIES_MAX. What either does not know, or stores under keys that cannot
 * be read, is left out. DG_IO, DG_NOMEM. */
dg_code dg_survey_entities_lost(dg_survey_entities *out, size_t *count,
                                const dg_survey_side *control, const dg_survey_side *now,
                                dg_error *err);

/* ---- answers of runtime APIs ---- */

/* What the call is asked about; the bytes are made from the state. Where the state has nothing of
 * the kind (no parachain, no free core) the method is not asked. */
typedef enum dg_survey_ask {
    DG_SURVEY_ASK_NOTHING,
    DG_SURVEY_ASK_PARA,
    DG_SURVEY_ASK_PARA_FREE,
    DG_SURVEY_ASK_SESSION,
    DG_SURVEY_ASK_ACCOUNT,
    DG_SURVEY_ASK_KEYS,
    DG_SURVEY_ASK_EXTRINSIC,
    DG_SURVEY_ASK_CODE_HASH,
    DG_SURVEY_ASK_METADATA
} dg_survey_ask;

/* How two answers are compared: a value that moves with every block says nothing
 * about the code that gave it. */
typedef enum dg_survey_same {
    DG_SURVEY_SAME_ALL,       /* every byte */
    DG_SURVEY_SAME_BUT_LAST4, /* without the last four bytes, which hold the block number */
    DG_SURVEY_SAME_COUNT,     /* the length of the outer list */
    DG_SURVEY_SAME_FIRST,     /* Some or None, Ok or Err */
    DG_SURVEY_SAME_NEVER      /* not compared */
} dg_survey_same;

/* A method that nodes call; a static row. Methods that submit something, and those that wallets
 * alone call, have none. */
typedef struct dg_survey_api {
    const char *api, *method; /* "ParachainHost", "validators" */
    uint32_t since;           /* version of the API that brought it */
    dg_survey_ask ask;
    dg_survey_same compare;
    const char *layout; /* bytes of the answer at every version (layout.c) */
    /* what of it has to be as in control, at any block of the same session (below); NULL: nothing
     */
    const char *figures;
    bool configured;     /* counts and values of it follow from HostConfiguration */
    const char *because; /* why that and no more */
} dg_survey_api;
enum { DG_SURVEY_APIS_MAX = 96 };
/* NULL past the end. Rows keep their order from version to version of the program. */
const dg_survey_api *dg_survey_api_at(size_t i);
/* "ParachainHost_validators", in the caller's room. */
void dg_survey_api_entry(char *out, size_t size, const dg_survey_api *row);
/* One value of a layout as JSON; `s` is behind it, or holds its failure (then NULL is
 * returned, as when there is no memory). Owned by the caller.
 *
 *   b u8   u u32   U u64   Q u128   f bool   c compact   s bytes   B bits
 *   H 32 bytes   x292. as many bytes   [x] list   (xyz) tuple   ?x option
 *   <x|y|-> enum by index, - an empty variant   * anything to the end */
json_t *dg_survey_layout_decode(const char *layout, dg_scale *s);
/* What a row's `figures` pick from an answer, as an array in their order; owned by the caller.
 * NULL: the row has none, the bytes end before the last of them, or there is no memory. Each
 * letter stands for one value of the layout, its name in braces behind it:
 *
 *   =   the value         #   how many are in a list     %   .. that are not idle
 *   !   an option's value is there                       k   a result is Ok
 *   ?f  is there, and figure f of it                     .   passed over
 *   (ffff) of a tuple     [ff] several of one list
 */
json_t *dg_survey_figures(const dg_survey_api *row, dg_bytes answer);

/* One answer of a runtime API, as much of it as is compared and shown. Where it was not
 * `asked` all but `version` is zeroes. Of what could not be had (`rc` below zero, or DG_ABSENT: the
 * method is declared and not exported), and of what does not decode, `error` says why. Two answers
 * that are the same as far as their row compares them have one `essence`; `hash` is of all bytes.
 */
typedef struct dg_survey_answer {
    bool asked;
    dg_code rc;
    uint32_t version; /* of the API that the runtime declared */
    uint64_t fuel;
    dg_memory_use memory;
    size_t len;
    bool decodes;     /* by the runtime's own types, or the layout */
    bool described;   /* the metadata had its type: fields have names */
    bool decodes_old; /* by the types of N-1, where those were asked for */
    dg_hash essence;  /* of what is compared (dg_survey_same) */
    json_t *figures;  /* of the row; owned, NULL: it has none, or they cannot be read */
    dg_hash hash;
    char value[200], error[200];
    json_t *json; /* decoded, for answers of up to DG_SURVEY_JSON_MAX bytes; owned */
} dg_survey_answer;
enum { DG_SURVEY_JSON_MAX = 1 << 16 };

/* What all methods answered at one block: answers[i] is of dg_survey_api_at(i). Zero it to begin.
 */
typedef struct dg_survey_sample {
    bool taken;
    uint32_t block, session;
    dg_survey_answer *answers; /* DG_SURVEY_APIS_MAX of them; owned */
} dg_survey_sample;

/* Who is asked, and what else is looked at. */
typedef struct dg_survey_asking {
    dg_runtime *runtime; /* asked in place of the code at the block; NULL: that code */
    const dg_meta *old;  /* the types that answers should still decode by; NULL: not looked at */
    bool decode_old;     /* look at that, by layout where `old` is NULL */
    uint32_t session;    /* that is asked about */
    bool kept_alone;     /* only what nodes keep for a session (below) */
    uint64_t fuel;       /* that a call over a state may take; 0: as the host has it */
} dg_survey_asking;
/* Asks all that the runtime declares and the state has something to ask about. DG_IO,
 * DG_NOMEM. */
dg_code dg_survey_sample_take(dg_survey_sample *out, dg_chain *chain, dg_block *block,
                              const dg_survey_asking *how, dg_error *err);
/* As dg_survey_sample_take, `runtime` over a state without a block; `how->runtime` is not
 * read. */
dg_code dg_survey_sample_over(dg_survey_sample *out, dg_runtime *runtime, dg_state *state,
                              const dg_survey_asking *how, dg_error *err);
/* Gives it back; it can be taken again. */
void dg_survey_sample_clear(dg_survey_sample *sample);

/* How an answer of N stands against control's; the gravest difference goes into `out` as words,
 * "0 of 6 cores in use", "" where there is none. What N has and control has not is no
 * difference. */
dg_event_against dg_survey_compare(char *out, size_t size, const dg_survey_api *row,
                                   const dg_survey_answer *now, const dg_survey_answer *control);
/* Both were answered, and not with the same, as far as their row compares them. */
bool dg_survey_differs(const dg_survey_answer *a, const dg_survey_answer *b);
/* Answer `i` at U is neither what the same code says one block later nor what is said without
 * N. Where that cannot be told and the session changed between the two, a difference means
 * nothing. */
bool dg_survey_contradicts(const dg_survey_sample *now, const dg_survey_sample *without,
                           const dg_survey_sample *later, size_t i);
/* Where two answers part, in words: "group_rotation_frequency 1 instead of 10"; `link` stands
 * between the two. False, and nothing written: they do not. */
bool dg_survey_difference(char *out, size_t size, const char *link, const json_t *now,
                          const json_t *later);
/* Where the types of an answer differ; "" when they agree or are not described. Metadata may
 * be NULL. */
void dg_survey_type_difference(char *out, size_t size, const dg_meta *old, const dg_meta *now,
                               const dg_survey_api *row);

/* ---- what nodes keep for a session ---- */

/* An answer that a node takes once a session and goes by at every later leaf of it: right while one
 * runtime answers. Around U it is not: whichever answer came first is kept until the session ends.
 * Releases are minor numbers, 14 for v1.14. */
typedef struct dg_survey_kept {
    const char *api, *method;
    const char *what;      /* "node features" */
    uint32_t since, until; /* releases v1.since to v1.until keep it; until 0: those of today do */
    bool presence;         /* only whether there was an answer is kept */
    bool none;             /* an answer of "none" is kept as any other */
    const char *use;       /* what nodes do with it, as a clause */
} dg_survey_kept;
/* NULL past the end. Mirrors: caches of the node's subsystems, by release of their crates. */
const dg_survey_kept *dg_survey_kept_at(size_t i);
/* "v1.9 to v1.17", "v1.4 and later". */
void dg_survey_kept_releases(char *out, size_t size, const dg_survey_kept *row);

/* How what is kept of one answer stands to what N means by it from U+1 on, within one session. */
typedef struct dg_survey_stale {
    bool running;  /* what N-1 answered before U is another: nodes that ran then keep that */
    bool starting; /* what N answers at U is another: nodes that ask first there keep that */
    bool none;     /* N has none to answer for this session: nodes keep that */
    bool anew;     /* N-1 has no such answer */
    bool first;    /* nobody had one of this session before U, so that all ask first there */
    char before[120], at[120], after[120]; /* the answers in words, as far as they differ */
} dg_survey_stale;
/* By answers of N-1 over the state of U-1, of N over that of U, and of N over that of U+1. False,
 * and all false in `out`: they agree, or cannot be compared. */
bool dg_survey_stale_of(dg_survey_stale *out, const dg_survey_kept *row,
                        const dg_survey_sample *before, const dg_survey_sample *at,
                        const dg_survey_sample *after);
/* What follows for the place of U in a session, as a clause; static. */
const char *dg_survey_stale_place(const dg_survey_stale *stale);

/* ---- versions of runtime APIs ---- */

/* Of the API with this id; 0: it is not declared. */
uint32_t dg_survey_api_version(const dg_version *of, const uint8_t id[8]);
/* The row of a method that nodes call; `*i` its place in a sample; NULL: they do not. */
const dg_survey_api *dg_survey_api_named(size_t *i, const char *api, const char *method);
/* What a version of an API brought, as a node sees it ("ParachainHost", 7); NULL: nothing is
 * known. */
const char *dg_survey_api_meaning(const char *api, uint32_t version);

#endif
