/* heap.c - libgit2 is told of no lack of memory: it words one with memory that it does not have,
 * until the stack is full, or goes on with what it was not given. What the machine refuses ends the
 * program (base's lack); what the test hook of our heap refuses is not refused here. */
#include "git/git_impl.h"

#include <git2/sys/alloc.h>
#include <stdlib.h>
#include <string.h>

static void *given(void *at)
{
    if (!at)
        dg_lack_met("memory was refused");
    return at;
}

static void *take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return given(malloc(size ? size : 1));
}

static void *resize(void *at, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return given(realloc(at, size ? size : 1));
}

#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR > 5
static git_allocator ours = { .gmalloc = take, .grealloc = resize, .gfree = dg_free };
#else
static void *take_zeroed(size_t count, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return given(calloc(count ? count : 1, size ? size : 1));
}

static char *copy(const char *text, size_t len, const char *file, int line)
{
    char *out = take(len + 1, file, line);
    if (out) {
        memcpy(out, text, len);
        out[len] = 0;
    }
    return out;
}

static char *copy_all(const char *text, const char *file, int line)
{
    return copy(text, strlen(text), file, line);
}

static char *copy_most(const char *text, size_t most, const char *file, int line)
{
    return copy(text, strnlen(text, most), file, line);
}

static void *resize_array(void *at, size_t count, size_t size, const char *file, int line)
{
    return size && count > SIZE_MAX / size ? NULL : resize(at, count * size, file, line);
}

static void *take_array(size_t count, size_t size, const char *file, int line)
{
    return resize_array(NULL, count, size, file, line);
}

static git_allocator ours = { .gmalloc = take,
                              .gcalloc = take_zeroed,
                              .gstrdup = copy_all,
                              .gstrndup = copy_most,
                              .gsubstrdup = copy,
                              .grealloc = resize,
                              .greallocarray = resize_array,
                              .gmallocarray = take_array,
                              .gfree = dg_free };
#endif

int dg_git_heap(void)
{
    return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &ours);
}
