/* find_state.c - suspects in what N's migrations leave in storage: a pallet that keeps its storage
 * version over values of a new layout, an item that does not decode, a value of the configuration
 * that is another. */
#include "suspect/suspect_impl.h"

#include <string.h>

enum { FIELDS_MAX = 6, DEPTH_MAX = 8 };

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- storage versions ---- */

static void find_version(dg_suspects *out, const dg_event *e, const json_t *row)
{
    const char *item = text_at(row, "item");
    unsigned version = (unsigned)json_integer_value(json_object_get(row, "version"));
    char pallet[80];
    dg_suspect *s;
    snprintf(pallet, sizeof pallet, "%.*s", (int)strcspn(item, "."), item);
    for (size_t i = 0; i < out->count; i++)
        if (out->at[i].kind == DG_SUSPECT_STORAGE_VERSION && strcmp(out->at[i].name, pallet) == 0)
            return;
    if (!(s = dg_suspect_add(out, DG_SUSPECT_STORAGE_VERSION, version,
                             "the storage version of %s is %u from N's first block on", pallet,
                             version + 1)))
        return;
    snprintf(s->name, sizeof s->name, "%s", pallet);
    snprintf(s->seen, sizeof s->seen,
             "from #%u on %s is in N's layout, while the storage version of %s stays %u", e->block,
             item, pallet, version);
    snprintf(s->says, sizeof s->says,
             "N writes %s in a new layout from #%u on, and the storage version of %s stays %u, so "
             "that what goes by the version reads the old layout: the migration from %u to %u is "
             "not in N",
             item, e->block, pallet, version, version, version + 1);
    snprintf(s->advice, sizeof s->advice,
             "enact the releases between N-1 and N one after another, or add the migration of %s "
             "from storage version %u to %u to N",
             pallet, version, version + 1);
}

/* ---- items ---- */

/* What is wrong with an item, as events name its role. */
static const struct {
    const char *role, *seen, *says; /* the item, what is told of it */
} wrongs[] = {
    { "entity", "%s lacks under N what control has: %.160s",
      "N's migrations leave out of %s what control has there: %.200s" },
    { "keys-changed", "%s is read as other keys under N: %.160s",
      "N reads %s otherwise than it was stored: %.200s" },
    { "", "%s does not decode under N: %.160s",
      "N's migrations leave %s in a layout that N does not read: %.200s" },
};

static void find_item(dg_suspects *out, const dg_event *e)
{
    const char *pallet = text_at(e->detail, "pallet"), *item = text_at(e->detail, "item"),
               *reason = text_at(e->detail, "reason");
    /* whoever is queued has the keys that were next */
    bool keys = strcmp(text_at(e->detail, "role"), "keys-changed") == 0;
    size_t wrong = 0;
    dg_suspect *s;
    if (e->storage.undecodable <= e->storage.undecodable_control
        || !(s = dg_suspect_add(out, DG_SUSPECT_STORAGE_ITEM, 0,
                                "%.60s.%.60s%s control's after N's migrations", pallet, item,
                                keys ? " and QueuedKeys are" : " is")))
        return;
    while (wrongs[wrong].role[0] && strcmp(wrongs[wrong].role, text_at(e->detail, "role")) != 0)
        wrong++;
    snprintf(s->name, sizeof s->name, "%.46s.%.46s", pallet, item);
    snprintf(s->seen, sizeof s->seen, wrongs[wrong].seen, s->name, reason);
    snprintf(s->says, sizeof s->says, wrongs[wrong].says, s->name, reason);
    snprintf(s->advice, sizeof s->advice,
             "enact the releases between N-1 and N one after another, or migrate %s in N", s->name);
}

/* ---- what N-1 left for its own next block ---- */

static void find_leftover(dg_suspects *out, const dg_event *e)
{
    const char *item = text_at(e->detail, "item");
    dg_suspect *s = dg_suspect_add(out, DG_SUSPECT_LEFTOVER, (uint32_t)e->leftover.place,
                                   "%.90s is not there when N's first block begins", item);
    if (!s)
        return;
    snprintf(s->name, sizeof s->name, "%s", item);
    snprintf(s->seen, sizeof s->seen, "%s (key %.140s) is in the state of U; %s", item,
             text_at(e->detail, "key"),
             e->leftover.by_end ? "N takes it out by the end of its first block, N-1 keeps it"
                                : "N-1 takes it out where a block begins, N does not");
    snprintf(
        s->says, sizeof s->says,
        e->leftover.by_end
            ? "N-1 leaves %s in storage at the end of U, while N leaves it there at the end of "
              "no block, so that N's first block finds what it does not expect"
            : "N-1 leaves %s in storage at the end of U and takes it out where its next block "
              "begins, which N does not, so that N's first block finds it",
        item);
    snprintf(s->advice, sizeof s->advice,
             "let N take %s out of storage before its first block's inherents, in a migration for "
             "instance",
             item);
}

/* ---- the configuration ---- */

static void add_field(dg_suspects *out, const dg_event *e, const char *place, const json_t *was,
                      const json_t *is)
{
    char old[60], now[60];
    dg_suspect *s = dg_suspect_add(out, DG_SUSPECT_CONFIG_VALUE, 0,
                                   "%s is control's after N's migrations", place);
    if (!s)
        return;
    dg_event_short(old, sizeof old, was);
    dg_event_short(now, sizeof now, is);
    snprintf(s->name, sizeof s->name, "%s", place);
    snprintf(s->seen, sizeof s->seen, "%s is %s under N at #%u, and %s in control", place, now,
             e->block, old);
    snprintf(s->says, sizeof s->says, "N's migrations make %s %s, which is %s in control", place,
             now, old);
    snprintf(s->advice, sizeof s->advice, "let N's migrations keep %s at %s", place, old);
}

/* Fields that both have at one place. */
static void find_fields(dg_suspects *out, const dg_event *e, const char *place, const json_t *was,
                        const json_t *is, unsigned depth, unsigned *found)
{
    const char *name;
    json_t *now;
    json_object_foreach((json_t *)is, name, now)
    {
        const json_t *old = json_object_get(was, name);
        char deeper[96];
        if (!old || *found == FIELDS_MAX)
            continue;
        snprintf(deeper, sizeof deeper, "%.46s%s%.46s", place, place[0] ? "." : "", name);
        if (json_is_object(now) && depth < DEPTH_MAX)
            find_fields(out, e, deeper, old, now, depth + 1, found);
        else if (!json_equal((json_t *)old, now)) {
            add_field(out, e, deeper, old, now);
            ++*found;
        }
    }
}

/* ---- cores ---- */

/* Where runtimes with coretime keep who has which core. */
static bool holds_cores(const char *pallet)
{
    return strcmp(pallet, "CoretimeAssignmentProvider") == 0
           || strcmp(pallet, "ParaAssignmentProvider") == 0;
}

static void find_cores(dg_suspects *out, const dg_event *e, const char *pallet)
{
    dg_suspect *s;
    if (!holds_cores(pallet)
        || !(s = dg_suspect_add(out, DG_SUSPECT_CORES, 0,
                                "each parachain has a core in %s from N's first block on", pallet)))
        return;
    snprintf(s->name, sizeof s->name, "%s", pallet);
    snprintf(s->seen, sizeof s->seen, "%s is new in N and holds nothing after its migrations, #%u",
             pallet, e->block);
    snprintf(s->says, sizeof s->says,
             "N takes cores from pallet %s, which is new in it and holds nothing after its "
             "migrations, so that no parachain has a core from the next session on",
             pallet);
    snprintf(s->advice, sizeof s->advice,
             "enact the releases between N-1 and N one after another, or add the migration to N "
             "that assigns cores to parachains in %s",
             pallet);
}

/* ---- all of them ---- */

static void find_in(dg_suspects *out, const dg_event *e, unsigned *fields)
{
    const json_t *row;
    size_t i;
    if (e->kind == DG_EVENT_MIGRATION)
        json_array_foreach(json_object_get(e->detail, "empty"), i, row)
            find_cores(out, e, json_string_value(row));
    if (e->kind == DG_EVENT_MIGRATION)
        json_array_foreach(json_object_get(e->detail, "unraised"), i, row)
            find_version(out, e, row);
    if (e->kind == DG_EVENT_STORAGE)
        find_item(out, e);
    if (e->kind == DG_EVENT_LEFTOVER)
        find_leftover(out, e);
    if (e->kind == DG_EVENT_CONFIG && !*fields
        && strcmp(text_at(e->detail, "what"), "Configuration.ActiveConfig") == 0)
        find_fields(out, e, "", json_object_get(e->detail, "control"),
                    json_object_get(e->detail, "treatment"), 0, fields);
}

void dg_suspect_find_state(dg_suspects *out, const dg_suspect_facts *facts)
{
    unsigned fields = 0;
    for (size_t i = 0; i < facts->log->count; i++)
        if (facts->log->at[i].arm == DG_ARM_TREATMENT)
            find_in(out, &facts->log->at[i], &fields);
}
