/* Blocks out of the input, on states and their naive twins. */
#include "model_state.c" /* a fuzz target is linked with the rooms alone */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    state_play(data, size < 1024 ? size : 1024);
    return 0;
}
