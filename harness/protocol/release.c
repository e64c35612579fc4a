/* release.c - which nodes ran when: releases of the node with their class, and runtimes with
 * the releases that were current when each came into force.
 *
 * Sources. Releases: the registry of polkadot-sdk (paritytech/release-registry) for v1.16 and
 * later; for v1.5 to v1.15 the day on which crates of that release were published
 * (polkadot-node-core-backing, pallet-whitelist; the registry's date of stable2407 is that of
 * its branch); before, the tags of polkadot-sdk and polkadot, to the month and unverified.
 * Classes: statement distribution by crate (11 and 12, so v1.10 and v1.11, still purge; 13, so
 * v1.12, has 4269); pull requests 3063 (v1.7), 1920 (merged 2023-10-17: v1.3 is the first tag
 * after it), 8481 (v1.17 reads receipts of version 2), 7449 (merged after the branch of v1.18
 * was made). Runtimes: tags and changelog of polkadot-fellows/runtimes; for Westend and Rococo
 * the numbering of polkadot-sdk, whose release v1.14 holds runtime 1014000; incidents of
 * 2024-01-25, 2024-04-21, 2024-09-17 and 2025-05-09 for what ran on those days.
 * Dates of 1004000 and 1007000 and what ran then are inferred from their neighbours. */
#include "protocol/release_impl.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define RELEASE(major, minor, also, published)                                                     \
    [V##major##_##minor] = { major, minor, "v" #major "." #minor, also, published }

const dg_release dg_release_table[RELEASES] = {
    RELEASE(0, 7, "", "2020-01"),
    RELEASE(0, 9, "", "2023-05"),
    RELEASE(1, 0, "", "2023-08"),
    RELEASE(1, 1, "", "2023-09"),
    RELEASE(1, 2, "", "2023-10"),
    RELEASE(1, 3, "", "2023-11"),
    RELEASE(1, 4, "", "2023-11"),
    RELEASE(1, 5, "", "2023-12"),
    RELEASE(1, 6, "", "2024-01"),
    RELEASE(1, 7, "", "2024-02"),
    RELEASE(1, 8, "", "2024-02"),
    RELEASE(1, 9, "", "2024-03"),
    RELEASE(1, 10, "", "2024-04"),
    RELEASE(1, 11, "", "2024-05"),
    RELEASE(1, 12, "", "2024-05"),
    RELEASE(1, 13, "", "2024-06"),
    RELEASE(1, 14, "", "2024-07"),
    RELEASE(1, 15, "stable2407", "2024-07"),
    RELEASE(1, 16, "stable2409", "2024-09"),
    RELEASE(1, 17, "stable2412", "2024-12"),
    RELEASE(1, 18, "stable2503", "2025-04"),
    RELEASE(1, 19, "stable2506", "2025-07"),
    RELEASE(1, 20, "stable2509", "2025-10"),
    RELEASE(1, 21, "stable2512", "2025-12"),
    RELEASE(1, 22, "stable2603", "2026-03"),
    RELEASE(1, 24, "stable2606", "2026-07"),
    RELEASE(1, 25, "stable2609", "2026-10"),
};

#undef RELEASE

const dg_release *dg_release_at(size_t i)
{
    return i < RELEASES ? &dg_release_table[i] : NULL;
}

static const dg_release *find(uint32_t major, uint32_t minor)
{
    for (size_t i = 0; i < RELEASES; i++)
        if (dg_release_table[i].major == major && dg_release_table[i].minor == minor)
            return &dg_release_table[i];
    return NULL;
}

/* "1.10" of "1.10.3"; false: these are not two numbers, or more follows than a patch. */
static bool read_version(const char *text, size_t len, uint32_t *major, uint32_t *minor)
{
    uint32_t part[3] = { 0, 0, 0 };
    size_t count = 0, digits = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' && digits && count < 2) {
            count++;
            digits = 0;
        } else if (isdigit((unsigned char)text[i]) && ++digits <= 4) {
            part[count] = part[count] * 10 + (uint32_t)(text[i] - '0');
        } else {
            return false;
        }
    }
    *major = part[0];
    *minor = part[1];
    return count && digits;
}

const dg_release *dg_release_named(const char *text, size_t len)
{
    uint32_t major, minor;
    size_t name = len;
    for (size_t i = 0; i < len; i++)
        name = text[i] == '-' && i < name ? i : name; /* stable2407-2 is a patch of it */
    for (size_t i = 0; i < RELEASES; i++)
        if (dg_release_table[i].also[0] && strlen(dg_release_table[i].also) == name
            && memcmp(dg_release_table[i].also, text, name) == 0)
            return &dg_release_table[i];
    if (len && text[0] == 'v')
        text++, len--;
    return read_version(text, len, &major, &minor) ? find(major, minor) : NULL;
}

/* ---- the releases that a runtime met ---- */

/* From this version on, until the next row. */
typedef struct era {
    uint32_t version; /* of the runtime, or of ParachainHost */
    const char *when;
    uint32_t oldest, newest; /* v1.x; both 0: v0.9 */
} era;

/* Polkadot, Kusama, Paseo. */
static const era fellowship[] = {
    { 1000000, "October 2023", 1, 3 },   { 1001000, "January 2024", 4, 6 },
    { 1002000, "April 2024", 7, 10 },    { 1003000, "September 2024", 12, 15 },
    { 1004000, "early 2025", 16, 17 },   { 1005000, "May 2025", 17, 18 },
    { 1006000, "June 2025", 17, 18 },    { 1007000, "autumn 2025", 18, 19 },
    { 1009000, "October 2025", 19, 20 }, { 2000000, "November 2025", 19, 20 },
    { 2001000, "March 2026", 20, 21 },   { 2002000, "April 2026", 21, 22 },
    { 2003000, "June 2026", 21, 22 },
};
/* Any other chain: what the fellowship's chains ran when ParachainHost became that. */
static const era by_api[] = {
    { 1, "2023", 0, 0 },           { 5, "late 2023", 1, 3 },         { 7, "January 2024", 4, 6 },
    { 9, "April 2024", 7, 10 },    { 11, "September 2024", 12, 15 }, { 12, "May 2025", 17, 18 },
    { 13, "autumn 2025", 19, 20 }, { 14, "2026", 21, 22 },
};

static const era *era_of(const era *rows, size_t count, uint32_t version)
{
    const era *found = NULL;
    for (size_t i = 0; i < count; i++)
        found = rows[i].version <= version ? &rows[i] : found;
    return found;
}

static bool span(dg_release_span *out, uint32_t oldest, uint32_t newest)
{
    out->oldest = find(1, oldest);
    out->newest = find(1, newest);
    return out->oldest && out->newest;
}

/* "9430" was released with node v0.9.43. */
static bool before_1_0(dg_release_span *out, uint32_t spec_version)
{
    out->oldest = out->newest = find(0, 9);
    snprintf(out->why, sizeof out->why, "runtime %u was released with node v0.9.%u", spec_version,
             spec_version / 10 % 100);
    return spec_version >= 9000;
}

/* Test networks of polkadot-sdk: 1014000 came with v1.14, 10000 and 103000 with v1.0 and v1.3. */
static bool with_the_sdk(dg_release_span *out, uint32_t spec_version)
{
    uint32_t minor = spec_version / 1000 % 1000, newest = dg_release_table[RELEASES - 1].minor;
    if (spec_version < 1000000)
        minor = spec_version < 100000 ? 0 : spec_version / 1000 % 100;
    minor = minor > newest ? newest : minor;
    while (!find(1, minor))
        minor--;
    snprintf(out->why, sizeof out->why, "runtime %u was released with node v1.%u", spec_version,
             minor);
    return (minor && span(out, minor - 1, minor)) || span(out, minor, minor);
}

static bool of_fellowship(dg_release_span *out, uint32_t spec_version)
{
    const era *e = era_of(fellowship, sizeof fellowship / sizeof *fellowship, spec_version);
    if (!e)
        return false;
    snprintf(out->why, sizeof out->why, "they were current in %s, when runtime %u was enacted",
             e->when, e->version);
    return span(out, e->oldest, e->newest);
}

static bool of_api(dg_release_span *out, uint32_t parachain_host)
{
    const era *e = era_of(by_api, sizeof by_api / sizeof *by_api, parachain_host);
    if (!e)
        return false;
    snprintf(out->why, sizeof out->why,
             "they were current in %s, when relay chains came to ParachainHost %u", e->when,
             e->version);
    if (e->newest)
        return span(out, e->oldest, e->newest);
    out->oldest = out->newest = find(0, 9);
    return true;
}

static bool one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool dg_release_of_runtime(dg_release_span *out, const char *spec_name, uint32_t spec_version,
                           uint32_t parachain_host)
{
    static const char *const fellows[] = { "polkadot", "kusama", "paseo", NULL };
    static const char *const sdk[] = { "westend", "rococo", NULL };
    bool live = one_of(spec_name, fellows), test = one_of(spec_name, sdk);
    *out = (dg_release_span){ .oldest = NULL };
    if ((live || test) && spec_version < 10000)
        return before_1_0(out, spec_version);
    if (test)
        return with_the_sdk(out, spec_version);
    return live ? of_fellowship(out, spec_version) : of_api(out, parachain_host);
}

bool dg_release_asks(const dg_version *met, const char *method, uint32_t since,
                     uint32_t host_version)
{
    uint32_t known = dg_version_api(met, "ParachainHost");
    dg_release_span span;
    if (!dg_release_of_runtime(&span, met->spec_name, met->spec_version, known))
        return dg_class_asks(&(dg_node_class){ .host_known = (uint16_t)known }, method, since,
                             host_version);
    for (const dg_release *r = span.oldest; r <= span.newest; r++)
        if (dg_class_asks(dg_class_of_release(r), method, since, host_version))
            return true;
    return false;
}
