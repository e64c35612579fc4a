/* classes.c - the classes of a plan's network: as its list says, some without
 * repairs that they had, or in the short form of a flag. */
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

static json_t *class_item(const char *name, size_t len, double share)
{
    return json_pack("{s:s%, s:f}", "class", name, len, "share", share);
}

static dg_code bad_classes(json_t *list, const char *text, dg_error *err)
{
    json_decref(list);
    return dg_fail(err, DG_USAGE, "network.classes: CLASS, or CLASS=SHARE,CLASS=SHARE, not %.200s",
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
        if (json_array_append_new(list, class_item(at, len, share)) != 0) {
            json_decref(list);
            return dg_fail(err, DG_NOMEM, "no memory for classes of nodes");
        }
    }
    *out = list;
    return DG_OK;
}
