/* host.h - a runtime and what it may ask of its host.
 *
 *   runtime   dg_runtime_new(blob)     version, APIs, metadata, entry points
 *   call      dg_runtime_call          one entry point over one state
 *
 * Host functions stand in one file per family (storage, child, crypto, hashing,
 * trie, misc, offchain, legacy names), each a table; the guest allocator is here.
 *
 *   What a runtime answers over a state that has to stay as it is:
 *
 *     dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY };
 *     if ((rc = dg_state_begin(state, err)) < 0)
 *         return rc;
 *     rc = dg_runtime_call(runtime, &result, entry, input, state, &how, err);
 *     ..   dg_buf_bytes(&result.output), where it is DG_OK
 *     dg_host_result_clear(&result);
 *     dg_state_rollback(state, NULL);
 *
 * A runtime has no memory of its calls: each is made in a fresh instance, and what one leaves for
 * the next is in the state alone.
 * Mirrors: host-api chapters of the spec; sp-io. */
#ifndef DG_HOST_H
#define DG_HOST_H

#include "base/base.h"
#include "scale/scale.h"
#include "snapshot/snapshot.h"
#include "state/state.h"
#include "wasm/wasm.h"

/* ---- version ---- */

enum { DG_VERSION_APIS_MAX = 64 };
/* A runtime API that a runtime has, by the BLAKE2b-64 of its trait's name: see dg_api_name. */
typedef struct dg_api {
    uint8_t id[8];
    uint32_t version;
} dg_api;
/* A RuntimeVersion, with the fields of sp-version under their names. Nothing of it is owned. */
typedef struct dg_version {
    char spec_name[64], impl_name[64]; /* "polkadot", "parity-polkadot": printable ASCII */
    uint32_t authoring_version, spec_version, impl_version, transaction_version;
    uint8_t system_version; /* formerly state_version; see dg_version_trie */
    uint32_t api_count;
    dg_api apis[DG_VERSION_APIS_MAX]; /* as the runtime lists them */
} dg_version;

/* A RuntimeVersion from SCALE. Which trailing fields are there follows from the version of the
 * Core API. DG_MALFORMED: does not decode, a name that is no printable ASCII or too long, more
 * APIs than DG_VERSION_APIS_MAX. Mirrors: sp-version. */
dg_code dg_version_decode(dg_version *out, dg_bytes raw, dg_error *err);
/* The inverse, as Core_version of the newest Core answers. Failure: the buffer's `rc`. */
void dg_version_encode(dg_buf *out, const dg_version *version);
/* Version of an API by trait name ("ParachainHost"); 0: absent. */
uint32_t dg_version_api(const dg_version *version, const char *api);
/* Trait name of an API id, or NULL for one that this program has no name for. Static text.
 * Mirrors: BLAKE2b-64 of the trait's name. */
const char *dg_api_name(const uint8_t id[8]);
/* The form in which state values are kept: 0 or 1. */
unsigned dg_version_trie(const dg_version *version);

/* ---- runtime ---- */

typedef struct dg_runtime dg_runtime;

/* From a blob as stored on chain. Runs Core_version when the custom sections do
 * not tell its version. DG_MALFORMED (no wasm, exports missing), DG_TRAP, DG_LIMIT. */
dg_code dg_runtime_new(dg_runtime **out, dg_engine *engine, dg_bytes blob, dg_error *err);
/* What the code of a state that is imported says of itself, into `info`: its name, its
 * version, and the form of its state values. For dg_snapshot_import_options.describe,
 * with a dg_engine as its `user`. Codes of dg_runtime_new. */
dg_code dg_runtime_describe(void *engine, dg_snapshot_info *info, dg_bytes code, dg_error *err);
/* ---- the runtime's own genesis builder, over `state`, which is empty at first ---- */

/* Does it have one? */
bool dg_runtime_can_build_genesis(const dg_runtime *runtime);
/* The complete default configuration, owned by the caller. DG_UNSUPPORTED: none in JSON; codes of
 * dg_runtime_call. */
dg_code dg_runtime_genesis_default(json_t **out, dg_runtime *runtime, dg_state *state,
                                   dg_error *err);
/* Writes the genesis of a complete configuration, all but `:code`. DG_UNSUPPORTED with the
 * builder's words: it refused. */
dg_code dg_runtime_genesis_build(dg_runtime *runtime, const json_t *config, dg_state *state,
                                 dg_error *err);
/* .. and of the `runtimeGenesis` of a plain chain spec: a complete `config`, or a `patch` over the
 * default. DG_UNSUPPORTED: no builder; DG_MALFORMED: neither is there. */
dg_code dg_runtime_genesis_of(dg_runtime *runtime, const json_t *genesis, dg_state *state,
                              dg_error *err);

/* One more owner: each frees it once. Returns `runtime`. */
dg_runtime *dg_runtime_keep(dg_runtime *runtime);
/* One owner less; the last one frees it. NULL is fine. */
void dg_runtime_free(dg_runtime *runtime);
/* What it says it is, as nodes read it; where they read none, what its code answers. Lives as long
 * as the runtime, as do the answers below. */
const dg_version *dg_runtime_version(const dg_runtime *runtime);
/* Why nodes make no block with it though it can be called here, as a clause ("its version
 * cannot be read: .."); NULL: they do. Lives as long as the runtime.
 * Mirrors: sc-executor create_versioned_wasm_runtime; sc-block-builder (VersionInvalid). */
const char *dg_runtime_refused(const dg_runtime *runtime);
/* Bytes behind the version in its section runtime_version, which nodes pass over. */
size_t dg_runtime_section_rest(const dg_runtime *runtime);
/* BLAKE2b-256 of the blob as stored: what `:code` hashes to. */
const dg_hash *dg_runtime_hash(const dg_runtime *runtime);
/* Bytes of the blob as stored. */
size_t dg_runtime_blob_len(const dg_runtime *runtime);
/* The blob as stored; kept, so the caller's may go. */
dg_bytes dg_runtime_blob(const dg_runtime *runtime);
/* Its compiled code, linked with all host functions. */
const dg_module *dg_runtime_module(const dg_runtime *runtime);
/* Is there an entry point of this name? */
bool dg_runtime_exports(const dg_runtime *runtime, const char *entry);
/* Does it import what import `i` of another runtime is, by name and type? */
bool dg_runtime_imports(const dg_runtime *runtime, const dg_runtime *other, size_t i);
/* Decoded on first use and kept: the newest version up to 16 that it offers
 * (Metadata_metadata_at_version), else Metadata_metadata. DG_UNSUPPORTED below V14. */
dg_code dg_runtime_meta(dg_runtime *runtime, const dg_meta **meta, dg_error *err);

/* ---- calls ---- */

typedef enum dg_host_context {
    DG_HOST_CONTEXT_BLOCK,   /* executing or building: offchain functions refuse */
    DG_HOST_CONTEXT_QUERY,   /* runtime-API call: the same */
    DG_HOST_CONTEXT_OFFCHAIN /* offchain worker: deterministic stand-ins answer */
} dg_host_context;

/* What one call may put into the state. A write costs little fuel and much memory
 * here, so fuel alone would let one call fill the machine. Each write counts its key,
 * its value, and DG_HOST_WRITE_COSTS for the nodes above it; a full relay block writes a
 * few MiB, the heaviest one-block migrations of real chains some hundred. */
#define DG_HOST_WRITTEN_MAX ((uint64_t)1 << 30)
enum { DG_HOST_WRITE_COSTS = 256 };

/* Nodes find out the version of a blob that a runtime is given in one way: they read its custom
 * sections, and call Core_version where there are none. Others, for trials: */
typedef struct dg_host_inner {
    bool asks_code; /* as if it had no custom sections */
    bool any_type;  /* and has functions of any type that it imports */
} dg_host_inner;

/* What a call may do and have. Zeroes are a call that executes a block, with genuine signatures and
 * the limits of the engine. */
typedef struct dg_host_options {
    dg_host_context context;
    /* marked signatures (crypto.h) are accepted beside genuine ones, for validators whose keys
     * nobody here has */
    bool simulated_validators;
    uint64_t fuel;       /* as in dg_call_options; 0: its default, of 200e9 */
    uint32_t memory_max; /* bytes; 0: engine's */
    dg_call_heap heap;   /* what nodes give the call; the smaller of the two counts */
    dg_host_inner inner;
    uint64_t written_max; /* bytes put into the state, as counted below; 0: DG_HOST_WRITTEN_MAX */
    /* For tests over vectors of mock hosts: signatures to be taken as genuine. NULL: none. */
    bool (*accept_signature)(const uint8_t sig[64]);
} dg_host_options;

/* What came of a call. All of it is set whatever the call came to. */
typedef struct dg_host_result {
    /* what the entry point gave back, encoded, at most 512 MiB; owned by the caller, and empty
     * where the call did not end well: dg_host_result_clear */
    dg_buf output;
    /* how the guest ended, where it did not end well, also for a failure of the host; NONE: it did,
     * or never began */
    dg_trap_kind trap;
    dg_call_cost cost;
    char panic[240];      /* last error-level log line before a trap */
    uint64_t marked_used; /* marked signatures that were accepted */
} dg_host_result;

/* Runs `entry` with `input` over `state`. Writes go to `state` and stay there on
 * success; on a trap, and for what the runtime left open, transactions are
 * unwound to the depth at entry, but the caller wraps the call in begin..rollback
 * when a trap must leave nothing. `result` is initialised here.
 * DG_OK; DG_ABSENT: no such entry; DG_TRAP: the guest's own end, out of memory, fuel
 * and written_max included (result->trap tells); DG_IO from the snapshot; DG_LIMIT: too many
 * calls inside one another. */
dg_code dg_runtime_call(dg_runtime *runtime, dg_host_result *result, const char *entry,
                        dg_bytes input, dg_state *state, const dg_host_options *options,
                        dg_error *err);
/* Gives back the output. A result that dg_runtime_call filled is cleared once, also after a
 * failure. */
void dg_host_result_clear(dg_host_result *result);

/* Version of an inner blob, run for real with empty storage (what
 * ext_misc_runtime_version answers). DG_ABSENT when it has none. Compiles with
 * the engine's cache. */
dg_code dg_host_inner_version(dg_engine *engine, dg_buf *encoded, dg_bytes blob, dg_error *err);

/* Name of host function `i` of all that are provided, for `inspect`; NULL past the end. */
const char *dg_host_import_at(size_t i);
/* Is there a host function of this name here, if only its type, so that a call of it traps? What
 * nodes have is told by room protocol. */
bool dg_host_provides(const char *import);

#endif
