/* refuse.c - a heap that refuses one request: LD_PRELOAD=refuse.so REFUSE=n program ..
 *
 * Request number n of a process, counted over all its threads and libraries, gets nothing; all
 * others get what they asked for. A forked process goes on counting where its parent was. With
 * REFUSE_FROM=n it is that request and all after it. REFUSE_COUNT=file: how many there were,
 * written at the program's end. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

/* What glibc's own are called; asking dlsym for them would ask for memory. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *at, size_t size);
extern void *__libc_memalign(size_t align, size_t size);

static atomic_ulong seen;
static unsigned long one, from;

static unsigned long number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    atomic_store(&seen, 0);
    one = number("REFUSE");
    from = number("REFUSE_FROM");
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("REFUSE_COUNT");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    char text[32];
    if (fd < 0)
        return;
    snprintf(text, sizeof text, "%lu\n", atomic_load(&seen));
    if (write(fd, text, strlen(text)) < 0)
        abort();
    close(fd);
}

static bool refused(void)
{
    unsigned long n = atomic_fetch_add(&seen, 1) + 1;
    bool is = (one && n == one) || (from && n >= from);
    if (is)
        errno = ENOMEM;
    return is;
}

void *malloc(size_t size)
{
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size)
{
    return refused() ? NULL : __libc_realloc(at, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    return refused() ? NULL : __libc_memalign(align, size);
}

int posix_memalign(void **at, size_t align, size_t size)
{
    void *got = refused() ? NULL : __libc_memalign(align, size);
    if (!got)
        return ENOMEM;
    *at = got;
    return 0;
}
