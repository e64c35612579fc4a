/* para_rate.c - candidates a slot against control's in the same slots, in windows:
 * what is left of U's session, then every session after it.
 *
 * A slot with siblings counts their mean. Cores are served in turns, so windows of
 * the same length may differ by one full block: that much is let pass. */
#include "claim/claim_impl.h"

enum { SETTLE_SLOTS = 3, WINDOW_MIN = 4 };

void dg_claim_rate_start(para_rate *r, const dg_claim_setup *setup,
                         int64_t (*count)(const dg_event *paras), const char *did)
{
    r->count = count;
    r->did = did;
    r->floor_permille = dg_claim_permille(setup, "at_least_of_control", 900);
}

/* U and the two blocks after it have cores of before; SIZE_MAX: not judged. */
static size_t window_of(const para_rate *r, int64_t slot)
{
    int64_t past = slot - r->setup.first_boundary, at;
    if (slot < r->setup.upgrade_slot + SETTLE_SLOTS)
        return SIZE_MAX;
    if (past < 0)
        return 0;
    if (past < SETTLE_SLOTS || r->setup.epoch_slots <= 0)
        return SIZE_MAX;
    at = past / r->setup.epoch_slots + 1;
    return at < PARA_WINDOWS ? (size_t)at : PARA_WINDOWS - 1;
}

static void flush(para_rate *r, dg_arm arm)
{
    para_slot *s = &r->now[arm];
    size_t at = s->blocks ? window_of(r, s->slot) : SIZE_MAX;
    para_window *w;
    if (at != SIZE_MAX) {
        w = &r->window[arm][at];
        w->first = w->slots++ ? w->first : s->block;
        w->last = s->block;
        w->sum_permille += s->sum * 1000 / s->blocks;
    }
    s->sum = s->blocks = 0;
}

static void paras(para_rate *r, const dg_event *e)
{
    const struct dg_event_net_paras *n = &e->net_paras;
    para_slot *s = &r->now[e->arm];
    uint64_t count = (uint64_t)r->count(e);
    if (s->slot != n->slot)
        flush(r, e->arm);
    s->slot = n->slot;
    s->block = e->block;
    s->sum += count;
    s->blocks++;
    if (e->arm == DG_ARM_CONTROL && count > r->peak)
        r->peak = count;
    if (e->arm == DG_ARM_TREATMENT && n->backable > r->most_backable
        && n->slot >= r->setup.upgrade_slot)
        r->most_backable = n->backable;
    if (e->arm == DG_ARM_TREATMENT && window_of(r, n->slot) == 0
        && json_array_size(r->facts.list) < 4)
        dg_claim_evidence_event(&r->facts, e);
}

void dg_claim_rate_step(void *rate, const dg_event *e)
{
    if (e->kind == DG_EVENT_NET_PARAS)
        paras(rate, e);
}

static bool too_low(const para_rate *r, size_t i)
{
    const para_window *c = &r->window[DG_ARM_CONTROL][i], *t = &r->window[DG_ARM_TREATMENT][i];
    uint64_t slack = r->peak * 1000;
    if (c->slots < WINDOW_MIN || t->slots < WINDOW_MIN || !c->sum_permille)
        return false;
    return (t->sum_permille + slack) * 1000 / t->slots
           < c->sum_permille * r->floor_permille / c->slots;
}

/* Candidates in those windows, and as many as control has in as many slots. */
static dg_figures figures(const para_rate *r, const para_window *c, const para_window *t)
{
    uint64_t was = c->sum_permille * t->slots / c->slots, is = t->sum_permille;
    uint64_t least = was * r->floor_permille / 1000, slack = r->peak * 1000;
    return (dg_figures){ .unit = "candidates",
                         .measured = dg_claim_figure_milli(is),
                         .control = dg_claim_figure_milli(was),
                         .threshold = dg_claim_figure_milli(least > slack ? least - slack : 0),
                         .at_least = true,
                         .lost_unit = "candidates",
                         .lost = dg_claim_figure_milli(was > is ? was - is : 0) };
}

static void say_broken(para_rate *r, dg_verdict *v, size_t first, size_t last)
{
    para_window c = { 0 }, t = { 0 };
    tally span = { r->window[DG_ARM_TREATMENT][first].first, r->window[DG_ARM_TREATMENT][last].last,
                   0 };
    uint64_t a, b;
    for (size_t i = first; i <= last; i++) {
        c.slots += r->window[DG_ARM_CONTROL][i].slots;
        c.sum_permille += r->window[DG_ARM_CONTROL][i].sum_permille;
        t.slots += r->window[DG_ARM_TREATMENT][i].slots;
        t.sum_permille += r->window[DG_ARM_TREATMENT][i].sum_permille;
    }
    span.count = t.slots;
    a = t.sum_permille / (t.slots * 100);
    b = c.sum_permille / (c.slots * 100);
    dg_verdict_say(
        v, DG_VERDICT_BROKE, "%u.%u candidates %s a block against %u.%u in control (%u %%)",
        (unsigned)(a / 10), (unsigned)(a % 10), r->did, (unsigned)(b / 10), (unsigned)(b % 10),
        (unsigned)(t.sum_permille * c.slots * 100 / (c.sum_permille * t.slots)));
    v->figures = figures(r, &c, &t);
    dg_verdict_span(v, &span);
    dg_verdict_show(v, &r->facts);
    if (last + 1 < PARA_WINDOWS && r->window[DG_ARM_TREATMENT][last + 1].slots >= WINDOW_MIN)
        dg_claim_text_copy(v->healed, sizeof v->healed, "session change");
}

static void say_whole(const para_rate *r, dg_verdict *v)
{
    uint64_t sum[2] = { 0, 0 }, slots[2] = { 0, 0 };
    para_window whole[2];
    for (int arm = 0; arm < 2; arm++)
        for (size_t i = 0; i < PARA_WINDOWS; i++) {
            sum[arm] += r->window[arm][i].sum_permille;
            slots[arm] += r->window[arm][i].slots;
        }
    if (!slots[0] || !slots[1]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block after U was seen in the network");
    } else if (!sum[0]) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone has no candidate %s", r->did);
        v->control_failed = true;
    } else if (sum[0] * CONTROL_ROTATION < slots[0] * 1000 * (uint64_t)r->most_backable) {
        dg_verdict_say(
            v, DG_VERDICT_UNEXERCISED,
            "N-1 alone has %u.%u candidates %s a block for %u parachains: less than one in "
            "%d blocks each",
            (unsigned)(sum[0] / (slots[0] * 1000)), (unsigned)(sum[0] / (slots[0] * 100) % 10),
            r->did, (unsigned)r->most_backable, CONTROL_ROTATION);
        v->control_failed = true;
    } else if (r->most_backable < r->setup.parachains) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "at most %u of %u parachains had a candidate at a time",
                       (unsigned)r->most_backable, (unsigned)r->setup.parachains);
    } else {
        uint64_t a = sum[1] / (slots[1] * 100), b = sum[0] / (slots[0] * 100);
        for (int arm = 0; arm < 2; arm++)
            whole[arm] = (para_window){ .slots = slots[arm], .sum_permille = sum[arm] };
        v->figures = figures(r, &whole[0], &whole[1]);
        dg_verdict_say(v, DG_VERDICT_HELD, "%u.%u a block against %u.%u", (unsigned)(a / 10),
                       (unsigned)(a % 10), (unsigned)(b / 10), (unsigned)(b % 10));
    }
}

void dg_claim_rate_finish(void *rate, dg_verdict *v)
{
    para_rate *r = rate;
    size_t first = PARA_WINDOWS, last = 0;
    flush(r, DG_ARM_CONTROL);
    flush(r, DG_ARM_TREATMENT);
    for (size_t i = 0; i < PARA_WINDOWS && first == PARA_WINDOWS; i++)
        if (too_low(r, i))
            for (first = last = i; last + 1 < PARA_WINDOWS && too_low(r, last + 1); last++)
                ;
    if (first < PARA_WINDOWS)
        say_broken(r, v, first, last);
    else
        say_whole(r, v);
    if (r->facts.lost)
        v->rc = DG_NOMEM;
}
