/* bench_trie.c - random puts, an incremental root, imports at disk speed. */
#include "bench.h"

#include <stdlib.h>
#include <unistd.h>

enum { MILLION = 1000000 };

static void random_key(uint8_t key[32], uint64_t i)
{
    dg_rng r = dg_rng_fork(1, "key", i, 0);
    dg_rng_bytes(&r, key, 32);
}

static void put(dg_trie *t, uint64_t i, uint64_t value)
{
    uint8_t key[32], v[40] = { 0 };
    dg_error err;
    random_key(key, i);
    dg_le64_put(v, value);
    must(dg_trie_put(t, DG_BYTES_OF(key), DG_BYTES_OF(v), 1, 1, &err), &err, "put");
}

void bench_trie(void)
{
    const uint64_t keys = bench_count(MILLION, 20000);
    dg_trie *t = dg_trie_empty();
    dg_hash root;
    dg_error err;
    uint64_t start = dg_wall_ns();
    puts("trie");
    for (uint64_t i = 0; i < keys; i++)
        put(t, i, i);
    row("a million random puts", seconds_since(start), "s", "(under 5)");
    start = dg_wall_ns();
    must(dg_trie_root(t, &root, &err), &err, "root");
    row("first root over them", seconds_since(start), "s", "");
    for (uint64_t i = 0; i < 1000; i++)
        put(t, i * 997 % keys, i + 7);
    start = dg_wall_ns();
    must(dg_trie_root(t, &root, &err), &err, "root");
    row("root after 1,000 changes on a million keys", 1e3 * seconds_since(start), "ms",
        "(under 20)");
    row("memory with a million keys", rss_mib(), "MiB", "");
    dg_trie_free(t);
}

/* A raw spec of 100,000 keys, as text. */
static void write_spec(const char *path)
{
    const uint64_t keys = bench_count(100000, 2000);
    FILE *f = fopen(path, "w");
    if (!f)
        exit(4);
    fputs("{\"name\":\"bench\",\"id\":\"bench\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":"
          "\"0x00\"",
          f);
    for (uint64_t i = 0; i < keys; i++) {
        uint8_t key[32];
        random_key(key, i);
        fputs(",\"0x", f);
        for (int k = 0; k < 32; k++)
            fprintf(f, "%02x", key[k]);
        fprintf(f, "\":\"0x%0160llx\"", (unsigned long long)i);
    }
    fputs("},\"childrenDefault\":{}}}}\n", f);
    fclose(f);
}

void bench_import(void)
{
    char dir[] = "/tmp/doppel-bench-XXXXXX", spec[64], snap[64], one[64], two[64];
    dg_snapshot *s = NULL;
    dg_error err;
    uint64_t start;
    if (!mkdtemp(dir))
        exit(4);
    snprintf(spec, sizeof spec, "%s/x.json", dir);
    snprintf(snap, sizeof snap, "%s/x.snap", dir);
    snprintf(one, sizeof one, "%s/one", dir);
    snprintf(two, sizeof two, "%s/two", dir);
    write_spec(spec);
    puts("import");
    dg_snapshot_import_options options = { .path_out = one };
    start = dg_wall_ns();
    must(dg_snapshot_import(NULL, spec, &options, &err), &err, "import of a spec");
    row("spec of 100,000 keys, verified and synced", seconds_since(start), "s", "(under 2)");
    must(dg_snapshot_open(&s, one, &err), &err, "open");
    must(dg_snapshot_export_snap(s, snap, 4, &err), &err, "export");
    dg_snapshot_close(s);
    options.path_out = two;
    start = dg_wall_ns();
    must(dg_snapshot_import(NULL, snap, &options, &err), &err, "import of a .snap");
    row(".snap of 100,000 keys, verified and synced", seconds_since(start), "s", "(under 2)");
    start = dg_wall_ns();
    must(dg_snapshot_open(&s, two, &err), &err, "open");
    row("opening it", 1e3 * seconds_since(start), "ms", "");
    dg_snapshot_close(s);
    dg_dir_remove(dir, NULL);
}
