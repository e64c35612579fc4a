/* The engine loads a damaged image without a word, and one made under some other
 * settings too: then a run would be wrong, or the process would die. The cache may
 * only ever cost time. */
#include "writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wasm/wasm_impl.h"

static const wasm_function functions[] = { { "go", "ii:l", "422a", 0 }, { 0 } }; /* i64.const 42 */
static const wasm_spec spec = { .functions = functions };

static dg_engine *engine_at(const char *dir, dg_compiler compiler, uint32_t memory_max)
{
    dg_engine_options options = {
        .compiler = compiler, .cache_dir = dir, .memory_max = memory_max, .single_threaded = true
    };
    dg_engine *engine;
    dg_error err;
    ck_assert_msg(dg_engine_new(&engine, &options, &err) == DG_OK, "%s", err.text);
    return engine;
}

static dg_code check_42(dg_guest *guest, uint64_t result, dg_error *err)
{
    (void)guest, (void)err;
    ck_assert_uint_eq(result, 42);
    return DG_OK;
}

/* Makes the module, calls it, and tells whether it came from the cache. */
static bool cached_in(dg_engine *engine)
{
    static const dg_call_hooks hooks = { NULL, check_42 };
    dg_buf wasm = wasm_module(&spec);
    dg_module *m;
    dg_error err;
    bool cached;
    ck_assert_msg(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err) == DG_OK, "%s", err.text);
    cached = dg_module_from_cache(m);
    ck_assert_int_eq(dg_module_link(m, NULL, NULL, 0, &err), DG_OK);
    ck_assert_int_eq(dg_module_call(m, "go", &hooks, NULL, NULL, NULL, NULL, &err), DG_OK);
    dg_module_free(m);
    dg_buf_clear(&wasm);
    return cached;
}

static bool cached(const char *dir, dg_compiler compiler, uint32_t memory_max)
{
    dg_engine *engine = engine_at(dir, compiler, memory_max);
    bool hit = cached_in(engine);
    dg_engine_free(engine);
    return hit;
}

/* The only image in the folder. */
static const char *image_in(const char *dir)
{
    static char path[1024];
    char modules[512];
    struct dirent *entry;
    size_t count = 0;
    DIR *d;
    snprintf(modules, sizeof modules, "%s/modules", dir);
    d = opendir(modules);
    ck_assert_ptr_nonnull(d);
    while ((entry = readdir(d)))
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%.200s", modules, entry->d_name);
            count++;
        }
    closedir(d);
    ck_assert_uint_eq(count, 1);
    return path;
}

START_TEST(a_module_is_compiled_once)
{
    const char *dir = scratch_path("once");
    struct stat about;
    ck_assert(!cached(dir, DG_COMPILER_WINCH, 0));
    ck_assert(cached(dir, DG_COMPILER_WINCH, 0));
    ck_assert_int_eq(stat(image_in(dir), &about), 0);
    ck_assert_uint_eq(about.st_mode & 077, 0);
    ck_assert(!cached(NULL, DG_COMPILER_WINCH, 0));
}
END_TEST

static bool waits_for_a_lock(pid_t pid)
{
    char line[256], who[32];
    FILE *in = fopen("/proc/locks", "r");
    bool waits = false;
    ck_assert_ptr_nonnull(in);
    snprintf(who, sizeof who, " %ld ", (long)pid);
    while (fgets(line, sizeof line, in))
        waits |= strstr(line, "->") && strstr(line, who);
    fclose(in);
    return waits;
}

/* Without a turn both would compile: ten seconds each for a real runtime. */
START_TEST(who_comes_while_another_compiles_waits_for_its_image)
{
    struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char dir[512], turn[600];
    int fd, status;
    pid_t child;
    snprintf(dir, sizeof dir, "%s", scratch_path("turn"));
    snprintf(turn, sizeof turn, "%s/modules/.turn", dir);
    dg_engine_free(engine_at(dir, DG_COMPILER_WINCH, 0)); /* makes the folder */
    ck_assert_int_ge(fd = open(turn, O_RDWR | O_CREAT, 0600), 0);
    ck_assert_int_eq(fcntl(fd, F_SETLK, &all), 0);
    if ((child = fork()) == 0)
        _exit(cached(dir, DG_COMPILER_WINCH, 0) ? 0 : 1);
    ck_assert_int_gt(child, 0);
    while (!waits_for_a_lock(child))
        ck_assert_msg(waitpid(child, &status, WNOHANG) == 0, "it did not wait");
    ck_assert(!cached(dir, DG_COMPILER_WINCH, 0)); /* ends our turn, as any close of it does */
    close(fd);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x", (unsigned)status);
}
END_TEST

START_TEST(other_settings_are_another_image)
{
    const char *dir = scratch_path("settings");
    ck_assert(!cached(dir, DG_COMPILER_NONE, 0));
    ck_assert(!cached(dir, DG_COMPILER_SPEED, 0)); /* the engine would take it silently */
    ck_assert(!cached(dir, DG_COMPILER_WINCH, 0));
    ck_assert(!cached(dir, DG_COMPILER_SPEED, 16 << 20));
    ck_assert(cached(dir, DG_COMPILER_NONE, 0));
    ck_assert(cached(dir, DG_COMPILER_SPEED, 16 << 20));
}
END_TEST

START_TEST(other_code_is_another_image)
{
    static const wasm_function others[] = { { "go", "ii:l", "422b", 0 }, { 0 } };
    const char *dir = scratch_path("code");
    dg_engine *engine = engine_at(dir, DG_COMPILER_WINCH, 0);
    dg_buf wasm = wasm_module(&(wasm_spec){ .functions = others });
    dg_module *m;
    dg_error err;
    ck_assert_int_eq(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err), DG_OK);
    dg_module_free(m);
    dg_buf_clear(&wasm);
    ck_assert(!cached_in(engine));
    dg_engine_free(engine);
}
END_TEST

static void replace_image(const char *path, const dg_buf *content)
{
    ck_assert_int_eq(unlink(path), 0); /* never written in place: somebody may have mapped it */
    ck_assert_int_eq(dg_file_write(path, dg_buf_bytes(content), NULL), DG_OK);
}

/* One bit, at places all over the file: in the code, the checksum, the length. */
START_TEST(a_flipped_bit_costs_a_compilation_and_nothing_else)
{
    const char *dir = scratch_path("bits"), *path;
    dg_engine *engine = engine_at(dir, DG_COMPILER_WINCH, 0);
    dg_buf good;
    ck_assert(!cached_in(engine));
    path = image_in(dir);
    good = slurp(path);
    for (size_t i = 0; i < 40; i++) {
        size_t at = i < 20 ? i * (good.len / 20) : good.len - 1 - (i - 20) * 4;
        dg_buf bad = slurp(path);
        /* repaired by the last round */
        ck_assert(dg_bytes_equal(dg_buf_bytes(&bad), dg_buf_bytes(&good)));
        bad.at[at] ^= (uint8_t)(1 << i % 8);
        replace_image(path, &bad);
        dg_buf_clear(&bad);
        ck_assert(!cached_in(engine));
        ck_assert(cached_in(engine));
    }
    dg_buf_clear(&good);
    dg_engine_free(engine);
}
END_TEST

START_TEST(a_file_that_is_cut_off_is_made_again)
{
    static const size_t lens[] = { 0, 1, 63, 64, 65, 1000, 4096 };
    const char *dir = scratch_path("cut"), *path;
    dg_engine *engine = engine_at(dir, DG_COMPILER_WINCH, 0);
    ck_assert(!cached_in(engine));
    path = image_in(dir);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        dg_buf bad = slurp(path);
        ck_assert_uint_gt(bad.len, lens[i]);
        bad.len = lens[i];
        replace_image(path, &bad);
        dg_buf_clear(&bad);
        ck_assert(!cached_in(engine));
    }
    dg_engine_free(engine);
}
END_TEST

/* A whole file with its own checksum, but of other code, under this name. */
START_TEST(a_whole_image_under_a_foreign_name_is_not_taken)
{
    static const wasm_function others[] = { { "go", "ii:l", "422b", 0 }, { 0 } };
    const char *dir = scratch_path("foreign"), *other = scratch_path("foreign2");
    dg_engine *engine = engine_at(other, DG_COMPILER_WINCH, 0);
    dg_buf wasm = wasm_module(&(wasm_spec){ .functions = others }), image;
    dg_module *m;
    ck_assert_int_eq(dg_module_new(&m, engine, dg_buf_bytes(&wasm), NULL), DG_OK);
    dg_module_free(m);
    dg_engine_free(engine);
    dg_buf_clear(&wasm);
    image = slurp(image_in(other));
    ck_assert(!cached(dir, DG_COMPILER_WINCH, 0));
    replace_image(image_in(dir), &image);
    ck_assert(!cached(dir, DG_COMPILER_WINCH, 0));
    dg_buf_clear(&image);
}
END_TEST

START_TEST(a_folder_that_cannot_be_used_is_done_without)
{
    ck_assert(!cached("/proc/doppel", DG_COMPILER_WINCH, 0));
    ck_assert(!cached("/proc/doppel", DG_COMPILER_WINCH, 0));
}
END_TEST

START_TEST(the_engine_and_the_library_have_names)
{
    char id[64];
    ck_assert_str_eq(dg_engine_version(), "wasmtime " WASMTIME_VERSION);
    dg_wasm_library_id(id, sizeof id);
    ck_assert_uint_ge(strlen(id), 16);
    ck_assert_str_ne(id, "unnamed");
    ck_assert_ptr_nonnull(strstr(dg_engine_cache_dir(), "/doppel"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cache");
    TCase *tc = tcase_create("cache");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, a_module_is_compiled_once);
    tcase_add_test(tc, who_comes_while_another_compiles_waits_for_its_image);
    tcase_add_test(tc, other_settings_are_another_image);
    tcase_add_test(tc, other_code_is_another_image);
    tcase_add_test(tc, a_flipped_bit_costs_a_compilation_and_nothing_else);
    tcase_add_test(tc, a_file_that_is_cut_off_is_made_again);
    tcase_add_test(tc, a_whole_image_under_a_foreign_name_is_not_taken);
    tcase_add_test(tc, a_folder_that_cannot_be_used_is_done_without);
    tcase_add_test(tc, the_engine_and_the_library_have_names);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
