/* target.c - what has to stay as it is: the claim that broke, and why. */
#include "shrink/shrink_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outcome/outcome.h"

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- causes ---- */

/* A fault or a rollout is not its place in the list, which changes, but what the plan says. */
static json_t *stable_key(const char *key, const json_t *plan)
{
    static const struct {
        const char *kind, *list;
    } rows[] = { { "fault:", "faults" }, { "rollout:", "rollout" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].kind);
        const json_t *item;
        char *text;
        json_t *out;
        if (strncmp(key, rows[i].kind, len) != 0)
            continue;
        item = json_array_get(json_object_get(json_object_get(plan, "network"), rows[i].list),
                              (size_t)strtoull(key + len, NULL, 10));
        if (!item || !(text = json_dumps(item, JSON_SORT_KEYS | JSON_COMPACT)))
            break;
        out = json_sprintf("%s%s", rows[i].kind, text);
        dg_free(text);
        return out;
    }
    return json_string(key);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

static void sort(json_t *texts)
{
    size_t count = json_array_size(texts);
    json_t **at = dg_calloc(count + 1, sizeof *at);
    for (size_t i = 0; at && i < count; i++)
        at[i] = json_incref(json_array_get(texts, i));
    if (at) {
        qsort(at, count, sizeof *at, by_text);
        json_array_clear(texts);
        for (size_t i = 0; i < count; i++)
            json_array_append_new(texts, at[i]);
    }
    dg_free(at);
}

/* Is the claim healed without this cause? */
static bool heals(const json_t *cause, const char *claim)
{
    const char *kind = text_at(cause, "kind");
    const json_t *one;
    size_t i;
    if (strcmp(kind, "cause") != 0 && strcmp(kind, "together") != 0)
        return false;
    json_array_foreach(json_object_get(cause, "claims"), i, one)
    {
        const char *status = text_at(one, "status");
        if (strcmp(text_at(one, "claim"), claim) == 0)
            return strcmp(status, "broke") != 0 && strcmp(status, "warned") != 0;
    }
    return false;
}

/* The things of one cause, as one text. */
static json_t *keys_of(const json_t *cause, const json_t *plan)
{
    json_t *keys = json_array(), *out = json_string("");
    const json_t *key;
    size_t i;
    json_array_foreach(json_object_get(cause, "keys"), i, key)
        json_array_append_new(keys, stable_key(json_string_value(key), plan));
    sort(keys);
    json_array_foreach(keys, i, key)
    {
        json_t *longer =
            json_sprintf("%s%s%s", json_string_value(out), i ? ", " : "", json_string_value(key));
        json_decref(out);
        out = longer;
    }
    json_decref(keys);
    return out;
}

/* All that heal the claim, each in its order; owned. */
static json_t *causes_of(const json_t *outcome, const char *claim)
{
    json_t *out = json_array();
    const json_t *cause;
    size_t i;
    json_array_foreach(json_object_get(outcome, "causes"), i,
                       cause) if (heals(cause, claim)
                                  && json_array_size(json_object_get(cause, "keys")))
        json_array_append_new(out, keys_of(cause, json_object_get(outcome, "plan")));
    sort(out);
    return out;
}

void dg_shrink_causes_text(char *out, size_t size, const json_t *causes)
{
    size_t used = 0, i;
    const json_t *one;
    assert(size > 0);
    out[0] = 0;
    json_array_foreach(causes, i, one) if (used < size) used +=
        (size_t)snprintf(out + used, size - used, "%s%s", i ? "; " : "", json_string_value(one));
}

/* ---- the claim ---- */

static const json_t *claim_of(const json_t *outcome, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i,
                       claim) if (strcmp(text_at(claim, "name"), name) == 0) return claim;
    return NULL;
}

static bool is_broken_gate(const json_t *claim)
{
    return strcmp(text_at(claim, "status"), "broke") == 0
           && strcmp(text_at(claim, "severity"), "gate") == 0;
}

/* The first broken gate with a proved cause, else the first one; NULL: none broke. */
static const char *first_broken(const json_t *outcome)
{
    const char *first = NULL;
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        json_t *causes;
        size_t count;
        if (!is_broken_gate(claim))
            continue;
        causes = causes_of(outcome, text_at(claim, "name"));
        count = json_array_size(causes);
        json_decref(causes);
        if (count)
            return text_at(claim, "name");
        first = first ? first : text_at(claim, "name");
    }
    return first;
}

dg_code dg_shrink_target_of(dg_shrink_target *out, const json_t *outcome, const char *claim,
                            dg_error *err)
{
    *out = (dg_shrink_target){ .exit = dg_outcome_exit(outcome) };
    if (claim && !claim_of(outcome, claim))
        return dg_fail(err, DG_USAGE, "the run judged no claim %.60s", claim);
    if (claim && strcmp(text_at(claim_of(outcome, claim), "status"), "broke") != 0)
        return dg_fail(err, DG_USAGE, "%.60s did not break, so there is nothing to keep", claim);
    if (out->exit != DG_EXIT_BROKE || (!claim && !(claim = first_broken(outcome))))
        return dg_fail(err, DG_USAGE,
                       "the run ended with %d, not with a claim that gates and broke, so there is "
                       "nothing to keep",
                       out->exit);
    snprintf(out->claim, sizeof out->claim, "%s", claim);
    out->causes = causes_of(outcome, claim);
    if (!json_array_size(out->causes))
        return dg_fail(err, DG_ABSENT,
                       "no cause of %s is proved, so of a smaller run nobody could say whether it "
                       "broke for the same reason",
                       claim);
    return DG_OK;
}

void dg_shrink_target_clear(dg_shrink_target *target)
{
    json_decref(target->causes);
    target->causes = NULL;
}

/* ---- met? ---- */

bool dg_shrink_target_met(const dg_shrink_target *target, const json_t *outcome, char *why,
                          size_t size)
{
    const json_t *claim = claim_of(outcome, target->claim);
    const char *status = text_at(claim, "status");
    json_t *causes;
    char text[300];
    bool same;
    assert(size > 0);
    why[0] = 0;
    if (strcmp(status, "broke") != 0) {
        snprintf(why, size, "%s %s", target->claim,
                 !claim                               ? "is not judged"
                 : strcmp(status, "unexercised") == 0 ? "had nothing to judge"
                 : strcmp(status, "warned") == 0      ? "warned alone"
                                                      : "held");
        return false;
    }
    if (dg_outcome_exit(outcome) != target->exit) {
        snprintf(why, size, "exit %d: %.200s", dg_outcome_exit(outcome),
                 text_at(outcome, "reason"));
        return false;
    }
    causes = causes_of(outcome, target->claim);
    if (!(same = json_equal(causes, target->causes))) {
        dg_shrink_causes_text(text, sizeof text, causes);
        snprintf(why, size, "%s broke, but %s%s", target->claim,
                 json_array_size(causes) ? "for another cause: " : "no cause of it is proved",
                 text);
    }
    json_decref(causes);
    return same;
}
