/* A state that has been grown must be one that its own runtime takes for its own, the
 * same in every run, and nobody may get another network than the one asked for. */
#include "../support/suite.h"

#include <string.h>

#include "population/population_impl.h"

#define SPEC "paseo-1001002-e20-100val-20paras.json.zst"

static dg_engine *engine;
static dg_snapshot *snapshot;

static void set_up(void)
{
    dg_engine_options options = { .compiler = DG_COMPILER_SPEED,
                                  .cache_dir = dg_engine_cache_dir() };
    dg_snapshot_import_options import = { .replace = true, .path_out = scratch_path("state") };
    dg_error err;
    if (dg_engine_new(&engine, &options, &err) < 0
        || dg_snapshot_import(NULL, fixture_path(SPEC), &import, &err) < 0
        || dg_snapshot_open(&snapshot, scratch_path("state"), &err) < 0)
        ck_abort_msg("%s", err.text);
}

static void tear_down(void)
{
    dg_snapshot_close(snapshot);
    dg_engine_free(engine);
}

static dg_chain *opened(const dg_state *state)
{
    dg_chain_options options = { .engine = engine, .state = state };
    dg_chain *chain;
    dg_error err;
    if (dg_chain_open(&chain, snapshot, &options, &err) < 0)
        ck_abort_msg("%s", err.text);
    return chain;
}

/* ---- sizes ---- */

static const struct {
    const char *text;
    uint32_t validators, parachains;
    const char *says;
} sizes[] = {
    { "300x50", 300, 50, NULL },
    { "1x1", 1, 1, NULL },
    { "10000x1000", 10000, 1000, NULL },
    { "", 0, 0, "is not a network size" },
    { "300", 0, 0, "is not a network size" },
    { "300x", 0, 0, "is not a network size" },
    { "x50", 0, 0, "is not a network size" },
    { "0x0", 0, 0, "is not a network size" },
    { "300x-5", 0, 0, "is not a network size" },
    { "300x50 ", 0, 0, "is not a network size" },
    { "300X50", 0, 0, "is not a network size" },
    { "10001x5", 0, 0, "is not a network size" },
    { "2000x1001", 0, 0, "is not a network size" },
    { "99999999999999999999x5", 0, 0, "is not a network size" },
    { "5x6", 0, 0, "6 parachains need as many backing groups" },
};
START_TEST(a_size_is_validators_by_parachains)
{
    dg_population p;
    dg_error err = { .text = "" };
    dg_code rc = dg_population_parse(&p, sizes[_i].text, &err);
    ck_assert_int_eq(rc, sizes[_i].says ? DG_USAGE : DG_OK);
    if (sizes[_i].says) {
        ck_assert_msg(strstr(err.text, sizes[_i].says) != NULL, "%s", err.text);
        return;
    }
    ck_assert_uint_eq(p.validators, sizes[_i].validators);
    ck_assert_uint_eq(p.parachains, sizes[_i].parachains);
}
END_TEST

/* ---- growing ---- */

static dg_hash root_of(dg_state *state)
{
    dg_hash root;
    ck_assert_int_eq(dg_state_root(state, &root, NULL), DG_OK);
    return root;
}

START_TEST(the_same_numbers_give_the_same_state)
{
    dg_population wanted = { 103, 22 };
    dg_chain *chain = opened(NULL), *again;
    dg_growth a, b;
    dg_hash roots[2];
    dg_bytes value;
    dg_error err;
    ck_assert_msg(dg_population_grow(&a, chain, &wanted, DG_GROWTH_WRITES, &err) == DG_OK, "%s",
                  err.text);
    ck_assert_int_eq(dg_population_grow(&b, chain, &wanted, DG_GROWTH_WRITES, &err), DG_OK);
    roots[0] = root_of(a.state);
    roots[1] = root_of(b.state);
    ck_assert_mem_eq(roots[0].at, roots[1].at, 32);
    ck_assert_uint_eq(a.from.validators, 100);
    ck_assert_uint_eq(a.from.parachains, 20);
    ck_assert(strstr(a.how, "3 validators queued") && strstr(a.how, "2 parachains"));
    /* a genesis grown is a genesis with another header; the old one is as it was */
    again = opened(a.state);
    ck_assert(
        !dg_hash_equal(dg_block_hash(dg_chain_root(again)), dg_block_hash(dg_chain_root(chain))));
    ck_assert_int_eq(
        dg_chain_storage(again, dg_chain_root(again), &value, "Paras", "Parachains", NULL, &err),
        DG_OK);
    ck_assert_uint_eq(value.len, 1 + 22 * 4);
    ck_assert_int_eq(
        dg_chain_storage(chain, dg_chain_root(chain), &value, "Paras", "Parachains", NULL, &err),
        DG_OK);
    ck_assert_uint_eq(value.len, 1 + 20 * 4);
    /* who authors the next epoch has been announced by now */
    ck_assert_int_eq(dg_chain_storage(again, dg_chain_root(again), &value, "Babe",
                                      "NextAuthorities", NULL, &err),
                     DG_OK);
    ck_assert_uint_eq(value.len, 2 + 103 * 40);
    dg_chain_close(again);
    dg_state_free(a.state);
    dg_state_free(b.state);
    dg_chain_close(chain);
}
END_TEST

START_TEST(nothing_added_is_nobody_added)
{
    dg_population wanted = { 100, 20 };
    dg_chain *chain = opened(NULL);
    dg_growth grown;
    dg_error err;
    ck_assert_msg(dg_population_grow(&grown, chain, &wanted, DG_GROWTH_WRITES, &err) == DG_OK, "%s",
                  err.text);
    ck_assert_uint_le(grown.writes, 2); /* the configuration, and the list as it was */
    dg_state_free(grown.state);
    dg_chain_close(chain);
}
END_TEST

/* Keys as the published recipe of such states has them. */
static const struct {
    const char *field;
    size_t size;
    const char *text;
} texts[] = {
    { "stash", 32, "13omXXnoWaaEjUd1aj8zHJPbNAiaP2k6EFSbpZnzvUhGSrE" },
    { "grandpa", 32, "14WL6eg4eUX1U32p7PkNSwoFNoGqdcvYx1ZQiziyxpcHmUCj" },
    { "im_online", 32, "1znNkXABWX9iSBtByjpL83w9h8iLpkxjiitPHC99UEZfkuM" },
    { "beefy", 33, "1KjVscZiLm7dQ5vMWiyTYULTTbd8AZVoynFXJ8YbwbxcgBUN" },
};
START_TEST(keys_follow_from_an_index)
{
    uint8_t key[33];
    char text[80];
    ck_assert(dg_growth_key(key, texts[_i].field, texts[_i].size, 0));
    dg_growth_ss58(text, dg_bytes_of(key, texts[_i].size));
    ck_assert_str_eq(text, texts[_i].text);
    ck_assert(!dg_growth_key(key, texts[_i].field, 31, 0));
}
END_TEST

/* The embedded state was made by this runtime's builder elsewhere, with these keys: it
 * has to come out again, down to the last byte. */
START_TEST(a_genesis_built_anew_is_the_one_that_was_built)
{
    dg_population wanted = { 100, 20 };
    dg_chain *chain = opened(NULL);
    dg_growth grown;
    dg_hash root;
    dg_error err;
    ck_assert_msg(dg_population_grow(&grown, chain, &wanted, DG_GROWTH_GENESIS, &err) == DG_OK,
                  "%s", err.text);
    root = root_of(grown.state);
    ck_assert_mem_eq(root.at, dg_snapshot_info_of(snapshot)->state_root.at, 32);
    dg_state_free(grown.state);
    dg_chain_close(chain);
}
END_TEST

static const dg_population smaller[] = { { 99, 20 }, { 100, 19 } };
START_TEST(a_network_does_not_shrink)
{
    dg_chain *chain = opened(NULL);
    dg_growth grown;
    dg_error err;
    ck_assert_int_eq(dg_population_grow(&grown, chain, &smaller[_i], DG_GROWTH_WRITES, &err),
                     DG_USAGE);
    ck_assert_msg(strstr(err.text, "the state has 100 validators and 20 parachains already")
                      != NULL,
                  "%s", err.text);
    ck_assert_ptr_null(grown.state);
    dg_chain_close(chain);
}
END_TEST

/* ---- a value of the user's own ---- */

static const struct {
    const char *key, *value;
    const char *says;
} amendments[] = {
    { "Staking.ForceEra", "\"ForceNone\"", NULL },
    { "Staking.ForceEra", "\"0x02\"", NULL },
    { "Staking.ForceEra", "null", NULL },
    { "0x0102", "\"0x0304\"", NULL },
    { "0x0102", "null", NULL },
    { "0x010", "\"0x0304\"", "\"0x010\": " },
    { "0x0102", "\"0x030\"", "\"0x0102\": " },
    { "0x0102", "5", "has to be in hex as well" },
    { "Staking.ForceEra", "\"Sometimes\"", "\"Staking.ForceEra\": " },
    { "Staking.ForceEras", "null", "no such storage item" },
    { "ForceEra", "null", "\"0x..\" or \"Pallet.Item\"" },
    { "Session.NextKeys", "null", "a map; write the whole key" },
};
START_TEST(a_value_of_ones_own_has_to_fit)
{
    dg_chain *chain = opened(NULL);
    dg_state *state = dg_state_fork(dg_block_state(dg_chain_root(chain)));
    json_t *value = json_loads(amendments[_i].value, JSON_DECODE_ANY, NULL);
    dg_error err = { .text = "" };
    dg_code rc = dg_population_amend(state, chain, amendments[_i].key, value, &err);
    ck_assert_msg(rc == (amendments[_i].says ? DG_USAGE : DG_OK), "%s gave %d: %s",
                  amendments[_i].key, rc, err.text);
    ck_assert_msg(!amendments[_i].says || strstr(err.text, amendments[_i].says), "%s", err.text);
    json_decref(value);
    dg_state_free(state);
    dg_chain_close(chain);
}
END_TEST

/* ---- without memory ---- */

START_TEST(without_memory_nothing_is_grown)
{
    dg_population wanted = { 101, 21 };
    dg_chain *chain = opened(NULL);
    dg_growth grown;
    dg_code rc = DG_NOMEM;
    json_set_alloc_funcs(dg_malloc, dg_free);
    /* what is kept with the runtime is there then */
    ck_assert_int_eq(dg_population_grow(&grown, chain, &wanted, DG_GROWTH_WRITES, NULL), DG_OK);
    dg_state_free(grown.state);
    for (uint64_t nth = 1; rc != DG_OK; nth += nth < 200 ? 1 : 97) {
        dg_alloc_fail_from(nth);
        rc = dg_population_grow(&grown, chain, &wanted, DG_GROWTH_WRITES, NULL);
        dg_alloc_fail_from(0);
        ck_assert_msg(rc == DG_OK || rc == DG_NOMEM, "request %llu: %d", (unsigned long long)nth,
                      rc);
        dg_state_free(grown.state);
    }
    dg_chain_close(chain);
}
END_TEST

#define ROWS(rows) (int)(sizeof rows / sizeof *rows)

/* ---- development keys ---- */

/* Public keys of the development phrase, as every tool of the field prints them. */
#define ALICE "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
#define BOB "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"
#define ALICE_STASH "be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"
#define BOB_STASH "fe65717dad0447d715f660a0a58411de509b42e6efb8375f562f58a554d5860e"
#define ALICE_GRANDPA "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"
#define BOB_GRANDPA "d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69"
#define ALICE_BEEFY "020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1"
#define BOB_BEEFY "0390084fdbf27d2b79d26a4f13f0ccd982cb755a661969143c37cbc49ef5b91f27"
#define ONE "0100000000000000"

static const struct {
    const char *pallet, *item, *value;
} held_by_dev[] = {
    { "Session", "Validators", "0x08" ALICE_STASH BOB_STASH },
    { "Babe", "Authorities", "0x08" ALICE ONE BOB ONE },
    { "Babe", "NextAuthorities", "0x08" ALICE ONE BOB ONE },
    /* under a name of its own, with a version, before it was an item of the pallet */
    { NULL, ":grandpa_authorities", "0x0108" ALICE_GRANDPA ONE BOB_GRANDPA ONE },
    { "Beefy", "Authorities", "0x08" ALICE_BEEFY BOB_BEEFY },
    { "ParasShared", "ActiveValidatorKeys", "0x08" ALICE BOB },
    { "ParasShared", "ActiveValidatorIndices", "0x080000000001000000" },
    { "ParaSessionInfo", "AssignmentKeysUnsafe", "0x08" ALICE BOB },
    { "Staking", "Invulnerables", "0x08" ALICE_STASH BOB_STASH },
    { "Staking", "ForceEra", "0x02" },
    { "System", "Number", "0x00000000" },
    { "Babe", "GenesisSlot", "0x0000000000000000" },
    { "Grandpa", "CurrentSetId", "0x0000000000000000" },
};

static dg_chain *with_dev_keys(uint32_t count)
{
    dg_chain *chain = opened(NULL), *out;
    dg_state *state;
    uint32_t writes;
    dg_error err;
    if (dg_population_dev_keys(&state, &writes, chain, count, &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_gt(writes, 20);
    out = opened(state);
    dg_state_free(state);
    dg_chain_close(chain);
    return out;
}

/* Nodes sign with these keys, so each list has to hold exactly theirs, in one order. */
START_TEST(all_sets_are_of_the_development_keys)
{
    dg_chain *chain = with_dev_keys(2);
    for (size_t i = 0; i < ROWS(held_by_dev); i++) {
        char room[1024];
        dg_buf text = dg_buf_on(room, sizeof room);
        dg_bytes value;
        dg_error err;
        const char *pallet = held_by_dev[i].pallet, *item = held_by_dev[i].item;
        dg_block *root = dg_chain_root(chain);
        dg_code rc = pallet ? dg_chain_storage(chain, root, &value, pallet, item, NULL, &err)
                            : dg_state_get(dg_block_state(root), &value, dg_bytes_of(NULL, 0),
                                           dg_text(item), &err);
        ck_assert_msg(rc == DG_OK, "%s is not there", item);
        dg_hex_put(&text, value);
        ck_assert_msg(strcmp(dg_buf_text(&text), held_by_dev[i].value) == 0, "%s is %s", item,
                      dg_buf_text(&text));
    }
    dg_chain_close(chain);
}
END_TEST

/* What the node asks the runtime at its first leaf. */
static json_t *asked(dg_chain *chain, const char *api, const char *method)
{
    const dg_meta_method *m;
    const dg_meta *meta;
    dg_runtime *runtime;
    dg_bytes out;
    char entry[100];
    json_t *answer;
    dg_error err;
    snprintf(entry, sizeof entry, "%s_%s", api, method);
    if (dg_block_runtime(chain, dg_chain_root(chain), &runtime, &err) < 0
        || dg_runtime_meta(runtime, &meta, &err) < 0
        || dg_chain_call(chain, dg_chain_root(chain), &out, NULL, entry, dg_bytes_of(NULL, 0), &err)
               < 0
        || !(m = dg_meta_method_named(meta, api, method))
        || dg_value_decode_all(meta, &answer, m->output, out, &err) < 0)
        ck_abort_msg("%s: %s", entry, err.text);
    return answer;
}

START_TEST(a_node_with_these_keys_is_an_authority_of_everything)
{
    dg_chain *chain = with_dev_keys(3);
    json_t *babe = asked(chain, "BabeApi", "configuration"),
           *para = asked(chain, "ParachainHost", "validators"),
           *groups = asked(chain, "ParachainHost", "validator_groups"),
           *discovery = asked(chain, "AuthorityDiscoveryApi", "authorities");
    /* this runtime's metadata hides where they are */
    ck_assert_uint_eq(json_array_size(discovery), 3);
    json_decref(discovery);
    ck_assert_uint_eq(json_array_size(json_object_get(babe, "authorities")), 3);
    ck_assert_uint_eq(json_array_size(para), 3);
    ck_assert_str_eq(json_string_value(json_array_get(para, 0)), "0x" ALICE);
    /* three validators over the twenty groups of before: each in one */
    size_t seated = 0, i;
    json_t *group;
    json_array_foreach(json_array_get(groups, 0), i, group) seated += json_array_size(group);
    ck_assert_uint_eq(seated, 3);
    json_decref(babe);
    json_decref(para);
    json_decref(groups);
    dg_chain_close(chain);
}
END_TEST

START_TEST(the_ninth_is_named_as_network_tools_name_it)
{
    char name[DG_POPULATION_DEV_NAME];
    dg_population_dev_name(name, 0);
    ck_assert_str_eq(name, "alice");
    dg_population_dev_name(name, 7);
    ck_assert_str_eq(name, "two");
    dg_population_dev_name(name, 8);
    ck_assert_str_eq(name, "validator-8");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("population");
    TCase *tc = tcase_create("population");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_size_is_validators_by_parachains, 0, ROWS(sizes));
    tcase_add_test(tc, the_same_numbers_give_the_same_state);
    tcase_add_test(tc, nothing_added_is_nobody_added);
    tcase_add_loop_test(tc, keys_follow_from_an_index, 0, ROWS(texts));
    tcase_add_test(tc, a_genesis_built_anew_is_the_one_that_was_built);
    tcase_add_loop_test(tc, a_network_does_not_shrink, 0, ROWS(smaller));
    tcase_add_loop_test(tc, a_value_of_ones_own_has_to_fit, 0, ROWS(amendments));
    tcase_add_test(tc, all_sets_are_of_the_development_keys);
    tcase_add_test(tc, a_node_with_these_keys_is_an_authority_of_everything);
    tcase_add_test(tc, the_ninth_is_named_as_network_tools_name_it);
    tcase_add_test(tc, without_memory_nothing_is_grown);
    suite_add_tcase(s, tc);
    tcase_add_unchecked_fixture(tc, set_up, NULL);
    failed = suite_run(s);
    tear_down();
    return failed;
}
