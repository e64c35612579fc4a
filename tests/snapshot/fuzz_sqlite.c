/* Any bytes as the store of chopsticks: refused in one line with nothing left behind, or a
 * snapshot that verifies. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapshot/snapshot_impl.h"

static char folder[128], in[160], out[160];

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
    snprintf(in, sizeof in, "%s/in.sqlite", folder);
    snprintf(out, sizeof out, "%s/out", folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_snapshot_import_options options = { .path_out = NULL };
    dg_error err = { 0 };
    dg_snapshot *s;
    dg_code rc;
    FILE *f;
    if (!folder[0])
        prepare();
    options.path_out = out;
    f = fopen(in, "wb");
    if (!f || (size && fwrite(data, 1, size, f) != size) || fclose(f) != 0)
        abort();
    rc = dg_snapshot_import(NULL, in, &options, &err);
    assert(rc <= 0);
    if (rc < 0) {
        assert(err.text[0] && !strchr(err.text, '\n') && !dg_file_exists(out));
        return 0;
    }
    rc = dg_snapshot_open(&s, out, NULL);
    assert(rc == DG_OK);
    rc = dg_snapshot_verify(s, NULL, NULL);
    assert(rc == DG_OK);
    dg_snapshot_close(s);
    rc = dg_dir_remove(out, NULL);
    assert(rc == DG_OK);
    return 0;
}
