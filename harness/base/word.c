/* word.c - the nearest known word, and the log. */
#include "base/base.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

enum { WORD_MAX = 64 };

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Edit distance with two swapped neighbours as one edit, since that is how fingers
 * slip; words above WORD_MAX count as far from everything. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], la = strlen(a), lb = strlen(b);
    if (la > WORD_MAX || lb > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *row = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return rows[la % 3][lb];
}

const char *dg_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2; /* beyond that it is a guess */
    for (; *names; names++) {
        size_t d = distance(word, *names);
        if (d < best_distance) {
            best_distance = d;
            best = *names;
        }
    }
    return best;
}

static dg_log_level log_level = DG_LOG_NORMAL;

void dg_log_set(dg_log_level level)
{
    log_level = level;
}

dg_log_level dg_log_get(void)
{
    return log_level;
}

uint64_t dg_wall_ns(void)
{
    static struct timespec start;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (start.tv_sec == 0 && start.tv_nsec == 0)
        start = now;
    return (uint64_t)(now.tv_sec - start.tv_sec) * 1000000000u + (uint64_t)now.tv_nsec
           - (uint64_t)start.tv_nsec;
}

uint64_t dg_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void dg_log(dg_log_level level, const char *room, const char *format, ...)
{
    va_list args;
    if (level > log_level)
        return;
    if (level == DG_LOG_NORMAL)
        fputs("doppel: ", stderr);
    else
        fprintf(stderr, "%llu %s ", (unsigned long long)dg_wall_ns(), room);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
