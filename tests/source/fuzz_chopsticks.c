/* Any bytes as a configuration of chopsticks: refused in one line, or its raw pairs are put into a
 * state that has a root. Pallets need a runtime, and there is none here. */
#include <assert.h>
#include <string.h>

#include "source/source_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_state *state = dg_state_empty();
    dg_error err = { .text = "" };
    dg_chopsticks c;
    dg_hash root;
    size_t count = 0;
    dg_code rc;
    assert(state);
    dg_log_set(DG_LOG_QUIET);
    rc = dg_chopsticks_parse(&c, dg_bytes_of(data, size), "", &err);
    if (rc == DG_OK && json_is_array(json_object_get(c.config, "import-storage"))) {
        json_object_del(c.config, "wasm-override"); /* which is a file */
        rc = dg_chopsticks_put(state, &count, &c, NULL, &err);
    }
    assert(rc <= 0);
    assert(rc == DG_OK || (err.text[0] && !strchr(err.text, '\n')));
    rc = dg_state_root(state, &root, NULL);
    assert(rc == DG_OK);
    dg_chopsticks_clear(&c);
    dg_state_free(state);
    return 0;
}
