/* classes.c - who polls what, by release of the node. */
#include "stream/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *dg_stream_entity(dg_stream_source source)
{
    static const char *const names[] = { "mpsc_import_notification_stream",
                                         "mpsc_finality_notification_stream",
                                         "mpsc_network_event_stream" };
    assert(source < DG_STREAM_SOURCES);
    return names[source];
}

/* That the fault begins with v0.9.22 is inferred: it is the first release of which it is told
 * (Manta 571 and 719, bifrost 620); that v0.9.26 is without it is Manta 720. */
static const dg_stream_class classes[] = {
    { "v0.9.21", "it starts no gadget of BEEFY that waits", { false } },
    { "v0.9.22",
      "BEEFY's gadget takes its streams and waits for the pallet before it polls them",
      { [DG_STREAM_FINALITY] = true, [DG_STREAM_NETWORK] = true } },
    { "v0.9.26", "BEEFY's gadget polls its streams while it waits (substrate 11694)", { false } },
};
enum { CLASSES = sizeof classes / sizeof *classes };

const dg_stream_class *dg_stream_class_at(size_t i)
{
    return i < CLASSES ? &classes[i] : NULL;
}

/* The last number of "v0.9.N"; -1: it is none. */
static long minor_of(const char *release)
{
    char *end;
    long n;
    if (strncmp(release, "v0.9.", 5) != 0 || release[5] < '0' || release[5] > '9')
        return -1;
    n = strtol(release + 5, &end, 10);
    return *end ? -1 : n;
}

const dg_stream_class *dg_stream_class_of(const char *release)
{
    enum { OLDEST = 9, NEWEST = 43 };
    const dg_stream_class *found = NULL;
    long n = minor_of(release);
    if (n < OLDEST || n > NEWEST)
        return NULL;
    for (size_t i = 0; i < CLASSES; i++)
        if (!i || n >= minor_of(classes[i].name))
            found = &classes[i];
    return found;
}
