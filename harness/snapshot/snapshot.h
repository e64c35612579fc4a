/* snapshot.h - a state on disk: content-addressed trie nodes and a manifest.
 *
 *   make    dg_snapshot_import(file) | dg_snapshot_begin .. put .. commit
 *   read    dg_snapshot_open .. loader / info .. dg_snapshot_close
 *   give    dg_snapshot_export_spec | dg_snapshot_export_snap
 *
 * On disk: a directory with `data.mdb` (LMDB: hash -> node or value) and
 * `manifest.json`. The directory gets its name by a rename after the root was
 * verified and everything was synced, so a snapshot exists whole or not at all.
 * Reading maps the file: a 2 GB state opens in milliseconds.
 * Mirrors: raw chain specs; frame-remote-externalities snapshots (.snap). */
#ifndef DG_SNAPSHOT_H
#define DG_SNAPSHOT_H

#include <jansson.h>

#include "base/base.h"
#include "trie/trie.h"

typedef struct dg_snapshot dg_snapshot;

typedef struct dg_snapshot_info {
    char chain[64];    /* id of the spec, or spec_name */
    char name[128];    /* what the source calls itself */
    uint32_t number;   /* of the block whose state this is */
    dg_hash hash;      /* of that block; computed for a genesis */
    bool header_known; /* header bytes are kept */
    dg_hash state_root;
    unsigned state_version; /* form of the values as imported */
    bool partial;           /* keys are missing: roots are not the chain's */
    uint64_t keys, nodes, value_bytes;
    /* Of one that shares files with others: what its own file holds, and bytes of its own file and
     * of the shared ones (own_nodes and shared_bytes 0: it shares nothing). `nodes` then counts
     * what all of them hold, of which some may be needed by the others alone. */
    uint64_t own_nodes, own_bytes, shared_bytes;
    /* Nodes come when they are read, or are missing where nobody read them: what is there is the
     * chain's, but what concerns the whole state cannot be said. `keys` counts what is here. */
    bool sparse;
    char spec_name[64];
    uint32_t spec_version;
    char source[256], source_kind[16]; /* file name; "spec", "pairs", "snap", "rpc", "state" */
    dg_hash source_hash;               /* BLAKE2b-256 of the source's bytes as stored */
    unsigned source_version;           /* of a .snap: 3, 4, 2, or 0 for the form before versions */
    uint64_t unreferenced;             /* nodes of a .snap that its root does not need: left out */
} dg_snapshot_info;

/* Entries of one state. */
#define DG_SNAPSHOT_KEYS_MAX ((uint64_t)1 << 32)

/* Takes one entry of a state, which it does not keep. */
typedef dg_code (*dg_snapshot_take_entry)(void *to, dg_bytes key, dg_bytes value, dg_error *err);

typedef struct dg_snapshot_import_options {
    const char *path_out;
    bool replace; /* an existing snapshot at path_out may be replaced */
    /* For a place that many use: what another makes there is waited for, and a snapshot that is
     * there and opens is left as it is, DG_END. What does not open is replaced. */
    bool share;
    dg_bytes note; /* what the source has to say of itself: the file `note`; .at NULL: none */
    /* Tells spec_name, spec_version and state version from the `:code` found
     * (the caller runs the blob: this room does not know how). May be NULL:
     * state version 0, or the one the file states. */
    dg_code (*describe)(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err);
    /* Builds the genesis of a plain chain spec: hands every entry of it to `each`, in any order.
     * `genesis` is the spec's `runtimeGenesis`. NULL: plain specs are DG_UNSUPPORTED. */
    dg_code (*build)(void *user, const json_t *genesis, dg_snapshot_take_entry each, void *to,
                     dg_error *err);
    void *user; /* of describe, build and progress */
    void (*progress)(void *user, uint64_t done, uint64_t total); /* bytes of input; may be NULL */
    /* For a source that does not say which block it is of (pairs; a .snap of
     * version 3 or older): the encoded header, which tells all, or number and hash. */
    dg_bytes header;
    bool block_known; /* `number` and `hash` are given */
    uint32_t number;
    dg_hash hash;
    const char *chain; /* id, of a source that does not tell it; NULL: its spec_name */
} dg_snapshot_import_options;

/* Raw chain spec, the answer of state_getPairs, or .snap (4, 3, 2, and the forms before versions),
 * each packed with zstd or gzip or not, told apart by content; a plain chain spec where `build` is
 * given; the sqlite store of chopsticks, which is partial. A spec is the genesis of its chain,
 * number 0 and the header that follows from its root, unless `options` name its block. A .snap
 * without header is called partial, since nothing proves it whole. A snapshot that a killed
 * `replace` left aside is put back first, here and in open; what dead processes left is removed.
 * Existing snapshot at path_out: DG_USAGE unless `replace` or `share`; one that another process
 * makes, on whatever host: DG_IO unless `share`. Refusals: DG_MALFORMED with position,
 * DG_UNSUPPORTED (plain spec, .snap version), DG_MISMATCH (a node or root that does not hash),
 * DG_LIMIT, DG_IO. Nothing is left behind on failure. `info` out, may be NULL. */
dg_code dg_snapshot_import(dg_snapshot_info *info, const char *path_in,
                           const dg_snapshot_import_options *options, dg_error *err);

/* Maps a snapshot for reading; what a killed `replace` left aside is put back first.
 * DG_MALFORMED: no snapshot at `path`, or a manifest that does not read; DG_IO; DG_NOMEM. */
dg_code dg_snapshot_open(dg_snapshot **out, const char *path, dg_error *err);
/* After every trie and state over it. NULL is fine. */
void dg_snapshot_close(dg_snapshot *snapshot);
/* The path of one that is to be made in a scratch folder, which a signal takes with it: `path` is
 * out, `name` as dg_scratch_path has it. It takes four of the folder's names. */
void dg_snapshot_scratch(dg_scratch *scratch, char path[DG_SCRATCH_PATH_MAX], const char *name);
/* What the manifest tells. Lives as long as the snapshot. */
const dg_snapshot_info *dg_snapshot_info_of(const dg_snapshot *snapshot);
/* What a runtime could not do over a partial snapshot, as one clause: `said` is how it failed, the
 * call's name first. */
void dg_snapshot_say_lacking(char *out, size_t size, const dg_snapshot *snapshot, const char *said);
/* Its nodes and values by hash, for dg_trie_open. Lives as long as the snapshot. */
const dg_trie_loader *dg_snapshot_loader(const dg_snapshot *snapshot);
/* The snapshot whose loader it is; NULL: it is none's. */
const dg_snapshot *dg_snapshot_of_loader(const dg_trie_loader *loader);
/* Encoded header of the block, when known; .len 0 otherwise. */
dg_bytes dg_snapshot_header(const dg_snapshot *snapshot);
/* Hex code by block number (decimal text) of a spec's `codeSubstitutes`, as a
 * JSON object (borrowed); empty object if none. */
const json_t *dg_snapshot_code_substitutes(const dg_snapshot *snapshot);
/* The manifest as JSON (owned by the caller): what `snapshot show --json` prints. */
json_t *dg_snapshot_manifest(const dg_snapshot *snapshot);
/* BLAKE2b-256 over (block hash, state root): names the snapshot in outcomes. */
dg_hash dg_snapshot_hash(const dg_snapshot *snapshot);

/* The file against its checksum alone: DG_MISMATCH, DG_IO. */
dg_code dg_snapshot_check_sum(const dg_snapshot *snapshot, dg_error *err);
/* The file against its checksum, then every node and value hashed and walked from
 * the root, child tries included; DG_MISMATCH names the first that is wrong,
 * DG_ABSENT one that is missing. `nodes` (may be NULL): how many. */
dg_code dg_snapshot_verify(dg_snapshot *snapshot, uint64_t *nodes, dg_error *err);

/* `.json` or `.json.zst` by the name of the file; keys sorted. */
dg_code dg_snapshot_export_spec(dg_snapshot *snapshot, const char *path, dg_error *err);
/* try-runtime snapshot, version 3 or 4 (4 needs the header). Entries in the order
 * of the trie: the same state gives the same bytes. */
dg_code dg_snapshot_export_snap(dg_snapshot *snapshot, const char *path, unsigned version,
                                dg_error *err);

/* ---- a state that is fetched as it is read ---- */

typedef struct dg_snapshot_wanted {
    dg_bytes key; /* a proof of it holds .. */
    dg_hash hash; /* .. the content with this hash */
} dg_snapshot_wanted;

/* Who proves: calls `item` with every node and value of read proofs for all of `wanted`, in the top
 * trie (child.len 0) or a child's, in any order; twice is fine. Items are checked by who asks.
 * DG_IO when it cannot. */
typedef struct dg_snapshot_prover {
    dg_code (*prove)(void *user, dg_bytes child, const dg_snapshot_wanted *wanted, size_t count,
                     dg_code (*item)(void *to, dg_bytes bytes, dg_error *err), void *to,
                     dg_error *err);
    void *user;
} dg_snapshot_prover;

typedef struct dg_snapshot_lazy_options {
    dg_snapshot_prover prover; /* .prove NULL: nobody is asked */
    const char *pack;          /* file that keeps what arrived, for later runs too; NULL: none */
    const dg_snapshot *over;   /* holds some of the state already; NULL */
} dg_snapshot_lazy_options;

/* The state with info->state_root, of which nothing need be here: what is read is fetched, checked
 * by hash from the root down, and kept. With a prover, what nearly every run reads is fetched now.
 * Whatever cannot be had is DG_IO at whoever reads, and stays so for all that is
 * read later: see dg_snapshot_lost. A process that forks may use it in both. */
dg_code dg_snapshot_open_lazy(dg_snapshot **out, const dg_snapshot_info *info, dg_bytes header,
                              const dg_snapshot_lazy_options *options, dg_error *err);
/* What is said of it can be completed once something of it was read. Of a lazy one only. */
dg_snapshot_info *dg_snapshot_lazy_info(dg_snapshot *snapshot);

/* A sparse snapshot becomes that of another state of its block, with the root `root`: `contents`
 * calls `put` with every node and value that is new in it, by hash, as dg_trie_flush does. The rest
 * is where it was. It has no header then, since that one names another root. DG_NOMEM, DG_LIMIT,
 * and what `contents` returns; after a failure it is to be closed. */
dg_code dg_snapshot_lazy_become(dg_snapshot *snapshot, const dg_hash *root,
                                dg_code (*contents)(void *user, dg_trie_each put, void *to,
                                                    dg_error *err),
                                void *user, dg_error *err);

/* For progress and notes, never for an outcome. */
typedef struct dg_snapshot_lazy_stats {
    uint64_t rounds;   /* times that the prover was asked */
    uint64_t bytes;    /* of items of proofs */
    uint64_t contents; /* of them that were new */
    uint64_t kept_bytes;
} dg_snapshot_lazy_stats;
/* Zeros for a snapshot that is not lazy. Returned by value. */
dg_snapshot_lazy_stats dg_snapshot_lazy_stats_of(const dg_snapshot *snapshot);

/* What is here of a sparse snapshot, as one on disk that asks nobody: content that was not read
 * is missing there. DG_USAGE: it is not sparse, or `path` is taken; DG_IO, DG_NOMEM. */
dg_code dg_snapshot_freeze(dg_snapshot *snapshot, const char *path, bool replace, dg_error *err);

/* The first content of a sparse state that this process could not have: DG_IO, in words. DG_OK:
 * none. What was concluded since is void. */
dg_code dg_snapshot_lost(dg_error *err);
/* Is that what a frozen snapshot lacks, rather than a failure of the machine? */
bool dg_snapshot_is_lacking(const dg_error *err);
/* For tests. */
void dg_snapshot_forget_lost(void);

/* ---- writing by hand (states of a run, RPC later) ---- */

typedef struct dg_snapshot_writer dg_snapshot_writer;
/* A new snapshot aside; it gets the name `path` in commit. DG_USAGE: something is there already
 * and `replace` is false; DG_IO; DG_NOMEM. */
dg_code dg_snapshot_begin(dg_snapshot_writer **out, const char *path, bool replace, dg_error *err);
/* The same, over a snapshot that holds most of the state already: what that one has is not written
 * again, its file is linked into the new folder, and either may be removed afterwards. `over` NULL,
 * or a file that cannot be linked to `path`: a whole snapshot is made. `over` must be complete. */
dg_code dg_snapshot_begin_over(dg_snapshot_writer **out, const char *path, bool replace,
                               const dg_snapshot *over, dg_error *err);
/* Whether dg_snapshot_begin would do now, for callers that work for hours before it. Leaves
 * nothing. */
dg_code dg_snapshot_try(const char *path, bool replace, dg_error *err);
/* Content under its hash: dg_trie_each, `user` is the writer. */
dg_code dg_snapshot_put(void *writer, const dg_hash *hash, dg_bytes bytes, dg_error *err);
/* Everything below `root` that was not put yet, hash-checked, from `from`: a state
 * of a run shares most of its nodes with the snapshot it began from, and flush
 * hands out only what is new. DG_MISMATCH: wrong or missing there as well. */
dg_code dg_snapshot_put_below(dg_snapshot_writer *writer, const dg_hash *root,
                              const dg_trie_loader *from, dg_error *err);
/* The state of `state` as a snapshot over another (see dg_snapshot_begin_over): what `over` does
 * not hold is written. Codes of begin, put_below and commit. */
dg_code dg_snapshot_keep_over(const char *path, bool replace, const dg_snapshot *state,
                              const dg_snapshot *over, dg_error *err);
typedef struct dg_snapshot_gc_report {
    /* Bytes of its files that no other folder has, which is what the disk holds for it alone. */
    uint64_t alone_before, alone_after;
    unsigned files_before, files_after; /* of content: its own, and those of snapshots before it */
    bool swept;                         /* what a process left that died at the place was removed */
} dg_snapshot_gc_report;
/* Frees what the snapshot at `path` keeps and no snapshot needs: files that it alone still has are
 * written once more with what its state leads to, over the newest file that another folder has too,
 * if that one is the own file of a snapshot among `others` (whose path may be `path` as well), and
 * where that is smaller. It is the same state, with the same name, all the time. Codes of open,
 * begin_over and commit. */
dg_code dg_snapshot_gc(dg_snapshot_gc_report *report, const char *path, const char *const *others,
                       size_t count, dg_error *err);
/* Verifies from info->state_root, writes the manifest, syncs, renames. Frees the
 * writer in every case. `header` may be empty; `code_substitutes` NULL. */
dg_code dg_snapshot_commit(dg_snapshot_writer *writer, const dg_snapshot_info *info,
                           dg_bytes header, const json_t *code_substitutes, dg_error *err);
/* Gives up: what was written is removed, `path` is as it was. NULL is fine. Not after commit. */
void dg_snapshot_abandon(dg_snapshot_writer *writer);

#endif
