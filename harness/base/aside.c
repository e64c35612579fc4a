/* aside.c - a file written beside its place, and renamed to it when it is whole. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINKS_MAX = 40, NAME_KEPT = 200, TRIES = 100 };

/* ---- test hook ---- */

static uint64_t fail_at;

void dg_file_fail_at(uint64_t nth)
{
    fail_at = nth;
}

/* True when this step is the one that a test wants to fail. */
static bool fails(void)
{
    if (!fail_at || --fail_at)
        return false;
    errno = EIO;
    return true;
}

/* ---- which file a name means ---- */

/* Length of the folder in front of the last part of `path`, with its slash; 0: there is none. */
static size_t folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* What the link at `path` says, as a path; NULL: no memory, or unreadable (errno). */
static char *link_target(const char *path)
{
    char said[4096];
    ssize_t len = readlink(path, said, sizeof said - 1);
    size_t folder = len > 0 && said[0] == '/' ? 0 : folder_len(path);
    char *out;
    if (len < 0)
        return NULL;
    said[len] = 0;
    errno = ENOMEM;
    if ((out = dg_malloc(folder + (size_t)len + 1))) {
        memcpy(out, path, folder);
        memcpy(out + folder, said, (size_t)len + 1);
    }
    return out;
}

/* `path` with the links at its end followed, also to where nothing is yet; NULL with errno. */
static char *follow(const char *path)
{
    char *at = dg_strdup(path);
    struct stat about;
    if (!at)
        errno = ENOMEM;
    for (int i = 0; at && lstat(at, &about) == 0 && S_ISLNK(about.st_mode); i++) {
        char *next = i < LINKS_MAX ? link_target(at) : NULL;
        if (i >= LINKS_MAX)
            errno = ELOOP;
        dg_free(at);
        at = next;
    }
    return at;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The stream of this program that is this very file; NULL: neither is. Opened a second time, or
 * replaced, it would lose what goes through the stream. */
static FILE *own_stream(const struct stat *about)
{
    struct stat ours;
    if (fstat(STDOUT_FILENO, &ours) == 0 && same_file(about, &ours))
        return stdout;
    if (fstat(STDERR_FILENO, &ours) == 0 && same_file(about, &ours))
        return stderr;
    return NULL;
}

typedef struct target {
    struct stat about;
    bool there;
    FILE *stream; /* it is this one, already open; else NULL */
    char *path;   /* links followed; NULL: not to be replaced */
} target;

static dg_code fail(const char *path, int why, dg_error *err)
{
    if (why == ENOMEM)
        return dg_fail(err, DG_NOMEM, "no memory to write %s", path);
    return dg_fail(err, DG_IO, "%s could not be written: %s", path,
                   why == ENOENT   ? "its folder does not exist"
                   : why == EISDIR ? "it is a folder"
                                   : strerror(why));
}

static dg_code find(target *t, const char *path, dg_error *err)
{
    struct stat again;
    *t = (target){ .there = false };
    if (strcmp(path, "-") == 0) {
        t->there = true;
        t->stream = stdout;
        return DG_OK;
    }
    t->there = stat(path, &t->about) == 0;
    if (!t->there && errno != ENOENT)
        return fail(path, errno, err);
    if (t->there && S_ISDIR(t->about.st_mode))
        return fail(path, EISDIR, err);
    if (t->there && (t->stream = own_stream(&t->about)))
        return DG_OK;
    if (t->there && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        return fail(path, errno, err);
    if (t->there && !S_ISREG(t->about.st_mode))
        return DG_OK;
    if (!(t->path = follow(path)))
        return fail(path, errno, err);
    /* The links below /proc/self/fd say where a file was, which may not be where it is. */
    if (t->there && (lstat(t->path, &again) != 0 || !same_file(&t->about, &again))) {
        dg_free(t->path);
        t->path = NULL;
    }
    return DG_OK;
}

/* ---- begin ---- */

/* Beside `path` a name that nobody has: in another container the same process id may be at work,
 * so the id alone is none. */
static char *name_aside(const char *path, unsigned turn)
{
    struct timespec now = { 0 };
    size_t folder = folder_len(path), size = folder + NAME_KEPT + 48;
    char *out = dg_malloc(size);
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        snprintf(out, size, "%.*s%.*s.part-%lx%lx%x", (int)folder, path, NAME_KEPT, path + folder,
                 (unsigned long)getpid(), (unsigned long)now.tv_nsec, turn);
    return out;
}

/* The descriptor of a new file; -1 with errno. */
static int make_aside(dg_file_out *out, mode_t mode)
{
    for (unsigned i = 0; i < TRIES; i++) {
        int fd;
        if (!(out->aside = name_aside(out->path, i))) {
            errno = ENOMEM;
            return -1;
        }
        out->scrap = dg_scrap_add(out->aside);
        fd = fails() ? -1 : open(out->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0)
            return fd;
        dg_scrap_drop(out->scrap);
        dg_free(out->aside);
        out->aside = NULL;
        out->scrap = 0;
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

static int open_beside(dg_file_out *out, const target *t)
{
    int fd = make_aside(out, out->how & DG_FILE_PRIVATE ? 0600 : 0666);
    if (fd >= 0 && t->there && fchmod(fd, t->about.st_mode & 07777) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int open_as_it_is(const target *t, const char *path)
{
    if (fails())
        return -1;
    if (!t->stream)
        return open(path,
                    O_WRONLY | O_CLOEXEC | O_NOCTTY | (S_ISREG(t->about.st_mode) ? O_TRUNC : 0));
    fflush(t->stream);
    return dup(fileno(t->stream));
}

dg_code dg_file_begin(dg_file_out *out, const char *path, unsigned how, dg_error *err)
{
    target t;
    int fd = -1;
    dg_code rc;
    *out = (dg_file_out){ .how = how };
    if ((rc = find(&t, path, err)) < 0)
        return rc;
    if ((out->path = t.path))
        fd = open_beside(out, &t);
    else if ((out->path = dg_strdup(path)))
        fd = open_as_it_is(&t, path);
    else
        errno = ENOMEM;
    if (fd >= 0 && (out->file = fdopen(fd, "wb")))
        return DG_OK;
    rc = fail(path, errno, err);
    if (fd >= 0)
        close(fd);
    dg_file_abandon(out);
    return rc;
}

dg_code dg_file_try(const char *path, dg_error *err)
{
    dg_file_out out = { 0 };
    target t;
    dg_code rc = find(&t, path, err);
    if (rc < 0 || !t.path)
        return rc;
    dg_free(t.path);
    rc = dg_file_begin(&out, path, 0, err);
    dg_file_abandon(&out);
    return rc;
}

/* ---- write, end ---- */

void dg_file_put(dg_file_out *out, dg_bytes bytes)
{
    errno = 0;
    if (!out->why && bytes.len
        && (fails() || fwrite(bytes.at, 1, bytes.len, out->file) != bytes.len))
        out->why = errno ? errno : EIO;
}

/* A pipe cannot be synced, and need not be. */
static bool is_synced(const dg_file_out *out)
{
    return (out->how & DG_FILE_QUICK) || (!fails() && fsync(fileno(out->file)) == 0)
           || (!out->aside && (errno == EINVAL || errno == EROFS));
}

static dg_code sync_folder(const dg_file_out *out, dg_error *err)
{
    size_t len = folder_len(out->path);
    char *folder = dg_strdup(len ? out->path : ".");
    dg_code rc;
    if (!folder)
        return fail(out->path, ENOMEM, err);
    if (len)
        folder[len] = 0;
    rc = fails() ? fail(out->path, errno, err) : dg_dir_sync(folder, err);
    dg_free(folder);
    return rc;
}

dg_code dg_file_commit(dg_file_out *out, dg_error *err)
{
    dg_code rc = DG_OK;
    if (!out->why && (fails() || fflush(out->file) != 0 || !is_synced(out)))
        out->why = errno;
    if ((fclose(out->file) != 0 || fails()) && !out->why)
        out->why = errno;
    out->file = NULL;
    if (!out->why && out->aside && (fails() || rename(out->aside, out->path) != 0))
        out->why = errno;
    if (out->why)
        rc = fail(out->path, out->why, err);
    else if (out->aside && !(out->how & DG_FILE_QUICK))
        rc = sync_folder(out, err);
    dg_file_abandon(out);
    return rc;
}

void dg_file_abandon(dg_file_out *out)
{
    if (out->file)
        fclose(out->file);
    if (out->aside)
        unlink(out->aside); /* after a rename there is none of that name */
    dg_scrap_drop(out->scrap);
    dg_free(out->aside);
    dg_free(out->path);
    *out = (dg_file_out){ 0 };
}

dg_code dg_file_write(const char *path, dg_bytes content, dg_error *err)
{
    dg_file_out out;
    dg_code rc = dg_file_begin(&out, path, 0, err);
    if (rc < 0)
        return rc;
    dg_file_put(&out, content);
    return dg_file_commit(&out, err);
}
