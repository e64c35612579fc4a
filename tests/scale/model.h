/* model.h - a naive twin of types and values: metadata is written from a table
 * of types, and values are made by the same table, byte by byte. */
#ifndef DG_TESTS_SCALE_MODEL_H
#define DG_TESTS_SCALE_MODEL_H

#include "base/base.h"

enum { MODEL_TYPES = 64, MODEL_PARTS = 6 };

/* kind: 's' struct, 'n' struct with named fields, 'e' enum (a part for each
 * variant, 255: without a field), 'o' Option, 'v' Vec, 'a' array, 't' tuple, 'c' compact,
 * 'b' bits of 8 Lsb0, 'B' bits of 16 Msb0, 'l' the marker Lsb0, 'm' Msb0, or a
 * primitive: '0' + its index in the encoding. */
typedef struct model_type {
    char kind;
    unsigned count;
    unsigned parts[MODEL_PARTS];
    uint32_t len; /* array */
    const char *path;
} model_type;

typedef struct model {
    model_type types[MODEL_TYPES];
    unsigned count;
} model;

/* Adds a type; parts are ids. Returns its id. */
unsigned model_add(model *m, char kind, unsigned count, const unsigned *parts, uint32_t len);
/* All primitives, then random types over what is there already. */
void model_random(model *m, dg_rng *rng);
/* V14 metadata with this registry and nothing else. */
void model_meta(dg_buf *out, const model *m);
/* A random value of type `id`. */
void model_value(dg_buf *out, const model *m, unsigned id, dg_rng *rng);

#endif
