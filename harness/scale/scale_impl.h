/* scale_impl.h - what the files of this room share: the type registry, and the
 * walk over one value. */
#ifndef DG_SCALE_IMPL_H
#define DG_SCALE_IMPL_H

#include <assert.h>

#include "scale/scale.h"

/* ---- text and numbers ---- */

bool dg_scale_is_utf8(dg_bytes text);
bool dg_scale_is_char(uint32_t scalar);
/* The only character of `text`; false if it is not exactly one. */
bool dg_scale_char_of(uint32_t *scalar, dg_bytes text);
/* Little-endian, of any length up to 67 bytes; high zeros are dropped. */
void dg_scale_put_compact_big(dg_buf *b, dg_bytes le);

enum { DG_DECIMAL_MAX = 168 }; /* digits of 2^536, sign and NUL */

/* Little-endian integer of at most 68 bytes as decimal text; `is_signed`: two's
 * complement. Returns the length. */
size_t dg_scale_decimal_print(char out[DG_DECIMAL_MAX], dg_bytes le, bool is_signed);
/* The inverse into `len` bytes; false: not a plain decimal, or it does not fit. */
bool dg_scale_decimal_parse(uint8_t *le, size_t len, bool is_signed, dg_bytes text);

/* ---- the type registry ---- */

typedef enum prim {
    PRIM_BOOL,
    PRIM_CHAR,
    PRIM_STR,
    PRIM_U8,
    PRIM_U16,
    PRIM_U32,
    PRIM_U64,
    PRIM_U128,
    PRIM_U256,
    PRIM_I8,
    PRIM_I16,
    PRIM_I32,
    PRIM_I64,
    PRIM_I128,
    PRIM_I256,
    PRIM_COUNT,
    PRIM_UNIT, /* Compact<()>: no bytes at all */
    PRIM_NONE  /* a compact of something that has no compact form */
} prim;

typedef struct prim_about {
    const char *name;
    uint8_t size; /* bytes; 0: varies */
    bool is_int, is_signed;
} prim_about;
extern const prim_about dg_scale_prims[PRIM_COUNT];

typedef struct field {
    const char *name;
    uint32_t type;
} field; /* name NULL: unnamed */

/* Fields that follow each other: of a struct, a tuple or a variant. */
typedef struct product {
    const field *fields;
    uint32_t count;
    bool named; /* there are fields, and each has a name of its own */
} product;

typedef struct variant {
    const char *name;
    product body;
    uint8_t index;
} variant;

typedef struct type {
    dg_type_kind kind;
    uint8_t prim;       /* PRIMITIVE; COMPACT: the integer inside */
    uint8_t bits_store; /* BITS: bytes of one element; 0: unknown store or order */
    bool bits_msb;      /* BITS: bit 0 is the highest of its element */
    bool is_option;     /* ENUM: Option<T> */
    bool nullable;      /* its JSON may be null */
    bool fixed;         /* every value has size_min bytes */
    bool plain;         /* fixed, and any bytes are a value */
    uint8_t sized;      /* progress of the layout pass */
    uint32_t item;      /* SEQUENCE, ARRAY, COMPACT, Option: the type inside */
    uint32_t len;       /* ARRAY: items */
    uint64_t size_min;  /* bytes, saturating */
    const char *const *path;
    const uint32_t *params; /* generic parameters that have a type */
    uint32_t path_count, param_count, variant_count;
    product body; /* STRUCT, TUPLE */
    const variant *variants;
} type;

typedef struct pallet {
    dg_meta_pallet about; /* first: the door hands out its address */
    dg_meta_entry *entries;
    dg_meta_constant *constants;
} pallet;

typedef struct prefix_row {
    uint8_t prefix[32];
    size_t rank; /* place in the metadata: settles equal prefixes */
    const dg_meta_entry *entry;
} prefix_row;

struct dg_meta {
    dg_arena arena;
    uint32_t version;
    uint32_t type_count;
    type *types;
    size_t pallet_count, method_count, extension_count, prefix_count;
    pallet *pallets;
    dg_meta_method *methods;
    dg_meta_extension *extensions;
    prefix_row *prefixes; /* sorted */
    uint8_t extrinsic_version;
};

static inline const type *dg_type_at(const dg_meta *meta, uint32_t id)
{
    assert(id < meta->type_count);
    return &meta->types[id];
}
const variant *dg_scale_variant_of(const type *t, uint8_t index); /* NULL: none has it */
const variant *dg_scale_variant_named(const type *t, const char *name);

/* The name of a type for a message, cut to what fits. */
typedef struct type_text {
    char text[160];
} type_text;
type_text dg_type_text(const dg_meta *meta, uint32_t id);

/* ---- parsing ---- */

typedef struct meta_parser {
    dg_scale s;
    dg_meta *meta;
    dg_code rc; /* DG_NOMEM or DG_LIMIT when the arena had no room */
} meta_parser;

/* Room for `count` things, or NULL with the cursor failed; never NULL for 0. */
void *dg_scale_parse_take(meta_parser *p, size_t count, size_t size);
/* A name: text without control characters. */
const char *dg_scale_parse_name(meta_parser *p);
dg_bytes dg_scale_parse_kept(meta_parser *p); /* bytes with a length, copied */
uint32_t dg_scale_parse_type_id(meta_parser *p);
void dg_scale_parse_skip_texts(meta_parser *p);
void dg_scale_parse_registry(meta_parser *p);
void dg_scale_parse_body(meta_parser *p); /* all that follows the registry */
void dg_scale_layout_all(dg_meta *meta);
dg_code dg_scale_prefixes_make(dg_meta *meta);

/* ---- walking one value ---- */

typedef struct walk {
    const dg_meta *meta;
    dg_scale *s;
    unsigned depth;
    uint64_t budget; /* steps that are left: bounds work on items without bytes */
    bool no_memory;
} walk;

walk dg_scale_walk_on(const dg_meta *meta, dg_scale *s);
bool dg_scale_walk_enter(walk *w); /* false with the cursor failed: too deep, too long */
static inline void dg_scale_walk_leave(walk *w)
{
    assert(w->depth > 0);
    w->depth--;
}
/* Number of bits and the bytes that hold them. */
dg_bytes dg_scale_walk_bits(walk *w, const type *t, uint32_t *count);
dg_bytes dg_scale_walk_compact(walk *w, const type *t, uint8_t room[68]);
/* Items of a sequence that can be there. */
uint32_t dg_scale_walk_count(walk *w, uint32_t item);
const variant *dg_scale_walk_variant(walk *w, const type *t);
bool dg_scale_bit_at(const type *t, const uint8_t *at, uint32_t i);

/* ---- encoding ---- */

/* As dg_value_encode; failures begin with `where`. On failure `out` is as it was. */
dg_code dg_value_encode_at(const dg_meta *meta, dg_buf *out, uint32_t type, const json_t *value,
                           const char *where, dg_error *err);
/* The fields of a struct or variant in their order. */
dg_code dg_scale_product_encode_at(const dg_meta *meta, dg_buf *out, const product *body,
                                   const json_t *value, const char *where, dg_error *err);

/* "; did you mean x?", or "" when no name is near. `name_at` gives the i-th name
 * of `of`, NULL past the end. */
typedef struct suggestion {
    char text[128];
} suggestion;
suggestion dg_scale_suggest(const char *word, const char *(*name_at)(const void *of, size_t i),
                            const void *of);
const char *dg_scale_field_name_at(const void *body, size_t i);        /* a product */
const char *dg_scale_variant_name_at(const void *enum_type, size_t i); /* a type */

/* ---- value_loose.c: values as people write them ---- */

/* The value of the type whose bytes are zero. False: it has none. */
bool dg_scale_put_default(const dg_meta *meta, dg_buf *out, uint32_t id);
/* The public key of an SS58 address, if it is one of `len` bytes. */
bool dg_scale_put_address(dg_buf *out, uint32_t len, const char *text);

#endif
