/* parachains.c - more parachains, with a core each.
 *
 * Code and head need be no more than bytes: nobody executes them here. Where cores are
 * sold, each new parachain is given a whole one for good; before that the runtime
 * itself has one for each. */
#include "population/population_impl.h"

#include <assert.h>

#include "crypto/crypto.h"

enum { FIRST_ID = 2000, WHOLE_CORE = 57600 };

/* ---- the configuration: what would refuse a candidate, or another number of groups ---- */

/* Of a configuration that does not say: those of live relay chains. */
static const struct {
    const char *field;
    json_int_t value;
} least[] = {
    { "max_code_size", 3145728 },
    { "max_head_data_size", 20480 },
    { "max_pov_size", 5242880 },
};

static json_t *object_with(json_t *config, const char *field)
{
    json_t *inner = json_object_get(config, "scheduler_params");
    if (json_object_get(config, field))
        return config;
    return json_object_get(inner, field) ? inner : NULL;
}

/* Not below; null (no bound) stays. */
static int raise(json_t *config, const char *field, json_int_t to)
{
    json_t *at = object_with(config, field), *now = json_object_get(at, field);
    if (!json_is_integer(now) || json_integer_value(now) >= to)
        return 0;
    return json_object_set_new(at, field, json_integer(to));
}

/* `most` 0: no bound. */
static int bound(json_t *config, const char *field, json_int_t most)
{
    json_t *at = object_with(config, field);
    return at ? json_object_set_new(at, field, most ? json_integer(most) : json_null()) : 0;
}

dg_code dg_growth_configure(growth *g, json_t *config, uint32_t cores, dg_error *err)
{
    int bad = 0;
    assert(g->meta && g->state);
    for (size_t i = 0; i < sizeof least / sizeof *least; i++)
        if (json_integer_value(json_object_get(config, least[i].field)) == 0)
            bad |= raise(config, least[i].field, least[i].value);
    bad |= raise(config, "group_rotation_frequency", 1) | raise(config, "num_cores", cores)
           | raise(config, "lookahead", 1) | raise(config, "scheduling_lookahead", 1);
    bad |= bound(config, "max_validators",
                 g->validators > DG_PARA_VALIDATORS_MAX ? DG_PARA_VALIDATORS_MAX : 0)
           | bound(config, "max_validators_per_core", 0);
    if (bad) {
        json_decref(config);
        return dg_fail(err, DG_NOMEM, "no memory for the configuration");
    }
    return dg_growth_put(g, "Configuration", "ActiveConfig", NULL, config, err);
}

static dg_code configure(growth *g, uint32_t cores, dg_error *err)
{
    json_t *config;
    dg_code rc = dg_growth_get(g, &config, "Configuration", "ActiveConfig", NULL, err);
    if (rc != DG_OK)
        return rc == DG_ABSENT ? dg_fail(
                   err, DG_UNSUPPORTED,
                   "the runtime has no Configuration.ActiveConfig: no parachains can be added")
                               : rc;
    return dg_growth_configure(g, config, cores, err);
}

/* ---- one parachain ---- */

static dg_code put_by(growth *g, const char *item, json_t *key, json_t *value, dg_error *err)
{
    json_t *keys = json_pack("[O]", key);
    dg_code rc = keys ? dg_growth_put_if(g, "Paras", item, keys, value, err)
                      : dg_fail(err, DG_NOMEM, "no memory for a parachain");
    if (!keys)
        json_decref(value);
    json_decref(keys);
    return rc;
}

static dg_code put_code(growth *g, json_t *id, uint32_t number, dg_error *err)
{
    uint8_t code[12] = { 0, 'a', 's', 'm', 1 };
    dg_hash hash;
    json_t *name;
    dg_code rc;
    dg_le32_put(code + 8, number);
    hash = dg_blake2_256(DG_BYTES_OF(code));
    if (!(name = dg_growth_hex(dg_hash_bytes(&hash))))
        return dg_fail(err, DG_NOMEM, "no memory for a parachain");
    if ((rc = put_by(g, "CurrentCodeHash", id, json_incref(name), err)) >= 0
        && (rc = put_by(g, "CodeByHash", name, dg_growth_hex(DG_BYTES_OF(code)), err)) >= 0)
        rc = put_by(g, "CodeByHashRefs", name, json_integer(1), err);
    json_decref(name);
    return rc;
}

static dg_code put_para(growth *g, uint32_t number, dg_error *err)
{
    uint8_t head[32] = { 0 };
    json_t *id = json_integer(number);
    dg_code rc;
    dg_le32_put(head, number);
    if (!id)
        return dg_fail(err, DG_NOMEM, "no memory for a parachain");
    if ((rc = put_by(g, "ParaLifecycles", id, json_string("Parachain"), err)) >= 0
        && (rc = put_by(g, "Heads", id, dg_growth_hex(DG_BYTES_OF(head)), err)) >= 0
        /* relay block that the head is of */
        && (rc = put_by(g, "MostRecentContext", id, json_integer(g->number), err)) >= 0)
        rc = put_code(g, id, number, err);
    json_decref(id);
    return rc;
}

/* A whole core, without end. */
static dg_code assign(growth *g, uint32_t core, uint32_t para, dg_error *err)
{
    static const char *const pallets[] = { "CoretimeAssignmentProvider", "ParaAssignmentProvider" };
    for (size_t i = 0; i < sizeof pallets / sizeof *pallets; i++) {
        json_t *keys;
        dg_code rc;
        if (!dg_growth_has(g, pallets[i], "CoreDescriptors"))
            continue;
        if (!(keys = json_pack("[i]", (int)core)))
            return dg_fail(err, DG_NOMEM, "no memory for a core");
        rc = dg_growth_put(g, pallets[i], "CoreDescriptors", keys,
                           json_pack("{s:n, s:{s:[[{s:i}, {s:i, s:i}]], s:n, s:i, s:i}}", "queue",
                                     "current_work", "assignments", "Task", (int)para, "ratio",
                                     WHOLE_CORE, "remaining", WHOLE_CORE, "end_hint", "pos", 0,
                                     "step", WHOLE_CORE),
                           err);
        json_decref(keys);
        return rc;
    }
    return DG_OK;
}

dg_code dg_growth_parachains(growth *g, uint32_t have, uint32_t added, dg_error *err)
{
    assert(have + added >= have); /* an id is 32 bits */
    json_t *all = NULL;
    uint32_t next = FIRST_ID;
    size_t i;
    const json_t *id;
    dg_code rc = dg_growth_get(g, &all, "Paras", "Parachains", NULL, err);
    if (rc != DG_OK)
        return rc == DG_ABSENT
                   ? dg_fail(err, DG_UNSUPPORTED,
                             "the runtime has no Paras.Parachains: no parachains can be added")
                   : rc;
    json_array_foreach(all, i, id) next =
        json_integer_value(id) >= next ? (uint32_t)json_integer_value(id) + 1 : next;
    rc = configure(g, have + added, err);
    for (i = 0; rc >= 0 && i < added; i++) {
        if (json_array_append_new(all, json_integer(next)))
            rc = dg_fail(err, DG_NOMEM, "no memory for a parachain");
        else if ((rc = put_para(g, next, err)) >= 0)
            rc = assign(g, have + (uint32_t)i, next, err);
        next++;
    }
    if (rc >= 0)
        return dg_growth_put(g, "Paras", "Parachains", NULL, all, err);
    json_decref(all);
    return rc;
}
