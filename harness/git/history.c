/* history.c - the commits between two revisions, as a graph by numbers. */
#include "git/git_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct node {
    git_oid id;
    size_t parents; /* where its parents begin in `parents` of the history */
} node;

/* One of the list that is in the order of hashes. */
typedef struct named {
    git_oid id;
    size_t commit;
} named;

struct dg_git_history {
    git_repository *repo;
    node *at; /* `count`, and one behind them, where the last one's parents end */
    size_t count, cap;
    uint32_t *parents;
    size_t parent_count, parent_cap;
    named *by_hash;
};

/* ---- lists that grow ---- */

/* Room for `needed` of them, each of `size` bytes. */
static dg_code grow(void **list, size_t *cap, size_t needed, size_t size, dg_error *err)
{
    size_t more = *cap ? 2 * *cap : 256;
    void *bigger;
    assert(needed <= more);
    if (needed <= *cap)
        return DG_OK;
    if (!(bigger = dg_realloc(*list, more * size)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu commits", more);
    *list = bigger;
    *cap = more;
    return DG_OK;
}

static dg_code add_node(dg_git_history *h, const git_oid *id, dg_error *err)
{
    dg_code rc = grow((void **)&h->at, &h->cap, h->count + 2, sizeof *h->at, err);
    if (rc < 0)
        return rc;
    if (h->count == DG_GIT_COMMITS_MAX)
        return dg_fail(err, DG_LIMIT, "there are more than %d commits between good and bad",
                       DG_GIT_COMMITS_MAX);
    git_oid_cpy(&h->at[h->count++].id, id);
    return DG_OK;
}

/* ---- by hash ---- */

static int by_hash(const void *a, const void *b)
{
    const named *first = a, *second = b;
    return memcmp(first->id.id, second->id.id, sizeof first->id.id);
}

static size_t find(const dg_git_history *h, const git_oid *id)
{
    named wanted = { .id = *id }, *got;
    got = bsearch(&wanted, h->by_hash, h->count, sizeof wanted, by_hash);
    return got ? got->commit : SIZE_MAX;
}

static dg_code sort(dg_git_history *h, dg_error *err)
{
    if (!(h->by_hash = dg_calloc(h->count, sizeof *h->by_hash)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu commits", h->count);
    for (size_t i = 0; i < h->count; i++)
        h->by_hash[i] = (named){ h->at[i].id, i };
    qsort(h->by_hash, h->count, sizeof *h->by_hash, by_hash);
    return DG_OK;
}

/* ---- the commits ---- */

static dg_code whole(const dg_git_history *h, dg_error *err)
{
    dg_code rc = dg_git_fail(err, "the history could not be followed");
    if (git_repository_is_shallow(h->repo) == 1)
        rc = dg_fail(err, DG_USAGE,
                     "the history ends before good is reached, since the repository is shallow: "
                     "git fetch --unshallow brings the rest");
    return rc;
}

/* Oldest first. */
static dg_code walk_all(dg_git_history *h, const git_oid *good, const git_oid *bad, dg_error *err)
{
    git_revwalk *walk = NULL;
    git_oid id;
    int code;
    dg_code rc = DG_OK;
    if (git_revwalk_new(&walk, h->repo) < 0)
        return dg_git_fail(err, "the history could not be followed");
    git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
    if (git_revwalk_push(walk, bad) < 0 || git_revwalk_hide(walk, good) < 0)
        rc = whole(h, err);
    while (rc == DG_OK && (code = git_revwalk_next(&id, walk)) != GIT_ITEROVER)
        rc = code < 0 ? whole(h, err) : add_node(h, &id, err);
    git_revwalk_free(walk);
    return rc;
}

/* From bad down, until good has it. */
static dg_code walk_first(dg_git_history *h, const git_oid *good, const git_oid *bad, dg_error *err)
{
    size_t from = h->count;
    git_oid id = *bad;
    dg_code rc = DG_OK;
    while (rc == DG_OK && !git_oid_equal(&id, good)) {
        git_commit *commit = NULL;
        int above = git_graph_descendant_of(h->repo, good, &id);
        if (above == 1)
            break;
        if (above < 0 || git_commit_lookup(&commit, h->repo, &id) < 0)
            rc = whole(h, err);
        else if ((rc = add_node(h, &id, err)) == DG_OK && git_commit_parentcount(commit) == 0)
            break;
        if (rc == DG_OK)
            id = *git_commit_parent_id(commit, 0);
        git_commit_free(commit);
    }
    for (size_t a = from, b = h->count; a + 1 < b; a++) {
        node kept = h->at[a];
        h->at[a] = h->at[--b];
        h->at[b] = kept;
    }
    return rc;
}

static dg_code add_parents(dg_git_history *h, size_t i, bool first_parent, dg_error *err)
{
    git_commit *commit = NULL;
    unsigned count;
    dg_code rc = DG_OK;
    h->at[i].parents = h->parent_count;
    if (git_commit_lookup(&commit, h->repo, &h->at[i].id) < 0)
        return dg_git_fail(err, "a commit could not be read");
    count = i ? git_commit_parentcount(commit) : 0; /* what is before good is good */
    for (unsigned k = 0; k < count && !(k && first_parent) && rc == DG_OK; k++) {
        size_t parent = find(h, git_commit_parent_id(commit, k));
        if (parent == SIZE_MAX)
            continue;
        assert(parent < i);
        if ((rc = grow((void **)&h->parents, &h->parent_cap, h->parent_count + 1,
                       sizeof *h->parents, err))
            == DG_OK)
            h->parents[h->parent_count++] = (uint32_t)parent;
    }
    git_commit_free(commit);
    return rc;
}

static dg_code fill(dg_git_history *h, const git_oid *good, const git_oid *bad, bool first_parent,
                    dg_error *err)
{
    dg_code rc;
    if ((rc = add_node(h, good, err)) < 0
        || (rc = (first_parent ? walk_first : walk_all)(h, good, bad, err)) < 0
        || (rc = sort(h, err)) < 0)
        return rc;
    for (size_t i = 0; i < h->count && rc == DG_OK; i++)
        rc = add_parents(h, i, first_parent, err);
    h->at[h->count].parents = h->parent_count;
    return rc;
}

/* Good has to lie before bad. */
static dg_code in_order(git_repository *repo, const git_oid *good, const git_oid *bad,
                        const dg_git_range *range, dg_error *err)
{
    char base[DG_GIT_HASH_TEXT];
    git_oid id;
    int code;
    if (git_oid_equal(good, bad))
        return dg_fail(err, DG_USAGE, "good (%.80s) and bad (%.80s) are one commit", range->good,
                       range->bad);
    if (git_graph_descendant_of(repo, bad, good) == 1)
        return DG_OK;
    if ((code = git_merge_base(&id, repo, good, bad)) == 0) {
        git_oid_tostr(base, sizeof base, &id);
        if (git_oid_equal(&id, bad))
            return dg_fail(err, DG_USAGE,
                           "bad (%.80s) comes before good (%.80s): this looks for what broke, "
                           "and cannot look for what mended",
                           range->bad, range->good);
        return dg_fail(err, DG_USAGE,
                       "good (%.80s) does not come before bad (%.80s); their merge base does, if "
                       "that is good: --good %s",
                       range->good, range->bad, base);
    }
    return dg_fail(err, DG_USAGE, "good (%.80s) and bad (%.80s) have no history in common%s",
                   range->good, range->bad,
                   git_repository_is_shallow(repo) == 1
                       ? " (the repository is shallow: git fetch --unshallow brings the rest)"
                       : "");
}

dg_code dg_git_history_new(dg_git_history **out, const dg_git_range *range, dg_error *err)
{
    dg_git_history *h = dg_calloc(1, sizeof *h);
    git_commit *good = NULL, *bad = NULL;
    dg_code rc = h ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a history");
    *out = NULL;
    if (rc == DG_OK && (rc = dg_git_open(&h->repo, range->repo, err)) >= 0
        && (rc = dg_git_commit(&good, h->repo, range->good, err)) >= 0
        && (rc = dg_git_commit(&bad, h->repo, range->bad, err)) >= 0
        && (rc = in_order(h->repo, git_commit_id(good), git_commit_id(bad), range, err)) >= 0)
        rc = fill(h, git_commit_id(good), git_commit_id(bad), range->first_parent, err);
    git_commit_free(good);
    git_commit_free(bad);
    if (rc < 0) {
        dg_git_history_free(h);
        return rc;
    }
    assert(h->count >= 2 && h->parent_count < UINT32_MAX);
    *out = h;
    return DG_OK;
}

void dg_git_history_free(dg_git_history *history)
{
    if (!history)
        return;
    dg_free(history->at);
    dg_free(history->parents);
    dg_free(history->by_hash);
    git_repository_free(history->repo);
    dg_free(history);
}

/* ---- what is asked of it ---- */

size_t dg_git_history_count(const dg_git_history *history)
{
    return history->count;
}

size_t dg_git_history_parents(const uint32_t **out, const dg_git_history *history, size_t commit)
{
    const node *at = &history->at[commit];
    assert(commit < history->count);
    *out = history->parents ? history->parents + at->parents : NULL;
    return at[1].parents - at->parents;
}

void dg_git_history_hash(char out[DG_GIT_HASH_TEXT], const dg_git_history *history, size_t commit)
{
    assert(commit < history->count);
    git_oid_tostr(out, DG_GIT_HASH_TEXT, &history->at[commit].id);
}

size_t dg_git_history_find(const dg_git_history *history, const char *hash)
{
    git_oid id;
    return git_oid_fromstr(&id, hash) < 0 ? SIZE_MAX : find(history, &id);
}

void dg_git_history_subject(char *out, size_t size, const dg_git_history *history, size_t commit)
{
    git_commit *at = NULL;
    const char *subject;
    assert(commit < history->count && size > 0);
    out[0] = 0;
    if (git_commit_lookup(&at, history->repo, &history->at[commit].id) < 0)
        return;
    subject = git_commit_summary(at);
    snprintf(out, size, "%s", subject ? subject : "");
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    git_commit_free(at);
}

dg_code dg_git_history_file(char out[DG_GIT_HASH_TEXT], const dg_git_history *history,
                            size_t commit, const char *path, dg_error *err)
{
    git_tree_entry *entry = NULL;
    git_commit *at = NULL;
    dg_code rc;
    assert(commit < history->count);
    if (git_commit_lookup(&at, history->repo, &history->at[commit].id) < 0)
        return dg_git_fail(err, "a commit could not be read");
    rc = dg_git_entry(&entry, history->repo, at, path, err);
    if (rc == DG_OK)
        git_oid_tostr(out, DG_GIT_HASH_TEXT, git_tree_entry_id(entry));
    git_tree_entry_free(entry);
    git_commit_free(at);
    return rc;
}

/* ---- files of it ---- */

static dg_code tree_of(git_tree **out, const dg_git_history *h, size_t commit, dg_error *err)
{
    git_commit *at = NULL;
    dg_code rc = DG_OK;
    *out = NULL;
    if (git_commit_lookup(&at, h->repo, &h->at[commit].id) < 0 || git_commit_tree(out, at) < 0)
        rc = dg_git_fail(err, "a commit could not be read");
    git_commit_free(at);
    return rc;
}

dg_code dg_git_history_check_out(const dg_git_history *history, const char *folder, size_t commit,
                                 size_t before, dg_error *err)
{
    git_checkout_options how;
    git_tree *tree = NULL, *old = NULL;
    dg_code rc;
    if (git_checkout_options_init(&how, GIT_CHECKOUT_OPTIONS_VERSION) < 0)
        return dg_git_fail(err, folder);
    if ((rc = tree_of(&tree, history, commit, err)) < 0
        || (before != SIZE_MAX && (rc = tree_of(&old, history, before, err)) < 0))
        goto out;
    how.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX
                            | GIT_CHECKOUT_DONT_WRITE_INDEX | GIT_CHECKOUT_NO_REFRESH;
    how.target_directory = folder;
    how.baseline = old;
    if (git_checkout_tree(history->repo, (git_object *)tree, &how) < 0)
        rc = dg_git_fail(err, "the commit could not be checked out");
out:
    git_tree_free(tree);
    git_tree_free(old);
    return rc;
}
