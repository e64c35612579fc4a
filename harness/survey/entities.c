/* entities.c - who and what a chain serves: parachains, their heads, code, registrations and
 * leases, and the cores they have. A migration that builds such a set anew from another one
 * leaves out what is in none of them, and all that remains decodes. */
#include "survey/survey.h"

#include <string.h>

static const struct {
    const char *pallet, *item;
    bool vital; /* nothing is served without it */
} watched[] = {
    { "Paras", "Parachains", true },
    { "Paras", "ParaLifecycles", true },
    { "Paras", "Heads", true },
    { "Paras", "CurrentCodeHash", true },
    { "Registrar", "Paras", false },
    { "Slots", "Leases", false },
    { "CoretimeAssignmentProvider", "CoreDescriptors", false },
};

static int put_name(json_t *names, const json_t *name)
{
    char *text = json_dumps(name, JSON_ENCODE_ANY | JSON_COMPACT);
    json_free_t release;
    int bad = text ? json_object_set_new(names, text, json_true()) : -1;
    json_get_alloc_funcs(NULL, &release);
    if (text)
        release(text);
    return bad;
}

/* The names of a map's entries are its keys. `*known` false: one cannot be read. */
static dg_code put_keys(json_t *names, bool *known, const dg_survey_side *side,
                        const dg_meta_entry *entry, dg_error *err)
{
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, side->state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK) {
        json_t *parts = NULL;
        if (dg_storage_key_decode(side->meta, &parts, entry, key, NULL) != DG_OK)
            *known = false;
        else if (put_name(names, json_array_size(parts) == 1 ? json_array_get(parts, 0) : parts)
                 != 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for the names of %s", entry->name);
        json_decref(parts);
        if (rc < 0)
            break;
    }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

/* Owned by the caller; `*known` false: they are not to be told. */
static dg_code names_of(json_t **out, bool *known, const dg_survey_side *side, const char *pallet,
                        const char *item, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(side->meta, pallet, item);
    json_t *list, *name;
    size_t i;
    *known = entry != NULL;
    if (!(*out = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for the names of %s", item);
    if (!entry)
        return DG_OK;
    if (entry->hasher_count)
        return put_keys(*out, known, side, entry, err);
    *known = (list = dg_survey_item(side->meta, side->state, pallet, item, NULL)) != NULL;
    json_array_foreach(list, i, name) if (put_name(*out, name) != 0)
    {
        json_decref(list);
        return dg_fail(err, DG_NOMEM, "no memory for the names of %s", item);
    }
    json_decref(list);
    return DG_OK;
}

static void compare(dg_survey_entities *out, const json_t *had, const json_t *has)
{
    const char *name;
    json_t *is;
    out->entries = json_object_size(had);
    json_object_foreach((json_t *)had, name, is)
    {
        size_t used = strlen(out->names);
        if (json_object_get(has, name))
            continue;
        if (out->lost++ < 4)
            snprintf(out->names + used, sizeof out->names - used, "%s%.40s", used ? ", " : "",
                     name);
    }
}

dg_code dg_survey_entities_lost(dg_survey_entities *out, size_t *count,
                                const dg_survey_side *control, const dg_survey_side *now,
                                dg_error *err)
{
    dg_code rc = DG_OK;
    *count = 0;
    if (!control->meta || !now->meta)
        return DG_OK;
    for (size_t i = 0; i < sizeof watched / sizeof *watched && rc == DG_OK; i++) {
        dg_survey_entities *e = &out[*count];
        json_t *had = NULL, *has = NULL;
        bool known[2] = { false, false };
        *e = (dg_survey_entities){ .pallet = watched[i].pallet,
                                   .item = watched[i].item,
                                   .vital = watched[i].vital };
        if ((rc = names_of(&had, &known[0], control, e->pallet, e->item, err)) == DG_OK
            && (rc = names_of(&has, &known[1], now, e->pallet, e->item, err)) == DG_OK && known[0]
            && known[1])
            compare(e, had, has);
        *count += e->lost > 0;
        json_decref(had);
        json_decref(has);
    }
    return rc;
}
