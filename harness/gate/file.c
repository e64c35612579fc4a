/* file.c - a gate as it is written: its keys, and what two of them say of each other. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "git/git.h"

/* As an outcome has them for its claims. */
static const char *const statuses[] = { "held", "broke", "warned", "unexercised", NULL };

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "name", DG_KEYS_TEXT, .without = "the file's own", .says = "what the gate is called" },
    { "runtimes", DG_KEYS_TEXT, .without = "no list",
      .says = "path of a list of runtimes, as runtimes-matrix.json of polkadot-fellows/runtimes" },
    { "plans", DG_KEYS_LIST, true, .says = "what is run, one entry each" },
    { "plans[]", DG_KEYS_OBJECT, .says = "a plan and what is expected of it" },
    { "plans[].name", DG_KEYS_TEXT, true, .says = "what it is called, each another name" },
    { "plans[].plan", DG_KEYS_TEXT, true, .says = "path of the plan, from the gate's folder" },
    { "plans[].runtimes", DG_KEYS_LIST, .without = "it is one case",
      .says =
          "a case for each runtime of the list that is named: {runtime}, {package}, {crate} (the "
          "package with _ for -) and {path} stand for it in name, plan, to and snapshot" },
    { "plans[].runtimes[]", DG_KEYS_TEXT,
      .says = "a name, or a pattern with * and ?, which takes relay chains alone" },
    { "plans[].to", DG_KEYS_TEXT, .without = "the plan's",
      .says = "upgrade.to in place of the plan's, a path from the gate's folder" },
    { "plans[].snapshot", DG_KEYS_TEXT, .without = "the plan's",
      .says = "snapshot in place of the plan's, a path from the gate's folder" },
    { "plans[].at", DG_KEYS_TEXT, .without = "the plan's",
      .says =
          "upgrade.at in place of the plan's; a list or a range, as sweep --at has it, is a case "
          "for each place" },
    { "plans[].nodes", DG_KEYS_TEXT, .without = "the plan's",
      .says = "what the nodes run in place of the plan's, as --nodes has it" },
    { "plans[].set", DG_KEYS_OBJECT, .open = true, .without = "nothing else",
      .says = "other keys of the plan: {\"seed\": 7, \"claims.strict\": true}" },
    { "plans[].expect", DG_KEYS_OBJECT, .without = "exit 0", .says = "what has to come of it" },
    { "plans[].expect.exit", DG_KEYS_WHOLE, .max = DG_EXIT_INCONCLUSIVE,
      .without = "1 where a claim is to break, else 0",
      .says = "its exit code: 0 held, 1 broke, 3 inconclusive" },
    { "plans[].expect.claims", DG_KEYS_OBJECT, .open = true, .without = "those that hold",
      .says =
          "claims by name, each with held, broke, warned or unexercised; where one is to break, "
          "no other may" },
    { "known", DG_KEYS_LIST, .without = "nothing is excused",
      .says = "the ledger: failures that are known, and excused until a day" },
    { "known[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "known[].plan", DG_KEYS_TEXT, true,
      .says = "the plans in which it fails, by name, or a pattern with * and ?; each has to fail" },
    { "known[].claim", DG_KEYS_TEXT, true, .says = "the claim that breaks" },
    { "known[].values", DG_KEYS_OBJECT, .open = true, .without = "whatever the plan says",
      .says = "only where these keys of the plan have these values: {\"upgrade.at\": "
              "\"boundary-8\"}" },
    { "known[].reason", DG_KEYS_TEXT, true, .says = "why it is known to fail" },
    { "known[].link", DG_KEYS_TEXT, true, .says = "where it is followed up, http:// or https://" },
    { "known[].expires", DG_KEYS_TEXT, true,
      .says = "the last day on which it is excused, YYYY-MM-DD in UTC" },
};

static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "A gate of doppel",
                                     "gate.schema.json" };

const dg_keys_table *dg_gate_keys(void)
{
    return &table;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* ---- plans ---- */

static dg_code claim_known(const char *name, dg_error *err)
{
    const char *names[DG_CLAIM_COUNT + 1] = { NULL };
    const dg_claim *claim;
    const char *near;
    if (dg_claim_named(name))
        return DG_OK;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        names[i] = dg_claim_name(claim->id);
    near = dg_nearest(name, names);
    return dg_fail(err, DG_USAGE, "there is no claim \"%.80s\"%s%s%s", name,
                   near ? "; did you mean \"" : "; doppel help claims names them", near ? near : "",
                   near ? "\"?" : "");
}

static dg_code check_expect(const json_t *expect, dg_error *err)
{
    const char *name, *near;
    json_t *status;
    json_object_foreach(json_object_get(expect, "claims"), name, status)
    {
        const char *word = json_string_value(status);
        dg_code rc = claim_known(name, err);
        if (rc < 0)
            return rc;
        for (size_t i = 0; word && statuses[i]; i++)
            if (strcmp(statuses[i], word) == 0)
                goto next;
        near = word ? dg_nearest(word, statuses) : NULL;
        return dg_fail(err, DG_USAGE,
                       "claim %s is expected to be held, broke, warned or unexercised, not "
                       "\"%.40s\"%s%s%s",
                       name, word ? word : "(no text)", near ? "; did you mean " : "",
                       near ? near : "", near ? "?" : "");
    next:;
    }
    return DG_OK;
}

static dg_code check_plans(const dg_gate *gate, dg_error *err)
{
    const json_t *plans = json_object_get(gate->json, "plans"), *one;
    size_t i;
    if (!json_array_size(plans))
        return dg_fail(err, DG_USAGE,
                       "plans is empty: a gate that runs nothing would let everything pass");
    if (json_array_size(plans) > DG_GATE_CASES_MAX)
        return dg_fail(err, DG_LIMIT, "plans has %zu entries; at most %d are allowed",
                       json_array_size(plans), DG_GATE_CASES_MAX);
    json_array_foreach(plans, i, one)
    {
        const char *name = text_of(one, "name");
        dg_code rc = check_expect(json_object_get(one, "expect"), err);
        if (rc < 0)
            return dg_fail_within(err, rc, "plans[%zu] (%.80s)", i, name);
        if (!name[0])
            return dg_fail(err, DG_USAGE, "plans[%zu].name is empty", i);
        for (size_t k = 0; k < i; k++)
            if (strcmp(name, text_of(json_array_get(plans, k), "name")) == 0)
                return dg_fail(err, DG_USAGE, "plans[%zu] and plans[%zu] are both called \"%.80s\"",
                               k, i, name);
        if (json_object_get(one, "runtimes") && !json_object_get(gate->json, "runtimes"))
            return dg_fail(err, DG_USAGE,
                           "plans[%zu] (%.80s) asks for runtimes, and the gate names no list of "
                           "them (key runtimes)",
                           i, name);
    }
    return DG_OK;
}

/* ---- ledger ---- */

static bool is_link(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    return scheme && text[scheme] && !strpbrk(text, " \t\r\n");
}

static dg_code check_entry(const json_t *one, dg_error *err)
{
    const dg_keys_row *row;
    const char *key;
    json_t *value;
    dg_gate_day day;
    dg_code rc;
    if (!text_of(one, "reason")[0])
        return dg_fail(err, DG_USAGE, "reason is empty");
    if (!is_link(text_of(one, "link")))
        return dg_fail(err, DG_USAGE, "link \"%.80s\" is none: it begins with https:// or http://",
                       text_of(one, "link"));
    if ((rc = claim_known(text_of(one, "claim"), err)) < 0)
        return rc;
    json_object_foreach(json_object_get(one, "values"), key, value)
    {
        if ((rc = dg_keys_wanted(&row, dg_plan_keys(), key, err)) < 0)
            return dg_fail_within(err, rc, "values");
    }
    rc = dg_gate_day_read(&day, text_of(one, "expires"), err);
    return rc < 0 ? dg_fail_within(err, rc, "expires") : DG_OK;
}

static bool excuse_the_same(const json_t *a, const json_t *b)
{
    return strcmp(text_of(a, "plan"), text_of(b, "plan")) == 0
           && strcmp(text_of(a, "claim"), text_of(b, "claim")) == 0
           && (json_object_get(a, "values")
                   ? json_equal(json_object_get(a, "values"), json_object_get(b, "values"))
                   : !json_object_get(b, "values"));
}

static dg_code check_ledger(const dg_gate *gate, dg_error *err)
{
    const json_t *known = json_object_get(gate->json, "known"), *one;
    size_t i;
    if (json_array_size(known) > DG_GATE_LEDGER_MAX)
        return dg_fail(err, DG_LIMIT, "known has %zu entries; at most %d are allowed",
                       json_array_size(known), DG_GATE_LEDGER_MAX);
    json_array_foreach(known, i, one)
    {
        dg_code rc = check_entry(one, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "known[%zu]", i);
        for (size_t k = 0; k < i; k++)
            if (excuse_the_same(json_array_get(known, k), one))
                return dg_fail(err, DG_USAGE,
                               "known[%zu] and known[%zu] both excuse %.60s in \"%.80s\"", k, i,
                               text_of(one, "claim"), text_of(one, "plan"));
    }
    return DG_OK;
}

/* ---- reading ---- */

/* Of the entries the first that lacks its expiry is told by its number: it is the one thing that a
 * ledger must not be without. */
static dg_code expiry_there(const json_t *json, dg_error *err)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(json, "known"), i, one)
    {
        if (json_is_object(one) && !json_object_get(one, "expires"))
            return dg_fail(err, DG_USAGE,
                           "known[%zu] (%.60s in \"%.80s\") has no expires: what is excused for "
                           "ever is forgotten; give it a day, YYYY-MM-DD",
                           i, text_of(one, "claim"), text_of(one, "plan"));
    }
    return DG_OK;
}

static dg_code read_json(json_t **out, dg_bytes text, dg_error *err)
{
    json_error_t why;
    if (text.len > DG_GATE_BYTES_MAX)
        return dg_fail(err, DG_LIMIT, "the gate has %zu bytes; at most %d are allowed", text.len,
                       DG_GATE_BYTES_MAX);
    *out =
        json_loadb(text.len ? (const char *)text.at : "", text.len, JSON_REJECT_DUPLICATES, &why);
    if (*out)
        return DG_OK;
    if (json_error_code(&why) == json_error_out_of_memory)
        return dg_fail(err, DG_NOMEM, "no memory for the gate");
    return dg_fail(err, DG_USAGE, "line %d, column %d: %s", why.line, why.column, why.text);
}

dg_code dg_gate_parse(dg_gate **out, dg_bytes text, const char *name, const char *folder,
                      dg_error *err)
{
    dg_gate *gate = dg_calloc(1, sizeof *gate);
    dg_code rc;
    *out = NULL;
    if (!gate)
        return dg_fail(err, DG_NOMEM, "no memory for a gate");
    snprintf(gate->source, sizeof gate->source, "%s", name);
    snprintf(gate->folder, sizeof gate->folder, "%s", folder);
    if ((rc = read_json(&gate->json, text, err)) < 0 || (rc = expiry_there(gate->json, err)) < 0
        || (rc = dg_keys_check(&table, gate->json, true, err)) < 0
        || (rc = check_plans(gate, err)) < 0 || (rc = check_ledger(gate, err)) < 0) {
        dg_gate_free(gate);
        return dg_fail_within(err, rc, "%s", name);
    }
    *out = gate;
    return DG_OK;
}

/* Where the gate's relative paths begin, and, of one in a repository, the commit that it lies in.
 */
static dg_code place_of(char folder[DG_GIT_NAME_MAX], char from[DG_GIT_NAME_MAX], const char *path,
                        dg_error *err)
{
    const char *slash = strrchr(path, '/');
    dg_code rc = DG_OK;
    if (strlen(path) >= DG_GIT_NAME_MAX)
        return dg_fail(err, DG_USAGE, "the path of the gate is too long");
    if (!dg_git_names(path)) {
        snprintf(folder, DG_GIT_NAME_MAX, "%.*s", slash ? (int)(slash - path + 1) : 0, path);
        snprintf(from, DG_GIT_NAME_MAX, "%s", path);
    } else if ((rc = dg_git_pin(from, DG_GIT_NAME_MAX, path, "", err)) >= 0) {
        dg_git_folder(folder, DG_GIT_NAME_MAX, from);
    }
    return rc;
}

dg_code dg_gate_load(dg_gate **out, const char *path, dg_error *err)
{
    char folder[DG_GIT_NAME_MAX], from[DG_GIT_NAME_MAX];
    dg_buf text;
    dg_code rc = place_of(folder, from, path, err);
    *out = NULL;
    dg_buf_init(&text, DG_GATE_BYTES_MAX);
    if (rc >= 0 && (rc = dg_git_or_file_read(&text, from, err)) >= 0)
        rc = dg_gate_parse(out, dg_buf_bytes(&text), path, folder, err);
    dg_buf_clear(&text);
    return rc;
}

void dg_gate_free(dg_gate *gate)
{
    if (!gate)
        return;
    for (size_t i = 0; i < gate->count; i++) {
        dg_free(gate->cases[i].name);
        dg_free(gate->cases[i].base);
        dg_free(gate->cases[i].runtime);
        dg_plan_free(gate->cases[i].plan);
        json_decref(gate->cases[i].outcome);
    }
    dg_free(gate->cases);
    json_decref(gate->spare);
    json_decref(gate->json);
    dg_free(gate);
}

size_t dg_gate_count(const dg_gate *gate)
{
    return gate->count;
}
