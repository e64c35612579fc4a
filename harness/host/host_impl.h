/* host_impl.h - shared inside the room. */
#ifndef DG_HOST_IMPL_H
#define DG_HOST_IMPL_H

#include "crypto/crypto.h"
#include "host/host.h"

enum {
    DG_HOST_HEAP_ORDERS = 23, /* 8 bytes .. 32 MiB */
    DG_HOST_HEAP_BLOCK_MAX = 8 << 22,
    DG_HOST_SCRATCH_MAX = 64 << 20,
    DG_HOST_NESTING_MAX = 2 /* a blob that asks for the version of a blob that .. */
};

/* For what this program asks of a runtime by itself (version, metadata): a real one
 * takes a hundredth of it, one that never answers is known as such in seconds. */
#define DG_HOST_ASK_FUEL ((uint64_t)20000000000)

/* ---- allocator.c: the guest's heap, kept by the host ---- */

typedef struct dg_host_heap {
    uint32_t bump;                      /* first byte never handed out */
    uint32_t free[DG_HOST_HEAP_ORDERS]; /* header of the first free block of an order */
    bool poisoned;                      /* misused once: never again */
} dg_host_heap;

void dg_host_heap_init(dg_host_heap *heap, uint32_t heap_base);
dg_code dg_host_heap_take(dg_host_heap *heap, uint32_t *at, dg_guest *guest, uint64_t len,
                          dg_error *err);
dg_code dg_host_heap_give(dg_host_heap *heap, dg_guest *guest, uint32_t at, dg_error *err);

/* ---- one call ---- */

typedef struct dg_host_offchain dg_host_offchain; /* keys and local storage; offchain.c */

typedef struct dg_host {
    dg_engine *engine;
    dg_state *state;
    dg_host_options options;
    dg_host_result *result;
    dg_host_heap heap;
    bool own_heap; /* the runtime allocates itself: nothing may be placed */
    bool input_taken;
    bool batch_open, batch_good;
    uint64_t written;        /* bytes put into the state so far, see written_max */
    unsigned depth, nesting; /* open transactions at entry; calls around this one */
    dg_bytes input;
    dg_buf scratch; /* of one host function */
    dg_buf cursor;  /* last one that clear_prefix gave */
    bool cursor_known;
    dg_host_offchain *offchain; /* NULL until needed */
} dg_host;

dg_host *dg_host_of(dg_guest *guest);
/* The call itself, for a runtime and for an inner blob. `nesting` 0: from outside. */
dg_code dg_host_run(dg_module *module, dg_engine *engine, dg_host_result *result, const char *entry,
                    dg_bytes input, dg_state *state, const dg_host_options *options,
                    unsigned nesting, dg_error *err);
/* sections.c: DG_ABSENT without a section runtime_version; DG_MALFORMED when it, or the list of
 * APIs beside it, does not decode: nodes then make no instance of the blob. `rest`: bytes behind
 * the version, which nodes pass over. */
dg_code dg_host_sections_version(dg_version *out, size_t *rest, dg_bytes wasm, dg_error *err);
/* version.c: what the section says, but for its APIs. `core`: version of the Core API by the
 * list beside it, which tells the fields that trail; 0: not listed. DG_MALFORMED. */
dg_code dg_host_version_of_section(dg_version *out, size_t *rest, dg_bytes raw, uint32_t core,
                                   dg_error *err);
/* `fuel`: what the code and its host functions took is added to it, whatever came of it. */
dg_code dg_host_run_version(dg_module *module, dg_engine *engine, dg_buf *encoded, uint64_t *fuel,
                            unsigned nesting, dg_error *err);
/* `fuel`: set to what the work is priced at beyond the call that asks for it, which is the same
 * when the answer is known already. */
dg_code dg_host_version_of(dg_engine *engine, dg_buf *encoded, uint64_t *fuel, dg_bytes blob,
                           unsigned nesting, dg_host_inner how, dg_error *err);

/* ---- guest.c: arguments in, results out ---- */

/* `count` fat pointers as bytes of guest memory; valid until the memory grows. */
dg_code dg_host_lift(dg_guest *guest, dg_bytes *out, const uint64_t *arg, size_t count,
                     dg_error *err);
/* `len` bytes at a pointer, to read or to write. */
dg_code dg_host_lift_at(dg_guest *guest, uint8_t **out, uint64_t at, uint32_t len, dg_error *err);
/* Result as fat pointer, as pointer, as SCALE Option<Vec<u8>>, as what is in scratch. */
dg_code dg_host_lower(dg_guest *guest, uint64_t *ret, dg_bytes bytes, dg_error *err);
dg_code dg_host_lower_at(dg_guest *guest, uint64_t *ret, dg_bytes bytes, dg_error *err);
dg_code dg_host_lower_option(dg_guest *guest, uint64_t *ret, const dg_bytes *value, dg_error *err);
dg_code dg_host_lower_scratch(dg_guest *guest, uint64_t *ret, dg_error *err);
/* SCALE Option<u32> and Option<Vec<u8>> as arguments; absent: UINT32_MAX, .at NULL. */
dg_code dg_host_lift_limit(uint32_t *limit, dg_bytes raw, dg_error *err);
dg_code dg_host_lift_option(dg_bytes *out, dg_bytes raw, dg_error *err);
/* Copies `bytes` to a buffer of the guest if all fits; the rest of what RFC-145 asks. */
dg_code dg_host_put_if_fits(dg_guest *guest, uint64_t buffer, dg_bytes bytes, dg_error *err);
/* Copies to a buffer that must be at least as long. */
dg_code dg_host_put_into(dg_guest *guest, uint64_t buffer, dg_bytes bytes, dg_error *err);

/* ---- shared by storage.c, child.c and legacy.c; empty child: the top trie ---- */

dg_code dg_host_storage_get_into(dg_guest *guest, dg_bytes child, dg_bytes key, uint64_t room,
                                 uint32_t offset, uint32_t *left, bool *found, bool whole_only,
                                 dg_error *err);
dg_code dg_host_storage_next_option(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    dg_error *err);
dg_code dg_host_storage_read_option(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    uint64_t room, uint64_t offset, dg_error *err);
dg_code dg_host_storage_read_direct(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    const uint64_t *arg, dg_error *err);
dg_code dg_host_storage_next_direct(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                    uint64_t room, dg_error *err);
dg_code dg_host_storage_clear_direct(dg_guest *guest, uint64_t *ret, dg_bytes child,
                                     dg_bytes prefix, const uint64_t *arg, dg_error *err);
typedef enum dg_host_removal_form {
    DG_HOST_REMOVAL_NONE,
    DG_HOST_REMOVAL_FLAG,
    DG_HOST_REMOVAL_KILL,
    DG_HOST_REMOVAL_MULTI
} dg_host_removal_form;
dg_code dg_host_storage_remove(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes prefix,
                               const dg_bytes *limit, const dg_bytes *cursor,
                               dg_host_removal_form form, dg_error *err);
dg_code dg_host_storage_put_top(dg_host *h, dg_bytes key, const dg_bytes *value, dg_error *err);
dg_code dg_host_storage_put(dg_host *h, dg_bytes child, dg_bytes key, dg_bytes value,
                            dg_error *err);
/* Roots of lists from SCALE; `pairs` false: Vec<Vec<u8>>, true: Vec<(Vec<u8>, Vec<u8>)>. */
dg_code dg_host_trie_list_root(dg_guest *guest, dg_hash *root, dg_bytes raw, bool pairs,
                               bool keccak, unsigned version, dg_error *err);
bool dg_host_sr25519(dg_host *h, const uint8_t sig[64], dg_bytes message, const uint8_t pk[32],
                     bool old);
bool dg_host_ed25519(dg_host *h, const uint8_t sig[64], dg_bytes message, const uint8_t pk[32]);
/* Keeps what may be the reason of a panic to come. */
void dg_host_note_error(dg_host *h, dg_bytes target, dg_bytes message);

/* ---- offchain.c, keys.c ---- */

/* The keystore and the local storage of this call, made on first use. */
dg_code dg_host_offchain_open(dg_host *h, dg_host_offchain **out, dg_error *err);
void dg_host_offchain_free(dg_host_offchain *offchain);
/* Refuses inside block execution and, unless `query_too`, runtime-API calls. */
dg_code dg_host_offchain_allowed(const dg_host *h, bool query_too, const char *what, dg_error *err);

enum { DG_HOST_KEYS_MAX = 64 };
typedef struct dg_host_key {
    uint8_t type[4];
    char kind;
    uint8_t mini[32], pk[33];
} dg_host_key;
typedef struct dg_host_item {
    bool local;
    dg_bytes key, value;
} dg_host_item;
struct dg_host_offchain {
    dg_arena arena;
    dg_host_key keys[DG_HOST_KEYS_MAX];
    size_t key_count;
    dg_host_item *items; /* arena; dropped ones have no key */
    size_t item_count, item_cap;
    dg_rng chance;
};

/* ---- tables ---- */

typedef struct dg_host_table {
    const dg_import *rows;
    size_t count;
} dg_host_table;
extern const dg_host_table dg_host_storage_table, dg_host_child_table, dg_host_crypto_table,
    dg_host_keys_table, dg_host_hashing_table, dg_host_trie_table, dg_host_misc_table,
    dg_host_offchain_table, dg_host_legacy_table, dg_host_legacy_child_table,
    dg_host_legacy_misc_table, dg_host_benchmarking_table;
#define DG_HOST_TABLE_OF(rows)                                                                     \
    {                                                                                              \
        rows, sizeof(rows) / sizeof(rows)[0]                                                       \
    }
/* price.c */
extern const dg_import_price dg_host_prices[];
extern const size_t dg_host_price_count;
/* Fuel of what is not known when a host function is called: each key that it removes by itself,
 * each item of a list whose root is asked, each KiB of wasm of which the version is asked, if it
 * is read in the sections alone and if baseline code is made of it. */
enum {
    DG_HOST_PRICE_REMOVED = 800,
    DG_HOST_PRICE_LISTED = 700,
    DG_HOST_PRICE_UNPACKED = 2000,
    DG_HOST_PRICE_COMPILED = 200000
};
dg_code dg_host_link(dg_module *module, dg_error *err);

#endif
