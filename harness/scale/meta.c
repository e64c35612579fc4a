/* meta.c - metadata as an object: making it, and looking things up in it. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

/* Parsed names and types need a few times the room of their bytes; this bounds
 * what hostile metadata can ask for. */
enum { ARENA_MAX = 256 << 20 };

static dg_code parse_head(meta_parser *p, dg_error *err)
{
    static const uint8_t magic[] = { 'm', 'e', 't', 'a' };
    dg_bytes head = dg_scale_take(&p->s, sizeof magic);
    uint8_t version = dg_scale_u8(&p->s);
    if (p->s.rc == DG_OK && !dg_bytes_equal(head, DG_BYTES_OF(magic)))
        return dg_fail(err, DG_MALFORMED, "metadata: does not begin with \"meta\"");
    if (p->s.rc == DG_OK && (version < 14 || version > 16))
        return dg_fail(err, DG_UNSUPPORTED, "metadata has version V%u; V14, V15 and V16 are read",
                       version);
    p->meta->version = version;
    return dg_scale_check(&p->s, err, "metadata");
}

static dg_code parse(meta_parser *p, dg_error *err)
{
    dg_code rc = parse_head(p, err);
    if (rc < 0)
        return rc;
    dg_scale_parse_registry(p);
    if (p->s.rc == DG_OK)
        dg_scale_parse_body(p);
    if (p->rc == DG_LIMIT)
        return dg_fail(err, DG_LIMIT, "metadata needs more than %d MiB", ARENA_MAX >> 20);
    if (p->rc == DG_NOMEM)
        return dg_fail(err, DG_NOMEM, "no memory for metadata");
    if ((rc = dg_scale_finish(&p->s, err, "metadata")) < 0)
        return rc;
    dg_scale_layout_all(p->meta);
    if (dg_scale_prefixes_make(p->meta) < 0)
        return dg_fail(err, DG_NOMEM, "no memory for metadata");
    return DG_OK;
}

dg_code dg_meta_new(dg_meta **out, dg_bytes raw, dg_error *err)
{
    meta_parser p = { .s = dg_scale_from(raw), .rc = DG_OK };
    dg_code rc;
    *out = NULL;
    if (raw.len > DG_META_MAX)
        return dg_fail(err, DG_LIMIT, "metadata has %zu bytes, more than %d", raw.len, DG_META_MAX);
    p.meta = dg_calloc(1, sizeof *p.meta);
    if (!p.meta)
        return dg_fail(err, DG_NOMEM, "no memory for metadata");
    dg_arena_init(&p.meta->arena, ARENA_MAX);
    if ((rc = parse(&p, err)) < 0) {
        dg_meta_free(p.meta);
        return rc;
    }
    *out = p.meta;
    return DG_OK;
}

void dg_meta_free(dg_meta *meta)
{
    if (!meta)
        return;
    dg_arena_clear(&meta->arena);
    dg_free(meta);
}

uint32_t dg_meta_version(const dg_meta *meta)
{
    return meta->version;
}

/* ---- pallets ---- */

size_t dg_meta_pallet_count(const dg_meta *meta)
{
    return meta->pallet_count;
}

const dg_meta_pallet *dg_meta_pallet_at(const dg_meta *meta, size_t i)
{
    return i < meta->pallet_count ? &meta->pallets[i].about : NULL;
}

const dg_meta_pallet *dg_meta_pallet_named(const dg_meta *meta, const char *name)
{
    for (size_t i = 0; i < meta->pallet_count; i++)
        if (strcmp(meta->pallets[i].about.name, name) == 0)
            return &meta->pallets[i].about;
    return NULL;
}

static const pallet *inside(const dg_meta *meta, const dg_meta_pallet *p)
{
    const pallet *whole = (const pallet *)p;
    assert(whole >= meta->pallets && whole < meta->pallets + meta->pallet_count);
    return whole;
}

const dg_meta_entry *dg_meta_storage_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i)
{
    return i < p->storage_count ? &inside(meta, p)->entries[i] : NULL;
}

const dg_meta_entry *dg_meta_storage(const dg_meta *meta, const char *name, const char *item)
{
    const dg_meta_pallet *p = dg_meta_pallet_named(meta, name);
    for (size_t i = 0; p && i < p->storage_count; i++) {
        const dg_meta_entry *e = dg_meta_storage_at(meta, p, i);
        if (strcmp(e->name, item) == 0)
            return e;
    }
    return NULL;
}

const dg_meta_entry *dg_meta_storage_value(const dg_meta *meta, const char *name, const char *item)
{
    const dg_meta_entry *e = dg_meta_storage(meta, name, item);
    return e && !e->hasher_count ? e : NULL;
}

const dg_meta_entry *dg_meta_storage_of_key(const dg_meta *meta, dg_bytes key)
{
    size_t low = 0, high = meta->prefix_count;
    if (key.len < 32)
        return NULL;
    while (low < high) { /* the first row that is not before the key */
        size_t mid = low + (high - low) / 2;
        if (memcmp(meta->prefixes[mid].prefix, key.at, 32) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < meta->prefix_count && memcmp(meta->prefixes[low].prefix, key.at, 32) == 0)
        return meta->prefixes[low].entry;
    return NULL;
}

const dg_meta_constant *dg_meta_constant_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i)
{
    return i < p->constant_count ? &inside(meta, p)->constants[i] : NULL;
}

const dg_meta_constant *dg_meta_constant_named(const dg_meta *meta, const char *of,
                                               const char *name)
{
    const dg_meta_pallet *p = dg_meta_pallet_named(meta, of);
    for (size_t i = 0; p && i < p->constant_count; i++) {
        const dg_meta_constant *c = dg_meta_constant_at(meta, p, i);
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

const char *dg_meta_error_name(const dg_meta *meta, uint8_t pallet_index, uint8_t error)
{
    for (size_t i = 0; i < meta->pallet_count; i++) {
        const dg_meta_pallet *p = &meta->pallets[i].about;
        if (p->index == pallet_index && p->has_errors) {
            const variant *v = dg_scale_variant_of(dg_type_at(meta, p->errors.v), error);
            return v ? v->name : NULL;
        }
    }
    return NULL;
}

/* ---- runtime APIs and the extrinsic ---- */

size_t dg_meta_method_count(const dg_meta *meta)
{
    return meta->method_count;
}

const dg_meta_method *dg_meta_method_at(const dg_meta *meta, size_t i)
{
    return i < meta->method_count ? &meta->methods[i] : NULL;
}

const dg_meta_method *dg_meta_method_named(const dg_meta *meta, const char *api, const char *method)
{
    for (size_t i = 0; i < meta->method_count; i++)
        if (strcmp(meta->methods[i].api, api) == 0 && strcmp(meta->methods[i].name, method) == 0)
            return &meta->methods[i];
    return NULL;
}

size_t dg_meta_extension_count(const dg_meta *meta)
{
    return meta->extension_count;
}

const dg_meta_extension *dg_meta_extension_at(const dg_meta *meta, size_t i)
{
    return i < meta->extension_count ? &meta->extensions[i] : NULL;
}

uint8_t dg_meta_extrinsic_version(const dg_meta *meta)
{
    return meta->extrinsic_version;
}
