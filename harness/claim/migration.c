/* migration: N's migrations end, in bounded work, and leave nothing unreadable. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    /* own: beyond control's block in the same slot */
    uint64_t fuel_max, fuel_first, weight_own, weight_max, steps;
    uint32_t upgrade_block, first_block;
    bool seen, running;
    tally undecodable;
    char first[240], unraised[120], values[16];
    uint32_t unraised_block;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "fuel_max",
      .whole = true,
      .max = INT64_C(1000000000000000),
      .without = "what a node gets done in two thirds of a slot",
      .says = "instructions that the block after U may take" },
    { .name = NULL },
};

/* Fuel is about one wasm instruction. An author has two thirds of its slot to make a
 * block, on the machines that validators are asked to have. */
static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->fuel_max = dg_claim_whole_or(setup, &options[0],
                                    (uint64_t)setup->slot_ms * (uint64_t)setup->limits.fuel_per_ms
                                        * (uint64_t)setup->limits.proposal_permille / 1000);
}

static void migration(memory *m, const dg_event *e)
{
    const struct dg_event_migration *n = &e->migration;
    m->running = n->running != 0;
    m->steps++;
    if ((uint64_t)n->fuel > m->fuel_first || !m->seen) {
        m->fuel_first = (uint64_t)n->fuel;
        m->first_block = e->block;
    }
    if (n->weight_ps > n->weight_control_ps
        && (uint64_t)n->weight_ps - (uint64_t)n->weight_control_ps > m->weight_own) {
        m->weight_own = (uint64_t)n->weight_ps - (uint64_t)n->weight_control_ps;
        m->weight_max = (uint64_t)n->weight_max_ps;
    }
    m->seen = true;
    if (dg_claim_detail(e, "seen")[0])
        dg_claim_text_copy(m->values, sizeof m->values, dg_claim_detail(e, "seen"));
    if (json_array_size(json_object_get(e->detail, "unraised"))) {
        const char *name = json_string_value(
            json_object_get(json_array_get(json_object_get(e->detail, "unraised"), 0), "item"));
        dg_claim_text_copy(m->unraised, sizeof m->unraised, name ? name : "a value");
        m->unraised_block = e->block;
        dg_claim_evidence_event(&m->facts, e);
    }
}

static void storage(memory *m, const dg_event *e)
{
    const struct dg_event_storage *n = &e->storage;
    if (n->undecodable <= n->undecodable_control
        || strcmp(dg_claim_detail(e, "role"), "keys-changed") == 0)
        return;
    if (!m->undecodable.count)
        snprintf(m->first, sizeof m->first, "%d of %d entries of %s.%s %s under N: %s",
                 (int)n->undecodable, (int)n->entries, dg_claim_detail(e, "pallet"),
                 dg_claim_detail(e, "item"),
                 strcmp(dg_claim_detail(e, "role"), "entity") == 0 ? "are gone" : "do not decode",
                 dg_claim_detail(e, "reason"));
    dg_claim_tally_add(&m->undecodable, e->block);
    dg_claim_evidence_event(&m->facts, e);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->arm != DG_ARM_TREATMENT)
        return;
    if (e->kind == DG_EVENT_MIGRATION && e->block > m->setup.upgrade_block)
        migration(m, e);
    else if (e->kind == DG_EVENT_STORAGE)
        storage(m, e);
}

static dg_figures fuel(const memory *m)
{
    return (dg_figures){ .unit = "million instructions",
                         .measured = dg_claim_figure_milli(m->fuel_first / 1000),
                         .threshold = dg_claim_figure_milli(m->fuel_max / 1000) };
}

/* Of computation, beyond control's block in the same slot. */
static dg_figures weight(const memory *m)
{
    return (dg_figures){ .unit = "milliseconds",
                         .measured = dg_claim_figure_milli(m->weight_own / 1000000),
                         .control = dg_claim_figure(0),
                         .threshold = dg_claim_figure_milli(m->weight_max / 1000000) };
}

/* No more than was looked at. */
static const char *decodes(const memory *m)
{
    return strcmp(m->values, "written") == 0
               ? "every value written since the fork decodes; the others were not looked at"
           : m->values[0]
               ? "every value in the partial snapshot decodes; what it lacks was not looked at"
               : "everything decodes";
}

static void judge(memory *m, dg_verdict *v)
{
    tally first = { m->first_block, m->first_block, 1 };
    v->figures = fuel(m);
    if (m->running) {
        dg_verdict_say(v, DG_VERDICT_BROKE,
                       "a multi-block migration still ran at the end, %u blocks after it began",
                       (unsigned)m->steps);
        dg_verdict_span(v, &first);
    } else if (m->fuel_first > m->fuel_max) {
        dg_verdict_say(
            v, DG_VERDICT_BROKE,
            "#%u took %u million instructions to initialize, more than an author has time "
            "for (%u million)",
            m->first_block, (unsigned)(m->fuel_first / 1000000), (unsigned)(m->fuel_max / 1000000));
        dg_verdict_span(v, &first);
    } else if (m->weight_max && m->weight_own > m->weight_max) {
        v->figures = weight(m);
        dg_verdict_say(
            v, DG_VERDICT_BROKE,
            "#%u weighs %u ms of computation more than control's, the block limit is %u ms",
            m->first_block, (unsigned)(m->weight_own / 1000000000),
            (unsigned)(m->weight_max / 1000000000));
        dg_verdict_span(v, &first);
    } else if (m->undecodable.count) {
        v->figures = dg_claim_figures_none("items", m->undecodable.count);
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s%s", m->first,
                       m->undecodable.count > 1 ? ", and more" : "");
        dg_verdict_span(v, &m->undecodable);
    } else if (m->unraised[0]) {
        first = (tally){ m->unraised_block, m->unraised_block, 1 };
        dg_verdict_say(v, DG_VERDICT_WARNED,
                       "%s has another layout now, and its pallet's storage version was not raised",
                       m->unraised);
        dg_verdict_span(v, &first);
    } else {
        dg_verdict_say(v, DG_VERDICT_HELD, "%u million instructions at #%u, %s",
                       (unsigned)(m->fuel_first / 1000000), m->first_block, decodes(m));
    }
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    if (!m->seen)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no block ran N's migrations");
    else
        judge(m, v);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_migration = {
    .id = DG_CLAIM_MIGRATION,
    .fails = "the migration is not clean",
    .says =
        "migrations end, within a block's work, and every stored value decodes under N afterwards",
    .because = "a migration has no weight limit of its own: a heavy one misses its slot, a "
               "forgotten one leaves values that read as nothing",
    .basis = "real runtime",
    .code = true,
    .options = options,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
