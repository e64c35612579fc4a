/* Forks are the steady state of a real chain, and runs are long: what loses must
 * go, with its state, and nothing that lives may change by it. */
#include "model_fork.h"

#include <string.h>

static bool open_mini(fork *f)
{
    const char *path = small_path("mini.json");
    if (path)
        fork_open_path(f, path, NULL, NULL);
    return path != NULL;
}

static dg_hash root_of(dg_block *block)
{
    dg_header h;
    dg_hash root;
    ck_assert_int_eq(dg_header_decode(&h, dg_block_header(block), NULL), DG_OK);
    ck_assert_int_eq(dg_state_root(dg_block_state(block), &root, NULL), DG_OK);
    ck_assert(dg_hash_equal(&root, &h.state_root));
    return root;
}

/*      a1 - a2
 *  g -<        \- b3
 *      c1 - c2        */
START_TEST(finality_keeps_what_descends_and_frees_the_rest)
{
    dg_block *g, *a1, *a2, *b3, *c1;
    dg_hash hash;
    fork f;
    if (!open_mini(&f))
        return;
    g = dg_chain_root(f.chain);
    a1 = fork_build(&f, g, DG_GENESIS_SLOT);
    c1 = fork_build(&f, g, DG_GENESIS_SLOT + 1);
    fork_build(&f, c1, DG_GENESIS_SLOT + 5);
    a2 = fork_build(&f, a1, DG_GENESIS_SLOT + 2);
    b3 = fork_build(&f, a2, DG_GENESIS_SLOT + 3);
    hash = *dg_block_hash(b3);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 6);
    ck_assert(!dg_hash_equal(dg_block_hash(a1), dg_block_hash(c1)));
    ck_assert_ptr_eq(dg_block_parent(a2), a1);
    ck_assert_int_eq(dg_chain_finalize(f.chain, a2, NULL), DG_OK);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 2);
    ck_assert_ptr_eq(dg_chain_root(f.chain), a2);
    ck_assert_ptr_null(dg_block_parent(a2));
    ck_assert_ptr_eq(dg_block_parent(b3), a2);
    ck_assert(dg_hash_equal(&hash, dg_block_hash(b3)));
    ck_assert_int_eq(dg_chain_reexecute(f.chain, a2, NULL, NULL, NULL), DG_ABSENT);
    ck_assert_int_eq(dg_chain_reexecute(f.chain, b3, NULL, NULL, NULL), DG_OK);
    root_of(a2);
    root_of(b3);
    fork_build(&f, b3, DG_GENESIS_SLOT + 9);
    fork_close(&f);
}
END_TEST

START_TEST(a_block_of_another_chain_is_refused)
{
    dg_error err;
    fork f, other;
    if (!open_mini(&f) || !open_mini(&other))
        return;
    ck_assert_int_eq(dg_chain_finalize(f.chain, dg_chain_root(other.chain), &err), DG_USAGE);
    fork_close(&f);
    fork_close(&other);
}
END_TEST

/* An amended block stands for the one it amends: when that is final, its
 * descendants stay. */
START_TEST(an_amended_block_lives_beside_the_one_it_amends)
{
    dg_bytes writes[2][2] = { { dg_text("key"), dg_text("value") },
                              { dg_text(":extrinsic_index"), { NULL, 0 } } };
    dg_bytes value, top = { NULL, 0 };
    dg_block *a, *amended, *b;
    dg_hash before;
    fork f;
    if (!open_mini(&f))
        return;
    a = fork_build(&f, dg_chain_root(f.chain), DG_GENESIS_SLOT);
    before = root_of(a);
    ck_assert_int_eq(dg_chain_amend(f.chain, &amended, a, (const dg_bytes(*)[2])writes, 2, NULL),
                     DG_OK);
    ck_assert(dg_hash_equal(dg_block_hash(a), dg_block_hash(amended)));
    ck_assert_uint_eq(dg_block_slot(a), dg_block_slot(amended));
    ck_assert_int_eq(dg_state_get(dg_block_state(amended), &value, top, dg_text("key"), NULL),
                     DG_OK);
    ck_assert_int_eq(dg_state_get(dg_block_state(a), &value, top, dg_text("key"), NULL), DG_ABSENT);
    ck_assert(dg_hash_equal(&before, &(dg_hash){ { 0 } }) == false);
    root_of(a);
    b = fork_build(&f, amended, DG_GENESIS_SLOT + 1);
    ck_assert_int_eq(dg_chain_finalize(f.chain, a, NULL), DG_OK);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 3);
    ck_assert_int_eq(dg_chain_reexecute(f.chain, b, NULL, NULL, NULL), DG_OK);
    ck_assert_int_eq(dg_chain_finalize(f.chain, b, NULL), DG_OK);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 1);
    ck_assert_int_eq(dg_state_get(dg_block_state(b), &value, top, dg_text("key"), NULL), DG_OK);
    fork_close(&f);
}
END_TEST

/* Code that was compiled once is not compiled again, not even read from the cache. */
START_TEST(a_chain_takes_the_runtimes_that_it_is_given)
{
    dg_chain_options options = { .engine = fork_engine(), .simulated_validators = true };
    dg_runtime *known[1], *met;
    dg_chain *again;
    fork f;
    if (!open_mini(&f))
        return;
    fork_build(&f, dg_chain_root(f.chain), DG_GENESIS_SLOT);
    known[0] = dg_chain_runtime_at(f.chain, 0);
    ck_assert_ptr_nonnull(known[0]);
    ck_assert_ptr_null(dg_chain_runtime_at(f.chain, 1));
    options.known = known;
    options.known_count = 1;
    ck_assert_int_eq(dg_chain_open(&again, f.snapshot, &options, NULL), DG_OK);
    ck_assert_int_eq(dg_block_runtime(again, dg_chain_root(again), &met, NULL), DG_OK);
    ck_assert_ptr_eq(met, known[0]);
    dg_chain_close(f.chain); /* the other keeps what it was given */
    f.chain = NULL;
    ck_assert_uint_ne(dg_runtime_version(met)->spec_version, 0);
    dg_chain_close(again);
    fork_close(&f);
}
END_TEST

/* ---- memory ---- */

enum { BLOCKS = REDUCED ? 200 : 2000, LAG = 4 };

static void grow_finalizing(fork *f, dg_block *recent[LAG], int blocks)
{
    for (int i = 0; i < blocks; i++) {
        dg_block *next = fork_build(f, recent[0], fork_clock(f, recent[0]).next_slot);
        if (recent[LAG - 1])
            ck_assert_int_eq(dg_chain_finalize(f->chain, recent[LAG - 1], NULL), DG_OK);
        memmove(&recent[1], &recent[0], (LAG - 1) * sizeof *recent);
        recent[0] = next;
    }
}

/* After the first sessions a long run needs no more memory. Block hashes are kept
 * for 2400 blocks on a relay chain, so its state still grows by one small entry a
 * block: that much is allowed, and nothing else. */
START_TEST(a_long_run_keeps_no_states)
{
    static const char *const specs[] = { "mini.json", "specs/rococo-dev-1014000-e10.json.zst" };
    dg_block *recent[LAG] = { NULL };
    dg_trie_stats first, last;
    fork f;
    if (_i == 0 ? !open_mini(&f) : !fork_open(&f, specs[_i]))
        return;
    recent[0] = dg_chain_root(f.chain);
    grow_finalizing(&f, recent, 100);
    first = dg_trie_stats_get();
    grow_finalizing(&f, recent, BLOCKS);
    last = dg_trie_stats_get();
    ck_assert_uint_le(dg_chain_block_count(f.chain), LAG + 1);
    ck_assert_msg(last.nodes_live < first.nodes_live + 3 * BLOCKS + first.nodes_live / 10,
                  "%llu nodes, then %llu", (unsigned long long)first.nodes_live,
                  (unsigned long long)last.nodes_live);
    printf("%s: %llu nodes and %llu bytes live after 100 blocks, %llu and %llu after %d more\n",
           specs[_i], (unsigned long long)first.nodes_live, (unsigned long long)first.bytes_live,
           (unsigned long long)last.nodes_live, (unsigned long long)last.bytes_live, BLOCKS);
    fork_close(&f);
}
END_TEST

START_TEST(closing_frees_every_node)
{
    uint64_t before = dg_trie_stats_get().nodes_live;
    dg_block *recent[LAG] = { NULL };
    fork f;
    if (!open_mini(&f))
        return;
    recent[0] = dg_chain_root(f.chain);
    grow_finalizing(&f, recent, 20);
    fork_close(&f);
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, before);
}
END_TEST

/* ---- answers ---- */

START_TEST(an_answer_is_kept_with_its_block)
{
    dg_bytes once, again, input = { NULL, 0 };
    dg_call_cost first, second;
    dg_error err;
    fork f;
    if (!fork_open(&f, "specs/paseo-1001002-e20-10val-3paras.json.zst"))
        return;
    ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &once, &first,
                                   "ParachainHost_validators", input, &err),
                     DG_OK);
    ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &again, &second,
                                   "ParachainHost_validators", input, &err),
                     DG_OK);
    ck_assert_ptr_eq(once.at, again.at);
    ck_assert_uint_eq(once.len, 1 + 10 * 32);
    ck_assert_uint_gt(first.fuel, 0);
    ck_assert_uint_eq(first.fuel, second.fuel);
    /* another input is another question */
    ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &once, NULL,
                                   "ParachainHost_para_backing_state", hex("d0070000"), &err),
                     DG_ABSENT);
    ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &once, NULL,
                                   "ParachainHost_validation_code_hash", hex("d007000002"), &err),
                     DG_OK);
    ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &again, NULL,
                                   "ParachainHost_validation_code_hash", hex("d107000002"), &err),
                     DG_OK);
    ck_assert(once.len == 33 && again.len == 33 && !dg_bytes_equal(once, again));
    fork_close(&f);
}
END_TEST

START_TEST(a_call_that_fails_fails_the_same_way_again)
{
    dg_bytes answer;
    dg_error first, second;
    fork f;
    if (!fork_open(&f, "specs/kusama-local-1000000.json.zst"))
        return;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &answer, NULL,
                                       "Nobody_knows", dg_bytes_of(NULL, 0), i ? &second : &first),
                         DG_ABSENT);
        ck_assert_uint_eq(answer.len, 0);
    }
    ck_assert_str_eq(first.text, second.text);
    for (int i = 0; i < 2; i++) /* input that does not decode: the runtime panics */
        ck_assert_int_eq(dg_chain_call(f.chain, dg_chain_root(f.chain), &answer, NULL,
                                       "AccountNonceApi_account_nonce", dg_text("x"),
                                       i ? &second : &first),
                         DG_TRAP);
    ck_assert_str_eq(first.text, second.text);
    ck_assert_uint_gt(strlen(first.text), 0);
    fork_close(&f);
}
END_TEST

/* A query leaves no trace, not even one that writes. */
START_TEST(a_query_changes_nothing)
{
    dg_block *root;
    dg_bytes answer;
    dg_hash before, after;
    dg_error err;
    dg_buf input;
    fork f;
    if (!open_mini(&f))
        return;
    root = dg_chain_root(f.chain);
    ck_assert_int_eq(dg_state_root(dg_block_state(root), &before, NULL), DG_OK);
    dg_buf_init(&input, 4096);
    dg_header_encode(
        &input, &(dg_header){ .parent = *dg_block_hash(root),
                              .number = 1,
                              .digest = hex("0406424142453402000000008001110b00000000110000") });
    dg_chain_call(f.chain, root, &answer, NULL, "Core_initialize_block", dg_buf_bytes(&input),
                  &err);
    ck_assert_int_eq(dg_state_root(dg_block_state(root), &after, NULL), DG_OK);
    ck_assert(dg_hash_equal(&before, &after));
    dg_buf_clear(&input);
    fork_close(&f);
}
END_TEST

/* ---- storage by name ---- */

START_TEST(storage_items_are_found_by_their_names)
{
    dg_bytes value, key = { NULL, 0 };
    dg_block *tip;
    dg_error err;
    uint8_t id[4];
    fork f;
    if (!fork_open(&f, "specs/paseo-1001002-e20-10val-3paras.json.zst"))
        return;
    tip = fork_build(&f, dg_chain_root(f.chain), DG_GENESIS_SLOT);
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Babe", "CurrentSlot", NULL, &err),
                     DG_OK);
    ck_assert_uint_eq(dg_le64(value.at), DG_GENESIS_SLOT);
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Session", "CurrentIndex", NULL, &err),
                     DG_OK);
    ck_assert(value.len == 4 && dg_le32(value.at) == 0);
    dg_le32_put(id, 2000);
    key = DG_BYTES_OF(id);
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Paras", "Heads", &key, &err), DG_OK);
    assert_bytes(value, hex("80d007000000000000000000000000000000000000000000000000000000000000"),
                 "head of 2000");
    dg_le32_put(id, 9);
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Paras", "Heads", &key, &err),
                     DG_ABSENT);
    ck_assert(!value.at && !value.len); /* not the answer before it */
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Paras", "Heds", NULL, &err),
                     DG_ABSENT);
    ck_assert(!value.at && !value.len);
    ck_assert_int_eq(dg_chain_storage(f.chain, tip, &value, "Paras", "Heads", NULL, &err),
                     DG_USAGE);
    /* absent, with a default */
    ck_assert_int_eq(dg_chain_storage(f.chain, dg_chain_root(f.chain), &value, "Babe",
                                      "CurrentSlot", NULL, &err),
                     DG_OK);
    assert_bytes(value, hex("0000000000000000"), "default");
    fork_close(&f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("tree");
    TCase *tc = tcase_create("tree");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, finality_keeps_what_descends_and_frees_the_rest);
    tcase_add_test(tc, a_block_of_another_chain_is_refused);
    tcase_add_test(tc, a_chain_takes_the_runtimes_that_it_is_given);
    tcase_add_test(tc, an_amended_block_lives_beside_the_one_it_amends);
    tcase_add_loop_test(tc, a_long_run_keeps_no_states, 0, REDUCED ? 1 : 2);
    if (REDUCED)
        printf("not run: the long run on a real relay chain under sanitizers\n");
    tcase_add_test(tc, closing_frees_every_node);
    tcase_add_test(tc, an_answer_is_kept_with_its_block);
    tcase_add_test(tc, a_call_that_fails_fails_the_same_way_again);
    tcase_add_test(tc, a_query_changes_nothing);
    tcase_add_test(tc, storage_items_are_found_by_their_names);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
