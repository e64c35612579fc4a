/* node_impl.h - shared inside the room only. */
#ifndef DG_NODE_IMPL_H
#define DG_NODE_IMPL_H

#include "node/node.h"

#define DG_MS ((uint64_t)1000000)

/* ---- the network ---- */

/* of the world */
enum {
    DG_TAG_SLOT = 1,
    DG_TAG_SLOT_END,
    DG_TAG_TICK,
    DG_TAG_PREVOTE,
    DG_TAG_PRECOMMIT,
    DG_TAG_OWN_SLOT,
    DG_TAG_COLLATE,
    DG_TAG_PROPOSE,
    DG_TAG_BUILD,
    DG_TAG_SEALED,
    DG_TAG_ARRIVED, /* of a node */
    DG_TAG_ANSWERED,
    /* of exchange.c */
    DG_TAG_SENT_READY,
    DG_TAG_SENT_EXECUTED,
    DG_TAG_SENT_TIMEOUT,
    DG_TAG_SENT_RETRY,
    DG_TAG_SENT_VIEW,
    DG_TAG_SENT_SIGN,
    DG_TAG_SENT_CHUNK,
    DG_TAG_BLOCK,
    DG_TAG_FINAL, /* messages */
    /* + dg_message_kind */
    DG_TAG_SAID = 64
};

enum { DG_CLAIMS_MAX = 256 };
#define DG_WAITING (DG_NEVER - 1)

typedef struct dg_world dg_world;
typedef struct dg_approval_block dg_approval_block; /* approval_impl.h */
typedef struct dg_dispute dg_dispute;               /* dispute_impl.h */
typedef struct dg_sent_leaf dg_sent_leaf;           /* exchange_impl.h */
typedef struct dg_sent_chunks dg_sent_chunks;       /* exchange_chunk.c */
/* Which of its two state machines a node's statement distribution works a leaf with. */
typedef enum dg_way { DG_WAY_NONE, DG_WAY_LEGACY, DG_WAY_V2 } dg_way;

/* How a block was made; kept until it is settled or lost. */
typedef struct dg_kept {
    dg_build_report report;
    const char *path;
    uint32_t config_session;
    bool amended;
} dg_kept;

/* One block as the network knows it. */
typedef struct dg_world_block {
    dg_block *block; /* NULL: off the tree */
    dg_hash hash;
    uint32_t parent;         /* id; DG_NO: the root */
    uint32_t author;         /* node; DG_NO: it came with the snapshot */
    uint32_t number, weight; /* weight: primary blocks below it and itself */
    uint64_t slot, fuel;
    dg_client_at epochs; /* as its clients have them */
    dg_ns began;         /* its slot, by its author's clock */
    bool primary, enacted;
    bool pending;     /* N waits in `:pending_code`: queries here are N-1's still */
    bool sealed;      /* it left its author */
    bool gone;        /* lost, or older than what all have finalized */
    bool signal_seen; /* a signal that only deactivated it was recorded */
    bool viewed, worked;
    bool enabled; /* of its view, for when that is gone: asynchronous backing, */
    /* .. and cores that the runtime listed: none of new code over old storage */
    uint32_t listed;
    dg_view view;
    const dg_session *session; /* of its children; NULL: the runtime tells of none */
    /* with this relay parent, of each core of the view and, where they form chains, of a second
     * turn of each: at turn * core_count + core; para DG_NO: none */
    dg_candidate *candidates;
    uint32_t made; /* candidates made so far */
    /* places for them; what is called `core` in statements and messages is one of these */
    uint32_t offers;
    /* of the candidates it includes; NULL: nothing to approve, or nothing holds votes back here */
    dg_approval_block *approval;
    dg_kept *kept; /* NULL: nobody wants to know */
    /* by each node; DG_NEVER: not yet; DG_WAITING: its parent is missing */
    dg_ns *imported;
    /* when each node's subsystems took the leaf up; DG_NEVER: they did not, or have forgotten */
    dg_ns *taken;
    uint8_t *way;           /* dg_way of each node */
    dg_sent_leaf *exchange; /* what was said of it, where messages are sent; NULL: nothing yet */
    /* of what it put on cores, where messages are sent; NULL: nothing asked yet. With `taken` and
     * `way` it outlives the rest for a while */
    dg_sent_chunks *chunks;
} dg_world_block;

/* Scratch of dg_world_favourite, by id: nodes whose best it is; and those of its descendants; the
 * child of most; 0: none */
typedef struct dg_support {
    uint32_t own, whole, child;
} dg_support;

/* ---- pvf.c: artifacts, and each node's one worker that prepares them ---- */

typedef struct dg_pvf_code {
    uint32_t para;
    dg_hash hash;
} dg_pvf_code;
typedef struct dg_artifact {
    dg_hash code, params;
    dg_ns prepare_ns;
} dg_artifact;
typedef struct dg_pvf_job {
    uint32_t artifact;
    bool critical;
    dg_ns asked;
} dg_pvf_job;
enum { DG_EXECUTORS_MAX = 8 };
typedef struct dg_pvf_host {
    dg_ns busy_until;
    /* until when each of its executors is at a block that approval checks */
    dg_ns executing[DG_EXECUTORS_MAX];
    bool cold;         /* has nothing that was there when the run began */
    dg_pvf_job *queue; /* in the order they were asked for */
    uint32_t count, ready_cap;
    /* by artifact: when it was or will be; DG_WAITING: queued; DG_NEVER: absent */
    dg_ns *ready;
} dg_pvf_host;

enum { DG_PARTICIPATIONS_MAX = 8 }; /* disputes that a node could work at at one time */

/* ---- reputation.c: what a node holds against its peers ---- */

typedef enum dg_rep { /* costs before benefits, minor ones first */
                      DG_REP_MINOR,
                      DG_REP_MINOR_AGAIN,
                      DG_REP_MAJOR,
                      DG_REP_MAJOR_AGAIN,
                      DG_REP_MALICIOUS,
                      DG_REP_GOOD_MINOR,
                      DG_REP_GOOD_MINOR_FIRST,
                      DG_REP_GOOD_MAJOR,
                      DG_REP_GOOD_MAJOR_FIRST,
                      DG_REP_COUNT
} dg_rep;
typedef struct dg_rep_row {
    const char *name;
    int32_t value;
    const char *source;
} dg_rep_row;
const dg_rep_row *dg_statements_reputation_at(dg_rep which); /* NULL past the end */
/* What a peer can be seen doing; each costs minor as far as is remembered of
 * statement-distribution: unverified. */
typedef enum dg_misstep {
    DG_MISSTEP_OLD_WAY,
    DG_MISSTEP_NEW_WAY,
    DG_MISSTEP_MANIFEST,
    DG_MISSTEP_PARENT,
    DG_MISSTEP_TWICE,
    DG_MISSTEP_COUNT
} dg_misstep;
typedef struct dg_misstep_row {
    const char *says;
    dg_rep costs;
} dg_misstep_row;
const dg_misstep_row *dg_statements_misstep_at(dg_misstep which); /* NULL past the end */
int32_t dg_statements_reputation_threshold(void);                 /* parted below it */

/* Of one peer: in force, and noted since the last batch. */
/* aged: up to that second */
typedef struct dg_peer_score {
    uint32_t peer;
    int32_t score;
    int64_t waiting;
    dg_ns parted_until;
    uint64_t aged;
} dg_peer_score;
/* by peer; only of those it has an opinion of */
typedef struct dg_peer_scores {
    dg_peer_score *of;
    uint32_t count, cap;
} dg_peer_scores;
const dg_peer_score *dg_statements_peer_scores_find(const dg_peer_scores *repute,
                                                    uint32_t peer); /* NULL: none */
/* `*parted`: the peer is not talked to from now on. DG_NOMEM. */
dg_code dg_statements_peer_scores_change(dg_peer_scores *repute, uint32_t peer, dg_rep what,
                                         dg_ns now, bool *parted, dg_error *err);
/* a batch comes into force; peers parted with it */
uint32_t dg_statements_peer_scores_settle(dg_peer_scores *repute, dg_ns now);
void dg_statements_peer_scores_clear(dg_peer_scores *repute);

/* ---- inbound.c: requests that wait for their answer ---- */

typedef enum dg_request_queue_kind {
    DG_QUEUE_POV,
    DG_QUEUE_COLLATION,
    DG_QUEUE_CHUNK,
    DG_QUEUE_DATA,
    DG_QUEUE_DISPUTE,
    DG_QUEUE_COUNT
} dg_request_queue_kind;
typedef struct dg_request_queue_row {
    const char *name;
    uint32_t most;
} dg_request_queue_row;
const dg_request_queue_row *dg_statements_queue_at(
    dg_request_queue_kind kind); /* NULL past the end */
typedef struct dg_waiting {
    uint32_t from, leaf, core;
    dg_ns until;
} dg_waiting;
typedef struct dg_request_queue {
    dg_waiting *of;
    uint32_t count;
} dg_request_queue; /* of one kind */
typedef enum dg_entrance { DG_ENTRANCE_TAKEN, DG_ENTRANCE_REFUSED, DG_ENTRANCE_TWICE } dg_entrance;
/* A request whose answer takes so long on the wire, once those before it are through. DG_NOMEM. */
dg_code dg_statements_queue_enter(dg_request_queue *queue, dg_request_queue_kind kind,
                                  dg_entrance *out, dg_waiting who, dg_ns now, dg_ns takes,
                                  dg_error *err);
void dg_statements_queue_clear(dg_request_queue *queue);

/* A signal on its way to the subsystems, which wait for answers at its leaf: the
 * content of a timer, with the leaves that it deactivates behind it. */
typedef struct dg_held_signal {
    dg_signal signal;
    uint32_t id;
    dg_mode mode;
} dg_held_signal;

/* ---- ears.c: who hears whose approvals ---- */

enum { DG_MASKS_MAX = 16 }; /* sets of validation protocols that classes speak */
typedef struct dg_protocol_reach {
    uint8_t masks[DG_MASKS_MAX], mask_count;
    /* of what passes any link; of what only the newest carries */
    bool hears[2][DG_MASKS_MAX][DG_MASKS_MAX];
    /* of a set: where nothing needs the newest, and where something does */
    uint8_t ear[2][DG_MASKS_MAX], count[2];
    uint8_t mask_of[2][DG_MASKS_MAX]; /* a set of that ear */
} dg_protocol_reach;

typedef struct dg_world_node {
    const dg_node_class *of;
    uint8_t mask;           /* its protocols, in the network's ears */
    uint32_t hardware;      /* time of its calls, parts of 1000 */
    dg_ns busy_until;       /* its subsystems wait for answers */
    uint32_t waits_at;      /* .. at the newest of these leaves, */
    dg_request waits_for;   /* most of the time for this one */
    bool stalls;            /* a signal waits for too long: it will go down */
    uint32_t asked_session; /* whose answers it keeps; valid with `asked` */
    uint32_t asked_version; /* .. of questions up to this version of ParachainHost */
    bool asked;
    dg_leaves leaves;     /* overseer */
    dg_statement sd;      /* statement distribution */
    dg_topologies gossip; /* its old form, and bitfields */
    bool session_seen;    /* gossip-support: last_session_index */
    bool from_before;     /* up since before the fork, which lies within a session */
    uint32_t last_session;
    uint32_t best, finalized; /* client; ids */
    uint32_t final_wanted;    /* a finality notice that came before its block; DG_NO */
    dg_pvf_host pvf;
    dg_peer_scores repute;                    /* of its peers */
    dg_request_queue inbound[DG_QUEUE_COUNT]; /* requests to it */
    uint32_t clock;     /* the fault that has set it, the first is 1; 0: it is right */
    uint64_t claimed;   /* newest slot it claimed; 0: none */
    uint32_t withholds; /* DG_WITHHOLD_ bits: what it keeps to itself now, */
    /* .. and when it last did so, by bit; until 0: never */
    struct {
        dg_ns from, until;
    } withheld[3];
    dg_ns participating[DG_PARTICIPATIONS_MAX]; /* until when it works at disputes */
    bool compiled;                              /* N's code, by its first block with it */
    dg_ns compiled_at;                          /* ready then: it may have begun ahead */
} dg_world_node;

/* ---- fault.c: what goes wrong by plan ---- */

enum { DG_FAULTS_MAX = 256 };
typedef struct dg_planned_fault {
    dg_fault of;
    uint32_t *list;  /* of `of`; owned */
    dg_link_ix link; /* loss */
    bool stands;
    dg_ns began;
    dg_node_ix *nodes; /* that are meant, from its beginning on; owned */
    uint32_t node_count;
} dg_planned_fault;

typedef struct dg_voter {
    uint8_t key[32];
    uint64_t weight;
    uint32_t node;
} dg_voter;

typedef struct dg_grandpa {
    dg_voter *voters;
    uint32_t count;
    uint64_t round;
    uint32_t finalized; /* id; what a round agreed on last */
    uint32_t prevoted;  /* id of this round's common ancestor; DG_NO */
    uint64_t *weights;  /* scratch, by id from the finalized block on */
    uint32_t weights_cap;
} dg_grandpa;

typedef struct dg_computed_grid dg_computed_grid;
enum { DG_COMPUTED_GRIDS = 8 };

/* A candidate that carries new code; or `over`: in block `number` that of the parachain was
 * included by then. */
typedef struct dg_code_upgrade {
    uint32_t para, number;
    bool over;
    dg_hash candidate;
} dg_code_upgrade;

/* What the world asks of the parts above it; each is set before the first block. */
typedef struct dg_world_hooks {
    /* A block leaves the tree: what parts keep at it goes. The block may have been added in half.
     */
    void (*forget)(dg_world_block *b);
    /* .. and what outlives it for a while: see `chunks`. */
    void (*let_go)(dg_world_block *b);
    /* All nodes have finalized a block: it and what lies below it is not taken back any more.
     * Codes as of the one who listens. */
    dg_code (*settle)(dg_world *world, uint32_t last, dg_error *err);
    /* One more candidate stands at a place of a leaf, which nodes may have taken up already. */
    dg_code (*offered)(dg_world *world, uint32_t leaf, uint32_t core, dg_error *err);
    /* Does a fault keep a parachain's collators away now? */
    bool (*collators_away)(const dg_world *world, uint32_t para);
} dg_world_hooks;

struct dg_world {
    dg_world_hooks hooks;
    dg_chain *chain;
    dg_network_options options;
    dg_sim *sim;
    /* where streams by the thousand begin */
    struct {
        dg_rng latency, chunks, vrf_modulo, vrf_delay;
    } luck;
    dg_people people;
    dg_session *sessions;
    dg_world_node *nodes;
    uint32_t node_count; /* the world is the node after the last */
    dg_protocol_reach ears;
    uint32_t asked_by; /* bit v: some node's class has host_known v */
    dg_world_block *blocks;
    uint32_t block_count, block_cap, first_kept; /* ids below it are gone, */
    uint32_t first_known; /* .. and below this one with `taken`, `way` and chunks */
    dg_support *support;
    dg_grandpa finality;
    dg_dispute *disputes; /* newest first */
    /* Of approvals, since the last sample: messages sent and no-shows found. */
    struct {
        uint64_t assignments, approvals, no_shows;
        unsigned level;
        uint32_t newest;
    } gossip;
    /* what digests told of epochs; NULL: the runtime at the fork has none */
    dg_client_view *clients;
    uint64_t first_slot, slot_ns, slot;
    /* the runtime at the fork tells of sessions, so finality waits for approval voting */
    bool approves;
    /* of before.c */
    struct {
        bool within, forked, told;
        uint32_t session;
        uint64_t session_slot;
    } before;
    struct {
        bool set;
        uint64_t slot;
        dg_transition what;
    } enact;
    struct {
        uint64_t attempts, made, panics, refused;
    } collations; /* of this slot */
    struct {
        bool known;
        dg_executor first;
        dg_pvf_code *codes;
        dg_artifact *artifacts;
        uint32_t code_count, artifact_count;
    } pvf;
    dg_code_upgrade *new_code;
    uint32_t new_code_count, new_code_cap;
    uint64_t claimed; /* slot of the last claim */
    uint64_t slot_claims, slot_primary, slot_built, slot_failed;
    uint32_t settled; /* id of the last block that was handed out */
    uint32_t last_session_told;
    bool session_told;
    dg_channel_ix blocks_channel, finality_channel, exchange_channel;
    dg_computed_grid *waves[DG_COMPUTED_GRIDS]; /* of hear_grid.c: of the leaves asked for last */
    /* when the next batch comes into force; counted in records already */
    struct {
        dg_ns next;
        uint64_t told[5];
    } reputation;
    uint64_t messages_told[DG_MSG_COUNT], bytes_told; /* counted in records already */
    /* slot in which each node sends its heartbeat in that session */
    struct {
        uint64_t epoch_start, *at;
    } beats;
    dg_planned_fault *faults;
    uint32_t fault_count;
    dg_network_stats stats;
};

/* What stands behind the door. */
struct dg_network {
    dg_world world;
    bool over; /* what was left over is settled: nothing runs any more */
};

/* links.c */
/* what any two nodes are linked by, but for faults */
const dg_sim_link *dg_world_link(const dg_world *world);
void dg_world_begin_streams(dg_world *world); /* begins streams by the thousand, of its seed */
/* The delay of one thing said of a leaf, by its size on the wire. All that one node
 * says to another of one leaf has the same luck, so nothing overtakes. */
uint64_t dg_world_link_draw(const dg_world *world, uint32_t from, uint32_t to, uint64_t what);
dg_ns dg_world_link_delay(const dg_world *world, uint32_t from, uint32_t to, uint32_t leaf,
                          dg_message_kind kind);
dg_ns dg_world_link_latency(const dg_world *world, uint32_t from, uint32_t to, uint64_t what);
/* Is the link of the two fit for what is said in this way? */
bool dg_world_linked(const dg_world *world, uint32_t a, uint32_t b, dg_way way);
/* A thing said at `at`, or when the other's view was told, is there at this time. */
/* DG_NEVER: cut by a partition */
dg_ns dg_world_link_arrival(const dg_world *world, uint32_t from, uint32_t to, dg_ns sent,
                            dg_ns delay);
/* up, not standing still, not parted from most */
bool dg_world_is_awake(const dg_world *world, uint32_t node);

/* node_clock.c */
/* the begin of a slot, as a clock shows it */
dg_sim_local dg_world_slot_local(const dg_world *world, uint64_t slot);
/* How long a node sleeps that means to sleep for `wait`, by the clock it has now. Work takes true
 * time. */
dg_ns dg_world_own_wait(const dg_world *world, uint32_t node, dg_ns wait);

/* messages.c */
/* Bytes of one message; what real ones come to, encoded. */
uint64_t dg_world_message_bytes(dg_message_kind kind);
/* DG_MSG_ANSWER, of this candidate */
uint64_t dg_world_answer_bytes(const dg_world *world, uint32_t leaf, uint32_t core);
/* so many more, each of so many bytes */
void dg_world_count_sent(dg_world *world, dg_message_kind kind, uint64_t count, uint64_t bytes);

/* fault.c */
/* those that begin and end with it */
dg_code dg_node_faults_slot(dg_world *world, uint64_t slot, dg_error *err);
/* has this parachain lost its collators? */
bool dg_node_faults_collators_away(const dg_world *world, uint32_t para);
void dg_node_faults_clear(dg_world *world);
/* withheld.c */
void dg_world_withheld_note(dg_world_node *node,
                            dg_ns now); /* what it withholds may have changed */
/* any of them then; of each the last time is known */
bool dg_world_withheld_at(const dg_world_node *node, uint32_t bits, dg_ns at);

/* record.c */
dg_code dg_record_emit(dg_world *world, dg_record_kind kind, uint32_t node,
                       const dg_world_block *about, const uint64_t n[6], const char *text,
                       dg_error *err);
dg_code dg_record_losses(dg_world *world, uint32_t node, uint32_t id, const dg_losses *lost,
                         dg_error *err);

/* blocks.c: ids, ancestors, fork choice, pruning */
dg_code dg_world_block_add(dg_world *world, uint32_t *id, dg_block *block, uint32_t parent,
                           uint32_t author, bool primary, dg_error *err);
/* Answers and session at a block, asked once. */
dg_code dg_world_view(dg_world *world, dg_world_block *b, dg_error *err);
bool dg_world_descends(const dg_world *world, uint32_t id, uint32_t from); /* or is it */
bool dg_world_is_better(const dg_world *world, uint32_t a, uint32_t than);
/* what most of those that are awake build on; of equals the newest */
uint32_t dg_world_favourite(const dg_world *world);
bool dg_world_has(const dg_world *world, uint32_t node, uint32_t id); /* imported; and not gone */
uint32_t dg_world_best_of(const dg_world *world,
                          uint32_t node); /* anew, over all it has imported */
dg_code dg_world_prune(dg_world *world, uint32_t *pruned, dg_error *err);
void dg_world_blocks_free(dg_world *world);

/* settle.c: blocks that stay */
dg_code dg_consensus_keep(dg_world *world, uint32_t id, const dg_kept *how, dg_error *err);
/* Hands out what lies above the last settled block, up to `last`. */
dg_code dg_consensus_settle(dg_world *world, uint32_t last, dg_error *err);
dg_code dg_consensus_refuse(dg_world *world, dg_made *made, dg_error *err);

/* import.c: a block, or finality, reaches a node */
dg_code dg_consensus_block_arrived(dg_world *world, uint32_t node, uint32_t id, dg_error *err);
dg_code dg_consensus_finality_arrived(dg_world *world, uint32_t node, uint32_t id, dg_error *err);
dg_code dg_consensus_restart(dg_world *world, uint32_t node, dg_error *err);
/* a record, the first time */
dg_code dg_consensus_tell_session(dg_world *world, const dg_world_block *b, dg_error *err);

/* before.c: the fork block may lie within a session */
dg_code dg_consensus_mid_session_init(dg_world *world, const dg_clock *clock, dg_error *err);
/* in which the session of a leaf began */
uint64_t dg_consensus_mid_session_slot(const dg_world *world, const dg_world_block *b);
/* What a node that was just told its topology at the fork block has heard since. */
dg_code dg_consensus_mid_session_told(dg_world *world, uint32_t node, uint32_t id, dg_error *err);

/* heartbeat.c: transactions by which validators say that they are up, as far as an
 * author has them for a block on `parent`; transaction i ends at ends[i]. */
enum { DG_HEARTBEATS_MAX = 256 };
typedef struct dg_heartbeats {
    dg_buf bytes;
    size_t ends[DG_HEARTBEATS_MAX];
    size_t count;
} dg_heartbeats;
dg_code dg_consensus_heartbeats_take(dg_world *world, dg_heartbeats *out, uint32_t author,
                                     uint32_t parent, uint64_t slot, dg_error *err);

/* signal.c: the overseer's news reaches the subsystems, once they have their answers.
 * An empty one is of finality that deactivates nothing. */
dg_code dg_consensus_signal(dg_world *world, uint32_t node, const dg_signal *signal, uint32_t id,
                            dg_error *err);
dg_code dg_consensus_answered(dg_world *world, uint32_t node, const dg_sim_event *event,
                              dg_error *err);

/* latency.c: how long the answers at a block take a node; `*slowest` of them */
dg_ns dg_world_runtime_latency(const dg_world *world, uint32_t node, uint32_t id,
                               dg_request *slowest);
/* Version of ParachainHost up to which a node keeps the answers of the view's session; 0: none. */
uint32_t dg_world_answers_kept(const dg_world_node *n, const dg_view *view);
/* how long it works at that, by its hardware and its class's pace */
dg_ns dg_world_fuel_ns(const dg_world_node *n, uint64_t fuel);
uint32_t dg_world_hardware_of(const dg_network_options *options, uint32_t node);

/* compile.c: a block of which a node needs code that it has not compiled. `children`:
 * to execute them; otherwise to ask at the block. */
dg_code dg_consensus_compile(dg_world *world, uint32_t node, uint32_t id, bool children,
                             dg_error *err);
/* All code is compiled anew after a restart, unless it is kept on disk. */
dg_code dg_consensus_recompile(dg_world *world, uint32_t node, dg_error *err);

/* slot.c */
/* The node that holds a key of an epoch; DG_NO. */
dg_code dg_consensus_slot_owner(dg_world *world, uint32_t *node, uint32_t head,
                                const uint8_t key[32], dg_error *err);
/* Does an author leave out `slot`, with a head this far ahead of what is final? */
bool dg_consensus_backs_off(uint64_t slot, uint64_t head_slot, uint32_t unfinalized);
/* the world's, and all right clocks' */
dg_code dg_consensus_slot_begin(dg_world *world, uint64_t slot, dg_error *err);
/* of wrong clocks that show it now */
dg_code dg_consensus_slot_own(dg_world *world, uint64_t slot, dg_error *err);

/* author.c */
dg_code dg_consensus_claim(dg_world *world, uint32_t node, uint32_t parent,
                           const dg_slot_claim *claim, dg_error *err);
dg_code dg_consensus_propose(dg_world *world, uint32_t node, const dg_sim_event *event,
                             dg_error *err);
dg_code dg_consensus_build(dg_world *world, uint32_t node, const dg_sim_event *event,
                           dg_error *err);

/* fragment.c: candidates that follow one another, over the relay parents that a leaf allows */
/* may there be more than the leaf's own candidate for a core? */
bool dg_world_has_chains(const dg_view *view);
enum { DG_SCOPE_MAX = 17 };
/* Blocks below the leaf, the nearest first, whose children are of its session: at most so many.
 * `out` may be NULL. */
uint32_t dg_world_ancestors(const dg_world *world, dg_parent *out, const dg_world_block *leaf,
                            uint32_t most);
/* Relay parents that a candidate in a child of the leaf may name, the oldest first; the last is the
 * leaf. */
typedef struct dg_scope {
    uint32_t of[DG_SCOPE_MAX], count;
} dg_scope;
dg_scope dg_world_scope_of(const dg_world *world, uint32_t leaf);
/* What a parachain's next block at a leaf would stand on, as the runtime says. */
typedef struct dg_footing {
    bool known;
    dg_bytes data;    /* PersistedValidationData, encoded; borrowed from the answer */
    dg_hash head;     /* .. hash of the parent head in it */
    uint32_t pov_max; /* .. max_pov_size */
    uint8_t code_hash[32];
} dg_footing;
dg_code dg_world_footing_ask(dg_view *view, dg_footing *out, uint32_t para,
                             dg_assumption assumption, dg_error *err);
/* Whose block each core of a leaf takes next, as somebody sees it; DG_NO: nobody's. */
typedef struct dg_core_turns {
    uint32_t count, of[DG_CORES_MAX];
} dg_core_turns;
uint32_t dg_world_turns_count(const dg_core_turns *turns, uint32_t para);
/* is it the first that takes that parachain's? */
bool dg_world_turns_begin(const dg_core_turns *turns, uint32_t core);
/* One candidate of the network: its relay parent's id, and its place there. */
typedef struct dg_offer {
    uint32_t leaf, at;
} dg_offer;
/* The next one that follows a head and was made under what stands, those of older relay parents
 * first; NULL: no more. `*from` begins as zeroes. */
typedef struct dg_search {
    uint32_t scope, at;
} dg_search;
const dg_candidate *dg_world_candidate_next(const dg_world *world, dg_search *from, dg_offer *found,
                                            const dg_scope *scope, uint32_t para,
                                            const dg_hash *follows, const dg_footing *under);

/* work.c: the candidates that collators make with a leaf as relay parent */
dg_code dg_backing_collate(dg_world *world, uint32_t leaf, dg_error *err);
/* of the clocks of those collators that have one */
dg_code dg_backing_collate_tick(dg_world *world, dg_error *err);
void dg_backing_candidates_clear(dg_world_block *leaf);

/* new_code.c: does a parachain's candidate at `leaf`, on none that does, carry new code, and of how
 * many bytes; noted once it is made */
dg_code dg_backing_code_upgrade_due(dg_world *world, uint32_t *bytes, dg_world_block *leaf,
                                    uint32_t para, dg_error *err);
dg_code dg_backing_code_upgrade_made(dg_world *world, const dg_candidate *made, dg_error *err);

/* collator.c: who makes a parachain's blocks, and which backers take them */
typedef enum dg_attempt_kind {
    DG_ATTEMPT_NONE,
    DG_ATTEMPT_BUILDS,
    DG_ATTEMPT_PANICS
} dg_attempt_kind;
bool dg_backing_collators_tick(const dg_world *world); /* has any a clock of its own? */
dg_code dg_backing_collators_check(const dg_network_options *options, dg_error *err);
const dg_collators *dg_backing_collators_of(const dg_world *world, uint32_t para);
/* With so many blocks of its parachain that the relay chain has not included, built or waiting, and
 * so many cores. */
dg_attempt_kind dg_backing_collator_tries(const dg_collators *by, uint32_t unincluded,
                                          uint32_t cores);
bool dg_backing_collation_taken(const dg_world *world, const dg_world_block *leaf, uint32_t core,
                                uint32_t node);
/* When the collation of a core is at a backer, which has the leaf; DG_NEVER: there is none, or it
 * refuses it. */
dg_ns dg_backing_collation_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node);
/* core: what was made */
void dg_backing_collators_count(dg_world *world, const dg_world_block *leaf, uint32_t core,
                                dg_attempt_kind what);
dg_code dg_backing_collators_tell(dg_world *world, dg_error *err); /* of the slot that ends */

/* pvf.c */
typedef enum dg_pvf_use { DG_PVF_BACKING, DG_PVF_APPROVAL } dg_pvf_use;
/* The code that candidates of a parachain name; the first one stays. */
dg_code dg_backing_pvf_note_code(dg_world *world, uint32_t para, const uint8_t hash[32],
                                 dg_error *err);
/* A node needs a parachain's artifact for a relay parent of that session, from now on. */
dg_code dg_backing_pvf_want(dg_world *world, uint32_t node, const dg_session *session,
                            uint32_t para, dg_pvf_use use, dg_error *err);
/* When it was prepared; DG_NEVER: it is not, by now. */
dg_ns dg_backing_pvf_ready_at(const dg_world *world, uint32_t node, const dg_session *session,
                              uint32_t para);
/* artifacts that it has prepared since the run began */
uint32_t dg_backing_pvf_ready_count(const dg_world *world, uint32_t node);
/* the node has activated it */
dg_code dg_backing_pvf_leaf(dg_world *world, uint32_t node, const dg_world_block *leaf,
                            dg_error *err);
void dg_backing_pvf_step(dg_world *world);                  /* with every tick */
void dg_backing_pvf_restart(dg_pvf_host *host, dg_ns down); /* its process ended then */
/* a process began anew: of classes that keep nothing all is gone */
void dg_backing_pvf_clean(dg_world_node *node, dg_ns down);
/* one of its blocks; too long: see dg_executor */
dg_ns dg_backing_pvf_execute_ns(const dg_world *world, uint32_t para);
/* The end of an execution that could begin at `from`, once an executor is free. */
dg_ns dg_backing_pvf_execute(const dg_world *world, dg_pvf_host *host, uint32_t para, dg_ns from);
void dg_backing_pvf_clear(dg_world *world);
dg_code dg_backing_pvf_tell(dg_world *world, dg_error *err); /* at the end of a slot */

/* hear.c: which votes of a candidate a node has by now; 0 where too few to include it.
 * `voted` of DG_GROUP_MAX, by member of the group. Computed, or as the messages say. */
dg_code dg_statements_votes(dg_world *world, uint8_t *voted, uint32_t *votes, uint32_t leaf,
                            uint32_t core, uint32_t listener, dg_error *err);
/* Members of a group that are up and exchange statements of this leaf. */
uint32_t dg_statements_able(const dg_world *world, uint32_t leaf, uint32_t group);
/* Could its group collect enough votes among themselves, ever? */
bool dg_statements_backable(const dg_world *world, uint32_t leaf, uint32_t core);
/* to fetch a candidate and execute it */
dg_ns dg_approval_check_ns(const dg_world *world, const dg_session *session, uint32_t para);
/* recovery.c: to put its proof together alone, and what that takes in messages, where they are sent
 */
dg_ns dg_backing_recovery_ns(const dg_world *world, const dg_session *session);
void dg_backing_recovery_count(dg_world *world, const dg_session *session, uint64_t times);
/* there is a candidate for the core */
bool dg_statements_is_offered(const dg_world_block *b, uint32_t core);
/* The grid that a node holds for the leaf's session, and since when; NULL: none. */
const dg_session *dg_statements_grid_held(const dg_world *world, uint32_t node, uint32_t leaf,
                                          dg_ns *since);
/* its descriptor */
bool dg_statements_reads(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node);
/* When a member has checked what it has since `from`, as far as is known by now; DG_NEVER: its
 * artifact is not prepared. And its own collation, if it has one of the core's. */
dg_ns dg_statements_validated_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node,
                                 dg_ns from);
dg_ns dg_statements_seconded_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node);
/* To ask another for a candidate and get it, without waiting in line; DG_NEVER: not in time. */
dg_ns dg_statements_computed_request(const dg_world *world, uint32_t node, uint32_t of,
                                     uint32_t leaf, uint32_t core);
/* told of in the old way, and asked for */
bool dg_statements_is_large(const dg_world *world, uint32_t leaf, uint32_t core);
/* for a candidate that was asked for, by its way */
dg_ns dg_statements_request_patience(const dg_world *world, uint32_t leaf, uint32_t node);

/* hear_group.c: inside the group, computed. Times of DG_NEVER do not come. */
typedef struct dg_computed_cluster {
    const dg_world *world;
    const dg_world_block *b;
    uint32_t leaf, core, from, members, needed;
    dg_way way;
    uint32_t seconder; /* member; DG_NO */
    struct {
        dg_ns said, ask;
        bool there;
    } links[DG_GROUP_MAX][DG_GROUP_MAX];
    dg_ns confirmed[DG_GROUP_MAX]; /* when each has the candidate */
    dg_ns voted[DG_GROUP_MAX];
    dg_ns held[DG_GROUP_MAX][DG_GROUP_MAX]; /* [i][m]: when the vote of i is at m */
} dg_computed_cluster;
void dg_statements_computed_cluster_init(dg_computed_cluster *s, const dg_world *world,
                                         uint32_t leaf, uint32_t core);
uint32_t dg_statements_computed_cluster_node(const dg_computed_cluster *s, uint32_t member);
bool dg_statements_computed_cluster_takes_part(const dg_computed_cluster *s, uint32_t node);
uint32_t dg_statements_computed_cluster_member(const dg_computed_cluster *s,
                                               uint32_t node); /* DG_NO: outside */
dg_ns dg_statements_computed_cluster_backed(const dg_computed_cluster *s,
                                            uint32_t member); /* when it has enough votes */
dg_ns dg_statements_computed_gossip(const dg_world *world, uint32_t from, uint32_t to,
                                    uint32_t leaf, dg_ns at, dg_message_kind kind);
dg_ns dg_statements_computed_told(const dg_world *world, uint32_t from, uint32_t to, uint32_t leaf,
                                  dg_ns at, dg_message_kind kind);

/* hear_grid.c: from all groups to all others, computed */
/* When the node has the candidate; and of which member it came first, over which path. */
typedef struct dg_reached {
    dg_ns at, path;
    uint32_t member;
} dg_reached;
dg_code dg_statements_computed_grid_reach(dg_world *world, dg_reached *out, uint32_t leaf,
                                          uint32_t core, uint32_t node, dg_error *err);
void dg_statements_computed_grid_free(dg_computed_grid *wave);

/* exchange.c: the same, message by message */
/* the node has a new leaf */
dg_code dg_statements_sent_taken_up(dg_world *world, uint32_t node, uint32_t leaf, dg_error *err);
dg_code dg_statements_sent_event(dg_world *world, uint32_t node, const dg_sim_event *event,
                                 dg_error *err);
/* a candidate more */
dg_code dg_statements_sent_offered(dg_world *world, uint32_t leaf, uint32_t core, dg_error *err);
void dg_statements_forget(dg_world *world, uint32_t node); /* a process began anew */
/* two that were parted tell their views anew */
dg_code dg_statements_reconnect(dg_world *world, uint32_t a, uint32_t b, dg_error *err);
void dg_statements_sent_free(dg_sent_leaf *exchange);
/* As dg_statements_votes. */
uint32_t dg_statements_sent_votes(const dg_world *world, uint8_t *voted, uint32_t leaf,
                                  uint32_t core, uint32_t listener);
bool dg_statements_sent_bitfield(const dg_world *world, uint32_t leaf, uint32_t validator,
                                 uint32_t listener);

/* reputation.c: of the network, where messages are sent */
dg_code dg_statements_reputation_change(dg_world *world, uint32_t node, uint32_t peer, dg_rep what,
                                        dg_error *err);
dg_code dg_statements_reputation_misstep(dg_world *world, uint32_t node, uint32_t peer,
                                         dg_misstep what, dg_error *err);
/* does one of them not talk to the other? */
bool dg_statements_reputation_parts(const dg_world *world, uint32_t a, uint32_t b);
dg_code dg_statements_reputation_step(dg_world *world, dg_error *err); /* with every tick */
dg_code dg_statements_reputation_tell(dg_world *world, dg_error *err); /* at the end of a slot */

/* chunks.c: when a node has its chunk of what occupies a core of the leaf; DG_NEVER */
dg_ns dg_backing_chunk_at(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node);
uint64_t dg_backing_chunk_bytes(uint32_t validators); /* of one, with its proof */
/* The block that put it on its core, at or below the leaf; the leaf if that one is forgotten. */
uint32_t dg_backing_chunk_home(const dg_world *world, uint32_t leaf, uint32_t core);
/* of its group: took the relay parent up, and speaks */
bool dg_backing_chunk_has_all(const dg_world *world, uint32_t parent, uint32_t node, dg_ns at);
/* the relay parent of what occupies the core */
uint32_t dg_backing_chunk_parent(const dg_world *world, uint32_t home, const dg_core *core);
/* member it asks first */
uint32_t dg_backing_chunk_first(const dg_world *world, uint32_t home, uint32_t core, uint32_t node,
                                uint32_t members);
/* exchange_chunk.c: the same, message by message */
dg_code dg_statements_chunks_taken_up(dg_world *world, uint32_t node, uint32_t leaf, dg_error *err);
/* when it signed */
bool dg_statements_sent_held(const dg_world *world, uint32_t leaf, uint32_t core, uint32_t node);
void dg_statements_chunks_forget(dg_sent_chunks *chunks, uint32_t node);
void dg_statements_chunks_free(dg_sent_chunks *chunks);

/* provision.c: the encoded inherent of an author; `out` empty: none to give. */
typedef struct dg_provision {
    /* occupied cores; bits set on them, of how many; cores with enough of them; cores that wait for
     * longer than a block */
    struct {
        uint64_t cores, bits, possible, enough, slow;
    } available;
    uint32_t bitfields, offered, backable, dispute_sets, dispute_votes;
    dg_offer of[DG_CORES_MAX]; /* candidates offered */
} dg_provision;
dg_code dg_consensus_provide(dg_world *world, dg_buf *out, dg_provision *count, uint32_t node,
                             uint32_t parent, dg_error *err);
/* An inherent in the making, on `parent` by `node`; `bits`: set in it, of each core. */
typedef struct dg_provider {
    dg_world *world;
    dg_provision *count;
    const uint32_t *bits;
    uint32_t node, parent;
    dg_buf list;
} dg_provider;
/* does a candidate become available with so many? */
bool dg_consensus_provide_enough(const dg_view *v, uint32_t bits);
/* `*put`: the candidate has gone in, because enough of its votes are here. */
dg_code dg_consensus_provide_offer(dg_provider *m, bool *put, dg_offer what, dg_error *err);
dg_code dg_consensus_provide_chains(dg_provider *m, dg_error *err); /* provision_chain.c */

/* paras.c: what the runtime says happened */
typedef struct dg_included {
    uint32_t core, group, para;
    dg_hash relay_parent;
} dg_included;
typedef struct dg_para_events {
    uint64_t backed, included, timed_out, disputed, valid, invalid;
    dg_included *of, *backed_of; /* those included, those backed; owned */
} dg_para_events;
dg_code dg_world_para_events_read(dg_world *world, dg_para_events *out, dg_block *block,
                                  dg_error *err);
void dg_world_para_events_clear(dg_para_events *paras);
/* which relay parents were backed */
dg_code dg_world_para_events_tell(dg_world *world, uint32_t node, uint32_t id,
                                  const dg_para_events *paras, dg_error *err);

/* dropped.c: what an author offered and its block `id` did not back, each with a reason */
/* .. and bitfields */
dg_code dg_consensus_rejected_bitfields_tell(dg_world *world, uint32_t node, uint32_t id,
                                             const dg_provision *given, dg_error *err);
dg_code dg_consensus_rejected_candidates_tell(dg_world *world, uint32_t node, uint32_t id,
                                              const dg_provision *given,
                                              const dg_para_events *paras, dg_error *err);

/* approval.c: of the candidates that a block includes, from its making on */
dg_code dg_approval_begin(dg_world *world, uint32_t id, const dg_included *included, uint32_t count,
                          dg_error *err);
dg_code dg_approval_step(dg_world *world, dg_error *err); /* with every tick */
/* as the node has heard */
bool dg_approval_given(const dg_world *world, uint32_t node, const dg_world_block *b);
/* to approval voting: its session's rules were not told */
bool dg_approval_unknown(const dg_world_block *b);
uint64_t dg_approval_waiting(const dg_world *world); /* candidates of blocks that are not final */
void dg_approval_block_free(dg_approval_block *approval);

/* dispute.c: with every tick; what no supermajority calls valid holds finality back */
dg_code dg_approval_disputes_step(dg_world *world, dg_error *err);
bool dg_approval_dispute_holds(const dg_world *world, const dg_world_block *b);
void dg_approval_disputes_free(dg_dispute *all);
/* dispute_put.c: a list of statement sets, into the inherent of a child of `parent` */
dg_code dg_approval_disputes_put(dg_world *world, dg_buf *out, uint32_t *sets, uint32_t *votes,
                                 dg_world_block *parent, dg_error *err);

void dg_approval_reach_init(dg_world *world); /* once all nodes have their classes */

/* aggression.c: at the end of a slot */
void dg_approval_aggression_slot(dg_world *world);

/* finality.c */
dg_code dg_consensus_grandpa_init(dg_world *world, dg_error *err);
void dg_consensus_grandpa_clear(dg_grandpa *finality);
dg_code dg_consensus_grandpa_prevote(dg_world *world, dg_error *err);
dg_code dg_consensus_grandpa_precommit(dg_world *world, dg_error *err);

/* sample.c */
dg_code dg_node_sample_slot(dg_world *world, dg_error *err);

#endif
