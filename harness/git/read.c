/* read.c - a file as a commit has it. */
#include "git/git_impl.h"

#include <assert.h>
#include <string.h>

/* ---- entries of a tree ---- */

enum { NAMES_MAX = 4000 /* entries of a folder that are looked through for a near one */ };

/* Words for a path that stops at `part` of `tree`. */
static dg_code nothing_there(const git_tree *tree, const char *path, const char *part,
                             const char *rev, dg_error *err)
{
    char name[DG_GIT_PATH_MAX];
    const char *rest = part + strcspn(part, "/");
    const char **names = dg_calloc(NAMES_MAX + 1, sizeof *names), *near = NULL;
    size_t count = git_tree_entrycount(tree);
    assert(part >= path);
    snprintf(name, sizeof name, "%.*s", (int)(rest - part), part);
    for (size_t i = 0; names && i < count && i < NAMES_MAX; i++)
        names[i] = git_tree_entry_name(git_tree_entry_byindex(tree, i));
    if (names)
        near = dg_nearest(name, names);
    if (near && strcmp(near, name) != 0)
        dg_fail(err, DG_ABSENT, "%.12s has no %.150s; did you mean %.*s%.100s%.150s?", rev, path,
                (int)(part - path), path, near, rest);
    else if (near) /* a file where a folder was meant */
        dg_fail(err, DG_ABSENT, "%.12s has no %.150s: %.*s is a file there", rev, path,
                (int)(rest - path), path);
    else
        dg_fail(err, DG_ABSENT, "%.12s has no %.200s", rev, path);
    dg_free(names);
    return DG_ABSENT;
}

/* DG_USAGE for all that is no file. */
static dg_code is_file(git_repository *repo, const git_tree_entry *entry, const char *path,
                       dg_error *err)
{
    git_blob *link = NULL;
    switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        return DG_OK;
    case GIT_FILEMODE_TREE:
        return dg_fail(err, DG_USAGE, "%.200s is a folder, and a file is needed", path);
    case GIT_FILEMODE_COMMIT:
        return dg_fail(err, DG_USAGE,
                       "%.200s is a submodule, and a file is needed: name the repository it is of",
                       path);
    case GIT_FILEMODE_LINK:
        if (git_blob_lookup(&link, repo, git_tree_entry_id(entry)) == 0)
            dg_fail(err, DG_USAGE, "%.200s is a symbolic link; name what it leads to: %.*s", path,
                    (int)(git_blob_rawsize(link) < 200 ? git_blob_rawsize(link) : 200),
                    (const char *)git_blob_rawcontent(link));
        else
            dg_fail(err, DG_USAGE, "%.200s is a symbolic link, and a file is needed", path);
        git_blob_free(link);
        return DG_USAGE;
    default:
        return dg_fail(err, DG_USAGE, "%.200s is no file", path);
    }
}

/* Follows `path` part by part, so that it is known where it ends. */
static dg_code walk(git_tree_entry **out, git_repository *repo, git_tree **tree, const char *path,
                    const char *rev, dg_error *err)
{
    for (const char *part = path;;) {
        char name[DG_GIT_PATH_MAX];
        size_t len = strcspn(part, "/");
        const git_tree_entry *entry;
        git_tree *next = NULL;
        snprintf(name, sizeof name, "%.*s", (int)len, part);
        entry = git_tree_entry_byname(*tree, name);
        if (!entry || (part[len] && git_tree_entry_type(entry) != GIT_OBJECT_TREE))
            return nothing_there(*tree, path, part, rev, err);
        if (!part[len])
            return git_tree_entry_dup(out, entry) < 0 ? dg_git_fail(err, path)
                                                      : is_file(repo, entry, path, err);
        if (git_tree_lookup(&next, repo, git_tree_entry_id(entry)) < 0)
            return dg_git_fail(err, path);
        git_tree_free(*tree);
        *tree = next;
        part += len + 1;
    }
}

dg_code dg_git_entry(git_tree_entry **out, git_repository *repo, const git_commit *commit,
                     const char *path, dg_error *err)
{
    char rev[DG_GIT_HASH_TEXT];
    git_tree *tree = NULL;
    dg_code rc;
    *out = NULL;
    assert(path[0]);
    git_oid_tostr(rev, sizeof rev, git_commit_id(commit));
    if (git_commit_tree(&tree, commit) < 0)
        return dg_git_fail(err, rev);
    rc = walk(out, repo, &tree, path, rev, err);
    git_tree_free(tree);
    if (rc != DG_OK) {
        git_tree_entry_free(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- bytes ---- */

/* The line "KEY VALUE" of a pointer. */
static const char *value_of(const char *text, const char *key, int *len)
{
    const char *at = strstr(text, key);
    *len = at ? (int)strcspn(at + strlen(key), "\r\n") : 0;
    return at ? at + strlen(key) : "";
}

dg_code dg_git_refuse_pointer(dg_bytes content, dg_error *err)
{
    enum { POINTER_MAX = 1024 /* bytes, as git lfs has it */ };
    char text[POINTER_MAX + 1];
    int hash_len, size_len;
    const char *hash, *size;
    if (content.len > POINTER_MAX
        || !dg_bytes_begin(content, dg_text("version https://git-lfs.github.com/spec/")))
        return DG_OK;
    memcpy(text, content.at, content.len);
    text[content.len] = 0;
    hash = value_of(text, "\noid ", &hash_len);
    size = value_of(text, "\nsize ", &size_len);
    return dg_fail(err, DG_UNSUPPORTED,
                   "it is a Git LFS pointer to %.*s of %.*s bytes, not the file: fetch it with "
                   "`git lfs pull` and name the file",
                   hash_len < 80 ? hash_len : 80, hash, size_len < 20 ? size_len : 20, size);
}

dg_code dg_git_bytes(dg_buf *out, git_repository *repo, const git_oid *id, dg_error *err)
{
    git_odb *odb = NULL;
    git_odb_object *object = NULL;
    size_t size;
    git_object_t type;
    dg_code rc = DG_OK;
    if (git_repository_odb(&odb, repo) < 0 || git_odb_read_header(&size, &type, odb, id) < 0)
        rc = dg_git_fail(err, "the file's content is not in the repository");
    else if (size > out->max - out->len)
        rc = dg_fail(err, DG_LIMIT, "the file has %zu bytes; at most %zu are allowed", size,
                     out->max - out->len);
    else if (git_odb_read(&object, odb, id) < 0)
        rc = dg_git_fail(err, "the file's content could not be read");
    if (rc == DG_OK) {
        dg_bytes content = dg_bytes_of(git_odb_object_data(object), git_odb_object_size(object));
        assert(content.len == size && type == GIT_OBJECT_BLOB);
        if ((rc = dg_git_refuse_pointer(content, err)) == DG_OK) {
            dg_buf_put_bytes(out, content);
            rc = dg_buf_check(out, err, "the file");
        }
    }
    git_odb_object_free(object);
    git_odb_free(odb);
    return rc;
}

/* ---- by name ---- */

/* What a name leads to. */
typedef struct found {
    dg_git_spec spec;
    git_repository *repo;
    git_commit *commit;
    git_tree_entry *entry;
} found;

static void let_go(found *f)
{
    git_tree_entry_free(f->entry);
    git_commit_free(f->commit);
    git_repository_free(f->repo);
}

/* `folder`: where a REPO that is not here may be. To be let go of, after a failure too. */
static dg_code find(found *f, const char *name, const char *folder, dg_error *err)
{
    char beside[DG_GIT_REPO_MAX];
    dg_code rc;
    memset(f, 0, sizeof *f);
    if ((rc = dg_git_spec_parse(&f->spec, name, err)) < 0)
        return rc;
    if (f->spec.repo[0] && f->spec.repo[0] != '/' && !dg_file_exists(f->spec.repo)
        && (size_t)snprintf(beside, sizeof beside, "%s%s", folder, f->spec.repo) < sizeof beside
        && dg_file_exists(beside))
        memcpy(f->spec.repo, beside, sizeof beside);
    if ((rc = dg_git_open(&f->repo, f->spec.repo, err)) >= 0
        && (rc = dg_git_commit(&f->commit, f->repo, f->spec.rev, err)) >= 0
        && (rc = dg_git_entry(&f->entry, f->repo, f->commit, f->spec.path, err)) == DG_ABSENT)
        rc = DG_USAGE; /* worded already */
    if (rc < 0)
        dg_fail_within(err, rc, "%.200s", name);
    return rc;
}

dg_code dg_git_pin(char *out, size_t size, const char *name, const char *folder, dg_error *err)
{
    found f;
    dg_buf content;
    dg_code rc = find(&f, name, folder, err);
    if (rc >= 0) {
        git_oid_tostr(f.spec.rev, DG_GIT_HASH_TEXT, git_commit_id(f.commit));
        dg_git_spec_text(out, size, &f.spec);
        if (strlen(out) + 1 == size)
            rc = dg_fail(err, DG_USAGE, "%.200s: the name is too long", name);
    }
    if (rc >= 0) { /* what is larger is no pointer */
        dg_buf_init(&content, 2048);
        rc = dg_git_bytes(&content, f.repo, git_tree_entry_id(f.entry), err);
        dg_buf_clear(&content);
        rc = rc == DG_LIMIT ? DG_OK : rc < 0 ? dg_fail_within(err, rc, "%.200s", name) : rc;
    }
    let_go(&f);
    return rc;
}

bool dg_git_has(const char *name)
{
    found f;
    dg_code rc = find(&f, name, "", NULL);
    let_go(&f);
    return rc >= 0;
}

dg_code dg_git_read(dg_buf *out, const char *name, dg_error *err)
{
    found f;
    dg_code rc = find(&f, name, "", err);
    if (rc >= 0 && (rc = dg_git_bytes(out, f.repo, git_tree_entry_id(f.entry), err)) < 0)
        dg_fail_within(err, rc, "%.200s", name);
    let_go(&f);
    return rc;
}

dg_code dg_git_or_file_read(dg_buf *out, const char *path, dg_error *err)
{
    return dg_git_names(path) ? dg_git_read(out, path, err) : dg_file_read(out, path, err);
}
