/* memory.c - the heap with a fault switch, and arenas over it. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

static uint64_t fail_in; /* 0: never; 1: every request from now on */

static bool refused(void)
{
    if (fail_in == 0)
        return false;
    if (fail_in > 1) {
        fail_in--;
        return false;
    }
    return true;
}

void dg_alloc_fail_from(uint64_t nth)
{
    fail_in = nth;
}

/* What the heap gave, if it gave anything. */
static void *given(void *at)
{
    if (!at)
        dg_lack_met("memory was refused");
    return at;
}

void *dg_malloc(size_t size)
{
    return refused() ? NULL : given(malloc(size ? size : 1));
}

void *dg_calloc(size_t count, size_t size)
{
    return refused() ? NULL : given(calloc(count ? count : 1, size ? size : 1));
}

void *dg_realloc(void *at, size_t size)
{
    return refused() ? NULL : given(realloc(at, size ? size : 1));
}

void dg_free(void *at)
{
    free(at);
}

char *dg_strdup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = dg_malloc(len);
    if (copy)
        memcpy(copy, text, len);
    return copy;
}

/* ---- arena ---- */

enum { PAGE_LEN = 64 * 1024, ALIGN = 16 };

struct dg_arena_page {
    dg_arena_page *older;
    size_t used, len; /* of the bytes behind this header */
    size_t pad;       /* keeps those bytes 16-aligned */
};

void dg_arena_init(dg_arena *arena, size_t max)
{
    *arena = (dg_arena){ NULL, 0, max };
}

void *dg_arena_take(dg_arena *arena, size_t size)
{
    dg_arena_page *page = arena->pages;
    uint8_t *at;
    if (size > arena->max || arena->used > arena->max - size)
        return NULL;
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (!page || page->len - page->used < size) {
        size_t len = size > PAGE_LEN ? size : PAGE_LEN;
        page = dg_malloc(sizeof *page + len);
        if (!page)
            return NULL;
        *page = (dg_arena_page){ arena->pages, 0, len, 0 };
        arena->pages = page;
    }
    at = (uint8_t *)(page + 1) + page->used;
    page->used += size;
    arena->used += size;
    memset(at, 0, size);
    return at;
}

char *dg_arena_text(dg_arena *arena, dg_bytes text)
{
    char *copy = dg_arena_take(arena, text.len + 1);
    if (copy && text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

dg_bytes dg_arena_copy(dg_arena *arena, dg_bytes bytes)
{
    uint8_t *copy = dg_arena_take(arena, bytes.len ? bytes.len : 1);
    if (copy && bytes.len)
        memcpy(copy, bytes.at, bytes.len);
    return (dg_bytes){ copy, copy ? bytes.len : 0 };
}

void dg_arena_reset(dg_arena *arena)
{
    dg_arena_page *page = arena->pages, *older;
    for (; page && page->older; page = older) {
        older = page->older;
        dg_free(page);
    }
    if (page)
        page->used = 0;
    arena->pages = page;
    arena->used = 0;
}

void dg_arena_clear(dg_arena *arena)
{
    dg_arena_reset(arena);
    dg_free(arena->pages);
    arena->pages = NULL;
}
