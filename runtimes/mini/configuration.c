/* configuration.c - layouts, migration, and the calls that schedule a change. */
#include "configuration.h"

#include "session.h"
#include "variant.h"

enum { LAYOUT_OLD = 1, LAYOUT_NEW = 2, VERSION_NEW = 11, SESSION_DELAY = 2 };

const char *config_prefix(void)
{
    return fault_is(CONFIG_RENAMED) ? "HostConfig" : "Configuration";
}

static struct key active_key(void)
{
    return key_value(config_prefix(), "ActiveConfig");
}
static struct key pending_key(void)
{
    return key_value(config_prefix(), "PendingConfigs");
}

/* ---- encoding ---- */

static struct config config_default(void)
{
    struct config c = { .node_features = bytes_of("", 1), .max_approval_coalesce_count = 1 };
    c.v[GROUP_ROTATION_FREQUENCY] = c.v[PARAS_AVAILABILITY_PERIOD] = c.v[SCHEDULING_LOOKAHEAD] = 1;
    c.v[NO_SHOW_SLOTS] = c.v[N_DELAY_TRANCHES] = 1;
    c.v[MINIMUM_BACKING_VOTES] = c.v[PVF_VOTING_TTL] = 2;
    c.v[DISPUTE_PERIOD] = 6;
    return c;
}

static struct bytes read_bits(struct reader *in)
{
    const u8 *from = in->at;
    u64 bits = read_compact(in);
    in->bad |= bits / 8 > in->left;
    read_take(in, (u32)((bits + 7) / 8));
    return bytes_of(from, (u32)(in->at - from));
}

static struct config read_config(struct reader *in, u32 layout)
{
    struct config c = config_default();
    for (u32 i = 0; i < CONFIG_FIELDS; i++)
        c.v[i] = read_u32(in);
    if (layout >= LAYOUT_NEW) {
        c.node_features = read_bits(in);
        c.max_approval_coalesce_count = read_u32(in);
    }
    return c;
}

static void put_config(struct writer *out, const struct config *c)
{
    for (u32 i = 0; i < CONFIG_FIELDS; i++)
        put_u32(out, c->v[i]);
    if (variant.generation >= 2) {
        put(out, c->node_features);
        put_u32(out, c->max_approval_coalesce_count);
    }
}

/* A careful successor reads the old layout until its migration ran: its answers
 * in the block of the upgrade are then those of the block after. */
static u32 stored_layout(void)
{
    bool careless = fault_is(API_DEFAULTS_AT_U) || fault_is(CONFIG_LOST);
    if (variant.generation == 1)
        return LAYOUT_OLD;
    return careless || storage_version(config_prefix()) >= VERSION_NEW ? LAYOUT_NEW : LAYOUT_OLD;
}

struct config config_active(void)
{
    struct reader in = reader_of(stored_list(active_key()));
    struct config c = read_config(&in, stored_layout());
    return in.bad ? config_default() : c;
}

/* ---- changes, in force two sessions later ---- */

struct pending {
    u32 session;
    struct config config;
};
enum { PENDING_MAX = 4 };

static u32 read_pending(struct pending list[PENDING_MAX], u32 layout)
{
    struct reader in = reader_of(stored_list(pending_key()));
    u32 count = read_count(&in, 4);
    for (u32 i = 0; i < count && i < PENDING_MAX; i++) {
        list[i].session = read_u32(&in);
        list[i].config = read_config(&in, layout);
    }
    return in.bad || count > PENDING_MAX ? 0 : count;
}

static void store_pending(const struct pending *list, u32 count)
{
    struct writer out = { 0 };
    put_compact(&out, count);
    for (u32 i = 0; i < count; i++) {
        put_u32(&out, list[i].session);
        put_config(&out, &list[i].config);
    }
    store(pending_key(), written(&out));
}

static void store_active(const struct config *c)
{
    struct writer out = { 0 };
    put_config(&out, c);
    store(active_key(), written(&out));
}

void config_on_new_session(u32 session)
{
    struct pending list[PENDING_MAX];
    u32 count = read_pending(list, stored_layout()), due = 0;
    while (due < count && list[due].session <= session)
        store_active(&list[due++].config);
    if (due)
        store_pending(list + due, count - due);
}

static struct outcome set_field(const struct origin *origin, struct reader *args,
                                enum config_field field)
{
    struct pending list[PENDING_MAX];
    u32 value = read_u32(args), session = session_index() + SESSION_DELAY;
    u32 count = read_pending(list, stored_layout());
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_ROOT || count == PENDING_MAX)
        return bad_origin();
    if (count == 0 || list[count - 1].session != session) {
        list[count].config = count ? list[count - 1].config : config_active();
        list[count++].session = session;
    }
    list[count - 1].config.v[field] = value;
    store_pending(list, count);
    return succeeded();
}

void config_migrate(void)
{
    struct pending list[PENDING_MAX];
    if (fault_is(CONFIG_LOST) || storage_version(config_prefix()) >= VERSION_NEW)
        return;
    struct reader in = reader_of(stored_list(active_key()));
    struct config c = read_config(&in, LAYOUT_OLD);
    if (fault_is(CONFIG_ALTERED))
        c.v[MAX_POV_SIZE] /= 2;
    if (!in.bad)
        store_active(&c);
    u32 count = read_pending(list, LAYOUT_OLD);
    if (count)
        store_pending(list, count);
    if (!fault_is(VERSION_KEPT))
        set_storage_version(config_prefix(), VERSION_NEW);
}

/* ---- the pallet ---- */

static struct outcome set_validation_upgrade_cooldown(const struct origin *o, struct reader *args)
{
    return set_field(o, args, VALIDATION_UPGRADE_COOLDOWN);
}
static struct outcome set_max_code_size(const struct origin *o, struct reader *args)
{
    return set_field(o, args, MAX_CODE_SIZE);
}
static struct outcome set_max_pov_size(const struct origin *o, struct reader *args)
{
    return set_field(o, args, MAX_POV_SIZE);
}
static struct outcome set_max_head_data_size(const struct origin *o, struct reader *args)
{
    return set_field(o, args, MAX_HEAD_DATA_SIZE);
}
static struct outcome set_group_rotation_frequency(const struct origin *o, struct reader *args)
{
    return set_field(o, args, GROUP_ROTATION_FREQUENCY);
}

static const struct call calls[] = {
    { "set_validation_upgrade_cooldown", 0, FIELDS({ "new", T_U32 }),
      set_validation_upgrade_cooldown },
    { "set_max_code_size", 3, FIELDS({ "new", T_U32 }), set_max_code_size },
    { "set_max_pov_size", 4, FIELDS({ "new", T_U32 }), set_max_pov_size },
    { "set_max_head_data_size", 5, FIELDS({ "new", T_U32 }), set_max_head_data_size },
    { "set_group_rotation_frequency", 8, FIELDS({ "new", T_U32 }), set_group_rotation_frequency },
    { 0 },
};

static void put_default(struct writer *out)
{
    struct config c = config_default();
    put_config(out, &c);
}

static const struct entry entries[] = {
    { "ActiveConfig", DEFAULTED, HASH_NONE, T_END, T_HOST_CONFIGURATION, .fallback = put_default },
    { "PendingConfigs", DEFAULTED, HASH_NONE, T_END, T_PENDING_CONFIGS, .zeros = 1 },
    { 0 },
};

const struct pallet pallet_configuration = {
    "Configuration", 51, entries, calls, .calls_type = T_CONFIGURATION_CALL,
};

#define OLD_FIELDS                                                                                 \
    { "max_code_size", T_U32 }, { "max_head_data_size", T_U32 },                                   \
        { "max_upward_queue_count", T_U32 }, { "max_upward_queue_size", T_U32 },                   \
        { "max_upward_message_size", T_U32 }, { "max_upward_message_num_per_candidate", T_U32 },   \
        { "hrmp_max_message_num_per_candidate", T_U32 }, { "validation_upgrade_cooldown", T_U32 }, \
        { "validation_upgrade_delay", T_U32 }, { "async_backing_params", T_ASYNC_BACKING_PARAMS }, \
        { "max_pov_size", T_U32 }, { "code_retention_period", T_U32 },                             \
        { "group_rotation_frequency", T_U32 }, { "paras_availability_period", T_U32 },             \
        { "scheduling_lookahead", T_U32 }, { "dispute_period", T_U32 },                            \
        { "no_show_slots", T_U32 }, { "n_delay_tranches", T_U32 },                                 \
        { "zeroth_delay_tranche_width", T_U32 }, { "needed_approvals", T_U32 },                    \
        { "relay_vrf_modulo_samples", T_U32 }, { "pvf_voting_ttl", T_U32 },                        \
    {                                                                                              \
        "minimum_backing_votes", T_U32                                                             \
    }

static const struct field old_fields[] = { OLD_FIELDS, { 0, T_END } };
static const struct field new_fields[] = {
    OLD_FIELDS,
    { "node_features", T_BITS },
    { "approval_voting_params", T_APPROVAL_VOTING_PARAMS },
    { 0, T_END },
};
#define CONFIG_PATH "polkadot_runtime_parachains::configuration::HostConfiguration"
const struct type config_types[] = {
    STRUCT_OF(CONFIG_PATH, old_fields),
    STRUCT_OF(CONFIG_PATH, new_fields),
};
