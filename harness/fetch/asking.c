/* asking.c - how this process asks live chains, said once on its command line.
 *
 * A run opens its state in several places and processes, and a key to an endpoint must stand in
 * none of what they write: neither plan nor outcome knows of it. */
#include "fetch/fetch_impl.h"

#include <string.h>

static dg_fetch_asking asking;

void dg_fetch_ask_with(const dg_fetch_asking *with)
{
    asking = *with;
}

const dg_fetch_asking *dg_fetch_asked(void)
{
    return &asking;
}

bool dg_fetch_names_state(const char *path)
{
    char name[2048];
    const char *hash = strrchr(path, '#');
    size_t len = hash ? (size_t)(hash - path) : strlen(path);
    if (len >= sizeof name)
        return false;
    memcpy(name, path, len);
    name[len] = 0;
    return dg_fetch_names_chain(name, asking.endpoints);
}
