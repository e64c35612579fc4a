/* peer_reputation.c - what a node holds against its peers, and when it will not have them.
 *
 * A peer that sends what is not allowed at that leaf loses some of its reputation with
 * that one node. Costs are collected and come into force in batches; malice does
 * at once. Each second a score goes back towards zero by a part of itself. As long as it
 * is below a threshold the two are parted, both ways; then they begin with each other
 * anew. Kept only of those peers of which something was ever said.
 * Mirrors: node-subsystem-util reputation.rs; sc-network peer_store.rs. */
#include "statements/statements_impl.h"

#include <assert.h>
#include <string.h>

#define SECOND (1000 * DG_MS)

static const dg_reputation_row changes[DG_REPUTATION_COUNT] = {
    [DG_REPUTATION_COST_MINOR] = { "cost minor", -100000,
                                   "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_COST_MINOR_REPEATED] = { "cost minor, repeated", -200000,
                                            "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_COST_MAJOR] = { "cost major", -300000,
                                   "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_COST_MAJOR_REPEATED] = { "cost major, repeated", -600000,
                                            "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_MALICIOUS] = { "malicious", INT32_MIN,
                                  "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_BENEFIT_MINOR] = { "benefit minor", 10000,
                                      "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_BENEFIT_MINOR_FIRST] = { "benefit minor, first", 15000,
                                            "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_BENEFIT_MAJOR] = { "benefit major", 200000,
                                      "network protocol, UnifiedReputationChange" },
    [DG_REPUTATION_BENEFIT_MAJOR_FIRST] = { "benefit major, first", 300000,
                                            "network protocol, UnifiedReputationChange" },
};

static const dg_misstep_row missteps[DG_MISSTEP_COUNT] = {
    [DG_MISSTEP_OLD_WAY] = { "a legacy statement of a leaf that works the new way",
                             DG_REPUTATION_COST_MINOR },
    [DG_MISSTEP_NEW_WAY] = { "a compact statement or manifest of a leaf that works the old way",
                             DG_REPUTATION_COST_MINOR },
    [DG_MISSTEP_MANIFEST] = { "a manifest from outside of the receiving set",
                              DG_REPUTATION_COST_MINOR },
    [DG_MISSTEP_PARENT] = { "a statement of a relay parent that is not in view",
                            DG_REPUTATION_COST_MINOR },
    [DG_MISSTEP_TWICE] = { "a request that waits already", DG_REPUTATION_COST_MINOR_REPEATED },
};

const dg_reputation_row *dg_statements_reputation_at(dg_reputation_change which)
{
    return (unsigned)which < DG_REPUTATION_COUNT ? &changes[which] : NULL;
}
const dg_misstep_row *dg_statements_misstep_at(dg_misstep which)
{
    return (unsigned)which < DG_MISSTEP_COUNT ? &missteps[which] : NULL;
}

int32_t dg_statements_reputation_threshold(void)
{
    return (int32_t)((int64_t)INT32_MIN * (int64_t)dg_world_constant(DG_CONST_BAN_PERMILLE) / 1000);
}

/* ---- the table of one node, sorted by peer ---- */

static uint32_t place_of(const dg_peer_scores *r, dg_node_ix peer)
{
    uint32_t from = 0, to = r->count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (r->of[middle].peer < peer.v)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const dg_peer_score *dg_statements_peer_scores_find(const dg_peer_scores *r, dg_node_ix peer)
{
    uint32_t at = place_of(r, peer);
    return at < r->count && r->of[at].peer == peer.v ? &r->of[at] : NULL;
}

static dg_peer_score *find_or_add(dg_peer_scores *r, dg_node_ix peer)
{
    uint32_t at = place_of(r, peer);
    if (at < r->count && r->of[at].peer == peer.v)
        return &r->of[at];
    if (r->count == r->cap) {
        uint32_t cap = r->cap ? r->cap * 2 : 8;
        dg_peer_score *more = dg_realloc(r->of, cap * sizeof *more);
        if (!more)
            return NULL;
        r->of = more;
        r->cap = cap;
    }
    memmove(&r->of[at + 1], &r->of[at], (r->count++ - at) * sizeof *r->of);
    r->of[at] = (dg_peer_score){ .peer = peer.v };
    return &r->of[at];
}

/* A second later; the last bit goes too. */
static int32_t forgive(int32_t score)
{
    int32_t part = score / (int32_t)dg_world_constant(DG_CONST_FORGIVEN);
    return score - (part ? part : (score > 0) - (score < 0));
}

/* What is left of it at `now`; seconds begin with the run. */
static void age(dg_peer_score *o, dg_ns now)
{
    for (; o->aged < now / SECOND && o->score; o->aged++)
        o->score = forgive(o->score);
    o->aged = now / SECOND;
}

static dg_ns parted_until(const dg_peer_score *o)
{
    int32_t score = o->score;
    uint64_t second = o->aged;
    for (; score < dg_statements_reputation_threshold(); second++)
        score = forgive(score);
    return second * SECOND;
}

/* True: parted with this. */
static bool settle(dg_peer_score *o, dg_ns now)
{
    int64_t score;
    bool was = o->parted_until > now;
    age(o, now);
    score = o->score + o->waiting;
    o->waiting = 0;
    o->score = (int32_t)(score < INT32_MIN ? INT32_MIN : score > INT32_MAX ? INT32_MAX : score);
    if (o->score >= dg_statements_reputation_threshold())
        return false;
    o->parted_until = parted_until(o);
    return !was;
}

dg_code dg_statements_peer_scores_change(dg_peer_scores *r, dg_node_ix peer,
                                         dg_reputation_change what, dg_ns now, bool *parted,
                                         dg_error *err)
{
    dg_peer_score *o = find_or_add(r, peer);
    assert((unsigned)what < DG_REPUTATION_COUNT);
    *parted = false;
    if (!o)
        return dg_fail(err, DG_NOMEM, "no memory for what a node holds against %u peers",
                       r->count + 1);
    o->waiting += changes[what].value;
    if (what == DG_REPUTATION_MALICIOUS)
        *parted = settle(o, now);
    return DG_OK;
}

uint32_t dg_statements_peer_scores_settle(dg_peer_scores *r, dg_ns now)
{
    uint32_t parted = 0;
    for (uint32_t i = 0; i < r->count; i++)
        parted += settle(&r->of[i], now);
    return parted;
}

void dg_statements_peer_scores_clear(dg_peer_scores *r)
{
    dg_free(r->of);
    *r = (dg_peer_scores){ .of = NULL };
}

/* ---- the network ---- */

dg_code dg_statements_reputation_change(dg_world *world, dg_node_ix node, dg_node_ix peer,
                                        dg_reputation_change what, dg_error *err)
{
    bool parted;
    dg_code rc = dg_statements_peer_scores_change(&world->statements->peers[node.v].scores, peer,
                                                  what, dg_sim_now(world->sim), &parted, err);
    world->stats.reports += what < DG_REPUTATION_BENEFIT_MINOR;
    world->stats.reports_minor += what <= DG_REPUTATION_COST_MINOR_REPEATED;
    world->stats.reports_major +=
        what == DG_REPUTATION_COST_MAJOR || what == DG_REPUTATION_COST_MAJOR_REPEATED;
    world->stats.parted += parted;
    return rc;
}

dg_code dg_statements_reputation_misstep(dg_world *world, dg_node_ix node, dg_node_ix peer,
                                         dg_misstep what, dg_error *err)
{
    return dg_statements_reputation_change(world, node, peer, missteps[what].costs, err);
}

static bool holds_off(const dg_world *world, dg_node_ix node, dg_node_ix peer)
{
    const dg_peer_score *o =
        dg_statements_peer_scores_find(&world->statements->peers[node.v].scores, peer);
    return o && o->parted_until > dg_sim_now(world->sim);
}

bool dg_statements_reputation_parts(const dg_world *world, dg_node_ix a, dg_node_ix b)
{
    return world->stats.parted && (holds_off(world, a, b) || holds_off(world, b, a));
}

/* Each pair once, whoever of the two it was. */
static uint64_t count_parted(const dg_world *world)
{
    uint64_t pairs = 0;
    for (uint32_t a = 0; world->stats.parted && a < world->node_count; a++)
        for (uint32_t i = 0; i < world->statements->peers[a].scores.count; i++) {
            uint32_t b = world->statements->peers[a].scores.of[i].peer;
            pairs += holds_off(world, (dg_node_ix){ a }, (dg_node_ix){ b })
                     && (a < b || !holds_off(world, (dg_node_ix){ b }, (dg_node_ix){ a }));
        }
    return pairs;
}

dg_code dg_statements_reputation_tell(dg_world *world, dg_error *err)
{
    uint64_t now[5] = { world->stats.reports, world->stats.reports_minor,
                        world->stats.reports_major, count_parted(world), world->stats.refused };
    uint64_t *old = world->statements->reputation.told;
    struct dg_event_net_reputation n = { .slot = world->slot,
                                         .reports = now[0] - old[0],
                                         .minor = now[1] - old[1],
                                         .major = now[2] - old[2],
                                         .banned = now[3],
                                         .refused = now[4] - old[4] };
    if (memcmp(now, old, sizeof now) == 0)
        return DG_OK;
    memcpy(old, now, sizeof now);
    return dg_world_emit(world, NULL,
                         &(dg_event){ .kind = DG_EVENT_NET_REPUTATION,
                                      .node = DG_EVENT_NO_NODE,
                                      .net_reputation = n },
                         err);
}
