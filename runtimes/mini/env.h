/* env.h - what a guest without a C library brings along itself. */
#ifndef MINI_ENV_H
#define MINI_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

struct bytes {
    const u8 *at;
    u32 len;
}; /* borrowed */
struct hash {
    u8 at[32];
};

/* The compiler calls these for struct copies, whatever the flags. */
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int value, size_t len);
int memcmp(const void *a, const void *b, size_t len);

static inline struct bytes bytes_of(const void *at, u32 len)
{
    return (struct bytes){ at, len };
}
static inline struct bytes hash_bytes(const struct hash *h)
{
    return bytes_of(h->at, 32);
}
struct bytes text(const char *s); /* without the final NUL */
bool equal(struct bytes a, struct bytes b);

/* Heap memory. Never given back: an instance lives for one call. */
void *take(u32 len);

/* Logs at error level, as a runtime's panic handler does, then traps. */
_Noreturn void panic(const char *why);

#endif
