/* provisioner_mode.c - by which mode of asynchronous backing an author's provisioner looks for
 * candidates: that of the leaf, or, for releases that ask once a session, that of the
 * session's first leaf.
 *
 * Without asynchronous backing it takes what backing tells it of, with it what
 * prospective-parachains answers; backing and prospective-parachains go by the leaf. So where
 * the kept mode is another than the leaf's there is nothing to take.
 * Mirrors: polkadot node/core/provisioner of v1.9 to v1.17 (PerSession, an LruMap of two). */
#include "consensus/consensus_impl.h"

#include <assert.h>
#include <string.h>

/* The entry of a session, which becomes the one used last; NULL: none. */
static dg_kept_mode *use(dg_consensus_node *own, uint32_t session)
{
    for (size_t i = 0; i < DG_KEPT_MODES; i++) {
        dg_kept_mode found = own->modes[i];
        if (!found.set || found.session != session)
            continue;
        memmove(&own->modes[1], &own->modes[0], i * sizeof found);
        own->modes[0] = found;
        return &own->modes[0];
    }
    return NULL;
}

void dg_consensus_mode_take_up(dg_world *world, dg_node_ix node, const dg_view *leaf)
{
    dg_consensus_node *own = &world->consensus->nodes[node.v];
    dg_mode told = dg_view_mode_told(leaf, world->nodes[node.v].of);
    if (!world->nodes[node.v].of->mode_by_session || !leaf->session_known || use(own, leaf->session)
        || told == DG_MODE_ERROR)
        return;
    memmove(&own->modes[1], &own->modes[0], (DG_KEPT_MODES - 1) * sizeof *own->modes);
    own->modes[0] = (dg_kept_mode){ true, leaf->session, told };
}

dg_mode dg_consensus_mode_at(const dg_world *world, dg_node_ix node, const dg_view *leaf)
{
    const dg_consensus_node *own = &world->consensus->nodes[node.v];
    assert(world->nodes[node.v].of->mode_by_session);
    for (size_t i = 0; leaf->session_known && i < DG_KEPT_MODES; i++)
        if (own->modes[i].set && own->modes[i].session == leaf->session)
            return own->modes[i].mode;
    return DG_MODE_ERROR;
}

void dg_consensus_mode_forget(dg_world *world, dg_node_ix node)
{
    memset(world->consensus->nodes[node.v].modes, 0, sizeof world->consensus->nodes->modes);
}
