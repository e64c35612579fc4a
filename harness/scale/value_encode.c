/* value_encode.c - the inverse of value_decode.c: JSON to bytes by type.
 *
 * What does not fit is worded with its path: "args.dest.Id: wants ...". */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

typedef struct encoder {
    const dg_meta *meta;
    bool loose; /* the forms of polkadot.js as well: value_loose.c */
    dg_buf *out;
    dg_error *err;
    dg_buf path;
    char room[256];
    unsigned depth;
} encoder;

static dg_code encode(encoder *e, uint32_t id, const json_t *value);

/* ---- failures ---- */

static const char *where(encoder *e)
{
    assert(e->path.len <= sizeof e->room);
    e->path.rc = DG_OK; /* a path that is too long ends early */
    if (e->path.len == sizeof e->room)
        e->path.len--;
    return dg_buf_text(&e->path);
}

/* What was given, in a few words. */
static void put_given(dg_buf *out, const json_t *v)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",  [JSON_STRING] = "a text",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    if (!v)
        dg_buf_put_text(out, "nothing");
    else if (json_is_integer(v))
        dg_buf_printf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_string(v))
        dg_buf_printf(out, "\"%.40s\"", json_string_value(v));
    else if (json_is_array(v))
        dg_buf_printf(out, "an array of %zu", json_array_size(v));
    else
        dg_buf_put_text(out, kinds[json_typeof(v)]);
}

static dg_code wrong(encoder *e, const char *wanted, const json_t *value)
{
    char room[80];
    dg_buf given = dg_buf_on(room, sizeof room);
    put_given(&given, value);
    return dg_fail(e->err, DG_USAGE, "%s: wants %s, got %s", where(e), wanted, dg_buf_text(&given));
}

static dg_code wrong_type(encoder *e, uint32_t id, const char *as, const json_t *value)
{
    type_text name = dg_type_text(e->meta, id);
    char wanted[sizeof name.text + 80];
    snprintf(wanted, sizeof wanted, "%s%s", name.text, as);
    return wrong(e, wanted, value);
}

/* ---- leaves ---- */

static dg_code encode_hex(encoder *e, const json_t *value, uint64_t len, bool exact)
{
    size_t digits = json_string_length(value) - 2;
    dg_error why;
    assert(json_string_length(value) >= 2); /* it begins with 0x */
    if (exact && digits != len * 2)
        return dg_fail(e->err, DG_USAGE, "%s: wants %llu bytes, got %zu digits of hex", where(e),
                       (unsigned long long)len, digits);
    if (!exact)
        dg_scale_put_compact(e->out, digits / 2);
    if (dg_hex_get(e->out, json_string_value(value), digits + 2, &why) == DG_MALFORMED)
        return dg_fail(e->err, DG_USAGE, "%s: %s", where(e), why.text);
    return DG_OK;
}

static bool begins_with(const json_t *value, const char *prefix)
{
    return json_is_string(value) && strncmp(json_string_value(value), prefix, 2) == 0;
}

/* The integer as `size` bytes, little-endian. */
static bool integer_of(uint8_t *le, uint8_t prim_id, const json_t *value)
{
    const prim_about *about = &dg_scale_prims[prim_id];
    char text[32];
    assert(about->is_int);
    if (json_is_string(value))
        return dg_scale_decimal_parse(
            le, about->size, about->is_signed,
            dg_bytes_of(json_string_value(value), json_string_length(value)));
    if (!json_is_integer(value))
        return false;
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    return dg_scale_decimal_parse(le, about->size, about->is_signed, dg_text(text));
}

static dg_code encode_integer(encoder *e, uint8_t prim_id, bool compact, const json_t *value)
{
    uint8_t le[32] = { 0 };
    size_t size = dg_scale_prims[prim_id].size;
    char wanted[48];
    assert(size <= sizeof le);
    if (!integer_of(le, prim_id, value)) {
        snprintf(wanted, sizeof wanted, "%s as number or decimal text",
                 dg_scale_prims[prim_id].name);
        return wrong(e, wanted, value);
    }
    if (compact)
        dg_scale_put_compact_big(e->out, dg_bytes_of(le, size));
    else
        dg_buf_put(e->out, le, size);
    return DG_OK;
}

static dg_code encode_str(encoder *e, const json_t *value)
{
    dg_bytes text;
    if (!json_is_string(value))
        return wrong(e, "text", value);
    text = dg_bytes_of(json_string_value(value), json_string_length(value));
    dg_scale_put_bytes(e->out, text);
    return DG_OK;
}

static dg_code encode_char(encoder *e, const json_t *value)
{
    uint32_t c;
    if (!json_is_string(value)
        || !dg_scale_char_of(&c, dg_bytes_of(json_string_value(value), json_string_length(value))))
        return wrong(e, "a text of one character", value);
    dg_scale_put_u32(e->out, c);
    return DG_OK;
}

static dg_code encode_primitive(encoder *e, const type *t, const json_t *value)
{
    if (t->prim == PRIM_STR)
        return encode_str(e, value);
    if (t->prim == PRIM_CHAR)
        return encode_char(e, value);
    if (t->prim != PRIM_BOOL)
        return encode_integer(e, t->prim, false, value);
    if (!json_is_boolean(value))
        return wrong(e, "true or false", value);
    dg_buf_put_u8(e->out, json_is_true(value));
    return DG_OK;
}

static dg_code encode_bits(encoder *e, const type *t, const json_t *value)
{
    const char *text = begins_with(value, "0b") ? json_string_value(value) + 2 : "x";
    size_t count = strspn(text, "01"), wide = t->bits_store * 8u, len;
    uint8_t *at;
    if (text[count] || (begins_with(value, "0b") && count + 2 != json_string_length(value)))
        return wrong(e, "bits as \"0b..\"", value);
    if (wide == 0)
        return dg_fail(e->err, DG_USAGE, "%s: bit sequence of unknown order", where(e));
    len = (count + wide - 1) / wide * t->bits_store;
    dg_scale_put_compact(e->out, count);
    at = dg_buf_grow(e->out, len);
    if (!at)
        return DG_OK; /* said at the end */
    memset(at, 0, len);
    for (size_t i = 0; i < count; i++) {
        size_t bit = t->bits_msb ? wide - 1 - i % wide : i % wide;
        if (text[i] == '1')
            at[i / wide * t->bits_store + bit / 8] |= (uint8_t)(1 << bit % 8);
    }
    return DG_OK;
}

/* ---- what holds others ---- */

/* One step down: ".name", or "[i]" without a name. */
static dg_code encode_below(encoder *e, uint32_t id, const json_t *value, const char *name,
                            size_t i)
{
    size_t before = e->path.len;
    dg_code rc;
    if (name)
        dg_buf_printf(&e->path, ".%s", name);
    else
        dg_buf_printf(&e->path, "[%zu]", i);
    rc = encode(e, id, value);
    e->path.len = before;
    e->path.rc = DG_OK;
    return rc;
}

static dg_code encode_items(encoder *e, uint32_t item, const json_t *value)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; i < json_array_size(value) && rc == DG_OK; i++)
        rc = encode_below(e, item, json_array_get(value, i), NULL, i);
    return rc;
}

static bool holds_bytes(const encoder *e, const type *t)
{
    const type *item = dg_type_at(e->meta, t->item);
    return item->kind == DG_TYPE_PRIMITIVE && item->prim == PRIM_U8;
}

static dg_code encode_sequence(encoder *e, uint32_t id, const json_t *value)
{
    const type *t = dg_type_at(e->meta, id);
    if (holds_bytes(e, t) && begins_with(value, "0x"))
        return encode_hex(e, value, 0, false);
    if (holds_bytes(e, t) && e->loose && json_is_string(value))
        return encode_str(e, value);
    if (!json_is_array(value))
        return wrong_type(e, id, holds_bytes(e, t) ? " as hex" : " as array", value);
    dg_scale_put_compact(e->out, json_array_size(value));
    return encode_items(e, t->item, value);
}

static dg_code encode_array(encoder *e, uint32_t id, const json_t *value)
{
    const type *t = dg_type_at(e->meta, id);
    if (holds_bytes(e, t) && begins_with(value, "0x"))
        return encode_hex(e, value, t->len, true);
    if (holds_bytes(e, t) && e->loose && json_is_string(value)
        && dg_scale_put_address(e->out, t->len, json_string_value(value)))
        return DG_OK;
    if (!json_is_array(value) || json_array_size(value) != t->len)
        return wrong_type(e, id, holds_bytes(e, t) ? " as hex" : " as array", value);
    return encode_items(e, t->item, value);
}

static bool is_named(const encoder *e, const char *name, const char *given)
{
    return strcmp(name, given) == 0 || (e->loose && dg_scale_name_like(name, given));
}

static bool is_field(const encoder *e, const product *body, const char *given)
{
    for (uint32_t i = 0; i < body->count; i++)
        if (is_named(e, body->fields[i].name, given))
            return true;
    return false;
}

/* The value of a field, under its own name before one that is like it. */
static const json_t *field_value(const encoder *e, const json_t *object, const char *name)
{
    const json_t *own = json_object_get(object, name);
    const char *key;
    json_t *part;
    if (own || !e->loose)
        return own;
    json_object_foreach((json_t *)object, key, part) if (is_named(e, name, key)) return part;
    return NULL;
}

/* A field that was not given. */
static dg_code encode_missing(encoder *e, const field *f)
{
    if (e->loose && dg_scale_put_default(e->meta, e->out, f->type))
        return DG_OK;
    return dg_fail(e->err, DG_USAGE, "%s: field %s is missing", where(e), f->name);
}

static dg_code encode_object(encoder *e, const product *body, const json_t *value)
{
    const char *key;
    json_t *part;
    const json_t *own;
    dg_code rc = DG_OK;
    assert(body->named);
    if (!json_is_object(value))
        return wrong(e, "an object", value);
    json_object_foreach((json_t *)value, key, part) if (!is_field(e, body, key)) return dg_fail(
        e->err, DG_USAGE, "%s: there is no field %s%s", where(e), key,
        dg_scale_suggest(key, dg_scale_field_name_at, body).text);
    for (uint32_t i = 0; i < body->count && rc == DG_OK; i++) {
        const field *f = &body->fields[i];
        own = field_value(e, value, f->name);
        rc = own ? encode_below(e, f->type, own, f->name, 0) : encode_missing(e, f);
    }
    return rc;
}

static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0)
           || (json_is_object(value) && json_object_size(value) == 0);
}

static dg_code encode_product(encoder *e, const product *body, bool transparent,
                              const json_t *value)
{
    dg_code rc = DG_OK;
    if (body->count == 0)
        return is_empty(value) ? DG_OK : wrong(e, "nothing ([])", value);
    if (body->named)
        return encode_object(e, body, value);
    if (transparent && body->count == 1)
        return encode(e, body->fields[0].type, value);
    if (!json_is_array(value) || json_array_size(value) != body->count) {
        char wanted[48];
        snprintf(wanted, sizeof wanted, "an array of %lu", (unsigned long)body->count);
        return wrong(e, wanted, value);
    }
    for (uint32_t i = 0; i < body->count && rc == DG_OK; i++)
        rc = encode_below(e, body->fields[i].type, json_array_get(value, i), NULL, i);
    return rc;
}

static dg_code encode_option(encoder *e, const type *t, const json_t *value)
{
    dg_buf_put_u8(e->out, !json_is_null(value));
    if (json_is_null(value))
        return DG_OK;
    if (!dg_type_at(e->meta, t->item)->nullable)
        return encode(e, t->item, value);
    if (!json_is_object(value) || json_object_size(value) != 1 || !json_object_get(value, "Some"))
        return wrong(e, "null or {\"Some\": value}", value);
    return encode_below(e, t->item, json_object_get(value, "Some"), "Some", 0);
}

static dg_code encode_variant(encoder *e, uint32_t id, const char *name, const json_t *body)
{
    const type *t = dg_type_at(e->meta, id);
    const variant *v = dg_scale_variant_named(t, name);
    for (uint32_t i = 0; e->loose && !v && i < t->variant_count; i++)
        if (is_named(e, t->variants[i].name, name))
            v = &t->variants[i];
    size_t before = e->path.len;
    dg_code rc;
    if (!v)
        return dg_fail(e->err, DG_USAGE, "%s: %s has no variant %s%s", where(e),
                       dg_type_text(e->meta, id).text, name,
                       dg_scale_suggest(name, dg_scale_variant_name_at, t).text);
    dg_buf_put_u8(e->out, v->index);
    dg_buf_printf(&e->path, ".%s", name);
    rc = encode_product(e, &v->body, true, body);
    e->path.len = before;
    e->path.rc = DG_OK;
    return rc;
}

static dg_code encode_enum(encoder *e, uint32_t id, const json_t *value)
{
    const type *t = dg_type_at(e->meta, id);
    void *only;
    if (t->is_option)
        return encode_option(e, t, value);
    if (json_is_string(value))
        return encode_variant(e, id, json_string_value(value), NULL);
    if (!json_is_object(value) || json_object_size(value) != 1)
        return wrong_type(e, id, " as \"Variant\" or {\"Variant\": ..}", value);
    only = json_object_iter((json_t *)value);
    return encode_variant(e, id, json_object_iter_key(only), json_object_iter_value(only));
}

static dg_code encode_compact(encoder *e, uint32_t id, const json_t *value)
{
    const type *t = dg_type_at(e->meta, id);
    if (t->prim == PRIM_UNIT)
        return is_empty(value) ? DG_OK : wrong(e, "nothing ([])", value);
    if (t->prim == PRIM_NONE)
        return wrong_type(e, id, ", which has no known form", value);
    return encode_integer(e, t->prim, true, value);
}

static dg_code encode_inside(encoder *e, uint32_t id, const json_t *value)
{
    const type *t = dg_type_at(e->meta, id);
    switch (t->kind) {
    case DG_TYPE_STRUCT:
        return encode_product(e, &t->body, true, value);
    case DG_TYPE_TUPLE:
        return encode_product(e, &t->body, false, value);
    case DG_TYPE_ENUM:
        return encode_enum(e, id, value);
    case DG_TYPE_SEQUENCE:
        return encode_sequence(e, id, value);
    case DG_TYPE_ARRAY:
        return encode_array(e, id, value);
    case DG_TYPE_PRIMITIVE:
        return encode_primitive(e, t, value);
    case DG_TYPE_COMPACT:
        return encode_compact(e, id, value);
    case DG_TYPE_BITS:
        return encode_bits(e, t, value);
    }
    return DG_OK;
}

static dg_code encode(encoder *e, uint32_t id, const json_t *value)
{
    dg_code rc;
    if (e->depth >= DG_SCALE_DEPTH_MAX)
        return dg_fail(e->err, DG_USAGE, "%s: value is nested too deeply", where(e));
    e->depth++;
    rc = encode_inside(e, id, value);
    e->depth--;
    return rc;
}

/* ---- the door ---- */

static void begin(encoder *e, const dg_meta *meta, dg_buf *out, const char *at, dg_error *err)
{
    *e = (encoder){ .meta = meta, .out = out, .err = err };
    e->path = dg_buf_on(e->room, sizeof e->room);
    dg_buf_put_text(&e->path, at);
}

static dg_code finish(encoder *e, size_t before, dg_code rc)
{
    assert(before <= e->out->len);
    if (rc == DG_OK)
        rc = dg_buf_check(e->out, e->err, "encoded value");
    if (rc < 0)
        e->out->len = before;
    return rc;
}

dg_code dg_value_encode_at(const dg_meta *meta, dg_buf *out, uint32_t id, const json_t *value,
                           const char *at, dg_error *err)
{
    size_t before = out->len;
    encoder e;
    begin(&e, meta, out, at, err);
    return finish(&e, before, encode(&e, id, value));
}

dg_code dg_scale_product_encode_at(const dg_meta *meta, dg_buf *out, const product *body,
                                   const json_t *value, const char *at, dg_error *err)
{
    size_t before = out->len;
    encoder e;
    begin(&e, meta, out, at, err);
    return finish(&e, before, encode_product(&e, body, false, value));
}

dg_code dg_value_encode(const dg_meta *meta, dg_buf *out, dg_type_id id, const json_t *value,
                        dg_error *err)
{
    assert(id.v < meta->type_count);
    return dg_value_encode_at(meta, out, id.v, value, "value", err);
}

dg_code dg_value_encode_loose(const dg_meta *meta, dg_buf *out, dg_type_id id, const json_t *value,
                              dg_error *err)
{
    size_t before = out->len;
    encoder e;
    assert(id.v < meta->type_count);
    begin(&e, meta, out, "value", err);
    e.loose = true;
    return finish(&e, before, encode(&e, id.v, value));
}
