/* network_causes.c - what the network's own records say of a claim that broke. */
#include "outcome/outcome_impl.h"

#include <string.h>

enum { ASYNC_BACKING = 7 /* version of ParachainHost from which nodes work so */ };

static bool broke(const json_t *claims, dg_claim_id id)
{
    return dg_outcome_is(claims, id, DG_VERDICT_BROKE);
}

/* The session whose topology was missing first, and the block by then. */
static const dg_event *first_missing(const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        const struct dg_event_net_holders *n = &e->net_holders;
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_HOLDERS
            && n->slot >= (int64_t)run->span.upgrade_slot && n->enabled > n->holders)
            return e;
    }
    return NULL;
}

static const dg_event *first_loss(const dg_outcome_facts *run, const dg_event *missing,
                                  uint32_t *nodes)
{
    const dg_event *first = NULL;
    *nodes = 0;
    for (const dg_event *e = run->log->at; e < missing; e++)
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_LOST
            && e->net_lost.session == missing->net_holders.session) {
            first = first ? first : e;
            (*nodes)++;
        }
    return first;
}

/* The leaf that the signal took away; a loss without one has another reason. */
static const dg_event *signal_at(const dg_outcome_facts *run, const dg_event *lost)
{
    const dg_event *found = NULL;
    for (const dg_event *e = run->log->at; e < lost + 1; e++)
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_SIGNAL && e->at <= lost->at)
            found = e;
    return found;
}

/* Number of the newest block when it happened. */
static uint32_t newest_at(const dg_outcome_facts *run, const dg_event *then)
{
    uint32_t newest = run->span.fork_number;
    for (const dg_event *e = run->log->at; e < then; e++)
        if (e->arm == then->arm && e->kind == DG_EVENT_NET_PARAS && e->block > newest)
            newest = e->block;
    return newest;
}

/* How they lost it, and by what. */
static void loss_words(char *out, size_t size, const dg_outcome_facts *run, const dg_event *lost,
                       uint32_t nodes)
{
    const dg_event *signal = lost->net_lost.how ? signal_at(run, lost) : NULL;
    if (signal && !signal->net_signal.deactivated)
        snprintf(out, size,
                 "was purged at %u nodes before the fork, by the odds of forks in the slots since "
                 "the session began",
                 nodes);
    else if (signal)
        snprintf(out, size,
                 "was purged at %u nodes, first when the best block was #%u, by a leaf signal that "
                 "only deactivated (fork #%lld' lost%s)",
                 nodes, newest_at(run, lost), (long long)signal->net_signal.deactivated,
                 signal->net_signal.by_finality ? " by finality" : "");
    else
        snprintf(out, size,
                 "was %s at %u nodes before any leaf of the session had asynchronous backing",
                 lost->net_lost.how ? "purged" : "dropped", nodes);
}

static int topology_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *missing = broke(claims, DG_CLAIM_TOPOLOGY_PRESENT) ? first_missing(run) : NULL,
                   *lost;
    char line[500], how[300];
    uint32_t nodes;
    if (!missing)
        return 0;
    if (!(lost = first_loss(run, missing, &nodes)))
        return json_array_append_new(
            out,
            json_string(
                "no loss is recorded of the topology that is missing: these nodes never had it"));
    loss_words(how, sizeof how, run, lost, nodes);
    snprintf(line, sizeof line, "the topology of session %lld arrived at #%lld and %s",
             (long long)lost->net_lost.session, (long long)lost->net_lost.topology_block, how);
    return json_array_append_new(out, json_string(line));
}

static bool refused_some(const struct dg_event_net_collators *n)
{
    return n->refused != 0;
}
static bool panicked(const struct dg_event_net_collators *n)
{
    return n->panics != 0;
}

/* The first slot from U on in which collators had that. */
static const dg_event *first_collators(const dg_outcome_facts *run,
                                       bool (*had)(const struct dg_event_net_collators *n))
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_NET_COLLATORS
            && e->net_collators.slot >= (int64_t)run->span.upgrade_slot && had(&e->net_collators))
            return e;
    }
    return NULL;
}

/* What collators were told, or did to themselves. */
static int collator_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *refused =
        broke(claims, DG_CLAIM_COLLATOR_HEALTH) ? first_collators(run, refused_some) : NULL;
    const dg_event *panics = dg_outcome_is(claims, DG_CLAIM_COLLATOR_HEALTH, DG_VERDICT_WARNED)
                                 ? first_collators(run, panicked)
                                 : NULL;
    char line[400];
    int bad = 0;
    if (refused) {
        snprintf(line, sizeof line,
                 "from #%u on leaves have asynchronous backing, and backers refused collations of "
                 "version 1 as a protocol mismatch: "
                 "%lld of the %lld made for the first such leaves",
                 refused->block, (long long)refused->net_collators.refused,
                 (long long)refused->net_collators.collations);
        bad |= json_array_append_new(out, json_string(line));
    }
    if (panics) {
        snprintf(line, sizeof line,
                 "from #%u on cores waited for a block at every relay block: an author that does "
                 "not ask the parachain's "
                 "runtime for room tried again in the same slot of the parachain",
                 panics->block);
        bad |= json_array_append_new(out, json_string(line));
    }
    return bad;
}

/* When artifacts were wanting, and for how long. */
static int pvf_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *first = NULL, *last = NULL;
    char line[400];
    bool own = broke(claims, DG_CLAIM_PVF_READY)
               && !dg_outcome_faults_alone(run, dg_outcome_claim(claims, DG_CLAIM_PVF_READY));
    for (size_t i = 0; own && i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        const struct dg_event_net_pvf *n = &e->net_pvf;
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_NET_PVF
            || n->slot < (int64_t)run->span.upgrade_slot || n->ready >= n->pairs)
            continue;
        first = first ? first : e;
        last = e;
    }
    if (!first)
        return 0;
    snprintf(line, sizeof line,
             "session %lld brought executor parameters that artifacts hang on: from #%u to #%u "
             "validators prepared the parachains' code "
             "again, each one at a time, what backing waits for before what approval waits for",
             (long long)first->net_pvf.session, first->block, last->block);
    return json_array_append_new(out, json_string(line));
}

static const dg_event *first_of(const dg_outcome_facts *run, dg_event_kind kind)
{
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].arm == DG_ARM_TREATMENT && run->log->at[i].kind == kind)
            return &run->log->at[i];
    return NULL;
}

/* "SD_V12_OK at 6 nodes": the classes that lack something. */
static void classes_words(char *out, size_t size, const dg_event *start,
                          bool (*lacks)(const dg_node_class *))
{
    const dg_node_class *class;
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; (class = dg_class_at(i)) && used < size; i++) {
        json_int_t nodes = json_integer_value(
            json_object_get(json_object_get(start->detail, "classes"), class->name));
        if (nodes && lacks(class))
            used += (size_t)snprintf(out + used, size - used, "%s%s at %lld nodes",
                                     used ? ", " : "", class->name, (long long)nodes);
    }
}

static bool cannot_read(const dg_node_class *class)
{
    return !class->receipts_v2;
}
static bool has_one_machine(const dg_node_class *class)
{
    return !class->v2;
}

static int dispute_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *first = broke(claims, DG_CLAIM_DISPUTES) ? first_of(run, DG_EVENT_NET_DISPUTE)
                                                             : NULL,
                   *start = first_of(run, DG_EVENT_NET_START);
    char line[500], who[300];
    if (!first || !start)
        return 0;
    classes_words(who, sizeof who, start, cannot_read);
    snprintf(line, sizeof line,
             "candidates with descriptors of version 2 were included from #%u on, in session %lld; "
             "classes that cannot read them: %s",
             first->block, (long long)first->net_start.parachains, who[0] ? who : "none");
    return json_array_append_new(out, json_string(line));
}

/* Nodes without the topology they want since, collations refused since, a call that
 * only the new version has. */
bool dg_outcome_switched(const dg_outcome_facts *run, const json_t *claims)
{
    bool refused = !dg_outcome_is(claims, DG_CLAIM_COLLATOR_HEALTH, DG_VERDICT_HELD)
                   && first_collators(run, refused_some);
    return (broke(claims, DG_CLAIM_TOPOLOGY_PRESENT) && first_missing(run)) || refused
           || first_of(run, DG_EVENT_NET_STALLED);
}

/* Nodes that back nothing once leaves have asynchronous backing: few of them do no claim
 * much harm, and are told all the same. */
static int lagging_causes(json_t *out, const dg_outcome_facts *run)
{
    const dg_event *start = first_of(run, DG_EVENT_NET_START);
    char line[500], who[300];
    if (!start || !run->enacted
        || dg_version_api(dg_runtime_version(run->to), "ParachainHost") < ASYNC_BACKING)
        return 0;
    classes_words(who, sizeof who, start, has_one_machine);
    if (!who[0])
        return 0;
    snprintf(line, sizeof line,
             "of %lld validators these have no part in asynchronous backing, and as authors back "
             "nothing: %s",
             (long long)start->net_start.nodes, who);
    return json_array_append_new(out, json_string(line));
}

int dg_outcome_network_causes(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    if (collator_causes(out, run, claims) || pvf_causes(out, run, claims)
        || dispute_causes(out, run, claims) || dg_outcome_stall_causes(out, run, claims)
        || lagging_causes(out, run))
        return -1;
    return topology_causes(out, run, claims);
}

/* A class that may lose what came before it was wanted; so may one without a repair. */
static bool some_lose(const dg_event *start)
{
    const char *name;
    json_t *nodes;
    json_object_foreach(json_object_get(start->detail, "classes"), name, nodes)
    {
        const dg_node_class *class = dg_class_named(name);
        if (json_integer_value(nodes)
            && (!class || class->early == DG_EARLY_DROP
                || (class->early == DG_EARLY_KEEP && class->forgets_unused
                    && !class->keeps_newest)))
            return true;
    }
    return false;
}

/* What was lost comes again with the next session: before a boundary it is missing for as
 * long as that takes, in the first block of a session there is nothing to lose yet. */
static int topology_advice(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *missing = broke(claims, DG_CLAIM_TOPOLOGY_PRESENT) ? first_missing(run) : NULL;
    const json_t *claim = dg_outcome_claim(claims, DG_CLAIM_TOPOLOGY_PRESENT);
    json_int_t slots = json_integer_value(json_object_get(claim, "count"));
    uint32_t nodes;
    char line[500];
    if (!missing || !first_loss(run, missing, &nodes))
        return 0;
    snprintf(line, sizeof line,
             "require node class SD_V12_OK; or enact in the first block of a session (boundary), "
             "which has no topology to lose yet: "
             "before it topologies are missing until the session changes, here in %lld slot%s%s",
             (long long)slots, slots == 1 ? "" : "s",
             dg_outcome_is(claims, DG_CLAIM_API_WINDOW, DG_VERDICT_WARNED)
                 ? ". At it, what api-window names is read for the session that begins"
                 : "");
    return json_array_append_new(out, json_string(line));
}

/* Some answers count for a whole session where U begins one. That is the lesser evil for
 * nodes which lose topologies everywhere else. */
int dg_outcome_window_advice(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    const dg_event *start = first_of(run, DG_EVENT_NET_START);
    uint32_t old = dg_version_api(dg_runtime_version(run->from), "ParachainHost"),
             now = dg_version_api(dg_runtime_version(run->to), "ParachainHost");
    bool lost = start && old < ASYNC_BACKING && now >= ASYNC_BACKING && some_lose(start);
    /* which has said where */
    if (!dg_outcome_is(claims, DG_CLAIM_API_WINDOW, DG_VERDICT_WARNED)
        || dg_outcome_is(claims, DG_CLAIM_TOPOLOGY_PRESENT, DG_VERDICT_BROKE))
        return 0;
    return json_array_append_new(
        out,
        json_string(lost ? "require node class SD_V12_OK, then keep U some blocks away from a "
                           "session boundary: some answers read there count for a whole session. "
                           "With nodes that lose topologies before a boundary U does least in the "
                           "first block of a session"
                         : "keep U some blocks away from a session boundary: some answers read "
                           "there count for a whole session"));
}

int dg_outcome_network_advice(json_t *out, const dg_outcome_facts *run, const json_t *claims)
{
    int bad = dg_outcome_fault_advice(out, run, claims) | dg_outcome_stall_advice(out, run, claims);
    if (broke(claims, DG_CLAIM_DISPUTES))
        bad |= json_array_append_new(
            out, json_string("leave the node feature off until validators are of class "
                             "SD_V12_RECEIPTS or newer: it acts two sessions "
                             "after it was scheduled, and so would taking it back"));
    return bad | topology_advice(out, run, claims);
}
