/* verdict.c - how a claim comes to its closing words; what all of them use is here, and none
 * of them is named. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

static const char *const claim_names[DG_CLAIM_COUNT] = {
#define X(ID, member, name) [DG_CLAIM_##ID] = name,
#include "claim/claim_list.h"
#undef X
};

const char *dg_claim_name(dg_claim_id id)
{
    assert((unsigned)id < DG_CLAIM_COUNT);
    return claim_names[id];
}

const char *dg_verdict_status_name(dg_verdict_status status)
{
    static const char *const names[] = { "held", "broke", "warned", "unexercised" };
    assert((size_t)status < sizeof names / sizeof *names);
    return names[status];
}

const char *dg_verdict_reach_name(dg_verdict_reach reach)
{
    static const char *const names[] = { NULL, "does-not-apply", "not-reached", "out-of-reach" };
    assert((size_t)reach < sizeof names / sizeof *names);
    return names[reach];
}

const char *dg_claim_severity_name(dg_claim_severity severity)
{
    return severity == DG_CLAIM_GATE ? "gate" : "advice";
}

/* A verdict over facts of which some were lost is none. */
static void give_back(evidence *e, dg_verdict *verdict)
{
    if (e->lost)
        verdict->rc = DG_NOMEM;
    json_decref(e->list);
}

static void has_no_parachain(dg_verdict *v)
{
    v->control_failed = false;
    dg_verdict_spare(v, "the state has no parachain");
}

dg_code dg_claim_judge(const dg_claim *claim, dg_verdict *verdict, const dg_claim_setup *setup,
                       const dg_event *events, size_t count, dg_error *err)
{
    void *memory = dg_calloc(1, claim->size);
    dg_claim_setup *own;
    assert(claim->step && claim->finish);
    assert(claim->setup + sizeof *own <= claim->size);
    assert(claim->facts == FACTS_NONE || claim->facts + sizeof(evidence) <= claim->size);
    memset(verdict, 0, sizeof *verdict);
    if (!memory)
        return dg_fail(err, DG_NOMEM, "no memory for claim %s", dg_claim_name(claim->id));
    own = (dg_claim_setup *)(void *)((uint8_t *)memory + claim->setup);
    *own = *setup;
    own->options = json_object_get(setup->claims, dg_claim_name(claim->id));
    if (claim->start)
        claim->start(memory, own);
    /* what is told of a network that never began was cut out of another log */
    for (size_t i = 0; i < count && (!claim->network || setup->network); i++)
        claim->step(memory, &events[i]);
    claim->finish(memory, verdict);
    if (claim->paras && verdict->status == DG_VERDICT_UNEXERCISED && own->ran && own->network
        && !own->parachains)
        has_no_parachain(verdict);
    if (dg_claim_gates_warnings(claim, own))
        dg_claim_gate(verdict);
    if (claim->allows)
        dg_claim_allow(verdict, own);
    dg_claim_weigh(verdict, claim, events, count);
    if (claim->facts != FACTS_NONE)
        give_back((evidence *)(void *)((uint8_t *)memory + claim->facts), verdict);
    dg_free(memory);
    if (verdict->rc < 0) {
        dg_verdict_clear(verdict);
        return dg_fail(err, DG_NOMEM, "no memory for the evidence of %s", dg_claim_name(claim->id));
    }
    return DG_OK;
}

void dg_verdict_clear(dg_verdict *verdict)
{
    json_decref(verdict->evidence);
    verdict->evidence = NULL;
}

/* ---- shared by the claims ---- */

void dg_claim_tally_add(tally *t, uint32_t block)
{
    if (t->count++ == 0)
        t->first = block;
    t->last = block;
}

void dg_claim_evidence_add(evidence *e, json_t *item)
{
    if (!e->list)
        e->list = json_array();
    if (!item || !e->list)
        e->lost = true;
    if (e->list && json_array_size(e->list) >= DG_VERDICT_EVIDENCE_MAX)
        json_decref(item);
    else if (json_array_append_new(e->list, item) != 0)
        e->lost = true;
}

void dg_claim_evidence_event(evidence *e, const dg_event *event)
{
    dg_claim_evidence_add(e, dg_event_json(event));
}

void dg_verdict_say(dg_verdict *v, dg_verdict_status status, const char *format, ...)
{
    va_list args;
    v->status = status;
    va_start(args, format);
    vsnprintf(v->text, sizeof v->text, format, args);
    va_end(args);
}

void dg_verdict_spare(dg_verdict *v, const char *format, ...)
{
    va_list args;
    size_t len;
    v->status = DG_VERDICT_HELD;
    v->reach = DG_VERDICT_DOES_NOT_APPLY;
    len = (size_t)snprintf(v->text, sizeof v->text, "does not apply: ");
    assert(len < sizeof v->text);
    va_start(args, format);
    vsnprintf(v->text + len, sizeof v->text - len, format, args);
    va_end(args);
}

void dg_verdict_span(dg_verdict *v, const tally *t)
{
    v->first_block = t->first;
    v->last_block = t->last;
    v->count = t->count;
}

void dg_verdict_show(dg_verdict *v, evidence *e)
{
    v->evidence = e->list;
    e->list = NULL;
}

const char *dg_claim_detail(const dg_event *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event->detail, key));
    return text ? text : "";
}

void dg_claim_text_copy(char *out, size_t size, const char *text)
{
    assert(size > 0);
    snprintf(out, size, "%s", text);
}
