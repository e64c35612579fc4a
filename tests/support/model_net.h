/* model_net.h - what the tests of the network's rooms share: a real chain with a network
 * around it, and all that was told of it. */
#ifndef DG_TESTS_SUPPORT_NET_H
#define DG_TESTS_SUPPORT_NET_H

#include "suite.h"
#include "approval/dispute_impl.h"
#include "backing/backing_impl.h"
#include "consensus/consensus_impl.h"
#include "node/node_impl.h"
#include "statements/statements_impl.h"

#ifdef __SANITIZE_ADDRESS__
#define REDUCED 1
#else
#define REDUCED 0
#endif

/* A real pair: N-1 with a hundred validators and twenty parachains, and N. */
#define PAIR_OLD "paseo-1001002-e20-100val-20paras.json.zst"
#define PAIR_NEW "paseo-1002000-e20.wasm"
enum { EPOCH = 20 }; /* slots, of both */

typedef struct world {
    dg_snapshot *snapshot; /* borrowed: worlds of one spec share it */
    dg_chain *chain;
    dg_network *net;
    dg_world *world; /* of `net` */
    dg_buf code;     /* N */
    dg_event *log;
    dg_hash *hashes;    /* of the block that each is about; zero: of none */
    char (*texts)[160]; /* of each event, why, as far as kept; "": it says nothing */
    size_t count, cap;
    uint64_t ran; /* slots that world_run has passed */
} world;

typedef struct world_options {
    const char *of; /* class of all nodes, as world_class has it; NULL: `shares` */
    const dg_share *shares;
    size_t share_count;
    const dg_node_class *const *joining; /* classes that nodes come to have later */
    size_t joining_count;
    uint64_t seed;
    bool backs_off;
    bool no_forks;
    const dg_collators *collators; /* NULL: the usual ones */
    size_t collator_count;         /* 0: one */
    /* no candidates at all: most of a block's cost, where they are not what is asserted */
    bool no_collators;
    dg_distribution_mode distribution;
    bool genuine_only; /* the chain accepts no marked signatures */
    dg_how how;
    uint32_t enact; /* slots after the first; 0: never */
    const dg_sim_link *link;
    dg_ns compile_ns;                                                       /* all nodes alike */
    dg_code (*settled)(void *user, const dg_authored *made, dg_error *err); /* user: the world */
    dg_code (*refused)(void *user, const dg_authored *made, dg_error *err);
    void (*amend)(dg_state *state, const dg_meta *meta); /* the state at the fork; NULL: as it is */
    dg_spared spared;
    uint32_t para_validators; /* Configuration.max_validators at the fork; 0: as it is */
} world_options;

/* Look ahead, and have room for it. */
const dg_collators *world_async(void);

/* A row of the table by name; "mended": SD_V12_OK whose provisioner keeps no mode, so that N's
 * asynchronous backing in the middle of a session finds no fault in it; "new alone": SD_V2_ONLY as
 * if every runtime were new enough for it. */
const dg_node_class *world_class(const char *name);
dg_engine *world_engine(void);
void world_engine_free(void);
void world_open(world *w, const world_options *options);
/* One value of a state: under a pallet's name, keys as an array or NULL for none. Both are taken
 * over. */
void world_write(dg_state *state, const dg_meta *meta, const char *pallet, const char *item,
                 json_t *keys, json_t *value);
/* A field of Configuration.ActiveConfig. */
void world_amend_config(dg_state *state, const dg_meta *meta, const char *field, json_t *value);
/* No network yet. */
void world_open_chain(world *w, const char *path);
void world_open_path(world *w, const char *path, const world_options *options);
void world_run(world *w, uint32_t slots); /* up to this many after the first */
void world_close(world *w);
/* The same snapshot, a chain without blocks again, and no network. */
void world_rewind(world *w);

/* Sums over events of a kind whose slot, after the first, is in from .. to. */
uint64_t world_sum(const world *w, dg_event_kind kind, const char *field, uint32_t from,
                   uint32_t to);
uint64_t world_times(const world *w, dg_event_kind kind, uint32_t from, uint32_t to);
/* slots after the first, of kinds that have one */
uint64_t world_slot(const world *w, const dg_event *r);
/* Parachains whose new code was included: by the runtime's own restriction, as a later leaf has it.
 */
uint32_t world_published(const world *w);
/* Two events of one kind, number by number. */
bool world_same_numbers(const dg_event *a, const dg_event *b);
/* The sample at the end of a slot. */
const dg_event *world_holders(const world *w, uint32_t slot);

#endif
