/* api_parachains.c - ParachainHost up to version 5. Cores are never occupied,
 * since no candidate is ever backed; what would describe candidates is empty. */
#include "configuration.h"
#include "faults.h"
#include "host.h"
#include "paras.h"
#include "system.h"
#include "variant.h"

enum { CORE_SCHEDULED = 1 };

ENTRY(ParachainHost_validators)
{
    put(out, shared_validator_keys());
}

ENTRY(ParachainHost_validator_groups)
{
    struct config c = config_active();
    put(out, shared_groups());
    put_u32(out, shared_session_start());
    put_u32(out, c.v[GROUP_ROTATION_FREQUENCY]);
    put_u32(out, system_number() + 1);
}

ENTRY(ParachainHost_availability_cores)
{
    if (fault_in_availability_cores(out))
        return;
    u32 count = paras_count();
    put_compact(out, count);
    for (u32 i = 0; i < count; i++) {
        put_u8(out, CORE_SCHEDULED);
        put_u32(out, para_at(i));
        put_u8(out, 0); /* no collator */
    }
}

ENTRY(ParachainHost_session_index_for_child)
{
    put_u32(out, shared_session());
    if (fault_is(ANSWER_TYPE_CHANGED))
        put_u32(out, 0); /* as if it were a u64 */
}

/* ---- data of one parachain ---- */

static bool put_validation_data(struct writer *out, u32 para)
{
    struct bytes head;
    struct config c = config_active();
    struct hash root = host_storage_root();
    if (!para_head(para, &head))
        return false;
    put_bytes(out, head);
    put_u32(out, system_number());
    put_hash(out, &root);
    put_u32(out, c.v[MAX_POV_SIZE]);
    return true;
}

static void put_option(struct writer *out, bool some, const struct writer *value)
{
    put_u8(out, some);
    if (some)
        put(out, written(value));
}

ENTRY(ParachainHost_persisted_validation_data)
{
    struct writer data = { 0 };
    bool some = put_validation_data(&data, read_u32(in));
    put_option(out, some, &data);
}

ENTRY(ParachainHost_assumed_validation_data)
{
    struct writer data = { 0 };
    struct hash code, expected;
    u32 para = read_u32(in);
    bool some = put_validation_data(&data, para) && para_code_hash(para, &code);
    expected = read_hash(in);
    if (some) {
        struct hash got = host_blake2_256(written(&data));
        some = equal(hash_bytes(&got), hash_bytes(&expected));
        put_hash(&data, &code);
    }
    put_option(out, some, &data);
}

static void put_code(struct writer *out, bool known, const struct hash *hash)
{
    struct writer value = { 0 };
    struct bytes code;
    bool some = known && para_code(hash, &code);
    if (some)
        put_bytes(&value, code);
    put_option(out, some, &value);
}

ENTRY(ParachainHost_validation_code)
{
    struct hash code;
    bool known = para_code_hash(read_u32(in), &code);
    put_code(out, known, &code);
}

ENTRY(ParachainHost_validation_code_by_hash)
{
    struct hash code = read_hash(in);
    put_code(out, true, &code);
}

ENTRY(ParachainHost_validation_code_hash)
{
    struct writer value = { 0 };
    struct hash code;
    bool known = para_code_hash(read_u32(in), &code);
    if (known)
        put_hash(&value, &code);
    put_option(out, known, &value);
}

/* ---- sessions ---- */

ENTRY(ParachainHost_session_info)
{
    struct bytes info;
    bool some = stored(key_map_u32("ParaSessionInfo", "Sessions", IDENTITY, read_u32(in)), &info);
    put_u8(out, some);
    if (some)
        put(out, info);
}

ENTRY(ParachainHost_session_executor_params)
{
    put_u8(out, 1);
    put_compact(out, 0); /* the defaults */
}

/* ---- nothing of this ever happens ---- */

ENTRY(ParachainHost_check_validation_outputs)
{
    put_u8(out, 0);
}
ENTRY(ParachainHost_candidate_pending_availability)
{
    put_u8(out, 0);
}
ENTRY(ParachainHost_candidate_events)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_dmq_contents)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_inbound_hrmp_channels_contents)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_on_chain_votes)
{
    put_u8(out, 0);
}
ENTRY(ParachainHost_submit_pvf_check_statement)
{
    (void)in;
    (void)out;
}
ENTRY(ParachainHost_pvfs_require_precheck)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_disputes)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_unapplied_slashes)
{
    put_compact(out, 0);
}
ENTRY(ParachainHost_key_ownership_proof)
{
    put_u8(out, 0);
}
ENTRY(ParachainHost_submit_report_dispute_lost)
{
    put_u8(out, 0);
}
