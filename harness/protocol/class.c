/* class.c - old nodes are data: one row for each release family.
 *
 * A row is named by the releases whose faults it has, as operators name what they run; `also` is
 * what it was called before, by the state of its statement distribution.
 * Sources: the published crates, RELEASES.md beside this file, and tests/fidelity/releases.json
 * with a row for each column; Kagome from its statement_distribution.cpp, the rest of its row
 * unverified. */
#include "protocol/release_impl.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define V(n) (1u << (n))
#define SPAN(first, last) .from = &dg_release_table[first], .to = &dg_release_table[last]
#define KEEPS_EARLY .early = DG_EARLY_KEEP, .forgets_unused = true
#define KEEPS_NEWEST KEEPS_EARLY, .keeps_newest = true
#define TAKES_V1 .keeps_v1_collations = true
/* By node features as kept for the session: backing 8.0.1 to 21.0.0 (inject_core_index; 22.0.0
 * gives a core's index always, 5.0.0 to 7.0.0 never);
 * statement-distribution 20.0.0 to 28.0.0 (allow_v2_descriptors), collator-protocol likewise. */
#define BITS .bits_by_feature = true
#define RECEIPTS .receipts_v2 = true, .receipts_by_feature = true
/* Before v1.2 what is there of asynchronous backing waits for ParachainHost 99. */
#define LEGACY_ALONE                                                                               \
    .artifact_full = true, .legacy = true, .early = DG_EARLY_NONE, .validation = V(1),             \
    .collation = V(1), .pace = 1000
#define DROPS_EARLY                                                                                \
    .artifact_full = true, .legacy = true, .v2 = true, .early = DG_EARLY_DROP,                     \
    .collation = V(1) | V(2), .pace = 1000
#define BOTH_STATEMENTS                                                                            \
    .legacy = true, .v2 = true, .validation = V(1) | V(2) | V(3), .collation = V(1) | V(2),        \
    TAKES_V1, .pace = 1000
#define NEW_STATEMENTS                                                                             \
    .prepares_ahead = true, .v2 = true, KEEPS_NEWEST, .validation = V(3), TAKES_V1,                \
    .bits_always = true, .pace = 1000

static const dg_node_class classes[] = {
    { "v0.7", "NATIVE",
      "nodes of 2020: they author only where the chain's runtime is by name and authoring_version "
      "that of their native code, and an epoch without a block stops them for good",
      SPAN(V0_7, V0_7), LEGACY_ALONE, .native_authoring = true, .needs_every_epoch = true,
      .votes_behind = 1, .host_known = 5 },
    { "v0.9..v1.0", "SD_V1", "legacy statements only, so it cannot back once ParachainHost is 7",
      SPAN(V0_9, V1_0), LEGACY_ALONE, .host_known = 5 },
    { "v1.1", "", "legacy statements only where ParachainHost is below 99, as before",
      SPAN(V1_1, V1_1), LEGACY_ALONE, .host_known = 6 },
    { "v1.2", "SD_V12_STRICT",
      "without pull request 1920: like v1.3, but also refuses collations of version 1 once "
      "asynchronous backing is on",
      SPAN(V1_2, V1_2), DROPS_EARLY, .validation = V(1) | V(2), .host_known = 7 },
    { "v1.3", "",
      "without pull request 3063: forgets a grid topology that arrives before asynchronous "
      "backing is on",
      SPAN(V1_3, V1_3), DROPS_EARLY, .validation = V(1) | V(2), TAKES_V1, .host_known = 8 },
    { "v1.4", "SD_V12_DROP", "without pull request 3063, like v1.3", SPAN(V1_4, V1_4), DROPS_EARLY,
      .validation = V(1) | V(2), TAKES_V1, .host_known = 9 },
    { "v1.5", "",
      "without pull request 3063, like v1.3; alone in keeping prepared code over a restart",
      SPAN(V1_5, V1_5), DROPS_EARLY, .validation = V(1) | V(2), TAKES_V1, .host_known = 9,
      .keeps_artifacts = true },
    { "v1.6", "", "without pull request 3063, like v1.3", SPAN(V1_6, V1_6), DROPS_EARLY,
      .validation = V(1) | V(2) | V(3), TAKES_V1, .host_known = 10 },
    { "v1.7..v1.8", "",
      "without pull request 4269: keeps an early topology for later, but loses it when a leaf "
      "signal only deactivates",
      SPAN(V1_7, V1_8), BOTH_STATEMENTS, .artifact_full = true, KEEPS_EARLY, BITS,
      .host_known = 10 },
    { "v1.9", "",
      "without pull request 4269, like v1.7; also keeps the mode of a session's first leaf in its "
      "provisioner",
      SPAN(V1_9, V1_9), BOTH_STATEMENTS, .mode_by_session = true, .artifact_full = true,
      KEEPS_EARLY, BITS, .host_known = 10 },
    { "v1.10..v1.11", "SD_V12_PURGE", "like v1.9 in what it keeps", SPAN(V1_10, V1_11),
      BOTH_STATEMENTS, .mode_by_session = true, .artifact_full = true, KEEPS_EARLY, BITS,
      .host_known = 11 },
    { "v1.12..v1.13", "SD_V12_OK",
      "with pull request 4269: keeps the newest early topology; but the mode of a session's first "
      "leaf too, in its provisioner",
      SPAN(V1_12, V1_13), BOTH_STATEMENTS, .mode_by_session = true, KEEPS_NEWEST, BITS,
      .host_known = 11 },
    { "v1.14..v1.15", "",
      "like v1.12, but backs nothing at a leaf whose claim queue cannot be read",
      SPAN(V1_14, V1_15), BOTH_STATEMENTS, .mode_by_session = true, KEEPS_NEWEST, BITS,
      .host_known = 11 },
    { "v1.16", "", "like v1.14, and prepares parachains' code for the next session",
      SPAN(V1_16, V1_16), BOTH_STATEMENTS, .mode_by_session = true, KEEPS_NEWEST, BITS,
      .prepares_ahead = true, .host_known = 11 },
    { "v1.17", "SD_V12_RECEIPTS", "like v1.16, and also reads candidate receipts of version 2",
      SPAN(V1_17, V1_17), BOTH_STATEMENTS, .mode_by_session = true, KEEPS_NEWEST, BITS,
      .prepares_ahead = true, RECEIPTS, .host_needed = 11, .host_known = 11 },
    { "v1.18..v1.19", "SD_V2_ONLY", "no legacy statements, only validation protocol 3",
      SPAN(V1_18, V1_19), NEW_STATEMENTS, RECEIPTS, .collation = V(1) | V(2), .host_needed = 11,
      .host_known = 13 },
    { "v1.20..v1.21", "", "like v1.18, for newer runtimes", SPAN(V1_20, V1_21), NEW_STATEMENTS,
      RECEIPTS, .collation = V(1) | V(2), .host_needed = 11, .host_known = 14 },
    { "v1.22", "", "like v1.18, for newer runtimes, and with collation protocol 3",
      SPAN(V1_22, V1_22), NEW_STATEMENTS, .receipts_v2 = true, .collation = V(1) | V(2) | V(3),
      .host_needed = 11, .host_known = 16 },
    { "v1.24..v1.25", "", "like v1.22, but backs only where ParachainHost is 13 or newer",
      SPAN(V1_24, V1_25), NEW_STATEMENTS, .receipts_v2 = true, .collation = V(1) | V(2) | V(3),
      .host_needed = 13, .host_known = 16 },
    { "kagome", "KAGOME",
      "another implementation: computes the grid when it creates the entry of a session",
      BOTH_STATEMENTS, .early = DG_EARLY_DERIVE, BITS, .receipts_v2 = true, .host_known = 12,
      .keeps_artifacts = true, .caches_compiled = true },
};

#undef V
#undef SPAN
#undef KEEPS_EARLY
#undef KEEPS_NEWEST
#undef TAKES_V1
#undef BITS
#undef RECEIPTS
#undef LEGACY_ALONE
#undef DROPS_EARLY
#undef BOTH_STATEMENTS
#undef NEW_STATEMENTS

const dg_node_class *dg_class_at(size_t i)
{
    return i < sizeof classes / sizeof *classes ? &classes[i] : NULL;
}

static bool is_text(const char *name, const char *text, size_t len)
{
    return len && strlen(name) == len && memcmp(name, text, len) == 0;
}

static const dg_node_class *row_named(const char *text, size_t len)
{
    const dg_node_class *c;
    for (size_t i = 0; (c = dg_class_at(i)); i++)
        if (is_text(c->name, text, len) || is_text(c->also, text, len))
            return c;
    return NULL;
}

const dg_node_class *dg_class_named(const char *name)
{
    return row_named(name, strlen(name));
}

const dg_node_class *dg_class_of_release(const dg_release *release)
{
    const dg_node_class *c;
    for (size_t i = 0; (c = dg_class_at(i)); i++)
        if (c->from && c->from <= release && release <= c->to)
            return c;
    assert(!"a release without a class");
    return NULL;
}

/* "v1.9..v1.10": releases of one row. */
static bool read_part(dg_node_class *out, const char *text, size_t len)
{
    const dg_release *from, *to;
    const dg_node_class *row;
    size_t dots = 0;
    while (dots + 2 < len && memcmp(text + dots, "..", 2) != 0)
        dots++;
    if (dots + 2 >= len || !dg_agent_read(&row, &from, text, dots) || !from
        || !dg_agent_read(&row, &to, text + dots + 2, len - dots - 2) || !to || from > to
        || dg_class_of_release(from) != dg_class_of_release(to))
        return false;
    *out = *dg_class_of_release(from);
    dg_class_narrow(out, from, to);
    return true;
}

bool dg_class_read(dg_node_class *out, const char *text, size_t len)
{
    const dg_node_class *row = row_named(text, len);
    const dg_release *release = NULL;
    if (!row && !dg_agent_read(&row, &release, text, len))
        return read_part(out, text, len);
    *out = row ? *row : *dg_class_of_release(release);
    if (release)
        dg_class_narrow(out, release, release);
    return true;
}

void dg_class_narrow(dg_node_class *of, const dg_release *from, const dg_release *to)
{
    assert(of->from && of->from <= from && from <= to && to <= of->to);
    of->from = from;
    of->to = to;
    snprintf(of->name, sizeof of->name, from == to ? "%s" : "%s..%s", from->name, to->name);
}

void dg_class_words(char *out, size_t size, const dg_node_class *of)
{
    const char *dots = strstr(of->name, "..");
    if (dots)
        snprintf(out, size, "%.*s to %s", (int)(dots - of->name), of->name, dots + 2);
    else
        snprintf(out, size, "%s", of->name);
    if (size && !of->from)
        out[0] = (char)toupper((unsigned char)out[0]); /* Kagome */
}

void dg_class_list(char *out, size_t size)
{
    const dg_node_class *c;
    size_t used = 0;
    assert(size > 0);
    out[0] = 0;
    for (size_t i = 0; (c = dg_class_at(i)) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, i ? ", %s" : "%s", c->name);
}

const char *dg_class_early_name(const dg_node_class *of)
{
    if (!of->v2)
        return "none";
    if (of->early == DG_EARLY_KEEP)
        return of->forgets_unused && !of->keeps_newest ? "forgets" : "keeps";
    return of->early == DG_EARLY_DROP ? "drops" : of->early == DG_EARLY_DERIVE ? "derives" : "none";
}

bool dg_class_within(const dg_node_class *of, uint32_t first, uint32_t last)
{
    return of->from && of->from->major == 1 && of->from->minor >= first && of->to->minor <= last;
}

bool dg_class_backs(const dg_node_class *of, uint32_t host_version)
{
    bool asynchronous = host_version >= dg_request_at(DG_ASK_ASYNC_BACKING)->since;
    return asynchronous ? of->v2 && host_version >= of->host_needed : of->legacy;
}

unsigned dg_class_link(const dg_node_class *a, const dg_node_class *b)
{
    unsigned both = a->validation & b->validation, newest = 0;
    for (unsigned v = 1; v < 8; v++)
        newest = both >> v & 1 ? v : newest;
    return newest;
}
