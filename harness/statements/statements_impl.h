/* statements_impl.h - shared inside the room only. */
#ifndef DG_STATEMENTS_IMPL_H
#define DG_STATEMENTS_IMPL_H

#include "statements/statements.h"

/* ---- peer_reputation.c: what a node holds against its peers ---- */

typedef enum dg_reputation_change { /* costs before benefits, minor ones first */
                                    DG_REPUTATION_COST_MINOR,
                                    DG_REPUTATION_COST_MINOR_REPEATED,
                                    DG_REPUTATION_COST_MAJOR,
                                    DG_REPUTATION_COST_MAJOR_REPEATED,
                                    DG_REPUTATION_MALICIOUS,
                                    DG_REPUTATION_BENEFIT_MINOR,
                                    DG_REPUTATION_BENEFIT_MINOR_FIRST,
                                    DG_REPUTATION_BENEFIT_MAJOR,
                                    DG_REPUTATION_BENEFIT_MAJOR_FIRST,
                                    DG_REPUTATION_COUNT
} dg_reputation_change;
typedef struct dg_reputation_row {
    const char *name;
    int32_t value;
    const char *source;
} dg_reputation_row;
const dg_reputation_row *dg_statements_reputation_at(
    dg_reputation_change which); /* NULL past the end */
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
    dg_reputation_change costs;
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
                                                    dg_node_ix peer); /* NULL: none */
/* `*parted`: the peer is not talked to from now on. DG_NOMEM. */
dg_code dg_statements_peer_scores_change(dg_peer_scores *repute, dg_node_ix peer,
                                         dg_reputation_change what, dg_ns now, bool *parted,
                                         dg_error *err);
/* a batch comes into force; peers parted with it */
uint32_t dg_statements_peer_scores_settle(dg_peer_scores *repute, dg_ns now);

void dg_statements_peer_scores_clear(dg_peer_scores *scores);

/* ---- request_queues.c: requests that wait for their answer ---- */

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
typedef struct dg_request_waiting {
    uint32_t from, leaf, core;
    dg_ns until;
} dg_request_waiting;
typedef struct dg_request_queue {
    dg_request_waiting *of;
    uint32_t count;
} dg_request_queue; /* of one kind */
typedef enum dg_entrance { DG_ENTRANCE_TAKEN, DG_ENTRANCE_REFUSED, DG_ENTRANCE_TWICE } dg_entrance;
/* A request whose answer takes so long on the wire, once those before it are through. DG_NOMEM. */
dg_code dg_statements_queue_enter(dg_request_queue *queue, dg_request_queue_kind kind,
                                  dg_entrance *out, dg_request_waiting who, dg_ns now, dg_ns takes,
                                  dg_error *err);
void dg_statements_queue_clear(dg_request_queue *queue);

/* ---- distribution.c: the two ways ---- */

/* What each of the two ways does: a table for each. Of functions of the door without a comment here
 * the comment stands there. */
typedef struct dg_statements_distribution {
    dg_code (*taken_up)(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err);
    dg_code (*chunks_taken_up)(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err);
    dg_code (*offered)(dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_error *err);
    dg_code (*event)(dg_world *world, dg_node_ix node, const dg_sim_event *event, dg_error *err);
    /* of a candidate that is there */
    dg_code (*votes)(dg_world *world, uint8_t *voted, uint32_t *votes, dg_leaf_id leaf,
                     dg_place_ix core, dg_node_ix listener, dg_error *err);
    /* of a validator's node */
    bool (*bitfield_is_here)(const dg_world *world, dg_leaf_id leaf, dg_node_ix from,
                             dg_node_ix listener);
    void (*bitfield_read)(const dg_world *world, bool *held, dg_leaf_id leaf, dg_node_ix node);
    dg_ns (*recovery_ns)(const dg_world *world, const dg_session *session);
    void (*recovery_count)(dg_world *world, const dg_session *session, uint64_t times);
    dg_code (*messages_tell)(dg_world *world, dg_error *err);
} dg_statements_distribution;
extern const dg_statements_distribution dg_statements_computed,
    dg_statements_sent; /* computed.c, sent.c */
/* The one that options name. */
const dg_statements_distribution *dg_statements_distribution_of(const dg_network_options *options);

/* ---- what the room keeps of a network ---- */

typedef struct dg_computed_grid dg_computed_grid;
enum { DG_COMPUTED_GRIDS = 8 };

/* What a node holds against others, and what waits at it. */
typedef struct dg_peers {
    dg_peer_scores scores;
    dg_request_queue queues[DG_QUEUE_COUNT]; /* requests to it */
} dg_peers;

typedef struct dg_statements {
    const dg_statements_distribution *by;
    dg_peers *peers;                            /* of each node */
    dg_computed_grid *grids[DG_COMPUTED_GRIDS]; /* of the leaves asked for last */
    struct {
        dg_ns next; /* when the next batch of reputation comes into force */
        uint64_t told[5];
    } reputation;
    uint64_t messages_told[DG_MSG_COUNT], bytes_told; /* counted in records already */
} dg_statements;

/* computed.c */
/* there is a candidate for the core */
bool dg_statements_is_offered(const dg_world_block *b, dg_place_ix core);
/* The grid that a node holds for the leaf's session, and since when; NULL: none. */
const dg_session *dg_statements_grid_held(const dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                          dg_ns *since);
/* its descriptor */
bool dg_statements_reads(const dg_world *world, dg_leaf_id leaf, dg_place_ix core, dg_node_ix node);
/* When a member has checked what it has since `from`, as far as is known by now; DG_NEVER: its
 * artifact is not prepared. And its own collation, if it has one of the core's. */
dg_ns dg_statements_validated_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                                 dg_node_ix node, dg_ns from);
dg_ns dg_statements_seconded_at(const dg_world *world, dg_leaf_id leaf, dg_place_ix core,
                                dg_node_ix node);
/* To ask another for a candidate and get it, without waiting in line; DG_NEVER: not in time. */
dg_ns dg_statements_computed_request(const dg_world *world, dg_node_ix node, dg_node_ix of,
                                     dg_leaf_id leaf, dg_place_ix core);
/* told of in the old way, and asked for */
bool dg_statements_is_large(const dg_world *world, dg_leaf_id leaf, dg_place_ix core);
/* for a candidate that was asked for, by its way */
dg_ns dg_statements_request_patience(const dg_world *world, dg_leaf_id leaf, dg_node_ix node);

/* computed_cluster.c: inside the group, computed. Times of DG_NEVER do not come. */
typedef struct dg_computed_cluster {
    const dg_world *world;
    const dg_world_block *b;
    uint32_t leaf, core, group, from, members;
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
                                         dg_leaf_id leaf, dg_place_ix core);
uint32_t dg_statements_computed_cluster_node(const dg_computed_cluster *s, dg_member_ix member);
bool dg_statements_computed_cluster_takes_part(const dg_computed_cluster *s, dg_node_ix node);
uint32_t dg_statements_computed_cluster_member(const dg_computed_cluster *s,
                                               dg_node_ix node); /* DG_NO: outside */
/* votes that this node wants to see, of the group or not */
uint32_t dg_statements_computed_cluster_needed(const dg_computed_cluster *s, dg_node_ix node);
dg_ns dg_statements_computed_cluster_backed(const dg_computed_cluster *s,
                                            dg_member_ix member); /* when it has enough votes */
dg_ns dg_statements_computed_told(const dg_world *world, dg_node_ix from, dg_node_ix to,
                                  dg_leaf_id leaf, dg_ns at, dg_message_kind kind);

/* tally.c: votes of a group. No world: votes go in, their count comes out. */
typedef struct dg_statements_group {
    const dg_session *session;  /* of the leaf that is talked about */
    const uint32_t *validators; /* its members, by their index in that session */
    uint32_t members;
} dg_statements_group;
/* Which member a node is in that session; DG_NO: it is none of them. */
uint32_t dg_statements_tally_member(const dg_statements_group *group, dg_node_ix node);
uint32_t dg_statements_tally_votes(uint64_t votes); /* of a set, a bit for each member */
/* The same by when each vote is here: how many are now, and when `needed` are. DG_NEVER: so many
 * never are, or none is needed. */
uint32_t dg_statements_tally_times(const dg_ns *here, uint32_t members, dg_ns now);
dg_ns dg_statements_tally_enough_at(const dg_ns *here, uint32_t members, uint32_t needed);

/* computed_bitfields.c; as the functions of the door */
bool dg_statements_computed_bitfield_is_here(const dg_world *world, dg_leaf_id leaf,
                                             dg_node_ix from, dg_node_ix listener);
void dg_statements_computed_bitfield_read(const dg_world *world, bool *held, dg_leaf_id leaf,
                                          dg_node_ix node);

/* computed_links.c */
/* When what `from` tells everybody at `at` is at `to`: over two hops, or four where the two have
 * no protocol in common; DG_NEVER: not at all. */
dg_ns dg_statements_computed_gossip(const dg_world *world, dg_node_ix from, dg_node_ix to,
                                    dg_leaf_id leaf, dg_ns at, dg_message_kind kind);

/* computed_grid.c: from all groups to all others, computed */
/* When the node has the candidate; and of which member it came first, over which path. */
typedef struct dg_reached {
    dg_ns at, path;
    uint32_t member;
} dg_reached;
dg_code dg_statements_computed_grid_reach(dg_world *world, dg_reached *out, dg_leaf_id leaf,
                                          dg_place_ix core, dg_node_ix node, dg_error *err);
void dg_statements_computed_grid_free(dg_computed_grid *grid);
/* two that were parted tell their views anew */
dg_code dg_statements_reconnect(dg_world *world, dg_node_ix a, dg_node_ix b, dg_error *err);
/* peer_reputation.c: of the network, where messages are sent */
dg_code dg_statements_reputation_change(dg_world *world, dg_node_ix node, dg_node_ix peer,
                                        dg_reputation_change what, dg_error *err);
dg_code dg_statements_reputation_misstep(dg_world *world, dg_node_ix node, dg_node_ix peer,
                                         dg_misstep what, dg_error *err);
/* does one of them not talk to the other? */
bool dg_statements_reputation_parts(const dg_world *world, dg_node_ix a, dg_node_ix b);
void dg_statements_chunks_forget(dg_sent_chunks *chunks, dg_node_ix node);

#endif
