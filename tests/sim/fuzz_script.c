/* Any bytes are a script of timers, messages and faults: the simulator and its
 * naive twin must hear the same. */
#include "model_world.c" /* a fuzz target is linked with the rooms alone */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world_play(data, size < 2048 ? size : 2048);
    return 0;
}
