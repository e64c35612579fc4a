#include "model_guest.h"

#include "../wasm/writer.h"
#include "crypto/crypto.h"

enum { RESULTS_AT = 64, FIRST_BLOCK = GUEST_HEAP_BASE + 8, OWN_BUFFER = 4096 };

dg_bytes guest_zeros(size_t len)
{
    static const uint8_t zeros[4096];
    ck_assert_uint_le(len, sizeof zeros);
    return dg_bytes_of(zeros, len);
}

asker *guest_begin(void)
{
    static asker g;
    memset(&g, 0, sizeof g);
    return &g;
}

unsigned guest_ask(asker *g, const char *import, const char *signature, const guest_arg *args,
                   size_t count)
{
    guest_step *s = &g->steps[g->count];
    ck_assert_uint_lt(g->count, GUEST_STEPS_MAX);
    ck_assert_uint_eq(count, (size_t)(strchr(signature, ':') - signature));
    *s = (guest_step){ .import = import, .signature = signature, .args = (unsigned)count };
    if (count)
        memcpy(s->arg, args, count * sizeof *args);
    return g->count++;
}

/* ---- input: eight bytes for each argument, then what they point to ---- */

static uint32_t input_at(const asker *g)
{
    return g->own_heap ? OWN_BUFFER : FIRST_BLOCK;
}

static dg_buf write_input(asker *g)
{
    dg_buf input, data;
    uint32_t frame = 0;
    dg_buf_init(&input, GUEST_PAGE);
    dg_buf_init(&data, GUEST_PAGE);
    for (unsigned i = 0; i < g->count; i++)
        frame += 8 * g->steps[i].args;
    for (unsigned i = 0; i < g->count; i++)
        for (unsigned k = 0; k < g->steps[i].args; k++) {
            guest_step *s = &g->steps[i];
            uint32_t where = input_at(g) + frame + (uint32_t)data.len;
            uint64_t v = s->arg[k].kind == 'P'   ? where | (uint64_t)s->arg[k].bytes.len << 32
                         : s->arg[k].kind == 'p' ? where
                                                 : s->arg[k].number;
            s->placed[k] = where;
            dg_scale_put_u64(&input, v);
            if (s->arg[k].kind == 'P' || s->arg[k].kind == 'p')
                dg_buf_put_bytes(&data, s->arg[k].bytes);
        }
    dg_buf_put_bytes(&input, dg_buf_bytes(&data));
    dg_buf_clear(&data);
    ck_assert_int_eq(input.rc, DG_OK);
    ck_assert_uint_lt(input_at(g) + input.len, GUEST_PAGE);
    return input;
}

/* ---- code ---- */

static bool wide(char letter)
{
    return letter == 'P' || letter == 'l';
}

/* The argument at `address`, or a result kept by an earlier step. */
static void put_load(dg_buf *code, char letter, const guest_arg *a, uint32_t address)
{
    dg_buf_put_u8(code, 0x41); /* i32.const */
    wasm_put_signed(code,
                    (int32_t)(a->kind == 'r' ? RESULTS_AT + 8 * (uint32_t)a->number : address));
    dg_buf_put_u8(code, wide(letter) ? 0x29 : 0x28); /* i64.load / i32.load */
    dg_buf_put(code, "\0\0", 2);
}

static void put_step(dg_buf *code, const guest_step *s, unsigned step, unsigned import,
                     uint32_t frame)
{
    const char *result = strchr(s->signature, ':') + 1;
    if (*result) { /* address of the store below */
        dg_buf_put_u8(code, 0x41);
        wasm_put_signed(code, (int32_t)(RESULTS_AT + 8 * step));
    }
    for (unsigned k = 0; k < s->args; k++)
        put_load(code, s->signature[k], &s->arg[k], frame + 8 * k);
    dg_buf_put_u8(code, 0x10); /* call */
    wasm_put(code, import);
    if (*result) {
        if (!wide(*result))
            dg_buf_put_u8(code, 0xad);   /* i64.extend_i32_u */
        dg_buf_put(code, "\x37\0\0", 3); /* i64.store */
    }
}

/* RFC-145: ext_input_read(OWN_BUFFER | length << 32). */
static void put_fetch(dg_buf *code)
{
    dg_buf_put(code, "\x20\0\xad\x42\x20\x86\x42", 7); /* (len << 32) | .. */
    wasm_put_signed(code, OWN_BUFFER);
    dg_buf_put(code, "\x84\x10\0", 3);
}

static dg_buf write_code(const asker *g)
{
    uint32_t frame = input_at(g);
    dg_buf code;
    dg_buf_init(&code, 1 << 16);
    if (g->own_heap)
        put_fetch(&code);
    for (unsigned i = 0; i < g->count; i++) {
        put_step(&code, &g->steps[i], i, i + g->own_heap, frame);
        frame += 8 * g->steps[i].args;
    }
    dg_buf_put(&code, "\x42\x80\x80\x80\x80\x80\x80\xc0\0", 9); /* i64.const 65536 << 32 */
    return code;
}

static dg_buf version_section(const asker *g)
{
    dg_buf v;
    dg_buf_init(&v, 256);
    dg_scale_put_bytes(&v, dg_text("guest"));
    dg_scale_put_bytes(&v, dg_text("test"));
    for (uint32_t i = 1; i <= 3; i++)
        dg_scale_put_u32(&v, i);
    dg_buf_put_u8(&v, 0);
    dg_scale_put_u32(&v, 1);
    dg_buf_put_u8(&v, g->system_version);
    return v;
}

dg_buf guest_blob(const asker *g)
{
    static wasm_import imports[GUEST_STEPS_MAX + 2];
    dg_buf code = write_code(g), digits, version = version_section(g), blob;
    uint8_t apis[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0 };
    wasm_custom customs[] = { { "runtime_version", dg_buf_bytes(&version) },
                              { "runtime_apis", DG_BYTES_OF(apis) },
                              { 0 } };
    memset(imports, 0, sizeof imports);
    dg_blake2b(apis, 8, dg_text("Core"));
    if (g->own_heap)
        imports[0] = (wasm_import){ "ext_input_read_version_1", "P:" };
    for (unsigned i = 0; i < g->count; i++)
        imports[i + g->own_heap] = (wasm_import){ g->steps[i].import, g->steps[i].signature };
    dg_buf_init(&digits, 1 << 18);
    dg_hex_put(&digits, dg_buf_bytes(&code));
    wasm_function functions[] = {
        { "run", g->own_heap ? "i:l" : "ii:l", dg_buf_text(&digits), 0 },
        { "Core_version", "ii:l", "00", 0 },
        { "Core_execute_block", "ii:l", "00", 0 },
        { "Core_initialize_block", "ii:l", "00", 0 },
        { 0 },
    };
    blob = wasm_module(&(wasm_spec){ .imports = imports,
                                     .functions = functions,
                                     .customs = customs,
                                     .heap_base = GUEST_HEAP_BASE });
    dg_buf_clear(&code);
    dg_buf_clear(&digits);
    dg_buf_clear(&version);
    return blob;
}

/* ---- running ---- */

static dg_engine *engine;

static void close_engine(void)
{
    dg_engine_free(engine);
}

dg_engine *guest_engine(void)
{
    if (!engine) {
        dg_engine_options options = { .compiler = DG_COMPILER_WINCH, .single_threaded = true };
        dg_error err;
        ck_assert_msg(dg_engine_new(&engine, &options, &err) == DG_OK, "%s", err.text);
        atexit(close_engine);
    }
    return engine;
}

dg_code guest_run(asker *g, dg_state *state, dg_error *err)
{
    dg_buf input, blob = guest_blob(g);
    dg_runtime *r = NULL;
    dg_code rc;
    guest_end(g);
    rc = dg_runtime_new(&r, guest_engine(), dg_buf_bytes(&blob), err);
    dg_buf_clear(&blob);
    if (rc < 0)
        return rc;
    input = write_input(g);
    rc = dg_runtime_call(r, &g->result, "run", dg_buf_bytes(&input), state, &g->options, err);
    dg_buf_clear(&input);
    dg_runtime_free(r);
    return rc;
}

void guest_do(asker *g, dg_state *state)
{
    dg_error err;
    ck_assert_msg(guest_run(g, state, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(g->result.output.len, GUEST_PAGE);
}

void guest_end(asker *g)
{
    dg_host_result_clear(&g->result);
}

static dg_bytes slice(const asker *g, uint32_t at, size_t len)
{
    ck_assert_uint_le(at + len, g->result.output.len);
    return dg_bytes_of(g->result.output.at + at, len);
}

uint64_t guest_number(const asker *g, unsigned step)
{
    return dg_le64(slice(g, RESULTS_AT + 8 * step, 8).at);
}

dg_bytes guest_bytes(const asker *g, unsigned step)
{
    uint64_t v = guest_number(g, step);
    return slice(g, (uint32_t)v, v >> 32);
}

dg_bytes guest_bytes_at(const asker *g, unsigned step, size_t len)
{
    return slice(g, (uint32_t)guest_number(g, step), len);
}

dg_bytes guest_room(const asker *g, unsigned step, unsigned arg, size_t len)
{
    return slice(g, g->steps[step].placed[arg], len);
}
