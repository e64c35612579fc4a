/* claims.c - each claim of two runs: what became of it, and what moved. */
#include "compare/compare_impl.h"

#include <assert.h>

/* What a side of a claim is told with; all else goes by its key. */
static const char *const told[] = { "status",      "severity",   "figures",
                                    "first_block", "last_block", "text" };
enum { TOLD_COUNT = sizeof told / sizeof *told };
/* These follow what the figures or the status count: they say nothing more where those differ. */
static const char *const follow[] = { "count", "evidence", "healed" };
enum { FOLLOW_COUNT = sizeof follow / sizeof *follow };

static bool is_one_of(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static const json_t *named(const json_t *claims, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(claims, i, claim)
    {
        if (strcmp(dg_compare_text(claim, "name"), name) == 0)
            return claim;
    }
    return NULL;
}

/* Broken and then unseen is not healed: it was not put to the test. */
static const char *change_of(dg_compare_pair claim)
{
    const char *before = dg_compare_text(claim.older, "status"),
               *now = dg_compare_text(claim.newer, "status");
    if (!claim.newer)
        return "gone";
    if (!claim.older)
        return "new";
    if (strcmp(before, now) == 0)
        return dg_compare_same(dg_compare_at(claim, "figures")) ? "told" : "moved";
    if (strcmp(now, "broke") == 0)
        return "broke";
    if (strcmp(now, "held") == 0)
        return strcmp(before, "broke") == 0 ? "healed" : "held";
    return strcmp(now, "warned") == 0 ? "warned" : "unseen";
}

static int put_side(json_t *row, const char *side, const json_t *claim)
{
    json_t *facts;
    int bad = 0;
    if (!claim)
        return 0;
    if (!(facts = json_object()))
        return -1;
    for (size_t i = 0; i < TOLD_COUNT; i++)
        bad |= dg_compare_put(facts, told[i], json_object_get(claim, told[i]));
    return bad | json_object_set_new(row, side, facts);
}

static bool is_told(const json_t *row, const char *key)
{
    bool alone = strcmp(dg_compare_text(row, "change"), "told") == 0;
    return is_one_of(told, TOLD_COUNT, key) || (!alone && is_one_of(follow, FOLLOW_COUNT, key));
}

static int put_claim(json_t *rows, const char *name, dg_compare_pair claim)
{
    const char *change = change_of(claim);
    json_t *row;
    assert(name && (claim.older || claim.newer));
    if (dg_compare_same(claim))
        return 0;
    if (!(row = json_pack("{s:s, s:s}", "name", name, "change", change)))
        return -1;
    return put_side(row, "old", claim.older) | put_side(row, "new", claim.newer)
           | (claim.older && claim.newer ? dg_compare_put_also(row, claim, is_told) : 0)
           | json_array_append_new(rows, row);
}

/* In the order of the newer run, behind them what only the older one judged. */
int dg_compare_claims(json_t *out, dg_compare_pair outcomes)
{
    dg_compare_pair both = dg_compare_at(outcomes, "claims");
    json_t *rows = json_array();
    const json_t *claim;
    size_t i;
    int bad = !rows;
    if (dg_compare_same(both))
        both = (dg_compare_pair){ NULL, NULL };
    json_array_foreach(both.newer, i, claim)
    {
        const char *name = dg_compare_text(claim, "name");
        bad = bad || put_claim(rows, name, (dg_compare_pair){ named(both.older, name), claim });
    }
    json_array_foreach(both.older, i, claim)
    {
        const char *name = dg_compare_text(claim, "name");
        if (!named(both.newer, name))
            bad = bad || put_claim(rows, name, (dg_compare_pair){ claim, NULL });
    }
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "claims", rows);
    json_decref(rows);
    return bad;
}
