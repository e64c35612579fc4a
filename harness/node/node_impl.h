/* node_impl.h - shared inside the room only. */
#ifndef DG_NODE_IMPL_H
#define DG_NODE_IMPL_H

#include "node/node.h"

#define DG_MS ((uint64_t)1000000)

enum {
    DG_NONE = -1,              /* as uint32_t: no such thing */
    DG_LEAVES_MAX = 64,        /* active at one node */
    DG_PARENTS_MAX = 256,      /* relay parents in view of one node */
    DG_ENTRIES_MAX = 16,       /* sessions a node remembers */
    DG_ANCESTORS_MAX = 16,
    DG_VALIDATORS_MAX = 65536,
    DG_CORES_MAX = 4096,
    DG_GROUP_MAX = 256         /* members of one backing group */
};
#define DG_NO ((uint32_t)DG_NONE)

/* ---- chacha.c ---- */

typedef struct dg_chacha { uint32_t input[16], words[16]; unsigned used; } dg_chacha;
void dg_chacha_init(dg_chacha *c, const uint8_t key[32]);
uint32_t dg_chacha_u32(dg_chacha *c);
uint32_t dg_chacha_below(dg_chacha *c, uint32_t bound); /* 0 .. bound - 1; bound >= 1 */
void dg_chacha_shuffle(dg_chacha *c, uint32_t *items, uint32_t count);

/* ---- grid.c ---- */

typedef struct dg_grid {
    uint32_t count, width;
    uint32_t *at;       /* member at a position: the canonical shuffling */
    uint32_t *position; /* of a member */
} dg_grid;
dg_hash dg_grid_seed(const uint8_t randomness[32]);
dg_code dg_grid_init(dg_grid *grid, uint32_t count, const uint8_t randomness[32], dg_error *err);
void dg_grid_clear(dg_grid *grid);
bool dg_grid_same_row(const dg_grid *grid, uint32_t a, uint32_t b);    /* X neighbours */
bool dg_grid_same_column(const dg_grid *grid, uint32_t a, uint32_t b); /* Y neighbours */
/* The members over which two that are not neighbours reach each other: 0 to 2. */
unsigned dg_grid_between(const dg_grid *grid, uint32_t between[2], uint32_t a, uint32_t b);

/* ---- groups.c ---- */

typedef struct dg_rotation { uint32_t session_start, frequency, now; } dg_rotation;
void dg_groups_split(uint32_t *sizes, uint32_t groups, uint32_t validators);
uint32_t dg_rotation_count(const dg_rotation *rotation);
uint32_t dg_rotation_group(const dg_rotation *rotation, uint32_t core, uint32_t groups);
uint32_t dg_rotation_core(const dg_rotation *rotation, uint32_t group, uint32_t groups);

/* ---- leaves.c ---- */

/* Blocks of a network are numbered (`id`) in the order of their making. */
typedef struct dg_leaf { uint32_t id, number; } dg_leaf;
typedef struct dg_signal {
    bool activates, stale;   /* stale: this head was active before */
    bool by_finality;
    dg_leaf activated;
    uint32_t deactivated[DG_LEAVES_MAX], deactivated_count;
} dg_signal;
typedef struct dg_leaves {
    dg_leaf active[DG_LEAVES_MAX];
    uint32_t count;
    uint8_t *seen;           /* one bit for each id */
    size_t seen_len;
} dg_leaves;
void dg_leaves_clear(dg_leaves *leaves);
/* The signal that follows; empty (see dg_signal_any) for a head that is active. */
dg_code dg_leaves_import(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block, uint32_t parent,
                         bool parachain_host, dg_error *err);
void dg_leaves_finalize(dg_leaves *leaves, dg_signal *signal, const dg_leaf *block);
bool dg_signal_any(const dg_signal *signal);

/* ---- session.c: what is the same for all nodes of a session ---- */

typedef struct dg_session {
    struct dg_session *next;
    uint32_t index;
    uint32_t validators;     /* para validators: the first of the discovery keys */
    uint32_t count;          /* discovery keys */
    uint32_t *node;          /* of a discovery key; DG_NO: nobody we know */
    dg_grid grid;
    dg_hash content;         /* two forks may disagree on a session */
} dg_session;

/* ---- statement.c: what a node remembers of statements ---- */

/* Of a session whose relay parents are in view. */
typedef struct dg_entry {
    uint32_t session;
    const dg_session *info;
    const dg_session *grid;  /* grid_view; NULL: nothing is told to the grid, nothing taken from it */
} dg_entry;
typedef struct dg_parent { uint32_t id, number, session; } dg_parent;
typedef struct dg_unused { const dg_session *topology; uint32_t block; /* that it came with */ } dg_unused;

typedef struct dg_statement {
    const dg_node_class *of;
    /* state machine of before asynchronous backing */
    uint32_t legacy[DG_LEAVES_MAX], legacy_count; /* active heads */
    /* the one after: implicit view, per_relay_parent, per_session, unused_topologies */
    struct { uint32_t id, retain; } leaves[DG_LEAVES_MAX];
    uint32_t leaf_count;
    dg_parent parents[DG_PARENTS_MAX];
    uint32_t parent_count;
    dg_entry entries[DG_ENTRIES_MAX];
    uint32_t entry_count;
    dg_unused unused[DG_ENTRIES_MAX];
    uint32_t unused_count;
} dg_statement;

typedef enum dg_mode { DG_MODE_ERROR, DG_MODE_DISABLED, DG_MODE_ENABLED } dg_mode;

/* The activated leaf as statement distribution sees it. */
typedef struct dg_new_leaf {
    uint32_t id, number;
    dg_mode mode;
    const dg_session *info;  /* session of its children; NULL: the runtime has none */
    dg_parent ancestors[DG_ANCESTORS_MAX]; /* that candidates may name beside it, same session */
    uint32_t ancestor_count;
} dg_new_leaf;

/* Topologies that a step lost. */
typedef struct dg_losses { struct { uint32_t session, block; bool purged; } of[DG_ENTRIES_MAX]; uint32_t count; } dg_losses;

/* `leaf` is read only when the signal activates. */
dg_code dg_statement_signal(dg_statement *sd, dg_losses *lost, const dg_signal *signal, const dg_new_leaf *leaf, dg_error *err);
/* NewGossipTopology, made at the leaf of number `block`. */
void dg_statement_topology(dg_statement *sd, dg_losses *lost, const dg_session *topology, uint32_t block);
bool dg_statement_legacy_at(const dg_statement *sd, uint32_t id);
bool dg_statement_v2_at(const dg_statement *sd, uint32_t id);
const dg_entry *dg_statement_entry(const dg_statement *sd, uint32_t session);

#endif
