/* usage.c - what /proc says of one process. */
#include "process/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* /proc/ID/NAME; what does not fit is cut. */
static dg_code read_proc(char *room, size_t size, int64_t id, const char *name, dg_error *err)
{
    char path[64];
    size_t len;
    FILE *in;
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)id, name);
    if (!(in = fopen(path, "r"))) {
        if (errno == ENOENT || errno == ESRCH)
            return dg_fail(err, DG_ABSENT, "no process has the id %lld", (long long)id);
        return dg_fail(err, DG_IO, "%s could not be read: %s", path, strerror(errno));
    }
    len = fread(room, 1, size - 1, in);
    fclose(in);
    room[len] = 0;
    return len ? DG_OK : dg_fail(err, DG_ABSENT, "the process %lld is gone", (long long)id);
}

/* The name stands in brackets and may hold any byte, brackets too; the fields behind it do not. */
static const char *behind_name(dg_process_taken *out, const char *stat)
{
    const char *open = strchr(stat, '('), *close = strrchr(stat, ')');
    size_t len = 0;
    if (!open || !close || close < open)
        return NULL;
    for (const char *at = open + 1; at < close && len + 1 < sizeof out->name; at++)
        out->name[len++] = (char)(*at >= 32 && *at < 127 ? *at : '?');
    out->name[len] = 0;
    return close + 1;
}

dg_code dg_process_usage(dg_process_taken *out, int64_t id, dg_error *err)
{
    /* proc(5): state is field 3, utime 14, stime 15, starttime 22 */
    enum { ROOM = 1024, FIRST = 3, UTIME = 14, STIME = 15, BEGAN = 22 };
    long long ticks = 0, tick = sysconf(_SC_CLK_TCK), page = sysconf(_SC_PAGESIZE), pages;
    char room[ROOM];
    const char *at;
    dg_code rc;
    *out = (dg_process_taken){ .rss_kib = 0 };
    if ((rc = read_proc(room, sizeof room, id, "stat", err)) < 0 || rc == DG_ABSENT)
        return rc;
    if (!(at = behind_name(out, room)) || tick <= 0 || page <= 0)
        return dg_fail(err, DG_IO, "/proc/%lld/stat is not as proc(5) has it", (long long)id);
    for (int field = FIRST; field <= BEGAN; field++) {
        at += strspn(at, " ");
        if (field == FIRST && (*at == 'Z' || *at == 'X'))
            return dg_fail(err, DG_ABSENT, "the process %lld is dead", (long long)id);
        if (field == UTIME || field == STIME)
            ticks += strtoll(at, NULL, 10);
        if (field == BEGAN)
            out->began = strtoll(at, NULL, 10);
        at += strcspn(at, " ");
    }
    out->cpu_ms = ticks * 1000 / tick;
    if ((rc = read_proc(room, sizeof room, id, "statm", err)) < 0 || rc == DG_ABSENT)
        return rc;
    pages = strchr(room, ' ') ? strtoll(strchr(room, ' '), NULL, 10) : 0;
    out->rss_kib = pages * (page / 1024);
    return DG_OK;
}
