/* build.c - a trie of the keys and values that pages hold, child tries first. */
#include "fetch/fetch_impl.h"

#include <assert.h>

typedef struct build {
    dg_trie *trie;
    dg_bytes child; /* whose entries are taken; empty: those of the top trie */
    unsigned version;
} build;

static dg_code take(void *user, const dg_fetch_range *range, dg_bytes key, dg_bytes value,
                    dg_error *err)
{
    build *b = user;
    return dg_bytes_equal(range->child, b->child)
               ? dg_trie_put(b->trie, key, value, b->version, 0, err)
               : DG_OK;
}

static dg_code put_pages(build *b, const dg_fetch_journal *j, dg_error *err)
{
    const dg_fetch_page *pages = (const dg_fetch_page *)(const void *)j->pages.at;
    size_t count = j->pages.len / sizeof *pages;
    dg_fetch_range range;
    dg_buf page;
    dg_code rc = DG_OK;
    dg_buf_init(&page, (size_t)DG_FETCH_CONTENT_MAX * 2);
    for (size_t i = 0; rc == DG_OK && i < count; i++) {
        dg_buf_reset(&page);
        if ((rc = dg_fetch_journal_read(j, &page, pages[i].at, pages[i].len, err)) == DG_OK)
            rc = dg_fetch_page_read(&range, dg_buf_bytes(&page), take, b, err);
    }
    dg_buf_clear(&page);
    return rc;
}

/* `roots`: keys and values that go over those of the pages, each (key, 32 bytes). */
static dg_code one_trie(dg_hash *root, const dg_fetch_job *job, build b, const dg_buf *roots,
                        dg_trie_each each, void *user, dg_error *err)
{
    dg_scale over = dg_scale_from(roots ? dg_buf_bytes(roots) : dg_bytes_of(NULL, 0));
    dg_code rc;
    b.trie = dg_trie_empty();
    rc = b.trie ? put_pages(&b, job->journal, err) : dg_fail(err, DG_NOMEM, "no memory for a trie");
    while (rc == DG_OK && dg_scale_left(&over)) {
        dg_bytes key = dg_scale_bytes(&over), value = dg_scale_take(&over, 32);
        rc = dg_trie_put(b.trie, key, value, b.version, 0, err);
    }
    if (rc == DG_OK)
        rc = dg_trie_root(b.trie, root, err);
    if (rc == DG_OK)
        rc = dg_trie_flush(b.trie, each, user, err);
    dg_trie_free(b.trie);
    return rc;
}

dg_code dg_fetch_build(dg_hash *root, dg_fetch_job *job, unsigned version, dg_trie_each each,
                       void *user, dg_error *err)
{
    dg_scale in = dg_scale_from(dg_buf_bytes(&job->children));
    dg_buf roots;
    dg_code rc = DG_OK;
    assert(version <= 1);
    dg_buf_init(&roots, (size_t)DG_FETCH_CONTENT_MAX);
    while (rc == DG_OK && dg_scale_left(&in)) {
        dg_bytes child = dg_scale_bytes(&in);
        dg_hash of_child;
        rc = one_trie(&of_child, job, (build){ .child = child, .version = version }, NULL, each,
                      user, err);
        dg_scale_put_bytes(&roots, child);
        dg_buf_put_bytes(&roots, dg_hash_bytes(&of_child));
    }
    if (rc == DG_OK && (rc = dg_buf_check(&roots, err, "roots of child tries")) == DG_OK)
        rc = one_trie(root, job, (build){ .version = version }, job->is_own ? &roots : NULL, each,
                      user, err);
    dg_buf_clear(&roots);
    return rc;
}
