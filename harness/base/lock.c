/* lock.c - one owner at a time, whoever and wherever the others are.
 *
 * The kernel keeps the lock with the open file, so it ends with its owner, by whatever death. The
 * file is removed while it is still held: whoever waited for it then holds a file without a name,
 * sees that and begins again. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool lacking;

void dg_lock_lack(bool on)
{
    lacking = on;
}

static int hold(int fd, bool wait)
{
    int rc;
    if (lacking) {
        errno = ENOLCK;
        return -1;
    }
    do
        rc = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
    while (rc != 0 && errno == EINTR);
    return rc;
}

/* Whether the file of `fd` still has its name. */
static bool has_name(int fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev
           && held.st_ino == named.st_ino;
}

static dg_code fail(const char *path, dg_error *err)
{
    return dg_fail(err, DG_IO, "%s could not be made: %s", path, strerror(errno));
}

/* Where the filesystem has no locks: whoever makes the file owns the place. Nobody can tell a dead
 * owner from one at work, so the user is asked. */
static dg_code take_by_name(dg_lock *lock, const char *path, dg_error *err)
{
    size_t size = strlen(path) + sizeof ".only";
    int fd;
    unlink(path);
    if (!(lock->path = dg_malloc(size)))
        return dg_fail(err, DG_NOMEM, "no memory for a lock");
    snprintf(lock->path, size, "%s.only", path);
    lock->scrap = dg_scrap_add(lock->path);
    fd = open(lock->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) {
        lock->fd = fd;
        return DG_OK;
    }
    dg_scrap_drop(lock->scrap);
    if (errno == EEXIST)
        dg_fail(err, DG_IO,
                "%s exists and its filesystem has no locks: another doppel is at work, or died "
                "there; if it died, remove that file",
                lock->path);
    else
        fail(lock->path, err);
    dg_free(lock->path);
    *lock = (dg_lock){ 0 };
    return DG_IO;
}

dg_code dg_lock_take(dg_lock *lock, const char *path, bool wait, dg_error *err)
{
    *lock = (dg_lock){ 0 };
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), why;
        if (fd < 0)
            return fail(path, err);
        if (hold(fd, wait) != 0) {
            why = errno;
            close(fd);
            return why == EWOULDBLOCK ? DG_END : take_by_name(lock, path, err);
        }
        if (has_name(fd, path)) {
            lock->fd = fd;
            break;
        }
        close(fd);
    }
    if (!(lock->path = dg_strdup(path))) {
        unlink(path);
        close(lock->fd);
        return dg_fail(err, DG_NOMEM, "no memory for a lock");
    }
    lock->scrap = dg_scrap_add(path);
    return DG_OK;
}

void dg_lock_release(dg_lock *lock)
{
    if (!lock->path)
        return;
    unlink(lock->path);
    dg_scrap_drop(lock->scrap);
    flock(lock->fd, LOCK_UN); /* also for a child that has the file too */
    close(lock->fd);
    dg_free(lock->path);
    *lock = (dg_lock){ 0 };
}
