#include "model_net.h"

#include <string.h>

static dg_engine *engine;

dg_engine *world_engine(void)
{
    dg_engine_options options = { .compiler = DG_COMPILER_SPEED,
                                  .cache_dir = dg_engine_cache_dir() };
    dg_error err;
    if (!engine && dg_engine_new(&engine, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    return engine;
}

/* Worlds of one spec share its snapshot, which nothing writes to. */
enum { SNAPSHOTS_MAX = 16 };
static struct {
    char path[512];
    dg_snapshot *snapshot;
} snapshots[SNAPSHOTS_MAX];
static size_t snapshot_count;

void world_engine_free(void)
{
    while (snapshot_count)
        dg_snapshot_close(snapshots[--snapshot_count].snapshot);
    dg_engine_free(engine);
    engine = NULL;
}

static const char *why(const dg_event *e)
{
    static const char *const keys[] = { "reason", "refused", "question" };
    const char *text = NULL;
    for (size_t i = 0; !text && i < sizeof keys / sizeof *keys; i++)
        text = json_string_value(json_object_get(e->detail, keys[i]));
    return text ? text : "";
}

static dg_code keep(void *user, const dg_event *event, const dg_hash *about, dg_error *err)
{
    world *w = user;
    (void)err;
    if (w->count == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 1024;
        w->log = dg_realloc(w->log, w->cap * sizeof *w->log);
        w->texts = dg_realloc(w->texts, w->cap * sizeof *w->texts);
        w->hashes = dg_realloc(w->hashes, w->cap * sizeof *w->hashes);
        ck_assert(w->log && w->texts && w->hashes);
    }
    snprintf(w->texts[w->count], sizeof *w->texts, "%s", why(event));
    w->hashes[w->count] = about ? *about : (dg_hash){ .at = { 0 } };
    w->log[w->count] = *event;
    w->log[w->count++].detail = NULL;
    json_decref(event->detail);
    return DG_OK;
}

static dg_snapshot *snapshot_of(const char *path)
{
    char name[32];
    const char *place;
    dg_snapshot_import_options import = { .replace = true,
                                          .describe = dg_runtime_describe,
                                          .user = world_engine() };
    dg_error err;
    for (size_t i = 0; i < snapshot_count; i++)
        if (strcmp(snapshots[i].path, path) == 0)
            return snapshots[i].snapshot;
    ck_assert_uint_lt(snapshot_count, SNAPSHOTS_MAX);
    snprintf(name, sizeof name, "world-%zu", snapshot_count);
    snprintf(snapshots[snapshot_count].path, sizeof snapshots->path, "%s", path);
    import.path_out = place = scratch_path(name);
    if (dg_snapshot_import(NULL, path, &import, &err) < 0
        || dg_snapshot_open(&snapshots[snapshot_count].snapshot, place, &err) < 0)
        ck_abort_msg("%s: %s", path, err.text);
    return snapshots[snapshot_count++].snapshot;
}

static void open_chain(world *w, const char *path, bool simulated)
{
    dg_chain_options how = { .engine = world_engine(), .simulated_validators = simulated };
    dg_error err;
    *w = (world){ .snapshot = snapshot_of(path) };
    if (dg_chain_open(&w->chain, w->snapshot, &how, &err) < 0)
        ck_abort_msg("%s: %s", path, err.text);
}

void world_open_chain(world *w, const char *path)
{
    open_chain(w, path, true);
}

const dg_collators *world_async(void)
{
    static dg_collators all;
    all = (dg_collators){
        .of = dg_backing_author_named("lookahead"), .protocol = 2, .async = true, .ppm = 1000000
    };
    return &all;
}

void world_amend_config(dg_state *state, const dg_meta *meta, const char *field, json_t *new)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, "Configuration", "ActiveConfig");
    dg_bytes old;
    dg_buf key, value;
    json_t *config;
    dg_error err;
    dg_buf_init(&key, 256);
    dg_buf_init(&value, 1 << 16);
    dg_storage_key_raw(&key, entry, NULL);
    ck_assert_int_eq(dg_state_get(state, &old, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), &err),
                     DG_OK);
    ck_assert_int_eq(dg_value_decode_all(meta, &config, entry->value, old, &err), DG_OK);
    ck_assert_ptr_nonnull(json_object_get(config, field));
    json_object_set_new(config, field, new);
    if (dg_value_encode(meta, &value, entry->value, config, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_int_eq(
        dg_state_put(state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), dg_buf_bytes(&value), &err),
        DG_OK);
    json_decref(config);
    dg_buf_clear(&key);
    dg_buf_clear(&value);
}

void world_write(dg_state *state, const dg_meta *meta, const char *pallet, const char *item,
                 json_t *keys, json_t *value)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, pallet, item);
    dg_buf key, bytes;
    dg_error err = { .text = "no such item" };
    dg_buf_init(&key, 256);
    dg_buf_init(&bytes, 1 << 16);
    if (!entry || dg_storage_key(meta, &key, entry, keys, &err) < 0
        || dg_value_encode(meta, &bytes, entry->value, value, &err) < 0)
        ck_abort_msg("%s.%s: %s", pallet, item, err.text);
    ck_assert_int_eq(
        dg_state_put(state, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), dg_buf_bytes(&bytes), &err),
        DG_OK);
    json_decref(keys);
    json_decref(value);
    dg_buf_clear(&key);
    dg_buf_clear(&bytes);
}

static void reopen_with(world *w, const world_options *o)
{
    dg_chain_options how = { .engine = world_engine(), .simulated_validators = true };
    dg_state *state = dg_state_fork(dg_block_state(dg_chain_root(w->chain)));
    const dg_meta *meta;
    dg_runtime *runtime;
    dg_error err;
    ck_assert_int_eq(dg_block_runtime(w->chain, dg_chain_root(w->chain), &runtime, &err), DG_OK);
    ck_assert_int_eq(dg_runtime_meta(runtime, &meta, &err), DG_OK);
    if (o->para_validators)
        /* fewer than there are */
        world_amend_config(state, meta, "max_validators", json_integer(o->para_validators));
    if (o->amend)
        o->amend(state, meta);
    dg_chain_close(w->chain);
    how.state = state;
    if (dg_chain_open(&w->chain, w->snapshot, &how, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_state_free(state);
}

const dg_node_class *world_class(const char *name)
{
    static dg_node_class mended, new_alone;
    if (strcmp(name, "new alone") == 0) {
        new_alone = *dg_class_named("SD_V2_ONLY");
        new_alone.host_needed = 0; /* as over a runtime that is new enough for it */
        new_alone.bits_always = false;
        return &new_alone;
    }
    if (strcmp(name, "mended") != 0)
        return dg_class_named(name);
    mended = *dg_class_named("SD_V12_OK");
    ck_assert_int_eq(dg_class_with(&mended, "provisioner-mode", NULL), DG_OK);
    return &mended;
}

void world_open_path(world *w, const char *path, const world_options *o)
{
    dg_share all = { world_class(o->of ? o->of : "SD_V12_OK"), 1000000 };
    dg_network_options options = { .seed = o->seed,
                                   .shares = o->shares ? o->shares : &all,
                                   .share_count = o->shares ? o->share_count : 1,
                                   .joining = o->joining,
                                   .joining_count = o->joining_count,
                                   .link = o->link,
                                   .compile_ns_min = o->compile_ns,
                                   .compile_ns_max = o->compile_ns,
                                   .no_forks = o->no_forks,
                                   .spared = o->spared,
                                   .backs_off = o->backs_off,
                                   .distribution = o->distribution,
                                   .collators = o->collators,
                                   .collator_count =
                                       o->collator_count ? o->collator_count : o->collators != NULL,
                                   .each = keep,
                                   .user = w,
                                   .settled = o->settled,
                                   .refused = o->refused };
    dg_error err;
    open_chain(w, path, !o->genuine_only);
    if (o->para_validators || o->amend)
        reopen_with(w, o);
    if (dg_network_new(&w->net, w->chain, &options, &err) != DG_OK
        || (o->no_collators
            && dg_network_fault(w->net,
                                &(dg_fault){ .kind = DG_FAULT_OFFLINE_COLLATORS,
                                             .who = DG_WHO_ALL,
                                             .from = dg_network_first_slot(w->net),
                                             .until = UINT64_MAX },
                                &err)
                   != DG_OK))
        ck_abort_msg("%s: %s", path, err.text);
    w->world = &w->net->world;
    if (o->enact) {
        w->code = slurp(fixture_path(PAIR_NEW));
        ck_assert_int_eq(dg_network_enact(w->net, dg_network_first_slot(w->net) + o->enact, o->how,
                                          dg_buf_bytes(&w->code), &err),
                         DG_OK);
    }
}

void world_open(world *w, const world_options *options)
{
    world_open_path(w, fixture_path(PAIR_OLD), options);
}

void world_run(world *w, uint32_t slots)
{
    dg_error err;
    uint64_t first = dg_network_first_slot(w->net);
    for (uint64_t slot = first + w->ran; slot <= first + slots; slot++) {
        if (dg_network_run(w->net, slot, &err) < 0)
            ck_abort_msg("%s", err.text);
        dg_network_verify(w->net);
    }
    w->ran = slots + 1;
}

void world_rewind(world *w)
{
    dg_chain_options how = { .engine = world_engine(), .simulated_validators = true };
    dg_error err;
    dg_network_free(w->net);
    w->net = NULL;
    w->world = NULL;
    w->ran = 0;
    dg_chain_close(w->chain);
    if (dg_chain_open(&w->chain, w->snapshot, &how, &err) < 0)
        ck_abort_msg("%s", err.text);
}

void world_close(world *w)
{
    dg_network_free(w->net);
    dg_chain_close(w->chain);
    dg_buf_clear(&w->code);
    dg_free(w->log);
    dg_free(w->texts);
    dg_free(w->hashes);
    *w = (world){ .count = 0 };
}

bool world_same_numbers(const dg_event *a, const dg_event *b)
{
    bool same = a->kind == b->kind;
    for (size_t i = 0; same && dg_event_field(a->kind, i); i++)
        same = dg_event_number(a, dg_event_field(a->kind, i))
               == dg_event_number(b, dg_event_field(a->kind, i));
    return same;
}

uint64_t world_slot(const world *w, const dg_event *r)
{
    return (uint64_t)dg_event_number(r, "slot") - dg_network_first_slot(w->net);
}

static bool within(const world *w, const dg_event *r, dg_event_kind kind, uint32_t from,
                   uint32_t to)
{
    return r->kind == kind && world_slot(w, r) >= from && world_slot(w, r) <= to;
}

uint64_t world_sum(const world *w, dg_event_kind kind, const char *field, uint32_t from,
                   uint32_t to)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < w->count; i++)
        if (within(w, &w->log[i], kind, from, to))
            sum += (uint64_t)dg_event_number(&w->log[i], field);
    return sum;
}

uint64_t world_times(const world *w, dg_event_kind kind, uint32_t from, uint32_t to)
{
    uint64_t times = 0;
    for (size_t i = 0; i < w->count; i++)
        times += within(w, &w->log[i], kind, from, to);
    return times;
}

uint32_t world_published(const world *w)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->world->backing->upgrade_count; i++)
        count += w->world->backing->upgrades[i].over;
    return count;
}

const dg_event *world_holders(const world *w, uint32_t slot)
{
    for (size_t i = 0; i < w->count; i++)
        if (within(w, &w->log[i], DG_EVENT_NET_HOLDERS, slot, slot))
            return &w->log[i];
    return NULL;
}
