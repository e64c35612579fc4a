/* Any bytes as the manifest of a snapshot: refused in one line, or a manifest that is written to
 * one which is read as the same. */
#include "../support/fuzz_file.h"

#include "snapshot/snapshot_impl.h"

static json_t *read_one(const char *path, dg_bytes content, dg_error *err)
{
    dg_snapshot_manifest_data m;
    json_t *json = NULL;
    dg_code rc;
    dg_snapshot_manifest_init(&m);
    fuzz_put(path, content);
    rc = dg_snapshot_manifest_read(&m, fuzz_folder, err);
    if (rc == DG_OK) {
        json = dg_snapshot_manifest_to_json(&m);
        assert(json);
    } else {
        assert(rc == DG_MALFORMED || rc == DG_UNSUPPORTED || rc == DG_LIMIT);
        fuzz_refused(err);
    }
    dg_snapshot_manifest_clear(&m);
    return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[200];
    dg_error err = { .text = "" };
    json_t *first, *second;
    char *text;
    if (!(first = read_one(fuzz_path(path, "manifest.json"), dg_bytes_of(data, size), &err)))
        return 0;
    text = json_dumps(first, JSON_SORT_KEYS);
    assert(text);
    second = read_one(path, dg_text(text), &err);
    assert(second && json_equal(first, second));
    free(text);
    json_decref(first);
    json_decref(second);
    return 0;
}
