/* harm.c - what the upgrade cost, held against control slot by slot from U on: blocks of the
 * relay chain, and of each parachain, in simulated time.
 *
 * Counted is the settled chain alone. A parachain's block is worth the time that control takes
 * for one of them. Cores are served in turns, so one block more or less in the same slots is no
 * harm yet, nor is one in a hundred. Where U changed nothing, N-1 goes on, and treatment was not
 * followed further: nothing is counted. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

enum { PARAS_MAX = 4096, SLACK_BLOCKS = 1, SLACK_PARTS = 100 };

typedef struct para {
    uint32_t id;
    int64_t count[2], last[2]; /* blocks included, and the slot of the last one, by arm */
} para;

typedef struct count {
    int64_t from, slots;  /* from U's slot to the last of control */
    uint32_t *settled[2]; /* number of the block of each slot, by arm; 0: none */
    int64_t blocks[2];
    para *paras;
    uint32_t para_count;
} count;

/* ---- time ---- */

/* A log may have been written by anybody: what no run has is nothing. */
enum { SLOT_MS_MAX = 3600000 };

int64_t dg_outcome_slots_between(int64_t first, int64_t last)
{
    return first >= 0 && last >= first && last - first < DG_EVENT_LOG_MAX ? last - first + 1 : 0;
}

int64_t dg_outcome_ms_of(const dg_outcome_facts *run, int64_t slots)
{
    uint64_t ms = run->span.clock.slot_ms;
    return slots > 0 && slots <= DG_EVENT_LOG_MAX && ms <= SLOT_MS_MAX ? slots * (int64_t)ms : 0;
}

/* ---- counting ---- */

static uint32_t *place_of(count *c, const dg_event *e, int64_t slot)
{
    int64_t at = !c->slots || slot < c->from ? -1 : slot - c->from;
    assert(e->arm == DG_ARM_CONTROL || e->arm == DG_ARM_TREATMENT);
    return at >= 0 && at < c->slots ? &c->settled[e->arm][at] : NULL;
}

static int64_t last_of_control(const dg_outcome_facts *run)
{
    int64_t last = 0;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind == DG_EVENT_BLOCK && e->arm == DG_ARM_CONTROL && e->new_block.slot > last)
            last = e->new_block.slot;
    }
    return last;
}

static para *para_of(count *c, uint32_t id)
{
    assert(c->para_count <= PARAS_MAX);
    for (uint32_t i = 0; i < c->para_count; i++)
        if (c->paras[i].id == id)
            return &c->paras[i];
    if (c->para_count == PARAS_MAX)
        return NULL;
    c->paras[c->para_count] = (para){ .id = id };
    return &c->paras[c->para_count++];
}

static void settle(count *c, const dg_event *e)
{
    uint32_t *at = place_of(c, e, e->new_block.slot);
    if (!at)
        return;
    c->blocks[e->arm]++;
    *at = e->block;
}

/* Two blocks of one slot may both stand for the settled one: it counts once. */
static void include(count *c, const dg_event *e)
{
    int64_t slot = e->net_included.slot;
    const uint32_t *at = place_of(c, e, slot);
    para *p = at && *at == e->block ? para_of(c, (uint32_t)e->net_included.para) : NULL;
    if (!p || p->last[e->arm] == slot)
        return;
    p->last[e->arm] = slot;
    p->count[e->arm]++;
}

bool dg_outcome_not_enacted(const dg_outcome_facts *run)
{
    bool tried = false;
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->kind != DG_EVENT_UPGRADE || e->arm != DG_ARM_TREATMENT || e->upgrade.migrated)
            continue;
        if (e->upgrade.enacted)
            return false;
        tried = true;
    }
    return tried;
}

static bool begin(count *c, const dg_outcome_facts *run)
{
    size_t room;
    c->from = (int64_t)run->span.upgrade_slot;
    if (!dg_outcome_not_enacted(run))
        c->slots = dg_outcome_slots_between(c->from, last_of_control(run));
    room = (size_t)c->slots + 1;
    c->paras = dg_calloc(PARAS_MAX, sizeof *c->paras);
    for (int arm = 0; arm < 2; arm++)
        c->settled[arm] = dg_calloc(room, sizeof *c->settled[arm]);
    return c->paras && c->settled[0] && c->settled[1];
}

/* Settled blocks first: that a block stays is known after what it includes. */
static void add_events(count *c, const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].kind == DG_EVENT_BLOCK)
            settle(c, &run->log->at[i]);
    for (size_t i = 0; i < run->log->count; i++)
        if (run->log->at[i].kind == DG_EVENT_NET_INCLUDED)
            include(c, &run->log->at[i]);
}

/* ---- what it comes to ---- */

static int64_t lost_of(const para *p)
{
    int64_t lost = p->count[DG_ARM_CONTROL] - p->count[DG_ARM_TREATMENT];
    return lost > SLACK_BLOCKS && lost * SLACK_PARTS > p->count[DG_ARM_CONTROL] ? lost : 0;
}

static int put_paras(json_t *out, const count *c, int64_t window_ms)
{
    int64_t sum[2] = { 0, 0 }, lost_ms = 0, most_ms = 0, harmed = 0, most = 0;
    for (uint32_t i = 0; i < c->para_count; i++) {
        const para *p = &c->paras[i];
        int64_t lost = lost_of(p), ms = lost ? lost * window_ms / p->count[DG_ARM_CONTROL] : 0;
        sum[0] += p->count[0];
        sum[1] += p->count[1];
        harmed += lost != 0;
        lost_ms += ms;
        if (ms > most_ms) {
            most_ms = ms;
            most = p->id;
        }
    }
    return dg_outcome_put(out, "parachains", json_integer(c->para_count))
           | dg_outcome_put(out, "parachains_harmed", json_integer(harmed))
           | dg_outcome_put(out, "parachain_blocks", json_integer(sum[DG_ARM_TREATMENT]))
           | dg_outcome_put(out, "parachain_blocks_control", json_integer(sum[DG_ARM_CONTROL]))
           | dg_outcome_put(out, "parachain_lost_ms", json_integer(lost_ms))
           | dg_outcome_put(out, "worst_parachain", json_integer(most))
           | dg_outcome_put(out, "worst_lost_ms", json_integer(most_ms));
}

json_t *dg_outcome_harm(const dg_outcome_facts *run, bool network)
{
    count c = { 0 };
    json_t *out = begin(&c, run) ? json_object() : NULL;
    int64_t lost;
    int bad = !out;
    if (out) {
        add_events(&c, run);
        lost = c.blocks[DG_ARM_CONTROL] - c.blocks[DG_ARM_TREATMENT];
        bad |= dg_outcome_put(out, "window_ms", json_integer(dg_outcome_ms_of(run, c.slots)))
               | dg_outcome_put(out, "relay_blocks", json_integer(c.blocks[DG_ARM_TREATMENT]))
               | dg_outcome_put(out, "relay_blocks_control", json_integer(c.blocks[DG_ARM_CONTROL]))
               | dg_outcome_put(out, "relay_lost_ms", json_integer(dg_outcome_ms_of(run, lost)));
        bad |= network ? put_paras(out, &c, dg_outcome_ms_of(run, c.slots)) : 0;
    }
    for (int arm = 0; arm < 2; arm++)
        dg_free(c.settled[arm]);
    dg_free(c.paras);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
