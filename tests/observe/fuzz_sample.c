/* Any bytes as a line of a file of samples: refused with one line, or a sample whose line is read
 * as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "observe/observe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dg_observe_sample sample, again;
    dg_error err = { .text = "" };
    dg_code rc = dg_observe_line_in(&sample, dg_bytes_of(data, size), &err);
    dg_buf line, twice;
    assert(rc == DG_OK || (rc == DG_MALFORMED && err.text[0] && !strchr(err.text, '\n')));
    if (rc != DG_OK)
        return 0;
    dg_buf_init(&line, DG_OBSERVE_LINE_MAX);
    dg_buf_init(&twice, DG_OBSERVE_LINE_MAX);
    dg_observe_line_out(&line, &sample);
    rc = dg_observe_line_in(&again, dg_buf_bytes(&line), &err);
    assert(rc == DG_OK);
    dg_observe_line_out(&twice, &again);
    assert(dg_bytes_equal(dg_buf_bytes(&line), dg_buf_bytes(&twice)));
    dg_buf_clear(&line);
    dg_buf_clear(&twice);
    return 0;
}
