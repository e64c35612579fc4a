/* observe.h - a process that runs, watched: what it takes, as events, until a verdict is sure.
 *
 *   where from   dg_observe_pid, dg_observe_metrics, dg_observe_file     sources of samples
 *   watch        dg_observe_watch     samples become events, claims judge them at each look
 *   or simulate  dg_observe_model     relay nodes inside collators, over hours
 *   tell         dg_observe_document  verdicts, what was watched, exit code
 *   a page       dg_observe_page      Prometheus' text, for the numbers that are looked for
 *   a line       dg_observe_line_in, dg_observe_line_out     one sample of a file
 *
 * Invariant: an outcome is a function of the samples. What a live run has kept in a file comes to
 * the same outcome when it is judged again, on any machine, at any speed.
 *
 *   dg_observe_metrics(&source, "http://127.0.0.1:9615/metrics", 4711, &pace, err);
 *   dg_observe_watch(&watched, &source, &how, err);
 *   dg_observe_document(&document, &watched, err);
 *   exit = dg_observe_exit(document); */
#ifndef DG_OBSERVE_H
#define DG_OBSERVE_H

#include <jansson.h>

#include "base/base.h"
#include "event/event.h"
#include "plan/plan.h"

/* ---- a sample ---- */

enum {
    DG_OBSERVE_CHANNELS_MAX = 256, /* of one process; a relay node of 2025 has 60 */
    DG_OBSERVE_ENTITY_MAX = 96,    /* bytes of a channel's name with its end */
    DG_OBSERVE_LINE_MAX = 1 << 16, /* bytes of a sample in a file */
    DG_OBSERVE_PAGE_MAX = 8 << 20  /* bytes of a page of metrics */
};
typedef struct dg_observe_channel {
    char entity[DG_OBSERVE_ENTITY_MAX]; /* printable */
    int64_t unread;
} dg_observe_channel;
/* What nobody told is -1. */
typedef struct dg_observe_sample {
    int64_t at_ms; /* since the first one */
    int64_t rss_kib, cpu_ms, best, finalized, peers;
    size_t channel_count;
    dg_observe_channel channels[DG_OBSERVE_CHANNELS_MAX];
} dg_observe_sample;

/* Adds to a sample what a page of metrics tells: process_resident_memory_bytes and
 * process_cpu_seconds_total, and, whatever stands before these names, block_height by its status,
 * sub_libp2p_peers_count or sync_peers, unbounded_channel_len (what was sent less what was received
 * and dropped) and unbounded_channel_size. DG_MALFORMED: it is no such page, with the line, or has
 * none of these; DG_LIMIT: more channels than are read. */
dg_code dg_observe_page(dg_observe_sample *sample, dg_bytes page, dg_error *err);

/* A sample as a line of JSON, without its end, appended. */
void dg_observe_line_out(dg_buf *out, const dg_observe_sample *sample);
/* The inverse. DG_MALFORMED, with the key. */
dg_code dg_observe_line_in(dg_observe_sample *out, dg_bytes line, dg_error *err);

/* ---- where samples come from ---- */

/* When live samples are taken. */
typedef struct dg_observe_pace {
    uint64_t every_ms;
    bool (*halts)(void *user); /* NULL: never */
    void *user;
} dg_observe_pace;

/* A source is used by one watch, and closed. */
typedef struct dg_observe_source dg_observe_source;
/* A process that runs, by /proc. DG_ABSENT as DG_USAGE, worded: there is none. */
dg_code dg_observe_pid(dg_observe_source **out, int64_t pid, const dg_observe_pace *pace,
                       dg_error *err);
/* A page of metrics, and the memory and time of `pid` (0: those of the page). The first page is
 * asked for here. DG_USAGE: no http URL, no such process; DG_IO: nobody answers; DG_MALFORMED: it
 * is no page of metrics, or does not end. */
dg_code dg_observe_metrics(dg_observe_source **out, const char *url, int64_t pid,
                           const dg_observe_pace *pace, dg_error *err);
/* A file that a watch kept: no time passes. "-" is stdin. DG_IO; DG_MALFORMED. */
dg_code dg_observe_file(dg_observe_source **out, const char *path, dg_error *err);
void dg_observe_close(dg_observe_source *source); /* fine on NULL */

/* ---- the watch ---- */

/* All of it borrowed for the watch. */
typedef struct dg_observe_options {
    uint64_t most_ms, settle_ms; /* how long; what comes before is not judged */
    json_t *claims;              /* as a plan's `claims`; NULL: nothing is said of them */
    const char *keep;            /* file for the samples; NULL: none */
    dg_observe_source *against;  /* samples of N-1: control; NULL: none */
    bool to_the_end;             /* goes on though all is decided */
    void (*progress)(void *user, const dg_observe_sample *sample, size_t taken);
    void *user;
} dg_observe_options;

/* What was seen. Cleared by dg_observe_clear. */
typedef struct dg_observe_watched {
    dg_event_log log;
    json_t *claims; /* of the options, a reference of its own */
    char of[200], ended[120];
    size_t samples, missed;
    int64_t over_ms, rss_kib[2], best[2], finalized[2], cpu_ms[2], settle_ms; /* first, last */
    int64_t control_samples;
    int64_t kills, down_ms; /* of simulated ones */
} dg_observe_watched;

/* Until all claims are decided, the time is over, the process is gone, or somebody halts it: the
 * last words of `ended` say which. DG_OK in all these cases; DG_IO: `keep` cannot be written;
 * DG_MALFORMED: of a file of samples; DG_NOMEM, DG_LIMIT. */
dg_code dg_observe_watch(dg_observe_watched *out, dg_observe_source *source,
                         const dg_observe_options *options, dg_error *err);
/* Gives log and claims back; fine on zeros, and after a watch that failed. */
void dg_observe_clear(dg_observe_watched *watched);

/* In place of a watch: relay nodes inside collators that are simulated (room stream), N-1 as
 * control and N, as a plan says. DG_IO; DG_USAGE, with the key; DG_NOMEM, DG_LIMIT. To be cleared.
 */
dg_code dg_observe_model(dg_observe_watched *out, const char *path, dg_error *err);
/* The keys of such a plan. Static. */
const dg_keys_table *dg_observe_keys(void);

/* Owned by the caller: keys doppel, program, observe, claims, result, exit, reason. DG_NOMEM. */
dg_code dg_observe_document(json_t **out, const dg_observe_watched *watched, dg_error *err);
/* Its keys, from which observe/observe-outcome.schema.json is made. Made by the first call, which
 * is not to be in two threads at once; static from then on. */
const dg_keys_table *dg_observe_outcome_keys(void);
/* Is it one? */
bool dg_observe_is_document(const json_t *document);
/* DG_MALFORMED, with the key at fault. */
dg_code dg_observe_check(const json_t *document, dg_error *err);
/* 0, 1 or 3; 5: it is none. */
int dg_observe_exit(const json_t *document);

#endif
