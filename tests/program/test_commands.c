/* The commands as a user meets them, one after another: a state in, what it holds, out
 * again in every form and back, asked, executed upon, judged. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

#define WESTEND_HASH "0xe143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e"

static const char *at(const json_t *object, const char *key, const char *inner)
{
    const char *text = json_string_value(json_object_get(json_object_get(object, key), inner));
    return text ? text : "";
}

/* A copy of the path, since there are four static ones; "" where the corpus is not. */
typedef struct place {
    char path[300];
} place;

static place corpus(const char *name)
{
    const char *path = corpus_path(name);
    place p;
    snprintf(p.path, sizeof p.path, "%s", path ? path : "");
    return p;
}

static json_t *imported(const char *from, const char *name, const char *more)
{
    return answered(doppel("snapshot create -q --json --replace --from %s %s %s", from,
                           scratch_path(name), more),
                    from);
}

/* ---- snapshots ---- */

static const struct {
    const char *file, *more;
    bool header;
} forms[] = {
    { "again.json", "", true },
    { "again.json.zst", "", true },
    { "again.snap", "", true },
    { "again.snap", "--snap-version 3", false },
};

START_TEST(a_state_goes_out_and_comes_back_in_every_form)
{
    char file[300];
    json_t *first = answered(doppel("snapshot show --json %s", small_snapshot()), "show"), *again;
    snprintf(file, sizeof file, "%s", scratch_path(forms[_i].file));
    json_decref(answered(
        doppel("snapshot export --json %s --to %s %s", small_snapshot(), file, forms[_i].more),
        "export"));
    again = imported(file, "again", "");
    ck_assert_str_eq(at(again, "block", "state_root"), at(first, "block", "state_root"));
    ck_assert_str_eq(at(again, "block", "hash"), at(first, "block", "hash"));
    ck_assert_str_eq(at(again, "runtime", "spec_name"), "mini");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(again, "runtime"), "spec_version")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(again, "block"), "number")),
                     0);
    ck_assert_int_eq(json_is_string(json_object_get(json_object_get(again, "block"), "header")),
                     forms[_i].header);
    json_decref(first);
    json_decref(again);
}
END_TEST

/* The blocks of mini change a few keys; of the rest there is one copy on the disk. */
START_TEST(a_newer_state_is_kept_as_what_it_adds)
{
    char out[300];
    json_t *first = answered(doppel("snapshot show --json %s", small_snapshot()), "show"), *about,
           *base;
    ran r;
    snprintf(out, sizeof out, "%s", scratch_path("newer"));
    about = answered(doppel("snapshot update --json %s --from %s %s", small_snapshot(),
                            runtime_path("mini-pending.json"), out),
                     "update");
    base = json_array_get(json_object_get(json_object_get(about, "bases"), "files"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(base, "blake2_256")),
                     at(first, "store", "blake2_256"));
    ck_assert_str_eq(at(about, "source", "kind"), "spec");
    ck_assert_str_ne(at(about, "block", "state_root"), at(first, "block", "state_root"));
    json_decref(about);
    json_decref(answered(doppel("snapshot verify --json %s", out), "verify"));
    r = doppel("snapshot show %s", out);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "shared with the snapshots"));
    ran_clear(&r);
    refused(doppel("snapshot update %s --from %s %s", small_snapshot(), out, out), "a place taken",
            "exists already", 2);
    json_decref(answered(doppel("snapshot update --json --replace %s --from %s %s", out,
                                runtime_path("mini.json"), out),
                         "update in place"));
    /* what was there in between is nobody's any more */
    about = answered(doppel("snapshot gc --json %s %s", out, small_snapshot()), "gc");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(about, 0), "files_before")),
                     3);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(about, 0), "files")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(about, 1), "files")), 1);
    json_decref(about);
    r = doppel("snapshot gc %s", out);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "nothing to free"));
    ran_clear(&r);
    refused(doppel("snapshot gc %s", runtime_path("mini.json")), "gc of a file", "not a snapshot",
            2);
    about = answered(doppel("snapshot show --json %s", out), "show");
    ck_assert_str_eq(at(about, "block", "state_root"), at(first, "block", "state_root"));
    json_decref(about);
    json_decref(first);
}
END_TEST

START_TEST(a_snapshot_that_is_there_stays_unless_replaced)
{
    const char *path = small_snapshot();
    json_t *about;
    refused(doppel("snapshot create --from %s %s", runtime_path("mini-pending.json"), path),
            "no --replace", "--replace", 2);
    about = answered(doppel("snapshot show --json %s", path), "show");
    ck_assert_str_eq(at(about, "runtime", "spec_name"), "mini");
    json_decref(about);
}
END_TEST

/* ---- real blocks: .blocks of a sync come newest first ---- */

static void count(const json_t *answer, const char *what, json_int_t executed,
                  json_int_t mismatches)
{
    json_int_t e = json_integer_value(json_object_get(answer, "blocks_executed"));
    json_int_t m = json_integer_value(json_object_get(answer, "mismatches"));
    if (e != executed || m != mismatches)
        ck_abort_msg("%s: %lld blocks executed, %lld mismatches", what, (long long)e, (long long)m);
}

START_TEST(westend_1_to_128_execute_to_their_roots)
{
    place spec = corpus("specs/westend2-genesis-1.json.zst"),
          blocks = corpus("vectors/blocks/westend-1-128.blocks");
    json_t *answer;
    if (!spec.path[0])
        return;
    answer = imported(spec.path, "westend", "");
    ck_assert_str_eq(at(answer, "block", "hash"), WESTEND_HASH);
    json_decref(answer);
    answer = answered(doppel("execute -q --json %s %s --out %s", scratch_path("westend"),
                             blocks.path, scratch_path("at128")),
                      "westend");
    count(answer, "westend", 128, 0);
    json_decref(answer);
    answer = answered(doppel("snapshot show --json %s", scratch_path("at128")), "at 128");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(answer, "block"), "number")), 128);
    ck_assert(!json_is_true(json_object_get(json_object_get(answer, "state"), "partial")));
    json_decref(answer);
    /* the header came along, so the state can be given on with it */
    answer = answered(doppel("snapshot export --json %s --to %s --snap-version 4",
                             scratch_path("at128"), scratch_path("at128.snap")),
                      "export at 128");
    json_decref(answer);
    refused(doppel("execute %s %s", scratch_path("at128"), blocks.path), "once more",
            "does not follow", 2);
}
END_TEST

START_TEST(overrides_are_put_into_a_state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "{}", "has neither overrides nor injects" },
        { "{\"overrides\": [1]}", "overrides is not an object" },
        { "{\"injects\": {\"0g\": \"00\"}}", "injects: key 0g: " },
        { "{\"injects\": {\"00\": 5}}", "injects: key 00: its value is neither hex nor null" },
        { "{", "line 1: " },
    };
    char file[512];
    json_t *answer;
    snprintf(file, sizeof file, "%s", scratch_path("overrides.json"));
    dg_file_write(file,
                  dg_text("{\"overrides\": {\"6162\": \"0102\"},"
                          "\"injects\": {\"0x6163\": \"0x03\", \"6164\": null}}"),
                  NULL);
    answer = answered(doppel("snapshot amend --json build/runtimes/mini.json %s --overrides %s",
                             scratch_path("amended"), file),
                      "amend");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "entries")), 3);
    json_decref(answer);
    answer = answered(doppel("snapshot export --json %s --to %s", scratch_path("amended"),
                             scratch_path("amended.json")),
                      "amended");
    json_decref(answer);
    answer = json_load_file(scratch_path("amended.json"), 0, NULL);
    json_t *raw = json_object_get(json_object_get(answer, "genesis"), "raw");
    ck_assert_str_eq(at(raw, "top", "0x6162"), "0x0102");
    ck_assert_str_eq(at(raw, "top", "0x6163"), "0x03");
    json_decref(answer);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        dg_file_write(file, dg_text(bad[i].text), NULL);
        refused(doppel("snapshot amend build/runtimes/mini.json %s --overrides %s",
                       scratch_path("bad"), file),
                bad[i].text, bad[i].says, 2);
        ck_assert(!dg_file_exists(scratch_path("bad")));
    }
}
END_TEST

/* The hash is that of the raw spec which `polkadot build-spec --raw` of version 1.25.1 makes of it.
 */
START_TEST(a_plain_spec_is_built_as_the_node_builds_it)
{
    json_t *answer;
    if (!corpus("specs/polkadot-local-2000005-e20.plain.json.zst").path[0])
        return;
    answer = imported(corpus_path("specs/polkadot-local-2000005-e20.plain.json.zst"), "plain", "");
    ck_assert_str_eq(at(answer, "block", "hash"),
                     "0x4e6e01d3a385752d6d87a677348944dc3143a3a88cfa0cc3b6975bfdfe55f307");
    ck_assert_str_eq(at(answer, "source", "kind"), "plain");
    json_decref(answer);
}
END_TEST

/* Real nodes begin at block #0 with keys that everybody has. */
START_TEST(a_state_is_given_to_nodes_with_development_keys)
{
    json_t *answer, *spec;
    dg_buf toml;
    if (!corpus("specs/fidelity-now9-3v1p.json.zst").path[0])
        return;
    answer = imported(corpus_path("specs/fidelity-now9-3v1p.json.zst"), "now9", "");
    json_decref(answer);
    answer = answered(doppel("snapshot export --json %s --dev-keys 2 --to %s", scratch_path("now9"),
                             scratch_path("nodes.json")),
                      "export for nodes");
    json_decref(answer);
    dg_buf_init(&toml, 1 << 16);
    ck_assert_int_eq(dg_file_read(&toml, scratch_path("nodes.toml"), NULL), DG_OK);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&toml), "chain_spec_path = \"nodes.json\""));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&toml), "name = \"bob\""));
    ck_assert_ptr_null(strstr(dg_buf_text(&toml), "charlie"));
    dg_buf_clear(&toml);
    spec = json_load_file(scratch_path("nodes.json"), 0, NULL);
    ck_assert_str_eq(at(json_object_get(json_object_get(spec, "genesis"), "raw"), "top",
                        "0x1cb6f36e027abb2091cfb5110ab5087f5e0621c4869aa60c02be9adcc98a0d1d"),
                     "0x08d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
                     "01000000000000008eaf04151687736326c9fea17e25fc5287613693c912909cb226aa479"
                     "4f26a480100000000000000");
    json_decref(spec);
    refused(doppel("snapshot export %s --dev-keys 0 --to %s", scratch_path("now9"),
                   scratch_path("none.json")),
            "none", "--dev-keys: 1 to 10000 validators, not 0", 2);
    refused(doppel("snapshot export %s --dev-keys 2 --to %s", scratch_path("now9"),
                   scratch_path("none.snap")),
            "a .snap", "they read a chain spec", 2);
    ck_assert(!dg_file_exists(scratch_path("none.json")));
}
END_TEST

/* A block as a line of hex from the vector's parts; the root may be another's. */
static const char *kusama_block(size_t i, bool wrong_root)
{
    json_t *all = json_load_file(corpus_path("vectors/blocks/kusama-blocks.json"), 0, NULL);
    json_t *b = json_array_get(all, i);
    static const char *const parts[] = { "parent_hash",  NULL,
                                         "state_root",   "extrinsics_root",
                                         "digest_scale", "body_scale_vec_of_extrinsics" };
    uint32_t number = (uint32_t)atoi(json_string_value(json_object_get(b, "number")));
    const char *path;
    dg_buf line;
    dg_buf_init(&line, 1 << 20);
    for (size_t k = 0; k < 6; k++) {
        const char *name = k == 2 && wrong_root ? "parent_state_root" : parts[k];
        if (name)
            dg_buf_put_text(&line, json_string_value(json_object_get(b, name)) + (k ? 2 : 0));
        else if (number < 64)
            dg_buf_printf(&line, "%02x", number << 2);
        else
            dg_buf_printf(&line, "%02x%02x", (number << 2 | 1) & 255, number >> 6);
    }
    dg_buf_put_text(&line, "\n");
    path = file_of("kusama.hex", dg_buf_bytes(&line));
    dg_buf_clear(&line);
    json_decref(all);
    return path;
}

START_TEST(kusama_1_executes_on_the_genesis)
{
    place spec = corpus("specs/kusama-genesis-1020.json.zst");
    json_t *answer;
    if (!spec.path[0])
        return;
    answer =
        answered(doppel("execute -q --json %s %s", spec.path, kusama_block(0, false)), "kusama 1");
    count(answer, "kusama 1", 1, 0);
    json_decref(answer);
}
END_TEST

/* The state file says neither number nor header: the user does. */
START_TEST(kusama_3784_executes_on_a_state_whose_block_the_user_names)
{
    place state = corpus("state/kusama-block-3783.full.json.zst");
    json_t *answer;
    if (!state.path[0])
        return;
    json_decref(imported(state.path, "3783", ""));
    refused(doppel("execute %s %s", scratch_path("3783"), kusama_block(1, false)), "block unknown",
            "does not follow", 2);
    json_decref(imported(
        state.path, "3783",
        "--number 3783 --hash 0x4843b4aa38cf2e3e2f6fae401b98dd705bed668a82dd3751dc38f1601c814ca8"));
    answer =
        answered(doppel("execute -q --json %s %s", scratch_path("3783"), kusama_block(1, false)),
                 "kusama 3784");
    count(answer, "kusama 3784", 1, 0);
    json_decref(answer);
}
END_TEST

START_TEST(a_block_with_another_root_is_exit_1_and_names_both)
{
    place spec = corpus("specs/kusama-genesis-1020.json.zst");
    json_t *answer;
    ran r;
    if (!spec.path[0])
        return;
    r = doppel("execute -q --json %s %s", spec.path, kusama_block(0, true));
    ck_assert_int_eq(r.exit, 1);
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.err), "0xfabb0c6e"));
    r.exit = 0; /* seen: the rest is an answer */
    answer = answered(r, "wrong root");
    count(answer, "wrong root", 1, 1);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "failed")), 1);
    json_decref(answer);
}
END_TEST

/* ---- questions ---- */

/* Code of every kind a user may have it in, told apart by content. */
START_TEST(code_is_found_in_every_wrapping)
{
    dg_buf blob = slurp(runtime_path("mini-2.wasm")), text;
    char hex_path[300];
    dg_buf_init(&text, SIZE_MAX / 4);
    dg_hex_put(&text, dg_buf_bytes(&blob));
    dg_buf_put_text(&text, "\n");
    snprintf(hex_path, sizeof hex_path, "%s", file_of("mini-2.hex", dg_buf_bytes(&text)));
    const char *const paths[] = { runtime_path("mini-2.wasm"),
                                  runtime_path("mini-2.compressed.wasm"), hex_path };
    for (size_t i = 0; i < 3; i++) {
        json_t *about = answered(doppel("inspect --json %s", paths[i]), paths[i]);
        ck_assert_int_eq(json_integer_value(json_object_get(about, "spec_version")), 2);
        json_decref(about);
    }
    dg_buf_clear(&text);
    dg_buf_clear(&blob);
}
END_TEST

START_TEST(an_upgrade_may_come_from_a_spec)
{
    char outcome[300];
    json_t *report;
    ran r;
    snprintf(outcome, sizeof outcome, "%s", scratch_path("outcome.json"));
    r = doppel("run --no-network --snapshot %s --to %s --at boundary-4 --set "
               "claims.identity.off=true --set "
               "claims.reimport.severity=advice -o %s",
               small_snapshot(), runtime_path("mini-pending.json"), outcome);
    if (r.exit > 1)
        ck_abort_msg("exit %d, said: %s", r.exit, dg_buf_text(&r.err));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&r.out), "rehearsed"));
    ck_assert_ptr_null(strstr(dg_buf_text(&r.out), " identity ")); /* both --set counted */
    ran_clear(&r);
    report = answered(doppel("report show --json %s", outcome), "report");
    json_decref(report);
}
END_TEST

/* U-1, U and U+1 of a run, looked at: N's code comes in U, the block counts on. */
START_TEST(states_of_a_run_are_kept_and_compared)
{
    char states[300];
    json_t *diff;
    const json_t *number;
    ran r;
    snprintf(states, sizeof states, "%s", scratch_path("states"));
    r = doppel("run --no-network --snapshot %s --to %s --at boundary-4 --keep U-1,U,control:U+1 "
               "--keep-dir %s -o %s",
               runtime_path("mini.json"), runtime_path("mini-2.wasm"), states,
               scratch_path("kept.json"));
    if (r.exit != 0 || !strstr(dg_buf_text(&r.err), "(U, treatment) as "))
        ck_abort_msg("exit %d, said: %s", r.exit, dg_buf_text(&r.err));
    ran_clear(&r);
    diff = answered(doppel("snapshot diff --json %s/treatment-U-1 %s/treatment-U", states, states),
                    "diff");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(diff, ":code"), "changed")),
                     1);
    number = json_array_get(json_object_get(json_object_get(diff, "System.Number"), "entries"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(number, "after")),
                     json_integer_value(json_object_get(number, "before")) + 1);
    json_decref(diff);
    diff = answered(doppel("snapshot diff --json %s/treatment-U %s/treatment-U", states, states),
                    "diff");
    ck_assert_uint_eq(json_object_size(diff), 0);
    json_decref(diff);
    r = doppel("snapshot diff %s/treatment-U-1 %s/treatment-U --item System.Number", states,
               states);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_ptr_nonnull(strstr(
        dg_buf_text(&r.out),
        "1 item differs: of their keys 0 were added, 0 removed, 1 changed\n  System.Number"));
    ran_clear(&r);
    refused(
        doppel("snapshot diff %s/treatment-U-1 %s/treatment-U --item System.Numbr", states, states),
        "diff", "System.Numbr does not differ, or there is no such item", 2);
    refused(doppel("snapshot diff %s/treatment-U-1 %s/nothing", states, states), "nothing",
            "nothing", 4);
}
END_TEST

START_TEST(a_second_look_finds_what_the_first_one_imported)
{
    ran r = doppel(
        "run -q --no-network --snapshot %s --to %s --at boundary-4 --verify-determinism -o %s",
        runtime_path("mini.json"), runtime_path("mini-2.wasm"), scratch_path("twice.json"));
    if (r.exit != 0)
        ck_abort_msg("exit %d, said: %s%s", r.exit, dg_buf_text(&r.out), dg_buf_text(&r.err));
    ran_clear(&r);
}
END_TEST

/* ---- releases of the node ---- */

/* Every release has its row, as text and as data, and what is asked for alone is told whole. */
START_TEST(nodes_are_listed_by_their_releases)
{
    static const char *const shown[] = { "v1.10..v1.11 (2024-04 to 2024-05), once SD_V12_PURGE",
                                         "\n  does ",
                                         "\n  speaks ",
                                         "\n  lacks ",
                                         "\n  keeps ",
                                         "kagome, once KAGOME" };
    json_t *o = answered(doppel("nodes --json"), "nodes");
    const json_t *classes = json_object_get(o, "classes"), *class;
    size_t i, releases = 0;
    ran r = doppel("nodes");
    ck_assert_int_eq(r.exit, 0);
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
        ck_assert_msg(strstr(dg_buf_text(&r.out), shown[k]) != NULL, "%s", shown[k]);
    json_array_foreach(classes, i, class)
    {
        releases += json_array_size(json_object_get(class, "releases"));
        ck_assert(json_is_string(json_object_get(class, "class"))
                  && json_is_integer(json_object_get(class, "parachain_host_known"))
                  && json_array_size(json_object_get(class, "validation_protocols"))
                  && json_array_size(json_object_get(class, "collation_protocols")));
    }
    ck_assert_uint_ge(json_array_size(classes), 10);
    ck_assert_uint_ge(releases, 26);
    json_decref(o);
    ran_clear(&r);
}
END_TEST

static const struct {
    const char *args;
    const char *has, *not ;
} asked[] = {
    { "v1.10",
      "4269: they lose the grid topology that they kept for later when a leaf signal only "
      "deactivates",
      "v1.12 (" },
    { "v1.10", "the mode of backing (ParachainHost_async_backing_params)",
      "receipts of version 2, "
      "once" },
    { "v1.10", "[node-core-provisioner 10.0.0 to 18.0.0 lib.rs:218, 20.0.0, 21.0.0 :216]",
      "of each leaf" },
    { "v1.18", "the scheduling lookahead", "the mode of backing" },
    { "v1.8..v1.9", "v1.8 (2024-02)", "v1.7 (" },
    { "'Parity Polkadot/v1.16.1-835e0767fe8 (x)'", "v1.16 (2024-09)", "4269: they" },
    { "kagome-0.9.3", "kagome, once KAGOME", "ParachainHost_" },
    { "v0.9", "async-backing: they take no part in backing", "the mode of backing" },
    { "v1.25", "validation protocols 3;", "\n  lacks " },
};
START_TEST(a_release_that_is_asked_for_is_told_whole)
{
    ran r = doppel("nodes --width 1000 %s", asked[_i].args);
    const char *text = dg_buf_text(&r.out);
    ck_assert_int_eq(r.exit, 0);
    ck_assert_msg(strstr(text, asked[_i].has) != NULL, "%s lacks %s", asked[_i].args,
                  asked[_i].has);
    ck_assert_msg(strstr(text, asked[_i].not ) == NULL, "%s has %s", asked[_i].args,
                  asked[_i].not );
    ran_clear(&r);
}
END_TEST

START_TEST(lines_about_nodes_keep_to_the_width)
{
    static const int widths[] = { 1, 40, 72, 160 };
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        ran r = doppel("nodes --width %d v1.9..v1.12", widths[i]);
        size_t most = widths[i] < 40 ? 40 : (size_t)widths[i];
        ck_assert_int_eq(r.exit, 0);
        for (const char *line = dg_buf_text(&r.out); *line; line += strcspn(line, "\n") + 1) {
            size_t len = strcspn(line, "\n");
            const char *word = line + strspn(line, " ");
            /* but for a word that does not fit anywhere */
            ck_assert_msg(len <= most || !memchr(word, ' ', (size_t)(line + len - word)), "%.*s",
                          (int)len, line);
        }
        ran_clear(&r);
    }
}
END_TEST

START_TEST(a_release_that_is_not_known_is_one_line)
{
    refused(doppel("nodes v1.99"), "v1.99",
            "node release \"v1.99\" is not known; known are v0.7, v0.9..v1.0, ", 2);
    refused(doppel("nodes v1.9..v1.7"), "a range", "upside down", 2);
    refused(doppel("nodes v1.9 v1.7"), "two", "one argument too many", 2);
}
END_TEST

START_TEST(preflight_says_1_when_something_forbids_n)
{
    static const struct {
        const char *to;
        int exit;
    } rows[] = { { "mini-2.wasm", 0 },
                 { "mini-2-other-name.wasm", 1 },
                 { "mini-2-epoch-length.wasm", 1 } };
    for (size_t i = 0; i < 6; i++) {
        bool brief = i >= 3;
        ran r = doppel("preflight%s --from %s --to %s", brief ? " -q" : "", small_snapshot(),
                       runtime_path(rows[i % 3].to));
        const char *page = dg_buf_text(&r.out);
        if (strncmp(page, rows[i % 3].exit ? "NO-GO" : "GO", 2) != 0
            || (strstr(page, "preflight  mini #0") != NULL) == brief)
            ck_abort_msg("%s", page);
        if (r.exit != rows[i % 3].exit || r.err.len)
            ck_abort_msg("%s: exit %d, said: %s%s", rows[i % 3].to, r.exit, dg_buf_text(&r.out),
                         dg_buf_text(&r.err));
        ran_clear(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("commands");
    TCase *tc = tcase_create("commands");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_state_goes_out_and_comes_back_in_every_form, 0,
                        sizeof forms / sizeof forms[0]);
    tcase_add_test(tc, a_newer_state_is_kept_as_what_it_adds);
    tcase_add_test(tc, a_snapshot_that_is_there_stays_unless_replaced);
    tcase_add_test(tc, westend_1_to_128_execute_to_their_roots);
    tcase_add_test(tc, overrides_are_put_into_a_state);
    tcase_add_test(tc, a_plain_spec_is_built_as_the_node_builds_it);
    tcase_add_test(tc, a_state_is_given_to_nodes_with_development_keys);
    tcase_add_test(tc, kusama_1_executes_on_the_genesis);
    tcase_add_test(tc, kusama_3784_executes_on_a_state_whose_block_the_user_names);
    tcase_add_test(tc, a_block_with_another_root_is_exit_1_and_names_both);
    tcase_add_test(tc, code_is_found_in_every_wrapping);
    tcase_add_test(tc, an_upgrade_may_come_from_a_spec);
    tcase_add_test(tc, states_of_a_run_are_kept_and_compared);
    tcase_add_test(tc, a_second_look_finds_what_the_first_one_imported);
    tcase_add_test(tc, nodes_are_listed_by_their_releases);
    tcase_add_loop_test(tc, a_release_that_is_asked_for_is_told_whole, 0,
                        (int)(sizeof asked / sizeof *asked));
    tcase_add_test(tc, lines_about_nodes_keep_to_the_width);
    tcase_add_test(tc, a_release_that_is_not_known_is_one_line);
    tcase_add_test(tc, preflight_says_1_when_something_forbids_n);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
