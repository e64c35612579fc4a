/* channel-bounded: from U on nothing waits unread in a channel in ever greater numbers. The limits
 * are those of the alert rules that substrate ships (UnboundedChannelPersistentlyLarge and
 * UnboundedChannelVeryLarge), and a slope, which tells of it before they do. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <string.h>

enum { LASTS_MS = 300000 };

typedef struct memory {
    dg_claim_setup setup;
    double at_most, lasting, grows;
    int64_t least_ms;
    process_set set;
    evidence facts;
} memory;

static const dg_claim_option options[] = {
    { .name = "at_most",
      .whole = true,
      .max = 1000000000,
      .fallback = "15000",
      .says = "unread in one channel at any moment" },
    { .name = "lasting",
      .whole = true,
      .max = 1000000000,
      .fallback = "200",
      .says = "unread in one channel, of which fewer must be left at some moment of any five "
              "minutes" },
    { .name = "grows_at_most",
      .whole = true,
      .max = 1000000000,
      .fallback = "100",
      .says = "unread an hour by which one channel may grow" },
    { .name = "least_s",
      .whole = true,
      .max = 1000000,
      .fallback = "120",
      .says = "seconds that are watched before anything is said of growth" },
    { .name = NULL },
};

static void start(void *at, const dg_claim_setup *setup)
{
    memory *m = at;
    m->at_most = (double)dg_claim_whole(setup, &options[0]);
    m->lasting = (double)dg_claim_whole(setup, &options[1]);
    m->grows = (double)dg_claim_whole(setup, &options[2]);
    m->least_ms = (int64_t)dg_claim_whole(setup, &options[3]) * 1000;
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    process_series *s;
    int64_t now = (int64_t)(e->at / 1000000);
    if (e->kind == DG_EVENT_PROCESS_KILLED
        && dg_claim_series_counts(&m->setup, e->process_killed.slot))
        dg_claim_series_end(&m->set, e);
    if (e->kind != DG_EVENT_CHANNEL || e->channel.unread < 0
        || !dg_claim_series_counts(&m->setup, e->channel.slot)
        || !(s = dg_claim_series_of(&m->set, e, dg_claim_detail(e, "entity"))))
        return;
    if ((double)e->channel.unread < m->lasting)
        s->high_since_ms = -1;
    else if (s->high_since_ms < 0)
        s->high_since_ms = now;
    else if (now - s->high_since_ms > s->high_ms)
        s->high_ms = now - s->high_since_ms;
    dg_claim_series_add(&m->set, s, (dg_trend_point){ now, (double)e->channel.unread });
}

/* ---- the verdict ---- */

typedef enum how { FINE, OPEN, GROWS, LASTS, TOO_MANY } how;
typedef struct channel {
    const process_series *of, *control;
    dg_trend_says says;
    how is, control_is;
} channel;

static how how_of(dg_trend_says *says, const memory *m, const process_series *s)
{
    dg_trend_judge(says, s->at, s->count, &(dg_trend_question){ m->grows, m->least_ms });
    return s->most > m->at_most         ? TOO_MANY
           : s->high_ms >= LASTS_MS     ? LASTS
           : says->is == DG_TREND_ABOVE ? GROWS
           : says->is == DG_TREND_BELOW ? FINE
                                        : OPEN;
}

/* Bad, and worse than in control, comes before what is bad there too. */
static int badness(const channel *c)
{
    return c->is > OPEN && c->control_is < c->is ? 3 : c->is > OPEN ? 2 : c->is == OPEN;
}

static void channel_of(channel *out, const memory *m, const process_series *s)
{
    dg_trend_says control;
    *out = (channel){ .of = s, .control = dg_claim_series_control(&m->set, s) };
    out->is = how_of(&out->says, m, s);
    out->control_is = out->control ? how_of(&control, m, out->control) : FINE;
}

static dg_figures figures(const memory *m, const channel *c)
{
    dg_figures out = { .unit = "unread",
                       .measured = dg_claim_figure((uint64_t)(c->of->most > 0 ? c->of->most : 0)),
                       .threshold = dg_claim_figure((uint64_t)m->at_most) };
    if (c->control)
        out.control = dg_claim_figure((uint64_t)(c->control->most > 0 ? c->control->most : 0));
    return out;
}

static void say(dg_verdict *v, const memory *m, const channel *c, size_t channels, size_t bad)
{
    char room[500];
    dg_buf line = dg_buf_on(room, sizeof room);
    if (c->is == FINE)
        dg_buf_printf(&line, "at most %.0f unread in one of %zu channels", c->of->most, channels);
    else
        dg_buf_printf(&line, "%.80s: %.0f unread", c->of->entity, c->of->last);
    if (c->says.late.bounded && c->is != FINE)
        dg_buf_printf(&line, ", growing by %s an hour (%s to %s)",
                      dg_claim_rate_text(c->says.late.per_hour).text,
                      dg_claim_rate_text(c->says.late.low).text,
                      dg_claim_rate_text(c->says.late.high).text);
    dg_buf_printf(&line, " after %s", dg_claim_span_text(c->says.over_ms).text);
    if (c->control)
        dg_buf_printf(&line, "; %.0f in control", c->control->last);
    if (bad > 1)
        dg_buf_printf(&line, "; so the worst of %zu channels", bad);
    if (badness(c) == 2) {
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "N-1 alone: %s", dg_buf_text(&line));
        v->control_failed = true;
        return;
    }
    if (c->is == TOO_MANY)
        dg_buf_printf(&line, "; the limit is %.0f", m->at_most);
    else if (c->is == LASTS)
        dg_buf_printf(&line, "; never fewer than %.0f for %s, and 5 minutes are the limit",
                      m->lasting, dg_claim_span_text(c->of->high_ms).text);
    else if (c->is == GROWS)
        dg_buf_printf(&line, "; the limit is %.0f an hour", m->grows);
    dg_verdict_say(v,
                   c->is == FINE   ? DG_VERDICT_HELD
                   : c->is == OPEN ? DG_VERDICT_UNEXERCISED
                                   : DG_VERDICT_BROKE,
                   "%s%s", c->is == OPEN ? "too little was seen: " : "", dg_buf_text(&line));
    if (c->is == FINE || c->is == TOO_MANY)
        v->figures = figures(m, c);
    if (c->is > OPEN)
        v->count = bad;
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    channel worst = { .of = NULL };
    size_t channels = 0, bad = 0;
    for (size_t i = 0; i < m->set.count; i++) {
        const process_series *s = &m->set.at[i];
        channel c;
        if (s->arm == DG_ARM_CONTROL || !s->count)
            continue;
        channel_of(&c, m, s);
        channels++;
        bad += c.is > OPEN;
        if (!worst.of || badness(&c) > badness(&worst)
            || (badness(&c) == badness(&worst) && c.of->most > worst.of->most))
            worst = c;
    }
    if (!worst.of)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "no channel was measured from U on");
    else
        say(v, m, &worst, channels, bad);
    dg_claim_series_clear(&m->set, &m->facts);
}

const dg_claim dg_claim_channel_bounded = {
    .id = DG_CLAIM_CHANNEL_BOUNDED,
    .fails = "messages pile up unread",
    .says = "no channel of a node holds more and more that nobody reads",
    .because = "Calamari 2022-07: a stream of events was subscribed to and never polled, in the "
               "releases around v0.9.22; substrate's alert rules warn at 200 for five minutes and "
               "at 15,000",
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
