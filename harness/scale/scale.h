/* scale.h - SCALE bytes, runtime metadata, and values by type.
 *
 *   cursor     dg_scale_from .. readers .. dg_scale_finish
 *   writer     dg_scale_put_* on a dg_buf
 *   metadata   dg_meta_new(raw) .. look-ups .. dg_meta_free
 *   values     dg_value_decode / dg_value_encode / dg_value_skip by type id
 *
 * Decoding is strict: non-minimal compacts, bools beyond 1, lengths beyond the
 * input and trailing bytes are failures. Nesting is bounded (DG_SCALE_DEPTH_MAX).
 * Mirrors: the SCALE chapter of the spec; frame-metadata V14, V15, V16.
 *
 *   How often an account was used, where `raw` is what a state has under the key:
 *
 *     const dg_meta_entry *e = dg_meta_storage(meta, "System", "Account");
 *     rc = dg_storage_key(meta, &key, e, keys, err);              keys: ["0x.."], one a hasher
 *     ..   nothing under it, and not e->optional: raw = e->fallback
 *     rc = dg_value_decode_all(meta, &json, e->value, raw, err);
 *     nonce = json_integer_value(json_object_get(json, "nonce"));
 *
 * Metadata is never written after dg_meta_new: threads may share it. What came from one metadata
 * (ids, entries, pallets) means nothing to another one; a value that goes from N-1 to N is decoded
 * by the one and encoded by the other. */
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

/* A cursor at the first byte of `in`, which it borrows. A reader steps over what it returns;
 * after the first failure every reader returns zero and stays where it is. */
dg_scale dg_scale_from(dg_bytes in);
/* The next byte. */
uint8_t dg_scale_u8(dg_scale *s);
/* The next two bytes, little-endian. */
uint16_t dg_scale_u16(dg_scale *s);
/* The next four bytes, little-endian. */
uint32_t dg_scale_u32(dg_scale *s);
/* The next eight bytes, little-endian. */
uint64_t dg_scale_u64(dg_scale *s);
/* A byte that is 0 or 1; another one is a failure. */
bool dg_scale_bool(dg_scale *s);
/* The byte before an optional value. True: the value follows. A byte beyond 1 is a failure. */
bool dg_scale_option(dg_scale *s);
/* A compact number of at most 32 bits, in its shortest form; a larger or a padded one is a
 * failure. */
uint32_t dg_scale_compact_u32(dg_scale *s);
/* The same of at most 64 bits. */
uint64_t dg_scale_compact_u64(dg_scale *s);
/* Any compact up to 2^536-1: little-endian bytes in `room`, without zeros at the high end, so
 * none for 0. Borrowed from `room`. */
dg_bytes dg_scale_compact_big(dg_scale *s, uint8_t room[68]);
/* A length of items that take at least `item_min` bytes each: fails at once
 * when so many cannot be there. */
uint32_t dg_scale_count(dg_scale *s, size_t item_min);
/* The next `len` bytes, borrowed from the input; `.at` NULL and none of them after a failure. */
dg_bytes dg_scale_take(dg_scale *s, size_t len);
/* A Vec<u8>: compact length, then the bytes, borrowed from the input. */
dg_bytes dg_scale_bytes(dg_scale *s);
/* The next 32 bytes. */
dg_hash dg_scale_hash(dg_scale *s);
/* All that is left, borrowed; the cursor is at the end then. */
dg_bytes dg_scale_rest(dg_scale *s);
/* Bytes that are left; 0 after a failure. */
size_t dg_scale_left(const dg_scale *s);
/* A failure found by the caller at the byte that comes next. `why` is static text ("slot is
 * zero"). The first failure wins. */
void dg_scale_fail(dg_scale *s, const char *why);
/* DG_OK, or DG_MALFORMED worded with `what`, position and reason. */
dg_code dg_scale_check(const dg_scale *s, dg_error *err, const char *what);
/* As check, and nothing may be left. */
dg_code dg_scale_finish(const dg_scale *s, dg_error *err, const char *what);

/* ---- writer: appends to a buffer, whose `rc` is looked at once, at the end ---- */

/* Appends two bytes, little-endian. What does not fit is in the buffer's `rc`, here and below. */
void dg_scale_put_u16(dg_buf *b, uint16_t v);
/* Appends four bytes, little-endian. */
void dg_scale_put_u32(dg_buf *b, uint32_t v);
/* Appends eight bytes, little-endian. */
void dg_scale_put_u64(dg_buf *b, uint64_t v);
/* Appends `v` as a compact in its shortest form. */
void dg_scale_put_compact(dg_buf *b, uint64_t v);
/* Appends a Vec<u8>: compact length, then the bytes. */
void dg_scale_put_bytes(dg_buf *b, dg_bytes v);
/* Bytes that dg_scale_put_compact writes for `v`. */
size_t dg_scale_compact_len(uint64_t v);

/* ---- metadata ---- */

/* Values inside of values, for every function below; bytes of metadata. */
enum { DG_SCALE_DEPTH_MAX = 128, DG_META_MAX = 32 << 20 };

typedef struct dg_meta dg_meta;
typedef struct {
    uint32_t v;
} dg_type_id; /* into the registry of one metadata */

/* `raw` begins with "meta" and the version byte (the inside of the opaque bytes
 * that Metadata_metadata returns). Copies what it keeps.
 * DG_MALFORMED with position; DG_UNSUPPORTED for a version below 14 or above 16,
 * with the version in the text; DG_LIMIT: more than DG_META_MAX bytes, or more than 256 MiB once it
 * is read; DG_NOMEM. */
dg_code dg_meta_new(dg_meta **out, dg_bytes raw, dg_error *err);
/* Gives the metadata back, with all that its look-ups returned. NULL is fine. */
void dg_meta_free(dg_meta *meta);
/* Version of the metadata: 14, 15 or 16. */
uint32_t dg_meta_version(const dg_meta *meta);

/* How a part of a key is hashed. Behind the hash of the _CONCAT ones the encoded key itself
 * follows, and IDENTITY is nothing but that: from those a key can be read back, from the others it
 * cannot. The numbers are those of StorageHasher in frame-metadata. */
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

/* A pallet. `index` is the first byte of its calls, its events and its errors in a ModuleError; it
 * is the runtime's, and N may give a pallet another one. `calls`, `events` and `errors` are ids
 * only where the flag of each says so. */
typedef struct dg_meta_pallet {
    const char *name;
    uint8_t index;
    const char *storage_prefix; /* NULL: no storage */
    uint32_t storage_count, constant_count;
    bool has_calls, has_events, has_errors;
    dg_type_id calls, events, errors; /* enum types */
} dg_meta_pallet;

/* One storage item. Keys begin with the hash of `prefix`, which is the pallet's storage prefix and
 * need not be its name. What is in the state under such a key is `value`, encoded. */
typedef struct dg_meta_entry {
    const char *pallet, *prefix, *name;
    bool optional;         /* absent means None, else absent means `fallback` */
    uint32_t hasher_count; /* 0: plain value */
    dg_hasher hashers[DG_META_HASHERS_MAX];
    dg_type_id key, value; /* key: tuple when hasher_count > 1 */
    dg_bytes fallback;     /* encoded default */
} dg_meta_entry;

/* A constant of a pallet's Config; `value` is encoded as `type` says. */
typedef struct dg_meta_constant {
    const char *pallet, *name;
    dg_type_id type;
    dg_bytes value;
} dg_meta_constant;

/* A method of a runtime API, from V15 on; its export is called API_NAME. The arguments of a call
 * are the encoded inputs one behind the other, in this order; what it returns is one `output`. */
typedef struct dg_meta_method {
    const char *api, *name;
    uint32_t input_count;
    const char *const *input_names;
    const dg_type_id *inputs;
    dg_type_id output;
} dg_meta_method;

/* A transaction extension, once called signed extension: `value` stands in the extrinsic,
 * `implicit` does not, and both are signed. */
typedef struct dg_meta_extension {
    const char *name;
    dg_type_id value, implicit;
} dg_meta_extension;

/* Look-ups return NULL when it is not there; results live as long as `meta`. How many pallets
 * the runtime has. */
size_t dg_meta_pallet_count(const dg_meta *meta);
/* Pallet `i` in the order of the metadata, which need not be that of their indices; NULL past
 * the end. */
const dg_meta_pallet *dg_meta_pallet_at(const dg_meta *meta, size_t i);
/* The pallet of this name ("Balances"), or NULL. */
const dg_meta_pallet *dg_meta_pallet_named(const dg_meta *meta, const char *pallet);
/* Storage item `i` of pallet `p`, which is one of `meta`; NULL past the end. */
const dg_meta_entry *dg_meta_storage_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i);
/* The storage item of a pallet by both names ("System", "Account"), or NULL. */
const dg_meta_entry *dg_meta_storage(const dg_meta *meta, const char *pallet, const char *item);
/* .. if it is a plain value; NULL: there is none, or a runtime has a map of that name. */
const dg_meta_entry *dg_meta_storage_value(const dg_meta *meta, const char *pallet,
                                           const char *item);
/* The entry a full storage key belongs to (first 32 bytes), or NULL. */
const dg_meta_entry *dg_meta_storage_of_key(const dg_meta *meta, dg_bytes key);
/* Constant `i` of pallet `p`, which is one of `meta`; NULL past the end. */
const dg_meta_constant *dg_meta_constant_at(const dg_meta *meta, const dg_meta_pallet *p, size_t i);
/* The constant of a pallet by both names ("Babe", "EpochDuration"), or NULL. */
const dg_meta_constant *dg_meta_constant_named(const dg_meta *meta, const char *pallet,
                                               const char *name);
/* How many methods all runtime APIs have together; 0 for V14, which does not tell. */
size_t dg_meta_method_count(const dg_meta *meta);
/* Method `i` in the order of the metadata; NULL past the end. */
const dg_meta_method *dg_meta_method_at(const dg_meta *meta, size_t i);
/* The method of an API by both names ("BabeApi", "configuration"), or NULL. */
const dg_meta_method *dg_meta_method_named(const dg_meta *meta, const char *api,
                                           const char *method);
/* How many transaction extensions an extrinsic carries. */
size_t dg_meta_extension_count(const dg_meta *meta);
/* Extension `i`, in the order in which their bytes stand in an extrinsic; NULL past the end. */
const dg_meta_extension *dg_meta_extension_at(const dg_meta *meta, size_t i);
/* The extrinsic format's version (4): what the first byte of a signed extrinsic is made of. */
uint8_t dg_meta_extrinsic_version(const dg_meta *meta);
/* Name of error `error` of the pallet with `index`, for Module errors; NULL. */
const char *dg_meta_error_name(const dg_meta *meta, uint8_t pallet_index, uint8_t error);

/* ---- types: an id that is too high is an assert, one of another metadata is not noticed ---- */

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

/* How many types the registry has: ids are 0 to count - 1. */
uint32_t dg_type_count(const dg_meta *meta);
/* What kind of type it is. `type` is an id of `meta`. */
dg_type_kind dg_type_kind_of(const dg_meta *meta, dg_type_id type);
/* "pallet_balances::AccountData", "Vec<u8>", "(u32, [u8; 32])": for people. Two types may have one
 * name, since parameters stand only where the path has one part; what is more than six deep is
 * "..". */
void dg_type_name(dg_buf *out, const dg_meta *meta, dg_type_id type);
/* First type whose path ends in these whole segments ("SessionKeys", "header::Header"); `out` is
 * left alone and false returned if none. */
bool dg_type_find(const dg_meta *meta, dg_type_id *out, const char *path_end);
/* Do both types have the same bytes (layout, not names)? If not, `where` (may be
 * NULL) gets a path to the first difference, as ".1.keys: [u8; 32] against [u8; 33]". Variants are
 * the same by their index. What cannot be compared (no memory, more than 4096 fields in a row,
 * nested deeper than 512) counts as different, and `where` says so. */
bool dg_type_same(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb, dg_buf *where);
/* Does `b` read every value of `a` as what it is? As dg_type_same, but enums of `b` may have
 * variants of their own. `assumed` (a type of `a`, one of `b`; may be NULL) counts as readable:
 * calls hold calls. `where` as there. */
bool dg_type_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                   const dg_type_id assumed[2], dg_buf *where);
/* dg_type_reads for the fields of one variant, found by its name in either enum (indices may
 * differ). False, with nothing in `where`, if one of the two lacks it. */
bool dg_variant_reads(const dg_meta *a, dg_type_id ta, const dg_meta *b, dg_type_id tb,
                      const char *name, const dg_type_id assumed[2], dg_buf *where);
/* Fixed size in bytes of every value of the type; false if it varies. */
bool dg_type_size(const dg_meta *meta, dg_type_id type, size_t *size);
/* Variant `i` of an enum type, in the order of the metadata: its name, and its index in the
 * encoding, which may leave gaps. NULL past the end and for other types. */
const char *dg_type_variant_at(const dg_meta *meta, dg_type_id type, size_t i, uint8_t *index);
/* Field i of a struct: its type and name ("" if unnamed); false past the end. */
bool dg_type_field_at(const dg_meta *meta, dg_type_id type, size_t i, const char **name,
                      dg_type_id *field);
/* Item type of a sequence, array or compact; the type itself otherwise. */
dg_type_id dg_type_item(const dg_meta *meta, dg_type_id type);

/* ---- values ---- */

/* Steps over one value: DG_OK with the cursor behind it, or DG_MALFORMED with the failure in
 * `s`. Nesting deeper than DG_SCALE_DEPTH_MAX is a failure. */
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
/* The whole of `raw` as one value, owned by the caller; trailing bytes are DG_MALFORMED. DG_NOMEM.
 */
dg_code dg_value_decode_all(const dg_meta *meta, json_t **out, dg_type_id type, dg_bytes raw,
                            dg_error *err);
/* The inverse: accepts what decode prints, and hex for any byte sequence or
 * array; integers of any size also as decimal text. DG_USAGE with the path of the value that does
 * not fit. DG_LIMIT, DG_NOMEM of `out`. A failure leaves
 * `out` as long as it was. */
dg_code dg_value_encode(const dg_meta *meta, dg_buf *out, dg_type_id type, const json_t *value,
                        dg_error *err);

/* The same for values that people write for polkadot.js: names of fields and variants in whatever
 * case, with underscores or without; fields that are left out have the type's default, which is the
 * value whose bytes are zero; 32 bytes as an SS58 address of any network; bytes also as the text
 * that they are. Codes of dg_value_encode. Mirrors: polkadot.js, createType. */
dg_code dg_value_encode_loose(const dg_meta *meta, dg_buf *out, dg_type_id type,
                              const json_t *value, dg_error *err);
/* Is `given` the name `name` but for case and underscores? */
bool dg_scale_name_like(const char *name, const char *given);

/* ---- storage keys and calls ---- */

/* The 32 bytes that every key of an item begins with: twox128(pallet's storage prefix) ++
 * twox128(item). */
void dg_storage_prefix(uint8_t out[32], const char *pallet_prefix, const char *item);
/* Appends the full key of an item, from its keys as JSON (an array, one a hasher; NULL for a
 * plain value). DG_USAGE: another number of keys, or one that does not fit its type, with its
 * path. */
dg_code dg_storage_key(const dg_meta *meta, dg_buf *out, const dg_meta_entry *entry,
                       const json_t *keys, dg_error *err);
/* The same from keys that are encoded already, one dg_bytes for each of entry->hasher_count; NULL
 * for a plain value, which dg_meta_storage_value finds.
 * Failure: the buffer's `rc`. */
void dg_storage_key_raw(dg_buf *out, const dg_meta_entry *entry, const dg_bytes *keys);
/* The keys inside a full key, as a JSON array that the caller owns: the values where the hasher
 * keeps them (concat, identity), the hash where it does not. DG_MALFORMED: the key is not one of
 * this item's. */
dg_code dg_storage_key_decode(const dg_meta *meta, json_t **out, const dg_meta_entry *entry,
                              dg_bytes key, dg_error *err);
/* Would the runtime ever look under this key, which begins with the item's prefix? Not where the
 * parts are of another type, or hashed otherwise. */
bool dg_storage_key_found(const dg_meta *meta, const dg_meta_entry *entry, dg_bytes key);
/* The call bytes of pallet.call with named arguments (JSON object), appended: the pallet's index,
 * the call's, then its arguments in the runtime's order; NULL or {} for a call without any. No
 * extrinsic yet: nobody signs it. DG_USAGE when
 * there is no such pallet, call or argument; the nearest name is suggested. */
dg_code dg_scale_call_encode(const dg_meta *meta, dg_buf *out, const char *pallet, const char *call,
                             const json_t *args, dg_error *err);

#endif
