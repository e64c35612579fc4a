/* block-cadence: after U as many slots get a block as without the upgrade. */
#include "claim/claim_impl.h"

typedef struct rate { uint64_t slots, built, gap, gap_max; } rate;
typedef struct memory {
    uint32_t upgrade_block;
    uint64_t slot_ms, floor_permille;
    rate arm[2];
    tally missed;
} memory;

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->upgrade_block = setup->upgrade_block;
    m->slot_ms = setup->slot_ms;
    m->floor_permille = option_permille(setup, "at_least_of_control", 980);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    rate *r = &m->arm[e->arm];
    if (e->kind != DG_EV_SLOT || e->block <= m->upgrade_block)
        return;
    r->slots++;
    r->built += e->n[1] != 0;
    r->gap = e->n[1] ? 0 : r->gap + 1;
    if (r->gap > r->gap_max)
        r->gap_max = r->gap;
    if (e->arm == DG_ARM_TREATMENT && !e->n[1])
        tally_add(&m->missed, e->block);
}

/* Time between blocks in hundredths of a second; 0: no block at all. */
static uint64_t interval_cs(const memory *m, const rate *r)
{
    return r->built ? r->slots * m->slot_ms / 10 / r->built : 0;
}

static void say_broken(const memory *m, dg_verdict *v)
{
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    verdict_say(v, DG_BROKE, "%u blocks in %u slots against %u in control; longest gap %u slots", (unsigned)t->built,
                (unsigned)t->slots, (unsigned)c->built, (unsigned)t->gap_max);
    verdict_span(v, &m->missed);
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const rate *c = &m->arm[DG_ARM_CONTROL], *t = &m->arm[DG_ARM_TREATMENT];
    if (c->slots && !c->built) {
        verdict_say(v, DG_UNEXERCISED, "N-1 alone built no block in %u slots", (unsigned)c->slots);
        v->control_failed = true;
    } else if (!c->slots || !t->slots) {
        verdict_say(v, DG_UNEXERCISED, "no slot passed after U");
    } else if (t->built * c->slots * 1000 < m->floor_permille * c->built * t->slots) {
        say_broken(m, v);
    } else {
        uint64_t a = interval_cs(m, t), b = interval_cs(m, c);
        verdict_say(v, DG_HELD, "%u.%02u s against %u.%02u s", (unsigned)(a / 100), (unsigned)(a % 100),
                    (unsigned)(b / 100), (unsigned)(b % 100));
    }
}

static const char *const options[] = { "at_least_of_control", NULL };

const dg_claim claim_block_cadence = {
    .name = "block-cadence",
    .says = "after U blocks come as often as in control",
    .because = "a runtime that cannot be authored on stops the chain, and only a new client brings it back",
    .basis = "real runtime", .options = options,
    .size = sizeof(memory), .facts = FACTS_NONE, .start = start, .step = step, .finish = finish,
};
