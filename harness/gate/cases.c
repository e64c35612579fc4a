/* cases.c - each entry of `plans` as a plan that is checked, once for each runtime and each place
 * of U that it asks for. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/sweep.h"

#include "git/git.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

dg_code dg_gate_path(char *out, size_t size, const dg_gate *gate, const char *path, dg_error *err)
{
    int len = snprintf(out, size, "%s%s", path[0] == '/' ? "" : gate->folder, path);
    if (dg_git_names(path))
        return dg_git_pin(out, size, path, gate->folder, err);
    return len < (int)size ? DG_OK : dg_fail(err, DG_USAGE, "the path %.80s.. is too long", path);
}

/* What an entry of `plans` becomes one case of. */
typedef struct variant {
    const json_t *entry, *runtime; /* runtime NULL: it asks for none */
    const char *at;                /* where U is; NULL: as the plan says */
    bool one_of;                   /* of several such places */
} variant;

/* ---- amended ---- */

/* A text of the entry, with what it says of the runtime filled in; `out` has room for `size`. */
static dg_code filled(char *out, size_t size, const json_t *entry, const char *key,
                      const json_t *runtime, dg_error *err)
{
    assert(size > 0);
    dg_buf text = dg_buf_on(out, size - 1);
    if (runtime)
        dg_gate_runtimes_fill(&text, text_of(entry, key), runtime);
    else
        dg_buf_put_text(&text, text_of(entry, key));
    out[text.len] = 0;
    return dg_buf_check(&text, err, key);
}

static dg_code filled_path(char *out, size_t size, const dg_gate *gate, const json_t *entry,
                           const char *key, const json_t *runtime, dg_error *err)
{
    assert(size > 0);
    char path[1024];
    dg_code rc = filled(path, sizeof path, entry, key, runtime, err);
    if (rc >= 0)
        rc = dg_gate_path(out, size, gate, path, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", key) : DG_OK;
}

/* What `set` says, each as a flag would: a text is the flag's text. */
static dg_code set_others(dg_plan *plan, const json_t *set, dg_error *err)
{
    const char *key;
    json_t *value;
    dg_code rc = DG_OK;
    json_object_foreach((json_t *)set, key, value)
    {
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
        if (rc >= 0)
            rc = json_is_string(value) || text
                     ? dg_plan_set(plan, key, text ? text : json_string_value(value), err)
                     : dg_fail(err, DG_NOMEM, "no memory for set");
        dg_free(text);
    }
    return rc < 0 ? dg_fail_within(err, rc, "set") : DG_OK;
}

static dg_code amend(const dg_gate *gate, dg_gate_case *one, const variant *v, dg_error *err)
{
    static const struct {
        const char *key, *of_plan;
        bool path;
    } keys[] = { { "snapshot", "snapshot", true },
                 { "to", "upgrade.to", true },
                 { "nodes", "network.nodes", false } };
    char value[2048];
    dg_code rc = DG_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && rc >= 0; i++) {
        if (!json_object_get(v->entry, keys[i].key))
            continue;
        rc = keys[i].path
                 ? filled_path(value, sizeof value, gate, v->entry, keys[i].key, v->runtime, err)
                 : filled(value, sizeof value, v->entry, keys[i].key, NULL, err);
        if (rc >= 0 && (rc = dg_plan_set(one->plan, keys[i].of_plan, value, err)) < 0)
            dg_fail_within(err, rc, "%s", keys[i].key);
    }
    if (rc >= 0 && v->at && (rc = dg_plan_set(one->plan, "upgrade.at", v->at, err)) < 0)
        dg_fail_within(err, rc, "at");
    return rc < 0 ? rc : set_others(one->plan, json_object_get(v->entry, "set"), err);
}

static dg_code load_plan(const dg_gate *gate, dg_gate_case *one, const variant *v, dg_error *err)
{
    char path[2048];
    dg_code rc = filled_path(path, sizeof path, gate, v->entry, "plan", v->runtime, err);
    if (rc < 0 || (rc = dg_plan_load(&one->plan, path, err)) < 0
        || (rc = amend(gate, one, v, err)) < 0)
        return rc;
    return dg_plan_check(one->plan, err);
}

/* ---- cases ---- */

static dg_code grow(dg_gate *gate, dg_error *err)
{
    size_t cap = gate->cap ? 2 * gate->cap : 16;
    dg_gate_case *cases;
    if (gate->count == DG_GATE_CASES_MAX)
        return dg_fail(err, DG_LIMIT, "the gate has more than %d cases", DG_GATE_CASES_MAX);
    if (gate->count < gate->cap)
        return DG_OK;
    if (!(cases = dg_realloc(gate->cases, cap * sizeof *cases)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu cases", cap);
    gate->cases = cases;
    gate->cap = cap;
    return DG_OK;
}

static dg_code name_case(dg_gate_case *one, const variant *v, dg_error *err)
{
    const char *runtime = v->runtime ? text_of(v->runtime, "name") : NULL;
    char name[600];
    dg_code rc = filled(name, sizeof name / 2, v->entry, "name", v->runtime, err);
    size_t len = strlen(name);
    if (rc < 0)
        return rc;
    if (runtime && !strstr(text_of(v->entry, "name"), "{runtime}"))
        snprintf(name + len, sizeof name / 2 - len, "/%s", runtime);
    one->base = dg_strdup(name);
    len = strlen(name);
    if (v->one_of)
        snprintf(name + len, sizeof name - len, " %s", v->at);
    one->name = dg_strdup(name);
    one->runtime = runtime ? dg_strdup(runtime) : NULL;
    return one->name && one->base && (!runtime || one->runtime)
               ? DG_OK
               : dg_fail(err, DG_NOMEM, "no memory for the name of a case");
}

static dg_code add_case(dg_gate *gate, const variant *v, dg_error *err)
{
    dg_gate_case *one;
    dg_code rc = grow(gate, err);
    if (rc < 0)
        return rc;
    assert(gate->count < gate->cap);
    one = &gate->cases[gate->count++];
    *one = (dg_gate_case){ .entry = v->entry };
    if ((rc = name_case(one, v, err)) < 0)
        return rc;
    for (size_t i = 0; i + 1 < gate->count; i++)
        if (strcmp(gate->cases[i].name, one->name) == 0)
            return dg_fail(err, DG_USAGE, "two cases are called \"%.80s\"", one->name);
    rc = load_plan(gate, one, v, err);
    return rc < 0 ? dg_fail_within(err, rc, "plan \"%.80s\"", one->name) : DG_OK;
}

/* One case for each place that `at` names. */
static dg_code add_places(dg_gate *gate, const json_t *entry, const json_t *runtime, dg_error *err)
{
    const char *at = json_string_value(json_object_get(entry, "at"));
    variant v = { .entry = entry, .runtime = runtime };
    dg_axes axes = { 0 };
    const dg_axis *places = &axes.of[DG_AXIS_AT];
    dg_code rc = at ? dg_axes_add(&axes, DG_AXIS_AT, at, err) : add_case(gate, &v, err);
    if (at && rc < 0)
        dg_fail_within(err, rc, "plan \"%.80s\": at", text_of(entry, "name"));
    v.one_of = places->count > 1;
    for (size_t i = 0; i < places->count && rc >= 0; i++) {
        v.at = places->values[i];
        rc = add_case(gate, &v, err);
    }
    dg_axes_clear(&axes);
    return rc;
}

static dg_code add_for_each(dg_gate *gate, const json_t *entry, const json_t *list, bool *taken,
                            dg_error *err)
{
    const json_t *globs = json_object_get(entry, "runtimes"), *runtime;
    size_t i, some = 0;
    dg_code rc = DG_OK;
    json_array_foreach(list, i, runtime)
    {
        if (rc < 0 || !dg_gate_runtimes_takes(globs, runtime))
            continue;
        rc = add_places(gate, entry, runtime, err);
        taken[i] = true;
        some++;
    }
    return rc < 0 || some ? rc
                          : dg_fail(err, DG_USAGE,
                                    "plan \"%.80s\": the list has no runtime that it asks for, of "
                                    "a relay chain or by its whole name",
                                    text_of(entry, "name"));
}

/* Who has no plan passes the gate unseen; that is told. */
static dg_code list_spare(dg_gate *gate, const json_t *list, const bool *taken, dg_error *err)
{
    int bad = !(gate->spare = json_array());
    for (size_t i = 0; i < json_array_size(list) && !bad; i++)
        if (!taken[i])
            bad = json_array_append(gate->spare, json_object_get(json_array_get(list, i), "name"));
    return bad ? dg_fail(err, DG_NOMEM, "no memory for the runtimes") : DG_OK;
}

static dg_code add_all(dg_gate *gate, const json_t *list, bool *taken, dg_error *err)
{
    const json_t *entry;
    dg_code rc = DG_OK;
    size_t i;
    json_array_foreach(json_object_get(gate->json, "plans"), i, entry)
    {
        if (rc >= 0)
            rc = json_object_get(entry, "runtimes") ? add_for_each(gate, entry, list, taken, err)
                                                    : add_places(gate, entry, NULL, err);
    }
    return rc < 0 || !list ? rc : list_spare(gate, list, taken, err);
}

dg_code dg_gate_open(dg_gate *gate, dg_error *err)
{
    const char *named = json_string_value(json_object_get(gate->json, "runtimes"));
    char path[2048];
    json_t *list = NULL;
    bool *taken = NULL;
    dg_code rc = DG_OK;
    assert(!gate->count && !gate->spare); /* once */
    if (named && (rc = dg_gate_path(path, sizeof path, gate, named, err)) >= 0
        && (rc = dg_gate_runtimes_read(&list, path, err)) < 0)
        rc = dg_fail_within(err, rc, "runtimes");
    if (rc >= 0 && !(taken = dg_calloc(json_array_size(list) + 1, sizeof *taken)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the runtimes");
    if (rc >= 0)
        rc = add_all(gate, list, taken, err);
    dg_free(taken);
    json_decref(list);
    return rc < 0 ? dg_fail_within(err, rc, "%s", gate->source) : DG_OK;
}

bool dg_gate_case_is_finished(const dg_gate_case *one)
{
    assert(!one->outcome || !one->failed[0]);
    return one->outcome || one->failed[0];
}
