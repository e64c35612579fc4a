/* Eighteen blocks that another executor made: backed and included candidates on
 * both sides of an upgrade. Every inherent, digest, event and root has to come out
 * as it did there.
 *
 * Those headers carry no seal, so the steps of a block are driven one by one with
 * the vector's own parents. The root of the first block after the upgrade is not
 * compared: there the values of one trie have two forms, and the vector's executor
 * knew only one (its note says so). */
#include "model_fork.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

enum { LAST_OLD = 6 };

static bool is_mock(const uint8_t sig[64])
{
    for (size_t i = 4; i < 64; i++)
        if (sig[i] != 0xcd)
            return false;
    return memcmp(sig, "\xde\xad\xbe\xef", 4) == 0;
}

static dg_buf bytes_of(const json_t *text)
{
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert(json_is_string(text));
    ck_assert_int_eq(dg_hex_get(&out, json_string_value(text), json_string_length(text), NULL),
                     DG_OK);
    return out;
}

static dg_hash hash_of(const json_t *row, const char *name)
{
    dg_buf raw = bytes_of(json_object_get(row, name));
    dg_hash out;
    ck_assert_uint_eq(raw.len, 32);
    memcpy(out.at, raw.at, 32);
    dg_buf_clear(&raw);
    return out;
}

static void put_digest(dg_buf *out, const json_t *row, bool only_preruntime)
{
    const json_t *items = json_object_get(row, "digest"), *item;
    size_t i;
    dg_scale_put_compact(out, only_preruntime ? 1 : json_array_size(items));
    json_array_foreach(items, i, item)
    {
        dg_buf raw = bytes_of(item);
        if (!only_preruntime || raw.at[0] == DG_DIGEST_PRERUNTIME)
            dg_buf_put_bytes(out, dg_buf_bytes(&raw));
        dg_buf_clear(&raw);
    }
}

/* "system.ExtrinsicSuccessx2 paraInclusion.CandidateBacked": does `text` hold the
 * event, and as often? */
static size_t times_in(const char *text, const char *pallet, const char *event)
{
    char name[160];
    const char *at;
    snprintf(name, sizeof name, "%s.%s", pallet, event);
    name[0] = (char)(name[0] | 0x20);
    for (at = text; (at = strstr(at, name)); at++) {
        const char *end = at + strlen(name);
        if (at != text && at[-1] != ' ')
            continue;
        if (*end == 'x')
            return strtoul(end + 1, NULL, 10);
        if (!*end || *end == ' ')
            return 1;
    }
    return 0;
}

static size_t words_in(const char *text)
{
    size_t n = 0;
    for (const char *at = text; *at; at++)
        n += (at == text || at[-1] == ' ') && *at != ' ';
    return n;
}

static void check_events(fork *f, dg_block *block, const char *want)
{
    json_t *events, *record, *tally = json_object();
    const char *name;
    json_t *seen;
    dg_error err;
    size_t i;
    if (dg_chain_events(f->chain, block, &events, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    json_array_foreach(events, i, record)
    {
        json_t *event = json_object_get(record, "event");
        const char *pallet = json_object_iter_key(json_object_iter(event));
        json_t *of = json_object_get(event, pallet);
        char key[160];
        snprintf(key, sizeof key, "%s.%s", pallet,
                 json_is_string(of) ? json_string_value(of)
                                    : json_object_iter_key(json_object_iter(of)));
        json_object_set_new(tally, key,
                            json_integer(1 + json_integer_value(json_object_get(tally, key))));
    }
    ck_assert_msg(json_object_size(tally) == words_in(want), "block %u: %zu kinds, want %s",
                  dg_block_number(block), json_object_size(tally), want);
    json_object_foreach(tally, name, seen)
    {
        char pallet[80];
        size_t dot = strcspn(name, ".");
        snprintf(pallet, sizeof pallet, "%.*s", (int)dot, name);
        ck_assert_msg(times_in(want, pallet, name + dot + 1) == (size_t)json_integer_value(seen),
                      "block %u: %s x%lld, want %s", dg_block_number(block), name,
                      json_integer_value(seen), want);
    }
    json_decref(events);
    json_decref(tally);
}

/* What our own door gives for the same slot and paras must be what the vector
 * fed, but for `babeslot`, which a runtime of 2024 does not read. */
static void check_inherent_data(fork *f, dg_block *parent, dg_runtime *runtime, uint64_t slot,
                                dg_bytes given)
{
    dg_scale s = dg_scale_from(given), o;
    dg_bytes paras = { NULL, 0 }, time = { NULL, 0 };
    dg_buf ours;
    dg_error err;
    for (uint32_t i = dg_scale_count(&s, 9); i--;) {
        dg_bytes id = dg_scale_take(&s, 8), value = dg_scale_bytes(&s);
        if (memcmp(id.at, "parachn0", 8) == 0)
            paras = value;
        else if (memcmp(id.at, "timstap0", 8) == 0)
            time = value;
    }
    dg_buf_init(&ours, 1 << 20);
    ck_assert_int_eq(dg_chain_inherent_data(&ours, f->chain, parent, runtime, slot, paras, &err),
                     DG_OK);
    o = dg_scale_from(dg_buf_bytes(&ours));
    ck_assert_uint_eq(dg_scale_count(&o, 9), 2);
    assert_bytes(dg_scale_take(&o, 8), dg_text("parachn0"), "id");
    assert_bytes(dg_scale_bytes(&o), paras, "parachn0");
    assert_bytes(dg_scale_take(&o, 8), dg_text("timstap0"), "id");
    assert_bytes(dg_scale_bytes(&o), time, "timstap0");
    ck_assert_int_eq(dg_scale_finish(&o, &err, "ours"), DG_OK);
    dg_buf_clear(&ours);
}

static void make_inherents(dg_exec *exec, const json_t *row, dg_bytes data)
{
    const json_t *want = json_object_get(row, "extrinsics");
    dg_buf list;
    dg_scale s;
    dg_error err;
    if (dg_exec_call(exec, "BlockBuilder_inherent_extrinsics", data, DG_EXEC_ROLLBACK, &err)
        != DG_OK)
        ck_abort_msg("%s", err.text);
    list = exec->output;
    dg_buf_init(&exec->output, 0);
    s = dg_scale_from(dg_buf_bytes(&list));
    ck_assert_uint_eq(dg_scale_count(&s, 1), json_array_size(want));
    for (size_t i = 0; i < json_array_size(want); i++) {
        dg_buf expected = bytes_of(json_array_get(want, i));
        size_t from = s.at;
        dg_exec_applied how = DG_REFUSED;
        dg_scale_bytes(&s);
        assert_bytes(dg_bytes_of(list.at + from, s.at - from), dg_buf_bytes(&expected), "inherent");
        if (dg_exec_apply(exec, &how, dg_buf_bytes(&expected), &err) != DG_OK)
            ck_abort_msg("%s", err.text);
        ck_assert_int_eq(how, DG_APPLIED);
        dg_buf_clear(&expected);
    }
    dg_buf_clear(&list);
}

/* The vector's header; our own must equal it (but for one root, see above). */
static dg_buf check_header(const json_t *row, dg_bytes got_raw, bool root_too)
{
    dg_header got,
        want = { .number = (uint32_t)json_integer_value(json_object_get(row, "number")) };
    dg_buf digest, raw;
    dg_buf_init(&digest, 1 << 16);
    dg_buf_init(&raw, 1 << 16);
    put_digest(&digest, row, false);
    want.parent = hash_of(row, "parent_hash");
    want.state_root = hash_of(row, "state_root");
    want.extrinsics_root = hash_of(row, "extrinsics_root");
    want.digest = dg_buf_bytes(&digest);
    ck_assert_int_eq(dg_header_decode(&got, got_raw, NULL), DG_OK);
    if (root_too)
        assert_bytes(dg_hash_bytes(&got.state_root), dg_hash_bytes(&want.state_root), "state root");
    got.state_root = want.state_root;
    dg_header_encode(&raw, &got);
    dg_header_decode(&got, dg_buf_bytes(&raw), NULL);
    dg_buf_reset(&raw);
    dg_header_encode(&raw, &want);
    ck_assert(dg_hash_equal(&got.extrinsics_root, &want.extrinsics_root));
    assert_bytes(got.digest, want.digest, "digest");
    dg_buf_clear(&digest);
    return raw;
}

static dg_block *make_block(fork *f, dg_block *parent, const json_t *row)
{
    uint32_t number = (uint32_t)json_integer_value(json_object_get(row, "number"));
    dg_hash parent_hash = hash_of(row, "parent_hash");
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    dg_buf data = bytes_of(json_object_get(row, "inherent_data")), digest, header;
    dg_runtime *runtime;
    dg_block *block;
    dg_error err;
    dg_exec exec;
    dg_state *state;
    assert_bytes(dg_hash_bytes(dg_block_hash(parent)), dg_hash_bytes(&parent_hash), "parent");
    dg_buf_init(&digest, 4096);
    put_digest(&digest, row, true);
    ck_assert_int_eq(dg_block_runtime_next(f->chain, parent, &runtime, &err), DG_OK);
    check_inherent_data(f, parent, runtime,
                        (uint64_t)json_integer_value(json_object_get(row, "slot")),
                        dg_buf_bytes(&data));
    ck_assert_int_eq(dg_exec_init(&exec, f->chain, parent, runtime, &report, &err), DG_OK);
    if (dg_exec_initialize(&exec, &parent_hash, number, dg_buf_bytes(&digest), &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    make_inherents(&exec, row, dg_buf_bytes(&data));
    if (dg_exec_finalize(&exec, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    header = check_header(row, dg_buf_bytes(&exec.output), number != LAST_OLD + 1);
    state = exec.state;
    exec.state = NULL;
    ck_assert_int_eq(dg_block_new(&block, f->chain, parent, dg_buf_bytes(&header), state, &err),
                     DG_OK);
    block->executed_by = runtime;
    dg_chain_tree_add(f->chain, block);
    check_events(f, block, json_string_value(json_object_get(row, "events")));
    dg_exec_clear(&exec);
    dg_buf_clear(&data);
    dg_buf_clear(&digest);
    dg_buf_clear(&header);
    return block;
}

/* Writes the new code into the state, and the root that follows into the header. */
static dg_block *swap_code(fork *f, dg_block *parent, const json_t *row, dg_bytes code)
{
    dg_bytes writes[1][2] = { { dg_text(":code"), code } };
    dg_hash want = hash_of(row, "state_root_with_new_code"), hash = hash_of(row, "header_hash"),
            root;
    dg_block *amended;
    dg_header h;
    dg_buf raw;
    dg_error err;
    ck_assert_int_eq(
        dg_chain_amend(f->chain, &amended, parent, (const dg_bytes(*)[2])writes, 1, &err), DG_OK);
    ck_assert_int_eq(dg_state_root(dg_block_state(amended), &root, &err), DG_OK);
    assert_bytes(dg_hash_bytes(&root), dg_hash_bytes(&want), "root with the new code");
    dg_buf_init(&raw, 4096);
    ck_assert_int_eq(dg_header_decode(&h, dg_block_header(amended), NULL), DG_OK);
    h.state_root = want;
    dg_header_encode(&raw, &h);
    dg_buf_clear(&amended->header);
    amended->header = raw;
    amended->hash = amended->header_hash = dg_blake2_256(dg_buf_bytes(&raw));
    assert_bytes(dg_hash_bytes(&amended->hash), dg_hash_bytes(&hash), "header with the new root");
    return amended;
}

START_TEST(the_blocks_of_another_executor_come_out_the_same)
{
    dg_chain_options options = { .accept_signature = is_mock };
    const char *path = corpus_path("vectors/paras-inherent.json");
    json_t *vector, *row;
    size_t i, blocks = 0;
    dg_block *tip;
    dg_buf code, packed;
    fork f;
    if (!path)
        return;
    ck_assert_ptr_nonnull(vector = json_load_file(path, 0, NULL));
    if (!fork_open_with(&f, "specs/paseo-1001002-e20-10val-3paras.json.zst", NULL, &options))
        return;
    packed = fork_code("specs/paseo-local-1002000-e20.json.zst");
    dg_buf_init(&code, DG_BLOB_MAX); /* the vector's code is unpacked */
    ck_assert_int_eq(dg_blob_decode(&code, dg_buf_bytes(&packed), NULL), DG_OK);
    tip = dg_chain_root(f.chain);
    json_array_foreach(json_object_get(vector, "blocks"), i, row)
    {
        if (json_object_get(row, "code_swap_after"))
            tip = swap_code(&f, tip, row, dg_buf_bytes(&code));
        else
            tip = make_block(&f, tip, row), blocks++;
    }
    ck_assert_uint_eq(blocks, 18);
    dg_buf_clear(&code);
    dg_buf_clear(&packed);
    json_decref(vector);
    fork_close(&f);
}
END_TEST

/* ---- through the door, with marked signatures ---- */

int main(void)
{
    Suite *s = suite_create("paras");
    TCase *tc = tcase_create("paras");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_blocks_of_another_executor_come_out_the_same);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
