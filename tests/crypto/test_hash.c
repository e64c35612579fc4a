/* Every key, node, root and signature of a chain is a hash. One wrong bit here
 * and nothing above agrees with the network any more. */
#include "../support/suite.h"

#include "crypto/crypto.h"
#include "model_keccak.h"

#include <string.h>

/* b: BLAKE2b, t: twox, k: Keccak, s: SHA-256. Lengths are those of `want`. */
static const struct {
    char kind;
    const char *in, *want;
} rows[] = {
    /* libsodium calls 16 bytes the least; the runtime-API ids need 8 */
    { 'b', "ParachainHost", "af2c0297a23e6d3d" },
    { 'b', "Core", "df6acb689907609b" },
    { 'b', "abc", "cf4ab791c62b8d2b2109c90275287816" },
    { 'b', "abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
    { 'b', "", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" },
    { 'b', "abc",
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
      "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923" },
    { 't', "System", "26aa394eea5630e07c48ae0c9558cef7" },
    { 't', "Account", "b99d880ec681799c0cf30e8886371da9" },
    { 't', "", "99e9d85137db46ef" },
    { 'k', "", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470" },
    { 'k', "abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45" },
    { 'k', "abc",
      "18587dc2ea106b9a1563e32b3312421ca164c7f1f07bc922a9c83d77cea3a1e5"
      "d0c69910739025372dc14ac9642629379540c17e2a65b19d77aa511a9d00bb96" },
    { 's', "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
};

static void hash(char kind, uint8_t *out, size_t len, dg_bytes in)
{
    if (kind == 'b')
        dg_blake2b(out, len, in);
    else if (kind == 't')
        dg_twox(out, len, in);
    else if (kind == 's')
        dg_sha2_256(out, in);
    else
        (len == 32 ? dg_keccak_256 : dg_keccak_512)(out, in);
}

START_TEST(hashes_agree_with_known_answers)
{
    dg_bytes want = hex(rows[_i].want);
    uint8_t got[64];
    hash(rows[_i].kind, got, want.len, dg_text(rows[_i].in));
    assert_bytes(dg_bytes_of(got, want.len), want, rows[_i].in);
}
END_TEST

START_TEST(two_parts_hash_as_one)
{
    dg_hash whole = dg_blake2_256(dg_text("foobar"));
    dg_hash parts = dg_blake2_256_two(dg_text("foo"), dg_text("bar"));
    dg_hash empty = dg_blake2_256_two(dg_text("foobar"), (dg_bytes){ NULL, 0 });
    ck_assert(dg_hash_equal(&whole, &parts));
    ck_assert(dg_hash_equal(&whole, &empty));
}
END_TEST

/* Lengths around the ends of one, two and three blocks of both sponges. */
START_TEST(keccak_agrees_with_its_definition_around_block_ends)
{
    static const size_t ends[] = { 0, 72, 136, 144, 216, 272, 408 };
    uint8_t data[512], got[64], want[64];
    dg_rng rng = dg_rng_fork(6, "keccak", 0, 0);
    dg_rng_bytes(&rng, data, sizeof data);
    for (size_t off = 0; off < 5; off++) {
        size_t len = ends[_i] + off < 2 ? 0 : ends[_i] + off - 2;
        model_keccak(want, 32, dg_bytes_of(data, len));
        dg_keccak_256(got, dg_bytes_of(data, len));
        assert_bytes(dg_bytes_of(got, 32), dg_bytes_of(want, 32), "keccak-256");
        model_keccak(want, 64, dg_bytes_of(data, len));
        dg_keccak_512(got, dg_bytes_of(data, len));
        assert_bytes(dg_bytes_of(got, 64), dg_bytes_of(want, 64), "keccak-512");
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hash");
    TCase *tc = tcase_create("hash");
    tcase_add_loop_test(tc, hashes_agree_with_known_answers, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tc, two_parts_hash_as_one);
    tcase_add_loop_test(tc, keccak_agrees_with_its_definition_around_block_ends, 0, 7);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
