/* document.c - the file of a gate: each case with what was expected and what was found, and what
 * came of the ledger. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <string.h>

enum { FORMAT = 1 };

static const char *const states[] = { "done", "failed", "undone", NULL };
static const char *const results[] = { "green", "known", "red", NULL };
static const char *const verdicts[] = { "green", "red", NULL };
static const char *const statuses[] = { "used", "passed", "stale", "expired", "unknown", NULL };

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "program", DG_KEYS_OBJECT, true, .says = "who judged" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "program.engine", DG_KEYS_TEXT, true, .says = "what executed the runtimes" },
    { "gate", DG_KEYS_OBJECT, true, .says = "what was asked" },
    { "gate.name", DG_KEYS_TEXT, true, .says = "what the gate is called" },
    { "gate.without_plan", DG_KEYS_LIST,
      .says = "runtimes of the list that no plan takes; absent: there is no list" },
    { "gate.without_plan[]", DG_KEYS_TEXT, .says = "its name" },
    { "result", DG_KEYS_TEXT, true, .words = verdicts, .says = "the verdict" },
    { "exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INTERNAL, .says = "the exit code" },
    { "cases", DG_KEYS_LIST, true, .says = "each plan, in the order of the gate" },
    { "cases[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "cases[].name", DG_KEYS_TEXT, true, .says = "what it is called" },
    { "cases[].plan", DG_KEYS_TEXT, true, .says = "path of the plan, as the gate has it" },
    { "cases[].runtime", DG_KEYS_TEXT, .says = "of the list of runtimes; absent: none" },
    { "cases[].state", DG_KEYS_TEXT, true, .words = states, .says = "whether it was run" },
    { "cases[].expected", DG_KEYS_OBJECT, true, .says = "what had to come of it" },
    { "cases[].expected.exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INCONCLUSIVE,
      .says = "its exit code" },
    { "cases[].expected.claims", DG_KEYS_OBJECT, .open = true, .says = "of claims, by name" },
    { "cases[].found", DG_KEYS_OBJECT, .says = "what came of it, where it was run" },
    { "cases[].found.exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INTERNAL,
      .says = "the exit code of its outcome" },
    { "cases[].found.left", DG_KEYS_WHOLE, true, .max = DG_EXIT_INTERNAL,
      .says = ".. once known failures are excused" },
    { "cases[].found.answer", DG_KEYS_TEXT, .says = "GO, GO WITH HARM, NO-GO or CANNOT SAY" },
    { "cases[].found.reason", DG_KEYS_TEXT, .says = "why the run ended so" },
    { "cases[].differences", DG_KEYS_LIST, true, .says = "claims that are not as expected" },
    { "cases[].differences[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "cases[].differences[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "cases[].differences[].expected", DG_KEYS_TEXT, true, .says = "what was expected" },
    { "cases[].differences[].found", DG_KEYS_TEXT, true, .says = "what was found" },
    { "cases[].differences[].text", DG_KEYS_TEXT, true, .says = "the claim's own words" },
    { "cases[].differences[].excused", DG_KEYS_BOOL, true, .says = "the ledger excuses it" },
    { "cases[].differences[].known", DG_KEYS_WHOLE, .max = DG_GATE_LEDGER_MAX,
      .says = "the entry of the ledger that names it, from 0" },
    { "cases[].result", DG_KEYS_TEXT, true, .words = results,
      .says = "known: green by the ledger alone" },
    { "cases[].exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INTERNAL,
      .says = "what it adds to the exit code" },
    { "cases[].why", DG_KEYS_TEXT, .says = "where it failed: the reason" },
    { "cases[].retried", DG_KEYS_BOOL, .says = "true: its process went down once" },
    { "cases[].outcome", DG_KEYS_OBJECT, .open = true,
      .says = "where it was run: as doppel run writes it for that plan, but for `environment`" },
    { "known", DG_KEYS_LIST, true, .says = "the ledger, in its order" },
    { "known[]", DG_KEYS_OBJECT, .says = "one entry, as the gate has it" },
    { "known[].plan", DG_KEYS_TEXT, true, .says = "the plans that it names" },
    { "known[].claim", DG_KEYS_TEXT, true, .says = "the claim that breaks" },
    { "known[].values", DG_KEYS_OBJECT, .open = true, .says = "values of the plan" },
    { "known[].reason", DG_KEYS_TEXT, true, .says = "why it is known to fail" },
    { "known[].link", DG_KEYS_TEXT, true, .says = "where it is followed up" },
    { "known[].expires", DG_KEYS_TEXT, true, .says = "the last day on which it is excused" },
    { "known[].days_left", DG_KEYS_WHOLE, true, .min = -4000000, .max = 4000000,
      .says = "days up to that one; below 0: it is past" },
    { "known[].excused", DG_KEYS_LIST, true, .says = "cases in which the claim broke" },
    { "known[].excused[]", DG_KEYS_TEXT, .says = "the case's name" },
    { "known[].held", DG_KEYS_LIST, true, .says = "cases in which it did not" },
    { "known[].held[]", DG_KEYS_TEXT, .says = "the case's name" },
    { "known[].status", DG_KEYS_TEXT, true, .words = statuses,
      .says =
          "used; passed: it has not failed where it should; stale: it names no case in which "
          "the claim was seen; expired; unknown: its cases could not be run, or say nothing of N" },
    { "environment", DG_KEYS_OBJECT, true, .open = true,
      .says = "what may differ from call to call: today, the day that it was judged on" },
};

static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "A verdict of doppel gate",
                                     "gate-verdict.schema.json" };

const dg_keys_table *dg_gate_document_keys(void)
{
    return &table;
}

/* ---- out ---- */

/* The worst of what is there; red entries of the ledger count as a break. */
static int worst(const json_t *cases, const json_t *known)
{
    int code = DG_EXIT_HELD;
    const json_t *one;
    size_t i;
    json_array_foreach(cases, i, one) code = dg_exit_worst(code, dg_outcome_exit(one));
    json_array_foreach(known, i, one)
    {
        const char *status = json_string_value(json_object_get(one, "status"));
        if (strcmp(status, "used") != 0 && strcmp(status, "unknown") != 0)
            code = dg_exit_worst(code, DG_EXIT_BROKE);
    }
    return code;
}

static const char *name_of(const dg_gate *gate)
{
    const char *name = json_string_value(json_object_get(gate->json, "name"));
    const char *slash = strrchr(gate->source, '/');
    return name ? name : slash ? slash + 1 : gate->source;
}

dg_code dg_gate_document(json_t **out, const dg_gate *gate, dg_gate_day today, dg_error *err)
{
    json_t *cases, *known, *document;
    char day[16];
    dg_code rc = dg_gate_judge(&cases, &known, gate, today, err);
    int code, bad;
    *out = NULL;
    if (rc < 0)
        return rc;
    code = worst(cases, known);
    dg_gate_day_text(day, today);
    document = json_pack("{s:i, s:{s:s, s:s, s:s}, s:{s:o}, s:s, s:i, s:o, s:o, s:{s:s}}", "doppel",
                         FORMAT, "program", "name", "doppel", "version", DG_VERSION, "engine",
                         dg_engine_version(), "gate", "name", dg_event_text(name_of(gate)),
                         "result", code ? "red" : "green", "exit", code, "cases", cases, "known",
                         known, "environment", "today", day);
    bad = !document;
    if (gate->spare)
        bad |= json_object_set(json_object_get(document, "gate"), "without_plan", gate->spare);
    if (bad) {
        json_decref(document);
        return dg_fail(err, DG_NOMEM, "no memory for the document of a gate");
    }
    *out = document;
    return DG_OK;
}

int dg_gate_exit(const json_t *document)
{
    return dg_outcome_exit(document);
}

/* ---- in ---- */

bool dg_gate_is_document(const json_t *document)
{
    return json_is_object(json_object_get(document, "gate"));
}

dg_code dg_gate_check(const json_t *document, dg_error *err)
{
    const json_t *format = json_object_get(document, "doppel"), *one;
    dg_code rc;
    size_t i;
    if (json_is_integer(format) && json_integer_value(format) > FORMAT)
        return dg_fail(err, DG_UNSUPPORTED, "gate of format %lld, this program reads %d",
                       (long long)json_integer_value(format), FORMAT);
    if (dg_keys_check(&table, document, true, err) < 0)
        return DG_MALFORMED;
    json_array_foreach(json_object_get(document, "cases"), i, one)
    {
        const json_t *outcome = json_object_get(one, "outcome");
        bool done = strcmp(json_string_value(json_object_get(one, "state")), states[0]) == 0;
        if (done != (outcome != NULL) || done != (json_object_get(one, "found") != NULL))
            return dg_fail(err, DG_MALFORMED, "cases[%zu]: its state and its outcome disagree", i);
        if (outcome && (rc = dg_outcome_check(outcome, err)) < 0)
            return dg_fail_within(err, rc, "cases[%zu].outcome", i);
    }
    return DG_OK;
}
