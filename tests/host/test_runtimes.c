/* Every real runtime there is: it must load, every function that it imports must
 * be there, and it must say what it is known to be. */
#include "model_corpus.h"

#include <string.h>

#include "crypto/crypto.h"
#include "wasm/wasm_impl.h"

/* ---- imports ---- */

static void check_import(const char *file, dg_bytes name)
{
    char text[128];
    ck_assert_uint_lt(name.len, sizeof text);
    memcpy(text, name.at, name.len);
    text[name.len] = 0;
    ck_assert_msg(dg_host_provides(text), "%s imports %s, which no table has", file, text);
}

static size_t check_imports(const char *file, dg_bytes body)
{
    dg_wasm_reader r = dg_wasm_reader_on(body);
    uint32_t count = dg_wasm_u32(&r);
    for (uint32_t i = 0; i < count; i++) {
        dg_bytes name;
        uint8_t kind;
        dg_wasm_name(&r);
        name = dg_wasm_name(&r);
        kind = dg_wasm_u8(&r);
        if (kind == 0)
            check_import(file, name);
        if (kind == 2 && dg_wasm_u32(&r)) /* memory: flags, minimum, maximum */
            dg_wasm_u32(&r);
        dg_wasm_u32(&r);
        ck_assert(!r.bad);
    }
    return count;
}

START_TEST(every_import_of_a_real_runtime_is_provided)
{
    const corpus_blob *row = &corpus_blobs[_i];
    dg_buf blob, wasm;
    dg_wasm_reader r;
    dg_wasm_part part;
    dg_error err;
    size_t imports = 0;
    if (!corpus_code(&blob, row->file))
        return;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    ck_assert_msg(dg_blob_decode(&wasm, dg_buf_bytes(&blob), &err) == DG_OK, "%s: %s", row->file,
                  err.text);
    ck_assert_int_eq(dg_wasm_begin(&r, dg_buf_bytes(&wasm), &err), DG_OK);
    while (dg_wasm_next(&part, &r, dg_buf_bytes(&wasm), &err) == DG_OK)
        if (part.id == DG_WASM_IMPORT)
            imports = check_imports(row->file, part.body);
    ck_assert_uint_gt(imports, 20);
    dg_buf_clear(&blob);
    dg_buf_clear(&wasm);
}
END_TEST

/* ---- versions ---- */

static void check_version(const corpus_blob *row, const dg_version *v, const char *how)
{
    ck_assert_msg(strcmp(v->spec_name, row->spec_name) == 0, "%s %s: %s", row->file, how,
                  v->spec_name);
    ck_assert_msg(v->spec_version == row->spec_version, "%s %s: version %u", row->file, how,
                  v->spec_version);
    ck_assert_msg(dg_version_api(v, "ParachainHost") == row->parachain_host,
                  "%s %s: ParachainHost %u", row->file, how, dg_version_api(v, "ParachainHost"));
    ck_assert_msg(v->transaction_version == row->transaction_version, "%s %s: transactions %u",
                  row->file, how, v->transaction_version);
    ck_assert_msg(v->system_version == row->system_version, "%s %s: system %u", row->file, how,
                  v->system_version);
}

/* The sections that were read on loading and the code itself say the same. */
static void check_by_call(const corpus_blob *row, dg_runtime *r)
{
    dg_state *state = dg_state_empty();
    dg_buf out = corpus_call(r, "Core_version", (dg_bytes){ 0 }, state), again;
    dg_version v;
    dg_error err;
    ck_assert_msg(dg_version_decode(&v, dg_buf_bytes(&out), &err) == DG_OK, "%s: %s", row->file,
                  err.text);
    check_version(row, &v, "by call");
    dg_buf_init(&again, 1 << 16);
    dg_version_encode(&again, &v);
    assert_bytes(dg_buf_bytes(&again), dg_buf_bytes(&out), "version encoded again");
    dg_buf_clear(&again);
    dg_buf_clear(&out);
    dg_state_free(state);
}

static void check_metadata(const corpus_blob *row, dg_runtime *r)
{
    const dg_meta *meta, *kept;
    dg_error err;
    dg_code rc = dg_runtime_meta(r, &meta, &err);
    if (row->no_metadata) {
        ck_assert_msg(rc == DG_UNSUPPORTED, "%s: %d %s", row->file, (int)rc,
                      rc < 0 ? err.text : "");
        return;
    }
    ck_assert_msg(rc == DG_OK, "%s: %s", row->file, err.text);
    ck_assert_uint_ge(dg_meta_version(meta), 14);
    ck_assert_ptr_nonnull(dg_meta_pallet_named(meta, "System"));
    ck_assert_int_eq(dg_runtime_meta(r, &kept, &err), DG_OK);
    ck_assert_ptr_eq(meta, kept);
}

START_TEST(a_real_runtime_says_what_it_is)
{
    const corpus_blob *row = &corpus_blobs[_i];
    dg_runtime *r = corpus_runtime(row->file);
    dg_hash hash;
    if (!r)
        return;
    check_version(row, dg_runtime_version(r), "on loading");
    check_by_call(row, r);
    check_metadata(row, r);
    hash = dg_blake2_256(dg_runtime_blob(r));
    ck_assert(dg_hash_equal(&hash, dg_runtime_hash(r)));
    ck_assert_ptr_eq(dg_runtime_keep(r), r);
    dg_runtime_free(r);
    ck_assert_str_eq(dg_runtime_version(r)->spec_name, row->spec_name); /* one owner is left */
    dg_runtime_free(r);
}
END_TEST

static const struct {
    const char *file;
    uint32_t version;
} newest[] = {
    { "runtimes/kusama-2000002.compressed.wasm", 16 },
    { "specs/westend-local-1005000.json.zst", 15 },
    { "runtimes/polkadot-9160.compressed.wasm", 14 },
};

START_TEST(the_newest_metadata_is_taken)
{
    dg_runtime *r = corpus_runtime(newest[_i].file);
    const dg_meta *meta;
    dg_error err;
    if (!r)
        return;
    ck_assert_msg(dg_runtime_meta(r, &meta, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(dg_meta_version(meta), newest[_i].version);
    dg_runtime_free(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("runtimes");
    TCase *tc = tcase_create("runtimes");
    int count = 0;
    while (corpus_blobs[count].file)
        count++;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, every_import_of_a_real_runtime_is_provided, 0, count);
    tcase_add_loop_test(tc, a_real_runtime_says_what_it_is, 0, count);
    tcase_add_loop_test(tc, the_newest_metadata_is_taken, 0, sizeof newest / sizeof newest[0]);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
