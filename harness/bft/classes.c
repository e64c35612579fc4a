/* classes.c - releases of the node, as far as they count differently. */
#include "bft/bft_impl.h"

#include <stdio.h>

static const struct {
    dg_bft_class class;
    unsigned from[3]; /* the first release of the row */
} rows[] = {
    { { "6.3.0", "they count timeout messages of two epochs in one pass along the committee",
        DG_BFT_MERGE },
      { 6, 0, 0 } },
    { { "6.3.1", "they count whoever sent a timeout message of either epoch", DG_BFT_SET },
      { 6, 3, 1 } },
};
enum { ROWS = sizeof rows / sizeof *rows };

const dg_bft_class *dg_bft_class_at(size_t i)
{
    return i < ROWS ? &rows[i].class : NULL;
}

static bool at_least(const unsigned is[3], const unsigned from[3])
{
    for (int i = 0; i < 3; i++)
        if (is[i] != from[i])
            return is[i] > from[i];
    return true;
}

const dg_bft_class *dg_bft_class_of(const char *release)
{
    const dg_bft_class *found = NULL;
    unsigned is[3];
    char more;
    if (!release || sscanf(release, "%3u.%3u.%3u%c", &is[0], &is[1], &is[2], &more) != 3)
        return NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (at_least(is, rows[i].from))
            found = &rows[i].class;
    return found;
}
