/* inputs.c - what a run was made of, gathered as the files of a bundle. */
#include "bundle/bundle_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "git/git.h"
#include "snapshot/snapshot.h"
#include "source/source.h"
#include "wasm/wasm.h"

typedef struct gathering {
    dg_bundle_items items;
    dg_scratch scratch; /* of a state that has to be made a file */
    const dg_bundle_parts *parts;
    const dg_plan_asked *asked;
    dg_source_options from;
    char state[DG_BUNDLE_NAME_MAX]; /* the name of the state's file */
} gathering;

/* ---- names ---- */

int dg_bundle_rename(json_t *plan, const char *state)
{
    json_t *upgrade = json_object_get(plan, "upgrade");
    int bad = json_object_set_new(plan, "snapshot", json_string(state));
    if (json_object_get(upgrade, "to"))
        bad |= json_object_set_new(upgrade, "to", json_string(DG_BUNDLE_CODE));
    return bad;
}

json_t *dg_bundle_plain(const json_t *outcome, const char *state)
{
    json_t *copy = json_deep_copy(outcome);
    if (!copy || json_object_set_new(copy, "environment", json_object())
        || dg_bundle_rename(json_object_get(copy, "plan"), state)) {
        json_decref(copy);
        return NULL;
    }
    return copy;
}

/* What kind of file it is a reader sees by its name; the program goes by its bytes. */
static const char *kind_of(const char *path)
{
    static const char *const kinds[] = { "json.zst", "json", "snap" };
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t own = strlen(kinds[i]);
        if (len > own && path[len - own - 1] == '.' && strcmp(path + len - own, kinds[i]) == 0)
            return kinds[i];
    }
    return "state";
}

/* ---- items ---- */

static dg_bundle_item *new_item(gathering *g, const char *name)
{
    dg_bundle_item *item;
    assert(g->items.count < DG_BUNDLE_FILES_MAX); /* there are seven kinds of them */
    item = &g->items.at[g->items.count++];
    *item = (dg_bundle_item){ .mapped = NULL };
    snprintf(item->name, sizeof item->name, "%s", name);
    return item;
}

/* Copies a text of JSON with a line's end, as a person would leave it. */
static dg_code add_json(gathering *g, const char *name, json_t *value, dg_error *err)
{
    dg_bundle_item *item = new_item(g, name);
    char *text = value ? json_dumps(value, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;
    json_decref(value);
    dg_buf_init(&item->owned, DG_BUNDLE_OUTCOME_MAX);
    if (!text)
        return dg_fail(err, DG_NOMEM, "no memory for %s", name);
    dg_buf_put_text(&item->owned, text);
    dg_buf_put_u8(&item->owned, '\n');
    dg_free(text);
    item->content = dg_buf_bytes(&item->owned);
    return dg_buf_check(&item->owned, err, name);
}

static dg_code add_mapped(gathering *g, const char *name, const char *path, dg_error *err)
{
    dg_bundle_item *item = new_item(g, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0)
        at = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (at == MAP_FAILED) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return dg_fail(err, DG_IO, "%.300s could not be read: %s", path, strerror(why));
    }
    close(fd);
    item->mapped = at;
    item->content = dg_bytes_of(at, (size_t)st.st_size);
    return DG_OK;
}

static dg_code add_note(gathering *g, const char *of, const char *path, dg_error *err)
{
    char name[DG_BUNDLE_NAME_MAX];
    dg_buf note;
    dg_code rc;
    dg_buf_init(&note, DG_SOURCE_NOTE_MAX);
    rc = dg_source_note(&note, path, err);
    if (rc == DG_OK) {
        dg_bundle_item *item;
        assert(strlen(of) + sizeof ".note" <= sizeof name);
        snprintf(name, sizeof name, "%.58s.note", of);
        item = new_item(g, name);
        item->owned = note; /* moved */
        item->content = dg_buf_bytes(&item->owned);
        return DG_OK;
    }
    dg_buf_clear(&note);
    return rc < 0 ? rc : DG_OK;
}

static void clear_items(dg_bundle_items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        if (items->at[i].mapped)
            munmap(items->at[i].mapped, items->at[i].content.len);
        if (items->at[i].owned.max)
            dg_buf_clear(&items->at[i].owned);
    }
    items->count = 0;
}

/* ---- the state ---- */

/* All of it that a run can see. */
static bool is_the_same_state(const dg_snapshot *a, const dg_snapshot *b)
{
    const dg_snapshot_info *of_a = dg_snapshot_info_of(a), *of_b = dg_snapshot_info_of(b);
    return strcmp(of_a->chain, of_b->chain) == 0 && of_a->number == of_b->number
           && dg_hash_equal(&of_a->hash, &of_b->hash)
           && dg_hash_equal(&of_a->state_root, &of_b->state_root)
           && of_a->state_version == of_b->state_version && of_a->keys == of_b->keys
           && of_a->partial == of_b->partial
           && dg_bytes_equal(dg_snapshot_header(a), dg_snapshot_header(b))
           && json_equal(dg_snapshot_code_substitutes(a), dg_snapshot_code_substitutes(b));
}

static dg_code export_state(gathering *g, char path[DG_SCRATCH_PATH_MAX], dg_snapshot *folder,
                            dg_error *err)
{
    const dg_snapshot_info *info = dg_snapshot_info_of(folder);
    bool genesis = info->number == 0;
    snprintf(g->state, sizeof g->state, "%s%s", DG_BUNDLE_STATE, genesis ? "json.zst" : "snap");
    dg_scratch_path(&g->scratch, path, g->state);
    if (!genesis && strcmp(info->chain, info->spec_name) != 0)
        snprintf(g->items.chain, sizeof g->items.chain, "%s", info->chain);
    return genesis ? dg_snapshot_export_spec(folder, path, err)
                   : dg_snapshot_export_snap(folder, path, info->header_known ? 4 : 3, err);
}

/* As whoever opens the bundle will have it. */
static dg_code import_again(gathering *g, dg_snapshot **out, const char *file, dg_error *err)
{
    dg_snapshot_import_options how = { .chain = g->items.chain[0] ? g->items.chain : NULL };
    char place[DG_SCRATCH_PATH_MAX];
    dg_code rc;
    dg_snapshot_scratch(&g->scratch, place, "again");
    how.path_out = place;
    rc = dg_source_import(NULL, file, &how, g->from.engine, err);
    return rc < 0 ? rc : dg_snapshot_open(out, place, err);
}

/* A folder goes in as a file, which is read again: what a run sees has to be the same. */
static dg_code add_folder(gathering *g, const char *path, dg_error *err)
{
    dg_snapshot *as_it_was = NULL, *again = NULL;
    char file[DG_SCRATCH_PATH_MAX];
    dg_code rc = dg_scratch_make(&g->scratch, NULL, err);
    if (rc >= 0 && (rc = dg_snapshot_open(&as_it_was, path, err)) >= 0
        && (rc = export_state(g, file, as_it_was, err)) >= 0
        && (rc = import_again(g, &again, file, err)) >= 0 && !is_the_same_state(as_it_was, again))
        rc = dg_fail(err, DG_UNSUPPORTED,
                     "the snapshot %.200s holds what no spec and no .snap can tell, so it cannot "
                     "go into a bundle; name the file that it was made from",
                     path);
    dg_snapshot_close(as_it_was);
    dg_snapshot_close(again);
    return rc < 0 ? rc : add_mapped(g, g->state, file, err);
}

/* One that lies in a repository. */
static dg_code add_from_git(gathering *g, const char *name, const char *path, dg_error *err)
{
    dg_bundle_item *item = new_item(g, name);
    dg_code rc;
    dg_buf_init(&item->owned, DG_SOURCE_STATE_MAX);
    rc = dg_git_read(&item->owned, path, err);
    item->content = dg_buf_bytes(&item->owned);
    return rc;
}

static dg_code add_state(gathering *g, dg_error *err)
{
    const char *path = g->asked->snapshot;
    dg_code rc;
    if (dg_dir_exists(path)) {
        rc = add_folder(g, path, err);
    } else {
        snprintf(g->state, sizeof g->state, "%s%s", DG_BUNDLE_STATE, kind_of(path));
        rc = dg_git_names(path) ? add_from_git(g, g->state, path, err)
                                : add_mapped(g, g->state, path, err);
    }
    return rc < 0 ? rc : add_note(g, g->state, path, err);
}

/* ---- the code ---- */

/* The one that was run; a build may have put another one there since. */
static dg_code check_code(const gathering *g, dg_bytes code, dg_error *err)
{
    const char *was =
        json_string_value(json_object_get(json_object_get(g->parts->outcome, "to"), "hash"));
    dg_hash hash = dg_blake2_256(code);
    if (was && strcmp(was, dg_hash_text(&hash).text) == 0)
        return DG_OK;
    return dg_fail(err, DG_MISMATCH,
                   "%.200s is not what was run any more, so no bundle can be made of that",
                   g->asked->to);
}

static dg_code add_code(gathering *g, dg_error *err)
{
    dg_bundle_item *item;
    dg_code rc;
    if (!g->asked->to[0])
        return DG_OK;
    item = new_item(g, DG_BUNDLE_CODE);
    dg_buf_init(&item->owned, DG_BLOB_MAX);
    if ((rc = dg_source_runtime(&item->owned, g->asked->to, &g->from, err)) < 0)
        return rc;
    item->content = dg_buf_bytes(&item->owned);
    rc = check_code(g, item->content, err);
    return rc < 0 ? rc : add_note(g, DG_BUNDLE_CODE, g->asked->to, err);
}

/* ---- all of it ---- */

static json_t *renamed_plan(const gathering *g)
{
    json_t *plan = json_deep_copy(dg_plan_json(g->parts->plan));
    if (plan && dg_bundle_rename(plan, g->state)) {
        json_decref(plan);
        return NULL;
    }
    return plan;
}

static dg_code gather(gathering *g, dg_error *err)
{
    dg_code rc;
    if ((rc = add_state(g, err)) < 0 || (rc = add_code(g, err)) < 0
        || (rc = add_json(g, DG_BUNDLE_PLAN, renamed_plan(g), err)) < 0)
        return rc;
    return add_json(g, DG_BUNDLE_OUTCOME, dg_bundle_plain(g->parts->outcome, g->state), err);
}

dg_code dg_bundle_write(const char *path, const dg_bundle_parts *parts, dg_error *err)
{
    gathering g = { .parts = parts, .asked = dg_plan_asked_of(parts->plan) };
    dg_engine_options quiet = { .cache_dir = parts->cache_dir };
    dg_code rc;
    assert(g.asked && parts->outcome && parts->explain && parts->positions);
    g.from.cache_dir = parts->cache_dir;
    if ((rc = dg_engine_new(&g.from.engine, &quiet, err)) >= 0 && (rc = gather(&g, err)) >= 0)
        rc = dg_bundle_pack(path, &g.items, parts, err);
    clear_items(&g.items);
    dg_scratch_remove(&g.scratch);
    dg_engine_free(g.from.engine);
    return rc < 0 ? dg_fail_within(err, rc, "the bundle %.200s", path) : DG_OK;
}
