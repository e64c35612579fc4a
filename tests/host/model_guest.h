/* model_guest.h - a runtime that does nothing but call host functions, one after
 * another, and hand its whole memory back: what they answer can then be read. */
#ifndef DG_TESTS_HOST_MODEL_GUEST_H
#define DG_TESTS_HOST_MODEL_GUEST_H

#include "../support/suite.h"
#include "host/host.h"

enum { GUEST_STEPS_MAX = 64, GUEST_ARGS_MAX = 8, GUEST_PAGE = 65536, GUEST_HEAP_BASE = 1024 };

typedef struct guest_arg {
    char kind;
    dg_bytes bytes;
    uint64_t number;
} guest_arg;
/* fat pointer to text */
static inline guest_arg in(const char *text)
{
    return (guest_arg){ 'P', dg_text(text), 0 };
}
static inline guest_arg in_bytes(dg_bytes bytes)
{
    return (guest_arg){ 'P', bytes, 0 };
}
/* pointer to bytes */
static inline guest_arg at(dg_bytes bytes)
{
    return (guest_arg){ 'p', bytes, 0 };
}
/* as it is */
static inline guest_arg num(uint64_t n)
{
    return (guest_arg){ 'n', { 0 }, n };
}
/* up to 4096 */
dg_bytes guest_zeros(size_t len);
/* fat pointer to zeros */
static inline guest_arg room(size_t len)
{
    return in_bytes(guest_zeros(len));
}
static inline guest_arg room_at(size_t len)
{
    return at(guest_zeros(len));
}
/* Fat pointer, pointer or number that an earlier step of this call returned. */
static inline guest_arg result_of(unsigned step)
{
    return (guest_arg){ 'r', { 0 }, step };
}

typedef struct guest_step {
    const char *import, *signature;
    unsigned args;
    guest_arg arg[GUEST_ARGS_MAX];
    uint32_t placed[GUEST_ARGS_MAX]; /* address of what was placed */
} guest_step;

typedef struct asker {
    guest_step steps[GUEST_STEPS_MAX];
    unsigned count;
    bool own_heap; /* RFC-145: takes a length, fetches its input */
    uint8_t system_version;
    dg_host_options options;
    dg_host_result result; /* of the last run; cleared by the next and by end */
} asker;

#define ARGS(...)                                                                                  \
    (const guest_arg[]){ __VA_ARGS__ },                                                            \
        sizeof((const guest_arg[]){ __VA_ARGS__ }) / sizeof(guest_arg)
#define NO_ARGS NULL, 0

asker *guest_begin(void); /* static storage: one at a time */
/* Adds a step and returns its index. */
unsigned guest_ask(asker *g, const char *import, const char *signature, const guest_arg *args,
                   size_t count);
dg_code guest_run(asker *g, dg_state *state, dg_error *err);
/* Runs and fails the test unless it ends well. */
void guest_do(asker *g, dg_state *state);
void guest_end(asker *g);

/* What a step returned, and the memory behind it. */
uint64_t guest_number(const asker *g, unsigned step);
dg_bytes guest_bytes(const asker *g, unsigned step);                /* fat pointer */
dg_bytes guest_bytes_at(const asker *g, unsigned step, size_t len); /* pointer */
dg_bytes guest_room(const asker *g, unsigned step, unsigned arg, size_t len);

/* The blob of such a runtime alone. */
dg_buf guest_blob(const asker *g);
dg_engine *guest_engine(void);

#endif
