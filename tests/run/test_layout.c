/* Answers of runtime APIs are read by a layout of ours where the runtime does not
 * describe them. On runtimes that do, both ways must agree, or an old runtime
 * would be judged by a mistake of the table. */
#include "model_run.h"

#include <string.h>

#include "run/apis.h"
#include "run/layout.h"

static const struct {
    const char *layout, *bytes, *json;
} good[] = {
    { "u", "07000000", "7" },
    { "U", "ffffffffffffffff", "\"18446744073709551615\"" },
    { "(bf)", "0501", "[5,true]" },
    { "[u]", "080100000002000000", "[1,2]" },
    { "?u", "00", "null" },
    { "?u", "0103000000", "3" },
    { "?[(us)]", "010401000000040a", "[[1,\"0x0a\"]]" },
    { "<u|->", "0009000000", "{\"value\":9,\"variant\":0}" },
    { "<u|->", "01", "{\"value\":null,\"variant\":1}" },
    { "<(u?H)|b>", "0105", "{\"value\":5,\"variant\":1}" },
    { "B", "2403ff", "\"0x03ff\"" },
    { "x4.", "01020304", "\"0x01020304\"" },
    { "(u*)", "01000000aabb", "[1,\"0xaabb\"]" },
    { "[[u]]", "0800080100000002000000", "[[],[1,2]]" },
    { "c", "0284", "" },
};

START_TEST(a_layout_reads_what_it_says)
{
    dg_bytes raw = hex(good[_i].bytes);
    dg_scale s = dg_scale_from(raw);
    json_t *got = layout_decode(good[_i].layout, &s),
           *want = json_loads(good[_i].json, JSON_DECODE_ANY, NULL);
    if (!good[_i].json[0]) {
        ck_assert_ptr_null(got);
        ck_assert_int_eq(s.rc, DG_MALFORMED);
        return;
    }
    ck_assert_msg(dg_scale_finish(&s, NULL, "") == DG_OK, "%s", good[_i].layout);
    ck_assert_msg(json_equal(got, want), "%s of %s", good[_i].layout, good[_i].bytes);
    json_decref(got);
    json_decref(want);
}
END_TEST

/* Every shorter answer, and one byte more, is refused. */
START_TEST(a_layout_refuses_what_is_cut_off)
{
    dg_bytes raw = hex(good[_i].bytes);
    if (!good[_i].json[0] || strchr(good[_i].layout, '*'))
        return;
    for (size_t len = 0; len < raw.len; len++) {
        dg_scale s = dg_scale_from(dg_bytes_of(raw.at, len));
        json_t *got = layout_decode(good[_i].layout, &s);
        ck_assert_msg(!got && s.rc == DG_MALFORMED, "%s at %zu", good[_i].layout, len);
    }
}
END_TEST

static const struct {
    const char *layout, *bytes;
} bad[] = {
    { "f", "02" }, { "?u", "02" }, { "<u|->", "02" }, { "[u]", "fcffffff" }, { "B", "28ff" },
};

START_TEST(a_layout_refuses_what_cannot_be)
{
    dg_scale s = dg_scale_from(hex(bad[_i].bytes));
    ck_assert_ptr_null(layout_decode(bad[_i].layout, &s));
    ck_assert_int_eq(s.rc, DG_MALFORMED);
}
END_TEST

/* ---- against real runtimes that describe their APIs ---- */

static const char *const described[] = {
    "specs/paseo-1001002-e20-10val-3paras.json.zst",
    "specs/paseo-local-1003000-e10.json.zst",
    "specs/paseo-local-1009001-e10.json.zst",
    "specs/rococo-local-1015000-8val-8paras-e10.json.zst",
    "specs/kusama-local-1000000.json.zst",
    "specs/westend-local-1005000.json.zst",
};

static bool needs_input(const api_row *row)
{
    return row->ask != ASK_NOTHING && row->ask != ASK_PARA && row->ask != ASK_PARA_FREE
           && row->ask != ASK_SESSION && row->ask != ASK_METADATA;
}

static dg_bytes input_for(const api_row *row)
{
    static const uint8_t para[5] = { 0xd0, 7, 0, 0, 2 }, session[4] = { 0 }, version[4] = { 15 };
    if (row->ask == ASK_PARA || row->ask == ASK_PARA_FREE)
        return dg_bytes_of(para, row->ask == ASK_PARA ? 4 : 5);
    return row->ask == ASK_SESSION    ? DG_BYTES_OF(session)
           : row->ask == ASK_METADATA ? DG_BYTES_OF(version)
                                      : dg_bytes_of(NULL, 0);
}

static unsigned both_ways(dg_chain *chain, dg_runtime *runtime, const dg_meta *meta,
                          const char *spec)
{
    const api_row *row;
    unsigned compared = 0;
    for (size_t i = 0; (row = api_at(i)); i++) {
        const dg_meta_method *method = dg_meta_method_named(meta, row->api, row->method);
        char entry[96];
        dg_bytes answer;
        json_t *typed = NULL, *laid;
        dg_scale s;
        api_entry(entry, sizeof entry, row);
        if (!method || needs_input(row)
            || dg_version_api(dg_runtime_version(runtime), row->api) < row->since)
            continue;
        if (dg_chain_call(chain, dg_chain_root(chain), &answer, NULL, entry, input_for(row), NULL)
            != DG_OK)
            continue;
        s = dg_scale_from(answer);
        laid = layout_decode(row->layout, &s);
        ck_assert_msg(dg_scale_finish(&s, NULL, "") == DG_OK,
                      "%s: %s: the layout %s does not read %zu bytes", spec, entry, row->layout,
                      answer.len);
        ck_assert_msg(dg_value_decode_all(meta, &typed, method->output, answer, NULL) == DG_OK,
                      "%s: %s", spec, entry);
        json_decref(laid);
        json_decref(typed);
        compared++;
    }
    return compared;
}

START_TEST(layouts_and_metadata_read_the_same_answers)
{
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    dg_chain_options how = { .simulated_validators = true };
    const char *spec = corpus_path(described[_i]);
    dg_runtime *runtime;
    const dg_meta *meta;
    dg_source source;
    dg_chain *chain;
    dg_error err;
    if (!spec || (REDUCED && _i))
        return;
    if (dg_engine_new(&how.engine, &options, &err) < 0
        || dg_source_open(
               &source, spec,
               &(dg_source_options){ .engine = how.engine, .cache_dir = options.cache_dir }, &err)
               < 0
        || dg_chain_open(&chain, source.snapshot, &how, &err) < 0
        || dg_block_runtime(chain, dg_chain_root(chain), &runtime, &err) < 0
        || dg_runtime_meta(runtime, &meta, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_ge(both_ways(chain, runtime, meta, described[_i]), 25);
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(how.engine);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("layout");
    TCase *tc = tcase_create("layout");
    tcase_add_loop_test(tc, a_layout_reads_what_it_says, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tc, a_layout_refuses_what_is_cut_off, 0, sizeof good / sizeof *good);
    tcase_add_loop_test(tc, a_layout_refuses_what_cannot_be, 0, sizeof bad / sizeof *bad);
    tcase_add_loop_test(tc, layouts_and_metadata_read_the_same_answers, 0,
                        sizeof described / sizeof *described);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
