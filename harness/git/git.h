/* git.h - files that lie in a git repository, and its history, read through libgit2.
 *
 *   name      dg_git_names, dg_git_spec_parse    "git:REPO@REV:PATH"
 *   pin       dg_git_pin                         REV becomes the commit that it means now
 *   read      dg_git_read, dg_git_has
 *   about     dg_git_about_of                    commit, tag, whether the working tree was dirty
 *   history   dg_git_history_new                 the commits between two revisions
 *
 * Nothing is written to a repository, nothing in it is run, no network is asked, and no
 * configuration outside of it is read; so whoever owns it, it may be read.
 *
 * Invariant: a revision is looked up once, by dg_git_pin; from then on its commit is named, and
 * a branch that moves meanwhile changes nothing. */
#ifndef DG_GIT_H
#define DG_GIT_H

#include "base/base.h"

/* ---- names ---- */

enum {
    DG_GIT_REPO_MAX = 512, /* bytes of the parts of a name, with the NUL of each */
    DG_GIT_REV_MAX = 256,
    DG_GIT_PATH_MAX = 512,
    DG_GIT_NAME_MAX = 1024, /* .. and of a whole one */
    DG_GIT_HASH_TEXT = 41   /* of a commit in hex, its NUL included */
};

/* The parts of "git:REPO@REV:PATH". REPO is the folder of a working tree or a repository, ""
 * meaning the folder that the program runs in; REV is what `git rev-parse` takes; PATH begins at
 * the root of the tree, without "." and ".." in it. */
typedef struct dg_git_spec {
    char repo[DG_GIT_REPO_MAX], rev[DG_GIT_REV_MAX], path[DG_GIT_PATH_MAX];
} dg_git_spec;

/* Does it begin with "git:"? A file whose name does is "./git:..". */
bool dg_git_names(const char *text);
/* Takes a name apart. The first "@" behind a folder that is there ends REPO, else the first one at
 * all; the first ":" after that ends REV, which has none in git. So REPO may have either in it,
 * REV "@" and PATH both. `out` is written whole. DG_USAGE: a part is missing or too long, or PATH
 * leads out of the tree. */
dg_code dg_git_spec_parse(dg_git_spec *out, const char *text, dg_error *err);
/* The name of a spec, cut to `size` bytes. */
void dg_git_spec_text(char *out, size_t size, const dg_git_spec *spec);
/* The name of the folder that the file of a name lies in, ready for a path behind it:
 * "git:r@v1:a/b" has "git:r@v1:a/". Of a name that can be taken apart. */
void dg_git_folder(char *out, size_t size, const char *name);

/* ---- what is there ---- */

/* The same name with the hash of its commit for REV, into `size` bytes; it is seen that the file
 * is there, and one. A REPO that is relative and not here is looked for in `folder`, which ends in
 * a slash ("": nowhere else). DG_IO: REPO does not exist, or a part of it cannot be read;
 * DG_USAGE: it is no repository, REV or PATH is not in it, REV is ambiguous or no commit, PATH is
 * a folder, a link or a submodule, or the name is too long; DG_UNSUPPORTED: a pointer of git
 * lfs. */
dg_code dg_git_pin(char *out, size_t size, const char *name, const char *folder, dg_error *err);
/* Is there such a file? False for every failure. */
bool dg_git_has(const char *name);
/* The bytes of the file, appended. Codes of dg_git_pin; DG_LIMIT: more than out->max, DG_NOMEM. */
dg_code dg_git_read(dg_buf *out, const char *name, dg_error *err);
/* dg_git_read for such a name, dg_file_read for any other. */
dg_code dg_git_or_file_read(dg_buf *out, const char *path, dg_error *err);
/* Refuses what stands for a file that git lfs keeps elsewhere: DG_UNSUPPORTED, with its hash and
 * size; DG_OK for all other bytes. */
dg_code dg_git_refuse_pointer(dg_bytes content, dg_error *err);

/* ---- where it comes from ---- */

typedef struct dg_git_about {
    char commit[DG_GIT_HASH_TEXT];
    char tag[128];     /* as `git describe --tags`; "": no tag leads there */
    bool has_tree;     /* there is a working tree beside the history, .. */
    bool dirty;        /* .. and a file of it differs from the commit that is checked out */
    bool tree_unknown; /* .. or that could not be told */
} dg_git_about;
/* Of a name, its commit; of the path of a file, what is checked out where it lies. DG_ABSENT: the
 * file lies in no working tree, or nothing is committed there. Codes of dg_git_pin. */
dg_code dg_git_about_of(dg_git_about *out, const char *path, dg_error *err);

/* ---- history ---- */

enum { DG_GIT_COMMITS_MAX = 100000 /* between two revisions */ };

/* The commits that bad has and good has not, by number: 0 is good, then each behind its parents,
 * the last one is bad. */
typedef struct dg_git_history dg_git_history;
typedef struct dg_git_range {
    const char *repo, *good, *bad; /* as the parts of a name; borrowed */
    bool first_parent;             /* of a merge only what it was merged into */
} dg_git_range;
/* `out` is the caller's. Codes of dg_git_pin for repository and revisions; DG_USAGE: good is not
 * before bad, or the repository is too shallow to tell; DG_LIMIT: more than DG_GIT_COMMITS_MAX
 * commits; DG_NOMEM. */
dg_code dg_git_history_new(dg_git_history **out, const dg_git_range *range, dg_error *err);
/* Gives it back. Fine on NULL. */
void dg_git_history_free(dg_git_history *history);
/* How many commits, good and bad among them: at least 2. */
size_t dg_git_history_count(const dg_git_history *history);
/* Parents of a commit that are in the history, each below it; how many. `out` is borrowed. */
size_t dg_git_history_parents(const uint32_t **out, const dg_git_history *history, size_t commit);
/* Its whole hash, in hex. */
void dg_git_history_hash(char out[DG_GIT_HASH_TEXT], const dg_git_history *history, size_t commit);
/* The commit of a whole hash; SIZE_MAX: it is not in there. */
size_t dg_git_history_find(const dg_git_history *history, const char *hash);
/* The first line of its message, without control characters, cut to `size`. */
void dg_git_history_subject(char *out, size_t size, const dg_git_history *history, size_t commit);
/* The hash, in hex, of what is at `path` in a commit. DG_ABSENT: nothing is, with words in `err`;
 * DG_USAGE: no file; DG_IO. */
dg_code dg_git_history_file(char out[DG_GIT_HASH_TEXT], const dg_git_history *history,
                            size_t commit, const char *path, dg_error *err);
/* Makes `folder` what a commit has: files of it are written, those that `before` had (SIZE_MAX:
 * none) and it has not are removed, what nobody tracks stays. No hook or filter program is run;
 * links are made as links, submodules as empty folders. DG_IO; DG_NOMEM. */
dg_code dg_git_history_check_out(const dg_git_history *history, const char *folder, size_t commit,
                                 size_t before, dg_error *err);

#endif
