/* memory.c - how much of the memory that nodes give a call was taken: at U and right behind it,
 * where a session or an era begins, and wherever it was much. */
#include "run/run_impl.h"

#include <assert.h>

enum { MUCH_TENTHS = 8 };

static uint64_t pages_of(uint32_t bytes)
{
    return ((uint64_t)bytes + DG_WASM_PAGE - 1) / DG_WASM_PAGE;
}

static bool is_much(const dg_memory_use *use)
{
    return (uint64_t)use->peak * 10 >= (uint64_t)use->max * MUCH_TENTHS;
}

/* `of` and `refusing` as in the event's row. */
typedef struct telling {
    uint64_t slot;
    uint32_t block;
    const char *call, *at;
    int64_t of, refusing;
} telling;

static void tell(dg_run_arm *a, const dg_memory_use *use, const telling *t)
{
    json_t *detail = json_pack("{s:s, s:s}", "call", t->call, "at", t->at);
    if (!detail)
        a->run->log.rc = DG_NOMEM;
    dg_run_arm_log(a, t->slot, t->block,
                   &(dg_event){ .kind = DG_EVENT_MEMORY,
                                .memory = { .slot = (int64_t)t->slot,
                                            .pages = (int64_t)pages_of(use->peak),
                                            .limit = (int64_t)pages_of(use->max),
                                            .of = t->of,
                                            .refusing = t->refusing },
                                .detail = detail });
}

/* ---- a block by its author ---- */

static const char *moment_of(dg_run_arm *a, dg_block *block)
{
    uint32_t number = dg_block_number(block), upgrade = a->at.upgrade_block;
    dg_block *parent = dg_block_parent(block);
    if (a->at.session_block == number && upgrade && number > upgrade)
        return parent && dg_run_era_at(a, block) > dg_run_era_at(a, parent) ? "era" : "session";
    return upgrade && number == upgrade ? "U" : upgrade && number == upgrade + 1 ? "U+1" : "";
}

void dg_run_memory_block(dg_run_arm *a, dg_block *block, const dg_build_report *report)
{
    const char *at = moment_of(a, block);
    if (!report->memory.max || (!at[0] && !is_much(&report->memory)))
        return;
    tell(a, &report->memory,
         &(telling){ .slot = dg_block_slot(block),
                     .block = dg_block_number(block),
                     .call = report->memory.entry,
                     .at = at });
}

/* A block that is not there: the first after U, or the first past a boundary of sessions. */
static const char *moment_missed(const dg_run_arm *a, uint64_t slot, uint32_t number)
{
    const dg_plan_span *span = &a->run->span;
    uint64_t last = a->tip ? dg_block_slot(a->tip) : 0, epoch = span->clock.epoch_slots;
    if (a->at.upgrade_block && number == a->at.upgrade_block + 1)
        return "U+1";
    if (slot < span->first_boundary || !epoch)
        return "";
    return last < slot - (slot - span->first_boundary) % epoch ? "session" : "";
}

void dg_run_memory_refused(dg_run_arm *a, uint64_t slot, uint32_t number,
                           const dg_build_report *report)
{
    if (report->memory.peak > report->memory.max)
        tell(a, &report->memory,
             &(telling){ .slot = slot,
                         .block = number,
                         .call = report->memory.entry,
                         .at = moment_missed(a, slot, number),
                         .refusing = (int64_t)dg_run_network_refusing(a, UINT64_MAX, 1) });
}

/* ---- .. by who imports it ---- */

/* The importer's call was made with what the newest releases give; others give less. */
void dg_run_memory_imported(dg_run_arm *a, dg_block *block, const dg_memory_use *use)
{
    dg_memory_use least = *use;
    uint64_t once, refusing;
    if (!use->max)
        return;
    assert(use->max >= use->first);
    once = (use->max - use->first) / DG_CHAIN_HEAP_IMPORT_TIMES;
    refusing = dg_run_network_refusing(a, use->peak > use->first ? use->peak - use->first : 0,
                                       once ? once : 1);
    if (refusing && use->peak <= use->max)
        least.max = use->first + (uint32_t)once;
    if (refusing || is_much(use))
        tell(a, &least,
             &(telling){ .slot = dg_block_slot(block),
                         .block = dg_block_number(block),
                         .call = "Core_execute_block",
                         .at = "",
                         .of = 1,
                         .refusing = (int64_t)refusing });
}

/* ---- answers ---- */

void dg_run_memory_answers(dg_run_arm *a, dg_run_moment m, uint64_t slot)
{
    const dg_survey_sample *s = &a->kept.samples[m];
    const dg_survey_answer *most = NULL;
    char entry[96] = "";
    const dg_survey_api *row;
    for (size_t i = 0; s->taken && (row = dg_survey_api_at(i)); i++) {
        const dg_survey_answer *now = &s->answers[i];
        if (!now->asked || !now->memory.max
            || (most
                && (uint64_t)now->memory.peak * most->memory.max
                       <= (uint64_t)most->memory.peak * now->memory.max))
            continue;
        most = now;
        dg_survey_api_entry(entry, sizeof entry, row);
    }
    if (most)
        tell(a, &most->memory,
             &(telling){ .slot = slot,
                         .block = s->block,
                         .call = entry,
                         .at = dg_run_moment_name(m),
                         .of = 2 });
}
