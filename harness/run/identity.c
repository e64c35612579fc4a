/* identity.c - N held against N-1: names, versions, and what BABE is set to. */
#include "run/run_impl.h"

#include <string.h>

static void fact(arm *a, dg_block *at, bool fatal, bool ok, const char *what, const char *old,
                 const char *now)
{
    json_t *detail = json_pack("{s:s, s:o, s:o}", "what", what, "old", dg_event_text(old), "new",
                               dg_event_text(now));
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    /* judged for U */
    arm_log(a, dg_block_slot(at), dg_block_number(at) + 1, DG_EV_IDENTITY, LOG_N(fatal, ok),
            detail);
}

static void number(arm *a, dg_block *at, bool fatal, bool ok, const char *what, uint64_t old,
                   uint64_t now)
{
    char was[24], is[24];
    snprintf(was, sizeof was, "%llu", (unsigned long long)old);
    snprintf(is, sizeof is, "%llu", (unsigned long long)now);
    fact(a, at, fatal, ok, what, was, is);
}

static void versions(arm *a, dg_block *at)
{
    const dg_version *old = dg_runtime_version(a->run->from_kept),
                     *now = dg_runtime_version(a->run->to);
    fact(a, at, true, strcmp(old->spec_name, now->spec_name) == 0, "spec_name", old->spec_name,
         now->spec_name);
    number(a, at, true, now->spec_version > old->spec_version, "spec_version", old->spec_version,
           now->spec_version);
    number(a, at, true, now->authoring_version == old->authoring_version, "authoring_version",
           old->authoring_version, now->authoring_version);
    number(a, at, true, now->system_version >= old->system_version, "system_version",
           old->system_version, now->system_version);
    number(a, at, false, now->transaction_version >= old->transaction_version,
           "transaction_version", old->transaction_version, now->transaction_version);
    fact(a, at, false, strcmp(old->impl_name, now->impl_name) == 0, "impl_name", old->impl_name,
         now->impl_name);
}

/* ---- BABE, as the code answers over the state before U ---- */

typedef struct babe {
    uint64_t slot_ms, epoch_slots, c0, c1;
    bool known;
} babe;

static dg_code babe_of(babe *out, dg_runtime *runtime, dg_state *before, dg_error *err)
{
    dg_host_options options = { .context = DG_HOST_CONTEXT_QUERY, .simulated_validators = true };
    dg_state *state = dg_state_fork(before);
    dg_host_result result;
    dg_code rc;
    *out = (babe){ .known = false };
    if (!state)
        return dg_fail(err, DG_NOMEM, "no memory to fork a state");
    rc = dg_runtime_call(runtime, &result, "BabeApi_configuration", dg_bytes_of(NULL, 0), state,
                         &options, NULL);
    if (rc == DG_OK) {
        dg_scale s = dg_scale_from(dg_buf_bytes(&result.output));
        out->slot_ms = dg_scale_u64(&s);
        out->epoch_slots = dg_scale_u64(&s);
        out->c0 = dg_scale_u64(&s);
        out->c1 = dg_scale_u64(&s);
        out->known = s.rc == DG_OK;
    }
    dg_host_result_clear(&result);
    dg_state_free(state);
    return DG_OK;
}

static void compare_babe(arm *a, dg_block *at, const babe *old, const babe *now)
{
    if (!old->known)
        return;
    if (!now->known) {
        fact(a, at, true, false, "BabeApi_configuration", "answers", "does not answer");
        return;
    }
    number(a, at, true, old->epoch_slots == now->epoch_slots, "epoch_length", old->epoch_slots,
           now->epoch_slots);
    number(a, at, true, old->slot_ms == now->slot_ms, "slot_duration_ms", old->slot_ms,
           now->slot_ms);
    number(a, at, false, old->c0 == now->c0 && old->c1 == now->c1, "babe_c_per_million",
           old->c1 ? old->c0 * 1000000 / old->c1 : 0, now->c1 ? now->c0 * 1000000 / now->c1 : 0);
}

/* ---- constants that clients and wallets rely on ---- */

static const struct {
    const char *pallet, *name;
    bool fatal;
} constants[] = {
    { "Babe", "EpochDuration", false }, /* storage may overrule it: BabeApi decides */
    { "Babe", "ExpectedBlockTime", true }, { "Timestamp", "MinimumPeriod", true },
    { "System", "SS58Prefix", false },     { "System", "BlockHashCount", false },
    { "Babe", "MaxAuthorities", false },
};

static void hex_of(char *out, size_t size, dg_bytes bytes)
{
    dg_buf text = dg_buf_on(out, size);
    dg_hex_put(&text, dg_bytes_of(bytes.at, bytes.len < 16 ? bytes.len : 16));
    dg_buf_text(&text);
}

static void constant_text(char *out, size_t size, const dg_meta_constant *c)
{
    uint64_t v = 0;
    if (c->value.len > 8) {
        hex_of(out, size, c->value);
        return;
    }
    for (size_t i = c->value.len; i-- > 0;)
        v = v << 8 | c->value.at[i];
    snprintf(out, size, "%llu", (unsigned long long)v);
}

static void compare_constants(arm *a, dg_block *at)
{
    const dg_meta *old, *now;
    if (dg_runtime_meta(a->run->from_kept, &old, NULL) != DG_OK
        || dg_runtime_meta(a->run->to, &now, NULL) != DG_OK)
        return;
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        const dg_meta_constant *c =
            dg_meta_constant_named(old, constants[i].pallet, constants[i].name);
        const dg_meta_constant *d =
            dg_meta_constant_named(now, constants[i].pallet, constants[i].name);
        char was[48], is[48], what[80];
        if (!c || !d)
            continue;
        constant_text(was, sizeof was, c);
        constant_text(is, sizeof is, d);
        snprintf(what, sizeof what, "%s.%s", constants[i].pallet, constants[i].name);
        fact(a, at, constants[i].fatal, strcmp(was, is) == 0, what, was, is);
    }
}

dg_code identity_log(arm *a, dg_block *before, dg_error *err)
{
    run_state *run = a->run;
    babe old, now;
    dg_code rc;
    if (!run->code.len)
        return DG_OK; /* the code stays */
    if ((rc = babe_of(&old, run->from_kept, dg_block_state(before), err)) < 0
        || (rc = babe_of(&now, run->to, dg_block_state(before), err)) < 0)
        return rc;
    versions(a, before);
    compare_babe(a, before, &old, &now);
    compare_constants(a, before);
    return DG_OK;
}
