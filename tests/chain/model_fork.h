/* model_fork.h - what the tests of this room share: a chain over a real spec, and
 * an author who is always there. */
#ifndef DG_TESTS_CHAIN_FORK_H
#define DG_TESTS_CHAIN_FORK_H

#include "../support/suite.h"
#include "chain/chain_impl.h"

#ifdef __SANITIZE_ADDRESS__
#define REDUCED 1
#else
#define REDUCED 0
#endif

typedef struct fork {
    dg_engine *engine;
    dg_snapshot *snapshot;
    dg_chain *chain;
} fork;

/* The engine of this program: the quickest code, kept in the cache of the user. */
dg_engine *fork_engine(void);
/* Another compiler, for executing again. */
dg_engine *fork_other_engine(void);
void fork_engines_free(void);

/* A chain over a file of the corpus; false (and one line) where it is not. */
bool fork_open(fork *f, const char *name);
bool fork_open_with(fork *f, const char *name, dg_snapshot_import_options *import,
                    const dg_chain_options *options);
/* Over any file, by path. */
void fork_open_path(fork *f, const char *path, dg_snapshot_import_options *import,
                    const dg_chain_options *options);
void fork_close(fork *f);
/* "mini-2.wasm" among the small runtimes that the Makefile builds; NULL (and one
 * line) where they were not. Static storage of four. */
const char *small_path(const char *name);

/* A block by the secondary author of the slot; aborts the test on failure. */
dg_block *fork_build(fork *f, dg_block *parent, uint64_t slot);
dg_code fork_try(fork *f, dg_block **out, dg_block *parent, uint64_t slot,
                 dg_build_options *options, dg_build_report *report, dg_error *err);
dg_clock fork_clock(fork *f, dg_block *block);
/* `:code` of a spec or a blob file of the corpus. */
dg_buf fork_code(const char *name);

#endif
