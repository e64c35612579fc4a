/* source.c - what a user calls a snapshot, opened. */
#include "source/source_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "fetch/fetch.h"
#include "git/git.h"
#include "host/host.h"

/* Mapped: specs may be larger than what is kept in memory. */
dg_code dg_source_hash(dg_hash *out, const char *path, dg_error *err)
{
    struct stat st;
    void *at = NULL;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return dg_fail(err, DG_IO, "%s could not be opened: %s", path, strerror(errno));
    }
    if (st.st_size > 0)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (at == MAP_FAILED)
        return dg_fail(err, DG_IO, "%s could not be read: %s", path, strerror(errno));
    *out = dg_blake2_256(dg_bytes_of(at, (size_t)st.st_size));
    if (at)
        munmap(at, (size_t)st.st_size);
    return DG_OK;
}

/* ---- what lies in a repository, as a file ---- */

/* A file in a temporary folder. */
typedef struct fetched {
    dg_scratch scratch;
    char path[DG_SCRATCH_PATH_MAX];
} fetched;

/* To be given back with `let_go`, after a failure too. */
static dg_code fetch(fetched *f, const char *name, dg_error *err)
{
    dg_buf content;
    dg_code rc;
    memset(f, 0, sizeof *f);
    dg_buf_init(&content, DG_SOURCE_STATE_MAX);
    if ((rc = dg_git_read(&content, name, err)) >= 0
        && (rc = dg_scratch_make(&f->scratch, NULL, err)) >= 0) {
        dg_scratch_path(&f->scratch, f->path, "file");
        rc = dg_file_write(f->path, dg_buf_bytes(&content), err);
    }
    dg_buf_clear(&content);
    return rc;
}

static void let_go(fetched *f)
{
    dg_scratch_remove(&f->scratch);
}

/* What went wrong went wrong with what the user named. */
static dg_code name_it(dg_error *err, const fetched *f, const char *name)
{
    size_t len = strlen(f->path);
    char rest[sizeof err->text];
    if (!err || !len || strncmp(err->text, f->path, len) != 0)
        return err ? err->code : DG_IO;
    snprintf(rest, sizeof rest, "%s", err->text + len);
    return dg_fail(err, err->code, "%.200s%s", name, rest);
}

/* ---- import ---- */

static dg_code describe(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    const dg_source_options *options = user;
    dg_code rc = dg_runtime_describe(options->engine, info, code, err);
    return rc < 0 ? dg_fail_within(err, rc, "the :code of the state") : DG_OK;
}

static dg_code each_entry(dg_state *state, dg_snapshot_take_entry each, void *to, dg_error *err)
{
    dg_bytes key, value, none = { NULL, 0 };
    dg_state_iter it;
    dg_code rc = dg_state_iter_init(&it, state, none, none, err);
    while (rc == DG_OK && (rc = dg_state_iter_next(&it, &key, &value, err)) == DG_OK)
        rc = each(to, key, value, err);
    dg_state_iter_clear(&it);
    return rc == DG_END ? DG_OK : rc;
}

/* The genesis of a plain chain spec, by the runtime that it brings. */
static dg_code build(void *user, const json_t *genesis, dg_snapshot_take_entry each, void *to,
                     dg_error *err)
{
    const dg_source_options *options = user;
    const char *text = json_string_value(json_object_get(genesis, "code"));
    dg_state *state = dg_state_empty();
    dg_runtime *runtime = NULL;
    dg_buf code;
    dg_code rc;
    dg_buf_init(&code, DG_SOURCE_CODE_MAX);
    if (!state)
        rc = dg_fail(err, DG_NOMEM, "no memory for a state");
    else if ((rc = dg_hex_get(&code, text, strlen(text), err)) >= 0
             && (rc = dg_runtime_new(&runtime, options->engine, dg_buf_bytes(&code), err)) >= 0) {
        dg_state_set_version(state, dg_version_trie(dg_runtime_version(runtime)));
        if ((rc = dg_runtime_genesis_of(runtime, genesis, state, err)) >= 0
            && (rc = dg_state_put(state, dg_bytes_of(NULL, 0), dg_text(":code"),
                                  dg_buf_bytes(&code), err))
                   >= 0)
            rc = each_entry(state, each, to, err);
    }
    dg_runtime_free(runtime);
    dg_state_free(state);
    dg_buf_clear(&code);
    return rc < 0 ? rc : DG_OK;
}

static void pass_progress(void *user, uint64_t done, uint64_t total)
{
    const dg_source_options *options = user;
    if (options->progress)
        options->progress(options->user, done, total);
}

/* A small file may be one of git lfs, which stands for a large one. */
static dg_code refuse_pointer(const char *path, dg_error *err)
{
    struct stat about;
    dg_buf content;
    dg_code rc = DG_OK;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > 4096)
        return DG_OK; /* what is wrong with it, the import says */
    dg_buf_init(&content, 4096);
    if (dg_file_read(&content, path, NULL) >= 0
        && (rc = dg_git_refuse_pointer(dg_buf_bytes(&content), err)) < 0)
        dg_fail_within(err, rc, "%s", path);
    dg_buf_clear(&content);
    return rc;
}

static dg_code import_file(dg_snapshot_info *info, const char *path, const char *name,
                           const dg_snapshot_import_options *options, dg_engine *engine,
                           dg_error *err)
{
    dg_source_options asked = { .engine = engine,
                                .progress = options->progress,
                                .user = options->user };
    dg_snapshot_import_options own = *options;
    assert(options->path_out);
    own.describe = describe;
    own.build = build;
    own.progress = pass_progress;
    own.user = &asked;
    dg_buf note;
    dg_code rc;
    dg_buf_init(&note, DG_SOURCE_NOTE_MAX);
    if ((rc = refuse_pointer(path, err)) >= 0 && (rc = dg_source_note(&note, name, err)) == DG_OK)
        own.note = dg_buf_bytes(&note);
    if (rc >= 0)
        rc = dg_snapshot_import(info, path, &own, err);
    dg_buf_clear(&note);
    return rc;
}

/* The whole state that a configuration of chopsticks comes to, kept. */
static dg_code import_chopsticks(dg_snapshot_info *info, const char *path,
                                 const dg_snapshot_import_options *options, dg_engine *engine,
                                 dg_error *err)
{
    dg_source_options how = { .engine = engine,
                              .progress = options->progress,
                              .user = options->user };
    dg_source from = { .snapshot = NULL };
    dg_state *state = NULL;
    dg_code rc;
    if (options->header.len || options->block_known)
        return dg_fail(err, DG_USAGE, "%s names its block itself", path);
    if ((rc = dg_source_open(&from, path, &how, err)) >= 0) {
        const dg_snapshot_info *own = dg_snapshot_info_of(from.snapshot);
        if (own->sparse)
            rc = dg_fail(err, DG_UNSUPPORTED,
                         "%s names a state that is not all here: fetch that of its endpoint, then "
                         "snapshot amend --overrides %s; a run reads it as it needs it",
                         path, path);
        else if ((rc = dg_state_open(&state, from.snapshot, err)) >= 0)
            rc = (options->replace && dg_file_exists(options->path_out) ? dg_state_replace
                                                                        : dg_state_save)(
                state, options->path_out, own, dg_snapshot_header(from.snapshot), err);
        if (rc >= 0 && info)
            *info = *own;
    }
    dg_state_free(state);
    dg_source_close(&from);
    return rc;
}

dg_code dg_source_import(dg_snapshot_info *info, const char *path,
                         const dg_snapshot_import_options *options, dg_engine *engine,
                         dg_error *err)
{
    fetched f;
    dg_code rc;
    if (dg_chopsticks_named(path) && !dg_git_names(path))
        return import_chopsticks(info, path, options, engine, err);
    if (!dg_git_names(path))
        return import_file(info, path, path, options, engine, err);
    if ((rc = fetch(&f, path, err)) >= 0
        && (rc = import_file(info, f.path, path, options, engine, err)) < 0)
        name_it(err, &f, path);
    let_go(&f);
    return rc;
}

/* DG_END: another process made it meanwhile. */
static dg_code import_to(const char *place, const char *path, const char *name,
                         const dg_source_options *options, dg_error *err)
{
    dg_snapshot_import_options import = {
        .path_out = place, .share = true, .user = options->user, .progress = options->progress
    };
    return import_file(NULL, path, name, &import, options->engine, err);
}

/* The folder below the cache that is named after the bytes of the source. False: the cache cannot
 * be had for this user alone. */
static bool cache_place(char *place, size_t size, const dg_hash *hash, const char *cache_dir)
{
    assert(size > 0);
    dg_buf name;
    char room[80], folder[480];
    name = dg_buf_on(room, sizeof room);
    dg_hex_put(&name, dg_hash_bytes(hash));
    snprintf(folder, sizeof folder, "%s/snapshots", cache_dir);
    snprintf(place, size, "%s/%s", folder, dg_buf_text(&name) + 2);
    return dg_dir_own(folder);
}

/* Is what stands there what an import of these bytes by this user left, and whole? */
static bool open_kept(dg_source *out, const char *place, const dg_hash *hash)
{
    struct stat about;
    if (stat(place, &about) != 0 || about.st_uid != geteuid()
        || dg_snapshot_open(&out->snapshot, place, NULL) != DG_OK)
        return false;
    if (dg_hash_equal(&dg_snapshot_info_of(out->snapshot)->source_hash, hash)
        && dg_snapshot_check_sum(out->snapshot, NULL) == DG_OK)
        return true;
    dg_snapshot_close(out->snapshot);
    out->snapshot = NULL;
    return false;
}

static dg_code open_temporary(dg_source *out, const char *path, const char *name,
                              const dg_source_options *options, dg_error *err);

static dg_code open_cached(dg_source *out, const char *path, const char *name,
                           const dg_source_options *options, dg_error *err)
{
    char place[640];
    dg_hash hash;
    dg_code rc = dg_source_hash(&hash, path, err);
    assert(options->cache_dir);
    if (rc < 0)
        return rc;
    if (!cache_place(place, sizeof place, &hash, options->cache_dir)) {
        dg_log(DG_LOG_NORMAL, "source",
               "%s is not writable by this user alone, so the imported state is not kept",
               options->cache_dir);
        return open_temporary(out, path, name, options, err);
    }
    if (open_kept(out, place, &hash)) {
        out->from_cache = true;
        return DG_OK;
    }
    if ((rc = import_to(place, path, name, options, err)) < 0)
        return rc;
    if (open_kept(out, place, &hash)) {
        out->from_cache = rc == DG_END;
        return DG_OK;
    }
    dg_log(DG_LOG_NORMAL, "source", "%s is not of this file, so it is not used", place);
    return open_temporary(out, path, name, options, err);
}

static dg_code open_temporary(dg_source *out, const char *path, const char *name,
                              const dg_source_options *options, dg_error *err)
{
    char place[DG_SCRATCH_PATH_MAX];
    dg_code rc;
    assert(!out->snapshot && !out->temporary.folder[0]);
    if ((rc = dg_scratch_make(&out->temporary, NULL, err)) < 0)
        return rc;
    dg_snapshot_scratch(&out->temporary, place, "snapshot");
    if ((rc = import_to(place, path, name, options, err)) < 0)
        return rc;
    return dg_snapshot_open(&out->snapshot, place, err);
}

static dg_code open_file(dg_source *out, const char *path, const char *name,
                         const dg_source_options *options, dg_error *err)
{
    if (dg_dir_exists(path))
        return dg_snapshot_open(&out->snapshot, path, err);
    return options->cache_dir ? open_cached(out, path, name, options, err)
                              : open_temporary(out, path, name, options, err);
}

/* ---- a live chain ---- */

static void say(void *user, const char *text)
{
    (void)user;
    dg_log(DG_LOG_NORMAL, "rpc", "%s", text);
}

/* The names before "#", and what stands behind it: NULL if nothing does. */
static bool split_block(char *names, size_t size, const char **at, const char *path)
{
    const char *hash = strrchr(path, '#');
    size_t len = hash ? (size_t)(hash - path) : strlen(path);
    if (len >= size)
        return false;
    memcpy(names, path, len);
    names[len] = 0;
    *at = hash && hash[1] ? hash + 1 : NULL;
    return true;
}

bool dg_source_is_live(const char *path)
{
    return !dg_file_exists(path) && dg_fetch_names_state(path);
}

/* The code says what the chain is; it is of the state like everything else. */
static dg_code describe_live(dg_source *out, const dg_source_options *options, dg_error *err)
{
    dg_source_options asked = *options;
    dg_buf code;
    dg_code rc;
    dg_buf_init(&code, DG_BLOB_MAX);
    if ((rc = dg_source_code(out, &code, err)) >= 0)
        rc = describe(&asked, dg_snapshot_lazy_info(out->snapshot), dg_buf_bytes(&code), err);
    dg_buf_clear(&code);
    return rc;
}

/* The last final block moves on, but one process, and what it forks, stays with the first that it
 * was told: a run opens its state more than once. */
static struct {
    char path[2048], at[80];
} first_of[16];

static const char *same_as_before(const char *path, const char *at)
{
    for (size_t i = 0; i < sizeof first_of / sizeof *first_of; i++)
        if (strcmp(first_of[i].path, path) == 0 && first_of[i].path[0])
            return first_of[i].at;
    return at;
}

static void remember(const char *path, const dg_snapshot *snapshot)
{
    size_t i = 0;
    while (i < sizeof first_of / sizeof *first_of && first_of[i].path[0]
           && strcmp(first_of[i].path, path) != 0)
        i++;
    if (i == sizeof first_of / sizeof *first_of)
        return;
    snprintf(first_of[i].path, sizeof first_of[i].path, "%s", path);
    snprintf(first_of[i].at, sizeof first_of[i].at, "%s",
             dg_hash_text(&dg_snapshot_info_of(snapshot)->hash).text);
}

static dg_code open_live(dg_source *out, const char *path, const dg_source_options *options,
                         dg_error *err)
{
    dg_fetch_lazy_options how = { .note = say, .over = options->over };
    char names[2048], folder[640];
    const char *at = NULL;
    dg_code rc;
    if (!split_block(names, sizeof names, &at, path))
        return dg_fail(err, DG_USAGE, "%.80s.. is too long", path);
    if (options->cache_dir) {
        snprintf(folder, sizeof folder, "%.600s/fetched", options->cache_dir);
        how.folder = dg_dir_own(folder) ? folder : NULL;
    }
    rc = dg_fetch_lazy_open(&out->lazy, names, same_as_before(path, at), &how, err);
    if (rc != DG_OK)
        return rc;
    out->snapshot = dg_fetch_lazy_snapshot(out->lazy);
    remember(path, out->snapshot);
    return options->engine ? describe_live(out, options, err) : DG_OK;
}

/* ---- a configuration of chopsticks ---- */

/* A file says itself which block it is of, and not always. */
static dg_code check_block(const dg_source *from, const dg_chopsticks *c, dg_error *err)
{
    static const dg_hash none;
    const dg_snapshot_info *info = dg_snapshot_info_of(from->snapshot);
    char number[16];
    bool is_hash = strncmp(c->block, "0x", 2) == 0;
    snprintf(number, sizeof number, "%u", info->number);
    if (!c->block[0] || from->lazy)
        return DG_OK;
    if (is_hash ? strcasecmp(c->block, dg_hash_text(&info->hash).text) == 0
                : (info->header_known || !dg_hash_equal(&info->hash, &none))
                      && strcmp(c->block, number) == 0)
        return DG_OK;
    return dg_fail(err, DG_MISMATCH, "block is %s, and what %.160s holds is not known to be of it",
                   c->block, c->base);
}

/* A whole state, as another one in a folder of its own. `out` is to be closed in any case. */
static dg_code keep_amended(dg_source *out, dg_state *state, const dg_snapshot *base,
                            const dg_source_options *options, dg_error *err)
{
    dg_snapshot_info info = *dg_snapshot_info_of(base);
    dg_source_options asked = *options;
    char place[DG_SCRATCH_PATH_MAX];
    dg_bytes code, none = { NULL, 0 };
    dg_code rc;
    snprintf(info.source_kind, sizeof info.source_kind, "state");
    if ((rc = dg_state_get(state, &code, none, dg_text(":code"), err)) == DG_OK)
        rc = describe(&asked, &info, code, err);
    if (rc < 0 || (rc = dg_scratch_make(&out->temporary, NULL, err)) < 0)
        return rc;
    dg_snapshot_scratch(&out->temporary, place, "snapshot");
    /* the header of the block is one of another state */
    if ((rc = dg_state_save(state, place, &info, none, err)) < 0)
        return rc;
    return dg_snapshot_open(&out->snapshot, place, err);
}

static dg_code amend(dg_source *out, const dg_chopsticks *c, const dg_source_options *options,
                     dg_error *err)
{
    dg_source amended = { .snapshot = NULL };
    dg_state *state = NULL;
    bool sparse = dg_snapshot_info_of(out->snapshot)->sparse;
    size_t count;
    dg_code rc;
    if ((rc = dg_state_open(&state, out->snapshot, err)) >= 0
        && (rc = dg_chopsticks_put(state, &count, c, options->engine, err)) >= 0)
        rc = sparse ? dg_state_become(state, out->snapshot, err)
                    : keep_amended(&amended, state, out->snapshot, options, err);
    dg_state_free(state); /* before what it is over */
    if (rc >= 0 && sparse)
        return describe_live(out, options, err);
    if (rc < 0) {
        dg_source_close(&amended);
        return rc;
    }
    dg_source_close(out);
    *out = amended;
    return DG_OK;
}

static dg_code open_chopsticks(dg_source *out, const char *path, const dg_source_options *options,
                               dg_error *err)
{
    dg_chopsticks c;
    dg_code rc = dg_chopsticks_read(&c, path, err);
    assert(options->engine);
    if (rc >= 0) {
        if (!c.base[0])
            rc = dg_fail(err, DG_MALFORMED, "names no state: neither endpoint, genesis nor db");
        else if (dg_chopsticks_named(c.base))
            rc = dg_fail(err, DG_UNSUPPORTED, "names another configuration as its state");
        else if (dg_source_is_live(c.base))
            rc = open_live(out, c.base, options, err);
        else
            rc = open_file(out, c.base, c.base, options, err);
        if (rc >= 0 && (rc = check_block(out, &c, err)) >= 0 && dg_chopsticks_changes(&c))
            rc = amend(out, &c, options, err);
        if (rc < 0)
            dg_fail_within(err, rc, "%s", path);
    }
    dg_chopsticks_clear(&c);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_source_open(dg_source *out, const char *path, const dg_source_options *options,
                       dg_error *err)
{
    fetched f = { .path = "" };
    dg_code rc;
    memset(out, 0, sizeof *out);
    if (dg_source_is_live(path))
        rc = open_live(out, path, options, err);
    else if (dg_chopsticks_named(path) && dg_git_names(path))
        rc = dg_fail(err, DG_UNSUPPORTED,
                     "%s: a configuration of chopsticks is read from a file, since it names others",
                     path);
    else if (dg_chopsticks_named(path) && !dg_dir_exists(path))
        rc = open_chopsticks(out, path, options, err);
    else if (!dg_git_names(path))
        rc = open_file(out, path, path, options, err);
    else if ((rc = fetch(&f, path, err)) >= 0
             && (rc = open_file(out, f.path, path, options, err)) < 0)
        name_it(err, &f, path);
    let_go(&f);
    if (rc < 0)
        dg_source_close(out);
    return rc;
}

void dg_source_close(dg_source *source)
{
    if (source->lazy)
        dg_fetch_lazy_close(source->lazy); /* with its snapshot */
    else
        dg_snapshot_close(source->snapshot);
    dg_scratch_remove(&source->temporary);
    memset(source, 0, sizeof *source);
}
