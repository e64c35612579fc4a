/* Metadata from anything: refused, or everything in it can be asked for. */
#include <assert.h>
#include <string.h>

#include "scale/scale.h"

static void try_value(const dg_meta *meta, dg_type_id type, dg_bytes raw)
{
    json_t *json;
    dg_scale s = dg_scale_from(raw);
    dg_value_skip(meta, type, &s);
    if (dg_value_decode_all(meta, &json, type, raw, NULL) == DG_OK) {
        dg_buf out;
        dg_buf_init(&out, 1 << 20);
        assert(s.rc == DG_OK && s.at == raw.len);
        dg_value_encode(meta, &out, type, json, NULL); /* twins among variants may not fit */
        dg_buf_clear(&out);
        json_decref(json);
    }
}

static void try_type(const dg_meta *meta, dg_type_id type)
{
    static const uint8_t some[24] = { 4, 1, 0, 1, 1, 4, 0, 8, 2, 1, 0, 0, 4, 12, 1 };
    const char *name;
    dg_type_id field;
    uint8_t index;
    dg_buf text;
    size_t size;
    dg_buf_init(&text, 1 << 12);
    dg_type_name(&text, meta, type);
    dg_type_size(meta, type, &size);
    for (size_t i = 0; dg_type_field_at(meta, type, i, &name, &field); i++)
        assert(name);
    for (size_t i = 0; (name = dg_type_variant_at(meta, type, i, &index)); i++)
        assert(i < 256);
    try_value(meta, type, DG_BYTES_OF(some));
    try_value(meta, type, (dg_bytes){ NULL, 0 });
    dg_buf_clear(&text);
}

static void try_pallet(const dg_meta *meta, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->constant_count; i++) {
        const dg_meta_constant *c = dg_meta_constant_at(meta, p, i);
        try_value(meta, c->type, c->value);
    }
    for (size_t i = 0; i < p->storage_count; i++) {
        const dg_meta_entry *e = dg_meta_storage_at(meta, p, i);
        uint8_t key[80] = { 0 };
        json_t *parts;
        dg_storage_prefix(key, e->prefix, e->name);
        assert(dg_meta_storage_of_key(meta, DG_BYTES_OF(key)));
        if (dg_storage_key_decode(meta, &parts, e, DG_BYTES_OF(key), NULL) == DG_OK)
            json_decref(parts);
        try_value(meta, e->value, e->fallback);
    }
    assert(dg_meta_pallet_named(meta, p->name));
    for (unsigned i = 0; i < 4; i++)
        dg_meta_error_name(meta, p->index, (uint8_t)i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_meta *meta;
    if (dg_meta_new(&meta, dg_bytes_of(data, size), NULL) < 0)
        return 0;
    for (uint32_t i = 0; i < dg_type_count(meta); i++) {
        dg_type_id next = { (i * 7 + 3) % dg_type_count(meta) };
        try_type(meta, (dg_type_id){ i });
        dg_type_same(meta, (dg_type_id){ i }, meta, next, NULL);
    }
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++)
        try_pallet(meta, dg_meta_pallet_at(meta, i));
    for (size_t i = 0; i < dg_meta_method_count(meta); i++)
        assert(dg_meta_method_at(meta, i)->api);
    dg_meta_free(meta);
    return 0;
}
