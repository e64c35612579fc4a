/* migrations.c - single-block migrations, then those that take several blocks. */
#include "migrations.h"

#include "authorities.h"
#include "configuration.h"
#include "faults.h"
#include "paras.h"

static struct key last_upgrade_key(void)
{
    return key_value("System", "LastRuntimeUpgrade");
}

bool on_old_storage(void)
{
    struct bytes raw;
    if (!stored(last_upgrade_key(), &raw))
        return true;
    struct reader in = reader_of(raw);
    u64 spec_version = read_compact(&in);
    return variant.spec_version > spec_version || !equal(read_bytes(&in), text(variant.spec_name));
}

static u64 last_version(void)
{
    struct bytes raw;
    if (!stored(last_upgrade_key(), &raw))
        return 0;
    struct reader in = reader_of(raw);
    return read_compact(&in);
}

static void record_upgrade(void)
{
    struct writer out = { 0 };
    put_compact(&out, variant.spec_version);
    put_text(&out, variant.spec_name);
    store(last_upgrade_key(), written(&out));
}

/* ---- session keys ---- */

/* Old keys in today's layout, by name; zeros for a key that the old one did not have. */
static void put_converted(struct writer *out, struct bytes old)
{
    static const u8 nobody[33];
    for (const struct key_kind *k = session_key_kinds(variant.keys); k->len; k++) {
        struct bytes key = session_key_in(KEYS_WITH_IM_ONLINE, old, k->id);
        put(out, key.len ? key : bytes_of(nobody, k->len));
    }
}

static void convert_next_keys(struct bytes account)
{
    struct key k = key_map("Session", "NextKeys", TWOX_64_CONCAT, account);
    struct writer out = { 0 };
    struct bytes old;
    if (!stored(k, &old) || old.len != session_keys_len(KEYS_WITH_IM_ONLINE))
        return;
    put_converted(&out, old);
    store(k, written(&out));
}

static void migrate_session_keys(void)
{
    struct key queued = key_value("Session", "QueuedKeys");
    struct reader in = reader_of(stored_list(queued));
    struct writer out = { 0 };
    u32 count = read_count(&in, 1);
    if (variant.keys == KEYS_WITH_IM_ONLINE || fault_is(KEYS_UNMIGRATED)
        || (fault_is(KEYS_FROM_1_ALONE) && last_version() != 1))
        return;
    put_compact(&out, count);
    while (count--) {
        struct bytes account = read_take(&in, ACCOUNT_LEN);
        put(&out, account);
        put_converted(&out, read_take(&in, session_keys_len(KEYS_WITH_IM_ONLINE)));
        convert_next_keys(account);
    }
    if (!in.bad)
        store(queued, written(&out));
}

/* ---- several blocks ---- */

enum { CURSOR_ACTIVE, CURSOR_STUCK };
enum { UPGRADE_COMPLETED = 1, UPGRADE_FAILED = 2 };

static struct key cursor_key(void)
{
    return key_value("MultiBlockMigrations", "Cursor");
}

bool migrations_ongoing(void)
{
    struct bytes raw;
    return stored(cursor_key(), &raw);
}

/* Active(index of the migration, its own cursor, block it started at). */
static void begin_steps(void)
{
    struct writer out = { 0 };
    if (!variant.migrates_in_steps)
        return;
    put_u8(&out, CURSOR_ACTIVE);
    put_u32(&out, 0);
    put_u8(&out, 0);
    put_u32(&out, system_number() + 1);
    store(cursor_key(), written(&out));
}

/* The migration is in the history, under its name. */
static void complete(void)
{
    struct writer name = { 0 };
    put_text(&name, "contexts");
    forget(cursor_key());
    store(key_map("MultiBlockMigrations", "Historic", TWOX_64_CONCAT, written(&name)),
          bytes_of("", 0));
    system_deposit_event(&pallet_migrations, UPGRADE_COMPLETED, bytes_of("", 0));
}

static void give_up(void)
{
    u8 stuck = CURSOR_STUCK;
    store(cursor_key(), bytes_of(&stuck, 1));
    system_deposit_event(&pallet_migrations, UPGRADE_FAILED, bytes_of("", 0));
}

static bool is_stuck(void)
{
    struct bytes raw;
    return stored(cursor_key(), &raw) && raw.len && raw.at[0] == CURSOR_STUCK;
}

void migrations_step(void)
{
    if (!migrations_ongoing() || is_stuck())
        return;
    system_register_weight(WEIGHT_MANDATORY, WEIGHT_SECOND / 10);
    if (fault_is(MIGRATION_ENDLESS))
        return;
    if (fault_is(MIGRATION_STUCK))
        give_up();
    else if (!paras_migrate_one())
        complete();
}

/* ---- the whole ---- */

u64 migrations_run(void)
{
    u64 weight = 0;
    if (!on_old_storage())
        return 0;
    if (variant.generation >= 2) {
        weight = WEIGHT_SECOND / 100 + fault_in_migration();
        config_migrate();
        grandpa_migrate();
        migrate_session_keys();
        paras_migrate();
        begin_steps();
    }
    if (!fault_is(UPGRADE_NOT_RECORDED))
        record_upgrade();
    return weight;
}

static const struct entry entries[] = {
    { "Cursor", OPTIONAL, HASH_NONE, T_END, T_MIGRATION_CURSOR },
    { "Historic", OPTIONAL, TWOX_64_CONCAT, T_BYTES, T_UNIT },
    { 0 },
};
static const struct choice events[] = {
    { "UpgradeCompleted", UPGRADE_COMPLETED, NULL },
    { "UpgradeFailed", UPGRADE_FAILED, NULL },
    { 0 },
};
const struct pallet pallet_migrations = {
    "MultiBlockMigrations",
    98,
    entries,
    .events = events,
    .events_type = T_MIGRATIONS_EVENT,
    .since = 2,
};
