/* timestamp.c - the time of a block, set once by its author. */
#include "authorities.h"
#include "inherents.h"
#include "variant.h"

enum { MINIMUM_PERIOD_MS = SLOT_DURATION_MS / 2 };

static struct key item(const char *name)
{
    return key_value("Timestamp", name);
}

static struct outcome set(const struct origin *origin, struct reader *args)
{
    u64 now = read_compact(args), before = stored_u64(item("Now"));
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_NONE)
        return bad_origin();
    if (forget_flag(item("DidUpdate")))
        panic("Timestamp must be updated only once in the block");
    if (before && now < before + MINIMUM_PERIOD_MS)
        panic("Timestamp must increment by at least <MinimumPeriod> between sequential blocks");
    store_u64(item("Now"), now);
    store(item("DidUpdate"), bytes_of("\1", 1));
    babe_on_timestamp(now);
    return succeeded();
}

void timestamp_on_initialize(void)
{
    if (fault_is(FLAG_KEPT))
        forget(item("DidUpdate"));
}

void timestamp_on_finalize(void)
{
    struct bytes value;
    if (!(fault_is(FLAG_KEPT) ? stored(item("DidUpdate"), &value) : forget_flag(item("DidUpdate"))))
        panic("Timestamp must be updated once in the block");
}

bool timestamp_inherent(struct writer *call, struct bytes data)
{
    struct reader in = reader_of(data);
    u64 now = read_u64(&in), least = stored_u64(item("Now")) + MINIMUM_PERIOD_MS;
    if (in.bad)
        return false;
    put_u8(call, pallet_index(&pallet_timestamp));
    put_u8(call, 0);
    put_compact(call, now > least ? now : least);
    return true;
}

static const struct entry entries[] = {
    { "Now", DEFAULTED, HASH_NONE, T_END, T_U64, .zeros = 8 },
    { "DidUpdate", DEFAULTED, HASH_NONE, T_END, T_BOOL, .zeros = 1 },
    { 0 },
};
static const struct call calls[] = {
    { "set", 0, FIELDS({ "now", T_COMPACT_U64 }), set },
    { 0 },
};
static const struct constant constants[] = {
    { "MinimumPeriod", T_U64, MINIMUM_PERIOD_MS },
    { 0 },
};
const struct pallet pallet_timestamp = {
    "Timestamp", 3, entries, calls, .constants = constants, .calls_type = T_TIMESTAMP_CALL,
};
