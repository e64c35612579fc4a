/* executor.c - executor parameters of a session, as far as an artifact hangs on them.
 *
 * An artifact was once known by its code and all parameters; since 4211 by its code
 * and those that change what is prepared. Parameters that do not decode count whole.
 * Mirrors: polkadot primitives executor_params.rs (hash, prep_hash). */
#include "protocol/protocol.h"

#include "crypto/crypto.h"

enum { PARAMS_MAX = 1 << 16 };
/* candidate-validation: DEFAULT_BACKING_EXECUTION_TIMEOUT, DEFAULT_APPROVAL_.. */
enum { EXEC_TIMEOUT = 6, BACKING_MS = 2000, APPROVAL_MS = 12000 };

/* By the index of its variant: bytes behind it, and whether it changes what is prepared. */
static const struct {
    uint8_t len;
    bool known, prepares;
} rows[] = {
    [1] = { 4, true, false }, /* MaxMemoryPages */
    [2] = { 4, true, true },  /* StackLogicalMax */
    [3] = { 4, true, false }, /* StackNativeMax */
    [4] = { 8, true, false }, /* PrecheckingMaxMemory */
    [5] = { 9, true, true },  /* PvfPrepTimeout */
    [6] = { 9, true, false }, /* PvfExecTimeout */
    [7] = { 0, true, true },  /* WasmExtBulkMemory */
};

/* Of backing 0, of approval 1. */
static void take_timeout(dg_executor *out, dg_bytes rest)
{
    if (rest.len == 9 && rest.at[0] < 2)
        *(rest.at[0] ? &out->approval_ms : &out->backing_ms) = dg_le64(rest.at + 1);
}

static void take_one(dg_scale *s, dg_executor *out, dg_buf *prepares)
{
    uint8_t kind = dg_scale_u8(s);
    dg_bytes rest;
    if (kind >= sizeof rows / sizeof *rows || !rows[kind].known) {
        dg_scale_fail(s, "unknown executor parameter");
        return;
    }
    rest = dg_scale_take(s, rows[kind].len);
    if (s->rc == DG_OK && kind == EXEC_TIMEOUT)
        take_timeout(out, rest);
    if (s->rc == DG_OK && rows[kind].prepares) {
        dg_buf_put_u8(prepares, kind);
        dg_buf_put_bytes(prepares, rest);
    }
}

dg_code dg_executor_take(dg_executor *out, dg_bytes answer, dg_error *err)
{
    dg_scale s = dg_scale_from(answer);
    bool some = answer.len && dg_scale_option(&s);
    dg_bytes params = some ? dg_bytes_of(answer.at + 1, answer.len - 1) : dg_text("");
    static const uint8_t none[1] = { 0 };
    dg_buf prepares;
    dg_code rc;
    if (!some)
        params = DG_BYTES_OF(none); /* not told: the defaults, an empty list */
    out->none = answer.len && !some;
    out->full = dg_blake2_256(params);
    out->backing_ms = BACKING_MS;
    out->approval_ms = APPROVAL_MS;
    dg_buf_init(&prepares, PARAMS_MAX);
    dg_buf_put(&prepares, "prep", 4);
    for (uint32_t i = some ? dg_scale_count(&s, 1) : 0; i && s.rc == DG_OK; i--)
        take_one(&s, out, &prepares);
    if (some && dg_scale_finish(&s, NULL, "executor parameters") != DG_OK) {
        dg_buf_reset(&prepares);
        dg_buf_put_bytes(&prepares, params);
    }
    rc = dg_buf_check(&prepares, err, "executor parameters");
    out->prepares = dg_blake2_256(dg_buf_bytes(&prepares));
    dg_buf_clear(&prepares);
    return rc;
}
