/* A header is what a chain agrees on: one byte read otherwise is another hash.
 * Real headers close the circle, and a chain of 128 real blocks proves the hash:
 * each names the hash of the one before it. */
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "chain/chain_impl.h"
#include "crypto/crypto.h"

static void close_circle(dg_bytes raw, uint32_t number)
{
    dg_header header;
    dg_buf again;
    dg_error err;
    if (dg_header_decode(&header, raw, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_eq(header.number, number);
    dg_buf_init(&again, 1 << 20);
    dg_header_encode(&again, &header);
    assert_bytes(dg_buf_bytes(&again), raw, "header again");
    dg_buf_clear(&again);
}

static const struct {
    const char *name;
    uint32_t number, items;
    uint64_t slot;
} real[] = {
    { "tests/chain/corpus/header/kusama-7472481", 7472481, 0, 0 },
    { "tests/chain/corpus/header/kusama-1482002", 1482002, 4, 264067479 },
    { "tests/chain/corpus/header/westend-1", 1, 3, 264379767 },
    { "tests/chain/corpus/header/all-items", 1, 6, 77 },
    { "tests/chain/corpus/header/genesis", 0, 0, 0 },
};

START_TEST(real_headers_encode_to_their_own_bytes)
{
    dg_buf raw = slurp(real[_i].name);
    close_circle(dg_buf_bytes(&raw), real[_i].number);
    dg_buf_clear(&raw);
}
END_TEST

START_TEST(digest_items_and_slots_are_found)
{
    dg_buf raw = slurp(real[_i + 1].name);
    dg_header header;
    dg_digest_iter it;
    dg_digest_item item;
    uint32_t count = 0;
    ck_assert_int_eq(dg_header_decode(&header, dg_buf_bytes(&raw), NULL), DG_OK);
    dg_digest_iter_init(&it, header.digest);
    while (dg_digest_next(&it, &item, NULL) == DG_OK)
        count++;
    ck_assert_uint_eq(count, real[_i + 1].items);
    ck_assert_uint_eq(dg_digest_slot(header.digest), real[_i + 1].slot);
    dg_buf_clear(&raw);
}
END_TEST

/* Genesis headers as bytes give the hashes that everybody knows. */
START_TEST(genesis_headers_have_their_public_hashes)
{
    static const struct {
        const char *root, *hash;
    } rows[] = {
        { "b0006203c3a6e6bd2c6a17b1d4ae8ca49a31da0f4579da950b127774b44aef6b",
          "b0a8d493285c2df73290dfb7e61f870f17b41801197a149ca93654499ea3dafe" },
    };
    dg_header header = { .number = 0, .extrinsics_root = DG_TRIE_EMPTY_ROOT };
    dg_hash hash;
    memcpy(header.state_root.at, hex(rows[0].root).at, 32);
    hash = dg_header_hash(&header);
    assert_bytes(dg_hash_bytes(&hash), hex(rows[0].hash), "Kusama genesis hash");
}
END_TEST

START_TEST(real_blocks_name_the_hash_before_them)
{
    const char *path = corpus_path("vectors/blocks/westend-1-128.blocks");
    dg_hash last;
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes raw;
    size_t count, blocks = 0;
    if (!path)
        return;
    memcpy(last.at, hex("e143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e").at, 32);
    ck_assert_int_eq(dg_block_reader_open(&reader, path, NULL), DG_OK);
    while (dg_block_reader_next(reader, &raw, &extrinsics, &count, NULL) == DG_OK) {
        dg_header header;
        ck_assert_int_eq(dg_header_decode(&header, raw, NULL), DG_OK);
        ck_assert(dg_hash_equal(&header.parent, &last));
        ck_assert_uint_eq(header.number, ++blocks);
        last = dg_header_hash(&header);
    }
    ck_assert_uint_eq(blocks, 128);
    dg_block_reader_close(reader);
}
END_TEST

START_TEST(a_seal_comes_off_and_goes_on)
{
    static const uint8_t key[32] = { 9 };
    dg_buf raw = slurp("tests/chain/corpus/header/westend-127"), bare, again;
    dg_digest_item seal;
    dg_hash hash, sealed;
    dg_header header;
    dg_buf_init(&bare, 1 << 16);
    dg_buf_init(&again, 1 << 16);
    ck_assert_int_eq(dg_header_unseal(&bare, &seal, dg_buf_bytes(&raw), NULL), DG_OK);
    ck_assert_uint_eq(seal.tag, DG_DIGEST_SEAL);
    ck_assert_uint_eq(seal.payload.len, 64);
    ck_assert_uint_eq(bare.len, raw.len - seal.raw.len);
    ck_assert_int_eq(dg_header_seal(&again, dg_buf_bytes(&bare), key, NULL), DG_OK);
    ck_assert_uint_eq(again.len, raw.len);
    hash = dg_blake2_256(dg_buf_bytes(&bare));
    ck_assert_int_eq(dg_header_unseal(&bare, &seal, dg_buf_bytes(&again), NULL), DG_OK);
    ck_assert(dg_marked_verify(seal.payload.at, dg_hash_bytes(&hash), key));
    ck_assert_int_eq(dg_header_decode(&header, dg_buf_bytes(&again), NULL), DG_OK);
    sealed = dg_header_hash(&header);
    ck_assert(!dg_hash_equal(&sealed, &hash));
    dg_buf_clear(&raw);
    dg_buf_clear(&bare);
    dg_buf_clear(&again);
}
END_TEST

/* A header cut anywhere, or with a byte too many, is refused in one line. */
START_TEST(a_cut_header_is_refused)
{
    dg_buf raw = slurp("tests/chain/corpus/header/kusama-1482002");
    dg_header header;
    dg_error err;
    for (size_t len = 0; len < raw.len; len += len < 600 ? 1 : 97) {
        uint8_t *exact = dg_malloc(len ? len : 1);
        memcpy(exact, raw.at, len);
        ck_assert_int_eq(dg_header_decode(&header, dg_bytes_of(exact, len), &err), DG_MALFORMED);
        ck_assert(strlen(err.text) > 0 && !strchr(err.text, '\n'));
        dg_free(exact);
    }
    dg_buf_put_u8(&raw, 0);
    ck_assert_int_eq(dg_header_decode(&header, dg_buf_bytes(&raw), &err), DG_MALFORMED);
    dg_buf_clear(&raw);
}
END_TEST

static const char *const bad_digests[] = {
    "04",   /* one item announced, none there */
    "0401", /* tag that nobody knows */
    "0409",
    "fcffffff",         /* more items than bytes */
    "0406424142453000", /* payload longer than what is left */
    "04070100",         /* unknown signal */
    "0400",             /* no length */
};
START_TEST(a_bad_digest_is_refused)
{
    dg_error err;
    ck_assert_int_eq(dg_digest_check(hex(bad_digests[_i]), &err), DG_MALFORMED);
    ck_assert(strlen(err.text) > 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("header");
    TCase *tc = tcase_create("header");
    tcase_add_loop_test(tc, real_headers_encode_to_their_own_bytes, 0, 5);
    tcase_add_loop_test(tc, digest_items_and_slots_are_found, 0, 4);
    tcase_add_test(tc, genesis_headers_have_their_public_hashes);
    tcase_add_test(tc, real_blocks_name_the_hash_before_them);
    tcase_add_test(tc, a_seal_comes_off_and_goes_on);
    tcase_add_test(tc, a_cut_header_is_refused);
    tcase_add_loop_test(tc, a_bad_digest_is_refused, 0,
                        (int)(sizeof bad_digests / sizeof bad_digests[0]));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
