/* suspects.c - the list of those who are suspected: one more, as long as there is room. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

const char *dg_suspect_kind_name(dg_suspect_kind kind)
{
    static const char *const names[] = {
#define X(KIND, name) name,
#include "suspect/suspect_list.h"
#undef X
    };
    assert(kind < DG_SUSPECT_KIND_COUNT);
    return names[kind];
}

/* A repair goes by its name, since rows of the table move; what has neither name nor number is the
 * only one of its kind. */
void dg_suspect_key(char out[DG_SUSPECT_KEY_MAX], const dg_suspect *s)
{
    const char *kind = dg_suspect_kind_name(s->kind);
    bool numbered = s->index || s->kind == DG_SUSPECT_FAULT || s->kind == DG_SUSPECT_ROLLOUT;
    if (s->kind == DG_SUSPECT_REPAIR)
        snprintf(out, DG_SUSPECT_KEY_MAX, "%s:%s", kind, dg_repair_at(s->index)->name);
    else if (s->name[0] && numbered)
        snprintf(out, DG_SUSPECT_KEY_MAX, "%s:%s:%u", kind, s->name, s->index);
    else if (s->name[0])
        snprintf(out, DG_SUSPECT_KEY_MAX, "%s:%s", kind, s->name);
    else if (numbered)
        snprintf(out, DG_SUSPECT_KEY_MAX, "%s:%u", kind, s->index);
    else
        snprintf(out, DG_SUSPECT_KEY_MAX, "%s", kind);
}

/* Only how many there are and their names are kept of those beyond. */
static dg_suspect *leave_out(dg_suspects *out, const char *what)
{
    size_t used = strlen(out->left_names);
    snprintf(out->left_names + used, sizeof out->left_names - used, "%s%s", used ? "; " : "", what);
    out->left_out++;
    return NULL;
}

dg_suspect *dg_suspect_add(dg_suspects *out, dg_suspect_kind kind, uint32_t index, const char *what,
                           ...)
{
    dg_suspect *s = &out->at[out->count];
    char line[sizeof s->what];
    va_list args;
    assert((unsigned)kind < DG_SUSPECT_KIND_COUNT);
    assert(out->count <= DG_SUSPECTS_MAX);
    va_start(args, what);
    vsnprintf(line, sizeof line, what, args);
    va_end(args);
    if (out->count == DG_SUSPECTS_MAX)
        return leave_out(out, line);
    *s = (dg_suspect){ .kind = kind, .index = index };
    memcpy(s->what, line, sizeof line);
    out->count++;
    return s;
}
