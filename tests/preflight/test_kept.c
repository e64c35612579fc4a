/* Real pairs, and what of their answers nodes keep for a session: as measured by asking each
 * runtime over each state by hand. */
#include <string.h>

#include "model_pair.h"
#include "survey/survey.h"

static const char embedded_spec[] = "fixtures/paseo-1001002-e20-100val-20paras.json.zst";
static const char embedded_to[] = "fixtures/paseo-1002000-e20.wasm";

#define ASYNC "ParachainHost_async_backing_params"
#define GROUPS "ParachainHost_validator_groups"

static const struct {
    const char *spec, *to;                  /* of the corpus; NULL: what stands in the tree */
    const char *features;                   /* written into the state; NULL: as it is */
    const char *subjects;                   /* all of them, sorted */
    const char *of, *before, *after, *says; /* one of them; NULL: there is none */
} rows[] = {
    { NULL, NULL, NULL, ASYNC " " GROUPS, ASYNC, "no answer", "an answer",
      "nodes that run before U keep the first to the session's end; where U begins a session "
      "nothing is kept yet" },
    { NULL, NULL, NULL, ASYNC " " GROUPS, GROUPS, "rotation frequency 10", "rotation frequency 10",
      "rotation frequency 1 at U" },
    /* HostConfiguration 11 -> 12: N reads its default at U, and the migration heals it */
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst", NULL,
      GROUPS, GROUPS, "rotation frequency 20", "rotation frequency 20",
      "rotation frequency 1 at U, rotation frequency 20 from U+1 on: nodes that ask first at U, "
      "all "
      "of them where it begins a session" },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst",
      "0b1111000000001000", "ParachainHost_node_features " GROUPS, "ParachainHost_node_features",
      "bits 0 to 3 and 12", "bits 0 to 3 and 12",
      "of v1.4 and later; they decide how candidates are voted for, described and cut into "
      "chunks): bits 0 to 3 and 12 before U, no bit at U, bits 0 to 3 and 12 from U+1 on" },
    /* one layout, or one whose old bytes are long enough: nothing differs */
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst", NULL, "",
      NULL, NULL, NULL, NULL },
    { "specs/rococo-dev-1014000-e10.json.zst",
      "specs/rococo-local-1015000-8val-8paras-e10.json.zst", NULL, "", NULL, NULL, NULL, NULL },
    /* not migrated at all */
    { "specs/westend-local-1005000.json.zst", "runtimes/westend-1015000.compressed.wasm", NULL,
      GROUPS, GROUPS, "rotation frequency 20", "rotation frequency 1",
      "nodes that run before U keep the first" },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm", NULL,
      ASYNC " " GROUPS, GROUPS, "rotation frequency 20", "rotation frequency 1", "at U" },
    /* a jump over ParachainHost 4 to a runtime that has no parameters of the session yet */
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-1004001.compressed.wasm", NULL,
      ASYNC " ParachainHost_session_executor_params " GROUPS,
      "ParachainHost_session_executor_params", "no answer", "none",
      "none is what they keep to the session's end" },
};

static dg_snapshot *with_features(dg_snapshot *snapshot, const dg_meta *meta, const char *bits)
{
    const dg_meta_entry *entry = dg_meta_storage(meta, "Configuration", "ActiveConfig");
    dg_state *state;
    json_t *config;
    uint8_t key[32];
    dg_buf raw;
    ck_assert_int_eq(dg_state_open(&state, snapshot, NULL), DG_OK);
    config = dg_survey_item(meta, state, "Configuration", "ActiveConfig", NULL);
    dg_state_free(state);
    ck_assert_int_eq(json_object_set_new(config, "node_features", json_string(bits)), 0);
    dg_buf_init(&raw, 1 << 16);
    ck_assert_int_eq(dg_value_encode(meta, &raw, entry->value, config, NULL), DG_OK);
    dg_storage_prefix(key, "Configuration", "ActiveConfig");
    snapshot = pair_with(snapshot, DG_BYTES_OF(key), dg_buf_bytes(&raw));
    dg_buf_clear(&raw);
    json_decref(config);
    return snapshot;
}

static const char *subjects_of(const json_t *found)
{
    static char text[400];
    const json_t *finding;
    size_t i;
    text[0] = 0;
    json_array_foreach(json_object_get(found, "findings"), i, finding)
    {
        if (strcmp(json_string_value(json_object_get(finding, "id")), "session.kept") == 0)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? " " : "",
                     json_string_value(json_object_get(finding, "subject")));
    }
    return text;
}

static const char *text_of(const json_t *finding, const char *key)
{
    const char *text = json_string_value(json_object_get(finding, key));
    return text ? text : "";
}

START_TEST(what_nodes_keep_is_told_where_n_means_otherwise)
{
    char spec[512], to[512];
    const char *path = rows[_i].spec ? corpus_path(rows[_i].spec) : embedded_spec;
    const json_t *finding;
    const dg_meta *meta;
    json_t *found;
    pair p = { .snapshot = NULL };
    if (!path)
        return;
    snprintf(spec, sizeof spec, "%s", path);
    snprintf(to, sizeof to, "%s", rows[_i].to ? corpus_path(rows[_i].to) : embedded_to);
    pair_open(&p, spec, to);
    if (rows[_i].features) {
        ck_assert_int_eq(dg_runtime_meta(p.from, &meta, NULL), DG_OK);
        p.snapshot = with_features(p.snapshot, meta, rows[_i].features);
    }
    found = pair_preflight(&p, 0);
    ck_assert_str_eq(subjects_of(found), rows[_i].subjects);
    if (rows[_i].of) {
        finding = pair_find_subject(found, "session.kept", rows[_i].of);
        ck_assert_str_eq(text_of(finding, "severity"), "warn");
        ck_assert_str_eq(text_of(finding, "old"), rows[_i].before);
        ck_assert_str_eq(text_of(finding, "new"), rows[_i].after);
        ck_assert_msg(strstr(pair_says(finding), rows[_i].says) != NULL, "%s", pair_says(finding));
    }
    json_decref(found);
    pair_close(&p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kept");
    TCase *tc = tcase_create("kept");
    int failed;
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, what_nodes_keep_is_told_where_n_means_otherwise, 0,
                        (int)(sizeof rows / sizeof *rows));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    pair_engine_free();
    return failed;
}
