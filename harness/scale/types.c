/* types.c - types as the outside sees them: kinds, names, members, sizes. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

static const type *known(const dg_meta *meta, dg_type_id id)
{
    assert(id.v < meta->type_count); /* ids come from this very metadata */
    return dg_type_at(meta, id.v);
}

uint32_t dg_type_count(const dg_meta *meta)
{
    return meta->type_count;
}

dg_type_kind dg_type_kind_of(const dg_meta *meta, dg_type_id id)
{
    return known(meta, id)->kind;
}

/* ---- names ---- */

enum { NAME_DEPTH = 6 }; /* deeper parts are shown as ".." */

static void put_name(dg_buf *out, const dg_meta *meta, uint32_t id, unsigned depth);

static void put_path(dg_buf *out, const dg_meta *meta, const type *t, unsigned depth)
{
    for (uint32_t i = 0; i < t->path_count; i++)
        dg_buf_printf(out, "%s%s", i ? "::" : "", t->path[i]);
    if (t->path_count > 1) /* parameters only where the name says nothing alone */
        return;
    for (uint32_t i = 0; i < t->param_count; i++) {
        dg_buf_put_text(out, i ? ", " : "<");
        put_name(out, meta, t->params[i], depth);
    }
    if (t->param_count)
        dg_buf_put_text(out, ">");
}

static void put_tuple(dg_buf *out, const dg_meta *meta, const product *body, unsigned depth)
{
    dg_buf_put_text(out, "(");
    for (uint32_t i = 0; i < body->count; i++) {
        if (i)
            dg_buf_put_text(out, ", ");
        put_name(out, meta, body->fields[i].type, depth);
    }
    dg_buf_put_text(out, body->count == 1 ? ",)" : ")");
}

static void put_around(dg_buf *out, const dg_meta *meta, const char *before, uint32_t id,
                       const char *after, unsigned depth)
{
    dg_buf_put_text(out, before);
    put_name(out, meta, id, depth);
    dg_buf_put_text(out, after);
}

static void put_name(dg_buf *out, const dg_meta *meta, uint32_t id, unsigned depth)
{
    const type *t = dg_type_at(meta, id);
    char after[32];
    if (out->rc != DG_OK)
        return;
    if (depth > NAME_DEPTH) {
        dg_buf_put_text(out, "..");
        return;
    }
    if (t->path_count) {
        put_path(out, meta, t, depth + 1);
        return;
    }
    switch (t->kind) {
    case DG_TYPE_STRUCT:
    case DG_TYPE_TUPLE:
        put_tuple(out, meta, &t->body, depth + 1);
        break;
    case DG_TYPE_ENUM:
        dg_buf_put_text(out, "enum");
        break;
    case DG_TYPE_SEQUENCE:
        put_around(out, meta, "Vec<", t->item, ">", depth + 1);
        break;
    case DG_TYPE_COMPACT:
        put_around(out, meta, "Compact<", t->item, ">", depth + 1);
        break;
    case DG_TYPE_PRIMITIVE:
        assert(t->prim < PRIM_COUNT);
        dg_buf_put_text(out, dg_scale_prims[t->prim].name);
        break;
    case DG_TYPE_BITS:
        dg_buf_printf(out, "BitVec<u%u, %s>", t->bits_store * 8u, t->bits_msb ? "Msb0" : "Lsb0");
        break;
    case DG_TYPE_ARRAY:
        snprintf(after, sizeof after, "; %lu]", (unsigned long)t->len);
        put_around(out, meta, "[", t->item, after, depth + 1);
        break;
    }
}

void dg_type_name(dg_buf *out, const dg_meta *meta, dg_type_id id)
{
    known(meta, id);
    put_name(out, meta, id.v, 0);
}

type_text dg_type_text(const dg_meta *meta, uint32_t id)
{
    type_text t;
    dg_buf out = dg_buf_on(t.text, sizeof t.text - 3);
    put_name(&out, meta, id, 0);
    assert(out.len + 3 <= sizeof t.text);
    strcpy(t.text + out.len, out.rc == DG_OK ? "" : "..");
    return t;
}

/* ---- finding ---- */

/* Are the last segments of the type's path those of `end`, "a::b"? */
static bool ends_in(const type *t, dg_bytes end)
{
    uint32_t left = t->path_count;
    for (;;) {
        size_t from = end.len;
        while (from > 0 && !(from > 1 && end.at[from - 1] == ':' && end.at[from - 2] == ':'))
            from--;
        if (left == 0
            || !dg_bytes_equal(dg_text(t->path[left - 1]),
                               dg_bytes_of(end.at + from, end.len - from)))
            return false;
        left--;
        if (from == 0)
            return true;
        end.len = from - 2;
    }
}

bool dg_type_find(const dg_meta *meta, dg_type_id *out, const char *path_end)
{
    for (uint32_t i = 0; i < meta->type_count; i++)
        if (ends_in(&meta->types[i], dg_text(path_end))) {
            *out = (dg_type_id){ i };
            return true;
        }
    return false;
}

/* ---- members ---- */

bool dg_type_size(const dg_meta *meta, dg_type_id id, size_t *size)
{
    const type *t = known(meta, id);
    if (!t->fixed || t->size_min >= SIZE_MAX)
        return false;
    *size = (size_t)t->size_min;
    return true;
}

const char *dg_type_variant_at(const dg_meta *meta, dg_type_id id, size_t i, uint8_t *index)
{
    const type *t = known(meta, id);
    if (i >= t->variant_count)
        return NULL;
    *index = t->variants[i].index;
    return t->variants[i].name;
}

bool dg_type_field_at(const dg_meta *meta, dg_type_id id, size_t i, const char **name,
                      dg_type_id *field_type)
{
    const type *t = known(meta, id);
    if (i >= t->body.count)
        return false;
    *name = t->body.fields[i].name ? t->body.fields[i].name : "";
    field_type->v = t->body.fields[i].type;
    return true;
}

dg_type_id dg_type_item(const dg_meta *meta, dg_type_id id)
{
    const type *t = known(meta, id);
    bool has_item =
        t->kind == DG_TYPE_SEQUENCE || t->kind == DG_TYPE_ARRAY || t->kind == DG_TYPE_COMPACT;
    return has_item ? (dg_type_id){ t->item } : id;
}
