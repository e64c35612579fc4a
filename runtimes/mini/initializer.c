/* initializer.c - a session as the parachains see it: buffered when it begins,
 * in force at the end of that block. */
#include "authorities.h"
#include "configuration.h"
#include "paras.h"

static struct key buffer_key(void)
{
    return key_value("Initializer", "BufferedSessionChanges");
}
static struct key shared(const char *name)
{
    return key_value("ParasShared", name);
}
static struct key scheduler(const char *name)
{
    return key_value("ParaScheduler", name);
}
static struct key info(const char *name)
{
    return key_value("ParaSessionInfo", name);
}

u32 shared_session(void)
{
    return stored_u32(shared("CurrentSessionIndex"));
}
u32 shared_session_start(void)
{
    return stored_u32(scheduler("SessionStartBlock"));
}
struct bytes shared_validator_keys(void)
{
    return stored_list(shared("ActiveValidatorKeys"));
}
struct bytes shared_groups(void)
{
    return stored_list(scheduler("ValidatorGroups"));
}

/* (validators' keys, session), plus what session info needs to know later. */
void initializer_on_new_session(const struct validators *now, u32 index)
{
    struct writer change = { 0 }, assignment = { 0 };
    put_validator_keys(&change, now, "para");
    put_u32(&change, index);
    store_push(buffer_key(), written(&change));
    put_validator_keys(&assignment, now, "asgn");
    store(info("AssignmentKeysUnsafe"), written(&assignment));
}

/* ---- end of the block ---- */

static void put_indices(struct writer *out, u32 from, u32 to)
{
    put_compact(out, to - from);
    for (u32 i = from; i < to; i++)
        put_u32(out, i);
}

/* As many groups as cores, contiguous, the first ones larger by one. A full
 * runtime shuffles the validators before; here the order of the session stays. */
static struct bytes make_groups(u32 validators)
{
    struct writer out = { 0 };
    u32 cores = paras_count(), from = 0;
    put_compact(&out, cores);
    for (u32 g = 0; g < cores; g++) {
        u32 size = validators / cores + (g < validators % cores);
        put_indices(&out, from, from + size);
        from += size;
    }
    return written(&out);
}

static void store_session_info(u32 index, u32 validators, struct bytes keys)
{
    struct writer out = { 0 };
    struct config c = config_active();
    put_indices(&out, 0, validators);
    put_zeros(&out, 32); /* random seed: nothing is drawn from it */
    put_u32(&out, c.v[DISPUTE_PERIOD]);
    put(&out, keys);
    put(&out, stored_list(key_value("AuthorityDiscovery", "Keys")));
    put(&out, stored_list(info("AssignmentKeysUnsafe")));
    put(&out, shared_groups());
    put_u32(&out, paras_count());
    put_u32(&out, c.v[ZEROTH_DELAY_TRANCHE_WIDTH]);
    put_u32(&out, c.v[RELAY_VRF_MODULO_SAMPLES]);
    put_u32(&out, c.v[N_DELAY_TRANCHES]);
    put_u32(&out, c.v[NO_SHOW_SLOTS]);
    put_u32(&out, c.v[NEEDED_APPROVALS]);
    store(key_map_u32("ParaSessionInfo", "Sessions", IDENTITY, index), written(&out));
    if (index > c.v[DISPUTE_PERIOD]) {
        forget(
            key_map_u32("ParaSessionInfo", "Sessions", IDENTITY, index - c.v[DISPUTE_PERIOD] - 1));
        store_u32(info("EarliestStoredSession"), index - c.v[DISPUTE_PERIOD]);
    }
}

static void apply_session(u32 index, struct bytes keys, u32 validators)
{
    struct writer indices = { 0 };
    put_indices(&indices, 0, validators);
    config_on_new_session(index);
    store_u32(shared("CurrentSessionIndex"), index);
    store(shared("ActiveValidatorIndices"), written(&indices));
    store(shared("ActiveValidatorKeys"), keys);
    store(scheduler("ValidatorGroups"), make_groups(validators));
    store_u32(scheduler("SessionStartBlock"), system_number() + 1);
    store_session_info(index, validators, keys);
}

void initializer_on_finalize(void)
{
    struct reader in = reader_of(stored_list(buffer_key()));
    u32 changes = read_count(&in, 5);
    if (changes == 0)
        return;
    while (changes--) {
        struct bytes keys = bytes_of(in.at, 0);
        u32 validators = read_count(&in, 32);
        read_take(&in, 32 * validators);
        keys.len = (u32)(in.at - keys.at);
        u32 index = read_u32(&in);
        if (!in.bad)
            apply_session(index, keys, validators);
    }
    forget(buffer_key());
}

/* ---- the pallets ---- */

static const struct entry initializer_entries[] = {
    { "BufferedSessionChanges", DEFAULTED, HASH_NONE, T_END, T_BUFFERED_SESSIONS, .zeros = 1 },
    { 0 },
};
static const struct entry shared_entries[] = {
    { "CurrentSessionIndex", DEFAULTED, HASH_NONE, T_END, T_U32, .zeros = 4 },
    { "ActiveValidatorIndices", DEFAULTED, HASH_NONE, T_END, T_U32S, .zeros = 1 },
    { "ActiveValidatorKeys", DEFAULTED, HASH_NONE, T_END, T_SR25519S, .zeros = 1 },
    { 0 },
};
static const struct entry scheduler_entries[] = {
    { "ValidatorGroups", DEFAULTED, HASH_NONE, T_END, T_GROUPS, .zeros = 1 },
    { "SessionStartBlock", DEFAULTED, HASH_NONE, T_END, T_U32, .zeros = 4 },
    { 0 },
};
static const struct entry info_entries[] = {
    { "AssignmentKeysUnsafe", DEFAULTED, HASH_NONE, T_END, T_SR25519S, .zeros = 1 },
    { "EarliestStoredSession", DEFAULTED, HASH_NONE, T_END, T_U32, .zeros = 4 },
    { "Sessions", OPTIONAL, IDENTITY, T_U32, T_SESSION_INFO },
    { 0 },
};

const struct pallet pallet_initializer = { "Initializer", 57, initializer_entries };
const struct pallet pallet_paras_shared = { "ParasShared", 52, shared_entries };
const struct pallet pallet_para_scheduler = { "ParaScheduler", 55, scheduler_entries };
const struct pallet pallet_para_session_info = { "ParaSessionInfo", 61, info_entries };
