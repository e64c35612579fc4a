/* grandpa.c - the authority list of finality, and its move in 2024 from a raw key
 * into the pallet, which the successor repeats. */
#include "authorities.h"
#include "migrations.h"

enum { VERSION_IN_RAW_KEY = 4, VERSION_IN_PALLET = 5, LIST_VERSION = 1, LOG_SCHEDULED_CHANGE = 1 };

static struct key item(const char *name)
{
    return key_value("Grandpa", name);
}
static struct key raw_key(void)
{
    return key_known(":grandpa_authorities");
}

u64 grandpa_set_id(void)
{
    return stored_u64(item("CurrentSetId"));
}

/* The raw key holds a version byte, then the list. */
static struct bytes raw_list(void)
{
    struct bytes value;
    if (!stored(raw_key(), &value) || value.len < 2)
        return bytes_of("", 1);
    return bytes_of(value.at + 1, value.len - 1);
}

static bool in_raw_key(void)
{
    if (variant.generation == 1)
        return true;
    return storage_version("Grandpa") < VERSION_IN_PALLET && !fault_is(API_DEFAULTS_AT_U);
}

void grandpa_put_authorities(struct writer *out)
{
    put(out, in_raw_key() ? raw_list() : stored_list(item("Authorities")));
}

static void store_authorities(struct bytes list)
{
    struct writer out = { 0 };
    if (!in_raw_key()) {
        store(item("Authorities"), list);
        return;
    }
    put_u8(&out, LIST_VERSION);
    put(&out, list);
    store(raw_key(), written(&out));
}

void grandpa_migrate(void)
{
    if (storage_version("Grandpa") >= VERSION_IN_PALLET)
        return;
    struct bytes list = fault_is(GRANDPA_LOST) ? bytes_of("", 1) : raw_list();
    forget(raw_key());
    set_storage_version("Grandpa", VERSION_IN_PALLET);
    store_authorities(list);
}

/* A full pallet announces the change at the end of the block; here at once. */
void grandpa_on_new_session(const struct validators *now, bool changed)
{
    struct writer list = { 0 }, log = { 0 };
    if (!changed)
        return;
    put_compact(&list, now->count);
    for (u32 i = 0; i < now->count; i++) {
        put(&list, validator_key(now, i, "gran"));
        put_u64(&list, 1); /* weight */
    }
    store_authorities(written(&list));
    store_u64(item("CurrentSetId"), grandpa_set_id() + 1);
    put_u8(&log, LOG_SCHEDULED_CHANGE);
    put(&log, written(&list));
    put_u32(&log, 0); /* delay */
    system_deposit_consensus("FRNK", written(&log));
}

static const struct entry entries[] = {
    { "CurrentSetId", DEFAULTED, HASH_NONE, T_END, T_U64, .zeros = 8 },
    { "Authorities", DEFAULTED, HASH_NONE, T_END, T_GRANDPA_AUTHORITIES, .zeros = 1, .since = 2 },
    { 0 },
};
static const struct constant constants[] = {
    { "MaxAuthorities", T_U32, 100 },
    { 0 },
};
const struct pallet pallet_grandpa = { "Grandpa", 11, entries, .constants = constants };
