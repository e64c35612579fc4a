/* config_change.c - a change of the host configuration, as governance schedules one:
 * into the list of configurations to come, in force two sessions later.
 *
 * Layout and names come from the metadata of the runtime that executes U; a field is
 * named by its place, as "async_backing_params.max_candidate_depth".
 * Mirrors: polkadot runtime parachains configuration.rs (schedule_config_update) and
 * shared.rs (SESSION_DELAY). */
#include "chain/enact_impl.h"

#include <string.h>

enum { SESSION_DELAY = 2, FIELDS_MAX = 128 };

/* What is read and written of a change on its way. */
typedef struct changing {
    const dg_enact_attempt *a;
    const dg_meta_entry *pending;
    json_t *list;     /* [[session, configuration], ..] */
    json_t *config;   /* the one that is changed; owned */
    uint32_t session; /* from which it acts */
} changing;

/* ---- what is there ---- */

dg_code dg_enact_read_item(const dg_enact_attempt *a, json_t **out, const char *pallet,
                           const char *item, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage_value(a->meta, pallet, item);
    uint8_t room[64];
    dg_buf key = dg_buf_on(room, sizeof room);
    dg_bytes value;
    dg_code rc;
    *out = NULL;
    if (!entry)
        return dg_fail(err, DG_UNSUPPORTED, "the runtime has no storage value %s.%s", pallet, item);
    dg_storage_key_raw(&key, entry, NULL);
    if ((rc = dg_state_get(a->parent->state, &value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err))
        < 0)
        return rc;
    rc =
        dg_value_decode_all(a->meta, out, entry->value, rc == DG_OK ? value : entry->fallback, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s.%s", pallet, item) : rc;
}

/* The newest that waits is what a further change is made to, else the one in force. */
static dg_code read_all(changing *c, dg_error *err)
{
    const json_t *last;
    json_t *session = NULL;
    dg_code rc;
    if (!(c->pending = dg_meta_storage_value(c->a->meta, "Configuration", "PendingConfigs")))
        return dg_fail(err, DG_UNSUPPORTED,
                       "the runtime has no storage item "
                       "Configuration.PendingConfigs");
    if ((rc = dg_enact_read_item(c->a, &c->list, "Configuration", "PendingConfigs", err)) < 0
        || (rc = dg_enact_read_item(c->a, &session, "ParasShared", "CurrentSessionIndex", err)) < 0)
        return rc;
    c->session = (uint32_t)json_integer_value(session) + SESSION_DELAY;
    json_decref(session);
    last = json_array_get(c->list, json_array_size(c->list) - 1);
    if (!last)
        return dg_enact_read_item(c->a, &c->config, "Configuration", "ActiveConfig", err);
    c->config = json_deep_copy(json_array_get(last, 1));
    return c->config ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a configuration");
}

/* ---- the change ---- */

static dg_code no_such(const json_t *object, const char *path, const char *part, dg_error *err)
{
    const char *names[FIELDS_MAX + 1] = { NULL }, *key, *near;
    size_t n = 0;
    json_t *v;
    json_object_foreach((json_t *)object, key, v)
    {
        if (n == FIELDS_MAX)
            return dg_fail(err, DG_LIMIT, "the host configuration has more than %d fields",
                           FIELDS_MAX);
        names[n++] = key;
    }
    near = dg_nearest(part, names);
    return dg_fail(err, DG_USAGE, "the host configuration has no field \"%.80s\"%s%s%s", path,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static dg_code set_field(json_t *config, const char *path, const json_t *value, dg_error *err)
{
    const char *at = path, *dot;
    char part[80];
    json_t *object = config;
    do {
        dot = strchr(at, '.');
        snprintf(part, sizeof part, "%.*s", dot ? (int)(dot - at) : (int)strlen(at), at);
        if (!json_is_object(object) || !json_object_get(object, part))
            return no_such(object, path, part, err);
        at = dot ? dot + 1 : at;
        if (dot)
            object = json_object_get(object, part);
    } while (dot);
    return json_object_set_new(object, part, json_deep_copy(value))
               ? dg_fail(err, DG_NOMEM, "no memory for %s", path)
               : DG_OK;
}

/* One that waits for the same session is replaced; else this is the last. */
static int put_in_list(changing *c)
{
    json_t *entry;
    size_t i;
    json_array_foreach(c->list, i,
                       entry) if (json_integer_value(json_array_get(entry, 0))
                                  >= (json_int_t)c->session) return json_array_set(entry, 1,
                                                                                   c->config);
    return json_array_append_new(c->list, json_pack("[I, O]", (json_int_t)c->session, c->config));
}

static dg_code change(changing *c, dg_buf *value, const json_t *fields, dg_error *err)
{
    const char *path;
    json_t *v;
    dg_code rc;
    json_object_foreach((json_t *)fields, path,
                        v) if ((rc = set_field(c->config, path, v, err)) < 0) return rc;
    if (put_in_list(c))
        return dg_fail(err, DG_NOMEM, "no memory for a configuration");
    if ((rc = dg_value_encode(c->a->meta, value, c->pending->value, c->list, err)) < 0)
        return rc;
    return dg_buf_check(value, err, "configuration");
}

dg_code dg_enact_config(const dg_enact_attempt *a, dg_enactment *out, const json_t *fields,
                        bool asked, dg_error *err)
{
    changing c = { .a = a };
    dg_bytes *write = out->writes[out->write_count];
    dg_code rc = read_all(&c, err);
    if (rc >= 0)
        rc = change(&c, &out->config_value, fields, err);
    if (rc >= 0 && asked)
        rc = dg_enact_config_refused(a, out, c.config, fields, err);
    json_decref(c.list);
    json_decref(c.config);
    if (rc < 0)
        return rc;
    dg_storage_key_raw(&out->config_key, c.pending, NULL);
    write[0] = dg_buf_bytes(&out->config_key);
    write[1] = dg_buf_bytes(&out->config_value);
    out->write_count++;
    out->config_session = c.session;
    return dg_buf_check(&out->config_key, err, "key of the configuration");
}
