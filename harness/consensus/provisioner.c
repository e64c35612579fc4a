/* provisioner.c - what an author puts into its block for the parachains: what had
 * reached it by then, and nothing else.
 *
 * One bad vote would cost the whole block, so a core without enough votes is left
 * out. Mirrors: polkadot node/core/provisioner (select_candidates, select_bitfields). */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

enum { INHERENT_MAX = 64 << 20 };

/* ---- availability ---- */

bool dg_consensus_provide_enough(const dg_view *v, uint32_t bits)
{
    return v->validator_count && bits >= dg_supermajority(v->validator_count);
}

static void count_available(dg_provision *count, const dg_world_block *b, const uint32_t *bits)
{
    for (uint32_t i = 0; i < b->view.core_count; i++) {
        if (b->view.cores[i].kind != DG_CORE_OCCUPIED)
            continue;
        count->available.cores++;
        count->available.bits += bits[i];
        count->available.possible += b->view.validator_count;
        count->available.enough += dg_consensus_provide_enough(&b->view, bits[i]);
        count->available.slow += b->view.cores[i].since < b->number;
    }
}

/* Bitfields on their way into an inherent on `parent` by `author`. */
typedef struct bitfields_put {
    dg_world *world;
    dg_buf list;
    dg_leaf_id parent;
    dg_node_ix author;
} bitfields_put;

static bool put_bitfield(void *user, bool *held, dg_validator_ix validator, dg_node_ix node)
{
    bitfields_put *p = user;
    const dg_world_block *b = &p->world->blocks[p->parent.v];
    const dg_view *v = &b->view;
    if (!dg_statements_bitfield_is_here(p->world, p->parent, node, p->author))
        return false;
    dg_statements_bitfield_read(p->world, held, p->parent, node);
    dg_bitfield_put(&p->list, validator, held, v->core_count, dg_block_hash(b->block), v->session,
                    v->validators[validator.v], dg_marked_sign);
    return true;
}

static dg_code put_bitfields(dg_world *world, dg_buf *out, dg_provision *count, uint32_t *bits,
                             dg_node_ix node, dg_leaf_id parent, dg_error *err)
{
    const dg_world_block *b = &world->blocks[parent.v];
    const dg_view *v = &b->view;
    bitfields_put p = { .world = world, .parent = parent, .author = node };
    uint32_t signers = b->session && v->cores_known ? v->validator_count : 0;
    dg_code rc;
    if (signers > (b->session ? b->session->count : 0))
        signers = 0;
    dg_buf_init(&p.list, INHERENT_MAX);
    count->bitfields = dg_consensus_tally_bitfields(
        &(dg_consensus_bits){ b->session, signers, bits, v->core_count }, put_bitfield, &p);
    dg_scale_put_compact(out, count->bitfields);
    dg_buf_put_bytes(out, dg_buf_bytes(&p.list));
    rc = dg_buf_check(&p.list, err, "bitfields");
    dg_buf_clear(&p.list);
    count_available(count, b, bits);
    return rc;
}

/* ---- candidates ---- */

static void put_candidate(dg_provider *m, dg_offer offer, const uint8_t *voted)
{
    uint8_t keys[DG_GROUP_MAX][32];
    const dg_world_block *b = &m->world->blocks[offer.leaf];
    const dg_candidate *c = &b->candidates[offer.at];
    uint32_t from = b->view.group_from[c->group], members = b->view.group_from[c->group + 1] - from;
    for (uint32_t i = 0; i < members; i++)
        memcpy(keys[i], b->view.validators[b->view.members[from + i]], 32);
    dg_candidate_put(
        &m->list, c, voted, (const uint8_t(*)[32])keys, members,
        dg_world_core_bits(m->world, (dg_node_ix){ m->node }, (dg_leaf_id){ m->parent }),
        dg_marked_sign);
    assert(m->count->offered < DG_CORES_MAX);
    m->count->of[m->count->offered++] = offer;
}

dg_code dg_consensus_provide_offer(dg_provider *m, bool *put, dg_offer what, dg_error *err)
{
    uint8_t voted[DG_GROUP_MAX];
    uint32_t votes;
    dg_code rc;
    *put = false;
    if (m->count->other_mode)
        return DG_OK; /* it looks where there are none */
    rc = dg_statements_votes(m->world, voted, &votes, (dg_leaf_id){ what.leaf },
                             (dg_place_ix){ what.at }, (dg_node_ix){ m->node }, err);
    /* hundreds that publish new code at once: the others at the next leaf */
    *put = rc == DG_OK && votes
           && m->list.len + m->world->blocks[what.leaf].candidates[what.at].committed.len
                  <= INHERENT_MAX / 2;
    if (*put)
        put_candidate(m, what, voted);
    return rc;
}

/* Without chains: each of its own core. */
static dg_code offer_each(dg_provider *m, dg_error *err)
{
    const dg_world_block *b = &m->world->blocks[m->parent];
    dg_code rc = DG_OK;
    bool put;
    for (uint32_t core = 0; core < b->view.core_count && rc == DG_OK; core++) {
        m->count->backable +=
            dg_statements_backable(m->world, (dg_leaf_id){ m->parent }, (dg_place_ix){ core });
        if (b->candidates
            && dg_view_assigns(&b->view, (dg_core_ix){ core },
                               (dg_para_id){ b->candidates[core].para },
                               m->world->nodes[m->node].of))
            rc = dg_consensus_provide_offer(m, &put, (dg_offer){ m->parent, core }, err);
    }
    return rc;
}

static dg_code put_candidates(dg_provider *m, dg_buf *out, dg_error *err)
{
    dg_code rc = dg_backing_collate(m->world, (dg_leaf_id){ m->parent }, err);
    if (rc < 0)
        return rc;
    dg_buf_init(&m->list, INHERENT_MAX);
    rc = dg_world_has_chains(&m->world->blocks[m->parent].view)
             ? dg_consensus_provide_chains(m, err)
             : offer_each(m, err);
    dg_scale_put_compact(out, m->count->offered);
    dg_buf_put_bytes(out, dg_buf_bytes(&m->list));
    if (rc == DG_OK)
        rc = dg_buf_check(&m->list, err, "candidates");
    dg_buf_clear(&m->list);
    return rc;
}

/* False: its provisioner has passed the leaf over. */
static bool by_mode(dg_provision *count, const dg_world *world, dg_node_ix node,
                    const dg_view *leaf)
{
    bool kept = world->nodes[node.v].of->mode_by_session;
    count->mode = kept ? dg_consensus_mode_at(world, node, leaf) : leaf->mode;
    count->other_mode = kept && (count->mode != leaf->mode || count->mode == DG_MODE_ERROR);
    return !kept || count->mode != DG_MODE_ERROR;
}

/* Bitfields, candidates, disputes, the parent's header; nothing from a node whose parts
 * still wait for answers at the parent, or whose provisioner has passed it over. */
dg_code dg_consensus_provide(dg_world *world, dg_buf *out, dg_provision *count, dg_node_ix node,
                             dg_leaf_id parent, dg_error *err)
{
    uint32_t bits[DG_CORES_MAX] = { 0 };
    const dg_world_block *b = &world->blocks[parent.v];
    dg_code rc;
    *count = (dg_provision){ 0 };
    dg_buf_init(out, INHERENT_MAX);
    if (!b->viewed || !b->view.host_version || b->taken[node.v] == DG_NEVER)
        return DG_OK;
    if (!by_mode(count, world, node, &b->view))
        return DG_OK;
    if ((rc = put_bitfields(world, out, count, bits, node, parent, err)) < 0
        || (rc = put_candidates(&(dg_provider){ .world = world,
                                                .count = count,
                                                .bits = bits,
                                                .node = node.v,
                                                .parent = parent.v },
                                out, err))
               < 0)
        return rc;
    if ((rc = dg_approval_disputes_put(world, out, &count->dispute_sets, &count->dispute_votes,
                                       &world->blocks[parent.v], err))
        < 0)
        return rc;
    dg_buf_put_bytes(out, dg_block_header(b->block));
    return dg_buf_check(out, err, "inherent of the parachains");
}
