/* rewrite.c - give a runtime its own memory in place of an imported one.
 *
 * (import "env" "memory" (memory MIN)) becomes (memory (export "memory") MIN MAX),
 * and a memory that is there already gets the same maximum. Functions and memories
 * are numbered apart, so no index in the code changes. Only such a memory can
 * start as a copy-on-write image and live in a pool. */
#include "wasm/wasm_impl.h"

typedef struct limits {
    bool known;
    uint32_t min, max;
} limits;

typedef struct rewriting {
    dg_buf *out;
    dg_buf room; /* the section under construction */
    uint32_t pages_max;
    limits memory;
    bool imported; /* the memory was an import: a section is still to be written */
    bool placed, exported;
    unsigned rank; /* of the last section that is not custom */
    dg_error *err;
} rewriting;

static dg_code malformed(rewriting *w, const char *what)
{
    return dg_fail(w->err, DG_MALFORMED, "wasm %s does not decode", what);
}

static dg_code read_limits(rewriting *w, dg_wasm_reader *s)
{
    uint32_t flags = dg_wasm_u32(s), min = dg_wasm_u32(s);
    uint32_t max = flags == 1 ? dg_wasm_u32(s) : w->pages_max;
    if (s->bad)
        return malformed(w, "memory type");
    if (flags > 1)
        return dg_fail(w->err, DG_MALFORMED,
                       "wasm memory has flags %u: shared or 64-bit memories"
                       " are not for runtimes",
                       flags);
    if (w->memory.known)
        return dg_fail(w->err, DG_MALFORMED, "wasm has more than one memory");
    if (min > w->pages_max)
        return dg_fail(w->err, DG_LIMIT,
                       "wasm wants %u pages of memory from the start; at most %u are allowed", min,
                       w->pages_max);
    if (max < min)
        return dg_fail(w->err, DG_MALFORMED, "wasm memory has minimum %u above maximum %u", min,
                       max);
    w->memory = (limits){ true, min, max < w->pages_max ? max : w->pages_max };
    return DG_OK;
}

static void put_section(rewriting *w, uint8_t id, uint32_t count, dg_bytes items)
{
    uint8_t digits[8];
    dg_buf head = dg_buf_on(digits, sizeof digits);
    dg_wasm_put_u32(&head, count);
    dg_buf_put_u8(w->out, id);
    dg_wasm_put_u32(w->out, (uint32_t)(head.len + items.len));
    dg_buf_put_bytes(w->out, dg_buf_bytes(&head));
    dg_buf_put_bytes(w->out, items);
}

static void put_memory(rewriting *w)
{
    uint8_t digits[16];
    dg_buf type = dg_buf_on(digits, sizeof digits);
    dg_buf_put_u8(&type, 1); /* minimum and maximum follow */
    dg_wasm_put_u32(&type, w->memory.min);
    dg_wasm_put_u32(&type, w->memory.max);
    put_section(w, DG_WASM_MEMORY, 1, dg_buf_bytes(&type));
    w->placed = true;
}

/* Functions stay imports, the memory leaves; a runtime imports nothing else. */
static dg_code rewrite_imports(rewriting *w, dg_bytes body)
{
    dg_wasm_reader s = dg_wasm_reader_on(body);
    uint32_t count = dg_wasm_u32(&s), kept = 0;
    dg_code rc = DG_OK;
    dg_buf_reset(&w->room);
    for (uint32_t i = 0; i < count && !s.bad && rc == DG_OK; i++) {
        const uint8_t *item = s.at;
        uint8_t kind;
        dg_wasm_name(&s);
        dg_wasm_name(&s);
        kind = dg_wasm_u8(&s);
        if (s.bad)
            break;
        if (kind == 0) {
            dg_wasm_u32(&s); /* type */
            dg_buf_put(&w->room, item, (size_t)(s.at - item));
            kept++;
        } else if (kind == 2) {
            rc = read_limits(w, &s);
            w->imported = true;
        } else {
            rc = dg_fail(w->err, DG_MALFORMED,
                         "import %u of the wasm is a %s: only functions and"
                         " a memory can be given",
                         i,
                         kind == 1   ? "table"
                         : kind == 3 ? "global"
                                     : "thing of unknown kind");
        }
    }
    if (rc == DG_OK && (s.bad || s.at != s.end))
        rc = malformed(w, "import section");
    if (rc == DG_OK && (rc = dg_buf_check(&w->room, w->err, "imports")) == DG_OK)
        put_section(w, DG_WASM_IMPORT, kept, dg_buf_bytes(&w->room));
    return rc;
}

static dg_code rewrite_memory(rewriting *w, dg_bytes body)
{
    dg_wasm_reader s = dg_wasm_reader_on(body);
    uint32_t count = dg_wasm_u32(&s);
    dg_code rc;
    if (s.bad)
        return malformed(w, "memory section");
    if (count == 0)
        return DG_OK;
    if ((rc = read_limits(w, &s)) < 0)
        return rc;
    if (count > 1 || s.at != s.end)
        return dg_fail(w->err, DG_MALFORMED, "wasm has more than one memory");
    put_memory(w);
    return DG_OK;
}

/* False when the items are not what the count says. */
static bool scan_exports(dg_bytes items, uint32_t count, bool *has_memory)
{
    dg_wasm_reader s = dg_wasm_reader_on(items);
    *has_memory = false;
    for (uint32_t i = 0; i < count && !s.bad; i++) {
        dg_bytes name = dg_wasm_name(&s);
        dg_wasm_u8(&s);
        dg_wasm_u32(&s);
        *has_memory |= dg_bytes_equal(name, dg_text("memory"));
    }
    return !s.bad && s.at == s.end;
}

static dg_code rewrite_exports(rewriting *w, dg_wasm_part part)
{
    static const uint8_t entry[] = "\6memory\2"; /* name, kind, index 0 (the NUL) */
    dg_wasm_reader s = dg_wasm_reader_on(part.body);
    uint32_t count = dg_wasm_u32(&s);
    dg_bytes items = dg_bytes_of(s.at, (size_t)(s.end - s.at));
    bool has_memory;
    dg_code rc;
    if (s.bad || count == UINT32_MAX || !scan_exports(items, count, &has_memory))
        return malformed(w, "export section");
    w->exported = true;
    if (has_memory) {
        dg_buf_put_bytes(w->out, part.whole);
        return DG_OK;
    }
    dg_buf_reset(&w->room);
    dg_buf_put_bytes(&w->room, items);
    dg_buf_put(&w->room, entry, sizeof entry);
    if ((rc = dg_buf_check(&w->room, w->err, "exports")) == DG_OK)
        put_section(w, DG_WASM_EXPORT, count + 1, dg_buf_bytes(&w->room));
    return rc;
}

/* Each section once and in the order of the format, which is not that of the ids. */
static dg_code check_order(rewriting *w, uint8_t id)
{
    static const uint8_t order[] = { 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11 };
    unsigned rank = 0;
    while (rank < sizeof order && order[rank] != id)
        rank++;
    if (rank == sizeof order)
        return dg_fail(w->err, DG_MALFORMED, "wasm has a section of unknown kind %u", (unsigned)id);
    if (rank < w->rank)
        return dg_fail(w->err, DG_MALFORMED, "wasm section %u comes twice or too late",
                       (unsigned)id);
    w->rank = rank + 1;
    return DG_OK;
}

static dg_code rewrite_part(rewriting *w, dg_wasm_part part)
{
    dg_code rc = part.id == DG_WASM_CUSTOM ? DG_OK : check_order(w, part.id);
    if (rc < 0)
        return rc;
    if (part.id > DG_WASM_MEMORY && w->imported && !w->placed)
        put_memory(w);
    switch (part.id) {
    case DG_WASM_IMPORT:
        return rewrite_imports(w, part.body);
    case DG_WASM_MEMORY:
        return rewrite_memory(w, part.body);
    case DG_WASM_EXPORT:
        return rewrite_exports(w, part);
    default:
        dg_buf_put_bytes(w->out, part.whole);
        return DG_OK;
    }
}

dg_code dg_wasm_own_memory(dg_buf *out, dg_bytes wasm, uint32_t pages_max, dg_error *err)
{
    rewriting w = { .out = out, .pages_max = pages_max, .err = err };
    dg_wasm_reader r;
    dg_wasm_part part;
    dg_code rc = dg_wasm_begin(&r, wasm, err);
    if (rc < 0)
        return rc;
    dg_buf_init(&w.room, wasm.len + 64);
    dg_buf_put(out, wasm.at, 8);
    while ((rc = dg_wasm_next(&part, &r, wasm, err)) == DG_OK)
        if ((rc = rewrite_part(&w, part)) < 0)
            break;
    dg_buf_clear(&w.room);
    if (rc < 0)
        return rc;
    if (w.imported && !w.placed)
        put_memory(&w);
    if (!w.memory.known)
        return dg_fail(err, DG_MALFORMED, "wasm has no memory");
    if (!w.exported)
        return dg_fail(err, DG_MALFORMED, "wasm exports nothing");
    return dg_buf_check(out, err, "rewritten wasm");
}
