/* preflight_impl.h - the look that all parts of a preflight share. */
#ifndef DG_PREFLIGHT_IMPL_H
#define DG_PREFLIGHT_IMPL_H

#include "chain/chain.h"
#include "preflight/preflight.h"
#include "protocol/protocol.h"
#include "survey/survey.h"

typedef struct dg_preflight_look {
    const dg_preflight_input *in;
    const dg_version *old, *new_;
    const dg_meta *old_meta, *new_meta; /* NULL: below V14 */
    dg_state *before;                   /* the snapshot's state, N-1's layout */
    /* after N's initialize_block; NULL: it did not come to that */
    dg_state *after;
    dg_state *control;          /* .. after N-1's, of the same header; NULL likewise */
    bool migrates;              /* N is a successor: its migrations ran in `after` */
    bool in_steps;              /* a multi-block migration began there */
    json_t *findings, *unknown; /* arrays */
    json_t *undecided;          /* of `unknown`: without it nobody can say whether N fits */
    bool no_memory;             /* a finding could not be kept */
} dg_preflight_look;

/* ---- finding.c ---- */

typedef enum dg_preflight_finding_severity {
    DG_FIND_FAIL,
    DG_FIND_WARN,
    DG_FIND_NOTE
} dg_preflight_finding_severity;

/* `old` and `new_` are taken and may be NULL. */
void dg_preflight_find(dg_preflight_look *look, dg_preflight_finding_severity severity,
                       const char *id, const char *subject, json_t *old, json_t *new_,
                       const char *format, ...) __attribute__((format(printf, 7, 8)));
void dg_preflight_find_unknown(dg_preflight_look *look, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* .. and what hangs on it decides. */
void dg_preflight_find_undecided(dg_preflight_look *look, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool dg_preflight_found(const dg_preflight_look *look, const char *id,
                        const char *subject); /* subject NULL: any */
/* Was it found, and does it forbid N? */
bool dg_preflight_fails(const dg_preflight_look *look, const char *id, const char *subject);
json_t *dg_preflight_find_int(uint64_t number);
json_t *dg_preflight_find_hex(dg_bytes bytes);
json_t *dg_preflight_find_type(const dg_meta *meta, dg_type_id type); /* its name */
/* Text from outside: what is not UTF-8 becomes '?'. */
json_t *dg_preflight_find_text(const char *text);
/* "pallet.item", cut where it is absurdly long. */
typedef struct dg_preflight_subject {
    char text[200];
} dg_preflight_subject;
dg_preflight_subject dg_preflight_find_subject(const char *pallet, const char *item);
/* "1 value", "2 values". Returned by value. */
typedef struct dg_preflight_count_text {
    char text[64];
} dg_preflight_count_text;
dg_preflight_count_text dg_preflight_find_count(uint64_t count, const char *noun);
/* A short value for a sentence: "20", "\"abc\"", or ".." when it is long. */
typedef struct dg_preflight_value_text {
    char text[48];
} dg_preflight_value_text;
dg_preflight_value_text dg_preflight_find_value(const json_t *value);
/* The copy sorted by severity, id, subject, text; NULL without memory. */
json_t *dg_preflight_findings_sorted(const json_t *findings);
json_t *dg_preflight_findings_counts(const json_t *findings, size_t unknown);

/* ---- the looks, one file each. DG_OK or a failure that ends the preflight ---- */

dg_code dg_preflight_look_identity(dg_preflight_look *look,
                                   dg_error *err); /* names, versions, BABE */
/* blobs: size, imports, what they say of themselves */
dg_code dg_preflight_look_code(dg_preflight_look *look, dg_error *err);
dg_code dg_preflight_look_apis(dg_preflight_look *look,
                               dg_error *err); /* version deltas and their meaning */
/* methods that are gone or missing */
dg_code dg_preflight_look_methods(dg_preflight_look *look, dg_error *err);
/* types of questions and answers, and what of those nodes of today can read */
dg_code dg_preflight_look_answers(dg_preflight_look *look, dg_error *err);
/* what the nodes that were named lack for N */
dg_code dg_preflight_look_nodes(dg_preflight_look *look, dg_error *err);
/* what nodes keep of an answer for a session, and N means otherwise */
dg_code dg_preflight_look_kept(dg_preflight_look *look, dg_error *err);
dg_code dg_preflight_look_storage(dg_preflight_look *look, dg_error *err); /* items by metadata */
/* pallets, calls, constants by metadata */
dg_code dg_preflight_look_calls(dg_preflight_look *look, dg_error *err);
/* runs N's initialize_block; sets after */
dg_code dg_preflight_look_migration(dg_preflight_look *look, dg_error *err);
/* what does not decode under N, orphans */
dg_code dg_preflight_look_values(dg_preflight_look *look, dg_error *err);
/* parachains and what belongs to them that N's first block drops */
dg_code dg_preflight_look_entities(dg_preflight_look *look, dg_error *err);
dg_code dg_preflight_look_versions(dg_preflight_look *look,
                                   dg_error *err); /* storage versions of pallets */
dg_code dg_preflight_look_config(dg_preflight_look *look, dg_error *err); /* HostConfiguration */
dg_code dg_preflight_look_keys(dg_preflight_look *look,
                               dg_error *err); /* session keys, GRANDPA authorities */
/* what waits in the state for U and after */
dg_code dg_preflight_look_queued(dg_preflight_look *look, dg_error *err);

/* ---- kinds.c ---- */

/* A kind of finding: what it is about, as a sentence; and of those that can forbid enactment what
 * happens then, as a clause, and what to do. NULL, both: it never does. */
typedef struct dg_preflight_kind {
    const char *id, *about, *breaks, *remedy;
} dg_preflight_kind;
/* NULL: there is none of that name. Static. */
const dg_preflight_kind *dg_preflight_kind_of(const char *id);
/* Of the kinds that were found, by name: {"about", "breaks", "remedy"}. NULL without memory. */
json_t *dg_preflight_kinds_found(const json_t *findings);

/* ---- answer.c, text.c ---- */

/* Appends the five lines of what dg_preflight gave; nothing where it has no verdict. Failure: the
 * buffer's `rc`. */
void dg_preflight_answer(dg_buf *out, const json_t *preflight);
/* .. the same as {"word", "says", "breaks", "why", "do", "when"}; it has a verdict. NULL without
 * memory. */
json_t *dg_preflight_answer_json(const json_t *preflight);
/* Appends `text` and a newline, broken between words: the first line stands at column `indent`
 * already, the rest is put there. */
void dg_preflight_wrap(dg_buf *out, size_t indent, const char *text);

/* ---- asking.c ---- */

/* One item's encoded value in a state by a metadata; DG_ABSENT. Borrowed. */
dg_code dg_preflight_look_item(dg_bytes *value, const dg_meta *meta, dg_state *state,
                               const char *pallet, const char *item, dg_error *err);
/* API answer of `runtime` over `state`, thrown away afterwards; `out` is reset. */
dg_code dg_preflight_look_call(dg_buf *out, const dg_preflight_look *look, dg_runtime *runtime,
                               dg_state *state, const char *entry, dg_bytes input, dg_error *err);
/* The types of any call in N-1 and N; false: not to be told (all_calls.c). */
bool dg_preflight_look_all_calls(dg_type_id any[2], const dg_preflight_look *look);
/* all of it, strictly */
bool dg_preflight_look_decodes(const dg_meta *meta, dg_type_id type, dg_bytes value);

#endif
