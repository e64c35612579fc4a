/* setup.c - what a log tells of its run as a whole, and which claims its plan wants judged. */
#include "claim/claim_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Control's first block from U's slot on; what treatment has there is told by itself. */
static void control_block(dg_claim_setup *s, const dg_event *e)
{
    if (e->arm == DG_ARM_CONTROL && !s->control_block && s->begun
        && e->new_block.slot >= s->upgrade_slot)
        s->control_block = e->block;
}

static void run_start(dg_claim_setup *s, const dg_event *e)
{
    const struct dg_event_run_start *n = &e->run_start;
    s->begun = true;
    s->slot_ms = n->slot_ms;
    s->epoch_slots = n->epoch_slots;
    s->boundaries_wanted = n->boundaries_wanted;
    s->upgrade_slot = n->upgrade_slot;
    s->code = n->code != 0;
    s->fork_block = (uint32_t)n->fork_block;
    s->from_slot = json_integer_value(json_object_get(e->detail, "from_slot"));
    s->claims = json_object_get(e->detail, "claims");
}

static void network(dg_claim_setup *s, const dg_event *e)
{
    const struct dg_event_net_start *n = &e->net_start;
    s->network = true;
    s->upgrade_slot = n->upgrade_slot;
    s->first_boundary = n->first_boundary;
    s->epoch_slots = n->epoch_slots;
    s->nodes = n->nodes;
    s->parachains = n->parachains;
}

static void bft_start(dg_claim_setup *s, const dg_event *e)
{
    s->begun = true;
    s->bft = true;
    s->nodes = e->bft_start.nodes;
    s->claims = json_object_get(e->detail, "claims");
}

static void upgrade(dg_claim_setup *s, const dg_event *e)
{
    if (e->upgrade.migrated)
        s->ran = true;
    else
        s->treatment_block = e->block;
}

static void run_end(dg_claim_setup *s, const dg_event *e)
{
    if (e->arm == DG_ARM_CONTROL) {
        s->control_ended = true;
        return;
    }
    s->treatment_ended = true;
    s->boundaries = e->run_end.boundaries_passed;
    s->diverged = e->run_end.diverged != 0;
}

void dg_claim_setup_read(dg_claim_setup *out, const dg_event *events, size_t count)
{
    memset(out, 0, sizeof *out);
    out->upgrade_slot = DG_CLAIM_NEVER;
    for (size_t i = 0; i < count; i++) {
        const dg_event *e = &events[i];
        if (e->kind == DG_EVENT_RUN_START)
            run_start(out, e);
        else if (e->kind == DG_EVENT_NODE_LIMITS)
            out->limits = e->node_limits;
        else if (e->kind == DG_EVENT_NET_START)
            network(out, e);
        else if (e->kind == DG_EVENT_BLOCK)
            control_block(out, e);
        else if (e->kind == DG_EVENT_UPGRADE && e->arm == DG_ARM_TREATMENT)
            upgrade(out, e);
        else if (e->kind == DG_EVENT_PROCESS)
            out->processes = true;
        else if (e->kind == DG_EVENT_CHANNEL)
            out->channels = true;
        else if (e->kind == DG_EVENT_RUN_END)
            run_end(out, e);
        else if (e->kind == DG_EVENT_BFT_START)
            bft_start(out, e);
        else if (e->kind == DG_EVENT_BFT_END)
            *(e->arm == DG_ARM_CONTROL ? &out->control_ended : &out->treatment_ended) = true;
    }
    out->upgrade_block = out->treatment_block ? out->treatment_block : out->control_block;
}

static const json_t *own(const dg_claim_setup *setup, const dg_claim *claim)
{
    return json_object_get(setup->claims, dg_claim_name(claim->id));
}

bool dg_claim_is_judged(const dg_claim *claim, const dg_claim_setup *setup)
{
    if (claim->bft != setup->bft)
        return false;
    if ((claim->network && !setup->network) || (claim->code && !setup->code))
        return false;
    if (claim->process
        && !(claim->id == DG_CLAIM_CHANNEL_BOUNDED ? setup->channels : setup->processes))
        return false;
    return (!json_is_false(json_object_get(setup->claims, "default")) || own(setup, claim))
           && !json_is_true(json_object_get(own(setup, claim), "off"));
}

/* The plan's word; NULL: it has none. */
static const char *severity_word(const dg_claim *claim, const dg_claim_setup *setup)
{
    const char *text = json_string_value(json_object_get(own(setup, claim), "severity"));
    return text ? text : json_is_true(json_object_get(setup->claims, "strict")) ? "gate" : NULL;
}

dg_claim_severity dg_claim_severity_of(const dg_claim *claim, const dg_claim_setup *setup)
{
    const char *text = severity_word(claim, setup);
    return text ? strcmp(text, "gate") == 0 ? DG_CLAIM_GATE : DG_CLAIM_ADVICE : claim->severity;
}

bool dg_claim_gates_warnings(const dg_claim *claim, const dg_claim_setup *setup)
{
    const char *text = severity_word(claim, setup);
    return text && strcmp(text, "gate") == 0;
}

/* ---- what a plan says of one claim ---- */

uint64_t dg_claim_permille(const dg_claim_setup *setup, const dg_claim_option *option)
{
    const json_t *v = json_object_get(setup->options, option->name);
    double ratio = json_number_value(v);
    assert(!option->whole && option->fallback);
    if (!json_is_number(v) || ratio < 0 || ratio > (double)option->max)
        ratio = strtod(option->fallback, NULL);
    return (uint64_t)(ratio * 1000 + 0.5);
}

uint64_t dg_claim_whole_or(const dg_claim_setup *setup, const dg_claim_option *option,
                           uint64_t otherwise)
{
    const json_t *v = json_object_get(setup->options, option->name);
    assert(option->whole);
    return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= option->max
               ? (uint64_t)json_integer_value(v)
               : otherwise;
}

uint64_t dg_claim_whole(const dg_claim_setup *setup, const dg_claim_option *option)
{
    assert(option->fallback);
    return dg_claim_whole_or(setup, option, strtoull(option->fallback, NULL, 10));
}
