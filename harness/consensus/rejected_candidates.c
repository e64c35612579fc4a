/* rejected_candidates.c - candidates that an author put in and the runtime left out.
 *
 * The runtime drops in silence. What can be told from outside is asked afterwards, in
 * this order: a frozen runtime; N's first block, which migrates before it looks; bitfields that
 * were left out too, which is what happens when the block has no room for all of them; another head
 * or other limits than those the candidate was made on, or other code; what it says of itself
 * against what the runtime has: code, head, and how much it may bring along. */
#include "consensus/consensus_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { TAIL = 4 + 64 /* of a bitfield: index, signature */ };

static const char *const says[DG_REJECTION_COUNT] = {
    [DG_REJECTION_SILENT] = "the runtime left it out and gave no reason",
    [DG_REJECTION_MIGRATION] =
        "N's first block left it out: it was made on answers read from storage that N had not "
        "migrated yet",
    [DG_REJECTION_HEAD] = "its parachain no longer had the head that it was made on",
    [DG_REJECTION_LIMITS] =
        "it was made for limits other than those of the configuration that it was judged by",
    [DG_REJECTION_CODE] = "its parachain no longer had the code that it names",
    [DG_REJECTION_ROOM] = "the block's weight left no room for it beside the bitfields",
    [DG_REJECTION_FROZEN] =
        "the runtime is frozen (ParasDisputes.Frozen), as it is from a dispute on that concluded "
        "against an included candidate, and takes neither bitfields nor candidates",
};

const char *dg_consensus_rejection_says(dg_rejection why)
{
    return (unsigned)why < DG_REJECTION_COUNT ? says[why] : NULL;
}

/* ---- what the block holds ---- */

typedef struct kept {
    uint32_t bitfields, candidates;
    bool known;
} kept;

static kept read_enter(dg_bytes call)
{
    dg_scale s = dg_scale_from(call);
    kept k = { .known = true };
    k.bitfields = dg_scale_count(&s, TAIL);
    for (uint32_t i = 0; i < k.bitfields && s.rc == DG_OK; i++) {
        uint32_t bits = dg_scale_compact_u32(&s);
        dg_scale_take(&s, bits / 8 + (bits % 8 != 0) + TAIL);
    }
    k.candidates = dg_scale_count(&s, 1);
    k.known = s.rc == DG_OK;
    return k;
}

/* Of the inherent paraInherent.enter, by the metadata of the code that took it. */
static kept read_kept(dg_world *world, dg_block *parent, const dg_block *block)
{
    const dg_meta_pallet *pallet;
    const dg_meta *meta;
    dg_runtime *runtime;
    if (dg_block_runtime_next(world->chain, parent, &runtime, NULL) < 0
        || dg_runtime_meta(runtime, &meta, NULL) < 0
        || !(pallet = dg_meta_pallet_named(meta, "ParaInherent")))
        return (kept){ .known = false };
    for (size_t i = 0; i < dg_block_extrinsic_count(block); i++) {
        dg_scale s = dg_scale_from(dg_block_extrinsic(block, i));
        dg_bytes body = dg_scale_bytes(&s);
        if (s.rc == DG_OK && body.len > 3 && !(body.at[0] & 0x80) && body.at[1] == pallet->index)
            /* behind version, pallet and call */
            return read_enter(dg_bytes_of(body.at + 3, body.len - 3));
    }
    return (kept){ .known = false };
}

/* ---- what changed below a candidate ---- */

/* Asked at the block that left it out. */
static dg_code compare(dg_rejection *out, dg_view *now, const dg_candidate *c, dg_error *err)
{
    dg_footing new;
    dg_code rc = dg_world_footing_ask(now, &new, (dg_para_id){ c->para }, DG_ASSUME_FREE, err);
    if (rc < 0 || !new.known)
        return rc;
    if (c->pov_max != new.pov_max)
        *out = DG_REJECTION_LIMITS;
    else if (!dg_hash_equal(&c->follows, &new.head))
        *out = DG_REJECTION_HEAD;
    else if (memcmp(c->code_hash, new.code_hash, sizeof c->code_hash) != 0)
        *out = DG_REJECTION_CODE;
    return DG_OK;
}

/* ---- what it says of itself ---- */

enum { AT_DATA_HASH = 68, AT_CODE = 260 };

/* Of the leading part of a HostConfiguration that every parachain reads, and that so may
 * not move. Mirrors: cumulus AbridgedHostConfiguration. */
typedef struct limits {
    uint32_t head, upward;
    bool known;
} limits;

static limits read_limits(dg_world *world, dg_block *block)
{
    limits out = { .known = false };
    dg_bytes raw;
    dg_scale s;
    if (dg_chain_storage(world->chain, block, &raw, "Configuration", "ActiveConfig", NULL, NULL)
        != DG_OK)
        return out;
    s = dg_scale_from(raw);
    dg_scale_u32(&s); /* max_code_size */
    out.head = dg_scale_u32(&s);
    dg_scale_take(&s, 12); /* max_upward_queue_count, _size, max_upward_message_size */
    out.upward = dg_scale_u32(&s);
    out.known = s.rc == DG_OK;
    return out;
}

/* More messages, or a longer head, than a candidate may have. */
static bool is_beyond(const dg_candidate *c, const limits *l)
{
    dg_scale s = dg_scale_from(
        dg_bytes_of(c->committed.at + DG_DESCRIPTOR_LEN, c->committed.len - DG_DESCRIPTOR_LEN));
    uint32_t upward = dg_scale_count(&s, 1), sideways;
    dg_bytes head;
    for (uint32_t i = 0; i < upward && s.rc == DG_OK; i++)
        dg_scale_bytes(&s);
    sideways = dg_scale_count(&s, 5);
    for (uint32_t i = 0; i < sideways && s.rc == DG_OK; i++) {
        dg_scale_u32(&s);
        dg_scale_bytes(&s);
    }
    if (dg_scale_u8(&s))
        dg_scale_bytes(&s);
    head = dg_scale_bytes(&s);
    return s.rc == DG_OK && l->known && (upward > l->upward || head.len > l->head);
}

static dg_code look_inside(dg_world *world, dg_rejection *out, dg_leaf_id parent, dg_leaf_id id,
                           const dg_candidate *c, dg_error *err)
{
    dg_view *view = &world->blocks[parent.v].view;
    limits l = read_limits(world, world->blocks[id.v].block);
    dg_footing given;
    dg_bytes code;
    dg_hash hash;
    bool own; /* made on the parent, and on what that has: what its data were is known */
    dg_code rc;
    if ((rc = dg_view_ask_option(&world->blocks[id.v].view, &code, DG_ASK_CODE_HASH, c->para,
                                 DG_ASSUME_FREE, err))
            < 0
        || (rc = dg_world_footing_ask(
                view, &given, (dg_para_id){ c->para },
                dg_waiting_of(view, c->para) ? DG_ASSUME_INCLUDED : DG_ASSUME_FREE, err))
               < 0)
        return rc;
    own = given.known && dg_hash_equal(&c->relay_parent, &world->blocks[parent.v].hash)
          && dg_hash_equal(&c->follows, &given.head);
    hash = dg_blake2_256(given.data);
    if (code.len == 32 && memcmp(c->committed.at + AT_CODE, code.at, 32) != 0)
        *out = DG_REJECTION_CODE;
    else if (own && memcmp(c->committed.at + AT_DATA_HASH, hash.at, 32) != 0)
        *out = DG_REJECTION_HEAD;
    else if (is_beyond(c, &l))
        *out = DG_REJECTION_LIMITS;
    return DG_OK;
}

/* ---- one block ---- */

static bool is_first_of_new_code(const dg_world *world, const dg_world_block *parent)
{
    return parent->enacted && (parent->parent == DG_NO || !world->blocks[parent->parent].enacted);
}

/* Mirrors: parachains disputes.rs Frozen, an Option of a block's number. */
static bool is_frozen(dg_world *world, const dg_world_block *b)
{
    dg_bytes raw;
    return dg_chain_storage(world->chain, b->block, &raw, "ParasDisputes", "Frozen", NULL, NULL)
               == DG_OK
           && raw.len == 5 && raw.at[0] == 1;
}

static bool is_backed(const dg_para_events *paras, const dg_candidate *c)
{
    for (uint64_t i = 0; i < paras->backed; i++)
        if (paras->backed_of[i].para == c->para && paras->backed_of[i].core == c->core)
            return true;
    return false;
}

static dg_code reason(dg_world *world, dg_rejection *out, dg_leaf_id parent, dg_leaf_id id,
                      const dg_candidate *c, const kept *k, const dg_provision *given,
                      dg_error *err)
{
    uint64_t spent[2] = { world->blocks[parent.v].view.fuel, world->blocks[id.v].view.fuel };
    dg_code rc = DG_OK;
    *out = DG_REJECTION_SILENT;
    if (is_frozen(world, &world->blocks[id.v]))
        *out = DG_REJECTION_FROZEN;
    else if (is_first_of_new_code(world, &world->blocks[parent.v]))
        *out = DG_REJECTION_MIGRATION;
    else if (k->known && k->bitfields < given->bitfields)
        *out = DG_REJECTION_ROOM;
    else if ((rc = compare(out, &world->blocks[id.v].view, c, err)) == DG_OK
             && *out == DG_REJECTION_SILENT)
        rc = look_inside(world, out, parent, id, c, err);
    world->blocks[parent.v].view.fuel = spent[0]; /* no node asked */
    world->blocks[id.v].view.fuel = spent[1];
    return rc;
}

/* The runtime takes bitfields of one length alone, one bit for each core it has. */
dg_code dg_consensus_rejected_bitfields_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                             const dg_provision *given, dg_error *err)
{
    uint32_t parent = world->blocks[id.v].parent;
    const dg_view *view = &world->blocks[id.v].view;
    struct dg_event_net_bitfields n = { .slot = world->blocks[id.v].slot,
                                        .offered = given->bitfields,
                                        .sized = world->blocks[parent].view.core_count };
    dg_code rc;
    kept k = { .known = false };
    if (given->bitfields)
        k = read_kept(world, world->blocks[parent].block, world->blocks[id.v].block);
    if (!k.known || k.bitfields >= given->bitfields)
        return DG_OK;
    /* as nodes will ask when it reaches them */
    if ((rc = dg_world_view(world, &world->blocks[id.v], err)) < 0)
        return rc;
    n.kept = k.bitfields;
    n.cores = view->core_count;
    for (uint32_t i = 0; i < view->core_count; i++)
        n.waiting += view->cores[i].kind == DG_CORE_OCCUPIED
                     && view->cores[i].since < world->blocks[id.v].number;
    return dg_world_emit(
        world, &world->blocks[id.v],
        &(dg_event){ .kind = DG_EVENT_NET_BITFIELDS, .node = node.v, .net_bitfields = n }, err);
}

dg_code dg_consensus_rejected_candidates_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                              const dg_provision *given,
                                              const dg_para_events *paras, dg_error *err)
{
    uint32_t parent = world->blocks[id.v].parent;
    kept k;
    dg_code rc;
    if (given->offered <= paras->backed)
        return DG_OK;
    if ((rc = dg_world_view(world, &world->blocks[id.v], err)) < 0)
        return rc;
    k = read_kept(world, world->blocks[parent].block, world->blocks[id.v].block);
    for (uint32_t i = 0; i < given->offered; i++) {
        const dg_candidate *c = &world->blocks[given->of[i].leaf].candidates[given->of[i].at];
        struct dg_event_net_dropped n = { .slot = world->blocks[id.v].slot,
                                          .para = c->para,
                                          .core = c->core,
                                          .bitfields = given->bitfields,
                                          .kept = k.bitfields };
        dg_rejection why;
        if (is_backed(paras, c))
            continue;
        if ((rc = reason(world, &why, (dg_leaf_id){ parent }, id, c, &k, given, err)) < 0)
            return rc;
        n.reason = why;
        if ((rc = dg_world_emit(
                 world, &world->blocks[id.v],
                 &(dg_event){ .kind = DG_EVENT_NET_DROPPED, .node = node.v, .net_dropped = n },
                 err))
            < 0)
            return rc;
    }
    return DG_OK;
}
