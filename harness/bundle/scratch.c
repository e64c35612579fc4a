/* scratch.c - a private folder for what is in the making, which a signal takes with it. */
#include "bundle/bundle_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void remember(dg_bundle_scratch *s, const char *path)
{
    assert(s->count < sizeof s->scraps / sizeof *s->scraps);
    s->scraps[s->count++] = dg_scrap_add(path);
}

dg_code dg_bundle_scratch_make(dg_bundle_scratch *s, const char *prefix, dg_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int len;
    *s = (dg_bundle_scratch){ .count = 0 };
    len = prefix ? snprintf(s->folder, sizeof s->folder, "%sXXXXXX", prefix)
                 : snprintf(s->folder, sizeof s->folder, "%s/doppel-bundle-XXXXXX",
                            tmp && tmp[0] ? tmp : "/tmp");
    if (len >= (int)sizeof s->folder || !mkdtemp(s->folder)) {
        dg_code rc =
            dg_fail(err, DG_IO, "%.200s could not be made: %s", s->folder,
                    len >= (int)sizeof s->folder ? "its name is too long" : strerror(errno));
        s->folder[0] = 0;
        return rc;
    }
    remember(s, s->folder);
    return DG_OK;
}

void dg_bundle_scratch_path(dg_bundle_scratch *s, char path[DG_BUNDLE_PATH_MAX], const char *name)
{
    assert(s->folder[0] && dg_bundle_name_is_plain(name));
    snprintf(path, DG_BUNDLE_PATH_MAX, "%s/%s", s->folder, name);
    remember(s, path);
}

void dg_bundle_scratch_state(dg_bundle_scratch *s, char path[DG_BUNDLE_PATH_MAX], const char *name)
{
    static const char *const files[] = { "data.mdb", "manifest.json", "note" };
    dg_bundle_scratch_path(s, path, name);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char file[DG_BUNDLE_PATH_MAX + 16];
        snprintf(file, sizeof file, "%s/%s", path, files[i]);
        remember(s, file);
    }
}

void dg_bundle_scratch_keep(dg_bundle_scratch *s)
{
    for (size_t i = 0; i < s->count; i++)
        dg_scrap_drop(s->scraps[i]);
    *s = (dg_bundle_scratch){ .count = 0 };
}

void dg_bundle_scratch_remove(dg_bundle_scratch *s)
{
    if (s->folder[0])
        dg_dir_remove(s->folder, NULL);
    dg_bundle_scratch_keep(s);
}
