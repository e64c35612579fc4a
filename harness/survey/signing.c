/* signing.c - what a transaction's bytes and its signature cover, N held against N-1. Wallets
 * and hardware signers go by transaction_version: while it stays, they sign as before. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

/* Nothing is in the transaction for it, and nothing of it is signed. */
static bool leaves_no_trace(const dg_meta *meta, const dg_meta_extension *e)
{
    size_t value, implicit;
    return dg_type_size(meta, e->value, &value) && dg_type_size(meta, e->implicit, &implicit)
           && value == 0 && implicit == 0;
}

/* The next one from `*i` on that leaves a trace; NULL: none is left. */
static const dg_meta_extension *next_of(const dg_meta *meta, size_t *i)
{
    while (*i < dg_meta_extension_count(meta)) {
        const dg_meta_extension *e = dg_meta_extension_at(meta, (*i)++);
        if (!leaves_no_trace(meta, e))
            return e;
    }
    return NULL;
}

bool dg_survey_signing_differs(char *out, size_t size, const dg_meta *old, const dg_meta *now)
{
    size_t i = 0, j = 0;
    const dg_meta_extension *a, *b;
    assert(size > 0);
    out[0] = 0;
    do {
        a = next_of(old, &i);
        b = next_of(now, &j);
        if (a && !b)
            snprintf(out, size, "the extension %.60s is gone", a->name);
        else if (b && !a)
            snprintf(out, size, "the extension %.60s is new", b->name);
        else if (a && b && strcmp(a->name, b->name) != 0)
            snprintf(out, size, "the extension %.60s stands where %.60s stood", b->name, a->name);
        else if (a && b && !dg_type_same(old, a->value, now, b->value, NULL))
            snprintf(out, size, "the extension %.60s takes another value", a->name);
        else if (a && b && !dg_type_same(old, a->implicit, now, b->implicit, NULL))
            snprintf(out, size, "the extension %.60s adds other data to what is signed", a->name);
    } while (a && b && !out[0]);
    return out[0] != 0;
}

/* ---- the calls themselves ---- */

/* Has the pallet, where it stood, this call at another index? A pallet that moves as a whole is
 * another matter: test chains move Sudo about. */
static bool moved(const dg_meta *now, const dg_meta_pallet *a, const char *name, uint8_t index)
{
    const dg_meta_pallet *b = dg_meta_pallet_named(now, a->name);
    const char *at;
    uint8_t there;
    if (!b || !b->has_calls || b->index != a->index)
        return false;
    for (size_t i = 0; (at = dg_type_variant_at(now, b->calls, i, &there)); i++)
        if (strcmp(at, name) == 0)
            return there != index;
    return false;
}

size_t dg_survey_calls_moved(char *first, size_t size, const dg_meta *old, const dg_meta *now)
{
    size_t count = 0;
    assert(size > 0);
    first[0] = 0;
    for (size_t p = 0; p < dg_meta_pallet_count(old); p++) {
        const dg_meta_pallet *a = dg_meta_pallet_at(old, p);
        const char *name;
        uint8_t index;
        for (size_t i = 0; a->has_calls && (name = dg_type_variant_at(old, a->calls, i, &index));
             i++)
            if (moved(now, a, name, index) && !count++)
                snprintf(first, size, "%.60s.%.60s", a->name, name);
    }
    return count;
}
