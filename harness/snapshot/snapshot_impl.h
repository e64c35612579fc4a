/* snapshot_impl.h - what the files of this room share. */
#ifndef DG_SNAPSHOT_IMPL_H
#define DG_SNAPSHOT_IMPL_H

#include <lmdb.h>

#include "crypto/crypto.h"
#include "scale/scale.h"
#include "snapshot/json_pull.h"
#include "snapshot/snapshot.h"

enum {
    DG_VALUE_MAX = 64 << 20,   /* bytes of one node or value */
    DG_CHILDREN_MAX = 1 << 20, /* child tries of a state */
    DG_SUBSTITUTES_MAX = 256,  /* code substitutes of a spec */
    DG_MANIFEST_MAX = 4 << 20, /* bytes of manifest.json */
    DG_PATH_MAX = 4096,
    DG_SNAPSHOT_FILE_MAX = DG_PATH_MAX + 32, /* bytes of the path of a file in a snapshot */
    DG_SNAPSHOT_BASES_MAX = 8                /* files of other snapshots that one shares */
};

/* Test hook: called at every moment after which a kill must do no harm. */
extern void (*dg_snapshot_moment)(const char *what);
void dg_snapshot_reached(const char *what);

/* ---- source.c: the bytes of a file as they come, unpacked ---- */

typedef struct dg_snapshot_input dg_snapshot_input;
dg_code dg_snapshot_input_open(dg_snapshot_input **out, const char *path, dg_error *err);
void dg_snapshot_input_close(dg_snapshot_input *source);
/* The next bytes, unpacked if the file is zstd or gzip; DG_END; DG_MALFORMED. */
dg_code dg_snapshot_input_read(dg_snapshot_input *source, dg_bytes *chunk, dg_error *err);
uint64_t dg_snapshot_input_done(
    const dg_snapshot_input *source); /* bytes of the file read so far */
uint64_t dg_snapshot_input_total(const dg_snapshot_input *source); /* bytes of the file */
/* No more bytes than this come out of it: those of the file, unless it is packed. Once something
 * was read. */
uint64_t dg_snapshot_input_most(const dg_snapshot_input *source);
dg_hash dg_snapshot_input_hash(dg_snapshot_input *source); /* of the file; after DG_END, once */

/* ---- sink.c: a file that is written whole or not at all ---- */

typedef struct dg_snapshot_sink dg_snapshot_sink;
dg_code dg_snapshot_sink_open(dg_snapshot_sink **out, const char *path, bool zstd, dg_error *err);
/* The first failure is remembered; dg_snapshot_sink_commit words it. */
void dg_snapshot_sink_put(dg_snapshot_sink *sink, dg_bytes bytes);
void dg_snapshot_sink_text(dg_snapshot_sink *sink, const char *text);
void dg_snapshot_sink_hex(dg_snapshot_sink *sink, dg_bytes bytes); /* with 0x, in quotes */
bool dg_snapshot_sink_failed(const dg_snapshot_sink *sink);
dg_code dg_snapshot_sink_commit(dg_snapshot_sink *sink, dg_error *err); /* frees it */
void dg_snapshot_sink_abandon(dg_snapshot_sink *sink);

/* ---- batch.c: content that waits to be written ---- */

enum { DG_BATCH_BYTES = 64 << 20 };

typedef struct dg_snapshot_batch {
    dg_buf bytes, items;
} dg_snapshot_batch;
void dg_snapshot_batch_init(dg_snapshot_batch *batch);
void dg_snapshot_batch_clear(dg_snapshot_batch *batch);
dg_code dg_snapshot_batch_put(dg_snapshot_batch *batch, const dg_hash *hash, dg_bytes bytes,
                              dg_error *err);
bool dg_snapshot_batch_full(const dg_snapshot_batch *batch);
/* In the order of hashes; empties it. Ends with what `each` answers. */
int dg_snapshot_batch_drain(dg_snapshot_batch *batch,
                            int (*each)(void *user, const dg_hash *hash, dg_bytes bytes),
                            void *user);

/* ---- guard.c: looks into a file that may be damaged ---- */

enum { DG_SNAPSHOT_DAMAGED = -1 }; /* no code of liblmdb, nor of the system */
/* What `look` returns; DG_SNAPSHOT_DAMAGED where it went out of memory that is there. It must
 * neither take a lock nor allocate for itself, and looks do not nest. */
int dg_snapshot_guarded(int (*look)(void *user), void *user);
/* The bytes of a file as this process has mapped it around `at` (it may be mapped more than once,
 * by snapshots that share it); len 0: it is not, or the system does not tell. liblmdb does not say
 * where its own map lies. */
dg_bytes dg_snapshot_map_of(const char *file, const void *at);
/* For mdb_env_set_assert: ends the look. */
void dg_snapshot_guard_assert(MDB_env *env, const char *what);

/* ---- store.c: content by hash, in LMDB ---- */

typedef struct dg_snapshot_store {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    bool writing, open_dbi, begun; /* begun: it holds something */
    dg_bytes map;                  /* of a store that is read; len 0: not known */
    dg_snapshot_batch batch;
    char dir[DG_PATH_MAX], name[24];
    dg_trie_loader loader;
} dg_snapshot_store;

extern size_t dg_snapshot_store_map_max; /* test hook: bytes the store may grow to; 0: 1 TiB */

dg_code dg_snapshot_store_create(dg_snapshot_store *store, const char *dir, dg_error *err);
dg_code dg_snapshot_store_put(dg_snapshot_store *store, const dg_hash *hash, dg_bytes bytes,
                              dg_error *err);
/* Everything put is on disk; from here on the store can be read only. */
dg_code dg_snapshot_store_seal(dg_snapshot_store *store, dg_error *err);
/* `name`: the file in `dir`. */
dg_code dg_snapshot_store_open(dg_snapshot_store *store, const char *dir, const char *name,
                               dg_error *err);
/* DG_ABSENT. DG_IO: the file is damaged; of a store that is read only, also where the content has
 * another hash. */
dg_code dg_snapshot_store_get(const dg_snapshot_store *store, dg_bytes *out, const dg_hash *hash,
                              dg_error *err);
/* Whether it does not hold that content; `store` is a dg_snapshot_store. */
bool dg_snapshot_store_lacks(void *store, const dg_hash *hash);
/* What was put can be read from here on; `count` (may be NULL): contents there.
 * What was read is valid until the next put. */
dg_code dg_snapshot_store_flush(dg_snapshot_store *store, uint64_t *count, dg_error *err);
/* Removes every content for which `kept` says no. */
dg_code dg_snapshot_store_prune(dg_snapshot_store *store,
                                bool (*kept)(void *user, const dg_hash *hash), void *user,
                                uint64_t *removed, dg_error *err);
void dg_snapshot_store_close(dg_snapshot_store *store);
/* Length and BLAKE2b-256 of the file `name` in `dir`. */
dg_code dg_snapshot_store_sum(const char *dir, const char *name, uint64_t *len, dg_hash *hash,
                              dg_error *err);

/* ---- bases.c: what a snapshot shares with the ones it was made over ---- */

/* One file of another snapshot, linked into the folder: it was sealed, so nobody writes it again,
 * and it stays when the other snapshot is removed. */
typedef struct dg_snapshot_base {
    uint64_t bytes;
    dg_hash hash; /* BLAKE2b-256 of the file */
} dg_snapshot_base;

typedef struct dg_snapshot_bases {
    dg_snapshot_store at[DG_SNAPSHOT_BASES_MAX];
    unsigned count;
} dg_snapshot_bases;

struct dg_snapshot_manifest_data;
/* Name of base file `nth`, from 0. Static storage. */
const char *dg_snapshot_base_name(unsigned nth);
/* Links what `from` holds into `dir`, its own file first, and tells the manifest. DG_END: it cannot
 * be linked there (another filesystem, too many bases), nothing was. DG_IO. */
dg_code dg_snapshot_bases_link(struct dg_snapshot_manifest_data *m, const dg_snapshot *from,
                               const char *dir, dg_error *err);
/* Opens those that the manifest names; sizes are checked first. DG_MISMATCH, DG_IO. */
dg_code dg_snapshot_bases_open(dg_snapshot_bases *bases, const struct dg_snapshot_manifest_data *m,
                               const char *dir, dg_error *err);
void dg_snapshot_bases_close(dg_snapshot_bases *bases);
/* As dg_snapshot_store_get, of the first that has it. */
dg_code dg_snapshot_bases_get(const dg_snapshot_bases *bases, dg_bytes *out, const dg_hash *hash,
                              dg_error *err);
/* Every file against its checksum: DG_MISMATCH, DG_IO. */
dg_code dg_snapshot_bases_check_sums(const struct dg_snapshot_manifest_data *m, const char *dir,
                                     dg_error *err);

/* Keys and bytes of values of the state of `info`, from those of `over` and what differs between
 * the two. */
dg_code dg_snapshot_count_over(dg_snapshot_info *info, const dg_snapshot_info *over,
                               const dg_trie_loader *loader, dg_error *err);

/* ---- place.c: the names a snapshot has while it is made ---- */

/* What becomes of what stands at the place. */
typedef enum dg_snapshot_there {
    DG_SNAPSHOT_REFUSE,  /* DG_USAGE */
    DG_SNAPSHOT_REPLACE, /* replaced if it is a snapshot; DG_USAGE if it is anything else */
    DG_SNAPSHOT_SHARE    /* one that opens is left as it is, DG_END; anything else is replaced */
} dg_snapshot_there;

typedef struct dg_snapshot_place {
    char path[DG_PATH_MAX], part[DG_PATH_MAX], old[DG_PATH_MAX];
    dg_snapshot_there there;
    bool made;
    dg_lock lock;                          /* from begin to abandon */
    int scraps[4 + DG_SNAPSHOT_BASES_MAX]; /* of `part` and the files in it */
} dg_snapshot_place;

/* Owns the place, and makes `part`. DG_IO when another has it, but for DG_SNAPSHOT_SHARE, which
 * waits for that one. On anything but DG_OK the place is abandoned. */
dg_code dg_snapshot_place_begin(dg_snapshot_place *place, const char *path, dg_snapshot_there there,
                                dg_error *err);
/* The renames; the place is still owned afterwards. */
dg_code dg_snapshot_place_commit(dg_snapshot_place *place, dg_error *err);
void dg_snapshot_place_abandon(dg_snapshot_place *place); /* also after a commit; fine twice */
/* Puts a snapshot back that a killed replace had set aside. */
dg_code dg_snapshot_place_recover(const char *path, dg_error *err);

/* ---- manifest.c ---- */

typedef struct dg_snapshot_manifest_data {
    dg_snapshot_info info;
    dg_buf header;
    json_t *substitutes; /* block number -> hash of the code, as text */
    uint64_t store_len;
    dg_hash store_hash;
    dg_snapshot_base bases[DG_SNAPSHOT_BASES_MAX];
    unsigned base_count;
    dg_hash over_root; /* of the state that the bases hold; with base_count > 0 */
} dg_snapshot_manifest_data;

void dg_snapshot_manifest_init(dg_snapshot_manifest_data *m);
void dg_snapshot_manifest_clear(dg_snapshot_manifest_data *m);
json_t *dg_snapshot_manifest_to_json(const dg_snapshot_manifest_data *m); /* NULL: no memory */
dg_code dg_snapshot_manifest_write(const dg_snapshot_manifest_data *m, const char *dir,
                                   dg_error *err);
dg_code dg_snapshot_manifest_read(dg_snapshot_manifest_data *m, const char *dir, dg_error *err);

/* ---- header.c ---- */

typedef struct dg_snapshot_block_facts {
    uint32_t number;
    dg_hash hash, state_root;
} dg_snapshot_block_facts;
/* Reads one header from the cursor, digest items included. */
dg_code dg_snapshot_header_facts(dg_snapshot_block_facts *facts, dg_bytes header, dg_error *err);
/* The header of block 0 with this state: 98 bytes. */
void dg_snapshot_header_genesis(dg_buf *out, const dg_hash *state_root);

/* ---- node.c ---- */

typedef enum dg_snapshot_node_value {
    DG_NODE_NO_VALUE,
    DG_NODE_INLINE,
    DG_NODE_HASHED
} dg_snapshot_node_value;
typedef struct dg_snapshot_node {
    dg_bytes partial; /* packed; the first nibble is padding when `nibbles` is odd */
    size_t nibbles;
    dg_snapshot_node_value kind;
    dg_bytes value; /* inline bytes, or the 32 of the hash */
    uint16_t bitmap;
    dg_bytes children; /* (compact length, merkle value) for each bit */
    bool empty;        /* the node of the empty trie */
} dg_snapshot_node;
dg_code dg_snapshot_node_read(dg_snapshot_node *node, dg_bytes bytes, dg_error *err);

/* ---- walk.c: all that is below a root ---- */

typedef struct dg_snapshot_walk_at {
    dg_bytes child; /* key of the child trie without prefix; .at NULL: the top trie */
    const uint8_t *nibbles;
    size_t count;
} dg_snapshot_walk_at;

/* Set what is wanted, zero the rest. */
typedef struct dg_snapshot_walk {
    const dg_trie_loader *from;
    bool positions; /* visit content again where it occurs again */
    bool top_only;  /* leave the child tries out */
    /* What need not be entered, since all below it is there: neither loaded nor counted. */
    bool (*known)(void *user, const dg_hash *hash);
    void *user;
    /* A node or hashed value, whose hash was checked, before what is below it. */
    dg_code (*content)(void *user, const dg_snapshot_walk_at *at, const dg_hash *hash,
                       dg_bytes bytes, dg_error *err);
    /* An entry; the top trie in the order of keys, then each child trie. Only
     * with `positions`. */
    dg_code (*entry)(void *user, dg_bytes child, dg_bytes key, dg_bytes value, dg_error *err);
    /* results */
    uint64_t keys, value_bytes;    /* of all tries, an entry counted wherever it occurs */
    uint64_t contents;             /* distinct hashes */
    struct dg_snapshot_seen *seen; /* which; kept until dg_snapshot_walk_clear */
} dg_snapshot_walk;

/* DG_MISMATCH: content that has not its hash; DG_ABSENT as a failure does not
 * exist: missing content is DG_MISMATCH that names it. */
dg_code dg_snapshot_walk_run(dg_snapshot_walk *walk, const dg_hash *root, dg_error *err);
bool dg_snapshot_walk_saw(void *walk, const dg_hash *hash);
void dg_snapshot_walk_clear(dg_snapshot_walk *walk);

/* ---- spec_read.c: what stands where in a spec or a list of pairs ---- */

typedef struct dg_snapshot_spec {
    char id[64], name[128];
    json_t *substitutes; /* number -> hex code; NULL: none */
    bool pairs, raw;     /* which of the two forms it was */
    bool plain;          /* neither: it holds what the runtime's genesis builder takes */
    /* What the reader hands out; `child` .at NULL: the top trie. */
    void *user;
    dg_code (*entry)(void *user, dg_bytes key, dg_bytes value, dg_error *err);
    dg_code (*child)(void *user, dg_bytes child, bool begins, dg_error *err);
} dg_snapshot_spec;
dg_code dg_snapshot_spec_read(dg_snapshot_spec *spec, dg_snapshot_json *json, dg_error *err);
void dg_snapshot_spec_clear(dg_snapshot_spec *spec);

/* ---- build.c: entries become tries in the store ---- */

typedef struct dg_snapshot_build {
    dg_snapshot_writer *writer;
    unsigned state_version;
    dg_trie *top, *child; /* child NULL: none is open */
} dg_snapshot_build;
dg_code dg_snapshot_build_init(dg_snapshot_build *build, dg_snapshot_writer *writer,
                               unsigned state_version, dg_error *err);
/* In any order. DG_MALFORMED: the key was there already, or is where the root of a child trie
 * stands. */
dg_code dg_snapshot_build_entry(dg_snapshot_build *build, dg_bytes key, dg_bytes value,
                                dg_error *err);
/* Entries between these two are of the child trie `name` (without prefix). */
dg_code dg_snapshot_build_child(dg_snapshot_build *build, dg_error *err);
dg_code dg_snapshot_build_child_end(dg_snapshot_build *build, dg_bytes name, dg_error *err);
dg_code dg_snapshot_build_finish(dg_snapshot_build *build, dg_hash *root, dg_error *err);
void dg_snapshot_build_clear(dg_snapshot_build *build); /* fine on zeros */
bool dg_snapshot_is_child_root(dg_bytes key);

/* ---- writer.c ---- */

struct dg_snapshot_writer {
    dg_snapshot_place place;
    dg_snapshot_store store;
    dg_snapshot_bases bases; /* what need not be written again */
    dg_snapshot_manifest_data over;
    dg_bytes note;    /* borrowed */
    uint64_t own_max; /* bytes; what would not have fewer of its own is given up; 0: any */
};
/* As dg_snapshot_begin. DG_END: only with DG_SNAPSHOT_SHARE. */
dg_code dg_snapshot_writer_begin(dg_snapshot_writer **out, const char *path,
                                 dg_snapshot_there there, dg_error *err);
/* As dg_snapshot_commit; `m` is completed. DG_END: given up for its size (own_max). */
dg_code dg_snapshot_writer_commit(dg_snapshot_writer *writer, dg_snapshot_manifest_data *m,
                                  const json_t *substitutes, dg_error *err);

/* ---- import_*.c ---- */

typedef struct dg_snapshot_import_job {
    const char *path;
    const dg_snapshot_import_options *options;
    dg_snapshot_writer *writer;
    dg_snapshot_manifest_data m;
} dg_snapshot_import_job;
dg_code dg_snapshot_import_spec(dg_snapshot_import_job *import, dg_error *err);
dg_code dg_snapshot_import_snap(dg_snapshot_import_job *import, dg_error *err);
/* The store of chopsticks, by its first bytes and as a whole. */
bool dg_snapshot_is_sqlite(dg_bytes start);
dg_code dg_snapshot_import_sqlite(dg_snapshot_import_job *import, dg_error *err);
/* Is this .snap of a form that holds keys and values, not nodes? */
dg_code dg_snapshot_snap_holds_pairs(bool *pairs, dg_snapshot_import_job *import, dg_error *err);
/* Such a one, but for the commit. */
dg_code dg_snapshot_import_snap_pairs(dg_snapshot_import_job *import, dg_error *err);
/* What is left to do once the state is in the store and its root known: block, code, runtime,
 * whether it is whole. */
dg_code dg_snapshot_import_settle(dg_snapshot_import_job *import, dg_error *err);
/* Does the name end in `kind` (".snap"), packed or not? */
bool dg_snapshot_named(const char *path, const char *kind);
/* A plain spec, of which `spec` holds the names; all but the commit. */
dg_code dg_snapshot_import_plain(dg_snapshot_import_job *import, const dg_snapshot_spec *spec,
                                 dg_error *err);
/* A spec is of block 0, with the header that follows, unless the options say another. */
dg_code dg_snapshot_import_genesis(dg_snapshot_import_job *import, dg_error *err);
void dg_snapshot_import_progress(const dg_snapshot_import_job *import,
                                 const dg_snapshot_input *source, unsigned pass, unsigned passes);
/* Asks `describe` about the code, when there is one. */
dg_code dg_snapshot_import_describe(dg_snapshot_import_job *import, dg_bytes code, dg_error *err);
/* One value of the state that was just put; DG_ABSENT. */
dg_code dg_snapshot_import_get(const dg_snapshot_import_job *import, dg_buf *value, dg_bytes key,
                               dg_error *err);
/* Number and hash for a source without header: from the options, else the number
 * the state itself holds. */
dg_code dg_snapshot_import_block(dg_snapshot_import_job *import, dg_error *err);
/* Takes number, hash and root from a header; tells whether the state is whole. */
dg_code dg_snapshot_import_header(dg_snapshot_import_job *import, dg_bytes header, dg_error *err);

struct dg_snapshot {
    dg_snapshot_store store;
    dg_snapshot_bases bases;
    dg_trie_loader loader;         /* over both */
    bool has_store;                /* `store` is open */
    struct dg_snapshot_lazy *lazy; /* NULL: everything is here */
    dg_snapshot_manifest_data m;
    json_t *substitutes; /* number -> hex code */
    char dir[DG_PATH_MAX];
};

/* ---- snap_key.c: where a .snap of version 3 or 4 files a node ---- */

/* Child trie, path packed into bytes, hash. */
void dg_snapshot_key(dg_buf *out, const dg_snapshot_walk_at *at, const dg_hash *hash);

/* ---- lazy.c: not everything is here ---- */

typedef struct dg_snapshot_lazy dg_snapshot_lazy;
/* From here on content is looked for by where it stands. */
dg_code dg_snapshot_lazy_begin(dg_snapshot *snapshot, dg_error *err);
/* The loader of it: dg_trie_loader, of a dg_snapshot. */
dg_code dg_snapshot_lazy_load(void *snapshot, dg_bytes *out, const dg_hash *hash, dg_error *err);
void dg_snapshot_lazy_end(dg_snapshot *snapshot); /* fine where nothing began */

#endif
