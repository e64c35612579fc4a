/* What goes into an inherent has to be what a runtime reads: a wrong byte costs a
 * candidate, a wrong vote the whole block. Compared with the inherents that another
 * program fed to real runtimes on both sides of an upgrade. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <jansson.h>
#include <string.h>

#include "crypto/crypto.h"

static json_t *vector;

static void mock_sign(uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    (void)message;
    (void)pk;
    memset(sig, 0xcd, 64);
    memcpy(sig, "\xde\xad\xbe\xef", 4);
}

static dg_buf bytes_of(const json_t *text)
{
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert(json_is_string(text));
    ck_assert_int_eq(dg_hex_get(&out, json_string_value(text), json_string_length(text), NULL),
                     DG_OK);
    return out;
}

static void hash_of(uint8_t out[32], const json_t *text)
{
    dg_buf raw = bytes_of(text);
    ck_assert_uint_eq(raw.len, 32);
    memcpy(out, raw.at, 32);
    dg_buf_clear(&raw);
}

/* The `parachn0` datum of the block on `parent`, up to its parent header. */
static dg_bytes paras_of(dg_buf *data, const char *parent)
{
    json_t *row;
    size_t i;
    json_array_foreach(json_object_get(vector, "blocks"), i, row)
    {
        dg_scale s;
        const char *is = json_string_value(json_object_get(row, "parent_hash"));
        if (!is || strcmp(is, parent) != 0 || !json_object_get(row, "inherent_data"))
            continue;
        *data = bytes_of(json_object_get(row, "inherent_data"));
        s = dg_scale_from(dg_buf_bytes(data));
        for (uint32_t left = dg_scale_count(&s, 9); left; left--) {
            dg_bytes id = dg_scale_take(&s, 8), value = dg_scale_bytes(&s);
            if (memcmp(id.at, "parachn0", 8) == 0)
                return value;
        }
    }
    ck_abort_msg("no block on %s", parent);
    return dg_bytes_of(NULL, 0);
}

static const char *const backed[] = { "n1.backed", "n1.backed2", "n.backed", "n.backed.s2",
                                      "n.backed.s4" };
START_TEST(a_candidate_comes_out_byte_for_byte)
{
    json_t *row = json_object_get(json_object_get(vector, "candidates"), backed[_i]);
    static const uint8_t keys[4][32];
    static const uint8_t voted[4] = { 2, 2, 0, 0 };
    dg_buf want, data = { 0 }, out;
    uint8_t hash[32];
    dg_candidate c;
    dg_candidate_parts parts = { .para = 2000 };
    dg_scale s;
    dg_buf pvd = bytes_of(json_object_get(row, "pvd")), head;
    dg_bytes paras;
    ck_assert_ptr_nonnull(row);
    want = bytes_of(json_object_get(row, "candidate"));
    hash_of(parts.relay_parent.at, json_object_get(row, "parentHash"));
    memcpy(parts.code_hash, want.at + 260, 32);
    s = dg_scale_from(dg_buf_bytes(&pvd));
    dg_scale_bytes(&s);
    parts.number = dg_scale_u32(&s);
    parts.validation_data = dg_buf_bytes(&pvd);
    dg_buf_init(&head, 64);
    dg_scale_put_u32(&head, 2000);
    dg_scale_put_u32(&head, parts.number);
    dg_buf_put(&head, (const uint8_t[24]){ 0 }, 24);
    parts.head = dg_buf_bytes(&head);
    ck_assert_int_eq(dg_candidate_init(&c, &parts, mock_sign, NULL), DG_OK);
    hash_of(hash, json_object_get(row, "candidateHash"));
    assert_bytes(dg_hash_bytes(&c.hash), DG_BYTES_OF(hash), "candidate hash");
    dg_buf_init(&out, 1 << 20);
    dg_candidate_put(&out, &c, voted, keys, 4, false, mock_sign);
    assert_bytes(dg_buf_bytes(&out), dg_buf_bytes(&want), "backed candidate");

    /* and as it was fed: no bitfields, one candidate, no disputes */
    paras = paras_of(&data, json_string_value(json_object_get(row, "parentHash")));
    dg_buf_reset(&out);
    dg_scale_put_compact(&out, 0);
    dg_scale_put_compact(&out, 1);
    dg_candidate_put(&out, &c, voted, keys, 4, false, mock_sign);
    dg_scale_put_compact(&out, 0);
    ck_assert(dg_bytes_begin(paras, dg_buf_bytes(&out)));

    dg_buf_clear(&out);
    dg_buf_clear(&data);
    dg_buf_clear(&head);
    dg_buf_clear(&pvd);
    dg_buf_clear(&want);
    dg_candidate_clear(&c);
}
END_TEST

static const char *const included[] = { "n1.included", "n.first", "n.included", "n.included.s2",
                                        "n.included.s4" };
START_TEST(bitfields_come_out_byte_for_byte)
{
    json_t *row = json_object_get(json_object_get(vector, "candidates"), included[_i]), *item;
    const char *parent = json_string_value(json_object_get(row, "parentHash"));
    static const bool held[3] = { true, false, false };
    static const uint8_t key[32];
    dg_buf data = { 0 }, out;
    dg_bytes paras;
    dg_hash at;
    size_t i;
    hash_of(at.at, json_object_get(row, "parentHash"));
    dg_buf_init(&out, 1 << 20);
    dg_scale_put_compact(&out, json_array_size(json_object_get(row, "bitfields")));
    json_array_foreach(json_object_get(row, "bitfields"), i, item)
    {
        dg_buf want = bytes_of(item);
        size_t from = out.len;
        dg_bitfield_put(&out, (dg_validator_ix){ (uint32_t)i }, held, 3, &at, 1, key, mock_sign);
        assert_bytes(dg_bytes_of(out.at + from, out.len - from), dg_buf_bytes(&want), "bitfield");
        dg_buf_clear(&want);
    }
    ck_assert_uint_eq(i, 7);
    paras = paras_of(&data, parent);
    ck_assert(dg_bytes_begin(paras, dg_buf_bytes(&out)));
    dg_buf_clear(&data);
    dg_buf_clear(&out);
}
END_TEST

/* What is signed, and by whom: a mark fits one message and one key. */
static dg_bytes seen_message;
static uint8_t seen_room[512];
static void seeing_sign(uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    ck_assert_uint_le(message.len, sizeof seen_room);
    memcpy(seen_room, message.at, message.len);
    seen_message = dg_bytes_of(seen_room, message.len);
    dg_marked_sign(sig, message, pk);
}

START_TEST(a_vote_signs_kind_candidate_session_and_relay_parent)
{
    dg_candidate_parts parts = { .para = 7,
                                 .number = 5,
                                 .relay_parent = { { 0xaa } },
                                 .head = dg_text("head"),
                                 .validation_data = dg_text("pvd") };
    static const uint8_t keys[5][32] = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 } };
    static const uint8_t voted[5] = { 1, 2, 0, 2, 2 };
    dg_candidate c;
    dg_buf out;
    dg_bytes tail;
    ck_assert_int_eq(dg_candidate_init(&c, &parts, dg_marked_sign, NULL), DG_OK);
    c.session = 9;
    c.core = 17;
    dg_buf_init(&out, 1 << 20);
    dg_candidate_put(&out, &c, voted, keys, 5, true, seeing_sign);
    ck_assert_uint_eq(seen_message.len, 73);
    ck_assert_int_eq(memcmp(seen_message.at, "BKNG\x02", 5), 0);
    ck_assert_int_eq(memcmp(seen_message.at + 5, c.hash.at, 32), 0);
    ck_assert_uint_eq(dg_le32(seen_message.at + 37), 9);
    ck_assert_int_eq(memcmp(seen_message.at + 41, parts.relay_parent.at, 32), 0);
    /* five members, four votes, core 17 behind them: the example of the layout */
    tail = dg_bytes_of(out.at + out.len - 3, 3);
    assert_bytes(tail, hex("343b02"), "validator indices with a core");
    ck_assert_uint_eq(out.at[c.committed.len], 4 << 2);
    ck_assert_uint_eq(out.at[c.committed.len + 1], 1);
    ck_assert_uint_eq(out.at[c.committed.len + 1 + 65], 2);
    ck_assert(dg_marked_verify(out.at + out.len - 3 - 64, seen_message, keys[4]));
    dg_candidate_clear(&c);
    dg_buf_clear(&out);
}
END_TEST

START_TEST(a_bitfield_signs_bits_session_and_parent)
{
    static const bool held[11] = { true, [8] = true, [10] = true };
    static const uint8_t key[32] = { 9 };
    dg_hash parent = { { 0xbb } };
    dg_buf out;
    dg_buf_init(&out, 1024);
    dg_bitfield_put(&out, (dg_validator_ix){ 3 }, held, 11, &parent, 12, key, seeing_sign);
    assert_bytes(dg_bytes_of(out.at, 7), hex("2c010503000000"), "bits and index");
    ck_assert_uint_eq(seen_message.len, 3 + 4 + 32);
    assert_bytes(dg_bytes_of(seen_message.at, 7), hex("2c01050c000000"), "bits and session");
    ck_assert_uint_eq(out.len, 7 + 64);
    dg_buf_reset(&out);
    /* a node that sees no cores */
    dg_bitfield_put(&out, (dg_validator_ix){ 3 }, NULL, 0, &parent, 12, key, seeing_sign);
    ck_assert_uint_eq(out.len, 1 + 4 + 64);
    dg_buf_clear(&out);
}
END_TEST

/* Nobody signs a descriptor of version 2: where key and signature stood are a version,
 * core and session, and zeroes. One bit more in what is reserved, and it is another. */
static void refuse_to_sign(uint8_t sig[64], dg_bytes message, const uint8_t pk[32])
{
    (void)sig, (void)message, (void)pk;
    ck_abort_msg("a collation of version 2 was signed");
}

START_TEST(a_descriptor_of_version_2_names_core_and_session)
{
    dg_candidate_parts parts = { .para = 7,
                                 .number = 5,
                                 .core = 0x0102,
                                 .session = 0x01020304,
                                 .receipt_v2 = true,
                                 .head = dg_text("head"),
                                 .validation_data = dg_text("pvd") };
    dg_candidate first, second;
    dg_bytes descriptor;
    ck_assert_int_eq(dg_candidate_init(&second, &parts, refuse_to_sign, NULL), DG_OK);
    descriptor = dg_bytes_of(second.committed.at, DG_DESCRIPTOR_LEN);
    assert_bytes(dg_bytes_of(descriptor.at + 36, 7), hex("00020104030201"),
                 "version, core, session");
    ck_assert(dg_descriptor_is_v2(descriptor) && second.receipt_v2);
    for (size_t at = 36; at < 228; at += at == 67 ? 97 : 1) {
        bool named = at > 36 && at < 43;
        second.committed.at[at] ^= 0x80;
        ck_assert_msg(dg_descriptor_is_v2(descriptor) == named, "byte %zu", at);
        second.committed.at[at] ^= 0x80;
    }
    parts.receipt_v2 = false;
    ck_assert_int_eq(dg_candidate_init(&first, &parts, dg_marked_sign, NULL), DG_OK);
    ck_assert(!dg_descriptor_is_v2(dg_bytes_of(first.committed.at, DG_DESCRIPTOR_LEN)));
    ck_assert_uint_eq(first.committed.len, second.committed.len);
    ck_assert(!dg_hash_equal(&first.hash, &second.hash));
    dg_candidate_clear(&first);
    dg_candidate_clear(&second);
}
END_TEST

START_TEST(without_memory_there_is_no_candidate)
{
    dg_candidate_parts parts = { .para = 7, .head = dg_text("head") };
    dg_candidate c;
    dg_error err;
    dg_alloc_fail_from(1);
    ck_assert_int_eq(dg_candidate_init(&c, &parts, dg_marked_sign, &err), DG_NOMEM);
    dg_alloc_fail_from(0);
    ck_assert_ptr_null(c.committed.at);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    const char *path = corpus_path("vectors/paras-inherent.json");
    Suite *s = suite_create("candidate");
    TCase *tc = tcase_create("candidate");
    int failed;
    if (path && (vector = json_load_file(path, 0, NULL))) {
        tcase_add_loop_test(tc, a_candidate_comes_out_byte_for_byte, 0, ROWS(backed));
        tcase_add_loop_test(tc, bitfields_come_out_byte_for_byte, 0, ROWS(included));
    }
    tcase_add_test(tc, a_vote_signs_kind_candidate_session_and_relay_parent);
    tcase_add_test(tc, a_bitfield_signs_bits_session_and_parent);
    tcase_add_test(tc, a_descriptor_of_version_2_names_core_and_session);
    tcase_add_test(tc, without_memory_there_is_no_candidate);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    json_decref(vector);
    return failed;
}
