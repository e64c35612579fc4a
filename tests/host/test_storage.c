/* Storage functions where the vectors end: nesting, limits, what is refused. A
 * function that answers differently from a real node makes another block. */
#include "asking.h"

/* ---- transactions ---- */

START_TEST(transactions_nest_and_roll_back)
{
    asker *g = guest_begin();
    guest_ask(g, SET, ARGS(in("a"), in("1")));
    guest_ask(g, START);
    guest_ask(g, SET, ARGS(in("b"), in("2")));
    guest_ask(g, START);
    guest_ask(g, SET, ARGS(in("a"), in("3")));
    unsigned inner = guest_ask(g, GET, ARGS(in("a")));
    guest_ask(g, ROLLBACK);
    guest_ask(g, COMMIT);
    guest_do(g, state);
    assert_bytes(guest_bytes(g, inner), hex("010433"), "inner");
    assert_bytes(got("a"), dg_text("1"), "a");
    assert_bytes(got("b"), dg_text("2"), "b");
    guest_end(g);
}
END_TEST

/* The caller's own transaction is not the runtime's to close. */
START_TEST(a_runtime_cannot_close_what_it_did_not_open)
{
    asker *g = guest_begin();
    ck_assert_int_eq(dg_state_begin(state, NULL), DG_OK);
    guest_ask(g, COMMIT);
    refused(g, DG_TRAP, "no transaction is open to commit");
    g = guest_begin();
    guest_ask(g, ROLLBACK);
    refused(g, DG_TRAP, "no transaction is open to roll back");
    ck_assert_uint_eq(dg_state_depth(state), 1);
    ck_assert_int_eq(dg_state_rollback(state, NULL), DG_OK);
}
END_TEST

START_TEST(what_a_call_leaves_open_is_rolled_back)
{
    asker *g = guest_begin();
    guest_ask(g, SET, ARGS(in("kept"), in("1")));
    guest_ask(g, START);
    guest_ask(g, SET, ARGS(in("lost"), in("1")));
    guest_do(g, state);
    ck_assert_uint_eq(dg_state_depth(state), 0);
    assert_bytes(got("kept"), dg_text("1"), "kept");
    ck_assert_ptr_null(got("lost").at);
    guest_ask(g, "ext_crypto_finish_batch_verify_version_1", ":i", NO_ARGS); /* and after a trap */
    refused(g, DG_TRAP, "not started");
    ck_assert_uint_eq(dg_state_depth(state), 0);
}
END_TEST

/* ---- storage ---- */

START_TEST(child_roots_cannot_be_written_directly)
{
    asker *g = guest_begin();
    guest_ask(g, SET, ARGS(in(":child_storage:default:x"), in("y")));
    guest_ask(g, "ext_storage_append_version_1",
              "PP:", ARGS(in(":child_storage:default:x"), in("y")));
    unsigned exists = guest_ask(g, EXISTS, ARGS(in(":child_storage:default:x")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, exists), 0);
    guest_end(g);
}
END_TEST

START_TEST(an_empty_value_is_a_value)
{
    asker *g = guest_begin();
    guest_ask(g, SET, ARGS(in("e"), in("")));
    unsigned exists = guest_ask(g, EXISTS, ARGS(in("e"))), value = guest_ask(g, GET, ARGS(in("e")));
    unsigned read =
        guest_ask(g, "ext_storage_read_version_1", "PPi:P", ARGS(in("e"), room(4), num(9)));
    unsigned absent =
        guest_ask(g, "ext_storage_read_version_1", "PPi:P", ARGS(in("f"), room(4), num(0)));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, exists), 1);
    assert_bytes(guest_bytes(g, value), hex("0100"), "value");
    assert_bytes(guest_bytes(g, read), hex("0100000000"), "read");
    assert_bytes(guest_bytes(g, absent), hex("00"), "absent");
    guest_end(g);
}
END_TEST

START_TEST(clearing_with_a_limit_counts_keys_of_the_parent)
{
    static const struct {
        const char *limit, *answer;
    } rows[] = {
        { "0102000000", "0102000000" },
        { "00", "0003000000" },
        { "0103000000", "0003000000" },
        { "0100000000", "0100000000" },
    };
    asker *g = guest_begin();
    three_keys();
    guest_ask(g, SET, ARGS(in("p0"), in("new")));
    unsigned top = guest_ask(g, "ext_storage_clear_prefix_version_2", "PP:P",
                             ARGS(in("p"), in_bytes(hex(rows[_i].limit))));
    unsigned fresh = guest_ask(g, EXISTS, ARGS(in("p0")));
    unsigned child = guest_ask(g, CHILD("clear_prefix_version_2"), "PPP:P",
                               ARGS(in("c"), in("p"), in_bytes(hex(rows[_i].limit))));
    unsigned kill = guest_ask(g, CHILD("storage_kill_version_3"), "PP:P",
                              ARGS(in("none"), in_bytes(hex("00"))));
    guest_do(g, state);
    assert_bytes(guest_bytes(g, top), hex(rows[_i].answer), "top");
    ck_assert_uint_eq(guest_number(g, fresh), 0); /* keys of this block go whatever the limit */
    assert_bytes(guest_bytes(g, child), hex(rows[_i].answer), "child");
    assert_bytes(guest_bytes(g, kill), hex("0000000000"), "kill");
    guest_end(g);
}
END_TEST

START_TEST(clearing_with_a_cursor_goes_on_where_it_stopped)
{
    asker *g = guest_begin();
    three_keys();
    unsigned first = guest_ask(g, "ext_storage_clear_prefix_version_3", "PPP:P",
                               ARGS(in("p"), in_bytes(hex("0102000000")), in_bytes(hex("00"))));
    unsigned rest = guest_ask(g, "ext_storage_clear_prefix_version_3", "PPP:P",
                              ARGS(in("p"), in_bytes(hex("00")), in_bytes(hex("01087033"))));
    unsigned flag = guest_ask(g, CHILD("storage_kill_version_2"), "PP:i",
                              ARGS(in("c"), in_bytes(hex("0101000000"))));
    unsigned all =
        guest_ask(g, CHILD("storage_kill_version_2"), "PP:i", ARGS(in("c"), in_bytes(hex("00"))));
    guest_do(g, state);
    assert_bytes(guest_bytes(g, first),
                 hex("01087033"
                     "02000000"
                     "02000000"
                     "02000000"),
                 "first");
    assert_bytes(guest_bytes(g, rest),
                 hex("00"
                     "01000000"
                     "01000000"
                     "01000000"),
                 "rest");
    ck_assert_uint_eq(guest_number(g, flag), 0);
    ck_assert_uint_eq(guest_number(g, all), 1);
    guest_end(g);
}
END_TEST

START_TEST(prefixes_that_meet_child_storage_are_not_cleared)
{
    static const char *const prefixes[] = { "", ":",
                                            ":child_storage:", ":child_storage:default:c" };
    for (size_t i = 0; i < 4; i++) {
        asker *g = guest_begin();
        guest_ask(g, SET, ARGS(in(":x"), in("1")));
        guest_ask(g, "ext_storage_clear_prefix_version_1", "P:", ARGS(in(prefixes[i])));
        unsigned exists = guest_ask(g, EXISTS, ARGS(in(":x")));
        guest_do(g, state);
        ck_assert_uint_eq(guest_number(g, exists), 1);
        guest_end(g);
    }
}
END_TEST

/* A value of 33 bytes is kept by hash from system version 1 on. */
START_TEST(the_runtime_decides_the_form_of_values)
{
    dg_hash root[3];
    for (uint8_t v = 0; v < 3; v++) {
        asker *g = guest_begin();
        g->system_version = v;
        dg_state_free(state);
        state = dg_state_empty();
        dg_state_set_version(state, v == 0); /* whatever it was before */
        guest_ask(g, SET, ARGS(in("k"), in("thirty-three bytes, no more no le")));
        guest_do(g, state);
        ck_assert_uint_eq(dg_state_version(state), v > 0);
        ck_assert_int_eq(dg_state_root(state, &root[v], NULL), DG_OK);
        guest_end(g);
    }
    ck_assert(!dg_hash_equal(&root[0], &root[1]));
    ck_assert(dg_hash_equal(&root[1], &root[2]));
}
END_TEST

/* ---- memory ---- */

START_TEST(a_guest_that_takes_all_memory_traps)
{
    asker *g = guest_begin();
    for (int i = 0; i < 16; i++)
        guest_ask(g, "ext_allocator_malloc_version_1", "i:p", ARGS(num(32 << 20)));
    refused(g, DG_TRAP, "guest allocator: the guest wants");
    ck_assert_int_eq(g->result.trap, DG_TRAP_HOST);
}
END_TEST

/* ---- arguments that lie ---- */

/* A write costs a guest next to nothing and this program a node of memory. */
static const struct {
    const char *import, *signature;
    unsigned args;
    guest_arg arg[3];
} writes[] = {
    { SET,
      2,
      { { 'P', { (const uint8_t *)"key", 3 }, 0 }, { 'P', { (const uint8_t *)"value", 5 }, 0 } } },
    { "ext_storage_append_version_1",
      "PP:",
      2,
      { { 'P', { (const uint8_t *)"key", 3 }, 0 }, { 'P', { (const uint8_t *)"value", 5 }, 0 } } },
    { CHILD("set_version_1"),
      "PPP:",
      3,
      { { 'P', { (const uint8_t *)"c", 1 }, 0 },
        { 'P', { (const uint8_t *)"key", 3 }, 0 },
        { 'P', { (const uint8_t *)"value", 5 }, 0 } } },
};

START_TEST(a_call_may_write_so_much_and_no_more)
{
    asker *g = guest_begin();
    g->options.written_max = 4 * (DG_HOST_WRITE_COSTS + 8);
    for (unsigned i = 0; i < 4; i++)
        guest_ask(g, writes[_i].import, writes[_i].signature, writes[_i].arg, writes[_i].args);
    guest_do(g, state);
    guest_ask(g, writes[_i].import, writes[_i].signature, writes[_i].arg, writes[_i].args);
    refused(g, DG_TRAP, "one call put more than");
}
END_TEST

START_TEST(arguments_outside_the_memory_trap)
{
    asker *g = guest_begin();
    guest_ask(g, GET, ARGS(num(65530 | (uint64_t)7 << 32)));
    refused(g, DG_TRAP, "7 bytes at 0xfffa lie outside the guest's 65536 bytes");
    g = guest_begin();
    guest_ask(g, GET, ARGS(num(UINT64_MAX)));
    refused(g, DG_TRAP, "lie outside");
    g = guest_begin();
    guest_ask(g, "ext_crypto_ed25519_verify_version_1", "pPp:i", ARGS(num(65535), in(""), num(0)));
    refused(g, DG_TRAP, "64 bytes at 0xffff");
    g = guest_begin();
    guest_ask(g, GET, ARGS(num(0xffffffff))); /* empty: the pointer does not matter */
    guest_do(g, state);
    guest_end(g);
}
END_TEST

static const struct {
    const char *import, *signature;
    unsigned args;
    const char *says;
} bad_args[] = {
    /* args: 1, 2: another first one; 3: another second one */
    { "ext_storage_root_version_2", "i:P", 1, "state version 2 does not exist" },
    { "ext_trie_blake2_256_ordered_root_version_1", "P:p", 0, "list for a trie root" },
    { "ext_storage_clear_prefix_version_2", "PP:P", 0, "limit argument" },
    { "ext_default_child_storage_get_version_1", "PP:P", 2, "needs a name" },
    { "ext_trie_blake2_256_ordered_root_version_2", "Pi:p", 3, "state version 2 does not exist" },
    { "ext_sandbox_instantiate_version_1", "i:i", 1,
      "host function ext_sandbox_instantiate_version_1 is not provided" },
};

START_TEST(arguments_that_do_not_decode_trap_in_words)
{
    asker *g = guest_begin();
    guest_arg args[2] = { in_bytes(hex("0c")), in_bytes(hex("07")) };
    if (bad_args[_i].args == 1)
        args[0] = num(2);
    if (bad_args[_i].args == 2)
        args[0] = in("");
    if (bad_args[_i].args == 3)
        args[1] = num(2);
    guest_ask(g, bad_args[_i].import, bad_args[_i].signature, args,
              (size_t)(strchr(bad_args[_i].signature, ':') - bad_args[_i].signature));
    refused(g, DG_TRAP, bad_args[_i].says);
}
END_TEST

/* ---- proofs ---- */

START_TEST(a_proof_shows_what_is_there)
{
    dg_bytes keys[1] = { dg_text("key") };
    dg_hash root;
    dg_buf proof;
    asker *g = guest_begin();
    dg_buf_init(&proof, 1 << 16);
    ck_assert_int_eq(dg_state_put(state, (dg_bytes){ 0 }, keys[0], dg_text("value"), NULL), DG_OK);
    ck_assert_int_eq(dg_state_root(state, &root, NULL), DG_OK);
    ck_assert_int_eq(dg_state_prove(state, &proof, keys, 1, NULL), DG_OK);
#define PROVE "ext_trie_blake2_256_verify_proof_version_1", "pPPP:i"
    unsigned good = guest_ask(
        g, PROVE,
        ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("key"), in("value")));
    unsigned value = guest_ask(
        g, PROVE,
        ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("key"), in("other")));
    unsigned absent = guest_ask(
        g, PROVE,
        ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("kay"), in("value")));
    unsigned rubbish =
        guest_ask(g, PROVE, ARGS(at(dg_hash_bytes(&root)), in("rubbish"), in("key"), in("value")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, good), 1);
    ck_assert_uint_eq(guest_number(g, value), 0);
    ck_assert_uint_eq(guest_number(g, absent), 0);
    ck_assert_uint_eq(guest_number(g, rubbish), 0);
    guest_end(g);
    dg_buf_clear(&proof);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("storage");
    TCase *tc = tcase_create("storage");
    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, open_state, close_state);
    tcase_add_test(tc, transactions_nest_and_roll_back);
    tcase_add_test(tc, a_runtime_cannot_close_what_it_did_not_open);
    tcase_add_test(tc, what_a_call_leaves_open_is_rolled_back);
    tcase_add_test(tc, child_roots_cannot_be_written_directly);
    tcase_add_test(tc, an_empty_value_is_a_value);
    tcase_add_loop_test(tc, clearing_with_a_limit_counts_keys_of_the_parent, 0, 4);
    tcase_add_test(tc, clearing_with_a_cursor_goes_on_where_it_stopped);
    tcase_add_test(tc, prefixes_that_meet_child_storage_are_not_cleared);
    tcase_add_test(tc, the_runtime_decides_the_form_of_values);
    tcase_add_test(tc, a_guest_that_takes_all_memory_traps);
    tcase_add_loop_test(tc, a_call_may_write_so_much_and_no_more, 0,
                        sizeof writes / sizeof writes[0]);
    tcase_add_test(tc, arguments_outside_the_memory_trap);
    tcase_add_loop_test(tc, arguments_that_do_not_decode_trap_in_words, 0,
                        sizeof bad_args / sizeof bad_args[0]);
    tcase_add_test(tc, a_proof_shows_what_is_there);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
