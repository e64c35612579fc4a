/* state.c - making, forking and closing states; transactions. */
#include "state/state_impl.h"

static dg_code no_memory(dg_error *err)
{
    return dg_fail(err, DG_NOMEM, "no memory for a state");
}

dg_code dg_state_layer_fork(dg_state_layer *out, const dg_state_layer *from, dg_error *err)
{
    *out = (dg_state_layer){ dg_trie_fork(from->top), NULL };
    if (!out->top)
        return no_memory(err);
    out->kids = dg_state_family_keep(from->kids);
    return DG_OK;
}

void dg_state_layer_clear(dg_state_layer *layer)
{
    dg_trie_free(layer->top);
    dg_state_family_release(layer->kids);
    *layer = (dg_state_layer){ NULL, NULL };
}

/* Takes `top` and a count on `kids`. */
static dg_state *make(dg_trie *top, dg_state_family *kids)
{
    dg_state *s = top ? dg_calloc(1, sizeof *s) : NULL;
    if (!s) {
        dg_trie_free(top);
        return NULL;
    }
    s->now = (dg_state_layer){ top, dg_state_family_keep(kids) };
    s->stamp = 1;
    if (dg_state_layer_fork(&s->backend, &s->now, NULL) < 0) {
        dg_state_free(s);
        return NULL;
    }
    return s;
}

dg_state *dg_state_empty(void)
{
    return make(dg_trie_empty(), NULL);
}

dg_code dg_state_over(dg_state **out, dg_trie *trie, dg_error *err)
{
    *out = make(trie, NULL);
    return *out ? DG_OK : no_memory(err);
}

dg_state *dg_state_fork(const dg_state *parent)
{
    dg_state *s;
    assert(parent->depth == 0);
    s = make(dg_trie_fork(parent->sealed ? parent->sealed : parent->now.top), parent->now.kids);
    if (s) {
        s->stamp = parent->stamp + 1;
        s->version = parent->version;
    }
    return s;
}

void dg_state_free(dg_state *state)
{
    if (!state)
        return;
    while (state->depth > 0)
        dg_state_layer_clear(&state->saved[--state->depth]);
    dg_free(state->saved);
    dg_trie_free(state->sealed);
    dg_state_layer_clear(&state->now);
    dg_state_layer_clear(&state->backend);
    dg_free(state);
}

void dg_state_begin_block(dg_state *state)
{
    assert(state->depth == 0);
    if (state->sealed) {
        dg_trie_free(state->now.top);
        state->now.top = state->sealed;
        state->sealed = NULL;
    }
    dg_trie_become(state->backend.top, state->now.top);
    dg_state_family_release(state->backend.kids);
    state->backend.kids = dg_state_family_keep(state->now.kids);
    state->stamp++;
}

void dg_state_set_version(dg_state *state, unsigned version)
{
    assert(version <= 1);
    state->version = version;
}

unsigned dg_state_version(const dg_state *state)
{
    return state->version;
}

void dg_state_unseal(dg_state *state)
{
    dg_trie_free(state->sealed);
    state->sealed = NULL;
}

/* ---- transactions ---- */

dg_code dg_state_begin(dg_state *state, dg_error *err)
{
    dg_code rc;
    if (state->depth == DG_STATE_DEPTH_MAX)
        return dg_fail(err, DG_LIMIT, "storage transactions nest deeper than %d",
                       DG_STATE_DEPTH_MAX);
    if (state->depth == state->cap) {
        unsigned cap = state->cap ? 2 * state->cap : 8;
        dg_state_layer *saved = dg_realloc(state->saved, cap * sizeof *saved);
        if (!saved)
            return no_memory(err);
        state->saved = saved;
        state->cap = cap;
    }
    if ((rc = dg_state_layer_fork(&state->saved[state->depth], &state->now, err)) == DG_OK)
        state->depth++;
    return rc;
}

dg_code dg_state_commit(dg_state *state, dg_error *err)
{
    (void)err; /* the answer needs no words */
    if (state->depth == 0)
        return DG_ABSENT;
    dg_state_layer_clear(&state->saved[--state->depth]);
    return DG_OK;
}

dg_code dg_state_rollback(dg_state *state, dg_error *err)
{
    (void)err;
    if (state->depth == 0)
        return DG_ABSENT;
    dg_state_layer_clear(&state->now);
    state->now = state->saved[--state->depth];
    dg_state_unseal(state);
    return DG_OK;
}

unsigned dg_state_depth(const dg_state *state)
{
    return state->depth;
}

void dg_state_unwind(dg_state *state, unsigned depth)
{
    while (state->depth > depth)
        dg_state_rollback(state, NULL);
}

/* ---- invariants ---- */

static void verify_layer(const dg_state_layer *layer)
{
    assert(layer->top);
    dg_trie_verify(layer->top);
    for (size_t i = 0; layer->kids && i < layer->kids->count; i++) {
        const dg_state_child *child = layer->kids->at[i];
        assert(layer->kids->refs > 0);
        assert(child->refs > 0);
        assert(child->key_len > 0);
        dg_trie_verify(child->trie);
        if (i > 0) /* sorted, each once */
            assert(dg_bytes_compare(
                       dg_bytes_of(layer->kids->at[i - 1]->key, layer->kids->at[i - 1]->key_len),
                       dg_bytes_of(child->key, child->key_len))
                   < 0);
    }
}

void dg_state_verify(const dg_state *state)
{
    verify_layer(&state->now);
    verify_layer(&state->backend);
    assert(state->depth <= state->cap);
    for (unsigned i = 0; i < state->depth; i++)
        verify_layer(&state->saved[i]);
    if (state->sealed)
        dg_trie_verify(state->sealed);
}
