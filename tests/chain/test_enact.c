/* An upgrade that is rehearsed by another way than the real one proves another
 * thing. So each way is walked on real pairs to its end: the new code runs the
 * block after U, and what a runtime refuses is refused with its own reason. */
#include "model_fork.h"

#include <string.h>

static const struct {
    const char *old, *new;
    dg_how how;
    const char *path;
} ways[] = {
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", "specs/paseo-local-1002000-e20.json.zst",
      DG_HOW_SET_CODE, "scheduler agenda, preimage" },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", "specs/paseo-local-1002000-e20.json.zst",
      DG_HOW_OVERRIDE, ":code written" },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst",
      DG_HOW_SET_CODE, "scheduler agenda, preimage" },
    { "specs/paseo-local-1002005-e10.json.zst", "specs/paseo-local-1003000-e10.json.zst",
      DG_HOW_AUTHORIZE, "authorize_upgrade by the scheduler, apply_authorized_upgrade unsigned" },
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1009001-e10.json.zst",
      DG_HOW_AUTHORIZE, "authorize_upgrade by the scheduler, apply_authorized_upgrade unsigned" },
    { "specs/rococo-dev-1014000-e10.json.zst",
      "specs/rococo-local-1015000-8val-8paras-e10.json.zst", DG_HOW_SET_CODE,
      "scheduler agenda, preimage" },
    { "specs/rococo-dev-1014000-e10.json.zst",
      "specs/rococo-local-1015000-8val-8paras-e10.json.zst", DG_HOW_AUTHORIZE,
      "authorize_upgrade by the scheduler, apply_authorized_upgrade unsigned" },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "specs/rococo-local-103000-e10.json.zst",
      DG_HOW_SET_CODE, "sudo" },
    { "specs/westend-local-9420.json.zst", "specs/westend-local-10000.json.zst", DG_HOW_SET_CODE,
      "scheduler agenda, preimage, utility.with_weight" },
    { "specs/westend-local-10000.json.zst", "specs/westend-local-1005000.json.zst", DG_HOW_SET_CODE,
      "scheduler agenda, preimage" },
    { "specs/westend-local-1005000.json.zst", "runtimes/westend-1015000.compressed.wasm",
      DG_HOW_SET_CODE, "scheduler agenda, preimage" },
    { "specs/kusama-local-1000000.json.zst", "runtimes/kusama-2000002.compressed.wasm",
      DG_HOW_SET_CODE, "scheduler agenda, preimage" },
    { "specs/polkadot-local-9370.json.zst", "specs/polkadot-dev-9390.json.zst", DG_HOW_SET_CODE,
      "scheduler agenda, preimage, utility.with_weight" },
    { "specs/polkadot-dev-9390.json.zst", "runtimes/polkadot-1004001.compressed.wasm",
      DG_HOW_SET_CODE, "scheduler agenda, preimage, utility.with_weight" },
};

static dg_block *enact(fork *f, dg_enactment *e, dg_block *parent, dg_how how, dg_bytes code,
                       dg_build_report *report)
{
    dg_bytes list[1];
    dg_build_options options = { .extrinsic_count = 0 };
    dg_block *block;
    dg_error err;
    if (dg_chain_enact(f->chain, e, parent, how, code, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    list[0] = dg_buf_bytes(&e->extrinsic);
    options.extrinsics = list;
    options.extrinsic_count = e->extrinsic.len ? 1 : 0;
    options.writes = (const dg_bytes(*)[2])e->writes;
    options.write_count = e->write_count;
    if (fork_try(f, &block, e->parent, fork_clock(f, e->parent).next_slot, &options, report, &err)
        != DG_OK)
        ck_abort_msg("%s: %s", e->path, err.text);
    return block;
}

/* Entries of one pallet: a request that was noted right is gone once it was served. */
static size_t keys_of(dg_block *block, const char *pallet)
{
    dg_bytes key, value;
    uint8_t prefix[32];
    dg_state_iter it;
    size_t count = 0;
    dg_storage_prefix(prefix, pallet, "");
    ck_assert_int_eq(dg_state_iter_init(&it, dg_block_state(block), dg_bytes_of(NULL, 0),
                                        dg_bytes_of(prefix, 16), NULL),
                     DG_OK);
    while (dg_state_iter_next(&it, &key, &value, NULL) == DG_OK)
        count++;
    dg_state_iter_clear(&it);
    return count;
}

/* At U the new code answers, but its events were laid out by the old one. */
static bool says_code_updated(fork *f, dg_block *u)
{
    json_t *events, *record;
    bool found = false;
    dg_error err;
    size_t i;
    if (dg_chain_events(f->chain, u, &events, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    json_array_foreach(events, i, record)
    {
        const char *name =
            json_string_value(json_object_get(json_object_get(record, "event"), "System"));
        found |= name && strcmp(name, "CodeUpdated") == 0;
    }
    json_decref(events);
    return found;
}

/* As nodes would be answered had N's own work been done before they asked: N-1's sets and N's
 * empty list of them over N-1's storage, then the list that N's migration wrote. */
START_TEST(a_begun_block_answers_over_migrated_storage)
{
    static const char call[] = "GrandpaApi_grandpa_authorities";
    dg_bytes none = { NULL, 0 }, answer[4];
    dg_build_report report;
    dg_block *tip, *u, *begun, *after;
    dg_enactment e;
    dg_clock at_u, at_begun;
    dg_error err;
    dg_buf code;
    fork f;
    if (!fork_open(&f, ways[0].old))
        return;
    code = fork_code(ways[0].new);
    tip = fork_build(&f, dg_chain_root(f.chain), fork_clock(&f, dg_chain_root(f.chain)).next_slot);
    u = enact(&f, &e, tip, ways[0].how, dg_buf_bytes(&code), &report);
    if (dg_chain_begun(f.chain, &begun, u, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    ck_assert(dg_hash_equal(dg_block_hash(u), dg_block_hash(begun)));
    after = fork_build(&f, u, fork_clock(&f, u).next_slot);
    ck_assert_int_eq(dg_chain_call(f.chain, tip, &answer[0], NULL, call, none, NULL), DG_OK);
    ck_assert_int_eq(dg_chain_call(f.chain, u, &answer[1], NULL, call, none, NULL), DG_OK);
    ck_assert_int_eq(dg_chain_call(f.chain, begun, &answer[2], NULL, call, none, NULL), DG_OK);
    ck_assert_int_eq(dg_chain_call(f.chain, after, &answer[3], NULL, call, none, NULL), DG_OK);
    ck_assert_uint_eq(answer[1].len, 1); /* an empty list */
    ck_assert(dg_bytes_equal(answer[0], answer[2]) && dg_bytes_equal(answer[2], answer[3]));
    at_u = fork_clock(&f, u);
    at_begun = fork_clock(&f, begun);
    ck_assert_uint_eq(at_u.session, at_begun.session);
    ck_assert_uint_eq(at_u.next_boundary, at_begun.next_boundary);
    ck_assert_int_eq(dg_chain_finalize(f.chain, after, NULL), DG_OK); /* it goes with U */
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 1);
    dg_enactment_clear(&e);
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

START_TEST(each_way_enacts_the_real_successor)
{
    dg_buf code;
    dg_enactment e;
    dg_build_report report;
    dg_block *tip, *u;
    dg_runtime *runtime;
    bool pending;
    dg_error err;
    fork f;
    if (!fork_open(&f, ways[_i].old))
        return;
    code = fork_code(ways[_i].new);
    tip = fork_build(&f, dg_chain_root(f.chain), fork_clock(&f, dg_chain_root(f.chain)).next_slot);
    tip = fork_build(&f, tip, fork_clock(&f, tip).next_slot);
    u = enact(&f, &e, tip, ways[_i].how, dg_buf_bytes(&code), &report);
    ck_assert_str_eq(e.path, ways[_i].path);
    if (dg_chain_enacted(f.chain, u, dg_buf_bytes(&code), &pending, &err) != DG_OK)
        ck_abort_msg("%s: %s", e.path, err.text);
    ck_assert(!pending);
    ck_assert_uint_eq(keys_of(u, "Preimage"), keys_of(tip, "Preimage"));
    ck_assert(says_code_updated(&f, u) == (ways[_i].how != DG_HOW_OVERRIDE));
    ck_assert(report.environment_updated == (ways[_i].how != DG_HOW_OVERRIDE));
    if (dg_chain_reexecute(f.chain, u, NULL, NULL, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    tip = fork_build(&f, u, fork_clock(&f, u).next_slot);
    ck_assert_int_eq(dg_block_runtime(f.chain, tip, &runtime, &err), DG_OK);
    ck_assert(dg_bytes_equal(dg_runtime_blob(runtime), dg_buf_bytes(&code)));
    ck_assert_int_eq(dg_chain_reexecute(f.chain, tip, NULL, NULL, &err), DG_OK);
    dg_enactment_clear(&e);
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

/* Older forms of the agenda live in blobs without a state of their own: they run
 * over the state of their successor here. */
static const struct {
    const char *state, *old;
    const char *path;
} older[] = {
    { "specs/polkadot-local-9370.json.zst", "runtimes/polkadot-9160.compressed.wasm",
      "scheduler agenda, call in the agenda" },
    { "specs/westend-local-9420.json.zst", "runtimes/westend-9300.compressed.wasm",
      "scheduler agenda, call in the agenda" },
};

START_TEST(older_agendas_take_the_call)
{
    dg_buf old, code;
    dg_enactment e;
    dg_build_report report;
    dg_block *root, *u;
    bool pending;
    dg_error err;
    fork f;
    if (!fork_open(&f, older[_i].state))
        return;
    code = fork_code(older[_i].state);
    old = fork_code(older[_i].old);
    dg_bytes writes[1][2] = { { dg_text(":code"), dg_buf_bytes(&old) } };
    ck_assert_int_eq(dg_chain_amend(f.chain, &root, dg_chain_root(f.chain),
                                    (const dg_bytes(*)[2])writes, 1, &err),
                     DG_OK);
    u = enact(&f, &e, root, DG_HOW_SET_CODE, dg_buf_bytes(&code), &report);
    ck_assert_str_eq(e.path, older[_i].path);
    if (dg_chain_enacted(f.chain, u, dg_buf_bytes(&code), &pending, &err) != DG_OK)
        ck_abort_msg("%s: %s", e.path, err.text);
    dg_enactment_clear(&e);
    dg_buf_clear(&code);
    dg_buf_clear(&old);
    fork_close(&f);
}
END_TEST

/* ---- refusals ---- */

static const struct {
    const char *spec, *code;
    dg_how how;
    const char *reason, *path;
} refused[] = {
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", "runtimes/westend-1015000.compressed.wasm",
      DG_HOW_SET_CODE, "InvalidSpecName", "Scheduler" },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", "specs/paseo-1000000-genesis-e600.json.zst",
      DG_HOW_SET_CODE, "SpecVersionNeedsToIncrease", "Scheduler" },
    { "specs/paseo-1001002-e20-10val-3paras.json.zst", NULL, DG_HOW_SET_CODE,
      "FailedToExtractRuntimeVersion", "Scheduler" },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "runtimes/westend-1015000.compressed.wasm",
      DG_HOW_SET_CODE, "InvalidSpecName", "Sudo" },
    { "specs/rococo-v2_2-genesis-9190.json.zst", "specs/rococo-v2_2-genesis-9190.json.zst",
      DG_HOW_SET_CODE, "SpecVersionNeedsToIncrease", "Sudo" },
    { "specs/rococo-v2_2-genesis-9190.json.zst", NULL, DG_HOW_SET_CODE,
      "FailedToExtractRuntimeVersion", "Sudo" },
    { "specs/paseo-local-1003000-e10.json.zst", "runtimes/westend-1015000.compressed.wasm",
      DG_HOW_AUTHORIZE, "InvalidSpecName", "rules" },
    { "specs/paseo-local-1003000-e10.json.zst", "specs/paseo-local-1002005-e10.json.zst",
      DG_HOW_AUTHORIZE, "SpecVersionNeedsToIncrease", "rules" },
    { "specs/paseo-local-1003000-e10.json.zst", NULL, DG_HOW_AUTHORIZE,
      "FailedToExtractRuntimeVersion", "rules" },
};

static dg_buf code_or_rubbish(const char *name)
{
    dg_buf out;
    if (name)
        return fork_code(name);
    dg_buf_init(&out, 64);
    dg_buf_put_text(&out, "rubbish");
    return out;
}

START_TEST(what_a_runtime_refuses_is_refused_with_its_reason)
{
    dg_buf code;
    dg_enactment e;
    dg_build_report report;
    dg_block *tip, *u;
    bool pending;
    dg_error err;
    fork f;
    if (!fork_open(&f, refused[_i].spec))
        return;
    code = code_or_rubbish(refused[_i].code);
    tip = fork_build(&f, dg_chain_root(f.chain), DG_GENESIS_SLOT);
    u = enact(&f, &e, tip, refused[_i].how, dg_buf_bytes(&code), &report);
    ck_assert_int_eq(dg_chain_enacted(f.chain, u, dg_buf_bytes(&code), &pending, &err),
                     DG_MISMATCH);
    ck_assert_msg(strstr(err.text, refused[_i].reason) && strstr(err.text, refused[_i].path), "%s",
                  err.text);
    ck_assert(!report.environment_updated && !pending);
    fork_build(&f, u, fork_clock(&f, u).next_slot); /* the chain goes on */
    dg_enactment_clear(&e);
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

static const struct {
    const char *spec;
    bool simulated;
    dg_how how;
    dg_code rc;
    const char *word;
} impossible[] = {
    { "specs/rococo-v2_2-genesis-9190.json.zst", false, DG_HOW_SET_CODE, DG_UNSUPPORTED,
      "simulated validators" },
    { "specs/rococo-v2_2-genesis-9190.json.zst", true, DG_HOW_AUTHORIZE, DG_UNSUPPORTED,
      "how=set-code" },
    { "specs/kusama-genesis-1020.json.zst", true, DG_HOW_SET_CODE, DG_UNSUPPORTED, "metadata" },
};
START_TEST(a_way_that_is_not_there_is_named)
{
    dg_chain_options options = { .simulated_validators = impossible[_i].simulated };
    dg_enactment e;
    dg_error err;
    fork f;
    if (!fork_open_with(&f, impossible[_i].spec, NULL, &options))
        return;
    ck_assert_int_eq(dg_chain_enact(f.chain, &e, dg_chain_root(f.chain), impossible[_i].how,
                                    dg_text("code"), &err),
                     impossible[_i].rc);
    ck_assert_msg(strstr(err.text, impossible[_i].word) != NULL, "%s", err.text);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 1);
    ck_assert_int_eq(
        dg_chain_enact(f.chain, &e, dg_chain_root(f.chain), impossible[_i].how, dg_text(""), &err),
        DG_USAGE);
    fork_close(&f);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void)
{
    Suite *s = suite_create("enact");
    TCase *tc = tcase_create("enact");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_begun_block_answers_over_migrated_storage);
    tcase_add_loop_test(tc, each_way_enacts_the_real_successor, 0, COUNT(ways));
    tcase_add_loop_test(tc, older_agendas_take_the_call, 0, 2);
    tcase_add_loop_test(tc, what_a_runtime_refuses_is_refused_with_its_reason, 0, COUNT(refused));
    tcase_add_loop_test(tc, a_way_that_is_not_there_is_named, 0, COUNT(impossible));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
