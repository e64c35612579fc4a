/* answer.c - what a node answered, bounded before it is parsed.
 *
 * jansson makes an object of every value, some 40 bytes for one of two, so the bytes are counted
 * through first: levels, and how many values there can be at most. */
#include "rpc/rpc_impl.h"

#include <assert.h>
#include <string.h>

/* ---- bounds ---- */

static dg_code count_through(dg_bytes body, const dg_rpc_limits *limits, dg_error *err)
{
    size_t values = 1;
    unsigned depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < body.len; i++) {
        uint8_t c = body.at[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            values++;
            if (++depth > limits->depth_max)
                return dg_fail(err, DG_LIMIT, "its answer is nested more than %u deep",
                               limits->depth_max);
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
        } else if (c == ',' && ++values > limits->values_max) {
            return dg_fail(err, DG_LIMIT, "its answer holds more than %zu values",
                           limits->values_max);
        }
    }
    return DG_OK;
}

/* ---- one reply ---- */

/* Numbers of JSON-RPC 2.0 and of jsonrpsee. */
static const struct {
    int64_t code;
    dg_rpc_kind kind;
} numbers[] = {
    { -32601, DG_RPC_METHOD }, /* also what is unsafe to be called from outside */
    { -32602, DG_RPC_REFUSED }, { -32005, DG_RPC_BIG }, /* no batches */
    { -32007, DG_RPC_BIG },                             /* request too large */
    { -32008, DG_RPC_BIG },                             /* answer too large */
    { -32010, DG_RPC_BIG },                             /* batch too large */
    { -32011, DG_RPC_BIG },                             /* answer of a batch too large */
    { -32009, DG_RPC_RATE },                            /* the server is busy */
    { -32029, DG_RPC_RATE },                            /* of some proxies */
    { 429, DG_RPC_RATE },
};

/* Words decide where nodes share one number for all (4003, -32000, -32603). */
static const struct {
    const char *words;
    dg_rpc_kind kind;
} wordings[] = {
    { "discarded", DG_RPC_BLOCK },
    { "UnknownBlock", DG_RPC_BLOCK },
    { "unknown block", DG_RPC_BLOCK },
    { "Unknown block", DG_RPC_BLOCK },
    { "Header was not found", DG_RPC_BLOCK },
    { "header not found", DG_RPC_BLOCK },
    { "rate limit", DG_RPC_RATE },
    { "Rate limit", DG_RPC_RATE },
    { "too many requests", DG_RPC_RATE },
    { "Too many requests", DG_RPC_RATE },
    { "too large", DG_RPC_BIG },
    { "too big", DG_RPC_BIG },
    { "Method not found", DG_RPC_METHOD },
};

static dg_rpc_kind kind_of(int64_t code, const char *text)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].code == code)
            return numbers[i].kind;
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++)
        if (strstr(text, wordings[i].words))
            return wordings[i].kind;
    return DG_RPC_SERVER;
}

static void printable(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; from[i] && i < size - 1; i++)
        to[i] = from[i] >= 0x20 && from[i] < 0x7f ? from[i] : '?';
    to[i] = 0;
}

/* DG_ABSENT: it is no reply. */
static dg_code reply_of(dg_rpc_reply *reply, const json_t *item)
{
    const json_t *error = json_object_get(item, "error");
    json_t *result = json_object_get(item, "result");
    if (json_is_object(error)) {
        const char *text = json_string_value(json_object_get(error, "message"));
        const char *data = json_string_value(json_object_get(error, "data"));
        char both[400];
        snprintf(both, sizeof both, "%.190s%s%.190s", text ? text : "an error without words",
                 data ? ": " : "", data ? data : "");
        reply->code = json_integer_value(json_object_get(error, "code"));
        printable(reply->text, sizeof reply->text, both);
        reply->kind = kind_of(reply->code, reply->text);
        return DG_OK;
    }
    if (!result)
        return DG_ABSENT;
    reply->kind = DG_RPC_GOOD;
    reply->result = json_incref(result);
    return DG_OK;
}

/* ---- the whole ---- */

static dg_code place_reply(dg_rpc_reply *replies, size_t count, uint64_t first, const json_t *item,
                           dg_error *err)
{
    const json_t *id = json_object_get(item, "id");
    uint64_t at = json_is_integer(id) ? (uint64_t)json_integer_value(id) - first : UINT64_MAX;
    if (at >= count)
        return dg_fail(err, DG_MALFORMED, "it answered what was not asked");
    if (replies[at].kind != DG_RPC_MISSING)
        return dg_fail(err, DG_MALFORMED, "it answered one call twice");
    if (reply_of(&replies[at], item) != DG_OK)
        return dg_fail(err, DG_MALFORMED, "its answer holds neither a result nor an error");
    return DG_OK;
}

/* An error that names no call is about all of them. */
static bool is_for_all(const json_t *root, size_t count)
{
    const json_t *id = json_object_get(root, "id");
    return json_is_object(json_object_get(root, "error")) && (count > 1 || !id || json_is_null(id));
}

static dg_code place_all(dg_rpc_reply *replies, size_t count, uint64_t first, const json_t *root,
                         dg_error *err)
{
    dg_code rc = DG_OK;
    if (json_is_object(root) && is_for_all(root, count)) {
        for (size_t i = 0; i < count; i++)
            reply_of(&replies[i], root);
        return DG_OK;
    }
    if (json_is_object(root))
        return place_reply(replies, count, first, root, err);
    for (size_t i = 0; rc == DG_OK && i < json_array_size(root); i++)
        rc = place_reply(replies, count, first, json_array_get(root, i), err);
    return rc;
}

dg_code dg_rpc_answer_read(dg_rpc_reply *replies, size_t count, uint64_t first, dg_bytes body,
                           const dg_rpc_limits *limits, dg_error *err)
{
    json_error_t why;
    json_t *root;
    dg_code rc;
    assert(count > 0);
    memset(replies, 0, count * sizeof *replies);
    if ((rc = count_through(body, limits, err)) < 0)
        return rc;
    root = json_loadb((const char *)body.at, body.len, JSON_REJECT_DUPLICATES, &why);
    if (!root && json_error_code(&why) == json_error_out_of_memory)
        return dg_fail(err, DG_NOMEM, "no memory for an answer of %zu bytes", body.len);
    if (!root)
        return dg_fail(err, DG_MALFORMED, "its answer is no JSON at byte %d: %.100s",
                       why.position < 0 ? 0 : why.position, why.text);
    rc = place_all(replies, count, first, root, err);
    json_decref(root);
    for (size_t i = 0; rc < 0 && i < count; i++) {
        json_decref(replies[i].result);
        replies[i] = (dg_rpc_reply){ 0 };
    }
    return rc;
}
