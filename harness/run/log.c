/* log.c - keeps events, writes them, and hashes them. */
#include "run/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

static bool room_for_one(event_log *log)
{
    size_t cap = log->cap ? log->cap * 2 : 256;
    dg_event *at;
    if (log->count < log->cap)
        return true;
    if (log->count >= LOG_EVENTS_MAX) {
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

void log_add(event_log *log, dg_arm arm, dg_ns at, uint32_t block, dg_event_kind kind,
             const int64_t n[6], json_t *detail)
{
    dg_event *e;
    if (log->rc < 0 || !room_for_one(log)) {
        json_decref(detail);
        return;
    }
    e = &log->at[log->count];
    *e = (dg_event){ .at = at,
                     .seq = log->count,
                     .arm = arm,
                     .node = UINT32_MAX,
                     .block = block,
                     .kind = kind,
                     .detail = detail };
    memcpy(e->n, n, sizeof e->n);
    log->count++;
}

dg_code log_check(const event_log *log, dg_error *err)
{
    if (log->rc == DG_LIMIT)
        return dg_fail(err, DG_LIMIT, "the run had more than %d events", LOG_EVENTS_MAX);
    return log->rc < 0 ? dg_fail(err, log->rc, "no memory for the event log") : DG_OK;
}

/* One line without its end; NULL: no memory. Given back with free. */
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

dg_code log_write(const event_log *log, const char *path, dg_error *err)
{
    FILE *out = fopen(path, "w");
    bool bad = false;
    if (!out)
        return dg_fail(err, DG_IO, "%s could not be written: %s", path, strerror(errno));
    for (size_t i = 0; !bad && i < log->count; i++) {
        char *text = line_of(&log->at[i]);
        bad = !text || fprintf(out, "%s\n", text) < 0;
        if (text)
            free_line(text);
    }
    if (fclose(out) != 0 || bad)
        return dg_fail(err, DG_IO, "%s could not be written whole", path);
    return DG_OK;
}

dg_code log_hash(const event_log *log, dg_hash *hash, dg_error *err)
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

json_t *plain_json(const char *text)
{
    char room[640];
    size_t n = 0;
    for (; text[n] && n < sizeof room - 1; n++)
        room[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
    room[n] = 0;
    return json_string(room);
}

void log_clear(event_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        json_decref(log->at[i].detail);
    dg_free(log->at);
    memset(log, 0, sizeof *log);
}
