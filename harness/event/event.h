/* event.h - what happened, said once: kinds of events, their JSON, and the log.
 *
 *   list      event_list.h                    a row for each kind: name, numbers, meaning
 *   event     dg_event                        e->net_holders.enabled
 *   line      dg_event_json, dg_event_parse   one event as JSON, and back
 *   log       {0}, dg_event_log_add .. check, write or hash, clear
 *   again     dg_event_log_read               a log on disk, to be judged once more
 *
 * Code that makes an event fills in the struct of its kind by name, and code that reads one does
 * too. That numbers stand in a row in memory is known to this room alone.
 *
 * Invariant: a log that was written and read back is the same log, byte by byte.
 *
 *   dg_event e = { .at = now, .arm = DG_ARM_CONTROL, .node = DG_EVENT_NO_NODE, .block = number,
 *                  .kind = DG_EVENT_SLOT, .slot = { .slot = slot, .built = 1, .claims = 2 } };
 *   dg_event_log_add(&log, &e);
 *   ...
 *   if ((rc = dg_event_log_check(&log, err)) < 0) an event is missing: the run proves nothing
 *
 * A log is of one run: control's events first, all of them, then treatment's. It holds no wall
 * time, so two runs of one commit, plan and seed have equal logs, and their hashes say so. */
#ifndef DG_EVENT_H
#define DG_EVENT_H

#include <jansson.h>

#include "base/base.h"

/* The two chains of a run: N-1 alone, and N enacted at U. In a log they are "control" and
 * "treatment". */
typedef enum dg_arm { DG_ARM_CONTROL, DG_ARM_TREATMENT } dg_arm;

/* The rows of event_list.h, in their order. A log has the names, so rows may be moved; one that is
 * renamed, or has other numbers, makes older logs unreadable. */
typedef enum dg_event_kind {
#define X(KIND, member, name, ...) DG_EVENT_##KIND,
#include "event/event_list.h"
#undef X
    DG_EVENT_KIND_COUNT
} dg_event_kind;

/* ---- the numbers of each kind: struct dg_event_<member>, one int64_t a field ---- */

/* What a row of the list may have; the macros below count up to here. An event is so big in memory
 * whatever its kind. */
enum { DG_EVENT_FIELDS_MAX = 8 };
#define DG_EVENT_EACH_1(m, a) m(a)
#define DG_EVENT_EACH_2(m, a, ...) m(a) DG_EVENT_EACH_1(m, __VA_ARGS__)
#define DG_EVENT_EACH_3(m, a, ...) m(a) DG_EVENT_EACH_2(m, __VA_ARGS__)
#define DG_EVENT_EACH_4(m, a, ...) m(a) DG_EVENT_EACH_3(m, __VA_ARGS__)
#define DG_EVENT_EACH_5(m, a, ...) m(a) DG_EVENT_EACH_4(m, __VA_ARGS__)
#define DG_EVENT_EACH_6(m, a, ...) m(a) DG_EVENT_EACH_5(m, __VA_ARGS__)
#define DG_EVENT_EACH_7(m, a, ...) m(a) DG_EVENT_EACH_6(m, __VA_ARGS__)
#define DG_EVENT_EACH_8(m, a, ...) m(a) DG_EVENT_EACH_7(m, __VA_ARGS__)
#define DG_EVENT_PICK(a, b, c, d, e, f, g, h, pick, ...) pick
/* m(field) for each of the fields */
#define DG_EVENT_EACH(m, ...)                                                                      \
    DG_EVENT_PICK(__VA_ARGS__, DG_EVENT_EACH_8, DG_EVENT_EACH_7, DG_EVENT_EACH_6, DG_EVENT_EACH_5, \
                  DG_EVENT_EACH_4, DG_EVENT_EACH_3, DG_EVENT_EACH_2, DG_EVENT_EACH_1, 0)           \
    (m, __VA_ARGS__)

#define DG_EVENT_NUMBER(field) int64_t field;
#define X(KIND, member, name, ...)                                                                 \
    struct dg_event_##member {                                                                     \
        DG_EVENT_EACH(DG_EVENT_NUMBER, __VA_ARGS__)                                                \
    };
#include "event/event_list.h"
#undef X

/* How an answer of a runtime API stands against control's at the same moment: the number `against`
 * of the kinds that compare. It stands in logs as a number: new ones go to the end. */
typedef enum dg_event_against {
    DG_EVENT_AGAINST_NOTHING,    /* it is not compared */
    DG_EVENT_AGAINST_SAME,       /* what has to be as in control is so */
    DG_EVENT_AGAINST_EMPTY,      /* nothing, where control has something */
    DG_EVENT_AGAINST_COUNT,      /* not as many */
    DG_EVENT_AGAINST_VALUE,      /* another value */
    DG_EVENT_AGAINST_CONFIGURED, /* one of the last two, of what follows from HostConfiguration */
} dg_event_against;

#define DG_EVENT_NO_NODE UINT32_MAX /* not in the JSON: the key `node` is left out */
/* One thing that happened. A plain value: a copy of it shares `detail`, without a reference of its
 * own. Of the union only the member of `kind` may be read. */
typedef struct dg_event {
    dg_ns at;     /* since the start of the run */
    uint64_t seq; /* place in the log, from 0, over both arms */
    dg_arm arm;
    uint32_t node;  /* DG_EVENT_NO_NODE: the chain itself */
    uint32_t block; /* number the event is about */
    dg_event_kind kind;
    union { /* the one that `kind` names */
#define X(KIND, member, name, ...) struct dg_event_##member member;
#include "event/event_list.h"
#undef X
    };
    json_t *detail; /* an object, or NULL; owned by the log */
} dg_event;

/* "net-holders", as it stands in a log; NULL for what is no kind. Static. */
const char *dg_event_name(dg_event_kind kind);
/* Name of the kind's number i, in the order of the list; NULL past the last one. */
const char *dg_event_field(dg_event_kind kind, size_t i);
/* The event's number of that name, which its kind has to have (dg_event_field): for tables and
 * tests, where the kind is not known when the code is written. */
int64_t dg_event_number(const dg_event *event, const char *field);
/* "control" or "treatment". Static. */
const char *dg_event_arm_name(dg_arm arm);

/* ---- lines ---- */

/* The event as a JSON object, owned by the caller: keys `arm`, `seq`, `at_ns`, `block`, `kind`, the
 * numbers of its kind under their names beside them, `node` and `detail` where it has them.
 * `detail` is shared with the event, not copied. NULL: no memory. */
json_t *dg_event_json(const dg_event *event);
/* The inverse. `out->detail` is owned by the caller, by a reference of its own, so `line` may go.
 * DG_MALFORMED names the field that is missing, of another type, out of its range or unknown, since
 * what is not known would be lost when the line is written again; nothing is owned then. What the
 * numbers mean is not checked, nor what is in the detail. */
dg_code dg_event_parse(dg_event *out, const json_t *line, dg_error *err);
/* As dg_event_parse, from the text of one line without its end, for bytes from anywhere.
 * DG_MALFORMED also for what is no JSON or has a key twice; DG_NOMEM. */
dg_code dg_event_parse_line(dg_event *out, dg_bytes line, dg_error *err);
/* Text that may come from a guest as a JSON string: what is not printable ASCII is shown as
 * '?', so that no byte of a runtime can spoil an outcome; at most 639 bytes of it. NULL: no
 * memory. */
json_t *dg_event_text(const char *text);
/* A value as compact JSON for a sentence, of at most `size` - 1 bytes, cut with ".."; "" without
 * memory. `size` is 3 at least. */
void dg_event_short(char *out, size_t size, const json_t *value);

/* ---- the log ---- */

/* Both bound what a log from elsewhere can ask for; a run that reaches the first has failed. */
enum {
    DG_EVENT_LOG_MAX = 1 << 22,  /* events */
    DG_EVENT_LINE_MAX = 1 << 20, /* bytes of a line that is read */
};

/* Everything noteworthy, in order. Zero it to begin. An event that could not be kept makes the
 * whole log fail, never shorter. */
typedef struct dg_event_log {
    dg_event *at;
    size_t count, cap;
    dg_code rc; /* DG_OK; DG_NOMEM or DG_LIMIT: an event is missing */
} dg_event_log;

/* Adds a copy of `event` and takes its detail; `seq` becomes its place. The order of calls is
 * the order of the log. What goes wrong is kept in `rc`. */
void dg_event_log_add(dg_event_log *log, const dg_event *event);
/* DG_OK, or the first thing that went wrong: DG_LIMIT, DG_NOMEM. To be asked once, before the log
 * is judged, hashed or written: those look at what is there. */
dg_code dg_event_log_check(const dg_event_log *log, dg_error *err);
/* NDJSON: one event a line, keys sorted, no spaces. The file is there whole or not at all
 * (dg_file_begin); "-" is stdout. DG_IO; DG_NOMEM. */
dg_code dg_event_log_write(const dg_event_log *log, const char *path, dg_error *err);
/* BLAKE2b-256 over the lines chained one by one, h = H(h ++ line) from 32 zero bytes on, each line
 * without its end; the same log has the same hash, and an empty one has zeroes. DG_NOMEM. */
dg_code dg_event_log_hash(const dg_event_log *log, dg_hash *hash, dg_error *err);
/* Reads what dg_event_log_write wrote into an empty log, to be cleared whatever comes back.
 * DG_IO; DG_MALFORMED names file and line, and the field, or the place where an event is
 * missing or comes twice; DG_LIMIT: more or longer lines than a log has; DG_NOMEM. */
dg_code dg_event_log_read(dg_event_log *log, const char *path, dg_error *err);
/* Gives all of it back, the details too; the log is empty again and without a failure. Verdicts
 * keep their own references to what they show, setups and borrowed texts do not. */
void dg_event_log_clear(dg_event_log *log);

#endif
