/* Logs, versions, the other calling convention, the names of 2019: runtimes of all
 * ages speak to one host. */
#include "asking.h"

#include "crypto/crypto.h"
#include "host/host_impl.h"

/* ---- logs, versions ---- */

START_TEST(the_last_error_before_a_trap_is_its_reason)
{
    asker *g = guest_begin();
    guest_ask(g, "ext_logging_log_version_1",
              "iPP:", ARGS(num(0), in("runtime"), in("panicked at\n'boom'")));
    guest_ask(g, "ext_logging_log_version_1",
              "iPP:", ARGS(num(2), in("runtime"), in("only information")));
    unsigned level = guest_ask(g, "ext_logging_max_level_version_1", ":i", NO_ARGS);
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, level), 1);
    ck_assert_str_eq(g->result.panic, "panicked at 'boom'");
    guest_ask(g, ROLLBACK);
    refused(g, DG_TRAP, "; it said: panicked at 'boom'");
}
END_TEST

START_TEST(the_version_of_an_inner_blob_is_found_or_none)
{
    asker *g = guest_begin();
    dg_buf inner = guest_blob(g), want;
    dg_version v;
    g = guest_begin();
    unsigned found = guest_ask(g, "ext_misc_runtime_version_version_1", "P:P",
                               ARGS(in_bytes(dg_buf_bytes(&inner))));
    unsigned none = guest_ask(g, "ext_misc_runtime_version_version_1", "P:P", ARGS(in("rubbish")));
    unsigned direct = guest_ask(g, "ext_misc_runtime_version_version_2", "PP:l",
                                ARGS(in_bytes(dg_buf_bytes(&inner)), room(128)));
    guest_do(g, state);
    dg_buf_init(&want, 256);
    ck_assert_int_eq(dg_host_inner_version(guest_engine(), &want, dg_buf_bytes(&inner), NULL),
                     DG_OK);
    ck_assert_int_eq(dg_version_decode(&v, dg_buf_bytes(&want), NULL), DG_OK);
    ck_assert_str_eq(v.spec_name, "guest");
    ck_assert_uint_eq(v.spec_version, 2);
    ck_assert_uint_eq(guest_number(g, direct), want.len);
    assert_bytes(guest_room(g, direct, 1, want.len), dg_buf_bytes(&want), "filled");
    ck_assert_uint_eq(guest_bytes(g, found).at[0], 1);
    assert_bytes(dg_bytes_of(guest_bytes(g, found).at + 2, want.len), dg_buf_bytes(&want), "inner");
    assert_bytes(guest_bytes(g, none), hex("00"), "none");
    guest_end(g);
    dg_buf_clear(&inner);
    dg_buf_clear(&want);
}
END_TEST

/* What was found out about the last blob is kept: never for another one. */
START_TEST(each_of_two_blobs_keeps_its_own_version)
{
    static const char *const names[] = { "guest", "guesT" };
    asker *g = guest_begin();
    dg_buf blobs[] = { guest_blob(g), guest_blob(g) };
    for (size_t i = 0; i + 5 <= blobs[1].len; i++)
        if (memcmp(blobs[1].at + i, "guest", 5) == 0)
            blobs[1].at[i + 4] = 'T';
    for (int i = 0; i < 6; i++) {
        int of = i == 1 || i > 3;
        dg_buf encoded;
        dg_version v;
        dg_buf_init(&encoded, 256);
        ck_assert_int_eq(
            dg_host_inner_version(guest_engine(), &encoded, dg_buf_bytes(&blobs[of]), NULL), DG_OK);
        ck_assert_int_eq(dg_version_decode(&v, dg_buf_bytes(&encoded), NULL), DG_OK);
        ck_assert_str_eq(v.spec_name, names[of]);
        dg_buf_clear(&encoded);
    }
    dg_buf_clear(&blobs[0]);
    dg_buf_clear(&blobs[1]);
    guest_end(g);
}
END_TEST

/* What is asked for a second time is known, and costs the same: no outcome may hang on it. What has
 * its code asked costs as much more as its compiling and its call. */
START_TEST(the_version_of_a_blob_costs_the_same_each_time)
{
    asker *g = guest_begin();
    dg_buf inner = guest_blob(g);
    uint64_t first, code;
    inner.at[inner.len - 1] ^= 1; /* nobody has asked for that one */
    g = guest_begin();
    guest_ask(g, "ext_misc_runtime_version_version_1", "P:P", ARGS(in_bytes(dg_buf_bytes(&inner))));
    guest_do(g, state);
    first = g->result.cost.host_fuel;
    guest_do(g, state);
    ck_assert_uint_eq(g->result.cost.host_fuel, first);
    ck_assert_uint_ge(first, inner.len * DG_HOST_PRICE_UNPACKED / 1024);
    g->options.inner.asks_code = true;
    guest_do(g, state);
    code = g->result.cost.host_fuel;
    ck_assert_uint_ge(code, inner.len * (DG_HOST_PRICE_UNPACKED + DG_HOST_PRICE_COMPILED) / 1024);
    guest_end(g);
    dg_buf_clear(&inner);
}
END_TEST

static uint64_t price_of_list(dg_bytes list)
{
    asker *g = guest_begin();
    uint64_t fuel;
    guest_ask(g, "ext_trie_blake2_256_ordered_root_version_2", "Pi:p",
              ARGS(in_bytes(list), num(1)));
    guest_do(g, state);
    fuel = g->result.cost.host_fuel;
    guest_end(g);
    return fuel;
}

START_TEST(the_root_of_a_list_costs_by_its_items)
{
    uint8_t many[2 + 1000] = { 0xa1, 0x0f };         /* a thousand empty items, */
    uint8_t one[1 + 2 + 999] = { 0x04, 0x9d, 0x0f }; /* one of as many bytes */
    ck_assert_uint_eq(price_of_list(DG_BYTES_OF(many)) - price_of_list(DG_BYTES_OF(one)),
                      999 * DG_HOST_PRICE_LISTED);
}
END_TEST

/* ---- RFC-145: the runtime brings buffers ---- */

START_TEST(a_runtime_with_its_own_heap_gets_everything_into_its_buffers)
{
    asker *g = guest_begin();
    dg_hash root;
    uint8_t digest[32];
    three_keys();
    g->own_heap = true;
    unsigned next = guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p1"), room(8)));
    unsigned small =
        guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p1"), room(1)));
    unsigned twox = guest_ask(g, "ext_hashing_twox_64_version_2", "PP:", ARGS(in("x"), room(8)));
    unsigned end = guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p3"), room(8)));
    unsigned read = guest_ask(g, "ext_storage_read_version_2", "PPii:l",
                              ARGS(in("p1"), room(8), num(0), num(0)));
    unsigned absent = guest_ask(g, "ext_storage_read_version_2", "PPii:l",
                                ARGS(in("p9"), room(8), num(0), num(0)));
    guest_ask(g, SET, ARGS(in("long"), in("abcdef")));
    unsigned whole = guest_ask(g, "ext_storage_read_version_2", "PPii:l",
                               ARGS(in("long"), room(4), num(1), num(0)));
    unsigned part = guest_ask(g, "ext_storage_read_version_2", "PPii:l",
                              ARGS(in("long"), room(4), num(1), num(1)));
    unsigned hash =
        guest_ask(g, "ext_hashing_blake2_256_version_2", "PP:", ARGS(in("x"), room(32)));
    unsigned child = guest_ask(g, CHILD("read_version_2"), "PPPii:l",
                               ARGS(in("c"), in("p2"), room(8), num(0), num(1)));
    unsigned top_root = guest_ask(g, "ext_storage_root_version_3", "P:", ARGS(room(32)));
    unsigned clear = guest_ask(g, "ext_storage_clear_prefix_version_4", "PlPPp:i",
                               ARGS(in("p"), num(2), num(UINT64_MAX), room(8), room_at(12)));
    unsigned last = guest_ask(g, "ext_misc_last_cursor_version_1", "P:l", ARGS(room(8)));
    unsigned again = guest_ask(g, "ext_storage_root_version_3", "P:", ARGS(room(32)));
    guest_do(g, state);
    ck_assert_int_eq(dg_state_root(state, &root, NULL), DG_OK);
    ck_assert_uint_eq(guest_number(g, whole), 5); /* does not fit: only its length is told */
    assert_bytes(guest_room(g, whole, 1, 4), guest_zeros(4), "whole or nothing");
    ck_assert_uint_eq(guest_number(g, part), 5);
    assert_bytes(guest_room(g, part, 1, 4), dg_text("bcde"), "part");
    ck_assert_uint_eq(guest_number(g, next), 2);
    assert_bytes(guest_room(g, next, 1, 3), dg_bytes_of("p2", 3), "next");
    ck_assert_uint_eq(guest_number(g, small), 2); /* the length is told, nothing is written */
    assert_bytes(guest_room(g, small, 1, 1), guest_zeros(1), "small");
    dg_twox(digest, 8, dg_text("x"));
    assert_bytes(guest_room(g, twox, 1, 8), dg_bytes_of(digest, 8), "twox");
    ck_assert_uint_eq(guest_number(g, end), 0);
    ck_assert_uint_eq(guest_number(g, read), 1);
    assert_bytes(guest_room(g, read, 1, 2), dg_bytes_of("v", 2), "read");
    ck_assert_uint_eq(guest_number(g, absent), UINT64_MAX);
    dg_blake2b(digest, 32, dg_text("x"));
    assert_bytes(guest_room(g, hash, 1, 32), DG_BYTES_OF(digest), "hash");
    ck_assert_uint_eq(guest_number(g, child), 1);
    ck_assert(!dg_bytes_equal(guest_room(g, top_root, 0, 32), guest_zeros(32)));
    assert_bytes(guest_room(g, again, 0, 32), dg_hash_bytes(&root), "root");
    ck_assert_uint_eq(guest_number(g, clear), 2);
    assert_bytes(guest_room(g, clear, 3, 3), dg_bytes_of("p3", 3), "cursor");
    assert_bytes(guest_room(g, clear, 4, 12), hex("020000000200000002000000"), "counters");
    ck_assert_uint_eq(guest_number(g, last), 2);
    guest_end(g);
}
END_TEST

START_TEST(a_runtime_with_its_own_heap_gets_nothing_allocated)
{
    asker *g = guest_begin();
    g->own_heap = true;
    guest_ask(g, GET, ARGS(in("p1")));
    refused(g, DG_TRAP, "");
    ck_assert_int_eq(dg_state_put(state, (dg_bytes){ 0 }, dg_text("p1"), dg_text("v"), NULL),
                     DG_OK);
    refused(g, DG_TRAP, "the runtime has its own allocator");
    g = guest_begin();
    g->own_heap = true;
    guest_ask(g, "ext_input_read_version_1", "P:", ARGS(room(8)));
    refused(g, DG_TRAP, "there is no input to read twice");
    g = guest_begin();
    guest_ask(g, "ext_input_read_version_1", "P:", ARGS(room(8)));
    refused(g, DG_TRAP, "there is no input to read");
}
END_TEST

/* ---- the names of 2019 ---- */

START_TEST(names_without_numbers_do_the_same)
{
    asker *g = guest_begin();
    static const uint8_t lens[] = { 2, 0, 0, 0, 1, 0, 0, 0 };
    uint8_t rubbish[64];
    const char *c = ":child_storage:default:c";
    dg_bytes items[2] = { dg_text("ab"), dg_text("c") };
    uint8_t digest[16];
    dg_hash want, root;
    memset(rubbish, 0xff, sizeof rubbish);
    guest_arg child = at(dg_text(c)), child_len = num(strlen(c));
    guest_ask(g, "ext_set_storage",
              "pipi:", ARGS(at(dg_text("k")), num(1), at(dg_text("value")), num(5)));
    unsigned exists = guest_ask(g, "ext_exists_storage", "pi:i", ARGS(at(dg_text("k")), num(1)));
    unsigned into = guest_ask(g, "ext_get_storage_into", "pipii:i",
                              ARGS(at(dg_text("k")), num(1), room_at(4), num(4), num(2)));
    unsigned none = guest_ask(g, "ext_get_storage_into", "pipii:i",
                              ARGS(at(dg_text("x")), num(1), room_at(4), num(4), num(2)));
    unsigned fresh = guest_ask(g, "ext_get_allocated_storage", "pip:p",
                               ARGS(at(dg_text("k")), num(1), room_at(4)));
    guest_ask(g, "ext_set_child_storage", "pipipi:",
              ARGS(child, child_len, at(dg_text("k")), num(1), at(dg_text("v")), num(1)));
    unsigned in_child =
        guest_ask(g, "ext_get_child_storage_into", "pipipii:i",
                  ARGS(child, child_len, at(dg_text("k")), num(1), room_at(4), num(4), num(0)));
    unsigned twox =
        guest_ask(g, "ext_twox_128", "pip:", ARGS(at(dg_text("k")), num(1), room_at(16)));
    unsigned list =
        guest_ask(g, "ext_blake2_256_enumerated_trie_root",
                  "ppip:", ARGS(at(dg_text("abc")), at(DG_BYTES_OF(lens)), num(2), room_at(32)));
    unsigned top = guest_ask(g, "ext_storage_root", "p:", ARGS(room_at(32)));
    unsigned bad = guest_ask(g, "ext_ed25519_verify", "pipp:i",
                             ARGS(at(dg_text("m")), num(1), at(DG_BYTES_OF(rubbish)), room_at(32)));
    unsigned block = guest_ask(g, "ext_malloc", "i:p", ARGS(num(10)));
    guest_ask(g, "ext_free", "p:", ARGS(result_of(block)));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, exists), 1);
    ck_assert_uint_eq(guest_number(g, into), 3);
    assert_bytes(guest_room(g, into, 2, 4), dg_bytes_of("lue", 4), "into");
    ck_assert_uint_eq(guest_number(g, none), UINT32_MAX);
    assert_bytes(guest_bytes_at(g, fresh, 5), dg_text("value"), "fresh");
    assert_bytes(guest_room(g, fresh, 2, 4), hex("05000000"), "length");
    ck_assert_uint_eq(guest_number(g, in_child), 1);
    dg_twox(digest, 16, dg_text("k"));
    assert_bytes(guest_room(g, twox, 2, 16), DG_BYTES_OF(digest), "twox");
    ck_assert_int_eq(dg_trie_ordered_root(&want, items, 2, 0, NULL), DG_OK);
    assert_bytes(guest_room(g, list, 3, 32), dg_hash_bytes(&want), "list root");
    ck_assert_int_eq(dg_state_root(state, &root, NULL), DG_OK);
    assert_bytes(guest_room(g, top, 0, 32), dg_hash_bytes(&root), "root");
    ck_assert_uint_eq(guest_number(g, bad), 5);
    guest_end(g);
}
END_TEST

#define C ":child_storage:default:c"

START_TEST(child_functions_of_2020_name_the_trie_by_its_full_key)
{
    asker *g = guest_begin();
    guest_arg info = in("info"), type = num(1);
    dg_bytes value;
    guest_ask(g, "ext_storage_child_set_version_1",
              "PPiPP:", ARGS(in(C), info, type, in("k"), in("v")));
    guest_ask(g, "ext_storage_child_set_version_1",
              "PPiPP:", ARGS(in(C), info, type, in("l"), in("w")));
    unsigned value_of =
        guest_ask(g, "ext_storage_child_get_version_1", "PPiP:P", ARGS(in(C), info, type, in("k")));
    unsigned exists = guest_ask(g, "ext_storage_child_exists_version_1", "PPiP:i",
                                ARGS(in(C), info, type, in("k")));
    unsigned next = guest_ask(g, "ext_storage_child_next_key_version_1", "PPiP:P",
                              ARGS(in(C), info, type, in("k")));
    guest_ask(g, "ext_storage_child_clear_version_1", "PPiP:", ARGS(in(C), info, type, in("k")));
    unsigned root = guest_ask(g, "ext_storage_child_root_version_1", "P:P", ARGS(in(C)));
    unsigned same = guest_ask(g, CHILD("root_version_1"), "P:P", ARGS(in("c")));
    guest_do(g, state);
    assert_bytes(guest_bytes(g, value_of), hex("010476"), "value");
    ck_assert_uint_eq(guest_number(g, exists), 1);
    assert_bytes(guest_bytes(g, next), hex("01046c"), "next");
    assert_bytes(guest_bytes(g, root), guest_bytes(g, same), "root");
    ck_assert(!dg_bytes_equal(guest_bytes(g, root), dg_hash_bytes(&DG_TRIE_EMPTY_ROOT)));
    ck_assert_int_eq(dg_state_get(state, &value, dg_text("c"), dg_text("l"), NULL), DG_OK);
    guest_end(g);
    g = guest_begin();
    guest_ask(g, "ext_storage_child_storage_kill_version_1", "PPi:", ARGS(in(C), info, type));
    guest_do(g, state);
    ck_assert_int_eq(dg_state_get(state, &value, dg_text("c"), dg_text("l"), NULL), DG_ABSENT);
    guest_end(g);
    g = guest_begin();
    guest_ask(g, "ext_storage_child_root_version_1", "P:P", ARGS(in("c")));
    refused(g, DG_TRAP, "no child storage key");
}
END_TEST

START_TEST(unnumbered_child_functions_do_the_same)
{
    asker *g = guest_begin();
    guest_arg c = at(dg_text(C)), len = num(strlen(C)), k = at(dg_text("k")), one = num(1);
    guest_ask(g, "ext_set_child_storage", "pipipi:", ARGS(c, len, k, one, at(dg_text("v")), one));
    guest_ask(g, "ext_set_child_storage",
              "pipipi:", ARGS(c, len, at(dg_text("m")), one, at(dg_text("w")), one));
    unsigned exists = guest_ask(g, "ext_exists_child_storage", "pipi:i", ARGS(c, len, k, one));
    unsigned fresh = guest_ask(g, "ext_get_allocated_child_storage", "pipip:p",
                               ARGS(c, len, k, one, room_at(4)));
    unsigned none = guest_ask(g, "ext_get_allocated_child_storage", "pipip:p",
                              ARGS(c, len, at(dg_text("x")), one, room_at(4)));
    unsigned root = guest_ask(g, "ext_child_storage_root", "pip:p", ARGS(c, len, room_at(4)));
    unsigned same = guest_ask(g, CHILD("root_version_1"), "P:P", ARGS(in("c")));
    guest_ask(g, "ext_clear_child_storage", "pipi:", ARGS(c, len, k, one));
    unsigned gone = guest_ask(g, "ext_exists_child_storage", "pipi:i", ARGS(c, len, k, one));
    guest_ask(g, "ext_kill_child_storage", "pi:", ARGS(c, len));
    unsigned empty = guest_ask(g, CHILD("root_version_1"), "P:P", ARGS(in("c")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, exists), 1);
    assert_bytes(guest_bytes_at(g, fresh, 1), dg_text("v"), "fresh");
    assert_bytes(guest_room(g, fresh, 4, 4), hex("01000000"), "length");
    ck_assert_uint_eq(guest_number(g, none), 0);
    assert_bytes(guest_room(g, none, 4, 4), hex("ffffffff"), "length of what is absent");
    assert_bytes(guest_bytes_at(g, root, 32), guest_bytes(g, same), "root");
    ck_assert_uint_eq(guest_number(g, gone), 0);
    assert_bytes(guest_bytes(g, empty), dg_hash_bytes(&DG_TRIE_EMPTY_ROOT), "empty");
    guest_end(g);
}
END_TEST

/* ---- blobs inside blobs ---- */

/* Kusama of 2019 has no sections: its version comes from running it. */
START_TEST(an_inner_blob_without_sections_is_run)
{
    static const dg_host_inner how = { .asks_code = false };
    dg_buf blob, encoded;
    dg_version v;
    uint64_t fuel;
    dg_error err;
    if (!corpus_code(&blob, "specs/kusama-genesis-1020.json.zst"))
        return;
    dg_buf_init(&encoded, 1 << 16);
    ck_assert_msg(dg_host_inner_version(corpus_engine(), &encoded, dg_buf_bytes(&blob), &err)
                      == DG_OK,
                  "%s", err.text);
    ck_assert_int_eq(dg_version_decode(&v, dg_buf_bytes(&encoded), &err), DG_OK);
    ck_assert_uint_eq(v.spec_version, 1020);
    dg_buf_reset(&encoded);
    ck_assert_int_eq(
        dg_host_version_of(corpus_engine(), &encoded, &fuel, dg_buf_bytes(&blob), 3, how, &err),
        DG_LIMIT);
    ck_assert_uint_eq(encoded.len, 0);
    dg_buf_clear(&encoded);
    dg_buf_clear(&blob);
}
END_TEST

/* Every row of every table can be bound with its own signature. */
START_TEST(tables_name_each_function_once_for_a_signature)
{
    size_t count = 0;
    for (const char *name; (name = dg_host_import_at(count)); count++)
        ck_assert(dg_host_provides(name));
    ck_assert_uint_gt(count, 150);
    ck_assert(!dg_host_provides("ext_sandbox_invoke_version_1"));
    ck_assert(!dg_host_provides(""));
}
END_TEST

START_TEST(an_allocation_that_fails_leaves_nothing)
{
    dg_code rc = DG_NOMEM;
    asker *g = guest_begin();
    dg_runtime *r;
    dg_buf blob = guest_blob(g);
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        dg_host_result result = { 0 };
        dg_error err;
        ck_assert_uint_lt(nth, 1000);
        dg_alloc_fail_from(nth);
        rc = dg_runtime_new(&r, guest_engine(), dg_buf_bytes(&blob), &err);
        if (rc == DG_OK)
            rc = dg_runtime_call(r, &result, "run", dg_text("xy"), state, NULL, &err);
        dg_alloc_fail_from(0);
        dg_runtime_free(r);
        dg_host_result_clear(&result);
    }
    ck_assert_int_eq(rc, DG_OK);
    dg_buf_clear(&blob);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("conventions");
    TCase *tc = tcase_create("conventions");
    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, open_state, close_state);
    tcase_add_test(tc, the_last_error_before_a_trap_is_its_reason);
    tcase_add_test(tc, the_version_of_an_inner_blob_is_found_or_none);
    tcase_add_test(tc, each_of_two_blobs_keeps_its_own_version);
    tcase_add_test(tc, the_version_of_a_blob_costs_the_same_each_time);
    tcase_add_test(tc, the_root_of_a_list_costs_by_its_items);
    tcase_add_test(tc, a_runtime_with_its_own_heap_gets_everything_into_its_buffers);
    tcase_add_test(tc, a_runtime_with_its_own_heap_gets_nothing_allocated);
    tcase_add_test(tc, names_without_numbers_do_the_same);
    tcase_add_test(tc, child_functions_of_2020_name_the_trie_by_its_full_key);
    tcase_add_test(tc, unnumbered_child_functions_do_the_same);
    tcase_add_test(tc, an_inner_blob_without_sections_is_run);
    tcase_add_test(tc, tables_name_each_function_once_for_a_signature);
    tcase_add_test(tc, an_allocation_that_fails_leaves_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
