/* What nodes keep of a session decides where in it an upgrade is safe. On a real pair N cannot
 * decode N-1's configuration at U: it answers with defaults there, and nodes that ask first at U
 * keep them. So U as the first block of a session is the worst place, and later in one a sound
 * place; where nothing is undecodable, or nothing that nodes go by is set, neither differs. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

#define V11 "specs/paseo-local-1002005-e10.json.zst" /* by the layout of its configuration */
#define V12 "specs/paseo-local-1003000-e10.json.zst"
#define SAME "specs/rococo-dev-1014000-e10.json.zst" /* one layout in both, and bit 1 set */
#define SAME_TOO "specs/rococo-local-1015000-8val-8paras-e10.json.zst"
enum { PARAS = 3, FIRST_PARA = 2000 };

/* ---- the state ---- */

static char *as_hex(char *out, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sprintf(out + 2 * i, "%02x", bytes[i]);
    return out;
}

/* N-1's parachains have a core each by themselves, N's by what was sold: as on a chain that has
 * sold its cores before, N's pallet finds them. */
static void sell_cores(json_t *storage)
{
    for (uint32_t core = 0; core < PARAS; core++) {
        uint8_t key[64], index[4], para[4];
        char name[160] = "0x", value[160], id[9];
        dg_storage_prefix(key, "CoretimeAssignmentProvider", "CoreDescriptors");
        dg_le32_put(index, core);
        dg_le32_put(para, FIRST_PARA + core);
        dg_twox(key + 32, 32, DG_BYTES_OF(index));
        as_hex(name + 2, key, sizeof key);
        /* no queue; work: all of it a task's, without an end */
        snprintf(value, sizeof value, "0x00010402%s00e100e100000000e1", as_hex(id, para, 4));
        json_object_set_new(storage, name, json_string(value));
    }
}

/* The spec's configuration, as a plan writes it. */
static json_t *config_of(const char *spec)
{
    dg_chain_options how = { .simulated_validators = true };
    dg_engine_options engine = { .compiler = DG_COMPILER_SPEED,
                                 .cache_dir = dg_engine_cache_dir() };
    dg_source source;
    dg_runtime *runtime;
    const dg_meta *meta;
    dg_chain *chain;
    dg_bytes raw;
    json_t *config;
    dg_error err;
    if (dg_engine_new(&how.engine, &engine, &err) < 0
        || dg_source_open(
               &source, corpus_path(spec),
               &(dg_source_options){ .engine = how.engine, .cache_dir = engine.cache_dir }, &err)
               < 0
        || dg_chain_open(&chain, source.snapshot, &how, &err) < 0
        || dg_block_runtime(chain, dg_chain_root(chain), &runtime, &err) < 0
        || dg_runtime_meta(runtime, &meta, &err) < 0
        || dg_chain_storage(chain, dg_chain_root(chain), &raw, "Configuration", "ActiveConfig",
                            NULL, &err)
               != DG_OK
        || dg_value_decode_all(meta, &config,
                               dg_meta_storage(meta, "Configuration", "ActiveConfig")->value, raw,
                               &err)
               < 0)
        ck_abort_msg("%s", err.text);
    dg_chain_close(chain);
    dg_source_close(&source);
    dg_engine_free(how.engine);
    return config;
}

typedef struct made {
    const char *from, *to, *at, *nodes, *size; /* nodes: "v1.22 rotation", without that repair */
    const char *features; /* from the left, bit 0 first; NULL: the state's configuration stays */
    int votes;            /* minimum_backing_votes */
    const char *faults;
} made;

/* Of a state whose configuration is written. */
static json_t *storage_of(const made *m)
{
    json_t *storage = json_object(), *config;
    if (!m->features)
        return storage;
    config = config_of(m->from);
    json_object_set_new(config, "coretime_cores", json_integer(PARAS));
    json_object_set_new(config, "node_features", json_string(m->features));
    json_object_set_new(config, "minimum_backing_votes", json_integer(m->votes));
    json_object_set_new(storage, "Configuration.ActiveConfig", config);
    sell_cores(storage);
    return storage;
}

static json_t *without_of(const made *m)
{
    const char *space = strchr(m->nodes, ' ');
    return space ? json_pack("[s]", space + 1) : json_array();
}

static json_t *run_made(const made *m, const char *events, dg_run_explain explain)
{
    dg_run_options options = { .cache_dir = dg_engine_cache_dir(),
                               .compiler = DG_COMPILER_SPEED,
                               .events_path = events,
                               .explain = explain };
    dg_plan *plan;
    dg_error err = { .text = "" };
    char *text;
    char nodes[32], from[512], to[512]; /* paths are given in few rooms */
    json_t *outcome = NULL, *storage = storage_of(m), *whole;
    snprintf(nodes, sizeof nodes, "%.*s", (int)strcspn(m->nodes, " "), m->nodes);
    snprintf(from, sizeof from, "%s", corpus_path(m->from));
    snprintf(to, sizeof to, "%s", corpus_path(m->to));
    whole = json_pack(
        "{s:i, s:s, s:{s:s, s:s}, s:{s:o}, s:i, s:{s:s, s:[{s:s, s:i, s:o}], s:{s:i, s:i}, s:o}}",
        "doppel", 1, "snapshot", from, "upgrade", "to", to, "at", m->at, "fork", "storage", storage,
        "seeds_max", 1, "network", "size", m->size, "classes", "class", nodes, "share", 1,
        "without", without_of(m), "compile_ms", "min", 0, "max", 0, "faults",
        json_loads(m->faults, 0, NULL));
    ck_assert(whole != NULL);
    /* a run writes there, and nowhere beside this test's own files */
    ck_assert(!events || strncmp(events, scratch_dir(), strlen(scratch_dir())) == 0);
    text = json_dumps(whole, JSON_COMPACT);
    if (dg_plan_parse(&plan, dg_text(text), "p.json", NULL, &err) < 0
        || dg_plan_check(plan, &err) < 0 || dg_run(&outcome, plan, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_plan_free(plan);
    json_decref(whole);
    free(text);
    return outcome;
}

/* ---- what comes of it ---- */

#define SET "0b1111"
#define UNSET "0b0"
#define NONE "[]"
#define SILENT "[{\"kind\":\"silent-backer\",\"share\":0.6}]"
static const struct {
    made of;
    bool breaks;
    const char *says, *advice; /* of the proved cause; NULL: no kept answer is one */
} rows[] = {
    { { V11, V12, "boundary+0", "v1.12", "27x3", SET, 2, NONE },
      true,
      "27 nodes asked for the node features at #21, where N reads the storage of N-1, and keep the "
      "answer until session 2 ends: 0x0, where the runtime says 0x2",
      "enact N later in a session, when nodes have asked N-1 already, or have validators restart "
      "their nodes after #22" },
    { { V11, V12, "boundary+4", "v1.12", "27x3", SET, 2, NONE }, false, NULL, NULL },
    /* nothing is set that nodes go by */
    { { V11, V12, "boundary+0", "v1.12", "27x3", UNSET, 2, NONE }, false, NULL, NULL },
    /* nothing is undecodable at U */
    { { SAME, SAME_TOO, "boundary+0", "v1.12", "27x3", NULL, 0, NONE }, false, NULL, NULL },
    /* a group whose one member speaks backs where one vote is enough, and not by the default */
    { { V11, V12, "boundary+0", "v1.12", "12x3", UNSET, 1, SILENT },
      true,
      "12 nodes asked for the minimum of backing votes at #21, where N reads the storage of N-1, "
      "and keep the answer until session 2 ends: 2, where the runtime says 1",
      "enact N later in a session" },
    { { V11, V12, "boundary+4", "v1.12", "12x3", UNSET, 1, SILENT }, false, NULL, NULL },
};
START_TEST(the_first_block_of_a_session_is_the_worst_place)
{
    json_t *o;
    if (!corpus_path(rows[_i].of.from) || !corpus_path(rows[_i].of.to))
        return;
    o = run_made(&rows[_i].of, NULL, DG_RUN_EXPLAIN_PROVED);
    ck_assert_msg(strcmp(claim_status(o, "backing-rate"), rows[_i].breaks ? "broke" : "held") == 0,
                  "%s", verdicts(o));
    ck_assert_msg(any_cause(o, "the answer until session") == (rows[_i].says != NULL), "%s",
                  causes_of(o));
    if (rows[_i].says) {
        ck_assert_msg(any_cause(o, rows[_i].says), "%s", causes_of(o));
        ck_assert_msg(any_advice(o, rows[_i].advice), "%s", causes_of(o));
    }
    json_decref(o);
}
END_TEST

/* Nodes that keep the rotation back nothing before ParachainHost 11: where the default of an old
 * configuration could mislead them they take no part. Once they back, from #32 on, they give the
 * core index unasked, and this runtime, which wants none without node feature 1, takes no such
 * inherent: no block is made. Mirrors: polkadot-runtime-parachains 17.0.0 inclusion/mod.rs:796. */
START_TEST(nodes_too_new_for_the_pair_show_nothing_of_it)
{
    static const made of = { V11, V12, "boundary+0", "v1.22 rotation", "27x3", UNSET, 2, NONE };
    json_t *o;
    if (!corpus_path(of.from) || !corpus_path(of.to))
        return;
    o = run_made(&of, NULL, DG_RUN_EXPLAIN_PROVED);
    ck_assert_msg(dg_outcome_exit(o) == DG_EXIT_BROKE, "%s", verdicts(o));
    ck_assert_msg(strstr(verdicts(o), "11 builds failed from #32 on") != NULL, "%s", verdicts(o));
    ck_assert_msg(!any_cause(o, "the answer until session"), "%s", causes_of(o));
    json_decref(o);
}
END_TEST

/* ---- restarts ---- */

/* Candidates that treatment's blocks of these numbers back, and at most how many nodes go by what
 * they keep in them. */
typedef struct seen {
    json_int_t backed, kept;
} seen;

static seen seen_in(const char *events, json_int_t from, json_int_t to)
{
    static char line[1 << 16];
    FILE *log = fopen(events, "r");
    seen s = { 0, 0 };
    ck_assert(log != NULL);
    while (fgets(line, sizeof line, log)) {
        json_t *e = json_loads(line, 0, NULL);
        json_int_t block = json_integer_value(json_object_get(e, "block")),
                   nodes = json_integer_value(json_object_get(e, "nodes"));
        const char *kind = json_string_value(json_object_get(e, "kind"));
        ck_assert(e && kind);
        if (strcmp(json_string_value(json_object_get(e, "arm")), "treatment") == 0 && block >= from
            && block <= to) {
            if (strcmp(kind, "net-paras") == 0)
                s.backed += json_integer_value(json_object_get(e, "backed"));
            if (strcmp(kind, "net-kept") == 0)
                s.kept = nodes > s.kept ? nodes : s.kept;
        }
        json_decref(e);
    }
    fclose(log);
    return s;
}

/* A process that begins anew asks anew: U is #21, session 2 ends with #30. */
#define RESTARTED                                                                                  \
    "[{\"kind\":\"crash\",\"arm\":\"treatment\",\"from\":\"U+2\",\"until\":\"U+3\","               \
    "\"nodes\":[0,1,2,3,4,5,6,7,8,9,10,11,12]},"                                                   \
    "{\"kind\":\"crash\",\"arm\":\"treatment\",\"from\":\"U+4\",\"until\":\"U+5\","                \
    "\"nodes\":[13,14,15,16,17,18,19,20,21,22,23,24,25,26]}]"
START_TEST(a_restart_after_u_heals)
{
    static const struct {
        const char *faults;
        bool heals;
    } ways[] = { { NONE, false }, { RESTARTED, true } };
    for (size_t i = 0; i < 2; i++) {
        made m = { V11, V12, "boundary+0", "v1.12", "27x3", SET, 2, ways[i].faults };
        char events[512];
        seen before, after;
        if (!corpus_path(m.from) || !corpus_path(m.to))
            return;
        snprintf(events, sizeof events, "%s", scratch_path("events"));
        json_decref(run_made(&m, events, DG_RUN_EXPLAIN_NONE));
        before = seen_in(events, 22, 22);
        after = seen_in(events, 27, 30);
        ck_assert_int_eq(before.kept, 27);
        ck_assert_int_eq(before.backed, 0);
        ck_assert_int_eq(after.kept, ways[i].heals ? 0 : 27);
        ck_assert_int_eq(after.backed > 0, ways[i].heals);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("run_session_answers");
    TCase *tc = tcase_create("run_session_answers");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, nodes_too_new_for_the_pair_show_nothing_of_it);
    tcase_add_loop_test(tc, the_first_block_of_a_session_is_the_worst_place, 0,
                        REDUCED ? 1 : (int)(sizeof rows / sizeof *rows));
    tcase_add_test(tc, a_restart_after_u_heals);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
