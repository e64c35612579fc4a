/* Any bytes as a page of metrics: one line says what is wrong, or a sample that is the same when it
 * is written and read again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "observe/observe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static dg_observe_sample sample, again;
    dg_error err = { .text = "" };
    dg_buf line;
    dg_code rc;
    memset(&sample, 0, sizeof sample);
    sample.rss_kib = sample.cpu_ms = sample.best = sample.finalized = sample.peers = -1;
    rc = dg_observe_page(&sample, dg_bytes_of(data, size), &err);
    assert(rc == DG_OK
           || ((rc == DG_MALFORMED || rc == DG_LIMIT) && err.text[0] && !strchr(err.text, '\n')));
    if (rc != DG_OK)
        return 0;
    dg_buf_init(&line, DG_OBSERVE_LINE_MAX);
    dg_observe_line_out(&line, &sample);
    rc = dg_observe_line_in(&again, dg_buf_bytes(&line), &err);
    assert(rc == DG_OK && again.channel_count == sample.channel_count);
    assert(again.rss_kib == sample.rss_kib && again.finalized == sample.finalized);
    for (size_t i = 0; i < again.channel_count; i++)
        assert(again.channels[i].unread == sample.channels[i].unread
               && strcmp(again.channels[i].entity, sample.channels[i].entity) == 0);
    dg_buf_clear(&line);
    return 0;
}
