/* observe_impl.h - shared inside the room: what a source is. */
#ifndef DG_OBSERVE_IMPL_H
#define DG_OBSERVE_IMPL_H

#include "observe/observe.h"

#include <stddef.h>

/* A sample in which nothing is told. */
void dg_observe_sample_clear(dg_observe_sample *sample);

struct dg_observe_source {
    char of[200]; /* what is watched, in words */
    /* The next sample, when its time has come. DG_OK; DG_ABSENT: it failed, and may not the next
     * time; DG_END: there is none any more, and `why` says so. Below zero: the watch has failed. */
    dg_code (*take)(dg_observe_source *self, dg_observe_sample *out, char why[120], dg_error *err);
    void (*close)(dg_observe_source *self);
    dg_observe_pace pace;
    uint64_t begun_ns, taken;
    int64_t pid, began;       /* 0: no process; when it began, as its id is given again */
    dg_observe_sample *first; /* of a page that was asked for already; NULL: none */
    void *curl;               /* CURL */
    dg_buf page;
    FILE *in;
    char *room; /* for a line */
    char url[400];
    size_t nth; /* line */
    int64_t last_ms;
};

/* metrics.c: asks for the page once. As dg_observe_metrics. */
dg_code dg_observe_fetch(dg_observe_source *self, dg_observe_sample *out, dg_error *err);

/* watch.c: a plan's `claims` (NULL: none) in which only those about processes are judged; owned by
 * the caller, NULL: no memory. */
json_t *dg_observe_claims(const json_t *asked);
/* .. keeps the first value that was told, and the last. */
void dg_observe_first_and_last(int64_t pair[2], int64_t value);

#endif
