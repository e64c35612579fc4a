/* find_runtime.c - suspects in N itself, as nodes meet it: its version of ParachainHost, its
 * answers at U, the time that its work and its compiling take. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

enum { NAMES_MAX = 3, LONGER_TENTHS = 15 /* of control's longest: what is told as longer */ };

static bool text_is(const dg_event *e, const char *key, const char *value)
{
    const char *text = json_string_value(json_object_get(e->detail, key));
    return text && strcmp(text, value) == 0;
}

/* ---- answers at U ---- */

bool dg_suspect_is_odd(const dg_event *e)
{
    return e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_API
           && (!e->api.ok || !e->api.decodes || e->api.contradicts
               || e->api.against > DG_EVENT_AGAINST_SAME);
}

static void find_answers(dg_suspects *out, const dg_suspect_facts *f)
{
    char names[200] = "";
    size_t used = 0, count = 0;
    dg_suspect *s;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (!dg_suspect_is_odd(e) || !text_is(e, "window", "U"))
            continue;
        if (count++ < NAMES_MAX && used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     json_string_value(json_object_get(e->detail, "api")));
    }
    if (!count
        || !(s = dg_suspect_add(out, DG_SUSPECT_MIGRATED, 0,
                                "answers at U are taken after N's migrations")))
        return;
    snprintf(s->seen, sizeof s->seen, "at #%u %zu answer%s not as control's: %s%s",
             f->upgrade_block, count, count == 1 ? " is" : "s are", names,
             count > NAMES_MAX ? ", .." : "");
    snprintf(s->says, sizeof s->says,
             "nodes ask at #%u, where N answers over storage that it migrates only in #%u: %s%s",
             f->upgrade_block, f->upgrade_block + 1, names, count > NAMES_MAX ? ", .." : "");
    snprintf(s->advice, sizeof s->advice,
             "make N answer over the storage of N-1 as well, as it is in #%u: %s%s",
             f->upgrade_block, names, count > NAMES_MAX ? ", .." : "");
}

/* ---- answers that stay ---- */

enum { ANSWERS_MAX = 4 /* each costs a trial */ };

static bool is_found(const dg_suspects *out, const char *api)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->at[i].kind == DG_SUSPECT_ANSWER && strcmp(out->at[i].name, api) == 0)
            return true;
    return false;
}

static void add_answer(dg_suspects *out, const dg_event *e, const char *api)
{
    const char *differs = json_string_value(json_object_get(e->detail, "differs")),
               *error = json_string_value(json_object_get(e->detail, "error")),
               *how = differs && differs[0] ? differs
                      : error               ? error
                                            : "another answer";
    dg_suspect *s = dg_suspect_add(out, DG_SUSPECT_ANSWER, 0, "N-1's code answers %.90s", api);
    if (!s)
        return;
    snprintf(s->name, sizeof s->name, "%s", api);
    snprintf(s->seen, sizeof s->seen, "N's answer to %s at #%u is not control's: %.180s", api,
             e->block, how);
    snprintf(s->says, sizeof s->says,
             "N answers %s otherwise than N-1, after its migrations too (at #%u: %.180s)", api,
             e->block, how);
    snprintf(s->advice, sizeof s->advice, "make N answer %s as N-1 does, or migrate what it reads",
             api);
}

/* Of those that are odd at U alone, find_answers tells. */
static void find_staying(dg_suspects *out, const dg_suspect_facts *f)
{
    size_t count = 0;
    for (size_t i = 0; i < f->log->count && count < ANSWERS_MAX; i++) {
        const dg_event *e = &f->log->at[i];
        const char *api;
        if (!dg_suspect_is_odd(e) || text_is(e, "window", "U"))
            continue;
        api = json_string_value(json_object_get(e->detail, "api"));
        if (!api || strlen(api) >= sizeof out->at[0].name || is_found(out, api))
            continue;
        add_answer(out, e, api);
        count++;
    }
}

/* ---- work ---- */

static int64_t longest_block(const dg_suspect_facts *f, dg_arm arm)
{
    int64_t longest = 0;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm == arm && e->kind == DG_EVENT_BLOCK
            && e->new_block.slot >= (int64_t)f->span.upgrade_slot && e->new_block.fuel > longest)
            longest = e->new_block.fuel;
    }
    return longest;
}

static const dg_event *first_stalled(const dg_suspect_facts *f, size_t *count)
{
    const dg_event *first = NULL;
    *count = 0;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_NET_STALLED)
            continue;
        first = first ? first : e;
        ++*count;
    }
    return first;
}

static const char *times(size_t count)
{
    return count == 1 ? "time" : "times";
}

static void tell_stalled(dg_suspect *s, const dg_event *e, size_t count)
{
    const char *question = json_string_value(json_object_get(e->detail, "question"));
    snprintf(s->seen, sizeof s->seen,
             "%zu %s a node went down, first at #%u: %s kept it for longer than %llu s", count,
             times(count), e->block, question ? question : "a call",
             (unsigned long long)(dg_world_constant(DG_CONST_STALL_LIMIT) / 1000000000));
    snprintf(s->says, sizeof s->says,
             "nodes ask %s at #%u, and N does not answer before they go down (%zu %s)",
             question ? question : "a call", e->block, count, times(count));
    snprintf(s->advice, sizeof s->advice, "make %s of N answer in time over the storage of N-1 too",
             question ? question : "every call");
}

static void find_work(dg_suspects *out, const dg_suspect_facts *f)
{
    const int64_t per_ms = (int64_t)dg_world_constant(DG_CONST_FUEL_PER_US) * 1000;
    int64_t old = longest_block(f, DG_ARM_CONTROL), now = longest_block(f, DG_ARM_TREATMENT);
    size_t stalled;
    const dg_event *first = first_stalled(f, &stalled);
    bool longer = old && now / LONGER_TENTHS > old / 10;
    dg_suspect *s;
    if ((!first && !longer)
        || !(s = dg_suspect_add(out, DG_SUSPECT_WORK, 0,
                                "N's blocks and answers take no longer than N-1's")))
        return;
    if (first) {
        tell_stalled(s, first, stalled);
        return;
    }
    snprintf(s->seen, sizeof s->seen, "the longest block of N took %lld ms, of N-1 %lld ms",
             (long long)(now / per_ms), (long long)(old / per_ms));
    snprintf(s->says, sizeof s->says,
             "N's blocks take longer than N-1's: up to %lld ms, against %lld ms in control",
             (long long)(now / per_ms), (long long)(old / per_ms));
    snprintf(s->advice, sizeof s->advice,
             "make N's blocks take less time, or spread its migrations over several");
}

/* ---- compiling ---- */

static void find_compile(dg_suspects *out, const dg_suspect_facts *f)
{
    int64_t least = 0, most = 0;
    size_t count = 0;
    dg_suspect *s;
    for (size_t i = 0; i < f->log->count; i++) {
        const dg_event *e = &f->log->at[i];
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_NET_COMPILED)
            continue;
        least = !count || e->net_compiled.ms < least ? e->net_compiled.ms : least;
        most = e->net_compiled.ms > most ? e->net_compiled.ms : most;
        count++;
    }
    if (!count || !(s = dg_suspect_add(out, DG_SUSPECT_COMPILE, 0, "N is compiled in no time")))
        return;
    snprintf(s->seen, sizeof s->seen,
             "%zu %s a node stood still to compile N, for %lld.%lld to %lld.%lld s", count,
             times(count), (long long)least / 1000, (long long)least / 100 % 10,
             (long long)most / 1000, (long long)most / 100 % 10);
    snprintf(s->says, sizeof s->says,
             "nodes stand still while they compile N, for %lld.%lld to %lld.%lld s",
             (long long)least / 1000, (long long)least / 100 % 10, (long long)most / 1000,
             (long long)most / 100 % 10);
    snprintf(s->advice, sizeof s->advice,
             "make N smaller, or ask validators for more cores: compiling it takes up to %lld.%lld "
             "s",
             (long long)most / 1000, (long long)most / 100 % 10);
}

/* ---- the version ---- */

/* What nodes switch on with a version of ParachainHost. */
static const struct {
    uint32_t version;
    const char *brings;
} brings[] = { { 7, "asynchronous backing" }, { 11, "the claim queue" } };

static void brought(char *out, size_t size, uint32_t old, uint32_t now)
{
    assert(size > 0);
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < sizeof brings / sizeof *brings && used < size; i++)
        if (old < brings[i].version && brings[i].version <= now)
            used += (size_t)snprintf(out + used, size - used, "%s %s (%u)", used ? "," : ", with",
                                     brings[i].brings, brings[i].version);
}

static void find_version(dg_suspects *out, const dg_suspect_facts *f)
{
    char with[80];
    dg_suspect *s;
    if (!f->host_old || f->host_new <= f->host_old || !f->upgrade_block
        || !(s = dg_suspect_add(out, DG_SUSPECT_HOST_VERSION, f->host_old,
                                "nodes see ParachainHost %u, as before U", f->host_old)))
        return;
    snprintf(s->seen, sizeof s->seen, "ParachainHost %u -> %u at #%u", f->host_old, f->host_new,
             f->upgrade_block);
    brought(with, sizeof with, f->host_old, f->host_new);
    snprintf(s->says, sizeof s->says,
             "ParachainHost %u -> %u at #%u: from that leaf on nodes work as for the new version%s",
             f->host_old, f->host_new, f->upgrade_block, with);
    snprintf(s->advice, sizeof s->advice,
             "keep ParachainHost at %u in N until nodes are ready for %u", f->host_old,
             f->host_new);
}

void dg_suspect_find_runtime(dg_suspects *out, const dg_suspect_facts *facts)
{
    find_answers(out, facts);
    find_staying(out, facts);
    find_work(out, facts);
    find_compile(out, facts);
    find_version(out, facts);
}
