/* class.c - old nodes are data: one row for each release family.
 *
 * Sources: releases and faults from polkadot-sdk pull requests 1920, 3042, 3063, 4211,
 * 4269, 6215 and 7449, and issue 8481 (receipts); Kagome from its statement_distribution.cpp. */
#include "protocol/protocol.h"

#include <string.h>

#define V(n) (1u << (n))
/* Questions for ParachainHost came with the releases: 5 with v0.9.43, 9 by v1.6, 10
 * with v1.8, 11 (claim_queue) with v1.11, 13 in 2025. For the table of versions see
 * subsystem-types messages.rs; which release first asked is unverified. */
/* Artifacts stay over a restart since v1.7 or about then, validators of the next session prepare
 * ahead since 4791: unverified to the release. */
#define KEEPS .keeps_artifacts = true
#define COLLATION .collation = V(1) | V(2), .keeps_v1_collations = true

static const dg_node_class classes[] = {
    { "SD_V1", "before v1.0: legacy statements only, so it cannot back once ParachainHost is 7",
      .artifact_full = true, .legacy = true, .early = DG_EARLY_NONE, .validation = V(1),
      .collation = V(1), .host_known = 5, .pace = 1000 },
    { "SD_V12_STRICT",
      "v1.0 and later, without pull request 1920: like SD_V12_DROP, but also refuses collations "
      "of version 1 once asynchronous backing is on",
      .artifact_full = true, .legacy = true, .v2 = true, .early = DG_EARLY_DROP,
      .validation = V(1) | V(2), .collation = V(1) | V(2), .host_known = 8, .pace = 1000 },
    { "SD_V12_DROP",
      "with pull request 1920, up to v1.6: forgets a grid topology that arrives before "
      "asynchronous backing is on",
      .artifact_full = true, .legacy = true, .v2 = true, .early = DG_EARLY_DROP,
      .validation = V(1) | V(2), COLLATION, .host_known = 9, .pace = 1000 },
    { "SD_V12_PURGE",
      "v1.7 and later, without pull request 4269: keeps an early topology for later, but loses "
      "it when a leaf signal only deactivates",
      KEEPS, .artifact_full = true, .legacy = true, .v2 = true, .early = DG_EARLY_KEEP,
      .forgets_unused = true, .validation = V(1) | V(2) | V(3), COLLATION, .host_known = 10,
      .pace = 1000 },
    { "SD_V12_OK", "with pull request 4269, up to v1.16: keeps the newest early topology", KEEPS,
      .legacy = true, .v2 = true, .early = DG_EARLY_KEEP, .forgets_unused = true,
      .keeps_newest = true, .validation = V(1) | V(2) | V(3), COLLATION, .host_known = 11,
      .pace = 1000 },
    { "SD_V12_RECEIPTS",
      "v1.17 and later: like SD_V12_OK, and also reads candidate receipts of "
      "version 2",
      KEEPS, .prepares_ahead = true, .legacy = true, .v2 = true, .early = DG_EARLY_KEEP,
      .forgets_unused = true, .keeps_newest = true, .receipts_v2 = true,
      .validation = V(1) | V(2) | V(3), COLLATION, .host_known = 12, .pace = 1000 },
    { "SD_V2_ONLY", "2025 and later: no legacy statements, only validation protocol 3", KEEPS,
      .prepares_ahead = true, .v2 = true, .early = DG_EARLY_KEEP, .forgets_unused = true,
      .keeps_newest = true, .receipts_v2 = true, .validation = V(3), COLLATION, .host_known = 13,
      .pace = 1000 },
    { "KAGOME",
      "another implementation: computes the grid when it creates the entry of a "
      "session",
      KEEPS, .legacy = true, .v2 = true, .early = DG_EARLY_DERIVE, .receipts_v2 = true,
      .validation = V(1) | V(2) | V(3), COLLATION, .host_known = 12, .pace = 1000,
      .caches_compiled = true },
};

#undef V
#undef COLLATION
#undef KEEPS

const dg_node_class *dg_class_at(size_t i)
{
    return i < sizeof classes / sizeof *classes ? &classes[i] : NULL;
}

const dg_node_class *dg_class_named(const char *name)
{
    const dg_node_class *c;
    for (size_t i = 0; (c = dg_class_at(i)); i++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const char *dg_class_early_name(const dg_node_class *of)
{
    if (!of->v2)
        return "none";
    if (of->early == DG_EARLY_KEEP)
        return of->forgets_unused && !of->keeps_newest ? "forgets" : "keeps";
    return of->early == DG_EARLY_DROP ? "drops" : of->early == DG_EARLY_DERIVE ? "derives" : "none";
}

unsigned dg_class_link(const dg_node_class *a, const dg_node_class *b)
{
    unsigned both = a->validation & b->validation, newest = 0;
    for (unsigned v = 1; v < 8; v++)
        newest = both >> v & 1 ? v : newest;
    return newest;
}
