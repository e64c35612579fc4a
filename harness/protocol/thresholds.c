/* thresholds.c - how many of a set are enough: for what has to be agreed on, and to put what was
 * cut into chunks together again. */
#include "protocol/protocol.h"

uint64_t dg_supermajority(uint64_t all)
{
    return all ? all - (all - 1) / 3 : 1;
}

uint64_t dg_chunks_needed(uint64_t all)
{
    return (all ? (all - 1) / 3 : 0) + 1;
}
