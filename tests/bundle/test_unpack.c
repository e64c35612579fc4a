/* A bundle comes from strangers. Whatever is in it, nothing is written outside of a private folder,
 * no more than was declared, and what is not exactly as its manifest says is refused in one line,
 * with nothing left behind. */
#include "model_tar.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle/bundle_impl.h"

#define HERE "below"

static char tmp[300];

/* Temporary files go to a folder of our own, which is looked into. */
static void setup(void)
{
    dg_error err;
    snprintf(tmp, sizeof tmp, "%s", scratch_path("tmp"));
    if (dg_dir_make(tmp, &err) < 0)
        ck_abort_msg("%s", err.text);
    setenv("TMPDIR", tmp, 1);
}

static void nothing_is_left(const char *what)
{
    struct dirent *entry;
    DIR *dir = opendir(tmp);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            ck_abort_msg("%s left %s", what, entry->d_name);
    closedir(dir);
}

static void refused(const char *path, const char *what, const char *says, dg_code code)
{
    dg_bundle *bundle = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_bundle_open(&bundle, path, &err);
    ck_assert_msg(rc == code && !bundle, "%s: code %d instead of %d: %s", what, rc, code, err.text);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s: said %s", what, err.text);
    ck_assert_msg(!strchr(err.text, '\n') && dg_exit_of(rc) == DG_EXIT_USAGE, "%s: %s", what,
                  err.text);
    nothing_is_left(what);
}

static void put_manifest(tar *t, json_t *manifest)
{
    char *text = json_dumps(manifest, JSON_INDENT(1));
    tar_put(t, TAR_FILE, "manifest.json", text);
    dg_free(text);
    json_decref(manifest);
}

static const char *ended(tar *t, const char *name)
{
    dg_buf bytes = tar_end(t);
    const char *path = zstd_file(name, dg_buf_bytes(&bytes));
    dg_buf_clear(&bytes);
    return path;
}

/* ---- entries ---- */

/* One that the manifest names, or would if it could, of each hostile kind. */
static const struct {
    const char *what;
    tar_kind kind;
    const char *name, *content, *says;
} hostile[] = {
    { "a path up", TAR_FILE, "../escaped", "x", "\"../escaped\" is no name" },
    { "a path up from below", TAR_FILE, "a/../../escaped", "x", "is no name for a file" },
    { "an absolute path", TAR_FILE, "/tmp/escaped", "x", "\"/tmp/escaped\" is no name" },
    { "a folder before the name", TAR_FILE, HERE "/plan.json", "x", "which has no folders" },
    { "a hidden file", TAR_FILE, ".profile", "x", "\".profile\" is no name" },
    { "a line's end in a name", TAR_FILE, "plan\n.json", "x", "is no name for a file" },
    { "a symbolic link", TAR_SYMLINK, "plan.json", "/etc/passwd", "plan.json is a link" },
    { "a hard link", TAR_HARDLINK, "plan.json", "/etc/passwd", "plan.json is a link" },
    { "a folder", TAR_FOLDER, "plan.json", "", "is no name for a file" }, /* ends in a slash */
    { "a device", TAR_DEVICE, "plan.json", "", "plan.json is a device" },
    { "a pipe", TAR_PIPE, "plan.json", "", "plan.json is no regular file" },
    { "an extra file", TAR_FILE, "extra.json", "x", "extra.json is not in manifest.json" },
    { "a file cut short", TAR_FILE, "plan.json", "x", "plan.json has 1 bytes, but 4 by manifest" },
    { "a file too long", TAR_FILE, "plan.json", "xxxxx", "plan.json has 5 bytes, but 4 by" },
};

START_TEST(a_hostile_entry_is_refused)
{
    tar *t = tar_begin();
    put_manifest(t, manifest_of(json_pack("[o]", manifest_row("plan.json", "{}{}"))));
    tar_put(t, hostile[_i].kind, hostile[_i].name, hostile[_i].content);
    refused(ended(t, "hostile"), hostile[_i].what, hostile[_i].says, DG_MALFORMED);
    ck_assert(access("/tmp/escaped", F_OK) != 0);
}
END_TEST

START_TEST(a_wrong_hash_is_refused)
{
    tar *t = tar_begin();
    put_manifest(t, manifest_of(json_pack("[o]", manifest_row("plan.json", "{}{}"))));
    tar_put(t, TAR_FILE, "plan.json", "{}{ ");
    refused(ended(t, "hash"), "a wrong hash", "plan.json is not what manifest.json says",
            DG_MISMATCH);
}
END_TEST

START_TEST(a_file_twice_is_refused)
{
    tar *t = tar_begin();
    put_manifest(t, manifest_of(json_pack("[o]", manifest_row("plan.json", "{}{}"))));
    tar_put(t, TAR_FILE, "plan.json", "{}{}");
    tar_put(t, TAR_FILE, "plan.json", "{}{}");
    refused(ended(t, "twice"), "a file twice", "plan.json is there twice", DG_MALFORMED);
}
END_TEST

START_TEST(a_missing_file_is_named)
{
    tar *t = tar_begin();
    put_manifest(t,
                 manifest_of(json_pack("[o, o]", manifest_row("a", "1"), manifest_row("b", "2"))));
    tar_put(t, TAR_FILE, "a", "1");
    refused(ended(t, "missing"), "a missing file", "b is missing", DG_MALFORMED);
}
END_TEST

START_TEST(the_manifest_comes_first)
{
    tar *t = tar_begin();
    tar_put(t, TAR_FILE, "plan.json", "{}");
    refused(ended(t, "late"), "no manifest", "the first file is plan.json, not manifest.json",
            DG_MALFORMED);
    refused(ended(tar_begin(), "none"), "no file at all", "has no manifest.json", DG_MALFORMED);
}
END_TEST

/* ---- plans ---- */

/* The files are whole and as declared; what the plan says leads out of them. */
static const struct {
    const char *what, *plan, *says;
} plans[] = {
    { "a state elsewhere", "{\"doppel\":1,\"snapshot\":\"/etc/passwd\"}",
      "its plan names /etc/passwd, not the state in it" },
    { "a state in a repository", "{\"doppel\":1,\"snapshot\":\"git:.@HEAD:x\"}",
      "its plan names git:.@HEAD:x" },
    { "no state", "{\"doppel\":1}", "its plan names no snapshot" },
    { "code elsewhere",
      "{\"doppel\":1,\"snapshot\":\"snapshot.json\",\"upgrade\":{\"to\":\"/etc/passwd\"}}",
      "its plan names /etc/passwd, which is not in it" },
    { "code that is not there",
      "{\"doppel\":1,\"snapshot\":\"snapshot.json\",\"upgrade\":{\"to\":\"n.wasm\"}}",
      "has no n.wasm" },
    { "a file of nodes",
      "{\"doppel\":1,\"snapshot\":\"snapshot.json\",\"network\":{\"nodes\":\"@/etc/passwd\"}}",
      "network.nodes, which may name a file" },
    { "a plan that is none", "{\"doppel\":1,", "plan.json: line 1" },
    { "a key that is not known", "{\"doppel\":1,\"snapshot\":\"snapshot.json\",\"shell\":\"x\"}",
      "there is no key \"shell\"" },
};

static void put_files(tar *t, const char *plan)
{
    put_manifest(t, manifest_of(json_pack("[o, o, o]", manifest_row("outcome.json", "{}"),
                                          manifest_row("plan.json", plan),
                                          manifest_row("snapshot.json", "{}"))));
    tar_put(t, TAR_FILE, "outcome.json", "{}");
    tar_put(t, TAR_FILE, "plan.json", plan);
    tar_put(t, TAR_FILE, "snapshot.json", "{}");
}

START_TEST(a_plan_that_leads_out_is_refused)
{
    dg_bundle *bundle = NULL;
    const char *path;
    tar *t = tar_begin();
    dg_error err = { .text = "" };
    dg_code rc;
    put_files(t, plans[_i].plan);
    path = ended(t, "plan");
    rc = dg_bundle_open(&bundle, path, &err);
    ck_assert_msg(rc < 0 && dg_exit_of(rc) == DG_EXIT_USAGE && strstr(err.text, plans[_i].says),
                  "%s: code %d: %s", plans[_i].what, rc, err.text);
    nothing_is_left(plans[_i].what);
}
END_TEST

/* ---- manifests ---- */

static const struct {
    const char *what, *key, *value, *says;
} manifests[] = {
    { "a later format", "doppel_bundle", "2", "format 2; this program reads format 1" },
    { "an unknown key", "more", "1", "more" },
    { "no files", "files", "7", "files" },
    { "a file above the limit", "files",
      "[{\"name\":\"a\",\"bytes\":9000000000,\"blake2_256\":\"0x\"}]",
      "files[].bytes is 9000000000" },
    { "a hash that is none", "files", "[{\"name\":\"a\",\"bytes\":1,\"blake2_256\":\"0x12\"}]",
      "0x12 of a is not a hash" },
    { "a name that escapes", "files", "[{\"name\":\"../a\",\"bytes\":1,\"blake2_256\":\"0x12\"}]",
      "\"../a\" is no name" },
    { "itself", "files", "[{\"name\":\"manifest.json\",\"bytes\":1,\"blake2_256\":\"0x12\"}]",
      "\"manifest.json\" is no name" },
};

START_TEST(a_broken_manifest_is_refused)
{
    tar *t = tar_begin();
    json_t *manifest = manifest_of(json_array());
    json_object_set_new(manifest, manifests[_i].key,
                        json_loads(manifests[_i].value, JSON_DECODE_ANY, NULL));
    put_manifest(t, manifest);
    refused(ended(t, "manifest"), manifests[_i].what, manifests[_i].says,
            _i ? DG_MALFORMED : DG_UNSUPPORTED);
}
END_TEST

START_TEST(too_much_is_refused_before_any_of_it_is_written)
{
    json_t *many = json_array(), *large = json_array();
    tar *t = tar_begin();
    for (int i = 0; i <= DG_BUNDLE_FILES_MAX; i++) {
        char name[20];
        snprintf(name, sizeof name, "f%d", i);
        json_array_append_new(many, manifest_row(name, ""));
    }
    put_manifest(t, manifest_of(many));
    refused(ended(t, "many"), "too many files", "names 17 files; a bundle has at most 16",
            DG_MALFORMED);
    for (int i = 0; i < 3; i++) {
        char name[20];
        json_t *row;
        snprintf(name, sizeof name, "f%d", i);
        row = manifest_row(name, "");
        json_object_set_new(row, "bytes", json_integer((json_int_t)DG_BUNDLE_FILE_MAX));
        json_array_append_new(large, row);
    }
    t = tar_begin();
    put_manifest(t, manifest_of(large));
    refused(ended(t, "large"), "too many bytes", "all files together have more than", DG_MALFORMED);
}
END_TEST

/* ---- streams ---- */

/* Eighty million zeros are 3 KiB of zstd. */
START_TEST(a_bomb_is_refused)
{
    enum { ZEROS = 80000000 };
    tar *t = tar_begin();
    char *zeros = dg_malloc(ZEROS + 1);
    json_t *row;
    ck_assert_ptr_nonnull(zeros);
    memset(zeros, ' ', ZEROS);
    zeros[ZEROS] = 0;
    row = manifest_row("snapshot.json", zeros);
    put_manifest(t, manifest_of(json_pack("[o]", row)));
    tar_put(t, TAR_FILE, "snapshot.json", zeros);
    dg_free(zeros);
    refused(ended(t, "bomb"), "a bomb", "unpacks to more than 200 times its size", DG_MALFORMED);
}
END_TEST

static dg_buf good_tar(void)
{
    tar *t = tar_begin();
    put_manifest(t, manifest_of(json_pack("[o, o]", manifest_row("outcome.json", "{}"),
                                          manifest_row("plan.json", "{}"))));
    tar_put(t, TAR_FILE, "outcome.json", "{}");
    tar_put(t, TAR_FILE, "plan.json", "{}");
    return tar_end(t);
}

/* Whole, it gets as far as its contents. */
START_TEST(what_is_cut_off_anywhere_is_refused)
{
    dg_buf bytes = good_tar(), whole;
    const char *path = zstd_file("whole", dg_buf_bytes(&bytes));
    dg_error err;
    whole = slurp(path);
    refused(path, "all of it", "has not one state", DG_MALFORMED);
    for (size_t len = 0; len < whole.len; len++) {
        path = scratch_path("cut");
        if (dg_file_write(path, dg_bytes_of(whole.at, len), &err) < 0)
            ck_abort_msg("%s", err.text);
        refused(path, "a part of it", len ? "the bundle is cut off" : "is empty", DG_MALFORMED);
    }
    dg_buf_put_u8(&whole, 0);
    if (dg_file_write(path, dg_buf_bytes(&whole), &err) < 0)
        ck_abort_msg("%s", err.text);
    refused(path, "a byte more", "bytes stand behind the end", DG_MALFORMED);
    dg_buf_clear(&whole);
    dg_buf_clear(&bytes);
}
END_TEST

/* The end is looked at however much of it is padding, which nobody has to read. */
START_TEST(a_long_end_is_read_to_its_end)
{
    dg_buf bytes = good_tar(), whole;
    const char *path;
    uint8_t *padding = dg_buf_grow(&bytes, 1 << 20);
    dg_error err;
    ck_assert_ptr_nonnull(padding);
    memset(padding, 0, 1 << 20);
    path = zstd_file("padded", dg_buf_bytes(&bytes));
    whole = slurp(path);
    refused(path, "all of it", "has not one state", DG_MALFORMED);
    if (dg_file_write(path, dg_bytes_of(whole.at, whole.len - 1), &err) < 0)
        ck_abort_msg("%s", err.text);
    refused(path, "all but a byte", "the bundle is cut off", DG_MALFORMED);
    dg_buf_clear(&whole);
    dg_buf_clear(&bytes);
}
END_TEST

START_TEST(what_is_no_bundle_is_refused)
{
    dg_buf bytes = good_tar();
    dg_error err;
    const char *path = scratch_path("plain.tar");
    if (dg_file_write(path, dg_buf_bytes(&bytes), &err) < 0)
        ck_abort_msg("%s", err.text);
    refused(path, "a tar without zstd", "is no bundle", DG_MALFORMED);
    refused(zstd_file("text", dg_text("hello, this is no tar at all")), "zstd without a tar",
            "is no bundle", DG_MALFORMED);
    dg_buf_clear(&bytes);
}
END_TEST

START_TEST(extract_leaves_nothing_of_what_is_refused)
{
    char folder[400];
    tar *t = tar_begin();
    dg_error err;
    put_manifest(t,
                 manifest_of(json_pack("[o, o]", manifest_row("a", "1"), manifest_row("b", "2"))));
    tar_put(t, TAR_FILE, "a", "1");
    tar_put(t, TAR_FILE, "b", "3");
    snprintf(folder, sizeof folder, "%s/unpacked", tmp);
    ck_assert_int_eq(dg_bundle_extract(ended(t, "bad"), folder, &err), DG_MISMATCH);
    nothing_is_left("extract");
    ck_assert_int_eq(dg_bundle_extract("nowhere", tmp, &err), DG_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "is there already"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bundle: unpack");
    TCase *tc = tcase_create("unpack");
    json_set_alloc_funcs(dg_malloc, dg_free);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_loop_test(tc, a_hostile_entry_is_refused, 0, sizeof hostile / sizeof *hostile);
    tcase_add_loop_test(tc, a_plan_that_leads_out_is_refused, 0, sizeof plans / sizeof *plans);
    tcase_add_test(tc, a_wrong_hash_is_refused);
    tcase_add_test(tc, a_file_twice_is_refused);
    tcase_add_test(tc, a_missing_file_is_named);
    tcase_add_test(tc, the_manifest_comes_first);
    tcase_add_loop_test(tc, a_broken_manifest_is_refused, 0, sizeof manifests / sizeof *manifests);
    tcase_add_test(tc, too_much_is_refused_before_any_of_it_is_written);
    tcase_add_test(tc, a_bomb_is_refused);
    tcase_add_test(tc, what_is_cut_off_anywhere_is_refused);
    tcase_add_test(tc, a_long_end_is_read_to_its_end);
    tcase_add_test(tc, what_is_no_bundle_is_refused);
    tcase_add_test(tc, extract_leaves_nothing_of_what_is_refused);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
