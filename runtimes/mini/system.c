/* system.c - the frame around a block. */
#include "system.h"

#include "host.h"
#include "variant.h"
#include "version.h"

enum { BLOCK_HASH_COUNT = 250 };

static struct key item(const char *name)
{
    return key_value("System", name);
}
static struct key block_hash_key(u32 number)
{
    return key_map_u32("System", "BlockHash", TWOX_64_CONCAT, number);
}
static struct key extrinsic_key(u32 index)
{
    return key_map_u32("System", "ExtrinsicData", TWOX_64_CONCAT, index);
}

/* ---- headers ---- */

struct header read_header(struct reader *in)
{
    struct header h;
    h.parent = read_hash(in);
    h.number = (u32)read_compact(in);
    h.state_root = read_hash(in);
    h.extrinsics_root = read_hash(in);
    struct bytes from = bytes_of(in->at, in->left);
    for (u32 items = read_count(in, 1); items && !in->bad; items--) {
        u8 kind = read_u8(in);
        if (kind >= DIGEST_CONSENSUS && kind <= DIGEST_PRE_RUNTIME)
            read_take(in, 4); /* engine */
        if (kind != DIGEST_ENVIRONMENT_UPDATED)
            read_bytes(in);
    }
    h.digest = bytes_of(from.at, from.len - in->left);
    return h;
}

void put_header(struct writer *out, const struct header *h)
{
    put_hash(out, &h->parent);
    put_compact(out, h->number);
    put_hash(out, &h->state_root);
    put_hash(out, &h->extrinsics_root);
    put(out, h->digest);
}

/* ---- blocks ---- */

void system_begin_block(const struct header *h)
{
    system_set_phase(PHASE_INITIALIZATION);
    store_u32(key_known(":extrinsic_index"), 0);
    store_u32(item("Number"), h->number);
    store(item("Digest"), h->digest);
    store_hash(item("ParentHash"), &h->parent);
    store_hash(block_hash_key(h->number - 1), &h->parent);
    forget(item("Events"));
    forget(item("BlockWeight"));
}

/* The extrinsics of the block as Vec<Vec<u8>>; they leave the state here. */
static struct bytes take_extrinsics(void)
{
    struct writer list = { 0 };
    u32 count = stored_u32(key_known(":extrinsic_index"));
    put_compact(&list, count);
    for (u32 i = 0; i < count; i++) {
        put_bytes(&list, stored_list(extrinsic_key(i)));
        forget(extrinsic_key(i));
    }
    return written(&list);
}

struct header system_end_block(void)
{
    struct header h = { .parent = system_parent_hash(), .number = system_number() };
    u32 trie_version = variant.system_version >= 2 ? 1 : 0;
    h.extrinsics_root = host_ordered_root(take_extrinsics(), trie_version);
    h.digest = stored_list(item("Digest"));
    forget(key_known(":extrinsic_index"));
    forget(item("ExecutionPhase"));
    if (h.number > BLOCK_HASH_COUNT)
        forget(block_hash_key(h.number - BLOCK_HASH_COUNT - 1));
    h.state_root = host_storage_root();
    return h;
}

u32 system_number(void)
{
    return stored_u32(item("Number"));
}
struct hash system_parent_hash(void)
{
    return stored_hash(item("ParentHash"));
}
struct hash system_block_hash(u32 number)
{
    return stored_hash(block_hash_key(number));
}

/* ---- extrinsics ---- */

void system_set_phase(enum execution_phase phase)
{
    struct writer out = { 0 };
    put_u8(&out, (u8)phase);
    if (phase == PHASE_EXTRINSIC)
        put_u32(&out, stored_u32(key_known(":extrinsic_index")));
    store(item("ExecutionPhase"), written(&out));
}

void system_note_extrinsic(struct bytes extrinsic)
{
    store(extrinsic_key(stored_u32(key_known(":extrinsic_index"))), extrinsic);
    system_set_phase(PHASE_EXTRINSIC);
}

static void put_dispatch_info(struct writer *out, enum weight_class class)
{
    put_compact(out, WEIGHT_CALL);
    put_compact(out, 0); /* proof size */
    put_u8(out, (u8) class);
    put_u8(out, 1); /* pays no fee: there is no money here */
}

void system_note_applied(struct outcome o, enum weight_class class)
{
    struct writer event = { 0 }, result = { 0 };
    bool fine = o.kind == DISPATCH_OK;
    put_outcome(&result, o);
    if (!fine)
        put(&event, bytes_of(result.at + 1, result.len - 1)); /* the error without its Err */
    put_dispatch_info(&event, class);
    system_deposit_event(&pallet_system, fine ? EXTRINSIC_SUCCESS : EXTRINSIC_FAILED,
                         written(&event));
    system_register_weight(class, WEIGHT_CALL);
    store_u32(key_known(":extrinsic_index"), stored_u32(key_known(":extrinsic_index")) + 1);
}

/* ---- digest, events, weight ---- */

void system_deposit_digest(struct bytes log)
{
    store_push(item("Digest"), log);
}

void system_deposit_consensus(const char engine[4], struct bytes payload)
{
    struct writer out = { 0 };
    put_u8(&out, DIGEST_CONSENSUS);
    put(&out, bytes_of(engine, 4));
    put_bytes(&out, payload);
    system_deposit_digest(written(&out));
}

void system_deposit_event(const struct pallet *p, u8 event, struct bytes fields)
{
    struct writer out = { 0 };
    struct bytes phase;
    if (!stored(item("ExecutionPhase"), &phase))
        return; /* outside of a block, as in a runtime-API call */
    put(&out, phase);
    put_u8(&out, pallet_index(p));
    put_u8(&out, event);
    put(&out, fields);
    put_compact(&out, 0); /* topics */
    store_push(item("Events"), written(&out));
}

void system_register_weight(enum weight_class class, u64 ref_time)
{
    static const u8 none[6] = { 0 };
    struct bytes before = bytes_of(none, sizeof none);
    struct writer out = { 0 };
    stored(item("BlockWeight"), &before); /* left as it is when absent */
    struct reader in = reader_of(before);
    for (u32 c = WEIGHT_NORMAL; c <= WEIGHT_MANDATORY; c++) {
        put_compact(&out, read_compact(&in) + (c == class ? ref_time : 0));
        put_compact(&out, read_compact(&in)); /* proof size */
    }
    store(item("BlockWeight"), written(&out));
}

/* ---- accounts ---- */

static struct key account_key(const u8 account[32])
{
    return key_map("System", "Account", BLAKE2_128_CONCAT, bytes_of(account, 32));
}

u32 system_nonce(const u8 account[32])
{
    return stored_u32(account_key(account));
}

void system_count_nonce(const u8 account[32])
{
    struct writer out = { 0 };
    put_u32(&out, system_nonce(account) + 1);
    put_zeros(&out, 12); /* consumers, providers, sufficients */
    store(account_key(account), written(&out));
}

/* ---- the pallet ---- */

static void default_phase(struct writer *out)
{
    put_u8(out, PHASE_INITIALIZATION);
}

static const struct entry entries[] = {
    { "Account", DEFAULTED, BLAKE2_128_CONCAT, T_ACCOUNT, T_ACCOUNT_INFO, .zeros = 16 },
    { "BlockWeight", DEFAULTED, HASH_NONE, T_END, T_WEIGHT_PER_CLASS, .zeros = 6 },
    { "BlockHash", DEFAULTED, TWOX_64_CONCAT, T_U32, T_H256, .zeros = 32 },
    { "ExtrinsicData", DEFAULTED, TWOX_64_CONCAT, T_U32, T_BYTES, .zeros = 1 },
    { "Number", DEFAULTED, HASH_NONE, T_END, T_U32, .zeros = 4 },
    { "ParentHash", DEFAULTED, HASH_NONE, T_END, T_H256, .zeros = 32 },
    { "Digest", DEFAULTED, HASH_NONE, T_END, T_DIGEST, .zeros = 1 },
    { "Events", DEFAULTED, HASH_NONE, T_END, T_EVENT_RECORDS, .zeros = 1 },
    { "LastRuntimeUpgrade", OPTIONAL, HASH_NONE, T_END, T_LAST_UPGRADE },
    { "ExecutionPhase", OPTIONAL, HASH_NONE, T_END, T_PHASE, .fallback = default_phase },
    { "AuthorizedUpgrade", OPTIONAL, HASH_NONE, T_END, T_AUTHORIZED_UPGRADE },
    { 0 },
};

static const struct choice events[] = {
    { "ExtrinsicSuccess", EXTRINSIC_SUCCESS, FIELDS({ "dispatch_info", T_DISPATCH_INFO }) },
    { "ExtrinsicFailed", EXTRINSIC_FAILED,
      FIELDS({ "dispatch_error", T_DISPATCH_ERROR }, { "dispatch_info", T_DISPATCH_INFO }) },
    { "CodeUpdated", CODE_UPDATED, NULL },
    { "Remarked", REMARKED, FIELDS({ "sender", T_ACCOUNT }, { "hash", T_H256 }) },
    { "UpgradeAuthorized", UPGRADE_AUTHORIZED,
      FIELDS({ "code_hash", T_H256 }, { "check_version", T_BOOL }) },
    { 0 },
};

static void put_weight(struct writer *out, u64 ref_time)
{
    put_compact(out, ref_time);
    put_compact(out, 5 << 20); /* proof size */
}

static void block_weights(struct writer *out)
{
    put_weight(out, WEIGHT_CALL); /* base_block */
    put_weight(out, WEIGHT_BLOCK);
    for (u32 c = WEIGHT_NORMAL; c <= WEIGHT_MANDATORY; c++) {
        put_weight(out, WEIGHT_CALL); /* base_extrinsic */
        put_zeros(out, 3);            /* no max_extrinsic, max_total, reserved */
    }
}

static const struct constant constants[] = {
    { "BlockWeights", T_BLOCK_WEIGHTS, .write = block_weights },
    { "BlockHashCount", T_U32, BLOCK_HASH_COUNT },
    { "Version", T_RUNTIME_VERSION, .write = put_version },
    { "SS58Prefix", T_U16, 42 },
    { 0 },
};

const struct pallet pallet_system = {
    "System",      0,         entries,       system_calls,   events,
    system_errors, constants, T_SYSTEM_CALL, T_SYSTEM_EVENT, T_SYSTEM_ERROR,
};
