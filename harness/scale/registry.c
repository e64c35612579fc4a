/* registry.c - the type registry at the head of the metadata.
 * Mirrors: scale-info, PortableRegistry. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

const prim_about dg_scale_prims[PRIM_COUNT] = {
    [PRIM_BOOL] = { "bool", 1, false, false }, [PRIM_CHAR] = { "char", 4, false, false },
    [PRIM_STR] = { "str", 0, false, false },   [PRIM_U8] = { "u8", 1, true, false },
    [PRIM_U16] = { "u16", 2, true, false },    [PRIM_U32] = { "u32", 4, true, false },
    [PRIM_U64] = { "u64", 8, true, false },    [PRIM_U128] = { "u128", 16, true, false },
    [PRIM_U256] = { "u256", 32, true, false }, [PRIM_I8] = { "i8", 1, true, true },
    [PRIM_I16] = { "i16", 2, true, true },     [PRIM_I32] = { "i32", 4, true, true },
    [PRIM_I64] = { "i64", 8, true, true },     [PRIM_I128] = { "i128", 16, true, true },
    [PRIM_I256] = { "i256", 32, true, true },
};

/* ---- pieces ---- */

void *dg_scale_parse_take(meta_parser *p, size_t count, size_t size)
{
    size_t len = count * size; /* count is below DG_META_MAX, size a few dozen bytes */
    void *at;
    assert(size > 0);
    if (p->s.rc != DG_OK)
        return NULL;
    at = dg_arena_take(&p->meta->arena, len ? len : 1);
    if (!at) {
        p->rc = p->meta->arena.used + len > p->meta->arena.max ? DG_LIMIT : DG_NOMEM;
        dg_scale_fail(&p->s, "no room");
    }
    return at;
}

static bool is_name(dg_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] == 0x7f)
            return false;
    return dg_scale_is_utf8(text);
}

const char *dg_scale_parse_name(meta_parser *p)
{
    dg_bytes text = dg_scale_bytes(&p->s);
    char *copy = dg_scale_parse_take(p, text.len + 1, 1);
    if (!copy)
        return "";
    if (!is_name(text)) {
        dg_scale_fail(&p->s, "name is no text");
        return "";
    }
    if (text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

dg_bytes dg_scale_parse_kept(meta_parser *p)
{
    dg_bytes raw = dg_scale_bytes(&p->s);
    uint8_t *copy = dg_scale_parse_take(p, raw.len, 1);
    if (copy && raw.len)
        memcpy(copy, raw.at, raw.len);
    return (dg_bytes){ copy, copy ? raw.len : 0 };
}

uint32_t dg_scale_parse_type_id(meta_parser *p)
{
    uint32_t id = dg_scale_compact_u32(&p->s);
    if (id < p->meta->type_count)
        return id;
    dg_scale_fail(&p->s, "type id is beyond the registry");
    return 0;
}

void dg_scale_parse_skip_texts(meta_parser *p)
{
    uint32_t count = dg_scale_count(&p->s, 1);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        dg_scale_bytes(&p->s);
}

/* ---- types ---- */

static void parse_path(meta_parser *p, type *t)
{
    uint32_t count = dg_scale_count(&p->s, 1);
    const char **path = dg_scale_parse_take(p, count, sizeof *path);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        path[i] = dg_scale_parse_name(p);
    t->path = path;
    t->path_count = count;
}

static void parse_params(meta_parser *p, type *t)
{
    uint32_t count = dg_scale_count(&p->s, 2), kept = 0;
    uint32_t *params = dg_scale_parse_take(p, count, sizeof *params);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_scale_bytes(&p->s);
        if (dg_scale_option(&p->s))
            params[kept++] = dg_scale_parse_type_id(p);
    }
    t->params = params;
    t->param_count = kept;
}

static void parse_field(meta_parser *p, field *f)
{
    f->name = dg_scale_option(&p->s) ? dg_scale_parse_name(p) : NULL;
    f->type = dg_scale_parse_type_id(p);
    if (dg_scale_option(&p->s))
        dg_scale_bytes(&p->s); /* the type as the source wrote it */
    dg_scale_parse_skip_texts(p);
}

/* Fields with distinct names print as an object, all others as an array. */
static bool are_named(const field *fields, uint32_t count)
{
    enum { NAMED_MAX = 256 };
    if (count == 0 || count > NAMED_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!fields[i].name)
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(fields[i].name, fields[k].name) == 0)
                return false;
    }
    return true;
}

static void parse_fields(meta_parser *p, product *body)
{
    uint32_t count = dg_scale_count(&p->s, 4);
    field *fields = dg_scale_parse_take(p, count, sizeof *fields);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        parse_field(p, &fields[i]);
    *body = (product){ fields, count, p->s.rc == DG_OK && are_named(fields, count) };
}

static void parse_variants(meta_parser *p, type *t)
{
    uint32_t count = dg_scale_count(&p->s, 4);
    if (count > 256)
        dg_scale_fail(&p->s, "enum has more than 256 variants");
    variant *variants = dg_scale_parse_take(p, count, sizeof *variants);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        variants[i].name = dg_scale_parse_name(p);
        parse_fields(p, &variants[i].body);
        variants[i].index = dg_scale_u8(&p->s);
        dg_scale_parse_skip_texts(p);
    }
    t->variants = variants;
    t->variant_count = count;
}

static void parse_tuple(meta_parser *p, type *t)
{
    uint32_t count = dg_scale_count(&p->s, 1);
    field *fields = dg_scale_parse_take(p, count, sizeof *fields);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        fields[i] = (field){ NULL, dg_scale_parse_type_id(p) };
    t->body = (product){ fields, count, false };
}

static void parse_primitive(meta_parser *p, type *t)
{
    t->prim = dg_scale_u8(&p->s);
    if (t->prim >= PRIM_COUNT)
        dg_scale_fail(&p->s, "primitive is not known");
}

/* A bit sequence names its store and order by type; they may come later in the
 * registry, so the layout pass looks at them. */
static void parse_bits(meta_parser *p, type *t)
{
    t->item = dg_scale_parse_type_id(p);
    t->len = dg_scale_parse_type_id(p);
}

static void parse_def(meta_parser *p, type *t)
{
    static const dg_type_kind kinds[] = { DG_TYPE_STRUCT,  DG_TYPE_ENUM,  DG_TYPE_SEQUENCE,
                                          DG_TYPE_ARRAY,   DG_TYPE_TUPLE, DG_TYPE_PRIMITIVE,
                                          DG_TYPE_COMPACT, DG_TYPE_BITS };
    uint8_t tag = dg_scale_u8(&p->s);
    if (tag >= sizeof kinds / sizeof kinds[0]) {
        dg_scale_fail(&p->s, "kind of type is not known");
        return;
    }
    t->kind = kinds[tag];
    switch (t->kind) {
    case DG_TYPE_STRUCT:
        parse_fields(p, &t->body);
        break;
    case DG_TYPE_ENUM:
        parse_variants(p, t);
        break;
    case DG_TYPE_ARRAY:
        t->len = dg_scale_u32(&p->s);
        t->item = dg_scale_parse_type_id(p);
        break;
    case DG_TYPE_TUPLE:
        parse_tuple(p, t);
        break;
    case DG_TYPE_PRIMITIVE:
        parse_primitive(p, t);
        break;
    case DG_TYPE_BITS:
        parse_bits(p, t);
        break;
    case DG_TYPE_SEQUENCE:
    case DG_TYPE_COMPACT:
        t->item = dg_scale_parse_type_id(p);
        break;
    }
}

void dg_scale_parse_registry(meta_parser *p)
{
    enum { TYPE_LEN_MIN = 6 }; /* id, path, parameters, kind, its first byte, docs */
    uint32_t count = dg_scale_count(&p->s, TYPE_LEN_MIN);
    p->meta->types = dg_scale_parse_take(p, count, sizeof *p->meta->types);
    p->meta->type_count = count;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        type *t = &p->meta->types[i];
        if (dg_scale_compact_u32(&p->s) != i)
            dg_scale_fail(&p->s, "type stands at another place than its id says");
        parse_path(p, t);
        parse_params(p, t);
        parse_def(p, t);
        dg_scale_parse_skip_texts(p);
    }
}

const variant *dg_scale_variant_of(const type *t, uint8_t index)
{
    if (index < t->variant_count && t->variants[index].index == index)
        return &t->variants[index];
    for (uint32_t i = 0; i < t->variant_count; i++)
        if (t->variants[i].index == index)
            return &t->variants[i];
    return NULL;
}

const variant *dg_scale_variant_named(const type *t, const char *name)
{
    for (uint32_t i = 0; i < t->variant_count; i++)
        if (strcmp(t->variants[i].name, name) == 0)
            return &t->variants[i];
    return NULL;
}
