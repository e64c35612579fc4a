/* session.c - rotation of sessions. */
#include "session.h"

#include "authorities.h"
#include "faults.h"
#include "system.h"

static struct key item(const char *name)
{
    return key_value("Session", name);
}

/* ---- keys ---- */

static const struct key_kind with_im_online[] = {
    { "gran", "grandpa", 32 },
    { "babe", "babe", 32 },
    { "imon", "im_online", 32 },
    { "para", "para_validator", 32 },
    { "asgn", "para_assignment", 32 },
    { "audi", "authority_discovery", 32 },
    { "", NULL, 0 },
};
static const struct key_kind without_im_online[] = {
    { "gran", "grandpa", 32 },
    { "babe", "babe", 32 },
    { "para", "para_validator", 32 },
    { "asgn", "para_assignment", 32 },
    { "audi", "authority_discovery", 32 },
    { "", NULL, 0 },
};
static const struct key_kind with_beefy[] = {
    { "gran", "grandpa", 32 },         { "babe", "babe", 32 },
    { "imon", "im_online", 32 },       { "para", "para_validator", 32 },
    { "asgn", "para_assignment", 32 }, { "audi", "authority_discovery", 32 },
    { "beef", "beefy", 33 },           { "", NULL, 0 },
};

static const struct key_kind babe_first[] = {
    { "babe", "babe", 32 },
    { "gran", "grandpa", 32 },
    { "imon", "im_online", 32 },
    { "para", "para_validator", 32 },
    { "asgn", "para_assignment", 32 },
    { "audi", "authority_discovery", 32 },
    { "", NULL, 0 },
};

const struct key_kind *session_key_kinds(enum keys_layout layout)
{
    static const struct key_kind *const by_layout[] = { with_im_online, without_im_online,
                                                        with_beefy, babe_first };
    return by_layout[layout];
}

u32 session_keys_len(enum keys_layout layout)
{
    u32 len = 0;
    for (const struct key_kind *k = session_key_kinds(layout); k->len; k++)
        len += k->len;
    return len;
}

struct bytes session_key_in(enum keys_layout layout, struct bytes keys, const char id[4])
{
    u32 at = 0;
    for (const struct key_kind *k = session_key_kinds(layout); k->len; at += k->len, k++)
        if (memcmp(k->id, id, 4) == 0)
            return bytes_of(keys.at + at, k->len);
    return bytes_of("", 0);
}

struct bytes session_key(struct bytes keys, const char id[4])
{
    return session_key_in(variant.keys, keys, id);
}

static u32 row_len(void)
{
    return ACCOUNT_LEN + session_keys_len(variant.keys);
}

struct bytes validator_account(const struct validators *v, u32 i)
{
    return bytes_of(v->rows.at + i * row_len(), ACCOUNT_LEN);
}

struct bytes validator_key(const struct validators *v, u32 i, const char id[4])
{
    struct bytes account = validator_account(v, i);
    return session_key(bytes_of(account.at + ACCOUNT_LEN, session_keys_len(variant.keys)), id);
}

void put_validator_keys(struct writer *out, const struct validators *v, const char id[4])
{
    put_compact(out, v->count);
    for (u32 i = 0; i < v->count; i++)
        put(out, validator_key(v, i, id));
}

/* ---- rotation ---- */

static struct key next_keys_key(struct bytes account)
{
    return key_map("Session", "NextKeys", TWOX_64_CONCAT, account);
}

u32 session_index(void)
{
    return stored_u32(item("CurrentIndex"));
}

/* As FRAME: a list that does not decode counts as empty. */
static struct validators queued_validators(void)
{
    struct reader in = reader_of(stored_list(item("QueuedKeys")));
    struct validators v = { .count = read_count(&in, 1) };
    v.rows = read_take(&in, v.count * row_len());
    return in.bad ? (struct validators){ 0 } : v;
}

static void store_accounts(const struct validators *v)
{
    struct writer out = { 0 };
    put_compact(&out, v->count);
    for (u32 i = 0; i < v->count; i++)
        put(&out, validator_account(v, i));
    store(item("Validators"), written(&out));
}

/* The keys a validator registered, if they are long enough to be keys. A longer
 * value decodes too, as everything does that begins with a valid encoding. */
static bool registered_keys(struct bytes account, struct bytes *keys)
{
    u32 len = session_keys_len(variant.keys);
    if (!stored(next_keys_key(account), keys) || keys->len < len)
        return false;
    keys->len = len;
    return true;
}

/* Queues today's validators again, each with the keys that it registered last;
 * who has none drops out. True if anything is other than `now`. */
static bool queue_next(const struct validators *now)
{
    struct writer list = { 0 }, rows = { 0 };
    struct bytes keys;
    u32 count = 0;
    for (u32 i = 0; i < now->count; i++) {
        struct bytes account = validator_account(now, i);
        if (!registered_keys(account, &keys))
            continue;
        put(&rows, account);
        put(&rows, keys);
        count++;
    }
    put_compact(&list, count);
    put(&list, written(&rows));
    store(item("QueuedKeys"), written(&list));
    return !equal(written(&rows), now->rows);
}

static void rotate(void)
{
    struct writer event = { 0 };
    fault_in_new_session();
    bool changed = stored_list(item("QueuedChanged")).at[0] == 1;
    struct validators now = queued_validators();
    store_accounts(&now);
    u32 index = session_index() + 1;
    store_u32(item("CurrentIndex"), index);
    u8 next_changed = queue_next(&now);
    store(item("QueuedChanged"), bytes_of(&next_changed, 1));
    struct validators next = queued_validators();
    put_u32(&event, index);
    system_deposit_event(&pallet_session, 0, written(&event));
    babe_on_new_session(&now, &next);
    grandpa_on_new_session(&now, changed);
    authority_discovery_on_new_session(&now);
    initializer_on_new_session(&now, index);
}

void session_on_initialize(void)
{
    if (babe_epoch_is_over())
        rotate();
}

/* ---- the pallet ---- */

static struct outcome set_keys(const struct origin *origin, struct reader *args)
{
    struct bytes keys = read_take(args, session_keys_len(variant.keys));
    read_bytes(args); /* proof: unused, as everywhere */
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_SIGNED)
        return bad_origin();
    store(next_keys_key(bytes_of(origin->account, ACCOUNT_LEN)), keys);
    return succeeded();
}

static const struct entry entries[] = {
    { "Validators", DEFAULTED, HASH_NONE, T_END, T_ACCOUNTS, .zeros = 1 },
    { "CurrentIndex", DEFAULTED, HASH_NONE, T_END, T_U32, .zeros = 4 },
    { "QueuedChanged", DEFAULTED, HASH_NONE, T_END, T_BOOL, .zeros = 1 },
    { "QueuedKeys", DEFAULTED, HASH_NONE, T_END, T_QUEUED_KEYS, .zeros = 1 },
    { "NextKeys", OPTIONAL, TWOX_64_CONCAT, T_ACCOUNT, T_SESSION_KEYS },
    { "KeyOwner", OPTIONAL, TWOX_64_CONCAT, T_KIND_AND_KEY, T_ACCOUNT },
    { 0 },
};
static const struct call calls[] = {
    { "set_keys", 0, FIELDS({ "keys", T_SESSION_KEYS }, { "proof", T_BYTES }), set_keys },
    { 0 },
};
static const struct choice events[] = {
    { "NewSession", 0, FIELDS({ "session_index", T_U32 }) },
    { 0 },
};
const struct pallet pallet_session = {
    "Session",
    9,
    entries,
    calls,
    events,
    .calls_type = T_SESSION_CALL,
    .events_type = T_SESSION_EVENT,
};

static const struct field fields_with_im_online[] = {
    { "grandpa", T_ED25519 },
    { "babe", T_SR25519 },
    { "im_online", T_SR25519 },
    { "para_validator", T_SR25519 },
    { "para_assignment", T_SR25519 },
    { "authority_discovery", T_SR25519 },
    { 0, T_END },
};
static const struct field fields_without_im_online[] = {
    { "grandpa", T_ED25519 },
    { "babe", T_SR25519 },
    { "para_validator", T_SR25519 },
    { "para_assignment", T_SR25519 },
    { "authority_discovery", T_SR25519 },
    { 0, T_END },
};
static const struct field fields_with_beefy[] = {
    { "grandpa", T_ED25519 },
    { "babe", T_SR25519 },
    { "im_online", T_SR25519 },
    { "para_validator", T_SR25519 },
    { "para_assignment", T_SR25519 },
    { "authority_discovery", T_SR25519 },
    { "beefy", T_ECDSA },
    { 0, T_END },
};
static const struct field fields_babe_first[] = {
    { "babe", T_SR25519 },
    { "grandpa", T_ED25519 },
    { "im_online", T_SR25519 },
    { "para_validator", T_SR25519 },
    { "para_assignment", T_SR25519 },
    { "authority_discovery", T_SR25519 },
    { 0, T_END },
};
const struct type session_keys_types[] = {
    STRUCT_OF("mini_runtime::SessionKeys", fields_with_im_online),
    STRUCT_OF("mini_runtime::SessionKeys", fields_without_im_online),
    STRUCT_OF("mini_runtime::SessionKeys", fields_with_beefy),
    STRUCT_OF("mini_runtime::SessionKeys", fields_babe_first),
};
