/* genesis.c - a network from the runtime's own genesis builder: validators that act at
 * once, with stakes, and eras that go on. All else of the state is the runtime's
 * default, but for the configuration, which stays the fork's.
 *
 * The patch goes over the complete default. */
#include "population/population_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

enum { FIRST_ID = 2000 };
static const int64_t stake = INT64_C(10000000000000000), balance = INT64_C(1000000000000000000);

/* ---- the patch ---- */

static json_t *ss58(dg_bytes key)
{
    char text[80];
    dg_growth_ss58(text, key);
    return json_string(text);
}

static json_t *keys_json(const growth *g, uint32_t index)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, "Session", "NextKeys");
    json_t *out = json_object();
    const char *name;
    dg_type_id field;
    for (size_t i = 0; entry && dg_type_field_at(g->meta, entry->value, i, &name, &field); i++) {
        uint8_t key[33];
        size_t size = 0;
        dg_type_size(g->meta, field, &size);
        if (!dg_growth_key(key, name, size, index)
            || json_object_set_new(out, name, ss58(dg_bytes_of(key, size)))) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static int add_validator(const growth *g, json_t *to, uint32_t index)
{
    uint8_t key[33];
    json_t *account = dg_growth_key(key, "stash", 32, index) ? ss58(dg_bytes_of(key, 32)) : NULL;
    int bad = json_array_append_new(json_object_get(to, "balances"),
                                    json_pack("[O, I]", account, (json_int_t)balance))
              | json_array_append_new(json_object_get(to, "keys"),
                                      json_pack("[O, O, o]", account, account, keys_json(g, index)))
              | json_array_append_new(
                  json_object_get(to, "stakers"),
                  json_pack("[O, O, I, s]", account, account, (json_int_t)stake, "Validator"))
              | json_array_append(json_object_get(to, "invulnerables"), account);
    json_decref(account);
    return bad;
}

static json_t *paras_json(uint32_t count)
{
    json_t *out = json_array();
    int bad = !out;
    for (uint32_t i = 0; i < count && !bad; i++) {
        uint8_t head[32] = { 0 }, code[12] = { 0, 'a', 's', 'm', 1 };
        dg_le32_put(head, FIRST_ID + i);
        dg_le32_put(code + 8, FIRST_ID + i);
        bad = json_array_append_new(
            out, json_pack("[i, {s:o, s:o, s:b}]", (int)(FIRST_ID + i), "genesis_head",
                           dg_growth_hex(DG_BYTES_OF(head)), "validation_code",
                           dg_growth_hex(DG_BYTES_OF(code)), "parachain", 1));
    }
    if (bad) {
        json_decref(out);
        out = NULL;
    }
    return out;
}

/* Numbers that a default leaves at zero, so that its own checks do not refuse it; the
 * fork's configuration takes their place afterwards. */
static int put_limits(json_t *config)
{
    static const struct {
        const char *field;
        json_int_t value;
    } rows[] = {
        { "max_code_size", 3145728 },
        { "max_head_data_size", 20480 },
        { "max_pov_size", 5242880 },
        { "max_upward_queue_count", 174762 },
        { "max_upward_queue_size", 1048576 },
        { "max_upward_message_size", 65531 },
        { "max_upward_message_num_per_candidate", 16 },
        { "hrmp_max_message_num_per_candidate", 10 },
        { "validation_upgrade_cooldown", 14400 },
        { "validation_upgrade_delay", 600 },
        { "max_downward_message_size", 51200 },
        { "group_rotation_frequency", 10 },
        { "paras_availability_period", 10 },
        { "scheduling_lookahead", 2 },
        { "no_show_slots", 2 },
        { "n_delay_tranches", 89 },
        { "needed_approvals", 30 },
        { "relay_vrf_modulo_samples", 6 },
        { "minimum_validation_upgrade_delay", 20 },
        { "code_retention_period", 14400 },
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (json_is_integer(json_object_get(config, rows[i].field)))
            bad |= json_object_set_new(config, rows[i].field, json_integer(rows[i].value));
    return bad;
}

/* Into a section that the default has. */
static int put(json_t *genesis, const char *section, const char *field, json_t *value)
{
    json_t *at = json_object_get(genesis, section);
    if (at)
        return json_object_set(at, field, value);
    return 0;
}

static int put_staking(json_t *genesis, const json_t *lists, uint32_t validators)
{
    json_t *at = json_object_get(genesis, "staking");
    if (!at)
        return 0;
    return json_object_set_new(at, "validatorCount", json_integer(validators))
           | json_object_set_new(at, "minimumValidatorCount", json_integer(1))
           | json_object_set(at, "invulnerables", json_object_get(lists, "invulnerables"))
           | json_object_set(at, "stakers", json_object_get(lists, "stakers"))
           | json_object_set_new(at, "slashRewardFraction", json_integer(100000000));
}

static dg_code patch(const growth *g, json_t *genesis, const dg_population *wanted, dg_error *err)
{
    json_t *lists = json_pack("{s:[], s:[], s:[], s:[]}", "balances", "keys", "stakers",
                              "invulnerables"),
           *paras = paras_json(wanted->parachains);
    json_t *epoch =
        json_pack("{s:[i, i], s:s}", "c", 1, 4, "allowed_slots", "PrimaryAndSecondaryVRFSlots");
    int bad = !lists || !paras || !epoch;
    for (uint32_t i = 0; i < wanted->validators && !bad; i++)
        bad = add_validator(g, lists, i);
    if (!bad)
        bad = put(genesis, "balances", "balances", json_object_get(lists, "balances"))
              | put(genesis, "session", "keys", json_object_get(lists, "keys"))
              | put(genesis, "paras", "paras", paras) | put(genesis, "babe", "epochConfig", epoch)
              | put(genesis, "sudo", "key",
                    json_array_get(json_object_get(lists, "invulnerables"), 0))
              | put_staking(genesis, lists, wanted->validators)
              | put_limits(json_object_get(json_object_get(genesis, "configuration"), "config"));
    json_decref(lists);
    json_decref(paras);
    json_decref(epoch);
    return bad ? dg_fail(err, DG_NOMEM, "no memory for a genesis") : DG_OK;
}

/* ---- the state ---- */

static dg_code keep_code(growth *g, dg_state *built, dg_error *err)
{
    dg_bytes code;
    dg_code rc = dg_state_get(g->state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), err);
    if (rc == DG_OK)
        rc = dg_state_put(built, dg_bytes_of(NULL, 0), dg_text(":code"), code, err);
    return rc;
}

dg_code dg_growth_build(growth *g, dg_runtime *runtime, const dg_population *wanted, dg_error *err)
{
    assert(g->state && runtime);
    dg_state *built = dg_state_empty();
    json_t *genesis = NULL, *config = NULL;
    dg_code rc = built ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a state");
    if (rc < 0 || (rc = dg_runtime_genesis_default(&genesis, runtime, built, err)) != DG_OK
        || (rc = patch(g, genesis, wanted, err)) < 0
        || (rc = dg_growth_get(g, &config, "Configuration", "ActiveConfig", NULL, err)) != DG_OK)
        goto out;
    dg_state_set_version(built, dg_version_trie(dg_runtime_version(runtime)));
    if ((rc = dg_runtime_genesis_build(runtime, genesis, built, err)) != DG_OK
        || (rc = keep_code(g, built, err)) != DG_OK)
        goto out;
    dg_state_free(g->state);
    g->state = built;
    built = NULL; /* moved */
    rc = dg_growth_configure(g, json_incref(config), wanted->parachains, err);
out:
    dg_state_free(built);
    json_decref(genesis);
    json_decref(config);
    return rc == DG_ABSENT
               ? dg_fail(err, DG_UNSUPPORTED, "the runtime lacks what its genesis builder needs")
               : rc;
}
