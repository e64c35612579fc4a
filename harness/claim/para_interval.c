/* para-interval: no parachain waits for its next block much longer than in control.
 *
 * Counted in relay blocks between two inclusions, from the last one before U on, or
 * where there is none from the block before U; at the end of the run, up to its last
 * block; and in blocks included from U on, against the same parachain's in control. Inclusions on
 * losing forks count too. */
#include "claim/claim_impl.h"

#include <stdlib.h>

enum { PARAS_MAX = 1024, SLACK_BLOCKS = 2, TURN = 1 };

typedef struct para {
    uint32_t id, last, worst, worst_from, inclusions;
} para;
typedef struct side {
    para paras[PARAS_MAX];
    uint32_t count, newest, upgrade; /* block numbers: the newest, the last one before U's slot */
} side;
typedef struct memory {
    dg_claim_setup setup;
    uint64_t times_permille;
    side arm[2];
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "times_control",
      .max = 1000000,
      .fallback = "2",
      .says = "times as long as in control that a parachain may wait" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->times_permille = dg_claim_permille(setup, &options[0]);
}

static para *para_of(side *s, uint32_t id)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->paras[i].id == id)
            return &s->paras[i];
    if (s->count == PARAS_MAX)
        return NULL;
    s->paras[s->count] = (para){ .id = id };
    return &s->paras[s->count++];
}

static void included(memory *m, side *s, const dg_event *e)
{
    para *p = para_of(s, (uint32_t)e->net_included.para);
    if (!p || e->block <= p->last)
        return; /* on a sibling of a block that has it */
    if (e->net_included.slot >= m->setup.upgrade_slot) {
        uint32_t from = p->last ? p->last : s->upgrade;
        if (e->block > from && e->block - from > p->worst) {
            p->worst = e->block - from;
            p->worst_from = from;
        }
        p->inclusions++;
    }
    p->last = e->block;
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    side *s = &m->arm[e->arm];
    if (e->kind == DG_EVENT_NET_START) {
        s->upgrade = e->block;
    } else if (e->kind == DG_EVENT_NET_PARAS) {
        s->newest = e->block > s->newest ? e->block : s->newest;
        if (e->net_paras.slot < m->setup.upgrade_slot && e->block > s->upgrade)
            s->upgrade = e->block;
    } else if (e->kind == DG_EVENT_NET_INCLUDED) {
        included(m, s, e);
    }
}

/* Of a parachain that waits at the end, up to the end. */
static uint32_t worst_of(const side *s, const para *p)
{
    uint32_t open = s->newest > p->last ? s->newest - p->last : 0;
    return open > p->worst ? open : p->worst;
}

static const para *worst_para(const side *s)
{
    const para *worst = NULL;
    for (uint32_t i = 0; i < s->count; i++)
        if (!worst || worst_of(s, &s->paras[i]) > worst_of(s, worst))
            worst = &s->paras[i];
    return worst;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Tenths of a block from one inclusion to the next, of the parachain in the middle. */
static uint32_t median(const side *s)
{
    uint32_t mean[PARAS_MAX], blocks = s->newest > s->upgrade ? s->newest - s->upgrade : 0;
    for (uint32_t i = 0; i < s->count; i++)
        mean[i] = blocks * 10 / (s->paras[i].inclusions ? s->paras[i].inclusions : 1);
    qsort(mean, s->count, sizeof *mean, by_size);
    return s->count ? mean[s->count / 2] : 0;
}

/* What control includes and treatment never did waits from U on. */
static void add_missing(memory *m)
{
    const side *c = &m->arm[DG_ARM_CONTROL];
    side *t = &m->arm[DG_ARM_TREATMENT];
    for (uint32_t i = 0; i < c->count; i++) {
        para *p = c->paras[i].inclusions ? para_of(t, c->paras[i].id) : NULL;
        if (p && !p->last)
            p->last = t->upgrade;
    }
}

static bool any_included(const side *s)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < s->count; i++)
        sum += s->paras[i].inclusions;
    return sum != 0;
}

static uint32_t worst_start(const side *s, const para *p)
{
    return worst_of(s, p) > p->worst ? p->last : p->worst_from;
}

/* Every parachain that waited for longer than it may. */
static void show(memory *m, dg_verdict *v, uint64_t most)
{
    const side *s = &m->arm[DG_ARM_TREATMENT];
    for (uint32_t i = 0; i < s->count; i++) {
        const para *p = &s->paras[i];
        json_int_t from = worst_start(s, p);
        if (worst_of(s, p) > most)
            dg_claim_evidence_add(&m->facts,
                                  json_pack("{s:I, s:I, s:I}", "para", (json_int_t)p->id,
                                            "from_block", from, "to_block", from + worst_of(s, p)));
    }
    dg_verdict_show(v, &m->facts);
}

/* Of so many blocks, one a slot. */
static dg_figure milliseconds(const memory *m, uint64_t blocks)
{
    return dg_claim_figure_milli(blocks * (uint64_t)m->setup.slot_ms);
}

/* ---- what each has less than in control ---- */

typedef struct loss {
    const para *of; /* control's; NULL: none lost anything */
    uint32_t was, is, let_pass;
} loss;

static uint32_t blocks_of(const side *s)
{
    return s->newest > s->upgrade ? s->newest - s->upgrade : 0;
}

/* The parachain that lost most. One block each is a turn of the cores more or less; and blocks that
 * the relay chain lacks are not the parachains' to lose. */
static loss worst_loss(memory *m)
{
    side *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint32_t was = blocks_of(c), is = blocks_of(t);
    loss out = { .let_pass = TURN + (was > is ? was - is : 0) };
    for (uint32_t i = 0; i < c->count; i++) {
        const para *p = para_of(t, c->paras[i].id);
        uint32_t before = c->paras[i].inclusions, now = p ? p->inclusions : 0;
        if (before > now && before - now > out.was - out.is) {
            out.of = &c->paras[i];
            out.was = before;
            out.is = now;
        }
    }
    return out;
}

static void say_lost(memory *m, dg_verdict *v, const loss *l)
{
    const side *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    uint32_t least = l->was > l->let_pass ? l->was - l->let_pass : 0;
    tally where = { t->upgrade + 1, t->newest, l->was - l->is };
    dg_verdict_say(v, DG_VERDICT_BROKE,
                   "parachain %u had %u blocks included, %u in control: %u lost, of which %u may "
                   "be chance",
                   l->of->id, l->is, l->was, l->was - l->is, l->let_pass);
    v->figures =
        (dg_figures){ .unit = "blocks",
                      .measured = dg_claim_figure(l->is),
                      .control = dg_claim_figure(l->was),
                      .threshold = dg_claim_figure(least),
                      .at_least = true,
                      .over = blocks_of(t),
                      .over_unit = "blocks",
                      .lost_unit = "seconds",
                      .lost = milliseconds(m, (uint64_t)(l->was - l->is) * blocks_of(c) / l->was) };
    dg_verdict_span(v, &where);
    dg_claim_evidence_add(&m->facts,
                          json_pack("{s:I, s:I, s:I}", "para", (json_int_t)l->of->id, "included",
                                    (json_int_t)l->is, "in_control", (json_int_t)l->was));
    dg_verdict_show(v, &m->facts);
}

static void judge(memory *m, dg_verdict *v)
{
    loss lost = worst_loss(m);
    const side *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    const para *p = worst_para(t);
    uint32_t was = worst_of(c, worst_para(c)), is = worst_of(t, p), middle = median(t),
             before = median(c);
    tally where;
    uint64_t most = was * m->times_permille / 1000 + SLACK_BLOCKS;
    dg_figures blocks = { .unit = "blocks",
                          .measured = dg_claim_figure(is),
                          .control = dg_claim_figure(was),
                          .threshold = dg_claim_figure(most),
                          .over = blocks_of(t),
                          .over_unit = "blocks",
                          .lost_unit = "seconds",
                          .lost = milliseconds(m, is > was ? is - was : 0) };
    bool late = is > most, slow = middle > before * m->times_permille / 1000;
    v->figures = blocks;
    if (!late && !slow && lost.was - lost.is > lost.let_pass) {
        say_lost(m, v, &lost);
        return;
    }
    if (!late && !slow) {
        dg_verdict_say(
            v, DG_VERDICT_HELD,
            "each parachain had its next block within %u blocks (%u in control), the median one "
            "every %u.%u blocks (%u.%u); over %u blocks",
            is, was, middle / 10, middle % 10, before / 10, before % 10, blocks_of(t));
        return;
    }
    dg_verdict_say(v, DG_VERDICT_BROKE,
                   "parachain %u had no block included in %u blocks (at most %u in control); "
                   "the median parachain had one every %u.%u blocks (%u.%u in control)",
                   p->id, is, was, middle / 10, middle % 10, before / 10, before % 10);
    where = (tally){ worst_start(t, p), worst_start(t, p) + is, is };
    dg_verdict_span(v, &where);
    show(m, v, most);
}

/* One group that cannot back holds a parachain up until the groups have moved on. */
static void say_control(const side *c, dg_verdict *v)
{
    const para *p = worst_para(c);
    dg_verdict_say(
        v, DG_VERDICT_UNEXERCISED,
        "N-1 alone has parachain %u wait for %u blocks, longer than any one group can hold it up",
        p->id, worst_of(c, p));
    v->control_failed = true;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!any_included(&m->arm[DG_ARM_CONTROL])) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone includes nothing after U");
        v->control_failed = true;
    } else if (m->arm[DG_ARM_TREATMENT].newest <= m->arm[DG_ARM_TREATMENT].upgrade) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block after U was seen in the network");
    } else if (worst_of(&m->arm[DG_ARM_CONTROL], worst_para(&m->arm[DG_ARM_CONTROL]))
               > CONTROL_ROTATION + SLACK_BLOCKS) {
        say_control(&m->arm[DG_ARM_CONTROL], v);
    } else {
        add_missing(m);
        judge(m, v);
    }
}

const dg_claim dg_claim_para_interval = {
    .id = DG_CLAIM_PARA_INTERVAL,
    .fails = "parachains wait for their next block",
    .says = "no parachain waits for its next block more than twice as long as the one that waits "
            "longest in control, and none loses a block of its own beyond one turn of the cores",
    .because = "a mean over all parachains hides the one that stands still: a group that cannot "
               "back, a collator that nobody hears",
    .allows = "seconds",
    .basis = "node model",
    .options = options,
    .network = true,
    .paras = true,
    .chance = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
