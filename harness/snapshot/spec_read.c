/* spec_read.c - what stands where in a raw chain spec, or in the answer of
 * state_getPairs. One pass over the tokens; entries are handed out as they come.
 *
 *   { "id", "name", "codeSubstitutes": { "<block>": "0x<code>" },
 *     "genesis": { "raw": { "top": { "0x<key>": "0x<value>" },
 *                           "childrenDefault": { "0x<child>": { "0x<key>": "0x<value>" } } } } }
 *   { "jsonrpc": "2.0", "result": [ [ "0x<key>", "0x<value>" ] ] }
 *
 * Members may stand in any order; those that are not named here are stepped over.
 * Mirrors: sc-chain-spec, ClientSpec and RawGenesis. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <string.h>

typedef struct reader {
    dg_snapshot_spec *spec;
    dg_snapshot_json *json;
    dg_buf child, key, value; /* bytes, out of hex */
    uint64_t key_at;          /* where `key` stands */
    bool plain, state_root_only, top;
    dg_error *err;
} reader;

typedef struct member {
    const char *name;
    dg_code (*read)(reader *r); /* takes exactly one value */
} member;

static dg_code wrong(reader *r, const char *what, const char *wanted)
{
    return dg_fail(r->err, DG_MALFORMED, "%s at byte %llu is not %s", what,
                   (unsigned long long)dg_snapshot_json_offset(r->json), wanted);
}

static dg_code next(reader *r, dg_snapshot_json_event *event)
{
    return dg_snapshot_json_next(r->json, event, r->err);
}

static dg_code enter(reader *r, dg_snapshot_json_event wanted, const char *what)
{
    dg_snapshot_json_event event;
    dg_code rc = next(r, &event);
    if (rc < 0 || event == wanted)
        return rc;
    return wrong(r, what, wanted == DG_JSON_OBJECT ? "an object" : "a list");
}

static const member *member_named(const member *table, dg_bytes name, unsigned *bit)
{
    for (unsigned i = 0; table[i].name; i++)
        if (dg_bytes_equal(name, dg_text(table[i].name))) {
            *bit = 1u << i;
            return &table[i];
        }
    return NULL;
}

/* The members of an object that was not entered yet, each of the table at most
 * once; the rest is stepped over. */
static dg_code members(reader *r, const member *table, const char *what)
{
    unsigned seen = 0, bit = 0;
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_OBJECT, what);
    while (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_KEY) {
        const member *m = member_named(table, dg_buf_bytes(&r->json->key), &bit);
        if (m && seen & bit)
            return dg_fail(r->err, DG_MALFORMED, "%s at byte %llu appears twice", m->name,
                           (unsigned long long)r->json->began);
        seen |= m ? bit : 0;
        rc = m ? m->read(r) : dg_snapshot_json_skip(r->json, r->err);
    }
    return rc;
}

/* ---- hex ---- */

/* Key for messages: enough of it to find it again. */
static const char *shown(dg_buf *room, dg_bytes key)
{
    dg_buf_reset(room);
    dg_hex_put(room, dg_bytes_of(key.at, key.len < 64 ? key.len : 64));
    if (key.len > 64)
        dg_buf_put_text(room, "..");
    return dg_buf_text(room);
}

static dg_code hex_in(reader *r, dg_buf *to, const dg_buf *text, const char *what)
{
    dg_code rc;
    dg_buf_reset(to);
    if (text->len < 2 || memcmp(text->at, "0x", 2) != 0)
        return dg_fail(r->err, DG_MALFORMED, "%s at byte %llu does not begin with 0x", what,
                       (unsigned long long)r->json->began);
    rc = dg_hex_get(to, (const char *)text->at, text->len, r->err);
    return rc < 0 ? dg_fail_within(r->err, rc, "%s at byte %llu", what,
                                   (unsigned long long)r->json->began)
                  : DG_OK;
}

static dg_code key_in(reader *r, const dg_buf *text)
{
    r->key_at = r->json->began;
    return hex_in(r, &r->key, text, "key");
}

/* The string that stands next, out of hex, as the value of `key`. */
static dg_code value_in(reader *r)
{
    char room[160];
    dg_buf name = dg_buf_on(room, sizeof room);
    dg_snapshot_json_event event;
    dg_code rc = next(r, &event);
    if (rc == DG_OK && event != DG_JSON_STRING)
        rc = wrong(r, "value", "a string of hex");
    else if (rc == DG_OK)
        rc = hex_in(r, &r->value, &r->json->text, "value");
    return rc < 0 ? dg_fail_within(r->err, rc, "key %s", shown(&name, dg_buf_bytes(&r->key))) : rc;
}

/* ---- entries ---- */

static dg_code hand_out(reader *r)
{
    char room[160];
    dg_buf name = dg_buf_on(room, sizeof room);
    dg_code rc =
        r->spec->entry(r->spec->user, dg_buf_bytes(&r->key), dg_buf_bytes(&r->value), r->err);
    if (rc >= 0)
        return DG_OK;
    return dg_fail_within(r->err, rc, "key %s at byte %llu", shown(&name, dg_buf_bytes(&r->key)),
                          (unsigned long long)r->key_at);
}

static dg_code entries(reader *r, const char *what)
{
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_OBJECT, what);
    while (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_KEY)
        if ((rc = key_in(r, &r->json->key)) == DG_OK && (rc = value_in(r)) == DG_OK)
            rc = hand_out(r);
    return rc;
}

static dg_code read_top(reader *r)
{
    r->top = true;
    return entries(r, "top");
}

static dg_code read_children(reader *r)
{
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_OBJECT, "childrenDefault");
    while (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_KEY) {
        if ((rc = hex_in(r, &r->child, &r->json->key, "key of a child trie")) < 0
            || (rc = r->spec->child(r->spec->user, dg_buf_bytes(&r->child), true, r->err)) < 0
            || (rc = entries(r, "child trie")) < 0)
            break;
        rc = r->spec->child(r->spec->user, dg_buf_bytes(&r->child), false, r->err);
    }
    return rc;
}

/* Specs of 2019 had child tries of other kinds under this name. */
static dg_code read_old_children(reader *r)
{
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_OBJECT, "children");
    if (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_KEY)
        return dg_fail(r->err, DG_UNSUPPORTED, "child tries in the form before childrenDefault");
    return rc;
}

static const member raw_members[] = {
    { "top", read_top },
    { "childrenDefault", read_children },
    { "children", read_old_children },
    { NULL, NULL },
};

/* ---- genesis ---- */

static dg_code read_raw(reader *r)
{
    r->spec->raw = true;
    return members(r, raw_members, "raw");
}

static dg_code note_plain(reader *r)
{
    r->plain = true;
    return dg_snapshot_json_skip(r->json, r->err);
}

static dg_code note_genesis(reader *r)
{
    r->spec->plain = true;
    return note_plain(r);
}

static dg_code note_state_root(reader *r)
{
    r->state_root_only = true;
    return dg_snapshot_json_skip(r->json, r->err);
}

static const member genesis_members[] = {
    { "raw", read_raw },
    { "runtime", note_plain },
    { "runtimeGenesis", note_genesis },
    { "stateRootHash", note_state_root },
    { NULL, NULL },
};

static dg_code read_genesis(reader *r)
{
    return members(r, genesis_members, "genesis");
}

/* ---- the rest of a spec ---- */

/* In JSON-RPC `id` is a number: only a string is taken. */
static dg_code short_text(reader *r, char *to, size_t size, const char *what)
{
    assert(size > 0);
    dg_snapshot_json_event event;
    dg_code rc = next(r, &event);
    size_t len;
    if (rc < 0)
        return rc;
    if (event == DG_JSON_OBJECT || event == DG_JSON_ARRAY)
        return wrong(r, what, "a string");
    if (event != DG_JSON_STRING)
        return DG_OK;
    len = r->json->text.len;
    if (len >= size || (len && memchr(r->json->text.at, 0, len)))
        return dg_fail(r->err, DG_LIMIT, "%s has more than %zu bytes, or a zero byte", what,
                       size - 1);
    if (len)
        memcpy(to, r->json->text.at, len);
    to[len] = 0;
    return DG_OK;
}

static dg_code read_id(reader *r)
{
    return short_text(r, r->spec->id, sizeof r->spec->id, "id");
}

static dg_code read_name(reader *r)
{
    return short_text(r, r->spec->name, sizeof r->spec->name, "name");
}

static bool is_block_number(const char *text)
{
    size_t len = strspn(text, "0123456789");
    return len > 0 && len <= 20 && text[len] == 0;
}

static dg_code read_substitute(reader *r)
{
    char number[24];
    dg_code rc;
    json_t *codes = r->spec->substitutes;
    snprintf(number, sizeof number, "%s", dg_buf_text(&r->json->key));
    if (r->json->key.len >= sizeof number || !is_block_number(number))
        return wrong(r, "key in codeSubstitutes", "a block number");
    if (json_object_get(codes, number))
        return dg_fail(r->err, DG_MALFORMED, "code substitute of block %s appears twice", number);
    if (json_object_size(codes) == DG_SUBSTITUTES_MAX)
        return dg_fail(r->err, DG_LIMIT, "more than %d code substitutes", DG_SUBSTITUTES_MAX);
    dg_buf_reset(&r->key);
    if ((rc = value_in(r)) < 0)
        return dg_fail_within(r->err, rc, "code substitute of block %s", number);
    if (json_object_set_new(codes, number, json_string(dg_buf_text(&r->json->text))) != 0)
        return dg_fail(r->err, DG_NOMEM, "no memory for code substitutes");
    return DG_OK;
}

static dg_code read_substitutes(reader *r)
{
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_OBJECT, "codeSubstitutes");
    if (rc == DG_OK && !(r->spec->substitutes = json_object()))
        return dg_fail(r->err, DG_NOMEM, "no memory for code substitutes");
    while (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_KEY)
        rc = read_substitute(r);
    return rc;
}

/* ---- pairs ---- */

static dg_code read_pair(reader *r)
{
    dg_snapshot_json_event event;
    dg_code rc = next(r, &event);
    if (rc == DG_OK && event != DG_JSON_STRING)
        return wrong(r, "key of a pair", "a string of hex");
    if (rc < 0 || (rc = key_in(r, &r->json->text)) < 0 || (rc = value_in(r)) < 0
        || (rc = next(r, &event)) < 0)
        return rc;
    return event == DG_JSON_ARRAY_END ? hand_out(r) : wrong(r, "pair", "a key and a value");
}

static dg_code read_result(reader *r)
{
    dg_snapshot_json_event event;
    dg_code rc = enter(r, DG_JSON_ARRAY, "result");
    r->spec->pairs = true;
    while (rc == DG_OK && (rc = next(r, &event)) == DG_OK && event == DG_JSON_ARRAY)
        rc = read_pair(r);
    if (rc == DG_OK && event != DG_JSON_ARRAY_END)
        return wrong(r, "pair", "a list of key and value");
    return rc;
}

static dg_code read_rpc_error(reader *r)
{
    return dg_fail(r->err, DG_MALFORMED, "is a node's answer that reports an error");
}

static const member document_members[] = {
    { "id", read_id },
    { "name", read_name },
    { "codeSubstitutes", read_substitutes },
    { "genesis", read_genesis },
    { "result", read_result },
    { "error", read_rpc_error },
    { NULL, NULL },
};

/* ---- the whole ---- */

static dg_code judge(const reader *r)
{
    if (r->spec->pairs && r->spec->raw)
        return dg_fail(r->err, DG_MALFORMED, "is a chain spec and a list of pairs at once");
    if (r->spec->pairs || r->top)
        return DG_OK;
    if (r->plain)
        return dg_fail(r->err, DG_UNSUPPORTED,
                       "is a plain chain spec (genesis as configuration of "
                       "the runtime, not as storage): convert it to a raw one first");
    if (r->state_root_only)
        return dg_fail(r->err, DG_UNSUPPORTED,
                       "is a light chain spec: it has the state root, not the state");
    return dg_fail(r->err, DG_MALFORMED, "is not a chain spec: genesis.raw.top is missing");
}

dg_code dg_snapshot_spec_read(dg_snapshot_spec *spec, dg_snapshot_json *json, dg_error *err)
{
    reader r = { .spec = spec, .json = json, .err = err };
    dg_snapshot_json_event event;
    dg_code rc;
    dg_buf_init(&r.child, DG_TRIE_KEY_MAX);
    dg_buf_init(&r.key, DG_TRIE_KEY_MAX);
    dg_buf_init(&r.value, DG_VALUE_MAX);
    rc = members(&r, document_members, "document");
    if (rc == DG_OK)
        rc = next(&r, &event); /* nothing may follow */
    if (rc == DG_OK)
        rc = judge(&r);
    dg_buf_clear(&r.child);
    dg_buf_clear(&r.key);
    dg_buf_clear(&r.value);
    return rc;
}

void dg_snapshot_spec_clear(dg_snapshot_spec *spec)
{
    json_decref(spec->substitutes);
    spec->substitutes = NULL;
}
