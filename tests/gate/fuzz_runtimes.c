/* Any bytes as a list of runtimes: read or refused with one line, and what was read fills every
 * place with its own texts. */
#include <assert.h>
#include <string.h>

#include "gate/gate_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_error err = { .text = "" };
    json_t *list, *all = json_pack("[s]", "*");
    dg_code rc = dg_gate_runtimes_parse(&list, dg_bytes_of(data, size), "fuzz", &err);
    const json_t *one;
    size_t i;
    assert(rc == DG_OK || rc == DG_USAGE);
    assert(rc == DG_OK ? json_array_size(list) > 0
                       : !list && err.text[0] && !strchr(err.text, '\n'));
    json_array_foreach(list, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name")),
                   *package = json_string_value(json_object_get(one, "package"));
        dg_buf out;
        assert(dg_gate_runtimes_takes(all, one)
               == (json_is_true(json_object_get(one, "is_relay")) || strcmp(name, "*") == 0));
        dg_buf_init(&out, 1 << 24);
        dg_gate_runtimes_fill(&out, "{runtime}{crate}{package}", one);
        assert(out.len == strlen(name) + 2 * strlen(package));
        dg_buf_clear(&out);
    }
    json_decref(list);
    json_decref(all);
    return 0;
}
