/* paras.c - heads and code of parachains. */
#include "paras.h"

#include "host.h"
#include "system.h"
#include "variant.h"

enum { CONTEXT_OLD_LEN = 4 };

static struct key map(const char *name, u32 para)
{
    return key_map_u32("Paras", name, TWOX_64_CONCAT, para);
}

struct bytes paras_list(void)
{
    return stored_list(key_value("Paras", "Parachains"));
}

u32 paras_count(void)
{
    struct reader in = reader_of(paras_list());
    return read_count(&in, 4);
}

u32 para_at(u32 i)
{
    struct reader in = reader_of(paras_list());
    read_count(&in, 4);
    read_take(&in, 4 * i);
    return read_u32(&in);
}

static enum hasher heads_hasher(void)
{
    return variant.heads_by_blake2 ? BLAKE2_128_CONCAT : TWOX_64_CONCAT;
}

bool para_head(u32 para, struct bytes *head)
{
    struct bytes raw;
    if (!stored(key_map_u32("Paras", "Heads", heads_hasher(), para), &raw))
        return false;
    struct reader in = reader_of(raw);
    *head = read_bytes(&in);
    return !in.bad;
}

bool para_code_hash(u32 para, struct hash *code)
{
    struct bytes raw;
    if (!stored(map("CurrentCodeHash", para), &raw))
        return false;
    struct reader in = reader_of(raw);
    *code = read_hash(&in);
    return !in.bad;
}

bool para_code(const struct hash *code, struct bytes *blob)
{
    struct bytes raw;
    if (!stored(key_map("Paras", "CodeByHash", IDENTITY, hash_bytes(code)), &raw))
        return false;
    struct reader in = reader_of(raw);
    *blob = read_bytes(&in);
    return !in.bad;
}

/* ---- the map whose type changes ---- */

static void put_context(struct writer *out, u32 number)
{
    struct hash h = system_block_hash(number);
    put_u32(out, number);
    if (variant.contexts_with_hash)
        put_hash(out, &h);
}

static bool migrate_context(u32 para)
{
    struct bytes raw;
    struct writer out = { 0 };
    if (!stored(map("MostRecentContext", para), &raw) || raw.len != CONTEXT_OLD_LEN)
        return false;
    struct reader in = reader_of(raw);
    put_context(&out, read_u32(&in));
    store(map("MostRecentContext", para), written(&out));
    return true;
}

bool paras_migrate_one(void)
{
    for (u32 i = 0; i < paras_count(); i++)
        if (migrate_context(para_at(i)))
            return true;
    return false;
}

/* From the keys that the live runtime builds. */
static void move_heads(void)
{
    struct bytes head;
    if (!variant.heads_by_blake2 || fault_is(HEADS_LEFT))
        return;
    for (u32 i = 0; i < paras_count(); i++)
        if (stored(map("Heads", para_at(i)), &head)) {
            store(key_map_u32("Paras", "Heads", heads_hasher(), para_at(i)), head);
            forget(map("Heads", para_at(i)));
        }
}

static void forget_last(void)
{
    struct writer out = { 0 };
    put_compact(&out, paras_count() - 1);
    for (u32 i = 0; i + 1 < paras_count(); i++)
        put_u32(&out, para_at(i));
    store(key_value("Paras", "Parachains"), written(&out));
}

void paras_migrate(void)
{
    bool more = variant.contexts_with_hash && !variant.migrates_in_steps;
    while (more && paras_migrate_one())
        more = !fault_is(ENTRIES_LEFT);
    move_heads();
    if (fault_is(PARACHAIN_FORGOTTEN))
        forget_last();
}

/* ---- the pallet ---- */

static const struct entry entries[] = {
    { "Parachains", DEFAULTED, HASH_NONE, T_END, T_PARA_IDS, .zeros = 1 },
    { "ParaLifecycles", OPTIONAL, TWOX_64_CONCAT, T_PARA_ID, T_PARA_LIFECYCLE },
    { "Heads", OPTIONAL, TWOX_64_CONCAT, T_PARA_ID, T_HEAD_DATA, .hasher_now = heads_hasher },
    { "MostRecentContext", OPTIONAL, TWOX_64_CONCAT, T_PARA_ID, T_CONTEXT },
    { "CurrentCodeHash", OPTIONAL, TWOX_64_CONCAT, T_PARA_ID, T_CODE_HASH },
    { "CodeByHash", OPTIONAL, IDENTITY, T_CODE_HASH, T_CODE },
    { 0 },
};
const struct pallet pallet_paras = { "Paras", 56, entries };

static const struct field context_number[] = { { "number", T_U32 }, { 0, T_END } };
static const struct field context_fields[] = { { "number", T_U32 },
                                               { "hash", T_H256 },
                                               { 0, T_END } };
const struct type context_types[] = {
    STRUCT_OF("polkadot_runtime_parachains::paras::Context", context_number),
    STRUCT_OF("polkadot_runtime_parachains::paras::Context", context_fields),
};
