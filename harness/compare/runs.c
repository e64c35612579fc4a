/* runs.c - two outcomes: inputs, answer, claims, harm, causes, and all else by its key. */
#include "compare/compare_impl.h"

static int put_answer_side(json_t *answer, const char *side, const json_t *outcome)
{
    json_t *facts = json_object();
    if (!facts)
        return -1;
    return dg_compare_put(facts, "word",
                          json_object_get(json_object_get(outcome, "answer"), "word"))
           | dg_compare_put(facts, "result", json_object_get(outcome, "result"))
           | dg_compare_put(facts, "exit", json_object_get(outcome, "exit"))
           | json_object_set_new(answer, side, facts);
}

int dg_compare_answer(json_t *out, dg_compare_pair outcomes)
{
    json_t *answer;
    if (dg_compare_same(dg_compare_at(dg_compare_at(outcomes, "answer"), "word"))
        && dg_compare_same(dg_compare_at(outcomes, "result"))
        && dg_compare_same(dg_compare_at(outcomes, "exit")))
        return 0;
    if (!(answer = json_object()))
        return -1;
    return put_answer_side(answer, "old", outcomes.older)
           | put_answer_side(answer, "new", outcomes.newer)
           | json_object_set_new(out, "answer", answer);
}

/* The leaves below one key; nothing where none differs. */
static int put_leaves(json_t *out, const char *key, const char *path, dg_compare_pair p)
{
    json_t *rows = json_array(), *none = json_object();
    dg_compare_pair whole = { p.older ? p.older : none, p.newer ? p.newer : none };
    int bad = !rows || !none || dg_compare_leaves(rows, key, path, whole);
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, key, rows);
    json_decref(none);
    json_decref(rows);
    return bad;
}

static int put_numbers(json_t *out, dg_compare_pair outcomes)
{
    dg_compare_pair answers = dg_compare_at(outcomes, "answer");
    return put_leaves(out, "harm", "answer.harm", dg_compare_at(answers, "harm"))
           || put_leaves(out, "upgrade", "upgrade", dg_compare_at(outcomes, "upgrade"));
}

/* ---- all else ---- */

/* Has `key` of an outcome words of its own? Claims and causes have them where one of them
 * differs, and not where only their order does. */
static bool is_told(const json_t *document, const char *key)
{
    static const char *const keys[] = { "answer", "result", "exit", "upgrade", "environment" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return dg_compare_is_input(key) || json_object_get(document, key);
}

static bool is_told_of_answer(const json_t *document, const char *key)
{
    (void)document;
    return strcmp(key, "word") == 0 || strcmp(key, "harm") == 0;
}

/* An answer that is no object has no keys to name. */
static int add_odd_answer(json_t *also, dg_compare_pair answers)
{
    bool odd = (answers.older && !json_is_object(answers.older))
               || (answers.newer && !json_is_object(answers.newer));
    return odd && !dg_compare_same(answers) ? json_array_append_new(also, json_string("answer"))
                                            : 0;
}

static int put_also(json_t *out, dg_compare_pair outcomes)
{
    dg_compare_pair answers = dg_compare_at(outcomes, "answer");
    json_t *also = json_array();
    int bad = !also || add_odd_answer(also, answers)
              || dg_compare_add_also(also, "answer.", out, answers, is_told_of_answer)
              || dg_compare_add_also(also, "", out, outcomes, is_told);
    if (!bad && json_array_size(also))
        bad = json_object_set(out, "also", also);
    json_decref(also);
    return bad;
}

dg_code dg_compare_runs(json_t **out, dg_compare_pair outcomes, dg_error *err)
{
    enum { ALWAYS = 1 }; /* keys that a document has though nothing differs */
    json_t *document = json_pack("{s:b}", "sweep", 0);
    *out = NULL;
    if (!document || dg_compare_inputs(document, outcomes) || dg_compare_answer(document, outcomes)
        || dg_compare_claims(document, outcomes) || put_numbers(document, outcomes)
        || dg_compare_causes(document, outcomes) || put_also(document, outcomes)
        || json_object_set_new(document, "differs",
                               json_boolean(json_object_size(document) > ALWAYS))) {
        json_decref(document);
        return dg_fail(err, DG_NOMEM, "no memory to compare two outcomes");
    }
    *out = document;
    return DG_OK;
}

bool dg_compare_differs(const json_t *document)
{
    return json_is_true(json_object_get(document, "differs"));
}
