/* The proof of the pudding: 128 consecutive real Westend blocks. Their hashes
 * chain up to the public genesis hash, their seals and VRF proofs were made by
 * real validators, and their slots were won by the real lottery. */
#include "../support/suite.h"

#include "crypto/crypto.h"

#include <string.h>

static const char genesis[] = "e143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e";

enum { BLOCKS = 128, AUTHORITIES = 4, HEADER_MAX = 1024 };

typedef struct header {
    dg_bytes all, unsealed_digest; /* of which the seal is not yet cut off */
    dg_bytes pre, next_epoch, seal;
    uint64_t number;
    uint8_t raw[HEADER_MAX];
} header;

/* A reader by hand, so that no other room is needed: bytes are trusted here. */
static uint64_t compact(const uint8_t **at)
{
    uint8_t mode = **at & 3;
    uint64_t v = mode == 0 ? **at : mode == 1 ? dg_le16(*at) : dg_le32(*at);
    ck_assert_int_lt(mode, 3);
    *at += 1 << mode;
    return v >> 2;
}

static void read_item(header *h, const uint8_t **at)
{
    uint8_t tag = *(*at)++;
    dg_bytes payload;
    ck_assert(memcmp(*at, "BABE", 4) == 0);
    *at += 4;
    payload.len = compact(at);
    payload.at = *at;
    *at += payload.len;
    if (tag == 6)
        h->pre = payload;
    else if (tag == 4 && payload.at[0] == 1)
        h->next_epoch = payload;
    else if (tag == 5)
        h->seal = payload;
}

static void read_header(header *h, const char *line, size_t len)
{
    dg_buf raw;
    const uint8_t *at = h->raw + 32;
    uint64_t items;
    dg_buf_init(&raw, HEADER_MAX);
    ck_assert_int_eq(dg_hex_get(&raw, line, len, NULL), DG_OK);
    memcpy(h->raw, raw.at, raw.len);
    dg_buf_clear(&raw);
    h->number = compact(&at);
    at += 64;
    h->unsealed_digest.at = at;
    items = compact(&at);
    for (uint64_t i = 0; i < items; i++)
        read_item(h, &at);
    h->all = dg_bytes_of(h->raw, (size_t)(at - h->raw));
}

/* The header as it was before sealing: one item less, the last one cut off. */
static dg_hash seal_hash(const header *h)
{
    uint8_t raw[HEADER_MAX];
    size_t seal_len = 1 + 4 + 2 + 64, count_at = (size_t)(h->unsealed_digest.at - h->raw);
    ck_assert_uint_eq(h->seal.len, 64);
    memcpy(raw, h->raw, h->all.len);
    raw[count_at] -= 4; /* compact form of a number below 64 */
    return dg_blake2_256(dg_bytes_of(raw, h->all.len - seal_len));
}

static header *read_blocks(void)
{
    static header blocks[BLOCKS + 1];
    const char *path = corpus_path("vectors/blocks/westend-1-128.blocks");
    dg_buf text;
    size_t count = 0;
    if (!path)
        return NULL;
    text = slurp(path);
    for (const char *line = dg_buf_text(&text); *line; line += strspn(line, "\n")) {
        header h = { 0 };
        size_t len = strcspn(line, "\n");
        read_header(&h, line, len);
        ck_assert(h.number >= 1 && h.number <= BLOCKS);
        read_header(&blocks[h.number], line, len); /* in place: views point into it */
        line += len;
        count++;
    }
    dg_buf_clear(&text);
    ck_assert_uint_eq(count, BLOCKS);
    return blocks;
}

/* Epoch 0 has the authorities that its first block also announces for epoch 1. */
static const uint8_t *authority(const header *blocks, const header *h)
{
    uint32_t ix = dg_le32(h->pre.at + 1);
    ck_assert_uint_eq(blocks[1].next_epoch.at[1], AUTHORITIES << 2);
    ck_assert_uint_lt(ix, AUTHORITIES);
    return blocks[1].next_epoch.at + 2 + ix * 40;
}

static bool is_primary(const header *h)
{
    return h->pre.at[0] == 1;
}

static dg_merlin lottery_input(const header *h)
{
    static const uint8_t zero[32]; /* epoch 0 has no randomness yet */
    return dg_babe_transcript(dg_le64(h->pre.at + 5), 0, zero);
}

START_TEST(hashes_chain_up_to_the_public_genesis)
{
    header *blocks = read_blocks();
    if (!blocks)
        return;
    assert_bytes(dg_bytes_of(blocks[1].raw, 32), hex(genesis), "parent of block 1");
    for (int i = 2; i <= BLOCKS; i++) {
        dg_hash parent = dg_blake2_256(blocks[i - 1].all);
        assert_bytes(dg_bytes_of(blocks[i].raw, 32), dg_hash_bytes(&parent), "parent");
    }
}
END_TEST

START_TEST(every_seal_is_the_signature_of_its_author)
{
    header *blocks = read_blocks();
    if (!blocks)
        return;
    for (int i = 1; i <= BLOCKS; i++) {
        dg_hash hash = seal_hash(&blocks[i]);
        const uint8_t *pk = authority(blocks, &blocks[i]);
        ck_assert(dg_sr25519_verify(blocks[i].seal.at, dg_hash_bytes(&hash), pk));
        ck_assert(dg_sr25519_verify_v1(blocks[i].seal.at, dg_hash_bytes(&hash), pk));
        hash.at[i % 32] ^= 1;
        ck_assert(!dg_sr25519_verify(blocks[i].seal.at, dg_hash_bytes(&hash), pk));
    }
}
END_TEST

/* Little-endian numbers: the last byte decides first. */
static bool below(const uint8_t a[16], const uint8_t b[16])
{
    for (int i = 15; i >= 0; i--)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

START_TEST(every_primary_slot_was_won_by_proof_and_threshold)
{
    header *blocks = read_blocks();
    uint8_t threshold[16], value[16];
    int primaries = 0;
    if (!blocks)
        return;
    dg_babe_threshold(threshold, 1, 4, 1, AUTHORITIES); /* c of Westend */
    for (int i = 1; i <= BLOCKS; i++) {
        const header *h = &blocks[i];
        const uint8_t *pk = authority(blocks, h);
        dg_merlin input = lottery_input(h);
        dg_vrf vrf;
        if (!is_primary(h))
            continue;
        memcpy(&vrf, h->pre.at + 13, sizeof vrf);
        ck_assert(dg_vrf_verify(&vrf, pk, &input));
        ck_assert(dg_vrf_bytes(value, 16, vrf.output, pk, &input, "substrate-babe-vrf"));
        ck_assert(below(value, threshold));
        vrf.proof[i % 64] ^= 1;
        ck_assert(!dg_vrf_verify(&vrf, pk, &input));
        primaries++;
    }
    ck_assert_int_eq(primaries, 31);
}
END_TEST

/* The author by rotation: a hash of (randomness, slot) modulo the authorities. */
START_TEST(every_secondary_slot_has_the_author_of_its_hash)
{
    header *blocks = read_blocks();
    if (!blocks)
        return;
    for (int i = 1; i <= BLOCKS; i++) {
        uint8_t seed[40] = { 0 };
        dg_hash hash;
        memcpy(seed + 32, blocks[i].pre.at + 5, 8);
        hash = dg_blake2_256(DG_BYTES_OF(seed));
        if (!is_primary(&blocks[i]))
            ck_assert_uint_eq(dg_le32(blocks[i].pre.at + 1), hash.at[31] % AUTHORITIES);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("seal");
    TCase *tc = tcase_create("seal");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, hashes_chain_up_to_the_public_genesis);
    tcase_add_test(tc, every_seal_is_the_signature_of_its_author);
    tcase_add_test(tc, every_primary_slot_was_won_by_proof_and_threshold);
    tcase_add_test(tc, every_secondary_slot_has_the_author_of_its_hash);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
