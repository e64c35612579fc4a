/* para_events.c - what became of the candidates, in the runtime's own events. */
#include "world/world.h"

#include <string.h>

static uint32_t index_of(const json_t *v)
{
    return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) < DG_CORES_MAX
               ? (uint32_t)json_integer_value(v)
               : DG_NO;
}

/* CandidateIncluded, CandidateBacked: receipt, head, core, group. */
static dg_included included(const json_t *fields)
{
    const json_t *descriptor = json_object_get(json_array_get(fields, 0), "descriptor");
    const char *parent = json_string_value(json_object_get(descriptor, "relay_parent"));
    dg_included i = { .core = index_of(json_array_get(fields, 2)),
                      .group = index_of(json_array_get(fields, 3)),
                      .para =
                          (uint32_t)json_integer_value(json_object_get(descriptor, "para_id")) };
    dg_buf hash = dg_buf_on(i.relay_parent.at, sizeof i.relay_parent.at);
    if (parent)
        dg_hex_get(&hash, parent, strlen(parent), NULL);
    return i;
}

static const char *name_of(const json_t *variant)
{
    return json_is_string(variant) ? json_string_value(variant)
                                   : json_object_iter_key(json_object_iter((json_t *)variant));
}

static void count_dispute(dg_para_events *out, const json_t *of)
{
    const json_t *concluded = json_array_get(json_object_get(of, "DisputeConcluded"), 1);
    const char *how = name_of(concluded);
    out->disputed += json_object_get(of, "DisputeInitiated") != NULL;
    out->valid += how && strcmp(how, "Valid") == 0;
    out->invalid += how && strcmp(how, "Invalid") == 0;
}

static void count_event(dg_para_events *out, const json_t *event)
{
    const json_t *of = json_object_get(event, "ParaInclusion");
    const char *name = of ? json_object_iter_key(json_object_iter((json_t *)of)) : NULL;
    count_dispute(out, json_object_get(event, "ParasDisputes"));
    if (!name)
        return;
    if (strcmp(name, "CandidateBacked") == 0)
        out->backed_of[out->backed++] = included(json_object_get(of, name));
    out->timed_out += strcmp(name, "CandidateTimedOut") == 0;
    if (strcmp(name, "CandidateIncluded") == 0)
        out->of[out->included++] = included(json_object_get(of, name));
}

/* A runtime without events, or with some that do not decode, has none for us. */
dg_code dg_world_para_events_read(dg_world *world, dg_para_events *out, dg_block *block,
                                  dg_error *err)
{
    json_t *events = NULL, *record;
    size_t i;
    dg_code rc = dg_chain_events(world->chain, block, &events, err);
    *out = (dg_para_events){ 0 };
    if (rc == DG_NOMEM || rc == DG_IO)
        return rc;
    out->of = dg_calloc(json_array_size(events) + 1, sizeof *out->of);
    out->backed_of = dg_calloc(json_array_size(events) + 1, sizeof *out->backed_of);
    if (!out->of || !out->backed_of) {
        dg_world_para_events_clear(out);
        json_decref(events);
        return dg_fail(err, DG_NOMEM, "no memory for %zu events", json_array_size(events));
    }
    json_array_foreach(events, i, record) count_event(out, json_object_get(record, "event"));
    json_decref(events);
    return DG_OK;
}

/* Blocks from a candidate's relay parent to the block that backs it; 0: it is none of those below
 * it. */
static uint64_t waited(const dg_world *world, dg_leaf_id id, const dg_hash *relay_parent)
{
    uint32_t from = world->blocks[id.v].parent;
    for (uint32_t i = 1; i <= DG_SCOPE_MAX && from != DG_NO && !world->blocks[from].gone;
         i++, from = world->blocks[from].parent)
        if (dg_hash_equal(dg_block_hash(world->blocks[from].block), relay_parent))
            return i;
    return 0;
}

/* Is it not the first of its parachain? */
static bool has_before(const dg_para_events *paras, uint64_t at)
{
    for (uint64_t i = 0; i < at; i++)
        if (paras->backed_of[i].para == paras->backed_of[at].para)
            return true;
    return false;
}

dg_code dg_world_para_events_tell(dg_world *world, dg_node_ix node, dg_leaf_id id,
                                  const dg_para_events *paras, dg_error *err)
{
    struct dg_event_net_backed n = { .slot = world->blocks[id.v].slot,
                                     .candidates = paras->backed };
    for (uint64_t i = 0; i < paras->backed; i++) {
        int64_t blocks = (int64_t)waited(world, id, &paras->backed_of[i].relay_parent);
        n.older += blocks > 1;
        n.waited += blocks;
        n.longest = blocks > n.longest ? blocks : n.longest;
        n.several += has_before(paras, i);
    }
    return paras->backed ? dg_world_emit(
               world, &world->blocks[id.v],
               &(dg_event){ .kind = DG_EVENT_NET_BACKED, .node = node.v, .net_backed = n }, err)
                         : DG_OK;
}

void dg_world_para_events_clear(dg_para_events *paras)
{
    dg_free(paras->of);
    dg_free(paras->backed_of);
    paras->of = paras->backed_of = NULL;
}
