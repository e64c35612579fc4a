/* Answers of runtime APIs are read by a layout of ours where the runtime does not
 * describe them. On runtimes that do, both ways must agree, or an old runtime
 * would be judged by a mistake of the table. */
#include "model_run.h"

#include <string.h>

#include "survey/survey.h"

static const char *const described[] = {
    "specs/paseo-1001002-e20-10val-3paras.json.zst",
    "specs/paseo-local-1003000-e10.json.zst",
    "specs/paseo-local-1009001-e10.json.zst",
    "specs/rococo-local-1015000-8val-8paras-e10.json.zst",
    "specs/kusama-local-1000000.json.zst",
    "specs/westend-local-1005000.json.zst",
};

static bool needs_input(const dg_survey_api *row)
{
    return row->ask != DG_SURVEY_ASK_NOTHING && row->ask != DG_SURVEY_ASK_PARA
           && row->ask != DG_SURVEY_ASK_PARA_FREE && row->ask != DG_SURVEY_ASK_SESSION
           && row->ask != DG_SURVEY_ASK_METADATA;
}

static dg_bytes input_for(const dg_survey_api *row)
{
    static const uint8_t para[5] = { 0xd0, 7, 0, 0, 2 }, session[4] = { 0 }, version[4] = { 15 };
    if (row->ask == DG_SURVEY_ASK_PARA || row->ask == DG_SURVEY_ASK_PARA_FREE)
        return dg_bytes_of(para, row->ask == DG_SURVEY_ASK_PARA ? 4 : 5);
    return row->ask == DG_SURVEY_ASK_SESSION    ? DG_BYTES_OF(session)
           : row->ask == DG_SURVEY_ASK_METADATA ? DG_BYTES_OF(version)
                                                : dg_bytes_of(NULL, 0);
}

static unsigned both_ways(dg_chain *chain, dg_runtime *runtime, const dg_meta *meta,
                          const char *spec)
{
    const dg_survey_api *row;
    unsigned compared = 0;
    for (size_t i = 0; (row = dg_survey_api_at(i)); i++) {
        const dg_meta_method *method = dg_meta_method_named(meta, row->api, row->method);
        char entry[96];
        dg_bytes answer;
        json_t *typed = NULL, *laid, *figures;
        dg_scale s;
        dg_survey_api_entry(entry, sizeof entry, row);
        if (!method || needs_input(row)
            || dg_version_api(dg_runtime_version(runtime), row->api) < row->since)
            continue;
        if (dg_chain_call(chain, dg_chain_root(chain), &answer, NULL, entry, input_for(row), NULL)
            != DG_OK)
            continue;
        s = dg_scale_from(answer);
        laid = dg_survey_layout_decode(row->layout, &s);
        ck_assert_msg(dg_scale_finish(&s, NULL, "") == DG_OK,
                      "%s: %s: the layout %s does not read %zu bytes", spec, entry, row->layout,
                      answer.len);
        ck_assert_msg(dg_value_decode_all(meta, &typed, method->output, answer, NULL) == DG_OK,
                      "%s: %s", spec, entry);
        figures = dg_survey_figures(row, answer);
        ck_assert_msg(!row->figures || figures, "%s: %s: %s finds no end", spec, entry,
                      row->figures);
        json_decref(figures);
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
    Suite *s = suite_create("apis");
    TCase *tc = tcase_create("apis");
    tcase_add_loop_test(tc, layouts_and_metadata_read_the_same_answers, 0,
                        sizeof described / sizeof *described);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
