/* The readers of the trie's fixtures serve here too. */
#include "../trie/model_inputs.c"
