/* writer.h - small wasm modules put together in a test: functions from bytes of
 * code, imports and exports by name. The text form stands beside the bytes. */
#ifndef DG_TESTS_WASM_WRITER_H
#define DG_TESTS_WASM_WRITER_H

#include "../support/suite.h"

#include <string.h>

/* Signatures are the letters of the host tables: "PPi:P". */
typedef struct wasm_import {
    const char *name, *signature;
} wasm_import;
typedef struct wasm_function {
    const char *name; /* exported under it; NULL: not exported */
    const char *signature;
    const char *code; /* hex of the body, without locals and final end */
    unsigned locals;  /* i32 */
} wasm_function;
typedef struct wasm_data {
    uint32_t at;
    const char *bytes;
    size_t len;
} wasm_data;
typedef struct wasm_custom {
    const char *name;
    dg_bytes bytes;
} wasm_custom;

typedef enum wasm_memory {
    WASM_MEMORY_IMPORTED,
    WASM_MEMORY_OWN,
    WASM_MEMORY_HIDDEN,
    WASM_MEMORY_NONE
} wasm_memory;

typedef struct wasm_spec {
    const wasm_import *imports; /* ended by an empty one; may be NULL */
    const wasm_function *functions;
    const wasm_data *data;
    const wasm_custom *customs;
    wasm_memory memory;
    uint32_t pages;            /* minimum; 0: 1 */
    uint32_t pages_max;        /* 0: none stated */
    uint32_t heap_base;        /* 0: 1024 */
    bool no_heap_base, starts; /* starts: the first function is the start function */
} wasm_spec;

static inline void wasm_put(dg_buf *b, uint32_t v)
{
    for (; v > 0x7f; v >>= 7)
        dg_buf_put_u8(b, (uint8_t)(v | 0x80));
    dg_buf_put_u8(b, (uint8_t)v);
}

static inline void wasm_put_signed(dg_buf *b, int32_t v)
{
    for (;;) {
        uint8_t low = (uint8_t)(v & 0x7f);
        v >>= 7;
        if ((v == 0 && !(low & 0x40)) || (v == -1 && (low & 0x40))) {
            dg_buf_put_u8(b, low);
            return;
        }
        dg_buf_put_u8(b, low | 0x80);
    }
}

static inline void wasm_put_text(dg_buf *b, const char *text)
{
    wasm_put(b, (uint32_t)strlen(text));
    dg_buf_put_text(b, text);
}

/* Moves `body` into a section of `out`. */
static inline void wasm_section(dg_buf *out, uint8_t id, dg_buf *body)
{
    dg_buf_put_u8(out, id);
    wasm_put(out, (uint32_t)body->len);
    dg_buf_put_bytes(out, dg_buf_bytes(body));
    dg_buf_reset(body);
}

static inline void wasm_put_type(dg_buf *b, const char *signature)
{
    const char *colon = strchr(signature, ':');
    dg_buf_put_u8(b, 0x60);
    wasm_put(b, (uint32_t)(colon - signature));
    for (const char *p = signature; *p; p++)
        if (*p == ':')
            wasm_put(b, (uint32_t)strlen(p + 1));
        else
            dg_buf_put_u8(b, *p == 'P' || *p == 'l' ? 0x7e : 0x7f);
}

static inline void wasm_put_limits(dg_buf *b, const wasm_spec *s)
{
    dg_buf_put_u8(b, s->pages_max != 0);
    wasm_put(b, s->pages ? s->pages : 1);
    if (s->pages_max)
        wasm_put(b, s->pages_max);
}

static inline uint32_t wasm_count_imports(const wasm_spec *s)
{
    uint32_t n = 0;
    while (s->imports && s->imports[n].name)
        n++;
    return n;
}

static inline uint32_t wasm_count_functions(const wasm_spec *s)
{
    uint32_t n = 0;
    while (s->functions && s->functions[n].signature)
        n++;
    return n;
}

static inline void wasm_put_types(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t imports = wasm_count_imports(s), functions = wasm_count_functions(s);
    wasm_put(b, imports + functions);
    for (uint32_t i = 0; i < imports; i++)
        wasm_put_type(b, s->imports[i].signature);
    for (uint32_t i = 0; i < functions; i++)
        wasm_put_type(b, s->functions[i].signature);
    wasm_section(out, 1, b);
}

static inline void wasm_put_imports(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t imports = wasm_count_imports(s);
    bool memory = s->memory == WASM_MEMORY_IMPORTED;
    wasm_put(b, imports + memory);
    if (memory) {
        wasm_put_text(b, "env");
        wasm_put_text(b, "memory");
        dg_buf_put_u8(b, 2);
        wasm_put_limits(b, s);
    }
    for (uint32_t i = 0; i < imports; i++) {
        wasm_put_text(b, "env");
        wasm_put_text(b, s->imports[i].name);
        dg_buf_put_u8(b, 0);
        wasm_put(b, i);
    }
    wasm_section(out, 2, b);
}

static inline void wasm_put_exports(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t imports = wasm_count_imports(s), functions = wasm_count_functions(s), count = 0;
    bool memory = s->memory == WASM_MEMORY_OWN;
    for (uint32_t i = 0; i < functions; i++)
        count += s->functions[i].name != NULL;
    wasm_put(b, count + memory + !s->no_heap_base);
    if (memory) {
        wasm_put_text(b, "memory");
        dg_buf_put_u8(b, 2);
        wasm_put(b, 0);
    }
    if (!s->no_heap_base) {
        wasm_put_text(b, "__heap_base");
        dg_buf_put_u8(b, 3);
        wasm_put(b, 0);
    }
    for (uint32_t i = 0; i < functions; i++)
        if (s->functions[i].name) {
            wasm_put_text(b, s->functions[i].name);
            dg_buf_put_u8(b, 0);
            wasm_put(b, imports + i);
        }
    wasm_section(out, 7, b);
}

static inline void wasm_put_code(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t functions = wasm_count_functions(s);
    wasm_put(b, functions);
    for (uint32_t i = 0; i < functions; i++) {
        const wasm_function *f = &s->functions[i];
        dg_buf body;
        dg_buf_init(&body, 1 << 16);
        wasm_put(&body, f->locals ? 1 : 0);
        if (f->locals) {
            wasm_put(&body, f->locals);
            dg_buf_put_u8(&body, 0x7f);
        }
        ck_assert_int_eq(dg_hex_get(&body, f->code, strlen(f->code), NULL), DG_OK);
        dg_buf_put_u8(&body, 0x0b);
        wasm_put(b, (uint32_t)body.len);
        dg_buf_put_bytes(b, dg_buf_bytes(&body));
        dg_buf_clear(&body);
    }
    wasm_section(out, 10, b);
}

static inline void wasm_put_data(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t count = 0;
    while (s->data && s->data[count].bytes)
        count++;
    if (!count)
        return;
    wasm_put(b, count);
    for (uint32_t i = 0; i < count; i++) {
        dg_buf_put_u8(b, 0);
        dg_buf_put_u8(b, 0x41); /* i32.const */
        wasm_put_signed(b, (int32_t)s->data[i].at);
        dg_buf_put_u8(b, 0x0b);
        wasm_put(b, (uint32_t)s->data[i].len);
        dg_buf_put(b, s->data[i].bytes, s->data[i].len);
    }
    wasm_section(out, 11, b);
}

/* Functions under their exported names, so that traps can name them. */
static inline void wasm_put_names(dg_buf *out, dg_buf *b, const wasm_spec *s)
{
    uint32_t imports = wasm_count_imports(s), functions = wasm_count_functions(s), count = 0;
    dg_buf map;
    dg_buf_init(&map, 1 << 16);
    for (uint32_t i = 0; i < functions; i++)
        count += s->functions[i].name != NULL;
    wasm_put(&map, count);
    for (uint32_t i = 0; i < functions; i++)
        if (s->functions[i].name) {
            wasm_put(&map, imports + i);
            wasm_put_text(&map, s->functions[i].name);
        }
    wasm_put_text(b, "name");
    wasm_section(b, 1, &map);
    wasm_section(out, 0, b);
    dg_buf_clear(&map);
}

/* Released by the caller with dg_buf_clear. */
static inline dg_buf wasm_module(const wasm_spec *s)
{
    uint32_t functions = wasm_count_functions(s), imports = wasm_count_imports(s);
    dg_buf out, b;
    dg_buf_init(&out, 1 << 20);
    dg_buf_init(&b, 1 << 20);
    dg_buf_put(&out, "\0asm\1\0\0\0", 8);
    wasm_put_types(&out, &b, s);
    wasm_put_imports(&out, &b, s);
    wasm_put(&b, functions);
    for (uint32_t i = 0; i < functions; i++)
        wasm_put(&b, imports + i);
    wasm_section(&out, 3, &b);
    if (s->memory == WASM_MEMORY_OWN || s->memory == WASM_MEMORY_HIDDEN) {
        wasm_put(&b, 1);
        wasm_put_limits(&b, s);
        wasm_section(&out, 5, &b);
    }
    wasm_put(&b, 1); /* (global i32 (i32.const heap_base)) */
    dg_buf_put(&b, "\x7f\x00\x41", 3);
    wasm_put_signed(&b, (int32_t)(s->heap_base ? s->heap_base : 1024));
    dg_buf_put_u8(&b, 0x0b);
    wasm_section(&out, 6, &b);
    wasm_put_exports(&out, &b, s);
    if (s->starts) {
        wasm_put(&b, imports);
        wasm_section(&out, 8, &b);
    }
    wasm_put_code(&out, &b, s);
    wasm_put_data(&out, &b, s);
    wasm_put_names(&out, &b, s);
    for (const wasm_custom *c = s->customs; c && c->name; c++) {
        wasm_put_text(&b, c->name);
        dg_buf_put_bytes(&b, c->bytes);
        wasm_section(&out, 0, &b);
    }
    dg_buf_clear(&b);
    ck_assert_int_eq(out.rc, DG_OK);
    return out;
}

#endif
