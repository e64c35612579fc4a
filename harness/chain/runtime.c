/* runtime.c - which code runs: found in the state of a block, kept by its hash.
 *
 * Queries at a block run its `:code`. A child is executed by `:pending_code`
 * where it waits, else by `:code`. A spec's code substitutes stand in for code
 * of the same spec_version from their block on.
 * Mirrors: RFC-123; sc-client wasm_substitutes.rs. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

static dg_runtime *known(const dg_chain *chain, const dg_hash *code, const dg_engine *engine)
{
    for (size_t i = 0; i < chain->runtime_count; i++)
        if (chain->runtimes[i].engine == engine && dg_hash_equal(&chain->runtimes[i].code, code))
            return chain->runtimes[i].runtime;
    return NULL;
}

dg_code dg_chain_runtime_of(dg_chain *chain, dg_runtime **out, dg_bytes blob, dg_engine *engine,
                            dg_error *err)
{
    dg_hash hash = dg_blake2_256(blob);
    dg_chain_known_runtime *grown;
    dg_code rc;
    if (!engine)
        engine = chain->options.engine;
    if ((*out = known(chain, &hash, engine)))
        return DG_OK;
    if (chain->runtime_count == DG_RUNTIMES_MAX)
        return dg_fail(err, DG_LIMIT, "the chain met more than %d different runtimes",
                       DG_RUNTIMES_MAX);
    grown = dg_realloc(chain->runtimes, (chain->runtime_count + 1) * sizeof *grown);
    if (!grown)
        return dg_fail(err, DG_NOMEM, "no memory for a runtime");
    chain->runtimes = grown;
    if ((rc = dg_runtime_new(out, engine, blob, err)) < 0)
        return rc;
    chain->runtimes[chain->runtime_count++] =
        (dg_chain_known_runtime){ .code = hash, .engine = engine, .runtime = *out };
    return DG_OK;
}

dg_runtime *dg_chain_runtime_at(const dg_chain *chain, size_t i)
{
    return i < chain->runtime_count ? chain->runtimes[i].runtime : NULL;
}

/* ---- code substitutes ---- */

static dg_code read_substitute(dg_chain_substitute_code *out, const char *number,
                               const json_t *code, dg_error *err)
{
    char *end;
    unsigned long long v = strtoull(number, &end, 10);
    dg_code rc;
    if (*end || end == number || v > UINT32_MAX)
        return dg_fail(err, DG_MALFORMED, "codeSubstitutes: \"%.40s\" is not a block number",
                       number);
    if (!json_is_string(code))
        return dg_fail(err, DG_MALFORMED, "codeSubstitutes: the code of block %s is not text",
                       number);
    out->number = (uint32_t)v;
    if ((rc = dg_hex_get(&out->code, json_string_value(code), json_string_length(code), err)) < 0)
        return dg_fail_within(err, rc, "codeSubstitutes %s", number);
    return DG_OK;
}

dg_code dg_chain_read_substitutes(dg_chain *chain, const json_t *by_number, dg_error *err)
{
    assert(!chain->substitutes); /* once */
    size_t count = json_object_size(by_number);
    const char *number;
    json_t *code;
    if (!count)
        return DG_OK;
    chain->substitutes = dg_calloc(count, sizeof *chain->substitutes);
    if (!chain->substitutes)
        return dg_fail(err, DG_NOMEM, "no memory for %zu code substitutes", count);
    json_object_foreach((json_t *)by_number, number, code)
    {
        dg_chain_substitute_code *s = &chain->substitutes[chain->substitute_count++];
        dg_code rc;
        dg_buf_init(&s->code, DG_BLOB_MAX);
        if ((rc = read_substitute(s, number, code, err)) < 0)
            return rc;
    }
    assert(chain->substitute_count == count);
    return DG_OK;
}

dg_code dg_chain_substitute(dg_chain *chain, dg_block *from, dg_bytes code, dg_error *err)
{
    assert(from->chain == chain && chain->substitute_count < UINT32_MAX);
    size_t count = chain->substitute_count + 1;
    dg_chain_substitute_code *grown;
    dg_runtime *before, *with;
    dg_code rc;
    if ((rc = dg_block_runtime(chain, from, &before, err)) < 0
        || (rc = dg_chain_runtime_of(chain, &with, code, NULL, err)) < 0)
        return rc;
    if (dg_runtime_version(before)->spec_version != dg_runtime_version(with)->spec_version)
        return dg_fail(
            err, DG_MISMATCH, "code of spec_version %u stands in for none of spec_version %u",
            dg_runtime_version(with)->spec_version, dg_runtime_version(before)->spec_version);
    if (!(grown = dg_realloc(chain->substitutes, count * sizeof *grown)))
        return dg_fail(err, DG_NOMEM, "no memory for a code substitute");
    chain->substitutes = grown;
    grown[count - 1].number = from->number;
    dg_buf_init(&grown[count - 1].code, DG_BLOB_MAX);
    chain->substitute_count = count;
    dg_buf_put(&grown[count - 1].code, code.at, code.len);
    if (grown[count - 1].code.rc < 0)
        return dg_fail(err, grown[count - 1].code.rc, "no memory for a code substitute");
    for (dg_block *b = chain->oldest; b; b = b->newer)
        if (b->number >= from->number) {
            dg_chain_answers_free(b);
            b->answer_count = 0;
            b->runtime = b->runtime_next = NULL;
        }
    return DG_OK;
}

/* Replaces *runtime by the substitute in force at `block`, if there is one. */
static dg_code substitute(dg_chain *chain, const dg_block *block, dg_runtime **runtime,
                          dg_error *err)
{
    for (size_t i = 0; i < chain->substitute_count; i++) {
        dg_runtime *other;
        dg_code rc;
        if (chain->substitutes[i].number > block->number)
            continue;
        rc = dg_chain_runtime_of(chain, &other, dg_buf_bytes(&chain->substitutes[i].code), NULL,
                                 err);
        if (rc < 0)
            return dg_fail_within(err, rc, "code substitute of block %u",
                                  chain->substitutes[i].number);
        if (dg_runtime_version(other)->spec_version == dg_runtime_version(*runtime)->spec_version) {
            *runtime = other;
            return DG_OK;
        }
    }
    return DG_OK;
}

/* ---- the runtime of a block ---- */

static dg_code find_code(const dg_block *block, dg_bytes *code, bool *pending, dg_error *err)
{
    dg_bytes top = { NULL, 0 };
    dg_code rc = DG_ABSENT;
    if (*pending
        && (rc = dg_state_get(block->state, code, top, dg_text(":pending_code"), err)) == DG_OK)
        return DG_OK;
    *pending = false;
    if (rc >= 0 && (rc = dg_state_get(block->state, code, top, dg_text(":code"), err)) == DG_ABSENT)
        return dg_fail(err, DG_MALFORMED, "state of block #%u holds no :code", block->number);
    return rc;
}

/* Blocks share the bytes of a value that did not change: the same address is the
 * same code, and megabytes need not be hashed in each block. Done as the block
 * joins the tree, since its parent may soon be gone. */
void dg_block_inherit_runtime(dg_block *block)
{
    assert(!block->runtime && !block->runtime_next); /* it is new */
    const dg_block *from = block->amends ? block->amends : block->parent;
    bool pending[2] = { true, true };
    dg_bytes before, now;
    if (!from || block->chain->substitute_count)
        return;
    if (find_code(from, &before, &pending[0], NULL) != DG_OK
        || find_code(block, &now, &pending[1], NULL) != DG_OK)
        return;
    if (pending[0] || pending[1] || before.at != now.at || before.len != now.len)
        return;
    block->runtime = block->runtime_next = from->runtime ? from->runtime : from->runtime_next;
}

static dg_code find_runtime(dg_chain *chain, dg_block *block, dg_runtime **out, bool next,
                            dg_error *err)
{
    bool pending = next;
    dg_bytes code;
    dg_code rc = find_code(block, &code, &pending, err);
    if (rc < 0)
        return rc;
    if ((rc = dg_chain_runtime_of(chain, out, code, NULL, err)) < 0)
        return dg_fail_within(err, rc, "runtime of block #%u", block->number);
    return pending ? DG_OK : substitute(chain, block, out, err);
}

dg_code dg_block_runtime(dg_chain *chain, dg_block *block, dg_runtime **out, dg_error *err)
{
    assert(block->chain == chain);
    dg_code rc = DG_OK;
    if (!block->runtime)
        rc = find_runtime(chain, block, &block->runtime, false, err);
    *out = block->runtime;
    assert(rc < 0 || *out);
    return rc;
}

dg_code dg_block_runtime_next(dg_chain *chain, dg_block *block, dg_runtime **out, dg_error *err)
{
    assert(block->chain == chain);
    dg_code rc = DG_OK;
    if (!block->runtime_next)
        rc = find_runtime(chain, block, &block->runtime_next, true, err);
    *out = block->runtime_next;
    assert(rc < 0 || *out);
    return rc;
}

dg_code dg_block_meta(dg_chain *chain, dg_block *block, const dg_meta **meta, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime(chain, block, &runtime, err);
    return rc < 0 ? rc : dg_runtime_meta(runtime, meta, err);
}
