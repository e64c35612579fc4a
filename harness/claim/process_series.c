/* process_series.c - samples of processes, sorted by arm, node and entity. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

process_series *dg_claim_series_of(process_set *set, const dg_event *e, const char *entity)
{
    for (size_t i = 0; i < set->count; i++) {
        process_series *s = &set->at[i];
        if (s->arm == e->arm && s->node == e->node && strcmp(s->entity, entity) == 0)
            return s;
    }
    if (set->count == SERIES_MAX) {
        set->left_out++;
        return NULL;
    }
    set->at[set->count] =
        (process_series){ .arm = e->arm, .node = e->node, .entity = entity, .high_since_ms = -1 };
    return &set->at[set->count++];
}

void dg_claim_series_add(process_set *set, process_series *s, dg_trend_point point)
{
    if (s->ended)
        return;
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        dg_trend_point *at = cap <= SERIES_POINTS_MAX ? dg_realloc(s->at, cap * sizeof *at) : NULL;
        if (!at) {
            set->lost |= cap <= SERIES_POINTS_MAX;
            s->ended = true; /* what is there is judged */
            return;
        }
        s->at = at;
        s->cap = cap;
    }
    s->most = !s->count || point.value > s->most ? point.value : s->most;
    s->last = point.value;
    s->at[s->count++] = point;
}

void dg_claim_series_end(process_set *set, const dg_event *killed)
{
    for (size_t i = 0; i < set->count; i++) {
        process_series *s = &set->at[i];
        if (s->arm != killed->arm || s->node != killed->node || s->ended)
            continue;
        s->ended = s->count >= SERIES_FEWEST;
        s->count = s->ended ? s->count : 0;
        s->high_since_ms = -1;
    }
}

const process_series *dg_claim_series_control(const process_set *set, const process_series *of)
{
    for (size_t i = 0; i < set->count; i++) {
        const process_series *s = &set->at[i];
        if (s->arm == DG_ARM_CONTROL && s->node == of->node && strcmp(s->entity, of->entity) == 0)
            return s;
    }
    return NULL;
}

void dg_claim_series_clear(process_set *set, evidence *facts)
{
    for (size_t i = 0; i < set->count; i++)
        dg_free(set->at[i].at);
    facts->lost |= set->lost;
    set->count = 0;
}

bool dg_claim_series_counts(const dg_claim_setup *setup, int64_t slot)
{
    return !setup->begun || slot >= setup->upgrade_slot;
}

rate_text dg_claim_rate_text(double per_hour)
{
    rate_text out;
    snprintf(out.text, sizeof out.text, fabs(per_hour) < 100 ? "%.1f" : "%.0f",
             fabs(per_hour) < 0.05 ? 0 : per_hour);
    return out;
}

rate_text dg_claim_span_text(int64_t ms)
{
    rate_text out;
    if (ms < 120000)
        snprintf(out.text, sizeof out.text, "%.1f s", (double)ms / 1000);
    else if (ms < 7200000)
        snprintf(out.text, sizeof out.text, "%.1f minutes", (double)ms / 60000);
    else
        snprintf(out.text, sizeof out.text, "%.1f hours", (double)ms / 3600000);
    return out;
}
