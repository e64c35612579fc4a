/* text.c - a preflight for people: the answer, then one paragraph a finding, wrapped; of many with
 * one id the first few, the rest is counted and stands in the JSON. */
#include "preflight/preflight_impl.h"

#include <string.h>

enum { INDENT = 31, WIDTH = 118, SHOWN_MAX = 8 };

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "?";
}

static long long number_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void side(dg_buf *out, const char *name, const json_t *runtime)
{
    dg_buf_printf(out, "  %-4s %s %lld  %lld bytes  BLAKE2b-256 %s\n", name,
                  text_of(runtime, "spec_name"), number_of(runtime, "spec_version"),
                  number_of(runtime, "bytes"), text_of(runtime, "blake2_256"));
}

void dg_preflight_wrap(dg_buf *out, size_t indent, const char *text)
{
    size_t column = indent;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > indent && column + 1 + word > WIDTH) {
            dg_buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            dg_buf_put_text(out, " ");
            column++;
        }
        dg_buf_put(out, text, word);
        column += word;
        text += word + strspn(text + word, " ");
    }
    dg_buf_put_text(out, "\n");
}

static void paragraph(dg_buf *out, const char *severity, const char *id, const char *says)
{
    dg_buf_printf(out, "  %-5s %-22s ", strcmp(severity, "fail") == 0 ? "FAIL" : severity, id);
    dg_preflight_wrap(out, INDENT, says);
}

static bool same_kind(const json_t *a, const json_t *b)
{
    return strcmp(text_of(a, "severity"), text_of(b, "severity")) == 0
           && strcmp(text_of(a, "id"), text_of(b, "id")) == 0;
}

static void findings(dg_buf *out, const json_t *list)
{
    size_t count = json_array_size(list), end;
    for (size_t i = 0; i < count; i = end) {
        const json_t *first = json_array_get(list, i);
        for (end = i + 1; end < count && same_kind(first, json_array_get(list, end)); end++)
            ;
        for (size_t k = i; k < end && k < i + SHOWN_MAX; k++)
            paragraph(out, text_of(first, "severity"), text_of(first, "id"),
                      text_of(json_array_get(list, k), "says"));
        if (end - i > SHOWN_MAX)
            dg_buf_printf(out, "  %-5s %-22s .. and %zu more (--json has them)\n", "", "",
                          end - i - SHOWN_MAX);
    }
}

static bool among(const json_t *texts, const char *text)
{
    const json_t *one;
    size_t i;
    json_array_foreach(texts, i,
                       one) if (text && strcmp(json_string_value(one), text) == 0) return true;
    return false;
}

void dg_preflight_text(dg_buf *out, const json_t *p, bool brief)
{
    const json_t *from = json_object_get(p, "from"), *to = json_object_get(p, "to"),
                 *counts = json_object_get(p, "counts");
    const json_t *unknown = json_object_get(p, "unknown"),
                 *undecided = json_object_get(p, "undecided");
    dg_preflight_answer(out, p);
    if (brief)
        return;
    dg_buf_printf(out, "\npreflight  %s #%lld  %s %lld -> %s %lld\n", text_of(p, "chain"),
                  number_of(p, "block"), text_of(from, "spec_name"),
                  number_of(from, "spec_version"), text_of(to, "spec_name"),
                  number_of(to, "spec_version"));
    side(out, "N-1", from);
    side(out, "N", to);
    findings(out, json_object_get(p, "findings"));
    for (size_t i = 0; i < json_array_size(unknown); i++) {
        const char *says = json_string_value(json_array_get(unknown, i));
        dg_buf_printf(out, "  %-28s ", among(undecided, says) ? "UNKNOWN" : "unknown");
        dg_preflight_wrap(out, INDENT, says ? says : "?");
    }
    dg_buf_printf(out, "%s: %lld fail, %lld warn, %lld note, %lld unknown\n",
                  strcmp(text_of(p, "verdict"), "unknown") == 0
                      ? "undecided, since a deciding fact is unknown"
                      : text_of(p, "verdict"),
                  number_of(counts, "fail"), number_of(counts, "warn"), number_of(counts, "note"),
                  number_of(counts, "unknown"));
}
