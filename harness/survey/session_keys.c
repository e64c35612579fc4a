/* session_keys.c - the session keys of those who validate, as N-1 read them and as N reads
 * what its migrations left. A name stands for one kind of key: what was stored as grandpa
 * and is read as babe decodes all the same, and is nobody's. Accounts that left, or whose
 * keys N-1 did not read already, are no measure for N. */
#include "survey/survey.h"

#include <string.h>

static char *dump(const json_t *value)
{
    return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

static int put_flag(json_t *set, const json_t *name)
{
    char *text = dump(name);
    int bad = text ? json_object_set_new(set, text, json_true()) : -1;
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    if (text)
        release(text);
    return bad;
}

/* ---- what is stored ---- */

/* Accounts of this session and the next; empty: not to be told. */
static int put_validators(json_t *set, const dg_survey_side *side)
{
    json_t *now = dg_survey_item(side->meta, side->state, "Session", "Validators", NULL),
           *queued = dg_survey_item(side->meta, side->state, "Session", "QueuedKeys", NULL), *row;
    size_t i;
    int bad = 0;
    json_array_foreach(now, i, row) bad |= put_flag(set, row);
    json_array_foreach(queued, i, row) bad |= put_flag(set, json_array_get(row, 0));
    json_decref(now);
    json_decref(queued);
    return bad;
}

/* The record as an object of its keys; {"bytes": length} where it does not decode. */
static json_t *record(const dg_meta *meta, const dg_meta_entry *entry, dg_bytes value)
{
    json_t *keys = NULL;
    if (dg_value_decode_all(meta, &keys, entry->value, value, NULL) == DG_OK)
        return json_pack("{s:o}", "keys", keys);
    return json_pack("{s:I}", "bytes", (json_int_t)value.len);
}

static int put_record(json_t *out, const dg_survey_side *side, const dg_meta_entry *entry,
                      dg_bytes key, dg_bytes value)
{
    json_t *account;
    json_free_t release;
    char *text;
    int bad;
    if (dg_storage_key_decode(side->meta, &account, entry, key, NULL) != DG_OK)
        return 0; /* N would not find it: nobody has these keys */
    text = dump(json_array_get(account, 0));
    bad = text ? json_object_set_new(out, text, record(side->meta, entry, value)) : -1;
    json_get_alloc_funcs(NULL, &release);
    if (text)
        release(text);
    json_decref(account);
    return bad;
}

/* Account -> record, of all that Session.NextKeys holds. */
static dg_code put_records(json_t *out, const dg_survey_side *side, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(side->meta, "Session", "NextKeys");
    uint8_t prefix[32];
    dg_state_iter it;
    dg_bytes key, value;
    dg_code rc;
    dg_storage_prefix(prefix, entry->prefix, entry->name);
    if ((rc = dg_state_iter_init(&it, side->state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), err))
        < 0)
        return rc;
    while ((rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
        if (put_record(out, side, entry, key, value) != 0) {
            rc = dg_fail(err, DG_NOMEM, "no memory for session keys");
            break;
        }
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

/* ---- held against each other ---- */

/* Has one of the keys that N reads another value than before? Words the first. */
static bool compare_record(dg_survey_keys *out, const json_t *was, const json_t *is)
{
    const char *name, *other;
    json_t *key, *old, *candidate;
    bool changed = false;
    json_object_foreach((json_t *)is, name, key)
    {
        if (!(old = json_object_get(was, name)) || json_equal(old, key))
            continue;
        changed = true;
        if (out->changed_text[0])
            continue;
        snprintf(out->changed_text, sizeof out->changed_text, "%.40s is another key than before",
                 name);
        json_object_foreach((json_t *)was, other, candidate) if (json_equal(candidate, key))
            snprintf(out->changed_text, sizeof out->changed_text,
                     "what was stored as %.40s is read as %.40s", other, name);
    }
    return changed;
}

/* Can nobody have the secret of it? All zeros, or 33 bytes that are no compressed point. */
static bool is_placeholder(const json_t *key)
{
    char *text = dump(key);
    const char *hex = text ? strstr(text, "0x") : NULL;
    size_t len = hex ? strspn(hex + 2, "0123456789abcdef") : 0;
    bool is = len
              && (strspn(hex + 2, "0") >= len
                  || (len == 66 && strncmp(hex, "0x02", 4) != 0 && strncmp(hex, "0x03", 4) != 0));
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    if (text)
        release(text);
    return is;
}

/* How many have the key `name` that another has too, or that is nobody's. */
static uint64_t count_unusable(const json_t *records, const char *name)
{
    json_t *seen = json_object(), *row, *key;
    const char *account;
    uint64_t bad = 0;
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    for (int pass = 0; pass < 2; pass++)
        json_object_foreach((json_t *)records, account, row)
        {
            char *text;
            if (!(key = json_object_get(json_object_get(row, "keys"), name)) || !(text = dump(key)))
                continue;
            if (pass == 0)
                json_object_set_new(
                    seen, text, json_integer(1 + json_integer_value(json_object_get(seen, text))));
            else
                bad += is_placeholder(key) || json_integer_value(json_object_get(seen, text)) > 1;
            release(text);
        }
    json_decref(seen);
    return bad;
}

/* The kinds of key that N-1 did not have. */
static void look_at_new(dg_survey_keys *out, const json_t *was, const json_t *records)
{
    const json_t *is =
        json_object_get(json_object_iter_value(json_object_iter((json_t *)records)), "keys");
    const char *name;
    json_t *key;
    json_object_foreach((json_t *)is, name, key)
    {
        uint64_t bad;
        if (json_object_get(was, name) || (bad = count_unusable(records, name)) <= out->unusable)
            continue;
        out->unusable = bad;
        snprintf(out->unusable_name, sizeof out->unusable_name, "%.63s", name);
    }
}

static int compare(dg_survey_keys *out, const json_t *validators, const json_t *before,
                   const json_t *after)
{
    json_t *read = json_object(), *row;
    const json_t *first = NULL;
    const char *account;
    int bad = read ? 0 : -1;
    json_object_foreach((json_t *)before, account, row)
    {
        const json_t *was = json_object_get(row, "keys"), *now = json_object_get(after, account);
        if (!was || (json_object_size(validators) && !json_object_get(validators, account)))
            continue;
        first = was;
        out->validators++;
        if (json_object_get(now, "keys")) {
            out->changed += compare_record(out, was, json_object_get(now, "keys"));
            bad |= json_object_set(read, account, (json_t *)now);
        } else {
            out->unread++;
            out->unread_bytes = (size_t)json_integer_value(json_object_get(now, "bytes"));
        }
    }
    if (first)
        look_at_new(out, first, read);
    json_decref(read);
    return bad;
}

dg_code dg_survey_session_keys(dg_survey_keys *out, const dg_survey_side *before,
                               const dg_survey_side *after, dg_error *err)
{
    json_t *validators = json_object(), *was = json_object(), *is = json_object();
    dg_code rc = DG_OK;
    *out = (dg_survey_keys){ 0 };
    if (!validators || !was || !is || put_validators(validators, before) != 0)
        rc = dg_fail(err, DG_NOMEM, "no memory for session keys");
    else if (before->meta && after->meta && dg_meta_storage(before->meta, "Session", "NextKeys")
             && dg_meta_storage(after->meta, "Session", "NextKeys")
             && (rc = put_records(was, before, err)) == DG_OK
             && (rc = put_records(is, after, err)) == DG_OK
             && compare(out, validators, was, is) != 0)
        rc = dg_fail(err, DG_NOMEM, "no memory for session keys");
    json_decref(validators);
    json_decref(was);
    json_decref(is);
    return rc;
}
