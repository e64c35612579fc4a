/* Operations out of the input, on tries and their naive twins. */
#include "model_trie.c" /* a fuzz target is linked with the rooms alone */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    twin_play(data, size < 1024 ? size : 1024);
    return 0;
}
