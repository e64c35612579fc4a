/* Any bytes as a file of overrides: refused in one line, or put into a state that has a root. */
#include <assert.h>
#include <string.h>

#include "source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_state *state = dg_state_empty();
    dg_error err = { .text = "" };
    dg_hash root;
    size_t count = 0;
    dg_code rc;
    assert(state);
    rc = dg_source_override(state, &count, dg_bytes_of(data, size), &err);
    assert(rc <= 0);
    assert(rc == DG_OK || (err.text[0] && !strchr(err.text, '\n')));
    rc = dg_state_root(state, &root, NULL);
    assert(rc == DG_OK);
    dg_state_free(state);
    return 0;
}
