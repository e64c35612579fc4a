/* state-growth: N does not leave a much bigger state behind.
 *
 * Every era leaves its exposures and preferences in the state until the history is full.
 * Where an election succeeds in treatment alone (nobody mines solutions here, and N may
 * have another fallback), more of them pile up there: that is no growth of N's doing. */
#include "claim/claim_impl.h"

typedef struct memory {
    dg_claim_setup setup;
    uint64_t ceiling_permille;
    bool seen;
    struct dg_event_state end; /* of the run */
    uint32_t block;
} memory;

/* A small state may well double by one new item: what is below this is no growth. */
enum { SLACK_BYTES = 4 << 20, SLACK_KEYS = 256 };

static const dg_claim_option options[] = {
    { .name = "at_most_of_control",
      .max = 1000000,
      .fallback = "1.5",
      .says = "times control's keys and bytes that are fine" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    ((memory *)at)->ceiling_permille = dg_claim_permille(setup, &options[0]);
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->kind != DG_EVENT_STATE || e->arm != DG_ARM_TREATMENT)
        return;
    m->seen = true;
    m->block = e->block;
    m->end = e->state;
}

static bool grew(const memory *m, int64_t now, int64_t control, int64_t slack)
{
    return now > control && dg_claim_less(now, control) > slack
           && (uint64_t)now > (uint64_t)control * m->ceiling_permille / 1000;
}

/* In bytes of values; that keys alone grew is in the text. */
static dg_figures figures(const memory *m)
{
    uint64_t now = (uint64_t)m->end.value_bytes, was = (uint64_t)m->end.value_bytes_control;
    uint64_t most = was / 1000 * m->ceiling_permille, least = was + SLACK_BYTES;
    return (dg_figures){ .unit = "bytes",
                         .measured = dg_claim_figure(now),
                         .control = dg_claim_figure(was),
                         .threshold = dg_claim_figure(most > least ? most : least),
                         .lost_unit = "bytes",
                         .lost = dg_claim_figure_above(now, was) };
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const struct dg_event_state *s = &m->end;
    tally end = { m->block, m->block, 1 };
    if (!m->seen || s->keys_control <= 0) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "the states were not measured");
        return;
    }
    v->figures = figures(m);
    dg_verdict_say(v, DG_VERDICT_HELD, "%u keys and %u kB (%u keys and %u kB in control)",
                   (unsigned)s->keys, (unsigned)(s->value_bytes / 1024), (unsigned)s->keys_control,
                   (unsigned)(s->value_bytes_control / 1024));
    if (!grew(m, s->keys, s->keys_control, SLACK_KEYS)
        && !grew(m, s->value_bytes, s->value_bytes_control, SLACK_BYTES))
        return;
    if (s->era > s->era_control) {
        v->figures = (dg_figures){ .unit = NULL };
        dg_verdict_say(
            v, DG_VERDICT_UNEXERCISED,
            "%u keys, %u kB against %u keys, %u kB, but era %lld against %lld: what each "
            "era leaves is no measure",
            (unsigned)s->keys, (unsigned)(s->value_bytes / 1024), (unsigned)s->keys_control,
            (unsigned)(s->value_bytes_control / 1024), (long long)s->era,
            (long long)s->era_control);
    } else {
        v->status = DG_VERDICT_BROKE;
        dg_verdict_span(v, &end);
    }
}

const dg_claim dg_claim_state_growth = {
    .id = DG_CLAIM_STATE_GROWTH,
    .fails = "the state grows",
    .says = "at the end of the run the state is about as big as control's",
    .because = "state is paid for by every node for ever; a migration that copies without deleting "
               "is noticed too late",
    .basis = "real runtime",
    .options = options,
    .severity = DG_CLAIM_ADVICE,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = FACTS_NONE,
    .start = start,
    .step = step,
    .finish = finish,
};
