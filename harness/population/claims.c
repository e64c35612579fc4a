/* claims.c - which registered parachains have a claim on a core.
 *
 * Where cores are sold, a claim is a task that a core works at or is scheduled to
 * begin with; before that the runtime itself has a core for each parachain of its list.
 * Mirrors: parachains assigner_coretime (CoreDescriptors, CoreSchedules); scheduler.rs. */
#include "population/population_impl.h"

#include <assert.h>

static const char *const pallets[] = { "CoretimeAssignmentProvider", "ParaAssignmentProvider",
                                       "ParaScheduler" };

/* Every number that stands as {"Task": id}, wherever. */
static int collect(json_t *ids, const json_t *value)
{
    const json_t *part, *task = json_object_get(value, "Task");
    const char *name;
    char id[24];
    size_t i;
    int bad = 0;
    if (json_is_integer(task)) {
        snprintf(id, sizeof id, "%lld", (long long)json_integer_value(task));
        return json_object_set_new(ids, id, json_true());
    }
    json_array_foreach(value, i, part) bad |= collect(ids, part);
    json_object_foreach((json_t *)value, name, part) bad |= collect(ids, part);
    return bad;
}

static dg_code collect_all(const growth *g, json_t *ids, const dg_meta_entry *entry, dg_error *err)
{
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, g->state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        json_t *decoded = NULL;
        if ((rc = dg_value_decode_all(g->meta, &decoded, entry->value, value, err)) < 0)
            break;
        if (collect(ids, decoded))
            rc = dg_fail(err, DG_NOMEM, "no memory for the claims on cores");
        json_decref(decoded);
        if (rc < 0)
            break;
    }
    dg_state_iter_clear(&it);
    return rc < 0 ? rc : DG_OK;
}

static dg_code tasks(const growth *g, json_t *ids, bool *sold, dg_error *err)
{
    for (size_t i = 0; i < sizeof pallets / sizeof *pallets; i++) {
        const dg_meta_entry *now = dg_meta_storage(g->meta, pallets[i], "CoreDescriptors");
        const dg_meta_entry *later = dg_meta_storage(g->meta, pallets[i], "CoreSchedules");
        dg_code rc;
        *sold |= now != NULL;
        if ((now && (rc = collect_all(g, ids, now, err)) < 0)
            || (later && (rc = collect_all(g, ids, later, err)) < 0))
            return rc;
    }
    return DG_OK;
}

static uint32_t count_claimed(const json_t *registered, const json_t *ids)
{
    const json_t *id;
    uint32_t count = 0;
    char text[24];
    size_t i;
    json_array_foreach(registered, i, id)
    {
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(id));
        count += json_object_get(ids, text) != NULL;
    }
    return count;
}

dg_code dg_population_claims(dg_population_claimed *out, dg_chain *chain, dg_error *err)
{
    dg_block *root = dg_chain_root(chain);
    growth g = { .state = dg_block_state(root) };
    json_t *registered = NULL, *ids = json_object();
    dg_runtime *runtime;
    bool sold = false;
    dg_code rc = ids ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the claims on cores");
    *out = (dg_population_claimed){ 0 };
    if (rc == DG_OK && (rc = dg_block_runtime(chain, root, &runtime, err)) >= 0
        && (rc = dg_runtime_meta(runtime, &g.meta, err)) >= 0
        && (rc = dg_growth_get(&g, &registered, "Paras", "Parachains", NULL, err)) == DG_OK
        && (rc = tasks(&g, ids, &sold, err)) >= 0) {
        out->registered = (uint32_t)json_array_size(registered);
        out->claimed = sold ? count_claimed(registered, ids) : out->registered;
    }
    json_decref(registered);
    assert(out->claimed <= out->registered);
    json_decref(ids);
    return rc;
}
