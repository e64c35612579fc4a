/* variant.c - one blob's switches as data. Left alone they make the live
 * runtime, mini-1. */
#include "variant.h"

#ifndef GENERATION
#define GENERATION 1
#endif
#ifndef SPEC_NAME
#define SPEC_NAME mini
#endif
#ifndef SPEC_VERSION
#define SPEC_VERSION GENERATION
#endif
#ifndef SYSTEM_VERSION
#define SYSTEM_VERSION 1
#endif
#ifndef EPOCH_LENGTH
#define EPOCH_LENGTH 10
#endif
#ifndef HOST
#define HOST 10
#endif
#ifndef KEYS
#define KEYS KEYS_WITH_IM_ONLINE
#endif
#ifndef CONTEXTS_WITH_HASH
#define CONTEXTS_WITH_HASH false
#endif
#ifndef HEADS_BY_BLAKE2
#define HEADS_BY_BLAKE2 false
#endif
#ifndef MIGRATES_IN_STEPS
#define MIGRATES_IN_STEPS false
#endif
#ifndef APPETITE
#define APPETITE 0
#endif
#ifndef FAULT
#define FAULT SOUND
#endif

#define QUOTE(word) #word
#define QUOTED(word) QUOTE(word)

const struct variant variant = {
    .spec_name = QUOTED(SPEC_NAME),
    .spec_version = SPEC_VERSION,
    .system_version = SYSTEM_VERSION,
    .generation = GENERATION,
    .host = HOST,
    .keys = KEYS,
    .contexts_with_hash = CONTEXTS_WITH_HASH,
    .heads_by_blake2 = HEADS_BY_BLAKE2,
    .migrates_in_steps = MIGRATES_IN_STEPS,
    .epoch_length = EPOCH_LENGTH,
    .appetite = APPETITE,
    .fault = FAULT,
};

/* Referred to by an entry that nobody calls: it is imported all the same. */
#ifdef IMPORTS
__attribute__((import_module("env"), import_name(QUOTED(IMPORTS)))) extern void no_node_has(void);
__attribute__((export_name("never_called"))) void never_called(void)
{
    no_node_has();
}
#endif
