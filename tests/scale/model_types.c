/* model_types.c - see model.h. Written without any code of the room. */
#include "model.h"

#include <string.h>

enum { MODEL_U8 = 3, MODEL_U64 = 6, MODEL_U128 = 7, MODEL_PRIMS = 15, NO_FIELD = 255 };

unsigned model_add(model *m, char kind, unsigned count, const unsigned *parts, uint32_t len)
{
    model_type *t = &m->types[m->count];
    *t = (model_type){ .kind = kind, .count = count, .len = len };
    for (unsigned i = 0; i < count; i++)
        t->parts[i] = parts[i];
    return m->count++;
}

static void add_prims(model *m)
{
    for (unsigned i = 0; i < MODEL_PRIMS; i++)
        model_add(m, (char)('0' + i), 0, NULL, 0);
}

void model_random(model *m, dg_rng *rng)
{
    static const char kinds[] = "ssnnneeeoovvatc";
    unsigned lsb, msb;
    m->count = 0;
    add_prims(m);
    lsb = model_add(m, 'l', 0, NULL, 0);
    msb = model_add(m, 'm', 0, NULL, 0);
    model_add(m, 'b', 2, (unsigned[]){ MODEL_U8, lsb }, 0);
    model_add(m, 'B', 2, (unsigned[]){ MODEL_U8 + 1, msb }, 0);
    while (m->count < 48) {
        char kind = kinds[dg_rng_below(rng, sizeof kinds - 1)];
        unsigned parts[MODEL_PARTS], count = (unsigned)dg_rng_below(rng, 5);
        for (unsigned i = 0; i < MODEL_PARTS; i++) {
            parts[i] = (unsigned)dg_rng_below(rng, m->count);
            if (kind == 'e' && dg_rng_below(rng, 3) == 0)
                parts[i] = NO_FIELD;
        }
        if (kind == 'o' || kind == 'v' || kind == 'a')
            count = 1;
        if (kind == 'e' && count == 0)
            count = 1;
        if (kind == 'c') {
            count = 1;
            parts[0] = MODEL_U8 + (unsigned)dg_rng_below(rng, 5);
        }
        model_add(m, kind, count, parts, (uint32_t)dg_rng_below(rng, 4));
    }
}

/* ---- metadata ---- */

static void put_compact(dg_buf *out, uint64_t v)
{
    if (v < 64) {
        dg_buf_put_u8(out, (uint8_t)(v * 4));
    } else if (v < 16384) {
        dg_buf_put_u8(out, (uint8_t)(v * 4 % 256 + 1));
        dg_buf_put_u8(out, (uint8_t)(v / 64));
    } else if (v < 1073741824) {
        dg_buf_put_u8(out, (uint8_t)(v * 4 % 256 + 2));
        for (int i = 1; i < 4; i++)
            dg_buf_put_u8(out, (uint8_t)(v * 4 >> 8 * i));
    } else {
        int bytes = 4;
        while (bytes < 8 && v >> 8 * bytes)
            bytes++;
        dg_buf_put_u8(out, (uint8_t)((bytes - 4) * 4 + 3));
        for (int i = 0; i < bytes; i++)
            dg_buf_put_u8(out, (uint8_t)(v >> 8 * i));
    }
}

static void put_text(dg_buf *out, const char *text)
{
    put_compact(out, strlen(text));
    dg_buf_put_text(out, text);
}

static void put_field(dg_buf *out, unsigned id, const char *name)
{
    dg_buf_put_u8(out, name != NULL);
    if (name)
        put_text(out, name);
    put_compact(out, id);
    dg_buf_put_u8(out, 0); /* no type name */
    put_compact(out, 0);   /* no docs */
}

static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

static void put_variants(dg_buf *out, const model_type *t)
{
    put_compact(out, t->count);
    for (unsigned i = 0; i < t->count; i++) {
        put_text(out, names[i]);
        put_compact(out, t->parts[i] != NO_FIELD);
        if (t->parts[i] != NO_FIELD)
            put_field(out, t->parts[i], NULL);
        dg_buf_put_u8(out, (uint8_t)(i * 3)); /* indices need not be dense */
        put_compact(out, 0);
    }
}

static void put_option(dg_buf *out, unsigned id)
{
    put_compact(out, 2);
    for (int some = 0; some < 2; some++) {
        put_text(out, some ? "Some" : "None");
        put_compact(out, some);
        if (some)
            put_field(out, id, NULL);
        dg_buf_put_u8(out, (uint8_t)some);
        put_compact(out, 0);
    }
}

static void put_def(dg_buf *out, const model_type *t)
{
    static const char tags[] = "s0n0l0m0e1o1v2a3t4c6b7B7";
    const char *tag = strchr(tags, t->kind);
    if (t->kind >= '0' && t->kind < '0' + MODEL_PRIMS) {
        dg_buf_put_u8(out, 5);
        dg_buf_put_u8(out, (uint8_t)(t->kind - '0'));
        return;
    }
    dg_buf_put_u8(out, (uint8_t)(tag[1] - '0'));
    if (strchr("snlm", t->kind)) {
        put_compact(out, t->count);
        for (unsigned i = 0; i < t->count; i++)
            put_field(out, t->parts[i], t->kind == 'n' ? names[i] : NULL);
    } else if (t->kind == 'e') {
        put_variants(out, t);
    } else if (t->kind == 'o') {
        put_option(out, t->parts[0]);
    } else {
        if (t->kind == 'a')
            for (int i = 0; i < 4; i++)
                dg_buf_put_u8(out, (uint8_t)(t->len >> 8 * i));
        if (t->kind == 't')
            put_compact(out, t->count);
        for (unsigned i = 0; i < t->count; i++)
            put_compact(out, t->parts[i]);
    }
}

void model_meta(dg_buf *out, const model *m)
{
    dg_buf_put(out, "meta\x0e", 5);
    put_compact(out, m->count);
    for (unsigned i = 0; i < m->count; i++) {
        const model_type *t = &m->types[i];
        const char *path = t->kind == 'o'   ? "Option"
                           : t->kind == 'l' ? "Lsb0"
                           : t->kind == 'm' ? "Msb0"
                                            : t->path;
        put_compact(out, i);
        put_compact(out, path != NULL);
        if (path)
            put_text(out, path);
        put_compact(out, 0); /* no parameters */
        put_def(out, t);
        put_compact(out, 0); /* no docs */
    }
    put_compact(out, 0); /* no pallets */
    put_compact(out, 0); /* extrinsic: type, version, no extensions */
    dg_buf_put_u8(out, 4);
    put_compact(out, 0);
    put_compact(out, 0); /* the runtime's own type */
}

/* ---- values ---- */

static void put_random(dg_buf *out, size_t len, dg_rng *rng)
{
    for (size_t i = 0; i < len; i++)
        dg_buf_put_u8(out, (uint8_t)dg_rng_below(rng, 256));
}

static void put_prim(dg_buf *out, unsigned prim, dg_rng *rng)
{
    static const uint8_t sizes[] = { 1, 4, 0, 1, 2, 4, 8, 16, 32, 1, 2, 4, 8, 16, 32 };
    static const uint32_t chars[] = { 0, 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0x10ffff };
    static const char *const texts[] = { "", "x", "0x12", "\xc3\xa9", "\xf0\x9f\x98\x80 and\n" };
    if (prim == 0) {
        dg_buf_put_u8(out, (uint8_t)dg_rng_below(rng, 2));
    } else if (prim == 1) {
        uint32_t c = chars[dg_rng_below(rng, sizeof chars / sizeof chars[0])];
        for (int i = 0; i < 4; i++)
            dg_buf_put_u8(out, (uint8_t)(c >> 8 * i));
    } else if (prim == 2) {
        put_text(out, texts[dg_rng_below(rng, 5)]);
    } else {
        put_random(out, sizes[prim], rng);
    }
}

static void put_random_compact(dg_buf *out, unsigned prim, dg_rng *rng)
{
    unsigned bits = 8u << (prim - MODEL_U8), kept;
    if (bits > 64 && dg_rng_below(rng, 2)) { /* sixteen bytes, the highest not zero */
        dg_buf_put_u8(out, (16 - 4) * 4 + 3);
        put_random(out, 15, rng);
        dg_buf_put_u8(out, (uint8_t)(1 + dg_rng_below(rng, 255)));
        return;
    }
    kept = 1 + (unsigned)dg_rng_below(rng, bits > 64 ? 64 : bits);
    put_compact(out, dg_rng_u64(rng) >> (64 - kept));
}

static void put_bits(dg_buf *out, unsigned wide, bool msb, dg_rng *rng)
{
    unsigned count = (unsigned)dg_rng_below(rng, 40);
    put_compact(out, count);
    for (unsigned at = 0; at < count; at += wide) {
        uint32_t element = (uint32_t)dg_rng_u64(rng) & ((1u << wide) - 1);
        unsigned used = count - at < wide ? count - at : wide;
        element &= msb ? ~0u << (wide - used) : ~(~0u << used); /* unused bits are zero */
        for (unsigned i = 0; i < wide / 8; i++)
            dg_buf_put_u8(out, (uint8_t)(element >> 8 * i));
    }
}

static void put_repeated(dg_buf *out, const model *m, unsigned id, unsigned count, dg_rng *rng)
{
    while (count--)
        model_value(out, m, id, rng);
}

void model_value(dg_buf *out, const model *m, unsigned id, dg_rng *rng)
{
    const model_type *t = &m->types[id];
    unsigned pick;
    switch (t->kind) {
    case 's':
    case 'n':
    case 't':
    case 'l':
    case 'm':
        for (unsigned i = 0; i < t->count; i++)
            model_value(out, m, t->parts[i], rng);
        break;
    case 'e':
        pick = (unsigned)dg_rng_below(rng, t->count);
        dg_buf_put_u8(out, (uint8_t)(pick * 3));
        if (t->parts[pick] != NO_FIELD)
            model_value(out, m, t->parts[pick], rng);
        break;
    case 'o':
        pick = (unsigned)dg_rng_below(rng, 2);
        dg_buf_put_u8(out, (uint8_t)pick);
        put_repeated(out, m, t->parts[0], pick, rng);
        break;
    case 'v':
        pick = (unsigned)dg_rng_below(rng, 4);
        put_compact(out, pick);
        put_repeated(out, m, t->parts[0], pick, rng);
        break;
    case 'a':
        put_repeated(out, m, t->parts[0], t->len, rng);
        break;
    case 'c':
        put_random_compact(out, t->parts[0], rng);
        break;
    case 'b':
        put_bits(out, 8, false, rng);
        break;
    case 'B':
        put_bits(out, 16, true, rng);
        break;
    default:
        put_prim(out, (unsigned)(t->kind - '0'), rng);
        break;
    }
}
