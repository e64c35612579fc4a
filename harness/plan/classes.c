/* classes.c - the classes of a plan's network: as its list says, some without
 * repairs that they had, or in the short form of a flag, by class or release. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *name_in(const json_t *item)
{
    return json_string_value(json_object_get(item, "class"));
}

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

static dg_code unknown(const char *text, dg_error *err)
{
    const char *near = strncmp(text, "v", 1) == 0 ? NULL : nearest(text);
    char known[200];
    dg_class_list(known, sizeof known);
    if (near)
        return dg_fail(err, DG_USAGE, "node release \"%.60s\" is not known; did you mean \"%s\"?",
                       text, near);
    return dg_fail(err, DG_USAGE, "node release \"%.60s\" is not known; known are %s", text, known);
}

/* A class as one item of the list says it: whole, or without some of its repairs. */
static dg_code make(dg_node_class *out, const json_t *item, dg_error *err)
{
    const json_t *repair;
    size_t i, used;
    if (!dg_class_read(out, name_in(item), strlen(name_in(item))))
        return unknown(name_in(item), err);
    used = strlen(out->name);
    json_array_foreach(json_object_get(item, "without"), i, repair)
    {
        if (dg_class_without(out, json_string_value(repair), err) < 0)
            return DG_USAGE;
        if (used < sizeof out->name)
            used += (size_t)snprintf(out->name + used, sizeof out->name - used, "%s%s",
                                     i ? ", " : " without ", json_string_value(repair));
    }
    return DG_OK;
}

dg_code dg_plan_classes_check(const json_t *classes, dg_error *err)
{
    const json_t *item;
    size_t i;
    json_array_foreach(classes, i, item)
    {
        dg_node_class class;
        dg_code rc = make(&class, item, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.classes[%zu]", i);
    }
    return DG_OK;
}

void dg_plan_class_read(dg_node_class *out, const json_t *item)
{
    dg_code rc = make(out, item, NULL);
    assert(rc == DG_OK);
    (void)rc;
}

/* ---- in short ---- */

/* Adds a share of a class to the list; one that is there already gets more. */
static int add_share(json_t *list, const char *name, double share)
{
    json_t *item, *had;
    size_t i;
    json_array_foreach(list, i, item)
    {
        had = json_object_get(item, "share");
        if (strcmp(name_in(item), name) == 0)
            return json_real_set(had, json_real_value(had) + share);
    }
    return json_array_append_new(list, json_pack("{s:s, s:f}", "class", name, "share", share));
}

static dg_code add_nodes(json_t *list, const char *text, size_t len, double share, dg_error *err)
{
    dg_node_class class;
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)len, text);
    if (!dg_class_read(&class, text, len))
        return dg_fail_within(err, unknown(name, err), "network.classes");
    return add_share(list, class.name, share)
               ? dg_fail(err, DG_NOMEM, "no memory for classes of nodes")
               : DG_OK;
}

static dg_code bad_classes(json_t *list, const char *text, dg_error *err)
{
    json_decref(list);
    return dg_fail(err, DG_USAGE,
                   "network.classes: write CLASS, or CLASS=SHARE,CLASS=SHARE, with classes or "
                   "releases such as v1.10, not %.200s",
                   text);
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* "1", "0.92", ".5": what strtod takes besides (nan, 0x1, 1e9) is no share. */
static bool share_of(double *out, const char *text, size_t len)
{
    size_t whole = digits(text), part = text[whole] == '.' ? digits(text + whole + 1) : 0;
    if (!(whole + part) || len != whole + (text[whole] == '.') + part)
        return false;
    *out = strtod(text, NULL);
    return *out <= 1;
}

dg_code dg_plan_classes_of(json_t **out, const char *text, dg_error *err)
{
    json_t *list = json_array();
    dg_code rc;
    for (const char *at = text, *end; at; at = *end ? end + 1 : NULL) {
        size_t len = strcspn(at, ",="), whole = strcspn(at, ",");
        double share = 1;
        end = at + whole;
        if (!len || (len == whole && (at != text || *end)))
            return bad_classes(list, text, err);
        if (len < whole && !share_of(&share, at + len + 1, whole - len - 1)) {
            json_decref(list);
            return dg_fail(err, DG_USAGE,
                           "network.classes: a share is a decimal from 0 to 1, not %.*s",
                           (int)(whole - len - 1), at + len + 1);
        }
        if ((rc = add_nodes(list, at, len, share, err)) < 0) {
            json_decref(list);
            return rc;
        }
    }
    *out = list;
    return DG_OK;
}

/* ---- by time ---- */

json_t *dg_plan_classes_equal(const dg_release_span *span)
{
    json_t *list = json_array();
    double share = 1.0 / (double)(span->newest - span->oldest + 1);
    int bad = 0;
    assert(span->oldest <= span->newest);
    for (const dg_release *r = span->oldest; r <= span->newest; r++)
        bad |= add_share(list, r->name, share);
    if (bad) {
        json_decref(list);
        return NULL;
    }
    return list;
}
