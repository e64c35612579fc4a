/* A call that baseline code cannot end exactly is made again by optimised code. Whoever looks at
 * the state afterwards must find what one call did, not what two did. */
#include "../wasm/writer.h"

#include "host/host_impl.h"

static const wasm_import names[] = { { "ext_storage_append_version_1", "PP:" },
                                     { "ext_storage_start_transaction_version_1", ":" },
                                     { 0 } };
/* append(key "k", item 1 byte at 16); .. then each its end */
static const wasm_function functions[] = {
    { "well", "ii:l",
      "4280808080104290808080101000"
      "4200",
      0 },
    { "reads_beyond", "ii:l",
      "4280808080104290808080101000"
      "1001"
      "4280808080104290808080101000"
      "4101410041001a1a1a417f2802001a4200",
      0 },
    { "panics", "ii:l",
      "4280808080104290808080101000"
      "00",
      0 },
    { 0 },
};
static const wasm_data data[] = { { 0, "k", 1 }, { 16, "\x07", 1 }, { 0, NULL, 0 } };
static const wasm_spec spec = { .imports = names, .functions = functions, .data = data };

typedef struct done {
    dg_code rc;
    dg_trap_kind trap;
    uint64_t fuel;
    dg_hash root;
    unsigned depth;
    char text[480];
} done;

/* Three calls one after the other: what was there before stays. */
static done call_by(dg_compiler compiler, const char *entry)
{
    dg_engine_options options = { .compiler = compiler, .quick_from = 1 };
    static const dg_host_options asked = { .context = DG_HOST_CONTEXT_BLOCK };
    dg_state *state = dg_state_empty();
    dg_buf wasm = wasm_module(&spec);
    dg_host_result result;
    dg_engine *engine;
    dg_module *m;
    dg_error err = { .text = "" };
    done d = { DG_OK };
    ck_assert_int_eq(dg_engine_new(&engine, &options, NULL), DG_OK);
    ck_assert_msg(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_host_link(m, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_module_is_baseline(m) == (compiler == DG_COMPILER_BOTH));
    ck_assert_int_eq(
        dg_host_run(m, engine, &result, "well", (dg_bytes){ 0 }, state, &asked, 0, &err), DG_OK);
    dg_host_result_clear(&result);
    d.rc = dg_host_run(m, engine, &result, entry, (dg_bytes){ 0 }, state, &asked, 0, &err);
    d.trap = result.trap;
    d.fuel = result.cost.fuel;
    d.depth = dg_state_depth(state);
    snprintf(d.text, sizeof d.text, "%s", err.text);
    ck_assert_int_eq(dg_state_root(state, &d.root, &err), DG_OK);
    dg_host_result_clear(&result);
    dg_module_free(m);
    dg_engine_free(engine);
    dg_state_free(state);
    dg_buf_clear(&wasm);
    return d;
}

static const char *const entries[] = { "well", "reads_beyond", "panics" };

START_TEST(a_call_made_again_leaves_what_one_leaves)
{
    done a = call_by(DG_COMPILER_SPEED, entries[_i]), b = call_by(DG_COMPILER_BOTH, entries[_i]);
    ck_assert_int_eq(a.rc, b.rc);
    ck_assert_int_eq(a.rc, _i ? DG_TRAP : DG_OK);
    ck_assert_int_eq(a.trap, b.trap);
    ck_assert_uint_eq(a.fuel, b.fuel);
    ck_assert_str_eq(a.text, b.text);
    ck_assert_str_eq(dg_hash_text(&a.root).text, dg_hash_text(&b.root).text);
    ck_assert_uint_eq(a.depth, 0);
    ck_assert_uint_eq(b.depth, 0);
}
END_TEST

START_TEST(without_memory_a_call_leaves_nothing)
{
    dg_engine_options options = { .compiler = DG_COMPILER_BOTH, .quick_from = 1 };
    static const dg_host_options asked = { .context = DG_HOST_CONTEXT_BLOCK };
    dg_buf wasm = wasm_module(&spec);
    dg_code rc = DG_NOMEM;
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        dg_state *state = dg_state_empty();
        dg_host_result result;
        dg_engine *engine;
        dg_module *m;
        ck_assert_int_eq(dg_engine_new(&engine, &options, NULL), DG_OK);
        ck_assert_int_eq(dg_module_new(&m, engine, dg_buf_bytes(&wasm), NULL), DG_OK);
        ck_assert_int_eq(dg_host_link(m, NULL), DG_OK);
        ck_assert_uint_lt(nth, 1000);
        dg_alloc_fail_from(nth);
        rc = dg_host_run(m, engine, &result, "reads_beyond", (dg_bytes){ 0 }, state, &asked, 0,
                         NULL);
        dg_alloc_fail_from(0);
        ck_assert_uint_eq(dg_state_depth(state), 0);
        dg_host_result_clear(&result);
        dg_module_free(m);
        dg_engine_free(engine);
        dg_state_free(state);
    }
    ck_assert_int_eq(rc, DG_TRAP);
    dg_buf_clear(&wasm);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("again");
    TCase *tc = tcase_create("again");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_call_made_again_leaves_what_one_leaves, 0, 3);
    tcase_add_test(tc, without_memory_a_call_leaves_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
