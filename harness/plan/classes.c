/* classes.c - the classes of a plan's network: as its list says, some without
 * repairs that they had, or in the short form of a flag, by class or release. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A class as one item of the list says it: whole, or without some of its repairs. */
static dg_code make(dg_node_class *out, char name[64], const json_t *item, dg_error *err)
{
    const json_t *repair;
    size_t i,
        used = (size_t)snprintf(name, 64, "%s", json_string_value(json_object_get(item, "class")));
    *out = *dg_class_named(name);
    json_array_foreach(json_object_get(item, "without"), i, repair)
    {
        if (dg_class_without(out, json_string_value(repair), err) < 0)
            return DG_USAGE;
        used += used < 64 ? (size_t)snprintf(name + used, 64 - used, "%s%s", i ? ", " : " without ",
                                             json_string_value(repair))
                          : 0;
    }
    out->name = name;
    return DG_OK;
}

dg_code dg_plan_classes_check(const json_t *classes, dg_error *err)
{
    const json_t *item;
    size_t i;
    json_array_foreach(classes, i, item)
    {
        dg_node_class class;
        char name[64];
        dg_code rc = make(&class, name, item, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "network.classes[%zu].without", i);
    }
    return DG_OK;
}

const dg_node_class *dg_plan_class_of(dg_plan_network *wish, size_t i, const json_t *item)
{
    assert(i < DG_PLAN_SHARES_MAX);
    if (json_array_size(json_object_get(item, "without"))
        && make(&wish->own[i], wish->names[i], item, NULL) == DG_OK)
        return &wish->own[i];
    return dg_class_named(json_string_value(json_object_get(item, "class")));
}

/* ---- in short ---- */

/* Adds a share of a class to the list; one that is there already gets more. */
static int add_share(json_t *list, const char *name, size_t len, double share)
{
    json_t *item, *had;
    size_t i;
    json_array_foreach(list, i, item)
    {
        const char *class_name = json_string_value(json_object_get(item, "class"));
        had = json_object_get(item, "share");
        if (strlen(class_name) == len && memcmp(class_name, name, len) == 0)
            return json_real_set(had, json_real_value(had) + share);
    }
    return json_array_append_new(list,
                                 json_pack("{s:s%, s:f}", "class", name, len, "share", share));
}

/* What a user calls nodes: a class, or a release of one; what is no release is left to the
 * check of the list, which knows the nearest class. */
static bool is_release_like(const char *name, size_t len)
{
    bool v = len > 1 && name[0] == 'v' && name[1] >= '0' && name[1] <= '9';
    return v || (len && name[0] >= '0' && name[0] <= '9')
           || (len > 6 && memcmp(name, "stable", 6) == 0);
}

static dg_code add_nodes(json_t *list, const char *name, size_t len, double share, dg_error *err)
{
    const dg_release *release = dg_release_named(name, len);
    char known[400];
    if (!release && is_release_like(name, len)) {
        dg_release_list(known, sizeof known);
        return dg_fail(err, DG_USAGE, "network.classes: release %.*s is not known; known are %s",
                       (int)(len < 40 ? len : 40), name, known);
    }
    if (release)
        len = strlen(name = release->class_name);
    return add_share(list, name, len, share)
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
        bad |= add_share(list, r->class_name, strlen(r->class_name), share);
    if (bad) {
        json_decref(list);
        return NULL;
    }
    return list;
}
