/* The host API vectors of the network's own conformance suite: what other
 * implementations were tested with, as far as it concerns hashes and keys. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <jansson.h>
#include <string.h>

static json_t *load(void)
{
    const char *path = corpus_path("vectors/host-api/host-api.json");
    json_error_t why;
    json_t *root = path ? json_load_file(path, 0, &why) : NULL;
    ck_assert_msg(!path || root, "%s: %s", path, why.text);
    return root;
}

static void blake2_128(uint8_t *out, dg_bytes in)
{
    dg_blake2b(out, 16, in);
}
static void blake2_256(uint8_t *out, dg_bytes in)
{
    dg_blake2b(out, 32, in);
}
static void twox_64(uint8_t *out, dg_bytes in)
{
    dg_twox(out, 8, in);
}
static void twox_128(uint8_t *out, dg_bytes in)
{
    dg_twox(out, 16, in);
}
static void twox_256(uint8_t *out, dg_bytes in)
{
    dg_twox(out, 32, in);
}
static void keccak_256(uint8_t *out, dg_bytes in)
{
    dg_keccak_256(out, in);
}
static void sha2_256(uint8_t *out, dg_bytes in)
{
    dg_sha2_256(out, in);
}

static const struct {
    const char *name;
    void (*hash)(uint8_t *out, dg_bytes in);
    size_t len;
} hashes[] = {
    { "ext_hashing_keccak_256_version_1", keccak_256, 32 },
    { "ext_hashing_sha2_256_version_1", sha2_256, 32 },
    { "ext_hashing_blake2_128_version_1", blake2_128, 16 },
    { "ext_hashing_blake2_256_version_1", blake2_256, 32 },
    { "ext_hashing_twox_256_version_1", twox_256, 32 },
    { "ext_hashing_twox_128_version_1", twox_128, 16 },
    { "ext_hashing_twox_64_version_1", twox_64, 8 },
};

START_TEST(hashes_agree_with_the_conformance_suite)
{
    json_t *root = load(), *inputs, *expected, *row;
    size_t i;
    if (!root)
        return;
    inputs = json_object_get(json_object_get(root, "inputs"), "value_1");
    expected = json_object_get(json_object_get(json_object_get(root, "expected"), "value"),
                               hashes[_i].name);
    ck_assert_uint_eq(json_array_size(inputs), 10);
    ck_assert_uint_eq(json_array_size(expected), 10);
    json_array_foreach(inputs, i, row)
    {
        uint8_t got[32];
        dg_bytes want = hex(json_string_value(json_array_get(expected, i)));
        hashes[_i].hash(got, dg_text(json_string_value(json_array_get(row, 0))));
        ck_assert_uint_eq(want.len, hashes[_i].len);
        assert_bytes(dg_bytes_of(got, want.len), want, hashes[_i].name);
    }
    json_decref(root);
}
END_TEST

/* The mini secrets of the suite's six phrases (PBKDF2 of their entropy, which
 * this program does not do), in the order of the vectors. */
static const char *const minis[] = {
    "803711a29c02d9e32b9a759388c6cb77ec5732c28de81accb02a37d40fa7ab1b",
    "e6ed9531464b59316780fa1e07b7140ad582658d094ba9be8b4c2626396ec7bc",
    "6322705675e563623ae885fa27fe17d4fd0fbbe9fc07e6a60d2e4095bf770cde",
    "65c07d9ad0235e34e717b6de3eef864b9d28474193a1e369541907084c578401",
    "1621213e07590edd9228594c6a241a6953825ab0287de527b92b042e286b7bde",
    "5a4fe6957db2c277f867f2fa7f48d61ffc3f72eda8547712be33668943267552",
};

START_TEST(keys_of_the_suite_phrases_agree)
{
    json_t *root = load(), *expected;
    uint8_t ed[32];
    dg_sr25519_pair sr;
    if (!root)
        return;
    expected = json_object_get(json_object_get(json_object_get(root, "expected"), "seed"), "");
    ck_assert_uint_eq(json_array_size(expected), 12); /* six ed25519, six sr25519 */
    dg_ed25519_public(ed, hex(minis[_i]).at);
    dg_sr25519_from_mini(&sr, hex(minis[_i]).at);
    assert_bytes(DG_BYTES_OF(ed), hex(json_string_value(json_array_get(expected, (size_t)_i))),
                 "ed25519");
    assert_bytes(DG_BYTES_OF(sr.pk),
                 hex(json_string_value(json_array_get(expected, (size_t)_i + 6))), "sr25519");
    json_decref(root);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host api");
    TCase *tc = tcase_create("host api");
    tcase_add_loop_test(tc, hashes_agree_with_the_conformance_suite, 0,
                        (int)(sizeof hashes / sizeof hashes[0]));
    tcase_add_loop_test(tc, keys_of_the_suite_phrases_agree, 0,
                        (int)(sizeof minis / sizeof minis[0]));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
