/* babe.c - slots and epochs as the runtime keeps them. */
#include "authorities.h"
#include "host.h"

static struct key item(const char *name)
{
    return key_value("Babe", name);
}

enum { LOG_NEXT_EPOCH_DATA = 1, PRIMARY = 1, SECONDARY_PLAIN = 2, SECONDARY_VRF = 3 };

/* c = 1/4, and a slot without a primary author has a secondary one. */
static void put_epoch_config(struct writer *out)
{
    put_u64(out, 1);
    put_u64(out, 4);
    put_u8(out, 1);
}

/* ---- the slot ---- */

struct pre_digest {
    u8 kind;
    u32 authority;
    u64 slot;
    struct bytes vrf_output;
};

static bool read_pre_digest(struct bytes digest, struct pre_digest *d)
{
    struct reader in = reader_of(digest);
    for (u32 items = read_count(&in, 1); items && !in.bad; items--) {
        u8 kind = read_u8(&in);
        if (kind == DIGEST_ENVIRONMENT_UPDATED)
            continue;
        bool ours = kind == DIGEST_PRE_RUNTIME && equal(read_take(&in, 4), text("BABE"));
        if (kind == DIGEST_CONSENSUS)
            read_take(&in, 4);
        struct reader payload = reader_of(read_bytes(&in));
        if (!ours)
            continue;
        d->kind = read_u8(&payload);
        d->authority = read_u32(&payload);
        d->slot = read_u64(&payload);
        d->vrf_output = d->kind == SECONDARY_PLAIN ? bytes_of("", 0) : read_take(&payload, 32);
        return !payload.bad;
    }
    return false;
}

u64 babe_current_slot(void)
{
    return stored_u64(item("CurrentSlot"));
}
static u64 epoch_index(void)
{
    return stored_u64(item("EpochIndex"));
}
u64 babe_epoch_start(void)
{
    return epoch_index() * variant.epoch_length + stored_u64(item("GenesisSlot"));
}

static void announce_next_epoch(void)
{
    struct writer out = { 0 };
    struct hash randomness = stored_hash(item("NextRandomness"));
    if (fault_is(EPOCH_DIGEST_FORGOTTEN))
        return;
    put_u8(&out, LOG_NEXT_EPOCH_DATA);
    put(&out, stored_list(item("NextAuthorities")));
    put_hash(&out, &randomness);
    system_deposit_consensus("BABE", written(&out));
}

/* Epoch 0 begins with the slot of block 1. */
static void first_block(u64 slot)
{
    store_u64(item("GenesisSlot"), slot);
    announce_next_epoch();
}

void babe_on_initialize(const struct header *h)
{
    struct pre_digest d;
    if (!read_pre_digest(h->digest, &d))
        panic("BABE: the header has no pre-runtime digest");
    if (stored_u64(item("GenesisSlot")) == 0)
        first_block(d.slot);
    if (d.slot <= babe_current_slot())
        panic("BABE: slots must strictly increase");
    struct reader authorities = reader_of(stored_list(item("Authorities")));
    if (d.authority >= read_count(&authorities, 40))
        panic("BABE: no such authority");
    if (fault_is(ODD_SLOTS_REFUSED) && d.slot % 2)
        panic("odd slots are not served");
    store_u64(item("CurrentSlot"), d.slot);
    if (d.kind == PRIMARY)
        store(item("AuthorVrfRandomness"), d.vrf_output);
}

/* Output of primary slots flows into the next epoch's randomness. A full runtime
 * derives 32 bytes from the curve point first; here its encoding serves. */
void babe_on_finalize(void)
{
    struct bytes output;
    if (!stored(item("AuthorVrfRandomness"), &output))
        return;
    store_push(item("UnderConstruction"), output);
    forget(item("AuthorVrfRandomness"));
}

void babe_on_timestamp(u64 now_ms)
{
    if (now_ms / SLOT_DURATION_MS != babe_current_slot())
        panic("Timestamp slot must match `CurrentSlot`");
}

/* ---- epochs ---- */

/* An epoch that is yet to begin is not over: so a runtime that counts longer epochs than the one
 * before it announces none for a while. Mirrors: pallet-babe should_epoch_change (saturating_sub).
 */
bool babe_epoch_is_over(void)
{
    u64 start = babe_epoch_start(), slot = babe_current_slot();
    if (system_number() == 1 || fault_is(SESSIONS_STOP))
        return false;
    return slot >= start && slot - start >= variant.epoch_length;
}

/* What was announced becomes valid; the epoch after it gets fresh randomness. */
static void turn_randomness(u64 index)
{
    struct writer seed = { 0 };
    struct hash announced = stored_hash(item("NextRandomness"));
    struct reader outputs = reader_of(stored_list(item("UnderConstruction")));
    put_hash(&seed, &announced);
    put_u64(&seed, index + 1);
    read_count(&outputs, 32);
    put(&seed, read_rest(&outputs));
    struct hash next = host_blake2_256(written(&seed));
    store_hash(item("Randomness"), &announced);
    store_hash(item("NextRandomness"), &next);
    forget(item("UnderConstruction"));
}

static void store_authorities(const char *name, const struct validators *v)
{
    struct writer out = { 0 };
    put_compact(&out, v->count);
    for (u32 i = 0; i < v->count; i++) {
        put(&out, validator_key(v, i, "babe"));
        put_u64(&out, 1); /* weight */
    }
    store(item(name), written(&out));
}

static void note_skipped(u64 epoch, u32 session)
{
    struct writer out = { 0 };
    put_u64(&out, epoch);
    put_u32(&out, session);
    store_push(item("SkippedEpochs"), written(&out));
}

/* Without authorities no epoch begins, as in pallet_babe: the old one stays over,
 * and every block from then on begins a session. */
void babe_on_new_session(const struct validators *now, const struct validators *next)
{
    if (now->count == 0)
        return;
    u64 index = (babe_current_slot() - stored_u64(item("GenesisSlot"))) / variant.epoch_length;
    if (index != epoch_index() + 1)
        note_skipped(index, session_index());
    store_u64(item("EpochIndex"), index);
    store_authorities("Authorities", now);
    store_authorities("NextAuthorities", next);
    turn_randomness(index);
    announce_next_epoch();
}

/* ---- answers ---- */

void babe_put_configuration(struct writer *out)
{
    struct hash randomness = stored_hash(item("Randomness"));
    put_u64(out, SLOT_DURATION_MS);
    put_u64(out, variant.epoch_length);
    put_u64(out, 1);
    put_u64(out, 4);
    put(out, stored_list(item("Authorities")));
    put_hash(out, &randomness);
    put_u8(out, 1);
}

void babe_put_epoch(struct writer *out, bool next)
{
    struct hash randomness = stored_hash(item(next ? "NextRandomness" : "Randomness"));
    put_u64(out, epoch_index() + next);
    put_u64(out, babe_epoch_start() + (next ? variant.epoch_length : 0));
    put_u64(out, variant.epoch_length);
    put(out, stored_list(item(next ? "NextAuthorities" : "Authorities")));
    put_hash(out, &randomness);
    put_epoch_config(out);
}

/* ---- the pallet ---- */

static const struct entry entries[] = {
    { "EpochIndex", DEFAULTED, HASH_NONE, T_END, T_U64, .zeros = 8 },
    { "Authorities", DEFAULTED, HASH_NONE, T_END, T_BABE_AUTHORITIES, .zeros = 1 },
    { "GenesisSlot", DEFAULTED, HASH_NONE, T_END, T_SLOT, .zeros = 8 },
    { "CurrentSlot", DEFAULTED, HASH_NONE, T_END, T_SLOT, .zeros = 8 },
    { "Randomness", DEFAULTED, HASH_NONE, T_END, T_ARRAY_32, .zeros = 32 },
    { "NextRandomness", DEFAULTED, HASH_NONE, T_END, T_ARRAY_32, .zeros = 32 },
    { "NextAuthorities", DEFAULTED, HASH_NONE, T_END, T_BABE_AUTHORITIES, .zeros = 1 },
    { "UnderConstruction", DEFAULTED, HASH_NONE, T_END, T_ARRAYS_32, .zeros = 1 },
    { "AuthorVrfRandomness", OPTIONAL, HASH_NONE, T_END, T_ARRAY_32 },
    { "SkippedEpochs", DEFAULTED, HASH_NONE, T_END, T_SKIPPED_EPOCHS, .zeros = 1 },
    { "EpochConfig", OPTIONAL, HASH_NONE, T_END, T_BABE_EPOCH_CONFIG },
    { 0 },
};

static void epoch_length(struct writer *out)
{
    put_u64(out, variant.epoch_length);
}

static const struct constant constants[] = {
    { "EpochDuration", T_U64, .write = epoch_length },
    { "ExpectedBlockTime", T_U64, SLOT_DURATION_MS },
    { "MaxAuthorities", T_U32, 100 },
    { 0 },
};

const struct pallet pallet_babe = { "Babe", 2, entries, .constants = constants };
