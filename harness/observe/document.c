/* document.c - what was watched, as a document with verdicts and an exit code. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "outcome/outcome.h"

static int put(json_t *to, const char *key, json_t *value)
{
    return json_object_set_new(to, key, value);
}

/* Nothing where nobody told. */
static int put_pair(json_t *to, const char *key, const int64_t pair[2])
{
    if (pair[0] < 0 || pair[1] < 0)
        return 0;
    return put(to, key, json_pack("[I, I]", (json_int_t)pair[0], (json_int_t)pair[1]));
}

static json_t *body_of(const dg_observe_watched *w)
{
    json_t *body =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "of", w->of, "samples", (json_int_t)w->samples,
                  "missed", (json_int_t)w->missed, "over_ms", (json_int_t)w->over_ms, "settle_ms",
                  (json_int_t)w->settle_ms, "ended", w->ended);
    int bad = !body
              || put_pair(body, "rss_kib", w->rss_kib) | put_pair(body, "best", w->best)
                     | put_pair(body, "finalized", w->finalized)
                     | put_pair(body, "cpu_ms", w->cpu_ms);
    if (!bad && w->kills)
        bad |= put(body, "kills", json_integer(w->kills))
               | put(body, "down_ms", json_integer(w->down_ms));
    if (!bad && w->control_samples)
        bad |= put(body, "control_samples", json_integer(w->control_samples));
    if (!bad)
        return body;
    json_decref(body);
    return NULL;
}

static const char *status_of(const json_t *claim, const char *key)
{
    const char *text = json_string_value(json_object_get(claim, key));
    return text ? text : "";
}

static int put_result(json_t *out, const json_t *claims)
{
    size_t i, broke = 0, open = 0;
    const char *first = NULL, *missed = NULL;
    bool control = false;
    const json_t *claim;
    char reason[200];
    int code;
    json_array_foreach(claims, i, claim)
    {
        const char *status = status_of(claim, "status"), *name = status_of(claim, "name");
        bool gate = strcmp(status_of(claim, "severity"), "gate") == 0;
        if (gate && strcmp(status, "broke") == 0 && !broke++)
            first = name;
        if (gate && strcmp(status, "unexercised") == 0 && !open++) {
            missed = name;
            control = json_is_true(json_object_get(claim, "control_failed"));
        }
    }
    code = broke ? DG_EXIT_BROKE : open || !i ? DG_EXIT_INCONCLUSIVE : DG_EXIT_HELD;
    if (broke)
        snprintf(reason, sizeof reason, "%zu of %zu claims broke, first %s", broke, i, first);
    else if (open)
        snprintf(reason, sizeof reason,
                 control ? "%s already fails on N-1 alone" : "%s could not be decided", missed);
    else
        snprintf(reason, sizeof reason,
                 i ? "%zu claims judged, none broke" : "nothing was measured", i);
    return put(out, "result",
               json_string(code == DG_EXIT_BROKE          ? "broke"
                           : code == DG_EXIT_INCONCLUSIVE ? "inconclusive"
                                                          : "held"))
           | put(out, "exit", json_integer(code)) | put(out, "reason", json_string(reason));
}

dg_code dg_observe_document(json_t **out, const dg_observe_watched *w, dg_error *err)
{
    json_t *document = json_object(), *claims = NULL;
    dg_code rc = dg_outcome_claims(&claims, &w->log, w->claims, err);
    if (rc >= 0
        && (put(document, "doppel", json_integer(1))
            | put(document, "program",
                  json_pack("{s:s, s:s}", "name", "doppel", "version", DG_VERSION))
            | put(document, "observe", body_of(w)) | put_result(document, claims)
            | json_object_set(document, "claims", claims)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the outcome");
    json_decref(claims);
    if (rc < 0) {
        json_decref(document);
        return rc;
    }
    *out = document;
    return DG_OK;
}

bool dg_observe_is_document(const json_t *document)
{
    return json_is_object(json_object_get(document, "observe"));
}

dg_code dg_observe_check(const json_t *document, dg_error *err)
{
    if (!dg_observe_is_document(document)
        || json_integer_value(json_object_get(document, "doppel")) != 1)
        return dg_fail(err, DG_MALFORMED, "it is no outcome of doppel observe");
    return dg_keys_check(dg_observe_outcome_keys(), document, true, err) < 0 ? DG_MALFORMED : DG_OK;
}

int dg_observe_exit(const json_t *document)
{
    const json_t *code = json_object_get(document, "exit");
    return json_is_integer(code) && json_integer_value(code) >= 0 && json_integer_value(code) <= 3
               ? (int)json_integer_value(code)
               : DG_EXIT_INTERNAL;
}
