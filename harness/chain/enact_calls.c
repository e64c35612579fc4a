/* enact_calls.c - the calls of an upgrade, as names for metadata to encode. */
#include "chain/enact_impl.h"

#include "crypto/crypto.h"

json_t *dg_enact_hex_json(dg_bytes bytes)
{
    dg_buf hex;
    json_t *out = NULL;
    dg_buf_init(&hex, SIZE_MAX);
    dg_hex_put(&hex, bytes);
    if (hex.rc == DG_OK)
        out = json_stringn_nocheck((const char *)hex.at, hex.len);
    dg_buf_clear(&hex);
    return out;
}

void dg_enact_named_call_clear(dg_enact_named_call *call)
{
    json_decref(call->args);
    call->args = NULL;
}

dg_enact_named_call dg_enact_call_set_code(dg_how how, dg_bytes code)
{
    return (dg_enact_named_call){ "System",
                                  how == DG_HOW_UNCHECKED ? "set_code_without_checks" : "set_code",
                                  json_pack("{s:s}", "code", "0x"), code };
}

dg_enact_named_call dg_enact_call_authorize(dg_bytes code)
{
    dg_hash hash = dg_blake2_256(code);
    return (dg_enact_named_call){ .pallet = "System",
                                  .call = "authorize_upgrade",
                                  .args = json_pack("{s:o}", "code_hash",
                                                    dg_enact_hex_json(dg_hash_bytes(&hash))) };
}

/* In the place of the empty bytes that the call ends with. */
static dg_code put_code(dg_buf *out, const dg_enact_named_call *call, dg_error *err)
{
    if (!out->len || out->at[out->len - 1] != 0)
        return dg_fail(err, DG_UNSUPPORTED, "%s.%s does not end with bytes", call->pallet,
                       call->call);
    out->len--;
    dg_scale_put_compact(out, call->code.len);
    dg_buf_put_bytes(out, call->code);
    return dg_buf_check(out, err, "call");
}

dg_code dg_enact_call_bytes(const dg_meta *meta, dg_buf *out, const dg_enact_named_call *call,
                            dg_error *err)
{
    dg_code rc;
    if (!call->args)
        return dg_fail(err, DG_NOMEM, "no memory for a call of %s.%s", call->pallet, call->call);
    if ((rc = dg_scale_call_encode(meta, out, call->pallet, call->call, call->args, err)) < 0)
        return rc;
    return call->code.len ? put_code(out, call, err) : dg_buf_check(out, err, "call");
}

/* Encodes the wrapper around a call of four bytes at most, where it is then
 * replaced: a blob of megabytes need not pass through JSON twice. */
static dg_code wrap_remark(const dg_meta *meta, dg_buf *out, const char *pallet, const char *outer,
                           json_t *weight, dg_error *err)
{
    json_t *args = json_pack("{s:{s:{s:{s:s}}},s:o}", "call", "System", "remark", "remark", "0x",
                             "weight", weight);
    dg_code rc = args ? dg_scale_call_encode(meta, out, pallet, outer, args, err)
                      : dg_fail(err, DG_NOMEM, "no memory for a call of %s.%s", pallet, outer);
    json_decref(args);
    return rc;
}

dg_code dg_enact_call_wrap(const dg_meta *meta, dg_buf *out, const char *pallet, const char *outer,
                           dg_bytes inner, dg_error *err)
{
    uint8_t room[64];
    enum { OUTER_LEN = 2, REMARK_LEN = 3 };
    dg_buf shape = dg_buf_on(room, sizeof room);
    dg_code rc = wrap_remark(meta, &shape, pallet, outer,
                             json_pack("{s:i,s:i}", "ref_time", 0, "proof_size", 0), err);
    if (rc == DG_USAGE) { /* weights of before 2022 are one number */
        dg_buf_reset(&shape);
        rc = wrap_remark(meta, &shape, pallet, outer, json_integer(0), err);
    }
    if (rc == DG_USAGE)
        return DG_ABSENT;
    if (rc < 0)
        return rc;
    if (shape.rc < 0 || shape.len < OUTER_LEN + REMARK_LEN)
        return dg_fail(err, DG_UNSUPPORTED, "%s.%s has an unexpected form", pallet, outer);
    dg_buf_put(out, shape.at, OUTER_LEN);
    dg_buf_put_bytes(out, inner);
    dg_buf_put(out, shape.at + OUTER_LEN + REMARK_LEN, shape.len - OUTER_LEN - REMARK_LEN);
    return dg_buf_check(out, err, "call");
}
