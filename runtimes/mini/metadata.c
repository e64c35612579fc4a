/* metadata.c - the tables of types, pallets and APIs as metadata V14 or V15.
 * Mirrors: frame-metadata; "docs" are always empty. */
#include "metadata.h"

#include "pallet.h"
#include "types.h"
#include "variant.h"
#include "version.h"

enum {
    DEF_STRUCT,
    DEF_ENUM,
    DEF_SEQUENCE,
    DEF_ARRAY,
    DEF_TUPLE,
    DEF_PRIMITIVE,
    DEF_COMPACT,
    DEF_BITS
};

static void put_type(struct writer *out, enum type_id id)
{
    put_compact(out, id);
}
static void put_docs(struct writer *out)
{
    put_compact(out, 0);
}
static void put_none(struct writer *out)
{
    put_u8(out, 0);
}

/* ---- types ---- */

static void put_path(struct writer *out, const char *path)
{
    struct writer parts = { 0 };
    struct bytes rest = path ? text(path) : bytes_of("", 0);
    u32 count = 0;
    while (rest.len) {
        u32 len = 0;
        while (len < rest.len && rest.at[len] != ':')
            len++;
        put_bytes(&parts, bytes_of(rest.at, len));
        count++;
        len += len < rest.len ? 2 : 0; /* "::" */
        rest = bytes_of(rest.at + len, rest.len - len);
    }
    put_compact(out, count);
    put(out, written(&parts));
}

static u32 count_fields(const struct field *f)
{
    u32 count = 0;
    while (f && f[count].type != T_END)
        count++;
    return count;
}

static void put_fields(struct writer *out, const struct field *f)
{
    u32 count = count_fields(f);
    put_compact(out, count);
    for (u32 i = 0; i < count; i++) {
        put_u8(out, f[i].name != NULL);
        if (f[i].name)
            put_text(out, f[i].name);
        put_type(out, f[i].type);
        put_none(out); /* type name */
        put_docs(out);
    }
}

static void put_choice(struct writer *out, const char *name, const struct field *fields, u8 index)
{
    put_text(out, name);
    put_fields(out, fields);
    put_u8(out, index);
    put_docs(out);
}

static void put_choices(struct writer *out, const struct choice *c)
{
    u32 count = 0;
    while (c && c[count].name)
        count++;
    put_u8(out, DEF_ENUM);
    put_compact(out, count);
    for (u32 i = 0; i < count; i++)
        put_choice(out, c[i].name, c[i].fields, c[i].index);
}

static void put_call_choices(struct writer *out, const struct pallet *p)
{
    u32 count = 0;
    while (p->calls[count].name)
        count++;
    put_u8(out, DEF_ENUM);
    put_compact(out, count);
    for (u32 i = 0; i < count; i++)
        put_choice(out, p->calls[i].name, p->calls[i].args, call_index(p, &p->calls[i]));
}

/* The type of a pallet's calls, events or errors; T_END if it has none. */
static enum type_id part_of(const struct pallet *p, enum type_kind kind)
{
    if (!pallet_is_there(p))
        return T_END;
    if (kind == KIND_RUNTIME_CALL)
        return p->calls ? p->calls_type : T_END;
    if (kind == KIND_RUNTIME_EVENT)
        return p->events ? p->events_type : T_END;
    return p->errors ? p->errors_type : T_END;
}

/* One variant for each pallet that has the part. */
static void put_runtime_enum(struct writer *out, enum type_kind kind)
{
    struct writer rows = { 0 };
    u32 count = 0;
    for (const struct pallet *const *p = pallets; *p; p++) {
        enum type_id part = part_of(*p, kind);
        if (part == T_END)
            continue;
        put_choice(&rows, pallet_name(*p), FIELDS({ 0, part }), pallet_index(*p));
        count++;
    }
    put_u8(out, DEF_ENUM);
    put_compact(out, count);
    put(out, written(&rows));
}

static void put_tuple(struct writer *out, const struct field *f)
{
    u32 count = count_fields(f);
    put_u8(out, DEF_TUPLE);
    put_compact(out, count);
    for (u32 i = 0; i < count; i++)
        put_type(out, f[i].type);
}

static void put_item(struct writer *out, u8 def, enum type_id item)
{
    put_u8(out, def);
    put_type(out, item);
}

static void put_definition(struct writer *out, const struct type *t)
{
    switch (t->kind) {
    case KIND_STRUCT:
        put_u8(out, DEF_STRUCT);
        put_fields(out, t->fields);
        break;
    case KIND_OPTION:
        put_choices(out, CHOICES({ "None", 0, NULL }, { "Some", 1, FIELDS({ 0, t->item }) }));
        break;
    case KIND_ARRAY:
        put_u8(out, DEF_ARRAY);
        put_u32(out, t->len);
        put_type(out, t->item);
        break;
    case KIND_PRIMITIVE:
        put_u8(out, DEF_PRIMITIVE);
        put_u8(out, (u8)t->len);
        break;
    case KIND_BITS:
        put_item(out, DEF_BITS, T_U8);
        put_type(out, t->item);
        break;
    case KIND_ENUM:
        put_choices(out, t->choices);
        break;
    case KIND_SEQUENCE:
        put_item(out, DEF_SEQUENCE, t->item);
        break;
    case KIND_COMPACT:
        put_item(out, DEF_COMPACT, t->item);
        break;
    case KIND_TUPLE:
        put_tuple(out, t->fields);
        break;
    case KIND_PALLET_CALLS:
        put_call_choices(out, t->pallet);
        break;
    case KIND_PALLET_EVENTS:
        put_choices(out, t->pallet->events);
        break;
    case KIND_PALLET_ERRORS:
        put_choices(out, t->pallet->errors);
        break;
    case KIND_RUNTIME_CALL:
    case KIND_RUNTIME_EVENT:
    case KIND_RUNTIME_ERROR:
        put_runtime_enum(out, t->kind);
        break;
    }
}

static void put_types(struct writer *out)
{
    put_compact(out, T_COUNT);
    for (u32 id = 0; id < T_COUNT; id++) {
        const struct type *t = type_of(id);
        u32 params = count_fields(t->params);
        put_compact(out, id);
        put_path(out, t->path);
        put_compact(out, params);
        for (u32 i = 0; i < params; i++) {
            put_text(out, t->params[i].name);
            put_u8(out, 1);
            put_type(out, t->params[i].type);
        }
        put_definition(out, t);
        put_docs(out);
    }
}

/* ---- pallets ---- */

static bool entry_is_there(const struct entry *e)
{
    return e->since <= variant.generation;
}

static void put_default(struct writer *out, const struct entry *e)
{
    struct writer value = { 0 };
    if (e->presence == OPTIONAL)
        put_u8(&value, 0);
    else if (e->fallback)
        e->fallback(&value);
    else
        put_zeros(&value, e->zeros);
    put_bytes(out, written(&value));
}

static void put_entry(struct writer *out, const struct entry *e)
{
    static const u8 hasher_codes[] = {
        [BLAKE2_128_CONCAT] = 2, [TWOX_64_CONCAT] = 5, [IDENTITY] = 6
    };
    enum hasher hasher = e->hasher_now ? e->hasher_now() : e->hasher;
    put_text(out, e->name);
    put_u8(out, e->presence == DEFAULTED);
    put_u8(out, hasher != HASH_NONE);
    if (hasher != HASH_NONE) {
        put_compact(out, 1);
        put_u8(out, hasher_codes[hasher]);
        put_type(out, e->key);
    }
    put_type(out, e->value);
    put_default(out, e);
    put_docs(out);
}

static void put_storage(struct writer *out, const struct pallet *p)
{
    struct writer rows = { 0 };
    u32 count = 0;
    put_u8(out, p->entries != NULL);
    if (!p->entries)
        return;
    for (const struct entry *e = p->entries; e->name; e++) {
        if (!entry_is_there(e))
            continue;
        put_entry(&rows, e);
        count++;
    }
    put_text(out, pallet_name(p)); /* prefix */
    put_compact(out, count);
    put(out, written(&rows));
}

static void put_constants(struct writer *out, const struct constant *c)
{
    u32 count = 0;
    while (c && c[count].name)
        count++;
    put_compact(out, count);
    for (; count; count--, c++) {
        struct writer value = { 0 };
        if (c->write)
            c->write(&value);
        else
            put_u64(&value, c->number);
        if (!c->write) /* narrower numbers are the front of wide ones */
            value.len = c->type == T_U64 ? 8 : c->type == T_U32 ? 4 : 2;
        put_text(out, c->name);
        put_type(out, c->type);
        put_bytes(out, written(&value));
        put_docs(out);
    }
}

static void put_part(struct writer *out, const struct pallet *p, enum type_kind kind)
{
    enum type_id part = part_of(p, kind);
    put_u8(out, part != T_END);
    if (part != T_END)
        put_type(out, part);
}

static void put_pallets(struct writer *out, u32 version)
{
    struct writer rows = { 0 };
    u32 count = 0;
    for (const struct pallet *const *p = pallets; *p; p++) {
        if (!pallet_is_there(*p))
            continue;
        put_text(&rows, pallet_name(*p));
        put_storage(&rows, *p);
        put_part(&rows, *p, KIND_RUNTIME_CALL);
        put_part(&rows, *p, KIND_RUNTIME_EVENT);
        put_constants(&rows, (*p)->constants);
        put_part(&rows, *p, KIND_RUNTIME_ERROR);
        put_u8(&rows, pallet_index(*p));
        if (version >= METADATA_15)
            put_docs(&rows);
        count++;
    }
    put_compact(out, count);
    put(out, written(&rows));
}

/* ---- extrinsics and APIs ---- */

static void put_extensions(struct writer *out)
{
    static const struct {
        const char *name;
        enum type_id value, implicit;
    } rows[] = {
        { "CheckSpecVersion", T_UNIT, T_U32 },   { "CheckTxVersion", T_UNIT, T_U32 },
        { "CheckGenesis", T_UNIT, T_H256 },      { "CheckMortality", T_ERA, T_H256 },
        { "CheckNonce", T_COMPACT_U32, T_UNIT }, { "CheckMetadataHash", T_BOOL, T_UNIT },
    };
    enum { COUNT = sizeof rows / sizeof rows[0] };
    u32 count = fault_is(EXTENSION_ADDED) ? COUNT : COUNT - 1;
    put_compact(out, count);
    for (u32 i = 0; i < count; i++) {
        put_text(out, rows[i].name);
        put_type(out, rows[i].value);
        put_type(out, rows[i].implicit);
    }
}

static void put_extrinsic(struct writer *out, u32 version)
{
    enum { FORMAT = 4 };
    if (version == METADATA_14)
        put_type(out, T_EXTRINSIC);
    put_u8(out, FORMAT);
    if (version >= METADATA_15) {
        put_type(out, T_ADDRESS);
        put_type(out, T_CALL);
        put_type(out, T_SIGNATURE);
        put_type(out, T_EXTRA);
    }
    put_extensions(out);
}

static void put_method(struct writer *out, const struct method *m)
{
    u32 inputs = count_fields(m->inputs);
    put_text(out, m->name);
    put_compact(out, inputs);
    for (u32 i = 0; i < inputs; i++) {
        put_text(out, m->inputs[i].name);
        put_type(out, m->inputs[i].type);
    }
    put_type(out, method_output(m));
    put_docs(out);
}

static void put_api(struct writer *out, const struct api *api)
{
    struct writer rows = { 0 };
    u32 count = 0;
    for (const struct method *m = api->methods; m->name; m++) {
        if (m->since > api_version(api))
            continue;
        put_method(&rows, m);
        count++;
    }
    put_text(out, api->name);
    put_compact(out, count);
    put(out, written(&rows));
    put_docs(out);
}

static void put_apis(struct writer *out)
{
    u32 count = 0;
    while (apis[count].name)
        count++;
    put_compact(out, count);
    for (u32 i = 0; i < count; i++)
        put_api(out, &apis[i]);
}

void put_metadata(struct writer *out, u32 version)
{
    put(out, text("meta"));
    put_u8(out, (u8)version);
    put_types(out);
    put_pallets(out, version);
    put_extrinsic(out, version);
    put_type(out, T_UNIT); /* the runtime type, which nobody looks into */
    if (version == METADATA_14)
        return;
    put_apis(out);
    put_type(out, T_CALL);
    put_type(out, T_EVENT);
    put_type(out, T_ERROR);
    put_compact(out, 0); /* custom */
}
