/* agent.c - what a node says of itself, as telemetry and crawlers write it down:
 *
 *   Parity Polkadot/v1.10.0-7049c3c9883 (name) (litep2p)    the agent of its network
 *   1.16.1-835e0767fe8                                      its version alone
 *   polkadot-stable2407-1, polkadot-v1.1.0                  a tag or an image
 *   Kagome Node/0.9.3, kagome-0.9.3
 *
 * Patches, commits and release candidates are as their release. Of Kagome there is one row, since
 * nothing is known that would tell its releases apart; it began to validate with 0.9.
 * Sources: sc-network (agent_version of the identify protocol: name/version (node name)), telemetry
 * of Kagome (kImplementationName), releases of both. */
#include "protocol/release_impl.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef struct words {
    const char *at;
    size_t len;
} words;

static words trimmed(words w)
{
    while (w.len && (isspace((unsigned char)*w.at) || *w.at == '"'))
        w.at++, w.len--;
    while (w.len && (isspace((unsigned char)w.at[w.len - 1]) || w.at[w.len - 1] == '"'))
        w.len--;
    return w;
}

/* " (name)" behind it, which operators choose. */
static words without_name(words w)
{
    for (size_t i = 1; i < w.len; i++)
        if (w.at[i] == '(' && w.at[i - 1] == ' ')
            w.len = i;
    return trimmed(w);
}

/* Takes the name of an implementation away, with what parts it from its version. */
static bool take(words *w, const char *name)
{
    size_t len = strlen(name);
    if (w->len <= len || strncasecmp(w->at, name, len) != 0 || !memchr("/- ", w->at[len], 3))
        return false;
    w->at += len + 1;
    w->len -= len + 1;
    return true;
}

/* "1.10.0" of "v1.10.0-7049c3c9883"; a stable name keeps its patch. */
static words number_of(words w)
{
    size_t digits = w.len && w.at[0] == 'v';
    if (w.len > digits && isdigit((unsigned char)w.at[digits]))
        for (size_t i = digits; i < w.len; i++)
            if (w.at[i] == '-' || w.at[i] == '+')
                w.len = i;
    return w;
}

/* Of Kagome: "0.9", "v0.9.3", "1.0.0". */
static bool is_of_kagome(words w)
{
    static const char *const known[] = { "0.9", "1.0" };
    if (w.len && w.at[0] == 'v')
        w.at++, w.len--;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (w.len >= 3 && memcmp(w.at, known[i], 3) == 0 && (w.len == 3 || w.at[3] == '.'))
            return true;
    return false;
}

bool dg_agent_read(const dg_node_class **row, const dg_release **release, const char *text,
                   size_t len)
{
    static const char *const parity[] = { "Parity Polkadot", "parity-polkadot", "polkadot" };
    static const char *const kagome[] = { "Kagome Node", "kagome" };
    words w = without_name(trimmed((words){ text, len }));
    *row = NULL;
    *release = NULL;
    for (size_t i = 0; i < sizeof kagome / sizeof *kagome; i++)
        if (take(&w, kagome[i])) {
            *row = is_of_kagome(number_of(w)) ? dg_class_named("kagome") : NULL;
            return *row != NULL;
        }
    for (size_t i = 0; i < sizeof parity / sizeof *parity; i++)
        if (take(&w, parity[i]))
            break;
    w = number_of(w);
    *release = dg_release_named(w.at, w.len);
    return *release != NULL;
}
