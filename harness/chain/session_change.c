/* session_change.c - parachains' session is changed by force, ahead of BABE's epoch.
 *
 * Sessions of a relay chain are epochs of BABE, and clients refuse an epoch digest that they do not
 * expect: no call ends an epoch early. But what parachains take for a session is changed by what
 * lies in Initializer.BufferedSessionChanges when a block ends, and root can write there. The
 * number in Session.CurrentIndex has to move as well: else BABE's own next session has the same
 * one, no node takes it for new, and what was healed breaks once more until the session after it.
 * Mirrors: polkadot runtime parachains initializer.rs (on_new_session, on_finalize). */
#include "chain/enact_impl.h"

#include <string.h>

/* The keys with which accounts sign for parachains, by the set that is next. */
static json_t *para_keys(const json_t *queued)
{
    json_t *out = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(queued, i, one)
    {
        const json_t *keys = json_array_get(one, 1), *key = json_object_get(keys, "para_validator");
        if (!key)
            key = json_object_get(keys, "parachain_validator");
        if (!key || json_array_append(out, (json_t *)key)) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static dg_code encode(const dg_enact_attempt *a, dg_buf *value, const dg_meta_entry *buffer,
                      json_t *keys, json_int_t session, dg_error *err)
{
    json_t *list = json_pack("[{s:O, s:O, s:I}]", "validators", keys, "queued", keys,
                             "session_index", session);
    dg_code rc = list ? dg_value_encode(a->meta, value, buffer->value, list, err)
                      : dg_fail(err, DG_NOMEM, "no memory for a change of session");
    json_decref(list);
    return rc;
}

static dg_code move_number(const dg_enact_attempt *a, dg_enactment *out, uint32_t session,
                           dg_error *err)
{
    const dg_meta_entry *index = dg_meta_storage_value(a->meta, "Session", "CurrentIndex");
    dg_bytes *write = out->writes[out->write_count];
    if (!index)
        return dg_fail(err, DG_UNSUPPORTED, "the runtime has no storage item Session.CurrentIndex");
    dg_storage_key_raw(&out->index_key, index, NULL);
    dg_scale_put_u32(&out->index_value, session);
    write[0] = dg_buf_bytes(&out->index_key);
    write[1] = dg_buf_bytes(&out->index_value);
    out->write_count++;
    return dg_buf_check(&out->index_key, err, "key of the session's number");
}

dg_code dg_enact_session(const dg_enact_attempt *a, dg_enactment *out, dg_error *err)
{
    const dg_meta_entry *buffer =
        dg_meta_storage_value(a->meta, "Initializer", "BufferedSessionChanges");
    json_t *queued = NULL, *session = NULL, *keys = NULL;
    dg_bytes *write = out->writes[out->write_count];
    uint32_t number;
    dg_code rc;
    if (!buffer)
        return dg_fail(err, DG_UNSUPPORTED,
                       "the runtime has no storage item Initializer.BufferedSessionChanges");
    if ((rc = dg_enact_read_item(a, &queued, "Session", "QueuedKeys", err)) >= 0)
        rc = dg_enact_read_item(a, &session, "ParasShared", "CurrentSessionIndex", err);
    if (rc >= 0 && !(keys = para_keys(queued)))
        rc = dg_fail(err, DG_UNSUPPORTED, "Session.QueuedKeys holds no keys for parachains");
    if (rc >= 0)
        rc = encode(a, &out->config_value, buffer, keys, json_integer_value(session) + 1, err);
    number = (uint32_t)json_integer_value(session) + 1;
    json_decref(queued);
    json_decref(session);
    json_decref(keys);
    if (rc < 0)
        return rc;
    dg_storage_key_raw(&out->config_key, buffer, NULL);
    write[0] = dg_buf_bytes(&out->config_key);
    write[1] = dg_buf_bytes(&out->config_value);
    out->write_count++;
    if ((rc = dg_buf_check(&out->config_key, err, "key of the change of session")) < 0)
        return rc;
    return move_number(a, out, number, err);
}
