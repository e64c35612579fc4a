/* sim.c - the world itself: its limits, its nodes, what it tells about itself. */
#include "sim/sim_impl.h"

dg_code dg_sim_grow(void **at, uint32_t *cap, uint32_t need, size_t size, dg_error *err)
{
    if (need <= *cap)
        return DG_OK;
    uint32_t next = *cap < 16 ? 16 : *cap * 2;
    void *grown = dg_realloc(*at, (size_t)next * size);
    if (!grown)
        return dg_fail(err, DG_NOMEM, "no memory for %u elements of the simulator", next);
    *at = grown;
    *cap = next;
    return DG_OK;
}

static dg_code options_check(const dg_sim_options *o, dg_error *err)
{
    if (o->nodes_max > DG_SIM_NODES_MAX)
        return dg_fail(err, DG_USAGE, "a world of %u nodes was asked for, the most is %u",
                       (unsigned)o->nodes_max, DG_SIM_NODES_MAX);
    if (o->events_max > DG_SIM_EVENTS_MAX)
        return dg_fail(err, DG_USAGE, "room for %u events was asked for, the most is %u",
                       (unsigned)o->events_max, DG_SIM_EVENTS_MAX);
    return DG_OK;
}

dg_code dg_sim_new(dg_sim **out, const dg_sim_options *options, dg_error *err)
{
    *out = NULL;
    dg_code rc = options_check(options, err);
    if (rc < 0)
        return rc;
    dg_sim *sim = dg_calloc(1, sizeof *sim);
    if (!sim)
        return dg_fail(err, DG_NOMEM, "no memory for a simulator");
    sim->options = *options;
    if (sim->options.nodes_max == 0)
        sim->options.nodes_max = 4096;
    if (sim->options.events_max == 0)
        sim->options.events_max = 16u << 20;
    if (sim->options.msg_bytes_max == 0)
        sim->options.msg_bytes_max = (uint64_t)1 << 30;
    dg_sim_slab_clear(&sim->slots);
    dg_sim_queue_init(&sim->queue);
    *out = sim;
    return DG_OK;
}

static void node_clear(node *n)
{
    for (uint32_t i = 0; n->rows && i < DG_SIM_CHANNELS_MAX; i++)
        dg_free(n->rows[i].to);
    dg_free(n->rows);
    dg_free(n->links);
}

/* A message may hold others and let go of them in its clear: so nothing is given
 * back before the last clear has run, and dropping does nothing meanwhile. */
static void msgs_clear(dg_sim *sim)
{
    sim->closing = true;
    for (dg_sim_msg *m = sim->msgs; m; m = m->after)
        if (m->clear)
            m->clear(m + 1);
    while (sim->msgs) {
        dg_sim_msg *m = sim->msgs;
        sim->msgs = m->after;
        dg_free(m);
    }
}

void dg_sim_free(dg_sim *sim)
{
    if (!sim)
        return;
    msgs_clear(sim);
    for (uint32_t i = 0; i < sim->node_count; i++)
        node_clear(&sim->nodes[i]);
    for (uint32_t i = 0; i < sim->link_count; i++)
        dg_free(sim->links[i].latency_ns);
    for (uint32_t i = 0; i < DG_SIM_PARTITIONS_MAX; i++)
        dg_free(sim->partitions[i].nodes);
    dg_free(sim->nodes);
    dg_free(sim->links);
    dg_sim_queue_clear(&sim->queue);
    dg_sim_slab_clear(&sim->slots);
    dg_free(sim);
}

dg_code dg_sim_node_add(dg_sim *sim, dg_node_ix *ix, const dg_sim_node *spec, dg_error *err)
{
    dg_code rc = dg_sim_clock_check(&spec->clock, err);
    assert(spec->handler);
    if (rc < 0)
        return rc;
    if (sim->node_count == sim->options.nodes_max)
        return dg_fail(err, DG_LIMIT, "more than %u nodes were added",
                       (unsigned)sim->options.nodes_max);
    rc = dg_sim_grow((void **)&sim->nodes, &sim->node_cap, sim->node_count + 1, sizeof *sim->nodes,
                     err);
    if (rc < 0)
        return rc;
    node *n = &sim->nodes[sim->node_count];
    *n = (node){ .handler = spec->handler,
                 .user = spec->user,
                 .clock = { .base = 0, .num = 1, .den = 1 } };
    dg_sim_clock_apply(&n->clock, sim->now, &spec->clock);
    ix->v = sim->node_count++;
    return DG_OK;
}

dg_ns dg_sim_now(const dg_sim *sim)
{
    return sim->now;
}

uint64_t dg_sim_seed(const dg_sim *sim)
{
    return sim->options.seed;
}

uint32_t dg_sim_node_count(const dg_sim *sim)
{
    return sim->node_count;
}

bool dg_sim_node_up(const dg_sim *sim, dg_node_ix ix)
{
    return node_is_up(node_of(sim, ix));
}

bool dg_sim_node_paused(const dg_sim *sim, dg_node_ix ix)
{
    return node_of(sim, ix)->paused_until > sim->now;
}

dg_ns dg_sim_down_since(const dg_sim *sim, dg_node_ix ix)
{
    const node *n = node_of(sim, ix);
    return node_is_up(n) ? DG_NEVER : n->down_since;
}

bool dg_sim_was_down(const dg_sim *sim, dg_node_ix ix, dg_sim_span span)
{
    const node *n = node_of(sim, ix);
    return n->life && span.to >= n->down_since && (!node_is_up(n) || span.from < n->back_at);
}

dg_rng dg_sim_rng(const dg_sim *sim, dg_node_ix ix, uint32_t subsystem, const char *purpose)
{
    return dg_rng_fork(sim->options.seed, purpose, ix.v, subsystem);
}

void dg_sim_stats_get(const dg_sim *sim, dg_sim_stats *stats)
{
    *stats = sim->stats;
}

uint32_t dg_sim_channel_count(const dg_sim *sim)
{
    return sim->channel_count;
}

dg_sim_channel_stats dg_sim_channel_stats_of(const dg_sim *sim, dg_channel_ix ix)
{
    assert(ix.v < sim->channel_count);
    const channel *c = &sim->channels[ix.v];
    return (dg_sim_channel_stats){ c->spec.name, c->sent, c->sent_bytes, c->delivered, c->lost };
}
