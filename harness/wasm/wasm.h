/* wasm.h - runtime code behind one face; the only room that knows the engine.
 *
 *   engine   dg_engine_new(options)            one per process
 *   code     dg_blob_decode -> dg_module_new   compiled once, cached on disk
 *   link     dg_module_link(imports)           table of host functions
 *   call     dg_module_call                    a fresh instance each time
 *
 * Code that takes long to optimise is run as baseline code first (DG_COMPILER_BOTH): the
 * optimised is made by a process of its own, found in the cache between two calls and taken from
 * then on. Answers, fuel and traps are the same from either.
 *
 * The module is rewritten to own its memory, so a fresh instance costs
 * microseconds. Fuel is the deadline and the clock: the same number on every
 * machine. NaNs are canonical; optional features are off. A guest that traps,
 * loops, recurses or eats memory ends its call with a code; the process lives.
 *
 *     dg_engine_new(&engine, &(dg_engine_options){ .cache_dir = dg_engine_cache_dir() }, err);
 *     dg_blob_decode(&wasm, blob, err);
 *     dg_module_new(&module, engine, dg_buf_bytes(&wasm), err);
 *     dg_module_link(module, tables, counts, table_count, err);
 *     rc = dg_module_call(module, "Core_version", &hooks, user, NULL, &kind, &cost, err);
 *     ..   as often as wanted; then the module goes before its engine
 *
 * Room host does all of this for a runtime. */
#ifndef DG_WASM_H
#define DG_WASM_H

#include "base/base.h"

enum { DG_BLOB_MAX = 50 << 20 /* bytes of code, unpacked */, DG_WASM_PAGE = 65536 };

/* ---- blobs ---- */

/* The wasm inside a blob as stored on chain: raw wasm, or the 8-byte prefix and a
 * zstd frame (unpacked with a cap of DG_BLOB_MAX). DG_MALFORMED: neither, broken
 * or cut-off frame; DG_LIMIT: larger than the cap; DG_UNSUPPORTED: PolkaVM, PoV. */
dg_code dg_blob_decode(dg_buf *wasm, dg_bytes blob, dg_error *err);
/* A custom section by name (inside `wasm`, borrowed); DG_ABSENT; DG_MALFORMED. */
dg_code dg_wasm_section(dg_bytes *out, dg_bytes wasm, const char *name, dg_error *err);

/* ---- engine ---- */

typedef struct dg_engine dg_engine;
/* SPEED optimises before the first call, NONE does not optimise, WINCH makes baseline code: twelve
 * times as quick to make, at 1.7 times the time of a call. BOTH takes what is there soonest: the
 * optimised from the cache, else baseline; once that has run for a while the optimised is made
 * beside it, if there is a cache through which it can come. */
typedef enum dg_compiler {
    DG_COMPILER_SPEED,
    DG_COMPILER_NONE,
    DG_COMPILER_WINCH,
    DG_COMPILER_BOTH
} dg_compiler;
/* Zeroes are what a NULL stands for: optimised code, and nothing kept on disk. */
typedef struct dg_engine_options {
    dg_compiler compiler;
    const char *cache_dir; /* NULL: no cache on disk */
    bool single_threaded;  /* compile in this thread (before or after a fork) */
    uint32_t memory_max;   /* bytes a guest may have; 0: 512 MiB */
    uint32_t calls_max;    /* instances alive at once; 0: 16 */
    uint32_t quick_from;   /* bytes of code from which baseline comes first; 0: 256 KiB */
    uint32_t worth_ms;     /* of baseline calls, after which to optimise is worth it; 0: 2000 */
    /* told when code is compiled that takes seconds, and when it is done; NULL: none is */
    void (*compiling)(void *user, size_t bytes, bool begins);
    void *user;
} dg_engine_options;
/* One engine a process. `options` is copied; NULL: all defaults, no cache. A cache folder that
 * is not ours alone to write is logged and left unused. DG_NOMEM. */
dg_code dg_engine_new(dg_engine **out, const dg_engine_options *options, dg_error *err);
/* After all modules of it. NULL is fine. */
void dg_engine_free(dg_engine *engine);
/* Keeps what was found out about a blob, in the place of what was kept before; nothing where there
 * is no memory for it. Both are copied. */
void dg_engine_remember(dg_engine *engine, dg_bytes blob, dg_bytes answer);
/* Puts what is kept about these very bytes into `answer`; false: nothing is. */
bool dg_engine_recall(const dg_engine *engine, dg_buf *answer, dg_bytes blob);
/* Until no process compiles for it any more; what they made is taken by the next calls. No thread
 * of ours ever does, so a fork is safe without this at any time. */
void dg_engine_wait(dg_engine *engine);
/* "wasmtime 50.0.0": for reports; static text. */
const char *dg_engine_version(void);
/* $XDG_CACHE_HOME/doppel or $HOME/.cache/doppel; without either that of the user's entry in passwd,
 * and NULL where there is none: nothing is kept then. Static storage, written anew by each call. */
const char *dg_engine_cache_dir(void);

/* ---- modules and host functions ---- */

typedef struct dg_module dg_module;
typedef struct dg_guest dg_guest; /* one instance during one call */

/* A host function. `arg`: the parameters (i32 zero-extended); `*ret`: the result.
 * DG_OK, or below zero: the call traps and ends with this code and text. */
typedef dg_code (*dg_import_fn)(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err);
typedef struct dg_import {
    const char *name; /* "ext_storage_get_version_1" */
    /* letters of the reference: P i64 fat pointer, p i32 pointer, i i32, l i64; "PPi:P" arguments,
     * colon, result. The first row of a name is as nodes have it */
    const char *signature;
    dg_import_fn run; /* NULL: no body, a call of it traps */
} dg_import;

/* From wasm (unpacked). Takes the compiled form from the cache when it is there.
 * DG_MALFORMED: does not validate, no memory, no __heap_base; DG_LIMIT; DG_NOMEM. */
dg_code dg_module_new(dg_module **out, dg_engine *engine, dg_bytes wasm, dg_error *err);
/* When no call of it is under way. NULL is fine. */
void dg_module_free(dg_module *module);
/* Binds imports by name and type, once, before the first call. What the module imports and
 * the tables lack, or have as another type alone, becomes a trap that names it. */
dg_code dg_module_link(dg_module *module, const dg_import *const *tables, const size_t *counts,
                       size_t table_count, dg_error *err);
/* What work of the host costs a guest of its deadline, in fuel: a fixed table of the program's, so
 * that the same call ends at the same point on every machine. */
typedef struct dg_import_price {
    const char *begins; /* names that begin so; of several rows the first counts */
    uint32_t call;      /* fuel of a call */
    uint32_t kib;       /* fuel of 1024 bytes that it is handed or hands back */
} dg_import_price;
/* Puts prices on the imports of a linked module; what no row names costs nothing. `prices` is
 * borrowed for the call alone. */
void dg_module_price(dg_module *module, const dg_import_price *prices, size_t count);
/* Does the module export a function of this name? */
bool dg_module_exports(const dg_module *module, const char *name);
/* Name of the i-th exported function; NULL past the end. Lives as long as the module. */
const char *dg_module_export_at(const dg_module *module, size_t i);
/* Name of the i-th imported function, "module:name" where it is not of the module "env", the only
 * one of which a host has functions; NULL past the end. Lives as long as the module. */
const char *dg_module_import_at(const dg_module *module, size_t i);
/* Its type in the letters of dg_import. NULL past the end. Lives as long as the module. */
const char *dg_module_import_type_at(const dg_module *module, size_t i);
/* The type that nodes have it as, where that is another one: such a node makes no instance of the
 * module. NULL: the same, or no table has it. Of a linked module; static.
 * Mirrors: wasmtime Linker::instantiate_pre (types are equal or do not fit). */
const char *dg_module_import_given_at(const dg_module *module, size_t i);
typedef struct dg_import_type_text {
    char text[160];
} dg_import_type_text;
/* A type, in the letters of dg_import, in words: "(i32, i64) -> i64", "() -> nothing"; cut where it
 * is absurdly long. By value. */
dg_import_type_text dg_import_type_word(const char *signature);
typedef struct dg_import_text {
    char text[480];
} dg_import_text;
/* Import `i`, which is there, of a linked module in words: its name, and where nodes have it as
 * another type both types. By value. */
dg_import_text dg_module_import_word(const dg_module *module, size_t i);
/* Was its compiled form found on disk? For progress and benches. */
bool dg_module_from_cache(const dg_module *module);
/* Does it still run as baseline code? Then a call may end as DG_TRAP_UNSURE. */
bool dg_module_is_baseline(const dg_module *module);
/* Sees to it that the calls from here on run optimised code: waits for it, or makes it.
 * DG_MALFORMED, DG_NOMEM. */
dg_code dg_module_optimise(dg_module *module, dg_error *err);

/* ---- calls ---- */

/* What a node gives a call beyond the memory that the code begins with. Not set: as much as the
 * engine has. Mirrors: sc-executor HeapAllocStrategy::Static, extra_pages. */
typedef struct dg_call_heap {
    bool set;
    uint32_t pages;
} dg_call_heap;
/* Bounds of one call. Zeroes are those of the engine. */
typedef struct dg_call_options {
    uint64_t fuel;       /* instructions, roughly, of guest and host; 0: the default of 200e9 */
    uint32_t memory_max; /* bytes; 0 or above the engine's: the engine's */
    dg_call_heap heap;   /* the smaller of the two counts */
} dg_call_options;
/* What one call took: the same numbers on every machine. */
typedef struct dg_call_cost {
    uint64_t fuel; /* used up by the guest itself */
    /* and by host functions for it, by their prices: both together end it. One that ran out has
     * come to what it had, or to more */
    uint64_t host_fuel;
    /* bytes, whole pages: how far its memory was in use. More than `memory_max` of a call that
     * ended because it asked for so much */
    uint32_t memory_peak;
    uint32_t memory_max;   /* bytes that it could have had */
    uint32_t memory_first; /* bytes that its code begins with */
    uint64_t host_calls;
} dg_call_cost;

/* How a guest ended a call. */
typedef enum dg_trap_kind {
    DG_TRAP_NONE,
    DG_TRAP_PANIC, /* unreachable: where a panic of Rust ends */
    DG_TRAP_FUEL,  /* it used up what it had */
    DG_TRAP_STACK,
    DG_TRAP_MEMORY, /* access out of bounds */
    DG_TRAP_HOST,   /* a host function, or a hook, refused: the code of the call is its own */
    DG_TRAP_OTHER,  /* a division by zero, say */
    /* of baseline code alone: by the processor's own finding (stack, memory, division), where
     * compilers differ in how deep they come and how much they count. Undo what the call did,
     * dg_module_optimise, call again. */
    DG_TRAP_UNSURE
} dg_trap_kind;

/* What a call does around its entry: `before` may place the input and sets the i32
 * arguments in arg[0..1] (arg_count, 0..2, is what the export takes); `after` copies the
 * result out. Either may be NULL. */
typedef struct dg_call_hooks {
    dg_code (*before)(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err);
    dg_code (*after)(dg_guest *guest, uint64_t result, dg_error *err);
} dg_call_hooks;
/* Runs `entry` in a fresh instance. `user` is what dg_guest_user gives to host functions and
 * hooks. The module is linked. DG_OK; DG_ABSENT: no such export; DG_MALFORMED: it has not the
 * type of an entry point; DG_TRAP: the guest did not end well; DG_NOMEM; or the code of a hook
 * or a host function. err->text: cause, innermost frames. `hooks`, `options`, `kind` and `cost`
 * may be NULL; the last two are set in every case. */
dg_code dg_module_call(dg_module *module, const char *entry, const dg_call_hooks *hooks, void *user,
                       const dg_call_options *options, dg_trap_kind *kind, dg_call_cost *cost,
                       dg_error *err);

/* ---- where time goes, for benches ---- */

/* Processor time of whole calls of a guest; with `families` also wall time of its host
 * functions by what they are for, which itself takes a tenth of the guest's. While one is set
 * (NULL: none, the rule) each call is timed; no outcome may depend on it. */
typedef enum dg_meter_group {
    DG_METER_STORAGE,
    DG_METER_ROOT,
    DG_METER_CRYPTO,
    DG_METER_OTHER,
    DG_METER_GROUPS
} dg_meter_group;
typedef struct dg_meter {
    bool families;
    uint64_t ns[DG_METER_GROUPS], calls[DG_METER_GROUPS];
    uint64_t entry_ns, entries; /* dg_module_call from end to end, what it calls included */
} dg_meter;
/* Counts into `meter` from here on; NULL ends it. It must outlive the calls. */
void dg_wasm_meter_set(dg_meter *meter);

/* ---- inside a call ---- */

/* What was given to dg_module_call. */
void *dg_guest_user(dg_guest *guest);
/* The module's __heap_base: the first byte that the host may hand out. */
uint32_t dg_guest_heap_base(const dg_guest *guest);
/* Bytes of linear memory that the guest has now. */
uint32_t dg_guest_memory_len(const dg_guest *guest);
/* `len` bytes of guest memory at `at`, to read or write; NULL when any of them lies outside.
 * Valid until the memory grows. */
uint8_t *dg_guest_at(dg_guest *guest, uint32_t at, uint64_t len);
/* Makes the memory at least `len` bytes, in whole pages of DG_WASM_PAGE. DG_LIMIT beyond the
 * maximum of the call. */
dg_code dg_guest_grow(dg_guest *guest, uint64_t len, dg_error *err);
/* Work of the host function that is running beyond its price, in fuel: as many keys as it removed.
 * DG_TRAP: the guest has no more. */
dg_code dg_guest_charge(dg_guest *guest, uint64_t fuel, dg_error *err);
/* The allocator hands out, or was asked for, memory up to byte `end`: from here on the peak of the
 * call is what was handed out, and not how far the memory has grown ahead of that. */
void dg_guest_used(dg_guest *guest, uint64_t end);

#endif
