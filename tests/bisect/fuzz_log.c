/* Any bytes as the log of a bisect: what is read can be written, and is read the same again. */
#include <assert.h>
#include <string.h>

#include "bisect/bisect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bisect_log log, again;
    dg_buf text, twice;
    dg_error err;
    dg_code rc = dg_bisect_log_parse(&log, dg_bytes_of(data, size), &err);
    if (rc < 0)
        assert(err.text[0] && !strchr(err.text, '\n'));
    if (rc < 0) {
        dg_bisect_log_clear(&log);
        return 0;
    }
    dg_buf_init(&text, SIZE_MAX / 4);
    dg_buf_init(&twice, SIZE_MAX / 4);
    dg_bisect_log_text(&text, &log, NULL);
    rc = dg_bisect_log_parse(&again, dg_buf_bytes(&text), &err);
    assert(rc == DG_OK && again.count == log.count);
    for (size_t i = 0; i < log.count; i++)
        assert(log.at[i].mark == again.at[i].mark
               && strcmp(log.at[i].commit, again.at[i].commit) == 0
               && strcmp(log.at[i].why, again.at[i].why) == 0
               && strcmp(log.at[i].blob, again.at[i].blob) == 0
               && strcmp(log.at[i].subject, again.at[i].subject) == 0);
    dg_bisect_log_text(&twice, &again, NULL);
    assert(dg_bytes_equal(dg_buf_bytes(&text), dg_buf_bytes(&twice)));
    dg_bisect_log_clear(&log);
    dg_bisect_log_clear(&again);
    dg_buf_clear(&text);
    dg_buf_clear(&twice);
    return 0;
}
