/* What host functions do beyond the vectors: refusals, limits, nesting, the other
 * calling convention, the names of 2019. A function that answers differently from
 * a real node makes another block. */
#include "model_corpus.h"
#include "model_guest.h"

#include <string.h>

#include "crypto/crypto.h"

#define SET "ext_storage_set_version_1", "PP:"
#define GET "ext_storage_get_version_1", "P:P"
#define EXISTS "ext_storage_exists_version_1", "P:i"
#define START "ext_storage_start_transaction_version_1", ":", NO_ARGS
#define COMMIT "ext_storage_commit_transaction_version_1", ":", NO_ARGS
#define ROLLBACK "ext_storage_rollback_transaction_version_1", ":", NO_ARGS
#define CHILD(name) "ext_default_child_storage_" name

static dg_state *state;

static void open_state(void)
{
    state = dg_state_empty();
    ck_assert_ptr_nonnull(state);
}

static void close_state(void)
{
    dg_state_free(state);
}

static dg_bytes got(const char *key)
{
    dg_bytes value = { 0 };
    ck_assert_int_ge(dg_state_get(state, &value, (dg_bytes){ 0 }, dg_text(key), NULL), 0);
    return value;
}

/* The run must end in `rc` with these words. */
static void refused(asker *g, dg_code rc, const char *says)
{
    dg_error err;
    ck_assert_int_eq(guest_run(g, state, &err), rc);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
    guest_end(g);
}

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
    guest_ask(g, "ext_storage_append_version_1", "PP:", ARGS(in(":child_storage:default:x"), in("y")));
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
    unsigned read = guest_ask(g, "ext_storage_read_version_1", "PPi:P", ARGS(in("e"), room(4), num(9)));
    unsigned absent = guest_ask(g, "ext_storage_read_version_1", "PPi:P", ARGS(in("f"), room(4), num(0)));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, exists), 1);
    assert_bytes(guest_bytes(g, value), hex("0100"), "value");
    assert_bytes(guest_bytes(g, read), hex("0100000000"), "read");
    assert_bytes(guest_bytes(g, absent), hex("00"), "absent");
    guest_end(g);
}
END_TEST

/* Three keys of the parent state and one written in this call. */
static void three_keys(void)
{
    dg_state *parent = state;
    static const char *const keys[] = { "p1", "p2", "p3" };
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(dg_state_put(parent, (dg_bytes){ 0 }, dg_text(keys[i]), dg_text("v"), NULL), DG_OK);
        ck_assert_int_eq(dg_state_put(parent, dg_text("c"), dg_text(keys[i]), dg_text("v"), NULL), DG_OK);
    }
    state = dg_state_fork(parent);
    dg_state_free(parent);
}

START_TEST(clearing_with_a_limit_counts_keys_of_the_parent)
{
    static const struct { const char *limit, *answer; } rows[] = {
        { "0102000000", "0102000000" }, { "00", "0003000000" }, { "0103000000", "0003000000" },
        { "0100000000", "0100000000" },
    };
    asker *g = guest_begin();
    three_keys();
    guest_ask(g, SET, ARGS(in("p0"), in("new")));
    unsigned top = guest_ask(g, "ext_storage_clear_prefix_version_2", "PP:P", ARGS(in("p"), in_bytes(hex(rows[_i].limit))));
    unsigned fresh = guest_ask(g, EXISTS, ARGS(in("p0")));
    unsigned child = guest_ask(g, CHILD("clear_prefix_version_2"), "PPP:P", ARGS(in("c"), in("p"), in_bytes(hex(rows[_i].limit))));
    unsigned kill = guest_ask(g, CHILD("storage_kill_version_3"), "PP:P", ARGS(in("none"), in_bytes(hex("00"))));
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
    unsigned flag = guest_ask(g, CHILD("storage_kill_version_2"), "PP:i", ARGS(in("c"), in_bytes(hex("0101000000"))));
    unsigned all = guest_ask(g, CHILD("storage_kill_version_2"), "PP:i", ARGS(in("c"), in_bytes(hex("00"))));
    guest_do(g, state);
    assert_bytes(guest_bytes(g, first), hex("01087033" "02000000" "02000000" "02000000"), "first");
    assert_bytes(guest_bytes(g, rest), hex("00" "01000000" "01000000" "01000000"), "rest");
    ck_assert_uint_eq(guest_number(g, flag), 0);
    ck_assert_uint_eq(guest_number(g, all), 1);
    guest_end(g);
}
END_TEST

START_TEST(prefixes_that_meet_child_storage_are_not_cleared)
{
    static const char *const prefixes[] = { "", ":", ":child_storage:", ":child_storage:default:c" };
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

static const struct { const char *import, *signature; unsigned args; const char *says; } bad_args[] = {
    /* args: 1, 2: another first one; 3: another second one */
    { "ext_storage_root_version_2", "i:P", 1, "state version 2 does not exist" },
    { "ext_trie_blake2_256_ordered_root_version_1", "P:p", 0, "list for a trie root" },
    { "ext_storage_clear_prefix_version_2", "PP:P", 0, "limit argument" },
    { "ext_default_child_storage_get_version_1", "PP:P", 2, "needs a name" },
    { "ext_trie_blake2_256_ordered_root_version_2", "Pi:p", 3, "state version 2 does not exist" },
    { "ext_sandbox_instantiate_version_1", "i:i", 1, "host function ext_sandbox_instantiate_version_1 is not provided" },
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

/* ---- signatures ---- */

START_TEST(marked_signatures_count_only_where_a_run_declares_them)
{
    uint8_t pk[32] = { 7 }, sig[64];
    dg_marked_sign(sig, dg_text("vote"), pk);
    for (int simulated = 0; simulated < 2; simulated++) {
        asker *g = guest_begin();
        unsigned steps[4];
        g->options.simulated_validators = simulated;
        steps[0] = guest_ask(g, "ext_crypto_sr25519_verify_version_2", "pPp:i", ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[1] = guest_ask(g, "ext_crypto_ed25519_verify_version_1", "pPp:i", ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[2] = guest_ask(g, "ext_crypto_sr25519_verify_version_1", "pPp:i", ARGS(at(DG_BYTES_OF(sig)), in("vote"), at(DG_BYTES_OF(pk))));
        steps[3] = guest_ask(g, "ext_crypto_sr25519_verify_version_2", "pPp:i", ARGS(at(DG_BYTES_OF(sig)), in("veto"), at(DG_BYTES_OF(pk))));
        guest_do(g, state);
        for (int i = 0; i < 3; i++)
            ck_assert_uint_eq(guest_number(g, steps[i]), simulated);
        ck_assert_uint_eq(guest_number(g, steps[3]), 0);
        ck_assert_uint_eq(g->result.marked_used, simulated ? 3 : 0);
        guest_end(g);
    }
}
END_TEST

START_TEST(a_batch_tells_its_verdict_at_the_end)
{
    uint8_t seed[32] = { 3 }, pk[32], sig[64], wrong[64];
    dg_ed25519_public(pk, seed);
    dg_ed25519_sign(sig, dg_text("m"), seed);
    memcpy(wrong, sig, 64);
    wrong[5] ^= 1;
    for (int bad = 0; bad < 2; bad++) {
        asker *g = guest_begin();
        guest_ask(g, "ext_crypto_start_batch_verify_version_1", ":", NO_ARGS);
        unsigned one = guest_ask(g, "ext_crypto_ed25519_batch_verify_version_1", "pPp:i",
                                 ARGS(at(dg_bytes_of(bad ? wrong : sig, 64)), in("m"), at(DG_BYTES_OF(pk))));
        unsigned verdict = guest_ask(g, "ext_crypto_finish_batch_verify_version_1", ":i", NO_ARGS);
        unsigned alone = guest_ask(g, "ext_crypto_ed25519_verify_version_1", "pPp:i",
                                   ARGS(at(dg_bytes_of(bad ? wrong : sig, 64)), in("m"), at(DG_BYTES_OF(pk))));
        guest_do(g, state);
        ck_assert_uint_eq(guest_number(g, one), 1);
        ck_assert_uint_eq(guest_number(g, verdict), !bad);
        ck_assert_uint_eq(guest_number(g, alone), !bad);
        guest_end(g);
    }
}
END_TEST

START_TEST(recovery_answers_as_a_result)
{
    uint8_t secret[32] = { 9 }, hash[32] = { 1, 2, 3 }, sig[65], pk[33], bad[65];
    asker *g = guest_begin();
    ck_assert(dg_ecdsa_public(pk, secret));
    ck_assert(dg_ecdsa_sign_prehashed(sig, hash, secret));
    memcpy(bad, sig, 65);
    bad[64] = 4;
    unsigned good = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", "pp:P", ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash))));
    unsigned full = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_1", "pp:P", ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash))));
    unsigned wrong = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_2", "pp:P", ARGS(at(DG_BYTES_OF(bad)), at(DG_BYTES_OF(hash))));
    unsigned filled = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_compressed_version_3", "ppP:i", ARGS(at(DG_BYTES_OF(sig)), at(DG_BYTES_OF(hash)), room(33)));
    unsigned code = guest_ask(g, "ext_crypto_secp256k1_ecdsa_recover_version_3", "ppP:i", ARGS(at(DG_BYTES_OF(bad)), at(DG_BYTES_OF(hash)), room(64)));
    guest_do(g, state);
    ck_assert_uint_eq(guest_bytes(g, good).at[0], 0);
    assert_bytes(dg_bytes_of(guest_bytes(g, good).at + 1, 33), DG_BYTES_OF(pk), "key");
    ck_assert_uint_eq(guest_bytes(g, full).len, 65);
    assert_bytes(guest_bytes(g, wrong), hex("0101"), "BadV");
    assert_bytes(guest_room(g, filled, 2, 33), DG_BYTES_OF(pk), "filled");
    ck_assert_uint_eq(guest_number(g, filled), 0);
    ck_assert_uint_eq(guest_number(g, code), (uint32_t)-2);
    guest_end(g);
}
END_TEST

/* ---- keys and offchain ---- */

static guest_arg alice(void) { return in_bytes(hex("011c2f2f416c696365")); } /* Some("//Alice") */

START_TEST(keys_of_well_known_names_sign_what_others_verify)
{
    asker *g = guest_begin();
    dg_bytes type = dg_text("test"), pk, sig;
    g->options.context = DG_CONTEXT_QUERY;
    unsigned key = guest_ask(g, "ext_crypto_sr25519_generate_version_1", "pP:p", ARGS(at(type), alice()));
    unsigned free_key = guest_ask(g, "ext_crypto_ed25519_generate_version_1", "pP:p", ARGS(at(type), in_bytes(hex("00"))));
    unsigned list = guest_ask(g, "ext_crypto_sr25519_public_keys_version_1", "p:P", ARGS(at(type)));
    unsigned other = guest_ask(g, "ext_crypto_sr25519_public_keys_version_1", "p:P", ARGS(at(dg_text("babe"))));
    unsigned signed_ = guest_ask(g, "ext_crypto_sr25519_sign_version_1", "ppP:P", ARGS(at(type), result_of(key), in("m")));
    unsigned none = guest_ask(g, "ext_crypto_ed25519_sign_version_1", "ppP:P", ARGS(at(type), result_of(key), in("m")));
    guest_do(g, state);
    pk = guest_bytes_at(g, key, 32);
    assert_bytes(pk, hex("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"), "Alice");
    assert_bytes(dg_bytes_of(guest_bytes(g, list).at + 1, 32), pk, "list");
    ck_assert_uint_eq(guest_bytes(g, list).len, 33);
    assert_bytes(guest_bytes(g, other), hex("00"), "other type");
    sig = guest_bytes(g, signed_);
    ck_assert_uint_eq(sig.len, 65);
    ck_assert(dg_sr25519_verify(sig.at + 1, dg_text("m"), pk.at));
    assert_bytes(guest_bytes(g, none), hex("00"), "no such key");
    ck_assert(memcmp(guest_bytes_at(g, free_key, 32).at, guest_zeros(32).at, 32) != 0);
    guest_end(g);
}
END_TEST

static const struct { const char *import, *signature; guest_arg arg[2]; } workers[] = {
    { "ext_offchain_is_validator_version_1", ":i", { { 0 } } },
    { "ext_offchain_timestamp_version_1", ":l", { { 0 } } },
    { "ext_offchain_random_seed_version_1", ":p", { { 0 } } },
    { "ext_offchain_network_state_version_1", ":P", { { 0 } } },
    { "ext_offchain_submit_transaction_version_1", "P:P", { { 'n', { 0 }, 0 } } },
    { "ext_offchain_local_storage_get_version_1", "iP:P", { { 'n', { 0 }, 0 }, { 'n', { 0 }, 0 } } },
};

START_TEST(blocks_and_queries_have_no_outside)
{
    static const dg_host_context contexts[] = { DG_CONTEXT_BLOCK, DG_CONTEXT_QUERY };
    dg_error err;
    for (size_t i = 0; i < 2; i++) {
        asker *g = guest_begin();
        g->options.context = contexts[i];
        guest_ask(g, workers[_i].import, workers[_i].signature, workers[_i].arg,
                  (size_t)(strchr(workers[_i].signature, ':') - workers[_i].signature));
        refused(g, DG_TRAP, "only by an offchain worker");
        g->options.context = DG_CONTEXT_OFFCHAIN;
        ck_assert_msg(guest_run(g, state, &err) == DG_OK, "%s", err.text);
        guest_end(g);
    }
}
END_TEST

START_TEST(a_block_has_no_keystore)
{
    asker *g = guest_begin();
    guest_ask(g, "ext_crypto_sr25519_generate_version_1", "pP:p", ARGS(at(dg_text("test")), alice()));
    refused(g, DG_TRAP, "the keystore cannot be used here");
}
END_TEST

START_TEST(chance_of_a_worker_is_the_same_in_every_run)
{
    dg_buf first;
    dg_buf_init(&first, 64);
    for (int i = 0; i < 2; i++) {
        asker *g = guest_begin();
        g->options.context = DG_CONTEXT_OFFCHAIN;
        unsigned seed = guest_ask(g, "ext_offchain_random_seed_version_1", ":p", NO_ARGS);
        unsigned next = guest_ask(g, "ext_offchain_random_seed_version_1", ":p", NO_ARGS);
        guest_do(g, state);
        ck_assert(!dg_bytes_equal(guest_bytes_at(g, seed, 32), guest_bytes_at(g, next, 32)));
        if (i == 0)
            dg_buf_put_bytes(&first, guest_bytes_at(g, seed, 32));
        else
            assert_bytes(guest_bytes_at(g, seed, 32), dg_buf_bytes(&first), "seed");
        guest_end(g);
    }
    dg_buf_clear(&first);
}
END_TEST

START_TEST(compare_and_set_needs_the_old_value)
{
    asker *g = guest_begin();
    static const char name[] = "ext_offchain_local_storage_compare_and_set_version_1", sig[] = "iPPP:i";
    g->options.context = DG_CONTEXT_OFFCHAIN;
    unsigned made = guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("00")), in("v")));
    unsigned twice = guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("00")), in("w")));
    unsigned swapped = guest_ask(g, name, sig, ARGS(num(0), in("k"), in_bytes(hex("010476")), in("w")));
    unsigned value = guest_ask(g, "ext_offchain_local_storage_get_version_1", "iP:P", ARGS(num(0), in("k")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, made), 1);
    ck_assert_uint_eq(guest_number(g, twice), 0);
    ck_assert_uint_eq(guest_number(g, swapped), 1);
    assert_bytes(guest_bytes(g, value), hex("010477"), "value");
    guest_end(g);
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
    unsigned good = guest_ask(g, PROVE, ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("key"), in("value")));
    unsigned value = guest_ask(g, PROVE, ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("key"), in("other")));
    unsigned absent = guest_ask(g, PROVE, ARGS(at(dg_hash_bytes(&root)), in_bytes(dg_buf_bytes(&proof)), in("kay"), in("value")));
    unsigned rubbish = guest_ask(g, PROVE, ARGS(at(dg_hash_bytes(&root)), in("rubbish"), in("key"), in("value")));
    guest_do(g, state);
    ck_assert_uint_eq(guest_number(g, good), 1);
    ck_assert_uint_eq(guest_number(g, value), 0);
    ck_assert_uint_eq(guest_number(g, absent), 0);
    ck_assert_uint_eq(guest_number(g, rubbish), 0);
    guest_end(g);
    dg_buf_clear(&proof);
}
END_TEST

/* ---- logs, versions ---- */

START_TEST(the_last_error_before_a_trap_is_its_reason)
{
    asker *g = guest_begin();
    guest_ask(g, "ext_logging_log_version_1", "iPP:", ARGS(num(0), in("runtime"), in("panicked at\n'boom'")));
    guest_ask(g, "ext_logging_log_version_1", "iPP:", ARGS(num(2), in("runtime"), in("only information")));
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
    unsigned found = guest_ask(g, "ext_misc_runtime_version_version_1", "P:P", ARGS(in_bytes(dg_buf_bytes(&inner))));
    unsigned none = guest_ask(g, "ext_misc_runtime_version_version_1", "P:P", ARGS(in("rubbish")));
    unsigned direct = guest_ask(g, "ext_misc_runtime_version_version_2", "PP:l", ARGS(in_bytes(dg_buf_bytes(&inner)), room(128)));
    guest_do(g, state);
    dg_buf_init(&want, 256);
    ck_assert_int_eq(dg_host_inner_version(guest_engine(), &want, dg_buf_bytes(&inner), NULL), DG_OK);
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

/* ---- RFC-145: the runtime brings buffers ---- */

START_TEST(a_runtime_with_its_own_heap_gets_everything_into_its_buffers)
{
    asker *g = guest_begin();
    dg_hash root;
    uint8_t digest[32];
    three_keys();
    g->own_heap = true;
    unsigned next = guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p1"), room(8)));
    unsigned small = guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p1"), room(1)));
    unsigned twox = guest_ask(g, "ext_hashing_twox_64_version_2", "PP:", ARGS(in("x"), room(8)));
    unsigned end = guest_ask(g, "ext_storage_next_key_version_2", "PP:i", ARGS(in("p3"), room(8)));
    unsigned read = guest_ask(g, "ext_storage_read_version_2", "PPii:l", ARGS(in("p1"), room(8), num(0), num(0)));
    unsigned absent = guest_ask(g, "ext_storage_read_version_2", "PPii:l", ARGS(in("p9"), room(8), num(0), num(0)));
    guest_ask(g, SET, ARGS(in("long"), in("abcdef")));
    unsigned whole = guest_ask(g, "ext_storage_read_version_2", "PPii:l", ARGS(in("long"), room(4), num(1), num(0)));
    unsigned part = guest_ask(g, "ext_storage_read_version_2", "PPii:l", ARGS(in("long"), room(4), num(1), num(1)));
    unsigned hash = guest_ask(g, "ext_hashing_blake2_256_version_2", "PP:", ARGS(in("x"), room(32)));
    unsigned child = guest_ask(g, CHILD("read_version_2"), "PPPii:l", ARGS(in("c"), in("p2"), room(8), num(0), num(1)));
    unsigned top_root = guest_ask(g, "ext_storage_root_version_3", "P:", ARGS(room(32)));
    unsigned clear = guest_ask(g, "ext_storage_clear_prefix_version_4", "PlPPp:i", ARGS(in("p"), num(2), num(UINT64_MAX), room(8), room_at(12)));
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
    ck_assert_int_eq(dg_state_put(state, (dg_bytes){ 0 }, dg_text("p1"), dg_text("v"), NULL), DG_OK);
    refused(g, DG_TRAP, "the runtime allocates itself");
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
    guest_ask(g, "ext_set_storage", "pipi:", ARGS(at(dg_text("k")), num(1), at(dg_text("value")), num(5)));
    unsigned exists = guest_ask(g, "ext_exists_storage", "pi:i", ARGS(at(dg_text("k")), num(1)));
    unsigned into = guest_ask(g, "ext_get_storage_into", "pipii:i", ARGS(at(dg_text("k")), num(1), room_at(4), num(4), num(2)));
    unsigned none = guest_ask(g, "ext_get_storage_into", "pipii:i", ARGS(at(dg_text("x")), num(1), room_at(4), num(4), num(2)));
    unsigned fresh = guest_ask(g, "ext_get_allocated_storage", "pip:p", ARGS(at(dg_text("k")), num(1), room_at(4)));
    guest_ask(g, "ext_set_child_storage", "pipipi:", ARGS(child, child_len, at(dg_text("k")), num(1), at(dg_text("v")), num(1)));
    unsigned in_child = guest_ask(g, "ext_get_child_storage_into", "pipipii:i", ARGS(child, child_len, at(dg_text("k")), num(1), room_at(4), num(4), num(0)));
    unsigned twox = guest_ask(g, "ext_twox_128", "pip:", ARGS(at(dg_text("k")), num(1), room_at(16)));
    unsigned list = guest_ask(g, "ext_blake2_256_enumerated_trie_root", "ppip:", ARGS(at(dg_text("abc")), at(DG_BYTES_OF(lens)), num(2), room_at(32)));
    unsigned top = guest_ask(g, "ext_storage_root", "p:", ARGS(room_at(32)));
    unsigned bad = guest_ask(g, "ext_ed25519_verify", "pipp:i", ARGS(at(dg_text("m")), num(1), at(DG_BYTES_OF(rubbish)), room_at(32)));
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

static void add_storage(TCase *tc)
{
    tcase_add_test(tc, transactions_nest_and_roll_back);
    tcase_add_test(tc, a_runtime_cannot_close_what_it_did_not_open);
    tcase_add_test(tc, what_a_call_leaves_open_is_rolled_back);
    tcase_add_test(tc, child_roots_cannot_be_written_directly);
    tcase_add_test(tc, an_empty_value_is_a_value);
    tcase_add_loop_test(tc, clearing_with_a_limit_counts_keys_of_the_parent, 0, 4);
    tcase_add_test(tc, clearing_with_a_cursor_goes_on_where_it_stopped);
    tcase_add_test(tc, prefixes_that_meet_child_storage_are_not_cleared);
    tcase_add_test(tc, a_guest_that_takes_all_memory_traps);
    tcase_add_test(tc, arguments_outside_the_memory_trap);
    tcase_add_loop_test(tc, arguments_that_do_not_decode_trap_in_words, 0, sizeof bad_args / sizeof bad_args[0]);
}

int main(void)
{
    Suite *s = suite_create("functions");
    TCase *tc = tcase_create("functions");
    tcase_set_timeout(tc, 0);
    tcase_add_checked_fixture(tc, open_state, close_state);
    add_storage(tc);
    tcase_add_test(tc, marked_signatures_count_only_where_a_run_declares_them);
    tcase_add_test(tc, a_batch_tells_its_verdict_at_the_end);
    tcase_add_test(tc, recovery_answers_as_a_result);
    tcase_add_test(tc, keys_of_well_known_names_sign_what_others_verify);
    tcase_add_loop_test(tc, blocks_and_queries_have_no_outside, 0, sizeof workers / sizeof workers[0]);
    tcase_add_test(tc, a_block_has_no_keystore);
    tcase_add_test(tc, chance_of_a_worker_is_the_same_in_every_run);
    tcase_add_test(tc, compare_and_set_needs_the_old_value);
    tcase_add_test(tc, a_proof_shows_what_is_there);
    tcase_add_test(tc, the_last_error_before_a_trap_is_its_reason);
    tcase_add_test(tc, the_version_of_an_inner_blob_is_found_or_none);
    tcase_add_test(tc, a_runtime_with_its_own_heap_gets_everything_into_its_buffers);
    tcase_add_test(tc, a_runtime_with_its_own_heap_gets_nothing_allocated);
    tcase_add_test(tc, names_without_numbers_do_the_same);
    tcase_add_test(tc, tables_name_each_function_once_for_a_signature);
    tcase_add_test(tc, an_allocation_that_fails_leaves_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
