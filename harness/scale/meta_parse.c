/* meta_parse.c - pallets, extrinsic and runtime APIs of the metadata.
 *
 * V14 is the core; V15 adds documentation of pallets, runtime APIs, outer enums
 * and custom values; V16 adds deprecations, associated types, view functions
 * and several extrinsic versions. Custom values, which are last, are checked
 * for their shape and dropped.
 * Mirrors: frame-metadata v14, v15, v16. */
#include "scale/scale_impl.h"

#include "crypto/crypto.h"

#include <stdlib.h>
#include <string.h>

static dg_type_id type_id(meta_parser *p)
{
    return (dg_type_id){ dg_scale_parse_type_id(p) };
}

/* ---- deprecations, from V16 on ---- */

static void skip_deprecation_note(meta_parser *p)
{
    dg_scale_bytes(&p->s);
    if (dg_scale_option(&p->s))
        dg_scale_bytes(&p->s); /* since */
}

static void skip_deprecation(meta_parser *p, uint8_t least)
{
    uint8_t state = p->meta->version >= 16 ? dg_scale_u8(&p->s) : least;
    if (state < least || state > 2)
        dg_scale_fail(&p->s, "deprecation is not known");
    if (state == 2)
        skip_deprecation_note(p);
}

static void skip_item_deprecation(meta_parser *p)
{
    skip_deprecation(p, 0);
}

static void skip_variant_deprecations(meta_parser *p)
{
    uint32_t count = p->meta->version >= 16 ? dg_scale_count(&p->s, 2) : 0;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_scale_u8(&p->s);
        skip_deprecation(p, 1);
    }
}

/* ---- storage ---- */

static void parse_hashers(meta_parser *p, dg_meta_entry *e)
{
    uint32_t count = dg_scale_count(&p->s, 1);
    if (count == 0 || count > DG_META_HASHERS_MAX) {
        dg_scale_fail(&p->s, "map has no hasher or too many");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint8_t hasher = dg_scale_u8(&p->s);
        if (hasher > DG_HASHER_IDENTITY)
            dg_scale_fail(&p->s, "hasher is not known");
        e->hashers[i] = (dg_hasher)hasher;
    }
    e->hasher_count = count;
}

static void parse_entry(meta_parser *p, dg_meta_entry *e, const dg_meta_pallet *of)
{
    uint8_t modifier, shape;
    e->pallet = of->name;
    e->prefix = of->storage_prefix;
    e->name = dg_scale_parse_name(p);
    modifier = dg_scale_u8(&p->s);
    shape = dg_scale_u8(&p->s);
    if (modifier > 1 || shape > 1)
        dg_scale_fail(&p->s, "storage item is of no known shape");
    e->optional = modifier == 0;
    if (shape == 1) {
        parse_hashers(p, e);
        e->key = type_id(p);
    }
    e->value = type_id(p);
    e->fallback = dg_scale_parse_kept(p);
    dg_scale_parse_skip_texts(p);
    skip_item_deprecation(p);
}

static void parse_storage(meta_parser *p, pallet *to)
{
    uint32_t count;
    if (!dg_scale_option(&p->s))
        return;
    to->about.storage_prefix = dg_scale_parse_name(p);
    count = dg_scale_count(&p->s, 6);
    to->entries = dg_scale_parse_take(p, count, sizeof *to->entries);
    to->about.storage_count = count;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        parse_entry(p, &to->entries[i], &to->about);
}

/* ---- pallets ---- */

static bool parse_enum(meta_parser *p, dg_type_id *to)
{
    if (!dg_scale_option(&p->s))
        return false;
    *to = type_id(p);
    if (p->s.rc == DG_OK && dg_type_at(p->meta, to->v)->kind != DG_TYPE_ENUM)
        dg_scale_fail(&p->s, "calls, events or errors are no enum");
    skip_variant_deprecations(p);
    return true;
}

static void parse_constants(meta_parser *p, pallet *to)
{
    uint32_t count = dg_scale_count(&p->s, 4);
    to->constants = dg_scale_parse_take(p, count, sizeof *to->constants);
    to->about.constant_count = count;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_meta_constant *c = &to->constants[i];
        c->pallet = to->about.name;
        c->name = dg_scale_parse_name(p);
        c->type = type_id(p);
        c->value = dg_scale_parse_kept(p);
        dg_scale_parse_skip_texts(p);
        skip_item_deprecation(p);
    }
}

static void skip_associated_types(meta_parser *p)
{
    uint32_t count = dg_scale_count(&p->s, 3);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_scale_bytes(&p->s);
        dg_scale_parse_type_id(p);
        dg_scale_parse_skip_texts(p);
    }
}

static void skip_view_functions(meta_parser *p)
{
    uint32_t count = dg_scale_count(&p->s, 37);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_scale_take(&p->s, 32);
        dg_scale_bytes(&p->s);
        for (uint32_t n = dg_scale_count(&p->s, 2); n > 0 && p->s.rc == DG_OK; n--) {
            dg_scale_bytes(&p->s);
            dg_scale_parse_type_id(p);
        }
        dg_scale_parse_type_id(p);
        dg_scale_parse_skip_texts(p);
        skip_item_deprecation(p);
    }
}

static void parse_pallet(meta_parser *p, pallet *to)
{
    dg_meta_pallet *about = &to->about;
    about->name = dg_scale_parse_name(p);
    parse_storage(p, to);
    about->has_calls = parse_enum(p, &about->calls);
    about->has_events = parse_enum(p, &about->events);
    parse_constants(p, to);
    about->has_errors = parse_enum(p, &about->errors);
    if (p->meta->version >= 16) {
        skip_associated_types(p);
        skip_view_functions(p);
    }
    about->index = dg_scale_u8(&p->s);
    if (p->meta->version >= 15)
        dg_scale_parse_skip_texts(p);
    skip_item_deprecation(p);
}

static void parse_pallets(meta_parser *p)
{
    uint32_t count = dg_scale_count(&p->s, 7);
    p->meta->pallets = dg_scale_parse_take(p, count, sizeof *p->meta->pallets);
    p->meta->pallet_count = count;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        parse_pallet(p, &p->meta->pallets[i]);
}

/* ---- extrinsic ---- */

static dg_meta_extension *parse_extensions(meta_parser *p, uint32_t *count)
{
    dg_meta_extension *all;
    *count = dg_scale_count(&p->s, 3);
    all = dg_scale_parse_take(p, *count, sizeof *all);
    for (uint32_t i = 0; i < *count && p->s.rc == DG_OK; i++) {
        all[i].name = dg_scale_parse_name(p);
        all[i].value = type_id(p);
        all[i].implicit = type_id(p);
    }
    return all;
}

/* The lowest version is the one that V14 would name. */
static uint8_t parse_versions(meta_parser *p)
{
    dg_bytes versions = dg_scale_bytes(&p->s);
    uint8_t least = 255;
    if (versions.len == 0)
        dg_scale_fail(&p->s, "extrinsic has no version");
    for (size_t i = 0; i < versions.len; i++)
        least = versions.at[i] < least ? versions.at[i] : least;
    return least;
}

/* Extensions of V16: a list for each extension version, by position in the list
 * of all that follows. Kept: those of the first version, the one that a signed
 * extrinsic of version 4 uses. */
static uint32_t *parse_extension_picks(meta_parser *p, uint32_t *kept)
{
    uint32_t lists = dg_scale_count(&p->s, 2), *picks = NULL;
    for (uint32_t i = 0; i < lists && p->s.rc == DG_OK; i++) {
        uint32_t count;
        dg_scale_u8(&p->s);
        count = dg_scale_count(&p->s, 1);
        if (i == 0) {
            picks = dg_scale_parse_take(p, count, sizeof *picks);
            *kept = count;
        }
        for (uint32_t k = 0; k < count && p->s.rc == DG_OK; k++) {
            uint32_t pick = dg_scale_compact_u32(&p->s);
            if (i == 0)
                picks[k] = pick;
        }
    }
    return picks;
}

static void pick_extensions(meta_parser *p, const uint32_t *picks, uint32_t count)
{
    uint32_t all_count;
    const dg_meta_extension *all = parse_extensions(p, &all_count);
    dg_meta_extension *kept = dg_scale_parse_take(p, count, sizeof *kept);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        if (picks[i] >= all_count)
            dg_scale_fail(&p->s, "extension is not in the list");
        else
            kept[i] = all[picks[i]];
    }
    p->meta->extensions = kept;
    p->meta->extension_count = count;
}

static void parse_extrinsic_v16(meta_parser *p)
{
    uint32_t kept = 0, count = 0, *picks;
    p->meta->extrinsic_version = parse_versions(p);
    for (int i = 0; i < 3; i++)
        dg_scale_parse_type_id(p); /* address, call, signature */
    picks = parse_extension_picks(p, &kept);
    if (picks) {
        pick_extensions(p, picks, kept);
        return;
    }
    p->meta->extensions = parse_extensions(p, &count);
    p->meta->extension_count = count;
}

static void parse_extrinsic(meta_parser *p)
{
    uint32_t count;
    if (p->meta->version >= 16) {
        parse_extrinsic_v16(p);
        return;
    }
    if (p->meta->version == 14)
        dg_scale_parse_type_id(p);
    p->meta->extrinsic_version = dg_scale_u8(&p->s);
    for (int i = 0; p->meta->version == 15 && i < 4; i++)
        dg_scale_parse_type_id(p); /* address, call, signature, extra */
    p->meta->extensions = parse_extensions(p, &count);
    p->meta->extension_count = count;
}

/* ---- runtime APIs ---- */

static void parse_inputs(meta_parser *p, dg_meta_method *to)
{
    uint32_t count = dg_scale_count(&p->s, 2);
    const char **names = dg_scale_parse_take(p, count, sizeof *names);
    dg_type_id *inputs = dg_scale_parse_take(p, count, sizeof *inputs);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        names[i] = dg_scale_parse_name(p);
        inputs[i] = type_id(p);
    }
    to->input_count = count;
    to->input_names = names;
    to->inputs = inputs;
}

static void parse_method(meta_parser *p, dg_meta_method *to, const char *api)
{
    to->api = api;
    to->name = dg_scale_parse_name(p);
    parse_inputs(p, to);
    to->output = type_id(p);
    dg_scale_parse_skip_texts(p);
    skip_item_deprecation(p);
}

/* One list of all methods: it grows by copying, at each API. */
static dg_meta_method *more_methods(meta_parser *p, uint32_t count)
{
    size_t old = p->meta->method_count;
    dg_meta_method *all = dg_scale_parse_take(p, old + count, sizeof *all);
    if (!all)
        return NULL;
    if (old)
        memcpy(all, p->meta->methods, old * sizeof *all);
    p->meta->methods = all;
    p->meta->method_count = old + count;
    return all + old;
}

static void parse_api(meta_parser *p)
{
    const char *api = dg_scale_parse_name(p);
    uint32_t count = dg_scale_count(&p->s, 4);
    dg_meta_method *methods = count ? more_methods(p, count) : NULL;
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++)
        parse_method(p, &methods[i], api);
    dg_scale_parse_skip_texts(p);
    if (p->meta->version >= 16)
        dg_scale_compact_u32(&p->s); /* version of the API */
    skip_item_deprecation(p);
}

static void skip_custom(meta_parser *p)
{
    uint32_t count = dg_scale_count(&p->s, 3);
    for (uint32_t i = 0; i < count && p->s.rc == DG_OK; i++) {
        dg_scale_bytes(&p->s);
        dg_scale_parse_type_id(p);
        dg_scale_bytes(&p->s);
    }
}

void dg_scale_parse_body(meta_parser *p)
{
    parse_pallets(p);
    parse_extrinsic(p);
    if (p->meta->version < 16)
        dg_scale_parse_type_id(p); /* the Runtime type itself */
    if (p->meta->version == 14)
        return;
    for (uint32_t n = dg_scale_count(&p->s, 3); n > 0 && p->s.rc == DG_OK; n--)
        parse_api(p);
    for (int i = 0; i < 3; i++)
        dg_scale_parse_type_id(p); /* outer call, event and error enums */
    skip_custom(p);
}

/* ---- the table of storage prefixes ---- */

static int by_prefix(const void *a, const void *b)
{
    const prefix_row *x = a, *y = b;
    int order = memcmp(x->prefix, y->prefix, sizeof x->prefix);
    return order ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

dg_code dg_scale_prefixes_make(dg_meta *meta)
{
    size_t count = 0;
    prefix_row *row;
    for (size_t i = 0; i < meta->pallet_count; i++)
        count += meta->pallets[i].about.storage_count;
    row = meta->prefixes = dg_arena_take(&meta->arena, count * sizeof *row);
    if (!row)
        return DG_NOMEM;
    for (size_t i = 0; i < meta->pallet_count; i++) {
        const pallet *p = &meta->pallets[i];
        for (uint32_t k = 0; k < p->about.storage_count; k++, row++) {
            dg_storage_prefix(row->prefix, p->entries[k].prefix, p->entries[k].name);
            row->entry = &p->entries[k];
            row->rank = (size_t)(row - meta->prefixes);
        }
    }
    meta->prefix_count = count;
    if (count)
        qsort(meta->prefixes, count, sizeof *meta->prefixes, by_prefix);
    return DG_OK;
}
