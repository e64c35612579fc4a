/* wasm_impl.h - shared inside the room. */
#ifndef DG_WASM_IMPL_H
#define DG_WASM_IMPL_H

#include <wasm.h>
#include <wasmtime.h>

#include "wasm/wasm.h"

enum {
    DG_WASM_STACK = 1 << 20,     /* bytes of native stack a guest may use */
    DG_WASM_REWRITE_VERSION = 1, /* of own_memory; part of the cache key */
    DG_WASM_PARAMS_MAX = 16,     /* of a host function that is bound */
    DG_WASM_MEMORY_DEFAULT = 512 << 20
};

/* ---- reader.c: a cursor over module bytes that remembers its first failure ---- */

typedef struct dg_wasm_reader {
    const uint8_t *at, *end;
    bool bad;
} dg_wasm_reader;
typedef struct dg_wasm_part { /* one section */
    uint8_t id;
    dg_bytes whole; /* with id and length */
    dg_bytes body;
} dg_wasm_part;

enum { DG_WASM_CUSTOM = 0, DG_WASM_IMPORT = 2, DG_WASM_MEMORY = 5, DG_WASM_EXPORT = 7 };

dg_wasm_reader dg_wasm_reader_on(dg_bytes bytes);
dg_bytes dg_wasm_take(dg_wasm_reader *r, uint32_t len);
uint8_t dg_wasm_u8(dg_wasm_reader *r);
uint32_t dg_wasm_u32(dg_wasm_reader *r); /* LEB128, at most 5 bytes and 32 bits */
dg_bytes dg_wasm_name(dg_wasm_reader *r);
void dg_wasm_put_u32(dg_buf *out, uint32_t v);
/* Checks magic and version; DG_MALFORMED says what stands there instead. */
dg_code dg_wasm_begin(dg_wasm_reader *r, dg_bytes wasm, dg_error *err);
/* DG_OK with the next section, DG_END, DG_MALFORMED with the position. */
dg_code dg_wasm_next(dg_wasm_part *part, dg_wasm_reader *r, dg_bytes wasm, dg_error *err);

/* ---- rewrite.c ---- */

/* The module with a memory of its own, exported as "memory", of at most
 * `pages_max` pages. DG_MALFORMED: not a module of this kind; DG_LIMIT: it wants
 * more pages from the start. */
dg_code dg_wasm_own_memory(dg_buf *out, dg_bytes wasm, uint32_t pages_max, dg_error *err);

/* ---- engine.c ---- */

typedef enum dg_wasm_space { DG_SPACE_POOL, DG_SPACE_ON_DEMAND, DG_SPACE_SMALL } dg_wasm_space;

struct dg_engine {
    wasm_engine_t *engine;
    dg_engine_options options; /* defaults filled in; cache_dir is ours */
    dg_wasm_space space;
    char config[320]; /* everything that a compiled image depends on, as text */
};

/* ---- library.c ---- */

/* Names the very library that is loaded: its build id as hex. */
void dg_wasm_library_id(char *out, size_t len);

/* ---- cache.c ---- */

/* DG_OK with the module; DG_ABSENT when there is none that can be used. */
dg_code dg_wasm_cache_load(wasmtime_module_t **out, const dg_engine *engine, dg_bytes wasm);
/* Waits while another process compiles the same code for the same settings, so that it is
 * compiled once and whoever comes second finds the image. Returns the turn, which
 * dg_wasm_cache_done takes back; -1, at once, where no lock can be had. A turn ends with
 * its process. */
int dg_wasm_cache_wait(const dg_engine *engine, dg_bytes wasm);
/* Lets the next one go on. -1 is no turn. */
void dg_wasm_cache_done(int turn);
/* Keeps a compiled module. A cache that cannot be written is no failure. */
void dg_wasm_cache_store(const dg_engine *engine, dg_bytes wasm, const wasmtime_module_t *module);

/* ---- trap.c ---- */

/* Words a failed call from what the engine gave back; takes both. */
dg_trap_kind dg_wasm_trap_word(dg_error *err, wasmtime_error_t *error, wasm_trap_t *trap,
                               const char *entry);
/* "pallet::module::function" from a mangled name; others as they are. */
void dg_wasm_demangle(char *out, size_t len, dg_bytes name);
/* First line of an engine's error as a failure; takes the error. */
dg_code dg_wasm_fail(dg_error *err, dg_code code, wasmtime_error_t *error, const char *doing);

/* ---- module.c, link.c, call.c ---- */

typedef struct dg_wasm_binding {
    dg_import_fn run; /* NULL: not provided */
    const char *name; /* kept by the module */
    uint8_t param_count;
    bool result_wide; /* i64 */
    bool has_result;
    uint32_t wide; /* bit i: parameter i is an i64 */
} dg_wasm_binding;

typedef struct dg_wasm_names {
    char **at;
    size_t count;
} dg_wasm_names; /* owned, NUL-terminated */

struct dg_module {
    dg_engine *engine;
    wasmtime_module_t *module;
    wasmtime_instance_pre_t *pre;   /* from link on */
    dg_wasm_binding *bindings;      /* one for each imported function */
    dg_wasm_names imports, exports; /* functions only */
    uint8_t *export_params;         /* i32 parameters of an exported function; 255: other type */
    bool from_cache;
};

struct dg_guest {
    wasmtime_context_t *context;
    wasmtime_memory_t memory;
    uint8_t *base; /* of the memory, and as much of it as was seen: it may have grown since */
    size_t len;
    void *user;
    uint32_t heap_base;
    uint32_t memory_max;
    uint64_t host_calls;
    bool ready; /* instantiated: host functions may run */
    dg_code rc; /* of the host function that refused */
    dg_error err;
};

wasm_trap_t *dg_guest_enter(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v,
                            size_t count);

#endif
