/* layout.c - what follows from the registry, worked out once: sizes, which
 * types take any bytes, what a compact or a bit sequence holds, which JSON may
 * be null.
 *
 * Types refer to each other in circles, and hostile ones in very long chains.
 * Whatever is not known when it is needed counts as "may be empty, varies", which
 * is always safe: sizes only save work and refuse early. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

enum { SIZED_NO, SIZED_NOW, SIZED_YES };

static void layout(dg_meta *meta, uint32_t id, unsigned depth);

static uint64_t plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

typedef struct extent {
    uint64_t min;
    bool fixed, plain;
} extent;

static extent extent_of(dg_meta *meta, uint32_t id, unsigned depth)
{
    const type *t = dg_type_at(meta, id);
    layout(meta, id, depth + 1);
    return t->sized == SIZED_YES ? (extent){ t->size_min, t->fixed, t->plain }
                                 : (extent){ 0, false, false };
}

static extent product_extent(dg_meta *meta, const product *body, unsigned depth)
{
    extent all = { 0, true, true };
    for (uint32_t i = 0; i < body->count; i++) {
        extent one = extent_of(meta, body->fields[i].type, depth);
        all.min = plus(all.min, one.min);
        all.fixed = all.fixed && one.fixed;
        all.plain = all.plain && one.plain;
    }
    return all;
}

/* The smallest variant, behind the byte that says which; never plain. */
static extent enum_extent(dg_meta *meta, const type *t, unsigned depth)
{
    extent all = { 1, t->variant_count > 0, false };
    uint64_t first = 0;
    for (uint32_t i = 0; i < t->variant_count; i++) {
        extent one = product_extent(meta, &t->variants[i].body, depth);
        if (i == 0)
            first = all.min = one.min;
        all.fixed = all.fixed && one.fixed && one.min == first;
        all.min = one.min < all.min ? one.min : all.min;
    }
    if (t->variant_count > 0)
        all.min = plus(all.min, 1);
    return all;
}

static extent array_extent(dg_meta *meta, const type *t, unsigned depth)
{
    extent one;
    if (t->len == 0)
        return (extent){ 0, true, true };
    one = extent_of(meta, t->item, depth);
    return (extent){ times(one.min, t->len), one.fixed, one.plain };
}

static extent prim_extent(const type *t)
{
    const prim_about *about = &dg_scale_prims[t->prim];
    bool any = t->prim != PRIM_BOOL && t->prim != PRIM_CHAR && about->size > 0;
    assert(t->prim < PRIM_COUNT);
    return (extent){ about->size ? about->size : 1, about->size > 0, any };
}

static extent measure(dg_meta *meta, const type *t, unsigned depth)
{
    switch (t->kind) {
    case DG_TYPE_STRUCT:
    case DG_TYPE_TUPLE:
        return product_extent(meta, &t->body, depth);
    case DG_TYPE_ENUM:
        return enum_extent(meta, t, depth);
    case DG_TYPE_ARRAY:
        return array_extent(meta, t, depth);
    case DG_TYPE_PRIMITIVE:
        return prim_extent(t);
    case DG_TYPE_COMPACT:
        if (t->prim == PRIM_UNIT)
            return (extent){ 0, true, true };
        return (extent){ 1, false, false };
    case DG_TYPE_SEQUENCE:
    case DG_TYPE_BITS:
        break;
    }
    return (extent){ 1, false, false };
}

static void layout(dg_meta *meta, uint32_t id, unsigned depth)
{
    type *t = &meta->types[id];
    extent e;
    if (t->sized != SIZED_NO || depth > DG_SCALE_DEPTH_MAX)
        return;
    t->sized = SIZED_NOW;
    e = measure(meta, t, depth);
    t->size_min = e.min;
    t->fixed = e.fixed;
    t->plain = e.plain;
    t->sized = SIZED_YES;
}

/* ---- compacts, bit sequences, options ---- */

/* The integer that a compact of `id` holds: newtypes are looked through. */
static prim compact_prim(const dg_meta *meta, uint32_t id)
{
    for (unsigned depth = 0; depth <= DG_SCALE_DEPTH_MAX; depth++) {
        const type *t = dg_type_at(meta, id);
        bool is_product = t->kind == DG_TYPE_STRUCT || t->kind == DG_TYPE_TUPLE;
        if (is_product && t->body.count == 0)
            return PRIM_UNIT;
        if (t->kind == DG_TYPE_PRIMITIVE && t->prim >= PRIM_U8 && t->prim <= PRIM_U128)
            return (prim)t->prim;
        if (!is_product || t->body.count != 1)
            return PRIM_NONE;
        id = t->body.fields[0].type;
    }
    return PRIM_NONE;
}

static const char *last_of_path(const type *t)
{
    return t->path_count ? t->path[t->path_count - 1] : "";
}

static void find_bits(const dg_meta *meta, type *t)
{
    const type *store = dg_type_at(meta, t->item), *order = dg_type_at(meta, t->len);
    bool lsb = strcmp(last_of_path(order), "Lsb0") == 0;
    t->bits_msb = strcmp(last_of_path(order), "Msb0") == 0;
    if (store->kind == DG_TYPE_PRIMITIVE && store->prim >= PRIM_U8 && store->prim <= PRIM_U64
        && (lsb || t->bits_msb))
        t->bits_store = dg_scale_prims[store->prim].size;
}

static void find_option(type *t)
{
    const variant *v = t->variants;
    if (t->path_count == 1 && strcmp(t->path[0], "Option") == 0 && t->variant_count == 2
        && v[0].index == 0 && v[0].body.count == 0 && v[1].index == 1 && v[1].body.count == 1
        && !v[1].body.named) {
        t->is_option = t->nullable = true;
        t->item = v[1].body.fields[0].type;
    }
}

/* A newtype prints as what it holds, so it is null where that is. */
static bool prints_null(const dg_meta *meta, uint32_t id)
{
    for (unsigned depth = 0; depth <= DG_SCALE_DEPTH_MAX; depth++) {
        const type *t = dg_type_at(meta, id);
        if (t->is_option)
            return true;
        if (t->kind != DG_TYPE_STRUCT || t->body.count != 1 || t->body.named)
            return false;
        id = t->body.fields[0].type;
    }
    return false;
}

void dg_scale_layout_all(dg_meta *meta)
{
    for (uint32_t i = 0; i < meta->type_count; i++) {
        type *t = &meta->types[i];
        if (t->kind == DG_TYPE_COMPACT)
            t->prim = (uint8_t)compact_prim(meta, t->item);
        else if (t->kind == DG_TYPE_BITS)
            find_bits(meta, t);
        else if (t->kind == DG_TYPE_ENUM)
            find_option(t);
    }
    for (uint32_t i = 0; i < meta->type_count; i++) {
        meta->types[i].nullable = prints_null(meta, i);
        layout(meta, i, 0);
    }
}
