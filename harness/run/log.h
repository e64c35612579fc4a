/* log.h - everything noteworthy, in order. Events own their details; an event that
 * could not be kept makes the whole log fail, never shorter. */
#ifndef DG_RUN_LOG_H
#define DG_RUN_LOG_H

#include "claim/claim.h"

enum { LOG_EVENTS_MAX = 1 << 22 };

typedef struct event_log {
    dg_event *at;
    size_t count, cap;
    dg_code rc; /* DG_OK, DG_NOMEM or DG_LIMIT */
} event_log;

/* Adds one event and takes `detail` (NULL: none). The order of calls is the order
 * of the log. */
void log_add(event_log *log, dg_arm arm, dg_ns at, uint32_t block, dg_event_kind kind,
             const int64_t n[6], json_t *detail);
#define LOG_N(...) ((const int64_t[6]){ __VA_ARGS__ })
dg_code log_check(const event_log *log, dg_error *err);
/* NDJSON: one event a line, keys sorted. */
dg_code log_write(const event_log *log, const char *path, dg_error *err);
/* BLAKE2b-256 over the lines chained one by one; the same log has the same hash. */
dg_code log_hash(const event_log *log, dg_hash *hash, dg_error *err);
void log_clear(event_log *log);
/* Text that may come from a guest as a JSON string: what is not printable ASCII is
 * shown as '?', so that no byte of a runtime can spoil an outcome. NULL: no memory. */
json_t *plain_json(const char *text);

#endif
