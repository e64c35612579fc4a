/* The module is taken apart and put together again before anything else looks at
 * it. A wrong byte here would be another program than the one on chain. */
#include "writer.h"

#include "wasm/wasm_impl.h"

static const wasm_import imports[] = { { "ext_a", "P:P" }, { "ext_b", "i:" }, { 0 } };
static const wasm_function functions[] = { { "one", "ii:l", "4200", 0 }, { 0 } }; /* i64.const 0 */

static dg_code rewrite(dg_buf *out, dg_bytes wasm, uint32_t pages, dg_error *err)
{
    dg_buf_init(out, wasm.len + 64);
    return dg_wasm_own_memory(out, wasm, pages, err);
}

/* The same module written with its own memory from the start, but for the maximum. */
START_TEST(an_imported_memory_becomes_one_of_its_own)
{
    wasm_spec imported = { .imports = imports, .functions = functions, .pages = 3 };
    dg_buf in = wasm_module(&imported), out;
    dg_wasm_reader r;
    dg_wasm_part part;
    dg_error err;
    size_t seen = 0;
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), 100, &err), DG_OK);
    ck_assert_int_eq(dg_wasm_begin(&r, dg_buf_bytes(&out), &err), DG_OK);
    while (dg_wasm_next(&part, &r, dg_buf_bytes(&out), &err) == DG_OK) {
        if (part.id == DG_WASM_MEMORY) {
            assert_bytes(part.body, hex("01010364"), "memory 3..100");
            seen |= 1;
        }
        if (part.id == DG_WASM_IMPORT) {
            ck_assert_uint_eq(part.body.at[0], 2);
            seen |= 2;
        }
        if (part.id == DG_WASM_EXPORT) {
            assert_bytes(dg_bytes_of(part.body.at + part.body.len - 9, 9),
                         hex("066d656d6f72790200"), "export");
            seen |= 4;
        }
    }
    ck_assert_uint_eq(seen, 7);
    dg_buf_clear(&in);
    dg_buf_clear(&out);
}
END_TEST

static const struct {
    wasm_memory kind;
    uint32_t min, max, allowed;
    const char *memory;
} limits[] = {
    { WASM_MEMORY_OWN, 2, 0, 50, "01010232" },
    { WASM_MEMORY_OWN, 2, 10, 50, "0101020a" },
    { WASM_MEMORY_OWN, 2, 1000, 50, "01010232" },
    { WASM_MEMORY_IMPORTED, 2, 10, 50, "0101020a" },
    { WASM_MEMORY_IMPORTED, 2, 1000, 50, "01010232" },
    { WASM_MEMORY_HIDDEN, 50, 0, 50, "01013232" },
};

START_TEST(the_maximum_is_never_above_what_is_allowed)
{
    wasm_spec spec = { .functions = functions,
                       .memory = limits[_i].kind,
                       .pages = limits[_i].min,
                       .pages_max = limits[_i].max };
    dg_buf in = wasm_module(&spec), out;
    dg_wasm_reader r;
    dg_wasm_part part;
    dg_error err;
    bool seen = false;
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), limits[_i].allowed, &err), DG_OK);
    ck_assert_int_eq(dg_wasm_begin(&r, dg_buf_bytes(&out), &err), DG_OK);
    while (dg_wasm_next(&part, &r, dg_buf_bytes(&out), &err) == DG_OK)
        if (part.id == DG_WASM_MEMORY) {
            ck_assert(!seen);
            assert_bytes(part.body, hex(limits[_i].memory), "memory");
            seen = true;
        }
    ck_assert(seen);
    dg_buf_clear(&in);
    dg_buf_clear(&out);
}
END_TEST

START_TEST(more_pages_from_the_start_than_allowed_is_a_limit)
{
    dg_buf in = wasm_module(&(wasm_spec){ .functions = functions, .pages = 51 }), out;
    dg_error err;
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), 50, &err), DG_LIMIT);
    dg_buf_clear(&in);
    dg_buf_clear(&out);
}
END_TEST

/* Bodies of an import section (id 2) or a memory section (id 5). */
static const struct {
    const char *section;
    const char *says;
} refused[] = {
    { "020f0103656e76066d656d6f7279020201", "flags 2" }, /* shared */
    { "020a0103656e760161036f7f00", "" },                /* length too long */
    /* a byte behind the section's items */
    { "020a0103656e7601610000ff", "does not decode" },
    { "020a0103656e760161010170000a", "table" },
    { "02090103656e76016104007f", "unknown kind" },
    { "05050200010001", "more than one memory" },
    { "0504010102010b", "minimum 2 above maximum 1" },
    { "0503010401", "flags 4" }, /* 64-bit */
    { "05ffffffff7f", "runs past the end" },
    { "0580808080808001", "runs past the end" }, /* a length of six bytes */
    { "050801018080808010"
      "01",
      "does not decode" }, /* a number of 33 bits */
    { "0704"
      "01016100",
      "does not decode" }, /* an export cut off */
    { "0706"
      "010161000000",
      "does not decode" }, /* a byte behind the exports */
    { "0100"
      "0100",
      "section 1 comes twice" },
    { "0503010001"
      "0100",
      "section 1 comes twice or too late" },
    { "0e00", "unknown kind 14" },
};

START_TEST(what_is_no_runtime_is_refused_in_words)
{
    dg_buf in, out;
    dg_error err;
    dg_buf_init(&in, 64);
    dg_buf_put(&in, "\0asm\1\0\0\0", 8);
    dg_buf_put_bytes(&in, hex(refused[_i].section));
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), 50, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
    dg_buf_clear(&in);
    dg_buf_clear(&out);
}
END_TEST

START_TEST(a_module_without_memory_or_exports_is_refused)
{
    dg_buf in = wasm_module(&(wasm_spec){ .functions = functions, .memory = WASM_MEMORY_NONE }),
           out;
    dg_error err;
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), 50, &err), DG_MALFORMED);
    ck_assert_str_eq(err.text, "wasm has no memory");
    dg_buf_clear(&out);
    dg_buf_reset(&in);
    dg_buf_put(&in, "\0asm\1\0\0\0\5\3\1\0\1", 13);
    ck_assert_int_eq(rewrite(&out, dg_buf_bytes(&in), 50, &err), DG_MALFORMED);
    ck_assert_str_eq(err.text, "wasm exports nothing");
    dg_buf_clear(&in);
    dg_buf_clear(&out);
}
END_TEST

/* Any prefix of a good module ends in a code, and reads nothing beyond it. */
START_TEST(a_module_cut_off_anywhere_is_refused_or_whole)
{
    dg_buf in = wasm_module(&(wasm_spec){ .imports = imports, .functions = functions }), out;
    for (size_t len = 0; len <= in.len; len++) {
        uint8_t *exact = dg_malloc(len);
        dg_error err;
        dg_code rc;
        memcpy(exact, in.at, len);
        rc = rewrite(&out, dg_bytes_of(exact, len), 50, &err);
        ck_assert(rc == DG_OK || rc == DG_MALFORMED);
        ck_assert(len < in.len || rc == DG_OK);
        dg_buf_clear(&out);
        dg_free(exact);
    }
    dg_buf_clear(&in);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rewrite");
    TCase *tc = tcase_create("rewrite");
    tcase_add_test(tc, an_imported_memory_becomes_one_of_its_own);
    tcase_add_loop_test(tc, the_maximum_is_never_above_what_is_allowed, 0,
                        sizeof limits / sizeof limits[0]);
    tcase_add_test(tc, more_pages_from_the_start_than_allowed_is_a_limit);
    tcase_add_loop_test(tc, what_is_no_runtime_is_refused_in_words, 0,
                        sizeof refused / sizeof refused[0]);
    tcase_add_test(tc, a_module_without_memory_or_exports_is_refused);
    tcase_add_test(tc, a_module_cut_off_anywhere_is_refused_or_whole);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
