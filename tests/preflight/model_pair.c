#include "model_pair.h"

#include <string.h>
#include <zstd.h>

#include "chain/chain.h"

static dg_engine *engine;

dg_engine *pair_engine(void)
{
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    dg_error err;
    if (!engine && dg_engine_new(&engine, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    return engine;
}

void pair_engine_free(void)
{
    dg_engine_free(engine);
    engine = NULL;
}

/* ---- runtimes and states ---- */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), e = strlen(end);
    return n >= e && strcmp(name + n - e, end) == 0;
}

dg_runtime *pair_runtime_of(dg_bytes blob)
{
    dg_runtime *runtime;
    dg_error err;
    if (dg_runtime_new(&runtime, pair_engine(), blob, &err) < 0)
        ck_abort_msg("%s", err.text);
    return runtime;
}

dg_runtime *pair_own_runtime(dg_snapshot *snapshot)
{
    dg_state *state;
    dg_bytes code;
    dg_runtime *runtime;
    ck_assert_int_eq(dg_state_open(&state, snapshot, NULL), DG_OK);
    ck_assert_int_eq(dg_state_get(state, &code, dg_bytes_of(NULL, 0), dg_text(":code"), NULL),
                     DG_OK);
    runtime = pair_runtime_of(code);
    dg_state_free(state);
    return runtime;
}

/* A file packed for keeping, not a blob as chains pack it. */
static void unpack(dg_buf *file)
{
    static uint8_t wasm[8 << 20];
    size_t len = ZSTD_decompress(wasm, sizeof wasm, file->at, file->len);
    ck_assert(!ZSTD_isError(len));
    dg_buf_reset(file);
    dg_buf_put(file, wasm, len);
}

dg_runtime *pair_runtime(const char *path)
{
    dg_runtime *runtime;
    dg_snapshot *snapshot;
    dg_buf blob;
    if (strstr(path, ".json")) {
        snapshot = pair_snapshot(path);
        runtime = pair_own_runtime(snapshot);
        dg_snapshot_close(snapshot);
        return runtime;
    }
    ck_assert(ends_in(path, ".wasm") || ends_in(path, ".wasm.zst"));
    blob = slurp(path);
    if (ends_in(path, ".zst"))
        unpack(&blob);
    runtime = pair_runtime_of(dg_buf_bytes(&blob));
    dg_buf_clear(&blob);
    return runtime;
}

static const char *place_for_next(void)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "snapshot-%d", serial++);
    return scratch_path(name);
}

dg_snapshot *pair_snapshot(const char *path)
{
    dg_snapshot_import_options options = { .describe = dg_runtime_describe, .user = pair_engine() };
    dg_snapshot *snapshot;
    dg_error err;
    options.path_out = place_for_next();
    if (dg_snapshot_import(NULL, path, &options, &err) < 0
        || dg_snapshot_open(&snapshot, options.path_out, &err) < 0)
        ck_abort_msg("%s: %s", path, err.text);
    return snapshot;
}

static dg_snapshot *saved(dg_snapshot *before, dg_state *state, const dg_snapshot_info *info)
{
    const char *place = place_for_next();
    dg_snapshot *snapshot;
    dg_error err;
    if (dg_state_save(state, place, info, dg_bytes_of(NULL, 0), &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_state_free(state);
    dg_snapshot_close(before);
    if (dg_snapshot_open(&snapshot, place, &err) < 0)
        ck_abort_msg("%s", err.text);
    return snapshot;
}

dg_snapshot *pair_with(dg_snapshot *snapshot, dg_bytes key, dg_bytes value)
{
    dg_snapshot_info info = *dg_snapshot_info_of(snapshot);
    dg_state *state;
    dg_error err;
    if (dg_state_open(&state, snapshot, &err) < 0
        || dg_state_put(state, dg_bytes_of(NULL, 0), key, value, &err) < 0)
        ck_abort_msg("%s", err.text);
    return saved(snapshot, state, &info);
}

dg_snapshot *pair_part(dg_snapshot *snapshot, const char *pallet, const char *item)
{
    dg_snapshot_info info = *dg_snapshot_info_of(snapshot);
    uint8_t key[32];
    dg_state *state;
    dg_error err;
    info.partial = true;
    dg_storage_prefix(key, pallet, item);
    if (dg_state_open(&state, snapshot, &err) < 0
        || dg_state_delete(state, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), &err) < 0)
        ck_abort_msg("%s", err.text);
    return saved(snapshot, state, &info);
}

void pair_open(pair *p, const char *spec, const char *to)
{
    p->snapshot = pair_snapshot(spec);
    p->from = pair_own_runtime(p->snapshot);
    p->to = pair_runtime(to);
}

void pair_close(pair *p)
{
    dg_runtime_free(p->from);
    dg_runtime_free(p->to);
    dg_snapshot_close(p->snapshot);
    *p = (pair){ .snapshot = NULL };
}

/* ---- findings ---- */

json_t *pair_preflight(const pair *p, uint64_t fuel)
{
    dg_preflight_input in = { pair_engine(), p->snapshot, p->from,       p->to,
                              fuel,          p->nodes,    p->nodes_count };
    json_t *found;
    dg_error err;
    if (dg_preflight(&found, &in, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return found;
}

static const char *text_at(const json_t *finding, const char *key)
{
    const char *text = json_string_value(json_object_get(finding, key));
    ck_assert_msg(text != NULL, "a finding without %s", key);
    return text;
}

const char *pair_ids(const json_t *preflight, const char *severity)
{
    static char rooms[4][1024];
    static int next;
    char *room = rooms[next++ % 4];
    const json_t *finding;
    const char *last = "";
    size_t i, len = 0;
    room[0] = 0;
    json_array_foreach(json_object_get(preflight, "findings"), i, finding)
    {
        if (strcmp(text_at(finding, "severity"), severity) != 0
            || strcmp(text_at(finding, "id"), last) == 0)
            continue;
        last = text_at(finding, "id"); /* they are sorted by id */
        len += (size_t)snprintf(room + len, sizeof rooms[0] - len, "%s%s", len ? " " : "", last);
        ck_assert_uint_lt(len, sizeof rooms[0]);
    }
    return room;
}

const json_t *pair_find_subject(const json_t *preflight, const char *id, const char *subject)
{
    const json_t *finding;
    size_t i;
    json_array_foreach(
        json_object_get(preflight, "findings"), i,
        finding) if (strcmp(text_at(finding, "id"), id) == 0
                     && (!subject
                         || strcmp(text_at(finding, "subject"), subject) == 0)) return finding;
    return NULL;
}

const json_t *pair_find(const json_t *preflight, const char *id)
{
    return pair_find_subject(preflight, id, NULL);
}

bool pair_unknown(const json_t *preflight, const char *part)
{
    const json_t *text;
    size_t i;
    json_array_foreach(json_object_get(preflight, "unknown"), i,
                       text) if (strstr(json_string_value(text), part)) return true;
    return false;
}

const char *pair_says(const json_t *finding)
{
    return text_at(finding, "says");
}
