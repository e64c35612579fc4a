#include "model_run.h"

#include <stdlib.h>
#include <string.h>

static void set(dg_plan *plan, const char *key, const char *value)
{
    dg_error err;
    if (dg_plan_set(plan, key, value, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static dg_code try(json_t **outcome, const char *snapshot, const char *to, const char *at,
                   const char *const *more, uint64_t fuel, dg_run_explain explain, dg_error *err)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .fuel_block = fuel,
                               .fuel_query = fuel,
                               .explain = explain };
    dg_plan *plan;
    dg_code rc;
    ck_assert_int_eq(dg_plan_new(&plan, NULL), DG_OK);
    set(plan, "snapshot", snapshot);
    set(plan, "upgrade.to", to);
    set(plan, "upgrade.at", at);
    set(plan, "network", "false"); /* `more` may name one */
    for (; more && *more; more++) {
        char key[128];
        const char *equal = strchr(*more, '=');
        snprintf(key, sizeof key, "%.*s", (int)(equal - *more), *more);
        set(plan, key, equal + 1);
    }
    if ((rc = dg_plan_check(plan, err)) >= 0)
        rc = dg_run(outcome, plan, &options, err);
    dg_plan_free(plan);
    return rc;
}

static json_t *judged(const char *snapshot, const char *to, const char *at, const char *const *more,
                      uint64_t fuel, dg_run_explain explain)
{
    json_t *outcome = NULL;
    dg_error err = { .text = "" };
    if (try(&outcome, snapshot, to, at, more, fuel, explain, &err) < 0)
        ck_abort_msg("%s -> %s: %s", snapshot, to, err.text);
    return outcome;
}

json_t *run_pair(const char *snapshot, const char *to, const char *at, const char *const *more)
{
    return judged(snapshot, to, at, more, 0, DG_RUN_EXPLAIN_NONE);
}

json_t *explain_pair(const char *snapshot, const char *to, const char *at, const char *const *more)
{
    return judged(snapshot, to, at, more, 0, DG_RUN_EXPLAIN_PROVED);
}

json_t *run_small_pair(const char *snapshot, const char *to, const char *at,
                       const char *const *more)
{
    return judged(snapshot, to, at, more, SMALL_FUEL, DG_RUN_EXPLAIN_NONE);
}

dg_code run_refused(const char *snapshot, const char *to, const char *at, const char *const *more,
                    dg_error *err)
{
    json_t *outcome = NULL;
    dg_code rc = try(&outcome, snapshot, to, at, more, 0, DG_RUN_EXPLAIN_NONE, err);
    json_decref(outcome);
    return rc;
}

const json_t *claim_of(const json_t *outcome, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i,
                       claim) if (strcmp(json_string_value(json_object_get(claim, "name")), name)
                                  == 0) return claim;
    ck_abort_msg("the outcome has no claim %s", name);
    return NULL;
}

const char *claim_status(const json_t *outcome, const char *name)
{
    return json_string_value(json_object_get(claim_of(outcome, name), "status"));
}

const char *claim_text(const json_t *outcome, const char *name)
{
    return json_string_value(json_object_get(claim_of(outcome, name), "text"));
}

const char *verdicts(const json_t *outcome)
{
    static char room[8192];
    const json_t *claim;
    size_t i, used = (size_t)snprintf(room, sizeof room, "exit %d, %s", dg_outcome_exit(outcome),
                                      json_string_value(json_object_get(outcome, "reason")));
    json_array_foreach(json_object_get(outcome, "claims"), i, claim) if (used < sizeof room) used +=
        (size_t)snprintf(room + used, sizeof room - used, "\n    %-11s %-19s %s",
                         json_string_value(json_object_get(claim, "status")),
                         json_string_value(json_object_get(claim, "name")),
                         json_string_value(json_object_get(claim, "text")));
    return room;
}

/* ---- blobs ---- */

static dg_engine *engine(void)
{
    static dg_engine *one;
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    if (!one)
        ck_assert_int_eq(dg_engine_new(&one, &options, NULL), DG_OK);
    return one;
}

const char *code_file(const char *name)
{
    static char room[4][512];
    static int next;
    char *path = room[next++ % 4];
    char file[256];
    dg_source source;
    dg_state *state;
    dg_bytes code;
    dg_error err;
    if (!strstr(name, ".json")) {
        snprintf(path, 512, "%s", corpus_path(name));
        return path;
    }
    snprintf(file, sizeof file, "code-%.200s.wasm", strrchr(name, '/') + 1);
    snprintf(path, 512, "%s", scratch_path(file));
    if (dg_file_exists(path))
        return path;
    if (dg_source_open(
            &source, dg_file_exists(name) ? name : corpus_path(name),
            &(dg_source_options){ .engine = engine(), .cache_dir = dg_engine_cache_dir() }, &err)
            < 0
        || dg_state_open(&state, source.snapshot, &err) < 0
        || dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), &err) != DG_OK
        || dg_file_write(path, code, &err) < 0)
        ck_abort_msg("%s: %s", name, err.text);
    dg_state_free(state);
    dg_source_close(&source);
    return path;
}

void snapshot_after(const char *path, const char *spec, uint32_t slots, dg_clock *clock)
{
    dg_chain_options how = { .engine = engine(), .simulated_validators = true };
    dg_share all = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_network_options options = { .seed = 3, .shares = &all, .share_count = 1, .no_forks = true };
    dg_snapshot_info info;
    dg_source source;
    dg_chain *chain;
    dg_network *net;
    dg_block *best;
    dg_error err;
    if (dg_source_open(
            &source, spec,
            &(dg_source_options){ .engine = engine(), .cache_dir = dg_engine_cache_dir() }, &err)
            < 0
        || dg_chain_open(&chain, source.snapshot, &how, &err) < 0
        || dg_network_new(&net, chain, &options, &err) != DG_OK
        || dg_network_run(net, dg_network_first_slot(net) + slots, &err) < 0
        || dg_chain_clock(chain, best = dg_network_best(net), clock, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    info = *dg_snapshot_info_of(source.snapshot);
    info.number = dg_block_number(best);
    info.hash = *dg_block_hash(best);
    info.header_known = false;
    ck_assert_msg(dg_state_save(dg_block_state(best), path, &info, dg_bytes_of(NULL, 0), &err)
                      == DG_OK,
                  "%s", err.text);
    dg_network_free(net);
    dg_chain_close(chain);
    dg_source_close(&source);
}

/* ---- why ---- */

static const char *line_of(const json_t *line)
{
    const char *says = json_string_value(json_object_get(line, "says"));
    return json_is_string(line) ? json_string_value(line) : says ? says : "";
}

bool any_line(const json_t *lines, const char *part)
{
    const json_t *line;
    size_t i;
    json_array_foreach(lines, i, line) if (strstr(line_of(line), part)) return true;
    return false;
}

bool any_cause(const json_t *outcome, const char *part)
{
    const json_t *cause;
    size_t i;
    json_array_foreach(json_object_get(outcome, "causes"), i, cause)
    {
        const char *kind = json_string_value(json_object_get(cause, "kind"));
        if ((strcmp(kind, "cause") == 0 || strcmp(kind, "together") == 0)
            && strstr(line_of(cause), part))
            return true;
    }
    return false;
}

bool any_advice(const json_t *outcome, const char *part)
{
    return any_line(json_object_get(outcome, "advice"), part);
}

const char *causes_of(const json_t *outcome)
{
    static const char *const keys[] = { "causes", "looked_at", "unexplained", "advice" };
    static char room[1 << 14];
    room[0] = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char *text = json_dumps(json_object_get(outcome, keys[i]), JSON_COMPACT | JSON_ENCODE_ANY);
        snprintf(room + strlen(room), sizeof room - strlen(room), "%s: %s\n", keys[i],
                 text ? text : "none");
        free(text);
    }
    return room;
}
