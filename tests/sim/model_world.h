/* model_world.h - a naive twin of the simulator: one unsorted list, searched
 * whole for its least element; what a crash kills is taken out at once. It knows
 * no luck, so its links have one latency and lose everything or nothing. */
#ifndef DG_TESTS_MODEL_WORLD_H
#define DG_TESTS_MODEL_WORLD_H

#include "sim/sim.h"

#define TWIN_NODES 6
#define TWIN_CHANNELS 2 /* the first is ordered */
#define TWIN_EVENTS 4096

typedef enum twin_kind {
    TWIN_TIMER,
    TWIN_MESSAGE,
    TWIN_DOWN,
    TWIN_BACK,
    TWIN_PAUSE,
    TWIN_PART,
    TWIN_JOIN
} twin_kind;

typedef struct twin_event {
    uint64_t at, seq, a;
    uint32_t node, from, channel, rank; /* rank: 0 fault, 1 postponed, 2 plain */
    twin_kind kind;
} twin_event;

typedef struct twin {
    twin_event list[TWIN_EVENTS];
    size_t count;
    uint64_t now, seq;
    bool down[TWIN_NODES];
    uint64_t back_at[TWIN_NODES], paused_until[TWIN_NODES];
    uint64_t last_at[TWIN_NODES][TWIN_NODES];
    uint32_t parts[64]; /* a set of nodes each; 0: none */
    bool part_stands[64];
    uint64_t lost_partition, lost_down, dropped, postponed;
} twin;

/* Plays a script on both worlds and aborts at the first difference. Any bytes
 * are a script. */
void world_play(const uint8_t *script, size_t len);

#endif
