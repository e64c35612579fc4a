/* What a snapshot says of itself must be true, what is damaged must be found, and
 * whoever runs out of memory must say so. */
#include "model_state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"

/* ---- damaged ---- */

static void in_target(char path[600], const char *name)
{
    snprintf(path, 600, "%s/%s", target, name);
}

START_TEST(any_changed_byte_of_the_store_is_found)
{
    dg_rng rng = dg_rng_fork(9, "damage", 0, 0);
    char path[600];
    dg_buf good;
    dg_error err;
    dg_snapshot *s;
    import_well(two_specs[0], target, 1);
    in_target(path, "data.mdb");
    good = slurp(path);
    for (int i = 0; i < 60; i++) {
        size_t at = i ? dg_rng_below(&rng, good.len) : good.len - 1;
        good.at[at] ^= 0x40;
        put_file(path, dg_buf_bytes(&good));
        good.at[at] ^= 0x40;
        if (dg_snapshot_open(&s, target, &err) != DG_OK)
            continue; /* in a page of the library itself */
        ck_assert_int_eq(dg_snapshot_verify(s, NULL, &err), DG_MISMATCH);
        ck_assert_ptr_nonnull(strstr(err.text, "is not what was written"));
        dg_snapshot_close(s);
    }
    put_file(path, dg_bytes_of(good.at, good.len / 2));
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_MISMATCH);
    ck_assert_ptr_nonnull(strstr(err.text, "the manifest says"));
    dg_buf_clear(&good);
}
END_TEST

/* Over all keys and values, as a run would read them. */
static dg_code read_all(dg_hash *out, dg_snapshot *s, dg_error *err)
{
    dg_trie *trie = dg_trie_open(&dg_snapshot_info_of(s)->state_root, dg_snapshot_loader(s));
    dg_trie_iter *it = NULL;
    dg_bytes key, value;
    dg_code rc = dg_trie_iter_new(&it, trie, dg_bytes_of(NULL, 0), err);
    memset(out, 0, sizeof *out);
    while (rc == DG_OK && (rc = dg_trie_iter_next(it, &key, &value, err)) == DG_OK) {
        *out = dg_blake2_256_two(dg_hash_bytes(out), key);
        *out = dg_blake2_256_two(dg_hash_bytes(out), value);
    }
    dg_trie_iter_free(it);
    dg_trie_free(trie);
    return rc == DG_END ? DG_OK : rc;
}

/* Nobody verifies before each run: what is read is checked when it is read. */
START_TEST(a_flipped_bit_is_an_error_where_it_is_read_or_changes_nothing)
{
    dg_rng rng = dg_rng_fork(11, "flips", 0, 0);
    twin *t = twin_random(&rng, 600, 0);
    dg_buf spec = twin_spec(t, &rng), file;
    unsigned found = 0, refused = 0;
    dg_hash good, now;
    char path[600];
    dg_snapshot *s;
    dg_error err;
    put_file(spot("flips.json"), dg_buf_bytes(&spec));
    import_well(spot("flips.json"), target, 1);
    in_target(path, "data.mdb");
    file = slurp(path);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    ck_assert_int_eq(read_all(&good, s, &err), DG_OK);
    dg_snapshot_close(s);
    for (int i = 0; i < 1500; i++) {
        size_t at = dg_rng_below(&rng, i % 3 ? file.len : 3 * 4096);
        uint8_t bit = (uint8_t)(1u << dg_rng_below(&rng, 8));
        dg_code rc;
        file.at[at] ^= bit;
        put_file(path, dg_buf_bytes(&file));
        file.at[at] ^= bit;
        if ((rc = dg_snapshot_open(&s, target, &err)) == DG_OK) {
            rc = read_all(&now, s, &err);
            ck_assert_msg(rc == DG_OK || rc == DG_IO, "byte %zu: %s", at, err.text);
            ck_assert_msg(rc != DG_OK || dg_hash_equal(&now, &good), "byte %zu", at);
            found += rc == DG_IO;
            dg_snapshot_close(s);
        } else {
            ck_assert_msg(rc == DG_IO, "byte %zu: %s", at, err.text);
            refused++;
        }
    }
    ck_assert_uint_gt(found, 100);
    ck_assert_uint_gt(refused, 0);
    dg_buf_clear(&spec);
    dg_buf_clear(&file);
    twin_free(t);
}
END_TEST

/* As programs wrote it before there was a seal. */
static json_t *unsealed(const char *path)
{
    json_t *manifest = json_load_file(path, 0, NULL);
    ck_assert_int_eq(json_object_del(manifest, "seal"), 0);
    json_object_set_new(manifest, "doppel_snapshot", json_integer(1));
    return manifest;
}

/* Every member of the manifest is needed, and looked at. */
START_TEST(a_manifest_without_one_of_its_members_is_refused)
{
    static const char *const members[][2] = {
        { "chain", NULL },
        { "name", NULL },
        { "block", "number" },
        { "block", "hash" },
        { "block", "state_root" },
        { "block", "header" },
        { "runtime", "spec_name" },
        { "runtime", "spec_version" },
        { "state", "version" },
        { "state", "partial" },
        { "state", "keys" },
        { "state", "nodes" },
        { "state", "value_bytes" },
        { "source", "file" },
        { "source", "kind" },
        { "source", "version" },
        { "source", "blake2_256" },
        { "source", "unreferenced_nodes" },
        { "code_substitutes", NULL },
        { "store", "bytes" },
        { "store", "blake2_256" },
        { "doppel_snapshot", NULL },
    };
    char path[600];
    dg_error err;
    dg_snapshot *s;
    json_t *good;
    import_well(two_specs[0], target, 1);
    in_target(path, "manifest.json");
    good = unsealed(path);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *bad = json_deep_copy(good);
        const char *name = members[i][1] ? members[i][1] : members[i][0];
        json_object_del(members[i][1] ? json_object_get(bad, members[i][0]) : bad, name);
        json_dump_file(bad, path, 0);
        ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_MALFORMED);
        ck_assert_msg(strstr(err.text, path) != NULL, "%s", err.text);
        json_decref(bad);
    }
    json_object_set_new(good, "doppel_snapshot", json_integer(5));
    json_dump_file(good, path, 0);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_UNSUPPORTED);
    json_object_set_new(good, "doppel_snapshot", json_integer(3)); /* which has a seal */
    json_dump_file(good, path, 0);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_MALFORMED);
    put_file(path, dg_text("{"));
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_MALFORMED);
    json_decref(good);
}
END_TEST

static const struct {
    const char *group, *name;
    const char *value;
} lies[] = {
    { "state", "keys", "1" },
    { "state", "nodes", "1" },
    { "state", "value_bytes", "1" },
    { "block", "number", "1" },
    { "block", "hash", "\"0x0000000000000000000000000000000000000000000000000000000000000000\"" },
    { "store", "blake2_256",
      "\"0x0000000000000000000000000000000000000000000000000000000000000000\"" },
};

START_TEST(a_manifest_that_says_otherwise_does_not_verify)
{
    char path[600];
    dg_error err;
    dg_snapshot *s;
    json_t *m;
    import_well(two_specs[0], target, 1);
    in_target(path, "manifest.json");
    m = unsealed(path);
    json_object_set_new(json_object_get(m, lies[_i].group), lies[_i].name,
                        json_loads(lies[_i].value, JSON_DECODE_ANY, NULL));
    json_dump_file(m, path, 0);
    json_decref(m);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_verify(s, NULL, &err), DG_MISMATCH);
    dg_snapshot_close(s);
}
END_TEST

/* The store has a hash, which is written here; this has its own. One bit of each third byte,
 * another one each time. */
START_TEST(a_flipped_bit_of_the_manifest_is_refused)
{
    char path[600];
    dg_error err;
    dg_snapshot *s;
    dg_buf text;
    import_well(two_specs[0], target, 1);
    in_target(path, "manifest.json");
    dg_buf_init(&text, 1 << 20);
    ck_assert_int_eq(dg_file_read(&text, path, &err), DG_OK);
    for (size_t i = 0; i < text.len - 1; i += 3) {
        text.at[i] ^= (uint8_t)(1u << i % 8);
        put_file(path, dg_buf_bytes(&text));
        ck_assert_msg(dg_snapshot_open(&s, target, &err) < 0, "bit %zu of byte %zu", i % 8, i);
        text.at[i] ^= (uint8_t)(1u << i % 8);
    }
    put_file(path, dg_buf_bytes(&text));
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    dg_snapshot_close(s);
    dg_buf_clear(&text);
}
END_TEST

/* ---- by hand ---- */

/* A run changes a state; what it did not touch stays with the snapshot it began
 * from. Both together are a new one. */
START_TEST(a_changed_state_is_kept_with_what_it_shares)
{
    static const uint8_t key[] = { 1, 2, 3, 4, 5 };
    char out[700];
    dg_snapshot *s;
    dg_snapshot_writer *w;
    dg_snapshot_info info;
    dg_trie *t;
    dg_error err;
    dg_bytes none = { NULL, 0 };
    snprintf(out, sizeof out, "%s-2", target);
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    info = *dg_snapshot_info_of(s);
    t = dg_trie_open(&info.state_root, dg_snapshot_loader(s));
    ck_assert_int_eq(dg_trie_put(t, DG_BYTES_OF(key), dg_text("value"), 1, 0, &err), DG_OK);
    ck_assert_int_eq(dg_trie_root(t, &info.state_root, &err), DG_OK);
    /* without the shared part it is refused */
    ck_assert_int_eq(dg_snapshot_begin(&w, out, false, &err), DG_OK);
    ck_assert_int_eq(dg_trie_flush(t, dg_snapshot_put, w, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_commit(w, &info, none, NULL, &err), DG_MISMATCH);
    ck_assert_ptr_nonnull(strstr(err.text, "is missing"));
    ck_assert(!dg_file_exists(out));
    ck_assert_int_eq(dg_snapshot_begin(&w, out, false, &err), DG_OK);
    ck_assert_int_eq(dg_trie_flush(t, dg_snapshot_put, w, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_put_below(w, &info.state_root, dg_snapshot_loader(s), &err),
                     DG_OK);
    ck_assert_int_eq(dg_snapshot_commit(w, &info, none, NULL, &err), DG_OK);
    assert_whole(out, &info.state_root);
    ck_assert(!dg_hash_equal(&info.state_root, &two_roots[0]));
    dg_trie_free(t);
    dg_snapshot_close(s);
}
END_TEST

/* A thousand states of one chain are one state and what changed: the second stores the new nodes
 * alone, counts its keys rightly, and stays whole when the first is removed. */
START_TEST(a_snapshot_over_another_stores_what_is_new)
{
    static const uint8_t key[] = { 1, 2, 3, 4, 5 };
    static const uint8_t child[] = ":child_storage:default:of";
    char out[700], third[700];
    dg_snapshot *s, *again;
    dg_snapshot_writer *w;
    dg_snapshot_info info, first;
    dg_trie *t, *kid;
    dg_hash root;
    dg_error err;
    uint64_t nodes;
    dg_bytes none = { NULL, 0 };
    snprintf(out, sizeof out, "%s-2", target);
    snprintf(third, sizeof third, "%s-3", target);
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    first = info = *dg_snapshot_info_of(s);
    ck_assert_uint_gt(first.own_bytes, 0);
    ck_assert_uint_eq(first.shared_bytes, 0);
    /* a key of five bytes, a child trie with two */
    kid = dg_trie_empty();
    t = dg_trie_open(&info.state_root, dg_snapshot_loader(s));
    ck_assert_int_eq(dg_trie_put(kid, dg_text("a"), dg_text("23"), 1, 0, &err), DG_OK);
    ck_assert_int_eq(dg_trie_put(kid, dg_text("b"), dg_text("456"), 1, 0, &err), DG_OK);
    ck_assert_int_eq(dg_trie_root(kid, &root, &err), DG_OK);
    ck_assert_int_eq(dg_trie_put(t, DG_BYTES_OF(key), dg_text("value"), 1, 0, &err), DG_OK);
    ck_assert_int_eq(
        dg_trie_put(t, dg_bytes_of(child, sizeof child - 1), dg_hash_bytes(&root), 1, 0, &err),
        DG_OK);
    ck_assert_int_eq(dg_trie_root(t, &info.state_root, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_begin_over(&w, out, false, s, &err), DG_OK);
    ck_assert_int_eq(dg_trie_flush(t, dg_snapshot_put, w, &err), DG_OK);
    ck_assert_int_eq(dg_trie_flush(kid, dg_snapshot_put, w, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_put_below(w, &info.state_root, dg_snapshot_loader(s), &err),
                     DG_OK);
    ck_assert_msg(dg_snapshot_commit(w, &info, none, NULL, &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_snapshot_open(&again, out, &err), DG_OK);
    info = *dg_snapshot_info_of(again);
    ck_assert_uint_eq(info.keys, first.keys + 4);
    ck_assert_uint_eq(info.value_bytes, first.value_bytes + 5 + 32 + 2 + 3);
    ck_assert_uint_eq(info.shared_bytes, first.own_bytes);
    ck_assert_uint_lt(info.own_nodes, 12);
    ck_assert_uint_lt(info.own_bytes, first.own_bytes / 2);
    /* one made over it shares both */
    ck_assert_int_eq(dg_snapshot_begin_over(&w, third, false, again, &err), DG_OK);
    ck_assert_msg(dg_snapshot_commit(w, &first, none, NULL, &err) == DG_OK, "%s", err.text);
    dg_trie_free(t);
    dg_trie_free(kid);
    dg_snapshot_close(s);
    dg_snapshot_close(again);
    ck_assert_int_eq(dg_dir_remove(target, &err), DG_OK);
    assert_whole(out, &info.state_root);
    assert_whole(third, &first.state_root);
    ck_assert_int_eq(dg_snapshot_open(&s, third, &err), DG_OK);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->keys, first.keys);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->value_bytes, first.value_bytes);
    ck_assert_int_eq(dg_snapshot_verify(s, &nodes, &err), DG_OK);
    dg_snapshot_close(s);
}
END_TEST

static dg_snapshot *opened(const char *path)
{
    dg_snapshot *s;
    dg_error err;
    ck_assert_msg(dg_snapshot_open(&s, path, &err) == DG_OK, "%s", err.text);
    return s;
}

/* The state at `from` as what it adds to the one at `over`. */
static void keep(const char *path, const char *from, const char *over)
{
    dg_snapshot *state = opened(from), *base = opened(over);
    dg_error err;
    ck_assert_msg(dg_snapshot_keep_over(path, true, state, base, &err) == DG_OK, "%s", err.text);
    dg_snapshot_close(state);
    dg_snapshot_close(base);
}

static dg_snapshot_gc_report collect(const char *path, const char *const *others, size_t count)
{
    dg_snapshot_gc_report r;
    dg_error err;
    ck_assert_msg(dg_snapshot_gc(&r, path, others, count, &err) == DG_OK, "%s", err.text);
    return r;
}

/* What others have stays shared, whatever is dead of the rest goes, and the state is the same. */
START_TEST(what_no_snapshot_needs_is_freed)
{
    char other[700], second[700], third[700], note[740];
    const char *places[] = { third, target };
    dg_snapshot_gc_report r;
    dg_snapshot *s;
    uint64_t keys;
    snprintf(other, sizeof other, "%s-z", target);
    snprintf(second, sizeof second, "%s-b", target);
    snprintf(third, sizeof third, "%s-c", target);
    snprintf(note, sizeof note, "%s/note", third);
    import_well(two_specs[0], target, 1);
    import_well(two_specs[1], other, 1);
    keep(second, other, target);
    keep(third, target, second);
    put_file(note, dg_text("taken by hand\n"));
    s = opened(third);
    keys = dg_snapshot_info_of(s)->keys;
    dg_snapshot_close(s);
    /* whole, and all of it in use */
    r = collect(target, NULL, 0);
    ck_assert_uint_eq(r.files_after, 1);
    r = collect(third, places, 2);
    ck_assert_uint_eq(r.files_after, 3);
    ck_assert_uint_eq(r.alone_after, r.alone_before);
    /* the one between is gone: its file is this one's alone, and nothing in it is needed */
    ck_assert_int_eq(dg_dir_remove(second, NULL), DG_OK);
    /* but whole it would be larger */
    r = collect(third, places, 1);
    ck_assert_uint_eq(r.files_after, 3);
    ck_assert_uint_eq(r.alone_after, r.alone_before);
    r = collect(third, places, 2);
    ck_assert_uint_eq(r.files_before, 3);
    ck_assert_uint_eq(r.files_after, 2);
    ck_assert_uint_lt(r.alone_after, r.alone_before);
    assert_whole(third, &two_roots[0]);
    /* and so is the first */
    ck_assert_int_eq(dg_dir_remove(target, NULL), DG_OK);
    r = collect(third, places, 1);
    ck_assert_uint_eq(r.files_after, 1);
    ck_assert_uint_lt(r.alone_after, r.alone_before);
    assert_whole(third, &two_roots[0]);
    s = opened(third);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->keys, keys);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->shared_bytes, 0);
    ck_assert_uint_eq(dg_snapshot_info_of(s)->own_bytes, r.alone_after);
    dg_snapshot_close(s);
    ck_assert(dg_file_exists(note));
    ck_assert_uint_eq(leavings(third), 0);
    ck_assert_int_eq(dg_dir_remove(third, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_remove(other, NULL), DG_OK);
}
END_TEST

/* A file that a removed folder had, and another still has, frees nothing when it is written once
 * more: it stays. */
START_TEST(what_another_folder_has_is_not_written_again)
{
    char other[700], second[700], third[700];
    dg_snapshot_gc_report r;
    snprintf(other, sizeof other, "%s-z", target);
    snprintf(second, sizeof second, "%s-b", target);
    snprintf(third, sizeof third, "%s-c", target);
    const char *places[] = { second, third };
    import_well(two_specs[0], target, 1);
    import_well(two_specs[1], other, 1);
    keep(second, other, target);
    keep(third, other, target);
    ck_assert_int_eq(dg_dir_remove(target, NULL), DG_OK);
    for (size_t i = 0; i < 2; i++) {
        r = collect(places[i], places, 2);
        ck_assert_uint_eq(r.files_after, 2);
        ck_assert_uint_eq(r.alone_after, r.alone_before);
        assert_whole(places[i], &two_roots[1]);
    }
    ck_assert_int_eq(dg_dir_remove(second, NULL), DG_OK);
    r = collect(third, places + 1, 1);
    ck_assert_uint_eq(r.files_after, 1);
    ck_assert_uint_lt(r.alone_after, r.alone_before);
    assert_whole(third, &two_roots[1]);
    ck_assert_int_eq(dg_dir_remove(third, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_remove(other, NULL), DG_OK);
}
END_TEST

/* The file that is shared is as much part of it as its own. */
START_TEST(a_damaged_base_is_found)
{
    char out[700], file[740];
    dg_snapshot *s;
    dg_snapshot_writer *w;
    dg_snapshot_info info;
    dg_error err;
    dg_buf raw;
    snprintf(out, sizeof out, "%s-2", target);
    snprintf(file, sizeof file, "%s/base-1.mdb", out);
    import_well(two_specs[0], target, 1);
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    info = *dg_snapshot_info_of(s);
    ck_assert_int_eq(dg_snapshot_begin_over(&w, out, false, s, &err), DG_OK);
    ck_assert_msg(dg_snapshot_commit(w, &info, (dg_bytes){ NULL, 0 }, NULL, &err) == DG_OK, "%s",
                  err.text);
    dg_snapshot_close(s);
    dg_buf_init(&raw, 1 << 26);
    ck_assert_int_eq(dg_file_read(&raw, file, &err), DG_OK);
    raw.at[raw.len / 2] ^= 1;
    put_file(file, dg_buf_bytes(&raw)); /* a file of its own now */
    ck_assert_int_eq(dg_snapshot_open(&s, out, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_verify(s, NULL, &err), DG_MISMATCH);
    ck_assert_ptr_nonnull(strstr(err.text, "base-1.mdb"));
    dg_snapshot_close(s);
    put_file(file, dg_bytes_of(raw.at, raw.len / 2));
    ck_assert_int_eq(dg_snapshot_open(&s, out, &err), DG_MISMATCH);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(dg_snapshot_open(&s, out, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "base-1.mdb"));
    dg_buf_clear(&raw);
}
END_TEST

START_TEST(content_under_a_wrong_hash_is_named_and_refused)
{
    static const uint8_t leaf[] = { 0x42, 0x0a, 0x04, 0x01 };
    dg_snapshot_info info = { .chain = "x" };
    dg_snapshot_writer *w;
    dg_error err;
    memset(info.state_root.at, 9, 32);
    ck_assert_int_eq(dg_snapshot_begin(&w, target, false, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_put(w, &info.state_root, DG_BYTES_OF(leaf), &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_commit(w, &info, (dg_bytes){ NULL, 0 }, NULL, &err), DG_IO);
    ck_assert_ptr_nonnull(strstr(err.text, dg_hash_text(&info.state_root).text));
    ck_assert(!dg_file_exists(target));
    ck_assert_uint_eq(leavings(target), 0);
    ck_assert_int_eq(dg_snapshot_begin(&w, target, false, &err), DG_OK);
    dg_snapshot_abandon(w);
    ck_assert_uint_eq(leavings(target), 0);
}
END_TEST

/* The hash that names a snapshot in outcomes depends on block and state. */
START_TEST(two_states_have_two_names)
{
    dg_hash names[2];
    for (int i = 0; i < 2; i++) {
        dg_snapshot *s;
        dg_hash want;
        import_well(two_specs[i], target, 1);
        ck_assert_int_eq(dg_snapshot_open(&s, target, NULL), DG_OK);
        names[i] = dg_snapshot_hash(s);
        want = dg_blake2_256_two(dg_hash_bytes(&dg_snapshot_info_of(s)->hash),
                                 dg_hash_bytes(&two_roots[i]));
        assert_bytes(dg_hash_bytes(&names[i]), dg_hash_bytes(&want), "name");
        dg_snapshot_close(s);
    }
    ck_assert(!dg_hash_equal(&names[0], &names[1]));
}
END_TEST

/* ---- without memory ---- */

typedef struct errand {
    const char *what;
    dg_code (*run)(dg_error *err);
} errand;
static char snap_file[512], made[512];

static dg_code errand_spec(dg_error *err)
{
    return import_with(NULL, two_specs[1], target, 1, true, err);
}

static dg_code errand_snap(dg_error *err)
{
    return import_with(NULL, snap_file, target, 1, true, err);
}

static dg_code with_open(dg_error *err, dg_code (*use)(dg_snapshot *s, dg_error *err))
{
    dg_snapshot *s;
    dg_code rc = dg_snapshot_open(&s, target, err);
    if (rc == DG_OK)
        rc = use(s, err);
    dg_snapshot_close(s);
    return rc;
}

static dg_code use_verify(dg_snapshot *s, dg_error *err)
{
    json_t *m = dg_snapshot_manifest(s);
    json_decref(m);
    return m ? dg_snapshot_verify(s, NULL, err) : dg_fail(err, DG_NOMEM, "no manifest");
}

static dg_code use_spec(dg_snapshot *s, dg_error *err)
{
    snprintf(made, sizeof made, "%s/made.json", scratch_dir());
    return dg_snapshot_export_spec(s, made, err);
}

static dg_code use_snap(dg_snapshot *s, dg_error *err)
{
    snprintf(made, sizeof made, "%s/made.snap", scratch_dir());
    return dg_snapshot_export_snap(s, made, 4, err);
}

static dg_code errand_verify(dg_error *err)
{
    return with_open(err, use_verify);
}
static dg_code errand_export_spec(dg_error *err)
{
    return with_open(err, use_spec);
}
static dg_code errand_export_snap(dg_error *err)
{
    return with_open(err, use_snap);
}

static const errand errands[] = {
    { "spec", errand_spec },
    { "snap", errand_snap },
    { "verify", errand_verify },
    { "export spec", errand_export_spec },
    { "export snap", errand_export_snap },
};

START_TEST(without_memory_every_errand_says_so_and_leaves_the_old_snapshot)
{
    dg_error err;
    dg_code rc;
    uint64_t nth = 0, failed = 0;
    import_well(two_specs[0], target, 1);
    snprintf(snap_file, sizeof snap_file, "%s/errand.snap", scratch_dir());
    dg_snapshot *s;
    ck_assert_int_eq(dg_snapshot_open(&s, target, &err), DG_OK);
    ck_assert_int_eq(dg_snapshot_export_snap(s, snap_file, 4, &err), DG_OK);
    dg_snapshot_close(s);
    json_set_alloc_funcs(dg_malloc, dg_free);
    do {
        nth += nth < 150 ? 1 : 37;
        err = (dg_error){ 0 };
        dg_alloc_fail_from(nth);
        rc = errands[_i].run(&err);
        dg_alloc_fail_from(0);
        if (rc != DG_OK) {
            ck_assert_msg(rc == DG_NOMEM && err.text[0], "%s, request %llu: code %d, '%s'",
                          errands[_i].what, (unsigned long long)nth, rc, err.text);
            failed++;
        }
        if (failed % 40 == 0 || rc == DG_OK)
            assert_whole(target, rc == DG_OK && _i == 0 ? &two_roots[1] : &two_roots[0]);
    } while (rc != DG_OK);
    ck_assert_uint_gt(failed, 5);
    ck_assert_uint_eq(leavings(target), 0);
    if (made[0])
        ck_assert_uint_eq(leavings(made), 0);
    json_set_alloc_funcs(malloc, free);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store");
    TCase *tc = tcase_create("store");
    tcase_set_timeout(tc, 600);
    tcase_add_checked_fixture(tc, two_specs_setup, NULL);
    tcase_add_test(tc, a_flipped_bit_is_an_error_where_it_is_read_or_changes_nothing);
    tcase_add_test(tc, any_changed_byte_of_the_store_is_found);
    tcase_add_test(tc, a_manifest_without_one_of_its_members_is_refused);
    tcase_add_loop_test(tc, a_manifest_that_says_otherwise_does_not_verify, 0,
                        sizeof lies / sizeof lies[0]);
    tcase_add_test(tc, a_flipped_bit_of_the_manifest_is_refused);
    tcase_add_test(tc, a_changed_state_is_kept_with_what_it_shares);
    tcase_add_test(tc, a_snapshot_over_another_stores_what_is_new);
    tcase_add_test(tc, what_no_snapshot_needs_is_freed);
    tcase_add_test(tc, what_another_folder_has_is_not_written_again);
    tcase_add_test(tc, a_damaged_base_is_found);
    tcase_add_test(tc, content_under_a_wrong_hash_is_named_and_refused);
    tcase_add_test(tc, two_states_have_two_names);
    tcase_add_loop_test(tc, without_memory_every_errand_says_so_and_leaves_the_old_snapshot, 0,
                        sizeof errands / sizeof errands[0]);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
