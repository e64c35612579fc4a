/* Any text as the name of a file in a repository: what is taken apart can be put together, and is
 * taken apart the same way again; no path leads out of the tree. */
#include <assert.h>
#include <string.h>

#include "git/git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_inside(const char *path)
{
    assert(path[0] && path[0] != '/');
    for (const char *part = path; *part; part += strspn(part, "/")) {
        size_t len = strcspn(part, "/");
        assert(len && !(len == 1 && part[0] == '.') && !(len == 2 && memcmp(part, "..", 2) == 0));
        part += len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[2000], again[DG_GIT_NAME_MAX], folder[DG_GIT_NAME_MAX];
    dg_git_spec spec, same;
    dg_error err;
    dg_code rc;
    snprintf(text, sizeof text, "git:%.*s", (int)(size < 1900 ? size : 1900), (const char *)data);
    rc = dg_git_spec_parse(&spec, text, &err);
    if (rc < 0) {
        assert(err.text[0] && !strchr(err.text, '\n'));
        return 0;
    }
    is_inside(spec.path);
    assert(spec.rev[0] && !strchr(spec.rev, ':'));
    dg_git_spec_text(again, sizeof again, &spec);
    rc = dg_git_spec_parse(&same, again, &err);
    assert(rc >= 0 && memcmp(&spec, &same, sizeof spec) == 0);
    dg_git_folder(folder, sizeof folder, again);
    assert(strncmp(folder, again, strlen(folder)) == 0);
    return 0;
}
