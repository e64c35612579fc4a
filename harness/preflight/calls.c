/* calls.c - pallets, calls and constants by metadata. A call is two bytes, pallet
 * and call, and arguments: one that was signed, scheduled or wrapped under N-1 is
 * dispatched as whatever these bytes mean under N. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* Index of the variant `name`; -1: none. */
static int variant(const dg_meta *meta, dg_type_id type, const char *name)
{
    uint8_t index;
    const char *at;
    for (size_t i = 0; (at = dg_type_variant_at(meta, type, i, &index)); i++)
        if (strcmp(at, name) == 0)
            return index;
    return -1;
}

/* ---- calls ---- */

/* transaction_version is the promise that signed calls keep their meaning. */
static dg_preflight_finding_severity severity_of_change(const dg_preflight_look *l)
{
    return l->old->transaction_version == l->new_->transaction_version ? DG_FIND_WARN
                                                                       : DG_FIND_NOTE;
}

/* `any`: both enums of all calls. That one gained a call is no change of those
 * that can hold it. */
static void arguments(dg_preflight_look *l, const dg_meta_pallet *a, const dg_meta_pallet *b,
                      const char *name, const dg_type_id *any)
{
    const dg_preflight_subject s = dg_preflight_find_subject(a->name, name);
    dg_buf where;
    dg_buf_init(&where, 4096);
    if (!dg_variant_reads(l->old_meta, a->calls, l->new_meta, b->calls, name, any, &where))
        dg_preflight_find(
            l, severity_of_change(l), "calls.arguments", s.text, NULL, NULL,
            "call %s takes different arguments, at %s%s", s.text, dg_buf_text(&where),
            severity_of_change(l) == DG_FIND_WARN ? "; transaction_version does not change" : "");
    dg_buf_clear(&where);
}

static void calls_of(dg_preflight_look *l, const dg_meta_pallet *a, const dg_meta_pallet *b,
                     const dg_type_id *any)
{
    uint8_t index;
    const char *name;
    for (size_t i = 0; (name = dg_type_variant_at(l->old_meta, a->calls, i, &index)); i++) {
        const dg_preflight_subject s = dg_preflight_find_subject(a->name, name);
        int now = variant(l->new_meta, b->calls, name);
        if (now < 0)
            dg_preflight_find(l, DG_FIND_WARN, "calls.removed", s.text,
                              dg_preflight_find_int(index), NULL,
                              "call %s is gone: scheduled calls and signed transactions that "
                              "use it fail",
                              s.text);
        else if (now != index)
            dg_preflight_find(
                l, DG_FIND_WARN, "calls.index", s.text, dg_preflight_find_int(index),
                json_integer(now),
                "call %s moves from index %u to %d: calls made under N-1 mean something else",
                s.text, index, now);
        else
            arguments(l, a, b, name, any);
    }
}

static void pallet(dg_preflight_look *l, const dg_meta_pallet *a, const dg_type_id *any)
{
    const dg_meta_pallet *b = dg_meta_pallet_named(l->new_meta, a->name);
    if (!b) {
        dg_preflight_find(l, DG_FIND_WARN, "pallet.removed", a->name, json_integer(a->index), NULL,
                          "pallet %s is not in N", a->name);
        return;
    }
    /* Releases do this (test chains move Sudo about); it breaks what waits, and
     * the look at queued calls says whether anything does. */
    if (a->index != b->index)
        dg_preflight_find(
            l, DG_FIND_WARN, "pallet.index", a->name, json_integer(a->index),
            json_integer(b->index),
            "pallet %s moves from index %u to %u: calls and origins made under N-1 mean "
            "something else",
            a->name, a->index, b->index);
    if (a->has_calls && b->has_calls)
        calls_of(l, a, b, any);
    else if (a->has_calls)
        dg_preflight_find(l, DG_FIND_WARN, "calls.removed", a->name, NULL, NULL,
                          "pallet %s has no calls under N", a->name);
}

/* ---- constants ---- */

/* Nodes, tools and people hold on to these. What nodes in fact ask of BABE is
 * compared by its API: test runtimes keep another epoch length in storage. */
static const char *const watched[] = { "Babe.EpochDuration", "Babe.ExpectedBlockTime",
                                       "Timestamp.MinimumPeriod", "System.SS58Prefix", NULL };

static bool is_watched(const char *subject)
{
    for (size_t i = 0; watched[i]; i++)
        if (strcmp(watched[i], subject) == 0)
            return true;
    return false;
}

static json_t *constant_json(const dg_meta *meta, const dg_meta_constant *c)
{
    json_t *value = NULL;
    if (dg_value_decode_all(meta, &value, c->type, c->value, NULL) != DG_OK)
        return dg_preflight_find_hex(c->value);
    return value;
}

static void compare_constant(dg_preflight_look *l, const dg_meta_constant *a,
                             const dg_meta_constant *b)
{
    const dg_preflight_subject s = dg_preflight_find_subject(a->pallet, a->name);
    json_t *was = constant_json(l->old_meta, a), *is = constant_json(l->new_meta, b);
    dg_preflight_value_text from = dg_preflight_find_value(was), to = dg_preflight_find_value(is);
    bool same = json_equal(was, is), watch = is_watched(s.text);
    if (!same) {
        dg_preflight_find(l, watch ? DG_FIND_WARN : DG_FIND_NOTE,
                          watch ? "constants.watched" : "constants.value", s.text, was, is,
                          "constant %s differs: %s -> %s", s.text, from.text, to.text);
        return;
    }
    json_decref(was);
    json_decref(is);
}

static void constants_of(dg_preflight_look *l, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->constant_count; i++) {
        const dg_meta_constant *a = dg_meta_constant_at(l->old_meta, p, i);
        const dg_meta_constant *b = dg_meta_constant_named(l->new_meta, p->name, a->name);
        if (b && strcmp(a->name, "Version") != 0) /* System.Version: said by identity */
            compare_constant(l, a, b);
    }
}

/* ---- what is signed ---- */

/* With another transaction_version a wallet refuses to sign until it has read N's metadata; with
 * the same one it signs as it did. */
static void signing(dg_preflight_look *l)
{
    static const char subject[] = "transaction_version";
    unsigned was = l->old->transaction_version, is = l->new_->transaction_version;
    char words[200], first[140];
    bool differs = dg_survey_signing_differs(words, sizeof words, l->old_meta, l->new_meta);
    size_t moved = dg_survey_calls_moved(first, sizeof first, l->old_meta, l->new_meta);
    if (differs)
        dg_preflight_find(l, was == is ? DG_FIND_FAIL : DG_FIND_NOTE, "transactions.signed",
                          subject, json_integer(was), json_integer(is),
                          was == is ? "transactions signed as for N-1 are invalid under N: %s, and "
                                      "transaction_version stays %u, so that wallets do not notice"
                                    : "transactions are signed differently under N: %s; "
                                      "transaction_version rises to %u",
                          words, is);
    if (moved && was == is)
        dg_preflight_find(
            l, DG_FIND_FAIL, "transactions.calls", subject, json_integer(was), json_integer(is),
            "transactions signed for version %u mean something else under N: %s at other "
            "indices (%s%s), and transaction_version stays, so that wallets do not notice",
            was, dg_preflight_find_count(moved, "call").text, first, moved > 1 ? ", .." : "");
}

dg_code dg_preflight_look_calls(dg_preflight_look *look, dg_error *err)
{
    dg_type_id any[2];
    bool known;
    (void)err;
    if (!look->old_meta || !look->new_meta)
        return DG_OK;
    signing(look);
    known = dg_preflight_look_all_calls(any, look);
    for (size_t i = 0; i < dg_meta_pallet_count(look->old_meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(look->old_meta, i);
        pallet(look, p, known ? any : NULL);
        constants_of(look, p);
    }
    for (size_t i = 0; i < dg_meta_pallet_count(look->new_meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(look->new_meta, i);
        if (!dg_meta_pallet_named(look->old_meta, p->name))
            dg_preflight_find(look, DG_FIND_NOTE, "pallet.added", p->name, NULL,
                              json_integer(p->index), "pallet %s is new", p->name);
    }
    return DG_OK;
}
