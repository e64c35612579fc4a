/* Any bytes as a .snap: refused in one line with nothing left behind, or a
 * snapshot that verifies and whose export imports to the same root and bytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapshot/snapshot_impl.h"

static char folder[128], in[160], out[160], again[160], snap[2][160];

static void leave(void)
{
    dg_dir_remove(folder, NULL);
}

static void prepare(void)
{
    const char *base = getenv("TMPDIR")                ? getenv("TMPDIR")
                       : access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                       : "/tmp";
    int len = snprintf(folder, sizeof folder, "%s/doppel-fuzz-XXXXXX", base);
    if (len >= (int)sizeof folder || !mkdtemp(folder))
        abort();
    atexit(leave);
    snprintf(in, sizeof in, "%s/in.snap", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(again, sizeof again, "%s/again", folder);
    snprintf(snap[0], sizeof snap[0], "%s/0.snap", folder);
    snprintf(snap[1], sizeof snap[1], "%s/1.snap", folder);
}

static dg_code import(dg_snapshot_info *info, const char *from, const char *to, dg_error *err)
{
    dg_snapshot_import_options options = { .path_out = to };
    return dg_snapshot_import(info, from, &options, err);
}

static void give(const char *from, const char *to, unsigned version)
{
    dg_snapshot *s;
    dg_code rc = dg_snapshot_open(&s, from, NULL);
    assert(rc == DG_OK);
    rc = dg_snapshot_verify(s, NULL, NULL);
    assert(rc == DG_OK);
    rc = dg_snapshot_export_snap(s, to, version, NULL);
    assert(rc == DG_OK);
    dg_snapshot_close(s);
    rc = dg_dir_remove(from, NULL);
    assert(rc == DG_OK);
}

static void close_circle(const dg_snapshot_info *info)
{
    unsigned version = info->header_known ? 4 : 3;
    dg_snapshot_info twice;
    dg_buf bytes[2];
    dg_code rc;
    give(out, snap[0], version);
    rc = import(&twice, snap[0], again, NULL);
    assert(rc == DG_OK && dg_hash_equal(&twice.state_root, &info->state_root));
    assert(twice.keys == info->keys && twice.unreferenced == 0);
    give(again, snap[1], version);
    for (int i = 0; i < 2; i++) {
        dg_buf_init(&bytes[i], 1 << 28);
        rc = dg_file_read(&bytes[i], snap[i], NULL);
        assert(rc == DG_OK);
    }
    assert(dg_bytes_equal(dg_buf_bytes(&bytes[0]), dg_buf_bytes(&bytes[1])));
    dg_buf_clear(&bytes[0]);
    dg_buf_clear(&bytes[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_error err = { 0 };
    dg_snapshot_info info;
    dg_code rc;
    FILE *f;
    if (!folder[0])
        prepare();
    f = fopen(in, "wb");
    if (!f || (size && fwrite(data, 1, size, f) != size) || fclose(f) != 0)
        abort();
    rc = import(&info, in, out, &err);
    assert(rc <= 0);
    if (rc == DG_OK && info.keys > 100000) { /* few nodes, many places: too long to print */
        dg_dir_remove(out, NULL);
        return 0;
    }
    if (rc == DG_OK)
        close_circle(&info);
    else
        assert(err.text[0] && !strchr(err.text, '\n') && !dg_file_exists(out));
    return 0;
}
