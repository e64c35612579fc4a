/* link.c - kinds of links, which pair has which, and their latency tables. */
#include "sim/sim_impl.h"

#define LATENCY_MAX ((dg_ns)1 << 40)
#define MILLION 1000000u

static dg_code link_check(const dg_sim_link *spec, dg_error *err)
{
    if (spec->latency_count == 0 || spec->latency_count > DG_SIM_TABLE_MAX)
        return dg_fail(err, DG_USAGE, "a latency table had %zu points, it must have 1 to %u",
                       spec->latency_count, DG_SIM_TABLE_MAX);
    if (spec->loss_ppm > MILLION)
        return dg_fail(err, DG_USAGE, "a link lost %u messages of a million",
                       (unsigned)spec->loss_ppm);
    for (size_t i = 0; i < spec->latency_count; i++) {
        if (spec->latency_ns[i] >= LATENCY_MAX)
            return dg_fail(err, DG_USAGE, "point %zu of a latency table was %llu ns", i,
                           (unsigned long long)spec->latency_ns[i]);
        if (i > 0 && spec->latency_ns[i] < spec->latency_ns[i - 1])
            return dg_fail(err, DG_USAGE, "point %zu of a latency table was below the one before",
                           i);
    }
    return DG_OK;
}

dg_code dg_sim_link_add(dg_sim *sim, dg_link_ix *ix, const dg_sim_link *spec, dg_error *err)
{
    dg_code rc = link_check(spec, err);
    if (rc < 0)
        return rc;
    if (sim->link_count == DG_SIM_LINKS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %u kinds of links were added", DG_SIM_LINKS_MAX);
    rc = dg_sim_grow((void **)&sim->links, &sim->link_cap, sim->link_count + 1, sizeof *sim->links,
                     err);
    if (rc < 0)
        return rc;
    dg_ns *table = dg_malloc(spec->latency_count * sizeof *table);
    if (!table)
        return dg_fail(err, DG_NOMEM, "no memory for a latency table");
    memcpy(table, spec->latency_ns, spec->latency_count * sizeof *table);
    sim->links[sim->link_count] =
        (link){ table, spec->latency_count - 1, spec->bytes_per_s, spec->loss_ppm };
    ix->v = (uint16_t)sim->link_count++;
    return DG_OK;
}

static dg_code link_row_grow(dg_sim *sim, node *n, dg_error *err)
{
    uint16_t *at = dg_realloc(n->links, sim->node_count * sizeof *at);
    if (!at)
        return dg_fail(err, DG_NOMEM, "no memory for the links of a node");
    for (uint32_t i = n->link_len; i < sim->node_count; i++)
        at[i] = LINK_DEFAULT;
    n->links = at;
    n->link_len = sim->node_count;
    return DG_OK;
}

dg_code dg_sim_link_set(dg_sim *sim, dg_node_ix from, dg_node_ix to, dg_link_ix ix, dg_error *err)
{
    node *n = node_of(sim, from);
    assert(ix.v < sim->link_count && to.v < sim->node_count);
    dg_code rc = to.v < n->link_len ? DG_OK : link_row_grow(sim, n, err);
    if (rc < 0)
        return rc;
    n->links[to.v] = ix.v;
    return DG_OK;
}

const link *dg_sim_link_of(const dg_sim *sim, const node *from, uint32_t to)
{
    if (to < from->link_len && from->links[to] != LINK_DEFAULT)
        return &sim->links[from->links[to]];
    return sim->link_count > 0 ? &sim->links[0] : NULL;
}

/* 64 random bits: the high part of (bits * segments) is a segment, the low part
 * the place in it. */
dg_ns dg_sim_link_latency(const link *l, uint64_t bits)
{
    if (l->segments == 0)
        return l->latency_ns[0];
    sim_u128 at = (sim_u128)bits * l->segments;
    size_t segment = (size_t)(at >> 64);
    dg_ns low = l->latency_ns[segment];
    uint64_t width = l->latency_ns[segment + 1] - low;
    return low + (dg_ns)((sim_u128)(uint64_t)at * (width + 1) >> 64);
}

dg_ns dg_sim_link_quantile(const dg_sim *sim, dg_node_ix from, dg_node_ix to, uint32_t at_ppm)
{
    const link *l = dg_sim_link_of(sim, node_of(sim, from), to.v);
    if (!l)
        return 0;
    uint64_t at = (at_ppm < MILLION ? at_ppm : MILLION) * l->segments;
    size_t segment = (size_t)(at / MILLION);
    if (segment == l->segments)
        return l->latency_ns[segment];
    uint64_t width = l->latency_ns[segment + 1] - l->latency_ns[segment];
    return l->latency_ns[segment] + width * (at % MILLION) / MILLION;
}
