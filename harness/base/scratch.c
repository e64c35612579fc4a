/* scratch.c - a private folder for what is in the making, which a signal takes with it. */
#include "base/base.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void remember(dg_scratch *s, const char *path)
{
    assert(s->count < DG_SCRATCH_FILES_MAX);
    s->scraps[s->count++] = dg_scrap_add(path);
}

dg_code dg_scratch_make(dg_scratch *s, const char *prefix, dg_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int len;
    *s = (dg_scratch){ .count = 0 };
    len = prefix ? snprintf(s->folder, sizeof s->folder, "%sXXXXXX", prefix)
                 : snprintf(s->folder, sizeof s->folder, "%s/doppel-XXXXXX",
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

void dg_scratch_path(dg_scratch *s, char path[DG_SCRATCH_PATH_MAX], const char *name)
{
    assert(s->folder[0] && name[0] && strlen(name) < DG_SCRATCH_PATH_MAX - sizeof s->folder);
    snprintf(path, DG_SCRATCH_PATH_MAX, "%s/%s", s->folder, name);
    remember(s, path);
}

void dg_scratch_keep(dg_scratch *s)
{
    for (size_t i = 0; i < s->count; i++)
        dg_scrap_drop(s->scraps[i]);
    *s = (dg_scratch){ .count = 0 };
}

void dg_scratch_remove(dg_scratch *s)
{
    if (s->folder[0])
        dg_dir_remove(s->folder, NULL);
    dg_scratch_keep(s);
}
