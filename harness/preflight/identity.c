/* identity.c - is N a successor at all? Names, versions, and the constants that
 * every node took from the chain at its start: epoch length and slot duration. A
 * runtime that changes those builds blocks happily, on a chain of its own. */
#include "preflight/preflight_impl.h"

#include <string.h>

static void names(dg_preflight_look *l)
{
    const dg_version *a = l->old, *b = l->new_;
    if (strcmp(a->spec_name, b->spec_name) != 0)
        dg_preflight_find(
            l, DG_FIND_FAIL, "identity.spec-name", "spec_name",
            dg_preflight_find_text(a->spec_name), dg_preflight_find_text(b->spec_name),
            "spec_name %s -> %s: set_code refuses it (InvalidSpecName); it is the runtime of "
            "another chain",
            a->spec_name, b->spec_name);
    if (b->spec_version <= a->spec_version)
        dg_preflight_find(
            l, DG_FIND_FAIL, "identity.spec-version", "spec_version", json_integer(a->spec_version),
            json_integer(b->spec_version),
            "spec_version %u -> %u does not increase: set_code refuses it, and no migration "
            "would run",
            a->spec_version, b->spec_version);
    if (b->spec_version <= a->spec_version && strcmp(a->spec_name, b->spec_name) == 0)
        dg_preflight_find_unknown(
            l, "N is not newer than N-1: its migrations do not run on this state, so their "
               "effect was not seen");
    if (a->authoring_version != b->authoring_version)
        dg_preflight_find(l, DG_FIND_FAIL, "identity.authoring", "authoring_version",
                          json_integer(a->authoring_version), json_integer(b->authoring_version),
                          "authoring_version %u -> %u: today's nodes stop authoring",
                          a->authoring_version, b->authoring_version);
    if (a->transaction_version != b->transaction_version)
        dg_preflight_find(
            l, DG_FIND_NOTE, "identity.transaction", "transaction_version",
            json_integer(a->transaction_version), json_integer(b->transaction_version),
            "transaction_version %u -> %u: transactions signed before U are invalid after it",
            a->transaction_version, b->transaction_version);
}

static void system_version(dg_preflight_look *l)
{
    unsigned a = l->old->system_version, b = l->new_->system_version;
    if (a == b)
        return;
    dg_preflight_find(
        l, DG_FIND_NOTE, "identity.system", "system_version", json_integer(a), json_integer(b),
        "system_version %u -> %u:%s%s", a, b,
        a == 0 && b > 0 ? " values of 33 bytes and more move to hashed nodes when next written"
                        : "",
        b >= 3 && a < 3 ? " code changes after N wait one block in :pending_code" : "");
}

/* ---- BABE, as the runtime answers it ---- */

static dg_code configuration(dg_survey_babe *out, dg_preflight_look *l, dg_runtime *runtime,
                             const char *side, dg_error *err)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_QUERY,
                            .heap = DG_CHAIN_HEAP_OF_QUERY,
                            .fuel = l->in->fuel ? l->in->fuel : DG_PREFLIGHT_FUEL };
    dg_error why = { .text = "" };
    dg_code rc = dg_survey_babe_of(out, runtime, l->before, &how, &why, err);
    if (rc == DG_OK && why.text[0])
        dg_preflight_find_unknown(l, "%s did not answer BabeApi_configuration over this state: %s",
                                  side, why.text);
    return rc;
}

static void compare_u64(dg_preflight_look *l, const char *id, const char *subject, uint64_t a,
                        uint64_t b, const char *says)
{
    if (a != b)
        dg_preflight_find(l, DG_FIND_FAIL, id, subject, dg_preflight_find_int(a),
                          dg_preflight_find_int(b), "%s %llu -> %llu: %s", subject,
                          (unsigned long long)a, (unsigned long long)b, says);
}

/* As claim identity judges it in a run. */
static void silent(dg_preflight_look *l)
{
    static const char subject[] = "BabeApi_configuration";
    if (dg_snapshot_info_of(l->in->snapshot)->partial)
        dg_preflight_find_undecided(
            l,
            "N does not answer %s over this state, which is partial: the missing entries may "
            "be the reason",
            subject);
    else
        dg_preflight_find(l, DG_FIND_FAIL, "constants.silent", subject, NULL, NULL,
                          "N-1 answers %s over this state, but N does not: a node that asks for "
                          "epoch and slot when it starts does not start",
                          subject);
}

static dg_code consensus(dg_preflight_look *l, dg_error *err)
{
    dg_survey_babe a, b;
    dg_code rc;
    if ((rc = configuration(&a, l, l->in->from, "N-1", err)) < 0
        || (rc = configuration(&b, l, l->in->to, "N", err)) < 0 || !a.known)
        return rc;
    if (!b.known) {
        silent(l);
        return rc;
    }
    compare_u64(l, "constants.epoch", "epoch length in slots", a.epoch_slots, b.epoch_slots,
                "nodes keep the length they started with and expect epoch digests in other slots");
    compare_u64(l, "constants.slot", "slot duration in ms", a.slot_ms, b.slot_ms,
                "nodes keep the duration they started with: every timestamp is refused");
    if (a.c0 != b.c0 || a.c1 != b.c1)
        dg_preflight_find(l, DG_FIND_WARN, "constants.c", "primary probability c",
                          json_pack("[I,I]", (json_int_t)a.c0, (json_int_t)a.c1),
                          json_pack("[I,I]", (json_int_t)b.c0, (json_int_t)b.c1),
                          "primary probability %llu/%llu -> %llu/%llu", (unsigned long long)a.c0,
                          (unsigned long long)a.c1, (unsigned long long)b.c0,
                          (unsigned long long)b.c1);
    return DG_OK;
}

dg_code dg_preflight_look_identity(dg_preflight_look *look, dg_error *err)
{
    names(look);
    system_version(look);
    return consensus(look, err);
}
