/* bench_prices.c - what host functions charge a guest, beside what they take.
 *
 * A guest calls one of them again and again. What it is charged a turn stands beside what the turn
 * took: processor time, less that of the guest's own instructions, as fuel. The gauge of this
 * machine is a loop of plain wasm: where that does GAUGE fuel a microsecond, a nanosecond of the
 * host is one fuel, as the model has it of real calls. So a machine twice as fast says the same.
 * What is off by more than 3 either way is marked: the table is harness/host/price.c.
 *
 * A write is measured with the root at the end of the call, over a state of 50,000 keys in memory:
 * what a state on disk takes more to be read is not in it. */
#include "bench.h"
#include "price_guest.h"

#include "crypto/crypto.h"

#include <string.h>

enum {
    KEYS = 50000,
    KEYS_QUICK = 500,
    LARGE = 65536,
    MS = 20,
    MS_QUICK = 1,
    WITHIN = 3,
    GAUGE = 4600
};

typedef struct prices {
    dg_engine *engine;
    dg_state *state;
    double fuel_ns; /* of the gauge */
    uint32_t keys;
    unsigned ms;
} prices;

static uint8_t key[32] = "acct", fresh[32] = "new.", child[16] = "c", vec[] = "vec";
static uint8_t small[32], large[LARGE + 32];
#define AT(array) .bytes = { array, sizeof(array) }

/* ---- rows ---- */

static void print(const prices *p, const char *what, double charged, double ns)
{
    double measured = ns * p->fuel_ns * 1000 / GAUGE,
           ratio = measured > 1 ? charged / measured : charged;
    bool off = ratio > WITHIN || ratio < 1.0 / WITHIN;
    printf("%c %-52s %12.0f %12.0f %12.0f %8.2f%s\n", off ? '!' : ' ', what, ns, charged, measured,
           ratio,
           !off        ? ""
           : ratio < 1 ? " too cheap"
                       : " too dear");
    fflush(stdout);
    row_counts(off);
}

/* Nanoseconds of the host's share. */
static double host_ns(const prices *p, const price_took *t)
{
    double ns = t->ns - t->own_fuel / p->fuel_ns;
    return ns > 0 ? ns : 0;
}

/* One call; `parts`: things that it does (keys removed, KiB), each of which the row is about. */
static void whole(const prices *p, const char *what, const price_work *work, uint32_t turns,
                  double parts)
{
    price_took t = price_guest_time(p->engine, p->state, work, turns, p->ms);
    print(p, what, t.host_fuel / parts, host_ns(p, &t) / parts);
}

/* A call over 32 bytes, and each KiB more: argument `grows` is large then. */
static void sized(const prices *p, const char *what, price_work work, unsigned grows)
{
    price_took a, b;
    char text[80];
    work.arg[grows] = (price_arg){ AT(small) };
    a = price_guest_time(p->engine, p->state, &work, 0, p->ms);
    print(p, what, a.host_fuel, host_ns(p, &a));
    work.arg[grows] = (price_arg){ AT(large) };
    b = price_guest_time(p->engine, p->state, &work, 0, p->ms);
    snprintf(text, sizeof text, "%s: a KiB more", what);
    print(p, text, (b.host_fuel - a.host_fuel) * 1024 / LARGE,
          (host_ns(p, &b) - host_ns(p, &a)) * 1024 / LARGE);
}

/* ---- hashes and signatures ---- */

static void hashes(const prices *p)
{
    static const char *const names[] = { "twox_64",    "twox_128",   "twox_256",   "blake2_128",
                                         "blake2_256", "keccak_256", "keccak_512", "sha2_256" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char import[64];
        snprintf(import, sizeof import, "ext_hashing_%s_version_1", names[i]);
        sized(p, names[i], (price_work){ .import = import, .signature = "P:p" }, 0);
    }
}

static void verify(const prices *p, const char *what, const char *import, dg_bytes sig, dg_bytes pk,
                   dg_bytes message)
{
    price_work work = { .import = import,
                        .signature = "pPp:i",
                        .arg = { { .bytes = sig }, { .bytes = message }, { .bytes = pk } } };
    whole(p, what, &work, 0, 1);
}

static void signatures_of(const prices *p, dg_bytes message, bool is_large)
{
    static const uint8_t seed[32] = { 7 };
    uint8_t sig[65], pk[64], recovered[64];
    dg_hash hash = dg_blake2_256(message);
    dg_sr25519_pair pair;
    dg_ed25519_public(pk, seed);
    dg_ed25519_sign(sig, message, seed);
    verify(p, is_large ? "ed25519, a message of 64 KiB" : "ed25519",
           "ext_crypto_ed25519_verify_version_1", dg_bytes_of(sig, 64), dg_bytes_of(pk, 32),
           message);
    dg_sr25519_from_mini(&pair, seed);
    dg_sr25519_sign(sig, &pair, message);
    verify(p, is_large ? "sr25519, a message of 64 KiB" : "sr25519",
           "ext_crypto_sr25519_verify_version_2", dg_bytes_of(sig, 64), dg_bytes_of(pair.pk, 32),
           message);
    if (!dg_ecdsa_public(pk, seed) || !dg_ecdsa_sign_prehashed(sig, hash.at, seed)
        || dg_ecdsa_recover(recovered, sig, hash.at, true) != DG_ECDSA_OK)
        exit(5);
    verify(p, is_large ? "ecdsa, a message of 64 KiB" : "ecdsa",
           "ext_crypto_ecdsa_verify_version_2", dg_bytes_of(sig, 65), dg_bytes_of(pk, 33), message);
    if (!is_large)
        whole(p, "secp256k1 recovery",
              &(price_work){ .import = "ext_crypto_secp256k1_ecdsa_recover_version_2",
                             .signature = "pp:P",
                             .arg = { { .bytes = { sig, 65 } }, { .bytes = { hash.at, 32 } } } },
              0, 1);
}

/* ---- storage ---- */

#define KEY                                                                                        \
    {                                                                                              \
        AT(key), .varies = true, .varies_at = 4                                                    \
    }
#define FRESH                                                                                      \
    {                                                                                              \
        AT(fresh), .varies = true, .varies_at = 4                                                  \
    }
#define CHILD                                                                                      \
    {                                                                                              \
        AT(child)                                                                                  \
    }
#define VALUE                                                                                      \
    {                                                                                              \
        AT(small)                                                                                  \
    }

static void top(const prices *p)
{
    static const struct {
        const char *what;
        price_work work;
    } each[] = {
        { "get", { .import = "ext_storage_get_version_1", .signature = "P:P", .arg = { KEY } } },
        { "exists",
          { .import = "ext_storage_exists_version_1", .signature = "P:i", .arg = { KEY } } },
        { "next key",
          { .import = "ext_storage_next_key_version_1", .signature = "P:P", .arg = { KEY } } },
        { "set, root included",
          { .import = "ext_storage_set_version_1",
            .signature = "PP:",
            .arg = { KEY, VALUE },
            .root = true } },
        { "set of a new key, root included",
          { .import = "ext_storage_set_version_1",
            .signature = "PP:",
            .arg = { FRESH, VALUE },
            .root = true } },
        { "append, root included",
          { .import = "ext_storage_append_version_1",
            .signature = "PP:",
            .arg = { FRESH, VALUE },
            .root = true } },
        { "clear, root included",
          { .import = "ext_storage_clear_version_1",
            .signature = "P:",
            .arg = { KEY },
            .root = true } },
    };
    static const uint8_t all[4] = "acct";
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        whole(p, each[i].what, &each[i].work, p->keys, 1);
    whole(p, "clear_prefix, root included: a key",
          &(price_work){ .import = "ext_storage_clear_prefix_version_1",
                         .signature = "P:",
                         .arg = { { AT(all) } },
                         .root = true },
          1, p->keys);
    whole(p, "root, nothing changed",
          &(price_work){ .import = "ext_storage_root_version_2",
                         .signature = "i:P",
                         .arg = { { .number = 1 } } },
          0, 1);
    whole(p, "set of 64 KiB, root included",
          &(price_work){ .import = "ext_storage_set_version_1",
                         .signature = "PP:",
                         .arg = { FRESH, { AT(large) } },
                         .root = true },
          bench_quick ? 10 : 300, 1);
    whole(p, "get of 64 KiB",
          &(price_work){
              .import = "ext_storage_get_version_1", .signature = "P:P", .arg = { { AT(vec) } } },
          0, 1);
}

static void children(const prices *p)
{
    static const struct {
        const char *what;
        price_work work;
    } each[] = {
        { "child: get",
          { .import = "ext_default_child_storage_get_version_1",
            .signature = "PP:P",
            .arg = { CHILD, KEY } } },
        { "child: next key",
          { .import = "ext_default_child_storage_next_key_version_1",
            .signature = "PP:P",
            .arg = { CHILD, KEY } } },
        { "child: set, root included",
          { .import = "ext_default_child_storage_set_version_1",
            .signature = "PPP:",
            .arg = { CHILD, KEY, VALUE },
            .root = true } },
        { "child: clear, root included",
          { .import = "ext_default_child_storage_clear_version_1",
            .signature = "PP:",
            .arg = { CHILD, KEY },
            .root = true } },
        { "child: a new one for each key, root included",
          { .import = "ext_default_child_storage_set_version_1",
            .signature = "PPP:",
            .arg = { FRESH, VALUE, VALUE },
            .root = true } },
    };
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        whole(p, each[i].what, &each[i].work, p->keys, 1);
    whole(p, "child: kill, root included: a key",
          &(price_work){ .import = "ext_default_child_storage_storage_kill_version_1",
                         .signature = "P:",
                         .arg = { CHILD },
                         .root = true },
          1, p->keys);
    whole(p, "child: root, nothing changed",
          &(price_work){ .import = "ext_default_child_storage_root_version_2",
                         .signature = "Pi:P",
                         .arg = { CHILD, { .number = 1 } } },
          0, 1);
}

/* ---- the rest ---- */

/* `count` values of 32 bytes as a list; with a key of four bytes each as one of pairs. */
static void list_root(const prices *p, const char *what, const char *import, uint32_t count,
                      bool pairs)
{
    price_work work = { .import = import, .signature = "P:p" };
    dg_buf list;
    dg_buf_init(&list, 1 << 20);
    dg_scale_put_compact(&list, count);
    for (uint32_t i = 0, x = 1; i < count; i++) {
        x = price_guest_next(x);
        if (pairs)
            dg_scale_put_bytes(&list, dg_bytes_of(&x, sizeof x));
        dg_scale_put_bytes(&list, DG_BYTES_OF(small));
    }
    work.arg[0].bytes = dg_buf_bytes(&list);
    whole(p, what, &work, 0, 1);
    dg_buf_clear(&list);
}

static void proof(const prices *p)
{
    dg_bytes one = dg_bytes_of(vec, sizeof vec - 1), value;
    dg_state *state = dg_state_fork(p->state);
    dg_buf nodes;
    dg_hash root;
    dg_error err;
    uint8_t wanted[32] = "acct";
    dg_le32_put(wanted + 4, price_guest_next(1));
    one = DG_BYTES_OF(wanted);
    dg_buf_init(&nodes, 1 << 20);
    must(dg_state_root(state, &root, &err), &err, "root");
    must(dg_state_prove(state, &nodes, &one, 1, &err), &err, "proof");
    must(dg_state_get(state, &value, (dg_bytes){ 0 }, one, &err), &err, "value");
    whole(p, "proof of one key verified",
          &(price_work){ .import = "ext_trie_blake2_256_verify_proof_version_1",
                         .signature = "pPPP:i",
                         .arg = { { .bytes = { root.at, 32 } },
                                  { .bytes = dg_buf_bytes(&nodes) },
                                  { .bytes = one },
                                  { .bytes = value } } },
          0, 1);
    dg_buf_clear(&nodes);
    dg_state_free(state);
}

static void rest(const prices *p)
{
    list_root(p, "root of a list of one", "ext_trie_blake2_256_ordered_root_version_1", 1, false);
    list_root(p, "root of a list of 1,000", "ext_trie_blake2_256_ordered_root_version_1", 1000,
              false);
    list_root(p, "root of a map of 1,000", "ext_trie_blake2_256_root_version_1", 1000, true);
    list_root(p, "root of a map of 1,000, Keccak", "ext_trie_keccak_256_root_version_1", 1000,
              true);
    proof(p);
    whole(p, "malloc and free",
          &(price_work){ .import = "ext_allocator_malloc_version_1",
                         .signature = "i:p",
                         .arg = { { .number = 100 } } },
          0, 1);
    whole(p, "log",
          &(price_work){ .import = "ext_logging_log_version_1",
                         .signature = "iPP:",
                         .arg = { { .number = 2 }, VALUE, { AT(large) } } },
          0, 1);
    whole(p, "max log level",
          &(price_work){ .import = "ext_logging_max_level_version_1", .signature = ":i" }, 0, 1);
    whole(p, "tracing span",
          &(price_work){ .import = "ext_wasm_tracing_enter_span_version_1",
                         .signature = "P:l",
                         .arg = { VALUE } },
          0, 1);
    whole(p, "offchain: local set, of 1,000 keys",
          &(price_work){ .import = "ext_offchain_local_storage_set_version_1",
                         .signature = "iPP:",
                         .arg = { { .number = 1 }, FRESH, VALUE },
                         .offchain = true },
          1000, 1);
    whole(p, "offchain: random seed",
          &(price_work){
              .import = "ext_offchain_random_seed_version_1", .signature = ":p", .offchain = true },
          0, 1);
}

/* What an engine has found out about a blob it keeps: each time in a new one. */
static void version_of(const prices *p, const char *what, dg_bytes blob, bool asks_code)
{
    const dg_engine_options options = { .compiler = DG_COMPILER_WINCH, .single_threaded = true };
    const price_work work = { .import = "ext_misc_runtime_version_version_1",
                              .signature = "P:P",
                              .arg = { { .bytes = blob } },
                              .inner = { .asks_code = asks_code } };
    price_took t;
    dg_engine *engine;
    dg_error err;
    must(dg_engine_new(&engine, &options, &err), &err, "engine");
    t = price_guest_once(engine, p->state, &work, 1);
    print(p, what, t.host_fuel, host_ns(p, &t));
    dg_engine_free(engine);
}

static void versions(const prices *p, const char *path)
{
    dg_buf blob, wasm;
    dg_error err;
    dg_buf_init(&blob, DG_BLOB_MAX);
    dg_buf_init(&wasm, DG_BLOB_MAX);
    must(dg_source_blob(&blob, path, &err), &err, path);
    must(dg_blob_decode(&wasm, dg_buf_bytes(&blob), &err), &err, path);
    version_of(p, "version of a blob, packed, in its sections", dg_buf_bytes(&blob), false);
    version_of(p, "version of a blob, unpacked, in its sections", dg_buf_bytes(&wasm), false);
    if (!bench_quick)
        version_of(p, "version of a blob, its code asked", dg_buf_bytes(&blob), true);
    dg_buf_clear(&blob);
    dg_buf_clear(&wasm);
}

static void fill(prices *p)
{
    dg_hash root;
    dg_error err;
    uint32_t x = 1;
    dg_buf list;
    dg_le32_put(key + 4, x);
    dg_le32_put(fresh + 4, x);
    for (uint32_t i = 0; i < p->keys; i++) {
        uint8_t at[32] = "acct", value[80] = { 1 };
        dg_le32_put(at + 4, x = price_guest_next(x));
        must(dg_state_put(p->state, (dg_bytes){ 0 }, DG_BYTES_OF(at), DG_BYTES_OF(value), &err),
             &err, "put");
        must(dg_state_put(p->state, DG_BYTES_OF(child), DG_BYTES_OF(at), DG_BYTES_OF(value), &err),
             &err, "put");
    }
    dg_buf_init(&list, 1 << 20);
    dg_scale_put_bytes(&list, DG_BYTES_OF(large));
    must(dg_state_put(p->state, (dg_bytes){ 0 }, dg_bytes_of(vec, sizeof vec), dg_buf_bytes(&list),
                      &err),
         &err, "put");
    dg_buf_clear(&list);
    must(dg_state_root(p->state, &root, &err), &err, "root");
}

void bench_prices(const char *blob)
{
    const dg_engine_options options = { .compiler = DG_COMPILER_SPEED, .single_threaded = true };
    prices p = { .state = dg_state_empty(),
                 .keys = bench_quick ? KEYS_QUICK : KEYS,
                 .ms = bench_quick ? MS_QUICK : MS };
    price_took plain;
    dg_error err;
    must(dg_engine_new(&p.engine, &options, &err), &err, "engine");
    if (!p.state)
        exit(4);
    fill(&p);
    plain = price_guest_time(p.engine, p.state, &(price_work){ 0 }, 0, p.ms);
    p.fuel_ns = plain.own_fuel / plain.ns;
    puts("prices of host functions (harness/host/price.c)");
    row("a loop of plain wasm", 1e3 * p.fuel_ns, "fuel/us", "(it was 4600 where prices were set)");
    printf("  %-52s %12s %12s %12s %8s\n", "", "ns", "fuel charged", "fuel's worth", "ratio");
    hashes(&p);
    signatures_of(&p, DG_BYTES_OF(small), false);
    signatures_of(&p, DG_BYTES_OF(large), true);
    top(&p);
    children(&p);
    rest(&p);
    versions(&p, blob);
    dg_state_free(p.state);
    dg_engine_free(p.engine);
}
