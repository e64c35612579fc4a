/* A guest may do anything: panic, loop, recurse, eat memory, lie. Each ends its
 * call with a code and words; the next call finds a fresh instance. */
#include "writer.h"

#include "wasm/wasm.h"

static dg_engine *engine;

static void open_engine(void)
{
    dg_engine_options options = { .compiler = DG_COMPILER_WINCH,
                                  .memory_max = 4 << 20,
                                  .single_threaded = true };
    dg_error err;
    ck_assert_msg(dg_engine_new(&engine, &options, &err) == DG_OK, "%s", err.text);
}

static void close_engine(void)
{
    dg_engine_free(engine);
}

/* ---- host functions of these tests ---- */

typedef struct seen {
    uint64_t arg[3];
    unsigned calls;
    uint64_t result;
    uint32_t grown;
} seen;

static dg_code host_add(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    seen *s = dg_guest_user(guest);
    (void)err;
    memcpy(s->arg, arg, sizeof s->arg);
    s->calls++;
    *ret = arg[0] + arg[1];
    return DG_OK;
}

static dg_code host_refuse(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)ret;
    return dg_fail(err, DG_IO, "the disk is gone");
}

static dg_code host_grow(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    seen *s = dg_guest_user(guest);
    dg_code rc = dg_guest_grow(guest, arg[0], err);
    s->grown = dg_guest_memory_len(guest);
    *ret = 0;
    return rc;
}

static const dg_import table[] = {
    { "ext_add", "il:l", host_add },   { "ext_refuse", ":", host_refuse },
    { "ext_grow", "i:i", host_grow },  { "ext_twice", "i:", host_refuse },
    { "ext_twice", "il:l", host_add },
};

static dg_code make(dg_module **m, const wasm_spec *spec, dg_error *err)
{
    static const dg_import *const tables[] = { table };
    static const size_t counts[] = { sizeof table / sizeof table[0] };
    dg_buf wasm = wasm_module(spec);
    dg_code rc = dg_module_new(m, engine, dg_buf_bytes(&wasm), err);
    dg_buf_clear(&wasm);
    if (rc == DG_OK && (rc = dg_module_link(*m, tables, counts, 1, err)) < 0) {
        dg_module_free(*m);
        *m = NULL;
    }
    return rc;
}

static dg_module *made(const wasm_spec *spec)
{
    dg_module *m;
    dg_error err;
    ck_assert_msg(make(&m, spec, &err) == DG_OK, "%s", err.text);
    return m;
}

static dg_code keep_result(dg_guest *guest, uint64_t result, dg_error *err)
{
    seen *s = dg_guest_user(guest);
    (void)err;
    s->result = result;
    return DG_OK;
}
static const dg_call_hooks keep = { NULL, keep_result };

/* ---- how guests end ---- */

static const wasm_import host_names[] = {
    { "ext_refuse", ":" }, { "ext_grow", "i:i" }, { "ext_nobody", ":" }, { 0 }
};

/* Functions 0..2 are the imports. */
static const wasm_function bad_guests[] = {
    { "panics", "ii:l", "00", 0 },                         /* unreachable */
    { "loops", "ii:l", "03400c000b00", 0 },                /* loop (br 0) */
    { "recurses", "ii:l", "4100410010051a4200", 0 },       /* call itself; drop; i64.const 0 */
    { "reads_beyond", "ii:l", "417f2802001a4200", 0 },     /* i32.load (i32.const -1) */
    { "divides", "ii:l", "410141006d1a4200", 0 },          /* i32.div_s 1 0 */
    { "asks_refused", "ii:l", "10004200", 0 },             /* call ext_refuse */
    { "asks_nobody", "ii:l", "10024200", 0 },              /* call ext_nobody */
    { "eats", "ii:l", "0340418080800410011a0c000b00", 0 }, /* loop: ext_grow(8 MiB) */
    { 0 },
};

static const struct {
    const char *entry;
    dg_code rc;
    dg_trap_kind kind;
    const char *says;
} ends[] = {
    { "panics", DG_TRAP, DG_TRAP_PANIC, "panics panicked (unreachable) in panics" },
    { "loops", DG_TRAP, DG_TRAP_FUEL, "loops ran out of fuel in loops" },
    { "recurses", DG_TRAP, DG_TRAP_STACK,
      "recurses exhausted the call stack in recurses < recurses < recurses" },
    { "reads_beyond", DG_TRAP, DG_TRAP_MEMORY,
      "reads_beyond accessed memory out of bounds in reads_beyond" },
    { "divides", DG_TRAP, DG_TRAP_OTHER, "divides divided by zero in divides" },
    { "asks_refused", DG_IO, DG_TRAP_HOST, "asks_refused: the disk is gone in asks_refused" },
    { "asks_nobody", DG_TRAP, DG_TRAP_HOST,
      "asks_nobody: host function ext_nobody is not provided in asks_nobody" },
    { "eats", DG_LIMIT, DG_TRAP_HOST,
      "eats: the guest wants 128 pages of memory; at most 64 are allowed in eats" },
    { "nothing", DG_ABSENT, DG_TRAP_NONE, "the runtime has no entry point nothing" },
};

static const wasm_spec bad_spec = { .imports = host_names, .functions = bad_guests };

START_TEST(every_bad_end_has_a_code_a_kind_and_words)
{
    dg_module *m = made(&bad_spec);
    dg_call_options options = { .fuel = 50000000 };
    dg_trap_kind kind;
    dg_call_cost cost;
    seen s = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, ends[_i].entry, &keep, &s, &options, &kind, &cost, &err),
                     ends[_i].rc);
    ck_assert_int_eq(kind, ends[_i].kind);
    ck_assert_str_eq(err.text, ends[_i].says);
    if (kind == DG_TRAP_FUEL)
        ck_assert_uint_eq(cost.fuel, options.fuel);
    dg_module_free(m);
}
END_TEST

/* Globals and memory of one call are never seen by the next. */
START_TEST(each_call_starts_from_the_image)
{
    /* i64.load8_u 100; i32.store8 100 (load8_u 100 + 1) */
    static const wasm_function f[] = {
        { "count", "ii:l", "41e40041e4002d000041016a3a000041e400310000", 0 }, { 0 }
    };
    static const wasm_data data[] = { { 100, "\x07", 1 }, { 0, NULL, 0 } };
    dg_module *m = made(&(wasm_spec){ .functions = f, .data = data });
    for (int i = 0; i < 40; i++) { /* more than the pool has slots */
        seen s = { 0 };
        dg_error err;
        ck_assert_int_eq(dg_module_call(m, "count", &keep, &s, NULL, NULL, NULL, &err), DG_OK);
        ck_assert_uint_eq(s.result, 8);
    }
    dg_module_free(m);
}
END_TEST

START_TEST(arguments_and_results_pass_through)
{
    static const wasm_import add[] = { { "ext_add", "il:l" }, { 0 } };
    /* ext_add(-1, 5): the i32 comes zero-extended */
    static const wasm_function f[] = { { "add", "ii:l", "417f42051000", 0 }, { 0 } };
    dg_module *m = made(&(wasm_spec){ .imports = add, .functions = f });
    dg_call_cost cost;
    seen s = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, "add", &keep, &s, NULL, NULL, &cost, &err), DG_OK);
    ck_assert_uint_eq(s.calls, 1);
    ck_assert_uint_eq(s.arg[0], UINT32_MAX);
    ck_assert_uint_eq(s.arg[1], 5);
    ck_assert_uint_eq(s.result, (uint64_t)UINT32_MAX + 5);
    ck_assert_uint_eq(cost.host_calls, 1);
    ck_assert_uint_eq(cost.memory_peak, DG_WASM_PAGE);
    ck_assert_uint_gt(cost.fuel, 0);
    dg_module_free(m);
}
END_TEST

/* A guest of a few instructions that has the host work for ever ends, after as much as it has. */
START_TEST(work_of_the_host_counts_towards_the_deadline)
{
    static const wasm_import add[] = { { "ext_add", "il:l" }, { 0 } };
    /* loop: ext_add(-1, 5); drop */
    static const wasm_function f[] = { { "asks", "ii:l", "0340417f420510001a0c000b00", 0 }, { 0 } };
    static const dg_import_price prices[] = { { "ext_ad", 1000000, 0 }, { "ext_", 7, 0 } };
    dg_call_options options = { .fuel = 50000000 };
    dg_module *m = made(&(wasm_spec){ .imports = add, .functions = f });
    dg_trap_kind kind;
    dg_call_cost cost;
    seen s = { 0 };
    dg_error err;
    dg_module_price(m, prices, 2);
    ck_assert_int_eq(dg_module_call(m, "asks", &keep, &s, &options, &kind, &cost, &err), DG_TRAP);
    ck_assert_int_eq(kind, DG_TRAP_FUEL);
    ck_assert_str_eq(err.text, "asks: ran out of fuel in ext_add in asks");
    ck_assert_uint_eq(s.calls, 50);
    ck_assert_uint_eq(cost.host_fuel, 50000000);
    ck_assert_uint_lt(cost.fuel, 1000); /* its own */
    dg_module_free(m);
}
END_TEST

/* A number given twice is resolved by its type; a type that fits none is refused. */
START_TEST(imports_are_bound_by_name_and_signature)
{
    static const wasm_import wide[] = { { "ext_twice", "il:l" }, { 0 } };
    static const wasm_import first[] = { { "ext_twice", "p:" }, { 0 } };
    static const wasm_import wrong[] = { { "ext_add", "ii:i" }, { 0 } };
    static const wasm_function f[] = { { "add", "ii:l", "410242051000", 0 }, { 0 } };
    static const wasm_function none[] = { { "none", "ii:l", "4200", 0 }, { 0 } };
    dg_module *m = made(&(wasm_spec){ .imports = wide, .functions = f });
    seen s = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, "add", &keep, &s, NULL, NULL, NULL, &err), DG_OK);
    ck_assert_uint_eq(s.result, 7);
    dg_module_free(m);
    m = made(&(wasm_spec){ .imports = wide, .functions = f });
    ck_assert_str_eq(dg_module_import_given_at(m, 0), "i:"); /* nodes have the first row alone */
    ck_assert_str_eq(dg_module_import_type_at(m, 0), "il:l");
    dg_module_free(m);
    m = made(&(wasm_spec){ .imports = first, .functions = none });
    ck_assert_ptr_null(dg_module_import_given_at(m, 0));
    ck_assert_str_eq(dg_module_import_word(m, 0).text, "ext_twice");
    dg_module_free(m);
    m = made(&(wasm_spec){ .imports = wrong, .functions = none });
    ck_assert_str_eq(dg_module_import_given_at(m, 0), "il:l");
    ck_assert_str_eq(dg_module_import_word(m, 0).text,
                     "ext_add as (i32, i32) -> i32, where nodes have it as (i32, i64) -> i64");
    ck_assert_int_eq(dg_module_call(m, "none", &keep, &s, NULL, NULL, NULL, &err), DG_OK);
    dg_module_free(m);
    ck_assert_str_eq(dg_import_type_word(":").text, "() -> nothing");
    ck_assert_str_eq(dg_import_type_word("Ppfd?:p").text,
                     "(i64, i32, f32, f64, another type) -> i32");
}
END_TEST

static dg_code two_pages(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    uint8_t *at;
    ck_assert_uint_eq(arg_count, 2);
    ck_assert_uint_eq(dg_guest_heap_base(guest), 1024);
    ck_assert_int_eq(dg_guest_grow(guest, DG_WASM_PAGE + 1, err), DG_OK);
    ck_assert_uint_eq(dg_guest_memory_len(guest), 2 * DG_WASM_PAGE);
    ck_assert_ptr_null(dg_guest_at(guest, 2 * DG_WASM_PAGE - 3, 4));
    ck_assert_ptr_null(dg_guest_at(guest, UINT32_MAX, UINT32_MAX));
    ck_assert_ptr_null(dg_guest_at(guest, 0, UINT64_MAX));
    ck_assert_ptr_nonnull(dg_guest_at(guest, 2 * DG_WASM_PAGE, 0));
    at = dg_guest_at(guest, 2 * DG_WASM_PAGE - 4, 4);
    ck_assert_ptr_nonnull(at);
    dg_le32_put(at, 77);
    arg[0] = 2 * DG_WASM_PAGE - 4;
    arg[1] = 5;
    return DG_OK;
}

START_TEST(hooks_place_the_input_and_the_guest_reads_it)
{
    /* i64.extend_i32_u (i32.add (i32.load (local.get 0)) (local.get 1)) */
    static const wasm_function f[] = { { "sum", "ii:l",
                                         "20002802002001"
                                         "6aad",
                                         0 },
                                       { 0 } };
    static const dg_call_hooks hooks = { two_pages, keep_result };
    dg_module *m = made(&(wasm_spec){ .functions = f });
    seen s = { 0 };
    dg_error err;
    ck_assert_msg(dg_module_call(m, "sum", &hooks, &s, NULL, NULL, NULL, &err) == DG_OK, "%s",
                  err.text);
    ck_assert_uint_eq(s.result, 82);
    dg_module_free(m);
}
END_TEST

static dg_code refuse_result(dg_guest *guest, uint64_t result, dg_error *err)
{
    (void)guest, (void)result;
    return dg_fail(err, DG_TRAP, "the result lies outside");
}

/* A result that the host cannot use is the guest's end, not a success. */
START_TEST(a_hook_that_refuses_ends_the_call_as_a_trap)
{
    static const wasm_function f[] = { { "go", "ii:l", "4200", 0 }, { 0 } };
    static const dg_call_hooks hooks = { NULL, refuse_result };
    dg_module *m = made(&(wasm_spec){ .functions = f });
    dg_trap_kind kind;
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, "go", &hooks, NULL, NULL, &kind, NULL, &err), DG_TRAP);
    ck_assert_int_eq(kind, DG_TRAP_HOST);
    ck_assert_str_eq(err.text, "the result lies outside");
    dg_module_free(m);
}
END_TEST

/* memory.grow inside the guest obeys the limit of the call, not only the host. */
START_TEST(memory_stays_below_the_limit_of_the_call)
{
    /* i64.extend_i32_s (memory.grow 20) */
    static const wasm_function f[] = { { "grow", "ii:l", "41144000ac", 0 }, { 0 } };
    static const struct {
        uint32_t max;
        uint64_t result;
        uint32_t peak;
    } rows[] = {
        { 0, 1, 21 * DG_WASM_PAGE },
        { 20 * DG_WASM_PAGE, UINT64_MAX, DG_WASM_PAGE },
        { UINT32_MAX, 1, 21 * DG_WASM_PAGE },
    };
    dg_module *m = made(&(wasm_spec){ .functions = f });
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        dg_call_options options = { .memory_max = rows[i].max };
        dg_call_cost cost;
        seen s = { 0 };
        dg_error err;
        ck_assert_int_eq(dg_module_call(m, "grow", &keep, &s, &options, NULL, &cost, &err), DG_OK);
        ck_assert_uint_eq(s.result, rows[i].result);
        ck_assert_uint_eq(cost.memory_peak, rows[i].peak);
    }
    dg_module_free(m);
}
END_TEST

START_TEST(a_start_function_may_run_but_not_call_the_host)
{
    static const wasm_function asks[] = { { "start", ":", "1000", 0 },
                                          { "go", "ii:l", "4200", 0 },
                                          { 0 } };
    static const wasm_function traps[] = { { "start", ":", "00", 0 },
                                           { "go", "ii:l", "4200", 0 },
                                           { 0 } };
    static const wasm_import refuse[] = { { "ext_refuse", ":" }, { 0 } };
    dg_module *m = made(&(wasm_spec){ .imports = refuse, .functions = asks, .starts = true });
    dg_trap_kind kind;
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, "go", NULL, NULL, NULL, &kind, NULL, &err), DG_TRAP);
    ck_assert_int_eq(kind, DG_TRAP_HOST);
    dg_module_free(m);
    m = made(&(wasm_spec){ .functions = traps, .starts = true });
    ck_assert_int_eq(dg_module_call(m, "go", NULL, NULL, NULL, &kind, NULL, &err), DG_TRAP);
    ck_assert_int_eq(kind, DG_TRAP_PANIC);
    dg_module_free(m);
}
END_TEST

static const wasm_function plain[] = { { "go", "ii:l", "4200", 0 }, { 0 } };
static const wasm_function odd[] = { { "go", "ii:l", "4200", 0 },
                                     { "odd", "l:l", "2000", 0 },
                                     { 0 } };
static const wasm_data outside[] = { { 65535, "ab", 2 }, { 0, NULL, 0 } };

START_TEST(a_module_says_what_it_lacks)
{
    dg_module *m;
    dg_error err;
    ck_assert_int_eq(make(&m, &(wasm_spec){ .functions = plain, .no_heap_base = true }, &err),
                     DG_MALFORMED);
    ck_assert_str_eq(err.text, "wasm does not export __heap_base");
    ck_assert_int_eq(make(&m, &(wasm_spec){ .functions = plain, .pages = 65 }, &err), DG_LIMIT);
    m = made(&(wasm_spec){ .functions = odd });
    ck_assert_int_eq(dg_module_call(m, "odd", NULL, NULL, NULL, NULL, NULL, &err), DG_MALFORMED);
    ck_assert_str_eq(dg_module_export_at(m, 1), "odd");
    ck_assert_ptr_null(dg_module_export_at(m, 2));
    ck_assert(dg_module_exports(m, "go") && !dg_module_exports(m, "memory"));
    dg_module_free(m);
    m = made(&(wasm_spec){ .functions = plain, .data = outside });
    ck_assert_int_eq(dg_module_call(m, "go", NULL, NULL, NULL, NULL, NULL, &err), DG_TRAP);
    dg_module_free(m);
}
END_TEST

/* Validation is the engine's; these are bytes it must be asked about. */
static const struct {
    const char *name, *code;
} invalid[] = {
    { "stack is empty", "1a4200" }, /* drop */
    { "sign of a simd opcode", "fd0c00000000000000000000000000000000fd1b001a4200" },
    { "bulk memory is off", "410041004100fc0b004200" }, /* memory.fill */
};

START_TEST(what_does_not_validate_is_malformed)
{
    wasm_function f[] = { { "go", "ii:l", invalid[_i].code, 0 }, { 0 } };
    dg_module *m;
    dg_error err;
    ck_assert_int_eq(make(&m, &(wasm_spec){ .functions = f }, &err), DG_MALFORMED);
    ck_assert_ptr_nonnull(strstr(err.text, "wasm does not compile"));
}
END_TEST

START_TEST(two_nans_are_one_nan)
{
    /* i64.extend_i32_u (i32.reinterpret_f32 (f32.sub inf inf)) */
    static const wasm_function f[] = { { "nan", "ii:l", "430000807f430000807f93bcad", 0 }, { 0 } };
    dg_module *m = made(&(wasm_spec){ .functions = f });
    seen s = { 0 };
    dg_error err;
    ck_assert_int_eq(dg_module_call(m, "nan", &keep, &s, NULL, NULL, NULL, &err), DG_OK);
    ck_assert_uint_eq(s.result, 0x7fc00000);
    dg_module_free(m);
}
END_TEST

/* Fuel is the same number under every compiler: it may stand in an outcome. */
START_TEST(fuel_does_not_depend_on_the_compiler)
{
    static const dg_compiler compilers[] = { DG_COMPILER_SPEED, DG_COMPILER_NONE,
                                             DG_COMPILER_WINCH };
    static const wasm_function f[] = { /* 1000 rounds of a loop */
                                       { "work", "ii:l",
                                         "41e8072102034020024101"
                                         "6b21022002"
                                         "0d000b4200",
                                         1 },
                                       { 0 }
    };
    uint64_t fuel = 0;
    for (size_t i = 0; i < 3; i++) {
        dg_engine_options options = { .compiler = compilers[i], .single_threaded = true };
        dg_engine *kept = engine;
        dg_module *m;
        dg_call_cost cost;
        dg_error err;
        ck_assert_int_eq(dg_engine_new(&engine, &options, &err), DG_OK);
        m = made(&(wasm_spec){ .functions = f });
        ck_assert_msg(dg_module_call(m, "work", NULL, NULL, NULL, NULL, &cost, &err) == DG_OK, "%s",
                      err.text);
        ck_assert(i == 0 || cost.fuel == fuel);
        fuel = cost.fuel;
        ck_assert_uint_gt(fuel, 1000);
        dg_module_free(m);
        dg_engine_free(engine);
        engine = kept;
    }
}
END_TEST

/* Ends in the middle of straight code, behind work that has to be counted as well. */
static const wasm_function ending_guests[] = {
    { "panics", "ii:l", "4101410041001a1a1a00", 0 },
    { "reads_beyond", "ii:l", "4101410041001a1a1a417f2802001a4200", 0 },
    { "writes_beyond", "ii:l", "4101410041001a1a1a417f41003602004200", 0 },
    { "divides", "ii:l", "4101410041001a1a1a410141006d1a4200", 0 },
    { "overflows", "ii:l", "4101410041001a1a1a418080808078417f6d1a4200", 0 },
    { "rounds", "ii:l", "4101410041001a1a1a430000807f430000807f93a81a4200", 0 },
    { "asks_refused", "ii:l", "4101410041001a1a1a10004200", 0 },
    { "counts", "ii:l", "034041014102410341041a1a1a1a0c000b00", 0 },
    { "deep", "ii:l", "4101410210031a4200", 0 }, /* calls "panics" below it */
    { 0 },
};
static const uint64_t some_fuel[] = { 0, 1, 5, 17, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007 };

typedef struct ending {
    dg_code rc;
    dg_trap_kind kind;
    dg_call_cost cost;
    char text[480];
} ending;

static ending end_of(dg_compiler compiler, const char *entry, uint64_t fuel)
{
    static const wasm_spec spec = { .imports = host_names, .functions = ending_guests };
    dg_engine_options options = { .compiler = compiler, .single_threaded = true };
    dg_call_options limits = { .fuel = fuel };
    dg_engine *kept = engine;
    ending e = { DG_OK };
    dg_error err = { .text = "" };
    dg_module *m;
    ck_assert_int_eq(dg_engine_new(&engine, &options, NULL), DG_OK);
    m = made(&spec);
    e.rc = dg_module_call(m, entry, NULL, NULL, &limits, &e.kind, &e.cost, &err);
    snprintf(e.text, sizeof e.text, "%s", err.text);
    dg_module_free(m);
    dg_engine_free(engine);
    engine = kept;
    return e;
}

START_TEST(a_guest_ends_alike_under_every_compiler)
{
    for (const wasm_function *f = ending_guests; f->name; f++)
        for (size_t i = 0; i < sizeof some_fuel / sizeof *some_fuel; i++) {
            ending a, b;
            if (!some_fuel[i] && strcmp(f->name, "counts") == 0)
                continue; /* as long as the default allows */
            a = end_of(DG_COMPILER_SPEED, f->name, some_fuel[i]);
            b = end_of(DG_COMPILER_WINCH, f->name, some_fuel[i]);
            ck_assert_msg(a.rc == b.rc && a.kind == b.kind && strcmp(a.text, b.text) == 0,
                          "%s with %llu: %s against %s", f->name, (unsigned long long)some_fuel[i],
                          a.text, b.text);
            /* where the processor itself finds the end, compilers count to different places */
            if (a.kind == DG_TRAP_PANIC || a.kind == DG_TRAP_FUEL || a.kind == DG_TRAP_HOST)
                ck_assert_uint_eq(a.cost.fuel, b.cost.fuel);
        }
}
END_TEST

START_TEST(an_allocation_that_fails_leaves_nothing)
{
    dg_buf wasm = wasm_module(&bad_spec);
    static const dg_import *const tables[] = { table };
    static const size_t counts[] = { sizeof table / sizeof table[0] };
    dg_code rc = DG_NOMEM;
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        dg_module *m = NULL;
        dg_error err;
        ck_assert_uint_lt(nth, 1000);
        dg_alloc_fail_from(nth);
        rc = dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err);
        if (rc == DG_OK)
            rc = dg_module_link(m, tables, counts, 1, &err);
        dg_alloc_fail_from(0);
        dg_module_free(m);
    }
    ck_assert_int_eq(rc, DG_OK);
    dg_buf_clear(&wasm);
}
END_TEST

/* A real blob, compiled and asked: the smallest there is. */
static dg_code bump(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint32_t *top = dg_guest_user(guest), at = *top + 8;
    *top = (uint32_t)(at + ((arg[0] + 7) & ~7u));
    *ret = at;
    return dg_guest_grow(guest, *top, err);
}

static dg_code forget(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)ret, (void)err;
    return DG_OK;
}

static dg_code start_heap(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    uint32_t *top = dg_guest_user(guest);
    (void)arg, (void)arg_count, (void)err;
    *top = (dg_guest_heap_base(guest) + 7) & ~7u;
    return DG_OK;
}

static dg_code check_version(dg_guest *guest, uint64_t result, dg_error *err)
{
    uint8_t *at = dg_guest_at(guest, (uint32_t)result, result >> 32);
    (void)err;
    ck_assert_ptr_nonnull(at);
    assert_bytes(dg_bytes_of(at, 9), hex("20706f6c6b61646f74"), "spec_name"); /* "polkadot" */
    return DG_OK;
}

START_TEST(a_real_runtime_tells_its_name)
{
    static const dg_import heap[] = { { "ext_allocator_malloc_version_1", "i:p", bump },
                                      { "ext_allocator_free_version_1", "p:", forget } };
    static const dg_import *const tables[] = { heap };
    static const size_t counts[] = { 2 };
    static const dg_call_hooks hooks = { start_heap, check_version };
    const char *path = corpus_path("runtimes/polkadot-9160.compressed.wasm");
    dg_buf blob, wasm;
    dg_module *m;
    dg_error err;
    uint32_t top;
    if (!path)
        return;
    blob = slurp(path);
    dg_buf_init(&wasm, DG_BLOB_MAX);
    ck_assert_int_eq(dg_blob_decode(&wasm, dg_buf_bytes(&blob), &err), DG_OK);
    ck_assert_msg(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err) == DG_OK, "%s", err.text);
    ck_assert_int_eq(dg_module_link(m, tables, counts, 1, &err), DG_OK);
    ck_assert_msg(dg_module_call(m, "Core_version", &hooks, &top, NULL, NULL, NULL, &err) == DG_OK,
                  "%s", err.text);
    dg_module_free(m);
    dg_buf_clear(&blob);
    dg_buf_clear(&wasm);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("call");
    TCase *tc = tcase_create("call");
    tcase_set_timeout(tc, 0);
    tcase_add_unchecked_fixture(tc, open_engine, close_engine);
    tcase_add_loop_test(tc, every_bad_end_has_a_code_a_kind_and_words, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tc, each_call_starts_from_the_image);
    tcase_add_test(tc, arguments_and_results_pass_through);
    tcase_add_test(tc, work_of_the_host_counts_towards_the_deadline);
    tcase_add_test(tc, imports_are_bound_by_name_and_signature);
    tcase_add_test(tc, hooks_place_the_input_and_the_guest_reads_it);
    tcase_add_test(tc, a_hook_that_refuses_ends_the_call_as_a_trap);
    tcase_add_test(tc, memory_stays_below_the_limit_of_the_call);
    tcase_add_test(tc, a_start_function_may_run_but_not_call_the_host);
    tcase_add_test(tc, a_module_says_what_it_lacks);
    tcase_add_loop_test(tc, what_does_not_validate_is_malformed, 0,
                        sizeof invalid / sizeof invalid[0]);
    tcase_add_test(tc, two_nans_are_one_nan);
    tcase_add_test(tc, fuel_does_not_depend_on_the_compiler);
    tcase_add_test(tc, a_guest_ends_alike_under_every_compiler);
    tcase_add_test(tc, an_allocation_that_fails_leaves_nothing);
    tcase_add_test(tc, a_real_runtime_tells_its_name);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
