/* source.c - samples of a live process, at their times, and of a file. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "process/process.h"

static dg_observe_source *new_source(dg_error *err)
{
    dg_observe_source *s = dg_calloc(1, sizeof *s);
    if (!s)
        dg_fail(err, DG_NOMEM, "no memory for samples");
    else
        dg_buf_init(&s->page, DG_OBSERVE_PAGE_MAX);
    return s;
}

void dg_observe_close(dg_observe_source *s)
{
    if (!s)
        return;
    if (s->close)
        s->close(s);
    dg_buf_clear(&s->page);
    dg_free(s->first);
    dg_free(s->room);
    dg_free(s);
}

/* ---- live ---- */

/* Sleeps in short spans, so that who halts does not wait. */
static bool wait_until(const dg_observe_source *s, uint64_t due_ns)
{
    enum { SPAN_MS = 200 };
    for (uint64_t now; (now = dg_wall_ns()) < due_ns;) {
        uint64_t left_ms = (due_ns - now) / 1000000 + 1;
        if (s->pace.halts && s->pace.halts(s->pace.user))
            return false;
        dg_process_sleep(left_ms < SPAN_MS ? left_ms : SPAN_MS);
    }
    return !s->pace.halts || !s->pace.halts(s->pace.user);
}

/* Memory and time of the process, if there is one to be asked. */
static dg_code usage(dg_observe_source *s, dg_observe_sample *out, dg_error *err)
{
    dg_process_taken taken;
    dg_code rc;
    if (!s->pid)
        return DG_OK;
    rc = dg_process_usage(&taken, s->pid, err);
    if (rc == DG_OK && s->began && taken.began != s->began)
        rc = dg_fail(err, DG_ABSENT, "the process %lld is another one now", (long long)s->pid);
    if (rc != DG_OK)
        return rc;
    out->rss_kib = taken.rss_kib;
    out->cpu_ms = taken.cpu_ms;
    return DG_OK;
}

static dg_code take_live(dg_observe_source *s, dg_observe_sample *out, char why[120], dg_error *err)
{
    dg_code rc;
    s->begun_ns = s->begun_ns ? s->begun_ns : dg_wall_ns();
    if (!wait_until(s, s->begun_ns + s->taken++ * s->pace.every_ms * 1000000)) {
        snprintf(why, 120, "it was told to end");
        return DG_END;
    }
    dg_observe_sample_clear(out);
    if (s->first) {
        *out = *s->first;
        dg_free(s->first);
        s->first = NULL;
    } else if (s->curl && (rc = dg_observe_fetch(s, out, err)) < 0) {
        if (rc == DG_NOMEM)
            return rc;
        snprintf(why, 120, "%.110s", err->text);
        if (usage(s, out, err) == DG_OK)
            return DG_ABSENT;
        snprintf(why, 120, "%.110s", err->text);
        return DG_END;
    }
    out->at_ms = (int64_t)((dg_wall_ns() - s->begun_ns) / 1000000);
    rc = usage(s, out, err);
    if (rc == DG_ABSENT) {
        snprintf(why, 120, "%.110s", err->text);
        return DG_END;
    }
    return rc;
}

static dg_code find(dg_observe_source *s, int64_t pid, const char *behind, dg_error *err)
{
    dg_process_taken taken;
    dg_code rc = dg_process_usage(&taken, pid, err);
    if (rc == DG_ABSENT)
        err->code = rc = DG_USAGE; /* it is the user who named it */
    if (rc < 0)
        return rc;
    s->pid = pid;
    s->began = taken.began;
    snprintf(s->of, sizeof s->of, "process %lld (%s)%.120s", (long long)pid, taken.name, behind);
    return DG_OK;
}

dg_code dg_observe_pid(dg_observe_source **out, int64_t pid, const dg_observe_pace *pace,
                       dg_error *err)
{
    dg_observe_source *s = new_source(err);
    dg_error own;
    dg_code rc;
    *out = NULL;
    if (!s)
        return DG_NOMEM;
    s->pace = *pace;
    s->take = take_live;
    if ((rc = find(s, pid, "", &own)) < 0) {
        dg_observe_close(s);
        return dg_fail(err, rc, "%s", own.text);
    }
    *out = s;
    return DG_OK;
}

dg_code dg_observe_metrics(dg_observe_source **out, const char *url, int64_t pid,
                           const dg_observe_pace *pace, dg_error *err)
{
    dg_observe_source *s = new_source(err);
    char behind[140];
    dg_error own;
    dg_code rc = DG_OK;
    *out = NULL;
    if (!s)
        return DG_NOMEM;
    s->pace = *pace;
    s->take = take_live;
    snprintf(s->url, sizeof s->url, "%.390s", url);
    snprintf(s->of, sizeof s->of, "%.190s", url);
    snprintf(behind, sizeof behind, ", %.110s", url);
    if ((pid && (rc = find(s, pid, behind, &own)) < 0)
        || ((s->first = dg_malloc(sizeof *s->first)) == NULL
            && (rc = dg_fail(&own, DG_NOMEM, "no memory for samples")) < 0)) {
        dg_observe_close(s);
        return dg_fail(err, rc, "%s", own.text);
    }
    dg_observe_sample_clear(s->first);
    if ((rc = dg_observe_fetch(s, s->first, &own)) < 0) {
        dg_observe_close(s);
        return dg_fail(err, rc, "%s", own.text);
    }
    *out = s;
    return DG_OK;
}

/* ---- a file ---- */

/* The line without its end; DG_END: there is none. */
static dg_code next_line(dg_observe_source *s, dg_bytes *out, dg_error *err)
{
    size_t len;
    if (!fgets(s->room, DG_OBSERVE_LINE_MAX, s->in))
        return ferror(s->in)
                   ? dg_fail(err, DG_IO, "%.300s could not be read: %s", s->url, strerror(errno))
                   : DG_END;
    s->nth++;
    len = strlen(s->room);
    if (!len || s->room[len - 1] != '\n')
        return dg_fail(err, DG_MALFORMED, "%.300s: line %zu is cut off, or too long", s->url,
                       s->nth);
    *out = dg_bytes_of(s->room, len - 1);
    return DG_OK;
}

static dg_code take_kept(dg_observe_source *s, dg_observe_sample *out, char why[120], dg_error *err)
{
    dg_bytes line;
    dg_code rc = next_line(s, &line, err);
    if (rc == DG_END)
        snprintf(why, 120, "the file has no more samples");
    if (rc != DG_OK)
        return rc;
    if ((rc = dg_observe_line_in(out, line, err)) >= 0 && out->at_ms < s->last_ms)
        rc = dg_fail(err, DG_MALFORMED, "a sample is older than the one before it");
    if (rc < 0)
        return dg_fail_within(err, rc, "%.300s: line %zu", s->url, s->nth);
    s->last_ms = out->at_ms;
    return DG_OK;
}

static void close_kept(dg_observe_source *s)
{
    dg_file_in_close(s->in);
}

/* The first line says what the file is. */
static dg_code read_head(dg_observe_source *s, dg_error *err)
{
    json_t *head;
    dg_bytes line;
    dg_code rc = next_line(s, &line, err);
    if (rc < 0)
        return rc;
    head = rc == DG_OK ? json_loadb((const char *)line.at, line.len, 0, NULL) : NULL;
    if (json_integer_value(json_object_get(head, "doppel_samples")) != 1)
        rc = dg_fail(err, DG_MALFORMED, "%.300s holds no samples of doppel observe", s->url);
    else
        rc = DG_OK;
    if (json_is_string(json_object_get(head, "of")))
        snprintf(s->of, sizeof s->of, "%.190s", json_string_value(json_object_get(head, "of")));
    json_decref(head);
    for (char *at = s->of; *at; at++)
        *at = (char)(*at >= 32 && *at < 127 ? *at : '?');
    return rc;
}

dg_code dg_observe_file(dg_observe_source **out, const char *path, dg_error *err)
{
    dg_observe_source *s = new_source(err);
    dg_code rc;
    *out = NULL;
    if (!s)
        return DG_NOMEM;
    s->take = take_kept;
    s->close = close_kept;
    snprintf(s->url, sizeof s->url, "%.390s", path);
    if (!(s->room = dg_malloc(DG_OBSERVE_LINE_MAX)))
        rc = dg_fail(err, DG_NOMEM, "no memory for samples");
    else if (!(s->in = dg_file_in(path, "r")))
        rc = dg_fail(err, DG_IO, "%.300s could not be read: %s", path, strerror(errno));
    else
        rc = read_head(s, err);
    if (rc < 0) {
        dg_observe_close(s);
        return rc;
    }
    *out = s;
    return DG_OK;
}
