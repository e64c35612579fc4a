/* upgrade-enacted: N became the code at U, and its first block ran. */
#include "claim/claim_impl.h"

#include <string.h>

typedef struct memory {
    dg_claim_setup setup;
    uint32_t upgrade_block, refused_block, enacted_block, migrated_block;
    bool tried, enacted, pending, migrated, built_after, configured, unserved;
    char refused[240], path[160], objected[80];
} memory;

static void upgrade(memory *m, const dg_event *e)
{
    const struct dg_event_upgrade *n = &e->upgrade;
    m->tried = true;
    if (n->migrated) {
        m->migrated = n->enacted != 0;
        m->migrated_block = e->block;
    } else {
        m->enacted = n->enacted != 0;
        m->pending = n->pending != 0;
        m->enacted_block = e->block;
        m->configured = strcmp(dg_claim_detail(e, "how"), "config") == 0;
        m->unserved = dg_claim_detail(e, "unserved")[0] != 0;
        dg_claim_text_copy(m->objected, sizeof m->objected, dg_claim_detail(e, "objected"));
        dg_claim_text_copy(m->path, sizeof m->path, dg_claim_detail(e, "path"));
    }
    if (!n->enacted && !m->refused[0]) {
        dg_claim_text_copy(m->refused, sizeof m->refused, dg_claim_detail(e, "refused"));
        m->refused_block = e->block;
        m->configured |= strcmp(dg_claim_detail(e, "part"), "config") == 0;
    }
}

static void step(void *at, const dg_event *e)
{
    memory *m = at;
    if (e->arm != DG_ARM_TREATMENT)
        return;
    if (e->kind == DG_EVENT_UPGRADE)
        upgrade(m, e);
    if (e->kind == DG_EVENT_BLOCK && m->enacted && e->block > m->enacted_block)
        m->built_after = true;
}

static void say_enacted(const memory *m, dg_verdict *v)
{
    bool objected = m->objected[0] != 0;
    dg_verdict_say(v, m->unserved || objected ? DG_VERDICT_WARNED : DG_VERDICT_HELD,
                   "enacted at #%u by %s%s%s%s%s", m->enacted_block, m->path,
                   m->pending ? ", pending until the next block" : "",
                   objected ? "; the chain's own call set_executor_params refuses this change: "
                            : "",
                   m->objected, objected ? "; it was written all the same" : "");
}

static void finish(void *at, dg_verdict *v)
{
    memory *m = at;
    tally where = { m->enacted_block, m->enacted_block, 1 };
    if (!m->tried)
        dg_verdict_say(v, DG_VERDICT_UNEXERCISED, "the upgrade was never tried");
    else if (!m->enacted)
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s not enacted at #%u: %s",
                       m->configured ? "the configuration was" : "N was", m->enacted_block,
                       m->refused);
    else if (!m->built_after)
        dg_verdict_say(v, DG_VERDICT_BROKE, "%s since #%u and no block followed",
                       m->configured ? "the configuration is changed" : "N is the code",
                       m->enacted_block);
    else if (!m->migrated)
        dg_verdict_say(v, DG_VERDICT_BROKE, "N ran at #%u without taking over: %s",
                       m->migrated_block, m->refused);
    else
        say_enacted(m, v);
    if (m->tried && v->status == DG_VERDICT_BROKE)
        dg_verdict_span(v, &where);
}

const dg_claim dg_claim_upgrade_enacted = {
    .id = DG_CLAIM_UPGRADE_ENACTED,
    .fails = "N is not enacted",
    .says = "N is the code of the chain after U, and the first block on it ran N",
    .because = "a refused set_code leaves the chain on N-1 while everybody believes otherwise",
    .basis = "real runtime",
    .size = sizeof(memory),
    .setup = offsetof(memory, setup),
    .facts = FACTS_NONE,
    .step = step,
    .finish = finish,
};
