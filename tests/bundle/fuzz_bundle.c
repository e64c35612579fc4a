/* Any bytes as the tar in a bundle, and as the bundle itself: refused in one line with nothing left
 * in the folder of temporary files, or files that have the sizes and hashes of their manifest. */
#include "../support/fuzz_file.h"

#include <dirent.h>
#include <zstd.h>

#include "bundle/bundle_impl.h"
#include "source/source.h"

static unsigned entries_left(void)
{
    struct dirent *entry;
    DIR *dir = opendir(fuzz_folder);
    unsigned count = 0;
    assert(dir);
    while ((entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void check_files(const dg_bundle_list *list, const char *folder)
{
    for (size_t i = 0; i < list->count; i++) {
        char path[DG_SCRATCH_PATH_MAX];
        dg_hash hash;
        snprintf(path, sizeof path, "%s/%s", folder, list->at[i].name);
        assert(list->at[i].seen && dg_bundle_name_is_plain(list->at[i].name));
        assert(dg_source_hash(&hash, path, NULL) == DG_OK);
        assert(dg_hash_equal(&hash, &list->at[i].hash));
    }
}

/* The files alone: what they say is for other targets. */
static void unpack_one(const char *path)
{
    dg_scratch to;
    dg_bundle_list list;
    json_t *manifest = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_scratch_make(&to, NULL, &err);
    assert(rc == DG_OK);
    rc = dg_bundle_unpack(&manifest, &list, &to, path, &err);
    assert((rc == DG_OK) == (manifest != NULL));
    if (rc == DG_OK) {
        check_files(&list, to.folder);
    } else {
        assert(rc == DG_MALFORMED || rc == DG_UNSUPPORTED || rc == DG_MISMATCH);
        fuzz_refused(&err);
    }
    json_decref(manifest);
    dg_scratch_remove(&to);
}

static void open_one(const char *path)
{
    dg_bundle *bundle = NULL;
    dg_error err = { .text = "" };
    if (dg_bundle_open(&bundle, path, &err) < 0)
        fuzz_refused(&err);
    dg_bundle_close(bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[200];
    static uint8_t packed[1 << 20];
    size_t len = ZSTD_compress(packed, sizeof packed, data, size, 1);
    if (ZSTD_isError(len))
        return 0;
    fuzz_path(path, "bundle");
    setenv("TMPDIR", fuzz_folder, 1);
    fuzz_put(path, dg_bytes_of(packed, len));
    unpack_one(path);
    open_one(path);
    fuzz_put(path, dg_bytes_of(data, size));
    unpack_one(path);
    assert(entries_left() == 1); /* the bundle itself */
    return 0;
}
