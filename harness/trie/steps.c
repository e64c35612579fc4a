/* steps.c - the stack of a walk: a trie can be deeper than the C stack. */
#include "trie/trie_impl.h"

dg_code dg_trie_steps_push(dg_trie_steps *s, dg_trie_step step, dg_error *err)
{
    if (s->len == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 32;
        dg_trie_step *at = dg_realloc(s->at, cap * sizeof *at);
        if (!at)
            return dg_fail(err, DG_NOMEM, "no memory for a walk through the trie");
        s->at = at;
        s->cap = cap;
    }
    s->at[s->len++] = step;
    return DG_OK;
}

void dg_trie_steps_clear(dg_trie_steps *s)
{
    dg_free(s->at);
    *s = (dg_trie_steps){ 0 };
}
