/* What a user calls a snapshot: a folder, or a file that is imported on the way. A
 * cache that is wrong must not be believed, and nothing may be left behind. */
#include "source/source.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/suite.h"

static dg_engine *engine;

static const char *spec(void)
{
    static char path[512];
    const char *at = getenv("DOPPEL_RUNTIMES");
    snprintf(path, sizeof path, "%s/mini.json", at ? at : "build/runtimes");
    if (dg_file_exists(path))
        return path;
    printf("not run: %s is not here\n", path);
    return NULL;
}

static dg_source opened(const char *path, const char *cache)
{
    dg_source source;
    dg_error err;
    if (dg_source_open(&source, path, &(dg_source_options){ .engine = engine, .cache_dir = cache },
                       &err)
        < 0)
        ck_abort_msg("%s", err.text);
    ck_assert_uint_gt(dg_snapshot_info_of(source.snapshot)->keys, 10);
    ck_assert_str_eq(dg_snapshot_info_of(source.snapshot)->spec_name, "mini");
    return source;
}

START_TEST(without_a_cache_nothing_is_left_behind)
{
    dg_source source;
    char temporary[512];
    if (!spec())
        return;
    source = opened(spec(), NULL);
    snprintf(temporary, sizeof temporary, "%s", source.temporary.folder);
    ck_assert(temporary[0] && access(temporary, F_OK) == 0);
    dg_source_close(&source);
    ck_assert(access(temporary, F_OK) != 0);
}
END_TEST

START_TEST(a_second_opening_comes_from_the_cache)
{
    dg_source source;
    if (!spec())
        return;
    source = opened(spec(), scratch_path("cache"));
    ck_assert(!source.from_cache);
    dg_source_close(&source);
    source = opened(spec(), scratch_path("cache"));
    ck_assert(source.from_cache);
    ck_assert_str_eq(source.temporary.folder, "");
    dg_source_close(&source);
}
END_TEST

/* The only folder below cache/snapshots. */
static const char *cached_folder(const char *cache)
{
    static char path[1024];
    char folder[600];
    struct dirent *e;
    DIR *d;
    snprintf(folder, sizeof folder, "%s/snapshots", cache);
    ck_assert_ptr_nonnull(d = opendir(folder));
    path[0] = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] != '.')
            snprintf(path, sizeof path, "%s/%.300s", folder, e->d_name);
    closedir(d);
    ck_assert(path[0]);
    return path;
}

START_TEST(a_broken_cache_is_made_again)
{
    char manifest[1100];
    dg_source source;
    if (!spec())
        return;
    source = opened(spec(), scratch_path("broken"));
    dg_source_close(&source);
    snprintf(manifest, sizeof manifest, "%s/manifest.json", cached_folder(scratch_path("broken")));
    dg_file_write(manifest, dg_text("{"), NULL);
    source = opened(spec(), scratch_path("broken"));
    ck_assert(!source.from_cache);
    dg_source_close(&source);
}
END_TEST

/* One bit of the data, which opening alone does not see. */
START_TEST(a_damaged_entry_is_made_again)
{
    char data[1100];
    dg_source source;
    dg_buf file;
    dg_error err;
    if (!spec())
        return;
    source = opened(spec(), scratch_path("damaged"));
    dg_source_close(&source);
    snprintf(data, sizeof data, "%s/data.mdb", cached_folder(scratch_path("damaged")));
    dg_buf_init(&file, 1 << 26);
    ck_assert_int_eq(dg_file_read(&file, data, &err), DG_OK);
    file.at[file.len / 2] ^= 1;
    ck_assert_int_eq(dg_file_write(data, dg_buf_bytes(&file), &err), DG_OK);
    source = opened(spec(), scratch_path("damaged"));
    ck_assert(!source.from_cache);
    dg_source_close(&source);
    source = opened(spec(), scratch_path("damaged"));
    ck_assert(source.from_cache);
    dg_source_close(&source);
    dg_buf_clear(&file);
}
END_TEST

/* A whole snapshot, of something else, under the name of this file. */
START_TEST(an_entry_of_another_file_is_not_believed)
{
    char named[1024], other[1024], changed[600];
    dg_source source;
    dg_hash state;
    dg_buf file;
    dg_error err;
    if (!spec())
        return;
    source = opened(spec(), scratch_path("mine"));
    state = dg_snapshot_info_of(source.snapshot)->state_root;
    dg_source_close(&source);
    snprintf(named, sizeof named, "%s", cached_folder(scratch_path("mine")));
    snprintf(changed, sizeof changed, "%s", scratch_path("other.json"));
    dg_buf_init(&file, 1 << 26);
    ck_assert_int_eq(dg_file_read(&file, spec(), &err), DG_OK);
    dg_buf_put_u8(&file, '\n');
    ck_assert_int_eq(dg_file_write(changed, dg_buf_bytes(&file), &err), DG_OK);
    source = opened(changed, scratch_path("theirs"));
    dg_source_close(&source);
    snprintf(other, sizeof other, "%s", cached_folder(scratch_path("theirs")));
    ck_assert_int_eq(dg_dir_remove(named, &err), DG_OK);
    ck_assert_int_eq(rename(other, named), 0);
    source = opened(spec(), scratch_path("mine"));
    ck_assert(!source.from_cache && source.temporary.folder[0]);
    ck_assert(dg_hash_equal(&dg_snapshot_info_of(source.snapshot)->state_root, &state));
    dg_source_close(&source);
    dg_buf_clear(&file);
}
END_TEST

START_TEST(a_cache_that_cannot_be_had_is_done_without)
{
    static const char *const places[] = { "/dev/null/cache", "/proc/cache" };
    dg_source source;
    for (size_t i = 0; spec() && i < 2; i++) {
        source = opened(spec(), places[i]);
        ck_assert(!source.from_cache && source.temporary.folder[0]);
        dg_source_close(&source);
    }
}
END_TEST

/* No folder that everybody may make. */
START_TEST(the_usual_place_is_the_users_own)
{
    char home[512] = "", cache[512] = "";
    if (getenv("HOME"))
        snprintf(home, sizeof home, "%s", getenv("HOME"));
    if (getenv("XDG_CACHE_HOME"))
        snprintf(cache, sizeof cache, "%s", getenv("XDG_CACHE_HOME"));
    unsetenv("XDG_CACHE_HOME");
    setenv("HOME", "/somewhere", 1);
    ck_assert_str_eq(dg_engine_cache_dir(), "/somewhere/.cache/doppel");
    unsetenv("HOME");
    ck_assert(!dg_engine_cache_dir() || strncmp(dg_engine_cache_dir(), "/tmp", 4) != 0);
    if (home[0])
        setenv("HOME", home, 1);
    if (cache[0])
        setenv("XDG_CACHE_HOME", cache, 1);
}
END_TEST

START_TEST(a_snapshot_folder_is_opened_where_it_is)
{
    dg_source first, source;
    char folder[1024];
    if (!spec())
        return;
    first = opened(spec(), scratch_path("folder"));
    dg_source_close(&first);
    snprintf(folder, sizeof folder, "%s", cached_folder(scratch_path("folder")));
    source = opened(folder, NULL);
    ck_assert_str_eq(source.temporary.folder, "");
    dg_source_close(&source);
    ck_assert(dg_file_exists(folder));
}
END_TEST

static const struct {
    const char *name, *content;
    dg_code rc;
} bad[] = {
    { "absent.json", NULL, DG_IO },
    { "half.json", "{\"name\":\"x\",", DG_MALFORMED },
    { "text.json", "no spec", DG_MALFORMED },
    { "empty.json", "", DG_MALFORMED },
};

START_TEST(a_bad_source_is_named_and_leaves_nothing)
{
    dg_source source;
    dg_error err = { .text = "" };
    const char *path = scratch_path(bad[_i].name);
    if (bad[_i].content)
        dg_file_write(path, dg_text(bad[_i].content), NULL);
    for (int cached = 0; cached < 2; cached++) {
        dg_code rc = dg_source_open(
            &source, path,
            &(dg_source_options){ .engine = engine,
                                  .cache_dir = cached ? scratch_path("bad-cache") : NULL },
            &err);
        ck_assert_msg(rc == bad[_i].rc, "%s gave %d: %s", bad[_i].name, rc, err.text);
        ck_assert_msg(strstr(err.text, bad[_i].name) != NULL, "%s", err.text);
        ck_assert_ptr_null(source.snapshot);
        ck_assert_str_eq(source.temporary.folder, "");
    }
}
END_TEST

/* Hex, as explorers show code, is as good as the bytes. */
START_TEST(a_blob_may_be_hex)
{
    dg_buf raw, text, back;
    raw = slurp(fixture_path("paseo-1002000-e20.wasm"));
    dg_buf_init(&text, 1 << 26);
    dg_buf_init(&back, 1 << 26);
    dg_hex_put(&text, dg_buf_bytes(&raw));
    dg_buf_put_text(&text, "\n");
    dg_file_write(scratch_path("blob.hex"), dg_buf_bytes(&text), NULL);
    ck_assert_int_eq(dg_source_blob(&back, scratch_path("blob.hex"), NULL), DG_OK);
    assert_bytes(dg_buf_bytes(&back), dg_buf_bytes(&raw), "blob from hex");
    dg_buf_clear(&raw);
    dg_buf_clear(&text);
    dg_buf_clear(&back);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("source");
    TCase *tc = tcase_create("source");
    dg_engine_options options = { .cache_dir = dg_engine_cache_dir() };
    int failed;
    if (dg_engine_new(&engine, &options, NULL) < 0)
        return 1;
    tcase_add_test(tc, without_a_cache_nothing_is_left_behind);
    tcase_add_test(tc, a_second_opening_comes_from_the_cache);
    tcase_add_test(tc, a_broken_cache_is_made_again);
    tcase_add_test(tc, a_damaged_entry_is_made_again);
    tcase_add_test(tc, an_entry_of_another_file_is_not_believed);
    tcase_add_test(tc, a_cache_that_cannot_be_had_is_done_without);
    tcase_add_test(tc, the_usual_place_is_the_users_own);
    tcase_add_test(tc, a_snapshot_folder_is_opened_where_it_is);
    tcase_add_loop_test(tc, a_bad_source_is_named_and_leaves_nothing, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tc, a_blob_may_be_hex);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    dg_engine_free(engine);
    return failed;
}
