/* memory-slope: from U on no process of a node takes more and more memory: by how much, by a robust
 * slope, against control's. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <string.h>

#define LEAST_MS_PER_S 1000

typedef struct memory {
    dg_claim_setup setup;
    double at_most;
    int64_t least_ms;
    process_set set;
    tally kills[2];
    int64_t first_kill_ns, kill_limit_kib;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "at_most",
      .max = 1000000,
      .fallback = "20",
      .says = "MB (of 1,000,000 bytes) an hour that are fine, beyond what control grows by" },
    { .name = "least_s",
      .whole = true,
      .max = 1000000,
      .fallback = "120",
      .says = "seconds that are watched before anything is said; what warms up for longer than "
              "1.7 times that may be taken for a leak" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->at_most = (double)dg_claim_permille(setup, &options[0]) / 1000;
    m->least_ms = (int64_t)dg_claim_whole(setup, &options[1]) * LEAST_MS_PER_S;
    m->first_kill_ns = -1;
}

static void killed(memory *m, const dg_event *e)
{
    dg_claim_tally_add(&m->kills[e->arm], e->block);
    dg_claim_series_end(&m->set, e);
    if (e->arm == DG_ARM_CONTROL)
        return;
    dg_claim_evidence_event(&m->facts, e);
    if (m->first_kill_ns < 0) {
        m->first_kill_ns = (int64_t)(e->at & INT64_MAX);
        m->kill_limit_kib = e->process_killed.limit_kib;
    }
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    process_series *s;
    if (e->kind == DG_EVENT_PROCESS_KILLED
        && dg_claim_series_counts(&m->setup, e->process_killed.slot))
        killed(m, e);
    if (e->kind != DG_EVENT_PROCESS || e->process.rss_kib < 0
        || !dg_claim_series_counts(&m->setup, e->process.slot)
        || !(s = dg_claim_series_of(&m->set, e, "")))
        return;
    dg_claim_series_add(
        &m->set, s,
        (dg_trend_point){ (int64_t)(e->at / 1000000), (double)e->process.rss_kib * 1024 / 1e6 });
}

/* ---- the verdict ---- */

/* The process that is worst, and how many are as bad. */
typedef struct worst {
    const process_series *of;
    dg_trend_says says, control;
    double limit;
    size_t processes, above;
} worst;

static int badness(dg_trend_is is)
{
    static const int rank[] = {
        [DG_TREND_BELOW] = 0, [DG_TREND_OPEN] = 1, [DG_TREND_SLOWING] = 2, [DG_TREND_ABOVE] = 3
    };
    return rank[is];
}

static void find_worst(worst *w, const memory *m)
{
    *w = (worst){ .of = NULL };
    for (size_t i = 0; i < m->set.count; i++) {
        const process_series *s = &m->set.at[i], *c = dg_claim_series_control(&m->set, s);
        dg_trend_question question = { m->at_most, m->least_ms };
        dg_trend_says says, control = { .is = DG_TREND_OPEN };
        if (s->arm == DG_ARM_CONTROL)
            continue;
        if (c)
            dg_trend_judge(&control, c->at, c->count, &question);
        question.limit +=
            control.late.known && control.late.per_hour > 0 ? control.late.per_hour : 0;
        dg_trend_judge(&says, s->at, s->count, &question);
        w->processes++;
        w->above += says.is == DG_TREND_ABOVE;
        if (w->of
            && (badness(says.is) < badness(w->says.is)
                || (says.is == w->says.is && says.late.per_hour <= w->says.late.per_hour)))
            continue;
        w->of = s;
        w->says = says;
        w->control = control;
        w->limit = question.limit;
    }
}

static uint64_t milli(double v)
{
    return v <= 0 ? 0 : v > 1e15 ? (uint64_t)INT64_MAX : (uint64_t)(v * 1000 + 0.5);
}

static dg_figures figures(const worst *w)
{
    dg_figures out = { .unit = "MB/h",
                       .measured = dg_claim_figure_milli(milli(w->says.late.per_hour)),
                       .threshold = dg_claim_figure_milli(milli(w->limit)) };
    if (w->control.late.known)
        out.control = dg_claim_figure_milli(milli(w->control.late.per_hour));
    return out;
}

/* "memory grows by 310 MB/h (305 to 315), from 210 MB to 272 MB in 12.0 minutes by 77 samples" */
static void measured(dg_buf *out, const worst *w)
{
    const dg_trend_fit *f = &w->says.late;
    const process_series *s = w->of;
    dg_buf_printf(out, "memory grows by %s MB/h", dg_claim_rate_text(f->per_hour).text);
    if (f->bounded)
        dg_buf_printf(out, " (%s to %s)", dg_claim_rate_text(f->low).text,
                      dg_claim_rate_text(f->high).text);
    dg_buf_printf(out, ", from %.0f to %.0f MB in %s, by %zu samples", s->at[0].value,
                  s->at[w->says.count - 1].value, dg_claim_span_text(w->says.over_ms).text,
                  w->says.count);
    if (w->control.late.known)
        dg_buf_printf(out, "; %s MB/h in control",
                      dg_claim_rate_text(w->control.late.per_hour).text);
}

static void told_of_kills(dg_buf *out, const memory *m)
{
    const tally *t = &m->kills[DG_ARM_TREATMENT];
    if (t->count)
        dg_buf_printf(out,
                      "; %llu time%s a process was killed for want of memory, first after %s, with "
                      "%.0f MB",
                      (unsigned long long)t->count, t->count == 1 ? "" : "s",
                      dg_claim_span_text(m->first_kill_ns / 1000000).text,
                      (double)m->kill_limit_kib * 1024 / 1e6);
}

static bool more_kills(const memory *m)
{
    return m->kills[DG_ARM_TREATMENT].count > m->kills[DG_ARM_CONTROL].count;
}

/* Killed before there were samples for a slope: that is known all the same. */
static void killed_alone(const memory *m, dg_verdict *v)
{
    char room[300];
    dg_buf line = dg_buf_on(room, sizeof room);
    told_of_kills(&line, m);
    dg_verdict_say(v, DG_VERDICT_BROKE, "too few samples for a slope%s", dg_buf_text(&line));
    dg_verdict_span(v, &m->kills[DG_ARM_TREATMENT]);
}

static void judged(const memory *m, const worst *w, dg_verdict *v)
{
    char room[500];
    dg_buf line = dg_buf_on(room, sizeof room);
    measured(&line, w);
    if (w->processes > 1)
        dg_buf_printf(&line, "; so the worst of %zu processes, %zu above the limit", w->processes,
                      w->above);
    told_of_kills(&line, m);
    if (w->says.is == DG_TREND_ABOVE || more_kills(m)) {
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s; the limit is %s", dg_buf_text(&line),
                       dg_claim_rate_text(w->limit).text);
        v->figures = figures(w);
        dg_verdict_span(v, &m->kills[DG_ARM_TREATMENT]);
        v->count = v->count ? v->count : w->above;
    } else if (w->control.is == DG_TREND_ABOVE) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone: %s; the limit is %s",
                       dg_buf_text(&line), dg_claim_rate_text(m->at_most).text);
        v->control_failed = true;
    } else if (w->says.is == DG_TREND_BELOW) {
        dg_verdict_say(v, DG_VERDICT_HELD, "%s; the limit is %s", dg_buf_text(&line),
                       dg_claim_rate_text(w->limit).text);
        v->figures = figures(w);
    } else if (w->says.is == DG_TREND_SLOWING) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED,
                       "it may be warming up, since it grows ever less (%s MB/h in the first half "
                       "of the time): %s; the limit is %s",
                       dg_claim_rate_text(w->says.early.per_hour).text, dg_buf_text(&line),
                       dg_claim_rate_text(w->limit).text);
    } else {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "too little was seen: %s; the limit is %s",
                       dg_buf_text(&line), dg_claim_rate_text(w->limit).text);
    }
}

/* A claim never holds with a number on the wrong side: the interval is, the middle need not be. */
static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    worst w;
    find_worst(&w, m);
    if ((!w.of || !w.says.late.known) && more_kills(m))
        killed_alone(m, v);
    else if (!w.of || !w.says.late.known)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "too few samples of memory: %zu",
                       w.of ? w.of->count : 0);
    else
        judged(m, &w, v);
    dg_claim_series_clear(&m->set, &m->facts);
    dg_verdict_show(v, &m->facts);
}

const dg_claim dg_claim_memory_slope = {
    .id = DG_CLAIM_MEMORY_SLOPE,
    .fails = "nodes run out of memory",
    .says = "the memory of no process of a node grows by more than the limit, by a robust slope "
            "that leaves out what only warms up",
    .because = "Calamari 2022-07: collators of v3.2.1 grew until they were out of memory, as the "
               "embedded relay node held a stream that nobody read",
    .basis = "process",
    .options = options,
    .process = true,
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = offsetof(memory, facts),
    .start = start,
    .step = step,
    .finish = finish,
};
