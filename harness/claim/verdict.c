/* verdict.c - the list of claims, and how one comes to its closing words. */
#include "claim/claim_impl.h"

#include <stdarg.h>
#include <string.h>

static const dg_claim *const claims[] = {
    &claim_identity,        &claim_upgrade_enacted,   &claim_block_cadence,
    &claim_session_cadence, &claim_authorable,        &claim_authorities_survive,
    &claim_config_survives, &claim_inherent_accepted, &claim_api_window,
    &claim_api_compatible,  &claim_migration,         &claim_queued_calls,
    &claim_reimport,        &claim_state_growth,      &claim_topology_present,
    &claim_backing_rate,    &claim_inclusion_rate,    &claim_finality_lag,
    &claim_para_interval,   &claim_groups_able,       &claim_availability,
    &claim_no_shows,        &claim_collator_health,   &claim_pvf_ready,
    &claim_disputes,        &claim_upgrade_stall,
};
enum { CLAIM_COUNT = sizeof claims / sizeof *claims };

const dg_claim *dg_claim_at(size_t i)
{
    return i < CLAIM_COUNT ? claims[i] : NULL;
}

const dg_claim *dg_claim_named(const char *name)
{
    for (size_t i = 0; i < CLAIM_COUNT; i++)
        if (strcmp(claims[i]->name, name) == 0)
            return claims[i];
    return NULL;
}

const char *dg_status_name(dg_status status)
{
    static const char *const names[] = { "held", "broke", "warned", "unexercised" };
    return names[status];
}

const char *dg_severity_name(dg_severity severity)
{
    return severity == DG_GATE ? "gate" : "advice";
}

/* A verdict over facts of which some were lost is none. */
static void give_back(evidence *e, dg_verdict *verdict)
{
    if (e->lost)
        verdict->rc = DG_NOMEM;
    json_decref(e->list);
}

dg_code dg_claim_judge(const dg_claim *claim, dg_verdict *verdict, const dg_claim_setup *setup,
                       const dg_event *events, size_t count, dg_error *err)
{
    void *memory = dg_calloc(1, claim->size);
    memset(verdict, 0, sizeof *verdict);
    if (!memory)
        return dg_fail(err, DG_NOMEM, "no memory for claim %s", claim->name);
    if (claim->start)
        claim->start(memory, setup);
    for (size_t i = 0; i < count; i++)
        claim->step(memory, &events[i]);
    claim->finish(memory, verdict);
    if (claim->facts != FACTS_NONE)
        give_back((evidence *)(void *)((uint8_t *)memory + claim->facts), verdict);
    dg_free(memory);
    if (verdict->rc < 0) {
        dg_verdict_clear(verdict);
        return dg_fail(err, DG_NOMEM, "no memory for the evidence of %s", claim->name);
    }
    return DG_OK;
}

void dg_verdict_clear(dg_verdict *verdict)
{
    json_decref(verdict->evidence);
    verdict->evidence = NULL;
}

/* ---- shared by the claims ---- */

void tally_add(tally *t, uint32_t block)
{
    if (t->count++ == 0)
        t->first = block;
    t->last = block;
}

void evidence_add(evidence *e, json_t *item)
{
    if (!e->list)
        e->list = json_array();
    if (!item || !e->list)
        e->lost = true;
    if (e->list && json_array_size(e->list) >= DG_EVIDENCE_MAX)
        json_decref(item);
    else if (json_array_append_new(e->list, item) != 0)
        e->lost = true;
}

void evidence_event(evidence *e, const dg_event *event)
{
    evidence_add(e, dg_event_json(event));
}

void verdict_say(dg_verdict *v, dg_status status, const char *format, ...)
{
    va_list args;
    v->status = status;
    va_start(args, format);
    vsnprintf(v->text, sizeof v->text, format, args);
    va_end(args);
}

void verdict_span(dg_verdict *v, const tally *t)
{
    v->first_block = t->first;
    v->last_block = t->last;
    v->count = t->count;
}

void verdict_show(dg_verdict *v, evidence *e)
{
    v->evidence = e->list;
    e->list = NULL;
}

const char *detail_text(const dg_event *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event->detail, key));
    return text ? text : "";
}

uint64_t option_permille(const dg_claim_setup *setup, const char *key, uint64_t fallback)
{
    const json_t *v = json_object_get(setup->options, key);
    double ratio = json_number_value(v);
    return json_is_number(v) && ratio >= 0 && ratio <= 1e6 ? (uint64_t)(ratio * 1000 + 0.5)
                                                           : fallback;
}

uint64_t option_whole(const dg_claim_setup *setup, const char *key, uint64_t fallback)
{
    const json_t *v = json_object_get(setup->options, key);
    return json_is_integer(v) && json_integer_value(v) >= 0 ? (uint64_t)json_integer_value(v)
                                                            : fallback;
}

void text_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}
