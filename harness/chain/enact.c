/* enact.c - how N comes to replace N-1: by an authorised upgrade, by a root call
 * of set_code, or by writing `:code`.
 *
 * For each way the runtime is asked (metadata, then a trial in a block that is
 * thrown away) whether it has it; the first that works is prepared. What the new
 * code is refused for is not judged here: that shows in the events of U. */
#include "chain/enact_impl.h"

#include <string.h>

#include "crypto/crypto.h"

void dg_enactment_clear(dg_enactment *enactment)
{
    dg_buf_clear(&enactment->extrinsic);
    dg_buf_clear(&enactment->config_key);
    dg_buf_clear(&enactment->config_value);
    dg_buf_clear(&enactment->index_key);
    dg_buf_clear(&enactment->index_value);
}

/* ---- set_code ---- */

/* Weight zero around the call: schedulers of 2023 refuse a call that weighs as
 * much as a block, and governance wrapped it in this way. */
static dg_code by_weighted_scheduler(const dg_enact_attempt *a, dg_block **amended,
                                     const char **path, dg_bytes call, dg_error *err)
{
    dg_buf outer;
    dg_code rc;
    dg_buf_init(&outer, DG_BLOCK_MAX);
    rc = dg_enact_call_wrap(a->meta, &outer, "Utility", "with_weight", call, err);
    if (rc == DG_OK)
        rc = dg_enact_by_scheduler(a, amended, path, dg_buf_bytes(&outer), err);
    dg_buf_clear(&outer);
    if (rc == DG_OK)
        *path = "scheduler agenda, preimage, utility.with_weight";
    return rc;
}

/* Does the code refuse, or the environment? Only the first lets one try on. */
static bool unusable(dg_code rc)
{
    return rc == DG_ABSENT || rc == DG_TRAP || rc == DG_USAGE || rc == DG_UNSUPPORTED;
}

static dg_code by_root(const dg_enact_attempt *a, dg_enactment *out, dg_bytes call, dg_error *err)
{
    dg_error why[3] = { { .code = DG_OK } };
    dg_code rc = dg_enact_by_scheduler(a, &out->parent, &out->path, call, &why[0]);
    bool unserved = rc == DG_UNSUPPORTED;
    if (!unusable(rc))
        return rc < 0 ? dg_fail(err, rc, "%s", why[0].text) : rc;
    rc = by_weighted_scheduler(a, &out->parent, &out->path, call, &why[1]);
    if (!unusable(rc))
        return rc < 0 ? dg_fail(err, rc, "%s", why[1].text) : rc;
    out->parent = a->parent;
    out->path = unserved ? DG_ENACT_UNSERVED : "sudo";
    dg_buf_reset(&out->extrinsic);
    rc = dg_enact_by_sudo(a, &out->extrinsic, call, &why[2]);
    if (!unusable(rc))
        return rc < 0 ? dg_fail(err, rc, "%s", why[2].text) : rc;
    return dg_fail(err, DG_UNSUPPORTED,
                   "no way to dispatch a root call: %.120s; %.120s; only how=override remains",
                   why[0].text, why[2].text);
}

static dg_code by_set_code(const dg_enact_attempt *a, dg_enactment *out, dg_bytes code,
                           dg_error *err)
{
    dg_enact_named_call call = dg_enact_call_set_code(out->how, code);
    dg_buf bytes;
    dg_code rc;
    dg_buf_init(&bytes, DG_BLOCK_MAX);
    if ((rc = dg_enact_call_bytes(a->meta, &bytes, &call, err)) == DG_OK)
        rc = by_root(a, out, dg_buf_bytes(&bytes), err);
    dg_enact_named_call_clear(&call);
    dg_buf_clear(&bytes);
    return rc;
}

/* ---- authorize ---- */

/* apply_authorized_upgrade(code) as a transaction that nobody signs. */
static dg_code put_apply(const dg_enact_attempt *a, dg_buf *out, dg_bytes code, dg_error *err)
{
    dg_enact_named_call call = { "System", "apply_authorized_upgrade",
                                 json_pack("{s:s}", "code", "0x"), code };
    dg_buf bytes;
    dg_code rc;
    dg_buf_init(&bytes, DG_BLOCK_MAX);
    if ((rc = dg_enact_call_bytes(a->meta, &bytes, &call, err)) == DG_OK) {
        dg_scale_put_compact(out, 1 + bytes.len);
        dg_buf_put_u8(out, dg_meta_extrinsic_version(a->meta) == 5 ? 5 : 4);
        dg_buf_put_bytes(out, dg_buf_bytes(&bytes));
        rc = dg_buf_check(out, err, "transaction");
    }
    dg_enact_named_call_clear(&call);
    dg_buf_clear(&bytes);
    return rc;
}

/* Where no scheduler can authorise: what the call would have stored. */
static dg_code write_authorization(const dg_enact_attempt *a, dg_block **amended, dg_bytes code,
                                   dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage_value(a->meta, "System", "AuthorizedUpgrade");
    dg_hash hash = dg_blake2_256(code);
    json_t *value = json_pack("{s:o,s:b}", "code_hash", dg_enact_hex_json(dg_hash_bytes(&hash)),
                              "check_version", 1);
    uint8_t key_room[64], value_room[64];
    dg_buf key = dg_buf_on(key_room, sizeof key_room),
           raw = dg_buf_on(value_room, sizeof value_room);
    dg_bytes writes[1][2];
    dg_code rc;
    if (!entry || !value) {
        json_decref(value);
        return dg_fail(err, DG_UNSUPPORTED,
                       "the runtime has no storage item for an authorized "
                       "upgrade");
    }
    dg_storage_key_raw(&key, entry, NULL);
    rc = dg_value_encode(a->meta, &raw, entry->value, value, err);
    json_decref(value);
    writes[0][0] = dg_buf_bytes(&key);
    writes[0][1] = dg_buf_bytes(&raw);
    return rc < 0
               ? rc
               : dg_chain_amend(a->chain, amended, a->parent, (const dg_bytes(*)[2])writes, 1, err);
}

/* Both calls: the transaction, and what a scheduler is given. */
static dg_code put_authorize(const dg_enact_attempt *a, dg_buf *apply, dg_buf *authorize,
                             dg_bytes code, dg_error *err)
{
    dg_enact_named_call call = dg_enact_call_authorize(code);
    dg_code rc = put_apply(a, apply, code, err);
    if (rc == DG_OK)
        rc = dg_enact_call_bytes(a->meta, authorize, &call, err);
    dg_enact_named_call_clear(&call);
    return rc == DG_USAGE ? dg_fail(err, DG_UNSUPPORTED,
                                    "the runtime has no System.authorize_upgrade (added in "
                                    "2024): how=set-code and how=override remain")
                          : rc;
}

static dg_code by_authorize(const dg_enact_attempt *a, dg_enactment *out, dg_bytes code,
                            dg_error *err)
{
    dg_error why = { .code = DG_OK };
    uint8_t room[64];
    dg_buf bytes = dg_buf_on(room, sizeof room);
    dg_code rc = put_authorize(a, &out->extrinsic, &bytes, code, err);
    if (rc < 0)
        return rc;
    rc = dg_enact_by_scheduler(a, &out->parent, &out->path, dg_buf_bytes(&bytes), &why);
    if (rc == DG_OK)
        out->path = "authorize_upgrade by the scheduler, apply_authorized_upgrade unsigned";
    if (!unusable(rc))
        return rc < 0 ? dg_fail(err, rc, "%s", why.text) : rc;
    out->path = "authorization written into storage, apply_authorized_upgrade unsigned";
    return write_authorization(a, &out->parent, code, err);
}

/* ---- the door ---- */

static dg_code by_override(dg_enactment *out, dg_bytes code)
{
    out->path = ":code written";
    out->writes[0][0] = dg_text(":code");
    out->writes[0][1] = code;
    out->write_count = 1;
    return DG_OK;
}

dg_code dg_chain_has_way(dg_chain *chain, dg_block *block, dg_how how, dg_error *err)
{
    static const uint8_t any[1] = { 0 };
    dg_enact_attempt a = { .chain = chain, .parent = block };
    uint8_t apply_room[64], authorize_room[64];
    dg_buf apply = dg_buf_on(apply_room, sizeof apply_room),
           authorize = dg_buf_on(authorize_room, sizeof authorize_room);
    dg_code rc;
    if (how != DG_HOW_AUTHORIZE)
        return DG_OK;
    if ((rc = dg_block_runtime_next(chain, block, &a.runtime, err)) < 0
        || (rc = dg_runtime_meta(a.runtime, &a.meta, err)) < 0)
        return rc;
    return put_authorize(&a, &apply, &authorize, DG_BYTES_OF(any), err);
}

dg_code dg_chain_enact(dg_chain *chain, dg_enactment *out, dg_block *parent, dg_how how,
                       dg_bytes code, dg_error *err)
{
    dg_enact_attempt a = { .chain = chain, .parent = parent };
    dg_code rc;
    *out = (dg_enactment){ .how = how, .path = "", .parent = parent };
    dg_buf_init(&out->extrinsic, DG_BLOCK_MAX);
    if (!code.len)
        return dg_fail(err, DG_USAGE, "the new code is empty");
    if (how == DG_HOW_OVERRIDE)
        return by_override(out, code);
    if ((rc = dg_block_runtime_next(chain, parent, &a.runtime, err)) < 0
        || (rc = dg_runtime_meta(a.runtime, &a.meta, err)) < 0)
        return rc;
    rc = how == DG_HOW_AUTHORIZE ? by_authorize(&a, out, code, err)
                                 : by_set_code(&a, out, code, err);
    if (rc != DG_OK)
        dg_enactment_clear(out);
    return rc;
}

static dg_code add_config(dg_chain *chain, dg_enactment *out, const dg_transition *what,
                          dg_error *err)
{
    dg_enact_attempt a = { .chain = chain, .parent = out->parent };
    dg_code rc;
    if ((rc = dg_block_runtime_next(chain, a.parent, &a.runtime, err)) < 0
        || (rc = dg_runtime_meta(a.runtime, &a.meta, err)) < 0)
        return rc;
    dg_buf_init(&out->config_key, DG_TRIE_KEY_MAX);
    dg_buf_init(&out->config_value, DG_BLOCK_MAX);
    dg_buf_init(&out->index_key, DG_TRIE_KEY_MAX);
    dg_buf_init(&out->index_value, sizeof(uint32_t));
    if (what->session)
        return dg_enact_session(&a, out, err);
    return dg_enact_config(&a, out, what->config, what->config_asked, err);
}

dg_code dg_chain_transition(dg_chain *chain, dg_enactment *out, dg_block *parent,
                            const dg_transition *what, dg_error *err)
{
    dg_code rc = DG_OK;
    if (what->code.len)
        rc = dg_chain_enact(chain, out, parent, what->how, what->code, err);
    else
        *out = (dg_enactment){ .how = what->how,
                               .path = what->session ? "Initializer.BufferedSessionChanges written"
                                                     : "Configuration.PendingConfigs written",
                               .parent = parent };
    if (rc < 0 || (!what->config && !what->session))
        return rc;
    if ((rc = add_config(chain, out, what, err)) < 0)
        dg_enactment_clear(out);
    return rc;
}
