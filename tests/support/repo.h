/* repo.h - repositories that tests make by themselves, with the git of the machine: the same
 * commits, by the same hashes, each time. */
#ifndef DG_TESTS_REPO_H
#define DG_TESTS_REPO_H

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

/* Nobody's settings, one author, one date. */
static const char repo_settings[] =
    "GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b "
    "GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE='1700000000 +0000' "
    "GIT_COMMITTER_DATE='1700000000 +0000'";

/* `git -C REPO ...`, with no settings of the user's; it has to succeed. */
static inline void __attribute__((format(printf, 2, 3)))
repo_git(const char *repo, const char *format, ...)
{
    char command[3000];
    va_list list;
    int used = snprintf(command, sizeof command, "%s git -c core.safecrlf=false -C '%s' ",
                        repo_settings, repo);
    va_start(list, format);
    vsnprintf(command + used, sizeof command - (size_t)used, format, list);
    va_end(list);
    ck_assert_msg(system(command) == 0, "%s", command);
}

/* A repository in the scratch folder with branch `main` and no commit; static storage of eight. */
static inline const char *repo_new(const char *name)
{
    static char paths[8][300];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    dg_error err;
    snprintf(path, sizeof paths[0], "%s", scratch_path(name));
    ck_assert_int_eq(dg_dir_make(path, &err), DG_OK);
    repo_git(path, "init -q -b main .");
    return path;
}

/* Writes a file of the working tree, its folders made. */
static inline void repo_put(const char *repo, const char *path, dg_bytes content)
{
    char whole[700], folder[700];
    dg_error err;
    snprintf(whole, sizeof whole, "%s/%s", repo, path);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(whole, '/') - whole), whole);
    if (dg_dir_make(folder, &err) < 0 || dg_file_write(whole, content, &err) < 0)
        ck_abort_msg("%s", err.text);
}

/* Commits all of the working tree. */
static inline void repo_commit(const char *repo, const char *subject)
{
    repo_git(repo, "add -A");
    repo_git(repo, "commit -q --allow-empty -m '%s'", subject);
}

/* The hash of a revision; static storage of four. */
static inline const char *repo_hash(const char *repo, const char *rev)
{
    static char hashes[4][41];
    static unsigned turn;
    char *out = hashes[turn++ % 4], command[1000];
    FILE *said;
    snprintf(command, sizeof command, "git -C '%s' rev-parse '%s^{commit}'", repo, rev);
    ck_assert_ptr_nonnull(said = popen(command, "r"));
    ck_assert_ptr_nonnull(fgets(out, 41, said));
    ck_assert_int_eq(pclose(said), 0);
    return out;
}

#endif
