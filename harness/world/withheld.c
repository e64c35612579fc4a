/* withheld.c - since when, and until when, a node kept something to itself: whoever computes
 * later what it said looks it up. */
#include "world/world.h"

enum { WITHHOLD_BITS = 3 };

void dg_world_withheld_note(dg_world_node *n, dg_ns now)
{
    for (int i = 0; i < WITHHOLD_BITS; i++) {
        bool does = n->withholds >> i & 1;
        if (does && n->withheld[i].until != DG_NEVER)
            n->withheld[i].from = now;
        if (does || n->withheld[i].until == DG_NEVER)
            n->withheld[i].until = does ? DG_NEVER : now;
    }
}

bool dg_world_withheld_at(const dg_world_node *n, uint32_t bits, dg_ns at)
{
    for (int i = 0; i < WITHHOLD_BITS; i++)
        if (bits >> i & 1 && at >= n->withheld[i].from && at < n->withheld[i].until)
            return true;
    return false;
}
