/* protocol_reach.c - which nodes hear approvals of which others: what has no protocol in common has
 * no link, and over a link of the older protocols neither assignments of the second kind nor
 * approvals of several candidates pass.
 *
 * Nodes that hear the same are one reach, and count approvals together. A message that passes
 * from one reach to another goes over whoever speaks with both. Blocks and votes of
 * finality have protocols of their own, which all speak.
 * Mirrors: approval-distribution (net_protocol: filtering by peer version), peer_set.rs. */
#include "approval/approval_impl.h"

#include <assert.h>
#include <string.h>

enum { NEWEST = 3 }; /* validation protocol that carries either */

bool dg_approval_speaks_newest(const dg_node_class *of)
{
    return of->validation >> NEWEST & 1;
}

static uint8_t mask_id(dg_protocol_reach *e, uint8_t mask)
{
    for (uint8_t i = 0; i < e->mask_count; i++)
        if (e->masks[i] == mask)
            return i;
    assert(e->mask_count < DG_MASKS_MAX);
    e->masks[e->mask_count] = mask;
    return e->mask_count++;
}

/* Over however many hops. */
static void close_over(bool hears[DG_MASKS_MAX][DG_MASKS_MAX], uint8_t count)
{
    for (uint8_t k = 0; k < count; k++)
        for (uint8_t i = 0; i < count; i++)
            for (uint8_t j = 0; j < count; j++)
                hears[i][j] |= hears[i][k] && hears[k][j];
}

static bool alike(const dg_protocol_reach *e, bool newer, uint8_t a, uint8_t b)
{
    bool deaf = !((e->masks[a] | e->masks[b]) >> NEWEST & 1);
    return e->hears[0][a][b] && (!newer || e->hears[1][a][b] || deaf);
}

/* A set that no node speaks makes no reach of its own: nobody would approve anything in it. Nodes
 * that come to speak it later are with those who hear the same, or with the first. */
static void number_reaches(dg_protocol_reach *e, bool newer)
{
    e->count[newer] = 0;
    for (uint8_t i = 0; i < e->mask_count; i++) {
        uint8_t k = 0;
        while (k < i && !(e->spoken[k] && alike(e, newer, k, i)))
            k++;
        e->of[newer][i] = k < i ? e->of[newer][k] : 0;
        if (!e->spoken[i])
            continue;
        if (k == i)
            e->of[newer][i] = e->count[newer]++;
        e->mask_of[newer][e->of[newer][i]] = i;
    }
}

void dg_approval_reach_find(dg_world *world)
{
    dg_protocol_reach *e = &world->approval->reach;
    memset(e->spoken, 0, sizeof e->spoken);
    for (uint32_t i = 0; i < world->node_count; i++) {
        world->approval->nodes[i].mask = mask_id(e, world->nodes[i].of->validation);
        e->spoken[world->approval->nodes[i].mask] = true;
    }
    for (uint8_t i = 0; i < e->mask_count; i++)
        for (uint8_t j = 0; j < e->mask_count; j++) {
            bool both = e->spoken[i] && e->spoken[j];
            e->hears[0][i][j] = both && (e->masks[i] & e->masks[j]) != 0;
            e->hears[1][i][j] = both && (e->masks[i] & e->masks[j]) >> NEWEST & 1;
        }
    close_over(e->hears[0], e->mask_count);
    close_over(e->hears[1], e->mask_count);
    number_reaches(e, false);
    number_reaches(e, true);
}

uint32_t dg_approval_reach_of(const dg_world *world, const dg_approval_block *a, dg_node_ix node)
{
    uint8_t mask;
    if (a->reach.mask_count < 2)
        return 0;
    mask = world->approval->nodes[node.v].mask;
    return mask < a->reach.mask_count ? a->reach.of[a->newer][mask] : 0;
}

bool dg_approval_reach_hears(const dg_world *world, const dg_approval_block *a, uint32_t reach,
                             dg_node_ix speaker, bool newer)
{
    assert(reach < a->reaches);
    uint8_t mask = world->approval->nodes[speaker.v].mask;
    return mask < a->reach.mask_count
           && a->reach.hears[newer][a->reach.mask_of[a->newer][reach]][mask];
}
