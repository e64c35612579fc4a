/* One value, one encoding: if a second form were accepted, two nodes could hash
 * one block differently; if a length were believed, a few bytes could ask for
 * gigabytes. */
#include "../support/suite.h"

#include <jansson.h>
#include <string.h>

#include "scale/scale.h"

/* ---- compacts ---- */

static const struct {
    uint64_t v;
    const char *raw;
} compacts[] = {
    { 0, "00" },
    { 1, "04" },
    { 63, "fc" },
    { 64, "0101" },
    { 16383, "fdff" },
    { 16384, "02000100" },
    { (1u << 30) - 1, "feffffff" },
    { 1u << 30, "0300000040" },
    { UINT32_MAX, "03ffffffff" },
    { (uint64_t)1 << 32, "070000000001" },
    { ((uint64_t)1 << 40) - 1, "07ffffffffff" },
    { (uint64_t)1 << 40, "0b000000000001" },
    { (uint64_t)1 << 48, "0f00000000000001" },
    { (uint64_t)1 << 56, "130000000000000001" },
    { UINT64_MAX, "13ffffffffffffffff" },
};
enum { COMPACTS = sizeof compacts / sizeof compacts[0] };

START_TEST(compact_reads_and_writes_every_boundary)
{
    uint64_t v = compacts[_i].v;
    dg_bytes raw = hex(compacts[_i].raw), big;
    uint8_t room[68] = { 0 };
    dg_scale s = dg_scale_from(raw);
    dg_buf out;
    ck_assert_uint_eq(dg_scale_compact_u64(&s), v);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "compact"), DG_OK);
    s = dg_scale_from(raw);
    big = dg_scale_compact_big(&s, room);
    ck_assert_uint_le(big.len, 8);
    ck_assert_uint_eq(dg_le64(room), v);
    ck_assert(big.len == 0 ? v == 0 : room[big.len - 1] != 0);
    s = dg_scale_from(raw);
    ck_assert_uint_eq(dg_scale_compact_u32(&s), v <= UINT32_MAX ? v : 0);
    ck_assert_int_eq(s.rc, v <= UINT32_MAX ? DG_OK : DG_MALFORMED);
    dg_buf_init(&out, 16);
    dg_scale_put_compact(&out, v);
    assert_bytes(dg_buf_bytes(&out), raw, "compact");
    ck_assert_uint_eq(dg_scale_compact_len(v), raw.len);
    dg_buf_clear(&out);
}
END_TEST

static const char *const padded[] = {
    "0100",               /* zero in two bytes */
    "fd00",               /* 63 in two bytes */
    "02000000",           /* zero in four */
    "feff0000",           /* 16383 in four */
    "03ffffff3f",         /* 2^30 - 1 in five */
    "0300000000",         /* zero in five */
    "07ffffffff00",       /* 2^32 - 1 in six */
    "13ffffffffffffff00", /* 2^56 - 1 in nine */
};

START_TEST(compact_refuses_padding)
{
    uint8_t room[68];
    dg_scale s = dg_scale_from(hex(padded[_i]));
    dg_scale_compact_u64(&s);
    ck_assert_int_eq(s.rc, DG_MALFORMED);
    s = dg_scale_from(hex(padded[_i]));
    dg_scale_compact_big(&s, room);
    ck_assert_int_eq(s.rc, DG_MALFORMED);
}
END_TEST

START_TEST(compact_of_64_bits_refuses_65)
{
    dg_scale s = dg_scale_from(hex("17000000000000000001"));
    uint8_t room[68];
    dg_scale_compact_u64(&s);
    ck_assert_int_eq(s.rc, DG_MALFORMED);
    s = dg_scale_from(hex("17000000000000000001"));
    ck_assert_uint_eq(dg_scale_compact_big(&s, room).len, 9);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "compact"), DG_OK);
}
END_TEST

START_TEST(compact_reaches_2_to_the_536)
{
    uint8_t raw[68], room[68];
    dg_scale s;
    memset(raw, 0xff, sizeof raw);
    s = dg_scale_from(DG_BYTES_OF(raw));
    assert_bytes(dg_scale_compact_big(&s, room), dg_bytes_of(raw + 1, 67), "2^536 - 1");
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "compact"), DG_OK);
    s = dg_scale_from(dg_bytes_of(raw, 67));
    ck_assert_uint_eq(dg_scale_compact_big(&s, room).len, 0);
    ck_assert_int_eq(s.rc, DG_MALFORMED);
}
END_TEST

START_TEST(compact_of_any_width_closes_the_circle)
{
    dg_rng rng = dg_rng_fork(1, "compact", 0, 0);
    uint8_t raw[32];
    dg_buf out = dg_buf_on(raw, sizeof raw);
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t v = dg_rng_u64(&rng) >> dg_rng_below(&rng, 64);
        dg_scale s;
        dg_buf_reset(&out);
        dg_scale_put_compact(&out, v);
        s = dg_scale_from(dg_buf_bytes(&out));
        ck_assert_uint_eq(dg_scale_compact_u64(&s), v);
        ck_assert_int_eq(dg_scale_finish(&s, NULL, "compact"), DG_OK);
        ck_assert_uint_eq(dg_scale_compact_len(v), out.len);
    }
}
END_TEST

/* ---- the cursor ---- */

START_TEST(the_cursor_remembers_its_first_failure)
{
    dg_scale s = dg_scale_from(hex("0102ff0000"));
    dg_error err;
    ck_assert(dg_scale_bool(&s));
    ck_assert(!dg_scale_option(&s)); /* 2: neither */
    ck_assert_uint_eq(dg_scale_u8(&s), 0);
    ck_assert_uint_eq(dg_scale_u64(&s), 0);
    dg_scale_fail(&s, "later");
    ck_assert_uint_eq(dg_scale_left(&s), 0);
    ck_assert_uint_eq(dg_scale_rest(&s).len, 0);
    ck_assert_int_eq(dg_scale_finish(&s, &err, "thing"), DG_MALFORMED);
    ck_assert_str_eq(err.text, "thing: option is neither 0 nor 1 at byte 1 of 5");
}
END_TEST

START_TEST(what_is_left_over_is_a_failure)
{
    dg_scale s = dg_scale_from(hex("0100000007"));
    dg_error err;
    ck_assert_uint_eq(dg_scale_u32(&s), 1);
    ck_assert_int_eq(dg_scale_check(&s, &err, "thing"), DG_OK);
    ck_assert_int_eq(dg_scale_finish(&s, &err, "thing"), DG_MALFORMED);
    ck_assert_str_eq(err.text, "thing: 1 bytes follow its end at byte 4");
}
END_TEST

START_TEST(fixed_widths_are_little_endian)
{
    dg_scale s = dg_scale_from(hex("0102030405060708090a0b0c0d0e0f"));
    ck_assert_uint_eq(dg_scale_u8(&s), 1);
    ck_assert_uint_eq(dg_scale_u16(&s), 0x0302);
    ck_assert_uint_eq(dg_scale_u32(&s), 0x07060504);
    ck_assert_uint_eq(dg_scale_u64(&s), 0x0f0e0d0c0b0a0908u);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "numbers"), DG_OK);
}
END_TEST

/* Lengths that cannot be there fail before anyone allocates for them. */
static const struct {
    const char *raw;
    size_t item_min;
    bool good;
} counts[] = {
    { "0c010203", 1, true },    { "10010203", 1, false },  { "0c010203", 2, false },
    { "03ffffffff", 1, false }, { "03ffffffff", 0, true }, { "00", 100, true },
};

START_TEST(a_count_is_held_against_the_bytes)
{
    dg_scale s = dg_scale_from(hex(counts[_i].raw));
    dg_scale_count(&s, counts[_i].item_min);
    ck_assert_int_eq(s.rc, counts[_i].good ? DG_OK : DG_MALFORMED);
}
END_TEST

START_TEST(an_empty_input_is_no_value)
{
    dg_scale s = dg_scale_from((dg_bytes){ NULL, 0 });
    ck_assert_uint_eq(dg_scale_take(&s, 0).len, 0);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "nothing"), DG_OK);
    dg_scale_hash(&s);
    ck_assert_int_eq(s.rc, DG_MALFORMED);
}
END_TEST

START_TEST(writers_write_little_endian)
{
    dg_buf out;
    dg_buf_init(&out, 64);
    dg_scale_put_u16(&out, 0x0201);
    dg_scale_put_u32(&out, 0x06050403);
    dg_scale_put_u64(&out, 0x0e0d0c0b0a090807u);
    dg_scale_put_bytes(&out, dg_text("ab"));
    assert_bytes(dg_buf_bytes(&out), hex("0102030405060708090a0b0c0d0e086162"), "numbers");
    dg_buf_clear(&out);
}
END_TEST

/* The strings of the conformance tests, with their encodings. */
START_TEST(strings_of_the_vectors)
{
    const char *path = corpus_path("vectors/scale/strings.json");
    json_t *rows, *row;
    size_t i;
    if (!path)
        return;
    rows = json_load_file(path, 0, NULL);
    ck_assert_uint_gt(json_array_size(rows), 5);
    json_array_foreach(rows, i, row)
    {
        dg_bytes text = dg_text(json_string_value(json_object_get(row, "text")));
        dg_bytes raw = hex(json_string_value(json_object_get(row, "scale_string")));
        dg_scale s = dg_scale_from(raw);
        dg_buf out;
        dg_buf_init(&out, 1 << 16);
        dg_scale_put_bytes(&out, text);
        assert_bytes(dg_buf_bytes(&out), raw, "string");
        assert_bytes(dg_scale_bytes(&s), text, "text");
        ck_assert_int_eq(dg_scale_finish(&s, NULL, "string"), DG_OK);
        dg_buf_clear(&out);
    }
    json_decref(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cursor");
    TCase *tc = tcase_create("cursor");
    tcase_add_loop_test(tc, compact_reads_and_writes_every_boundary, 0, COMPACTS);
    tcase_add_loop_test(tc, compact_refuses_padding, 0, (int)(sizeof padded / sizeof padded[0]));
    tcase_add_test(tc, compact_of_64_bits_refuses_65);
    tcase_add_test(tc, compact_reaches_2_to_the_536);
    tcase_add_test(tc, compact_of_any_width_closes_the_circle);
    tcase_add_test(tc, the_cursor_remembers_its_first_failure);
    tcase_add_test(tc, what_is_left_over_is_a_failure);
    tcase_add_test(tc, fixed_widths_are_little_endian);
    tcase_add_loop_test(tc, a_count_is_held_against_the_bytes, 0,
                        (int)(sizeof counts / sizeof counts[0]));
    tcase_add_test(tc, an_empty_input_is_no_value);
    tcase_add_test(tc, writers_write_little_endian);
    tcase_add_test(tc, strings_of_the_vectors);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
