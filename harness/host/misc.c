/* misc.c - ext_misc_*, allocator, logging, panics, tracing, indexing, input. */
#include "host/host_impl.h"

#include <string.h>

/* ---- what a runtime says ---- */

static void say(const char *level, dg_bytes text)
{
    if (dg_log_get() >= DG_LOG_VERBOSE)
        dg_log(DG_LOG_VERBOSE, "runtime", "%s %.*s", level,
               (int)(text.len < 4000 ? text.len : 4000), (const char *)text.at);
}

/* One line of plain text: the message is the guest's. */
void dg_host_note_error(dg_host *h, dg_bytes target, dg_bytes message)
{
    size_t used = 0, room = sizeof h->result->panic - 1;
    (void)target;
    for (size_t i = 0; i < message.len && used < room; i++) {
        uint8_t c = message.at[i];
        h->result->panic[used++] = (char)(c < 0x20 || c == 0x7f ? ' ' : c);
    }
    h->result->panic[used] = 0;
}

static dg_code logging_log(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    static const char *const levels[] = { "error", "warn", "info", "debug", "trace" };
    dg_bytes in[2];
    dg_code rc = dg_host_lift(guest, in, arg + 1, 2, err);
    (void)ret;
    if (rc < 0)
        return rc;
    if (arg[0] == 0)
        dg_host_note_error(dg_host_of(guest), in[0], in[1]);
    say(arg[0] < 5 ? levels[arg[0]] : "unknown", in[1]);
    return DG_OK;
}

/* Always errors, never more: what a runtime computes for its log costs fuel, and
 * fuel must be the same however much this program prints. */
static dg_code logging_max_level(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)err;
    *ret = 1;
    return DG_OK;
}

static dg_code print_num(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)ret, (void)err;
    dg_log(DG_LOG_VERBOSE, "runtime", "print %llu", (unsigned long long)arg[0]);
    return DG_OK;
}

static dg_code print_utf8(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes text;
    dg_code rc = dg_host_lift(guest, &text, arg, 1, err);
    (void)ret;
    if (rc < 0)
        return rc;
    if (dg_bytes_begin(text, dg_text("panicked at")))
        dg_host_note_error(dg_host_of(guest), dg_text("runtime"), text);
    say("print", text);
    return DG_OK;
}

static dg_code print_hex(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes data;
    (void)ret;
    return dg_host_lift(guest, &data, arg, 1, err);
}

static dg_code abort_on_panic(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_bytes text;
    dg_code rc = dg_host_lift(guest, &text, arg, 1, err);
    (void)ret;
    if (rc < 0)
        return rc;
    dg_host_note_error(dg_host_of(guest), dg_text("runtime"), text);
    return dg_fail(err, DG_TRAP, "the runtime panicked");
}

/* ---- blobs ---- */

/* DG_ABSENT whatever is wrong with the inner blob: the asking runtime goes on. */
static dg_code inner_version(dg_guest *guest, const uint64_t *arg, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    uint64_t fuel;
    dg_bytes blob;
    dg_code rc = dg_host_lift(guest, &blob, arg, 1, err), charged;
    if (rc < 0)
        return rc;
    dg_buf_reset(&h->scratch);
    rc = dg_host_version_of(h->engine, &h->scratch, &fuel, blob, h->nesting + 1, h->options.inner,
                            NULL);
    if (rc == DG_NOMEM)
        return dg_fail(err, rc, "no memory for the version of a blob");
    if ((charged = dg_guest_charge(guest, fuel, err)) < 0)
        return charged;
    return rc == DG_OK ? DG_OK : DG_ABSENT;
}

static dg_code runtime_version(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_code rc = inner_version(guest, arg, err);
    dg_bytes encoded = dg_buf_bytes(&dg_host_of(guest)->scratch);
    return rc < 0 ? rc : dg_host_lower_option(guest, ret, rc == DG_OK ? &encoded : NULL, err);
}

static dg_code runtime_version_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_code rc = inner_version(guest, arg, err);
    dg_bytes encoded = dg_buf_bytes(&dg_host_of(guest)->scratch);
    *ret = rc == DG_OK ? encoded.len : UINT64_MAX;
    return rc == DG_OK ? dg_host_put_if_fits(guest, arg[1], encoded, err) : rc < 0 ? rc : DG_OK;
}

static dg_code last_cursor(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    *ret = h->cursor_known ? h->cursor.len : UINT64_MAX;
    return h->cursor_known ? dg_host_put_if_fits(guest, arg[0], dg_buf_bytes(&h->cursor), err)
                           : DG_OK;
}

/* ---- memory and input ---- */

static dg_code allocator_malloc(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    uint32_t at = 0;
    dg_code rc;
    if (h->own_heap)
        return dg_fail(err, DG_TRAP,
                       "the runtime has its own allocator, but asked the host for "
                       "memory");
    rc = dg_host_heap_take(&h->heap, &at, guest, arg[0], err);
    *ret = at;
    return rc;
}

static dg_code allocator_free(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    (void)ret;
    if (h->own_heap)
        return dg_fail(err, DG_TRAP,
                       "the runtime has its own allocator, but gave memory to the "
                       "host");
    return dg_host_heap_give(&h->heap, guest, (uint32_t)arg[0], err);
}

static dg_code input_read(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    (void)ret;
    if (!h->own_heap || h->input_taken)
        return dg_fail(err, DG_TRAP, "there is no input to read%s", h->input_taken ? " twice" : "");
    if (arg[0] >> 32 != h->input.len)
        return dg_fail(err, DG_TRAP, "a buffer of %u bytes was given for an input of %zu",
                       (uint32_t)(arg[0] >> 32), h->input.len);
    h->input_taken = true;
    return dg_host_put_into(guest, arg[0], h->input, err);
}

/* ---- what leaves no trace ---- */

static dg_code zero(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)arg, (void)err;
    *ret = 0;
    return DG_OK;
}

static const dg_import rows[] = {
    { "ext_misc_print_num_version_1", "l:", print_num },
    { "ext_misc_print_utf8_version_1", "P:", print_utf8 },
    { "ext_misc_print_hex_version_1", "P:", print_hex },
    { "ext_misc_runtime_version_version_1", "P:P", runtime_version },
    { "ext_misc_runtime_version_version_2", "PP:l", runtime_version_2 },
    { "ext_misc_last_cursor_version_1", "P:l", last_cursor },
    { "ext_allocator_malloc_version_1", "i:p", allocator_malloc },
    { "ext_allocator_free_version_1", "p:", allocator_free },
    { "ext_input_read_version_1", "P:", input_read },
    { "ext_logging_log_version_1", "iPP:", logging_log },
    { "ext_logging_max_level_version_1", ":i", logging_max_level },
    { "ext_panic_handler_abort_on_panic_version_1", "P:", abort_on_panic },
    { "ext_transaction_index_index_version_1", "iip:", zero },
    { "ext_transaction_index_renew_version_1", "ip:", zero },
    { "ext_wasm_tracing_enabled_version_1", "P:i", zero },
    { "ext_wasm_tracing_enter_span_version_1", "P:l", zero },
    { "ext_wasm_tracing_event_version_1", "P:", zero },
    { "ext_wasm_tracing_exit_version_1", "l:", zero },
    /* the node's index, not the state */
    { "ext_offchain_index_set_version_1", "PP:", zero },
    { "ext_offchain_index_clear_version_1", "P:", zero },
};
const dg_host_table dg_host_misc_table = DG_HOST_TABLE_OF(rows);
