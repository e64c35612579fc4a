/* query.c - what is asked at a block: runtime-API calls, each made once and kept
 * with the block, and storage items by their names.
 *
 * A call that trapped is kept too: asking again would cost the same fuel. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

struct dg_chain_answer {
    dg_chain_answer *next;
    uint64_t tag;
    char *method;
    dg_buf input, output;
    dg_code rc;
    dg_error *error; /* of a call that failed */
    dg_call_cost cost;
};

static void answer_free(dg_chain_answer *a)
{
    dg_free(a->method);
    dg_free(a->error);
    dg_buf_clear(&a->input);
    dg_buf_clear(&a->output);
    dg_free(a);
}

void dg_chain_answers_free(dg_block *block)
{
    assert(block->answers || block->answer_count == 0);
    for (size_t i = 0; block->answers && i < DG_ANSWER_BUCKETS; i++)
        for (dg_chain_answer *a = block->answers[i], *next; a; a = next) {
            next = a->next;
            answer_free(a);
        }
    dg_free(block->answers);
    block->answers = NULL;
    block->answer_count = 0;
}

/* FNV-1a; decides only where to look. */
static uint64_t tag_of(const char *method, dg_bytes input)
{
    uint64_t tag = 0xcbf29ce484222325u;
    for (; *method; method++)
        tag = (tag ^ (uint8_t)*method) * 0x100000001b3u;
    for (size_t i = 0; i < input.len; i++)
        tag = (tag ^ input.at[i]) * 0x100000001b3u;
    return tag ^ tag >> 32;
}

static dg_chain_answer *find(const dg_block *block, uint64_t tag, const char *method,
                             dg_bytes input)
{
    dg_chain_answer *a = block->answers ? block->answers[tag % DG_ANSWER_BUCKETS] : NULL;
    for (; a; a = a->next)
        if (a->tag == tag && strcmp(a->method, method) == 0
            && dg_bytes_equal(dg_buf_bytes(&a->input), input))
            return a;
    return NULL;
}

dg_host_options dg_chain_host_options(const dg_chain *chain, dg_host_context context)
{
    uint64_t block = chain->options.fuel_block, query = chain->options.fuel_query;
    return (dg_host_options){
        .context = context,
        .simulated_validators = chain->options.simulated_validators,
        .fuel = context == DG_HOST_CONTEXT_BLOCK ? (block ? block : DG_FUEL_BLOCK)
                                                 : (query ? query : DG_FUEL_QUERY),
        .memory_max = chain->options.memory_max,
        .heap = { !chain->options.memory.unlimited, chain->options.memory.pages },
        .inner = { chain->options.asks_code, !chain->options.lacked },
        .accept_signature = chain->options.accept_signature,
    };
}

static dg_code refuse(const dg_runtime *runtime, const char *before, const char *why, dg_error *err)
{
    const dg_version *v = dg_runtime_version(runtime);
    return dg_fail(err, DG_TRAP, "no node can use %s %u: %s%s", v->spec_name, v->spec_version,
                   before, why);
}

static dg_code judge(dg_chain *chain, size_t at, dg_error *err)
{
    dg_runtime *first;
    dg_code rc = dg_block_runtime(chain, chain->root, &first, err);
    dg_chain_known_runtime *of = &chain->runtimes[at]; /* now that none is added any more */
    for (size_t i = 0;
         rc >= 0 && !of->lacks && dg_module_import_at(dg_runtime_module(of->runtime), i); i++) {
        of->lacks =
            chain->options.lacked(of->runtime, i) && !dg_runtime_imports(first, of->runtime, i);
        of->lacked = i;
    }
    of->judged = rc >= 0;
    return rc;
}

/* Asked before every call: what is found is kept with the runtime. */
dg_code dg_chain_refuses(dg_chain *chain, const dg_runtime *runtime, dg_error *err)
{
    const char *why = dg_runtime_refused(runtime);
    size_t at = 0;
    dg_code rc;
    if (why && !chain->options.asks_code)
        return refuse(runtime, "", why, err);
    while (at < chain->runtime_count && chain->runtimes[at].runtime != runtime)
        at++;
    if (!chain->options.lacked || at == chain->runtime_count)
        return DG_OK;
    if (!chain->runtimes[at].judged && (rc = judge(chain, at, err)) < 0)
        return rc;
    if (!chain->runtimes[at].lacks)
        return DG_OK;
    return refuse(
        runtime, "no release of the node provides its import ",
        dg_module_import_word(dg_runtime_module(runtime), chain->runtimes[at].lacked).text, err);
}

static dg_runtime *stands_in(const dg_chain *chain, const char *method)
{
    const dg_chain_stand_in *s = &chain->options.stand_in;
    assert(s->count <= DG_CHAIN_STAND_IN_MAX && (s->by || !s->count));
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->methods[i], method) == 0)
            return s->by;
    return NULL;
}

static dg_code call(dg_chain *chain, dg_block *block, dg_chain_answer *a, dg_error *err)
{
    dg_host_options options = dg_chain_host_options(chain, DG_HOST_CONTEXT_QUERY);
    dg_host_result result;
    dg_runtime *runtime = stands_in(chain, a->method);
    dg_state *state;
    dg_code rc = runtime ? DG_OK : dg_block_runtime(chain, block, &runtime, err);
    if (rc < 0 || (rc = dg_chain_refuses(chain, runtime, err)) < 0)
        return rc;
    if (!(state = dg_state_fork(block->state)))
        return dg_fail(err, DG_NOMEM, "no memory to fork block #%u", block->number);
    rc =
        dg_runtime_call(runtime, &result, a->method, dg_buf_bytes(&a->input), state, &options, err);
    a->output = result.output; /* moved */
    dg_buf_init(&result.output, 0);
    a->cost = result.cost;
    dg_host_result_clear(&result);
    dg_state_free(state);
    return rc;
}

static dg_chain_answer *answer_new(uint64_t tag, const char *method, dg_bytes input)
{
    dg_chain_answer *a = dg_calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->tag = tag;
    dg_buf_init(&a->input, DG_BLOCK_MAX);
    dg_buf_init(&a->output, 0);
    dg_buf_put_bytes(&a->input, input);
    a->method = dg_strdup(method);
    if (a->method && a->input.rc == DG_OK)
        return a;
    answer_free(a);
    return NULL;
}

/* What will be the same when asked again: an answer, a trap, an absent method. */
static bool lasting(dg_code rc)
{
    return rc == DG_OK || rc == DG_TRAP || rc == DG_ABSENT;
}

static dg_code ask(dg_chain *chain, dg_block *block, dg_chain_answer **out, uint64_t tag,
                   const char *method, dg_bytes input, dg_error *err)
{
    assert(block->answer_count < DG_ANSWERS_MAX);
    dg_error own = { .code = DG_OK };
    dg_chain_answer *a = answer_new(tag, method, input);
    if (!block->answers)
        block->answers = dg_calloc(DG_ANSWER_BUCKETS, sizeof *block->answers);
    if (!a || !block->answers)
        goto no_memory;
    a->rc = call(chain, block, a, &own);
    if (a->rc != DG_OK && !(a->error = dg_malloc(sizeof own)))
        goto no_memory;
    if (a->error)
        *a->error = own;
    if (!lasting(a->rc)) {
        dg_code rc = dg_fail(err, a->rc, "%s", own.text);
        answer_free(a);
        return rc;
    }
    assert(a->rc == DG_OK || a->error); /* who asks again is told the same */
    a->next = block->answers[tag % DG_ANSWER_BUCKETS];
    block->answers[tag % DG_ANSWER_BUCKETS] = a;
    block->answer_count++;
    *out = a;
    return DG_OK;
no_memory:
    if (a)
        answer_free(a);
    return dg_fail(err, DG_NOMEM, "no memory for an answer of %s", method);
}

dg_code dg_chain_call(dg_chain *chain, dg_block *block, dg_bytes *answer, dg_call_cost *cost,
                      const char *method, dg_bytes input, dg_error *err)
{
    assert(block->chain == chain);
    assert(method[0]);
    uint64_t tag = tag_of(method, input);
    dg_chain_answer *a = find(block, tag, method, input);
    dg_code rc;
    *answer = dg_bytes_of(NULL, 0);
    if (!a && block->answer_count == DG_ANSWERS_MAX)
        return dg_fail(err, DG_LIMIT, "more than %d different calls were made at block #%u",
                       DG_ANSWERS_MAX, block->number);
    if (!a && (rc = ask(chain, block, &a, tag, method, input, err)) < 0)
        return rc;
    if (cost)
        *cost = a->cost;
    *answer = dg_buf_bytes(&a->output);
    return a->rc == DG_OK ? DG_OK : dg_fail(err, a->rc, "%s", a->error->text);
}

uint64_t dg_chain_fuel_query(const dg_chain *chain)
{
    return dg_chain_host_options(chain, DG_HOST_CONTEXT_QUERY).fuel;
}

/* ---- storage by name ---- */

dg_code dg_block_plain(dg_block *block, dg_bytes *value, const char *prefix, const char *item,
                       dg_error *err)
{
    uint8_t key[32];
    dg_storage_prefix(key, prefix, item);
    return dg_state_get(block->state, value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
}

dg_code dg_chain_storage(dg_chain *chain, dg_block *block, dg_bytes *value, const char *pallet,
                         const char *item, const dg_bytes *keys, dg_error *err)
{
    assert(block->chain == chain);
    const dg_meta *meta;
    const dg_meta_entry *entry;
    dg_buf key;
    dg_code rc = dg_block_meta(chain, block, &meta, err);
    *value = dg_bytes_of(NULL, 0);
    if (rc < 0)
        return rc;
    if (!(entry = dg_meta_storage(meta, pallet, item)))
        return dg_fail(err, DG_ABSENT, "the runtime of block #%u has no storage item %s.%s",
                       block->number, pallet, item);
    if (entry->hasher_count && !keys)
        return dg_fail(err, DG_USAGE, "%s.%s is a map of %u keys, but no key was given", pallet,
                       item, entry->hasher_count);
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_storage_key_raw(&key, entry, keys);
    if ((rc = dg_buf_check(&key, err, item)) == DG_OK)
        rc = dg_state_get(block->state, value, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), err);
    dg_buf_clear(&key);
    if (rc == DG_ABSENT && !entry->optional) {
        *value = entry->fallback;
        return DG_OK;
    }
    if (rc != DG_OK)
        *value = dg_bytes_of(NULL, 0);
    return rc == DG_ABSENT ? dg_fail(err, DG_ABSENT, "%s.%s is absent at block #%u", pallet, item,
                                     block->number)
                           : rc;
}
