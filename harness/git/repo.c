/* repo.c - a repository opened, and a revision of it looked up. */
#include "git/git_impl.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- libgit2 ---- */

dg_code dg_git_fail(dg_error *err, const char *what)
{
    const git_error *why = git_error_last();
    if (why && why->klass == GIT_ERROR_NOMEMORY)
        return dg_fail(err, DG_NOMEM, "%s: no memory", what);
    return dg_fail(err, DG_IO, "%s: %s", what, why && why->message ? why->message : "no reason");
}

static int began = -1;

static void end(void)
{
    git_libgit2_shutdown();
}

/* Settings of the user and of the machine could name programs and other places: they are not
 * read. With nothing run that a repository names, it does not matter whose it is. */
static void begin(void)
{
    static const int levels[] = { GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                  GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL };
    if ((began = dg_git_heap()) < 0 || (began = git_libgit2_init()) < 0)
        return;
    atexit(end);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") < 0)
            began = -1;
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 5
    if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0)
        began = -1;
#endif
}

dg_code dg_git_ready(dg_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
    /* what did not begin has no last error */
    return began < 0 ? dg_fail(err, DG_IO, "libgit2 could not be used") : DG_OK;
}

/* ---- repositories ---- */

/* The folder may lie in a repository without being one. */
static dg_code no_repository(const char *path, dg_error *err)
{
    git_buf above = { NULL, 0, 0 };
    dg_code rc = DG_USAGE;
    if (git_repository_discover(&above, path, 0, NULL) == 0 && above.ptr)
        dg_fail(err, rc, "%.150s is no git repository; the one around it is %.150s", path,
                above.ptr);
    else
        dg_fail(err, rc, "%.300s is no git repository", path);
    git_buf_dispose(&above);
    return rc;
}

dg_code dg_git_open(git_repository **out, const char *path, dg_error *err)
{
    const char *place = path[0] ? path : ".";
    dg_code rc = dg_git_ready(err);
    int code;
    *out = NULL;
    if (rc < 0)
        return rc;
    if (!dg_file_exists(place))
        return dg_fail(err, DG_IO, "the repository %.300s does not exist", place);
    code = git_repository_open_ext(out, place, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
    if (code == GIT_ENOTFOUND)
        return no_repository(place, err);
    return code < 0 ? dg_git_fail(err, place) : DG_OK;
}

/* ---- revisions ---- */

enum { NAMES_MAX = 4000 /* branches and tags that are looked through for a near one */ };

/* What has a name, for the nearest to what was written. */
static const char *nearest_name(git_strarray *all, const char **names, const char *rev)
{
    static const char *const folders[] = { "refs/heads/", "refs/tags/", "refs/remotes/" };
    size_t count = 0;
    for (size_t i = 0; i < all->count && count < NAMES_MAX; i++)
        for (size_t k = 0; k < sizeof folders / sizeof *folders; k++)
            if (strncmp(all->strings[i], folders[k], strlen(folders[k])) == 0)
                names[count++] = all->strings[i] + strlen(folders[k]);
    return dg_nearest(rev, names);
}

/* Words for a revision that is not there. */
static dg_code no_revision(git_repository *repo, const char *rev, dg_error *err)
{
    git_strarray all = { NULL, 0 };
    const char **names = dg_calloc(NAMES_MAX + 4, sizeof *names), *near = NULL;
    if (names && git_reference_list(&all, repo) == 0)
        near = nearest_name(&all, names, rev);
    dg_fail(err, DG_USAGE, "the repository has no revision %.120s%s%.120s%s%s", rev,
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "",
            git_repository_is_shallow(repo) == 1
                ? " (it is shallow: git fetch --unshallow brings the rest of its history)"
                : "");
    git_strarray_dispose(&all);
    dg_free(names);
    return DG_USAGE;
}

dg_code dg_git_commit(git_commit **out, git_repository *repo, const char *rev, dg_error *err)
{
    git_object *found = NULL, *commit = NULL;
    int code = git_revparse_single(&found, repo, rev);
    dg_code rc = DG_OK;
    *out = NULL;
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC)
        return no_revision(repo, rev, err);
    if (code == GIT_EAMBIGUOUS)
        return dg_fail(err, DG_USAGE,
                       "%.120s is ambiguous: several objects begin with it; write more of the hash",
                       rev);
    if (code < 0)
        return dg_git_fail(err, rev);
    code = git_object_peel(&commit, found, GIT_OBJECT_COMMIT);
    if (code < 0)
        rc = dg_fail(err, DG_USAGE, "%.120s is a %s, not a commit", rev,
                     git_object_type2string(git_object_type(found)));
    git_object_free(found);
    *out = (git_commit *)commit;
    return rc;
}
