/* memory: every call of the runtime fits in the memory that nodes give it. */
#include "claim/claim_impl.h"

typedef struct worst {
    bool known;
    uint32_t block;
    struct dg_event_memory is;
    char call[96], at[16];
} worst;

typedef struct memory {
    dg_claim_setup setup;
    worst arm[2]; /* by the part of its limit */
    tally over;
    evidence facts;
} memory;

enum { WARN_TENTHS = 8 };

static bool is_over(const struct dg_event_memory *m)
{
    return m->pages > m->limit;
}

/* A log from elsewhere may say any number. */
static bool is_much(const struct dg_event_memory *m)
{
    return (double)m->pages * 10 >= (double)m->limit * WARN_TENTHS;
}

static bool is_worse(const worst *w, const struct dg_event_memory *m)
{
    return !w->known
           || (double)m->pages * (double)w->is.limit > (double)w->is.pages * (double)m->limit;
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    worst *w;
    if (e->kind != DG_EVENT_MEMORY || e->memory.slot < m->setup.upgrade_slot
        || e->memory.limit <= 0)
        return;
    if (e->arm == DG_ARM_TREATMENT && is_over(&e->memory))
        dg_claim_tally_add(&m->over, e->block);
    if (e->arm == DG_ARM_TREATMENT && is_much(&e->memory))
        dg_claim_evidence_event(&m->facts, e);
    w = &m->arm[e->arm];
    if (!is_worse(w, &e->memory))
        return;
    *w = (worst){ .known = true, .block = e->block, .is = e->memory };
    dg_claim_text_copy(w->call, sizeof w->call, dg_claim_detail(e, "call"));
    dg_claim_text_copy(w->at, sizeof w->at, dg_claim_detail(e, "at"));
}

/* "129.1", of pages of 64 KiB. */
typedef struct mib {
    char text[24];
} mib;
static mib mib_of(int64_t pages)
{
    mib out;
    snprintf(out.text, sizeof out.text, "%lld.%lld", (long long)(pages / 16),
             (long long)(pages % 16 * 10 / 16));
    return out;
}

/* "; control took 25 (1.5 MiB)" */
typedef struct beside {
    char text[80];
} beside;
static beside control_of(const memory *m)
{
    const worst *c = &m->arm[DG_ARM_CONTROL];
    beside out = { "" };
    if (c->known)
        snprintf(out.text, sizeof out.text, "; control %s %lld (%s MiB)",
                 is_over(&c->is) ? "asks for" : "takes at most", (long long)c->is.pages,
                 mib_of(c->is.pages).text);
    return out;
}

static void say_over(const memory *m, dg_verdict *v)
{
    const worst *t = &m->arm[DG_ARM_TREATMENT];
    char nodes[64] = "nodes give";
    if (t->is.of == 1 && m->setup.network && t->is.refusing < m->setup.nodes)
        snprintf(nodes, sizeof nodes, "%lld of %lld nodes give", (long long)t->is.refusing,
                 (long long)m->setup.nodes);
    dg_verdict_say(v, DG_VERDICT_BROKE,
                   "%s at #%u%s%s%s asks for %lld pages of memory (%s MiB), and %s %lld (%s MiB)%s",
                   t->call, t->block, t->at[0] ? " (" : "", t->at, t->at[0] ? ")" : "",
                   (long long)t->is.pages, mib_of(t->is.pages).text, nodes, (long long)t->is.limit,
                   mib_of(t->is.limit).text, control_of(m).text);
    dg_verdict_span(v, &m->over);
}

static dg_figures figures(const memory *m)
{
    const worst *t = &m->arm[DG_ARM_TREATMENT], *c = &m->arm[DG_ARM_CONTROL];
    dg_figures out = { .unit = "pages",
                       .measured = dg_claim_figure((uint64_t)t->is.pages),
                       .threshold = dg_claim_figure((uint64_t)t->is.limit),
                       .lost_unit = "pages",
                       .lost =
                           dg_claim_figure_above((uint64_t)t->is.pages, (uint64_t)t->is.limit) };
    if (c->known)
        out.control = dg_claim_figure((uint64_t)c->is.pages);
    return out;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    const worst *t = &m->arm[DG_ARM_TREATMENT], *c = &m->arm[DG_ARM_CONTROL];
    if (c->known && is_over(&c->is)) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "N-1 alone: %s at #%u asks for %lld pages of memory, and nodes give %lld",
                       c->call, c->block, (long long)c->is.pages, (long long)c->is.limit);
        v->control_failed = true;
    } else if (!t->known) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no call was measured from U on");
    } else if (is_over(&t->is)) {
        say_over(m, v);
    } else {
        bool much = is_much(&t->is) && is_worse(c, &t->is);
        dg_verdict_say(v, much ? DG_VERDICT_WARNED : DG_VERDICT_HELD,
                       "%s at #%u%s%s%s takes %lld of %lld pages of memory (%s of %s MiB)%s",
                       t->call, t->block, t->at[0] ? " (" : "", t->at, t->at[0] ? ")" : "",
                       (long long)t->is.pages, (long long)t->is.limit, mib_of(t->is.pages).text,
                       mib_of(t->is.limit).text, control_of(m).text);
    }
    if (v->status != DG_VERDICT_UNEXERCISED)
        v->figures = figures(m);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_memory = {
    .id = DG_CLAIM_MEMORY,
    .fails = "runtime calls run out of memory",
    .says = "every call of N fits in the memory that nodes give it; from 80 % on it warns",
    .because = "nodes give a call 2,048 pages of 64 KiB, and what asks for more traps: a migration "
               "or an election that fits a test chain may not fit the live state",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .step = step,
    .finish = finish,
};
