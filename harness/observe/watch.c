/* watch.c - samples become events, and at each look the claims are asked. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "trend/trend.h"

enum { MISSES_MAX = 5 }; /* in a row, then nobody answers any more */

typedef struct watch {
    dg_observe_watched *to;
    const dg_observe_options *how;
    dg_file_out keep;
    dg_buf line;
    size_t judged_samples; /* that became events */
    unsigned misses;       /* in a row */
} watch;

/* ---- events ---- */

static void add_events(dg_event_log *log, const dg_observe_sample *s, dg_arm arm)
{
    dg_event e = { .at = (dg_ns)s->at_ms * 1000000,
                   .arm = arm,
                   .block = s->best > 0 && s->best < UINT32_MAX ? (uint32_t)s->best : 0,
                   .kind = DG_EVENT_PROCESS,
                   .process = { .rss_kib = s->rss_kib,
                                .cpu_ms = s->cpu_ms,
                                .best = s->best,
                                .finalized = s->finalized,
                                .peers = s->peers } };
    dg_event_log_add(log, &e);
    e.kind = DG_EVENT_CHANNEL;
    for (size_t i = 0; i < s->channel_count; i++) {
        e.channel = (struct dg_event_channel){ .unread = s->channels[i].unread, .bytes = -1 };
        e.detail = json_pack("{s:s}", "entity", s->channels[i].entity);
        if (!e.detail)
            log->rc = log->rc < 0 ? log->rc : DG_NOMEM;
        dg_event_log_add(log, &e);
    }
}

static dg_code take_control(watch *w, dg_error *err)
{
    dg_observe_source *from = w->how->against;
    dg_observe_sample *s = from ? dg_malloc(sizeof *s) : NULL;
    char why[120];
    dg_code rc = DG_OK;
    if (from && !s)
        return dg_fail(err, DG_NOMEM, "no memory for samples");
    while (from && (rc = from->take(from, s, why, err)) == DG_OK) {
        w->to->control_samples++;
        if (s->at_ms >= (int64_t)w->how->settle_ms)
            add_events(&w->to->log, s, DG_ARM_CONTROL);
    }
    dg_free(s);
    return rc < 0 ? rc : dg_event_log_check(&w->to->log, err);
}

/* ---- what is kept ---- */

static void keep_line(watch *w)
{
    dg_buf_put_text(&w->line, "\n");
    dg_file_put(&w->keep, dg_buf_bytes(&w->line));
    dg_buf_reset(&w->line);
}

static dg_code keep_head(watch *w, const dg_observe_source *source, dg_error *err)
{
    dg_code rc;
    if (!w->how->keep)
        return DG_OK;
    if ((rc = dg_file_begin(&w->keep, w->how->keep, 0, err)) < 0)
        return rc;
    dg_buf_put_text(&w->line, "{\"doppel_samples\":1,\"of\":\"");
    for (const char *at = source->of; *at; at++)
        dg_buf_put_u8(&w->line, (uint8_t)(*at == '"' || *at == '\\' ? '\'' : *at));
    dg_buf_put_text(&w->line, "\"}");
    keep_line(w);
    return DG_OK;
}

void dg_observe_first_and_last(int64_t pair[2], int64_t value)
{
    pair[0] = pair[0] < 0 ? value : pair[0];
    pair[1] = value >= 0 ? value : pair[1];
}

static void note(watch *w, const dg_observe_sample *s)
{
    dg_observe_watched *to = w->to;
    to->samples++;
    to->over_ms = s->at_ms;
    dg_observe_first_and_last(to->rss_kib, s->rss_kib);
    dg_observe_first_and_last(to->best, s->best);
    dg_observe_first_and_last(to->finalized, s->finalized);
    dg_observe_first_and_last(to->cpu_ms, s->cpu_ms);
    if (w->keep.file) {
        dg_observe_line_out(&w->line, s);
        keep_line(w);
    }
    if (s->at_ms >= (int64_t)w->how->settle_ms) {
        w->judged_samples++;
        add_events(&to->log, s, DG_ARM_TREATMENT);
    }
}

/* ---- the end ---- */

/* `broke`: one did, which is enough; `open`: one still needs samples. */
static dg_code ask(const watch *w, bool *broke, bool *open, dg_error *err)
{
    const dg_event_log *log = &w->to->log;
    dg_claim_setup setup;
    const dg_claim *claim;
    dg_code rc;
    *broke = *open = false;
    dg_claim_setup_read(&setup, log->at, log->count);
    setup.claims = w->to->claims;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_verdict v;
        if (!claim->process || !dg_claim_is_judged(claim, &setup))
            continue;
        if ((rc = dg_claim_judge(claim, &v, &setup, log->at, log->count, err)) < 0)
            return rc;
        *broke |= v.status == DG_VERDICT_BROKE;
        *open |= v.status == DG_VERDICT_UNEXERCISED && !v.control_failed;
        dg_verdict_clear(&v);
    }
    return DG_OK;
}

/* Says so in `ended`, if it is. */
static dg_code is_over(watch *w, bool *over, dg_error *err)
{
    dg_observe_watched *to = w->to;
    bool broke = false, open = true;
    dg_code rc = dg_event_log_check(&to->log, err);
    if (rc >= 0 && !w->how->to_the_end && dg_trend_is_look(w->judged_samples))
        rc = ask(w, &broke, &open, err);
    *over = true;
    if (broke || !open)
        snprintf(to->ended, sizeof to->ended, "the verdict is sure");
    else if (w->how->most_ms && to->over_ms >= (int64_t)w->how->most_ms)
        snprintf(to->ended, sizeof to->ended, "the time was over");
    else
        *over = false;
    return rc;
}

static dg_code loop(watch *w, dg_observe_source *source, dg_observe_sample *s, dg_error *err)
{
    dg_code rc = DG_OK;
    for (bool over = false; !over && rc >= 0;) {
        rc = source->take(source, s, w->to->ended, err);
        if (rc == DG_END)
            return DG_OK;
        if (rc == DG_ABSENT) {
            w->to->missed++;
            if (++w->misses == MISSES_MAX)
                return DG_OK;
        } else if (rc == DG_OK) {
            w->misses = 0;
            note(w, s);
            if (w->how->progress)
                w->how->progress(w->how->user, s, w->to->samples);
            rc = is_over(w, &over, err);
        }
    }
    return rc;
}

/* A plan's `claims` in which only those about processes are judged. */
json_t *dg_observe_claims(const json_t *asked)
{
    json_t *claims = asked ? json_deep_copy(asked) : json_object();
    const dg_claim *claim;
    int bad = !claims || json_object_set_new(claims, "default", json_false());
    for (size_t i = 0; !bad && (claim = dg_claim_at(i)); i++)
        if (claim->process && !json_object_get(claims, dg_claim_name(claim->id)))
            bad = json_object_set_new(claims, dg_claim_name(claim->id), json_object());
    if (!bad)
        return claims;
    json_decref(claims);
    return NULL;
}

dg_code dg_observe_watch(dg_observe_watched *out, dg_observe_source *source,
                         const dg_observe_options *options, dg_error *err)
{
    watch w = { .to = out, .how = options };
    dg_observe_sample *s = dg_malloc(sizeof *s);
    dg_code rc;
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < 2; i++)
        out->rss_kib[i] = out->best[i] = out->finalized[i] = out->cpu_ms[i] = -1;
    out->settle_ms = (int64_t)options->settle_ms;
    memcpy(out->of, source->of, sizeof out->of);
    dg_buf_init(&w.line, DG_OBSERVE_LINE_MAX);
    out->claims = dg_observe_claims(options->claims);
    if (!s || !out->claims)
        rc = dg_fail(err, DG_NOMEM, "no memory for samples");
    else if ((rc = take_control(&w, err)) >= 0 && (rc = keep_head(&w, source, err)) >= 0)
        rc = loop(&w, source, s, err);
    /* what was seen is kept, whatever became of it */
    if (w.keep.file) {
        dg_error own;
        dg_code kept = dg_file_commit(&w.keep, &own);
        if (rc >= 0 && kept < 0)
            rc = dg_fail(err, kept, "%s", own.text);
    }
    dg_buf_clear(&w.line);
    dg_free(s);
    return rc < 0 ? rc : DG_OK;
}

void dg_observe_clear(dg_observe_watched *watched)
{
    dg_event_log_clear(&watched->log);
    json_decref(watched->claims);
    watched->claims = NULL;
}
