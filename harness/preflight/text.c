/* text.c - a preflight for people. */
#include "preflight/preflight.h"

#include <string.h>

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
    dg_buf_printf(out, "  %-4s %s %lld  %lld bytes  BLAKE2b-256 %s\n", name, text_of(runtime, "spec_name"),
                  number_of(runtime, "spec_version"), number_of(runtime, "bytes"), text_of(runtime, "blake2_256"));
}

void dg_preflight_text(dg_buf *out, const json_t *p)
{
    const json_t *from = json_object_get(p, "from"), *to = json_object_get(p, "to");
    const json_t *findings = json_object_get(p, "findings"), *unknown = json_object_get(p, "unknown");
    const json_t *counts = json_object_get(p, "counts");
    dg_buf_printf(out, "preflight  %s #%lld  %s %lld -> %s %lld\n", text_of(p, "chain"), number_of(p, "block"),
                  text_of(from, "spec_name"), number_of(from, "spec_version"), text_of(to, "spec_name"),
                  number_of(to, "spec_version"));
    side(out, "N-1", from);
    side(out, "N", to);
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *f = json_array_get(findings, i);
        const char *severity = text_of(f, "severity");
        dg_buf_printf(out, "  %-5s %-22s %s\n", strcmp(severity, "fail") == 0 ? "FAIL" : severity, text_of(f, "id"),
                      text_of(f, "says"));
    }
    for (size_t i = 0; i < json_array_size(unknown); i++)
        dg_buf_printf(out, "  unknown                      %s\n", json_string_value(json_array_get(unknown, i)));
    dg_buf_printf(out, "%s: %lld fail, %lld warn, %lld note\n", text_of(p, "verdict"), number_of(counts, "fail"),
                  number_of(counts, "warn"), number_of(counts, "note"));
}
