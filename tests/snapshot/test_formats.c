/* States are handed about in many forms, and all of them have to come to one root. What is read
 * here was written by other programs, or by an older release of one: a form that is refused, or
 * read as another, costs its owner the state. */
#include "model_state.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "scale/scale.h"

/* ---- .snap with keys and values ---- */

static size_t count_in(const twin *t, dg_bytes child)
{
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++)
        count += !t->at[i].child.at == !child.at && dg_bytes_equal(t->at[i].child, child);
    return count;
}

static void put_pairs(dg_buf *out, const twin *t, dg_bytes child, dg_bytes extra)
{
    dg_scale_put_compact(out, count_in(t, child) + (extra.len ? 1 : 0));
    if (extra.len) {
        dg_scale_put_bytes(out, extra);
        dg_scale_put_bytes(out, dg_text("a root that follows from the entries"));
    }
    for (size_t i = 0; i < t->count; i++)
        if (!t->at[i].child.at == !child.at && dg_bytes_equal(t->at[i].child, child)) {
            dg_scale_put_bytes(out, t->at[i].key);
            dg_scale_put_bytes(out, t->at[i].value);
        }
}

static bool is_first(const twin *t, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (t->at[k].child.at && dg_bytes_equal(t->at[k].child, t->at[i].child))
            return false;
    return t->at[i].child.at != NULL;
}

/* The form of 2022: with a head and child tries; without: the list alone. */
static dg_buf pairs_file(const twin *t, unsigned version, bool of_2022)
{
    static const uint8_t block[32] = { 7 };
    size_t children = 0;
    dg_buf out;
    dg_buf_init(&out, (size_t)1 << 28);
    if (of_2022) {
        dg_buf_put_u8(&out, (uint8_t)version);
        dg_buf_put(&out, block, sizeof block);
    }
    put_pairs(&out, t, dg_bytes_of(NULL, 0),
              of_2022 ? dg_text(":child_storage:default:one") : dg_bytes_of(NULL, 0));
    for (size_t i = 0; i < t->count; i++)
        children += is_first(t, i);
    if (of_2022)
        dg_scale_put_compact(&out, children);
    for (size_t i = 0; i < t->count && of_2022; i++)
        if (is_first(t, i)) {
            dg_buf_put_u8(&out, 0);
            dg_scale_put_bytes(&out, t->at[i].child);
            put_pairs(&out, t, t->at[i].child, dg_bytes_of(NULL, 0));
        }
    ck_assert_int_eq(out.rc, DG_OK);
    return out;
}

static const struct {
    unsigned version;
    bool of_2022;
} old_forms[] = { { 0, true }, { 1, true }, { 0, false } };

START_TEST(a_snap_of_keys_and_values_gives_the_root_of_its_entries)
{
    bool of_2022 = old_forms[_i].of_2022;
    unsigned version = old_forms[_i].version;
    dg_rng rng = dg_rng_fork(1, "pairs", (uint64_t)_i, 0);
    twin *t = twin_random(&rng, 200, of_2022 ? 3 : 0);
    dg_buf raw = pairs_file(t, version, of_2022);
    dg_hash want = twin_root(t, version);
    put_file(spot("old.snap"), dg_buf_bytes(&raw));
    dg_snapshot_info info = import_well(spot("old.snap"), spot("old"), version);
    assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&want), "root");
    ck_assert_str_eq(info.source_kind, "snap");
    ck_assert_uint_eq(info.source_version, 0);
    ck_assert_uint_eq(info.hash.at[0], of_2022 ? 7 : 0);
    ck_assert(info.partial); /* nothing proves it whole */
    assert_whole(spot("old"), &want);
    dg_buf_clear(&raw);
    twin_free(t);
}
END_TEST

START_TEST(a_snap_of_keys_and_values_cut_or_changed_is_refused)
{
    twin *t = twin_new();
    for (uint8_t i = 1; i < 9; i++)
        twin_add(t, i > 6 ? dg_text("child") : dg_bytes_of(NULL, 0), dg_bytes_of(&i, 1),
                 dg_text("value"));
    dg_buf raw = pairs_file(t, 0, true);
    dg_error err = { .text = "" };
    for (size_t len = 1; len < raw.len; len++) {
        put_file(spot("cut.snap"), dg_bytes_of(raw.at, len));
        ck_assert_int_lt(import_with(NULL, spot("cut.snap"), spot("out"), 0, false, &err), 0);
        ck_assert_uint_eq(leavings(spot("out")), 0);
    }
    dg_buf_put_u8(&raw, 9);
    put_file(spot("cut.snap"), dg_buf_bytes(&raw));
    ck_assert_int_eq(import_with(NULL, spot("cut.snap"), spot("out"), 0, false, &err),
                     DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "bytes follow the end at byte"));
    dg_buf_clear(&raw);
    t->at[1].key = t->at[0].key;
    raw = pairs_file(t, 0, true);
    put_file(spot("cut.snap"), dg_buf_bytes(&raw));
    ck_assert_int_eq(import_with(NULL, spot("cut.snap"), spot("out"), 0, false, &err),
                     DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "appears twice"));
    dg_buf_clear(&raw);
    twin_free(t);
}
END_TEST

/* ---- packing ---- */

static dg_buf pack_gzip(dg_bytes raw)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)raw.at, .avail_in = (uInt)raw.len };
    dg_buf out;
    uint8_t *at;
    dg_buf_init(&out, (size_t)1 << 28);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    at = dg_buf_grow(&out, deflateBound(&z, raw.len));
    z.next_out = at;
    z.avail_out = (uInt)out.len;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.len = z.total_out;
    deflateEnd(&z);
    return out;
}

START_TEST(every_form_may_be_packed_with_gzip_or_zstd)
{
    dg_rng rng = dg_rng_fork(1, "packed", 0, 0);
    twin *t = twin_random(&rng, 300, 0);
    dg_buf files[2] = { twin_spec(t, &rng), pairs_file(t, 0, true) };
    static const char *const names[2][2] = { { "a.json.gz", "a.json.zst" },
                                             { "a.snap.gz", "a.snap.zst" } };
    dg_hash want = twin_root(t, 0);
    for (int f = 0; f < 2; f++)
        for (int p = 0; p < 2; p++) {
            dg_buf packed =
                p ? pack_zstd(dg_buf_bytes(&files[f])) : pack_gzip(dg_buf_bytes(&files[f]));
            put_file(spot(names[f][p]), dg_buf_bytes(&packed));
            dg_snapshot_info info = import_well(spot(names[f][p]), spot("packed"), 0);
            assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&want), names[f][p]);
            dg_buf_clear(&packed);
        }
    dg_buf_clear(&files[0]);
    dg_buf_clear(&files[1]);
    twin_free(t);
}
END_TEST

START_TEST(two_members_of_gzip_are_one_file_and_a_cut_one_is_refused)
{
    dg_rng rng = dg_rng_fork(1, "members", 0, 0);
    twin *t = twin_random(&rng, 100, 0);
    dg_buf text = twin_spec(t, &rng);
    dg_buf a = pack_gzip(dg_bytes_of(text.at, text.len / 2)),
           b = pack_gzip(dg_bytes_of(text.at + text.len / 2, text.len - text.len / 2));
    dg_error err = { .text = "" };
    dg_hash want = twin_root(t, 0);
    dg_buf_put_bytes(&a, dg_buf_bytes(&b));
    put_file(spot("a.json.gz"), dg_buf_bytes(&a));
    dg_snapshot_info info = import_well(spot("a.json.gz"), spot("members"), 0);
    assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&want), "two members");
    put_file(spot("a.json.gz"), dg_bytes_of(a.at, a.len - 30));
    ck_assert_int_eq(import_with(NULL, spot("a.json.gz"), spot("out"), 0, false, &err),
                     DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "gzip was cut off"));
    a.at[40] ^= 0x55;
    put_file(spot("a.json.gz"), dg_buf_bytes(&a));
    ck_assert_int_eq(import_with(NULL, spot("a.json.gz"), spot("out"), 0, false, &err),
                     DG_MALFORMED);
    dg_buf_clear(&text);
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    twin_free(t);
}
END_TEST

/* ---- the block of a spec ---- */

START_TEST(a_spec_may_be_of_any_block)
{
    static const char text[] =
        "{\"id\":\"x\",\"genesis\":{\"raw\":{\"top\":{\"0x3a636f6465\":\"0x01\"},"
        "\"childrenDefault\":{}}}}";
    dg_snapshot_import_options o = {
        .path_out = spot("block"), .replace = true, .block_known = true, .number = 1200
    };
    dg_snapshot_info info, genesis;
    dg_buf header;
    dg_error err;
    put_file(spot("block.json"), dg_text(text));
    genesis = import_well(spot("block.json"), spot("genesis"), 0);
    ck_assert(genesis.number == 0 && genesis.header_known);
    memset(o.hash.at, 9, 32);
    ck_assert_int_eq(dg_snapshot_import(&info, spot("block.json"), &o, &err), DG_OK);
    ck_assert_uint_eq(info.number, 1200);
    ck_assert_uint_eq(info.hash.at[0], 9);
    ck_assert(!info.header_known);
    dg_buf_init(&header, 128);
    dg_buf_put_bytes(&header, dg_hash_bytes(&info.hash));
    dg_buf_put_u8(&header, 13 << 2);
    dg_buf_put_bytes(&header, dg_hash_bytes(&genesis.state_root));
    dg_buf_put_bytes(&header, dg_hash_bytes(&info.hash));
    dg_buf_put_u8(&header, 0);
    o.header = dg_buf_bytes(&header);
    ck_assert_int_eq(dg_snapshot_import(&info, spot("block.json"), &o, &err), DG_OK);
    ck_assert(info.number == 13 && info.header_known && !info.partial);
    header.at[40] ^= 1; /* of another state */
    ck_assert_int_eq(dg_snapshot_import(&info, spot("block.json"), &o, &err), DG_OK);
    ck_assert(info.partial);
    dg_buf_clear(&header);
}
END_TEST

/* ---- the store of chopsticks ---- */

#define BLOCK "0x0707070707070707070707070707070707070707070707070707070707070707"
#define OTHER "0x0808080808080808080808080808080808080808080808080808080808080808"
static const char tables[] =
    "PRAGMA journal_mode = WAL;" /* as chopsticks has it */
    "CREATE TABLE key_value_pair (blockHash varchar, key varchar, value text);"
    "CREATE TABLE block (hash varchar, number integer, parentHash varchar);"
    "INSERT INTO block VALUES ('0x09', 1201, '" BLOCK "');"
    "INSERT INTO key_value_pair VALUES ('" BLOCK "', '0x77', NULL);"; /* known not to be there */

static void sql(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void put_store(const char *path, const twin *t)
{
    dg_buf text;
    remove(path);
    dg_buf_init(&text, (size_t)1 << 28);
    dg_buf_put_text(&text, tables);
    for (size_t i = 0; i < t->count; i++) {
        dg_buf_put_text(&text, "INSERT INTO key_value_pair VALUES ('" BLOCK "', '");
        dg_hex_put(&text, t->at[i].key);
        dg_buf_put_text(&text, "', '");
        dg_hex_put(&text, t->at[i].value);
        dg_buf_put_text(&text, "');");
    }
    sql(path, dg_buf_text(&text));
    dg_buf_clear(&text);
}

START_TEST(a_store_of_chopsticks_gives_the_root_of_what_it_holds)
{
    dg_rng rng = dg_rng_fork(1, "sqlite", 0, 0);
    twin *t = twin_random(&rng, 120, 0);
    const char *in = spot("db.sqlite"), *packed = spot("db.sqlite.zst");
    dg_hash want = twin_root(t, 1);
    dg_buf raw, zst;
    put_store(in, t);
    dg_snapshot_info info = import_well(in, spot("store"), 1);
    assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&want), "root");
    ck_assert(info.partial && !info.header_known);
    ck_assert_str_eq(info.source_kind, "sqlite");
    ck_assert_uint_eq(info.number, 1200); /* the parent of what the fork built */
    ck_assert_uint_eq(info.hash.at[0], 7);
    dg_buf_init(&raw, (size_t)1 << 28);
    ck_assert_int_eq(dg_file_read(&raw, in, NULL), DG_OK);
    zst = pack_zstd(dg_buf_bytes(&raw));
    put_file(packed, dg_buf_bytes(&zst));
    info = import_well(packed, spot("store2"), 1);
    assert_bytes(dg_hash_bytes(&info.state_root), dg_hash_bytes(&want), "packed");
    dg_buf_clear(&raw);
    dg_buf_clear(&zst);
    twin_free(t);
}
END_TEST

static const struct {
    const char *sql, *says;
    dg_code code;
} bad_stores[] = {
    { "DROP TABLE key_value_pair", "is no store of chopsticks: no such table", DG_MALFORMED },
    { "DELETE FROM key_value_pair", "holds no entry", DG_MALFORMED },
    { "INSERT INTO key_value_pair VALUES ('" OTHER "', '0x01', '0x02')",
      "holds entries of 2 blocks: --number and --hash say which is meant", DG_USAGE },
    { "INSERT INTO key_value_pair VALUES ('" BLOCK "', '0x01', '0x02');"
      "INSERT INTO key_value_pair VALUES ('" BLOCK "', '0x01', '0x02')",
      "key 0x01: appears twice", DG_MALFORMED },
    { "INSERT INTO key_value_pair VALUES ('" BLOCK "', '01', '0x02')",
      "a key is not hex with 0x before it", DG_MALFORMED },
    { "INSERT INTO key_value_pair VALUES ('" BLOCK "', '0x01', '0x0')", "a value", DG_MALFORMED },
    { "UPDATE key_value_pair SET blockHash = '0x01'", "a block hash has 1 bytes", DG_MALFORMED },
};

START_TEST(what_is_no_store_is_refused_in_one_line)
{
    twin *t = twin_new();
    dg_error err = { .text = "" };
    dg_code rc;
    twin_add(t, dg_bytes_of(NULL, 0), dg_text("key"), dg_text("value"));
    put_store(spot("bad.sqlite"), t);
    sql(spot("bad.sqlite"), bad_stores[_i].sql);
    rc = import_with(NULL, spot("bad.sqlite"), spot("out"), 0, false, &err);
    ck_assert_msg(rc == bad_stores[_i].code && strstr(err.text, bad_stores[_i].says),
                  "code %d, '%s'", rc, err.text);
    ck_assert_uint_eq(leavings(spot("out")), 0);
    twin_free(t);
}
END_TEST

START_TEST(of_a_store_with_several_blocks_one_is_named)
{
    dg_snapshot_import_options o = { .path_out = spot("one"), .block_known = true, .number = 5 };
    dg_snapshot_info info;
    twin *t = twin_new();
    dg_error err;
    twin_add(t, dg_bytes_of(NULL, 0), dg_text("key"), dg_text("value"));
    put_store(spot("two.sqlite"), t);
    sql(spot("two.sqlite"), "INSERT INTO key_value_pair VALUES ('" OTHER "', '0x01', '0x02')");
    memset(o.hash.at, 8, 32);
    ck_assert_int_eq(dg_snapshot_import(&info, spot("two.sqlite"), &o, &err), DG_OK);
    ck_assert(info.keys == 1 && info.number == 5 && info.hash.at[3] == 8);
    twin_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot formats");
    TCase *tc = tcase_create("formats");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_snap_of_keys_and_values_gives_the_root_of_its_entries, 0,
                        sizeof old_forms / sizeof *old_forms);
    tcase_add_test(tc, a_snap_of_keys_and_values_cut_or_changed_is_refused);
    tcase_add_test(tc, every_form_may_be_packed_with_gzip_or_zstd);
    tcase_add_test(tc, two_members_of_gzip_are_one_file_and_a_cut_one_is_refused);
    tcase_add_test(tc, a_spec_may_be_of_any_block);
    tcase_add_test(tc, a_store_of_chopsticks_gives_the_root_of_what_it_holds);
    tcase_add_loop_test(tc, what_is_no_store_is_refused_in_one_line, 0,
                        sizeof bad_stores / sizeof *bad_stores);
    tcase_add_test(tc, of_a_store_with_several_blocks_one_is_named);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
