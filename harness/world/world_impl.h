/* world_impl.h - shared inside the room only. */
#ifndef DG_WORLD_IMPL_H
#define DG_WORLD_IMPL_H

#include "world/world.h"

/* Scratch of dg_world_favourite, by id: nodes whose best it is; and those of its descendants; the
 * child of most; 0: none */
struct dg_support {
    uint32_t own, whole, child;
};

#endif
