/* grant.c - what a plan makes of a verdict: harm that it allows, and warnings that it makes a gate.
 */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void add_words(dg_verdict *v, const char *words)
{
    size_t used = strlen(v->text);
    snprintf(v->text + used, sizeof v->text - used, "; %s", words);
}

void dg_claim_gate(dg_verdict *v)
{
    if (v->status != DG_VERDICT_WARNED)
        return;
    v->status = DG_VERDICT_BROKE;
    add_words(v, "a warning, which the plan makes a gate");
}

/* "12" or "12.5": thousandths in tenths. */
static const char *number(char *out, size_t size, const dg_figure *f)
{
    assert(size > 0);
    long long whole = f->milli / 1000, tenths = f->milli / 100 % 10;
    if (tenths)
        snprintf(out, size, "%lld.%lld", whole, tenths);
    else
        snprintf(out, size, "%lld", whole);
    return out;
}

/* "slots", or "slot" where it is one. */
static int unit_len(const dg_figures *f)
{
    size_t len = strlen(f->lost_unit);
    return (int)(f->lost.milli == 1000 && len && f->lost_unit[len - 1] == 's' ? len - 1 : len);
}

/* What is not lost but broken otherwise cannot be allowed. */
void dg_claim_allow(dg_verdict *v, const dg_claim_setup *setup)
{
    dg_figures *f = &v->figures;
    const json_t *asked = json_object_get(setup->options, "allow");
    double allow = json_number_value(asked);
    char lost[32], allowed[32], words[160];
    if (!json_is_number(asked) || allow < 0 || !f->lost.known)
        return;
    f->allowed = (dg_figure){ true, allow < 1e12 ? (int64_t)(allow * 1000 + 0.5) : INT64_MAX };
    if (v->status != DG_VERDICT_BROKE || f->lost.milli <= 0)
        return;
    assert(f->lost_unit);
    snprintf(words, sizeof words, "%s %.*s lost, and the plan allows %s",
             number(lost, sizeof lost, &f->lost), unit_len(f), f->lost_unit,
             number(allowed, sizeof allowed, &f->allowed));
    add_words(v, words);
    if (f->lost.milli <= f->allowed.milli)
        v->status = DG_VERDICT_HELD;
}
