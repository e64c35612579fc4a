/* log.h - the log of room event under its old names, until all of run has the new ones. */
#ifndef DG_RUN_LOG_H
#define DG_RUN_LOG_H

#include <string.h>

#include "claim/claim.h"
#include "event/event.h"

typedef dg_event_log event_log;

static inline void log_add(event_log *log, dg_arm arm, dg_ns at, uint32_t block, dg_event_kind kind,
                           const int64_t n[6], json_t *detail)
{
    dg_event e = { .at = at,
                   .arm = arm,
                   .node = DG_EVENT_NO_NODE,
                   .block = block,
                   .kind = kind,
                   .detail = detail };
    memcpy(e.n, n, sizeof e.n);
    dg_event_log_add(log, &e);
}
#define LOG_N(...) ((const int64_t[6]){ __VA_ARGS__ })
#define log_check dg_event_log_check
#define log_write dg_event_log_write
#define log_hash dg_event_log_hash
#define log_clear dg_event_log_clear

#endif
