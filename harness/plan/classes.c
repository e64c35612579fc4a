/* classes.c - the classes of a plan's network, as its list says: some without repairs that they
 * had, some as a range of releases. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <string.h>

static const char *name_in(const json_t *item)
{
    return json_string_value(json_object_get(item, "class"));
}

/* Repairs that an item takes away or adds, under `key`. */
static dg_code change(dg_node_class *out, const json_t *item, const char *key,
                      dg_code (*by)(dg_node_class *of, const char *repair, dg_error *err),
                      dg_error *err)
{
    const json_t *repair;
    size_t i, used;
    json_array_foreach(json_object_get(item, key), i, repair)
    {
        if (by(out, json_string_value(repair), err) < 0)
            return DG_USAGE;
        used = strlen(out->name);
        snprintf(out->name + used, sizeof out->name - used, "%s%s%s%s", i ? ", " : " ",
                 i ? "" : key, i ? "" : " ", json_string_value(repair));
    }
    return DG_OK;
}

/* A class as one item of the list says it: whole, without some of its repairs, or with some that
 * it lacks. */
static dg_code make(dg_node_class *out, const json_t *item, dg_error *err)
{
    dg_code rc;
    if (!dg_class_read(out, name_in(item), strlen(name_in(item))))
        return dg_plan_class_unknown(name_in(item), err);
    rc = change(out, item, "without", dg_class_without, err);
    return rc < 0 ? rc : change(out, item, "with", dg_class_with, err);
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

/* ---- shares ---- */

static const json_t *repairs_of(const json_t *item, const char *key)
{
    const json_t *list = json_object_get(item, key);
    return json_array_size(list) ? list : NULL;
}

static bool is_changed(const json_t *item)
{
    return repairs_of(item, "without") || repairs_of(item, "with");
}

/* Adds a share of a class to the list, with the repairs that `like` takes away or adds (NULL:
 * none); one that is there already, and whole as this, gets more. */
static int add_share(json_t *list, const char *name, double share, const json_t *like)
{
    json_t *item, *had;
    size_t i;
    json_array_foreach(list, i, item)
    {
        had = json_object_get(item, "share");
        if (!is_changed(like) && !is_changed(item) && strcmp(name_in(item), name) == 0)
            return json_object_set_new(item, "share", json_real(json_number_value(had) + share));
    }
    return json_array_append_new(list, json_pack("{s:s, s:f, s:O*, s:O*}", "class", name, "share",
                                                 share, "without", repairs_of(like, "without"),
                                                 "with", repairs_of(like, "with")));
}

static size_t releases_of(const dg_release *from, const dg_release *to)
{
    return from ? (size_t)(to - from) + 1 : 1;
}

int dg_plan_classes_add(json_t *list, const dg_plan_range *range, double share, const json_t *like)
{
    dg_node_class part;
    int bad = 0;
    for (size_t i = 0; dg_plan_range_part(&part, range, i); i++)
        bad |= add_share(list, part.name,
                         share * (double)releases_of(part.from, part.to)
                             / (double)releases_of(range->from, range->to),
                         like);
    return bad;
}

/* Adds an item as it is, or, of a range over several rows, one item for each of these. */
static dg_code spread_item(json_t *out, const json_t *item, dg_error *err)
{
    const char *name = name_in(item);
    const json_t *share = json_object_get(item, "share");
    dg_plan_range range;
    int bad;
    if (!name || !share || !strstr(name, "..") || dg_class_named(name)) {
        bad = json_array_append(out, (json_t *)item);
    } else {
        if (dg_plan_range_read(&range, name, err) < 0)
            return DG_USAGE;
        bad = dg_plan_classes_add(out, &range, json_number_value(share), item);
    }
    return bad ? dg_fail(err, DG_NOMEM, "no memory for classes of nodes") : DG_OK;
}

dg_code dg_plan_classes_spread(json_t **out, const json_t *list, dg_error *err)
{
    json_t *spread = json_array();
    const json_t *item;
    size_t i;
    dg_code rc = spread ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for classes of nodes");
    json_array_foreach(list, i, item)
    {
        if (rc >= 0 && (rc = spread_item(spread, item, err)) < 0)
            rc = dg_fail_within(err, rc, "network.classes[%zu]", i);
    }
    if (rc < 0) {
        json_decref(spread);
        spread = NULL;
    }
    *out = spread;
    return rc;
}

/* ---- by time ---- */

json_t *dg_plan_classes_equal(const dg_release_span *span)
{
    json_t *list = json_array();
    double share = 1.0 / (double)(span->newest - span->oldest + 1);
    int bad = 0;
    assert(span->oldest <= span->newest);
    for (const dg_release *r = span->oldest; r <= span->newest; r++)
        bad |= add_share(list, r->name, share, NULL);
    if (bad) {
        json_decref(list);
        return NULL;
    }
    return list;
}
