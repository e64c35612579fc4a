/* place.c - the names a snapshot has while it is made, so that a kill at any
 * moment leaves the old one or the new one:
 *
 *   lock P.lock                             nobody else makes P, in whatever container
 *   mkdir P.part   fill   sync              P is the old one, if there is one
 *   P -> P.old                              nobody is P: opening puts P.old back
 *   P.part -> P                             P is the new one
 *   P.old -> P.part, removed                a half-removed folder is never P.old
 *   P.lock removed                          it had ended with its owner anyway
 *
 * What a killed process left is removed by the next that makes P: whoever has the lock knows that
 * nobody is at work on P.part. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void (*dg_snapshot_moment)(const char *what);

void dg_snapshot_reached(const char *what)
{
    if (dg_snapshot_moment)
        dg_snapshot_moment(what);
}

static bool is_snapshot(const char *path)
{
    char file[DG_PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/manifest.json", path);
    return dg_file_exists(file);
}

static dg_code move(const char *from, const char *to, dg_error *err)
{
    if (rename(from, to) != 0)
        return dg_fail(err, DG_IO, "%s could not be renamed to %s: %s", from, to, strerror(errno));
    return DG_OK;
}

static dg_code names(dg_snapshot_place *p, const char *path, dg_error *err)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 0 || len > DG_PATH_MAX - 64)
        return dg_fail(err, DG_USAGE, "%.80s is not a name for a snapshot", path);
    snprintf(p->path, sizeof p->path, "%.*s", (int)len, path);
    snprintf(p->part, sizeof p->part, "%.*s.part", (int)len, path);
    snprintf(p->old, sizeof p->old, "%.*s.old", (int)len, path);
    return DG_OK;
}

/* Takes the lock of P; `wait`: from whoever has it, when that one is done. */
static dg_code own(dg_snapshot_place *p, bool wait, dg_error *err)
{
    char file[DG_PATH_MAX + 8];
    dg_code rc;
    snprintf(file, sizeof file, "%s.lock", p->path);
    rc = dg_lock_take(&p->lock, file, false, err);
    if (rc == DG_END && !wait)
        return dg_fail(err, DG_IO, "%s is being made by another doppel process", p->path);
    if (rc == DG_END) {
        dg_log(DG_LOG_NORMAL, "snapshot", "waiting for another doppel process that is making %s",
               p->path);
        rc = dg_lock_take(&p->lock, file, true, err);
    }
    if (rc == DG_OK)
        dg_snapshot_reached("owned");
    return rc;
}

/* Only whoever has the lock may: else the two renames of a replace may be under way. */
static dg_code put_back(const dg_snapshot_place *p, dg_error *err)
{
    if (dg_file_exists(p->path) || !is_snapshot(p->old))
        return DG_OK;
    return move(p->old, p->path, err);
}

dg_code dg_snapshot_place_recover(const char *path, dg_error *err)
{
    dg_snapshot_place p = { 0 };
    dg_code rc = names(&p, path, err);
    if (rc < 0 || dg_file_exists(p.path) || !is_snapshot(p.old))
        return rc;
    if ((rc = own(&p, true, err)) == DG_OK)
        rc = put_back(&p, err);
    dg_lock_release(&p.lock);
    return rc;
}

/* The folder P is in, and the last part of its name. */
static const char *split(char parent[DG_PATH_MAX], const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(parent, DG_PATH_MAX, ".");
    else
        snprintf(parent, DG_PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return slash ? slash + 1 : path;
}

static const char *const held[] = { "data.mdb",   "manifest.json", "note",       "base-1.mdb",
                                    "base-2.mdb", "base-3.mdb",    "base-4.mdb", "base-5.mdb",
                                    "base-6.mdb", "base-7.mdb",    "base-8.mdb" };
enum { HELD = sizeof held / sizeof held[0] };
static_assert(HELD == 3 + DG_SNAPSHOT_BASES_MAX, "a snapshot holds its bases too");

/* A file of a snapshot, or one in the making beside it. */
static bool is_of_snapshot(const char *entry)
{
    for (size_t i = 0; i < HELD; i++) {
        size_t len = strlen(held[i]);
        if (strncmp(entry, held[i], len) == 0
            && (!entry[len] || strncmp(entry + len, ".part-", 6) == 0))
            return true;
    }
    return strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0;
}

/* P.part of a process that is gone. A folder of somebody who likes that name is left alone. */
static dg_code sweep(const dg_snapshot_place *p, dg_error *err)
{
    struct dirent *entry;
    dg_code rc = DG_OK;
    DIR *dir;
    if (!dg_file_exists(p->part))
        return DG_OK;
    if (!(dir = opendir(p->part)))
        return dg_fail(err, DG_IO, "%s: %s", p->part, strerror(errno));
    while (rc == DG_OK && (entry = readdir(dir)))
        if (!is_of_snapshot(entry->d_name))
            rc = dg_fail(err, DG_USAGE, "%s holds %.80s, so it was not removed to make %s there",
                         p->part, entry->d_name, p->path);
    closedir(dir);
    return rc < 0 ? rc : dg_dir_remove(p->part, err);
}

/* A signal that ends the program takes P.part with it: the files first, then the folder. */
static void remember(dg_snapshot_place *p)
{
    char file[DG_PATH_MAX + 16];
    p->scraps[0] = dg_scrap_add(p->part);
    for (size_t i = 0; i < HELD; i++) {
        snprintf(file, sizeof file, "%s/%s", p->part, held[i]);
        p->scraps[i + 1] = dg_scrap_add(file);
    }
}

static void forget(dg_snapshot_place *p)
{
    for (size_t i = 0; i < HELD + 1; i++) {
        dg_scrap_drop(p->scraps[i]);
        p->scraps[i] = 0;
    }
}

static bool opens(const char *path)
{
    dg_snapshot *there = NULL;
    bool good = dg_snapshot_open(&there, path, NULL) == DG_OK
                && dg_snapshot_check_sum(there, NULL) == DG_OK;
    dg_snapshot_close(there);
    return good;
}

/* By way of another name: P.old is always whole. */
static dg_code drop_old(const dg_snapshot_place *p, dg_error *err)
{
    dg_code rc;
    if (!dg_file_exists(p->old))
        return DG_OK;
    if ((rc = move(p->old, p->part, err)) < 0)
        return rc;
    dg_snapshot_reached("old renamed");
    rc = dg_dir_remove(p->part, err);
    dg_snapshot_reached("old removed");
    return rc;
}

/* What stands at P, to be replaced or not. DG_END: it is shared. */
static dg_code look(const dg_snapshot_place *p, dg_error *err)
{
    if (!dg_file_exists(p->path))
        return DG_OK;
    if (p->there == DG_SNAPSHOT_REFUSE)
        return dg_fail(err, DG_USAGE, "%s exists already", p->path);
    if (p->there == DG_SNAPSHOT_SHARE && opens(p->path))
        return DG_END;
    if (!is_snapshot(p->path) && p->there == DG_SNAPSHOT_REPLACE)
        return dg_fail(err, DG_USAGE, "%s is not a snapshot and was not replaced", p->path);
    return is_snapshot(p->old) ? drop_old(p, err) : DG_OK;
}

dg_code dg_snapshot_place_begin(dg_snapshot_place *p, const char *path, dg_snapshot_there there,
                                dg_error *err)
{
    char parent[DG_PATH_MAX];
    dg_code rc;
    *p = (dg_snapshot_place){ .there = there };
    if ((rc = names(p, path, err)) < 0)
        return rc;
    split(parent, p->path);
    if ((rc = dg_dir_make(parent, err)) < 0 || (rc = own(p, there == DG_SNAPSHOT_SHARE, err)) < 0
        || (rc = put_back(p, err)) < 0 || (rc = sweep(p, err)) < 0 || (rc = look(p, err)) != DG_OK)
        goto out;
    remember(p);
    if (mkdir(p->part, 0777) != 0)
        rc = dg_fail(err, DG_IO, "%s: %s", p->part, strerror(errno));
    else
        p->made = true;
out:
    if (rc != DG_OK)
        dg_snapshot_place_abandon(p);
    else
        dg_snapshot_reached("part made");
    return rc;
}

dg_code dg_snapshot_place_commit(dg_snapshot_place *p, dg_error *err)
{
    char parent[DG_PATH_MAX];
    bool aside = dg_file_exists(p->path);
    dg_code rc;
    split(parent, p->path);
    if ((rc = dg_dir_sync(p->part, err)) < 0)
        return rc;
    dg_snapshot_reached("part synced");
    if (aside && (rc = move(p->path, p->old, err)) < 0)
        return rc;
    dg_snapshot_reached("old aside");
    if ((rc = move(p->part, p->path, err)) < 0) {
        if (aside)
            move(p->old, p->path, NULL);
        return rc;
    }
    p->made = false;
    dg_snapshot_reached("new in place");
    rc = dg_dir_sync(parent, err);
    dg_snapshot_reached("parent synced");
    /* The new one is there: what cannot be removed now is swept next time. */
    if (aside)
        drop_old(p, NULL);
    return rc;
}

void dg_snapshot_place_abandon(dg_snapshot_place *p)
{
    if (p->made)
        dg_dir_remove(p->part, NULL);
    p->made = false;
    forget(p);
    dg_lock_release(&p->lock);
}

/* ---- one that is not to stay ---- */

void dg_snapshot_scratch(dg_scratch *s, char path[DG_SCRATCH_PATH_MAX], const char *name)
{
    static const char *const files[] = { "data.mdb", "manifest.json", "note" };
    dg_scratch_path(s, path, name);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char in_it[DG_SCRATCH_PATH_MAX], file[DG_SCRATCH_PATH_MAX];
        snprintf(in_it, sizeof in_it, "%s/%s", name, files[i]);
        dg_scratch_path(s, file, in_it);
    }
}
