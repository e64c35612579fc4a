/* Development accounts are written as URIs in plans and asked for by runtimes'
 * genesis builders. Their keys are public knowledge. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <string.h>

static const struct {
    char kind;
    const char *uri, *pk;
} rows[] = {
    { 's', "//Alice", "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d" },
    { 's', "//Bob", "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48" },
    { 's', "//Alice//stash", "be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f" },
    { 's', "", "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a" },
    { 's', "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
      "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d" },
    { 's', "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e//Alice",
      "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d" },
    { 'e', "//Alice", "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee" },
    { 'e', "//Bob", "d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69" },
    { 'c', "//Alice", "020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1" },
    { 'c', "//Bob", "0390084fdbf27d2b79d26a4f13f0ccd982cb755a661969143c37cbc49ef5b91f27" },
};

static dg_bytes public_key(char kind, const uint8_t mini[32])
{
    static uint8_t pk[33];
    dg_sr25519_pair pair;
    if (kind == 's') {
        dg_sr25519_from_mini(&pair, mini);
        memcpy(pk, pair.pk, 32);
    } else if (kind == 'e') {
        dg_ed25519_public(pk, mini);
    } else {
        ck_assert(dg_ecdsa_public(pk, mini));
    }
    return dg_bytes_of(pk, kind == 'c' ? 33 : 32);
}

START_TEST(well_known_accounts_have_their_well_known_keys)
{
    uint8_t mini[32];
    ck_assert_int_eq(dg_secret_from_uri(mini, rows[_i].kind, dg_text(rows[_i].uri), NULL), DG_OK);
    assert_bytes(public_key(rows[_i].kind, mini), hex(rows[_i].pk), rows[_i].uri);
}
END_TEST

static void secret(uint8_t out[32], char kind, const char *uri)
{
    ck_assert_int_eq(dg_secret_from_uri(out, kind, dg_text(uri), NULL), DG_OK);
}

/* A junction that reads as a u64 is that number, one that does not is text. */
static const struct {
    const char *a, *b;
    bool equal;
} spellings[] = {
    { "//0", "//00", true },
    { "//7", "//+7", true },
    { "//7", "//70", false },
    { "//18446744073709551615", "//018446744073709551615", true },
    { "//18446744073709551616", "//018446744073709551616", false },
    { "//+", "//0", false },
    { "//-0", "//0", false },
    { "//Alice", "//alice", false },
    { "//a//b", "//b//a", false },
};

START_TEST(a_junction_that_reads_as_a_number_is_one)
{
    for (const char *kind = "sec"; *kind; kind++) {
        uint8_t a[32], b[32];
        secret(a, *kind, spellings[_i].a);
        secret(b, *kind, spellings[_i].b);
        ck_assert_int_eq(memcmp(a, b, 32) == 0, spellings[_i].equal);
    }
}
END_TEST

/* The chain codes, spelt out: number, short text, text that must be hashed. */
START_TEST(a_chain_code_is_padded_or_hashed)
{
    static const char *const names[] = { "//42", "//1234567890123456789012345678901",
                                         "//12345678901234567890123456789012" };
    uint8_t root[32], cc[3][32] = { { 42 }, { 31 << 2 }, { 0 } }, want[32], got[32];
    dg_hash hashed;
    memcpy(cc[1] + 1, names[1] + 2, 31);
    hashed = dg_blake2_256_two(dg_bytes_of("\x80", 1), dg_bytes_of(names[2] + 2, 32));
    memcpy(cc[2], hashed.at, 32);
    secret(root, 's', "");
    dg_sr25519_derive_hard(want, root, cc[_i]);
    secret(got, 's', names[_i]);
    assert_bytes(DG_BYTES_OF(got), DG_BYTES_OF(want), names[_i]);
}
END_TEST

/* From 64 bytes on the length takes two bytes. */
START_TEST(a_long_name_has_its_length_in_two_bytes)
{
    char uri[2 + 70 + 1] = "//";
    uint8_t root[32], want[32], got[32];
    dg_hash hashed;
    memset(uri + 2, 'x', 70);
    hashed = dg_blake2_256_two(dg_bytes_of("\x19\x01", 2), dg_bytes_of(uri + 2, 70));
    secret(root, 's', "");
    dg_sr25519_derive_hard(want, root, hashed.at);
    secret(got, 's', uri);
    assert_bytes(DG_BYTES_OF(got), DG_BYTES_OF(want), "70 bytes");
}
END_TEST

static const struct {
    const char *uri, *says;
} bad[] = {
    { "//Alice/soft", "had a soft junction" },
    { "/Alice", "had a soft junction" },
    { "/", "had a soft junction" },
    { "//", "had an empty junction" },
    { "//Alice//", "had an empty junction" },
    { "///password", "had a password" },
    { "//Alice///password", "had a password" },
    { "Alice", "had a phrase of words" },
    { "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
      "had a phrase of words" },
    { "0x", "64 hex digits" },
    { "0x00", "64 hex digits" },
    { "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5cxx", "64 hex digits" },
    { "0", "had a phrase of words" },
    { "\n", "had a phrase of words" },
};

START_TEST(what_is_not_read_is_refused_by_name)
{
    uint8_t mini[32] = { 0 }, before[32] = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_secret_from_uri(mini, 's', dg_text(bad[_i].uri), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s", err.text);
    ck_assert(strchr(err.text, '\n') == NULL);
    ck_assert(strlen(bad[_i].uri) < 4 || !strstr(err.text, bad[_i].uri)); /* may be a real secret */
    ck_assert(memcmp(mini, before, 32) == 0);
}
END_TEST

START_TEST(a_uri_has_a_stated_maximum)
{
    static char uri[1026];
    uint8_t mini[32];
    dg_error err;
    memset(uri, 'x', sizeof uri);
    memcpy(uri, "//", 2);
    ck_assert_int_eq(dg_secret_from_uri(mini, 's', dg_bytes_of(uri, 1024), &err), DG_OK);
    ck_assert_int_eq(dg_secret_from_uri(mini, 's', dg_bytes_of(uri, 1025), &err), DG_LIMIT);
    ck_assert(strstr(err.text, "1024") != NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("derive");
    TCase *tc = tcase_create("derive");
    tcase_add_loop_test(tc, well_known_accounts_have_their_well_known_keys, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_loop_test(tc, a_junction_that_reads_as_a_number_is_one, 0,
                        (int)(sizeof spellings / sizeof spellings[0]));
    tcase_add_loop_test(tc, a_chain_code_is_padded_or_hashed, 0, 3);
    tcase_add_test(tc, a_long_name_has_its_length_in_two_bytes);
    tcase_add_loop_test(tc, what_is_not_read_is_refused_by_name, 0,
                        (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tc, a_uri_has_a_stated_maximum);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
