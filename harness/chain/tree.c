/* tree.c - the blocks of a chain, which descends from which, and what is pruned. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

/* ---- one block ---- */

static void free_writes(dg_block *block)
{
    for (size_t i = 0; i < block->write_count; i++) {
        dg_buf_clear(&block->writes[i].key);
        dg_buf_clear(&block->writes[i].value);
    }
    dg_free(block->writes);
}

void dg_block_free(dg_block *block)
{
    if (!block)
        return;
    dg_chain_answers_free(block);
    free_writes(block);
    dg_free(block->extrinsics);
    dg_buf_clear(&block->body);
    dg_buf_clear(&block->header);
    dg_state_free(block->state);
    dg_free(block);
}

dg_code dg_block_new(dg_block **out, dg_chain *chain, dg_block *parent, dg_bytes header,
                     dg_state *state, dg_error *err)
{
    assert(state); /* taken, also on failure */
    assert(!parent || parent->chain == chain);
    dg_block *block = dg_calloc(1, sizeof *block);
    dg_header fields;
    dg_code rc;
    *out = NULL;
    if (!block) {
        dg_state_free(state);
        return dg_fail(err, DG_NOMEM, "no memory for a block");
    }
    block->chain = chain;
    block->parent = parent;
    block->state = state;
    dg_buf_init(&block->header, DG_HEADER_MAX);
    dg_buf_init(&block->body, DG_BLOCK_MAX);
    dg_buf_put_bytes(&block->header, header);
    if ((rc = dg_buf_check(&block->header, err, "header")) < 0
        || (rc = dg_header_decode(&fields, header, err)) < 0) {
        dg_block_free(block);
        return rc;
    }
    block->number = fields.number;
    block->slot = dg_digest_slot(fields.digest);
    block->hash = block->header_hash = dg_blake2_256(header);
    *out = block;
    return DG_OK;
}

dg_code dg_block_put_body(dg_block *block, const dg_bytes *extrinsics, size_t count, dg_error *err)
{
    assert(!count || extrinsics);
    assert(!block->extrinsics && block->body.len == 0); /* once, before it is in the tree */
    size_t at = 0;
    if (!count)
        return DG_OK;
    if (count > DG_EXTRINSICS_MAX)
        return dg_fail(err, DG_LIMIT, "block has %zu extrinsics; at most %d are supported", count,
                       DG_EXTRINSICS_MAX);
    block->extrinsics = dg_calloc(count, sizeof *block->extrinsics);
    if (!block->extrinsics)
        return dg_fail(err, DG_NOMEM, "no memory for %zu extrinsics", count);
    for (size_t i = 0; i < count; i++)
        dg_buf_put_bytes(&block->body, extrinsics[i]);
    if (block->body.rc < 0)
        return dg_buf_check(&block->body, err, "block body");
    for (size_t i = 0; i < count; at += extrinsics[i++].len)
        block->extrinsics[i] = dg_bytes_of(block->body.at + at, extrinsics[i].len);
    block->extrinsic_count = count;
    assert(at == block->body.len);
    return DG_OK;
}

dg_code dg_block_put_writes(dg_block *block, const dg_bytes (*writes)[2], size_t count,
                            dg_error *err)
{
    assert(!count || writes);
    assert(!block->writes); /* once, before it is in the tree */
    if (!count)
        return DG_OK;
    block->writes = dg_calloc(count, sizeof *block->writes);
    if (!block->writes)
        return dg_fail(err, DG_NOMEM, "no memory for %zu writes", count);
    block->write_count = count;
    for (size_t i = 0; i < count; i++) {
        dg_chain_write *w = &block->writes[i];
        dg_buf_init(&w->key, DG_TRIE_KEY_MAX);
        dg_buf_init(&w->value, DG_BLOCK_MAX);
        w->deletes = !writes[i][1].at;
        dg_buf_put_bytes(&w->key, writes[i][0]);
        dg_buf_put_bytes(&w->value, writes[i][1]);
        if (w->key.rc < 0 || w->value.rc < 0)
            return dg_buf_check(w->key.rc < 0 ? &w->key : &w->value, err, "write");
    }
    return DG_OK;
}

uint32_t dg_block_number(const dg_block *block)
{
    return block->number;
}
const dg_hash *dg_block_hash(const dg_block *block)
{
    return &block->hash;
}
dg_bytes dg_block_header(const dg_block *block)
{
    return dg_buf_bytes(&block->header);
}
uint64_t dg_block_slot(const dg_block *block)
{
    return block->slot;
}
dg_block *dg_block_parent(const dg_block *block)
{
    return block->parent;
}
dg_state *dg_block_state(const dg_block *block)
{
    return block->state;
}
size_t dg_block_extrinsic_count(const dg_block *block)
{
    return block->extrinsic_count;
}

dg_bytes dg_block_extrinsic(const dg_block *block, size_t i)
{
    return i < block->extrinsic_count ? block->extrinsics[i] : dg_bytes_of(NULL, 0);
}

/* ---- all blocks ---- */

void dg_chain_tree_add(dg_chain *chain, dg_block *block)
{
    assert(block->chain == chain && block->state);
    assert(!block->older && !block->newer); /* in no tree yet */
    assert(!block->parent || block->parent->chain == chain);
    dg_block_inherit_runtime(block);
    block->older = chain->newest;
    if (chain->newest)
        chain->newest->newer = block;
    else
        chain->oldest = block;
    chain->newest = block;
    chain->block_count++;
}

void dg_chain_tree_remove(dg_chain *chain, dg_block *block)
{
    assert(block->chain == chain);
    assert(chain->block_count > 0);
    assert(chain->block_count > 1 || chain->oldest == chain->newest);
    *(block->older ? &block->older->newer : &chain->oldest) = block->newer;
    *(block->newer ? &block->newer->older : &chain->newest) = block->older;
    chain->block_count--;
    dg_block_free(block);
}

size_t dg_chain_block_count(const dg_chain *chain)
{
    return chain->block_count;
}
dg_block *dg_chain_root(dg_chain *chain)
{
    return chain->root;
}

static bool is_kept(const dg_block *b, const dg_block *root)
{
    return b == root || (b->parent && b->parent->keep) || (b->amends && b->amends->keep);
}

static void forget_pruned(dg_block *b)
{
    if (b->parent && !b->parent->keep)
        b->parent = NULL;
    if (b->amends && !b->amends->keep)
        b->amends = NULL;
}

/* A parent is always older than its children, so one pass marks, and a second
 * one from the newest removes children before their parents. */
dg_code dg_chain_finalize(dg_chain *chain, dg_block *block, dg_error *err)
{
    dg_block *next;
    if (block->chain != chain)
        return dg_fail(err, DG_USAGE, "block #%u belongs to another chain", block->number);
    for (dg_block *b = chain->oldest; b; b = b->newer)
        b->keep = is_kept(b, block);
    for (dg_block *b = chain->newest; b; b = next) {
        next = b->older;
        if (b->keep)
            forget_pruned(b);
        else
            dg_chain_tree_remove(chain, b);
    }
    chain->root = block;
    assert(block->keep && chain->block_count > 0);
    return DG_OK;
}

static dg_code put_writes(dg_state *state, const dg_bytes (*writes)[2], size_t count, dg_error *err)
{
    dg_bytes top = { NULL, 0 };
    for (size_t i = 0; i < count; i++) {
        dg_code rc = writes[i][1].at ? dg_state_put(state, top, writes[i][0], writes[i][1], err)
                                     : dg_state_delete(state, top, writes[i][0], err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

dg_code dg_block_beside(dg_block **out, dg_block *block, dg_state *state, dg_error *err)
{
    dg_chain *chain = block->chain;
    dg_block *beside = NULL;
    dg_hash root;
    dg_code rc = dg_state_root(state, &root, err);
    *out = NULL;
    if (rc < 0) {
        dg_state_free(state);
        return rc;
    }
    dg_state_begin_block(state);
    if ((rc = dg_block_new(&beside, chain, block->parent, dg_block_header(block), state, err)) < 0
        || (rc = dg_block_put_body(beside, block->extrinsics, block->extrinsic_count, err)) < 0) {
        dg_block_free(beside);
        return rc;
    }
    beside->amends = block;
    beside->hash = block->hash;
    beside->slot = block->slot;
    beside->executed_by = block->executed_by;
    dg_chain_tree_add(chain, beside);
    *out = beside;
    return DG_OK;
}

dg_code dg_chain_amend(dg_chain *chain, dg_block **out, dg_block *block,
                       const dg_bytes (*writes)[2], size_t count, dg_error *err)
{
    assert(block->chain == chain);
    assert(!count || writes);
    dg_state *state = dg_state_fork(block->state);
    dg_code rc;
    *out = NULL;
    if (!state)
        return dg_fail(err, DG_NOMEM, "no memory to fork block #%u", block->number);
    if ((rc = put_writes(state, writes, count, err)) < 0) {
        dg_state_free(state);
        return rc;
    }
    return dg_block_beside(out, block, state, err);
}

/* ---- open and close ---- */

/* A header for a state that came without one: a genesis has none but the obvious;
 * for a later block the runtime left parent hash and digest in its storage. */
static dg_code invent_header(dg_buf *out, dg_state *state, const dg_snapshot_info *info,
                             dg_error *err)
{
    dg_header header = { .number = info->number, .state_root = info->state_root };
    dg_bytes value, top = { NULL, 0 };
    uint8_t key[32];
    header.extrinsics_root = DG_TRIE_EMPTY_ROOT;
    if (info->number) {
        dg_storage_prefix(key, "System", "ParentHash");
        if (dg_state_get(state, &value, top, DG_BYTES_OF(key), NULL) == DG_OK && value.len == 32)
            memcpy(header.parent.at, value.at, 32);
        dg_storage_prefix(key, "System", "Digest");
        if (dg_state_get(state, &value, top, DG_BYTES_OF(key), NULL) == DG_OK && value.len
            && dg_digest_check(value, NULL) == DG_OK)
            header.digest = value;
    }
    dg_header_encode(out, &header);
    return dg_buf_check(out, err, "header of the fork block");
}

static bool is_zero(const dg_hash *hash)
{
    static const dg_hash zero;
    return dg_hash_equal(hash, &zero);
}

static dg_code open_state(dg_state **out, const dg_chain *chain, dg_snapshot *snapshot,
                          dg_error *err)
{
    if (!chain->options.state)
        return dg_state_open(out, snapshot, err);
    *out = dg_state_fork(chain->options.state);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to fork a state");
}

/* What a genesis says of itself follows from its state; a later block's header stays. */
static dg_code header_of(dg_buf *out, const dg_chain *chain, dg_snapshot *snapshot, dg_state *state,
                         dg_error *err)
{
    dg_snapshot_info info = *dg_snapshot_info_of(snapshot);
    bool other = chain->options.state && info.number == 0;
    dg_code rc;
    if (dg_snapshot_header(snapshot).len && !other) {
        dg_buf_put_bytes(out, dg_snapshot_header(snapshot));
        return DG_OK;
    }
    if (other && (rc = dg_state_root(state, &info.state_root, err)) < 0)
        return rc;
    return invent_header(out, state, &info, err);
}

/* Runtimes that were made before need not be made again. */
static dg_code take_known(dg_chain *chain, dg_error *err)
{
    dg_runtime *const *known = chain->options.known;
    size_t count = chain->options.known_count;
    if (!count)
        return DG_OK;
    if (!(chain->runtimes = dg_calloc(count, sizeof *chain->runtimes)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu runtimes", count);
    for (size_t i = 0; i < count; i++)
        chain->runtimes[chain->runtime_count++] =
            (dg_chain_known_runtime){ .code = *dg_runtime_hash(known[i]),
                                      .engine = chain->options.engine,
                                      .runtime = dg_runtime_keep(known[i]) };
    chain->options.known = NULL; /* the caller's */
    return DG_OK;
}

static dg_code make_root(dg_chain *chain, dg_snapshot *snapshot, dg_error *err)
{
    assert(!chain->root && chain->block_count == 0); /* the first block */
    const dg_snapshot_info *info = dg_snapshot_info_of(snapshot);
    dg_bytes known = dg_snapshot_header(snapshot), slot;
    dg_state *state = NULL;
    dg_buf header;
    dg_code rc;
    dg_buf_init(&header, DG_HEADER_MAX);
    if ((rc = open_state(&state, chain, snapshot, err)) < 0
        || (rc = header_of(&header, chain, snapshot, state, err)) < 0
        || (rc = dg_buf_check(&header, err, "header")) < 0) {
        dg_state_free(state);
        goto out;
    }
    if ((rc = dg_block_new(&chain->root, chain, NULL, dg_buf_bytes(&header), state, err)) < 0)
        goto out;
    if (!known.len && !is_zero(&info->hash) && !(chain->options.state && info->number == 0))
        chain->root->hash = info->hash;
    if (!chain->root->slot
        && dg_block_plain(chain->root, &slot, "Babe", "CurrentSlot", NULL) == DG_OK
        && slot.len == 8)
        chain->root->slot = dg_le64(slot.at);
    dg_chain_tree_add(chain, chain->root);
out:
    dg_buf_clear(&header);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_chain_open(dg_chain **out, dg_snapshot *snapshot, const dg_chain_options *options,
                      dg_error *err)
{
    assert(snapshot && options);
    dg_chain *chain = dg_calloc(1, sizeof *chain);
    dg_code rc;
    *out = NULL;
    if (!chain)
        return dg_fail(err, DG_NOMEM, "no memory for a chain");
    chain->options = *options;
    if (!chain->options.memory.pages)
        chain->options.memory.pages = DG_CHAIN_HEAP_PAGES;
    if (!chain->options.memory.import_times)
        chain->options.memory.import_times = DG_CHAIN_HEAP_IMPORT_TIMES;
    if ((rc = take_known(chain, err)) < 0
        || (rc = dg_chain_read_substitutes(chain, dg_snapshot_code_substitutes(snapshot), err)) < 0
        || (rc = make_root(chain, snapshot, err)) < 0) {
        dg_chain_close(chain);
        return rc;
    }
    chain->options.state = NULL; /* forked */
    *out = chain;
    assert(chain->block_count == 1 && chain->root == chain->newest);
    return DG_OK;
}

void dg_chain_close(dg_chain *chain)
{
    if (!chain)
        return;
    while (chain->newest)
        dg_chain_tree_remove(chain, chain->newest);
    for (size_t i = 0; i < chain->runtime_count; i++)
        dg_runtime_free(chain->runtimes[i].runtime);
    dg_free(chain->runtimes);
    for (size_t i = 0; i < chain->substitute_count; i++)
        dg_buf_clear(&chain->substitutes[i].code);
    dg_free(chain->substitutes);
    dg_free(chain);
}
