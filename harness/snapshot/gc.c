/* gc.c - what a snapshot keeps and no snapshot needs any more.
 *
 * Of files that it shares the disk holds one copy, until the last folder that has them goes. So a
 * file that no other folder has is this snapshot's alone, and of it only what its state still
 * leads to is needed: the state is written once more, over what others do have, and takes the place
 * of the old form where that is smaller. Rejected: to remove nodes from a file, which others may
 * have mapped, and which a kill would leave half done. */
#include "snapshot/snapshot_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static dg_code look_at(struct stat *about, const dg_snapshot *s, unsigned nth, dg_error *err)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    snprintf(file, sizeof file, "%s/%s", s->dir, nth ? dg_snapshot_base_name(nth - 1) : "data.mdb");
    return stat(file, about) == 0 ? DG_OK : dg_fail(err, DG_IO, "%s: %s", file, strerror(errno));
}

/* Files of `s`, newest first: bytes of those that no other folder has, up to the first that one
 * has. `shared`: which that is; the count of files if there is none. */
static dg_code weigh(uint64_t *alone, unsigned *shared, const dg_snapshot *s, dg_error *err)
{
    struct stat about;
    unsigned files = s->m.base_count + 1;
    dg_code rc = DG_OK;
    *alone = 0;
    *shared = files;
    for (unsigned i = 0; rc == DG_OK && i < files; i++) {
        if ((rc = look_at(&about, s, i, err)) < 0)
            break;
        if (about.st_nlink > 1 && *shared == files)
            *shared = i;
        if (about.st_nlink == 1)
            *alone += (uint64_t)about.st_size;
    }
    return rc;
}

/* The snapshot among `others` whose own file is file `nth` of `s`. DG_ABSENT. */
static dg_code find_owner(dg_snapshot **out, const dg_snapshot *s, unsigned nth,
                          const char *const *others, size_t count, dg_error *err)
{
    struct stat ours, its;
    dg_code rc = look_at(&ours, s, nth, err);
    *out = NULL;
    for (size_t i = 0; rc == DG_OK && !*out && i < count; i++) {
        dg_snapshot *o;
        if ((rc = dg_snapshot_open(&o, others[i], err)) < 0)
            return rc;
        rc = look_at(&its, o, 0, err);
        if (rc == DG_OK && its.st_dev == ours.st_dev && its.st_ino == ours.st_ino)
            *out = o;
        else
            dg_snapshot_close(o);
    }
    return rc < 0 ? rc : *out ? DG_OK : DG_ABSENT;
}

/* The note of the data goes where the state goes. */
static dg_code read_note(dg_buf *note, const dg_snapshot *s, dg_error *err)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    snprintf(file, sizeof file, "%s/note", s->dir);
    return dg_file_exists(file) ? dg_file_read(note, file, err) : DG_ABSENT;
}

/* DG_END: it would not be smaller than `alone` bytes, and nothing was changed. */
static dg_code write_again(const dg_snapshot *s, const dg_snapshot *over, uint64_t alone,
                           dg_error *err)
{
    dg_snapshot_info info = s->m.info;
    dg_snapshot_writer *w = NULL;
    dg_buf note;
    dg_code rc;
    dg_buf_init(&note, 1 << 20);
    if ((rc = read_note(&note, s, err)) < 0
        || (rc = dg_snapshot_begin_over(&w, s->dir, true, over, err)) < 0)
        goto out;
    if (note.len)
        w->note = dg_buf_bytes(&note);
    w->own_max = alone;
    info.own_nodes = info.own_bytes = info.shared_bytes = 0;
    if ((rc = dg_snapshot_put_below(w, &info.state_root, &s->loader, err)) < 0)
        dg_snapshot_abandon(w);
    else
        rc = dg_snapshot_commit(w, &info, dg_snapshot_header(s), s->substitutes, err);
out:
    dg_buf_clear(&note);
    return rc;
}

static dg_code compact(dg_snapshot_gc_report *r, const dg_snapshot *s, const char *const *others,
                       size_t count, dg_error *err)
{
    dg_snapshot *over = NULL, *now = NULL;
    unsigned shared;
    dg_code rc;
    if ((rc = weigh(&r->alone_before, &shared, s, err)) < 0)
        return rc;
    r->alone_after = r->alone_before;
    r->files_before = r->files_after = s->m.base_count + 1;
    if (!s->m.base_count || shared <= 1)
        return DG_OK;
    if (shared <= s->m.base_count && (rc = find_owner(&over, s, shared, others, count, err)) < 0)
        return rc;
    if ((rc = write_again(s, over, r->alone_before, err)) == DG_OK
        && (rc = dg_snapshot_open(&now, s->dir, err)) == DG_OK) {
        r->files_after = now->m.base_count + 1;
        rc = weigh(&r->alone_after, &shared, now, err);
    }
    dg_snapshot_close(now);
    dg_snapshot_close(over);
    return rc < 0 ? rc : DG_OK;
}

static bool is_there(const char *path, const char *ending)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    snprintf(file, sizeof file, "%s%s", path, ending);
    return dg_file_exists(file);
}

dg_code dg_snapshot_gc(dg_snapshot_gc_report *r, const char *path, const char *const *others,
                       size_t count, dg_error *err)
{
    dg_snapshot *s = NULL;
    dg_code rc;
    *r = (dg_snapshot_gc_report){ 0 };
    if ((rc = dg_snapshot_open(&s, path, err)) < 0)
        return rc;
    r->swept = is_there(path, ".part") || is_there(path, ".old");
    if ((rc = dg_snapshot_try(path, true, err)) >= 0)
        rc = compact(r, s, others, count, err);
    dg_snapshot_close(s);
    return rc < 0 ? rc : DG_OK;
}
