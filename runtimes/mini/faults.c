/* faults.c - one function a place; each does nothing in a sound runtime. */
#include "faults.h"

#include "host.h"
#include "migrations.h"
#include "paras.h"
#include "system.h"
#include "variant.h"

static void loop_for_ever(void)
{
    for (volatile u32 i = 0;; i++)
        ;
}

/* Ends after more calls than any stack holds. The addition behind the call keeps
 * the compiler from making it a loop. */
static u64 recurse(volatile u64 depth)
{
    return depth == ~0ull ? 0 : recurse(depth + 1) + depth;
}

/* Touches every page, so that the host has to find real memory for it. */
static void eat_memory(void)
{
    enum { BITE = 1 << 20, PAGE = 4096 };
    for (;;) {
        volatile u8 *at = take(BITE);
        for (u32 i = 0; i < BITE; i += PAGE)
            at[i] = 0xaa;
    }
}

/* Takes memory until so many pages of it are in use to the last byte, and none beyond: large
 * blocks of the allocator first, then its smallest. Each has a header of eight bytes. What
 * Mini.Appetite holds takes the place of the switch: pages (u32), and how many more for each
 * block number (u32). */
static void take_appetite(void)
{
    enum { PAGE = 65536, HEADER = 8, LEAST = 8 };
    u32 pages = variant.appetite, at, end = 0, bite = PAGE;
    struct bytes told;
    if (stored(key_value("Mini", "Appetite"), &told)) {
        struct reader in = reader_of(told);
        pages = read_u32(&in);
        pages += read_u32(&in) * system_number();
    }
    for (u32 limit = pages * PAGE; bite >= LEAST; bite = bite == PAGE ? LEAST : 0)
        while (end + bite + HEADER <= limit) {
            at = (u32)(uintptr_t)take(end ? bite : LEAST);
            end = at + (end ? bite : LEAST) > end ? at + (end ? bite : LEAST) : end;
        }
}

/* More than a thousand million instructions. */
static void work_hard(void)
{
    for (volatile u32 i = 0; i < 150000000; i++)
        ;
}

static void grow_state(void)
{
    enum { ITEMS = 64, ITEM_LEN = 4096 };
    struct writer litter = { 0 };
    put_zeros(&litter, ITEM_LEN);
    for (u32 i = 0; i < ITEMS; i++)
        store(key_map_u32("Mini", "Litter", TWOX_64_CONCAT, system_number() * ITEMS + i),
              written(&litter));
}

void fault_in_initialize(void)
{
    switch (variant.fault) {
    case INIT_TRAPS:
        panic("initialize_block gives up");
        break;
    case INIT_LOOPS:
        loop_for_ever();
        break;
    case INIT_RECURSES:
        recurse(0);
        break;
    case INIT_EATS_MEMORY:
        eat_memory();
        break;
    case INIT_APPETITE:
        take_appetite();
        break;
    case STATE_GROWS:
        grow_state();
        break;
    default:
        break;
    }
}

void fault_in_finalize(void)
{
    if (fault_is(FINALIZE_TRAPS))
        panic("finalize_block gives up");
}

void fault_in_new_session(void)
{
    if (fault_is(SESSION_APPETITE))
        take_appetite();
}

u64 fault_in_migration(void)
{
    if (fault_is(MIGRATION_TRAPS))
        panic("the migration gives up");
    if (fault_is(MIGRATION_APPETITE))
        take_appetite();
    if (!fault_is(MIGRATION_HEAVY))
        return 0;
    work_hard();
    return 5 * WEIGHT_BLOCK;
}

void fault_in_building(void)
{
    if (fault_is(EXECUTION_DIFFERS))
        store_u32(key_value("Mini", "BuiltHere"), system_number());
}

void fault_in_execution(void)
{
    if (fault_is(IMPORT_APPETITE))
        take_appetite();
}

/* ---- answers ---- */

/* It decodes, as four million free cores. */
static void put_huge(struct writer *out)
{
    enum { CORES = 4000000 };
    put_compact(out, CORES);
    for (u32 i = 0; i < CORES; i++)
        put_u8(out, 2);
}

/* An enum variant that does not exist. */
static void put_undecodable(struct writer *out)
{
    put_compact(out, paras_count());
    put_u8(out, 0x77);
}

bool fault_in_availability_cores(struct writer *out)
{
    if (fault_is(API_GARBAGE)) {
        put_undecodable(out);
        return true;
    }
    if (fault_is(QUERY_APPETITE))
        take_appetite();
    if (!on_old_storage())
        return false;
    switch (variant.fault) {
    case API_UNDECODABLE_AT_U:
        put_undecodable(out);
        return true;
    case API_HUGE_AT_U:
        put_huge(out);
        return true;
    case API_TRAPS_AT_U:
        panic("availability_cores gives up");
        return true;
    case API_LOOPS_AT_U:
        loop_for_ever();
        return true;
    case API_RECURSES_AT_U:
        recurse(0);
        return true;
    case API_EATS_MEMORY_AT_U:
        eat_memory();
        return true;
    default:
        return false;
    }
}
