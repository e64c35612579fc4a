/* What real pairs do not show, small runtimes do, one behaviour each: code that
 * waits, migrations over several blocks, a runtime with its own allocator, and
 * every way in which making a block can fail. */
#include "model_fork.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

static bool open_small(fork *f, const char *spec)
{
    dg_chain_options options = { .simulated_validators = true,
                                 .fuel_block = 2000000000,
                                 .fuel_query = 1000000000 };
    const char *path = small_path(spec);
    if (!path)
        return false;
    fork_open_path(f, path, NULL, &options);
    return true;
}

static uint64_t after(fork *f, dg_block *block)
{
    return fork_clock(f, block).next_slot;
}

static dg_block *grow(fork *f, dg_block *tip, int blocks)
{
    while (blocks-- > 0)
        tip = fork_build(f, tip, dg_block_slot(tip) ? dg_block_slot(tip) + 1 : DG_GENESIS_SLOT);
    return tip;
}

/* U with `code`, as a child of `parent`; the enactment must be cleared. */
static dg_code enact(fork *f, dg_block **u, dg_enactment *e, dg_block *parent, dg_how how,
                     dg_bytes code, dg_error *err)
{
    dg_bytes list[1];
    dg_build_options options = { .extrinsic_count = 0 };
    dg_code rc = dg_chain_enact(f->chain, e, parent, how, code, err);
    if (rc != DG_OK)
        return rc;
    list[0] = dg_buf_bytes(&e->extrinsic);
    options.extrinsics = list;
    options.extrinsic_count = e->extrinsic.len ? 1 : 0;
    options.writes = (const dg_bytes(*)[2])e->writes;
    options.write_count = e->write_count;
    return fork_try(f, u, e->parent, dg_block_slot(parent) + 1, &options, NULL, err);
}

static dg_block *enact_well(fork *f, dg_block *parent, dg_how how, const char *name, bool *pending)
{
    dg_buf code = slurp(small_path(name));
    dg_enactment e;
    dg_block *u;
    dg_error err;
    if (enact(f, &u, &e, parent, how, dg_buf_bytes(&code), &err) != DG_OK
        || dg_chain_enacted(f->chain, u, dg_buf_bytes(&code), pending, &err) != DG_OK)
        ck_abort_msg("%s: %s", name, err.text);
    dg_enactment_clear(&e);
    dg_buf_clear(&code);
    return u;
}

/* The node of v1.25 has none of the functions that it begins every call with. */
START_TEST(a_runtime_that_no_node_can_call_has_no_version)
{
    dg_buf code = slurp(small_path("mini-2-own-allocator.wasm")), version;
    dg_error err;
    dg_buf_init(&version, 1 << 16);
    ck_assert_int_eq(dg_host_inner_version(fork_engine(), &version, dg_buf_bytes(&code), &err),
                     DG_TRAP);
    ck_assert_msg(strstr(err.text, "which no node calls") != NULL, "%s", err.text);
    dg_buf_clear(&version);
    dg_buf_clear(&code);
}
END_TEST

static uint32_t version_of(fork *f, dg_block *block, bool next)
{
    dg_runtime *runtime;
    dg_error err;
    if ((next ? dg_block_runtime_next : dg_block_runtime)(f->chain, block, &runtime, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return dg_runtime_version(runtime)->spec_version;
}

static const struct {
    dg_how how;
    const char *spec, *code;
    bool pending;
} sound[] = {
    { DG_HOW_SET_CODE, "mini.json", "mini-2.wasm", false },
    { DG_HOW_SET_CODE, "mini.json", "mini-2.compressed.wasm", false },
    { DG_HOW_AUTHORIZE, "mini.json", "mini-2.wasm", false },
    { DG_HOW_OVERRIDE, "mini.json", "mini-2.wasm", false },
    { DG_HOW_SET_CODE, "mini-pending.json", "mini-2-pending.wasm", true },
    { DG_HOW_AUTHORIZE, "mini-pending.json", "mini-2-pending.wasm", true },
};

/* Queries at U see the new code, or the old one while the new one waits; the child
 * of U is executed by the new one in both cases. */
START_TEST(the_right_code_runs_around_the_upgrade)
{
    dg_block *u, *tip;
    uint32_t before;
    bool pending;
    dg_error err;
    fork f;
    if (!open_small(&f, sound[_i].spec))
        return;
    tip = grow(&f, dg_chain_root(f.chain), 3);
    before = version_of(&f, tip, false);
    u = enact_well(&f, tip, sound[_i].how, sound[_i].code, &pending);
    ck_assert(pending == sound[_i].pending);
    ck_assert_uint_eq(version_of(&f, u, true), 2);
    ck_assert_uint_eq(version_of(&f, u, false), pending ? before : 2);
    tip = grow(&f, u, 1);
    ck_assert_uint_eq(version_of(&f, tip, false), 2);
    ck_assert_uint_eq(version_of(&f, tip, true), 2);
    for (dg_block *b = tip; dg_block_parent(b); b = dg_block_parent(b))
        if (dg_chain_reexecute(f.chain, b, fork_other_engine(), NULL, &err) != DG_OK)
            ck_abort_msg("%s", err.text);
    tip = grow(&f, tip, 25); /* over two boundaries */
    ck_assert_uint_ge(fork_clock(&f, tip).session, 2);
    fork_close(&f);
}
END_TEST

/* ---- migrations over several blocks ---- */

/* System.remark("hi") that nobody signed is refused; what counts is that nothing
 * but inherents is even tried while a migration runs. */
static dg_buf remark(fork *f, dg_block *block)
{
    const dg_meta *meta;
    json_t *args = json_pack("{s:s}", "remark", "0x6869");
    dg_buf call, out;
    dg_buf_init(&call, 64);
    dg_buf_init(&out, 64);
    ck_assert_int_eq(dg_block_meta(f->chain, block, &meta, NULL), DG_OK);
    ck_assert_int_eq(dg_scale_call_encode(meta, &call, "System", "remark", args, NULL), DG_OK);
    dg_scale_put_compact(&out, call.len + 1);
    dg_buf_put_u8(&out, 4);
    dg_buf_put_bytes(&out, dg_buf_bytes(&call));
    dg_buf_clear(&call);
    json_decref(args);
    return out;
}

START_TEST(a_migration_over_blocks_is_followed_to_its_end)
{
    dg_block *tip;
    dg_error err;
    bool pending, running = false;
    int while_running = 0;
    fork f;
    if (!open_small(&f, "mini.json"))
        return;
    tip = enact_well(&f, grow(&f, dg_chain_root(f.chain), 2), DG_HOW_SET_CODE,
                     "mini-2-in-steps.wasm", &pending);
    for (int i = 0; i < 12; i++) {
        dg_buf extrinsic = remark(&f, tip);
        dg_bytes list[1] = { dg_buf_bytes(&extrinsic) };
        dg_build_options options = { .extrinsics = list, .extrinsic_count = 1 };
        dg_build_report report;
        if (fork_try(&f, &tip, tip, after(&f, tip), &options, &report, &err) != DG_OK
            || dg_chain_migrating(f.chain, tip, &running, &err) != DG_OK)
            ck_abort_msg("%s", err.text);
        while_running += report.only_inherents;
        ck_assert_uint_eq(report.refused_count, report.only_inherents ? 0 : 1);
        ck_assert_uint_eq(report.refused_inherents, 0); /* a transaction is none */
        ck_assert_uint_eq(report.first_refusal[0], report.only_inherents ? 0 : 1);
        if (dg_chain_reexecute(f.chain, tip, NULL, NULL, &err) != DG_OK)
            ck_abort_msg("%s", err.text);
        dg_buf_clear(&extrinsic);
    }
    ck_assert_int_ge(while_running, 2);
    ck_assert_int_lt(while_running, 8);
    ck_assert(!running);
    fork_close(&f);
}
END_TEST

START_TEST(a_runtime_without_such_migrations_says_so)
{
    bool running = true;
    dg_error err;
    fork f;
    if (!fork_open(&f, "specs/kusama-local-1000000.json.zst"))
        return;
    ck_assert_int_eq(dg_chain_migrating(f.chain, dg_chain_root(f.chain), &running, &err),
                     DG_ABSENT);
    ck_assert(!running);
    fork_close(&f);
}
END_TEST

/* ---- blocks that cannot be made ---- */

static const struct {
    const char *code;
    dg_build_step step;
    dg_trap_kind trap;
    dg_code rc;
    const char *word;
} broken[] = {
    { "mini-2-init-traps.wasm", DG_BUILD_INITIALIZE, DG_TRAP_PANIC, DG_TRAP, "slot" },
    { "mini-2-init-loops.wasm", DG_BUILD_INITIALIZE, DG_TRAP_FUEL, DG_TRAP, "fuel" },
    { "mini-2-init-recurses.wasm", DG_BUILD_INITIALIZE, DG_TRAP_STACK, DG_TRAP, "stack" },
    { "mini-2-finalize-traps.wasm", DG_BUILD_FINALIZE, DG_TRAP_PANIC, DG_TRAP, "" },
    { "mini-2-inherent-refused.wasm", DG_BUILD_APPLY, DG_TRAP_NONE, DG_TRAP, "BadMandatory" },
    { "mini-2-inherent-not-made.wasm", DG_BUILD_FINALIZE, DG_TRAP_PANIC, DG_TRAP, "" },
    { "mini-2-migration-traps.wasm", DG_BUILD_INITIALIZE, DG_TRAP_PANIC, DG_TRAP, "" },
};

START_TEST(a_block_that_cannot_be_made_says_where_it_ended)
{
    dg_build_report report;
    dg_block *u, *child = NULL;
    dg_error err;
    bool pending;
    size_t blocks;
    fork f;
    if (!open_small(&f, "mini.json"))
        return;
    u = enact_well(&f, grow(&f, dg_chain_root(f.chain), 2), DG_HOW_SET_CODE, broken[_i].code,
                   &pending);
    blocks = dg_chain_block_count(f.chain);
    ck_assert_int_eq(fork_try(&f, &child, u, after(&f, u), NULL, &report, &err), broken[_i].rc);
    ck_assert_msg(report.step == broken[_i].step, "step %d: %s", report.step, err.text);
    ck_assert_msg(report.trap == broken[_i].trap, "trap %d: %s", report.trap, err.text);
    ck_assert_msg(strstr(err.text, broken[_i].word) != NULL, "%s", err.text);
    ck_assert_msg(strncmp(err.text, "block #4, slot ", 15) == 0, "%s", err.text);
    ck_assert_ptr_null(child);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), blocks);
    fork_close(&f);
}
END_TEST

START_TEST(a_block_that_executes_otherwise_than_it_was_built_is_found)
{
    dg_block *u, *tip;
    dg_error err;
    bool pending;
    fork f;
    if (!open_small(&f, "mini.json"))
        return;
    u = enact_well(&f, grow(&f, dg_chain_root(f.chain), 2), DG_HOW_SET_CODE,
                   "mini-2-execution-differs.wasm", &pending);
    tip = grow(&f, u, 1);
    ck_assert_int_ne(dg_chain_reexecute(f.chain, tip, NULL, NULL, &err), DG_OK);
    ck_assert_int_lt(err.code, 0);
    ck_assert_int_eq(dg_chain_reexecute(f.chain, u, NULL, NULL, &err), DG_OK);
    fork_close(&f);
}
END_TEST

START_TEST(rubbish_as_code_cannot_execute)
{
    dg_build_report report;
    dg_enactment e;
    dg_block *u, *child;
    bool pending;
    dg_error err;
    fork f;
    if (!open_small(&f, "mini.json"))
        return;
    ck_assert_int_eq(enact(&f, &u, &e, grow(&f, dg_chain_root(f.chain), 2), DG_HOW_OVERRIDE,
                           dg_text("rubbish"), &err),
                     DG_OK);
    ck_assert_int_eq(dg_chain_enacted(f.chain, u, dg_text("rubbish"), &pending, &err), DG_OK);
    ck_assert_int_eq(
        dg_chain_build(f.chain, &child, &report, u,
                       &(dg_build_options){ .claim = { .slot = dg_block_slot(u) + 1, .kind = 2 } },
                       &err),
        DG_MALFORMED);
    ck_assert_int_eq(report.step, DG_BUILD_RUNTIME);
    ck_assert_ptr_nonnull(strstr(err.text, "runtime of block #3"));
    dg_enactment_clear(&e);
    fork_close(&f);
}
END_TEST

/* ---- inherents that the author brings ---- */

START_TEST(paras_without_sense_give_no_block)
{
    dg_build_options options = { .paras_inherent = dg_text("nonsense") };
    dg_build_report report;
    dg_block *root, *block, *again;
    dg_buf paras;
    dg_error err;
    fork f;
    if (!fork_open(&f, "specs/paseo-1001002-e20-10val-3paras.json.zst"))
        return;
    root = dg_chain_root(f.chain);
    ck_assert_int_eq(fork_try(&f, &block, root, DG_GENESIS_SLOT, &options, &report, &err), DG_TRAP);
    ck_assert_int_eq(report.step, DG_BUILD_FINALIZE);
    ck_assert_ptr_nonnull(strstr(err.text, "Bitfields and heads must be included every block"));
    ck_assert_ptr_nonnull(strstr(report.panic, "Bitfields and heads"));
    block = fork_build(&f, root, DG_GENESIS_SLOT);
    dg_buf_init(&paras, 1 << 16); /* the empty one, given by hand, is the one made by default */
    dg_buf_put(&paras, "\0\0\0", 3);
    dg_buf_put_bytes(&paras, dg_block_header(root));
    options = (dg_build_options){ .paras_inherent = dg_buf_bytes(&paras) };
    ck_assert_int_eq(fork_try(&f, &again, root, DG_GENESIS_SLOT, &options, &report, &err), DG_OK);
    ck_assert(dg_hash_equal(dg_block_hash(block), dg_block_hash(again)));
    ck_assert_uint_eq(report.inherent_count, 2);
    ck_assert_uint_eq(report.step, DG_BUILD_DONE);
    dg_buf_clear(&paras);
    fork_close(&f);
}
END_TEST

/* ---- code substitutes ---- */

/* A spec's substitute stands in for code of its own spec_version, from its block
 * on; here for the genesis code of mini-1, by the sick one of the same version. */
static const char *spec_with_substitute(const char *number)
{
    dg_buf code = slurp(small_path("mini-1-sick.wasm")), hexed;
    json_t *spec = json_load_file(small_path("mini.json"), 0, NULL);
    dg_buf_init(&hexed, 1 << 24);
    dg_hex_put(&hexed, dg_buf_bytes(&code));
    json_object_set_new(json_object_get(spec, "codeSubstitutes"), number,
                        json_string(dg_buf_text(&hexed)));
    ck_assert_int_eq(json_dump_file(spec, scratch_path("spec.json"), 0), 0);
    dg_buf_clear(&code);
    dg_buf_clear(&hexed);
    json_decref(spec);
    return scratch_path("spec.json");
}

START_TEST(a_code_substitute_stands_in_from_its_block_on)
{
    dg_block *tip;
    dg_buf sick;
    fork f;
    if (!small_path("mini-1-sick.wasm"))
        return;
    sick = slurp(small_path("mini-1-sick.wasm"));
    fork_open_path(&f, spec_with_substitute("3"), NULL, NULL);
    tip = dg_chain_root(f.chain);
    for (int i = 0; i < 6; i++) {
        dg_runtime *query, *next;
        bool stands_in;
        ck_assert_int_eq(dg_block_runtime(f.chain, tip, &query, NULL), DG_OK);
        ck_assert_int_eq(dg_block_runtime_next(f.chain, tip, &next, NULL), DG_OK);
        stands_in = dg_bytes_equal(dg_runtime_blob(next), dg_buf_bytes(&sick));
        ck_assert(stands_in == (dg_block_number(tip) >= 3));
        ck_assert_ptr_eq(query, next);
        tip = grow(&f, tip, 1);
    }
    dg_buf_clear(&sick);
    fork_close(&f);
}
END_TEST

/* ---- without memory ---- */

/* Each allocation of building and asking fails once; none may crash, leak or be
 * taken for an answer of the runtime. */
START_TEST(no_memory_is_said_and_nothing_is_left_behind)
{
    dg_block *tip;
    dg_error err;
    uint64_t nth = 1, step = REDUCED ? 37 : 7;
    dg_code rc = DG_NOMEM;
    fork f;
    if (!open_small(&f, "mini.json"))
        return;
    tip = grow(&f, dg_chain_root(f.chain), 1);
    for (; rc != DG_OK && nth < 200000; nth += step) {
        dg_block *block = NULL;
        size_t before = dg_chain_block_count(f.chain);
        dg_alloc_fail_from(nth);
        rc = fork_try(&f, &block, tip, dg_block_slot(tip) + 1, NULL, NULL, &err);
        dg_alloc_fail_from(0);
        if (rc == DG_OK)
            break;
        ck_assert_msg(rc == DG_NOMEM, "%d: %s", rc, err.text);
        ck_assert_ptr_null(block);
        ck_assert_uint_eq(dg_chain_block_count(f.chain), before);
    }
    ck_assert_int_eq(rc, DG_OK);
    ck_assert_uint_gt(nth, 100);
    grow(&f, tip, 1);
    fork_close(&f);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void)
{
    Suite *s = suite_create("small");
    TCase *tc = tcase_create("small");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, the_right_code_runs_around_the_upgrade, 0, COUNT(sound));
    tcase_add_test(tc, a_runtime_that_no_node_can_call_has_no_version);
    tcase_add_test(tc, a_migration_over_blocks_is_followed_to_its_end);
    tcase_add_test(tc, a_runtime_without_such_migrations_says_so);
    tcase_add_loop_test(tc, a_block_that_cannot_be_made_says_where_it_ended, 0, COUNT(broken));
    tcase_add_test(tc, a_block_that_executes_otherwise_than_it_was_built_is_found);
    tcase_add_test(tc, rubbish_as_code_cannot_execute);
    tcase_add_test(tc, paras_without_sense_give_no_block);
    tcase_add_test(tc, a_code_substitute_stands_in_from_its_block_on);
    tcase_add_test(tc, no_memory_is_said_and_nothing_is_left_behind);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
