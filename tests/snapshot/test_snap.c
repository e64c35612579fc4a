/* A .snap is how other tools keep live state. Its entries are hashes and nodes:
 * if one wrong node were let in, every root after it would be wrong; and what we
 * give back must be what they read. */
#include "model_state.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "scale/scale.h"

/* ---- a naive reader and writer ---- */

typedef struct entry {
    dg_bytes key, node;
    int32_t count;
} entry;
typedef struct snap {
    unsigned version, state_version;
    dg_bytes head, tail; /* before the number of entries; from the root on */
    size_t count;
    entry *at;
} snap;

static snap snap_read(dg_bytes raw)
{
    dg_scale in = dg_scale_from(raw);
    snap s = { 0 };
    if (raw.at[0] > 1)
        s.version = dg_scale_compact_u32(&in);
    s.state_version = dg_scale_u8(&in);
    if (s.version < 4)
        dg_scale_hash(&in);
    s.head = dg_bytes_of(raw.at, in.at);
    s.count = dg_scale_compact_u32(&in);
    s.at = calloc(s.count + 1, sizeof *s.at);
    for (size_t i = 0; i < s.count; i++) {
        s.at[i].key = s.version >= 3 ? dg_scale_bytes(&in) : dg_scale_take(&in, 32);
        s.at[i].node = dg_scale_bytes(&in);
        s.at[i].count = s.version >= 2 ? (int32_t)dg_scale_u32(&in) : 1;
    }
    s.tail = dg_scale_rest(&in);
    ck_assert_int_eq(in.rc, DG_OK);
    return s;
}

static dg_buf snap_write(const snap *s)
{
    dg_buf out;
    dg_buf_init(&out, (size_t)1 << 28);
    dg_buf_put_bytes(&out, s->head);
    dg_scale_put_compact(&out, s->count);
    for (size_t i = 0; i < s->count; i++) {
        if (s->version >= 3)
            dg_scale_put_bytes(&out, s->at[i].key);
        else
            dg_buf_put_bytes(&out, s->at[i].key);
        dg_scale_put_bytes(&out, s->at[i].node);
        if (s->version >= 2)
            dg_scale_put_u32(&out, (uint32_t)s->at[i].count);
    }
    dg_buf_put_bytes(&out, s->tail);
    return out;
}

static int by_key(const void *a, const void *b)
{
    return dg_bytes_compare(((const entry *)a)->key, ((const entry *)b)->key);
}

static void sort(snap *s)
{
    qsort(s->at, s->count, sizeof *s->at, by_key);
}

static void export_to(const char *snapshot, const char *path, unsigned version)
{
    dg_snapshot *s;
    dg_error err;
    if (dg_snapshot_open(&s, snapshot, &err) != DG_OK
        || (version ? dg_snapshot_export_snap(s, path, version, &err)
                    : dg_snapshot_export_spec(s, path, &err))
               != DG_OK)
        ck_abort_msg("%s", err.text);
    dg_snapshot_close(s);
}

/* ---- the corpus ---- */

static const struct {
    const char *file, *root, *hash;
    unsigned version, state_version;
    uint32_t number;
    uint64_t keys, unreferenced;
    bool code;
} files[] = {
    { "state/hydradx-mock.snap",
      "0x766f3b66935bf397e9a2292995baa15872e035d3313ab21932f77878be4473ac",
      "0x0000000000000000000000000000000000000000000000000000000000000000", 3, 1, 0, 859, 0,
      false },
    { "state/try-runtime-kusama-9420-proxy.snap",
      "0x90892c9d199e2ba293df2a648532ca0ae7fa33a37142276a47719d35b3ae0975",
      "0xc0113ec0a484332082dee0cc614bd85894d1433196d2b1ed0e113f57449124be", 2, 0, 18424977, 881, 5,
      true },
    { "state/try-runtime-node-template.snap",
      "0x6514c32a60bc910194ffd3f57c7c46c99e9cad4a4c5461c1012bbb9234b6a4b7",
      "0xf4f004a6d19d3631a2786379f7d087699026901a7ccb3e9105fe63943c8fed5b", 0, 1, 10, 42, 1, true },
};

static void assert_info(const dg_snapshot_info *info, int i)
{
    ck_assert_str_eq(dg_hash_text(&info->state_root).text, files[i].root);
    ck_assert_str_eq(dg_hash_text(&info->hash).text, files[i].hash);
    ck_assert_str_eq(info->source_kind, "snap");
    ck_assert_uint_eq(info->source_version, files[i].version);
    ck_assert_uint_eq(info->state_version, files[i].state_version);
    ck_assert_uint_eq(info->number, files[i].number);
    ck_assert_uint_eq(info->keys, files[i].keys);
    ck_assert_uint_eq(info->unreferenced, files[i].unreferenced);
    ck_assert(info->partial && !info->header_known);
}

/* Same head, same entries, same tail: the bytes up to their order. What the
 * source had let go of, and what only it counted, is not given back. */
static void assert_same_entries(dg_bytes ours, dg_bytes theirs)
{
    snap a = snap_read(ours), b = snap_read(theirs);
    sort(&a);
    sort(&b);
    ck_assert_uint_eq(a.count, b.count);
    for (size_t i = 0; i < a.count; i++) {
        assert_bytes(a.at[i].key, b.at[i].key, "key");
        assert_bytes(a.at[i].node, b.at[i].node, "node");
        ck_assert_int_eq(a.at[i].count, b.at[i].count);
    }
    assert_bytes(a.head, b.head, "head");
    assert_bytes(a.tail, b.tail, "tail");
    free(a.at);
    free(b.at);
}

/* Of a form without places: every node of ours is one of theirs, and the other
 * way round. */
static void assert_same_nodes(dg_bytes ours, dg_bytes theirs, uint64_t unreferenced)
{
    snap a = snap_read(ours), b = snap_read(theirs);
    size_t found = 0;
    sort(&b);
    for (size_t i = 0; i < a.count; i++) {
        entry want = { dg_bytes_of(a.at[i].key.at + a.at[i].key.len - 32, 32), { NULL, 0 }, 0 };
        entry *e = bsearch(&want, b.at, b.count, sizeof *b.at, by_key);
        ck_assert_ptr_nonnull(e);
        ck_assert_int_gt(e->count, 0);
        assert_bytes(a.at[i].node, e->node, "node");
    }
    for (size_t i = 0; i < b.count; i++) {
        bool some = false;
        for (size_t k = 0; k < a.count && !some; k++)
            some = memcmp(a.at[k].key.at + a.at[k].key.len - 32, b.at[i].key.at, 32) == 0;
        found += some;
    }
    ck_assert_uint_eq(found, b.count - unreferenced);
    free(a.at);
    free(b.at);
}

START_TEST(each_file_is_read_whole_and_given_back)
{
    const char *path = corpus_path(files[_i].file);
    const char *out = spot("corpus"), *again = spot("corpus-again"), *snap3 = spot("corpus.3.snap");
    dg_snapshot_info info;
    dg_buf theirs, ours, twice;
    if (!path)
        return;
    theirs = slurp(path);
    info = import_well(path, out, 1 - files[_i].state_version); /* the file knows better */
    assert_info(&info, _i);
    assert_whole(out, &info.state_root);
    export_to(out, snap3, 3);
    ours = slurp(snap3);
    if (files[_i].version == 3)
        assert_same_entries(dg_buf_bytes(&ours), dg_buf_bytes(&theirs));
    else
        assert_same_nodes(dg_buf_bytes(&ours), dg_buf_bytes(&theirs), files[_i].unreferenced);
    info = import_well(snap3, again, 0);
    ck_assert_str_eq(dg_hash_text(&info.state_root).text, files[_i].root);
    ck_assert_uint_eq(info.unreferenced, 0);
    /* asked only where there is code */
    ck_assert_str_eq(info.spec_name, files[_i].code ? "twin" : "");
    export_to(again, snap3, 3);
    twice = slurp(snap3);
    assert_bytes(dg_buf_bytes(&twice), dg_buf_bytes(&ours), "second export");
    dg_buf_clear(&theirs);
    dg_buf_clear(&ours);
    dg_buf_clear(&twice);
}
END_TEST

/* Entries that the root does not need are left out of the store, too. */
START_TEST(a_partial_file_as_spec_gives_its_root_again)
{
    const char *path = corpus_path(files[_i].file), *out = spot("p"), *spec = spot("p.json");
    dg_snapshot_info info;
    dg_error err;
    if (!path)
        return;
    import_well(path, out, 0);
    export_to(out, spec, 0);
    if (!files[_i].code) { /* a spec of it cannot be run */
        ck_assert_int_eq(import_with(NULL, spec, out, 1, true, &err), DG_MALFORMED);
        ck_assert_ptr_nonnull(strstr(err.text, "empty `:code`"));
        return;
    }
    info = import_well(spec, out, files[_i].state_version);
    ck_assert_str_eq(dg_hash_text(&info.state_root).text, files[_i].root);
    ck_assert_uint_eq(info.keys, files[_i].keys);
}
END_TEST

/* ---- circles over made-up states, with child tries ---- */

START_TEST(every_export_imports_to_the_same_root_and_exports_to_the_same_bytes)
{
    static const char *const names[] = { "c.json", "c.3.snap", "c.4.snap", "c.json.zst" };
    static const unsigned versions[] = { 0, 3, 4, 0 };
    dg_rng rng = dg_rng_fork(3, "circle", (uint64_t)_i, 0);
    twin *t = twin_random(&rng, dg_rng_below(&rng, 300), dg_rng_below(&rng, 6));
    dg_buf text = twin_spec(t, &rng);
    unsigned version = (unsigned)_i % 2;
    dg_hash root = twin_root(t, version);
    put_file(spot("in.json"), dg_buf_bytes(&text));
    import_well(spot("in.json"), spot("one"), version);
    for (size_t k = 0; k < 4; k++) {
        const char *file = spot(names[k]), *two = spot("two");
        dg_buf first, second;
        dg_snapshot_info info;
        export_to(spot("one"), file, versions[k]);
        first = slurp(file);
        info = import_well(file, two, version);
        assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&root), names[k]);
        ck_assert_uint_eq(info.unreferenced, 0);
        ck_assert(info.partial == (versions[k] == 3));
        ck_assert(info.header_known == (versions[k] != 3));
        assert_whole(two, &root);
        export_to(two, file, versions[k]);
        second = slurp(file);
        assert_bytes(dg_buf_bytes(&second), dg_buf_bytes(&first), names[k]);
        dg_buf_clear(&first);
        dg_buf_clear(&second);
    }
    dg_buf_clear(&text);
    twin_free(t);
}
END_TEST

START_TEST(a_file_of_version_4_is_whole_only_with_the_root_of_its_header)
{
    static const char text[] = "{\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x00\"}}}}";
    dg_snapshot_info info;
    dg_buf raw;
    put_file(spot("h.json"), dg_text(text));
    import_well(spot("h.json"), spot("h"), 0);
    export_to(spot("h"), spot("h.snap"), 4);
    raw = slurp(spot("h.snap"));
    info = import_well(spot("h.snap"), spot("h"), 0);
    ck_assert(info.header_known && !info.partial);
    raw.at[raw.len - 40] ^= 1; /* in the state root of the header */
    put_file(spot("h.snap"), dg_buf_bytes(&raw));
    info = import_well(spot("h.snap"), spot("h"), 0);
    ck_assert(info.header_known && info.partial);
    assert_whole(spot("h"), &info.state_root);
    dg_buf_clear(&raw);
}
END_TEST

static dg_buf small(unsigned version)
{
    dg_rng rng = dg_rng_fork(4, "small", 0, 0);
    twin *t = twin_random(&rng, 20, 1);
    dg_buf text = twin_spec(t, &rng);
    put_file(spot("small.json"), dg_buf_bytes(&text));
    import_well(spot("small.json"), spot("small"), 1);
    export_to(spot("small"), spot("small.snap"), version);
    dg_buf_clear(&text);
    twin_free(t);
    return slurp(spot("small.snap"));
}

/* A header that the caller brings proves as much as one in the file, if it is of
 * the block the file names. */
START_TEST(a_header_from_elsewhere_makes_a_file_of_version_3_whole)
{
    dg_buf file = small(3), header;
    dg_snapshot_import_options o = { .path_out = spot("brought"), .replace = true };
    dg_snapshot *s;
    dg_snapshot_info info;
    dg_error err;
    put_file(spot("brought.snap"), dg_buf_bytes(&file));
    ck_assert_int_eq(dg_snapshot_open(&s, spot("small"), &err), DG_OK);
    dg_buf_init(&header, 256);
    dg_buf_put_bytes(&header, dg_snapshot_header(s));
    dg_snapshot_close(s);
    o.header = dg_buf_bytes(&header);
    ck_assert_int_eq(dg_snapshot_import(&info, spot("brought.snap"), &o, &err), DG_OK);
    ck_assert(info.header_known && !info.partial);
    header.at[0] ^= 1; /* another parent: another block */
    ck_assert_int_eq(dg_snapshot_import(&info, spot("brought.snap"), &o, &err), DG_MISMATCH);
    ck_assert_ptr_nonnull(strstr(err.text, "is of block"));
    dg_buf_clear(&header);
    dg_buf_clear(&file);
}
END_TEST

/* ---- refusals ---- */

static void assert_refused(dg_bytes raw, dg_code code, const char *says)
{
    const char *in = spot("bad.snap"), *out = spot("refused");
    dg_error err = { 0 };
    dg_code rc;
    put_file(in, raw);
    rc = import_with(NULL, in, out, 0, false, &err);
    ck_assert_msg(rc == code && strstr(err.text, says)
                      && (strstr(err.text, in) || strstr(err.text, out)),
                  "code %d (want %d), '%s' (want '%s')", rc, code, err.text, says);
    ck_assert(!dg_file_exists(out));
    ck_assert_uint_eq(leavings(out), 0);
}

START_TEST(a_file_cut_anywhere_is_refused)
{
    dg_buf raw = small(_i ? 4 : 3);
    dg_rng rng = dg_rng_fork(5, "cut", (uint64_t)_i, 0);
    for (size_t len = 1; len < raw.len; len += 1 + dg_rng_below(&rng, 60))
        assert_refused(dg_bytes_of(raw.at, len), DG_MALFORMED, _i ? "" : "cut off");
    assert_refused(dg_bytes_of(raw.at, 0), DG_MALFORMED, "is empty");
    assert_refused(dg_bytes_of(raw.at, raw.len - 1), DG_MALFORMED, _i ? "header" : "cut off");
    dg_buf_put_u8(&raw, 0);
    assert_refused(dg_buf_bytes(&raw), DG_MALFORMED, _i ? "header" : "follow the end at byte");
    dg_buf_clear(&raw);
}
END_TEST

static const struct {
    uint8_t version;
    dg_code code;
    const char *says;
} versions[] = {
    { 1 << 2, DG_UNSUPPORTED, "version 1" },       { 5 << 2, DG_UNSUPPORTED, "version 5" },
    { 63 << 2, DG_UNSUPPORTED, "version 63" },     { 0xff, DG_MALFORMED, "version" },
    { 0x0d, DG_MALFORMED, "version at byte 0: " },
};

START_TEST(other_versions_are_refused_by_number)
{
    dg_buf raw = small(3);
    raw.at[0] = versions[_i].version;
    if (raw.at[0] == 0x0d)
        raw.at[1] = 0; /* 3 in two bytes: not the shortest form */
    assert_refused(dg_buf_bytes(&raw), versions[_i].code, versions[_i].says);
    raw.at[0] = 3 << 2;
    raw.at[1] = 2;
    assert_refused(dg_buf_bytes(&raw), DG_UNSUPPORTED, "state version 2 at byte 1");
    dg_buf_clear(&raw);
}
END_TEST

/* One change to a good file, and how it is refused. */
typedef enum change { NODE, HASH, PLACE, MISSING, TWICE, ROOT, SHORT_KEY, COUNT, NONE } change;
static const struct {
    change what;
    dg_code code;
    const char *says;
} changes[] = {
    { NODE, DG_MISMATCH, "is wrong: its bytes hash to" },
    { HASH, DG_MISMATCH, "is wrong: its bytes hash to" },
    { PLACE, DG_MISMATCH, "is not stored under its place" },
    { MISSING, DG_MISMATCH, "is missing" },
    { TWICE, DG_MALFORMED, "two entries have the same key" },
    { ROOT, DG_MISMATCH, "is missing" },
    { SHORT_KEY, DG_MALFORMED, "no hash" },
    { COUNT, DG_MALFORMED, "it cannot hold" },
};

static void flip(dg_bytes bytes, size_t at)
{
    ((uint8_t *)(uintptr_t)bytes.at)[at] ^= 0x10;
}

START_TEST(a_changed_file_is_refused_by_what_was_changed)
{
    dg_buf raw = small(3), changed;
    snap s = snap_read(dg_buf_bytes(&raw));
    char named[80] = "";
    size_t victim = s.count / 2;
    dg_hash hash;
    while (s.at[victim].key.len == 32)
        victim++;
    memcpy(hash.at, s.at[victim].key.at + s.at[victim].key.len - 32, 32);
    if (changes[_i].what == NODE)
        snprintf(named, sizeof named, "%s", dg_hash_text(&hash).text);
    switch (changes[_i].what) {
    case NODE:
        flip(s.at[victim].node, s.at[victim].node.len / 2);
        break;
    case HASH:
        flip(s.at[victim].key, s.at[victim].key.len - 1);
        break;
    case PLACE:
        flip(s.at[victim].key, 0);
        break;
    case MISSING:
        s.at[victim] = s.at[--s.count];
        break;
    case TWICE:
        s.at[s.count] = s.at[victim];
        s.count++;
        break;
    case ROOT:
        flip(s.tail, 5);
        break;
    case SHORT_KEY:
        s.at[victim].key.len = 31;
        break;
    case COUNT:
        s.count = 0;
        break;
    case NONE:
        break;
    }
    changed = snap_write(&s);
    if (changes[_i].what == COUNT) { /* more entries than bytes */
        changed.len = s.head.len;
        dg_scale_put_compact(&changed, (uint64_t)1 << 40);
    }
    assert_refused(dg_buf_bytes(&changed), changes[_i].code, changes[_i].says);
    if (named[0])
        assert_refused(dg_buf_bytes(&changed), changes[_i].code, named);
    free(s.at);
    dg_buf_clear(&changed);
    dg_buf_clear(&raw);
}
END_TEST

/* Unless it is changed, it is read: or the test above would prove nothing. */
START_TEST(the_file_of_the_changes_is_good)
{
    dg_buf raw = small(3), same;
    snap s = snap_read(dg_buf_bytes(&raw));
    same = snap_write(&s);
    assert_bytes(dg_buf_bytes(&same), dg_buf_bytes(&raw), "written again");
    put_file(spot("good.snap"), dg_buf_bytes(&same));
    import_well(spot("good.snap"), spot("good"), 1);
    free(s.at);
    dg_buf_clear(&same);
    dg_buf_clear(&raw);
}
END_TEST

/* A root that hashes well and is no node. Other tools would read it another way,
 * or crash. */
static const struct {
    const char *node, *says;
} nodes[] = {
    { "02", "unknown kind of node" },
    { "", "bytes ran out" },
    { "4203", "bytes ran out" }, /* leaf without value */
    { "4203"
      "0801",
      "than bytes are left" }, /* value longer than the node */
    { "4203"
      "0401"
      "00",
      "" }, /* more after it */
    { "4103"
      "0401",
      "half a byte" }, /* a value at half a byte */
    { "4113"
      "0401",
      "padding" },               /* odd, and the padding is used */
    { "7fff", "bytes ran out" }, /* length of the key cut off */
    { "80"
      "0000",
      "branch without children" },
    { "80"
      "0100"
      "00",
      "a child of no length" },
    { "80"
      "0100"
      "84"
      "000000000000000000000000000000000000000000000000000000000000000000",
      "more than 32 bytes" },
    { "80"
      "0100"
      "04"
      "00",
      "the empty node stands below another" },
    { "80"
      "0100"
      "08"
      "0200",
      "unknown kind of node" },
    { "22"
      "03"
      "0000",
      "bytes ran out" }, /* hash of a value cut off */
};

START_TEST(a_root_that_is_no_node_is_refused)
{
    dg_bytes node = hex(nodes[_i].node);
    dg_hash hash = dg_blake2_256(node);
    dg_buf out;
    dg_buf_init(&out, 1 << 12);
    dg_buf_put(&out, "\x08\x00", 2);
    dg_buf_put_bytes(&out, dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
    dg_scale_put_compact(&out, 1);
    dg_buf_put_bytes(&out, dg_hash_bytes(&hash));
    dg_scale_put_bytes(&out, node);
    dg_scale_put_u32(&out, 1);
    dg_buf_put_bytes(&out, dg_hash_bytes(&hash));
    assert_refused(dg_buf_bytes(&out), DG_MALFORMED, nodes[_i].says);
    dg_buf_clear(&out);
}
END_TEST

/* ---- hostile ---- */

/* A few dozen nodes, each sixteen times the child of the next: more entries than
 * atoms. Whoever walks it as a tree does not come back; the longer of the two
 * reaches below the prefix of child tries, where walking twice is meant. */
static const struct {
    int depth;
    const char *says;
} universes[] = {
    { 40, "more than 4294967296 keys" },
    { 60, "more than 1048576 child tries" },
};

START_TEST(a_few_nodes_that_mean_a_universe_are_refused)
{
    dg_buf out, node;
    dg_hash hash;
    int depth = universes[_i].depth;
    dg_buf_init(&out, 1 << 20);
    dg_buf_init(&node, 1 << 12);
    dg_buf_put(&out, "\x08\x00", 2);
    dg_buf_put_bytes(&out, dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
    dg_scale_put_compact(&out, (uint64_t)depth + 1);
    dg_buf_put_u8(&node, 0x40);
    dg_scale_put_bytes(&node, dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
    for (int i = 0; i <= depth; i++) {
        hash = dg_blake2_256(dg_buf_bytes(&node));
        dg_buf_put_bytes(&out, dg_hash_bytes(&hash));
        dg_scale_put_bytes(&out, dg_buf_bytes(&node));
        dg_scale_put_u32(&out, 16);
        dg_buf_reset(&node);
        dg_buf_put(&node, "\x80\xff\xff", 3);
        for (int k = 0; k < 16; k++)
            dg_scale_put_bytes(&node, dg_hash_bytes(&hash));
    }
    dg_buf_put_bytes(&out, dg_hash_bytes(&hash));
    assert_refused(dg_buf_bytes(&out), DG_LIMIT, universes[_i].says);
    dg_buf_clear(&out);
    dg_buf_clear(&node);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snap");
    TCase *tc = tcase_create("snap");
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, each_file_is_read_whole_and_given_back, 0, 3);
    tcase_add_loop_test(tc, a_partial_file_as_spec_gives_its_root_again, 0, 3);
    tcase_add_loop_test(tc, every_export_imports_to_the_same_root_and_exports_to_the_same_bytes, 0,
                        8);
    tcase_add_test(tc, a_file_of_version_4_is_whole_only_with_the_root_of_its_header);
    tcase_add_test(tc, a_header_from_elsewhere_makes_a_file_of_version_3_whole);
    tcase_add_loop_test(tc, a_file_cut_anywhere_is_refused, 0, 2);
    tcase_add_loop_test(tc, other_versions_are_refused_by_number, 0,
                        sizeof versions / sizeof versions[0]);
    tcase_add_loop_test(tc, a_changed_file_is_refused_by_what_was_changed, 0,
                        sizeof changes / sizeof changes[0]);
    tcase_add_test(tc, the_file_of_the_changes_is_good);
    tcase_add_loop_test(tc, a_root_that_is_no_node_is_refused, 0, sizeof nodes / sizeof nodes[0]);
    tcase_add_loop_test(tc, a_few_nodes_that_mean_a_universe_are_refused, 0, 2);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
