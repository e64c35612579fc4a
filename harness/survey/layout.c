/* layout.c - reads values by a layout of letters. */
#include "survey/survey_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static json_t *read_value(const char **p, dg_scale *s);

/* Behind one value of the layout. */
static const char *behind(const char *p)
{
    static const char open[] = "[(<", shut[] = "])>";
    const char *kind = strchr(open, *p);
    if (*p == '?')
        return behind(p + 1);
    if (*p == 'x')
        return strchr(p, '.') + 1;
    if (!kind)
        return p + 1;
    for (p++; *p != shut[kind - open];)
        p = *p == '|' ? p + 1 : behind(p);
    return p + 1;
}

static json_t *hex_json(dg_bytes bytes)
{
    json_t *out;
    dg_buf text;
    dg_buf_init(&text, bytes.len * 2 + 3);
    dg_hex_put(&text, bytes);
    out = text.rc == DG_OK ? json_string(dg_buf_text(&text)) : NULL;
    dg_buf_clear(&text);
    return out;
}

static json_t *number_json(uint64_t v)
{
    char text[24];
    if (v <= UINT64_C(1) << 53)
        return json_integer((json_int_t)v);
    snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    return json_string(text);
}

static json_t *bits(dg_scale *s)
{
    uint32_t count = dg_scale_compact_u32(s);
    return hex_json(dg_scale_take(s, ((size_t)count + 7) / 8));
}

static json_t *list(const char **p, dg_scale *s)
{
    uint32_t count = dg_scale_count(s, 1);
    const char *item = *p, *end = behind(item);
    json_t *out = json_array();
    for (uint32_t i = 0; i < count && s->rc == DG_OK; i++) {
        const char *at = item;
        json_t *v = read_value(&at, s);
        if (json_array_append_new(out, v) != 0)
            dg_scale_fail(s, "an item of a list does not decode");
    }
    *p = end + 1; /* behind the bracket */
    return out;
}

static json_t *tuple(const char **p, dg_scale *s)
{
    json_t *out = json_array();
    while (**p != ')') {
        const char *end = behind(*p);
        if (s->rc == DG_OK && json_array_append_new(out, read_value(p, s)) != 0)
            dg_scale_fail(s, "a field does not decode");
        *p = end;
    }
    (*p)++;
    return out;
}

static json_t *variant(const char **p, dg_scale *s)
{
    uint8_t index = dg_scale_u8(s);
    json_t *out = NULL;
    uint8_t i = 0;
    bool known = false;
    for (; **p != '>'; i++) {
        const char *at = *p;
        *p = behind(at);
        if (i == index && s->rc == DG_OK) {
            json_t *v = *at == '-' ? json_null() : read_value(&at, s);
            out = json_pack("{s:i, s:o}", "variant", index, "value", v);
            known = true;
        }
        if (**p == '|')
            (*p)++;
    }
    (*p)++;
    if (!known)
        dg_scale_fail(s, "an enum has an index that is not known");
    return out;
}

static json_t *option(const char **p, dg_scale *s)
{
    const char *end = behind(*p);
    json_t *out = dg_scale_option(s) ? read_value(p, s) : json_null();
    *p = end;
    return out;
}

static json_t *fixed(const char **p, dg_scale *s)
{
    char *dot;
    size_t len = strtoul(*p, &dot, 10);
    *p = dot + 1;
    return hex_json(dg_scale_take(s, len));
}

static json_t *read_value(const char **p, dg_scale *s)
{
    char kind = *(*p)++;
    switch (kind) {
    case 'b':
        return json_integer(dg_scale_u8(s));
    case 'u':
        return json_integer(dg_scale_u32(s));
    case 'U':
        return number_json(dg_scale_u64(s));
    case 'Q':
        return hex_json(dg_scale_take(s, 16));
    case 'f':
        return json_boolean(dg_scale_bool(s));
    case 'c':
        return number_json(dg_scale_compact_u64(s));
    case 's':
        return hex_json(dg_scale_bytes(s));
    case 'H':
        return hex_json(dg_scale_take(s, 32));
    case 'B':
        return bits(s);
    case '*':
        return hex_json(dg_scale_rest(s));
    case 'x':
        return fixed(p, s);
    case '[':
        return list(p, s);
    case '(':
        return tuple(p, s);
    case '?':
        return option(p, s);
    case '<':
        return variant(p, s);
    default:
        break;
    }
    assert(!"a layout of this room has an unknown letter");
    return NULL;
}

json_t *dg_survey_layout_next(const char **layout, dg_scale *s)
{
    const char *end = behind(*layout);
    json_t *out = s->rc == DG_OK ? read_value(layout, s) : NULL;
    *layout = end;
    if (s->rc == DG_OK)
        return out;
    json_decref(out);
    return NULL;
}

json_t *dg_survey_layout_decode(const char *layout, dg_scale *s)
{
    const char *p = layout;
    json_t *out = read_value(&p, s);
    assert(*p == 0);
    if (s->rc == DG_OK)
        return out;
    json_decref(out);
    return NULL;
}
