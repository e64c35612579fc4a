/* preflight_impl.h - the look that all parts of a preflight share. */
#ifndef DG_PREFLIGHT_IMPL_H
#define DG_PREFLIGHT_IMPL_H

#include "chain/chain.h"
#include "preflight/preflight.h"

typedef struct dg_look {
    const dg_preflight_input *in;
    const dg_version *old, *new_;
    const dg_meta *old_meta, *new_meta; /* NULL: below V14 */
    dg_state *before;                   /* the snapshot's state, N-1's layout */
    dg_state *after;                    /* after N's initialize_block; NULL: it trapped */
    json_t *findings, *unknown;         /* arrays */
} dg_look;

typedef enum dg_finding_severity { DG_FIND_FAIL, DG_FIND_WARN, DG_FIND_NOTE } dg_finding_severity;

/* `old` and `new_` are taken and may be NULL. */
void dg_find(dg_look *look, dg_finding_severity severity, const char *id, const char *subject, json_t *old,
             json_t *new_, const char *format, ...) __attribute__((format(printf, 7, 8)));
void dg_find_unknown(dg_look *look, const char *format, ...) __attribute__((format(printf, 2, 3)));
json_t *dg_find_hex(dg_bytes bytes);

/* One file each. DG_OK or a failure that ends the preflight. */
dg_code dg_look_identity(dg_look *look, dg_error *err);   /* names, versions, blobs, BABE */
dg_code dg_look_apis(dg_look *look, dg_error *err);       /* version deltas and their meaning */
dg_code dg_look_metadata(dg_look *look, dg_error *err);   /* storage, calls, constants */
dg_code dg_look_migration(dg_look *look, dg_error *err);  /* runs N's initialize_block; sets after */
dg_code dg_look_values(dg_look *look, dg_error *err);     /* what does not decode under N */
dg_code dg_look_config(dg_look *look, dg_error *err);     /* HostConfiguration, session keys, authorities */

/* One item's encoded value in a state by a metadata; DG_ABSENT. Borrowed. */
dg_code dg_look_item(dg_bytes *value, const dg_meta *meta, dg_state *state, const char *pallet, const char *item, dg_error *err);
/* API answer of `runtime` over `state`, thrown away afterwards; `out` is reset. */
dg_code dg_look_call(dg_buf *out, dg_runtime *runtime, dg_state *state, const char *entry, dg_bytes input, dg_error *err);

#endif
