/* Real nodes gave a call so much memory and not a page more: each row was measured with a
 * runtime of runtimes/ whose appetite grew by a page a block, and the same runtime is accepted and
 * refused here at the same page.
 *
 * Measured 2026-12-01 on loopback. "41": the crate polkadot 41.0.0 (release 1.25.1), "1.10":
 * the crates of release v1.10.0 (polkadot-service 11.0.0). A refusal read "Allocator ran out of
 * space": of an author "Proposing failed", of an importer "Error importing block", of a query
 * (state_call) the answer. The code begins with 17 pages. A call that has filled its last page
 * with its appetite and then needs a little more is refused: so an author and a query stop one
 * page below, and an importer, which needs nothing more, at the last. */
#include "model_fork.h"

#include <string.h>

typedef enum { AUTHOR, IMPORTER, QUERY } what;
static const char *const blobs[] = { "mini-1-init-appetite.wasm", "mini-1-import-appetite.wasm",
                                     "mini-1-query-appetite.wasm" };
enum { NONE = -1, SHORT = -2 /* three bytes, which no u64 is */ };

static const struct {
    const char *node;
    uint32_t import_times; /* room protocol: dg_release_memory */
    what call;
    int64_t heappages;
    uint32_t accepted, refused; /* pages of appetite */
} measured[] = {
    { "41", 2, AUTHOR, NONE, 2064, 2065 },     { "41", 2, AUTHOR, 64, 80, 81 },
    { "41", 2, AUTHOR, 4096, 4112, 4113 },     { "41", 2, AUTHOR, SHORT, 2064, 2065 },
    { "41", 2, IMPORTER, NONE, 4113, 4114 },   { "41", 2, IMPORTER, 64, 145, 146 },
    { "41", 2, QUERY, NONE, 2064, 2065 },      { "41", 2, QUERY, 64, 2064, 2065 },
    { "1.10", 1, AUTHOR, NONE, 2064, 2065 },   { "1.10", 1, AUTHOR, 64, 80, 81 },
    { "1.10", 1, IMPORTER, NONE, 2065, 2066 }, { "1.10", 1, IMPORTER, 64, 81, 82 },
    { "1.10", 1, QUERY, NONE, 2064, 2065 },    { "1.10", 1, QUERY, 64, 2064, 2065 },
};
enum { ROWS = sizeof measured / sizeof *measured };

static dg_buf blob_of(const char *name)
{
    const char *path = small_path(name);
    dg_buf code;
    dg_error err;
    dg_buf_init(&code, DG_BLOB_MAX);
    ck_assert_msg(path != NULL, "%s: make runtimes", name);
    ck_assert_msg(dg_file_read(&code, path, &err) == DG_OK, "%s", err.text);
    return code;
}

/* The genesis with this code, appetite and `:heappages`. */
static dg_block *amended(fork *f, size_t row, dg_bytes code, uint32_t pages)
{
    uint8_t appetite[8] = { 0 }, heap[8] = { 0 }, key[32];
    dg_bytes writes[3][2];
    size_t count = 2;
    dg_block *out;
    dg_error err;
    dg_storage_prefix(key, "Mini", "Appetite");
    dg_le32_put(appetite, pages);
    writes[0][0] = dg_text(":code"), writes[0][1] = code;
    writes[1][0] = DG_BYTES_OF(key), writes[1][1] = DG_BYTES_OF(appetite);
    if (measured[row].heappages != NONE) {
        dg_le64_put(heap, measured[row].heappages < 0 ? 1 : (uint64_t)measured[row].heappages);
        writes[2][0] = dg_text(":heappages");
        writes[2][1] = dg_bytes_of(heap, measured[row].heappages < 0 ? 3 : 8);
        count = 3;
    }
    ck_assert_msg(dg_chain_amend(f->chain, &out, dg_chain_root(f->chain),
                                 (const dg_bytes(*)[2])writes, count, &err)
                      == DG_OK,
                  "%s", err.text);
    return out;
}

/* .. and what the most hungry call took, and could have taken. */
static dg_code try_call(fork *f, size_t row, dg_block *parent, dg_memory_use *use, dg_error *err)
{
    dg_build_report report = { 0 };
    dg_block *block;
    dg_bytes answer;
    dg_call_cost cost = { 0 };
    dg_code rc;
    if (measured[row].call == QUERY) {
        rc = dg_chain_call(f->chain, parent, &answer, &cost, "ParachainHost_availability_cores",
                           dg_text(""), err);
        dg_memory_use_note(use, "ParachainHost_availability_cores", &cost);
        return rc;
    }
    rc = fork_try(f, &block, parent, fork_clock(f, dg_chain_root(f->chain)).next_slot,
                  &(dg_build_options){ .write_count = 0 }, &report, err);
    *use = report.memory;
    if (measured[row].call == AUTHOR)
        return rc;
    ck_assert_int_eq(rc, DG_OK); /* an author has no such appetite */
    return dg_chain_reexecute(f->chain, block, NULL, use, err);
}

START_TEST(a_call_is_refused_at_the_page_at_which_a_real_node_refuses_it)
{
    dg_chain_options options = { .engine = fork_engine(),
                                 .memory.import_times = measured[_i].import_times };
    const char *spec = small_path("mini.json");
    dg_buf code = blob_of(blobs[measured[_i].call]);
    uint32_t last = measured[_i].accepted + (measured[_i].call != IMPORTER);
    fork f;
    ck_assert_ptr_nonnull(spec);
    fork_open_path(&f, spec, NULL, &options);
    for (int past = 0; past <= 1; past++) {
        uint32_t pages = past ? measured[_i].refused : measured[_i].accepted;
        dg_block *parent = amended(&f, (size_t)_i, dg_buf_bytes(&code), pages);
        dg_memory_use use = { 0 };
        dg_error err = { .text = "" };
        dg_code rc = try_call(&f, (size_t)_i, parent, &use, &err);
        ck_assert_msg(rc == (past ? DG_TRAP : DG_OK), "%s, %u pages: %d %s", measured[_i].node,
                      pages, rc, err.text);
        ck_assert_uint_eq(use.peak, (pages + (measured[_i].call != IMPORTER)) * DG_WASM_PAGE);
        ck_assert_uint_eq(use.max, last * DG_WASM_PAGE);
        ck_assert_uint_eq(use.first, 17 * DG_WASM_PAGE);
        ck_assert_msg(!past || strstr(err.text, "pages of memory"), "%s", err.text);
    }
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("memory");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_call_is_refused_at_the_page_at_which_a_real_node_refuses_it, 0, ROWS);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
