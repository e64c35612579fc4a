/* import.c - blocks executed as a whole, as a node imports them, and executed
 * again to see that they are a function of their parent.
 * Mirrors: sc-service client.rs (import), frame-executive execute_block. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

/* Header without seal, and extrinsics, as Core_execute_block takes them. */
static dg_code put_block(dg_buf *out, dg_bytes header, const dg_bytes *extrinsics, size_t count,
                         dg_error *err)
{
    dg_code rc = dg_header_unseal(out, NULL, header, err);
    if (rc < 0)
        return rc;
    dg_scale_put_compact(out, count);
    for (size_t i = 0; i < count; i++)
        dg_buf_put_bytes(out, extrinsics[i]);
    return dg_buf_check(out, err, "block");
}

/* ---- step by step ---- */

/* A block to be made again, as it was given. */
typedef struct given {
    dg_bytes header; /* sealed or not */
    const dg_bytes *extrinsics;
    size_t count;
    const dg_chain_write *writes;
    size_t write_count;
} given;

static dg_code put_preruntime(dg_buf *out, dg_bytes digest, dg_error *err)
{
    dg_digest_iter it;
    dg_digest_item item;
    uint32_t count = 0;
    dg_digest_iter_init(&it, digest);
    while (dg_digest_next(&it, &item, NULL) == DG_OK)
        count += item.tag == DG_DIGEST_PRERUNTIME;
    dg_scale_put_compact(out, count);
    dg_digest_iter_init(&it, digest);
    while (dg_digest_next(&it, &item, NULL) == DG_OK)
        if (item.tag == DG_DIGEST_PRERUNTIME)
            dg_buf_put_bytes(out, item.raw);
    return dg_buf_check(out, err, "digest");
}

static dg_code initialize_again(dg_exec *exec, const given *g, dg_error *err)
{
    dg_header header;
    dg_buf digest;
    dg_code rc = dg_header_decode(&header, g->header, err);
    if (rc < 0)
        return rc;
    dg_buf_init(&digest, DG_HEADER_MAX);
    if ((rc = put_preruntime(&digest, header.digest, err)) == DG_OK)
        rc = dg_exec_initialize(exec, &header.parent, header.number, dg_buf_bytes(&digest), err);
    dg_buf_clear(&digest);
    return rc;
}

static dg_code apply_again(dg_exec *exec, const given *g, dg_error *err)
{
    for (size_t i = 0; i < g->count; i++) {
        dg_exec_applied how;
        dg_code rc = dg_exec_apply(exec, &how, g->extrinsics[i], err);
        if (rc < 0)
            return rc;
        if (how == DG_REFUSED)
            return dg_fail(err, DG_TRAP, "extrinsic %zu was refused (%02x%02x)", i,
                           exec->output.at[0], exec->output.at[1]);
    }
    return DG_OK;
}

typedef dg_code (*writing)(dg_exec *exec, const dg_bytes (*writes)[2], size_t count, dg_error *err);

static dg_code write_again(dg_exec *exec, const given *g, writing how, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; i < g->write_count && rc >= 0; i++) {
        dg_bytes pair[1][2] = { { dg_buf_bytes(&g->writes[i].key),
                                  dg_buf_bytes(&g->writes[i].value) } };
        if (g->writes[i].deletes)
            pair[0][1].at = NULL;
        else if (!pair[0][1].at)
            pair[0][1] = dg_text("");
        rc = how(exec, (const dg_bytes(*)[2])pair, 1, err);
    }
    return rc;
}

/* Makes the block from its parts; exec->output is then the header. */
static dg_code make_again(dg_exec *exec, const given *g, dg_error *err)
{
    dg_code rc = write_again(exec, g, dg_exec_take_out, err);
    if (rc < 0 || (rc = initialize_again(exec, g, err)) < 0 || (rc = apply_again(exec, g, err)) < 0
        || (rc = write_again(exec, g, dg_exec_write, err)) < 0)
        return rc;
    return dg_exec_finalize(exec, err);
}

/* What differs between a header and the one that its parts give. */
static dg_code compare(dg_bytes got_raw, dg_bytes want_raw, dg_error *err)
{
    dg_header got, want;
    dg_code rc;
    if ((rc = dg_header_decode(&got, got_raw, err)) < 0
        || (rc = dg_header_decode(&want, want_raw, err)) < 0)
        return rc;
    if (!dg_hash_equal(&got.state_root, &want.state_root))
        return dg_fail(err, DG_MISMATCH, "state root is %s, but the header says %s",
                       dg_hash_text(&got.state_root).text, dg_hash_text(&want.state_root).text);
    if (!dg_hash_equal(&got.extrinsics_root, &want.extrinsics_root))
        return dg_fail(err, DG_MISMATCH, "extrinsics root is %s, but the header says %s",
                       dg_hash_text(&got.extrinsics_root).text,
                       dg_hash_text(&want.extrinsics_root).text);
    if (!dg_bytes_equal(got_raw, want_raw))
        return dg_fail(err, DG_MISMATCH, "digest differs from the header's");
    return DG_OK;
}

static dg_code make_and_compare(dg_chain *chain, dg_block *parent, dg_runtime *runtime,
                                const given *g, dg_memory_use *use, dg_error *err)
{
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    dg_buf bare;
    dg_exec exec;
    dg_code rc;
    dg_buf_init(&bare, DG_HEADER_MAX);
    if ((rc = dg_exec_init(&exec, chain, parent, runtime, &report, err)) >= 0
        && (rc = make_again(&exec, g, err)) >= 0
        && (rc = dg_header_unseal(&bare, NULL, g->header, err)) >= 0)
        rc = compare(dg_buf_bytes(&exec.output), dg_buf_bytes(&bare), err);
    *use = report.memory;
    dg_exec_clear(&exec);
    dg_buf_clear(&bare);
    return rc;
}

/* ---- as a whole ---- */

/* Executes over a fork of the parent; on DG_OK exec->state is the block's. */
static dg_code execute(dg_exec *exec, const given *g, dg_error *err)
{
    dg_header header;
    dg_hash root;
    dg_buf block;
    dg_code rc;
    dg_buf_init(&block, DG_BLOCK_MAX);
    if ((rc = put_block(&block, g->header, g->extrinsics, g->count, err)) == DG_OK)
        rc = dg_exec_call(exec, "Core_execute_block", dg_buf_bytes(&block), DG_EXEC_COMMIT, err);
    dg_buf_clear(&block);
    if (rc < 0 || (rc = dg_state_root(exec->state, &root, err)) < 0
        || (rc = dg_header_decode(&header, g->header, err)) < 0)
        return rc;
    if (!dg_hash_equal(&root, &header.state_root))
        return dg_fail(err, DG_MISMATCH, "state root is %s, but the header says %s",
                       dg_hash_text(&root).text, dg_hash_text(&header.state_root).text);
    return DG_OK;
}

/* A runtime that finds another root panics without telling it: the block is made
 * step by step, and what comes out is compared. */
static dg_code explain(dg_chain *chain, dg_block *parent, dg_runtime *runtime, const given *g,
                       dg_error *err)
{
    dg_error why = { .code = DG_OK };
    dg_memory_use use;
    if (make_and_compare(chain, parent, runtime, g, &use, &why) == DG_MISMATCH)
        return dg_fail(err, DG_MISMATCH, "%s", why.text);
    return DG_TRAP;
}

static dg_code execute_on(dg_chain *chain, dg_block *parent, dg_runtime *runtime, dg_exec *exec,
                          const given *g, dg_memory_use *use, dg_error *err)
{
    dg_build_report report = { .step = DG_BUILD_RUNTIME };
    dg_code rc = dg_exec_init(exec, chain, parent, runtime, &report, err);
    if (rc < 0)
        return rc;
    exec->heap = dg_chain_heap_of(chain, parent->state, true);
    rc = execute(exec, g, err);
    *use = report.memory;
    return rc == DG_TRAP ? explain(chain, parent, runtime, g, err) : rc;
}

static dg_code check_parent(const dg_block *parent, dg_bytes raw, dg_error *err)
{
    dg_header header;
    dg_code rc = dg_header_decode(&header, raw, err);
    if (rc < 0)
        return rc;
    if (!dg_hash_equal(&header.parent, &parent->hash))
        return dg_fail(err, DG_MISMATCH, "header #%u names parent %s, but block #%u is %s",
                       header.number, dg_hash_short(&header.parent).text, parent->number,
                       dg_hash_short(&parent->hash).text);
    return DG_OK;
}

static dg_code keep(dg_chain *chain, dg_block **out, dg_block *parent, dg_exec *exec,
                    const given *g, dg_error *err)
{
    assert(exec->state);
    dg_state *state = exec->state;
    dg_code rc;
    exec->state = NULL; /* moved */
    if ((rc = dg_block_new(out, chain, parent, g->header, state, err)) < 0)
        return rc;
    if ((rc = dg_block_put_body(*out, g->extrinsics, g->count, err)) < 0) {
        dg_block_free(*out);
        *out = NULL;
        return rc;
    }
    (*out)->executed_by = exec->runtime;
    dg_chain_tree_add(chain, *out);
    return DG_OK;
}

dg_code dg_chain_import(dg_chain *chain, dg_block **out, dg_block *parent, dg_bytes header,
                        const dg_bytes *extrinsics, size_t count, dg_error *err)
{
    assert(parent->chain == chain);
    assert(!count || extrinsics);
    given g = { .header = header, .extrinsics = extrinsics, .count = count };
    dg_error own = { .code = DG_OK };
    dg_exec exec = { .chain = chain };
    dg_memory_use use;
    dg_runtime *runtime;
    dg_code rc;
    *out = NULL;
    if ((rc = check_parent(parent, header, &own)) >= 0
        && (rc = dg_block_runtime_next(chain, parent, &runtime, &own)) >= 0
        && (rc = execute_on(chain, parent, runtime, &exec, &g, &use, &own)) >= 0)
        rc = keep(chain, out, parent, &exec, &g, &own);
    dg_exec_clear(&exec);
    assert(rc < 0 || *out);
    return rc < 0 ? dg_fail(err, rc, "block #%u: %s", parent->number + 1, own.text) : DG_OK;
}

/* ---- again ---- */

static dg_code runtime_again(dg_chain *chain, dg_block *parent, dg_runtime **out, dg_engine *engine,
                             dg_error *err)
{
    dg_code rc = dg_block_runtime_next(chain, parent, out, err);
    if (rc < 0 || !engine || engine == chain->options.engine)
        return rc;
    return dg_chain_runtime_of(chain, out, dg_runtime_blob(*out), engine, err);
}

dg_code dg_chain_reexecute(dg_chain *chain, dg_block *block, dg_engine *engine, dg_memory_use *use,
                           dg_error *err)
{
    assert(block->chain == chain);
    given g = { .header = dg_buf_bytes(&block->header),
                .extrinsics = block->extrinsics,
                .count = block->extrinsic_count,
                .writes = block->writes,
                .write_count = block->write_count };
    dg_error own = { .code = DG_OK };
    dg_exec exec = { .chain = chain };
    dg_memory_use took = { 0 };
    dg_runtime *runtime;
    dg_code rc;
    if (!block->parent)
        return dg_fail(err, DG_ABSENT, "block #%u: its parent's state is gone", block->number);
    if ((rc = runtime_again(chain, block->parent, &runtime, engine, &own)) >= 0)
        rc = block->write_count ? make_and_compare(chain, block->parent, runtime, &g, &took, &own)
                                : execute_on(chain, block->parent, runtime, &exec, &g, &took, &own);
    if (use)
        *use = took;
    dg_exec_clear(&exec);
    return rc < 0 ? dg_fail(err, rc, "block #%u again: %s", block->number, own.text) : DG_OK;
}
