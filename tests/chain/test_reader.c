/* Blocks come in three forms; each must give the same bytes, since a block that
 * is read otherwise is executed otherwise. */
#include "../support/suite.h"

#include <string.h>

#include "chain/chain_impl.h"

static size_t count_blocks(const char *path, dg_code *end, dg_error *err)
{
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes header;
    size_t count, blocks = 0;
    if ((*end = dg_block_reader_open(&reader, path, err)) < 0)
        return 0;
    while ((*end = dg_block_reader_next(reader, &header, &extrinsics, &count, err)) == DG_OK)
        blocks++;
    dg_block_reader_close(reader);
    return blocks;
}

static void write_scratch(const char *name, dg_bytes content)
{
    dg_error err;
    if (dg_file_write(scratch_path(name), content, &err) < 0)
        ck_abort_msg("%s", err.text);
}

static void put_block(dg_buf *out, dg_bytes header, const dg_bytes *extrinsics, size_t count)
{
    dg_buf_put_bytes(out, header);
    dg_scale_put_compact(out, count);
    for (size_t i = 0; i < count; i++)
        dg_buf_put_bytes(out, extrinsics[i]);
}

static void put_json(dg_buf *out, dg_bytes raw, const dg_bytes *extrinsics, size_t count)
{
    dg_header h;
    dg_digest_iter it;
    dg_digest_item item;
    const char *comma = "";
    ck_assert_int_eq(dg_header_decode(&h, raw, NULL), DG_OK);
    dg_buf_printf(out,
                  "{\"result\":{\"block\":{\"header\":{\"number\":\"0x%x\",\"parentHash\":\"%s\","
                  "\"stateRoot\":\"%s\",",
                  h.number, dg_hash_text(&h.parent).text, dg_hash_text(&h.state_root).text);
    dg_buf_printf(out, "\"extrinsicsRoot\":\"%s\",\"digest\":{\"logs\":[",
                  dg_hash_text(&h.extrinsics_root).text);
    dg_digest_iter_init(&it, h.digest);
    for (; dg_digest_next(&it, &item, NULL) == DG_OK; comma = ",") {
        dg_buf_printf(out, "%s\"", comma);
        dg_hex_put(out, item.raw);
        dg_buf_put_text(out, "\"");
    }
    dg_buf_put_text(out, "]}},\"extrinsics\":[");
    for (size_t i = 0; i < count; i++) {
        dg_buf_put_text(out, i ? ",\"" : "\"");
        dg_hex_put(out, extrinsics[i]);
        dg_buf_put_text(out, "\"");
    }
    dg_buf_put_text(out, "]},\"justification\":null}}\n");
}

static void rewrite(const char *path, void (*put)(dg_buf *, dg_bytes, const dg_bytes *, size_t),
                    const char *name)
{
    dg_block_reader *reader;
    const dg_bytes *extrinsics;
    dg_bytes header;
    size_t count;
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert_int_eq(dg_block_reader_open(&reader, path, NULL), DG_OK);
    while (dg_block_reader_next(reader, &header, &extrinsics, &count, NULL) == DG_OK)
        put(&out, header, extrinsics, count);
    dg_block_reader_close(reader);
    ck_assert_int_eq(out.rc, DG_OK);
    write_scratch(name, dg_buf_bytes(&out));
    dg_buf_clear(&out);
}

static void assert_same_file(const char *a, const char *b)
{
    dg_buf left = slurp(scratch_path(a)), right = slurp(scratch_path(b));
    ck_assert(dg_bytes_equal(dg_buf_bytes(&left), dg_buf_bytes(&right)));
    dg_buf_clear(&left);
    dg_buf_clear(&right);
}

START_TEST(all_forms_give_the_same_blocks)
{
    const char *path = corpus_path("vectors/blocks/westend-1-128.blocks");
    dg_code end;
    dg_error err;
    if (!path)
        return;
    ck_assert_uint_eq(count_blocks(path, &end, &err), 128);
    ck_assert_int_eq(end, DG_END);
    rewrite(path, put_block, "blocks.scale");
    rewrite(path, put_json, "blocks.json");
    ck_assert_uint_eq(count_blocks(scratch_path("blocks.scale"), &end, &err), 128);
    rewrite(scratch_path("blocks.scale"), put_block, "again.scale");
    assert_same_file("blocks.scale", "again.scale");
    if (count_blocks(scratch_path("blocks.json"), &end, &err) != 128)
        ck_abort_msg("%s", err.text);
    rewrite(scratch_path("blocks.json"), put_block, "json.scale");
    assert_same_file("blocks.scale", "json.scale");
}
END_TEST

static const struct {
    const char *name;
    size_t blocks;
    dg_code end;
} answers[] = {
    { "vectors/types-support/SignedBlock.002.json", 0, DG_UNSUPPORTED }, /* digests as objects */
    { "vectors/types-support/SignedBlock.003.00.json", 1, DG_END },
    { "vectors/types-support/SignedBlock.004.immortal.json", 1, DG_END },
    { "vectors/types-support/SignedBlock.004.mortal.json", 1, DG_END },
    { "vectors/types-support/Header.003.json", 0, DG_MALFORMED },     /* no block */
    { "vectors/blocks/westend-blocks_1_to_10.hex", 0, DG_MALFORMED }, /* another format */
};
START_TEST(real_answers_are_read_or_refused)
{
    const char *path = corpus_path(answers[_i].name);
    dg_code end;
    dg_error err = { .code = DG_OK };
    if (!path)
        return;
    ck_assert_uint_eq(count_blocks(path, &end, &err), answers[_i].blocks);
    ck_assert_msg(end == answers[_i].end, "%s", err.text);
}
END_TEST

/* Header JSON of RPC answers: the same fields as in the file. */
START_TEST(header_json_becomes_a_header)
{
    const char *path = corpus_path("vectors/types-support/Header.003.json");
    dg_error err;
    dg_buf raw;
    dg_header h;
    json_t *document;
    if (!path)
        return;
    document = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(document);
    dg_buf_init(&raw, 4096);
    if (dg_header_from_json(&raw, json_object_get(document, "result"), &err) < 0
        || dg_header_decode(&h, dg_buf_bytes(&raw), &err) < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_eq(h.number, 0x193046);
    ck_assert_str_eq(
        dg_hash_text(&h.parent).text,
        json_string_value(json_object_get(json_object_get(document, "result"), "parentHash")));
    dg_buf_clear(&raw);
    json_decref(document);
}
END_TEST

static const struct {
    const char *content;
    size_t blocks;
    dg_code end;
    const char *word;
} rows[] = {
    { "", 0, DG_END, "" },
    { "\n\n  \n", 0, DG_END, "" },
    { "zz", 0, DG_MALFORMED, "byte 0" },
    { "0x00", 0, DG_MALFORMED, "line 1" },
    { "{", 0, DG_MALFORMED, "JSON" },
    { "{}", 0, DG_MALFORMED, "header" },
    { "[]", 0, DG_END, "" },
    { "{\"header\":{}}", 0, DG_MALFORMED, "parentHash" },
    { "{\"header\":{\"parentHash\":\"0x00\"}}", 0, DG_MALFORMED, "32" },
};
START_TEST(what_is_no_block_is_refused_with_its_place)
{
    dg_code end;
    dg_error err = { .code = DG_OK };
    write_scratch("bad", dg_text(rows[_i].content));
    ck_assert_uint_eq(count_blocks(scratch_path("bad"), &end, &err), rows[_i].blocks);
    ck_assert_int_eq(end, rows[_i].end);
    ck_assert_msg(strstr(err.text, rows[_i].word) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_cut_block_is_refused)
{
    dg_buf raw = slurp("tests/chain/corpus/header/westend-127");
    dg_code end;
    dg_error err;
    dg_buf_put_u8(&raw, 4); /* one extrinsic, and then nothing */
    write_scratch("cut", dg_buf_bytes(&raw));
    ck_assert_uint_eq(count_blocks(scratch_path("cut"), &end, &err), 0);
    ck_assert_int_eq(end, DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "byte 0"));
    dg_buf_clear(&raw);
}
END_TEST

/* Westend 128 on one line with a byte too many. */
START_TEST(bytes_after_a_block_are_refused)
{
    dg_buf raw = slurp("tests/chain/corpus/header/westend-128"), line;
    dg_code end;
    dg_error err;
    dg_buf_init(&line, 4096);
    dg_buf_put_u8(&raw, 0); /* no extrinsics */
    dg_hex_put(&line, dg_buf_bytes(&raw));
    write_scratch("line", dg_buf_bytes(&line));
    ck_assert_uint_eq(count_blocks(scratch_path("line"), &end, &err), 1);
    dg_buf_put_text(&line, "00");
    write_scratch("line", dg_buf_bytes(&line));
    ck_assert_uint_eq(count_blocks(scratch_path("line"), &end, &err), 0);
    ck_assert_int_eq(end, DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "1 bytes follow"));
    dg_buf_clear(&raw);
    dg_buf_clear(&line);
}
END_TEST

START_TEST(an_absent_file_is_an_environment_failure)
{
    dg_block_reader *reader;
    dg_error err;
    ck_assert_int_eq(dg_block_reader_open(&reader, scratch_path("nowhere"), &err), DG_IO);
    ck_assert_ptr_null(reader);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reader");
    TCase *tc = tcase_create("reader");
    tcase_add_test(tc, all_forms_give_the_same_blocks);
    tcase_add_loop_test(tc, real_answers_are_read_or_refused, 0, 6);
    tcase_add_test(tc, header_json_becomes_a_header);
    tcase_add_loop_test(tc, what_is_no_block_is_refused_with_its_place, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tc, a_cut_block_is_refused);
    tcase_add_test(tc, bytes_after_a_block_are_refused);
    tcase_add_test(tc, an_absent_file_is_an_environment_failure);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
