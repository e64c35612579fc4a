/* topology.c - how long topologies are kept by those who do not forget them.
 *
 * With no topology of a session they go by that of another: the grid is then a wrong
 * one for it, and random peers make up for what it misses. */
#include "protocol/protocol.h"

#include <assert.h>

void dg_topologies_add(dg_topologies *t, const dg_session *topology)
{
    assert(topology);
    if (t->current && t->current->index != topology->index)
        t->previous = t->current;
    t->current = topology;
}

const dg_session *dg_topologies_for(const dg_topologies *t, uint32_t session)
{
    return t->previous && t->previous->index == session ? t->previous : t->current;
}
