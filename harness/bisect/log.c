/* log.c - what was found out, as a text that people read, `git bisect replay` takes, and the same
 * command goes on from. What git has no word for stands in comments before the line it is of:
 *
 *   # doppel bisect log 1
 *   # asked: 0x..                     the hash of what was asked for
 *   git bisect start 'BAD' 'GOOD'
 *   # bad: [BAD] subject
 *   # blob: ..   # why: ..   # broke: a claim, another
 *   git bisect bad BAD */
#include "bisect/bisect.h"

#include <assert.h>
#include <string.h>

#include "git/git.h"

static const char first_line[] = "# doppel bisect log 1", any_first[] = "# doppel bisect log ";
static const char *const words[] = { "", "good", "bad", "skip" };

dg_code dg_bisect_log_add(dg_bisect_log *log, const dg_bisect_entry *entry, dg_error *err)
{
    size_t more = log->cap ? 2 * log->cap : 32;
    dg_bisect_entry *bigger = log->at;
    assert(entry->mark != DG_BISECT_UNKNOWN && entry->commit[0]);
    if (log->count == log->cap) {
        if (!(bigger = dg_realloc(log->at, more * sizeof *bigger)))
            return dg_fail(err, DG_NOMEM, "no memory for a log");
        log->at = bigger;
        log->cap = more;
    }
    log->at[log->count++] = *entry;
    return DG_OK;
}

void dg_bisect_log_clear(dg_bisect_log *log)
{
    dg_free(log->at);
    memset(log, 0, sizeof *log);
}

/* ---- written ---- */

static void put(dg_buf *out, const char *key, const char *value)
{
    if (value[0])
        dg_buf_printf(out, "# %s: %s\n", key, value);
}

void dg_bisect_log_text(dg_buf *out, const dg_bisect_log *log, const char *end)
{
    dg_buf_printf(out, "%s\n# asked: %s\ngit bisect start %s'%s' '%s'\n", first_line,
                  dg_hash_text(&log->asked).text, log->first_parent ? "'--first-parent' " : "",
                  log->bad, log->good);
    for (size_t i = 0; i < log->count; i++) {
        const dg_bisect_entry *e = &log->at[i];
        dg_buf_printf(out, "# %s: [%s] %s\n", words[e->mark], e->commit, e->subject);
        put(out, "blob", e->blob);
        put(out, "why", e->why);
        put(out, "broke", e->broke);
        dg_buf_printf(out, "git bisect %s %s\n", words[e->mark], e->commit);
    }
    if (end)
        dg_buf_printf(out, "# %s\n", end);
}

/* ---- read ---- */

typedef struct reader {
    const char *at, *end; /* of the line */
    unsigned line;
    dg_bisect_log *log;
    dg_bisect_entry entry; /* what comments said of the next one */
    bool started, asked;
} reader;

/* The rest of the line behind `prefix`; NULL: it does not begin with it. */
static const char *after(const reader *r, const char *prefix)
{
    size_t len = strlen(prefix);
    return (size_t)(r->end - r->at) >= len && memcmp(r->at, prefix, len) == 0 ? r->at + len : NULL;
}

static dg_code bad_line(const reader *r, dg_error *err)
{
    return dg_fail(err, DG_MALFORMED, "line %u is none of a bisect log: %.*s", r->line,
                   r->end - r->at < 80 ? (int)(r->end - r->at) : 80, r->at);
}

static void copy(char *out, size_t size, const char *from, const char *end)
{
    size_t len = (size_t)(end - from) < size ? (size_t)(end - from) : size - 1;
    memcpy(out, from, len);
    out[len] = 0;
}

/* The 40 digits of a hash, which end at `end`. */
static bool take_hash(char out[DG_GIT_HASH_TEXT], const char *from, const char *end)
{
    if (end - from != DG_GIT_HASH_TEXT - 1)
        return false;
    copy(out, DG_GIT_HASH_TEXT, from, end);
    return strspn(out, "0123456789abcdef") == DG_GIT_HASH_TEXT - 1;
}

/* 'BAD' 'GOOD', perhaps behind '--first-parent'. */
static dg_code read_start(reader *r, const char *from, dg_error *err)
{
    static const char flag[] = "'--first-parent' ";
    enum { QUOTED = DG_GIT_HASH_TEXT + 1 };
    if (r->started)
        return bad_line(r, err);
    r->log->first_parent =
        r->end - from > (long)sizeof flag && memcmp(from, flag, sizeof flag - 1) == 0;
    if (r->log->first_parent)
        from += sizeof flag - 1;
    if (r->end - from != 2 * QUOTED + 1 || from[0] != '\'' || from[QUOTED - 1] != '\''
        || from[QUOTED] != ' ' || from[QUOTED + 1] != '\'' || r->end[-1] != '\''
        || !take_hash(r->log->bad, from + 1, from + QUOTED - 1)
        || !take_hash(r->log->good, from + QUOTED + 2, r->end - 1))
        return bad_line(r, err);
    r->started = true;
    return DG_OK;
}

static dg_code read_mark(reader *r, const char *from, dg_error *err)
{
    dg_code rc;
    for (int mark = DG_BISECT_GOOD; mark <= DG_BISECT_SKIP; mark++) {
        size_t len = strlen(words[mark]);
        if ((size_t)(r->end - from) <= len || memcmp(from, words[mark], len) != 0
            || from[len] != ' ')
            continue;
        if (!r->started || !take_hash(r->entry.commit, from + len + 1, r->end))
            break;
        r->entry.mark = (dg_bisect_mark)mark;
        rc = dg_bisect_log_add(r->log, &r->entry, err);
        memset(&r->entry, 0, sizeof r->entry);
        return rc;
    }
    return bad_line(r, err);
}

static dg_code read_asked(reader *r, const char *from, dg_error *err)
{
    dg_buf hash = dg_buf_on(r->log->asked.at, sizeof r->log->asked.at);
    if (r->asked || dg_hex_get(&hash, from, (size_t)(r->end - from), NULL) < 0
        || hash.len != sizeof r->log->asked.at)
        return bad_line(r, err);
    r->asked = true;
    return DG_OK;
}

/* A comment; one that says nothing to this program is passed over. */
static dg_code read_comment(reader *r, dg_error *err)
{
    const char *from;
    if ((from = after(r, "# asked: ")))
        return read_asked(r, from, err);
    for (int mark = DG_BISECT_GOOD; mark <= DG_BISECT_SKIP; mark++) {
        char head[20];
        snprintf(head, sizeof head, "# %s: [", words[mark]);
        if ((from = after(r, head)) && r->end - from > DG_GIT_HASH_TEXT)
            copy(r->entry.subject, sizeof r->entry.subject, from + DG_GIT_HASH_TEXT + 1, r->end);
    }
    if ((from = after(r, "# blob: ")))
        copy(r->entry.blob, sizeof r->entry.blob, from, r->end);
    if ((from = after(r, "# why: ")))
        copy(r->entry.why, sizeof r->entry.why, from, r->end);
    if ((from = after(r, "# broke: ")))
        copy(r->entry.broke, sizeof r->entry.broke, from, r->end);
    return DG_OK;
}

static dg_code read_line(reader *r, dg_error *err)
{
    const char *from;
    for (const char *c = r->at; c < r->end; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return bad_line(r, err);
    if (r->line == 1)
        return after(r, first_line) && r->end - r->at == (long)sizeof first_line - 1 ? DG_OK
               : after(r, any_first) ? dg_fail(err, DG_UNSUPPORTED,
                                               "the log is of a later format than this "
                                               "program reads")
                                     : dg_fail(err, DG_MALFORMED, "it is no log of doppel bisect");
    if (r->at == r->end)
        return DG_OK;
    if (*r->at == '#')
        return read_comment(r, err);
    if ((from = after(r, "git bisect start ")))
        return read_start(r, from, err);
    return (from = after(r, "git bisect ")) ? read_mark(r, from, err) : bad_line(r, err);
}

dg_code dg_bisect_log_parse(dg_bisect_log *out, dg_bytes text, dg_error *err)
{
    const char *at = (const char *)text.at, *end = at + text.len;
    reader r = { .log = out };
    dg_code rc = DG_OK;
    memset(out, 0, sizeof *out);
    if (!text.len)
        return dg_fail(err, DG_MALFORMED, "it is no log of doppel bisect");
    for (; at < end && rc == DG_OK; at = r.end + 1) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            return dg_fail(err, DG_MALFORMED, "the last line is not whole");
        r.at = at;
        r.end = stop;
        r.line++;
        rc = read_line(&r, err);
    }
    if (rc == DG_OK && (!r.started || !r.asked))
        rc = dg_fail(err, DG_MALFORMED, "the log does not say what was asked for");
    return rc;
}
