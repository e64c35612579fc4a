/* call.c - one call: a fresh instance, the entry point, and nothing kept. */
#include "wasm/wasm_impl.h"

#include <assert.h>
#include <string.h>

static const uint64_t fuel_default = 200000000000u;

/* ---- from the guest into the host ---- */

static wasm_trap_t *refuse(dg_guest *g, dg_code rc)
{
    g->rc = rc;
    return wasmtime_trap_new(g->err.text, strlen(g->err.text));
}

/* ---- where time goes ---- */

static dg_meter *meter; /* of a bench; NULL otherwise */

void dg_wasm_meter_set(dg_meter *to)
{
    meter = to;
}

static dg_meter_group group_of(const char *name)
{
    static const struct {
        const char *begin;
        dg_meter_group group;
    } groups[] = {
        { "ext_storage_root_", DG_METER_ROOT }, { "ext_trie_", DG_METER_ROOT },
        { "ext_storage_", DG_METER_STORAGE },   { "ext_default_child_storage_", DG_METER_STORAGE },
        { "ext_hashing_", DG_METER_CRYPTO },    { "ext_crypto_", DG_METER_CRYPTO },
    };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strncmp(name, groups[i].begin, strlen(groups[i].begin)) == 0)
            return groups[i].group;
    return DG_METER_OTHER;
}

static dg_code run_metered(const dg_wasm_binding *b, dg_guest *g, const uint64_t *arg,
                           uint64_t *ret)
{
    uint64_t since = dg_wall_ns();
    dg_code rc = b->run(g, arg, ret, &g->err);
    dg_meter_group group = group_of(b->name);
    meter->ns[group] += dg_wall_ns() - since;
    meter->calls[group]++;
    return rc;
}

/* ---- what work of the host costs ---- */

/* Taken from the guest's fuel in parts: to ask the library at each call would cost more than most
 * calls do. */
enum { PART = 1 << 20 };

static dg_code pay(dg_guest *g, const char *what, dg_error *err)
{
    uint64_t left = 0, due = g->owed - g->paid;
    wasmtime_error_t *error = wasmtime_context_get_fuel(g->context, &left);
    if (!error && left >= due) {
        error = wasmtime_context_set_fuel(g->context, left - due);
        g->paid += due;
    } else {
        g->out_of_fuel = true;
    }
    if (error)
        wasmtime_error_delete(error); /* metering is on: this cannot be */
    return g->out_of_fuel ? dg_fail(err, DG_TRAP, "ran out of fuel in %s", what) : DG_OK;
}

dg_code dg_guest_charge(dg_guest *guest, uint64_t fuel, dg_error *err)
{
    guest->owed += fuel;
    return guest->owed - guest->paid < PART ? DG_OK : pay(guest, "a host function", err);
}

/* The upper half of a fat pointer is a length. */
static dg_code charge(dg_guest *g, const dg_wasm_binding *b, const uint64_t *arg, uint64_t ret)
{
    uint64_t bytes = b->result_fat ? ret >> 32 : 0;
    for (unsigned i = 0; (b->fat | b->lens) >> i; i++)
        bytes += b->fat >> i & 1 ? arg[i] >> 32 : b->lens >> i & 1 ? arg[i] : 0;
    g->owed += b->price_call + bytes * b->price_kib / 1024;
    return g->owed - g->paid < PART ? DG_OK : pay(g, b->name, &g->err);
}

wasm_trap_t *dg_guest_enter(void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *v,
                            size_t count)
{
    const dg_wasm_binding *b = env;
    dg_guest *g = wasmtime_context_get_data(wasmtime_caller_context(caller));
    uint64_t arg[DG_WASM_PARAMS_MAX], ret = 0; /* functions read as many as they have */
    dg_code rc;
    (void)count;
    g->host_calls++;
    if (!g->ready)
        return refuse(g, dg_fail(&g->err, DG_TRAP, "%s was called by the start function", b->name));
    if (!b->run)
        return refuse(g, dg_fail(&g->err, DG_TRAP, "host function %s is not provided", b->name));
    for (unsigned i = 0; i < b->param_count; i++)
        arg[i] = b->wide >> i & 1 ? (uint64_t)v[i].i64 : (uint32_t)v[i].i32;
    g->err.text[0] = 0;
    rc = meter && meter->families ? run_metered(b, g, arg, &ret) : b->run(g, arg, &ret, &g->err);
    if (rc >= 0)
        rc = charge(g, b, arg, ret);
    if (rc < 0) {
        if (!g->err.text[0])
            dg_fail(&g->err, rc, "%s failed", b->name);
        return refuse(g, rc);
    }
    if (b->result_wide)
        v[0].i64 = (int64_t)ret;
    else if (b->has_result)
        v[0].i32 = (int32_t)(uint32_t)ret;
    return NULL;
}

/* ---- what a host function may do ---- */

void *dg_guest_user(dg_guest *guest)
{
    return guest->user;
}

uint32_t dg_guest_heap_base(const dg_guest *guest)
{
    return guest->heap_base;
}

/* A guest's memory only grows, and stays where it is: its whole reach is reserved
 * (engine.c). So what was seen of it once holds, and the engine is asked again only for
 * what lies beyond. */
static void look_again(dg_guest *g)
{
    g->base = wasmtime_memory_data(g->context, &g->memory);
    g->len = wasmtime_memory_data_size(g->context, &g->memory);
}

uint32_t dg_guest_memory_len(const dg_guest *guest)
{
    size_t len = wasmtime_memory_data_size(guest->context, &guest->memory);
    return len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
}

uint8_t *dg_guest_at(dg_guest *guest, uint32_t at, uint64_t len)
{
    if (len > guest->len || at > guest->len - len) {
        look_again(guest);
        if (len > guest->len || at > guest->len - len)
            return NULL;
    }
    return guest->base + at;
}

void dg_guest_used(dg_guest *guest, uint64_t end)
{
    guest->used = end > guest->used ? end : guest->used;
}

static unsigned long long pages_of(uint64_t len)
{
    return (len + DG_WASM_PAGE - 1) / DG_WASM_PAGE;
}

/* Bytes that the memory may come to: by the limits of the call, and by what the code declares. */
static uint64_t most_of(const dg_guest *g)
{
    wasm_memorytype_t *type = wasmtime_memory_type(g->context, &g->memory);
    uint64_t pages, most = g->memory_max;
    if (wasmtime_memorytype_maximum(type, &pages) && pages * DG_WASM_PAGE < most)
        most = pages * DG_WASM_PAGE;
    wasm_memorytype_delete(type);
    return most - most % DG_WASM_PAGE;
}

dg_code dg_guest_grow(dg_guest *guest, uint64_t len, dg_error *err)
{
    wasmtime_error_t *error;
    uint64_t old, pages;
    look_again(guest);
    if (len <= guest->len)
        return DG_OK;
    if (len > guest->memory_max)
        return dg_fail(err, DG_LIMIT,
                       "the guest wants %llu pages of memory; at most %llu are allowed",
                       pages_of(len), pages_of(guest->memory_max));
    pages = pages_of(len - guest->len);
    error = wasmtime_memory_grow(guest->context, &guest->memory, pages, &old);
    look_again(guest);
    if (!error)
        return DG_OK;
    return dg_wasm_fail(err, len <= most_of(guest) ? DG_NOMEM : DG_LIMIT, error,
                        "the guest's memory cannot grow");
}

/* A guest that grows its memory by itself is told no more than that it cannot. If it ends badly
 * then, what it may have is asked for in its place: where the machine refuses that, the end is no
 * guest's. Asked for when nothing is looked at any more but the code. */
static bool is_short(dg_guest *g)
{
    uint64_t old, most;
    wasmtime_error_t *error;
    if (!g->ready)
        return false; /* it has no memory yet */
    look_again(g);
    if (g->len >= (most = most_of(g)))
        return false;
    error = wasmtime_memory_grow(g->context, &g->memory, (most - g->len) / DG_WASM_PAGE, &old);
    if (error)
        wasmtime_error_delete(error);
    return error != NULL;
}

/* ---- the call ---- */

typedef struct running {
    const char *entry;
    wasmtime_func_t func;
    dg_guest *guest;
    wasmtime_store_t *store;
    dg_call_heap heap;
    dg_trap_kind kind;
    dg_error words; /* of the engine */
    dg_error *err;
} running;

/* What the engine reports, or better words of the host function that refused. */
static dg_code ended(running *r, wasmtime_error_t *error, wasm_trap_t *trap)
{
    dg_guest *g = r->guest;
    if (!error && !trap)
        return DG_OK;
    if (error && dg_wasm_is_lack(error)) {
        if (trap)
            wasm_trap_delete(trap);
        return dg_wasm_fail(r->err, DG_NOMEM, error, r->entry);
    }
    r->kind = dg_wasm_trap_word(&r->words, error, trap, r->entry);
    if (g->rc < 0) {
        r->kind = g->out_of_fuel ? DG_TRAP_FUEL : DG_TRAP_HOST;
        return dg_fail(r->err, g->rc, "%s", r->words.text);
    }
    return dg_fail(r->err, DG_TRAP, "%s", r->words.text);
}

/* A broken promise of the module is caught when it is made (module.c); the entry
 * is looked for again because an instance is a thing of its own. */
static bool look_up(wasmtime_context_t *cx, const wasmtime_instance_t *instance, const char *name,
                    wasmtime_extern_kind_t kind, wasmtime_extern_t *item)
{
    return wasmtime_instance_export_get(cx, instance, name, strlen(name), item)
           && item->kind == kind;
}

/* A node gives so many pages beyond those that the code begins with. */
static void limit_memory(running *r)
{
    dg_guest *g = r->guest;
    uint64_t most = g->len + (uint64_t)r->heap.pages * DG_WASM_PAGE;
    g->first_len = g->len;
    if (!r->heap.set || most >= g->memory_max)
        return;
    g->memory_max = (uint32_t)most;
    wasmtime_store_limiter(r->store, g->memory_max, -1, -1, -1, -1);
}

static dg_code open_instance(running *r, const wasmtime_instance_t *instance)
{
    dg_guest *g = r->guest;
    wasmtime_extern_t memory, base, func;
    wasmtime_val_t value;
    bool there = look_up(g->context, instance, "memory", WASMTIME_EXTERN_MEMORY, &memory)
                 && look_up(g->context, instance, "__heap_base", WASMTIME_EXTERN_GLOBAL, &base)
                 && look_up(g->context, instance, r->entry, WASMTIME_EXTERN_FUNC, &func);
    assert(there);
    wasmtime_global_get(g->context, &base.of.global, &value);
    if (value.kind != WASMTIME_I32)
        return dg_fail(r->err, DG_MALFORMED, "__heap_base of the wasm is not an i32");
    g->memory = memory.of.memory;
    look_again(g);
    limit_memory(r);
    g->heap_base = (uint32_t)value.of.i32;
    r->func = func.of.func;
    g->ready = true;
    return DG_OK;
}

static dg_code instantiate(running *r, const dg_wasm_form *form)
{
    wasmtime_instance_t instance;
    wasm_trap_t *trap = NULL;
    wasmtime_error_t *error =
        wasmtime_instance_pre_instantiate(form->pre, r->guest->context, &instance, &trap);
    bool no_room = error && !trap && r->guest->rc == DG_OK; /* the pool, a limit, address space */
    dg_code rc = ended(r, error, trap);
    if (rc < 0 && rc != DG_NOMEM && no_room) {
        r->kind = DG_TRAP_NONE; /* limits are called so by the library; all else is the system's */
        return dg_fail(r->err, strstr(r->words.text, "limit") ? DG_LIMIT : DG_NOMEM, "%s",
                       r->words.text);
    }
    return rc < 0 ? rc : open_instance(r, &instance);
}

/* What a hook finds wrong with the guest is the guest's end as well. */
static dg_code hooked(running *r, dg_code rc)
{
    if (rc < 0)
        r->kind = DG_TRAP_HOST;
    return rc;
}

static dg_code enter(running *r, const dg_call_hooks *hooks, unsigned arg_count)
{
    uint64_t arg[2] = { 0, 0 };
    wasmtime_val_raw_t v[2];
    wasmtime_error_t *error;
    wasm_trap_t *trap = NULL;
    dg_code rc = DG_OK;
    if (hooks && hooks->before && (rc = hooks->before(r->guest, arg, arg_count, r->err)) < 0)
        return hooked(r, rc);
    memset(v, 0, sizeof v);
    v[0].i32 = (int32_t)(uint32_t)arg[0];
    v[1].i32 = (int32_t)(uint32_t)arg[1];
    error = wasmtime_func_call_unchecked(r->guest->context, &r->func, v, 2, &trap);
    if ((rc = ended(r, error, trap)) < 0)
        return rc;
    if (hooks && hooks->after)
        rc = hooked(r, hooks->after(r->guest, (uint64_t)v[0].i64, r->err));
    return rc;
}

static dg_code find_entry(const dg_module *m, const char *entry, unsigned *arg_count, dg_error *err)
{
    for (size_t i = 0; i < m->exports.count; i++)
        if (strcmp(m->exports.at[i], entry) == 0) {
            *arg_count = m->export_params[i];
            if (*arg_count > 2)
                return dg_fail(err, DG_MALFORMED, "%s does not have the type of an entry point",
                               entry);
            return DG_OK;
        }
    return dg_fail(err, DG_ABSENT, "the runtime has no entry point %s", entry);
}

static uint32_t peak_of(const dg_guest *g)
{
    uint64_t used = pages_of(g->used) * DG_WASM_PAGE;
    if (!g->ready)
        return 0;
    if (!g->used)
        return dg_guest_memory_len(g);
    return (uint32_t)(used > g->first_len ? used : g->first_len);
}

static void count_cost(dg_call_cost *cost, const dg_guest *g, uint64_t fuel)
{
    uint64_t left = 0;
    wasmtime_error_t *error = wasmtime_context_get_fuel(g->context, &left);
    if (error)
        wasmtime_error_delete(error);
    cost->fuel = fuel - (left < fuel ? left : fuel) - g->paid;
    cost->host_fuel = g->owed;
    cost->memory_peak = peak_of(g);
    cost->memory_max = g->memory_max;
    cost->memory_first = (uint32_t)g->first_len;
    cost->host_calls = g->host_calls;
}

static wasmtime_store_t *open_store(const dg_engine *e, const dg_wasm_maker *maker, dg_guest *g,
                                    uint64_t fuel)
{
    wasmtime_store_t *store = wasmtime_store_new(maker->engine, g, NULL);
    wasmtime_error_t *error;
    if (!store)
        return NULL;
    g->context = wasmtime_store_context(store);
    if (g->memory_max < e->options.memory_max)
        wasmtime_store_limiter(store, g->memory_max, -1, -1, -1, -1);
    error = wasmtime_context_set_fuel(g->context, fuel);
    if (error)
        wasmtime_error_delete(error); /* metering is on: this cannot be */
    return store;
}

/* Where the library's compilers differ: frames are of another size, and what was counted since
 * the last branch is written back or not. */
static bool found_by_processor(dg_trap_kind kind)
{
    return kind == DG_TRAP_STACK || kind == DG_TRAP_MEMORY || kind == DG_TRAP_OTHER;
}

static dg_code call_module(dg_module *module, const char *entry, const dg_call_hooks *hooks,
                           void *user, const dg_call_options *options, dg_trap_kind *kind,
                           dg_call_cost *cost, dg_error *err)
{
    uint64_t fuel = options && options->fuel ? options->fuel : fuel_default;
    const dg_engine *e = module->engine;
    uint32_t memory_max = e->options.memory_max;
    bool baseline;
    uint64_t since;
    dg_guest guest = { .user = user };
    running r; /* filled below: its text is large */
    wasmtime_store_t *store;
    unsigned arg_count = 0;
    dg_code rc = find_entry(module, entry, &arg_count, err);
    assert(module->bindings);
    r.entry = entry;
    r.guest = &guest;
    r.kind = DG_TRAP_NONE;
    r.err = err;
    if (kind)
        *kind = DG_TRAP_NONE;
    if (cost)
        *cost = (dg_call_cost){ 0 };
    if (rc != DG_OK)
        return rc;
    guest.memory_max = options && options->memory_max && options->memory_max < memory_max
                           ? options->memory_max
                           : memory_max;
    dg_wasm_module_improve(module);
    baseline = dg_module_is_baseline(module);
    since = baseline ? dg_cpu_ns() : 0;
    store = open_store(e, baseline ? &e->quick : &e->best, &guest, fuel);
    r.store = store;
    r.heap = options ? options->heap : (dg_call_heap){ .set = false };
    if (!store)
        return dg_fail(err, DG_NOMEM, "no memory for a call of %s", entry);
    rc = instantiate(&r, baseline ? &module->quick : &module->best);
    if (rc == DG_OK)
        rc = enter(&r, hooks, arg_count);
    if (kind)
        *kind = baseline && found_by_processor(r.kind) ? DG_TRAP_UNSURE : r.kind;
    if (cost)
        count_cost(cost, &guest, fuel);
    if (rc < 0 && rc != DG_NOMEM && r.kind != DG_TRAP_FUEL && is_short(&guest))
        rc = dg_fail(err, DG_NOMEM, "%s: memory was refused to the guest", entry);
    wasmtime_store_delete(store);
    if (baseline)
        module->baseline_ns += dg_cpu_ns() - since;
    return rc;
}

dg_code dg_module_call(dg_module *module, const char *entry, const dg_call_hooks *hooks, void *user,
                       const dg_call_options *options, dg_trap_kind *kind, dg_call_cost *cost,
                       dg_error *err)
{
    uint64_t since = meter ? dg_cpu_ns() : 0;
    dg_code rc = call_module(module, entry, hooks, user, options, kind, cost, err);
    if (meter) {
        meter->entry_ns += dg_cpu_ns() - since;
        meter->entries++;
    }
    return rc;
}
