/* wasm_impl.h - shared inside the room. */
#ifndef DG_WASM_IMPL_H
#define DG_WASM_IMPL_H

#include <sys/types.h>
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

/* One way to compile. */
typedef struct dg_wasm_maker {
    wasm_engine_t *engine; /* NULL: not opened */
    dg_compiler compiler;  /* SPEED, NONE or WINCH */
    char config[320];      /* everything that an image of it depends on, as text */
} dg_wasm_maker;

enum { DG_WASM_CHILDREN_MAX = 16 };

struct dg_engine {
    dg_engine_options options; /* defaults filled in; cache_dir is ours */
    dg_wasm_space space;
    dg_wasm_maker best, quick; /* quick: baseline code, opened when it is first wanted */
    pid_t owner;               /* process that made it: only there may threads compile */
    struct {
        pid_t pid; /* of a process that compiles in the background; 0: it has ended */
        dg_hash key;
    } children[DG_WASM_CHILDREN_MAX];
    size_t child_count;
    dg_buf asked, answer; /* the blob that was asked about last, and what came of it */
};

/* Opens a maker once; `alone`: it compiles in the thread that asks. DG_NOMEM. */
dg_code dg_wasm_maker_open(dg_wasm_maker *maker, const dg_engine *engine, bool alone,
                           dg_error *err);
/* Fine on one that is not open. */
void dg_wasm_maker_close(dg_wasm_maker *maker);

/* ---- library.c ---- */

/* Names the very library that is loaded: its build id as hex. */
void dg_wasm_library_id(char *out, size_t len);

/* ---- cache.c ---- */

/* Names the image that a maker makes of code with this BLAKE2b-256. */
dg_hash dg_wasm_cache_key(const dg_wasm_maker *maker, const dg_hash *code);
/* Is there a file of that name? It may still be one that cannot be used. */
bool dg_wasm_cache_has(const dg_engine *engine, const dg_hash *key);
/* DG_OK with the module, for an open maker; DG_ABSENT when there is none that can be used. */
dg_code dg_wasm_cache_load(wasmtime_module_t **out, const dg_engine *engine,
                           const dg_wasm_maker *maker, const dg_hash *key);
/* Waits while another process compiles the same code for the same settings, so that it is
 * compiled once and whoever comes second finds the image. Returns the turn, which
 * dg_wasm_cache_done takes back; -1, at once, where no lock can be had. A turn ends with
 * its process. */
int dg_wasm_cache_wait(const dg_engine *engine, const dg_hash *key);
/* As dg_wasm_cache_wait, but -1 at once where another process has the turn. */
int dg_wasm_cache_try(const dg_engine *engine, const dg_hash *key);
/* Waits for the one background compile at a time of all that share the cache. */
int dg_wasm_cache_wait_background(const dg_engine *engine);
/* Lets the next one go on. -1 is no turn. */
void dg_wasm_cache_done(int turn);
/* Keeps a compiled module. A cache that cannot be written is no failure. */
void dg_wasm_cache_store(const dg_engine *engine, const dg_hash *key,
                         const wasmtime_module_t *module);

/* Takes an image away that nobody needs any more. */
void dg_wasm_cache_drop(const dg_engine *engine, const dg_hash *key);

/* ---- compile.c, background.c ---- */

/* Compiles by an open maker; in a process that was forked off, in this thread alone.
 * DG_MALFORMED, DG_LIMIT, DG_NOMEM. */
dg_code dg_wasm_compile(wasmtime_module_t **out, const dg_engine *engine,
                        const dg_wasm_maker *maker, dg_bytes wasm, dg_error *err);
/* The image of `key` is made, once for each engine, in a process of its own, which outlives this
 * one if it has to and puts it into the cache. Where no process can be made, nothing is. */
void dg_wasm_background_start(dg_engine *engine, dg_bytes wasm, const dg_hash *key);
/* Takes note of those that have ended; `wait`: until all have. */
void dg_wasm_background_reap(dg_engine *engine, bool wait);

/* ---- trap.c ---- */

/* Did the system refuse the library something, so that the failure says nothing of the code? */
bool dg_wasm_is_lack(const wasmtime_error_t *error);
/* Words a failed call from what the engine gave back; takes both. */
dg_trap_kind dg_wasm_trap_word(dg_error *err, wasmtime_error_t *error, wasm_trap_t *trap,
                               const char *entry);
/* "pallet::module::function" from a mangled name; others as they are. */
void dg_wasm_demangle(char *out, size_t len, dg_bytes name);
/* Last line of an engine's error as a failure, DG_NOMEM if it is a lack; takes the error. */
dg_code dg_wasm_fail(dg_error *err, dg_code code, wasmtime_error_t *error, const char *doing);

/* ---- module.c, link.c, call.c ---- */

typedef struct dg_wasm_binding {
    dg_import_fn run;  /* NULL: not provided */
    const char *name;  /* kept by the module */
    const char *given; /* its type in nodes, where that is another one; static */
    uint8_t param_count;
    bool result_wide; /* i64 */
    bool has_result;
    uint32_t wide; /* bit i: parameter i is an i64 */
    uint32_t fat;  /* bit i: parameter i points to bytes and says how many */
    uint32_t lens; /* bit i: parameter i says of how many bytes the pointer before it is */
    bool result_fat;
    uint32_t price_call, price_kib; /* fuel; see dg_import_price */
} dg_wasm_binding;

typedef struct dg_wasm_names {
    char **at;
    size_t count;
} dg_wasm_names; /* owned, NUL-terminated */

/* A module as one maker compiled it. */
typedef struct dg_wasm_form {
    wasmtime_module_t *module;    /* NULL: there is none (yet) */
    wasmtime_instance_pre_t *pre; /* from link on */
} dg_wasm_form;

struct dg_module {
    dg_engine *engine;
    dg_wasm_form best, quick; /* one of them is there; once there, best is what is run */
    dg_buf wasm;              /* kept until best is there; else empty */
    dg_hash best_key;
    uint64_t baseline_ns;           /* processor time of calls of quick */
    bool awaited;                   /* somebody may make best: look for it .. */
    uint64_t looked_ns;             /* .. not before a while after this */
    dg_wasm_binding *bindings;      /* one for each imported function; NULL: not linked */
    dg_wasm_names imports, exports; /* functions only */
    dg_wasm_names import_types;     /* of the same order, in the letters of dg_import */
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
    size_t first_len; /* of the memory, as the module begins with it */
    uint64_t used;    /* highest byte that the allocator was asked for; 0: it says nothing */
    uint64_t host_calls;
    uint64_t owed, paid; /* fuel of host functions, and what of it was taken from the guest's */
    bool out_of_fuel;    /* by the last of it */
    bool ready;          /* instantiated: host functions may run */
    dg_code rc;          /* of the host function that refused */
    dg_error err;
};

/* link.c: binds a form by the bindings that are there. DG_MALFORMED, DG_NOMEM. */
dg_code dg_wasm_link_form(dg_module *module, const dg_wasm_maker *maker, dg_wasm_form *form,
                          dg_error *err);
/* Of an import of rewritten code, which are functions all. Borrowed. */
const wasm_functype_t *dg_wasm_import_type(const wasm_importtype_t *import);
/* module.c: takes the optimised form if it has come; has it made once that is worth it. */
void dg_wasm_module_improve(dg_module *module);

wasm_trap_t *dg_guest_enter(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v,
                            size_t count);

#endif
