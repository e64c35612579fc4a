/* Real blocks, executed by the real runtime over the real parent state. The
 * runtime itself compares the state root, so one wrong byte in any host function
 * is a panic here. */
#include "model_corpus.h"

#include <string.h>

/* ---- blocks ---- */

static void put_digits(dg_buf *out, const char *digits)
{
    dg_error err;
    ck_assert_msg(dg_hex_get(out, digits, strlen(digits), &err) == DG_OK, "%s", err.text);
}

static const char *text_of(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    ck_assert_msg(text != NULL, "no %s", name);
    return text;
}

/* Digest without its last item, a BABE seal of 71 bytes. */
static void put_unsealed(dg_buf *out, const char *digits)
{
    size_t at = out->len;
    put_digits(out, digits);
    ck_assert_uint_gt(out->len, at + 71);
    ck_assert_uint_eq(out->at[out->len - 71], 5);
    out->len -= 71;
    out->at[at] = (uint8_t)(out->at[at] - 4);
}

static dg_buf kusama_block(json_t *b)
{
    dg_buf block;
    dg_buf_init(&block, 1 << 20);
    put_digits(&block, text_of(b, "parent_hash"));
    dg_scale_put_compact(&block, strtoul(text_of(b, "number"), NULL, 10));
    put_digits(&block, text_of(b, "state_root"));
    put_digits(&block, text_of(b, "extrinsics_root"));
    put_unsealed(&block, text_of(b, "digest_scale"));
    put_digits(&block, text_of(b, "body_scale_vec_of_extrinsics"));
    return block;
}

static void check_root(dg_state *state, const char *want)
{
    dg_hash root;
    dg_error err;
    ck_assert_msg(dg_state_root(state, &root, &err) == DG_OK, "%s", err.text);
    ck_assert_str_eq(dg_hash_text(&root).text, want);
}

/* The header's root, and a trap that leaves the state alone once a digit is wrong. */
static void execute_both_ways(dg_runtime *r, dg_state *state, dg_buf *block, const char *before,
                              const char *after)
{
    dg_state *wrong = dg_state_fork(state);
    dg_host_result result;
    dg_error err;
    dg_buf out;
    check_root(state, before);
    block->at[37] ^= 1; /* inside the state root, whatever the length of the number */
    ck_assert_int_eq(dg_state_begin(wrong, &err), DG_OK);
    ck_assert_int_eq(
        dg_runtime_call(r, &result, "Core_execute_block", dg_buf_bytes(block), wrong, NULL, &err),
        DG_TRAP);
    ck_assert_int_eq(result.trap, DG_TRAP_PANIC);
    ck_assert_uint_eq(dg_state_depth(wrong), 1);
    ck_assert_int_eq(dg_state_rollback(wrong, &err), DG_OK);
    check_root(wrong, before);
    dg_host_result_clear(&result);
    dg_state_free(wrong);
    block->at[37] ^= 1;
    out = corpus_call(r, "Core_execute_block", dg_buf_bytes(block), state);
    ck_assert_uint_eq(out.len, 0);
    ck_assert_uint_eq(dg_state_depth(state), 0);
    check_root(state, after);
    dg_buf_clear(&out);
}

static const struct {
    const char *state;
    size_t index;
} kusama[] = {
    { "specs/kusama-genesis-1020.json.zst", 0 },
    { "state/kusama-block-3783.full.json.zst", 1 },
};

START_TEST(real_blocks_of_kusama_end_in_their_root)
{
    dg_state *state = corpus_state(kusama[_i].state, 0);
    dg_runtime *r;
    dg_buf file, block;
    json_t *blocks, *b;
    if (!state)
        return;
    corpus_file(&file, "vectors/blocks/kusama-blocks.json");
    blocks = json_loadb((const char *)file.at, file.len, 0, NULL);
    b = json_array_get(blocks, kusama[_i].index);
    r = corpus_runtime(kusama[_i].state);
    block = kusama_block(b);
    execute_both_ways(r, state, &block, text_of(b, "parent_state_root"), text_of(b, "state_root"));
    dg_buf_clear(&block);
    dg_buf_clear(&file);
    json_decref(blocks);
    dg_runtime_free(r);
    dg_state_free(state);
}
END_TEST

/* ---- child tries ---- */

static dg_state *state_with_children(json_t *storage)
{
    const char *key, *child;
    json_t *value, *pairs;
    dg_state *state = dg_state_empty(), *fork;
    dg_state_set_version(state, 1);
    json_object_foreach(json_object_get(storage, "mainTrie"), key, value)
        corpus_put(state, (dg_bytes){ 0 }, key, json_string_value(value));
    json_object_foreach(json_object_get(storage, "childTries"), child, pairs)
    {
        dg_buf name;
        dg_buf_init(&name, 1 << 16);
        put_digits(&name, child);
        json_object_foreach(pairs, key, value)
            corpus_put(state, dg_buf_bytes(&name), key, json_string_value(value));
        dg_buf_clear(&name);
    }
    fork = dg_state_fork(state);
    dg_state_free(state);
    return fork;
}

static dg_buf block_of(json_t *b, char root[72])
{
    json_t *body = json_object_get(b, "body");
    dg_hash hash;
    dg_buf block;
    dg_scale in;
    dg_buf_init(&block, 1 << 24);
    put_digits(&block, text_of(b, "header"));
    in = dg_scale_from(dg_buf_bytes(&block));
    dg_scale_hash(&in);
    dg_scale_compact_u32(&in);
    hash = dg_scale_hash(&in);
    snprintf(root, 72, "%s", dg_hash_text(&hash).text);
    dg_scale_put_compact(&block, json_array_size(body));
    for (size_t i = 0; i < json_array_size(body); i++)
        put_digits(&block, json_string_value(json_array_get(body, i)));
    return block;
}

static const char *const child_tries[] = {
    "state/smoldot-child-trie-create-multiple.json.zst",
    "state/smoldot-child-trie-read-basic.json.zst",
};

START_TEST(blocks_with_child_tries_end_in_their_root)
{
    dg_runtime *r = corpus_runtime(child_tries[_i]);
    char want[72];
    dg_state *state;
    dg_buf file, block, out;
    json_t *root;
    if (!r)
        return;
    corpus_file(&file, child_tries[_i]);
    root = json_loadb((const char *)file.at, file.len, 0, NULL);
    state = state_with_children(json_object_get(root, "parentStorage"));
    block = block_of(json_object_get(root, "block"), want);
    out = corpus_call(r, "Core_execute_block", dg_buf_bytes(&block), state);
    check_root(state, want);
    dg_buf_clear(&out);
    dg_buf_clear(&block);
    dg_buf_clear(&file);
    json_decref(root);
    dg_state_free(state);
    dg_runtime_free(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blocks");
    TCase *tc = tcase_create("blocks");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, real_blocks_of_kusama_end_in_their_root, 0, 2);
    tcase_add_loop_test(tc, blocks_with_child_tries_end_in_their_root, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
