/* proposer.c - a claim of a slot, and the block that comes of it.
 *
 * Every claim is used. Two claims of one slot give two blocks on what their authors
 * took for the best, as it is on a real network in about every fourth slot.
 * Mirrors: sc-consensus-slots, sc-consensus-babe, sc-basic-authorship. */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

/* A claim on its way: the content of a proposal's timers. */
typedef struct proposal {
    dg_slot_claim claim;
    uint32_t parent;
    dg_ns deadline;
} proposal;

/* ---- claims ---- */

dg_code dg_consensus_claim(dg_world *world, dg_node_ix node, dg_leaf_id parent,
                           const dg_slot_claim *claim, dg_error *err)
{
    dg_sim_local at = dg_world_slot_local(world, claim->slot);
    dg_sim_msg *msg;
    proposal *p;
    dg_code rc = dg_sim_msg_new(world->sim, &msg, sizeof *p, NULL, err);
    assert(node.v < world->node_count && parent.v < world->block_count);
    if (rc < 0)
        return rc;
    p = dg_sim_msg_room(msg);
    *p = (proposal){ .claim = *claim, .parent = parent.v };
    rc = dg_sim_timer_local_at(
        world->sim, NULL, (dg_node_ix){ node.v }, at,
        &(dg_sim_timer){ .tag = DG_TAG_PROPOSE, .a = claim->slot, .msg = msg }, err);
    dg_sim_msg_drop(world->sim, msg);
    return rc;
}

/* ---- proposing ---- */

/* When there is something to propose: what the subsystems have gathered a while after
 * they took the leaf up, or without them when they do not answer in time. */
static dg_ns inherent_ready(const dg_world *world, dg_node_ix node, dg_leaf_id parent)
{
    dg_ns taken = world->blocks[parent.v].taken[node.v], ready;
    dg_ns give_up = dg_sim_now(world->sim)
                    + dg_world_own_wait(world, node, dg_world_constant(DG_CONST_INHERENT_LIMIT));
    ready = (taken == DG_NEVER ? world->consensus->nodes[node.v].busy_until : taken)
            + dg_world_own_wait(world, node, dg_world_constant(DG_CONST_PROPOSE_WAIT));
    return ready < give_up ? ready : give_up;
}

/* Who wakes up within a slot has what is left of it, two thirds at most, as its clock
 * counts. After slots without a block there is more time, twice as much for every second one.
 * Mirrors: sc-consensus-slots (proposing_remaining_duration, slot_lenience_exponential). */
static dg_ns budget_of(const dg_world *world, uint64_t slot, dg_leaf_id parent, dg_ns late)
{
    enum { STEP = 2, CAP = 7 };
    const dg_world_block *b = &world->blocks[parent.v];
    uint64_t skipped = b->parent != DG_NO && slot > b->slot + 1 ? slot - b->slot - 1 : 0,
             times = skipped / STEP;
    dg_ns part = world->slot_ns / 1000 * dg_world_constant(DG_CONST_SLOT_BUDGET),
          left = world->slot_ns - late;
    dg_ns lenience = skipped ? part << (times < CAP ? times : CAP) : 0;
    return (left < part ? left : part) + lenience;
}

/* As soon as the code that is to execute the block has been compiled. */
static dg_code propose_later(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                             dg_error *err)
{
    dg_sim_msg *msg = dg_sim_msg_keep(event->msg);
    dg_code rc = dg_sim_timer_after(
        world->sim, NULL, (dg_node_ix){ node.v }, 0,
        &(dg_sim_timer){ .tag = DG_TAG_PROPOSE, .a = event->a, .msg = msg }, err);
    dg_sim_msg_drop(world->sim, msg);
    return rc;
}

/* An inherent of a fresh leaf is ready a while after it; what does not fit into the
 * budget of the slot is not built. */
dg_code dg_consensus_propose(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                             dg_error *err)
{
    const proposal *given = dg_sim_msg_data(event->msg);
    dg_ns now = dg_sim_now(world->sim), ready, budget;
    dg_sim_local late = dg_sim_local_now(world->sim, (dg_node_ix){ node.v })
                        - dg_world_slot_local(world, given->claim.slot);
    dg_sim_msg *msg;
    proposal *p;
    uint32_t parent = world->nodes[node.v].best;
    dg_code rc;
    if (world->blocks[parent].parent != DG_NO && world->blocks[parent].slot >= given->claim.slot)
        parent = given->parent; /* the slot's other block was quicker: not on top of it */
    if (!dg_world_has(world, node, (dg_leaf_id){ parent }) || late >= (dg_sim_local)world->slot_ns)
        return DG_OK; /* its process stood still for the whole slot */
    if ((rc = dg_consensus_compile(world, node, (dg_leaf_id){ parent }, true, err)) < 0)
        return rc;
    if (dg_sim_node_paused(world->sim, (dg_node_ix){ node.v }))
        return propose_later(world, node, event, err);
    budget = dg_world_own_wait(
        world, node,
        budget_of(world, given->claim.slot, (dg_leaf_id){ parent }, late > 0 ? (dg_ns)late : 0));
    ready = inherent_ready(world, node, (dg_leaf_id){ parent });
    if (ready > now + budget)
        return DG_OK;
    if ((rc = dg_sim_msg_new(world->sim, &msg, sizeof *p, NULL, err)) < 0)
        return rc;
    p = dg_sim_msg_room(msg);
    *p = (proposal){ .claim = given->claim, .parent = parent, .deadline = now + budget };
    rc = dg_sim_timer_at(world->sim, NULL, (dg_node_ix){ node.v }, ready > now ? ready : now,
                         &(dg_sim_timer){ .tag = DG_TAG_BUILD, .msg = msg }, err);
    dg_sim_msg_drop(world->sim, msg);
    return rc;
}

/* ---- building ---- */

typedef struct making {
    const proposal *p;
    uint32_t node;
    dg_provision count;
    dg_kept how;
    dg_enactment enactment;
    bool enacts, took; /* .. and N is the code now */
    bool later;        /* what comes after N is in it */
    dg_error refused;  /* why not */
    dg_heartbeats beats;
    dg_client_note note;
    bool unexpected; /* the epoch digest, or its lack */
} making;

/* Is the block U, so that what follows is N's first? */
static bool follows_upgrade(const dg_world *world, uint32_t block)
{
    const dg_world_block *b = &world->blocks[block];
    return b->enacted && (b->parent == DG_NO || !world->blocks[b->parent].enacted);
}

static bool is_later(const dg_world *world, const making *m)
{
    const dg_world_block *parent = &world->blocks[m->p->parent];
    return world->consensus->later.set && m->p->claim.slot >= world->consensus->later.slot
           && parent->enacted && !parent->later && !follows_upgrade(world, m->p->parent);
}

/* Transactions of a block: heartbeats, or the one that enacts, which leaves no room. */
static dg_code build(dg_world *world, dg_block **out, making *m, dg_bytes inherent, dg_error *err)
{
    dg_block *parent = world->blocks[m->p->parent].block;
    assert(parent && m->beats.count <= DG_HEARTBEATS_MAX);
    dg_bytes extrinsic, beats[DG_HEARTBEATS_MAX];
    dg_build_options options = { .claim = m->p->claim,
                                 .paras_inherent = inherent,
                                 .extrinsics = beats,
                                 .extrinsic_count = m->beats.count };
    dg_code rc;
    for (size_t i = 0, from = 0; i < m->beats.count; from = m->beats.ends[i++])
        beats[i] = dg_bytes_of(m->beats.bytes.at + from, m->beats.ends[i] - from);
    if (follows_upgrade(world, m->p->parent)) {
        options.writes = world->options.first_writes;
        options.write_count = world->options.first_write_count;
    }
    m->enacts = world->consensus->enact.set && m->p->claim.slot >= world->consensus->enact.slot
                && !world->blocks[m->p->parent].enacted;
    if (m->enacts) {
        if ((rc = dg_chain_transition(world->chain, &m->enactment, parent,
                                      &world->consensus->enact.what, err))
            < 0)
            /* nothing of N: the chain has no such way */
            return rc == DG_UNSUPPORTED ? dg_fail_within(err, DG_USAGE, "enactment") : rc;
        m->how.path = m->enactment.path;
        m->how.config_session = m->enactment.config_session;
        m->how.amended = m->enactment.parent != parent;
        parent = m->enactment.parent;
        extrinsic = dg_buf_bytes(&m->enactment.extrinsic);
        options.extrinsics = &extrinsic;
        options.extrinsic_count = extrinsic.len != 0;
        options.writes = (const dg_bytes(*)[2])m->enactment.writes;
        options.write_count = m->enactment.write_count;
    }
    m->later = !m->enacts && is_later(world, m);
    if (m->later) {
        rc = dg_chain_transition(world->chain, &m->enactment, parent, &world->consensus->later.what,
                                 err);
        if (rc < 0)
            return rc == DG_UNSUPPORTED ? dg_fail_within(err, DG_USAGE, "after N") : rc;
        options.writes = (const dg_bytes(*)[2])m->enactment.writes;
        options.write_count = m->enactment.write_count;
    }
    rc = dg_chain_build(world->chain, out, &m->how.report, parent, &options, err);
    if (m->enacts || m->later)
        dg_enactment_clear(&m->enactment);
    return rc;
}

static dg_code tell_failed(dg_world *world, const making *m, const dg_error *why, dg_error *err)
{
    struct dg_event_net_failed n = { .slot = m->p->claim.slot,
                                     .step = m->how.report.step,
                                     .offered = m->count.offered,
                                     .bitfields = m->count.bitfields };
    dg_authored block = { .slot = m->p->claim.slot,
                          .number = world->blocks[m->p->parent].number + 1,
                          .author = m->node,
                          .report = &m->how.report,
                          .path = m->how.path,
                          .config_session = m->how.config_session,
                          .amended = m->how.amended,
                          .why = why->text,
                          .epoch = m->unexpected ? &m->note : NULL };
    dg_code rc;
    world->consensus->in_slot.failed++;
    world->stats.failed_blocks++;
    rc = dg_world_emit_why(
        world, &world->blocks[m->p->parent],
        &(dg_event){ .kind = DG_EVENT_NET_FAILED, .node = m->node, .net_failed = n }, "reason",
        why->text, err);
    return rc < 0 ? rc : dg_consensus_refuse(world, &block, err);
}

/* Known before anybody looks at the block. */
static dg_code note_enacted(dg_world *world, making *m, dg_world_block *b, dg_error *err)
{
    dg_bytes code = world->consensus->enact.what.code;
    bool pending = false;
    dg_code rc =
        code.len ? dg_chain_enacted(world->chain, b->block, code, &pending, &m->refused) : DG_OK;
    m->took = rc == DG_OK;
    b->enacted = true;
    b->pending = pending;
    return rc == DG_NOMEM || rc == DG_IO ? dg_fail(err, rc, "%s", m->refused.text) : DG_OK;
}

static dg_code tell_enacted(dg_world *world, const making *m, dg_world_block *b, dg_error *err)
{
    struct dg_event_net_upgrade n = { .slot = b->slot, .enacted = m->took, .pending = b->pending };
    return dg_world_emit_why(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_UPGRADE, .node = DG_EVENT_NO_NODE, .net_upgrade = n },
        "refused", m->took ? NULL : m->refused.text, err);
}

static dg_code tell_included(dg_world *world, dg_node_ix node, const dg_world_block *b,
                             const dg_para_events *paras, dg_error *err)
{
    dg_code rc = DG_OK;
    for (uint64_t i = 0; paras->of && i < paras->included && rc >= 0; i++)
        rc = dg_world_emit(world, b,
                           &(dg_event){ .kind = DG_EVENT_NET_INCLUDED,
                                        .node = node.v,
                                        .net_included = { .slot = b->slot,
                                                          .para = paras->of[i].para,
                                                          .core = paras->of[i].core } },
                           err);
    return rc;
}

static dg_code tell_statements(dg_world *world, const making *m, const dg_world_block *b,
                               const dg_para_events *paras, dg_error *err)
{
    struct dg_event_net_statements n = { .slot = b->slot,
                                         .sets = m->count.dispute_sets,
                                         .votes = m->count.dispute_votes,
                                         .begun = paras->disputed,
                                         .valid = paras->valid,
                                         .invalid = paras->invalid };
    if (!(n.sets + n.begun + n.valid + n.invalid))
        return DG_OK;
    return dg_world_emit(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_STATEMENTS, .node = m->node, .net_statements = n }, err);
}

static int64_t mode_number(dg_mode mode)
{
    return mode == DG_MODE_ERROR ? -1 : mode == DG_MODE_ENABLED;
}

/* Of a block whose author looked for candidates by another mode than its parent's. */
static dg_code tell_mode(dg_world *world, const making *m, const dg_world_block *b, dg_error *err)
{
    const dg_view *leaf = &world->blocks[b->parent].view;
    struct dg_event_net_mode_kept n = { .slot = b->slot,
                                        .session = leaf->session,
                                        .kept = mode_number(m->count.mode),
                                        .leaf = mode_number(leaf->mode),
                                        .backable = m->count.backable };
    if (!m->count.other_mode)
        return DG_OK;
    return dg_world_emit(
        world, b,
        &(dg_event){ .kind = DG_EVENT_NET_MODE_KEPT, .node = m->node, .net_mode_kept = n }, err);
}

static dg_code tell_built(dg_world *world, const making *m, dg_leaf_id id, dg_error *err)
{
    dg_world_block *b = &world->blocks[id.v];
    const dg_world_block *parent = &world->blocks[b->parent];
    const struct dg_event_net_built built = { .slot = b->slot,
                                              .primary = b->primary,
                                              .parent_slot = parent->slot,
                                              .offered = m->count.offered,
                                              .bitfields = m->count.bitfields,
                                              .session = parent->view.session };
    dg_para_events paras;
    dg_code rc;
    if ((rc = dg_world_emit(
             world, b,
             &(dg_event){ .kind = DG_EVENT_NET_BUILT, .node = m->node, .net_built = built }, err))
            < 0
        || (rc = dg_world_para_events_read(world, &paras, b->block, err)) < 0)
        return rc;
    if ((rc = dg_approval_begin(world, id, paras.of, (uint32_t)paras.included, err)) >= 0)
        rc = tell_included(world, (dg_node_ix){ m->node }, b, &paras, err);
    if (rc >= 0)
        rc = dg_world_para_events_tell(world, (dg_node_ix){ m->node }, id, &paras, err);
    if (rc >= 0)
        rc = dg_consensus_rejected_candidates_tell(world, (dg_node_ix){ m->node }, id, &m->count,
                                                   &paras, err);
    if (rc >= 0)
        rc = dg_consensus_rejected_bitfields_tell(world, (dg_node_ix){ m->node }, id, &m->count,
                                                  err);
    dg_world_para_events_clear(&paras);
    if (rc < 0)
        return rc;
    world->stats.backed += paras.backed;
    world->stats.included += paras.included;
    world->stats.timed_out += paras.timed_out;
    if ((rc = dg_world_emit(world, b,
                            &(dg_event){ .kind = DG_EVENT_NET_AVAILABLE,
                                         .node = m->node,
                                         .net_available = { .slot = b->slot,
                                                            .cores = m->count.available.cores,
                                                            .bits = m->count.available.bits,
                                                            .possible = m->count.available.possible,
                                                            .enough = m->count.available.enough,
                                                            .slow = m->count.available.slow } },
                            err))
        < 0)
        return rc;
    if ((rc = dg_world_emit(world, b,
                            &(dg_event){ .kind = DG_EVENT_NET_PARAS,
                                         .node = m->node,
                                         .net_paras = { .slot = b->slot,
                                                        .backed = paras.backed,
                                                        .included = paras.included,
                                                        .timed_out = paras.timed_out,
                                                        .offered = m->count.offered,
                                                        .backable = m->count.backable } },
                            err))
        < 0)
        return rc;
    if ((rc = tell_statements(world, m, b, &paras, err)) < 0
        || (rc = tell_mode(world, m, b, err)) < 0)
        return rc;
    return m->enacts ? tell_enacted(world, m, b, err) : DG_OK;
}

/* Nobody waits for a proposal beyond its part of the slot.
 * Mirrors: sc-consensus-slots, "Discarding proposal for slot .. block production took too long". */
static dg_code in_time(dg_world *world, making *m, dg_error *err)
{
    uint64_t work = dg_world_work_of(world, (dg_leaf_id){ m->p->parent }, m->how.report.fuel_total);
    dg_ns cost = dg_world_fuel_ns(&world->nodes[m->node], work), now = dg_sim_now(world->sim);
    dg_ns left = m->p->deadline > now ? m->p->deadline - now : 0;
    dg_error why;
    dg_code rc;
    if (cost <= left)
        return DG_OK;
    dg_fail(&why, DG_LIMIT,
            "block production took too long: %llu ms, with %llu ms of the slot "
            "left",
            (unsigned long long)(cost / DG_MS), (unsigned long long)(left / DG_MS));
    rc = tell_failed(world, m, &why, err);
    return rc < 0 ? rc : DG_ABSENT;
}

/* What it made its author imports itself, and a client that expects another epoch digest takes
 * no block, its own neither. Mirrors: sc-consensus-babe (import_block: ExpectedEpochChange,
 * UnexpectedEpochChange). */
static dg_code import_own(dg_world *world, making *m, dg_client_at *epochs, dg_block *block,
                          dg_error *err)
{
    dg_error why;
    dg_code rc = DG_OK;
    *epochs = (dg_client_at){ .slot = m->p->claim.slot };
    if (world->consensus->clients)
        rc = dg_client_follow(world->consensus->clients, epochs, &m->note,
                              &world->blocks[m->p->parent].epochs, block, err);
    if (rc < 0 || m->note.digest_expected == m->note.digest_seen)
        return rc;
    m->unexpected = true;
    dg_fail(&why, DG_MISMATCH,
            "no client imports the block: %s epoch change (epoch %llu began in slot %llu)",
            m->note.digest_seen ? "unexpected" : "expected",
            (unsigned long long)m->note.epoch_index, (unsigned long long)m->note.epoch_start);
    rc = tell_failed(world, m, &why, err);
    return rc < 0 ? rc : DG_ABSENT;
}

static dg_code built(dg_world *world, making *m, dg_block *block, dg_error *err)
{
    dg_client_at epochs;
    uint64_t work = dg_world_work_of(world, (dg_leaf_id){ m->p->parent }, m->how.report.fuel_total);
    dg_ns cost = work / dg_world_constant(DG_CONST_FUEL_PER_US) * 1000;
    uint32_t id;
    dg_code rc = in_time(world, m, err);
    if (rc != DG_OK || (rc = import_own(world, m, &epochs, block, err)) != DG_OK)
        return rc < 0 ? rc : DG_OK;
    if ((rc = dg_world_block_add(world, &id, block, (dg_leaf_id){ m->p->parent },
                                 (dg_node_ix){ m->node }, m->p->claim.kind == DG_SLOT_CLAIM_PRIMARY,
                                 err))
        < 0)
        return rc;
    world->blocks[id].epochs = epochs;
    world->blocks[id].later |= m->later;
    if (m->enacts && (rc = note_enacted(world, m, &world->blocks[id], err)) < 0)
        return rc;
    if ((rc = dg_consensus_keep(world, (dg_leaf_id){ id }, &m->how, err)) < 0)
        return rc;
    assert(world->blocks[id].slot == m->p->claim.slot && world->blocks[id].author == m->node);
    world->blocks[id].fuel = work;
    world->consensus->in_slot.built++;
    world->stats.blocks++;
    if ((rc = tell_built(world, m, (dg_leaf_id){ id }, err)) < 0)
        return rc;
    return dg_sim_timer_after(world->sim, NULL, (dg_node_ix){ m->node }, cost,
                              &(dg_sim_timer){ .tag = DG_TAG_SEALED, .a = id }, err);
}

/* What the runtime refused, as opposed to what this program could not do. */
static bool is_theirs(dg_code rc)
{
    return rc == DG_TRAP || rc == DG_MALFORMED || rc == DG_MISMATCH || rc == DG_LIMIT
           || rc == DG_UNSUPPORTED;
}

dg_code dg_consensus_build(dg_world *world, dg_node_ix node, const dg_sim_event *event,
                           dg_error *err)
{
    making m = { .p = dg_sim_msg_data(event->msg), .node = node.v };
    dg_block *block = NULL;
    dg_error why = { .text = "" };
    dg_buf inherent;
    dg_code rc;
    if (world->blocks[m.p->parent].gone)
        return DG_OK;
    rc = dg_consensus_provide(world, &inherent, &m.count, node, (dg_leaf_id){ m.p->parent }, err);
    if (rc == DG_OK
        && (rc = dg_consensus_heartbeats_take(world, &m.beats, node, (dg_leaf_id){ m.p->parent },
                                              m.p->claim.slot, err))
               == DG_OK) {
        rc = build(world, &block, &m, dg_buf_bytes(&inherent), &why);
        if (is_theirs(rc))
            rc = tell_failed(world, &m, &why, err);
        else if (rc < 0)
            rc = dg_fail(err, rc, "%s", why.text);
        else
            rc = built(world, &m, block, err);
    }
    dg_buf_clear(&inherent);
    dg_buf_clear(&m.beats.bytes);
    return rc;
}
