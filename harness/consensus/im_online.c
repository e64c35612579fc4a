/* im_online.c - validators that are up say so once a session, where the runtime asks
 * for it (im-online): who is silent and authors nothing is reported as offline.
 *
 * A node sends at a slot of its own draw between a tenth and four fifths of the
 * session; from the next slot on every author has it in its pool, until a block of its
 * chain holds it. Laid out by the metadata of the runtime that takes it.
 * Mirrors: pallet_im_online send_heartbeats, validate_unsigned. */
#include "consensus/consensus_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { PPM = 1000000, RANDOM_FROM = 100000, ALL_BY = 800000, UNSIGNED_V4 = 4 };

/* ---- when a node sends ---- */

/* p^6 + 1 / length: nearly nobody early, nearly all by the end. */
static uint64_t threshold(uint64_t progress, uint64_t length)
{
    uint64_t p = progress;
    for (int i = 1; i < 6; i++)
        p = p * progress / PPM;
    return p + PPM / length;
}

static uint64_t sends_at(const dg_world *world, dg_node_ix node, const dg_clock *clock)
{
    for (uint64_t slot = clock->epoch_start;; slot++) {
        uint64_t progress = (slot - clock->epoch_start + 1) * PPM / clock->epoch_slots;
        dg_rng rng;
        if (progress >= ALL_BY)
            return slot;
        if (progress < RANDOM_FROM)
            continue;
        rng = dg_rng_fork(world->options.seed, "heartbeat", node.v, slot);
        if (dg_rng_below(&rng, PPM) <= threshold(progress, clock->epoch_slots))
            return slot;
    }
}

/* Of the session that the clock is in; kept until another is asked for. */
static dg_code plan_session(dg_world *world, const dg_clock *clock, dg_error *err)
{
    if (world->consensus->heartbeats.at
        && world->consensus->heartbeats.epoch_start == clock->epoch_start)
        return DG_OK;
    if (!world->consensus->heartbeats.at
        && !(world->consensus->heartbeats.at =
                 dg_calloc(world->node_count, sizeof *world->consensus->heartbeats.at)))
        return dg_fail(err, DG_NOMEM, "no memory for heartbeats");
    world->consensus->heartbeats.epoch_start = clock->epoch_start;
    for (uint32_t i = 0; i < world->node_count; i++)
        world->consensus->heartbeats.at[i] = sends_at(world, (dg_node_ix){ i }, clock);
    return DG_OK;
}

/* ---- what the chain knows already ---- */

typedef struct pool {
    dg_world *world;
    dg_block *parent;
    const dg_meta *meta;
    dg_type_id type; /* of a heartbeat */
    uint32_t author, session, count;
    uint64_t slot;             /* sent before it is here by now */
    dg_bytes validators, keys; /* in the same order, 32 bytes each */
    dg_heartbeats *out;
} pool;

static bool is_stored(const pool *p, const char *item, dg_bytes who)
{
    const dg_meta_entry *entry = dg_meta_storage(p->meta, "ImOnline", item);
    uint8_t session[4], room[128];
    dg_bytes keys[2] = { DG_BYTES_OF(session), who }, value;
    dg_buf key = dg_buf_on(room, sizeof room);
    if (!entry || entry->hasher_count != 2)
        return false;
    dg_le32_put(session, p->session);
    dg_storage_key_raw(&key, entry, keys);
    return dg_state_get(dg_block_state(p->parent), &value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key),
                        NULL)
           == DG_OK;
}

/* It has said so in this session, or authored a block of it. */
static bool is_online(const pool *p, uint32_t i)
{
    uint8_t index[4];
    dg_le32_put(index, i);
    return is_stored(p, "ReceivedHeartbeats", DG_BYTES_OF(index))
           || is_stored(p, "AuthoredBlocks", dg_bytes_of(p->validators.at + 32 * (size_t)i, 32));
}

/* ---- one heartbeat ---- */

static json_t *heartbeat_json(const pool *p, uint32_t i)
{
    json_t *out =
        json_pack("{s:I, s:I, s:I, s:I}", "block_number", (json_int_t)dg_block_number(p->parent),
                  "session_index", (json_int_t)p->session, "authority_index", (json_int_t)i,
                  "validators_len", (json_int_t)p->count);
    const char *name;
    dg_type_id field;
    for (size_t k = 0; out && dg_type_field_at(p->meta, p->type, k, &name, &field); k++)
        if (strcmp(name, "network_state") == 0)
            json_object_set_new(out, name,
                                json_pack("{s:s, s:[]}", "peer_id", "0x", "external_addresses"));
    return out;
}

static dg_code put_call(const pool *p, dg_buf *out, const json_t *heartbeat, uint32_t i,
                        dg_error *err)
{
    uint8_t sig[64];
    dg_buf payload, text;
    json_t *args = NULL;
    dg_code rc;
    dg_buf_init(&payload, 4096);
    dg_buf_init(&text, 4096);
    if ((rc = dg_value_encode(p->meta, &payload, p->type, heartbeat, err)) < 0
        || (rc = dg_buf_check(&payload, err, "heartbeat")) < 0)
        goto out;
    dg_marked_sign(sig, dg_buf_bytes(&payload), p->keys.at + 32 * (size_t)i);
    dg_hex_put(&text, DG_BYTES_OF(sig));
    if ((rc = dg_buf_check(&text, err, "heartbeat")) < 0)
        goto out;
    args = json_pack("{s:O, s:s}", "heartbeat", heartbeat, "signature", dg_buf_text(&text));
    rc = args ? dg_scale_call_encode(p->meta, out, "ImOnline", "heartbeat", args, err)
              : dg_fail(err, DG_NOMEM, "no memory for a heartbeat");
out:
    json_decref(args);
    dg_buf_clear(&payload);
    dg_buf_clear(&text);
    return rc;
}

static dg_code add(pool *p, uint32_t i, dg_error *err)
{
    json_t *heartbeat = heartbeat_json(p, i);
    dg_buf call;
    dg_code rc;
    dg_buf_init(&call, 4096);
    dg_buf_put_u8(&call, UNSIGNED_V4);
    rc = heartbeat ? put_call(p, &call, heartbeat, i, err)
                   : dg_fail(err, DG_NOMEM, "no memory for a heartbeat");
    if (rc >= 0 && (rc = dg_buf_check(&call, err, "heartbeat")) >= 0) {
        dg_scale_put_bytes(&p->out->bytes, dg_buf_bytes(&call));
        p->out->ends[p->out->count++] = p->out->bytes.len;
        rc = dg_buf_check(&p->out->bytes, err, "heartbeats");
    }
    dg_buf_clear(&call);
    json_decref(heartbeat);
    return rc;
}

/* ---- all that an author has ---- */

/* An author is online by the block it makes. */
static bool is_here(const pool *p, dg_node_ix node)
{
    return node.v != DG_NO && node.v != p->author
           && p->world->consensus->heartbeats.at[node.v] < p->slot
           && !dg_sim_node_paused(p->world->sim, (dg_node_ix){ node.v })
           && dg_sim_reachable(p->world->sim, (dg_node_ix){ node.v }, (dg_node_ix){ p->author });
}

static dg_code read_list(const pool *p, dg_bytes *out, const char *pallet, const char *item)
{
    dg_scale s;
    uint32_t count;
    dg_code rc = dg_chain_storage(p->world->chain, p->parent, out, pallet, item, NULL, NULL);
    if (rc != DG_OK)
        return rc;
    s = dg_scale_from(*out);
    count = dg_scale_count(&s, 32);
    if (s.rc != DG_OK || dg_scale_left(&s) != (size_t)count * 32)
        return DG_ABSENT;
    *out = dg_scale_rest(&s);
    return DG_OK;
}

/* DG_ABSENT: the runtime that takes the block asks for no heartbeats, or the block
 * begins a session, in which nobody has sent one yet. */
static dg_code open_pool(pool *p, dg_clock *clock, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc;
    if ((rc = dg_block_runtime_next(p->world->chain, p->parent, &runtime, err)) < 0
        || (rc = dg_runtime_meta(runtime, &p->meta, err)) < 0)
        /* a code that is none asks for nothing: building on it shows that */
        return rc == DG_NOMEM || rc == DG_IO ? rc : DG_ABSENT;
    if (!dg_meta_storage(p->meta, "ImOnline", "ReceivedHeartbeats")
        || dg_meta_extrinsic_version(p->meta) != UNSIGNED_V4
        || !dg_type_find(p->meta, &p->type, "Heartbeat"))
        return DG_ABSENT;
    if (dg_chain_clock(p->world->chain, p->parent, clock, NULL) != DG_OK
        || p->slot >= clock->next_boundary || !dg_block_number(p->parent))
        return DG_ABSENT;
    p->session = clock->session;
    if (read_list(p, &p->validators, "Session", "Validators") != DG_OK
        || read_list(p, &p->keys, "ImOnline", "Keys") != DG_OK || p->validators.len != p->keys.len)
        return DG_ABSENT;
    p->count = (uint32_t)(p->keys.len / 32);
    return plan_session(p->world, clock, err);
}

/* What is beyond DG_HEARTBEATS_MAX stays in the pool for the next author. */
dg_code dg_consensus_heartbeats_take(dg_world *world, dg_heartbeats *out, dg_node_ix author,
                                     dg_leaf_id parent, uint64_t slot, dg_error *err)
{
    pool p = { .world = world,
               .parent = world->blocks[parent.v].block,
               .author = author.v,
               .slot = slot,
               .out = out };
    dg_clock clock;
    dg_code rc;
    out->count = 0;
    dg_buf_init(&out->bytes, 1 << 20);
    if ((rc = open_pool(&p, &clock, err)) != DG_OK)
        return rc < 0 ? rc : DG_OK;
    for (uint32_t i = 0; i < p.count && out->count < DG_HEARTBEATS_MAX && rc >= 0; i++)
        if (is_here(&p, (dg_node_ix){ dg_people_node(&world->people,
                                                     p.validators.at + 32 * (size_t)i) })
            && !is_online(&p, i))
            rc = add(&p, i, err);
    return rc < 0 ? rc : DG_OK;
}
