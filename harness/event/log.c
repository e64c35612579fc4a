/* log.c - keeps events, writes and reads them, and hashes them. */
#include "event/event.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "crypto/crypto.h"

static bool room_for_one(dg_event_log *log)
{
    size_t cap = log->cap ? log->cap * 2 : 256;
    dg_event *at;
    if (log->count < log->cap)
        return true;
    if (log->count >= DG_EVENT_LOG_MAX) {
        log->rc = DG_LIMIT;
        return false;
    }
    if (!(at = dg_realloc(log->at, cap * sizeof *at))) {
        log->rc = DG_NOMEM;
        return false;
    }
    log->at = at;
    log->cap = cap;
    return true;
}

void dg_event_log_add(dg_event_log *log, const dg_event *event)
{
    assert(dg_event_name(event->kind));
    assert(!event->detail || json_is_object(event->detail));
    if (log->rc < 0 || !room_for_one(log)) {
        json_decref(event->detail);
        return;
    }
    log->at[log->count] = *event;
    log->at[log->count].seq = log->count;
    log->count++;
}

dg_code dg_event_log_check(const dg_event_log *log, dg_error *err)
{
    if (log->rc == DG_LIMIT)
        return dg_fail(err, DG_LIMIT, "the run had more than %d events", DG_EVENT_LOG_MAX);
    return log->rc < 0 ? dg_fail(err, log->rc, "no memory for the event log") : DG_OK;
}

void dg_event_log_clear(dg_event_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        json_decref(log->at[i].detail);
    dg_free(log->at);
    memset(log, 0, sizeof *log);
}

/* ---- out ---- */

/* One line without its end; NULL: no memory. Given back with free_line. */
static char *line_of(const dg_event *e)
{
    json_t *json = dg_event_json(e);
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    return text;
}

static void free_line(char *text)
{
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    release(text);
}

dg_code dg_event_log_write(const dg_event_log *log, const char *path, dg_error *err)
{
    dg_file_out out;
    bool whole = true;
    dg_code rc = dg_file_begin(&out, path, 0, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; whole && i < log->count; i++) {
        char *text = line_of(&log->at[i]);
        if ((whole = text != NULL)) {
            dg_file_put(&out, dg_text(text));
            dg_file_put(&out, dg_text("\n"));
            free_line(text);
        }
    }
    if (whole)
        return dg_file_commit(&out, err);
    dg_file_abandon(&out);
    return dg_fail(err, DG_NOMEM, "no memory to write %s", path);
}

dg_code dg_event_log_hash(const dg_event_log *log, dg_hash *hash, dg_error *err)
{
    memset(hash, 0, sizeof *hash);
    for (size_t i = 0; i < log->count; i++) {
        char *text = line_of(&log->at[i]);
        if (!text)
            return dg_fail(err, DG_NOMEM, "no memory for the hash of the event log");
        *hash = dg_blake2_256_two(dg_hash_bytes(hash), dg_text(text));
        free_line(text);
    }
    return DG_OK;
}

/* ---- in ---- */

static dg_code line_in(dg_event_log *log, dg_bytes line, dg_error *err)
{
    dg_event e;
    dg_code rc = dg_event_parse_line(&e, line, err);
    if (rc < 0)
        return rc;
    if (e.seq != log->count) {
        json_decref(e.detail);
        return dg_fail(err, DG_MALFORMED, "event's `seq` is %llu where %zu is expected",
                       (unsigned long long)e.seq, log->count);
    }
    dg_event_log_add(log, &e);
    return dg_event_log_check(log, err);
}

/* `room` has DG_EVENT_LINE_MAX + 2 bytes: a line, its end, and the text's. */
static dg_code lines_in(dg_event_log *log, FILE *in, const char *path, char *room, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t nth = 1; rc >= 0 && fgets(room, DG_EVENT_LINE_MAX + 2, in); nth++) {
        size_t len = strlen(room);
        if (len == DG_EVENT_LINE_MAX + 1 && room[len - 1] != '\n')
            rc = dg_fail(err, DG_LIMIT, "line has more than %d bytes", DG_EVENT_LINE_MAX);
        else if (!len || room[len - 1] != '\n')
            rc = dg_fail(err, DG_MALFORMED, "line has no end: the log was cut off");
        else
            rc = line_in(log, dg_bytes_of(room, len - 1), err);
        if (rc < 0)
            rc = dg_fail_within(err, rc, "%s: line %zu", path, nth);
    }
    if (rc >= 0 && ferror(in))
        rc = dg_fail(err, DG_IO, "%s could not be read: %s", path, strerror(errno));
    return rc;
}

dg_code dg_event_log_read(dg_event_log *log, const char *path, dg_error *err)
{
    char *room = NULL;
    FILE *in = NULL;
    dg_code rc;
    assert(!log->count && !log->at);
    if (!(room = dg_malloc(DG_EVENT_LINE_MAX + 2)))
        rc = dg_fail(err, DG_NOMEM, "no memory to read %s", path);
    else if (!(in = dg_file_in(path, "r")))
        rc = dg_fail(err, DG_IO, "%s could not be read: %s", path, strerror(errno));
    else
        rc = lines_in(log, in, path, room, err);
    dg_file_in_close(in);
    dg_free(room);
    return rc;
}
