/* type_same.c - do two types, maybe of two metadata, have the same bytes?
 *
 * Names do not matter, nor how fields are grouped: structs and tuples are
 * flattened into the parts that have bytes, and the lists are compared. Types
 * refer to each other in circles, so a pair that is being compared, or was found
 * without a difference, counts as same: the first difference ends it all. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

enum { DEPTH_MAX = 4 * DG_SCALE_DEPTH_MAX, PARTS_MAX = 4096, STEPS_MAX = 1 << 16 };
enum { PART_PATH_MAX = 96 };

typedef struct part {
    uint32_t type;
    char path[PART_PATH_MAX]; /* from the type that was flattened, ".keys.0" */
} part;

typedef struct parts {
    part *at;
    size_t count, cap, steps;
    bool failed; /* no memory, or more parts than PARTS_MAX */
} parts;

typedef struct comparison {
    const dg_meta *a, *b;
    dg_buf *where;
    uint64_t *pairs; /* open addressing; a pair is kept as itself + 1 */
    size_t pair_count, pair_cap;
    dg_buf path;
    char room[512];
    unsigned depth;
    bool wider; /* enums of `b` may have variants of their own */
    bool no_memory;
} comparison;

/* ---- pairs that were met ---- */

static bool pairs_grow(comparison *c);

/* Adds the pair; true if it was not there. */
static bool is_new_pair(comparison *c, uint32_t ta, uint32_t tb)
{
    uint64_t pair = ((uint64_t)ta << 32 | tb) + 1, slot;
    if (c->pair_count * 2 >= c->pair_cap && !pairs_grow(c)) {
        c->no_memory = true;
        return true;
    }
    slot = pair * 0x9e3779b97f4a7c15u >> 20;
    assert((c->pair_cap & (c->pair_cap - 1)) == 0);
    assert(c->pair_count < c->pair_cap); /* else it would look for ever */
    for (;; slot++) {
        uint64_t *at = &c->pairs[slot & (c->pair_cap - 1)];
        if (*at == pair)
            return false;
        if (*at == 0) {
            *at = pair;
            c->pair_count++;
            return true;
        }
    }
}

static bool pairs_grow(comparison *c)
{
    size_t cap = c->pair_cap, more = cap ? cap * 2 : 256;
    uint64_t *old = c->pairs, *room = dg_calloc(more, sizeof *room);
    if (!room)
        return false;
    c->pairs = room;
    c->pair_cap = more;
    c->pair_count = 0;
    for (size_t i = 0; i < cap; i++)
        if (old[i])
            is_new_pair(c, (uint32_t)((old[i] - 1) >> 32), (uint32_t)(old[i] - 1));
    dg_free(old);
    return true;
}

/* ---- flattening ---- */

static part *part_add(parts *list)
{
    assert(list->count <= list->cap);
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 8;
        part *room = cap > PARTS_MAX ? NULL : dg_realloc(list->at, cap * sizeof *room);
        if (!room) {
            list->failed = true;
            return NULL;
        }
        list->at = room;
        list->cap = cap;
    }
    return &list->at[list->count++];
}

static void flatten(parts *list, const dg_meta *meta, uint32_t id, const char *path,
                    unsigned depth);

static void flatten_fields(parts *list, const dg_meta *meta, const product *body, const char *path,
                           unsigned depth)
{
    char below[PART_PATH_MAX];
    for (uint32_t i = 0; i < body->count && !list->failed; i++) {
        const field *f = &body->fields[i];
        if (f->name)
            snprintf(below, sizeof below, "%s.%s", path, f->name);
        else if (body->count == 1)
            snprintf(below, sizeof below, "%s", path);
        else
            snprintf(below, sizeof below, "%s.%lu", path, (unsigned long)i);
        flatten(list, meta, f->type, below, depth + 1);
    }
}

static void flatten(parts *list, const dg_meta *meta, uint32_t id, const char *path, unsigned depth)
{
    const type *t = dg_type_at(meta, id);
    part *p;
    if (t->fixed && t->size_min == 0)
        return;
    if (depth > DG_SCALE_DEPTH_MAX || ++list->steps > STEPS_MAX) {
        list->failed = true;
        return;
    }
    if (t->kind == DG_TYPE_STRUCT || t->kind == DG_TYPE_TUPLE) {
        flatten_fields(list, meta, &t->body, path, depth);
    } else if ((p = part_add(list))) {
        p->type = id;
        snprintf(p->path, sizeof p->path, "%s", path);
    }
}

/* ---- comparing ---- */

static bool same(comparison *c, uint32_t ta, uint32_t tb);

static bool differs(comparison *c, const char *text)
{
    if (c->where)
        dg_buf_printf(c->where, "%s%s%s", dg_buf_text(&c->path), c->path.len ? ": " : "", text);
    return false;
}

static bool differ(comparison *c, uint32_t ta, uint32_t tb)
{
    type_text a = dg_type_text(c->a, ta), b = dg_type_text(c->b, tb);
    char text[2 * sizeof a.text + 16];
    snprintf(text, sizeof text, "%s against %s", a.text, b.text);
    return differs(c, text);
}

/* `len` is where the path ended before. */
static void path_back(comparison *c, size_t len)
{
    assert(len <= c->path.len);
    c->path.len = len;
    c->path.rc = DG_OK;
}

static bool same_lists(comparison *c, const parts *a, const parts *b)
{
    char counts[64];
    size_t before = c->path.len;
    snprintf(counts, sizeof counts, "%zu parts against %zu", a->count, b->count);
    if (a->failed || b->failed)
        return differs(c, "could not be compared: no memory, or too many parts");
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        dg_buf_put_text(&c->path, a->at[i].path);
        if (!same(c, a->at[i].type, b->at[i].type)) {
            if (c->where && a->count != b->count) /* a part that came or went shifts the rest */
                dg_buf_printf(c->where, " (%s)", counts);
            return false;
        }
        path_back(c, before);
    }
    return a->count == b->count || differs(c, counts);
}

static bool same_products(comparison *c, const product *a, const product *b)
{
    parts left = { 0 }, right = { 0 };
    bool answer;
    flatten_fields(&left, c->a, a, "", 0);
    flatten_fields(&right, c->b, b, "", 0);
    answer = same_lists(c, &left, &right);
    dg_free(left.at);
    dg_free(right.at);
    return answer;
}

static bool lacks_variant(comparison *c, const type *t, const type *other, const char *says)
{
    char text[160];
    for (uint32_t i = 0; i < t->variant_count; i++) {
        if (dg_scale_variant_of(other, t->variants[i].index))
            continue;
        snprintf(text, sizeof text, "variant %u (%.100s) %s", t->variants[i].index,
                 t->variants[i].name, says);
        differs(c, text);
        return true;
    }
    return false;
}

static bool same_enums(comparison *c, const type *a, const type *b)
{
    size_t before = c->path.len;
    if (lacks_variant(c, a, b, "is gone") || (!c->wider && lacks_variant(c, b, a, "is new")))
        return false;
    for (uint32_t i = 0; i < a->variant_count; i++) {
        const variant *v = &a->variants[i];
        dg_buf_printf(&c->path, ".%s", v->name);
        if (!same_products(c, &v->body, &dg_scale_variant_of(b, v->index)->body))
            return false;
        path_back(c, before);
    }
    return true;
}

static bool same_items(comparison *c, const type *a, const type *b)
{
    size_t before = c->path.len;
    dg_buf_put_text(&c->path, "[]");
    if (!same(c, a->item, b->item))
        return false;
    path_back(c, before);
    return true;
}

/* A text and a Vec<u8> have the same bytes. */
static bool is_byte_run(const dg_meta *meta, const type *t)
{
    if (t->kind == DG_TYPE_PRIMITIVE)
        return t->prim == PRIM_STR;
    return t->kind == DG_TYPE_SEQUENCE && dg_type_at(meta, t->item)->kind == DG_TYPE_PRIMITIVE
           && dg_type_at(meta, t->item)->prim == PRIM_U8;
}

/* Both are parts: no structs or tuples. */
static bool same_parts(comparison *c, uint32_t ta, uint32_t tb)
{
    const type *a = dg_type_at(c->a, ta), *b = dg_type_at(c->b, tb);
    assert(a->kind != DG_TYPE_STRUCT && a->kind != DG_TYPE_TUPLE);
    assert(b->kind != DG_TYPE_STRUCT && b->kind != DG_TYPE_TUPLE);
    if (is_byte_run(c->a, a) && is_byte_run(c->b, b))
        return true;
    if (a->kind != b->kind)
        return differ(c, ta, tb);
    switch (a->kind) {
    case DG_TYPE_ENUM:
        return same_enums(c, a, b);
    case DG_TYPE_SEQUENCE:
        return same_items(c, a, b);
    case DG_TYPE_ARRAY:
        return a->len == b->len ? same_items(c, a, b) : differ(c, ta, tb);
    case DG_TYPE_PRIMITIVE:
    case DG_TYPE_COMPACT:
        return a->prim == b->prim || differ(c, ta, tb);
    case DG_TYPE_BITS:
        return (a->bits_store == b->bits_store && a->bits_msb == b->bits_msb) || differ(c, ta, tb);
    case DG_TYPE_STRUCT:
    case DG_TYPE_TUPLE:
        break;
    }
    return true;
}

static bool is_part(const type *t)
{
    return t->kind != DG_TYPE_STRUCT && t->kind != DG_TYPE_TUPLE && !(t->fixed && t->size_min == 0);
}

static bool same_flat(comparison *c, uint32_t ta, uint32_t tb)
{
    parts left = { 0 }, right = { 0 };
    bool answer;
    flatten(&left, c->a, ta, "", 0);
    flatten(&right, c->b, tb, "", 0);
    answer = same_lists(c, &left, &right);
    dg_free(left.at);
    dg_free(right.at);
    return answer;
}

static bool same(comparison *c, uint32_t ta, uint32_t tb)
{
    bool answer;
    if (!is_new_pair(c, ta, tb))
        return true;
    if (c->no_memory || c->depth >= DEPTH_MAX)
        return differs(c, c->no_memory ? "no memory to compare" : "nested too deeply to compare");
    c->depth++;
    answer = is_part(dg_type_at(c->a, ta)) && is_part(dg_type_at(c->b, tb)) ? same_parts(c, ta, tb)
                                                                            : same_flat(c, ta, tb);
    c->depth--;
    return answer;
}

bool dg_type_same(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb, dg_buf *where)
{
    comparison c = { .a = a, .b = b, .where = where };
    bool answer;
    assert(ta.v < a->type_count && tb.v < b->type_count);
    c.path = dg_buf_on(c.room, sizeof c.room);
    answer = same(&c, ta.v, tb.v);
    dg_free(c.pairs);
    return answer;
}

/* `assumed` becomes a pair that was met, and so counts as same. */
static comparison reading(const dg_meta *a, const dg_meta *b, const dg_type_id assumed[2],
                          dg_buf *where)
{
    comparison c = { .a = a, .b = b, .where = where, .wider = true };
    if (assumed)
        is_new_pair(&c, assumed[0].v, assumed[1].v);
    return c;
}

bool dg_type_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                   const dg_type_id assumed[2], dg_buf *where)
{
    comparison c = reading(a, b, assumed, where);
    bool answer;
    assert(ta.v < a->type_count && tb.v < b->type_count);
    c.path = dg_buf_on(c.room, sizeof c.room);
    answer = same(&c, ta.v, tb.v);
    dg_free(c.pairs);
    return answer;
}

static const variant *variant_named(const dg_meta *meta, uint32_t id, const char *name)
{
    const type *t = dg_type_at(meta, id);
    for (uint32_t i = 0; i < t->variant_count; i++)
        if (strcmp(t->variants[i].name, name) == 0)
            return &t->variants[i];
    return NULL;
}

bool dg_variant_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                      const char *name, const dg_type_id assumed[2], dg_buf *where)
{
    const variant *va = variant_named(a, ta.v, name), *vb = variant_named(b, tb.v, name);
    comparison c;
    bool answer;
    assert(ta.v < a->type_count && tb.v < b->type_count);
    if (!va || !vb)
        return false;
    c = reading(a, b, assumed, where);
    c.path = dg_buf_on(c.room, sizeof c.room);
    answer = same_products(&c, &va->body, &vb->body);
    dg_free(c.pairs);
    return answer;
}
