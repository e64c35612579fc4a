/* process.h - commands of a user: started, watched, ended with all that they started.
 *
 *   start   dg_process_start       a group and a mark of its own
 *   watch   dg_process_wait        until it ends, for so long at most
 *           dg_process_usage       what any process takes, by its id
 *   end     dg_process_stop        asked, then made; nothing is left
 *
 * Invariant: after dg_process_stop no process of its group lives, nor one that has its mark. Who
 * clears its environment and leaves the group is beyond that.
 *
 *   dg_process_command c = { .shell = "./node --port 9944", .output = "node.log" };
 *   if ((rc = dg_process_start(&p, &c, err)) >= 0) {
 *       rc = dg_process_wait(&p, 60 * 1000, NULL, NULL);         DG_LIMIT: it still runs
 *       dg_process_stop(&p, 5000);
 *   } */
#ifndef DG_PROCESS_H
#define DG_PROCESS_H

#include "base/base.h"

/* Either a text for /bin/sh or words; `output` and `folder` may be NULL: this program's stderr, and
 * the folder it is in. All of it is borrowed for the call. */
typedef struct dg_process_command {
    const char *shell;        /* NULL: `words` */
    const char *const *words; /* ended by NULL; the first is looked for in PATH */
    const char *output;       /* file to which stdout and stderr are appended */
    const char *folder;
    const char *const *environment; /* "NAME=value", ended by NULL, beside what there is; or NULL */
} dg_process_command;

/* A command that runs, or has ended. */
typedef struct dg_process {
    int64_t id; /* 0: none was started */
    bool ended;
    int status; /* as wait(2) has it, once it ended */
    char mark[64];
} dg_process;

/* DG_USAGE: there is no such program, or it may not be run; DG_IO: no process, no file. */
dg_code dg_process_start(dg_process *out, const dg_process_command *command, dg_error *err);
/* DG_OK: it ended; DG_LIMIT: it has not in `most_ms` (0: looks once); DG_END: `halts` said so
 * (NULL: never). */
dg_code dg_process_wait(dg_process *p, uint64_t most_ms, bool (*halts)(void *user), void *user);
/* Ends it and all that it started; what is not gone `grace_ms` after SIGTERM is killed. How many
 * other processes than the command itself had to be killed: 0 of a command that minds its own.
 * Fine on zeros and twice. */
unsigned dg_process_stop(dg_process *p, uint64_t grace_ms);
/* How it ended, "exit 3" or "signal 9"; "it runs" before that. */
void dg_process_ended(char out[40], const dg_process *p);

/* What a process takes by itself, without its children. */
typedef struct dg_process_taken {
    int64_t rss_kib, cpu_ms; /* resident memory; processor time since it began */
    int64_t began;           /* in ticks since the machine did: an id is given again */
    char name[32];           /* as the kernel has it, printable */
} dg_process_taken;
/* DG_ABSENT: there is no such process, or it is dead; DG_IO: /proc cannot be read. */
dg_code dg_process_usage(dg_process_taken *out, int64_t id, dg_error *err);
/* Milliseconds of sleep, not longer than until a signal comes. */
void dg_process_sleep(uint64_t ms);

#endif
