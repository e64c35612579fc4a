/* preflights.c - two preflights, finding by finding; and a preflight beside a run of the same pair,
 * claim by claim: what one sees and the other does not. */
#include "compare/compare_impl.h"

#include <assert.h>

static const struct {
    const char *key, *what;
} inputs[] = {
    { "program", "program" },  { "chain", "chain" }, { "block", "block" },
    { "block_hash", "block" }, { "from", "N-1" },    { "to", "N" },
};
enum { INPUT_COUNT = sizeof inputs / sizeof *inputs };

static bool is_preflight(const json_t *document)
{
    return json_object_get(document, "doppel_preflight") != NULL;
}

/* ---- what went in, and what came out ---- */

static int put_inputs(json_t *out, dg_compare_pair both)
{
    json_t *rows = json_array();
    int bad = !rows;
    for (size_t i = 0; i < INPUT_COUNT && !bad; i++)
        bad = dg_compare_leaves(rows, inputs[i].what, inputs[i].key,
                                dg_compare_at(both, inputs[i].key));
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "inputs", rows);
    json_decref(rows);
    return bad;
}

/* The words of a run, so that the two can stand beside each other. */
static json_t *answer_side(const json_t *document)
{
    static const struct {
        const char *verdict, *word;
    } words[] = { { "pass", "GO" }, { "fail", "NO-GO" }, { "unknown", "CANNOT SAY" } };
    json_t *side = json_object();
    const char *verdict = dg_compare_text(document, "verdict");
    int bad = !side;
    if (!is_preflight(document))
        bad = bad
              || dg_compare_put(side, "word",
                                json_object_get(json_object_get(document, "answer"), "word"));
    for (size_t i = 0; is_preflight(document) && !bad && i < sizeof words / sizeof *words; i++)
        if (strcmp(verdict, words[i].verdict) == 0)
            bad = json_object_set_new(side, "word", json_string(words[i].word));
    if (!bad)
        return side;
    json_decref(side);
    return NULL;
}

static int put_answer(json_t *out, dg_compare_pair both)
{
    json_t *older = answer_side(both.older), *newer = answer_side(both.newer);
    bool same = json_equal(older, newer);
    if (!older || !newer || same) {
        json_decref(older);
        json_decref(newer);
        return same ? 0 : -1;
    }
    return json_object_set_new(out, "answer", json_pack("{s:o, s:o}", "old", older, "new", newer));
}

/* ---- findings ---- */

static bool same_subject(const json_t *a, const json_t *b)
{
    return strcmp(dg_compare_text(a, "id"), dg_compare_text(b, "id")) == 0
           && strcmp(dg_compare_text(a, "subject"), dg_compare_text(b, "subject")) == 0;
}

/* The finding of `list` that is of what `finding` is of, as many such before it as before this one;
 * NULL: there is none. */
static const json_t *partner(const json_t *list, const json_t *own, size_t place)
{
    const json_t *finding = json_array_get(own, place), *other;
    size_t i, before = 0;
    for (i = 0; i < place; i++)
        before += same_subject(json_array_get(own, i), finding);
    json_array_foreach((json_t *)list, i,
                       other) if (same_subject(other, finding) && before-- == 0) return other;
    return NULL;
}

static int add_finding(json_t *rows, const char *change, const json_t *was, const json_t *is)
{
    const json_t *of = is ? is : was;
    json_t *row = json_pack("{s:s, s:s, s:s}", "change", change, "id", dg_compare_text(of, "id"),
                            "subject", dg_compare_text(of, "subject"));
    if (!row || dg_compare_put(row, "old", was) || dg_compare_put(row, "new", is)) {
        json_decref(row);
        return -1;
    }
    return json_array_append_new(rows, row);
}

static int put_findings(json_t *out, dg_compare_pair both)
{
    dg_compare_pair lists = dg_compare_at(both, "findings");
    json_t *rows = json_array();
    const json_t *one;
    size_t i;
    int bad = !rows;
    json_array_foreach((json_t *)lists.newer, i, one)
    {
        const json_t *was = partner(lists.older, lists.newer, i);
        if (!bad && (!was || !json_equal((json_t *)was, (json_t *)one)))
            bad = add_finding(rows, was ? "changed" : "new", was, one);
    }
    json_array_foreach((json_t *)lists.older, i,
                       one) if (!bad && !partner(lists.newer, lists.older, i)) bad =
        add_finding(rows, "gone", one, NULL);
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "findings", rows);
    json_decref(rows);
    return bad;
}

/* ---- all else ---- */

static bool is_told(const json_t *document, const char *key)
{
    static const char *const keys[] = { "verdict", "counts", "answer", "kinds",
                                        "doppel_preflight" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (strcmp(inputs[i].key, key) == 0)
            return true;
    return json_object_get(document, key) != NULL;
}

static int put_also(json_t *out, dg_compare_pair both)
{
    json_t *also = json_array();
    int bad = !also || dg_compare_add_also(also, "", out, both, is_told);
    if (!bad && json_array_size(also))
        bad = json_object_set(out, "also", also);
    json_decref(also);
    return bad;
}

static dg_code done(json_t **out, json_t *document, int bad, dg_error *err)
{
    enum { ALWAYS = 2 }; /* keys that a document has though nothing differs */
    *out = NULL;
    if (!document || bad
        || json_object_set_new(document, "differs",
                               json_boolean(json_object_size(document) > ALWAYS))) {
        json_decref(document);
        return dg_fail(err, DG_NOMEM, "no memory to compare two preflights");
    }
    *out = document;
    return DG_OK;
}

dg_code dg_compare_preflights(json_t **out, dg_compare_pair preflights, dg_error *err)
{
    json_t *document = json_pack("{s:b, s:b}", "sweep", 0, "preflight", 1);
    int bad = !document || put_inputs(document, preflights) || put_answer(document, preflights)
              || put_findings(document, preflights) || put_also(document, preflights);
    return done(out, document, bad, err);
}

/* ---- beside a run ---- */

/* Which claim of a run looks at what a finding is about; the first that fits. */
static const struct {
    const char *id, *claim; /* id: as a whole, or with a dot its beginning */
} looked_at[] = {
    { "identity.", "identity" },
    { "constants.", "identity" },
    { "transactions.", "identity" },
    { "code.", "authorable" },
    { "api.answer", "api-compatible" },
    { "api.", "api-window" },
    { "config.", "config-survives" },
    { "grandpa.", "authorities-survive" },
    { "session-keys.", "authorities-survive" },
    { "session-keys", "authorities-survive" },
    { "session.", "session-values" },
    { "queued.", "queued-calls" },
    { "migration.memory", "memory" },
    { "migration.", "migration" },
    { "storage.", "migration" },
    { "entities.", "migration" },
};

const char *dg_compare_claim_of(const char *id)
{
    for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++) {
        size_t len = strlen(looked_at[i].id);
        bool begins = looked_at[i].id[len - 1] == '.';
        if (begins ? strncmp(id, looked_at[i].id, len) == 0 : strcmp(id, looked_at[i].id) == 0)
            return looked_at[i].claim;
    }
    return NULL;
}

/* "fail", "warn" or "": the gravest that a preflight has of what a claim looks at. */
static const char *gravest(const json_t *preflight, const char *claim)
{
    const char *found = "";
    const json_t *finding;
    size_t i;
    json_array_foreach(json_object_get(preflight, "findings"), i, finding)
    {
        const char *of = dg_compare_claim_of(dg_compare_text(finding, "id")),
                   *severity = dg_compare_text(finding, "severity");
        if (!of || strcmp(of, claim) != 0)
            continue;
        if (strcmp(severity, "fail") == 0)
            return "fail";
        if (strcmp(severity, "warn") == 0)
            found = "warn";
    }
    return found;
}

static bool agree(const char *severity, const char *status)
{
    if (strcmp(status, "broke") == 0)
        return strcmp(severity, "fail") == 0;
    if (strcmp(severity, "fail") == 0)
        return false;
    return (strcmp(status, "warned") == 0) == (strcmp(severity, "warn") == 0);
}

static bool is_looked_at(const char *claim)
{
    for (size_t i = 0; i < sizeof looked_at / sizeof *looked_at; i++)
        if (strcmp(looked_at[i].claim, claim) == 0)
            return true;
    return false;
}

/* A claim of what only blocks show is none of a preflight's; one that breaks is told all the same,
 * since that is what a run is for. */
static int put_sides(json_t *out, const json_t *preflight, const json_t *run)
{
    json_t *rows = json_array();
    const json_t *claim;
    size_t i;
    int bad = !rows;
    json_array_foreach(json_object_get(run, "claims"), i, claim)
    {
        const char *name = dg_compare_text(claim, "name"),
                   *status = dg_compare_text(claim, "status"), *severity = gravest(preflight, name);
        if (agree(severity, status) || (!is_looked_at(name) && strcmp(status, "broke") != 0))
            continue;
        bad = bad
              || json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s}", "claim", name, "run",
                                                       status, "preflight", severity, "text",
                                                       dg_compare_text(claim, "text")));
    }
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "sides", rows);
    json_decref(rows);
    return bad;
}

/* Of the runtimes what both documents have, so that no key is told for its absence alone. */
static int put_runtimes(json_t *out, dg_compare_pair both)
{
    static const char *const keys[] = { "spec_name", "spec_version", "blake2_256" };
    json_t *rows = json_array();
    int bad = !rows;
    for (size_t i = 0; i < INPUT_COUNT && !bad; i++) {
        dg_compare_pair p = dg_compare_at(both, inputs[i].key);
        for (size_t k = 0; k < sizeof keys / sizeof *keys && !bad; k++) {
            dg_compare_pair leaf = dg_compare_at(p, keys[k]);
            char path[80];
            snprintf(path, sizeof path, "%s.%s", inputs[i].key, keys[k]);
            if (leaf.older && leaf.newer)
                bad = dg_compare_leaves(rows, inputs[i].what, path, leaf);
        }
    }
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "inputs", rows);
    json_decref(rows);
    return bad;
}

dg_code dg_compare_preflight_and_run(json_t **out, dg_compare_pair both, dg_error *err)
{
    bool older = is_preflight(both.older);
    json_t *document = json_pack("{s:b, s:b}", "sweep", 0, "preflight", 1);
    int bad;
    assert(older != is_preflight(both.newer));
    bad = !document || put_runtimes(document, both) || put_answer(document, both)
          || put_sides(document, older ? both.older : both.newer, older ? both.newer : both.older);
    return done(out, document, bad, err);
}
