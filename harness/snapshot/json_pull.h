/* json_pull.h - a strict JSON reader that holds one token at a time.
 *
 *   dg_snapshot_json_init .. dg_snapshot_json_next until DG_JSON_END .. dg_snapshot_json_clear
 *
 * Memory is bounded by the longest key and string that the caller allows, never
 * by the document. Strict: RFC 8259 grammar, valid UTF-8, paired surrogates, no
 * byte after the document but white space. */
#ifndef DG_SNAPSHOT_JSON_PULL_H
#define DG_SNAPSHOT_JSON_PULL_H

#include "base/base.h"

enum { DG_JSON_DEPTH_MAX = 64 };

typedef enum dg_snapshot_json_event {
    DG_JSON_OBJECT,
    DG_JSON_OBJECT_END,
    DG_JSON_ARRAY,
    DG_JSON_ARRAY_END,
    DG_JSON_KEY,    /* in `key` */
    DG_JSON_STRING, /* in `text` */
    DG_JSON_NUMBER, /* as written, in `text` */
    DG_JSON_TRUE,
    DG_JSON_FALSE,
    DG_JSON_NULL,
    DG_JSON_END /* of the document */
} dg_snapshot_json_event;

/* More input: DG_OK with a chunk that is not empty, DG_END, or a failure. */
typedef dg_code (*dg_snapshot_json_fill)(void *user, dg_bytes *chunk, dg_error *err);

typedef struct dg_snapshot_json {
    dg_snapshot_json_fill fill;
    void *user;
    dg_bytes chunk;
    size_t at;       /* next byte of `chunk` */
    uint64_t before; /* bytes of the document before `chunk` */
    uint64_t began;  /* where the last key, string or number began */
    bool ended;
    dg_code rc; /* first failure; every later call returns it */
    unsigned expect, depth;
    bool in_object[DG_JSON_DEPTH_MAX];
    bool discard; /* strings are checked, not kept */
    dg_buf key, text;
} dg_snapshot_json;

/* A key or string longer than its maximum (bytes) is DG_LIMIT. */
void dg_snapshot_json_init(dg_snapshot_json *json, dg_snapshot_json_fill fill, void *user,
                           size_t key_max, size_t text_max);
void dg_snapshot_json_clear(dg_snapshot_json *json);
/* DG_OK with the event; DG_MALFORMED with the byte (what nests too deep, too), DG_LIMIT, DG_NOMEM,
 * or what `fill` said. After DG_JSON_END every call answers DG_JSON_END. */
dg_code dg_snapshot_json_next(dg_snapshot_json *json, dg_snapshot_json_event *event, dg_error *err);
/* Steps over the value that stands next, of any length, keeping nothing. */
dg_code dg_snapshot_json_skip(dg_snapshot_json *json, dg_error *err);
uint64_t dg_snapshot_json_offset(const dg_snapshot_json *json);

#endif
