/* place.c - the names a snapshot has while it is made, so that a kill at any
 * moment leaves the old one or the new one:
 *
 *   mkdir P.part-PID   fill   sync          P is the old one, if there is one
 *   P -> P.old                              nobody is P: opening puts P.old back
 *   P.part-PID -> P                         P is the new one
 *   P.old -> P.part-PID, removed            a half-removed folder is never P.old
 *
 * What a killed process left is removed by the next that makes P. */
#include "snapshot/snapshot_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        return dg_fail(err, DG_IO, "%s: could not be renamed to %s: %s", from, to, strerror(errno));
    return DG_OK;
}

static dg_code names(dg_snapshot_place *p, const char *path, dg_error *err)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 0 || len > DG_PATH_MAX - 64)
        return dg_fail(err, DG_USAGE, "%.80s: is no name for a snapshot", path);
    snprintf(p->path, sizeof p->path, "%.*s", (int)len, path);
    snprintf(p->part, sizeof p->part, "%.*s.part-%ld", (int)len, path, (long)getpid());
    snprintf(p->old, sizeof p->old, "%.*s.old", (int)len, path);
    return DG_OK;
}

dg_code dg_snapshot_place_recover(const char *path, dg_error *err)
{
    dg_snapshot_place p = { 0 };
    dg_code rc = names(&p, path, err);
    if (rc < 0 || dg_file_exists(p.path) || !is_snapshot(p.old))
        return rc;
    return move(p.old, p.path, err);
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

/* "NAME.part-123" of a process that is gone. Our own number can only be that of
 * an earlier process: one process makes one snapshot of a name at a time. */
static bool is_stale(const char *entry, const char *name)
{
    size_t len = strlen(name);
    char *end;
    long pid;
    if (strncmp(entry, name, len) != 0 || strncmp(entry + len, ".part-", 6) != 0)
        return false;
    pid = strtol(entry + len + 6, &end, 10);
    if (*end || end == entry + len + 6 || pid <= 0)
        return false;
    return pid == (long)getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

static dg_code sweep(const dg_snapshot_place *p, dg_error *err)
{
    char parent[DG_PATH_MAX], whole[2 * DG_PATH_MAX];
    const char *name = split(parent, p->path);
    struct dirent *entry;
    dg_code rc = DG_OK;
    DIR *dir = opendir(parent);
    if (!dir)
        return dg_fail(err, DG_IO, "%s: %s", parent, strerror(errno));
    while (rc == DG_OK && (entry = readdir(dir)))
        if (is_stale(entry->d_name, name)) {
            snprintf(whole, sizeof whole, "%s/%s", parent, entry->d_name);
            rc = dg_dir_remove(whole, err);
        }
    closedir(dir);
    return rc;
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

dg_code dg_snapshot_place_begin(dg_snapshot_place *p, const char *path, bool replace, dg_error *err)
{
    char parent[DG_PATH_MAX];
    dg_code rc;
    *p = (dg_snapshot_place){ .replace = replace };
    if ((rc = names(p, path, err)) < 0)
        return rc;
    split(parent, p->path);
    if ((rc = dg_dir_make(parent, err)) < 0 || (rc = dg_snapshot_place_recover(path, err)) < 0
        || (rc = sweep(p, err)) < 0)
        return rc;
    if (dg_file_exists(p->path)) {
        if (!replace)
            return dg_fail(err, DG_USAGE, "%s: is there already", p->path);
        if (!is_snapshot(p->path))
            return dg_fail(err, DG_USAGE, "%s: is no snapshot and was not replaced", p->path);
        if (is_snapshot(p->old) && (rc = drop_old(p, err)) < 0)
            return rc;
    }
    if (mkdir(p->part, 0777) != 0)
        return dg_fail(err, DG_IO, "%s: %s", p->part, strerror(errno));
    p->made = true;
    dg_snapshot_reached("part made");
    return DG_OK;
}

static dg_code sync_dir(const char *path, dg_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    int bad = fd < 0 || fsync(fd) != 0;
    dg_code rc = bad ? dg_fail(err, DG_IO, "%s: %s", path, strerror(errno)) : DG_OK;
    if (fd >= 0)
        close(fd);
    return rc;
}

dg_code dg_snapshot_place_commit(dg_snapshot_place *p, dg_error *err)
{
    char parent[DG_PATH_MAX];
    bool aside = p->replace && dg_file_exists(p->path);
    dg_code rc;
    split(parent, p->path);
    if ((rc = sync_dir(p->part, err)) < 0)
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
    rc = sync_dir(parent, err);
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
}
