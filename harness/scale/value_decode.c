/* value_decode.c - one value by type, as JSON.
 *
 *   struct            object; of one unnamed field: that field; of several: array
 *   tuple             array
 *   enum              "Variant", {"Variant": field}, {"Variant": [..]} or {"Variant": {..}}
 *   Option            null or the value; {"Some": value} where that could be null
 *   bytes             "0x.."
 *   bit sequence      "0b1011", first bit first
 *   integer           number; beyond 2^53 decimal text */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

static json_t *decode(walk *w, uint32_t id);

/* What the JSON library returns is NULL only without memory, as texts are
 * checked before it sees them. */
static json_t *made(walk *w, json_t *value)
{
    if (!value)
        w->no_memory = true;
    return value;
}

static bool going(const walk *w)
{
    return w->s->rc == DG_OK && !w->no_memory;
}

/* Takes both; NULL if either is missing or there is no memory. */
static json_t *joined(walk *w, json_t *whole, const char *key, json_t *part)
{
    if (part) { /* both calls take `part` whatever comes of them */
        int failed = json_is_object(whole) ? json_object_set_new_nocheck(whole, key, part)
                                           : json_array_append_new(whole, part);
        if (!failed)
            return whole;
        w->no_memory = true;
    }
    json_decref(whole);
    return NULL;
}

/* ---- leaves ---- */

static json_t *text_of(walk *w, const char *text, size_t len)
{
    return going(w) ? made(w, json_stringn_nocheck(text, len)) : NULL;
}

/* The value if it is exact in every JSON reader: up to 2^53 either way. */
static bool small_integer(json_int_t *out, dg_bytes le, bool minus)
{
    static const uint64_t exact = (uint64_t)1 << 53;
    uint8_t low[8];
    uint64_t v;
    memset(low, minus ? 0xff : 0, sizeof low);
    for (size_t i = 0; i < le.len; i++) {
        if (i < sizeof low)
            low[i] = le.at[i];
        else if (le.at[i] != (minus ? 0xff : 0))
            return false;
    }
    v = dg_le64(low);
    *out = (json_int_t)v;
    return minus ? -v <= exact : v <= exact;
}

static json_t *decode_integer(walk *w, dg_bytes le, bool is_signed)
{
    char text[DG_DECIMAL_MAX];
    json_int_t small;
    if (!going(w))
        return NULL;
    if (small_integer(&small, le, is_signed && le.len && le.at[le.len - 1] >> 7))
        return made(w, json_integer(small));
    return text_of(w, text, dg_scale_decimal_print(text, le, is_signed));
}

static json_t *decode_bytes(walk *w, dg_bytes raw)
{
    dg_buf hex;
    json_t *out = NULL;
    if (!going(w))
        return NULL;
    dg_buf_init(&hex, SIZE_MAX);
    dg_hex_put(&hex, raw);
    if (hex.rc == DG_OK)
        out = text_of(w, (const char *)hex.at, hex.len);
    else
        w->no_memory = true;
    dg_buf_clear(&hex);
    return out;
}

static json_t *decode_bits(walk *w, const type *t)
{
    uint32_t count;
    dg_bytes raw = dg_scale_walk_bits(w, t, &count);
    json_t *out = NULL;
    char *text = going(w) ? dg_malloc((size_t)count + 2) : NULL;
    if (!text) {
        w->no_memory = w->no_memory || going(w);
        return NULL;
    }
    memcpy(text, "0b", 2);
    for (uint32_t i = 0; i < count; i++)
        text[2 + (size_t)i] = dg_scale_bit_at(t, raw.at, i) ? '1' : '0';
    out = text_of(w, text, (size_t)count + 2);
    dg_free(text);
    return out;
}

static json_t *decode_str(walk *w)
{
    dg_bytes text = dg_scale_bytes(w->s);
    if (!dg_scale_is_utf8(text))
        dg_scale_fail(w->s, "text is not UTF-8");
    return text_of(w, text.len ? (const char *)text.at : "", text.len);
}

static size_t utf8_put(char out[4], uint32_t c)
{
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    assert(dg_scale_is_char(c));
    for (size_t i = len; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[len] | c);
    return len;
}

static json_t *decode_char(walk *w)
{
    char text[4];
    uint32_t c = dg_scale_u32(w->s);
    if (!dg_scale_is_char(c))
        dg_scale_fail(w->s, "char is no Unicode scalar value");
    return going(w) ? text_of(w, text, utf8_put(text, c)) : NULL;
}

static json_t *decode_primitive(walk *w, const type *t)
{
    const prim_about *about = &dg_scale_prims[t->prim];
    assert(t->prim < PRIM_COUNT);
    if (t->prim == PRIM_STR)
        return decode_str(w);
    if (t->prim == PRIM_CHAR)
        return decode_char(w);
    if (t->prim == PRIM_BOOL) {
        bool v = dg_scale_bool(w->s);
        return going(w) ? json_boolean(v) : NULL;
    }
    return decode_integer(w, dg_scale_take(w->s, about->size), about->is_signed);
}

/* ---- what holds others ---- */

static bool is_byte(const dg_meta *meta, uint32_t id)
{
    const type *t = dg_type_at(meta, id);
    return t->kind == DG_TYPE_PRIMITIVE && t->prim == PRIM_U8;
}

static json_t *decode_items(walk *w, uint32_t item, uint64_t count)
{
    json_t *out;
    if (is_byte(w->meta, item))
        return decode_bytes(w, dg_scale_take(w->s, (size_t)count));
    out = going(w) ? made(w, json_array()) : NULL;
    for (uint64_t i = 0; i < count && out; i++)
        out = joined(w, out, NULL, decode(w, item));
    return out;
}

/* `transparent`: one unnamed field stands for the whole. */
static json_t *decode_product(walk *w, const product *body, bool transparent)
{
    json_t *out;
    if (transparent && body->count == 1 && !body->named)
        return decode(w, body->fields[0].type);
    out = going(w) ? made(w, body->named ? json_object() : json_array()) : NULL;
    for (uint32_t i = 0; i < body->count && out; i++)
        out = joined(w, out, body->fields[i].name, decode(w, body->fields[i].type));
    return out;
}

static json_t *decode_option(walk *w, const type *t)
{
    if (!dg_scale_option(w->s))
        return going(w) ? json_null() : NULL;
    if (!dg_type_at(w->meta, t->item)->nullable)
        return decode(w, t->item);
    return joined(w, made(w, json_object()), "Some", decode(w, t->item));
}

static json_t *decode_enum(walk *w, const type *t)
{
    const variant *v;
    json_t *out;
    if (t->is_option)
        return decode_option(w, t);
    v = dg_scale_walk_variant(w, t);
    if (!v)
        return NULL;
    if (v->body.count == 0)
        return text_of(w, v->name, strlen(v->name));
    out = made(w, json_object());
    return out ? joined(w, out, v->name, decode_product(w, &v->body, true)) : NULL;
}

static json_t *decode_compact(walk *w, const type *t)
{
    uint8_t room[68];
    dg_bytes le = dg_scale_walk_compact(w, t, room);
    if (t->prim == PRIM_UNIT)
        return made(w, json_array());
    return decode_integer(w, le, false);
}

static json_t *decode_inside(walk *w, const type *t)
{
    switch (t->kind) {
    case DG_TYPE_STRUCT:
        return decode_product(w, &t->body, true);
    case DG_TYPE_TUPLE:
        return decode_product(w, &t->body, false);
    case DG_TYPE_ENUM:
        return decode_enum(w, t);
    case DG_TYPE_SEQUENCE:
        return decode_items(w, t->item, dg_scale_walk_count(w, t->item));
    case DG_TYPE_ARRAY:
        return decode_items(w, t->item, t->len);
    case DG_TYPE_PRIMITIVE:
        return decode_primitive(w, t);
    case DG_TYPE_COMPACT:
        return decode_compact(w, t);
    case DG_TYPE_BITS:
        return decode_bits(w, t);
    }
    return NULL;
}

static json_t *decode(walk *w, uint32_t id)
{
    json_t *out;
    if (!dg_scale_walk_enter(w))
        return NULL;
    out = decode_inside(w, dg_type_at(w->meta, id));
    dg_scale_walk_leave(w);
    return out;
}

/* ---- the door ---- */

static dg_code decode_whole(const dg_meta *meta, json_t **out, dg_type_id id, dg_scale *s,
                            bool to_the_end, dg_error *err)
{
    walk w = dg_scale_walk_on(meta, s);
    type_text name;
    dg_code rc;
    assert(id.v < meta->type_count);
    *out = decode(&w, id.v);
    if (w.no_memory) {
        assert(!*out);
        return dg_fail(err, DG_NOMEM, "no memory for a value");
    }
    name = dg_type_text(meta, id.v);
    rc = to_the_end ? dg_scale_finish(s, err, name.text) : dg_scale_check(s, err, name.text);
    assert(rc < 0 || *out);
    if (rc < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

dg_code dg_value_decode(const dg_meta *meta, json_t **out, dg_type_id id, dg_scale *s,
                        dg_error *err)
{
    return decode_whole(meta, out, id, s, false, err);
}

dg_code dg_value_decode_all(const dg_meta *meta, json_t **out, dg_type_id id, dg_bytes raw,
                            dg_error *err)
{
    dg_scale s = dg_scale_from(raw);
    return decode_whole(meta, out, id, &s, true, err);
}
