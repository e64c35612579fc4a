/* enact_impl.h - shared by the files that bring a runtime upgrade about. */
#ifndef DG_CHAIN_ENACT_IMPL_H
#define DG_CHAIN_ENACT_IMPL_H

#include "chain/chain_impl.h"

/* A call by its names, for metadata to encode. */
typedef struct dg_enact_named_call {
    const char *pallet, *call;
    json_t *args;
    /* what stands where the last of `args` is "0x": megabytes need not pass through JSON. Borrowed
     */
    dg_bytes code;
} dg_enact_named_call;

void dg_enact_named_call_clear(dg_enact_named_call *call);
/* System.set_code(code), or System.set_code_without_checks; System.authorize_upgrade(hash of code);
 * Utility.with_weight(inner, 0) around a call; args NULL: no memory. */
dg_enact_named_call dg_enact_call_set_code(dg_how how, dg_bytes code);
dg_enact_named_call dg_enact_call_authorize(dg_bytes code);
dg_code dg_enact_call_bytes(const dg_meta *meta, dg_buf *out, const dg_enact_named_call *call,
                            dg_error *err);
/* The call wrapped by `pallet`.`outer`, a call with arguments (call, weight) that
 * dispatches it with weight zero. DG_ABSENT: the runtime has no such call. */
dg_code dg_enact_call_wrap(const dg_meta *meta, dg_buf *out, const char *pallet, const char *outer,
                           dg_bytes inner, dg_error *err);

/* Everything an attempt needs. */
typedef struct dg_enact_attempt {
    dg_chain *chain;
    dg_block *parent;
    dg_runtime *runtime; /* executes U */
    const dg_meta *meta;
} dg_enact_attempt;

/* Puts a root call (its bytes) into the agenda of the block after a->parent, as
 * an amended parent, and tries whether the scheduler dispatches it. DG_OK: it does;
 * DG_ABSENT: the runtime has no scheduler; DG_UNSUPPORTED: it does not dispatch the call. */
dg_code dg_enact_by_scheduler(const dg_enact_attempt *a, dg_block **amended, const char **path,
                              dg_bytes call, dg_error *err);
/* A transaction of the sudo key around the call; the same codes. */
dg_code dg_enact_by_sudo(const dg_enact_attempt *a, dg_buf *extrinsic, dg_bytes call,
                         dg_error *err);

/* Executes what comes before transactions in the block after `state`'s: for trials. */
dg_code dg_enact_attempt_initialize(const dg_enact_attempt *a, dg_exec *exec, dg_block *parent,
                                    dg_build_report *report, dg_error *err);
json_t *dg_enact_hex_json(dg_bytes bytes);

/* How the scheduler ends that call in the next block, tried out: DG_OK, DG_MISMATCH with the
 * name of the error, or a code of dg_enact_by_scheduler where it does not come to that. */
dg_code dg_enact_scheduled_result(const dg_enact_attempt *a, dg_bytes call, dg_error *err);
/* The error of a dispatch in the fields of an event, by metadata; NULL: it went well. Borrowed. */
const char *dg_enact_dispatch_error(const dg_meta *meta, const json_t *fields);

/* Why the runtime's own calls would refuse `fields` with the values that `config` has for them,
 * into config_refused and config_executor; empty: they take them, or there is no call to ask.
 * DG_NOMEM, DG_IO. */
dg_code dg_enact_config_refused(const dg_enact_attempt *a, dg_enactment *out, const json_t *config,
                                const json_t *fields, dg_error *err);

/* Adds the write of a changed configuration to a U that is prepared but for it. `asked`: and
 * fills config_refused and config_executor. */
dg_code dg_enact_config(const dg_enact_attempt *a, dg_enactment *out, const json_t *fields,
                        bool asked, dg_error *err);

/* config_change.c: a plain storage item of the parent's state, decoded; owned by the caller. */
dg_code dg_enact_read_item(const dg_enact_attempt *a, json_t **out, const char *pallet,
                           const char *item, dg_error *err);
/* Adds the write by which parachains' session changes when the block ends. DG_UNSUPPORTED. */
dg_code dg_enact_session(const dg_enact_attempt *a, dg_enactment *out, dg_error *err);

#endif
