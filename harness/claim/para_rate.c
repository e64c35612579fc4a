/* para_rate.c - candidates a block against control's, from U on, block by block.
 *
 * The blocks of a session are compared in their order: the third on with the third. A block that
 * treatment lacks is no candidate's fault, but block-cadence's or upgrade-stall's to count.
 * Siblings count their mean.
 *
 * Lost is what the worst stretch of blocks has less than control's. Both arms draw the same lots,
 * so that little of it is chance: cores are served in turns, and a turn more or less is a full
 * block; and the arms part by as much as control's own blocks differ from pair to pair. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNT_MAX = 65535, FLOOR_MAX = 10000, IN_PAIRS = 2, DENSE = 980 };

const dg_claim_option dg_claim_rate_options[] = {
    { .name = "at_least_of_control",
      .max = 10,
      .fallback = "1",
      .says = "share of control's candidates a block that is enough, less what chance explains" },
    { .name = NULL },
};

void dg_claim_rate_start(para_rate *r, const dg_claim_setup *setup,
                         int64_t (*count)(const dg_event *paras), const char *did, uint32_t behind)
{
    uint64_t floor = dg_claim_permille(setup, &dg_claim_rate_options[0]);
    r->count = count;
    r->did = did;
    r->behind = behind;
    r->floor_permille = floor < FLOOR_MAX ? (int64_t)floor : FLOOR_MAX;
}

/* ---- what each block had ---- */

/* Evidence is where treatment has fewer than control's block of the same place after U. */
static void show(para_rate *r, const dg_event *e, size_t at, int64_t count)
{
    const para_block *was = &r->arm[DG_ARM_CONTROL].at[at];
    if (e->arm == DG_ARM_TREATMENT && was->siblings && count * was->siblings < was->sum
        && json_array_size(r->facts.list) < 4)
        dg_claim_evidence_event(&r->facts, e);
}

static void paras(para_rate *r, const dg_event *e)
{
    const struct dg_event_net_paras *n = &e->net_paras;
    para_series *s = &r->arm[e->arm];
    int64_t count = r->count(e);
    para_block *b;
    if (n->slot < r->setup.upgrade_slot || e->block < s->first)
        return; /* a late sibling of what came before U */
    if (!s->count)
        s->first = e->block;
    if (e->block - s->first >= PARA_BLOCKS)
        return;
    b = &s->at[e->block - s->first];
    count = count < 0 ? 0 : count > COUNT_MAX ? COUNT_MAX : count;
    if (!b->siblings)
        b->slot = n->slot;
    if (b->siblings < UINT32_MAX / COUNT_MAX) {
        b->sum += (uint32_t)count;
        b->siblings++;
    }
    if (e->block - s->first >= s->count)
        s->count = e->block - s->first + 1;
    if (e->arm == DG_ARM_CONTROL)
        r->peak = count > r->peak ? count : r->peak;
    if (n->backable > r->most_backable[e->arm])
        r->most_backable[e->arm] = n->backable < COUNT_MAX ? n->backable : COUNT_MAX;
    show(r, e, e->block - s->first, count);
}

void dg_claim_rate_step(void *rate, const dg_event *e)
{
    dg_claim_healing_step(&((para_rate *)rate)->heals, e);
    if (e->kind == DG_EVENT_NET_PARAS)
        paras(rate, e);
}

/* Thousandths of a candidate. */
static int64_t milli(const para_block *b)
{
    assert(b->siblings > 0);
    return (int64_t)b->sum * 1000 / b->siblings;
}

/* Sessions from the one after U's on: 0, 1, .. */
static int64_t session_of(const para_rate *r, const para_block *b)
{
    int64_t first = r->setup.first_boundary;
    return b->slot < first || r->setup.epoch_slots <= 0
               ? -1
               : dg_claim_less(b->slot, first) / r->setup.epoch_slots;
}

/* ---- against control ---- */

/* The next one that a block is known of, from `*at` on; false: there is none. */
static bool next_known(const para_series *s, size_t *at)
{
    while (*at < s->count && !s->at[*at].siblings)
        (*at)++;
    return *at < s->count;
}

/* The next two blocks that stand in the same place of the same session; false: there are none. */
static bool next_pair(const para_rate *r, size_t *c, size_t *t)
{
    const para_series *control = &r->arm[DG_ARM_CONTROL], *treatment = &r->arm[DG_ARM_TREATMENT];
    while (next_known(control, c) && next_known(treatment, t)) {
        int64_t was = session_of(r, &control->at[*c]), is = session_of(r, &treatment->at[*t]);
        if (was == is)
            return true;
        *c += was < is;
        *t += is < was;
    }
    return false;
}

/* The stretch that has least of what is wanted of it: `permille` of control's. */
static para_stretch worst_stretch(const para_rate *r, int64_t permille)
{
    para_stretch now = { 0 }, worst = { 0 };
    for (size_t c = 0, t = 0; next_pair(r, &c, &t); c++, t++) {
        int64_t was = milli(&r->arm[DG_ARM_CONTROL].at[c]);
        int64_t is = milli(&r->arm[DG_ARM_TREATMENT].at[t]);
        uint32_t block = r->arm[DG_ARM_TREATMENT].first + (uint32_t)t;
        if (now.short_by <= 0)
            now = (para_stretch){ .first = block };
        now.last = block;
        now.blocks++;
        now.control += was;
        now.treatment += is;
        now.short_by += was * permille / 1000 - is;
        if (now.short_by > worst.short_by)
            worst = now;
    }
    return worst;
}

static int64_t loss(const para_stretch *s)
{
    return s->control - s->treatment;
}

/* Where that is to be seen: two stretches far apart are no single one. */
static para_stretch densest(const para_rate *r, const para_stretch *worst)
{
    para_stretch dense = worst_stretch(r, DENSE);
    return loss(&dense) > r->spread ? dense : *worst;
}

static para_stretch whole_run(const para_rate *r)
{
    para_stretch all = { 0 };
    for (size_t c = 0, t = 0; next_pair(r, &c, &t); c++, t++) {
        all.last = r->arm[DG_ARM_TREATMENT].first + (uint32_t)t;
        all.first = all.blocks++ ? all.first : all.last;
        all.control += milli(&r->arm[DG_ARM_CONTROL].at[c]);
        all.treatment += milli(&r->arm[DG_ARM_TREATMENT].at[t]);
    }
    return all;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* By how much one pair of control's blocks differs from the next, in the middle of all. */
static int64_t change_of_control(para_rate *r)
{
    const para_series *s = &r->arm[DG_ARM_CONTROL];
    size_t count = 0, blocks = 0;
    int64_t now = 0, last = 0;
    for (size_t i = 0; next_known(s, &i); i++) {
        now += milli(&s->at[i]);
        if (++blocks % IN_PAIRS)
            continue;
        if (blocks > IN_PAIRS)
            r->changes[count++] = now > last ? now - last : last - now;
        last = now;
        now = 0;
    }
    assert(count <= sizeof r->changes / sizeof *r->changes);
    qsort(r->changes, count, sizeof *r->changes, by_size);
    return count ? r->changes[count / 2] : 0;
}

static int64_t spread_of(para_rate *r)
{
    return r->peak * 1000 + change_of_control(r);
}

/* ---- closing words ---- */

static dg_figure figure(int64_t milli)
{
    return dg_claim_figure_milli(milli > 0 ? (uint64_t)milli : 0);
}

static dg_figures figures(const para_rate *r, const para_stretch *s)
{
    return (dg_figures){ .unit = "candidates",
                         .measured = figure(s->treatment),
                         .control = figure(s->control),
                         .threshold = figure(s->control * r->floor_permille / 1000 - r->spread),
                         .at_least = true,
                         .over = s->blocks,
                         .over_unit = "blocks",
                         .lost_unit = "candidates",
                         .lost = figure(r->lost) };
}

/* Had it gone on as in the stretch, it would be seen in what came after: enough came. */
static bool would_be_seen(const para_rate *r, const para_stretch *s, const para_stretch *rest)
{
    return loss(s) * rest->blocks > 2 * r->spread * s->blocks;
}

/* It is control's again if both had some after that, and treatment no fewer than chance makes. */
static void say_healed(const para_rate *r, dg_verdict *v, const para_stretch *s)
{
    const para_series *t = &r->arm[DG_ARM_TREATMENT];
    para_stretch rest = { 0 };
    assert(s->last >= t->first);
    size_t at = s->last + 1 - t->first;
    for (size_t c = 0, i = 0; next_pair(r, &c, &i); c++, i++)
        if (i >= at) {
            rest.blocks++;
            rest.control += milli(&r->arm[DG_ARM_CONTROL].at[c]);
            rest.treatment += milli(&t->at[i]);
        }
    if (!rest.control || !rest.treatment || loss(&rest) > r->spread || !next_known(t, &at)
        || !would_be_seen(r, s, &rest))
        return;
    at = at > r->behind ? at - r->behind : 0;
    dg_claim_healing_say(&r->heals, v, t->first + (uint32_t)at, t->at[at].slot);
}

/* A mean over the stretch, in tenths. */
static unsigned tenths(int64_t sum, uint32_t blocks)
{
    assert(blocks > 0);
    return (unsigned)(sum / 100 / blocks);
}

static void say_broken(para_rate *r, dg_verdict *v, const para_stretch *s)
{
    tally span = { s->first, s->last, s->blocks };
    unsigned is = tenths(s->treatment, s->blocks), was = tenths(s->control, s->blocks);
    dg_verdict_say(
        v, DG_VERDICT_BROKE,
        "%u.%u candidates %s a block against %u.%u in control (%u %%) over %u blocks: %u lost, and "
        "control itself varies by %u",
        is / 10, is % 10, r->did, was / 10, was % 10,
        (unsigned)(s->treatment * 100 / (s->control ? s->control : 1)), s->blocks,
        (unsigned)(r->lost / 1000), (unsigned)(r->spread / 1000));
    v->figures = figures(r, s);
    dg_verdict_span(v, &span);
    dg_verdict_show(v, &r->facts);
    say_healed(r, v, s);
}

static void say_held(const para_rate *r, dg_verdict *v, const para_stretch *all)
{
    unsigned is = tenths(all->treatment, all->blocks), was = tenths(all->control, all->blocks);
    int64_t with = r->most_backable[DG_ARM_TREATMENT];
    char lost[120] = "", without[80] = "";
    if (with < r->setup.parachains)
        snprintf(without, sizeof without, "; at most %u of %u parachains had one, as in control",
                 (unsigned)with, (unsigned)r->setup.parachains);
    if (r->lost)
        snprintf(lost, sizeof lost, "; %u lost, and at_least_of_control lets that pass",
                 (unsigned)(r->lost / 1000));
    else if (r->fewer)
        snprintf(lost, sizeof lost, "; at worst %u fewer, and control itself varies by %u",
                 (unsigned)(r->fewer / 1000), (unsigned)(r->spread / 1000));
    dg_verdict_say(v, DG_VERDICT_HELD,
                   "%u.%u candidates a block (%u.%u in control) over %u blocks from U on%s%s",
                   is / 10, is % 10, was / 10, was % 10, all->blocks, lost, without);
    v->figures = figures(r, all);
}

/* Control is no measure; false: it is one. */
static bool say_control(const para_rate *r, dg_verdict *v, const para_stretch *all)
{
    if (!all->control)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone has no candidate %s", r->did);
    else if (all->control / 1000 * CONTROL_ROTATION
             < all->blocks * r->most_backable[DG_ARM_TREATMENT])
        dg_verdict_say(
            v, DG_VERDICT_UNEXERCISED,
            "N-1 alone has %u.%u candidates %s a block for %u parachains: less than one in "
            "%d blocks each",
            tenths(all->control, all->blocks) / 10, tenths(all->control, all->blocks) % 10, r->did,
            (unsigned)r->most_backable[DG_ARM_TREATMENT], CONTROL_ROTATION);
    else
        return false;
    v->control_failed = true;
    return true;
}

/* Some parachains had no candidate in treatment, but in control: that is for another seed to tell.
 * Those that have none in either arm are not N's doing. */
static bool is_silent(const para_rate *r)
{
    return r->most_backable[DG_ARM_TREATMENT] < r->setup.parachains
           && r->most_backable[DG_ARM_TREATMENT] < r->most_backable[DG_ARM_CONTROL];
}

static void say_silent(const para_rate *r, dg_verdict *v)
{
    v->reach = DG_VERDICT_NOT_REACHED;
    dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                   "at most %u of %u parachains had a candidate at a time, %u in control",
                   (unsigned)r->most_backable[DG_ARM_TREATMENT], (unsigned)r->setup.parachains,
                   (unsigned)r->most_backable[DG_ARM_CONTROL]);
}

void dg_claim_rate_finish(void *rate, dg_verdict *v)
{
    para_rate *r = rate;
    para_stretch all = whole_run(r), broken = worst_stretch(r, r->floor_permille);
    para_stretch worst = worst_stretch(r, 1000);
    r->spread = spread_of(r);
    r->fewer = loss(&worst);
    worst = densest(r, &worst);
    r->lost = loss(&worst) > r->spread ? loss(&worst) : 0;
    if (!all.blocks)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block after U was seen in the network");
    else if (broken.short_by > r->spread)
        say_broken(r, v, r->lost ? &worst : &broken); /* a plan may want more than control has */
    else if (say_control(r, v, &all))
        ;
    else if (is_silent(r))
        say_silent(r, v);
    else
        say_held(r, v, &all);
    if (r->facts.lost)
        v->rc = DG_NOMEM;
}
