/* A blob is the first thing that comes from outside: whatever it is, it must be
 * told from a runtime in one line, and must not fill the memory. */
#include "writer.h"

#include <zstd.h>

#include "wasm/wasm.h"

static const uint8_t prefix[8] = { 0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05 };

static dg_buf packed(uint8_t kind, dg_bytes content)
{
    dg_buf blob;
    size_t bound = ZSTD_compressBound(content.len), len;
    uint8_t *at;
    dg_buf_init(&blob, bound + 8);
    dg_buf_put(&blob, prefix, 7);
    dg_buf_put_u8(&blob, kind);
    at = dg_buf_grow(&blob, bound);
    ck_assert_ptr_nonnull(at);
    len = ZSTD_compress(at, bound, content.at, content.len, 3);
    ck_assert(!ZSTD_isError(len));
    blob.len = 8 + len;
    return blob;
}

static dg_code decode(dg_bytes blob, dg_error *err)
{
    dg_buf wasm;
    dg_code rc;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    rc = dg_blob_decode(&wasm, blob, err);
    if (rc < 0)
        ck_assert_uint_eq(wasm.len, 0);
    dg_buf_clear(&wasm);
    return rc;
}

static const uint8_t tiny[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };

START_TEST(both_kinds_of_prefix_and_none_give_the_same_wasm)
{
    static const uint8_t kinds[] = { 5, 7 };
    dg_buf wasm;
    dg_buf_init(&wasm, 64);
    ck_assert_int_eq(dg_blob_decode(&wasm, DG_BYTES_OF(tiny), NULL), DG_OK);
    assert_bytes(dg_buf_bytes(&wasm), DG_BYTES_OF(tiny), "raw");
    for (size_t i = 0; i < sizeof kinds; i++) {
        dg_buf blob = packed(kinds[i], DG_BYTES_OF(tiny));
        dg_buf_reset(&wasm);
        ck_assert_int_eq(dg_blob_decode(&wasm, dg_buf_bytes(&blob), NULL), DG_OK);
        assert_bytes(dg_buf_bytes(&wasm), DG_BYTES_OF(tiny), "packed");
        dg_buf_clear(&blob);
    }
    dg_buf_clear(&wasm);
}
END_TEST

static const struct {
    uint8_t kind;
    const char *says;
} kinds[] = {
    { 6, "PoV" },
    { 8, "PolkaVM" },
    { 9, "unknown kind 9" },
};

START_TEST(other_kinds_of_blob_are_named)
{
    dg_buf blob = packed(kinds[_i].kind, DG_BYTES_OF(tiny));
    dg_error err;
    ck_assert_int_eq(decode(dg_buf_bytes(&blob), &err), DG_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.text, kinds[_i].says));
    dg_buf_clear(&blob);
}
END_TEST

START_TEST(a_frame_that_is_cut_off_is_refused_wherever_it_ends)
{
    uint8_t noise[4096];
    dg_rng chance = dg_rng_fork(1, "frame", 0, 0);
    dg_buf blob;
    dg_error err;
    dg_rng_bytes(&chance, noise, sizeof noise);
    memcpy(noise, tiny, sizeof tiny);
    blob = packed(5, DG_BYTES_OF(noise));
    ck_assert_int_eq(decode(dg_buf_bytes(&blob), &err), DG_OK);
    for (size_t len = 8; len < blob.len; len += 97)
        ck_assert_int_eq(decode(dg_bytes_of(blob.at, len), &err), DG_MALFORMED);
    ck_assert_int_eq(decode(dg_bytes_of(blob.at, blob.len - 1), &err), DG_MALFORMED);
    dg_buf_put_u8(&blob, 0);
    ck_assert_int_eq(decode(dg_buf_bytes(&blob), &err), DG_MALFORMED); /* one too many */
    dg_buf_clear(&blob);
}
END_TEST

/* 60 MiB of zeros pack into a few kilobytes. */
START_TEST(a_bomb_stops_at_the_cap)
{
    size_t len = (size_t)60 << 20;
    uint8_t *zeros = dg_calloc(len, 1);
    dg_buf blob, wasm;
    dg_error err;
    ck_assert_ptr_nonnull(zeros);
    memcpy(zeros, tiny, sizeof tiny);
    blob = packed(5, dg_bytes_of(zeros, len));
    ck_assert_uint_lt(blob.len, 1 << 16);
    dg_buf_init(&wasm, (size_t)1 << 30); /* the cap holds although the caller would take more */
    ck_assert_int_eq(dg_blob_decode(&wasm, dg_buf_bytes(&blob), &err), DG_LIMIT);
    ck_assert_uint_eq(wasm.len, 0);
    ck_assert_uint_le(wasm.cap, DG_BLOB_MAX);
    dg_buf_clear(&wasm);
    dg_buf_clear(&blob);
    dg_free(zeros);
}
END_TEST

static const struct {
    const char *hex;
    const char *says;
} rubbish[] = {
    { "", "empty" },
    { "00", "no wasm" },
    { "7f454c46", "no wasm" },
    { "52bc537646db8e05", "cut off" },
    { "52bc537646db8e0500000000", "broken" },
};

START_TEST(what_is_no_wasm_is_said_to_be_none)
{
    dg_error err;
    ck_assert_int_eq(decode(hex(rubbish[_i].hex), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, rubbish[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(an_allocation_that_fails_leaves_nothing)
{
    dg_buf blob = packed(5, DG_BYTES_OF(tiny));
    dg_code rc = DG_NOMEM;
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        dg_error err;
        ck_assert_uint_lt(nth, 100);
        dg_alloc_fail_from(nth);
        rc = decode(dg_buf_bytes(&blob), &err);
        dg_alloc_fail_from(0);
    }
    ck_assert_int_eq(rc, DG_OK);
    dg_buf_clear(&blob);
}
END_TEST

START_TEST(custom_sections_are_found_by_name)
{
    static const wasm_custom customs[] = {
        { "runtime_apis", { (const uint8_t *)"abc", 3 } },
        { "runtime_version", { (const uint8_t *)"xyzw", 4 } },
        { 0 },
    };
    dg_buf wasm = wasm_module(&(wasm_spec){ .customs = customs });
    dg_bytes got;
    dg_error err;
    ck_assert_int_eq(dg_wasm_section(&got, dg_buf_bytes(&wasm), "runtime_version", &err), DG_OK);
    assert_bytes(got, dg_text("xyzw"), "section");
    ck_assert_int_eq(dg_wasm_section(&got, dg_buf_bytes(&wasm), "runtime_apis", &err), DG_OK);
    assert_bytes(got, dg_text("abc"), "section");
    ck_assert_int_eq(dg_wasm_section(&got, dg_buf_bytes(&wasm), "nothing", &err), DG_ABSENT);
    for (size_t len = 0; len < wasm.len; len++) /* cut anywhere: an answer, never a read beyond */
        dg_wasm_section(&got, dg_bytes_of(wasm.at, len), "runtime_version", &err);
    ck_assert_int_eq(
        dg_wasm_section(&got, dg_bytes_of(wasm.at, wasm.len - 1), "runtime_version", &err),
        DG_MALFORMED);
    dg_buf_clear(&wasm);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blob");
    TCase *tc = tcase_create("blob");
    tcase_add_test(tc, both_kinds_of_prefix_and_none_give_the_same_wasm);
    tcase_add_loop_test(tc, other_kinds_of_blob_are_named, 0, sizeof kinds / sizeof kinds[0]);
    tcase_add_test(tc, a_frame_that_is_cut_off_is_refused_wherever_it_ends);
    tcase_add_test(tc, a_bomb_stops_at_the_cap);
    tcase_add_loop_test(tc, what_is_no_wasm_is_said_to_be_none, 0,
                        sizeof rubbish / sizeof rubbish[0]);
    tcase_add_test(tc, an_allocation_that_fails_leaves_nothing);
    tcase_add_test(tc, custom_sections_are_found_by_name);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
