/* price_guest.c - the wasm of it: one loop around one call, all arguments constants, the bytes that
 * they point to in the input, which the host's allocator places first. */
#include "price_guest.h"

#include "bench.h"
#include "crypto/crypto.h"

#include <string.h>

enum { HEAP_BASE = 1024, INPUT = HEAP_BASE + 8 /* the first block of the host's allocator */ };

/* ---- wasm ---- */

static void put(dg_buf *b, uint32_t v)
{
    for (; v > 0x7f; v >>= 7)
        dg_buf_put_u8(b, (uint8_t)(v | 0x80));
    dg_buf_put_u8(b, (uint8_t)v);
}

/* i32.const or i64.const */
static void put_const(dg_buf *b, bool wide, int64_t v)
{
    dg_buf_put_u8(b, wide ? 0x42 : 0x41);
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

static void put_i32(dg_buf *b, uint32_t v)
{
    put_const(b, false, (int32_t)v);
}

static void put_name(dg_buf *b, const char *name)
{
    put(b, (uint32_t)strlen(name));
    dg_buf_put_text(b, name);
}

static void put_section(dg_buf *out, uint8_t id, dg_buf *body)
{
    dg_buf_put_u8(out, id);
    put(out, (uint32_t)body->len);
    dg_buf_put_bytes(out, dg_buf_bytes(body));
    dg_buf_reset(body);
}

static bool wide(char letter)
{
    return letter == 'P' || letter == 'l';
}

static void put_type(dg_buf *b, const char *signature)
{
    const char *colon = strchr(signature, ':');
    dg_buf_put_u8(b, 0x60);
    put(b, (uint32_t)(colon - signature));
    for (const char *p = signature; *p; p++)
        if (*p == ':')
            put(b, (uint32_t)strlen(p + 1));
        else
            dg_buf_put_u8(b, wide(*p) ? 0x7e : 0x7f);
}

static void put_import(dg_buf *b, const char *name, uint32_t type)
{
    put_name(b, "env");
    put_name(b, name);
    dg_buf_put_u8(b, 0);
    put(b, type);
}

/* ---- its code ---- */

/* The four bytes at `at` become those of the next turn. */
static void put_next(dg_buf *code, uint32_t at)
{
    put_i32(code, at);
    put_i32(code, at);
    dg_buf_put(code, "\x28\0\0", 3); /* i32.load */
    put_i32(code, 1664525);
    dg_buf_put_u8(code, 0x6c); /* i32.mul */
    put_i32(code, 1013904223);
    dg_buf_put(code, "\x6a\x36\0\0", 4); /* i32.add, i32.store */
}

static void put_ask(dg_buf *code, const price_work *work)
{
    uint32_t at = INPUT;
    const char result = strchr(work->signature, ':')[1];
    for (unsigned i = 0; work->signature[i] != ':'; i++) {
        const price_arg *a = &work->arg[i];
        if (a->varies)
            put_next(code, at + a->varies_at);
        if (a->bytes.at)
            put_const(code, wide(work->signature[i]),
                      work->signature[i] == 'P' ? (int64_t)(at | (uint64_t)a->bytes.len << 32)
                                                : (int64_t)at);
        else
            put_const(code, wide(work->signature[i]), (int64_t)a->number);
        at += (uint32_t)(a->bytes.len + 7) / 8 * 8;
    }
    dg_buf_put(code, "\x10\0", 2); /* call */
    if (result == 'P')
        dg_buf_put_u8(code, 0xa7); /* i32.wrap_i64 */
    if (result == 'P' || result == 'p')
        dg_buf_put(code, "\x10\1", 2); /* free */
    else if (result)
        dg_buf_put_u8(code, 0x1a); /* drop */
}

/* Locals 0 and 1 are the input; 2 counts down. */
static void put_code(dg_buf *code, const price_work *work, uint32_t turns)
{
    dg_buf_put(code, "\1\1\x7f", 3); /* one local of i32 */
    put_i32(code, turns);
    dg_buf_put(code, "\x21\2\3\x40", 4); /* local.set 2, loop */
    if (work->import)
        put_ask(code, work);
    else
        put_next(code, 16);
    dg_buf_put(code, "\x20\2\x41\1\x6b\x22\2\x0d\0\x0b", 10); /* until local 2 is 0; end */
    if (work->root) {
        put_i32(code, 1);
        dg_buf_put(code, "\x10\2\x1a", 3);
    }
    dg_buf_put(code, "\x42\0\x0b", 3);
}

static dg_buf blob_of(const price_work *work, uint32_t turns)
{
    static const char *const exports[] = { "run", "Core_version", "Core_execute_block",
                                           "Core_initialize_block" };
    const dg_version version = { .spec_name = "price", .impl_name = "price", .system_version = 1 };
    uint8_t core[12] = { [8] = 4 };
    dg_buf out, b, code;
    dg_buf_init(&out, 1 << 20);
    dg_buf_init(&b, 1 << 20);
    dg_buf_init(&code, 1 << 16);
    dg_buf_put(&out, "\0asm\1\0\0\0", 8);
    put(&b, 4);
    put_type(&b, work->import ? work->signature : "p:");
    put_type(&b, "p:");
    put_type(&b, "i:P");
    put_type(&b, "ii:l");
    put_section(&out, 1, &b);
    put(&b, 4);
    put_import(&b, work->import ? work->import : "ext_allocator_free_version_1", 0);
    put_import(&b, "ext_allocator_free_version_1", 1);
    put_import(&b, "ext_storage_root_version_2", 2);
    put_name(&b, "env");
    put_name(&b, "memory");
    dg_buf_put(&b, "\2\0\x20", 3); /* 32 pages and more */
    put_section(&out, 2, &b);
    dg_buf_put(&b, "\1\3", 2);
    put_section(&out, 3, &b);
    dg_buf_put(&b, "\1\x7f\0", 3);
    put_i32(&b, HEAP_BASE);
    dg_buf_put_u8(&b, 0x0b);
    put_section(&out, 6, &b);
    put(&b, 5);
    put_name(&b, "__heap_base");
    dg_buf_put(&b, "\3\0", 2);
    for (size_t i = 0; i < 4; i++) {
        put_name(&b, exports[i]);
        dg_buf_put(&b, "\0\3", 2);
    }
    put_section(&out, 7, &b);
    put_code(&code, work, turns);
    put(&b, 1);
    put(&b, (uint32_t)code.len);
    dg_buf_put_bytes(&b, dg_buf_bytes(&code));
    put_section(&out, 10, &b);
    put_name(&b, "runtime_version");
    dg_version_encode(&b, &version);
    put_section(&out, 0, &b);
    put_name(&b, "runtime_apis");
    dg_blake2b(core, 8, dg_text("Core"));
    dg_buf_put_bytes(&b, DG_BYTES_OF(core));
    put_section(&out, 0, &b);
    dg_buf_clear(&b);
    dg_buf_clear(&code);
    return out;
}

static dg_buf input_of(const price_work *work)
{
    dg_buf input;
    dg_buf_init(&input, 32 << 20);
    for (unsigned i = 0; work->import && work->signature[i] != ':'; i++) {
        dg_buf_put_bytes(&input, work->arg[i].bytes);
        while (input.len % 8)
            dg_buf_put_u8(&input, 0);
    }
    return input;
}

/* ---- running ---- */

price_took price_guest_once(dg_engine *engine, const dg_state *from, const price_work *work,
                            uint32_t turns)
{
    dg_host_options how = { .context =
                                work->offchain ? DG_HOST_CONTEXT_OFFCHAIN : DG_HOST_CONTEXT_BLOCK,
                            .fuel = (uint64_t)1 << 50,
                            .written_max = UINT64_MAX,
                            .inner = work->inner };
    dg_buf blob = blob_of(work, turns), input = input_of(work);
    dg_state *state = dg_state_fork(from);
    dg_runtime *runtime;
    dg_host_result result;
    price_took took;
    dg_error err;
    uint64_t ns;
    must(dg_runtime_new(&runtime, engine, dg_buf_bytes(&blob), &err), &err, "guest");
    ns = dg_cpu_ns();
    must(dg_runtime_call(runtime, &result, "run", dg_buf_bytes(&input), state, &how, &err), &err,
         work->import ? work->import : "guest");
    ns = dg_cpu_ns() - ns;
    took = (price_took){ (double)ns / turns, (double)result.cost.fuel / turns,
                         (double)result.cost.host_fuel / turns };
    dg_host_result_clear(&result);
    dg_runtime_free(runtime);
    dg_state_free(state);
    dg_buf_clear(&blob);
    dg_buf_clear(&input);
    return took;
}

price_took price_guest_time(dg_engine *engine, const dg_state *state, const price_work *work,
                            uint32_t turns, unsigned ms)
{
    enum { TIMES = 3 };
    uint32_t count = turns ? turns : 16;
    price_took best, took;
    while (best = price_guest_once(engine, state, work, count),
           best.ns * count < 1e6 * ms && !turns && count < 1u << 26)
        count *= 4;
    for (int i = 1; i < TIMES; i++) {
        took = price_guest_once(engine, state, work, count);
        if (took.ns < best.ns)
            best = took;
    }
    return best;
}

uint32_t price_guest_next(uint32_t now)
{
    return now * 1664525u + 1013904223u;
}
