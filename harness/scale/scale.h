/* scale.h - SCALE bytes, runtime metadata, and values by type.
 *
 *   cursor     dg_scale_from .. readers .. dg_scale_finish
 *   writer     dg_scale_put_* on a dg_buf
 *   metadata   dg_meta_new(raw) .. look-ups .. dg_meta_free
 *   values     dg_value_decode / dg_value_encode / dg_value_skip by type id
 *
 * Decoding is strict: non-minimal compacts, bools beyond 1, lengths beyond the
 * input and trailing bytes are failures. Nesting is bounded (DG_SCALE_DEPTH_MAX).
 * Mirrors: the SCALE chapter of the spec; frame-metadata V14, V15, V16. */
#ifndef DG_SCALE_H
#define DG_SCALE_H

#include <jansson.h>

#include "base/base.h"

/* ---- cursor: remembers its first failure; readers then return zero ---- */

typedef struct dg_scale {
    dg_bytes in;     /* borrowed */
    size_t at;       /* next byte */
    dg_code rc;      /* DG_OK or DG_MALFORMED */
    size_t bad_at;   /* where it failed */
    const char *why; /* static text */
} dg_scale;

dg_scale dg_scale_from(dg_bytes in);
uint8_t dg_scale_u8(dg_scale *s);
uint16_t dg_scale_u16(dg_scale *s);
uint32_t dg_scale_u32(dg_scale *s);
uint64_t dg_scale_u64(dg_scale *s);
bool dg_scale_bool(dg_scale *s);
bool dg_scale_option(dg_scale *s); /* true: the value follows */
uint32_t dg_scale_compact_u32(dg_scale *s);
uint64_t dg_scale_compact_u64(dg_scale *s);
/* Any compact up to 2^536-1: little-endian bytes, `len` of them (borrowed or a
 * small static form), without leading zeros at the high end. */
dg_bytes dg_scale_compact_big(dg_scale *s, uint8_t room[68]);
/* A length of items that take at least `item_min` bytes each: fails at once
 * when so many cannot be there. */
uint32_t dg_scale_count(dg_scale *s, size_t item_min);
dg_bytes dg_scale_take(dg_scale *s, size_t len);
dg_bytes dg_scale_bytes(dg_scale *s); /* compact length, then bytes; borrowed */
dg_hash dg_scale_hash(dg_scale *s);
dg_bytes dg_scale_rest(dg_scale *s);
size_t dg_scale_left(const dg_scale *s);
void dg_scale_fail(dg_scale *s, const char *why); /* first failure wins */
/* DG_OK, or DG_MALFORMED worded with `what`, position and reason. */
dg_code dg_scale_check(const dg_scale *s, dg_error *err, const char *what);
/* As check, and nothing may be left. */
dg_code dg_scale_finish(const dg_scale *s, dg_error *err, const char *what);

/* ---- writer ---- */

void dg_scale_put_u16(dg_buf *b, uint16_t v);
void dg_scale_put_u32(dg_buf *b, uint32_t v);
void dg_scale_put_u64(dg_buf *b, uint64_t v);
void dg_scale_put_compact(dg_buf *b, uint64_t v);
void dg_scale_put_bytes(dg_buf *b, dg_bytes v); /* compact length, then bytes */
size_t dg_scale_compact_len(uint64_t v);        /* bytes that put_compact writes */

/* ---- metadata ---- */

enum { DG_SCALE_DEPTH_MAX = 128, DG_META_MAX = 32 << 20 };

typedef struct dg_meta dg_meta;
typedef struct {
    uint32_t v;
} dg_type_id; /* into the registry of one metadata */

/* `raw` begins with "meta" and the version byte (the inside of the opaque bytes
 * that Metadata_metadata returns). Copies what it keeps.
 * DG_MALFORMED with position; DG_UNSUPPORTED for a version below 14 or above 16,
 * with the version in the text; DG_NOMEM. */
dg_code dg_meta_new(dg_meta **out, dg_bytes raw, dg_error *err);
void dg_meta_free(dg_meta *meta);
uint32_t dg_meta_version(const dg_meta *meta);

typedef enum dg_hasher {
    DG_HASHER_BLAKE2_128,
    DG_HASHER_BLAKE2_256,
    DG_HASHER_BLAKE2_128_CONCAT,
    DG_HASHER_TWOX_128,
    DG_HASHER_TWOX_256,
    DG_HASHER_TWOX_64_CONCAT,
    DG_HASHER_IDENTITY
} dg_hasher;
enum { DG_META_HASHERS_MAX = 16 };

typedef struct dg_meta_pallet {
    const char *name;
    uint8_t index;
    const char *storage_prefix; /* NULL: no storage */
    uint32_t storage_count, constant_count;
    bool has_calls, has_events, has_errors;
    dg_type_id calls, events, errors; /* enum types */
} dg_meta_pallet;

typedef struct dg_meta_entry { /* one storage item */
    const char *pallet, *prefix, *name;
    bool optional;         /* absent means None, else absent means `fallback` */
    uint32_t hasher_count; /* 0: plain value */
    dg_hasher hashers[DG_META_HASHERS_MAX];
    dg_type_id key, value; /* key: tuple when hasher_count > 1 */
    dg_bytes fallback;     /* encoded default */
} dg_meta_entry;

typedef struct dg_meta_constant {
    const char *pallet, *name;
    dg_type_id type;
    dg_bytes value;
} dg_meta_constant;

typedef struct dg_meta_method { /* V15 and later */
    const char *api, *name;
    uint32_t input_count;
    const char *const *input_names;
    const dg_type_id *inputs;
    dg_type_id output;
} dg_meta_method;

typedef struct dg_meta_extension {
    const char *name;
    dg_type_id value, implicit;
} dg_meta_extension;

/* Look-ups return NULL when it is not there; results live as long as `meta`. */
size_t dg_meta_pallet_count(const dg_meta *meta);
const dg_meta_pallet *dg_meta_pallet_at(const dg_meta *meta, size_t i);
const dg_meta_pallet *dg_meta_pallet_named(const dg_meta *meta, const char *pallet);
const dg_meta_entry *dg_meta_storage_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i);
const dg_meta_entry *dg_meta_storage(const dg_meta *meta, const char *pallet, const char *item);
/* The entry a full storage key belongs to (first 32 bytes), or NULL. */
const dg_meta_entry *dg_meta_storage_of_key(const dg_meta *meta, dg_bytes key);
const dg_meta_constant *dg_meta_constant_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i);
const dg_meta_constant *dg_meta_constant_named(const dg_meta *meta, const char *pallet,
                                               const char *name);
size_t dg_meta_method_count(const dg_meta *meta); /* 0 for V14 */
const dg_meta_method *dg_meta_method_at(const dg_meta *meta, size_t i);
const dg_meta_method *dg_meta_method_named(const dg_meta *meta, const char *api,
                                           const char *method);
size_t dg_meta_extension_count(const dg_meta *meta);
const dg_meta_extension *dg_meta_extension_at(const dg_meta *meta, size_t i);
uint8_t dg_meta_extrinsic_version(const dg_meta *meta);
/* Name of error `error` of the pallet with `index`, for Module errors; NULL. */
const char *dg_meta_error_name(const dg_meta *meta, uint8_t pallet_index, uint8_t error);

/* ---- types ---- */

typedef enum dg_type_kind {
    DG_TYPE_STRUCT,
    DG_TYPE_ENUM,
    DG_TYPE_SEQUENCE,
    DG_TYPE_ARRAY,
    DG_TYPE_TUPLE,
    DG_TYPE_PRIMITIVE,
    DG_TYPE_COMPACT,
    DG_TYPE_BITS
} dg_type_kind;

uint32_t dg_type_count(const dg_meta *meta); /* ids are 0 to count - 1 */
dg_type_kind dg_type_kind_of(const dg_meta *meta, dg_type_id type);
/* "pallet_balances::AccountData", "Vec<u8>", "(u32, [u8; 32])": for people. */
void dg_type_name(dg_buf *out, const dg_meta *meta, dg_type_id type);
/* First type whose path ends in `path` ("SessionKeys"); false if none. */
bool dg_type_find(const dg_meta *meta, dg_type_id *out, const char *path_end);
/* Do both types have the same bytes (layout, not names)? If not, `where` (may be
 * NULL) gets a path to the first difference, as ".1.keys: [u8; 32] against [u8; 33]". */
bool dg_type_same(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb, dg_buf *where);
/* Does `b` read every value of `a` as what it is? As same, but enums of `b` may have
 * variants of their own. `assumed` (a type of `a`, one of `b`; may be NULL) counts as
 * readable: calls hold calls. The second for the fields of one variant, found by name
 * in either enum (indices may differ); false, with nothing in `where`, if one lacks it. */
bool dg_type_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                   const dg_type_id assumed[2], dg_buf *where);
bool dg_variant_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                      const char *name, const dg_type_id assumed[2], dg_buf *where);
/* Fixed size in bytes of every value of the type; false if it varies. */
bool dg_type_size(const dg_meta *meta, dg_type_id type, size_t *size);
/* Variants of an enum type and their indices: name of the i-th (NULL past the end). */
const char *dg_type_variant_at(const dg_meta *meta, dg_type_id type, size_t i, uint8_t *index);
/* Field i of a struct: its type and name ("" if unnamed); false past the end. */
bool dg_type_field_at(const dg_meta *meta, dg_type_id type, size_t i, const char **name,
                      dg_type_id *field);
/* Item type of a sequence, array or compact; the type itself otherwise. */
dg_type_id dg_type_item(const dg_meta *meta, dg_type_id type);

/* ---- values ---- */

/* Steps over one value: DG_OK with the cursor behind it, or its failure in `s`. */
dg_code dg_value_skip(const dg_meta *meta, dg_type_id type, dg_scale *s);
/* One value as JSON; `out` is owned by the caller.
 *   struct        object; a newtype is the value inside; unnamed fields an array
 *   tuple         array, () is []
 *   enum          "Variant" or {"Variant": fields}
 *   Option        null or the value; {"Some": value} where the value could be null
 *   bytes         "0x.."; bits "0b101", first bit first
 *   integer       number up to 2^53 either way, beyond that decimal text
 * Its nodes come from jansson: set json_set_alloc_funcs(dg_malloc, dg_free) once
 * to have them counted as heap. DG_MALFORMED names type, byte and reason. */
dg_code dg_value_decode(const dg_meta *meta, json_t **out, dg_type_id type, dg_scale *s,
                        dg_error *err);
/* The whole of `raw` as one value; trailing bytes are DG_MALFORMED. */
dg_code dg_value_decode_all(const dg_meta *meta, json_t **out, dg_type_id type, dg_bytes raw,
                            dg_error *err);
/* The inverse: accepts what decode prints, and hex for any byte sequence or
 * array. DG_USAGE with the path of the value that does not fit. */
dg_code dg_value_encode(const dg_meta *meta, dg_buf *out, dg_type_id type, const json_t *value,
                        dg_error *err);

/* ---- storage keys and calls ---- */

/* prefix: 32 bytes twox128(prefix) ++ twox128(name). */
void dg_storage_prefix(uint8_t out[32], const char *pallet_prefix, const char *item);
/* Full key from JSON keys (an array, one per hasher; NULL for a plain value). */
dg_code dg_storage_key(const dg_meta *meta, dg_buf *out, const dg_meta_entry *entry,
                       const json_t *keys, dg_error *err);
/* Full key from keys that are encoded already, one dg_bytes per hasher. */
void dg_storage_key_raw(dg_buf *out, const dg_meta_entry *entry, const dg_bytes *keys);
/* The encoded keys inside a full key (for concat and identity hashers), as JSON
 * array; hashed-only parts come as the hash. */
dg_code dg_storage_key_decode(const dg_meta *meta, json_t **out, const dg_meta_entry *entry,
                              dg_bytes key, dg_error *err);
/* The call bytes of pallet.call with named arguments (JSON object). DG_USAGE when
 * there is no such pallet, call or argument; the nearest name is suggested. */
dg_code dg_scale_call_encode(const dg_meta *meta, dg_buf *out, const char *pallet, const char *call,
                             const json_t *args, dg_error *err);

#endif
