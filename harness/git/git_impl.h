/* git_impl.h - what the files of this room share: repositories, revisions, words of libgit2. */
#ifndef DG_GIT_IMPL_H
#define DG_GIT_IMPL_H

#include <git2.h>

#include "git/git.h"

/* "what: why libgit2 says so" as DG_IO; DG_NOMEM where that is why. */
dg_code dg_git_fail(dg_error *err, const char *what);
/* libgit2, ready for use: it reads no configuration but a repository's own. DG_IO. */
dg_code dg_git_ready(dg_error *err);
/* What libgit2 takes it takes with dg_malloc. Before it is begun; below zero: it refused. */
int dg_git_heap(void);
/* Opened with git_repository_free. DG_IO: no such folder; DG_USAGE: no repository. */
dg_code dg_git_open(git_repository **out, const char *path, dg_error *err);
/* The commit that `rev` means; git_commit_free. DG_USAGE: it means none, or several; DG_IO. */
dg_code dg_git_commit(git_commit **out, git_repository *repo, const char *rev, dg_error *err);

/* The entry of a file in a commit's tree; git_tree_entry_free. DG_ABSENT: nothing is there, and
 * `err` has words for it; DG_USAGE: no file; DG_IO. */
dg_code dg_git_entry(git_tree_entry **out, git_repository *repo, const git_commit *commit,
                     const char *path, dg_error *err);
/* The bytes of a file, appended. DG_LIMIT, DG_NOMEM, DG_IO; DG_UNSUPPORTED: a pointer of lfs. */
dg_code dg_git_bytes(dg_buf *out, git_repository *repo, const git_oid *id, dg_error *err);

#endif
