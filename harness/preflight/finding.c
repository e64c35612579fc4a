/* finding.c - findings as JSON: made, worded, sorted, counted.
 *
 * A finding that cannot be kept for want of memory is remembered as `no_memory`,
 * and the preflight fails at its end: callers need not look each time. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = { "fail", "warn", "note" };
enum { SAYS_MAX = 1200 }; /* characters of one finding; more is cut between words */

json_t *dg_preflight_find_text(const char *text)
{
    json_t *as_is = json_string(text), *cleaned;
    char *copy;
    if (as_is)
        return as_is;
    if (!(copy = dg_strdup(text)))
        return NULL;
    for (char *at = copy; *at; at++)
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
            *at = '?';
    cleaned = json_string(copy);
    dg_free(copy);
    return cleaned;
}

static json_t *worded(const char *format, va_list args)
{
    assert(format);
    char room[SAYS_MAX + 4];
    int len = vsnprintf(room, sizeof room, format, args);
    if (len > SAYS_MAX) {
        size_t cut = SAYS_MAX;
        while (cut > SAYS_MAX / 2 && room[cut] != ' ')
            cut--;
        snprintf(room + cut, sizeof room - cut, " ..");
    }
    return dg_preflight_find_text(room);
}

void dg_preflight_find(dg_preflight_look *look, dg_preflight_finding_severity severity,
                       const char *id, const char *subject, json_t *old, json_t *new_,
                       const char *format, ...)
{
    json_t *says, *finding;
    va_list args;
    assert((size_t)severity < sizeof severities / sizeof *severities);
    assert(id && subject);
    assert(dg_preflight_kind_of(id)); /* kinds.c says what it is about */
    va_start(args, format);
    says = worded(format, args);
    va_end(args);
    finding = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "severity", severities[severity], "id",
                        id, "subject", dg_preflight_find_text(subject), "old",
                        old ? old : json_null(), "new", new_ ? new_ : json_null(), "says", says);
    if (!finding || json_array_append_new(look->findings, finding) != 0)
        look->no_memory = true;
}

static void keep_unknown(dg_preflight_look *look, json_t *text, bool decides)
{
    if (!text || (decides && json_array_append(look->undecided, text) != 0)
        || json_array_append(look->unknown, text) != 0)
        look->no_memory = true;
    json_decref(text);
}

void dg_preflight_find_unknown(dg_preflight_look *look, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_unknown(look, worded(format, args), false);
    va_end(args);
}

void dg_preflight_find_undecided(dg_preflight_look *look, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    keep_unknown(look, worded(format, args), true);
    va_end(args);
}

static const char *text_of(const json_t *finding, const char *key)
{
    const char *text = json_string_value(json_object_get(finding, key));
    return text ? text : "";
}

static int rank(const json_t *finding)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(text_of(finding, "severity"), severities[i]) == 0)
            return i;
    return 3;
}

bool dg_preflight_found(const dg_preflight_look *look, const char *id, const char *subject)
{
    for (size_t i = 0; i < json_array_size(look->findings); i++) {
        const json_t *f = json_array_get(look->findings, i);
        if (strcmp(text_of(f, "id"), id) == 0
            && (!subject || strcmp(text_of(f, "subject"), subject) == 0))
            return true;
    }
    return false;
}

bool dg_preflight_fails(const dg_preflight_look *look, const char *id, const char *subject)
{
    const json_t *f;
    size_t i;
    json_array_foreach(look->findings, i,
                       f) if (!rank(f) && strcmp(text_of(f, "id"), id) == 0
                              && strcmp(text_of(f, "subject"), subject) == 0) return true;
    return false;
}

json_t *dg_preflight_find_int(uint64_t number)
{
    return json_integer((json_int_t)number);
}

json_t *dg_preflight_find_hex(dg_bytes bytes)
{
    dg_buf hex;
    json_t *text;
    dg_buf_init(&hex, 1 << 20);
    dg_hex_put(&hex, bytes);
    text = json_string(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return text;
}

json_t *dg_preflight_find_type(const dg_meta *meta, dg_type_id type)
{
    dg_buf name;
    json_t *text;
    dg_buf_init(&name, 1 << 16);
    dg_type_name(&name, meta, type);
    text = dg_preflight_find_text(dg_buf_text(&name));
    dg_buf_clear(&name);
    return text;
}

dg_preflight_subject dg_preflight_find_subject(const char *pallet, const char *item)
{
    dg_preflight_subject s;
    snprintf(s.text, sizeof s.text, "%.98s.%.98s", pallet, item);
    return s;
}

dg_preflight_count_text dg_preflight_find_count(uint64_t count, const char *noun)
{
    dg_preflight_count_text t;
    snprintf(t.text, sizeof t.text, "%llu %.30s%s", (unsigned long long)count, noun,
             count == 1 ? "" : "s");
    return t;
}

dg_preflight_value_text dg_preflight_find_value(const json_t *value)
{
    dg_preflight_value_text t = { "nothing" };
    size_t len =
        value ? json_dumpb(value, t.text, sizeof t.text - 1, JSON_ENCODE_ANY | JSON_COMPACT) : 0;
    if (len >= sizeof t.text)
        snprintf(t.text, sizeof t.text, "..");
    else if (len)
        t.text[len] = '\0';
    return t;
}

/* ---- order ---- */

static int by_severity(const void *a, const void *b)
{
    static const char *const keys[] = { "id", "subject", "says" };
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    int order = rank(x) - rank(y);
    for (int i = 0; order == 0 && i < 3; i++)
        order = strcmp(text_of(x, keys[i]), text_of(y, keys[i]));
    return order;
}

json_t *dg_preflight_findings_sorted(const json_t *findings)
{
    size_t count = json_array_size(findings);
    json_t **rows = dg_malloc((count + 1) * sizeof *rows), *out = json_array();
    bool kept = rows && out;
    for (size_t i = 0; kept && i < count; i++)
        rows[i] = json_array_get(findings, i);
    if (kept)
        qsort(rows, count, sizeof *rows, by_severity);
    for (size_t i = 0; kept && i < count; i++)
        kept = json_array_append(out, rows[i]) == 0;
    dg_free(rows);
    if (kept)
        return out;
    json_decref(out);
    return NULL;
}

json_t *dg_preflight_findings_counts(const json_t *findings, size_t unknown)
{
    json_int_t counts[4] = { 0 };
    for (size_t i = 0; i < json_array_size(findings); i++)
        counts[rank(json_array_get(findings, i))]++;
    assert(!counts[3]); /* each was made here */
    return json_pack("{s:I, s:I, s:I, s:I}", "fail", counts[0], "warn", counts[1], "note",
                     counts[2], "unknown", (json_int_t)unknown);
}
