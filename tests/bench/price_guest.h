/* price_guest.h - a runtime that asks one host function again and again, and what that takes. */
#ifndef DG_PRICE_GUEST_H
#define DG_PRICE_GUEST_H

#include "host/host.h"

enum { PRICE_ARGS_MAX = 6 };

/* An argument: bytes that lie in the guest's input, or a number as it is. */
typedef struct price_arg {
    dg_bytes bytes;
    uint64_t number;
    bool varies; /* four bytes of it, from `varies_at` on, are others in each turn */
    uint8_t varies_at;
} price_arg;
/* What is asked. Letters of a signature as in the tables of host functions. A result that lies in
 * the guest's memory is given back to the allocator. */
typedef struct price_work {
    const char *import, *signature;
    price_arg arg[PRICE_ARGS_MAX];
    bool root; /* .. and the root of the state at the end */
    dg_host_inner inner;
    bool offchain;
} price_work;
/* Of one turn. */
typedef struct price_took {
    double ns, own_fuel, host_fuel;
} price_took;

/* `turns` of `work` over a fork of `state`, once, as processor time of this thread. NULL `import`:
 * turns of some arithmetic and memory alone. Ends the bench when the guest does not end well. */
price_took price_guest_once(dg_engine *engine, const dg_state *from, const price_work *work,
                            uint32_t turns);
/* Turns of `work` over a fork of `state`, as many as take `ms`, or `turns` of them unless that is
 * 0; the quickest of three times. */
price_took price_guest_time(dg_engine *engine, const dg_state *state, const price_work *work,
                            uint32_t turns, unsigned ms);
/* Four bytes of the next turn, after those of this one. */
uint32_t price_guest_next(uint32_t now);

#endif
