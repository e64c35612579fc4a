/* changes.c - what would make another place safe: changes that runs without them proved, and what
 * the evidence supports doing. */
#include "advise/advise_impl.h"

#include <assert.h>

static const char *name_of(const json_t *broke)
{
    const char *text = json_string_value(broke);
    return text ? text : dg_advise_text(broke, "claim");
}

static bool has_text(const json_t *names, const char *name)
{
    const json_t *one;
    size_t i;
    json_array_foreach(names, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return false;
}

int dg_advise_add_names(json_t *names, const json_t *broke)
{
    const json_t *one;
    size_t i;
    int bad = 0;
    json_array_foreach(broke, i, one)
    {
        const char *name = name_of(one);
        if (name[0] && !has_text(names, name))
            bad = bad || json_array_append_new(names, json_string(name));
    }
    return bad;
}

/* ---- causes ---- */

static bool is_kind(const json_t *cause, const char *kind)
{
    return strcmp(dg_advise_text(cause, "kind"), kind) == 0;
}

static bool is_proved(const json_t *cause)
{
    return is_kind(cause, "cause") || is_kind(cause, "together") || is_kind(cause, "contributes");
}

/* Does the claim not break without it? */
static bool heals(const json_t *cause, const char *claim)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(cause, "claims"), i, one)
    {
        const char *status = dg_advise_text(one, "status");
        if (strcmp(dg_advise_text(one, "claim"), claim) == 0)
            return status[0] && strcmp(status, "broke") != 0;
    }
    return false;
}

/* "a" of "a; b": is `what` one of the things that `together` takes at once? */
static bool is_part(const char *what, const char *together)
{
    size_t len = strlen(what);
    for (const char *at = together; len && at; at = strstr(at, "; ")) {
        at += at == together ? 0 : 2;
        if (strncmp(at, what, len) == 0 && (!at[len] || strncmp(at + len, "; ", 2) == 0))
            return true;
    }
    return false;
}

/* With several at once, what one of them heals by itself is healed too. */
static bool heals_in(const json_t *cause, const json_t *causes, const char *claim)
{
    const json_t *one;
    size_t i;
    if (heals(cause, claim))
        return true;
    if (!is_kind(cause, "together"))
        return false;
    json_array_foreach(causes, i, one)
    {
        if (is_kind(one, "cause")
            && is_part(dg_advise_text(one, "what"), dg_advise_text(cause, "what"))
            && heals(one, claim))
            return true;
    }
    return false;
}

/* Is no gate claim of the run broken without it? */
static bool mends(const json_t *cause, const dg_advise_run *run)
{
    const json_t *causes = json_object_get(run->outcome, "causes"), *one;
    size_t i;
    assert(run->outcome);
    json_array_foreach(run->broke, i, one)
    {
        if (!heals_in(cause, causes, name_of(one)))
            return false;
    }
    return json_array_size(run->broke) > 0;
}

/* The row of that change; made if it is new. NULL: no memory. Borrowed. */
static json_t *row_of(json_t *rows, const json_t *cause)
{
    json_t *row, *names;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (strcmp(dg_advise_text(row, "what"), dg_advise_text(cause, "what")) == 0)
            return row;
    }
    row = json_pack("{s:s, s:s, s:s, s:I, s:I}", "kind", dg_advise_text(cause, "kind"), "what",
                    dg_advise_text(cause, "what"), "says", dg_advise_text(cause, "says"), "mends",
                    (json_int_t)0, "of", (json_int_t)0);
    names = json_array();
    if (!row || !names || json_object_set(row, "claims", names) || json_array_append(rows, row)) {
        json_decref(row);
        json_decref(names);
        return NULL;
    }
    json_decref(names);
    json_decref(row);
    return row;
}

static int count_up(json_t *row, const char *key)
{
    return dg_advise_put(row, key, json_integer(json_integer_value(json_object_get(row, key)) + 1));
}

static int add_cause(json_t *rows, const json_t *cause, const dg_advise_run *run)
{
    json_t *row = row_of(rows, cause), *claim;
    size_t i;
    int bad = !row || count_up(row, "of") || (mends(cause, run) && count_up(row, "mends"));
    assert(is_proved(cause) && run->standing == DG_ADVISE_BROKE);
    json_array_foreach(json_object_get(cause, "claims"), i, claim)
    {
        const char *name = dg_advise_text(claim, "claim");
        if (!bad && heals(cause, name) && !has_text(json_object_get(row, "claims"), name))
            bad = json_array_append_new(json_object_get(row, "claims"), json_string(name));
    }
    return bad;
}

/* ---- advice ---- */

/* Of several runs the first ones have it, as it is. */
static int add_advice(json_t *rows, const json_t *advice)
{
    const json_t *line, *row;
    size_t i, k;
    int bad = 0;
    json_array_foreach(advice, i, line)
    {
        const char *says = json_string_value(line);
        json_t *same = NULL;
        if (!says || bad)
            continue;
        says += strncmp(says, "or ", 3) == 0 ? 3 : 0; /* to what it was another way, differs */
        json_array_foreach(rows, k, row)
        {
            if (strcmp(dg_advise_text(row, "says"), says) == 0)
                same = (json_t *)row;
        }
        bad = same ? count_up(same, "runs")
                   : json_array_append_new(
                       rows, json_pack("{s:s, s:I}", "says", says, "runs", (json_int_t)1));
    }
    return bad;
}

/* What mends most comes first; of equals what came first. NULL: no memory. */
static json_t *by_mends(const json_t *changes)
{
    json_t *out = json_array(), *row;
    size_t i, k;
    int bad = !out;
    json_array_foreach((json_t *)changes, i, row)
    {
        json_int_t mends = dg_advise_whole(row, "mends");
        for (k = 0; k < json_array_size(out); k++)
            if (dg_advise_whole(json_array_get(out, k), "mends") < mends)
                break;
        bad = bad || json_array_insert(out, k, row);
    }
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

static int add_run(json_t *changes, json_t *advice, bool *recorded, const dg_advise_run *run)
{
    const json_t *cause;
    size_t i;
    bool proved = false;
    int bad = 0;
    json_array_foreach(json_object_get(run->outcome, "causes"), i, cause)
    {
        proved |= is_proved(cause);
        bad = bad || (is_proved(cause) && add_cause(changes, cause, run));
    }
    *recorded |= !proved;
    return bad || add_advice(advice, json_object_get(run->outcome, "advice"));
}

int dg_advise_put_changes(json_t *out, const dg_advise_case *of)
{
    json_t *changes = json_array(), *advice = json_array();
    json_int_t broken = 0;
    bool recorded = false;
    int bad = !changes || !advice;
    for (size_t k = 0; k < of->count && !bad; k++) {
        const dg_advise_run *run = &of->runs[k];
        if (run->standing != DG_ADVISE_BROKE || !run->outcome)
            continue;
        broken++;
        bad = add_run(changes, advice, &recorded, run);
    }
    bad = bad || dg_advise_put(out, "recorded", json_boolean(recorded))
          || dg_advise_put(out, "broken", json_integer(broken))
          || dg_advise_put(out, "changes", by_mends(changes))
          || json_object_set(out, "advice", advice);
    json_decref(changes);
    json_decref(advice);
    return bad;
}
