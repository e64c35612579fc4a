/* model_corpus.h - blobs and states out of the fixture corpus, read in the
 * simplest way, apart from the rooms that do it in earnest. */
#ifndef DG_TESTS_HOST_MODEL_CORPUS_H
#define DG_TESTS_HOST_MODEL_CORPUS_H

#include <jansson.h>

#include "../support/suite.h"
#include "host/host.h"

typedef struct corpus_blob {
    const char *file; /* below the corpus */
    const char *spec_name;
    uint32_t spec_version, parachain_host, transaction_version;
    uint8_t system_version;
    bool no_metadata; /* older than V14 */
} corpus_blob;

/* Every file that holds a runtime; ended by an empty row. */
extern const corpus_blob corpus_blobs[];

/* A whole file, unpacked when it ends in .zst; false when there is no corpus. */
bool corpus_file(dg_buf *out, const char *name);
/* The blob as it stands on chain. */
bool corpus_code(dg_buf *blob, const char *name);
/* One engine for the program, images kept in build/test-cache. */
dg_engine *corpus_engine(void);
dg_runtime *corpus_runtime(const char *name); /* NULL: no corpus */
/* Genesis state of a raw spec, or the pairs of an RPC answer; NULL: no corpus. */
dg_state *corpus_state(const char *name, unsigned state_version);
void corpus_put(dg_state *state, dg_bytes child, const char *key, const char *value);
/* Calls and fails the test with words unless the answer is DG_OK. */
dg_buf corpus_call(dg_runtime *r, const char *entry, dg_bytes input, dg_state *state);

#endif
