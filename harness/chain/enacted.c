/* enacted.c - what became of an upgrade: did the code change, and if not, what
 * the runtime said. */
#include "chain/enact_impl.h"

#include <string.h>

static bool holds(dg_block *block, const char *key, dg_bytes code)
{
    dg_bytes value;
    return dg_state_get(block->state, &value, dg_bytes_of(NULL, 0), dg_text(key), NULL) == DG_OK
           && dg_bytes_equal(value, code);
}

/* First {"Err": ..} anywhere below `value`; also "error" fields. */
static const json_t *find_error(const json_t *value)
{
    const json_t *part, *found = NULL;
    const char *key;
    size_t i;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, part)
        {
            if (strcmp(key, "Err") == 0 || strcmp(key, "error") == 0
                || strcmp(key, "dispatch_error") == 0)
                return part;
            if (!found)
                found = find_error(part);
        }
        return found;
    }
    json_array_foreach(value, i, part) if (!found) found = find_error(part);
    return found;
}

/* {"Module": {"index": 0, "error": "0x02000000" | 2}} by metadata. */
static const char *module_error(const dg_meta *meta, const json_t *error)
{
    const json_t *module = json_object_get(error, "Module");
    const json_t *code = json_object_get(module, "error");
    uint8_t room[8];
    dg_buf raw = dg_buf_on(room, sizeof room);
    if (json_is_string(code))
        dg_hex_get(&raw, json_string_value(code), json_string_length(code), NULL);
    else if (json_is_integer(code))
        dg_buf_put_u8(&raw, (uint8_t)json_integer_value(code));
    if (!module || !raw.len)
        return NULL;
    return dg_meta_error_name(meta, (uint8_t)json_integer_value(json_object_get(module, "index")),
                              raw.at[0]);
}

static const char *error_name(const dg_meta *meta, const json_t *error)
{
    const char *name = module_error(meta, error);
    if (name)
        return name;
    if (json_is_string(error))
        return json_string_value(error);
    return json_is_object(error) ? json_object_iter_key(json_object_iter((json_t *)error))
                                 : "unknown error";
}

/* Events that tell of a root call or an authorised upgrade that failed. */
static bool tells_refusal(const char *pallet, const char *event)
{
    static const char *const rows[][2] = {
        { "Sudo", "Sudid" },
        { "Sudo", "SudoAsDone" },
        { "Scheduler", "Dispatched" },
        { "System", "ExtrinsicFailed" },
        { "System", "RejectedInvalidAuthorizedUpgrade" },
        { "Utility", "DispatchedAs" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], pallet) == 0 && strcmp(rows[i][1], event) == 0)
            return true;
    return false;
}

/* The only member of {"Name": value}, or of "Name". */
static const char *only(const json_t *value, const json_t **inner)
{
    void *it = json_object_iter((json_t *)value);
    *inner = it ? json_object_iter_value(it) : NULL;
    return it ? json_object_iter_key(it) : json_is_string(value) ? json_string_value(value) : "";
}

/* Why set_code was told of no version, for the end of a sentence; empty where that is not so. */
static dg_error no_version(dg_chain *chain, dg_bytes code, const char *error)
{
    dg_error why = { .text = "" }, out = { .text = "" };
    dg_buf raw;
    dg_buf_init(&raw, 1 << 16);
    if (strcmp(error, "FailedToExtractRuntimeVersion") == 0
        && dg_host_inner_version(chain->options.engine, &raw, code, &why) != DG_OK)
        snprintf(out.text, sizeof out.text, ": %.160s", why.text);
    dg_buf_clear(&raw);
    return out;
}

const char *dg_enact_dispatch_error(const dg_meta *meta, const json_t *fields)
{
    const json_t *error = find_error(fields);
    return error ? error_name(meta, error) : NULL;
}

static dg_code word_refusal(dg_chain *chain, const dg_meta *meta, const json_t *events,
                            uint32_t number, dg_bytes code, dg_error *err)
{
    const json_t *record;
    size_t i;
    json_array_foreach(events, i, record)
    {
        const json_t *of, *fields, *error;
        const char *pallet = only(json_object_get(record, "event"), &of);
        const char *event = only(of, &fields);
        if (strcmp(pallet, "Scheduler") == 0
            && (strcmp(event, "PermanentlyOverweight") == 0
                || strcmp(event, "CallUnavailable") == 0))
            return dg_fail(err, DG_MISMATCH, "block #%u did not enact the code: Scheduler.%s",
                           number, event);
        if (tells_refusal(pallet, event) && (error = find_error(fields)))
            return dg_fail(err, DG_MISMATCH, "block #%u did not enact the code: %s (%s.%s)%s",
                           number, error_name(meta, error), pallet, event,
                           no_version(chain, code, error_name(meta, error)).text);
    }
    return DG_ABSENT;
}

/* A transaction that is refused leaves no event: what System's can_set_code says
 * of the code, by its own rules. */
static const char *rule_broken(dg_chain *chain, const dg_block *block, dg_bytes code)
{
    const dg_version *now = block->executed_by ? dg_runtime_version(block->executed_by) : NULL;
    const char *broken = NULL;
    dg_version next;
    dg_buf raw;
    dg_buf_init(&raw, 1 << 16);
    if (dg_host_inner_version(chain->options.engine, &raw, code, NULL) != DG_OK
        || dg_version_decode(&next, dg_buf_bytes(&raw), NULL) < 0)
        broken = "FailedToExtractRuntimeVersion";
    else if (now && strcmp(now->spec_name, next.spec_name) != 0)
        broken = "InvalidSpecName";
    else if (now && next.spec_version <= now->spec_version)
        broken = "SpecVersionNeedsToIncrease";
    dg_buf_clear(&raw);
    return broken;
}

static dg_code word_rule(dg_chain *chain, const dg_block *block, dg_bytes code, dg_error *err)
{
    const char *broken = rule_broken(chain, block, code);
    if (broken)
        return dg_fail(
            err, DG_MISMATCH,
            "block #%u did not enact the code: %s (inferred from the rules of set_code; no "
            "event says so)",
            block->number, broken);
    return dg_fail(err, DG_MISMATCH,
                   "block #%u did not enact the code, and none of its events says why",
                   block->number);
}

/* In force after `block`, and not before it. */
static bool came_with(dg_block *block, const char *key, dg_bytes code)
{
    return holds(block, key, code) && !(block->parent && holds(block->parent, key, code));
}

dg_code dg_chain_enacted(dg_chain *chain, dg_block *block, dg_bytes code, bool *pending,
                         dg_error *err)
{
    const dg_meta *meta;
    json_t *events;
    dg_code rc;
    *pending = came_with(block, ":pending_code", code);
    if (*pending || came_with(block, ":code", code))
        return DG_OK;
    if ((rc = dg_block_meta_executed(chain, block, &meta, err)) < 0
        || (rc = dg_chain_events(chain, block, &events, err)) < 0)
        return dg_fail(err, DG_MISMATCH,
                       "block #%u did not enact the code, and its events cannot be read",
                       block->number);
    rc = word_refusal(chain, meta, events, block->number, code, err);
    json_decref(events);
    return rc == DG_ABSENT ? word_rule(chain, block, code, err) : rc;
}

/* The pallet of multi-block migrations has a cursor and a history, whatever it
 * is called. */
static const dg_meta_entry *cursor_of(const dg_meta *meta)
{
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const char *name = dg_meta_pallet_at(meta, i)->name;
        const dg_meta_entry *cursor = dg_meta_storage_value(meta, name, "Cursor");
        if (cursor && dg_meta_storage(meta, name, "Historic"))
            return cursor;
    }
    return NULL;
}

dg_code dg_chain_migrating(dg_chain *chain, dg_block *block, bool *running, dg_error *err)
{
    const dg_meta_entry *entry;
    const dg_meta *meta;
    dg_runtime *runtime;
    uint8_t room[64];
    dg_buf key = dg_buf_on(room, sizeof room);
    dg_bytes value;
    dg_code rc;
    *running = false;
    if ((rc = dg_block_runtime_next(chain, block, &runtime, err)) < 0
        || (rc = dg_runtime_meta(runtime, &meta, err)) < 0)
        return rc;
    if (!(entry = cursor_of(meta)))
        return dg_fail(err, DG_ABSENT, "the runtime of block #%u has no multi-block migrations",
                       block->number);
    dg_storage_key_raw(&key, entry, NULL);
    rc = dg_state_get(block->state, &value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err);
    *running = rc == DG_OK;
    return rc < 0 ? rc : DG_OK;
}
