/* about.c - where a file comes from: the commit, the tag that leads to it, and whether somebody
 * had changed the working tree. */
#include "git/git_impl.h"

#include <assert.h>
#include <string.h>

/* As `git describe --tags`; none is no failure. */
static void describe(char *out, size_t size, git_commit *commit)
{
    git_describe_options how;
    git_describe_result *found = NULL;
    git_buf text = { NULL, 0, 0 };
    out[0] = 0;
    if (git_describe_options_init(&how, GIT_DESCRIBE_OPTIONS_VERSION) < 0)
        return;
    how.describe_strategy = GIT_DESCRIBE_TAGS;
    if (git_describe_commit(&found, (git_object *)commit, &how) == 0
        && git_describe_format(&text, found, NULL) == 0 && text.ptr)
        snprintf(out, size, "%s", text.ptr);
    git_buf_dispose(&text);
    git_describe_result_free(found);
}

/* Do files that git tracks differ from what is checked out? */
static void look_at_tree(dg_git_about *out, git_repository *repo)
{
    git_status_options how;
    git_status_list *list = NULL;
    out->has_tree = !git_repository_is_bare(repo);
    if (!out->has_tree)
        return;
    out->tree_unknown = git_status_options_init(&how, GIT_STATUS_OPTIONS_VERSION) < 0;
    how.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
    if (!out->tree_unknown && git_status_list_new(&list, repo, &how) == 0)
        out->dirty = git_status_list_entrycount(list) > 0;
    else
        out->tree_unknown = true;
    git_status_list_free(list);
}

static dg_code tell(dg_git_about *out, git_repository *repo, const char *rev, dg_error *err)
{
    git_commit *commit = NULL;
    dg_code rc = dg_git_commit(&commit, repo, rev, err);
    if (rc < 0)
        return rc;
    git_oid_tostr(out->commit, sizeof out->commit, git_commit_id(commit));
    describe(out->tag, sizeof out->tag, commit);
    look_at_tree(out, repo);
    git_commit_free(commit);
    return DG_OK;
}

static dg_code of_name(dg_git_about *out, const char *name, dg_error *err)
{
    git_repository *repo = NULL;
    dg_git_spec spec;
    dg_code rc;
    if ((rc = dg_git_spec_parse(&spec, name, err)) >= 0
        && (rc = dg_git_open(&repo, spec.repo, err)) >= 0)
        rc = tell(out, repo, spec.rev, err);
    git_repository_free(repo);
    return rc < 0 ? dg_fail_within(err, rc, "%.200s", name) : rc;
}

static dg_code of_file(dg_git_about *out, const char *path, dg_error *err)
{
    git_repository *repo = NULL;
    dg_code rc = dg_git_ready(err);
    char folder[1100];
    const char *slash = strrchr(path, '/');
    if (rc < 0)
        return rc;
    if (dg_dir_exists(path))
        snprintf(folder, sizeof folder, "%s", path);
    else
        snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
                 slash ? path : ".");
    if (git_repository_open_ext(&repo, folder, 0, NULL) < 0)
        return DG_ABSENT;
    if (git_repository_is_bare(repo) || git_repository_head_unborn(repo))
        rc = DG_ABSENT;
    else
        rc = tell(out, repo, "HEAD", err);
    git_repository_free(repo);
    return rc;
}

dg_code dg_git_about_of(dg_git_about *out, const char *path, dg_error *err)
{
    memset(out, 0, sizeof *out);
    return dg_git_names(path) ? of_name(out, path, err) : of_file(out, path, err);
}
