/* Any bytes as a line of a log: refused with one line, or an event that prints to a line which
 * is read as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_event e, again;
    dg_error err = { .text = "" };
    dg_code rc = dg_event_parse_line(&e, dg_bytes_of(data, size), &err);
    assert(rc == DG_OK || (rc == DG_MALFORMED && err.text[0] && !strchr(err.text, '\n')));
    assert(rc == DG_OK || !e.detail);
    if (rc == DG_OK) {
        json_t *line = dg_event_json(&e), *other;
        char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);
        rc = dg_event_parse_line(&again, dg_text(text), &err);
        assert(rc == DG_OK);
        other = dg_event_json(&again);
        assert(json_equal(line, other));
        free(text);
        json_decref(line);
        json_decref(other);
        json_decref(again.detail);
        json_decref(e.detail);
    }
    return 0;
}
