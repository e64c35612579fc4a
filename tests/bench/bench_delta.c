/* bench_delta.c - a state of millions of keys, and one with a thousand of them changed. */
#include "bench.h"

#include "crypto/crypto.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEYS = 4000000, KEYS_QUICK = 10000, CHANGED = 1000 };

/* As System.Account: one prefix, sixteen hashed bytes and an account; values of 80 bytes. */
static void put_account(dg_trie *t, uint64_t i, uint64_t value)
{
    uint8_t key[80], v[80] = { 0 };
    dg_rng r = dg_rng_fork(1, "account", i, 0);
    dg_hash hash;
    dg_error err;
    hash = dg_blake2_256(dg_text("System.Account"));
    memcpy(key, hash.at, 32);
    dg_rng_bytes(&r, key + 48, 32);
    hash = dg_blake2_256(dg_bytes_of(key + 48, 32));
    memcpy(key + 32, hash.at, 16);
    dg_le64_put(v, value);
    must(dg_trie_put(t, DG_BYTES_OF(key), DG_BYTES_OF(v), 1, 1, &err), &err, "put");
}

static void save(dg_trie *t, const char *path, const dg_snapshot *over)
{
    dg_snapshot_info info = { .chain = "bench", .source_kind = "state", .state_version = 1 };
    dg_snapshot_writer *w;
    dg_error err;
    must(dg_trie_root(t, &info.state_root, &err), &err, "root");
    must(dg_snapshot_begin_over(&w, path, false, over, &err), &err, "begin");
    must(dg_trie_flush(t, dg_snapshot_put, w, &err), &err, "flush");
    if (over)
        must(dg_snapshot_put_below(w, &info.state_root, dg_trie_loader_of(t), &err), &err, "rest");
    must(dg_snapshot_commit(w, &info, dg_bytes_of(NULL, 0), NULL, &err), &err, "commit");
}

static dg_code count(void *user, dg_bytes key, dg_bytes before, dg_bytes after, dg_error *err)
{
    (void)key;
    (void)err;
    *(uint64_t *)user += before.at && after.at;
    return DG_OK;
}

static void diff(dg_snapshot *a, dg_snapshot *b)
{
    dg_state *one = NULL, *two = NULL;
    uint64_t start = dg_wall_ns(), changed = 0;
    dg_error err;
    must(dg_state_open(&one, a, &err), &err, "open");
    must(dg_state_open(&two, b, &err), &err, "open");
    must(dg_state_diff(one, two, count, &changed, &err), &err, "diff");
    row("what differs between the two", 1e3 * seconds_since(start), "ms", "(under 1000)");
    if (changed != CHANGED)
        exit(5);
    dg_state_free(one);
    dg_state_free(two);
}

void bench_delta(void)
{
    const uint64_t keys = bench_count(KEYS, KEYS_QUICK);
    char dir[256], one[300], two[300];
    const char *tmp = getenv("TMPDIR");
    dg_trie *t = dg_trie_empty();
    dg_snapshot *a, *b;
    dg_error err;
    uint64_t start = dg_wall_ns();
    snprintf(dir, sizeof dir, "%.200s/doppel-bench-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    if (!t || !mkdtemp(dir))
        exit(4);
    snprintf(one, sizeof one, "%s/one", dir);
    snprintf(two, sizeof two, "%s/two", dir);
    puts("delta");
    for (uint64_t i = 0; i < keys; i++)
        put_account(t, i, i);
    save(t, one, NULL);
    dg_trie_free(t);
    row("a state of 4 million keys, made, verified and synced", seconds_since(start), "s", "");
    start = dg_wall_ns();
    must(dg_snapshot_open(&a, one, &err), &err, "open");
    row("opening it", 1e3 * seconds_since(start), "ms", "(under 50)");
    row("its bytes", (double)dg_snapshot_info_of(a)->own_bytes / 1048576.0, "MiB", "");
    t = dg_trie_open(&dg_snapshot_info_of(a)->state_root, dg_snapshot_loader(a));
    for (uint64_t i = 0; i < CHANGED; i++)
        put_account(t, i * (keys / CHANGED), i + 7);
    start = dg_wall_ns();
    save(t, two, a);
    row("the same with 1,000 keys changed, kept over it", 1e3 * seconds_since(start), "ms",
        "(under 1000)");
    must(dg_snapshot_open(&b, two, &err), &err, "open");
    row("bytes that it adds", (double)dg_snapshot_info_of(b)->own_bytes / 1048576.0, "MiB",
        "(under 2)");
    diff(a, b);
    dg_trie_free(t);
    dg_snapshot_close(a);
    dg_snapshot_close(b);
    dg_dir_remove(dir, NULL);
}
