/* required_tranches.c - how many tranches of assignments a candidate needs by now, and whether
 * those have approved it.
 *
 * Tranches are taken until enough have told that they check. Whoever told and has not
 * approved in time is missing; one whole tranche at least is taken for each, and
 * while that lasts later tranches wait as much longer.
 * Mirrors: approval-voting approval_checking.rs (tranches_to_approve, check_approval). */
#include "approval/approval_impl.h"

/* What the tranches so far add up to. */
typedef struct sum {
    uint64_t told, depth, covered, covering, uncovered, last_tick;
} sum;

static uint64_t tick_of(dg_ns at)
{
    return at / dg_world_constant(DG_CONST_TICK);
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* Tranche whose turn it is, `depth` times held back. */
static uint64_t turn(const dg_moment *m, uint64_t depth)
{
    return minus(minus(m->tick, depth * m->no_show_ticks), m->block_tick);
}

static bool is_missing(const dg_checker *c, const dg_moment *m, uint64_t drift)
{
    uint64_t told = minus(tick_of(c->received), drift);
    if (c->approved <= m->at)
        return false;
    return (told > m->block_tick ? told : m->block_tick) + m->no_show_ticks
           <= minus(m->tick, drift);
}

/* One tranche: who told by now, who of them is missing, when the last one told. */
typedef struct tranche_sum {
    uint64_t told, missing, last_tick;
} tranche_sum;

static void take_tranche(sum *s, const tranche_sum *t)
{
    uint64_t covers = s->depth ? t->told != 0 : t->told;
    s->told += t->told;
    s->covering = minus(s->covering, covers);
    s->covered += s->depth ? covers : 0;
    s->uncovered += t->missing;
    s->last_tick = t->last_tick > s->last_tick ? t->last_tick : s->last_tick;
    if (!s->covering && s->uncovered) {
        s->depth++;
        s->covering = s->uncovered;
        s->uncovered = 0;
    }
}

/* True when no further tranche has to be looked at. */
static bool conclude(dg_required_tranches *out, const sum *s, const dg_moment *m, uint32_t tranche)
{
    uint64_t open = (s->depth ? s->covering : 0) + s->uncovered;
    if (s->depth && s->told + open >= m->validators)
        *out = (dg_required_tranches){ .kind = DG_REQUIRED_ALL };
    else if (s->told >= m->needed && !open)
        *out = (dg_required_tranches){ .kind = DG_REQUIRED_EXACT,
                                       .needed = tranche,
                                       .missing = (uint32_t)s->covered,
                                       .last_tick = s->last_tick };
    else
        return false;
    return true;
}

static void go_on(dg_required_tranches *out, const sum *s, const dg_moment *m)
{
    uint64_t now = turn(m, s->depth);
    *out = (dg_required_tranches){ .kind = DG_REQUIRED_PENDING,
                                   .drift = s->depth * m->no_show_ticks,
                                   .tranche_now = now,
                                   .broadcast =
                                       s->depth ? now + s->covering + s->uncovered : UINT64_MAX };
}

void dg_approval_required_at(dg_required_tranches *out, dg_checker *checkers, uint32_t count,
                             const dg_moment *m, bool mark)
{
    sum s = { .covering = m->needed };
    uint32_t i = 0;
    while (i < count && checkers[i].tranche <= turn(m, s.depth)) {
        uint32_t tranche = checkers[i].tranche;
        uint64_t drift = s.depth * m->no_show_ticks;
        tranche_sum t = { 0 };
        for (; i < count && checkers[i].tranche == tranche; i++) {
            bool gone = checkers[i].received <= m->at && is_missing(&checkers[i], m, drift);
            if (checkers[i].received > m->at)
                continue;
            t.told++;
            t.missing += gone;
            checkers[i].no_show |= gone && mark;
            if (tick_of(checkers[i].received) > t.last_tick)
                t.last_tick = tick_of(checkers[i].received);
        }
        take_tranche(&s, &t);
        if (conclude(out, &s, m, tranche))
            return;
    }
    if (!conclude(out, &s, m, (uint32_t)turn(m, s.depth)))
        go_on(out, &s, m);
}

uint32_t dg_approval_tally(const dg_checker *checkers, uint32_t count, dg_ns at)
{
    uint32_t approved = 0;
    for (uint32_t i = 0; i < count; i++)
        approved += checkers[i].approved <= at;
    return approved;
}

bool dg_approval_wants_assignment(const dg_required_tranches *r, const dg_checker *checkers,
                                  uint32_t count, const dg_moment *m, uint32_t tranche)
{
    if (!tranche)
        return true;
    if (r->kind == DG_REQUIRED_ALL)
        return 3 * dg_approval_tally(checkers, count, m->at) <= m->validators;
    return r->kind == DG_REQUIRED_PENDING && tranche <= r->broadcast
           && tranche <= minus(minus(m->tick, m->block_tick), r->drift);
}

bool dg_approval_is_approved_at(dg_checker *checkers, uint32_t count, const dg_moment *m)
{
    dg_required_tranches r;
    uint32_t told = 0, approved = 0;
    if (3 * dg_approval_tally(checkers, count, m->at) > m->validators)
        return true;
    dg_approval_required_at(&r, checkers, count, m, false);
    if (r.kind != DG_REQUIRED_EXACT
        || r.last_tick + dg_world_constant(DG_CONST_APPROVAL_DELAY) > m->tick)
        return false;
    for (uint32_t i = 0; i < count && checkers[i].tranche <= r.needed; i++) {
        told += checkers[i].received <= m->at;
        approved += checkers[i].received <= m->at && checkers[i].approved <= m->at;
    }
    return approved + r.missing >= told;
}
