#include "model_corpus.h"

#include <string.h>
#include <zstd.h>

const corpus_blob corpus_blobs[] = {
    { "runtimes/kusama-2000002.compressed.wasm", "kusama", 2000002, 13, 26, 1, false },
    { "runtimes/polkadot-1004001.compressed.wasm", "polkadot", 1004001, 11, 26, 1, false },
    { "runtimes/polkadot-9160.compressed.wasm", "polkadot", 9160, 2, 10, 0, false },
    { "runtimes/westend-1015000.compressed.wasm", "westend", 1015000, 11, 26, 1, false },
    { "runtimes/westend-9300.compressed.wasm", "westend", 9300, 3, 13, 0, false },
    { "runtimes/statemint-1004002.compressed.wasm", "statemint", 1004002, 0, 15, 1, false },
    { "runtimes/polkadot-26-tracing.wasm.zst", "polkadot", 26, 1, 5, 0, true },
    { "runtimes/polkadot-27-tracing.wasm.zst", "polkadot", 27, 1, 5, 0, true },
    { "runtimes/polkadot-28-tracing.wasm.zst", "polkadot", 28, 1, 6, 0, true },
    { "runtimes/polkadot-29-tracing.wasm.zst", "polkadot", 29, 1, 6, 0, true },
    { "runtimes/polkadot-30-tracing.wasm.zst", "polkadot", 30, 1, 7, 0, true },
    { "runtimes/polkadot-9000-tracing.wasm.zst", "polkadot", 9000, 1, 7, 0, true },
    { "runtimes/polkadot-9010-tracing.wasm.zst", "polkadot", 9010, 1, 7, 0, true },
    { "runtimes/polkadot-9050-tracing.wasm.zst", "polkadot", 9050, 1, 7, 0, true },
    { "runtimes/polkadot-9070-tracing.wasm.zst", "polkadot", 9070, 1, 7, 0, true },
    { "specs/calamari-genesis-1.json.zst", "calamari", 1, 0, 1, 0, true },
    { "specs/coretime-paseo-1003000-genesis.json.zst", "coretime-paseo", 1003000, 0, 0, 1, false },
    { "specs/coretime-paseo-local-1004001.json.zst", "coretime-paseo", 1004001, 0, 0, 1, false },
    { "specs/kusama-genesis-1020.json.zst", "kusama", 1020, 1, 1, 0, true },
    { "specs/kusama-local-1000000.json.zst", "kusama", 1000000, 5, 24, 1, false },
    { "specs/paseo-1000000-genesis-e600.json.zst", "paseo", 1000000, 5, 24, 0, false },
    { "specs/paseo-1001002-genesis.json.zst", "paseo", 1001002, 5, 25, 0, false },
    { "specs/paseo-1001002-e20-100val-20paras.json.zst", "paseo", 1001002, 5, 25, 0, false },
    { "specs/paseo-local-1001003.json.zst", "paseo", 1001003, 5, 25, 0, false },
    { "specs/paseo-local-1002000-e20.json.zst", "paseo", 1002000, 10, 25, 1, false },
    { "specs/paseo-local-1002005-e10.json.zst", "paseo", 1002005, 10, 26, 1, false },
    { "specs/paseo-local-1003000-e10.json.zst", "paseo", 1003000, 11, 26, 1, false },
    { "specs/paseo-local-1009001-e10.json.zst", "paseo", 1009001, 13, 26, 1, false },
    { "specs/polkadot-dev-25.json.zst", "polkadot", 25, 1, 5, 0, true },
    { "specs/polkadot-dev-9390.json.zst", "polkadot", 9390, 4, 21, 0, false },
    { "specs/polkadot-local-9370.json.zst", "polkadot", 9370, 2, 20, 0, false },
    { "specs/polkadot-local-9390-e60-4val.json.zst", "polkadot", 9390, 2, 21, 0, false },
    { "specs/polkadot-local-fast-1003000-e20.plain.json.zst", "polkadot", 1003000, 11, 26, 1,
      false },
    { "specs/rococo-dev-1014000-e10.json.zst", "rococo", 1014000, 11, 26, 1, false },
    { "specs/rococo-local-1015000-8val-8paras-e10.json.zst", "rococo", 1015000, 11, 26, 1, false },
    { "specs/rococo-local-103000-e10.json.zst", "rococo", 103000, 8, 24, 1, false },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "rococo", 9190, 2, 0, 0, false },
    { "specs/westend-local-10000.json.zst", "westend", 10000, 5, 23, 1, false },
    { "specs/westend-local-1005000.json.zst", "westend", 1005000, 9, 22, 1, false },
    { "specs/westend-local-9420.json.zst", "westend", 9420, 4, 21, 1, false },
    { "specs/westend2-genesis-1.json.zst", "westend", 1, 3, 1, 0, true },
    { "state/kusama-block-3783.full.json.zst", "kusama", 1020, 1, 1, 0, true },
    { "state/smoldot-child-trie-create-multiple.json.zst", "swanky-node", 3, 0, 1, 1, false },
    { "state/try-runtime-kusama-9420-proxy.snap", "kusama", 9420, 4, 22, 0, false },
    { "state/try-runtime-node-template.snap", "node-template", 100, 0, 1, 1, false },
    { 0 },
};

/* ---- files ---- */

static bool ends_in(const char *name, const char *end)
{
    size_t n = strlen(name), e = strlen(end);
    return n >= e && strcmp(name + n - e, end) == 0;
}

bool corpus_file(dg_buf *out, const char *name)
{
    const char *path = corpus_path(name);
    dg_buf raw;
    ZSTD_DStream *z;
    ZSTD_inBuffer in;
    size_t left = 1;
    dg_buf_init(out, (size_t)1 << 30);
    if (!path)
        return false;
    raw = slurp(path);
    if (!ends_in(name, ".zst")) {
        *out = raw;
        return true;
    }
    z = ZSTD_createDStream();
    in = (ZSTD_inBuffer){ raw.at, raw.len, 0 };
    while (left && in.pos <= in.size) {
        static uint8_t chunk[1 << 17];
        ZSTD_outBuffer to = { chunk, sizeof chunk, 0 };
        left = ZSTD_decompressStream(z, &to, &in);
        ck_assert(!ZSTD_isError(left));
        dg_buf_put(out, chunk, to.pos);
    }
    ZSTD_freeDStream(z);
    dg_buf_clear(&raw);
    return true;
}

/* The hex digits behind a piece of JSON text; NULL when it is not there. */
static const char *digits_behind(const char *text, const char *name, size_t *len)
{
    const char *at = strstr(text, name);
    if (!at)
        return NULL;
    at += strlen(name);
    at += strspn(at, "\"': ,\n\r\t");
    *len = strspn(at, "0123456789abcdefABCDEFx");
    return at;
}

static const uint8_t prefix[8] = { 0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05 };

/* A .snap holds the blob behind its compact length of four bytes. */
static void code_in_snap(dg_buf *blob, const dg_buf *file)
{
    for (size_t i = 4; i + 8 < file->len; i++)
        if (memcmp(file->at + i, prefix, 8) == 0) {
            uint32_t len = dg_le32(file->at + i - 4) >> 2;
            ck_assert_uint_le(len, file->len - i);
            dg_buf_put(blob, file->at + i, len);
            return;
        }
    ck_abort_msg("no code in the .snap");
}

bool corpus_code(dg_buf *blob, const char *name)
{
    static const char *const names[] = { "\"0x3a636f6465\"", "\"code\"" };
    dg_buf file;
    dg_buf_init(blob, DG_BLOB_MAX);
    if (!corpus_file(&file, name))
        return false;
    if (ends_in(name, ".wasm") || ends_in(name, ".wasm.zst")) {
        dg_buf_put_bytes(blob, dg_buf_bytes(&file));
    } else if (ends_in(name, ".snap")) {
        code_in_snap(blob, &file);
    } else {
        size_t len = 0;
        const char *at = NULL;
        for (size_t i = 0; i < 2 && !at; i++)
            at = digits_behind(dg_buf_text(&file), names[i], &len);
        ck_assert_ptr_nonnull(at);
        ck_assert_int_eq(dg_hex_get(blob, at, len, NULL), DG_OK);
    }
    dg_buf_clear(&file);
    return true;
}

/* ---- engine, runtimes, states ---- */

dg_engine *corpus_engine(void)
{
    static dg_engine *engine;
    if (!engine) {
        dg_engine_options options = { .compiler = DG_COMPILER_WINCH,
                                      .cache_dir = dg_engine_cache_dir() };
        dg_error err;
        ck_assert_msg(dg_engine_new(&engine, &options, &err) == DG_OK, "%s", err.text);
    }
    return engine;
}

dg_runtime *corpus_runtime(const char *name)
{
    dg_runtime *r = NULL;
    dg_buf blob;
    dg_error err;
    if (!corpus_code(&blob, name))
        return NULL;
    ck_assert_msg(dg_runtime_new(&r, corpus_engine(), dg_buf_bytes(&blob), &err) == DG_OK, "%s: %s",
                  name, err.text);
    dg_buf_clear(&blob);
    return r;
}

static void put_hex(dg_buf *out, const char *digits)
{
    dg_buf_init(out, (size_t)1 << 26);
    ck_assert_int_eq(dg_hex_get(out, digits, strlen(digits), NULL), DG_OK);
}

void corpus_put(dg_state *state, dg_bytes child, const char *key, const char *value)
{
    dg_buf k, v;
    dg_error err;
    put_hex(&k, key);
    put_hex(&v, value);
    ck_assert_msg(dg_state_put(state, child, dg_buf_bytes(&k), dg_buf_bytes(&v), &err) == DG_OK,
                  "%s", err.text);
    dg_buf_clear(&k);
    dg_buf_clear(&v);
}

dg_state *corpus_state(const char *name, unsigned state_version)
{
    const char *key;
    json_t *root, *top, *value, *pair;
    size_t i;
    dg_state *state, *fork;
    dg_buf file;
    if (!corpus_file(&file, name))
        return NULL;
    root = json_loadb((const char *)file.at, file.len, 0, NULL);
    ck_assert_ptr_nonnull(root);
    state = dg_state_empty();
    dg_state_set_version(state, state_version);
    top = json_object_get(json_object_get(json_object_get(root, "genesis"), "raw"), "top");
    json_object_foreach(top, key, value)
        corpus_put(state, (dg_bytes){ 0 }, key, json_string_value(value));
    json_array_foreach(json_object_get(root, "result"), i, pair)
        corpus_put(state, (dg_bytes){ 0 }, json_string_value(json_array_get(pair, 0)),
                   json_string_value(json_array_get(pair, 1)));
    json_decref(root);
    dg_buf_clear(&file);
    fork = dg_state_fork(state);
    dg_state_free(state);
    return fork;
}

dg_buf corpus_call(dg_runtime *r, const char *entry, dg_bytes input, dg_state *state)
{
    dg_host_result result;
    dg_error err;
    dg_code rc = dg_runtime_call(r, &result, entry, input, state, NULL, &err);
    ck_assert_msg(rc == DG_OK, "%s: %s", entry, err.text);
    return result.output;
}
