/* overrides.c - values to be put into a state, as zombie-bite writes them down.
 *
 *   { "overrides": { "<key>": "<value>" }, "injects": { "<key>": "<value>" } }
 *
 * Hex, with 0x before it or not. Overrides are meant for keys that the state has, injects for those
 * that it lacks; a state holds what was put last either way, so both are put. null removes a key.
 * Mirrors: zombie-bite, overrides.rs. */
#include "source/source_impl.h"

#include <string.h>

enum { FILE_MAX = 256 << 20, KEY_MAX = 1 << 16 };

static dg_code put_one(dg_state *state, const char *name, const json_t *value, dg_error *err)
{
    const char *text = json_string_value(value);
    dg_bytes top = { NULL, 0 };
    dg_buf key, bytes;
    dg_code rc;
    dg_buf_init(&key, KEY_MAX);
    dg_buf_init(&bytes, DG_SOURCE_CODE_MAX);
    rc = dg_hex_get(&key, name, strlen(name), err);
    if (rc >= 0 && json_is_null(value))
        rc = dg_state_delete(state, top, dg_buf_bytes(&key), err);
    else if (rc >= 0 && !text)
        rc = dg_fail(err, DG_MALFORMED, "its value is neither hex nor null");
    else if (rc >= 0 && (rc = dg_hex_get(&bytes, text, strlen(text), err)) >= 0)
        rc = dg_state_put(state, top, dg_buf_bytes(&key), dg_buf_bytes(&bytes), err);
    dg_buf_clear(&key);
    dg_buf_clear(&bytes);
    return rc < 0 ? dg_fail_within(err, rc, "key %.80s", name) : DG_OK;
}

static dg_code put_all(dg_state *state, size_t *count, const json_t *document, const char *section,
                       dg_error *err)
{
    const json_t *entries = json_object_get(document, section);
    const char *name;
    json_t *value;
    dg_code rc = DG_OK;
    if (!entries)
        return DG_OK;
    if (!json_is_object(entries))
        return dg_fail(err, DG_MALFORMED, "%s is not an object", section);
    json_object_foreach((json_t *)entries, name, value)
    {
        if ((rc = put_one(state, name, value, err)) < 0)
            return dg_fail_within(err, rc, "%s", section);
        ++*count;
    }
    return DG_OK;
}

dg_code dg_source_override(dg_state *state, size_t *count, dg_bytes text, dg_error *err)
{
    json_error_t why;
    json_t *document = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &why);
    dg_code rc;
    *count = 0;
    if (!document)
        return dg_fail(err, DG_MALFORMED, "line %d: %s", why.line, why.text);
    if (!json_object_get(document, "overrides") && !json_object_get(document, "injects"))
        rc = dg_fail(err, DG_MALFORMED, "has neither overrides nor injects");
    else if ((rc = put_all(state, count, document, "overrides", err)) >= 0)
        rc = put_all(state, count, document, "injects", err);
    json_decref(document);
    return rc;
}

/* Of a configuration of chopsticks: what it puts into whatever state. */
static dg_code put_chopsticks(dg_state *state, size_t *count, const char *path, dg_engine *engine,
                              dg_error *err)
{
    dg_chopsticks c;
    dg_code rc = dg_chopsticks_read(&c, path, err);
    if (rc >= 0 && !dg_chopsticks_changes(&c))
        rc = dg_fail(err, DG_MALFORMED, "%s: has neither import-storage nor wasm-override", path);
    else if (rc >= 0 && (rc = dg_chopsticks_put(state, count, &c, engine, err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_chopsticks_clear(&c);
    return rc;
}

dg_code dg_source_override_file(dg_state *state, size_t *count, const char *path, dg_engine *engine,
                                dg_error *err)
{
    dg_buf text;
    dg_code rc;
    *count = 0;
    if (dg_chopsticks_named(path))
        return put_chopsticks(state, count, path, engine, err);
    dg_buf_init(&text, FILE_MAX);
    if ((rc = dg_file_read(&text, path, err)) >= 0
        && (rc = dg_source_override(state, count, dg_buf_bytes(&text), err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_buf_clear(&text);
    return rc < 0 ? rc : DG_OK;
}
