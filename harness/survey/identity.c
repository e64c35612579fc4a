/* identity.c - N held against N-1: names, versions, and what BABE is set to. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

typedef struct facts {
    dg_survey_fact *at;
    size_t count;
} facts;

static void fact(facts *f, bool fatal, bool ok, const char *what, const char *old, const char *now)
{
    dg_survey_fact *out = &f->at[f->count++];
    assert(f->count <= DG_SURVEY_FACTS_MAX);
    *out = (dg_survey_fact){ .fatal = fatal, .ok = ok };
    snprintf(out->what, sizeof out->what, "%s", what);
    snprintf(out->old, sizeof out->old, "%s", old);
    snprintf(out->now, sizeof out->now, "%s", now);
}

static void number(facts *f, bool fatal, bool ok, const char *what, uint64_t old, uint64_t now)
{
    char was[24], is[24];
    snprintf(was, sizeof was, "%llu", (unsigned long long)old);
    snprintf(is, sizeof is, "%llu", (unsigned long long)now);
    fact(f, fatal, ok, what, was, is);
}

static void versions(facts *f, const dg_version *old, const dg_version *now)
{
    fact(f, true, strcmp(old->spec_name, now->spec_name) == 0, "spec_name", old->spec_name,
         now->spec_name);
    number(f, true, now->spec_version > old->spec_version, "spec_version", old->spec_version,
           now->spec_version);
    number(f, true, now->authoring_version == old->authoring_version, "authoring_version",
           old->authoring_version, now->authoring_version);
    number(f, true, now->system_version >= old->system_version, "system_version",
           old->system_version, now->system_version);
    number(f, false, now->transaction_version >= old->transaction_version, "transaction_version",
           old->transaction_version, now->transaction_version);
    fact(f, false, strcmp(old->impl_name, now->impl_name) == 0, "impl_name", old->impl_name,
         now->impl_name);
}

/* ---- BABE, as the code answers over a state ---- */

dg_code dg_survey_babe_of(dg_survey_babe *out, dg_runtime *runtime, dg_state *state,
                          const dg_host_options *how, dg_error *why, dg_error *err)
{
    dg_state *fork = dg_state_fork(state);
    dg_host_result result;
    dg_code rc;
    *out = (dg_survey_babe){ .known = false };
    if (!fork)
        return dg_fail(err, DG_NOMEM, "no memory to fork a state");
    rc = dg_runtime_call(runtime, &result, "BabeApi_configuration", dg_bytes_of(NULL, 0), fork, how,
                         why);
    if (rc == DG_OK) {
        dg_scale s = dg_scale_from(dg_buf_bytes(&result.output));
        out->slot_ms = dg_scale_u64(&s);
        out->epoch_slots = dg_scale_u64(&s);
        out->c0 = dg_scale_u64(&s);
        out->c1 = dg_scale_u64(&s);
        out->known = s.rc == DG_OK;
    }
    dg_host_result_clear(&result);
    dg_state_free(fork);
    return DG_OK;
}

static void compare_babe(facts *f, const dg_survey_babe *old, const dg_survey_babe *now)
{
    if (!old->known)
        return;
    if (!now->known) {
        fact(f, true, false, "BabeApi_configuration", "answers", "does not answer");
        return;
    }
    number(f, true, old->epoch_slots == now->epoch_slots, "epoch_length", old->epoch_slots,
           now->epoch_slots);
    number(f, true, old->slot_ms == now->slot_ms, "slot_duration_ms", old->slot_ms, now->slot_ms);
    number(f, false, old->c0 == now->c0 && old->c1 == now->c1, "babe_c_per_million",
           old->c1 ? old->c0 * 1000000 / old->c1 : 0, now->c1 ? now->c0 * 1000000 / now->c1 : 0);
}

/* ---- what wallets sign ---- */

/* As long as transaction_version stays, they sign as they did. */
static void compare_signing(facts *f, uint32_t version, const dg_meta *old, const dg_meta *now)
{
    char was[24], is[160], words[100], first[64];
    bool differs = dg_survey_signing_differs(words, sizeof words, old, now);
    size_t moved = dg_survey_calls_moved(first, sizeof first, old, now);
    snprintf(was, sizeof was, "version %lu", (unsigned long)version);
    snprintf(is, sizeof is, "%s", was);
    if (differs)
        snprintf(is, sizeof is, "still %s, though %s", was, words);
    else if (moved)
        snprintf(is, sizeof is, "still %s, though %s is at another index", was, first);
    fact(f, true, !differs && !moved, "signed_transactions", was, is);
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
    assert(size > 0);
    uint64_t v = 0;
    if (c->value.len > 8) {
        hex_of(out, size, c->value);
        return;
    }
    for (size_t i = c->value.len; i-- > 0;)
        v = v << 8 | c->value.at[i];
    snprintf(out, size, "%llu", (unsigned long long)v);
}

static void compare_constants(facts *f, const dg_meta *old, const dg_meta *now)
{
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
        fact(f, constants[i].fatal, strcmp(was, is) == 0, what, was, is);
    }
}

dg_code dg_survey_identity(dg_survey_fact *out, size_t *count, dg_runtime *from, dg_runtime *to,
                           dg_state *before, dg_error *err)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY,
                            .heap = DG_CHAIN_HEAP_OF_QUERY,
                            .simulated_validators = true };
    facts f = { .at = out };
    dg_survey_babe old, now;
    const dg_meta *old_meta, *meta;
    dg_code rc;
    assert(from && to && before);
    if ((rc = dg_survey_babe_of(&old, from, before, &how, NULL, err)) < 0
        || (rc = dg_survey_babe_of(&now, to, before, &how, NULL, err)) < 0)
        return rc;
    versions(&f, dg_runtime_version(from), dg_runtime_version(to));
    compare_babe(&f, &old, &now);
    if (dg_runtime_meta(from, &old_meta, NULL) == DG_OK
        && dg_runtime_meta(to, &meta, NULL) == DG_OK) {
        uint32_t version = dg_runtime_version(from)->transaction_version;
        if (version == dg_runtime_version(to)->transaction_version)
            compare_signing(&f, version, old_meta, meta);
        compare_constants(&f, old_meta, meta);
    }
    *count = f.count;
    return DG_OK;
}
