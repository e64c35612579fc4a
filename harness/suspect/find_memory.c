/* find_memory.c - the suspect in what nodes give a call: N asks for more, and N-1 does not. */
#include "suspect/suspect_impl.h"

static bool is_of(const dg_event *e, const dg_suspect_facts *f, dg_arm arm)
{
    return e->kind == DG_EVENT_MEMORY && e->arm == arm
           && e->memory.slot >= (int64_t)f->span.upgrade_slot;
}

/* Pages that control took at most; more than it was given: it ran out of memory itself. */
static int64_t pages_of_control(const dg_suspect_facts *f, bool *over)
{
    int64_t most = 0;
    *over = false;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (!is_of(e, f, DG_ARM_CONTROL))
            continue;
        most = e->memory.pages > most ? e->memory.pages : most;
        *over |= e->memory.pages > e->memory.limit;
    }
    return most;
}

static const dg_event *first_over(const dg_suspect_facts *f)
{
    for (size_t i = 0; i < f->log->count; i++)
        if (is_of(&f->log->at[i], f, DG_ARM_TREATMENT)
            && f->log->at[i].memory.pages > f->log->at[i].memory.limit)
            return &f->log->at[i];
    return NULL;
}

static void advise_memory(dg_suspect *s, const dg_event *e, const char *call)
{
    if (e->memory.of == 2)
        snprintf(s->advice, sizeof s->advice,
                 "make %s of N need less memory: nothing on chain raises the limit of a query",
                 call);
    else
        snprintf(s->advice, sizeof s->advice,
                 "make N's %s need less memory, a migration by steps over several blocks; or raise "
                 ":heappages well before U (System.set_heap_pages), which nodes go by for blocks",
                 call);
}

void dg_suspect_find_memory(dg_suspects *out, const dg_suspect_facts *f)
{
    bool over;
    int64_t control = pages_of_control(f, &over);
    const dg_event *e = first_over(f);
    const char *call = e ? json_string_value(json_object_get(e->detail, "call")) : NULL;
    dg_suspect *s;
    if (!e || over
        || !(s = dg_suspect_add(out, DG_SUSPECT_MEMORY, 0,
                                "nodes give calls as much memory as they want")))
        return;
    call = call ? call : "a call";
    snprintf(s->seen, sizeof s->seen,
             "%s at #%u asks for %lld pages of memory, limit %lld, in control at most %lld", call,
             e->block, (long long)e->memory.pages, (long long)e->memory.limit, (long long)control);
    snprintf(s->says, sizeof s->says,
             "%s at #%u runs out of memory: N asks for %lld pages of 64 KiB and more, nodes give "
             "%lld, and calls of N-1 take at most %lld",
             call, e->block, (long long)e->memory.pages, (long long)e->memory.limit,
             (long long)control);
    advise_memory(s, e, call);
}
