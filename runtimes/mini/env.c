/* env.c - memory and panics. Compiled with -fno-builtin: a compiler that knows
 * memcpy would turn the body of ours into a call to itself. */
#include "env.h"

#include "host.h"

void *memcpy(void *to, const void *from, size_t len)
{
    u8 *t = to;
    const u8 *f = from;
    for (; len >= 8; len -= 8, t += 8, f += 8)
        *(u64 *)(void *)t = *(const u64 *)(const void *)f; /* wasm loads need no alignment */
    while (len--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t len)
{
    u8 *t = to;
    while (len--)
        *t++ = (u8)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const u8 *x = a, *y = b;
    for (; len; len--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

struct bytes text(const char *s)
{
    u32 len = 0;
    while (s[len])
        len++;
    return bytes_of(s, len);
}

bool equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

void *take(u32 len)
{
    return host_malloc(len ? len : 1);
}

void panic(const char *why)
{
    host_log_error(text(why));
    __builtin_trap();
}
