/* fuzz_file.h - for targets whose decoder opens a file: a folder that goes away with the process,
 * in memory where there is such a place. */
#ifndef DG_TESTS_FUZZ_FILE_H
#define DG_TESTS_FUZZ_FILE_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_folder[128];

static void fuzz_leave(void)
{
    dg_dir_remove(fuzz_folder, NULL);
}

/* The path of `name` in it, which is kept for as long as the caller keeps `path`. */
static const char *fuzz_path(char path[200], const char *name)
{
    if (!fuzz_folder[0]) {
        const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        snprintf(fuzz_folder, sizeof fuzz_folder, "%s/doppel-fuzz-XXXXXX", base);
        if (!mkdtemp(fuzz_folder))
            abort();
        atexit(fuzz_leave);
    }
    snprintf(path, 200, "%s/%s", fuzz_folder, name);
    return path;
}

/* Not synced, so not dg_file_write. */
static void fuzz_put(const char *path, dg_bytes content)
{
    FILE *f = fopen(path, "wb");
    if (!f || (content.len && fwrite(content.at, 1, content.len, f) != content.len)
        || fclose(f) != 0)
        abort();
}

/* A refusal is one line. */
static inline void fuzz_refused(const dg_error *err)
{
    assert(err->text[0] && !strchr(err->text, '\n'));
}

#endif
