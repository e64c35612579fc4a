/* block-cadence: after U as many slots get a block as without the upgrade, over the run
 * and in every part of it.
 *
 * Over a long run a halt of minutes is less than any share that one would let pass, so
 * the time lost beyond control counts by itself: in a row, and in ten minutes. What is
 * too much is what operators are woken for. The empty slots right after U are upgrade-stall's
 * where that is judged: one of the two counts a slot, and never both.
 * Mirrors: substrate's alerting-rules, best height + < 1 a minute for 3 minutes, for 10. */
#include "claim/claim_impl.h"

enum { STALL_SLOTS = 4096 }; /* after U's: what upgrade-stall counts of them is kept */
enum { WINDOW_S = 600, WINDOW_LEAST = 100, WINDOWS = 10240 };

typedef struct rate {
    uint64_t slots, built, gap, gap_max;
    int64_t last;
} rate;
/* blocks than control; first slot without one */
typedef struct window {
    int32_t fewer;
    uint32_t first;
} window;
typedef struct halt {
    uint64_t slots;
    tally where;
    const char *how;
} halt;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t floor_permille, halt_s, warn_s;
    int64_t from, window_slots;
    uint32_t newest; /* the last block that treatment tried */
    stall stall;
    bool shared;       /* upgrade-stall is judged too */
    uint64_t left_out; /* blocks of control in slots that upgrade-stall counts */
    bool stalled[STALL_SLOTS], control_built[STALL_SLOTS];
    rate arm[2];
    window windows[WINDOWS];
    tally missed, gap, gap_max; /* of treatment */
} memory;

static const dg_claim_option options[] = {
    { .name = "at_least_of_control",
      .max = 1,
      .fallback = "0.98",
      .says = "share of control's blocks that is enough, in ten minutes" },
    { .name = "halt_s",
      .whole = true,
      .max = 1000000,
      .fallback = "180",
      .says = "seconds without a block that break it" },
    { .name = "halt_warn_s",
      .whole = true,
      .max = 1000000,
      .fallback = "60",
      .says = "seconds without a block at which it warns" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->floor_permille = dg_claim_permille(setup, &options[0]);
    m->halt_s = dg_claim_whole(setup, &options[1]);
    m->warn_s = dg_claim_whole(setup, &options[2]);
    m->from = -1;
    m->shared = dg_claim_is_judged(&dg_claim_upgrade_stall, setup);
    m->window_slots = setup->slot_ms ? WINDOW_S * 1000 / setup->slot_ms : 0;
    m->window_slots = m->window_slots < WINDOW_LEAST ? WINDOW_LEAST : m->window_slots;
}

static window *window_of(memory *m, int64_t slot)
{
    int64_t at = slot < m->from ? 0 : dg_claim_less(slot, m->from) / m->window_slots;
    return &m->windows[at < WINDOWS ? at : WINDOWS - 1];
}

/* Without a block. */
static void missed(memory *m, const dg_event *e)
{
    window *w = window_of(m, e->slot.slot);
    w->first = w->first ? w->first : e->block;
    dg_claim_tally_add(&m->missed, e->block);
    dg_claim_tally_add(&m->gap, e->block);
    if (m->gap.count > m->gap_max.count)
        m->gap_max = m->gap;
}

/* The place of a slot after U's; STALL_SLOTS: it has none. */
static size_t place_of(const memory *m, int64_t slot)
{
    int64_t after = dg_claim_less(slot, m->setup.upgrade_slot);
    return after < 0 || after >= STALL_SLOTS ? STALL_SLOTS : (size_t)after;
}

/* A slot that upgrade-stall counts, so that it counts for neither arm here. */
static void leave_out(memory *m, int64_t slot)
{
    rate *c = &m->arm[DG_ARM_CONTROL];
    size_t place = place_of(m, slot);
    bool built = m->control_built[place] && c->built;
    m->stalled[place] = m->control_built[place] = false;
    m->arm[DG_ARM_TREATMENT].last = slot;
    c->slots -= slot <= c->last && c->slots;
    c->built -= built;
    m->left_out += built;
    window_of(m, slot)->fewer -= built;
}

static void slot(memory *m, const dg_event *e)
{
    const struct dg_event_slot *n = &e->slot;
    rate *r = &m->arm[e->arm];
    bool treatment = e->arm == DG_ARM_TREATMENT;
    size_t place = place_of(m, n->slot);
    if (e->block <= m->setup.upgrade_block)
        return;
    m->from = m->from < 0 ? n->slot : m->from;
    m->newest = e->block;
    if (!treatment && place < STALL_SLOTS)
        m->control_built[place] = n->built != 0;
    if (treatment && place < STALL_SLOTS && m->stalled[place] && !n->built) {
        leave_out(m, n->slot);
        return;
    }
    if (!treatment || n->slot <= m->arm[DG_ARM_CONTROL].last) { /* a migration adds slots */
        r->slots++;
        r->built += n->built != 0;
    }
    r->last = n->slot;
    r->gap = n->built ? 0 : r->gap + 1;
    if (r->gap > r->gap_max)
        r->gap_max = r->gap;
    if (n->built)
        window_of(m, n->slot)->fewer += treatment ? -1 : 1;
    if (treatment && n->built)
        m->gap = (tally){ 0 };
    else if (treatment)
        missed(m, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    size_t place;
    if (dg_claim_stall_step(&m->stall, &m->setup, e) && m->shared && e->arm == DG_ARM_TREATMENT
        && (place = place_of(m, e->net_slot.slot)) < STALL_SLOTS)
        m->stalled[place] = true;
    if (e->kind == DG_EVENT_SLOT)
        slot(m, e);
}

/* ---- judging ---- */

/* Time between blocks in hundredths of a second; 0: no block at all. */
static uint64_t interval_cs(const memory *m, const rate *r)
{
    return r->built ? r->slots * (uint64_t)m->setup.slot_ms / 10 / r->built : 0;
}

/* A treatment that is given up has no block in control's other slots either. */
static void extend_last_gap(memory *m)
{
    const rate *c = &m->arm[DG_ARM_CONTROL];
    rate *t = &m->arm[DG_ARM_TREATMENT];
    if (t->last >= c->last)
        return;
    if (!t->gap)
        m->gap.first = m->gap.last = m->newest + 1;
    t->gap += (uint64_t)dg_claim_less(c->last, t->last);
    m->gap.count = t->gap;
    if (t->gap > t->gap_max) {
        t->gap_max = t->gap;
        m->gap_max = m->gap;
    }
}

/* Most slots lost beyond control, in a row or in one window that treatment went through. */
static halt longest_halt(const memory *m)
{
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    halt out = { .slots = t->gap_max > c->gap_max ? t->gap_max - c->gap_max : 0,
                 .where = m->gap_max,
                 .how = "in a row" };
    for (int64_t i = 0; i < WINDOWS; i++) {
        const window *w = &m->windows[i];
        bool whole =
            t->last >= c->last || dg_claim_less(t->last, m->from) >= (i + 1) * m->window_slots - 1;
        if (whole && w->fewer > (int64_t)out.slots)
            out = (halt){ .slots = (uint64_t)w->fewer,
                          .where = { w->first, w->first, (uint64_t)w->fewer },
                          .how = "in ten minutes" };
    }
    return out;
}

static bool lasts(const memory *m, const halt *h, uint64_t seconds)
{
    return h->slots && h->slots * (uint64_t)m->setup.slot_ms >= seconds * 1000;
}

/* What treatment has in control's slots. */
static dg_figures figures(const memory *m)
{
    uint64_t is = m->arm[DG_ARM_TREATMENT].built, was = m->arm[DG_ARM_CONTROL].built;
    return (dg_figures){ .unit = "blocks",
                         .measured = dg_claim_figure(is),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure_milli(was * m->floor_permille),
                         .at_least = true,
                         .over = m->arm[DG_ARM_TREATMENT].slots,
                         .over_unit = "slots",
                         .lost_unit = "blocks",
                         .lost = dg_claim_figure_above(was, is) };
}

static dg_figures halted(const memory *m, const halt *h)
{
    return (dg_figures){ .unit = "seconds",
                         .measured = dg_claim_figure_milli(h->slots * (uint64_t)m->setup.slot_ms),
                         .control = dg_claim_figure(0),
                         .threshold = dg_claim_figure(m->halt_s),
                         .over = m->arm[DG_ARM_TREATMENT].slots,
                         .over_unit = "slots",
                         .lost_unit = "blocks",
                         .lost = dg_claim_figure(h->slots) };
}

static void say_halt(const memory *m, dg_verdict *v, dg_verdict_status status, const halt *h)
{
    dg_verdict_say(
        v, status,
        "%u slots %s (%u s) without a block that control has, from #%u on; longest gap %u "
        "slots against %u",
        (unsigned)h->slots, h->how, (unsigned)(h->slots * (uint64_t)m->setup.slot_ms / 1000),
        h->where.first, (unsigned)m->arm[DG_ARM_TREATMENT].gap_max,
        (unsigned)m->arm[DG_ARM_CONTROL].gap_max);
    v->figures = halted(m, h);
    dg_verdict_span(v, &h->where);
}

static void say_broken(const memory *m, dg_verdict *v)
{
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    dg_verdict_say(
        v, DG_VERDICT_BROKE, "%u blocks in %u slots against %u in control; longest gap %u slots",
        (unsigned)t->built, (unsigned)t->slots, (unsigned)c->built, (unsigned)t->gap_max);
    dg_verdict_span(v, &m->missed);
}

static void judge(const memory *m, dg_verdict *v)
{
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    halt worst = longest_halt(m);
    v->figures = figures(m);
    if (t->last < c->last && lasts(m, &worst, m->halt_s)) {
        say_halt(m, v, DG_VERDICT_BROKE, &worst);
    } else if (t->built * 1000 < m->floor_permille * c->built) {
        say_broken(m, v);
    } else if (lasts(m, &worst, m->warn_s)) {
        say_halt(m, v, lasts(m, &worst, m->halt_s) ? DG_VERDICT_BROKE : DG_VERDICT_WARNED, &worst);
    } else {
        uint64_t a = interval_cs(m, t), b = interval_cs(m, c);
        dg_verdict_say(v, DG_VERDICT_HELD,
                       "a block every %u.%02u s (%u.%02u s in control) in %u slots",
                       (unsigned)(a / 100), (unsigned)(a % 100), (unsigned)(b / 100),
                       (unsigned)(b % 100), (unsigned)t->slots);
    }
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    if (c->slots && !c->built && !m->left_out) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone built no block in %u slots",
                       (unsigned)c->slots);
        v->control_failed = true;
    } else if (lasts(m, &(halt){ .slots = c->gap_max }, m->halt_s)) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone built no block in %u slots (%u s)",
                       (unsigned)c->gap_max,
                       (unsigned)(c->gap_max * (uint64_t)m->setup.slot_ms / 1000));
        v->control_failed = true;
    } else if (m->stall.arm[DG_ARM_TREATMENT].empty && !t->slots && m->shared) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "every slot after U is empty, and upgrade-stall counts them");
    } else if (!c->slots || !t->slots) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no slot passed after U");
    } else {
        extend_last_gap(m);
        judge(m, v);
    }
}

const dg_claim dg_claim_block_cadence = {
    .id = DG_CLAIM_BLOCK_CADENCE,
    .fails = "the relay chain misses blocks",
    .says = "after U blocks come as often as in control",
    .because = "a runtime that cannot be authored on stops the chain, and only a new client brings "
               "it back",
    .allows = "blocks",
    .basis = "real runtime",
    .options = options,
    .chance = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = FACTS_NONE,
    .start = start,
    .step = step,
    .finish = finish,
};
