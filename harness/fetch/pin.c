/* pin.c - which block: final, by the word of all endpoints, and its header by its hash.
 *
 * An endpoint of another chain is left out here; of the others, the one that is furthest behind
 * says what is final, so that all have the block. */
#include "fetch/fetch_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 4 };

static dg_rpc_call to_one(unsigned endpoint, const char *method, json_t *params)
{
    return (dg_rpc_call){
        .method = method, .params = params, .only = UINT32_C(1) << endpoint, .tries = TRIES
    };
}

/* ---- one chain ---- */

static dg_code check_genesis(dg_fetch_pin *pin, dg_rpc *rpc, bool known, dg_error *err)
{
    dg_error why = { .text = "no endpoint answered" };
    dg_code rc = DG_OK;
    for (unsigned i = 0; i < dg_rpc_endpoint_count(rpc); i++) {
        dg_rpc_call call = to_one(i, "chain_getBlockHash", json_pack("[i]", 0));
        char text[240];
        dg_hash hash;
        rc = dg_rpc_ask(rpc, &call, &why);
        if (rc == DG_OK)
            rc = dg_fetch_hex_hash(&hash, call.result, "genesis hash", &why);
        dg_rpc_call_clear(&call);
        if (rc != DG_OK) {
            dg_rpc_blame(rpc, i, why.text);
        } else if (known && !dg_hash_equal(&hash, &pin->genesis)) {
            snprintf(text, sizeof text, "it is of another chain (genesis %s, not %s)",
                     dg_hash_short(&hash).text, dg_hash_short(&pin->genesis).text);
            dg_rpc_blame(rpc, i, text);
            why = (dg_error){ .code = DG_IO };
            snprintf(why.text, sizeof why.text, "%s: %s", dg_rpc_endpoint_shown(rpc, i), text);
        } else {
            pin->genesis = hash;
            known = true;
        }
    }
    return dg_rpc_endpoint_alive(rpc) ? DG_OK : dg_fail(err, DG_IO, "%s", why.text);
}

static void name_chain(dg_fetch_pin *pin, dg_rpc *rpc)
{
    dg_rpc_call call = { .method = "system_chain", .tries = TRIES };
    const char *text;
    size_t i = 0;
    if (dg_rpc_ask(rpc, &call, NULL) == DG_OK && (text = json_string_value(call.result)))
        for (; text[i] && i < sizeof pin->chain - 1; i++)
            pin->chain[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
    pin->chain[i] = 0;
    dg_rpc_call_clear(&call);
}

/* ---- headers ---- */

typedef struct header_of {
    const dg_hash *hash;
    dg_buf *encoded;
} header_of;

static dg_code check_header(void *user, dg_rpc_call *call, dg_error *err)
{
    header_of *h = user;
    dg_fetch_header header;
    dg_code rc;
    dg_buf_reset(h->encoded);
    if ((rc = dg_fetch_header_encode(h->encoded, call->result, err)) < 0
        || (rc = dg_fetch_header_read(&header, dg_buf_bytes(h->encoded), err)) < 0)
        return rc;
    if (!dg_hash_equal(&header.hash, h->hash))
        return dg_fail(err, DG_MISMATCH, "the header that it gave for %s has the hash %s",
                       dg_hash_short(h->hash).text, dg_hash_short(&header.hash).text);
    return DG_OK;
}

static dg_code header_by_hash(dg_fetch_pin *pin, dg_rpc *rpc, const dg_hash *hash, uint32_t only,
                              dg_error *err)
{
    header_of h = { hash, &pin->encoded };
    dg_rpc_call call = { .method = "chain_getHeader",
                         .params = json_pack("[o]", dg_fetch_hex_json(dg_hash_bytes(hash))),
                         .check = check_header,
                         .user = &h,
                         .only = only };
    dg_code rc = dg_rpc_ask(rpc, &call, err);
    dg_rpc_call_clear(&call);
    return rc == DG_OK ? dg_fetch_header_read(&pin->header, dg_buf_bytes(&pin->encoded), err) : rc;
}

/* ---- what is final ---- */

/* The lowest of what the endpoints call final. */
static dg_code last_final(dg_fetch_pin *pin, dg_rpc *rpc, dg_error *err)
{
    dg_hash best = { { 0 } };
    uint32_t number = 0;
    bool any = false;
    dg_error why = { .text = "no endpoint answered" };
    for (unsigned i = 0; i < dg_rpc_endpoint_count(rpc); i++) {
        dg_rpc_call call = to_one(i, "chain_getFinalizedHead", NULL);
        dg_hash hash;
        dg_code rc = dg_rpc_ask(rpc, &call, &why);
        if (rc == DG_OK)
            rc = dg_fetch_hex_hash(&hash, call.result, "finalized head", &why);
        dg_rpc_call_clear(&call);
        if (rc == DG_OK)
            rc = header_by_hash(pin, rpc, &hash, UINT32_C(1) << i, &why);
        if (rc == DG_NOMEM)
            return dg_fail(err, rc, "%s", why.text);
        if (rc == DG_OK && (!any || pin->header.number < number)) {
            number = pin->header.number;
            best = hash;
            any = true;
        }
    }
    if (!any)
        return dg_fail(err, DG_IO, "%s", why.text);
    return header_by_hash(pin, rpc, &best, 0, err);
}

static dg_code hash_at(dg_hash *out, dg_rpc *rpc, uint32_t number, dg_error *err)
{
    dg_rpc_call call = { .method = "chain_getBlockHash",
                         .params = json_pack("[I]", (json_int_t)number) };
    dg_code rc = dg_rpc_ask(rpc, &call, err);
    if (rc == DG_OK && json_is_null(call.result))
        rc = dg_fail(err, DG_USAGE, "block #%u is not there", number);
    else if (rc == DG_OK)
        rc = dg_fetch_hex_hash(out, call.result, "block hash", err);
    dg_rpc_call_clear(&call);
    return rc;
}

/* How many endpoints have this hash at this height: what was asked of them is whether they agree.
 */
static dg_code count_names(dg_fetch_pin *pin, dg_rpc *rpc, dg_error *err)
{
    dg_rpc_call calls[DG_RPC_ENDPOINTS_MAX];
    unsigned count = dg_rpc_endpoint_count(rpc);
    dg_code rc;
    for (unsigned i = 0; i < count; i++)
        calls[i] =
            to_one(i, "chain_getBlockHash", json_pack("[I]", (json_int_t)pin->header.number));
    rc = dg_rpc_batch(rpc, calls, count, err);
    pin->named = pin->asked = 0;
    for (unsigned i = 0; i < count; i++) {
        dg_hash hash;
        if (calls[i].code == DG_OK
            && dg_fetch_hex_hash(&hash, calls[i].result, "block hash", NULL) == DG_OK) {
            pin->asked++;
            pin->named += dg_hash_equal(&hash, &pin->header.hash);
        }
        dg_rpc_call_clear(&calls[i]);
    }
    return rc == DG_NOMEM ? rc : DG_OK;
}

/* ---- --at ---- */

static dg_code read_hash(dg_hash *hash, const char *at, dg_error *err)
{
    uint8_t room[33];
    dg_buf bytes = dg_buf_on(room, sizeof room);
    if (dg_hex_get(&bytes, at, strlen(at), NULL) < 0 || bytes.len != 32)
        return dg_fail(err, DG_USAGE, "--at %.80s: a block hash has 64 digits behind 0x", at);
    memcpy(hash->at, room, 32);
    return DG_OK;
}

static dg_code read_number(uint32_t *number, const char *at, dg_error *err)
{
    char *end = NULL;
    unsigned long long n = strtoull(at, &end, 10);
    if (!isdigit((unsigned char)at[0]) || *end || n > UINT32_MAX)
        return dg_fail(err, DG_USAGE, "--at %.80s: neither finalized, nor a number, nor a hash",
                       at);
    *number = (uint32_t)n;
    return DG_OK;
}

/* What is no block is told before anybody is asked. */
static dg_code check_at(const char *at, dg_error *err)
{
    uint32_t number;
    dg_hash hash;
    if (!at || strcmp(at, "finalized") == 0)
        return DG_OK;
    return strncmp(at, "0x", 2) == 0 ? read_hash(&hash, at, err) : read_number(&number, at, err);
}

static dg_code pin_asked(dg_fetch_pin *pin, dg_rpc *rpc, const char *at, dg_error *err)
{
    bool by_hash = strncmp(at, "0x", 2) == 0;
    uint32_t number = 0, final;
    dg_hash hash, named;
    dg_code rc = by_hash ? read_hash(&hash, at, err) : read_number(&number, at, err);
    if (rc < 0 || (rc = last_final(pin, rpc, err)) != DG_OK)
        return rc;
    final = pin->header.number;
    if (by_hash && (rc = header_by_hash(pin, rpc, &hash, 0, err)) == DG_OK)
        number = pin->header.number;
    if (rc == DG_OK && number > final)
        return dg_fail(err, DG_USAGE, "block #%u is not final yet: #%u is", number, final);
    if (rc != DG_OK || (rc = hash_at(&named, rpc, number, err)) != DG_OK)
        return rc;
    if (by_hash && !dg_hash_equal(&named, &hash))
        return dg_fail(err, DG_USAGE, "block %s is not final: at its height #%u is %s",
                       dg_hash_short(&hash).text, number, dg_hash_text(&named).text);
    if ((rc = header_by_hash(pin, rpc, &named, 0, err)) == DG_OK && pin->header.number != number)
        rc = dg_fail(err, DG_IO, "block %s has the number %u, and not %u as endpoints say",
                     dg_hash_short(&named).text, pin->header.number, number);
    return rc;
}

dg_code dg_fetch_pin_block(dg_fetch_pin *pin, dg_rpc *rpc, const char *at, dg_bytes known,
                           dg_error *err)
{
    dg_code rc = check_at(at, err);
    if (rc < 0 || (rc = check_genesis(pin, rpc, known.len > 0, err)) != DG_OK)
        return rc;
    name_chain(pin, rpc);
    if (known.len) {
        dg_buf_reset(&pin->encoded);
        dg_buf_put_bytes(&pin->encoded, known);
        if ((rc = dg_buf_check(&pin->encoded, err, "header")) == DG_OK)
            rc = dg_fetch_header_read(&pin->header, known, err);
    } else if (!at || strcmp(at, "finalized") == 0) {
        rc = last_final(pin, rpc, err);
    } else {
        rc = pin_asked(pin, rpc, at, err);
    }
    return rc == DG_OK ? count_names(pin, rpc, err) : rc;
}
