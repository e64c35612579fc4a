/* value_skip.c - one value by type, stepped over; the steps that decoding shares.
 *
 * Used over whole states, so runs of items that may hold any bytes are jumped. */
#include "scale/scale_impl.h"

#include <assert.h>

/* Steps a value may take for each of its bytes: real types take below ten. The
 * rest is for small values of wide structs. */
enum { STEPS_PER_BYTE = 64, STEPS_FREE = 1 << 16 };

walk dg_scale_walk_on(const dg_meta *meta, dg_scale *s)
{
    return (walk){ .meta = meta,
                   .s = s,
                   .budget = (uint64_t)dg_scale_left(s) * STEPS_PER_BYTE + STEPS_FREE };
}

bool dg_scale_walk_enter(walk *w)
{
    assert(w->depth <= DG_SCALE_DEPTH_MAX);
    if (w->s->rc != DG_OK)
        return false;
    if (w->depth >= DG_SCALE_DEPTH_MAX)
        dg_scale_fail(w->s, "value is nested too deeply");
    else if (w->budget == 0)
        dg_scale_fail(w->s, "value has more parts than its bytes can hold");
    if (w->s->rc != DG_OK)
        return false;
    w->budget--;
    w->depth++;
    return true;
}

dg_bytes dg_scale_walk_bits(walk *w, const type *t, uint32_t *count)
{
    uint32_t bits = dg_scale_compact_u32(w->s);
    size_t store = t->bits_store;
    dg_bytes raw;
    if (store == 0)
        dg_scale_fail(w->s, "bit sequence has an unknown store or order");
    raw = dg_scale_take(w->s, store ? ((size_t)bits + store * 8 - 1) / (store * 8) * store : 0);
    *count = w->s->rc == DG_OK ? bits : 0;
    return raw;
}

bool dg_scale_bit_at(const type *t, const uint8_t *at, uint32_t i)
{
    assert(t->bits_store > 0);
    uint32_t wide = t->bits_store * 8u, element = i / wide, bit = i % wide;
    if (t->bits_msb)
        bit = wide - 1 - bit;
    return at[element * t->bits_store + bit / 8] >> bit % 8 & 1;
}

dg_bytes dg_scale_walk_compact(walk *w, const type *t, uint8_t room[68])
{
    dg_bytes v = { room, 0 };
    if (t->prim == PRIM_UNIT)
        return v;
    if (t->prim == PRIM_NONE) {
        dg_scale_fail(w->s, "type has no compact form");
        return v;
    }
    v = dg_scale_compact_big(w->s, room);
    assert(t->prim < PRIM_COUNT);
    if (v.len > dg_scale_prims[t->prim].size) {
        dg_scale_fail(w->s, "compact is too large for its type");
        v.len = 0;
    }
    return v;
}

const variant *dg_scale_walk_variant(walk *w, const type *t)
{
    uint8_t index = dg_scale_u8(w->s);
    const variant *v = w->s->rc == DG_OK ? dg_scale_variant_of(t, index) : NULL;
    if (!v && w->s->rc == DG_OK) {
        w->s->at--;
        dg_scale_fail(w->s, "enum has no such variant");
    }
    return v;
}

static void skip(walk *w, uint32_t id);

static void skip_plain(walk *w, uint64_t size, uint64_t count)
{
    if (size && count > dg_scale_left(w->s) / size)
        dg_scale_fail(w->s, "bytes ran out");
    else
        dg_scale_take(w->s, (size_t)(size * count));
}

static void skip_items(walk *w, uint32_t item, uint64_t count)
{
    const type *t = dg_type_at(w->meta, item);
    if (t->plain) {
        skip_plain(w, t->size_min, count);
        return;
    }
    for (uint64_t i = 0; i < count && w->s->rc == DG_OK; i++)
        skip(w, item);
}

static void skip_product(walk *w, const product *body)
{
    for (uint32_t i = 0; i < body->count && w->s->rc == DG_OK; i++)
        skip(w, body->fields[i].type);
}

static void skip_primitive(walk *w, const type *t)
{
    if (t->prim == PRIM_BOOL)
        dg_scale_bool(w->s);
    else if (t->prim == PRIM_CHAR && !dg_scale_is_char(dg_scale_u32(w->s)))
        dg_scale_fail(w->s, "char is no Unicode scalar value");
    else if (t->prim == PRIM_STR && !dg_scale_is_utf8(dg_scale_bytes(w->s)))
        dg_scale_fail(w->s, "text is not UTF-8");
}

static void skip_inside(walk *w, const type *t)
{
    uint8_t room[68];
    uint32_t bits;
    const variant *v;
    switch (t->kind) {
    case DG_TYPE_STRUCT:
    case DG_TYPE_TUPLE:
        skip_product(w, &t->body);
        break;
    case DG_TYPE_ENUM:
        if ((v = dg_scale_walk_variant(w, t)))
            skip_product(w, &v->body);
        break;
    case DG_TYPE_SEQUENCE:
        skip_items(w, t->item, dg_scale_walk_count(w, t->item));
        break;
    case DG_TYPE_ARRAY:
        skip_items(w, t->item, t->len);
        break;
    case DG_TYPE_PRIMITIVE:
        skip_primitive(w, t);
        break;
    case DG_TYPE_COMPACT:
        dg_scale_walk_compact(w, t, room);
        break;
    case DG_TYPE_BITS:
        dg_scale_walk_bits(w, t, &bits);
        break;
    }
}

uint32_t dg_scale_walk_count(walk *w, uint32_t item)
{
    uint64_t least = dg_type_at(w->meta, item)->size_min;
    return dg_scale_count(w->s, least < SIZE_MAX ? (size_t)least : SIZE_MAX);
}

static void skip(walk *w, uint32_t id)
{
    const type *t = dg_type_at(w->meta, id);
    if (!dg_scale_walk_enter(w))
        return;
    if (t->plain)
        skip_plain(w, t->size_min, 1);
    else
        skip_inside(w, t);
    dg_scale_walk_leave(w);
}

dg_code dg_value_skip(const dg_meta *meta, dg_type_id type_id, dg_scale *s)
{
    walk w = dg_scale_walk_on(meta, s);
    assert(type_id.v < meta->type_count);
    skip(&w, type_id.v);
    return s->rc;
}
