/* spec.c - "git:REPO@REV:PATH", taken apart. */
#include "git/git_impl.h"

#include <assert.h>
#include <string.h>

static const char scheme[] = "git:";

bool dg_git_names(const char *text)
{
    return strncmp(text, scheme, sizeof scheme - 1) == 0;
}

/* One part, up to `end`. */
static dg_code take(char *out, size_t size, const char *from, const char *end, const char *what,
                    dg_error *err)
{
    size_t len = (size_t)(end - from);
    assert(end >= from && size > 0);
    if (len >= size)
        return dg_fail(err, DG_USAGE, "%s has %zu bytes; at most %zu are allowed", what, len,
                       size - 1);
    memcpy(out, from, len);
    out[len] = 0;
    return DG_OK;
}

/* The "@" that ends REPO. */
static const char *end_of_repo(const char *from)
{
    char folder[DG_GIT_REPO_MAX];
    for (const char *at = from; (at = strchr(at, '@')); at++) {
        size_t len = (size_t)(at - from);
        if (len >= sizeof folder)
            break;
        memcpy(folder, from, len);
        folder[len] = 0;
        if (!len || dg_dir_exists(folder))
            return at;
    }
    return strchr(from, '@');
}

/* Without empty parts and ".", and ".." taken back. DG_USAGE: it leads out of the tree. */
static dg_code straighten(char *path, dg_error *err)
{
    char *to = path;
    for (const char *from = path; *from;) {
        size_t len = strcspn(from, "/"), more = from[len] == '/';
        bool up = len == 2 && memcmp(from, "..", 2) == 0;
        if (up && to == path)
            return dg_fail(err, DG_USAGE, "the path leads out of the repository");
        if (up) {
            to--;
            while (to > path && to[-1] != '/')
                to--;
        } else if (len && !(len == 1 && *from == '.')) {
            memmove(to, from, len);
            to += len;
            *to++ = '/';
            assert(to <= from + len + 1);
        }
        if (!more)
            break; /* the slash behind the last part lies on its end */
        from += len + 1;
    }
    if (to > path)
        to--;
    *to = 0;
    return path[0] ? DG_OK : dg_fail(err, DG_USAGE, "no PATH behind REV: git:REPO@REV:PATH");
}

static dg_code parse(dg_git_spec *out, const char *text, dg_error *err)
{
    const char *from = text + sizeof scheme - 1, *at = end_of_repo(from), *colon;
    char path[DG_GIT_PATH_MAX + 1]; /* one more: a slash behind its last part, while it is made */
    dg_code rc;
    if (!at || !(colon = strchr(at, ':')))
        return dg_fail(err, DG_USAGE, "a file in a repository is git:REPO@REV:PATH");
    if (colon == at + 1)
        return dg_fail(err, DG_USAGE, "no REV before PATH: git:REPO@REV:PATH");
    if ((rc = take(out->repo, sizeof out->repo, from, at, "REPO", err)) < 0
        || (rc = take(out->rev, sizeof out->rev, at + 1, colon, "REV", err)) < 0
        || (rc = take(path, sizeof path - 1, colon + 1, text + strlen(text), "PATH", err)) < 0
        || (rc = straighten(path, err)) < 0)
        return rc;
    memcpy(out->path, path, strlen(path) + 1);
    return DG_OK;
}

dg_code dg_git_spec_parse(dg_git_spec *out, const char *text, dg_error *err)
{
    dg_code rc;
    assert(dg_git_names(text));
    memset(out, 0, sizeof *out);
    rc = strlen(text) >= DG_GIT_NAME_MAX
             ? dg_fail(err, DG_USAGE, "the name has more than %d bytes", DG_GIT_NAME_MAX - 1)
             : parse(out, text, err);
    return rc < 0 ? dg_fail_within(err, rc, "%.200s", text) : DG_OK;
}

void dg_git_spec_text(char *out, size_t size, const dg_git_spec *spec)
{
    snprintf(out, size, "%s%s@%s:%s", scheme, spec->repo, spec->rev, spec->path);
}

void dg_git_folder(char *out, size_t size, const char *name)
{
    dg_git_spec spec;
    char *slash;
    dg_code rc = dg_git_spec_parse(&spec, name, NULL);
    assert(rc >= 0);
    slash = strrchr(spec.path, '/');
    spec.path[slash ? slash + 1 - spec.path : 0] = 0;
    dg_git_spec_text(out, size, &spec);
}
