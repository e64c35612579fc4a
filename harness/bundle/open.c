/* open.c - a bundle that was unpacked becomes a plan that can be run, and an outcome. */
#include "bundle/bundle_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "source/source.h"
#include "wasm/wasm.h"

struct dg_bundle {
    dg_scratch scratch;
    dg_bundle_list list;
    json_t *manifest, *outcome;
    dg_plan *plan;
    char state[DG_BUNDLE_NAME_MAX];
    bool settled; /* the plan names the folder that the state was made */
};

/* ---- its plan ---- */

/* What a bundle may not have and a plan may: other files. */
static dg_code names_nothing_else(const dg_bundle *b, const json_t *plan, dg_error *err)
{
    const char *snapshot = json_string_value(json_object_get(plan, "snapshot")),
               *to = json_string_value(json_object_get(json_object_get(plan, "upgrade"), "to"));
    if (!snapshot || strcmp(snapshot, b->state) != 0)
        return dg_fail(err, DG_MALFORMED, "its plan names %.100s, not the state in it",
                       snapshot ? snapshot : "no snapshot");
    if (to && strcmp(to, DG_BUNDLE_CODE) != 0)
        return dg_fail(err, DG_MALFORMED, "its plan names %.100s, which is not in it", to);
    if (json_object_get(json_object_get(plan, "network"), "nodes"))
        return dg_fail(err, DG_MALFORMED,
                       "its plan has network.nodes, which may name a file; a bundle has "
                       "network.classes");
    return DG_OK;
}

static dg_code check_names(const dg_bundle *b, dg_bytes text, dg_error *err)
{
    json_error_t why;
    json_t *plan =
        json_loadb(text.len ? (const char *)text.at : "", text.len, JSON_REJECT_DUPLICATES, &why);
    dg_code rc = plan ? names_nothing_else(b, plan, err)
                      : dg_fail(err, DG_MALFORMED, "%s: line %d, column %d: %s", DG_BUNDLE_PLAN,
                                why.line, why.column, why.text);
    json_decref(plan);
    return rc;
}

static void path_of(const dg_bundle *b, char path[DG_SCRATCH_PATH_MAX], const char *name)
{
    snprintf(path, DG_SCRATCH_PATH_MAX, "%s/%s", b->scratch.folder, name);
}

/* Relative names would be looked for in the folder of the program first. */
static dg_code set_place(dg_bundle *b, const char *key, const char *name, dg_error *err)
{
    char path[DG_SCRATCH_PATH_MAX];
    path_of(b, path, name);
    return dg_plan_set(b->plan, key, path, err);
}

static dg_code set_places(dg_bundle *b, dg_error *err)
{
    bool code = json_object_get(json_object_get(dg_plan_json(b->plan), "upgrade"), "to") != NULL;
    dg_code rc = set_place(b, "snapshot", b->state, err);
    if (rc < 0 || !code)
        return rc;
    return dg_bundle_file_of(&b->list, DG_BUNDLE_CODE)
               ? set_place(b, "upgrade.to", DG_BUNDLE_CODE, err)
               : dg_fail(err, DG_MALFORMED, "has no %s, which its plan names", DG_BUNDLE_CODE);
}

static dg_code parse_plan(dg_bundle *b, dg_bytes text, dg_error *err)
{
    dg_code rc = check_names(b, text, err);
    if (rc < 0 || (rc = dg_plan_parse(&b->plan, text, DG_BUNDLE_PLAN, NULL, err)) < 0
        || (rc = set_places(b, err)) < 0)
        return rc;
    return dg_plan_check(b->plan, err);
}

/* The file of that name, which has at most so many bytes, and its path. */
static dg_code find_file(dg_bundle *b, char path[DG_SCRATCH_PATH_MAX], const char *name,
                         uint64_t bytes_max, dg_error *err)
{
    const dg_bundle_file *f = dg_bundle_file_of(&b->list, name);
    if (!f)
        return dg_fail(err, DG_MALFORMED, "has no %s", name);
    if (f->bytes > bytes_max)
        return dg_fail(err, DG_MALFORMED, "%s has %llu bytes; at most %llu are allowed", name,
                       (unsigned long long)f->bytes, (unsigned long long)bytes_max);
    path_of(b, path, name);
    return DG_OK;
}

static dg_code read_plan(dg_bundle *b, dg_error *err)
{
    const dg_bundle_file *state = dg_bundle_state_of(&b->list);
    char path[DG_SCRATCH_PATH_MAX];
    dg_buf text;
    dg_code rc;
    if (!state)
        return dg_fail(err, DG_MALFORMED, "has not one state: a file whose name begins with %s",
                       DG_BUNDLE_STATE);
    snprintf(b->state, sizeof b->state, "%s", state->name);
    if ((rc = find_file(b, path, DG_BUNDLE_PLAN, DG_PLAN_MAX, err)) < 0)
        return rc;
    dg_buf_init(&text, DG_PLAN_MAX);
    if ((rc = dg_file_read(&text, path, err)) >= 0)
        rc = parse_plan(b, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc;
}

/* ---- its outcome ---- */

static dg_code read_outcome(dg_bundle *b, dg_error *err)
{
    char path[DG_SCRATCH_PATH_MAX];
    dg_code rc = find_file(b, path, DG_BUNDLE_OUTCOME, DG_BUNDLE_OUTCOME_MAX, err);
    return rc < 0 ? rc : dg_outcome_load(&b->outcome, path, err);
}

/* ---- whole ---- */

static dg_code read_all(dg_bundle *b, const char *path, dg_error *err)
{
    dg_code rc = dg_bundle_unpack(&b->manifest, &b->list, &b->scratch, path, err);
    if (rc < 0)
        return rc;
    if ((rc = read_plan(b, err)) < 0 || (rc = read_outcome(b, err)) < 0)
        return dg_fail_within(err, rc, "%.200s", path);
    return DG_OK;
}

/* `beside`: as dg_scratch_make has it. */
static dg_code open_in(dg_bundle **out, const char *path, const char *beside, dg_error *err)
{
    dg_bundle *b = dg_calloc(1, sizeof *b);
    dg_code rc = b ? dg_scratch_make(&b->scratch, beside, err)
                   : dg_fail(err, DG_NOMEM, "no memory for a bundle");
    *out = NULL;
    if (rc < 0 || (rc = read_all(b, path, err)) < 0) {
        dg_bundle_close(b);
        return rc;
    }
    assert(b->plan && b->outcome && b->manifest);
    *out = b;
    return DG_OK;
}

dg_code dg_bundle_open(dg_bundle **out, const char *path, dg_error *err)
{
    return open_in(out, path, NULL, err);
}

static dg_code import_state(dg_bundle *b, const char *chain, dg_engine *engine, dg_error *err)
{
    char place[DG_SCRATCH_PATH_MAX], file[DG_SCRATCH_PATH_MAX];
    dg_snapshot_import_options how = { .path_out = place, .chain = chain };
    dg_code rc;
    path_of(b, file, b->state);
    dg_snapshot_scratch(&b->scratch, place, "state");
    if ((rc = dg_source_import(NULL, file, &how, engine, err)) < 0
        || (rc = set_place(b, "snapshot", "state", err)) < 0)
        return rc;
    return dg_plan_check(b->plan, err);
}

dg_code dg_bundle_settle(dg_bundle *b, const char *cache_dir, dg_error *err)
{
    const char *chain = json_string_value(json_object_get(b->manifest, "chain"));
    dg_engine_options quiet = { .cache_dir = cache_dir };
    dg_engine *engine;
    dg_code rc;
    if (!chain || b->settled)
        return DG_OK;
    if ((rc = dg_engine_new(&engine, &quiet, err)) >= 0)
        rc = import_state(b, chain, engine, err);
    dg_engine_free(engine);
    b->settled = rc >= 0;
    return rc;
}

void dg_bundle_close(dg_bundle *b)
{
    if (!b)
        return;
    dg_plan_free(b->plan);
    json_decref(b->manifest);
    json_decref(b->outcome);
    dg_scratch_remove(&b->scratch);
    dg_free(b);
}

const dg_plan *dg_bundle_plan(const dg_bundle *b)
{
    return b->plan;
}

const json_t *dg_bundle_outcome(const dg_bundle *b)
{
    return b->outcome;
}

const json_t *dg_bundle_manifest(const dg_bundle *b)
{
    return b->manifest;
}

bool dg_bundle_is_ours(const dg_bundle *b)
{
    json_t *ours = dg_bundle_program();
    bool same = json_equal(ours, json_object_get(b->manifest, "program"));
    json_decref(ours);
    return same;
}

dg_code dg_bundle_form(json_t **out, const dg_bundle *b, const json_t *outcome, dg_error *err)
{
    *out = dg_bundle_plain(outcome, b->state);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the outcome");
}

/* ---- to stay ---- */

dg_code dg_bundle_extract(const char *path, const char *folder, dg_error *err)
{
    char beside[DG_SCRATCH_FOLDER_MAX];
    size_t len = strlen(folder);
    dg_bundle *b;
    dg_code rc;
    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (!len || len >= sizeof beside - sizeof ".part-XXXXXX")
        return dg_fail(err, DG_USAGE, "%.80s is not a name for a folder", folder);
    snprintf(beside, sizeof beside, "%.*s", (int)len, folder);
    if (dg_file_exists(beside))
        return dg_fail(err, DG_USAGE, "%.300s is there already: give another folder", folder);
    snprintf(beside, sizeof beside, "%.*s.part-", (int)len, folder);
    if ((rc = open_in(&b, path, beside, err)) < 0)
        return rc;
    beside[len] = 0;
    if (chmod(b->scratch.folder, 0755) != 0 || rename(b->scratch.folder, beside) != 0)
        rc = dg_fail(err, DG_IO, "%.300s could not be made: %s", beside, strerror(errno));
    else
        dg_scratch_keep(&b->scratch);
    dg_bundle_close(b);
    return rc;
}
