/* file.c - whole files read, with a maximum; folders. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *dg_file_in(const char *path, const char *mode)
{
    return strcmp(path, "-") == 0 ? stdin : fopen(path, mode);
}

void dg_file_in_close(FILE *in)
{
    if (in && in != stdin)
        fclose(in);
}

dg_code dg_file_read(dg_buf *out, const char *path, dg_error *err)
{
    FILE *f = dg_file_in(path, "rb");
    struct stat about;
    size_t got;
    dg_code rc = DG_OK;
    if (!f)
        return dg_fail(err, DG_IO, "%s: %s", path, strerror(errno));
    if (fstat(fileno(f), &about) != 0 || S_ISDIR(about.st_mode)) {
        rc = dg_fail(err, DG_IO, "%s: is not a file", path);
        goto out;
    }
    for (;;) {
        size_t room = out->max - out->len < 65536 ? out->max - out->len + 1 : 65536;
        uint8_t chunk[65536];
        got = fread(chunk, 1, room, f);
        dg_buf_put(out, chunk, got);
        if (out->rc < 0) {
            rc = dg_buf_check(out, err, path);
            break;
        }
        if (got < room) {
            if (ferror(f))
                rc = dg_fail(err, DG_IO, "%s: %s", path, strerror(errno));
            break;
        }
    }
out:
    dg_file_in_close(f);
    return rc;
}

bool dg_file_exists(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0;
}

bool dg_file_same(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev
           && one.st_ino == other.st_ino;
}

bool dg_dir_exists(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

dg_code dg_dir_make(const char *path, dg_error *err)
{
    char *copy = dg_strdup(path);
    dg_code rc = DG_OK;
    if (!copy)
        return dg_fail(err, DG_NOMEM, "no memory for a file name");
    for (char *p = copy + 1; rc == DG_OK; p++) {
        char kept = *p;
        if (kept != '/' && kept != 0)
            continue;
        *p = 0;
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            rc = dg_fail(err, DG_IO, "%s: %s", copy, strerror(errno));
        *p = kept;
        if (kept == 0)
            break;
    }
    dg_free(copy);
    return rc;
}

bool dg_dir_own(const char *path)
{
    struct stat about;
    if (dg_dir_make(path, NULL) < 0 || stat(path, &about) != 0 || !S_ISDIR(about.st_mode)
        || about.st_uid != geteuid())
        return false;
    return ((about.st_mode & 077) == 0 || chmod(path, 0700) == 0) && access(path, W_OK | X_OK) == 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

dg_code dg_dir_remove(const char *path, dg_error *err)
{
    if (!dg_file_exists(path))
        return DG_OK;
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        return dg_fail(err, DG_IO, "%s could not be removed: %s", path, strerror(errno));
    return DG_OK;
}

dg_code dg_dir_sync(const char *path, dg_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* EINVAL: a filesystem that does not sync folders */
    bool bad = fd < 0 || (fsync(fd) != 0 && errno != EINVAL);
    dg_code rc = bad ? dg_fail(err, DG_IO, "%s: %s", path, strerror(errno)) : DG_OK;
    if (fd >= 0)
        close(fd);
    return rc;
}
