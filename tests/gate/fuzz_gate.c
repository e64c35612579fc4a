/* Any bytes as a gate with its ledger: read or refused with one line, and what was read has for
 * each entry a day on which it expires. */
#include <assert.h>
#include <string.h>

#include "gate/gate_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_entry(const json_t *known)
{
    const char *expires = json_string_value(json_object_get(known, "expires"));
    char text[16];
    dg_gate_day day;
    assert(expires && dg_gate_day_read(&day, expires, NULL) == DG_OK);
    dg_gate_day_text(text, day);
    assert(strcmp(text, expires) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_error err = { .text = "" };
    json_t *document = NULL;
    const json_t *known;
    dg_gate *gate;
    size_t i;
    dg_code rc = dg_gate_parse(&gate, dg_bytes_of(data, size), "fuzz", "", &err);
    assert(rc == DG_OK || rc == DG_USAGE || rc == DG_LIMIT);
    assert(rc == DG_OK ? gate != NULL : !gate && err.text[0] && !strchr(err.text, '\n'));
    if (!gate)
        return 0;
    json_array_foreach(json_object_get(gate->json, "known"), i, known) assert_entry(known);
    rc = dg_gate_document(&document, gate, (dg_gate_day){ 20000 }, &err); /* of no cases */
    assert(rc == DG_OK && dg_gate_check(document, &err) == DG_OK);
    assert(!json_array_size(json_object_get(gate->json, "known"))
           == (dg_gate_exit(document) == DG_EXIT_HELD));
    json_decref(document);
    dg_gate_free(gate);
    return 0;
}
