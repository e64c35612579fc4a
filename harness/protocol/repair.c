/* repair.c - what a release family has that an older one lacked, each to be taken
 * away again: whether a repair repairs shows when the same run is red without it.
 * Sources: the pull requests of polkadot-sdk that the names are numbers of. */
#include "protocol/protocol.h"

#include <string.h>

static bool keeps_newest(const dg_node_class *c)
{
    return c->keeps_newest;
}
static void forget_newest(dg_node_class *c)
{
    c->keeps_newest = false;
}
static bool puts_aside(const dg_node_class *c)
{
    return c->early == DG_EARLY_KEEP;
}
static void drop_early(dg_node_class *c)
{
    c->early = DG_EARLY_DROP;
}
static bool keeps_v1(const dg_node_class *c)
{
    return c->keeps_v1_collations;
}
static void refuse_v1(dg_node_class *c)
{
    c->keeps_v1_collations = false;
}
static bool few_params(const dg_node_class *c)
{
    return !c->artifact_full;
}
static void all_params(dg_node_class *c)
{
    c->artifact_full = true;
}

static const dg_repair repairs[] = {
    { "1920", "collations of version 1 are taken with asynchronous backing too", keeps_v1,
      refuse_v1 },
    { "3063", "a topology that comes early is put aside", puts_aside, drop_early },
    { "4211", "artifacts hang on those executor parameters alone that change them", few_params,
      all_params },
    { "4269", "the newest of the topologies kept for later stays", keeps_newest, forget_newest },
};

const dg_repair *dg_repair_at(size_t i)
{
    return i < sizeof repairs / sizeof *repairs ? &repairs[i] : NULL;
}

dg_code dg_class_without(dg_node_class *of, const char *repair, dg_error *err)
{
    const dg_repair *r;
    char known[80] = "";
    for (size_t i = 0; (r = dg_repair_at(i)); i++) {
        if (strcmp(r->name, repair) == 0)
            break;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 r->name);
    }
    if (!r)
        return dg_fail(err, DG_USAGE, "there is no repair %s; there are %s", repair, known);
    if (!r->has(of))
        return dg_fail(err, DG_USAGE, "%s has no repair %s", of->name, repair);
    r->undo(of);
    return DG_OK;
}
