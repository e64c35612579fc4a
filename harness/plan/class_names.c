/* class_names.c - what a plan calls nodes: a release, a range of releases, a row of the class
 * table, or what a node says of itself. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <string.h>

enum { NAMES_MAX = 128 };

/* The name of a class or a release that is nearest to the text; NULL: none is near. */
static const char *nearest(const char *text)
{
    const char *names[NAMES_MAX + 1];
    const dg_node_class *class;
    const dg_release *release;
    size_t count = 0;
    for (size_t i = 0; (class = dg_class_at(i)); i++) {
        names[count++] = class->name;
        names[count++] = class->also;
    }
    for (size_t i = 0; (release = dg_release_at(i)); i++) {
        names[count++] = release->name;
        names[count++] = release->also;
    }
    assert(count <= NAMES_MAX);
    names[count] = NULL;
    return dg_nearest(text, names);
}

dg_code dg_plan_class_unknown(const char *text, dg_error *err)
{
    const char *near = strncmp(text, "v", 1) == 0 ? NULL : nearest(text);
    char known[200];
    dg_class_list(known, sizeof known);
    return dg_fail(err, DG_USAGE,
                   near ? "node release \"%.60s\" is not known; known are %s; did you mean \"%s\"?"
                        : "node release \"%.60s\" is not known; known are %s",
                   text, known, near);
}

/* One end of a range: a single release. */
static dg_code read_end(const dg_release **out, const char *text, size_t len, dg_error *err)
{
    char name[DG_CLASS_NAME_MAX];
    dg_node_class class;
    snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), text);
    if (!dg_class_read(&class, text, len))
        return dg_plan_class_unknown(name, err);
    if (!class.from || class.from != class.to)
        return dg_fail(err, DG_USAGE,
                       "a range begins and ends with a release such as v1.10, not %s", name);
    *out = class.from;
    return DG_OK;
}

/* "v1.7..v1.11" */
static dg_code read_range(dg_plan_range *out, const char *text, dg_error *err)
{
    const char *dots = strstr(text, "..");
    dg_code rc = read_end(&out->from, text, (size_t)(dots - text), err);
    if (rc < 0 || (rc = read_end(&out->to, dots + 2, strlen(dots + 2), err)) < 0)
        return rc;
    if (out->from > out->to)
        return dg_fail(err, DG_USAGE, "the range %.60s is upside down: write %s..%s", text,
                       out->to->name, out->from->name);
    return DG_OK;
}

dg_code dg_plan_range_read(dg_plan_range *out, const char *text, dg_error *err)
{
    dg_node_class class;
    *out = (dg_plan_range){ .from = NULL };
    if (dg_class_read(&class, text, strlen(text))) {
        *out = (dg_plan_range){ class.from, class.to };
        return DG_OK;
    }
    return strstr(text, "..") ? read_range(out, text, err) : dg_plan_class_unknown(text, err);
}

bool dg_plan_range_part(dg_node_class *out, const dg_plan_range *range, size_t i)
{
    const dg_node_class *row;
    for (size_t k = 0, found = 0; (row = dg_class_at(k)); k++) {
        const dg_release *from = row->from, *to = row->to;
        if (!range->from != !from || (from && (to < range->from || range->to < from))
            || found++ != i)
            continue;
        *out = *row;
        if (from)
            dg_class_narrow(out, from < range->from ? range->from : from,
                            range->to < to ? range->to : to);
        return true;
    }
    return false;
}
