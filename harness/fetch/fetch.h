/* fetch.h - the state of a live chain's block, from its nodes to a snapshot on disk.
 *
 *   ends     dg_fetch_endpoints            URLs, or a chain by its name
 *   make     dg_fetch_snapshot             pin, fetch, verify, commit
 *   read     dg_fetch_lazy_open            pin; nodes come as they are read
 *
 * What makes it true: a block is pinned by the hash of its header, the header names the state root,
 * and every trie node and value that arrives must hash to what its parent names, from that root
 * down. Where a node serves keys and values only, the root that they come to is compared instead.
 * What no hash tells, that the block is final, is asked of GRANDPA's justification, and what came
 * of it is told.
 *
 * What arrived is kept in a journal beside OUT (`OUT.fetch`), so a fetch that ended, by whatever
 * death, goes on there when it is asked for again. In short:
 *
 *   dg_fetch_options options = { .path_out = "ksm", .at = "finalized", .describe = .. };
 *   rc = dg_fetch_snapshot(&report, rpc, &options, err);
 *
 * Invariant: a snapshot that is not partial is of the block whose header it holds. */
#ifndef DG_FETCH_H
#define DG_FETCH_H

#include "rpc/rpc.h"
#include "snapshot/snapshot.h"

/* How a state is read from a node. */
typedef enum dg_fetch_way {
    DG_FETCH_ANY,    /* proofs where they are served, else pairs */
    DG_FETCH_PROOFS, /* state_getReadProof, node by node */
    DG_FETCH_PAIRS,  /* state_getKeysPaged and state_queryStorageAt */
    DG_FETCH_WAYS
} dg_fetch_way;
/* "any", "proofs", "pairs"; NULL behind the last. */
extern const char *const dg_fetch_way_names[DG_FETCH_WAYS + 1];

enum { DG_FETCH_PALLETS_MAX = 64 };

typedef struct dg_fetch_progress {
    uint64_t keys, bytes; /* that arrived, those of a journal included */
    double done; /* 0 to 1: of the branches of the trie, each counted alike, however large it is */
} dg_fetch_progress;

typedef struct dg_fetch_options {
    const char *path_out;
    bool replace;   /* a snapshot at path_out may be replaced */
    const char *at; /* "finalized" or NULL; a number; a hash with 0x */
    dg_fetch_way way;
    const char *const *pallets; /* only these, `:code` and what is beside it: a partial snapshot */
    size_t pallet_count;
    /* As of dg_snapshot_import_options. May be NULL. */
    dg_code (*describe)(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err);
    void *describe_user;
    void (*progress)(void *user, const dg_fetch_progress *now); /* may be NULL */
    void (*note)(void *user, const char *text);                 /* a sentence; may be NULL */
    void *user;
} dg_fetch_options;

/* What was and what was not proven. */
typedef struct dg_fetch_report {
    dg_snapshot_info info;
    dg_fetch_way way;    /* that the state was read by in the end */
    bool root_is_header; /* the state root is that of the header */
    bool resumed;        /* something was there from before */
    unsigned named,
        asked; /* endpoints that name this block at its height, of those that were asked */
    bool final_proven;
    char finality[240]; /* in words, without a full stop */
} dg_fetch_report;

/* `rpc` is asked alone by this until it returns. DG_USAGE: path_out exists, no such pallet, a block
 * that is not final or not there; DG_IO: no endpoint could be had for something, or what they say
 * contradicts itself, or another process makes path_out; DG_LIMIT; DG_NOMEM. After a failure the
 * journal stays where something had arrived. */
dg_code dg_fetch_snapshot(dg_fetch_report *report, dg_rpc *rpc, const dg_fetch_options *options,
                          dg_error *err);

/* ---- a state that is fetched as it is read ---- */

typedef struct dg_fetch_lazy dg_fetch_lazy;
typedef struct dg_fetch_lazy_options {
    const char *folder;      /* keeps what arrived, for later runs too; NULL: nothing is kept */
    const char *endpoints;   /* as of dg_fetch_endpoints_of */
    const dg_snapshot *over; /* an older state: what it holds is not fetched */
    void (*note)(void *user, const char *text); /* as of dg_rpc_options */
    void *user;
} dg_fetch_lazy_options;
/* The state of block `at` ("finalized" or NULL; a number; a hash with 0x) at the endpoints `from`
 * (see dg_fetch_endpoints_of). Of a block that is named by its hash and that `folder` knows nobody
 * is asked before something is missing. DG_USAGE, DG_IO, DG_NOMEM; see dg_snapshot_open_lazy. */
dg_code dg_fetch_lazy_open(dg_fetch_lazy **out, const char *from, const char *at,
                           const dg_fetch_lazy_options *options, dg_error *err);
/* Lives until the close. */
dg_snapshot *dg_fetch_lazy_snapshot(const dg_fetch_lazy *lazy);
/* NULL is fine. */
void dg_fetch_lazy_close(dg_fetch_lazy *lazy);

/* ---- how this process asks ---- */

typedef struct dg_fetch_asking {
    const char *const *headers; /* as of dg_rpc_options */
    size_t header_count;
    const char *cacert;
    const char *endpoints; /* as of dg_fetch_endpoints_of */
} dg_fetch_asking;
/* What dg_fetch_lazy_open asks with from here on, in this process and those that it forks. What it
 * points to is borrowed for as long. Nobody is told of it, and nothing of it is written. */
void dg_fetch_ask_with(const dg_fetch_asking *with);
/* Is `path` a list of URLs or the name of a chain, with "#BLOCK" behind it or not? With the
 * endpoints of dg_fetch_ask_with. */
bool dg_fetch_names_state(const char *path);

/* ---- endpoints by name ---- */

typedef struct dg_fetch_endpoints {
    dg_rpc_endpoint at[DG_RPC_ENDPOINTS_MAX];
    size_t count;
    dg_buf texts; /* what `at` points into */
} dg_fetch_endpoints;

/* Is `from` a list of URLs, or the name of a chain that is known here or in `file` (NULL: none)?
 * A file of somebody's own is not looked for otherwise. */
bool dg_fetch_names_chain(const char *from, const char *file);
/* The endpoints of "https://a,https://b" or "polkadot": of the table in `file` (lines "NAME URL
 * [WEIGHT]", "#" begins a comment) if that has the name, else of the shipped one. To be cleared in
 * any case. DG_USAGE, DG_MALFORMED (with the line), DG_IO, DG_LIMIT, DG_NOMEM. */
dg_code dg_fetch_endpoints_of(dg_fetch_endpoints *out, const char *from, const char *file,
                              dg_error *err);
/* Gives back what endpoints_of made. */
void dg_fetch_endpoints_clear(dg_fetch_endpoints *endpoints);
/* Chain i of the shipped table; NULL past the end. */
const char *dg_fetch_chain_at(size_t i);

#endif
