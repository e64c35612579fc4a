/* stream.h - relay nodes inside collators: streams that are subscribed to, polled or not, and the
 * memory that follows.
 *
 *   table   dg_stream_class_at, dg_stream_class_of     who polls what, by release
 *   run     dg_stream_run                              one arm, as events of processes
 *
 * Invariant: memory is base, code and warm-up, and what lies unread in streams; nothing else grows.
 *
 *   dg_stream_options o = { .class = dg_stream_class_of("v0.9.22"), .nodes = 3, .hours = 6, .. };
 *   dg_stream_run(&log, DG_ARM_TREATMENT, &o, err);
 *
 * Mirrors: network-model 1.19 and 2.5; substrate pull requests 11604 and 11694. */
#ifndef DG_STREAM_H
#define DG_STREAM_H

#include "base/base.h"
#include "event/event.h"

/* What a node is notified of. */
typedef enum dg_stream_source {
    DG_STREAM_IMPORT,   /* a block, forks too */
    DG_STREAM_FINALITY, /* what became final */
    DG_STREAM_NETWORK,  /* a message of a peer */
    DG_STREAM_SOURCES
} dg_stream_source;
/* As metrics call it: "mpsc_network_event_stream". Static. */
const char *dg_stream_entity(dg_stream_source source);

/* Releases of the node that behave alike. Static. */
typedef struct dg_stream_class {
    const char *name, *says;
    bool
        beefy_takes[DG_STREAM_SOURCES]; /* its gadget subscribes, and polls once the chain has it */
} dg_stream_class;
/* Row i, the oldest first; NULL past the last. */
const dg_stream_class *dg_stream_class_at(size_t i);
/* The row in which a release falls, "v0.9.24" in v0.9.22's; NULL: it is no release of that time. */
const dg_stream_class *dg_stream_class_of(const char *release);

enum { DG_STREAM_NODES_MAX = 64, DG_STREAM_HOURS_MAX = 24 * 31 };
/* Bytes are of memory; each number is above 0 where it has no comment. */
typedef struct dg_stream_options {
    const dg_stream_class *of;
    bool beefy; /* the relay chain runs it */
    uint64_t seed;
    uint32_t nodes, hours;
    uint64_t slot_ms, sample_ms, poll_ms; /* poll: from an event to its being read */
    uint64_t network_events;              /* messages of peers, a slot; may be 0 */
    uint64_t event_bytes[DG_STREAM_SOURCES];
    uint64_t base_bytes, limit_bytes; /* when it is up; at which it is killed */
    uint64_t warm_bytes, warm_ms;     /* more, in even steps, until then; may be 0 */
    uint64_t restart_ms, compile_ms;  /* until it is up again; may be 0 */
} dg_stream_options;

/* What one arm came to. */
typedef struct dg_stream_came {
    uint64_t blocks, kills, down_ms; /* of all nodes together, but for blocks */
} dg_stream_came;
/* Adds the arm's events: process and channel for each node and sample, process-killed. DG_LIMIT,
 * DG_NOMEM. */
dg_code dg_stream_run(dg_stream_came *came, dg_event_log *log, dg_arm arm,
                      const dg_stream_options *options, dg_error *err);

#endif
