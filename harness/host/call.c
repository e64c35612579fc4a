/* call.c - one entry point over one state. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

enum { OUTPUT_MAX = 512 << 20 };

/* Old style: the input is placed by the host and named by pointer and length. New
 * style: the runtime learns the length and fetches it. The export's type tells. */
static dg_code before(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    assert(arg_count <= 2);
    dg_host *h = dg_host_of(guest);
    uint8_t *room;
    uint32_t at = 0;
    dg_code rc;
    h->own_heap = arg_count == 1;
    if (h->own_heap && h->nesting > 0) /* asked as a node asks, and none calls in the new style */
        return dg_fail(err, DG_TRAP,
                       "the runtime takes the length of its input alone, which no node calls");
    dg_host_heap_init(&h->heap, dg_guest_heap_base(guest));
    arg[0] = h->own_heap ? h->input.len : 0;
    arg[1] = h->input.len;
    if (arg_count < 2 || h->input.len == 0)
        return DG_OK;
    if ((rc = dg_host_heap_take(&h->heap, &at, guest, h->input.len, err)) < 0
        || (rc = dg_host_lift_at(guest, &room, at, (uint32_t)h->input.len, err)) < 0)
        return rc;
    memcpy(room, h->input.at, h->input.len);
    arg[0] = at;
    return DG_OK;
}

static dg_code after(dg_guest *guest, uint64_t result, dg_error *err)
{
    dg_buf *output = &dg_host_of(guest)->result->output;
    dg_bytes bytes;
    if (dg_host_lift(guest, &bytes, &result, 1, err) < 0)
        return dg_fail_within(err, DG_TRAP, "result");
    dg_buf_put_bytes(output, bytes);
    return dg_buf_check(output, err, "result of the call");
}

static void finish(dg_host *h)
{
    assert(dg_state_depth(h->state) >= h->depth); /* a runtime cannot close what it did not open */
    dg_state_unwind(h->state, h->depth);
    dg_host_offchain_free(h->offchain);
    dg_buf_clear(&h->scratch);
    dg_buf_clear(&h->cursor);
}

/* The engine says where, the runtime said why. A limit that the guest ran into is
 * the end of its call like any other: real nodes know only traps here. */
static dg_code word_failure(dg_code rc, const dg_host_result *result, dg_error *err)
{
    char where[sizeof err->text];
    if (rc == DG_LIMIT && result->trap == DG_TRAP_HOST)
        rc = DG_TRAP;
    if (!err || result->trap == DG_TRAP_NONE)
        return rc;
    memcpy(where, err->text, sizeof where);
    if (result->panic[0])
        return dg_fail(err, rc, "%s; it said: %s", where, result->panic);
    return dg_fail(err, rc, "%s", where);
}

/* One call, whatever form the module is in. */
static dg_code run_once(dg_module *module, dg_engine *engine, dg_host_result *result,
                        const char *entry, dg_bytes input, dg_state *state,
                        const dg_host_options *options, unsigned nesting, dg_error *err)
{
    assert(nesting <= DG_HOST_NESTING_MAX);
    static const dg_call_hooks hooks = { before, after };
    dg_call_options limits = { options->fuel, options->memory_max, options->heap };
    dg_host h = { .engine = engine,
                  .state = state,
                  .options = *options,
                  .result = result,
                  .nesting = nesting,
                  .input = input,
                  .depth = dg_state_depth(state) };
    dg_code rc;
    memset(result, 0, sizeof *result);
    dg_buf_init(&result->output, OUTPUT_MAX);
    dg_buf_init(&h.scratch, DG_HOST_SCRATCH_MAX);
    dg_buf_init(&h.cursor, DG_TRIE_KEY_MAX);
    if (input.len > UINT32_MAX)
        return dg_fail(err, DG_LIMIT, "%s: the input has %zu bytes; at most 4 GiB are allowed",
                       entry, input.len);
    rc = dg_module_call(module, entry, &hooks, &h, &limits, &result->trap, &result->cost, err);
    finish(&h);
    assert(dg_state_depth(state) == h.depth); /* nothing that the runtime left open */
    return rc < 0 ? word_failure(rc, result, err) : rc;
}

/* How baseline code ended may be for the optimised to say: then the call is made again. */
static dg_code run_baseline(dg_module *module, dg_engine *engine, dg_host_result *result,
                            const char *entry, dg_bytes input, dg_state *state,
                            const dg_host_options *options, unsigned nesting, dg_error *err)
{
    dg_code rc, undone;
    memset(result, 0, sizeof *result);
    if ((rc = dg_state_begin(state, err)) < 0)
        return rc;
    rc = run_once(module, engine, result, entry, input, state, options, nesting, err);
    if (result->trap != DG_TRAP_UNSURE)
        undone = dg_state_commit(state, NULL);
    else
        undone = dg_state_rollback(state, NULL);
    assert(undone == DG_OK);
    if (result->trap != DG_TRAP_UNSURE)
        return rc;
    dg_host_result_clear(result);
    memset(result, 0, sizeof *result);
    if ((rc = dg_module_optimise(module, err)) < 0)
        return rc;
    return run_once(module, engine, result, entry, input, state, options, nesting, err);
}

dg_code dg_host_run(dg_module *module, dg_engine *engine, dg_host_result *result, const char *entry,
                    dg_bytes input, dg_state *state, const dg_host_options *options,
                    unsigned nesting, dg_error *err)
{
    return (dg_module_is_baseline(module) ? run_baseline : run_once)(
        module, engine, result, entry, input, state, options, nesting, err);
}

void dg_host_result_clear(dg_host_result *result)
{
    dg_buf_clear(&result->output);
}
