/* Real blocks are the only judge of an executor that is not us: their headers
 * carry roots that thousands of nodes agreed on. */
#include "model_fork.h"

#include <stdlib.h>
#include <string.h>

/* The first 128 blocks of Westend, one after another on its genesis. */
START_TEST(westend_blocks_give_their_own_roots)
{
    const char *path = corpus_path("vectors/blocks/westend-1-128.blocks");
    char blocks[512];
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes header;
    size_t count;
    dg_block *tip;
    dg_error err;
    fork f;
    if (!path)
        return;
    snprintf(blocks, sizeof blocks, "%s", path);
    if (!fork_open(&f, "specs/westend2-genesis-1.json.zst"))
        return;
    tip = dg_chain_root(f.chain);
    assert_bytes(dg_hash_bytes(dg_block_hash(tip)),
                 hex("e143f23803ac50e8f6f8e62695d1ce9e4e1d68aa36c1cd2cfd15340213f3423e"),
                 "genesis");
    ck_assert_int_eq(dg_block_reader_open(&reader, blocks, &err), DG_OK);
    while (dg_block_reader_next(reader, &header, &extrinsics, &count, &err) == DG_OK) {
        dg_block *block;
        if (dg_chain_import(f.chain, &block, tip, header, extrinsics, count, &err) != DG_OK)
            ck_abort_msg("%s", err.text);
        ck_assert_uint_eq(dg_block_extrinsic_count(block), count);
        ck_assert_int_eq(dg_chain_finalize(f.chain, block, NULL), DG_OK);
        ck_assert_uint_eq(dg_chain_block_count(f.chain), 1);
        ck_assert_ptr_null(dg_block_parent(block));
        tip = block;
    }
    ck_assert_uint_eq(dg_block_number(tip), 128);
    dg_block_reader_close(reader);
    fork_close(&f);
}
END_TEST

/* ---- two blocks of Kusama ---- */

static dg_bytes text_hex(const json_t *row, const char *name)
{
    return hex(json_string_value(json_object_get(row, name)));
}

static json_t *kusama_rows(void)
{
    const char *path = corpus_path("vectors/blocks/kusama-blocks.json");
    return path ? json_load_file(path, 0, NULL) : NULL;
}

typedef struct given {
    dg_buf header;
    dg_bytes list[8];
    size_t count;
} given;

static given read_row(const json_t *row)
{
    dg_header h = { .number = (uint32_t)strtoul(json_string_value(json_object_get(row, "number")),
                                                NULL, 10) };
    dg_scale s = dg_scale_from(text_hex(row, "body_scale_vec_of_extrinsics"));
    given g = { .count = dg_scale_count(&s, 1) };
    memcpy(h.parent.at, text_hex(row, "parent_hash").at, 32);
    memcpy(h.state_root.at, text_hex(row, "state_root").at, 32);
    memcpy(h.extrinsics_root.at, text_hex(row, "extrinsics_root").at, 32);
    h.digest = text_hex(row, "digest_scale");
    for (size_t i = 0; i < g.count; i++) {
        size_t from = s.at;
        dg_scale_bytes(&s);
        g.list[i] = dg_bytes_of(s.in.at + from, s.at - from);
    }
    dg_buf_init(&g.header, 4096);
    dg_header_encode(&g.header, &h);
    return g;
}

static const char *const kusama_states[] = { "specs/kusama-genesis-1020.json.zst",
                                             "state/kusama-block-3783.full.json.zst" };

static bool open_kusama(fork *f, const json_t *row, size_t which)
{
    dg_snapshot_import_options import = { .replace = true };
    if (which == 1) {
        import.block_known = true;
        import.number = 3783;
        memcpy(import.hash.at, text_hex(row, "parent_hash").at, 32);
    }
    return fork_open_with(f, kusama_states[which], &import, NULL);
}

START_TEST(kusama_blocks_give_their_own_roots)
{
    json_t *rows = kusama_rows(), *row = json_array_get(rows, (size_t)_i);
    dg_block *block;
    dg_error err;
    given g;
    fork f;
    if (!rows || !open_kusama(&f, row, (size_t)_i))
        return;
    g = read_row(row);
    assert_bytes(dg_hash_bytes(dg_block_hash(dg_chain_root(f.chain))), text_hex(row, "parent_hash"),
                 "parent");
    if (dg_chain_import(f.chain, &block, dg_chain_root(f.chain), dg_buf_bytes(&g.header), g.list,
                        g.count, &err)
        != DG_OK)
        ck_abort_msg("%s", err.text);
    if (dg_chain_reexecute(f.chain, block, fork_other_engine(), NULL, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    dg_buf_clear(&g.header);
    fork_close(&f);
    json_decref(rows);
}
END_TEST

/* ---- blocks that lie ---- */

typedef enum lie {
    LIE_STATE_ROOT,
    LIE_EXTRINSICS_ROOT,
    LIE_DIGEST,
    LIE_PARENT,
    LIE_BODY,
    LIE_NO_BODY
} lie;
static const struct {
    lie lie;
    dg_code rc;
    const char *word;
} lies[] = {
    { LIE_STATE_ROOT, DG_MISMATCH, "state root is 0x" },
    { LIE_EXTRINSICS_ROOT, DG_MISMATCH, "extrinsics root is 0x" },
    { LIE_PARENT, DG_MISMATCH, "names parent" },
    { LIE_BODY, DG_MISMATCH, "root is 0x" },
    { LIE_NO_BODY, DG_TRAP, "#1" },
};

START_TEST(a_block_that_lies_is_refused_with_what_is_wrong)
{
    json_t *rows = kusama_rows(), *row = json_array_get(rows, 0);
    dg_block *block;
    dg_error err;
    given g;
    fork f;
    if (!rows || !open_kusama(&f, row, 0))
        return;
    g = read_row(row);
    switch (lies[_i].lie) {
    case LIE_STATE_ROOT:
        g.header.at[32 + 1 + 3] ^= 1;
        break;
    case LIE_EXTRINSICS_ROOT:
        g.header.at[32 + 1 + 32 + 3] ^= 1;
        break;
    case LIE_PARENT:
        g.header.at[5] ^= 1;
        break;
    /* a millisecond later */
    case LIE_BODY:
        g.list[0] = hex("280402000c90110eb36e01");
        break;
    case LIE_NO_BODY:
        g.count = 0;
        break;
    case LIE_DIGEST:
        break;
    }
    ck_assert_int_eq(dg_chain_import(f.chain, &block, dg_chain_root(f.chain),
                                     dg_buf_bytes(&g.header), g.list, g.count, &err),
                     lies[_i].rc);
    ck_assert_msg(strstr(err.text, lies[_i].word) != NULL, "%s", err.text);
    ck_assert_ptr_null(block);
    ck_assert_uint_eq(dg_chain_block_count(f.chain), 1);
    dg_buf_clear(&g.header);
    fork_close(&f);
    json_decref(rows);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("import");
    TCase *tc = tcase_create("import");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, westend_blocks_give_their_own_roots);
    tcase_add_loop_test(tc, kusama_blocks_give_their_own_roots, 0, 2);
    tcase_add_loop_test(tc, a_block_that_lies_is_refused_with_what_is_wrong, 0,
                        (int)(sizeof lies / sizeof lies[0]));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
